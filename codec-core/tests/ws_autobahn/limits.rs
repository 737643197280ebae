//! Sections 9 and 10: large messages, many messages, many fragments; and our own limits.

use codec_core::ws::{Error, Kind, Limits, Payload, Received, Role, Socket};
use codec_core::{Env, Refused, RxBuf, TxBuf};

use crate::peer::{Frame, Manner, Want, binary, continuation, manners, ping, run, stream, text};

const MIB: usize = 1 << 20;

fn limits(max_frame: u32, max_message: u32) -> Limits {
    let mut limits = Limits::new();
    (limits.max_frame, limits.max_message) = (max_frame, max_message);
    limits
}

/// Sends messages of `len` bytes through a 2 KB buffer, `chunk` bytes at a time, and compares what comes out byte by byte.
fn passes(opcode: u8, len: usize, fragment: usize, chunk: usize, times: usize) {
    let mut payload: Vec<u8> = (b' '..b'y').collect();
    payload = payload.repeat(len / payload.len() + 1);
    payload.truncate(len);
    let make = if opcode == 1 { text } else { binary };
    for role in [Role::Server, Role::Client] {
        let mut frames: Vec<Frame> = payload.chunks(fragment.max(1)).map(|part| continuation(part).more()).collect();
        match frames.first_mut() {
            Some(first) => first.opcode = opcode,
            None => frames.push(make(b"".as_slice())),
        }
        frames.last_mut().unwrap().fin = true;
        let bytes = stream(&frames, role.peer());
        let (mut rx_storage, mut tx_storage) = ([0; 2048], [0; 131]);
        let (mut rx, mut tx) = (RxBuf::new(&mut rx_storage), TxBuf::new(&mut tx_storage));
        let mut socket = Socket::new(role, limits(16 << 20, 16 << 20));
        let env = Env::default();
        for _ in 0..times {
            let (mut rest, mut at, mut ended) = (&bytes[..], 0, false);
            while !rest.is_empty() {
                let space = rx.space();
                let step = rest.len().min(chunk).min(space.len());
                space[..step].copy_from_slice(&rest[..step]);
                rx.commit(step);
                rest = &rest[step..];
                while let Some(received) = socket.poll(&env, &mut rx, &mut tx) {
                    let Received::Data(piece) = received else { panic!("{received:?}") };
                    assert_eq!(piece.kind == Kind::Text, opcode == 1);
                    assert!(rx.unread()[piece.start..piece.start + piece.len] == payload[at..at + piece.len], "at {at}");
                    at += piece.len;
                    ended = piece.last;
                    socket.release(&mut rx, piece.len);
                }
            }
            assert_eq!((at, ended), (len, true), "{len} bytes in fragments of {fragment}, chunks of {chunk}");
        }
    }
}

#[test]
fn sections_9_1_and_9_2_large_messages() {
    for (name, len) in [("1", 64 << 10), ("2", 256 << 10), ("3", MIB), ("4", 4 * MIB), ("5", 8 * MIB), ("6", 16 * MIB)] {
        for opcode in [1, 2] {
            assert!(len >= 64 << 10, "9.{opcode}.{name}");
            passes(opcode, len, len, 2048, 1);
        }
    }
}

#[test]
fn sections_9_3_and_9_4_large_messages_in_fragments() {
    for fragment in [64, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, MIB, 4 * MIB] {
        for opcode in [1, 2] {
            // The same fragments, but of the small ones fewer.
            passes(opcode, (4 * MIB).min(fragment << 10), fragment, 2048, 1);
        }
    }
}

#[test]
fn sections_9_5_and_9_6_large_messages_in_small_pieces() {
    for chunk in [64, 128, 256, 512, 1024, 2048] {
        for opcode in [1, 2] {
            passes(opcode, MIB, MIB, chunk, 1);
        }
    }
}

#[test]
fn sections_9_7_and_9_8_many_messages() {
    for len in [0, 16, 64, 256, 1024, 4096] {
        for opcode in [1, 2] {
            passes(opcode, len, len, 500, 1000);
        }
    }
}

#[test]
fn section_10_1_fragments_of_1300_bytes() {
    passes(1, 65_536, 1300, 700, 1);
}

fn all(frames: &[Frame], limits: Limits, want: &[Want]) {
    for manner in manners() {
        let manner = Manner { limits, ..manner };
        let bytes = stream(frames, manner.role.peer());
        let ends = matches!(want.last(), Some(Want::Fail(..)));
        assert_eq!(run(&bytes, &manner), (want.to_vec(), ends), "{manner:?}");
    }
}

