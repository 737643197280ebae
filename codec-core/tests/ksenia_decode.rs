//! Messages and structures of our own: what is refused and why, and that order and white space do not matter.
#![cfg(feature = "ksenia")]

use codec_core::ksenia::{self, Crc, CrcPolicy, Kind, OutputState, Record, Structure, SystemArming, ZoneStatus};
use codec_core::{Fault, FaultKind, JsonError, Member};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn sealed(text: &str) -> String {
    let covered = format!("{text},\"CRC_16\"");
    format!("{covered}:\"0x{:04x}\"}}", ksenia::crc_of(covered.as_bytes()))
}

fn push(payload: &str) -> String {
    sealed(&format!(
        "{{\"SENDER\":\"AABBCCDDEEFF\",\"RECEIVER\":\"me\",\"CMD\":\"REALTIME\",\"ID\":\"0\",\"PAYLOAD_TYPE\":\"CHANGES\",\"PAYLOAD\":{payload},\"TIMESTAMP\":\"1700000000\""
    ))
}

fn refused(text: &str) -> Fault {
    let fault = ksenia::decode(text.as_bytes()).expect_err(text);
    // The content is not looked at by `open`; whatever it tells is the same.
    if let Err(other) = ksenia::open(text.as_bytes(), CrcPolicy::Strict) {
        assert_eq!(other, fault, "{text}");
    }
    fault
}

