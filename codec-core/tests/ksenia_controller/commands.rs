//! Commands and what ends them.

use codec_core::home::{Mode, Request};
use codec_core::ksenia::controller::{Command, Outcome};
use codec_core::ksenia::{
    self, ArmAction, BypassAction, ClearKind, Detail, OutputAction, Read, SeasonChange, SetOutput, ThermostatChange, ThermostatMode,
};
use codec_core::text::json::Text;
use codec_core::{EncodeError, Refused, Secret};
use serde_json::json;

use crate::panel::{PIN, Rig, message, push, usual};

fn ready() -> Rig {
    let mut rig = Rig::new();
    rig.wait(2_000);
    rig
}

/// A panel that answers the login and reads in the usual way, and everything else as told.
fn answering(command: &'static str, answer: impl Fn(&crate::panel::Asked) -> Vec<String> + 'static) -> Rig {
    let mut rig = Rig::scripted(move |asked| if asked.command == command { answer(asked) } else { usual(asked) });
    rig.wait(2_000);
    rig
}

/// The programming and the states.
const READS_OF_THE_START: usize = 2;

const SWITCH: ksenia::Command<'static> = ksenia::Command::SetOutput { output: 3, action: SetOutput::Action(OutputAction::On) };

#[test]
fn every_command_is_sent_and_confirmed() {
    let change = [ThermostatChange {
        id: 3,
        mode: Some(ThermostatMode::Manual),
        winter: SeasonChange { manual: Some("21.5"), ..SeasonChange::default() },
        ..ThermostatChange::default()
    }];
    let base = |more: serde_json::Value| {
        let mut payload = json!({"ID_LOGIN": "2"});
        payload.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        payload
    };
    let action = |name: &str, value: serde_json::Value| base(json!({"PIN": PIN, name: value}));
    let cases = [
        (SWITCH, "CMD_USR CMD_SET_OUTPUT", action("OUTPUT", json!({"ID": "3", "STA": "ON"}))),
        (
            ksenia::Command::SetOutput { output: 4, action: SetOutput::Level(40) },
            "CMD_USR CMD_SET_OUTPUT",
            action("OUTPUT", json!({"ID": "4", "STA": "40"})),
        ),
        (ksenia::Command::RunScenario { scenario: 2 }, "CMD_USR CMD_EXE_SCENARIO", action("SCENARIO", json!({"ID": "2"}))),
        (
            ksenia::Command::BypassZone { zone: 7, action: BypassAction::Manual },
            "CMD_USR CMD_BYP_ZONE",
            action("ZONE", json!({"ID": "7", "BYP": "MAN_M"})),
        ),
        (
            ksenia::Command::ArmPartition { partition: 1, action: ArmAction::Delayed },
            "CMD_USR CMD_ARM_PARTITION",
            action("PARTITION", json!({"ID": "1", "MOD": "A"})),
        ),
        (
            ksenia::Command::WriteThermostats(&change),
            "WRITE_CFG CFG_ALL",
            base(json!({"PIN": PIN, "CFG_THERMOSTATS": [{"ID": "3", "ACT_MODE": "MAN", "WIN": {"TM": "21.5"}}]})),
        ),
        (ksenia::Command::Clear(ClearKind::CyclesOrMemories), "CLEAR CYCLES_OR_MEMORIES", base(json!({"PIN": PIN}))),
        (ksenia::Command::Clear(ClearKind::FaultsMemory), "CLEAR FAULTS_MEMORY", base(json!({"PIN": PIN}))),
        (ksenia::Command::Clear(ClearKind::Communications), "CLEAR COMMUNICATIONS", base(json!({"PIN": PIN}))),
        (ksenia::Command::Version, "SYSTEM_VERSION REQUEST", base(json!({}))),
        (ksenia::Command::Logs { count: 60, types: None }, "LOGS GET_LAST_LOGS", base(json!({"ID_LOG": "MAIN", "ITEMS_LOG": "60"}))),
        (
            ksenia::Command::Read(Read::File { path: "PROG", name: "notes.json" }),
            "READ FILE",
            base(json!({"FILE_PATH": "PROG", "FILE_NAME": "notes.json"})),
        ),
        (ksenia::Command::Read(Read::one(ksenia::Kind::Zones)), "READ ZONES", base(json!({"ID_ITEMS_RANGE": ["ALL", "ALL"]}))),
    ];
    let mut rig = ready();
    for (command, request, payload) in cases {
        let ticket = rig.submit(command).unwrap();
        assert_eq!(rig.outcome(ticket), None);
        rig.wait(300);
        assert_eq!(rig.requests().last().unwrap(), request);
        assert_eq!(rig.asked.last().unwrap().1.payload, payload);
        assert_eq!(rig.outcome(ticket), Some(Outcome::Confirmed), "{request}");
    }
}

