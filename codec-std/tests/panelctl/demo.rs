//! The first command that somebody tries.

use crate::process::{Running, run};

#[test]
fn the_demo_tells_its_story() {
    let ended = run(&["demo"], &[]);
    assert_eq!(ended.code, 0, "{}{}", ended.stdout, ended.stderr);
    let mut rest = ended.stdout.as_str();
    for told in [
        "ness  panel disarmed",
        "ness  zone 3 open",
        "ness  zone 3 closed",
        "ness  area 1 exit delay, away",
        "ness  area 1 armed, away",
        "ness  zone 1 open",
        "ness  area 1 entry delay, away",
        "ness  area 1 triggered, away",
        "ness  area 1 disarmed",
    ] {
        let at = rest.find(told).unwrap_or_else(|| panic!("no {told} in its place: {}", ended.stdout));
        rest = &rest[at..];
    }
    let mut rest = ended.stdout.as_str();
    for told in [
        "ksenia  logged in",
        "ksenia  all is read, and changes will be told",
        "ksenia  output 5 on (Reading lamp)",
        "ksenia  zone 2 excluded (Kitchen window)",
        "ksenia  zone 2 open (Kitchen window)",
        "ksenia  area 1 exit delay (Ground floor)",
        "ksenia  panel armed, away",
        "ksenia  area 1 entry delay (Ground floor)",
        "ksenia  area 1 triggered (Ground floor)",
        "ksenia  panel disarmed",
    ] {
        let at = rest.find(told).unwrap_or_else(|| panic!("no {told} in its place: {}", ended.stdout));
        rest = &rest[at..];
    }
    let mut rest = ended.stdout.as_str();
    for told in [
        "g90  all is read, 5 sensors and 2 devices",
        "g90  sensor 0 Front door open",
        "g90  sensor 0 Front door closed",
        "g90  panel armed, away",
        "g90  sensor 2 Kitchen open, alarm",
    ] {
        let at = rest.find(told).unwrap_or_else(|| panic!("no {told} in its place: {}", ended.stdout));
        rest = &rest[at..];
    }
    let mut rest = ended.stdout.as_str();
    for told in [
        "kts  host 08ABEF000001 registered",
        "kts  1 zone and 16 objects told",
        "kts  Room temperature (4) is 20.5",
        "kts  Ceiling light (1) is 1",
        "kts  intrusion alarm of device 16",
    ] {
        let at = rest.find(told).unwrap_or_else(|| panic!("no {told} in its place: {}", ended.stdout));
        rest = &rest[at..];
    }
    for told in ["g90  cloud: panel GA00000A0000001 is here", "g90  cloud: panel armed, away", "g90  cloud: sensor 2 Kitchen open, alarm"] {
        assert!(ended.stdout.contains(told), "{told}: {}", ended.stdout);
    }
}

#[test]
fn the_panels_can_be_kept() {
    let mut demo = Running::start(&["demo", "--keep"], &[]);
    let hint = demo.line("how to connect", |line| line.trim().starts_with("panelctl watch ness tcp://"));
    let address = hint.rsplit(' ').next().unwrap().to_owned();
    let sent = run(&["send", "ness", &address, "arm-away"], &[("PANELCTL_CODE", "1234")]);
    assert_eq!((sent.code, sent.stdout.trim()), (0, "confirmed"), "{}", sent.stderr);
    let hint = demo.line("how to connect", |line| line.contains("panelctl send ksenia ws://"));
    let address = hint.split(' ').find(|word| word.starts_with("ws://")).unwrap().to_owned();
    let sent = run(&["send", "ksenia", &address, "arm-away"], &[("PANELCTL_CODE", "123456")]);
    assert_eq!((sent.code, sent.stdout.trim()), (0, "confirmed"), "{}", sent.stderr);
    let hint = demo.line("how to connect", |line| line.contains("panelctl send g90 127.0.0.1:"));
    let address = hint.split(' ').find(|word| word.starts_with("127.0.0.1:")).unwrap().to_owned();
    let sent = run(&["send", "g90", &address, "disarm"], &[]);
    assert_eq!((sent.code, sent.stdout.trim()), (0, "confirmed"), "{}", sent.stderr);
    assert_eq!(demo.interrupt().code, 0);
}
