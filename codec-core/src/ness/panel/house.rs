//! The simulated installation: what is open, low, tampered, in alarm and switched on.

use super::arming::{Area, Phase};
use super::command::{Command, Refusal};
use super::config::{Config, Dialect};
use super::outbox::{Item, Kind, Outbox};
use crate::error::{EncodeError, Refused};
use crate::home::{AlarmKind, Mode};
use crate::ness::{ArmingStatus, MiscAlarms, Output, PanelVersion, RequestId, ViewState, ZoneFact};
use crate::timers::{Instant, Timers};

/// What the panel knows at the moment of a call.
#[derive(Clone, Copy)]
pub(super) struct Moment<'c, 'b> {
    pub(super) config: &'c Config<'b>,
    pub(super) now: Instant,
    /// Local time, see [`local_time`](super::outbox::local_time).
    pub(super) time: u32,
}

/// Bits of [`Facts::troubles`].
pub(super) mod trouble {
    pub(in super::super) const MAINS: u8 = 1;
    pub(in super::super) const BATTERY: u8 = 2;
    pub(in super::super) const REPORTING: u8 = 4;
    pub(in super::super) const CASE: u8 = 8;
    pub(in super::super) const EXTERNAL: u8 = 16;
    pub(in super::super) const KEYPAD: u8 = 32;
}

/// Index of a deadline: the delay of area 1 and 2, then these, then the pulses of auxiliary outputs 1 to 8.
pub(super) const SIREN_TIMER: usize = 2;
pub(super) const VERSION_TIMER: usize = 3;
pub(super) const PULSE_TIMER: usize = 4;

/// All that can be seen from outside. In the zone masks, bit 0 is zone 1.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub(super) open: u32,
    pub(super) alarm: u32,
    pub(super) excluded: u32,
    pub(super) auto_excluded: u32,
    pub(super) tamper: u32,
    pub(super) low: u32,
    pub(super) lost: u32,
    /// A bit per place in the table of outputs.
    pub(super) outputs: u32,
    /// Keypads in alarm, 16 bits each: fire and panic, medical and duress.
    pub(super) keypads: [u32; 2],
    /// Users 1 to 32 and 33 to 56 whose radio key's panic button was pressed.
    pub(super) users: [u32; 2],
    pub(super) areas: [Area; 2],
    pub(super) troubles: u8,
    /// How often the panel said that it started, wrapping.
    pub(super) starts: u8,
}

impl Facts {
    /// Whether anything is in alarm.
    pub(super) const fn any_alarm(&self) -> bool {
        let [fire, medical] = self.keypads;
        let [low, high] = self.users;
        self.alarm | fire | medical | low | high != 0
    }
}

/// Facts, deadlines and what waits to be written.
#[derive(Clone, Debug)]
pub(super) struct House {
    pub(super) facts: Facts,
    pub(super) timers: Timers<12>,
    pub(super) outbox: Outbox,
}

/// The bit of a number from 1 to 32.
pub(super) const fn bit(number: u8) -> u32 {
    match number {
        1..=32 => 1 << number.wrapping_sub(1),
        _ => 0,
    }
}

pub(super) const fn output_bit(output: Output) -> u32 {
    match output.index() {
        index @ 0..=31 => 1 << index,
        _ => 0,
    }
}

fn within(field: &'static str, min: u8, max: u8, found: u8) -> Result<(), EncodeError> {
    if (min..=max).contains(&found) {
        Ok(())
    } else {
        Err(EncodeError::OutOfRange { field, min: min.into(), max: max.into(), found: found.into() })
    }
}

/// Sets or clears bits; whether that changed any.
fn set(mask: &mut u32, bits: u32, on: bool) -> bool {
    let before = *mask;
    *mask = if on { before | bits } else { before & !bits };
    *mask != before
}

impl House {
    pub(super) fn new() -> Self {
        Self { facts: Facts::default(), timers: Timers::new(), outbox: Outbox::new() }
    }

    /// Reports one event with a decimal identity.
    pub(super) fn emit(&mut self, at: &Moment<'_, '_>, code: u8, id: u8, area: u8) {
        self.emit_each(at, Kind::Event, code, id, area, 1);
    }

