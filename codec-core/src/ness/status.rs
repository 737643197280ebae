//! Status requests (`S00` to `S33`) and the 16-bit values that answer them.

use super::bits::{ArmingStatus, AuxOutputs, MiscAlarms, Outputs};
use super::codes::byte_codes;
use super::version::PanelVersion;

byte_codes! {
    /// What a status request asks for and a status line answers. The two digits of the name are the two digits after the `S`.
    pub enum RequestId {
        /// Unsealed inputs, zones 1 to 16.
        Zone1To16InputUnsealed = 0x00, "ZONE_1_16_INPUT_UNSEALED";
        /// Unsealed radio detectors, zones 1 to 16.
        Zone1To16RadioUnsealed = 0x01, "ZONE_1_16_RADIO_UNSEALED";
        /// Unsealed C-Bus units, zones 1 to 16.
        Zone1To16CbusUnsealed = 0x02, "ZONE_1_16_CBUS_UNSEALED";
        /// Zones 1 to 16 in entry or exit delay.
        Zone1To16InDelay = 0x03, "ZONE_1_16_IN_DELAY";
        /// Zones 1 to 16 that wait for a second trigger.
        Zone1To16InDoubleTrigger = 0x04, "ZONE_1_16_IN_DOUBLE_TRIGGER";
        /// Zones 1 to 16 in alarm.
        Zone1To16InAlarm = 0x05, "ZONE_1_16_IN_ALARM";
        /// Zones 1 to 16 excluded by a person.
        Zone1To16Excluded = 0x06, "ZONE_1_16_EXCLUDED";
        /// Zones 1 to 16 excluded by the panel.
        Zone1To16AutoExcluded = 0x07, "ZONE_1_16_AUTO_EXCLUDED";
        /// Zones 1 to 16 whose supervision is about to fail.
        Zone1To16SupervisionFailPending = 0x08, "ZONE_1_16_SUPERVISION_FAIL_PENDING";
        /// Zones 1 to 16 whose supervision failed.
        Zone1To16SupervisionFail = 0x09, "ZONE_1_16_SUPERVISION_FAIL";
        /// Open doors, zones 1 to 16.
        Zone1To16DoorsOpen = 0x10, "ZONE_1_16_DOORS_OPEN";
        /// Detectors with a low battery, zones 1 to 16.
        Zone1To16DetectorLowBattery = 0x11, "ZONE_1_16_DETECTOR_LOW_BATTERY";
        /// Detectors with an open tamper contact, zones 1 to 16.
        Zone1To16DetectorTamper = 0x12, "ZONE_1_16_DETECTOR_TAMPER";
        /// Alarms and troubles without a zone.
        MiscellaneousAlarms = 0x13, "MISCELLANEOUS_ALARMS";
        /// How the areas are armed.
        Arming = 0x14, "ARMING";
        /// Outputs.
        Outputs = 0x15, "OUTPUTS";
        /// What the keypads show.
        ViewState = 0x16, "VIEW_STATE";
        /// Model and version.
        PanelVersion = 0x17, "PANEL_VERSION";
        /// Auxiliary outputs.
        AuxiliaryOutputs = 0x18, "AUXILIARY_OUTPUTS";
        /// Zones 1 to 16 excluded by a person or by the panel.
        Zone1To16ExcludedPlusAutoExcluded = 0x19, "ZONE_1_16_EXCLUDED_PLUS_AUTO_EXCLUDED";
        /// Unsealed inputs, zones 17 to 32.
        Zone17To32InputUnsealed = 0x20, "ZONE_17_32_INPUT_UNSEALED";
        /// Unsealed radio detectors, zones 17 to 32.
        Zone17To32RadioUnsealed = 0x21, "ZONE_17_32_RADIO_UNSEALED";
        /// Unsealed C-Bus units, zones 17 to 32.
        Zone17To32CbusUnsealed = 0x22, "ZONE_17_32_CBUS_UNSEALED";
        /// Zones 17 to 32 in entry or exit delay.
        Zone17To32InDelay = 0x23, "ZONE_17_32_IN_DELAY";
        /// Zones 17 to 32 that wait for a second trigger.
        Zone17To32InDoubleTrigger = 0x24, "ZONE_17_32_IN_DOUBLE_TRIGGER";
        /// Zones 17 to 32 in alarm.
        Zone17To32InAlarm = 0x25, "ZONE_17_32_IN_ALARM";
        /// Zones 17 to 32 excluded by a person.
        Zone17To32Excluded = 0x26, "ZONE_17_32_EXCLUDED";
        /// Zones 17 to 32 excluded by the panel.
        Zone17To32AutoExcluded = 0x27, "ZONE_17_32_AUTO_EXCLUDED";
        /// Zones 17 to 32 whose supervision is about to fail.
        Zone17To32SupervisionFailPending = 0x28, "ZONE_17_32_SUPERVISION_FAIL_PENDING";
        /// Zones 17 to 32 whose supervision failed.
        Zone17To32SupervisionFail = 0x29, "ZONE_17_32_SUPERVISION_FAIL";
        /// Open doors, zones 17 to 32.
        Zone17To32DoorsOpen = 0x30, "ZONE_17_32_DOORS_OPEN";
        /// Detectors with a low battery, zones 17 to 32.
        Zone17To32DetectorLowBattery = 0x31, "ZONE_17_32_DETECTOR_LOW_BATTERY";
        /// Detectors with an open tamper contact, zones 17 to 32.
        Zone17To32DetectorTamper = 0x32, "ZONE_17_32_DETECTOR_TAMPER";
        /// Zones 17 to 32 excluded by a person or by the panel.
        Zone17To32ExcludedPlusAutoExcluded = 0x33, "ZONE_17_32_EXCLUDED_PLUS_AUTO_EXCLUDED";
    }
}

