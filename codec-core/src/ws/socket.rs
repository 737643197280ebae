//! One end of an open WebSocket: reading, writing, and the rules between the two.
//!
//! ```text
//!            close()                     close of the peer
//!   Open ───────────────▶ Closing ───────────────────────▶ Closed
//!     │  close of the peer, or an error                      ▲
//!     └───────────────▶ (the answer waits for room) ─────────┘
//! ```

use super::close::CloseCode;
use super::error::Error;
use super::frame::Role;
use super::reader::{Found, Limits, Piece, Reader};
use super::writer::{Payload, Writer};
use crate::buf::{RxBuf, TxBuf};
use crate::error::{EncodeError, Refused};
use crate::machine::Env;

/// What arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Received {
    /// More of a message.
    Data(Piece),
    /// A ping. It is answered without help.
    Ping,
    /// A pong; [`Socket::control`] has its payload.
    Pong,
    /// The peer closes, for the reason in [`Socket::reason`]. It is answered without help; nothing else will be received.
    Close(Option<CloseCode>),
    /// The peer broke the protocol or a limit. The close frame for it is sent without help; nothing else will be received.
    Failed(Error),
}

/// An answer that has not been written yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owed {
    Nothing,
    /// The payload is what the reader has of the last control frame.
    Pong,
    Close(Option<CloseCode>),
}

/// One end of an open WebSocket, after the handshake.
///
/// An answer that finds no room in the [`TxBuf`] is kept, and nothing more is read until it is written: pings are neither lost nor
/// put in a queue. With [`MAX_CONTROL_FRAME`](super::MAX_CONTROL_FRAME) bytes of room in an empty buffer that cannot go on for ever.
#[derive(Clone, Copy, Debug)]
pub struct Socket {
    reader: Reader,
    writer: Writer,
    owed: Owed,
    /// Our close frame was written.
    close_sent: bool,
    /// The close frame of the peer came, or an error that makes waiting for it useless.
    ended: bool,
}

const _: () = assert!(size_of::<Socket>() <= 256);

impl Socket {
    /// The end that plays `role`, at the beginning of the first frame in both directions.
    #[must_use]
    pub const fn new(role: Role, limits: Limits) -> Self {
        Self { reader: Reader::new(role, limits), writer: Writer::new(role), owed: Owed::Nothing, close_sent: false, ended: false }
    }

    /// Takes the next thing out, or gives `None` when more bytes are needed, or room for an answer
    /// ([`is_blocked`](Self::is_blocked)).
    ///
    /// Writes pongs and close frames to `tx`. A piece with `last` ends its message: its bytes are dropped at the next call.
    #[must_use]
    pub fn poll(&mut self, env: &Env, rx: &mut RxBuf<'_>, tx: &mut TxBuf<'_>) -> Option<Received> {
        self.pay(env, tx);
        if self.owed == Owed::Pong {
            return None;
        }
        let received = match self.reader.poll(rx)? {
            Ok(Found::Data(piece)) => Received::Data(piece),
            Ok(Found::Pong) => Received::Pong,
            Ok(Found::Ping) => {
                if !self.close_sent {
                    self.owed = Owed::Pong;
                }
                Received::Ping
            }
            Ok(Found::Close(code)) => {
                self.end(code);
                Received::Close(code)
            }
            Err(error) => {
                self.end(Some(error.close_code()));
                Received::Failed(error)
            }
        };
        self.pay(env, tx);
        Some(received)
    }

    /// The peer has had its say.
    fn end(&mut self, answer: Option<CloseCode>) {
        self.ended = true;
        if !self.close_sent {
            self.owed = Owed::Close(answer);
        }
    }

    /// Writes what is owed, if it fits.
    fn pay(&mut self, env: &Env, tx: &mut TxBuf<'_>) {
        let paid = match self.owed {
            Owed::Nothing => return,
            Owed::Pong => self.writer.pong(env, tx, self.reader.control()).is_ok(),
            Owed::Close(code) => {
                self.close_sent = self.writer.close(env, tx, code, "").is_ok();
                self.close_sent
            }
        };
        if paid {
            self.owed = Owed::Nothing;
        }
    }

