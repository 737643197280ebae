//! Messages as bytes.

use super::fields::Writer;
use super::header::{BASIC_HEADER, MAX_MESSAGE, Route, VERSIONED_HEADER};
use crate::error::EncodeError;

/// Longest message that has no text of free length, in bytes: a status change.
pub const MAX_FIXED: usize = 120;

/// Writes one message to the front of `out` and gives its length. What stands behind its header is `parts`, one behind the other: nothing,
/// one byte or number, what `fields` of a message gives, or a text.
///
/// `sequence` is the number in the header; a ping has none. The answer to a command has that of the command. A server numbers the messages
/// that answer one other from 1, or takes 0 if there is only one; panels were only seen to send 0.
///
/// ```
/// use codec_core::g90::cloud::{Route, encode};
///
/// let mut out = [0; 64];
/// assert_eq!(encode(Route::HELLO_ANSWER, 2, &[&[31]], &mut out), Ok(13));
/// assert_eq!(out[..13], *b"\x01\x20\x00\x10\x0d\x00\x00\x00\x01\x00\x02\x00\x1f");
/// ```
///
/// # Errors
/// [`EncodeError::NoSpace`] if `out` is too short, [`EncodeError::OutOfRange`] for a message of more than [`MAX_MESSAGE`] bytes.
pub fn encode(route: Route, sequence: u16, parts: &[&[u8]], out: &mut [u8]) -> Result<usize, EncodeError> {
    let header = if route == Route::PING { BASIC_HEADER } else { VERSIONED_HEADER };
    let len = parts.iter().fold(header, |len, part| len.saturating_add(part.len()));
    let length = u32::try_from(len).unwrap_or(u32::MAX);
    if length > MAX_MESSAGE {
        return Err(EncodeError::OutOfRange { field: "message length", min: 8, max: MAX_MESSAGE, found: length });
    }
    let out = out.get_mut(..len).ok_or(EncodeError::NoSpace { needed: length })?;
    let ([a, b, c, d], [low, high]) = (length.to_le_bytes(), sequence.to_le_bytes());
    let front = [route.command.0, route.source.0, 0, route.destination.0, a, b, c, d, 1, 0, low, high];
    let mut writer = Writer(out);
    writer.bytes(front.get(..header).unwrap_or_default());
    parts.iter().for_each(|part| writer.bytes(part));
    Ok(len)
}
