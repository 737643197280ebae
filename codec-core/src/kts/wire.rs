//! One frame: decode it from a slice, without state and without time.
//!
//! ```text
//! {"sn":"08ABEF112233","cmd":"rsp2","data":[{…},{…}]}            CR LF
//! {"sn":"08ABEF112233","cmd":"reg","timestamp":"…","rand":"…","sign":"…"}  CR LF
//! ```
//!
//! When several things are wrong, the first of this list is told: it is too long, it is not JSON, its members are out of order, an address or
//! action is none.

mod front;

use core::fmt;
use core::ops::Range;

pub(crate) use front::Head;

use super::address::{ActionForm, Actions};
use super::members::{front, list, members_of, settle};
use super::records::{List, Object as Record, Query, Reply, Settings, TaskReply, Update, Zone, some};
use super::task::{Task, TaskFlag};
use super::unwrap;
use super::usual::speculate;
use super::verbs::{ListKind, Verb};
use crate::error::{Fault, FaultKind, JsonError};
use crate::secret::Secret;
use crate::text::cursor::Cursor;
use crate::text::json::{self, Array, Object, Text, Value};
use crate::text::words::{self, NONE, Search};

/// Longest frame in bytes, the delimiter not counted. The document says 40 KB.
pub const MAX_FRAME: usize = 40 * 1024;
pub(crate) const MAX_FRAME_U32: u32 = 40 * 1024;

/// What stands between frames.
pub const DELIMITER: &[u8; 2] = b"\r\n";

/// In which order members are accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Order {
    /// As the document wants it: `sn`, `cmd`, then `data`, or `timestamp`, `rand`, `sign`. What is unknown may only follow.
    #[default]
    Strict,
    /// Any order; unknown members are passed over.
    Lenient,
}

/// A frame. It borrows the bytes it was received in. Printing it shows no `data`: there may be a key in it.
#[derive(Clone, Copy)]
pub struct Frame<'i> {
    /// Each in its place of [`NAMES`].
    texts: [Option<Text<'i>>; TEXTS],
    data: Option<Value<'i>>,
    /// Offset of `data`.
    data_at: usize,
    /// What `cmd` means.
    verb: Verb<'i>,
}

