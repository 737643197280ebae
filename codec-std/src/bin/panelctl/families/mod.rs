//! The protocols. A family is one folder here, one variant of [`Protocol`] and one of each command's enum.

pub(crate) mod g90;
pub(crate) mod ksenia;
pub(crate) mod ness;

use anyhow::bail;
use clap::{Args, ValueEnum};
use codec_core::ksenia::CrcPolicy;

use crate::decode::Decoder;

/// How `decode` decodes, as far as it depends on the protocol.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct DecodeOptions {
    /// Ksenia: what to do about the CRC; `strict` unless given. Checksums of ness lines are reported and never a reason to refuse
    #[arg(long, value_enum)]
    pub(crate) crc: Option<CrcChoice>,

    /// G90: the device id (GUID) of the panel, for what does not tell it
    #[arg(long, value_name = "ID")]
    pub(crate) device_id: Option<String>,

    /// Hide user codes and PINs: their characters become 0, with the checksum that then fits
    #[arg(long)]
    pub(crate) mask: bool,
}

/// What `decode` can be told to decode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Protocol {
    /// Ness D8X, D16X, D32X and D8+ panels, lines of either direction
    Ness,
    /// Ksenia Lares 4.0 panels, the JSON messages inside the WebSocket, of either direction
    Ksenia,
    /// G90 panels, the binary messages to and from their cloud. With --hex a line may hold several: then they are in `messages`
    G90Cloud,
}

impl Protocol {
    /// A decoder at the beginning of a capture.
    pub(crate) fn decoder(self, options: &DecodeOptions) -> anyhow::Result<Box<dyn Decoder>> {
        let mask = options.mask;
        match self {
            Self::Ness if options.crc.is_some() => bail!("--crc is for ksenia: checksums of ness lines are reported"),
            Self::G90Cloud if options.crc.is_some() => bail!("--crc is for ksenia"),
            Self::Ness | Self::Ksenia if options.device_id.is_some() => bail!("--device-id is for g90"),
            _ => {}
        }
        Ok(match self {
            Self::Ness => Box::new(ness::decode::LineDecoder::new(mask)),
            Self::Ksenia => Box::new(ksenia::decode::MessageDecoder::new(mask, options.crc.unwrap_or(CrcChoice::Strict).policy())),
            Self::G90Cloud => Box::new(g90::cloud::decode::MessageDecoder::new(mask, options.device_id.as_deref())),
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
    const fn policy(self) -> CrcPolicy {
        match self {
            Self::Strict => CrcPolicy::Strict,
            Self::Report => CrcPolicy::Report,
            Self::Ignore => CrcPolicy::Ignore,
        }
    }
}
