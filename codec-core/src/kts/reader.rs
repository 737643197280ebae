//! From received bytes to frames, and to the records of lists that may be longer than the memory.
//!
//! A list (`rsp1`, `rsp2`, `push`) is read record by record, however long it is, so that what is told does not depend on the size of the
//! buffer. Other frames are collected and must fit.

use core::ops::Range;

use super::frames::find_delimiter;
use super::records::{Object, Record as _, Update, Zone};
use super::unwrap;
use super::usual::speculate;
use super::verbs::ListKind as List;
use super::wire::{self, DELIMITER, Frame, Head, MAX_FRAME, MAX_FRAME_U32, NAMES, Order, TAG, bit, unwrap_data};
use crate::buf::RxBuf;
use crate::error::{Fault, FaultKind, JsonError};
use crate::text::elements::{Elements, MARGIN, Piece};
use crate::text::json::Text;
use crate::text::words::{NONE, place};

/// Bytes of the receive buffer beyond the longest frame that is collected, and beyond the longest record: what the scanner needs, and the
/// delimiter.
const ROOM: usize = 32;

/// What comes next.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Nothing whole: more bytes are needed.
    Wait,
    /// A frame that is no list, of so many bytes at the front.
    Frame(usize),
    /// A record of a list, and where it stands among the unread bytes.
    Record(List, Range<usize>),
    /// A list has ended well.
    End(List),
    Fault(Fault),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Collecting,
    /// Reading a list.
    List(List),
    /// The same, of a frame that ends at `end` and is as usual up to `at`: behind the bracket, or behind a record.
    Usual {
        list: List,
        at: usize,
        end: usize,
    },
    /// Up to the delimiter.
    Skipping,
}

/// The reader. It owns no bytes.
#[derive(Debug)]
pub(crate) struct Reader {
    elements: Elements<()>,
    mode: Mode,
    /// Bytes at the front that hold no delimiter.
    scanned: usize,
    /// Bytes of the list that were released.
    released: usize,
    /// Inside a `data` that is a text.
    wrapped: bool,
    /// Bytes at the front that were taken out of that text.
    unwrapped: usize,
    /// Bytes that its quotes and escapes took.
    removed: usize,
    /// Which of `sn` and `cmd` were seen: a bit for each.
    seen: u8,
    /// A record is being taken apart: it did not fit.
    apart: bool,
    /// Records that begin before this place were told.
    told: usize,
    /// `tag` of the list, if it was a number.
    tag: Option<u32>,
    /// Bytes to drop before anything else.
    held: usize,
}

impl Reader {
    pub(crate) fn new() -> Self {
        Self {
            elements: elements(0),
            mode: Mode::Collecting,
            scanned: 0,
            released: 0,
            wrapped: false,
            unwrapped: 0,
            removed: 0,
            seen: 0,
            apart: false,
            told: 0,
            tag: None,
            held: 0,
        }
    }

    /// The number that the list's host repeats from the query.
    pub(crate) const fn tag(&self) -> Option<u32> {
        self.tag
    }

    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    fn begin(&mut self, mode: Mode) {
        self.mode = mode;
        self.released = 0;
        (self.wrapped, self.unwrapped, self.removed) = (false, 0, 0);
    }

    /// Reads on. Lists of another serial number than `own` are faults, or any where there is none.
    pub(crate) fn next(&mut self, rx: &mut RxBuf<'_>, order: Order, own: Option<&str>) -> Step {
        rx.discard(core::mem::take(&mut self.held));
        let limit = rx.capacity().saturating_sub(ROOM).min(MAX_FRAME);
        loop {
            match self.mode {
                Mode::Skipping => match find_delimiter(rx.unread(), self.scanned) {
                    (_, Some(end)) => {
                        rx.discard(end.saturating_add(DELIMITER.len()));
                        self.scanned = 0;
                        self.begin(Mode::Collecting);
                    }
                    (scanned, None) => {
                        rx.discard(if rx.is_eof() { rx.unread().len() } else { scanned });
                        self.scanned = 0;
                        return Step::Wait;
                    }
                },
                Mode::List(list) => return self.list(list, rx),
                Mode::Usual { list, at, end } if speculate() => return self.usual(list, at..end, rx, limit),
                // Never begun.
                Mode::Usual { .. } => return Step::Wait,
                Mode::Collecting => {
                    let (scanned, end) = find_delimiter(rx.unread(), self.scanned);
                    self.scanned = scanned;
                    let whole = end.or(if rx.is_eof() { Some(rx.unread().len()) } else { None });
                    let step = match whole {
                        Some(0) => {
                            rx.discard(if end.is_some() { DELIMITER.len() } else { 0 });
                            self.scanned = 0;
                            if end.is_none() {
                                return Step::Wait;
                            }
                            continue;
                        }
                        Some(len) if len <= limit => self.whole(rx, len, end.is_some(), order, limit, own),
                        None if scanned <= limit => return Step::Wait,
                        _ => self.long(rx, order, limit, own),
                    };
                    if let Some(step) = step {
                        return step;
                    }
                }
            }
        }
    }

