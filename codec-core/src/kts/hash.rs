//! MD5, SHA-256 and HMAC, byte by byte on the compression functions of RustCrypto: these need no buffer of their own, and no check that a
//! compiler could fail to remove.

/// Both work on blocks of so many bytes.
const BLOCK: usize = 64;

/// Which hash. There is one state for both, so that the code around the compression is there once.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Md5,
    Sha256,
}

/// A hash of up to eight words.
#[derive(Clone)]
pub(super) struct Hash {
    kind: Kind,
    /// MD5 has four.
    state: [u32; 8],
    block: [u8; BLOCK],
    /// Bytes so far.
    len: u64,
}

/// MD5 (RFC 1321): 16 bytes.
pub(super) const fn md5() -> Hash {
    let state = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0, 0, 0, 0];
    Hash { kind: Kind::Md5, state, block: [0; BLOCK], len: 0 }
}

/// SHA-256 (FIPS 180-4).
#[inline(never)]
pub(super) const fn sha256() -> Hash {
    let state = [0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19];
    Hash { kind: Kind::Sha256, state, block: [0; BLOCK], len: 0 }
}

impl Hash {
    /// The next bytes.
    pub(super) fn update(&mut self, bytes: &[u8]) {
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

    /// The hash of all bytes, with zeros behind that of MD5.
    pub(super) fn finish(mut self) -> [u8; 32] {
        let bits = self.len.wrapping_mul(8);
        self.update(&[0x80]);
        // Up to the place of the length, in this block or the next.
        while self.len & 63 != 56 {
            self.update(&[0]);
        }
        self.update(&if self.kind == Kind::Md5 { bits.to_le_bytes() } else { bits.to_be_bytes() });
        let mut hash = [0; 32];
        for (bytes, word) in hash.chunks_mut(4).zip(self.state) {
            crate::text::copy(bytes, &if self.kind == Kind::Md5 { word.to_le_bytes() } else { word.to_be_bytes() });
        }
        hash
    }
}

/// HMAC with SHA-256 (RFC 2104).
pub(super) fn hmac(key: &[u8], texts: [&str; 3]) -> [u8; 32] {
    let mut block = [0; BLOCK];
    if key.len() > BLOCK {
        let mut hash = sha256();
        hash.update(key);
        block.iter_mut().zip(hash.finish()).for_each(|(slot, byte)| *slot = byte);
    } else {
        block.iter_mut().zip(key).for_each(|(slot, byte)| *slot = *byte);
    }
    let mut hash = sha256();
    hash.update(&block.map(|byte| byte ^ 0x36));
    texts.iter().for_each(|text| hash.update(text.as_bytes()));
    let inner = hash.finish();
    let mut hash = sha256();
    hash.update(&block.map(|byte| byte ^ 0x5C));
    hash.update(&inner);
    hash.finish()
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
            let mut hash = md5();
            hash.update(text.as_bytes());
            assert_eq!(hex(&hash.finish()[..16]), expected, "{text}");
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
            let (first, second) = text.split_at(5);
            assert_eq!(hex(&hmac(key, [first, "", second])), expected, "{text}");
        }
    }

    /// Every place where the padding can begin, against the hashes that are built on the same functions.
    #[test]
    fn all_lengths() {
        let bytes: Vec<u8> = (0..=200).collect();
        for len in 0..bytes.len() {
            let text = &bytes[..len];
            let (mut short, mut long) = (md5(), sha256());
            short.update(text);
            long.update(text);
            assert_eq!(short.finish()[..16], Md5::digest(text)[..], "{len}");
            assert_eq!(long.finish()[..], Sha256::digest(text)[..], "{len}");
        }
    }
}
