//! Settings that a client can write: only what is given changes.

use super::thermostats::{Season, ThermostatMode};
use super::writer::MessageWriter;

/// A change of one thermostat.
#[derive(Clone, Copy, Debug, Default)]
pub struct ThermostatChange<'c> {
    /// Number of the thermostat in `CFG_THERMOSTATS`; not that of its sensor or output.
    pub id: u32,
    /// Mode.
    pub mode: Option<ThermostatMode<'c>>,
    /// Season.
    pub season: Option<Season<'c>>,
    /// Hours that a timed manual mode lasts; `00` otherwise.
    pub manual_hours: Option<&'c str>,
    /// Settings for winter.
    pub winter: SeasonChange<'c>,
    /// Settings for summer.
    pub summer: SeasonChange<'c>,
    /// Switch-off timer: duration, and whether it is on.
    pub switch_off: Option<(&'c str, bool)>,
}

/// A change of one season's settings. Temperatures are decimal text in degrees Celsius, as `21.5`.
#[derive(Clone, Copy, Debug, Default)]
pub struct SeasonChange<'c> {
    /// First preset.
    pub preset_1: Option<&'c str>,
    /// Second preset.
    pub preset_2: Option<&'c str>,
    /// Third preset.
    pub preset_3: Option<&'c str>,
    /// Set by hand.
    pub manual: Option<&'c str>,
    /// Programmes of days.
    pub days: &'c [DayProgramme<'c>],
}

/// The programme of one day.
#[derive(Clone, Copy, Debug)]
pub struct DayProgramme<'c> {
    /// Which day.
    pub day: Day,
    /// 24 hours: preset 1 to 3, and the minutes into the hour, 0 or 30.
    pub hours: &'c [(u8, u8)],
}

/// A day that has a programme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Day {
    /// Monday.
    Monday,
    /// Tuesday.
    Tuesday,
    /// Wednesday.
    Wednesday,
    /// Thursday.
    Thursday,
    /// Friday.
    Friday,
    /// Saturday.
    Saturday,
    /// Sunday.
    Sunday,
    /// First special day.
    Special1,
    /// Second special day.
    Special2,
}

impl Day {
    /// All days, in the order of the protocol.
    pub const ALL: [Self; 9] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
        Self::Special1,
        Self::Special2,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Monday => "MON",
            Self::Tuesday => "TUE",
            Self::Wednesday => "WED",
            Self::Thursday => "THU",
            Self::Friday => "FRI",
            Self::Saturday => "SAT",
            Self::Sunday => "SUN",
            Self::Special1 => "SD1",
            Self::Special2 => "SD2",
        }
    }
}

/// A change of one timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct TimerChange {
    /// Number of the timer.
    pub id: u32,
    /// Whether it shall be on.
    pub enabled: bool,
}

/// A change of one user account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct AccountChange {
    /// Number of the account.
    pub id: u32,
    /// Whether it shall be usable. On the wire it is the other way round.
    pub enabled: bool,
}

impl ThermostatChange<'_> {
    pub(crate) fn write(&self, writer: &mut MessageWriter<'_>) {
        writer.open_item();
        writer.number("ID", self.id.into());
        if let Some(mode) = self.mode {
            writer.word("ACT_MODE", mode.text());
        }
        if let Some(season) = self.season {
            writer.word("ACT_SEA", season.text());
        }
        if let Some(hours) = self.manual_hours {
            writer.text("MAN_HRS", hours);
        }
        self.winter.write("WIN", writer);
        self.summer.write("SUM", writer);
        if let Some((duration, enabled)) = self.switch_off {
            writer.open_object("TOF");
            writer.text("T", duration);
            writer.flag("E", enabled);
            writer.close_object();
        }
        writer.close_object();
    }
}

impl SeasonChange<'_> {
    fn write(&self, name: &str, writer: &mut MessageWriter<'_>) {
        let temperatures = [("T1", self.preset_1), ("T2", self.preset_2), ("T3", self.preset_3), ("TM", self.manual)];
        if self.days.is_empty() && temperatures.iter().all(|(_, value)| value.is_none()) {
            return;
        }
        writer.open_object(name);
        for (key, value) in temperatures {
            if let Some(value) = value {
                writer.text(key, value);
            }
        }
        for programme in self.days {
            writer.open_list(programme.day.name());
            for (preset, shift) in programme.hours {
                writer.open_item();
                writer.number("T", (*preset).into());
                writer.number("S", (*shift).into());
                writer.close_object();
            }
            writer.close_list();
        }
        writer.close_object();
    }
}
