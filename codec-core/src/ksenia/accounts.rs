//! Accounts, timers, and lists of which only number and name are known.

use super::view::view;
use super::words::Flag;
use crate::text::json::Text;

view! {
    /// A user account (`CFG_ACCOUNTS`).
    pub struct AccountSettings {
        /// Number of the account.
        text id: u32 = "ID";
        /// Name.
        text name: Text<'i> = "DES";
        /// Level.
        text level: Text<'i> = "LEV";
        /// Partitions it may use: [`partition_mask`](super::partition_mask) reads it.
        text partitions: Text<'i> = "PRT";
        /// Whether it is switched off.
        text disabled: Flag<'i> = "DACC";
    }
}

view! {
    /// A timer (`CFG_SCHEDULER_TIMERS`).
    pub struct ScheduleTimer {
        /// Number of the timer.
        text id: u32 = "ID";
        /// Name.
        text name: Text<'i> = "DES";
        /// Whether it is on.
        text enabled: Flag<'i> = "EN";
        /// Kind, `TIME`.
        text kind: Text<'i> = "TYPE";
        /// Hour, 0 to 23.
        text hour: u32 = "H";
        /// Minute, 0 to 59.
        text minute: u32 = "M";
        /// Whether it runs on Mondays.
        text monday: Flag<'i> = "MON";
        /// Whether it runs on Tuesdays.
        text tuesday: Flag<'i> = "TUE";
        /// Whether it runs on Wednesdays.
        text wednesday: Flag<'i> = "WED";
        /// Whether it runs on Thursdays.
        text thursday: Flag<'i> = "THU";
        /// Whether it runs on Fridays.
        text friday: Flag<'i> = "FRI";
        /// Whether it runs on Saturdays.
        text saturday: Flag<'i> = "SAT";
        /// Whether it runs on Sundays.
        text sunday: Flag<'i> = "SUN";
        /// Whether holidays are left out.
        text skips_holidays: Flag<'i> = "EXCL_HOLIDAYS";
        /// Partitions: [`partition_mask`](super::partition_mask) reads it.
        text partitions: Text<'i> = "PRT";
        /// Number of the scenario it runs.
        text scenario: u32 = "SCE";
        /// Its name.
        text scenario_name: Text<'i> = "SCE_NAME";
    }
}

view! {
    /// A record of which only these members are known: rooms, maps, cameras, counters, profiles, keypads, holidays.
    pub struct Named {
        /// Number.
        text id: u32 = "ID";
        /// Name.
        text name: Text<'i> = "DES";
        /// Label, often empty.
        text label: Text<'i> = "LBL";
    }
}
