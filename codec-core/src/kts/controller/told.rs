//! What a controller can be asked for, and what it tells.

use core::fmt;

use crate::error::{CloseReason, Fault, Refused};
use crate::home::{self, Notice};
use crate::kts::{ActionInfo, Frame, Object, Registration, Replays, Scheme, Short, TaskInfo, Update, Verb, Zone};
use crate::machine::Ticket;
use crate::secret::Secret;

/// What a [`Controller`](super::Controller) can be asked to do. Every accepted command ends in exactly one [`Event::Done`].
#[derive(Debug)]
#[non_exhaustive]
pub enum Command<'c> {
    /// The answer to [`Event::Registering`]: let the host in if it has signed with this key.
    Key {
        /// The key of the host.
        key: Secret<&'c str>,
        /// A second key that is right too: the new one, while it is not known whether the host has taken it.
        other: Option<Secret<&'c str>>,
        /// How the host signs.
        scheme: Scheme,
        /// Memory of signatures. `None` lets a registration that was overheard be sent again within the clock window.
        replays: Option<&'c mut dyn Replays>,
    },
    /// The other answer to [`Event::Registering`]: the host is not known.
    Refuse,
    /// Send a value to a group address. [`Outcome::Confirmed`] when the host says so.
    Control(ActionInfo<'c>),
    /// Send a value to an object of the table, by its id, so that nobody has to know group addresses.
    Set {
        /// The object's id.
        object: &'c str,
        /// The value: not empty, no comma.
        value: &'c str,
    },
    /// Switch an object of the table whose id is a number, by 1 and 0.
    Switch {
        /// The object's id.
        object: u32,
        /// Whether to switch it on.
        on: bool,
    },
    /// Ask for the objects of a zone, `None` for all at once: only where the answer cannot pass 40 KB.
    Query {
        /// Id of the zone.
        room: Option<&'c str>,
    },
    /// Keep, change or delete a task on the host. With a table of tasks it is written there first, and sent again after every registration.
    Timing(&'c TaskInfo<'c>),
    /// Give the host a new key and domain. See [`Outcome`]: unless it is confirmed or refused, either key may be right from then on.
    Configure {
        /// The new key.
        key: Secret<&'c str>,
        /// Where it dials from then on.
        domain: &'c str,
    },
    /// Ask for all zones and objects again.
    Resync,
    /// Close.
    Close,
}

impl<'c> TryFrom<home::Request<'c>> for Command<'c> {
    type Error = Refused;

    /// Outputs are objects, by their number. What arms an alarm the document does not say, so the rest is refused.
    fn try_from(request: home::Request<'c>) -> Result<Self, Refused> {
        match request {
            home::Request::Switch { output, on } => Ok(Self::Switch { object: output, on }),
            _ => Err(Refused::Unsupported),
        }
    }
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Outcome {
    /// It was begun, and there is no answer to wait for.
    Sent,
    /// The host says that it obeyed.
    Confirmed,
    /// The host answered something else than yes or no. For a new key: it may use either.
    Unclear,
    /// The host says no, with its number.
    Refused(u32),
    /// The registration was refused, see [`Event::RegistrationRefused`].
    NotLetIn,
    /// Nothing came in time. The host may have obeyed all the same; a new key may or may not be in use.
    TimedOut,
    /// The connection ended first; as [`TimedOut`](Self::TimedOut).
    Disconnected,
}

/// Why a command was not carried out, in the words of a server's interface: finer than the protocol's 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Failure {
    /// There is no connection.
    NotConnected,
    /// The host has not registered yet.
    NotRegistered,
    /// It is not allowed.
    NotAllowed,
    /// What was asked cannot be sent.
    BadRequest,
    /// It is longer than a frame may be.
    TooLarge,
    /// Another request of the kind waits for its answer, or the buffer is full.
    Busy,
    /// The host did not answer in time.
    TimedOut,
    /// The host says no.
    RefusedByHost,
}

