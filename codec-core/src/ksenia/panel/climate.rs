//! Room sensors and thermostats of a simulated house. Temperatures are in thousandths of a degree Celsius.

use crate::ksenia::{Decimal, Season, ThermostatMode};

/// A room sensor of the DOMUS kind on the bus.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SensorSlot<'h> {
    /// Number.
    pub id: u32,
    /// Name.
    pub name: &'h str,
    /// State: temperature in thousandths of a degree Celsius.
    pub temperature: i32,
    /// State: relative humidity in percent.
    pub humidity: u8,
    /// State: light in lux.
    pub light: u32,
    /// Number of its thermostat, if it steers one.
    pub thermostat: Option<u32>,
    pub(super) news: u8,
}

impl<'h> SensorSlot<'h> {
    /// A sensor at 20 degrees.
    #[must_use]
    pub const fn new(id: u32, name: &'h str) -> Self {
        Self { id, name, temperature: 20_000, humidity: 50, light: 60, thermostat: None, news: 0 }
    }
}

/// Temperatures of a season, in thousandths of a degree Celsius.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetPoints {
    /// `T1` to `T3`.
    pub presets: [i32; 3],
    /// `TM`.
    pub manual: i32,
}

/// 24 hours of Monday to Sunday and two special days: preset 1 to 3, and the minutes into the hour, as in
/// [`DayProgramme`](crate::ksenia::DayProgramme).
pub type Programme = [[(u8, u8); 24]; 9];

/// The weekly programmes of a thermostat. Clients see none of a thermostat without such a slot, and may not write one.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ProgrammeSlot {
    /// Number of the thermostat.
    pub thermostat: u32,
    /// For winter.
    pub winter: Programme,
    /// For summer.
    pub summer: Programme,
}

impl ProgrammeSlot {
    /// One preset, 1 to 3, at all times.
    #[must_use]
    pub const fn new(thermostat: u32, preset: u8) -> Self {
        let week = [[(preset, 0); 24]; 9];
        Self { thermostat, winter: week, summer: week }
    }

    pub(super) const fn of(&self, season: Season<'_>) -> &Programme {
        match season {
            Season::Summer => &self.summer,
            _ => &self.winter,
        }
    }
}

/// A thermostat and its settings. Its number is neither that of its sensor nor that of an output.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ThermostatSlot<'h> {
    /// Number.
    pub id: u32,
    /// Name.
    pub name: &'h str,
    /// Mode.
    pub mode: ThermostatMode<'static>,
    /// Season.
    pub season: Season<'static>,
    /// Hours that a timed manual mode lasts.
    pub manual_hours: u8,
    /// Settings for winter.
    pub winter: SetPoints,
    /// Settings for summer.
    pub summer: SetPoints,
    /// Number of the output that heats.
    pub heating: Option<u32>,
    /// Number of the output that cools.
    pub cooling: Option<u32>,
}

impl<'h> ThermostatSlot<'h> {
    /// A thermostat that is off.
    #[must_use]
    pub const fn new(id: u32, name: &'h str) -> Self {
        Self {
            id,
            name,
            mode: ThermostatMode::Off,
            season: Season::Winter,
            manual_hours: 0,
            winter: SetPoints { presets: [18_000, 20_000, 22_000], manual: 20_000 },
            summer: SetPoints { presets: [28_000, 26_000, 24_000], manual: 26_000 },
            heating: None,
            cooling: None,
        }
    }
}

/// A temperature in thousandths from the text of a client.
pub(super) fn thousandths(value: Option<Decimal<'_>>) -> Option<i32> {
    value.and_then(Decimal::thousandths)
}
