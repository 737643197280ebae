//! Takes frames apart and leaves the bytes of a message side by side at the front of the receive buffer.
//!
//! ```text
//!  RxBuf before   [ message so far ][ header ][ payload ][ header ][ ping ][ header ][ payload ][ head
//!  RxBuf after    [ message so far   payload   payload ]            3 bytes of header are kept inside
//! ```
//!
//! Headers and control frames are taken out from between, so what reads the message needs no thought for frames: a JSON record
//! that was cut by a header, or by a ping, is in one piece. Every byte is moved at most once, by the distance of the framing bytes
//! in front of it, and not at all where nothing of the message is kept. Memory is this struct, whatever the peer sends.

use super::close::CloseCode;
use super::error::Error;
use super::frame::{Header, MAX_CONTROL, MAX_HEADER, OpCode, Role, apply_mask, rotated};
use super::utf8::Utf8;
use crate::buf::{RxBuf, move_to_front};

/// How much a peer may send in one go. A message is handed out in pieces, so a limit costs no memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Limits {
    /// Most payload of a data frame in bytes. Default [`DEFAULT_LIMIT`].
    pub max_frame: u32,
    /// Most payload of a message in bytes, all its frames together. Default [`DEFAULT_LIMIT`].
    pub max_message: u32,
}

/// Most bytes of a frame and of a message unless set otherwise: 1 MiB. The largest message that a Ksenia panel can be asked for
/// has about 250 KB.
pub const DEFAULT_LIMIT: u32 = 1 << 20;

impl Limits {
    /// The defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self { max_frame: DEFAULT_LIMIT, max_message: DEFAULT_LIMIT }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::new()
    }
}

/// Text or binary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub enum Kind {
    /// UTF-8, checked.
    Text,
    /// Any bytes.
    Binary,
}

/// New bytes of a message: `unread()[start..start + len]` of the [`RxBuf`]. Those before `start` are of the same message and have
/// not been released yet.
///
/// How a message is divided into pieces depends on how the bytes arrived, what the pieces make together does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Piece {
    /// Text or binary.
    pub kind: Kind,
    /// Where the new bytes begin, counted from the front of [`RxBuf::unread`].
    pub start: usize,
    /// How many there are. 0 only in a `last` piece.
    pub len: usize,
    /// The message begins here.
    pub first: bool,
    /// The message ends here. At the next poll its bytes are dropped, released or not.
    pub last: bool,
}

/// What a [`Reader`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Found {
    /// More of a message.
    Data(Piece),
    /// A ping; [`Reader::control`] has its payload.
    Ping,
    /// A pong; [`Reader::control`] has its payload.
    Pong,
    /// The close frame of the peer, with its code if there is one; [`Reader::reason`] has the reason. Nothing follows: what the
    /// peer sends all the same is dropped.
    Close(Option<CloseCode>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// In a header, of which the scratch has the beginning.
    Header,
    /// In the payload of a data frame.
    Data,
    /// In the payload of a control frame, of which the scratch has the beginning.
    Control(OpCode),
    /// A control frame is complete and not yet told.
    Whole(OpCode),
    /// An error is not yet told.
    Wrong(Error),
    /// Nothing is taken any more.
    Done,
}

