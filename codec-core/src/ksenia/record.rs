//! One record of a list, and what it can be read as.

use super::accounts::{AccountSettings, Named, ScheduleTimer};
use super::connection::ConnectionStatus;
use super::faults::{FaultStatus, TamperStatus};
use super::kinds::Kind;
use super::logs::LogEntry;
use super::outputs::{Output, OutputStatus};
use super::partitions::{Partition, PartitionStatus};
use super::power::{PowerLine, PowerLineStatus};
use super::scenarios::Scenario;
use super::sensors::{BusSensor, BusSensorStatus};
use super::supply::PanelStatus;
use super::system::SystemStatus;
use super::temperatures::{SensorReading, TemperatureSensor, TemperatureStatus};
use super::thermostats::{Thermostat, ThermostatWiring};
use super::updates::{ServiceStatus, UpdateStatus};
use super::version::{ProgramCheck, VersionLite};
use super::view::View;
use super::zones::{Zone, ZoneStatus};
use crate::error::Fault;
use crate::text::cursor::Cursor;
use crate::text::json::Object;

/// One object of a list, checked. It borrows the bytes it was received in.
#[derive(Clone, Copy, Debug)]
pub struct Record<'i> {
    kind: Kind<'i>,
    object: Object<'i>,
}

impl<'i> Record<'i> {
    pub(crate) const fn new(kind: Kind<'i>, object: Object<'i>) -> Self {
        Self { kind, object }
    }

    /// Checks `text`, one object, as [`Elements`](crate::text::elements::Elements) hands them out.
    ///
    /// # Errors
    /// [`FaultKind::Json`](crate::FaultKind::Json) if it is no object.
    pub fn parse(kind: Kind<'i>, text: &'i [u8]) -> Result<Self, Fault> {
        Object::parse(text).map(|object| Self { kind, object })
    }

    /// What the list holds.
    #[must_use]
    pub const fn kind(&self) -> Kind<'i> {
        self.kind
    }

    /// The record itself, with all its members.
    #[must_use]
    pub const fn object(&self) -> Object<'i> {
        self.object
    }

    /// Number of the record (`ID`), if it has one.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.object.text("ID")?.number()
    }

    /// The record as a structure of the caller's choice. [`structure`](Self::structure) chooses by the kind.
    ///
    /// # Errors
    /// None in practice: the record is checked. The type is shared with [`Entry::view`](super::Entry::view).
    pub fn view<V: View<'i>>(&self) -> Result<V, Fault> {
        V::read(&mut Cursor::new(self.object.as_str()))
    }

    /// As [`view`](Self::view), for a record that is known to be checked.
    pub(crate) fn checked<V: View<'i>>(&self) -> V {
        let mut view = V::empty();
        // What could not be read would be missing.
        let _ = view.fill(&mut Cursor::new(self.object.as_str()));
        view
    }

    /// The record as the structure that its kind has.
    ///
    /// # Errors
    /// As [`view`](Self::view).
    pub fn structure(&self) -> Result<Structure<'i>, Fault> {
        Structure::read(self.kind, &mut Cursor::new(self.object.as_str()))
    }

    /// The record as a caller's own type: members that have no name here, other types for known ones.
    ///
    /// All values are strings on the wire: a number needs a type that reads it from a string. Text with escapes fits an owned string
    /// only. `scratch` needs as many bytes as the longest string with an escape.
    ///
    /// # Errors
    /// [`DeserializeError`] if the type does not fit. Text with surrogate pairs (`\ud83d\ude00`) cannot be read this way.
    #[cfg(feature = "serde")]
    pub fn deserialize<T: serde::Deserialize<'i>>(&self, scratch: &mut [u8]) -> Result<T, DeserializeError> {
        // The text was checked: nesting is bounded, so the recursion of this deserializer over unknown members is, too.
        match serde_json_core::from_str_escaped(self.object.as_str(), scratch) {
            Ok((value, _)) => Ok(value),
            Err(serde_json_core::de::Error::EscapedStringIsTooLong) => Err(DeserializeError::Scratch),
            Err(_) => Err(DeserializeError::Type),
        }
    }
}

