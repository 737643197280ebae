//! Short texts kept by value.

use core::fmt;

use crate::text::json::Text;

/// A text of up to `N` bytes (255 at most), kept by value.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Short<const N: usize> {
    bytes: [u8; N],
    len: u8,
}

impl<const N: usize> Short<N> {
    /// No text.
    pub const EMPTY: Self = Self { bytes: [0; N], len: 0 };

    /// Keeps a text. `None` if it is too long.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let mut short = Self::EMPTY;
        short.len = put(&mut short.bytes, text)?;
        Some(short)
    }

    /// Where it is kept, and its length.
    pub(crate) const fn parts(&mut self) -> (&mut [u8], &mut u8) {
        (&mut self.bytes, &mut self.len)
    }

    /// Keeps a text that was received, decoded. `None` if it is too long.
    #[must_use]
    pub fn of_text(text: Text<'_>) -> Option<Self> {
        let mut short = Self::EMPTY;
        short.len = put_text(&mut short.bytes, Some(text))?;
        Some(short)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        front(&self.bytes, self.len)
    }

    /// Whether there is no text.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }
}

/// Puts a text in front, and zeros behind it: equal texts are equal. Gives its length.
#[inline(never)]
pub(crate) fn put(room: &mut [u8], text: &str) -> Option<u8> {
    let len = u8::try_from(text.len()).ok().filter(|_| text.len() <= room.len())?;
    room.fill(0);
    crate::text::copy(room.get_mut(..text.len())?, text.as_bytes());
    Some(len)
}

/// As [`put`], of a text that was received, decoded. One that is missing is empty.
#[inline(never)]
pub(crate) fn put_text(room: &mut [u8], text: Option<Text<'_>>) -> Option<u8> {
    room.fill(0);
    text.map_or(Some(0), |text| u8::try_from(text.copy_to(room)?.len()).ok())
}

/// Copies a value to another place. Not inlined: there a compiler does not see that they are two, and takes half a kilobyte for a copy that
/// would work for one.
#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
pub(crate) fn replace<T: Copy>(place: &mut T, value: &T) {
    *place = *value;
}

/// The text of that length in front.
#[inline(never)]
fn front(bytes: &[u8], len: u8) -> &str {
    bytes.get(..usize::from(len)).and_then(|bytes| core::str::from_utf8(bytes).ok()).unwrap_or_default()
}

impl<const N: usize> Default for Short<N> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<const N: usize> fmt::Debug for Short<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
