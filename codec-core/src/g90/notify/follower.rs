//! Alerts that are read from the history, for panels that send none.

use crate::g90::HistoryRow;
use crate::g90::repeats::sum;

/// Milliseconds between two readings of the history.
pub const HISTORY_POLL_MILLIS: u32 = 5_000;

/// How many rows are read each time: rows 1 to 5.
pub const HISTORY_DEPTH: u32 = 5;

/// Rows of one second that can be told apart from those before.
const SAME_SECOND: usize = 16;

/// Tells which rows of a history are new.
///
/// The first reading with a row in it only says where new ones begin; read again at once after it. From then on
/// [`next`](Self::next) gives the new rows of each reading, the oldest first. The panel's clock counts in seconds: several rows of one
/// second are told apart by what they say, 16 at most.
#[derive(Clone, Debug)]
pub struct HistoryFollower {
    /// Time of the newest row that was given.
    mark: Option<i64>,
    /// Rows of that second.
    seen: [u64; SAME_SECOND],
    count: u8,
}

impl Default for HistoryFollower {
    fn default() -> Self {
        Self::new()
    }
}

impl HistoryFollower {
    /// One that has seen nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { mark: None, seen: [0; SAME_SECOND], count: 0 }
    }

    /// Whether a row has been seen, so that new ones can be told.
    #[must_use]
    pub const fn has_begun(&self) -> bool {
        self.mark.is_some()
    }

    /// The oldest row of a reading that is new, newest rows being first in `rows` as panels send them. Call it until it gives none.
    pub fn next<'i>(&mut self, rows: impl Iterator<Item = HistoryRow<'i>> + Clone) -> Option<HistoryRow<'i>> {
        let Some(mark) = self.mark else {
            let newest = rows.clone().map(|row| row.unix_time).max()?;
            for row in rows.filter(|row| row.unix_time == newest) {
                self.remember(&row);
            }
            return None;
        };
        let new = rows.filter(|row| row.unix_time > mark || row.unix_time == mark && !self.has_seen(row));
        // Of rows of the same second, the one that comes last in the reading is the oldest.
        let oldest = new.reduce(|oldest, row| if row.unix_time <= oldest.unix_time { row } else { oldest })?;
        self.remember(&oldest);
        Some(oldest)
    }

    fn has_seen(&self, row: &HistoryRow<'_>) -> bool {
        // One row too many for a second: better lost than told again and again.
        usize::from(self.count) >= SAME_SECOND || self.seen.iter().take(self.count.into()).any(|seen| *seen == digest(row))
    }

    fn remember(&mut self, row: &HistoryRow<'_>) {
        if self.mark != Some(row.unix_time) {
            (self.mark, self.count) = (Some(row.unix_time), 0);
        }
        if let Some(slot) = self.seen.get_mut(usize::from(self.count)) {
            *slot = digest(row);
            self.count = self.count.saturating_add(1);
        }
    }
}

fn digest(row: &HistoryRow<'_>) -> u64 {
    let facts = row.facts;
    sum(&[facts.alert_type.raw(), facts.event_id, facts.source.raw(), facts.state, row.unix_time])
}
