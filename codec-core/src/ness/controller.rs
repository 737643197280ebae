//! The side that watches and commands a panel.

mod command;
mod config;
mod pending;
mod polls;

pub use command::{Command, Event, Outcome, PanelInfo};
pub use config::{Config, Quirks};

use self::pending::{Commands, MAX_PENDING_U32, Want};
use self::polls::{POLL_ANSWER_MILLIS, Polls, Requests};
use super::codes::EventCode;
use super::encode::encode;
use super::frames::{Cut, Framer};
use super::keys::KeyString;
use super::packet::{Body, Packet};
use super::status::{RequestId, StatusValue};
use super::tracker::Tracker;
use super::wire::{MAX_LINE, MAX_LINE_U32, decode_with};
use crate::buf::{RxBuf, TxBuf};
use crate::error::{CloseReason, ConfigError, Fault, FaultKind, Refused};
use crate::home::Notice;
use crate::machine::{Env, LinkKind, Machine, Pending, Ticket};
use crate::text::hex::{self, Case};
use crate::timers::{Instant, Timers, sooner};

/// Milliseconds after an event that shows that something else changed, or a command, until the status is asked for.
const FOLLOW_UP_MILLIS: u64 = 1_500;

/// An event line in half its size, to tell a repetition. Lines of different sizes have their COMMAND at different places, so the
/// zeros behind a short one do not make it look like another. `None` for what has a character that is no digit.
fn pack(line: &[u8]) -> Option<[u8; 14]> {
    let mut packed = [0; 14];
    let mut rest = line;
    for byte in &mut packed {
        let (high, low);
        (high, low, rest) = match rest {
            [high, low, behind @ ..] => (*high, *low, behind),
            [last] => (b'0', *last, &[][..]),
            [] => break,
        };
        *byte = hex::byte(high, low)?;
    }
    Some(packed)
}

/// What the last `poll_event` announced.
#[derive(Clone, Copy, Debug)]
enum Slot {
    /// The line that is held in the receive buffer.
    Line,
    Notice(Notice),
    PanelInfo(PanelInfo),
    Done(Ticket, Outcome),
    Fault(Fault),
    Closed(CloseReason),
}

#[derive(Clone, Copy)]
enum Timer {
    Keepalive,
    Refresh,
    /// The outstanding poll is given up, or a poll that found no room is tried again.
    Poll,
    FollowUp,
}

/// Watches and commands a panel over one connection.
///
/// At the start it asks for the zones, the arming and the auxiliary outputs, then for everything else, one request at a time; then
/// again as [`Config`] says. Events of the panel change the state at once, and are followed by a poll where they leave something
/// open. Commands are confirmed by what the panel tells afterwards.
#[derive(Debug)]
pub struct Controller<'b> {
    config: Config<'b>,
    framer: Framer,
    tracker: Tracker,
    commands: Commands,
    polls: Polls,
    follow_up: Requests,
    timers: Timers<4>,
    slot: Slot,
    info: Option<PanelInfo>,
    info_changed: bool,
    /// The event line before, to tell a repetition.
    last_event: Option<[u8; 14]>,
    last_heard: Instant,
    started: bool,
    /// Something was written since the driver last had a chance to send it.
    wrote: bool,
    closing: Option<CloseReason>,
    closed: bool,
}

