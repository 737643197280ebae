//! Settings of a controller, and the memory that it works with.

use core::fmt;
use core::net::SocketAddr;

use super::super::lists::Peripheral;
use super::super::record::Record;
use super::super::writer::Writer;
use crate::g90::{PeripheralProtocol, PeripheralType, UserFlags};

/// Settings of a [`Controller`](super::Controller).
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Address of the panel; its port is 12368.
    pub panel: SocketAddr,
    /// Take replies from every address, as long as the port is the panel's: for a panel that is reached by broadcast.
    pub any_host: bool,
    /// How often a request is sent at most, 1 to 8.
    pub attempts: u8,
    /// How long the last attempt waits, in milliseconds, up to 600,000; the one before half as long, and so on.
    pub timeout_millis: u32,
    /// How often arm state and lists are read again, in milliseconds; 0 for never.
    pub refresh_millis: u32,
    /// Whether the lists of sensors and devices are read at all. Adding and changing them needs that.
    pub read_lists: bool,
    /// How long to wait until an added sensor or device is in its list, in milliseconds.
    pub registration_millis: u32,
}

impl Config {
    /// Three attempts that wait 7.5, 15 and 30 seconds, as the vendor's program does; a refresh every minute.
    #[must_use]
    pub const fn new(panel: SocketAddr) -> Self {
        Self {
            panel,
            any_host: false,
            attempts: 3,
            timeout_millis: 30_000,
            refresh_millis: 60_000,
            read_lists: true,
            registration_millis: 30_000,
        }
    }

    /// How long attempt `number`, from 1, waits.
    pub(super) const fn delay(&self, number: u8) -> u32 {
        let halvings = self.attempts.saturating_sub(number);
        self.timeout_millis >> if halvings > 31 { 31 } else { halvings }
    }
}

/// Memory of a controller.
pub struct Tables<'b> {
    /// One for each sensor.
    pub sensors: &'b mut [Slot],
    /// One for each device.
    pub devices: &'b mut [Slot],
    /// For the request that waits for its reply, and what it is made of. At least [`Controller::MEMORY_MIN`](super::Controller::MEMORY_MIN)
    /// bytes; texts that are not ASCII take six bytes for a character.
    pub memory: &'b mut [u8],
}

/// Sizes only: the memory may hold a password.
impl fmt::Debug for Tables<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tables({} sensors, {} devices, {} bytes)", self.sensors.len(), self.devices.len(), self.memory.len())
    }
}

/// A sensor or a device, as its list had it last.
#[derive(Clone, Copy, Debug, Default)]
pub struct Slot {
    pub(super) index: i64,
    pub(super) kind: i64,
    pub(super) subtype: i64,
    pub(super) protocol: i64,
    pub(super) flags: i64,
    pub(super) nodes: i64,
    /// Of the whole row, to tell whether somebody else changed it.
    pub(super) fingerprint: u64,
    /// Number of its row, from 1; 0 for a slot that is not used.
    pub(super) row: u32,
    /// Nodes whose state is known, and that are on.
    pub(super) known: u16,
    pub(super) on: u16,
    /// Nodes that have something to tell.
    pub(super) news: u16,
    /// The reading of the list that saw it last.
    pub(super) seen: bool,
    pub(super) present: bool,
}

impl Slot {
    /// Whether it stands for something that is or was in the list.
    #[must_use]
    pub const fn is_used(&self) -> bool {
        self.row != 0
    }

    /// Whether the last reading of the list had it. What was deleted keeps its slot.
    #[must_use]
    pub const fn is_present(&self) -> bool {
        self.present
    }

    /// The panel's number of it.
    #[must_use]
    pub const fn index(&self) -> i64 {
        self.index
    }

    /// What it is.
    #[must_use]
    pub const fn kind(&self) -> PeripheralType {
        PeripheralType::from_raw(self.kind)
    }

    /// Which of its kind.
    #[must_use]
    pub const fn subtype(&self) -> i64 {
        self.subtype
    }

    /// How it is connected.
    #[must_use]
    pub const fn protocol(&self) -> PeripheralProtocol {
        PeripheralProtocol::from_raw(self.protocol)
    }

    /// How the panel treats it.
    #[must_use]
    pub const fn user_flags(&self) -> UserFlags {
        UserFlags::from_bits(self.flags)
    }

    /// How many outlets or channels it has.
    #[must_use]
    pub const fn node_count(&self) -> i64 {
        self.nodes
    }

    pub(super) fn is(&self, row: &Peripheral<'_>) -> bool {
        self.is_used()
            && (self.index, self.kind, self.subtype, self.protocol) == (row.index, row.kind.raw(), row.subtype, row.protocol.raw())
    }

    /// Takes in a row, and tells whether what is shown of it changed.
    pub(super) fn take(&mut self, row: &Peripheral<'_>, number: u32) -> bool {
        let new = !self.present || self.flags != row.user_flags.bits();
        (self.index, self.kind, self.subtype, self.protocol) = (row.index, row.kind.raw(), row.subtype, row.protocol.raw());
        (self.flags, self.nodes, self.fingerprint, self.row) = (row.user_flags.bits(), row.node_count, fingerprint(row), number);
        (self.seen, self.present) = (true, true);
        new
    }
}

/// FNV-1a over the row as it would be written, in pieces that always fit.
pub(super) fn fingerprint(row: &Peripheral<'_>) -> u64 {
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    let mut add = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
    for character in row.name.chars().chain(['\0']).chain(row.private_data.chars()) {
        u32::from(character).to_le_bytes().into_iter().for_each(&mut add);
    }
    // The numbers: a name of the row that is not written takes no room.
    let mut room = [0; 320];
    let mut writer = Writer::array(&mut room);
    let empty = crate::text::json::Text::new("");
    Record::write(&Peripheral { name: empty, private_data: empty, ..*row }, &mut writer);
    let len = writer.end_array().unwrap_or(0);
    room.get(..len).unwrap_or_default().iter().copied().for_each(add);
    hash
}
