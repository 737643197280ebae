//! The forms that panels send, each of one size with its fields at fixed places: a second and faster way to read them.

use super::packet::{Address, Packet};
use super::stamp::{Stamp, Timestamp};
use super::wire::{DecodeOptions, Line, SEQUENCE, SYSTEM_STATUS, USER_INTERFACE, panel_body};
use crate::text::hex::{self, nibble};

/// Whether lines are read in this way first. On a microcontroller the code for it costs more than the time it saves: a line takes
/// longer to arrive than to be read.
pub(super) const FIRST: bool = cfg!(target_pointer_width = "64");

/// A line in one of the usual forms; `None` for any other and for what is wrong.
#[inline(always)]
pub(super) fn decode(text: &[u8], options: DecodeOptions) -> Option<Line<'_>> {
    match text.len() {
        28 => stamped_with_address(text, options),
        16 => plain_with_address(text),
        14 => plain(text),
        26 => stamped(text, options),
        _ => None,
    }
}

/// `COUNT` bytes from twice as many digits, and their sum; `None` if a character is no digit or the size is another.
#[inline(always)]
fn digit_pairs<const SIZE: usize, const COUNT: usize>(text: &[u8]) -> Option<([u8; COUNT], u8)> {
    let text: &[u8; SIZE] = text.try_into().ok()?;
    let mut bytes = [0; COUNT];
    let (mut seen, mut sum) = (0, 0_u8);
    for (byte, [high, low]) in bytes.iter_mut().zip(hex::Pairs(text)) {
        let (high, low) = (nibble(high), nibble(low));
        seen |= high | low;
        *byte = high << 4 | low;
        sum = sum.wrapping_add(*byte);
    }
    if seen & 0xF0 == 0 { Some((bytes, sum)) } else { None }
}

/// `82 AD LL CM` or `83 AD LL 61`, three bytes of data, checksum.
#[inline(always)]
fn plain_with_address(text: &[u8]) -> Option<Line<'_>> {
    let ([start @ (0x82 | 0x83), address, length, command, x, y, z, checksum], sum) = digit_pairs::<16, 8>(text)? else { return None };
    finish(text, start, Address::Byte(address), length, command, [x, y, z], None, checksum, sum)
}

/// `82 LL CM`, three bytes of data, checksum.
#[inline(always)]
fn plain(text: &[u8]) -> Option<Line<'_>> {
    let ([0x82, length, command, x, y, z, checksum], sum) = digit_pairs::<14, 7>(text)? else { return None };
    finish(text, 0x82, Address::Absent, length, command, [x, y, z], None, checksum, sum)
}

/// `87 AD LL CM`, three bytes of data, six of time, checksum.
#[inline(always)]
fn stamped_with_address(text: &[u8], options: DecodeOptions) -> Option<Line<'_>> {
    let ([0x87, address, length, command, x, y, z, time @ .., checksum], sum) = digit_pairs::<28, 14>(text)? else { return None };
    let stamp = Some(usual_stamp(time, options)?);
    finish(text, 0x87, Address::Byte(address), length, command, [x, y, z], stamp, checksum, sum)
}

/// `86 LL CM`, three bytes of data, six of time, checksum.
#[inline(always)]
fn stamped(text: &[u8], options: DecodeOptions) -> Option<Line<'_>> {
    let ([0x86, length, command, x, y, z, time @ .., checksum], sum) = digit_pairs::<26, 13>(text)? else { return None };
    let stamp = Some(usual_stamp(time, options)?);
    finish(text, 0x86, Address::Absent, length, command, [x, y, z], stamp, checksum, sum)
}

#[inline(always)]
fn usual_stamp(pairs: [u8; 6], options: DecodeOptions) -> Option<Stamp<'static>> {
    if options.packed_time { None } else { Timestamp::from_pairs(&pairs).map(Stamp::Time) }
}

/// Puts a panel line together from its fields. `None` for an unknown COMMAND, a request or a wrong LENGTH.
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "one per field of the line")]
fn finish<'i>(
    text: &'i [u8],
    start: u8,
    address: Address,
    length: u8,
    command: u8,
    data: [u8; 3],
    stamp: Option<Stamp<'i>>,
    checksum: u8,
    sum: u8,
) -> Option<Line<'i>> {
    match command {
        SYSTEM_STATUS => {}
        USER_INTERFACE if start != 0x83 => {}
        _ => return None,
    }
    if length & !SEQUENCE != 3 {
        return None;
    }
    let packet = Packet { start, address, sequence: length & SEQUENCE != 0, body: panel_body(command, data), stamp };
    // `sum` includes the checksum itself.
    Some(Line { packet, text, checksum, binary: Some(checksum.wrapping_sub(sum)) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ness::wire::decode_any;

    /// From the vendor's document and captures, and damaged ones.
    #[test]
    fn both_ways_read_the_same() {
        let options = DecodeOptions::default();
        for line in [
            "87008361010900180921183139c7",
            "8700036100050018122709413536",
            "8200036000120003",
            "82036000000017",
            "8603610101001812270941350d",
        ] {
            let line = line.as_bytes();
            assert_eq!(decode(line, options), Some(decode_any(line, options).unwrap()));
            for at in 0..line.len() {
                for character in *b"0289af/z" {
                    let mut damaged = line.to_vec();
                    damaged[at] = character;
                    if let Some(usual) = decode(&damaged, options) {
                        assert_eq!(Ok(usual), decode_any(&damaged, options));
                    }
                }
            }
        }
    }
}
