//! G90.

pub(crate) mod local;
