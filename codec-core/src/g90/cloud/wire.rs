//! One message from bytes, and where in a stream the next one begins.

use super::header::{BASIC_HEADER, Header, MAX_MESSAGE, Route, VERSIONED_HEADER};
use super::message::{self, Message};
use crate::error::{Fault, FaultKind};
use crate::secret::Secret;

/// Decodes the message at the front of `bytes`. What stands behind it ([`Header::length`] tells where) is not looked at.
///
/// Messages that are longer than their fields are accepted, as panels of another firmware may send them; [`Message::payload`] has
/// the rest.
///
/// # Errors
/// The first of:
/// - [`FaultKind::ShortHeader`] below 8 bytes,
/// - [`FaultKind::LengthExceedsData`] where the header says more than there is,
/// - [`FaultKind::MessageLength`] for a length shorter than the header or above [`MAX_MESSAGE`],
/// - [`FaultKind::Version`] for another version than 1,
/// - [`FaultKind::ShortPayload`] where fields are missing.
///
/// ```
/// use codec_core::g90::cloud::{Body, decode};
/// let message = decode(b"\x01\x20\x00\x10\x0d\x00\x00\x00\x01\x00\x02\x00\x1f")?;
/// assert_eq!(message.header.sequence, Some(2));
/// assert!(matches!(message.body, Body::HelloAnswer(31)));
/// # Ok::<(), codec_core::Fault>(())
/// ```
pub fn decode(bytes: &[u8]) -> Result<Message<'_>, Fault> {
    match read(bytes) {
        Some(message) => Ok(message),
        None => Err(fault(bytes)),
    }
}

/// A message with nothing wrong.
#[inline(always)]
fn read(bytes: &[u8]) -> Option<Message<'_>> {
    let header = Header::read(bytes)?;
    let whole = bytes.get(..usize::try_from(header.length).ok()?)?;
    let payload = whole.get(if header.sequence.is_some() { VERSIONED_HEADER } else { BASIC_HEADER }..)?;
    Some(Message { header, body: message::body(&header, payload)?, payload: Secret::new(payload) })
}

/// What is wrong with a message.
#[cold]
#[inline(never)]
fn fault(bytes: &[u8]) -> Fault {
    match Header::decode(bytes) {
        // A header that is cut short has said how long the message is.
        Err(fault) => announced(bytes).unwrap_or(fault),
        Ok(header) => announced(bytes).unwrap_or_else(|| {
            let kind = FaultKind::ShortPayload { needed: header.route.fields().unwrap_or(0), found: header.payload_length() };
            Fault::new(kind, usize::try_from(header.length).unwrap_or(usize::MAX))
        }),
    }
}

fn exceeds(length: u32, bytes: &[u8]) -> Fault {
    Fault::new(FaultKind::LengthExceedsData { length, found: u32::try_from(bytes.len()).unwrap_or(u32::MAX) }, bytes.len())
}

/// The fault of a message that says it is longer than `bytes`, if it says so.
fn announced(bytes: &[u8]) -> Option<Fault> {
    let ([_, _, _, _, length @ ..], _) = bytes.split_first_chunk::<BASIC_HEADER>()?;
    let length = u32::try_from(i32::from_le_bytes(*length)).ok()?;
    let more = usize::try_from(length).map_or(true, |length| length > bytes.len());
    more.then(|| exceeds(length, bytes))
}

/// What the front of the unread bytes is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Cut {
    /// More bytes are needed.
    NeedMore,
    /// The rest of something that has been told: drop as many bytes and ask again.
    Drop(usize),
    /// A whole message of this length, to be decoded; drop it when it has been dealt with.
    Message {
        /// Its length.
        len: usize,
    },
    /// No message. Drop as many bytes, report one fault and ask again; the rest of it is given as [`Cut::Drop`].
    Bad {
        /// What is wrong.
        fault: Fault,
        /// Bytes to drop now.
        used: usize,
    },
}

/// Cuts a stream of either direction into messages.
///
/// A message begins where the one before ended. After a header that cannot be one (a length that no message has, or another version
/// and a route that nobody knows) the next message is looked for byte by byte: only a whole header of a known route is believed then. What lies between is one fault.
#[derive(Clone, Copy, Debug, Default)]
pub struct Framer {
    /// Bytes still to come of a message that is passed over.
    skip: u32,
    /// The beginning of a message is being looked for.
    lost: bool,
}

impl Framer {
    /// A framer at the beginning of a stream.
    #[must_use]
    pub const fn new() -> Self {
        Self { skip: 0, lost: false }
    }

