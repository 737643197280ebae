//! `panelctl decode g90-notify` as a process: our own examples always, the shared vectors where they lie beside the checkout.

use std::path::Path;

use serde_json::{Value, json};

use crate::process::{hex, panelctl_with_input};

fn decode(units: &[Vec<u8>], options: &[&str]) -> (i32, Vec<Value>) {
    let input: String = units.iter().map(|unit| hex(unit) + "\n").collect();
    let arguments = [&["decode", "g90-notify", "--hex", "--json"], options].concat();
    let ended = panelctl_with_input(&arguments, input.as_bytes());
    let lines = ended.stdout.lines().map(|line| serde_json::from_str(line).expect("a JSON object")).collect();
    (ended.code, lines)
}

fn one(text: &str, options: &[&str]) -> Value {
    decode(&[text.as_bytes().to_vec()], options).1.remove(0)
}

fn members(ours: &Value, expected: &Value) -> usize {
    let expected = expected.as_object().unwrap();
    for (name, value) in expected {
        assert_eq!(ours.get(name), Some(value), "{name}: {ours}");
    }
    expected.len()
}

#[test]
fn shared_vectors_agree_field_by_field() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors/g90.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("no shared vectors beside this checkout");
        return;
    };
    let all: Vec<Value> = serde_json::from_str(&text).expect("an array of records");
    let (mut units, mut fields, mut refused) = (0, 0, 0);
    for record in all.iter().filter(|record| record["transport"] == "local-notification") {
        let wire = record["wire_hex"].as_str().unwrap();
        let wire: Vec<u8> = (0..wire.len()).step_by(2).map(|at| u8::from_str_radix(&wire[at..at + 2], 16).unwrap()).collect();
        let mut expected = record["fields"].clone();
        let configured = expected["configured_device_id"].as_str().map(str::to_owned);
        let result = expected["result"].take();
        let options = configured.as_ref().map_or(vec![], |id| vec!["--device-id", id]);
        let (code, lines) = decode(&[wire], &options);
        let ours = &lines[0];
        // What is merely unknown is not bad.
        let error = result["error"].as_str().filter(|error| !error.starts_with("unknown-"));
        assert_eq!(
            (code, lines.len(), &ours["ok"]),
            (i32::from(error.is_some()), 1, &json!(error.is_none())),
            "{}: {ours}",
            record["name"]
        );
        assert_eq!(ours["error"].as_str(), error, "{}", record["name"]);
        let expected_members = expected.as_object_mut().unwrap();
        expected_members.retain(|name, _| name != "result" && name != "configured_device_id");
        if let Some(alert) = expected_members.remove("alert") {
            fields += members(&ours["alert"], &alert);
        }
        fields += members(ours, &expected);
        refused += usize::from(error.is_some());
        units += 1;
    }
    println!("{units} units, {refused} refused, {fields} fields compared");
    assert_eq!((units, refused, fields), (39, 7, 381));
}

