//! The contract between a state machine and the code that moves bytes for it.

use crate::buf::{RxBuf, TxBuf};
use crate::error::Refused;
use crate::timers::Instant;

/// How the link under a machine delivers bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum LinkKind {
    /// Bytes in order without boundaries: TCP, TLS, a serial line.
    Stream,
    /// Packets with a sender, possibly lost: UDP.
    Datagram,
}

/// What a machine may know about the world at the moment of a call.
///
/// A machine never reads a clock or a random source. Feeding the same bytes with the same `Env` values
/// gives the same events and the same output, bit for bit, so a session can be recorded and replayed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Env {
    /// Monotonic time. Must not go backwards between calls to one machine.
    pub now: Instant,
    /// Wall clock in whole seconds since 1970-01-01 00:00:00 UTC, or `None` where it is not known, as on a
    /// microcontroller before its first time synchronisation.
    pub unix: Option<u64>,
    /// Random bytes, new and unpredictable for every call. Ness does not use them; Ksenia makes the key and the masks of its WebSocket
    /// of them.
    pub entropy: [u8; 16],
}

impl Env {
    /// An `Env` that knows the monotonic time only; the entropy is all zero.
    ///
    /// Enough for protocols without random fields (Ness) and for tests.
    pub const fn at(now: Instant) -> Self {
        Self { now, unix: None, entropy: [0; 16] }
    }
}

/// An event that waits to be looked at: pass it to [`Machine::event`] of the machine that gave it.
///
/// It stands for bytes that are still in the [`RxBuf`]; they are released by the next
/// [`Machine::poll_event`]. It cannot be copied or made outside this crate.
#[derive(Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[must_use = "an event that is not looked at is lost at the next `poll_event`"]
pub struct Pending {
    /// How many bytes at the front of [`RxBuf::unread`] the event is read from; 0 if it needs none.
    len: usize,
}

impl Pending {
    /// An event that the machine knows by itself.
    pub(crate) const WITHOUT_BYTES: Self = Self::reading(0);

    /// An event that is read from the first `len` unread bytes.
    pub(crate) const fn reading(len: usize) -> Self {
        Self { len }
    }

    /// The bytes that the event is read from.
    pub(crate) fn bytes<'i>(&self, rx: &'i RxBuf<'_>) -> &'i [u8] {
        rx.unread().get(..self.len).unwrap_or_default()
    }
}

/// Names an accepted command, so that its outcome can be told from others.
///
/// Numbers grow by one per command of a machine and wrap after 2^32.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Ticket(pub(crate) u32);

impl Ticket {
    /// The number, for logs and for keys of tables.
    pub const fn number(self) -> u32 {
        self.0
    }
}

/// One side of one connection: it decodes, encodes, keeps time, and waits for nothing.
///
/// The driver loop is described on the [front page](crate). In short: [`poll_event`](Self::poll_event) until it gives nothing,
/// send what the [`TxBuf`] holds, then wait for bytes, for room to send, for [`poll_timeout`](Self::poll_timeout) or for a command.
///
/// Calls that have nothing to do are allowed at any time and change nothing. After [`is_closed`](Self::is_closed) the machine is
/// dropped and a new one is made for the next connection.
///
/// The trait is implemented by this crate's machines only, since no other crate can make a [`Pending`].
pub trait Machine {
    /// Stream or datagram.
    const LINK: LinkKind;

    /// The smallest [`RxBuf`], in bytes, with which the machine can never get stuck. Drivers check it.
    const RX_MIN: usize;

    /// The smallest [`TxBuf`], in bytes, that has room for the largest automatic answer. Drivers check it.
    const TX_MIN: usize;

    /// What happened. It borrows the received bytes, never the machine.
    type Event<'i>;

    /// What the caller wants done. It borrows from the caller until [`submit`](Self::submit) returns.
    type Command<'c>;

    /// Takes the next event out, or returns `None` when more bytes or more time are needed.
    ///
    /// Releases the bytes of the previous event. May write automatic answers and polls to `tx`. Never fails: mistakes of the
    /// peer are events, and decoding goes on with the next frame.
    #[must_use]
    fn poll_event(&mut self, env: &Env, rx: &mut RxBuf<'_>, tx: &mut TxBuf<'_>) -> Option<Pending>;

    /// Looks at an event that [`poll_event`](Self::poll_event) announced.
    fn event<'i>(&self, pending: Pending, rx: &'i RxBuf<'_>) -> Self::Event<'i>;

    /// Asks for something to be done. All or nothing: on `Err` nothing was written and nothing changed.
    ///
    /// # Errors
    /// [`Refused`] says what was wrong with the command, or that there is no room for it now.
    fn submit(&mut self, env: &Env, command: Self::Command<'_>, tx: &mut TxBuf<'_>) -> Result<Ticket, Refused>;

    /// When [`poll_event`](Self::poll_event) wants to be called again even if no byte arrives, or `None` for never.
    ///
    /// [`Instant::ZERO`] stands for "at once": something waits to be taken out. It is never a moment that the last `Env` had
    /// already passed otherwise. If it still is "at once" when `poll_event` has given nothing, the machine waits for room in the
    /// [`TxBuf`]: a driver waits for its link to take what is unsent, and does not call again and again.
    #[must_use]
    fn poll_timeout(&self) -> Option<Instant>;

    /// Whether the machine has ended. Its last event was the one that says why.
    fn is_closed(&self) -> bool;
}
