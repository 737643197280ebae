//! Scenarios: programmed actions; the usual way to arm and disarm.

use super::view::view;
use super::words::words;
use crate::text::json::Text;

words! {
    /// What a scenario does to the arming.
    pub enum ScenarioCategory {
        /// Disarms.
        Disarm = "DISARM";
        /// Arms all.
        Arm = "ARM";
        /// Arms a part.
        Partial = "PARTIAL";
        /// Anything else.
        Generic = "GEN";
    }
}

words! {
    /// Whether a scenario wants a code.
    pub enum CodeNeed {
        /// It does.
        Needed = "P";
        /// It does (`PR`).
        Required = "PR";
        /// It does not.
        NotNeeded = "N";
        /// Hidden: not for users.
        Hidden = "H";
        /// Disabled.
        DisabledWithCode = "PL";
        /// Disabled.
        DisabledWithoutCode = "NL";
    }
}

impl CodeNeed<'_> {
    /// Whether users may run it.
    #[must_use]
    pub const fn is_usable(self) -> bool {
        !matches!(self, Self::Hidden | Self::DisabledWithCode | Self::DisabledWithoutCode)
    }
}

view! {
    /// A scenario (`SCENARIOS`, `PRG_SCENARIOS`).
    pub struct Scenario {
        /// Number of the scenario.
        text id: u32 = "ID";
        /// Name.
        text name: Text<'i> = "DES";
        /// Whether it wants a code. This is no code itself.
        text code: CodeNeed<'i> = "PIN";
        /// What it does.
        text category: ScenarioCategory<'i> = "CAT";
    }
}
