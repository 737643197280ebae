//! What stands in `data`: zones, objects, values, queries, answers, settings.

use core::fmt;
use core::marker::PhantomData;

use super::address::GroupAddress;
use super::eis::DeviceType;
use super::members::{Found, record, whole_record};
use super::task::Task;
use super::usual::{speculate, usual};
use super::verbs::ListKind;
use crate::error::Fault;
use crate::secret::Secret;
use crate::text::cursor::Cursor;
use crate::text::json::{Array, Text};

/// Stands for "all" in a query, "none" for a parent, and "not read yet" for a value.
pub(crate) const NONE: &str = "-1";

/// `None` for `-1`.
pub(crate) fn some(text: Text<'_>) -> Option<Text<'_>> {
    // Most values begin with a digit.
    let other = !matches!(text.raw().as_bytes(), [b'-' | b'\\', ..]);
    (other || text != NONE).then_some(text)
}

/// `None` for an empty text.
#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
fn filled(text: Option<Text<'_>>) -> Option<Text<'_>> {
    text.filter(|text| !text.is_empty())
}

/// The kind of a list, not for other crates.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Kind(pub(crate) ListKind);

/// Members of a record, not for other crates.
#[doc(hidden)]
#[derive(Debug)]
pub struct Members<'i>(Found<'i>);

/// Something that stands in a list.
pub trait Record<'i>: Sized {
    /// The list that it stands in.
    #[doc(hidden)]
    const KIND: Kind;

    /// Makes one of its members, whose addresses are right.
    #[doc(hidden)]
    fn of(found: Members<'i>) -> Self;

    /// Reads the object at the cursor, of a list that was checked.
    #[doc(hidden)]
    fn read(cursor: &mut Cursor<'i>) -> Option<Self> {
        record(cursor, Self::KIND.0).map(|found| Self::of(Members(found)))
    }

    /// Reads the object at the front of a text, if nothing in it is unusual or wrong. Gives also what follows.
    #[doc(hidden)]
    fn usual(text: &'i str) -> Option<(Self, &'i str)>;

    /// What follows the object at the front of a text, if [`usual`](Self::usual) would read it.
    #[doc(hidden)]
    fn pass(text: &[u8]) -> Option<&[u8]>;

    /// Checks `text`, one object.
    ///
    /// # Errors
    /// Class `json` if it is no object, `address` if a group address is none.
    fn parse(text: &'i [u8]) -> Result<Self, Fault> {
        if speculate() {
            if let Some((record, "")) = core::str::from_utf8(text).ok().and_then(Self::usual) {
                return Ok(record);
            }
        }
        whole_record(text, Self::KIND.0).map(|found| Self::of(Members(found)))
    }
}

/// A zone (`rsp1`). Missing members are `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Zone<'i> {
    /// `nID`: identifies the zone.
    pub id: Option<Text<'i>>,
    /// `nName`: name for people.
    pub name: Option<Text<'i>>,
    /// `pID`: the zone it is a part of; `None` for `-1`.
    pub parent: Option<Text<'i>>,
    /// `Icon`: `@bedroom`.
    pub icon: Option<Text<'i>>,
}

impl<'i> Record<'i> for Zone<'i> {
    const KIND: Kind = Kind(ListKind::Zones);

    fn of(Members([id, name, parent, icon, ..]): Members<'i>) -> Self {
        Self { id, name, parent: parent.and_then(some), icon }
    }

    usual! {
        text id = "nID", text name = "nName", text parent = "pID", text icon = "Icon",
        => Self { id, name, parent: parent.and_then(some), icon }
    }
}

/// An object (`rsp2`): something that has a value. Missing and empty members are `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Object<'i> {
    /// `oID`: identifies the object on its host.
    pub id: Option<Text<'i>>,
    /// `EIS`: type of the value.
    pub eis: Option<Text<'i>>,
    /// `val`: the value; `None` while the host has not read it (`-1`).
    pub value: Option<Text<'i>>,
    /// `oName`: name for people.
    pub name: Option<Text<'i>>,
    /// `room`: zone it belongs to.
    pub room: Option<Text<'i>>,
    /// `type`: kind of device.
    pub device: Option<DeviceType<'i>>,
    /// `addrSet`: where values are written.
    pub write: Option<GroupAddress>,
    /// `addrSet2`: where the status comes from.
    pub status: Option<GroupAddress>,
    /// `addrSet3`.
    pub third: Option<GroupAddress>,
    /// `group`: tag.
    pub group: Option<Text<'i>>,
    /// `Icon`: `@light`.
    pub icon: Option<Text<'i>>,
}

impl<'i> Record<'i> for Object<'i> {
    const KIND: Kind = Kind(ListKind::Objects);

    fn of(Members([id, eis, value, name, room, device, write, status, third, group, icon]): Members<'i>) -> Self {
        let address = |text: Option<Text<'i>>| text.and_then(GroupAddress::from_text);
        Self::of_texts([id, eis, value, name, room, device, group, icon], [address(write), address(status), address(third)])
    }

    usual! {
        text id = "oID", text eis = "EIS", text value = "val", text name = "oName", text room = "room", text device = "type",
        address write = "addrSet", address status = "addrSet2", address third = "addrSet3", text group = "group", text icon = "Icon",
        => Self::of_texts([id, eis, value, name, room, device, group, icon], [write, status, third])
    }
}

