//! The side of the panel: it tells what happens in a simulated house.
//!
//! What happens is a [`Command`]. It is told as a notification, as an alert, or as both, as real panels do it; alerts only if
//! [`Config::alerts`] has them. Alarms, SOS buttons, remote controls and keypads are always told.

use core::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::encode::{encode_alert, encode_notification, escape};
use super::wire::{Alert, Notification};
use crate::buf::{RxBuf, TxBuf};
use crate::error::{CloseReason, ConfigError, EncodeError, Refused};
use crate::g90::{
    AlertFlags, AlertSource, AlertType, ArmState, Facts, KeypadState, NOTIFICATION_PORT, PeripheralType, RemoteButton, StateChange,
};
use crate::machine::{Env, LinkKind, Machine, Pending, Ticket};
use crate::text::json::{Array, Value};
use crate::timers::Instant;

/// Longest name of a sensor, and longest serial number, in bytes: what the cloud protocol has room for.
pub const MAX_NAME: usize = 32;

/// A name, all of it escaped.
const ESCAPED: usize = 6 * MAX_NAME;

/// The longest alert: two names, six numbers, and what stands between them.
const LONGEST: usize = 2 * ESCAPED + 128;

/// A sensor of the house.
#[derive(Clone, Copy, Debug)]
pub struct Sensor<'b> {
    /// Its index in the panel's list.
    pub index: u32,
    /// Its name, up to [`MAX_NAME`] bytes.
    pub name: &'b str,
    /// What it is: where its alerts come from, and how their states are numbered.
    pub kind: PeripheralType,
}

/// How a panel behaves.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Config<'b> {
    /// Where datagrams go. Default: to all, port 12901.
    pub to: SocketAddr,
    /// Serial number, up to [`MAX_NAME`] bytes. Default `GA00000A0000000`.
    pub device_id: &'b str,
    /// What alerts are sent for. Default: arming, mains, batteries, WiFi, doors that open and close.
    pub alerts: AlertFlags,
    /// The sensors.
    pub sensors: &'b [Sensor<'b>],
}

impl Config<'_> {
    /// The defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            to: SocketAddr::new(IpAddr::V4(Ipv4Addr::BROADCAST), NOTIFICATION_PORT),
            device_id: "GA00000A0000000",
            alerts: AlertFlags::from_bits(511),
            sensors: &[],
        }
    }
}

impl Default for Config<'_> {
    fn default() -> Self {
        Self::new()
    }
}

/// Something happens. The datagrams go out one at a time: until they have, the next command is
/// [`Refused::NoRoom`].
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Command {
    /// The panel is armed, disarmed, or in alarm.
    Arm(ArmState),
    /// The panel's mains, battery or WiFi.
    Panel(StateChange),
    /// The panel's SOS button.
    Sos,
    /// A sensor of [`Config::sensors`].
    Sensor {
        /// Its index.
        index: u32,
        /// What it does.
        event: SensorEvent,
    },
    /// End, when all is sent.
    Close,
}

/// What a sensor does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum SensorEvent {
    /// It is active: a door opens, something moves, a bell rings.
    Active,
    /// A door closes.
    Closed,
    /// It raises an alarm.
    Alarm,
    /// Somebody tampers with it.
    Tamper,
    /// Its battery is low.
    LowBattery,
    /// It is open while the panel is being armed.
    OpenWhenArming,
    /// A button of a remote control.
    Button(RemoteButton),
    /// A key or a card of a keypad.
    Keypad(KeypadState),
    /// It was added to the panel's list.
    Added,
}

/// What a panel tells its driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Event {
    /// A datagram came in. Panels take none on this port.
    Ignored,
    /// The machine has ended. This is its last event.
    Closed(CloseReason),
}

/// A datagram to be written.
#[derive(Clone, Copy, Debug)]
enum Out {
    Arming(ArmState),
    Activity(u32),
    OpenWhenArming(u32),
    Added(u32),
    Alert(Facts, i64),
}

