//! How a host is set up.

use crate::error::ConfigError;
use crate::kts::encode::ZoneInfo;
use crate::kts::{Order, Scheme};

/// How a [`Panel`](super::Panel) behaves. Times are in milliseconds.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Config<'b> {
    /// Serial number or MAC address, 1 to 32 letters and digits. Real ones have 12 or 16 hexadecimal digits.
    pub sn: &'b str,
    /// The zones. Default none.
    pub zones: &'b [ZoneInfo<'b>],
    /// How registrations are signed. Default [`Scheme::Md5`].
    pub scheme: Scheme,
    /// In which order members are accepted. Default [`Order::Strict`].
    pub order: Order,
    /// Between signs of life, 10,000 to 60,000. Default 60,000.
    pub keepalive_millis: u32,
    /// To wait for the answer to the registration, at least 1. Default 30,000.
    pub answer_millis: u32,
    /// End with [`CloseReason::Silent`](crate::CloseReason::Silent) when nothing was received for as long. 0 for never. Default 180,000.
    pub silence_millis: u32,
    /// What to add to UTC to get local time, in seconds. Default 0.
    pub utc_offset_seconds: i32,
    /// Take a new key and domain from the server. Default on.
    pub accept_configure: bool,
}

impl<'b> Config<'b> {
    /// The defaults, for a serial number.
    #[must_use]
    pub const fn new(sn: &'b str) -> Self {
        Self {
            sn,
            zones: &[],
            scheme: Scheme::Md5,
            order: Order::Strict,
            keepalive_millis: 60_000,
            answer_millis: 30_000,
            silence_millis: 180_000,
            utc_offset_seconds: 0,
            accept_configure: true,
        }
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        if !(1..=32).contains(&self.sn.len()) || !self.sn.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(ConfigError::BadText { field: "sn" });
        }
        let times = [("keepalive_millis", self.keepalive_millis, 10_000, 60_000), ("answer_millis", self.answer_millis, 1, u32::MAX)];
        for (field, found, min, max) in times {
            if !(min..=max).contains(&found) {
                return Err(ConfigError::OutOfRange { field, min, max, found });
            }
        }
        // A zone must fit into the smallest transmit buffer, whatever its characters.
        for zone in self.zones {
            let len = [zone.id, zone.name, zone.icon, zone.parent.unwrap_or_default()]
                .iter()
                .fold(0, |sum: usize, text| sum.saturating_add(text.len()));
            if len > super::MAX_TEXTS {
                return Err(ConfigError::BadText { field: "zones" });
            }
        }
        Ok(())
    }
}
