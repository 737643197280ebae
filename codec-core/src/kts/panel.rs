//! The host in a flat: dials a server, registers, answers, runs tasks, tells what changes.
//!
//! ```text
//!   connected ── reg ──▶ regrsp 0 ── keepalive, push ──▶ …        queries, controls, tasks, a new key: answered one by one
//!                           │ 1: closed
//! ```
//!
//! Frames are taken one by one, each when the answer to the one before is in the transmit buffer. Answers pass through a small buffer
//! record by record. Tasks run while the machine is polled; after a pause of more than a few minutes, or when the clock was set, only those
//! of the current minute do.

mod answering;
mod config;
mod house;
mod told;

use answering::Owed;
pub use config::Config;
pub use house::{Credentials, ObjectState, TaskState};
pub use told::{Command, Event, Refusal};

use super::reader::{Reader, Step};
use super::short::Short;
use super::sign::sign;
use super::verbs::Verb;
use super::wire::decode_ref;
use crate::buf::{RxBuf, TxBuf};
use crate::error::{CloseReason, ConfigError, EncodeError, Fault, FaultKind, Refused};
use crate::home::Notice;
use crate::machine::{Env, LinkKind, Machine, Pending, Ticket};
use crate::timers::{Instant, Timers, sooner};

/// Most bytes of all texts of a zone or object: escaped they still fit into the transmit buffer.
pub(crate) const MAX_TEXTS: usize = 320;

/// Minutes that are caught up on.
const CATCH_UP: u32 = 5;

/// What a host has, in tables of the caller's. All of it outlives the connection.
#[derive(Debug)]
pub struct Tables<'b> {
    /// The objects.
    pub objects: &'b mut [ObjectState<'b>],
    /// Places for tasks, 212 bytes each.
    pub tasks: &'b mut [TaskState],
    /// Key and domain.
    pub credentials: &'b mut Credentials,
}

/// What a host keeps of the frame that it reads: memory that the caller hands in, used again for the next connection.
#[derive(Debug)]
pub struct Memory {
    reader: Reader,
}

const _: () = assert!(size_of::<Memory>() <= 512);

