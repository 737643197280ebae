//! The simulated panel: what it says by itself, what it answers, what is refused.

use codec_core::g90::cloud::panel::{Command, Config, Event};
use codec_core::g90::cloud::{Body, Panel, decode};
use codec_core::g90::{AlertSource, PeripheralType, StateChange};
use codec_core::{ConfigError, EncodeError, Env, Instant, Machine, Refused, RxBuf, Secret, TxBuf};

use crate::desk::{NOW, PING, hello, hello_answers, hello_discovery, hex, message};

struct Rig {
    panel: Panel<'static>,
    now: u64,
    unread: Vec<u8>,
}

impl Rig {
    fn with(config: Config<'static>) -> Self {
        Self { panel: Panel::new(config).unwrap(), now: 0, unread: Vec::new() }
    }

    fn env(&self) -> Env {
        Env { now: Instant::from_millis(self.now), unix: Some(NOW), entropy: [0; 16] }
    }

    fn feed(&mut self, bytes: &[u8]) -> (Vec<String>, Vec<u8>) {
        let (mut storage, mut tx_storage) = (vec![0; 4096], [0; 1024]);
        let (mut rx, mut tx) = (RxBuf::new(&mut storage), TxBuf::new(&mut tx_storage));
        self.unread.extend_from_slice(bytes);
        rx.space()[..self.unread.len()].copy_from_slice(&self.unread);
        rx.commit(self.unread.len());
        let (mut seen, mut sent) = (Vec::new(), Vec::new());
        let env = self.env();
        for _ in 0..100 {
            while let Some(pending) = self.panel.poll_event(&env, &mut rx, &mut tx) {
                seen.push(match self.panel.event(pending, &rx) {
                    Event::Message(message) => message.body.name().into(),
                    other => format!("{other:?}"),
                });
            }
            sent.extend_from_slice(tx.unsent());
            tx.sent(usize::MAX);
            if self.panel.poll_timeout() != Some(Instant::ZERO) {
                break;
            }
        }
        self.unread = rx.unread().to_vec();
        (seen, sent)
    }

    /// What is sent until a moment.
    fn until(&mut self, moment: u64) -> (Vec<String>, Vec<u8>) {
        let mut all = self.feed(b"");
        while let Some(at) = self.panel.poll_timeout().map(Instant::as_millis).filter(|at| *at <= moment) {
            assert!(at > self.now);
            self.now = at;
            let (seen, sent) = self.feed(b"");
            all.0.extend(seen);
            all.1.extend(sent);
        }
        self.now = moment;
        all
    }

    fn submit(&mut self, command: Command<'_>) -> Result<Vec<u8>, Refused> {
        let mut storage = [0; 256];
        let mut tx = TxBuf::new(&mut storage);
        self.panel.submit(&self.env(), command, &mut tx)?;
        Ok(tx.unsent().to_vec())
    }
}

#[test]
fn it_says_hello_and_gives_signs_of_life() {
    let mut rig = Rig::with(Config::new());
    assert_eq!(rig.feed(b""), (vec![], hello(b"GA00000A0000000")));
    assert!(!rig.panel.is_online());
    assert_eq!(rig.feed(&hello_answers()).0, ["HelloAck", "HelloResp", "HelloInfoResp", "Online"]);
    assert!(rig.panel.is_online());
    assert_eq!(rig.until(59_999), (vec![], vec![]));
    assert_eq!(rig.until(60_000).1, [hello(b"GA00000A0000000"), PING.to_vec()].concat());
    assert_eq!(rig.feed(&PING).0, ["PingReq"]);
    assert_eq!(rig.feed(&hello_answers()).0.len(), 3);
    assert_eq!(rig.until(119_999).1, b"");
}

#[test]
fn it_asks_where_its_cloud_is() {
    let mut config = Config::new();
    config.discover = true;
    let mut rig = Rig::with(config);
    assert_eq!(rig.feed(b"").1, hello_discovery(b"GA00000A0000000"));
    let answer = hex("01d00010 2c000000 0100 0000 3132372e302e302e3100000000000000 00000000 00000000 2e160000 80857467");
    assert_eq!(rig.feed(&answer).0, ["HelloDiscoveryResp", "Closed(Redirected)"]);
    assert!(rig.panel.is_closed());
}

#[test]
fn a_cloud_that_does_not_answer_is_left() {
    let mut rig = Rig::with(Config::new());
    assert_eq!(rig.until(29_999).0, [""; 0]);
    // Two of three parts are not enough, nor is the echo of a ping.
    rig.feed(&[&hello_answers()[..26], &PING].concat());
    assert_eq!(rig.until(30_000).0, ["Closed(NoAnswer { millis: 30000 })"]);
    let mut config = Config::new();
    config.answer_millis = 0;
    assert_eq!(Rig::with(config).until(1_000_000).0, [""; 0]);
}

/// A11: nobody knows whether a real panel wants the three answers in their order, or looks at their numbers. The simulated one does not,
/// and says hello again as if nothing had come while one is missing.
#[test]
fn a11_the_answers_to_a_hello_count_in_any_order() {
    let answers = hello_answers();
    let (ack, rest) = answers.split_at(13);
    let (answer, info) = rest.split_at(13);
    let mut reversed = [info, answer, ack].map(<[u8]>::to_vec);
    reversed.iter_mut().for_each(|message| message[10] = 9);
    let mut rig = Rig::with(Config::new());
    rig.feed(b"");
    assert_eq!(rig.feed(&reversed[..2].concat()).0, ["HelloInfoResp", "HelloResp"]);
    assert!(!rig.panel.is_online());
    assert_eq!(rig.feed(&reversed[2]).0, ["HelloAck", "Online"]);
    let mut config = Config::new();
    config.answer_millis = 0;
    let mut rig = Rig::with(config);
    rig.feed(b"");
    rig.feed(&reversed[..2].concat());
    assert!(rig.until(60_000).1.starts_with(&hello(b"GA00000A0000000")));
    assert!(!rig.panel.is_online());
}

