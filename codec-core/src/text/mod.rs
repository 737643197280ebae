//! Text scanners shared by the protocols.

#[cfg(any(feature = "g90", feature = "ksenia"))]
mod chars;
#[cfg(any(feature = "g90", feature = "ksenia"))]
pub(crate) mod cursor;
#[cfg(feature = "ksenia")]
pub mod elements;
pub mod hex;
#[cfg(any(feature = "g90", feature = "ksenia"))]
pub mod json;
#[cfg(feature = "ksenia")]
mod path;
#[cfg(feature = "ksenia")]
mod pieces;
#[cfg(any(feature = "g90", feature = "ksenia"))]
pub(crate) mod scan;
#[cfg(feature = "ksenia")]
mod tokens;

#[cfg(feature = "g90")]
pub(crate) use chars::utf8_bytes;

/// Copies as many bytes as both have. Unlike `copy_from_slice` it has no way to panic, at any level of optimisation.
#[cfg(any(feature = "g90", feature = "ksenia"))]
#[inline]
pub(crate) fn copy(to: &mut [u8], from: &[u8]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
}
