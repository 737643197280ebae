//! Text scanners shared by the protocols.

#[cfg(feature = "ksenia")]
pub(crate) mod cursor;
pub mod hex;
#[cfg(feature = "ksenia")]
pub mod json;
#[cfg(feature = "ksenia")]
pub(crate) mod scan;
