//! What has to be done now and then: this process is alive, others are not any more, old records go.

use std::sync::Arc;
use std::time::Duration;

use serde::de::IgnoredAny;

use crate::ids::now_millis;
use crate::records::Connection;
use crate::server::Server;
use crate::store::{Batch, Note, StoreError};

/// Between rounds.
const ROUND: Duration = Duration::from_secs(5);
/// After how many milliseconds without a sign of life a process counts as dead.
const DEAD: u64 = 20_000;
/// Records that are looked at in one go.
const PAGE: usize = 1000;

/// At the start. A store in a file has no other process: connections in it are over.
///
/// # Errors
/// The store does not work.
pub(crate) async fn begin(server: &Server) -> anyhow::Result<()> {
    alive(server).await?;
    sweep(server, !server.store.is_shared()).await?;
    Ok(())
}

/// At the end: waits until everything is written.
///
/// # Errors
/// The store does not work.
pub(crate) async fn end(server: &Server) -> anyhow::Result<()> {
    let mut batch = Batch::new();
    batch.delete(format!("process/{}", server.process));
    server.store.commit(batch).await?;
    Ok(())
}

/// Until the task is dropped.
pub(crate) async fn run(server: Arc<Server>) {
    loop {
        tokio::time::sleep(ROUND).await;
        let outcome = async {
            alive(&server).await?;
            sweep(&server, false).await?;
            forget(&server).await
        };
        if let Err(error) = outcome.await {
            tracing::error!(%error, "the store cannot be kept in order");
        }
    }
}

async fn alive(server: &Server) -> Result<(), StoreError> {
    let mut batch = Batch::new();
    batch.put(format!("process/{}", server.process), &now_millis());
    server.store.commit(batch).await.map(drop)
}

/// Deletes the connections of processes that are dead; `all` for those of all other processes.
async fn sweep(server: &Server, all: bool) -> Result<(), StoreError> {
    let processes = server.store.scan::<u64>("process/", None, PAGE).await?;
    let now = now_millis();
    let is_alive = |process: &str| {
        let seen = processes.iter().find(|(name, _)| name == process);
        process == server.process || !all && seen.is_some_and(|(_, seen)| now.saturating_sub(*seen) < DEAD)
    };
    let mut after: Option<String> = None;
    loop {
        let page = server.store.scan::<Connection>("online/", after.as_deref(), PAGE).await?;
        for (key, _) in page.iter().filter(|(_, connection)| !is_alive(&connection.process)) {
            let Some((sn, _)) = key.split_once('/') else { continue };
            let mut batch = Batch::new();
            batch.delete(format!("online/{key}"));
            if server.store.scan::<IgnoredAny>(&format!("online/{sn}/"), None, 2).await?.len() < 2 {
                batch.note(Note::Offline { sn: sn.to_owned() });
            }
            server.store.commit(batch).await?;
        }
        let full = page.len() == PAGE;
        after = page.into_iter().next_back().map(|(key, _)| key);
        if !full {
            break;
        }
    }
    let mut batch = Batch::new();
    for (process, _) in processes.iter().filter(|(process, _)| !is_alive(process)) {
        batch.delete(format!("process/{process}"));
    }
    if batch.is_empty() { Ok(()) } else { server.store.commit(batch).await.map(drop) }
}

/// Forgets registrations whose time stamp alone is refused by now.
async fn forget(server: &Server) -> Result<(), StoreError> {
    let now = now_millis() / 1000;
    let mut batch = Batch::new();
    for (key, _) in server.store.scan::<IgnoredAny>("seen/", None, PAGE).await? {
        let until = key.split_once('/').and_then(|(until, _)| until.parse::<u64>().ok()).unwrap_or(0);
        if until >= now {
            break;
        }
        batch.delete(format!("seen/{key}"));
    }
    if batch.is_empty() { Ok(()) } else { server.store.commit(batch).await.map(drop) }
}
