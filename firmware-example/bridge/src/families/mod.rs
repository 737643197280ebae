//! One module per family of panels.

pub mod g90;
pub mod ksenia;
pub mod kts;
pub mod ness;
