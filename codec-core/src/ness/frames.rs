//! Where one frame ends and the next begins in a stream of bytes, in either direction.

use super::wire::MAX_LINE;
use crate::text::hex;

/// What the front of the unread bytes is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Cut {
    /// More bytes are needed.
    NeedMore,
    /// Terminators, separators or the rest of something too long: drop as many bytes and ask again.
    Drop(usize),
    /// A frame, to be decoded.
    Frame {
        /// Its length; the text begins at the front.
        len: usize,
        /// Bytes to drop when it has been dealt with, at least `len`.
        used: usize,
    },
    /// Text longer than [`MAX_LINE`]. Drop as many bytes, report one fault and ask again; the rest is given as [`Cut::Drop`].
    TooLong {
        /// Bytes to drop now.
        used: usize,
    },
}

/// Finds frames. It looks at every byte once and remembers how far it has come.
///
/// Panel lines end with LF (CR and blanks around them are dropped). Requests end by their own length, so that
/// `8300360S00E9?8300360S14E4?` is two of them. What is neither is noise: it ends with LF, or with a `?` or CR directly before the
/// `83` of a request.
#[derive(Clone, Copy, Debug, Default)]
pub struct Framer {
    /// Bytes at the front that hold no end.
    scanned: usize,
    /// The front is the rest of something too long.
    skipping: bool,
}

impl Framer {
    /// A framer at the beginning of a stream.
    #[must_use]
    pub const fn new() -> Self {
        Self { scanned: 0, skipping: false }
    }

    /// Looks at the unread bytes. `eof` says that no more will come.
    ///
    /// Between calls the caller may add bytes at the end, and must drop from the front exactly what the last answer said.
    pub fn next(&mut self, unread: &[u8], eof: bool) -> Cut {
        if !self.skipping && self.scanned == 0 {
            match unread {
                [] => return Cut::NeedMore,
                [b'8'] | [b'8', b'3', ..] => match request(unread, eof) {
                    Request::Is { len } => return Cut::Frame { len, used: len },
                    Request::MaybeYet => return Cut::NeedMore,
                    Request::No => {}
                },
                [first, ..] if is_blank(*first) || *first == b'?' => {
                    return Cut::Drop(unread.iter().take_while(|byte| is_blank(**byte) || **byte == b'?').count());
                }
                _ => {}
            }
        }
        let end = self.find_end(unread, eof);
        if self.skipping {
            return match end {
                Some((_, used)) => {
                    self.restart();
                    Cut::Drop(used)
                }
                // Keep what may still be the beginning of an end.
                None if self.scanned > 0 => Cut::Drop(core::mem::take(&mut self.scanned)),
                None => Cut::NeedMore,
            };
        }
        match end {
            Some((len, used)) if len <= MAX_LINE => {
                self.restart();
                let text = unread.get(..len).unwrap_or_default();
                let blanks = text.iter().rev().take_while(|byte| is_blank(**byte)).count();
                Cut::Frame { len: len.saturating_sub(blanks), used }
            }
            Some((_, used)) => {
                self.restart();
                Cut::TooLong { used }
            }
            None if self.scanned > MAX_LINE => {
                self.skipping = true;
                Cut::TooLong { used: core::mem::take(&mut self.scanned) }
            }
            None => Cut::NeedMore,
        }
    }

    fn restart(&mut self) {
        *self = Self::new();
    }

    /// Length of the text before the end of a line, and with it; `None` if there is no end yet.
    fn find_end(&mut self, unread: &[u8], eof: bool) -> Option<(usize, usize)> {
        let mut rest = unread.get(self.scanned..).unwrap_or_default();
        loop {
            let passed = before_mark(rest);
            let len = self.scanned.saturating_add(passed);
            self.scanned = len;
            match rest.get(passed..).unwrap_or_default() {
                [b'\r', b'\n', ..] => return Some((len, len.saturating_add(2))),
                [b'\n', ..] | [b'\r' | b'?', b'8', b'3', ..] => return Some((len, len.saturating_add(1))),
                [b'\r' | b'?'] | [b'\r' | b'?', b'8'] if !eof => return None,
                [_, behind @ ..] => rest = behind,
                // The peer left without a terminator.
                [] if eof && !unread.is_empty() => return Some((unread.len(), unread.len())),
                [] => return None,
            }
            self.scanned = len.saturating_add(1);
        }
    }
}

/// Whether eight bytes at a time are faster than one.
const WORDS: bool = cfg!(target_pointer_width = "64");

/// How many bytes stand before the first control character or `?`.
fn before_mark(text: &[u8]) -> usize {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let mut passed = 0_usize;
    let mut rest = text;
    while WORDS {
        let Some((eight, behind)) = rest.split_first_chunk::<8>() else { break };
        let eight = u64::from_le_bytes(*eight);
        let question = eight ^ (0x3F * EACH);
        // Subtracting borrows from the top bit of a byte that is too small. What follows the first such byte may be wrong.
        let small = eight.wrapping_sub(0x20 * EACH) & !eight | question.wrapping_sub(EACH) & !question;
        let marks = small & (0x80 * EACH);
        if marks != 0 {
            return passed.saturating_add(marks.trailing_zeros() as usize / 8);
        }
        passed = passed.saturating_add(8);
        rest = behind;
    }
    let more = rest.iter().take_while(|byte| **byte >= b' ' && **byte != b'?').count();
    passed.saturating_add(more)
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

enum Request {
    Is { len: usize },
    MaybeYet,
    No,
}

/// Whether the text is a request: START `83`, a one- or two-digit address, a length and COMMAND `60`. If it ends early, at a
/// terminator, it is none: what follows the terminator is not eaten. The answer is the same however the text arrives: a character
/// that is no digit says no at once.
fn request(text: &[u8], eof: bool) -> Request {
    let digits = text.iter().take(8).take_while(|byte| byte.is_ascii_hexdigit()).count();
    let address_digits = match text {
        [b'8', b'3', _, _, _, b'6', b'0', ..] if digits >= 7 => 1_usize,
        [b'8', b'3', _, _, _, _, b'6', b'0', ..] if digits == 8 => 2,
        [_, _, _, _, _, _, b'6'] if digits == 7 && !eof => return Request::MaybeYet,
        [_, _, _, _, _, _, _, ..] => return Request::No,
        _ if digits == text.len() && !eof => return Request::MaybeYet,
        _ => return Request::No,
    };
    let length_at = address_digits.saturating_add(2);
    let (Some(high), Some(low)) = (text.get(length_at), text.get(length_at.saturating_add(1))) else { return Request::No };
    let Some(length) = hex::byte(*high, *low) else { return Request::No };
    let len = length_at.saturating_add(6).saturating_add(usize::from(length & 0x7F));
    if len > MAX_LINE {
        return Request::No;
    }
    let body = text.get(..len).unwrap_or(text);
    if body.iter().any(|byte| matches!(byte, b'\r' | b'\n' | b'?')) {
        return Request::No;
    }
    if body.len() == len {
        Request::Is { len }
    } else if eof {
        Request::No
    } else {
        Request::MaybeYet
    }
}
