//! Thermostats: how they are set. The largest structure of the protocol: one record with both weekly programmes has 8.3 KB.

use super::view::view;
use super::words::{Decimal, Flag, words};
use crate::text::json::Text;

words! {
    /// Mode of a thermostat.
    pub enum ThermostatMode {
        /// Off.
        Off = "OFF";
        /// By hand.
        Manual = "MAN";
        /// By hand for some hours.
        ManualTimer = "MAN_TMR";
        /// Weekly programme.
        Weekly = "WEEKLY";
        /// First special day.
        SpecialDay1 = "SD1";
        /// Second special day.
        SpecialDay2 = "SD2";
        /// Weekly programme (another client's word).
        Automatic = "AUTO";
    }
}

words! {
    /// Season of a thermostat.
    pub enum Season {
        /// Winter: heats.
        Winter = "WIN";
        /// Summer: cools.
        Summer = "SUM";
        /// None.
        NotApplicable = "NA";
    }
}

view! {
    /// How a thermostat is set (`CFG_THERMOSTATS`). Its number is neither its sensor's nor its output's.
    pub struct Thermostat {
        /// Number of the thermostat.
        text id: u32 = "ID";
        /// Mode.
        text mode: ThermostatMode<'i> = "ACT_MODE";
        /// Season.
        text season: Season<'i> = "ACT_SEA";
        /// Hours that a timed manual mode lasts: `00` or a number, `NA` for none.
        text manual_hours: Text<'i> = "MAN_HRS";
        /// Settings for winter.
        object winter: SeasonSettings<'i> = "WIN";
        /// Settings for summer.
        object summer: SeasonSettings<'i> = "SUM";
        /// Switch-off timer.
        object switch_off: SwitchOff<'i> = "TOF";
    }
}

view! {
    /// Settings of one season. Each programme is a list of 24 [`Hour`]s.
    pub struct SeasonSettings {
        /// First preset, in degrees Celsius.
        text preset_1: Decimal<'i> = "T1";
        /// Second preset, in degrees Celsius.
        text preset_2: Decimal<'i> = "T2";
        /// Third preset, in degrees Celsius.
        text preset_3: Decimal<'i> = "T3";
        /// Set by hand, in degrees Celsius.
        text manual: Decimal<'i> = "TM";
        /// Monday.
        list monday = "MON";
        /// Tuesday.
        list tuesday = "TUE";
        /// Wednesday.
        list wednesday = "WED";
        /// Thursday.
        list thursday = "THU";
        /// Friday.
        list friday = "FRI";
        /// Saturday.
        list saturday = "SAT";
        /// Sunday.
        list sunday = "SUN";
        /// First special day.
        list special_day_1 = "SD1";
        /// Second special day.
        list special_day_2 = "SD2";
    }
}

view! {
    /// One hour of a programme.
    pub struct Hour {
        /// Preset: 1, 2 or 3.
        text preset: u32 = "T";
        /// Minutes into the hour at which it begins, as far as values show: `0` or `30`.
        text shift: u32 = "S";
    }
}

view! {
    /// Switch-off timer.
    pub struct SwitchOff {
        /// Duration, raw.
        text duration: Text<'i> = "T";
        /// Whether it is on.
        text enabled: Flag<'i> = "E";
    }
}

view! {
    /// How a thermostat is wired (`PRG_THERMOSTATS`). Often not available to users.
    pub struct ThermostatWiring {
        /// Number of the thermostat.
        text id: u32 = "ID";
        /// Name.
        text name: Text<'i> = "DES";
        /// Its sensor.
        object sensor: Peripheral<'i> = "PERIPH";
        /// Number of the output that heats, `NU` for none.
        text heating: Text<'i> = "HEATING_OUT";
        /// Number of the output that cools, `NU` for none.
        text cooling: Text<'i> = "COOLING_OUT";
    }
}

view! {
    /// A device that belongs to something.
    pub struct Peripheral {
        /// Kind.
        text kind: Text<'i> = "TYP";
        /// Number.
        text number: u32 = "PID";
    }
}
