//! `panelctl decode kts` as a process: our own examples always, the shared vectors where they lie beside the checkout.

use std::path::Path;

use serde_json::{Value, json};

use crate::process::{Ended, hex, panelctl_with_input};

const KEY: &str = "s3cr3t-k3y";

fn objects(ended: &Ended) -> Vec<Value> {
    ended.stdout.lines().map(|line| serde_json::from_str(line).expect("a JSON object")).collect()
}

fn decode_lines(wires: &[&str], more: &[&str]) -> Vec<Value> {
    let input: String = wires.iter().map(|wire| hex(wire.as_bytes()) + "\n").collect();
    let ended = panelctl_with_input(&[&["decode", "kts", "--hex", "--json"], more].concat(), input.as_bytes());
    let lines = objects(&ended);
    assert_eq!(lines.len(), wires.len());
    assert_eq!(ended.code, i32::from(lines.iter().any(|line| line["ok"] == false)), "{}", ended.stderr);
    lines
}

#[test]
fn shared_vectors_agree_field_by_field() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors/kts.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("no shared vectors beside this checkout");
        return;
    };
    let records: Vec<Value> = serde_json::from_str(&text).unwrap();
    let wires: Vec<&str> = records.iter().map(|record| record["wire"].as_str().unwrap()).collect();
    let (mut compared, mut refused) = (0, 0);
    for (record, ours) in records.iter().zip(decode_lines(&wires, &[])) {
        let name = &record["name"];
        if record["valid"] == false {
            assert_eq!((&ours["ok"], &ours["error"]), (&json!(false), &record["error"]), "{name}: {ours}");
            refused += 1;
            continue;
        }
        assert_eq!(ours["ok"], true, "{name}: {ours}");
        for (field, expected) in record["fields"].as_object().unwrap().iter().filter(|(field, _)| *field != "key") {
            assert_eq!(ours.get(field), Some(expected), "{name}: {field}");
            compared += 1;
        }
        assert!(!ours.to_string().contains("1234567890"), "{name}: {ours}");
    }
    println!("{compared} fields compared, {refused} refused");
    assert_eq!((compared, refused), (66, 6));
}