    /// Reports one event for each bit.
    pub(super) fn emit_each(&mut self, at: &Moment<'_, '_>, kind: Kind, code: u8, first: u8, area: u8, mask: u32) {
        self.outbox.push(at.config, Item { kind, code, first, area, mask, time: at.time });
    }

    /// Sends a status line.
    ///
    /// # Errors
    /// If no panel knows the request.
    pub(super) fn report(&mut self, at: &Moment<'_, '_>, request: RequestId) -> Result<(), Refusal> {
        let value = self.status(at.config, request).ok_or(Refusal::UnknownStatus(request.raw()))?;
        self.emit_each(at, Kind::Status, request.raw(), 0, 0, value.into());
        Ok(())
    }

    /// Switches outputs and reports those that changed and that events have an identity for.
    pub(super) fn switch(&mut self, at: &Moment<'_, '_>, outputs: u32, on: bool) {
        let before = self.facts.outputs;
        if set(&mut self.facts.outputs, outputs, on) {
            const NAMED: u32 = (1 << 18) - 1;
            let changed = (before ^ self.facts.outputs) & NAMED;
            self.emit_each(at, Kind::Output, if on { 0x31 } else { 0x32 }, 0, 0, changed);
        }
    }

    /// Switches outputs without a word.
    pub(super) fn switch_silently(&mut self, outputs: u32, on: bool) {
        set(&mut self.facts.outputs, outputs, on);
    }

    /// Switches an output on request of a person.
    pub(super) fn command_output(&mut self, at: &Moment<'_, '_>, output: Output, on: bool) {
        self.switch(at, output_bit(output), on);
        if let Output::Aux(number @ 1..=8) = output {
            let timer = PULSE_TIMER.saturating_add(usize::from(number)).saturating_sub(1);
            if on && at.config.aux_pulse_millis > 0 {
                self.timers.set(timer, at.now.plus_millis(at.config.aux_pulse_millis.into()));
            } else {
                self.timers.stop(timer);
            }
            if at.config.dialect == Dialect::Library {
                // The mock answers whether it changed or not.
                let value = self.facts.outputs & 0xFF;
                self.emit_each(at, Kind::Status, RequestId::AuxiliaryOutputs.raw(), 0, 0, value);
            }
        }
    }

    /// A trouble without a zone begins or ends; whether that is new.
    fn trouble(&mut self, bits: u8, on: bool) -> bool {
        let before = self.facts.troubles;
        self.facts.troubles = if on { before | bits } else { before & !bits };
        self.facts.troubles != before
    }

