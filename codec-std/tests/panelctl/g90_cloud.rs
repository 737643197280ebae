//! `panelctl decode g90-cloud` as a process: our own examples always, the shared vectors where they lie beside the checkout.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::process::{Ended, hex, panelctl_with_input};

fn objects(ended: &Ended) -> Vec<Value> {
    ended.stdout.lines().map(|line| serde_json::from_str(line).expect("a JSON object")).collect()
}

fn decode(units: &[&str], options: &[&str]) -> Vec<Value> {
    let input: String = units.iter().map(|unit| format!("{unit}\n")).collect();
    let ended = panelctl_with_input(&[&["decode", "g90-cloud", "--hex", "--json"], options].concat(), input.as_bytes());
    let lines = objects(&ended);
    assert_eq!(lines.len(), units.len());
    assert_eq!(ended.code, i32::from(lines.iter().any(|line| line["ok"] == false)), "{}", ended.stderr);
    lines
}

/// Not on the wire.
const NOT_DECODED: [&str; 5] = ["result", "context", "lib_exception", "decoded_by", "standalone_responses_hex"];

/// Compares every field of a message and gives how many there are.
fn fields_agree(name: &Value, ours: &Value, expected: &Value) -> usize {
    let mut compared = 0;
    for (field, expected) in expected.as_object().unwrap() {
        let wanted = match (field.as_str(), expected) {
            // What could not be used afterwards was decoded all the same.
            ("error", _) => continue,
            (field, _) if NOT_DECODED.contains(&field) => continue,
            // Both directions have the same bytes.
            ("message", Value::String(ping)) if ping == "PingResp" => json!("PingReq"),
            ("json_text" | "body_text", Value::String(text)) => json!(text.trim_end_matches('\0')),
            ("inner", inner) => {
                compared += fields_agree(name, &ours["inner"], inner);
                continue;
            }
            (_, expected) => expected.clone(),
        };
        assert_eq!(ours.get(field), Some(&wanted), "{name}: {field}: {ours}");
        compared += 1;
    }
    compared
}

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

#[test]
fn shared_vectors_agree_field_by_field() {
    let Ok(file) = std::fs::read_to_string(here("../../shared/vectors/g90.json")) else {
        println!("no shared vectors beside this checkout");
        return;
    };
    let records: Vec<Value> = serde_json::from_str(&file).expect("an array of records");
    let records: Vec<&Value> = records.iter().filter(|record| record["transport"] == "cloud").collect();
    let units: Vec<&str> = records.iter().map(|record| record["wire_hex"].as_str().unwrap()).collect();
    let (mut compared, mut refused) = (0, 0);
    for (record, ours) in records.iter().zip(decode(&units, &[])) {
        let (name, fields) = (&record["name"], &record["fields"]);
        let Some(list) = fields.get("messages").and_then(Value::as_array) else {
            assert_eq!(ours["ok"], true, "{name}: {ours}");
            compared += fields_agree(name, &ours, fields);
            continue;
        };
        let told = ours["messages"].as_array().unwrap();
        assert_eq!(told.len(), list.len(), "{name}: {ours}");
        compared += told.iter().zip(list).map(|(ours, expected)| fields_agree(name, ours, expected)).sum::<usize>();
        assert_eq!(ours["ok"] == false, fields.get("error").is_some(), "{name}: {ours}");
        if let Some(error) = fields.get("error") {
            assert_eq!(&ours["error"], error, "{name}");
            refused += 1;
        }
    }
    println!("{} units, {refused} refused, {compared} fields compared", records.len());
    assert_eq!((records.len(), refused, compared), (24, 3, 452));
}

const PING: &str = "0110000008000000";
/// Identity `GA00000A0000000`, firmware 207.
const HELLO: &str = "01100020480000000100000047413030303030413030303030303000010000000000000002000000007000003230370058ba0020300000000000000007000000\
                     1e0000001e000000";
/// Door contact 32 opened at 2025-02-04 15:22:25.
const OPENED: &str = "21100020780000000100000004200101436f726420310000000000000000000000000000000000000000000000000000b130a267";

fn opened() -> String {
    format!("{OPENED}{}", "00".repeat(68))
}

