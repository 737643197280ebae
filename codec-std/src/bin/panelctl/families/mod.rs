//! The protocols. A family is one folder here, one variant of [`Protocol`] and one of each command's enum.

pub(crate) mod g90;
pub(crate) mod ksenia;
pub(crate) mod kts;
pub(crate) mod ness;

use anyhow::bail;
use clap::ValueEnum;
use codec_core::ksenia::CrcPolicy;
use codec_core::kts::Order;

use crate::cli::UnitArgs;
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
    /// G90 panels, the binary messages to and from their cloud. With --hex a line may hold several: then they are in `messages`
    G90Cloud,
    /// G90 panels, commands, replies, system commands and discovery: datagrams of ports 12368 and 12900, each ended by its NUL
    G90Local,
    /// G90 panels, what they tell by themselves: datagrams to port 12901, each ended by its NUL
    G90Notify,
}

impl Protocol {
    /// A decoder at the beginning of a capture.
    pub(crate) fn decoder(self, args: &UnitArgs) -> anyhow::Result<Box<dyn Decoder>> {
        if args.crc.is_some() && self != Self::Ksenia {
            bail!("--crc is for ksenia: checksums of ness lines are reported, g90 and kts have none");
        }
        if args.lenient && self != Self::Kts {
            bail!("--lenient is for kts: members of other messages may stand in any order");
        }
        if args.expect.is_some() && self != Self::G90Local {
            bail!("--expect is for g90-local");
        }
        if args.device_id.is_some() && !matches!(self, Self::G90Cloud | Self::G90Notify) {
            bail!("--device-id is for g90");
        }
        Ok(match self {
            Self::Ness => Box::new(ness::decode::LineDecoder::new(args.mask)),
            Self::Ksenia => Box::new(ksenia::decode::MessageDecoder::new(args.mask, args.crc.unwrap_or(CrcChoice::Strict).policy())),
            Self::Kts => Box::new(kts::decode::FrameDecoder::new(args.mask, if args.lenient { Order::Lenient } else { Order::Strict })),
            Self::G90Cloud => Box::new(g90::cloud::decode::MessageDecoder::new(args.mask, args.device_id.as_deref())),
            Self::G90Local => Box::new(g90::local::DatagramDecoder::new(args.mask, args.expect)),
            Self::G90Notify => Box::new(g90::notify::DatagramDecoder::new(args.device_id.clone())),
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
