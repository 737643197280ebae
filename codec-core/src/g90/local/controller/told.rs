//! What a controller can be asked to do, how that ends, and what it tells.

use super::super::changes::Changes;
use super::super::codes::CommandCode;
use super::super::fault::LocalFault;
use super::super::lists::Page;
use super::super::request::Send;
use super::super::system::SystemRequest;
use super::super::wire::{Answer, Reason};
use crate::error::{CloseReason, Fault, Refused};
use crate::g90::devices::Definition;
use crate::g90::{ArmState, UserFlags};
use crate::home::{self, Mode, Notice};
use crate::machine::Ticket;

/// One of the two lists that are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum List {
    /// Sensors.
    Sensors,
    /// Devices: sockets, switches, sirens.
    Devices,
}

impl List {
    /// The command that reads it.
    #[must_use]
    pub const fn code(self) -> CommandCode {
        match self {
            Self::Sensors => CommandCode::GetSensorList,
            Self::Devices => CommandCode::GetDeviceList,
        }
    }
}

/// A change of a sensor or device.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Edit<'c> {
    /// Set those flags that a [user may set](UserFlags::USER_SETTABLE).
    Flags(UserFlags),
    /// Give it another name.
    Name(&'c str),
}

/// What a [`Controller`](super::Controller) can be asked to do. Every accepted command ends in exactly one [`Event::Done`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Command<'c> {
    /// Any request. The reply, if it has data, comes as [`Event::Answer`] or [`Event::Page`] first.
    Send(Send<'c>),
    /// Read a list, page by page, from row `first` (counted from 1) to `last` or its end.
    Read {
        /// The list.
        list: CommandCode,
        /// First row.
        first: u32,
        /// Last row.
        last: Option<u32>,
    },
    /// A system command. Nothing answers it.
    System(SystemRequest<'c>),
    /// Restart the cellular module, the main processor and the WiFi module, a second apart.
    Reboot,
    /// Change a configuration: it is read, merged and written.
    Save(Changes<'c>),
    /// Change a sensor or device: its row is read, compared with what is known and written.
    Edit {
        /// Where it is.
        list: List,
        /// The panel's number of it.
        index: i64,
        /// What to change.
        edit: Edit<'c>,
    },
    /// Add a sensor or device, and wait until it is in its list.
    Add {
        /// Where to.
        list: List,
        /// What it is: one of [`devices`](crate::g90::devices).
        definition: &'static Definition,
        /// Its name.
        name: &'c str,
    },
    /// Read arm state and lists now.
    Refresh,
    /// End.
    Close,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Outcome {
    /// It was sent, and nothing is said to it.
    Sent,
    /// The panel answered that it is done.
    Confirmed,
    /// The sensor or device is in its list.
    Added {
        /// The panel's number of it.
        index: i64,
    },
    /// It is as wanted already: nothing was sent.
    Unchanged,
    /// Somebody else changed the row since it was read. The list is read again.
    ChangedMeanwhile,
    /// There is no such row any more. The list is read again.
    NotFound,
    /// The panel refused. If it said why, [`Event::Reason`] came before.
    Refused,
    /// The reply cannot be used.
    BadReply(LocalFault),
    /// The reply is not JSON.
    NotJson,
    /// It got too long for the memory.
    TooLong,
    /// Nothing came in time.
    TimedOut,
    /// The machine ended first.
    Disconnected,
}

/// What a [`Controller`](super::Controller) tells.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'i> {
    /// A reply with data.
    Answer(Answer<'i>),
    /// A page of a list. Read it with [`Page::read`].
    Page {
        /// The list.
        list: CommandCode,
        /// Number of its first row, from 1.
        first: u32,
        /// The reply.
        answer: Answer<'i>,
    },
    /// Why the panel refused.
    Reason(Reason<'i>),
    /// Arm state and lists have been read for the first time.
    Ready,
    /// Something in the house changed.
    Notice(Notice),
    /// A command has ended.
    Done {
        /// Which.
        ticket: Ticket,
        /// How.
        outcome: Outcome,
    },
    /// A datagram could not be used, or a table is full.
    Fault(Fault),
    /// The machine has ended. This is its last event.
    Closed(CloseReason),
}

impl<'i> Event<'i> {
    /// The page, of an event that has one.
    #[must_use]
    pub fn page(&self) -> Option<Page<'i>> {
        match self {
            Self::Page { answer, .. } => Page::read(answer.data()).ok(),
            _ => None,
        }
    }
}

/// The number under which [`Notice::Output`] has a node of a device: its index for node 0, 65,536 more for each further one.
#[must_use]
pub fn output_number(index: i64, node: u8) -> u32 {
    u32::try_from(index & 0xFFFF).unwrap_or(0) | u32::from(node) << 16
}

impl<'c> TryFrom<home::Request<'c>> for Command<'c> {
    type Error = Refused;

    /// The panel is one area, 0 or 1; no code is needed, one that is given is not sent. Outputs: see [`output_number`]. Excluding a sensor
    /// takes [`Command::Edit`] with the flags that it has.
    fn try_from(request: home::Request<'c>) -> Result<Self, Refused> {
        let send = match request {
            home::Request::Arm { area: 0 | 1, mode: Mode::Away, .. } => Send::Arm(ArmState::ArmAway),
            home::Request::Arm { area: 0 | 1, mode: Mode::Home, .. } => Send::Arm(ArmState::ArmHome),
            home::Request::Disarm { area: 0 | 1, .. } => Send::Arm(ArmState::Disarm),
            home::Request::Switch { output, on } => Send::Switch { index: i64::from(output & 0xFFFF), node: i64::from(output >> 16), on },
            _ => return Err(Refused::Unsupported),
        };
        Ok(Self::Send(send))
    }
}
