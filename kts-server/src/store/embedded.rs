//! The store in a file of this process.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::thread::Thread;
use std::time::{Duration, Instant};

use redb::{Database, Durability, ReadableDatabase as _, ReadableTable as _, TableDefinition};
use tokio::sync::{broadcast, mpsc};

use super::{Condition, Group, Job, Note, StoreError, conclude};

/// How long writes are collected that nobody waits for: each transaction is brought to the disk, however small it is, and of a value that
/// changes often only the last is written.
const COLLECT: Duration = Duration::from_millis(100);

const RECORDS: TableDefinition<'static, &'static str, &'static [u8]> = TableDefinition::new("records");

fn failed(error: impl std::fmt::Display) -> StoreError {
    StoreError::Embedded(error.to_string())
}

pub(super) fn open(path: &Path, cache: usize) -> Result<Database, StoreError> {
    let wrong = |error: &dyn std::fmt::Display| StoreError::Open { path: path.display().to_string(), reason: error.to_string() };
    // The file holds keys of hosts: only its owner may read it.
    let mut options = std::fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    drop(options.open(path).map_err(|error| wrong(&error))?);
    let database = Database::builder().set_cache_size(cache).create(path).map_err(|error| wrong(&error))?;
    let write = database.begin_write().map_err(|error| wrong(&error))?;
    drop(write.open_table(RECORDS).map_err(|error| wrong(&error))?);
    write.commit().map_err(|error| wrong(&error))?;
    Ok(database)
}

pub(super) fn get(database: &Database, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let read = database.begin_read().map_err(failed)?;
    let table = read.open_table(RECORDS).map_err(failed)?;
    Ok(table.get(key).map_err(failed)?.map(|bytes| bytes.value().to_vec()))
}

pub(super) fn scan(database: &Database, prefix: &str, from: Option<&str>, limit: usize) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
    use std::ops::Bound::{Excluded, Included, Unbounded};
    let read = database.begin_read().map_err(failed)?;
    let table = read.open_table(RECORDS).map_err(failed)?;
    let start = from.map_or(Included(prefix), Excluded);
    let mut rows = Vec::new();
    for row in table.range::<&str>((start, Unbounded)).map_err(failed)? {
        let (key, bytes) = row.map_err(failed)?;
        if rows.len() >= limit || !key.value().starts_with(prefix) {
            break;
        }
        rows.push((key.value().to_owned(), bytes.value().to_vec()));
    }
    Ok(rows)
}

/// Starts the thread that writes: one transaction after the other, each with all that came in during the one before. It is to be unparked
/// when somebody waits.
pub(super) fn spawn(database: Arc<Database>, mut jobs: mpsc::Receiver<Job>, notes: broadcast::Sender<Note>) -> Thread {
    let run = move || {
        give_way();
        while let Some(first) = jobs.blocking_recv() {
            let mut group = Group::default();
            group.push(first);
            group.take(&mut jobs);
            let until = Instant::now() + COLLECT;
            while !group.is_urgent && !group.is_full() {
                let left = until.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    break;
                }
                std::thread::park_timeout(left);
                group.take(&mut jobs);
            }
            let outcome = write(&database, &group.jobs);
            conclude(group, outcome, &notes, true);
        }
    };
    std::thread::spawn(run).thread().clone()
}

/// Lets those who serve connections go first where there are not enough processors: values are told before they are written, and
/// nobody should wait for the work of a large transaction.
#[cfg(target_os = "linux")]
fn give_way() {
    use rustix::process::{getpriority_process, setpriority_process};
    // Of this thread alone, on Linux.
    let this = rustix::thread::gettid();
    let outcome = getpriority_process(Some(this)).and_then(|now| setpriority_process(Some(this), now.saturating_add(5)));
    if let Err(error) = outcome {
        tracing::debug!(%error, "the thread that writes has the priority of the others");
    }
}

#[cfg(not(target_os = "linux"))]
const fn give_way() {}

fn write(database: &Database, group: &[Job]) -> Result<Vec<bool>, StoreError> {
    let mut write = database.begin_write().map_err(failed)?;
    write.set_durability(Durability::Immediate).map_err(failed)?;
    let mut taken = Vec::with_capacity(group.len());
    let last = last_writes(group);
    {
        let mut table = write.open_table(RECORDS).map_err(failed)?;
        for (at, job) in group.iter().enumerate() {
            let holds = match &job.batch.condition {
                None => true,
                Some(Condition::Absent(key)) => table.get(key.as_str()).map_err(failed)?.is_none(),
                Some(Condition::Still(key, bytes)) => {
                    table.get(key.as_str()).map_err(failed)?.is_some_and(|found| found.value() == bytes.as_slice())
                }
            };
            if !holds {
                taken.push(false);
                continue;
            }
            if let Some(Condition::Absent(key)) = &job.batch.condition {
                table.insert(key.as_str(), b"1".as_slice()).map_err(failed)?;
            }
            for (key, record) in &job.batch.puts {
                if last.get(key.as_str()).is_some_and(|last| *last > at) {
                    continue;
                }
                match record {
                    Some(record) => drop(table.insert(key.as_str(), record.as_slice()).map_err(failed)?),
                    None => drop(table.remove(key.as_str()).map_err(failed)?),
                }
            }
            taken.push(true);
        }
    }
    write.commit().map_err(failed)?;
    Ok(taken)
}

/// Which job of a group writes a key last, whatever happens to the others: what they write under it need not be. Not for keys that a condition is
/// about.
fn last_writes(group: &[Job]) -> HashMap<&str, usize> {
    let mut last = HashMap::new();
    for (at, job) in group.iter().enumerate().filter(|(_, job)| job.batch.condition.is_none()) {
        last.extend(job.batch.puts.iter().map(|(key, _)| (key.as_str(), at)));
    }
    for condition in group.iter().filter_map(|job| job.batch.condition.as_ref()) {
        let (Condition::Absent(key) | Condition::Still(key, _)) = condition;
        last.remove(key.as_str());
    }
    last
}
