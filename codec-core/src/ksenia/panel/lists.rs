//! The records of a house, as a panel writes them.

use super::format::{Local, decimal, padded};
use super::house::{House, Moment, categories};
use super::tables::*;
use crate::ksenia::{Day, FaultCategory, Kind, MessageWriter, Season, SystemArming, TamperCategory, ThermostatMode};
use crate::text::json::Text;

/// Largest piece of a record of the caller's that is written at once, in bytes.
const PIECE: usize = 256;

/// The list that a request means: some names ask for the state.
pub(super) const fn answered_as(kind: Kind<'_>) -> Kind<'_> {
    match kind {
        Kind::Faults => Kind::FaultStatus,
        Kind::Tampers => Kind::TamperStatus,
        Kind::Services => Kind::ServiceStatus,
        other => other,
    }
}

impl<'h> House<'h> {
    fn thermostat_of(&self, sensor: &SensorSlot<'_>) -> Option<&ThermostatSlot<'h>> {
        self.thermostats.iter().find(|slot| Some(slot.id) == sensor.thermostat)
    }

    /// How many records the tables have of a kind.
    fn own(&self, kind: Kind<'_>) -> usize {
        match kind {
            Kind::Zones | Kind::ZoneStatus | Kind::ProgramZones => self.zones.len(),
            Kind::Partitions | Kind::PartitionStatus | Kind::ProgramPartitions => self.partitions.len(),
            Kind::Outputs | Kind::OutputStatus | Kind::ProgramOutputs => self.outputs.len(),
            Kind::Scenarios | Kind::ProgramScenarios => self.scenarios.len(),
            Kind::BusSensors | Kind::BusSensorStatus | Kind::Temperatures | Kind::TemperatureStatus => self.sensors.len(),
            Kind::Thermostats | Kind::ProgramThermostats => self.thermostats.len(),
            Kind::ScheduleTimers => self.timers.len(),
            Kind::Accounts => self.accounts.len(),
            Kind::SystemStatus | Kind::FaultStatus | Kind::TamperStatus => 1,
            _ => 0,
        }
    }

    fn extra(&self, kind: Kind<'_>, n: usize) -> Option<&'h str> {
        let lists = self.lists.iter().filter(|list| list.kind == kind);
        lists.flat_map(|list| list.records.iter().copied()).nth(n)
    }

    /// How many records there are of a kind.
    pub(super) fn count(&self, kind: Kind<'_>) -> usize {
        let extra = self.lists.iter().filter(|list| list.kind == kind).map(|list| list.records.len());
        extra.fold(self.own(kind), usize::saturating_add)
    }

    /// The number of a record of the tables.
    pub(super) fn id(&self, kind: Kind<'_>, n: usize) -> Option<u32> {
        match kind {
            Kind::Zones | Kind::ZoneStatus | Kind::ProgramZones => self.zones.get(n).map(|slot| slot.id),
            Kind::Partitions | Kind::PartitionStatus | Kind::ProgramPartitions => self.partitions.get(n).map(|slot| slot.id),
            Kind::Outputs | Kind::OutputStatus | Kind::ProgramOutputs => self.outputs.get(n).map(|slot| slot.id),
            Kind::Scenarios | Kind::ProgramScenarios => self.scenarios.get(n).map(|slot| slot.id),
            Kind::BusSensors | Kind::BusSensorStatus | Kind::Temperatures | Kind::TemperatureStatus => {
                self.sensors.get(n).map(|slot| slot.id)
            }
            Kind::Thermostats | Kind::ProgramThermostats => self.thermostats.get(n).map(|slot| slot.id),
            Kind::ScheduleTimers => self.timers.get(n).map(|slot| slot.id),
            Kind::Accounts => self.accounts.get(n).map(|slot| slot.id),
            _ => None,
        }
    }

    /// Records that are pushed, as the bits of what each has to tell, and the bit that stands for this list.
    fn pushed(&self, kind: Kind<'_>, n: usize) -> Option<(u8, u8)> {
        match kind {
            Kind::ZoneStatus => self.zones.get(n).map(|slot| (slot.news, PUSH)),
            Kind::PartitionStatus => self.partitions.get(n).map(|slot| (slot.news, PUSH)),
            Kind::OutputStatus => self.outputs.get(n).map(|slot| (slot.news, PUSH)),
            Kind::BusSensorStatus => self.sensors.get(n).map(|slot| (slot.news, PUSH)),
            Kind::TemperatureStatus => self.sensors.get(n).map(|slot| (slot.news, PUSH_SECOND)),
            Kind::SystemStatus if n == 0 => Some((self.news, PUSH)),
            Kind::FaultStatus if n == 0 => Some((self.news, PUSH_SECOND)),
            Kind::TamperStatus if n == 0 => Some((self.news, PUSH_THIRD)),
            _ => None,
        }
    }

    /// The record was pushed.
    pub(super) fn clear_push(&mut self, kind: Kind<'_>, n: usize) {
        let Some((_, bit)) = self.pushed(kind, n) else { return };
        let news = match kind {
            Kind::ZoneStatus => self.zones.get_mut(n).map(|slot| &mut slot.news),
            Kind::PartitionStatus => self.partitions.get_mut(n).map(|slot| &mut slot.news),
            Kind::OutputStatus => self.outputs.get_mut(n).map(|slot| &mut slot.news),
            Kind::BusSensorStatus | Kind::TemperatureStatus => self.sensors.get_mut(n).map(|slot| &mut slot.news),
            _ => Some(&mut self.news),
        };
        if let Some(news) = news {
            *news &= !bit;
        }
    }

    /// The first record from `n` on that has to be pushed.
    pub(super) fn next_push(&self, kind: Kind<'_>, n: usize) -> Option<usize> {
        (n..self.own(kind)).find(|n| self.pushed(kind, *n).is_some_and(|(news, bit)| news & bit != 0))
    }

    /// Writes the `n`th record of a kind as an item, or the piece of it that begins at `from`. Gives where the next piece begins, or
    /// `None` at the end.
    pub(super) fn record(&self, at: &Moment<'_>, kind: Kind<'_>, n: usize, from: usize, w: &mut MessageWriter<'_>) -> Option<usize> {
        let own = self.own(kind);
        if n >= own {
            return raw(self.extra(kind, n.saturating_sub(own))?, from, w);
        }
        if kind == Kind::Thermostats {
            return self.thermostats.get(n).and_then(|slot| slot.settings(self.programmes_of(slot), from, w));
        }
        w.open_item();
        if let Some(id) = self.id(kind, n) {
            w.number("ID", id.into());
        }
        match kind {
            Kind::Zones | Kind::ProgramZones => self.zones.get(n).into_iter().for_each(|slot| slot.programming(w)),
            Kind::ZoneStatus => self.zones.get(n).into_iter().for_each(|slot| slot.status(at, w)),
            Kind::Partitions | Kind::ProgramPartitions => self.partitions.get(n).into_iter().for_each(|slot| {
                w.text("DES", slot.name);
                w.number("TOUT", slot.exit_seconds.into());
                w.number("TIN", slot.entry_seconds.into());
            }),
            Kind::PartitionStatus => self.partitions.get(n).into_iter().for_each(|slot| {
                w.word("ARM", slot.arming.text());
                w.word("AST", slot.alarm.text());
                w.word("TST", slot.tamper.text());
                w.number("T", slot.seconds_left(at.now));
            }),
            Kind::Outputs | Kind::ProgramOutputs => self.outputs.get(n).into_iter().for_each(|slot| {
                w.text("DES", slot.name);
                w.text("CNV", if slot.hidden { "H" } else { "N" });
                w.word("CAT", slot.category.text());
                w.word("MOD", slot.mode.text());
            }),
            Kind::OutputStatus => self.outputs.get(n).into_iter().for_each(|slot| slot.status(at, w)),
            Kind::Scenarios | Kind::ProgramScenarios => self.scenarios.get(n).into_iter().for_each(|slot| {
                w.text("DES", slot.name);
                w.word("PIN", slot.code.text());
                w.word("CAT", slot.category.text());
            }),
            Kind::BusSensors => self.sensors.get(n).into_iter().for_each(|slot| {
                w.text("TYP", "DOMUS");
                w.text("DES", slot.name);
            }),
            Kind::BusSensorStatus => self.sensors.get(n).into_iter().for_each(|slot| slot.status(w)),
            Kind::Temperatures => self.sensors.get(n).into_iter().for_each(|slot| {
                w.text("DES", slot.name);
                w.text("TYP", "DOMUS");
                match slot.thermostat {
                    Some(id) => w.number("ID_TH", id.into()),
                    None => w.text("ID_TH", "NA"),
                }
            }),
            Kind::TemperatureStatus => self.sensors.get(n).into_iter().for_each(|slot| self.temperature(at, slot, w)),
            Kind::ProgramThermostats => self.thermostats.get(n).into_iter().for_each(|slot| self.wiring(slot, w)),
            Kind::ScheduleTimers => self.timers.get(n).into_iter().for_each(|slot| self.timer(slot, w)),
            Kind::Accounts => self.accounts.get(n).into_iter().for_each(|slot| {
                w.text("DES", slot.name);
                w.word("LEV", slot.kind.text());
                w.text("PRT", "ALL");
                w.flag("DACC", slot.disabled);
            }),
            Kind::SystemStatus => self.system(at, w),
            Kind::FaultStatus => {
                let [now, _] = self.faults;
                for category in FaultCategory::ALL {
                    marks(w, category.text(), categories(FaultCategory::ALL, now).any(|one| one == *category));
                }
            }
            Kind::TamperStatus => {
                let [now, _] = self.all_tampers();
                for category in TamperCategory::ALL {
                    marks(w, category.text(), categories(TamperCategory::ALL, now).any(|one| one == *category));
                }
            }
            _ => {}
        }
        w.close_object();
        None
    }

    fn system(&self, at: &Moment<'_>, w: &mut MessageWriter<'_>) {
        w.number("ID", 1);
        w.open_list("INFO");
        if self.zones.iter().any(|slot| slot.bypass.is_excluded()) {
            w.item(Text::new("BYP_ZONE"));
        }
        w.close_list();
        let [tampers, tamper_memory] = self.all_tampers();
        let [faults, fault_memory] = self.faults;
        let alarm = self.zones.iter().any(|slot| slot.alarm == Mark::Active);
        let alarm_memory = self.zones.iter().any(|slot| slot.alarm == Mark::Memory);
        list(w, "TAMPER", categories(TamperCategory::ALL, tampers).map(TamperCategory::text));
        list(w, "TAMPER_MEM", categories(TamperCategory::ALL, tamper_memory).map(TamperCategory::text));
        list(w, "ALARM", alarm.then_some(Text::new("ZONE")).into_iter());
        list(w, "ALARM_MEM", alarm_memory.then_some(Text::new("ZONE")).into_iter());
        list(w, "FAULT", categories(FaultCategory::ALL, faults).map(FaultCategory::text));
        list(w, "FAULT_MEM", categories(FaultCategory::ALL, fault_memory).map(FaultCategory::text));
        let arming = self.arming();
        w.open_object("ARM");
        let description = match arming {
            SystemArming::Disarmed => "Disarmed",
            SystemArming::Total => "Armed",
            SystemArming::Partial => "Armed in part",
            SystemArming::TotalEntry | SystemArming::PartialEntry => "Entry delay",
            _ => "Exit delay",
        };
        w.text("D", description);
        w.word("S", arming.text());
        w.close_object();
        w.open_object("TEMP");
        match self.sensors.iter().next() {
            Some(sensor) => w.text("IN", decimal(sensor.temperature, true).as_str()),
            None => w.text("IN", "NA"),
        }
        w.text("OUT", "NA");
        w.close_object();
        w.open_object("TIME");
        w.number("GMT", at.unix);
        let minutes = u64::from(at.config.utc_offset_minutes.unsigned_abs());
        w.number("TZ", minutes / 60);
        w.number("TZM", minutes);
        w.text("DAWN", "NA");
        w.text("DUSK", "NA");
        w.close_object();
    }

    /// What a sensor reads, and what its thermostat makes of it.
    fn temperature(&self, at: &Moment<'_>, slot: &SensorSlot<'_>, w: &mut MessageWriter<'_>) {
        w.text("TEMP", decimal(slot.temperature, true).as_str());
        let Some(thermostat) = self.thermostat_of(slot) else { return };
        let local = Local::new(at.unix, at.config.utc_offset_minutes);
        let points = thermostat.points();
        let day = usize::try_from(local.weekday()).unwrap_or(0);
        let (model, threshold, value) = match thermostat.mode {
            ThermostatMode::Off => ("OFF", "NA", None),
            ThermostatMode::Manual => ("MAN", "TM", Some(points.manual)),
            ThermostatMode::ManualTimer => ("MAN_TMR", "TM", Some(points.manual)),
            mode => {
                let (day, name) = match mode {
                    ThermostatMode::SpecialDay1 => (7, "SD1"),
                    ThermostatMode::SpecialDay2 => (8, "SD2"),
                    _ => (day, Day::ALL.get(day).map_or("NA", |day| day.name())),
                };
                let hour = usize::try_from(local.hour()).unwrap_or(0);
                let programmes = self.programmes_of(thermostat);
                let preset = programmes.and_then(|slot| slot.of(thermostat.season).get(day)?.get(hour)).map_or(1, |(preset, _)| *preset);
                let [t1, t2, t3] = points.presets;
                match preset {
                    2 => (name, "T2", Some(t2)),
                    3 => (name, "T3", Some(t3)),
                    _ => (name, "T1", Some(t1)),
                }
            }
        };
        let runs = match thermostat.season {
            Season::Summer => value.is_some_and(|value| slot.temperature > value),
            _ => value.is_some_and(|value| slot.temperature < value),
        };
        w.open_object("THERM");
        w.word("ACT_SEA", thermostat.season.text());
        w.text("ACT_MODEL", model);
        w.text("ACT_TOF", "F");
        w.open_object("TEMP_THR");
        w.text("T", threshold);
        match value {
            Some(value) => w.text("VAL", decimal(value, false).as_str()),
            None => w.text("VAL", "NA"),
        }
        w.close_object();
        w.text("OUT_STATUS", if runs { "ON" } else { "OFF" });
        w.close_object();
    }

    fn programmes_of(&self, slot: &ThermostatSlot<'_>) -> Option<&ProgrammeSlot> {
        self.programmes.iter().find(|programmes| programmes.thermostat == slot.id)
    }

    fn wiring(&self, slot: &ThermostatSlot<'_>, w: &mut MessageWriter<'_>) {
        w.text("DES", slot.name);
        if let Some(sensor) = self.sensors.iter().find(|sensor| sensor.thermostat == Some(slot.id)) {
            w.open_object("PERIPH");
            w.text("TYP", "DOMUS");
            w.number("PID", sensor.id.into());
            w.close_object();
        }
        for (key, output) in [("HEATING_OUT", slot.heating), ("COOLING_OUT", slot.cooling)] {
            match output {
                Some(output) => w.number(key, output.into()),
                None => w.text(key, "NU"),
            }
        }
    }

    fn timer(&self, slot: &TimerSlot<'_>, w: &mut MessageWriter<'_>) {
        let (hour, minute) = slot.at;
        w.text("DES", slot.name);
        w.flag("EN", slot.enabled);
        w.text("TYPE", "TIME");
        w.number("H", hour.into());
        w.number("M", minute.into());
        for day in Day::ALL.into_iter().take(7) {
            w.flag(day.name(), true);
        }
        w.flag("EXCL_HOLIDAYS", false);
        w.text("PRT", "ALL");
        w.number("SCE", slot.scenario.into());
        let name = self.scenarios.iter().find(|scenario| scenario.id == slot.scenario).map_or("", |scenario| scenario.name);
        w.text("SCE_NAME", name);
    }

    /// The newest entry of the log that is older than `before`.
    pub(super) fn older(&self, before: u32) -> Option<&LogSlot> {
        self.log.iter().filter(|slot| slot.id != 0 && slot.id < before).max_by_key(|slot| slot.id)
    }

    pub(super) fn log_entry(&self, at: &Moment<'_>, slot: &LogSlot, w: &mut MessageWriter<'_>) {
        let local = Local::new(slot.unix, at.config.utc_offset_minutes);
        let name = match slot.subject {
            Subject::None => None,
            Subject::Zone(id) => self.zones.iter().find(|slot| slot.id == id).map(|slot| slot.name),
            Subject::Partition(id) => self.partitions.iter().find(|slot| slot.id == id).map(|slot| slot.name),
            Subject::Scenario(id) => self.scenarios.iter().find(|slot| slot.id == id).map(|slot| slot.name),
            Subject::Account(id) => self.accounts.iter().find(|slot| slot.id == id).map(|slot| slot.name),
        };
        let event = match slot.kind.text().raw() {
            "ZINCL" => "Zone included",
            "ZESCL" => "Zone excluded",
            "PDARM" => "Partition disarmed",
            "PARM" => "Partition armed",
            "ALARM" => "Alarm",
            "SCENARIO" => "Scenario",
            "CODEOK" => "Code accepted",
            "FAULT" => "Fault",
            other => other,
        };
        w.open_item();
        w.number("ID", slot.id.into());
        w.text("TIME", local.time().as_str());
        w.text("DATA", local.date().as_str());
        w.word("TYPE", slot.kind.text());
        w.text("EV", event);
        w.text("I1", name.unwrap_or_default());
        w.text("I2", "");
        w.flag("IML", false);
        w.close_object();
    }

    /// The check texts of the programming.
    pub(super) fn program_check(&self, w: &mut MessageWriter<'_>) {
        let (program, configuration) = self.program;
        w.open_object("PRG_CHECK");
        w.text("PRG", padded(program.into(), 10).as_str());
        w.text("CFG", padded(configuration.into(), 10).as_str());
        w.close_object();
    }
}

/// A record of the caller's, in pieces that end between characters.
fn raw(text: &str, from: usize, w: &mut MessageWriter<'_>) -> Option<usize> {
    let piece = piece(text, from, PIECE);
    let end = from.saturating_add(piece.len());
    w.raw(piece, from == 0, end >= text.len());
    (end < text.len()).then_some(end)
}

/// Up to `most` bytes of a text, from `from` on.
pub(super) fn piece(text: &str, from: usize, most: usize) -> &str {
    let rest = text.get(from..).unwrap_or_default();
    let mut end = most.min(rest.len());
    while !rest.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    rest.get(..end).unwrap_or_default()
}

fn list<'t>(w: &mut MessageWriter<'_>, key: &str, texts: impl Iterator<Item = Text<'t>>) {
    w.open_list(key);
    texts.for_each(|text| w.item(text));
    w.close_list();
}

/// A list of a fault or tamper. What stands in it on real panels is not documented.
fn marks(w: &mut MessageWriter<'_>, category: Text<'_>, active: bool) {
    w.open_list(category.raw());
    if active {
        w.item(Text::new("1"));
    }
    w.close_list();
}
