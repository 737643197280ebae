//! Sensors on the bus, mostly room sensors of the DOMUS kind.

use super::view::view;
use super::words::{Decimal, Flag, words};
use crate::text::json::Text;

words! {
    /// State of a bus device.
    pub enum BusState {
        /// In line.
        InLine = "IL";
        /// Lost.
        Lost = "L";
        /// Being updated.
        Updating = "U";
        /// Starting.
        Starting = "IN";
        /// Waits for its address.
        WaitsForAddress = "A";
        /// Removed.
        Removed = "DEL";
    }
}

words! {
    /// Kind of a bus device.
    pub enum BusDevice {
        /// Room sensor.
        Domus = "DOMUS";
        /// Auxiliary module.
        Auxiliary = "AUXI";
        /// Auxiliary module with ten terminals.
        Auxiliary10 = "AUXI10";
        /// Auxiliary relay.
        AuxiliaryRelay = "AUXIRELE";
        /// Auxiliary module for mains.
        AuxiliaryMains = "AUXIHT";
    }
}

view! {
    /// A bus device (`BUS_HAS`, `BUS_IOS`).
    pub struct BusSensor {
        /// Number of the device; some firmware pads it with a zero.
        text id: u32 = "ID";
        /// Kind.
        text kind: BusDevice<'i> = "TYP";
        /// Name.
        text name: Text<'i> = "DES";
    }
}

view! {
    /// What a bus device reads (`STATUS_BUS_HA_SENSORS`, `STATUS_BUS_IOS`).
    pub struct BusSensorStatus {
        /// Number of the device.
        text id: u32 = "ID";
        /// Serial number.
        text serial: Text<'i> = "SN";
        /// Kind.
        text kind: BusDevice<'i> = "TYP";
        /// State; in an older shape a reading: [`reading`](Self::reading) tells.
        text state: BusState<'i> = "STA";
        /// Firmware version.
        text firmware: Text<'i> = "FW";
        /// Hardware version.
        text hardware: Text<'i> = "HW";
        /// Whether an update is there.
        text update_available: Flag<'i> = "UA";
        /// Bus it is on.
        text bus: Text<'i> = "BUS";
        /// Readings of a room sensor.
        object domus: Domus<'i> = "DOMUS";
        /// Marks, as texts.
        list info = "INFO";
        /// What it hangs on.
        object link: BusLink<'i> = "LINK";
    }
}

impl<'i> BusSensorStatus<'i> {
    /// The reading of the older shape `{ID, STA}`, where the state is a number.
    #[must_use]
    pub fn reading(&self) -> Option<Decimal<'i>> {
        match self.state()? {
            BusState::Other(text) => Some(Decimal::new(text)).filter(|reading| reading.is_reading()),
            _ => None,
        }
    }
}

view! {
    /// Readings of a room sensor.
    pub struct Domus {
        /// Temperature in degrees Celsius.
        text temperature: Decimal<'i> = "TEM";
        /// Relative humidity in percent.
        text humidity: Decimal<'i> = "HUM";
        /// Light in lux.
        text light: Decimal<'i> = "LHT";
        /// Movement, or `NA`.
        text movement: Text<'i> = "PIR";
        /// Below the lower threshold.
        text low: Flag<'i> = "TL";
        /// Above the upper threshold.
        text high: Flag<'i> = "TH";
    }
}

view! {
    /// What a bus device hangs on.
    pub struct BusLink {
        /// Kind of device.
        text kind: Text<'i> = "TYPE";
        /// Serial number, or `NA`.
        text serial: Text<'i> = "SN";
        /// Bus.
        text bus: Text<'i> = "BUS";
    }
}
