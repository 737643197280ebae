//! Requests that wait for their answers.

use super::answer::{Answer, Verdict, hash};
use super::rest::Rest;
use crate::ksenia::{Command, Detail, Form, OutputAction, SetOutput, Verb};
use crate::machine::Ticket;
use crate::text::json::Text;
use crate::timers::Instant;

/// How many requests can wait, with the one that the machine makes by itself.
const SLOTS: usize = 6;
/// How many commands of the caller can.
pub(crate) const MAX_PENDING_U32: u32 = 5;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Outcome {
    /// It was begun, and there is no answer to wait for.
    Sent,
    /// The panel says that it obeyed; or, where firmware does not answer, the output has changed as it was told to.
    Confirmed,
    /// The panel answered without a result, as some firmware does. Look at the state.
    Unclear,
    /// The panel says no, and why if that is a word known here. The message before has the text.
    Refused(Option<Detail<'static>>),
    /// Nothing came in time. The panel may have obeyed all the same: of the commands only reads can be sent again without thought.
    TimedOut,
    /// The connection ended first.
    Disconnected,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing is there.
    Free,
    Waiting,
    /// A part was answered, and the next has yet to be asked for.
    Parked,
    Done,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    deadline: Instant,
    /// `None` for a request of the machine.
    ticket: Option<Ticket>,
    form: u32,
    id: u16,
    verb: Asked,
    /// A missing result counts as success.
    lenient: bool,
    /// An output that shall be switched: which, and how.
    target: Option<(u32, Wish)>,
    /// The panel told that it was.
    seen: bool,
    state: State,
    outcome: Short,
}

impl Entry {
    const FREE: Self = Self {
        deadline: Instant::ZERO,
        ticket: None,
        form: 0,
        id: 0,
        verb: Asked::Nothing,
        lenient: false,
        target: None,
        seen: false,
        state: State::Free,
        outcome: Short::Sent,
    };

    fn waits(&self) -> bool {
        self.state == State::Waiting
    }

    /// Whether it has not come to its end.
    fn is_open(&self) -> bool {
        matches!(self.state, State::Waiting | State::Parked)
    }
}

/// What an output shall do, as far as its state shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    On,
    Off,
    /// Something that many states go with.
    Move,
}

impl Wish {
    fn of(action: SetOutput<'_>) -> Self {
        match action {
            SetOutput::Action(OutputAction::On) => Self::On,
            SetOutput::Action(OutputAction::Off) => Self::Off,
            _ => Self::Move,
        }
    }
}

/// How long an answer is waited for when the panel has told by a change that it obeyed. Some firmware never answers.
const GRACE_MILLIS: u64 = 1_000;

/// An [`Outcome`] without the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Short {
    Sent,
    Confirmed,
    Unclear,
    Refused(u8),
    TimedOut,
    Disconnected,
}

/// What was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Login,
    Read,
    Register,
    User,
    Write,
    Clear,
    Version,
    Logs,
    /// Nothing: a command without a request.
    Nothing,
}

impl Asked {
    pub(crate) fn by(command: &Command<'_>) -> Self {
        match command.verb() {
            Verb::Login => Self::Login,
            Verb::Read => Self::Read,
            Verb::Realtime => Self::Register,
            Verb::User => Self::User,
            Verb::Write => Self::Write,
            Verb::Clear => Self::Clear,
            Verb::Version => Self::Version,
            Verb::Logs => Self::Logs,
            _ => Self::Nothing,
        }
    }

    /// Whether a message can be the answer, by its name. The document answers LOGIN with LOGIN, and one client takes READ for READ_RES.
    fn takes(self, verb: Verb<'_>) -> bool {
        match self {
            Self::Login => matches!(verb, Verb::LoginAnswer | Verb::Login),
            Self::Read => matches!(verb, Verb::ReadAnswer | Verb::Read),
            Self::Register => verb == Verb::RealtimeAnswer,
            Self::User => verb == Verb::UserAnswer,
            Self::Write => verb == Verb::WriteAnswer,
            Self::Clear => verb == Verb::ClearAnswer,
            Self::Version => verb == Verb::VersionAnswer,
            Self::Logs => verb == Verb::LogsAnswer,
            Self::Nothing => false,
        }
    }

    /// Whether the form of an answer goes with that of the request. Some answers have none.
    fn takes_form(self, asked: u32, found: Option<u32>) -> bool {
        let is = |form: Form<'_>| found == Some(hash(form.text()));
        match self {
            _ if found.is_none() || found == Some(asked) => true,
            Self::Register => is(Form::RegisterAck),
            Self::User => is(Form::Reply),
            Self::Version => is(Form::Reply),
            Self::Logs => is(Form::LastLogs),
            _ => false,
        }
    }
}

