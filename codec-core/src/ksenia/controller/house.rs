//! The state of the house, in tables of the caller's.

use crate::error::{Fault, FaultKind};
use crate::home::{AreaState, Mode, Notice, Source, TroubleKind, ZoneFlags, ZoneState};
use crate::ksenia::{
    AlarmState, FaultCategory, Flag, Kind, OutputStatus, PartitionArming, PartitionStatus, Record, SystemArming, SystemMark, SystemStatus,
    TamperState, Zone, ZoneStatus,
};
use crate::timers::Instant;

/// A place for a zone.
#[derive(Clone, Copy, Debug, Default)]
pub struct ZoneSlot {
    id: u32,
    used: bool,
    state: ZoneState,
    changed: ZoneFlags,
    forbidden: bool,
    memory: bool,
}

impl ZoneSlot {
    /// Number of the zone, or `None` while the place is free.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.used.then_some(self.id)
    }

    /// What is known about it.
    #[must_use]
    pub const fn state(&self) -> ZoneState {
        self.state
    }

    /// Whether an alarm or tamper of it is in the memory.
    #[must_use]
    pub const fn has_memory(&self) -> bool {
        self.memory
    }
}

/// A place for a partition.
#[derive(Clone, Copy, Debug, Default)]
pub struct PartitionSlot {
    id: u32,
    used: bool,
    changed: bool,
    alarm: bool,
    memory: bool,
    tampered: bool,
    /// Armed with delays: the time that is left tells whether the exit delay runs.
    delayed: bool,
    base: AreaState,
    ends: Option<Instant>,
    told: AreaState,
}

impl PartitionSlot {
    /// Number of the partition, or `None` while the place is free.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.used.then_some(self.id)
    }

    /// Its state.
    #[must_use]
    pub const fn state(&self) -> AreaState {
        if self.alarm { AreaState::Triggered } else { self.base }
    }

    /// Whether there was an alarm, and nobody has cleared the memory.
    #[must_use]
    pub const fn has_memory(&self) -> bool {
        self.memory
    }

    /// Whether something in it is tampered now.
    #[must_use]
    pub const fn is_tampered(&self) -> bool {
        self.tampered
    }

    /// What is left of a running entry or exit delay at the moment `now`, in whole seconds, rounded up. `None` if none runs. It counts on
    /// from what the panel told last.
    #[must_use]
    pub fn delay_left(&self, now: Instant) -> Option<u64> {
        let runs = matches!(self.base, AreaState::ExitDelay | AreaState::EntryDelay);
        self.ends.filter(|_| runs).map(|ends| ends.millis_since(now).div_ceil(1000))
    }
}

/// A place for an output.
#[derive(Clone, Copy, Debug, Default)]
pub struct OutputSlot {
    id: u32,
    used: bool,
    on: Option<bool>,
    changed: bool,
}

impl OutputSlot {
    /// Number of the output, or `None` while the place is free.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.used.then_some(self.id)
    }

    /// Whether it is on.
    #[must_use]
    pub const fn is_on(&self) -> Option<bool> {
        self.on
    }
}

/// The tables. An empty one means that the caller does not want to know; one that is too small is told as
/// [`FaultKind::TableFull`], once.
#[derive(Debug, Default)]
pub struct Tables<'b> {
    /// One place for each zone. Without it, whether a zone may be excluded is not known either.
    pub zones: &'b mut [ZoneSlot],
    /// One place for each partition; panels have up to 30.
    pub partitions: &'b mut [PartitionSlot],
    /// One place for each output.
    pub outputs: &'b mut [OutputSlot],
}

/// The panel as a whole, what a single alarm entity in a home-automation program shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Summary {
    /// Disarmed if the panel says so, even if a partition says that it is in alarm; else triggered if one does; else what the panel says.
    pub state: AreaState,
    /// Away if all of it is armed, home if a part is.
    pub mode: Option<Mode>,
    /// Whether a zone is excluded: armed so, some programs speak of a custom bypass.
    pub bypassed: bool,
    /// Whether there was an alarm that nobody has cleared.
    pub alarm_memory: bool,
}

