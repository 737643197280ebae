//! How a controller behaves.

use crate::error::ConfigError;
use crate::kts::Order;

/// How a [`Controller`](super::Controller) behaves. Times are in milliseconds. One configuration serves any number of controllers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Config {
    /// In which order members are accepted. Default [`Order::Strict`].
    pub order: Order,
    /// How long a new connection may take to register, and the caller to say whether the host may. At least 1. Default 30,000.
    pub registration_millis: u32,
    /// How often hosts are expected to be heard of; they send a `keepalive` every 10 to 60 seconds. Default 60,000.
    pub heartbeat_millis: u32,
    /// After how many missed beats a host is gone. 0 for never. Default 3.
    pub missed_beats: u32,
    /// To wait for the answer to anything that the host is asked, at least 1. Default 10,000.
    pub answer_millis: u32,
    /// By how many seconds the time stamp of a registration may be wrong, in either direction. `None` switches the check off, and with it
    /// the protection against replays that [`Replays`](crate::kts::Replays) gives. Default 300.
    pub clock_window_seconds: Option<u32>,
    /// How long after a value that was not read yet its zone is asked for again. Default 10,000.
    pub unread_millis: u32,
    /// How often that is done for one zone at most. Default 5.
    pub unread_tries: u8,
}

impl Config {
    /// The defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            order: Order::Strict,
            registration_millis: 30_000,
            heartbeat_millis: 60_000,
            missed_beats: 3,
            answer_millis: 10_000,
            clock_window_seconds: Some(300),
            unread_millis: 10_000,
            unread_tries: 5,
        }
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        for (field, millis) in [("registration_millis", self.registration_millis), ("answer_millis", self.answer_millis)] {
            if millis == 0 {
                return Err(ConfigError::OutOfRange { field, min: 1, max: u32::MAX, found: 0 });
            }
        }
        Ok(())
    }

    /// After how many milliseconds without a frame a host is gone; 0 for never.
    pub(crate) const fn silence_millis(&self) -> u32 {
        self.heartbeat_millis.saturating_mul(self.missed_beats)
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new()
    }
}
