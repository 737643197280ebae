//! Replies: records, pages, and what is derived from them.

use codec_core::g90::local::{
    AlarmPhones, Answer, CidConfig, CommandCode, ConfigKind, HostConfig, HostInfo, HostStatus, Message, NetworkConfig, NoticeFlags, Page,
    Peripheral, Registered, SiaConfig, UserDataCrc, Writer, decode_request,
};
use codec_core::g90::{ApnAuth, HistoryRow, UserFlags};
use codec_core::text::json::Value as Json;
use codec_core::{Fault, text::json::Array};
use codec_std::owned::g90::secret_fields;
use serde_json::{Value, json};

use super::{Expected, list, names, printable, problem, raw, title};
use crate::decode::Problem;
use crate::families::g90::time::iso;
use crate::output::Fields;

/// A reply without data.
pub(super) fn done(expected: Option<Expected>) -> (String, Fields) {
    let mut fields = Fields::new();
    fields.insert("code".into(), Value::Null);
    fields.insert("data".into(), json!([]));
    if expected.is_some_and(|expected| expected.code.is_paginated()) {
        fields.insert("pagination".into(), json!({"total": 0, "start": 0, "count": 0}));
        fields.insert("entries".into(), json!([]));
    }
    ("reply    done".into(), fields)
}

/// A reply with data. What could be read is kept if something is wrong with it.
pub(super) fn show(answer: &Answer<'_>, expected: Option<Expected>, mask: bool) -> Result<(String, Fields), Problem> {
    let code = answer.code();
    let data = answer.data().array().map_or_else(|| raw(answer.data()), |array| Value::Array(list(code, array, mask)));
    let mut fields = Fields::new();
    fields.insert("code".into(), raw(answer.code_value()));
    fields.insert("name".into(), json!(code.and_then(CommandCode::name)));
    let wrong = |fault: Fault, fields: &Fields| {
        let mut problem = problem(fault);
        problem.fields = fields.clone();
        problem.fields.insert("data".into(), data.clone());
        problem
    };
    if let Some(expected) = expected {
        answer.expect(expected.code).map_err(|fault| wrong(fault, &fields))?;
    }
    let Some(code) = code else {
        fields.insert("data".into(), data);
        return Ok(("reply    with a code that is no number".into(), fields));
    };
    let row = if code.is_paginated() {
        page(code, answer.data(), expected.and_then(|expected| expected.rows), &mut fields).map_err(|fault| wrong(fault, &fields))?
    } else {
        let decoded = record(code, answer.data(), &data).map_err(|fault| wrong(fault, &fields))?;
        let row = printable(&data.to_string());
        fields.insert("data".into(), data);
        if let Some(decoded) = decoded {
            fields.insert("decoded".into(), Value::Object(decoded));
        }
        row
    };
    Ok((format!("reply    {}  {row}", title(code)), fields))
}

/// A page into `fields`, and a line for people.
fn page(code: CommandCode, data: Json<'_>, asked: Option<(u32, u32)>, fields: &mut Fields) -> Result<String, Fault> {
    let page = Page::read(data)?;
    fields.insert("pagination".into(), json!({"total": page.total, "start": page.start, "count": page.count}));
    fields.insert("entries".into(), page.rows().map(raw).collect());
    if let Some((first, last)) = asked {
        page.expect_at_most(last.saturating_sub(first).saturating_add(1))?;
    }
    let first = asked.map_or(page.start, |(first, _)| first.into());
    let entries: Vec<Value> = match code {
        CommandCode::GetSensorList | CommandCode::GetDeviceList => {
            let device = code == CommandCode::GetDeviceList;
            page.peripherals()
                .zip(page.rows())
                .zip(first..)
                .map(|((row, json), number)| Ok(peripheral(&row?, json, number, device)))
                .collect::<Result<_, Fault>>()?
        }
        CommandCode::GetHistory => {
            page.history().zip(page.rows()).map(|(row, json)| Ok(history(&row?, json))).collect::<Result<_, Fault>>()?
        }
        _ => page.rows().map(raw).collect(),
    };
    let names: Vec<String> =
        entries.iter().filter_map(|entry| entry.get("parent_name").or(entry.get("sensor_name"))?.as_str().map(printable)).collect();
    let row = format!("{} of {} from {}  {}", page.count, page.total, page.start, names.join(", "));
    fields.insert("entries".into(), Value::Array(entries));
    Ok(row)
}

fn named(names: &[&str], array: Json<'_>) -> Fields {
    let values = array.array().into_iter().flat_map(Array::values).map(raw);
    names.iter().map(|name| (*name).to_owned()).zip(values.chain(std::iter::repeat(Value::Null))).collect()
}

fn peripheral(row: &Peripheral<'_>, json: Json<'_>, number: i64, device: bool) -> Value {
    let mut entry = named(names::ROW, json);
    let definition = if device { row.device() } else { row.sensor() };
    let nodes: Vec<String> = match row.node_count {
        1 => vec![row.name.to_string()],
        // No device has more than four; a number that is larger is not believed.
        count => (1..=count.clamp(0, 64)).map(|node| format!("{}#{node}", row.name)).collect(),
    };
    let mut derived = json!({
        "proto_idx": number,
        "type": row.kind.name(),
        "protocol": row.protocol.name(),
        "definition": definition.map(|definition| definition.name()),
        "is_wireless": row.is_wireless(),
        "enabled": row.user_flags.contains(UserFlags::ENABLED),
        "supports_updates": definition.is_some(),
        "alert_mode": row.user_flags.alert_mode().name(),
        "user_flags": {
            "value": row.user_flags.bits(),
            "names": row.user_flags.names().collect::<Vec<_>>(),
            "unknown_bits": row.user_flags.unknown_bits(),
        },
        "name": if row.node_count == 1 { row.name.to_string() } else { format!("{}#1", row.name) },
    });
    if let (true, Some(derived)) = (device, derived.as_object_mut()) {
        derived.insert("node_names".into(), json!(nodes));
    }
    entry.insert("derived".into(), derived);
    Value::Object(entry)
}

