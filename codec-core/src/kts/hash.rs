//! MD5, SHA-256 and HMAC, byte by byte on the compression functions of RustCrypto: these need no buffer of their own, and no check that a
//! compiler could fail to remove.

use crate::text::copy;

/// Both work on blocks of so many bytes.
const BLOCK: usize = 64;

/// Which hash. There is one state for both, so that the code around the compression is there once.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Md5,
    Sha256,
}

/// A hash that is being computed.
struct Hash {
    kind: Kind,
    /// MD5 has four words.
    state: [u32; 8],
    block: [u8; BLOCK],
    /// Bytes so far.
    len: u64,
}

impl Hash {
    /// The next bytes.
    #[inline(never)]
    fn update(&mut self, bytes: &[u8]) {
        for byte in bytes {
            // Within a block.
            let at = usize::from((self.len & 63) as u8);
            if let Some(slot) = self.block.get_mut(at) {
                *slot = *byte;
            }
            self.len = self.len.wrapping_add(1);
            if at == 63 {
                self.compress();
            }
        }
    }

    fn compress(&mut self) {
        let block = core::slice::from_ref(&self.block);
        match (self.kind, self.state.first_chunk_mut()) {
            (Kind::Md5, Some(state)) => md5::block_api::compress(state, block),
            _ => sha2::block_api::compress256(&mut self.state, block),
        }
    }
}

/// The hash of some texts, one behind the other, with zeros behind that of MD5.
#[inline(never)]
fn hash(kind: Kind, texts: &[&[u8]]) -> [u8; 32] {
    let state = match kind {
        Kind::Md5 => [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0, 0, 0, 0],
        Kind::Sha256 => [0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19],
    };
    let mut hash = Hash { kind, state, block: [0; BLOCK], len: 0 };
    texts.iter().for_each(|text| hash.update(text));
    let bits = hash.len.wrapping_mul(8);
    hash.update(&[0x80]);
    // Up to the place of the length, in this block or the next.
    while hash.len & 63 != 56 {
        hash.update(&[0]);
    }
    hash.update(&if kind == Kind::Md5 { bits.to_le_bytes() } else { bits.to_be_bytes() });
    let mut bytes = [0; 32];
    for (bytes, word) in bytes.chunks_mut(4).zip(hash.state) {
        copy(bytes, &if kind == Kind::Md5 { word.to_le_bytes() } else { word.to_be_bytes() });
    }
    bytes
}

/// MD5 (RFC 1321): 16 bytes and zeros.
pub(super) fn md5(texts: &[&[u8]]) -> [u8; 32] {
    hash(Kind::Md5, texts)
}

/// HMAC with SHA-256 (RFC 2104; FIPS 180-4).
pub(super) fn hmac(key: &[u8], [first, second, third]: [&[u8]; 3]) -> [u8; 32] {
    let mut block = [0; BLOCK];
    if key.len() > BLOCK {
        copy(&mut block, &hash(Kind::Sha256, &[key]));
    } else {
        copy(&mut block, key);
    }
    block.iter_mut().for_each(|byte| *byte ^= 0x36);
    let inner = hash(Kind::Sha256, &[&block, first, second, third]);
    block.iter_mut().for_each(|byte| *byte ^= 0x36 ^ 0x5C);
    hash(Kind::Sha256, &[&block, &inner])
}

#[cfg(test)]
mod tests {
    use std::format;
    use std::string::String;
    use std::vec::Vec;

    use md5::{Digest as _, Md5};
    use sha2::Sha256;

    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// RFC 1321 A.5.
    #[test]
    fn md5_of_the_standard() {
        for (text, expected) in [
            ("", "d41d8cd98f00b204e9800998ecf8427e"),
            ("abc", "900150983cd24fb0d6963f7d28e17f72"),
            ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "d174ab98d277d9f5a5611c2c9f419d9f"),
        ] {
            assert_eq!(hex(&md5(&[text.as_bytes()])[..16]), expected, "{text}");
        }
    }

    /// RFC 4231 4.3 and 4.7.
    #[test]
    fn hmac_of_the_standard() {
        for (key, text, expected) in [
            ("Jefe".as_bytes(), "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
            (
                &[0xAA; 131],
                "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ] {
            let (first, second) = text.as_bytes().split_at(5);
            assert_eq!(hex(&hmac(key, [first, b"", second])), expected, "{text}");
        }
    }

    /// Every place where the padding can begin, against the hashes that are built on the same functions.
    #[test]
    fn all_lengths() {
        let bytes: Vec<u8> = (0..=200).collect();
        for len in 0..bytes.len() {
            let text = &bytes[..len];
            assert_eq!(md5(&[text])[..16], Md5::digest(text)[..], "{len}");
            assert_eq!(hash(Kind::Sha256, &[text])[..], Sha256::digest(text)[..], "{len}");
        }
    }
}
