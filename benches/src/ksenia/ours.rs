//! The product.

use std::hint::black_box;

use codec_core::Secret;
use codec_core::ksenia::{self, Command, CrcPolicy, OutputAction, Part, Session, SetOutput, Stream, Zone, ZoneStatus};
use codec_core::text::elements::{Integrity, MARGIN};
use codec_core::text::json::Text;

use super::pool::{ORDER_ROOM, Orders, Pool};
use crate::typed::Check;

#[inline(always)]
fn text(check: &mut Check, text: Option<Text<'_>>) {
    check.short(text.map_or("", Text::raw));
}

/// Every message of the pool; those that are refused do not count.
#[inline(never)]
pub fn ours_changes(pool: &Pool) -> Check {
    let mut check = Check::default();
    for message in pool.messages() {
        let Ok(message) = ksenia::open(message, CrcPolicy::Strict) else { continue };
        let mut entries = message.entries(None);
        while let Ok(Some(entry)) = entries.next_entry() {
            let Ok(zone) = entry.view::<ZoneStatus<'_>>() else { break };
            check.field(zone.id().unwrap_or(0));
            text(&mut check, zone.state().map(|word| word.text()));
            text(&mut check, zone.bypass().map(|word| word.text()));
            text(&mut check, zone.tamper().map(|word| word.text()));
            text(&mut check, zone.alarm().map(|word| word.text()));
            text(&mut check, zone.fault_memory().map(|word| word.text()));
            text(&mut check, zone.ohms());
            text(&mut check, zone.tilt().map(|word| word.text()));
            text(&mut check, zone.label());
        }
    }
    black_box(check)
}

#[inline(always)]
fn zone(check: &mut Check, zone: &Zone<'_>) {
    check.field(zone.id().unwrap_or(0));
    text(check, zone.name());
    text(check, zone.partitions());
    text(check, zone.is_command().map(|word| word.text()));
    text(check, zone.bypass_allowed().map(|word| word.text()));
    text(check, zone.category().map(|word| word.text()));
    text(check, zone.is_analogue().map(|word| word.text()));
    text(check, zone.label());
}

/// Likewise.
#[inline(never)]
pub fn ours_answers(pool: &Pool) -> Check {
    let mut check = Check::default();
    for message in pool.messages() {
        let Ok(message) = ksenia::open(message, CrcPolicy::Strict) else { continue };
        let mut entries = message.entries(None);
        while let Ok(Some(entry)) = entries.next_entry() {
            let Ok(view) = entry.view::<Zone<'_>>() else { break };
            zone(&mut check, &view);
        }
    }
    black_box(check)
}

/// Likewise, each message in segments of 1460 bytes through a window of 2 KB.
#[inline(never)]
pub fn ours_stream(pool: &Pool) -> Check {
    let mut check = Check::default();
    let mut window = [0; 2048];
    for message in pool.messages() {
        let mut stream = Stream::new(window.len() - MARGIN, Integrity::Provisional);
        let mut held = 0;
        for segment in message.chunks(1460) {
            let mut rest = segment;
            while !rest.is_empty() {
                let len = rest.len().min(window.len() - held);
                window[held..held + len].copy_from_slice(&rest[..len]);
                rest = &rest[len..];
                held += len;
                loop {
                    match stream.next_part(&window[..held]) {
                        Part::More => break,
                        Part::Record { record, .. } => {
                            if let Ok(view) = record.view::<Zone<'_>>() {
                                zone(&mut check, &view);
                            }
                        }
                        _ => {}
                    }
                }
                let free = stream.release(&window[..held]);
                window.copy_within(free..held, 0);
                held -= free;
            }
        }
        if stream.finish(CrcPolicy::Strict).is_err() {
            return Check::default();
        }
    }
    black_box(check)
}

/// Every command, one behind the other in `out`; gives the number of bytes.
#[inline(never)]
pub fn ours_orders(orders: &Orders, out: &mut [u8]) -> usize {
    let session = Session { sender: "HomeAssistant", receiver: "", login: "7", pin: Some(Secret::new("123456")) };
    let mut at = 0;
    for (number, output, on) in orders.iter() {
        let action = SetOutput::Action(if on { OutputAction::On } else { OutputAction::Off });
        let command = Command::SetOutput { output, action };
        at += ksenia::encode(&session, number, 1_769_871_440, &command, &mut out[at..][..ORDER_ROOM]).unwrap_or(0);
    }
    black_box(at)
}