    /// The world acts on the panel. A wrong code or unknown keys come back as a [`Refusal`].
    ///
    /// # Errors
    /// For numbers outside their range and for what these panels do not have.
    pub(super) fn apply(&mut self, at: &Moment<'_, '_>, command: Command<'_>) -> Result<Option<Refusal>, Refused> {
        let zone_ok = |zone| within("zone", 1, at.config.zones, zone);
        // Odd codes are the end of what the even code before them begins.
        let code = |begin: u8, on: bool| if on { begin } else { begin | 1 };
        match command {
            Command::Zone { zone, open } => {
                zone_ok(zone)?;
                if set(&mut self.facts.open, bit(zone), open) {
                    self.emit(at, code(0x00, open), zone, 0);
                    if open {
                        self.opened(at, zone);
                    }
                }
            }
            Command::Tamper { zone, open } => {
                zone_ok(zone)?;
                if set(&mut self.facts.tamper, bit(zone), open) {
                    self.emit(at, code(0x08, open), zone, 0x91);
                }
            }
            Command::PanelTamper { external, open } => {
                if self.trouble(if external { trouble::EXTERNAL } else { trouble::CASE }, open) {
                    self.emit(at, code(0x08, open), 0, external.into());
                }
            }
            Command::KeypadTamper { open } => {
                if self.trouble(trouble::KEYPAD, open) {
                    self.emit_each(at, Kind::Keypad, code(0x08, open), 0, 0, 1);
                }
            }
            Command::Battery { zone, low } => {
                zone_ok(zone)?;
                if set(&mut self.facts.low, bit(zone), low) {
                    self.emit(at, code(0x12, low), zone, 0x91);
                }
            }
            Command::PanelBattery { low } => {
                if self.trouble(trouble::BATTERY, low) {
                    self.emit(at, code(0x12, low), 0, 0);
                    self.switch_silently(output_bit(Output::BatteryFail), low);
                }
            }
            Command::RadioKeyBattery { user, low } => {
                within("user", 1, 56, user)?;
                self.emit(at, code(0x12, low), user, 0x92);
            }
            Command::Supervision { zone, lost } => {
                zone_ok(zone)?;
                if set(&mut self.facts.lost, bit(zone), lost) {
                    self.emit(at, code(0x16, lost), zone, 0);
                }
            }
            Command::Mains { on } => {
                if self.trouble(trouble::MAINS, !on) {
                    self.emit(at, code(0x10, !on), 0, 0);
                    self.switch_silently(output_bit(Output::PowerFail), !on);
                }
            }
            Command::Reporting { ok } => {
                if self.trouble(trouble::REPORTING, !ok) {
                    self.emit(at, code(0x14, !ok), 0, 0);
                }
            }
            Command::Bypass { zone, on } => {
                zone_ok(zone)?;
                if set(&mut self.facts.excluded, bit(zone), on) {
                    self.emit(at, code(0x04, on), zone, self.zone_area(at.config, zone));
                }
            }
            Command::AutoExclude { zone, on } => {
                zone_ok(zone)?;
                if set(&mut self.facts.auto_excluded, bit(zone), on) {
                    self.emit(at, code(0x06, on), zone, self.zone_area(at.config, zone));
                }
            }
            Command::KeypadAlarm { keypad, kind } => {
                within("keypad", 0, 14, keypad)?;
                if kind == AlarmKind::Intrusion {
                    return Err(Refused::Unsupported);
                }
                self.keypad_alarm(at, keypad, kind);
            }
            Command::UserPanic { user } => {
                within("user", 1, 56, user)?;
                self.user_panic(at, user);
            }
            Command::Door { door, user, open } => {
                within("door", 1, 6, door)?;
                within("user", 1, 56, user)?;
                self.emit(at, code(0x00, open), user, 0xA0 | door);
            }
            Command::Arm { area, mode, user } => {
                within("area", 1, 2, area)?;
                within("user", 0, 58, user)?;
                if area == 2 && matches!(mode, Mode::Home | Mode::Day) {
                    return Err(Refused::Unsupported);
                }
                self.arm(at, area == 2, mode, user);
            }
            Command::Disarm { area, user } => {
                within("area", 0, 4, area)?;
                within("user", 0, 58, user)?;
                self.disarm(at, area, user);
            }
            Command::Output { output, on } => {
                if let Output::Aux(number) = output {
                    within("auxiliary output", 1, Output::MAX_AUX, number)?;
                }
                self.command_output(at, output, on);
            }
            Command::Keys(keys) => return Ok(self.press(at, keys.expose().as_bytes()).err()),
            Command::PowerUp => {
                self.facts.starts = self.facts.starts.wrapping_add(1);
                self.emit(at, 0x01, 0, 0);
            }
            Command::Clock => self.emit(at, 0x19, 0, 0),
            Command::Trip { zone } => {
                zone_ok(zone)?;
                self.zone_alarm(at, zone);
            }
            Command::ArmingDelayed { user } => {
                within("user", 1, 56, user)?;
                self.emit(at, 0x30, user, 1);
            }
            Command::Report(request) => {
                if let Err(_unknown) = self.report(at, request) {
                    within("status request", 0, 0x33, request.raw())?;
                    return Err(Refused::Unsupported);
                }
            }
            // The machine's own business.
            Command::Close => {}
        }
        Ok(None)
    }

    /// The answer to a status request, `None` for one that no panel knows.
    pub(super) fn status(&self, config: &Config<'_>, request: RequestId) -> Option<u16> {
        Some(match request {
            RequestId::MiscellaneousAlarms => self.misc_alarms().bits(),
            RequestId::Arming => self.arming(config.dialect).bits(),
            RequestId::Outputs => {
                // Siren to keypad display are the high byte; then auxiliary outputs 1 to 4 and the four without identity.
                let outputs = self.facts.outputs;
                u16::try_from((outputs >> 10 & 0xFF) << 8 | (outputs >> 18 & 0x0F) << 4 | outputs & 0x0F).unwrap_or(0)
            }
            RequestId::ViewState => {
                let home = self.facts.areas.iter().any(|area| area.phase != Phase::Disarmed && area.mode == Mode::Home);
                if home { ViewState::Home.raw() } else { ViewState::Normal.raw() }
            }
            RequestId::PanelVersion => {
                PanelVersion { model: config.models.byte(config.model).unwrap_or(0), version: config.version }.value()
            }
            RequestId::AuxiliaryOutputs => u16::try_from(self.facts.outputs & 0xFF).unwrap_or(0),
            _ => {
                let (fact, base) = request.zones()?;
                let zones = self.zones(config, fact);
                let half = if base == 1 { zones & 0xFFFF } else { zones >> 16 };
                // The first zone is bit 0 here and bit 8 in the line.
                u16::try_from(half).unwrap_or(0).swap_bytes()
            }
        })
    }

