//! The store in a PostgreSQL database, shared by all processes. Notes go through its `NOTIFY`, in the transaction of their batch.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, broadcast, mpsc};
use tokio_postgres::{AsyncMessage, Client, Config, NoTls};

use super::{Condition, Group, Job, Note, StoreError, conclude};

/// Keys are compared byte by byte, as everywhere else.
const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS kts_records (key text COLLATE \"C\" PRIMARY KEY, record bytea NOT NULL)";
/// The channel of the notes.
const CHANNEL: &str = "kts_notes";
/// Between attempts to connect again.
const PAUSE: Duration = Duration::from_millis(500);
/// How often a write is tried again that failed for another reason than that the database is away.
const TRIES: u32 = 3;
/// What the database takes in one note.
const LONGEST_NOTE: usize = 7900;

/// A note on its way through the database.
#[derive(Serialize, Deserialize)]
struct Passed<N> {
    #[serde(flatten)]
    note: N,
    /// The store that has told it already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    told_by: Option<String>,
}

fn failed(error: tokio_postgres::Error) -> StoreError {
    // The text of the error alone is "db error": what went wrong stands behind it.
    let source = std::error::Error::source(&error);
    let text = format!("{error}{}", source.map(|source| format!(": {source}")).unwrap_or_default());
    let passes = match error.code() {
        // Connections, two that wait for each other, too much going on, and starting or stopping.
        Some(state) => ["08", "40", "53", "57"].iter().any(|class| state.code().starts_with(class)),
        None => error.is_closed() || source.is_some_and(<dyn std::error::Error>::is::<std::io::Error>),
    };
    if passes { StoreError::Away(text) } else { StoreError::Shared(text) }
}

/// A connection that is made again when it breaks.
pub(super) struct Link {
    config: Config,
    client: Mutex<Option<Arc<Client>>>,
    /// Names this store among those that share the database.
    name: String,
}

impl Link {
    pub(super) async fn open(url: &str) -> Result<Self, StoreError> {
        let mut config: Config = url.parse().map_err(failed)?;
        config.connect_timeout(Duration::from_secs(5));
        let name = crate::ids::ordered().map_err(|error| StoreError::Shared(error.to_string()))?;
        let link = Self { config, client: Mutex::new(None), name };
        let client = link.client().await?;
        // Several processes may be doing this at once, which the database does not like.
        let schema = format!("SELECT pg_advisory_lock(5301); {SCHEMA}; SELECT pg_advisory_unlock(5301)");
        client.batch_execute(&schema).await.map_err(failed)?;
        Ok(link)
    }

    async fn client(&self) -> Result<Arc<Client>, StoreError> {
        let mut slot = self.client.lock().await;
        if let Some(client) = slot.as_ref().filter(|client| !client.is_closed()) {
            return Ok(Arc::clone(client));
        }
        let (client, connection) = self.config.connect(NoTls).await.map_err(failed)?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::warn!(%error, "the connection with the shared store ended");
            }
        });
        let client = Arc::new(client);
        *slot = Some(Arc::clone(&client));
        Ok(client)
    }

    pub(super) async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let row = self.client().await?.query_opt("SELECT record FROM kts_records WHERE key = $1", &[&key]).await.map_err(failed)?;
        Ok(row.map(|row| row.get(0)))
    }

    pub(super) async fn scan(&self, prefix: &str, from: Option<&str>, limit: usize) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        // The first key that does not begin with the prefix: all prefixes end in '/', which '0' follows.
        let end = format!("{}0", prefix.strip_suffix('/').unwrap_or(prefix));
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let select = "SELECT key, record FROM kts_records WHERE key > $1 AND key < $2 ORDER BY key LIMIT $3";
        let rows = self.client().await?.query(select, &[&from.unwrap_or(prefix), &end, &limit]).await.map_err(failed)?;
        Ok(rows.into_iter().map(|row| (row.get(0), row.get(1))).collect())
    }
}

/// Starts what writes and what listens.
pub(super) async fn spawn(link: &Arc<Link>, mut jobs: mpsc::Receiver<Job>, notes: broadcast::Sender<Note>) -> Result<(), StoreError> {
    let writing = Arc::new(Link { config: link.config.clone(), client: Mutex::new(None), name: link.name.clone() });
    let missed = notes.clone();
    tokio::spawn(async move {
        while let Some(first) = jobs.recv().await {
            let mut group = Group::default();
            group.push(first);
            group.take(&mut jobs);
            let outcome = insist(&writing, &group.jobs).await;
            // The notes come back from the database, to this process too.
            conclude(group, outcome, &missed, false);
        }
    });
    let link = Arc::clone(link);
    let mut listening = Some(listen(&link, &notes).await?);
    tokio::spawn(async move {
        loop {
            if let Some((client, ended)) = listening.take() {
                // It ends when the connection does, which lives as long as the client.
                let _ = ended.await;
                drop(client);
            }
            tokio::time::sleep(PAUSE).await;
            match listen(&link, &notes).await {
                Ok(again) => {
                    listening = Some(again);
                    let _ = notes.send(Note::Missed);
                }
                Err(error) => tracing::warn!(%error, "no notes from other processes"),
            }
        }
    });
    Ok(())
}

