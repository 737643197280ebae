//! Where a string ends: the one loop that sees most bytes of a JSON text.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Whether eight bytes at a time are faster than one. On Cortex-M0+ they are not.
pub(crate) const WORDS: bool = super::FAST;

/// High bits at the bytes of `word` that end a plain run: a quote, a backslash or a control character. Bits above the lowest one may be
/// set wrongly; the lowest is right.
#[inline(always)]
const fn stops(word: u64) -> u64 {
    // With its second bit turned, a quote is 0x20, next to the control characters; space and `!` trade places with `"` and `#`.
    let quote_or_control = (word ^ (ONES * 0x02)).wrapping_sub(ONES * 0x21);
    let backslash = (word ^ (ONES * 0x5C)).wrapping_sub(ONES);
    (quote_or_control | backslash) & !word & HIGHS
}

/// Whether a byte ends a plain run.
#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler, where a panic is an error")]
const STOPS: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = byte < 0x20 || byte == 0x22 || byte == 0x5C;
        byte += 1;
    }
    table
};

/// Whether a byte ends a plain run.
#[inline(always)]
fn stop(byte: u8) -> bool {
    if !WORDS {
        return byte < 0x20 || byte == 0x22 || byte == 0x5C;
    }
    STOPS.get(usize::from(byte)).copied().unwrap_or(true)
}

/// Whether a text can stand between quotes as it is.
#[inline]
pub(crate) fn is_plain(bytes: &[u8]) -> bool {
    !bytes.iter().any(|byte| stop(*byte))
}

/// The offset of the first quote, backslash or control character at or behind `from`, or the length of `bytes`.
#[cfg_attr(target_pointer_width = "64", inline(always))]
#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
pub(crate) fn string_end(bytes: &[u8], from: usize) -> usize {
    if !WORDS {
        return rest_end(bytes, from);
    }
    if let Some(chunk) = bytes.get(from..).and_then(<[u8]>::first_chunk::<8>) {
        let [first, second, ..] = chunk;
        // Every second value of panels is one letter.
        if *second == b'"' && !stop(*first) {
            return from.wrapping_add(1);
        }
        let stops = stops(u64::from_le_bytes(*chunk));
        if stops != 0 {
            return from.wrapping_add((stops.trailing_zeros() / 8) as usize);
        }
        return long_end(bytes, from.wrapping_add(8));
    }
    rest_end(bytes, from)
}

/// As [`string_end`], if it ends within 16 bytes: without a branch that depends on where.
#[cfg(feature = "g90")]
#[inline(always)]
pub(crate) fn end_in(bytes: &[u8; 16]) -> Option<usize> {
    let (first, rest) = bytes.split_first_chunk::<8>()?;
    let (low, high) = (stops(u64::from_le_bytes(*first)), stops(u64::from_le_bytes(*rest.first_chunk()?)));
    let found = u128::from(high) << 64 | u128::from(low);
    if found == 0 { None } else { Some(((found.trailing_zeros() / 8) & 15) as usize) }
}

/// As [`string_end`], for long ones. Not inlined: its constants would take the registers of those who read short ones.
#[inline(never)]
fn long_end(bytes: &[u8], from: usize) -> usize {
    let mut rest = bytes.get(from..).unwrap_or_default();
    while let Some((chunk, next)) = rest.split_first_chunk::<8>() {
        let stops = stops(u64::from_le_bytes(*chunk));
        if stops != 0 {
            return bytes.len().wrapping_sub(rest.len()).wrapping_add((stops.trailing_zeros() / 8) as usize);
        }
        rest = next;
    }
    rest_end(bytes, bytes.len().wrapping_sub(rest.len()))
}

/// A text cut at the end of its plain run.
#[inline(always)]
pub(crate) fn plain(text: &str) -> (&str, &str) {
    text.split_at_checked(string_end(text.as_bytes(), 0)).unwrap_or(("", text))
}

/// As [`string_end`], one byte at a time.
#[cfg_attr(target_pointer_width = "64", cold, inline(never))]
#[cfg_attr(not(target_pointer_width = "64"), inline(always))]
fn rest_end(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from.saturating_add(rest.iter().position(|byte| stop(*byte)).unwrap_or(rest.len()))
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    #[test]
    fn every_byte_at_every_place_is_judged_alike() {
        for value in 0..=255_u8 {
            for place in 0..20 {
                let mut bytes: Vec<u8> = (0..24).map(|at| b'a' + at).collect();
                bytes[place] = value;
                let expected = if stop(value) { place } else { 24 };
                assert_eq!(string_end(&bytes, 0), expected, "{value:#04x} at {place}");
                assert_eq!(is_plain(&bytes), expected == 24);
                assert_eq!(string_end(&bytes, 24), 24);
            }
        }
    }

    #[test]
    fn the_first_of_several_is_found() {
        for (text, end) in [(&b"ab\"\"\"\"\"\"\"c"[..], 2), (b"!\"#\x1f   \\    ", 1), (b"\x00\"\\aaaaaaaaaa", 0), (b"", 0)] {
            assert_eq!(string_end(text, 0), end);
        }
    }
}