    /// Whether the stream so far ends between two messages.
    #[must_use]
    pub const fn is_between(&self) -> bool {
        self.skip == 0 && !self.lost
    }

    /// Looks at the unread bytes. `room` is how long a message may be to be held as a whole: longer ones are told as
    /// [`FaultKind::TooLong`] and passed over. `eof` says that no more will come.
    ///
    /// Between calls the caller may add bytes at the end, and must drop from the front exactly what the last answer said.
    pub fn next(&mut self, unread: &[u8], room: usize, eof: bool) -> Cut {
        if self.skip > 0 {
            return self.pass_over(unread);
        }
        if self.lost {
            match search(unread, eof) {
                0 if !is_believable(unread) => return Cut::NeedMore,
                0 => self.lost = false,
                noise => return Cut::Drop(noise),
            }
        }
        if unread.is_empty() {
            return Cut::NeedMore;
        }
        match Header::decode(unread) {
            Ok(header) => self.message(&header, unread, room, eof),
            Err(fault) => match fault.kind {
                FaultKind::ShortHeader { .. } if eof => Cut::Bad { fault: announced(unread).unwrap_or(fault), used: unread.len() },
                FaultKind::ShortHeader { .. } => Cut::NeedMore,
                // Another version of something known: its length is as good as any.
                FaultKind::Version { .. } if is_known(unread) => {
                    self.skip = announced_length(unread);
                    self.bad(fault, unread)
                }
                _ => {
                    self.lost = true;
                    Cut::Bad { fault, used: 1 }
                }
            },
        }
    }

    fn message(&mut self, header: &Header, unread: &[u8], room: usize, eof: bool) -> Cut {
        let len = usize::try_from(header.length).unwrap_or(usize::MAX);
        if len > room {
            self.skip = header.length;
            let limit = u32::try_from(room).unwrap_or(u32::MAX);
            return self.bad(Fault::new(FaultKind::TooLong { limit }, room), unread);
        }
        if len <= unread.len() {
            Cut::Message { len }
        } else if eof {
            Cut::Bad { fault: exceeds(header.length, unread), used: unread.len() }
        } else {
            Cut::NeedMore
        }
    }

    /// Reports a message that is passed over from its beginning.
    fn bad(&mut self, fault: Fault, unread: &[u8]) -> Cut {
        match self.pass_over(unread) {
            Cut::Drop(used) => Cut::Bad { fault, used },
            _ => Cut::Bad { fault, used: 0 },
        }
    }

    fn pass_over(&mut self, unread: &[u8]) -> Cut {
        let there = u32::try_from(unread.len()).unwrap_or(u32::MAX).min(self.skip);
        if there == 0 {
            return Cut::NeedMore;
        }
        self.skip = self.skip.saturating_sub(there);
        Cut::Drop(usize::try_from(there).unwrap_or(unread.len()))
    }
}

/// The route at the front, once its four bytes are there.
const fn route(bytes: &[u8]) -> Option<Route> {
    match bytes {
        [command, source, _, destination, ..] => Some(Route {
            command: super::header::Command(*command),
            source: super::header::Direction(*source),
            destination: super::header::Direction(*destination),
        }),
        _ => None,
    }
}

fn is_known(bytes: &[u8]) -> bool {
    route(bytes).is_some_and(Route::is_known)
}

/// Length of the message that has a header at the front; the header has been found to be one but for its version.
fn announced_length(bytes: &[u8]) -> u32 {
    match bytes.get(4..8) {
        Some([a, b, c, d]) => u32::from_le_bytes([*a, *b, *c, *d]).min(MAX_MESSAGE),
        _ => 0,
    }
}

/// Whether a whole header of a known route is at the front.
fn is_believable(bytes: &[u8]) -> bool {
    is_known(bytes) && Header::decode(bytes).is_ok()
}

/// How many bytes at the front can be no beginning of a believable header; the rest of the bytes, if any, is one or may become one.
fn search(unread: &[u8], eof: bool) -> usize {
    let mut rest = unread;
    loop {
        let may_be = match (rest, Header::decode(rest)) {
            ([], _) => return unread.len(),
            (_, Ok(_)) => is_known(rest),
            (_, Err(fault)) => match fault.kind {
                FaultKind::ShortHeader { .. } if !eof => rest.len() < 4 || is_known(rest),
                _ => false,
            },
        };
        if may_be {
            return unread.len().saturating_sub(rest.len());
        }
        rest = rest.get(1..).unwrap_or_default();
    }
}
