//! The side that watches and commands a panel.

use super::codes::EventCode;
use super::encode::encode;
use super::frames::{Cut, Framer};
use super::keys::KeyString;
use super::pending::{Commands, MAX_PENDING_U32, Want};
use super::polls::{self, POLL_ANSWER_MILLIS, Polls, Requests};
use super::status::{RequestId, StatusValue};
use super::tracker::Tracker;
use super::version::{Model, ModelMap, Version};
use super::wire::{Body, ChecksumPolicy, DecodeOptions, Line, MAX_LINE, MAX_LINE_U32, Packet, StatusUpdate, decode_with};
use crate::buf::{RxBuf, TxBuf};
use crate::error::{CloseReason, ConfigError, EncodeError, Fault, FaultKind, Refused};
use crate::home::{self, Mode, Notice};
use crate::machine::{Env, LinkKind, Machine, Pending, Ticket};
use crate::secret::Secret;
use crate::text::hex::{self, Case};
use crate::timers::{Instant, Timers};

/// How a [`Controller`] behaves.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Config<'b> {
    /// Address in requests, 0 to 15. Panels accept 0 always, another only if it is theirs. Default 0.
    pub address: u8,
    /// Take only lines of the panel with this address, and lines without an address. Default `None`: take all.
    pub only_from: Option<u8>,
    /// Which checksums to accept. Default [`ChecksumPolicy::Either`].
    pub checksum: ChecksumPolicy,
    /// Choices of the decoder.
    pub decode: DecodeOptions,
    /// Drop an event line that repeats the one before it byte for byte, as panels were seen to send it. Default on. With time
    /// stamps switched off in the panel, a real event could look like a repetition if the one between got lost.
    pub drop_repeated: bool,
    /// What model bytes stand for. Default [`ModelMap::REV16`].
    pub models: ModelMap<'b>,
    /// Milliseconds between short polls (zones, arming, auxiliary outputs). They also show that the panel is there. 0 for none.
    /// Default 60,000.
    pub keepalive_millis: u32,
    /// Milliseconds between polls of everything a panel can be asked for. 0 for none. Default 900,000.
    pub refresh_millis: u32,
    /// End with [`CloseReason::Silent`] when no event and no status was received for as many milliseconds. Lines that could not be used,
    /// of another panel, or requests (an echo of our own) do not count. 0 for never. Default 90,000. Make it longer than
    /// [`keepalive_millis`](Self::keepalive_millis), and 0 without polls: a panel that is not asked may have nothing to say for days.
    pub silence_millis: u32,
    /// Milliseconds to wait for the outcome of a command. Default 5,000.
    pub answer_millis: u32,
    /// Ways of some panels.
    pub quirks: Quirks,
}

/// Ways of some panels that a controller can be told of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quirks {
    /// Firmware before v5.8 answers `S14` without any bit while armed: only an event leads back to "disarmed".
    pub infer_arming_state: bool,
    /// Put `?` behind every request, which makes a panel pause between messages. The Python library's mock panel does not
    /// understand it.
    pub separator: bool,
}

impl Config<'static> {
    /// The defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            address: 0,
            only_from: None,
            checksum: ChecksumPolicy::Either,
            decode: DecodeOptions { packed_time: false },
            drop_repeated: true,
            models: ModelMap::REV16,
            keepalive_millis: 60_000,
            refresh_millis: 900_000,
            silence_millis: 90_000,
            answer_millis: 5_000,
            quirks: Quirks { infer_arming_state: false, separator: false },
        }
    }
}

impl Default for Config<'static> {
    fn default() -> Self {
        Self::new()
    }
}

/// What a [`Controller`] can be asked to do. Every accepted command ends in exactly one [`Event::Done`].
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Command<'c> {
    /// Arm with everybody out. Without a code it is the short arm.
    ArmAway {
        /// A user's code, 1 to 28 digits.
        code: Option<Secret<&'c str>>,
    },
    /// Arm with people in. Without a code it is the short arm.
    ArmHome {
        /// A user's code, 1 to 28 digits.
        code: Option<Secret<&'c str>>,
    },
    /// Disarm.
    Disarm {
        /// A user's code, 1 to 28 digits.
        code: Secret<&'c str>,
    },
    /// Panic.
    Panic {
        /// A user's code, or `None` for the panic keys alone.
        code: Option<Secret<&'c str>>,
    },
    /// Switch auxiliary output 1 to 8.
    Aux {
        /// Number of the output.
        output: u8,
        /// Whether to switch it on.
        on: bool,
    },
    /// Press keys, 1 to 30 of them, see [`KEYS`](super::KEYS).
    Keys(Secret<&'c str>),
    /// Ask for a status.
    Status(RequestId),
    /// Ask for model and version, or answer from memory if they are known.
    PanelInfo,
    /// Ask for everything now.
    Refresh,
    /// End.
    Close,
}

/// Model and version of the panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct PanelInfo {
    /// The model, if [`Config::models`] knows the byte.
    pub model: Option<Model>,
    /// The model byte.
    pub model_byte: u8,
    /// The version.
    pub version: Version,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Outcome {
    /// It was sent, and nothing tells whether the panel obeyed ([`Command::Keys`], [`Command::Refresh`], [`Command::Close`]).
    Sent,
    /// The panel showed that it obeyed.
    Confirmed,
    /// The answer to a [`Command::Status`].
    Answer(StatusUpdate),
    /// The answer to a [`Command::PanelInfo`].
    PanelInfo(PanelInfo),
    /// Nothing came in time.
    TimedOut,
    /// The connection ended first.
    Disconnected,
}

