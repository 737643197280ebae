//! Reading along, without a part in the conversation.

use core::convert::Infallible;

use super::message::Message;
use super::wire::{Cut, Framer, decode};
use crate::buf::{RxBuf, TxBuf};
use crate::error::{CloseReason, Fault, Refused};
use crate::machine::{Env, LinkKind, Machine, Pending, Ticket};
use crate::timers::Instant;

/// What an [`Observer`] tells.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Observed<'i> {
    /// A message.
    Message(Message<'i>),
    /// A message that could not be used. Decoding goes on with the next.
    Fault(Fault),
    /// The stream has ended. Nothing follows.
    Closed(CloseReason),
}

#[derive(Clone, Copy, Debug)]
enum Slot {
    Message,
    Fault(Fault),
    Closed,
}

/// Reads one direction of somebody else's connection: what the vendor's cloud sends to a panel, say. It sends nothing and keeps no
/// time.
#[derive(Debug)]
pub struct Observer {
    framer: Framer,
    slot: Slot,
    /// The bytes that were received last end between two messages.
    between: bool,
    closed: bool,
}

impl Observer {
    /// For a new connection.
    #[must_use]
    pub const fn new() -> Self {
        Self { framer: Framer::new(), slot: Slot::Closed, between: true, closed: false }
    }

    /// Whether what was received so far ends between two messages. Asked when `poll_event` has given nothing.
    #[must_use]
    pub const fn is_between(&self) -> bool {
        self.between
    }

    fn announce(&mut self, slot: Slot) -> Option<Pending> {
        self.slot = slot;
        Some(Pending::WITHOUT_BYTES)
    }
}

impl Default for Observer {
    fn default() -> Self {
        Self::new()
    }
}

impl Machine for Observer {
    const LINK: LinkKind = LinkKind::Stream;
    const RX_MIN: usize = super::controller::RX_MIN;
    const TX_MIN: usize = 0;
    type Event<'i> = Observed<'i>;
    type Command<'c> = Infallible;

    fn poll_event(&mut self, _env: &Env, rx: &mut RxBuf<'_>, _tx: &mut TxBuf<'_>) -> Option<Pending> {
        rx.release();
        if self.closed {
            return None;
        }
        loop {
            match self.framer.next(rx.unread(), rx.capacity(), rx.is_eof()) {
                Cut::NeedMore if rx.is_eof() => {
                    self.closed = true;
                    return self.announce(Slot::Closed);
                }
                Cut::NeedMore => {
                    self.between = self.framer.is_between() && rx.unread().is_empty();
                    return None;
                }
                Cut::Drop(len) => rx.discard(len),
                Cut::Bad { fault, used } => {
                    rx.discard(used);
                    return self.announce(Slot::Fault(fault));
                }
                Cut::Message { len } => {
                    rx.hold(len);
                    self.slot = Slot::Message;
                    return Some(Pending::reading(len));
                }
            }
        }
    }

    fn event<'i>(&self, pending: Pending, rx: &'i RxBuf<'_>) -> Observed<'i> {
        match self.slot {
            Slot::Message => decode(pending.bytes(rx)).map_or_else(Observed::Fault, Observed::Message),
            Slot::Fault(fault) => Observed::Fault(fault),
            Slot::Closed => Observed::Closed(CloseReason::PeerClosed),
        }
    }

    fn submit(&mut self, _env: &Env, command: Infallible, _tx: &mut TxBuf<'_>) -> Result<Ticket, Refused> {
        match command {}
    }

    fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    fn is_closed(&self) -> bool {
        self.closed
    }
}
