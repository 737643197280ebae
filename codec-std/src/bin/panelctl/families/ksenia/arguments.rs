//! The commands of `panelctl send ksenia`, as arguments.

use clap::{Args, Subcommand, ValueEnum};
use codec_core::ksenia::Day;

#[derive(Debug, Subcommand)]
pub(crate) enum What {
    /// Show the state of the house
    #[command(visible_alias = "refresh")]
    State,
    /// Arm everything by the scenario that does so, or a partition with its delays
    ArmAway(Where),
    /// Arm a part by the scenario that does so, or a partition at once
    ArmHome(Where),
    /// Disarm by the scenario that does so, or a partition
    Disarm(Where),
    /// Run a scenario
    Scenario {
        /// Number of the scenario; `state` shows them
        #[arg(value_name = "N")]
        scenario: u32,
    },
    /// Switch an output
    Output {
        /// Number of the output
        #[arg(value_name = "N")]
        output: u32,
        /// `on`, `off`, `toggle`; `up`, `down`, `stop` for a cover; 0 to 100 for a dimmer, or for a cover, where 100 is open
        #[arg(value_name = "STATE", value_parser = wish)]
        wish: Wish,
        /// Say STOP instead of ALT to stop a cover
        #[arg(long)]
        stop_word: bool,
    },
    /// Exclude a zone from the alarm, or include it again
    Bypass {
        /// Number of the zone
        #[arg(value_name = "ZONE")]
        zone: u32,
        /// How
        #[arg(value_name = "HOW", value_enum)]
        how: Exclusion,
        /// Use the words of the vendor's kit, ON and OFF
        #[arg(long)]
        kit_words: bool,
    },
    /// Set a thermostat; what is not given stays
    Thermostat(Box<Thermostat>),
    /// Switch a timer on or off
    Timer(Switch),
    /// Enable or disable a user account
    Account(Switch),
    /// Clear memories of the panel
    Clear {
        /// Which
        #[arg(value_name = "WHAT", value_enum)]
        what: Memories,
    },
    /// Show the newest log entries
    Logs {
        /// How many
        #[arg(long, value_name = "N", default_value_t = 20)]
        count: u32,
        /// Of which types, with firmware that wants to be told: ALL
        #[arg(long, value_name = "TYPES", value_parser = word)]
        types: Option<String>,
    },
    /// Show model and versions
    Version,
    /// Show a file
    File {
        /// Where it is
        #[arg(value_name = "PATH", default_value = "PROG")]
        path: String,
        /// Its name
        #[arg(value_name = "NAME", default_value = "notes.json")]
        name: String,
    },
    /// Read lists and show their records
    Read {
        /// Names of lists, for example ZONES STATUS_ZONES CFG_THERMOSTATS
        #[arg(value_name = "LIST", required = true, value_parser = word)]
        lists: Vec<String>,
    },
}

/// What is armed or disarmed.
#[derive(Args, Debug)]
pub(crate) struct Where {
    /// A partition instead of a scenario
    #[arg(long, value_name = "N")]
    pub(super) partition: Option<u32>,
    /// Use the words DA and IA, as some firmware has them, instead of A and I
    #[arg(long, requires = "partition")]
    pub(super) long_words: bool,
}

/// What an output shall do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    On,
    Off,
    Toggle,
    Up,
    Down,
    Stop,
    Level(u8),
}

/// How a zone is excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Exclusion {
    /// Exclude until it is included again
    On,
    /// Include
    Off,
    /// Exclude for a while
    Timed,
    /// Exclude until the next arming
    Auto,
    /// Exclude while arming
    Arming,
    /// The other state
    Toggle,
}

/// What can be cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Memories {
    /// Memories of alarms and tampers
    Alarms,
    /// Memory of faults
    Faults,
    /// Calls and messages that wait
    Communications,
}

/// How to set a thermostat. Temperatures are in °C.
#[derive(Args, Debug)]
#[command(group = clap::ArgGroup::new("change").required(true).multiple(true))]
pub(crate) struct Thermostat {
    /// Number of the thermostat in CFG_THERMOSTATS; not that of its sensor or output
    #[arg(value_name = "N")]
    pub(super) id: u32,
    /// Mode
    #[arg(long, value_enum, group = "change")]
    pub(super) mode: Option<ThermostatWord>,
    /// Season that it works in
    #[arg(long, value_enum, group = "change")]
    pub(super) season: Option<SeasonWord>,
    /// Hours that the mode `timed` lasts
    #[arg(long, value_name = "HH", value_parser = word, group = "change")]
    pub(super) hours: Option<String>,
    /// Temperature for the mode `manual`
    #[arg(long, value_name = "T", value_parser = decimal, group = "change")]
    pub(super) set: Option<String>,
    /// First preset
    #[arg(long, value_name = "T", value_parser = decimal, group = "change")]
    pub(super) t1: Option<String>,
    /// Second preset
    #[arg(long, value_name = "T", value_parser = decimal, group = "change")]
    pub(super) t2: Option<String>,
    /// Third preset
    #[arg(long, value_name = "T", value_parser = decimal, group = "change")]
    pub(super) t3: Option<String>,
    /// Programme of a day, or of several in a row: 24 presets 1 to 3, one for each hour from midnight, with `+` behind one that begins
    /// at half past; days are mon to sun, special1 and special2, for example mon-fri=111111233333333333332211
    #[arg(long = "day", value_name = "DAYS=PRESETS", value_parser = programmes, group = "change")]
    pub(super) days: Vec<Programmes>,
    /// Season that the temperatures and programmes are for [default: that of --season, or winter]
    #[arg(long = "for", value_enum)]
    pub(super) season_of: Option<SeasonWord>,
    /// Time of the switch-off timer, as the panel writes it (T of TOF in CFG_THERMOSTATS)
    #[arg(long, value_name = "TIME", value_parser = time, group = "change")]
    pub(super) switch_off: Option<String>,
    /// Whether that timer runs: `on` or `off`
    #[arg(long, value_name = "on|off", default_value = "on", value_parser = on_or_off, action = clap::ArgAction::Set)]
    pub(super) switch_off_timer: bool,
}

