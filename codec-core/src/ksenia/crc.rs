//! The check value of a message.
//!
//! The protocol feeds the message bits into a 16-bit shift register (polynomial 0x1021, start 0xFFFF) and appends no zero bits.
//!
//! Small targets do just that, a byte at a time: as the polynomial has few terms, that takes some shifts and no table. The others use an
//! ordinary table CRC, which runs 16 bits ahead of that register: `CRC_16_SPI_FUJITSU` over all but the last two bytes, XOR those two
//! bytes. 64-bit targets, and others with the feature `wide-tables`, look 16 bytes up at once (8 KB of tables) and fold texts of more
//! than 128 bytes before that.

use crc::{CRC_16_SPI_FUJITSU, Crc, Table};

use super::fold::{BLOCK, fold};
use crate::text::FAST;

/// Whether there is room for speed.
const WIDE: bool = FAST || cfg!(feature = "wide-tables");

/// How many tables of 512 bytes are used.
pub const LANES: usize = if WIDE { 16 } else { 0 };

static TABLES: Crc<u16, Table<16>> = Crc::<u16, Table<16>>::new(&CRC_16_SPI_FUJITSU);

/// What stands around and before the value: the register includes all of it.
pub(crate) const MEMBER: &[u8; 8] = b"\"CRC_16\"";

/// The register at the beginning.
const START: u16 = 0xFFFF;

/// The table CRC of bytes behind others, for which it is `before`.
fn look_up(before: u16, bytes: &[u8]) -> u16 {
    let mut digest = TABLES.digest_with_initial(before);
    digest.update(bytes);
    digest.finalize()
}

/// As [`look_up`], faster for texts longer than a block.
fn advance(before: u16, bytes: &[u8]) -> u16 {
    if bytes.len() <= BLOCK {
        return look_up(before, bytes);
    }
    // What was before goes into two bytes of one block.
    let single = usize::from(bytes.len() % BLOCK == 1);
    let (first, bytes) = bytes.split_at_checked(single).unwrap_or_default();
    look_up(0, &fold(look_up(before, first).to_be_bytes(), bytes))
}

/// The register one byte later. x^16 leaves x^12 + x^5 + 1, and of the 8 bits that go out at the top the first 4 do so twice.
const fn shift(register: u16, byte: u8) -> u16 {
    let out = register >> 8;
    let out = out ^ out >> 4;
    (register << 8 | byte as u16) ^ out ^ out << 5 ^ out << 12
}

/// As often as there are bytes. In a loop of its own, which needs all the registers of a small core.
#[inline(never)]
fn shifted(register: u16, bytes: &[u8]) -> u16 {
    bytes.iter().fold(register, |register, byte| shift(register, *byte))
}

/// The register after some bytes, of which more may come.
///
/// ```
/// use codec_core::ksenia::RunningCrc;
///
/// let mut crc = RunningCrc::new();
/// crc.update(b"{\"data\":\"exam");
/// crc.update(b"ple\",\"CRC_16\"");
/// assert_eq!(crc.value(), 0x016F);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct RunningCrc {
    register: u16,
}

impl RunningCrc {
    /// The register before the first byte.
    #[must_use]
    pub const fn new() -> Self {
        Self { register: START }
    }

    /// Takes in more bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.register = match bytes {
            [before @ .., last, end] if WIDE => {
                let ahead = match self.register {
                    START => CRC_16_SPI_FUJITSU.init,
                    register => look_up(0, &register.to_be_bytes()),
                };
                advance(ahead, before) ^ u16::from_be_bytes([*last, *end])
            }
            _ => shifted(self.register, bytes),
        };
    }

    /// The register now.
    #[must_use]
    pub const fn value(self) -> u16 {
        self.register
    }
}

impl Default for RunningCrc {
    fn default() -> Self {
        Self::new()
    }
}

/// The value for a text of which `covered` is everything through the closing quote of the last `"CRC_16"`.
#[must_use]
pub fn crc_of(covered: &[u8]) -> u16 {
    let mut crc = RunningCrc::new();
    crc.update(covered);
    crc.value()
}

/// How many bytes of `text` the value covers: through the closing quote of the last `"CRC_16"`. `None` if there is none.
#[must_use]
pub fn covered_len(text: &[u8]) -> Option<usize> {
    let mut before = text;
    while !before.ends_with(MEMBER) {
        (_, before) = before.split_last()?;
    }
    Some(before.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rule of the protocol, bit by bit.
    fn shift_register(bytes: &[u8]) -> u16 {
        let mut register = 0xFFFF_u16;
        for byte in bytes {
            for bit in (0..8).rev() {
                let top = register & 0x8000 != 0;
                register = register << 1 | u16::from(byte >> bit & 1);
                if top {
                    register ^= 0x1021;
                }
            }
        }
        register
    }

    #[test]
    fn the_registers_of_the_protocol_come_out() {
        for (text, register) in
            [("", 0xFFFF), ("A", 0xE1B1), ("AB", 0x5C4D), ("123456789", 0xA69D), ("\"CRC_16\"", 0xA2B3), ("test data", 0x73D2)]
        {
            assert_eq!(crc_of(text.as_bytes()), register, "{text}");
            assert_eq!(shift_register(text.as_bytes()), register, "{text}");
        }
    }

    #[test]
    fn without_tables_it_is_the_same() {
        for register in [0_u16, 1, 0x1021, 0x8000, 0xA5C3, 0xFFFF] {
            for byte in 0..=255 {
                let ahead = look_up(0, &register.to_be_bytes()[..1]);
                let [_, low] = register.to_be_bytes();
                assert_eq!(shift(register, byte), ahead ^ u16::from_be_bytes([low, byte]), "{register:#06x} {byte:#04x}");
            }
        }
    }

    #[test]
    fn any_cutting_gives_the_same() {
        let bytes: [u8; 200] = core::array::from_fn(|at| (at * 37 % 251) as u8);
        for len in 0..bytes.len() {
            assert_eq!(crc_of(&bytes[..len]), shift_register(&bytes[..len]));
        }
        let long: std::vec::Vec<u8> = (0..5000_u32).map(|at| (at.wrapping_mul(0x9E37_79B9) >> 24) as u8).collect();
        for len in (0..long.len()).step_by(37).chain(BLOCK - 3..3 * BLOCK + 5) {
            assert_eq!(crc_of(&long[..len]), shift_register(&long[..len]), "{len}");
            let mut crc = RunningCrc::new();
            crc.update(&long[..len / 3]);
            crc.update(&long[len / 3..len]);
            assert_eq!(crc.value(), shift_register(&long[..len]), "{len}");
        }
        for step in 1..40 {
            let mut crc = RunningCrc::new();
            bytes.chunks(step).for_each(|chunk| crc.update(chunk));
            assert_eq!(crc.value(), crc_of(&bytes));
        }
    }

    #[test]
    fn the_last_member_counts() {
        assert_eq!(covered_len(b"{\"CRC_16\":1,\"CRC_16\":2}"), Some(20));
        assert_eq!(covered_len(b"{\"CRC_17\":1}"), None);
        assert_eq!(covered_len(b""), None);
    }
}
