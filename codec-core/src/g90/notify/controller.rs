//! The side that listens on port 12901.

mod command;
mod config;

pub use command::{Command, Event, Foreign};
pub use config::Config;

use super::wire::{Body, decode};
use crate::buf::{RxBuf, TxBuf};
use crate::error::{CloseReason, EncodeError, Fault, Refused};
use crate::g90::AlertFlags;
use crate::g90::house::{House, SensorSlot, Told};
use crate::g90::repeats::Repeats;
use crate::home::{AreaState, Mode};
use crate::machine::{Env, LinkKind, Machine, Pending, Ticket};
use crate::timers::Instant;

/// What the last `poll_event` announced.
#[derive(Clone, Copy, Debug)]
enum Slot {
    /// The datagram that is held in the receive buffer.
    Message,
    Foreign(Foreign),
    Told(Told),
    Fault(Fault),
    Closed(CloseReason),
}

/// Hears one panel, and knows the state of its house.
///
/// The state is that of alerts, notifications and history rows together: an event that comes in two of these ways changes it once.
///
/// ```
/// use codec_core::g90::notify::controller::{Config, Controller, Event};
/// use codec_core::g90::SensorSlot;
/// use codec_core::home::{AreaState, Notice};
/// use codec_core::{Env, Instant, Machine as _, RxBuf, TxBuf};
///
/// let mut sensors = [SensorSlot::default(); 16];
/// let mut controller = Controller::new(Config::new(), &mut sensors);
/// let mut storage = [0; 512];
/// let (mut rx, mut tx) = (RxBuf::new(&mut storage), TxBuf::new(&mut []));
///
/// let datagram = b"[170,[1,[1]]]\0";
/// rx.space()[..datagram.len()].copy_from_slice(datagram);
/// rx.commit_datagram(datagram.len(), "192.0.2.7:45000".parse()?);
/// let env = Env::at(Instant::from_millis(1));
/// let mut armed = false;
/// while let Some(pending) = controller.poll_event(&env, &mut rx, &mut tx) {
///     if let Event::Notice(Notice::Area { state: AreaState::Armed, .. }) = controller.event(pending, &rx) {
///         armed = true;
///     }
/// }
/// assert!(armed);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Controller<'b> {
    config: Config<'b>,
    house: House<'b>,
    repeats: Repeats,
    slot: Slot,
    /// What a command led to.
    fault: Option<Fault>,
    closing: bool,
    closed: bool,
    tickets: u32,
    /// The last moment heard of.
    now: Instant,
}

