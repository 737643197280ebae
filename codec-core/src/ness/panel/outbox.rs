//! What the panel has to say and has not written yet.

use super::config::{Config, Dialect};
use crate::buf::TxBuf;
use crate::machine::Env;
use crate::ness::encode::{ChecksumRule, encode_with};
use crate::ness::{AreaCode, Case, EventCode, Id, Output, Packet, RequestId, SystemEvent, Timestamp};

/// Longest line with CR LF, in bytes: an event with address and time stamp.
pub(super) const LONGEST: u32 = 30;

/// No more than this comes from one request, one command or one deadline, see `disarm`: alarms that end (three kinds of zones, two pairs
/// of keypad alarms, two halves of the users), two lines for each of two areas, and outputs.
pub(super) const ROOM: usize = 12;

/// Seconds since 2000 where the wall clock is unknown.
const NO_TIME: u32 = u32::MAX;

/// Seconds from 1970 to 2000.
const UNIX_2000: i64 = 946_684_800;

/// The panel's local time as seconds since 2000.
pub(super) fn local_time(config: &Config<'_>, env: &Env) -> u32 {
    let unix = env.unix.filter(|_| config.send_time && config.dialect == Dialect::Panel);
    let local = unix.and_then(|unix| i64::try_from(unix).ok()).map(|unix| unix.saturating_add(config.utc_offset_seconds.into()));
    local.and_then(|local| u32::try_from(local.saturating_sub(UNIX_2000)).ok()).unwrap_or(NO_TIME)
}

/// What a bit of [`Item::mask`] stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An event of the decimal identity `first` plus the bit's number.
    Event,
    /// An event of a keypad: the bit's number modulo 16. From bit 16 on, the area is the next one.
    Keypad,
    /// An event of an output: the bit's number is its place in the table of outputs.
    Output,
    /// One status line; `code` is the request, `mask` the value.
    Status,
}

/// Lines of one kind, one for each bit of the mask.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub(super) kind: Kind,
    pub(super) code: u8,
    pub(super) first: u8,
    pub(super) area: u8,
    pub(super) mask: u32,
    /// When it happened.
    pub(super) time: u32,
}

impl Item {
    const NONE: Self = Self { kind: Kind::Status, code: 0, first: 0, area: 0, mask: 0, time: NO_TIME };

    fn event(&self) -> SystemEvent {
        let bit = u8::try_from(self.mask.trailing_zeros()).unwrap_or(0);
        let (id, area) = match self.kind {
            Kind::Keypad => (Id::from_pair(0xF0 | bit & 0x0F), self.area.saturating_add(bit >> 4)),
            Kind::Output => {
                let number = Output::from_index(bit).and_then(|output| u8::try_from(output.number()).ok());
                (Id::decimal(number.unwrap_or(0)).unwrap_or(Id::MAIN_UNIT), self.area)
            }
            _ => (Id::decimal(self.first.saturating_add(bit)).unwrap_or(Id::MAIN_UNIT), self.area),
        };
        SystemEvent { code: EventCode::from_raw(self.code), id, area: AreaCode::from_raw(area) }
    }

    /// Whether the configuration lets it out.
    fn is_reported(&self, config: &Config<'_>) -> bool {
        let zone = matches!(self.code, 0x00 | 0x01) && self.area == 0 && self.first != 0;
        let wanted = match self.code {
            _ if matches!(self.kind, Kind::Status | Kind::Output) => true,
            0x00 | 0x01 if zone => config.report_zones,
            0x01 if self.area == 0 => config.report_warnings,
            0x00 | 0x01 | 0x20..=0x30 => config.report_access,
            0x02 | 0x03 | 0x08 | 0x09 => config.report_alarms,
            _ => config.report_warnings,
        };
        let spoken = match config.dialect {
            Dialect::Panel => true,
            Dialect::Library => zone || self.kind == Kind::Status || matches!(self.code, 0x02 | 0x20..=0x2F),
        };
        wanted && spoken
    }

