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

#[test]
fn replies_without_their_request_say_what_can_be_said() {
    let page = br#"ISTART[102,[[1,4,1],["Hall",10,0,126,1,0,545,0,5,16,1,0,""]]]IEND"#;
    let page = decode(&[page, &b"\0"[..]].concat(), &[]);
    assert_eq!((&page["code"], &page["name"]), (&json!(102), &json!("GETSENSORLIST")));
    let derived = &page["entries"][0]["derived"];
    assert_eq!((&derived["proto_idx"], &derived["definition"]), (&json!(4), &json!("Door Sensor: Wired")));
    assert_eq!(derived["user_flags"]["names"], json!(["ENABLED", "ALERT_WHEN_AWAY_AND_HOME", "SUPPORTS_UPDATING_SUBTYPE"]));
    let unknown = decode(b"ISTART[170,[5,[100,\"Hall\"]]]IEND\0", &[]);
    assert_eq!((&unknown["ok"], &unknown["code"], &unknown["data"]), (&json!(true), &json!(170), &json!([5, [100, "Hall"]])));
    let short = decode(b"ISTART[100,[3,\"PHONE\"]]IEND\0", &[]);
    assert_eq!((&short["error"], &short["data"]), (&json!("bad-record"), &json!([3, "PHONE"])));
    let cut = decode(b"ISTART[102,[[1,1,1],[\"T\xc3\",10,0,1,3,0,33,0,0,0,1,0,\"\"]]]IEND\0", &[]);
    assert_eq!(cut["entries"][0]["parent_name"], "T\u{fffd}");
}

#[test]
fn times_of_the_history_have_years_of_four_digits() {
    // Computed with GNU date.
    for (seconds, text) in [
        ("-1", json!("1969-12-31T23:59:59Z")),
        ("951782400", json!("2000-02-29T00:00:00Z")),
        ("4294967296", json!("2106-02-07T06:28:16Z")),
        ("253402300799", json!("9999-12-31T23:59:59Z")),
        ("253402300800", Value::Null),
        ("-62135596800", json!("0001-01-01T00:00:00Z")),
        ("-62135596801", Value::Null),
        ("-9223372036854775808", Value::Null),
    ] {
        let page = decode(format!("ISTART[200,[[1,1,1],[3,33,1,1,\"Hall\",{seconds},\"\"]]]IEND\0").as_bytes(), &[]);
        assert_eq!(page["entries"][0]["derived"]["datetime"], text, "{seconds}");
    }
}

#[test]
fn an_answer_of_a_discovery_is_one_whatever_its_word() {
    let fields = "TSV018-C3SIA,1.2,1.1,206,1.8,3,3,1,0,2,50,100";
    for word in ["IWTAC_PROBE_DEVICE_NAK", "PROBE_DEVICE_ACK", "iwtac_probe_device_ack", ""] {
        assert_eq!(decode(format!("{word},{fields}\0").as_bytes(), &[])["error"], "bad-marker-or-terminator", "{word}");
    }
    for other in [format!("START[206,[{fields}]]IEND\0"), format!("[1,{fields}]\0"), "garbage\0".into(), format!("{fields}\0")] {
        assert_eq!(decode(other.as_bytes(), &[])["error"], "missing-start-marker", "{other}");
    }
    assert_eq!(decode(format!("PROBE_DEVICE_ACK,{fields}\0").as_bytes(), &["--expect", "206"])["error"], "missing-start-marker");
}

#[test]
fn expect_is_a_check() {
    let reply = b"ISTART[102,[[9,1,2],[\"a\"],[\"b\"]]]IEND\0";
    for (expect, error) in
        [("102:1-1", "extra-page"), ("GETSENSORLIST:1-10", "bad-record"), ("getdevicelist", "wrong-code"), ("100", "wrong-code")]
    {
        let ours = decode(reply, &["--expect", expect]);
        assert_eq!((&ours["error"], ours["data"][1].is_array()), (&json!(error), true), "{expect}");
    }
    // What must be a reply is no discovery text, whatever it holds.
    assert_eq!(decode(b"\xff\xfe[206]", &["--expect", "206"])["error"], "missing-start-marker");
    assert_eq!(decode(b"\xff\xfe[206]", &[])["error"], "bad-utf8");
    let end = decode(b"ISTARTIEND\0", &["--expect", "GETHISTORY"]);
    assert_eq!((&end["entries"], &end["pagination"]["total"]), (&json!([]), &json!(0)));
    for wrong in ["0", "NONE", "102:2-1", "102:0-1", "102:x"] {
        assert_eq!(run(&["decode", "g90-local", "--expect", wrong], &[]).code, 2, "{wrong}");
    }
    let ended = run(&["decode", "ness", "--expect", "206"], &[]);
    assert!(ended.code == 2 && ended.stderr.contains("--expect is for g90-local"), "{}", ended.stderr);
}

#[test]
fn a_stream_is_cut_at_its_nuls() {
    let capture = b"ISTART[206,206,\"\"]IEND\0\r\nISTARTfailIEND\0ISTART[0,100,\"AT^IWT=1123,IWT\"]IEND\0IWTAC_PROBE_DEVICE,GA\0ISTART[131,131,[131,[7]]]IEND";
    let ended = panelctl_with_input(&["decode", "g90-local", "--json"], capture);
    let told: Vec<String> = objects(&ended).iter().map(|line| format!("{} {}", line["offset"], line["error"])).collect();
    assert_eq!(told, ["0 null", "25 \"command-failed\"", "40 null", "76 null", "98 \"missing-end-marker\""]);
    let table = panelctl_with_input(&["decode", "g90-local"], capture);
    let rows: Vec<&str> = table.stdout.lines().collect();
    assert_eq!((rows.len(), table.code), (5, 1));
    assert!(rows[0].contains("GETHOSTINFO") && rows[2].contains("MCU_REBOOT"), "{rows:?}");
}

#[test]
fn mask_hides_passwords_and_keys() {
    let capture = "ISTART[212,[0,\"904817351\",1,1,\"apn\",\"user\",\"904817351\",3]]IEND\0ISTART[213,213,[213,[0,\"904817351\",1,1,\"apn\",\"user\",\"904817351\",3]]]IEND\0\
                   ISTART[230,[\"h\",1,\"a\",\"r\",\"p\",\"904817351\",1,1,\"FFFF\"]]IEND\0ISTART[114,[\"904817351\"]]IEND\0";
    for options in [&["--mask"][..], &["--mask", "--json"]] {
        let ended = panelctl_with_input(&[&["decode", "g90-local"], options].concat(), capture.as_bytes());
        assert!(!ended.stdout.contains("904817351") && ended.stdout.contains("user"), "{}", ended.stdout);
    }
    assert!(panelctl_with_input(&["decode", "g90-local"], capture.as_bytes()).stdout.contains("904817351"));
}
