//! Help, exit codes, and errors that say what to do.

use std::io::Write as _;
use std::net::TcpListener;
use std::process::Stdio;

use crate::process::{Running, panelctl, panelctl_with_input, run};

#[test]
fn every_level_has_help_with_examples() {
    for args in [
        &["--help"][..],
        &["decode", "--help"],
        &["watch", "--help"],
        &["watch", "ness", "--help"],
        &["send", "--help"],
        &["send", "ness", "--help"],
        &["watch", "ksenia", "--help"],
        &["send", "ksenia", "--help"],
        &["simulate", "ksenia", "--help"],
        &["simulate", "--help"],
        &["simulate", "ness", "--help"],
        &["simulate", "g90", "--help"],
        &["send", "g90", "--help"],
        &["watch", "g90", "--help"],
        &["watch", "g90", "local", "--help"],
        &["watch", "g90", "cloud", "--help"],
        &["watch", "kts", "--help"],
        &["send", "kts", "--help"],
        &["simulate", "kts", "--help"],
        &["discover", "--help"],
        &["discover", "g90", "--help"],
        &["replay", "--help"],
        &["demo", "--help"],
    ] {
        let ended = run(args, &[]);
        assert_eq!(ended.code, 0, "{args:?}");
        assert!(ended.stdout.contains("Example") && ended.stdout.contains("  panelctl "), "{args:?}: {}", ended.stdout);
    }
    let top = run(&["--help"], &[]).stdout;
    assert!(top.starts_with("Decode, watch, command and simulate"), "{top}");
    for code in 0..=4 {
        assert!(top.lines().any(|line| line.trim_start().starts_with(&format!("{code}  "))), "exit code {code}: {top}");
    }
    let version = run(&["--version"], &[]);
    assert_eq!((version.code, version.stdout.trim()), (0, concat!("panelctl ", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn wrong_arguments_are_2_and_say_what_is_right() {
    for (args, hint) in [
        (&[][..], "Usage"),
        (&["decode"], "PROTOCOL"),
        (&["decode", "morse"], "possible values: ness"),
        (&["decode", "ness", "/does/not/exist"], "cannot open /does/not/exist"),
        (&["watch", "ness", "192.0.2.1:2401"], "write tcp://HOST:PORT or serial:///dev/ttyUSB0"),
        (&["watch", "ness", "tcp://h:1", "--address", "16"], "0..=15"),
        (&["watch", "ness", "tcp://h:1", "--record", "/does/not/exist"], "cannot write /does/not/exist"),
        (&["send", "ness", "tcp://127.0.0.1:1", "status", "S34"], "write S00 to S33"),
        (&["send", "ness", "tcp://127.0.0.1:1", "status", "S14"], "no connection to tcp://127.0.0.1:1"),
        (&["send", "ness", "serial:///does/not/exist", "panel-info"], "no connection to serial:///does/not/exist"),
        (&["send", "ness", "tcp://127.0.0.1:1", "disarm"], "set PANELCTL_CODE, or give --code-file"),
        (&["send", "ness", "tcp://127.0.0.1:1", "arm-away"], "--no-code"),
        (&["send", "ness", "tcp://127.0.0.1:1", "disarm", "--code-file", "/does/not/exist"], "cannot open /does/not/exist"),
        (&["send", "ness", "tcp://127.0.0.1:1", "keys"], "set PANELCTL_KEYS, or give --keys-file"),
        (&["send", "ness", "tcp://127.0.0.1:1", "aux", "1", "maybe"], "write on or off"),
        (&["simulate", "ness", "--zones", "33"], "1..=32"),
        (&["watch", "ksenia", "ws://127.0.0.1:1"], "set PANELCTL_CODE, or give --code-file"),
        (&["watch", "ksenia", "192.0.2.1"], "ws://"),
        (&["send", "ksenia", "ws://127.0.0.1:1", "version"], "set PANELCTL_CODE, or give --code-file"),
        (&["send", "ksenia", "ws://127.0.0.1:1", "output", "1", "101"], "a level from 0 to 100"),
        (&["send", "ksenia", "ws://127.0.0.1:1", "thermostat", "1"], "--mode"),
        (&["send", "ksenia", "ws://127.0.0.1:1", "thermostat", "1", "--set", "warm"], "for example 21.5"),
        (&["send", "ksenia", "ws://127.0.0.1:1", "bypass", "1", "maybe"], "[possible values: on, off"),
        (&["send", "ksenia", "ws://127.0.0.1:1", "read", "ZONES\"}"], "write letters, digits"),
        (&["send", "ksenia", "wss://127.0.0.1:1", "version", "--pin-sha256", "12"], "--pin-sha256"),
        (&["simulate", "kts", "--server", "serial:///dev/ttyUSB0"], "write HOST:PORT or tls://HOST:PORT"),
        (&["simulate", "kts", "--insecure"], "add --tls, or leave them out"),
        (&["watch", "kts", "--certificate", "server.pem"], "belong together"),
        (&["send", "ksenia", "wss://127.0.0.1:1", "version", "--insecure", "--ca-file", "x"], "cannot be used with"),
        (&["simulate", "ksenia", "--zones", "1000"], "1..=999"),
        (&["simulate", "ksenia", "--certificate", "x"], "--key"),
        (&["simulate", "ksenia", "--script", "/does/not/exist"], "cannot read the script /does/not/exist"),
        (&["simulate", "g90", "--script", "/does/not/exist"], "cannot read the script /does/not/exist"),
        (&["send", "g90", "127.0.0.1:0", "status"], "write HOST or HOST:PORT"),
        (&["send", "g90", "127.0.0.1:1", "sensor", "1"], "--alert-mode"),
        (&["send", "g90", "127.0.0.1:1", "sensor", "1", "--on", "HUNGER"], "ENABLED, ARM_DELAY"),
        (&["send", "g90", "127.0.0.1:1", "add-sensor", "Nose", "X"], "Door Sensor: WDS07"),
        (&["send", "g90", "127.0.0.1:1", "config", "host", "hunger=1"], "alarm_siren_duration, arm_delay"),
        (&["send", "g90", "127.0.0.1:1", "config", "sia", "--secret", "aes_key"], "set PANELCTL_CODE, or give --code-file"),
        (&["send", "g90", "127.0.0.1:1", "raw", "hunger"], "a name such as GETHOSTINFO"),
        (&["watch", "g90", "local", "127.0.0.1:1", "--listen", "192.0.2.1:0"], "cannot listen on 192.0.2.1:0"),
        (&["watch", "g90", "local", "tcp://h:1"], "write HOST or HOST:PORT"),
        (&["watch", "g90", "cloud", "--listen", "192.0.2.1:0"], "cannot listen on 192.0.2.1:0"),
        (&["watch", "g90", "cloud", "--listen", "127.0.0.1:0", "--announce", "cloud.example"], "panels resolve no names"),
        (&["watch", "g90", "cloud", "--listen", "127.0.0.1:0", "--announce-port", "0"], "1..=65535"),
        (&["watch", "g90", "cloud", "--listen", "127.0.0.1:0", "--device-id", "GA00000A00000012"], "device_ids"),
        (&["send", "g90", "127.0.0.1:1", "cloud-server", "cloud.example"], "panels resolve no names"),
        (&["watch", "g90", "cloud", "--upstream-only"], "--upstream"),
        (&["discover", "g90", "--device-id", "a,b"], "no question can be asked"),
        (&["discover", "g90", "--listen", "192.0.2.1:0"], "cannot listen on 192.0.2.1:0"),
        (&["simulate", "g90", "--cloud", "nowhere"], "write HOST:PORT"),
        (&["simulate", "g90", "--listen", "192.0.2.1:0"], "cannot listen"),
        (&["simulate", "g90", "--device-id", "GA00000A00000012"], "cannot be set up"),
        (&["simulate", "ness", "--model", "D64"], "D8X, D8X_CEL_3G"),
        (&["simulate", "ness", "--panel-version", "8"], "for example 8.7"),
        (&["simulate", "ness", "--exit-delay", "soon"], "number of seconds"),
        (&["simulate", "ness", "--instant-zones", "1,40"], "zone numbers from 1 to 32"),
        (&["simulate", "ness", "--listen", "nowhere"], "cannot listen"),
        (&["simulate", "ness", "--script", "/does/not/exist"], "cannot read the script /does/not/exist"),
        (&["replay", "/does/not/exist"], "cannot open /does/not/exist"),
        (&["replay", env!("CARGO_MANIFEST_PATH")], "is no record"),
    ] {
        let ended = run(args, &[]);
        assert_eq!(ended.code, 2, "{args:?}: {}", ended.stderr);
        assert!(ended.stderr.contains(hint), "{args:?}: {}", ended.stderr);
        assert_eq!(ended.stdout, "", "{args:?}");
    }
}

#[test]
fn a_record_cannot_ask_for_all_memory() {
    let record = std::env::temp_dir().join(format!("panelctl-large-{}.jsonl", std::process::id()));
    let header = |rx: u64, tx: u64| {
        format!(
            r#"{{"format":"codec-record","version":1,"protocol":"ness","role":"controller","secrets":"masked","rx_bytes":{rx},"tx_bytes":{tx}}}"#
        )
    };
    for (text, hint) in
        [(header(u64::MAX, 512), "larger than"), (header(2048, 999_999_999_999), "larger than"), (header(20, 512), "72 are needed")]
    {
        std::fs::write(&record, text).unwrap();
        let ended = run(&["replay", record.to_str().unwrap()], &[]);
        assert_eq!(ended.code, 2, "{}", ended.stderr);
        assert!(ended.stderr.contains(hint), "{}", ended.stderr);
    }
    std::fs::remove_file(&record).unwrap();
}

#[test]
fn a_script_with_a_mistake_does_not_begin() {
    let script = std::env::temp_dir().join(format!("panelctl-script-{}.txt", std::process::id()));
    std::fs::write(&script, "zone 1 open\n# fine\nzone 1 ajar\n").unwrap();
    let ended = run(&["simulate", "ness", "--script", script.to_str().unwrap()], &[]);
    std::fs::remove_file(&script).unwrap();
    assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
    assert!(ended.stderr.contains("line 3: expected: zone N open|close"), "{}", ended.stderr);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let ended = run(&["simulate", "ness", "--listen", &taken.local_addr().unwrap().to_string()], &[]);
    assert_eq!((ended.code, ended.stderr.matches("os error").count()), (2, 1), "{}", ended.stderr);
}

/// A panel that takes connections and says nothing.
#[test]
fn no_answer_is_3() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp://{}", silent.local_addr().unwrap());
    let ended = run(&["send", "ness", &address, "panel-info", "--timeout", "0.3"], &[]);
    assert_eq!((ended.code, ended.stdout.as_str()), (3, "nothing came within 0.3 s\n"), "{}", ended.stderr);
    let ended = run(&["send", "ness", &address, "refresh", "--timeout", "0.3", "--json"], &[]);
    assert_eq!((ended.code, ended.stdout.as_str()), (3, "{\"ok\":false,\"outcome\":\"timed_out\"}\n"), "{}", ended.stderr);
    let ended = run(&["watch", "ness", &address, "--once"], &[]);
    assert_eq!((ended.code, ended.stdout.as_str()), (3, ""));
    assert!(ended.stderr.contains("nothing is heard of the panel"), "{}", ended.stderr);
}

#[test]
fn once_without_a_panel_is_2() {
    let ended = run(&["watch", "ness", "tcp://127.0.0.1:1", "--once"], &[]);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("no connection to tcp://127.0.0.1:1"), "{}", ended.stderr);
}

#[test]
fn a_closed_pipe_ends_it_quietly() {
    let mut child = panelctl()
        .args(["decode", "ness"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("panelctl was built");
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().expect("piped");
    // It ends at the first line it cannot show; the rest is then not taken.
    while stdin.write_all(b"820003600000001b\r\n").is_ok() {}
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn a_live_pipe_shows_a_line_at_once() {
    let mut decode = Running::start(&["decode", "ness"], &[]);
    decode.type_line("820003600000001b");
    // Standard input is still open.
    assert!(decode.line("decoded line", |_| true).contains("zones 1-16 unsealed"));
    assert_eq!(decode.end().code, 0);
}

#[test]
fn nothing_in_is_nothing_out() {
    for form in [&["decode", "ness"][..], &["decode", "ness", "--hex", "--json"]] {
        let ended = panelctl_with_input(form, b"");
        assert_eq!((ended.code, ended.stdout.as_str(), ended.stderr.as_str()), (0, "", ""));
    }
}
