//! The tables of a simulated house. Text in them has up to 64 bytes and no control characters.

pub(super) use super::climate::{ProgrammeSlot, SensorSlot, SetPoints, ThermostatSlot, thousandths};
use crate::home::{AreaState, ZoneFlags};
use crate::ksenia::{
    Account, AlarmState, CodeNeed, Kind, LogKind, OutputAction, OutputCategory, OutputMode, PartitionArming, ScenarioCategory, TamperState,
    ZoneBypass, ZoneCategory,
};
use crate::secret::Secret;
use crate::text::json::Text;
use crate::timers::Instant;

/// What a slot has to tell: to the client, and to the caller.
pub(super) const PUSH: u8 = 1;
pub(super) const TELL: u8 = 2;
/// Another list that a slot stands in has to be pushed: the temperatures, or of the house the faults.
pub(super) const PUSH_SECOND: u8 = 4;
/// Of the house: the tampers have to be pushed.
pub(super) const PUSH_THIRD: u8 = 8;
/// Of the house: slots have something to push.
pub(super) const SLOTS: u8 = 16;
pub(super) const ALL_NEWS: u8 = PUSH | TELL;
pub(super) const SLOT_NEWS: u8 = TELL | SLOTS;
pub(super) const SYSTEM_NEWS: u8 = PUSH | TELL | SLOTS;

/// All partitions.
pub const ALL_PARTITIONS: u32 = u32::MAX;

/// The bit of a partition in a mask: bit 0 for partition 1.
#[must_use]
pub const fn partition_bit(partition: u32) -> u32 {
    match partition.checked_sub(1) {
        Some(shift @ 0..=31) => 1 << shift,
        _ => 0,
    }
}

/// An alarm or tamper of a zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Mark {
    /// None.
    #[default]
    None,
    /// Now.
    Active,
    /// There was one, and nobody has cleared the memory.
    Memory,
}

/// What a zone does when it opens. The programming of real panels has it; the protocol does not show it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Response {
    /// The entry delay of its partitions, if they are armed.
    #[default]
    Delayed,
    /// An alarm, if they are armed.
    Instant,
    /// An alarm, armed or not: smoke, panic.
    Always,
    /// Nothing.
    Nothing,
}

/// A zone and its state.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ZoneSlot<'h> {
    /// Number.
    pub id: u32,
    /// Name.
    pub name: &'h str,
    /// Label, mostly empty.
    pub label: &'h str,
    /// Partitions it belongs to: see [`partition_bit`]. Default the first.
    pub partitions: u32,
    /// Kind of input. Default a contact of the perimeter.
    pub category: ZoneCategory<'h>,
    /// Whether it is a key or command input.
    pub is_command: bool,
    /// Whether it may be excluded. Default yes.
    pub bypass_allowed: bool,
    /// Whether it is an analogue input.
    pub is_analogue: bool,
    /// What it does when it opens.
    pub response: Response,
    /// Resistance of its line in ohms; `None` for a radio zone.
    pub ohms: Option<u32>,
    /// State: whether it is open.
    pub open: bool,
    /// State: whether its tamper contact is open.
    pub tampered: bool,
    /// State: whether its detector is masked or broken.
    pub faulty: bool,
    /// State: whether there was such a fault.
    pub fault_memory: bool,
    /// State: whether it is excluded.
    pub bypass: ZoneBypass<'static>,
    /// State: alarm.
    pub alarm: Mark,
    /// State: tamper.
    pub tamper: Mark,
    pub(super) told: ZoneFlags,
    pub(super) news: u8,
}

impl<'h> ZoneSlot<'h> {
    /// A closed zone.
    #[must_use]
    pub const fn new(id: u32, name: &'h str) -> Self {
        Self {
            id,
            name,
            label: "",
            partitions: 1,
            category: ZoneCategory::PerimeterContact,
            is_command: false,
            bypass_allowed: true,
            is_analogue: false,
            response: Response::Delayed,
            ohms: None,
            open: false,
            tampered: false,
            faulty: false,
            fault_memory: false,
            bypass: ZoneBypass::No,
            alarm: Mark::None,
            tamper: Mark::None,
            told: ZoneFlags::NONE,
            news: 0,
        }
    }

