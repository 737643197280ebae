//! A simulated panel, somebody who watches and somebody who sends: three processes.

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};

use serde_json::Value;

use crate::process::{Running, run};

const CODE: (&str, &str) = ("PANELCTL_CODE", "1234");

/// A simulation without delays, with a script on standard input.
fn simulator(more: &[&str]) -> (Running, String) {
    let mut simulator =
        Running::start(&[&["simulate", "ness", "--script", "-", "--exit-delay", "0", "--entry-delay", "0"], more].concat(), &[]);
    let address = format!("tcp://{}", simulator.listening());
    (simulator, address)
}

fn json(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"))
}

#[test]
fn row_31_commands_end_with_their_outcome() {
    let (mut simulator, address) = simulator(&["--model", "D32X", "--panel-version", "10.8", "--zones", "32"]);
    let send = |args: &[&str], variables: &[(&str, &str)]| {
        let ended = run(&[&["send", "ness", &address], args].concat(), variables);
        (ended.code, ended.stdout.trim().to_owned())
    };
    let confirmed = (0, "confirmed".to_owned());
    assert_eq!(send(&["panel-info"], &[]), (0, "D32X version 10.8".into()));
    assert_eq!(send(&["arm-away"], &[CODE]), confirmed);
    simulator.line("arming", |line| line == "area 1 armed, away");
    assert_eq!(send(&["status", "S14"], &[]), (0, "arming: area 1 armed, area 1 fully armed".into()));
    let (code, answer) = send(&["status", "arming", "--json"], &[]);
    let answer = json(&answer);
    assert_eq!((code, &answer["outcome"], &answer["value"]), (0, &Value::from("answer"), &Value::from(0x0500)));
    assert_eq!(answer["members"], serde_json::json!(["AREA_1_ARMED", "AREA_1_FULLY_ARMED"]));
    // A wrong code changes nothing, and the panel does not say so.
    assert_eq!(send(&["disarm", "--timeout", "2.5"], &[("PANELCTL_CODE", "4321")]).0, 3);
    assert_eq!(send(&["disarm", "--json"], &[CODE]), (0, r#"{"ok":true,"outcome":"confirmed"}"#.into()));
    simulator.line("disarming", |line| line == "area 1 disarmed");
    assert_eq!(send(&["arm-home", "--no-code"], &[]), confirmed);
    assert_eq!(send(&["disarm"], &[CODE]), confirmed);
    assert_eq!(send(&["aux", "2", "on"], &[]), confirmed);
    assert_eq!(send(&["aux", "9", "on"], &[]), (4, "refused: auxiliary output is 9, must be 1 to 8".into()));
    assert_eq!(send(&["panic", "--no-code"], &[]), confirmed);
    assert_eq!(send(&["keys", "22#"], &[]), (0, "sent; nothing tells whether the panel obeyed".into()));
    simulator.line("output", |line| line == "aux 2 off");
    assert_eq!(send(&["keys"], &[("PANELCTL_KEYS", "1234E")]).0, 0);
    simulator.type_line("zone 17 open");
    simulator.type_line("battery 5 low");
    simulator.line("battery", |line| line == "zone 5 battery low");
    let (code, table) = send(&["refresh"], &[]);
    assert_eq!(code, 0);
    for row in ["D32X version 10.8", "zones open      17", "zones battery low5"] {
        assert!(table.replace("low ", "low").contains(row), "{row}: {table}");
    }
    simulator.type_line("quit");
    assert_eq!(simulator.end().code, 0);
}

#[test]
fn row_31_a_watcher_sees_what_happens_comes_back_and_ends_with_ctrl_c() {
    let (mut simulator, address) = simulator(&[]);
    let record = std::env::temp_dir().join(format!("panelctl-record-{}.jsonl", std::process::id()));
    let mut watch = Running::start(&["watch", "ness", &address, "--json", "--lines", "--record", record.to_str().unwrap()], &[]);
    let event = |kind: &'static str| move |line: &str| json(line)["event"] == kind;
    watch.line("connection", event("up"));
    let state = json(&watch.line("state", event("state")));
    assert_eq!((&state["panel_info"]["version"], &state["areas"][0]["state"]), (&Value::from("8.7"), &Value::from("disarmed")));
    simulator.type_line("zone 3 open");
    watch.line("zone 3", |line| json(line)["notice"] == "zone" && json(line)["zone"] == 3 && json(line)["state"]["open"] == true);
    simulator.type_line("arm away");
    watch.line("armed", |line| json(line)["notice"] == "area" && json(line)["state"] == "armed");
    simulator.type_line("alarm 4");
    watch.line("alarm", |line| json(line)["notice"] == "zone" && json(line)["zone"] == 4 && json(line)["state"]["alarm"] == true);
    watch.type_line("");
    let state = json(&watch.line("state on request", event("state")));
    assert_eq!(state["areas"][0]["state"], "triggered");
    // The panel goes away and is there again.
    let port = address.rsplit(':').next().unwrap().to_owned();
    simulator.type_line("quit");
    assert_eq!(simulator.end().code, 0);
    let down = json(&watch.line("end of the connection", event("down")));
    assert!(down["retry_in_ms"].is_u64(), "{down}");
    let mut again = Running::start(&["simulate", "ness", "--script", "-", "--listen", &format!("127.0.0.1:{port}")], &[]);
    again.listening();
    watch.line("connection", event("up"));
    watch.line("state", event("state"));
    let ended = watch.interrupt();
    assert_eq!((ended.code, ended.stderr.lines().count()), (0, 1), "{}", ended.stderr);
    assert_eq!(again.interrupt().code, 0);

    // The record gives the same events again.
    let replayed = run(&["replay", record.to_str().unwrap(), "--json", "--lines"], &[]);
    std::fs::remove_file(&record).unwrap();
    assert_eq!(replayed.code, 0, "{}", replayed.stderr);
    let events = |text: &str| -> Vec<Value> {
        let mut events: Vec<Value> = text.lines().map(json).collect();
        for event in &mut events {
            for member in ["time", "ms", "connection"] {
                event.as_object_mut().unwrap().remove(member);
            }
        }
        events.retain(|event| !["up", "down", "state"].contains(&event["event"].as_str().unwrap()));
        events
    };
    let (live, again) = (events(&ended.stdout), events(&replayed.stdout));
    assert!(live.len() > 100, "{}", live.len());
    assert_eq!(live, again);
}

#[test]
fn a_watcher_in_words_tells_news_only() {
    let (mut simulator, address) = simulator(&[]);
    simulator.type_line("zone 7 open");
    simulator.line("zone 7", |line| line == "zone 7 open");
    let mut watch = Running::start(&["watch", "ness", &address], &[]);
    // What was so before is in the table, not in the news.
    assert_eq!(watch.line("first line", |_| true), "state");
    watch.line("open zones", |line| line.trim() == "zones open      7");
    simulator.type_line("zone 3 open");
    simulator.type_line("zone 3 close");
    watch.line("zone 3", |line| line.ends_with("Z  zone 3 open"));
    watch.line("zone 3", |line| line.ends_with("Z  zone 3 closed"));
    simulator.type_line("mains off");
    watch.line("mains", |line| line.ends_with("Z  mains failure"));
    let ended = watch.interrupt();
    assert_eq!(ended.code, 0);
    assert!(!ended.stdout.contains("zone 7 open") && !ended.stdout.contains("no tamper"), "{}", ended.stdout);
    assert!(ended.stderr.contains("connected to tcp://"), "{}", ended.stderr);
    let once = run(&["watch", "ness", &address, "--once"], &[]);
    assert_eq!(once.code, 0);
    assert!(once.stdout.contains("mains fail"), "{}", once.stdout);
    simulator.type_line("zone 99 open");
    simulator.type_line("nonsense");
    simulator.type_line("help");
    simulator.type_line("quit");
    let ended = simulator.end();
    assert_eq!(ended.code, 0);
    for hint in ["the panel refuses: zone is 99, must be 1 to 16", "unknown word", "zone N open|close"] {
        assert!(ended.stderr.contains(hint), "{hint}: {}", ended.stderr);
    }
    assert!(ended.stderr.contains("line 6: unknown word"), "{}", ended.stderr);
}

#[test]
#[cfg(target_os = "linux")]
fn a_record_that_cannot_be_written_is_told_and_the_session_goes_on() {
    let (mut simulator, address) = simulator(&[]);
    let mut watch = Running::start(&["watch", "ness", &address, "--record", "/dev/full"], &[]);
    watch.line("state", |line| line == "state");
    simulator.type_line("zone 3 open");
    watch.line("zone 3", |line| line.ends_with("zone 3 open"));
    let ended = watch.interrupt();
    assert_eq!((ended.code, ended.stderr.matches("cannot write /dev/full").count()), (0, 1), "{}", ended.stderr);
    assert_eq!(simulator.interrupt().code, 0);
}

/// Clients that never pause keep it busy, and it still ends when it is told to.
#[test]
fn a_simulation_under_load_ends_with_ctrl_c() {
    let mut simulator = Running::start(&["simulate", "ness"], &[]);
    let address = simulator.listening();
    let flood: Vec<_> = (0..2)
        .map(|_| {
            let mut client = TcpStream::connect(&address).unwrap();
            std::thread::spawn(move || while client.write_all(b"noise\r\n8300360S14E4\r\n").is_ok() {})
        })
        .collect();
    for _ in 0..1_000 {
        simulator.line("report", |line| line.contains("no request"));
    }
    assert_eq!(simulator.interrupt().code, 0);
    for client in flood {
        client.join().unwrap();
    }
}

#[test]
fn a_script_file_waits_for_its_client() {
    let script = std::env::temp_dir().join(format!("panelctl-client-{}.txt", std::process::id()));
    std::fs::write(&script, "wait client\nwait 0.1\nzone 2 open # the window\nzone 2 close\n").unwrap();
    let mut simulator = Running::start(&["simulate", "ness", "--script", script.to_str().unwrap(), "--dialect", "library"], &[]);
    let address = format!("tcp://{}", simulator.listening());
    let mut watch = Running::start(&["watch", "ness", &address, "--lines"], &[]);
    watch.line("line in the dialect of the library", |line| line.contains("unsealed") && line.contains("ascii"));
    // The simulation goes on when the script has ended.
    simulator.line("end of the script", |line| line == "zone 2 closed");
    assert_eq!(run(&["send", "ness", &address, "status", "S00"], &[]).code, 0);
    std::fs::remove_file(&script).unwrap();
    assert_eq!(watch.interrupt().code, 0);
    assert_eq!(simulator.interrupt().code, 0);
}

/// A panel that answers somebody else all the time, and lets nobody find an end.
#[test]
fn chatter_keeps_nobody_waiting() {
    let panel = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp://{}", panel.local_addr().unwrap());
    std::thread::spawn(move || {
        for client in panel.incoming() {
            let mut client = client.unwrap();
            std::thread::spawn(move || {
                while client.write_all(b"8200036014000007\r\n87008361010900180921183139c7\r\nnoise\r\n").is_ok() {
                    std::thread::sleep(std::time::Duration::from_millis(20));
                }
            });
        }
    });
    for args in [&["watch", "ness", &address, "--once"][..], &["send", "ness", &address, "refresh"]] {
        let mut running = Running::start(args, &[]);
        running.line("state", |line| line == "state");
        assert_eq!(running.end().code, 0, "{args:?}");
    }
}