/// A simulated panel, as far as it tells things by itself.
///
/// ```
/// use codec_core::g90::PeripheralType;
/// use codec_core::g90::notify::panel::{Command, Config, Panel, Sensor, SensorEvent};
/// use codec_core::{Env, Machine as _, TxBuf};
///
/// let sensors = [Sensor { index: 100, name: "Hall", kind: PeripheralType::Door }];
/// let mut config = Config::new();
/// config.sensors = &sensors;
/// let mut panel = Panel::new(config)?;
/// let mut storage = [0; Panel::TX_MIN];
/// let mut tx = TxBuf::new(&mut storage);
/// panel.submit(&Env::default(), Command::Sensor { index: 100, event: SensorEvent::Active }, &mut tx)?;
/// assert_eq!(tx.unsent(), b"[170,[5,[100,\"Hall\"]]]\0");
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Panel<'b> {
    config: Config<'b>,
    /// What waits until the datagram before it is sent.
    second: Option<Out>,
    event: Event,
    /// Something was written since the driver last had a chance to send it.
    wrote: bool,
    closing: bool,
    closed: bool,
    tickets: u32,
}

const _: () = assert!(size_of::<Panel<'_>>() <= 512);

impl<'b> Panel<'b> {
    /// A panel in a quiet house.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] if a name or the serial number is too long.
    pub fn new(config: Config<'b>) -> Result<Self, ConfigError> {
        let names = config.sensors.iter().map(|sensor| ("name", sensor.name)).chain([("device_id", config.device_id)]);
        for (field, text) in names {
            if text.len() > MAX_NAME {
                let found = u32::try_from(text.len()).unwrap_or(u32::MAX);
                return Err(ConfigError::OutOfRange { field, min: 0, max: MAX_NAME_U32, found });
            }
        }
        let event = Event::Ignored;
        Ok(Self { config, second: None, event, wrote: false, closing: false, closed: false, tickets: 0 })
    }

    fn sensor(&self, index: u32) -> Option<&Sensor<'b>> {
        self.config.sensors.iter().find(|sensor| sensor.index == index)
    }

    /// Writes a datagram. Gives its length if there is no room for it now.
    fn write(&self, out: Out, tx: &mut TxBuf<'_>) -> Result<(), Refused> {
        let (mut name, mut id, mut datagram) = ([0; ESCAPED], [0; ESCAPED], [0; LONGEST]);
        let index = match out {
            Out::Activity(index) | Out::OpenWhenArming(index) | Out::Added(index) => index,
            Out::Alert(facts, _) => u32::try_from(facts.event_id).unwrap_or(u32::MAX),
            Out::Arming(_) => u32::MAX,
        };
        // An alert of the panel is about no sensor, though it may have the number of one.
        let of_panel = matches!(out, Out::Alert(Facts { alert_type: AlertType::HostSos | AlertType::StateChange, .. }, _));
        let sensor = if of_panel { None } else { self.sensor(index) };
        let name = escape(sensor.map_or("", |sensor| sensor.name), &mut name)?;
        let index = index.into();
        let len = match out {
            Out::Arming(state) => encode_notification(&Notification::Arming(state), &mut datagram),
            Out::Activity(_) => encode_notification(&Notification::SensorActivity { index, name }, &mut datagram),
            Out::OpenWhenArming(_) => encode_notification(&Notification::DoorOpenWhenArming { index, name }, &mut datagram),
            Out::Added(_) => encode_notification(&Notification::SensorChange { index, name, action: 1 }, &mut datagram),
            Out::Alert(facts, unix_time) => {
                let device_id = escape(self.config.device_id, &mut id)?;
                let other = Value::Array(Array::new("[\"\"]"));
                encode_alert(&Alert { facts, zone_name: name, device_id, unix_time, resv4: 0, other }, &mut datagram)
            }
        }?;
        if tx.append_datagram(datagram.get(..len).unwrap_or_default(), self.config.to) {
            return Ok(());
        }
        let as_u32 = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        let free = if tx.is_empty() { as_u32(tx.capacity()) } else { 0 };
        Err(Refused::NoRoom { needed: as_u32(len), free })
    }

    /// The datagrams that tell of a command.
    fn told(&self, command: Command, unix: i64) -> Result<[Option<Out>; 2], Refused> {
        let alert = |facts| Some(Out::Alert(facts, unix));
        let if_wanted = |flag, facts| alert(facts).filter(|_| self.config.alerts.contains(flag));
        let of_panel = |alert_type, event_id| Facts { alert_type, event_id, source: AlertSource::Device, state: 0 };
        Ok(match command {
            Command::Arm(state) => {
                let change = match state {
                    ArmState::ArmAway => Some(StateChange::ArmAway),
                    ArmState::ArmHome => Some(StateChange::ArmHome),
                    ArmState::Disarm => Some(StateChange::Disarm),
                    ArmState::Alarmed | ArmState::Other(_) => None,
                };
                let facts = change.map(|change| of_panel(AlertType::StateChange, change.raw()));
                [Some(Out::Arming(state)), facts.and_then(|facts| if_wanted(AlertFlags::ARM_DISARM, facts))]
            }
            Command::Panel(change) => {
                let flag = match change {
                    StateChange::AcPowerFailure => AlertFlags::AC_POWER_FAILURE,
                    StateChange::AcPowerRecover => AlertFlags::AC_POWER_RECOVER,
                    StateChange::Disarm | StateChange::ArmAway | StateChange::ArmHome => AlertFlags::ARM_DISARM,
                    StateChange::LowBattery => AlertFlags::HOST_LOW_VOLTAGE,
                    StateChange::WifiConnected => AlertFlags::WIFI_AVAILABLE,
                    StateChange::WifiDisconnected => AlertFlags::WIFI_UNAVAILABLE,
                    StateChange::Other(_) => AlertFlags::NONE,
                };
                [if_wanted(flag, of_panel(AlertType::StateChange, change.raw())), None]
            }
            Command::Sos => [alert(of_panel(AlertType::HostSos, 1)), None],
            Command::Sensor { index, event } => {
                let Some(sensor) = self.sensor(index) else {
                    let (min, max) = (0, u32::MAX);
                    return Err(Refused::Invalid(EncodeError::OutOfRange { field: "sensor", min, max, found: index }));
                };
                let facts = facts(sensor, event);
                match event {
                    SensorEvent::Active => {
                        let door = if facts.source == AlertSource::Sensor { AlertFlags::DOOR_OPEN } else { AlertFlags::NONE };
                        // Motion is no alert by itself.
                        let second = if_wanted(door, facts).filter(|_| facts.source != AlertSource::Infrared);
                        [Some(Out::Activity(index)), second]
                    }
                    SensorEvent::Closed => [if_wanted(AlertFlags::DOOR_CLOSE, facts), None],
                    SensorEvent::LowBattery => [if_wanted(AlertFlags::SENSOR_LOW_VOLTAGE, facts), None],
                    SensorEvent::OpenWhenArming => [Some(Out::OpenWhenArming(index)), None],
                    SensorEvent::Added => [Some(Out::Added(index)), None],
                    SensorEvent::Alarm | SensorEvent::Tamper | SensorEvent::Button(_) | SensorEvent::Keypad(_) => [alert(facts), None],
                }
            }
            Command::Close => [None, None],
        })
    }

    fn announce(&mut self, event: Event) -> Option<Pending> {
        self.closed |= matches!(event, Event::Closed(_));
        self.event = event;
        Some(Pending::WITHOUT_BYTES)
    }
}

