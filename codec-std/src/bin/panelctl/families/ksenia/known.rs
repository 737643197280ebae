//! What a panel has told of the house besides the states that a controller keeps: names, readings, scenarios.

use std::collections::{BTreeMap, BTreeSet};

use codec_core::home::Notice;
use codec_core::ksenia::{Decimal, Record, Structure};
use codec_core::text::json::Text;

/// A scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scenario {
    pub(crate) name: String,
    /// `ARM`, `PARTIAL`, `DISARM` or another.
    pub(crate) category: String,
    pub(crate) usable: bool,
}

/// A place where something is measured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sensor {
    pub(crate) name: Option<String>,
    pub(crate) temperature: Option<String>,
    pub(crate) humidity: Option<String>,
}

/// All that was told on this connection.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub(crate) zones: BTreeMap<u32, String>,
    pub(crate) areas: BTreeMap<u32, String>,
    pub(crate) outputs: BTreeMap<u32, String>,
    pub(crate) scenarios: BTreeMap<u32, Scenario>,
    pub(crate) bus_sensors: BTreeMap<u32, Sensor>,
    pub(crate) temperatures: BTreeMap<u32, Sensor>,
    pub(crate) inside: Option<String>,
    pub(crate) outside: Option<String>,
    pub(crate) troubles: BTreeSet<&'static str>,
}

/// A text of the panel as one line of a terminal: blanks collapsed, what a terminal would act on left out.
pub(crate) fn plain(text: Text<'_>) -> String {
    let text = text.to_string();
    let words: Vec<&str> =
        text.split(|character: char| character.is_whitespace() || character.is_control()).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

fn reading(value: Option<Decimal<'_>>, place: &mut Option<String>) {
    if let Some(value) = value {
        *place = value.is_reading().then(|| plain(value.text()));
    }
}

impl Known {
    /// Learns from a record.
    pub(crate) fn record(&mut self, record: &Record<'_>) {
        // Records were checked before they were told.
        let Ok(structure) = record.structure() else { return };
        let name = |names: &mut BTreeMap<u32, String>, id: Option<u32>, name: Option<Text<'_>>| {
            if let (Some(id), Some(name)) = (id, name.map(plain).filter(|name| !name.is_empty())) {
                names.insert(id, name);
            }
        };
        match structure {
            Structure::Zone(zone) => name(&mut self.zones, zone.id(), zone.name()),
            Structure::Partition(partition) => name(&mut self.areas, partition.id(), partition.name()),
            Structure::Output(output) => name(&mut self.outputs, output.id(), output.name()),
            Structure::Scenario(scenario) => {
                let Some(id) = scenario.id() else { return };
                let known = self.scenarios.entry(id).or_insert_with(|| Scenario { usable: true, ..Scenario::default() });
                if let Some(name) = scenario.name() {
                    known.name = plain(name);
                }
                if let Some(category) = scenario.category() {
                    known.category = plain(category.text());
                }
                if let Some(code) = scenario.code() {
                    known.usable = code.is_usable();
                }
            }
            Structure::BusSensor(sensor) => {
                if let (Some(id), Some(name)) = (sensor.id(), sensor.name()) {
                    self.bus_sensors.entry(id).or_default().name = Some(plain(name));
                }
            }
            Structure::BusSensorStatus(status) => {
                let (Some(id), Some(domus)) = (status.id(), status.domus()) else { return };
                let sensor = self.bus_sensors.entry(id).or_default();
                reading(domus.temperature(), &mut sensor.temperature);
                reading(domus.humidity(), &mut sensor.humidity);
            }
            Structure::TemperatureSensor(sensor) => {
                if let (Some(id), Some(name)) = (sensor.id(), sensor.name()) {
                    self.temperatures.entry(id).or_default().name = Some(plain(name));
                }
            }
            Structure::TemperatureStatus(status) => {
                if let Some(id) = status.id() {
                    reading(status.temperature(), &mut self.temperatures.entry(id).or_default().temperature);
                }
            }
            Structure::SystemStatus(status) => {
                if let Some(temperatures) = status.temperatures() {
                    reading(temperatures.inside(), &mut self.inside);
                    reading(temperatures.outside(), &mut self.outside);
                }
            }
            _ => {}
        }
    }

    /// Learns from a notice.
    pub(crate) fn notice(&mut self, notice: &Notice) {
        match notice {
            Notice::Trouble { kind, active: true, .. } => {
                self.troubles.insert(kind.name());
            }
            Notice::Trouble { kind, active: false, .. } => {
                self.troubles.remove(kind.name());
            }
            _ => {}
        }
    }

    /// What was said of a notice, with the name of what it is about.
    pub(crate) fn with_name(&self, notice: &Notice, words: String) -> String {
        let name = match notice {
            Notice::Zone { zone, .. } => self.zones.get(zone),
            Notice::Area { area, .. } => self.areas.get(area),
            Notice::Output { output, .. } => self.outputs.get(output),
            _ => None,
        };
        match name {
            Some(name) => format!("{words} ({name})"),
            None => words,
        }
    }

    /// The scenario that does this to the arming: of several the last, as other clients do it.
    pub(crate) fn scenario_for(&self, category: &str) -> Option<u32> {
        self.scenarios.iter().rev().find(|(_, scenario)| scenario.category == category).map(|(id, _)| *id)
    }
}
