//! Arguments that set up a Ness controller, and values that several commands take.

use clap::{Args, ValueEnum};
use codec_core::ness::controller::Config;
use codec_core::ness::{ChecksumPolicy, Model, ModelMap, Version};

/// How to talk to the panel.
#[derive(Args, Clone, Debug)]
pub(crate) struct PanelArgs {
    /// Address in requests: 0 is always taken, 1 to 15 only by the panel that has it
    #[arg(long, global = true, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=15))]
    pub(crate) address: u8,

    /// Which received checksums to accept
    #[arg(long, global = true, value_enum, default_value_t = Checksum::Either)]
    pub(crate) checksum: Checksum,

    /// Which model a model byte stands for
    #[arg(long, global = true, value_enum, default_value_t = Models::Rev16)]
    pub(crate) models: Models,

    /// Firmware before 5.8, which tells nothing while armed: only an event leads back to disarmed
    #[arg(long, global = true)]
    pub(crate) infer_arming_state: bool,

    /// Put `?` behind every request, which makes a panel pause between messages
    #[arg(long, global = true)]
    pub(crate) separator: bool,
}

impl PanelArgs {
    /// A configuration with the defaults for the rest.
    pub(crate) fn config(&self) -> Config<'static> {
        let mut config = Config::new();
        config.address = self.address;
        config.checksum = self.checksum.policy();
        config.models = self.models.map();
        config.quirks.infer_arming_state = self.infer_arming_state;
        config.quirks.separator = self.separator;
        config
    }
}

/// The policies by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Checksum {
    /// As panels do it: the binary rule for their lines
    Strict,
    /// The binary or the ASCII rule; the Python library's mock panel has the latter
    Either,
    /// Any
    Ignore,
}

impl Checksum {
    pub(crate) const fn policy(self) -> ChecksumPolicy {
        match self {
            Self::Strict => ChecksumPolicy::Strict,
            Self::Either => ChecksumPolicy::Either,
            Self::Ignore => ChecksumPolicy::Ignore,
        }
    }
}

/// The mappings by name. The vendor's own texts contradict each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Models {
    /// The examples of the vendor's document, revision 16
    Rev16,
    /// The table of the same document
    VendorTable,
    /// The Python library's older mapper
    Legacy,
    /// The Python library's default: the older mapper, then revision 16
    Library,
}

impl Models {
    pub(crate) const fn map(self) -> ModelMap<'static> {
        match self {
            Self::Rev16 => ModelMap::REV16,
            Self::VendorTable => ModelMap::VENDOR_TABLE,
            Self::Legacy => ModelMap::LEGACY,
            Self::Library => ModelMap::LIBRARY_DEFAULT,
        }
    }
}

/// Parses the name of a model, in either case.
pub(crate) fn model(name: &str) -> Result<Model, String> {
    Model::from_name(name).ok_or_else(|| {
        let names: Vec<&str> = Model::ALL.into_iter().map(Model::name).collect();
        format!("write one of {}", names.join(", "))
    })
}

/// Parses a firmware version.
pub(crate) fn version(text: &str) -> Result<Version, String> {
    text.parse().map_err(|_| "write two numbers from 0 to 15, for example 8.7".into())
}

/// Parses seconds as milliseconds.
pub(crate) fn millis(text: &str) -> Result<u32, String> {
    let seconds: f64 = text.parse().map_err(|_| "write a number of seconds, for example 1.5")?;
    let time = std::time::Duration::try_from_secs_f64(seconds).map_err(|_| "write a number of seconds, 0 or more")?;
    u32::try_from(time.as_millis()).map_err(|_| "that is more than 49 days".into())
}

/// Parses zone numbers, separated by commas, as bits: zone 1 is bit 0.
pub(crate) fn zones(text: &str) -> Result<u32, String> {
    let zone = |word: &str| match word.trim().parse::<u32>() {
        Ok(zone @ 1..=32) => Ok(1 << (zone - 1)),
        _ => Err("write zone numbers from 1 to 32, for example 1,2,7".to_owned()),
    };
    text.split(',').try_fold(0, |bits, word| Ok(bits | zone(word)?))
}
