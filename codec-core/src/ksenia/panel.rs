//! The side of the panel: it answers requests, and tells registered clients what happens in a simulated house.
//!
//! ```text
//!   Command (a zone opens, ...) ─┐                ┌─► answers, in parts as the transmit buffer has room
//!   requests (LOGIN, READ, ...) ─┼─► the house ───┼─► REALTIME CHANGES: what has changed since the last one
//!   deadlines (delays, covers) ──┘                └─► Event::Notice
//! ```
//!
//! Of what a real panel does the protocol tells the messages; what a zone does when it opens, how long a cover takes, what a scenario
//! switches is ours: the tables of the [`House`] and the [`Config`] say it.
//!
//! - One machine is one connection, and one connection has one session. The house outlives it: it is borrowed, and the next panel finds
//!   it as this one left it. Two connections at a time have a house each; whoever runs them tells one what happened in the other.
//! - A request is taken when the answer before it is written. It stays in the receive buffer until then, so that nothing of it is
//!   copied. A request longer than the buffer is a [`Fault`], and is not answered.
//! - Messages longer than a part of 960 bytes leave in several frames, so that a house of any size is told through a buffer of
//!   [`TX_MIN`](Machine::TX_MIN) bytes.
//! - Changes are not queued. What has changed is marked in the tables, and told together as soon as nothing else is being written; what
//!   changed twice in between is told once.
//! - Faults and tampers are told by category; `STATUS_PANEL`, `STATUS_CONNECTION` and other lists without a table are the caller's
//!   records ([`List`]), which never change; [`Command::Tell`] tells clients of a change all the same.
//!
//! ```
//! use codec_core::ksenia::Panel;
//! use codec_core::ksenia::panel::{AccountSlot, Config, House, Memory, OutputSlot, PartitionSlot, ZoneSlot};
//! use codec_core::{Machine, Secret};
//!
//! let mut zones = [ZoneSlot::new(1, "Front door"), ZoneSlot::new(2, "Kitchen window")];
//! let mut partitions = [PartitionSlot::new(1, "House")];
//! let mut outputs = [OutputSlot::new(1, "Porch light")];
//! let mut accounts = [AccountSlot::new(1, "Anna", Secret::new("123456"))];
//! let mut house = House::new();
//! (house.zones, house.partitions, house.outputs, house.accounts) = (&mut zones, &mut partitions, &mut outputs, &mut accounts);
//!
//! let config = Config::new();
//! let mut memory = Memory::new();
//! let panel = Panel::new(&config, &mut house, &mut memory)?;
//! // From here on it is the loop of every machine: a client connects, and the panel answers.
//! assert!(!panel.is_closed());
//! # Ok::<(), codec_core::ConfigError>(())
//! ```

mod answer;
mod arming;
mod climate;
mod command;
mod config;
mod follow;
mod format;
mod house;
mod lists;
mod obey;
mod outputs;
mod push;
mod records;
mod tables;
mod types;
mod work;

use core::num::NonZeroU32;

pub use answer::Memory;
use answer::{Desk, Job, PART};
pub use climate::{Programme, ProgrammeSlot, SensorSlot, SetPoints, ThermostatSlot};
pub use command::{Command, Event};
pub use config::{ArmWords, Config, CrcCheck, Identity, LogsForm, Shape, UnknownRequests, UserAnswers, Wrapper};
pub use house::House;
use obey::moment;
use tables::SLOTS;
pub use tables::{
    ALL_PARTITIONS, AccountSlot, File, List, LogSlot, Mark, OutputSlot, PartitionSlot, Response, ScenarioAction, ScenarioSlot, Subject,
    TimerSlot, ZoneSlot, partition_bit,
};
use types::bit;

use super::channel::Channel;
use super::command::{BypassAction, SetOutput};
use super::controller::SUBPROTOCOL;
use super::kinds::{Detail, Kind};
use super::wire::decode_with;
use crate::buf::{RxBuf, TxBuf};
use crate::error::{CloseReason, ConfigError, EncodeError, Fault, FaultKind, Refused};
use crate::home::Notice;
use crate::ksenia::CrcPolicy;
use crate::machine::{Env, LinkKind, Machine, Pending, Ticket};
use crate::timers::Instant;
use crate::ws::{Accept, CloseCode, HandshakeError, Received, Role, Server};

