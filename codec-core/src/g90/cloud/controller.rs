//! The side of the cloud: a server that a panel has connected to.
//!
//! ```text
//!   standalone                        chained
//!
//!   panel ──► Controller              panel ──┬──────────────────────────► vendor's cloud
//!         ◄── answers                         └► Controller (reads along)
//!                                             ◄┬──────────────────────────
//!                                              └─ Observer (reads along)
//! ```
//!
//! | the panel sends | standalone answer |
//! |---|---|
//! | ping | the same bytes |
//! | hello | acknowledgement, answer, the announced port; numbered 1, 2, 3 |
//! | hello, looking for its cloud | announced address and port, and the time ([`Env::unix`], 0 where it is not known) |
//! | status change, notification, answer to a command, anything else | none |
//!
//! One connection is one machine, so that a panel that connects again while its old connection is still open disturbs nothing: the driver drops the
//! old one when the new one tells the same [`DeviceInfo`].
//!
//! # Chained
//!
//! The driver has two connections: to the panel, and **one** to the vendor's cloud, made when the first bytes of the panel arrive.
//!
//! - Bytes from the panel go to the cloud as they are, and into this machine's [`RxBuf`]. While the connection is being made they wait.
//!   With a list of panels, they wait for a hello that [`Config::allows`], too, and go on message by message, so that no other hello passes.
//! - Bytes from the cloud go to the panel as they are; an [`Observer`](super::Observer) may read along.
//! - The driver tells this machine when the cloud is there, and when it is lost ([`Command::Upstream`]). While it is lost, this machine answers
//!   the panel ([`Mode::Chained`]), and the driver tries again to connect. If the cloud was lost in the middle of a message
//!   ([`Observer::is_between`](super::Observer::is_between)), the rest of it would be taken from the next answer: end the connection to the panel then; it comes
//!   again.
//! - When the panel's connection ends, so does that to the cloud.

mod command;
mod config;

pub use command::{Command, DeviceInfo, Event, Outcome, Upstream};
pub use config::{Config, Mode, Quirks};

use super::command::CommandRequest;
use super::device_id::DeviceId;
use super::header::Route;
use super::hello::{Device, DiscoveryAnswer};
use super::message::{Body, Message};
use super::output::{Done, MAX_DONE, write};
use super::padded::PaddedText;
use super::wire::{Cut, Framer, decode};
use crate::buf::{RxBuf, TxBuf};
use crate::error::{CloseReason, ConfigError, EncodeError, Fault, FaultKind, Refused};
use crate::g90::house::{House, SensorSlot, Told};
use crate::g90::notify;
use crate::g90::repeats::Repeats;
use crate::g90::{AlertFlags, Facts};
use crate::home::{AreaState, Mode as ArmMode};
use crate::machine::{Env, LinkKind, Machine, Pending, Ticket};
use crate::secret::Secret;
use crate::text::copy;
use crate::timers::{Instant, sooner};

/// The largest answer, to a hello of a panel that looks for its cloud, in bytes.
const LARGEST_ANSWER: usize = 44;

/// Room for a status change, and for notifications with long names. Longer answers to commands are told as too long.
pub(super) const RX_MIN: usize = 256;

/// What the last `poll_event` announced.
#[derive(Clone, Copy, Debug)]
enum Slot {
    /// The message that is held in the receive buffer.
    Message,
    Device(DeviceInfo),
    Told(Told),
    Foreign,
    Done(Ticket, Outcome),
    Fault(Fault),
    Closed(CloseReason),
}

/// A command that waits for the panel's answer.
#[derive(Clone, Copy, Debug)]
struct Running {
    ticket: Ticket,
    number: i32,
    until: Instant,
}

/// A server's side of the connection of one panel.
#[derive(Debug)]
pub struct Controller<'b> {
    config: Config<'b>,
    framer: Framer,
    slot: Slot,
    device: Option<DeviceInfo>,
    device_changed: bool,
    house: House<'b>,
    repeats: Repeats,
    /// What the text in the last message led to.
    fault: Option<Fault>,
    foreign: bool,
    upstream: Upstream,
    running: Option<Running>,
    done: Done<Outcome>,
    tickets: u32,
    /// Number of the last command for the panel.
    number: u16,
    last_heard: Instant,
    started: bool,
    wrote: bool,
    /// A message waits for room for its answer.
    blocked: bool,
    closing: Option<CloseReason>,
    closed: bool,
}

