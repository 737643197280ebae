//! A simulated KTS host, somebody who watches and somebody who sends: three processes.

use std::net::TcpListener;

use serde_json::{Value, json};

use crate::process::{Running, run};

const KEY: &str = "s3cr3t-k3y";
const NEW_KEY: &str = "an0ther-k3y";

/// An address that nobody listens on.
fn free() -> String {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").to_string()
}

/// A host that dials often, with a script on standard input.
fn host(address: &str, more: &[&str]) -> Running {
    let fixed = ["simulate", "kts", "--server", address, "--redial", "0.3", "--script", "-"];
    let mut host = Running::start(&[&fixed, more].concat(), &[("PANELCTL_KEY", KEY)]);
    host.line("the first line", |line| line == format!("1 host dials tcp://{address}"));
    host
}

fn send(address: &str, key: &str, args: &[&str]) -> (i32, String) {
    let keys = [("PANELCTL_KEY", key), ("PANELCTL_NEW_KEY", NEW_KEY)];
    let ended = run(&[&["send", "kts", "--listen", address], args].concat(), &keys);
    let said = ended.stderr.lines().filter(|line| !line.starts_with("listening at ")).collect::<Vec<_>>().join("\n");
    assert!(![&ended.stdout, &ended.stderr].iter().any(|text| text.contains(KEY) || text.contains(NEW_KEY)), "a key is shown");
    (ended.code, format!("{}{said}", ended.stdout).trim().to_owned())
}