/// [`MAX_NAME`] for errors.
const MAX_NAME_U32: u32 = 32;

/// The numbers of the alert about what a sensor does.
fn facts(sensor: &Sensor<'_>, event: SensorEvent) -> Facts {
    let source = match sensor.kind {
        PeripheralType::Infrared => AlertSource::Infrared,
        PeripheralType::Remote => AlertSource::Remote,
        PeripheralType::Rfid => AlertSource::Rfid,
        PeripheralType::Doorbell => AlertSource::Doorbell,
        PeripheralType::FingerLock => AlertSource::Fingerprint,
        _ => AlertSource::Sensor,
    };
    let motion = source == AlertSource::Infrared;
    let (alert_type, state) = match event {
        SensorEvent::Active => (AlertType::SensorActivity, i64::from(source == AlertSource::Sensor)),
        SensorEvent::Alarm => (
            AlertType::Alarm,
            match sensor.kind {
                PeripheralType::Infrared => 0,
                PeripheralType::Door | PeripheralType::CordSensor => 1,
                PeripheralType::Sos => 2,
                PeripheralType::Remote => 3,
                _ => 254,
            },
        ),
        SensorEvent::Tamper => (AlertType::Alarm, if motion { 1 } else { 3 }),
        SensorEvent::LowBattery => match source {
            AlertSource::Infrared => (AlertType::SensorActivity, 2),
            AlertSource::Rfid => (AlertType::SensorActivity, KeypadState::LowBattery.raw()),
            _ => (AlertType::SensorActivity, 4),
        },
        SensorEvent::Button(RemoteButton::Sos) => (AlertType::Alarm, RemoteButton::Sos.raw()),
        SensorEvent::Button(button) => (AlertType::SensorActivity, button.raw()),
        SensorEvent::Keypad(state) => (AlertType::SensorActivity, state.raw()),
        SensorEvent::Closed | SensorEvent::OpenWhenArming | SensorEvent::Added => (AlertType::SensorActivity, 0),
    };
    // The battery of all but keypads and motion sensors is told as that of a door contact; doors alone close.
    let source = match (event, source) {
        (SensorEvent::LowBattery, AlertSource::Infrared | AlertSource::Rfid) => source,
        (SensorEvent::LowBattery | SensorEvent::Closed, _) => AlertSource::Sensor,
        (SensorEvent::Button(_), _) => AlertSource::Remote,
        (SensorEvent::Keypad(_), _) => AlertSource::Rfid,
        _ => source,
    };
    Facts { alert_type, event_id: sensor.index.into(), source, state }
}

