//! KTS hosts and their server.

pub(crate) mod decode;
pub(crate) mod demo;
mod keys;
mod known;
pub(crate) mod options;
pub(crate) mod send;
pub(crate) mod simulate;
pub(crate) mod table;
pub(crate) mod watch;
