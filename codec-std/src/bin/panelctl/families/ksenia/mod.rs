//! Ksenia Lares 4.0.

pub(crate) mod cut;
pub(crate) mod decode;
pub(crate) mod table;
