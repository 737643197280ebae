//! The server: answers in every configuration, who may connect, commands, silence, the vendor's cloud.

use codec_core::g90::cloud::controller::{Command, Config, Mode, Upstream};
use codec_core::g90::cloud::{Controller, Observed, Observer};
use codec_core::g90::{AlertFlags, PeripheralProtocol, PeripheralType};
use codec_core::home::{AreaState, Mode as ArmMode};
use codec_core::{ConfigError, Env, Instant, Machine, Refused, RxBuf, Secret, TxBuf};

use crate::desk::{Desk, PING, hello, hello_answers, hello_discovery, hex, notification, status_change};

const GUID: &[u8] = b"GA00000A0000000";

#[test]
fn a_standalone_server_answers_a_life_of_a_panel() {
    let mut desk = Desk::new();
    let (told, sent) = desk.feed(&hello_discovery(GUID));
    assert_eq!(told, ["HelloDiscoveryReq", r#"Device(DeviceInfo { id: "GA00000A0000000", firmware: [50, 48, 55] })"#]);
    assert_eq!(sent, hex("01d00010 2c000000 0100 0000 3132372e302e302e3100000000000000 00000000 00000000 2e160000 80857467"));
    assert_eq!(desk.feed(&hello(GUID)), (vec!["HelloReq".into()], hello_answers()));
    assert_eq!(desk.feed(&PING), (vec!["PingReq".into()], PING.to_vec()));
    for silent in
        [status_change([2, 4, 0, 0], b""), notification("[170,[1,[1]]]\0"), hex("01000020 18000000 0100 0600 0000 0000 06000000 6a00 6a00")]
    {
        assert_eq!(desk.feed(&silent).1, b"");
    }
    // Ping and hello in one segment.
    let (_, sent) = desk.feed(&[PING.to_vec(), hello(GUID)].concat());
    assert_eq!(sent, [PING.to_vec(), hello_answers()].concat());
    assert_eq!(desk.server.device().unwrap().id.as_str(), "GA00000A0000000");
}

/// 12 bytes that begin like a ping are answered with the 8 of a ping.
#[test]
fn the_answer_to_a_long_ping_is_short() {
    assert_eq!(Desk::new().feed(&[1, 0x10, 0, 0, 12, 0, 0, 0, 1, 2, 3, 4]).1, PING);
    // Nor is the third byte repeated.
    assert_eq!(Desk::new().feed(&[1, 0x10, 7, 0, 8, 0, 0, 0]).1, PING);
}

#[test]
fn without_a_clock_the_time_is_zero() {
    let mut desk = Desk::new();
    desk.unix = None;
    assert!(desk.feed(&hello_discovery(GUID)).1.ends_with(&hex("2e160000 00000000")));
    // Beyond 2038, 32 bits still hold the time.
    desk.unix = Some(0x9000_0000);
    assert!(desk.feed(&hello_discovery(GUID)).1.ends_with(&hex("2e160000 00000090")));
    desk.unix = Some(u64::MAX);
    assert!(desk.feed(&hello_discovery(GUID)).1.ends_with(&hex("2e160000 ffffffff")));
}

#[test]
fn status_changes_are_told_in_common_words() {
    let notices = |front, name: &[u8]| Desk::new().feed(&status_change(front, name)).0.split_off(1);
    assert_eq!(notices([2, 4, 0, 0], b""), ["Notice(Area { area: 0, state: Armed, mode: Some(Away) })"]);
    assert_eq!(notices([2, 3, 0, 0], b""), ["Notice(Area { area: 0, state: Disarmed, mode: None })"]);
    assert_eq!(notices([2, 1, 0, 0], b""), ["Notice(Trouble { kind: Mains, source: Panel, active: true })"]);
    let zone = |known: &str, set: &str| {
        format!("Notice(Zone {{ zone: 32, state: ZoneState {{ known: {known}, set: {set} }}, changed: {known} }})")
    };
    assert_eq!(notices([4, 32, 1, 1], b"Cord 1"), [zone(r#"{"open", "low_battery"}"#, r#"{"open"}"#)]);
    assert_eq!(notices([4, 32, 1, 0], b"Cord 1"), [zone(r#"{"open", "low_battery"}"#, "{}")]);
    assert_eq!(notices([4, 32, 1, 4], b"Cord 1"), [zone(r#"{"low_battery"}"#, r#"{"low_battery"}"#)]);
    let all = zone(r#"{"open", "alarm", "tamper", "low_battery"}"#, r#"{"open", "alarm", "tamper"}"#);
    assert_eq!(notices([3, 32, 8, 1], b"PIR"), [all.as_str(), "Notice(Area { area: 0, state: Triggered, mode: None })"]);
    let told = notices([3, 11, 10, 3], b"Remote");
    assert_eq!(told[0], "Notice(Alarm { kind: Panic, source: Zone(11), active: true })");
}

const OPENED: &str = "[208,[4,32,1,1,\"Cord 1\",\"GA00000A0000000\",1738682545,0,[\"\"]]]\0";

/// A panel tells most things as a notification, as an alert and as a status change.
#[test]
fn what_comes_in_three_ways_is_told_once() {
    let mut desk = Desk::new();
    desk.feed(&hello(GUID));
    let packets = [notification("[170,[5,[32,\"Cord 1\"]]]\0"), notification(OPENED), status_change([4, 32, 1, 1], b"Cord 1")].concat();
    let (told, _) = desk.feed(&packets);
    let notices: Vec<&String> = told.iter().filter(|event| !["Notification", "StatusChangeSensor"].contains(&event.as_str())).collect();
    assert_eq!((notices.len(), notices[0].starts_with("Notice(Zone { zone: 32")), (1, true), "{told:?}");
    assert_eq!(desk.server.sensors()[0].index(), Some(32));
    // It counts as quiet some seconds later; and the repetition of an old alert changes nothing then.
    desk.now = 3_000;
    assert_eq!(desk.feed(b"").0.len(), 1);
    assert_eq!(desk.feed(&notification(OPENED)).0, ["Notification"]);
}

#[test]
fn an_alert_of_another_panel_does_not_count() {
    let mut desk = Desk::new();
    // Before any hello nobody knows who it is.
    assert_eq!(desk.feed(&notification(OPENED)).0.len(), 2);
    desk.feed(&hello(b"GA00000A0000009"));
    assert_eq!(desk.feed(&notification(&OPENED.replace("1738682545", "1738682546"))).0, ["Notification", "ForeignAlert"]);
}

#[test]
fn a_text_that_cannot_be_read_is_a_fault_after_its_message() {
    for (text, fault) in [
        ("[170,[1,[1]]\0", "Json(End), at: 24"),
        ("[170]\0", "Notify(Envelope), at: 12"),
        ("[170,[1,[1]]]", "Notify(Terminator), at: 25"),
        ("[170,[1]]\0", "Notify(Notification), at: 17"),
    ] {
        let told = Desk::new().feed(&[notification(text), PING.to_vec()].concat()).0;
        assert_eq!(told, ["Notification".into(), format!("Fault(Fault {{ kind: {fault} }})"), "PingReq".into()]);
    }
    // What is merely unknown is none.
    for text in ["[170,[999,[1]]]\0", "[208,[9,1,1,1,\"\",\"\",0,0,[]]]\0", "[171,[1]]\0"] {
        assert_eq!(Desk::new().feed(&notification(text)).0, ["Notification"], "{text}");
    }
}

#[test]
fn what_the_local_protocol_knows_can_be_told() {
    let mut desk = Desk::new();
    desk.submit(Command::Alerts(AlertFlags::DOOR_CLOSE)).unwrap();
    desk.submit(Command::Sensor { index: 32, kind: PeripheralType::Door, protocol: PeripheralProtocol::Cord }).unwrap();
    let (told, _) = desk.feed(&status_change([4, 32, 1, 1], b"Cord 1"));
    // A wired sensor has no battery; a door that tells that it closes stays open till then.
    assert!(told.iter().any(|event| event.contains(r#"changed: {"open"}"#)), "{told:?}");
    desk.now = 100_000;
    assert_eq!(desk.feed(b"").0, [""; 0]);
    for index in 0..3 {
        desk.submit(Command::Sensor { index, kind: PeripheralType::Door, protocol: PeripheralProtocol::Cord }).unwrap();
    }
    let full = desk.submit(Command::Sensor { index: 9, kind: PeripheralType::Door, protocol: PeripheralProtocol::Cord });
    assert!(matches!(full, Err(Refused::Invalid(_))), "{full:?}");
    assert!(desk.feed(&status_change([4, 99, 1, 1], b"x")).0.iter().any(|event| event.contains("TableFull")));
}

#[test]
fn only_panels_of_the_list_may_stay() {
    let mut config = Config::new();
    config.device_ids = &["GA00000A0000000", "GA00000A0000001"];
    for (guid, good) in [(GUID, true), (b"GA00000A0000001", true), (b"GA00000A0000002", false), (b"GA00000A000000", false), (b"", false)] {
        for packet in [hello(guid), hello_discovery(guid)] {
            let mut desk = Desk::with(config);
            let (told, sent) = desk.feed(&packet);
            assert_eq!((sent.is_empty(), desk.server.is_closed()), (!good, !good), "{guid:?}");
            assert_eq!(told.last().unwrap() == "Closed(DeviceRefused)", !good, "{told:?}");
        }
    }
    // What comes before a hello is shown, and does not count.
    let mut desk = Desk::with(config);
    assert_eq!(desk.feed(&status_change([2, 4, 0, 0], b"")).0, ["StatusChange"]);
    assert_eq!(desk.feed(&[hello(GUID), status_change([2, 4, 0, 0], b"")].concat()).0.len(), 4);
    // A panel that becomes another on the way.
    assert_eq!(desk.feed(&hello(b"stranger")).0, ["HelloReq", "Closed(DeviceRefused)"]);
}

#[test]
fn an_id_that_is_none() {
    let mut desk = Desk::new();
    // Blank: answered, and not noted.
    assert_eq!(desk.feed(&hello(b"  ")), (vec!["HelloReq".into()], hello_answers()));
    assert_eq!(desk.server.device(), None);
    // Not UTF-8: a fault, at the byte.
    assert_eq!(desk.feed(&hello(b"GA\xff")), (vec!["Fault(Fault { kind: NotText, at: 14 })".into()], vec![]));
    assert_eq!(desk.feed(&hello(b"ABC")).0.len(), 2);
    assert_eq!(desk.server.device().unwrap().id.as_str(), "ABC");
}

#[test]
fn set_up_mistakes_are_told() {
    let with = |change: fn(&mut Config<'static>)| {
        let mut config = Config::new();
        change(&mut config);
        Controller::new(config, &mut []).err()
    };
    let text = |field| Some(ConfigError::BadText { field });
    assert_eq!(with(|config| config.announced_address = "a host name with blanks"), text("announced_address"));
    assert_eq!(with(|config| config.announced_address = ""), text("announced_address"));
    assert_eq!(with(|config| config.announced_address = "111.111.111.111."), None);
    assert_eq!(with(|config| config.announced_address = "111.111.111.111.."), text("announced_address"));
    assert_eq!(with(|config| config.device_ids = &["GA00000A00000001"]), text("device_ids"));
    assert_eq!(with(|config| config.device_ids = &[" "]), text("device_ids"));
}

#[test]
fn silence_ends_the_connection() {
    let mut desk = Desk::new();
    desk.feed(&PING);
    desk.now = 100_000;
    // Even what cannot be understood is a sign of life.
    desk.feed(b"noise noise noise");
    assert_eq!(desk.server.poll_timeout(), Some(Instant::from_millis(300_000)));
    desk.now = 299_999;
    assert_eq!(desk.feed(b"").0, [""; 0]);
    desk.now = 300_000;
    assert_eq!(desk.feed(b"").0, ["Closed(Silent { millis: 200000 })"]);
    let mut config = Config::new();
    config.silence_millis = 0;
    let mut desk = Desk::with(config);
    desk.feed(&PING);
    assert_eq!(desk.server.poll_timeout(), None);
}

#[test]
fn a_command_is_sent_and_answered() {
    let mut desk = Desk::new();
    desk.feed(&hello(GUID));
    let (ticket, sent) = desk.submit(Command::Run { command: 100, parameters: Secret::new("") }).unwrap();
    assert_eq!(sent, hex("29500010 17000000 0100 0100 0200 6400 6400 05000000 00"));
    assert_eq!(desk.submit(Command::Run { command: 200, parameters: Secret::new("[200,[1,10]]") }).unwrap_err(), Refused::Busy);
    // The answer to another.
    assert_eq!(desk.feed(&hex("01000020 18000000 0100 0700 0000 0000 07000000 6400 6400")).0, ["CmdResp"]);
    let done = |outcome: &str| format!("Done {{ ticket: {ticket:?}, outcome: {outcome} }}");
    assert_eq!(desk.feed(&hex("01000020 18000000 0100 0100 0000 0000 01000000 6400 6400")).0, ["CmdResp".into(), done("Answered")]);
    let (ticket, sent) = desk.submit(Command::Run { command: 200, parameters: Secret::new("[200,[1,10]]") }).unwrap();
    assert_eq!(sent, hex("29500010 23000000 0100 0200 0200 c800 c800 05000000 5b3230302c5b312c31305d5d00"));
    desk.now = 9_999;
    assert_eq!(desk.feed(b"").0, [""; 0]);
    desk.now = 10_000;
    assert_eq!(desk.feed(b"").0, [format!("Done {{ ticket: {ticket:?}, outcome: TimedOut }}")]);
    desk.submit(Command::Run { command: 100, parameters: Secret::new("") }).unwrap();
    desk.submit(Command::Close).unwrap();
    let told = desk.feed(b"").0;
    assert_eq!((told.len(), told.last().unwrap().as_str()), (3, "Closed(Requested)"), "{told:?}");
    assert!(told.iter().any(|event| event.contains("Disconnected")));
    assert_eq!(desk.submit(Command::Close).unwrap_err(), Refused::Closed);
}

#[test]
fn a_command_that_does_not_fit_is_refused() {
    let mut desk = Desk::new();
    let long = "x".repeat(300);
    assert!(matches!(
        desk.submit(Command::Run { command: 1, parameters: Secret::new(&long) }),
        Err(Refused::NoRoom { needed: 323, free: 256 })
    ));
    assert!(desk.submit(Command::Run { command: 1, parameters: Secret::new("") }).is_ok());
}

fn chained(mode: Mode) -> Desk {
    let mut config = Config::new();
    config.mode = mode;
    Desk::with(config)
}

#[test]
fn a_chained_server_reads_along_and_is_silent() {
    for mode in [Mode::Chained, Mode::ChainedOnly] {
        let mut desk = chained(mode);
        for upstream in [Upstream::Connecting, Upstream::Connected] {
            desk.submit(Command::Upstream(upstream)).unwrap();
            let (told, sent) = desk.feed(&[hello(GUID), PING.to_vec(), status_change([2, 4, 0, 0], b"")].concat());
            assert_eq!(sent, b"", "{mode:?} {upstream:?}");
            assert!(told.contains(&"StatusChange".into()) && told.contains(&"PingReq".into()), "{told:?}");
            assert_eq!(desk.server.area(), (AreaState::Armed, Some(ArmMode::Away)));
            assert_eq!(desk.submit(Command::Run { command: 100, parameters: Secret::new("") }).unwrap_err(), Refused::NotAllowed);
        }
    }
}

#[test]
fn a_chained_server_answers_while_the_cloud_is_lost() {
    let mut desk = chained(Mode::Chained);
    desk.feed(&hello(GUID));
    for _ in 0..3 {
        desk.submit(Command::Upstream(Upstream::Lost)).unwrap();
        assert_eq!(desk.feed(&[PING.to_vec(), hello(GUID)].concat()).1, [PING.to_vec(), hello_answers()].concat());
        desk.submit(Command::Upstream(Upstream::Connected)).unwrap();
        assert_eq!(desk.feed(&PING).1, b"");
    }
    let mut desk = chained(Mode::ChainedOnly);
    desk.submit(Command::Upstream(Upstream::Lost)).unwrap();
    assert_eq!(desk.feed(&PING).1, b"");
    assert_eq!(Desk::new().submit(Command::Upstream(Upstream::Lost)).unwrap_err(), Refused::Unsupported);
}

#[test]
fn an_observer_reads_what_the_cloud_sends() {
    let mut observer = Observer::new();
    let (mut storage, mut none) = ([0; Observer::RX_MIN], []);
    let (mut rx, mut tx) = (RxBuf::new(&mut storage), TxBuf::new(&mut none));
    let stream =
        [hello_answers(), hex("29500010 17000000 0100 0600 0200 6400 6400 05000000 00"), b"noise noise".to_vec(), PING.to_vec()].concat();
    let mut told = Vec::new();
    for (at, byte) in stream.iter().enumerate() {
        rx.space()[0] = *byte;
        rx.commit(1);
        while let Some(pending) = observer.poll_event(&Env::default(), &mut rx, &mut tx) {
            told.push(match observer.event(pending, &rx) {
                Observed::Message(message) => message.body.name().into(),
                other => format!("{other:?}"),
            });
        }
        assert_eq!(observer.is_between(), [12, 25, 41, 64, stream.len() - 1].contains(&at), "byte {at}");
    }
    rx.set_eof();
    let pending = observer.poll_event(&Env::default(), &mut rx, &mut tx).unwrap();
    assert!(matches!(observer.event(pending, &rx), Observed::Closed(_)) && observer.is_closed());
    assert_eq!(told[..4], ["HelloAck", "HelloResp", "HelloInfoResp", "Command"]);
    assert_eq!((told.len(), told[5].as_str()), (6, "PingReq"), "{told:?}");
}
