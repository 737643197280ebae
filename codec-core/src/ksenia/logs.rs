//! The event log.

use super::view::view;
use super::words::{Flag, words};
use crate::text::json::Text;

words! {
    /// What a log entry is about.
    pub enum LogKind {
        /// A zone was included.
        ZoneIncluded = "ZINCL";
        /// A zone was excluded.
        ZoneExcluded = "ZESCL";
        /// A partition was disarmed.
        PartitionDisarmed = "PDARM";
        /// A partition was armed.
        PartitionArmed = "PARM";
        /// An alarm.
        Alarm = "ALARM";
        /// A scenario ran.
        Scenario = "SCENARIO";
        /// A code was recognised.
        CodeAccepted = "CODEOK";
        /// A fault.
        Fault = "FAULT";
    }
}

view! {
    /// A log entry (`LOGS`). Newest first.
    pub struct LogEntry {
        /// Counter.
        text id: u32 = "ID";
        /// Time of day, `HH:MM:SS`.
        text time: Text<'i> = "TIME";
        /// Day, `DD/MM/YYYY`.
        text date: Text<'i> = "DATA";
        /// Day, under another name (one client).
        text date_long: Text<'i> = "DATE";
        /// What it is about.
        text kind: LogKind<'i> = "TYPE";
        /// For people, in the panel's language.
        text event: Text<'i> = "EV";
        /// Who or what.
        text first: Text<'i> = "I1";
        /// How, or more.
        text second: Text<'i> = "I2";
        /// A raw flag whose meaning the sources dispute: immobilised, or an image is attached.
        text image: Flag<'i> = "IML";
    }
}
