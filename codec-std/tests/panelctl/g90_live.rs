//! `simulate g90`, `discover g90` and `send g90` with each other.

use serde_json::{Value, json};

use crate::process::{Ended, Running, run};

/// A simulated panel that takes its script from the test, and where it is.
fn simulator(args: &[&str]) -> (Running, String) {
    let all: Vec<&str> = ["simulate", "g90", "--script", "-"].iter().chain(args).copied().collect();
    let mut simulator = Running::start(&all, &[]);
    let address = simulator.listening();
    (simulator, address)
}

fn send(address: &str, what: &[&str], variables: &[(&str, &str)]) -> Ended {
    let all: Vec<&str> = ["send", "g90", address].iter().chain(what).copied().collect();
    run(&all, variables)
}

/// What a command says in JSON.
fn sent(address: &str, what: &[&str]) -> Value {
    let ended = send(address, &[what, &["--json"]].concat(), &[]);
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{what:?}: {error}: {}{}", ended.stdout, ended.stderr))
}

#[test]
fn commands_end_as_the_panel_says() {
    let (simulator, address) = simulator(&[]);
    for (what, code, outcome) in [
        (&["arm-away"][..], 0, "confirmed"),
        (&["arm-home"], 0, "confirmed"),
        (&["disarm"], 0, "confirmed"),
        (&["switch", "1", "on", "--node", "3"], 0, "confirmed"),
        (&["switch", "1", "on", "--node", "4"], 4, "refused"),
        (&["switch", "9", "off"], 4, "refused"),
        (&["sensor", "0", "--off", "enabled", "--on", "ARM_DELAY", "--name", "Back", "--alert-mode", "away"], 0, "confirmed"),
        (&["sensor", "0", "--off", "ENABLED"], 0, "unchanged"),
        (&["sensor", "0", "--name", "Back"], 0, "unchanged"),
        (&["sensor", "77", "--name", "X"], 4, "not_found"),
        (&["device", "1", "--name", "Pond"], 0, "confirmed"),
        (&["delete-sensor", "4"], 0, "confirmed"),
        (&["delete-sensor", "4"], 4, "refused"),
        (&["add-sensor", "Door Sensor: WDS07", "Attic"], 0, "added"),
        (&["add-device", "Socket: S07", "Porch"], 0, "added"),
        (&["delete-device", "5"], 0, "confirmed"),
        (&["config", "host", "arm_delay=30", "timezone-offset-m=-60"], 0, "confirmed"),
        (&["config", "host", "arm_delay=256"], 4, "refused"),
        (&["config", "network", "gprs_enabled=on", "apn_name=internet"], 0, "confirmed"),
        (&["config", "sia", "port=4711"], 0, "confirmed"),
        (&["config", "cid", "user=12"], 0, "confirmed"),
        (&["alerts", "--off", "SMS_PUSH,door-close"], 0, "confirmed"),
        (&["alerts", "--off", "SMS_PUSH"], 0, "unchanged"),
        (&["reboot"], 0, "sent"),
        (&["cloud-server", "192.0.2.20"], 0, "sent"),
        (&["raw", "999"], 4, "refused"),
        (&["raw", "101", "[3]"], 0, "confirmed"),
        (&["raw", "101", "3"], 4, "refused"),
    ] {
        let ended = send(&address, &[what, &["--json"]].concat(), &[]);
        let object: Value = serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{what:?}: {error}: {}", ended.stderr));
        assert_eq!((ended.code, &object["outcome"], &object["ok"]), (code, &json!(outcome), &json!(code == 0)), "{what:?}: {object}");
        // An answer that was only needed on the way is not shown.
        assert_eq!(object.get("data").or(object.get("entries")), None, "{what:?}: {object}");
    }
    let sensors = sent(&address, &["sensors"]);
    let first = &sensors["entries"][0];
    assert_eq!((&first["parent_name"], &first["user_flags_data"]), (&json!("Back"), &json!(2 | 64)));
    assert_eq!((sensors["pagination"]["total"].as_u64(), &sensors["entries"][4]["parent_name"]), (Some(5), &json!("Attic")));
    assert_eq!(sent(&address, &["devices"])["entries"][1]["parent_name"], "Pond");
    let host = sent(&address, &["config", "host"]);
    assert_eq!((&host["decoded"]["arm_delay"], &host["decoded"]["timezone_offset_m"]), (&json!(30), &json!(-60)));
    assert_eq!(sent(&address, &["alerts"])["data"], json!([0x3FF & !0x300]));
    assert_eq!(sent(&address, &["info"])["decoded"]["host_guid"], "GA00000A0000001");
    assert_eq!(sent(&address, &["raw", "gethoststatus"])["decoded"]["derived"]["host_status"], "DISARM");
    let history = send(&address, &["history", "--last", "2"], &[]);
    let states: Vec<&str> = history.stdout.lines().filter_map(|line| line.split_whitespace().last()).collect();
    assert_eq!(states, ["DISARM", "DISARM"], "{}", history.stdout);
    let ended = simulator.interrupt();
    assert_eq!(ended.code, 0);
    for line in ["panel armed, home", "device 1 outlet 3 on", "sensor 4 added", "system command 1,78=192.0.2.20&192.0.2.20&5678"] {
        assert!(ended.stdout.lines().any(|told| told == line), "{line}: {}", ended.stdout);
    }
}