impl Memory {
    /// Fresh memory.
    #[must_use]
    pub fn new() -> Self {
        Self { reader: Reader::new() }
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

#[derive(Clone, Debug)]
enum Slot {
    Registered,
    Frame(usize),
    Refused(Verb<'static>, Refusal),
    Value(usize),
    Notice(Notice),
    TaskRan(usize),
    Configured,
    Fault(Fault),
    Closed(CloseReason),
}

#[derive(Clone, Copy)]
enum Timer {
    /// The registration is given up.
    Register,
    Keepalive,
    /// The next minute begins.
    Minute,
}

/// A host on one connection.
///
/// ```
/// use codec_core::kts::Panel;
/// use codec_core::kts::panel::{Config, Credentials, Memory, Tables};
/// use codec_core::{Env, Instant, Machine as _, RxBuf, Secret, TxBuf};
///
/// let mut credentials = Credentials::new(Secret::new("1234567890"), "kts.example").unwrap();
/// let tables = Tables { objects: &mut [], tasks: &mut [], credentials: &mut credentials };
/// let (config, mut memory) = (Config::new("08ABEF112233"), Memory::new());
/// let mut panel = Panel::new(&config, tables, &mut memory)?;
///
/// let (mut received, mut sent) = ([0; Panel::RX_MIN], [0; Panel::TX_MIN]);
/// let (mut rx, mut tx) = (RxBuf::new(&mut received), TxBuf::new(&mut sent));
/// let env = Env { unix: Some(1_508_845_817), ..Env::at(Instant::from_millis(1)) };
/// assert!(panel.poll_event(&env, &mut rx, &mut tx).is_none());
/// assert!(tx.unsent().starts_with(b"{\"sn\":\"08ABEF112233\",\"cmd\":\"reg\",\"timestamp\":\"1508845817\",\"rand\":\""));
/// # Ok::<(), codec_core::ConfigError>(())
/// ```
#[derive(Debug)]
pub struct Panel<'b> {
    config: &'b Config<'b>,
    tables: Tables<'b>,
    memory: &'b mut Memory,
    owed: Owed,
    timers: Timers<3>,
    slot: Slot,
    refusal: Option<(Verb<'static>, Refusal)>,
    notice: Option<Notice>,
    configured: bool,
    registered: bool,
    told_registered: bool,
    last_heard: Instant,
    /// The minute since 1970, local time, that tasks were run for last.
    minute: Option<u32>,
    tickets: u32,
    started: bool,
    wrote: bool,
    blocked: bool,
    closing: Option<CloseReason>,
    closed: bool,
}

const _: () = assert!(size_of::<Panel<'_>>() <= 512);

impl<'b> Panel<'b> {
    /// A host on a new connection.
    ///
    /// # Errors
    /// [`ConfigError`] if the serial number has other characters than letters and digits, a time is out of range, or the texts of a zone or
    /// an object are longer than 320 bytes together.
    pub fn new(config: &'b Config<'b>, tables: Tables<'b>, memory: &'b mut Memory) -> Result<Self, ConfigError> {
        config.check()?;
        for object in tables.objects.iter_mut() {
            let info = &object.info;
            let len =
                [info.id, info.name, info.room, info.group, info.icon].iter().fold(0, |sum: usize, text| sum.saturating_add(text.len()));
            if len > MAX_TEXTS {
                return Err(ConfigError::BadText { field: "objects" });
            }
            // The server asks for everything anyway.
            object.dirty = false;
        }
        *memory = Memory::new();
        Ok(Self {
            config,
            tables,
            memory,
            owed: Owed::Register,
            timers: Timers::new(),
            slot: Slot::Registered,
            refusal: None,
            notice: None,
            configured: false,
            registered: false,
            told_registered: false,
            last_heard: Instant::ZERO,
            minute: None,
            tickets: 0,
            started: false,
            wrote: false,
            blocked: false,
            closing: None,
            closed: false,
        })
    }

    /// Objects, tasks and credentials as they are now.
    #[must_use]
    pub const fn tables(&self) -> &Tables<'b> {
        &self.tables
    }

    /// Takes the host apart, to make the one of the next connection in the same memory.
    #[must_use]
    pub fn into_parts(self) -> (&'b Config<'b>, Tables<'b>, &'b mut Memory) {
        (self.config, self.tables, self.memory)
    }

    fn announce(&mut self, slot: Slot) -> Option<Pending> {
        self.slot = slot;
        Some(Pending::WITHOUT_BYTES)
    }

    fn announce_waiting(&mut self) -> Option<Pending> {
        if let Some((verb, refusal)) = self.refusal.take() {
            return self.announce(Slot::Refused(verb, refusal));
        }
        if self.registered && !core::mem::replace(&mut self.told_registered, true) {
            return self.announce(Slot::Registered);
        }
        if core::mem::take(&mut self.configured) {
            return self.announce(Slot::Configured);
        }
        if let Some(notice) = self.notice.take() {
            return self.announce(Slot::Notice(notice));
        }
        if let Some((at, task)) = self.tables.tasks.iter_mut().enumerate().find(|(_, task)| task.ran) {
            task.ran = false;
            return self.announce(Slot::TaskRan(at));
        }
        if let Some((at, object)) = self.tables.objects.iter_mut().enumerate().find(|(_, object)| !object.told) {
            object.told = true;
            self.notice = object.notice();
            return self.announce(Slot::Value(at));
        }
        None
    }

    fn has_news(&self) -> bool {
        self.refusal.is_some()
            || self.notice.is_some()
            || self.configured
            || self.registered && !self.told_registered
            || self.tables.tasks.iter().any(|task| task.ran)
            || self.tables.objects.iter().any(|object| !object.told)
    }

    fn close(&mut self, reason: CloseReason) {
        if self.closing.is_none() {
            self.closing = Some(reason);
            self.timers = Timers::new();
        }
    }

    fn silence_ends(&self) -> Option<Instant> {
        match self.config.silence_millis {
            0 => None,
            _ if self.closing.is_some() => None,
            millis => Some(self.last_heard.plus_millis(millis.into())),
        }
    }

    fn start(&mut self, env: &Env) {
        self.last_heard = env.now;
        self.timers.set(Timer::Register as usize, env.now.plus_millis(self.config.answer_millis.into()));
    }

    fn run_timers(&mut self, env: &Env) {
        if self.timers.take_due(Timer::Register as usize, env.now) {
            self.close(CloseReason::NoAnswer { millis: self.config.answer_millis });
        }
        if self.owed == Owed::Nothing && self.timers.take_due(Timer::Keepalive as usize, env.now) {
            self.owed = Owed::Keepalive;
        }
        let _ = self.timers.take_due(Timer::Minute as usize, env.now);
        self.run_tasks(env);
    }

    /// Runs the tasks of every minute that has begun since the last call.
    fn run_tasks(&mut self, env: &Env) {
        let Some(unix) = env.unix else { return };
        let local = unix.saturating_add_signed(self.config.utc_offset_seconds.into());
        // Divided by four first it is a number of 32 bits up to the year 2514.
        let quarter = u32::try_from(local >> 2).unwrap_or(u32::MAX);
        let minute = quarter / 15;
        let last = self.minute.replace(minute).unwrap_or(minute);
        let first = match minute.checked_sub(last) {
            Some(passed) if passed <= CATCH_UP => last.saturating_add(1),
            _ => minute,
        };
        if minute != last {
            for due in first..minute.saturating_add(1) {
                let Tables { objects, tasks, .. } = &mut self.tables;
                for task in tasks.iter_mut().filter(|task| task.is_due(due)) {
                    house::actions(task).for_each(|action| {
                        house::act(objects, &action);
                    });
                    task.ran = true;
                }
            }
        }
        if !self.timers.is_set(Timer::Minute as usize) && self.tables.tasks.iter().any(TaskState::is_enabled) {
            let second = (quarter % 15).saturating_mul(4).saturating_add(u32::try_from(local & 3).unwrap_or(0));
            let left = 60_u32.saturating_sub(second).saturating_mul(1000);
            self.timers.set(Timer::Minute as usize, env.now.plus_millis(left.into()));
        }
    }
}

impl Machine for Panel<'_> {
    const LINK: LinkKind = LinkKind::Stream;
    const RX_MIN: usize = 1024;
    const TX_MIN: usize = 2560;
    type Event<'i> = Event<'i>;
    type Command<'c> = Command<'c>;

    fn poll_event(&mut self, env: &Env, rx: &mut RxBuf<'_>, tx: &mut TxBuf<'_>) -> Option<Pending> {
        if self.closed {
            return None;
        }
        (self.wrote, self.blocked) = (false, false);
        if !core::mem::replace(&mut self.started, true) {
            self.start(env);
        }
        if self.closing.is_none() {
            self.run_timers(env);
        }
        loop {
            if let Some(pending) = self.announce_waiting() {
                return Some(pending);
            }
            if !self.pay(env, tx) && !rx.is_eof() {
                self.blocked = true;
                return None;
            }
            if let Some(reason) = self.closing {
                self.closed = true;
                return self.announce(Slot::Closed(reason));
            }
            match self.read(env, rx) {
                Some(slot) => {
                    self.slot = slot;
                    return Some(Pending::reading(rx.unread().len()));
                }
                None if self.has_news() || self.owed != Owed::Nothing => {}
                None if rx.is_eof() => self.close(CloseReason::PeerClosed),
                None if self.silence_ends().is_some_and(|at| at <= env.now) => {
                    let millis = u32::try_from(env.now.millis_since(self.last_heard)).unwrap_or(u32::MAX);
                    self.close(CloseReason::Silent { millis });
                }
                None => return None,
            }
        }
    }

    fn event<'i>(&self, pending: Pending, rx: &'i RxBuf<'_>) -> Event<'i> {
        match &self.slot {
            Slot::Registered => Event::Registered,
            Slot::Frame(len) => match decode_ref(pending.bytes(rx).get(..*len).unwrap_or_default(), self.config.order) {
                Ok(frame) => Event::Frame(frame),
                Err(fault) => Event::Fault(fault),
            },
            Slot::Refused(verb, refusal) => Event::Refused { verb: *verb, refusal: *refusal },
            Slot::Value(at) => Event::Value { at: *at },
            Slot::Notice(notice) => Event::Notice(*notice),
            Slot::TaskRan(at) => Event::TaskRan { at: *at },
            Slot::Configured => Event::Configured,
            Slot::Fault(fault) => Event::Fault(*fault),
            Slot::Closed(reason) => Event::Closed(*reason),
        }
    }

    fn submit(&mut self, env: &Env, command: Command<'_>, tx: &mut TxBuf<'_>) -> Result<Ticket, Refused> {
        if self.closed || self.closing.is_some() {
            return Err(Refused::Closed);
        }
        match command {
            Command::Set { object, value } => {
                let long = EncodeError::OutOfRange {
                    field: "value",
                    min: 1,
                    max: 16,
                    found: value.map_or(0, |value| u32::try_from(value.len()).unwrap_or(u32::MAX)),
                };
                let value = match value {
                    Some("") => return Err(long.into()),
                    Some(value) => Some(Short::of(value).ok_or(long)?),
                    None => None,
                };
                let object = self.tables.objects.iter_mut().find(|slot| slot.info.id == object);
                object.ok_or(EncodeError::Missing { field: "object" })?.set(value);
                if self.started {
                    self.pay(env, tx);
                }
            }
            Command::Close => self.close(CloseReason::Requested),
        }
        self.tickets = self.tickets.wrapping_add(1);
        Ok(Ticket(self.tickets))
    }

    fn poll_timeout(&self) -> Option<Instant> {
        if self.closed {
            return None;
        }
        let waits = self.wrote
            || self.blocked
            || !self.started
            || self.closing.is_some()
            || self.has_news()
            || self.owed != Owed::Nothing
            || self.next_push().is_some();
        if waits {
            return Some(Instant::ZERO);
        }
        sooner(self.timers.next(), self.silence_ends())
    }

    fn is_closed(&self) -> bool {
        self.closed
    }
}
