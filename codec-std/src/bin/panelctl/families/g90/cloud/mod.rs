//! The messages between a panel and its cloud.

pub(crate) mod decode;
