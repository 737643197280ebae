//! The shared vectors, where they lie beside the checkout: every field through the typed views, every request written again byte for byte.

use codec_core::FaultKind;
use codec_core::g90::local::{
    AlarmPhones, CidConfig, CommandCode, ConfigKind, HostConfig, HostInfo, HostStatus, LocalFault, Message, NetworkConfig, NoticeFlags,
    Page, Reply, Send, SiaConfig, SystemRequest, UserDataCrc, Writer, decode, decode_reply, decode_request, encode_probe,
};
use codec_core::text::json::Value as Json;
use serde_json::{Value, json};

fn value(json: Json<'_>) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(bool) => Value::Bool(bool),
        Json::Number(number) => serde_json::from_str(number.raw()).expect("a number"),
        Json::Text(text) => Value::String(text.to_string()),
        Json::Array(array) => Value::Array(array.values().map(value).collect()),
        Json::Object(object) => object.members().map(|(key, inner)| (key.to_string(), value(inner))).collect(),
    }
}

fn bytes(digits: &str) -> Vec<u8> {
    (0..digits.len() / 2).map(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).expect("digits")).collect()
}

/// Compares fields of a typed record with the expected ones.
macro_rules! same {
    ($expected:expr, $name:expr; $($key:literal: $value:expr),* $(,)?) => {{
        let mut count = 0;
        $(
            assert_eq!(json!($value), $expected[$key], "{}: {}", $name, $key);
            count += 1;
        )*
        count
    }};
}

/// A reply, as its kind of record; gives how many fields were compared.
fn record(code: CommandCode, data: Json<'_>, expected: &Value, name: &Value) -> usize {
    let e = &expected["decoded"];
    let text = |text: codec_core::text::json::Text<'_>| text.to_string();
    match code {
        CommandCode::GetHostInfo => {
            let r = HostInfo::read(data).unwrap();
            same!(e, name; "host_guid": text(r.host_guid), "product_name": text(r.product_name),
                "wifi_protocol_version": text(r.wifi_protocol_version), "cloud_protocol_version": text(r.cloud_protocol_version),
                "mcu_hw_version": text(r.mcu_hw_version), "wifi_hw_version": text(r.wifi_hw_version), "gsm_status_data": r.gsm_status.raw(),
                "wifi_status_data": r.wifi_status.raw(), "gprs_3g_active_data": r.gprs_3g_active,
                "wifi_setup_progress_data": r.wifi_setup_progress.raw(), "battery_voltage": text(r.battery_voltage),
                "gsm_signal_level": r.gsm_signal_level, "wifi_signal_level": r.wifi_signal_level)
        }
        CommandCode::GetHostStatus => {
            let r = HostStatus::read(data).unwrap();
            same!(e, name; "host_status_data": r.host_status.raw(), "host_phone_number": text(r.host_phone_number),
                "product_name": text(r.product_name), "mcu_hw_version": text(r.mcu_hw_version), "wifi_hw_version": text(r.wifi_hw_version))
        }
        CommandCode::GetUserDataCrc => {
            let r = UserDataCrc::read(data).unwrap();
            same!(e, name; "sensor_list": text(r.sensor_list), "device_list": text(r.device_list), "history_list": text(r.history_list),
                "scene_list": text(r.scene_list), "ifttt_list": text(r.ifttt_list), "fingerprint_list": text(r.fingerprint_list))
        }
        CommandCode::GetNoticeFlag => {
            let r = NoticeFlags::read(data).unwrap();
            same!(e, name; "flags_data": r.flags.bits()) + same!(e["derived"], name; "names": r.flags.names().collect::<Vec<_>>())
        }
        CommandCode::GetHostConfig => {
            let r = HostConfig::read(data).unwrap();
            same!(e, name; "alarm_siren_duration": r.alarm_siren_duration, "arm_delay": r.arm_delay, "alarm_delay": r.alarm_delay,
                "backlight_duration": r.backlight_duration, "_alarm_volume_level": r.alarm_volume_level.raw(),
                "_speech_volume_level": r.speech_volume_level.raw(), "ring_duration": r.ring_duration,
                "_speech_language": r.speech_language.raw(), "_key_tone_volume_level": r.key_tone_volume_level.raw(),
                "timezone_offset_m": r.timezone_offset_m, "_ring_volume_level": r.ring_volume_level.map(|level| level.raw()))
        }
        CommandCode::GetApInfo => {
            let r = NetworkConfig::read(data).unwrap();
            same!(e, name; "_ap_enabled": r.ap_enabled, "ap_password": text(*r.ap_password.expose()), "_wifi_enabled": r.wifi_enabled,
                "_gprs_enabled": r.gprs_enabled, "apn_name": text(r.apn_name), "apn_user": text(r.apn_user),
                "apn_password": text(*r.apn_password.expose()), "_apn_auth": r.apn_auth.raw(), "gsm_operator": r.gsm_operator.map(text))
        }
        CommandCode::GetAlarmPhone => {
            let r = AlarmPhones::read(data).unwrap();
            same!(e, name; "panel_password": text(*r.panel_password.expose()), "panel_phone_number": text(r.panel_phone_number),
                "phone_number_1": text(r.phone_number_1), "phone_number_6": text(r.phone_number_6),
                "sms_push_number_1": text(r.sms_push_number_1), "sms_push_number_2": text(r.sms_push_number_2))
        }
        CommandCode::GetSia => {
            let r = SiaConfig::read(data).unwrap();
            same!(e, name; "host": text(r.host), "port": r.port, "account": text(r.account), "receiver": text(r.receiver),
                "prefix": text(r.prefix), "aes_key": text(*r.aes_key.expose()), "_encryption": r.encryption, "_enabled": r.enabled,
                "event_flags": text(r.event_flags), "heartbeat_interval": r.heartbeat_interval)
        }
        CommandCode::GetCid => {
            let r = CidConfig::read(data).unwrap();
            same!(e, name; "phone1": text(r.phone1), "phone2": text(r.phone2), "user": text(r.user), "_enabled": r.enabled,
                "event_flags": text(r.event_flags))
        }
        _ => 0,
    }
}

