//! Users, their tokens, and hosts that may come in: the same for the interface and the command line.

use codec_core::kts::controller::Failure;

use crate::error::Error;
use crate::ids;
use crate::records::{Hidden, Host, Rotation, Signing, User, is_sn};
use crate::store::{Batch, Note, Store};

/// Longest name of a user, in bytes.
const MAX_NAME: usize = 64;
/// What a key may be long at most, in bytes: as much as hosts keep.
const MAX_KEY: usize = 64;
/// What a domain may be long at most, in bytes.
const MAX_DOMAIN: usize = 96;
/// Records that are looked at in one go.
const PAGE: usize = 1000;

/// The user who has a token. The store knows its hash only.
///
/// # Errors
/// The store cannot be read.
pub async fn authenticate(store: &Store, token: &str) -> Result<Option<User>, Error> {
    Ok(store.get(&format!("user/{}", ids::hash(token))).await?)
}

/// All users, with the hashes of their tokens.
///
/// # Errors
/// The store cannot be read.
pub async fn users(store: &Store) -> Result<Vec<(String, User)>, Error> {
    let mut all: Vec<(String, User)> = Vec::new();
    loop {
        let page = store.scan("user/", all.last().map(|(hash, _)| hash.as_str()), PAGE).await?;
        let full = page.len() == PAGE;
        all.extend(page);
        if !full {
            return Ok(all);
        }
    }
}

/// Makes a user, or gives one another token and other rights. The token is told once and kept nowhere.
///
/// # Errors
/// `bad_request` if the name or a serial number is none.
pub async fn put_user(store: &Store, user: User) -> Result<String, Error> {
    let name = &user.name;
    if name.is_empty() || name.len() > MAX_NAME || name.chars().any(char::is_control) || !user.hosts.iter().all(|sn| is_sn(sn)) {
        return Err(Failure::BadRequest.into());
    }
    let token = ids::random::<32>()?;
    let mut batch = Batch::new();
    for (hash, other) in users(store).await? {
        if other.name == user.name {
            batch.delete(format!("user/{hash}"));
        }
    }
    batch.put(format!("user/{}", ids::hash(&token)), &user);
    batch.note(Note::Users);
    store.commit(batch).await?;
    Ok(token)
}

/// Deletes a user. Whether there was one.
///
/// # Errors
/// The store does not work.
pub async fn delete_user(store: &Store, name: &str) -> Result<bool, Error> {
    let mut batch = Batch::new();
    for (hash, user) in users(store).await? {
        if user.name == name {
            batch.delete(format!("user/{hash}"));
        }
    }
    let found = !batch.is_empty();
    batch.note(Note::Users);
    store.commit(batch).await?;
    Ok(found)
}

/// Lets a host in, with its key; made here if none is given. A connection that it has is closed. Gives the key.
///
/// # Errors
/// `bad_request` if the serial number or the key is none.
pub async fn put_host(store: &Store, sn: &str, key: Option<String>, signing: Signing) -> Result<String, Error> {
    if !is_sn(sn) || key.as_ref().is_some_and(|key| !is_key(key)) {
        return Err(Failure::BadRequest.into());
    }
    let key = match key {
        Some(key) => key,
        None => ids::random::<16>()?,
    };
    let host = Host { key: Hidden(key.clone()), signing, rotation: None, last_rotation: None };
    let mut batch = Batch::new();
    batch.put(format!("host/{sn}"), &host);
    batch.note(Note::Expelled { sn: sn.to_owned() });
    store.commit(batch).await?;
    Ok(key)
}

/// Lets a host in no more, closes its connection and forgets what it has told. Whether there was one.
///
/// # Errors
/// The store does not work.
pub async fn delete_host(store: &Store, sn: &str) -> Result<bool, Error> {
    if store.get::<Host>(&format!("host/{sn}")).await?.is_none() {
        return Ok(false);
    }
    let mut batch = Batch::new();
    batch.delete(format!("host/{sn}"));
    for kind in ["zone", "object", "value", "schedule", "command", "ended"] {
        let prefix = format!("{kind}/{sn}/");
        let mut after: Option<String> = None;
        loop {
            let page = store.scan::<serde_json::Value>(&prefix, after.as_deref(), PAGE).await?;
            page.iter().for_each(|(id, _)| batch.delete(format!("{prefix}{id}")));
            after = page.last().map(|(id, _)| id.clone());
            if page.len() < PAGE {
                break;
            }
        }
    }
    batch.note(Note::Expelled { sn: sn.to_owned() });
    store.commit(batch).await?;
    Ok(true)
}

/// Gives a host another key: written here first, then sent. Both keys are good until it is known which the host has.
///
/// # Errors
/// `not_found` if the host is not known, `busy` while another key is on its way, `bad_request` if the domain or key is none.
pub async fn rotate(store: &Store, sn: &str, key: Option<String>, domain: String) -> Result<(), Error> {
    let wrong = domain.is_empty() || domain.len() > MAX_DOMAIN || domain.chars().any(char::is_control);
    if wrong || key.as_ref().is_some_and(|key| !is_key(key)) {
        return Err(Failure::BadRequest.into());
    }
    let Some(before) = store.stored::<Host>(&format!("host/{sn}")).await? else { return Err(Error::NotFound) };
    if before.record.rotation.is_some() {
        return Err(Failure::Busy.into());
    }
    let mut host = before.record.clone();
    let key = match key {
        Some(key) => key,
        None => ids::random::<16>()?,
    };
    host.rotation = Some(Rotation { key: Hidden(key), domain, attempts: 0 });
    host.last_rotation = None;
    let mut batch = Batch::new();
    batch.put(format!("host/{sn}"), &host);
    batch.note(Note::Wake { sn: sn.to_owned() });
    batch.only_if(&before);
    if store.commit(batch).await? { Ok(()) } else { Err(Failure::Busy.into()) }
}

fn is_key(key: &str) -> bool {
    (1..=MAX_KEY).contains(&key.len()) && !key.chars().any(char::is_control)
}