/// Both spellings work on panels.
static PATHS: [&str; 2] = ["/KseniaWsock", "/KseniaWsock/"];

/// Bytes of the receive buffer that are not for a message.
const ROOM: usize = 64;

/// How long a close frame is waited for.
const CLOSE_MILLIS: u64 = 2_000;

/// Lists that are pushed.
const PUSHED: [Kind<'static>; 8] = [
    Kind::OutputStatus,
    Kind::BusSensorStatus,
    Kind::PartitionStatus,
    Kind::ZoneStatus,
    Kind::SystemStatus,
    Kind::FaultStatus,
    Kind::TamperStatus,
    Kind::TemperatureStatus,
];

/// How far the connection is.
#[derive(Debug)]
enum Link {
    Handshake(Server),
    Open(Channel),
    Gone,
}

/// What the last `poll_event` announced.
#[derive(Clone, Copy, Debug)]
enum Slot {
    Open,
    Message,
    Refused(Detail<'static>),
    LoggedIn { account: u32 },
    LoggedOut,
    Registered,
    Notice(Notice),
    Fault(Fault),
    Broken(crate::ws::Error),
    Closed(CloseReason),
}

/// Small things to tell.
#[derive(Clone, Copy, Debug, Default)]
struct News(u8);

impl News {
    const LOGGED_OUT: u8 = 1;
    const LOGGED_IN: u8 = 2;
    const REGISTERED: u8 = 4;

    fn insert(&mut self, bit: u8) {
        self.0 |= bit;
    }

    fn take(&mut self, bit: u8) -> bool {
        let had = self.0 & bit != 0;
        self.0 &= !bit;
        had
    }
}

/// A close frame that is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owed {
    Nothing,
    /// 1000.
    Close,
    /// 1000 `Bye...`.
    Bye,
}

/// A simulated panel on one connection.
#[derive(Debug)]
// Small cores reach only what stands in front with one instruction: flags first, then words, then what is large.
#[repr(C)]
pub struct Panel<'p, 'h> {
    /// A message that is too long is passed over.
    skipping: bool,
    /// The panel closes when it has nothing to write.
    leaving: bool,
    closed: bool,
    owed: Owed,
    news: News,
    /// Lists that the client registered for, a bit for each place in [`Kind::ALL`].
    registered: u64,
    config: &'p Config<'p>,
    house: &'p mut House<'h>,
    memory: &'p mut Memory,
    session: Option<NonZeroU32>,
    account: u32,
    tickets: u32,
    closing: Option<CloseReason>,
    /// When the wait for the client's close frame ends.
    close_by: Instant,
    silent_until: Instant,
    now: Instant,
    refusal: Option<Detail<'static>>,
    slot: Slot,
    link: Link,
}

const _: () = assert!(size_of::<Panel<'static, 'static>>() <= 512);

impl<'p, 'h> Panel<'p, 'h> {
    /// A panel that waits for a client's handshake. The house is as it is; what `memory` holds of another connection is dropped.
    ///
    /// # Errors
    /// [`ConfigError`] if a text of the configuration or of a table is too long, has a control character, or is no JSON where it should be,
    /// a partition has a number above 32, or a list of the house cannot be counted.
    pub fn new(config: &'p Config<'p>, house: &'p mut House<'h>, memory: &'p mut Memory) -> Result<Self, ConfigError> {
        config.check()?;
        house.check()?;
        house.begin();
        *memory = Memory::new();
        let accept = Accept { paths: &PATHS, protocol: SUBPROTOCOL, protocol_required: config.protocol_required };
        Ok(Self {
            config,
            house,
            memory,
            link: Link::Handshake(Server::new(accept)),
            slot: Slot::Open,
            news: News::default(),
            refusal: None,
            session: None,
            account: 0,
            registered: 0,
            skipping: false,
            owed: Owed::Nothing,
            leaving: false,
            closing: None,
            close_by: Instant::ZERO,
            silent_until: Instant::ZERO,
            closed: false,
            tickets: 0,
            now: Instant::ZERO,
        })
    }

