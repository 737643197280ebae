//! Answers with one record: what the panel is, how it is, and check values of its lists.

use super::record::record;
use crate::g90::{AlertFlags, ArmState, GsmStatus, WifiSetup, WifiStatus};
use crate::text::json::Text;

record! {
    /// Answer to [`GetHostInfo`](super::CommandCode::GetHostInfo): 13 fields.
    pub struct HostInfo<'i> {
        /// Identity of the panel. It may be empty; then it is not one.
        host_guid: Text<'i>,
        /// Model, as `TSV018-C3SIA`.
        product_name: Text<'i>,
        /// Version of this protocol, `1.2`.
        wifi_protocol_version: Text<'i>,
        /// Version of the cloud protocol, `1.1`.
        cloud_protocol_version: Text<'i>,
        /// Version of the main processor, as `206`.
        mcu_hw_version: Text<'i>,
        /// Version of the WiFi module, as `206`.
        wifi_hw_version: Text<'i>,
        /// State of the cellular module.
        gsm_status: GsmStatus,
        /// State of WiFi.
        wifi_status: WifiStatus,
        /// Not 0 while a mobile data connection is up.
        gprs_3g_active: i64,
        /// How far the set-up of WiFi is.
        wifi_setup_progress: WifiSetup,
        /// Battery in millivolts, as text.
        battery_voltage: Text<'i>,
        /// Strength of the cellular signal, 0 to 100 %.
        gsm_signal_level: i64,
        /// Strength of the WiFi signal, 0 to 100 %.
        wifi_signal_level: i64,
    }
}

record! {
    /// Answer to [`GetHostStatus`](super::CommandCode::GetHostStatus): 5 fields.
    pub struct HostStatus<'i> {
        /// Whether and how it is armed.
        host_status: ArmState,
        /// Number of the SIM card.
        host_phone_number: Text<'i>,
        /// Model, as `TSV018-C3SIA`.
        product_name: Text<'i>,
        /// Version of the main processor.
        mcu_hw_version: Text<'i>,
        /// Version of the WiFi module.
        wifi_hw_version: Text<'i>,
    }
}

record! {
    /// Answer to [`GetUserDataCrc`](super::CommandCode::GetUserDataCrc): 6 texts, each a value that changes with its list. Those of
    /// sensors and devices change with every call on real firmware.
    pub struct UserDataCrc<'i> {
        /// Of the sensors.
        sensor_list: Text<'i>,
        /// Of the devices.
        device_list: Text<'i>,
        /// Of the history.
        history_list: Text<'i>,
        /// Of the scenes.
        scene_list: Text<'i>,
        /// Of the rules.
        ifttt_list: Text<'i>,
        /// Of the fingerprint locks.
        fingerprint_list: Text<'i>,
    }
}

record! {
    /// Answer to [`GetNoticeFlag`](super::CommandCode::GetNoticeFlag), and what is sent with
    /// [`SetNoticeFlag`](super::CommandCode::SetNoticeFlag).
    pub struct NoticeFlags {
        /// What the panel reports.
        flags: AlertFlags,
    }
}

record! {
    /// Answer to [`SendRegDeviceResult`](super::CommandCode::SendRegDeviceResult).
    pub struct Registered {
        /// Index of the device that was added.
        index: i64,
    }
}