#[test]
fn commands_end_with_their_outcome() {
    let address = free();
    let mut host = host(&address, &[]);
    let confirmed = (0, "confirmed".to_owned());
    let to_host = |args: &[&str]| send(&address, KEY, args);
    assert_eq!(to_host(&["set", "1", "1"]), confirmed);
    host.line("the light", |line| line == "host 1: object 1 is 1");
    assert_eq!(to_host(&["switch", "1", "off", "--json"]), (0, r#"{"ok":true,"outcome":"confirmed"}"#.into()));
    host.line("the light", |line| line == "host 1: object 1 is 0");
    assert_eq!(to_host(&["control", "EIS6=0/0/1=77"]), confirmed);
    host.line("the dimmer", |line| line == "host 1: object 2 is 77");
    // No object has the address: the host says so. No object has the id: nobody is asked.
    assert_eq!(to_host(&["control", "EIS1=9/1/1=1"]), (4, "the host refuses: error 1".into()));
    let (code, refused) = to_host(&["set", "999", "1"]);
    assert!(code == 4 && refused.starts_with("refused: "), "{refused}");
    assert_eq!(to_host(&["timing", "5", "07:30", "1=0/0/0=1,6=0/0/1=9", "--days", "1,7", "--name", "Morning"]), confirmed);
    assert_eq!(to_host(&["delete-timing", "5"]), confirmed);
    let (code, zone) = to_host(&["query", "1", "--json"]);
    let zone: Value = serde_json::from_str(&zone).expect("JSON");
    let objects = zone["objects"].as_array().expect("objects");
    assert_eq!((code, objects.len(), &zone["sn"]), (0, 4, &json!("08ABEF000001")));
    assert_eq!(objects[1], json!({"id": "2", "name": "Dimmer", "room": "1", "type": 1, "eis": 6, "value": "77"}));
    assert_eq!(objects[3]["value"], Value::Null);
    let (code, all) = to_host(&["query"]);
    assert!(code == 0 && all.contains("zone 5 Study\n  Ceiling light (17) is 0"), "{all}");

    assert_eq!(to_host(&["configure", "kts.example"]), confirmed);
    host.line("the new key", |line| line == "host 1 has a new key and the domain kts.example");
    let (code, said) = to_host(&["query", "--wait", "2"]);
    assert!(code == 3 && said.contains("the signature is wrong") && said.ends_with("no such host within 2.0 s"), "{said}");
    assert_eq!(send(&address, NEW_KEY, &["set", "1", "1", "--sn", "08ABEF000001"]).0, 0);
    assert_eq!(send(&address, NEW_KEY, &["set", "1", "1", "--sn", "08ABEF000002", "--wait", "1"]).0, 3);
    host.type_line("quit");
    assert_eq!(host.end().code, 0);
}

#[test]
fn what_is_watched_can_be_replayed_without_the_key() {
    let record = std::env::temp_dir().join(format!("panelctl-kts-{}.jsonl", std::process::id()));
    let path = record.to_str().expect("UTF-8");
    let address = free();
    let watch_args = ["watch", "kts", "--listen", &address, "--json", "--lines", "--record", path];
    let mut watch = Running::start(&watch_args, &[("PANELCTL_KEY", KEY)]);
    let mut host = host(&address, &["--zones", "1"]);
    let is = |line: &str, event: &str| line.contains(&format!("\"event\":\"{event}\""));
    watch.line("the registration", |line| is(line, "registered"));
    let state = watch.line("the state", |line| is(line, "state"));
    let state: Value = serde_json::from_str(&state).expect("JSON");
    assert_eq!(state["zones"], json!([{"id": "1", "name": "Living room"}]));
    assert_eq!(state["objects"][0], json!({"id": "1", "name": "Ceiling light", "room": "1", "type": 1, "eis": 1, "value": "0"}));
    host.type_line("set 1 1 1");
    let update = watch.line("the update", |line| is(line, "update"));
    let update: Value = serde_json::from_str(&update).expect("JSON");
    assert_eq!((&update["id"], &update["value"]), (&json!("1"), &json!("1")));
    host.type_line("drop 1");
    watch.line("the end", |line| is(line, "down"));
    watch.line("the next connection", |line| is(line, "synchronised"));
    let watched = watch.interrupt();
    assert_eq!(watched.code, 0, "{}", watched.stderr);

    let text = std::fs::read_to_string(&record).expect("a record");
    assert!(!text.contains(KEY) && text.contains(r#""key":"0000000000""#), "{text}");
    let replayed = run(&["replay", path, "--json", "--lines"], &[]);
    assert_eq!(replayed.code, 0, "{}{}", replayed.stdout, replayed.stderr);
    // The same events: those that the machine tells.
    let events = |text: &str| {
        let all = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        let told = all.filter(|event| !["up", "down", "state"].contains(&event["event"].as_str().expect("an event")));
        told.map(|mut event| {
            let members = event.as_object_mut().expect("an object");
            ["time", "ms", "connection"].iter().for_each(|name| drop(members.remove(*name)));
            event
        })
        .collect::<Vec<_>>()
    };
    let (before, again) = (events(&watched.stdout), events(&replayed.stdout));
    assert!(before.len() > 10);
    // What the goodbye leads to is in the record only.
    assert_eq!(before, again[..before.len()]);
    std::fs::remove_file(record).expect("it is there");
    host.type_line("quit");
    host.end();
}

#[test]
fn a_host_that_is_not_let_in_stays_refused_in_the_record() {
    let record = std::env::temp_dir().join(format!("panelctl-kts-refused-{}.jsonl", std::process::id()));
    let path = record.to_str().expect("UTF-8");
    let address = free();
    let mut watch = Running::start(&["watch", "kts", "--listen", &address, "--json", "--record", path], &[("PANELCTL_KEY", "other")]);
    let host = host(&address, &[]);
    let refused = watch.line("the refusal", |line| line.contains("registration_refused"));
    assert!(refused.contains(r#""reason":"signature""#), "{refused}");
    watch.line("the end", |line| line.contains("\"event\":\"down\""));
    assert_eq!(watch.interrupt().code, 0);
    let replayed = run(&["replay", path, "--json"], &[]);
    assert_eq!(replayed.code, 0, "{}{}", replayed.stdout, replayed.stderr);
    assert!(replayed.stdout.contains(r#""reason":"signature""#), "{}", replayed.stdout);
    std::fs::remove_file(record).expect("it is there");
    drop(host);
}

#[test]
fn files_of_keys_are_made_and_read() {
    let keys = std::env::temp_dir().join(format!("panelctl-kts-{}.keys", std::process::id()));
    let path = keys.to_str().expect("UTF-8");
    let address = free();
    let args = ["simulate", "kts", "--server", &address, "--hosts", "3", "--new-keys", path, "--redial", "0.3", "--json", "--every", "0.2"];
    let mut building = Running::start(&args, &[]);
    // What happens is counted: nobody listens yet.
    building.line("counts", |line| line.contains(r#""registered":0"#));
    let list = std::fs::read_to_string(&keys).expect("the file");
    assert_eq!(list.lines().count(), 3);
    assert!(list.lines().all(|line| line.starts_with("08ABEF00000") && line.len() == 12 + 1 + 32), "{list}");
    let again = run(&args, &[]);
    assert!(again.code == 2 && again.stderr.contains("cannot create"), "{}", again.stderr);
    let sent = run(&["send", "kts", "--listen", &address, "--keys", path, "--sn", "08ABEF000002", "switch", "1", "on"], &[]);
    assert_eq!((sent.code, sent.stdout.trim()), (0, "confirmed"), "{}", sent.stderr);
    building.line("the change", |line| line.contains(r#""changes":1"#));
    std::fs::write(&keys, "08ABEF000001 abc\n08ABEF000001 s3cr3t\n").expect("the file");
    let twice = run(&["simulate", "kts", "--keys", path], &[]);
    assert!(twice.code == 2 && twice.stderr.contains("line 2") && !twice.stderr.contains("s3cr3t"), "{}", twice.stderr);
    std::fs::remove_file(keys).expect("it is there");
}
