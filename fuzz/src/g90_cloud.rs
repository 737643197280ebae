//! The input is what a panel or its cloud sends. However it is cut, the events are the same, and what was understood can be written again.

use codec_core::g90::SensorSlot;
use codec_core::g90::cloud::controller::{Config, Event};
use codec_core::g90::cloud::{self, Body, Controller, Cut, Framer, Message};
use codec_core::{Env, Instant, Machine as _, RxBuf, TxBuf};

use crate::feed::{Cuts, feed};

/// The body of the target.
pub fn run(data: &[u8]) {
    for room in [Controller::RX_MIN, 1 << 12] {
        let messages = by_framer(data, Cuts::Whole, room);
        let events = by_controller(data, Cuts::Whole, room);
        for cuts in Cuts::ALL {
            assert_eq!(by_framer(data, cuts, room), messages, "{cuts:?}, {room} bytes");
            assert_eq!(by_controller(data, cuts, room), events, "{cuts:?}, {room} bytes");
        }
        let seen = events.0.iter().filter(|event| event.starts_with("Message(")).count();
        assert!(seen <= messages.len(), "{seen} messages of {}", messages.len());
    }
    if let Ok(message) = cloud::decode(data) {
        comes_back(&message, data);
    }
}

fn by_framer(data: &[u8], cuts: Cuts, room: usize) -> Vec<String> {
    let mut framer = Framer::new();
    let mut unread: Vec<u8> = Vec::new();
    let mut told = Vec::new();
    let mut pieces = cuts.pieces(data).into_iter();
    let mut eof = false;
    // Every answer but `NeedMore` drops at least a byte, or begins to pass over a message.
    for _ in 0..=3 * data.len() + 3 {
        let drop = match framer.next(&unread, room, eof) {
            Cut::NeedMore if eof => {
                assert!(unread.is_empty(), "{} bytes are never looked at", unread.len());
                return told;
            }
            Cut::NeedMore => {
                assert!(unread.len() < room, "{} bytes are kept", unread.len());
                match pieces.next() {
                    Some(piece) => unread.extend_from_slice(piece),
                    None => eof = true,
                }
                continue;
            }
            Cut::Drop(len) => len,
            Cut::Message { len } => {
                match cloud::decode(&unread) {
                    Ok(message) => {
                        comes_back(&message, &unread);
                        told.push(format!("{message:?}"));
                    }
                    Err(fault) => told.push(format!("{fault:?}")),
                }
                len
            }
            Cut::Bad { fault, used } => {
                told.push(format!("{fault:?}"));
                used
            }
        };
        assert!(drop > 0 && drop <= unread.len(), "{drop} of {} bytes", unread.len());
        unread.drain(..drop);
    }
    panic!("the framer does not come to an end");
}

/// What the server tells and sends.
fn by_controller(data: &[u8], cuts: Cuts, buffer: usize) -> (Vec<String>, Vec<u8>) {
    let mut sensors = [SensorSlot::default(); 3];
    let mut machine = Controller::new(Config::new(), &mut sensors).expect("the defaults are good");
    let (mut storage, mut out) = (vec![0; buffer], [0; Controller::TX_MIN]);
    let (mut rx, mut tx) = (RxBuf::new(&mut storage), TxBuf::new(&mut out));
    let env = Env { unix: Some(1_735_689_600), ..Env::at(Instant::from_millis(1)) };
    let (mut events, mut sent) = (Vec::new(), Vec::new());
    let mut poll = |machine: &mut Controller<'_>, rx: &mut RxBuf<'_>| {
        for _ in 0..64 * data.len() + 64 {
            let pending = machine.poll_event(&env, rx, &mut tx);
            let told = pending.map(|pending| machine.event(pending, rx));
            if let Some(told) = &told {
                events.push(match told {
                    Event::Closed(_) => "Closed".into(),
                    told => format!("{told:?}"),
                });
            }
            sent.extend_from_slice(tx.unsent());
            tx.sent(usize::MAX);
            if told.is_none() && machine.poll_timeout() != Some(Instant::ZERO) {
                return;
            }
        }
        panic!("events without end");
    };
    feed(data, cuts, &mut rx, |rx| poll(&mut machine, rx));
    assert!(machine.is_closed() && rx.unread().is_empty());
    assert_eq!(events.iter().filter(|event| *event == "Closed").count(), 1);
    (events, sent)
}

/// A message is written again as it was, but for the byte in its header that nobody knows. Reading its fields never fails.
fn comes_back(message: &Message<'_>, bytes: &[u8]) {
    let header = message.header();
    let len = header.length as usize;
    let mut again = vec![0; len];
    let written = cloud::encode(header.route, header.sequence.unwrap_or(0), &[message.payload()], &mut again);
    assert_eq!(written, Ok(len));
    again[2] = bytes[2];
    assert_eq!(again, bytes[..len]);
    let read = cloud::decode(&again).expect("what was written can be read");
    assert_eq!(format!("{read:?}"), format!("{message:?}"));
    // Its meaning and its time never cost anything.
    let alert = message.body.alert().map(|alert| alert.facts.meaning());
    assert_eq!(alert.is_some(), matches!(message.body, Body::StateChange(_) | Body::SensorChange(_) | Body::SensorAlarm(_)));
}