    /// The bytes of the message that have arrived and were not released, in one piece. See [`Reader::message`].
    pub fn message<'i>(&self, rx: &'i RxBuf<'_>) -> &'i [u8] {
        self.reader.message(rx)
    }

    /// Drops the first `len` bytes of [`message`](Self::message), or all of them if there are fewer.
    pub fn release(&self, rx: &mut RxBuf<'_>, len: usize) {
        self.reader.release(rx, len);
    }

    /// The payload of the ping, pong or close that the last poll told.
    #[must_use]
    pub fn control(&self) -> &[u8] {
        self.reader.control()
    }

    /// The reason in the close frame of the peer; empty if there is none.
    #[must_use]
    pub fn reason(&self) -> &str {
        self.reader.reason()
    }

    /// Whether an answer waits for room in the transmit buffer. Poll again when there is some.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.owed != Owed::Nothing
    }

    /// Whether messages can still be sent: no end has closed.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        !self.close_sent && !self.ended
    }

    /// Whether both ends have closed, or the peer failed, and our close frame was written. When the transmit buffer has been sent
    /// the connection can be dropped; a client that has time lets the server do so first (RFC 6455 7.1.1).
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        self.close_sent && self.ended
    }

    /// Sends a message in one frame.
    ///
    /// # Errors
    /// [`Refused::Closed`] after a close of either end, and as [`Writer::message`].
    pub fn send(&mut self, env: &Env, tx: &mut TxBuf<'_>, payload: Payload<'_>) -> Result<(), Refused> {
        self.open()?.message(env, tx, payload)
    }

    /// Sends a part of a message in a frame of its own. See [`Writer::part`].
    ///
    /// # Errors
    /// [`Refused::Closed`] after a close of either end, and as [`Writer::part`].
    pub fn send_part(&mut self, env: &Env, tx: &mut TxBuf<'_>, payload: Payload<'_>, last: bool) -> Result<(), Refused> {
        self.open()?.part(env, tx, payload, last)
    }

    /// Sends a text message that `encode` writes straight into the transmit buffer. See [`Writer::text_with`].
    ///
    /// # Errors
    /// [`Refused::Closed`] after a close of either end, and as [`Writer::text_with`].
    pub fn send_text_with<F>(&mut self, env: &Env, tx: &mut TxBuf<'_>, encode: F) -> Result<(), Refused>
    where
        F: FnOnce(&mut [u8]) -> Result<usize, EncodeError>,
    {
        self.open()?.text_with(env, tx, encode)
    }

    /// Sends a part of a text message that `encode` writes straight into the transmit buffer. See [`Writer::text_part_with`].
    ///
    /// # Errors
    /// [`Refused::Closed`] after a close of either end, and as [`Writer::text_part_with`].
    pub fn send_text_part_with<F>(&mut self, env: &Env, tx: &mut TxBuf<'_>, most: usize, encode: F) -> Result<bool, Refused>
    where
        F: FnOnce(&mut [u8]) -> Result<(usize, bool), EncodeError>,
    {
        self.open()?.text_part_with(env, tx, most, encode)
    }

    /// Sends a ping. A good payload is a number that tells its pong from others.
    ///
    /// # Errors
    /// [`Refused::Closed`] after a close of either end, and as [`Writer::ping`].
    pub fn ping(&mut self, env: &Env, tx: &mut TxBuf<'_>, payload: &[u8]) -> Result<(), Refused> {
        self.open()?.ping(env, tx, payload)
    }

    /// Sends a close frame. What the peer still sends is received until its own close comes; a pong that waits for room is given up.
    ///
    /// # Errors
    /// [`Refused::Closed`] after a close of either end, and as [`Writer::close`].
    pub fn close(&mut self, env: &Env, tx: &mut TxBuf<'_>, code: CloseCode, reason: &str) -> Result<(), Refused> {
        self.pay(env, tx);
        self.open()?.close(env, tx, Some(code), reason)?;
        self.owed = Owed::Nothing;
        self.close_sent = true;
        Ok(())
    }

    fn open(&mut self) -> Result<&mut Writer, Refused> {
        if self.is_open() { Ok(&mut self.writer) } else { Err(Refused::Closed) }
    }
}
