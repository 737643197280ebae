//! Keys of the handshake: Base64, and the answer to a key (RFC 6455 4.2.2).

use sha1::block_api::compress;

/// What is put behind the key before it is hashed (RFC 6455 1.3).
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// Bits of a key and the GUID.
const HASHED_BITS: u64 = 480;

/// What SHA-1 begins with (FIPS 180-4 5.3.1).
const INITIAL: [u32; 5] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0];

const ALPHABET: [u8; 64] = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// `Sec-WebSocket-Key`: 16 bytes in Base64.
pub(super) type Key = [u8; 24];

/// `Sec-WebSocket-Accept`: a SHA-1 in Base64.
pub(super) type Answer = [u8; 28];

/// Writes `bytes` as Base64 with padding; `out` has the length of the result.
fn base64(bytes: &[u8], out: &mut [u8]) {
    let mut rest = bytes;
    // Bits that wait to be written, and how many they are.
    let (mut bits, mut count) = (0_u32, 0_u32);
    for slot in out {
        if let (0..6, Some((byte, behind))) = (count, rest.split_first()) {
            bits = bits << 8 | u32::from(*byte);
            count = count.saturating_add(8);
            rest = behind;
        }
        *slot = match count {
            0 => b'=',
            6.. => digit(bits >> count.saturating_sub(6)),
            _ => digit(bits << 6_u32.saturating_sub(count)),
        };
        count = count.saturating_sub(6);
    }
}

/// The digit for the low six bits of `bits`.
fn digit(bits: u32) -> u8 {
    usize::try_from(bits & 0x3F).ok().and_then(|value| ALPHABET.get(value)).copied().unwrap_or(b'=')
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

/// What a server answers to a key of 24 bytes.
///
/// Key and GUID are 60 bytes always, and so two blocks with the padding. The compression function alone needs no buffer, and no check that
/// a compiler could fail to remove.
pub(super) fn answer(key: &[u8]) -> Answer {
    let mut blocks = [[0; 64]; 2];
    let [first, second] = &mut blocks;
    first.iter_mut().zip(key.iter().chain(GUID).chain(&[0x80])).for_each(|(slot, byte)| *slot = *byte);
    if let Some(length) = second.last_chunk_mut() {
        *length = HASHED_BITS.to_be_bytes();
    }
    let mut state = INITIAL;
    compress(&mut state, &blocks);
    let mut hash = [0; 20];
    hash.iter_mut().zip(state.into_iter().flat_map(u32::to_be_bytes)).for_each(|(slot, byte)| *slot = byte);
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
