//! The shared vector file, where it lies beside the checkout, through the library: every field of every record.

use std::path::Path;

use codec_core::g90::notify::{self, Alert, Body, Notification};
use codec_core::g90::{AlertState, Meaning};
use codec_core::text::json::Value as Json;
use codec_core::{Fault, FaultKind, JsonError};
use serde_json::{Value, json};

fn records() -> Option<Vec<Value>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors/g90.json");
    let text = std::fs::read_to_string(path).ok()?;
    Some(serde_json::from_str(&text).expect("a vector file is an array of records"))
}

fn wire(record: &Value) -> Vec<u8> {
    let digits = record["wire_hex"].as_str().unwrap();
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

fn parsed(value: Json<'_>) -> Value {
    match value {
        Json::Array(array) => serde_json::from_str(array.as_str()).unwrap(),
        Json::Object(object) => serde_json::from_str(object.as_str()).unwrap(),
        Json::Number(number) => serde_json::from_str(number.raw()).unwrap(),
        Json::Text(text) => json!(text.to_string()),
        Json::Bool(bool) => json!(bool),
        Json::Null => Value::Null,
    }
}

fn alert_fields(alert: &Alert<'_>) -> Value {
    let facts = alert.facts;
    json!({
        "type": facts.alert_type.raw(), "event_id": facts.event_id, "source": facts.source.raw(), "state": facts.state,
        "zone_name": alert.zone_name.to_string(), "device_id": alert.device_id.to_string(), "unix_time": alert.unix_time,
        "resv4": alert.resv4, "other": parsed(alert.other), "type_name": facts.alert_type.name(), "source_name": facts.source.name(),
    })
}

/// What the message leads to, by the names of the vector file's callbacks.
fn callbacks(body: &Body<'_>) -> Value {
    let one = |name: &str, more: &[Value]| Value::from(vec![Value::from([&[json!(name)], more].concat())]);
    match body {
        Body::Notification(notification) => match notification {
            Notification::Arming(state) => one("on_armdisarm", &[json!({ "value": state.raw(), "name": state.name() })]),
            Notification::SensorChange { index, name, action } => {
                one("on_sensor_change", &[json!(index), json!(name.to_string()), json!(*action == 1)])
            }
            Notification::SensorActivity { index, name } => one("on_sensor_activity", &[json!(index), json!(name.to_string())]),
            Notification::DoorOpenWhenArming { index, name } => one("on_door_open_when_arming", &[json!(index), json!(name.to_string())]),
            _ => json!([]),
        },
        Body::Alert(alert) => {
            let (index, name) = (json!(alert.facts.event_id), json!(alert.zone_name.to_string()));
            match alert.facts.meaning() {
                Meaning::Sos { host: true } => one("on_sos", &[index, json!("Host SOS"), json!(true)]),
                Meaning::Sos { host: false } => one("on_sos", &[index, name, json!(false)]),
                Meaning::Arming(state) => one("on_armdisarm", &[json!({ "value": state.raw(), "name": state.name() })]),
                Meaning::Alarm { state } => one("on_alarm", &[index, name, json!(state == AlertState::Tamper)]),
                Meaning::Button(button) => {
                    one("on_remote_button_press", &[index, name, json!({ "value": button.raw(), "name": button.name() })])
                }
                Meaning::Keypad(state) => one("on_rfid_keypad", &[index, name, json!({ "value": state.raw(), "name": state.name() })]),
                Meaning::Door { open } => one("on_door_open_close", &[index, name, json!(open)]),
                Meaning::LowBattery => one("on_low_battery", &[index, name]),
                _ => json!([]),
            }
        }
        _ => json!([]),
    }
}

fn fields(datagram: &[u8]) -> Result<Value, (Value, Fault)> {
    let message = notify::decode(datagram).map_err(|fault| (json!({}), fault))?;
    let mut fields = json!({ "message_code": message.code().raw(), "message_name": message.code().name() });
    let body = message.body().map_err(|fault| (fields.clone(), fault))?;
    match &body {
        Body::Notification(notification) => {
            fields["kind"] = json!(notification.kind().raw());
            fields["kind_name"] = json!(notification.kind().name());
            fields["data"] = parsed(message.data().array().unwrap().values().nth(1).unwrap());
            match notification {
                Notification::Arming(state) => {
                    fields["state"] = json!(state.raw());
                    fields["state_name"] = json!(state.name());
                }
                Notification::SensorChange { index, name, action } => {
                    fields["idx"] = json!(index);
                    fields["name"] = json!(name.to_string());
                    fields["action"] = json!(action);
                    fields["added"] = json!(*action == 1);
                }
                Notification::SensorActivity { index, name } | Notification::DoorOpenWhenArming { index, name } => {
                    fields["idx"] = json!(index);
                    fields["name"] = json!(name.to_string());
                }
                _ => {}
            }
        }
        Body::Alert(alert) => fields["alert"] = alert_fields(alert),
        _ => fields["data"] = parsed(message.data()),
    }
    fields["callbacks"] = callbacks(&body);
    Ok(fields)
}

fn class(fault: Fault) -> &'static str {
    match fault.kind {
        FaultKind::Json(JsonError::Utf8) => "bad-utf8",
        FaultKind::Json(_) => "bad-json",
        kind => kind.class(),
    }
}

