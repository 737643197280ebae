//! KTS hosts and their server.

pub(crate) mod decode;
pub(crate) mod keys;
pub(crate) mod simulate;
pub(crate) mod table;