/// Days with the same programme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Programmes {
    pub(super) days: &'static [Day],
    /// Preset, and minutes into the hour.
    pub(super) hours: Vec<(u8, u8)>,
}

/// Modes of a thermostat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ThermostatWord {
    /// Off
    Off,
    /// By hand
    Manual,
    /// By hand for some hours
    Timed,
    /// Weekly programme
    Weekly,
    /// Weekly programme, another word
    Auto,
    /// First special day
    Special1,
    /// Second special day
    Special2,
}

/// Seasons of a thermostat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SeasonWord {
    /// Heats
    Winter,
    /// Cools
    Summer,
}

/// A timer or an account.
#[derive(Args, Debug)]
pub(crate) struct Switch {
    /// Its number
    #[arg(value_name = "N")]
    pub(super) id: u32,
    /// `on` or `off`
    #[arg(value_name = "on|off", value_parser = on_or_off, action = clap::ArgAction::Set)]
    pub(super) state: bool,
}

fn on_or_off(word: &str) -> Result<bool, String> {
    match word {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err("write on or off".into()),
    }
}

/// Names of [`Day::ALL`].
const DAYS: [&str; 9] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "special1", "special2"];
static ALL_DAYS: [Day; 9] = Day::ALL;

/// `mon-fri=111111233333333333332211`.
fn programmes(text: &str) -> Result<Programmes, String> {
    let day = |name: &str| DAYS.iter().position(|day| *day == name);
    let range = |days: &str| {
        let (first, last) = days.split_once('-').unwrap_or((days, days));
        ALL_DAYS.get(day(first)?..=day(last)?).filter(|days| !days.is_empty())
    };
    let (days, presets) = text.split_once('=').ok_or("write DAYS=PRESETS, for example mon-fri=111111233333333333332211")?;
    let days = range(days).ok_or_else(|| format!("write one of {}, or two of them in order with - between", DAYS.join(", ")))?;
    let mut hours: Vec<(u8, u8)> = Vec::new();
    for byte in presets.bytes() {
        match (byte, hours.last_mut()) {
            (b'1'..=b'3', _) => hours.push((byte - b'0', 0)),
            (b'+', Some((_, minutes @ 0))) => *minutes = 30,
            _ => return Err("a preset is 1, 2 or 3, with one + behind it if it begins at half past".into()),
        }
    }
    if hours.len() == 24 { Ok(Programmes { days, hours }) } else { Err(format!("a day has 24 presets, not {}", hours.len())) }
}

/// Something like `02:30`, as it is.
fn time(text: &str) -> Result<String, String> {
    let good = (1..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b':');
    if good { Ok(text.to_owned()) } else { Err("write digits and colons, at most 8".into()) }
}

fn wish(word: &str) -> Result<Wish, String> {
    Ok(match word {
        "on" => Wish::On,
        "off" => Wish::Off,
        "toggle" => Wish::Toggle,
        "up" => Wish::Up,
        "down" => Wish::Down,
        "stop" => Wish::Stop,
        level => match level.parse() {
            Ok(level @ 0..=100) => Wish::Level(level),
            _ => return Err("write on, off, toggle, up, down, stop, or a level from 0 to 100".into()),
        },
    })
}

/// Something that can stand in a message as it is.
fn word(word: &str) -> Result<String, String> {
    let good = !word.is_empty() && word.len() <= 32 && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    if good { Ok(word.to_owned()) } else { Err("write letters, digits, _ and -, at most 32".into()) }
}

fn decimal(text: &str) -> Result<String, String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let good = [whole, part].iter().all(|digits| (1..=3).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()));
    if good { Ok(text.to_owned()) } else { Err("write degrees, for example 21.5".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_say_what_to_write() {
        let day = "1".repeat(24);
        for (text, hint) in [
            ("mon".into(), "write DAYS=PRESETS"),
            (format!("sunday={day}"), "write one of mon, tue"),
            (format!("fri-mon={day}"), "in order with - between"),
            (format!("mon-={day}"), "write one of mon"),
            (format!("mon={day}1"), "24 presets, not 25"),
            ("mon=123".into(), "24 presets, not 3"),
            ("mon=4".into(), "a preset is 1, 2 or 3"),
            ("mon=+1".into(), "one + behind it"),
            ("mon=1++".into(), "one + behind it"),
        ] {
            let error = programmes(&text).unwrap_err();
            assert!(error.contains(hint), "{text}: {error}");
        }
        assert_eq!(programmes(&format!("special2={day}")).unwrap().days, [Day::Special2]);
        assert!(time("").is_err() && time("2 h").is_err() && time("123456789").is_err());
    }
}