/// Bits of what was told already.
const ZONES_FULL: u8 = 1;
const PARTITIONS_FULL: u8 = 2;
const OUTPUTS_FULL: u8 = 4;

/// Troubles of the panel, a bit each.
const TROUBLES: [TroubleKind; 5] =
    [TroubleKind::Mains, TroubleKind::Battery, TroubleKind::Tamper, TroubleKind::Reporting, TroubleKind::Bus];
/// The bit of the one that is no fault.
const TAMPER: u8 = 4;

#[derive(Debug)]
pub(crate) struct House<'b> {
    tables: Tables<'b>,
    system: AreaState,
    mode: Option<Mode>,
    /// State of the panel as a whole as told last.
    told: (AreaState, Option<Mode>),
    /// Bits of [`TROUBLES`]: what is, and what was told.
    troubles: u8,
    troubles_told: u8,
    full: u8,
    /// The panel says that a zone is excluded.
    excluded: bool,
    /// Something may have to be told.
    changed: bool,
}

impl<'b> House<'b> {
    pub(crate) fn new(tables: Tables<'b>) -> Self {
        // The state of another connection is not that of this one.
        tables.zones.fill(ZoneSlot::default());
        tables.partitions.fill(PartitionSlot::default());
        tables.outputs.fill(OutputSlot::default());
        let unknown = (AreaState::Unknown, None);
        Self {
            tables,
            system: AreaState::Unknown,
            mode: None,
            told: unknown,
            troubles: 0,
            troubles_told: 0,
            full: 0,
            excluded: false,
            changed: false,
        }
    }

