//! Requests that wait for their answers. There is no number in an answer, so there is one request of a kind at a time.

use super::told::Outcome;
use crate::machine::Ticket;
use crate::timers::{Instant, sooner};

/// Kinds of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Zones,
    Objects,
    Control,
    Configure,
    Timing,
    /// Whether a host may register: the question is to the caller.
    Register,
    /// Commands without an answer.
    Local,
}

const KINDS: usize = 7;

#[derive(Clone, Copy, Debug)]
enum State {
    Waiting {
        until: Instant,
    },
    /// Given up, but the answer may still come: until then no other request of the kind is sent.
    Late {
        until: Instant,
    },
    Done(Outcome),
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    /// `None` for a request of the machine, or one whose outcome was told.
    ticket: Option<Ticket>,
    state: State,
}

/// The table.
#[derive(Debug)]
pub(crate) struct Requests {
    table: [Option<Entry>; KINDS],
    last_ticket: u32,
}

impl Requests {
    pub(crate) const fn new() -> Self {
        Self { table: [None; KINDS], last_ticket: 0 }
    }

    pub(crate) fn is_busy(&self, kind: Kind) -> bool {
        self.table.get(kind as usize).is_some_and(Option::is_some)
    }

    fn ticket(&mut self) -> Ticket {
        self.last_ticket = self.last_ticket.wrapping_add(1);
        Ticket(self.last_ticket)
    }

    fn put(&mut self, kind: Kind, entry: Entry) {
        if let Some(slot) = self.table.get_mut(kind as usize) {
            *slot = Some(entry);
        }
    }

    /// Enters a request that was sent.
    pub(crate) fn add(&mut self, kind: Kind, until: Instant, own: bool) -> Ticket {
        let ticket = if own { None } else { Some(self.ticket()) };
        self.put(kind, Entry { ticket, state: State::Waiting { until } });
        Ticket(self.last_ticket)
    }

    /// Enters a command that is over as soon as it is begun.
    pub(crate) fn add_done(&mut self, kind: Kind, outcome: Outcome) -> Ticket {
        let ticket = self.ticket();
        self.put(kind, Entry { ticket: Some(ticket), state: State::Done(outcome) });
        ticket
    }

    /// An answer came. Says whether the machine asked for it by itself; `None` if nobody did, or it comes too late.
    pub(crate) fn settle(&mut self, kind: Kind, outcome: Outcome) -> Option<bool> {
        let slot = self.table.get_mut(kind as usize)?;
        let entry = slot.as_mut()?;
        match entry.state {
            State::Waiting { .. } if entry.ticket.is_none() => {
                *slot = None;
                Some(true)
            }
            State::Waiting { .. } => {
                entry.state = State::Done(outcome);
                Some(false)
            }
            State::Late { .. } => {
                *slot = None;
                None
            }
            State::Done(_) => None,
        }
    }

    /// Gives up the first request that has waited too long. Its kind, and whether the machine asked by itself.
    pub(crate) fn expire(&mut self, now: Instant, grace_millis: u32) -> Option<(Kind, bool)> {
        const ALL: [Kind; KINDS] = [Kind::Zones, Kind::Objects, Kind::Control, Kind::Configure, Kind::Timing, Kind::Register, Kind::Local];
        for (slot, kind) in self.table.iter_mut().zip(ALL) {
            let Some(entry) = slot.as_mut() else { continue };
            match entry.state {
                State::Waiting { until } if until <= now => {
                    let own = entry.ticket.is_none();
                    if own {
                        entry.state = State::Late { until: now.plus_millis(grace_millis.into()) };
                    } else {
                        entry.state = State::Done(Outcome::TimedOut);
                    }
                    return Some((kind, own));
                }
                State::Late { until } if until <= now => *slot = None,
                _ => {}
            }
        }
        None
    }

    /// Ends everything.
    pub(crate) fn disconnect(&mut self) {
        for slot in &mut self.table {
            match slot {
                Some(Entry { ticket: Some(_), state: state @ State::Waiting { .. } }) => *state = State::Done(Outcome::Disconnected),
                Some(Entry { state: State::Done(_), .. }) => {}
                _ => *slot = None,
            }
        }
    }

    /// Takes out the oldest command that has an outcome.
    pub(crate) fn take_done(&mut self, now: Instant, grace_millis: u32) -> Option<(Ticket, Outcome)> {
        let age = |ticket: Ticket| self.last_ticket.wrapping_sub(ticket.0);
        let done = |slot: &Option<Entry>| match slot {
            Some(Entry { ticket: Some(ticket), state: State::Done(_) }) => Some(*ticket),
            _ => None,
        };
        let oldest = self.table.iter().filter_map(done).max_by_key(|ticket| age(*ticket))?;
        let slot = self.table.iter_mut().find(|slot| done(slot) == Some(oldest))?;
        let State::Done(outcome) = slot.as_ref()?.state else { return None };
        *slot = (outcome == Outcome::TimedOut)
            .then_some(Entry { ticket: None, state: State::Late { until: now.plus_millis(grace_millis.into()) } });
        Some((oldest, outcome))
    }

    pub(crate) fn has_done(&self) -> bool {
        self.table.iter().flatten().any(|entry| matches!(entry.state, State::Done(_)))
    }

    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        let until = |entry: &Entry| match entry.state {
            State::Waiting { until } | State::Late { until } => Some(until),
            State::Done(_) => None,
        };
        self.table.iter().flatten().map(until).fold(None, sooner)
    }
}