/// What an answer was to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Settled {
    /// Whether the machine asked by itself.
    pub(crate) own: bool,
    pub(crate) verb: Asked,
    pub(crate) verdict: Verdict,
}

/// The table.
#[derive(Debug)]
pub(crate) struct Requests {
    table: [Entry; SLOTS],
    last_ticket: u32,
    last_id: u16,
    /// Numbers of requests that were not answered in time, newest first. The answer may still come.
    late: [u16; 4],
    /// The panel repeats numbers.
    echoes: bool,
    /// What is left of a READ in parts. There are not two at a time.
    rest: Option<Rest>,
}

impl Requests {
    pub(crate) const fn new() -> Self {
        Self { table: [Entry::FREE; SLOTS], last_ticket: 0, last_id: 0, late: [0; 4], echoes: false, rest: None }
    }

    fn waiting(&self) -> impl Iterator<Item = &Entry> {
        self.table.iter().filter(|entry| entry.waits())
    }

    /// Whether no more commands of the caller can be taken in.
    pub(crate) fn is_full(&self) -> bool {
        self.table.iter().filter(|entry| entry.ticket.is_some()).count() >= SLOTS.saturating_sub(1)
    }

    /// Whether a request of this kind waits: there must not be two.
    pub(crate) fn is_busy(&self, verb: Asked, form: Text<'_>) -> bool {
        let form = hash(form);
        self.table.iter().any(|entry| entry.is_open() && entry.verb == verb && entry.form == form)
    }

    /// The number of the next request: 1 to 65535, not that of one that waits.
    pub(crate) fn next_id(&self) -> u16 {
        let mut id = self.last_id;
        for _ in 0..=SLOTS {
            id = id.checked_add(1).unwrap_or(1);
            if self.waiting().all(|entry| entry.id != id) {
                break;
            }
        }
        id
    }

    /// Enters a request that was sent under the number `id`. The caller has made sure that there is room.
    pub(crate) fn add(&mut self, command: &Command<'_>, id: u16, deadline: Instant, own: bool) -> Ticket {
        self.last_id = id;
        let verb = Asked::by(command);
        // As one client does: what arms or excludes needs a clear word.
        let strict = matches!(
            command,
            Command::RunScenario { .. } | Command::ArmPartition { .. } | Command::BypassZone { .. } | Command::Login { .. }
        );
        let form = hash(command.form());
        let target = match command {
            Command::SetOutput { output, action } => Some((*output, Wish::of(*action))),
            _ => None,
        };
        self.enter(Entry { deadline, form, id, verb, lenient: !strict, target, state: State::Waiting, ..Entry::FREE }, own)
    }

    /// Enters what is left of the command that was entered last.
    pub(crate) fn add_rest(&mut self, ticket: Ticket, mut rest: Rest) {
        rest.ticket = ticket;
        self.rest = Some(rest);
    }

    /// What is to be asked for next, of a READ in parts.
    pub(crate) fn parked(&self) -> Option<Rest> {
        let parked = |rest: &Rest| self.table.iter().any(|entry| entry.state == State::Parked && entry.ticket == Some(rest.ticket));
        self.rest.filter(parked)
    }

    /// The next part of it was sent under the number `id`.
    pub(crate) fn resume(&mut self, rest: Rest, id: u16, deadline: Instant) {
        self.last_id = id;
        self.rest = Some(rest);
        if let Some(entry) = self.table.iter_mut().find(|entry| entry.ticket == Some(rest.ticket)) {
            (entry.state, entry.id, entry.deadline) = (State::Waiting, id, deadline);
        }
    }

    /// Enters a command that is over as soon as it is begun.
    pub(crate) fn add_done(&mut self) -> Ticket {
        self.enter(Entry { state: State::Done, ..Entry::FREE }, false)
    }

    fn enter(&mut self, mut entry: Entry, own: bool) -> Ticket {
        if !own {
            self.last_ticket = self.last_ticket.wrapping_add(1);
            entry.ticket = Some(Ticket(self.last_ticket));
        }
        if let Some(slot) = self.table.iter_mut().find(|slot| slot.state == State::Free) {
            *slot = entry;
        }
        Ticket(self.last_ticket)
    }

