//! Power supply and battery of the panel.

use super::view::view;
use super::words::Decimal;
use crate::text::json::Text;

view! {
    /// Voltages and currents (`STATUS_PANEL`).
    pub struct PanelStatus {
        /// Number, `1`.
        text id: u32 = "ID";
        /// Mains supply in volts.
        text mains: Decimal<'i> = "M";
        /// Battery in volts.
        text battery: Decimal<'i> = "B";
        /// Currents now.
        object current: Currents<'i> = "I";
        /// Largest currents, and when.
        object peak: PeakCurrents<'i> = "IMAX";
        /// Marks, as texts.
        list info = "INFO";
        /// Temperatures (simulator).
        object temperatures: BoxTemperatures<'i> = "TMP";
    }
}

view! {
    /// Currents in amperes.
    pub struct Currents {
        /// Panel.
        text panel: Decimal<'i> = "P";
        /// Battery 1.
        text battery_1: Decimal<'i> = "B1";
        /// Battery 2.
        text battery_2: Decimal<'i> = "B2";
        /// Battery charge.
        text charge: Decimal<'i> = "BCHG";
    }
}

view! {
    /// Largest currents in amperes, with times: seconds since 1970 or since start, `-` for none.
    pub struct PeakCurrents {
        /// Panel.
        text panel: Decimal<'i> = "P";
        /// When.
        text panel_time: Text<'i> = "P_TS";
        /// Battery 1.
        text battery_1: Decimal<'i> = "B1";
        /// When.
        text battery_1_time: Text<'i> = "B1_TS";
        /// Battery 2.
        text battery_2: Decimal<'i> = "B2";
        /// When.
        text battery_2_time: Text<'i> = "B2_TS";
        /// Battery charge.
        text charge: Decimal<'i> = "BCHG";
        /// When.
        text charge_time: Text<'i> = "BCHG_TS";
    }
}

view! {
    /// Temperatures in degrees Celsius.
    pub struct BoxTemperatures {
        /// Of the board.
        text board: Decimal<'i> = "PCB";
        /// In the box.
        text inside: Decimal<'i> = "BOX";
    }
}
