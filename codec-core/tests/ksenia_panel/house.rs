//! A house for tests, and memory for it. Tests may leak.

use codec_core::Secret;
use codec_core::ksenia::panel::{
    AccountSlot, Command, File, House, List, LogSlot, OutputSlot, PartitionSlot, ProgrammeSlot, Response, ScenarioAction, ScenarioSlot,
    SensorSlot, ThermostatSlot, TimerSlot, ZoneSlot, partition_bit,
};
use codec_core::ksenia::{Account, Kind, OutputAction, OutputCategory, OutputMode};

pub(crate) const PIN: &str = "190734";
pub(crate) const INSTALLER: &str = "654321";

pub(crate) fn leak<T>(values: Vec<T>) -> &'static mut [T] {
    Box::leak(values.into_boxed_slice())
}

/// Two partitions, five zones, four outputs, and one of everything else.
pub(crate) fn house() -> House<'static> {
    let mut zones: Vec<ZoneSlot<'static>> =
        ["Front door", "Kitchen", "Smoke", "Hall", "Key"].iter().zip(1..).map(|(name, id)| ZoneSlot::new(id, name)).collect();
    zones[1].partitions = 2;
    zones[1].response = Response::Instant;
    (zones[2].response, zones[2].bypass_allowed) = (Response::Always, false);
    (zones[3].partitions, zones[3].ohms) = (3, Some(1250));
    zones[4].response = Response::Nothing;
    let mut partitions = vec![PartitionSlot::new(1, "Ground floor"), PartitionSlot::new(2, "Upper floor")];
    for slot in &mut partitions {
        (slot.exit_seconds, slot.entry_seconds) = (20, 10);
    }
    let mut outputs: Vec<OutputSlot<'static>> =
        ["Siren", "Lamp", "Blind", "Gate", "Spot"].iter().zip(1..).map(|(name, id)| OutputSlot::new(id, name)).collect();
    (outputs[0].category, outputs[0].is_siren, outputs[0].hidden) = (OutputCategory::Generic, true, true);
    outputs[2].category = OutputCategory::Cover;
    (outputs[3].category, outputs[3].mode) = (OutputCategory::Gate, OutputMode::Momentary);
    outputs[4].mode = OutputMode::Dimmer;
    let scenarios = vec![
        ScenarioSlot::new(1, "Off", ScenarioAction::Disarm { partitions: u32::MAX }),
        ScenarioSlot::new(2, "Away", ScenarioAction::Arm { partitions: u32::MAX, delayed: true }),
        ScenarioSlot::new(3, "Night", ScenarioAction::Arm { partitions: partition_bit(1), delayed: false }),
        ScenarioSlot::new(4, "Light", ScenarioAction::Output { output: 2, action: OutputAction::Toggle }),
    ];
    let mut sensor = SensorSlot::new(1, "Living room");
    (sensor.temperature, sensor.thermostat) = (21_200, Some(7));
    let thermostat = ThermostatSlot::new(7, "Living room");
    let mut installer = AccountSlot::new(2, "Installer", Secret::new(INSTALLER));
    installer.kind = Account::Installer;
    let mut house = House::new();
    house.zones = leak(zones);
    house.partitions = leak(partitions);
    house.outputs = leak(outputs);
    house.scenarios = leak(scenarios);
    house.sensors = leak(vec![sensor]);
    house.thermostats = leak(vec![thermostat]);
    house.programmes = leak(vec![ProgrammeSlot::new(7, 1)]);
    house.timers = leak(vec![TimerSlot::new(1, "Evening", 4)]);
    house.accounts = leak(vec![AccountSlot::new(1, "Anna", Secret::new(PIN)), installer]);
    house.log = leak(vec![LogSlot::FREE; 8]);
    house.lists = &[
        List { kind: Kind::PanelStatus, records: &[r#"{"ID":"1","M":"13.7","B":"13.5"}"#] },
        List { kind: Kind::Rooms, records: &[r#"{"ID":"1","DES":"Kök"}"#, r#"{"ID":"2","DES":"Hall"}"#] },
    ];
    house.files = &[File { path: "PROG", name: "notes.json", content: "{\"notes\":\"åäö\"}\n" }];
    house
}

/// The commands that need no peer.
pub(crate) const OPEN_FRONT: Command<'static> = Command::Zone { zone: 1, open: true };
