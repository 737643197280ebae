//! The limit: what a decoder for these lines alone can be brought to by hand, with tables and fixed offsets, in safe portable code.

use std::hint::black_box;

use crate::pool::Pool;
use crate::typed::{Body, Check, Typed};

/// Values of hexadecimal digits, `0xFF` for what is none.
const NIBBLE: [u8; 256] = {
    let mut table = [0xFF; 256];
    let mut value = 0;
    while value < 16 {
        table[b"0123456789abcdef"[value] as usize] = value as u8;
        table[b"0123456789ABCDEF"[value] as usize] = value as u8;
        value += 1;
    }
    table
};

/// Days of the months 0 to 15, none for those that do not exist.
const DAYS: [u8; 16] = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0, 0, 0];

/// `LEN` digits, their bytes and the sum of those in one pass; `None` for a wrong digit or sum.
#[inline(always)]
fn bytes<const LEN: usize, const COUNT: usize>(text: &[u8]) -> Option<[u8; COUNT]> {
    let text: &[u8; LEN] = text.try_into().ok()?;
    let mut out = [0; COUNT];
    let (mut wrong, mut sum) = (0, 0_u8);
    for at in 0..COUNT {
        let (high, low) = (NIBBLE[usize::from(text[2 * at])], NIBBLE[usize::from(text[2 * at + 1])]);
        wrong |= high | low;
        out[at] = high << 4 | low;
        sum = sum.wrapping_add(out[at]);
    }
    (wrong < 16 && sum == 0).then_some(out)
}

#[inline(always)]
fn stamp(pairs: [u8; 6]) -> Option<[u8; 6]> {
    let [a, b, c, d, e, f] = pairs;
    let pairs = u64::from_le_bytes([a, b, c, d, e, f, 0, 0]);
    let tens = pairs >> 4 & 0x0F0F_0F0F_0F0F;
    let ones = pairs & 0x0F0F_0F0F_0F0F;
    // A digit above 9 carries into bit 4 when 6 is added.
    if ((tens + 0x0606_0606_0606) | (ones + 0x0606_0606_0606)) & 0x1010_1010_1010 != 0 {
        return None;
    }
    let [year, month, day, hour, minute, second, ..] = (pairs - 6 * tens).to_le_bytes();
    let leap = u8::from(month == 2 && year % 4 == 0);
    let days = DAYS.get(usize::from(month)).copied().unwrap_or(0) + leap;
    if day == 0 || day > days || hour > 23 || minute > 60 || second > 59 {
        return None;
    }
    Some([year, month, day, hour, minute, second])
}

#[inline(always)]
fn body(length: u8, command: u8, data: [u8; 3]) -> Option<Body> {
    if length & 0x7F != 3 {
        return None;
    }
    let [first, second, third] = data;
    match command {
        0x61 => {
            let (tens, ones) = (second >> 4, second & 15);
            let id_is_hex = tens > 9 || ones > 9;
            let id = if id_is_hex { second } else { tens * 10 + ones };
            Some(Body::Event { code: first, id, id_is_hex, area: third })
        }
        0x60 => Some(Body::Status { request: first, value: u16::from_be_bytes([second, third]) }),
        _ => None,
    }
}

#[inline(always)]
fn decode(text: &[u8]) -> Option<Typed> {
    match text.len() {
        28 => {
            let [0x87, address, length, command, x, y, z, a, b, c, d, e, f, _] = bytes::<28, 14>(text)? else { return None };
            let (body, stamp) = (body(length, command, [x, y, z])?, Some(stamp([a, b, c, d, e, f])?));
            Some(Typed { start: 0x87, address: Some(address), sequence: length & 0x80 != 0, body, stamp })
        }
        16 => {
            let [start @ (0x82 | 0x83), address, length, command, x, y, z, _] = bytes::<16, 8>(text)? else { return None };
            let body = body(length, command, [x, y, z])?;
            Some(Typed { start, address: Some(address), sequence: length & 0x80 != 0, body, stamp: None })
        }
        26 => {
            let [0x86, length, command, x, y, z, a, b, c, d, e, f, _] = bytes::<26, 13>(text)? else { return None };
            let (body, stamp) = (body(length, command, [x, y, z])?, Some(stamp([a, b, c, d, e, f])?));
            Some(Typed { start: 0x86, address: None, sequence: length & 0x80 != 0, body, stamp })
        }
        14 => {
            let [0x82, length, command, x, y, z, _] = bytes::<14, 7>(text)? else { return None };
            let body = body(length, command, [x, y, z])?;
            Some(Typed { start: 0x82, address: None, sequence: length & 0x80 != 0, body, stamp: None })
        }
        _ => None,
    }
}

