//! A text shortened to 64 bytes that have the same remainder as all of it.
//!
//! Squaring a polynomial over bits doubles the distances of its terms: with P = x^16 + x^12 + x^5 + 1, P^64 is
//! x^1024 + x^768 + x^320 + 1, a multiple of P. So the shift register of the protocol works with rows of 64 bits in the place of bits,
//! too: 16 rows take in 128 bytes at a time, and leave what remains. P^32 then makes 64 bytes of these 128 in the same way.

use core::ops::BitXor;

/// Rows of a register.
const ROWS: usize = 16;
/// Bytes that a register of `u64` rows takes in at a time.
pub(super) const BLOCK: usize = ROWS * size_of::<u64>();

/// The rows of a block, or of a part of one.
macro_rules! rows {
    ($row:ty, $bytes:expr) => {{
        let mut rows = [0; ROWS];
        for (row, bytes) in rows.iter_mut().zip($bytes.chunks_exact(size_of::<$row>())) {
            *row = bytes.first_chunk().map_or(0, |bytes| <$row>::from_ne_bytes(*bytes));
        }
        rows
    }};
}

/// The bytes of the rows.
macro_rules! bytes {
    ($row:ty, $rows:expr) => {{
        let mut bytes = [0; ROWS * size_of::<$row>()];
        for (bytes, row) in bytes.chunks_exact_mut(size_of::<$row>()).zip($rows) {
            crate::text::copy(bytes, &row.to_ne_bytes());
        }
        bytes
    }};
}

/// Takes in 16 rows.
#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "remainders of 16 cannot be outside an array of 16")]
fn absorb<T: Copy + BitXor<Output = T>>(register: &mut [T; ROWS], block: [T; ROWS]) {
    for at in 0..ROWS {
        let out = register[at];
        for distance in [4, 11] {
            let to = at.wrapping_add(distance) % ROWS;
            register[to] = register[to] ^ out;
        }
        register[at] = out ^ block[at];
    }
}

/// Bytes with the remainder of `bytes`, with `before` on its first two.
#[inline(always)]
pub(super) fn fold(before: [u8; 2], bytes: &[u8]) -> [u8; BLOCK / 2] {
    // Zeros change nothing in an empty register: they fill the first block.
    let odd = bytes.len().wrapping_sub(1) % BLOCK;
    let (first, rest) = bytes.split_at_checked(odd.wrapping_add(1)).unwrap_or_default();
    let mut head = [0; BLOCK];
    let room = head.get_mut(BLOCK.wrapping_sub(1).wrapping_sub(odd)..).unwrap_or_default();
    crate::text::copy(room, first);
    room.iter_mut().zip(before).for_each(|(byte, before)| *byte ^= before);
    let mut register = rows!(u64, head);
    for block in rest.chunks_exact(BLOCK) {
        absorb(&mut register, rows!(u64, block));
    }
    let bytes = bytes!(u64, register);
    let (first, second) = bytes.split_at_checked(BLOCK / 2).unwrap_or_default();
    let mut register = rows!(u32, first);
    absorb(&mut register, rows!(u32, second));
    bytes!(u32, register)
}
