//! Hexadecimal digits, both cases, and nothing else: no sign, no white space, no Unicode digits.

/// What [`nibble`] gives for a byte that is no hexadecimal digit. Any value with a bit of `0xF0` set marks an error, so several
/// results can be combined with `|` and looked at once.
pub const NOT_HEX: u8 = 0xFF;

const NIBBLES: [u8; 256] = nibbles();

#[expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::as_conversions, reason = "evaluated at compile time")]
const fn nibbles() -> [u8; 256] {
    let mut table = [NOT_HEX; 256];
    let mut value = 0;
    while value < 16 {
        table[LOWER[value as usize] as usize] = value;
        table[UPPER[value as usize] as usize] = value;
        value += 1;
    }
    table
}

static LOWER: [u8; 16] = *b"0123456789abcdef";
static UPPER: [u8; 16] = *b"0123456789ABCDEF";

/// The value 0 to 15 of a digit in either case, or [`NOT_HEX`].
#[inline]
#[must_use]
#[expect(clippy::indexing_slicing, reason = "a byte cannot be outside a table of 256")]
pub const fn nibble(digit: u8) -> u8 {
    NIBBLES[digit as usize]
}

/// The value of two digits, most significant first, or `None` if either is no digit.
#[inline]
#[must_use]
pub const fn byte(high: u8, low: u8) -> Option<u8> {
    let (high, low) = (nibble(high), nibble(low));
    if (high | low) & 0xF0 != 0 { None } else { Some(high << 4 | low) }
}

/// Text two characters at a time; an odd one at the end is left out.
///
/// Like `chunks_exact(2)`, but without its check that the size is not 0, which some optimisers leave in.
#[derive(Clone, Copy)]
pub(crate) struct Pairs<'t>(pub(crate) &'t [u8]);

impl Iterator for Pairs<'_> {
    type Item = [u8; 2];

    #[inline(always)]
    fn next(&mut self) -> Option<[u8; 2]> {
        let (pair, behind) = self.0.split_first_chunk()?;
        self.0 = behind;
        Some(*pair)
    }
}

/// Whether the letters of written digits are `a` to `f` or `A` to `F`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub enum Case {
    /// `a` to `f`.
    #[default]
    Lower,
    /// `A` to `F`.
    Upper,
}

impl Case {
    /// The digit for the low four bits of `value`.
    #[inline]
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "the index is masked to 0..16")]
    pub const fn digit(self, value: u8) -> u8 {
        self.all_digits()[(value & 0x0F) as usize]
    }

    /// The digits for 0 to 15.
    #[inline]
    pub(crate) const fn all_digits(self) -> &'static [u8; 16] {
        match self {
            Self::Lower => &LOWER,
            Self::Upper => &UPPER,
        }
    }

    /// The two digits of `value`, most significant first.
    #[inline]
    #[must_use]
    pub const fn digits(self, value: u8) -> [u8; 2] {
        [self.digit(value >> 4), self.digit(value)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_judged_as_the_standard_library_does() {
        for value in 0..=255_u8 {
            let expected = char::from(value).to_digit(16).filter(|_| value.is_ascii()).map_or(NOT_HEX, |digit| digit as u8);
            assert_eq!(nibble(value), expected, "{value:#04x}");
        }
    }

    #[test]
    fn digits_come_back() {
        for value in 0..=255_u8 {
            for case in [Case::Lower, Case::Upper] {
                let [high, low] = case.digits(value);
                assert_eq!(byte(high, low), Some(value));
            }
        }
        assert_eq!(byte(b'+', b'0'), None);
        assert_eq!(byte(b'0', b' '), None);
    }
}
