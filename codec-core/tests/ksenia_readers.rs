//! The two readers of a message, the one that has it whole and the one that takes it while it arrives, judge it alike.
#![cfg(feature = "ksenia")]

use codec_core::ksenia::{self, Crc, CrcPolicy, Kind, Part, Record, Stream, ZoneStatus};
use codec_core::text::elements::{Integrity, MARGIN};
use codec_core::{Fault, FaultKind, Member};
use proptest::prelude::*;

/// Larger than the longest name of a member with all characters escaped, and than any record here.
const LIMIT: usize = 400;

/// Records with their kind and wrapper, and the verdict.
type Told = (Vec<String>, Result<Crc, Fault>);

fn whole(text: &[u8], policy: CrcPolicy) -> Told {
    match ksenia::decode_with(text, policy) {
        Ok(message) => {
            let records = message.records().map(|record| record.expect("the message was checked"));
            (records.map(|record| format!("{:?} {}", record.kind(), record.object().as_str())).collect(), Ok(message.crc()))
        }
        Err(fault) => (Vec::new(), Err(fault)),
    }
}

fn streamed(text: &[u8], policy: CrcPolicy, mut cut: impl FnMut() -> usize) -> Told {
    let mut stream = Stream::new(LIMIT, Integrity::Provisional);
    let (mut window, mut rest, mut records, mut failed) = (Vec::new(), text, Vec::new(), None);
    loop {
        loop {
            match stream.next_part(&window) {
                Part::More => break,
                Part::Record { record, .. } => records.push(format!("{:?} {}", record.kind(), record.object().as_str())),
                Part::Fault(fault) => failed = Some(fault),
                _ => assert_eq!(failed, None, "nothing comes behind a fault"),
            }
        }
        let free = stream.release(&window);
        window.drain(..free);
        if rest.is_empty() {
            break;
        }
        let len = cut().clamp(1, rest.len()).min(LIMIT + MARGIN - window.len());
        window.extend_from_slice(&rest[..len]);
        rest = &rest[len..];
    }
    let verdict = stream.finish(policy);
    if let Some(fault) = failed {
        assert_eq!(verdict, Err(fault), "the end repeats what was told");
    }
    (records, verdict)
}

/// What must be the same. In a wrong escape, one reader points to its beginning, the other to the byte that is wrong.
fn reason(fault: Fault) -> (&'static str, Option<Fault>) {
    (fault.kind.class(), Some(fault).filter(|fault| !matches!(fault.kind, FaultKind::Json(_))))
}

/// Both readers, the second in several cuttings: verdict and records.
fn judged_alike(text: &[u8]) -> Result<Crc, Fault> {
    same(text, true)
}

fn same(text: &[u8], compare_records: bool) -> Result<Crc, Fault> {
    for policy in [CrcPolicy::Strict, CrcPolicy::Report, CrcPolicy::Ignore] {
        let (records, verdict) = whole(text, policy);
        for size in [1, 2, 3, 7, 64, LIMIT] {
            let (others, other) = streamed(text, policy, || size);
            assert_eq!(
                other.map_err(reason),
                verdict.map_err(reason),
                "in pieces of {size}, {policy:?}: {}",
                String::from_utf8_lossy(text)
            );
            if verdict.is_ok() && compare_records {
                assert_eq!(others, records, "in pieces of {size}: {}", String::from_utf8_lossy(text));
            }
        }
    }
    whole(text, CrcPolicy::Strict).1
}

fn sealed(text: &str) -> String {
    let covered = format!("{text},\"CRC_16\"");
    format!("{covered}:\"0x{:04X}\"}}", ksenia::crc_of(covered.as_bytes()))
}

