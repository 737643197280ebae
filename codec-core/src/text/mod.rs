//! Text scanners shared by the protocols.

#[cfg(any(feature = "g90", feature = "ksenia", feature = "kts"))]
mod chars;
#[cfg(any(feature = "g90", feature = "ksenia", feature = "kts"))]
pub(crate) mod cursor;
#[cfg(any(feature = "ksenia", feature = "kts"))]
pub(crate) mod decimal;
#[cfg(any(feature = "ksenia", feature = "kts"))]
pub mod elements;
pub mod hex;
#[cfg(any(feature = "g90", feature = "ksenia", feature = "kts"))]
pub mod json;
#[cfg(any(feature = "ksenia", feature = "kts"))]
mod path;
#[cfg(any(feature = "ksenia", feature = "kts"))]
mod pieces;
#[cfg(any(feature = "g90", feature = "ksenia", feature = "kts"))]
pub(crate) mod scan;
#[cfg(any(feature = "ksenia", feature = "kts"))]
mod tokens;
#[cfg(any(feature = "ksenia", feature = "kts"))]
mod utf8;

#[cfg(feature = "g90")]
pub(crate) use chars::utf8_bytes;

/// Copies as many bytes as both have. Unlike `copy_from_slice` it has no way to panic, at any level of optimisation.
#[cfg(any(feature = "g90", feature = "ksenia", feature = "kts"))]
#[inline]
pub(crate) fn copy(to: &mut [u8], from: &[u8]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
}