const _: () = assert!(size_of::<Controller<'_>>() <= 512);

impl<'b> Controller<'b> {
    /// A controller for a new connection.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] if the address is above 15.
    pub fn new(config: Config<'b>) -> Result<Self, ConfigError> {
        if config.address > 15 {
            return Err(ConfigError::OutOfRange { field: "address", min: 0, max: 15, found: config.address.into() });
        }
        Ok(Self {
            config,
            framer: Framer::new(),
            tracker: Tracker::new(config.quirks.infer_arming_state),
            commands: Commands::new(),
            polls: Polls::new(),
            follow_up: Requests::NONE,
            timers: Timers::new(),
            slot: Slot::Line,
            info: None,
            info_changed: false,
            last_event: None,
            last_heard: Instant::ZERO,
            started: false,
            wrote: false,
            closing: None,
            closed: false,
        })
    }

    /// How it was set up.
    pub const fn config(&self) -> &Config<'b> {
        &self.config
    }

    /// The state of the house as told so far.
    #[must_use]
    pub const fn tracker(&self) -> &Tracker {
        &self.tracker
    }

    /// Model and version, once they are known.
    #[must_use]
    pub const fn panel_info(&self) -> Option<PanelInfo> {
        self.info
    }

    fn start(&mut self, now: Instant) {
        self.started = true;
        self.last_heard = now;
        if self.config.keepalive_millis != 0 || self.config.refresh_millis != 0 {
            self.polls.want_all();
        }
        self.set_timer(Timer::Keepalive, now, self.config.keepalive_millis);
        self.set_timer(Timer::Refresh, now, self.config.refresh_millis);
    }

    /// When the panel counts as gone.
    fn silence_ends(&self) -> Option<Instant> {
        match self.config.silence_millis {
            0 => None,
            millis => Some(self.last_heard.plus_millis(millis.into())),
        }
    }

    fn set_timer(&mut self, timer: Timer, now: Instant, millis: u32) {
        if millis != 0 {
            self.timers.set(timer as usize, now.plus_millis(millis.into()));
        }
    }

    fn run_timers(&mut self, now: Instant) {
        if self.timers.take_due(Timer::Refresh as usize, now) {
            self.polls.want_all();
            self.set_timer(Timer::Refresh, now, self.config.refresh_millis);
        }
        if self.timers.take_due(Timer::Keepalive as usize, now) {
            self.polls.want(polls::SHORT_SET);
            if self.tracker.has_radio() {
                self.polls.want(polls::RADIO_SET);
            }
            self.set_timer(Timer::Keepalive, now, self.config.keepalive_millis);
        }
        if self.timers.take_due(Timer::FollowUp as usize, now) {
            self.polls.want(core::mem::take(&mut self.follow_up));
        }
        if self.timers.take_due(Timer::Poll as usize, now) {
            self.polls.gave_up();
        }
        self.commands.expire(now);
    }

    /// Ends the connection if the panel was silent for too long. Asked when all that was received has been looked at: a driver may
    /// have come late.
    fn has_fallen_silent(&mut self, now: Instant) -> bool {
        let silent = self.silence_ends().is_some_and(|at| at <= now);
        if silent {
            let millis = u32::try_from(now.millis_since(self.last_heard)).unwrap_or(u32::MAX);
            self.closing = Some(CloseReason::Silent { millis });
        }
        silent
    }

    /// Sends the next poll, if it is time for one and there is room.
    fn send_poll(&mut self, now: Instant, tx: &mut TxBuf<'_>) {
        if self.timers.is_set(Timer::Poll as usize) {
            return;
        }
        let Some(request) = self.polls.next() else { return };
        let written = KeyString::status(request).map_err(Refused::from).and_then(|keys| self.write(&keys, tx));
        match written {
            Ok(()) => {
                self.polls.sent(request);
                self.timers.set(Timer::Poll as usize, now.plus_millis(POLL_ANSWER_MILLIS));
            }
            // Full: what is in the buffer goes out first.
            Err(_) => self.timers.set(Timer::Poll as usize, now.plus_millis(POLL_ANSWER_MILLIS / 10)),
        }
    }

    fn write(&mut self, keys: &KeyString, tx: &mut TxBuf<'_>) -> Result<(), Refused> {
        let mut frame = [0; LONGEST_REQUEST];
        let len = encode(&Packet::request(self.config.address, keys.as_keys()), Case::Upper, &mut frame)?;
        let end: &[u8] = if self.config.quirks.separator { b"?\r\n" } else { b"\r\n" };
        for (slot, byte) in frame.iter_mut().skip(len).zip(end) {
            *slot = *byte;
        }
        let frame = frame.get(..len.saturating_add(end.len())).unwrap_or_default();
        if !tx.append(frame) {
            let as_u32 = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
            return Err(Refused::NoRoom { needed: as_u32(frame.len()), free: as_u32(tx.free()) });
        }
        self.wrote = true;
        Ok(())
    }

    /// Announces an event that needs no bytes.
    fn announce(&mut self, slot: Slot) -> Option<Pending> {
        self.slot = slot;
        Some(Pending::WITHOUT_BYTES)
    }

    /// What the last line led to, and commands that ended.
    fn announce_consequence(&mut self) -> Option<Pending> {
        if let Some((ticket, outcome)) = self.commands.take_done(self.info) {
            return self.announce(Slot::Done(ticket, outcome));
        }
        if let (true, Some(info)) = (core::mem::take(&mut self.info_changed), self.info) {
            return self.announce(Slot::PanelInfo(info));
        }
        let notice = self.tracker.next_notice()?;
        self.announce(Slot::Notice(notice))
    }

    /// Takes in one line. `None` if it is to be passed over.
    fn receive(&mut self, text: &[u8], now: Instant) -> Option<Slot> {
        let line = match decode_with(text, self.config.decode).and_then(|line| line.check(self.config.checksum).map(|()| line)) {
            Ok(line) => line,
            Err(fault) => return Some(Slot::Fault(fault)),
        };
        let packet = line.packet();
        if let (Some(wanted), Some(address)) = (self.config.only_from, packet.address.value()) {
            if wanted != address {
                return None;
            }
        }
        if !matches!(packet.body, Body::Request(_)) {
            self.last_heard = now;
        }
        if let Body::Event(event) = packet.body {
            let packed = pack(line.text());
            if self.config.drop_repeated && packed.is_some() && self.last_event == packed {
                return None;
            }
            self.last_event = packed;
            self.follow(event.code, now);
        }
        if let Body::Status(status) = packet.body {
            if self.polls.answered(status.request) {
                self.timers.stop(Timer::Poll as usize);
            }
            if let StatusValue::Version(panel) = status.typed() {
                let info = PanelInfo { model: self.config.models.model(panel.model), model_byte: panel.model, version: panel.version };
                self.info_changed = self.info != Some(info);
                self.info = Some(info);
            }
        }
        self.tracker.apply(&packet.body, now);
        self.commands.apply(&packet.body, &self.tracker);
        Some(Slot::Line)
    }

    /// Asks, a little later, for what an event leaves open.
    fn follow(&mut self, code: EventCode, now: Instant) {
        match code {
            // Armed without an exit delay, there is no further event; and delays end without one if it got lost.
            EventCode::ArmedAway
            | EventCode::ArmedHome
            | EventCode::ArmedDay
            | EventCode::ArmedNight
            | EventCode::ArmedVacation
            | EventCode::ArmedHighest
            | EventCode::EntryDelayEnd
            | EventCode::ExitDelayEnd => self.ask_soon(Requests::one(RequestId::Arming), now),
            EventCode::AlarmRestore | EventCode::Disarmed => {
                self.ask_soon(polls::ALARM_SET.and(Requests::one(RequestId::Arming)), now);
            }
            _ => {}
        }
    }

    fn ask_soon(&mut self, requests: Requests, now: Instant) {
        self.follow_up = self.follow_up.and(requests);
        self.timers.set(Timer::FollowUp as usize, now.plus_millis(FOLLOW_UP_MILLIS));
    }
}