/// What a zone status tells of its zones. The same kinds exist for zones 1 to 16 and 17 to 32.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum ZoneFact {
    /// The input is unsealed (`S00`, `S20`).
    InputUnsealed,
    /// The radio detector is unsealed (`S01`, `S21`).
    RadioUnsealed,
    /// The C-Bus unit is unsealed (`S02`, `S22`).
    CbusUnsealed,
    /// In entry or exit delay (`S03`, `S23`).
    InDelay,
    /// Waits for a second trigger (`S04`, `S24`).
    InDoubleTrigger,
    /// In alarm (`S05`, `S25`).
    InAlarm,
    /// Excluded by a person (`S06`, `S26`).
    Excluded,
    /// Excluded by the panel (`S07`, `S27`).
    AutoExcluded,
    /// Supervision is about to fail (`S08`, `S28`).
    SupervisionFailPending,
    /// Supervision failed (`S09`, `S29`).
    SupervisionFail,
    /// The door is open (`S10`, `S30`).
    DoorOpen,
    /// The detector's battery is low (`S11`, `S31`).
    LowBattery,
    /// The detector's tamper contact is open (`S12`, `S32`).
    Tamper,
    /// Excluded by either (`S19`, `S33`).
    ExcludedByEither,
}

impl ZoneFact {
    /// All kinds, in the order of their request numbers.
    pub const ALL: [Self; 14] = [
        Self::InputUnsealed,
        Self::RadioUnsealed,
        Self::CbusUnsealed,
        Self::InDelay,
        Self::InDoubleTrigger,
        Self::InAlarm,
        Self::Excluded,
        Self::AutoExcluded,
        Self::SupervisionFailPending,
        Self::SupervisionFail,
        Self::DoorOpen,
        Self::LowBattery,
        Self::Tamper,
        Self::ExcludedByEither,
    ];

    /// Position in [`ALL`](Self::ALL).
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}