#[test]
fn a_frame_over_the_limit_is_refused_by_its_header() {
    let (fits, back) = (|| text("x".repeat(200)), || Want::Echo(1, "x".repeat(200).into()));
    all(&[fits(), fits()], limits(200, 200), &[back(), back()]);
    let fault = Want::Fail(Error::FrameTooLong { limit: 200, found: 201 }, 1009);
    all(&[text("Hi"), text("x".repeat(201))], limits(200, 200), &[Want::Echo(1, b"Hi".to_vec()), fault]);
    for sender in [Role::Client, Role::Server] {
        let mut huge = vec![0x82, if sender == Role::Client { 0xFF } else { 0x7F }];
        huge.extend(((1_u64 << 63) - 1).to_be_bytes());
        huge.extend([0; 4]);
        let manner = Manner { role: sender.peer(), ..manners().next().unwrap() };
        let fault = Want::Fail(Error::FrameTooLong { limit: 1 << 20, found: (1 << 63) - 1 }, 1009);
        assert_eq!(run(&huge, &manner), (vec![fault], true));
    }
}

#[test]
fn a_message_over_the_limit_is_refused_by_the_header_of_the_frame_that_goes_over_it() {
    let frames = [text("0123456789").more(), ping("p"), continuation("0123456789").more(), continuation("!")];
    let fault = Want::Fail(Error::MessageTooLong { limit: 20, found: 21 }, 1009);
    let want = [Want::Pong(b"p".to_vec()), Want::Broken(b"01234567890123456789".to_vec()), fault];
    all(&frames, limits(10, 20), &want);
    all(&frames[..3], limits(10, 20), &[Want::Pong(b"p".to_vec())]);
    let fits = [text("0123456789").more(), continuation("0123456789"), text("01234567890123456789")];
    let fault = Want::Fail(Error::FrameTooLong { limit: 10, found: 20 }, 1009);
    all(&fits, limits(10, 20), &[Want::Echo(1, b"01234567890123456789".to_vec()), fault]);
}

/// A flood of empty fragments is one message without a byte: no piece, no growth.
#[test]
fn empty_fragments_cost_nothing() {
    let (mut rx_storage, mut tx_storage) = ([0; 16], [0; 131]);
    let (mut rx, mut tx) = (RxBuf::new(&mut rx_storage), TxBuf::new(&mut tx_storage));
    let mut socket = Socket::new(Role::Client, Limits::new());
    let env = Env::default();
    for number in 0..100_000 {
        let frame = if number == 0 { [0x01, 0] } else { [0x00, 0] };
        rx.space()[..2].copy_from_slice(&frame);
        rx.commit(2);
        assert_eq!(socket.poll(&env, &mut rx, &mut tx), None);
        assert!(rx.unread().is_empty());
    }
}

/// A peer that pings and does not read: one pong waits, and the rest of the input with it.
#[test]
fn pings_without_room_for_the_answer_are_kept() {
    let pings: Vec<Frame> = (0..50).map(|n| ping(format!("{n:0125}"))).collect();
    let bytes = stream(&pings, Role::Server);
    let (mut rx_storage, mut tx_storage) = ([0; 300], [0; 300]);
    let (mut rx, mut tx) = (RxBuf::new(&mut rx_storage), TxBuf::new(&mut tx_storage));
    let mut socket = Socket::new(Role::Client, Limits::new());
    let (mut rest, mut told, mut sent) = (&bytes[..], 0, Vec::new());
    for round in 0_u8.. {
        let env = Env { entropy: [round; 16], ..Env::default() };
        let space = rx.space();
        let step = rest.len().min(space.len());
        space[..step].copy_from_slice(&rest[..step]);
        rx.commit(step);
        rest = &rest[step..];
        while let Some(received) = socket.poll(&env, &mut rx, &mut tx) {
            assert_eq!(received, Received::Ping);
            told += 1;
        }
        if socket.is_blocked() {
            assert!(tx.free() < 131, "blocked with room");
            assert_eq!(socket.poll(&env, &mut rx, &mut tx), None);
        } else if rest.is_empty() && tx.is_empty() {
            break;
        }
        let len = tx.unsent().len().min(100);
        sent.extend(&tx.unsent()[..len]);
        tx.sent(len);
    }
    let pongs: Vec<Vec<u8>> = crate::peer::frames_of(&sent, Role::Client).into_iter().map(|frame| frame.payload).collect();
    let expected: Vec<Vec<u8>> = pings.into_iter().map(|frame| frame.payload).collect();
    assert_eq!((told, pongs), (50, expected));
}

/// What a full transmit buffer refuses leaves no trace.
#[test]
fn no_room_is_all_or_nothing() {
    let mut storage = [0; 20];
    let mut tx = TxBuf::new(&mut storage);
    let mut socket = Socket::new(Role::Client, Limits::new());
    let env = Env::default();
    assert_eq!(socket.send(&env, &mut tx, Payload::Text("fifteen letters")), Err(Refused::NoRoom { needed: 21, free: 20 }));
    assert!(tx.is_empty());
    socket.send(&env, &mut tx, Payload::Text("fourteen chars")).unwrap();
    assert_eq!(socket.ping(&env, &mut tx, b""), Err(Refused::NoRoom { needed: 6, free: 0 }));
    assert_eq!(tx.unsent().len(), 20);
    assert!(socket.is_open());
}
