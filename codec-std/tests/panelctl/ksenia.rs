//! `panelctl decode ksenia` as a process: our own examples always, the shared vectors and document where they lie beside the checkout.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::process::{Ended, Running, hex, panelctl_with_input, run};

const LOGIN: &str = r#"{"SENDER":"hall","RECEIVER":"","CMD":"LOGIN","ID":"1","PAYLOAD_TYPE":"USER","PAYLOAD":{"PIN":"904817"},"TIMESTAMP":"1763640000","CRC_16":"#;

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn records(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).expect("an array of records")
}

fn objects(ended: &Ended) -> Vec<Value> {
    ended.stdout.lines().map(|line| serde_json::from_str(line).expect("a JSON object")).collect()
}

fn decode_lines(records: &[Value], policy: &[&str]) -> Vec<Value> {
    let input: String = records.iter().map(|record| hex(record["wire"].as_str().unwrap().as_bytes()) + "\n").collect();
    let ended = panelctl_with_input(&[&["decode", "ksenia", "--hex", "--json"], policy].concat(), input.as_bytes());
    let lines = objects(&ended);
    assert_eq!(lines.len(), records.len());
    assert_eq!(ended.code, i32::from(lines.iter().any(|line| line["ok"] == false)), "{}", ended.stderr);
    lines
}

/// Counts of what was compared.
#[derive(Debug, Default, PartialEq)]
struct Compared {
    verified: usize,
    refused: usize,
    without_crc: usize,
    fields: usize,
}

fn fields_agree(record: &Value, ours: &Value) -> usize {
    let fields: Vec<(&String, &Value)> = record["fields"]
        .as_object()
        .unwrap()
        .iter()
        // What a push means is not the wire.
        .filter(|(field, _)| *field != "normalized")
        .collect();
    for (field, expected) in &fields {
        assert_eq!(&ours[field.as_str()], *expected, "{}: {field}", record["name"]);
    }
    fields.len()
}

/// Decodes all records under every policy and compares every field.
fn compare(records: &[Value]) -> Compared {
    let mut compared = Compared::default();
    let strict = decode_lines(records, &[]);
    assert_eq!(decode_lines(records, &["--crc", "strict"]), strict);
    for (record, ours) in records.iter().zip(&strict) {
        let name = &record["name"];
        if record["valid"] == false {
            assert_eq!((&ours["ok"], &ours["error"]), (&json!(false), &record["error_class"]), "{name}: {ours}");
            assert!(ours["detail"].is_string() && ours["at"].is_u64(), "{name}: {ours}");
            compared.refused += 1;
        } else if record["wire"].as_str().unwrap().contains("CRC_16") {
            assert_eq!((&ours["ok"], &ours["crc_ok"]), (&json!(true), &json!(true)), "{name}: {ours}");
            compared.fields += fields_agree(record, ours);
            compared.verified += 1;
        } else {
            // Nothing for the strict.
            assert_eq!(ours["error"], "crc_format", "{name}");
            compared.without_crc += 1;
        }
    }
    for (policy, crc) in [("report", true), ("ignore", false)] {
        for (record, ours) in records.iter().zip(decode_lines(records, &["--crc", policy])) {
            let (name, class) = (&record["name"], record["error_class"].as_str());
            if let Some("json" | "envelope") = class {
                assert_eq!(ours["error"], record["error_class"], "{name}");
                continue;
            }
            let expected = match class {
                _ if !crc => json!(null),
                Some("crc") => json!(false),
                None if record["wire"].as_str().unwrap().contains("CRC_16") => json!(true),
                _ => json!(null),
            };
            assert_eq!((&ours["ok"], &ours["crc_ok"]), (&json!(true), &expected), "{name}: {ours}");
            compared.fields += fields_agree(record, &ours);
        }
    }
    compared
}

#[test]
fn own_examples_agree_field_by_field() {
    let compared = compare(&records(&here("tests/data/ksenia.json")));
    assert_eq!(compared, Compared { verified: 7, refused: 10, without_crc: 0, fields: 147 });
}

#[test]
fn shared_vectors_agree_field_by_field() {
    let path = here("../../shared/vectors/ksenia.json");
    if !path.exists() {
        println!("no shared vectors beside this checkout");
        return;
    }
    let compared = compare(&records(&path));
    println!("{compared:?}");
    assert_eq!(compared, Compared { verified: 192, refused: 3, without_crc: 1, fields: 4088 });
}

