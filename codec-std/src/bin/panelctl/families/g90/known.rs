//! What is known of a house, and how a change of it is told.

use std::collections::BTreeMap;

use codec_core::g90::AlertType;
use codec_core::g90::notify::{Alert, Body, Notification};
use codec_core::home::{AreaState, Mode, Notice, ZoneFlags, ZoneState};
use codec_std::owned;
use serde_json::{Value, json};

use super::local::printable;
use super::watch::{News, object};
use super::words::{notice as in_words, output_name};
use crate::output::Fields;
use crate::words::area_state;
use crate::{news, words};

/// A house as all that tells of it says.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) device_id: Option<String>,
    pub(super) model: Option<String>,
    area: Option<(AreaState, Option<Mode>)>,
    names: BTreeMap<u32, String>,
    zones: BTreeMap<u32, ZoneState>,
    outputs: BTreeMap<u32, bool>,
    open_when_arming: BTreeMap<u32, bool>,
    words: news::News,
}

impl Known {
    pub(super) fn name(&mut self, sensor: u32, name: String) {
        if !name.is_empty() {
            self.names.insert(sensor, name);
        }
    }

    /// Notes the name of the sensor that somebody tells of.
    pub(super) fn told_by(&mut self, body: &Body<'_>) {
        let (index, name) = match body {
            Body::Notification(
                Notification::SensorActivity { index, name }
                | Notification::DoorOpenWhenArming { index, name }
                | Notification::SensorChange { index, name, .. },
            ) => (*index, name),
            Body::Alert(Alert { facts, zone_name, .. }) if matches!(facts.alert_type, AlertType::Alarm | AlertType::SensorActivity) => {
                (facts.event_id, zone_name)
            }
            _ => return,
        };
        if let Ok(index) = u32::try_from(index) {
            self.name(index, name.to_string());
        }
    }

    /// `sensor 3 Hall`.
    fn sensor(&self, sensor: u32) -> String {
        self.names.get(&sensor).map_or_else(|| format!("sensor {sensor}"), |name| format!("sensor {sensor} {}", printable(name)))
    }

    /// Takes in a change. What was known already, as somebody else told it before, is no news.
    pub(super) fn notice(&mut self, notice: &Notice) -> Option<News> {
        let mut notice = *notice;
        let repeated = match &mut notice {
            Notice::Area { state, mode, .. } => self.area.replace((*state, *mode)) == Some((*state, *mode)),
            Notice::Output { output, on } => self.outputs.insert(*output, *on) == Some(*on),
            Notice::Zone { zone, state, .. } => {
                let known = self.zones.entry(*zone).or_default();
                *known = ZoneState { known: known.known | state.known, set: known.set.without(state.known) | state.set };
                *state = *known;
                false
            }
            _ => false,
        };
        if repeated {
            return None;
        }
        let mut fields = object(serde_json::to_value(owned::Notice::from(notice)).ok());
        if let Notice::Zone { zone, .. } = notice {
            fields.insert("name".into(), json!(self.names.get(&zone)));
        }
        let news = News::new("notice", fields);
        let told = self.words.words(&notice, output_name).map(|told| match notice {
            Notice::Zone { zone, .. } => format!("{}{}", self.sensor(zone), told.trim_start_matches(&format!("zone {zone}"))),
            notice => in_words(&notice),
        });
        Some(match told {
            Some(told) => news.words(told),
            None => news,
        })
    }

    /// A door is open while the panel is being armed, or that is over.
    pub(super) fn open_when_arming(&mut self, sensor: u32, active: bool) -> News {
        self.open_when_arming.insert(sensor, active);
        let more = [("sensor".into(), json!(sensor)), ("name".into(), json!(self.names.get(&sensor))), ("active".into(), json!(active))];
        let news = News::new("open_when_arming", Fields::from_iter(more));
        if active { news.words(format!("{} is open while the panel is being armed", self.sensor(sensor))) } else { news }
    }

    /// All of it, line by line.
    pub(super) fn lines(&self) -> Vec<String> {
        let row = |name: &str, value: &str| format!("  {name:20}{value}");
        let mut lines = vec!["state".into()];
        if let Some(model) = &self.model {
            lines.push(row("model", &printable(model)));
        }
        if let Some(id) = &self.device_id {
            lines.push(row("device id", &printable(id)));
        }
        let (state, mode) = self.area.unwrap_or((AreaState::Unknown, None));
        lines.push(row(&words::area_name(0), &area_state(state, mode)));
        const FACTS: [(ZoneFlags, &str); 5] = [
            (ZoneFlags::OPEN, "active"),
            (ZoneFlags::ALARM, "in alarm"),
            (ZoneFlags::BYPASSED, "excluded"),
            (ZoneFlags::TAMPER, "tampered"),
            (ZoneFlags::LOW_BATTERY, "battery low"),
        ];
        for (flag, name) in FACTS {
            let zones = self.zones.iter().filter(|(_, zone)| zone.is(flag) == Some(true));
            let names: Vec<String> = zones.map(|(index, _)| self.short(*index)).collect();
            if !names.is_empty() {
                lines.push(row(&format!("sensors {name}"), &names.join(", ")));
            }
        }
        let on: Vec<String> = self.outputs.iter().filter(|(_, on)| **on).map(|(output, _)| output_name(*output)).collect();
        if !on.is_empty() {
            lines.push(row("switched on", &on.join(", ")));
        }
        lines
    }

    fn short(&self, sensor: u32) -> String {
        self.names.get(&sensor).map_or_else(|| sensor.to_string(), |name| format!("{sensor} {}", printable(name)))
    }

    /// The same as an object, with what is not known left out.
    pub(super) fn object(&self) -> Fields {
        let mut fields = Fields::new();
        fields.insert("event".into(), json!("state"));
        fields.insert("device_id".into(), json!(self.device_id));
        fields.insert("model".into(), json!(self.model));
        let area =
            |(state, mode): (AreaState, Option<Mode>)| json!({"area": 0, "state": state.name(), "mode": mode.map(|mode| mode.name())});
        fields.insert("areas".into(), self.area.map(area).into_iter().collect());
        let all: Vec<u32> =
            self.names.keys().chain(self.zones.keys()).copied().collect::<std::collections::BTreeSet<_>>().into_iter().collect();
        let zone = |index: &u32| {
            let mut zone = Fields::from_iter([("zone".into(), json!(index)), ("name".into(), json!(self.names.get(index)))]);
            zone.extend(object(serde_json::to_value(owned::ZoneState::from(self.zones.get(index).copied().unwrap_or_default())).ok()));
            if let Some(open) = self.open_when_arming.get(index) {
                zone.insert("open_when_arming".into(), json!(open));
            }
            Value::Object(zone)
        };
        fields.insert("zones".into(), all.iter().map(zone).collect());
        let output = |(output, on): (&u32, &bool)| json!({"output": output, "name": output_name(*output), "on": on});
        fields.insert("outputs".into(), self.outputs.iter().map(output).collect());
        fields
    }
}
