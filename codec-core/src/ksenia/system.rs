//! The panel as a whole: how it is armed, its troubles, its clock.

use super::view::view;
use super::words::{Decimal, words};
use crate::text::json::Text;

words! {
    /// How the panel as a whole is armed. Alarms are not told here but in the partitions.
    pub enum SystemArming {
        /// Disarmed.
        Disarmed = "D";
        /// Armed, all of it.
        Total = "T";
        /// Armed in part.
        Partial = "P";
        /// Armed, all of it, entry delay running.
        TotalEntry = "T_IN";
        /// Armed, all of it, exit delay running.
        TotalExit = "T_OUT";
        /// Armed in part, entry delay running.
        PartialEntry = "P_IN";
        /// Armed in part, exit delay running.
        PartialExit = "P_OUT";
    }
}

words! {
    /// A mark of the panel (`INFO`).
    pub enum SystemMark {
        /// Alarms are frozen.
        AlarmsFrozen = "FRZ_ALARM";
        /// Everything is frozen.
        AllFrozen = "FRZ_ALL";
        /// Somebody programs the panel.
        Programming = "PRG_SES";
        /// A zone is excluded.
        ZoneExcluded = "BYP_ZONE";
        /// A zone is under test.
        ZoneTest = "TEST_ZONE";
        /// An alarm cycle runs.
        Cycle = "CYCLE";
        /// A zone is excluded by the panel.
        ExcludedAutomatically = "BYP_AUTO";
        /// A zone is excluded by a person.
        ExcludedManually = "BYP_MAN_M";
        /// A zone is excluded by a person for a while.
        ExcludedTimed = "BYP_MAN_T";
    }
}

view! {
    /// The panel as a whole (`STATUS_SYSTEM`).
    pub struct SystemStatus {
        /// Number, `1`.
        text id: u32 = "ID";
        /// Marks: each a [`SystemMark`].
        list info = "INFO";
        /// Tampers now: each a [`TamperCategory`](super::TamperCategory).
        list tamper = "TAMPER";
        /// Tampers in the memory.
        list tamper_memory = "TAMPER_MEM";
        /// Alarms now, as texts; `ZONE` is the only one known.
        list alarm = "ALARM";
        /// Alarms in the memory.
        list alarm_memory = "ALARM_MEM";
        /// Faults now: each a [`FaultCategory`](super::FaultCategory).
        list fault = "FAULT";
        /// Faults in the memory.
        list fault_memory = "FAULT_MEM";
        /// How it is armed.
        object arm: SystemArm<'i> = "ARM";
        /// Temperatures.
        object temperatures: SystemTemperatures<'i> = "TEMP";
        /// Clock.
        object time: SystemTime<'i> = "TIME";
    }
}

impl<'i> SystemStatus<'i> {
    /// How it is armed.
    #[must_use]
    pub fn arming(&self) -> Option<SystemArming<'i>> {
        self.arm()?.arming()
    }
}

view! {
    /// How the panel is armed.
    pub struct SystemArm {
        /// For people, up to 32 characters, in the panel's language. Never to be interpreted.
        text description: Text<'i> = "D";
        /// The code.
        text arming: SystemArming<'i> = "S";
    }
}

view! {
    /// Temperatures that the panel knows.
    pub struct SystemTemperatures {
        /// Inside, in degrees Celsius, with sign.
        text inside: Decimal<'i> = "IN";
        /// Outside, in degrees Celsius, with sign.
        text outside: Decimal<'i> = "OUT";
    }
}

view! {
    /// The panel's clock.
    pub struct SystemTime {
        /// Seconds since 1970, UTC.
        text unix: u64 = "GMT";
        /// Time zone in hours. The sources disagree whether it adds to the minutes; those alone are the likely offset.
        text zone_hours: Text<'i> = "TZ";
        /// Time zone in minutes.
        text zone_minutes: Text<'i> = "TZM";
        /// Dawn, or `NA`.
        text dawn: Text<'i> = "DAWN";
        /// Dusk, or `NA`.
        text dusk: Text<'i> = "DUSK";
    }
}