/// Takes the frames of one peer apart.
///
/// It belongs to one [`RxBuf`] from its first poll on: where it stands is kept as a [position](RxBuf::position) in what that buffer
/// has received. What is read before, such as the head of a handshake, is dropped from the same buffer.
#[derive(Clone, Copy, Debug)]
// Small cores reach only what stands in front with one instruction: flags first, then words, then what is large.
#[repr(C)]
pub struct Reader {
    phase: Phase,
    /// The frame ends its message.
    last: bool,
    /// A piece of the message was told.
    begun: bool,
    /// The message was told to its end; its bytes go at the next poll.
    ended: bool,
    /// The message that is open between two frames.
    message: Option<Kind>,
    /// Who sends what is read.
    sender: Role,
    /// The mask, turned to where the payload goes on; zero where there is none.
    mask: [u8; 4],
    /// Bytes of the header or control frame in the scratch.
    have: usize,
    /// Length of the control frame that was told last, while the scratch still has it.
    control: usize,
    /// Payload of the frame that has not come yet.
    left: u32,
    /// Payload of the message in the frames so far, the one being read included.
    message_len: u32,
    /// Complete between two messages.
    utf8: Utf8,
    /// Where the bytes of the message end, as a position of the receive buffer.
    message_end: u64,
    /// Where the bytes not yet looked at begin, likewise.
    fresh: u64,
    limits: Limits,
    /// The beginning of a header, or the payload of a control frame.
    scratch: [u8; MAX_CONTROL],
}

/// Where in the unread bytes the reader stands.
struct Cursor {
    /// End of the message's bytes.
    to: usize,
    /// The first byte not yet looked at.
    from: usize,
}

fn offset(position: u64, rx: &RxBuf<'_>) -> usize {
    usize::try_from(position.saturating_sub(rx.position())).unwrap_or(usize::MAX).min(rx.unread().len())
}

fn position(offset: usize, rx: &RxBuf<'_>) -> u64 {
    rx.position().saturating_add(u64::try_from(offset).unwrap_or(u64::MAX))
}

impl Reader {
    /// A reader at the front of the first frame, for the end that plays `role`.
    #[must_use]
    pub const fn new(role: Role, limits: Limits) -> Self {
        Self {
            sender: role.peer(),
            limits,
            phase: Phase::Header,
            scratch: [0; MAX_CONTROL],
            have: 0,
            control: 0,
            left: 0,
            mask: [0; 4],
            last: false,
            message: None,
            message_len: 0,
            begun: false,
            ended: false,
            utf8: Utf8::new(),
            message_end: 0,
            fresh: 0,
        }
    }

    /// The bytes of the message that have arrived and were not released, in one piece.
    ///
    /// When a poll gave nothing and this fills the whole buffer, what waits for the rest of it waits for ever.
    pub fn message<'i>(&self, rx: &'i RxBuf<'_>) -> &'i [u8] {
        rx.unread().get(..offset(self.message_end, rx)).unwrap_or_default()
    }

    /// Drops the first `len` bytes of [`message`](Self::message), or all of them if there are fewer.
    pub fn release(&self, rx: &mut RxBuf<'_>, len: usize) {
        rx.discard(len.min(offset(self.message_end, rx)));
    }

    /// The payload of the ping, pong or close that the last poll told.
    #[must_use]
    pub fn control(&self) -> &[u8] {
        self.scratch.get(..self.control).unwrap_or_default()
    }

    /// The reason in the close frame of the peer; empty if there is none.
    #[must_use]
    pub fn reason(&self) -> &str {
        match (self.phase, self.control().get(2..)) {
            (Phase::Done, Some(reason)) => core::str::from_utf8(reason).unwrap_or_default(),
            _ => "",
        }
    }

    /// Takes the next thing out, or gives `None` when more bytes are needed.
    ///
    /// An error is told once, behind all good bytes before it, and ends the reading as [`Found::Close`] does.
    ///
    /// # Errors
    /// What the peer did wrong.
    #[must_use]
    pub fn poll(&mut self, rx: &mut RxBuf<'_>) -> Option<Result<Found, Error>> {
        if core::mem::take(&mut self.ended) {
            self.release(rx, usize::MAX);
        }
        let mut cursor = Cursor { to: offset(self.message_end, rx), from: offset(self.fresh, rx) };
        if cursor.to == 0 {
            rx.discard(cursor.from);
            cursor.from = 0;
        }
        let start = cursor.to;
        let told = self.read(rx.unread_mut(), &mut cursor, start);
        if cursor.from >= rx.unread().len() {
            rx.truncate(cursor.to);
            cursor.from = cursor.to;
        }
        self.message_end = position(cursor.to, rx);
        self.fresh = position(cursor.from, rx);
        told
    }

