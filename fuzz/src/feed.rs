//! Ways to cut a stream into pieces, and to give them to a machine.

use codec_core::RxBuf;

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

/// Puts a piece of a stream into a receive buffer; `poll` takes out what it can each time it is full.
pub(crate) fn pour(piece: &[u8], rx: &mut RxBuf<'_>, mut poll: impl FnMut(&mut RxBuf<'_>)) {
    let mut rest = piece;
    while !rest.is_empty() {
        let space = rx.space();
        let len = space.len().min(rest.len());
        assert!(len > 0, "the receive buffer is full and stays full");
        space[..len].copy_from_slice(&rest[..len]);
        rx.commit(len);
        rest = &rest[len..];
        poll(rx);
    }
}

/// Puts a stream and its end into a receive buffer, piece by piece.
pub(crate) fn feed(data: &[u8], cuts: Cuts, rx: &mut RxBuf<'_>, mut poll: impl FnMut(&mut RxBuf<'_>)) {
    cuts.pieces(data).into_iter().for_each(|piece| pour(piece, rx, &mut poll));
    rx.set_eof();
    poll(rx);
}
