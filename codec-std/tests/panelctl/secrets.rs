//! A user's code is nowhere but on the wire.

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
