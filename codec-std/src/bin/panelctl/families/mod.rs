//! The protocols. A family is one folder here, one variant of [`Protocol`] and one of each command's enum.

pub(crate) mod ksenia;
pub(crate) mod kts;
pub(crate) mod ness;

use anyhow::bail;
use clap::ValueEnum;
use codec_core::ksenia::CrcPolicy;
use codec_core::kts::Order;

use crate::decode::Decoder;

/// What `decode` can be told to decode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Protocol {
    /// Ness D8X, D16X, D32X and D8+ panels, lines of either direction
    Ness,
    /// Ksenia Lares 4.0 panels, the JSON messages inside the WebSocket, of either direction
    Ksenia,
    /// KTS hosts, the frames over TCP, of either direction
    Kts,
}

impl Protocol {
    /// A decoder at the beginning of a capture.
    pub(crate) fn decoder(self, mask: bool, crc: Option<CrcChoice>, lenient: bool) -> anyhow::Result<Box<dyn Decoder>> {
        if lenient && self != Self::Kts {
            bail!("--lenient is for kts: members of other messages may stand in any order");
        }
        Ok(match (self, crc) {
            (Self::Ness, Some(_)) => bail!("--crc is for ksenia: checksums of ness lines are reported"),
            (Self::Ness, None) => Box::new(ness::decode::LineDecoder::new(mask)),
            (Self::Kts, Some(_)) => bail!("--crc is for ksenia: kts frames have no check value"),
            (Self::Kts, None) => Box::new(kts::decode::FrameDecoder::new(mask, if lenient { Order::Lenient } else { Order::Strict })),
            (Self::Ksenia, crc) => Box::new(ksenia::decode::MessageDecoder::new(mask, crc.unwrap_or(CrcChoice::Strict).policy())),
        })
    }
}

/// What to do about the CRC of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CrcChoice {
    /// A message needs one that fits
    Strict,
    /// It is told; nothing is refused
    Report,
    /// It is not computed
    Ignore,
}

impl CrcChoice {
    pub(crate) const fn policy(self) -> CrcPolicy {
        match self {
            Self::Strict => CrcPolicy::Strict,
            Self::Report => CrcPolicy::Report,
            Self::Ignore => CrcPolicy::Ignore,
        }
    }
}
