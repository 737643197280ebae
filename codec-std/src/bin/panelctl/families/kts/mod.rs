//! KTS hosts.

pub(crate) mod decode;
pub(crate) mod table;
