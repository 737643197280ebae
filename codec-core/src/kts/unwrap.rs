//! `data` that is a text with an object or a list in it: the text's quotes and escapes are taken out where it stands.

use crate::text::copy;
use crate::text::json::Text;

/// Turns a string with its quotes into what it says, with white space behind to keep its length. Decoded text is never longer.
pub(crate) fn in_place(string: &mut [u8]) {
    let mut read = 1_usize;
    let mut written = 0_usize;
    let end = string.len().saturating_sub(1);
    while read < end {
        let (len, used) = match step(string.get(read..end).unwrap_or_default()) {
            Some(step) => step,
            None => break,
        };
        match len {
            Decoded::Same => copy_within(string, read, written),
            Decoded::Bytes(bytes, size) => {
                let to = written.saturating_add(size);
                copy(string.get_mut(written..to).unwrap_or_default(), bytes.get(..size).unwrap_or_default());
            }
        }
        written = written.saturating_add(match len {
            Decoded::Same => 1,
            Decoded::Bytes(_, size) => size,
        });
        read = read.saturating_add(used);
    }
    string.get_mut(written..).unwrap_or_default().fill(b' ');
}

#[derive(Clone, Copy)]
pub(crate) enum Decoded {
    /// One byte as it is.
    Same,
    /// So many of these bytes.
    Bytes([u8; 4], usize),
}

fn copy_within(string: &mut [u8], from: usize, to: usize) {
    let byte = string.get(from).copied().unwrap_or(b' ');
    if let Some(slot) = string.get_mut(to) {
        *slot = byte;
    }
}

/// The first byte or escape of a string, and how many bytes it takes. `None` if the escape is not whole.
pub(crate) fn step(text: &[u8]) -> Option<(Decoded, usize)> {
    if text.first()? != &b'\\' {
        return Some((Decoded::Same, 1));
    }
    let used = match text {
        [_, b'u', rest @ ..] => {
            let high = rest.first_chunk::<4>()?;
            // The first half of a pair: `D800` to `DBFF`.
            let pair = matches!(high, [b'd' | b'D', b'8' | b'9' | b'a' | b'b' | b'A' | b'B', ..]);
            if pair { 12 } else { 6 }
        }
        [_, _, ..] => 2_usize,
        _ => return None,
    };
    let escape = core::str::from_utf8(text.get(..used)?).ok()?;
    let mut room = [0; 4];
    let size = Text::new(escape).copy_to(&mut room)?.len();
    Some((Decoded::Bytes(room, size), used))
}