#[test]
fn every_notification_agrees_field_by_field() {
    let Some(records) = records() else {
        println!("no shared vectors beside this checkout");
        return;
    };
    let (mut units, mut refused, mut compared) = (0, 0, 0);
    let mut compare = |name: &Value, datagram: &[u8], expected: &Value| {
        let result = &expected["result"];
        let error = result["error"].as_str().filter(|error| !error.starts_with("unknown-") && *error != "wrong-device-id");
        let ours = match (fields(datagram), error) {
            (Ok(ours), None) => ours,
            (Err((ours, fault)), Some(error)) => {
                assert_eq!(class(fault), error, "{name}");
                refused += 1;
                ours
            }
            (ours, error) => panic!("{name}: {ours:?}, should be {error:?}"),
        };
        for (field, value) in expected.as_object().unwrap() {
            if field != "result" && field != "configured_device_id" {
                assert_eq!(ours.get(field), Some(value), "{name}: {field}");
                compared += value.as_object().map_or(1, serde_json::Map::len);
            }
        }
        // What a message of another panel says is decoded; that nothing comes of it is the machine's business.
        if error.is_none() && result["error"] != "wrong-device-id" {
            assert_eq!(ours["callbacks"], result["callbacks"], "{name}");
            compared += 1;
        }
        units += 1;
    };
    for record in &records {
        if record["transport"] == "local-notification" {
            compare(&record["name"], &wire(record), &record["fields"]);
        } else if record["kind"] == "Notification" {
            let text = record["fields"]["json_text"].as_str().unwrap();
            compare(&record["name"], text.as_bytes(), &record["fields"]["inner"]);
        }
    }
    println!("{units} units, {refused} refused, {compared} fields compared");
    assert_eq!((units, refused, compared), (40, 6, 421));
}

/// What the rows of histories say, and what they would lead to as alerts.
#[test]
fn every_history_row_agrees() {
    let Some(records) = records() else {
        println!("no shared vectors beside this checkout");
        return;
    };
    let mut rows = 0;
    for record in records.iter().filter(|record| record["kind"] == "response:GETHISTORY") {
        for entry in record["fields"]["entries"].as_array().unwrap() {
            let member = |name: &str| entry[name].clone();
            let row = json!(["type", "event_id", "source", "state", "sensor_name", "unix_time", "other"].map(member)).to_string();
            let array = codec_core::text::json::check(row.as_bytes()).unwrap().array().unwrap();
            let row = codec_core::g90::HistoryRow::from_array(array).unwrap();
            let derived = &entry["derived"];
            assert_eq!(json!(row.alert_type().and_then(|value| value.name())), derived["type"], "{entry}");
            assert_eq!(json!(row.source().and_then(|value| value.name())), derived["source"], "{entry}");
            assert_eq!(json!(row.state().and_then(|value| value.name())), derived["state"], "{entry}");
            assert_eq!(json!(row.state().map(|value| value.raw())), derived["state_value"], "{entry}");
            assert_eq!(json!(row.sensor().map(|name| name.to_string())), derived["sensor_name"], "{entry}");
            assert_eq!(json!(row.sensor_index()), derived["sensor_idx"], "{entry}");
            let alert = format!(
                "[208,[{},{},{},{},{},\"\",{},0,[]]]\0",
                entry["type"], entry["event_id"], entry["source"], entry["state"], entry["sensor_name"], entry["unix_time"]
            );
            let body = notify::decode(alert.as_bytes()).unwrap().body().unwrap();
            assert_eq!(callbacks(&body), entry["as_alert_result"]["callbacks"], "{entry}");
            rows += 1;
        }
    }
    println!("{rows} rows");
    assert_eq!(rows, 17);
}