const _: () = assert!(size_of::<Controller<'_>>() <= 512);

impl<'b> Controller<'b> {
    /// A server's side of a new connection. `sensors` has a place for each sensor of the panel; without any, the state of sensors is not
    /// kept.
    ///
    /// # Errors
    /// [`ConfigError::BadText`] for an announced address that does not fit 16 bytes or is none, and for a device id that is blank
    /// or longer than 15 bytes.
    pub fn new(config: Config<'b>, sensors: &'b mut [SensorSlot]) -> Result<Self, ConfigError> {
        config.check()?;
        let house = House::new(sensors, config.occupancy_millis, config.alerts.contains(AlertFlags::DOOR_CLOSE));
        Ok(Self {
            config,
            framer: Framer::new(),
            slot: Slot::Message,
            device: None,
            device_changed: false,
            house,
            repeats: Repeats::new(),
            fault: None,
            foreign: false,
            upstream: Upstream::Connecting,
            running: None,
            done: Done::new(),
            tickets: 0,
            number: 0,
            last_heard: Instant::ZERO,
            started: false,
            wrote: false,
            blocked: false,
            closing: None,
            closed: false,
        })
    }

    /// How it behaves.
    #[must_use]
    pub const fn config(&self) -> &Config<'b> {
        &self.config
    }

    /// Who the panel says it is, once it has.
    #[must_use]
    pub const fn device(&self) -> Option<DeviceInfo> {
        self.device
    }

    /// The table of sensors.
    #[must_use]
    pub const fn sensors(&self) -> &[SensorSlot] {
        self.house.sensors()
    }

    /// Whether and how the panel is armed, or in alarm, as told so far.
    #[must_use]
    pub const fn area(&self) -> (AreaState, Option<ArmMode>) {
        self.house.area()
    }

    /// When the panel last sent something, even if it was not understood.
    #[must_use]
    pub const fn last_heard(&self) -> Instant {
        self.last_heard
    }

    /// Whether the panel gets its answers from here.
    const fn answers(&self) -> bool {
        match self.config.mode {
            Mode::Standalone => true,
            Mode::Chained => matches!(self.upstream, Upstream::Lost),
            Mode::ChainedOnly => false,
        }
    }

    fn silence_ends(&self) -> Option<Instant> {
        match self.config.silence_millis {
            0 => None,
            millis => Some(self.last_heard.plus_millis(millis.into())),
        }
    }

    fn announce(&mut self, slot: Slot) -> Option<Pending> {
        self.slot = slot;
        Some(Pending::WITHOUT_BYTES)
    }

    fn end_running(&mut self, outcome: Outcome) {
        if let Some(running) = self.running.take() {
            self.done.push(running.ticket, outcome);
        }
    }

    /// What waits to be told before the next message is looked at.
    fn announce_consequence(&mut self) -> Option<Pending> {
        if let (true, Some(device)) = (core::mem::take(&mut self.device_changed), self.device) {
            return self.announce(Slot::Device(device));
        }
        if let Some(fault) = self.fault.take() {
            return self.announce(Slot::Fault(fault));
        }
        if core::mem::take(&mut self.foreign) {
            return self.announce(Slot::Foreign);
        }
        if let Some(told) = self.house.next() {
            return self.announce(Slot::Told(told));
        }
        let (ticket, outcome) = self.done.pop()?;
        self.announce(Slot::Done(ticket, outcome))
    }

    /// Takes in one message and answers it. The transmit buffer has room for every answer.
    fn receive(&mut self, env: &Env, message: &Message<'_>, tx: &mut TxBuf<'_>) -> Result<(), Fault> {
        match message.body {
            Body::Hello(hello) => self.hello(&hello.device(), tx)?,
            Body::HelloDiscovery(hello) => self.hello_discovery(env, &hello.device(), tx)?,
            Body::Ping => self.answer(Route::PING, 0, &[], tx),
            Body::CommandAnswer(answer) if self.running.is_some_and(|running| running.number == answer.number()) => {
                self.end_running(Outcome::Answered);
            }
            Body::Notification(notification) if self.is_trusted() => self.notification(notification.text(), env.now),
            _ => {}
        }
        if let Some(alert) = message.body.alert().filter(|_| self.is_trusted()) {
            self.alert(alert.facts, alert.unix_time.into(), env.now);
        }
        Ok(())
    }

    /// Takes in the text of a notification or an alert. What is wrong with it is told after its message.
    fn notification(&mut self, text: &[u8], now: Instant) {
        match notify::decode(text).and_then(|message| message.body()) {
            Ok(notify::Body::Notification(notification)) => self.fault = self.house.notification(&notification, now),
            Ok(notify::Body::Alert(alert)) => {
                self.foreign = self.device.is_some_and(|device| alert.device_id != device.id.as_str());
                if !self.foreign {
                    self.alert(alert.facts, alert.unix_time, now);
                }
            }
            Ok(notify::Body::Other(_)) => {}
            // Offsets count from the beginning of the message.
            Err(fault) => self.fault = Some(Fault { at: fault.at.saturating_add(12), ..fault }),
        }
    }

    fn alert(&mut self, facts: Facts, unix_time: i64, now: Instant) {
        if !self.config.drop_repeated || !self.repeats.is_repeated(facts, unix_time) {
            self.fault = self.house.alert(facts, now);
        }
    }

    /// Whether what is said counts: with a list of panels, only after one of them has said hello.
    const fn is_trusted(&self) -> bool {
        self.config.device_ids.is_empty() || self.device.is_some()
    }

    fn hello(&mut self, device: &Device<'_>, tx: &mut TxBuf<'_>) -> Result<(), Fault> {
        if self.meet(device)? {
            self.answer(Route::HELLO_ACK, 1, &[1], tx);
            self.answer(Route::HELLO_ANSWER, 2, &[0x1F], tx);
            self.answer(Route::HELLO_INFO, 3, &i32::from(self.config.hello_port()).to_le_bytes(), tx);
        }
        Ok(())
    }

    fn hello_discovery(&mut self, env: &Env, device: &Device<'_>, tx: &mut TxBuf<'_>) -> Result<(), Fault> {
        if self.meet(device)? {
            // The field has 32 bits; a panel that reads them with a sign is wrong from 2038 on whatever is sent.
            let seconds = env.unix.map_or(0, |unix| u32::try_from(unix).unwrap_or(u32::MAX));
            let (address, timestamp) = (PaddedText::new(self.config.announced_address), i32::from_le_bytes(seconds.to_le_bytes()));
            let fields = DiscoveryAnswer::fields(address, self.config.port().into(), timestamp);
            self.answer(Route::DISCOVERY_ANSWER, 0, &fields, tx);
        }
        Ok(())
    }

    /// Notes who the panel is. Gives whether it may stay.
    fn meet(&mut self, device: &Device<'_>) -> Result<bool, Fault> {
        if let Err(error) = device.guid.as_str() {
            return Err(Fault::new(FaultKind::NotText, super::VERSIONED_HEADER.saturating_add(error.valid_up_to())));
        }
        let id = DeviceId::from_text(device.guid);
        if !self.config.admits(id.as_ref()) {
            self.closing = Some(CloseReason::DeviceRefused);
            return Ok(false);
        }
        if let Some(id) = id {
            let mut firmware = [0; 3];
            copy(&mut firmware, device.firmware.as_bytes());
            let device = Some(DeviceInfo { id, firmware });
            self.device_changed = self.device != device;
            self.device = device;
        }
        Ok(true)
    }

    fn answer(&mut self, route: Route, sequence: u16, payload: &[u8], tx: &mut TxBuf<'_>) {
        if self.answers() && write(route, sequence, &[payload], tx).is_ok() {
            self.wrote = true;
        }
    }

    /// Sends a local command.
    fn run(&mut self, env: &Env, command: u16, parameters: Secret<&str>, tx: &mut TxBuf<'_>) -> Result<(), Refused> {
        if self.config.mode != Mode::Standalone && self.upstream != Upstream::Lost {
            return Err(Refused::NotAllowed);
        }
        if self.running.is_some() {
            return Err(Refused::Busy);
        }
        let number = match self.number.wrapping_add(1) {
            0 => 1,
            number => number,
        };
        write(Route::COMMAND, number, &[&CommandRequest::fields(command), parameters.expose().as_bytes(), &[0]], tx)?;
        self.number = number;
        self.wrote = true;
        let until = env.now.plus_millis(self.config.answer_millis.into());
        self.running = Some(Running { ticket: Ticket(self.tickets.wrapping_add(1)), number: number.into(), until });
        Ok(())
    }
}

