//! Numbers, words and escapes of JSON, one byte at a time.

use crate::error::JsonError;

/// How far an escape is: its phase, and what it stands for so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Escape {
    phase: u8,
    /// Of four digits, those so far; of the second half of a pair, behind the ten bits that the first one gave.
    code: u32,
}

/// Characters behind a backslash, and what they stand for.
const SHORT: &[u8; 8] = b"\"\\/bfnrt";
const LONG: &[u8; 8] = b"\"\\/\x08\x0c\n\r\t";

/// Behind the first half of a pair: a backslash must come, then a `u`.
const WANT_SLASH: u8 = 2;
const WANT_U: u8 = 3;
/// Before the last of four digits, of the first and of the second half. Those before it count down to them.
const FIRST: u8 = 4;
const SECOND: u8 = 8;

impl Escape {
    /// Not in one.
    pub(crate) const NONE: Self = Self { phase: 0, code: 0 };
    /// Behind the backslash.
    pub(crate) const SLASH: Self = Self { phase: 1, code: 0 };

    /// Whether it has ended, or none has begun.
    pub(crate) const fn is_over(self) -> bool {
        self.phase == 0
    }

    /// What it stands for, when it has ended.
    pub(crate) const fn code(self) -> u32 {
        self.code
    }

    /// Among the four digits.
    pub(crate) const fn in_digits(self) -> bool {
        self.phase >= FIRST
    }

    /// Behind the first half of a pair.
    pub(crate) const fn is_half(self) -> bool {
        matches!(self.phase, WANT_SLASH | WANT_U)
    }

    /// One more byte.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(crate) fn step(self, byte: u8) -> Result<Self, JsonError> {
        let next = |phase, code| Ok(Self { phase, code });
        match (self.phase, byte) {
            (1, b'u') => return next(FIRST.wrapping_add(3), 0),
            (1, _) => {
                let (_, code) = SHORT.iter().zip(LONG).find(|(short, _)| **short == byte).ok_or(JsonError::Escape)?;
                return next(0, u32::from(*code));
            }
            (WANT_SLASH, b'\\') => return next(WANT_U, self.code),
            (WANT_U, b'u') => return next(SECOND.wrapping_add(3), self.code),
            (FIRST.., _) => {}
            _ => return Err(JsonError::Escape),
        }
        let code = self.code << 4 | char::from(byte).to_digit(16).ok_or(JsonError::Escape)?;
        match (self.phase, code & 0xFC00) {
            (FIRST, 0xD800) => next(WANT_SLASH, code & 0x3FF),
            (FIRST, 0xDC00) => Err(JsonError::Escape),
            (FIRST, _) => next(0, code),
            // Above it are the bits of the first half, from bit 16 on.
            (SECOND, 0xDC00) => next(0, 0x1_0000_u32.wrapping_add(code >> 16 << 10 | code & 0x3FF)),
            (SECOND, _) => Err(JsonError::Escape),
            (phase, _) => next(phase.wrapping_sub(1), code),
        }
    }
}

/// How far a number or one of the three words is: a row of [`NEXT`], or behind these the place in [`LETTERS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word(u8);

/// What is left of `true`, `false` and `null` behind the first letter.
const LETTERS: &[u8; 13] = b"rue\0alse\0ull\0";

/// The number ends before this byte.
const END: u8 = 0xFF;
/// There must be a digit.
const BAD: u8 = 0xFE;

/// What comes of 0, of another digit, a point, `e`, a sign, another byte.
const NEXT: [[u8; 6]; 8] = [
    [1, 2, BAD, BAD, BAD, BAD], // 0: behind the minus
    [BAD, BAD, 3, 5, END, END], // 1: a zero in front
    [2, 2, 3, 5, END, END],     // 2: digits
    [4, 4, BAD, BAD, BAD, BAD], // 3: behind the point
    [4, 4, END, 5, END, END],   // 4: fraction
    [7, 7, BAD, BAD, 6, BAD],   // 5: behind the e
    [7, 7, BAD, BAD, BAD, BAD], // 6: behind its sign
    [7, 7, END, END, END, END], // 7: exponent
];

impl Word {
    /// The first byte of one.
    pub(crate) const fn begin(byte: u8) -> Option<Self> {
        Some(Self(match byte {
            b'-' => 0,
            b'0' => 1,
            b'1'..=b'9' => 2,
            b't' => 8,
            b'f' => 12,
            b'n' => 17,
            _ => return None,
        }))
    }

    fn letter(self) -> Option<u8> {
        LETTERS.get(usize::from(self.0.checked_sub(8)?)).copied()
    }

    /// One more byte, or `None` if it is behind the end.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(crate) fn step(self, byte: u8) -> Result<Option<Self>, JsonError> {
        match self.letter() {
            Some(0) => return Ok(None),
            Some(letter) if letter == byte => return Ok(Some(Self(self.0.wrapping_add(1)))),
            Some(_) => return Err(JsonError::Unexpected),
            None => {}
        }
        let class = match byte {
            b'0' => 0,
            b'1'..=b'9' => 1,
            b'.' => 2,
            b'e' | b'E' => 3,
            b'+' | b'-' => 4,
            _ => 5,
        };
        match NEXT.get(usize::from(self.0)).and_then(|row| row.get(class)) {
            Some(&END) => Ok(None),
            Some(&BAD) | None => Err(JsonError::Number),
            Some(next) => Ok(Some(Self(*next))),
        }
    }

    /// Whether the text may end here.
    pub(crate) fn is_whole(self) -> bool {
        matches!(self.letter(), Some(0)) || matches!(self.0, 1 | 2 | 4 | 7)
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::ToOwned;

    use super::*;

    /// How many bytes belong to it, and whether it is whole.
    fn read(text: &str) -> Result<(usize, bool), JsonError> {
        let bytes = text.as_bytes();
        let mut word = Word::begin(bytes[0]).ok_or(JsonError::Unexpected)?;
        for (at, byte) in bytes.iter().enumerate().skip(1) {
            match word.step(*byte)? {
                Some(next) => word = next,
                None => return Ok((at, word.is_whole())),
            }
        }
        Ok((bytes.len(), word.is_whole()))
    }

    #[test]
    fn numbers_and_words_end_where_they_do() {
        for whole in ["0", "-0", "7", "-12", "1.5", "0.05", "1e9", "1E+10", "2.5e-3", "0e0", "true", "false", "null"] {
            assert_eq!(read(whole), Ok((whole.len(), true)), "{whole}");
            for behind in [",", "}", "]", " "] {
                assert_eq!(read(&(whole.to_owned() + behind)), Ok((whole.len(), true)), "{whole}");
            }
        }
        for open in ["-", "1.", "1e", "1e+", "tru", "f", "nul"] {
            assert_eq!(read(open), Ok((open.len(), false)), "{open}");
        }
        for wrong in ["01", "-a", "1.e", "1.-", "1e.", "1e+-", "00", "-01"] {
            assert_eq!(read(wrong), Err(JsonError::Number), "{wrong}");
        }
        assert_eq!(read("trux"), Err(JsonError::Unexpected));
        assert_eq!(read("truex"), Ok((4, true)));
        assert_eq!(read("+1"), Err(JsonError::Unexpected));
    }
}