#[test]
fn the_document_decodes_as_it_is_printed() {
    let Ok(document) = std::fs::read_to_string(here("../../shared/seeds/000_3c41ef1b5725815c.txt")) else {
        println!("no document beside this checkout");
        return;
    };
    let blocks: Vec<&str> = document.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default()).collect();
    // Those with a comment or dots in place of values are no JSON.
    let whole: Vec<(&str, Value)> = blocks.iter().filter_map(|block| Some((*block, serde_json::from_str(block).ok()?))).collect();
    let (envelopes, fragments): (Vec<_>, Vec<_>) = whole.into_iter().partition(|(_, value)| value.get("CMD").is_some());
    assert_eq!((envelopes.len(), fragments.len()), (29, 21));

    let pasted: String = envelopes.iter().map(|(text, _)| *text).collect();
    let ended = panelctl_with_input(&["decode", "ksenia", "--json", "--crc", "report"], pasted.as_bytes());
    let lines = objects(&ended);
    assert_eq!((ended.code, lines.len()), (0, 29), "{}", ended.stdout);
    for ((_, value), ours) in envelopes.iter().zip(&lines) {
        for (member, field) in
            [("SENDER", "sender"), ("CMD", "cmd"), ("ID", "id"), ("PAYLOAD_TYPE", "payload_type"), ("PAYLOAD", "payload")]
        {
            assert_eq!(ours[field], value.get(member).cloned().unwrap_or_default(), "{ours}");
        }
        // They are re-indented, or have no real value.
        assert_ne!(ours["crc_ok"], true);
    }

    let pasted: String = fragments.iter().map(|(text, _)| *text).collect();
    let ended = panelctl_with_input(&["decode", "ksenia", "--json", "--crc", "report"], pasted.as_bytes());
    let lines = objects(&ended);
    assert_eq!((ended.code, lines.len()), (0, 21), "{}", ended.stdout);
    for ((_, value), ours) in fragments.iter().zip(&lines) {
        assert_eq!(ours["payload"], *value.get("PAYLOAD").unwrap_or(value));
        assert_eq!((&ours["cmd"], &ours["crc_ok"]), (&json!(null), &json!(null)));
    }
}

#[test]
fn a_stream_decodes_like_its_messages() {
    let records = records(&here("tests/data/ksenia.json"));
    let good: Vec<&str> = records.iter().filter(|record| record["valid"] == true).map(|record| record["wire"].as_str().unwrap()).collect();
    let by_line = panelctl_with_input(
        &["decode", "ksenia", "--hex"],
        good.iter().map(|wire| hex(wire.as_bytes()) + "\n").collect::<String>().as_bytes(),
    );
    for between in ["", "\n", "\r\n\r\n \t"] {
        let as_stream = panelctl_with_input(&["decode", "ksenia", "-"], good.join(between).as_bytes());
        assert_eq!((as_stream.code, &as_stream.stdout), (0, &by_line.stdout), "{between:?}");
    }
}

#[test]
fn a_bad_unit_costs_itself_and_the_next_message_decodes() {
    let good = r#"{"CMD":"PING"}"#;
    let long = format!("{{\"CMD\":\"{}\"}}", "x".repeat(3 << 20));
    let capture = format!("{good}\nnoise\n{{\"CMD\":\"cut\n{good}\n{{\"CMD\":1}}{good}\n{long}\n{good}\n{{\"CMD\":");
    let ended = panelctl_with_input(&["decode", "ksenia", "--json", "--crc", "ignore"], capture.as_bytes());
    let lines = objects(&ended);
    let told: Vec<&str> = lines.iter().map(|line| line["cmd"].as_str().or(line["error"].as_str()).unwrap()).collect();
    assert_eq!(ended.code, 1);
    assert_eq!(told, ["PING", "json", "json", "PING", "envelope", "PING", "too-long", "PING", "json"]);
    assert_eq!(lines[6]["at"], 2 << 20);
    for (line, start) in lines.iter().zip(["{\"CMD\":\"P", "noise", "{\"CMD\":\"cut"]) {
        assert_eq!(line["offset"], capture.find(start).unwrap());
    }
}

