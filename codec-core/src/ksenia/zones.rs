//! Zones: sensors and other inputs.

use super::view::view;
use super::words::{Flag, words};
use crate::text::json::Text;

words! {
    /// What kind of input a zone is.
    pub enum ZoneCategory {
        /// Magnetic contact of the perimeter.
        PerimeterContact = "PMC";
        /// Anything, mostly indoor movement.
        Generic = "GEN";
        /// Smoke detector.
        Smoke = "SMOKE";
        /// Door contact.
        Door = "DOOR";
        /// Window contact.
        Window = "WINDOW";
        /// Indoor movement.
        IndoorMovement = "IMOV";
        /// Outdoor movement.
        OutdoorMovement = "EMOV";
        /// Vibration.
        Seismic = "SEISM";
        /// Key or command input.
        Command = "CMD";
        /// Curtain sensor of the perimeter.
        PerimeterCurtain = "PCUR";
        /// Analogue input.
        Analogue = "AN";
    }
}

words! {
    /// What the input of a zone says.
    pub enum ZoneState {
        /// At rest.
        Rest = "R";
        /// Triggered: open, moving. Not an alarm by itself.
        Triggered = "A";
        /// Fault or masking.
        Fault = "FM";
        /// Tampered.
        Tamper = "T";
        /// Error.
        Error = "E";
        /// Normal (vibration sensors).
        Normal = "N";
        /// Disarmed (command inputs).
        Disarmed = "D";
    }
}

words! {
    /// Whether a zone is excluded, and by whom.
    pub enum ZoneBypass {
        /// It takes part.
        No = "NO";
        /// It takes part (other clients' word).
        Included = "UN_BYPASS";
        /// Excluded by the panel.
        Automatic = "AUTO";
        /// Excluded by a person.
        Manual = "MAN_M";
        /// Excluded by a person for a while.
        ManualTimed = "MAN_T";
        /// Excluded while arming.
        ManualArming = "MAN_I";
        /// Excluded (other clients' word).
        Yes = "YES";
    }
}

impl ZoneBypass<'_> {
    /// Whether the zone is excluded. An unknown word counts as excluded, an empty one does not.
    #[must_use]
    pub fn is_excluded(self) -> bool {
        match self {
            Self::No | Self::Included => false,
            Self::Other(text) => !text.is_empty(),
            _ => true,
        }
    }
}

words! {
    /// An alarm or tamper mark of a zone.
    pub enum ZoneMark {
        /// None.
        None = "N";
        /// None (flag form).
        No = "F";
        /// In the running cycle.
        Cycle = "C";
        /// In the running cycle (`Y`).
        Yes = "Y";
        /// In the running cycle (flag form).
        True = "T";
        /// In the memory.
        Memory = "M";
    }
}

impl ZoneMark<'_> {
    /// Whether it holds now.
    #[must_use]
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Cycle | Self::Yes | Self::True)
    }
}

view! {
    /// How a zone is programmed (`ZONES`, `PRG_ZONES`).
    pub struct Zone {
        /// Number of the zone.
        text id: u32 = "ID";
        /// Name, up to 32 characters.
        text name: Text<'i> = "DES";
        /// Partitions it belongs to: [`partition_mask`] reads it.
        text partitions: Text<'i> = "PRT";
        /// Whether it is a key or command input.
        text is_command: Flag<'i> = "CMD";
        /// Whether it may be excluded.
        text bypass_allowed: Flag<'i> = "BYP_EN";
        /// Kind of input.
        text category: ZoneCategory<'i> = "CAT";
        /// Whether it is an analogue input.
        text is_analogue: Flag<'i> = "AN";
        /// Label, often empty.
        text label: Text<'i> = "LBL";
        /// A state that one client looks for and no panel has shown.
        text status: Text<'i> = "STATUS";
    }
}

view! {
    /// What a zone does now (`STATUS_ZONES`).
    pub struct ZoneStatus {
        /// Number of the zone.
        text id: u32 = "ID";
        /// What the input says.
        text state: ZoneState<'i> = "STA";
        /// Whether it is excluded.
        text bypass: ZoneBypass<'i> = "BYP";
        /// Tamper mark.
        text tamper: ZoneMark<'i> = "T";
        /// Alarm mark.
        text alarm: ZoneMark<'i> = "A";
        /// Whether a fault is in the memory.
        text fault_memory: Flag<'i> = "FM";
        /// Resistance of a wired line in ohms, or `NA`.
        text ohms: Text<'i> = "OHM";
        /// A raw flag whose meaning the sources dispute: window tilted, or alarm signal.
        text tilt: Flag<'i> = "VAS";
        /// Label, often empty.
        text label: Text<'i> = "LBL";
        /// Tamper memory (in place of `T` on some firmware).
        text tamper_memory: Flag<'i> = "TM";
        /// Alarm memory (in place of `A` on some firmware).
        text alarm_memory: Flag<'i> = "AM";
    }
}

impl ZoneStatus<'_> {
    /// Whether the input is triggered: open, moving.
    #[must_use]
    pub fn is_open(&self) -> Option<bool> {
        self.state().map(|state| state == ZoneState::Triggered)
    }

    /// Whether it is excluded.
    #[must_use]
    pub fn is_excluded(&self) -> Option<bool> {
        self.bypass().map(ZoneBypass::is_excluded)
    }

    /// Whether it is in alarm now.
    #[must_use]
    pub fn in_alarm(&self) -> Option<bool> {
        self.alarm().map(ZoneMark::is_active)
    }

    /// Whether it is tampered now.
    #[must_use]
    pub fn is_tampered(&self) -> Option<bool> {
        match (self.state(), self.tamper()) {
            (Some(ZoneState::Tamper), _) => Some(true),
            (_, Some(mark)) => Some(mark.is_active()),
            (state, None) => state.map(|_| false),
        }
    }

    /// Whether an alarm or tamper is in the memory.
    #[must_use]
    pub fn has_memory(&self) -> Option<bool> {
        let of = |mark: Option<ZoneMark<'_>>, flag: Option<Flag<'_>>| mark.map(|mark| mark == ZoneMark::Memory).max(flag.map(Flag::is_yes));
        // Yes is more than no, and no is more than nothing.
        of(self.alarm(), self.alarm_memory()).max(of(self.tamper(), self.tamper_memory()))
    }
}

/// Partitions that a `PRT` member names, bit 0 for partition 1: hexadecimal digits without prefix, or `ALL`. `None` for another text.
///
/// The document calls it a partition number; panels send a mask (`4` is partition 3, `10` is partition 5).
#[must_use]
pub fn partition_mask(text: Text<'_>) -> Option<u32> {
    match text.raw() {
        "ALL" | "ALLALL" => Some(u32::MAX),
        digits if (1..=8).contains(&digits.len()) => digits.bytes().try_fold(0_u32, |mask, digit| match crate::text::hex::nibble(digit) {
            crate::text::hex::NOT_HEX => None,
            nibble => Some(mask << 4 | u32::from(nibble)),
        }),
        _ => None,
    }
}