impl Machine for Panel<'_> {
    const LINK: LinkKind = LinkKind::Datagram;
    /// For what comes by mistake.
    const RX_MIN: usize = 16;
    const TX_MIN: usize = LONGEST;
    type Event<'i> = Event;
    type Command<'c> = Command;

    fn poll_event(&mut self, _: &Env, rx: &mut RxBuf<'_>, tx: &mut TxBuf<'_>) -> Option<Pending> {
        rx.release();
        if self.closed {
            return None;
        }
        self.wrote = false;
        if let Some(out) = self.second {
            if tx.is_empty() && self.write(out, tx).is_ok() {
                self.second = None;
                self.wrote = true;
            }
        }
        if self.closing && self.second.is_none() {
            return self.announce(Event::Closed(CloseReason::Requested));
        }
        if rx.from().is_some() || !rx.unread().is_empty() {
            rx.discard(rx.unread().len());
            return self.announce(Event::Ignored);
        }
        if rx.is_eof() {
            return self.announce(Event::Closed(CloseReason::PeerClosed));
        }
        None
    }

    fn event(&self, _: Pending, _: &RxBuf<'_>) -> Event {
        self.event
    }

    fn submit(&mut self, env: &Env, command: Command, tx: &mut TxBuf<'_>) -> Result<Ticket, Refused> {
        if self.closed || self.closing {
            return Err(Refused::Closed);
        }
        if matches!(command, Command::Close) {
            self.closing = true;
        } else {
            let unix = env.unix.and_then(|unix| i64::try_from(unix).ok()).unwrap_or(0);
            let [first, second] = self.told(command, unix)?;
            if self.second.is_some() {
                return Err(Refused::TooManyPending { limit: 1 });
            }
            if let Some(first) = first {
                self.write(first, tx)?;
                self.wrote = true;
            }
            self.second = second;
        }
        let ticket = Ticket(self.tickets);
        self.tickets = self.tickets.wrapping_add(1);
        Ok(ticket)
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let waits = self.wrote || self.second.is_some() || self.closing;
        (!self.closed && waits).then_some(Instant::ZERO)
    }

    fn is_closed(&self) -> bool {
        self.closed
    }
}
