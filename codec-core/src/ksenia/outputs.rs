//! Outputs: lights, covers, gates, sirens, relays.

use super::view::view;
use super::words::words;
use crate::text::json::Text;

words! {
    /// What an output drives.
    pub enum OutputCategory {
        /// Anything: siren, relay.
        Generic = "GEN";
        /// A light.
        Light = "LIGHT";
        /// A roller blind or other cover.
        Cover = "ROLL";
        /// A gate.
        Gate = "GATE";
        /// Heating or cooling.
        Thermostat = "THERMO";
        /// Irrigation.
        Irrigation = "IRR";
    }
}

words! {
    /// How an output switches.
    pub enum OutputMode {
        /// Standard.
        Standard = "A";
        /// Dimmer.
        Dimmer = "D";
        /// Momentary: falls back by itself.
        Momentary = "M";
        /// Stays as it is put.
        Bistable = "B";
        /// Timed (another client's word).
        Timed = "AT";
        /// Seen without explanation.
        Special = "S";
    }
}

words! {
    /// Whether users see an output.
    pub enum OutputVisibility {
        /// Hidden. The document calls it the standard control type; panels and clients use it for outputs that users do not see.
        Hidden = "H";
        /// Normal.
        Normal = "N";
    }
}

words! {
    /// What an output does. A level is [`Other`](Self::Other): [`OutputStatus::level`] reads it.
    pub enum OutputState {
        /// On.
        On = "ON";
        /// Off.
        Off = "OFF";
        /// Going up.
        Up = "UP";
        /// Going down.
        Down = "DOWN";
        /// Standing.
        Stopped = "STOP";
        /// Open (another client's word).
        Open = "OPEN";
        /// Closed (another client's word).
        Closed = "CLOSE";
        /// Not known.
        Unknown = "UNK";
    }
}

view! {
    /// How an output is programmed (`OUTPUTS`, `PRG_OUTPUTS`).
    pub struct Output {
        /// Number of the output.
        text id: u32 = "ID";
        /// Name.
        text name: Text<'i> = "DES";
        /// Label, often empty.
        text label: Text<'i> = "LBL";
        /// Another name.
        text other_name: Text<'i> = "NM";
        /// Whether users see it.
        text visibility: OutputVisibility<'i> = "CNV";
        /// What it drives.
        text category: OutputCategory<'i> = "CAT";
        /// The same under another name (one client).
        text kind: OutputCategory<'i> = "TYPE";
        /// How it switches.
        text mode: OutputMode<'i> = "MOD";
        /// Partitions it belongs to: [`partition_mask`](super::partition_mask) reads it.
        text partitions: Text<'i> = "PRT";
    }
}

view! {
    /// What an output does now (`STATUS_OUTPUTS`).
    pub struct OutputStatus {
        /// Number of the output.
        text id: u32 = "ID";
        /// What it does.
        text state: OutputState<'i> = "STA";
        /// Position of a cover (100 is open) or level of a dimmer; 255 and `NA` mean that there is none.
        text position: Text<'i> = "POS";
        /// Where a cover is going.
        text target: Text<'i> = "TPOS";
        /// Level (one client).
        text level_text: Text<'i> = "LEV";
        /// Level (one client).
        text dimmer_text: Text<'i> = "DIM";
        /// Temperature of a thermostat output (one client).
        text temperature: super::Decimal<'i> = "TEMP_CURRENT";
        /// Its set point (one client).
        text set_point: super::Decimal<'i> = "TEMP_TARGET";
        /// Its mode (one client).
        text mode: Text<'i> = "MODE";
    }
}

/// A level or position: 0 to 100.
fn percent(text: Text<'_>) -> Option<u8> {
    text.number().and_then(|value| u8::try_from(value).ok()).filter(|value| *value <= 100)
}

impl OutputStatus<'_> {
    /// Level of a dimmer, 0 to 100, from whichever member holds it.
    #[must_use]
    pub fn level(&self) -> Option<u8> {
        let state = self.state().and_then(|state| percent(state.text()));
        let rest = || [self.position(), self.level_text(), self.dimmer_text()].into_iter().flatten().find_map(percent);
        state.or_else(rest)
    }

    /// Whether it is on. A level above 0 is.
    #[must_use]
    pub fn is_on(&self) -> Option<bool> {
        match self.state()? {
            OutputState::On | OutputState::Open => Some(true),
            OutputState::Off | OutputState::Closed => Some(false),
            state => percent(state.text()).map(|level| level > 0),
        }
    }

    /// Position of a cover and where it is going, 0 to 100.
    #[must_use]
    pub fn travel(&self) -> Option<(u8, u8)> {
        Some((percent(self.position()?)?, percent(self.target()?)?))
    }
}
