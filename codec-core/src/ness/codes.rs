//! Event codes, area codes and identities: the three data bytes of an event line.

/// Defines an enum over a byte that keeps values it has no name for.
macro_rules! byte_codes {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $value:literal, $text:literal;)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        #[non_exhaustive]
        // A variant is stored as its byte on the wire, so that `raw` has nothing to look up.
        #[repr(u8)]
        pub enum $name {
            $($(#[$doc])* $variant = $value,)*
            /// A value without a name, kept as it is.
            Unknown(u8) = 0xFE,
        }

        impl $name {
            /// All values that have a name, in ascending order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The meaning of every byte, for machines where 512 bytes cost less than compares that are guessed wrong.
            #[cfg(target_pointer_width = "64")]
            #[expect(clippy::indexing_slicing, reason = "evaluated at compile time")]
            const BY_RAW: [Self; 256] = {
                let mut table = [Self::Unknown(0); 256];
                let mut raw = 0_u8;
                while raw < 255 {
                    table[raw as usize] = Self::compare(raw);
                    raw += 1;
                }
                table[255] = Self::compare(255);
                table
            };

            const fn compare(raw: u8) -> Self {
                match raw {
                    $($value => Self::$variant,)*
                    other => Self::Unknown(other),
                }
            }

            /// The meaning of a byte on the wire.
            #[cfg_attr(target_pointer_width = "64", inline)]
            #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
            #[must_use]
            #[cfg_attr(target_pointer_width = "64", expect(clippy::indexing_slicing, reason = "a byte cannot be outside a table of 256"))]
            pub const fn from_raw(raw: u8) -> Self {
                #[cfg(target_pointer_width = "64")]
                return Self::BY_RAW[raw as usize];
                #[cfg(not(target_pointer_width = "64"))]
                Self::compare(raw)
            }

            /// The byte on the wire.
            #[inline]
            #[must_use]
            pub const fn raw(self) -> u8 {
                match self {
                    Self::Unknown(raw) => raw,
                    named => named.tag(),
                }
            }

            /// How the variant is stored. Every arm is the same number, so this compiles to nothing.
            #[inline]
            const fn tag(self) -> u8 {
                match self {
                    $(Self::$variant => $value,)*
                    Self::Unknown(_) => 0xFE,
                }
            }

            /// The name in upper case with underscores, or `None` for a value without one.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self {
                    $(Self::$variant => Some($text),)*
                    Self::Unknown(_) => None,
                }
            }
        }

        #[cfg(feature = "arbitrary")]
        impl<'a> arbitrary::Arbitrary<'a> for $name {
            fn arbitrary(u: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
                Ok(Self::from_raw(u.arbitrary()?))
            }
        }
    };
}
pub(crate) use byte_codes;

