//! The side of the panel: it dials its cloud, says who it is, and tells what happens.
//!
//! ```text
//!   panel                                     cloud
//!     │── HelloDiscovery ───────────────────────►│   with `Config::discover`; then
//!     │◄────────── address, port, time of day ───│   the connection ends as redirected
//!
//!     │── Hello ────────────────────────────────►│
//!     │◄───────────── HelloAck, HelloAnswer, HelloInfo
//!     │── Ping, Hello (every minute) ───────────►│
//!     │── status changes, notifications ────────►│   as they happen
//!     │◄──────────────────────────────── Command │
//!     │── CommandAnswer ────────────────────────►│
//! ```
//!
//! What is sent when is inferred from captures; the order of the first messages was never captured in one piece.

mod command;
mod config;

pub use command::{Command, Event};
pub use config::{Config, MAX_ANSWER};

use super::command::CommandAnswer;
use super::header::Route;
use super::hello::{Device, Hello, HelloDiscovery};
use super::message::{Body, Message};
use super::output::{Done, MAX_DONE, write};
use super::padded::PaddedText;
use super::status::{SensorAlarm, SensorChange, StateChange};
use super::wire::{Cut, Framer, decode};
use crate::buf::{RxBuf, TxBuf};
use crate::error::{CloseReason, ConfigError, EncodeError, Fault, Refused};
use crate::machine::{Env, LinkKind, Machine, Pending, Ticket};
use crate::secret::Secret;
use crate::timers::{Instant, Timers};

/// What the last `poll_event` announced.
#[derive(Clone, Copy, Debug)]
enum Slot {
    /// The message that is held in the receive buffer.
    Message,
    Online,
    Done(Ticket),
    Fault(Fault),
    Closed(CloseReason),
}

#[derive(Clone, Copy)]
enum Timer {
    Ping,
    Hello,
    /// Something was asked and not answered.
    Answer,
}

/// What may be waited for: the three parts of the answer to a hello, that to a ping, and that to a hello that looks for the cloud.
const ACK: u8 = 1;
const ANSWER: u8 = 2;
const INFO: u8 = 4;
const HELLO: u8 = ACK | ANSWER | INFO;
const PING: u8 = 8;
const DISCOVERY: u8 = 16;

/// A simulated panel on one connection to its cloud.
#[derive(Clone, Debug)]
pub struct Panel<'b> {
    config: Config<'b>,
    framer: Framer,
    timers: Timers<3>,
    slot: Slot,
    done: Done<()>,
    tickets: u32,
    /// What is waited for.
    waiting: u8,
    online: bool,
    online_changed: bool,
    hello_due: bool,
    ping_due: bool,
    asked_at: Instant,
    started: bool,
    wrote: bool,
    /// A message waits for room for its answer.
    blocked: bool,
    closing: Option<CloseReason>,
    closed: bool,
}

