//! What a controller can be asked to do, how that ends, and what it tells.

use crate::error::{CloseReason, EncodeError, Fault, Refused};
use crate::home::{self, Mode, Notice};
use crate::machine::Ticket;
use crate::ness::{Line, Model, RequestId, StatusUpdate, Version};
use crate::secret::Secret;

/// What a [`Controller`](super::Controller) can be asked to do. Every accepted command ends in exactly one [`Event::Done`].
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Command<'c> {
    /// Arm with everybody out. Without a code it is the short arm.
    ArmAway {
        /// A user's code, 1 to 28 digits.
        code: Option<Secret<&'c str>>,
    },
    /// Arm with people in. Without a code it is the short arm.
    ArmHome {
        /// A user's code, 1 to 28 digits.
        code: Option<Secret<&'c str>>,
    },
    /// Disarm.
    Disarm {
        /// A user's code, 1 to 28 digits.
        code: Secret<&'c str>,
    },
    /// Panic.
    Panic {
        /// A user's code, or `None` for the panic keys alone.
        code: Option<Secret<&'c str>>,
    },
    /// Switch auxiliary output 1 to 8.
    Aux {
        /// Number of the output.
        output: u8,
        /// Whether to switch it on.
        on: bool,
    },
    /// Press keys, 1 to 30 of them, see [`KEYS`](crate::ness::KEYS).
    Keys(Secret<&'c str>),
    /// Ask for a status.
    Status(RequestId),
    /// Ask for model and version, or answer from memory if they are known.
    PanelInfo,
    /// Ask for everything now.
    Refresh,
    /// End.
    Close,
}

/// Model and version of the panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct PanelInfo {
    /// The model, if [`Config::models`](super::Config::models) knows the byte.
    pub model: Option<Model>,
    /// The model byte.
    pub model_byte: u8,
    /// The version.
    pub version: Version,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Outcome {
    /// It was sent, and nothing tells whether the panel obeyed ([`Command::Keys`], [`Command::Refresh`], [`Command::Close`]).
    Sent,
    /// The panel showed that it obeyed.
    Confirmed,
    /// The answer to a [`Command::Status`].
    Answer(StatusUpdate),
    /// The answer to a [`Command::PanelInfo`].
    PanelInfo(PanelInfo),
    /// Nothing came in time.
    TimedOut,
    /// The connection ended first.
    Disconnected,
}

/// What a [`Controller`](super::Controller) tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'i> {
    /// A line was received and accepted. What follows from it comes as events of its own.
    Line(Line<'i>),
    /// Something in the house changed.
    Notice(Notice),
    /// Model and version became known or changed.
    PanelInfo(PanelInfo),
    /// A command has ended.
    Done {
        /// Which.
        ticket: Ticket,
        /// How.
        outcome: Outcome,
    },
    /// A line could not be used. The next one can.
    Fault(Fault),
    /// The machine has ended. This is its last event.
    Closed(CloseReason),
}

impl<'c> TryFrom<home::Request<'c>> for Command<'c> {
    type Error = Refused;

    /// Areas: 0 and 1 arm away or home, 3 arms home, any disarms (the code decides which areas). Outputs: 1 to 8. No source tells
    /// which keys exclude a zone or arm area 2 or another mode: use [`Command::Keys`] with the keys of your panel's manual.
    fn try_from(request: home::Request<'c>) -> Result<Self, Refused> {
        match request {
            home::Request::Arm { area: 0 | 1, mode: Mode::Away, code } => Ok(Self::ArmAway { code }),
            home::Request::Arm { area: 0 | 1 | 3, mode: Mode::Home, code } => Ok(Self::ArmHome { code }),
            home::Request::Disarm { code, .. } => match code {
                Some(code) => Ok(Self::Disarm { code }),
                None => Err(EncodeError::Missing { field: "code" }.into()),
            },
            home::Request::Switch { output, on } => match u8::try_from(output) {
                Ok(output @ 1..=8) => Ok(Self::Aux { output, on }),
                _ => Err(Refused::Unsupported),
            },
            _ => Err(Refused::Unsupported),
        }
    }
}
