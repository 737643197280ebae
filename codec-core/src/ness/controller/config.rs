//! How a controller behaves.

use crate::ness::{ChecksumPolicy, DecodeOptions, ModelMap};

/// How a [`Controller`](super::Controller) behaves.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Config<'b> {
    /// Address in requests, 0 to 15. Panels accept 0 always, another only if it is theirs. Default 0.
    pub address: u8,
    /// Take only lines of the panel with this address, and lines without an address. Default `None`: take all.
    pub only_from: Option<u8>,
    /// Which checksums to accept. Default [`ChecksumPolicy::Either`].
    pub checksum: ChecksumPolicy,
    /// Choices of the decoder.
    pub decode: DecodeOptions,
    /// Drop an event line that repeats the one before it byte for byte, as panels were seen to send it. Default on. With time
    /// stamps switched off in the panel, a real event could look like a repetition if the one between got lost.
    pub drop_repeated: bool,
    /// What model bytes stand for. Default [`ModelMap::REV16`].
    pub models: ModelMap<'b>,
    /// Milliseconds between short polls (zones, arming, auxiliary outputs). They also show that the panel is there. 0 for none.
    /// Default 60,000.
    pub keepalive_millis: u32,
    /// Milliseconds between polls of everything a panel can be asked for. 0 for none. Default 900,000.
    pub refresh_millis: u32,
    /// End with [`CloseReason::Silent`](crate::CloseReason::Silent) when no event and no status was received for as many milliseconds. Lines that could not be used,
    /// of another panel, or requests (an echo of our own) do not count. 0 for never. Default 90,000. Make it longer than
    /// [`keepalive_millis`](Self::keepalive_millis), and 0 without polls: a panel that is not asked may have nothing to say for days.
    pub silence_millis: u32,
    /// Milliseconds to wait for the outcome of a command. Default 5,000.
    pub answer_millis: u32,
    /// Ways of some panels.
    pub quirks: Quirks,
}

/// Ways of some panels that a controller can be told of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quirks {
    /// Firmware before v5.8 answers `S14` without any bit while armed: only an event leads back to "disarmed".
    pub infer_arming_state: bool,
    /// Put `?` behind every request, which makes a panel pause between messages. The Python library's mock panel does not
    /// understand it.
    pub separator: bool,
}

impl Config<'static> {
    /// The defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            address: 0,
            only_from: None,
            checksum: ChecksumPolicy::Either,
            decode: DecodeOptions { packed_time: false },
            drop_repeated: true,
            models: ModelMap::REV16,
            keepalive_millis: 60_000,
            refresh_millis: 900_000,
            silence_millis: 90_000,
            answer_millis: 5_000,
            quirks: Quirks { infer_arming_state: false, separator: false },
        }
    }
}

impl Default for Config<'static> {
    fn default() -> Self {
        Self::new()
    }
}
