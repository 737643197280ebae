//! Where one frame ends and the next begins in a stream of bytes.

use super::wire::{DELIMITER, MAX_FRAME};
use crate::text::scan;

/// What the front of the unread bytes is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Cut {
    /// More bytes are needed.
    NeedMore,
    /// Delimiters, or the rest of something too long: drop as many bytes and ask again.
    Drop(usize),
    /// A frame, to be decoded.
    Frame {
        /// Its length; it begins at the front.
        len: usize,
        /// Bytes to drop when it has been dealt with: those of the frame and of its delimiter.
        used: usize,
    },
    /// A frame longer than the limit. Drop as many bytes, report one fault and ask again; the rest is given as [`Cut::Drop`].
    TooLong {
        /// Bytes to drop now.
        used: usize,
    },
}

/// Finds frames. It looks at every byte once and remembers how far it has come.
///
/// Only CR LF ends a frame: either alone is white space inside it. Empty frames are dropped. The last frame of a stream may lack its
/// delimiter.
#[derive(Clone, Copy, Debug)]
pub struct Framer {
    limit: usize,
    /// Bytes at the front that hold no end.
    scanned: usize,
    skipping: bool,
}

impl Default for Framer {
    fn default() -> Self {
        Self::new()
    }
}

impl Framer {
    /// A framer at the beginning of a stream, for frames up to [`MAX_FRAME`].
    #[must_use]
    pub const fn new() -> Self {
        Self { limit: MAX_FRAME, scanned: 0, skipping: false }
    }

    /// Looks at the unread bytes. `eof` says that no more will come.
    ///
    /// Between calls the caller may add bytes at the end, and must drop from the front exactly what the last answer said.
    pub fn next(&mut self, unread: &[u8], eof: bool) -> Cut {
        let end = self.find_end(unread);
        if self.skipping {
            return match end {
                Some(len) => {
                    self.restart();
                    Cut::Drop(len.saturating_add(DELIMITER.len()))
                }
                None if self.scanned > 0 => Cut::Drop(core::mem::take(&mut self.scanned)),
                None if eof && !unread.is_empty() => Cut::Drop(unread.len()),
                None => Cut::NeedMore,
            };
        }
        match end {
            Some(0) => {
                self.restart();
                Cut::Drop(DELIMITER.len())
            }
            Some(len) => {
                self.restart();
                let used = len.saturating_add(DELIMITER.len());
                if len > self.limit { Cut::TooLong { used } } else { Cut::Frame { len, used } }
            }
            None if self.scanned > self.limit => {
                self.skipping = true;
                Cut::TooLong { used: core::mem::take(&mut self.scanned) }
            }
            None if eof && !unread.is_empty() => {
                self.restart();
                let len = unread.len();
                if len > self.limit { Cut::TooLong { used: len } } else { Cut::Frame { len, used: len } }
            }
            None => Cut::NeedMore,
        }
    }

    fn restart(&mut self) {
        self.scanned = 0;
        self.skipping = false;
    }

    fn find_end(&mut self, unread: &[u8]) -> Option<usize> {
        let (scanned, end) = find_delimiter(unread, self.scanned);
        self.scanned = scanned;
        end
    }
}

/// Looks for the delimiter at or behind `from`. Gives how many bytes at the front hold no beginning of one, and where it is.
pub(crate) fn find_delimiter(unread: &[u8], from: usize) -> (usize, Option<usize>) {
    let mut at = from;
    loop {
        let rest = unread.get(at..).unwrap_or_default();
        at = at.saturating_add(before_return(rest));
        match unread.get(at..).unwrap_or_default() {
            [b'\r', b'\n', ..] => return (at, Some(at)),
            // It may be the beginning of one.
            [b'\r'] | [] => return (at, None),
            _ => at = at.saturating_add(1),
        }
    }
}

/// How many bytes stand before the first CR, thirty-two and then eight at a time where that is faster.
fn before_return(text: &[u8]) -> usize {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let mut passed = 0_usize;
    let mut rest = text;
    // Without a way out of the inner loop, it becomes vector instructions where there are some.
    while let Some((many, behind)) = rest.split_first_chunk::<32>().filter(|_| scan::WORDS) {
        if many.iter().fold(false, |found, byte| found | (*byte == b'\r')) {
            break;
        }
        passed = passed.saturating_add(32);
        rest = behind;
    }
    while let Some((eight, behind)) = rest.split_first_chunk::<8>().filter(|_| scan::WORDS) {
        let eight = u64::from_le_bytes(*eight) ^ (0x0D * EACH);
        // The lowest bit is right; those above it may be set wrongly.
        let marks = eight.wrapping_sub(EACH) & !eight & (0x80 * EACH);
        if marks != 0 {
            return passed.saturating_add(marks.trailing_zeros() as usize / 8);
        }
        passed = passed.saturating_add(8);
        rest = behind;
    }
    passed.saturating_add(rest.iter().take_while(|byte| **byte != b'\r').count())
}
