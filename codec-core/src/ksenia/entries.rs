//! The records of a message, in whatever shape the content is.
//!
//! | shape | example |
//! |---|---|
//! | lists | `{"STATUS_ZONES":[…]}` |
//! | wrapped under the client's name | `{"HomeAssistant":{"STATUS_ZONES":[…]}}` |
//! | a list inside an object | `{"STATUS_OUTPUTS":{"OUTPUTS":[…]}}` |
//! | one record in place of a list | `{"STATUS_SYSTEM":{"ID":"1",…}}` |
//!
//! Of several wrappers the one under the receiver's own name counts; without one, the only wrapper there is. In pushes `PARTITIONS`
//! means `STATUS_PARTITIONS`.

use super::kinds::{Kind, is_structure};
use super::record::{Record, Structure};
use super::view::View;
use super::wire::Message;
use crate::error::{Fault, JsonError};
use crate::text::cursor::Cursor;
use crate::text::json::{Object, Text};
use crate::text::{scan, words};

impl<'i> Message<'i> {
    /// The records, to be read one after the other as the type of one's choice: the fastest way through a message.
    ///
    /// `own` is the name that the client gave itself; without it the receiver's is taken.
    #[must_use]
    pub fn entries(&self, own: Option<&'i str>) -> Entries<'i> {
        let own = own.map(Text::new).or(self.receiver()).filter(|name| !name.is_empty());
        Entries {
            cursor: self.cursor(),
            end: self.payload_end(),
            own,
            verb: self.verb_text(),
            name: Text::new(""),
            kind: Kind::All,
            place: Place::Before,
            wrapped: false,
            held: false,
            waiting: false,
            found: false,
        }
    }

    /// The records, each checked and handed out as it is.
    #[must_use]
    pub fn records(&self) -> Records<'i> {
        Records { entries: Some(self.entries(None)) }
    }
}

/// Where an [`Entries`] stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Before the content.
    Before,
    /// Among the members of the content, or of a wrapper in it.
    Members,
    /// In a list.
    List,
    /// Among the members of an object that holds a list.
    Holder,
    /// Behind it.
    After,
}

/// Reads the records of a message one after the other. Every byte is looked at once.
#[derive(Clone, Debug)]
pub struct Entries<'i> {
    cursor: Cursor<'i>,
    /// Where the content must end.
    end: Option<usize>,
    own: Option<Text<'i>>,
    verb: Text<'i>,
    /// Name of the list or object that the records stand under, and what they are.
    name: Text<'i>,
    kind: Kind<'i>,
    place: Place,
    /// Inside of a wrapper.
    wrapped: bool,
    /// Inside of an object that holds a list.
    held: bool,
    /// The caller has not read the entry given out last.
    waiting: bool,
    /// A list or an object stood among the members of the content.
    found: bool,
}

impl<'i> Entries<'i> {
    /// The next record, or `None` behind the last.
    ///
    /// # Errors
    /// A [`Fault`] of class `json` with the offset in the message. The records before it were good; the message is not.
    #[inline]
    pub fn next_entry(&mut self) -> Result<Option<Entry<'_, 'i>>, Fault> {
        match self.advance() {
            Ok(true) => Ok(Some(Entry { entries: self })),
            Ok(false) => Ok(None),
            Err(error) => Err(self.cursor.fault(error)),
        }
    }

    /// Whether there is one: then it stands at the cursor.
    #[inline]
    fn advance(&mut self) -> Result<bool, JsonError> {
        if core::mem::take(&mut self.waiting) {
            self.cursor.pass()?;
        }
        // The usual step: from one record of a list to the next.
        if self.place == Place::List && self.cursor.eat(b",{") {
            self.cursor.at = self.cursor.at.saturating_sub(1);
            self.waiting = true;
        } else {
            self.waiting = self.seek()?;
        }
        Ok(self.waiting)
    }

    /// Goes to the next record, across the ends of lists.
    #[inline(never)]
    fn seek(&mut self) -> Result<bool, JsonError> {
        loop {
            match self.place {
                Place::Before if self.end.is_some() => {
                    self.cursor.read_open()?;
                    self.place = Place::Members;
                }
                Place::Before | Place::After => return Ok(false),
                _ => {}
            }
            if !self.cursor.read_more(if self.place == Place::List { b']' } else { b'}' })? {
                self.leave()?;
                continue;
            }
            if self.place == Place::List {
                self.cursor.space();
                if self.cursor.peek() == Some(b'{') {
                    return Ok(true);
                }
                self.cursor.pass()?;
            } else if self.member()? {
                return Ok(true);
            }
        }
    }

    /// Behind the end of what it stood in.
    fn leave(&mut self) -> Result<(), JsonError> {
        self.cursor.depth = self.cursor.depth.saturating_sub(1);
        self.place = match self.place {
            Place::List if self.held => Place::Holder,
            Place::List => Place::Members,
            Place::Holder => {
                self.held = false;
                Place::Members
            }
            _ if core::mem::take(&mut self.wrapped) => Place::Members,
            _ if self.end == Some(self.cursor.at) => Place::After,
            _ => {
                self.place = Place::After;
                return Err(JsonError::Unexpected);
            }
        };
        Ok(())
    }