/// Rows of a page, through the typed views.
fn rows(code: CommandCode, page: &Page<'_>, entries: &[Value], name: &Value) -> usize {
    let mut compared = 0;
    let text = |text: codec_core::text::json::Text<'_>| text.to_string();
    match code {
        CommandCode::GetHistory => {
            for (row, e) in page.history().zip(entries) {
                let r = row.unwrap();
                let derived = json!({
                    "type": r.alert_type().and_then(|kind| kind.name()), "source": r.source().and_then(|source| source.name()),
                    "state": r.state().and_then(|state| state.name()), "sensor_idx": r.sensor_index(), "sensor_name": r.sensor().map(text),
                });
                for (key, value) in derived.as_object().unwrap() {
                    assert_eq!(value, &e["derived"][key], "{name}: {key}");
                    compared += 1;
                }
                compared += same!(e, name; "type": r.facts.alert_type.raw(), "event_id": r.facts.event_id, "source": r.facts.source.raw(),
                    "state": r.facts.state, "sensor_name": text(r.sensor_name), "unix_time": r.unix_time, "other": text(r.other));
            }
        }
        _ => {
            for (row, e) in page.peripherals().zip(entries) {
                let Ok(r) = row else {
                    assert!(e.is_array(), "{name}");
                    continue;
                };
                let definition = if code == CommandCode::GetDeviceList { r.device() } else { r.sensor() };
                compared += same!(e, name; "parent_name": text(r.name), "index": r.index, "room_id": r.room_id, "type_id": r.kind.raw(),
                    "subtype": r.subtype, "timeout": r.timeout, "user_flags_data": r.user_flags.bits(), "baudrate": r.baudrate,
                    "protocol_id": r.protocol.raw(), "reserved_data": r.reserved.bits(), "node_count": r.node_count, "mask": r.mask,
                    "private_data": text(r.private_data));
                compared += same!(e["derived"], name; "definition": definition.map(|definition| definition.name()),
                    "type": r.kind.name(), "protocol": r.protocol.name(), "is_wireless": r.is_wireless(),
                    "alert_mode": r.user_flags.alert_mode().name());
            }
        }
    }
    compared
}

/// The same request, written by us.
fn again(message: &Message<'_>) -> Vec<u8> {
    let mut out = [0; 1024];
    let len = match message {
        Message::Request(request) => match request.params() {
            None => Send::Plain(request.code()).encode(&mut out),
            Some(params) => {
                let mut writer = Writer::request(&mut out, request.code());
                params.values().for_each(|value| writer.value(value));
                writer.finish()
            }
        },
        Message::System(system) => {
            let values: Vec<&str> = system.values().collect();
            let request = match (system.command().raw(), values.as_slice()) {
                (1129, []) => SystemRequest::RebootGsm,
                (1123, []) => SystemRequest::RebootMcu,
                (1006, []) => SystemRequest::RebootWifi,
                (1, [host, second, port]) => SystemRequest::ServerAddress { host, second: Some(second), port: port.parse().unwrap() },
                other => panic!("{other:?}"),
            };
            request.encode(&mut out)
        }
        Message::Probe(probe) => encode_probe(probe.device_id, &mut out),
        Message::ProbeReply(reply) => reply.encode(&mut out),
        Message::Reply(_) => panic!("not a request"),
        other => panic!("{other:?}"),
    };
    out[..len.unwrap()].to_vec()
}

