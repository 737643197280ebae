//! What a panel can be made to do, what it tells, and what it is.

use crate::error::{CloseReason, Fault};
use crate::g90::devices::Definition;
use crate::g90::local::controller::List;
use crate::g90::local::wire::Request;
use crate::g90::local::{ConfigKind, Probe, System};
use crate::g90::{AlertFlags, ArmState, UserFlags};
use crate::home::Notice;

/// What a panel says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Config<'b> {
    /// Its identity.
    pub device_id: &'b str,
    /// Model.
    pub product_name: &'b str,
    /// Version of the main processor.
    pub mcu_hw_version: &'b str,
    /// Version of the WiFi module.
    pub wifi_hw_version: &'b str,
    /// Version of the firmware.
    pub fw_version: &'b str,
    /// Number of the SIM card.
    pub phone_number: &'b str,
    /// Battery in millivolts.
    pub battery_voltage: &'b str,
    /// Rows on a page at most; fewer if they do not fit into the transmit buffer. At least 1.
    pub rows_per_page: u32,
    /// What is reported at the start.
    pub notice_flags: AlertFlags,
}

impl<'b> Config<'b> {
    /// A panel as those that were seen.
    #[must_use]
    pub const fn new(device_id: &'b str) -> Self {
        Self {
            device_id,
            product_name: "TSV018-C3SIA",
            mcu_hw_version: "206",
            wifi_hw_version: "206",
            fw_version: "1.8",
            phone_number: "",
            battery_voltage: "4242",
            rows_per_page: 10,
            notice_flags: AlertFlags::from_bits(0x3FF),
        }
    }
}

/// What a [`Panel`](super::Panel) can be made to do by those in the house. All of it is done at once.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Command<'c> {
    /// Arm, disarm or raise an alarm.
    Arm(ArmState),
    /// Put a sensor or device into its list, or change the one of that number.
    Put {
        /// Where.
        list: List,
        /// What it is.
        definition: &'static Definition,
        /// The panel's number of it.
        index: i64,
        /// Its name.
        name: &'c str,
        /// How it is treated.
        user_flags: UserFlags,
    },
    /// Take it out again.
    Remove {
        /// Where.
        list: List,
        /// The panel's number of it.
        index: i64,
    },
    /// Add a row to the history: a JSON array of 7 fields, see [`HistoryRow`](crate::g90::HistoryRow).
    History(&'c str),
    /// Set a configuration: a JSON array, as it is read.
    Configure {
        /// Which.
        kind: ConfigKind,
        /// The array.
        fields: &'c str,
    },
    /// End.
    Close,
}

/// What a [`Panel`](super::Panel) tells.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'i> {
    /// A request came, and was answered.
    Request(Request<'i>),
    /// A system command came. It is not answered, and nothing is done: the driver may act on it.
    System(System<'i>),
    /// Somebody looks for a panel; it was answered if it was for this one.
    Probe(Probe<'i>),
    /// Something in the house changed.
    Notice(Notice),
    /// A sensor or device was added. Real panels send a notification of it.
    Added {
        /// Where.
        list: List,
        /// The panel's number of it.
        index: i64,
    },
    /// A datagram could not be used, and was not answered.
    Fault(Fault),
    /// The machine has ended. This is its last event.
    Closed(CloseReason),
}