byte_codes! {
    /// What happened (byte EE of an event line). Appendix A of the vendor's document, revision 16, corrected where captures say so.
    pub enum EventCode {
        /// A zone opened; with a door area, a user came in through the door.
        Unsealed = 0x00, "UNSEALED";
        /// A zone closed; with ID 0 and no area, the panel started; with a door area, a user's access ended.
        Sealed = 0x01, "SEALED";
        /// An alarm of a zone, a keypad, a user's radio key or the panel's keyswitch.
        Alarm = 0x02, "ALARM";
        /// The end of it.
        AlarmRestore = 0x03, "ALARM_RESTORE";
        /// A person excluded a zone.
        ManualExclude = 0x04, "MANUAL_EXCLUDE";
        /// A person included it again.
        ManualInclude = 0x05, "MANUAL_INCLUDE";
        /// The panel excluded a zone.
        AutoExclude = 0x06, "AUTO_EXCLUDE";
        /// The panel included it again.
        AutoInclude = 0x07, "AUTO_INCLUDE";
        /// The tamper contact of the panel, a keypad or a detector opened.
        TamperUnsealed = 0x08, "TAMPER_UNSEALED";
        /// It closed.
        TamperNormal = 0x09, "TAMPER_NORMAL";
        /// Mains failed.
        PowerFailure = 0x10, "POWER_FAILURE";
        /// Mains is back.
        PowerNormal = 0x11, "POWER_NORMAL";
        /// The battery of the panel, a radio key or a radio detector is low.
        BatteryFailure = 0x12, "BATTERY_FAILURE";
        /// It is good again.
        BatteryNormal = 0x13, "BATTERY_NORMAL";
        /// The dialler could not report.
        ReportFailure = 0x14, "REPORT_FAILURE";
        /// It can again.
        ReportNormal = 0x15, "REPORT_NORMAL";
        /// A radio detector was not heard of for too long.
        SupervisionFailure = 0x16, "SUPERVISION_FAILURE";
        /// It was heard of again.
        SupervisionNormal = 0x17, "SUPERVISION_NORMAL";
        /// The panel's clock was set.
        RealTimeClock = 0x19, "REAL_TIME_CLOCK";
        /// The entry delay runs.
        EntryDelayStart = 0x20, "ENTRY_DELAY_START";
        /// The entry delay ended.
        EntryDelayEnd = 0x21, "ENTRY_DELAY_END";
        /// The exit delay runs.
        ExitDelayStart = 0x22, "EXIT_DELAY_START";
        /// The exit delay ended.
        ExitDelayEnd = 0x23, "EXIT_DELAY_END";
        /// Armed, everybody out.
        ArmedAway = 0x24, "ARMED_AWAY";
        /// Armed, people in ("home" or "monitor").
        ArmedHome = 0x25, "ARMED_HOME";
        /// Armed in day mode.
        ArmedDay = 0x26, "ARMED_DAY";
        /// Armed in night mode.
        ArmedNight = 0x27, "ARMED_NIGHT";
        /// Armed in vacation mode.
        ArmedVacation = 0x28, "ARMED_VACATION";
        /// Armed in the highest mode.
        ArmedHighest = 0x2E, "ARMED_HIGHEST";
        /// Disarmed.
        Disarmed = 0x2F, "DISARMED";
        /// Automatic arming was put off.
        ArmingDelayed = 0x30, "ARMING_DELAYED";
        /// An output was switched on.
        OutputOn = 0x31, "OUTPUT_ON";
        /// An output was switched off.
        OutputOff = 0x32, "OUTPUT_OFF";
    }
}

byte_codes! {
    /// Where, or of which kind, an event is (byte AA of an event line).
    pub enum AreaCode {
        /// None, or not known; with a tamper of the main unit: inside.
        None = 0x00, "NONE";
        /// Area 1; with a tamper of the main unit: outside.
        Area1 = 0x01, "AREA_1";
        /// Area 2.
        Area2 = 0x02, "AREA_2";
        /// The zones armed while people are in.
        Home = 0x03, "HOME";
        /// The zones armed in daytime.
        Day = 0x04, "DAY";
        /// Zones that are always armed.
        TwentyFourHour = 0x80, "24_HOUR";
        /// Fire.
        Fire = 0x81, "FIRE";
        /// Panic.
        Panic = 0x82, "PANIC";
        /// Medical help.
        Medical = 0x83, "MEDICAL";
        /// Duress.
        Duress = 0x84, "DURESS";
        /// A door was open for too long, or a doorbell.
        DoorOpen = 0x85, "DOOR_OPEN";
        /// A radio device.
        RadioDevice = 0x90, "RADIO_DEVICE";
        /// A radio detector.
        RadioDetector = 0x91, "RADIO_DETECTOR";
        /// A radio key or pendant.
        RadioKey = 0x92, "RADIO_KEY";
        /// Access at door 1.
        Door1 = 0xA1, "DOOR_1";
        /// Access at door 2.
        Door2 = 0xA2, "DOOR_2";
        /// Access at door 3.
        Door3 = 0xA3, "DOOR_3";
        /// Access at door 4.
        Door4 = 0xA4, "DOOR_4";
        /// Access at door 5.
        Door5 = 0xA5, "DOOR_5";
        /// Access at door 6.
        Door6 = 0xA6, "DOOR_6";
        /// The panel is being programmed.
        Program = 0xB0, "PROGRAM";
        /// Reserved by the vendor.
        Reserved = 0xFF, "RESERVED";
    }
}

impl AreaCode {
    /// The number of the door for `A1` to `A6`.
    #[must_use]
    pub const fn door(self) -> Option<u8> {
        match self.raw() {
            raw @ 0xA1..=0xA6 => Some(raw & 0x0F),
            _ => None,
        }
    }
}

/// The number whose two decimal digits are those of `pair` in hexadecimal, or `None` if either is above 9.
#[inline]
pub(crate) const fn decimal(pair: u8) -> Option<u8> {
    // Sixteen times the tens less six times the tens.
    if pair > 0x99 || pair & 0x0F > 9 { None } else { Some(pair.wrapping_sub((pair >> 4).wrapping_mul(6))) }
}

