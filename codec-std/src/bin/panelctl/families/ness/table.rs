//! The state of the house that a controller knows, as a table and as an object.

use codec_core::home::{AreaState, ZoneFlags};
use codec_core::ness::{Controller, MAX_ZONES, Output};
use codec_std::owned;
use serde_json::{Value, json};

use super::words::{output_name, words};
use crate::output::Fields;
use crate::words::{area_name, area_state};

/// Highest number of an output.
const MAX_OUTPUT: u32 = 204;

/// The table, line by line.
pub(crate) fn lines(controller: &Controller<'_>) -> Vec<String> {
    let tracker = controller.tracker();
    let row = |name: &str, value: String| format!("  {name:16}{value}");
    let mut lines = vec!["state".into()];
    if let Some(info) = controller.panel_info() {
        let model = info.model.map_or_else(|| format!("model {:02x}", info.model_byte), |model| model.name().into());
        lines.push(row("model", format!("{model} version {}", info.version)));
    }
    for area in 0..=4 {
        let (state, mode) = tracker.area(area);
        if area == 0 || state != AreaState::Unknown {
            lines.push(row(&area_name(area), area_state(state, mode)));
        }
    }
    const FACTS: [(ZoneFlags, &str); 6] = [
        (ZoneFlags::OPEN, "open"),
        (ZoneFlags::ALARM, "in alarm"),
        (ZoneFlags::BYPASSED, "excluded"),
        (ZoneFlags::TAMPER, "tampered"),
        (ZoneFlags::LOW_BATTERY, "battery low"),
        (ZoneFlags::LOST, "not heard of"),
    ];
    for (flag, name) in FACTS {
        let zones: Vec<String> =
            (1..=MAX_ZONES).filter(|zone| tracker.zone(*zone).is(flag) == Some(true)).map(|zone| zone.to_string()).collect();
        let known = (1..=MAX_ZONES).any(|zone| tracker.zone(zone).is(flag).is_some());
        if !zones.is_empty() {
            lines.push(row(&format!("zones {name}"), zones.join(", ")));
        } else if flag == ZoneFlags::OPEN {
            lines.push(row("zones open", if known { "none".into() } else { "not known".into() }));
        }
    }
    let on: Vec<String> = outputs().filter(|output| tracker.output(*output) == Some(true)).map(output_name).collect();
    if !on.is_empty() {
        lines.push(row("outputs on", on.join(", ")));
    }
    let alarms: Vec<String> = tracker.misc_alarms().names().map(|name| words(Some(name), 0)).collect();
    if !alarms.is_empty() {
        lines.push(row("alarms, troubles", alarms.join(", ")));
    }
    lines
}

/// The same as one object, with what is not known left out.
pub(crate) fn object(controller: &Controller<'_>) -> Fields {
    let tracker = controller.tracker();
    let info = controller.panel_info().map(owned::ness::PanelInfo::from);
    let areas: Vec<Value> = (0..=4)
        .filter_map(|area| {
            let (state, mode) = tracker.area(area);
            (state != AreaState::Unknown).then(|| json!({"area": area, "state": state.name(), "mode": mode.map(|mode| mode.name())}))
        })
        .collect();
    let zones: Vec<Value> = (1..=MAX_ZONES)
        .filter(|zone| !tracker.zone(*zone).known.is_empty())
        .map(|zone| {
            let mut object = json!({ "zone": zone });
            if let (Value::Object(object), Ok(Value::Object(state))) =
                (&mut object, serde_json::to_value(owned::ZoneState::from(tracker.zone(zone))))
            {
                object.extend(state);
            }
            object
        })
        .collect();
    let outputs: Vec<Value> = outputs()
        .filter_map(|output| tracker.output(output).map(|on| json!({"output": output.number(), "name": output_name(output), "on": on})))
        .collect();
    let mut fields = Fields::new();
    fields.insert("event".into(), json!("state"));
    fields.insert("panel_info".into(), json!(info));
    fields.insert("areas".into(), json!(areas));
    fields.insert("zones".into(), json!(zones));
    fields.insert("outputs".into(), json!(outputs));
    fields.insert("alarms".into(), json!(tracker.misc_alarms().names().collect::<Vec<_>>()));
    fields
}

fn outputs() -> impl Iterator<Item = Output> {
    (1..=MAX_OUTPUT).filter_map(Output::from_number)
}