#[test]
fn several_commands_go_at_once_and_find_their_answers_in_any_order() {
    let mut rig = answering("CMD_USR", |_| Vec::new());
    let switch = rig.submit(SWITCH).unwrap();
    let scenario = rig.submit(ksenia::Command::RunScenario { scenario: 1 }).unwrap();
    // Two of a kind could not be told apart.
    assert_eq!(rig.submit(SWITCH), Err(Refused::Busy));
    rig.settle();
    let ids: Vec<String> = rig.asked.iter().rev().take(2).map(|(_, asked)| asked.id.clone()).collect();
    rig.say(&message("CMD_USR_RES", &ids[0], "CMD_EXE_SCENARIO", r#"{"RESULT":"FAIL","RESULT_DETAIL":"WRONG_PIN"}"#));
    assert_eq!((rig.outcome(scenario), rig.outcome(switch)), (Some(Outcome::Refused(Some(Detail::WrongPin))), None));
    rig.say(&message("CMD_USR_RES", &ids[1], "CMD_SET_OUTPUT", r#"{"RESULT":"OK","RESULT_DETAIL":"CMD_PROCESSED"}"#));
    assert_eq!(rig.outcome(switch), Some(Outcome::Confirmed));
    assert!(rig.submit(SWITCH).is_ok());
}

#[test]
fn an_answer_without_its_number_belongs_to_the_only_request_it_fits() {
    // Number not echoed; no form; the simulator's form; the result one level down; no result at all.
    let payload = r#"{"RESULT":"OK","RESULT_DETAIL":"CMD_PROCESSED"}"#;
    let nested = r#"{"codec-core":{"RESULT":"OK","RESULT_DETAIL":"CMD_PROCESSED"}}"#;
    for (form, payload) in
        [("CMD_SET_OUTPUT", payload), ("", payload), ("REPLY", payload), ("CMD_SET_OUTPUT", nested), ("CMD_SET_OUTPUT", "{}")]
    {
        let mut rig = answering("CMD_USR", move |_| vec![message("CMD_USR_RES", "0", form, payload)]);
        let ticket = rig.submit(SWITCH).unwrap();
        rig.wait(100);
        assert_eq!(rig.outcome(ticket), Some(Outcome::Confirmed), "{form} {payload}");
    }
    // With two that fit nobody guesses.
    let mut rig = answering("CMD_USR", |_| Vec::new());
    let switch = rig.submit(SWITCH).unwrap();
    let scenario = rig.submit(ksenia::Command::RunScenario { scenario: 1 }).unwrap();
    rig.settle();
    rig.say(&message("CMD_USR_RES", "0", "", payload));
    assert_eq!((rig.outcome(switch), rig.outcome(scenario)), (None, None));
    rig.wait(31_000);
    assert_eq!((rig.outcome(switch), rig.outcome(scenario)), (Some(Outcome::TimedOut), Some(Outcome::TimedOut)));
}

#[test]
fn what_arms_needs_a_clear_answer() {
    let mut rig = answering("CMD_USR", |asked| vec![asked.answer("{}")]);
    let ticket = rig.submit(ksenia::Command::RunScenario { scenario: 1 }).unwrap();
    rig.wait(100);
    assert_eq!(rig.outcome(ticket), Some(Outcome::Unclear));
}

#[test]
fn refusals_outside_a_command_find_it() {
    for (command, id, form) in [("GENERIC", "0", "ERROR"), ("ERROR", "21", "REPLY")] {
        let mut rig =
            answering("LOGS", move |_| vec![message(command, id, form, r#"{"RESULT":"FAIL","RESULT_DETAIL":"INVALID_PAYLOAD_TYPE"}"#)]);
        let ticket = rig.submit(ksenia::Command::Logs { count: 5, types: None }).unwrap();
        rig.wait(100);
        assert_eq!(rig.outcome(ticket), Some(Outcome::Refused(Some(Detail::InvalidForm))));
    }
}

#[test]
fn logs_are_answered_under_either_name() {
    for form in ["LAST_LOGS", "GET_LAST_LOGS"] {
        let mut rig = answering("LOGS", move |_| {
            let payload = r#"{"RESULT":"OK","RESULT_DETAIL":"GET_LAST_LOGS_OK","LOGS":[{"ID":"2203","TIME":"23:33:23"}]}"#;
            vec![message("LOGS_RES", "9999", form, payload)]
        });
        let ticket = rig.submit(ksenia::Command::Logs { count: 5, types: None }).unwrap();
        rig.wait(100);
        assert_eq!((rig.outcome(ticket), rig.told("Record")), (Some(Outcome::Confirmed), 1 + 2));
    }
}

#[test]
fn a_zone_that_must_not_be_excluded_is_not() {
    let mut rig =
        answering("READ", |asked| vec![asked.answer(r#"{"RESULT":"OK","ZONES":[{"ID":"7","BYP_EN":"F"},{"ID":"8","BYP_EN":"T"}]}"#)]);
    let exclude = |zone| ksenia::Command::BypassZone { zone, action: BypassAction::Manual };
    assert_eq!(rig.submit(exclude(7)), Err(Refused::NotAllowed));
    assert!(rig.submit(ksenia::Command::BypassZone { zone: 7, action: BypassAction::Include }).is_ok());
    rig.wait(100);
    assert!(rig.submit(exclude(8)).is_ok());
    rig.wait(100);
    // What is not known is left to the panel.
    assert!(rig.submit(exclude(9)).is_ok());
}

#[test]
fn what_cannot_be_sent_is_refused() {
    let mut rig = ready();
    let level = ksenia::Command::SetOutput { output: 1, action: SetOutput::Level(101) };
    assert!(matches!(rig.submit(level), Err(Refused::Invalid(EncodeError::OutOfRange { .. }))));
    assert_eq!(rig.submit(ksenia::Command::Login { account: ksenia::Account::User }), Err(Refused::Unsupported));
    // There is no room for a name that is not known.
    let mut kinds = [ksenia::Kind::Zones; 16];
    kinds[15] = ksenia::Kind::Other(Text::of("NEW").unwrap());
    assert!(matches!(rig.submit(ksenia::Command::Read(Read::types(&kinds))), Err(Refused::Invalid(EncodeError::OutOfRange { .. }))));
    let mut accepted = 0;
    let commands = [
        SWITCH,
        ksenia::Command::RunScenario { scenario: 1 },
        ksenia::Command::Version,
        ksenia::Command::Logs { count: 1, types: None },
        ksenia::Command::Clear(ClearKind::FaultsMemory),
        ksenia::Command::Clear(ClearKind::Communications),
    ];
    let mut last = None;
    for command in commands {
        match rig.submit(command) {
            Ok(_) => accepted += 1,
            Err(refused) => last = Some(refused),
        }
        // The buffer has room for a few at a time.
        rig.dead = true;
        rig.settle();
    }
    assert_eq!((accepted, last), (5, Some(Refused::TooManyPending { limit: 5 })));
}

/// A panel answers 15 lists of a READ and does not mention the others.
#[test]
fn a_long_read_goes_out_in_parts_and_ends_once() {
    let lists = |rig: &Rig| -> Vec<Vec<String>> {
        let reads = rig.asked.iter().map(|(_, asked)| asked).filter(|asked| asked.command == "READ").skip(READS_OF_THE_START);
        reads
            .map(|asked| asked.payload["TYPES"].as_array().unwrap().iter().map(|kind| kind.as_str().unwrap().to_owned()).collect())
            .collect()
    };
    let kinds = &ksenia::Kind::ALL[..40];
    let mut rig = ready();
    let read = rig.submit(ksenia::Command::Read(Read::types(kinds))).unwrap();
    rig.settle();
    assert_eq!(lists(&rig).iter().map(Vec::len).collect::<Vec<_>>(), [15]);
    // There is one READ at a time, also between two parts; other commands go on.
    assert_eq!(rig.submit(ksenia::Command::Read(Read::types(&[ksenia::Kind::Zones]))), Err(Refused::Busy));
    assert!(rig.submit(ksenia::Command::Version).is_ok());
    rig.wait(99);
    assert_eq!((lists(&rig).len(), rig.outcome(read)), (1, None));
    rig.wait(1_000);
    let parts = lists(&rig);
    assert_eq!(parts.iter().map(Vec::len).collect::<Vec<_>>(), [15, 15, 10]);
    let asked: std::collections::BTreeSet<String> = parts.concat().into_iter().collect();
    assert!(asked.len() == 40 && kinds.iter().all(|kind| asked.contains(kind.text().raw())));
    assert_eq!((rig.outcome(read), rig.done.len()), (Some(Outcome::Confirmed), 2));
    assert!(rig.submit(ksenia::Command::Read(Read::types(&[ksenia::Kind::Zones]))).is_ok());
    // A refusal ends all of it, and so does the end of the connection.
    let mut rig = answering("READ", |asked| {
        let long = asked.payload["TYPES"].as_array().unwrap().iter().any(|kind| kind == "MAPS");
        vec![asked.answer(if long { r#"{"RESULT":"FAIL","RESULT_DETAIL":"CMD_NOT_AVAILABLE"}"# } else { r#"{"RESULT":"OK","ZONES":[]}"# })]
    });
    let read = rig.submit(ksenia::Command::Read(Read::types(kinds))).unwrap();
    rig.wait(2_000);
    assert!(matches!(rig.outcome(read), Some(Outcome::Refused(Some(Detail::NotAvailable)))), "{:?}", rig.outcome(read));
    let mut rig = ready();
    let read = rig.submit(ksenia::Command::Read(Read::types(kinds))).unwrap();
    rig.settle();
    assert_eq!(rig.outcome(read), None);
    rig.drop_line();
    assert_eq!(rig.outcome(read), Some(Outcome::Disconnected));
}

#[test]
fn common_words_become_commands() {
    let command = |request| Command::try_from(request).map(|command| format!("{command:?}"));
    let send = |command: ksenia::Command<'_>| Ok(format!("{:?}", Command::Send(command)));
    assert_eq!(
        command(Request::Arm { area: 2, mode: Mode::Away, code: None }),
        send(ksenia::Command::ArmPartition { partition: 2, action: ArmAction::Delayed })
    );
    assert_eq!(
        command(Request::Arm { area: 2, mode: Mode::Home, code: None }),
        send(ksenia::Command::ArmPartition { partition: 2, action: ArmAction::Immediate })
    );
    assert_eq!(
        command(Request::Disarm { area: 2, code: None }),
        send(ksenia::Command::ArmPartition { partition: 2, action: ArmAction::Disarm })
    );
    assert_eq!(
        command(Request::Bypass { zone: 7, on: false, code: None }),
        send(ksenia::Command::BypassZone { zone: 7, action: BypassAction::Include })
    );
    assert_eq!(command(Request::Switch { output: 3, on: true }), send(SWITCH));
    assert_eq!(command(Request::Disarm { area: 1, code: Some(Secret::new("1")) }), Err(Refused::Unsupported));
    assert!(matches!(command(Request::Disarm { area: 0, code: None }), Err(Refused::Invalid(_))));
    assert_eq!(command(Request::Arm { area: 1, mode: Mode::Night, code: None }), Err(Refused::Unsupported));
}

#[test]
fn a_push_is_no_answer() {
    let mut rig = answering("CMD_USR", |_| vec![push(r#"{"STATUS_OUTPUTS":[{"ID":"3","STA":"ON"}]}"#)]);
    let ticket = rig.submit(SWITCH).unwrap();
    rig.wait(100);
    assert_eq!(rig.outcome(ticket), None);
    assert_eq!(rig.notices, ["Notice(Output { output: 3, on: true })"]);
}

/// Firmware that never answers: the change is enough, if it is the one that was asked for.
#[test]
fn a_change_alone_ends_a_switch_well() {
    for (change, expected) in [
        (r#"{"STATUS_OUTPUTS":[{"ID":"3","STA":"ON"}]}"#, Outcome::Confirmed),
        (r#"{"STATUS_OUTPUTS":[{"ID":"3","STA":"OFF"}]}"#, Outcome::TimedOut),
        (r#"{"STATUS_OUTPUTS":[{"ID":"4","STA":"ON"}]}"#, Outcome::TimedOut),
    ] {
        let mut rig = answering("CMD_USR", |_| Vec::new());
        let ticket = rig.submit(SWITCH).unwrap();
        rig.say(&push(change));
        rig.wait(2_000);
        assert_eq!(rig.outcome(ticket), Some(expected).filter(|outcome| *outcome == Outcome::Confirmed), "{change}");
        rig.wait(30_000);
        assert_eq!(rig.outcome(ticket), Some(expected), "{change}");
    }
}

/// What is answered too late is not taken for the answer to a newer command of the same kind.
#[test]
fn a_late_answer_does_not_settle_a_newer_command() {
    let mut rig = answering("CMD_USR", |_| Vec::new());
    let first = rig.submit(SWITCH).unwrap();
    rig.wait(31_000);
    assert_eq!(rig.outcome(first), Some(Outcome::TimedOut));
    let late = rig.asked.iter().rev().find(|(_, asked)| asked.command == "CMD_USR").unwrap().1.clone();
    let second = rig.submit(SWITCH).unwrap();
    rig.wait(100);
    rig.say(&late.answer(r#"{"RESULT":"FAIL","RESULT_DETAIL":"WRONG_PIN"}"#));
    assert_eq!(rig.outcome(second), None);
    let now = rig.asked.iter().rev().find(|(_, asked)| asked.command == "CMD_USR").unwrap().1.clone();
    assert_ne!(now.id, late.id);
    rig.say(&now.answer(r#"{"RESULT":"OK"}"#));
    assert_eq!(rig.outcome(second), Some(Outcome::Confirmed));
}
