//! Names of parameters and fields, as the JSON output has them.

use codec_core::g90::local::CommandCode;

const SETUP: &[&str] = &[
    "name",
    "index",
    "room_id",
    "type",
    "subtype",
    "timeout",
    "user_flags",
    "baudrate",
    "protocol",
    "reserved",
    "node_count",
    "rx",
    "tx",
    "private_data",
];

/// Columns of a row of sensors or devices.
pub(super) const ROW: &[&str] = &[
    "parent_name",
    "index",
    "room_id",
    "type_id",
    "subtype",
    "timeout",
    "user_flags_data",
    "baudrate",
    "protocol_id",
    "reserved_data",
    "node_count",
    "mask",
    "private_data",
];

/// Columns of a row of the history.
pub(super) const HISTORY: &[&str] = &["type", "event_id", "source", "state", "sensor_name", "unix_time", "other"];

const HOST: &[&str] = &[
    "alarm_siren_duration",
    "arm_delay",
    "alarm_delay",
    "backlight_duration",
    "_alarm_volume_level",
    "_speech_volume_level",
    "ring_duration",
    "_speech_language",
    "_key_tone_volume_level",
    "timezone_offset_m",
    "_ring_volume_level",
];
const NETWORK: &[&str] =
    &["_ap_enabled", "ap_password", "_wifi_enabled", "_gprs_enabled", "apn_name", "apn_user", "apn_password", "_apn_auth", "gsm_operator"];
const PHONES: &[&str] = &[
    "panel_password",
    "panel_phone_number",
    "phone_number_1",
    "phone_number_2",
    "phone_number_3",
    "phone_number_4",
    "phone_number_5",
    "phone_number_6",
    "sms_push_number_1",
    "sms_push_number_2",
];
const SIA: &[&str] =
    &["host", "port", "account", "receiver", "prefix", "aes_key", "_encryption", "_enabled", "event_flags", "heartbeat_interval"];
const CID: &[&str] = &["phone1", "phone2", "user", "_enabled", "event_flags"];

/// Names of the parameters of a request.
pub(super) const fn params(code: CommandCode) -> &'static [&'static str] {
    match code {
        CommandCode::SetHostStatus => &["state"],
        CommandCode::SetNoticeFlag => &["flags"],
        CommandCode::SetSingleSensor | CommandCode::SetSingleDevice | CommandCode::AddSensor | CommandCode::AddDevice => SETUP,
        CommandCode::DelSensor | CommandCode::DelDevice => &["index"],
        CommandCode::ControlDevice => &["index", "action(0=on,1=off)", "subindex"],
        CommandCode::SendRegDeviceResult => &["result(1=register,0=cancel)"],
        CommandCode::SetHostConfig => HOST,
        CommandCode::SetApInfo => NETWORK,
        CommandCode::SetAlarmPhone => PHONES,
        CommandCode::SetSia => SIA,
        CommandCode::SetCid => CID,
        code if code.is_paginated() => &["start", "end"],
        _ => &[],
    }
}

/// Names of the fields of a reply with one record.
pub(super) const fn fields(code: CommandCode) -> &'static [&'static str] {
    match code {
        CommandCode::GetHostInfo => &[
            "host_guid",
            "product_name",
            "wifi_protocol_version",
            "cloud_protocol_version",
            "mcu_hw_version",
            "wifi_hw_version",
            "gsm_status_data",
            "wifi_status_data",
            "gprs_3g_active_data",
            "wifi_setup_progress_data",
            "battery_voltage",
            "gsm_signal_level",
            "wifi_signal_level",
        ],
        CommandCode::GetHostStatus => &["host_status_data", "host_phone_number", "product_name", "mcu_hw_version", "wifi_hw_version"],
        CommandCode::GetUserDataCrc => &["sensor_list", "device_list", "history_list", "scene_list", "ifttt_list", "fingerprint_list"],
        CommandCode::GetNoticeFlag => &["flags_data"],
        CommandCode::SendRegDeviceResult => &["index"],
        CommandCode::GetHostConfig => HOST,
        CommandCode::GetApInfo => NETWORK,
        CommandCode::GetAlarmPhone => PHONES,
        CommandCode::GetSia => SIA,
        CommandCode::GetCid => CID,
        _ => &[],
    }
}
