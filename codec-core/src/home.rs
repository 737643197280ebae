//! One vocabulary for all panels: what happens in a house, and what can be asked of it.
//!
//! A bridge that only speaks these words works with every protocol. What a word means on a given panel is written in that
//! protocol's module; what has no word here is still in the protocol's own events.
//!
//! Numbers are the panel's own, from 1: zones (sensors), areas (partitions) and outputs (relays, devices). Area 0 is the panel
//! as a whole, what a single alarm entity in a home-automation program shows.

use crate::secret::Secret;

/// Something about the house changed, or is known for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Notice {
    /// A zone changed.
    Zone {
        /// Number of the zone.
        zone: u32,
        /// Everything known about it now.
        state: ZoneState,
        /// Which of it changed or became known.
        changed: ZoneFlags,
    },
    /// An area, or the panel as a whole (area 0), changed its state or mode.
    Area {
        /// Number of the area, 0 for the panel as a whole.
        area: u32,
        /// Its state now.
        state: AreaState,
        /// How it is armed, or being armed; `None` when it is not, or nothing told.
        mode: Option<Mode>,
    },
    /// An output was switched.
    Output {
        /// Number of the output.
        output: u32,
        /// Whether it is on.
        on: bool,
    },
    /// An alarm that no zone raised began or ended.
    Alarm {
        /// What for.
        kind: AlarmKind,
        /// Who or what raised it.
        source: Source,
        /// Whether it began.
        active: bool,
    },
    /// A technical trouble began or ended.
    Trouble {
        /// What is wrong.
        kind: TroubleKind,
        /// What it is about.
        source: Source,
        /// Whether it began.
        active: bool,
    },
    /// The panel has started anew.
    Restarted,
}

/// A set of facts about a zone.
///
/// ```
/// # use codec_core::home::ZoneFlags;
/// let flags = ZoneFlags::OPEN | ZoneFlags::TAMPER;
/// assert!(flags.contains(ZoneFlags::OPEN) && !flags.contains(ZoneFlags::ALARM));
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ZoneFlags(u8);

impl ZoneFlags {
    /// No fact.
    pub const NONE: Self = Self(0);
    /// The sensor is open, unsealed, active.
    pub const OPEN: Self = Self(1);
    /// The zone is in alarm.
    pub const ALARM: Self = Self(2);
    /// The zone is excluded from the alarm, by a person or by the panel.
    pub const BYPASSED: Self = Self(4);
    /// The detector or its wiring was tampered with.
    pub const TAMPER: Self = Self(8);
    /// The detector's battery is low.
    pub const LOW_BATTERY: Self = Self(16);
    /// The panel has not heard of the detector for too long.
    pub const LOST: Self = Self(32);

    const NAMES: [(Self, &'static str); 6] = [
        (Self::OPEN, "open"),
        (Self::ALARM, "alarm"),
        (Self::BYPASSED, "bypassed"),
        (Self::TAMPER, "tamper"),
        (Self::LOW_BATTERY, "low_battery"),
        (Self::LOST, "lost"),
    ];

    /// Whether every fact of `other` is in this set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The facts that are in this set and not in `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// One word per fact of the set: `open`, `alarm`, `bypassed`, `tamper`, `low_battery`, `lost`.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES.into_iter().filter(move |(flag, _)| self.contains(*flag)).map(|(_, name)| name)
    }
}

