//! What has to be done now and then: this process is alive, others are not any more, old records go.

use std::sync::Arc;
use std::time::Duration;

use serde::de::IgnoredAny;

use crate::hub::Call;
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
    alive(server, now_millis()).await?;
    if !server.store.is_shared() {
        sweep(server, |_| false).await?;
    }
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
    let mut keeper = Keeper::new(now_millis());
    loop {
        tokio::time::sleep(ROUND).await;
        if let Err(error) = keeper.round(&server, now_millis()).await {
            tracing::error!(%error, "the store cannot be kept in order");
        }
    }
}

/// What has to be known from round to round. Times are in milliseconds since 1970.
struct Keeper {
    /// When this process has last said that it is alive.
    said: u64,
    /// Since when it has said so without a break.
    steady: u64,
}

impl Keeper {
    const fn new(now: u64) -> Self {
        Self { said: now, steady: now }
    }

    async fn round(&mut self, server: &Server, now: u64) -> Result<(), StoreError> {
        alive(server, now).await?;
        let gap = now.saturating_sub(self.said);
        self.said = now;
        if gap >= DEAD / 2 {
            // The store was away, or this process stood still. Others may have taken it for dead, and they may be in the same case.
            self.steady = now;
            server.hub.call_all(Call::Present);
        }
        if now.saturating_sub(self.steady) >= DEAD {
            let processes = server.store.scan::<u64>("process/", None, PAGE).await?;
            let dead = |seen: &u64| now.saturating_sub(*seen) >= DEAD;
            let mut batch = Batch::new();
            for (process, _) in processes.iter().filter(|(_, seen)| dead(seen)) {
                batch.delete(format!("process/{process}"));
            }
            sweep(server, |process| processes.iter().any(|(name, seen)| name == process && !dead(seen))).await?;
            if !batch.is_empty() {
                server.store.commit(batch).await?;
            }
        }
        forget(server, now / 1000).await
    }
}

async fn alive(server: &Server, now: u64) -> Result<(), StoreError> {
    let mut batch = Batch::new();
    batch.put(format!("process/{}", server.process), &now);
    server.store.commit(batch).await.map(drop)
}

/// Deletes the connections of other processes that are not alive, and those of this one that it does not have.
async fn sweep(server: &Server, is_alive: impl Fn(&str) -> bool) -> Result<(), StoreError> {
    let mut after: Option<String> = None;
    loop {
        let page = server.store.scan::<Connection>("online/", after.as_deref(), PAGE).await?;
        for (key, connection) in &page {
            let Some((sn, name)) = key.split_once('/') else { continue };
            let there = match connection.process == server.process {
                true => server.hub.has(sn, name),
                false => is_alive(&connection.process),
            };
            if there {
                continue;
            }
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
            return Ok(());
        }
    }
}

/// Forgets registrations whose time stamp alone is refused by now, in seconds since 1970.
async fn forget(server: &Server, now: u64) -> Result<(), StoreError> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::Handle;

    #[tokio::test]
    async fn what_is_over_goes_and_what_may_be_there_stays() {
        let folder = std::env::temp_dir().join(format!("kts-keeping-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let text = "[hosts]\nlisten = \"127.0.0.1:0\"\n[api]\nlisten = \"127.0.0.1:0\"\n[store]\nfile = \"keeping.redb\"\n";
        let config = crate::config::Config::parse(text, &folder.join("kts-server.toml")).unwrap();
        let server = Server::open(config).await.unwrap();
        let handle = Arc::new(Handle::new("1".to_owned()));
        server.hub.enter("A", &handle);
        let now = 1_000_000_000;
        let fill = async || {
            let mut batch = Batch::new();
            for (key, process) in [("A/1", server.process.as_str()), ("B/1", server.process.as_str()), ("C/1", "dead"), ("D/1", "well")] {
                batch.put(format!("online/{key}"), &Connection { process: process.to_owned(), peer: String::new(), at: 1 });
            }
            batch.put("process/dead", &(now - DEAD));
            batch.put("process/well", &(now - DEAD / 2));
            for until in [now / 1000 - 1, now / 1000] {
                batch.put(format!("seen/{until:012}/05"), &1);
            }
            server.store.commit(batch).await.unwrap();
        };
        let keys = async |prefix: &str| {
            let rows = server.store.scan::<IgnoredAny>(prefix, None, PAGE).await.unwrap();
            rows.into_iter().map(|(key, _)| key).collect::<Vec<_>>()
        };
        fill().await;
        let mut notes = server.store.listen();
        Keeper { said: now - 5000, steady: now - DEAD }.round(&server, now).await.unwrap();
        assert_eq!(keys("online/").await, ["A/1", "D/1"]);
        assert_eq!(keys("process/").await, [server.process.as_str(), "well"]);
        assert_eq!(keys("seen/").await, ["000001000000/05"]);
        assert_eq!(notes.recv().await.unwrap(), Note::Offline { sn: "B".to_owned() });
        assert_eq!(notes.recv().await.unwrap(), Note::Offline { sn: "C".to_owned() });
        assert!(!handle.take(Call::Present));

        // After a break everybody says first that he is there.
        fill().await;
        let mut keeper = Keeper { said: now - 30_000, steady: 0 };
        keeper.round(&server, now).await.unwrap();
        assert!(handle.take(Call::Present));
        assert_eq!(keys("online/").await.len(), 4);
        assert_eq!((keeper.said, keeper.steady), (now, now));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