impl RequestId {
    /// For a zone status: the kind, and the first of its 16 zones (1 or 17).
    #[must_use]
    pub const fn zones(self) -> Option<(ZoneFact, u8)> {
        let raw = self.raw();
        let (index, base) = match raw {
            0x00..=0x09 => (raw, 1),
            0x10..=0x12 => (raw.wrapping_sub(6), 1),
            0x19 => (13, 1),
            0x20..=0x29 => (raw.wrapping_sub(0x20), 17),
            0x30..=0x32 => (raw.wrapping_sub(0x26), 17),
            0x33 => (13, 17),
            _ => return None,
        };
        let fact = match index {
            0 => ZoneFact::InputUnsealed,
            1 => ZoneFact::RadioUnsealed,
            2 => ZoneFact::CbusUnsealed,
            3 => ZoneFact::InDelay,
            4 => ZoneFact::InDoubleTrigger,
            5 => ZoneFact::InAlarm,
            6 => ZoneFact::Excluded,
            7 => ZoneFact::AutoExcluded,
            8 => ZoneFact::SupervisionFailPending,
            9 => ZoneFact::SupervisionFail,
            10 => ZoneFact::DoorOpen,
            11 => ZoneFact::LowBattery,
            12 => ZoneFact::Tamper,
            _ => ZoneFact::ExcludedByEither,
        };
        Some((fact, base))
    }
}

/// Answer to `S16`: what the keypads show. The value is compared as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ViewState {
    /// The normal display (`F000`).
    Normal,
    /// Day chime (`E000`).
    BriefDayChime,
    /// Home (`D000`).
    Home,
    /// Memory (`C000`).
    Memory,
    /// Choice of day zones (`B000`).
    BriefDayZoneSelect,
    /// Choice of zones to exclude (`A000`).
    ExcludeSelect,
    /// User programming (`9000`).
    UserProgram,
    /// Installer programming (`8000`).
    InstallerProgram,
    /// A value without a name, kept as it is.
    Unknown(u16),
}

impl ViewState {
    /// The eight values that have a name.
    pub const ALL: [Self; 8] = [
        Self::Normal,
        Self::BriefDayChime,
        Self::Home,
        Self::Memory,
        Self::BriefDayZoneSelect,
        Self::ExcludeSelect,
        Self::UserProgram,
        Self::InstallerProgram,
    ];

    /// The meaning of a value on the wire.
    #[must_use]
    pub const fn from_raw(raw: u16) -> Self {
        match raw {
            0xF000 => Self::Normal,
            0xE000 => Self::BriefDayChime,
            0xD000 => Self::Home,
            0xC000 => Self::Memory,
            0xB000 => Self::BriefDayZoneSelect,
            0xA000 => Self::ExcludeSelect,
            0x9000 => Self::UserProgram,
            0x8000 => Self::InstallerProgram,
            other => Self::Unknown(other),
        }
    }

    /// The value on the wire.
    #[must_use]
    pub const fn raw(self) -> u16 {
        match self {
            Self::Normal => 0xF000,
            Self::BriefDayChime => 0xE000,
            Self::Home => 0xD000,
            Self::Memory => 0xC000,
            Self::BriefDayZoneSelect => 0xB000,
            Self::ExcludeSelect => 0xA000,
            Self::UserProgram => 0x9000,
            Self::InstallerProgram => 0x8000,
            Self::Unknown(raw) => raw,
        }
    }

    /// The name in upper case with underscores, or `None` for a value without one.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::Normal => "NORMAL",
            Self::BriefDayChime => "BRIEF_DAY_CHIME",
            Self::Home => "HOME",
            Self::Memory => "MEMORY",
            Self::BriefDayZoneSelect => "BRIEF_DAY_ZONE_SELECT",
            Self::ExcludeSelect => "EXCLUDE_SELECT",
            Self::UserProgram => "USER_PROGRAM",
            Self::InstallerProgram => "INSTALLER_PROGRAM",
            Self::Unknown(_) => return None,
        })
    }
}

/// Sixteen zones in the order of a zone status: bit 0 is the first zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ZoneSet {
    bits: u16,
    base: u8,
}

