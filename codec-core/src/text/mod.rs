//! Text scanners shared by the protocols.

#[cfg(feature = "ksenia")]
pub(crate) mod cursor;
#[cfg(feature = "ksenia")]
pub mod elements;
pub mod hex;
#[cfg(feature = "ksenia")]
pub mod json;
#[cfg(feature = "ksenia")]
mod path;
#[cfg(feature = "ksenia")]
mod pieces;
#[cfg(feature = "ksenia")]
pub(crate) mod scan;
#[cfg(feature = "ksenia")]
mod tokens;
