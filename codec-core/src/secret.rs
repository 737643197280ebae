//! Values that must not reach a log.

use core::fmt;

/// A PIN, user code, password or key. Every way of printing it shows `***`.
///
/// ```
/// # use codec_core::Secret;
/// let code = Secret::new("1234");
/// assert_eq!(format!("{code} {code:?}"), "*** ***");
/// assert_eq!(*code.expose(), "1234");
/// ```
#[derive(Clone, Copy)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Hides `value`.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. The name is there to be seen in a review.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl<T> fmt::Display for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(feature = "defmt")]
impl<T> defmt::Format for Secret<T> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "***");
    }
}

/// Compares without stopping at the first difference; only the lengths can be told from the time it takes.
#[cfg(any(feature = "kts", feature = "ness"))]
pub(crate) fn same_bytes(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |diff, (x, y)| diff | (x ^ y)) == 0
}
