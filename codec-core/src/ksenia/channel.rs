//! What carries the messages of an open connection: a WebSocket inside the machine, or one of the caller's outside.

use crate::buf::{RxBuf, TxBuf};
use crate::error::{EncodeError, Refused};
use crate::machine::Env;
use crate::ws::{CloseCode, Kind, Limits, Piece, Received, Role, Socket};

/// A message in parts fits into the transmit buffer part by part.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "there is no heap to put the larger one on")]
pub(crate) enum Channel {
    /// Frames on a stream.
    Socket(Socket),
    /// Messages; the caller has the frames.
    Messages(Messages),
}

/// Where in the receive buffer a message is, and whether the connection lasts.
#[derive(Debug)]
pub(crate) struct Messages {
    /// Where the bytes that were not told begin, as a position of the receive buffer.
    fresh: u64,
    begun: bool,
    /// The message was told to its end.
    ended: bool,
    closed: bool,
}

impl Channel {
    /// A WebSocket after the handshake. Nothing limits the length of a message: nothing is kept of it.
    pub(crate) const fn socket(role: Role) -> Self {
        let mut limits = Limits::new();
        limits.max_frame = u32::MAX;
        limits.max_message = u32::MAX;
        Self::Socket(Socket::new(role, limits))
    }

    pub(crate) const fn messages() -> Self {
        Self::Messages(Messages { fresh: 0, begun: false, ended: false, closed: false })
    }

    /// The next thing that arrived.
    pub(crate) fn poll(&mut self, env: &Env, rx: &mut RxBuf<'_>, tx: &mut TxBuf<'_>) -> Option<Received> {
        match self {
            Self::Socket(socket) => socket.poll(env, rx, tx),
            Self::Messages(messages) => messages.poll(rx),
        }
    }

    /// The message that is being read, as far as it is here.
    pub(crate) fn message<'i>(&self, rx: &'i RxBuf<'_>) -> &'i [u8] {
        match self {
            Self::Socket(socket) => socket.message(rx),
            Self::Messages(_) => rx.unread(),
        }
    }

    /// Drops the first `len` bytes of it.
    pub(crate) fn release(&self, rx: &mut RxBuf<'_>, len: usize) {
        match self {
            Self::Socket(socket) => socket.release(rx, len),
            Self::Messages(_) => rx.discard(len),
        }
    }

    /// The reason in the close frame of the peer.
    pub(crate) fn reason(&self) -> &str {
        if let Self::Socket(socket) = self { socket.reason() } else { "" }
    }

    /// Whether something waits for room before more can be read.
    pub(crate) fn is_blocked(&self) -> bool {
        matches!(self, Self::Socket(socket) if socket.is_blocked())
    }

    /// Whether messages can be sent.
    pub(crate) const fn is_open(&self) -> bool {
        match self {
            Self::Socket(socket) => socket.is_open(),
            Self::Messages(messages) => !messages.closed,
        }
    }

    /// Whether there is nothing to wait for.
    pub(crate) const fn is_closed(&self) -> bool {
        match self {
            Self::Socket(socket) => socket.is_closed(),
            Self::Messages(messages) => messages.closed,
        }
    }

    /// Sends a message that `encode` writes.
    pub(crate) fn send_text_with<F>(&mut self, env: &Env, tx: &mut TxBuf<'_>, encode: F) -> Result<(), Refused>
    where
        F: FnOnce(&mut [u8]) -> Result<usize, EncodeError>,
    {
        match self {
            Self::Socket(socket) => socket.send_text_with(env, tx, encode),
            Self::Messages(messages) => messages.send(tx, usize::MAX, |room| encode(room).map(|len| (len, true))).map(|_| ()),
        }
    }

    /// Sends a part of a message, up to `most` bytes, of which `encode` says whether it is the last.
    pub(crate) fn send_part_with<F>(&mut self, env: &Env, tx: &mut TxBuf<'_>, most: usize, encode: F) -> Result<bool, Refused>
    where
        F: FnOnce(&mut [u8]) -> Result<(usize, bool), EncodeError>,
    {
        match self {
            Self::Socket(socket) => socket.send_text_part_with(env, tx, most, encode),
            Self::Messages(messages) => messages.send(tx, most, encode),
        }
    }

    /// Room for a part of `most` bytes.
    pub(crate) fn has_room(&self, tx: &TxBuf<'_>, most: usize) -> bool {
        match self {
            // A header of a server has up to 4 bytes before so much.
            Self::Socket(_) => tx.free() >= most.saturating_add(4),
            Self::Messages(_) => tx.is_empty(),
        }
    }

    /// Sends a ping. Over messages that is the caller's business.
    pub(crate) fn ping(&mut self, env: &Env, tx: &mut TxBuf<'_>) -> Result<(), Refused> {
        if let Self::Socket(socket) = self { socket.ping(env, tx, &[]) } else { Ok(()) }
    }

    /// Sends a close frame. Over messages the caller closes when the machine has ended.
    pub(crate) fn close(&mut self, env: &Env, tx: &mut TxBuf<'_>, code: CloseCode, reason: &str) -> Result<(), Refused> {
        match self {
            Self::Socket(socket) => socket.close(env, tx, code, reason),
            Self::Messages(messages) => {
                messages.closed = true;
                Ok(())
            }
        }
    }
}

impl Messages {
    fn poll(&mut self, rx: &mut RxBuf<'_>) -> Option<Received> {
        if core::mem::take(&mut self.ended) {
            rx.discard(usize::MAX);
            rx.begin_message();
            self.begun = false;
        }
        let unread = rx.unread().len();
        let start = usize::try_from(self.fresh.saturating_sub(rx.position())).unwrap_or(usize::MAX).min(unread);
        let len = unread.saturating_sub(start);
        let last = rx.message_ends();
        if len == 0 && !last {
            return None;
        }
        self.ended = last;
        self.fresh = rx.position().saturating_add(u64::try_from(unread).unwrap_or(u64::MAX));
        let first = !core::mem::replace(&mut self.begun, true);
        Some(Received::Data(Piece { kind: Kind::Text, start, len, first, last }))
    }

    /// One message at a time, or one part.
    fn send<F>(&mut self, tx: &mut TxBuf<'_>, most: usize, encode: F) -> Result<bool, Refused>
    where
        F: FnOnce(&mut [u8]) -> Result<(usize, bool), EncodeError>,
    {
        if self.closed {
            return Err(Refused::Closed);
        }
        let free = u32::try_from(if tx.is_empty() { tx.capacity() } else { 0 }).unwrap_or(u32::MAX);
        if !tx.is_empty() {
            return Err(Refused::NoRoom { needed: u32::try_from(most).unwrap_or(u32::MAX), free });
        }
        let room = tx.spare();
        let most = room.len().min(most);
        let (len, last) = match encode(room.get_mut(..most).unwrap_or_default()) {
            Ok(written) => written,
            Err(EncodeError::NoSpace { needed }) => return Err(Refused::NoRoom { needed, free }),
            Err(error) => return Err(error.into()),
        };
        tx.advance(len);
        tx.set_ends_message(last);
        Ok(last)
    }
}
