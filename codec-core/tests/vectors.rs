//! The shared vector files, where they lie beside the checkout: every decoded field of every record.

use std::path::PathBuf;

use codec_core::ness::{self, Address, Body, ChecksumMatch, ModelMap, StatusValue};
use serde_json::{Value, json};

/// The records of a vector file, or `None` where the folder is not there.
fn records(name: &str) -> Option<Vec<Value>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors").join(name);
    let text = std::fs::read_to_string(path).ok()?;
    Some(serde_json::from_str(&text).expect("a vector file is an array of records"))
}

fn text(bytes: &[u8]) -> Value {
    json!(std::str::from_utf8(bytes).expect("lines are ASCII"))
}

/// All that a decoded line tells, by the names of the vector files.
fn ness_fields(line: &ness::Line<'_>) -> Value {
    let packet = line.packet();
    let library = matches!((packet.body, packet.address), (Body::Event(_), Address::Digit(_)));
    let mut fields = json!({
        "start": packet.start,
        "address": packet.address.value(),
        "address_digits": match packet.address.digits() { 0 => Value::Null, digits => json!(digits) },
        "seq": u8::from(packet.sequence),
        "length": line.length(),
        "command": line.command(),
        "data": text(line.data()),
        "timestamp": packet.stamp.and_then(|stamp| stamp.time()).map(|time| time.to_string()),
        "timestamp_raw": line.stamp_text().map(text),
        "checksum": line.checksum(),
        "checksum_binary": line.checksum_binary(),
        "checksum_ascii": line.checksum_ascii(),
        "checksum_match": match line.checksum_match() {
            ChecksumMatch::Binary => "binary",
            ChecksumMatch::Ascii => "ascii",
            ChecksumMatch::Both => "both",
            ChecksumMatch::None => "none",
        },
        "dialect": if library { "library" } else { "panel" },
    });
    let more = match packet.body {
        Body::Event(event) => json!({
            "event": event.code.raw(),
            "event_name": event.code.name(),
            "id": event.id.value(),
            "id_raw": text(&line.data()[2..4]),
            "id_is_hex": event.id.is_hex(),
            "area": event.area.raw(),
            "area_name": event.area.name(),
        }),
        Body::Status(status) => {
            let mut more = json!({
                "request_id": status.request.raw(),
                "request_name": status.request.name(),
                "value": status.value,
            });
            let members = |names: Vec<&str>, unknown: u16| json!({ "members": names, "unknown_bits": unknown });
            let typed = match status.typed() {
                StatusValue::Zones(_, zones) => json!({ "zones": zones.iter().collect::<Vec<_>>() }),
                StatusValue::MiscAlarms(bits) => members(bits.names().collect(), bits.unknown_bits()),
                StatusValue::Arming(bits) => members(bits.names().collect(), bits.unknown_bits()),
                StatusValue::Outputs(bits) => members(bits.names().collect(), bits.unknown_bits()),
                StatusValue::Aux(bits) => members(bits.names().collect(), bits.unknown_bits()),
                StatusValue::View(view) => json!({ "view_state": view.name() }),
                StatusValue::Version(panel) => {
                    let model = |map: ModelMap<'_>| map.model(panel.model).map(|model| model.name());
                    json!({
                        "model_byte": panel.model,
                        "model_default": model(ModelMap::LIBRARY_DEFAULT),
                        "model_legacy": model(ModelMap::LEGACY),
                        "model_rev16": model(ModelMap::REV16),
                        "major": panel.version.major(),
                        "minor": panel.version.minor(),
                        "version": panel.version.to_string(),
                    })
                }
                _ => json!({}),
            };
            more.as_object_mut().unwrap().extend(typed.as_object().unwrap().clone());
            more
        }
        Body::Request(keys) => json!({ "status_request": keys.status_request().map(|request| request.raw()) }),
    };
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    fields
}

