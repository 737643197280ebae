//! The side that watches and commands a panel: WebSocket, login, start, requests, changes.
//!
//! ```text
//!   handshake ── LOGIN ──▶ LOGIN_RES ── READ … ──▶ REGISTER ──▶ ready ── requests, changes, pings ── LOGOUT, CLOSE
//!                              │ FAIL: closed, never tried again          │ NOT_LOGGED, Bye...: closed
//! ```
//!
//! What may be sent again after [`Outcome::TimedOut`]: reads, logs and versions always; settings, bypasses and arming with the same
//! values; not toggles, and not scenarios, whose effect only the house's programmer knows. The machine itself repeats only its own
//! reads and registrations, three times at most.
//!
//! ```
//! use codec_core::ksenia::Controller;
//! use codec_core::ksenia::controller::{Config, Memory, OutputSlot, PartitionSlot, Tables, ZoneSlot};
//! use codec_core::{Env, Instant, Machine, RxBuf, Secret, TxBuf};
//!
//! let config = Config::new("192.0.2.7", Secret::new("123456"));
//! // All the memory there is: tables as large as the house, and two buffers.
//! let (mut zones, mut partitions) = ([ZoneSlot::default(); 40], [PartitionSlot::default(); 10]);
//! let (mut outputs, mut memory) = ([OutputSlot::default(); 20], Memory::new());
//! let tables = Tables { zones: &mut zones, partitions: &mut partitions, outputs: &mut outputs };
//! let mut controller = Controller::new(&config, tables, &mut memory)?;
//!
//! let (mut received, mut sent) = ([0; 2048], [0; Controller::TX_MIN]);
//! let (mut rx, mut tx) = (RxBuf::new(&mut received), TxBuf::new(&mut sent));
//! // From here on it is the loop of every machine. Masks and the key of the handshake are made of the entropy.
//! let env = Env { unix: Some(1_767_225_600), entropy: *b"sixteen at rando", ..Env::at(Instant::from_millis(1)) };
//! assert!(controller.poll_event(&env, &mut rx, &mut tx).is_none());
//! assert!(tx.unsent().starts_with(b"GET /KseniaWsock HTTP/1.1\r\nHost: 192.0.2.7\r\n"));
//! # Ok::<(), codec_core::ConfigError>(())
//! ```

mod answer;
mod config;
mod ending;
mod house;
mod link;
mod pending;
mod reading;
mod rest;
mod schedule;
mod timing;
mod told;

use answer::{Answer, Login, Verdict};
pub use config::{Config, PATH, PROGRAMMING, SUBPROTOCOL};
use house::House;
pub use house::{OutputSlot, PartitionSlot, Summary, Tables, ZoneSlot};
use link::Link;
pub use pending::Outcome;
use pending::{Asked, MAX_PENDING_U32, Requests};
use rest::Rest;
use schedule::{Schedule, Step};
pub use told::{Command, Event, Name};

use super::command::{BypassAction, Command as Request, Session, encode};
use super::kinds::{Detail, Kind};
use super::record::Record;
use super::stream::{Part, Stream};
use super::version::ProgramCheck;
use super::wire::{Crc, decode_with};
use crate::buf::{RxBuf, TxBuf};
use crate::error::{CloseReason, ConfigError, Fault, Refused};
use crate::home::Notice;
use crate::machine::{Env, LinkKind, Machine, Pending, Ticket};
use crate::text::elements::{Integrity, Piece};
use crate::text::json::Text;
use crate::timers::{Instant, Timers};
use crate::ws::{CloseCode, Received};

/// Bytes of the receive buffer that are not for a record: a frame header, and what the scanner looks back at.
const ROOM: usize = 64;

/// How long to wait before an incomplete first READ is repeated, as one client does: the panel has just started.
const AGAIN_MILLIS: u32 = 2_000;

/// How long to wait before a request that found no room is tried again.
const RETRY_MILLIS: u64 = 50;

/// What a controller keeps of the message that it reads, and of requests that wait: memory that the caller hands in, used again for the
/// next connection.
#[derive(Debug)]
pub struct Memory {
    stream: Stream,
    answer: Answer,
    requests: Requests,
}

const _: () = assert!(size_of::<Memory>() <= 744);

impl Memory {
    /// Fresh memory.
    #[must_use]
    pub fn new() -> Self {
        Self { stream: Stream::new(0, Integrity::Provisional), answer: Answer::NONE, requests: Requests::new() }
    }

