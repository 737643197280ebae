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
use super::members::{find, list, members};
use super::records::{List, Object, Query, Reply, Settings, TaskReply, Update, Zone, some};
use super::task::{Task, TaskFlag};
use super::unwrap;
use super::usual::speculate;
use super::verbs::{ListKind, Verb};
use crate::error::{Fault, FaultKind, JsonError};
use crate::secret::Secret;
use crate::text::cursor::Cursor;
use crate::text::json::{self, Array, Text, Value};

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
    pub(crate) sn: Text<'i>,
    pub(crate) cmd: Text<'i>,
    data: Option<Value<'i>>,
    /// Offset of `data`.
    data_at: usize,
    /// Offset of the byte behind it.
    data_end: usize,
    timestamp: Option<Text<'i>>,
    rand: Option<Text<'i>>,
    sign: Option<Text<'i>>,
    tag: Option<Text<'i>>,
    /// What `cmd` means.
    verb: Verb<'i>,
    /// What is in `data` was found right.
    checked: bool,
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
    Objects(List<'i, Object<'i>>),
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
    match core::str::from_utf8(text).ok().filter(|text| text.len() <= MAX_FRAME && speculate()).and_then(Frame::usual) {
        Some(frame) => Ok(frame),
        None => any(text, order),
    }
}

/// As [`decode_ref`], for frames that are not as usual.
#[cfg_attr(target_pointer_width = "64", cold, inline(never))]
fn any(text: &[u8], order: Order) -> Result<Frame<'_>, Fault> {
    let mut result = Frame::read(text, order);
    if let Ok(frame) = &mut result {
        match frame.check() {
            Ok(()) => frame.checked = true,
            Err(fault) => {
                let at = u32::try_from(frame.data_at).unwrap_or(u32::MAX);
                result = Err(Fault { at: fault.at.saturating_add(at), ..fault });
            }
        }
    }
    result
}

/// A name of a member that has a place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Name {
    Sn,
    Cmd,
    Timestamp,
    Rand,
    Sign,
    Tag,
    Data,
    Other,
}

/// How many of them are texts.
const TEXTS: usize = 6;

impl Name {
    const ALL: [Self; 7] = [Self::Sn, Self::Cmd, Self::Timestamp, Self::Rand, Self::Sign, Self::Tag, Self::Data];
    const SPELLINGS: [&'static str; 7] = ["sn", "cmd", "timestamp", "rand", "sign", "tag", "data"];

    fn of(key: Text<'_>) -> Self {
        find(&Self::SPELLINGS, key).and_then(|at| Self::ALL.get(at)).copied().unwrap_or(Self::Other)
    }
}

impl<'i> Frame<'i> {
    /// Checks the text and finds the members. What is in `data` is checked to be JSON only.
    pub(crate) fn read(bytes: &'i [u8], order: Order) -> Result<Self, Fault> {
        if bytes.len() > MAX_FRAME {
            return Err(Fault::new(FaultKind::TooLong { limit: MAX_FRAME_U32 }, MAX_FRAME));
        }
        let text = json::utf8(bytes)?;
        let mut cursor = Cursor::new(text);
        cursor.space();
        if cursor.peek() != Some(b'{') {
            let at = cursor.at;
            cursor.value()?;
            cursor.end()?;
            return Err(Fault::new(FaultKind::Json(JsonError::Unexpected), at));
        }
        let mut reading = Reading::new(order);
        reading.members(&mut cursor, false)?;
        let end = cursor.at;
        cursor.end()?;
        reading.finish(end)
    }

    /// Where `data` stands, if it is a text that should be an object or a list.
    pub(crate) fn wrapped(&self) -> Option<Range<usize>> {
        let Some(Value::Text(text)) = self.data else { return None };
        let opening = if self.verb().is_list() { '[' } else { '{' };
        let known = !matches!(self.verb(), Verb::Control | Verb::Other(_) | Verb::Register | Verb::Keepalive);
        let holds = text.chars().find(|character| !json::is_space(*character)) == Some(opening);
        (known && holds).then_some(self.data_at..self.data_end)
    }

    /// Serial number or MAC address of the host.
    #[must_use]
    pub const fn sn(&self) -> Text<'i> {
        self.sn
    }

