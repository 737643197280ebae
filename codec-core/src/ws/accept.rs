//! Keys of the handshake: Base64, and the answer to a key (RFC 6455 4.2.2).

use sha1::{Digest, Sha1};

/// What is put behind the key before it is hashed (RFC 6455 1.3).
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

const ALPHABET: [u8; 64] = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// `Sec-WebSocket-Key`: 16 bytes in Base64.
pub(super) type Key = [u8; 24];

/// `Sec-WebSocket-Accept`: a SHA-1 in Base64.
pub(super) type Answer = [u8; 28];

/// Writes `bytes` as Base64 with padding; `out` has the length of the result.
fn base64(bytes: &[u8], out: &mut [u8]) {
    for (group, out) in bytes.chunks(3).zip(out.chunks_mut(4)) {
        let at = |index: usize| group.get(index).copied().map_or(0, u32::from);
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for (index, slot) in out.iter_mut().enumerate() {
            let shift = 18_usize.saturating_sub(index.saturating_mul(6));
            let digit = usize::try_from(bits >> shift & 0x3F).unwrap_or(0);
            *slot = if index > group.len() { b'=' } else { ALPHABET.get(digit).copied().unwrap_or(b'=') };
        }
    }
}

/// 16 random bytes as a key.
pub(super) fn key(random: [u8; 16]) -> Key {
    let mut key = [0; 24];
    base64(&random, &mut key);
    key
}

/// Whether the text is 16 bytes in Base64. The four bits of the last digit that stand for nothing may have any value.
pub(super) fn is_key(text: &[u8]) -> bool {
    let (digits, padding) = text.split_at_checked(22).unwrap_or_default();
    padding == b"==" && digits.iter().all(|digit| ALPHABET.contains(digit))
}

/// What a server answers to a key.
pub(super) fn answer(key: &[u8]) -> Answer {
    let hash = Sha1::new().chain_update(key).chain_update(GUID).finalize();
    let mut answer = [0; 28];
    base64(&hash, &mut answer);
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4648 10.
    #[test]
    fn base64_of_the_standard() {
        for (text, expected) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy")]
        {
            let mut out = vec![0; expected.len()];
            base64(text.as_bytes(), &mut out);
            assert_eq!(out, expected.as_bytes(), "{text}");
        }
    }

    /// RFC 6455 1.3.
    #[test]
    fn keys_of_the_standard() {
        assert_eq!(&key(*b"the sample nonce"), b"dGhlIHNhbXBsZSBub25jZQ==");
        assert_eq!(&answer(b"dGhlIHNhbXBsZSBub25jZQ=="), b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn what_is_a_key() {
        assert!(is_key(b"dGhlIHNhbXBsZSBub25jZQ=="));
        assert!(is_key(b"++++++++++++++++//////=="));
        for text in
            ["", "==", "dGhlIHNhbXBsZSBub25jZ===", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ==A", "dGhlIHNhbXBsZSBub25 ZQ=="]
        {
            assert!(!is_key(text.as_bytes()), "{text}");
        }
    }
}