/// Every line of the pool; lines that are refused do not count.
#[inline(never)]
pub fn limit_decode(pool: &Pool) -> Check {
    let mut check = Check::default();
    for text in pool.lines() {
        if let Some(line) = decode(text) {
            check.line(&line);
        }
    }
    black_box(check)
}

/// The same from a stream: a byte loop looks for LF, a CR before it does not belong to the line.
#[inline(never)]
pub fn limit_stream(stream: &[u8]) -> Check {
    let mut check = Check::default();
    let mut rest = stream;
    while let Some(len) = rest.iter().position(|byte| *byte == b'\n') {
        let text = match &rest[..len] {
            [text @ .., b'\r'] => text,
            text => text,
        };
        if let Some(line) = decode(text) {
            check.line(&line);
        }
        rest = &rest[len + 1..];
    }
    black_box(check)
}

const LOWER: &[u8; 16] = b"0123456789abcdef";
const UPPER: &[u8; 16] = b"0123456789ABCDEF";

/// Digits of `bytes` and of their checksum.
#[inline(always)]
fn digits<const COUNT: usize>(bytes: [u8; COUNT], out: &mut [u8]) -> usize {
    let out = &mut out[..2 * COUNT + 2];
    let mut sum = 0_u8;
    for at in 0..COUNT {
        out[2 * at] = LOWER[usize::from(bytes[at] >> 4)];
        out[2 * at + 1] = LOWER[usize::from(bytes[at] & 15)];
        sum = sum.wrapping_sub(bytes[at]);
    }
    out[2 * COUNT] = LOWER[usize::from(sum >> 4)];
    out[2 * COUNT + 1] = LOWER[usize::from(sum & 15)];
    2 * COUNT + 2
}

#[inline(always)]
fn pair(decimal: u8) -> u8 {
    decimal + 6 * (decimal / 10)
}

#[inline(always)]
fn encode(line: &Typed, out: &mut [u8]) -> usize {
    let length = 3 | u8::from(line.sequence) << 7;
    let [command, x, y, z] = match line.body {
        Body::Event { code, id, id_is_hex, area } => [0x61, code, if id_is_hex { id } else { pair(id) }, area],
        Body::Status { request, value } => [0x60, request, (value >> 8) as u8, value as u8],
    };
    match (line.address, line.stamp.map(|stamp| stamp.map(pair))) {
        (Some(address), Some([a, b, c, d, e, f])) => digits([line.start, address, length, command, x, y, z, a, b, c, d, e, f], out),
        (Some(address), None) => digits([line.start, address, length, command, x, y, z], out),
        (None, Some([a, b, c, d, e, f])) => digits([line.start, length, command, x, y, z, a, b, c, d, e, f], out),
        (None, None) => digits([line.start, length, command, x, y, z], out),
    }
}

/// Every packet as a line, one behind the other in `out`; gives the number of characters.
#[inline(never)]
pub fn limit_encode(lines: &[Typed], out: &mut [u8]) -> usize {
    let mut at = 0;
    for line in lines {
        at += encode(line, &mut out[at..]);
    }
    black_box(at)
}

/// Every request as a line, likewise.
#[inline(never)]
pub fn limit_request(requests: &[(u8, String)], out: &mut [u8]) -> usize {
    let mut at = 0;
    for (address, keys) in requests {
        let (keys, count) = (keys.as_bytes(), keys.len());
        let out = &mut out[at..at + count + 9];
        out[0] = b'8';
        out[1] = b'3';
        out[2] = UPPER[usize::from(address & 15)];
        out[3] = UPPER[count >> 4 & 15];
        out[4] = UPPER[count & 15];
        out[5] = b'6';
        out[6] = b'0';
        out[7..7 + count].copy_from_slice(keys);
        let sum = out[..7 + count].iter().fold(0_u8, |sum, byte| sum.wrapping_sub(*byte));
        out[7 + count] = UPPER[usize::from(sum >> 4)];
        out[8 + count] = UPPER[usize::from(sum & 15)];
        at += count + 9;
    }
    black_box(at)
}

/// The lines of a pool, decoded.
#[must_use]
pub fn typed(pool: &Pool) -> Vec<Typed> {
    pool.lines().filter_map(decode).collect()
}
