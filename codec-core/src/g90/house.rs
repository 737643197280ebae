//! The state of the house as notifications, alerts and history rows tell it, in a table of the caller's.

use super::notify::Notification;
use super::{AlertState, ArmState, Facts, KeypadState, Meaning, PeripheralProtocol, PeripheralType, StateChange};
use crate::error::{Fault, FaultKind};
use crate::home::{AlarmKind, AreaState, Mode, Notice, Source, TroubleKind, ZoneFlags, ZoneState};
use crate::timers::Instant;

/// A place for a sensor.
#[derive(Clone, Copy, Debug, Default)]
pub struct SensorSlot {
    index: u32,
    used: bool,
    /// A door contact that tells, when alerts for it are switched on, that it closes.
    door: bool,
    wired: bool,
    open_when_arming: bool,
    arming_changed: bool,
    state: ZoneState,
    changed: ZoneFlags,
    /// When it counts as no longer active.
    until: Option<Instant>,
}

impl SensorSlot {
    /// Index of the sensor in the panel's list, or `None` while the place is free.
    #[must_use]
    pub fn index(&self) -> Option<u32> {
        self.used.then_some(self.index)
    }

    /// What is known about it: active ([`ZoneFlags::OPEN`]), alarm, tamper, low battery.
    #[must_use]
    pub const fn state(&self) -> ZoneState {
        self.state
    }

    /// Whether it was open when the panel was being armed. The next arming or disarming clears it.
    #[must_use]
    pub const fn open_when_arming(&self) -> bool {
        self.open_when_arming
    }

    fn tell(&mut self, flag: ZoneFlags, on: bool) {
        if self.state.is(flag) != Some(on) {
            self.changed |= flag;
        }
        self.state.known |= flag;
        self.state.set = if on { self.state.set | flag } else { self.state.set.without(flag) };
    }

    /// Clears what was told; what was not stays unknown.
    fn clear(&mut self, flag: ZoneFlags) {
        if self.state.is(flag) == Some(true) {
            self.tell(flag, false);
        }
    }

    fn tell_open_when_arming(&mut self, on: bool) {
        self.arming_changed |= self.open_when_arming != on;
        self.open_when_arming = on;
    }
}

/// What the house has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Notice(Notice),
    OpenWhenArming { sensor: u32, active: bool },
}

/// An SOS button that was pressed: of the panel, or of a remote control.
#[derive(Clone, Copy, Debug, Default)]
struct Sos {
    sensor: u32,
    active: bool,
    changed: bool,
}

/// Troubles of the panel, a bit each.
const TROUBLES: [(u8, TroubleKind); 3] = [(1, TroubleKind::Mains), (2, TroubleKind::Battery), (4, TroubleKind::Reporting)];

#[derive(Debug)]
pub(crate) struct House<'b> {
    sensors: &'b mut [SensorSlot],
    /// Milliseconds after which an active sensor counts as quiet, 0 for never.
    occupancy_millis: u32,
    /// Whether doors tell that they close.
    pub(crate) closing_told: bool,
    area: (AreaState, Option<Mode>),
    area_told: (AreaState, Option<Mode>),
    host_sos: Sos,
    remote_sos: Sos,
    troubles: u8,
    troubles_changed: u8,
    full: bool,
    /// Something may have to be told.
    changed: bool,
}

impl<'b> House<'b> {
    pub(crate) fn new(sensors: &'b mut [SensorSlot], occupancy_millis: u32, closing_told: bool) -> Self {
        sensors.fill(SensorSlot::default());
        let unknown = (AreaState::Unknown, None);
        Self {
            sensors,
            occupancy_millis,
            closing_told,
            area: unknown,
            area_told: unknown,
            host_sos: Sos::default(),
            remote_sos: Sos::default(),
            troubles: 0,
            troubles_changed: 0,
            full: false,
            changed: false,
        }
    }

    pub(crate) const fn sensors(&self) -> &[SensorSlot] {
        self.sensors
    }

    pub(crate) const fn area(&self) -> (AreaState, Option<Mode>) {
        self.area
    }

