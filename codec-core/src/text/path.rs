//! Where in a text a piece stands: the names on the way to it.

use super::json::MAX_DEPTH;

/// Bytes for the names on the way. Ksenia's longest way takes about 70; a name that does not fit counts as empty.
pub(crate) const ROOM: usize = 112;
const LEVELS: usize = MAX_DEPTH as usize + 1;

/// Names and numbers of the open levels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Names {
    bytes: [u8; ROOM],
    ends: [u8; LEVELS],
    counts: [u16; LEVELS],
    /// Set by every change.
    pub(crate) changed: bool,
}

impl Names {
    pub(crate) const fn new() -> Self {
        Self { bytes: [0; ROOM], ends: [0; LEVELS], counts: [0; LEVELS], changed: true }
    }

    fn end(&self, level: u8) -> usize {
        self.ends.get(usize::from(level)).copied().map_or(0, usize::from)
    }

    /// The name inside the container of that level.
    pub(crate) fn get(&self, level: u8) -> &[u8] {
        let from = level.checked_sub(1).map_or(0, |below| self.end(below));
        self.bytes.get(from..self.end(level)).unwrap_or_default()
    }

    /// Sets it. Names further in are forgotten.
    pub(crate) fn set(&mut self, level: u8, name: &[u8]) {
        self.changed = true;
        let from = level.checked_sub(1).map_or(0, |below| self.end(below));
        let to = from.saturating_add(name.len());
        let end = match self.bytes.get_mut(from..to) {
            Some(room) => {
                super::copy(room, name);
                to
            }
            None => from,
        };
        if let Some(slot) = self.ends.get_mut(usize::from(level)) {
            *slot = u8::try_from(end).unwrap_or(0);
        }
    }

    /// A container of that level begins.
    pub(crate) fn begin(&mut self, level: u8) {
        self.set(level, b"");
        if let Some(count) = self.counts.get_mut(usize::from(level)) {
            *count = 0;
        }
    }

    /// The next item of it.
    pub(crate) fn count(&mut self, level: u8) {
        if let Some(count) = self.counts.get_mut(usize::from(level)) {
            *count = count.saturating_add(1);
        }
    }
}

/// Where a piece stands.
#[derive(Clone, Copy, Debug)]
pub struct Path<'e> {
    names: &'e Names,
    level: u8,
}

impl<'e> Path<'e> {
    pub(crate) const fn new(names: &'e Names, level: u8) -> Self {
        Self { names, level }
    }

    /// The names from the outside in, those of list items (which have none) left out. They stand as in the text, escapes included. A name
    /// that is longer than 112 bytes with those around it is missing.
    pub fn names(self) -> impl DoubleEndedIterator<Item = &'e str> + Clone {
        (1..=self.level).map(move |level| core::str::from_utf8(self.names.get(level)).unwrap_or_default()).filter(|name| !name.is_empty())
    }

    /// The innermost name: of the member, or of the list that the piece is an item of.
    #[must_use]
    pub fn last(self) -> &'e str {
        self.names().next_back().unwrap_or_default()
    }

    /// The number of the item in its list, from 0; the number of the member in its object.
    #[must_use]
    pub fn index(self) -> u16 {
        self.names.counts.get(usize::from(self.level)).copied().unwrap_or(0)
    }
}
