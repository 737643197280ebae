//! Text scanners shared by the protocols.

#[cfg(any(feature = "g90", feature = "ksenia", feature = "kts"))]
mod chars;
#[cfg(any(feature = "g90", feature = "ksenia", feature = "kts"))]
pub(crate) mod cursor;
#[cfg(any(feature = "ksenia", feature = "kts"))]
pub(crate) mod decimal;
#[cfg(any(feature = "ksenia", feature = "kts"))]
pub mod elements;
pub mod hex;
#[cfg(any(feature = "g90", feature = "ksenia", feature = "kts"))]
pub mod json;
#[cfg(any(feature = "ksenia", feature = "kts"))]
pub(crate) mod path;
#[cfg(any(feature = "ksenia", feature = "kts"))]
mod pieces;
#[cfg(any(feature = "g90", feature = "ksenia", feature = "kts"))]
pub(crate) mod scan;
#[cfg(any(feature = "g90", feature = "ksenia", feature = "kts"))]
mod tokens;
#[cfg(any(feature = "ksenia", feature = "kts"))]
mod utf8;
#[cfg(any(feature = "ksenia", feature = "kts"))]
pub(crate) mod words;
#[cfg(any(feature = "ksenia", feature = "kts"))]
pub(crate) mod writer;

/// Whether there is room for speed: tables, and readers that bet on the usual forms beside those that take every form. Not on
/// microcontrollers. `--cfg codec_small` tests on any host what they get.
pub(crate) const FAST: bool = cfg!(all(target_pointer_width = "64", not(codec_small)));

#[cfg(feature = "g90")]
pub(crate) use chars::utf8_bytes;

/// Copies as many bytes as both have. Unlike `copy_from_slice` it has no way to panic, at any level of optimisation.
#[cfg(any(feature = "g90", feature = "ksenia", feature = "kts"))]
#[inline]
pub(crate) fn copy(to: &mut [u8], from: &[u8]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
}

/// The text before and behind the first `separator`, an ASCII character. Unlike `str::split_once` it has no way to panic.
#[cfg(feature = "g90")]
pub(crate) fn cut(text: &str, separator: u8) -> Option<(&str, &str)> {
    let at = text.bytes().position(|byte| byte == separator)?;
    Some((text.get(..at)?, text.get(at.checked_add(1)?..)?))
}

/// The texts between the `separator`s, an ASCII character: one at least. Unlike `str::split` it has no way to panic.
#[cfg(feature = "g90")]
pub(crate) fn split(text: &str, separator: u8) -> impl Iterator<Item = &str> + Clone {
    let mut rest = Some(text);
    core::iter::from_fn(move || {
        let text = rest?;
        let (piece, more) = cut(text, separator).map_or((text, None), |(piece, more)| (piece, Some(more)));
        rest = more;
        Some(piece)
    })
}
