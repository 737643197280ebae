//! The house of a simulated panel.

use std::sync::LazyLock;

use codec_core::Secret;
use codec_core::ksenia::panel::{
    ALL_PARTITIONS, AccountSlot, Config, File, House, List, LogSlot, OutputSlot, PartitionSlot, ProgrammeSlot, Response, ScenarioAction,
    ScenarioSlot, SensorSlot, ThermostatSlot, TimerSlot, ZoneSlot, partition_bit,
};
use codec_core::ksenia::{Kind, OutputAction, OutputCategory, OutputMode, ZoneCategory};

use crate::tls::Acceptor;

/// The code of the first account where none is given. It is public and protects nothing.
pub const DEFAULT_CODE: &str = "123456";

/// What kind of panel to simulate: its configuration, and the tables of its house.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Setup {
    /// How the panel behaves.
    pub config: Config<'static>,
    /// Zones.
    pub zones: Vec<ZoneSlot<'static>>,
    /// Partitions.
    pub partitions: Vec<PartitionSlot<'static>>,
    /// Outputs.
    pub outputs: Vec<OutputSlot<'static>>,
    /// Scenarios.
    pub scenarios: Vec<ScenarioSlot<'static>>,
    /// Room sensors.
    pub sensors: Vec<SensorSlot<'static>>,
    /// Thermostats.
    pub thermostats: Vec<ThermostatSlot<'static>>,
    /// Weekly programmes of thermostats.
    pub programmes: Vec<ProgrammeSlot>,
    /// Timers.
    pub timers: Vec<TimerSlot<'static>>,
    /// Who may log in.
    pub accounts: Vec<AccountSlot<'static>>,
    /// How many entries the log keeps.
    pub log: usize,
    /// Records of lists without a table.
    pub lists: &'static [List<'static>],
    /// Files.
    pub files: &'static [File<'static>],
    /// The certificate for `wss://`; without one, clients connect by `ws://`.
    pub tls: Option<Acceptor>,
}

/// Most zones of [`Setup::with_zones`].
pub const MAX_ZONES: u32 = 999;

static ZONE_NAMES: LazyLock<Vec<String>> = LazyLock::new(|| (0..=MAX_ZONES).map(|zone| format!("Zone {zone}")).collect());

const ZONES: [&str; 8] =
    ["Front door", "Kitchen window", "Living room window", "Hall", "Smoke detector", "Bedroom window", "Garage door", "Cellar"];

