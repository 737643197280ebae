//! The side of the panel: it answers requests and reports what happens in a simulated house.
//!
//! ```text
//!   Command (a zone opens, ...) ─┐                ┌─► lines: 00 unsealed, 20 entry delay, 02 alarm, ...
//!   requests (A1234E, S14, ...) ─┼─► the house ───┼─► status lines
//!   deadlines (exit, entry, ...) ┘                └─► Event::Notice
//! ```
//!
//! Of what a real panel does, the vendor's document tells the lines and their codes, captures tell the order of some, and the rest is
//! ours: which zones belong to an area, what sounds in an alarm, how long. `Config` says it.
//!
//! - Keys: `A` code `E` arms area 1 away, `H` code `E` arms it home, code `E` disarms both areas and ends alarms, `*` code `#`, `*#`
//!   and `P` are panic, `F` fire, `D` medical (keypad `f0`), `11*` to `88#` switch auxiliary outputs, `S00` to `S33` ask. Other
//!   keys and wrong codes are not answered.
//! - Area 2 is armed and disarmed by [`Command::Arm`] and [`Command::Disarm`] and has the zones of [`Config::area_2_zones`].
//! - Only the opening of a zone that an armed area watches starts something, never its closing.
//! - Armed home or for the day, `S14` has the bit of the mode and none of area 1.
//! - Disarming reports in this order: alarms that end, the area, the delay that ends, outputs.
//! - Requests are taken one by one, each when all lines before it are in the transmit buffer: a peer that does not read is not
//!   listened to.

mod arming;
mod command;
mod config;
mod house;
mod keypad;
mod outbox;
mod told;

pub use command::{Command, Event, Refusal};
pub use config::{Config, Dialect, User};

use self::arming::Phase;
use self::house::{House, Moment, VERSION_TIMER, bit, output_bit};
use self::told::Told;
use super::Output;
use super::frames::{Cut, Framer};
use super::packet::Body;
use super::wire::{MAX_LINE, decode};
use crate::buf::{RxBuf, TxBuf};
use crate::error::{CloseReason, ConfigError, Fault, FaultKind, Refused};
use crate::home::{AreaState, Notice};
use crate::machine::{Env, LinkKind, Machine, Pending, Ticket};
use crate::timers::Instant;

/// What was announced by the last `poll_event`.
#[derive(Clone, Copy, Debug)]
enum Slot {
    /// The line that is held in the receive buffer.
    Line,
    Refused(Refusal),
    Notice(Notice),
    Fault(Fault),
    Closed(CloseReason),
}

/// Whether the machine lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Life {
    Open,
    /// The last event has not been taken out yet.
    Closing,
    Closed,
}

/// A simulated panel on one connection.
///
/// ```
/// use codec_core::ness::panel::{Command, Config};
/// use codec_core::ness::Panel;
/// use codec_core::{Env, Instant, Machine as _, TxBuf};
///
/// let mut panel = Panel::new(Config::new())?;
/// let mut storage = [0; 64];
/// let mut tx = TxBuf::new(&mut storage);
/// panel.submit(&Env::at(Instant::ZERO), Command::Zone { zone: 5, open: true }, &mut tx)?;
/// assert_eq!(tx.unsent(), b"8300036100050014\r\n");
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Panel<'b> {
    config: Config<'b>,
    framer: Framer,
    house: House,
    told: Told,
    slot: Slot,
    /// Keys of a command that were not obeyed.
    refusal: Option<Refusal>,
    life: Life,
    tickets: u32,
    /// The last moment heard of.
    now: Instant,
}

