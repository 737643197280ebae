//! Messages into the transmit buffer, and tickets.

use super::encode::encode_ending;
use super::message::Body;
use crate::buf::TxBuf;
use crate::error::{EncodeError, Refused};
use crate::machine::Ticket;

/// Appends a whole message, or nothing.
pub(super) fn write(body: &Body<'_>, sequence: u16, tx: &mut TxBuf<'_>) -> Result<(), Refused> {
    write_ending(body, sequence, &[], tx)
}

/// As [`write`], with a NUL behind the text at the end of the message.
pub(super) fn write_with_nul(body: &Body<'_>, sequence: u16, tx: &mut TxBuf<'_>) -> Result<(), Refused> {
    write_ending(body, sequence, &[0], tx)
}

fn write_ending(body: &Body<'_>, sequence: u16, end: &[u8], tx: &mut TxBuf<'_>) -> Result<(), Refused> {
    let free = u32::try_from(tx.free()).unwrap_or(u32::MAX);
    match encode_ending(body, sequence, end, tx.spare()) {
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
