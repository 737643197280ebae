//! Messages larger than the memory: any cutting gives the same, and the same as reading them whole.
#![cfg(feature = "ksenia")]

use codec_core::ksenia::{self, Crc, CrcPolicy, Part, RunningCrc, Stream};
use codec_core::text::elements::{Elements, Integrity, MARGIN, MIN_LIMIT, Piece};
use codec_core::text::json;
use codec_core::{Fault, FaultKind, JsonError, Member};
use proptest::prelude::*;
use serde_json::Value;

/// Closes a message that has everything up to the time.
fn sealed(text: &str) -> String {
    let covered = format!("{text},\"CRC_16\"");
    let crc = ksenia::crc_of(covered.as_bytes());
    format!("{covered}:\"0x{crc:04X}\"}}")
}

fn message(payload: &str) -> String {
    sealed(&format!(
        "{{\"SENDER\":\"A4580F941B25\",\"RECEIVER\":\"HomeAssistant\",\"CMD\":\"READ_RES\",\"ID\":\"2\",\"PAYLOAD_TYPE\":\"MULTI_TYPES\",\"PAYLOAD\":{payload},\"TIMESTAMP\":\"1769871440\""
    ))
}

/// Feeds `text` in pieces of the sizes that `cut` gives, through a window of `capacity` bytes, and writes down what comes.
fn told(text: &[u8], limit: usize, capacity: usize, mut cut: impl FnMut() -> usize) -> Vec<String> {
    let mut stream = Stream::new(limit, Integrity::Provisional);
    let (mut window, mut rest, mut told) = (Vec::new(), text, Vec::new());
    loop {
        loop {
            match stream.next_part(&window) {
                Part::More => break,
                Part::Record { record, wrapper, integrity } => {
                    told.push(format!("{integrity:?} {:?} {wrapper:?} {}", record.kind(), record.object().as_str()));
                }
                Part::Inner { kind, path, object } => {
                    told.push(format!("{kind:?} {:?} {} {}", path.names().collect::<Vec<_>>(), path.index(), object.as_str()));
                }
                Part::Value { path, text } => told.push(format!("{:?} = {text:?}", path.names().collect::<Vec<_>>())),
                Part::Text { path, text, last } => told.push(format!("{:?} += {:?} {last}", path.last(), text.raw())),
                other => told.push(format!("{other:?}")),
            }
        }
        let free = stream.release(&window);
        window.drain(..free);
        if rest.is_empty() {
            break;
        }
        let len = cut().clamp(1, rest.len()).min(capacity - window.len());
        assert!(len > 0, "the window is stuck");
        window.extend_from_slice(&rest[..len]);
        rest = &rest[len..];
    }
    told.push(format!("{:?}", stream.finish(CrcPolicy::Report)));
    told
}

/// The same text at once, byte by byte, and in between.
fn told_alike(text: &[u8], limit: usize) -> Vec<String> {
    let whole = told(text, limit, text.len() + MARGIN, || usize::MAX);
    for size in [1, 2, 3, 7, 64, 1460] {
        assert_eq!(told(text, limit, limit + MARGIN, || size), whole, "in pieces of {size}");
    }
    whole
}

#[test]
fn two_thousand_records_pass_through_two_kilobytes() {
    let zones: Vec<String> = (1..=2000)
        .map(|id| {
            format!(
                r#"{{"ID":"{id}","DES":"Zona {id:05} \"così\" {}","PRT":"1","CMD":"F","BYP_EN":"T","CAT":"PMC","AN":"F","LBL":""}}"#,
                "x".repeat(30)
            )
        })
        .collect();
    let text = message(&format!("{{\"RESULT\":\"OK\",\"RESULT_DETAIL\":\"READ_OK\",\"ZONES\":[{}],\"ROOMS\":[]}}", zones.join(",")));
    assert!(text.len() > 250_000, "{}", text.len());
    let limit = 2048 - MARGIN;
    let told = told_alike(text.as_bytes(), limit);
    let records: Vec<&str> = told.iter().filter_map(|line| line.strip_prefix("Provisional Zones None ")).collect();
    assert_eq!(records, zones);
    assert_eq!(told.len(), 2000 + 6 + 2 + 1);
    assert!(told.last().unwrap().starts_with("Ok(Verified("), "{:?}", told.last());
    assert!(size_of::<Stream>() <= 512);
    // Cuts of all sizes.
    let mut seed = 0x9E37_79B9_u64;
    for _ in 0..4 {
        let cut = || {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            (seed % 2000) as usize + 1
        };
        assert_eq!(self::told(text.as_bytes(), limit, 2048, cut), told);
    }
}

