//! Signatures of a registration.

use core::fmt;

use super::hash::{hmac, md5};
use super::wire::Registration;
use crate::secret::{Secret, same_bytes};
use crate::text::hex::{Case, Pairs, byte};
use crate::text::json::Text;

/// How a registration is signed. Nobody chooses by looking at what was sent: both sides are set to one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Scheme {
    /// `MD5(sn + timestamp + rand + key)`, as the document says.
    #[default]
    Md5,
    /// `HMAC-SHA256(key, sn + timestamp + rand)`, stronger; both sides must agree on it beforehand.
    HmacSha256,
}

/// A signature: 16 bytes of MD5 or 32 of HMAC-SHA256, lower-case hexadecimal digits on the wire.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature {
    bytes: [u8; 32],
    len: u8,
}

impl Signature {
    /// Reads 32 or 64 hexadecimal digits of either case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let len = u8::try_from(text.len() / 2).ok().filter(|_| matches!(text.len(), 32 | 64))?;
        let mut bytes = [0; 32];
        for (slot, [high, low]) in bytes.iter_mut().zip(Pairs(text.as_bytes())) {
            *slot = byte(high, low)?;
        }
        Some(Self { bytes, len })
    }

    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// Its digits, in `room`.
    pub fn digits<'r>(&self, room: &'r mut [u8; 64]) -> &'r str {
        for (pair, value) in room.chunks_mut(2).zip(self.as_bytes()) {
            crate::text::copy(pair, &Case::Lower.digits(*value));
        }
        let len = usize::from(self.len).saturating_mul(2);
        room.get(..len).and_then(|digits| core::str::from_utf8(digits).ok()).unwrap_or_default()
    }

    /// The first eight bytes as a number, to tell signatures apart.
    #[must_use]
    pub const fn fingerprint(&self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.bytes;
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }

    /// Compares in the same time wherever the difference is.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        same_bytes(self.as_bytes(), other.as_bytes())
    }
}

/// What was signed and with what is not in it, but it proves that somebody knew the key: not for logs.
impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// The signature of a registration with these texts.
///
/// ```
/// use codec_core::Secret;
/// use codec_core::kts::{Scheme, sign};
///
/// let signature = sign(Scheme::Md5, ["08ABEF112233", "1508845817", "35"], Secret::new("1234567890"));
/// // The document prints the first three digits.
/// assert!(signature.digits(&mut [0; 64]).starts_with("055"));
/// ```
#[must_use]
pub fn sign(scheme: Scheme, texts: [&str; 3], key: Secret<&str>) -> Signature {
    let ([sn, timestamp, rand], key) = (texts.map(str::as_bytes), key.expose().as_bytes());
    match scheme {
        Scheme::Md5 => Signature { bytes: md5(&[sn, timestamp, rand, key]), len: 16 },
        Scheme::HmacSha256 => Signature { bytes: hmac(key, [sn, timestamp, rand]), len: 32 },
    }
}

impl Registration<'_> {
    /// Whether the signature is right for a key. In time that does not depend on where it is wrong.
    #[must_use]
    pub fn is_signed_with(&self, scheme: Scheme, key: Secret<&str>) -> bool {
        let texts = [self.sn, self.timestamp, self.rand].map(Text::raw);
        Signature::parse(self.sign.raw()).is_some_and(|found| sign(scheme, texts, key).matches(&found))
    }
}
