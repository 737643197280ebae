//! The server's end of one connection: lets a host in, asks for what it has, follows its values, and controls it.
//!
//! ```text
//!   reg ──▶ Registering ── Key ──▶ regrsp 0 ── tasks ──▶ query1 ──▶ query2, zone by zone ──▶ Synchronised
//!                │ Refuse, wrong signature, wrong clock, replayed                │ push, control, timing, cfg, keepalive
//!                ▼                                                               ▼
//!           regrsp 1, closed                                            silent for too long: closed
//! ```
//!
//! The machine knows no keys: a server with many hosts looks them up when it is asked. Between frames nothing is in the buffers, so that a
//! server may lend one [`RxBuf`] and one [`TxBuf`] to connection after connection, as long as it takes them back empty
//! ([`RxBuf::unread`], [`TxBuf::is_empty`]); only a connection in the middle of a frame needs its own.
//!
//! ```
//! use codec_core::kts::controller::{Command, Config, Event, Memory, ObjectSlot, Tables, ZoneSlot};
//! use codec_core::kts::{Controller, RecentSignatures, Scheme, SignatureSlot};
//! use codec_core::{Env, Instant, Machine, RxBuf, Secret, TxBuf};
//!
//! let config = Config::new();
//! let (mut zones, mut objects, mut memory) = ([ZoneSlot::default(); 8], [ObjectSlot::default(); 40], Memory::new());
//! let tables = Tables { zones: &mut zones, objects: &mut objects, tasks: &mut [] };
//! let mut controller = Controller::new(&config, tables, &mut memory)?;
//!
//! let (mut received, mut sent) = ([0; 1024], [0; Controller::TX_MIN]);
//! let (mut rx, mut tx) = (RxBuf::new(&mut received), TxBuf::new(&mut sent));
//! // The registration that the document prints, and its time.
//! let reg = br#"{"sn":"08ABEF112233","cmd":"reg","timestamp":"1508845817","rand":"35","sign":"055d764058ea64f7a65d68f8375d77f1"}"#;
//! rx.space()[..reg.len()].copy_from_slice(reg);
//! rx.commit(reg.len());
//! rx.space()[..2].copy_from_slice(b"\r\n");
//! rx.commit(2);
//! let env = Env { unix: Some(1_508_845_820), ..Env::at(Instant::from_millis(1)) };
//! let pending = controller.poll_event(&env, &mut rx, &mut tx).unwrap();
//! assert!(matches!(controller.event(pending, &rx), Event::Registering(host) if host.sn == "08ABEF112233"));
//!
//! let mut slots = [SignatureSlot::default(); 16];
//! let mut recent = RecentSignatures::new(&mut slots);
//! let key = Command::Key { key: Secret::new("1234567890"), other: None, scheme: Scheme::Md5, replays: Some(&mut recent) };
//! controller.submit(&env, key, &mut tx)?;
//! assert_eq!(tx.unsent(), b"{\"sn\":\"08ABEF112233\",\"cmd\":\"regrsp\",\"data\":{\"error\":\"0\"}}\r\n");
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

mod asking;
mod config;
mod reading;
mod registering;
mod requests;
mod shadow;
mod tables;
mod told;

pub use config::Config;
use registering::{Phase, Secrets};
use requests::{Kind, Requests};
use tables::Flat;
pub use tables::{ObjectSlot, Tables, TaskSlot, ZoneSlot};
pub use told::{Command, Event, Failure, Outcome, RegisterError};

use super::encode::write_error;
use super::reader::{Reader, Step};
use super::records::Record as _;
use super::short::Short;
use super::verbs::{ListKind as List, Verb};
use super::wire::{Body, decode_ref};
use super::writer::FrameWriter;
use crate::buf::{RxBuf, TxBuf};
use crate::error::{CloseReason, ConfigError, EncodeError, Fault, FaultKind, Refused};
use crate::home::Notice;
use crate::machine::{Env, LinkKind, Machine, Pending, Ticket};
use crate::text::json::Text;
use crate::timers::{Instant, Timers, sooner};

/// How long to wait before a request of the machine's own that found no room is tried again.
const RETRY_MILLIS: u64 = 50;
/// How often a question that is not answered is asked.
const TRIES: u8 = 3;