    /// For a caller that has its own WebSocket, already open: see
    /// [`Controller::over_messages`](crate::ksenia::Controller::over_messages). Whether upgrades are refused now is for the caller to ask
    /// ([`House::refuses_upgrades`]), as is the reason to close with ([`CloseReason::Reprogramming`] is `Bye...`).
    #[must_use]
    pub fn over_messages(mut self) -> Self {
        self.link = Link::Open(Channel::messages());
        self
    }

    /// The house.
    #[must_use]
    pub const fn house(&self) -> &House<'h> {
        self.house
    }

    /// Whether a client is logged in.
    #[must_use]
    pub const fn has_session(&self) -> bool {
        self.session.is_some()
    }

    fn next_ticket(&mut self) -> Ticket {
        let ticket = Ticket(self.tickets);
        self.tickets = self.tickets.wrapping_add(1);
        ticket
    }

    fn announce(&mut self, slot: Slot) -> Option<Pending> {
        self.slot = slot;
        Some(Pending::WITHOUT_BYTES)
    }

    fn announce_waiting(&mut self) -> Option<Pending> {
        if let Some(detail) = self.refusal.take() {
            return self.announce(Slot::Refused(detail));
        }
        if self.news.take(News::LOGGED_OUT) {
            return self.announce(Slot::LoggedOut);
        }
        if self.news.take(News::LOGGED_IN) {
            let account = self.account;
            return self.announce(Slot::LoggedIn { account });
        }
        if self.news.take(News::REGISTERED) {
            return self.announce(Slot::Registered);
        }
        let notice = self.house.next_notice()?;
        self.announce(Slot::Notice(notice))
    }
}

impl Machine for Panel<'_, '_> {
    const LINK: LinkKind = LinkKind::Stream;
    const RX_MIN: usize = 1024;
    const TX_MIN: usize = 1024;
    type Event<'i> = Event<'i>;
    type Command<'c> = Command<'c>;