    /// A frame is here whole.
    fn whole(&mut self, rx: &mut RxBuf<'_>, len: usize, delimited: bool, order: Order, limit: usize, own: Option<&str>) -> Option<Step> {
        let text = rx.unread().get(..len).unwrap_or_default();
        if let Some((list, at, sn)) = usual_front(text) {
            self.tag = None;
            self.begin(Mode::Usual { list, at, end: len });
            return foreign(sn, own).map(|kind| self.skip(Fault::new(kind, 0)));
        }
        match Head::read(text, order) {
            Ok(Head { sn, list: Some((list, at)) }) => {
                let fault = foreign(sn.raw(), own);
                return self.begin_list(rx, list, at, limit, fault);
            }
            Ok(_) => {}
            // Only in the lenient order this may yet be a list.
            Err(_) => {
                if let Some((list, fault)) = late_list(text, order, own) {
                    unwrap_data(rx.unread_mut().get_mut(..len).unwrap_or_default(), order);
                    self.start_list(list, limit);
                    return fault.map(|kind| self.skip(Fault::new(kind, 0)));
                }
            }
        }
        self.scanned = 0;
        self.held = len.saturating_add(if delimited { DELIMITER.len() } else { 0 });
        Some(Step::Frame(len))
    }

    /// A frame is longer than what can be collected: a list, or lost.
    fn long(&mut self, rx: &mut RxBuf<'_>, order: Order, limit: usize, own: Option<&str>) -> Option<Step> {
        let front = rx.unread().get(..limit).unwrap_or_default();
        let too_long = Fault::new(FaultKind::TooLong { limit: u32::try_from(limit).unwrap_or(u32::MAX) }, limit);
        match Head::read(front, order) {
            Ok(Head { sn, list: Some((list, at)) }) => {
                let fault = foreign(sn.raw(), own);
                self.begin_list(rx, list, at, limit, fault)
            }
            Ok(_) => Some(self.skip(too_long)),
            Err(Fault { kind: FaultKind::Json(JsonError::End), .. }) => Some(self.skip(too_long)),
            Err(fault) => Some(self.skip(fault)),
        }
    }

    fn start_list(&mut self, list: List, limit: usize) {
        self.elements = elements(limit.saturating_sub(MARGIN));
        self.seen = 0;
        self.apart = false;
        self.told = 0;
        self.tag = None;
        self.begin(Mode::List(list));
    }

    /// A list begins whose `data` stands at `at`.
    fn begin_list(&mut self, rx: &mut RxBuf<'_>, list: List, at: usize, limit: usize, fault: Option<FaultKind>) -> Option<Step> {
        self.start_list(list, limit);
        if let Some(kind) = fault {
            return Some(self.skip(Fault::new(kind, 0)));
        }
        match rx.unread().get(at) {
            Some(b'[') => None,
            Some(b'"') => {
                if let Some(quote) = rx.unread_mut().get_mut(at) {
                    *quote = b' ';
                }
                self.wrapped = true;
                self.unwrapped = at.saturating_add(1);
                None
            }
            _ => Some(self.skip(Fault::new(FaultKind::Json(JsonError::Unexpected), at))),
        }
    }

    /// The next part of a list that is as usual up to `places.start`. What is not as usual is left to the scanner, which looks at the frame
    /// from its front.
    fn usual(&mut self, list: List, places: Range<usize>, rx: &mut RxBuf<'_>, limit: usize) -> Step {
        let Range { start: at, end } = places;
        let frame = rx.unread().get(..end).unwrap_or_default();
        if let Some(record) = usual_record(list, frame, at) {
            self.mode = Mode::Usual { list, at: record.end, end };
            // What stands before the first record is longer than MARGIN: no record of a frame that fits is beyond the scanner's limit.
            return Step::Record(list, record);
        }
        if frame.get(at..) == Some(b"]}") {
            rx.discard(end.saturating_add(DELIMITER.len()));
            self.scanned = 0;
            self.begin(Mode::Collecting);
            return Step::End(list);
        }
        self.start_list(list, limit);
        self.told = at;
        self.list(list, rx)
    }

    /// Gives a fault and passes over the rest of the frame.
    fn skip(&mut self, fault: Fault) -> Step {
        self.begin(Mode::Skipping);
        Step::Fault(fault)
    }

    /// Takes quotes and escapes out of a `data` that is a text, as far as it is here.
    fn unwrap(&mut self, rx: &mut RxBuf<'_>, end: usize) -> usize {
        let bytes = rx.unread_mut();
        if !self.wrapped {
            return 0;
        }
        let (read, written, closed) = unwrap::pull(bytes, self.unwrapped..end, self.unwrapped);
        self.wrapped = !closed;
        self.unwrapped = written;
        let removed = read.saturating_sub(written);
        if removed > 0 {
            let len = bytes.len();
            if let Some(tail) = bytes.get_mut(written..) {
                crate::buf::move_to_front(tail, removed, len.saturating_sub(written));
            }
            rx.truncate(len.saturating_sub(removed));
            self.removed = self.removed.saturating_add(removed);
        }
        removed
    }

