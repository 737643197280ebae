//! What happens to a simulated Ksenia panel, as lines of text.

use std::sync::Arc;
use std::time::Duration;

use codec_core::ksenia::panel::Command;
use codec_core::ksenia::{FaultCategory, Kind, OutputAction, SetOutput, TamperCategory};
use codec_core::text::json;

use super::script::{ScriptError, either, on, usage};

/// Words of the script language, one step per line.
pub const HELP: &str = "\
zone N open|close          zone N opens or closes
alarm N                    zone N is in alarm at once
tamper N open|close        tamper contact of the detector of zone N
tamper panel open|close
masked N on|off            the detector of zone N is masked or broken
exclude N on|off           somebody excludes zone N, or includes it
arm [N]                    somebody arms partition N, or all, and leaves
arm-now [N]                the same without an exit delay
disarm [N]
scenario N                 scenario N runs
output N on|off|toggle|up|down|stop
output N LEVEL             0 to 100
sensor N TEMPERATURE HUMIDITY LIGHT
mains on|off
battery low|ok
fault NAME on|off          as on the wire, for example LOST_BUS
tell LIST RECORD           clients that registered for a list get a record of it, a JSON object; a READ does not
reprogram                  the programming changes: every client is sent away, and refused for some seconds
touch                      the programming changes, and only its check texts show it
forget                     logins are forgotten
refuse SECONDS             new clients are refused
silence SECONDS            connected clients get no answer
close                      every client is sent away
wait SECONDS               for example 1.5
wait client                until a client has registered for changes
help
quit
# and what follows is a comment";

/// One line of a script.
#[derive(Clone, Debug)]
pub enum Step {
    /// Something happens to the panel.
    Do(Command<'static>),
    /// Clients that registered for the list are told this record, as with [`Command::Tell`].
    Tell {
        /// Which list.
        kind: Kind<'static>,
        /// A JSON object.
        record: Arc<str>,
    },
    /// Nothing happens for as long.
    Wait(Duration),
    /// Nothing happens until a client has registered.
    WaitClient,
    /// Show [`HELP`].
    Help,
    /// The simulation ends.
    Quit,
}

/// Reads one line; `None` if it is blank or a comment.
///
/// ```
/// use codec_std::sim::ksenia_script::{Step, parse};
///
/// assert!(matches!(parse("output 3 40"), Ok(Some(Step::Do(_)))));
/// assert_eq!(parse("zone 3").unwrap_err().to_string(), "expected: zone N open|close");
/// ```
///
/// # Errors
/// [`ScriptError`] says what would have been right.
pub fn parse(line: &str) -> Result<Option<Step>, ScriptError> {
    let words: Vec<&str> = line.split_whitespace().take_while(|word| !word.starts_with('#')).collect();
    let Some((first, rest)) = words.split_first() else { return Ok(None) };
    let step = match (*first, rest) {
        ("wait", ["client"]) => Some(Step::WaitClient),
        ("wait", [seconds]) => time(seconds).map(Step::Wait),
        ("help" | "?", []) => Some(Step::Help),
        ("quit" | "exit", []) => Some(Step::Quit),
        ("tell", [list, ..]) => tell(line, list),
        _ => command(first, rest).map(Step::Do),
    };
    match step {
        Some(step) => Ok(Some(step)),
        None => Err(usage(HELP, first).map_or(ScriptError::UnknownWord, ScriptError::Usage)),
    }
}

/// What stands behind the name of the list is a record as it is, with a comment or without.
fn tell(line: &str, list: &str) -> Option<Step> {
    let kind = Kind::ALL.iter().copied().find(|kind| kind.text() == list)?;
    let (_, rest) = line.split_once(list)?;
    let before_comment = rest.rsplit_once(" #").map(|(record, _)| record);
    let is_record = |text: &&str| json::check(text.as_bytes()).is_ok_and(|value| value.object().is_some());
    let record = [Some(rest), before_comment].into_iter().flatten().map(str::trim).find(is_record)?;
    Some(Step::Tell { kind, record: record.into() })
}

fn time(seconds: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds.parse().ok()?).ok()
}

fn millis(seconds: &str) -> Option<u32> {
    u32::try_from(time(seconds)?.as_millis()).ok()
}

