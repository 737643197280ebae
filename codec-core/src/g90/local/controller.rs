//! The side that commands a panel, and watches it as far as this protocol allows: arming and lists. What sensors do is told in
//! notifications, which are another protocol on another port.
//!
//! One machine is one panel: a panel that is silent holds up nobody else. There is one request at a time, since replies have no number; each
//! is sent again when its reply does not come. The machine reads host information, arm state and both lists at the start, then again as
//! [`Config`] says.
//!
//! ```
//! use codec_core::g90::local::Controller;
//! use codec_core::g90::local::controller::{Config, Slot, Tables};
//! use codec_core::{Env, Instant, Machine, RxBuf, TxBuf};
//!
//! let (mut sensors, mut devices, mut memory) = ([Slot::default(); 40], [Slot::default(); 10], [0; 1024]);
//! let tables = Tables { sensors: &mut sensors, devices: &mut devices, memory: &mut memory };
//! let mut controller = Controller::new(Config::new("192.0.2.7:12368".parse()?), tables)?;
//!
//! let (mut received, mut sent) = ([0; Controller::RX_MIN], [0; 1024]);
//! let (mut rx, mut tx) = (RxBuf::new(&mut received), TxBuf::new(&mut sent));
//! assert!(controller.poll_event(&Env::at(Instant::from_millis(1)), &mut rx, &mut tx).is_none());
//! assert_eq!(tx.unsent(), b"ISTART[206,206,\"\"]IEND\0");
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

mod config;
mod house;
mod job;
mod reading;
mod submit;
mod told;

pub use config::{Config, Slot, Tables};
use house::House;
use job::{Exchange, Job, State, Wanted};
pub use told::{Command, Edit, Event, List, Outcome, output_number};

use super::codes::CommandCode;
use super::fault::LocalFault;
use super::system::SystemRequest;
use super::wire::{Reply, decode_reply, mend};
use crate::buf::{RxBuf, TxBuf};
use crate::error::{CloseReason, ConfigError, Fault, Refused};
use crate::home::Notice;
use crate::machine::{Env, LinkKind, Machine, Pending, Ticket};
use crate::timers::Instant;

/// Rows of a list that are read at most.
const MAX_ROWS: u32 = 65_535;

/// Between system commands of a reboot, in milliseconds.
const REBOOT_MILLIS: u64 = 1_000;

/// Between readings of the list while a new device, or a new sensor, is waited for.
const DEVICE_MILLIS: u64 = 1_000;
const SENSOR_MILLIS: u64 = 5_000;

/// Room for a request that is not stored.
const OWN_REQUEST: usize = 128;

/// What the last `poll_event` announced.
#[derive(Clone, Copy, Debug)]
enum Told {
    Answer,
    Page { list: CommandCode, first: u32 },
    Reason,
    Ready,
    Notice(Notice),
    Done(Ticket, Outcome),
    Fault(Fault),
    Closed(CloseReason),
}

/// What the machine wants to read for itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Wants {
    info: bool,
    status: bool,
    sensors: bool,
    devices: bool,
}

/// Commands one panel.
#[derive(Debug)]
pub struct Controller<'b> {
    config: Config,
    house: House<'b>,
    exchange: Option<Exchange>,
    job: Option<Job>,
    wants: Wants,
    /// When everything is read again.
    refresh: Option<Instant>,
    slot: Told,
    tickets: u32,
    /// A command that ended with the call that began it.
    done: Option<(Ticket, Outcome)>,
    started: bool,
    ready: bool,
    ready_told: bool,
    wrote: bool,
    closing: Option<CloseReason>,
    closed: bool,
}

