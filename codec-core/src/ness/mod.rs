//! Ness D8X, D16X, D32X and D8+ panels: ASCII lines over RS-232 (9600 8N1) or TCP.

mod areas;
mod bits;
mod codes;
pub mod controller;
mod encode;
mod frames;
mod keys;
mod packet;
pub mod panel;
mod stamp;
mod status;
mod tracker;
mod usual;
mod version;
mod wire;
mod zones;

pub use crate::text::hex::Case;
pub use bits::{ArmingStatus, AuxOutputs, MiscAlarms, Outputs};
pub use codes::{AreaCode, EventCode, Id, Output};
pub use controller::Controller;
pub use encode::{ChecksumRule, MAX_ENCODED, encode, encode_with};
pub use frames::{Cut, Framer};
pub use keys::{KEYS, KeyString, Keys, MAX_CODE, MAX_KEYS};
pub use packet::{Address, Body, Packet, StatusUpdate, SystemEvent};
pub use panel::Panel;
pub use stamp::{Stamp, Timestamp};
pub use status::{RequestId, StatusValue, ViewState, ZoneFact, ZoneSet};
pub use tracker::Tracker;
pub use version::{Model, ModelMap, PanelVersion, Version};
pub use wire::{ChecksumMatch, ChecksumPolicy, DecodeOptions, Line, MAX_LINE, decode, decode_with};
pub use zones::MAX_ZONES;