    /// Writes the line of the lowest bit, with CR LF, and gives its length.
    fn write(&self, config: &Config<'_>, sequence: bool, line: &mut [u8; 32]) -> Option<usize> {
        let packet = match (self.kind, config.dialect) {
            (Kind::Status, dialect) => {
                let [_, _, high, low] = self.mask.to_be_bytes();
                let address = if dialect == Dialect::Panel { config.address } else { 0 };
                Packet::status(address, RequestId::from_raw(self.code), u16::from_be_bytes([high, low]))
            }
            (_, Dialect::Panel) => {
                let time = if self.time == NO_TIME { None } else { Timestamp::from_unix(u64::from(self.time).saturating_add(946_684_800)) };
                Packet::event(config.send_address.then_some(config.address), sequence, self.event(), time)
            }
            (_, Dialect::Library) => {
                let event = self.event();
                let id = if matches!(event.code, EventCode::Unsealed | EventCode::Sealed) { event.id } else { Id::MAIN_UNIT };
                Packet::library_event(0, SystemEvent { code: event.code, id, area: AreaCode::None })
            }
        };
        let (case, rule) = match config.dialect {
            Dialect::Panel => (config.case, ChecksumRule::ByKind),
            Dialect::Library => (Case::Lower, ChecksumRule::Ascii),
        };
        let len = encode_with(&packet, case, rule, line).ok()?;
        if config.dialect == Dialect::Library {
            line.get_mut(len.checked_sub(2)?..len)?.make_ascii_uppercase();
        }
        let end = len.checked_add(2)?;
        match line.get_mut(len..end)? {
            [cr, lf] => (*cr, *lf) = (b'\r', b'\n'),
            _ => return None,
        }
        Some(end)
    }
}

/// A short queue for what does not fit into the transmit buffer.
#[derive(Clone, Debug)]
pub(super) struct Outbox {
    items: [Item; ROOM],
    head: u8,
    len: u8,
    overflowed: bool,
    sequence: bool,
}

impl Outbox {
    pub(super) const fn new() -> Self {
        Self { items: [Item::NONE; ROOM], head: 0, len: 0, overflowed: false, sequence: false }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether something was pushed and found no room.
    pub(super) const fn overflowed(&self) -> bool {
        self.overflowed
    }

    /// Bytes that all of it takes at most.
    pub(super) fn bytes(&self) -> u32 {
        let items = (0..usize::from(self.len)).filter_map(|place| self.items.get(self.index(place)));
        items.fold(0, |sum: u32, item| {
            let lines = if item.kind == Kind::Status { 1 } else { item.mask.count_ones() };
            sum.saturating_add(lines.saturating_mul(LONGEST))
        })
    }

    pub(super) fn push(&mut self, config: &Config<'_>, item: Item) {
        if item.mask == 0 && item.kind != Kind::Status || !item.is_reported(config) {
            return;
        }
        let index = self.index(self.len.into());
        match self.items.get_mut(index) {
            Some(slot) if usize::from(self.len) < ROOM => {
                *slot = item;
                self.len = self.len.saturating_add(1);
            }
            _ => self.overflowed = true,
        }
    }

    /// Writes as many lines as there is room for.
    pub(super) fn flush(&mut self, config: &Config<'_>, tx: &mut TxBuf<'_>) {
        while self.len > 0 {
            let index = self.index(0);
            let Some(item) = self.items.get_mut(index) else { return };
            let mut line = [0; 32];
            if let Some(len) = item.write(config, self.sequence, &mut line) {
                if !tx.append(line.get(..len).unwrap_or_default()) {
                    return;
                }
            }
            if item.kind == Kind::Status {
                item.mask = 0;
            } else {
                self.sequence = !self.sequence;
                item.mask &= item.mask.wrapping_sub(1);
            }
            if item.mask == 0 {
                self.head = u8::try_from(self.index(1)).unwrap_or(0);
                self.len = self.len.saturating_sub(1);
            }
        }
    }

    /// Where the item at a place of the queue lies.
    fn index(&self, place: usize) -> usize {
        usize::from(self.head).wrapping_add(place) % ROOM
    }
}