#[test]
fn a_content_that_is_no_object_is_refused_and_gives_no_records() {
    let list = r#"[{"ID":"1"},{"ID":"2"}]"#;
    for value in [list, "[]", "\"x\"", "7", "null", "-"] {
        let text = sealed(&format!(r#"{{"CMD":"READ_RES","PAYLOAD":{value}"#));
        let at = u32::try_from(text.find(value).unwrap()).unwrap();
        let kind = judged_alike(text.as_bytes()).unwrap_err();
        match value {
            "-" => assert_eq!(kind.kind.class(), "json"),
            _ => assert_eq!(kind, Fault { kind: FaultKind::Envelope(Member::Payload), at }),
        }
        assert_eq!(streamed(text.as_bytes(), CrcPolicy::Report, || 5).0, [] as [&str; 0]);
    }
}

#[test]
fn members_of_a_wrong_type_are_refused_where_their_value_begins() {
    for (text, member) in [
        ("[1]", Member::Message),
        (" \"CMD\"", Member::Message),
        ("7 ", Member::Message),
        (r#"{"CMD":5}"#, Member::Command),
        (r#"{"CMD" : {"CMD":"x"}}"#, Member::Command),
        (r#"{"C\u004dD":[]}"#, Member::Command),
        (r#"{"CMD":"X","SENDER":true}"#, Member::Sender),
        (r#"{"RECEIVER":["x"],"CMD":"X"}"#, Member::Receiver),
        (r#"{"CMD":"X","ID":{"ID":"1"}}"#, Member::Id),
        (r#"{"CMD":"X","ID":1,"PAYLOAD_TYPE":1}"#, Member::PayloadType),
        (r#"{"CMD":"X","TIMESTAMP":null,"ID":null}"#, Member::Timestamp),
    ] {
        let fault = judged_alike(text.as_bytes()).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Envelope(member), "{text}");
        let before = text[..fault.at as usize].trim_end();
        assert!(before.is_empty() || before.ends_with(':'), "{text}");
    }
    let none = r#"{"SENDER":"x"} "#;
    assert_eq!(judged_alike(none.as_bytes()), Err(Fault { kind: FaultKind::Envelope(Member::Command), at: 15 }));
    // What is not JSON counts more, wherever it stands.
    let worse = r#"{"CMD":5,"PAYLOAD":[],"ID":01}"#;
    assert_eq!(judged_alike(worse.as_bytes()).unwrap_err().kind.class(), "json");
}

#[test]
fn the_check_value_has_one_spelling() {
    let head = r#"{"CMD":"REALTIME","PAYLOAD":{"STATUS_ZONES":[{"ID":"1"}]}"#;
    let escaped = format!("{head},\"CRC\\u005f16\":\"0x1234\"}}");
    assert_eq!(judged_alike(escaped.as_bytes()), Err(Fault { kind: FaultKind::CrcFormat, at: escaped.len() as u32 }));
    assert_eq!(whole(escaped.as_bytes(), CrcPolicy::Report).1, Ok(Crc::Absent));
    // Behind a good one it changes nothing.
    let good = sealed(head);
    let both = format!("{},\"\\u0043RC_16\":\"0x0\"}}", good.strip_suffix('}').unwrap());
    assert!(matches!(judged_alike(both.as_bytes()), Ok(Crc::Verified(_))));
    // A fault of the check value stands behind its name, or at the end.
    let wrong = good.replace("REALTIME", "REALTIMX");
    let at = (wrong.rfind("\"CRC_16\"").unwrap() + 8) as u32;
    assert!(matches!(judged_alike(wrong.as_bytes()), Err(Fault { kind: FaultKind::Crc { .. }, at: found }) if found == at));
    for value in ["\"x\"", "1", "{}", "[\"0x1\"]", "null", "\"CRC_16\""] {
        let odd = format!("{}:{value}}}", &good[..at as usize]);
        assert!(matches!(judged_alike(odd.as_bytes()), Err(Fault { kind: FaultKind::CrcFormat, .. })), "{odd}");
        // The last of several counts.
        let twice = format!("{},\"CRC_16\":{value}}}", good.strip_suffix('}').unwrap());
        assert!(matches!(judged_alike(twice.as_bytes()), Err(Fault { kind: FaultKind::CrcFormat, .. })), "{twice}");
    }
}

#[test]
fn members_longer_than_the_buffer_count_like_others() {
    let long = "x".repeat(3 * LIMIT);
    let text = sealed(&format!(r#"{{"CMD":"{long}","SENDER":"{long}","PAYLOAD":{{}}"#));
    assert!(matches!(judged_alike(text.as_bytes()), Ok(Crc::Verified(_))));
    let number = sealed(&format!(r#"{{"CMD":"X","PAYLOAD":{}"#, "1".repeat(3 * LIMIT)));
    assert_eq!(judged_alike(number.as_bytes()).unwrap_err().kind, FaultKind::Envelope(Member::Payload));
}

#[test]
fn records_of_an_unknown_kind_keep_their_name() {
    let name = "x".repeat(80);
    let text = sealed(&format!(r#"{{"CMD":"READ_RES","PAYLOAD":{{"{name}":[{{"ID":"1"}}],"STATUS_NEW":{{"ID":"2"}}}}"#));
    assert!(judged_alike(text.as_bytes()).is_ok());
    let (records, _) = streamed(text.as_bytes(), CrcPolicy::Strict, || 1);
    assert_eq!(records[0], format!("Other(\"{name}\") {{\"ID\":\"1\"}}"));
    assert_eq!(records[1], "Other(\"STATUS_NEW\") {\"ID\":\"2\"}");
}

/// Skipped where the shared vectors do not lie beside the checkout.
#[test]
fn every_shared_vector_is_judged_alike() {
    let file = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors/ksenia.json");
    let Ok(text) = std::fs::read_to_string(file) else { return };
    let vectors: serde_json::Value = serde_json::from_str(&text).expect("a vector file is JSON");
    for vector in vectors.as_array().expect("a list") {
        let verdict = same(vector["wire"].as_str().expect("a text").as_bytes(), false);
        let class = verdict.err().map(|fault| fault.kind.class());
        if vector["valid"] == false {
            assert_eq!(class, vector["error_class"].as_str(), "{}", vector["name"]);
        } else if !vector["crc"].is_null() {
            assert_eq!(class, None, "{}", vector["name"]);
        }
    }
}

/// The head members, each of a good or a bad type, in any order.
fn any_message() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        4 => Just("\"1\"".to_owned()),
        1 => prop_oneof![Just("1"), Just("-0.5e3"), Just("true"), Just("{\"CMD\":\"x\"}"), Just("[{\"ID\":\"9\"}]"), Just("\"\\u00e9\\ud83d\\ude00\""), Just("\"0xBEEF\"")]
            .prop_map(str::to_owned),
    ];
    let name = prop_oneof![
        6 => prop_oneof![Just("SENDER"), Just("CMD"), Just("ID"), Just("PAYLOAD_TYPE"), Just("TIMESTAMP"), Just("EXTRA")],
        1 => prop_oneof![Just("C\\u004dD"), Just("\\u0049D"), Just("CRC\\u005f16"), Just("CRC_16"), Just(""), Just("\\\"CRC_16")],
    ];
    let member = (name, value).prop_map(|(name, value)| format!("\"{name}\":{value}"));
    let zone = r#"{"ID":"1","STA":"A","X":["CRC_16",{"T":"\"CRC_16"}]}"#;
    let contents = [
        "{}".to_owned(),
        format!(r#"{{"STATUS_ZONES":[{zone},{zone}],"RESULT":"OK"}}"#),
        format!(r#"{{ "me" : {{"STATUS_ZONES":[{zone}] , "STATUS_SYSTEM":{zone}}} }}"#),
        format!(r#"{{"STATUS_OUTPUTS":{{"OUTPUTS":[{zone}]}},"NEW":[{zone}]}}"#),
        "[]".to_owned(),
        format!("[{zone}]"),
        "\"\"".to_owned(),
    ];
    let content = prop_oneof![6 => 0..4_usize, 1 => 4..7_usize].prop_map(move |at| contents[at].clone());
    let key = prop_oneof![9 => Just("PAYLOAD"), 1 => Just("P\\u0041YLOAD")];
    (prop::collection::vec(member, 0..6), key, content, 0..6_usize, any::<bool>(), any::<bool>()).prop_map(
        |(mut members, key, content, at, command, last)| {
            members.insert(at.min(members.len()), format!("\"{key}\":{content}"));
            if command {
                members.insert(0, "\"CMD\":\"READ_RES\"".to_owned());
            }
            let text = sealed(&format!("{{{}", members.join(",")));
            if last { text } else { text.replacen("0x", "0y", 1) }
        },
    )
}

proptest! {
    #[test]
    fn any_message_is_judged_alike(text in any_message()) {
        let _ = judged_alike(text.as_bytes());
    }

    #[test]
    fn a_message_with_any_mistake_is_judged_alike(text in any_message(), at in any::<prop::sample::Index>(), byte in prop_oneof![Just(None), any::<u8>().prop_map(Some), prop::sample::select(&b"\"\\{}[]:,0u \xc3"[..]).prop_map(Some)]) {
        let mut text = text.into_bytes();
        let at = at.index(text.len());
        match byte {
            Some(byte) => text[at] = byte,
            None => text.truncate(at),
        }
        // Names may have changed: the reader that cannot look ahead tells the records of all wrappers.
        let _ = same(&text, false);
    }
}

/// A record with members in any order: most as panels write them, some with other texts, other values, white space.
fn any_record() -> impl Strategy<Value = String> {
    let name = prop::sample::select(&["ID", "STA", "BYP", "T", "OHM", "LBL", "X", "LONGER_THAN_8", "S\\u0054A", "CRC_16", "", "é"][..]);
    let text = prop::sample::select(
        &[
            "",
            "1",
            "R",
            "NO",
            "3300",
            "AUTO",
            "CRC_16",
            "a name of a room, 1234567",
            "Caffè",
            "\\u0052",
            "\\\"",
            "\\ud83d\\ude00",
            "{\\\"a\\\":1}",
        ][..],
    );
    let value = prop_oneof![
        9 => text.prop_map(|text| format!("\"{text}\"")),
        1 => prop::sample::select(&["1", "true", "null", "{}", "[]", "{\"ID\":\"2\"}", "[{\"ID\":\"2\"}]"][..]).prop_map(str::to_owned),
    ];
    let space = || prop_oneof![30 => Just(""), 1 => Just(" "), 1 => Just("\n\t")];
    let member =
        (space(), name, space(), space(), value, space()).prop_map(|(a, name, b, c, value, d)| format!("{a}\"{name}\"{b}:{c}{value}{d}"));
    prop::collection::vec(member, 0..9).prop_map(|members| format!("{{{}}}", members.join(",")))
}

fn any_list() -> impl Strategy<Value = String> {
    let kind = prop::sample::select(&["STATUS_ZONES", "PARTITIONS", "ZONES", "NEW"][..]);
    let between = prop_oneof![9 => Just(","), 1 => Just(" , "), 1 => Just(",1,"), 1 => Just(",[],")];
    (prop::collection::vec(any_record(), 0..6), kind, between, any::<bool>()).prop_map(|(records, kind, between, wrapped)| {
        let list = format!("\"{kind}\":[{}],\"PARTITIONS\":[{{\"ID\":\"1\"}}]", records.join(between));
        let content = if wrapped { format!("{{\"me\":{{{list}}}}}") } else { format!("{{{list}}}") };
        sealed(&format!("{{\"CMD\":\"REALTIME\",\"PAYLOAD\":{content}"))
    })
}

proptest! {
    #[test]
    fn any_list_is_read_alike(text in any_list()) {
        prop_assert!(judged_alike(text.as_bytes()).is_ok());
    }

    #[test]
    fn a_list_with_any_mistake_is_judged_alike(text in any_list(), at in any::<prop::sample::Index>(), byte in prop_oneof![any::<u8>(), prop::sample::select(&b"\"\\{}[]:,0u \xc3\xa8"[..])]) {
        let mut text = text.into_bytes();
        let at = at.index(text.len());
        text[at] = byte;
        let _ = same(&text, false);
    }

    #[test]
    fn a_view_has_what_a_search_by_name_finds(text in any_record()) {
        let record = Record::parse(Kind::ZoneStatus, text.as_bytes()).unwrap();
        let zone: ZoneStatus<'_> = record.view().unwrap();
        let object = record.object();
        prop_assert_eq!(zone.object().as_str(), object.as_str());
        prop_assert_eq!(zone.id(), object.text("ID").and_then(|id| id.number()));
        prop_assert_eq!(zone.state().map(|state| state.text()), object.text("STA"));
        prop_assert_eq!(zone.bypass().map(|bypass| bypass.text()), object.text("BYP"));
        prop_assert_eq!(zone.tamper().map(|tamper| tamper.text()), object.text("T"));
        prop_assert_eq!(zone.ohms(), object.text("OHM"));
        prop_assert_eq!(zone.label(), object.text("LBL"));
    }
}