    fn begin(&mut self, limit: usize, integrity: Integrity) {
        self.stream = Stream::new(limit, integrity);
        self.answer = Answer::NONE;
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
    LoggedIn,
    Ready,
    Message,
    Part(Piece),
    FrameEnd(Crc),
    Reprogrammed,
    Notice(Notice),
    Done(Ticket, Outcome),
    Fault(Fault),
    Broken(crate::ws::Error),
    Closed(CloseReason),
}

/// How far a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// It is collected.
    Nothing,
    /// It is here whole, and its check value is known.
    Whole(Crc),
    /// It passes through.
    Passing { last: bool, failed: bool },
}

#[derive(Clone, Copy)]
enum Timer {
    /// The handshake is given up, or waiting for the close frame.
    Link,
    Ping,
    Version,
    Poll,
    /// A request of the machine may go, or is tried again.
    Pace,
}

/// Small things to tell.
#[derive(Clone, Copy, Debug, Default)]
struct News {
    logged_in: bool,
    ready: bool,
    reprogrammed: bool,
    fault: Option<Fault>,
}

/// Watches and commands a panel over one connection.
#[derive(Debug)]
// Small cores reach only what stands in front with one instruction: flags first, then words, then what is large.
#[repr(C)]
pub struct Controller<'b> {
    registered: bool,
    logged_in: bool,
    started: bool,
    /// Something was written since the driver last had a chance to send it.
    wrote: bool,
    /// LOGOUT and CLOSE have yet to be written.
    logout_owed: bool,
    close_owed: bool,
    closed: bool,
    reading: Reading,
    schedule: Schedule,
    closing: Option<CloseReason>,
    config: &'b Config<'b>,
    memory: &'b mut Memory,
    news: News,
    timers: Timers<5>,
    last_heard: Instant,
    /// Stands for the check texts of the programming.
    program: Option<u64>,
    house: House<'b>,
    login: Login,
    slot: Slot,
    link: Link,
}

