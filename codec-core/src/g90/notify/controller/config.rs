//! How a controller behaves.

use core::net::IpAddr;

use crate::g90::AlertFlags;

/// How a [`Controller`](super::Controller) behaves.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Config<'b> {
    /// Address of the panel. Datagrams of others are told as [`Event::Foreign`](super::Event::Foreign). Default `None`: all are taken.
    pub panel: Option<IpAddr>,
    /// Serial number of the panel: alerts of others are told as [`Event::Foreign`](super::Event::Foreign). Default empty: all are taken.
    /// Notifications name no panel.
    pub device_id: &'b str,
    /// Milliseconds after which an active sensor counts as quiet, since most never tell. Every activity begins them anew. 0 for never.
    /// Default 3,000.
    pub occupancy_millis: u32,
    /// What the panel sends alerts for. With [`AlertFlags::DOOR_CLOSE`] door contacts tell that they close, and stay open till then.
    /// Default none; [`Command::Alerts`](super::Command::Alerts) changes it.
    pub alerts: AlertFlags,
    /// Pass over an alert that comes a second time with nothing from the same source between. Default on.
    pub drop_repeated: bool,
}

impl Config<'_> {
    /// The defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self { panel: None, device_id: "", occupancy_millis: 3_000, alerts: AlertFlags::NONE, drop_repeated: true }
    }
}

impl Default for Config<'_> {
    fn default() -> Self {
        Self::new()
    }
}
