//! What a panel remembers: records, as the JSON that they are on the wire.

use core::fmt;

use crate::error::EncodeError;
use crate::g90::local::writer::Writer;
use crate::text::json::{self, Array, Value};

/// Longest record in bytes.
pub const MAX_RECORD: usize = 384;

/// Room for one record. Printing it shows its length only: it may hold a password.
#[derive(Clone, Copy)]
pub struct Record {
    len: u16,
    text: [u8; MAX_RECORD],
}

impl Record {
    /// No record.
    pub const EMPTY: Self = Self { len: 0, text: [0; MAX_RECORD] };

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The fields, if there is a record.
    #[must_use]
    pub fn fields(&self) -> Option<Array<'_>> {
        json::check(self.text.get(..self.len.into())?).ok().and_then(Value::array)
    }

    /// Field `at`, from 0, if it is a whole number.
    #[must_use]
    pub fn number(&self, at: usize) -> Option<i64> {
        self.fields()?.values().nth(at).and_then(crate::g90::local::wire::whole)
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
    }

    /// Writes a record into it; as it was if there is not enough room.
    pub(super) fn set(&mut self, write: impl FnOnce(&mut Writer<'_>)) -> Result<(), EncodeError> {
        let mut text = [0; MAX_RECORD];
        let mut writer = Writer::array(&mut text);
        write(&mut writer);
        let len = writer.end_array()?;
        self.text = text;
        self.len = u16::try_from(len).unwrap_or(0);
        Ok(())
    }
}

impl Default for Record {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Record({} bytes)", self.len)
    }
}

/// Memory of a panel.
#[derive(Debug)]
pub struct Tables<'b> {
    /// One for each sensor, in the order of the list.
    pub sensors: &'b mut [Record],
    /// One for each device, in the order of the list.
    pub devices: &'b mut [Record],
    /// One for each row of the history; the oldest is dropped.
    pub history: &'b mut [Record],
    /// The five configurations, in the order of [`ConfigKind::ALL`](crate::g90::local::ConfigKind::ALL).
    pub configs: &'b mut [Record; 5],
}

/// Keeps the used records of a table in front, in their order.
pub(super) fn remove(records: &mut [Record], place: usize) {
    if let Some(rest) = records.get_mut(place..) {
        for at in 1..rest.len() {
            let next = rest.get(at).copied().unwrap_or_default();
            if let Some(slot) = rest.get_mut(at.saturating_sub(1)) {
                *slot = next;
            }
        }
        if let Some(last) = rest.last_mut() {
            last.clear();
        }
    }
}

/// How many records a table has.
pub(super) fn used(records: &[Record]) -> usize {
    records.iter().take_while(|record| !record.is_empty()).count()
}
