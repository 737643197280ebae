//! Writes JSON into a slice, value by value. Nothing fails on the way: what does not fit is counted only.

use super::hex::Case;
use super::json::Text;
use super::{FAST, copy, scan};

/// Where the next value goes. Printing it shows no text: that may be a code.
pub(crate) struct Writer<'o> {
    pub(crate) out: &'o mut [u8],
    /// Bytes written, or that would be if the slice were longer.
    pub(crate) len: usize,
    /// Another value stands before the next one.
    pub(crate) comma: bool,
}

impl<'o> Writer<'o> {
    pub(crate) const fn new(out: &'o mut [u8]) -> Self {
        Self { out, len: 0, comma: false }
    }

    /// What is written, if it fits.
    pub(crate) fn written(&self) -> Option<&[u8]> {
        self.out.get(..self.len)
    }

    /// Whether more was written than fits.
    pub(crate) fn is_over(&self) -> bool {
        self.len > self.out.len()
    }

    /// Bytes as they are.
    #[cfg_attr(target_pointer_width = "64", inline)]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(crate) fn put(&mut self, bytes: &[u8]) {
        let end = self.len.saturating_add(bytes.len());
        if let Some(room) = self.out.get_mut(self.len..end) {
            copy(room, bytes);
        }
        self.len = end;
    }

    /// A number in decimal digits.
    pub(crate) fn digits(&mut self, value: u64) {
        let mut digits = [0; 20];
        let mut rest = value;
        let mut count = 0_usize;
        for digit in digits.iter_mut().rev() {
            let last;
            (rest, last) = tenth(rest);
            *digit = b'0' | last;
            count = count.saturating_add(1);
            if rest == 0 {
                break;
            }
        }
        let from = digits.len().saturating_sub(count);
        self.put(digits.get(from..).unwrap_or_default());
    }

    /// A text between quotes that stand there already.
    pub(crate) fn escaped(&mut self, text: &str) {
        let bytes = text.as_bytes();
        // Nearly all are names of a few characters.
        if FAST && bytes.len() <= 16 && scan::is_plain(bytes) {
            return self.put(bytes);
        }
        self.unusual(bytes);
    }

    #[inline(never)]
    fn unusual(&mut self, bytes: &[u8]) {
        let mut from = 0;
        loop {
            let end = scan::string_end(bytes, from);
            self.put(bytes.get(from..end).unwrap_or_default());
            let Some(byte) = bytes.get(end) else { return };
            let [high, low] = Case::Lower.digits(*byte);
            let control = [b'\\', b'u', b'0', b'0', high, low];
            self.put(match byte {
                b'"' => b"\\\"",
                b'\\' => b"\\\\",
                b'\n' => b"\\n",
                b'\r' => b"\\r",
                b'\t' => b"\\t",
                _ => &control,
            });
            from = end.saturating_add(1);
        }
    }

    /// Begins a value with `mark`, behind a comma if there must be one.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(crate) fn begin(&mut self, mark: &[u8]) {
        if self.comma {
            self.put(b",");
        }
        self.put(mark);
        self.comma = false;
    }

    /// Ends a value with `mark`.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(crate) fn end(&mut self, mark: &[u8]) {
        self.put(mark);
        self.comma = true;
    }

    /// A name and its colon, and what its value begins with.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(crate) fn name(&mut self, name: &str, mark: &[u8]) {
        self.key(name);
        self.put(mark);
    }

    fn key(&mut self, name: &str) {
        self.put(if self.comma { b",\"" } else { b"\"" });
        self.escaped(name);
        self.put(b"\":");
        self.comma = false;
    }

    /// A text.
    pub(crate) fn text(&mut self, name: &str, text: &str) {
        self.name(name, b"\"");
        self.escaped(text);
        self.end(b"\"");
    }

    /// A text that was received, with its escapes.
    pub(crate) fn word(&mut self, name: &str, word: Text<'_>) {
        self.name(name, b"\"");
        self.put(word.raw().as_bytes());
        self.end(b"\"");
    }

    /// A number, as text.
    pub(crate) fn number(&mut self, name: &str, number: u64) {
        self.name(name, b"\"");
        self.digits(number);
        self.end(b"\"");
    }
}

impl core::fmt::Debug for Writer<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Writer({} of {} bytes)", self.len, self.out.len())
    }
}

/// A tenth of a number, and its last digit.
fn tenth(value: u64) -> (u64, u8) {
    if FAST {
        return (value / 10, u8::try_from(value % 10).unwrap_or(0));
    }
    // 32 bits at a time: the wide division would be half a kilobyte.
    let (mut tenth, mut left) = (0_u64, 0_u32);
    for shift in [48, 32, 16, 0] {
        let part = left << 16 | u32::try_from(value >> shift & 0xFFFF).unwrap_or(0);
        tenth = tenth << 16 | u64::from(part / 10);
        left = part % 10;
    }
    (tenth, u8::try_from(left).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::*;

    #[test]
    fn numbers_are_written_as_the_standard_library_does() {
        for shift in 0..64 {
            for near in [0, 1, 9, 10, u64::MAX] {
                let number = (1_u64 << shift).wrapping_add(near);
                let mut out = [0; 20];
                let mut writer = Writer::new(&mut out);
                writer.digits(number);
                assert_eq!(writer.written(), Some(number.to_string().as_bytes()));
            }
        }
    }

    #[test]
    fn nothing_written_is_shown() {
        let mut out = [0; 64];
        let mut writer = Writer::new(&mut out);
        writer.text("PIN", "123456");
        assert_eq!(std::format!("{writer:?}"), "Writer(14 of 64 bytes)");
    }
}
