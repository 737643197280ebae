use codec_core::ksenia::controller::{Event, Outcome};
use codec_core::ksenia::{BypassAction, Command, Kind, Read};
use codec_core::{CloseReason, Refused, Secret};
use codec_std::links::Connector;
use codec_std::user::{UserError, with_user};

use crate::panel::{PIN, Panel, Scenario};

const RUN: Command<'static> = Command::RunScenario { scenario: 1 };

#[test]
fn commands_run_and_the_login_ends() {
    let panel = Panel::new(Scenario::Obey);
    for _ in 0..2 {
        let outcome: Result<_, UserError> = with_user(&panel.connector, Secret::new(PIN), |user| {
            assert_eq!(user.run(RUN)?, Outcome::Confirmed);
            user.run(Command::ArmPartition { partition: 1, action: codec_core::ksenia::ArmAction::Disarm })
        });
        assert_eq!(outcome.unwrap(), Outcome::Confirmed);
        let asked = ["LOGIN USER", "CMD_USR CMD_EXE_SCENARIO", "CMD_USR CMD_ARM_PARTITION", "LOGOUT USER", "CLOSE 1000"];
        assert_eq!(panel.session(), asked);
    }
}

#[test]
fn a_session_that_is_left_early_ends_as_well() {
    let panel = Panel::new(Scenario::Obey);
    let error = with_user(&panel.connector, Secret::new(PIN), |_| Err::<(), _>(UserError::Closed(CloseReason::Requested)));
    assert!(matches!(error, Err(UserError::Closed(CloseReason::Requested))));
    assert_eq!(panel.session(), ["LOGIN USER", "LOGOUT USER", "CLOSE 1000"]);

    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        with_user::<(), UserError>(&panel.connector, Secret::new(PIN), |_| panic!("as asked"))
    }));
    assert!(panicked.is_err());
    assert_eq!(panel.session(), ["LOGIN USER", "LOGOUT USER", "CLOSE 1000"]);
}

#[test]
fn a_wrong_pin_is_tried_once() {
    let panel = Panel::new(Scenario::Obey);
    let error = with_user::<(), UserError>(&panel.connector, Secret::new("836510"), |_| panic!("nobody is logged in")).unwrap_err();
    assert!(matches!(error, UserError::Closed(CloseReason::LoginRefused)), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("836510"));
    assert_eq!(panel.session(), ["LOGIN USER", "CLOSE 1000"]);
}

#[test]
fn zones_are_excluded_if_they_may_be() {
    let panel = Panel::new(Scenario::Obey);
    let bypass = |zone, action| Command::BypassZone { zone, action };
    let result: Result<(), UserError> = with_user(&panel.connector, Secret::new(PIN), |user| {
        assert_eq!(user.run(bypass(1, BypassAction::Include))?, Outcome::Confirmed);
        assert_eq!(user.run(bypass(1, BypassAction::Manual))?, Outcome::Confirmed);
        let refused = user.run(bypass(2, BypassAction::Manual)).unwrap_err();
        assert!(matches!(refused, UserError::Refused(Refused::NotAllowed)), "{refused:?}");
        // The session is as good as before.
        assert_eq!(user.run(bypass(2, BypassAction::Include))?, Outcome::Confirmed);
        Ok(())
    });
    result.unwrap();
    let bypassed = "CMD_USR CMD_BYP_ZONE";
    let asked = ["LOGIN USER", bypassed, "READ MULTI_TYPES", bypassed, bypassed, "LOGOUT USER", "CLOSE 1000"];
    assert_eq!(panel.session(), asked);
}

#[test]
fn what_is_read_is_shown() {
    let panel = Panel::new(Scenario::Obey);
    let mut zones = Vec::new();
    let outcome: Result<_, UserError> = with_user(&panel.connector, Secret::new(PIN), |user| {
        user.run_with(Command::Read(Read::types(&[Kind::Zones])), |event| {
            if let Event::Record { record, .. } = event {
                zones.push(record.id());
            }
        })
    });
    assert_eq!((outcome.unwrap(), zones), (Outcome::Confirmed, vec![Some(1), Some(2)]));
}

#[test]
fn a_panel_that_vanishes_is_an_error() {
    let panel = Panel::new(Scenario::Vanish);
    let error = with_user::<_, UserError>(&panel.connector, Secret::new(PIN), |user| user.run(RUN)).unwrap_err();
    assert!(matches!(error, UserError::Closed(CloseReason::PeerClosed) | UserError::Link(_)), "{error:?}");
    assert_eq!(panel.session(), ["LOGIN USER", "CMD_USR CMD_EXE_SCENARIO"]);
}

#[test]
fn what_cannot_work_is_told_at_once() {
    let elsewhere = Connector::new("tcp://127.0.0.1:1".parse().unwrap());
    let error = with_user::<(), UserError>(&elsewhere, Secret::new(PIN), |_| Ok(())).unwrap_err();
    assert_eq!(error.to_string(), "tcp://127.0.0.1:1 is no address of a Ksenia panel, write ws://HOST or wss://HOST");
    let nobody = Connector::new("ws://127.0.0.1:1".parse().unwrap());
    let error = with_user::<(), UserError>(&nobody, Secret::new(""), |_| Ok(())).unwrap_err();
    assert!(matches!(error, UserError::Config(_)), "{error:?}");
    let error = with_user::<(), UserError>(&nobody, Secret::new(PIN), |_| Ok(())).unwrap_err();
    assert!(matches!(error, UserError::Link(_)), "{error:?}");
}
