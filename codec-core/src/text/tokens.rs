//! Numbers, words and escapes of JSON, one byte at a time.

use crate::error::JsonError;

/// How far an escape is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Escape {
    /// Not in one.
    None,
    /// Behind the backslash.
    Slash,
    /// Among the four digits.
    Hex { left: u8, unit: u16, second: bool },
    /// Behind the first half of a pair: a backslash must come.
    WantSlash,
    /// Then a `u`.
    WantU,
}

impl Escape {
    /// One more byte.
    pub(crate) fn step(self, byte: u8) -> Result<Self, JsonError> {
        Ok(match (self, byte) {
            (Self::Slash, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Self::None,
            (Self::Slash, b'u') => Self::Hex { left: 4, unit: 0, second: false },
            (Self::Hex { left, unit, second }, _) => {
                let digit = char::from(byte).to_digit(16).and_then(|digit| u16::try_from(digit).ok()).ok_or(JsonError::Escape)?;
                let unit = unit << 4 | digit;
                match (left, unit & 0xFC00, second) {
                    (2.., _, _) => Self::Hex { left: left.saturating_sub(1), unit, second },
                    (_, 0xDC00, true) => Self::None,
                    (_, _, true) | (_, 0xDC00, false) => return Err(JsonError::Escape),
                    (_, 0xD800, false) => Self::WantSlash,
                    _ => Self::None,
                }
            }
            (Self::WantSlash, b'\\') => Self::WantU,
            (Self::WantU, b'u') => Self::Hex { left: 4, unit: 0, second: true },
            _ => return Err(JsonError::Escape),
        })
    }
}

/// How far a number or one of the three words is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    Minus,
    Zero,
    Digits,
    Point,
    Fraction,
    Power,
    PowerSign,
    PowerDigits,
    /// What is left of `true`, `false` or `null`.
    Rest(&'static [u8]),
}

impl Word {
    /// The first byte of one.
    pub(crate) const fn begin(byte: u8) -> Option<Self> {
        Some(match byte {
            b'-' => Self::Minus,
            b'0' => Self::Zero,
            b'1'..=b'9' => Self::Digits,
            b't' => Self::Rest(b"rue"),
            b'f' => Self::Rest(b"alse"),
            b'n' => Self::Rest(b"ull"),
            _ => return None,
        })
    }

    /// One more byte, or `None` if it is behind the end.
    pub(crate) fn step(self, byte: u8) -> Result<Option<Self>, JsonError> {
        Ok(Some(match (self, byte) {
            (Self::Rest([]), _) => return Ok(None),
            (Self::Rest([next, rest @ ..]), _) if *next == byte => Self::Rest(rest),
            (Self::Rest(_), _) => return Err(JsonError::Unexpected),
            (Self::Minus, b'0') => Self::Zero,
            (Self::Minus | Self::Digits, b'0'..=b'9') => Self::Digits,
            (Self::Zero | Self::Digits, b'.') => Self::Point,
            (Self::Point | Self::Fraction, b'0'..=b'9') => Self::Fraction,
            (Self::Zero | Self::Digits | Self::Fraction, b'e' | b'E') => Self::Power,
            (Self::Power, b'+' | b'-') => Self::PowerSign,
            (Self::Power | Self::PowerSign | Self::PowerDigits, b'0'..=b'9') => Self::PowerDigits,
            (Self::Zero, b'0'..=b'9') | (Self::Minus | Self::Point | Self::Power | Self::PowerSign, _) => return Err(JsonError::Number),
            _ => return Ok(None),
        }))
    }

    /// Whether the text may end here.
    pub(crate) const fn is_whole(self) -> bool {
        matches!(self, Self::Zero | Self::Digits | Self::Fraction | Self::PowerDigits | Self::Rest([]))
    }
}
