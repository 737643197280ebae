//! Input that is wrong, row by row, and ways of the Python library that are not ours.

use codec_core::g90::cloud::controller::Config;
use codec_core::g90::cloud::{Body, decode};
use codec_core::g90::{AlertState, Meaning};
use codec_core::{FaultKind, Machine as _};

use crate::desk::{Desk, PING, hello, hello_answers, hello_discovery, hex, message, notification, status_change};

/// Events for bytes after which the panel closes, without the last.
fn told(bytes: &[u8]) -> Vec<String> {
    let mut desk = Desk::new();
    desk.eof = true;
    let (mut events, _) = desk.feed(bytes);
    assert_eq!(events.pop().as_deref(), Some("Closed(PeerClosed)"));
    events
}

/// As [`told`], but no more than the kind of each fault.
fn kinds(bytes: &[u8]) -> Vec<String> {
    let short = |event: String| match event.split_once("kind: ") {
        Some((_, kind)) => kind.split([' ', ',']).next().unwrap().to_owned(),
        None => event,
    };
    told(bytes).into_iter().map(short).filter(|event| !event.starts_with("Device(") && !event.starts_with("Notice(")).collect()
}

/// A message with another length in its header.
fn lying(mut packet: Vec<u8>, length: i32) -> Vec<u8> {
    packet[4..8].copy_from_slice(&length.to_le_bytes());
    packet
}

const GOOD: [u8; 4] = [4, 32, 1, 1];

#[test]
fn fewer_than_eight_bytes() {
    assert_eq!(kinds(&PING[..7]), ["ShortHeader"]);
    assert_eq!(kinds(&hex("0110000008")), ["ShortHeader"]);
}

#[test]
fn fewer_than_twelve_bytes_and_no_ping() {
    assert_eq!(kinds(&lying(hello(b"A")[..11].to_vec(), 11)), ["ShortHeader"]);
    assert_eq!(decode(&lying(hello(b"A")[..11].to_vec(), 11)).unwrap_err().kind.class(), "short-header");
}

/// B2: the library loses a message that comes in two segments.
#[test]
fn b2_a_message_in_two_segments_is_one() {
    let packet = hello(b"GA00000A0000000");
    for at in 1..packet.len() {
        let mut desk = Desk::new();
        assert_eq!(desk.feed(&packet[..at]), (vec![], vec![]));
        assert_eq!(desk.feed(&packet[at..]).1, hello_answers());
    }
    assert_eq!(kinds(&packet[..71]), ["LengthExceedsData"]);
}

/// B1: the library answers for ever.
#[test]
fn b1_a_length_of_zero_is_one_fault() {
    let mut bytes = lying(PING.to_vec(), 0);
    bytes.extend(PING);
    assert_eq!(kinds(&bytes), ["MessageLength", "PingReq"]);
    let mut unknown = lying(message([0x77, 0x10, 0x20], &[]), 0);
    unknown.extend(PING);
    assert_eq!(kinds(&unknown), ["MessageLength", "PingReq"]);
    assert_eq!(kinds(&vec![0; 100_000]), ["MessageLength"]);
}

#[test]
fn a_length_below_the_header_or_below_zero_is_one_fault() {
    for length in [i32::MIN, -1, 1, 7, 8, 11] {
        let mut bytes = lying(hello(b"GA00000A0000000"), length);
        bytes.extend(hello(b"GA00000A0000000"));
        assert_eq!(kinds(&bytes), ["MessageLength", "HelloReq"], "{length}");
    }
    for length in [i32::MIN, -8, 7] {
        assert_eq!(kinds(&[lying(PING.to_vec(), length), PING.to_vec()].concat()), ["MessageLength", "PingReq"], "{length}");
    }
}

#[test]
fn a_length_that_no_message_has_is_one_fault() {
    for length in [65_537, 0x5448_202F, i32::MAX] {
        let mut bytes = lying(hello(b"GA00000A0000000"), length);
        bytes.extend(PING);
        assert_eq!(kinds(&bytes), ["MessageLength", "PingReq"], "{length}");
    }
}

#[test]
fn another_version() {
    let mut bytes = hello(b"GA00000A0000000");
    bytes[8] = 0x11;
    assert_eq!(decode(&bytes).unwrap_err().kind, FaultKind::Version { found: 0x11 });
    bytes.extend(PING);
    assert_eq!(kinds(&bytes), ["Version", "PingReq"]);
}

