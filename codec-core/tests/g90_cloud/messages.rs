//! Messages that no capture has: their limits, and what is written.

use codec_core::g90::cloud::{
    Body, CommandAnswer, CommandRequest, Cut, Device, DiscoveryAnswer, Framer, Hello, HelloDiscovery, Message, PaddedText, Route,
    SensorAlarm, SensorChange, StateChange, decode, encode,
};
use codec_core::{EncodeError, FaultKind, Secret};

use crate::desk::{PING, hello, hello_discovery, hex, message, status_change};

fn encoded(route: Route, sequence: u16, parts: &[&[u8]]) -> Vec<u8> {
    let mut out = [0xEE; 256];
    let len = encode(route, sequence, parts, &mut out).unwrap();
    assert!(out[len..].iter().all(|byte| *byte == 0xEE));
    for short in 0..len {
        let no_space = EncodeError::NoSpace { needed: u32::try_from(len).unwrap() };
        let mut out = [0xEE; 256];
        assert_eq!(encode(route, sequence, parts, &mut out[..short]), Err(no_space));
        assert_eq!(out, [0xEE; 256], "all or nothing");
    }
    out[..len].to_vec()
}

/// A message that was read, written again.
fn again(message: &Message<'_>) -> Vec<u8> {
    let header = message.header();
    encoded(header.route, header.sequence.unwrap_or(0), &[message.payload()])
}

const DEVICE: Device<'static> =
    Device { guid: PaddedText::new("GA00000A0000000"), guid_pad: 0, firmware: PaddedText::new("207"), firmware_pad: 0 };

#[test]
fn hellos_are_written_as_panels_write_them() {
    assert_eq!(encoded(Route::HELLO, 0, &[&Hello::fields(&DEVICE, &Hello::USUAL_FLAGS)]), hello(b"GA00000A0000000"));
    let discovery = HelloDiscovery::fields(&DEVICE, &HelloDiscovery::USUAL_FLAGS);
    assert_eq!(encoded(Route::HELLO_DISCOVERY, 0, &[&discovery]), hello_discovery(b"GA00000A0000000"));
}

#[test]
fn names_are_cut_to_their_field() {
    let long = "A name of a sensor that is too long for its field";
    let change = |name| encoded(Route::STATUS_CHANGE, 0, &[&SensorChange::fields(32, 1, 1, PaddedText::new(name), 0x67A2_30B1)]);
    assert_eq!(change("Cord 1"), status_change([4, 32, 1, 1], b"Cord 1"));
    let bytes = change(long);
    assert_eq!(bytes, status_change([4, 32, 1, 1], &long.as_bytes()[..32]));
    // 32 bytes without a NUL.
    let Body::SensorChange(read) = decode(&bytes).unwrap().body else { panic!() };
    assert_eq!(read.name().as_str(), Ok(&long[..32]));
    let alarm = SensorAlarm::fields(32, 1, 3, PaddedText::new(""), 0x67A2_30B1);
    assert_eq!(encoded(Route::STATUS_CHANGE, 0, &[&alarm]), status_change([3, 32, 1, 3], b""));
}

