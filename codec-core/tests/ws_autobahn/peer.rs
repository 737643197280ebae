//! A peer with frames of its own making, and an end under test that sends every message back.

use codec_core::ws::{Error, Kind, Limits, Payload, Received, Role, Socket};
use codec_core::{Env, Refused, RxBuf, TxBuf};

/// A frame as the peer sends it, right or wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub fin: bool,
    pub reserved: u8,
    pub opcode: u8,
    pub payload: Vec<u8>,
}

pub(crate) fn frame(opcode: u8, payload: impl AsRef<[u8]>) -> Frame {
    Frame { fin: true, reserved: 0, opcode, payload: payload.as_ref().to_vec() }
}

pub(crate) fn continuation(payload: impl AsRef<[u8]>) -> Frame {
    frame(0, payload)
}

pub(crate) fn text(payload: impl AsRef<[u8]>) -> Frame {
    frame(1, payload)
}

pub(crate) fn binary(payload: impl AsRef<[u8]>) -> Frame {
    frame(2, payload)
}

pub(crate) fn ping(payload: impl AsRef<[u8]>) -> Frame {
    frame(9, payload)
}

pub(crate) fn pong(payload: impl AsRef<[u8]>) -> Frame {
    frame(10, payload)
}

pub(crate) fn close(code: u16, reason: impl AsRef<[u8]>) -> Frame {
    frame(8, [&code.to_be_bytes(), reason.as_ref()].concat())
}

impl Frame {
    pub(crate) fn more(self) -> Self {
        Self { fin: false, ..self }
    }

    pub(crate) fn reserved(self, bits: u8) -> Self {
        Self { reserved: bits, ..self }
    }

    /// The bytes, masked if a client sends them.
    pub(crate) fn bytes(&self, sender: Role, number: usize) -> Vec<u8> {
        let len = self.payload.len();
        let masked = if sender == Role::Client { 0x80 } else { 0 };
        let mut bytes = vec![u8::from(self.fin) << 7 | self.reserved << 4 | self.opcode];
        match len {
            0..=125 => bytes.push(masked | len as u8),
            126..=65_535 => bytes.extend([&[masked | 126][..], &(len as u16).to_be_bytes()].concat()),
            _ => bytes.extend([&[masked | 127][..], &(len as u64).to_be_bytes()].concat()),
        }
        if sender == Role::Client {
            let mask = [0x37 ^ number as u8, 0xFA, 0x21, (number >> 3) as u8];
            bytes.extend(mask);
            for part in self.payload.chunks(4) {
                let mut word = [0; 4];
                word[..part.len()].copy_from_slice(part);
                let word = u32::from_ne_bytes(word) ^ u32::from_ne_bytes(mask);
                bytes.extend(&word.to_ne_bytes()[..part.len()]);
            }
        } else {
            bytes.extend(&self.payload);
        }
        bytes
    }
}

pub(crate) fn stream(frames: &[Frame], sender: Role) -> Vec<u8> {
    frames.iter().enumerate().flat_map(|(number, frame)| frame.bytes(sender, number)).collect()
}

/// Takes apart what the end under test has sent. Everything must be whole and well formed.
pub(crate) fn frames_of(mut bytes: &[u8], sender: Role) -> Vec<Frame> {
    let mut frames = Vec::new();
    let mut masks = Vec::new();
    while !bytes.is_empty() {
        let masked = bytes[1] & 0x80 != 0;
        assert_eq!(masked, sender == Role::Client, "a client masks, a server does not");
        let (len, behind) = match bytes[1] & 0x7F {
            126 => (usize::from(u16::from_be_bytes(bytes[2..4].try_into().unwrap())), 4),
            127 => (usize::try_from(u64::from_be_bytes(bytes[2..10].try_into().unwrap())).unwrap(), 10),
            len => (usize::from(len), 2),
        };
        assert!(behind == 2 || len > 125 && (behind == 4 || len > 65_535), "the length is in its shortest form");
        let mut mask = [0; 4];
        let mut start = behind;
        if masked {
            mask.copy_from_slice(&bytes[behind..behind + 4]);
            masks.push(mask);
            start += 4;
        }
        let payload = bytes[start..start + len].iter().enumerate().map(|(at, byte)| byte ^ mask[at % 4]).collect();
        frames.push(Frame { fin: bytes[0] & 0x80 != 0, reserved: bytes[0] >> 4 & 7, opcode: bytes[0] & 15, payload });
        bytes = &bytes[start + len..];
    }
    let all = masks.len();
    masks.dedup();
    assert_eq!(masks.len(), all, "two frames in a row have one mask");
    frames
}

