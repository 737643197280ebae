//! How a server behaves.

use crate::error::ConfigError;
use crate::g90::AlertFlags;
use crate::g90::cloud::device_id::{DeviceId, MAX_DEVICE_ID};
use crate::g90::cloud::padded::PaddedText;

/// How a [`Controller`](super::Controller) behaves.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Config<'b> {
    /// Whether the vendor's cloud answers the panel, or this server. Default [`Mode::Standalone`].
    pub mode: Mode,
    /// The panels that may connect, by their device id (GUID); empty for all, the default. A panel that says it is another is not answered, and
    /// the connection ends with [`CloseReason::DeviceRefused`](crate::CloseReason::DeviceRefused). It keeps strangers and mistakes
    /// away, not attackers: nothing proves an id.
    pub device_ids: &'b [&'b str],
    /// The TCP port that this server listens on. Default 5678.
    pub listen_port: u16,
    /// The address that a panel looking for its cloud is sent to: 1 to 16 bytes, an IPv4 address in digits, as panels resolve no names.
    /// Default `127.0.0.1`, which is of use in tests only.
    pub announced_address: &'b str,
    /// The port that panels are told, `None` for [`listen_port`](Self::listen_port), the default. Behind a port forwarding it is the outer one.
    pub announced_port: Option<u16>,
    /// End with [`CloseReason::Silent`](crate::CloseReason::Silent) when nothing was received for as many milliseconds; 0 for never.
    /// Panels send something every minute. Default 200,000.
    pub silence_millis: u32,
    /// Milliseconds to wait for the answer to a command. Default 10,000.
    pub answer_millis: u32,
    /// Milliseconds after which an active sensor counts as quiet, since most never tell. Every activity begins them anew. 0 for never.
    /// Default 3,000.
    pub occupancy_millis: u32,
    /// What the panel sends alerts for. With [`AlertFlags::DOOR_CLOSE`] door contacts tell that they close, and stay open till then.
    /// Default none; [`Command::Alerts`](super::Command::Alerts) changes it.
    pub alerts: AlertFlags,
    /// Pass over an alert that comes a second time with nothing from the same source between, as panels send many both as a notification
    /// and as a status change. Default on.
    pub drop_repeated: bool,
    /// Ways of other servers.
    pub quirks: Quirks,
}

/// Who answers the panel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Mode {
    /// This server.
    #[default]
    Standalone,
    /// The vendor's cloud, to which a driver copies every byte of the panel, and whose bytes it copies to the panel. This server only
    /// reads along. While the cloud is [lost](super::Upstream::Lost) it answers itself.
    Chained,
    /// As [`Chained`](Self::Chained), and nobody answers while the cloud is lost.
    ChainedOnly,
}

/// Ways of other servers that this one can be told to follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quirks {
    /// Tell the listening port instead of the announced one in the third answer to a hello, as the Python library does.
    pub hello_tells_listen_port: bool,
}

impl Config<'static> {
    /// The defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            mode: Mode::Standalone,
            device_ids: &[],
            listen_port: crate::g90::CLOUD_PORT,
            announced_address: "127.0.0.1",
            announced_port: None,
            silence_millis: 200_000,
            answer_millis: 10_000,
            occupancy_millis: 3_000,
            alerts: AlertFlags::NONE,
            drop_repeated: true,
            quirks: Quirks { hello_tells_listen_port: false },
        }
    }
}

impl Default for Config<'static> {
    fn default() -> Self {
        Self::new()
    }
}

impl Config<'_> {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let address = self.announced_address;
        if !(1..=16).contains(&address.len()) || !address.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(ConfigError::BadText { field: "announced_address" });
        }
        let fits = |id: &&str| (1..=MAX_DEVICE_ID).contains(&id.len()) && !id.trim_ascii().is_empty() && !id.ends_with('\0');
        if !self.device_ids.iter().all(fits) {
            return Err(ConfigError::BadText { field: "device_ids" });
        }
        Ok(())
    }

    /// Whether [`device_ids`](Self::device_ids) lets a panel connect that tells this id in its hello.
    #[must_use]
    pub fn allows(&self, guid: PaddedText<'_>) -> bool {
        self.admits(DeviceId::from_text(guid).as_ref())
    }

    /// The same for the identity in it, `None` if there is none.
    pub(super) fn admits(&self, id: Option<&DeviceId>) -> bool {
        self.device_ids.is_empty() || id.is_some_and(|id| self.device_ids.contains(&id.as_str()))
    }

    /// The port that a panel looking for its cloud is told.
    pub(super) fn port(&self) -> u16 {
        self.announced_port.unwrap_or(self.listen_port)
    }

    /// The port that the third answer to a hello tells.
    pub(super) fn hello_port(&self) -> u16 {
        if self.quirks.hello_tells_listen_port { self.listen_port } else { self.port() }
    }
}
