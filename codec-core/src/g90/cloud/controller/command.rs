//! What a server can be asked for, and what it tells.

use crate::error::{CloseReason, Fault};
use crate::g90::cloud::{DeviceId, Message};
use crate::home::Notice;
use crate::machine::Ticket;

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
        /// What would stand between `ISTART[code,code,` and `]IEND` in the local network, as `[200,[1,10]]`, or empty.
        parameters: &'c str,
    },
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
    /// Something about the house changed.
    Notice(Notice),
    /// A command ended.
    Done {
        /// Which.
        ticket: Ticket,
        /// How.
        outcome: Outcome,
    },
    /// A message that could not be used. Decoding goes on with the next.
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
