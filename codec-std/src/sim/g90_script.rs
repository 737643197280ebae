//! What happens to a simulated G90 panel, as lines of text.

use std::time::Duration;

use codec_core::g90::local::controller::List;
use codec_core::g90::notify::panel::SensorEvent;
use codec_core::g90::{ArmState, KeypadState, RemoteButton, StateChange};

use super::g90::Act;
use super::script::{ScriptError, either, on, usage};

/// Words of the script language, one step per line.
pub const HELP: &str = "\
sensor N active|close      sensor N is active: a door opens, something moves; a door closes
alarm N                    sensor N raises an alarm
tamper N                   somebody tampers with sensor N
low-battery N              the battery of sensor N is low
open-when-arming N         sensor N is open while the panel is being armed
button N away|home|disarm|sos
key N away|home|disarm|low-battery
card N C                   card C, 0 to 4, at keypad N
arm away|home
disarm
alarm-on                   the panel is in alarm
sos                        the panel's SOS button
mains on|off
battery low                the panel's battery is low
wifi on|off
remove sensor|device N     it is taken out of its list
drop-cloud                 the connection to the cloud ends
wait SECONDS               for example 1.5
wait client                until somebody has sent a command
wait cloud                 until the cloud has answered
help
quit
# and what follows is a comment";

/// One line of a script.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// Something happens.
    Do(Act),
    /// Nothing happens for as long.
    Wait(Duration),
    /// Nothing happens until a command has come.
    WaitClient,
    /// Nothing happens until the cloud has answered.
    WaitCloud,
    /// Show [`HELP`].
    Help,
    /// The simulation ends.
    Quit,
}

/// Reads one line; `None` if it is blank or a comment.
///
/// ```
/// use codec_std::sim::g90_script::{Step, parse};
///
/// assert!(matches!(parse("sensor 3 active"), Ok(Some(Step::Do(_)))));
/// assert_eq!(parse("sensor 3").unwrap_err().to_string(), "expected: sensor N active|close");
/// ```
///
/// # Errors
/// [`ScriptError`] says what would have been right.
pub fn parse(line: &str) -> Result<Option<Step>, ScriptError> {
    let words: Vec<&str> = line.split_whitespace().take_while(|word| !word.starts_with('#')).collect();
    let Some((first, rest)) = words.split_first() else { return Ok(None) };
    let step = match (*first, rest) {
        ("wait", ["client"]) => Some(Step::WaitClient),
        ("wait", ["cloud"]) => Some(Step::WaitCloud),
        ("wait", [seconds]) => seconds.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).map(Step::Wait),
        ("help" | "?", []) => Some(Step::Help),
        ("quit" | "exit", []) => Some(Step::Quit),
        _ => act(first, rest).map(Step::Do),
    };
    match step {
        Some(step) => Ok(Some(step)),
        None => Err(usage(HELP, first).map_or(ScriptError::UnknownWord, ScriptError::Usage)),
    }
}

fn act(first: &str, rest: &[&str]) -> Option<Act> {
    let sensor = |index: &str, event| Some(Act::Sensor { index: index.parse().ok()?, event });
    match (first, rest) {
        ("sensor", [index, state]) => {
            let event = if either(state, "active", "close")? { SensorEvent::Active } else { SensorEvent::Closed };
            sensor(index, event)
        }
        ("alarm", [index]) => sensor(index, SensorEvent::Alarm),
        ("tamper", [index]) => sensor(index, SensorEvent::Tamper),
        ("low-battery", [index]) => sensor(index, SensorEvent::LowBattery),
        ("open-when-arming", [index]) => sensor(index, SensorEvent::OpenWhenArming),
        ("button", [index, button]) => {
            let button = match *button {
                "away" => RemoteButton::ArmAway,
                "home" => RemoteButton::ArmHome,
                "disarm" => RemoteButton::Disarm,
                "sos" => RemoteButton::Sos,
                _ => return None,
            };
            sensor(index, SensorEvent::Button(button))
        }
        ("key", [index, key]) => {
            let key = match *key {
                "away" => KeypadState::ArmAway,
                "home" => KeypadState::ArmHome,
                "disarm" => KeypadState::Disarm,
                "low-battery" => KeypadState::LowBattery,
                _ => return None,
            };
            sensor(index, SensorEvent::Keypad(key))
        }
        ("card", [index, card]) => {
            let card = [KeypadState::Card0, KeypadState::Card1, KeypadState::Card2, KeypadState::Card3, KeypadState::Card4]
                .get(card.parse::<usize>().ok()?)
                .copied()?;
            sensor(index, SensorEvent::Keypad(card))
        }
        ("arm", [mode]) => Some(Act::Arm(if either(mode, "away", "home")? { ArmState::ArmAway } else { ArmState::ArmHome })),
        ("disarm", []) => Some(Act::Arm(ArmState::Disarm)),
        ("alarm-on", []) => Some(Act::Arm(ArmState::Alarmed)),
        ("sos", []) => Some(Act::Sos),
        ("mains", [state]) => Some(Act::Panel(if on(state)? { StateChange::AcPowerRecover } else { StateChange::AcPowerFailure })),
        ("battery", ["low"]) => Some(Act::Panel(StateChange::LowBattery)),
        ("wifi", [state]) => Some(Act::Panel(if on(state)? { StateChange::WifiConnected } else { StateChange::WifiDisconnected })),
        ("remove", [list, index]) => {
            let list = if either(list, "sensor", "device")? { List::Sensors } else { List::Devices };
            Some(Act::Remove { list, index: index.parse().ok()? })
        }
        ("drop-cloud", []) => Some(Act::DropCloud),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::script_help;

    #[test]
    fn the_help_tells_the_whole_language() {
        let fill = |word: &str| {
            Some(match word {
                "N" | "SECONDS" | "C" => vec!["3"],
                _ => return None,
            })
        };
        let steps = script_help::check(HELP, fill, parse, |error| matches!(error, ScriptError::Usage(_)));
        assert!(steps > 30, "{steps}");
    }

    #[test]
    fn numbers_out_of_range_are_mistakes() {
        for line in ["card 4 5", "sensor -1 active", "remove sensor x", "battery ok", "wait -1"] {
            assert!(matches!(parse(line), Err(ScriptError::Usage(_))), "{line}");
        }
        assert!(matches!(parse("zonk"), Err(ScriptError::UnknownWord)));
    }
}
