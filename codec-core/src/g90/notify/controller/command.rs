//! What a controller can be told, and what it tells.

use crate::error::{CloseReason, Fault};
use crate::g90::notify::{Alert, Message, Notification};
use crate::g90::{AlertFlags, HistoryRow, PeripheralProtocol, PeripheralType};
use crate::home::Notice;

/// What the controller is to know from elsewhere. Nothing is sent: panels take no datagrams on this port.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Command<'c> {
    /// A sensor in the panel's list. Known sensors tell at once whether they are wired, and whether they tell that they close.
    Sensor {
        /// Its index.
        index: u32,
        /// What it is.
        kind: PeripheralType,
        /// How it is connected.
        protocol: PeripheralProtocol,
    },
    /// What the panel sends alerts for, as read from it.
    Alerts(AlertFlags),
    /// A row of the history, for panels that send no alerts: it is taken as one. See [`HistoryFollower`](super::super::HistoryFollower).
    History(HistoryRow<'c>),
    /// End.
    Close,
}

/// Why a datagram is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Foreign {
    /// It comes from another address than the panel's.
    Sender,
    /// The alert names another panel.
    DeviceId,
}

/// What a controller tells.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'i> {
    /// A notification.
    Notification(Notification<'i>),
    /// An alert. What it means is in its [`facts`](Alert::facts), also if it means nothing here.
    Alert(Alert<'i>),
    /// A message with a code that has no name.
    Other(Message<'i>),
    /// A datagram that is not of this panel.
    Foreign(Foreign),
    /// Something in the house changed. Numbers of zones are indices in the panel's list of sensors; [`ZoneFlags::OPEN`] means active.
    ///
    /// [`ZoneFlags::OPEN`]: crate::home::ZoneFlags::OPEN
    Notice(Notice),
    /// A door was open when the panel was being armed, or no longer counts as such.
    OpenWhenArming {
        /// Index of its sensor.
        sensor: u32,
        /// Whether it was.
        active: bool,
    },
    /// A datagram could not be used, or the table of sensors is full. What comes next can be.
    Fault(Fault),
    /// The machine has ended. This is its last event.
    Closed(CloseReason),
}
