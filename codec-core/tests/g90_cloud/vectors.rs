//! The shared vector file, where it lies beside the checkout: every decoded field of every cloud record, and every answer.

use std::path::PathBuf;

use codec_core::g90::cloud::controller::Config;
use codec_core::g90::cloud::{
    self, Alert, Body, CommandAnswer, CommandRequest, DiscoveryAnswer, Hello, HelloDiscovery, Message, SensorAlarm, SensorChange, decode,
    encode,
};
use codec_core::g90::{AlertSource, AlertType, PeripheralType, StateChange};
use serde_json::{Value, json};

use crate::desk::{Desk, hex};

fn records() -> Option<Vec<Value>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors/g90.json");
    let text = std::fs::read_to_string(path).ok()?;
    let all: Vec<Value> = serde_json::from_str(&text).expect("a vector file is an array of records");
    Some(all.into_iter().filter(|record| record["transport"] == "cloud").collect())
}

/// The members of two objects in one.
fn with(mut fields: Value, more: Value) -> Value {
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    fields
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn alert_fields(alert: Alert<'_>) -> Value {
    let facts = alert.facts;
    json!({
        "type": facts.alert_type.raw(), "event_id": facts.event_id, "source": facts.source.raw(), "state": facts.state,
        "zone_name": alert.name.to_string(), "device_id": "", "unix_time": alert.unix_time, "resv4": 0, "other": "",
        "type_name": facts.alert_type.name(), "source_name": facts.source.name(),
    })
}

/// All that a message tells, by the names of the vector file; texts with their NULs, which the file keeps.
fn fields(message: &Message<'_>, ping: &str) -> Value {
    let header = message.header();
    let route = header.route;
    let versioned = !matches!(message.body, Body::Ping | Body::CommandAnswer(_));
    let fields = json!({
        "message": match message.body { Body::Ping => ping, Body::Command(_) => "Command(0x29, no library class)", body => body.name() },
        "header": if versioned { "versioned" } else { "basic" },
        "command": route.command.0, "command_name": route.command.name(),
        "source": route.source.0, "source_name": route.source.name(),
        "destination": route.destination.0, "destination_name": route.destination.name(),
        "header_flag1": header.flag, "message_length": header.length,
        "payload_length": header.length - if versioned { 12 } else { 8 },
    });
    let fields = if versioned { with(fields, json!({ "version": 1, "sequence": header.sequence })) } else { fields };
    let flags = |flags: &[i32]| flags.iter().enumerate().map(|(n, flag)| (format!("flag{}", n + 1), json!(flag))).collect::<Value>();
    let device = |device: &codec_core::g90::cloud::Device<'_>| json!({ "guid": device.guid.to_string(), "guid_pad": device.guid_pad, "fw_ver": device.firmware.to_string(), "fw_ver_pad": device.firmware_pad });
    let sensor = |kind: AlertType, sensor: u8, name: String, state: u8| json!({ "type": kind.raw(), "type_name": kind.name(), "sensor_id": sensor, "sensor_name": name, "sensor_state": state });
    let more = match message.body {
        Body::Hello(hello) => with(device(&hello.device()), flags(&hello.flags())),
        Body::HelloDiscovery(hello) => with(device(&hello.device()), flags(&hello.flags())),
        Body::StateChange(change) => json!({
            "type": 2, "type_name": "STATE_CHANGE", "state": change.code(), "state_name": StateChange::from_raw(change.code().into()).name(),
            "unused34_hex": digits(change.leftover()), "timestamp": change.timestamp(), "tail68_zero": change.tail() == &[0; 68],
            "device_alert": alert_fields(message.body.alert().unwrap()),
        }),
        Body::SensorChange(change) => with(
            sensor(AlertType::SensorActivity, change.sensor(), change.name().to_string(), change.state()),
            json!({
                "sensor_source": change.source(), "sensor_source_name": AlertSource::from_raw(change.source().into()).name(),
                "timestamp": change.timestamp(), "tail68_zero": change.tail() == &[0; 68],
                "device_alert": alert_fields(message.body.alert().unwrap()),
            }),
        ),
        Body::SensorAlarm(alarm) => with(
            sensor(AlertType::Alarm, alarm.sensor(), alarm.name().to_string(), alarm.state()),
            json!({
                "sensor_type": alarm.peripheral(), "sensor_type_name": PeripheralType::from_raw(alarm.peripheral().into()).name(),
                "timestamp": alarm.timestamp(), "tail68_zero": alarm.tail() == &[0; 68],
                "device_alert": alert_fields(alarm.alert_of_panel()),
            }),
        ),
        Body::Notification(notification) => json!({ "json_hex": digits(notification.text()), "json_text": text(notification.text()) }),
        Body::CommandAnswer(answer) => json!({
            "flag1": 1, "seq_num1": answer.number(), "flag3": answer.flag(), "seq_num2": answer.number_again(), "cmd": answer.command(),
            "subcmd": answer.subcommand(), "body_hex": digits(answer.text().expose()), "body_text": text(answer.text().expose()),
        }),
        Body::Command(command) => json!({
            "unk1": command.flag(), "cmd": command.command(), "subcmd": command.subcommand(), "seq_or_token": command.token(),
            "body_hex": digits(command.text().expose()), "body_text": text(command.text().expose()),
        }),
        Body::HelloAck(ack) => json!({ "flag": ack.flag() }),
        Body::HelloAnswer(answer) => json!({ "flag": answer.flag() }),
        Body::HelloInfo(info) => json!({ "port": info.port() }),
        Body::DiscoveryAnswer(answer) => json!({
            "ip_addr": answer.address().to_string(), "flag2": answer.flags()[0], "flag3": answer.flags()[1], "port": answer.port(),
            "timestamp": answer.timestamp(),
        }),
        Body::Ping => json!({}),
        other => panic!("a message that no record has: {other:?}"),
    };
    with(fields, more)
}

/// Fields that are not on the wire, or that another part of this crate decodes.
const ELSEWHERE: [&str; 10] = [
    "context",
    "standalone_responses_hex",
    "result",
    "lib_exception",
    "decoded_by",
    "error",
    "timestamp_iso",
    "cmd_name",
    "inner",
    "inner_kind",
];

/// The message written again, from its fields.
fn written(message: &Message<'_>) -> Vec<u8> {
    let (fields, text): (Vec<u8>, &[u8]) = match &message.body {
        Body::Hello(hello) => (Hello::fields(&hello.device(), &hello.flags()).into(), b""),
        Body::HelloDiscovery(hello) => (HelloDiscovery::fields(&hello.device(), &hello.flags()).into(), b""),
        Body::StateChange(change) => {
            let mut status = cloud::StateChange::fields(change.code(), change.timestamp());
            status[2..36].copy_from_slice(change.leftover());
            status[40..].copy_from_slice(change.tail());
            (status.into(), b"")
        }
        Body::SensorChange(change) => {
            let mut status = SensorChange::fields(change.sensor(), change.source(), change.state(), change.name(), change.timestamp());
            status[40..].copy_from_slice(change.tail());
            (status.into(), b"")
        }
        Body::SensorAlarm(alarm) => {
            let mut status = SensorAlarm::fields(alarm.sensor(), alarm.peripheral(), alarm.state(), alarm.name(), alarm.timestamp());
            status[40..].copy_from_slice(alarm.tail());
            (status.into(), b"")
        }
        Body::CommandAnswer(answer) => {
            let number = u16::try_from(answer.number()).unwrap();
            (CommandAnswer::fields(number, answer.command()).into(), message.payload().get(12..).unwrap())
        }
        Body::Command(command) => (CommandRequest::fields(command.command()).into(), message.payload().get(10..).unwrap()),
        Body::HelloAck(ack) => (vec![ack.flag()], b""),
        Body::HelloAnswer(answer) => (vec![answer.flag()], b""),
        Body::HelloInfo(info) => (info.port().to_le_bytes().into(), b""),
        Body::DiscoveryAnswer(answer) => (DiscoveryAnswer::fields(answer.address(), answer.port(), answer.timestamp()).into(), b""),
        _ => (Vec::new(), message.payload()),
    };
    let (header, mut out) = (message.header(), [0; 1024]);
    let len = encode(header.route, header.sequence.unwrap_or(0), &[&fields, text], &mut out).unwrap();
    out[..len].into()
}

fn compare(name: &Value, message: &Message<'_>, expected: &Value) -> usize {
    let ping = if expected["message"] == "PingResp" { "PingResp" } else { "PingReq" };
    let ours = fields(message, ping);
    let expected = expected.as_object().unwrap().iter().filter(|(field, _)| !ELSEWHERE.contains(&field.as_str()));
    expected.map(|(field, value)| assert_eq!(ours.get(field), Some(value), "{name}: {field}")).count()
}

#[test]
fn records_agree_field_by_field() {
    let Some(records) = records() else {
        println!("no shared vectors beside this checkout");
        return;
    };
    let (mut messages, mut compared, mut refused, mut encoded) = (0, 0, 0, 0);
    for record in &records {
        let (name, wire) = (&record["name"], hex(record["wire_hex"].as_str().unwrap()));
        let expected = &record["fields"];
        let mut rest = &wire[..];
        let list = match expected.get("messages") {
            Some(list) => list.as_array().unwrap().clone(),
            None => vec![expected.clone()],
        };
        for expected in &list {
            let message = decode(rest).unwrap_or_else(|fault| panic!("{name}: {fault}"));
            messages += 1;
            compared += compare(name, &message, expected);
            let len = usize::try_from(message.header().length).unwrap();
            assert_eq!(written(&message), rest[..len], "{name}");
            encoded += 1;
            rest = &rest[len..];
        }
        match expected.get("error").filter(|_| expected.get("messages").is_some()) {
            Some(error) => {
                assert_eq!(decode(rest).unwrap_err().kind.class(), error, "{name}");
                refused += 1;
            }
            None => assert_eq!(rest, b"", "{name}"),
        }
    }
    println!("{messages} messages, {compared} fields compared, {refused} refused, {encoded} encoded again");
    assert_eq!((messages, refused, encoded, compared), (23, 3, 23, 433));
}

/// What a standalone server answers, byte for byte.
#[test]
fn records_are_answered_byte_for_byte() {
    let Some(records) = records() else {
        println!("no shared vectors beside this checkout");
        return;
    };
    let mut answered = 0;
    for record in records.iter().filter(|record| record["direction"] == "panel->cloud" && record["fields"].get("messages").is_none()) {
        let fields = &record["fields"];
        let context = &fields["context"];
        let port = |name: &str| context[name].as_u64().map(|port| u16::try_from(port).unwrap());
        let mut config = Config::new();
        config.listen_port = port("local_port").unwrap_or(5678);
        config.announced_port = port("cloud_port");
        config.announced_address = context["cloud_ip"].as_str().map_or("127.0.0.1", |address| String::from(address).leak());
        config.quirks.hello_tells_listen_port = true;
        let mut desk = Desk::with(config);
        desk.unix = context["now"].as_u64();
        let (_, sent) = desk.feed(&hex(record["wire_hex"].as_str().unwrap()));
        let expected: String = fields["standalone_responses_hex"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        assert_eq!(digits(&sent), expected, "{}", record["name"]);
        answered += usize::from(!expected.is_empty());
    }
    assert_eq!(answered, 4);
}

/// All packets of panels in one stream, cut at every byte, and piecewise.
#[test]
fn records_as_a_stream_are_the_same_for_every_cutting() {
    let Some(records) = records() else {
        println!("no shared vectors beside this checkout");
        return;
    };
    let good = records.iter().filter(|record| record["valid"] == true && record["direction"] == "panel->cloud");
    let stream: Vec<u8> = good.flat_map(|record| hex(record["wire_hex"].as_str().unwrap())).collect();
    let whole = Desk::new().feed(&stream);
    assert!(whole.0.len() > 15 && whole.1.len() > 100, "{whole:?}");
    for at in 0..=stream.len() {
        let mut desk = Desk::new();
        let mut told = desk.feed(&stream[..at]);
        let (events, sent) = desk.feed(&stream[at..]);
        told.0.extend(events);
        told.1.extend(sent);
        assert_eq!(told, whole, "cut at {at}");
    }
    for size in [1, 2, 3, 7, 64] {
        let mut desk = Desk::new();
        let mut told = (Vec::new(), Vec::new());
        for piece in stream.chunks(size) {
            let (events, sent) = desk.feed(piece);
            told.0.extend(events);
            told.1.extend(sent);
        }
        assert_eq!(told, whole, "pieces of {size}");
    }
}