    pub(crate) const fn has_news(&self) -> bool {
        self.changed
    }

    /// The place of a sensor. A number that no list has gets none; `Err` if the table is full.
    fn slot(&mut self, index: i64) -> Result<Option<&mut SensorSlot>, u32> {
        let Ok(index) = u32::try_from(index) else { return Ok(None) };
        let limit = u32::try_from(self.sensors.len()).unwrap_or(u32::MAX);
        let slot = self.sensors.iter_mut().find(|slot| !slot.used || slot.index == index).ok_or(limit)?;
        (slot.used, slot.index) = (true, index);
        Ok(Some(slot))
    }

    /// What the panel's list says of a sensor.
    pub(crate) fn define(&mut self, index: u32, kind: PeripheralType, protocol: PeripheralProtocol) -> Result<(), u32> {
        if let Some(slot) = self.slot(index.into())? {
            slot.door = kind == PeripheralType::Door;
            slot.wired = protocol == PeripheralProtocol::Cord;
        }
        Ok(())
    }

    /// Does something to a sensor. Gives a fault if there is no place for it, the first time.
    fn at(&mut self, index: i64, change: impl FnOnce(&mut SensorSlot)) -> Option<Fault> {
        self.changed = true;
        match self.slot(index) {
            Ok(slot) => {
                slot.map(change);
                None
            }
            // No table at all: the caller does not want to know.
            Err(0) => None,
            Err(limit) => {
                let first = !core::mem::replace(&mut self.full, true);
                first.then(|| Fault::new(FaultKind::TableFull { limit }, 0))
            }
        }
    }

    fn active(&mut self, index: i64, open: bool, now: Instant) -> Option<Fault> {
        let (millis, closing_told) = (self.occupancy_millis, self.closing_told);
        self.at(index, |slot| {
            slot.tell(ZoneFlags::OPEN, open);
            // Whoever can be heard of has a battery that is not too low.
            if !slot.wired {
                slot.tell(ZoneFlags::LOW_BATTERY, false);
            }
            let ends = open && millis > 0 && !(slot.door && closing_told);
            slot.until = ends.then(|| now.plus_millis(millis.into()));
        })
    }

    fn arming(&mut self, state: ArmState) {
        self.changed = true;
        self.area = match state {
            ArmState::ArmAway => (AreaState::Armed, Some(Mode::Away)),
            ArmState::ArmHome => (AreaState::Armed, Some(Mode::Home)),
            ArmState::Disarm => (AreaState::Disarmed, None),
            ArmState::Alarmed => (AreaState::Triggered, self.area.1),
            ArmState::Other(_) => return,
        };
        if state == ArmState::Alarmed {
            return;
        }
        for slot in self.sensors.iter_mut().filter(|slot| slot.used) {
            slot.clear(ZoneFlags::TAMPER);
            slot.clear(ZoneFlags::ALARM);
            slot.tell_open_when_arming(false);
        }
        for sos in [&mut self.host_sos, &mut self.remote_sos] {
            sos.changed = sos.changed || sos.active;
            sos.active = false;
        }
    }

    fn sos(&mut self, host: bool, index: i64) {
        let sos = if host { &mut self.host_sos } else { &mut self.remote_sos };
        *sos = Sos { sensor: u32::try_from(index).unwrap_or(0), active: true, changed: true };
        self.area.0 = AreaState::Triggered;
        self.changed = true;
    }

    fn trouble(&mut self, kind: TroubleKind, active: bool) {
        self.changed = true;
        for (bit, trouble) in TROUBLES {
            if trouble == kind && (self.troubles & bit != 0) != active {
                self.troubles ^= bit;
                self.troubles_changed ^= bit;
            }
        }
    }

    pub(crate) fn notification(&mut self, notification: &Notification<'_>, now: Instant) -> Option<Fault> {
        match *notification {
            Notification::Arming(state) => {
                self.arming(state);
                None
            }
            Notification::SensorActivity { index, .. } => self.active(index, true, now),
            Notification::DoorOpenWhenArming { index, .. } => self.at(index, |slot| slot.tell_open_when_arming(true)),
            Notification::SensorChange { .. } | Notification::Other { .. } => None,
        }
    }