    /// The next part of a list.
    #[inline(never)]
    fn list(&mut self, list: List, rx: &mut RxBuf<'_>) -> Step {
        loop {
            let (mut scanned, mut end) = find_delimiter(rx.unread(), self.scanned);
            if self.wrapped {
                let bound = end.unwrap_or(scanned);
                let removed = self.unwrap(rx, bound);
                scanned = scanned.saturating_sub(removed);
                end = end.map(|end| end.saturating_sub(removed));
            }
            self.scanned = scanned;
            let delimited = end.is_some();
            if rx.is_eof() && end.is_none() {
                scanned = rx.unread().len();
                end = Some(scanned);
            }
            // Nothing behind the limit is looked at, so that records are told up to it however the bytes were cut.
            let left = MAX_FRAME.saturating_sub(self.released).saturating_sub(self.removed);
            let too_long = end.unwrap_or(scanned) > left;
            // An escape that is not whole yet is nothing for the scanner.
            let seen = if self.wrapped { self.unwrapped } else { end.unwrap_or(scanned) };
            let window = rx.unread().get(..seen.min(left)).unwrap_or_default();
            match self.elements.next_piece(window) {
                Piece::Record { range } => {
                    if !self.apart && range.start >= self.told {
                        return Step::Record(list, range);
                    }
                }
                Piece::Open { fault } => {
                    self.apart = true;
                    return Step::Fault(fault);
                }
                Piece::Close => self.apart = false,
                Piece::Scalar { range, .. } if !self.elements.is_inside() => {
                    let text = window.get(range).unwrap_or_default();
                    let bit = match place(NAMES, Text::new(self.elements.path().last())) {
                        TAG => {
                            self.tag = core::str::from_utf8(text).ok().and_then(|text| Text::new(text).number());
                            continue;
                        }
                        NONE => continue,
                        place @ (wire::SN | wire::CMD) => bit(place),
                        _ => bit(wire::SN) | bit(wire::CMD),
                    };
                    if self.seen & bit != 0 {
                        return self.skip(Fault::new(FaultKind::Order, self.released));
                    }
                    self.seen |= bit;
                }
                Piece::Fault(fault) => return self.skip(fault),
                Piece::More if too_long => {
                    return self.skip(Fault::new(FaultKind::TooLong { limit: MAX_FRAME_U32 }, MAX_FRAME));
                }
                Piece::More => {
                    let Some(end) = end else {
                        let free = self.elements.release(window);
                        rx.discard(free);
                        self.scanned = self.scanned.saturating_sub(free);
                        self.unwrapped = self.unwrapped.saturating_sub(free);
                        self.released = self.released.saturating_add(free);
                        return Step::Wait;
                    };
                    let result = self.elements.finish();
                    rx.discard(end.saturating_add(if delimited { DELIMITER.len() } else { 0 }));
                    self.scanned = 0;
                    self.begin(Mode::Collecting);
                    return result.map_or_else(Step::Fault, |()| Step::End(list));
                }
                Piece::Scalar { .. } | Piece::Part { .. } => {}
            }
        }
    }
}

/// What is wrong with a list of a host.
fn foreign(sn: &str, own: Option<&str>) -> Option<FaultKind> {
    match own {
        None => Some(FaultKind::NotRegistered),
        Some(own) => (sn != own).then_some(FaultKind::OtherSerial),
    }
}

/// Which list a frame is whose `data` stands before its `cmd`, and what is wrong with its host.
#[inline(never)]
fn late_list(frame: &[u8], order: Order, own: Option<&str>) -> Option<(List, Option<FaultKind>)> {
    let frame = Frame::read(frame, order).ok()?;
    Some((List::of(frame.verb())?, foreign(frame.sn().raw(), own)))
}

/// Which list a frame is, where its records begin and whose it is, if it is as usual up to there and UTF-8 as a whole.
fn usual_front(frame: &[u8]) -> Option<(List, usize, &str)> {
    let (kind, list) = Frame::before_list(frame)?;
    Some((kind, list.text.len().saturating_sub(list.rest.len()), list.sn.raw()))
}

/// Where the record stands that follows at `at`, if it is as usual.
fn usual_record(list: List, frame: &[u8], at: usize) -> Option<Range<usize>> {
    let rest = frame.get(at..).filter(|_| speculate())?;
    // Behind the bracket there is no comma.
    let record = if frame.get(at.wrapping_sub(1)) == Some(&b'[') { rest } else { rest.strip_prefix(b",")? };
    let behind = match list {
        List::Zones => Zone::pass(record),
        List::Objects => Object::pass(record),
        List::Push => Update::pass(record),
    }?;
    Some(frame.len().saturating_sub(record.len())..frame.len().saturating_sub(behind.len()))
}

fn elements(limit: usize) -> Elements<()> {
    Elements::new("data", |_| false, limit, ())
}