/// What a frame says.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Body<'i> {
    /// `reg`.
    Register(Registration<'i>),
    /// `regrsp`.
    RegisterReply(Reply<'i>),
    /// `query1`.
    QueryZones(Query<'i>),
    /// `rsp1`.
    Zones(List<'i, Zone<'i>>),
    /// `query2`.
    QueryObjects(Query<'i>),
    /// `rsp2`.
    Objects(List<'i, Record<'i>>),
    /// `control`.
    Control(Actions<'i>),
    /// `controlrsp`.
    ControlReply(Reply<'i>),
    /// `push`.
    Push(List<'i, Update<'i>>),
    /// `cfg`.
    Configure(Settings<'i>),
    /// `cfgrsp`.
    ConfigureReply(Reply<'i>),
    /// `timing`.
    Timing(Task<'i>),
    /// `timingrsp`.
    TimingReply(TaskReply<'i>),
    /// `keepalive`.
    Keepalive,
    /// Another command. [`Frame::data`] has what came with it.
    Unknown(Text<'i>),
}

/// Who a host says it is (`reg`). All texts stand as they were sent: the signature covers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Registration<'i> {
    /// `sn`: serial number or MAC address of the host.
    pub sn: Text<'i>,
    /// `timestamp`: seconds since 1970, UTC.
    pub timestamp: Text<'i>,
    /// `rand`: never twice the same.
    pub rand: Text<'i>,
    /// `sign`: see [`sign`](super::sign()).
    pub sign: Text<'i>,
}

/// Decodes a frame without its delimiter, members in the document's order. `data` that is text where it should be an object or a list is
/// turned into that, in the slice.
///
/// ```
/// use codec_core::kts::{self, Body};
///
/// let mut bytes = *br#"{"sn":"08ABEF112233","cmd":"control","data":"EIS1=1/1/1=1"}"#;
/// let frame = kts::decode(&mut bytes)?;
/// let Body::Control(mut actions) = frame.body() else { panic!("not a control") };
/// let action = actions.next().unwrap();
/// assert_eq!((action.eis, action.address.to_string(), action.value.raw()), (1, "1/1/1".to_string(), "1"));
/// # Ok::<(), codec_core::Fault>(())
/// ```
///
/// # Errors
/// A [`Fault`] of class `too-long`, `json`, `order`, `address` or `action`.
pub fn decode(text: &mut [u8]) -> Result<Frame<'_>, Fault> {
    decode_with(text, Order::Strict)
}

/// As [`decode`], with a choice of the order.
///
/// # Errors
/// As [`decode`].
pub fn decode_with(text: &mut [u8], order: Order) -> Result<Frame<'_>, Fault> {
    // Most lists need no second look.
    if Frame::before_list(text).is_none() {
        unwrap_data(text, order);
    }
    decode_ref(text, order)
}

/// Turns `data` that is a text, and should be an object or a list, into that. Whether there was any.
#[inline(never)]
pub(crate) fn unwrap_data(text: &mut [u8], order: Order) -> bool {
    let wrapped = Frame::read(text, order).ok().and_then(|frame| frame.wrapped());
    if let Some(range) = wrapped.clone() {
        unwrap::in_place(text.get_mut(range).unwrap_or_default());
    }
    wrapped.is_some()
}

/// As [`decode_with`], for bytes that cannot be changed: `data` in a text is a fault of class `json` where an object or a list must be.
///
/// # Errors
/// As [`decode`].
pub fn decode_ref(text: &[u8], order: Order) -> Result<Frame<'_>, Fault> {
    if speculate() && text.len() <= MAX_FRAME {
        if let Some(frame) = core::str::from_utf8(text).ok().and_then(Frame::usual) {
            return Ok(frame);
        }
    }
    any(text, order)
}

/// As [`decode_ref`], for frames that are not as usual.
#[cfg_attr(target_pointer_width = "64", cold)]
#[inline(never)]
fn any(text: &[u8], order: Order) -> Result<Frame<'_>, Fault> {
    let mut reading = Reading::new(order);
    reading.read(text)?;
    reading.check()?;
    Ok(reading.frame)
}

/// The members that have a place. All but the last are texts.
pub(crate) const NAMES: &str = words::list!("sn", "cmd", "timestamp", "rand", "sign", "tag", "data");
pub(crate) const SN: u8 = 0;
pub(crate) const CMD: u8 = 1;
const TIMESTAMP: u8 = 2;
const RAND: u8 = 3;
const SIGN: u8 = 4;
pub(crate) const TAG: u8 = 5;
const DATA: u8 = 6;
const TEXTS: usize = DATA as usize;

/// A set with one place; none for names without.
pub(crate) const fn bit(place: u8) -> u8 {
    match 1_u8.checked_shl(place as u32) {
        Some(bit) => bit,
        None => 0,
    }
}

impl<'i> Frame<'i> {
    /// Checks the text and finds the members. What is in `data` is checked to be JSON only.
    pub(crate) fn read(bytes: &'i [u8], order: Order) -> Result<Self, Fault> {
        let mut reading = Reading::new(order);
        reading.read(bytes)?;
        Ok(reading.frame)
    }

    /// Where `data` stands, if it is a text that should be an object or a list.
    pub(crate) fn wrapped(&self) -> Option<Range<usize>> {
        let Some(Value::Text(text)) = self.data else { return None };
        let opening = if self.verb.is_list() { '[' } else { '{' };
        let known = !matches!(self.verb, Verb::Control | Verb::Other(_) | Verb::Register | Verb::Keepalive);
        let holds = text.chars().find(|character| !json::is_space(*character)) == Some(opening);
        // And its quotes.
        let len = text.raw().len().saturating_add(2);
        (known && holds).then_some(self.data_at..self.data_at.saturating_add(len))
    }

    /// Serial number or MAC address of the host.
    #[must_use]
    pub const fn sn(&self) -> Text<'i> {
        let [Some(sn), ..] = self.texts else { return Text::new("") };
        sn
    }

    /// What the frame is.
    #[must_use]
    pub const fn verb(&self) -> Verb<'i> {
        self.verb
    }

    /// `cmd`, as it was written.
    #[must_use]
    pub const fn cmd(&self) -> Text<'i> {
        let [_, Some(cmd), ..] = self.texts else { return Text::new("") };
        cmd
    }

    /// `data`, as it was written. It may hold a key.
    #[must_use]
    pub const fn data(&self) -> Option<Value<'i>> {
        self.data
    }

    /// `tag` behind `data`, from hosts that repeat that of the query.
    #[must_use]
    pub const fn tag(&self) -> Option<Text<'i>> {
        let [.., tag] = self.texts;
        tag
    }

    /// What the frame says.
    #[must_use]
    #[inline(never)]
    pub fn body(&self) -> Body<'i> {
        let nothing = Text::new("");
        match (&self.verb, &self.data) {
            (Verb::Register, _) => {
                let [Some(sn), _, Some(timestamp), Some(rand), Some(sign), _] = self.texts else { return Body::Unknown(self.cmd()) };
                Body::Register(Registration { sn, timestamp, rand, sign })
            }
            (Verb::Zones, Some(Value::Array(array))) => Body::Zones(List::new(*array)),
            (Verb::Objects, Some(Value::Array(array))) => Body::Objects(List::new(*array)),
            (Verb::Push, Some(Value::Array(array))) => Body::Push(List::new(*array)),
            (Verb::Control, Some(data)) => Body::Control(Actions::checked(data.scalar().unwrap_or(nothing), ActionForm::Control)),
            (Verb::Keepalive, _) => Body::Keepalive,
            (Verb::Other(cmd), _) => Body::Unknown(*cmd),
            (verb, Some(Value::Object(object))) => object_body(*verb, *object),
            _ => Body::Unknown(self.cmd()),
        }
    }

    /// Whether `data` is what it should be. Offsets count from there.
    #[inline(never)]
    fn check(&self) -> Result<(), Fault> {
        let (text, form) = match (&self.verb, &self.data) {
            (Verb::Register | Verb::Keepalive | Verb::Other(_), _) => return Ok(()),
            (Verb::Control, Some(data)) => (data.scalar(), ActionForm::Control),
            (verb, Some(Value::Object(object))) if !verb.is_list() => match verb {
                Verb::Timing | Verb::TimingReply => {
                    let [action, ..] = members_of(*object, words::list!("action"));
                    (action.or(Some(Text::new(""))), ActionForm::Timing)
                }
                _ => return Ok(()),
            },
            (verb, Some(Value::Array(array))) => match ListKind::of(*verb) {
                Some(kind) => match list(&mut Cursor::new(array.as_str()), kind) {
                    Ok(Some(at)) => return Err(Fault::new(FaultKind::Address, at)),
                    _ => return Ok(()),
                },
                None => (None, ActionForm::Control),
            },
            _ => (None, ActionForm::Control),
        };
        Actions::check(text.ok_or(UNEXPECTED)?, form)
    }
}