    fn read(&mut self, bytes: &mut [u8], cursor: &mut Cursor, start: usize) -> Option<Result<Found, Error>> {
        loop {
            let fresh = bytes.get(cursor.from..).unwrap_or_default();
            let piece_waits = cursor.to > start;
            match self.phase {
                Phase::Header => {
                    let taken = self.header(fresh);
                    cursor.from = cursor.from.saturating_add(taken);
                    if taken == 0 {
                        break;
                    }
                }
                Phase::Data => {
                    let len = fresh.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
                    let good = self.payload(bytes, cursor, len);
                    if good < len {
                        self.bad_utf8();
                    } else if self.left > 0 {
                        break;
                    } else if !self.last {
                        self.phase = Phase::Header;
                    } else if self.utf8.is_complete() {
                        self.phase = Phase::Header;
                        self.ended = true;
                        return self.piece(start, cursor.to).map(|piece| Ok(Found::Data(piece)));
                    } else {
                        self.bad_utf8();
                    }
                }
                Phase::Control(opcode) => {
                    let taken = self.control_payload(fresh);
                    cursor.from = cursor.from.saturating_add(taken);
                    if self.left > 0 {
                        break;
                    }
                    self.phase = Phase::Whole(opcode);
                }
                Phase::Whole(_) | Phase::Wrong(_) if piece_waits => break,
                Phase::Whole(opcode) => {
                    self.control = core::mem::take(&mut self.have);
                    self.phase = Phase::Header;
                    match opcode {
                        OpCode::Ping => return Some(Ok(Found::Ping)),
                        OpCode::Pong => return Some(Ok(Found::Pong)),
                        _ => match close_code(self.control()) {
                            Ok(code) => {
                                self.phase = Phase::Done;
                                return Some(Ok(Found::Close(code)));
                            }
                            Err(error) => self.phase = Phase::Wrong(error),
                        },
                    }
                }
                Phase::Wrong(error) => {
                    self.control = 0;
                    self.phase = Phase::Done;
                    return Some(Err(error));
                }
                Phase::Done => {
                    cursor.from = bytes.len();
                    break;
                }
            }
        }
        if cursor.to > start { self.piece(start, cursor.to).map(|piece| Ok(Found::Data(piece))) } else { None }
    }

    /// The bytes of the message from `start` to `end`, as a piece. The message is closed if it ended.
    fn piece(&mut self, start: usize, end: usize) -> Option<Piece> {
        let kind = self.message?;
        let first = !core::mem::replace(&mut self.begun, true);
        if self.ended {
            self.message = None;
        }
        Some(Piece { kind, start, len: end.saturating_sub(start), first, last: self.ended })
    }

    /// Takes what belongs to the header and says how many bytes that were.
    fn header(&mut self, fresh: &[u8]) -> usize {
        let had = self.have;
        let Some(room) = self.scratch.get_mut(had..MAX_HEADER) else { return 0 };
        let len = room.len().min(fresh.len());
        room.iter_mut().zip(fresh).for_each(|(slot, byte)| *slot = *byte);
        self.control = 0;
        let end = had.saturating_add(len);
        match Header::decode(self.scratch.get(..end).unwrap_or_default(), self.sender) {
            Ok(None) => {
                self.have = end;
                len
            }
            Ok(Some((header, size))) => {
                self.have = 0;
                if let Err(error) = self.enter(header) {
                    self.phase = Phase::Wrong(error);
                }
                size.saturating_sub(had)
            }
            Err(error) => {
                self.phase = Phase::Wrong(error);
                len
            }
        }
    }

