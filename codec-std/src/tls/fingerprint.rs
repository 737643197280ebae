//! The fingerprint of a certificate.

use std::fmt;
use std::str::FromStr;

/// SHA-256 of a certificate in DER, which `openssl x509 -noout -fingerprint -sha256` and browsers show. It is of the certificate, not of
/// the public key in it: a renewed certificate has another.
///
/// Read with or without colons and in either case, written in upper case with colons.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

/// A text is no [`Fingerprint`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a SHA-256 fingerprint is 64 hexadecimal digits, with a colon between each two or without")]
pub struct FingerprintError;

impl Fingerprint {
    /// From the 32 bytes of the digest.
    #[must_use]
    pub const fn new(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// The 32 bytes of the digest.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        let value = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
        let colons = text.contains(':');
        let mut bytes = text.bytes();
        let mut digest = [0; 32];
        for (index, byte) in digest.iter_mut().enumerate() {
            if colons && index > 0 && bytes.next() != Some(b':') {
                return Err(FingerprintError);
            }
            let high = bytes.next().and_then(value).ok_or(FingerprintError)?;
            let low = bytes.next().and_then(value).ok_or(FingerprintError)?;
            *byte = high << 4 | low;
        }
        if bytes.next().is_some() {
            return Err(FingerprintError);
        }
        Ok(Self(digest))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            write!(f, "{}{byte:02X}", if index == 0 { "" } else { ":" })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SHA-256 of "test", from FIPS 180's many examples.
    const COLONS: &str = "9F:86:D0:81:88:4C:7D:65:9A:2F:EA:A0:C5:5A:D0:15:A3:BF:4F:1B:2B:0B:82:2C:D1:5D:6C:15:B0:F0:0A:08";

    #[test]
    fn is_read_in_every_spelling() {
        let expected: Fingerprint = COLONS.parse().unwrap();
        assert_eq!(expected.as_bytes().first_chunk(), Some(&[0x9F, 0x86, 0xD0, 0x81]));
        assert_eq!(expected.to_string(), COLONS);
        for text in [COLONS.to_lowercase(), COLONS.replace(':', ""), COLONS.replace(':', "").to_lowercase()] {
            assert_eq!(text.parse(), Ok(expected));
        }
    }

    #[test]
    fn anything_else_is_an_error() {
        let digits = COLONS.replace(':', "");
        for text in [
            String::new(),
            digits[1..].to_owned(),
            format!("{digits}0"),
            format!("{COLONS}:"),
            format!(":{COLONS}"),
            COLONS.replacen(':', "", 1),
            COLONS.replacen(':', " ", 1),
            digits.replace('9', "g"),
            digits.replace('9', "é"),
        ] {
            assert_eq!(text.parse::<Fingerprint>(), Err(FingerprintError), "{text}");
        }
    }
}