/// Connects for notes only.
async fn listen(link: &Link, notes: &broadcast::Sender<Note>) -> Result<(Client, tokio::task::JoinHandle<()>), StoreError> {
    let (client, mut connection) = link.config.connect(NoTls).await.map_err(failed)?;
    let (notes, name) = (notes.clone(), link.name.clone());
    let ended = tokio::spawn(async move {
        while let Some(Ok(message)) = std::future::poll_fn(|context| connection.poll_message(context)).await {
            let AsyncMessage::Notification(notification) = message else { continue };
            match serde_json::from_str::<Passed<Note>>(notification.payload()) {
                Ok(Passed { told_by: Some(by), .. }) if by == name => {}
                Ok(Passed { note, .. }) => drop(notes.send(note)),
                // Of a newer version of this program, perhaps.
                Err(_) => tracing::debug!("a note that is not known"),
            }
        }
    });
    client.batch_execute(&format!("LISTEN {CHANNEL}")).await.map_err(failed)?;
    Ok((client, ended))
}

/// Writes, as soon as the database is there: what waits behind is not lost either, and who waits is told that it takes too long.
async fn insist(link: &Link, group: &[Job]) -> Result<Vec<bool>, StoreError> {
    let (mut tries, mut was_away) = (0, false);
    loop {
        let outcome = write(link, group).await;
        match &outcome {
            Ok(_) if was_away => tracing::info!("the shared store is back"),
            Err(error @ StoreError::Away(_)) => {
                if !std::mem::replace(&mut was_away, true) {
                    tracing::error!(%error, "writes wait");
                }
                tokio::time::sleep(PAUSE).await;
                continue;
            }
            Err(error) if tries < TRIES => {
                tracing::warn!(%error, "a write is tried again");
                tries += 1;
                tokio::time::sleep(PAUSE).await;
                continue;
            }
            _ => {}
        }
        return outcome;
    }
}

async fn write(link: &Link, group: &[Job]) -> Result<Vec<bool>, StoreError> {
    let client = link.client().await?;
    // A client shared by nobody else: the pieces of the transaction stay together.
    client.batch_execute("BEGIN").await.map_err(failed)?;
    match write_inside(&client, group, &link.name).await {
        Ok(taken) => {
            client.batch_execute("COMMIT").await.map_err(failed)?;
            Ok(taken)
        }
        Err(error) => {
            if client.batch_execute("ROLLBACK").await.is_err() {
                *link.client.lock().await = None;
            }
            Err(error)
        }
    }
}

/// Whether a condition holds, and goes on to hold until the transaction ends. `last` is what was written before in the same transaction.
async fn holds(client: &Client, condition: &Condition, last: &HashMap<&str, Option<&[u8]>>) -> Result<bool, StoreError> {
    match condition {
        Condition::Absent(key) => match last.get(key.as_str()) {
            Some(before) => Ok(before.is_none()),
            None => {
                let insert = "INSERT INTO kts_records (key, record) VALUES ($1, '1') ON CONFLICT (key) DO NOTHING";
                Ok(client.execute(insert, &[key]).await.map_err(failed)? == 1)
            }
        },
        Condition::Still(key, bytes) => match last.get(key.as_str()) {
            Some(before) => Ok(*before == Some(bytes.as_slice())),
            None => {
                let select = "SELECT record FROM kts_records WHERE key = $1 FOR UPDATE";
                let row = client.query_opt(select, &[key]).await.map_err(failed)?;
                Ok(row.is_some_and(|row| row.get::<_, &[u8]>(0) == bytes.as_slice()))
            }
        },
    }
}

async fn write_inside(client: &Client, group: &[Job], name: &str) -> Result<Vec<bool>, StoreError> {
    let mut taken = Vec::with_capacity(group.len());
    // What holds for a key at the end; a statement must not touch a row twice.
    let mut last: HashMap<&str, Option<&[u8]>> = HashMap::new();
    let mut notes = Vec::new();
    for job in group {
        if let Some(condition) = &job.batch.condition {
            if !holds(client, condition, &last).await? {
                taken.push(false);
                continue;
            }
            if let Condition::Absent(key) = condition {
                last.insert(key, Some(b"1"));
            }
        }
        for (key, record) in &job.batch.puts {
            last.insert(key, record.as_deref());
        }
        let told = job.batch.early.iter().map(|(_, note)| Passed { note, told_by: Some(name.to_owned()) });
        for note in told.chain(job.batch.notes.iter().map(|note| Passed { note, told_by: None })) {
            let text = serde_json::to_string(&note).unwrap_or_default();
            if text.len() <= LONGEST_NOTE {
                notes.push(text);
            } else {
                tracing::warn!(bytes = text.len(), "a note is too long for the database");
            }
        }
        taken.push(true);
    }
    // In one order everywhere, so that two processes cannot wait for each other.
    let mut rows: Vec<_> = last.into_iter().collect();
    rows.sort_unstable();
    let (mut keys, mut records, mut gone) = (Vec::new(), Vec::new(), Vec::new());
    for (key, record) in rows {
        match record {
            Some(record) => {
                keys.push(key);
                records.push(record);
            }
            None => gone.push(key),
        }
    }
    if !keys.is_empty() {
        let upsert = "INSERT INTO kts_records (key, record) SELECT * FROM unnest($1::text[], $2::bytea[]) \
                      ON CONFLICT (key) DO UPDATE SET record = EXCLUDED.record";
        client.execute(upsert, &[&keys, &records]).await.map_err(failed)?;
    }
    if !gone.is_empty() {
        client.execute("DELETE FROM kts_records WHERE key = ANY($1)", &[&gone]).await.map_err(failed)?;
    }
    if !notes.is_empty() {
        let notify = format!("SELECT pg_notify('{CHANNEL}', note) FROM unnest($1::text[]) AS note");
        client.execute(&notify, &[&notes]).await.map_err(failed)?;
    }
    Ok(taken)
}
