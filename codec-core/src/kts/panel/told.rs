//! What a host can be asked for, and what it tells.

use core::fmt;

use crate::error::{CloseReason, Fault};
use crate::home::Notice;
use crate::kts::{Frame, Verb};

/// What happens at a host that the server did not ask for.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Command<'c> {
    /// An object has a value: somebody pressed a button, the bus was read. It is pushed when it is new.
    Set {
        /// The object's id.
        object: &'c str,
        /// The value, up to 16 bytes; `None` for not read.
        value: Option<&'c str>,
    },
    /// Close.
    Close,
}

/// Why a host does not do what a frame says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Refusal {
    /// No object has the address and takes values of the type, or the value is longer than 16 bytes.
    UnknownAddress,
    /// The answer would be longer than a frame may be. Nothing is answered: the protocol has no word for it.
    TooLarge,
    /// The task has no id or time, or a text of it is too long.
    BadTask,
    /// There is no place for another task.
    TooManyTasks,
    /// A new key is not taken, or is empty or too long.
    BadKey,
    /// Frames of this kind are for servers.
    NotARequest,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownAddress => "no object has this address and type",
            Self::TooLarge => "the answer would be longer than 40 KB",
            Self::BadTask => "the task has no id or time, or is too long",
            Self::TooManyTasks => "there is no place for another task",
            Self::BadKey => "the new key is not taken",
            Self::NotARequest => "frames of this kind are for servers",
        })
    }
}

/// What a [`Panel`](super::Panel) tells.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'i> {
    /// The server has let the host in.
    Registered,
    /// A frame was received and is being obeyed.
    Frame(Frame<'i>),
    /// A frame was received and refused.
    Refused {
        /// What it was.
        verb: Verb<'static>,
        /// Why.
        refusal: Refusal,
    },
    /// A value has changed.
    Value {
        /// Place of the object in the table.
        at: usize,
    },
    /// The same in words that all panels share, for switches and alarms. Follows [`Value`](Self::Value).
    Notice(Notice),
    /// A task has run.
    TaskRan {
        /// Place of the task in the table.
        at: usize,
    },
    /// Key and domain have changed: the next connection goes there. This one goes on.
    Configured,
    /// A frame could not be used. The next one can.
    Fault(Fault),
    /// The machine has ended. This is its last event.
    Closed(CloseReason),
}