/// The other way round, for a number up to 99. The product is a division by 10, which a microcontroller has no instruction for.
#[inline]
pub(crate) const fn decimal_digits(value: u8) -> u8 {
    let tens = ((value as u16).wrapping_mul(103) >> 10) as u8;
    value.wrapping_add(tens.wrapping_mul(6))
}

/// Identity of what an event is about (byte II of an event line).
///
/// The two digits are decimal for zones, users and outputs, and hexadecimal for keypads (`f0` to `fe`). Vendor examples print
/// some decimal identities in hexadecimal (`3A` for 58). So: two decimal digits are a decimal number, anything else is hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Id {
    value: u8,
    hex: bool,
}

impl Id {
    /// The panel's main unit, or nothing in particular.
    pub const MAIN_UNIT: Self = Self { value: 0, hex: false };
    /// User number of the keyswitch.
    pub const KEYSWITCH: Self = Self { value: 57, hex: false };
    /// User number that stands for arming without a code.
    pub const SHORT_ARM: Self = Self { value: 58, hex: false };

    /// An identity written in decimal digits, 0 to 99; `None` outside.
    #[must_use]
    pub const fn decimal(value: u8) -> Option<Self> {
        if value <= 99 { Some(Self { value, hex: false }) } else { None }
    }

    /// An identity written in hexadecimal digits; `None` if both digits would be decimal, since that reads as another number.
    #[must_use]
    pub const fn hexadecimal(value: u8) -> Option<Self> {
        if value >> 4 > 9 || value & 0x0F > 9 { Some(Self { value, hex: true }) } else { None }
    }

    /// From the byte that the two digits make when read as hexadecimal.
    #[inline]
    pub(crate) const fn from_pair(pair: u8) -> Self {
        match decimal(pair) {
            Some(value) => Self { value, hex: false },
            None => Self { value: pair, hex: true },
        }
    }

    /// The byte whose hexadecimal digits are the two digits on the wire.
    #[inline]
    pub(crate) const fn pair(self) -> u8 {
        if self.hex { self.value } else { decimal_digits(self.value) }
    }

    /// The number: 0 to 99 from decimal digits, or the value of hexadecimal ones.
    #[must_use]
    pub const fn value(self) -> u8 {
        self.value
    }

    /// Whether the digits are hexadecimal.
    #[must_use]
    pub const fn is_hex(self) -> bool {
        self.hex
    }

    /// The number of a zone, 1 to 32, whichever way it is written.
    #[must_use]
    pub const fn zone(self) -> Option<u8> {
        match self.value {
            zone @ 1..=32 => Some(zone),
            _ => None,
        }
    }

    /// The number of a user, 1 to 56, or 57 for the keyswitch and 58 for arming without a code.
    #[must_use]
    pub const fn user(self) -> Option<u8> {
        match self.value {
            user @ 1..=58 => Some(user),
            _ => None,
        }
    }

    /// The number of a keypad, 0 to 14 for `f0` to `fe`.
    #[must_use]
    pub const fn keypad(self) -> Option<u8> {
        match self.value {
            raw @ 0xF0..=0xFE if self.hex => Some(raw & 0x0F),
            _ => None,
        }
    }
}

#[cfg(feature = "arbitrary")]
impl<'a> arbitrary::Arbitrary<'a> for Id {
    fn arbitrary(u: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(Self::from_pair(u.arbitrary()?))
    }
}

/// An output of the panel, as events (codes `31` and `32`) and the outputs status (`S15`) name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Output {
    /// Auxiliary output 1 to 10. The status `S18` tells of 1 to 8 only.
    Aux(u8),
    /// The loud siren.
    Siren,
    /// The soft siren.
    SirenSoft,
    /// The soft siren while armed home ("monitor").
    SirenSoftHome,
    /// The fire sound.
    SirenFire,
    /// The strobe light.
    Strobe,
    /// The reset output.
    Reset,
    /// The Sonalert sounder.
    Sonalert,
    /// The keypad display.
    KeypadDisplay,
    /// The "home" (monitor) output; in the outputs status only.
    Home,
    /// The power failure output; in the outputs status only.
    PowerFail,
    /// The battery failure output; in the outputs status only.
    BatteryFail,
    /// The tamper output of an expander; in the outputs status only.
    TamperExpander,
}

impl Output {
    /// Highest auxiliary output.
    pub const MAX_AUX: u8 = 10;

