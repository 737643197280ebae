//! A simulated Ksenia panel, somebody who watches and somebody who sends: three processes.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::process::{Running, panelctl, run};

const CODE: (&str, &str) = ("PANELCTL_CODE", "123456");

/// A simulation without delays, with a script on standard input.
fn simulator(more: &[&str]) -> (Running, String) {
    let fixed = ["simulate", "ksenia", "--script", "-", "--exit-delay", "0", "--entry-delay", "0"];
    let mut simulator = Running::start(&[&fixed, more].concat(), &[]);
    let address = format!("ws://{}", simulator.listening());
    (simulator, address)
}

fn object(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"))
}

fn send(address: &str, args: &[&str]) -> (i32, String) {
    let ended = run(&[&["send", "ksenia", address], args].concat(), &[CODE]);
    (ended.code, format!("{}{}", ended.stdout, ended.stderr).trim().to_owned())
}

#[test]
fn commands_end_with_their_outcome() {
    let (mut simulator, address) = simulator(&["--zones", "40"]);
    let send = |args: &[&str]| send(&address, args);
    let confirmed = (0, "confirmed".to_owned());
    assert_eq!(send(&["arm-away"]), confirmed);
    simulator.line("arming", |line| line == "panel armed, away");
    assert_eq!(send(&["disarm", "--json"]), (0, r#"{"ok":true,"outcome":"confirmed"}"#.into()));
    simulator.line("disarming", |line| line == "panel disarmed");
    assert_eq!(send(&["arm-home", "--partition", "2"]), confirmed);
    simulator.line("arming", |line| line == "area 2 armed");
    assert_eq!(send(&["disarm", "--partition", "2"]), confirmed);
    assert_eq!(send(&["arm-away", "--partition", "1", "--long-words"]), confirmed);
    assert_eq!(send(&["disarm"]), confirmed);
    assert_eq!(send(&["scenario", "4"]), confirmed);
    simulator.line("light", |line| line == "output 2 on");
    let (code, refused) = send(&["scenario", "77"]);
    assert!(code == 4 && refused.starts_with("the panel refuses: "), "{refused}");
    assert_eq!(send(&["output", "2", "off"]), confirmed);
    simulator.line("light", |line| line == "output 2 off");
    assert_eq!(send(&["output", "5", "40"]), confirmed);
    assert_eq!(send(&["output", "3", "up"]), confirmed);
    assert_eq!(send(&["output", "3", "stop"]), confirmed);
    assert_eq!(send(&["output", "5", "toggle"]), confirmed);
    simulator.line("dimmer", |line| line == "output 5 off");
    assert_eq!(send(&["bypass", "2", "on"]), confirmed);
    simulator.line("exclusion", |line| line == "zone 2 excluded");
    assert_eq!(send(&["bypass", "2", "off"]), confirmed);
    // The programming says no, and the panel is not asked.
    assert_eq!(send(&["bypass", "5", "on"]), (4, "refused: the panel's programming does not allow it".into()));
    assert_eq!(send(&["thermostat", "1", "--mode", "manual", "--season", "winter", "--set", "23.5"]), confirmed);
    // More than a kilobyte in one request.
    let week = format!("mon-special2={}", "1+23".repeat(8));
    assert_eq!(send(&["thermostat", "1", "--day", &week, "--for", "summer", "--switch-off", "2"]), confirmed);
    let (code, answer) = send(&["read", "CFG_THERMOSTATS", "--json"]);
    let answer = object(&answer);
    assert_eq!((code, &answer["outcome"]), (0, &json!("records")));
    let thermostat = answer["records"].as_array().unwrap().iter().find(|record| record["kind"] == "CFG_THERMOSTATS");
    assert_eq!(thermostat.expect("a record")["record"]["ACT_MODE"], "MAN", "{answer}");
    for what in ["alarms", "faults", "communications"] {
        assert_eq!(send(&["clear", what]), confirmed);
    }
    assert_eq!(send(&["timer", "1", "off"]), confirmed);
    let (code, logs) = send(&["logs", "--count", "5", "--json"]);
    let logs = object(&logs);
    assert_eq!((code, logs["logs"].as_array().unwrap().len()), (0, 5), "{logs}");
    let (code, version) = send(&["version", "--json"]);
    let version = object(&version);
    assert_eq!((code, &version["model"], &version["ver_lite"]["FW"]), (0, &json!("lares 4.0 40IP wls"), &json!("1.100.19")));
    assert_eq!(send(&["file"]), (0, r#"{"notes":[]}"#.into()));
    let (code, missing) = send(&["file", "PROG", "none.json"]);
    assert_eq!((code, missing.as_str()), (4, "the panel refuses: FILE_NOT_FOUND"));
    simulator.type_line("zone 17 open");
    simulator.line("zone 17", |line| line == "zone 17 open");
    let (code, table) = send(&["state"]);
    assert_eq!(code, 0, "{table}");
    for row in
        ["panel           disarmed", "zones open      17 Zone 17", "sensors         1 Living room", "scenarios       1 Disarm, 2 Away"]
    {
        assert!(table.contains(row), "{row}: {table}");
    }
    simulator.type_line("quit");
    let ended = simulator.end();
    assert_eq!(ended.code, 0);
    // Every connection ended with a logout, so that no panel keeps a place for it.
    let count = |what: &str| ended.stdout.lines().filter(|line| line.contains(what)).count();
    assert_eq!((count("LOGOUT"), count("logged in")), (count("connected from"), count("connected from")), "{}", ended.stdout);
}

#[test]
fn a_watcher_sees_what_another_client_does_comes_back_and_logs_out() {
    let (mut simulator, address) = simulator(&["--refusal", "1"]);
    let record = std::env::temp_dir().join(format!("panelctl-ksenia-{}.jsonl", std::process::id()));
    let args = ["watch", "ksenia", &address, "--json", "--lines", "--record", record.to_str().unwrap()];
    let mut watch = Running::start(&args, &[CODE]);
    let event = |kind: &'static str| move |line: &str| object(line)["event"] == kind;
    watch.line("connection", event("up"));
    let state = object(&watch.line("state", event("state")));
    assert_eq!((&state["areas"][0]["state"], &state["zones"][1]["name"]), (&json!("disarmed"), &json!("Kitchen window")));
    simulator.type_line("zone 3 open");
    watch.line("zone 3", |line| object(line)["notice"] == "zone" && object(line)["zone"] == 3 && object(line)["state"]["open"] == true);
    assert_eq!(send(&address, &["arm-away"]), (0, "confirmed".into()));
    watch.line("arming", |line| object(line)["notice"] == "area" && object(line)["area"] == 0 && object(line)["state"] == "armed");
    simulator.type_line("alarm 4");
    watch.line("alarm", |line| object(line)["notice"] == "area" && object(line)["area"] == 1 && object(line)["state"] == "triggered");
    watch.type_line("");
    let state = object(&watch.line("state on request", event("state")));
    assert_eq!(state["areas"][0]["state"], "triggered");
    // The programming changes: the panel sends everybody away, and is there again.
    simulator.type_line("reprogram");
    let closed = object(&watch.line("end of the connection", event("closed")));
    assert_eq!(closed["reason"], "reprogramming");
    assert!(object(&watch.line("end of the connection", event("down")))["retry_in_ms"].as_u64() >= Some(8_000));
    watch.line("state", event("state"));
    let ended = watch.interrupt();
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    simulator.line("logout", |line| line.ends_with("asks for LOGOUT USER"));
    assert_eq!(simulator.interrupt().code, 0);

    // The record gives the same events again.
    let replayed = run(&["replay", record.to_str().unwrap(), "--json", "--lines"], &[]);
    std::fs::remove_file(&record).unwrap();
    assert_eq!(replayed.code, 0, "{}", replayed.stderr);
    let events = |text: &str| -> Vec<Value> {
        let mut events: Vec<Value> = text.lines().map(object).collect();
        for event in &mut events {
            for member in ["time", "ms", "connection"] {
                event.as_object_mut().unwrap().remove(member);
            }
        }
        events.retain(|event| !["up", "down", "state"].contains(&event["event"].as_str().unwrap()));
        events
    };
    let (live, again) = (events(&ended.stdout), events(&replayed.stdout));
    assert!(live.len() > 60, "{}", live.len());
    // The goodbye is not shown, since nobody watches any more; it is in the record.
    assert_eq!(live[..], again[..live.len()]);
    let rest: Vec<&Value> = again[live.len()..].iter().filter(|event| event["event"] == "closed").collect();
    assert_eq!((rest.len(), &rest[0]["reason"]), (1, &json!("requested")), "{rest:?}");
}

#[test]
fn a_watcher_in_words_tells_news_with_names() {
    let (mut simulator, address) = simulator(&[]);
    simulator.type_line("zone 7 open");
    simulator.line("zone 7", |line| line == "zone 7 open");
    let mut watch = Running::start(&["watch", "ksenia", &address], &[CODE]);
    // What was so before is in the table, not in the news.
    assert_eq!(watch.line("first line", |_| true), "state");
    watch.line("open zones", |line| line.trim() == "zones open      7 Garage door");
    simulator.type_line("zone 3 open");
    watch.line("zone 3", |line| line.ends_with("Z  zone 3 open (Living room window)"));
    simulator.type_line("output 2 on");
    watch.line("output 2", |line| line.ends_with("Z  output 2 on (Porch light)"));
    simulator.type_line("mains off");
    watch.line("mains", |line| line.ends_with("Z  mains failure"));
    simulator.type_line("wait client");
    simulator.type_line("zone 99 open");
    simulator.type_line("nonsense");
    simulator.type_line("help");
    let ended = watch.interrupt();
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(!ended.stdout.contains("zone 7 open") && ended.stderr.contains("connected to ws://"), "{}", ended.stdout);
    let once = run(&["watch", "ksenia", &address, "--once"], &[CODE]);
    assert_eq!(once.code, 0);
    assert!(once.stdout.contains("troubles        mains"), "{}", once.stdout);
    simulator.type_line("quit");
    let ended = simulator.end();
    assert_eq!(ended.code, 0);
    for hint in ["the panel refuses: ", "line 7: unknown word", "zone N open|close"] {
        assert!(ended.stderr.contains(hint), "{hint}: {}", ended.stderr);
    }
}

#[test]
fn a_login_that_is_refused_is_not_tried_again() {
    let (mut simulator, address) = simulator(&[]);
    let wrong = ("PANELCTL_CODE", "654321");
    let watch = run(&["watch", "ksenia", &address], &[wrong]);
    assert_eq!(watch.code, 4);
    assert!(watch.stderr.contains("the panel refused the login"), "{}", watch.stderr);
    let sent = run(&["send", "ksenia", &address, "disarm"], &[wrong]);
    assert_eq!((sent.code, sent.stdout.as_str()), (4, "the panel refuses: the login\n"), "{}", sent.stderr);
    simulator.type_line("quit");
    let ended = simulator.end();
    assert_eq!(ended.stdout.matches("connected from").count(), 2, "{}", ended.stdout);
}

#[test]
fn firmware_of_every_kind_is_understood() {
    for behaviour in [
        &["--answers", "reply", "--no-id", "--logs", "get-last-logs"][..],
        &["--answers", "untyped", "--shape", "nested", "--wrapper", "bare"],
        &["--answers", "nested", "--shape", "single", "--wrapper", "home-assistant"],
        &["--answers", "outputs-unanswered", "--shape", "short-names", "--countdown"],
        &["--changes-first", "--shape", "acknowledgement", "--exit-word", "--cycle-marks"],
        &["--push-before-ack", "--wrapper", "several"],
    ] {
        let (mut simulator, address) = simulator(behaviour);
        let mut watch = Running::start(&["watch", "ksenia", &address], &[CODE]);
        watch.line("state", |line| line == "state");
        assert_eq!(send(&address, &["logs"]).0, 0, "{behaviour:?}");
        assert_eq!(send(&address, &["output", "2", "on"]), (0, "confirmed".into()), "{behaviour:?}");
        watch.line("output 2", |line| line.ends_with("output 2 on (Porch light)"));
        assert_eq!(send(&address, &["arm-away"]), (0, "confirmed".into()), "{behaviour:?}");
        watch.line("arming", |line| line.ends_with("panel armed, away"));
        assert_eq!(watch.interrupt().code, 0);
        simulator.type_line("quit");
        assert_eq!(simulator.end().code, 0);
    }
}

/// Somebody who takes connections and says nothing.
#[test]
fn no_answer_is_3() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("ws://{}", silent.local_addr().unwrap());
    let ended = run(&["send", "ksenia", &address, "version", "--timeout", "0.3"], &[CODE]);
    assert_eq!((ended.code, ended.stdout.as_str()), (3, "nothing came within 0.3 s\n"), "{}", ended.stderr);
}

#[cfg(unix)]
#[test]
fn a_command_that_is_interrupted_logs_out() {
    let (mut simulator, address) = simulator(&["--answers", "outputs-unanswered"]);
    assert_eq!(send(&address, &["output", "2", "on"]), (0, "confirmed".into()));
    simulator.line("the end of the first", |line| line.contains("client 1 left"));
    // Nothing changes and nobody answers.
    let again = Running::start(&["send", "ksenia", &address, "output", "2", "on", "--timeout", "50"], &[CODE]);
    simulator.line("the request", |line| line == "client 2 asks for CMD_USR CMD_SET_OUTPUT");
    let ended = again.interrupt();
    assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{}", ended.stderr);
    assert!(ended.stderr.contains("interrupted before the outcome was known"), "{}", ended.stderr);
    simulator.line("the logout", |line| line == "client 2 asks for LOGOUT USER");
    simulator.line("the end", |line| line.contains("client 2 left"));
    simulator.type_line("quit");
    assert_eq!(simulator.end().code, 0);
}

/// As with `| head -1`.
#[test]
fn a_watcher_whose_reader_has_gone_logs_out() {
    let (mut simulator, address) = simulator(&[]);
    let mut watch = panelctl()
        .args(["watch", "ksenia", &address, "--json"])
        .envs([CODE])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("panelctl was built");
    let mut lines = BufReader::new(watch.stdout.take().expect("piped")).lines();
    assert!(lines.any(|line| object(&line.expect("a line"))["event"] == "state"));
    // Nothing happens in the house, so there is no write that could fail.
    drop(lines);
    simulator.line("the logout", |line| line == "client 1 asks for LOGOUT USER");
    simulator.line("the end", |line| line.contains("client 1 left"));
    let ended = watch.wait_with_output().expect("it ends");
    assert_eq!((ended.status.code(), String::from_utf8_lossy(&ended.stderr).contains("panelctl:")), (Some(0), false));
    simulator.type_line("quit");
    assert_eq!(simulator.end().code, 0);
}

#[test]
fn what_cannot_work_is_told_before_a_code_is_asked_for() {
    for (address, option, hint) in [
        ("tcp://127.0.0.1:1", None, "write ws://HOST or wss://HOST instead"),
        ("ws://127.0.0.1:1", Some("--insecure"), "has no TLS for these options: write wss://HOST"),
        ("ws://127.0.0.1:1", Some("--ca-file=none.pem"), "has no TLS for these options: write wss://HOST"),
        #[cfg(not(feature = "tls-openssl"))]
        ("wss://127.0.0.1:1", None, "build with --features tls-openssl"),
        #[cfg(feature = "tls-openssl")]
        ("wss://127.0.0.1:1", Some("--ca-file=none.pem"), "cannot use none.pem"),
    ] {
        for command in [&["watch", "ksenia", address][..], &["send", "ksenia", address, "version"]] {
            let ended = run(&[command, option.as_slice()].concat(), &[]);
            assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{command:?}");
            assert!(ended.stderr.contains(hint), "{command:?}: {}", ended.stderr);
        }
    }
}
