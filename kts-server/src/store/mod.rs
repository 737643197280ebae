//! Where everything stands that must survive: records under keys, and notes about what has changed.
//!
//! There are two kinds of store with one interface. [`Store::embedded`] is a file of this process (redb). [`Store::shared`] is a PostgreSQL
//! database of any number of processes. Writes go in batches that hold all together or not at all; batches of many connections are
//! committed in one transaction. Notes of a batch are told after it is durable, in every process. Values of hosts alone are shown and told
//! at once, by [`Batch::tell`]: they are asked for again after whatever has happened.

mod embedded;
mod fresh;
mod note;
mod shared;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub use note::Note;
use tokio::sync::{broadcast, mpsc, oneshot};

/// Batches that wait to be committed: what 10,000 values per second make of a disk that stands still for three seconds. More make those who
/// write wait.
const QUEUE: usize = 32_768;
/// Notes that one who listens may be behind before he is told that he has missed some.
const NOTES: usize = 16_384;
/// How long one who waits for a batch does so. It may become durable later all the same.
const PATIENCE: Duration = Duration::from_secs(15);
/// Most writes in a transaction, so that nobody waits for a very long one.
const GROUP: usize = 8192;

/// Why the store cannot do what it should.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The file of the embedded store.
    #[error("the store {path}: {reason}")]
    Open {
        /// Which file.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// The embedded store while it is open.
    #[error("the store: {0}")]
    Embedded(String),
    /// The shared store.
    #[error("the shared store: {0}")]
    Shared(String),
    /// The shared store cannot be reached, or has no time, and may be back soon.
    #[error("the shared store is away: {0}")]
    Away(String),
    /// The store has ended.
    #[error("the store is closed")]
    Closed,
    /// What was to be written is not durable yet.
    #[error("the store takes too long")]
    Slow,
}

/// Things to be written together.
#[derive(Debug, Default)]
pub struct Batch {
    /// Key and record; `None` deletes.
    pub(crate) puts: Vec<(String, Option<Vec<u8>>)>,
    /// To be told when it is durable.
    pub(crate) notes: Vec<Note>,
    /// To be told, with a record of `puts`, when it is on its way.
    early: Vec<(usize, Note)>,
    shown: Vec<fresh::Shown>,
    pub(crate) condition: Option<Condition>,
}

/// What must hold when a batch is written, or nothing of it is.
#[derive(Debug)]
pub(crate) enum Condition {
    /// There is no record under the key. One is put there.
    Absent(String),
    /// The record under the key is still this one.
    Still(String, Vec<u8>),
}

/// A record as it stands in the store, to be changed only as long as nobody else has changed it: see [`Batch::only_if`].
#[derive(Clone, Debug)]
pub struct Stored<T> {
    key: String,
    bytes: Vec<u8>,
    /// The record.
    pub record: T,
}

impl Batch {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a record in place of the one under the key, if any.
    pub fn put<T: serde::Serialize>(&mut self, key: impl Into<String>, record: &T) {
        // Records are plain structs: nothing in them can fail to become JSON.
        self.puts.push((key.into(), serde_json::to_vec(record).ok()));
    }

    /// Deletes the record under the key, if any.
    pub fn delete(&mut self, key: impl Into<String>) {
        self.puts.push((key.into(), None));
    }

    /// As [`put`](Self::put), and everybody may see the record, and is told, as soon as the batch is on its way. What becomes durable behind it
    /// does so after it. If it cannot be written, the record that was there before is shown again, after [`Note::Lost`]. Such a batch
    /// must not have a condition.
    pub fn tell<T: serde::Serialize>(&mut self, key: impl Into<String>, record: &T, note: Note) {
        self.early.push((self.puts.len(), note));
        self.put(key, record);
    }

    /// Tells everybody, after the batch is durable.
    pub fn note(&mut self, note: Note) {
        self.notes.push(note);
    }

    /// Makes the batch fail, as a whole, if there is a record under the key; else one is put there. The last condition counts.
    pub fn once(&mut self, key: impl Into<String>) {
        self.condition = Some(Condition::Absent(key.into()));
    }

    /// Makes the batch fail, as a whole, if the record has changed since it was read. The last condition counts.
    pub fn only_if<T>(&mut self, stored: &Stored<T>) {
        self.condition = Some(Condition::Still(stored.key.clone(), stored.bytes.clone()));
    }