#[test]
fn a_record_that_does_not_fit_is_taken_apart() {
    let hours = |preset: u32| (0..24).map(|_| format!("{{\"T\":\"{preset}\",\"S\":\"0\"}}")).collect::<Vec<_>>().join(",");
    let season = |preset| format!("{{\"T1\":\"18.0\",\"TM\":\"20.5\",\"MON\":[{}],\"SUN\":[{}]}}", hours(preset), hours(preset));
    let entry =
        format!("{{\"ID\":\"3\",\"ACT_MODE\":\"MAN\",\"WIN\":{},\"SUM\":{},\"TOF\":{{\"T\":\"120\",\"E\":\"F\"}}}}", season(1), season(2));
    let small = r#"{"ID":"4","ACT_MODE":"OFF"}"#;
    let text = message(&format!("{{\"CFG_THERMOSTATS\":[{small},{entry},{small}]}}"));
    let told = told_alike(text.as_bytes(), 256);
    let at = text.find(&entry).unwrap();
    assert_eq!(told.iter().filter(|line| line.starts_with("Open")).count(), 1);
    assert!(
        told.iter()
            .any(|line| *line == format!("Open {{ kind: Thermostats, fault: Fault {{ kind: TooLong {{ limit: 256 }}, at: {at} }} }}"))
    );
    assert!(told.iter().any(|line| line == r#"["PAYLOAD", "CFG_THERMOSTATS", "ID"] = "3""#), "{told:#?}");
    assert!(told.iter().any(|line| line == r#"["PAYLOAD", "CFG_THERMOSTATS", "WIN", "TM"] = "20.5""#));
    assert!(told.iter().any(|line| line == r#"["PAYLOAD", "CFG_THERMOSTATS", "TOF", "T"] = "120""#));
    assert!(told.iter().any(|line| line == r#"Thermostats ["PAYLOAD", "CFG_THERMOSTATS", "SUM", "SUN"] 23 {"T":"2","S":"0"}"#));
    assert_eq!(told.iter().filter(|line| line.contains(r#"{"T":"1","S":"0"}"#)).count(), 48);
    assert_eq!(told.iter().filter(|line| **line == format!("Provisional Thermostats None {small}")).count(), 2);
    assert_eq!(told.iter().filter(|line| **line == "Close").count(), 1);
    // With room for it, it comes whole.
    assert!(self::told(text.as_bytes(), 8192, 9000, || 100).contains(&format!("Provisional Thermostats None {entry}")));
}

#[test]
fn a_long_text_comes_in_parts_between_characters() {
    let content: String = (0..400).map(|at| ["a", "é", "\\n", "\\ud83d\\ude00", "\\\"", "😀", "\\u00e9"][at % 7]).collect();
    let text = message(&format!("{{\"RESULT\":\"OK\",\"FILE_CONTENT\":\"{content}\",\"CRC_16\":\"x\"}}"));
    for limit in MIN_LIMIT..MIN_LIMIT + 20 {
        let told = told_alike(text.as_bytes(), limit);
        let parts: Vec<&str> = told.iter().filter_map(|line| line.strip_prefix("\"FILE_CONTENT\" += ")).collect();
        assert!(parts.len() > 10);
        let mut joined = String::new();
        for (at, part) in parts.iter().enumerate() {
            let (part, last) = part.rsplit_once(' ').unwrap();
            assert_eq!(last == "true", at + 1 == parts.len());
            let raw: String = serde_json::from_str(&part.replace("\\'", "'").replace("\\u{", "\\\\u{")).unwrap();
            assert!(json::check(format!("\"{raw}\"").as_bytes()).is_ok(), "{raw}");
            joined.push_str(&raw);
        }
        assert_eq!(joined, content);
        assert!(told.last().unwrap().starts_with("Ok(Verified("), "{:?}", told.last());
    }
}

#[test]
fn shapes_and_orders_are_the_same_as_when_read_whole() {
    let zone = r#"{"ID":"1","STA":"R"}"#;
    let contents = [
        format!(r#"{{"STATUS_ZONES":[{zone},{zone}],"STATUS_OUTPUTS":[]}}"#),
        format!(
            r#"{{"HomeAssistant":{{"STATUS_ZONES":[{zone}],"STATUS_SYSTEM":{{"ID":"1","INFO":["BYP_ZONE"],"ARM":{{"D":"","S":"T"}}}}}}}}"#
        ),
        format!(r#"{{"HomeAssistant":{{"STATUS_OUTPUTS":{{"OUTPUTS":[{zone}]}}}}}}"#),
        format!(r#"{{"STATUS_POWER_LINES":{{"POWER_LINES":[{zone}]}},"PARTITIONS":[{zone}]}}"#),
        r#"{"PRG_CHECK":{"PRG":"1","CFG":"2"},"STATUS_SYSTEM":{"INFO":[],"ARM":{"S":"D"}}}"#.to_owned(),
        r#"{"STATUS_FAULTS":[{"PS_MISS":[],"ZONE":["1",{"ID":"2"}]}]}"#.to_owned(),
        "{}".to_owned(),
    ];
    for content in &contents {
        for order in 0..2 {
            let head = r#""SENDER":"A4580F941B25","CMD":"REALTIME","ID":0,"PAYLOAD_TYPE":"CHANGES""#;
            let text = match order {
                0 => sealed(&format!("{{{head},\"PAYLOAD\":{content},\"TIMESTAMP\":\"1\"")),
                _ => sealed(&format!("{{ {head} , \"EXTRA\":[{{\"ID\":\"9\"}}], \"PAYLOAD\" : {content} ")),
            };
            let whole = ksenia::decode(text.as_bytes()).unwrap();
            let expected: Vec<String> =
                whole.records().flatten().map(|record| format!("{:?} {}", record.kind(), record.object().as_str())).collect();
            let told = told_alike(text.as_bytes(), 512);
            let records: Vec<String> = told
                .iter()
                .filter_map(|line| line.strip_prefix("Provisional ")?.split_once(' '))
                .map(|(kind, rest)| format!("{kind} {}", &rest[rest.find('{').unwrap()..]))
                .collect();
            assert_eq!(records, expected, "{text}");
            assert_eq!(told.last().unwrap(), &format!("{:?}", Ok::<_, Fault>(whole.crc())));
        }
    }
}

#[test]
fn records_before_the_command_come_first() {
    let text = sealed(r#"{"PAYLOAD":{"ZONES":[{"ID":"1"}]},"CMD":"READ_RES""#);
    let told = told_alike(text.as_bytes(), 64);
    assert_eq!(told[..2], [r#"Provisional Zones None {"ID":"1"}"#.to_owned(), r#"Head { member: Command, text: "READ_RES" }"#.to_owned()]);
    assert!(ksenia::decode(text.as_bytes()).is_ok_and(|whole| whole.records().count() == 1));
}

#[test]
fn what_is_wrong_is_told_after_what_was_good() {
    let good = message(r#"{"ZONES":[{"ID":"1"},{"ID":"2"}]}"#);
    let fault = |error, at| format!("Fault(Fault {{ kind: Json({error:?}), at: {at} }})");
    let broken = good.replace(r#"{"ID":"2"}"#, r#"{"ID":2x}"#);
    let told = told_alike(broken.as_bytes(), 64);
    assert!(told.contains(&r#"Provisional Zones None {"ID":"1"}"#.to_owned()));
    assert!(told.contains(&fault(JsonError::Unexpected, broken.find("2x").unwrap() + 1)), "{told:#?}");
    let mut bytes = good.clone().into_bytes();
    let at = good.find(r#""2"}]"#).unwrap() + 1;
    bytes[at] = 0xC3;
    assert!(told_alike(&bytes, 64).contains(&fault(JsonError::Utf8, at)));
    for end in 0..good.len() {
        assert_eq!(
            told_alike(&good.as_bytes()[..end], 64).last().unwrap(),
            &format!(
                "{:?}",
                Err::<Crc, _>(match json::check(&good.as_bytes()[..end]) {
                    Err(fault) => fault,
                    Ok(_) => unreachable!("a part of a message is no message"),
                })
            )
        );
    }
    let wrong = good.replace("\"ID\":\"1\"", "\"ID\":\"7\"");
    assert!(told_alike(wrong.as_bytes(), 64).last().unwrap().starts_with("Ok(Wrong"));
    let envelope = |text: &str| told_alike(text.as_bytes(), 64).last().unwrap().clone();
    let refused = |member, at| format!("{:?}", Err::<Crc, _>(Fault { kind: FaultKind::Envelope(member), at }));
    assert_eq!(envelope(r#"{"SENDER":"x"}"#), refused(Member::Command, 14));
    assert_eq!(envelope(r#"{"CMD":1}"#), refused(Member::Command, 7));
    assert_eq!(envelope(r#"{"CMD":"X","PAYLOAD":"y"}"#), refused(Member::Payload, 21));
}

#[test]
fn records_can_be_looked_for_in_other_protocols() {
    let text = br#"{"sn":4,"data":[{"id":1,"list":[{"x":1}]},[{"id":2}],"text",{"id":3}],"more":[{"id":4}]}"#;
    let mut elements = Elements::new("data", |_| false, MIN_LIMIT, ());
    let mut found = Vec::new();
    loop {
        match elements.next_piece(text) {
            Piece::More => break,
            piece => found.push((piece, elements.path().names().map(str::to_owned).collect::<Vec<_>>(), elements.is_inside())),
        }
    }
    assert!(elements.finish().is_ok());
    let shown: Vec<_> = found
        .iter()
        .map(|(piece, path, inside)| {
            let range = match piece {
                Piece::Record { range } | Piece::Scalar { range, .. } => range.clone(),
                other => panic!("{other:?}"),
            };
            (std::str::from_utf8(&text[range]).unwrap(), path.join("/"), *inside)
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("4", "sn".to_owned(), false),
            (r#"{"id":1,"list":[{"x":1}]}"#, "data".to_owned(), true),
            (r#"{"id":2}"#, "data".to_owned(), true),
            ("text", "data".to_owned(), true),
            (r#"{"id":3}"#, "data".to_owned(), true),
        ]
    );
}

#[test]
fn the_crc_does_not_depend_on_where_its_name_is_cut() {
    let text = message(r#"{"A":"\"CRC_16","B":"CRC_16","C":["CRC_16"]}"#);
    for capacity in [MIN_LIMIT + MARGIN, 200, 4096] {
        for size in 1..40 {
            let told = told(text.as_bytes(), MIN_LIMIT, capacity, || size);
            assert!(told.last().unwrap().starts_with("Ok(Verified("), "{size}: {:?}", told.last());
        }
    }
    let mut running = RunningCrc::new();
    let covered = &text.as_bytes()[..ksenia::covered_len(text.as_bytes()).unwrap()];
    covered.chunks(5).for_each(|chunk| running.update(chunk));
    assert_eq!(running.value(), ksenia::crc_of(covered));
}

/// Any JSON value, as text of another writer.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        "[\"\\\\\u{1}é😀]{0,90}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map("STATUS_[AB]|A|ID|CFG_X|[a-z]{1,3}", inner, 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_content_in_any_cutting(content in prop::collection::btree_map("STATUS_[AB]|OUTPUTS|w", any_json(), 0..4), sizes in prop::collection::vec(1_usize..200, 1..20), limit in MIN_LIMIT..300) {
        let text = message(&serde_json::to_string(&content).unwrap());
        let whole = told(text.as_bytes(), limit, text.len() + MARGIN, || usize::MAX);
        let mut next = sizes.iter().cycle();
        let cut = told(text.as_bytes(), limit, limit + MARGIN, || *next.next().unwrap());
        prop_assert_eq!(&cut, &whole);
        prop_assert!(whole.last().unwrap().starts_with("Ok(Verified("), "{:?}", whole.last());
        // With room for everything the records are those of the whole message.
        let message = ksenia::decode(text.as_bytes()).unwrap();
        prop_assert!(message.records().all(|record| record.is_ok()));
        prop_assert!(message.records().all(|record| record.unwrap().structure().is_ok()));
    }

    #[test]
    fn any_bytes_are_judged_alike_by_both_readers(text in prop_oneof!["[\\[\\]{}:,\"\\\\ 0-9a-fu.eE+-]{0,40}", "\\{\"a\":[\\[\\]{}:,\"\\\\ 0-9tfn]{0,30}\\}"]) {
        let whole = json::check(text.as_bytes());
        let mut elements = Elements::new("a", |_| false, MIN_LIMIT, ());
        let mut failed = false;
        loop {
            match elements.next_piece(text.as_bytes()) {
                Piece::More => break,
                Piece::Fault(_) => failed = true,
                _ => {}
            }
        }
        prop_assert_eq!(whole.is_ok(), !failed && elements.finish().is_ok(), "{}", text);
        // And by a third one, but for numbers that are too large for it.
        let other = serde_json::from_str::<Value>(&text);
        prop_assert!(whole.is_ok() == other.is_ok() || other.is_err_and(|error| error.to_string().contains("out of range")), "{}", text);
    }

    #[test]
    fn any_json_reads_as_others_read_it(value in any_json()) {
        let text = serde_json::to_string_pretty(&value).unwrap();
        let ours = json::check(text.as_bytes()).unwrap();
        if let (json::Value::Object(object), Value::Object(members)) = (ours, &value) {
            prop_assert_eq!(object.members().count(), members.len());
            for (key, member) in members {
                let found = object.get(key).unwrap();
                if let Some(expected) = member.as_str() {
                    prop_assert!(found.scalar().is_some_and(|text| text == expected));
                }
            }
        }
    }
}
