//! What only administrators may do: hosts that may come in, users, numbers.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse as _;
use serde::Deserialize;
use serde_json::json;

use super::Answer;
use super::request::{Body, Caller};
use crate::access;
use crate::error::Error;
use crate::records::{Hidden, Signing, User};

pub(super) async fn metrics(caller: Caller) -> Answer {
    caller.admin()?;
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4")], caller.server.metrics.text()).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewHost {
    key: Option<Hidden>,
    #[serde(default)]
    signing: Signing,
}

pub(super) async fn put_host(caller: Caller, Path(sn): Path<String>, Body(host): Body<NewHost>) -> Answer {
    caller.admin()?;
    caller.writes()?;
    let key = access::put_host(&caller.server.store, &sn, host.key.map(|key| key.0), host.signing).await?;
    tracing::info!(user = caller.user.name, sn, "host may come in");
    Ok(Json(json!({ "sn": sn, "key": key })).into_response())
}

pub(super) async fn delete_host(caller: Caller, Path(sn): Path<String>) -> Answer {
    caller.admin()?;
    caller.writes()?;
    if !access::delete_host(&caller.server.store, &sn).await? {
        return Err(Error::NotFound);
    }
    tracing::info!(user = caller.user.name, sn, "host may not come in any more");
    Ok(StatusCode::NO_CONTENT.into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewKey {
    key: Option<Hidden>,
    domain: String,
}

pub(super) async fn rotate(caller: Caller, Path(sn): Path<String>, Body(new): Body<NewKey>) -> Answer {
    caller.admin()?;
    caller.writes()?;
    access::rotate(&caller.server.store, &sn, new.key.map(|key| key.0), new.domain).await?;
    tracing::info!(user = caller.user.name, sn, "rotation of the key begins");
    Ok((StatusCode::ACCEPTED, Json(json!({ "sn": sn, "rotation": "pending" }))).into_response())
}

pub(super) async fn users(caller: Caller) -> Answer {
    caller.admin()?;
    let mut users: Vec<User> = access::users(&caller.server.store).await?.into_iter().map(|(_, user)| user).collect();
    users.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Json(users).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewUser {
    #[serde(default)]
    admin: bool,
    #[serde(default)]
    hosts: Vec<String>,
}

pub(super) async fn put_user(caller: Caller, Path(name): Path<String>, Body(new): Body<NewUser>) -> Answer {
    caller.admin()?;
    caller.writes()?;
    let token = access::put_user(&caller.server.store, User { name: name.clone(), admin: new.admin, hosts: new.hosts }).await?;
    tracing::info!(user = caller.user.name, name, "user has a new token");
    Ok(Json(json!({ "name": name, "token": token })).into_response())
}

pub(super) async fn delete_user(caller: Caller, Path(name): Path<String>) -> Answer {
    caller.admin()?;
    caller.writes()?;
    if !access::delete_user(&caller.server.store, &name).await? {
        return Err(Error::NotFound);
    }
    tracing::info!(user = caller.user.name, name, "user deleted");
    Ok(StatusCode::NO_CONTENT.into_response())
}
