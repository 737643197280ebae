//! No code of a Ksenia user in any output, record or error.

use codec_core::ws::{Header, OpCode, Role, apply_mask};
use serde_json::Value;

use crate::process::{Running, panelctl_with_input, run};

const SECRET: &str = "571930";

/// What a record says was sent, messages unmasked.
fn sent(record: &str) -> String {
    let mut bytes = Vec::new();
    for line in record.lines().skip(1) {
        let entry: Value = serde_json::from_str(line).unwrap();
        let digit = |byte: u8| char::from(byte).to_digit(16).unwrap() as u8;
        if let Some(text) = entry["tx"].as_str() {
            bytes.extend(text.bytes());
        }
        if let Some(hex) = entry["tx_hex"].as_str() {
            bytes.extend(hex.as_bytes().chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])));
        }
    }
    let head = bytes.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4;
    let mut text = String::from_utf8(bytes[..head].to_vec()).unwrap();
    let mut rest = &mut bytes[head..];
    while let Ok(Some((header, from))) = Header::decode(rest, Role::Client) {
        let (frame, behind) = rest.split_at_mut(from + header.len as usize);
        apply_mask(&mut frame[from..], header.mask.unwrap(), 0);
        if header.opcode == OpCode::Text {
            text.push_str(std::str::from_utf8(&frame[from..]).unwrap());
        }
        rest = behind;
    }
    text
}

#[test]
fn no_output_or_record_shows_a_code() {
    let variable = ("PANELCTL_CODE", SECRET);
    let mut simulator = Running::start(&["simulate", "ksenia", "--script", "-", "--exit-delay", "0"], &[variable]);
    let address = format!("ws://{}", simulator.listening());
    let file = |name: &str| std::env::temp_dir().join(format!("panelctl-{name}-{}.jsonl", std::process::id()));
    let (masked, kept) = (file("ksenia-masked"), file("ksenia-kept"));
    let mut shown = Vec::new();
    for (json, record, keep) in [(Some("--json"), &masked, None), (None, &kept, Some("--keep-secrets"))] {
        let mut all = vec!["watch", "ksenia", &address, "--lines", "--record", record.to_str().unwrap()];
        all.extend(json);
        all.extend(keep);
        let mut watch = Running::start(&all, &[variable]);
        watch.line("state", |line| line == "state" || line.contains(r#""event":"state""#));
        let sent = run(&["send", "ksenia", &address, "arm-away"], &[variable]);
        assert_eq!(sent.code, 0, "{}", sent.stderr);
        let sent_disarm =
            panelctl_with_input(&["send", "ksenia", &address, "disarm", "--code-file", "-"], format!("{SECRET}\n").as_bytes());
        assert_eq!(sent_disarm.code, 0, "{}", sent_disarm.stderr);
        let ended = watch.interrupt();
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        shown.extend([sent.stdout, sent.stderr, sent_disarm.stdout, sent_disarm.stderr, ended.stdout, ended.stderr]);
    }
    for args in [&["send", "ksenia", &address, "disarm", SECRET][..], &["watch", "ksenia", &address, SECRET]] {
        let ended = run(args, &[variable]);
        assert_eq!(ended.code, 2);
        assert!(ended.stderr.contains("***"), "{}", ended.stderr);
        shown.extend([ended.stdout, ended.stderr]);
    }
    let with_code = run(&["send", "ksenia", &format!("ws://{SECRET}@127.0.0.1:1"), "disarm"], &[variable]);
    assert_eq!(with_code.code, 2);
    let wrong = run(&["send", "ksenia", &address, "disarm"], &[("PANELCTL_CODE", "57193\"")]);
    assert_ne!(wrong.code, 0);
    shown.extend([with_code.stdout, wrong.stdout, wrong.stderr]);
    simulator.type_line("quit");
    let ended = simulator.end();
    shown.extend([ended.stdout, ended.stderr]);
    let replayed = run(&["replay", masked.to_str().unwrap(), "--lines"], &[]);
    assert_eq!(replayed.code, 0, "{}", replayed.stderr);
    shown.extend([replayed.stdout, replayed.stderr]);
    let record = std::fs::read_to_string(&masked).unwrap();
    assert!(sent(&record).contains(r#""PIN":"000000""#), "{}", sent(&record));
    shown.push(sent(&record));
    shown.push(record);
    // What was asked for.
    let record = std::fs::read_to_string(&kept).unwrap();
    assert!(sent(&record).contains(&format!(r#""PIN":"{SECRET}""#)));
    let replayed = run(&["replay", kept.to_str().unwrap()], &[]);
    assert_eq!(replayed.code, 0, "{}", replayed.stderr);
    std::fs::remove_file(&masked).unwrap();
    std::fs::remove_file(&kept).unwrap();
    for text in shown {
        assert!(!text.contains(SECRET), "{text}");
    }
}