    /// What the frame is.
    #[must_use]
    pub const fn verb(&self) -> Verb<'i> {
        self.verb
    }

    /// `cmd`, as it was written.
    #[must_use]
    pub const fn cmd(&self) -> Text<'i> {
        self.cmd
    }

    /// `data`, as it was written. It may hold a key.
    #[must_use]
    pub const fn data(&self) -> Option<Value<'i>> {
        self.data
    }

    /// `tag` behind `data`, from hosts that repeat that of the query.
    #[must_use]
    pub const fn tag(&self) -> Option<Text<'i>> {
        self.tag
    }

    /// What the frame says.
    #[must_use]
    pub fn body(&self) -> Body<'i> {
        // It was parsed when the frame was decoded.
        self.parse().unwrap_or(Body::Unknown(self.cmd))
    }

    /// Whether it says anything. Not inlined: what it says is large, and not on the stack while the frame is read.
    #[inline(never)]
    fn check(&self) -> Result<(), Fault> {
        self.parse().map(|_| ())
    }

    pub(crate) fn parse(&self) -> Result<Body<'i>, Fault> {
        let Some(kind) = ListKind::of(self.verb) else { return self.parse_other() };
        let array = self.data.and_then(Value::array).ok_or(UNEXPECTED)?;
        if !self.checked {
            list(&mut Cursor::new(array.as_str()), kind)?;
        }
        Ok(match kind {
            ListKind::Zones => Body::Zones(List::new(array)),
            ListKind::Objects => Body::Objects(List::new(array)),
            ListKind::Push => Body::Push(List::new(array)),
        })
    }

    /// What is in a frame that is no list.
    #[cfg_attr(target_pointer_width = "64", inline(never))]
    fn parse_other(&self) -> Result<Body<'i>, Fault> {
        match self.verb {
            Verb::Register => {
                let text = |text: Option<Text<'i>>| text.ok_or(UNEXPECTED);
                let (timestamp, rand, sign) = (text(self.timestamp)?, text(self.rand)?, text(self.sign)?);
                Ok(Body::Register(Registration { sn: self.sn, timestamp, rand, sign }))
            }
            Verb::Control => {
                let text = self.data.and_then(Value::scalar).ok_or(UNEXPECTED)?;
                Ok(Body::Control(Actions::from_text(text, ActionForm::Control)?))
            }
            Verb::Keepalive => Ok(Body::Keepalive),
            Verb::Other(cmd) => Ok(Body::Unknown(cmd)),
            _ => self.parse_object(),
        }
    }

    /// What is in a frame whose `data` is an object.
    #[inline(never)]
    fn parse_object(&self) -> Result<Body<'i>, Fault> {
        const NAMES: [&str; 11] = ["error", "key", "domain", "oRoom", "tag", "tid", "tname", "flag", "time", "action", "repeat"];
        let object = self.data.and_then(Value::object).ok_or(UNEXPECTED)?;
        let [error, key, domain, room, tag, id, name, flag, time, action, repeat] = members(&mut Cursor::new(object.as_str()), &NAMES)?;
        let key = key.map(Secret::new);
        let reply = Reply { error, key };
        let query = Query { room: room.and_then(some), tag };
        Ok(match self.verb {
            Verb::RegisterReply => Body::RegisterReply(reply),
            Verb::QueryZones => Body::QueryZones(query),
            Verb::QueryObjects => Body::QueryObjects(query),
            Verb::ControlReply => Body::ControlReply(reply),
            Verb::Configure => Body::Configure(Settings { key, domain }),
            Verb::ConfigureReply => Body::ConfigureReply(reply),
            verb => {
                let actions = action.map(|text| Actions::from_text(text, ActionForm::Timing)).transpose()?;
                let task = Task { id, name, room, flag: flag.map(TaskFlag::from_text), time, actions, repeat };
                if verb == Verb::Timing { Body::Timing(task) } else { Body::TimingReply(TaskReply { error, task }) }
            }
        })
    }
}

/// What is in `data` is of another kind.
const UNEXPECTED: Fault = Fault { kind: FaultKind::Json(JsonError::Unexpected), at: 0 };

impl fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame").field("sn", &self.sn).field("cmd", &self.cmd).finish_non_exhaustive()
    }
}

/// The list that stands here, if one is wanted and all its records are well-formed. Else nothing has happened, and what is wrong is found
/// by those who look more slowly.
fn list_ahead<'i>(cursor: &mut Cursor<'i>, kind: ListKind) -> Option<Value<'i>> {
    let mut ahead = *cursor;
    let from = ahead.at;
    list(&mut ahead, kind).ok()?;
    *cursor = ahead;
    Some(Value::Array(Array::new(ahead.since(from))))
}

