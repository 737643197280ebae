//! The product.

use std::hint::black_box;

use codec_core::kts::{Body, Cut, Framer, GroupAddress, Object, Once, Order, Record, Rows, Update, decode_once, decode_ref};
use codec_core::text::json::Text;

use super::pool::Pool;
use crate::typed::Check;

#[inline(always)]
fn text(check: &mut Check, text: Option<Text<'_>>) {
    check.short(text.map_or("", Text::raw));
}

#[inline(always)]
fn address(check: &mut Check, address: Option<GroupAddress>) {
    let number = address.map_or(0, |address| u32::from(address.main()) << 16 | u32::from(address.middle()) << 8 | u32::from(address.sub()));
    check.field(number);
}

#[inline(always)]
fn update(check: &mut Check, update: &Update<'_>) {
    text(check, update.id);
    check.field(update.eis_number().map_or(0, u32::from));
    text(check, update.value);
    text(check, update.room);
    text(check, update.navi);
}

#[inline(always)]
fn object(check: &mut Check, object: &Object<'_>) {
    text(check, object.id);
    check.field(object.eis_number().map_or(0, u32::from));
    text(check, object.value);
    text(check, object.name);
    text(check, object.room);
    text(check, object.device.map(|device| device.text()));
    [object.write, object.status, object.third].into_iter().for_each(|found| address(check, found));
    text(check, object.group);
    text(check, object.icon);
}

/// Reads every member of a push that was checked before.
#[inline(always)]
fn pushes(check: &mut Check, frame: &[u8]) {
    if let Ok(Body::Push(updates)) = decode_ref(frame, Order::Strict).map(|frame| frame.body()) {
        updates.iter().for_each(|found| update(check, &found));
    }
}

/// The same of an answer.
#[inline(always)]
fn objects(check: &mut Check, frame: &[u8]) {
    if let Ok(Body::Objects(objects)) = decode_ref(frame, Order::Strict).map(|frame| frame.body()) {
        objects.iter().for_each(|found| object(check, &found));
    }
}

/// Reads a push while it is checked. Of a frame that is wrong nothing counts.
#[inline(always)]
fn once_pushes(check: &mut Check, frame: &[u8]) {
    if let Ok(Once::Push(rows)) = decode_once(frame, Order::Strict) {
        all(check, rows, update);
    }
}

/// The same of an answer.
#[inline(always)]
fn once_objects(check: &mut Check, frame: &[u8]) {
    if let Ok(Once::Objects(rows)) = decode_once(frame, Order::Strict) {
        all(check, rows, object);
    }
}

#[inline(always)]
fn all<'i, T: Record<'i>>(check: &mut Check, mut rows: Rows<'i, T>, fold: impl Fn(&mut Check, &T)) {
    let before = *check;
    loop {
        match rows.next_row() {
            Ok(Some(row)) => fold(check, &row),
            Ok(None) => return,
            Err(_) => {
                *check = before;
                return;
            }
        }
    }
}

/// Finds the frames of a stream and reads every member; frames that are refused do not count.
#[inline(always)]
fn stream(pool: &Pool, fold: impl Fn(&mut Check, &[u8])) -> Check {
    let (mut check, mut framer, mut rest) = (Check::default(), Framer::new(), pool.stream());
    loop {
        match framer.next(rest, false) {
            Cut::NeedMore => return black_box(check),
            Cut::Frame { len, used } => {
                fold(&mut check, &rest[..len]);
                rest = &rest[used..];
            }
            Cut::Drop(used) | Cut::TooLong { used } => rest = &rest[used..],
        }
    }
}

/// All pushes.
#[inline(never)]
pub fn ours_pushes(pool: &Pool) -> Check {
    stream(pool, pushes)
}

/// All answers.
#[inline(never)]
pub fn ours_objects(pool: &Pool) -> Check {
    stream(pool, objects)
}

/// All pushes in one pass.
#[inline(never)]
pub fn ours_once_pushes(pool: &Pool) -> Check {
    stream(pool, once_pushes)
}

/// All answers in one pass.
#[inline(never)]
pub fn ours_once_objects(pool: &Pool) -> Check {
    stream(pool, once_objects)
}

/// All answers, arriving in segments of 1460 bytes.
#[inline(never)]
pub fn ours_segments(pool: &Pool) -> Check {
    let (mut check, mut framer) = (Check::default(), Framer::new());
    let mut held = Vec::with_capacity(codec_core::kts::MAX_FRAME + 4096);
    for segment in pool.stream().chunks(1460) {
        held.extend_from_slice(segment);
        loop {
            match framer.next(&held, false) {
                Cut::NeedMore => break,
                Cut::Frame { len, used } => {
                    objects(&mut check, &held[..len]);
                    held.drain(..used);
                }
                Cut::Drop(used) | Cut::TooLong { used } => drop(held.drain(..used)),
            }
        }
    }
    black_box(check)
}