#[test]
fn own_examples_decode_as_they_should() {
    let long = format!(r#"{{"sn":"1","cmd":"x","data":"{}"}}"#, "y".repeat(40_960));
    let cases = [
        (r#"{"sn":"A0","cmd":"keepalive"}"#, json!({"sn": "A0", "cmd": "keepalive"})),
        (r#" {"sn" : 7 , "cmd":"regrsp","data":"{\"error\" : 1}" } "#, json!({"sn": "7", "error_code": 1})),
        (r#"{"sn":"1","cmd":"query2","data":{"oRoom":-1,"tag":5},"more":[1]}"#, json!({"room": null, "tag": "5"})),
        (
            r#"{"sn":"1","cmd":"rsp1","data":"[{\"nID\":\"1\",\"nName\":\"caf\\u00e9\",\"pID\":\"-1\"}]"}"#,
            json!({"zones": [{"id": "1", "name": "café", "parent": null, "icon": null}]}),
        ),
        (
            r#"{"sn":"1","cmd":"control","data":"EIS5\u003d1\/2\/3\u003d21.5"}"#,
            json!({"actions": [{"eis": 5, "address": "1/2/3", "value": "21.5"}]}),
        ),
        (r#"{"sn":"1","cmd":"timingrsp","data":{"tid":"9","tname":"x","oRoom":"0"}}"#, json!({"id": "9", "name": "x", "room": "0"})),
        (
            r#"{"sn":"1","cmd":"timing","data":{"tid":9,"flag":"2","action":"","repeat":""}}"#,
            json!({"id": "9", "flag": "delete", "actions": [], "days": []}),
        ),
        (r#"{"sn":"1","cmd":"push","data":[{"oID":1,"EIS":5,"val":-1}]}"#, json!({"updates": [{"id": "1", "eis": 5, "value": null}]})),
        (r#"{"sn":"1","cmd":"new","data":[1]}"#, json!({"data": [1]})),
        (r#"{"sn":"1","cmd":"new"}"#, json!({"data": null})),
        (r#"{"sn":"1","data":{},"cmd":"regrsp"}"#, json!({"error": "order"})),
        (r#"{"sn":"1","x":"2","cmd":"keepalive"}"#, json!({"error": "order"})),
        (r#"{"sn":"1","cmd":"keepalive","sn":"2"}"#, json!({"error": "order"})),
        (r#"{"sn":"1","cmd":"reg","rand":"1","timestamp":"2","sign":"3"}"#, json!({"error": "order"})),
        (r#"{"sn":"1","cmd":"push"}"#, json!({"error": "order"})),
        (r#"{"cmd":"push","data":[}"#, json!({"error": "json"})),
        (r#"{"sn":"1","cmd":"push","data":{}}"#, json!({"error": "json"})),
        (r#"{"sn":"1","cmd":"rsp1","data":"[{"}"#, json!({"error": "json"})),
        ("[]", json!({"error": "json"})),
        ("", json!({"error": "json"})),
        (r#"{"sn":"1","cmd":"control","data":"EIS1=1/8/1=1"}"#, json!({"error": "address"})),
        (r#"{"sn":"1","cmd":"control","data":"EIS1=32/1/1=1"}"#, json!({"error": "address"})),
        (r#"{"sn":"1","cmd":"control","data":"EIS1=1/1/256=1"}"#, json!({"error": "address"})),
        (r#"{"sn":"1","cmd":"control","data":"EIS1=1/1=1"}"#, json!({"error": "address"})),
        (r#"{"sn":"1","cmd":"rsp2","data":[{"oID":"1","addrSet2":"1/9/1"}]}"#, json!({"error": "address"})),
        (r#"{"sn":"1","cmd":"timing","data":{"action":"1=1/9/1=1"}}"#, json!({"error": "address"})),
        (r#"{"sn":"1","cmd":"control","data":"1=1/1/1=1"}"#, json!({"error": "action"})),
        (r#"{"sn":"1","cmd":"control","data":"EISx=1/1/1=1"}"#, json!({"error": "action"})),
        (r#"{"sn":"1","cmd":"control","data":""}"#, json!({"error": "action"})),
        (r#"{"sn":"1","cmd":"timing","data":{"action":"1=1/1/1"}}"#, json!({"error": "action"})),
        (&long, json!({"error": "too-long"})),
    ];
    let wires: Vec<&str> = cases.iter().map(|(wire, _)| *wire).collect();
    for ((wire, expected), ours) in cases.iter().zip(decode_lines(&wires, &[])) {
        for (field, expected) in expected.as_object().unwrap() {
            assert_eq!(ours.get(field), Some(expected), "{wire}: {ours}");
        }
    }
    let lenient = decode_lines(&[r#"{"x":1,"data":{"error":"0"},"cmd":"regrsp","sn":"1"}"#, wires[12]], &["--lenient"]);
    assert_eq!((&lenient[0]["error_code"], &lenient[1]["error"]), (&json!(0), &json!("order")));
}

#[test]
fn a_stream_is_cut_at_cr_lf_only() {
    let good = r#"{"sn":"1","cmd":"keepalive"}"#;
    let long = "z".repeat(100_000);
    let capture =
        format!("{good}\r\n\r\n{{\n\"sn\":\"1\",\r\"cmd\":\"push\",\n\"data\":[\n]}}\r\n{long}\r\n{good}\n{good}\r\nnoise\r\n{good}");
    let ended = panelctl_with_input(&["decode", "kts", "--json"], capture.as_bytes());
    let told: Vec<String> =
        objects(&ended).iter().map(|line| line["cmd"].as_str().or(line["error"].as_str()).unwrap().to_owned()).collect();
    assert_eq!(told, ["keepalive", "push", "too-long", "json", "json", "keepalive"]);
    assert_eq!(ended.code, 1);
}

#[test]
fn no_output_shows_a_key() {
    let capture = [
        format!(r#"{{"sn":"1","cmd":"cfg","data":{{"key":"{KEY}","domain":"kts.example"}}}}"#),
        format!(r#"{{"sn":"1","cmd":"cfgrsp","data":{{"error":"0","key":"{KEY}"}}}}"#),
        format!(r#"{{"sn":"1","cmd":"cfgrsp","data":{{"error":"0","key":"{KEY}"}}"#),
    ]
    .join("\r\n");
    for form in [&[][..], &["--json"], &["--mask"]] {
        let ended = panelctl_with_input(&[&["decode", "kts"], form].concat(), capture.as_bytes());
        assert!(ended.code == 1 && ended.stdout.contains("kts.example"), "{}", ended.stdout);
        assert!(!ended.stdout.contains(KEY) && !ended.stderr.contains(KEY), "{}", ended.stdout);
    }
    let unknown = format!(r#"{{"sn":"1","cmd":"setkey","data":"{KEY}"}}"#);
    let ended = panelctl_with_input(&["decode", "kts", "--mask", "--json"], unknown.as_bytes());
    assert!(!ended.stdout.contains(KEY) && ended.stdout.contains("setkey"));
}

#[test]
fn the_table_names_things() {
    let capture = [
        r#"{"sn":"08ABEF112233","cmd":"query1","data":{"oRoom":"-1","tag":"222"}}"#,
        r#"{"sn":"08ABEF112233","cmd":"push","data":[{"oID":"37","EIS":"1","val":"\u001b1"}]}"#,
        r#"{"sn":"08ABEF112233","cmd":"control","data":"EIS1=1/1/1=1"}"#,
    ]
    .join("\r\n");
    let ended = panelctl_with_input(&["decode", "kts"], capture.as_bytes());
    let expected = [
        "08ABEF112233      query1      zone=all tag=222",
        "08ABEF112233      push        37=\\u{1b}1",
        "08ABEF112233      control     EIS1 1/1/1=1",
    ];
    assert_eq!(ended.stdout.lines().collect::<Vec<_>>(), expected);
}