#[test]
fn a_list_of_several_pages_comes_whole() {
    let (_simulator, address) = simulator(&["--sensors", "25", "--rows-per-page", "7"]);
    let sensors = sent(&address, &["sensors"]);
    let names: Vec<&str> = sensors["entries"].as_array().unwrap().iter().filter_map(|row| row["parent_name"].as_str()).collect();
    assert_eq!(names, (0..25).map(|number| format!("Door {number}")).collect::<Vec<_>>());
}

#[test]
fn an_empty_list_is_an_answer() {
    let (_simulator, address) = simulator(&["--sensors", "0"]);
    for what in ["sensors", "history"] {
        let empty = sent(&address, &[what]);
        let told = (&empty["ok"], &empty["outcome"], &empty["pagination"]["total"], &empty["entries"]);
        assert_eq!(told, (&json!(true), &json!("answer"), &json!(0), &json!([])), "{what}: {empty}");
        let ended = send(&address, &[what], &[]);
        assert_eq!((ended.code, ended.stdout.as_str()), (0, "the list is empty\n"), "{what}");
    }
}

#[test]
fn wrong_values_are_told_without_the_panel() {
    let nobody = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    nobody.set_nonblocking(true).unwrap();
    let address = nobody.local_addr().unwrap().to_string();
    for (what, told) in [
        (&["config", "host", "arm_delay=256"][..], "refused: arm_delay is 256, must be 0 to 255\n"),
        (&["config", "phones", "phone_number_1=123456789012345"], "refused: phone_number_1 must have 0 to 14 characters\n"),
        (&["raw", "137", "{}"], "refused: parameters has a character that is not allowed, at offset 0\n"),
    ] {
        let ended = send(&address, what, &[]);
        assert_eq!((ended.code, ended.stdout.as_str()), (4, told), "{}", ended.stderr);
    }
    assert!(nobody.recv(&mut [0; 64]).is_err(), "something was sent");
}

#[test]
fn an_address_that_is_taken_is_named() {
    let taken = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for option in [&["--listen", &address][..], &["--discovery", &address], &["--notify-to", "127.0.0.1:9", "--notify-from", &address]] {
        let ended = run(&[&["simulate", "g90", "--script", "-"], option].concat(), &[]);
        assert!(ended.code == 2 && ended.stderr.contains(&format!("cannot listen: {address}: ")), "{option:?}: {}", ended.stderr);
    }
}

#[test]
fn passwords_are_hidden_and_never_arguments() {
    let (simulator, address) = simulator(&[]);
    let set = send(&address, &["config", "phones", "--secret", "panel_password"], &[("PANELCTL_CODE", "9753")]);
    assert_eq!((set.code, set.stdout.as_str()), (0, "confirmed\n"), "{}", set.stderr);
    let hidden = send(&address, &["config", "phones"], &[]);
    assert!(hidden.stdout.contains("0000") && !hidden.stdout.contains("9753"), "{}", hidden.stdout);
    let shown = send(&address, &["config", "phones", "--show-secrets"], &[]);
    assert!(shown.stdout.contains("9753"), "{}", shown.stdout);
    let refused = send(&address, &["config", "phones", "panel_password=9753"], &[]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("--secret panel_password") && !refused.stderr.contains("9753"), "{}", refused.stderr);
    let ended = simulator.interrupt();
    assert!(!ended.stdout.contains("9753"), "{}", ended.stdout);
}

#[test]
fn panels_are_found_by_asking_them() {
    let (mut simulator, address) = simulator(&["--discovery", "127.0.0.1:0", "--device-id", "GA00000A0000042"]);
    let line = simulator.line("discovery address", |line| line.starts_with("asked for as GA00000A0000042 on "));
    let probes = line.rsplit_once(' ').unwrap().1;
    let found = run(&["discover", "g90", "--target", &address, "--json"], &[]);
    assert_eq!(found.code, 0, "{}", found.stderr);
    let object: Value = serde_json::from_str(&found.stdout).unwrap();
    assert_eq!((&object["device_id"], &object["decoded"]["product_name"]), (&json!("GA00000A0000042"), &json!("TSV018-C3SIA")));
    assert_eq!(format!("127.0.0.1:{}", object["port"]), address);
    let ask =
        |id: &str| run(&["discover", "g90", "--target", probes, "--device-id", id, "--listen", "127.0.0.1:0", "--timeout", "0.5"], &[]);
    let found = ask("GA00000A0000042");
    assert_eq!((found.code, found.stdout.lines().count()), (0, 1), "{}", found.stderr);
    assert!(found.stdout.contains("TSV018-C3SIA  firmware 1.8"), "{}", found.stdout);
    assert_eq!(ask("GA00000A0000043").code, 3);
}

#[test]
fn silence_is_3() {
    let nobody = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = nobody.local_addr().unwrap().to_string();
    let ended = send(&address, &["status", "--timeout", "0.7"], &[]);
    assert_eq!((ended.code, ended.stdout.as_str()), (3, "nothing came within 0.7 s\n"), "{}", ended.stderr);
    let ended = run(&["discover", "g90", "--target", &address, "--timeout", "0.2"], &[]);
    assert_eq!((ended.code, ended.stdout.as_str()), (3, ""), "{}", ended.stderr);
}
