//! The shared vectors of KTS, where they lie beside the checkout: every field of every record.

use std::path::PathBuf;

use codec_core::Secret;
use codec_core::kts::{self, Action, Body, Order, Reply, Scheme, Task};
use codec_core::text::json::Text;
use serde_json::{Map, Value, json};

fn records() -> Option<Vec<Value>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors/kts.json");
    let text = std::fs::read_to_string(path).ok()?;
    Some(serde_json::from_str(&text).expect("a vector file is an array of records"))
}

fn text(text: Option<Text<'_>>) -> Value {
    json!(text.map(|text| text.to_string()))
}

fn number(text: Option<Text<'_>>) -> Value {
    json!(text.and_then(Text::wide_number))
}

fn actions<'i>(actions: impl Iterator<Item = Action<'i>>) -> Value {
    actions
        .map(|action| json!({"eis": action.eis, "address": action.address.to_string(), "value": action.value.to_string()}))
        .collect::<Vec<_>>()
        .into()
}

fn task(task: &Task<'_>) -> Value {
    json!({
        "id": text(task.id),
        "name": text(task.name),
        "room": text(task.room),
        "flag": task.flag.and_then(|flag| flag.name()),
        "time": task.time_of_day().map(|time| time.to_string()),
        "actions": task.actions.map(actions),
        "days": task.days().iter().collect::<Vec<_>>(),
    })
}

fn reply(reply: &Reply<'_>) -> Value {
    json!({"error_code": reply.code()})
}

/// All that a frame tells, by the names of the vector files.
fn fields(frame: &kts::Frame<'_>) -> Map<String, Value> {
    let mut fields = json!({"sn": text(Some(frame.sn())), "cmd": text(Some(frame.cmd()))});
    let more = match frame.body() {
        Body::Register(host) => json!({
            "timestamp": number(Some(host.timestamp)), "rand": text(Some(host.rand)), "sign": text(Some(host.sign)),
        }),
        Body::RegisterReply(answer) | Body::ControlReply(answer) | Body::ConfigureReply(answer) => reply(&answer),
        Body::QueryZones(query) | Body::QueryObjects(query) => json!({"room": text(query.room), "tag": text(query.tag)}),
        Body::Zones(zones) => json!({"zones": zones.iter().map(|zone| json!({
            "id": text(zone.id), "name": text(zone.name), "parent": text(zone.parent), "icon": text(zone.icon),
        })).collect::<Vec<_>>()}),
        Body::Objects(objects) => json!({"objects": objects.iter().map(|object| json!({
            "id": text(object.id), "eis": object.eis_number(), "value": text(object.value), "name": text(object.name),
            "room": text(object.room), "type": number(object.device.map(|device| device.text())),
            "write": object.write.map(|address| address.to_string()), "status": object.status.map(|address| address.to_string()),
        })).collect::<Vec<_>>()}),
        Body::Control(list) => json!({"actions": actions(list)}),
        Body::Push(updates) => json!({"updates": updates.iter().map(|update| json!({
            "id": text(update.id), "eis": update.eis_number(), "value": text(update.value),
        })).collect::<Vec<_>>()}),
        Body::Configure(settings) => json!({"domain": text(settings.domain)}),
        Body::Timing(timing) => task(&timing),
        Body::TimingReply(answer) => json!({"error_code": number(answer.error)}),
        _ => json!({}),
    };
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    fields.as_object().unwrap().clone()
}

#[test]
fn records_agree_field_by_field() {
    let Some(records) = records() else {
        println!("no shared vectors beside this checkout");
        return;
    };
    let (mut valid, mut compared, mut refused, mut signed) = (0, 0, 0, 0);
    for record in &records {
        let (name, wire) = (&record["name"], record["wire"].as_str().unwrap());
        let mut bytes = wire.as_bytes().to_vec();
        let frame = match (kts::decode(&mut bytes), record["error"].as_str()) {
            (Ok(frame), None) => frame,
            (Err(fault), Some(class)) => {
                assert_eq!(fault.kind.class(), class, "{name}");
                refused += 1;
                let mut again = wire.as_bytes().to_vec();
                assert_eq!(kts::decode_with(&mut again, Order::Lenient).is_ok(), class == "order", "{name}");
                continue;
            }
            (Ok(frame), Some(class)) => panic!("{name}: {frame:?} in place of {class}"),
            (Err(fault), None) => panic!("{name}: {fault}"),
        };
        valid += 1;
        let ours = fields(&frame);
        for (field, expected) in record["fields"].as_object().unwrap() {
            if field == "key" {
                let Body::Register(host) = frame.body() else { panic!("{name} is signed") };
                let key = expected.as_str().unwrap();
                assert!(host.is_signed_with(Scheme::Md5, Secret::new(key)), "{name}");
                assert!(!host.is_signed_with(Scheme::Md5, Secret::new("1234567891")), "{name}");
                assert!(!host.is_signed_with(Scheme::HmacSha256, Secret::new(key)), "{name}");
                signed += 1;
                continue;
            }
            assert_eq!(ours.get(field), Some(expected), "{name}: {field}");
            compared += 1;
        }
    }
    println!("{valid} frames, {compared} fields compared, {signed} signatures, {refused} refused");
    assert_eq!((valid, compared, signed, refused), (19, 66, 1, 6));
}