const _: () = assert!(size_of::<Panel<'static>>() <= 512);

impl<'b> Panel<'b> {
    /// A panel on a new connection: disarmed, everything closed, nothing wrong.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] for the address, the number of zones or a user's number, [`ConfigError::BadText`] for a user's code and
    /// for a model that [`Config::models`] has no byte for.
    pub fn new(config: Config<'b>) -> Result<Self, ConfigError> {
        config.check()?;
        Ok(Self {
            config,
            framer: Framer::new(),
            house: House::new(),
            told: Told::new(),
            slot: Slot::Line,
            refusal: None,
            life: Life::Open,
            tickets: 0,
            now: Instant::ZERO,
        })
    }

    /// Whether a zone is open; `false` for a number that is none.
    #[must_use]
    pub const fn zone_open(&self, zone: u8) -> bool {
        self.house.facts.open & bit(zone) != 0
    }

    /// The state of area 1 or 2, of the panel as a whole for 0, or [`AreaState::Unknown`].
    ///
    /// The whole is in alarm if anything is, else it is in the more urgent of the states of its areas: entry delay, exit delay, armed,
    /// disarmed.
    #[must_use]
    pub fn area(&self, number: u8) -> AreaState {
        match number {
            0 => {
                let phases = self.house.facts.areas.map(|area| area.phase);
                let urgent = [(Phase::Entry, AreaState::EntryDelay), (Phase::Exit, AreaState::ExitDelay), (Phase::Armed, AreaState::Armed)];
                if self.house.facts.any_alarm() {
                    return AreaState::Triggered;
                }
                urgent.into_iter().find(|(phase, _)| phases.contains(phase)).map_or(AreaState::Disarmed, |(_, state)| state)
            }
            1 | 2 => told::area(&self.config, &self.house, number == 2).0,
            _ => AreaState::Unknown,
        }
    }

    /// Whether an output is on.
    #[must_use]
    pub const fn output(&self, output: Output) -> bool {
        self.house.facts.outputs & output_bit(output) != 0
    }

    fn announce(&mut self, slot: Slot) -> Option<Pending> {
        self.slot = slot;
        Some(Pending::WITHOUT_BYTES)
    }

    fn close(&mut self, reason: CloseReason) -> Option<Pending> {
        self.life = Life::Closed;
        self.announce(Slot::Closed(reason))
    }

    /// Looks at a whole line and obeys it if it is a request for this panel.
    fn line(&mut self, env: &Env, text: &[u8]) -> Slot {
        let line = match decode(text).and_then(|line| line.check(self.config.checksum).map(|()| line)) {
            Ok(line) => line,
            Err(fault) => return Slot::Fault(fault),
        };
        let Body::Request(keys) = line.packet().body else { return Slot::Refused(Refusal::NotARequest) };
        match line.packet().address.value() {
            Some(address) if address != 0 && address != self.config.address => Slot::Refused(Refusal::OtherAddress(address)),
            _ => {
                let at = moment(&self.config, env);
                self.house.press(&at, keys.expose()).map_or_else(Slot::Refused, |()| Slot::Line)
            }
        }
    }
}

fn moment<'c, 'b>(config: &'c Config<'b>, env: &Env) -> Moment<'c, 'b> {
    Moment { config, now: env.now, time: outbox::local_time(config, env) }
}

impl Machine for Panel<'_> {
    const LINK: LinkKind = LinkKind::Stream;
    const RX_MIN: usize = 128;
    const TX_MIN: usize = 64;
    type Event<'i> = Event<'i>;
    type Command<'c> = Command<'c>;

    fn poll_event(&mut self, env: &Env, rx: &mut RxBuf<'_>, tx: &mut TxBuf<'_>) -> Option<Pending> {
        rx.release();
        self.now = env.now;
        match self.life {
            Life::Open => {}
            Life::Closing => return self.close(CloseReason::Requested),
            Life::Closed => return None,
        }
        self.house.keep_reporting(&moment(&self.config, env));
        loop {
            self.house.outbox.flush(&self.config, tx);
            if let Some(refusal) = self.refusal.take() {
                return self.announce(Slot::Refused(refusal));
            }
            if let Some(notice) = self.told.next(&self.config, &self.house) {
                return self.announce(Slot::Notice(notice));
            }
            // One thing at a time, and only when there is room for all that comes of it.
            if !self.house.outbox.is_empty() {
                return None;
            }
            if self.house.expire(&moment(&self.config, env)) {
                continue;
            }
            match self.framer.next(rx.unread(), rx.is_eof()) {
                Cut::NeedMore if rx.is_eof() => return self.close(CloseReason::PeerClosed),
                Cut::NeedMore => return None,
                Cut::Drop(len) => rx.discard(len),
                Cut::TooLong { used } => {
                    rx.discard(used);
                    let limit = u32::try_from(MAX_LINE).unwrap_or(u32::MAX);
                    return self.announce(Slot::Fault(Fault::new(FaultKind::TooLong { limit }, MAX_LINE)));
                }
                Cut::Frame { len, used } => {
                    rx.hold(used);
                    self.slot = self.line(env, rx.unread().get(..len).unwrap_or_default());
                    self.house.outbox.flush(&self.config, tx);
                    return Some(Pending::reading(len));
                }
            }
        }
    }

    fn event<'i>(&self, pending: Pending, rx: &'i RxBuf<'_>) -> Event<'i> {
        match self.slot {
            Slot::Line => decode(pending.bytes(rx)).map_or_else(Event::Fault, Event::Line),
            Slot::Refused(refusal) => Event::Refused(refusal),
            Slot::Notice(notice) => Event::Notice(notice),
            Slot::Fault(fault) => Event::Fault(fault),
            Slot::Closed(reason) => Event::Closed(reason),
        }
    }

    fn submit(&mut self, env: &Env, command: Command<'_>, tx: &mut TxBuf<'_>) -> Result<Ticket, Refused> {
        if self.life != Life::Open {
            return Err(Refused::Closed);
        }
        self.now = env.now;
        if matches!(command, Command::Keys(_)) && self.refusal.is_some() {
            return Err(Refused::TooManyPending { limit: 1 });
        }
        let at = moment(&self.config, env);
        // On a copy, so that nothing has changed if there is no room.
        let mut house = self.house.clone();
        house.keep_reporting(&at);
        while house.expire(&at) {}
        let refusal = house.apply(&at, command)?;
        if house.outbox.overflowed() {
            let free = u32::try_from(tx.free()).unwrap_or(u32::MAX);
            return Err(Refused::NoRoom { needed: house.outbox.bytes(), free });
        }
        self.house = house;
        self.refusal = self.refusal.or(refusal);
        self.house.outbox.flush(&self.config, tx);
        if matches!(command, Command::Close) {
            self.life = Life::Closing;
        }
        let ticket = Ticket(self.tickets);
        self.tickets = self.tickets.wrapping_add(1);
        Ok(ticket)
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let waits = self.life == Life::Closing
            || self.refusal.is_some()
            || !self.house.outbox.is_empty()
            || self.told.is_behind(&self.config, &self.house)
            || self.config.version_report_millis > 0 && !self.house.timers.is_set(VERSION_TIMER);
        match self.life {
            Life::Closed => None,
            _ if waits => Some(Instant::ZERO),
            _ => self.house.timers.next().map(|at| if at <= self.now { Instant::ZERO } else { at }),
        }
    }

    fn is_closed(&self) -> bool {
        self.life == Life::Closed
    }
}
