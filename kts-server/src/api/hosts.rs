//! Hosts, and what is in their flats.

use axum::Json;
use axum::extract::{Path, Query};
use axum::response::IntoResponse as _;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Answer;
use super::request::Caller;
use crate::error::Error;
use crate::records::{Connection, Host, Object, Value, Zone};
use crate::server::Server;

/// Records in an answer, unless fewer are asked for.
const PAGE: usize = 1000;

#[derive(Deserialize)]
pub(super) struct Paging {
    after: Option<String>,
    limit: Option<usize>,
}

/// The connection of a host: the newest, where one has ended and nobody has noticed yet.
pub(super) async fn connection(server: &Server, sn: &str) -> Result<Option<Connection>, Error> {
    let all = server.store.scan::<Connection>(&format!("online/{sn}/"), None, 100).await?;
    Ok(all.into_iter().next_back().map(|(_, connection)| connection))
}

async fn summary(caller: &Caller, sn: &str, host: &Host) -> Result<serde_json::Value, Error> {
    let connection = connection(&caller.server, sn).await?;
    let since = connection.as_ref().map(|connection| connection.at);
    let mut summary = json!({ "sn": sn, "online": connection.is_some(), "since": since });
    if let (true, Some(summary)) = (caller.user.admin, summary.as_object_mut()) {
        let rotation = match (&host.rotation, &host.last_rotation) {
            (Some(_), _) => Some("pending"),
            (None, last) => last.as_deref(),
        };
        summary.insert("rotation".to_owned(), json!(rotation));
        summary.insert("peer".to_owned(), json!(connection.map(|connection| connection.peer)));
    }
    Ok(summary)
}

pub(super) async fn list(caller: Caller, Query(paging): Query<Paging>) -> Answer {
    let store = &caller.server.store;
    let limit = paging.limit.unwrap_or(PAGE).clamp(1, PAGE);
    let mut hosts: Vec<(String, Host)> = Vec::new();
    if caller.user.admin {
        hosts = store.scan("host/", paging.after.as_deref(), limit).await?;
    } else {
        let mut own = caller.user.hosts.clone();
        own.sort_unstable();
        own.dedup();
        let later = own.into_iter().filter(|sn| paging.after.as_ref().is_none_or(|after| sn > after));
        for sn in later.take(limit) {
            if let Some(host) = store.get(&format!("host/{sn}")).await? {
                hosts.push((sn, host));
            }
        }
    }
    let mut found = Vec::with_capacity(hosts.len());
    for (sn, host) in &hosts {
        found.push(summary(&caller, sn, host).await?);
    }
    Ok(Json(found).into_response())
}

pub(super) async fn one(caller: Caller, Path(sn): Path<String>) -> Answer {
    let host = caller.host(&sn).await?;
    Ok(Json(summary(&caller, &sn, &host).await?).into_response())
}

#[derive(Serialize)]
struct ZoneView {
    id: String,
    #[serde(flatten)]
    zone: Zone,
}

pub(super) async fn zones(caller: Caller, Path(sn): Path<String>) -> Answer {
    caller.host(&sn).await?;
    let zones = caller.server.store.scan::<Zone>(&format!("zone/{sn}/"), None, usize::MAX).await?;
    let views: Vec<_> = zones.into_iter().map(|(id, zone)| ZoneView { id, zone }).collect();
    Ok(Json(views).into_response())
}

/// An object without its address.
#[derive(Serialize)]
struct ObjectView {
    id: String,
    name: String,
    zone: Option<String>,
    eis: Option<u16>,
    device: Option<String>,
    group: Option<String>,
    icon: Option<String>,
    writable: bool,
    value: Option<String>,
    at: Option<u64>,
}

impl ObjectView {
    fn new(id: String, object: Object, value: Option<Value>) -> Self {
        let Object { name, zone, eis, device, group, icon, write } = object;
        let at = value.as_ref().map(|value| value.at);
        let value = value.and_then(|value| value.value);
        Self { id, name, zone, eis, device, group, icon, writable: write.is_some() && eis.is_some(), value, at }
    }
}

#[derive(Deserialize)]
pub(super) struct OfZone {
    zone: Option<String>,
}

pub(super) async fn objects(caller: Caller, Path(sn): Path<String>, Query(of): Query<OfZone>) -> Answer {
    caller.host(&sn).await?;
    let store = &caller.server.store;
    let objects = store.scan::<Object>(&format!("object/{sn}/"), None, usize::MAX).await?;
    let values = store.scan::<Value>(&format!("value/{sn}/"), None, usize::MAX).await?;
    let mut values: std::collections::HashMap<String, Value> = values.into_iter().collect();
    let wanted = |object: &Object| of.zone.is_none() || of.zone == object.zone;
    let views: Vec<_> = objects
        .into_iter()
        .filter(|(_, object)| wanted(object))
        .map(|(id, object)| {
            let value = values.remove(&id);
            ObjectView::new(id, object, value)
        })
        .collect();
    Ok(Json(views).into_response())
}

pub(super) async fn object(caller: Caller, Path((sn, id)): Path<(String, String)>) -> Answer {
    caller.host(&sn).await?;
    let store = &caller.server.store;
    let object = store.get::<Object>(&format!("object/{sn}/{id}")).await?.ok_or(Error::NotFound)?;
    let value = store.get::<Value>(&format!("value/{sn}/{id}")).await?;
    Ok(Json(ObjectView::new(id, object, value)).into_response())
}
