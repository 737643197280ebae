//! Status values whose bits have names: alarms, arming, outputs, auxiliary outputs.

/// Defines a set of named bits of a 16-bit status value.
macro_rules! status_bits {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$doc:meta])* $konst:ident = $mask:literal, $text:literal;)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        #[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
        pub struct $name(u16);

        impl $name {
            $($(#[$doc])* pub const $konst: Self = Self($mask);)*

            /// Every bit that has a name, in the order of the vendor's table, and its name.
            pub const NAMES: &'static [(Self, &'static str)] = &[$((Self::$konst, $text)),*];

            /// The value as it stands in the line, first byte high.
            #[must_use]
            pub const fn from_bits(bits: u16) -> Self {
                Self(bits)
            }

            /// The value as it stands in the line, first byte high, undefined bits included.
            #[must_use]
            pub const fn bits(self) -> u16 {
                self.0
            }

            /// Whether every bit of `other` is set.
            #[must_use]
            pub const fn contains(self, other: Self) -> bool {
                self.0 & other.0 == other.0
            }

            /// Bits that are set and have no name.
            #[must_use]
            pub const fn unknown_bits(self) -> u16 {
                self.0 & !(0 $(| $mask)*)
            }

            /// The names of the set bits, in the order of the vendor's table.
            pub fn names(self) -> impl Iterator<Item = &'static str> {
                Self::NAMES.iter().filter(move |(bit, _)| self.contains(*bit)).map(|(_, name)| *name)
            }
        }

        impl core::ops::BitOr for $name {
            type Output = Self;
            fn bitor(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, "{}({:#06x})", stringify!($name), self.0)
            }
        }
    };
}

status_bits! {
    /// Answer to `S13`. The bit order is the Python library's, which swaps the two bytes that the vendor's document prints.
    pub struct MiscAlarms {
        /// A duress code was used.
        DURESS = 0x0100, "DURESS";
        /// A keypad panic.
        PANIC = 0x0200, "PANIC";
        /// A keypad medical alarm.
        MEDICAL = 0x0400, "MEDICAL";
        /// A keypad fire alarm.
        FIRE = 0x0800, "FIRE";
        /// Installer mode ended.
        INSTALL_END = 0x1000, "INSTALL_END";
        /// External tamper.
        EXT_TAMPER = 0x2000, "EXT_TAMPER";
        /// Tamper of the panel's case.
        PANEL_TAMPER = 0x4000, "PANEL_TAMPER";
        /// Tamper of a keypad.
        KEYPAD_TAMPER = 0x8000, "KEYPAD_TAMPER";
        /// A pendant's panic.
        PENDANT_PANIC = 0x0001, "PENDANT_PANIC";
        /// The panel's battery is low.
        PANEL_BATTERY_LOW = 0x0002, "PANEL_BATTERY_LOW";
        /// The panel's second battery is low (the document prints the first's name twice).
        PANEL_BATTERY_LOW2 = 0x0004, "PANEL_BATTERY_LOW2";
        /// Mains failed.
        MAINS_FAIL = 0x0008, "MAINS_FAIL";
        /// The C-Bus does not answer.
        CBUS_FAIL = 0x0010, "CBUS_FAIL";
    }
}

status_bits! {
    /// Answer to `S14`.
    pub struct ArmingStatus {
        /// Area 1 is armed or in exit delay.
        AREA_1_ARMED = 0x0100, "AREA_1_ARMED";
        /// Area 2 is armed or in exit delay.
        AREA_2_ARMED = 0x0200, "AREA_2_ARMED";
        /// Area 1's exit delay is over.
        AREA_1_FULLY_ARMED = 0x0400, "AREA_1_FULLY_ARMED";
        /// Area 2's exit delay is over.
        AREA_2_FULLY_ARMED = 0x0800, "AREA_2_FULLY_ARMED";
        /// Armed home ("monitor").
        MONITOR_ARMED = 0x1000, "MONITOR_ARMED";
        /// Armed in day mode.
        DAY_MODE_ARMED = 0x2000, "DAY_MODE_ARMED";
        /// Entry delay 1 runs.
        ENTRY_DELAY_1_ON = 0x4000, "ENTRY_DELAY_1_ON";
        /// Entry delay 2 runs.
        ENTRY_DELAY_2_ON = 0x8000, "ENTRY_DELAY_2_ON";
        /// Somebody is excluding zones.
        MANUAL_EXCLUDE_MODE = 0x0001, "MANUAL_EXCLUDE_MODE";
        /// The keypads show the memory.
        MEMORY_MODE = 0x0002, "MEMORY_MODE";
        /// Somebody is choosing day zones.
        DAY_ZONE_SELECT = 0x0004, "DAY_ZONE_SELECT";
    }
}