#[test]
fn texts_end_before_their_padding() {
    for (field, text) in
        [(&b"Hall\0\0\0"[..], "Hall"), (b"Ha\0ll\0", "Ha\0ll"), (b"\0\0", ""), (b"", ""), (b"\xc3\xa9t\xc3\xa9\0", "\u{e9}t\u{e9}")]
    {
        assert_eq!(PaddedText::from_field(field).as_str(), Ok(text));
        assert_eq!(PaddedText::from_field(field).to_string(), text);
    }
    let cut = PaddedText::from_field(b"caf\xc3\0");
    assert_eq!((cut.as_str().is_err(), cut.to_string(), format!("{cut:?}")), (true, "caf\u{fffd}".into(), r#""caf\xc3""#.into()));
    assert!(PaddedText::new(" \0").is_blank() && !PaddedText::new("x").is_blank());
}

#[test]
fn a_name_that_is_no_utf8_costs_no_alarm() {
    let bytes = status_change([3, 32, 1, 1], b"Caf\xe9");
    let message = decode(&bytes).unwrap();
    assert_eq!(message.body.alert().unwrap().name.to_string(), "Caf\u{fffd}");
}

#[test]
fn what_a_state_change_left_over_is_kept() {
    let mut bytes = hex("21100020 78000000 0100 0000 0203 37302c5b312c5b335d5d5d00");
    bytes.resize(48, 0);
    bytes.extend(hex("20a29467"));
    bytes.resize(120, 0);
    let message = decode(&bytes).unwrap();
    let Body::StateChange(change) = message.body else { panic!() };
    assert!(change.leftover().starts_with(b"70,[1,[3]]]\0"));
    assert_eq!(again(&message), bytes);
    let clean = encoded(Route::STATUS_CHANGE, 0, &[&StateChange::fields(change.code(), change.timestamp())]);
    assert_eq!((&clean[..14], &clean[14..48], &clean[48..]), (&bytes[..14], &[0; 34][..], &bytes[48..]));
    let Body::StateChange(read) = decode(&clean).unwrap().body else { panic!() };
    assert_ne!(read, change);
    // Neither the header nor what stands behind the fields is compared.
    let longer = encoded(Route::STATUS_CHANGE, 7, &[message.payload(), b"x"]);
    assert!(matches!(decode(&longer).unwrap().body, Body::StateChange(read) if read == change));
}

/// A1: the same bytes with either header.
#[test]
fn a1_the_answer_to_a_command_has_two_readings() {
    let bytes = hex("01000020 19000000 0100 06000100 0700 06000100 6a00 6b00 00");
    let message = decode(&bytes).unwrap();
    let Body::CommandAnswer(answer) = message.body else { panic!() };
    assert_eq!((message.header().sequence, answer.number(), answer.number_again(), answer.flag()), (Some(6), 0x1_0006, 0x1_0006, 7));
    assert_eq!((answer.command(), answer.subcommand(), *answer.text().expose()), (106, 107, &[0][..]));
    assert_eq!(again(&message), bytes);
    let fields = CommandAnswer::fields(6, 106);
    let written = hex("01000020 1a000000 0100 06000000 0000 06000000 6a00 6a00 7800");
    assert_eq!(encoded(Route::COMMAND_ANSWER, 6, &[&fields, b"x", &[0]]), written);
    // 24 bytes are enough, one less is not.
    assert!(matches!(decode(&hex("01000020 18000000 0100 06000000 0000 06000000 6a00 6a00")).unwrap().body, Body::CommandAnswer(_)));
    let short = hex("01000020 17000000 0100 06000000 0000 06000000 6a00 6a");
    assert_eq!(decode(&short).unwrap_err().kind, FaultKind::ShortPayload { needed: 12, found: 11 });
}

/// A2: a command as in the two captures.
#[test]
fn a2_commands_are_written_as_captured() {
    let request = |sequence, code, text: &[u8]| encoded(Route::COMMAND, sequence, &[&CommandRequest::fields(code), text]);
    assert_eq!(request(6, 100, b"\0"), hex("29500010 17000000 0100 0600 0200 6400 6400 05000000 00"));
    let history = hex("29500010 23000000 0100 0500 0200 c800 c800 05000000 5b3230302c5b312c31305d5d00");
    assert_eq!(request(5, 200, b"[200,[1,10]]\0"), history);
}

/// A3, A4, A5: numbers that nobody knows are written as panels and their cloud were seen to write them.
#[test]
fn a3_a4_a5_unknown_numbers_are_as_captured() {
    assert_eq!(Hello::USUAL_FLAGS[..4], [1, 0, 2, 0x7000]);
    assert_eq!(Hello::USUAL_FLAGS[5..], [48, 0, 7, 30, 30]);
    assert_eq!(encoded(Route::HELLO_ACK, 1, &[&[1]]), hex("41200010 0d000000 0100 0100 01"));
    assert_eq!(encoded(Route::HELLO_ANSWER, 2, &[&[0x1F]]), hex("01200010 0d000000 0100 0200 1f"));
    // And read whatever they are.
    let bytes = hex("41205510 0d000000 0100 0900 77");
    let message = decode(&bytes).unwrap();
    assert_eq!((message.header().flag, message.header().sequence), (0x55, Some(9)));
    assert!(matches!(message.body, Body::HelloAck(ack) if ack.flag() == 0x77));
}

/// A6: flags with values that no panel sends are kept.
#[test]
fn a6_flags_are_kept_as_they_are() {
    let mut bytes = hello(b"GA00000A0000000");
    bytes[60..72].copy_from_slice(&hex("08303700 00001e00 00001e00"));
    let message = decode(&bytes).unwrap();
    let Body::Hello(read) = message.body else { panic!() };
    assert_eq!(read.flags()[7..], [0x0037_3008, 0x001E_0000, 0x001E_0000]);
    assert_eq!(again(&message), bytes);
    assert_eq!(encoded(Route::HELLO, 0, &[&Hello::fields(&read.device(), &read.flags())]), bytes);
}

/// A13: what stands in the tail of a status change is kept.
#[test]
fn a13_the_tail_of_a_status_change_is_kept() {
    let mut bytes = status_change([4, 32, 1, 1], b"Cord 1");
    bytes[119] = 7;
    let message = decode(&bytes).unwrap();
    assert_eq!(again(&message), bytes);
    assert!(matches!(message.body, Body::SensorChange(change) if change.tail()[67] == 7));
}

#[test]
fn the_shortest_of_every_message_is_read_and_one_byte_less_is_not() {
    let device = r#"Device { guid: "GA00000A0000000", guid_pad: 0, firmware: "207", firmware_pad: 0 }"#;
    for (route, fields, shown) in [
        (Route::HELLO, &Hello::fields(&DEVICE, &[-1; 10])[..], format!("Hello {{ device: {device}, flags: {:?} }}", [-1; 10])),
        (
            Route::HELLO_DISCOVERY,
            &HelloDiscovery::fields(&DEVICE, &[i32::MIN; 7]),
            format!("HelloDiscovery {{ device: {device}, flags: {:?} }}", [i32::MIN; 7]),
        ),
        (Route::HELLO_ACK, &[1], "HelloAck { flag: 1 }".into()),
        (Route::HELLO_ANSWER, &[31], "HelloAnswer { flag: 31 }".into()),
        (Route::HELLO_INFO, &(-5678_i32).to_le_bytes(), "HelloInfo { port: -5678 }".into()),
        (
            Route::DISCOVERY_ANSWER,
            &DiscoveryAnswer::fields(PaddedText::new("192.0.2.9"), 5678, -1),
            r#"DiscoveryAnswer { address: "192.0.2.9", flags: [0, 0], port: 5678, timestamp: -1 }"#.into(),
        ),
        (
            Route::COMMAND,
            &CommandRequest::fields(100),
            "CommandRequest { flag: 2, command: 100, subcommand: 100, token: 5, text: *** }".into(),
        ),
    ] {
        let mut bytes = encoded(route, 9, &[fields]);
        let body = decode(&bytes).unwrap().body;
        assert!(format!("{body:?}").ends_with(&format!("({shown})")), "{body:?}");
        assert_eq!(decode(&bytes).unwrap().header().sequence, Some(9));
        bytes.pop();
        let len = bytes.len();
        assert_eq!(decode(&bytes).unwrap_err().kind.class(), "length-exceeds-data");
        bytes[4..8].copy_from_slice(&u32::try_from(len).unwrap().to_le_bytes());
        assert_eq!(decode(&bytes).unwrap_err().kind.class(), "short-payload", "{shown}");
    }
}

#[test]
fn a_ping_with_something_behind_it_is_a_ping() {
    let message = decode(&[1, 0x10, 0, 0, 12, 0, 0, 0, 9, 9, 9, 9]).unwrap();
    assert!(matches!(message.body, Body::Ping));
    assert_eq!((message.payload(), message.header().sequence), (&[9; 4][..], None));
}

#[test]
fn nothing_behind_a_message_is_looked_at() {
    assert!(matches!(decode(&[&PING[..], b"anything"].concat()).unwrap().body, Body::Ping));
}

#[test]
fn a_text_can_be_as_long_as_a_message() {
    let text = vec![b'x'; 65_536 - 12];
    let bytes = message([0x22, 0x10, 0x20], &text);
    assert!(matches!(decode(&bytes).unwrap().body, Body::Notification(read) if read.text() == text));
    let mut out = vec![0; 70_000];
    assert_eq!(encode(Route::NOTIFICATION, 0, &[&text], &mut out), Ok(65_536));
    let longer = [&text[..], b"x"].concat();
    assert!(matches!(encode(Route::NOTIFICATION, 0, &[&longer], &mut out), Err(EncodeError::OutOfRange { .. })));
    assert_eq!(decode(&message([0x22, 0x10, 0x20], &longer)).unwrap_err().kind, FaultKind::MessageLength { found: 65_537 });
}

/// A message that is longer than the buffer is told once and passed over, however it arrives.
#[test]
fn a_message_without_room_is_passed_over() {
    let stream = [PING.to_vec(), message([0x22, 0x10, 0x20], &[b'x'; 300]), PING.to_vec()].concat();
    for size in [1, 7, 64, 100] {
        let (mut framer, mut unread, mut told) = (Framer::new(), Vec::new(), Vec::new());
        for piece in stream.chunks(size) {
            unread.extend_from_slice(piece);
            loop {
                let used = match framer.next(&unread, 128, false) {
                    Cut::NeedMore => break,
                    Cut::Drop(used) => used,
                    Cut::Message { len } => {
                        told.push(decode(&unread[..len]).unwrap().body.name());
                        len
                    }
                    Cut::Bad { fault, used } => {
                        told.push(fault.kind.class());
                        used
                    }
                };
                unread.drain(..used);
            }
            assert!(unread.len() <= 128 + size);
        }
        assert!(framer.is_between());
        assert_eq!(told, ["PingReq", "too-long", "PingReq"], "pieces of {size}");
    }
}

/// Passwords may be in commands and their answers, and in what nobody knows.
#[test]
fn what_commands_carry_is_in_no_debug_text() {
    for bytes in [
        hex("29500010 23000000 0100 0500 0200 c800 c800 05000000 5b3230302c5b312c31305d5d00"),
        hex("01000020 25000000 0100 06000000 0000 06000000 c800 c800 5b3230302c5b312c31305d5d00"),
        message([0x77, 0x10, 0x20], b"[200,[1,10]]\0"),
    ] {
        let shown = format!("{:?}", decode(&bytes).unwrap());
        assert!(shown.contains("***") && !shown.contains("[200") && !shown.contains("1,10") && !shown.contains("50, 48, 48"), "{shown}");
    }
}

#[test]
fn what_is_to_be_sent_is_in_no_debug_text() {
    use codec_core::g90::cloud::{controller, panel};
    let secret = Secret::new("[213,[\"pass73519\"]]");
    let mut config = panel::Config::new();
    let answers = [(212, secret)];
    config.answers = &answers;
    let panel = codec_core::g90::cloud::Panel::new(config).unwrap();
    for shown in [
        format!("{:?}", controller::Command::Run { command: 213, parameters: secret }),
        format!("{:?}", panel::Command::Answer { number: 1, command: 212, text: secret }),
        format!("{config:?} {panel:?}"),
    ] {
        assert!(!shown.contains("73519") && shown.contains("***"), "{shown}");
    }
}