/// What is expected of the end under test, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    /// A message comes back: opcode and payload.
    Echo(u8, Vec<u8>),
    Pong(Vec<u8>),
    /// A pong of the peer was seen.
    Heard(Vec<u8>),
    /// The peer has closed with this code, and gets it back.
    Close(Option<u16>, Vec<u8>),
    /// The peer's fault is told, and the close frame has this code.
    Fail(Error, u16),
    /// The beginning of a message that did not end.
    Broken(Vec<u8>),
}

/// How the end under test is driven.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    pub role: Role,
    /// Most bytes that arrive at once.
    pub chunk: usize,
    /// Size of the receive buffer.
    pub rx: usize,
    /// Size of the transmit buffer.
    pub tx: usize,
    /// Keep a message in the buffer until it is complete, instead of releasing each piece.
    pub keep: bool,
    pub limits: Limits,
}

/// Every byte of a case through every way of cutting it, both roles, roomy and tight buffers.
pub(crate) fn manners() -> impl Iterator<Item = Manner> {
    let limits = Limits::new();
    [Role::Server, Role::Client].into_iter().flat_map(move |role| {
        [usize::MAX, 1, 2, 3, 7, 64].into_iter().flat_map(move |chunk| {
            let roomy = Manner { role, chunk, rx: 1 << 20, tx: 1 << 20, keep: true, limits };
            // Byte by byte the smallest of all buffers is enough.
            let tight = if chunk == 1 { 1 } else { 40 };
            [roomy, Manner { rx: tight, tx: 131, keep: false, ..roomy }]
        })
    })
}

/// Where the frames of our end have got to.
struct Sent<'m> {
    bytes: Vec<u8>,
    manner: &'m Manner,
    calls: u8,
}

impl Sent<'_> {
    /// What a call may know; no two calls have the same.
    fn env(&mut self) -> Env {
        self.calls = self.calls.wrapping_add(1);
        Env { entropy: [self.calls; 16], ..Env::default() }
    }

    /// Sends some bytes, few at a time when buffers are tight.
    fn drain(&mut self, tx: &mut TxBuf<'_>) -> bool {
        let len = tx.unsent().len().min(if self.manner.tx < 1000 { 50 } else { usize::MAX });
        self.bytes.extend(&tx.unsent()[..len]);
        tx.sent(len);
        len > 0
    }

    /// Sends a message back, in parts if it is longer than the buffer.
    fn echo(&mut self, socket: &mut Socket, tx: &mut TxBuf<'_>, kind: Kind, message: &[u8]) {
        let mut rest = message;
        loop {
            let room = self.manner.tx.saturating_sub(14).max(4);
            let mut len = rest.len().min(room);
            while kind == Kind::Text && core::str::from_utf8(&rest[..len]).is_err() {
                len -= 1;
            }
            let payload = match kind {
                Kind::Text => Payload::Text(core::str::from_utf8(&rest[..len]).unwrap()),
                Kind::Binary => Payload::Binary(&rest[..len]),
            };
            let last = len == rest.len();
            let env = self.env();
            let result =
                if last && len == message.len() { socket.send(&env, tx, payload) } else { socket.send_part(&env, tx, payload, last) };
            match result {
                Ok(()) if last => return,
                Ok(()) => rest = &rest[len..],
                Err(Refused::NoRoom { .. }) => assert!(self.drain(tx), "an empty buffer has no room"),
                Err(other) => panic!("{other}"),
            }
        }
    }
}

