//! Text scanners shared by the protocols.

#[cfg(feature = "ksenia")]
mod chars;
#[cfg(feature = "ksenia")]
pub(crate) mod cursor;
#[cfg(feature = "ksenia")]
pub mod elements;
pub mod hex;
#[cfg(feature = "ksenia")]
pub mod json;
#[cfg(feature = "ksenia")]
pub(crate) mod path;
#[cfg(feature = "ksenia")]
mod pieces;
#[cfg(feature = "ksenia")]
pub(crate) mod scan;
#[cfg(feature = "ksenia")]
mod tokens;

/// Copies as many bytes as both have. Unlike `copy_from_slice` it has no way to panic, at any level of optimisation.
#[cfg(feature = "ksenia")]
#[inline]
pub(crate) fn copy(to: &mut [u8], from: &[u8]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
}
