//! Random texts, hashes and the wall clock.

use std::time::{SystemTime, UNIX_EPOCH};

use sha2::{Digest as _, Sha256};

/// Milliseconds since 1970, UTC. 0 if the clock stands before.
#[must_use]
pub fn now_millis() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |passed| u64::try_from(passed.as_millis()).unwrap_or(u64::MAX))
}

/// Lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// `N` bytes of the system's random source, as digits.
///
/// # Errors
/// The system has no random source.
pub fn random<const N: usize>() -> Result<String, getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(hex(&bytes))
}

/// An identifier that sorts by time: milliseconds, then 8 random bytes.
///
/// # Errors
/// As [`random`].
pub fn ordered() -> Result<String, getrandom::Error> {
    Ok(format!("{:011x}{}", now_millis(), random::<8>()?))
}

/// SHA-256 of a text, as digits. Enough for tokens, which are 32 random bytes and cannot be guessed from their hash.
#[must_use]
pub fn hash(text: &str) -> String {
    hex(&Sha256::digest(text))
}

/// 64 bits of a text, to remember that it was there.
#[must_use]
pub fn short_hash(text: &str) -> u64 {
    use std::hash::{DefaultHasher, Hasher as _};
    let mut hasher = DefaultHasher::new();
    hasher.write(text.as_bytes());
    hasher.finish()
}