/// Why a record could not be read as a caller's own type.
#[cfg(feature = "serde")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeserializeError {
    /// The type does not fit the record.
    Type,
    /// A string with escapes is longer than the scratch space.
    Scratch,
}

#[cfg(feature = "serde")]
impl core::fmt::Display for DeserializeError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Type => "the type does not fit the record",
            Self::Scratch => "a string with escapes is longer than the scratch space",
        })
    }
}

#[cfg(feature = "serde")]
impl core::error::Error for DeserializeError {}

/// Defines the enum of all structures, and which kinds hold which.
macro_rules! structures {
    ($($(#[$doc:meta])* $name:ident($view:ident) = $($kind:ident)|+;)*) => {
        /// A record of any kind, read as what it is.
        #[derive(Clone, Copy, Debug)]
        #[non_exhaustive]
        pub enum Structure<'i> {
            $($(#[$doc])* $name($view<'i>),)*
            /// A kind that is not known here.
            Other(Record<'i>),
        }

        impl<'i> Structure<'i> {
            pub(crate) fn read(kind: Kind<'i>, cursor: &mut Cursor<'i>) -> Result<Self, Fault> {
                use super::view::Read;
                Ok(match kind {
                    $($(Kind::$kind)|+ => Self::$name($view::read(cursor)?),)*
                    _ => {
                        let from = cursor.at;
                        cursor.pass().map_err(|error| cursor.fault(error))?;
                        Self::Other(Record::new(kind, Object::new(cursor.since(from))))
                    }
                })
            }
        }
    };
}

structures! {
    /// How a zone is programmed.
    Zone(Zone) = Zones | ProgramZones;
    /// What a zone does now.
    ZoneStatus(ZoneStatus) = ZoneStatus;
    /// How a partition is programmed.
    Partition(Partition) = Partitions | ProgramPartitions;
    /// What a partition does now.
    PartitionStatus(PartitionStatus) = PartitionStatus;
    /// How an output is programmed.
    Output(Output) = Outputs | ProgramOutputs;
    /// What an output does now.
    OutputStatus(OutputStatus) = OutputStatus;
    /// A scenario.
    Scenario(Scenario) = Scenarios | ProgramScenarios;
    /// A bus device.
    BusSensor(BusSensor) = BusSensors | BusModules;
    /// What a bus device reads.
    BusSensorStatus(BusSensorStatus) = BusSensorStatus | BusModuleStatus;
    /// The panel as a whole.
    SystemStatus(SystemStatus) = SystemStatus;
    /// Voltages and currents.
    PanelStatus(PanelStatus) = PanelStatus;
    /// Connections.
    ConnectionStatus(ConnectionStatus) = ConnectionStatus;
    /// Updates.
    UpdateStatus(UpdateStatus) = UpdateStatus;
    /// A service.
    ServiceStatus(ServiceStatus) = ServiceStatus | Services;
    /// Faults.
    FaultStatus(FaultStatus) = FaultStatus | Faults;
    /// Tampers.
    TamperStatus(TamperStatus) = TamperStatus | Tampers;
    /// A power line.
    PowerLine(PowerLine) = PowerLines;
    /// What a power line does now.
    PowerLineStatus(PowerLineStatus) = PowerLineStatus;
    /// A temperature or humidity sensor.
    TemperatureSensor(TemperatureSensor) = Temperatures | Humidity;
    /// What a temperature sensor reads.
    TemperatureStatus(TemperatureStatus) = TemperatureStatus;
    /// What another sensor reads.
    SensorReading(SensorReading) = HumidityStatus | CounterStatus;
    /// Settings of a thermostat.
    Thermostat(Thermostat) = Thermostats;
    /// Wiring of a thermostat.
    ThermostatWiring(ThermostatWiring) = ProgramThermostats;
    /// A user account.
    Account(AccountSettings) = Accounts;
    /// A timer.
    ScheduleTimer(ScheduleTimer) = ScheduleTimers;
    /// A log entry.
    LogEntry(LogEntry) = Logs;
    /// Check texts of the programming.
    ProgramCheck(ProgramCheck) = ProgramCheck;
    /// Versions.
    Versions(VersionLite) = Versions;
    /// A record of which number and name are known.
    Named(Named) = Rooms | Maps | Cameras | Counters | Profiles | Keypads | Holidays;
}
