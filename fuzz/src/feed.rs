//! Ways to cut a stream into pieces.

/// How the bytes arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cuts {
    /// All at once.
    Whole,
    /// One by one.
    Bytes,
    /// In pieces of 1 to 32 bytes, whose lengths are taken from the bytes themselves.
    Inside,
}

impl Cuts {
    pub(crate) const ALL: [Self; 3] = [Self::Whole, Self::Bytes, Self::Inside];

    /// The pieces, in order.
    pub(crate) fn pieces(self, data: &[u8]) -> Vec<&[u8]> {
        match self {
            Self::Whole => vec![data],
            Self::Bytes => data.chunks(1).collect(),
            Self::Inside => {
                let mut pieces = Vec::new();
                let mut rest = data;
                // The last byte of a piece tells the length of the next.
                let mut last = data.len() as u8;
                while !rest.is_empty() {
                    let len = usize::from(last & 0x1F).min(rest.len() - 1) + 1;
                    let (piece, behind) = rest.split_at(len);
                    last = last.wrapping_mul(5).wrapping_add(piece[len - 1]);
                    pieces.push(piece);
                    rest = behind;
                }
                pieces
            }
        }
    }
}