#[test]
fn units_with_several_messages() {
    let chunk = format!("{PING}{HELLO}{}", opened());
    let told = decode(&[&chunk, PING], &[]);
    let names: Vec<&Value> = told[0]["messages"].as_array().unwrap().iter().map(|message| &message["message"]).collect();
    assert_eq!(names, ["PingReq", "HelloReq", "StatusChangeSensor"]);
    // A status change does not say which panel it is from; the hello before it does.
    assert_eq!(told[0]["messages"][2]["device_alert"]["device_id"], "GA00000A0000000");
    assert_eq!(
        told[1],
        json!({
            "ok": true, "message": "PingReq", "header": "basic", "command": 1, "command_name": "HELLO", "source": 16, "source_name": "DEVICE",
            "header_flag1": 0, "destination": 0, "destination_name": "UNSPECIFIED", "message_length": 8, "payload_length": 0,
        })
    );
    let told = decode(&[&opened()], &["--device-id", "GA00000A0000009"]);
    assert_eq!(told[0]["device_alert"]["device_id"], "GA00000A0000009");
    assert_eq!(told[0]["timestamp_iso"], "2025-02-04T15:22:25Z");
}

#[test]
fn bad_units_have_a_class() {
    let short_payload = "21100020 0e000000 0100 0000 0203";
    for (unit, class, at) in [
        (String::new(), "empty", 0),
        (PING[..14].into(), "short-header", 7),
        ("0110002009000000ff".into(), "short-header", 9),
        ("0110000009000000".into(), "length-exceeds-data", 8),
        ("011000200c000000110000".into(), "length-exceeds-data", 11),
        (HELLO[..HELLO.len() - 2].into(), "length-exceeds-data", 71),
        (hex(b"GET / HTTP/1.1\r\n\r\n"), "length-exceeds-data", 18),
        ("0110000000000000".into(), "bad-length", 4),
        ("01100000ffffffff".into(), "bad-length", 4),
        ("01100020 0c000000 1100 0000".into(), "bad-version", 8),
        (short_payload.into(), "short-payload", 14),
        ("xx".into(), "hex-input", 0),
    ] {
        let told = &decode(&[&unit], &[])[0];
        assert_eq!((&told["error"], &told["at"]), (&json!(class), &json!(at)), "{unit}: {told}");
    }
    for (rest, class, at) in [
        ("dead", "length-exceeds-data", 10),
        (&HELLO[..40], "length-exceeds-data", 28),
        ("0000000000000000 0000", "length-exceeds-data", 12),
        ("ffffffffffffffff ffff", "length-exceeds-data", 12),
        ("0110000000000000", "bad-length", 12),
    ] {
        let told = &decode(&[&format!("{PING}{rest}")], &[])[0];
        assert_eq!(
            (&told["error"], &told["at"], &told["messages"][0]["message"]),
            (&json!(class), &json!(at), &json!("PingReq")),
            "{rest}"
        );
    }
}

#[test]
fn what_is_unknown_is_shown() {
    let told = decode(&["99aa00bb0e00000001000700beef", "21100020 0e000000 0100 0000 0102"], &[]);
    for (told, payload) in told.iter().zip(["beef", "0102"]) {
        assert_eq!((&told["ok"], &told["message"], &told["payload_hex"]), (&json!(true), &json!("Unknown"), &json!(payload)));
    }
    assert_eq!((&told[0]["command"], &told[0]["command_name"], &told[0]["sequence"]), (&json!(153), &json!(null), &json!(7)));
}

#[test]
fn a_name_that_is_no_utf8_is_told_with_the_rest() {
    let told = &decode(&[&opened().replace("436f7264", "436f72e9")], &[])[0];
    assert_eq!((&told["ok"], &told["error"], &told["at"]), (&json!(false), &json!("bad-utf8"), &json!(19)));
    assert_eq!((&told["sensor_name"], &told["device_alert"]["event_id"]), (&json!("Cor\u{fffd} 1"), &json!(32)));
}