const _: () = assert!(size_of::<Controller<'_>>() <= 512);

impl<'b> Controller<'b> {
    /// The least memory, in bytes: a request of the longest texts in ASCII, twice.
    pub const MEMORY_MIN: usize = 1024;

    /// A controller for a panel. What `tables` hold of another one is dropped first.
    ///
    /// # Errors
    /// [`ConfigError`] if there are no or too many attempts, a time-out is 0 or longer than ten minutes, or the memory is too small.
    pub fn new(config: Config, tables: Tables<'b>) -> Result<Self, ConfigError> {
        if !(1..=8).contains(&config.attempts) {
            return Err(ConfigError::OutOfRange { field: "attempts", min: 1, max: 8, found: config.attempts.into() });
        }
        if !(256..=600_000).contains(&config.timeout_millis) {
            return Err(ConfigError::OutOfRange { field: "timeout_millis", min: 256, max: 600_000, found: config.timeout_millis });
        }
        if tables.memory.len() < Self::MEMORY_MIN {
            let found = u32::try_from(tables.memory.len()).unwrap_or(u32::MAX);
            return Err(ConfigError::BufferTooSmall { needed: 1024, found });
        }
        Ok(Self {
            config,
            house: House::new(tables),
            exchange: None,
            job: None,
            wants: Wants { info: true, status: true, sensors: config.read_lists, devices: config.read_lists },
            refresh: None,
            slot: Told::Ready,
            tickets: 0,
            done: None,
            started: false,
            ready: false,
            ready_told: false,
            wrote: false,
            closing: None,
            closed: false,
        })
    }

    /// The lists as read last.
    #[must_use]
    pub const fn tables(&self) -> &Tables<'b> {
        self.house.tables()
    }

    fn want_all(&mut self) {
        self.wants = Wants { info: self.wants.info, status: true, sensors: self.config.read_lists, devices: self.config.read_lists };
    }

    fn want(&mut self, list: List) {
        match list {
            List::Sensors => self.wants.sensors = true,
            List::Devices => self.wants.devices = true,
        }
    }

    fn announce(&mut self, slot: Told) -> Option<Pending> {
        self.slot = slot;
        Some(Pending::WITHOUT_BYTES)
    }

    fn announce_waiting(&mut self) -> Option<Pending> {
        if let Some((ticket, outcome)) = self.done.take() {
            return self.announce(Told::Done(ticket, outcome));
        }
        if let Some(fault) = self.house.take_fault() {
            return self.announce(Told::Fault(fault));
        }
        if let Some(notice) = self.house.next_notice() {
            return self.announce(Told::Notice(notice));
        }
        if let Some(Job { ticket, state: State::Done(outcome), .. }) = self.job {
            self.job = None;
            return self.announce(Told::Done(ticket, outcome));
        }
        if self.ready && !self.ready_told {
            self.ready_told = true;
            return self.announce(Told::Ready);
        }
        None
    }

    /// The caller's command has ended.
    fn finish(&mut self, outcome: Outcome) {
        if let Some(job) = &mut self.job {
            job.state = State::Done(outcome);
        }
    }

    /// Chooses what is asked next.
    fn choose(&mut self, now: Instant) {
        if self.exchange.is_some() {
            return;
        }
        if self.refresh.is_some_and(|at| at <= now) {
            self.refresh = None;
            self.want_all();
        }
        if let Some(job) = &mut self.job {
            match job.state {
                State::Ready(wanted) => {
                    job.state = State::Sent;
                    self.exchange = Some(Exchange::new(wanted, false));
                    return;
                }
                State::Awaiting { list, index, next, until, asked } if next <= now => {
                    job.state = if asked && until <= now {
                        State::Done(Outcome::TimedOut)
                    } else {
                        let pause = if list == List::Devices { DEVICE_MILLIS } else { SENSOR_MILLIS };
                        State::Awaiting { list, index, next: now.plus_millis(pause).min(until.max(now.plus_millis(1))), until, asked: true }
                    };
                    if job.state != State::Done(Outcome::TimedOut) {
                        self.want(list);
                    }
                }
                _ => {}
            }
        }
        let wanted = match self.wants {
            Wants { info: true, .. } => Wanted::Plain(CommandCode::GetHostInfo),
            Wants { status: true, .. } => Wanted::Plain(CommandCode::GetHostStatus),
            Wants { sensors: true, .. } => Wanted::page(CommandCode::GetSensorList, 1, None),
            Wants { devices: true, .. } => Wanted::page(CommandCode::GetDeviceList, 1, None),
            _ => {
                self.ready = true;
                if self.refresh.is_none() && self.config.refresh_millis != 0 {
                    self.refresh = Some(now.plus_millis(self.config.refresh_millis.into()));
                }
                return;
            }
        };
        match wanted.code() {
            CommandCode::GetSensorList => self.house.begin(List::Sensors),
            CommandCode::GetDeviceList => self.house.begin(List::Devices),
            _ => {}
        }
        self.exchange = Some(Exchange::new(wanted, true));
    }

    /// Sends what has to be sent, if there is room.
    fn send(&mut self, now: Instant, tx: &mut TxBuf<'_>) {
        self.reboot(now, tx);
        let Some(exchange) = &mut self.exchange else { return };
        if exchange.deadline.is_some() {
            return;
        }
        let mut own = [0; OWN_REQUEST];
        // What is not stored always fits.
        let len = exchange.wanted.encode(&mut own).unwrap_or(0);
        let datagram = match exchange.wanted {
            Wanted::Stored { len, .. } => self.house.tables().memory.get(..len.into()).unwrap_or_default(),
            _ => own.get(..len).unwrap_or_default(),
        };
        if datagram.len() > tx.capacity() {
            self.failed(Outcome::TooLong);
            return;
        }
        if !tx.append_datagram(datagram, self.config.panel) {
            return;
        }
        self.wrote = true;
        if exchange.attempts == 0 {
            exchange.begun = now;
        }
        exchange.attempts = exchange.attempts.saturating_add(1);
        exchange.deadline = Some(now.plus_millis(self.config.delay(exchange.attempts).into()));
    }

    /// The next system command of a reboot.
    fn reboot(&mut self, now: Instant, tx: &mut TxBuf<'_>) {
        let Some(Job { state: State::Pausing { step, until }, .. }) = self.job else { return };
        if until > now {
            return;
        }
        let request = match step {
            0 => SystemRequest::RebootGsm,
            1 => SystemRequest::RebootMcu,
            _ => SystemRequest::RebootWifi,
        };
        let mut own = [0; OWN_REQUEST];
        let len = request.encode(&mut own).unwrap_or(0);
        if tx.append_datagram(own.get(..len).unwrap_or_default(), self.config.panel) {
            self.wrote = true;
            if let Some(job) = &mut self.job {
                job.state = match step {
                    0 | 1 => State::Pausing { step: step.saturating_add(1), until: now.plus_millis(REBOOT_MILLIS) },
                    _ => State::Done(Outcome::Sent),
                };
            }
        }
    }

    /// The reply did not come: sends again, or gives up.
    fn expire(&mut self, now: Instant) {
        let Some(exchange) = &mut self.exchange else { return };
        if exchange.deadline.is_none_or(|at| at > now) {
            return;
        }
        if exchange.attempts < self.config.attempts {
            exchange.deadline = None;
            return;
        }
        let (own, millis, outcome) = (exchange.own, now.millis_since(exchange.begun), exchange.last_fault.unwrap_or(Outcome::TimedOut));
        if own && outcome == Outcome::TimedOut {
            self.closing = Some(CloseReason::NoAnswer { millis: u32::try_from(millis).unwrap_or(u32::MAX) });
            return;
        }
        self.failed(outcome);
    }

    /// The request has ended without what was asked for.
    fn failed(&mut self, outcome: Outcome) {
        let Some(exchange) = self.exchange.take() else { return };
        if exchange.own {
            self.had(exchange.wanted.code());
        } else {
            self.finish(outcome);
        }
    }

    /// The machine does not ask for that any more.
    fn had(&mut self, code: CommandCode) {
        match code {
            CommandCode::GetHostInfo => self.wants.info = false,
            CommandCode::GetHostStatus => self.wants.status = false,
            CommandCode::GetSensorList => self.wants.sensors = false,
            CommandCode::GetDeviceList => self.wants.devices = false,
            _ => {}
        }
    }
}

