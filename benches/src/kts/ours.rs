//! The product.

use std::hint::black_box;

use codec_core::kts::{Body, Cut, Frame, Framer, GroupAddress, Order, decode_ref};
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
fn pushes(check: &mut Check, frame: &Frame<'_>) {
    let Body::Push(updates) = frame.body() else { return };
    for update in updates.iter() {
        text(check, update.id);
        check.field(update.eis_number().map_or(0, u32::from));
        text(check, update.value);
        text(check, update.room);
        text(check, update.navi);
    }
}

#[inline(always)]
fn objects(check: &mut Check, frame: &Frame<'_>) {
    let Body::Objects(objects) = frame.body() else { return };
    for object in objects.iter() {
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
}

/// Finds the frames of a stream and reads every member; frames that are refused do not count.
#[inline(always)]
fn stream(pool: &Pool, fold: impl Fn(&mut Check, &Frame<'_>)) -> Check {
    let (mut check, mut framer, mut rest) = (Check::default(), Framer::new(), pool.stream());
    loop {
        match framer.next(rest, false) {
            Cut::NeedMore => return black_box(check),
            Cut::Frame { len, used } => {
                if let Ok(frame) = decode_ref(&rest[..len], Order::Strict) {
                    fold(&mut check, &frame);
                }
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

/// The same, arriving in segments of 1460 bytes.
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
                    if let Ok(frame) = decode_ref(&held[..len], Order::Strict) {
                        objects(&mut check, &frame);
                    }
                    held.drain(..used);
                }
                Cut::Drop(used) | Cut::TooLong { used } => drop(held.drain(..used)),
            }
        }
    }
    black_box(check)
}