    /// The number that [`home::Notice::Output`](crate::home::Notice::Output) carries: the panel's own identity (1 to 10 and 90
    /// to 97), and 201 to 204 for the four that have none.
    #[must_use]
    pub const fn number(self) -> u32 {
        match self {
            Self::Aux(number) => number as u32,
            Self::Siren => 90,
            Self::SirenSoft => 91,
            Self::SirenSoftHome => 92,
            Self::SirenFire => 93,
            Self::Strobe => 94,
            Self::Reset => 95,
            Self::Sonalert => 96,
            Self::KeypadDisplay => 97,
            Self::Home => 201,
            Self::PowerFail => 202,
            Self::BatteryFail => 203,
            Self::TamperExpander => 204,
        }
    }

    /// The output with a [`number`](Self::number).
    #[must_use]
    pub const fn from_number(number: u32) -> Option<Self> {
        Some(match number {
            1..=10 => Self::Aux((number & 0x0F) as u8),
            90 => Self::Siren,
            91 => Self::SirenSoft,
            92 => Self::SirenSoftHome,
            93 => Self::SirenFire,
            94 => Self::Strobe,
            95 => Self::Reset,
            96 => Self::Sonalert,
            97 => Self::KeypadDisplay,
            201 => Self::Home,
            202 => Self::PowerFail,
            203 => Self::BatteryFail,
            204 => Self::TamperExpander,
            _ => return None,
        })
    }

    /// The output an event's identity names: 1 to 10 and 90 to 97.
    #[must_use]
    pub const fn from_id(id: Id) -> Option<Self> {
        match id.value {
            1..=10 | 90..=97 => Self::from_number(id.value as u32),
            _ => None,
        }
    }

    /// Position in a dense table of all outputs, 0 to 21.
    pub(crate) const fn index(self) -> u8 {
        match self {
            Self::Aux(number) => number.saturating_sub(1),
            Self::Siren => 10,
            Self::SirenSoft => 11,
            Self::SirenSoftHome => 12,
            Self::SirenFire => 13,
            Self::Strobe => 14,
            Self::Reset => 15,
            Self::Sonalert => 16,
            Self::KeypadDisplay => 17,
            Self::Home => 18,
            Self::PowerFail => 19,
            Self::BatteryFail => 20,
            Self::TamperExpander => 21,
        }
    }

    /// The output at a position of the dense table.
    pub(crate) const fn from_index(index: u8) -> Option<Self> {
        Self::from_number(match index {
            0..=9 => (index as u32).saturating_add(1),
            10..=17 => (index as u32).saturating_add(80),
            18..=21 => (index as u32).saturating_add(183),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_33_event_codes_and_22_areas_come_back() {
        assert_eq!(EventCode::ALL.len(), 33);
        assert_eq!(AreaCode::ALL.len(), 22);
        for raw in 0..=255 {
            assert_eq!(EventCode::from_raw(raw).raw(), raw);
            assert_eq!(AreaCode::from_raw(raw).raw(), raw);
            assert_eq!(EventCode::from_raw(raw).name().is_some(), EventCode::ALL.contains(&EventCode::from_raw(raw)));
        }
    }

    #[test]
    fn identities_are_decimal_where_they_can_be() {
        assert_eq!(Id::from_pair(0x16), Id::decimal(16).unwrap());
        assert_eq!(Id::from_pair(0x58), Id::SHORT_ARM);
        assert_eq!(Id::from_pair(0x57), Id::KEYSWITCH);
        assert_eq!(Id::from_pair(0xF0).keypad(), Some(0));
        assert_eq!(Id::from_pair(0xFE).keypad(), Some(14));
        assert_eq!(Id::from_pair(0x3A).value(), 58);
        assert_eq!(Id::from_pair(0xFF).keypad(), None);
        assert_eq!((Id::decimal(100), Id::hexadecimal(0x10)), (None, None));
        for pair in 0..=255 {
            assert_eq!(Id::from_pair(pair).pair(), pair);
        }
    }

    #[test]
    fn outputs_have_one_number_and_one_place_each() {
        for index in 0..22 {
            let output = Output::from_index(index).unwrap();
            assert_eq!(output.index(), index);
            assert_eq!(Output::from_number(output.number()), Some(output));
        }
        assert_eq!(Output::from_index(22), None);
        assert_eq!(Output::from_id(Id::decimal(96).unwrap()), Some(Output::Sonalert));
        assert_eq!(Output::from_id(Id::decimal(98).unwrap()), None);
    }
}
