//! One message from bytes, and where in a stream the next one begins.

use super::header::{Route, check, length};
use super::message::Message;
use crate::error::{Fault, FaultKind};

/// Decodes the message at the front of `bytes`. What stands behind it ([`Header::length`](super::Header::length) tells where) is not looked at.
///
/// Messages that are longer than their fields are accepted, as panels of another firmware may send them; [`Message::payload`] has
/// the rest.
///
/// # Errors
/// The first of:
/// - [`FaultKind::ShortHeader`] below 8 bytes,
/// - [`FaultKind::LengthExceedsData`] where the header says more than there is,
/// - [`FaultKind::MessageLength`] for a length shorter than the header or above [`MAX_MESSAGE`](super::MAX_MESSAGE),
/// - [`FaultKind::Version`] for another version than 1,
/// - [`FaultKind::ShortPayload`] where fields are missing.
///
/// ```
/// use codec_core::g90::cloud::{Body, decode};
/// let message = decode(b"\x01\x20\x00\x10\x0d\x00\x00\x00\x01\x00\x02\x00\x1f")?;
/// assert_eq!(message.header().sequence, Some(2));
/// assert!(matches!(message.body, Body::HelloAnswer(answer) if answer.flag() == 31));
/// # Ok::<(), codec_core::Fault>(())
/// ```
pub fn decode(bytes: &[u8]) -> Result<Message<'_>, Fault> {
    let message = check(bytes, true)?;
    Message::read(message).map_err(|needed| {
        let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
        let [needed, found] = [needed, length].map(|length| length.saturating_sub(12));
        Fault { kind: FaultKind::ShortPayload { needed, found }, at: length }
    })
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
/// and a route that nobody knows) the next message is looked for byte by byte: only a whole header of a known route is believed then.
/// What lies between is one fault.
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
            let noise = search(unread, eof);
            if noise > 0 {
                return Cut::Drop(noise);
            }
        }
        if unread.is_empty() {
            return Cut::NeedMore;
        }
        match check(unread, false) {
            Ok(_) => {
                self.lost = false;
                self.message(unread, room, eof)
            }
            Err(fault) => match fault.kind {
                FaultKind::ShortHeader { .. } => incomplete(unread, eof),
                // Another version of something known: its length is as good as any.
                FaultKind::Version { .. } if is_known(unread) => {
                    self.skip = length(unread);
                    self.bad(fault, unread)
                }
                _ => {
                    self.lost = true;
                    Cut::Bad { fault, used: 1 }
                }
            },
        }
    }

    fn message(&mut self, unread: &[u8], room: usize, eof: bool) -> Cut {
        let length = length(unread);
        let len = usize::try_from(length).unwrap_or(usize::MAX);
        if len > room {
            self.skip = length;
            let limit = u32::try_from(room).unwrap_or(u32::MAX);
            return self.bad(Fault::new(FaultKind::TooLong { limit }, room), unread);
        }
        if len <= unread.len() { Cut::Message { len } } else { incomplete(unread, eof) }
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

/// The front of a message, which is no fault while more may come.
fn incomplete(unread: &[u8], eof: bool) -> Cut {
    match check(unread, true) {
        Err(fault) if eof => Cut::Bad { fault, used: unread.len() },
        _ => Cut::NeedMore,
    }
}

/// Whether the route at the front is known, or may be once its four bytes are there.
fn is_known(bytes: &[u8]) -> bool {
    bytes.first_chunk().is_none_or(|front| Route::of(*front).is_known())
}

/// How many bytes at the front can be no beginning of a header with a known route; the rest of the bytes, if any, is one or may become one.
fn search(unread: &[u8], eof: bool) -> usize {
    let mut rest = unread;
    while let [_, behind @ ..] = rest {
        let may_be = match check(rest, false) {
            Ok(_) => true,
            Err(fault) => !eof && matches!(fault.kind, FaultKind::ShortHeader { .. }),
        };
        if may_be && is_known(rest) {
            break;
        }
        rest = behind;
    }
    unread.len().saturating_sub(rest.len())
}