/// What is in a frame whose `data` is an object.
fn object_body<'i>(verb: Verb<'_>, data: Object<'i>) -> Body<'i> {
    let reply = || {
        let [error, key, ..] = members_of(data, words::list!("error", "key"));
        Reply { error, key: key.map(Secret::new) }
    };
    let query = || {
        let [room, tag, ..] = members_of(data, words::list!("oRoom", "tag"));
        Query { room: room.and_then(some), tag }
    };
    match verb {
        Verb::RegisterReply => Body::RegisterReply(reply()),
        Verb::QueryZones => Body::QueryZones(query()),
        Verb::QueryObjects => Body::QueryObjects(query()),
        Verb::ControlReply => Body::ControlReply(reply()),
        Verb::Configure => {
            let [key, domain, ..] = members_of(data, words::list!("key", "domain"));
            Body::Configure(Settings { key: key.map(Secret::new), domain })
        }
        Verb::ConfigureReply => Body::ConfigureReply(reply()),
        verb => {
            let [error, id, name, room, flag, time, action, repeat, ..] =
                members_of(data, words::list!("error", "tid", "tname", "oRoom", "flag", "time", "action", "repeat"));
            let actions = action.map(|text| Actions::checked(text, ActionForm::Timing));
            let task = Task { id, name, room, flag: flag.map(TaskFlag::from_text), time, actions, repeat };
            if verb == Verb::Timing { Body::Timing(task) } else { Body::TimingReply(TaskReply { error, task }) }
        }
    }
}

/// What is in `data` is of another kind.
const UNEXPECTED: Fault = Fault { kind: FaultKind::Json(JsonError::Unexpected), at: 0 };

impl fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame").field("sn", &self.sn()).field("cmd", &self.cmd()).finish_non_exhaustive()
    }
}

/// A frame, as far as it is read.
struct Reading<'i> {
    frame: Frame<'i>,
    order: Order,
    /// A bit for each member that was seen.
    seen: u8,
    /// What was seen first that is wrong.
    wrong: Option<Fault>,
    /// The records of a list were looked at.
    listed: bool,
    /// Where one stands with an address that is none.
    bad_record: Option<usize>,
}

impl<'i> Reading<'i> {
    const fn new(order: Order) -> Self {
        let frame = Frame { texts: [None; TEXTS], data: None, data_at: 0, verb: Verb::Other(Text::new("")) };
        Self { frame, order, seen: 0, wrong: None, listed: false, bad_record: None }
    }

