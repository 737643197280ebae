//! A frame as a row of a table.

use codec_core::kts::{Body, Object, Update};
use codec_core::text::json::Text;

use super::decode::Unit;

/// Records of a list that a row shows.
const SHOWN: usize = 4;

/// Who, what, and what is in it. No key is shown.
pub(crate) fn row(unit: &Unit<'_>) -> String {
    let content = match unit.frame.body() {
        Body::Register(host) => format!("time={} rand={}", printable(host.timestamp), printable(host.rand)),
        Body::RegisterReply(answer) | Body::ControlReply(answer) | Body::ConfigureReply(answer) => error(answer.error),
        Body::QueryZones(query) | Body::QueryObjects(query) => {
            format!("zone={} tag={}", query.room.map_or("all".into(), printable), cell(query.tag))
        }
        Body::Zones(zones) => list(zones.iter().map(|zone| format!("{}={}", cell(zone.id), cell(zone.name)))),
        Body::Objects(objects) => list(objects.iter().map(object)),
        Body::Control(actions) => list(actions.map(|action| format!("EIS{} {}={}", action.eis, action.address, printable(action.value)))),
        Body::Push(updates) => list(updates.iter().map(update)),
        Body::Configure(settings) => format!("domain={}", cell(settings.domain)),
        Body::Timing(task) => {
            let flag = task.flag.map_or("-".into(), |flag| flag.name().map_or_else(|| printable(flag.text()), str::to_owned));
            let actions = task.actions.into_iter().flatten();
            let actions = list(actions.map(|action| format!("EIS{} {}={}", action.eis, action.address, printable(action.value))));
            format!("{flag} {} \"{}\" at {} on {} {actions}", cell(task.id), cell(task.name), cell(task.time), cell(task.repeat))
        }
        Body::TimingReply(answer) if answer.error.is_some() => error(answer.error),
        Body::TimingReply(answer) => format!("task={}", cell(answer.task.id)),
        _ => String::new(),
    };
    format!("{:16}  {:10}  {content}", printable(unit.frame.sn()), printable(unit.frame.cmd())).trim_end().into()
}

fn error(error: Option<Text<'_>>) -> String {
    format!("error={}", cell(error))
}

fn object(object: Object<'_>) -> String {
    format!("{} \"{}\"={}", cell(object.id), cell(object.name), cell(object.value))
}

fn update(update: Update<'_>) -> String {
    format!("{}={}", cell(update.id), cell(update.value))
}

fn list(items: impl Iterator<Item = String>) -> String {
    let mut shown = Vec::new();
    let mut more = 0_usize;
    for item in items {
        if shown.len() < SHOWN { shown.push(item) } else { more += 1 }
    }
    if more > 0 {
        shown.push(format!("and {more} more"));
    }
    shown.join(", ")
}

fn cell(text: Option<Text<'_>>) -> String {
    text.map_or("-".into(), printable)
}

/// The decoded text, with what a terminal would act on as escapes.
pub(crate) fn printable(text: Text<'_>) -> String {
    let mut shown = String::new();
    for character in text.chars() {
        if character.is_control() { shown.extend(character.escape_default()) } else { shown.push(character) }
    }
    shown
}