#[test]
fn it_obeys_commands_it_knows() {
    let mut config = Config::new();
    const ANSWERS: &[(u16, Secret<&str>)] = &[(106, Secret::new("[106,[900,0,0,1,2,2,60,2,0,180,2]]"))];
    config.answers = ANSWERS;
    let mut rig = Rig::with(config);
    rig.feed(b"");
    rig.feed(&hello_answers());
    let (seen, sent) = rig.feed(&hex("29500010 17000000 0100 0600 0200 6a00 6a00 05000000 00"));
    assert_eq!(seen, ["Command"]);
    // As captured.
    let captured = "0100 0020 3b000000 0100 06000000 0000 06000000 6a00 6a00";
    assert_eq!(sent, [hex(captured), b"[106,[900,0,0,1,2,2,60,2,0,180,2]]\0".to_vec()].concat());
    // Another is told, and answered by whoever knows.
    let (seen, sent) = rig.feed(&hex("29500010 17000000 0100 0700 0200 6400 6400 05000000 00"));
    assert_eq!((seen, sent), (vec!["Command".into()], vec![]));
    let sent = rig.submit(Command::Answer { number: 7, command: 100, text: Secret::new("[100,[3]]") }).unwrap();
    assert_eq!(sent, [hex("01000020 22000000 0100 07000000 0000 07000000 6400 6400"), b"[100,[3]]\0".to_vec()].concat());
}

#[test]
fn what_happens_is_told_as_captured() {
    let mut rig = Rig::with(Config::new());
    assert_eq!(rig.submit(Command::State(StateChange::ArmAway)).unwrap_err(), Refused::NotReady);
    rig.feed(b"");
    let sent = rig.submit(Command::State(StateChange::Disarm)).unwrap();
    let expected = [hex("21100020 78000000 0100 0000 0203"), vec![0; 34], hex("80857467"), vec![0; 68]].concat();
    assert_eq!(sent, expected);
    assert_eq!(rig.feed(b"").0.len(), 1);
    let sent = rig.submit(Command::Sensor { sensor: 32, source: AlertSource::Sensor, state: 1, name: "Cord 1" }).unwrap();
    let expected = [hex("21100020 78000000 0100 0000 04200101"), b"Cord 1".to_vec(), vec![0; 26], hex("80857467"), vec![0; 68]].concat();
    assert_eq!(sent, expected);
    let sent = rig.submit(Command::Alarm { sensor: 32, peripheral: PeripheralType::Gas, state: 254, name: "Cord 1" }).unwrap();
    assert_eq!(sent[..22], [hex("21100020 78000000 0100 0000 032003fe"), b"Cord 1".to_vec()].concat());
    let sent = rig.submit(Command::Notify(r#"[170,[5,[101,"Cord 1"]]]"#)).unwrap();
    assert_eq!(sent, message([0x22, 0x10, 0x20], b"[170,[5,[101,\"Cord 1\"]]]\0"));
}

#[test]
fn names_are_cut_between_characters() {
    let mut rig = Rig::with(Config::new());
    rig.feed(b"");
    let sent = rig.submit(Command::Sensor { sensor: 1, source: AlertSource::Sensor, state: 0, name: &"\u{20ac}".repeat(11) }).unwrap();
    let Body::SensorChange(change) = decode(&sent).unwrap().body else { panic!() };
    assert_eq!(change.name().as_str(), Ok("\u{20ac}".repeat(10).as_str()));
}

#[test]
fn mistakes_are_told() {
    let text = |field| Some(ConfigError::BadText { field });
    let with = |change: fn(&mut Config<'static>)| {
        let mut config = Config::new();
        change(&mut config);
        Panel::new(config).err()
    };
    assert_eq!(with(|config| config.device_id = ""), text("device_id"));
    assert_eq!(with(|config| config.device_id = "GA00000A00000000"), text("device_id"));
    assert_eq!(with(|config| config.firmware = "2070"), text("firmware"));
    static LONG: [u8; 201] = [b'x'; 201];
    assert_eq!(with(|config| config.answers = vec![(1, Secret::new(std::str::from_utf8(&LONG).unwrap()))].leak()), text("answers"));
    let mut rig = Rig::with(Config::new());
    rig.feed(b"");
    let refused = rig.submit(Command::Sensor { sensor: 1, source: AlertSource::Other(256), state: 0, name: "" }).unwrap_err();
    assert_eq!(refused, Refused::Invalid(EncodeError::OutOfRange { field: "alert source", min: 0, max: 255, found: 256 }));
    assert!(matches!(rig.submit(Command::State(StateChange::Other(-1))), Err(Refused::Invalid(_))));
    assert!(matches!(rig.submit(Command::Notify(&"x".repeat(300))), Err(Refused::NoRoom { needed: 313, free: 256 })));
    rig.submit(Command::Close).unwrap();
    assert_eq!(rig.submit(Command::Close).unwrap_err(), Refused::Closed);
}
