//! Puts frames into the transmit buffer, whole or not at all.

use super::close::{CloseCode, MAX_REASON};
use super::frame::{Header, MAX_CONTROL, OpCode, Role, apply_mask};
use super::reader::Kind;
use crate::buf::{TxBuf, move_to_front};
use crate::error::{EncodeError, Refused};
use crate::machine::Env;

/// A message, or a part of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Payload<'c> {
    /// Text.
    Text(&'c str),
    /// Bytes.
    Binary(&'c [u8]),
}

impl<'c> Payload<'c> {
    const fn kind(self) -> Kind {
        match self {
            Self::Text(_) => Kind::Text,
            Self::Binary(_) => Kind::Binary,
        }
    }

    const fn bytes(self) -> &'c [u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Binary(bytes) => bytes,
        }
    }
}

/// Writes the frames of one end.
///
/// A client's masks come from [`Env::entropy`], which must be new and unpredictable in every call.
#[derive(Clone, Copy, Debug)]
pub struct Writer {
    role: Role,
    /// Frames written, to tell the masks of several frames in one call apart.
    frames: u32,
    /// The message of which parts were written and the last was not.
    open: Option<Kind>,
}

fn number(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

const fn opcode(kind: Kind) -> OpCode {
    match kind {
        Kind::Text => OpCode::Text,
        Kind::Binary => OpCode::Binary,
    }
}

/// Writes a text into the room it is given: how long it is, and whether it is the last part.
type Encode<'f> = dyn FnMut(&mut [u8]) -> Result<(usize, bool), EncodeError> + 'f;

/// What a message needs before another can begin.
const LAST_PART: Refused = Refused::Invalid(EncodeError::Missing { field: "last part of the message before" });

impl Writer {
    /// A writer that has sent nothing yet, for the end that plays `role`.
    #[must_use]
    pub const fn new(role: Role) -> Self {
        Self { role, frames: 0, open: None }
    }

    /// Writes a message in one frame.
    ///
    /// # Errors
    /// [`Refused::NoRoom`] if the frame does not fit; [`Refused::Invalid`] while a message in parts is open.
    pub fn message(&mut self, env: &Env, tx: &mut TxBuf<'_>, payload: Payload<'_>) -> Result<(), Refused> {
        if self.open.is_some() {
            return Err(LAST_PART);
        }
        self.frame(env, tx, opcode(payload.kind()), true, payload.bytes())
    }

    /// Writes a part of a message as a frame of its own. The message begins with the first part and ends with the one that is
    /// `last`; pings, pongs and the close may go between.
    ///
    /// # Errors
    /// [`Refused::NoRoom`] if the frame does not fit; [`Refused::Invalid`] if the open message is of the other kind.
    pub fn part(&mut self, env: &Env, tx: &mut TxBuf<'_>, payload: Payload<'_>, last: bool) -> Result<(), Refused> {
        let kind = payload.kind();
        let opcode = match self.open {
            None => opcode(kind),
            Some(open) if open == kind => OpCode::Continuation,
            Some(_) => return Err(LAST_PART),
        };
        self.frame(env, tx, opcode, last, payload.bytes())?;
        self.open = if last { None } else { Some(kind) };
        Ok(())
    }

    /// Writes a text message that `encode` produces straight into the transmit buffer: it gets all the room there is and says how
    /// many bytes it has written. Header and mask are put on afterwards.
    ///
    /// # Errors
    /// [`Refused::NoRoom`] if there is no room for a header or if `encode` gives [`EncodeError::NoSpace`]; [`Refused::Invalid`] with
    /// another error of `encode`, if what it wrote is not UTF-8, or while a message in parts is open.
    pub fn text_with<F>(&mut self, env: &Env, tx: &mut TxBuf<'_>, encode: F) -> Result<(), Refused>
    where
        F: FnOnce(&mut [u8]) -> Result<usize, EncodeError>,
    {
        if self.open.is_some() {
            return Err(LAST_PART);
        }
        let mut encode = Some(encode);
        let mut once = |room: &mut [u8]| encode.take().map_or(Ok((0, true)), |encode| encode(room).map(|len| (len, true)));
        self.text_frame(env, tx, usize::MAX, &mut once).map(|_| ())
    }

    /// As [`text_with`](Self::text_with), for a part of a text message of up to `most` bytes. `encode` also says whether it is the last.
    /// Each part is UTF-8 by itself.
    ///
    /// # Errors
    /// As [`text_with`](Self::text_with); [`Refused::Invalid`] while a binary message is open.
    pub fn text_part_with<F>(&mut self, env: &Env, tx: &mut TxBuf<'_>, most: usize, encode: F) -> Result<bool, Refused>
    where
        F: FnOnce(&mut [u8]) -> Result<(usize, bool), EncodeError>,
    {
        if self.open == Some(Kind::Binary) {
            return Err(LAST_PART);
        }
        let mut encode = Some(encode);
        let mut once = |room: &mut [u8]| encode.take().map_or(Ok((0, true)), |encode| encode(room));
        let last = self.text_frame(env, tx, most, &mut once)?;
        self.open = if last { None } else { Some(Kind::Text) };
        Ok(last)
    }

    /// Calls `encode` once at most. One function for all callers.
    fn text_frame(&mut self, env: &Env, tx: &mut TxBuf<'_>, most: usize, encode: &mut Encode<'_>) -> Result<bool, Refused> {
        let mask = self.mask(env);
        let free = tx.free();
        let spare = tx.spare();
        let opcode = if self.open.is_some() { OpCode::Continuation } else { OpCode::Text };
        let mut header = Header { last: true, opcode, mask, len: 0 };
        // The largest header that a payload in this room can have.
        let mut reserved = header.size();
        header.len = u64::try_from(free.saturating_sub(reserved).min(most)).unwrap_or(u64::MAX);
        reserved = header.size();
        let no_room = |payload: u32| Refused::NoRoom { needed: payload.saturating_add(number(reserved)), free: number(free) };
        let room = spare.get_mut(reserved..).ok_or(no_room(0))?;
        let most = room.len().min(most);
        let room = room.get_mut(..most).ok_or(no_room(0))?;
        let (len, last) = match encode(room) {
            Ok(written) => written,
            Err(EncodeError::NoSpace { needed }) => return Err(no_room(needed)),
            Err(error) => return Err(error.into()),
        };
        let text = room.get(..len).ok_or(no_room(number(len)))?;
        if let Err(error) = core::str::from_utf8(text) {
            return Err(EncodeError::BadCharacter { field: "message", at: number(error.valid_up_to()) }.into());
        }
        (header.last, header.len) = (last, u64::try_from(len).unwrap_or(u64::MAX));
        self.seal(tx, &header, reserved, len).ok_or(no_room(0))?;
        Ok(last)
    }

    /// Makes a frame of a payload of `len` bytes that stands at `from` in the room of the transmit buffer. `None` if the header has no room.
    fn seal(&mut self, tx: &mut TxBuf<'_>, header: &Header, from: usize, len: usize) -> Option<()> {
        let spare = tx.spare();
        let size = header.encode(spare).ok()?;
        if size < from {
            let span = spare.get_mut(size..from.saturating_add(len))?;
            move_to_front(span, from.saturating_sub(size), span.len());
        }
        let end = size.saturating_add(len);
        let payload = spare.get_mut(size..end)?;
        if let Some(mask) = header.mask {
            apply_mask(payload, mask, 0);
        }
        tx.advance(end);
        self.frames = self.frames.wrapping_add(1);
        Some(())
    }

    /// Writes a ping with up to [`MAX_CONTROL`] bytes, which the peer sends back in a pong.
    ///
    /// # Errors
    /// [`Refused::NoRoom`] if the frame does not fit; [`Refused::Invalid`] if the payload is too long.
    pub fn ping(&mut self, env: &Env, tx: &mut TxBuf<'_>, payload: &[u8]) -> Result<(), Refused> {
        self.control(env, tx, OpCode::Ping, payload)
    }

    /// Writes a pong with up to [`MAX_CONTROL`] bytes.
    ///
    /// # Errors
    /// As [`ping`](Self::ping).
    pub fn pong(&mut self, env: &Env, tx: &mut TxBuf<'_>, payload: &[u8]) -> Result<(), Refused> {
        self.control(env, tx, OpCode::Pong, payload)
    }

    /// Writes a close frame, with a code or empty; a reason of up to [`MAX_REASON`] bytes goes with a code only.
    ///
    /// # Errors
    /// [`Refused::NoRoom`] if the frame does not fit; [`Refused::Invalid`] if the reason is too long.
    pub fn close(&mut self, env: &Env, tx: &mut TxBuf<'_>, code: Option<CloseCode>, reason: &str) -> Result<(), Refused> {
        let Some(code) = code else { return self.control(env, tx, OpCode::Close, &[]) };
        if reason.len() > MAX_REASON {
            let (max, found) = (number(MAX_REASON), number(reason.len()));
            return Err(EncodeError::OutOfRange { field: "length of the reason", min: 0, max, found }.into());
        }
        let mut payload = [0; MAX_CONTROL];
        let text = code.get().to_be_bytes().into_iter().chain(reason.bytes());
        payload.iter_mut().zip(text).for_each(|(slot, byte)| *slot = byte);
        let len = reason.len().saturating_add(2);
        self.control(env, tx, OpCode::Close, payload.get(..len).unwrap_or_default())
    }

    fn control(&mut self, env: &Env, tx: &mut TxBuf<'_>, opcode: OpCode, payload: &[u8]) -> Result<(), Refused> {
        if payload.len() > MAX_CONTROL {
            let (max, found) = (number(MAX_CONTROL), number(payload.len()));
            return Err(EncodeError::OutOfRange { field: "length of a control frame", min: 0, max, found }.into());
        }
        self.frame(env, tx, opcode, true, payload)
    }

    fn frame(&mut self, env: &Env, tx: &mut TxBuf<'_>, opcode: OpCode, last: bool, payload: &[u8]) -> Result<(), Refused> {
        let mask = self.mask(env);
        let header = Header { last, opcode, mask, len: u64::try_from(payload.len()).unwrap_or(u64::MAX) };
        let size = header.size();
        let needed = size.saturating_add(payload.len());
        let no_room = Refused::NoRoom { needed: number(needed), free: number(tx.free()) };
        if tx.free() < needed {
            return Err(no_room);
        }
        let body = tx.spare().get_mut(size..needed).ok_or(no_room)?;
        body.iter_mut().zip(payload).for_each(|(slot, byte)| *slot = *byte);
        self.seal(tx, &header, size, payload.len()).ok_or(no_room)
    }

    /// The mask of the next frame. Calls have entropy of their own; the frames of one call take different words of it, mixed with
    /// their number, so that no two in a row are the same.
    fn mask(&self, env: &Env) -> Option<[u8; 4]> {
        if self.role == Role::Server {
            return None;
        }
        let word = usize::try_from(self.frames & 3).ok().and_then(|at| env.entropy.chunks_exact(4).nth(at));
        let word = word.and_then(<[u8]>::first_chunk::<4>).copied().unwrap_or_default();
        // An odd multiplier makes different numbers of different counts.
        Some((u32::from_be_bytes(word) ^ self.frames.wrapping_add(1).wrapping_mul(0x9E37_79B9)).to_be_bytes())
    }
}
