//! G90 panels (PST G90B Plus and its many names): JSON arrays over UDP, and a binary protocol to a cloud server over TCP.
//!
//! ```text
//!                      ┌───────────────────────── panel ──────────────────────────┐
//!  local (UDP)         │ 12368  ISTART[102,102,[102,[1,10]]]IEND ◄─► ISTART...IEND │   the controller asks
//!  notify (UDP)        │ 45000  ──► [170,[5,[100,"Hall"]]]  to 12901               │   the panel tells
//!  cloud (TCP)         │        ──► hello, status changes, notifications to 5678   │   the panel dials
//!                      └──────────────────────────────────────────────────────────┘
//! ```
//!
//! None of them has a password, a check value or encryption: whoever reaches the port is believed. A panel is told from others by its
//! serial number, its *device id* (GUID).
//!
//! | module | what |
//! |---|---|
//! | [`cloud`] | the binary protocol to a cloud server: server side, panel side, and reading along |
//! | [`notify`] | what the panel tells by itself |
//! | [`devices`] | definitions of sensors and devices that can be added |
//! | [`local`] | commands and their replies, discovery |
//!
//! Numbers are [`i64`] where a panel sends them as JSON; what has no name is kept.

mod alerts;
pub mod cloud;
mod codes;
pub mod devices;
mod history;
mod house;
pub mod local;
mod macros;
pub mod notify;
mod peripherals;
mod repeats;
mod settings;
pub(crate) mod values;

pub use alerts::{Facts, Meaning};
pub use codes::{
    AlertSource, AlertState, AlertType, ArmState, HistoryState, InfraredState, KeypadState, MessageCode, NotificationKind, RemoteButton,
    SensorState, StateChange,
};
pub use history::HistoryRow;
pub use house::SensorSlot;
pub use peripherals::{AlertFlags, AlertMode, MatchMode, PeripheralProtocol, PeripheralType, ReadWriteMode, ReservedFlags, UserFlags};
pub use settings::{ApnAuth, GsmStatus, SpeechLanguage, SystemCommand, SystemSetting, Volume, WifiSetup, WifiStatus};

/// Port on which panels take commands (UDP).
pub const COMMAND_PORT: u16 = 12368;

/// Port on which panels are asked for by their device id (UDP).
pub const DISCOVERY_PORT: u16 = 12900;

/// Port to which panels send notifications and alerts, and answers to the question for a device id (UDP).
pub const NOTIFICATION_PORT: u16 = 12901;

/// Port from which panels send notifications and alerts (UDP).
pub const NOTIFICATION_SOURCE_PORT: u16 = 45000;

/// Port of the cloud server (TCP).
pub const CLOUD_PORT: u16 = 5678;