/// What a controller keeps of the frame that it reads, and of the host: memory that the caller hands in, used again for the next
/// connection.
#[derive(Debug)]
pub struct Memory {
    reader: Reader,
    /// The serial number that is registered, or wants to be.
    sn: Short<32>,
    asked: Secrets,
    /// Stands for the key that was sent last.
    new_key: u64,
}

const _: () = assert!(size_of::<Memory>() <= 576);

impl Memory {
    /// Fresh memory.
    #[must_use]
    pub fn new() -> Self {
        Self { reader: Reader::new(), sn: Short::EMPTY, asked: Secrets::NONE, new_key: 0 }
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

/// What the last `poll_event` announced.
#[derive(Clone, Debug)]
enum Slot {
    /// A frame of so many bytes.
    Frame(usize),
    /// The same, a registration.
    Registering(usize),
    Record(List, core::ops::Range<usize>, bool),
    ListEnd(List),
    Registered(bool),
    RegistrationRefused(RegisterError),
    Synchronised(bool),
    TaskRefused(Short<16>),
    Notice(Notice),
    Done(Ticket, Outcome),
    Fault(Fault),
    Closed(CloseReason),
}

#[derive(Clone, Copy)]
enum Timer {
    /// The registration is given up.
    Register,
    /// Unread values are asked for again.
    Unread,
    /// A request of the machine's own is tried again.
    Pace,
}

/// Small things to tell.
#[derive(Clone, Copy, Debug, Default)]
struct News {
    registered: Option<bool>,
    refused: Option<RegisterError>,
    fault: Option<Fault>,
    synchronised: Option<bool>,
    task_refused: Option<Short<16>>,
}

impl News {
    const fn waits(&self) -> bool {
        self.registered.is_some()
            || self.refused.is_some()
            || self.fault.is_some()
            || self.synchronised.is_some()
            || self.task_refused.is_some()
    }
}

/// An answer that has yet to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owed {
    Nothing,
    Keepalive,
    Register(u8),
}

/// How far the questions after a registration are.
#[derive(Clone, Copy, Debug, Default)]
struct Sync {
    zones_todo: bool,
    zones_tries: u8,
    /// The zone that was asked for by the machine.
    asked: Option<usize>,
    /// [`Event::Synchronised`] is to come.
    running: bool,
    incomplete: bool,
    tag: u32,
    /// Tag of the question that waits.
    zones_tag: u32,
    objects_tag: u32,
}

/// The server's end of one connection.
#[derive(Debug)]
pub struct Controller<'b> {
    config: &'b Config,
    memory: &'b mut Memory,
    flat: Flat<'b>,
    phase: Phase,
    requests: Requests,
    sync: Sync,
    timers: Timers<3>,
    slot: Slot,
    news: News,
    owed: Owed,
    /// The task that was sent last.
    task: Option<usize>,
    /// The host does not answer to tasks.
    tasks_stopped: bool,
    last_heard: Instant,
    started: bool,
    /// Something was written since the driver last had a chance to send it.
    wrote: bool,
    /// The transmit buffer had no room.
    blocked: bool,
    closing: Option<CloseReason>,
    closed: bool,
}