#[test]
fn notifications_and_alerts_have_their_members() {
    let all = [
        (r#"[170,[1,[4]]]"#, json!({"ok": true, "message_code": 170, "kind": 1, "data": [4], "state": 4, "state_name": "ALARMED"})),
        (r#"[170,[1,[9]]]"#, json!({"ok": true, "state": 9, "state_name": null})),
        (
            r#" [170, [4, [7, "Caff\u00e8", 2]]] "#,
            json!({"ok": true, "kind_name": "SENSOR_CHANGE", "idx": 7, "name": "Caffè", "action": 2, "added": false, "data": [7, "Caffè", 2]}),
        ),
        (r#"[170,[8,{"x":1}]]"#, json!({"ok": true, "kind_name": "FIRMWARE_UPDATING", "data": {"x": 1}})),
        (r#"[170,[77,null]]"#, json!({"ok": true, "kind": 77, "kind_name": null, "data": null})),
        (r#"[171,["x"]]"#, json!({"ok": true, "message_code": 171, "message_name": null, "data": ["x"]})),
        (
            r#"[208,[4,9,11,3,"K","ID",-1,0,[]]]"#,
            json!({"ok": true, "alert": {"type": 4, "event_id": 9, "source": 11, "state": 3, "zone_name": "K", "device_id": "ID", "unix_time": -1,
                "resv4": 0, "other": [], "type_name": "SENSOR_ACTIVITY", "source_name": "RFID"}}),
        ),
        (r#"[170,[5,[1]]]"#, json!({"ok": false, "error": "bad-record", "at": 8, "kind": 5, "kind_name": "SENSOR_ACTIVITY", "data": [1]})),
        (r#"[170,[5,["1","Hall"]]]"#, json!({"ok": false, "error": "bad-record", "data": ["1", "Hall"]})),
        (r#"[170,[6,[1,"Hall",2]]]"#, json!({"ok": false, "error": "bad-record", "data": [1, "Hall", 2]})),
        (r#"[170,[1,3]]"#, json!({"ok": false, "error": "bad-record", "data": 3})),
        (r#"[170,5]"#, json!({"ok": false, "error": "bad-notification-arity", "message_name": "NOTIFICATION"})),
        (r#"[208,[4,9,11,3,"K","ID",-1,0]]"#, json!({"ok": false, "error": "bad-alert-arity", "at": 5, "message_name": "ALERT"})),
        (
            r#"[208,["4",9,11,3,"K","ID",-1,0,[]]]"#,
            json!({"ok": false, "error": "bad-record", "data": ["4", 9, 11, 3, "K", "ID", -1, 0, []]}),
        ),
        (r#"{"170":[]}"#, json!({"ok": false, "error": "bad-envelope"})),
        (r#"[170,[1,[1]],0]"#, json!({"ok": false, "error": "bad-envelope"})),
        ("[170,[5,[1,\"a\tb\"]]]", json!({"ok": false, "error": "bad-json", "at": 13})),
        ("[170,[1,[1]]]\0", json!({"ok": false, "error": "bad-json", "at": 13})),
        ("[170,[1,[1]]][170,[1,[1]]]", json!({"ok": false, "error": "bad-json", "at": 13})),
        ("", json!({"ok": false, "error": "bad-json"})),
    ];
    for (text, expected) in all {
        members(&one(&format!("{text}\0"), &[]), &expected);
    }
    members(&one("[170,[1,[1]]]", &[]), &json!({"error": "missing-terminator", "at": 13}));
}

#[test]
fn another_panel_is_told_when_asked_for() {
    let alert = "[208,[2,4,0,0,\"\",\"GA2\",1630876128,0,[\"\"]]]\0";
    assert_eq!(one(alert, &["--device-id", "GA2"])["ok"], true);
    assert_eq!(one(alert, &["--device-id", " "])["ok"], true);
    let ours = one(alert, &["--device-id", "GA1"]);
    members(&ours, &json!({"ok": false, "error": "wrong-device-id"}));
    assert_eq!(ours["alert"]["device_id"], "GA2");
    // Notifications name no panel.
    assert_eq!(one("[170,[1,[1]]]\0", &["--device-id", "GA1"])["ok"], true);
    let ended = panelctl_with_input(&["decode", "ness", "--device-id", "GA1"], b"");
    assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
}

#[test]
fn a_capture_is_cut_at_the_ends_of_datagrams() {
    let capture = b"[170,[1,[1]]]\0\n[170,[5,[1,\"\xff\"]]]\0[208,[4,100,1,1,\"Hall\",\"GA1\",1631545189,0,[\"\"]]]\0[170,[5,[15,\"K\\u001b\"]]]\0[170";
    let ended = panelctl_with_input(&["decode", "g90-notify"], capture);
    let lines: Vec<Vec<&str>> =
        ended.stdout.lines().map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect()).collect();
    assert_eq!(
        lines,
        [
            vec!["-", "notification", "arm disarm", "arm away"],
            vec!["bad unit: not UTF-8 (bad-utf8) at byte 12 of the unit at byte 15 of the stream"],
            vec!["2021-09-13 14:59:49", "alert", "sensor activity", "sensor 100 Hall open"],
            vec!["-", "notification", "sensor activity", "sensor 15 K\\u{1b}"],
            vec!["bad unit: no NUL at the end (missing-terminator) at byte 4 of the unit at byte 107 of the stream"],
        ]
    );
    assert_eq!(ended.code, 1);
}