#[test]
fn every_shared_vector_decodes_field_by_field_or_is_refused_for_its_reason() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vectors/g90.json");
    let Ok(text) = std::fs::read_to_string(path) else { return };
    let all: Vec<Value> = serde_json::from_str(&text).expect("an array");
    let (mut written, mut replies, mut refused, mut fields) = (0, 0, 0, 0);
    for vector in all.iter().filter(|vector| vector["transport"] == "local-cmd") {
        let (name, wire, expected) = (&vector["name"], bytes(vector["wire_hex"].as_str().unwrap()), &vector["fields"]);
        let code = expected["expected_code"].as_u64().map(|code| CommandCode::from_raw(u32::try_from(code).unwrap()));
        let class = |kind: FaultKind| match kind {
            FaultKind::Json(codec_core::JsonError::Utf8) if code.is_none() => "bad-utf8",
            FaultKind::Json(_) => "bad-json",
            kind => kind.class(),
        };
        let Some(code) = code else {
            match decode(&wire) {
                Ok(message) => {
                    assert_eq!(again(&message), wire, "{name}");
                    written += 1;
                    if let Message::Request(request) = message {
                        assert_eq!(request.code().name(), expected["name"].as_str(), "{name}");
                        fields += same!(expected, name; "code": request.code().raw(), "subcode": request.subcode(),
                            "params": request.params().map(|params| value(Json::Array(params))));
                        assert_eq!(decode_request(&wire).map(|again| format!("{again:?}")), Ok(format!("{message:?}")));
                    }
                }
                Err(fault) => {
                    assert_eq!(class(fault.kind), expected["error"], "{name}");
                    refused += 1;
                }
            }
            continue;
        };
        let outcome = decode_reply(&wire).and_then(|reply| match reply {
            Reply::Answer(answer) => {
                answer.expect(code)?;
                let Some(range) = expected.get("request_range") else { return Ok((reply, None)) };
                let page = Page::read(answer.data())?;
                let number = |at: usize| u32::try_from(range[at].as_u64().unwrap()).unwrap();
                page.expect_at_most(number(1) - number(0) + 1)?;
                Ok((reply, Some(page)))
            }
            other => Ok((other, None)),
        });
        match outcome {
            Err(fault) => {
                assert_eq!(class(fault.kind), expected["error"], "{name}");
                refused += 1;
            }
            Ok((Reply::Failed, _)) => {
                assert_eq!("command-failed", expected["error"], "{name}");
                refused += 1;
            }
            Ok((Reply::Error(reason), _)) => {
                assert_eq!(
                    ("command-error", reason.to_string()),
                    (expected["error"].as_str().unwrap(), expected["error_text"].as_str().unwrap().to_owned())
                );
                refused += 1;
            }
            Ok((Reply::Done, _)) => {
                assert_eq!(json!([]), expected["data"], "{name}");
                replies += 1;
            }
            Ok((Reply::Answer(answer), Some(page))) => {
                fields += same!(expected["pagination"], name; "total": page.total, "start": page.start, "count": page.count);
                fields += rows(code, &page, expected["entries"].as_array().unwrap(), name);
                assert_eq!(answer.code(), Some(code));
                replies += 1;
            }
            Ok((Reply::Answer(answer), None)) => {
                assert_eq!(value(answer.data()), expected["data"], "{name}");
                replies += 1;
                if expected.get("decode_error").is_some() {
                    let fault = HostInfo::read(answer.data()).unwrap_err();
                    assert_eq!(fault.kind, FaultKind::Local(LocalFault::Record { row: 0, field: 1 }), "{name}");
                    continue;
                }
                fields += 1 + record(code, answer.data(), expected, name);
                if let Some(saved) = expected["decoded"].get("serialized_for_save") {
                    let kind = ConfigKind::ALL.into_iter().find(|kind| kind.load() == code).unwrap();
                    let mut out = [0; 512];
                    let mut writer = Writer::request(&mut out, kind.save());
                    kind.merge(answer.data().array().unwrap(), None, &mut writer);
                    let len = writer.finish().unwrap();
                    let Ok(Message::Request(request)) = decode_request(&out[..len]) else { panic!() };
                    assert_eq!(&value(Json::Array(request.params().unwrap())), saved, "{name}");
                    fields += 1;
                }
            }
        }
    }
    assert_eq!((written, replies, refused, fields), (65, 78, 18, 1820));
}