const _: () = assert!(size_of::<Controller<'_>>() <= 512);

impl<'b> Controller<'b> {
    /// A controller for a new connection. What `tables` and `memory` hold of another one is dropped first.
    ///
    /// # Errors
    /// [`ConfigError`] if a text of the configuration is empty, too long or has a character that may not stand in it, a list is too
    /// long, or a time to wait is 0.
    pub fn new(config: &'b Config<'b>, tables: Tables<'b>, memory: &'b mut Memory) -> Result<Self, ConfigError> {
        link::check(config)?;
        schedule::check(config)?;
        *memory = Memory::new();
        Ok(Self {
            config,
            memory,
            house: House::new(tables),
            link: Link::Idle,
            reading: Reading::Nothing,
            schedule: Schedule::new(),
            timers: Timers::new(),
            login: Login::NONE,
            slot: Slot::Ready,
            news: News::default(),
            program: None,
            last_heard: Instant::ZERO,
            registered: false,
            logged_in: false,
            started: false,
            wrote: false,
            logout_owed: false,
            close_owed: false,
            closing: None,
            closed: false,
        })
    }

    /// The state of the house as told so far.
    #[must_use]
    pub const fn tables(&self) -> &Tables<'b> {
        self.house.tables()
    }

    /// Takes the controller apart, to make the one of the next connection in the same memory.
    #[must_use]
    pub fn into_parts(self) -> (&'b Config<'b>, Tables<'b>, &'b mut Memory) {
        (self.config, self.house.into_tables(), self.memory)
    }

    /// The state of the panel as a whole.
    #[must_use]
    pub fn summary(&self) -> Summary {
        self.house.summary()
    }

    /// Writes a request and enters it.
    fn request(&mut self, env: &Env, command: &Request<'_>, own: bool, tx: &mut TxBuf<'_>) -> Result<Ticket, Refused> {
        let (id, deadline) = self.send(env, command, tx)?;
        Ok(self.memory.requests.add(command, id, deadline, own))
    }

    /// Writes a request. Gives its number, and until when its answer is waited for.
    fn send(&mut self, env: &Env, command: &Request<'_>, tx: &mut TxBuf<'_>) -> Result<(u16, Instant), Refused> {
        let id = self.write(env, command, tx)?;
        self.wrote = true;
        let millis = match Asked::by(command) {
            Asked::Login => self.config.login_millis,
            Asked::Read | Asked::Register => self.config.read_millis,
            _ => self.config.answer_millis,
        };
        self.set_timer(Timer::Pace, env.now, self.config.pace_millis);
        Ok((id, env.now.plus_millis(millis.into())))
    }

    /// Writes a request and nothing else. Gives its number.
    fn write(&mut self, env: &Env, command: &Request<'_>, tx: &mut TxBuf<'_>) -> Result<u16, Refused> {
        let id = self.memory.requests.next_id();
        let session = Session { sender: self.config.sender, receiver: "", login: self.login.as_str(), pin: Some(self.config.pin) };
        let socket = self.link.socket().ok_or(Refused::NotReady)?;
        socket.send_text_with(env, tx, |out| encode(&session, id.into(), env.unix.unwrap_or(0), command, out))?;
        Ok(id)
    }

    /// Sends the next request of the machine's own, if it is time for one.
    // Its lists are not on the stack of whatever else is called.
    #[inline(never)]
    fn work(&mut self, env: &Env, tx: &mut TxBuf<'_>) {
        if self.timers.is_set(Timer::Pace as usize) || self.reading != Reading::Nothing || !self.link.is_open() {
            return;
        }
        if let Some(mut rest) = self.memory.requests.parked() {
            let part = rest.take();
            match self.send(env, &rest.command(&part), tx) {
                Ok((id, deadline)) => self.memory.requests.resume(rest, id, deadline),
                Err(_) => self.timers.set(Timer::Pace as usize, env.now.plus_millis(RETRY_MILLIS)),
            }
            return;
        }
        if self.memory.requests.has_own() {
            return;
        }
        let config = self.config;
        let Some(step) = self.schedule.next() else { return };
        let command = step.command(config);
        if self.memory.requests.is_busy(Asked::by(&command), command.form()) {
            self.timers.set(Timer::Pace as usize, env.now.plus_millis(RETRY_MILLIS));
            return;
        }
        match self.request(env, &command, true, tx) {
            Ok(_) => self.schedule.sent(step),
            // Full: what is in the buffer goes out first.
            Err(_) => self.timers.set(Timer::Pace as usize, env.now.plus_millis(RETRY_MILLIS)),
        }
    }

    /// A message has ended: what it was the answer to, and what follows.
    fn settle(&mut self, now: Instant) {
        let answer = self.memory.answer;
        let settled = self.memory.requests.settle(&answer);
        // Also in an answer that comes too late.
        let lost = answer.verdict() == Verdict::Refused && answer.detail() == Some(Detail::NotLogged);
        if lost && self.logged_in {
            self.logged_in = false;
            self.begin_close(CloseReason::SessionEnded, now);
            return;
        }
        let Some(settled) = settled else { return };
        let refused = settled.verdict == Verdict::Refused;
        if settled.own && settled.verb == Asked::Login {
            if refused || settled.verdict == Verdict::Unsaid && answer.login.is_none() {
                self.begin_close(CloseReason::LoginRefused, now);
                return;
            }
            // Where the number is missing, one client takes 1.
            self.login = answer.login.unwrap_or_else(Login::first);
            self.logged_in = true;
            self.news.logged_in = true;
            self.schedule.logged_in(self.config);
            self.set_timer(Timer::Ping, now, self.config.ping_millis);
            self.set_timer(Timer::Version, now, self.config.version_millis);
            self.set_timer(Timer::Poll, now, self.config.poll_millis);
            return;
        }
        if settled.own {
            self.registered |= settled.verb == Asked::Register && !refused;
            if settled.verb == Asked::Read && !refused && self.schedule.incomplete(self.config, answer.lists) {
                self.set_timer(Timer::Pace, now, AGAIN_MILLIS);
            }
            if refused { self.schedule.failed(false) } else { self.schedule.answered() }
        }
    }

    /// Whether what is read at the start is done with for the first time.
    fn check_ready(&mut self) {
        if self.logged_in && self.closing.is_none() && self.schedule.take_ready() {
            self.news.ready = true;
        }
    }

    /// Announces an event.
    fn announce(&mut self, slot: Slot) -> Option<Pending> {
        self.slot = slot;
        Some(Pending::WITHOUT_BYTES)
    }

    fn announce_waiting(&mut self) -> Option<Pending> {
        if let Some(fault) = self.news.fault.take() {
            return self.announce(Slot::Fault(fault));
        }
        if core::mem::take(&mut self.news.logged_in) {
            return self.announce(Slot::LoggedIn);
        }
        if core::mem::take(&mut self.news.reprogrammed) {
            return self.announce(Slot::Reprogrammed);
        }
        if let Some((ticket, outcome)) = self.memory.requests.take_done() {
            return self.announce(Slot::Done(ticket, outcome));
        }
        if self.reading == Reading::Nothing {
            if let Some(notice) = self.house.next_notice() {
                return self.announce(Slot::Notice(notice));
            }
            self.check_ready();
            if core::mem::take(&mut self.news.ready) {
                return self.announce(Slot::Ready);
            }
        }
        None
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
        self.wrote = false;
        if !core::mem::replace(&mut self.started, true) && !self.link.is_open() {
            self.set_timer(Timer::Link, env.now, self.config.login_millis);
        }
        self.run_timers(env, tx);
        loop {
            if let Some(pending) = self.announce_waiting() {
                return Some(pending);
            }
            if let Some(reason) = self.closing {
                if self.close_is_done(env, rx, tx) {
                    self.closed = true;
                    return self.announce(Slot::Closed(reason));
                }
                return None;
            }
            self.work(env, tx);
            match self.read(env, rx, tx) {
                Next::Told(slot) => return self.announce(slot),
                Next::Again => {}
                Next::Wait if rx.is_eof() && !self.link.is_blocked() => {
                    self.link = Link::Gone;
                    self.begin_close(CloseReason::PeerClosed, env.now);
                }
                Next::Wait => return None,
            }
        }
    }

    fn event<'i>(&self, _: Pending, rx: &'i RxBuf<'_>) -> Event<'i> {
        match &self.slot {
            Slot::LoggedIn => Event::LoggedIn,
            Slot::Ready => Event::Ready { registered: self.registered },
            Slot::Message => match decode_with(self.link.message(rx), self.config.crc) {
                Ok(message) => Event::Message(message),
                Err(fault) => Event::Fault(fault),
            },
            Slot::Part(piece) => self.part(piece, self.link.message(rx)),
            Slot::FrameEnd(crc) => Event::FrameEnd { crc: *crc },
            Slot::Reprogrammed => Event::Reprogrammed,
            Slot::Notice(notice) => Event::Notice(*notice),
            Slot::Done(ticket, outcome) => Event::Done { ticket: *ticket, outcome: *outcome },
            Slot::Fault(fault) => Event::Fault(*fault),
            Slot::Broken(error) => Event::Broken(*error),
            Slot::Closed(reason) => Event::Closed(*reason),
        }
    }

    fn submit(&mut self, env: &Env, command: Command<'_>, tx: &mut TxBuf<'_>) -> Result<Ticket, Refused> {
        if self.closed || self.closing.is_some() {
            return Err(Refused::Closed);
        }
        if self.memory.requests.is_full() {
            return Err(Refused::TooManyPending { limit: MAX_PENDING_U32 });
        }
        let command = match command {
            Command::Close => {
                let ticket = self.memory.requests.add_done();
                self.begin_close(CloseReason::Requested, env.now);
                return Ok(ticket);
            }
            _ if !self.logged_in => return Err(Refused::NotReady),
            Command::Refresh => {
                self.schedule.want_all(self.config);
                return Ok(self.memory.requests.add_done());
            }
            Command::Send(command) => command,
        };
        match command {
            Request::Login { .. } | Request::Logout { .. } | Request::Register { .. } => return Err(Refused::Unsupported),
            Request::BypassZone { zone, action } => {
                let includes = matches!(action, BypassAction::Include | BypassAction::Off);
                if !includes && self.house.forbids_bypass(zone) {
                    return Err(Refused::NotAllowed);
                }
            }
            _ => {}
        }
        if self.memory.requests.is_busy(Asked::by(&command), command.form()) {
            return Err(Refused::Busy);
        }
        let Some(mut rest) = Rest::of(&command) else { return self.request(env, &command, false, tx) };
        let part = rest.take();
        let ticket = self.request(env, &rest.command(&part), false, tx)?;
        self.memory.requests.add_rest(ticket, rest);
        Ok(ticket)
    }

    fn poll_timeout(&self) -> Option<Instant> {
        if self.closed {
            return None;
        }
        let works = self.closing.is_none()
            && self.reading == Reading::Nothing
            && self.link.is_open()
            && (self.memory.requests.parked().is_some() || self.schedule.has_next() && !self.memory.requests.has_own())
            && !self.timers.is_set(Timer::Pace as usize);
        let at_once = !self.started
            || self.wrote
            || works
            || self.memory.requests.has_done()
            || self.closing.is_some() && self.link.is_over()
            || self.reading == Reading::Nothing && self.house.has_notice();
        if at_once {
            return Some(Instant::ZERO);
        }
        let sooner = |a: Option<Instant>, b: Option<Instant>| match (a, b) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        sooner(sooner(self.timers.next(), self.memory.requests.next_deadline()), self.silence_ends())
    }

    fn is_closed(&self) -> bool {
        self.closed
    }
}

/// What reading led to.
enum Next {
    Told(Slot),
    Again,
    Wait,
}