const _: () = assert!(size_of::<Controller<'_>>() <= 512);

impl<'b> Controller<'b> {
    /// A controller for a new connection. What `memory` and the tables of zones and objects hold of another one is dropped first.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] if a time to wait is 0.
    pub fn new(config: &'b Config, tables: Tables<'b>, memory: &'b mut Memory) -> Result<Self, ConfigError> {
        config.check()?;
        *memory = Memory::new();
        Ok(Self {
            config,
            memory,
            flat: Flat::new(tables),
            phase: Phase::Waiting,
            requests: Requests::new(),
            sync: Sync::default(),
            timers: Timers::new(),
            slot: Slot::Synchronised(false),
            news: News::default(),
            owed: Owed::Nothing,
            task: None,
            tasks_stopped: false,
            last_heard: Instant::ZERO,
            started: false,
            wrote: false,
            blocked: false,
            closing: None,
            closed: false,
        })
    }

    /// Zones, objects and tasks as known so far.
    #[must_use]
    pub const fn tables(&self) -> &Tables<'b> {
        &self.flat.tables
    }

    /// Takes the controller apart, to make the one of the next connection in the same memory.
    #[must_use]
    pub fn into_parts(self) -> (&'b Config, Tables<'b>, &'b mut Memory) {
        (self.config, self.flat.tables, self.memory)
    }

    /// Serial number of the host, once it has registered.
    #[must_use]
    pub fn sn(&self) -> Option<&str> {
        (self.phase == Phase::Registered).then(|| self.memory.sn.as_str())
    }

    /// Begins a frame.
    fn begin<'o>(&self, cmd: Text<'_>, tx: &'o mut TxBuf<'_>) -> FrameWriter<'o> {
        FrameWriter::new(tx.spare(), self.memory.sn.as_str(), cmd.raw())
    }

    /// Sends a frame that was written, all of it or nothing.
    fn end(&mut self, written: Result<usize, EncodeError>, tx: &mut TxBuf<'_>) -> Result<(), Refused> {
        let len = written.map_err(|error| no_room(error, tx))?;
        tx.advance(len);
        self.wrote = true;
        Ok(())
    }

    /// Ends the connection, for the first reason that comes up.
    fn close(&mut self, reason: CloseReason) {
        if self.closing.is_none() {
            self.closing = Some(reason);
            self.requests.disconnect();
            self.timers = Timers::new();
        }
    }

    fn silence_ends(&self) -> Option<Instant> {
        match self.config.silence_millis() {
            0 => None,
            _ if self.phase != Phase::Registered || self.closing.is_some() => None,
            millis => Some(self.last_heard.plus_millis(millis.into())),
        }
    }

    fn run_timers(&mut self, now: Instant) {
        let millis = self.config.registration_millis;
        if self.timers.take_due(Timer::Register as usize, now) {
            match self.phase {
                Phase::Asking => self.refuse(RegisterError::Undecided),
                _ => self.close(CloseReason::NoAnswer { millis }),
            }
        }
        if self.timers.take_due(Timer::Unread as usize, now) {
            self.flat.ask_unread(self.config.unread_tries);
        }
        let _ = self.timers.take_due(Timer::Pace as usize, now);
        while let Some((kind, own)) = self.requests.expire(now, self.config.answer_millis) {
            if own {
                self.unanswered(kind);
            }
        }
    }

    /// Ends the connection if the host was silent for too long. Asked when all that was received has been looked at.
    fn has_fallen_silent(&mut self, now: Instant) -> bool {
        let silent = self.silence_ends().is_some_and(|at| at <= now);
        if silent {
            let millis = u32::try_from(now.millis_since(self.last_heard)).unwrap_or(u32::MAX);
            self.close(CloseReason::Silent { millis });
        }
        silent
    }

    /// Writes what is owed. Nothing more is read until it is written.
    fn pay(&mut self, tx: &mut TxBuf<'_>) -> bool {
        let (cmd, code) = match self.owed {
            Owed::Nothing => return true,
            Owed::Keepalive => (const { Verb::Keepalive.text() }, None),
            Owed::Register(code) => (const { Verb::RegisterReply.text() }, Some(code)),
        };
        let mut writer = self.begin(cmd, tx);
        if let Some(code) = code {
            write_error(&mut writer, code, None);
        }
        let written = writer.finish();
        let paid = !matches!(self.end(written, tx), Err(Refused::NoRoom { .. }));
        if paid {
            self.owed = Owed::Nothing;
        }
        paid
    }

    fn announce(&mut self, slot: Slot) -> Option<Pending> {
        self.slot = slot;
        Some(Pending::WITHOUT_BYTES)
    }

    fn announce_waiting(&mut self, now: Instant) -> Option<Pending> {
        if let Some(error) = self.news.refused.take() {
            return self.announce(Slot::RegistrationRefused(error));
        }
        if let Some(other) = self.news.registered.take() {
            return self.announce(Slot::Registered(other));
        }
        if let Some(fault) = self.news.fault.take() {
            return self.announce(Slot::Fault(fault));
        }
        if let Some(id) = self.news.task_refused.take() {
            return self.announce(Slot::TaskRefused(id));
        }
        if let Some((ticket, outcome)) = self.requests.take_done(now, self.config.answer_millis) {
            return self.announce(Slot::Done(ticket, outcome));
        }
        if let Some(notice) = self.flat.next_notice() {
            return self.announce(Slot::Notice(notice));
        }
        if let Some(complete) = self.news.synchronised.take() {
            return self.announce(Slot::Synchronised(complete));
        }
        None
    }
}

/// The caller's mistake, or no room for now.
fn no_room(error: EncodeError, tx: &TxBuf<'_>) -> Refused {
    match error {
        EncodeError::NoSpace { needed } => Refused::NoRoom { needed, free: u32::try_from(tx.free()).unwrap_or(u32::MAX) },
        error => Refused::Invalid(error),
    }
}

