//! Messages larger than the memory.

use codec_core::Secret;
use codec_core::ksenia::controller::Config;

use crate::panel::{PIN, Rig, usual};

/// The other lists that a complete answer has.
const OTHERS: &str = r#""PARTITIONS":[{"ID":"1"}],"OUTPUTS":[{"ID":"1"}],"SCENARIOS":[{"ID":"1"}]"#;

fn config() -> Config<'static> {
    Config::new("panel", Secret::new(PIN))
}

#[test]
fn two_thousand_records_pass_through_two_kilobytes() {
    let zones: Vec<String> = (1..=2000).map(|id| format!(r#"{{"ID":"{id}","DES":"{}","PRT":"1","BYP_EN":"T"}}"#, "x".repeat(90))).collect();
    let payload = format!(r#"{{"ZONES":[{}],{OTHERS},"RESULT":"OK"}}"#, zones.join(","));
    assert!(payload.len() > 250_000);
    let mut rig = Rig::with(config(), 2048, move |asked| match asked.payload["TYPES"][0].as_str() {
        Some("ZONES") => vec![asked.answer(&payload)],
        _ => usual(asked),
    });
    rig.wait(3_000);
    assert_eq!(rig.events.iter().filter(|event| event.starts_with("Record") && event.contains("kind: Zones")).count(), 2000);
    assert!(rig.events.iter().any(|event| event.contains("integrity: Provisional")));
    assert_eq!(rig.told("Value { name: \"RESULT\""), 1);
    assert_eq!(rig.told("Ready"), 1);
    // The message was checked at its end, and it was the answer.
    assert_eq!((rig.told("FrameEnd { crc: Verified("), rig.told("FrameEnd")), (4, 4));
    assert_eq!(rig.asked.len(), 4);
}

#[test]
fn any_cutting_of_a_large_message_tells_the_same() {
    let mut payload = r#"{"NEW_LIST":[{"ID":"1"}],"ZONES":["#.to_owned();
    (1..=150).for_each(|id| payload += &format!(r#"{{"ID":"{id}","DES":"zona \"così\" {}"}},"#, "x".repeat(id % 90)));
    payload += &format!(r#"{{"ID":"151","DES":"{}"}}],"RESULT":"OK"}}"#, "y".repeat(900));
    let told = |cut| {
        let payload = payload.clone();
        let mut rig = Rig::with(config(), 512, move |asked| match asked.payload["TYPES"][0].as_str() {
            Some("ZONES") => vec![asked.answer(&payload)],
            _ => usual(asked),
        });
        rig.cut = cut;
        rig.wait(3_000);
        assert_eq!((rig.told("Ready"), rig.closed), (1, None));
        (rig.events, rig.notices)
    };
    let whole = told(usize::MAX);
    assert!(whole.0.len() > 160 && whole.0.iter().any(|event| event.starts_with("RecordBegin")), "{:#?}", whole.0);
    for cut in [1, 2, 3, 7, 64, 500] {
        assert_eq!(told(cut), whole, "{cut} bytes at once");
    }
}

/// Lists and names that are not known here keep their names, in messages of any length.
#[test]
fn names_of_unknown_lists_are_kept() {
    for (rx, length) in [(4096, 10), (512, 300), (512, 900)] {
        let text = "x".repeat(length);
        let payload = format!(
            r#"{{"RESULT":"OK",{OTHERS},"ZONES":[],"A_LIST_OF_THE_FIRMWARE_AFTER_NEXT":[{{"ID":"1","DES":"{text}"}},{{"ID":"2","AN_UNKNOWN_MEMBER":"1"}}],"LIST\u0053":[{{"ID":"3"}}]}}"#
        );
        let mut rig = Rig::with(config(), rx, move |asked| match asked.payload["TYPES"][0].as_str() {
            Some("ZONES") => vec![asked.answer(&payload)],
            _ => usual(asked),
        });
        rig.wait(3_000);
        let named = |name: &str| rig.events.iter().filter(|event| event.starts_with("Record") && event.contains(name)).count();
        let (known, escaped) = (named("name: \"A_LIST_OF_THE_FIRMWARE_AFTER_NEXT\""), named("name: \"LIST\\\\u0053\""));
        assert_eq!((known, escaped, named("name: \"OUTPUTS\"")), (2, 1, 1), "{rx} {length}: {:#?}", rig.events);
        assert_eq!(rig.told("RecordBegin"), usize::from(length == 900));
    }
}

/// Whether a list was there does not depend on its records, nor on the length of the message.
#[test]
fn a_list_with_nothing_in_it_is_not_missing() {
    for (rooms, left_out) in [(0, false), (0, true), (100, false), (100, true)] {
        let rooms: Vec<String> = (1..=rooms).map(|id| format!(r#"{{"ID":"{id}","DES":"room"}}"#)).collect();
        let scenarios = if left_out { "" } else { r#""SCENARIOS":[],"# };
        let payload = format!(r#"{{"RESULT":"OK","ZONES":[],"PARTITIONS":[ ],{scenarios}"ROOMS":[{}],"OUTPUTS":[]}}"#, rooms.join(","));
        let mut rig = Rig::with(config(), 512, move |asked| match asked.payload["TYPES"][0].as_str() {
            Some("ZONES") => vec![asked.answer(&payload)],
            _ => usual(asked),
        });
        rig.wait(8_000);
        let asked = rig.asked.iter().filter(|(_, asked)| asked.payload["TYPES"][0] == "ZONES").count();
        assert_eq!((asked, rig.told("Ready")), (1 + usize::from(left_out), 1));
    }
}

/// Of several clients' changes in one message each takes its own, in messages of any length; a single wrapper is taken whatever its name.
#[test]
fn changes_for_another_client_are_not_ours() {
    let filling = format!(r#""STATUS_NEW":[{{"ID":"1","DES":"{}"}}]"#, "x".repeat(300));
    for more in ["", filling.as_str()] {
        let comma = if more.is_empty() { "" } else { "," };
        let zone = |id: u32| format!(r#"{{"STATUS_ZONES":[{{"ID":"{id}","STA":"A"}}]{comma}{more}}}"#);
        let mut rig = Rig::with(config(), 512, usual);
        rig.wait(3_000);
        rig.say(&crate::panel::message("REALTIME", "0", "CHANGES", &format!(r#"{{"codec-core":{},"other":{}}}"#, zone(1), zone(2))));
        rig.wait(10);
        assert_eq!((rig.told("Record { record: Record { kind: ZoneStatus"), rig.notices.len()), (1, 1), "{:#?}", rig.events);
        rig.say(&crate::panel::message("REALTIME", "0", "CHANGES", &format!(r#"{{"other":{}}}"#, zone(3))));
        rig.wait(10);
        assert_eq!(rig.notices.len(), 2);
    }
}

#[test]
fn a_record_that_does_not_fit_comes_in_parts() {
    let hours: Vec<String> = (0..24).map(|_| r#"{"T":"1","S":"0"}"#.to_owned()).collect();
    let entry = format!(r#"{{"ID":"3","ACT_MODE":"MAN","WIN":{{"TM":"20.5","MON":[{0}],"TUE":[{0}]}}}}"#, hours.join(","));
    let payload = format!(r#"{{"RESULT":"OK","ZONES":[{{"ID":"1"}}],{OTHERS},"CFG_THERMOSTATS":[{entry}]}}"#);
    let mut rig = Rig::with(config(), 512, move |asked| match asked.payload["TYPES"][0].as_str() {
        Some("ZONES") => vec![asked.answer(&payload)],
        _ => usual(asked),
    });
    rig.wait(3_000);
    assert_eq!(
        (
            rig.told("RecordBegin { kind: Thermostats, name: \"CFG_THERMOSTATS\", fault: Fault { kind: TooLong { limit: 448 }"),
            rig.told("RecordEnd")
        ),
        (1, 1)
    );
    assert_eq!(rig.told("Inner { kind: Thermostats, list: \"MON\""), 24);
    assert_eq!(rig.told("Value { name: \"TM\", text: \"20.5\" }"), 1);
    assert_eq!(rig.told("Ready"), 1);
}

#[test]
fn a_long_text_comes_in_pieces() {
    let content = "0123456789".repeat(300);
    let answer = format!(r#"{{"RESULT":"OK","RESULT_DETAIL":"FILE_OK","FILE_CONTENT":"{content}"}}"#);
    let mut rig = Rig::with(config(), 512, move |asked| if asked.form == "FILE" { vec![asked.answer(&answer)] } else { usual(asked) });
    rig.wait(3_000);
    let command = codec_core::ksenia::Command::Read(codec_core::ksenia::Read::File { path: "PROG", name: "notes.json" });
    let ticket = rig.submit(command).unwrap();
    rig.wait(100);
    let pieces: String = rig
        .events
        .iter()
        .filter_map(|event| event.strip_prefix("Text { name: \"FILE_CONTENT\", text: \""))
        .map(|event| &event[..event.find('"').unwrap()])
        .collect();
    assert_eq!(pieces, content);
    assert_eq!(rig.outcome(ticket), Some(codec_core::ksenia::controller::Outcome::Confirmed));
}