    /// What is true of it.
    #[must_use]
    pub fn flags(&self) -> ZoneFlags {
        let facts = [
            (ZoneFlags::OPEN, self.open),
            (ZoneFlags::ALARM, self.alarm == Mark::Active),
            (ZoneFlags::BYPASSED, self.bypass.is_excluded()),
            (ZoneFlags::TAMPER, self.tampered),
        ];
        facts.into_iter().filter(|(_, fact)| *fact).fold(ZoneFlags::NONE, |flags, (flag, _)| flags | flag)
    }
}

/// A partition and its state.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct PartitionSlot<'h> {
    /// Number, 1 to 32; real panels have up to 30.
    pub id: u32,
    /// Name.
    pub name: &'h str,
    /// Exit delay in seconds. Default 30.
    pub exit_seconds: u16,
    /// Entry delay in seconds. Default 30.
    pub entry_seconds: u16,
    /// State: how it is armed.
    pub arming: PartitionArming<'static>,
    /// State: alarm.
    pub alarm: AlarmState<'static>,
    /// State: tamper.
    pub tamper: TamperState<'static>,
    /// When the running delay ends.
    pub(super) ends: Option<Instant>,
    /// Seconds left as pushed last.
    pub(super) shown: u64,
    pub(super) told: AreaState,
    pub(super) news: u8,
}

impl<'h> PartitionSlot<'h> {
    /// A disarmed partition.
    #[must_use]
    pub const fn new(id: u32, name: &'h str) -> Self {
        Self {
            id,
            name,
            exit_seconds: 30,
            entry_seconds: 30,
            arming: PartitionArming::Disarmed,
            alarm: AlarmState::Ok,
            tamper: TamperState::Ok,
            ends: None,
            shown: 0,
            told: AreaState::Disarmed,
            news: 0,
        }
    }

    /// What it does.
    #[must_use]
    pub fn state(&self) -> AreaState {
        match self.arming {
            _ if self.alarm == AlarmState::Alarm => AreaState::Triggered,
            PartitionArming::Disarmed => AreaState::Disarmed,
            PartitionArming::ExitDelay => AreaState::ExitDelay,
            PartitionArming::Delayed if self.ends.is_some() => AreaState::ExitDelay,
            PartitionArming::EntryDelay => AreaState::EntryDelay,
            _ => AreaState::Armed,
        }
    }

    /// What is left of the running delay at the moment `now`, in whole seconds, rounded up.
    #[must_use]
    pub fn seconds_left(&self, now: Instant) -> u64 {
        self.ends.map_or(0, |ends| ends.millis_since(now).div_ceil(1000))
    }
}

/// An output and its state.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct OutputSlot<'h> {
    /// Number.
    pub id: u32,
    /// Name.
    pub name: &'h str,
    /// What it drives. Default a light.
    pub category: OutputCategory<'h>,
    /// How it switches.
    pub mode: OutputMode<'h>,
    /// Whether users do not see it.
    pub hidden: bool,
    /// Whether it is on during alarms.
    pub is_siren: bool,
    /// State: whether it is on. Covers are never.
    pub on: bool,
    /// State: level of a dimmer or position of a cover, 0 to 100; 100 is open.
    pub level: u8,
    /// Where a cover is going.
    pub(super) target: Option<u8>,
    /// When it is there, or when a momentary output falls back.
    pub(super) ends: Option<Instant>,
    pub(super) told: bool,
    pub(super) news: u8,
}

impl<'h> OutputSlot<'h> {
    /// A light that is off.
    #[must_use]
    pub const fn new(id: u32, name: &'h str) -> Self {
        Self {
            id,
            name,
            category: OutputCategory::Light,
            mode: OutputMode::Standard,
            hidden: false,
            is_siren: false,
            on: false,
            level: 0,
            target: None,
            ends: None,
            told: false,
            news: 0,
        }
    }
}

