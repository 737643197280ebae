//! `data` that is a text with an object or a list in it: the text's quotes and escapes are taken out where it stands.

use core::ops::Range;

use crate::text::copy;
use crate::text::json::Text;

/// Turns a string with its quotes into what it says, with white space behind to keep its length. Decoded text is never longer.
pub(crate) fn in_place(string: &mut [u8]) {
    let end = string.len().saturating_sub(1);
    let (_, written, _) = pull(string, 1..end, 0);
    string.get_mut(written..).unwrap_or_default().fill(b' ');
}

/// Moves what the text at `from` says to `to`, which is not behind it, up to a quote, an escape that is not whole, or the end. Gives how far both
/// have come, and whether a quote ended it; that is white space now.
#[inline(never)]
pub(crate) fn pull(bytes: &mut [u8], from: Range<usize>, to: usize) -> (usize, usize, bool) {
    let (mut read, mut written) = (from.start, to);
    loop {
        let rest = bytes.get(read..from.end).unwrap_or_default();
        let closed = rest.first() == Some(&b'"');
        let (decoded, len, used) = match rest {
            [] => return (read, written, false),
            [byte, ..] if *byte != b'\\' => ([if closed { b' ' } else { *byte }, 0, 0, 0], 1, 1),
            _ => match escape(rest) {
                Some(escape) => escape,
                None => return (read, written, false),
            },
        };
        let end = written.saturating_add(len);
        copy(bytes.get_mut(written..end).unwrap_or_default(), decoded.get(..len).unwrap_or_default());
        (read, written) = (read.saturating_add(used), end);
        if closed {
            return (read, written, true);
        }
    }
}

/// The escape in front: its bytes, how many they are, and how many it takes. `None` if it is not whole.
fn escape(text: &[u8]) -> Option<([u8; 4], usize, usize)> {
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
    let len = Text::new(escape).copy_to(&mut room)?.len();
    Some((room, len, used))
}