impl Failure {
    /// One word: `not_connected`, `not_registered`, `not_allowed`, `bad_request`, `too_large`, `busy`, `timed_out`, `refused_by_host`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotConnected => "not_connected",
            Self::NotRegistered => "not_registered",
            Self::NotAllowed => "not_allowed",
            Self::BadRequest => "bad_request",
            Self::TooLarge => "too_large",
            Self::Busy => "busy",
            Self::TimedOut => "timed_out",
            Self::RefusedByHost => "refused_by_host",
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Closed => Self::NotConnected,
            Refused::NotReady => Self::NotRegistered,
            Refused::NotAllowed => Self::NotAllowed,
            Refused::NoRoom { .. } | Refused::TooManyPending { .. } | Refused::Busy => Self::Busy,
            Refused::Invalid(crate::EncodeError::OutOfRange { field: "frame", .. }) => Self::TooLarge,
            Refused::Invalid(_) | Refused::Unsupported => Self::BadRequest,
        }
    }
}

impl Outcome {
    /// Why it was not carried out; `None` if it was, or is not known.
    #[must_use]
    pub const fn failure(self) -> Option<Failure> {
        match self {
            Self::Sent | Self::Confirmed | Self::Unclear => None,
            Self::Refused(_) => Some(Failure::RefusedByHost),
            Self::NotLetIn => Some(Failure::NotAllowed),
            Self::TimedOut => Some(Failure::TimedOut),
            Self::Disconnected => Some(Failure::NotConnected),
        }
    }
}

/// Why a host was not let in. It is told `"error":"1"` in all cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum RegisterError {
    /// The caller said so.
    Unknown,
    /// The caller said nothing in time.
    Undecided,
    /// The signature is wrong, or no signature of the scheme.
    Signature,
    /// The time stamp is too far from this side's clock, or no number.
    Clock,
    /// This side's clock is not set, so the time stamp cannot be judged.
    NoClock,
    /// The same registration was accepted before.
    Replayed,
    /// The memory of registrations is full.
    MemoryFull,
    /// The serial number has other characters than letters, digits, `-`, `:`, `_` and `.`, or a text is too long.
    BadText,
}

impl fmt::Display for RegisterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "the host is not known",
            Self::Undecided => "nobody said in time whether the host is known",
            Self::Signature => "the signature is wrong",
            Self::Clock => "the time stamp is too far from the clock here",
            Self::NoClock => "the clock here is not set",
            Self::Replayed => "the registration was used before",
            Self::MemoryFull => "the memory of registrations is full",
            Self::BadText => "the serial number or another text is not usable",
        })
    }
}

/// What a [`Controller`](super::Controller) tells.
///
/// Lists come as their records and [`ListEnd`](Self::ListEnd), other frames as [`Frame`](Self::Frame).
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'i> {
    /// A host wants in. Look up its key by the serial number and submit [`Command::Key`] or [`Command::Refuse`]; until then nothing more is
    /// read.
    Registering(Registration<'i>),
    /// The host is let in. The machine now asks for zones and objects, and sends tasks.
    Registered {
        /// It signed with [`Command::Key::other`].
        with_other: bool,
    },
    /// The host is not let in. The connection ends.
    RegistrationRefused(RegisterError),
    /// A zone, in an answer.
    Zone(Zone<'i>),
    /// An object with its value, in an answer.
    Object(Object<'i>),
    /// A value has changed.
    Update {
        /// The value.
        update: Update<'i>,
        /// The objects have not all been asked for yet: an answer that is on its way may be older.
        early: bool,
    },
    /// A list has ended. A fault in its place says that it ended badly: what was told of it holds.
    ListEnd(Verb<'static>),
    /// Another frame.
    Frame(Frame<'i>),
    /// Zones and objects have been asked for. After every registration, and after [`Command::Resync`].
    Synchronised {
        /// All questions were answered.
        complete: bool,
    },
    /// The host does not want a task of the table that was sent again.
    TaskRefused {
        /// Id of the task.
        id: Short<16>,
    },
    /// Something in the house changed. Only of objects in the table.
    Notice(Notice),
    /// A command has ended.
    Done {
        /// Which.
        ticket: Ticket,
        /// How.
        outcome: Outcome,
    },
    /// A frame could not be used, or a table is full. What comes next can be.
    Fault(Fault),
    /// The machine has ended. This is its last event.
    Closed(CloseReason),
}