const _: () = assert!(size_of::<Panel<'_>>() <= 512);

/// Longest automatic message: an answer to a command, its NUL and what stands before it.
const LARGEST: usize = MAX_ANSWER + 1 + 24;

impl<'b> Panel<'b> {
    /// A panel on a new connection.
    ///
    /// # Errors
    /// [`ConfigError::BadText`] for a device id or a version that is blank or too long, and for an answer of more than [`MAX_ANSWER`] bytes.
    pub fn new(config: Config<'b>) -> Result<Self, ConfigError> {
        config.check()?;
        Ok(Self {
            config,
            framer: Framer::new(),
            timers: Timers::new(),
            slot: Slot::Message,
            done: Done::new(),
            tickets: 0,
            waiting: 0,
            online: false,
            online_changed: false,
            hello_due: false,
            ping_due: false,
            asked_at: Instant::ZERO,
            started: false,
            wrote: false,
            blocked: false,
            closing: None,
            closed: false,
        })
    }

    /// Whether the cloud has answered a hello.
    #[must_use]
    pub const fn is_online(&self) -> bool {
        self.online
    }

    fn announce(&mut self, slot: Slot) -> Option<Pending> {
        self.slot = slot;
        Some(Pending::WITHOUT_BYTES)
    }

    fn set_timer(&mut self, timer: Timer, now: Instant, millis: u32) {
        if millis != 0 {
            self.timers.set(timer as usize, now.plus_millis(millis.into()));
        }
    }

    fn run_timers(&mut self, now: Instant) {
        if self.timers.take_due(Timer::Hello as usize, now) {
            self.hello_due = true;
        }
        if self.timers.take_due(Timer::Ping as usize, now) {
            self.ping_due = true;
        }
    }

    /// Writes what is due, as far as there is room.
    fn say(&mut self, now: Instant, tx: &mut TxBuf<'_>) {
        let device = Device {
            guid: PaddedText::new(self.config.device_id),
            guid_pad: 0,
            firmware: PaddedText::new(self.config.firmware),
            firmware_pad: 0,
        };
        if self.hello_due {
            let written = if self.config.discover {
                write(Route::HELLO_DISCOVERY, 0, &[&HelloDiscovery::fields(&device, &self.config.discovery_flags)], tx)
            } else {
                write(Route::HELLO, 0, &[&Hello::fields(&device, &self.config.hello_flags)], tx)
            };
            if written.is_ok() {
                self.hello_due = false;
                self.asked(if self.config.discover { DISCOVERY } else { HELLO }, now);
                self.set_timer(Timer::Hello, now, self.config.hello_millis);
            }
        }
        if self.ping_due && write(Route::PING, 0, &[], tx).is_ok() {
            self.ping_due = false;
            self.asked(PING, now);
            self.set_timer(Timer::Ping, now, self.config.ping_millis);
        }
    }

    /// An answer is waited for from now on, unless one is already.
    fn asked(&mut self, what: u8, now: Instant) {
        self.wrote = true;
        self.waiting |= what;
        if !self.timers.is_set(Timer::Answer as usize) {
            self.asked_at = now;
            self.set_timer(Timer::Answer, now, self.config.answer_millis);
        }
    }

    /// Takes in one message, for whose answer there is room.
    fn receive(&mut self, message: &Message<'_>, tx: &mut TxBuf<'_>) {
        match message.body {
            Body::Ping => self.came(PING),
            Body::HelloAck(_) => self.came(ACK),
            Body::HelloAnswer(_) => self.came(ANSWER),
            Body::HelloInfo(_) => self.came(INFO),
            Body::DiscoveryAnswer(_) if self.config.discover => self.closing = Some(CloseReason::Redirected),
            Body::Command(command) => {
                let known = self.config.answers.iter().find(|(code, _)| *code == command.command());
                if let (Some((code, text)), Some(number)) = (known, message.header().sequence) {
                    self.wrote |= answer(number, *code, *text, tx).is_ok();
                }
            }
            _ => {}
        }
    }

    fn came(&mut self, what: u8) {
        let before = self.waiting;
        self.waiting &= !what;
        if self.waiting == 0 {
            self.timers.stop(Timer::Answer as usize);
        }
        if !self.online && before & HELLO != 0 && self.waiting & HELLO == 0 {
            (self.online, self.online_changed) = (true, true);
        }
    }
}

/// Writes the answer to a command.
fn answer(number: u16, command: u16, text: Secret<&str>, tx: &mut TxBuf<'_>) -> Result<(), Refused> {
    write(Route::COMMAND_ANSWER, number, &[&CommandAnswer::fields(number, command), text.expose().as_bytes(), &[0]], tx)
}

/// A number of one byte.
fn byte(field: &'static str, raw: i64) -> Result<u8, EncodeError> {
    let found = u32::try_from(raw).unwrap_or(u32::MAX);
    u8::try_from(raw).map_err(|_| EncodeError::OutOfRange { field, min: 0, max: 255, found })
}

/// As much of a name as its field holds, in whole characters.
fn name(name: &str) -> PaddedText<'_> {
    let end = (0..=name.len().min(32)).rev().find(|end| name.is_char_boundary(*end)).unwrap_or(0);
    PaddedText::new(name.get(..end).unwrap_or_default())
}

/// The panel's clock.
fn timestamp(env: &Env) -> i32 {
    let seconds = env.unix.map_or(0, |unix| u32::try_from(unix).unwrap_or(u32::MAX));
    i32::from_le_bytes(seconds.to_le_bytes())
}

