//! Records that are shown before they are durable.

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Included, Unbounded};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

type Records = BTreeMap<String, (u64, Vec<u8>)>;

/// The newest of what was shown and is on its way, by key.
#[derive(Debug, Default)]
pub(super) struct Fresh(Mutex<(u64, Records)>);

/// Shows a record as long as the batch lives that brings it into the store. Whether that succeeds or not, the store counts afterwards.
#[derive(Debug)]
pub(super) struct Shown {
    fresh: Arc<Fresh>,
    key: String,
    number: u64,
}

impl Fresh {
    fn lock(&self) -> MutexGuard<'_, (u64, Records)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows records. `then` is done before anybody can see them.
    pub(super) fn show(self: &Arc<Self>, records: Vec<(String, Vec<u8>)>, then: impl FnOnce(Vec<Shown>)) {
        let mut all = self.lock();
        let (last, known) = &mut *all;
        let mut show = |(key, record): (String, Vec<u8>)| {
            *last += 1;
            known.insert(key.clone(), (*last, record));
            Shown { fresh: Arc::clone(self), key, number: *last }
        };
        let shown = records.into_iter().map(&mut show).collect();
        then(shown);
    }

    pub(super) fn get(&self, key: &str) -> Option<Vec<u8>> {
        self.lock().1.get(key).map(|(_, record)| record.clone())
    }

    /// The records under a prefix, behind a key.
    pub(super) fn scan(&self, prefix: &str, from: Option<&str>) -> Vec<(String, Vec<u8>)> {
        let start = from.map_or(Included(prefix), Excluded);
        let all = self.lock();
        let found = all.1.range::<str, _>((start, Unbounded)).take_while(|(key, _)| key.starts_with(prefix));
        found.map(|(key, (_, record))| (key.clone(), record.clone())).collect()
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        let mut all = self.fresh.lock();
        // A newer one stays.
        if all.1.get(&self.key).is_some_and(|(number, _)| *number == self.number) {
            all.1.remove(&self.key);
        }
    }
}

/// Puts fresh records over those of the store; both in the order of their keys.
pub(super) fn merge(stored: Vec<(String, Vec<u8>)>, fresh: Vec<(String, Vec<u8>)>, limit: usize) -> Vec<(String, Vec<u8>)> {
    if fresh.is_empty() {
        return stored;
    }
    let mut all: BTreeMap<_, _> = stored.into_iter().collect();
    all.extend(fresh);
    all.into_iter().take(limit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_is_shown_until_it_is_in_the_store() {
        let fresh = Arc::new(Fresh::default());
        let show = |key: &str, record: &[u8]| {
            let mut shown = Vec::new();
            fresh.show(vec![(key.to_owned(), record.to_vec())], |all| shown = all);
            shown
        };
        let (first, second, other) = (show("value/A/1", b"1"), show("value/A/1", b"2"), show("value/B/1", b"3"));
        assert_eq!(fresh.get("value/A/1").as_deref(), Some(b"2".as_slice()));
        drop(first);
        assert_eq!(fresh.get("value/A/1").as_deref(), Some(b"2".as_slice()));
        let row = |key: &str, record: &[u8]| (key.to_owned(), record.to_vec());
        assert_eq!(fresh.scan("value/A/", None), [row("value/A/1", b"2")]);
        assert_eq!(fresh.scan("value/", Some("value/A/1")), [row("value/B/1", b"3")]);
        drop((second, other));
        assert_eq!(fresh.get("value/A/1"), None);
        assert!(fresh.lock().1.is_empty());
    }

    #[test]
    fn fresh_records_come_first_and_a_limit_holds() {
        let row = |key: &str, record: &[u8]| (key.to_owned(), record.to_vec());
        let (stored, fresh) = (vec![row("a", b"1"), row("c", b"1")], vec![row("b", b"2"), row("c", b"2")]);
        assert_eq!(merge(stored.clone(), fresh.clone(), 9), [row("a", b"1"), row("b", b"2"), row("c", b"2")]);
        assert_eq!(merge(stored, fresh, 2).len(), 2);
    }
}