/// The longest request: START, one digit of address, LENGTH, COMMAND, 30 keys, checksum, `?` CR LF.
const LONGEST_REQUEST: usize = 42;

impl Machine for Controller<'_> {
    const LINK: LinkKind = LinkKind::Stream;
    const RX_MIN: usize = MAX_LINE + 8;
    const TX_MIN: usize = LONGEST_REQUEST;
    type Event<'i> = Event<'i>;
    type Command<'c> = Command<'c>;

    fn poll_event(&mut self, env: &Env, rx: &mut RxBuf<'_>, tx: &mut TxBuf<'_>) -> Option<Pending> {
        rx.release();
        if self.closed {
            return None;
        }
        self.wrote = false;
        if !self.started {
            self.start(env.now);
        }
        if self.closing.is_none() {
            self.run_timers(env.now);
        }
        loop {
            if let Some(pending) = self.announce_consequence() {
                return Some(pending);
            }
            if let Some(reason) = self.closing {
                if self.commands.is_empty() {
                    self.closed = true;
                    return self.announce(Slot::Closed(reason));
                }
                self.commands.disconnect();
                continue;
            }
            match self.framer.next(rx.unread(), rx.is_eof()) {
                Cut::NeedMore if rx.is_eof() => self.closing = Some(CloseReason::PeerClosed),
                Cut::NeedMore if self.has_fallen_silent(env.now) => {}
                Cut::NeedMore => {
                    self.send_poll(env.now, tx);
                    return None;
                }
                Cut::Drop(len) => rx.discard(len),
                Cut::TooLong { used } => {
                    rx.discard(used);
                    return self.announce(Slot::Fault(Fault::new(FaultKind::TooLong { limit: MAX_LINE_U32 }, MAX_LINE)));
                }
                Cut::Frame { len, used } => {
                    rx.hold(used);
                    if let Some(slot) = self.receive(rx.unread().get(..len).unwrap_or_default(), env.now) {
                        self.slot = slot;
                        return Some(Pending::reading(len));
                    }
                    rx.release();
                }
            }
        }
    }

    fn event<'i>(&self, pending: Pending, rx: &'i RxBuf<'_>) -> Event<'i> {
        match self.slot {
            Slot::Line => decode_with(pending.bytes(rx), self.config.decode).map_or_else(Event::Fault, Event::Line),
            Slot::Notice(notice) => Event::Notice(notice),
            Slot::PanelInfo(info) => Event::PanelInfo(info),
            Slot::Done(ticket, outcome) => Event::Done { ticket, outcome },
            Slot::Fault(fault) => Event::Fault(fault),
            Slot::Closed(reason) => Event::Closed(reason),
        }
    }

    fn submit(&mut self, env: &Env, command: Command<'_>, tx: &mut TxBuf<'_>) -> Result<Ticket, Refused> {
        if self.closed || self.closing.is_some() {
            return Err(Refused::Closed);
        }
        if self.commands.is_full() {
            return Err(Refused::TooManyPending { limit: MAX_PENDING_U32 });
        }
        let known = matches!(command, Command::PanelInfo) && self.info.is_some();
        // What it ends with, what is asked for soon after it, and what is sent.
        let (want, then, keys) = match command {
            Command::ArmAway { code } => (Want::ArmedAway, Some(RequestId::Arming), KeyString::arm_away(code)),
            Command::ArmHome { code } => (Want::ArmedHome, Some(RequestId::Arming), KeyString::arm_home(code)),
            Command::Disarm { code } => (Want::Disarmed, Some(RequestId::Arming), KeyString::disarm(code)),
            Command::Panic { code } => (Want::Panic, Some(RequestId::MiscellaneousAlarms), KeyString::panic(code)),
            Command::Aux { output, on } => (Want::Aux { output, on }, Some(RequestId::AuxiliaryOutputs), KeyString::aux(output, on)),
            Command::Status(request) => (Want::Status(request), None, KeyString::status(request)),
            Command::PanelInfo if !known => (Want::PanelInfo, None, KeyString::status(RequestId::PanelVersion)),
            Command::PanelInfo => (Want::PanelInfo, None, Ok(KeyString::NONE)),
            Command::Keys(keys) => (Want::Nothing, None, KeyString::new(keys)),
            Command::Refresh | Command::Close => (Want::Nothing, None, Ok(KeyString::NONE)),
        };
        let keys = keys?;
        if !keys.as_keys().is_empty() {
            self.write(&keys, tx)?;
        }
        match command {
            Command::Refresh => self.polls.want_all(),
            Command::Close => self.closing = Some(CloseReason::Requested),
            _ => {}
        }
        if let Some(request) = then {
            self.ask_soon(Requests::one(request), env.now);
        }
        Ok(self.commands.add(want, env.now.plus_millis(self.config.answer_millis.into()), known))
    }

    fn poll_timeout(&self) -> Option<Instant> {
        if self.closed {
            return None;
        }
        let at_once = !self.started
            || self.wrote
            || self.closing.is_some()
            || self.commands.has_done()
            || self.info_changed
            || self.tracker.has_notice()
            || self.polls.is_ready() && !self.timers.is_set(Timer::Poll as usize);
        if at_once {
            return Some(Instant::ZERO);
        }
        sooner(sooner(self.timers.next(), self.commands.next_deadline()), self.silence_ends())
    }

    fn is_closed(&self) -> bool {
        self.closed
    }
}