fn history(row: &HistoryRow<'_>, json: Json<'_>) -> Value {
    let mut entry = named(names::HISTORY, json);
    let state = row.state();
    let derived = json!({
        "type": row.alert_type().and_then(|kind| kind.name()),
        "source": row.source().and_then(|source| source.name()),
        "state": state.and_then(|state| state.name()),
        "sensor_name": row.sensor().map(|name| name.to_string()),
        "sensor_idx": row.sensor_index(),
        "datetime": datetime(row.unix_time),
        "state_value": state.map(|state| state.raw()),
    });
    entry.insert("derived".into(), derived);
    Value::Object(entry)
}

/// ISO 8601, UTC. `null` for a time whose year is not 1 to 9999.
fn datetime(unix: i64) -> Value {
    if (-62_135_596_800..=253_402_300_799).contains(&unix) { json!(iso(unix)) } else { Value::Null }
}

/// The named fields of a record, and what is derived from them; `None` if nothing is known of it. `shown` has secrets hidden.
fn record(code: CommandCode, data: Json<'_>, shown: &Value) -> Result<Option<Fields>, Fault> {
    let mut save = None;
    let derived = match code {
        CommandCode::GetHostInfo => {
            let info = HostInfo::read(data)?;
            json!({
                "gsm_status": info.gsm_status.name(),
                "wifi_status": info.wifi_status.name(),
                "wifi_setup_progress": info.wifi_setup_progress.name(),
                "gprs_3g_active": info.gprs_3g_active != 0,
            })
        }
        CommandCode::GetHostStatus => json!({"host_status": HostStatus::read(data)?.host_status.name()}),
        CommandCode::GetUserDataCrc => UserDataCrc::read(data).map(|_| Value::Null)?,
        CommandCode::SendRegDeviceResult => Registered::read(data).map(|_| Value::Null)?,
        CommandCode::GetNoticeFlag => {
            let flags = NoticeFlags::read(data)?.flags;
            json!({"value": flags.bits(), "names": flags.names().collect::<Vec<_>>(), "unknown_bits": flags.unknown_bits()})
        }
        CommandCode::GetHostConfig => {
            let config = HostConfig::read(data)?;
            save = Some(ConfigKind::Host);
            json!({
                "alarm_volume_level": config.alarm_volume_level.name(),
                "speech_volume_level": config.speech_volume_level.name(),
                "key_tone_volume_level": config.key_tone_volume_level.name(),
                "speech_language": config.speech_language.name(),
                "ring_volume_level": config.ring_volume_level.and_then(|level| level.name()),
            })
        }
        CommandCode::GetApInfo => {
            let config = NetworkConfig::read(data)?;
            save = Some(ConfigKind::Network);
            json!({
                // What has no name counts as none, and is written back as it is.
                "apn_auth": config.apn_auth.name().or(ApnAuth::None.name()),
                "ap_enabled": config.ap_enabled != 0,
                "wifi_enabled": config.wifi_enabled != 0,
                "gprs_enabled": config.gprs_enabled != 0,
            })
        }
        CommandCode::GetAlarmPhone => {
            AlarmPhones::read(data)?;
            save = Some(ConfigKind::Phones);
            json!({})
        }
        CommandCode::GetSia => {
            let config = SiaConfig::read(data)?;
            save = Some(ConfigKind::Sia);
            json!({"encryption": config.encryption != 0, "enabled": config.enabled != 0})
        }
        CommandCode::GetCid => {
            let config = CidConfig::read(data)?;
            save = Some(ConfigKind::Cid);
            json!({"enabled": config.enabled != 0})
        }
        _ => return Ok(None),
    };
    let shown = shown.as_array().cloned().unwrap_or_default();
    let names = names::fields(code).iter().map(|name| (*name).to_owned());
    let mut decoded: Fields = names.zip(shown.iter().cloned().chain(std::iter::repeat(Value::Null))).collect();
    if let Some((kind, array)) = save.zip(data.array()) {
        decoded.insert("serialized_for_save".into(), saved(kind, array, &shown));
    }
    if !derived.is_null() {
        decoded.insert("derived".into(), derived);
    }
    Ok(Some(decoded))
}

/// What a save without changes would write; secrets as they are shown.
fn saved(kind: ConfigKind, loaded: Array<'_>, shown: &[Value]) -> Value {
    let mut out = vec![0; 64 + 8 * loaded.as_str().len()];
    let mut writer = Writer::request(&mut out, kind.save());
    kind.merge(loaded, None, &mut writer);
    let Ok(len) = writer.finish() else { return Value::Null };
    match decode_request(out.get(..len).unwrap_or_default()) {
        Ok(Message::Request(request)) => {
            let mut saved: Vec<Value> = request.params().into_iter().flat_map(Array::values).map(raw).collect();
            for place in secret_fields(kind.save()) {
                if let (Some(saved), Some(shown)) = (saved.get_mut(*place), shown.get(*place)) {
                    *saved = shown.clone();
                }
            }
            Value::Array(saved)
        }
        _ => Value::Null,
    }
}
