//! What a server can be asked for, and what it tells.

use crate::error::{CloseReason, Fault};
use crate::g90::cloud::{DeviceId, Message};
use crate::g90::{AlertFlags, PeripheralProtocol, PeripheralType};
use crate::home::Notice;
use crate::machine::Ticket;
use crate::secret::Secret;

/// What a [`Controller`](super::Controller) can be asked for. Each that is accepted ends in one [`Event::Done`].
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Command<'c> {
    /// The connection to the vendor's cloud changed. Of use in the chained modes only.
    Upstream(Upstream),
    /// Have the panel obey a local command. One at a time; and not while the vendor's cloud is connected, which numbers commands
    /// itself.
    ///
    /// That panels take it from a server other than the vendor's was not tried: what is sent is built after two captures. Commands
    /// over the local network are proven.
    Run {
        /// Code of a local command.
        command: u16,
        /// What would stand between `ISTART[code,code,` and `]IEND` in the local network, as `[200,[1,10]]`, or empty. Passwords may
        /// be among them.
        parameters: Secret<&'c str>,
    },
    /// A sensor in the panel's list, as the local protocol reads it. Known sensors tell at once whether they are wired, and whether they
    /// tell that they close.
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
    /// End the connection.
    Close,
}

/// How the connection to the vendor's cloud is, as its driver sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Upstream {
    /// It is being made, and what the panel has sent waits for it. The state at the beginning.
    Connecting,
    /// It is there.
    Connected,
    /// It broke, or could not be made.
    Lost,
}

/// What happened to a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Outcome {
    /// It took effect.
    Confirmed,
    /// The panel answered. The message before this event is the answer.
    Answered,
    /// The panel did not answer in time.
    TimedOut,
    /// The connection ended before.
    Disconnected,
}

/// What a [`Controller`](super::Controller) tells.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Event<'i> {
    /// A message of the panel. What follows from it comes next.
    Message(Message<'i>),
    /// The panel told who it is, for the first time on this connection, or differently than before.
    Device(DeviceInfo),
    /// Something about the house changed. Numbers of zones are indices in the panel's list of sensors; [`ZoneFlags::OPEN`] means
    /// active.
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
    /// The alert in the message before names another panel than the last hello. It does not count.
    ForeignAlert,
    /// A command ended.
    Done {
        /// Which.
        ticket: Ticket,
        /// How.
        outcome: Outcome,
    },
    /// A message, or the text of the notification before, could not be used; or the table of sensors is full. What comes next can be.
    Fault(Fault),
    /// The connection has ended. Nothing follows.
    Closed(CloseReason),
}

/// Who a panel says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct DeviceInfo {
    /// Its identity.
    pub id: DeviceId,
    /// Version of its firmware, as `207`, without padding. Zeros behind it.
    pub firmware: [u8; 3],
}