#[test]
fn an_undefined_source_or_destination_is_an_unknown_message() {
    for route in [[0x01, 0x55, 0x20], [0x01, 0x10, 0x55], [0x21, 0x50, 0x20], [0x22, 0x10, 0x50]] {
        let bytes = [message(route, &[0; 108]), PING.to_vec()].concat();
        assert_eq!(kinds(&bytes), ["Unknown", "PingReq"], "{route:?}");
    }
}

#[test]
fn an_undefined_command_is_an_unknown_message() {
    let bytes = [message([0x99, 0xAA, 0xBB], b"what"), PING.to_vec()].concat();
    assert_eq!(kinds(&bytes), ["Unknown", "PingReq"]);
    let decoded = decode(&bytes).unwrap();
    assert_eq!((decoded.payload(), decoded.header().route.command.0), (&b"what"[..], 0x99));
    assert_eq!(Desk::new().feed(&bytes).1, PING);
}

#[test]
fn a_status_change_too_short_and_too_long() {
    let short = message([0x21, 0x10, 0x20], &status_change(GOOD, b"Cord 1")[12..119]);
    assert_eq!(decode(&short).unwrap_err().kind, FaultKind::ShortPayload { needed: 108, found: 107 });
    assert_eq!(kinds(&[short, PING.to_vec()].concat()), ["ShortPayload", "PingReq"]);
    let mut payload = status_change(GOOD, b"Cord 1")[12..].to_vec();
    payload.extend(b"more");
    let long = message([0x21, 0x10, 0x20], &payload);
    assert_eq!(kinds(&[long, PING.to_vec()].concat()), ["StatusChangeSensor", "PingReq"]);
}

#[test]
fn a_hello_too_short_and_too_long() {
    let whole = hello(b"GA00000A0000000");
    let short = message([0x01, 0x10, 0x20], &whole[12..71]);
    let long = message([0x01, 0x10, 0x20], &[&whole[12..], b"more"].concat());
    assert_eq!(kinds(&short), ["ShortPayload"]);
    assert_eq!(Desk::new().feed(&short).1, b"");
    assert_eq!(kinds(&long), ["HelloReq"]);
    assert_eq!(Desk::new().feed(&long).1, hello_answers());
}

#[test]
fn a_status_change_of_another_type_is_an_unknown_message() {
    for kind in [0, 1, 5, 255] {
        let bytes = [status_change([kind, 1, 0, 0], b""), PING.to_vec()].concat();
        assert_eq!(kinds(&bytes), ["Unknown", "PingReq"], "{kind}");
    }
}

#[test]
fn an_unusable_state_of_a_sensor_means_nothing() {
    let bytes = status_change([4, 32, 1, 6], b"Cord 1");
    assert_eq!(decode(&bytes).unwrap().body.alert().unwrap().facts.meaning(), Meaning::Unsupported);
    assert_eq!(told(&bytes), ["StatusChangeSensor"]);
}

#[test]
fn an_unusable_state_of_an_alarm_means_nothing() {
    for (state, good) in [(0, true), (4, true), (5, false), (100, false), (254, true), (255, false)] {
        let bytes = status_change([3, 32, 1, state], b"Cord 1");
        let meaning = decode(&bytes).unwrap().body.alert().unwrap().facts.meaning();
        assert_eq!(meaning != Meaning::Unsupported, good, "{state}");
        assert_eq!(told(&bytes).len() > 1, good, "{state}");
    }
}

#[test]
fn an_unknown_state_of_the_panel_means_nothing() {
    assert_eq!(told(&status_change([2, 99, 0, 0], b"")), ["StatusChange"]);
}

#[test]
fn what_follows_a_notification_that_is_malformed_is_processed() {
    for text in ["[170,[1,[1]]\0", "[170]\0", "[170,[999,[1]]]\0", "[170,[1,[1]]]", "", "\u{7f}\0"] {
        let bytes = [notification(text), PING.to_vec()].concat();
        assert_eq!(Desk::new().feed(&bytes).1, PING, "{text:?}");
        assert_eq!(kinds(&bytes).iter().filter(|kind| *kind == "PingReq").count(), 1, "{text:?}");
    }
}

/// B3: the library throws away the rest of a segment.
#[test]
fn b3_a_bad_message_costs_no_other() {
    let bad = message([0x21, 0x10, 0x20], &[2, 3]);
    let bytes = [hello(b"GA00000A0000000"), bad, status_change(GOOD, b"Cord 1"), PING.to_vec()].concat();
    assert_eq!(kinds(&bytes), ["HelloReq", "ShortPayload", "StatusChangeSensor", "PingReq"]);
    assert_eq!(Desk::new().feed(&bytes).1, [hello_answers(), PING.to_vec()].concat());
}

