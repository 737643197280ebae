//! Partitions: areas that are armed and disarmed as one. Up to 30.

use super::view::view;
use super::words::words;
use crate::text::json::Text;

words! {
    /// How a partition is armed.
    pub enum PartitionArming {
        /// Disarmed.
        Disarmed = "D";
        /// Armed, with or without the exit delay running (`T` tells).
        Delayed = "DA";
        /// Armed.
        Armed = "IA";
        /// Armed (the document's flow text; no panel has shown it).
        ArmedShort = "A";
        /// The entry delay runs.
        EntryDelay = "IT";
        /// The exit delay runs.
        ExitDelay = "OT";
    }
}

words! {
    /// Alarm state of a partition.
    pub enum AlarmState {
        /// None.
        Ok = "OK";
        /// In alarm.
        Alarm = "AL";
        /// There was one.
        Memory = "AM";
    }
}

words! {
    /// Tamper state of a partition.
    pub enum TamperState {
        /// None.
        Ok = "OK";
        /// Tampered.
        Tamper = "TAM";
        /// It was.
        Memory = "TM";
        /// It was (another client's word).
        AlarmMemory = "AM";
    }
}

view! {
    /// How a partition is programmed (`PARTITIONS`, `PRG_PARTITIONS`).
    pub struct Partition {
        /// Number of the partition.
        text id: u32 = "ID";
        /// Name.
        text name: Text<'i> = "DES";
        /// Label, often empty.
        text label: Text<'i> = "LBL";
        /// Exit delay in seconds.
        text exit_delay: u32 = "TOUT";
        /// Entry delay in seconds.
        text entry_delay: u32 = "TIN";
    }
}

view! {
    /// What a partition does now (`STATUS_PARTITIONS`).
    pub struct PartitionStatus {
        /// Number of the partition.
        text id: u32 = "ID";
        /// How it is armed.
        text arming: PartitionArming<'i> = "ARM";
        /// Alarm state.
        text alarm: AlarmState<'i> = "AST";
        /// Tamper state.
        text tamper: TamperState<'i> = "TST";
        /// What is left of the running delay, in seconds.
        text seconds: u32 = "T";
        /// The same, under another name (one client).
        text seconds_long: u32 = "TIME";
        /// Exit delay in seconds, if it is repeated here.
        text exit_delay: u32 = "TOUT";
        /// Entry delay in seconds, if it is repeated here.
        text entry_delay: u32 = "TIN";
    }
}

impl PartitionStatus<'_> {
    /// What is left of the running delay, in seconds, under either name.
    #[must_use]
    pub fn remaining(&self) -> Option<u32> {
        self.seconds().or_else(|| self.seconds_long())
    }
}