    /// One member of the content, of a wrapper in it, or of an object that holds a list. Says whether a record stands at the cursor.
    fn member(&mut self) -> Result<bool, JsonError> {
        let name = self.cursor.read_key()?;
        self.cursor.space();
        let first = self.cursor.peek();
        if self.held {
            if first == Some(b'[') && is_tail(self.name, name) {
                self.enter(Place::List)?;
            } else {
                self.cursor.pass()?;
            }
            return Ok(false);
        }
        let object = first == Some(b'{');
        let own = object && !self.wrapped && self.own == Some(name);
        let structure = first == Some(b'[') || object && !own && is_structure(name.raw());
        if structure {
            self.found |= !self.wrapped;
            (self.name, self.kind) = (name, self.kind(name));
            if first == Some(b'[') {
                self.enter(Place::List)?;
            } else if self.holds_list(name) {
                self.held = true;
                self.enter(Place::Holder)?;
            } else {
                return Ok(true);
            }
        } else if object && !self.wrapped {
            self.wrapped = own || self.is_only_wrapper();
            self.found = true;
            if self.wrapped {
                self.enter(Place::Members)?;
            } else {
                self.cursor.pass()?;
            }
        } else {
            self.cursor.pass()?;
        }
        Ok(false)
    }

    fn kind(&self, name: Text<'i>) -> Kind<'i> {
        match Kind::from_text(name) {
            Kind::Partitions if is_push(self.verb) => Kind::PartitionStatus,
            kind => kind,
        }
    }

    /// Steps into the list or object that stands at the cursor.
    fn enter(&mut self, place: Place) -> Result<(), JsonError> {
        self.cursor.at = self.cursor.at.saturating_add(1);
        self.place = place;
        self.cursor.read_deeper()
    }

    /// Whether the object at the cursor begins with a list of its own name.
    fn holds_list(&self, outer: Text<'_>) -> bool {
        let mut cursor = self.cursor;
        cursor.read_open().is_ok() && cursor.read_key().is_ok_and(|inner| is_tail(outer, inner)) && {
            cursor.space();
            cursor.peek() == Some(b'[')
        }
    }

    /// Whether the object at the cursor is the content's only one, and no list stands beside it. Looks ahead at brackets only; whether
    /// all is JSON is found when it is read.
    fn is_only_wrapper(&self) -> bool {
        let bytes = self.cursor.rest().as_bytes();
        let (mut at, mut depth, mut begun) = (0_usize, 0_u32, self.found);
        while let Some(byte) = bytes.get(at) {
            at = at.wrapping_add(1);
            match byte {
                b'"' => {
                    at = scan::string_end(bytes, at);
                    while let Some(byte) = bytes.get(at).filter(|byte| **byte != b'"') {
                        at = scan::string_end(bytes, at.wrapping_add(if *byte == b'\\' { 2 } else { 1 }));
                    }
                    at = at.wrapping_add(1);
                }
                b'{' | b'[' if depth == 0 && begun => return false,
                b'{' | b'[' => {
                    begun = true;
                    depth = depth.saturating_add(1);
                }
                b'}' | b']' if depth == 0 => break,
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        true
    }
}

/// Whether changes are told, not the programming.
pub(crate) fn is_push(verb: Text<'_>) -> bool {
    words::place(words::list!("REALTIME", "REALTIME_RES", "STATUS_UPDATE"), verb) != words::NONE
}

/// Whether `inner` is the end of `outer`, as `OUTPUTS` is of `STATUS_OUTPUTS`.
fn is_tail(outer: Text<'_>, inner: Text<'_>) -> bool {
    !inner.is_empty() && outer.raw().ends_with(inner.raw())
}

/// One record that has not been looked at yet.
#[derive(Debug)]
pub struct Entry<'e, 'i> {
    entries: &'e mut Entries<'i>,
}

impl<'i> Entry<'_, 'i> {
    /// What the list holds.
    #[must_use]
    pub const fn kind(&self) -> Kind<'i> {
        self.entries.kind
    }

    /// Reads the record as a structure of the caller's choice.
    ///
    /// # Errors
    /// A [`Fault`] of class `json` with the offset in the message.
    #[inline]
    pub fn view<V: View<'i>>(self) -> Result<V, Fault> {
        self.entries.waiting = false;
        V::read(&mut self.entries.cursor)
    }

    /// Reads the record as the structure that its kind has.
    ///
    /// # Errors
    /// As [`view`](Self::view).
    pub fn structure(self) -> Result<Structure<'i>, Fault> {
        self.entries.waiting = false;
        Structure::read(self.entries.kind, &mut self.entries.cursor)
    }

    /// Checks the record and gives it as it is.
    ///
    /// # Errors
    /// As [`view`](Self::view).
    pub fn record(self) -> Result<Record<'i>, Fault> {
        self.entries.waiting = false;
        let from = self.entries.cursor.at;
        self.entries.cursor.pass().map_err(|error| self.entries.cursor.fault(error))?;
        Ok(Record::new(self.entries.kind, Object::new(self.entries.cursor.since(from))))
    }
}

/// The records of a message, as an iterator. Ends behind the first fault.
#[derive(Clone, Debug)]
pub struct Records<'i> {
    entries: Option<Entries<'i>>,
}

impl<'i> Iterator for Records<'i> {
    type Item = Result<Record<'i>, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        let record = match self.entries.as_mut()?.next_entry() {
            Ok(Some(entry)) => entry.record(),
            Ok(None) => return None,
            Err(fault) => Err(fault),
        };
        if record.is_err() {
            self.entries = None;
        }
        Some(record)
    }
}