/// What a [`Controller`] tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'i> {
    /// A line was received and accepted. What follows from it comes as events of its own.
    Line(Line<'i>),
    /// Something in the house changed.
    Notice(Notice),
    /// Model and version became known or changed.
    PanelInfo(PanelInfo),
    /// A command has ended.
    Done {
        /// Which.
        ticket: Ticket,
        /// How.
        outcome: Outcome,
    },
    /// A line could not be used. The next one can.
    Fault(Fault),
    /// The machine has ended. This is its last event.
    Closed(CloseReason),
}

impl<'c> TryFrom<home::Request<'c>> for Command<'c> {
    type Error = Refused;

    /// Areas: 0 and 1 arm away or home, 3 arms home, any disarms (the code decides which areas). Outputs: 1 to 8. No source tells
    /// which keys exclude a zone or arm area 2 or another mode: use [`Command::Keys`] with the keys of your panel's manual.
    fn try_from(request: home::Request<'c>) -> Result<Self, Refused> {
        match request {
            home::Request::Arm { area: 0 | 1, mode: Mode::Away, code } => Ok(Self::ArmAway { code }),
            home::Request::Arm { area: 0 | 1 | 3, mode: Mode::Home, code } => Ok(Self::ArmHome { code }),
            home::Request::Disarm { code, .. } => match code {
                Some(code) => Ok(Self::Disarm { code }),
                None => Err(EncodeError::Missing { field: "code" }.into()),
            },
            home::Request::Switch { output, on } => match u8::try_from(output) {
                Ok(output @ 1..=8) => Ok(Self::Aux { output, on }),
                _ => Err(Refused::Unsupported),
            },
            _ => Err(Refused::Unsupported),
        }
    }
}

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
            self.polls.want(Requests::of(&polls::SHORT));
            if self.tracker.has_radio() {
                self.polls.want(Requests::of(&polls::RADIO));
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
        let written = KeyString::status(request).map_err(Refused::from).and_then(|keys| self.write(keys, tx));
        match written {
            Ok(()) => {
                self.polls.sent(request);
                self.timers.set(Timer::Poll as usize, now.plus_millis(POLL_ANSWER_MILLIS));
            }
            // Full: what is in the buffer goes out first.
            Err(_) => self.timers.set(Timer::Poll as usize, now.plus_millis(POLL_ANSWER_MILLIS / 10)),
        }
    }

    fn write(&mut self, keys: KeyString, tx: &mut TxBuf<'_>) -> Result<(), Refused> {
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
        Some(Pending { kind: 0, arg: 0, at: 0, len: 0 })
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
            | EventCode::ExitDelayEnd => self.ask_soon(Requests::of(&[RequestId::Arming]), now),
            EventCode::AlarmRestore | EventCode::Disarmed => {
                self.ask_soon(Requests::of(&polls::ALARMS).and(Requests::of(&[RequestId::Arming])), now);
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
                        return Some(Pending { kind: 0, arg: 0, at: 0, len: u32::try_from(len).unwrap_or(0) });
                    }
                    rx.release();
                }
            }
        }
    }

    fn event<'i>(&self, pending: Pending, rx: &'i RxBuf<'_>) -> Event<'i> {
        match self.slot {
            Slot::Line => {
                let text = rx.unread().get(..usize::try_from(pending.len).unwrap_or(0)).unwrap_or_default();
                match decode_with(text, self.config.decode) {
                    Ok(line) => Event::Line(line),
                    Err(fault) => Event::Fault(fault),
                }
            }
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
        let (keys, want, then) = match command {
            Command::ArmAway { code } => (Some(KeyString::arm_away(code)?), Want::ArmedAway, Requests::of(&[RequestId::Arming])),
            Command::ArmHome { code } => (Some(KeyString::arm_home(code)?), Want::ArmedHome, Requests::of(&[RequestId::Arming])),
            Command::Disarm { code } => (Some(KeyString::disarm(code)?), Want::Disarmed, Requests::of(&[RequestId::Arming])),
            Command::Panic { code } => (Some(KeyString::panic(code)?), Want::Panic, Requests::of(&[RequestId::MiscellaneousAlarms])),
            Command::Aux { output, on } => {
                (Some(KeyString::aux(output, on)?), Want::Aux { output, on }, Requests::of(&[RequestId::AuxiliaryOutputs]))
            }
            Command::Keys(keys) => (Some(KeyString::new(keys)?), Want::Nothing, Requests::NONE),
            Command::Status(request) => (Some(KeyString::status(request)?), Want::Status(request), Requests::NONE),
            Command::PanelInfo if self.info.is_some() => (None, Want::PanelInfo, Requests::NONE),
            Command::PanelInfo => (Some(KeyString::status(RequestId::PanelVersion)?), Want::PanelInfo, Requests::NONE),
            Command::Refresh | Command::Close => (None, Want::Nothing, Requests::NONE),
        };
        let known = want == Want::PanelInfo && self.info.is_some();
        if let Some(keys) = keys {
            self.write(keys, tx)?;
        }
        match command {
            Command::Refresh => self.polls.want_all(),
            Command::Close => self.closing = Some(CloseReason::Requested),
            _ if then != Requests::NONE => self.ask_soon(then, env.now),
            _ => {}
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
        [self.timers.next(), self.commands.next_deadline(), self.silence_ends()].into_iter().flatten().min()
    }

    fn is_closed(&self) -> bool {
        self.closed
    }
}
