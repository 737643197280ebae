//! The simulated Ness panel, byte for byte.
//!
//! Lines are literals from captures and from the Python library's mock panel, or are put together here from their fields by the
//! formulas of the protocol, not by the crate's encoder.

mod contract;
mod house;
mod lines;
mod rig;
