//! Commands without lifetimes.

use codec_core::ksenia::controller::Command;
use codec_core::ksenia::{
    self, AccountChange, ArmAction, BypassAction, ClearKind, Command as Request, Day, ItemRange, Kind, OutputAction, Read, Season,
    SetOutput, ThermostatChange, ThermostatMode, TimerChange,
};
use codec_core::text::json::Text;
use serde::{Deserialize, Serialize};

/// What an output shall do; mirrors [`SetOutput`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnedSetOutput {
    /// A word as on the wire: `ON`.
    Action(String),
    /// 0 to 100.
    Level(u8),
}

/// A timer or an account, and whether it shall be on; mirrors [`TimerChange`] and [`AccountChange`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switch {
    /// Its number.
    pub id: u32,
    /// Whether it shall be on.
    pub enabled: bool,
}

/// Mirrors [`ThermostatChange`]. What is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OwnedThermostatChange {
    /// Number of the thermostat.
    pub id: u32,
    /// Mode, as on the wire.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// Season, as on the wire.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub season: Option<String>,
    /// Hours of a timed manual mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manual_hours: Option<String>,
    /// Settings for winter.
    pub winter: SeasonChange,
    /// Settings for summer.
    pub summer: SeasonChange,
    /// Switch-off timer: duration, and whether it is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub switch_off: Option<(String, bool)>,
}

/// Mirrors [`ksenia::SeasonChange`]. Temperatures are decimal text in degrees Celsius.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SeasonChange {
    /// The three presets.
    #[serde(skip_serializing_if = "is_default")]
    pub presets: [Option<String>; 3],
    /// Set by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manual: Option<String>,
    /// Programmes of days.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<DayProgramme>,
}

/// Mirrors [`ksenia::DayProgramme`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayProgramme {
    /// The day as on the wire: `MON`.
    pub day: String,
    /// 24 hours: preset 1 to 3, and the minutes into the hour.
    pub hours: Vec<(u8, u8)>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Mirrors [`Command`]. In JSON the member `command` tells which it is. Words are those of the wire. No command holds a code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
#[non_exhaustive]
pub enum OwnedCommand {
    /// Read lists.
    ReadTypes {
        /// Their names.
        types: Vec<String>,
        /// `ID_READ`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        read: Option<String>,
        /// First and last record; absent if no range is sent, empty for all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        range: Option<Vec<u32>>,
    },
    /// Read one list.
    ReadOne {
        /// Its name.
        kind: String,
        /// `ID_READ`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        read: Option<String>,
        /// First and last record; absent if no range is sent, empty for all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        range: Option<Vec<u32>>,
    },
    /// Read a file.
    ReadFile {
        /// Where.
        path: String,
        /// Which.
        name: String,
    },
    /// Switch an output.
    SetOutput {
        /// Its number.
        output: u32,
        /// What it shall do.
        action: OwnedSetOutput,
    },
    /// Exclude or include a zone.
    BypassZone {
        /// Its number.
        zone: u32,
        /// How.
        action: String,
    },
    /// Run a scenario.
    RunScenario {
        /// Its number.
        scenario: u32,
    },
    /// Arm or disarm a partition.
    ArmPartition {
        /// Its number.
        partition: u32,
        /// How.
        action: String,
    },
    /// Set thermostats.
    WriteThermostats {
        /// What changes.
        changes: Vec<OwnedThermostatChange>,
    },
    /// Switch timers.
    WriteTimers {
        /// Which.
        changes: Vec<Switch>,
    },
    /// Switch accounts.
    WriteAccounts {
        /// Which.
        changes: Vec<Switch>,
    },
    /// Clear memories.
    Clear {
        /// Which.
        kind: String,
    },
    /// Ask for versions.
    Version,
    /// Read log entries.
    Logs {
        /// How many.
        count: u32,
        /// Of which types.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        types: Option<String>,
    },
    /// Read everything again.
    Refresh,
    /// End.
    Close,
    /// Another one, which cannot be turned back into a [`Command`].
    Other,
}

fn range(range: Option<ItemRange>) -> Option<Vec<u32>> {
    range.map(|range| match range {
        ItemRange::All => Vec::new(),
        ItemRange::Numbers { first, last } => vec![first, last],
    })
}