    /// Takes in an alert, a status change of the cloud, or a row of the history.
    pub(crate) fn alert(&mut self, facts: Facts, now: Instant) -> Option<Fault> {
        let index = facts.event_id;
        match facts.meaning() {
            Meaning::Sos { host: true } => {
                self.sos(true, index);
                None
            }
            Meaning::Sos { host: false } => {
                self.sos(false, index);
                self.active(index, true, now)
            }
            Meaning::Arming(state) => {
                self.arming(state);
                None
            }
            Meaning::Panel(change) => {
                match change {
                    StateChange::AcPowerFailure => self.trouble(TroubleKind::Mains, true),
                    StateChange::AcPowerRecover => self.trouble(TroubleKind::Mains, false),
                    StateChange::LowBattery => self.trouble(TroubleKind::Battery, true),
                    StateChange::WifiConnected => self.trouble(TroubleKind::Reporting, false),
                    StateChange::WifiDisconnected => self.trouble(TroubleKind::Reporting, true),
                    _ => {}
                }
                None
            }
            Meaning::Alarm { state } => {
                self.area.0 = AreaState::Triggered;
                let fault = self.active(index, true, now);
                self.at(index, |slot| {
                    slot.tell(ZoneFlags::ALARM, true);
                    match state {
                        AlertState::Tamper => slot.tell(ZoneFlags::TAMPER, true),
                        AlertState::LowBattery => slot.tell(ZoneFlags::LOW_BATTERY, true),
                        _ => {}
                    }
                });
                fault
            }
            Meaning::LowBattery | Meaning::Keypad(KeypadState::LowBattery) => {
                self.at(index, |slot| slot.tell(ZoneFlags::LOW_BATTERY, true))
            }
            Meaning::Tamper => {
                let fault = self.active(index, true, now);
                self.at(index, |slot| slot.tell(ZoneFlags::TAMPER, true));
                fault
            }
            Meaning::Door { open } => self.active(index, open, now),
            Meaning::Button(_) | Meaning::Keypad(_) | Meaning::Activity => self.active(index, true, now),
            Meaning::Unsupported => None,
        }
    }

    /// Sensors that were active long enough are quiet again.
    pub(crate) fn expire(&mut self, now: Instant) {
        for slot in self.sensors.iter_mut().filter(|slot| slot.until.is_some_and(|at| at <= now)) {
            slot.until = None;
            slot.tell(ZoneFlags::OPEN, false);
            self.changed = true;
        }
    }

    /// When [`expire`](Self::expire) has something to do.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.sensors.iter().filter_map(|slot| slot.until).min()
    }

    /// Takes out the next change.
    pub(crate) fn next(&mut self) -> Option<Told> {
        if !self.changed {
            return None;
        }
        for (sos, host) in [(&mut self.host_sos, true), (&mut self.remote_sos, false)] {
            if core::mem::take(&mut sos.changed) {
                let source = if host { Source::Panel } else { Source::Zone(sos.sensor) };
                return Some(Told::Notice(Notice::Alarm { kind: AlarmKind::Panic, source, active: sos.active }));
            }
        }
        for slot in self.sensors.iter_mut() {
            if !slot.changed.is_empty() {
                let changed = core::mem::take(&mut slot.changed);
                return Some(Told::Notice(Notice::Zone { zone: slot.index, state: slot.state, changed }));
            }
            if core::mem::take(&mut slot.arming_changed) {
                return Some(Told::OpenWhenArming { sensor: slot.index, active: slot.open_when_arming });
            }
        }
        if self.area != self.area_told {
            self.area_told = self.area;
            return Some(Told::Notice(Notice::Area { area: 0, state: self.area.0, mode: self.area.1 }));
        }
        for (bit, kind) in TROUBLES {
            if self.troubles_changed & bit != 0 {
                self.troubles_changed ^= bit;
                return Some(Told::Notice(Notice::Trouble { kind, source: Source::Panel, active: self.troubles & bit != 0 }));
            }
        }
        self.changed = false;
        None
    }
}
