use codec_core::ksenia::Command;
use codec_core::ksenia::controller::Outcome;
use codec_core::{CloseReason, Secret};
use codec_std::tokio::with_user;
use codec_std::user::UserError;
use tokio::time::{Duration, timeout};

use crate::panel::{PIN, Panel, Scenario};

const RUN: Command<'static> = Command::RunScenario { scenario: 1 };

/// Also on another thread, as servers do.
#[tokio::test]
async fn commands_run_and_the_login_ends() {
    let panel = Panel::new(Scenario::Obey);
    let address = panel.connector.address().clone();
    let task = tokio::spawn(async move {
        let connector = codec_std::links::Connector::new(address);
        with_user::<_, UserError>(&connector, Secret::new(PIN), async |user| user.run(RUN).await).await
    });
    assert_eq!(task.await.unwrap().unwrap(), Outcome::Confirmed);
    assert_eq!(panel.session(), ["LOGIN USER", "CMD_USR CMD_EXE_SCENARIO", "LOGOUT USER", "CLOSE 1000"]);
}

#[tokio::test]
async fn a_session_that_is_left_early_ends_as_well() {
    let panel = Panel::new(Scenario::Obey);
    let left = with_user(&panel.connector, Secret::new(PIN), async |_| Err::<(), _>(UserError::Closed(CloseReason::Requested))).await;
    assert!(matches!(left, Err(UserError::Closed(CloseReason::Requested))));
    assert_eq!(panel.session(), ["LOGIN USER", "LOGOUT USER", "CLOSE 1000"]);
}

/// In a task, as in a server that goes on.
#[tokio::test]
async fn a_session_that_panics_ends_as_well() {
    let panel = Panel::new(Scenario::Obey);
    let address = panel.connector.address().clone();
    let task = tokio::spawn(async move {
        let connector = codec_std::links::Connector::new(address);
        with_user::<(), UserError>(&connector, Secret::new(PIN), async |_| panic!("as asked")).await
    });
    assert!(task.await.unwrap_err().is_panic());
    assert_eq!(panel.session(), ["LOGIN USER", "LOGOUT USER", "CLOSE 1000"]);
}

#[tokio::test]
async fn a_future_that_is_dropped_says_farewell() {
    let panel = Panel::new(Scenario::Ignore);
    let running = with_user::<_, UserError>(&panel.connector, Secret::new(PIN), async |user| user.run(RUN).await);
    timeout(Duration::from_millis(500), running).await.unwrap_err();
    assert_eq!(panel.session(), ["LOGIN USER", "CMD_USR CMD_EXE_SCENARIO", "LOGOUT USER", "CLOSE 1000"]);
}

#[tokio::test]
async fn a_wrong_pin_is_tried_once() {
    let panel = Panel::new(Scenario::Obey);
    let error = with_user::<(), UserError>(&panel.connector, Secret::new("836510"), async |_| panic!("nobody is logged in")).await;
    assert!(matches!(error, Err(UserError::Closed(CloseReason::LoginRefused))), "{error:?}");
    assert_eq!(panel.session(), ["LOGIN USER", "CLOSE 1000"]);
}
