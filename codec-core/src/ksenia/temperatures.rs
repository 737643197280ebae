//! Temperature sensors and what their thermostats do. Numbers here are the sensors', not the thermostats' own.

use super::view::view;
use super::words::{Decimal, Flag, words};
use crate::text::json::Text;

use super::thermostats::Season;

words! {
    /// Programme that a thermostat follows now.
    pub enum ActiveModel {
        /// Off.
        Off = "OFF";
        /// By hand.
        Manual = "MAN";
        /// By hand for some hours.
        ManualTimer = "MAN_TMR";
        /// Monday's.
        Monday = "MON";
        /// Tuesday's.
        Tuesday = "TUE";
        /// Wednesday's.
        Wednesday = "WED";
        /// Thursday's.
        Thursday = "THU";
        /// Friday's.
        Friday = "FRI";
        /// Saturday's.
        Saturday = "SAT";
        /// Sunday's.
        Sunday = "SUN";
        /// First special day's.
        SpecialDay1 = "SD1";
        /// Second special day's.
        SpecialDay2 = "SD2";
        /// By itself (another client's word).
        Automatic = "AUTO";
        /// None.
        NotApplicable = "NA";
    }
}

words! {
    /// Which temperature a thermostat steers to.
    pub enum ThresholdKind {
        /// First preset.
        Preset1 = "T1";
        /// Second preset.
        Preset2 = "T2";
        /// Third preset.
        Preset3 = "T3";
        /// Set by hand.
        Manual = "TM";
        /// Set by hand (short form).
        ManualShort = "M";
        /// None.
        NotApplicable = "NA";
    }
}

words! {
    /// State of a thermostat's output.
    pub enum ThermostatOutput {
        /// Heating or cooling.
        On = "ON";
        /// Neither.
        Off = "OFF";
        /// There is none.
        NotApplicable = "NA";
    }
}

view! {
    /// A temperature or humidity sensor (`TEMPERATURES`, `HUMIDITY`).
    pub struct TemperatureSensor {
        /// Number of the sensor.
        text id: u32 = "ID";
        /// Name.
        text name: Text<'i> = "DES";
        /// Kind of device.
        text kind: Text<'i> = "TYP";
        /// Number of its thermostat in `CFG_THERMOSTATS`, or `NA`.
        text thermostat: Text<'i> = "ID_TH";
    }
}

view! {
    /// What a temperature sensor reads (`STATUS_TEMPERATURES`).
    pub struct TemperatureStatus {
        /// Number of the sensor.
        text id: u32 = "ID";
        /// Temperature in degrees Celsius.
        text temperature: Decimal<'i> = "TEMP";
        /// What its thermostat does.
        object thermostat: ThermostatStatus<'i> = "THERM";
    }
}

view! {
    /// What a thermostat does now.
    pub struct ThermostatStatus {
        /// Programme.
        text model: ActiveModel<'i> = "ACT_MODEL";
        /// Season.
        text season: Season<'i> = "ACT_SEA";
        /// Temperature it steers to.
        object threshold: Threshold<'i> = "TEMP_THR";
        /// Its output.
        text output: ThermostatOutput<'i> = "OUT_STATUS";
        /// Whether the switch-off timer runs.
        text timer: Flag<'i> = "ACT_TOF";
    }
}

view! {
    /// Temperature that a thermostat steers to.
    pub struct Threshold {
        /// Which.
        text kind: ThresholdKind<'i> = "T";
        /// In degrees Celsius.
        text value: Decimal<'i> = "VAL";
    }
}

view! {
    /// A reading of another kind of sensor (`STATUS_HUMIDITY`, `STATUS_COUNTERS`): no panel has shown one, so this is what the document
    /// says by analogy.
    pub struct SensorReading {
        /// Number of the sensor.
        text id: u32 = "ID";
        /// Reading or state.
        text reading: Decimal<'i> = "STA";
        /// Relative humidity in percent.
        text humidity: Decimal<'i> = "HUM";
    }
}