status_bits! {
    /// Answer to `S15`.
    pub struct Outputs {
        /// The loud siren.
        SIREN_LOUD = 0x0100, "SIREN_LOUD";
        /// The soft siren.
        SIREN_SOFT = 0x0200, "SIREN_SOFT";
        /// The soft siren while armed home.
        SIREN_SOFT_MONITOR = 0x0400, "SIREN_SOFT_MONITOR";
        /// The fire sound.
        SIREN_SOFT_FIRE = 0x0800, "SIREN_SOFT_FIRE";
        /// The strobe light.
        STROBE = 0x1000, "STROBE";
        /// The reset output.
        RESET = 0x2000, "RESET";
        /// The Sonalert sounder, spelt as the Python library spells it.
        SONALART = 0x4000, "SONALART";
        /// The keypad display.
        KEYPAD_DISPLAY_ENABLE = 0x8000, "KEYPAD_DISPLAY_ENABLE";
        /// Auxiliary output 1.
        AUX1 = 0x0001, "AUX1";
        /// Auxiliary output 2.
        AUX2 = 0x0002, "AUX2";
        /// Auxiliary output 3.
        AUX3 = 0x0004, "AUX3";
        /// Auxiliary output 4.
        AUX4 = 0x0008, "AUX4";
        /// The "home" (monitor) output.
        MONITOR_OUT = 0x0010, "MONITOR_OUT";
        /// The power failure output.
        POWER_FAIL = 0x0020, "POWER_FAIL";
        /// The battery failure output.
        PANEL_BATT_FAIL = 0x0040, "PANEL_BATT_FAIL";
        /// The tamper output of an expander.
        TAMPER_XPAND = 0x0080, "TAMPER_XPAND";
    }
}

status_bits! {
    /// Answer to `S18`.
    pub struct AuxOutputs {
        /// Auxiliary output 1.
        AUX_1 = 0x0001, "AUX_1";
        /// Auxiliary output 2.
        AUX_2 = 0x0002, "AUX_2";
        /// Auxiliary output 3.
        AUX_3 = 0x0004, "AUX_3";
        /// Auxiliary output 4.
        AUX_4 = 0x0008, "AUX_4";
        /// Auxiliary output 5.
        AUX_5 = 0x0010, "AUX_5";
        /// Auxiliary output 6.
        AUX_6 = 0x0020, "AUX_6";
        /// Auxiliary output 7.
        AUX_7 = 0x0040, "AUX_7";
        /// Auxiliary output 8.
        AUX_8 = 0x0080, "AUX_8";
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    #[test]
    fn named_and_unnamed_bits_share_the_word() {
        let bits = |names: &[u16]| names.iter().fold(0, |all, mask| all | mask);
        assert_eq!(MiscAlarms(0xFFFF).unknown_bits(), 0x00E0);
        assert_eq!(ArmingStatus(0xFFFF).unknown_bits(), 0x00F8);
        assert_eq!(Outputs(0xFFFF).unknown_bits(), 0);
        assert_eq!(AuxOutputs(0xFFFF).unknown_bits(), 0xFF00);
        assert_eq!(bits(&MiscAlarms::NAMES.iter().map(|(bit, _)| bit.0).collect::<Vec<_>>()), 0xFF1F);
        assert_eq!(AuxOutputs(0x0003).names().collect::<Vec<_>>(), ["AUX_1", "AUX_2"]);
    }
}
