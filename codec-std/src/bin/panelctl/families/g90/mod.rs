//! G90.

pub(crate) mod cloud;
pub(crate) mod time;