impl Machine for Controller<'_> {
    const LINK: LinkKind = LinkKind::Stream;
    const RX_MIN: usize = 512;
    const TX_MIN: usize = 1024;
    type Event<'i> = Event<'i>;
    type Command<'c> = Command<'c>;

    fn poll_event(&mut self, env: &Env, rx: &mut RxBuf<'_>, tx: &mut TxBuf<'_>) -> Option<Pending> {
        if self.closed {
            return None;
        }
        (self.wrote, self.blocked) = (false, false);
        if !core::mem::replace(&mut self.started, true) {
            self.last_heard = env.now;
            self.timers.set(Timer::Register as usize, env.now.plus_millis(self.config.registration_millis.into()));
        }
        if self.closing.is_none() {
            self.run_timers(env.now);
        }
        loop {
            if let Some(pending) = self.announce_waiting(env.now) {
                return Some(pending);
            }
            if !self.pay(tx) && !rx.is_eof() {
                self.blocked = true;
                return None;
            }
            if let Some(reason) = self.closing {
                self.closed = true;
                return self.announce(Slot::Closed(reason));
            }
            self.work(env.now, tx);
            if self.news.waits() {
                continue;
            }
            if self.phase == Phase::Asking {
                // Nothing is read before the caller has decided; but a host that has gone needs no decision.
                if rx.is_eof() {
                    self.close(CloseReason::PeerClosed);
                    continue;
                }
                return None;
            }
            match self.read(env.now, rx) {
                Some(slot) => {
                    self.slot = slot;
                    return Some(Pending::reading(rx.unread().len()));
                }
                None if self.is_busy() => {}
                None if rx.is_eof() => self.close(CloseReason::PeerClosed),
                None if self.has_fallen_silent(env.now) => {}
                None => return None,
            }
        }
    }

    fn event<'i>(&self, pending: Pending, rx: &'i RxBuf<'_>) -> Event<'i> {
        let bytes = pending.bytes(rx);
        match &self.slot {
            Slot::Frame(len) | Slot::Registering(len) => {
                let frame = match decode_ref(bytes.get(..*len).unwrap_or_default(), self.config.order) {
                    Ok(frame) => frame,
                    Err(fault) => return Event::Fault(fault),
                };
                match (&self.slot, frame.body()) {
                    (Slot::Registering(_), Body::Register(registration)) => Event::Registering(registration),
                    _ => Event::Frame(frame),
                }
            }
            Slot::Record(list, range, early) => reading::record(*list, bytes.get(range.clone()).unwrap_or_default(), *early),
            Slot::ListEnd(list) => Event::ListEnd(list.verb()),
            Slot::Registered(with_other) => Event::Registered { with_other: *with_other },
            Slot::RegistrationRefused(error) => Event::RegistrationRefused(*error),
            Slot::Synchronised(complete) => Event::Synchronised { complete: *complete },
            Slot::TaskRefused(id) => Event::TaskRefused { id: *id },
            Slot::Notice(notice) => Event::Notice(*notice),
            Slot::Done(ticket, outcome) => Event::Done { ticket: *ticket, outcome: *outcome },
            Slot::Fault(fault) => Event::Fault(*fault),
            Slot::Closed(reason) => Event::Closed(*reason),
        }
    }

    fn submit(&mut self, env: &Env, command: Command<'_>, tx: &mut TxBuf<'_>) -> Result<Ticket, Refused> {
        if self.closed || self.closing.is_some() {
            return Err(Refused::Closed);
        }
        self.ask(env, command, tx)
    }

    fn poll_timeout(&self) -> Option<Instant> {
        if self.closed {
            return None;
        }
        let waits = self.wrote || self.blocked || !self.started || self.closing.is_some() || self.is_busy() || self.can_work();
        if waits {
            return Some(Instant::ZERO);
        }
        sooner(sooner(self.timers.next(), self.requests.next_deadline()), self.silence_ends())
    }

    fn is_closed(&self) -> bool {
        self.closed
    }
}

impl Controller<'_> {
    /// Whether something waits to be told or answered.
    fn is_busy(&self) -> bool {
        self.news.waits() || self.requests.has_done() || self.flat.has_notice() || self.owed != Owed::Nothing
    }
}
