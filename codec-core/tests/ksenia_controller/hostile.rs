//! Bytes that no panel sends: the controller stays whole, comes to rest, and ends.

use codec_core::ksenia::controller::{Config, Controller, Event, Memory, PartitionSlot, Tables, ZoneSlot};
use codec_core::{Env, Instant, Machine, RxBuf, Secret, TxBuf};

use crate::panel::{PIN, message, push};

/// Numbers that look random and are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap() % limit
    }
}

/// A frame of a server (RFC 6455 5.2).
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first, 126];
    if payload.len() <= 125 {
        frame[1] = u8::try_from(payload.len()).unwrap();
    } else {
        frame.extend(u16::try_from(payload.len()).unwrap().to_be_bytes());
    }
    frame.extend(payload);
    frame
}

#[test]
fn broken_bytes_break_nothing() {
    // The answer to the key that 16 times `Z` makes.
    let head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: 1nwQI3IBoftOh+fG2YorpTWcrHs=\r\n\r\n";
    let long = push(&format!(r#"{{"STATUS_ZONES":[{}{{"ID":"9"}}]}}"#, r#"{"ID":"1","STA":"A","DES":"caff\u00e8"},"#.repeat(30)));
    let texts = [
        message("LOGIN_RES", "1", "USER", r#"{"RESULT":"OK","ID_LOGIN":"2"}"#),
        message("READ_RES", "2", "MULTI_TYPES", r#"{"RESULT":"OK","ZONES":[{"ID":"1","BYP_EN":"F"}],"PRG_CHECK":{"PRG":"1","CFG":"2"}}"#),
        long,
        push(r#"{"STATUS_PARTITIONS":[{"ID":"1","ARM":"DA","T":"30"}],"STATUS_SYSTEM":[{"ARM":{"S":"T_OUT"}}]}"#),
        message("REALTIME_RES", "3", "REGISTER_ACK", "{}"),
    ];
    let mut good: Vec<u8> = texts.iter().flat_map(|text| frame(0x81, text.as_bytes())).collect();
    good.extend(frame(0x89, b"ping"));
    good.extend(frame(0x88, b"\x03\xe8Bye..."));
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut logged_in = 0;
    for round in 0..1500 {
        let mut bytes = good.clone();
        for _ in 0..random.below(6) {
            let at = random.below(bytes.len());
            match random.below(3) {
                0 => bytes[at] ^= 1 << random.below(8),
                1 => drop(bytes.drain(at..(at + random.below(9)).min(bytes.len()))),
                _ => bytes.insert(at, b"{}[],:\"\\0\xff"[random.below(10)]),
            }
        }
        let whole: Vec<u8> = head.bytes().chain(bytes).collect();
        let config = Config::new("panel", Secret::new(PIN));
        let (mut zones, mut partitions, mut memory) = ([ZoneSlot::default(); 1], [PartitionSlot::default(); 1], Memory::new());
        let tables = Tables { zones: &mut zones, partitions: &mut partitions, outputs: &mut [] };
        let mut controller = Controller::new(&config, tables, &mut memory).unwrap();
        let mut received = vec![0; if round % 2 == 0 { Controller::RX_MIN } else { 2048 }];
        let mut sent = [0; Controller::TX_MIN];
        let (mut rx, mut tx) = (RxBuf::new(&mut received), TxBuf::new(&mut sent));
        let (mut rest, mut now, mut closed) = (&whole[..], 1, 0);
        for _ in 0..100_000 {
            let env = Env { entropy: [0x5A; 16], ..Env::at(Instant::from_millis(now)) };
            while let Some(pending) = controller.poll_event(&env, &mut rx, &mut tx) {
                let event = controller.event(pending, &rx);
                closed += u32::from(matches!(event, Event::Closed(_)));
                logged_in += u32::from(matches!(event, Event::LoggedIn));
                assert!(!format!("{event:?}").contains(PIN));
            }
            tx.sent(usize::MAX);
            if controller.is_closed() {
                break;
            }
            if rest.is_empty() {
                rx.set_eof();
            }
            let len = rest.len().min(1 + random.below(700)).min(rx.space().len());
            assert!(len > 0 || rest.is_empty() || !rx.space().is_empty(), "the receive buffer is stuck in round {round}");
            rx.space()[..len].copy_from_slice(&rest[..len]);
            rx.commit(len);
            rest = &rest[len..];
            now += 300;
        }
        assert_eq!((closed, controller.poll_timeout()), (1, None), "round {round}");
    }
    assert!(logged_in > 500, "{logged_in}");
}
