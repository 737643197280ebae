//! What can be wrong, in the words of the interface.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use codec_core::kts::controller::Failure;

/// Why something was not done. [`name`](Self::name) is the word in the interface and in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// No token, or one that is not known.
    Unauthenticated,
    /// There is no such thing.
    NotFound,
    /// There is such a thing, but this cannot be done with it.
    NoSuchMethod,
    /// As the protocol's machine says.
    Failed(Failure),
    /// The process is ending: ask again, another one answers.
    Draining,
    /// The store does not work.
    Unavailable,
}

impl Error {
    /// One word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::NotFound => "not_found",
            Self::NoSuchMethod => "no_such_method",
            Self::Failed(failure) => failure.name(),
            Self::Draining => "draining",
            Self::Unavailable => "unavailable",
        }
    }

    /// A sentence for people.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Unauthenticated => "a known token is needed: Authorization: Bearer TOKEN",
            Self::NotFound => "there is no such thing",
            Self::NoSuchMethod => "this cannot be done with it",
            Self::Draining => "this process is ending",
            Self::Unavailable => "the store does not work",
            Self::Failed(failure) => match failure {
                Failure::NotConnected => "the host is not connected",
                Failure::NotRegistered => "the host has not registered",
                Failure::NotAllowed => "this is not allowed",
                Failure::BadRequest => "the request cannot be understood or sent",
                Failure::TooLarge => "this is too large",
                Failure::Busy => "too much is going on",
                Failure::TimedOut => "the host did not answer in time",
                Failure::RefusedByHost => "the host refuses",
                _ => "it failed",
            },
        }
    }

    /// The status of HTTP.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::NoSuchMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::Draining | Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Failed(failure) => match failure {
                Failure::NotConnected | Failure::NotRegistered => StatusCode::CONFLICT,
                Failure::NotAllowed => StatusCode::FORBIDDEN,
                Failure::BadRequest => StatusCode::BAD_REQUEST,
                Failure::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
                Failure::Busy => StatusCode::TOO_MANY_REQUESTS,
                Failure::TimedOut => StatusCode::GATEWAY_TIMEOUT,
                Failure::RefusedByHost => StatusCode::BAD_GATEWAY,
                _ => StatusCode::INTERNAL_SERVER_ERROR,
            },
        }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<crate::store::StoreError> for Error {
    fn from(error: crate::store::StoreError) -> Self {
        tracing::error!(%error, "the store");
        Self::Unavailable
    }
}

impl From<getrandom::Error> for Error {
    fn from(error: getrandom::Error) -> Self {
        tracing::error!(%error, "no random numbers");
        Self::Unavailable
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        (self.status(), Json(serde_json::json!({ "error": self.name(), "message": self.message() }))).into_response()
    }
}
