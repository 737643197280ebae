//! Two ends against each other, and what a caller of one may do.

#![cfg(feature = "ws")]

use codec_core::ws::{CloseCode, Kind, Limits, MAX_REASON, Payload, Received, Role, Socket};
use codec_core::{EncodeError, Env, Refused, RxBuf, TxBuf};
use proptest::prelude::*;

/// An end with its receive buffer, which belongs to it from the first byte to the last.
struct End {
    socket: Socket,
    rx: RxBuf<'static>,
    received: Vec<u8>,
    sent: Vec<u8>,
}

/// What an end is made to do.
#[derive(Clone, Debug)]
enum Act {
    Text(String),
    Binary(Vec<u8>),
    /// Text in parts, with a ping between any two of them.
    Parts(Vec<String>),
    /// Text encoded into the transmit buffer.
    Encoded(String),
    Ping(Vec<u8>),
}

/// What the other end sees of it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Saw {
    Message(Kind, Vec<u8>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Close(Option<u16>, String),
}

fn act() -> impl Strategy<Value = Act> {
    let bytes = || prop_oneof![4 => proptest::collection::vec(any::<u8>(), 0..40), 1 => proptest::collection::vec(any::<u8>(), 100..400)];
    let text = || prop_oneof![4 => "\\PC{0,20}", 1 => "[a-é€😀]{60,200}"];
    prop_oneof![
        text().prop_map(Act::Text),
        bytes().prop_map(Act::Binary),
        proptest::collection::vec(text(), 1..5).prop_map(Act::Parts),
        text().prop_map(Act::Encoded),
        proptest::collection::vec(any::<u8>(), 0..=125).prop_map(Act::Ping),
    ]
}

