//! How a connection ends, and that it ends in good order.

use codec_core::ksenia::controller::{Command, Outcome};
use codec_core::ksenia::{self, ClearKind};
use codec_core::ws::CloseCode;
use codec_core::{CloseReason, Machine, Refused};

use crate::panel::{Rig, message, usual};

/// The one captured answer whose check value is known to be real.
const LOGIN_KO: &str = r#"{"SENDER":"A4580F941B25","RECEIVER":"HomeAssistant","CMD":"LOGIN_RES","ID":"1","PAYLOAD_TYPE":"USER","PAYLOAD":{"RESULT":"FAIL","RESULT_DETAIL":"LOGIN_KO"},"TIMESTAMP":"1769871440","CRC_16":"0xC042"}"#;

#[test]
fn a_wrong_code_is_tried_once() {
    let mut rig = Rig::scripted(|_| vec![LOGIN_KO.to_owned()]);
    rig.wait(600_000);
    assert_eq!(rig.requests(), ["LOGIN USER"]);
    assert_eq!((rig.closed, rig.close_seen), (Some(CloseReason::LoginRefused), Some(CloseCode::NORMAL)));
    assert_eq!(rig.told("FrameEnd { crc: Verified("), 1);
}

#[test]
fn an_unanswered_login_ends_the_connection() {
    let mut rig = Rig::scripted(|_| Vec::new());
    rig.wait(60_000);
    assert_eq!(rig.requests(), ["LOGIN USER"]);
    assert_eq!((rig.closed, rig.close_seen), (Some(CloseReason::NoAnswer { millis: 10_000 }), Some(CloseCode::NORMAL)));
}

#[test]
fn close_logs_out_and_leaves_no_session_behind() {
    let mut rig = Rig::new();
    rig.wait(2_000);
    let ticket = rig.submit(Command::Close).unwrap();
    assert_eq!(rig.submit(Command::Refresh), Err(Refused::Closed));
    rig.wait(100);
    assert_eq!(rig.requests().last().unwrap(), "LOGOUT USER");
    let (_, logout) = rig.asked.last().unwrap();
    assert_eq!(logout.payload, serde_json::json!({"ID_LOGIN": "2"}));
    assert_eq!((rig.closed, rig.close_seen), (Some(CloseReason::Requested), Some(CloseCode::NORMAL)));
    assert_eq!(rig.outcome(ticket), Some(Outcome::Sent));
    assert!(rig.controller.is_closed());
}

#[test]
fn a_panel_that_does_not_close_in_return_is_left_after_two_seconds() {
    let mut rig = Rig::new();
    rig.wait(2_000);
    rig.dead = true;
    rig.submit(Command::Close).unwrap();
    rig.wait(1_900);
    assert_eq!(rig.closed, None);
    rig.wait(200);
    assert_eq!(rig.closed, Some(CloseReason::Requested));
}

#[test]
fn a_lost_session_ends_the_connection() {
    let mut rig = Rig::scripted(|asked| {
        if asked.command == "CLEAR" { vec![asked.answer(r#"{"RESULT":"FAIL","RESULT_DETAIL":"NOT_LOGGED"}"#)] } else { usual(asked) }
    });
    rig.wait(2_000);
    let ticket = rig.submit(ksenia::Command::Clear(ClearKind::FaultsMemory)).unwrap();
    rig.wait(100);
    assert_eq!(rig.outcome(ticket), Some(Outcome::Refused(Some(ksenia::Detail::NotLogged))));
    assert_eq!((rig.closed, rig.close_seen), (Some(CloseReason::SessionEnded), Some(CloseCode::NORMAL)));
    assert!(!rig.requests().contains(&"LOGOUT USER".to_owned()));
}

#[test]
fn a_lost_session_is_noticed_in_a_late_answer_too() {
    let mut rig = Rig::new();
    rig.wait(2_000);
    rig.say(&message("READ_RES", "2", "MULTI_TYPES", r#"{"RESULT":"FAIL","RESULT_DETAIL":"NOT_LOGGED"}"#));
    assert_eq!((rig.closed, rig.close_seen), (Some(CloseReason::SessionEnded), Some(CloseCode::NORMAL)));
}

#[test]
fn bye_tells_of_programming_and_another_close_does_not() {
    for (reason, expected) in [("Bye...", CloseReason::Reprogramming), ("", CloseReason::PeerClosed)] {
        let mut rig = Rig::new();
        rig.wait(2_000);
        let waiting = rig.submit(ksenia::Command::Logs { count: 5, types: None });
        rig.dead = true;
        rig.settle();
        rig.hang_up(CloseCode::NORMAL, reason);
        assert_eq!(rig.closed, Some(expected));
        assert_eq!(rig.outcome(waiting.unwrap()), Some(Outcome::Disconnected));
    }
}

#[test]
fn a_dropped_line_and_a_silent_panel_are_noticed() {
    let mut rig = Rig::new();
    rig.wait(2_000);
    rig.drop_line();
    assert_eq!(rig.closed, Some(CloseReason::PeerClosed));

    let mut rig = Rig::new();
    rig.wait(2_000);
    rig.dead = true;
    rig.wait(130_000);
    assert!(matches!(rig.closed, Some(CloseReason::Silent { millis: 120_000 })), "{:?}", rig.closed);
}

#[test]
fn messages_that_are_none_are_faults_and_no_more() {
    let mut rig = Rig::new();
    rig.wait(2_000);
    rig.say("not JSON");
    rig.say("[1,2]");
    rig.say(r#"{"CMD":7}"#);
    assert_eq!(rig.told("Fault("), 3, "{:#?}", rig.events);
    rig.say(&message("PING", "0", "HEARTBEAT", "{}"));
    rig.say(&message("SOMETHING", "0", "NEW", r#"{"NEW_LIST":[{"ID":"1"}]}"#));
    assert!(rig.events.iter().any(|event| event.starts_with("Record") && event.contains(r#"name: "NEW_LIST""#)), "{:#?}", rig.events);
    assert_eq!(rig.closed, None);
}

#[test]
fn a_wrong_check_value_is_refused_if_it_shall_be() {
    let wrong = LOGIN_KO.replace("0xC042", "0xC043");
    let mut config = codec_core::ksenia::controller::Config::new("panel", codec_core::Secret::new(crate::panel::PIN));
    config.crc = ksenia::CrcPolicy::Strict;
    let mut rig = Rig::with(config, 2048, move |_| vec![wrong.clone()]);
    rig.wait(1_000);
    assert_eq!((rig.told("Fault("), rig.closed), (1, None));
}
