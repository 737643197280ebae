//! Text in a field of fixed size.

use core::fmt::{self, Write as _};

use crate::text::FAST;

/// Text with NULs behind it: a name, an identity, an address. The protocol has no length in front of it, and a text as long as its
/// field has no NUL.
///
/// It is meant to be UTF-8, and shown with U+FFFD in place of what is not: a name that was cut inside a character costs no alarm.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct PaddedText<'i>(&'i [u8]);

impl<'i> PaddedText<'i> {
    /// The text that begins a field and ends before the NULs at its end. A NUL inside stays.
    #[must_use]
    pub const fn from_field(field: &'i [u8]) -> Self {
        let mut text = field;
        if FAST {
            // Most fields are mostly padding.
            while let Some((front, last)) = text.split_last_chunk::<8>() {
                let word = u64::from_le_bytes(*last);
                if word != 0 {
                    let padding = (word.leading_zeros() / 8) as usize;
                    return match text.split_at_checked(text.len().saturating_sub(padding)) {
                        Some((front, _)) => Self(front),
                        None => Self(text),
                    };
                }
                text = front;
            }
        }
        while let [front @ .., 0] = text {
            text = front;
        }
        Self(text)
    }

    /// A text to be written.
    #[must_use]
    pub const fn new(text: &'i str) -> Self {
        Self::from_field(text.as_bytes())
    }

    /// The bytes, without the padding.
    #[must_use]
    pub const fn as_bytes(self) -> &'i [u8] {
        self.0
    }

    /// The text, or where in it the first byte stands that is not UTF-8.
    ///
    /// # Errors
    /// [`core::str::Utf8Error`] if it is not UTF-8.
    pub const fn as_str(self) -> Result<&'i str, core::str::Utf8Error> {
        core::str::from_utf8(self.0)
    }

    /// Whether nothing but ASCII white space is in it.
    #[must_use]
    pub const fn is_blank(self) -> bool {
        self.0.trim_ascii().is_empty()
    }
}

impl fmt::Display for PaddedText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in self.0.utf8_chunks() {
            f.write_str(piece.valid())?;
            if !piece.invalid().is_empty() {
                f.write_char(char::REPLACEMENT_CHARACTER)?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for PaddedText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for piece in self.0.utf8_chunks() {
            write!(f, "{}", piece.valid().escape_debug())?;
            for byte in piece.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        f.write_char('"')
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for PaddedText<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        match self.as_str() {
            Ok(text) => defmt::write!(f, "{=str:?}", text),
            Err(_) => defmt::write!(f, "{=[u8]:a}", self.0),
        }
    }
}
