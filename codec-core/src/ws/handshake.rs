//! What the two sides of the handshake share.

use core::fmt;

use super::head::{Head, Item};
use crate::buf::{RxBuf, TxBuf};
use crate::error::Refused;

/// Longest head of a request or an answer in bytes, up to the end of the empty line. It is read as a stream, so that the limit costs no
/// memory; 8 KiB is what web servers take.
pub const MAX_HEAD: usize = 8192;

/// Longest request line, and longest single value of a header that the handshake looks at, in bytes. What is longer is taken for
/// something else than what was hoped for. Other headers may be as long as [`MAX_HEAD`] lets them.
pub const MAX_LINE: usize = 80;

/// Why a handshake came to nothing.
///
/// The same bytes give the same error, however they were cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum HandshakeError {
    /// The head is longer than [`MAX_HEAD`].
    HeadTooLong,
    /// A byte that may not stand where it does. Lines end with CR LF; a line that is folded onto the next is refused (RFC 9112 5.2).
    BadHead {
        /// Offset of the byte in the head.
        at: u32,
    },
    /// The first line is no request or status line of HTTP/1.1.
    NotHttp,
    /// The server answers with another status than 101. Ksenia panels send 500 for some seconds after a restart.
    HttpStatus(u16),
    /// The request is not a `GET`.
    Method,
    /// The request asks for a path that is not served.
    Path,
    /// The request has no `Host`, or several.
    Host,
    /// `Upgrade` does not say `websocket`.
    Upgrade,
    /// `Connection` does not say `Upgrade`.
    Connection,
    /// The request has no `Sec-WebSocket-Version`, several, or another than 13.
    Version,
    /// `Sec-WebSocket-Key` is not 16 bytes in Base64, or is there more or less than once.
    Key,
    /// `Sec-WebSocket-Accept` does not fit the key, or is there more or less than once.
    Accept,
    /// The server chose a subprotocol that was not offered, or several; or the client does not offer the one that is required.
    Protocol,
    /// The server switched an extension on; none is ever offered.
    Extension,
}

impl HandshakeError {
    /// The status that a server refuses with: 404 for the path, 426 where an upgrade to version 13 would help, else 400.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Path => 404,
            Self::Upgrade | Self::Version => 426,
            _ => 400,
        }
    }
}

impl fmt::Display for HandshakeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HeadTooLong => write!(f, "HTTP head longer than {MAX_HEAD} bytes"),
            Self::BadHead { at } => write!(f, "HTTP head broken at byte {at}"),
            Self::NotHttp => f.write_str("not HTTP/1.1"),
            Self::HttpStatus(status) => write!(f, "HTTP status {status} instead of 101"),
            Self::Method => f.write_str("not a GET request"),
            Self::Path => f.write_str("a path that is not served"),
            Self::Host => f.write_str("no Host header, or several"),
            Self::Upgrade => f.write_str("no upgrade to websocket"),
            Self::Connection => f.write_str("the Connection header does not say upgrade"),
            Self::Version => f.write_str("not version 13 of WebSocket"),
            Self::Key => f.write_str("no valid Sec-WebSocket-Key"),
            Self::Accept => f.write_str("Sec-WebSocket-Accept does not fit the key"),
            Self::Protocol => f.write_str("not the subprotocol that is needed"),
            Self::Extension => f.write_str("an extension that was not offered"),
        }
    }
}

impl core::error::Error for HandshakeError {}

/// Reads a head out of `rx` as far as it is there and shows each item to `look`. The bytes read are dropped; those behind the head
/// stay. Gives `None` when more bytes are needed, and the outcome when the head has ended or is wrong.
pub(super) fn read(
    head: &mut Head,
    rx: &mut RxBuf<'_>,
    mut look: impl FnMut(Item, &Head) -> Result<(), HandshakeError>,
) -> Option<Result<(), HandshakeError>> {
    let mut outcome = None;
    let mut used = 0_usize;
    for byte in rx.unread() {
        used = used.saturating_add(1);
        outcome = match head.next(*byte) {
            Ok(None) => continue,
            Ok(Some(item)) => match look(item, head) {
                Ok(()) if item == Item::End => Some(Ok(())),
                Ok(()) => continue,
                Err(error) => Some(Err(error)),
            },
            Err(error) => Some(Err(error)),
        };
        break;
    }
    rx.discard(used);
    outcome
}

/// Writes all parts one behind the other, or nothing.
pub(super) fn write(tx: &mut TxBuf<'_>, parts: &[&[u8]]) -> Result<(), Refused> {
    let needed = parts.iter().fold(0_usize, |sum, part| sum.saturating_add(part.len()));
    let free = tx.free();
    if needed > free {
        let number = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
        return Err(Refused::NoRoom { needed: number(needed), free: number(free) });
    }
    let bytes = parts.iter().copied().flatten();
    tx.spare().iter_mut().zip(bytes).for_each(|(slot, byte)| *slot = *byte);
    tx.advance(needed);
    Ok(())
}