    /// How many records it writes or deletes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.puts.len()
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.puts.is_empty() && self.notes.is_empty() && self.condition.is_none()
    }
}

/// A batch on its way, and who waits for it. `false`: its condition did not hold.
struct Job {
    batch: Batch,
    done: Option<oneshot::Sender<Result<bool, StoreError>>>,
}

enum Kind {
    Embedded(Arc<redb::Database>),
    Shared(Arc<shared::Link>),
}

/// A store.
pub struct Store {
    kind: Kind,
    queue: mpsc::Sender<Job>,
    /// The thread of the embedded store, which takes its time when nobody waits.
    writer: Option<std::thread::Thread>,
    notes: broadcast::Sender<Note>,
    fresh: Arc<fresh::Fresh>,
}

impl Store {
    /// Opens the file, or makes it. Only one process can have it open. `cache` in bytes.
    ///
    /// # Errors
    /// [`StoreError::Open`].
    pub fn embedded(path: &Path, cache: usize) -> Result<Self, StoreError> {
        let database = Arc::new(embedded::open(path, cache)?);
        let (queue, jobs) = mpsc::channel(QUEUE);
        let (notes, _) = broadcast::channel(NOTES);
        let writer = Some(embedded::spawn(Arc::clone(&database), jobs, notes.clone()));
        Ok(Self { kind: Kind::Embedded(database), queue, writer, notes, fresh: Arc::default() })
    }

    /// Connects to a database, as `postgresql://USER:PASSWORD@HOST/DATABASE`, and makes the table if it is not there.
    ///
    /// # Errors
    /// [`StoreError::Shared`].
    pub async fn shared(url: &str) -> Result<Self, StoreError> {
        let link = Arc::new(shared::Link::open(url).await?);
        let (queue, jobs) = mpsc::channel(QUEUE);
        let (notes, _) = broadcast::channel(NOTES);
        shared::spawn(&link, jobs, notes.clone()).await?;
        Ok(Self { kind: Kind::Shared(link), queue, writer: None, notes, fresh: Arc::default() })
    }

    /// Whether other processes may have the same store.
    #[must_use]
    pub const fn is_shared(&self) -> bool {
        matches!(self.kind, Kind::Shared(_))
    }

