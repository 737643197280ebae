//! The fronts of frames: of those that hosts write as usual (see [`usual`](crate::kts::usual)), and of those that have not all arrived.

use super::{Frame, MAX_FRAME, Order, Reading};
use crate::error::{Fault, FaultKind};
use crate::kts::members::front;
use crate::kts::rows::BeforeList;
use crate::kts::usual::{run, speculate};
use crate::kts::verbs::{ListKind, Verb};
use crate::text::cursor::Cursor;
use crate::text::json::{Array, Text, Value};
use crate::text::scan;

impl<'i> Frame<'i> {
    /// `sn` and `cmd` and what stands from the closing quote of `cmd`, if the frame begins as usual.
    #[inline(always)]
    fn front(text: &'i str) -> Option<(Text<'i>, Text<'i>, &'i str)> {
        let (sn, rest) = scan::plain(text.strip_prefix("{\"sn\":\"")?);
        let (cmd, rest) = scan::plain(rest.strip_prefix("\",\"cmd\":\"")?);
        Some((Text::new(sn), Text::new(cmd), rest))
    }

    /// Which list a frame is, if it is as usual up to there and that is tried at all.
    #[inline(always)]
    pub(crate) fn before_list(bytes: &'i [u8]) -> Option<(ListKind, BeforeList<'i>)> {
        if bytes.len() > MAX_FRAME || !speculate() {
            return None;
        }
        let text = core::str::from_utf8(bytes).ok()?;
        let (sn, cmd, rest) = Self::front(text)?;
        let rest = rest.strip_prefix("\",\"data\":[")?;
        Some((kind(cmd)?, BeforeList { sn, text, rest }))
    }

    /// A list or a keep-alive with nothing in it but what must be, and nothing between: what most frames are. Such a frame is right in
    /// either order.
    #[inline(always)]
    pub(super) fn usual(text: &'i str) -> Option<Self> {
        let (sn, cmd, rest) = Self::front(text)?;
        let (verb, data, data_at) = match kind(cmd) {
            Some(kind) => {
                let list = rest.strip_prefix("\",\"data\":")?.strip_suffix('}')?;
                let records = list.strip_prefix('[')?;
                if records.get(run(kind, records)..) != Some("]") {
                    return None;
                }
                let end = text.len().saturating_sub(1);
                (kind.verb(), Some(Value::Array(Array::new(list))), end.saturating_sub(list.len()))
            }
            None if cmd.raw() == "keepalive" && rest == "\"}" => (Verb::Keepalive, None, 0),
            None => return None,
        };
        Some(Self { texts: [Some(sn), Some(cmd), None, None, None, None], data, data_at, verb })
    }
}

/// The kind of a list.
#[inline(always)]
fn kind(cmd: Text<'_>) -> Option<ListKind> {
    Some(match cmd.raw() {
        "push" => ListKind::Push,
        "rsp2" => ListKind::Objects,
        "rsp1" => ListKind::Zones,
        _ => return None,
    })
}

/// What stands before `data`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head<'i> {
    pub(crate) sn: Text<'i>,
    /// Which list the frame is, and the offset of its `data`.
    pub(crate) list: Option<(ListKind, usize)>,
}

impl<'i> Head<'i> {
    /// Reads the front of a frame that may go on behind `bytes`. The lenient order passes over unknown members, but `sn` and `cmd` must come
    /// before `data` here too.
    pub(crate) fn read(bytes: &'i [u8], order: Order) -> Result<Self, Fault> {
        // A character may be cut at the end.
        let (mut cursor, mut reading) = (Cursor::new(front(bytes)), Reading::new(order));
        let data = reading.members(&mut cursor, true).map_err(|error| cursor.fault(error))?;
        let list = data.and_then(|(_, at)| Some((ListKind::of(reading.frame.verb)?, at)));
        let [sn, cmd, ..] = reading.frame.texts;
        match (reading.wrong, sn, cmd) {
            (None, Some(sn), Some(_)) => Ok(Self { sn, list }),
            (Some(fault), _, _) => Err(fault),
            _ => Err(Fault::new(FaultKind::Order, data.map_or(cursor.at, |(name, _)| name))),
        }
    }
}