const _: () = assert!(size_of::<Controller<'_>>() <= 512);

impl<'b> Controller<'b> {
    /// A controller that has heard nothing. `sensors` has a place for each sensor of the panel; without any, the state of sensors is not kept.
    #[must_use]
    pub fn new(config: Config<'b>, sensors: &'b mut [SensorSlot]) -> Self {
        let house = House::new(sensors, config.occupancy_millis, config.alerts.contains(AlertFlags::DOOR_CLOSE));
        Self {
            config,
            house,
            repeats: Repeats::new(),
            slot: Slot::Message,
            fault: None,
            closing: false,
            closed: false,
            tickets: 0,
            now: Instant::ZERO,
        }
    }

    /// The table of sensors.
    #[must_use]
    pub const fn sensors(&self) -> &[SensorSlot] {
        self.house.sensors()
    }

    /// Whether and how the panel is armed, or in alarm, as told so far.
    #[must_use]
    pub const fn area(&self) -> (AreaState, Option<Mode>) {
        self.house.area()
    }

    fn announce(&mut self, slot: Slot) -> Option<Pending> {
        self.slot = slot;
        Some(Pending::WITHOUT_BYTES)
    }

    /// Takes in one datagram. `None` if it is to be passed over.
    fn receive(&mut self, datagram: &[u8], foreign: bool) -> Option<Slot> {
        if foreign {
            return Some(Slot::Foreign(Foreign::Sender));
        }
        match decode(datagram).and_then(|message| message.body()) {
            Ok(Body::Notification(notification)) => self.fault = self.house.notification(&notification, self.now),
            Ok(Body::Alert(alert)) => {
                if !self.config.device_id.is_empty() && alert.device_id != self.config.device_id {
                    return Some(Slot::Foreign(Foreign::DeviceId));
                }
                if self.config.drop_repeated && self.repeats.is_repeated(alert.facts, alert.unix_time) {
                    return None;
                }
                self.fault = self.house.alert(alert.facts, self.now);
            }
            Ok(Body::Other(_)) => {}
            Err(fault) => return Some(Slot::Fault(fault)),
        }
        Some(Slot::Message)
    }
}

impl Machine for Controller<'_> {
    const LINK: LinkKind = LinkKind::Datagram;
    /// An alert with the longest name, all of it escaped, takes less than 300 bytes.
    const RX_MIN: usize = 512;
    const TX_MIN: usize = 0;
    type Event<'i> = Event<'i>;
    type Command<'c> = Command<'c>;

    fn poll_event(&mut self, env: &Env, rx: &mut RxBuf<'_>, _: &mut TxBuf<'_>) -> Option<Pending> {
        rx.release();
        if self.closed {
            return None;
        }
        self.now = env.now;
        self.house.expire(env.now);
        loop {
            if let Some(fault) = self.fault.take() {
                return self.announce(Slot::Fault(fault));
            }
            if let Some(told) = self.house.next() {
                return self.announce(Slot::Told(told));
            }
            if self.closing {
                self.closed = true;
                return self.announce(Slot::Closed(CloseReason::Requested));
            }
            let len = rx.unread().len();
            if len == 0 && rx.from().is_none() {
                if rx.is_eof() {
                    self.closed = true;
                    return self.announce(Slot::Closed(CloseReason::PeerClosed));
                }
                return None;
            }
            let sender = rx.from().map(|from| from.ip().to_canonical());
            let foreign = self.config.panel.is_some_and(|panel| sender != Some(panel.to_canonical()));
            let slot = self.receive(rx.unread(), foreign);
            match slot {
                // An empty one has nothing to hold.
                _ if len == 0 => rx.discard(0),
                Some(_) => rx.hold(len),
                None => rx.discard(len),
            }
            if let Some(slot) = slot {
                self.slot = slot;
                return Some(Pending::reading(len));
            }
        }
    }

    fn event<'i>(&self, pending: Pending, rx: &'i RxBuf<'_>) -> Event<'i> {
        match self.slot {
            Slot::Message => match decode(pending.bytes(rx)).and_then(|message| Ok((message, message.body()?))) {
                Ok((_, Body::Notification(notification))) => Event::Notification(notification),
                Ok((_, Body::Alert(alert))) => Event::Alert(alert),
                Ok((message, Body::Other(_))) => Event::Other(message),
                Err(fault) => Event::Fault(fault),
            },
            Slot::Foreign(foreign) => Event::Foreign(foreign),
            Slot::Told(Told::Notice(notice)) => Event::Notice(notice),
            Slot::Told(Told::OpenWhenArming { sensor, active }) => Event::OpenWhenArming { sensor, active },
            Slot::Fault(fault) => Event::Fault(fault),
            Slot::Closed(reason) => Event::Closed(reason),
        }
    }

    fn submit(&mut self, env: &Env, command: Command<'_>, _: &mut TxBuf<'_>) -> Result<Ticket, Refused> {
        if self.closed || self.closing {
            return Err(Refused::Closed);
        }
        self.now = env.now;
        match command {
            Command::Sensor { index, kind, protocol } => self.house.define(index, kind, protocol).map_err(no_place)?,
            Command::Alerts(flags) => self.house.closing_told = flags.contains(AlertFlags::DOOR_CLOSE),
            Command::History(row) => {
                if !(self.config.drop_repeated && self.repeats.is_repeated(row.facts, row.unix_time)) {
                    self.fault = self.house.alert(row.facts, env.now).or(self.fault);
                }
            }
            Command::Close => self.closing = true,
        }
        let ticket = Ticket(self.tickets);
        self.tickets = self.tickets.wrapping_add(1);
        Ok(ticket)
    }

    fn poll_timeout(&self) -> Option<Instant> {
        if self.closed {
            return None;
        }
        if self.closing || self.fault.is_some() || self.house.has_news() {
            return Some(Instant::ZERO);
        }
        self.house.deadline().map(|at| if at <= self.now { Instant::ZERO } else { at })
    }

    fn is_closed(&self) -> bool {
        self.closed
    }
}

fn no_place(limit: u32) -> Refused {
    let found = limit.saturating_add(1);
    Refused::Invalid(EncodeError::OutOfRange { field: "sensors", min: 0, max: limit, found })
}
