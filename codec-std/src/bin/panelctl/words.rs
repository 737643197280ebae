//! Events of a house in words, the same for every protocol.

use codec_core::home::{AreaState, Mode, Notice, Source, TroubleKind, ZoneFlags};

/// Says what happened. `output` names an output by its number.
pub(crate) fn notice(notice: &Notice, output: impl Fn(u32) -> String) -> String {
    match notice {
        Notice::Zone { zone, state, changed } => format!("zone {zone} {}", facts(*changed, state.set)),
        Notice::Area { area, state, mode } => format!("{} {}", area_name(*area), area_state(*state, *mode)),
        Notice::Output { output: number, on } => format!("{} {}", output(*number), if *on { "on" } else { "off" }),
        Notice::Alarm { kind, source, active } => format!("{} alarm{}{}", kind.name(), from(*source), over(*active)),
        Notice::Trouble { kind, source, active } => {
            let what = match kind {
                TroubleKind::Mains => "mains failure",
                TroubleKind::Battery => "battery low",
                TroubleKind::Tamper => "tamper",
                TroubleKind::Reporting => "reporting failure",
                TroubleKind::Bus => "bus failure",
                other => other.name(),
            };
            format!("{what}{}{}", from(*source), over(*active))
        }
        Notice::Restarted => "panel restarted".into(),
        _ => "something without a word".into(),
    }
}

/// `panel` for the panel as a whole.
pub(crate) fn area_name(area: u32) -> String {
    match area {
        0 => "panel".into(),
        area => format!("area {area}"),
    }
}

/// `exit delay, away`.
pub(crate) fn area_state(state: AreaState, mode: Option<Mode>) -> String {
    let words = state.name().replace('_', " ");
    match mode {
        Some(mode) => format!("{words}, {}", mode.name()),
        None => words,
    }
}

/// The facts of `about` as they are in `set`.
fn facts(about: ZoneFlags, set: ZoneFlags) -> String {
    const WORDS: [(ZoneFlags, &str, &str); 6] = [
        (ZoneFlags::OPEN, "open", "closed"),
        (ZoneFlags::ALARM, "alarm", "no alarm"),
        (ZoneFlags::BYPASSED, "excluded", "included"),
        (ZoneFlags::TAMPER, "tamper", "no tamper"),
        (ZoneFlags::LOW_BATTERY, "battery low", "battery ok"),
        (ZoneFlags::LOST, "not heard of", "heard of"),
    ];
    let words: Vec<&str> = WORDS
        .iter()
        .filter(|(flag, ..)| about.contains(*flag))
        .map(|(flag, yes, no)| if set.contains(*flag) { *yes } else { *no })
        .collect();
    words.join(", ")
}

fn from(source: Source) -> String {
    match source {
        Source::Keypad(0) => " at a keypad".into(),
        Source::Keypad(number) => format!(" at keypad {number}"),
        Source::User(0) => " of a user".into(),
        Source::User(number) => format!(" of user {number}"),
        Source::Device(number) => format!(" of device {number}"),
        Source::Zone(number) => format!(" in zone {number}"),
        _ => String::new(),
    }
}

fn over(active: bool) -> &'static str {
    if active { "" } else { " over" }
}
