//! What a controller can be asked for, and what it tells.

use super::pending::Outcome;
use crate::error::{CloseReason, EncodeError, Fault, Refused};
use crate::home::{self, Mode, Notice};
use crate::ksenia::{self, ArmAction, BypassAction, Crc, Kind, Message, OutputAction, Record, SetOutput};
use crate::machine::Ticket;
use crate::text::copy;
use crate::text::elements::Integrity;
use crate::text::json::{Object, Text};
use crate::ws;

/// What a [`Controller`](super::Controller) can be asked to do. Every accepted command ends in exactly one [`Event::Done`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Command<'c> {
    /// Send a request. It goes with the code of the login. LOGIN, LOGOUT and REGISTER are the machine's own:
    /// [`Refused::Unsupported`].
    Send(ksenia::Command<'c>),
    /// Read all programming and all states again.
    Refresh,
    /// Log out and close.
    Close,
}

impl<'c> From<ksenia::Command<'c>> for Command<'c> {
    fn from(command: ksenia::Command<'c>) -> Self {
        Self::Send(command)
    }
}

impl<'c> TryFrom<home::Request<'c>> for Command<'c> {
    type Error = Refused;

    /// Areas are partitions: away arms with delays, home at once. Area 0 is refused, as it is armed and disarmed by scenarios that
    /// are programmed differently in every house. A code of one's own is refused: log in with it over a connection of its own.
    fn try_from(request: home::Request<'c>) -> Result<Self, Refused> {
        let command = match request {
            home::Request::Arm { code: Some(_), .. }
            | home::Request::Disarm { code: Some(_), .. }
            | home::Request::Bypass { code: Some(_), .. } => {
                return Err(Refused::Unsupported);
            }
            home::Request::Arm { area: 0, .. } | home::Request::Disarm { area: 0, .. } => {
                return Err(EncodeError::OutOfRange { field: "area", min: 1, max: 30, found: 0 }.into());
            }
            home::Request::Arm { area: partition, mode: Mode::Away, .. } => {
                ksenia::Command::ArmPartition { partition, action: ArmAction::Delayed }
            }
            home::Request::Arm { area: partition, mode: Mode::Home, .. } => {
                ksenia::Command::ArmPartition { partition, action: ArmAction::Immediate }
            }
            home::Request::Arm { .. } => return Err(Refused::Unsupported),
            home::Request::Disarm { area: partition, .. } => ksenia::Command::ArmPartition { partition, action: ArmAction::Disarm },
            home::Request::Bypass { zone, on, .. } => {
                ksenia::Command::BypassZone { zone, action: if on { BypassAction::Manual } else { BypassAction::Include } }
            }
            home::Request::Switch { output, on } => {
                let action = if on { OutputAction::On } else { OutputAction::Off };
                ksenia::Command::SetOutput { output, action: SetOutput::Action(action) }
            }
        };
        Ok(Self::Send(command))
    }
}

/// As many as the scanner keeps.
const MAX_NAME: usize = crate::text::path::ROOM;

/// A name in a message, as it stands there, up to 112 bytes: a longer one is empty.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Name {
    bytes: [u8; MAX_NAME],
    len: u8,
}

impl Name {
    /// The name `text`, or an empty one if that is longer than 112 bytes.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut bytes = [0; MAX_NAME];
        let fits = if text.len() <= MAX_NAME { text } else { "" };
        copy(&mut bytes, fits.as_bytes());
        Self { bytes, len: u8::try_from(fits.len()).unwrap_or(0) }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..usize::from(self.len)).unwrap_or_default();
        core::str::from_utf8(bytes).unwrap_or_default()
    }
}

impl core::fmt::Debug for Name {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        core::fmt::Debug::fmt(self.as_str(), f)
    }
}

/// What a [`Controller`](super::Controller) tells.
///
/// A message that fits into the buffer comes as [`Message`](Self::Message), its records, and [`FrameEnd`](Self::FrameEnd). One that does
/// not fit comes as values and records, and `FrameEnd`. A [`Fault`](Self::Fault) may end either.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'i> {
    /// The panel took the login.
    LoggedIn,
    /// What the machine reads at the start has been read, or was asked for three times in vain.
    Ready {
        /// Whether the panel will tell of changes by itself. If not, polls are all there is.
        registered: bool,
    },
    /// A message came whole. Its records follow as events of their own.
    Message(Message<'i>),
    /// A record.
    Record {
        /// The record. A kind that is not known here is without its name: `name` has it.
        record: Record<'i>,
        /// Name of its kind.
        name: Name,
        /// Whether the check value of the message fits already.
        integrity: Integrity,
        /// The panel tells of a change before it has confirmed the registration: the snapshot that follows may be older.
        early: bool,
    },
    /// A member of the content of a message longer than the buffer, or of a record taken apart.
    Value {
        /// Its name.
        name: Name,
        /// Its text.
        text: Text<'i>,
    },
    /// A piece of a long text, such as `FILE_CONTENT`, of a message longer than the buffer.
    Text {
        /// Its name.
        name: Name,
        /// The piece.
        text: Text<'i>,
        /// Whether it is the last.
        last: bool,
    },
    /// A record that does not fit begins. Its values and inner objects follow.
    RecordBegin {
        /// What it is. One that is not known here is without its name: `name` has it.
        kind: Kind<'i>,
        /// Name of its kind.
        name: Name,
        /// Class `too-long`.
        fault: Fault,
    },
    /// An object in a list inside such a record.
    Inner {
        /// What the record is, as told when it began.
        kind: Kind<'i>,
        /// Name of the list.
        list: Name,
        /// Place in it, from 0.
        index: u16,
        /// The object.
        object: Object<'i>,
    },
    /// Such a record ends.
    RecordEnd,
    /// A message ends.
    FrameEnd {
        /// What is known about its check value.
        crc: Crc,
    },
    /// The programming of the panel has changed. The machine reads it again.
    Reprogrammed,
    /// Something in the house changed.
    Notice(Notice),
    /// A command has ended.
    Done {
        /// Which.
        ticket: Ticket,
        /// How.
        outcome: Outcome,
    },
    /// A message could not be used, or a table is full. What comes next can be.
    Fault(Fault),
    /// The panel broke the rules of WebSocket. The connection ends.
    Broken(ws::Error),
    /// The machine has ended. This is its last event.
    Closed(CloseReason),
}
