//! Commands that wait for their outcome.

use heapless::Vec;

use super::{Outcome, PanelInfo};
use crate::home::{AreaState, Mode};
use crate::machine::Ticket;
use crate::ness::{AreaCode, Body, EventCode, MiscAlarms, Output, RequestId, StatusUpdate, Tracker};
use crate::timers::Instant;

/// How many commands can wait at the same time.
pub(super) const MAX_PENDING: usize = 8;
/// The same, for errors.
pub(super) const MAX_PENDING_U32: u32 = 8;

/// What ends a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Want {
    /// Nothing: it is done when it is sent.
    Nothing,
    /// The answer to a status request.
    Status(RequestId),
    /// Model and version.
    PanelInfo,
    /// A sign that area 1 or 2 is armed.
    ArmedAway,
    /// A sign that the panel is armed home.
    ArmedHome,
    /// A sign of a disarmed area.
    Disarmed,
    /// A panic alarm.
    Panic,
    /// An auxiliary output in a given state.
    Aux { output: u8, on: bool },
}

impl Want {
    /// The state of a command that waited, after a line that `tracker` has taken in.
    fn state_after(self, body: &Body<'_>, tracker: &Tracker) -> State {
        let event = match body {
            Body::Event(event) => Some(event),
            _ => None,
        };
        let answers = |request| matches!(body, Body::Status(status) if status.request == request);
        let confirmed = match self {
            Self::Nothing => false,
            Self::Status(_) | Self::PanelInfo => {
                let request = if let Self::Status(request) = self { request } else { RequestId::PanelVersion };
                return if answers(request) { State::Answered } else { State::Waiting };
            }
            // Codes 22 to 2F are about arming.
            Self::ArmedAway | Self::ArmedHome | Self::Disarmed => {
                let told = event.is_some_and(|event| matches!(event.code.raw(), 0x22..=0x2F)) || answers(RequestId::Arming);
                told && match self {
                    Self::ArmedAway => armed(tracker, 1) || armed(tracker, 2),
                    // The Python library's mock panel arms area 1 "home".
                    Self::ArmedHome => armed(tracker, 3) || armed(tracker, 1) && tracker.area(1).1 == Some(Mode::Home),
                    _ => match event {
                        Some(event) => event.code == EventCode::Disarmed,
                        None => (1..=4).all(|area| !armed(tracker, area)),
                    },
                }
            }
            Self::Panic => {
                let alarms = tracker.misc_alarms();
                event.is_some_and(|event| event.code == EventCode::Alarm && event.area == AreaCode::Panic)
                    || answers(RequestId::MiscellaneousAlarms)
                        && (alarms.contains(MiscAlarms::PANIC) || alarms.contains(MiscAlarms::PENDANT_PANIC))
            }
            Self::Aux { output, on } => {
                let told = event.is_some_and(|event| matches!(event.code, EventCode::OutputOn | EventCode::OutputOff))
                    || answers(RequestId::AuxiliaryOutputs)
                    || answers(RequestId::Outputs);
                told && tracker.output(Output::Aux(output)) == Some(on)
            }
        };
        if confirmed { State::Confirmed } else { State::Waiting }
    }
}

fn armed(tracker: &Tracker, area: u32) -> bool {
    !matches!(tracker.area(area).0, AreaState::Unknown | AreaState::Disarmed)
}

/// How far a command is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Waiting,
    Sent,
    Confirmed,
    /// The last status line answered it.
    Answered,
    TimedOut,
    Disconnected,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    deadline: Instant,
    ticket: Ticket,
    want: Want,
    state: State,
}

/// The table. Every command has its own deadline; the first to be over does not touch the others.
#[derive(Debug)]
pub(super) struct Commands {
    table: Vec<Entry, MAX_PENDING>,
    last: u32,
    /// The status line that answers those that are [`State::Answered`]: they are taken out before the next line comes.
    answer: StatusUpdate,
}

impl Commands {
    pub(super) const fn new() -> Self {
        Self { table: Vec::new(), last: 0, answer: StatusUpdate { request: RequestId::PanelVersion, value: 0 } }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    pub(super) fn is_full(&self) -> bool {
        self.table.is_full()
    }

    /// Enters a command. The caller has made sure that there is room. `known` says that the outcome need not be waited for.
    pub(super) fn add(&mut self, want: Want, deadline: Instant, known: bool) -> Ticket {
        self.last = self.last.wrapping_add(1);
        let ticket = Ticket(self.last);
        let state = match want {
            Want::Nothing => State::Sent,
            _ if known => State::Answered,
            _ => State::Waiting,
        };
        // Cannot fail after `is_full`; were it to, the command would only go without an outcome.
        let _full = self.table.push(Entry { deadline, ticket, want, state });
        ticket
    }

    fn waiting(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.table.iter_mut().filter(|entry| entry.state == State::Waiting)
    }

    /// Takes in a line that `tracker` has taken in already.
    pub(super) fn apply(&mut self, body: &Body<'_>, tracker: &Tracker) {
        if let Body::Status(status) = body {
            self.answer = *status;
        }
        for entry in self.waiting() {
            entry.state = entry.want.state_after(body, tracker);
        }
    }

    /// Ends what has waited too long.
    pub(super) fn expire(&mut self, now: Instant) {
        self.waiting().filter(|entry| entry.deadline <= now).for_each(|entry| entry.state = State::TimedOut);
    }

    /// Ends everything.
    pub(super) fn disconnect(&mut self) {
        self.waiting().for_each(|entry| entry.state = State::Disconnected);
    }

    /// Takes out the oldest command that has an outcome. `info` is what is known of the panel.
    pub(super) fn take_done(&mut self, info: Option<PanelInfo>) -> Option<(Ticket, Outcome)> {
        let mut done = None;
        self.table.retain(|entry| {
            let take = done.is_none() && entry.state != State::Waiting;
            if take {
                done = Some(*entry);
            }
            !take
        });
        let entry = done?;
        let outcome = match (entry.state, entry.want, info) {
            (State::Answered, Want::PanelInfo, Some(info)) => Outcome::PanelInfo(info),
            (State::Answered, ..) => Outcome::Answer(self.answer),
            (State::Confirmed, ..) => Outcome::Confirmed,
            (State::TimedOut | State::Waiting, ..) => Outcome::TimedOut,
            (State::Disconnected, ..) => Outcome::Disconnected,
            (State::Sent, ..) => Outcome::Sent,
        };
        Some((entry.ticket, outcome))
    }

    pub(super) fn has_done(&self) -> bool {
        self.table.iter().any(|entry| entry.state != State::Waiting)
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.table.iter().map(|entry| entry.deadline).min()
    }
}
