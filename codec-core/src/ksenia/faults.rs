//! Faults and tampers, category by category.
//!
//! The status lists hold one record without a number. Each member is a list; what stands in it is not documented, so it stays raw.

use super::view::view;
use super::words::words;
use crate::text::json::Value;

words! {
    /// A kind of fault.
    pub enum FaultCategory {
        /// A power supply is missing.
        SupplyMissing = "PS_MISS";
        /// A power supply is low.
        SupplyLow = "PS_LOW";
        /// A power supply is broken.
        SupplyFault = "PS_FAULT";
        /// A fuse.
        Fuse = "FUSE";
        /// A battery is low.
        BatteryLow = "LOW_BATT";
        /// A battery is bad.
        BatteryBad = "BAD_BATT";
        /// A bus device is lost.
        BusLost = "LOST_BUS";
        /// A radio device is lost.
        RadioLost = "LOST_WLS";
        /// A zone.
        Zone = "ZONE";
        /// Ethernet.
        Ethernet = "LAN_ETH";
        /// Remote Ethernet.
        RemoteEthernet = "REM_ETH";
        /// Telephone line.
        Telephone = "PSTN";
        /// Mobile modem.
        Mobile = "MOBILE";
        /// The card of the modem has expired.
        CardExpired = "SIM_DATE";
        /// The card of the modem has no credit.
        CardCredit = "SIM_CRE";
        /// Communication.
        Communication = "COMMUNICATION";
        /// Supervision over SIA-IP.
        Supervision = "SIAIP_SUP";
        /// The panel itself.
        System = "SYSTEM";
        /// An IP device is lost.
        IpDeviceLost = "LOST_IP_PER";
    }
}

words! {
    /// A kind of tamper.
    pub enum TamperCategory {
        /// The panel itself.
        Panel = "PANEL";
        /// A bus device.
        BusDevice = "BUS_PER";
        /// A radio device.
        RadioDevice = "WLS_PER";
        /// The radio is jammed.
        Jamming = "JAM_868";
        /// A bus device is lost.
        BusLost = "LOST_BUS";
        /// A radio device is lost.
        RadioLost = "LOST_WLS";
        /// A zone.
        Zone = "ZONE";
        /// An IP device is lost.
        IpDeviceLost = "LOST_IP_PER";
        /// An IP device.
        IpDevice = "IP_PER";
    }
}

view! {
    /// Faults (`STATUS_FAULTS`, `FAULTS`): a list for each category, empty if there is none.
    pub struct FaultStatus {
        /// A power supply is missing.
        list supply_missing = "PS_MISS";
        /// A power supply is low.
        list supply_low = "PS_LOW";
        /// A power supply is broken.
        list supply_fault = "PS_FAULT";
        /// A fuse.
        list fuse = "FUSE";
        /// A battery is low.
        list battery_low = "LOW_BATT";
        /// A battery is bad.
        list battery_bad = "BAD_BATT";
        /// A bus device is lost.
        list bus_lost = "LOST_BUS";
        /// A radio device is lost.
        list radio_lost = "LOST_WLS";
        /// A zone.
        list zone = "ZONE";
        /// Ethernet.
        list ethernet = "LAN_ETH";
        /// Remote Ethernet.
        list remote_ethernet = "REM_ETH";
        /// Telephone line.
        list telephone = "PSTN";
        /// Mobile modem.
        list mobile = "MOBILE";
        /// The card of the modem has expired.
        list card_expired = "SIM_DATE";
        /// The card of the modem has no credit.
        list card_credit = "SIM_CRE";
        /// Communication.
        list communication = "COMMUNICATION";
        /// Supervision over SIA-IP.
        list supervision = "SIAIP_SUP";
        /// The panel itself.
        list system = "SYSTEM";
        /// An IP device is lost.
        list ip_device_lost = "LOST_IP_PER";
    }
}

view! {
    /// Tampers (`STATUS_TAMPERS`, `TAMPERS`): a list for each category, empty if there is none.
    pub struct TamperStatus {
        /// The panel itself.
        list panel = "PANEL";
        /// A bus device.
        list bus_device = "BUS_PER";
        /// A radio device.
        list radio_device = "WLS_PER";
        /// The radio is jammed.
        list jamming = "JAM_868";
        /// A bus device is lost.
        list bus_lost = "LOST_BUS";
        /// A radio device is lost.
        list radio_lost = "LOST_WLS";
        /// A zone.
        list zone = "ZONE";
        /// An IP device is lost.
        list ip_device_lost = "LOST_IP_PER";
        /// An IP device.
        list ip_device = "IP_PER";
    }
}

impl<'i> FaultStatus<'i> {
    /// The categories whose list is not empty.
    pub fn active(&self) -> impl Iterator<Item = FaultCategory<'i>> + Clone {
        let filled = |value: Value<'i>| value.array().is_some_and(|list| list.values().next().is_some());
        self.object().members().filter(move |(_, value)| filled(*value)).map(|(key, _)| FaultCategory::from_text(key))
    }
}

impl<'i> TamperStatus<'i> {
    /// The categories whose list is not empty.
    pub fn active(&self) -> impl Iterator<Item = TamperCategory<'i>> + Clone {
        let filled = |value: Value<'i>| value.array().is_some_and(|list| list.values().next().is_some());
        self.object().members().filter(move |(_, value)| filled(*value)).map(|(key, _)| TamperCategory::from_text(key))
    }
}