impl Machine for Panel<'_> {
    const LINK: LinkKind = LinkKind::Stream;
    const RX_MIN: usize = super::controller::RX_MIN;
    const TX_MIN: usize = LARGEST;
    type Event<'i> = Event<'i>;
    type Command<'c> = Command<'c>;

    fn poll_event(&mut self, env: &Env, rx: &mut RxBuf<'_>, tx: &mut TxBuf<'_>) -> Option<Pending> {
        rx.release();
        if self.closed {
            return None;
        }
        (self.wrote, self.blocked) = (false, false);
        if !core::mem::replace(&mut self.started, true) {
            self.hello_due = true;
            if !self.config.discover {
                self.set_timer(Timer::Ping, env.now, self.config.ping_millis);
            }
        }
        if self.closing.is_none() {
            self.run_timers(env.now);
        }
        loop {
            if core::mem::take(&mut self.online_changed) {
                return self.announce(Slot::Online);
            }
            if let Some((ticket, ())) = self.done.pop() {
                return self.announce(Slot::Done(ticket));
            }
            if let Some(reason) = self.closing {
                self.closed = true;
                return self.announce(Slot::Closed(reason));
            }
            match self.framer.next(rx.unread(), rx.capacity(), rx.is_eof()) {
                Cut::NeedMore if rx.is_eof() => self.closing = Some(CloseReason::PeerClosed),
                Cut::NeedMore if self.timers.take_due(Timer::Answer as usize, env.now) => {
                    let millis = u32::try_from(env.now.millis_since(self.asked_at)).unwrap_or(u32::MAX);
                    self.closing = Some(CloseReason::NoAnswer { millis });
                }
                Cut::NeedMore => {
                    self.say(env.now, tx);
                    return None;
                }
                Cut::Drop(len) => rx.discard(len),
                Cut::Bad { fault, used } => {
                    rx.discard(used);
                    return self.announce(Slot::Fault(fault));
                }
                Cut::Message { len } => {
                    if tx.free() < LARGEST {
                        self.blocked = true;
                        return None;
                    }
                    rx.hold(len);
                    if let Ok(message) = decode(rx.unread()) {
                        self.receive(&message, tx);
                    }
                    self.slot = Slot::Message;
                    return Some(Pending::reading(len));
                }
            }
        }
    }

    fn event<'i>(&self, pending: Pending, rx: &'i RxBuf<'_>) -> Event<'i> {
        match self.slot {
            Slot::Message => decode(pending.bytes(rx)).map_or_else(Event::Fault, Event::Message),
            Slot::Online => Event::Online,
            Slot::Done(ticket) => Event::Done { ticket },
            Slot::Fault(fault) => Event::Fault(fault),
            Slot::Closed(reason) => Event::Closed(reason),
        }
    }

    fn submit(&mut self, env: &Env, command: Command<'_>, tx: &mut TxBuf<'_>) -> Result<Ticket, Refused> {
        if self.closed || self.closing.is_some() {
            return Err(Refused::Closed);
        }
        if !self.done.has_room(1) {
            return Err(Refused::TooManyPending { limit: u32::try_from(MAX_DONE).unwrap_or(u32::MAX) });
        }
        // A panel says hello before anything else.
        if !self.started || self.hello_due && !self.online {
            return Err(Refused::NotReady);
        }
        let timestamp = timestamp(env);
        let mut tell = |fields: [u8; 108]| write(Route::STATUS_CHANGE, 0, &[&fields], tx);
        match command {
            Command::State(change) => tell(StateChange::fields(byte("state change", change.raw())?, timestamp))?,
            Command::Sensor { sensor, source, state, name: text } => {
                tell(SensorChange::fields(sensor, byte("alert source", source.raw())?, state, name(text), timestamp))?;
            }
            Command::Alarm { sensor, peripheral, state, name: text } => {
                tell(SensorAlarm::fields(sensor, byte("peripheral type", peripheral.raw())?, state, name(text), timestamp))?;
            }
            Command::Notify(text) => write(Route::NOTIFICATION, 0, &[text.as_bytes(), &[0]], tx)?,
            Command::Answer { number, command, text } => answer(number, command, text, tx)?,
            Command::Close => self.closing = Some(CloseReason::Requested),
        }
        self.wrote = true;
        self.tickets = self.tickets.wrapping_add(1);
        let ticket = Ticket(self.tickets);
        self.done.push(ticket, ());
        Ok(ticket)
    }

    fn poll_timeout(&self) -> Option<Instant> {
        if self.closed {
            return None;
        }
        let at_once = !self.started
            || self.wrote
            || self.blocked
            || self.hello_due
            || self.ping_due
            || self.closing.is_some()
            || self.online_changed
            || !self.done.is_empty();
        if at_once { Some(Instant::ZERO) } else { self.timers.next() }
    }

    fn is_closed(&self) -> bool {
        self.closed
    }
}