static LISTS: [List<'static>; 4] = [
    List { kind: Kind::PanelStatus, records: &[r#"{"ID":"1","M":"13.7","B":"13.5"}"#] },
    List {
        kind: Kind::ConnectionStatus,
        records: &[r#"{"ID":"1","ETH":{"LINK":"OK","IP_ADDR":"192.0.2.10"},"CLOUD":{"STATE":"OFFLINE","CHANNEL":"NA"},"INET":"ETH"}"#],
    },
    List { kind: Kind::PowerLines, records: &[r#"{"ID":"1","DES":"Mains"}"#] },
    List { kind: Kind::PowerLineStatus, records: &[r#"{"ID":"1","STATUS":"OK","PCONS":"312.5","PPROD":"0.0"}"#] },
];

static FILES: [File<'static>; 1] = [File { path: "PROG", name: "notes.json", content: "{\"notes\":[]}" }];

impl Setup {
    /// A house with eight zones in two partitions, five outputs, scenarios to arm and disarm, a thermostat, and one account with
    /// [`DEFAULT_CODE`].
    #[must_use]
    pub fn new() -> Self {
        Self::with_zones(8)
    }

    /// As [`new`](Self::new), with 1 to [`MAX_ZONES`] zones; other numbers count as the nearest of these.
    #[must_use]
    pub fn with_zones(zones: u32) -> Self {
        let names = ZONES.into_iter().chain(ZONE_NAMES.iter().skip(ZONES.len() + 1).map(String::as_str));
        let mut zones: Vec<ZoneSlot<'static>> =
            names.zip(1..=zones.clamp(1, MAX_ZONES)).map(|(name, number)| ZoneSlot::new(number, name)).collect();
        for zone in &mut zones {
            match zone.id {
                1 | 7 => zone.category = ZoneCategory::Door,
                4 => zone.category = ZoneCategory::IndoorMovement,
                5 => (zone.category, zone.response, zone.bypass_allowed) = (ZoneCategory::Smoke, Response::Always, false),
                2 | 3 | 6 => (zone.category, zone.response) = (ZoneCategory::Window, Response::Instant),
                _ => {}
            }
            if matches!(zone.id, 6..=8) {
                zone.partitions = partition_bit(2);
            }
        }
        let mut outputs: Vec<OutputSlot<'static>> = ["Siren", "Porch light", "Living room blind", "Gate", "Reading lamp"]
            .into_iter()
            .zip(1..)
            .map(|(name, number)| OutputSlot::new(number, name))
            .collect();
        for output in &mut outputs {
            match output.id {
                1 => (output.category, output.is_siren, output.hidden) = (OutputCategory::Generic, true, true),
                3 => output.category = OutputCategory::Cover,
                4 => (output.category, output.mode) = (OutputCategory::Gate, OutputMode::Momentary),
                5 => output.mode = OutputMode::Dimmer,
                _ => {}
            }
        }
        let scenarios = vec![
            ScenarioSlot::new(1, "Disarm", ScenarioAction::Disarm { partitions: ALL_PARTITIONS }),
            ScenarioSlot::new(2, "Away", ScenarioAction::Arm { partitions: ALL_PARTITIONS, delayed: true }),
            ScenarioSlot::new(3, "Night", ScenarioAction::Arm { partitions: partition_bit(1), delayed: false }),
            ScenarioSlot::new(4, "Light", ScenarioAction::Output { output: 2, action: OutputAction::Toggle }),
        ];
        let mut sensor = SensorSlot::new(1, "Living room");
        (sensor.temperature, sensor.humidity, sensor.light, sensor.thermostat) = (21_200, 48, 64, Some(1));
        Self {
            config: Config::new(),
            zones,
            partitions: vec![PartitionSlot::new(1, "Ground floor"), PartitionSlot::new(2, "Upper floor")],
            outputs,
            scenarios,
            sensors: vec![sensor],
            thermostats: vec![ThermostatSlot::new(1, "Living room")],
            programmes: vec![ProgrammeSlot::new(1, 1)],
            timers: vec![TimerSlot::new(1, "Evening light", 4)],
            accounts: vec![AccountSlot::new(1, "Anna", Secret::new(DEFAULT_CODE))],
            log: 64,
            lists: &LISTS,
            files: &FILES,
            tls: None,
        }
    }
}

impl Default for Setup {
    fn default() -> Self {
        Self::new()
    }
}

/// The tables of one panel.
pub(super) struct Slots<'h> {
    zones: Vec<ZoneSlot<'h>>,
    partitions: Vec<PartitionSlot<'h>>,
    outputs: Vec<OutputSlot<'h>>,
    sensors: Vec<SensorSlot<'h>>,
    thermostats: Vec<ThermostatSlot<'h>>,
    programmes: Vec<ProgrammeSlot>,
    timers: Vec<TimerSlot<'h>>,
    accounts: Vec<AccountSlot<'h>>,
    log: Vec<LogSlot>,
}

impl<'h> Slots<'h> {
    pub(super) fn of(setup: &Setup) -> Self {
        Self {
            zones: setup.zones.clone(),
            partitions: setup.partitions.clone(),
            outputs: setup.outputs.clone(),
            sensors: setup.sensors.clone(),
            thermostats: setup.thermostats.clone(),
            programmes: setup.programmes.clone(),
            timers: setup.timers.clone(),
            accounts: setup.accounts.clone(),
            log: vec![LogSlot::FREE; setup.log],
        }
    }

    pub(super) fn house(&'h mut self, setup: &'h Setup) -> House<'h> {
        let mut house = House::new();
        house.zones = &mut self.zones;
        house.partitions = &mut self.partitions;
        house.outputs = &mut self.outputs;
        house.scenarios = &setup.scenarios;
        house.sensors = &mut self.sensors;
        house.thermostats = &mut self.thermostats;
        house.programmes = &mut self.programmes;
        house.timers = &mut self.timers;
        house.accounts = &mut self.accounts;
        house.log = &mut self.log;
        house.lists = setup.lists;
        house.files = setup.files;
        house
    }
}
