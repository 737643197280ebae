//! Values for objects.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use codec_core::kts::controller::Failure;
use serde::Deserialize;
use serde_json::json;

use super::Answer;
use super::request::{Body, Caller};
use crate::error::Error;
use crate::ids;
use crate::records::{Command, Object, is_object_value};
use crate::server::Server;
use crate::store::{Batch, Note};

/// Longest time that a request may wait for the host, in seconds.
const LONGEST_WAIT: u64 = 60;
/// How long after its end a command that nobody has carried out is given up, in milliseconds.
const GIVEN_UP: u64 = 60_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    value: String,
}

#[derive(Deserialize)]
pub(super) struct Wait {
    /// Seconds.
    #[serde(default)]
    wait: u64,
}

/// The state of a command, as it is shown.
async fn state(server: &Server, sn: &str, id: &str) -> Result<Option<Command>, Error> {
    if let Some(command) = server.store.get::<Command>(&format!("ended/{sn}/{id}")).await? {
        return Ok(Some(command));
    }
    let waiting = server.store.get::<Command>(&format!("command/{sn}/{id}")).await?;
    Ok(waiting.map(|mut command| {
        if command.expires.saturating_add(GIVEN_UP) <= ids::now_millis() {
            Failure::TimedOut.name().clone_into(&mut command.state);
        }
        command
    }))
}

fn view(id: &str, command: &Command) -> serde_json::Value {
    json!({ "id": id, "object": command.object, "value": command.value, "state": command.state, "at": command.at })
}

pub(super) async fn post(
    caller: Caller,
    Path((sn, object)): Path<(String, String)>,
    Query(wait): Query<Wait>,
    Body(wanted): Body<Wanted>,
) -> Answer {
    caller.writes()?;
    caller.host(&sn).await?;
    let server = &caller.server;
    let found = server.store.get::<Object>(&format!("object/{sn}/{object}")).await?.ok_or(Error::NotFound)?;
    if found.write.is_none() || found.eis.is_none() {
        return Err(Failure::NotAllowed.into());
    }
    if !is_object_value(&wanted.value) {
        return Err(Failure::BadRequest.into());
    }
    if super::hosts::connection(server, &sn).await?.is_none() {
        return Err(Failure::NotConnected.into());
    }
    let (id, now) = (ids::ordered()?, ids::now_millis());
    let expires = now.saturating_add(u64::from(server.config.api.command_seconds) * 1000);
    let command = Command { object, value: wanted.value, user: caller.user.name.clone(), at: now, expires, state: "accepted".to_owned() };
    let mut batch = Batch::new();
    let waiting = server.store.scan::<Command>(&format!("command/{sn}/"), None, server.config.limits.commands).await?;
    let given_up = waiting.iter().filter(|(_, old)| old.expires.saturating_add(GIVEN_UP) <= now);
    given_up.clone().for_each(|(old, _)| batch.delete(format!("command/{sn}/{old}")));
    if waiting.len() - given_up.count() >= server.config.limits.commands {
        return Err(Failure::Busy.into());
    }
    batch.put(format!("command/{sn}/{id}"), &command);
    batch.note(Note::Wake { sn: sn.clone() });
    let mut notes = server.store.listen();
    server.store.commit(batch).await?;
    let ended = async {
        loop {
            match notes.recv().await {
                Ok(Note::Command { id: ended, .. }) if ended == id => return,
                Ok(_) | Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {}
                Err(tokio::sync::broadcast::error::RecvError::Closed) => return,
            }
        }
    };
    let command = match wait.wait.min(LONGEST_WAIT) {
        0 => command,
        seconds => {
            let _ = tokio::time::timeout(Duration::from_secs(seconds), ended).await;
            state(server, &sn, &id).await?.unwrap_or(command)
        }
    };
    Ok((StatusCode::ACCEPTED, Json(view(&id, &command))).into_response())
}

pub(super) async fn one(caller: Caller, Path((sn, id)): Path<(String, String)>) -> Answer {
    caller.host(&sn).await?;
    let command = state(&caller.server, &sn, &id).await?.ok_or(Error::NotFound)?;
    Ok(Json(view(&id, &command)).into_response())
}
