//! The lists of the panel, and the memory that they are in.

use codec_core::ConfigError;
use codec_core::g90::local::controller::List;
use codec_core::g90::local::panel::{Command, Config, Record, Tables};
use codec_core::g90::local::{Panel, Peripheral};
use codec_core::g90::notify::panel::MAX_NAME;
use codec_core::g90::{PeripheralType, UserFlags, cloud};
use codec_core::text::json::Value;
use codec_core::{Env, Machine as _, TxBuf};

use super::{Entry, MAX_ENTRIES, Setup};

/// Rows of the history that are kept.
const HISTORY: usize = 32;

/// Memory of a panel.
pub(super) struct Store {
    sensors: Vec<Record>,
    devices: Vec<Record>,
    history: Vec<Record>,
    configs: [Record; 5],
}

impl Store {
    pub(super) fn new() -> Self {
        let records = |count| vec![Record::EMPTY; count];
        Self { sensors: records(MAX_ENTRIES), devices: records(MAX_ENTRIES), history: records(HISTORY), configs: [Record::EMPTY; 5] }
    }

    /// A panel with the sensors and devices of `setup`.
    pub(super) fn panel<'b>(&'b mut self, setup: &'b Setup) -> Result<Panel<'b>, ConfigError> {
        let tables =
            Tables { sensors: &mut self.sensors, devices: &mut self.devices, history: &mut self.history, configs: &mut self.configs };
        let mut config = Config::new(&setup.device_id);
        config.rows_per_page = setup.rows_per_page;
        let mut panel = Panel::new(config, tables)?;
        for (list, field, entries) in [(List::Sensors, "sensors", &setup.sensors), (List::Devices, "devices", &setup.devices)] {
            for Entry { index, name, definition } in entries {
                let put = Command::Put { list, definition, index: *index, name, user_flags: UserFlags::ENABLED };
                if panel.submit(&Env::default(), put, &mut TxBuf::new(&mut [])).is_err() {
                    return Err(ConfigError::BadText { field });
                }
            }
        }
        Ok(panel)
    }
}

/// Whether a panel can be made of it.
pub(super) fn check(setup: &Setup) -> Result<(), ConfigError> {
    Store::new().panel(setup)?;
    let mut config = cloud::panel::Config::new();
    config.device_id = &setup.device_id;
    cloud::Panel::new(config).map(drop)
}

/// A sensor of the list, as alerts name it.
pub(super) struct Known {
    pub(super) index: u32,
    pub(super) name: String,
    pub(super) kind: PeripheralType,
}

/// The sensors that are in the list now.
pub(super) fn sensors(panel: &Panel<'_>) -> Vec<Known> {
    let rows = panel.tables().sensors.iter().map_while(|record| record.fields());
    let row = |fields| Peripheral::read(Value::Array(fields)).ok();
    rows.filter_map(row)
        .filter_map(|row| Some(Known { index: row.index.try_into().ok()?, name: short(row.name.chars()), kind: row.kind }))
        .collect()
}

/// As much of a name as an alert has room for.
fn short(name: impl Iterator<Item = char>) -> String {
    let mut text = String::new();
    for character in name {
        if text.len() + character.len_utf8() > MAX_NAME {
            break;
        }
        text.push(character);
    }
    text
}