#[test]
fn garbage_behind_a_good_message() {
    assert_eq!(kinds(&[&PING[..], b"garbage"].concat()), ["PingReq", "ShortHeader"]);
    assert_eq!(kinds(&[&PING[..], b"more garbage than a header", &PING].concat()), ["PingReq", "MessageLength", "PingReq"]);
    assert_eq!(Desk::new().feed(&[&PING[..], b"garbage"].concat()).1, PING);
}

#[test]
fn a_request_of_a_browser() {
    let request = b"GET / HTTP/1.1\r\nHost: 192.0.2.7:5678\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n\r\n";
    assert_eq!(kinds(request), ["MessageLength"]);
    assert_eq!(kinds(&[&request[..], &hello(b"GA00000A0000000")].concat()), ["MessageLength", "HelloReq"]);
    assert_eq!(Desk::new().feed(request).1, b"");
}

/// B4: the library's connections share their state. Ours are machines of their own.
#[test]
fn b4_a_second_connection_leaves_the_first_alone() {
    let (mut first, mut second) = (Desk::new(), Desk::new());
    first.feed(&hello(b"GA00000A0000000"));
    assert_eq!(second.feed(&hello(b"GA00000A0000000")).1, hello_answers());
    assert_eq!(first.server.device(), second.server.device());
    first.eof = true;
    first.feed(b"");
    assert!(first.server.is_closed() && second.server.device().is_some());
    assert_eq!(second.feed(&PING).1, PING);
}

/// B6: the library tells two ports where they differ.
#[test]
fn b6_one_port_is_announced() {
    let mut config = Config::new();
    (config.listen_port, config.announced_port) = (15_678, Some(443));
    config.announced_address = "203.0.113.9";
    for (quirk, port) in [(false, "bb01"), (true, "3e3d")] {
        config.quirks.hello_tells_listen_port = quirk;
        let mut desk = Desk::with(config);
        let expected = hex(&format!("63200010 10000000 0100 0300 {port}0000"));
        assert!(desk.feed(&hello(b"GA00000A0000000")).1.ends_with(&expected));
        let expected = hex("01d00010 2c000000 0100 0000 3230332e302e3131332e390000000000 00000000 00000000 bb010000 80857467");
        assert_eq!(desk.feed(&hello_discovery(b"GA00000A0000000")).1, expected);
    }
    // What it listens on is announced where nothing else is said.
    config.announced_port = None;
    assert!(Desk::with(config).feed(&hello(b"A")).1.ends_with(&hex("3e3d0000")));
}

/// B7: the library takes every alarm for one of the panel's own.
#[test]
fn b7_the_source_of_an_alarm_is_that_of_its_peripheral() {
    let meaning =
        |peripheral, state| decode(&status_change([3, 32, peripheral, state], b"")).unwrap().body.alert().unwrap().facts.meaning();
    assert_eq!(meaning(8, 0), Meaning::Alarm { state: AlertState::MotionDetected });
    assert_eq!(meaning(8, 1), Meaning::Alarm { state: AlertState::Tamper });
    assert_eq!(meaning(8, 2), Meaning::Alarm { state: AlertState::LowBattery });
    assert_eq!(meaning(8, 3), Meaning::Unsupported);
    assert_eq!(meaning(10, 3), Meaning::Sos { host: false });
    assert_eq!(meaning(1, 3), Meaning::Alarm { state: AlertState::Tamper });
    assert_eq!(meaning(3, 254), Meaning::Alarm { state: AlertState::Alarm });
    let bytes = status_change([3, 32, 8, 1], b"");
    let Body::SensorAlarm(alarm) = decode(&bytes).unwrap().body else { panic!() };
    assert_eq!((alarm.peripheral(), alarm.alert_of_panel().facts.source.raw()), (8, 0));
}

/// B20: the library shows what it would announce itself instead of what was announced.
#[test]
fn b20_an_answer_tells_what_is_on_the_wire() {
    let bytes = hex("01d00010 2c000000 0100 0000 3139322e302e322e3900000000000000 07000000 08000000 39300000 01000000");
    let Body::DiscoveryAnswer(answer) = decode(&bytes).unwrap().body else { panic!() };
    assert_eq!((answer.address().as_str(), answer.flags(), answer.port(), answer.timestamp()), (Ok("192.0.2.9"), [7, 8], 12345, 1));
}
