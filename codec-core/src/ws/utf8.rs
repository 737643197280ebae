//! UTF-8 in pieces, refused at the first byte that cannot be right.

/// Checks text that arrives in pieces. A character may be cut by a border between pieces.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Utf8 {
    /// Bytes of a character of which more is needed.
    partial: [u8; 4],
    /// How many, 0 to 3.
    have: u8,
}

impl Utf8 {
    pub(super) const fn new() -> Self {
        Self { partial: [0; 4], have: 0 }
    }

    /// Whether the text may end here.
    pub(super) const fn is_complete(self) -> bool {
        self.have == 0
    }

    /// Takes the next piece, or tells the offset in it of the first byte that cannot be right.
    pub(super) fn feed(&mut self, piece: &[u8]) -> Result<(), usize> {
        let mut rest = piece;
        while self.have > 0 {
            let Some((&byte, behind)) = rest.split_first() else { return Ok(()) };
            let have = usize::from(self.have);
            if let Some(slot) = self.partial.get_mut(have) {
                *slot = byte;
            }
            let so_far = self.partial.get(..have.saturating_add(1)).unwrap_or_default();
            match core::str::from_utf8(so_far) {
                Ok(_) => self.have = 0,
                Err(error) if error.error_len().is_none() => self.have = self.have.saturating_add(1),
                Err(_) => return Err(piece.len().saturating_sub(rest.len())),
            }
            rest = behind;
        }
        let Err(error) = core::str::from_utf8(rest) else { return Ok(()) };
        let before = piece.len().saturating_sub(rest.len()).saturating_add(error.valid_up_to());
        let tail = rest.get(error.valid_up_to()..).unwrap_or_default();
        match error.error_len() {
            // The piece ends within a character, which is one to three bytes of it.
            None => {
                for (slot, byte) in self.partial.iter_mut().zip(tail) {
                    *slot = *byte;
                    self.have = self.have.saturating_add(1);
                }
                Ok(())
            }
            // A byte that may begin a character is not the wrong one: one behind it is.
            Some(len) if tail.first().is_some_and(|lead| matches!(lead, 0xC2..=0xF4)) => Err(before.saturating_add(len)),
            Some(_) => Err(before),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    /// The offset of the first byte with which no text can go on, by trying every way to go on.
    fn first_wrong(bytes: &[u8]) -> Option<usize> {
        (0..bytes.len()).find(|&at| {
            let front = &bytes[..=at];
            let tails: [&[u8]; 6] = [b"", b"\x80", b"\xBF", b"\x80\x80", b"\xBF\xBF", b"\x80\x80\x80"];
            let more: [&[u8]; 3] = [b"\x90\x80", b"\x90\x80\x80", b"\xBF\xBF\xBF"];
            !tails.iter().chain(&more).any(|tail| core::str::from_utf8(&[front, tail].concat()).is_ok())
        })
    }

    fn outcome(pieces: &[&[u8]]) -> (Option<usize>, bool) {
        let mut check = Utf8::new();
        let mut before = 0;
        for piece in pieces {
            if let Err(at) = check.feed(piece) {
                return (Some(before + at), false);
            }
            before += piece.len();
        }
        (None, check.is_complete())
    }

    proptest! {
        #[test]
        fn every_cut_tells_the_same_byte(
            bytes in proptest::collection::vec(
                prop_oneof![
                    Just(b"a".to_vec()), Just("é".into()), Just("€".into()), Just("😀".into()),
                    Just(vec![0xF4]), Just(vec![0xED]), Just(vec![0xE0]), Just(vec![0xF0]), Just(vec![0xC0]), Just(vec![0xFF]),
                    Just(vec![0x80]), Just(vec![0x90]), Just(vec![0xA0]), Just(vec![0xBF]), Just(vec![0xE2, 0x82]),
                ],
                0..6,
            ),
            cuts in (0_usize..24, 0_usize..24),
        ) {
            let bytes: Vec<u8> = bytes.concat();
            let expected = first_wrong(&bytes);
            let complete = core::str::from_utf8(&bytes).is_ok();
            let (a, b) = (cuts.0.min(cuts.1).min(bytes.len()), cuts.0.max(cuts.1).min(bytes.len()));
            prop_assert_eq!(outcome(&[&bytes]), (expected, complete));
            prop_assert_eq!(outcome(&[&bytes[..a], &bytes[a..b], &bytes[b..]]), (expected, complete));
            let single: Vec<&[u8]> = bytes.chunks(1).collect();
            prop_assert_eq!(outcome(&single), (expected, complete));
        }
    }
}