impl ZoneSet {
    /// From the value on the wire, whose two bytes stand swapped, and the first zone (1 or 17).
    #[must_use]
    pub const fn from_value(value: u16, base: u8) -> Self {
        Self { bits: value.swap_bytes(), base }
    }

    /// The value on the wire.
    #[must_use]
    pub const fn value(self) -> u16 {
        self.bits.swap_bytes()
    }

    /// The zones as bits, the first zone lowest.
    #[must_use]
    pub const fn bits(self) -> u16 {
        self.bits
    }

    /// The first zone of the sixteen, 1 or 17.
    #[must_use]
    pub const fn base(self) -> u8 {
        self.base
    }

    /// The numbers of the zones in the set, ascending.
    pub fn iter(self) -> impl Iterator<Item = u8> {
        (0..16_u8).filter(move |bit| self.bits >> bit & 1 != 0).map(move |bit| bit.saturating_add(self.base))
    }
}

/// A status value by the kind of its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum StatusValue {
    /// A zone status: its kind and the zones it is true of.
    Zones(ZoneFact, ZoneSet),
    /// `S13`.
    MiscAlarms(MiscAlarms),
    /// `S14`.
    Arming(ArmingStatus),
    /// `S15`.
    Outputs(Outputs),
    /// `S16`.
    View(ViewState),
    /// `S17`.
    Version(PanelVersion),
    /// `S18`.
    Aux(AuxOutputs),
    /// The value of a request without a name.
    Unknown(u16),
}

impl StatusValue {
    /// The typed value of an answer.
    #[must_use]
    pub const fn new(request: RequestId, value: u16) -> Self {
        match request {
            RequestId::MiscellaneousAlarms => Self::MiscAlarms(MiscAlarms::from_bits(value)),
            RequestId::Arming => Self::Arming(ArmingStatus::from_bits(value)),
            RequestId::Outputs => Self::Outputs(Outputs::from_bits(value)),
            RequestId::ViewState => Self::View(ViewState::from_raw(value)),
            RequestId::PanelVersion => Self::Version(PanelVersion::from_value(value)),
            RequestId::AuxiliaryOutputs => Self::Aux(AuxOutputs::from_bits(value)),
            _ => match request.zones() {
                Some((fact, base)) => Self::Zones(fact, ZoneSet::from_value(value, base)),
                None => Self::Unknown(value),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    #[test]
    fn there_are_34_requests_and_28_of_them_are_zone_requests() {
        assert_eq!(RequestId::ALL.len(), 34);
        let zones = RequestId::ALL.iter().filter_map(|id| id.zones());
        assert_eq!(zones.clone().count(), 28);
        for base in [1, 17] {
            let facts: Vec<_> = zones.clone().filter(|(_, first)| *first == base).map(|(fact, _)| fact).collect();
            assert_eq!(facts, ZoneFact::ALL);
        }
        for (index, fact) in ZoneFact::ALL.into_iter().enumerate() {
            assert_eq!(fact.index(), index);
        }
    }

    /// The vendor's FORM 4 and FORM 5, bit by bit.
    #[test]
    fn zone_bits_stand_in_the_order_of_the_vendors_forms() {
        let masks = [
            0x0100, 0x0200, 0x0400, 0x0800, 0x1000, 0x2000, 0x4000, 0x8000, 0x0001, 0x0002, 0x0004, 0x0008, 0x0010, 0x0020, 0x0040, 0x0080,
        ];
        for base in [1, 17] {
            for (offset, mask) in (0..).zip(masks) {
                let set = ZoneSet::from_value(mask, base);
                assert_eq!(set.iter().collect::<Vec<_>>(), [base + offset]);
                assert_eq!(set.value(), mask);
            }
        }
    }

    #[test]
    fn view_states_come_back() {
        for view in ViewState::ALL {
            assert_eq!(ViewState::from_raw(view.raw()), view);
            assert!(view.name().is_some());
        }
        assert_eq!(ViewState::from_raw(0xF001), ViewState::Unknown(0xF001));
    }
}