fn range_of(range: Option<&[u32]>) -> Option<Option<ItemRange>> {
    match range {
        None => Some(None),
        Some([]) => Some(Some(ItemRange::All)),
        Some([first, last]) => Some(Some(ItemRange::Numbers { first: *first, last: *last })),
        Some(_) => None,
    }
}

fn own(text: Text<'_>) -> String {
    text.to_string()
}

/// `Some(None)` for no text, `None` for one that cannot be sent.
fn text_of(text: Option<&String>) -> Option<Option<Text<'_>>> {
    text.map(|text| Text::of(text)).map_or(Some(None), |text| text.map(Some))
}

impl From<&Command<'_>> for OwnedCommand {
    fn from(from: &Command<'_>) -> Self {
        let request = match from {
            Command::Refresh => return Self::Refresh,
            Command::Close => return Self::Close,
            Command::Send(request) => request,
            _ => return Self::Other,
        };
        match request {
            Request::Read(Read::Types { types, read, range: of }) => {
                Self::ReadTypes { types: types.iter().map(|kind| own(kind.text())).collect(), read: read.map(own), range: range(*of) }
            }
            Request::Read(Read::One { kind, read, range: of }) => {
                Self::ReadOne { kind: own(kind.text()), read: read.map(own), range: range(*of) }
            }
            Request::Read(Read::File { path, name }) => Self::ReadFile { path: (*path).into(), name: (*name).into() },
            Request::SetOutput { output, action } => Self::SetOutput {
                output: *output,
                action: match action {
                    SetOutput::Action(action) => OwnedSetOutput::Action(own(action.text())),
                    SetOutput::Level(level) => OwnedSetOutput::Level(*level),
                },
            },
            Request::BypassZone { zone, action } => Self::BypassZone { zone: *zone, action: own(action.text()) },
            Request::RunScenario { scenario } => Self::RunScenario { scenario: *scenario },
            Request::ArmPartition { partition, action } => Self::ArmPartition { partition: *partition, action: own(action.text()) },
            Request::WriteThermostats(changes) => Self::WriteThermostats { changes: changes.iter().map(Into::into).collect() },
            Request::WriteTimers(changes) => {
                let switch = |change: &TimerChange| Switch { id: change.id, enabled: change.enabled };
                Self::WriteTimers { changes: changes.iter().map(switch).collect() }
            }
            Request::WriteAccounts(changes) => {
                let switch = |change: &AccountChange| Switch { id: change.id, enabled: change.enabled };
                Self::WriteAccounts { changes: changes.iter().map(switch).collect() }
            }
            Request::Clear(kind) => Self::Clear { kind: own(kind.text()) },
            Request::Version => Self::Version,
            Request::Logs { count, types } => Self::Logs { count: *count, types: types.map(own) },
            // Logins and registrations are the machine's own.
            _ => Self::Other,
        }
    }
}