/// Feeds `bytes` to an echoing end and says what it did, and whether it is closed.
pub(crate) fn run(bytes: &[u8], manner: &Manner) -> (Vec<Want>, bool) {
    let (mut rx_storage, mut tx_storage) = (vec![0; manner.rx], vec![0; manner.tx]);
    let (mut rx, mut tx) = (RxBuf::new(&mut rx_storage), TxBuf::new(&mut tx_storage));
    let mut socket = Socket::new(manner.role, manner.limits);
    let mut sent = Sent { bytes: Vec::new(), manner, calls: 0 };
    let mut events = Vec::new();
    let (mut message, mut pongs, mut begun) = (Vec::new(), Vec::new(), false);
    let mut rest = bytes;
    loop {
        let space = rx.space();
        let len = rest.len().min(manner.chunk).min(space.len());
        space[..len].copy_from_slice(&rest[..len]);
        rx.commit(len);
        rest = &rest[len..];
        loop {
            let env = sent.env();
            let Some(received) = socket.poll(&env, &mut rx, &mut tx) else {
                if socket.is_blocked() && sent.drain(&mut tx) {
                    continue;
                }
                break;
            };
            match received {
                Received::Data(piece) => {
                    assert_eq!(piece.first, !begun, "`first` stands on the first piece only");
                    assert!(piece.len > 0 || piece.last, "an empty piece says nothing");
                    begun = !piece.last;
                    message.extend(&rx.unread()[piece.start..piece.start + piece.len]);
                    let kept = socket.message(&rx);
                    if manner.keep {
                        assert_eq!(kept.len(), message.len());
                        assert!(!piece.last || kept == message, "the message is in one piece");
                    } else {
                        assert_eq!(kept, &message[message.len() - piece.len..]);
                        socket.release(&mut rx, piece.len);
                    }
                    if piece.last {
                        let whole = core::mem::take(&mut message);
                        events.push(Want::Echo(if piece.kind == Kind::Text { 1 } else { 2 }, whole.clone()));
                        sent.echo(&mut socket, &mut tx, piece.kind, &whole);
                    }
                }
                Received::Ping => {
                    pongs.push(socket.control().to_vec());
                    events.push(Want::Pong(socket.control().to_vec()));
                }
                Received::Pong => events.push(Want::Heard(socket.control().to_vec())),
                Received::Close(code) => {
                    broken(&mut events, &message);
                    events.push(Want::Close(code.map(|code| code.get()), socket.reason().into()));
                }
                Received::Failed(error) => {
                    assert!(socket.reason().is_empty() && socket.control().is_empty());
                    broken(&mut events, &message);
                    events.push(Want::Fail(error, 0));
                }
            }
        }
        if rest.is_empty() {
            break;
        }
    }
    while sent.drain(&mut tx) {}
    assert!(!socket.is_blocked());
    answers(&mut events, &frames_of(&sent.bytes, manner.role));
    (events, socket.is_closed())
}

fn broken(events: &mut Vec<Want>, message: &[u8]) {
    if !message.is_empty() {
        events.push(Want::Broken(message.to_vec()));
    }
}

/// Checks that each event that asks for an answer got it, in order and with nothing between; fills in the close codes.
fn answers(events: &mut [Want], sent: &[Frame]) {
    let mut sent = sent.iter();
    for event in events {
        match event {
            Want::Echo(opcode, payload) => {
                let first = sent.next().expect("an echo");
                assert_eq!(first.opcode, *opcode);
                let (mut echo, mut last) = (first.payload.clone(), first.fin);
                while !last {
                    let part = sent.next().expect("the rest of an echo");
                    assert_eq!(part.opcode, 0);
                    echo.extend(&part.payload);
                    last = part.fin;
                }
                assert_eq!(&echo, payload);
            }
            Want::Pong(payload) => assert_eq!(sent.next(), Some(&pong(payload))),
            Want::Heard(_) | Want::Broken(_) => {}
            Want::Close(code, _) => {
                let expected = code.map_or(frame(8, ""), |code| close(code, ""));
                assert_eq!(sent.next(), Some(&expected));
            }
            Want::Fail(_, code) => {
                let last = sent.next().expect("a close frame");
                assert_eq!((last.opcode, last.payload.len()), (8, 2));
                *code = u16::from_be_bytes(last.payload[..].try_into().unwrap());
            }
        }
    }
    assert_eq!(sent.next(), None, "nothing else is sent");
}

/// A case: its number in the Autobahn list, what the peer sends, what our end does.
pub(crate) type Case = (&'static str, Vec<Frame>, Vec<Want>);

/// Runs a case in every manner.
pub(crate) fn check((name, frames, want): &Case) {
    let ends = matches!(want.last(), Some(Want::Close(..) | Want::Fail(..)));
    for manner in manners() {
        let bytes = stream(frames, manner.role.peer());
        assert_eq!(run(&bytes, &manner), (want.clone(), ends), "case {name}, {manner:?}");
    }
}
