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

use super::kinds::{Kind, Verb, is_structure};
use super::record::{Record, Structure};
use super::view::View;
use super::wire::{Message, not_whole};
use crate::error::Fault;
use crate::text::cursor::Cursor;
use crate::text::json::{Object, Text};

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
            place: Place::Before,
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
#[derive(Clone, Copy, Debug)]
enum Place<'i> {
    /// Before the content.
    Before,
    /// Among the members of the content, or of a wrapper in it.
    Members { wrapped: bool },
    /// In a list.
    List { wrapped: bool, kind: Kind<'i>, held: bool },
    /// Among the members of an object that holds a list.
    Holder { wrapped: bool, kind: Kind<'i> },
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
    place: Place<'i>,
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
        if core::mem::take(&mut self.waiting) {
            self.cursor.skip()?;
        }
        if let Place::List { kind, .. } = self.place {
            // The usual step: from one record of a list to the next.
            if self.cursor.eat(b",{") {
                self.cursor.at = self.cursor.at.saturating_sub(1);
                self.waiting = true;
                return Ok(Some(Entry { entries: self, kind }));
            }
        }
        match self.seek()? {
            Some(kind) => {
                self.waiting = true;
                Ok(Some(Entry { entries: self, kind }))
            }
            None => Ok(None),
        }
    }

    /// Goes to the next record, across the ends of lists.
    fn seek(&mut self) -> Result<Option<Kind<'i>>, Fault> {
        loop {
            match self.place {
                Place::Before => {
                    if self.end.is_none() {
                        self.place = Place::After;
                        continue;
                    }
                    self.cursor.open()?;
                    self.place = Place::Members { wrapped: false };
                }
                Place::Members { wrapped } => {
                    if !self.cursor.more(b'}')? {
                        self.up();
                        if wrapped {
                            self.place = Place::Members { wrapped: false };
                            continue;
                        }
                        self.place = Place::After;
                        if self.end != Some(self.cursor.at) {
                            return Err(not_whole(self.cursor.at));
                        }
                        continue;
                    }
                    if let Some(kind) = self.member(wrapped)? {
                        return Ok(Some(kind));
                    }
                }
                Place::List { wrapped, kind, held } => {
                    if !self.cursor.more(b']')? {
                        self.up();
                        self.place = if held { Place::Holder { wrapped, kind } } else { Place::Members { wrapped } };
                        continue;
                    }
                    self.cursor.space();
                    if self.cursor.peek() == Some(b'{') {
                        return Ok(Some(kind));
                    }
                    self.cursor.skip()?;
                }
                Place::Holder { wrapped, kind } => {
                    if !self.cursor.more(b'}')? {
                        self.up();
                        self.place = Place::Members { wrapped };
                        continue;
                    }
                    let name = self.cursor.key()?;
                    self.cursor.space();
                    if self.cursor.peek() == Some(b'[') && is_tail(kind.text(), name) {
                        self.list(Place::List { wrapped, kind, held: true })?;
                    } else {
                        self.cursor.skip()?;
                    }
                }
                Place::After => return Ok(None),
            }
        }
    }

    /// One member of the content or of a wrapper. Gives a kind if a record stands at the cursor.
    fn member(&mut self, wrapped: bool) -> Result<Option<Kind<'i>>, Fault> {
        let name = self.cursor.key()?;
        self.cursor.space();
        match self.cursor.peek() {
            Some(b'[') => {
                self.found |= !wrapped;
                self.list(Place::List { wrapped, kind: self.kind(name), held: false })?;
            }
            Some(b'{') if !wrapped && self.own == Some(name) => {
                self.found = true;
                self.cursor.open()?;
                self.place = Place::Members { wrapped: true };
            }
            Some(b'{') if is_structure(name.raw()) => {
                self.found |= !wrapped;
                if !self.holds_list(name) {
                    return Ok(Some(self.kind(name)));
                }
                self.cursor.open()?;
                self.place = Place::Holder { wrapped, kind: self.kind(name) };
            }
            Some(b'{') if !wrapped => {
                if self.is_only_wrapper()? {
                    self.cursor.open()?;
                    self.place = Place::Members { wrapped: true };
                } else {
                    self.cursor.skip()?;
                }
                self.found = true;
            }
            _ => self.cursor.skip()?,
        }
        Ok(None)
    }

    fn kind(&self, name: Text<'i>) -> Kind<'i> {
        match Kind::from_text(name) {
            Kind::Partitions if is_push(self.verb) => Kind::PartitionStatus,
            kind => kind,
        }
    }

    fn list(&mut self, place: Place<'i>) -> Result<(), Fault> {
        self.cursor.at = self.cursor.at.saturating_add(1);
        self.cursor.deeper()?;
        self.place = place;
        Ok(())
    }

    fn up(&mut self) {
        self.cursor.depth = self.cursor.depth.saturating_sub(1);
    }

    /// Whether the object at the cursor begins with a list of its own name.
    fn holds_list(&self, outer: Text<'_>) -> bool {
        let mut cursor = self.cursor;
        cursor.open().is_ok() && cursor.key().is_ok_and(|inner| is_tail(outer, inner)) && {
            cursor.space();
            cursor.peek() == Some(b'[')
        }
    }

    /// Whether the object at the cursor is the content's only one, and no list stands beside it. Looks ahead; nobody sends more.
    fn is_only_wrapper(&self) -> Result<bool, Fault> {
        let mut cursor = self.cursor;
        cursor.skip()?;
        let mut only = !self.found;
        while cursor.more(b'}')? {
            cursor.key()?;
            cursor.space();
            only &= !matches!(cursor.peek(), Some(b'{' | b'['));
            cursor.skip()?;
        }
        Ok(only)
    }
}

/// Whether changes are told, not the programming.
pub(crate) fn is_push(verb: Text<'_>) -> bool {
    matches!(Verb::from_text(verb), Verb::Realtime | Verb::RealtimeAnswer | Verb::StatusUpdate)
}

/// Whether `inner` is the end of `outer`, as `OUTPUTS` is of `STATUS_OUTPUTS`.
fn is_tail(outer: Text<'_>, inner: Text<'_>) -> bool {
    !inner.is_empty() && outer.raw().ends_with(inner.raw())
}

/// One record that has not been looked at yet.
#[derive(Debug)]
pub struct Entry<'e, 'i> {
    entries: &'e mut Entries<'i>,
    kind: Kind<'i>,
}

impl<'i> Entry<'_, 'i> {
    /// What the list holds.
    #[must_use]
    pub const fn kind(&self) -> Kind<'i> {
        self.kind
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
        Structure::read(self.kind, &mut self.entries.cursor)
    }

    /// Checks the record and gives it as it is.
    ///
    /// # Errors
    /// As [`view`](Self::view).
    pub fn record(self) -> Result<Record<'i>, Fault> {
        self.entries.waiting = false;
        let from = self.entries.cursor.at;
        self.entries.cursor.skip()?;
        Ok(Record::new(self.kind, Object::new(self.entries.cursor.since(from))))
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
