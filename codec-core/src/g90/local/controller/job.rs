//! One request at a time: what it is, how often it was sent, and what comes after it.

use super::told::{List, Outcome};
use crate::error::EncodeError;
use crate::g90::ArmState;
use crate::g90::local::codes::CommandCode;
use crate::g90::local::config::ConfigKind;
use crate::g90::local::lists::PAGE_SIZE;
use crate::g90::local::request::Send;
use crate::machine::Ticket;
use crate::timers::Instant;

/// What is sent. All but the stored can be written again from this alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The first `len` bytes of the memory.
    Stored {
        code: CommandCode,
        len: u16,
    },
    Plain(CommandCode),
    Page {
        list: CommandCode,
        first: u32,
        last: u32,
    },
    Arm(ArmState),
    Register,
    Switch {
        index: i64,
        node: i64,
        on: bool,
    },
}

impl Wanted {
    pub(super) const fn code(self) -> CommandCode {
        match self {
            Self::Stored { code, .. } | Self::Plain(code) | Self::Page { list: code, .. } => code,
            Self::Arm(_) => CommandCode::SetHostStatus,
            Self::Register => CommandCode::SendRegDeviceResult,
            Self::Switch { .. } => CommandCode::ControlDevice,
        }
    }

    /// Writes it, if it is not stored.
    pub(super) fn encode(self, out: &mut [u8]) -> Result<usize, EncodeError> {
        match self {
            Self::Stored { .. } => Ok(0),
            Self::Plain(code) => Send::Plain(code).encode(out),
            Self::Page { list, first, last } => Send::Page { list, first, last }.encode(out),
            Self::Arm(state) => Send::Arm(state).encode(out),
            Self::Register => Send::RegisterDevice(true).encode(out),
            Self::Switch { index, node, on } => Send::Switch { index, node, on }.encode(out),
        }
    }

    /// A page of a list, from a row on.
    pub(super) fn page(list: CommandCode, first: u32, last: Option<u32>) -> Self {
        let end = first.saturating_add(PAGE_SIZE.saturating_sub(1));
        Self::Page { list, first, last: last.map_or(end, |last| end.min(last)) }
    }
}

/// A request on its way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exchange {
    pub(super) wanted: Wanted,
    /// Of the machine's own.
    pub(super) own: bool,
    /// How often it was sent.
    pub(super) attempts: u8,
    /// When the attempt is over; `None` if it has to be sent.
    pub(super) deadline: Option<Instant>,
    /// When the first attempt was sent.
    pub(super) begun: Instant,
    /// What was wrong with the last reply.
    pub(super) last_fault: Option<Outcome>,
}

impl Exchange {
    pub(super) const fn new(wanted: Wanted, own: bool) -> Self {
        Self { wanted, own, attempts: 0, deadline: None, begun: Instant::ZERO, last_fault: None }
    }
}

/// What an accepted command does when its request is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// It is done.
    Finish,
    /// The next page comes.
    Walk { last: Option<u32> },
    /// The row is compared and written. `name` is the length of the new name in the memory.
    Edit { list: List, fingerprint: u64, flags: Option<i64>, name: u16 },
    /// The changes, which have `len` bytes in the memory, are merged and written.
    Merge { kind: ConfigKind, len: u16 },
    /// The list is read again.
    Reread(List),
    /// A sensor or device was added: it is waited for.
    Await { list: List, index: i64 },
    /// The panel is asked for the index of the new device.
    Register { index: i64 },
}

/// The caller's command.
#[derive(Clone, Copy, Debug)]
pub(super) struct Job {
    pub(super) ticket: Ticket,
    pub(super) state: State,
    pub(super) then: Then,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Its request waits for its turn.
    Ready(Wanted),
    /// Its request is on its way.
    Sent,
    /// What was added is not in the list yet.
    Awaiting { list: List, index: i64, next: Instant, until: Instant, asked: bool },
    /// Until the next system command.
    Pausing { step: u8, until: Instant },
    /// It has ended.
    Done(Outcome),
}