    pub(crate) const fn tables(&self) -> &Tables<'b> {
        &self.tables
    }

    pub(crate) fn into_tables(self) -> Tables<'b> {
        self.tables
    }

    /// Whether the programming says that the zone must not be excluded.
    pub(crate) fn forbids_bypass(&self, zone: u32) -> bool {
        self.tables.zones.iter().any(|slot| slot.used && slot.id == zone && slot.forbidden)
    }

    /// Takes in a record. Gives a fault if there is no place for it, the first time.
    // Its views are not on the stack of whatever else is called.
    #[inline(never)]
    pub(crate) fn apply(&mut self, record: &Record<'_>, now: Instant) -> Option<Fault> {
        let Err((bit, limit)) = self.take(record, now) else { return None };
        if limit == 0 || self.full & bit != 0 {
            return None;
        }
        self.full |= bit;
        Some(Fault::new(FaultKind::TableFull { limit: u32::try_from(limit).unwrap_or(u32::MAX) }, 0))
    }

    /// An error is a table that is full: its bit, and how much it holds.
    fn take(&mut self, record: &Record<'_>, now: Instant) -> Result<(), (u8, usize)> {
        match record.kind() {
            Kind::Zones | Kind::ProgramZones => self.zone_programmed(&record.checked())?,
            Kind::ZoneStatus => self.zone_status(&record.checked())?,
            Kind::PartitionStatus => self.partition_status(&record.checked(), now)?,
            Kind::OutputStatus => self.output_status(&record.checked())?,
            Kind::SystemStatus => self.system(&record.checked()),
            _ => {}
        }
        Ok(())
    }

    fn zone_programmed(&mut self, zone: &Zone<'_>) -> Result<(), (u8, usize)> {
        let Some(id) = zone.id() else { return Ok(()) };
        let allowed = zone.bypass_allowed();
        let slot = self.zone(id)?;
        // A part of a record leaves the rest as it was.
        slot.forbidden = allowed.map_or(slot.forbidden, |allowed| allowed == Flag::No);
        Ok(())
    }

    fn zone_status(&mut self, status: &ZoneStatus<'_>) -> Result<(), (u8, usize)> {
        let Some(id) = status.id() else { return Ok(()) };
        let facts = [
            (ZoneFlags::OPEN, status.is_open()),
            (ZoneFlags::ALARM, status.in_alarm()),
            (ZoneFlags::BYPASSED, status.is_excluded()),
            (ZoneFlags::TAMPER, status.is_tampered()),
        ];
        let memory = status.has_memory();
        let slot = self.zone(id)?;
        slot.memory = memory.unwrap_or(slot.memory);
        for (flag, fact) in facts {
            let Some(fact) = fact else { continue };
            if slot.state.is(flag) != Some(fact) {
                slot.changed |= flag;
            }
            slot.state.known |= flag;
            slot.state.set = if fact { slot.state.set | flag } else { slot.state.set.without(flag) };
        }
        self.changed = true;
        Ok(())
    }

    fn partition_status(&mut self, status: &PartitionStatus<'_>, now: Instant) -> Result<(), (u8, usize)> {
        let Some(id) = status.id() else { return Ok(()) };
        let table = &mut *self.tables.partitions;
        let limit = table.len();
        let slot = table.iter_mut().find(|slot| !slot.used || slot.id == id).ok_or((PARTITIONS_FULL, limit))?;
        (slot.used, slot.id) = (true, id);
        slot.take(status, now);
        self.changed = true;
        Ok(())
    }

    fn output_status(&mut self, status: &OutputStatus<'_>) -> Result<(), (u8, usize)> {
        let (Some(id), Some(on)) = (status.id(), status.is_on()) else { return Ok(()) };
        let table = &mut *self.tables.outputs;
        let limit = table.len();
        let slot = table.iter_mut().find(|slot| !slot.used || slot.id == id).ok_or((OUTPUTS_FULL, limit))?;
        (slot.used, slot.id) = (true, id);
        slot.changed |= slot.on != Some(on);
        slot.on = Some(on);
        self.changed = true;
        Ok(())
    }

    fn zone(&mut self, id: u32) -> Result<&mut ZoneSlot, (u8, usize)> {
        let table = &mut *self.tables.zones;
        let limit = table.len();
        let slot = table.iter_mut().find(|slot| !slot.used || slot.id == id).ok_or((ZONES_FULL, limit))?;
        (slot.used, slot.id) = (true, id);
        Ok(slot)
    }

    fn system(&mut self, status: &SystemStatus<'_>) {
        let arming = match status.arming() {
            Some(SystemArming::Disarmed) => Some((AreaState::Disarmed, None)),
            Some(SystemArming::Total) => Some((AreaState::Armed, Some(Mode::Away))),
            Some(SystemArming::Partial) => Some((AreaState::Armed, Some(Mode::Home))),
            Some(SystemArming::TotalEntry) => Some((AreaState::EntryDelay, Some(Mode::Away))),
            Some(SystemArming::PartialEntry) => Some((AreaState::EntryDelay, Some(Mode::Home))),
            Some(SystemArming::TotalExit) => Some((AreaState::ExitDelay, Some(Mode::Away))),
            Some(SystemArming::PartialExit) => Some((AreaState::ExitDelay, Some(Mode::Home))),
            // What is not understood leaves the state as it was.
            Some(SystemArming::Other(_)) | None => None,
        };
        if let Some((state, mode)) = arming {
            (self.system, self.mode) = (state, mode);
        }
        if let Some(marks) = status.info() {
            let excludes = |mark| {
                matches!(
                    mark,
                    SystemMark::ZoneExcluded | SystemMark::ExcludedAutomatically | SystemMark::ExcludedManually | SystemMark::ExcludedTimed
                )
            };
            self.excluded = marks.texts().map(SystemMark::from_text).any(excludes);
        }
        if let Some(faults) = status.fault() {
            let faults = faults.texts().fold(0, |all, fault| all | trouble(FaultCategory::from_text(fault)));
            self.troubles = self.troubles & TAMPER | faults;
        }
        if let Some(tampers) = status.tamper() {
            let tamper = if tampers.texts().next().is_some() { TAMPER } else { 0 };
            self.troubles = self.troubles & !TAMPER | tamper;
        }
        self.changed = true;
    }

    /// The panel as a whole.
    pub(crate) fn summary(&self) -> Summary {
        let (state, mode) = self.whole();
        let bypassed = |slot: &ZoneSlot| slot.used && slot.state.is(ZoneFlags::BYPASSED) == Some(true);
        Summary {
            state,
            mode,
            bypassed: self.excluded || self.tables.zones.iter().any(bypassed),
            alarm_memory: self.tables.partitions.iter().any(|slot| slot.used && slot.memory),
        }
    }

    /// The panel as a whole. What its `ARM` says never tells of alarms: the partitions do.
    fn whole(&self) -> (AreaState, Option<Mode>) {
        let alarm = self.tables.partitions.iter().any(|slot| slot.used && slot.alarm);
        match self.system {
            AreaState::Unknown | AreaState::Disarmed => (self.system, None),
            _ if alarm => (AreaState::Triggered, self.mode),
            state => (state, self.mode),
        }
    }

    pub(crate) const fn has_notice(&self) -> bool {
        self.changed
    }

    /// Takes out the next change.
    pub(crate) fn next_notice(&mut self) -> Option<Notice> {
        if !self.changed {
            return None;
        }
        if let Some(slot) = self.tables.zones.iter_mut().find(|slot| !slot.changed.is_empty()) {
            return Some(Notice::Zone { zone: slot.id, state: slot.state, changed: core::mem::take(&mut slot.changed) });
        }
        if let Some(slot) = self.tables.partitions.iter_mut().find(|slot| slot.changed) {
            slot.changed = false;
            slot.told = slot.state();
            return Some(Notice::Area { area: slot.id, state: slot.told, mode: None });
        }
        if let Some(slot) = self.tables.outputs.iter_mut().find(|slot| slot.changed) {
            slot.changed = false;
            return Some(Notice::Output { output: slot.id, on: slot.on.unwrap_or_default() });
        }
        let whole = self.whole();
        if whole != self.told {
            self.told = whole;
            return Some(Notice::Area { area: 0, state: whole.0, mode: whole.1 });
        }
        for (bit, kind) in bits().zip(TROUBLES) {
            if (self.troubles ^ self.troubles_told) & bit != 0 {
                self.troubles_told ^= bit;
                return Some(Notice::Trouble { kind, source: Source::Panel, active: self.troubles & bit != 0 });
            }
        }
        self.changed = false;
        None
    }
}

