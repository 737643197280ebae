//! Ness D8X, D16X, D32X and D8+.

pub(crate) mod decode;
pub(crate) mod options;
pub(crate) mod simulate;
pub(crate) mod words;
