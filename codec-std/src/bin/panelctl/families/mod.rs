//! The protocols. A family is one folder here, one variant of [`Protocol`] and one of each command's enum.

pub(crate) mod ness;

use clap::ValueEnum;

use crate::decode::Decoder;

/// What `decode` can be told to decode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Protocol {
    /// Ness D8X, D16X, D32X and D8+ panels, lines of either direction
    Ness,
}

impl Protocol {
    /// A decoder at the beginning of a capture.
    pub(crate) fn decoder(self, mask: bool) -> Box<dyn Decoder> {
        match self {
            Self::Ness => Box::new(ness::decode::LineDecoder::new(mask)),
        }
    }
}