impl OwnedCommand {
    /// Gives the command to `submit`, whose result it gives back. `None` for [`OwnedCommand::Other`], and if a word cannot be sent.
    pub fn with_command<R>(&self, submit: impl FnOnce(Command<'_>) -> R) -> Option<R> {
        let request = match self {
            Self::Refresh => return Some(submit(Command::Refresh)),
            Self::Close => return Some(submit(Command::Close)),
            Self::Other => return None,
            Self::ReadTypes { types, read, range } => {
                let types: Option<Vec<Kind<'_>>> = types.iter().map(|kind| Text::of(kind).map(Kind::from_text)).collect();
                let types = types?;
                let read = Read::Types { types: &types, read: text_of(read.as_ref())?, range: range_of(range.as_deref())? };
                return Some(submit(Request::Read(read).into()));
            }
            Self::WriteThermostats { changes } => {
                return with_thermostats(changes, |changes| submit(Request::WriteThermostats(changes).into()));
            }
            Self::WriteTimers { changes } => {
                let changes: Vec<TimerChange> =
                    changes.iter().map(|switch| TimerChange { id: switch.id, enabled: switch.enabled }).collect();
                return Some(submit(Request::WriteTimers(&changes).into()));
            }
            Self::WriteAccounts { changes } => {
                let change = |switch: &Switch| AccountChange { id: switch.id, enabled: switch.enabled };
                let changes: Vec<AccountChange> = changes.iter().map(change).collect();
                return Some(submit(Request::WriteAccounts(&changes).into()));
            }
            Self::ReadOne { kind, read, range } => Request::Read(Read::One {
                kind: Kind::from_text(Text::of(kind)?),
                read: text_of(read.as_ref())?,
                range: range_of(range.as_deref())?,
            }),
            Self::ReadFile { path, name } => Request::Read(Read::File { path, name }),
            Self::SetOutput { output, action } => Request::SetOutput {
                output: *output,
                action: match action {
                    OwnedSetOutput::Action(action) => SetOutput::Action(OutputAction::from_text(Text::of(action)?)),
                    OwnedSetOutput::Level(level) => SetOutput::Level(*level),
                },
            },
            Self::BypassZone { zone, action } => Request::BypassZone { zone: *zone, action: BypassAction::from_text(Text::of(action)?) },
            Self::RunScenario { scenario } => Request::RunScenario { scenario: *scenario },
            Self::ArmPartition { partition, action } => {
                Request::ArmPartition { partition: *partition, action: ArmAction::from_text(Text::of(action)?) }
            }
            Self::Clear { kind } => Request::Clear(ClearKind::from_text(Text::of(kind)?)),
            Self::Version => Request::Version,
            Self::Logs { count, types } => Request::Logs { count: *count, types: text_of(types.as_ref())? },
        };
        Some(submit(request.into()))
    }
}

impl From<&ThermostatChange<'_>> for OwnedThermostatChange {
    fn from(from: &ThermostatChange<'_>) -> Self {
        Self {
            id: from.id,
            mode: from.mode.map(|mode| own(mode.text())),
            season: from.season.map(|season| own(season.text())),
            manual_hours: from.manual_hours.map(str::to_owned),
            winter: (&from.winter).into(),
            summer: (&from.summer).into(),
            switch_off: from.switch_off.map(|(duration, on)| (duration.to_owned(), on)),
        }
    }
}

impl From<&ksenia::SeasonChange<'_>> for SeasonChange {
    fn from(from: &ksenia::SeasonChange<'_>) -> Self {
        let day = |programme: &ksenia::DayProgramme<'_>| DayProgramme { day: programme.day.name().into(), hours: programme.hours.to_vec() };
        Self {
            presets: [from.preset_1, from.preset_2, from.preset_3].map(|preset| preset.map(str::to_owned)),
            manual: from.manual.map(str::to_owned),
            days: from.days.iter().map(day).collect(),
        }
    }
}

/// The programmes of a season as the core borrows them.
fn days(change: &SeasonChange) -> Option<Vec<ksenia::DayProgramme<'_>>> {
    let day = |name: &str| Day::ALL.into_iter().find(|day| day.name() == name);
    change.days.iter().map(|programme| Some(ksenia::DayProgramme { day: day(&programme.day)?, hours: &programme.hours })).collect()
}

fn season<'c>(change: &'c SeasonChange, days: &'c [ksenia::DayProgramme<'c>]) -> ksenia::SeasonChange<'c> {
    let [preset_1, preset_2, preset_3] = change.presets.each_ref().map(Option::as_deref);
    ksenia::SeasonChange { preset_1, preset_2, preset_3, manual: change.manual.as_deref(), days }
}

fn with_thermostats<R>(changes: &[OwnedThermostatChange], submit: impl FnOnce(&[ThermostatChange<'_>]) -> R) -> Option<R> {
    let days: Option<Vec<_>> = changes.iter().map(|change| Some((days(&change.winter)?, days(&change.summer)?))).collect();
    let days = days?;
    let mut all = Vec::with_capacity(changes.len());
    for (change, (winter, summer)) in changes.iter().zip(&days) {
        all.push(ThermostatChange {
            id: change.id,
            mode: text_of(change.mode.as_ref())?.map(ThermostatMode::from_text),
            season: text_of(change.season.as_ref())?.map(Season::from_text),
            manual_hours: change.manual_hours.as_deref(),
            winter: season(&change.winter, winter),
            summer: season(&change.summer, summer),
            switch_off: change.switch_off.as_ref().map(|(duration, on)| (duration.as_str(), *on)),
        });
    }
    Some(submit(&all))
}