    /// Begins a frame.
    fn enter(&mut self, header: Header) -> Result<(), Error> {
        let kind = match (header.opcode, self.message) {
            (OpCode::Close | OpCode::Ping | OpCode::Pong, _) => {
                self.mask = header.mask.unwrap_or_default();
                self.left = u32::try_from(header.len).unwrap_or(u32::MAX);
                self.phase = Phase::Control(header.opcode);
                return Ok(());
            }
            (OpCode::Continuation, None) => return Err(Error::UnexpectedContinuation),
            (OpCode::Continuation, Some(kind)) => kind,
            (found, Some(_)) => return Err(Error::ExpectedContinuation { found }),
            (OpCode::Text, None) => Kind::Text,
            (OpCode::Binary, None) => Kind::Binary,
        };
        if self.message.is_none() {
            self.message = Some(kind);
            self.message_len = 0;
            self.begun = false;
        }
        let Limits { max_frame, max_message } = self.limits;
        let left = u32::try_from(header.len).ok().filter(|len| *len <= max_frame);
        self.left = left.ok_or(Error::FrameTooLong { limit: max_frame, found: header.len })?;
        let message_len = u64::from(self.message_len).saturating_add(header.len);
        let too_long = Error::MessageTooLong { limit: max_message, found: message_len };
        self.message_len = u32::try_from(message_len).ok().filter(|len| *len <= max_message).ok_or(too_long)?;
        self.mask = header.mask.unwrap_or_default();
        self.last = header.last;
        self.phase = Phase::Data;
        Ok(())
    }

    /// Moves the next `len` bytes behind the message's bytes, unmasks and checks them, and says how many of them are good.
    fn payload(&mut self, bytes: &mut [u8], cursor: &mut Cursor, len: usize) -> usize {
        let (to, from) = (cursor.to, cursor.from);
        let (Some(to_end), Some(from_end)) = (to.checked_add(len), from.checked_add(len)) else { return 0 };
        if to < from {
            let span = bytes.get_mut(to..from_end).unwrap_or_default();
            move_to_front(span, from.saturating_sub(to), span.len());
        }
        let piece = bytes.get_mut(to..to_end).unwrap_or_default();
        if self.sender == Role::Client {
            apply_mask(piece, self.mask, 0);
            self.mask = rotated(self.mask, len);
        }
        let good = match self.message {
            Some(Kind::Text) => self.utf8.feed(piece).err().unwrap_or(len),
            _ => len,
        };
        cursor.to = to.saturating_add(good);
        cursor.from = from_end;
        self.left = self.left.saturating_sub(u32::try_from(good).unwrap_or(u32::MAX));
        good
    }

    /// What is left of the frame has not been taken as text.
    fn bad_utf8(&mut self) {
        self.phase = Phase::Wrong(Error::BadUtf8 { at: self.message_len.saturating_sub(self.left) });
    }

    /// Takes what belongs to the control frame and says how many bytes that were.
    fn control_payload(&mut self, fresh: &[u8]) -> usize {
        let have = self.have;
        let left = usize::try_from(self.left).unwrap_or(usize::MAX);
        let room = self.scratch.get_mut(have..).unwrap_or_default();
        let len = room.len().min(left).min(fresh.len());
        let room = room.get_mut(..len).unwrap_or_default();
        room.iter_mut().zip(fresh).for_each(|(slot, byte)| *slot = *byte);
        apply_mask(room, self.mask, have);
        self.have = have.saturating_add(len);
        self.left = self.left.saturating_sub(u32::try_from(len).unwrap_or(u32::MAX));
        len
    }
}

/// The code in the payload of a close frame.
fn close_code(payload: &[u8]) -> Result<Option<CloseCode>, Error> {
    if payload.is_empty() {
        return Ok(None);
    }
    let (code, reason) = payload.split_first_chunk::<2>().ok_or(Error::BadCloseLength)?;
    let code = u16::from_be_bytes(*code);
    let code = CloseCode::new(code).ok_or(Error::BadCloseCode(code))?;
    if core::str::from_utf8(reason).is_err() {
        return Err(Error::BadCloseReason);
    }
    Ok(Some(code))
}