impl Machine for Controller<'_> {
    const LINK: LinkKind = LinkKind::Stream;
    const RX_MIN: usize = RX_MIN;
    const TX_MIN: usize = LARGEST_ANSWER;
    type Event<'i> = Event<'i>;
    type Command<'c> = Command<'c>;

    fn poll_event(&mut self, env: &Env, rx: &mut RxBuf<'_>, tx: &mut TxBuf<'_>) -> Option<Pending> {
        rx.release();
        if self.closed {
            return None;
        }
        (self.wrote, self.blocked) = (false, false);
        if !core::mem::replace(&mut self.started, true) {
            self.last_heard = env.now;
        }
        self.house.expire(env.now);
        if self.running.is_some_and(|running| running.until <= env.now) {
            self.end_running(Outcome::TimedOut);
        }
        loop {
            if let Some(pending) = self.announce_consequence() {
                return Some(pending);
            }
            if let Some(reason) = self.closing {
                if self.running.is_some() {
                    self.end_running(Outcome::Disconnected);
                    continue;
                }
                self.closed = true;
                return self.announce(Slot::Closed(reason));
            }
            match self.framer.next(rx.unread(), rx.capacity(), rx.is_eof()) {
                Cut::NeedMore if rx.is_eof() => self.closing = Some(CloseReason::PeerClosed),
                Cut::NeedMore => match self.silence_ends() {
                    Some(at) if at <= env.now => {
                        let millis = u32::try_from(env.now.millis_since(self.last_heard)).unwrap_or(u32::MAX);
                        self.closing = Some(CloseReason::Silent { millis });
                    }
                    _ => return None,
                },
                Cut::Drop(len) => {
                    rx.discard(len);
                    self.last_heard = env.now;
                }
                Cut::Bad { fault, used } => {
                    rx.discard(used);
                    self.last_heard = env.now;
                    return self.announce(Slot::Fault(fault));
                }
                Cut::Message { len } => {
                    if self.answers() && tx.free() < LARGEST_ANSWER {
                        self.blocked = true;
                        return None;
                    }
                    self.last_heard = env.now;
                    rx.hold(len);
                    let received = decode(rx.unread()).and_then(|message| self.receive(env, &message, tx));
                    self.slot = match received {
                        Ok(()) => Slot::Message,
                        Err(fault) => Slot::Fault(fault),
                    };
                    return Some(Pending::reading(len));
                }
            }
        }
    }

    fn event<'i>(&self, pending: Pending, rx: &'i RxBuf<'_>) -> Event<'i> {
        match self.slot {
            Slot::Message => decode(pending.bytes(rx)).map_or_else(Event::Fault, Event::Message),
            Slot::Device(device) => Event::Device(device),
            Slot::Told(Told::Notice(notice)) => Event::Notice(notice),
            Slot::Told(Told::OpenWhenArming { sensor, active }) => Event::OpenWhenArming { sensor, active },
            Slot::Foreign => Event::ForeignAlert,
            Slot::Done(ticket, outcome) => Event::Done { ticket, outcome },
            Slot::Fault(fault) => Event::Fault(fault),
            Slot::Closed(reason) => Event::Closed(reason),
        }
    }

    fn submit(&mut self, env: &Env, command: Command<'_>, tx: &mut TxBuf<'_>) -> Result<Ticket, Refused> {
        if self.closed || self.closing.is_some() {
            return Err(Refused::Closed);
        }
        // A command that runs will need a place, too.
        let ending = usize::from(self.running.is_some());
        if !self.done.has_room(ending.saturating_add(1)) {
            return Err(Refused::TooManyPending { limit: u32::try_from(MAX_DONE).unwrap_or(u32::MAX) });
        }
        let ticket = Ticket(self.tickets.wrapping_add(1));
        match command {
            Command::Run { command, parameters } => self.run(env, command, parameters, tx)?,
            Command::Upstream(_) if self.config.mode == Mode::Standalone => return Err(Refused::Unsupported),
            Command::Upstream(upstream) => {
                self.upstream = upstream;
                self.done.push(ticket, Outcome::Confirmed);
            }
            Command::Sensor { index, kind, protocol } => {
                self.house.define(index, kind, protocol).map_err(no_place)?;
                self.done.push(ticket, Outcome::Confirmed);
            }
            Command::Alerts(flags) => {
                self.house.closing_told = flags.contains(AlertFlags::DOOR_CLOSE);
                self.done.push(ticket, Outcome::Confirmed);
            }
            Command::Close => {
                self.closing = Some(CloseReason::Requested);
                self.done.push(ticket, Outcome::Confirmed);
            }
        }
        self.tickets = ticket.0;
        Ok(ticket)
    }

    fn poll_timeout(&self) -> Option<Instant> {
        if self.closed {
            return None;
        }
        let at_once = !self.started
            || self.wrote
            || self.blocked
            || self.closing.is_some()
            || self.device_changed
            || self.house.has_news()
            || self.fault.is_some()
            || self.foreign
            || !self.done.is_empty();
        if at_once {
            return Some(Instant::ZERO);
        }
        sooner(sooner(self.silence_ends(), self.running.map(|running| running.until)), self.house.deadline())
    }

    fn is_closed(&self) -> bool {
        self.closed
    }
}

fn no_place(limit: u32) -> Refused {
    let found = limit.saturating_add(1);
    Refused::Invalid(EncodeError::OutOfRange { field: "sensors", min: 0, max: limit, found })
}
