//! The commands of `panelctl send ksenia`, as requests.

use codec_core::ksenia::{
    AccountChange, ArmAction, BypassAction, ClearKind, Command, DayProgramme, Kind, OutputAction, Read, Season, SeasonChange, SetOutput,
    ThermostatChange, ThermostatMode, TimerChange,
};
use codec_core::text::json::Text;

use super::arguments::{Exclusion, Memories, Programmes, SeasonWord, Switch, Thermostat, ThermostatWord, What, Where, Wish};
use super::known::Known;

/// What to read at the start, so that a request can be made.
static SCENARIOS: [Kind<'static>; 1] = [Kind::Scenarios];
/// What switching an output changes.
static OUTPUTS: [Kind<'static>; 1] = [Kind::OutputStatus];
/// A zone that must not be excluded is then known.
static ZONES: [Kind<'static>; 1] = [Kind::Zones];

impl What {
    /// Lists that must be known first.
    pub(crate) fn needs(&self) -> &'static [Kind<'static>] {
        match self {
            Self::ArmAway(Where { partition: None, .. })
            | Self::ArmHome(Where { partition: None, .. })
            | Self::Disarm(Where { partition: None, .. }) => &SCENARIOS,
            Self::Bypass { .. } => &ZONES,
            _ => &[],
        }
    }

    /// States whose changes may be all there is of an answer: some firmware says nothing when an output is switched.
    pub(crate) fn watches(&self) -> &'static [Kind<'static>] {
        if matches!(self, Self::Output { .. }) { &OUTPUTS } else { &[] }
    }

    /// The requests, one after the other. `Err` if what is needed for it is not known.
    pub(crate) fn requests(&self, known: &Known) -> Result<Vec<Request>, String> {
        let by_scenario = |category: &str| {
            let scenario = known.scenario_for(category).ok_or_else(|| {
                format!(
                    "the panel has no scenario of the category {category}: name one with `scenario N`, or a partition with --partition N"
                )
            })?;
            Ok(vec![Request::Scenario(scenario)])
        };
        let arm = |place: &Where, category: &str, short, long| match place.partition {
            Some(partition) => Ok(vec![Request::Arm(partition, if place.long_words { long } else { short })]),
            None => by_scenario(category),
        };
        match self {
            Self::ArmAway(place) => arm(place, "ARM", ArmAction::Delayed, ArmAction::DelayedLong),
            Self::ArmHome(place) => arm(place, "PARTIAL", ArmAction::Immediate, ArmAction::ImmediateLong),
            Self::Disarm(place) => arm(place, "DISARM", ArmAction::Disarm, ArmAction::Disarm),
            Self::Scenario { scenario } => Ok(vec![Request::Scenario(*scenario)]),
            Self::Read { lists } => Ok(lists.chunks(codec_core::ksenia::MAX_TYPES).map(|lists| Request::Lists(lists.to_vec())).collect()),
            _ => Ok(vec![Request::AsGiven]),
        }
    }
}

/// One request.
#[derive(Clone, Debug)]
pub(crate) enum Request {
    Scenario(u32),
    Arm(u32, ArmAction<'static>),
    Lists(Vec<String>),
    /// All of it is in the arguments.
    AsGiven,
}

impl Request {
    /// Gives the command to `submit`.
    pub(crate) fn with_command<R>(&self, what: &What, submit: impl FnOnce(Command<'_>) -> R) -> R {
        match self {
            Self::Scenario(scenario) => submit(Command::RunScenario { scenario: *scenario }),
            Self::Arm(partition, action) => submit(Command::ArmPartition { partition: *partition, action: *action }),
            Self::Lists(lists) => {
                // The parser lets nothing else through than what can stand in a message.
                let kinds: Vec<Kind<'_>> = lists.iter().filter_map(|list| Text::of(list).map(Kind::from_text)).collect();
                submit(Command::Read(Read::types(&kinds)))
            }
            Self::AsGiven => given(what, submit),
        }
    }
}

fn given<R>(what: &What, submit: impl FnOnce(Command<'_>) -> R) -> R {
    match what {
        What::Output { output, wish, stop_word } => submit(Command::SetOutput {
            output: *output,
            action: match wish {
                Wish::On => SetOutput::Action(OutputAction::On),
                Wish::Off => SetOutput::Action(OutputAction::Off),
                Wish::Toggle => SetOutput::Action(OutputAction::Toggle),
                Wish::Up => SetOutput::Action(OutputAction::Up),
                Wish::Down => SetOutput::Action(OutputAction::Down),
                Wish::Stop if *stop_word => SetOutput::Action(OutputAction::StopWord),
                Wish::Stop => SetOutput::Action(OutputAction::Stop),
                Wish::Level(level) => SetOutput::Level(*level),
            },
        }),
        What::Bypass { zone, how, kit_words } => submit(Command::BypassZone {
            zone: *zone,
            action: match how {
                Exclusion::On if *kit_words => BypassAction::On,
                Exclusion::On => BypassAction::Manual,
                Exclusion::Off if *kit_words => BypassAction::Off,
                Exclusion::Off => BypassAction::Include,
                Exclusion::Timed => BypassAction::ManualTimed,
                Exclusion::Auto => BypassAction::Automatic,
                Exclusion::Arming => BypassAction::Arming,
                Exclusion::Toggle => BypassAction::Toggle,
            },
        }),
        What::Thermostat(thermostat) => thermostat.with_change(|change| submit(Command::WriteThermostats(&[change]))),
        What::Timer(Switch { id, state }) => submit(Command::WriteTimers(&[TimerChange { id: *id, enabled: *state }])),
        What::Account(Switch { id, state }) => submit(Command::WriteAccounts(&[AccountChange { id: *id, enabled: *state }])),
        What::Clear { what } => submit(Command::Clear(match what {
            Memories::Alarms => ClearKind::CyclesOrMemories,
            Memories::Faults => ClearKind::FaultsMemory,
            Memories::Communications => ClearKind::Communications,
        })),
        What::Logs { count, types } => submit(Command::Logs { count: *count, types: types.as_deref().and_then(Text::of) }),
        What::File { path, name } => submit(Command::Read(Read::File { path, name })),
        // The others are made of what is known, or need no request: a question for the version does no harm.
        _ => submit(Command::Version),
    }
}

impl Thermostat {
    fn with_change<R>(&self, submit: impl FnOnce(ThermostatChange<'_>) -> R) -> R {
        let days: Vec<DayProgramme<'_>> =
            self.days.iter().flat_map(|Programmes { days, hours }| days.iter().map(move |day| DayProgramme { day: *day, hours })).collect();
        let temperatures = SeasonChange {
            preset_1: self.t1.as_deref(),
            preset_2: self.t2.as_deref(),
            preset_3: self.t3.as_deref(),
            manual: self.set.as_deref(),
            days: &days,
        };
        let (winter, summer) = match self.season_of.or(self.season) {
            Some(SeasonWord::Summer) => (SeasonChange::default(), temperatures),
            Some(SeasonWord::Winter) | None => (temperatures, SeasonChange::default()),
        };
        submit(ThermostatChange {
            id: self.id,
            mode: self.mode.map(|mode| match mode {
                ThermostatWord::Off => ThermostatMode::Off,
                ThermostatWord::Manual => ThermostatMode::Manual,
                ThermostatWord::Timed => ThermostatMode::ManualTimer,
                ThermostatWord::Weekly => ThermostatMode::Weekly,
                ThermostatWord::Auto => ThermostatMode::Automatic,
                ThermostatWord::Special1 => ThermostatMode::SpecialDay1,
                ThermostatWord::Special2 => ThermostatMode::SpecialDay2,
            }),
            season: self.season.map(|season| match season {
                SeasonWord::Winter => Season::Winter,
                SeasonWord::Summer => Season::Summer,
            }),
            manual_hours: self.hours.as_deref(),
            winter,
            summer,
            switch_off: self.switch_off.as_deref().map(|time| (time, self.switch_off_timer)),
        })
    }
}
#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(subcommand)]
        what: What,
    }

    #[test]
    fn a_thermostat_is_set_as_it_was_written() {
        let presets = "111111233333333333332+211";
        let line = ["", "thermostat", "3", "--day", &format!("sat-sun={presets}"), "--t2", "19.5", "--for", "summer", "--switch-off", "90"];
        let line = Line::try_parse_from(line.into_iter().chain(["--switch-off-timer", "off"])).unwrap();
        given(&line.what, |command| {
            let Command::WriteThermostats([change]) = command else { panic!("another command") };
            assert_eq!((change.id, change.mode, change.switch_off), (3, None, Some(("90", false))));
            assert!(change.winter.preset_2.is_none() && change.winter.days.is_empty());
            assert_eq!(change.summer.preset_2, Some("19.5"));
            let days: Vec<&str> = change.summer.days.iter().map(|programme| programme.day.name()).collect();
            assert_eq!(days, ["SAT", "SUN"]);
            let hours = change.summer.days[1].hours;
            assert_eq!((hours.len(), hours[5], hours[6], hours[20], hours[21]), (24, (1, 0), (2, 0), (2, 30), (2, 0)));
        });
    }
}
