//! The simulated house: tables of the caller's, and what the panel knows as a whole.

use super::config::Config;
use super::tables::*;
use crate::error::{ConfigError, EncodeError, Refused};
use crate::home::{AreaState, Mode, Notice, Source, TroubleKind, ZoneFlags, ZoneState};
use crate::ksenia::{FaultCategory, LogKind, PartitionArming, SystemArming, TamperCategory, TamperState};
use crate::text::json::{self, Text};
use crate::timers::Instant;

/// What is known at the moment of a call.
#[derive(Clone, Copy)]
pub(super) struct Moment<'c> {
    pub(super) config: &'c Config<'c>,
    pub(super) now: Instant,
    /// Seconds since 1970, 0 if unknown.
    pub(super) unix: u64,
}

/// Longest text in a table, in bytes.
const MAX_NAME: usize = 64;

/// The house. It outlives the connections: a panel borrows it for one, and finds it as the one before left it.
///
/// ```
/// use codec_core::ksenia::panel::{House, ZoneSlot};
///
/// let mut zones = [ZoneSlot::new(1, "Front door"), ZoneSlot::new(2, "Kitchen window")];
/// let mut house = House::new();
/// house.zones = &mut zones;
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct House<'h> {
    /// Zones.
    pub zones: &'h mut [ZoneSlot<'h>],
    /// Partitions.
    pub partitions: &'h mut [PartitionSlot<'h>],
    /// Outputs.
    pub outputs: &'h mut [OutputSlot<'h>],
    /// Scenarios.
    pub scenarios: &'h [ScenarioSlot<'h>],
    /// Room sensors.
    pub sensors: &'h mut [SensorSlot<'h>],
    /// Thermostats.
    pub thermostats: &'h mut [ThermostatSlot<'h>],
    /// Weekly programmes of thermostats.
    pub programmes: &'h mut [ProgrammeSlot],
    /// Timers.
    pub timers: &'h mut [TimerSlot<'h>],
    /// Accounts.
    pub accounts: &'h mut [AccountSlot<'h>],
    /// The log.
    pub log: &'h mut [LogSlot],
    /// Records of other lists.
    pub lists: &'h [List<'h>],
    /// Files.
    pub files: &'h [File<'h>],
    /// Check numbers of programme and configuration, written with ten digits.
    pub program: (u32, u32),
    /// Bits by place in [`FaultCategory::ALL`]: now, and in the memory.
    pub(super) faults: [u32; 2],
    /// Bits by place in [`TamperCategory::ALL`], likewise.
    pub(super) tampers: [u32; 2],
    /// Number of the session begun last.
    pub(super) sessions: u32,
    /// Until when upgrades are refused.
    pub(super) refuse_until: Instant,
    /// The panel as a whole has to be pushed; a slot may have something to tell.
    pub(super) news: u8,
    told: (AreaState, Option<Mode>),
    troubles_told: u8,
}

/// Troubles, a bit each.
const TROUBLES: [TroubleKind; 5] =
    [TroubleKind::Mains, TroubleKind::Battery, TroubleKind::Tamper, TroubleKind::Reporting, TroubleKind::Bus];

fn bits() -> impl Iterator<Item = u32> {
    (0..32_u32).map(|shift| 1_u32.wrapping_shl(shift))
}

/// The categories whose bits are set.
pub(super) fn categories<T: Copy>(all: &'static [T], mask: u32) -> impl Iterator<Item = T> {
    all.iter().copied().zip(bits()).filter(move |(_, bit)| mask & bit != 0).map(|(category, _)| category)
}

/// The bit of a category.
fn category_bit<T: PartialEq>(all: &[T], category: &T) -> u32 {
    all.iter().zip(bits()).find(|(one, _)| *one == category).map_or(0, |(_, bit)| bit)
}

pub(super) fn missing(field: &'static str) -> Refused {
    EncodeError::Missing { field }.into()
}