fn command(first: &str, rest: &[&str]) -> Option<Command<'static>> {
    Some(match (first, rest) {
        ("zone", [zone, state]) => Command::Zone { zone: zone.parse().ok()?, open: either(state, "open", "close")? },
        ("alarm", [zone]) => Command::Trip { zone: zone.parse().ok()? },
        ("tamper", ["panel", state]) => Command::PanelTamper { category: TamperCategory::Panel, active: either(state, "open", "close")? },
        ("tamper", [zone, state]) => Command::Tamper { zone: zone.parse().ok()?, open: either(state, "open", "close")? },
        ("masked", [zone, state]) => Command::ZoneFault { zone: zone.parse().ok()?, active: on(state)? },
        ("exclude", [zone, state]) => Command::Bypass { zone: zone.parse().ok()?, on: on(state)? },
        ("arm", partition) => Command::Arm { partition: optional(partition)?, delayed: true },
        ("arm-now", partition) => Command::Arm { partition: optional(partition)?, delayed: false },
        ("disarm", partition) => Command::Disarm { partition: optional(partition)? },
        ("scenario", [scenario]) => Command::RunScenario { scenario: scenario.parse().ok()? },
        ("output", [output, wish]) => Command::Output { output: output.parse().ok()?, action: action(wish)? },
        ("sensor", [sensor, temperature, humidity, light]) => Command::Sensor {
            sensor: sensor.parse().ok()?,
            temperature: thousandths(temperature)?,
            humidity: humidity.parse().ok().filter(|percent| *percent <= 100)?,
            light: light.parse().ok()?,
        },
        ("mains", [state]) => Command::Fault { category: FaultCategory::SupplyMissing, active: !on(state)? },
        ("battery", [state]) => Command::Fault { category: FaultCategory::BatteryLow, active: either(state, "low", "ok")? },
        ("fault", [name, state]) => {
            let category = FaultCategory::ALL.iter().copied().find(|category| category.text() == *name)?;
            Command::Fault { category, active: on(state)? }
        }
        ("reprogram", []) => Command::Reprogram,
        ("touch", []) => Command::Touch,
        ("forget", []) => Command::DropSession,
        ("refuse", [seconds]) => Command::RefuseUpgrades { millis: millis(seconds)? },
        ("silence", [seconds]) => Command::Silence { millis: millis(seconds)? },
        ("close", []) => Command::Close,
        _ => return None,
    })
}

fn optional(words: &[&str]) -> Option<u32> {
    match words {
        [] => Some(0),
        [word] => word.parse().ok(),
        _ => None,
    }
}

fn action(wish: &str) -> Option<SetOutput<'static>> {
    Some(SetOutput::Action(match wish {
        "on" => OutputAction::On,
        "off" => OutputAction::Off,
        "toggle" => OutputAction::Toggle,
        "up" => OutputAction::Up,
        "down" => OutputAction::Down,
        "stop" => OutputAction::Stop,
        level => return level.parse().ok().filter(|level| *level <= 100).map(SetOutput::Level),
    }))
}

/// `21.5` as 21500. Digits behind the third are dropped.
fn thousandths(text: &str) -> Option<i32> {
    let value: f64 = text.parse().ok().filter(|value: &f64| value.abs() <= 200.0)?;
    // At most 200,000, so nothing is cut off.
    Some((value * 1000.0) as i32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::script_help;

    #[test]
    fn the_help_tells_the_whole_language() {
        let fill = |word: &str| {
            Some(match word {
                "N" | "SECONDS" | "LEVEL" | "HUMIDITY" | "LIGHT" => vec!["3"],
                "TEMPERATURE" => vec!["21.5", "-3"],
                "NAME" => vec!["LOST_BUS", "PS_MISS"],
                "LIST" => vec!["STATUS_PANEL", "SCENARIOS"],
                "RECORD" => vec![r#"{"ID":"1"}"#, r##"{"ID": "1", "DES": "a #  b"}"##],
                "[N]" => vec!["", "2"],
                _ => return None,
            })
        };
        let steps = script_help::check(HELP, fill, parse, |error| matches!(error, ScriptError::Usage(_)));
        assert!(steps > 40, "{steps}");
    }

    #[test]
    fn numbers_out_of_range_are_mistakes() {
        for line in ["output 1 101", "sensor 1 20 101 0", "sensor 1 nan 50 0", "wait -1", "silence 1e12", "fault HUNGER on", "zone -1 open"]
        {
            assert!(matches!(parse(line), Err(ScriptError::Usage(_))), "{line}");
        }
        assert!(matches!(parse("zonk"), Err(ScriptError::UnknownWord)));
        assert!(parse("  # nothing").unwrap().is_none());
        assert!(matches!(parse("sensor 1 -21.5 50 7"), Ok(Some(Step::Do(Command::Sensor { temperature: -21_500, .. })))));
    }

    #[test]
    fn records_stay_as_they_are() {
        let told = |line| match parse(line) {
            Ok(Some(Step::Tell { kind, record })) => format!("{} {record}", kind.text()),
            other => format!("{other:?}"),
        };
        assert_eq!(told("  tell STATUS_PANEL  {\"M\":  \"13 #7\"} # volts"), "STATUS_PANEL {\"M\":  \"13 #7\"}");
        for line in
            ["tell", "tell STATUS_PANEL", "tell STATUS_PANEL []", "tell STATUS_PANEL {\"M\":}", "tell STATUS {}", "tell status_panel {}"]
        {
            assert!(matches!(parse(line), Err(ScriptError::Usage(_))), "{line}");
        }
    }
}
