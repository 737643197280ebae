//! The product.

use std::hint::black_box;

use codec_core::ness::{self, Body, Case, ChecksumPolicy, Cut, Framer, KeyString, Line, Packet};

use crate::pool::Pool;
use crate::typed::Check;

#[inline(always)]
fn fold(check: &mut Check, line: &Line<'_>) {
    let packet = line.packet();
    check.head(packet.start, packet.address.value(), packet.sequence);
    match packet.body {
        Body::Event(event) => check.event(event.code.raw(), event.id.value(), event.id.is_hex(), event.area.raw()),
        Body::Status(status) => check.status(status.request.raw(), status.value),
        Body::Request(_) => {}
    }
    if let Some(time) = packet.stamp.and_then(|stamp| stamp.time()) {
        check.stamp([time.year().wrapping_sub(2000) as u8, time.month(), time.day(), time.hour(), time.minute(), time.second()]);
    }
}

/// Every line of the pool; lines that are refused do not count.
#[inline(never)]
pub fn ours_decode(pool: &Pool) -> Check {
    let mut check = Check::default();
    for text in pool.lines() {
        if let Ok(line) = &ness::decode(text)
            && line.check(ChecksumPolicy::Strict).is_ok()
        {
            fold(&mut check, line);
        }
    }
    black_box(check)
}

/// The same from a stream.
#[inline(never)]
pub fn ours_stream(stream: &[u8]) -> Check {
    let mut check = Check::default();
    let mut framer = Framer::new();
    let mut rest = stream;
    loop {
        match framer.next(rest, false) {
            Cut::NeedMore => break,
            Cut::Drop(len) | Cut::TooLong { used: len } => rest = &rest[len..],
            Cut::Frame { len, used } => {
                if let Ok(line) = &ness::decode(&rest[..len])
                    && line.check(ChecksumPolicy::Strict).is_ok()
                {
                    fold(&mut check, line);
                }
                rest = &rest[used..];
            }
        }
    }
    black_box(check)
}

/// Every packet as a line, one behind the other in `out`; gives the number of characters.
#[inline(never)]
pub fn ours_encode(packets: &[Packet<'_>], out: &mut [u8]) -> usize {
    let mut at = 0;
    for packet in packets {
        at += ness::encode(packet, Case::Lower, &mut out[at..]).unwrap_or(0);
    }
    black_box(at)
}

/// Every request as a line, likewise.
#[inline(never)]
pub fn ours_request(requests: &[(u8, KeyString)], out: &mut [u8]) -> usize {
    let mut at = 0;
    for (address, keys) in requests {
        at += ness::encode(&Packet::request(*address, keys.as_keys()), Case::Upper, &mut out[at..]).unwrap_or(0);
    }
    black_box(at)
}
