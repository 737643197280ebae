//! How the panel is connected to the world. Pushes may be partial down to the second level.

use super::view::view;
use super::words::words;
use crate::text::json::Text;

words! {
    /// State of a link.
    pub enum LinkState {
        /// Good.
        Ok = "OK";
        /// There is none.
        NotApplicable = "NA";
        /// Mobile: EDGE (the document guesses "established").
        Edge = "E";
        /// Mobile: second generation.
        Second = "2";
        /// Mobile: third generation.
        Third = "3";
        /// Mobile: fourth generation.
        Fourth = "4";
    }
}

words! {
    /// What the panel reaches the Internet through.
    pub enum Internet {
        /// Ethernet.
        Ethernet = "ETH";
        /// Mobile.
        Mobile = "MOBILE";
    }
}

words! {
    /// State of the vendor's cloud.
    pub enum CloudState {
        /// Works.
        Operative = "OPERATIVE";
        /// Does not.
        Offline = "OFFLINE";
    }
}

view! {
    /// All connections (`STATUS_CONNECTION`).
    pub struct ConnectionStatus {
        /// Number, `1`.
        text id: u32 = "ID";
        /// Mobile modem.
        object mobile: Mobile<'i> = "MOBILE";
        /// Telephone line.
        object telephone: TelephoneLine<'i> = "PSTN";
        /// Ethernet.
        object ethernet: Ethernet<'i> = "ETH";
        /// Vendor's cloud.
        object cloud: Cloud<'i> = "CLOUD";
        /// What is used for the Internet.
        text internet: Internet<'i> = "INET";
    }
}

view! {
    /// Mobile modem.
    pub struct Mobile {
        /// The modem itself.
        object board: ModemBoard<'i> = "BOARD";
        /// Signal, raw: the sources disagree on the unit.
        text signal: Text<'i> = "SIGNAL";
        /// Network operator.
        text carrier: Text<'i> = "CARRIER";
        /// State.
        text link: LinkState<'i> = "LINK";
        /// Credit, or `NA`.
        text credit: Text<'i> = "CRE";
        /// When the card expires, or `NA`.
        text expires: Text<'i> = "EXPIR";
        /// IP address.
        text address: Text<'i> = "IP_ADDR";
        /// Telephone call.
        object call: Call<'i> = "CALL";
        /// State of the card.
        text card: Text<'i> = "SSIM";
        /// Last error.
        text last_error: Text<'i> = "LASTERR";
    }
}

view! {
    /// Modem.
    pub struct ModemBoard {
        /// Model.
        text model: Text<'i> = "MOD";
        /// IMEI.
        text imei: Text<'i> = "IMEI";
        /// Version.
        text version: Text<'i> = "VERS";
    }
}

view! {
    /// Telephone call.
    pub struct Call {
        /// Direction, or `NONE`.
        text direction: Text<'i> = "DIR";
    }
}

view! {
    /// Telephone line.
    pub struct TelephoneLine {
        /// State.
        text link: LinkState<'i> = "LINK";
        /// Telephone call.
        object call: Call<'i> = "CALL";
    }
}

view! {
    /// Ethernet.
    pub struct Ethernet {
        /// State.
        text link: LinkState<'i> = "LINK";
        /// IP address.
        text address: Text<'i> = "IP_ADDR";
        /// Mask.
        text mask: Text<'i> = "SUBNET_MASK";
        /// Gateway.
        text gateway: Text<'i> = "GATEWAY";
        /// First name server.
        text name_server_1: Text<'i> = "DNS_1";
        /// Second name server.
        text name_server_2: Text<'i> = "DNS_2";
        /// NetBIOS name.
        text netbios_name: Text<'i> = "NETBIOS_NAME";
        /// Server name.
        text server_name: Text<'i> = "SERVER_NAME";
        /// The WebSocket that this protocol runs over.
        object web_socket: WebSocket<'i> = "WS";
    }
}

view! {
    /// Settings of the WebSocket.
    pub struct WebSocket {
        /// `TLS`, or another word for none.
        text security: Text<'i> = "SEC";
        /// TCP port.
        text port: u32 = "PORT";
    }
}

view! {
    /// Vendor's cloud.
    pub struct Cloud {
        /// State.
        text state: CloudState<'i> = "STATE";
        /// Channel, or `NA`.
        text channel: Text<'i> = "CHANNEL";
    }
}
