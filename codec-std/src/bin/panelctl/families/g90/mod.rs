//! G90.

mod changes;
pub(crate) mod cloud;
pub(crate) mod demo;
pub(crate) mod discover;
mod known;
pub(crate) mod local;
pub(crate) mod notify;
mod request;
pub(crate) mod send;
mod show;
pub(crate) mod simulate;
mod target;
pub(crate) mod time;
pub(crate) mod watch;
pub(crate) mod watch_cloud;
mod watch_local;
mod words;

use codec_core::{Fault, FaultKind, JsonError};

use crate::decode::Problem;

/// The classes of the family: two of its own for what is not JSON.
pub(crate) fn problem(fault: Fault) -> Problem {
    let class = match fault.kind {
        FaultKind::Json(JsonError::Utf8) => "bad-utf8",
        FaultKind::Json(_) => "bad-json",
        kind => kind.class(),
    };
    Problem::new(class, fault.kind.to_string(), fault.at.into())
}
