//! What happens to a simulated panel, as lines of text.

use std::time::Duration;

use codec_core::Secret;
use codec_core::home::{AlarmKind, Mode};
use codec_core::ness::panel::Command;
use codec_core::ness::{Output, RequestId};

/// Words of the script language, one step per line.
pub const HELP: &str = "\
zone N open|close          zone N opens or closes
alarm N                    zone N is in alarm at once
tamper N open|close        tamper contact of the detector of zone N
tamper panel|siren|keypad open|close
battery N low|ok           battery of the detector of zone N
battery panel low|ok
battery user U low|ok      battery of user U's radio key
supervision N lost|ok      the detector of zone N is not heard of, or again
mains on|off
reporting ok|fail          the dialler's reports
exclude N on|off           somebody excludes zone N, or includes it
auto-exclude N on|off      the panel does it by itself
panic|fire|medical|duress [KEYPAD]
user-panic U               panic button of user U's radio key
door D U in|out            user U at door D
arm away|home|day|night|vacation|highest [AREA]
disarm [AREA]
arming-delayed U           user U puts off automatic arming
aux N on|off
output NAME on|off         siren, soft-siren, home-siren, fire-siren, strobe, reset, sonalert, keypad-display
keys KEYS                  keys pressed at a keypad
power-up                   the panel reports that it has started
clock                      the panel reports that its clock was set
report NN                  an unasked status, NN as in SNN
wait SECONDS               for example 1.5
wait client                until a client is connected
help
quit
# and what follows is a comment";

/// One line of a script.
#[derive(Clone, Debug)]
pub enum Step {
    /// Something happens to the panel.
    Do(Command<'static>),
    /// Keys are pressed. They may hold a user's code.
    Keys(Secret<String>),
    /// Nothing happens for as long.
    Wait(Duration),
    /// Nothing happens until a client is connected.
    WaitClient,
    /// Show [`HELP`].
    Help,
    /// The simulation ends.
    Quit,
}

/// A line that is no step. It repeats nothing of the line: keys may hold a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScriptError {
    /// The first word is none of the language.
    #[error("unknown word, `help` lists them")]
    UnknownWord,
    /// The words behind the first do not fit it.
    #[error("expected: {0}")]
    Usage(&'static str),
}

/// Reads one line; `None` if it is blank or a comment.
///
/// ```
/// use codec_std::sim::script::{Step, parse};
///
/// assert!(matches!(parse("zone 3 open"), Ok(Some(Step::Do(_)))));
/// assert!(parse("# later").unwrap().is_none());
/// assert_eq!(parse("zone 3").unwrap_err().to_string(), "expected: zone N open|close");
/// ```
///
/// # Errors
/// [`ScriptError`] says what would have been right.
pub fn parse(line: &str) -> Result<Option<Step>, ScriptError> {
    // `#` is a key as well: a comment begins with a word that begins with it.
    let all: Vec<&str> = line.split_whitespace().collect();
    let keys = all.first() == Some(&"keys");
    let end = all.iter().enumerate().position(|(at, word)| word.starts_with('#') && !(keys && at == 1));
    let words = all.get(..end.unwrap_or(all.len())).unwrap_or_default();
    let Some((first, rest)) = words.split_first() else { return Ok(None) };
    let step = match (*first, rest) {
        ("wait", ["client"]) => Some(Step::WaitClient),
        ("wait", [seconds]) => seconds.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).map(Step::Wait),
        ("keys", [keys]) => Some(Step::Keys(Secret::new((*keys).to_owned()))),
        ("help" | "?", []) => Some(Step::Help),
        ("quit" | "exit", []) => Some(Step::Quit),
        _ => command(first, rest).map(Step::Do),
    };
    match step {
        Some(step) => Ok(Some(step)),
        None => Err(usage(HELP, first).map_or(ScriptError::UnknownWord, ScriptError::Usage)),
    }
}