/// Members found so far.
struct Reading<'i> {
    order: Order,
    texts: [Option<Text<'i>>; TEXTS],
    data: Option<Value<'i>>,
    data_at: usize,
    data_end: usize,
    /// What `cmd` means.
    verb: Option<Verb<'i>>,
    checked: bool,
    wrong: Option<Fault>,
}

impl<'i> Reading<'i> {
    const fn new(order: Order) -> Self {
        Self { order, texts: [None; TEXTS], data: None, data_at: 0, data_end: 0, verb: None, checked: false, wrong: None }
    }

    fn text(&self, name: Name) -> Option<Text<'i>> {
        self.texts.get(name as usize).copied().flatten()
    }

    /// Reads all members; with `head` up to the value of `data`. Says where the name and the value of that stand.
    fn members(&mut self, cursor: &mut Cursor<'i>, head: bool) -> Result<Option<(usize, usize)>, Fault> {
        cursor.space();
        cursor.open()?;
        while cursor.more(b'}')? {
            cursor.space();
            let at = cursor.at;
            let name = Name::of(cursor.key()?);
            cursor.space();
            let from = cursor.at;
            if head && name == Name::Data {
                self.member(at, name, Value::Null, from..from);
                return Ok(Some((at, from)));
            }
            // Records that are as they should be need no look at their JSON before.
            let kind = if name == Name::Data { self.verb.and_then(ListKind::of) } else { None };
            let list = kind.and_then(|kind| list_ahead(cursor, kind));
            self.checked |= list.is_some();
            let value = match list {
                Some(list) => list,
                None => cursor.value()?,
            };
            self.member(at, name, value, from..cursor.at);
        }
        Ok(None)
    }

    /// Which member must come next in the strict order; `None` when all are there.
    fn expected(&self) -> Option<Name> {
        let order: &[Name] = match self.verb {
            None => &[Name::Sn, Name::Cmd],
            Some(Verb::Register) => &[Name::Timestamp, Name::Rand, Name::Sign],
            Some(_) => return self.data.is_none().then_some(Name::Data),
        };
        order.iter().copied().find(|name| self.text(*name).is_none())
    }

    fn member(&mut self, at: usize, name: Name, value: Value<'i>, place: Range<usize>) {
        let mut fits = match (self.order, self.expected()) {
            (Order::Strict, Some(expected)) => name == expected,
            // Nothing that has a place may come again.
            (Order::Strict, None) => matches!(name, Name::Tag | Name::Other),
            (Order::Lenient, _) => true,
        };
        let mut text = true;
        match (name, self.texts.get_mut(name as usize)) {
            (Name::Tag, Some(slot)) => *slot = value.scalar(),
            (_, Some(slot)) => {
                fits &= slot.is_none();
                let found = match value {
                    Value::Text(text) | Value::Number(text) => Some(text),
                    _ => None,
                };
                text = found.is_some();
                *slot = found.or(*slot);
            }
            (Name::Data, None) => {
                fits &= self.data.replace(value).is_none();
                (self.data_at, self.data_end) = (place.start, place.end);
            }
            _ => {}
        }
        let wrong = match (fits, text) {
            (true, true) => None,
            (true, false) => Some(FaultKind::Json(JsonError::Unexpected)),
            (false, _) => Some(FaultKind::Order),
        };
        self.wrong = self.wrong.or(wrong.map(|kind| Fault::new(kind, at)));
        if name == Name::Cmd {
            self.verb = self.text(Name::Cmd).map(Verb::from_text);
        }
    }

    fn finish(&self, end: usize) -> Result<Frame<'i>, Fault> {
        if let Some(fault) = self.wrong {
            return Err(fault);
        }
        let missing = Fault::new(FaultKind::Order, end);
        let lacks = self.expected();
        let Self { texts: [sn, cmd, timestamp, rand, sign, tag], data, data_at, data_end, verb, checked, .. } = *self;
        let (Some(sn), Some(cmd), Some(verb)) = (sn, cmd, verb) else { return Err(missing) };
        if lacks.is_some() && !matches!(verb, Verb::Keepalive | Verb::Other(_)) {
            return Err(missing);
        }
        Ok(Frame { sn, cmd, data, data_at, data_end, timestamp, rand, sign, tag, verb, checked })
    }
}
