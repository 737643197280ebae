//! The way an ordinary program does it: text to bytes with the standard library, then field by field.

use std::hint::black_box;

use crate::pool::Pool;
use crate::typed::{Body, Check, Typed};

fn decode(line: &str) -> Option<Typed> {
    if !line.is_ascii() || !line.len().is_multiple_of(2) {
        return None;
    }
    let mut bytes = Vec::new();
    for at in (0..line.len()).step_by(2) {
        bytes.push(u8::from_str_radix(&line[at..at + 2], 16).ok()?);
    }
    if bytes.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte)) != 0 {
        return None;
    }
    let mut at = 0;
    let mut take = || {
        let byte = bytes.get(at).copied();
        at += 1;
        byte
    };
    let start = take()?;
    let has_address = start & 1 != 0 || start == 0x82 && bytes.len() == 8;
    let address = if has_address { Some(take()?) } else { None };
    let length = take()?;
    if length & 0x7F != 3 {
        return None;
    }
    let command = take()?;
    let [first, second, third] = [take()?, take()?, take()?];
    let body = match command {
        0x61 => {
            let id_is_hex = second >> 4 > 9 || second & 15 > 9;
            Body::Event { code: first, id: if id_is_hex { second } else { decimal(second)? }, id_is_hex, area: third }
        }
        0x60 => Body::Status { request: first, value: u16::from_be_bytes([second, third]) },
        _ => return None,
    };
    let stamp = if start & 4 != 0 {
        let mut fields = [0; 6];
        for field in &mut fields {
            *field = decimal(take()?)?;
        }
        let [year, month, day, hour, minute, second] = fields;
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if year % 4 == 0 => 29,
            2 => 28,
            _ => return None,
        };
        if day == 0 || day > days || hour > 23 || minute > 60 || second > 59 {
            return None;
        }
        Some(fields)
    } else {
        None
    };
    take()?;
    (at == bytes.len()).then_some(Typed { start, address, sequence: length & 0x80 != 0, body, stamp })
}

fn decimal(pair: u8) -> Option<u8> {
    let (tens, ones) = (pair >> 4, pair & 15);
    (tens < 10 && ones < 10).then_some(tens * 10 + ones)
}

/// Every line of the pool; lines that are refused do not count.
#[inline(never)]
pub fn naive_decode(pool: &Pool) -> Check {
    let mut check = Check::default();
    for text in pool.lines() {
        if let Some(line) = std::str::from_utf8(text).ok().and_then(decode) {
            check.line(&line);
        }
    }
    black_box(check)
}

/// The same from a stream.
#[inline(never)]
pub fn naive_stream(stream: &[u8]) -> Check {
    let mut check = Check::default();
    for text in stream.split(|byte| *byte == b'\n') {
        if let Some(line) = std::str::from_utf8(text).ok().and_then(|text| decode(text.trim())) {
            check.line(&line);
        }
    }
    black_box(check)
}

fn encode(line: &Typed) -> String {
    let pair = |decimal: u8| ((decimal / 10) << 4) | (decimal % 10);
    let mut bytes = vec![line.start];
    bytes.extend(line.address);
    bytes.push(3 | u8::from(line.sequence) << 7);
    match line.body {
        Body::Event { code, id, id_is_hex, area } => bytes.extend([0x61, code, if id_is_hex { id } else { pair(id) }, area]),
        Body::Status { request, value } => {
            bytes.extend([0x60, request]);
            bytes.extend(value.to_be_bytes());
        }
    }
    bytes.extend(line.stamp.iter().flatten().map(|field| pair(*field)));
    let sum = bytes.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    bytes.push(sum.wrapping_neg());
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Every packet as a line, one behind the other in `out`; gives the number of characters.
#[inline(never)]
pub fn naive_encode(lines: &[Typed], out: &mut [u8]) -> usize {
    let mut at = 0;
    for line in lines {
        let text = encode(line);
        out[at..at + text.len()].copy_from_slice(text.as_bytes());
        at += text.len();
    }
    black_box(at)
}

/// Every request as a line, likewise.
#[inline(never)]
pub fn naive_request(requests: &[(u8, String)], out: &mut [u8]) -> usize {
    let mut at = 0;
    for (address, keys) in requests {
        let covered = format!("83{address:X}{:02X}60{keys}", keys.len());
        let sum = covered.bytes().fold(0_u8, u8::wrapping_add);
        let text = format!("{covered}{:02X}", sum.wrapping_neg());
        out[at..at + text.len()].copy_from_slice(text.as_bytes());
        at += text.len();
    }
    black_box(at)
}