    /// Finds what a message answers and ends it: by its number, else by its name if one request alone fits.
    pub(crate) fn settle(&mut self, answer: &Answer) -> Option<Settled> {
        let verb = answer.verb?;
        let refusal = matches!(verb, Verb::Generic | Verb::Error);
        let form = answer.form.filter(|_| !refusal);
        let fits = |entry: &Entry| entry.waits() && (refusal || entry.verb.takes(verb) && entry.verb.takes_form(entry.form, form));
        let by_id = |entry: &Entry| entry.waits() && (refusal || entry.verb.takes(verb)) && answer.id == Some(u32::from(entry.id));
        let mut at = self.table.iter().position(by_id);
        self.echoes |= at.is_some();
        if at.is_none() {
            let late = |id: u16| id != 0 && answer.id == Some(u32::from(id));
            if self.echoes && self.late.into_iter().any(late) {
                // It belongs to a request that was given up, not to a newer one of the same name.
                return None;
            }
            let mut fitting = self.table.iter().enumerate().filter(|(_, entry)| fits(entry)).map(|(at, _)| at);
            at = fitting.next();
            if fitting.next().is_some() {
                return None;
            }
        }
        let entry = self.table.get_mut(at?)?;
        let verdict = if refusal { Verdict::Refused } else { answer.verdict() };
        let goes_on = self.rest.is_some_and(|rest| entry.ticket == Some(rest.ticket) && !rest.is_empty());
        entry.state = if goes_on && verdict != Verdict::Refused { State::Parked } else { State::Done };
        entry.outcome = match verdict {
            Verdict::Done => Short::Confirmed,
            Verdict::Refused => Short::Refused(answer.detail),
            Verdict::Unsaid if entry.lenient => Short::Confirmed,
            Verdict::Unsaid => Short::Unclear,
        };
        let settled = Settled { own: entry.ticket.is_none(), verb: entry.verb, verdict };
        if settled.own {
            *entry = Entry::FREE;
        }
        Some(settled)
    }

    /// The panel tells by itself that an output has changed. If that is what was asked for, it has obeyed, answer or not.
    pub(crate) fn output_changed(&mut self, output: u32, on: Option<bool>, now: Instant) {
        for entry in self.table.iter_mut().filter(|entry| entry.waits() && !entry.seen) {
            entry.seen = match entry.target {
                Some((id, _)) if id != output => false,
                Some((_, Wish::On)) => on == Some(true),
                Some((_, Wish::Off)) => on == Some(false),
                Some((_, Wish::Move)) => true,
                None => false,
            };
            if entry.seen {
                entry.deadline = entry.deadline.min(now.plus_millis(GRACE_MILLIS));
            }
        }
    }

    /// Ends what has waited too long. Says what of the machine's own it was.
    pub(crate) fn expire(&mut self, now: Instant) -> Option<Asked> {
        let mut own = None;
        for entry in self.table.iter_mut().filter(|entry| entry.waits() && entry.deadline <= now) {
            entry.state = State::Done;
            entry.outcome = if entry.seen { Short::Confirmed } else { Short::TimedOut };
            let [a, b, c, _] = self.late;
            self.late = [entry.id, a, b, c];
            if entry.ticket.is_none() {
                own = Some(entry.verb);
                *entry = Entry::FREE;
            }
        }
        own
    }

    /// Ends everything.
    pub(crate) fn disconnect(&mut self) {
        for entry in self.table.iter_mut().filter(|entry| entry.is_open()) {
            entry.state = State::Done;
            entry.outcome = Short::Disconnected;
            if entry.ticket.is_none() {
                *entry = Entry::FREE;
            }
        }
    }

    /// Takes out the oldest command that has an outcome.
    pub(crate) fn take_done(&mut self) -> Option<(Ticket, Outcome)> {
        let last = self.last_ticket;
        let age = |ticket: Ticket| last.wrapping_sub(ticket.0);
        let done = self.table.iter_mut().filter(|entry| entry.state == State::Done);
        let oldest = done.max_by_key(|entry| entry.ticket.map(age))?;
        let ticket = oldest.ticket?;
        let outcome = match oldest.outcome {
            Short::Sent => Outcome::Sent,
            Short::Confirmed => Outcome::Confirmed,
            Short::Unclear => Outcome::Unclear,
            Short::Refused(detail) => Outcome::Refused(Detail::at(detail)),
            Short::TimedOut => Outcome::TimedOut,
            Short::Disconnected => Outcome::Disconnected,
        };
        *oldest = Entry::FREE;
        Some((ticket, outcome))
    }

    pub(crate) fn has_done(&self) -> bool {
        self.table.iter().any(|entry| entry.state == State::Done)
    }

    /// Whether the machine waits for an answer to a request of its own.
    pub(crate) fn has_own(&self) -> bool {
        self.waiting().any(|entry| entry.ticket.is_none())
    }

    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.waiting().map(|entry| entry.deadline).min()
    }
}
