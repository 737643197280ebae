//! Firmware updates and services.

use super::view::view;
use super::words::words;
use crate::text::json::Text;

words! {
    /// State of an update.
    pub enum UpdateState {
        /// Nothing is done.
        Idle = "IDLE";
        /// An update runs.
        Updating = "UPDATING";
    }
}

view! {
    /// Updates (`STATUS_UPDATE`).
    pub struct UpdateStatus {
        /// Number, `1`.
        text id: u32 = "ID";
        /// State.
        text state: UpdateState<'i> = "STATUS";
        /// How far it is.
        object progress: UpdateProgress<'i> = "PROGRESS_DETAILS";
        /// Versions that can be had.
        object available: AvailableVersions<'i> = "AVAILABLE_VERS";
    }
}

view! {
    /// How far an update is.
    pub struct UpdateProgress {
        /// Of what.
        text name: Text<'i> = "NAME";
        /// Percent, or `NA`.
        text percentage: Text<'i> = "PERCENTAGE";
    }
}

view! {
    /// Versions that can be had. [`object`](Self::object) has those of other parts.
    pub struct AvailableVersions {
        /// Panel.
        text panel: Text<'i> = "PANEL";
        /// Web server.
        text web_server: Text<'i> = "WS";
        /// Keypad.
        text ergo: Text<'i> = "ERGO";
        /// Newer keypad.
        text ergo_2: Text<'i> = "ERGO2";
    }
}

words! {
    /// A service.
    pub enum ServiceKind {
        /// Backup.
        Backup = "BACKUP";
        /// Web pages.
        Http = "HTTP";
        /// Supervision.
        Supervision = "SUPERVISION";
    }
}

words! {
    /// State of a service.
    pub enum ServiceState {
        /// On.
        Enabled = "EN";
        /// Off.
        Disabled = "DIS";
    }
}

view! {
    /// A service (`STATUS_SERVICES`, `SERVICES`).
    pub struct ServiceStatus {
        /// Number of the service, from 0.
        text id: u32 = "ID";
        /// Which.
        text kind: ServiceKind<'i> = "TYP";
        /// State.
        text state: ServiceState<'i> = "STA";
        /// Finer kind, `DEFAULT`.
        text sub_kind: Text<'i> = "SUB_TYP";
    }
}