#[test]
fn the_first_class_of_several_counts() {
    let good = push(r#"{"STATUS_ZONES":[{"ID":"1"}]}"#);
    assert!(ksenia::decode(good.as_bytes()).is_ok_and(|message| matches!(message.crc(), Crc::Verified(_))));
    let class = |text: &str| refused(text).kind.class();
    // CRC wrong, CRC_16 no number, no CMD, not JSON: each hides those before it.
    let wrong = good.replace("1700000000", "1700000001");
    assert_eq!(class(&wrong), "crc");
    let odd = wrong.replace("\"0x", "\"x");
    assert_eq!(class(&odd), "crc_format");
    let bare = odd.replace("\"CMD\"", "\"CMP\"");
    assert_eq!(refused(&bare).kind, FaultKind::Envelope(Member::Command));
    let broken = bare.replace("[{", "[{,");
    assert_eq!(refused(&broken).kind, FaultKind::Json(JsonError::Unexpected));
    // A good CRC does not save it.
    let broken = push(r#"{"STATUS_ZONES":[{"ID":"1",}]}"#);
    assert_eq!(class(&broken), "json");
    let opened = ksenia::open(broken.as_bytes(), CrcPolicy::Strict).expect("the ends are good");
    assert_eq!(opened.records().filter_map(Result::err).map(|fault| fault.kind.class()).collect::<Vec<_>>(), ["json"]);
    assert!(opened.payload().is_none() && opened.outcome().is_none());
}

#[test]
fn a_crc_that_is_no_number_counts_as_absent_where_it_may() {
    let good = push("{}");
    let at = good.rfind("0x").unwrap();
    for value in ["", "0x", "0x12345", "0xGGGG", "1234", "0x 12", "x12"] {
        let text = format!("{}{value}\"}}", &good[..at]);
        assert_eq!(refused(&text).kind, FaultKind::CrcFormat, "{value}");
        let message = ksenia::decode_with(text.as_bytes(), CrcPolicy::Report).unwrap();
        assert_eq!(message.crc(), Crc::Absent, "{value}");
        assert_eq!(ksenia::decode_with(text.as_bytes(), CrcPolicy::Ignore).unwrap().crc(), Crc::Unchecked);
    }
    let number = format!("{}1234}}", good[..at].strip_suffix('"').unwrap());
    assert_eq!(refused(&number).kind, FaultKind::CrcFormat);
    let none = good[..good.find(",\"CRC_16\"").unwrap()].to_owned() + "}";
    assert_eq!(refused(&none).kind, FaultKind::CrcFormat);
}

#[test]
fn digits_may_be_few_and_in_either_case() {
    // Find a message whose value has a leading zero.
    let text = (0..100_000).map(|id| push(&format!("{{\"A\":\"{id}\"}}"))).find(|text| text.contains("\"0x0")).unwrap();
    let at = text.rfind("0x").unwrap();
    let value = &text[at + 2..at + 6];
    for form in [format!("0X{}", value.to_uppercase()), format!("0x{}", value.trim_start_matches('0'))] {
        let text = format!("{}{form}\"}}", &text[..at]);
        assert!(ksenia::decode(text.as_bytes()).is_ok(), "{text}");
    }
}

#[test]
fn members_of_the_wrong_type_are_refused() {
    let cases = [
        ("[]", Member::Message),
        ("\"CMD\"", Member::Message),
        ("{}", Member::Command),
        (r#"{"CMD":5}"#, Member::Command),
        (r#"{"CMD":null}"#, Member::Command),
        (r#"{"CMD":"X","SENDER":1}"#, Member::Sender),
        (r#"{"CMD":"X","RECEIVER":[]}"#, Member::Receiver),
        (r#"{"CMD":"X","ID":{}}"#, Member::Id),
        (r#"{"CMD":"X","PAYLOAD_TYPE":false}"#, Member::PayloadType),
        (r#"{"CMD":"X","PAYLOAD":[]}"#, Member::Payload),
        (r#"{"CMD":"X","PAYLOAD":"x"}"#, Member::Payload),
        (r#"{"CMD":"X","TIMESTAMP":true}"#, Member::Timestamp),
    ];
    for (text, member) in cases {
        assert_eq!(refused(text).kind, FaultKind::Envelope(member), "{text}");
    }
    let least = ksenia::decode_with(br#" {"CMD":"X","ID":7,"TIMESTAMP":8,"CMD":"\u0059"} "#, CrcPolicy::Report).unwrap();
    assert_eq!(least.verb_text().to_string(), "Y");
    assert_eq!(least.id().and_then(|id| id.number()), Some(7));
    assert_eq!(least.records().count(), 0);
}

#[test]
fn a_content_that_ends_early_is_noticed() {
    // The usual ends, and something else between.
    let between = sealed(
        r#"{"SENDER":"a","RECEIVER":"b","CMD":"REALTIME","ID":"0","PAYLOAD_TYPE":"CHANGES","PAYLOAD":{"STATUS_ZONES":[{"ID":"1"}]},"X":{},"TIMESTAMP":"1""#,
    );
    let whole = ksenia::decode(between.as_bytes()).unwrap();
    assert_eq!(whole.records().filter_map(|record| record.ok()?.id()).collect::<Vec<_>>(), [1]);
    let opened = ksenia::open(between.as_bytes(), CrcPolicy::Strict).unwrap();
    assert!(opened.records().any(|record| record.is_err()));
}

#[test]
fn the_own_wrapper_counts_or_the_only_one() {
    let zones = |text: &str, own: Option<&str>| {
        let message = ksenia::decode(text.as_bytes()).unwrap();
        let own = own.map(str::to_owned);
        let mut ids = Vec::new();
        let mut entries = message.entries(own.as_deref());
        while let Some(entry) = entries.next_entry().unwrap() {
            ids.push(entry.view::<ZoneStatus<'_>>().unwrap().id().unwrap());
        }
        ids
    };
    let one = r#"{"STATUS_ZONES":[{"ID":"1"}]}"#;
    let two = r#"{"STATUS_ZONES":[{"ID":"2"}]}"#;
    assert_eq!(zones(&push(&format!("{{\"me\":{one},\"other\":{two}}}")), None), [1]);
    assert_eq!(zones(&push(&format!("{{\"other\":{two},\"me\":{one}}}")), None), [1]);
    assert_eq!(zones(&push(&format!("{{\"other\":{two},\"me\":{one}}}")), Some("other")), [2]);
    assert_eq!(zones(&push(&format!("{{\"other\":{two}}}")), None), [2]);
    assert_eq!(zones(&push(&format!("{{\"other\":{two},\"third\":{one}}}")), None), [] as [u32; 0]);
    assert_eq!(zones(&push(r#"{"STATUS_ZONES":[{"ID":"1"}],"other":{"STATUS_ZONES":[{"ID":"2"}]}}"#), None), [1]);
}

#[test]
fn states_are_told_in_words() {
    let view = |kind, text: &'static str| Record::parse(kind, text.as_bytes()).unwrap().structure().unwrap();
    let Structure::ZoneStatus(zone) = view(Kind::ZoneStatus, r#"{"ID":"07","STA":"A","BYP":"MAN_T","T":"M","A":"C","NEW":["x"]}"#) else {
        panic!()
    };
    assert_eq!((zone.id(), zone.is_open(), zone.is_excluded()), (Some(7), Some(true), Some(true)));
    assert_eq!((zone.in_alarm(), zone.is_tampered(), zone.has_memory()), (Some(true), Some(false), Some(true)));
    assert!(zone.object().get("NEW").is_some());
    assert_eq!(format!("{zone:?}"), "ZoneStatus { id: 7, state: Triggered, bypass: ManualTimed, tamper: Memory, alarm: Cycle }");
    let Structure::ZoneStatus(part) = view(Kind::ZoneStatus, r#"{"ID":7,"STA":null,"BYP":{}}"#) else { panic!() };
    assert_eq!((part.id(), part.is_open(), part.is_excluded(), part.has_memory()), (Some(7), None, None, None));
    let Structure::OutputStatus(dimmer) = view(Kind::OutputStatus, r#"{"ID":"2","STA":"75","POS":"255"}"#) else { panic!() };
    assert_eq!((dimmer.level(), dimmer.is_on(), dimmer.travel()), (Some(75), Some(true), None));
    assert!(matches!(dimmer.state(), Some(OutputState::Other(level)) if level == "75"));
    let Structure::SystemStatus(system) = view(Kind::SystemStatus, r#"{"ARM":{"S":"P_OUT"},"TEMP":{"IN":"-3.5"}}"#) else { panic!() };
    assert_eq!(system.arming(), Some(SystemArming::PartialExit));
    assert_eq!(system.temperatures().and_then(|both| both.inside()?.thousandths()), Some(-3_500));
    let Structure::BusSensorStatus(sensor) = view(Kind::BusSensorStatus, r#"{"ID":"1","STA":"21.5"}"#) else { panic!() };
    assert_eq!(sensor.reading().and_then(|reading| reading.thousandths()), Some(21_500));
    assert!(matches!(view(Kind::All, "{}"), Structure::Other(_)));
}

#[test]
fn partitions_are_a_mask() {
    let mask = |text| ksenia::partition_mask(codec_core::text::json::Text::of(text).unwrap());
    assert_eq!(mask("1"), Some(1));
    assert_eq!(mask("10"), Some(1 << 4));
    assert_eq!(mask("20000000"), Some(1 << 29));
    assert_eq!(mask("ALL"), Some(u32::MAX));
    assert_eq!((mask(""), mask("x"), mask("123456789")), (None, None, None));
}

#[cfg(feature = "serde")]
#[test]
fn a_record_reads_into_a_type_of_the_caller_s() {
    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Mine<'i> {
        #[serde(rename = "ID")]
        id: &'i str,
        #[serde(rename = "NEW")]
        new: Option<u8>,
    }
    let record = Record::parse(Kind::Zones, br#"{"ID":"1","NEW":3,"OTHER":{"A":[1,{"B":2}]}}"#).unwrap();
    assert_eq!(record.deserialize::<Mine<'_>>(&mut []), Ok(Mine { id: "1", new: Some(3) }));
    let record = Record::parse(Kind::Zones, br#"{"ID":4}"#).unwrap();
    assert_eq!(record.deserialize::<Mine<'_>>(&mut []), Err(ksenia::DeserializeError::Type));
    let record = Record::parse(Kind::Zones, br#"{"ID":"1","OTHER":"long\n"}"#).unwrap();
    assert_eq!(record.deserialize::<Mine<'_>>(&mut [0; 2]), Err(ksenia::DeserializeError::Scratch));
}

fn any_member() -> impl Strategy<Value = (String, Value)> {
    let key = "ID|STA|BYP|T|A|FM|OHM|VAS|LBL|TM|AM|DOMUS|ARM|INFO|X|S";
    let text = prop_oneof!["[A-Z_0-9]{0,9}", ".{0,20}"].prop_map(Value::from);
    let value = prop_oneof![
        4 => text,
        1 => (0_u32..300).prop_map(|number| json!(number)),
        1 => Just(json!({"S": "T", "D": "x\"y"})),
        1 => Just(json!(["a", {"b": []}])),
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
    ];
    (key, value)
}

proptest! {
    /// The bet on the usual order must never change what is read.
    #[test]
    fn order_and_white_space_do_not_matter(members in prop::collection::vec(any_member(), 0..12), turn in 0_usize..12) {
        let mut map = Map::new();
        for (key, value) in members {
            map.insert(key, value);
        }
        let mut turned: Vec<(String, Value)> = map.clone().into_iter().collect();
        let len = turned.len().max(1);
        turned.rotate_left(turn % len);
        let turned = turned.iter().map(|(key, value)| format!("\n {} :\t{}", json!(key), value)).collect::<Vec<_>>().join(" ,");
        let (compact, turned) = (Value::Object(map).to_string(), format!("{{{turned} }}"));
        for kind in [Kind::ZoneStatus, Kind::BusSensorStatus, Kind::SystemStatus, Kind::OutputStatus] {
            let one = Record::parse(kind, compact.as_bytes()).unwrap();
            let other = Record::parse(kind, turned.as_bytes()).unwrap();
            let one = format!("{:?}", one.structure().unwrap());
            let other = format!("{:?}", other.structure().unwrap());
            // Nested lists and objects show their size only, white space included; here they have none.
            prop_assert_eq!(one, other);
        }
    }

    /// Whatever stands in a message, the quick way and the careful way agree.
    #[test]
    fn both_ways_in_agree(at in 0_usize..260, insert in "[\\[\\]{}:,\"\\\\ a0]{0,3}", remove in 0_usize..4) {
        let good = push(r#"{"me":{"STATUS_ZONES":[{"ID":"1","STA":"R"},{"ID":"2","STA":"A"}],"STATUS_SYSTEM":[{"ID":"1","INFO":[]}]}}"#);
        let at = at % good.len();
        let to = (at + remove).min(good.len());
        let text = format!("{}{insert}{}", &good[..at], &good[to..]);
        let whole = ksenia::decode_with(text.as_bytes(), CrcPolicy::Report);
        let opened = ksenia::open(text.as_bytes(), CrcPolicy::Report);
        let records = |message: &ksenia::Message<'_>| message.records().collect::<Result<Vec<_>, _>>().map(|all| format!("{:?}", all.iter().map(|record| record.object().as_str()).collect::<Vec<_>>()));
        match (whole, opened) {
            (Ok(whole), Ok(opened)) => {
                prop_assert_eq!(format!("{whole:?}"), format!("{opened:?}"));
                if let Ok(found) = records(&opened) {
                    prop_assert_eq!(records(&whole).unwrap(), found);
                }
            }
            (Err(whole), Err(opened)) => prop_assert_eq!(whole, opened),
            // What is wrong in the content comes with the records.
            (Err(_), Ok(opened)) => prop_assert!(records(&opened).is_err(), "{}", text),
            (Ok(_), Err(fault)) => prop_assert!(false, "{fault}: {text}"),
        }
    }
}