    fn poll_event(&mut self, env: &Env, rx: &mut RxBuf<'_>, tx: &mut TxBuf<'_>) -> Option<Pending> {
        if self.closed {
            return None;
        }
        self.now = env.now;
        if env.now < self.silent_until {
            if rx.is_eof() && self.closing.is_none() {
                self.silent_until = Instant::ZERO;
            } else {
                return None;
            }
        }
        self.house.expire(&moment(self.config, env));
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
            if !self.write(env, rx, tx) {
                return None;
            }
            if core::mem::take(&mut self.leaving) {
                self.begin_close(CloseReason::SessionEnded, Owed::Close, env.now);
                continue;
            }
            if let Some(slot) = self.read(env, rx, tx) {
                return self.announce(slot);
            }
            if self.closing.is_none() {
                let blocked = matches!(&self.link, Link::Open(channel) if channel.is_blocked());
                if !rx.is_eof() || blocked {
                    return None;
                }
                self.link = Link::Gone;
                self.begin_close(CloseReason::PeerClosed, Owed::Nothing, env.now);
            }
        }
    }

    fn event<'i>(&self, _: Pending, rx: &'i RxBuf<'_>) -> Event<'i> {
        match self.slot {
            Slot::Open => Event::Open,
            Slot::Message => {
                let text = if let Link::Open(channel) = &self.link { channel.message(rx) } else { &[] };
                match decode_with(text, CrcPolicy::Report) {
                    Ok(message) => Event::Message(message),
                    Err(fault) => Event::Fault(fault),
                }
            }
            Slot::Refused(detail) => Event::Refused(detail),
            Slot::LoggedIn { account } => Event::LoggedIn { account },
            Slot::LoggedOut => Event::LoggedOut,
            Slot::Registered => Event::Registered,
            Slot::Notice(notice) => Event::Notice(notice),
            Slot::Fault(fault) => Event::Fault(fault),
            Slot::Broken(error) => Event::Broken(error),
            Slot::Closed(reason) => Event::Closed(reason),
        }
    }

    fn submit(&mut self, env: &Env, command: Command<'_>, tx: &mut TxBuf<'_>) -> Result<Ticket, Refused> {
        if self.closed || self.closing.is_some() {
            return Err(Refused::Closed);
        }
        self.now = env.now;
        if let Command::Tell { kind, record } = command {
            self.tell(env, kind, record, tx)?;
            return Ok(self.next_ticket());
        }
        let at = moment(self.config, env);
        let house = &mut *self.house;
        // What the panel would answer to a client.
        let refused = |detail| match detail {
            Detail::NotBypassable | Detail::NotAllowed => Refused::NotAllowed,
            _ => Refused::Invalid(EncodeError::Missing { field: "object or value" }),
        };
        match command {
            Command::Zone { zone, open } => house.open_zone(&at, zone, open)?,
            Command::Tamper { zone, open } => house.tamper_zone(zone, open)?,
            Command::ZoneFault { zone, active } => house.fault_zone(zone, active)?,
            Command::Trip { zone } => house.trip(&at, zone)?,
            Command::Bypass { zone, on } => {
                let action = if on { BypassAction::Manual } else { BypassAction::Include };
                house.bypass(&at, zone, action).map_err(refused)?;
            }
            Command::Arm { partition, delayed } => {
                let mask = house.mask(partition)?;
                house.arm(&at, mask, delayed);
            }
            Command::Disarm { partition } => {
                let mask = house.mask(partition)?;
                house.disarm(&at, mask);
            }
            Command::RunScenario { scenario } => house.run(&at, scenario).map_err(refused)?,
            Command::Output { output, action } => match action {
                SetOutput::Action(action) => house.switch(&at, output, action.text().raw()).map_err(refused)?,
                SetOutput::Level(level) => {
                    let text = format::padded(level.into(), 3);
                    house.switch(&at, output, text.as_str()).map_err(refused)?;
                }
            },
            Command::Tell { .. } => {}
            Command::Sensor { sensor, temperature, humidity, light } => house.sense(sensor, temperature, humidity, light)?,
            Command::Fault { category, active } => house.fault(&at, &category, active)?,
            Command::PanelTamper { category, active } => house.panel_tamper(&category, active)?,
            Command::Reprogram => {
                house.touch_program();
                house.refuse_until = env.now.plus_millis(self.config.refusal_millis.into());
                self.begin_close(CloseReason::Reprogramming, Owed::Bye, env.now);
            }
            Command::Touch => house.touch_program(),
            Command::DropSession => {
                self.session = None;
                self.registered = 0;
            }
            Command::RefuseUpgrades { millis } => house.refuse_until = env.now.plus_millis(millis.into()),
            Command::Silence { millis } => self.silent_until = env.now.plus_millis(millis.into()),
            Command::Close => self.begin_close(CloseReason::Requested, Owed::Close, env.now),
        }
        Ok(self.next_ticket())
    }

    fn poll_timeout(&self) -> Option<Instant> {
        if self.closed {
            return None;
        }
        if self.now < self.silent_until {
            return Some(self.silent_until);
        }
        let waits = self.refusal.is_some()
            || self.news.0 != 0
            || self.house.has_notice()
            || self.memory.job != Job::Nothing
            || self.memory.waiting != Job::Nothing
            || self.leaving
            || self.owed != Owed::Nothing
            || self.closing.is_some() && matches!(self.link, Link::Gone)
            || self.house.news & SLOTS != 0 && self.registered != 0;
        if waits {
            return Some(Instant::ZERO);
        }
        let close = self.closing.map(|_| self.close_by);
        let next = self.house.next_deadline(self.now, self.config.push_countdown).into_iter().chain(close).min();
        next.map(|at| if at <= self.now { Instant::ZERO } else { at })
    }

    fn is_closed(&self) -> bool {
        self.closed
    }
}
