//! The identity of a panel.

use core::fmt;

use super::padded::PaddedText;
use crate::text::copy;

/// Longest identity in bytes: the size of its field in a hello.
pub const MAX_DEVICE_ID: usize = 15;

/// The identity (GUID) that a panel tells in its hello, without padding: 1 to 15 bytes of UTF-8, not only ASCII white space.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct DeviceId {
    bytes: [u8; MAX_DEVICE_ID],
    len: u8,
}

impl DeviceId {
    /// The identity in a text, or `None` if there is none: it is blank, too long or not UTF-8.
    #[must_use]
    pub fn from_text(text: PaddedText<'_>) -> Option<Self> {
        let text = text.as_str().ok().filter(|text| !text.trim_ascii().is_empty())?;
        let mut bytes = [0; MAX_DEVICE_ID];
        copy(bytes.get_mut(..text.len())?, text.as_bytes());
        Some(Self { bytes, len: u8::try_from(text.len()).ok()? })
    }

    /// The identity as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.bytes.get(..self.len.into()).and_then(|bytes| core::str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for DeviceId {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{=str:?}", self.as_str());
    }
}
