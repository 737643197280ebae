//! Messages to the cloud: the product, and a decoder with fixed offsets written by hand for these messages alone.

use std::hint::black_box;

use codec_core::g90::cloud::{self, Body, PaddedText};

use super::pool::Pool;
use crate::typed::Check;

#[inline(always)]
fn bytes(check: &mut Check, bytes: &[u8]) {
    check.field(bytes.len() as u32 | u32::from(bytes.first().copied().unwrap_or(0)) << 8);
}

#[inline(always)]
fn numbers(check: &mut Check, numbers: &[i32]) {
    numbers.iter().for_each(|number| check.field(*number as u32));
}

#[inline(always)]
fn name(check: &mut Check, name: PaddedText<'_>) {
    bytes(check, name.as_bytes());
}

/// Every message of the pool; those that are refused do not count.
#[inline(never)]
pub fn ours_cloud(pool: &Pool) -> Check {
    let mut check = Check::default();
    for message in pool.messages() {
        let Ok(message) = &cloud::decode(message) else { continue };
        let header = message.header();
        check.field(header.length | u32::from(header.sequence.unwrap_or(0xFFFF)) << 16);
        match &message.body {
            Body::Hello(hello) => {
                name(&mut check, hello.device().guid);
                name(&mut check, hello.device().firmware);
                numbers(&mut check, &hello.flags());
            }
            Body::StateChange(change) => {
                check.field(u32::from_le_bytes([2, change.code(), 0, 0]));
                numbers(&mut check, &[change.timestamp()]);
            }
            Body::SensorChange(change) => {
                check.field(u32::from_le_bytes([4, change.sensor(), change.source(), change.state()]));
                name(&mut check, change.name());
                numbers(&mut check, &[change.timestamp()]);
            }
            Body::SensorAlarm(alarm) => {
                check.field(u32::from_le_bytes([3, alarm.sensor(), alarm.peripheral(), alarm.state()]));
                name(&mut check, alarm.name());
                numbers(&mut check, &[alarm.timestamp()]);
            }
            Body::Notification(notification) => bytes(&mut check, notification.text()),
            _ => {}
        }
    }
    black_box(check)
}

/// A message, read by hand.
enum Typed<'i> {
    Ping,
    Hello { guid: &'i [u8], firmware: &'i [u8], flags: [i32; 10] },
    State { code: u8, timestamp: i32 },
    Sensor { front: [u8; 4], name: &'i [u8], timestamp: i32 },
    Notification(&'i [u8]),
}

const PING: u32 = u32::from_le_bytes([0x01, 0x10, 0, 0]);
const HELLO: u32 = u32::from_le_bytes([0x01, 0x10, 0, 0x20]);
const STATUS: u32 = u32::from_le_bytes([0x21, 0x10, 0, 0x20]);
const NOTIFICATION: u32 = u32::from_le_bytes([0x22, 0x10, 0, 0x20]);

#[inline(always)]
fn word(bytes: &[u8], at: usize) -> Option<i32> {
    bytes.get(at..)?.first_chunk().map(|field| i32::from_le_bytes(*field))
}

/// A text without the NULs behind it.
#[inline(always)]
fn trimmed(field: &[u8]) -> &[u8] {
    let len = field.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    &field[..len]
}

/// The length, the sequence, and the message.
#[inline(always)]
fn typed(bytes: &[u8]) -> Option<(u32, u16, Typed<'_>)> {
    let key = word(bytes, 0)? as u32 & 0xFF00_FFFF;
    let length = word(bytes, 4)? as u32;
    if length as usize > bytes.len() {
        return None;
    }
    if key == PING {
        return Some((length, 0xFFFF, Typed::Ping));
    }
    let [1, 0, low, high] = *bytes.get(8..)?.first_chunk()? else { return None };
    let message = match key {
        HELLO => {
            let fields: &[u8; 72] = bytes.first_chunk()?;
            let flag = |at| word(fields, at).unwrap_or(0);
            let flags = [28, 32, 36, 40, 48, 52, 56, 60, 64, 68].map(flag);
            Typed::Hello { guid: trimmed(&fields[12..27]), firmware: trimmed(&fields[44..47]), flags }
        }
        STATUS => {
            let fields: &[u8; 120] = bytes.first_chunk()?;
            let (front, timestamp) = ([fields[12], fields[13], fields[14], fields[15]], word(fields, 48)?);
            match front[0] {
                2 => Typed::State { code: front[1], timestamp },
                3 | 4 => Typed::Sensor { front, name: trimmed(&fields[16..48]), timestamp },
                _ => return None,
            }
        }
        NOTIFICATION => Typed::Notification(bytes.get(12..length as usize)?),
        _ => return None,
    };
    Some((length, u16::from_le_bytes([low, high]), message))
}

/// Likewise.
#[inline(never)]
pub fn limit_cloud(pool: &Pool) -> Check {
    let mut check = Check::default();
    for message in pool.messages() {
        let Some((length, sequence, message)) = typed(message) else { continue };
        check.field(length | u32::from(sequence) << 16);
        match message {
            Typed::Ping => {}
            Typed::Hello { guid, firmware, flags } => {
                bytes(&mut check, guid);
                bytes(&mut check, firmware);
                numbers(&mut check, &flags);
            }
            Typed::State { code, timestamp } => {
                check.field(u32::from_le_bytes([2, code, 0, 0]));
                numbers(&mut check, &[timestamp]);
            }
            Typed::Sensor { front, name, timestamp } => {
                check.field(u32::from_le_bytes(front));
                bytes(&mut check, name);
                numbers(&mut check, &[timestamp]);
            }
            Typed::Notification(text) => bytes(&mut check, text),
        }
    }
    black_box(check)
}