impl House<'_> {
    /// A house without anything in it.
    #[must_use]
    pub fn new() -> Self {
        Self {
            zones: &mut [],
            partitions: &mut [],
            outputs: &mut [],
            scenarios: &[],
            sensors: &mut [],
            thermostats: &mut [],
            programmes: &mut [],
            timers: &mut [],
            accounts: &mut [],
            log: &mut [],
            lists: &[],
            files: &[],
            program: (937, 688),
            faults: [0; 2],
            tampers: [0; 2],
            sessions: 0,
            refuse_until: Instant::ZERO,
            news: 0,
            told: (AreaState::Disarmed, None),
            troubles_told: 0,
        }
    }

    /// Whether upgrades are refused at the moment `now`, after a change of the programming.
    #[must_use]
    pub fn refuses_upgrades(&self, now: Instant) -> bool {
        now < self.refuse_until
    }

    /// Whether the tables can be sent.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let good = |text: &str| text.len() <= MAX_NAME && !text.bytes().any(|byte| byte < b' ');
        let word = |text: Text<'_>| text.raw().len() <= MAX_NAME;
        let checks = [
            ("zone", self.zones.iter().all(|slot| good(slot.name) && good(slot.label) && word(slot.category.text()))),
            ("partition", self.partitions.iter().all(|slot| good(slot.name) && partition_bit(slot.id) != 0)),
            ("output", self.outputs.iter().all(|slot| good(slot.name) && word(slot.category.text()) && word(slot.mode.text()))),
            ("scenario", self.scenarios.iter().all(|slot| good(slot.name) && word(slot.category.text()) && word(slot.code.text()))),
            ("sensor", self.sensors.iter().all(|slot| good(slot.name))),
            ("thermostat", self.thermostats.iter().all(|slot| good(slot.name))),
            ("timer", self.timers.iter().all(|slot| good(slot.name))),
            ("account", self.accounts.iter().all(|slot| good(slot.name) && word(slot.kind.text()))),
            ("pin", self.accounts.iter().all(|slot| (1..=32).contains(&slot.pin.expose().len()))),
            ("file", self.files.iter().all(|file| good(file.path) && good(file.name))),
            ("list", self.lists.iter().all(|list| list.records.iter().all(|text| record_error(text).is_none()))),
        ];
        match checks.into_iter().find(|(_, good)| !good) {
            Some((field, _)) => Err(ConfigError::BadText { field }),
            None => Ok(()),
        }
    }

    /// A client that has just come knows nothing and waits for nothing.
    pub(super) fn begin(&mut self) {
        self.news &= TELL;
        self.zones.iter_mut().for_each(|slot| slot.news &= TELL);
        self.partitions.iter_mut().for_each(|slot| slot.news &= TELL);
        self.outputs.iter_mut().for_each(|slot| slot.news &= TELL);
        self.sensors.iter_mut().for_each(|slot| slot.news = 0);
    }

    /// Writes down an event.
    pub(super) fn note(&mut self, at: &Moment<'_>, kind: LogKind<'static>, subject: Subject) {
        let last = self.log.iter().map(|slot| slot.id).max().unwrap_or(0);
        if let Some(oldest) = self.log.iter_mut().min_by_key(|slot| slot.id) {
            *oldest = LogSlot { id: last.saturating_add(1), unix: at.unix, kind, subject };
        }
    }

    /// A fault begins or ends.
    pub(super) fn fault(&mut self, at: &Moment<'_>, category: &FaultCategory<'_>, active: bool) -> Result<(), Refused> {
        let bit = category_bit(FaultCategory::ALL, category);
        if bit == 0 {
            return Err(Refused::Unsupported);
        }
        let [now, memory] = &mut self.faults;
        let before = *now;
        (*now, *memory) = if active { (*now | bit, *memory | bit) } else { (*now & !bit, *memory) };
        if before != *now {
            self.news |= SYSTEM_NEWS | PUSH_SECOND;
            if active {
                self.note(at, LogKind::Fault, Subject::None);
            }
        }
        Ok(())
    }

    /// A tamper beside those of zones begins or ends.
    pub(super) fn panel_tamper(&mut self, category: &TamperCategory<'_>, active: bool) -> Result<(), Refused> {
        let bit = category_bit(TamperCategory::ALL, category);
        if bit == 0 || *category == TamperCategory::Zone {
            return Err(Refused::Unsupported);
        }
        let [now, memory] = &mut self.tampers;
        let before = *now;
        (*now, *memory) = if active { (*now | bit, *memory | bit) } else { (*now & !bit, *memory) };
        if before != *now {
            self.news |= SYSTEM_NEWS | PUSH_THIRD;
        }
        Ok(())
    }

    /// Tampers now and in the memory, those of zones included.
    pub(super) fn all_tampers(&self) -> [u32; 2] {
        let zone = category_bit(TamperCategory::ALL, &TamperCategory::Zone);
        let [now, memory] = self.tampers;
        let set = |mask: u32, on: bool| if on { mask | zone } else { mask };
        [set(now, self.zones.iter().any(|slot| slot.tampered)), set(memory, self.zones.iter().any(|slot| slot.tamper != Mark::None))]
    }

    /// How the panel as a whole is armed.
    pub(super) fn arming(&self) -> SystemArming<'static> {
        let armed = |slot: &&PartitionSlot<'_>| slot.arming != PartitionArming::Disarmed;
        let entry = self.partitions.iter().any(|slot| slot.arming == PartitionArming::EntryDelay);
        let exit = self.partitions.iter().filter(armed).any(|slot| slot.arming != PartitionArming::EntryDelay && slot.ends.is_some());
        let count = self.partitions.iter().filter(armed).count();
        match (count == self.partitions.len(), entry, exit) {
            _ if count == 0 => SystemArming::Disarmed,
            (true, true, _) => SystemArming::TotalEntry,
            (true, false, true) => SystemArming::TotalExit,
            (true, false, false) => SystemArming::Total,
            (false, true, _) => SystemArming::PartialEntry,
            (false, false, true) => SystemArming::PartialExit,
            (false, false, false) => SystemArming::Partial,
        }
    }

    /// The state of the panel as a whole.
    pub(super) fn whole(&self) -> (AreaState, Option<Mode>) {
        let (state, mode) = match self.arming() {
            SystemArming::Total => (AreaState::Armed, Mode::Away),
            SystemArming::Partial => (AreaState::Armed, Mode::Home),
            SystemArming::TotalEntry => (AreaState::EntryDelay, Mode::Away),
            SystemArming::PartialEntry => (AreaState::EntryDelay, Mode::Home),
            SystemArming::TotalExit => (AreaState::ExitDelay, Mode::Away),
            SystemArming::PartialExit => (AreaState::ExitDelay, Mode::Home),
            _ => return (AreaState::Disarmed, None),
        };
        let alarm = self.partitions.iter().any(|slot| slot.state() == AreaState::Triggered);
        (if alarm { AreaState::Triggered } else { state }, Some(mode))
    }

    fn troubles(&self) -> u8 {
        let [now, _] = self.faults;
        let faults = |wanted: &dyn Fn(FaultCategory<'static>) -> bool| categories(FaultCategory::ALL, now).any(wanted);
        let [tampers, _] = self.all_tampers();
        let all = [
            faults(&|fault| matches!(fault, FaultCategory::SupplyMissing | FaultCategory::SupplyLow | FaultCategory::SupplyFault)),
            faults(&|fault| matches!(fault, FaultCategory::BatteryLow | FaultCategory::BatteryBad)),
            tampers != 0,
            faults(&|fault| matches!(fault, FaultCategory::Communication | FaultCategory::Supervision)),
            faults(&|fault| matches!(fault, FaultCategory::BusLost | FaultCategory::RadioLost)),
        ];
        (0..8_u32).zip(all).filter(|(_, on)| *on).fold(0, |mask, (shift, _)| mask | 1_u8.wrapping_shl(shift))
    }

    /// Whether [`next_notice`](Self::next_notice) has to be asked.
    pub(super) const fn has_notice(&self) -> bool {
        self.news & TELL != 0
    }

    /// Takes out the next change that the caller was not told.
    pub(super) fn next_notice(&mut self) -> Option<Notice> {
        if !self.has_notice() {
            return None;
        }
        for slot in self.zones.iter_mut().filter(|slot| slot.news & TELL != 0) {
            slot.news &= !TELL;
            let set = slot.flags();
            let told = core::mem::replace(&mut slot.told, set);
            let known = ZoneFlags::OPEN | ZoneFlags::ALARM | ZoneFlags::BYPASSED | ZoneFlags::TAMPER;
            if set != told {
                return Some(Notice::Zone { zone: slot.id, state: ZoneState { known, set }, changed: set ^ told });
            }
        }
        for slot in self.partitions.iter_mut().filter(|slot| slot.news & TELL != 0) {
            slot.news &= !TELL;
            let state = slot.state();
            if core::mem::replace(&mut slot.told, state) != state {
                return Some(Notice::Area { area: slot.id, state, mode: None });
            }
        }
        for slot in self.outputs.iter_mut().filter(|slot| slot.news & TELL != 0) {
            slot.news &= !TELL;
            if core::mem::replace(&mut slot.told, slot.on) != slot.on {
                return Some(Notice::Output { output: slot.id, on: slot.on });
            }
        }
        let whole = self.whole();
        if core::mem::replace(&mut self.told, whole) != whole {
            return Some(Notice::Area { area: 0, state: whole.0, mode: whole.1 });
        }
        let troubles = self.troubles();
        for (shift, kind) in (0..8_u32).zip(TROUBLES) {
            let bit = 1_u8.wrapping_shl(shift);
            if (troubles ^ self.troubles_told) & bit != 0 {
                self.troubles_told ^= bit;
                return Some(Notice::Trouble { kind, source: Source::Panel, active: troubles & bit != 0 });
            }
        }
        self.news &= !TELL;
        None
    }

    /// The programming has changed.
    pub(super) fn touch_program(&mut self) {
        let (program, configuration) = &mut self.program;
        *program = program.wrapping_add(1);
        *configuration = configuration.wrapping_add(1);
    }

    /// A room sensor reads something else.
    pub(super) fn sense(&mut self, id: u32, temperature: i32, humidity: u8, light: u32) -> Result<(), Refused> {
        let slot = self.sensors.iter_mut().find(|slot| slot.id == id).ok_or(missing("sensor"))?;
        if (slot.temperature, slot.humidity, slot.light) != (temperature, humidity, light) {
            let warmer = if slot.temperature == temperature { 0 } else { PUSH_SECOND };
            (slot.temperature, slot.humidity, slot.light) = (temperature, humidity, light);
            slot.news |= PUSH | warmer;
            self.news |= SLOTS;
        }
        Ok(())
    }

    /// The tamper state of partitions, after that of a zone has changed.
    pub(super) fn tamper_partitions(&mut self, mask: u32) {
        for slot in self.partitions.iter_mut().filter(|slot| mask & partition_bit(slot.id) != 0) {
            let zones = || self.zones.iter().filter(|zone| zone.partitions & partition_bit(slot.id) != 0);
            let state = match () {
                () if zones().any(|zone| zone.tampered) => TamperState::Tamper,
                () if zones().any(|zone| zone.tamper == Mark::Memory) => TamperState::Memory,
                () => TamperState::Ok,
            };
            if core::mem::replace(&mut slot.tamper, state) != state {
                slot.news = ALL_NEWS;
            }
        }
    }
}

impl Default for House<'_> {
    fn default() -> Self {
        Self::new()
    }
}

/// Where a text stops being a JSON object.
pub(super) fn record_error(text: &str) -> Option<u32> {
    match json::check(text.as_bytes()) {
        Ok(value) if value.object().is_some() => None,
        Ok(_) => Some(0),
        Err(fault) => Some(fault.at),
    }
}
