//! Ness D8X, D16X, D32X and D8+.

pub(crate) mod decode;
pub(crate) mod demo;
pub(crate) mod options;
pub(crate) mod send;
pub(crate) mod simulate;
pub(crate) mod table;
pub(crate) mod watch;
pub(crate) mod words;