    /// The zones of which a fact is true. This house has no C-Bus, no double triggers and no door zones; all inputs are wired.
    fn zones(&self, config: &Config<'_>, fact: ZoneFact) -> u32 {
        let facts = &self.facts;
        match fact {
            ZoneFact::InputUnsealed => facts.open,
            ZoneFact::InDelay => self.zones_in_delay(config),
            ZoneFact::InAlarm => facts.alarm,
            ZoneFact::Excluded => facts.excluded,
            ZoneFact::AutoExcluded => facts.auto_excluded,
            ZoneFact::SupervisionFail => facts.lost,
            ZoneFact::LowBattery => facts.low,
            ZoneFact::Tamper => facts.tamper,
            ZoneFact::ExcludedByEither => facts.excluded | facts.auto_excluded,
            ZoneFact::RadioUnsealed
            | ZoneFact::CbusUnsealed
            | ZoneFact::InDoubleTrigger
            | ZoneFact::SupervisionFailPending
            | ZoneFact::DoorOpen => 0,
        }
    }

    fn misc_alarms(&self) -> MiscAlarms {
        let [first, second] = self.facts.keypads;
        let [low, high] = self.facts.users;
        let troubles = self.facts.troubles;
        let bits = [
            (MiscAlarms::FIRE, first & 0xFFFF != 0),
            (MiscAlarms::PANIC, first >> 16 != 0),
            (MiscAlarms::MEDICAL, second & 0xFFFF != 0),
            (MiscAlarms::DURESS, second >> 16 != 0),
            (MiscAlarms::EXT_TAMPER, troubles & trouble::EXTERNAL != 0),
            (MiscAlarms::PANEL_TAMPER, troubles & trouble::CASE != 0),
            (MiscAlarms::KEYPAD_TAMPER, troubles & trouble::KEYPAD != 0),
            (MiscAlarms::PENDANT_PANIC, low | high != 0),
            (MiscAlarms::PANEL_BATTERY_LOW, troubles & trouble::BATTERY != 0),
            (MiscAlarms::MAINS_FAIL, troubles & trouble::MAINS != 0),
        ];
        bits.into_iter().filter(|(_, on)| *on).fold(MiscAlarms::default(), |all, (bit, _)| all | bit)
    }

    /// Home and day have bits of their own, without one for "fully armed". The library's mock panel says area 1 whatever the mode.
    fn arming(&self, dialect: Dialect) -> ArmingStatus {
        let [one, two] = &self.facts.areas;
        let area_1 = dialect == Dialect::Library || !matches!(one.mode, Mode::Home | Mode::Day);
        let bits = [
            (ArmingStatus::AREA_1_ARMED, area_1 && one.phase != Phase::Disarmed),
            (ArmingStatus::AREA_2_ARMED, two.phase != Phase::Disarmed),
            (ArmingStatus::AREA_1_FULLY_ARMED, area_1 && one.is_fully_armed()),
            (ArmingStatus::AREA_2_FULLY_ARMED, two.is_fully_armed()),
            (ArmingStatus::MONITOR_ARMED, !area_1 && one.phase != Phase::Disarmed && one.mode == Mode::Home),
            (ArmingStatus::DAY_MODE_ARMED, !area_1 && one.phase != Phase::Disarmed && one.mode == Mode::Day),
            (ArmingStatus::ENTRY_DELAY_1_ON, one.phase == Phase::Entry),
            (ArmingStatus::ENTRY_DELAY_2_ON, two.phase == Phase::Entry),
        ];
        bits.into_iter().filter(|(_, on)| *on).fold(ArmingStatus::default(), |all, (bit, _)| all | bit)
    }
}
