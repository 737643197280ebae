//! The input is what a peer sends. However it is cut, the events are the same, and what was understood can be written again.

use codec_core::ness::controller::{Config, Event};
use codec_core::ness::{self, Body, Case, ChecksumPolicy, Controller, Cut, DecodeOptions, Framer, Line};
use codec_core::{Env, Fault, FaultKind, Instant, Machine as _, RxBuf, TxBuf};

use crate::feed::{Cuts, feed};

/// Smallest and a large receive buffer, in bytes.
const BUFFERS: [usize; 2] = [Controller::RX_MIN, 1 << 12];

/// The body of the target.
pub fn run(data: &[u8]) {
    let lines = by_framer(data, Cuts::Whole);
    for cuts in Cuts::ALL {
        assert_eq!(by_framer(data, cuts), lines, "{cuts:?}");
    }
    let events = by_controller(data, Cuts::Whole, BUFFERS[1]);
    for cuts in Cuts::ALL {
        for buffer in BUFFERS {
            assert_eq!(by_controller(data, cuts, buffer), events, "{cuts:?}, {buffer} bytes");
        }
    }
    let seen: Vec<&String> = events.iter().filter(|event| event.starts_with("Line(") || event.starts_with("Fault(")).collect();
    assert_eq!(seen, lines.iter().collect::<Vec<_>>());
    for text in data.split(|byte| matches!(byte, b'\n' | b'\r')).chain([data]) {
        for packed_time in [false, true] {
            if let Ok(line) = ness::decode_with(text, DecodeOptions { packed_time }) {
                comes_back(&line);
            }
        }
    }
}

/// As the controller would say it.
fn event(text: &[u8]) -> String {
    let line = ness::decode(text).and_then(|line| line.check(ChecksumPolicy::Either).map(|()| line));
    line.map_or_else(|fault| format!("{:?}", Event::Fault(fault)), |line| format!("{:?}", Event::Line(line)))
}

fn by_framer(data: &[u8], cuts: Cuts) -> Vec<String> {
    let mut framer = Framer::new();
    let mut unread: Vec<u8> = Vec::new();
    let mut events = Vec::new();
    let mut pieces = cuts.pieces(data).into_iter();
    let mut eof = false;
    // Every answer but `NeedMore` drops at least a byte.
    for _ in 0..=2 * data.len() + 2 {
        let drop = match framer.next(&unread, eof) {
            Cut::NeedMore if eof => {
                assert!(unread.is_empty(), "{} bytes are never looked at", unread.len());
                return events;
            }
            Cut::NeedMore => {
                // A line, a terminator that may be the end of it, and the beginning of a request behind it.
                assert!(unread.len() <= ness::MAX_LINE + 2, "{} bytes are kept", unread.len());
                match pieces.next() {
                    Some(piece) => unread.extend_from_slice(piece),
                    None => eof = true,
                }
                continue;
            }
            Cut::Drop(len) => len,
            Cut::TooLong { used } => {
                let kind = FaultKind::TooLong { limit: ness::MAX_LINE as u32 };
                events.push(format!("{:?}", Event::Fault(Fault { kind, at: ness::MAX_LINE as u32 })));
                used
            }
            Cut::Frame { len, used } => {
                assert!(len <= used && len <= ness::MAX_LINE);
                events.push(event(&unread[..len]));
                used
            }
        };
        assert!(drop > 0 && drop <= unread.len(), "{drop} of {} bytes", unread.len());
        unread.drain(..drop);
    }
    panic!("the framer does not come to an end");
}

fn by_controller(data: &[u8], cuts: Cuts, buffer: usize) -> Vec<String> {
    let mut config = Config::new();
    config.drop_repeated = false;
    let mut machine = Controller::new(config).expect("the defaults are in range");
    let (mut storage, mut out) = (vec![0; buffer], [0; 512]);
    let (mut rx, mut tx) = (RxBuf::new(&mut storage), TxBuf::new(&mut out));
    let env = Env::at(Instant::ZERO);
    let mut events = Vec::new();
    let mut poll = |machine: &mut Controller<'_>, rx: &mut RxBuf<'_>| {
        // A line leads to a few events, never to more than one per zone and fact.
        for _ in 0..64 * data.len() + 64 {
            let Some(pending) = machine.poll_event(&env, rx, &mut tx) else { return };
            events.push(format!("{:?}", machine.event(pending, rx)));
            tx.sent(usize::MAX);
        }
        panic!("events without end");
    };
    feed(data, cuts, &mut rx, |rx| poll(&mut machine, rx));
    assert!(machine.is_closed() && rx.unread().is_empty());
    assert_eq!(events.iter().filter(|event| event.starts_with("Closed(")).count(), 1);
    assert!(events.last().is_some_and(|event| event.starts_with("Closed(")));
    events
}

/// A line with a right checksum is written again as it was, but for the case of its letters.
fn comes_back(line: &Line<'_>) {
    if line.check(ChecksumPolicy::Strict).is_err() {
        return;
    }
    let by_characters = match line.packet().body {
        // The length says that there is no key. No panel could do anything with it, so it is not written.
        Body::Request(keys) if keys.is_empty() => return,
        Body::Request(_) => true,
        Body::Event(_) | Body::Status(_) => false,
    };
    let mut out = [0; ness::MAX_ENCODED];
    let mut matches = |case: Case| {
        let len = ness::encode(line.packet(), case, &mut out).expect("what was decoded can be encoded");
        out[..len].eq_ignore_ascii_case(line.text())
    };
    // A sum of characters depends on their case, and a request may have both.
    let header = line.text().len() - line.data().len() - 2;
    let upper = line.text()[..header].iter().any(u8::is_ascii_uppercase);
    let lower = line.text()[..header].iter().any(u8::is_ascii_lowercase);
    if by_characters && upper && lower {
        return;
    }
    assert!(matches(if upper { Case::Upper } else { Case::Lower }), "{:?} becomes another line", line.packet());
}
