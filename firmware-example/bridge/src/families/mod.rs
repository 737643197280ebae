//! One module per family of panels.

pub mod ksenia;
pub mod ness;
