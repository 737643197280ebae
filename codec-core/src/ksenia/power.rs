//! Power lines: measured consumption and production.

use super::view::view;
use super::words::{Decimal, words};
use crate::text::json::Text;

words! {
    /// State of a power line.
    pub enum PowerLineState {
        /// Good.
        Ok = "OK";
        /// Fault.
        Fault = "FAULT";
    }
}

view! {
    /// A power line (`POWER_LINES`).
    pub struct PowerLine {
        /// Number of the line.
        text id: u32 = "ID";
        /// Name.
        text name: Text<'i> = "DES";
    }
}

view! {
    /// What a power line does now (`STATUS_POWER_LINES`). Panels send it periodically, changed or not.
    pub struct PowerLineStatus {
        /// Number of the line.
        text id: u32 = "ID";
        /// Consumption in watts.
        text consumption: Decimal<'i> = "PCONS";
        /// Production in watts.
        text production: Decimal<'i> = "PPROD";
        /// State, as panels send it.
        text status: PowerLineState<'i> = "STATUS";
        /// State, as the document has it.
        text state: PowerLineState<'i> = "STA";
    }
}
