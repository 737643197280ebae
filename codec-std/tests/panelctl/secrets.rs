//! A user's code is nowhere but on the wire.

use std::io::Write as _;
use std::net::TcpListener;

use crate::process::{Running, panelctl_with_input, run};

const SECRET: &str = "57193";

#[test]
fn a_code_is_never_shown() {
    let code = [("PANELCTL_CODE", SECRET)];
    let mut simulator = Running::start(&["simulate", "ness", "--exit-delay", "0", "--script", "-"], &code);
    let address = format!("tcp://{}", simulator.listening());
    let record = std::env::temp_dir().join(format!("panelctl-secret-{}.jsonl", std::process::id()));
    let mut watch = Running::start(&["watch", "ness", &address, "--json", "--lines", "--record", record.to_str().unwrap()], &[]);
    watch.line("state", |line| line.contains("\"state\""));
    let mut shown = Vec::new();
    for args in [&["arm-away"][..], &["disarm", "--json"], &["panic"]] {
        let ended = run(&[&["send", "ness", &address], args].concat(), &code);
        assert_eq!(ended.code, 0, "{args:?}: {}", ended.stderr);
        shown.extend([ended.stdout, ended.stderr]);
    }
    let keys = format!("{SECRET}E");
    let ended = run(&["send", "ness", &address, "keys"], &[("PANELCTL_KEYS", &keys)]);
    assert_eq!(ended.code, 0);
    shown.extend([ended.stdout, ended.stderr]);
    // By a pipe as well.
    let ended = panelctl_with_input(&["send", "ness", &address, "disarm", "--code-file", "-"], format!("{SECRET}\n").as_bytes());
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    shown.extend([ended.stdout, ended.stderr]);
    // Keys at the simulated keypad.
    simulator.type_line(&format!("keys A{SECRET}E"));
    simulator.line("arming", |line| line == "area 1 armed, away");
    simulator.type_line(&format!("keyz {SECRET}"));
    // What cannot be a code is refused without being repeated.
    let ended = run(&["send", "ness", &address, "disarm"], &[("PANELCTL_CODE", "57193x")]);
    assert_eq!(ended.code, 4);
    shown.extend([ended.stdout, ended.stderr]);
    let ended = run(&["send", "ness", &address, "keys", &keys], &[]);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("PANELCTL_KEYS"), "{}", ended.stderr);
    shown.extend([ended.stdout, ended.stderr]);
    let ended = watch.interrupt();
    shown.extend([ended.stdout, ended.stderr]);
    simulator.type_line("quit");
    let ended = simulator.end();
    assert_eq!(ended.code, 0);
    shown.extend([ended.stdout, ended.stderr]);
    shown.push(std::fs::read_to_string(&record).unwrap());
    std::fs::remove_file(&record).unwrap();
    assert_eq!(shown.len(), 19);
    for text in shown {
        assert!(!text.contains(SECRET), "{text}");
    }
}

/// A line that several hosts share may carry what another one sends.
#[test]
fn a_code_that_comes_back_is_not_shown() {
    let echo = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp://{}", echo.local_addr().unwrap());
    let peer = std::thread::spawn(move || {
        let (mut client, _) = echo.accept().unwrap();
        client.write_all(b"0660A57193E3A\r\n57193E3A\r\n9300660A57193E3A\r\n8300760A57193E3A?8300760A57193E3A\r\n").unwrap();
        client.write_all(b"8300360S14E4\r\n").unwrap();
        client
    });
    let record = std::env::temp_dir().join(format!("panelctl-echo-{}.jsonl", std::process::id()));
    let mut watch =
        Running::start(&["watch", "ness", &address, "--lines", "--checksum", "ignore", "--record", record.to_str().unwrap()], &[]);
    watch.line("keys", |line| line.contains("keys") && line.ends_with("A00000E"));
    watch.line("request for a status", |line| line.contains("arming"));
    let ended = watch.interrupt();
    assert_eq!(ended.code, 0);
    drop(peer.join().unwrap());
    let recorded = std::fs::read_to_string(&record).unwrap();
    std::fs::remove_file(&record).unwrap();
    assert!(recorded.contains("8300760A00000E"), "{recorded}");
    for text in [ended.stdout, ended.stderr, recorded] {
        assert!(!text.contains(SECRET), "{text}");
    }
}

/// A pipe need not be closed for its first line to count.
#[test]
fn a_code_comes_from_a_pipe_that_stays_open() {
    let mut simulator = Running::start(&["simulate", "ness", "--script", "-"], &[("PANELCTL_CODE", SECRET)]);
    let address = format!("tcp://{}", simulator.listening());
    simulator.type_line("arm away");
    simulator.line("arming", |line| line.starts_with("area 1 exit delay"));
    let mut send = Running::start(&["send", "ness", &address, "disarm", "--code-file", "-"], &[]);
    send.type_line(SECRET);
    send.line("outcome", |line| line == "confirmed");
    assert_eq!(send.end().code, 0);
    assert_eq!(simulator.interrupt().code, 0);
}

/// One who gives a code as an argument is told so, and the message does not repeat it.
#[test]
fn a_code_among_the_arguments_is_not_repeated() {
    for args in [&["tcp://127.0.0.1:1", "disarm", SECRET][..], &["tcp://127.0.0.1:1", SECRET], &[SECRET, "disarm"]] {
        let ended = run(&[&["send", "ness"], args].concat(), &[]);
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
        assert!(ended.stderr.contains("***") && ended.stderr.contains("PANELCTL_CODE"), "{}", ended.stderr);
        assert!(!ended.stderr.contains(SECRET), "{}", ended.stderr);
    }
    let ended = run(&["send", "ness", "tcp://127.0.0.1:1", "status", "S99"], &[]);
    assert!(ended.stderr.contains("'S99'"), "{}", ended.stderr);
}