fn bits() -> impl Iterator<Item = u8> {
    (0..8_u32).map(|shift| 1_u8.wrapping_shl(shift))
}

/// The trouble that a fault is: a bit of [`TROUBLES`].
const fn trouble(fault: FaultCategory<'_>) -> u8 {
    match fault {
        FaultCategory::SupplyMissing | FaultCategory::SupplyLow | FaultCategory::SupplyFault => 1,
        FaultCategory::BatteryLow | FaultCategory::BatteryBad => 2,
        FaultCategory::Communication | FaultCategory::Supervision => 8,
        FaultCategory::BusLost | FaultCategory::RadioLost => 16,
        _ => 0,
    }
}

impl PartitionSlot {
    fn take(&mut self, status: &PartitionStatus<'_>, now: Instant) {
        let left = status.remaining();
        if let Some(alarm) = status.alarm() {
            self.alarm = alarm == AlarmState::Alarm;
            self.memory = alarm == AlarmState::Memory;
        }
        if let Some(tamper) = status.tamper() {
            self.tampered = tamper == TamperState::Tamper;
        }
        let arming = status.arming();
        let base = match arming {
            Some(PartitionArming::Disarmed) => Some(AreaState::Disarmed),
            Some(PartitionArming::ExitDelay) => Some(AreaState::ExitDelay),
            None if self.delayed => left.map(|left| if left > 0 { AreaState::ExitDelay } else { AreaState::Armed }),
            Some(PartitionArming::Delayed) if left.is_some_and(|left| left > 0) => Some(AreaState::ExitDelay),
            Some(PartitionArming::Delayed | PartitionArming::Armed | PartitionArming::ArmedShort) => Some(AreaState::Armed),
            Some(PartitionArming::EntryDelay) => Some(AreaState::EntryDelay),
            Some(PartitionArming::Other(_)) | None => None,
        };
        if let Some(arming) = arming {
            self.delayed = arming == PartitionArming::Delayed;
        }
        if let Some(base) = base {
            self.base = base;
        }
        if let Some(left) = left {
            self.ends = (left > 0).then(|| now.plus_millis(u64::from(left).saturating_mul(1000)));
        } else if base.is_some() {
            self.ends = None;
        }
        self.changed = self.state() != self.told;
    }
}
