//! The input is a choice of role and limits, and what a peer sends over an open WebSocket. However it is cut, and whatever the size of the
//! buffer, the messages are the same, and a plain reading of the whole input agrees.

use codec_core::RxBuf;
use codec_core::ws::{Found, Kind, Limits, OpCode, Reader, Role};

use crate::feed::{Cuts, pour};

/// Sizes of the receive buffer, in bytes.
const BUFFERS: [usize; 3] = [1, 16, 1 << 12];

/// What a peer said.
#[derive(Clone, Debug, PartialEq)]
enum Said {
    Message(Kind, Vec<u8>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Close(Option<u16>, String),
}

/// All of it.
#[derive(Clone, Debug, PartialEq)]
struct Heard {
    said: Vec<Said>,
    /// The beginning of a message that has no end.
    open: Option<(Kind, Vec<u8>)>,
    error: Option<String>,
}

/// The body of the target.
pub fn run(data: &[u8]) {
    let Some((choice, frames)) = data.split_first() else { return };
    let role = if choice & 1 == 0 { Role::Client } else { Role::Server };
    let mut limits = Limits::new();
    if choice & 2 != 0 {
        (limits.max_frame, limits.max_message) = (200, 300);
    }
    let whole = heard(frames, role, limits, Cuts::Whole, BUFFERS[2]);
    for cuts in Cuts::ALL {
        for buffer in BUFFERS {
            assert_eq!(heard(frames, role, limits, cuts, buffer), whole, "{cuts:?}, {buffer} bytes");
        }
    }
    let plain = plainly(frames, role, limits);
    assert_eq!(whole.said, plain.said);
    match plain.end {
        End::More => assert!(whole.error.is_none(), "{:?}", whole.error),
        End::Wrong => assert!(whole.error.is_some(), "an error is missed"),
        // A length that is not whole may be wrong already.
        End::InHeader => {}
    }
}

fn heard(frames: &[u8], role: Role, limits: Limits, cuts: Cuts, buffer: usize) -> Heard {
    let mut storage = vec![0; buffer];
    let mut rx = RxBuf::new(&mut storage);
    let mut reader = Reader::new(role, limits);
    let mut heard = Heard { said: Vec::new(), open: None, error: None };
    let mut closed = false;
    for piece in cuts.pieces(frames) {
        pour(piece, &mut rx, |rx| {
            for turn in 0.. {
                assert!(turn <= 2 * buffer + 4, "things without end");
                let Some(found) = reader.poll(rx) else { break };
                assert!(!closed, "{found:?} behind the end");
                match found {
                    Ok(Found::Data(piece)) => {
                        let message = reader.message(rx);
                        assert_eq!(message, &rx.unread()[..message.len()]);
                        assert_eq!(piece.start + piece.len, message.len());
                        assert_eq!(piece.first, heard.open.is_none());
                        assert!(piece.len > 0 || piece.last);
                        let (kind, bytes) = heard.open.get_or_insert((piece.kind, Vec::new()));
                        assert_eq!(*kind, piece.kind);
                        bytes.extend_from_slice(&message[piece.start..]);
                        reader.release(rx, usize::MAX);
                        if piece.last {
                            heard.said.extend(heard.open.take().map(|(kind, bytes)| Said::Message(kind, bytes)));
                        }
                    }
                    Ok(Found::Ping) => heard.said.push(Said::Ping(reader.control().to_vec())),
                    Ok(Found::Pong) => heard.said.push(Said::Pong(reader.control().to_vec())),
                    Ok(Found::Close(code)) => {
                        heard.said.push(Said::Close(code.map(|code| code.get()), reader.reason().to_owned()));
                        closed = true;
                    }
                    Err(error) => {
                        heard.error = Some(format!("{error:?}"));
                        closed = true;
                    }
                }
            }
        });
    }
    heard
}

/// How a plain reading ends.
#[derive(Debug)]
enum End {
    /// The input ends, and nothing was wrong.
    More,
    /// In a header.
    InHeader,
    /// Something breaks a rule.
    Wrong,
}

struct Plain {
    said: Vec<Said>,
    end: End,
}

/// The rules of RFC 6455, over bytes that are all there.
fn plainly(frames: &[u8], role: Role, limits: Limits) -> Plain {
    let mut said = Vec::new();
    let end = plain_frames(frames, role, limits, &mut said);
    Plain { said, end }
}

fn plain_frames(mut rest: &[u8], role: Role, limits: Limits, said: &mut Vec<Said>) -> End {
    let mut open: Option<(Kind, Vec<u8>)> = None;
    let mut declared = 0;
    loop {
        let [first, behind @ ..] = rest else { return End::More };
        let last = first & 0x80 != 0;
        let Some(opcode) = OpCode::from_bits(first & 0x0F).filter(|_| first & 0x70 == 0) else { return End::Wrong };
        if opcode.is_control() && !last {
            return End::Wrong;
        }
        let [second, behind @ ..] = behind else { return End::InHeader };
        let masked = second & 0x80 != 0;
        let short = usize::from(second & 0x7F);
        if masked != (role == Role::Server) || (opcode.is_control() && short > 125) {
            return End::Wrong;
        }
        let width = [0, 2, 8][short.saturating_sub(125)];
        let Some((digits, behind)) = behind.split_at_checked(width) else { return End::InHeader };
        let long = digits.iter().fold(0_u64, |sum, digit| sum << 8 | u64::from(*digit));
        let least = [0, 126, 1 << 16][short.saturating_sub(125)];
        if width > 0 && (long < least || long >> 63 != 0) {
            return End::Wrong;
        }
        let len = if width > 0 { long } else { short as u64 };
        let Some((mask, behind)) = behind.split_at_checked(if masked { 4 } else { 0 }) else { return End::InHeader };
        let there = behind.len().min(usize::try_from(len).unwrap_or(usize::MAX));
        let whole = there as u64 == len;
        let (payload, behind) = behind.split_at(there);
        let payload = payload.iter().enumerate().map(|(at, byte)| byte ^ mask.get(at % 4).copied().unwrap_or(0));
        rest = behind;
        if opcode.is_control() {
            if !whole {
                return End::More;
            }
            let payload: Vec<u8> = payload.collect();
            match opcode {
                OpCode::Ping => said.push(Said::Ping(payload)),
                OpCode::Pong => said.push(Said::Pong(payload)),
                _ => {
                    let (code, reason) = match payload.as_slice() {
                        [] => (None, ""),
                        [high, low, reason @ ..] => {
                            let code = u16::from_be_bytes([*high, *low]);
                            let good = matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999);
                            let (true, Ok(reason)) = (good, str::from_utf8(reason)) else { return End::Wrong };
                            (Some(code), reason)
                        }
                        _ => return End::Wrong,
                    };
                    said.push(Said::Close(code, reason.into()));
                    return End::More;
                }
            }
            continue;
        }
        let (kind, mut bytes) = match (opcode, open.take()) {
            (OpCode::Continuation, Some(message)) => message,
            (OpCode::Text, None) => (Kind::Text, Vec::new()),
            (OpCode::Binary, None) => (Kind::Binary, Vec::new()),
            _ => return End::Wrong,
        };
        declared = if opcode == OpCode::Continuation { declared } else { 0 } + len;
        if len > limits.max_frame.into() || declared > limits.max_message.into() {
            return End::Wrong;
        }
        bytes.extend(payload);
        let cut = match str::from_utf8(&bytes) {
            _ if kind == Kind::Binary => false,
            Ok(_) => false,
            // A character may go on in the next frame.
            Err(error) if error.error_len().is_none() => true,
            Err(_) => return End::Wrong,
        };
        if !whole {
            return End::More;
        }
        match (last, cut) {
            (true, true) => return End::Wrong,
            (true, false) => said.push(Said::Message(kind, bytes)),
            (false, _) => open = Some((kind, bytes)),
        }
    }
}
