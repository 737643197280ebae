//! `panelctl decode g90-local` as a process: own examples always, the shared vectors where they lie beside the checkout.

use std::path::Path;

use serde_json::{Value, json};

use crate::process::{Ended, hex, panelctl_with_input, run};

fn objects(ended: &Ended) -> Vec<Value> {
    ended.stdout.lines().map(|line| serde_json::from_str(line).expect("a JSON object")).collect()
}

fn decode(datagram: &[u8], options: &[&str]) -> Value {
    let ended = panelctl_with_input(&[&["decode", "g90-local", "--hex", "--json"], options].concat(), (hex(datagram) + "\n").as_bytes());
    let mut lines = objects(&ended);
    assert_eq!((lines.len(), ended.code), (1, i32::from(lines[0]["ok"] == false)), "{}", ended.stderr);
    lines.remove(0)
}

/// Scalars in a value.
fn leaves(value: &Value) -> usize {
    match value {
        Value::Array(values) => values.iter().map(leaves).sum(),
        Value::Object(members) => members.values().map(leaves).sum(),
        _ => 1,
    }
}

/// Every member that is expected is there. What a row means as an alert is not part of the datagram.
fn same(name: &Value, path: &str, expected: &Value, ours: &Value) {
    match (expected, ours) {
        (Value::Object(expected), Value::Object(ours)) => {
            for (key, value) in expected.iter().filter(|(key, _)| *key != "as_alert_result") {
                same(name, &format!("{path}.{key}"), value, ours.get(key).unwrap_or(&json!("(missing)")));
            }
        }
        (Value::Array(expected), Value::Array(ours)) => {
            assert_eq!(expected.len(), ours.len(), "{name} {path}");
            for (expected, ours) in expected.iter().zip(ours) {
                same(name, path, expected, ours);
            }
        }
        _ => assert_eq!(expected, ours, "{name} {path}"),
    }
}

#[test]
fn shared_vectors_agree_field_by_field() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors/g90.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("no shared vectors beside this checkout");
        return;
    };
    let all: Vec<Value> = serde_json::from_str(&text).expect("an array of records");
    let (mut good, mut refused, mut bad_rows, mut fields) = (0, 0, 0, 0);
    for record in all.iter().filter(|record| record["transport"] == "local-cmd") {
        let (name, expected) = (&record["name"], record["fields"].as_object().expect("fields"));
        let mut option = Vec::new();
        if let Some(code) = expected.get("expected_code") {
            option.push(match expected.get("request_range") {
                Some(range) => format!("{code}:{}-{}", range[0], range[1]),
                None => code.to_string(),
            });
        }
        let options: Vec<&str> = option.iter().flat_map(|value| ["--expect", value.as_str()]).collect();
        let wire: Vec<u8> = {
            let digits = record["wire_hex"].as_str().expect("digits");
            (0..digits.len() / 2).map(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).expect("digits")).collect()
        };
        let ours = decode(&wire, &options);
        for (field, value) in expected {
            // What is not on the wire: whom the reply was for, who sent it, what another program does.
            if matches!(
                field.as_str(),
                "expected_code" | "expected_name" | "request_range" | "lib_exception" | "decode_error" | "host" | "port" | "guid"
            ) {
                continue;
            }
            same(name, field, value, &ours[field]);
            fields += leaves(value);
        }
        if record["valid"] == false {
            assert_eq!(ours["ok"], false, "{name}");
            refused += 1;
        } else if ours["ok"] == false {
            // Rows and records that say nothing: their text is kept.
            assert_eq!((&ours["error"], ours["data"].is_array()), (&json!("bad-record"), true), "{name}");
            bad_rows += 1;
        } else {
            if let Some(name) = expected.get("expected_name").filter(|_| ours["code"] != Value::Null) {
                assert_eq!(&ours["name"], name);
            }
            good += 1;
        }
    }
    assert_eq!((good, refused, bad_rows, fields), (140, 18, 3, 3560));
}