    /// The record under a key. `None` too if it cannot be understood, which is logged.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn get<T: serde::de::DeserializeOwned>(&self, key: &str) -> Result<Option<T>, StoreError> {
        // In this order: what is not here any more is there.
        if let Some(bytes) = self.fresh.get(key) {
            return Ok(understand(key, &bytes));
        }
        Ok(self.stored(key).await?.map(|stored| stored.record))
    }

    /// As [`get`](Self::get), but what is durable only, for [`Batch::only_if`].
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn stored<T: serde::de::DeserializeOwned>(&self, key: &str) -> Result<Option<Stored<T>>, StoreError> {
        let bytes = match &self.kind {
            Kind::Embedded(database) => embedded::get(database, key)?,
            Kind::Shared(link) => link.get(key).await?,
        };
        let Some(bytes) = bytes else { return Ok(None) };
        Ok(understand(key, &bytes).map(|record| Stored { key: key.to_owned(), bytes, record }))
    }

    /// The records whose keys begin with `prefix`, in the order of their keys, from the first key behind `after`; `limit` at most. The keys
    /// come without the prefix.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn scan<T: serde::de::DeserializeOwned>(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, T)>, StoreError> {
        let from = after.map(|after| format!("{prefix}{after}"));
        let fresh = self.fresh.scan(prefix, from.as_deref());
        let stored = match &self.kind {
            Kind::Embedded(database) => embedded::scan(database, prefix, from.as_deref(), limit)?,
            Kind::Shared(link) => link.scan(prefix, from.as_deref(), limit).await?,
        };
        let rows = fresh::merge(stored, fresh, limit);
        let understood = |(key, bytes): (String, Vec<u8>)| {
            let record = understand(&key, &bytes)?;
            Some((key.strip_prefix(prefix)?.to_owned(), record))
        };
        Ok(rows.into_iter().filter_map(understood).collect())
    }

    /// Writes a batch and waits until it is durable. `false`: nothing was written, because of [`Batch::once`] or [`Batch::only_if`].
    ///
    /// # Errors
    /// It could not be written.
    pub async fn commit(&self, batch: Batch) -> Result<bool, StoreError> {
        let (done, outcome) = oneshot::channel();
        self.send(Job { batch, done: Some(done) }).await?;
        match tokio::time::timeout(PATIENCE, outcome).await {
            Ok(outcome) => outcome.map_err(|_| StoreError::Closed)?,
            Err(_) => Err(StoreError::Slow),
        }
    }

    /// Writes a batch some time soon, behind those before it. Waits only while many others wait. A failure is logged.
    ///
    /// # Errors
    /// The store has ended.
    pub async fn write(&self, batch: Batch) -> Result<(), StoreError> {
        self.send(Job { batch, done: None }).await
    }

    async fn send(&self, mut job: Job) -> Result<(), StoreError> {
        let is_urgent = job.done.is_some() || self.queue.capacity() < QUEUE / 2;
        let place = self.queue.reserve().await.map_err(|_| StoreError::Closed)?;
        let Batch { puts, early, .. } = &job.batch;
        let shown: Vec<_> =
            early.iter().filter_map(|(at, _)| puts.get(*at)).filter_map(|(key, record)| Some((key.clone(), record.clone()?))).collect();
        if shown.is_empty() {
            place.send(job);
        } else {
            // On its way before it is seen, so that who has seen it and writes something is behind it.
            self.fresh.show(shown, |shown| {
                job.batch.shown = shown;
                for (_, note) in &job.batch.early {
                    // Nobody may be listening.
                    let _ = self.notes.send(note.clone());
                }
                place.send(job);
            });
        }
        if let Some(writer) = self.writer.as_ref().filter(|_| is_urgent) {
            writer.unpark();
        }
        Ok(())
    }

    /// The notes from now on.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<Note> {
        self.notes.subscribe()
    }
}

fn understand<T: serde::de::DeserializeOwned>(key: &str, bytes: &[u8]) -> Option<T> {
    match serde_json::from_slice(bytes) {
        Ok(record) => Some(record),
        Err(error) => {
            // Not the record: it may hold a key. Neither the text of the error, which may quote it.
            tracing::error!(key, line = error.line(), column = error.column(), "a record of the store cannot be understood");
            None
        }
    }
}

/// What is written in one transaction.
#[derive(Default)]
struct Group {
    jobs: Vec<Job>,
    writes: usize,
    /// Somebody waits.
    is_urgent: bool,
}

impl Group {
    fn push(&mut self, job: Job) {
        self.writes += job.batch.puts.len().max(1);
        self.is_urgent |= job.done.is_some();
        self.jobs.push(job);
    }

    /// Takes the jobs that wait, as long as there is room.
    fn take(&mut self, jobs: &mut mpsc::Receiver<Job>) {
        while !self.is_full()
            && let Ok(job) = jobs.try_recv()
        {
            self.push(job);
        }
    }

    const fn is_full(&self) -> bool {
        self.writes >= GROUP
    }
}

/// Tells those who wait how their batches ended, and everybody what has happened.
///
/// `tell`: the notes are told here, and not by the database.
fn conclude(mut group: Group, outcome: Result<Vec<bool>, StoreError>, notes: &broadcast::Sender<Note>, tell: bool) {
    if let Err(error) = &outcome {
        tracing::error!(%error, batches = group.jobs.len(), "writes were lost");
        group.jobs.iter_mut().for_each(|job| job.batch.shown.clear());
        // What hosts have told is not in the store now: they are asked again.
        let _ = notes.send(Note::Lost);
    }
    for (at, job) in group.jobs.into_iter().enumerate() {
        let result = match &outcome {
            Ok(taken) => Ok(taken.get(at).copied().unwrap_or(false)),
            Err(error) => Err(error.clone()),
        };
        if result.as_ref().is_ok_and(|written| *written && tell) {
            for note in job.batch.notes {
                // Nobody may be listening.
                let _ = notes.send(note);
            }
        }
        if let Some(done) = job.done {
            let _ = done.send(result);
        }
    }
}

#[cfg(test)]
mod tests;
