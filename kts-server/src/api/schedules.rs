//! Schedules: written to the store, then brought to the host.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use codec_core::kts::controller::Failure;
use codec_core::kts::{ActionInfo, Days, GroupAddress, Send, TaskFlag, TaskInfo, TimeOfDay, encode};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Answer;
use super::request::{Body, Caller};
use crate::error::Error;
use crate::pool::BUFFER;
use crate::records::{Object, Schedule, ScheduleState, ScheduledAction, is_object_value};
use crate::store::{Batch, Note, Store};

/// Longest id, in bytes; hosts have little room.
const MAX_ID: usize = 16;
/// Longest name, in bytes.
const MAX_NAME: usize = 48;
/// Longest serial number.
const LONGEST_SN: &str = "00000000000000000000000000000000";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    name: String,
    #[serde(default)]
    zone: Option<String>,
    #[serde(default = "yes")]
    enabled: bool,
    time: String,
    days: Vec<u8>,
    actions: Vec<ScheduledAction>,
}

const fn yes() -> bool {
    true
}

#[derive(Serialize)]
struct View {
    id: String,
    #[serde(flatten)]
    schedule: Schedule,
}

fn is_id(id: &str) -> bool {
    (1..=MAX_ID).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// Whether it can be sent to the host as it is.
async fn check(store: &Store, sn: &str, id: &str, wanted: &Wanted) -> Result<(), Error> {
    let text = |text: &str, max: usize| text.len() <= max && !text.chars().any(char::is_control);
    let time = TimeOfDay::parse(&wanted.time);
    let right = is_id(id)
        && text(&wanted.name, MAX_NAME)
        && wanted.zone.as_ref().is_none_or(|zone| text(zone, MAX_ID))
        && wanted.days.iter().all(|day| (1..=7).contains(day))
        && !wanted.actions.is_empty()
        && wanted.actions.iter().all(|action| is_object_value(&action.value));
    let (true, Some(time)) = (right, time) else { return Err(Failure::BadRequest.into()) };
    let mut actions = Vec::with_capacity(wanted.actions.len());
    for action in &wanted.actions {
        let object = store.get::<Object>(&format!("object/{sn}/{}", action.object)).await?.ok_or(Failure::BadRequest)?;
        let address = object.write.as_deref().and_then(GroupAddress::parse);
        let (Some(address), Some(eis)) = (address, object.eis) else { return Err(Failure::NotAllowed.into()) };
        actions.push(ActionInfo { eis, address, value: &action.value });
    }
    let days = wanted.days.iter().fold(Days::NONE, |days, day| days.with(*day));
    let room = wanted.zone.as_deref().unwrap_or("0");
    let task = TaskInfo { id, name: &wanted.name, room, flag: TaskFlag::Enable, time, actions: &actions, days };
    encode(LONGEST_SN, &Send::Timing(&task), &mut [0; BUFFER]).map_err(|_| Failure::TooLarge)?;
    Ok(())
}

pub(super) async fn list(caller: Caller, Path(sn): Path<String>) -> Answer {
    caller.host(&sn).await?;
    let schedules = caller.server.store.scan::<Schedule>(&format!("schedule/{sn}/"), None, usize::MAX).await?;
    let views: Vec<_> = schedules.into_iter().map(|(id, schedule)| View { id, schedule }).collect();
    Ok(Json(views).into_response())
}

pub(super) async fn one(caller: Caller, Path((sn, id)): Path<(String, String)>) -> Answer {
    caller.host(&sn).await?;
    let schedule = caller.server.store.get::<Schedule>(&format!("schedule/{sn}/{id}")).await?.ok_or(Error::NotFound)?;
    Ok(Json(View { id, schedule }).into_response())
}

fn changed(sn: &str, id: &str, state: ScheduleState) -> [Note; 2] {
    let told = Note::Schedule { sn: sn.to_owned(), id: id.to_owned(), state: state.name().to_owned() };
    [told, Note::Wake { sn: sn.to_owned() }]
}

pub(super) async fn put(caller: Caller, Path((sn, id)): Path<(String, String)>, Body(wanted): Body<Wanted>) -> Answer {
    caller.writes()?;
    caller.host(&sn).await?;
    let store = &caller.server.store;
    check(store, &sn, &id, &wanted).await?;
    let (key, limit) = (format!("schedule/{sn}/{id}"), caller.server.config.limits.schedules);
    let all = store.scan::<serde::de::IgnoredAny>(&format!("schedule/{sn}/"), None, limit).await?;
    if all.len() >= limit && !all.iter().any(|(other, _)| *other == id) {
        return Err(Failure::TooLarge.into());
    }
    let Wanted { name, zone, enabled, time, days, actions } = wanted;
    let zone = zone.unwrap_or_else(|| "0".to_owned());
    let version = store.get::<Schedule>(&key).await?.map_or(1, |before| before.version.wrapping_add(1));
    let schedule = Schedule { name, zone, enabled, time, days, actions, state: ScheduleState::Pending, version };
    let mut batch = Batch::new();
    batch.put(key, &schedule);
    changed(&sn, &id, schedule.state).into_iter().for_each(|note| batch.note(note));
    store.commit(batch).await?;
    Ok((StatusCode::ACCEPTED, Json(View { id, schedule })).into_response())
}

pub(super) async fn delete(caller: Caller, Path((sn, id)): Path<(String, String)>) -> Answer {
    caller.writes()?;
    caller.host(&sn).await?;
    let store = &caller.server.store;
    let key = format!("schedule/{sn}/{id}");
    loop {
        let before = store.stored::<Schedule>(&key).await?.ok_or(Error::NotFound)?;
        let mut batch = Batch::new();
        let after = Schedule { state: ScheduleState::Deleting, version: before.record.version.wrapping_add(1), ..before.record.clone() };
        batch.put(key.as_str(), &after);
        changed(&sn, &id, after.state).into_iter().for_each(|note| batch.note(note));
        batch.only_if(&before);
        if store.commit(batch).await? {
            return Ok((StatusCode::ACCEPTED, Json(json!({ "id": id, "state": after.state.name() }))).into_response());
        }
    }
}
