//! Strings of a checked text, and their characters.

use core::fmt;

use super::FAST;
use super::tokens::Escape;

/// The characters of a string, or a number, of a checked text. Escapes are decoded when somebody looks.
#[derive(Clone, Copy)]
pub struct Text<'i> {
    raw: &'i str,
}

impl<'i> Text<'i> {
    pub(crate) const fn new(raw: &'i str) -> Self {
        Self { raw }
    }

    /// A text that can stand between quotes as it is. `None` if it has a quote, a backslash or a control character.
    #[must_use]
    pub fn of(text: &'i str) -> Option<Self> {
        if super::scan::string_end(text.as_bytes(), 0) == text.len() { Some(Self::new(text)) } else { None }
    }

    /// As it stands between the quotes, escapes included.
    #[must_use]
    pub const fn raw(self) -> &'i str {
        self.raw
    }

    /// The text, or `None` if it has an escape: then [`chars`](Self::chars) or [`copy_to`](Self::copy_to) decode it.
    #[inline]
    #[must_use]
    pub fn plain(self) -> Option<&'i str> {
        let mut bytes = self.raw.as_bytes().iter();
        let escaped = if FAST { self.raw.as_bytes().contains(&b'\\') } else { bytes.any(|byte| *byte == b'\\') };
        if escaped { None } else { Some(self.raw) }
    }

    /// The characters, decoded.
    #[must_use]
    pub fn chars(self) -> Chars<'i> {
        Chars { rest: self.raw.chars() }
    }

    /// Whether it stands for these characters of ASCII.
    #[cfg(any(feature = "ksenia", feature = "kts"))]
    pub(crate) fn is(self, ascii: &[u8]) -> bool {
        let mut chars = self.chars();
        ascii.iter().all(|byte| chars.next() == Some(char::from(*byte))) && chars.next().is_none()
    }

    /// The decoded text in `out`, or `None` if it does not fit. As many bytes as [`raw`](Self::raw) has are always enough.
    pub fn copy_to(self, out: &mut [u8]) -> Option<&str> {
        let mut len = 0_usize;
        for character in self.chars() {
            let (bytes, size) = utf8_bytes(character);
            let to = len.saturating_add(size);
            super::copy(out.get_mut(len..to)?, &bytes);
            len = to;
        }
        core::str::from_utf8(out.get(..len)?).ok()
    }

    /// What stands before the first `separator` and what behind it. An escaped separator counts.
    #[cfg(feature = "kts")]
    pub(crate) fn split_once(self, separator: char) -> Option<(Self, Self)> {
        let mut chars = self.chars();
        loop {
            let before = self.raw.len().saturating_sub(chars.rest.as_str().len());
            if chars.next()? == separator {
                return Some((Self::new(self.raw.get(..before)?), Self::new(chars.rest.as_str())));
            }
        }
    }

    /// The text itself, or decoded in `room`. `None` if it is longer.
    #[cfg(feature = "kts")]
    pub(crate) fn decoded<'t>(self, room: &'t mut [u8]) -> Option<&'t str>
    where
        'i: 't,
    {
        self.plain().or_else(|| self.copy_to(room))
    }

    /// Whether there is no character.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.raw.is_empty()
    }

    /// The value of decimal digits and nothing else, leading zeros allowed, up to 4,294,967,295.
    #[inline]
    #[must_use]
    pub fn number(self) -> Option<u32> {
        if FAST {
            return self.wide_number().and_then(|value| u32::try_from(value).ok());
        }
        // Wide numbers are slow there.
        let digits = self.raw.as_bytes();
        if digits.is_empty() || digits.len() > 19 {
            return None;
        }
        let mut value = 0_u32;
        for digit in digits {
            let digit = digit.wrapping_sub(b'0');
            if digit > 9 || value > u32::MAX / 10 {
                return None;
            }
            value = value.wrapping_mul(10).checked_add(digit.into())?;
        }
        Some(value)
    }

    /// As [`number`](Self::number), up to 19 digits.
    #[inline]
    #[must_use]
    pub fn wide_number(self) -> Option<u64> {
        let digits = self.raw.as_bytes();
        if digits.is_empty() || digits.len() > 19 {
            return None;
        }
        let mut value = 0_u64;
        for digit in digits {
            let digit = digit.wrapping_sub(b'0');
            if digit > 9 {
                return None;
            }
            value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
        }
        Some(value)
    }
}

/// The UTF-8 bytes of a character and how many they are. As `char::encode_utf8`, which has a way to panic.
pub(crate) fn utf8_bytes(character: char) -> ([u8; 4], usize) {
    let code = u32::from(character);
    let [_, _, _, low] = code.to_be_bytes();
    let tail = |shift: u32| {
        let [_, _, _, bits] = (code >> shift).to_be_bytes();
        0x80 | bits & 0x3F
    };
    let head = |shift: u32| {
        let [_, _, _, bits] = (code >> shift).to_be_bytes();
        bits
    };
    match code {
        0..=0x7F => ([low, 0, 0, 0], 1),
        0x80..=0x7FF => ([0xC0 | head(6), tail(0), 0, 0], 2),
        0x800..=0xFFFF => ([0xE0 | head(12), tail(6), tail(0), 0], 3),
        _ => ([0xF0 | head(18), tail(12), tail(6), tail(0)], 4),
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        // Equal as written is equal; escapes can make others so.
        self.raw == other.raw || ((self.plain().is_none() || other.plain().is_none()) && self.chars().eq(other.chars()))
    }
}

impl Eq for Text<'_> {}

impl PartialEq<str> for Text<'_> {
    #[inline]
    fn eq(&self, other: &str) -> bool {
        self.plain().map_or_else(|| self.chars().eq(other.chars()), |text| text == other)
    }
}

impl PartialEq<&str> for Text<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

/// The decoded characters.
impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.chars().try_for_each(|character| fmt::Write::write_char(f, character))
    }
}

/// The decoded characters between quotes.
impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Text<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{=str}", self.raw);
    }
}

/// Decoded characters of a [`Text`].
#[derive(Clone, Debug)]
pub struct Chars<'i> {
    rest: core::str::Chars<'i>,
}

impl Iterator for Chars<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        let first = self.rest.next()?;
        if first != '\\' {
            return Some(first);
        }
        let mut escape = Escape::SLASH;
        while !escape.is_over() {
            // The check saw to it that it goes on as it should.
            escape = escape.step(u8::try_from(self.rest.next()?).ok()?).ok()?;
        }
        char::from_u32(escape.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_encoded_as_the_standard_library_does() {
        for character in (0..=0x10_FFFF).filter_map(char::from_u32) {
            let (bytes, size) = utf8_bytes(character);
            assert_eq!(&bytes[..size], character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}