/// The first line of a help that begins with a word.
pub(super) fn usage(help: &'static str, word: &str) -> Option<&'static str> {
    let syntax = |line: &'static str| line.split("  ").next().unwrap_or(line);
    let said = |line: &&'static str| syntax(line).split_whitespace().next().is_some_and(|first| first.split('|').any(|one| one == word));
    help.lines().find(said).map(syntax)
}

fn command(first: &str, rest: &[&str]) -> Option<Command<'static>> {
    Some(match (first, rest) {
        ("zone", [zone, state]) => Command::Zone { zone: number(zone)?, open: either(state, "open", "close")? },
        ("alarm", [zone]) => Command::Trip { zone: number(zone)? },
        ("tamper", ["panel", state]) => Command::PanelTamper { external: false, open: either(state, "open", "close")? },
        ("tamper", ["siren", state]) => Command::PanelTamper { external: true, open: either(state, "open", "close")? },
        ("tamper", ["keypad", state]) => Command::KeypadTamper { open: either(state, "open", "close")? },
        ("tamper", [zone, state]) => Command::Tamper { zone: number(zone)?, open: either(state, "open", "close")? },
        ("battery", ["panel", state]) => Command::PanelBattery { low: either(state, "low", "ok")? },
        ("battery", ["user", user, state]) => Command::RadioKeyBattery { user: number(user)?, low: either(state, "low", "ok")? },
        ("battery", [zone, state]) => Command::Battery { zone: number(zone)?, low: either(state, "low", "ok")? },
        ("supervision", [zone, state]) => Command::Supervision { zone: number(zone)?, lost: either(state, "lost", "ok")? },
        ("mains", [state]) => Command::Mains { on: on(state)? },
        ("reporting", [state]) => Command::Reporting { ok: either(state, "ok", "fail")? },
        ("exclude", [zone, state]) => Command::Bypass { zone: number(zone)?, on: on(state)? },
        ("auto-exclude", [zone, state]) => Command::AutoExclude { zone: number(zone)?, on: on(state)? },
        ("panic" | "fire" | "medical" | "duress", keypad) => {
            let kind = match first {
                "panic" => AlarmKind::Panic,
                "fire" => AlarmKind::Fire,
                "medical" => AlarmKind::Medical,
                _ => AlarmKind::Duress,
            };
            Command::KeypadAlarm { keypad: optional(keypad, 0)?, kind }
        }
        ("user-panic", [user]) => Command::UserPanic { user: number(user)? },
        ("door", [door, user, way]) => Command::Door { door: number(door)?, user: number(user)?, open: either(way, "in", "out")? },
        ("arm", [mode, area @ ..]) => Command::Arm { area: optional(area, 1)?, mode: mode_named(mode)?, user: USER },
        ("disarm", area) => Command::Disarm { area: optional(area, 0)?, user: USER },
        ("arming-delayed", [user]) => Command::ArmingDelayed { user: number(user)? },
        ("aux", [output, state]) => Command::Output { output: Output::Aux(number(output)?), on: on(state)? },
        ("output", [name, state]) => Command::Output { output: output_named(name)?, on: on(state)? },
        ("power-up", []) => Command::PowerUp,
        ("clock", []) => Command::Clock,
        ("report", [digits]) => Command::Report(RequestId::from_raw(u8::from_str_radix(digits.trim_start_matches('S'), 16).ok()?)),
        _ => return None,
    })
}

/// The user who arms and disarms in a script.
const USER: u8 = 1;

fn number(word: &str) -> Option<u8> {
    word.parse().ok()
}

fn optional(words: &[&str], absent: u8) -> Option<u8> {
    match words {
        [] => Some(absent),
        [word] => number(word),
        _ => None,
    }
}

pub(super) fn either(word: &str, yes: &str, no: &str) -> Option<bool> {
    if word == yes {
        Some(true)
    } else if word == no {
        Some(false)
    } else {
        None
    }
}

pub(super) fn on(word: &str) -> Option<bool> {
    either(word, "on", "off")
}

fn mode_named(word: &str) -> Option<Mode> {
    [Mode::Away, Mode::Home, Mode::Day, Mode::Night, Mode::Vacation, Mode::Highest].into_iter().find(|mode| mode.name() == word)
}

fn output_named(word: &str) -> Option<Output> {
    Some(match word {
        "siren" => Output::Siren,
        "soft-siren" => Output::SirenSoft,
        "home-siren" => Output::SirenSoftHome,
        "fire-siren" => Output::SirenFire,
        "strobe" => Output::Strobe,
        "reset" => Output::Reset,
        "sonalert" => Output::Sonalert,
        "keypad-display" => Output::KeypadDisplay,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::script_help;

    #[test]
    fn the_help_tells_the_whole_language() {
        let fill = |word: &str| {
            Some(match word {
                "N" | "U" | "D" | "SECONDS" => vec!["3"],
                "NN" => vec!["14", "S14"],
                "NAME" => vec!["siren", "soft-siren", "home-siren", "fire-siren", "strobe", "reset", "sonalert", "keypad-display"],
                "KEYS" => vec!["A1234E", "*1234#", "#"],
                "[KEYPAD]" | "[AREA]" => vec!["", "2"],
                _ => return None,
            })
        };
        let steps = script_help::check(HELP, fill, parse, |error| matches!(error, ScriptError::Usage(_)));
        assert!(steps > 60, "{steps}");
    }

    #[test]
    fn mistakes_are_told_without_repeating_the_line() {
        assert_eq!(parse("keys").unwrap_err(), ScriptError::Usage("keys KEYS"));
        assert_eq!(parse("arm").unwrap_err(), ScriptError::Usage("arm away|home|day|night|vacation|highest [AREA]"));
        assert_eq!(parse("medical 1 2").unwrap_err(), ScriptError::Usage("panic|fire|medical|duress [KEYPAD]"));
        assert_eq!(parse("1234E").unwrap_err(), ScriptError::UnknownWord);
        assert_eq!(parse("wait -1").unwrap_err(), ScriptError::Usage("wait SECONDS"));
        assert_eq!(parse("wait 1e300").unwrap_err(), ScriptError::Usage("wait SECONDS"));
        assert_eq!(format!("{:?}", parse("keys 1234E")), "Ok(Some(Keys(***)))");
        assert!(matches!(parse("  # zone 3 open"), Ok(None)));
        assert!(matches!(parse("wait 1.5"), Ok(Some(Step::Wait(time))) if time == Duration::from_millis(1500)));
    }
}
