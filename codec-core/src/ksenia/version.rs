//! What the panel is, and whether its programming changed.

use super::view::view;
use crate::text::json::Text;

view! {
    /// Versions of the panel: the content of a `SYSTEM_VERSION_RES`.
    pub struct SystemVersion {
        /// `OK` or `FAIL`.
        text result: Text<'i> = "RESULT";
        /// Why.
        text detail: Text<'i> = "RESULT_DETAIL";
        /// Model.
        text model: Text<'i> = "MODEL";
        /// Maker.
        text brand: Text<'i> = "BRAND";
        /// Customer.
        text customer: Text<'i> = "CUST";
        /// MAC address with dashes.
        text mac: Text<'i> = "MAC";
        /// Version of the boot loader.
        text boot: Text<'i> = "BOOT";
        /// Version of the IP stack.
        text ip: Text<'i> = "IP";
        /// Version of the file system.
        text file_system: Text<'i> = "FS";
        /// Version of the TLS library.
        text tls: Text<'i> = "SSL";
        /// Version of the operating system.
        text os: Text<'i> = "OS";
        /// Versions of panel and web server.
        object versions: VersionLite<'i> = "VER_LITE";
        /// Check texts of the programming.
        object program: ProgramCheck<'i> = "PRG_CHECK";
    }
}

view! {
    /// Versions of panel and web server (`VER_LITE`).
    pub struct VersionLite {
        /// Panel.
        text firmware: Text<'i> = "FW";
        /// Web server that is needed.
        text web_server_needed: Text<'i> = "WS_REQ";
        /// Web server.
        text web_server: Text<'i> = "WS";
        /// Voice messages that are needed.
        text vm_needed: Text<'i> = "VM_REQ";
        /// `VM`: the sources do not say what it is.
        text vm: Text<'i> = "VM";
    }
}

view! {
    /// Check texts of the programming (`PRG_CHECK`): when either changes, what was read of the programming is out of date. Compare them
    /// as texts.
    pub struct ProgramCheck {
        /// Of the programme.
        text program: Text<'i> = "PRG";
        /// Of the configuration.
        text configuration: Text<'i> = "CFG";
    }
}

impl ProgramCheck<'_> {
    /// Whether both texts are as in `other`.
    #[must_use]
    pub fn is_same_as(&self, other: &ProgramCheck<'_>) -> bool {
        self.program() == other.program() && self.configuration() == other.configuration()
    }
}
