//! Ksenia Lares 4.0.

pub(crate) mod arguments;
pub(crate) mod cut;
pub(crate) mod decode;
pub(crate) mod demo;
pub(crate) mod house;
pub(crate) mod known;
pub(crate) mod options;
pub(crate) mod recorded;
pub(crate) mod request;
pub(crate) mod send;
pub(crate) mod show;
pub(crate) mod simulate;
pub(crate) mod table;
pub(crate) mod watch;