    /// Reads all of a frame. What is in a list is looked at, and nothing said of it.
    #[inline(never)]
    fn read(&mut self, bytes: &'i [u8]) -> Result<(), Fault> {
        if bytes.len() > MAX_FRAME {
            return Err(Fault::new(FaultKind::TooLong { limit: MAX_FRAME_U32 }, MAX_FRAME));
        }
        let good = front(bytes);
        let mut cursor = Cursor::new(good);
        let found = self.whole(&mut cursor);
        settle(&cursor, found, good, bytes)?;
        let end = cursor.at;
        let needless = if let Verb::Keepalive | Verb::Other(_) = self.frame.verb { bit(DATA) } else { 0 };
        if self.lacks() & !needless != 0 {
            self.is_wrong(FaultKind::Order, end);
        }
        match self.wrong {
            None => Ok(()),
            Some(fault) => Err(fault),
        }
    }

    /// Reads a text that must be an object.
    fn whole(&mut self, cursor: &mut Cursor<'i>) -> Result<(), JsonError> {
        cursor.space();
        if cursor.peek() == Some(b'{') {
            self.members(cursor, false)?;
        } else {
            self.is_wrong(FaultKind::Json(JsonError::Unexpected), cursor.at);
            cursor.read_value()?;
        }
        cursor.read_end()
    }

    /// Something is wrong that does not keep the rest from being read. What is told is the first.
    fn is_wrong(&mut self, kind: FaultKind, at: usize) {
        if self.wrong.is_none() {
            self.wrong = Some(Fault::new(kind, at));
        }
    }

    /// Whether `data` is what it should be.
    fn check(&self) -> Result<(), Fault> {
        if !self.listed {
            let at = u32::try_from(self.frame.data_at).unwrap_or(u32::MAX);
            return self.frame.check().map_err(|fault| Fault { at: fault.at.saturating_add(at), ..fault });
        }
        self.bad_record.map_or(Ok(()), |at| Err(Fault::new(FaultKind::Address, at)))
    }

    /// Reads all members; with `head` up to the value of `data`. Says where the name and the value of that stand.
    fn members(&mut self, cursor: &mut Cursor<'i>, head: bool) -> Result<Option<(usize, usize)>, JsonError> {
        let mut names = Search::new(NAMES);
        cursor.space();
        cursor.read_open()?;
        while cursor.read_more(b'}')? {
            cursor.space();
            let at = cursor.at;
            let place = names.place(cursor.read_key()?);
            cursor.space();
            let from = cursor.at;
            if place == DATA {
                self.frame.data_at = from;
                if head {
                    self.member(at, place, Value::Null);
                    return Ok(Some((at, from)));
                }
            }
            let kind = ListKind::of(self.frame.verb).filter(|_| place == DATA && cursor.peek() == Some(b'['));
            let value = match kind {
                Some(kind) => {
                    self.bad_record = list(cursor, kind)?;
                    self.listed = true;
                    Value::Array(Array::new(cursor.since(from)))
                }
                None => cursor.read_value()?,
            };
            self.member(at, place, value);
        }
        Ok(None)
    }

    /// Members that must be there and were not seen yet: a bit for each.
    fn lacks(&self) -> u8 {
        let data = match self.frame.verb {
            _ if self.seen & bit(CMD) == 0 => 0,
            Verb::Register => bit(TIMESTAMP) | bit(RAND) | bit(SIGN),
            _ => bit(DATA),
        };
        (bit(SN) | bit(CMD) | data) & !self.seen
    }

    fn member(&mut self, at: usize, place: u8, value: Value<'i>) {
        let (bit, lacks) = (bit(place), self.lacks());
        let fits = match self.order {
            Order::Lenient => true,
            // Nothing that has a place may come again.
            Order::Strict if lacks == 0 => matches!(place, TAG | NONE),
            // The first of them.
            Order::Strict => bit == lacks & lacks.wrapping_neg(),
        };
        let again = place != TAG && self.seen & bit != 0;
        self.seen |= bit;
        let text = match value {
            Value::Bool(_) if place != TAG => None,
            value => value.scalar(),
        };
        match self.frame.texts.get_mut(usize::from(place)) {
            Some(slot) => *slot = text,
            None if place == DATA => self.frame.data = Some(value),
            None => {}
        }
        if !fits || again {
            self.is_wrong(FaultKind::Order, at);
        } else if text.is_none() && place < TAG {
            self.is_wrong(FaultKind::Json(JsonError::Unexpected), at);
        }
        if place == CMD {
            self.frame.verb = Verb::from_text(self.frame.cmd());
        }
    }
}