#[test]
fn notifications_are_decoded_too() {
    let notification = |text: &str| {
        let length = u32::try_from(text.len() + 12).unwrap().to_le_bytes();
        format!("22100020{}01000000{}", hex(&length), hex(text.as_bytes()))
    };
    let good = notification("[170,[1,[2]]]\0");
    let alert = notification("[208,[2,4,0,0,\"\",\"GA00000A0000000\",1630876128,0,[\"\"]]]\0");
    let told = decode(&[&good, &alert, &format!("{HELLO}{alert}")], &[]);
    assert_eq!((&told[0]["inner_kind"], &told[0]["inner"]["state_name"]), (&json!("notification:ARM_DISARM"), &json!("ARM_HOME")));
    assert_eq!((&told[1]["inner_kind"], &told[1]["inner"]["alert"]["event_id"]), (&json!("alert:STATE_CHANGE"), &json!(4)));
    assert_eq!((&told[2]["ok"], &told[2]["messages"][1]["inner_kind"]), (&json!(true), &json!("alert:STATE_CHANGE")));
    // An alert of another panel, by the hello before it or as it was said.
    let foreign = HELLO.replace("3030303030413030", "3030303030423030");
    let told = decode(&[&format!("{foreign}{alert}{PING}")], &[]);
    assert_eq!((&told[0]["error"], told[0]["messages"].as_array().unwrap().len()), (&json!("wrong-device-id"), 3));
    assert_eq!(decode(&[&alert], &["--device-id", "x"])[0]["error"], "wrong-device-id");
    for (text, class, kind, at) in [
        ("[170,[1,[1]]\0", "bad-json", "invalid", 24),
        ("[170]\0", "bad-envelope", "invalid", 12),
        ("[170,[1,[1]]]", "missing-terminator", "invalid", 25),
        ("[170,[1]]\0", "bad-notification-arity", "notification:INVALID", 17),
        ("[208,[]]\0", "bad-alert-arity", "alert:INVALID", 17),
    ] {
        // What follows is decoded.
        let told = &decode(&[&format!("{}{PING}", notification(text))], &[])[0];
        assert_eq!((&told["error"], &told["at"]), (&json!(class), &json!(at)), "{text}: {told}");
        assert_eq!((&told["messages"][0]["inner_kind"], &told["messages"][0]["inner"]["error"]), (&json!(kind), &json!(class)));
        assert_eq!(told["messages"][1]["message"], "PingReq");
    }
    let told = &decode(&[&notification("[170,[999,[1]]]\0")], &[])[0];
    assert_eq!((&told["ok"], &told["inner_kind"], &told["inner"]["kind"]), (&json!(true), &json!("notification:INVALID"), &json!(999)));
}

fn bytes(text: &str) -> Vec<u8> {
    let digits: Vec<char> = text.chars().filter(|digit| !digit.is_whitespace()).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap()).collect()
}

#[test]
fn a_raw_stream_decodes_like_its_lines() {
    let units = [PING, HELLO, &opened(), "412000100d0000000100010001"];
    let by_line = panelctl_with_input(&["decode", "g90-cloud", "--hex"], (units.join("\n") + "\n").as_bytes());
    let stream: Vec<u8> = units.iter().flat_map(|unit| bytes(unit)).collect();
    let as_stream = panelctl_with_input(&["decode", "g90-cloud", "-"], &stream);
    assert_eq!((as_stream.code, &as_stream.stdout), (0, &by_line.stdout));
    let noisy = [b"noise that is none of it".to_vec(), stream, vec![0; 1 << 20], bytes(PING), bytes(&HELLO[..100])].concat();
    let told = objects(&panelctl_with_input(&["decode", "g90-cloud", "--json"], &noisy));
    let classes: Vec<&str> = told.iter().filter_map(|line| line["error"].as_str()).collect();
    assert_eq!((told.len(), classes), (8, vec!["bad-length", "bad-length", "length-exceeds-data"]));
    assert_eq!(told[2]["offset"], 32);
}

#[test]
fn the_table_names_things() {
    let alarm = opened().replace("04200101", "03200800");
    let ended = panelctl_with_input(&["decode", "g90-cloud", "--hex"], format!("{HELLO}\n{}\n{alarm}\n", opened()).as_bytes());
    let rows: Vec<Vec<&str>> =
        ended.stdout.lines().map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect()).collect();
    assert_eq!(
        rows,
        [
            ["-", "0", "HelloReq", "GA00000A0000000 firmware 207"],
            ["2025-02-04 15:22:25", "0", "StatusChangeSensor", "sensor 32 \"Cord 1\" sensor state 1"],
            ["2025-02-04 15:22:25", "0", "StatusChangeAlarm", "sensor 32 \"Cord 1\" infrared state 0"],
        ]
    );
    // What a terminal obeys is not passed on.
    let ended = panelctl_with_input(&["decode", "g90-cloud", "--hex"], opened().replace("436f7264", "1b5b324a").as_bytes());
    assert!(!ended.stdout.contains('\u{1b}') && ended.stdout.contains("[2J"), "{}", ended.stdout);
}

#[test]
fn mask_hides_what_commands_carry() {
    let command = "29500010230000000100050002 00c800c800050000005b3230302c5b312c31305d5d00";
    for form in [&["--mask"][..], &["--mask", "--json"]] {
        let ended = panelctl_with_input(&[&["decode", "g90-cloud", "--hex"], form].concat(), command.as_bytes());
        assert!(ended.stdout.contains("***") && !ended.stdout.contains("1,10") && !ended.stdout.contains("312c31"), "{}", ended.stdout);
    }
}

#[test]
fn options_of_other_protocols_are_refused() {
    for args in [["g90-cloud", "--crc", "strict"], ["ness", "--device-id", "x"], ["ksenia", "--device-id", "x"]] {
        assert_eq!(panelctl_with_input(&[&["decode"], &args[..]].concat(), b"").code, 2, "{args:?}");
    }
}
