//! The state of the house, as a table and as an object.

use std::collections::BTreeMap;

use codec_core::home::{AreaState, ZoneFlags};
use codec_core::ksenia::Controller;
use codec_std::owned;
use serde_json::{Value, json};

use super::known::{Known, Sensor};
use crate::output::Fields;
use crate::words::{area_name, area_state};

/// `3 Kitchen window`, or the number alone.
fn named(id: u32, names: &BTreeMap<u32, String>) -> String {
    names.get(&id).map_or_else(|| id.to_string(), |name| format!("{id} {name}"))
}

/// The table, line by line.
pub(crate) fn lines(controller: &Controller<'_>, known: &Known) -> Vec<String> {
    let tables = controller.tables();
    let row = |name: &str, value: String| format!("  {name:16}{value}");
    let summary = controller.summary();
    let mut lines = vec!["state".into(), row("panel", area_state(summary.state, summary.mode))];
    if summary.alarm_memory {
        lines.push(row("alarm memory", "not cleared".into()));
    }
    for slot in tables.partitions.iter() {
        if let Some(id) = slot.id() {
            let name = known.areas.get(&id).map(|name| format!(" ({name})")).unwrap_or_default();
            lines.push(row(&area_name(id), format!("{}{name}", area_state(slot.state(), None))));
        }
    }
    const FACTS: [(ZoneFlags, &str); 4] =
        [(ZoneFlags::OPEN, "open"), (ZoneFlags::ALARM, "in alarm"), (ZoneFlags::BYPASSED, "excluded"), (ZoneFlags::TAMPER, "tampered")];
    for (flag, name) in FACTS {
        let has = |expected| move |state: codec_core::home::ZoneState| state.is(flag) == Some(expected);
        let zones: Vec<String> = tables
            .zones
            .iter()
            .filter(|slot| has(true)(slot.state()))
            .filter_map(|slot| slot.id())
            .map(|id| named(id, &known.zones))
            .collect();
        if !zones.is_empty() {
            lines.push(row(&format!("zones {name}"), zones.join(", ")));
        } else if flag == ZoneFlags::OPEN {
            let told = tables.zones.iter().any(|slot| has(false)(slot.state()));
            lines.push(row("zones open", if told { "none" } else { "not known" }.into()));
        }
    }
    let on: Vec<String> = tables
        .outputs
        .iter()
        .filter(|slot| slot.is_on() == Some(true))
        .filter_map(|slot| slot.id())
        .map(|id| named(id, &known.outputs))
        .collect();
    if !on.is_empty() {
        lines.push(row("outputs on", on.join(", ")));
    }
    let panel = [("inside", &known.inside), ("outside", &known.outside)];
    let panel: Vec<String> = panel.iter().filter_map(|(name, value)| value.as_ref().map(|value| format!("{name} {value} °C"))).collect();
    if !panel.is_empty() {
        lines.push(row("temperature", panel.join(", ")));
    }
    for (name, sensors) in [("sensors", &known.bus_sensors), ("thermostats", &known.temperatures)] {
        let told: Vec<String> = sensors.iter().filter_map(|(id, sensor)| told(*id, sensor)).collect();
        if !told.is_empty() {
            lines.push(row(name, told.join(", ")));
        }
    }
    if !known.troubles.is_empty() {
        lines.push(row("troubles", known.troubles.iter().copied().collect::<Vec<_>>().join(", ")));
    }
    let usable = known.scenarios.iter().filter(|(_, scenario)| scenario.usable);
    let scenarios: Vec<String> = usable.map(|(id, scenario)| format!("{id} {}", scenario.name)).collect();
    if !scenarios.is_empty() {
        lines.push(row("scenarios", scenarios.join(", ")));
    }
    lines
}

/// `1 Living room 21.5 °C 48 %`.
fn told(id: u32, sensor: &Sensor) -> Option<String> {
    let readings = [(&sensor.temperature, "°C"), (&sensor.humidity, "%")];
    let readings: Vec<String> =
        readings.iter().filter_map(|(value, unit)| value.as_ref().map(|value| format!(" {value} {unit}"))).collect();
    let name = sensor.name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
    (!readings.is_empty()).then(|| format!("{id}{name}{}", readings.concat()))
}

/// The same as one object, with what is not known left out.
pub(crate) fn object(controller: &Controller<'_>, known: &Known) -> Fields {
    let tables = controller.tables();
    let summary = controller.summary();
    let mut areas = Vec::new();
    if summary.state != AreaState::Unknown {
        let mode = summary.mode.map(|mode| mode.name());
        areas.push(json!({"area": 0, "name": null, "state": summary.state.name(), "mode": mode}));
    }
    for slot in tables.partitions.iter() {
        if let Some(id) = slot.id() {
            areas.push(json!({"area": id, "name": known.areas.get(&id), "state": slot.state().name(), "mode": null}));
        }
    }
    let zones: Vec<Value> = tables
        .zones
        .iter()
        .filter_map(|slot| {
            let id = slot.id()?;
            let mut object = json!({"zone": id, "name": known.zones.get(&id)});
            if let (Value::Object(object), Ok(Value::Object(state))) =
                (&mut object, serde_json::to_value(owned::ZoneState::from(slot.state())))
            {
                object.extend(state);
            }
            Some(object)
        })
        .collect();
    let outputs: Vec<Value> = tables
        .outputs
        .iter()
        .filter_map(|slot| slot.id().map(|id| json!({"output": id, "name": known.outputs.get(&id), "on": slot.is_on()})))
        .collect();
    let scenario = |(id, scenario): (&u32, &super::known::Scenario)| json!({"scenario": id, "name": scenario.name, "category": scenario.category, "usable": scenario.usable});
    let sensor = |(id, sensor): (&u32, &Sensor)| json!({"sensor": id, "name": sensor.name, "temperature": sensor.temperature, "humidity": sensor.humidity});
    let mut fields = Fields::new();
    fields.insert("event".into(), json!("state"));
    fields.insert("areas".into(), json!(areas));
    fields.insert("bypassed".into(), json!(summary.bypassed));
    fields.insert("alarm_memory".into(), json!(summary.alarm_memory));
    fields.insert("zones".into(), json!(zones));
    fields.insert("outputs".into(), json!(outputs));
    fields.insert("scenarios".into(), json!(known.scenarios.iter().map(scenario).collect::<Vec<_>>()));
    fields.insert("bus_sensors".into(), json!(known.bus_sensors.iter().map(sensor).collect::<Vec<_>>()));
    fields.insert("temperatures".into(), json!(known.temperatures.iter().map(sensor).collect::<Vec<_>>()));
    fields.insert("inside".into(), json!(known.inside));
    fields.insert("outside".into(), json!(known.outside));
    fields.insert("troubles".into(), json!(known.troubles));
    fields
}