/// Writes with a buffer of 1 KiB, emptied when it is full.
fn write(end: &mut End, entropy: u8, mut call: impl FnMut(&mut Socket, &Env, &mut TxBuf<'_>) -> Result<(), Refused>) {
    let env = Env { entropy: [entropy; 16], ..Env::default() };
    let mut storage = [0; 1024];
    let mut tx = TxBuf::new(&mut storage);
    call(&mut end.socket, &env, &mut tx).unwrap();
    end.sent.extend(tx.unsent());
}

impl End {
    fn new(role: Role, rx_size: usize) -> Self {
        let rx = RxBuf::new(vec![0; rx_size].leak());
        Self { socket: Socket::new(role, Limits::new()), rx, received: Vec::new(), sent: Vec::new() }
    }

    fn perform(&mut self, act: &Act) -> Vec<Saw> {
        match act {
            Act::Text(text) => {
                write(self, 1, |socket, env, tx| socket.send(env, tx, Payload::Text(text)));
                vec![Saw::Message(Kind::Text, text.clone().into())]
            }
            Act::Binary(bytes) => {
                write(self, 2, |socket, env, tx| socket.send(env, tx, Payload::Binary(bytes)));
                vec![Saw::Message(Kind::Binary, bytes.clone())]
            }
            Act::Encoded(text) => {
                write(self, 3, |socket, env, tx| {
                    socket.send_text_with(env, tx, |room| {
                        room[..text.len()].copy_from_slice(text.as_bytes());
                        Ok(text.len())
                    })
                });
                vec![Saw::Message(Kind::Text, text.clone().into())]
            }
            Act::Parts(parts) => {
                let mut seen = Vec::new();
                for (at, part) in parts.iter().enumerate() {
                    let last = at + 1 == parts.len();
                    write(self, 4, |socket, env, tx| socket.send_part(env, tx, Payload::Text(part), last));
                    if !last {
                        write(self, 5, |socket, env, tx| socket.ping(env, tx, b"between"));
                        seen.push(Saw::Ping(b"between".to_vec()));
                    }
                }
                seen.push(Saw::Message(Kind::Text, parts.concat().into()));
                seen
            }
            Act::Ping(payload) => {
                write(self, 6, |socket, env, tx| socket.ping(env, tx, payload));
                vec![Saw::Ping(payload.clone())]
            }
        }
    }

    /// Takes `bytes` in, `chunk` at a time.
    fn take(&mut self, bytes: &[u8], chunk: usize) -> Vec<Saw> {
        let mut tx_storage = [0; 150];
        let mut tx = TxBuf::new(&mut tx_storage);
        let rx = &mut self.rx;
        let mut seen = Vec::new();
        let mut rest = bytes;
        let env = Env { entropy: [9; 16], ..Env::default() };
        while !rest.is_empty() {
            let space = rx.space();
            let len = rest.len().min(chunk).min(space.len());
            space[..len].copy_from_slice(&rest[..len]);
            rx.commit(len);
            rest = &rest[len..];
            loop {
                match self.socket.poll(&env, rx, &mut tx) {
                    None if tx.is_empty() => break,
                    None => {}
                    Some(Received::Data(piece)) => {
                        self.received.extend(&rx.unread()[piece.start..piece.start + piece.len]);
                        self.socket.release(rx, usize::MAX);
                        if piece.last {
                            seen.push(Saw::Message(piece.kind, core::mem::take(&mut self.received)));
                        }
                    }
                    Some(Received::Ping) => seen.push(Saw::Ping(self.socket.control().to_vec())),
                    Some(Received::Pong) => seen.push(Saw::Pong(self.socket.control().to_vec())),
                    Some(Received::Close(code)) => seen.push(Saw::Close(code.map(CloseCode::get), self.socket.reason().into())),
                    Some(Received::Failed(error)) => panic!("{error}"),
                }
                self.sent.extend(tx.unsent());
                tx.sent(usize::MAX);
            }
        }
        seen
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// What one end sends is what the other receives, whatever the sizes, the cuts and the role; every ping comes back.
    #[test]
    fn round_trip(
        acts in proptest::collection::vec(act(), 0..8),
        client: bool,
        chunk in 1_usize..200,
        rx_size in 1_usize..300,
        reason in "\\PC{0,30}",
    ) {
        let role = if client { Role::Client } else { Role::Server };
        let (mut near, mut far) = (End::new(role, rx_size), End::new(role.peer(), rx_size));
        let mut expected: Vec<Saw> = acts.iter().flat_map(|act| near.perform(act)).collect();
        write(&mut near, 7, |socket, env, tx| socket.close(env, tx, CloseCode::GOING_AWAY, &reason));
        let pings: Vec<Saw> = expected.iter().filter_map(|saw| if let Saw::Ping(payload) = saw { Some(Saw::Pong(payload.clone())) } else { None }).collect();
        expected.push(Saw::Close(Some(1001), reason));

        prop_assert_eq!(far.take(&core::mem::take(&mut near.sent), chunk), expected);
        prop_assert!(far.socket.is_closed());
        let mut answers = pings;
        answers.push(Saw::Close(Some(1001), String::new()));
        prop_assert_eq!(near.take(&core::mem::take(&mut far.sent), chunk), answers);
        prop_assert!(near.socket.is_closed());
        prop_assert!(near.sent.is_empty());
    }

    /// Any bytes at all: no panic, the same outcome for every cut, at most one failure, nothing after it.
    #[test]
    fn any_bytes_tell_the_same_for_every_cut(
        frames in proptest::collection::vec(
            (prop_oneof![Just(0x81_u8), Just(0x01), Just(0x80), Just(0x00), Just(0x89), Just(0x8A), Just(0x88), Just(0x82), any::<u8>()],
             prop_oneof![8 => 0_u8..20, 1 => any::<u8>()],
             proptest::collection::vec(any::<u8>(), 0..24)),
            0..8,
        ),
        client: bool,
    ) {
        let role = if client { Role::Client } else { Role::Server };
        let mask_bit = if client { 0 } else { 0x80 };
        let bytes: Vec<u8> = frames.iter().flat_map(|(first, second, rest)| [&[*first, second ^ mask_bit], &rest[..]].concat()).collect();
        let whole = outcome(&bytes, role, usize::MAX);
        for chunk in [1, 2, 3, 7] {
            prop_assert_eq!(outcome(&bytes, role, chunk), whole.clone(), "chunks of {}", chunk);
        }
    }
}

/// What an end makes of bytes: everything told, with pieces joined, and everything sent.
fn outcome(bytes: &[u8], role: Role, chunk: usize) -> (Vec<String>, Vec<u8>) {
    let (mut rx_storage, mut tx_storage) = ([0; 4096], [0; 4096]);
    let (mut rx, mut tx) = (RxBuf::new(&mut rx_storage), TxBuf::new(&mut tx_storage));
    let mut socket = Socket::new(role, Limits::new());
    let (mut told, mut open) = (Vec::new(), Vec::<u8>::new());
    let mut rest = bytes;
    while !rest.is_empty() {
        let len = rest.len().min(chunk);
        rx.space()[..len].copy_from_slice(&rest[..len]);
        rx.commit(len);
        rest = &rest[len..];
        while let Some(received) = socket.poll(&Env::default(), &mut rx, &mut tx) {
            match received {
                Received::Data(piece) => {
                    open.extend(&rx.unread()[piece.start..piece.start + piece.len]);
                    socket.release(&mut rx, piece.len);
                    if piece.last {
                        told.push(format!("{:?} {:?}", piece.kind, core::mem::take(&mut open)));
                    }
                }
                Received::Ping | Received::Pong => told.push(format!("{received:?} {:?}", socket.control())),
                Received::Close(_) | Received::Failed(_) => {
                    told.push(format!("{received:?} {:?} after {:?}", socket.reason(), core::mem::take(&mut open)));
                }
            }
        }
    }
    told.push(format!("open {open:?}"));
    (told, tx.unsent().to_vec())
}

#[test]
fn text_is_encoded_into_the_transmit_buffer_at_every_size() {
    for role in [Role::Client, Role::Server] {
        for len in (0..300).chain(65_520..65_550) {
            let text = "x".repeat(len);
            let header = if len < 126 {
                2
            } else if len < 65_536 {
                4
            } else {
                10
            } + if role == Role::Client { 4 } else { 0 };
            for spare in [0, 1, 2, 8, 100] {
                let mut near = Socket::new(role, Limits::new());
                let mut far = Socket::new(role.peer(), Limits::new());
                let mut storage = vec![0; header + len + spare];
                let mut tx = TxBuf::new(&mut storage);
                let env = Env { entropy: [0xA5; 16], ..Env::default() };
                let encode = |room: &mut [u8]| match room.get_mut(..len) {
                    Some(room) => {
                        room.copy_from_slice(text.as_bytes());
                        Ok(len)
                    }
                    None => Err(EncodeError::NoSpace { needed: len as u32 }),
                };
                let done = near.send_text_with(&env, &mut tx, encode);
                // Just below a border the larger header may have been set aside.
                if let Err(error) = done {
                    assert!(spare < 8 && (len < 126 || (65_500..65_536).contains(&len)), "{error}, {len} bytes and {spare} spare");
                    assert!(matches!(error, Refused::NoRoom { .. }) && tx.is_empty());
                    continue;
                }
                assert_eq!(tx.unsent().len(), header + len);
                let mut received = tx.unsent().to_vec();
                let mut rx = RxBuf::new(&mut received);
                rx.space();
                rx.commit(header + len);
                let Some(Received::Data(piece)) = far.poll(&env, &mut rx, &mut TxBuf::new(&mut [])) else { panic!("no message") };
                assert!(piece.first && piece.last);
                assert_eq!(far.message(&rx), text.as_bytes());
            }
        }
    }
}

#[test]
fn what_cannot_be_sent_is_refused_and_leaves_no_trace() {
    let mut storage = [0; 400];
    let mut tx = TxBuf::new(&mut storage);
    let env = Env::default();
    let mut socket = Socket::new(Role::Client, Limits::new());
    let too_long = |field, max, found| Err(Refused::Invalid(EncodeError::OutOfRange { field, min: 0, max, found }));
    assert_eq!(socket.ping(&env, &mut tx, &[0; 126]), too_long("length of a control frame", 125, 126));
    let reason = "r".repeat(MAX_REASON + 1);
    assert_eq!(socket.close(&env, &mut tx, CloseCode::NORMAL, &reason), too_long("length of the reason", 123, 124));
    let not_text = socket.send_text_with(&env, &mut tx, |room| {
        room[..3].copy_from_slice(b"a\xFFb");
        Ok(3)
    });
    assert_eq!(not_text, Err(Refused::Invalid(EncodeError::BadCharacter { field: "message", at: 1 })));
    let own = EncodeError::Missing { field: "PIN" };
    assert_eq!(socket.send_text_with(&env, &mut tx, |_| Err(own)), Err(Refused::Invalid(own)));
    let needed = socket.send_text_with(&env, &mut tx, |_| Err(EncodeError::NoSpace { needed: 1000 }));
    assert_eq!(needed, Err(Refused::NoRoom { needed: 1008, free: 400 }));
    assert!(matches!(socket.send_text_with(&env, &mut tx, |room| Ok(room.len() + 1)), Err(Refused::NoRoom { .. })));
    assert!(tx.is_empty());

    socket.send_part(&env, &mut tx, Payload::Text("a"), false).unwrap();
    let sent = tx.unsent().len();
    assert!(matches!(socket.send(&env, &mut tx, Payload::Text("b")), Err(Refused::Invalid(_))));
    assert!(matches!(socket.send_text_with(&env, &mut tx, |_| Ok(0)), Err(Refused::Invalid(_))));
    assert!(matches!(socket.send_part(&env, &mut tx, Payload::Binary(b"b"), true), Err(Refused::Invalid(_))));
    assert_eq!(tx.unsent().len(), sent);
    socket.send_part(&env, &mut tx, Payload::Text("b"), true).unwrap();

    socket.close(&env, &mut tx, CloseCode::NORMAL, "Bye...").unwrap();
    let sent = tx.unsent().len();
    assert_eq!(socket.close(&env, &mut tx, CloseCode::NORMAL, ""), Err(Refused::Closed));
    assert_eq!(socket.send(&env, &mut tx, Payload::Text("c")), Err(Refused::Closed));
    assert_eq!(socket.ping(&env, &mut tx, b""), Err(Refused::Closed));
    assert_eq!(tx.unsent().len(), sent);
    assert!(!socket.is_open() && !socket.is_closed());
}

/// After our close the peer's messages still come, its pings are not answered, and its close ends it.
#[test]
fn what_the_peer_sends_after_our_close() {
    let (mut near, mut far) = (End::new(Role::Client, 10), End::new(Role::Server, 10));
    write(&mut near, 1, |socket, env, tx| socket.close(env, tx, CloseCode::GOING_AWAY, "Heartbeat timeout"));
    write(&mut far, 2, |socket, env, tx| socket.send(env, tx, Payload::Text("crossing")));
    write(&mut far, 3, |socket, env, tx| socket.ping(env, tx, b"crossing"));
    let closing = core::mem::take(&mut near.sent);
    let saw = near.take(&core::mem::take(&mut far.sent), 1);
    assert_eq!(saw, [Saw::Message(Kind::Text, b"crossing".to_vec()), Saw::Ping(b"crossing".to_vec())]);
    assert!(near.sent.is_empty() && !near.socket.is_closed());
    assert_eq!(far.take(&closing, 1), [Saw::Close(Some(1001), "Heartbeat timeout".into())]);
    assert_eq!(near.take(&far.sent, 1), [Saw::Close(Some(1001), String::new())]);
    assert!(near.socket.is_closed() && far.socket.is_closed() && near.sent.is_empty());
}

/// A close frame that finds no room is owed, and reading has ended meanwhile.
#[test]
fn an_answer_to_a_close_waits_for_room() {
    let mut storage = [0; 20];
    let mut tx = TxBuf::new(&mut storage);
    let mut received = [0; 20];
    let mut rx = RxBuf::new(&mut received);
    let env = Env::default();
    let mut socket = Socket::new(Role::Server, Limits::new());
    socket.send(&env, &mut tx, Payload::Binary(&[0; 17])).unwrap();
    // A close with 1000, masked with zeros, and a ping behind it.
    let bytes = [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE8, 0x89, 0x80, 0, 0, 0, 0];
    rx.space()[..14].copy_from_slice(&bytes);
    rx.commit(14);
    assert_eq!(socket.poll(&env, &mut rx, &mut tx), Some(Received::Close(Some(CloseCode::NORMAL))));
    assert!(socket.is_blocked() && !socket.is_closed());
    assert_eq!(socket.poll(&env, &mut rx, &mut tx), None);
    assert!(rx.unread().is_empty(), "what follows a close is dropped");
    tx.sent(19);
    assert_eq!(socket.poll(&env, &mut rx, &mut tx), None);
    assert!(socket.is_closed() && !socket.is_blocked());
    assert_eq!(tx.unsent(), [0x88, 2, 0x03, 0xE8]);
}

/// A pong that waits goes before our close if there is room for both, and is given up if there is not.
#[test]
fn a_close_while_a_pong_waits() {
    for room_for_both in [true, false] {
        let (mut storage, mut received) = ([0; 30], [0; 30]);
        let (mut tx, mut rx) = (TxBuf::new(&mut storage), RxBuf::new(&mut received));
        let env = Env::default();
        let mut socket = Socket::new(Role::Server, Limits::new());
        socket.send(&env, &mut tx, Payload::Binary(&[0; 20])).unwrap();
        // A ping with 10 bytes of zero, masked with zeros.
        let bytes = [&[0x89, 0x8A][..], &[0; 14]].concat();
        rx.space()[..16].copy_from_slice(&bytes);
        rx.commit(16);
        assert_eq!(socket.poll(&env, &mut rx, &mut tx), Some(Received::Ping));
        assert!(socket.is_blocked());
        if room_for_both {
            tx.sent(22);
        }
        socket.close(&env, &mut tx, CloseCode::NORMAL, "").unwrap();
        assert!(!socket.is_blocked());
        tx.sent(if room_for_both { 0 } else { 22 });
        let close = [0x88, 2, 0x03, 0xE8];
        let pong = [&[0x8A, 10][..], &[0; 10]].concat();
        let expected = if room_for_both { [&pong[..], &close].concat() } else { close.to_vec() };
        assert_eq!(socket.poll(&env, &mut rx, &mut tx), None);
        assert_eq!(tx.unsent(), expected);
    }
}

/// A record that is cut by frames and pings is in one piece for who waits for it.
#[test]
fn a_record_across_frames_is_in_one_piece() {
    let mut far = End::new(Role::Server, 1);
    write(&mut far, 1, |socket, env, tx| socket.send_part(env, tx, Payload::Text("{\"a\":1}{\"b\""), false));
    write(&mut far, 1, |socket, env, tx| socket.ping(env, tx, &[7; 100]));
    write(&mut far, 1, |socket, env, tx| socket.send_part(env, tx, Payload::Text(":"), false));
    write(&mut far, 1, |socket, env, tx| socket.send_part(env, tx, Payload::Text("2}"), true));
    let mut near = Socket::new(Role::Client, Limits::new());
    let (mut received, mut out) = ([0; 20], [0; 131]);
    let (mut rx, mut tx) = (RxBuf::new(&mut received), TxBuf::new(&mut out));
    let mut rest = &far.sent[..];
    let (mut records, mut seen) = (Vec::new(), Vec::new());
    while !rest.is_empty() {
        let space = rx.space();
        let len = space.len().min(rest.len());
        space[..len].copy_from_slice(&rest[..len]);
        rx.commit(len);
        rest = &rest[len..];
        while let Some(event) = near.poll(&Env::default(), &mut rx, &mut tx) {
            seen.push(event);
            while let Some(end) = near.message(&rx).iter().position(|byte| *byte == b'}') {
                records.push(near.message(&rx)[..=end].to_vec());
                near.release(&mut rx, end + 1);
            }
        }
    }
    assert_eq!(records, [b"{\"a\":1}", b"{\"b\":2}"]);
    assert!(seen.contains(&Received::Ping));
    assert_eq!(rx.position() as usize + rx.unread().len(), far.sent.len(), "position and unread bytes make up what was received");
}
