//! Definitions of the sensors and devices that can be added to a panel.
//!
//! A panel does not send all it wants to be told when a sensor is changed or added: the radio codes, how many are received and sent, and
//! how they are matched come from these tables, by type, subtype and protocol. All numbers are from the vendor's program.

mod sensors;
mod switched;

use super::{MatchMode, PeripheralProtocol, PeripheralType, ReadWriteMode, ReservedFlags};

/// All sensors.
pub static SENSORS: &[Definition] = &sensors::TABLE;

/// All devices.
pub static DEVICES: &[Definition] = &switched::TABLE;

/// What a panel must be told of a kind of sensor or device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Definition {
    name: &'static str,
    private_data: &'static str,
    baudrate: u16,
    kind: u8,
    subtype: u8,
    protocol: u8,
    rx: u8,
    tx: u8,
    rw_mode: u8,
    match_mode: u8,
    nodes: u8,
}

impl Definition {
    const fn new(
        name: &'static str,
        [kind, subtype, protocol]: [u8; 3],
        [rx, tx]: [u8; 2],
        private_data: &'static str,
        [rw_mode, match_mode]: [u8; 2],
        baudrate: u16,
        nodes: u8,
    ) -> Self {
        Self { name, private_data, baudrate, kind, subtype, protocol, rx, tx, rw_mode, match_mode, nodes }
    }

    /// The name, unique among sensors and among devices.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What it is.
    #[must_use]
    pub const fn peripheral_type(&self) -> PeripheralType {
        PeripheralType::from_raw(self.kind as i64)
    }

    /// Which of its type.
    #[must_use]
    pub const fn subtype(&self) -> u8 {
        self.subtype
    }

    /// How it is connected.
    #[must_use]
    pub const fn protocol(&self) -> PeripheralProtocol {
        PeripheralProtocol::from_raw(self.protocol as i64)
    }

    /// How many radio codes the panel receives from it.
    #[must_use]
    pub const fn rx(&self) -> u8 {
        self.rx
    }

    /// How many radio codes the panel sends to it.
    #[must_use]
    pub const fn tx(&self) -> u8 {
        self.tx
    }

    /// Its radio codes in hexadecimal digits, as they are sent to the panel, letters in either case. For sensors pairs of a code and the
    /// state that it stands for, ended by `00`.
    #[must_use]
    pub const fn private_data(&self) -> &'static str {
        self.private_data
    }

    /// Whether it is heard, told, or both.
    #[must_use]
    pub const fn read_write_mode(&self) -> ReadWriteMode {
        ReadWriteMode::from_raw(self.rw_mode as i64)
    }

    /// How much of its radio code must fit.
    #[must_use]
    pub const fn match_mode(&self) -> MatchMode {
        MatchMode::from_raw(self.match_mode as i64)
    }

    /// The reserved column of its row.
    #[must_use]
    pub const fn reserved(&self) -> ReservedFlags {
        ReservedFlags::from_bits((self.match_mode as i64) << 4 | self.rw_mode as i64)
    }

    /// The timeout column of its row: 0 for all that are known.
    #[must_use]
    pub const fn timeout(&self) -> u16 {
        0
    }

    /// The baud rate column of its row: of its radio, as far as is known.
    #[must_use]
    pub const fn baudrate(&self) -> u16 {
        self.baudrate
    }

    /// How many outlets or channels it has, 1 to 4.
    #[must_use]
    pub const fn node_count(&self) -> u8 {
        self.nodes
    }
}

/// The sensor of that type, subtype and protocol, as the panel's list has them.
#[must_use]
pub fn sensor(kind: i64, subtype: i64, protocol: i64) -> Option<&'static Definition> {
    find(SENSORS, kind, subtype, protocol)
}

/// The device of that type, subtype and protocol, as the panel's list has them.
#[must_use]
pub fn device(kind: i64, subtype: i64, protocol: i64) -> Option<&'static Definition> {
    find(DEVICES, kind, subtype, protocol)
}

/// The sensor of that name.
///
/// ```
/// use codec_core::g90::devices;
///
/// let sensor = devices::sensor_named("Door Sensor: WRDS01").ok_or("no such sensor")?;
/// assert_eq!((sensor.subtype(), sensor.private_data()), (3, "00"));
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn sensor_named(name: &str) -> Option<&'static Definition> {
    SENSORS.iter().find(|definition| definition.name == name)
}

/// The device of that name.
#[must_use]
pub fn device_named(name: &str) -> Option<&'static Definition> {
    DEVICES.iter().find(|definition| definition.name == name)
}

fn find(table: &'static [Definition], kind: i64, subtype: i64, protocol: i64) -> Option<&'static Definition> {
    let key = |definition: &Definition| (i64::from(definition.kind), i64::from(definition.subtype), i64::from(definition.protocol));
    table.iter().find(|definition| key(definition) == (kind, subtype, protocol))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_keys_are_unique() {
        for (table, count) in [(SENSORS, 56), (DEVICES, 22)] {
            assert_eq!(table.len(), count);
            for (at, one) in table.iter().enumerate() {
                for other in &table[..at] {
                    assert_ne!(one.name, other.name);
                    assert_ne!((one.kind, one.subtype, one.protocol), (other.kind, other.subtype, other.protocol), "{}", one.name);
                }
            }
        }
    }

    #[test]
    fn every_definition_is_found_by_its_key_and_by_its_name() {
        for definition in SENSORS {
            let key = (definition.peripheral_type().raw(), definition.subtype().into(), definition.protocol().raw());
            assert_eq!(sensor(key.0, key.1, key.2), Some(definition));
            assert_eq!(sensor_named(definition.name()), Some(definition));
            assert!(definition.peripheral_type().name().is_some() && definition.protocol().name().is_some());
        }
        for definition in DEVICES {
            let key = (definition.peripheral_type().raw(), definition.subtype().into(), definition.protocol().raw());
            assert_eq!(device(key.0, key.1, key.2), Some(definition));
            assert_eq!(device_named(definition.name()), Some(definition));
        }
        // A water sensor in the list of devices has no definition there.
        assert_eq!(device(7, 0, 0), None);
        assert_eq!(sensor(1, 0, 0), None);
        assert_eq!(sensor(257, 0, 0), None);
    }

    /// The codes in the definitions are pairs of a radio code and a state: the states are those that alerts have.
    #[test]
    fn states_of_the_radio_codes_are_those_of_alerts() {
        let states = |name: &str| -> std::vec::Vec<i64> {
            let data = sensor_named(name).unwrap().private_data().as_bytes();
            let byte = |pair: &[u8]| i64::from_str_radix(core::str::from_utf8(pair).unwrap(), 16).unwrap();
            data.chunks(2).map(byte).collect::<std::vec::Vec<_>>().chunks_exact(2).map(|pair| pair[1]).collect()
        };
        assert_eq!(states("Door Sensor: WDS07"), [0, 1, 2, 3, 4]);
        assert_eq!(states("PIR Motion Sensor: WMS08"), [0, 1, 2]);
        assert_eq!(states("Remote: RMC08"), [0, 1, 2, 3]);
        assert_eq!(states("RFID: K07"), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        for state in states("RFID: K07") {
            assert!(super::super::KeypadState::from_raw(state).name().is_some(), "{state}");
        }
    }
}
