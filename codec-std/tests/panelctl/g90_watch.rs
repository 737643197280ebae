//! `watch g90` with simulated panels.

use std::net::UdpSocket;

use serde_json::{Value, json};

use crate::process::{Running, run};

/// A UDP port that nobody has.
fn free_port() -> String {
    UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

fn start(args: &[&str]) -> (Running, String) {
    let mut running = Running::start(args, &[]);
    let address = running.listening();
    (running, address)
}

fn simulator(args: &[&str]) -> (Running, String) {
    start(&[&["simulate", "g90", "--script", "-"], args].concat())
}

fn json(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

#[test]
fn a_panel_is_asked_and_listened_to() {
    let notices = free_port();
    let (mut panel, address) = simulator(&["--notify-to", &notices]);
    let mut watch = Running::start(&["watch", "g90", "local", &address, "--listen", &notices], &[]);
    watch.line("state", |line| line == "state");
    watch.line("device id", |line| line.trim() == "device id           GA00000A0000001");
    watch.line("arm state", |line| line.trim() == "panel               disarmed");
    for (act, told) in [
        ("sensor 0 active", "sensor 0 Front door open"),
        ("sensor 0 close", "sensor 0 Front door closed"),
        ("tamper 1", "sensor 1 Hall open, alarm, tamper"),
        ("alarm 2", "sensor 2 Kitchen open, alarm"),
        ("open-when-arming 0", "sensor 0 Front door is open while the panel is being armed"),
        ("arm away", "panel armed, away"),
        ("mains off", "mains failure"),
        ("sos", "panic alarm"),
        ("disarm", "panel disarmed"),
    ] {
        panel.type_line(act);
        watch.line(told, |line| line.ends_with(&format!("Z  {told}")));
    }
    let ended = watch.interrupt();
    assert_eq!(ended.code, 0);
    assert!(ended.stderr.contains(&format!("{address} answers")), "{}", ended.stderr);
    // What the panel says twice, as a notification and an alert, is told once.
    assert_eq!(ended.stdout.matches("panel armed, away").count(), 1, "{}", ended.stdout);
    let once = run(&["watch", "g90", "local", &address, "--listen", &notices, "--once", "--json"], &[]);
    assert_eq!(once.code, 0, "{}", once.stderr);
    let state = json(once.stdout.lines().last().unwrap());
    assert_eq!((&state["event"], &state["areas"][0]["state"]), (&json!("state"), &json!("disarmed")));
    assert_eq!(state["zones"].as_array().unwrap().len(), 5, "{state}");
    assert_eq!(panel.interrupt().code, 0);
}

/// Which of several sockets gets a datagram for one host is known of Linux.
#[test]
#[cfg(target_os = "linux")]
fn several_programs_can_listen_and_what_comes_is_in_json() {
    let notices = free_port();
    let (mut panel, address) = simulator(&["--notify-to", &notices]);
    let args = ["watch", "g90", "local", address.as_str(), "--listen", &notices, "--json", "--lines"];
    let mut first = Running::start(&args, &[]);
    first.line("state", |line| json(line)["event"] == "state");
    // The second has the port now: a datagram for one host reaches one socket.
    let mut second = Running::start(&args, &[]);
    second.line("state", |line| json(line)["event"] == "state");
    panel.type_line("sensor 1 active");
    second.line("notification", |line| json(line)["kind_name"] == "SENSOR_ACTIVITY");
    let notice = json(
        &second.line("notice", |line| json(line)["notice"] == "zone" && json(line)["zone"] == 1 && json(line)["state"]["open"] == true),
    );
    assert_eq!(notice["name"], "Hall");
    panel.type_line("card 4 3");
    let alert = json(&second.line("alert", |line| json(line)["event"] == "alert"));
    assert_eq!((&alert["source_name"], &alert["event_id"]), (&json!("RFID"), &json!(4)));
    // A discovery that has the port for a while takes nothing from a program that asks.
    let found = run(&["discover", "g90", "--target", &address, "--listen", &notices, "--timeout", "5"], &[]);
    assert_eq!(found.code, 0, "{}", found.stderr);
    panel.type_line("sensor 1 active");
    second.line("notification after a discovery", |line| json(line)["kind_name"] == "SENSOR_ACTIVITY");
    assert_eq!(first.interrupt().code, 0);
    assert_eq!(second.interrupt().code, 0);
}

#[test]
fn a_panel_that_tells_nothing_is_watched_through_its_history() {
    let (mut panel, address) = simulator(&[]);
    panel.type_line("arm home");
    panel.line("armed", |line| line == "panel armed, home");
    let mut watch = Running::start(&["watch", "g90", "local", &address, "--history"], &[]);
    watch.line("state", |line| line.trim() == "panel               armed, home");
    // The first reading of the history only says where it begins.
    panel.line("history", |line| line == "asked: GETHISTORY");
    panel.line("history again", |line| line == "asked: GETHISTORY");
    panel.type_line("alarm 2");
    watch.line("alarm", |line| line.ends_with("sensor 2 Kitchen open, alarm"));
    let ended = watch.interrupt();
    assert_eq!(ended.code, 0);
    assert!(!ended.stdout.contains("Z  panel armed"), "{}", ended.stdout);
}

#[test]
fn a_panel_that_is_silent_is_3_once() {
    let nobody = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = nobody.local_addr().unwrap().to_string();
    let ended = run(&["watch", "g90", "local", &address, "--history", "--once", "--timeout", "0.6"], &[]);
    assert_eq!((ended.code, ended.stdout.as_str()), (3, ""), "{}", ended.stderr);
    assert!(ended.stderr.contains("does not answer"), "{}", ended.stderr);
}

/// Two servers, one behind the other, and a panel: each tells what happens, and the panel is answered by the last.
#[test]
fn a_cloud_alone_and_one_in_front_of_another() {
    let (mut vendor, behind) = start(&["watch", "g90", "cloud", "--listen", "127.0.0.1:0", "--lines"]);
    let (mut proxy, front) = start(&["watch", "g90", "cloud", "--listen", "127.0.0.1:0", "--upstream", &behind]);
    let (mut panel, _) = simulator(&["--cloud", &front]);
    panel.line("answer of the cloud", |line| line == "the cloud answers");
    vendor.line("device", |line| line.ends_with("panel GA00000A0000001, firmware 207"));
    proxy.line("device", |line| line.ends_with("panel GA00000A0000001, firmware 207"));
    for (act, told) in
        [("alarm 2", "sensor 2 Kitchen open, alarm"), ("arm away", "panel armed, away"), ("sensor 1 active", "sensor 1 Hall open")]
    {
        panel.type_line(act);
        vendor.line(told, |line| line.ends_with(told));
        proxy.line(told, |line| line.ends_with(told));
    }
    // Without the cloud behind it, the one in front answers.
    let ended = vendor.interrupt();
    assert_eq!(ended.code, 0);
    assert!(ended.stdout.contains("StatusChangeAlarm   sensor 2 \"Kitchen\" smoke state 254"), "{}", ended.stdout);
    panel.type_line("drop-cloud");
    panel.line("end of the connection", |line| line.starts_with("no connection to the cloud"));
    panel.line("answer of the one in front", |line| line == "the cloud answers");
    panel.type_line("disarm");
    proxy.line("disarmed", |line| line.ends_with("panel disarmed"));
    let ended = proxy.interrupt();
    assert_eq!(ended.code, 0);
    assert!(
        ended.stderr.contains("the cloud behind is connected") && ended.stderr.contains("the cloud behind is away"),
        "{}",
        ended.stderr
    );
}

/// The same lines come out again, and nothing else is sent.
#[test]
fn a_recorded_cloud_is_repeated() {
    let record = std::env::temp_dir().join(format!("panelctl-g90-{}.jsonl", std::process::id()));
    let path = record.to_str().unwrap();
    let announced = ["--announce", "192.0.2.20", "--announce-port", "15678"];
    let args = [&["watch", "g90", "cloud", "--listen", "127.0.0.1:0", "--lines", "--record", path][..], &announced].concat();
    let (mut server, address) = start(&args);
    let (mut panel, _) = simulator(&["--cloud", &address]);
    panel.line("answer of the cloud", |line| line == "the cloud answers");
    for (act, told) in [("alarm 2", "sensor 2 Kitchen open, alarm"), ("arm away", "panel armed, away")] {
        panel.type_line(act);
        server.line(told, |line| line.ends_with(told));
    }
    server.line("last message", |line| line.ends_with("arm away"));
    let ended = server.interrupt();
    // Behind time and address.
    let words = |line: &str, at: usize| line.splitn(at + 1, "  ").last().unwrap_or_default().to_owned();
    let watched: Vec<String> = ended.stdout.lines().skip(1).map(|line| words(line, 2)).collect();
    let again = run(&[&["replay", path, "--lines"][..], &announced].concat(), &[]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    let repeated: Vec<String> = again.stdout.lines().map(|line| words(line, 1)).collect();
    assert_eq!(repeated, watched);
    assert!(repeated.iter().any(|line| line.contains("  HelloReq  ")), "{}", again.stdout);
    // Another port is another answer to the hello.
    assert_eq!(run(&["replay", path], &[]).code, 1);
    std::fs::remove_file(record).unwrap();
}

#[test]
fn only_panels_that_are_named_may_connect() {
    let (mut server, address) = start(&["watch", "g90", "cloud", "--listen", "127.0.0.1:0", "--device-id", "GA00000A0000001"]);
    let (mut stranger, _) = simulator(&["--cloud", &address, "--device-id", "GA00000A0000002"]);
    stranger.line("end", |line| line.starts_with("no connection to the cloud"));
    let (mut panel, _) = simulator(&["--cloud", &address]);
    panel.line("answer", |line| line == "the cloud answers");
    server.line("device", |line| line.ends_with("panel GA00000A0000001, firmware 207"));
    // The same panel on a new connection: the old one is dropped.
    let (mut again, _) = simulator(&["--cloud", &address]);
    again.line("answer", |line| line == "the cloud answers");
    panel.line("end of the old connection", |line| line.starts_with("no connection to the cloud"));
    drop((stranger, panel, again));
    let ended = server.interrupt();
    assert!(!ended.stdout.contains("GA00000A0000002"), "{}", ended.stdout);
}

/// Whoever reaches a port can send anything to it.
#[test]
fn noise_costs_nobody_anything() {
    let notices = free_port();
    let (mut server, cloud) = start(&["watch", "g90", "cloud", "--listen", "127.0.0.1:0"]);
    let (mut panel, address) = simulator(&["--notify-to", &notices, "--cloud", &cloud, "--discovery", "127.0.0.1:0"]);
    let line = panel.line("discovery address", |line| line.starts_with("asked for as "));
    let probes = line.rsplit_once(' ').unwrap().1.to_owned();
    let mut watch = Running::start(&["watch", "g90", "local", &address, "--listen", &notices, "--any-sender"], &[]);
    watch.line("state", |line| line == "state");
    panel.line("answer of the cloud", |line| line == "the cloud answers");
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let nested = "[".repeat(5000);
    let noise: [&[u8]; 9] = [
        b"",
        b"\0",
        b"ISTART",
        b"ISTARTIEND\0",
        b"ISTART[206,206,\"\"]IEND",
        b"IWTAC_PROBE_DEVICE_ACK,\xff\0",
        b"[170,[5,[99999999999999999999,\"\x1b[2J\"]]]\0",
        nested.as_bytes(),
        &[0xAA; 60_000],
    ];
    for bytes in noise {
        for to in [&notices, &address, &probes] {
            socket.send_to(bytes, to).unwrap();
        }
        let mut stranger = std::net::TcpStream::connect(&cloud).unwrap();
        // A server that has had enough may close.
        let _ = std::io::Write::write_all(&mut stranger, bytes);
    }
    panel.type_line("alarm 2");
    watch.line("alarm", |line| line.ends_with("sensor 2 Kitchen open, alarm"));
    server.line("alarm", |line| line.ends_with("sensor 2 Kitchen open, alarm"));
    assert_eq!(run(&["send", "g90", &address, "arm-away"], &[]).code, 0);
    for ended in [watch.interrupt(), server.interrupt(), panel.interrupt()] {
        assert_eq!(ended.code, 0);
        assert!(!ended.stdout.contains('\x1b') && !ended.stderr.contains('\x1b'), "{}{}", ended.stdout, ended.stderr);
    }
}
