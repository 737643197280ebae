//! Ksenia Lares 4.0 panels: JSON messages over a WebSocket.

mod accounts;
mod channel;
mod command;
mod connection;
pub mod controller;
mod crc;
mod entries;
mod faults;
mod fold;
mod kinds;
mod logs;
mod outputs;
pub mod panel;
mod partitions;
mod power;
mod record;
mod request;
mod scenarios;
mod sensors;
mod settings;
mod stream;
mod supply;
mod system;
mod temperatures;
mod thermostats;
mod updates;
mod version;
mod view;
mod wire;
mod words;
mod writer;
mod zones;

pub use accounts::{AccountSettings, Named, ScheduleTimer};
pub use command::{ArmAction, BypassAction, ClearKind, Command, ItemRange, OutputAction, Read, Session, SetOutput, encode};
pub use connection::{
    Call, Cloud, CloudState, ConnectionStatus, Ethernet, Internet, LinkState, Mobile, ModemBoard, TelephoneLine, WebSocket,
};
pub use controller::Controller;
pub use crc::{LANES, RunningCrc, covered_len, crc_of};
pub use entries::{Entries, Entry, Records};
pub use faults::{FaultCategory, FaultStatus, TamperCategory, TamperStatus};
pub use kinds::{Account, Detail, Form, Kind, MAX_TYPES, ResultCode, Verb, is_structure};
pub use logs::{LogEntry, LogKind};
pub use outputs::{Output, OutputCategory, OutputMode, OutputState, OutputStatus, OutputVisibility};
pub use panel::Panel;
pub use partitions::{AlarmState, Partition, PartitionArming, PartitionStatus, TamperState};
pub use power::{PowerLine, PowerLineState, PowerLineStatus};
#[cfg(feature = "serde")]
pub use record::DeserializeError;
pub use record::{Record, Structure};
pub use request::{Action, Request, Settings, Types};
pub use scenarios::{CodeNeed, Scenario, ScenarioCategory};
pub use sensors::{BusDevice, BusLink, BusSensor, BusSensorStatus, BusState, Domus};
pub use settings::{AccountChange, Day, DayProgramme, SeasonChange, ThermostatChange, TimerChange};
pub use stream::{Part, Stream};
pub use supply::{BoxTemperatures, Currents, PanelStatus, PeakCurrents};
pub use system::{SystemArm, SystemArming, SystemMark, SystemStatus, SystemTemperatures, SystemTime};
pub use temperatures::{
    ActiveModel, SensorReading, TemperatureSensor, TemperatureStatus, ThermostatOutput, ThermostatStatus, Threshold, ThresholdKind,
};
pub use thermostats::{Hour, Peripheral, Season, SeasonSettings, SwitchOff, Thermostat, ThermostatMode, ThermostatWiring};
pub use updates::{AvailableVersions, ServiceKind, ServiceState, ServiceStatus, UpdateProgress, UpdateState, UpdateStatus};
pub use version::{ProgramCheck, SystemVersion, VersionLite};
pub use view::View;
pub use wire::{Crc, CrcPolicy, Message, Outcome, decode, decode_with, open};
pub use words::{Decimal, Flag};
pub use writer::{Head, MessageId, MessageWriter};
pub use zones::{Zone, ZoneBypass, ZoneCategory, ZoneMark, ZoneState, ZoneStatus, partition_mask};
