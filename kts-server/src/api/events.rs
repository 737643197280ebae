//! What happens, as it happens, through a WebSocket.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Query;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use serde::Deserialize;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::Answer;
use super::request::Caller;
use crate::access;
use crate::metrics::Metrics;
use crate::store::Note;

/// Between signs of life.
const PING: Duration = Duration::from_secs(30);
/// How long one who listens may take to take a message.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Deserialize)]
pub(super) struct Wanted {
    /// Of one host only.
    host: Option<String>,
}

pub(super) async fn listen(caller: Caller, Query(wanted): Query<Wanted>, upgrade: WebSocketUpgrade) -> Answer {
    if let Some(sn) = &wanted.host {
        caller.host(sn).await?;
    }
    // From now on nothing is missed: what is read after the answer to this is never newer than what is told.
    let notes = caller.server.store.listen();
    let upgrade = upgrade.max_message_size(4096).max_frame_size(4096);
    let response: Response = upgrade.on_upgrade(move |socket| tell(socket, caller, wanted.host, notes));
    Ok(response)
}

struct Counted(Arc<Metrics>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.listeners.sub(1);
    }
}

async fn tell(mut socket: WebSocket, mut caller: Caller, host: Option<String>, mut notes: Receiver<Note>) {
    caller.server.metrics.listeners.add(1);
    let _counted = Counted(Arc::clone(&caller.server.metrics));
    let mut pings = tokio::time::interval(PING);
    loop {
        let message = tokio::select! {
            note = notes.recv() => match note {
                Ok(Note::Users) => {
                    match access::authenticate(&caller.server.store, &caller.token).await {
                        Ok(Some(user)) => caller.user = user,
                        // The token is not good any more.
                        Ok(None) | Err(_) => return,
                    }
                    continue;
                }
                Ok(Note::Lost) | Err(RecvError::Lagged(_)) => text(&Note::Missed),
                Ok(note) if is_wanted(&note, &caller, host.as_deref()) => text(&note),
                Ok(_) => continue,
                Err(RecvError::Closed) => return,
            },
            received = socket.recv() => match received {
                // Nothing is asked for here.
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => continue,
            },
            _ = pings.tick() => {
                if caller.server.is_draining() {
                    return;
                }
                Message::Ping(axum::body::Bytes::new())
            }
        };
        if !matches!(tokio::time::timeout(PATIENCE, socket.send(message)).await, Ok(Ok(()))) {
            return;
        }
    }
}

fn is_wanted(note: &Note, caller: &Caller, host: Option<&str>) -> bool {
    let of_host = |sn: &str| caller.user.may(sn) && host.is_none_or(|host| host == sn);
    note.is_for_users() && note.sn().is_none_or(of_host)
}

fn text(note: &Note) -> Message {
    Message::Text(serde_json::to_string(note).unwrap_or_default().into())
}