impl Machine for Controller<'_> {
    const LINK: LinkKind = LinkKind::Datagram;
    const RX_MIN: usize = 2048;
    const TX_MIN: usize = OWN_REQUEST;
    type Event<'i> = Event<'i>;
    type Command<'c> = Command<'c>;

    fn poll_event(&mut self, env: &Env, rx: &mut RxBuf<'_>, tx: &mut TxBuf<'_>) -> Option<Pending> {
        rx.release();
        if self.closed {
            return None;
        }
        self.wrote = false;
        self.started = true;
        loop {
            if let Some(pending) = self.announce_waiting() {
                return Some(pending);
            }
            if let Some(reason) = self.closing {
                if self.job.is_some() {
                    self.finish(Outcome::Disconnected);
                    continue;
                }
                self.closed = true;
                return self.announce(Told::Closed(reason));
            }
            if rx.from().is_some() {
                let from = rx.from();
                // Panels cut names in the middle of a character.
                mend(rx.unread_mut());
                let len = rx.unread().len();
                let slot = self.receive(env.now, rx.unread(), from);
                match slot {
                    Some(slot) if len > 0 => {
                        rx.hold(len);
                        self.slot = slot;
                        return Some(Pending::reading(len));
                    }
                    Some(slot) => {
                        rx.discard(0);
                        return self.announce(slot);
                    }
                    None => rx.discard(len),
                }
                continue;
            }
            if rx.is_eof() {
                self.closing = Some(CloseReason::PeerClosed);
                continue;
            }
            self.expire(env.now);
            self.choose(env.now);
            self.send(env.now, tx);
            if !self.has_something_to_tell() {
                return None;
            }
        }
    }

    fn event<'i>(&self, pending: Pending, rx: &'i RxBuf<'_>) -> Event<'i> {
        let reply = || decode_reply(pending.bytes(rx));
        match self.slot {
            Told::Answer => match reply() {
                Ok(Reply::Answer(answer)) => Event::Answer(answer),
                Ok(_) => Event::Fault(LocalFault::MissingData.into()),
                Err(fault) => Event::Fault(fault),
            },
            Told::Page { list, first } => match reply() {
                Ok(Reply::Answer(answer)) => Event::Page { list, first, answer },
                Ok(_) => Event::Fault(LocalFault::MissingData.into()),
                Err(fault) => Event::Fault(fault),
            },
            Told::Reason => match reply() {
                Ok(Reply::Error(reason)) => Event::Reason(reason),
                Ok(_) => Event::Fault(LocalFault::MissingData.into()),
                Err(fault) => Event::Fault(fault),
            },
            Told::Ready => Event::Ready,
            Told::Notice(notice) => Event::Notice(notice),
            Told::Done(ticket, outcome) => Event::Done { ticket, outcome },
            Told::Fault(fault) => Event::Fault(fault),
            Told::Closed(reason) => Event::Closed(reason),
        }
    }

    fn submit(&mut self, env: &Env, command: Command<'_>, tx: &mut TxBuf<'_>) -> Result<Ticket, Refused> {
        self.accept(env, command, tx)
    }

    fn poll_timeout(&self) -> Option<Instant> {
        if self.closed {
            return None;
        }
        let ready = self.job.is_some_and(|job| matches!(job.state, State::Ready(_))) && self.exchange.is_none();
        let unsent = self.exchange.is_some_and(|exchange| exchange.deadline.is_none());
        let wants = self.wants != Wants::default() && self.exchange.is_none();
        if !self.started || self.wrote || self.closing.is_some() || ready || unsent || wants || self.has_something_to_tell() {
            return Some(Instant::ZERO);
        }
        let job = self.job.and_then(|job| match job.state {
            State::Awaiting { next, .. } if self.exchange.is_none() => Some(next),
            State::Pausing { until, .. } => Some(until),
            _ => None,
        });
        let refresh = self.refresh.filter(|_| self.exchange.is_none());
        [self.exchange.and_then(|exchange| exchange.deadline), job, refresh].into_iter().flatten().min()
    }

    fn is_closed(&self) -> bool {
        self.closed
    }
}

impl Controller<'_> {
    fn has_something_to_tell(&self) -> bool {
        self.done.is_some()
            || self.closing.is_some()
            || self.house.has_news()
            || self.ready && !self.ready_told
            || self.job.is_some_and(|job| matches!(job.state, State::Done(_)))
    }
}
