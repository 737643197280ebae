//! The connections of this process, by serial number, so that notes reach them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Notify, broadcast};

use crate::store::Note;

/// What a connection is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// There is something to do in the store.
    Work,
    /// What the host has told is not in the store: it is to be asked again.
    Resync,
    /// Others may take the connection for dead: it is to be written that it is there.
    Present,
    /// Close when what is under way has ended.
    Drain,
    /// Close now.
    Close,
}

/// How a connection is reached.
#[derive(Debug)]
pub struct Handle {
    /// Names the connection among those of all processes.
    pub connection: String,
    wake: Notify,
    calls: AtomicU8,
}

impl Handle {
    /// For a new connection.
    #[must_use]
    pub fn new(connection: String) -> Self {
        Self { connection, wake: Notify::new(), calls: AtomicU8::new(0) }
    }

    /// Waits until there is a call.
    pub async fn called(&self) {
        self.wake.notified().await;
    }

    /// Whether there was such a call since the last time.
    #[must_use]
    pub fn take(&self, call: Call) -> bool {
        let bit = 1 << call as u8;
        self.calls.fetch_and(!bit, Ordering::AcqRel) & bit != 0
    }

    /// Tells the connection.
    pub fn call(&self, call: Call) {
        self.calls.fetch_or(1 << call as u8, Ordering::AcqRel);
        self.wake.notify_one();
    }
}

/// The connections that have registered.
#[derive(Debug, Default)]
pub struct Hub {
    connections: Mutex<HashMap<String, Arc<Handle>>>,
}

impl Hub {
    fn with<T>(&self, act: impl FnOnce(&mut HashMap<String, Arc<Handle>>) -> T) -> T {
        act(&mut self.connections.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A host has registered. The connection that it had before is closed.
    pub fn enter(&self, sn: &str, handle: &Arc<Handle>) {
        if let Some(before) = self.with(|all| all.insert(sn.to_owned(), Arc::clone(handle))) {
            before.call(Call::Close);
        }
    }

    /// A connection has ended.
    pub fn leave(&self, sn: &str, handle: &Arc<Handle>) {
        self.with(|all| {
            if all.get(sn).is_some_and(|found| Arc::ptr_eq(found, handle)) {
                all.remove(sn);
            }
        });
    }

    /// Whether the host is registered here, on the connection of this name.
    #[must_use]
    pub fn has(&self, sn: &str, connection: &str) -> bool {
        self.with(|all| all.get(sn).is_some_and(|handle| handle.connection == connection))
    }

    /// How many hosts are registered here.
    #[must_use]
    pub fn len(&self) -> usize {
        self.with(|all| all.len())
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Tells all of them.
    pub fn call_all(&self, call: Call) {
        self.with(|all| all.values().for_each(|handle| handle.call(call)));
    }

    /// Passes notes to the connections they are for, until the store ends.
    pub async fn run(&self, mut notes: broadcast::Receiver<Note>) {
        loop {
            match notes.recv().await {
                Ok(note) => self.tell(&note),
                Err(broadcast::error::RecvError::Lagged(_)) => self.tell(&Note::Missed),
                Err(broadcast::error::RecvError::Closed) => return,
            }
        }
    }

    fn tell(&self, note: &Note) {
        let find = |sn: &str| self.with(|all| all.get(sn).cloned());
        match note {
            Note::Wake { sn } => {
                if let Some(handle) = find(sn) {
                    handle.call(Call::Work);
                }
            }
            Note::Expelled { sn } => {
                if let Some(handle) = find(sn) {
                    handle.call(Call::Close);
                }
            }
            Note::Online { sn, connection } => {
                // Names grow with time: a note that is late does not close the connection that came after it.
                if let Some(handle) = find(sn).filter(|handle| handle.connection < *connection) {
                    handle.call(Call::Close);
                }
            }
            Note::Missed => self.call_all(Call::Work),
            Note::Lost => self.call_all(Call::Resync),
            _ => {}
        }
    }
}
