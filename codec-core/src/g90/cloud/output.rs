//! Messages into the transmit buffer, and tickets.

use super::encode::encode;
use super::header::Route;
use crate::buf::TxBuf;
use crate::error::{EncodeError, Refused};
use crate::machine::Ticket;

/// Appends a whole message, or nothing. See [`encode`].
pub(super) fn write(route: Route, sequence: u16, parts: &[&[u8]], tx: &mut TxBuf<'_>) -> Result<(), Refused> {
    let free = u32::try_from(tx.free()).unwrap_or(u32::MAX);
    match encode(route, sequence, parts, tx.spare()) {
        Ok(len) => {
            tx.advance(len);
            Ok(())
        }
        Err(EncodeError::NoSpace { needed }) => Err(Refused::NoRoom { needed, free }),
        Err(error) => Err(error.into()),
    }
}

/// How many ended commands may wait to be taken out.
pub(super) const MAX_DONE: usize = 4;

/// Commands that have ended and were not told yet, oldest first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Done<T> {
    waiting: [Option<(Ticket, T)>; MAX_DONE],
}

impl<T: Copy> Done<T> {
    pub(super) const fn new() -> Self {
        Self { waiting: [None; MAX_DONE] }
    }

    /// Whether `more` still have room.
    pub(super) fn has_room(&self, more: usize) -> bool {
        self.waiting.iter().filter(|slot| slot.is_none()).count() >= more
    }

    pub(super) fn push(&mut self, ticket: Ticket, outcome: T) {
        if let Some(slot) = self.waiting.iter_mut().find(|slot| slot.is_none()) {
            *slot = Some((ticket, outcome));
        }
    }

    pub(super) fn pop(&mut self) -> Option<(Ticket, T)> {
        let [oldest, second, third, fourth] = self.waiting;
        self.waiting = [second, third, fourth, None];
        oldest
    }

    pub(super) fn is_empty(&self) -> bool {
        matches!(self.waiting, [None, ..])
    }
}
