//! From the handshake to the first requests of the caller.

use codec_core::ksenia::controller::{Command, Config, Controller, Memory, Tables};
use codec_core::ksenia::{self, Account, Kind};
use codec_core::{CloseReason, ConfigError, Refused, Secret};
use serde_json::json;

use crate::panel::{Rig, message, push, usual};

#[test]
fn login_reads_and_registration_come_in_order_and_paced() {
    let mut rig = Rig::new();
    assert_eq!(rig.submit(ksenia::Command::Version), Err(Refused::NotReady));
    rig.wait(5_000);
    assert_eq!(rig.requests(), ["LOGIN USER", "READ MULTI_TYPES", "READ MULTI_TYPES", "REALTIME REGISTER"]);
    assert_eq!((rig.told("LoggedIn"), rig.told("Ready { registered: true }")), (1, 1), "{:#?}", rig.events);
    let (_, login) = &rig.asked[0];
    assert_eq!((login.id.as_str(), &login.payload), ("1", &json!({"PIN": crate::panel::PIN})));
    let (_, programming) = &rig.asked[1];
    assert_eq!(
        programming.payload,
        json!({"ID_LOGIN": "2", "ID_READ": "1", "TYPES": ["ZONES", "PARTITIONS", "OUTPUTS", "SCENARIOS", "BUS_HAS", "POWER_LINES"]})
    );
    let (_, states) = &rig.asked[2];
    assert_eq!(states.payload["TYPES"].as_array().unwrap().len(), 15);
    assert_eq!(rig.asked[3].1.payload["TYPES"], states.payload["TYPES"]);
    let times: Vec<u64> = rig.asked.iter().map(|(at, _)| *at).collect();
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= 200), "{times:?}");
    let ids: Vec<&str> = rig.asked.iter().map(|(_, asked)| asked.id.as_str()).collect();
    assert_eq!(ids, ["1", "2", "3", "4"]);
}