impl core::ops::BitOr for ZoneFlags {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl core::ops::BitOrAssign for ZoneFlags {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl core::ops::BitXor for ZoneFlags {
    type Output = Self;
    fn bitxor(self, other: Self) -> Self {
        Self(self.0 ^ other.0)
    }
}

impl core::fmt::Debug for ZoneFlags {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

/// What is known about a zone. A fact that no message has told yet is neither true nor false.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ZoneState {
    /// Facts that have been told.
    pub known: ZoneFlags,
    /// Facts that are true.
    pub set: ZoneFlags,
}

impl ZoneState {
    /// Whether all of `flags` are true, or `None` as long as one of them is not known.
    pub const fn is(self, flags: ZoneFlags) -> Option<bool> {
        if self.known.contains(flags) { Some(self.set.contains(flags)) } else { None }
    }
}

/// How far an area is from being armed, or what it does while it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum AreaState {
    /// Nothing told yet.
    #[default]
    Unknown,
    /// Not armed.
    Disarmed,
    /// Armed by somebody; whether there is an exit delay is not known yet.
    Arming,
    /// The time to leave runs.
    ExitDelay,
    /// Armed.
    Armed,
    /// Somebody came in and has time to disarm.
    EntryDelay,
    /// An alarm is on.
    Triggered,
}

impl AreaState {
    /// One word: `unknown`, `disarmed`, `arming`, `exit_delay`, `armed`, `entry_delay`, `triggered`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Disarmed => "disarmed",
            Self::Arming => "arming",
            Self::ExitDelay => "exit_delay",
            Self::Armed => "armed",
            Self::EntryDelay => "entry_delay",
            Self::Triggered => "triggered",
        }
    }
}

/// How an area is armed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Mode {
    /// Everybody is out.
    Away,
    /// People are in; the shell of the house is armed.
    Home,
    /// Daytime.
    Day,
    /// People sleep.
    Night,
    /// Everybody is out for long.
    Vacation,
    /// Everything the panel can arm.
    Highest,
}

impl Mode {
    /// One word: `away`, `home`, `day`, `night`, `vacation`, `highest`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Away => "away",
            Self::Home => "home",
            Self::Day => "day",
            Self::Night => "night",
            Self::Vacation => "vacation",
            Self::Highest => "highest",
        }
    }
}

/// What an alarm without a zone is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum AlarmKind {
    /// An intruder; also an alarm of no stated kind.
    Intrusion,
    /// A panic key or pendant.
    Panic,
    /// Fire.
    Fire,
    /// Somebody needs medical help.
    Medical,
    /// Somebody was forced to use a code.
    Duress,
}

impl AlarmKind {
    /// One word: `intrusion`, `panic`, `fire`, `medical`, `duress`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Intrusion => "intrusion",
            Self::Panic => "panic",
            Self::Fire => "fire",
            Self::Medical => "medical",
            Self::Duress => "duress",
        }
    }
}

/// What a technical trouble is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum TroubleKind {
    /// No mains.
    Mains,
    /// A battery is low or missing.
    Battery,
    /// Something was opened that should be closed.
    Tamper,
    /// Reports to the monitoring station do not get through.
    Reporting,
    /// A bus or an expander does not answer.
    Bus,
}

impl TroubleKind {
    /// One word: `mains`, `battery`, `tamper`, `reporting`, `bus`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mains => "mains",
            Self::Battery => "battery",
            Self::Tamper => "tamper",
            Self::Reporting => "reporting",
            Self::Bus => "bus",
        }
    }
}

/// Who or what an alarm or a trouble comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Source {
    /// The panel itself, or nothing told.
    Panel,
    /// A keypad, with its number where the panel tells it, else 0.
    Keypad(u32),
    /// A person, by user number.
    User(u32),
    /// Something in the panel's case or on its bus, other than the above, by a number of the panel's.
    Device(u32),
    /// A zone.
    Zone(u32),
}

/// Something to be done. Protocols turn it into their own command, or refuse what their panels cannot do.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Request<'c> {
    /// Arm.
    Arm {
        /// Number of the area, 0 for the panel as a whole.
        area: u32,
        /// How.
        mode: Mode,
        /// A user's code, where the panel wants one.
        code: Option<Secret<&'c str>>,
    },
    /// Disarm, and end alarms.
    Disarm {
        /// Number of the area, 0 for the panel as a whole.
        area: u32,
        /// A user's code.
        code: Option<Secret<&'c str>>,
    },
    /// Exclude a zone from the alarm, or include it again.
    Bypass {
        /// Number of the zone.
        zone: u32,
        /// Whether to exclude it.
        on: bool,
        /// A user's code, where the panel wants one.
        code: Option<Secret<&'c str>>,
    },
    /// Switch an output.
    Switch {
        /// Number of the output.
        output: u32,
        /// Whether to switch it on.
        on: bool,
    },
}