impl<'i> Object<'i> {
    #[inline(always)]
    fn of_texts(texts: [Option<Text<'i>>; 8], [write, status, third]: [Option<GroupAddress>; 3]) -> Self {
        let [id, eis, value, name, room, device, group, icon] = texts;
        Self {
            id,
            eis,
            value: value.and_then(some),
            name,
            room: filled(room),
            device: filled(device).map(DeviceType::from_text),
            write,
            status,
            third,
            group: filled(group),
            icon: filled(icon),
        }
    }
}

impl Object<'_> {
    /// The type of the value as a number.
    #[must_use]
    pub fn eis_number(&self) -> Option<u16> {
        u16::try_from(self.eis?.number()?).ok()
    }
}

/// A value that changed (`push`). Missing and empty members are `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Update<'i> {
    /// `oID`: which object.
    pub id: Option<Text<'i>>,
    /// `EIS`: type of the value.
    pub eis: Option<Text<'i>>,
    /// `val`: the value; `None` while the host has not read it (`-1`).
    pub value: Option<Text<'i>>,
    /// `room`.
    pub room: Option<Text<'i>>,
    /// `navi`.
    pub navi: Option<Text<'i>>,
}

impl<'i> Record<'i> for Update<'i> {
    const KIND: Kind = Kind(ListKind::Push);

    fn of(Members([id, eis, value, room, navi, ..]): Members<'i>) -> Self {
        Self { id, eis, value: value.and_then(some), room: filled(room), navi: filled(navi) }
    }

    usual! {
        text id = "oID", text eis = "EIS", text value = "val", text room = "room", text navi = "navi",
        => Self { id, eis, value: value.and_then(some), room: filled(room), navi: filled(navi) }
    }
}

impl Update<'_> {
    /// The type of the value as a number.
    #[must_use]
    pub fn eis_number(&self) -> Option<u16> {
        u16::try_from(self.eis?.number()?).ok()
    }
}

/// The records of a list that was checked.
#[derive(Clone, Copy)]
pub struct List<'i, T> {
    array: Array<'i>,
    record: PhantomData<T>,
}

impl<'i, T: Record<'i>> List<'i, T> {
    pub(crate) const fn new(array: Array<'i>) -> Self {
        Self { array, record: PhantomData }
    }

    /// The records in their order. Items that are no objects are left out.
    #[must_use]
    pub fn iter(&self) -> Records<'i, T> {
        Records { cursor: Cursor::inside(self.array.as_str()), record: PhantomData }
    }
}

impl<T> fmt::Debug for List<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "List({} bytes)", self.array.as_str().len())
    }
}

/// The records of a [`List`].
#[derive(Clone, Debug)]
pub struct Records<'i, T> {
    cursor: Cursor<'i>,
    record: PhantomData<T>,
}

impl<'i, T: Record<'i>> Records<'i, T> {
    /// The records from `rest`, an end of `text` inside a list. All of it was checked.
    pub(crate) fn within(text: &'i str, rest: &str) -> Self {
        let mut cursor = Cursor::inside(text);
        cursor.go(rest);
        Self { cursor, record: PhantomData }
    }

    #[inline(always)]
    fn read(&mut self) -> Option<T> {
        if speculate() {
            let rest = self.cursor.rest();
            if rest == "]" {
                return None;
            }
            if let Some((record, behind)) = T::usual(rest.strip_prefix(',').unwrap_or(rest)) {
                self.cursor.go(behind);
                return Some(record);
            }
        }
        self.read_any()
    }

    #[cfg_attr(target_pointer_width = "64", cold, inline(never))]
    fn read_any(&mut self) -> Option<T> {
        loop {
            self.cursor.read_more(b']').ok().filter(|more| *more)?;
            self.cursor.space();
            if self.cursor.peek() == Some(b'{') {
                return T::read(&mut self.cursor);
            }
            self.cursor.read_value().ok()?;
        }
    }
}

impl<'i, T: Record<'i>> Iterator for Records<'i, T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        self.read()
    }
}

/// What is asked for (`query1`, `query2`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Query<'i> {
    /// `oRoom`: which zone; `None` for all (`-1`).
    pub room: Option<Text<'i>>,
    /// `tag`: chosen by who asks.
    pub tag: Option<Text<'i>>,
}

/// Whether something was done: `error` of an answer, `0` for yes.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Reply<'i> {
    /// `error`, as it was written.
    pub error: Option<Text<'i>>,
    /// `key` of a `cfgrsp`.
    pub key: Option<Secret<Text<'i>>>,
}

impl<'i> Reply<'i> {
    /// The number of the error, 0 for none.
    #[must_use]
    pub fn code(&self) -> Option<u32> {
        self.error?.number()
    }

    /// Whether it was done.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.code() == Some(0)
    }
}

/// A new key and domain (`cfg`).
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Settings<'i> {
    /// `key`: what the next registration is signed with.
    pub key: Option<Secret<Text<'i>>>,
    /// `domain`: where the host dials from then on.
    pub domain: Option<Text<'i>>,
}

/// The answer to a task (`timingrsp`): the task again, or an error.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct TaskReply<'i> {
    /// `error`, as it was written.
    pub error: Option<Text<'i>>,
    /// The task, as far as it is repeated.
    pub task: Task<'i>,
}

impl TaskReply<'_> {
    /// Whether the task was taken: an identifier and no error, or error 0.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        match self.error {
            Some(error) => error.number() == Some(0),
            None => self.task.id.is_some(),
        }
    }
}
