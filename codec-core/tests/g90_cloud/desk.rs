//! A server on a bench: bytes of a panel in, events and answers out. And packets, written out by hand.

use codec_core::g90::SensorSlot;
use codec_core::g90::cloud::Controller;
use codec_core::g90::cloud::controller::{Command, Config, Event};
use codec_core::{Env, Instant, Machine, Refused, RxBuf, Ticket, TxBuf};

/// 2025-01-01T00:00:00Z.
pub const NOW: u64 = 1_735_689_600;

pub struct Desk {
    pub server: Controller<'static>,
    pub now: u64,
    pub unix: Option<u64>,
    pub eof: bool,
    unread: Vec<u8>,
}

impl Desk {
    pub fn new() -> Self {
        Self::with(Config::new())
    }

    pub fn with(config: Config<'static>) -> Self {
        Self { server: Controller::new(config, sensors()).unwrap(), now: 0, unix: Some(NOW), eof: false, unread: Vec::new() }
    }

    fn env(&self) -> Env {
        Env { now: Instant::from_millis(self.now), unix: self.unix, entropy: [0; 16] }
    }

    /// Puts bytes in and takes everything out: events as text, and what is sent.
    pub fn feed(&mut self, bytes: &[u8]) -> (Vec<String>, Vec<u8>) {
        let env = self.env();
        let mut storage = vec![0; 1 << 17];
        let mut tx_storage = [0; 4096];
        let (mut rx, mut tx) = (RxBuf::new(&mut storage), TxBuf::new(&mut tx_storage));
        self.unread.extend_from_slice(bytes);
        rx.space()[..self.unread.len()].copy_from_slice(&self.unread);
        rx.commit(self.unread.len());
        if self.eof {
            rx.set_eof();
        }
        let (mut seen, mut sent) = (Vec::new(), Vec::new());
        for _ in 0..100_000 {
            match self.server.poll_event(&env, &mut rx, &mut tx) {
                Some(pending) => seen.push(match self.server.event(pending, &rx) {
                    Event::Message(message) => message.body.name().into(),
                    other => format!("{other:?}"),
                }),
                None if tx.is_empty() => {
                    self.unread = rx.unread().to_vec();
                    return (seen, sent);
                }
                None => {}
            }
            sent.extend_from_slice(tx.unsent());
            tx.sent(usize::MAX);
        }
        panic!("the server never comes to rest");
    }

    pub fn submit(&mut self, command: Command<'_>) -> Result<(Ticket, Vec<u8>), Refused> {
        let mut storage = [0; 256];
        let mut tx = TxBuf::new(&mut storage);
        let ticket = self.server.submit(&self.env(), command, &mut tx)?;
        Ok((ticket, tx.unsent().to_vec()))
    }
}

/// Places for a few sensors.
pub fn sensors() -> &'static mut [SensorSlot] {
    vec![SensorSlot::default(); 4].leak()
}

pub fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

pub const PING: [u8; 8] = [1, 0x10, 0, 0, 8, 0, 0, 0];

/// Hello of a panel with the flags that panels send, 72 bytes.
pub fn hello(guid: &[u8]) -> Vec<u8> {
    let mut packet = hex("01100020 48000000 0100 0000");
    packet.extend(field(guid, 16));
    packet.extend(hex("01000000 00000000 02000000 00700000 32303700 58ba0020 30000000 00000000 07000000 1e000000 1e000000"));
    assert_eq!(packet.len(), 72);
    packet
}

/// Hello of a panel that looks for its cloud, 60 bytes.
pub fn hello_discovery(guid: &[u8]) -> Vec<u8> {
    let mut packet = hex("01300020 3c000000 0100 0000");
    packet.extend(field(guid, 16));
    packet.extend(hex("00000000 00000000 01000000 00700000 32303700 05050505 30000606 07070707"));
    assert_eq!(packet.len(), 60);
    packet
}

/// A change of a sensor: the first four bytes of the payload, and a name.
pub fn status_change(front: [u8; 4], name: &[u8]) -> Vec<u8> {
    let mut packet = hex("21100020 78000000 0100 0000");
    packet.extend(front);
    packet.extend(field(name, 32));
    packet.extend(hex("b130a267"));
    packet.extend([0; 68]);
    packet
}

/// A message of any kind, with the long header.
pub fn message(route: [u8; 3], payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![route[0], route[1], 0, route[2]];
    packet.extend(u32::try_from(payload.len() + 12).unwrap().to_le_bytes());
    packet.extend([1, 0, 0, 0]);
    packet.extend(payload);
    packet
}

pub fn notification(text: &str) -> Vec<u8> {
    message([0x22, 0x10, 0x20], text.as_bytes())
}

fn field(text: &[u8], size: usize) -> Vec<u8> {
    let mut field = text.to_vec();
    field.resize(size, 0);
    field
}

/// What the server answers to a hello when it listens on port 5678.
pub fn hello_answers() -> Vec<u8> {
    hex("41200010 0d000000 0100 0100 01  01200010 0d000000 0100 0200 1f  63200010 10000000 0100 0300 2e160000")
}
