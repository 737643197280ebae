//! What an ordinary program does: it splits at CR LF and reads the frame with `serde_json` into structs of borrowed texts.

use std::hint::black_box;

use serde::Deserialize;
use serde_json::from_slice;

use super::pool::Pool;
use crate::typed::Check;

/// A frame.
#[derive(Deserialize)]
#[expect(missing_docs, reason = "named as on the wire")]
pub struct Frame<'a, T> {
    pub sn: &'a str,
    pub cmd: &'a str,
    #[serde(bound(deserialize = "T: Deserialize<'de>"))]
    pub data: Vec<T>,
}

/// A value that changed.
#[derive(Deserialize)]
#[expect(missing_docs, reason = "named as on the wire")]
pub struct Update<'a> {
    #[serde(rename = "oID")]
    pub id: &'a str,
    #[serde(rename = "EIS", deserialize_with = "number")]
    pub eis: u16,
    pub val: &'a str,
    pub room: &'a str,
    pub navi: &'a str,
}

/// An object.
#[derive(Deserialize)]
#[expect(missing_docs, reason = "named as on the wire")]
pub struct Object<'a> {
    #[serde(rename = "oID")]
    pub id: &'a str,
    #[serde(rename = "EIS", deserialize_with = "number")]
    pub eis: u16,
    pub val: &'a str,
    #[serde(rename = "oName")]
    pub name: &'a str,
    pub room: &'a str,
    #[serde(rename = "type")]
    pub device: &'a str,
    #[serde(rename = "addrSet", deserialize_with = "address")]
    pub write: u32,
    #[serde(rename = "addrSet2", deserialize_with = "address")]
    pub status: u32,
    #[serde(rename = "addrSet3", deserialize_with = "address")]
    pub third: u32,
    pub group: &'a str,
    #[serde(rename = "Icon")]
    pub icon: &'a str,
}

fn number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    <&str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}

/// `1/2/3` as a number, 0 for none.
fn address<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let text = <&str>::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(0);
    }
    let mut levels = text.split('/').map(str::parse::<u8>);
    match (levels.next(), levels.next(), levels.next(), levels.next()) {
        (Some(Ok(main)), Some(Ok(middle)), Some(Ok(sub)), None) if main < 32 && middle < 8 => {
            Ok(u32::from(main) << 16 | u32::from(middle) << 8 | u32::from(sub))
        }
        _ => Err(serde::de::Error::custom("no group address")),
    }
}

/// The frames of a stream.
fn frames(stream: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = stream;
    std::iter::from_fn(move || {
        let mut from = 0;
        loop {
            let at = from + rest[from..].iter().position(|byte| *byte == b'\n')?;
            if at > 0 && rest[at - 1] == b'\r' {
                let frame = &rest[..at - 1];
                rest = &rest[at + 1..];
                return Some(frame);
            }
            from = at + 1;
        }
    })
}

/// All pushes; frames that are refused do not count.
#[inline(never)]
pub fn ordinary_pushes(pool: &Pool) -> Check {
    let mut check = Check::default();
    for frame in frames(pool.stream()) {
        let Ok(frame) = from_slice::<Frame<'_, Update<'_>>>(frame) else { continue };
        for update in frame.data.iter().filter(|_| frame.cmd == "push") {
            check.short(update.id);
            check.field(update.eis.into());
            [update.val, update.room, update.navi].into_iter().for_each(|text| check.short(text));
        }
    }
    black_box(check)
}

/// All answers.
#[inline(never)]
pub fn ordinary_objects(pool: &Pool) -> Check {
    let mut check = Check::default();
    for frame in frames(pool.stream()) {
        let Ok(frame) = from_slice::<Frame<'_, Object<'_>>>(frame) else { continue };
        for object in frame.data.iter().filter(|_| frame.cmd == "rsp2") {
            check.short(object.id);
            check.field(object.eis.into());
            [object.val, object.name, object.room, object.device].into_iter().for_each(|text| check.short(text));
            [object.write, object.status, object.third].into_iter().for_each(|number| check.field(number));
            [object.group, object.icon].into_iter().for_each(|text| check.short(text));
        }
    }
    black_box(check)
}