/// What a scenario does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScenarioAction<'h> {
    /// Nothing that is simulated.
    #[default]
    Nothing,
    /// Disarms partitions.
    Disarm {
        /// Which: see [`partition_bit`].
        partitions: u32,
    },
    /// Arms partitions, and disarms the others.
    Arm {
        /// Which: see [`partition_bit`].
        partitions: u32,
        /// Whether they have their exit delay.
        delayed: bool,
    },
    /// Switches an output.
    Output {
        /// Its number.
        output: u32,
        /// How.
        action: OutputAction<'h>,
    },
}

/// A scenario.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ScenarioSlot<'h> {
    /// Number.
    pub id: u32,
    /// Name.
    pub name: &'h str,
    /// What clients take it for.
    pub category: ScenarioCategory<'h>,
    /// Whether it wants a code.
    pub code: CodeNeed<'h>,
    /// What it does.
    pub action: ScenarioAction<'h>,
}

impl<'h> ScenarioSlot<'h> {
    /// A scenario whose category follows from what it does.
    #[must_use]
    pub const fn new(id: u32, name: &'h str, action: ScenarioAction<'h>) -> Self {
        let category = match action {
            ScenarioAction::Disarm { .. } => ScenarioCategory::Disarm,
            ScenarioAction::Arm { partitions: ALL_PARTITIONS, .. } => ScenarioCategory::Arm,
            ScenarioAction::Arm { .. } => ScenarioCategory::Partial,
            _ => ScenarioCategory::Generic,
        };
        Self { id, name, category, code: CodeNeed::Needed, action }
    }
}

/// A timer.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct TimerSlot<'h> {
    /// Number.
    pub id: u32,
    /// Name.
    pub name: &'h str,
    /// Hour and minute at which it runs. The simulation does not run it.
    pub at: (u8, u8),
    /// Scenario that it runs.
    pub scenario: u32,
    /// State: whether it is on.
    pub enabled: bool,
}

impl<'h> TimerSlot<'h> {
    /// A timer that is on, at midnight.
    #[must_use]
    pub const fn new(id: u32, name: &'h str, scenario: u32) -> Self {
        Self { id, name, at: (0, 0), scenario, enabled: true }
    }
}

/// An account.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AccountSlot<'h> {
    /// Number.
    pub id: u32,
    /// Name.
    pub name: &'h str,
    /// Code, 1 to 32 bytes; those of supervision stations may have letters.
    pub pin: Secret<&'h str>,
    /// Kind. A login that leaves the kind to the panel finds every account.
    pub kind: Account<'h>,
    /// State: whether it is switched off.
    pub disabled: bool,
}

impl<'h> AccountSlot<'h> {
    /// A user's account.
    #[must_use]
    pub const fn new(id: u32, name: &'h str, pin: Secret<&'h str>) -> Self {
        Self { id, name, pin, kind: Account::User, disabled: false }
    }
}

/// What an entry of the log is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Subject {
    /// Nothing with a number.
    #[default]
    None,
    /// A zone.
    Zone(u32),
    /// A partition.
    Partition(u32),
    /// A scenario.
    Scenario(u32),
    /// An account.
    Account(u32),
}

/// A place for an entry of the log. When all are taken, the oldest makes room.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct LogSlot {
    /// Number, counting up; 0 while the place is free.
    pub id: u32,
    /// When, in seconds since 1970.
    pub unix: u64,
    /// What.
    pub kind: LogKind<'static>,
    /// About what.
    pub subject: Subject,
}

impl LogSlot {
    /// A free place.
    pub const FREE: Self = Self { id: 0, unix: 0, kind: LogKind::Other(Text::new("")), subject: Subject::None };
}

impl Default for LogSlot {
    fn default() -> Self {
        Self::FREE
    }
}

/// Records of a kind that the machine has no table for, or more of one that it has. They never change.
#[derive(Clone, Copy, Debug)]
pub struct List<'h> {
    /// Which list they belong to.
    pub kind: Kind<'h>,
    /// JSON objects.
    pub records: &'h [&'h str],
}

/// A file that can be read.
#[derive(Clone, Copy, Debug)]
pub struct File<'h> {
    /// Where: `PROG`.
    pub path: &'h str,
    /// Which: `notes.json`.
    pub name: &'h str,
    /// What is in it, of any length.
    pub content: &'h str,
}
