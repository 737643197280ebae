//! MD5, SHA-256 and HMAC, byte by byte on the compression functions of RustCrypto: these need no buffer of their own, and no check that a
//! compiler could fail to remove.

/// Both work on blocks of so many bytes.
const BLOCK: usize = 64;

/// A hash of `WORDS` 32-bit words.
#[derive(Clone)]
pub(super) struct Hash<const WORDS: usize> {
    state: [u32; WORDS],
    block: [u8; BLOCK],
    /// Bytes so far.
    len: u64,
    compress: fn(&mut [u32; WORDS], &[[u8; BLOCK]]),
    /// How lengths and words are written.
    length: fn(u64) -> [u8; 8],
    word: fn(u32) -> [u8; 4],
}

/// MD5 (RFC 1321).
pub(super) const fn md5() -> Hash<4> {
    Hash {
        state: [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476],
        block: [0; BLOCK],
        len: 0,
        compress: md5::block_api::compress,
        length: u64::to_le_bytes,
        word: u32::to_le_bytes,
    }
}

/// SHA-256 (FIPS 180-4).
pub(super) const fn sha256() -> Hash<8> {
    Hash {
        state: [0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19],
        block: [0; BLOCK],
        len: 0,
        compress: sha2::block_api::compress256,
        length: u64::to_be_bytes,
        word: u32::to_be_bytes,
    }
}

impl<const WORDS: usize> Hash<WORDS> {
    /// The next bytes.
    pub(super) fn update(&mut self, bytes: impl IntoIterator<Item = u8>) {
        for byte in bytes {
            // Within a block.
            let at = usize::from((self.len & 63) as u8);
            if let Some(slot) = self.block.get_mut(at) {
                *slot = byte;
            }
            self.len = self.len.wrapping_add(1);
            if at == 63 {
                (self.compress)(&mut self.state, core::slice::from_ref(&self.block));
            }
        }
    }

    /// The hash of all bytes.
    pub(super) fn finish(mut self) -> impl Iterator<Item = u8> {
        let length = (self.length)(self.len.wrapping_mul(8));
        self.update([0x80]);
        // Up to the place of the length, in this block or the next.
        let zeros = 56_u64.wrapping_sub(self.len) & 63;
        (0..zeros).for_each(|_| self.update([0]));
        self.update(length);
        self.state.into_iter().flat_map(self.word)
    }
}

/// HMAC with SHA-256 (RFC 2104).
pub(super) fn hmac<'t>(key: &[u8], texts: impl IntoIterator<Item = &'t [u8]>) -> impl Iterator<Item = u8> {
    let mut block = [0; BLOCK];
    if key.len() > BLOCK {
        let mut hash = sha256();
        hash.update(key.iter().copied());
        block.iter_mut().zip(hash.finish()).for_each(|(slot, byte)| *slot = byte);
    } else {
        block.iter_mut().zip(key).for_each(|(slot, byte)| *slot = *byte);
    }
    let mut inner = sha256();
    inner.update(block.iter().map(|byte| byte ^ 0x36));
    texts.into_iter().for_each(|text| inner.update(text.iter().copied()));
    let mut outer = sha256();
    outer.update(block.iter().map(|byte| byte ^ 0x5C));
    outer.update(inner.finish());
    outer.finish()
}

#[cfg(test)]
mod tests {
    use std::format;
    use std::string::String;
    use std::vec::Vec;

    use md5::{Digest as _, Md5};
    use sha2::Sha256;

    use super::*;

    fn hex(bytes: impl Iterator<Item = u8>) -> String {
        bytes.map(|byte| format!("{byte:02x}")).collect()
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
            hash.update(text.bytes());
            assert_eq!(hex(hash.finish()), expected, "{text}");
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
            assert_eq!(hex(hmac(key, [first.as_bytes(), second.as_bytes()])), expected, "{text}");
        }
    }

    /// Every place where the padding can begin, against the hashes that are built on the same functions.
    #[test]
    fn all_lengths() {
        let bytes: Vec<u8> = (0..=200).collect();
        for len in 0..bytes.len() {
            let text = &bytes[..len];
            let (mut short, mut long) = (md5(), sha256());
            short.update(text.iter().copied());
            long.update(text.iter().copied());
            assert!(short.finish().eq(Md5::digest(text)), "{len}");
            assert!(long.finish().eq(Sha256::digest(text)), "{len}");
        }
    }
}
