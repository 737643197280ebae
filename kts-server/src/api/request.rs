//! What requests have in common: who asks, and what a body says.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::response::IntoResponse as _;
use codec_core::kts::controller::Failure;
use serde::de::DeserializeOwned;

use super::PATIENCE;
use crate::access;
use crate::error::Error;
use crate::records::{Host, User, is_sn};
use crate::server::Server;

/// Longest body, in bytes.
const MAX_BODY: usize = 64 * 1024;

/// Somebody with a known token.
pub(super) struct Caller {
    pub(super) user: User,
    pub(super) server: Arc<Server>,
    /// To ask again later whether the token is still good.
    pub(super) token: String,
}

impl FromRequestParts<Arc<Server>> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, server: &Arc<Server>) -> Result<Self, Error> {
        server.metrics.api_requests_total.add(1);
        let header = parts.headers.get(AUTHORIZATION).and_then(|header| header.to_str().ok());
        let token = header.and_then(|header| header.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let user = match token {
            Some((_, token)) => access::authenticate(&server.store, token.trim()).await?,
            None => None,
        };
        let (Some(user), Some((_, token))) = (user, token) else {
            server.metrics.api_refused_total.add(1);
            return Err(Error::Unauthenticated);
        };
        Ok(Self { user, server: Arc::clone(server), token: token.trim().to_owned() })
    }
}

impl Caller {
    fn refuse(&self, sn: &str) -> Error {
        self.server.metrics.api_refused_total.add(1);
        tracing::warn!(user = self.user.name, sn, "a user wanted what is not his");
        Failure::NotAllowed.into()
    }

    /// He may see and switch the host, and there is one. Those who may not are not told whether there is.
    pub(super) async fn host(&self, sn: &str) -> Result<Host, Error> {
        if !is_sn(sn) || !self.user.may(sn) {
            return Err(self.refuse(sn));
        }
        self.server.store.get(&format!("host/{sn}")).await?.ok_or(Error::NotFound)
    }

    /// He may do everything.
    pub(super) fn admin(&self) -> Result<(), Error> {
        if self.user.admin { Ok(()) } else { Err(self.refuse("")) }
    }

    /// This process still takes what is to be written.
    pub(super) fn writes(&self) -> Result<(), Error> {
        if self.server.is_draining() { Err(Error::Draining) } else { Ok(()) }
    }
}

/// A body in JSON.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Arc<Server>> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, server: &Arc<Server>) -> Result<Self, Error> {
        let bytes = tokio::time::timeout(PATIENCE, Bytes::from_request(request, server)).await.map_err(|_| Failure::BadRequest)?;
        let bytes = bytes.map_err(|rejection| match rejection.into_response().status() {
            StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge,
            _ => Failure::BadRequest,
        })?;
        if bytes.len() > MAX_BODY {
            return Err(Failure::TooLarge.into());
        }
        // An empty body says nothing of what may be left out.
        let text = if bytes.is_empty() { b"{}" } else { bytes.as_ref() };
        serde_json::from_slice(text).map(Self).map_err(|_| Failure::BadRequest.into())
    }
}