#[test]
fn fragments_are_contents_unless_strict() {
    for (text, content) in [
        (r#"{"ZONES":[{"ID":"1"}]}"#, Some(json!({"ZONES": [{"ID": "1"}]}))),
        (r#"{"PAYLOAD":{"RESULT":"FAIL"}}"#, Some(json!({"RESULT": "FAIL"}))),
        (r#"{"RESULT":"OK","LOGS":[]}"#, Some(json!({"RESULT": "OK", "LOGS": []}))),
        (r#"{"SENDER":"hall","ZONES":[]}"#, None),
        (r#"{"PAYLOAD":{},"ID":"1"}"#, None),
        (r#"{"ID":"1"}"#, None),
        ("{}", None),
    ] {
        let decode =
            |policy: &str| objects(&panelctl_with_input(&["decode", "ksenia", "--json", "--crc", policy], text.as_bytes())).remove(0);
        assert_eq!(decode("strict")["error"], "envelope", "{text}");
        let ours = decode("report");
        assert_eq!(decode("ignore")["ok"], ours["ok"]);
        match content {
            Some(content) => assert_eq!(ours["payload"], content, "{text}"),
            None => assert_eq!(ours["error"], "envelope", "{text}"),
        }
    }
}

#[test]
fn the_table_names_things() {
    let records = records(&here("tests/data/ksenia.json"));
    let good: String = records.iter().take(5).map(|record| record["wire"].as_str().unwrap().to_owned() + "\n").collect();
    let capture = good + "{\"CMD\":\"X\\u001b[31m\"}\n{\"PRG_CHECK\":{\"PRG\":\"1\"}}";
    let ended = panelctl_with_input(&["decode", "ksenia", "--crc", "report"], capture.as_bytes());
    let lines: Vec<Vec<&str>> =
        ended.stdout.lines().map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect()).collect();
    let mac = "00A1B2C3D4E5 > hall";
    assert_eq!(
        lines,
        [
            vec!["2025-11-20 12:00:00", "hall > -", "LOGIN", "1", "USER", "ok", "PIN=904817"],
            vec!["2025-11-20 12:00:01", mac, "LOGIN_RES", "1", "USER", "ok", "RESULT=OK RESULT_DETAIL=LOGIN_OK ID_LOGIN=7"],
            vec!["2025-11-20 12:00:02", "hall > -", "READ", "2", "MULTI_TYPES", "ok", "ID_LOGIN=7 ID_READ=1 TYPES[ZONES SCENARIOS]"],
            vec![
                "2025-11-20 12:00:02",
                mac,
                "READ_RES",
                "2",
                "MULTI_TYPES",
                "ok",
                "RESULT=OK ZONES[2] SCENARIOS[{ID=1 DES=Off PIN=P CAT=DISARM}]"
            ],
            vec!["2025-11-20 12:00:03", mac, "REALTIME", "0", "CHANGES", "ok", "hall{STATUS_ZONES[{ID=1 STA=A BYP=NO}]}"],
            vec!["-", "- > -", "X\\u{1b}[31m", "-", "-", "none"],
            vec!["-", "content without a message", "PRG_CHECK{PRG=1}"],
        ]
    );
}

#[test]
fn mask_hides_pins_and_keeps_what_the_crc_says() {
    let records = records(&here("tests/data/ksenia.json"));
    let wires: Vec<&str> = records.iter().take(6).map(|record| record["wire"].as_str().unwrap()).collect();
    let capture = wires.join("\n") + LOGIN + "\"0x0000\"}" + r#"{"PAYLOAD":{"PIN":"904817"}}"#;
    for form in [&["--mask"][..], &["--mask", "--json"]] {
        let ended = panelctl_with_input(&[&["decode", "ksenia", "--crc", "report"], form].concat(), capture.as_bytes());
        assert_eq!(ended.code, 0);
        assert!(!ended.stdout.contains("904817") && ended.stdout.contains("000000"), "{}", ended.stdout);
        if form.contains(&"--json") {
            let lines = objects(&ended);
            let crc: Vec<Value> = lines.iter().map(|line| line["crc_ok"].clone()).collect();
            assert_eq!(json!(crc), json!([true, true, true, true, true, true, false, null]));
            assert_eq!(lines[3]["payload"]["SCENARIOS"][0]["PIN"], "P");
            assert_eq!(lines[5]["payload"]["OUTPUT"]["STA"], "ON");
        }
    }
    // A message that is refused shows nothing of itself.
    let ended = panelctl_with_input(&["decode", "ksenia"], (LOGIN.to_owned() + "\"0x0000\"}").as_bytes());
    assert!(ended.code == 1 && !ended.stdout.contains("904817") && ended.stdout.contains("(crc)"), "{}", ended.stdout);
}

#[test]
fn a_live_pipe_shows_a_message_at_once() {
    let mut decode = Running::start(&["decode", "ksenia", "--crc", "ignore"], &[]);
    decode.type_line("{\n  \"CMD\": \"PING\"\n}");
    assert!(decode.line("decoded message", |_| true).contains("PING"));
    assert_eq!(decode.end().code, 0);
}

#[test]
fn the_policy_is_for_messages_only() {
    let ended = run(&["decode", "ness", "--crc", "report"], &[]);
    assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
    assert!(ended.stderr.contains("--crc is for ksenia"), "{}", ended.stderr);
}