#[test]
fn more_than_fifteen_types_are_split() {
    static MANY: [Kind<'static>; 19] = Kind::PROGRAMMING;
    let mut rig = Rig::configured(|config| config.programming = &MANY);
    rig.wait(5_000);
    let lens: Vec<usize> = rig.asked[1..3].iter().map(|(_, asked)| asked.payload["TYPES"].as_array().unwrap().len()).collect();
    assert_eq!(lens, [15, 4]);
    assert_eq!(rig.told("Ready"), 1);
}

#[test]
fn a_login_may_be_answered_in_the_ways_of_all_sources() {
    // The document's own (`LOGIN`), a number for the session, the simulator's, another number of the message.
    let answers = [
        message("LOGIN", "1", "USER", r#"{"RESULT":"OK","ID_LOGIN":"12345"}"#),
        message("LOGIN_RES", "1", "USER", r#"{"RESULT":"OK","ID_LOGIN":12345}"#),
        message("LOGIN_RES", "1", "USER", r#"{"RESULT":"OK","RESULT_DETAIL":"LOGIN_OK","ID_LOGIN":"12345"}"#),
        message("LOGIN_RES", "77", "", r#"{"RESULT":"ok","ID_LOGIN":"12345"}"#),
    ];
    for answer in answers {
        let mut rig = Rig::scripted(move |asked| if asked.command == "LOGIN" { vec![answer.clone()] } else { usual(asked) });
        rig.wait(2_000);
        assert_eq!(rig.told("LoggedIn"), 1);
        assert_eq!(rig.asked[1].1.payload["ID_LOGIN"], "12345");
    }
}

#[test]
fn a_push_before_the_snapshot_is_told_as_such() {
    let mut rig = Rig::scripted(|asked| {
        let change = push(r#"{"STATUS_ZONES":[{"ID":"1","STA":"A"}]}"#);
        if asked.command == "REALTIME" {
            return vec![change.clone(), asked.answer(r#"{"RESULT":"OK","STATUS_ZONES":[{"ID":"1","STA":"R"}]}"#), change];
        }
        usual(asked)
    });
    rig.wait(3_000);
    let records: Vec<bool> =
        rig.events.iter().filter(|event| event.contains("ZoneStatus")).map(|event| event.contains("early: true")).collect();
    assert_eq!(records, [true, false, false], "{:#?}", rig.events);
}

#[test]
fn unanswered_reads_are_repeated_three_times_and_then_left() {
    let mut rig = Rig::scripted(|asked| if asked.command == "READ" { Vec::new() } else { usual(asked) });
    rig.wait(110_000);
    assert_eq!(rig.requests().iter().filter(|request| *request == "READ MULTI_TYPES").count(), 4);
    rig.wait(110_000);
    assert_eq!(rig.told("Ready { registered: true }"), 1);
}

#[test]
fn without_a_registration_polls_go_on() {
    let mut rig = Rig::scripted(|asked| {
        if asked.command == "REALTIME" { vec![asked.answer(r#"{"RESULT":"FAIL","RESULT_DETAIL":"UNAUTHORIZED"}"#)] } else { usual(asked) }
    });
    rig.wait(130_000);
    assert_eq!(rig.told("Ready { registered: false }"), 1);
    assert_eq!(rig.requests().iter().filter(|request| *request == "READ MULTI_TYPES").count(), 4);
    assert_eq!(rig.requests().iter().filter(|request| *request == "SYSTEM_VERSION REQUEST").count(), 2);
    assert_eq!((rig.pings, rig.closed), (4, None));
}

#[test]
fn a_change_of_the_programming_is_read_again() {
    let mut version = 688;
    let mut rig = Rig::scripted(move |asked| {
        if asked.command != "SYSTEM_VERSION" {
            return usual(asked);
        }
        version += 1;
        vec![asked.answer(&format!(r#"{{"RESULT":"OK","PRG_CHECK":{{"PRG":"0000000937","CFG":"{version:010}"}}}}"#))]
    });
    rig.wait(50_000);
    assert_eq!(rig.told("Reprogrammed"), 0);
    rig.wait(12_000);
    assert!(rig.told("Reprogrammed") >= 1);
    let zones =
        rig.asked.iter().filter(|(_, asked)| asked.payload["TYPES"].as_array().is_some_and(|types| types.contains(&json!("ZONES"))));
    assert!(zones.count() >= 2);
}

#[test]
fn a_refused_upgrade_and_a_silent_door_end_the_start() {
    let mut rig = Rig::new();
    rig.refuse = Some(500);
    rig.wait(100);
    assert_eq!(rig.closed, Some(CloseReason::Handshake(codec_core::ws::HandshakeError::HttpStatus(500))));

    let mut rig = Rig::new();
    rig.dead = true;
    rig.wait(20_000);
    assert_eq!(rig.closed, Some(CloseReason::NoAnswer { millis: 10_000 }));
}

#[test]
fn settings_that_cannot_be_sent_are_refused() {
    let good = Config::new("panel", Secret::new("1234"));
    let check = |config: Config<'_>| Controller::new(&config, Tables::default(), &mut Memory::new()).map(|_| ());
    assert_eq!(check(good), Ok(()));
    let bad = |field| Err(ConfigError::BadText { field });
    assert_eq!(check(Config::new("", Secret::new("1234"))), bad("host"));
    assert_eq!(check(Config::new("a b", Secret::new("1234"))), bad("host"));
    assert_eq!(check(Config::new("panel", Secret::new(""))), bad("pin"));
    assert_eq!(check(Config::new("panel", Secret::new("12\"34"))), bad("pin"));
    let mut config = good;
    config.path = "KseniaWsock";
    assert_eq!(check(config), bad("path"));
    config = good;
    config.sender = "a\"b";
    assert_eq!(check(config), bad("sender"));
    config = good;
    config.read_millis = 0;
    assert_eq!(check(config), Err(ConfigError::OutOfRange { field: "read_millis", min: 1, max: u32::MAX, found: 0 }));
    config = good;
    config.account = Account::Installer;
    assert_eq!(check(config), Ok(()));
    let many = [Kind::Zones; 31];
    config.programming = &many;
    assert_eq!(check(config), Err(ConfigError::OutOfRange { field: "programming", min: 0, max: 30, found: 31 }));
}

#[test]
fn refresh_reads_all_again() {
    let mut rig = Rig::new();
    rig.wait(2_000);
    let before = rig.asked.len();
    let ticket = rig.submit(Command::Refresh).unwrap();
    rig.wait(2_000);
    assert_eq!(rig.outcome(ticket), Some(ksenia::controller::Outcome::Sent));
    assert_eq!(rig.requests()[before..], ["READ MULTI_TYPES", "READ MULTI_TYPES"]);
}

/// A panel that has just started leaves lists out; they are asked for once more, after two seconds.
#[test]
fn an_incomplete_first_read_is_repeated_once() {
    let mut rig = Rig::scripted(|asked| {
        if asked.command == "READ" {
            vec![asked.answer(r#"{"RESULT":"OK","ZONES":[],"PARTITIONS":[],"OUTPUTS":[]}"#)]
        } else {
            usual(asked)
        }
    });
    rig.wait(20_000);
    let programming: Vec<u64> = rig.asked.iter().filter(|(_, asked)| asked.payload["TYPES"][0] == "ZONES").map(|(at, _)| *at).collect();
    assert_eq!(programming.len(), 2, "{:?}", rig.requests());
    assert!((2_000..3_000).contains(&(programming[1] - programming[0])), "{programming:?}");
    assert_eq!(rig.told("Ready"), 1);
}
