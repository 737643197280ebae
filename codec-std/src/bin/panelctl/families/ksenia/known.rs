//! What a panel has told of the house besides the states that a controller keeps: names, readings, scenarios.

use std::collections::{BTreeMap, BTreeSet};

use codec_core::home::Notice;
use codec_core::ksenia::{Decimal, Record, Structure};
use codec_core::text::json::Text;

/// Most things of one kind that are remembered: more than the largest panel has, and less than one that makes up numbers.
const MOST: usize = 4096;

/// The entry of a number, as long as there is room.
fn place<T: Default>(things: &mut BTreeMap<u32, T>, id: u32) -> Option<&mut T> {
    (things.len() < MOST || things.contains_key(&id)).then(|| things.entry(id).or_default())
}

/// A scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scenario {
    pub(crate) name: String,
    /// `ARM`, `PARTIAL`, `DISARM` or another.
    pub(crate) category: String,
    pub(crate) usable: bool,
}

/// One of which nothing is known can be tried.
impl Default for Scenario {
    fn default() -> Self {
        Self { name: String::new(), category: String::new(), usable: true }
    }
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
            if let (Some(id), Some(name)) = (id, name.map(plain).filter(|name| !name.is_empty()))
                && let Some(known) = place(names, id)
            {
                *known = name;
            }
        };
        match structure {
            Structure::Zone(zone) => name(&mut self.zones, zone.id(), zone.name()),
            Structure::Partition(partition) => name(&mut self.areas, partition.id(), partition.name()),
            Structure::Output(output) => name(&mut self.outputs, output.id(), output.name()),
            Structure::Scenario(scenario) => {
                let Some(known) = scenario.id().and_then(|id| place(&mut self.scenarios, id)) else { return };
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
                if let (Some(id), Some(name)) = (sensor.id(), sensor.name())
                    && let Some(known) = place(&mut self.bus_sensors, id)
                {
                    known.name = Some(plain(name));
                }
            }
            Structure::BusSensorStatus(status) => {
                let (Some(id), Some(domus)) = (status.id(), status.domus()) else { return };
                let Some(sensor) = place(&mut self.bus_sensors, id) else { return };
                reading(domus.temperature(), &mut sensor.temperature);
                reading(domus.humidity(), &mut sensor.humidity);
            }
            Structure::TemperatureSensor(sensor) => {
                if let (Some(id), Some(name)) = (sensor.id(), sensor.name())
                    && let Some(known) = place(&mut self.temperatures, id)
                {
                    known.name = Some(plain(name));
                }
            }
            Structure::TemperatureStatus(status) => {
                if let Some(known) = status.id().and_then(|id| place(&mut self.temperatures, id)) {
                    reading(status.temperature(), &mut known.temperature);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panel_that_makes_up_numbers_does_not_fill_the_memory() {
        let mut names: BTreeMap<u32, String> = BTreeMap::new();
        for id in 0..100_000 {
            if let Some(name) = place(&mut names, id) {
                *name = id.to_string();
            }
        }
        assert_eq!(names.len(), MOST);
        // What is known can change.
        *place(&mut names, 7).unwrap() = "hall".into();
        assert_eq!(names[&7], "hall");
    }
}