#[test]
fn ness_records_agree_field_by_field() {
    let Some(records) = records("ness.json") else {
        println!("no shared vectors beside this checkout");
        return;
    };
    let (mut lines, mut compared, mut refused, mut reencoded) = (0, 0, 0, 0);
    for record in &records {
        let (name, wire) = (&record["name"], record["wire"].as_str().unwrap());
        let line = match (record["kind"].as_str().unwrap(), ness::decode(wire.as_bytes())) {
            ("invalid", Err(_)) => {
                refused += 1;
                continue;
            }
            ("invalid", Ok(line)) => panic!("{name}: {wire} was accepted as {line:?}"),
            (_, Err(fault)) => panic!("{name}: {wire}: {fault}"),
            (_, Ok(line)) => line,
        };
        lines += 1;
        let ours = ness_fields(&line);
        for (field, expected) in record["fields"].as_object().unwrap() {
            if ["source", "note"].contains(&field.as_str()) || field.starts_with("library_") {
                continue;
            }
            assert_eq!(ours.get(field), Some(expected), "{name}: {wire}: {field}");
            compared += 1;
        }
        if matches!(line.checksum_match(), ChecksumMatch::Binary | ChecksumMatch::Both) && record["kind"] != "request" {
            let mut again = [0; ness::MAX_ENCODED];
            let len = ness::encode(line.packet(), line.case(), &mut again).unwrap();
            if line.text().iter().any(u8::is_ascii_lowercase) && line.text().iter().any(u8::is_ascii_uppercase) {
                assert!(again[..len].eq_ignore_ascii_case(wire.as_bytes()), "{name}: {wire}");
            } else {
                assert_eq!(text(&again[..len]), json!(wire), "{name}");
            }
            reencoded += 1;
        }
    }
    println!("{lines} lines, {compared} fields compared, {refused} refused, {reencoded} encoded again");
    assert_eq!((lines, refused, compared, reencoded), (418, 14, 8427, 333));
}

/// All lines in one stream, through a controller, cut in many ways.
#[test]
fn ness_records_as_a_stream_are_the_same_for_every_cutting() {
    use codec_core::{Env, Instant, Machine, RxBuf, TxBuf};

    let Some(records) = records("ness.json") else {
        println!("no shared vectors beside this checkout");
        return;
    };
    let stream: Vec<u8> = records.iter().flat_map(|record| format!("{}\r\n", record["wire"].as_str().unwrap()).into_bytes()).collect();
    let events = |size: usize, mut cut: Box<dyn FnMut() -> usize>| {
        let mut controller = ness::Controller::new(ness::controller::Config::new()).unwrap();
        let (mut rx_storage, mut tx_storage) = (vec![0; size], vec![0; 4096]);
        let (mut rx, mut tx) = (RxBuf::new(&mut rx_storage), TxBuf::new(&mut tx_storage));
        let (mut events, mut rest) = (Vec::new(), &stream[..]);
        while !rest.is_empty() {
            let space = rx.space();
            let len = cut().clamp(1, space.len()).min(rest.len());
            space[..len].copy_from_slice(&rest[..len]);
            rx.commit(len);
            rest = &rest[len..];
            while let Some(pending) = controller.poll_event(&Env::at(Instant::ZERO), &mut rx, &mut tx) {
                events.push(format!("{:?}", controller.event(pending, &rx)));
            }
        }
        events
    };
    let whole = events(1 << 20, Box::new(|| usize::MAX));
    let lines = whole.iter().filter(|event| event.starts_with("Line")).count();
    let faults = whole.iter().filter(|event| event.starts_with("Fault")).count();
    println!("{} events, {lines} of them lines, {faults} faults", whole.len());
    // Lines whose checksum follows neither rule are faults here, and repeated events are left out.
    assert!(lines > 350 && faults > 14, "{lines} lines, {faults} faults");
    for size in [ness::Controller::RX_MIN, 2048] {
        for chunk in [1, 2, 3, 7, 64] {
            assert_eq!(events(size, Box::new(move || chunk)), whole, "chunks of {chunk}, {size} bytes of buffer");
        }
        let mut random = 0x9E37_79B9_7F4A_7C15_u64;
        for round in 0..20 {
            random = random.wrapping_add(round);
            let mut state = random;
            let cut = move || {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                usize::try_from(state % 50).unwrap()
            };
            assert_eq!(events(size, Box::new(cut)), whole, "random cuts {round}, {size} bytes of buffer");
        }
    }
}
