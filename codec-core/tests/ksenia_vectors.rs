//! The shared Ksenia vectors, where they lie beside the checkout, and the user's document: every field of every record.
#![cfg(feature = "ksenia")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use codec_core::ksenia::{self, Crc, CrcPolicy, Message, Record, Structure};
use codec_core::text::json::{self, Array, Object, Text, Value as Json};
use serde_json::{Map, Value};

fn shared(path: &str) -> Option<String> {
    std::fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(path)).ok()
}

fn vectors(name: &str) -> Option<Value> {
    shared(&format!("vectors/{name}")).map(|text| serde_json::from_str(&text).expect("a vector file is JSON"))
}

/// What our reader sees, as another reader's value.
fn value(json: Json<'_>) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(bool) => Value::Bool(bool),
        Json::Number(number) => serde_json::from_str(number.raw()).expect("a number"),
        Json::Text(text) => Value::String(text.to_string()),
        Json::Array(array) => list(array),
        Json::Object(object) => map(object),
    }
}

fn list(array: Array<'_>) -> Value {
    Value::Array(array.values().map(value).collect())
}

fn map(object: Object<'_>) -> Value {
    Value::Object(object.members().map(|(key, inner)| (key.to_string(), value(inner))).collect::<Map<_, _>>())
}

/// Scalars in a value.
fn leaves(value: &Value) -> usize {
    match value {
        Value::Array(values) => values.iter().map(leaves).sum(),
        Value::Object(members) => members.values().map(leaves).sum(),
        _ => 1,
    }
}

fn optional(text: Option<Text<'_>>) -> Value {
    text.map_or(Value::Null, |text| Value::String(text.to_string()))
}

/// The records of a message by kind, read lazily, read whole, and read as structures: all three must agree.
fn records(message: &Message<'_>) -> BTreeMap<String, Vec<Value>> {
    let mut lists = BTreeMap::<String, Vec<Value>>::new();
    for record in message.records() {
        let record = record.expect("the content is good");
        lists.entry(record.kind().text().to_string()).or_default().push(map(record.object()));
        typed_members_are_the_record_s(&record);
    }
    let mut count = 0;
    let mut entries = message.entries(None);
    while let Some(entry) = entries.next_entry().expect("the content is good") {
        entry.structure().expect("the record is good");
        count += 1;
    }
    assert_eq!(count, lists.values().map(Vec::len).sum::<usize>());
    let mut skipped = message.entries(None);
    for _ in 0..count {
        assert!(skipped.next_entry().expect("the content is good").is_some());
    }
    assert!(skipped.next_entry().expect("the content is good").is_none());
    lists
}

/// Compares getters with what the other reader sees in the record.
fn typed_members_are_the_record_s(record: &Record<'_>) -> usize {
    let expected = map(record.object());
    let mut compared = 0;
    let mut same = |key: &str, found: Option<String>| {
        let other = expected.get(key).filter(|value| !value.is_object() && !value.is_array());
        let other = other.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        assert_eq!(found, other, "{key} of {expected}");
        compared += 1;
    };
    let number = |number: Option<u32>| number.map(|number| number.to_string());
    macro_rules! words { ($view:ident: $($key:literal $getter:ident),*) => {{ $(same($key, $view.$getter().map(|word| word.text().to_string()));)* }} }
    macro_rules! texts { ($view:ident: $($key:literal $getter:ident),*) => {{ $(same($key, $view.$getter().map(|text| text.to_string()));)* }} }
    macro_rules! numbers { ($view:ident: $($key:literal $getter:ident),*) => {{ $(same($key, number($view.$getter()));)* }} }
    match record.structure().expect("the record is good") {
        Structure::Zone(zone) => {
            numbers!(zone: "ID" id);
            texts!(zone: "DES" name, "PRT" partitions, "LBL" label);
            words!(zone: "CMD" is_command, "BYP_EN" bypass_allowed, "CAT" category, "AN" is_analogue);
        }
        Structure::ZoneStatus(zone) => {
            numbers!(zone: "ID" id);
            texts!(zone: "OHM" ohms, "LBL" label);
            words!(zone: "STA" state, "BYP" bypass, "T" tamper, "A" alarm, "FM" fault_memory, "VAS" tilt, "TM" tamper_memory, "AM" alarm_memory);
        }
        Structure::Partition(partition) => {
            numbers!(partition: "ID" id, "TOUT" exit_delay, "TIN" entry_delay);
            texts!(partition: "DES" name, "LBL" label);
        }
        Structure::PartitionStatus(partition) => {
            numbers!(partition: "ID" id, "T" seconds, "TOUT" exit_delay, "TIN" entry_delay);
            words!(partition: "ARM" arming, "AST" alarm, "TST" tamper);
        }
        Structure::Output(output) => {
            numbers!(output: "ID" id);
            texts!(output: "DES" name, "LBL" label, "NM" other_name, "PRT" partitions);
            words!(output: "CNV" visibility, "CAT" category, "TYPE" kind, "MOD" mode);
        }
        Structure::OutputStatus(output) => {
            numbers!(output: "ID" id);
            texts!(output: "POS" position, "TPOS" target);
            words!(output: "STA" state);
        }
        Structure::Scenario(scenario) => {
            numbers!(scenario: "ID" id);
            texts!(scenario: "DES" name);
            words!(scenario: "PIN" code, "CAT" category);
        }
        Structure::BusSensorStatus(sensor) => {
            texts!(sensor: "SN" serial, "FW" firmware, "HW" hardware, "BUS" bus);
            words!(sensor: "TYP" kind, "STA" state, "UA" update_available);
            let domus = sensor.domus().map(|domus| map(domus.object()));
            assert_eq!(domus.as_ref(), expected.get("DOMUS"));
            if let (Some(domus), Some(other)) = (sensor.domus(), expected.get("DOMUS")) {
                assert_eq!(domus.temperature().map(|reading| reading.to_string()).as_deref(), other["TEM"].as_str());
                assert_eq!(domus.humidity().map(|reading| reading.to_string()).as_deref(), other["HUM"].as_str());
                assert_eq!(domus.light().map(|reading| reading.to_string()).as_deref(), other["LHT"].as_str());
            }
        }
        Structure::SystemStatus(system) => {
            assert_eq!(system.arm().map(|arm| map(arm.object())).as_ref(), expected.get("ARM"));
            assert_eq!(system.fault_memory().map(list).as_ref(), expected.get("FAULT_MEM"));
            assert_eq!(system.info().map(list).as_ref(), expected.get("INFO"));
            let unix = system.time().and_then(|time| time.unix()).map(|unix| unix.to_string());
            assert_eq!(unix.as_deref(), expected.get("TIME").and_then(|time| time["GMT"].as_str()));
            let arming = system.arming().map(|arming| arming.text().to_string());
            assert_eq!(arming.as_deref(), expected.get("ARM").and_then(|arm| arm["S"].as_str()));
        }
        Structure::PanelStatus(panel) => {
            texts!(panel: "M" mains, "B" battery);
            assert_eq!(panel.peak().map(|peak| map(peak.object())).as_ref(), expected.get("IMAX"));
            assert_eq!(panel.current().map(|current| map(current.object())).as_ref(), expected.get("I"));
        }
        Structure::ConnectionStatus(connection) => {
            words!(connection: "INET" internet);
            assert_eq!(connection.mobile().map(|mobile| map(mobile.object())).as_ref(), expected.get("MOBILE"));
            let port = connection.ethernet().and_then(|ethernet| ethernet.web_socket()).and_then(|socket| socket.port());
            let other = expected.get("ETH").and_then(|ethernet| ethernet["WS"]["PORT"].as_str());
            assert_eq!(number(port).as_deref(), other);
        }
        Structure::UpdateStatus(update) => words!(update: "STATUS" state),
        Structure::ServiceStatus(service) => {
            numbers!(service: "ID" id);
            words!(service: "TYP" kind, "STA" state);
            texts!(service: "SUB_TYP" sub_kind);
        }
        Structure::FaultStatus(faults) => {
            assert_eq!(faults.supply_missing().map(list).as_ref(), expected.get("PS_MISS"));
            let filled = expected.as_object().unwrap().values().filter(|list| list.as_array().is_some_and(|list| !list.is_empty())).count();
            assert_eq!(faults.active().count(), filled);
        }
        Structure::TamperStatus(tampers) => assert_eq!(tampers.jamming().map(list).as_ref(), expected.get("JAM_868")),
        Structure::PowerLine(line) => texts!(line: "DES" name),
        Structure::PowerLineStatus(line) => {
            texts!(line: "PCONS" consumption, "PPROD" production);
            words!(line: "STATUS" status, "STA" state);
        }
        Structure::TemperatureSensor(sensor) => texts!(sensor: "DES" name, "TYP" kind, "ID_TH" thermostat),
        Structure::TemperatureStatus(sensor) => {
            numbers!(sensor: "ID" id);
            texts!(sensor: "TEMP" temperature);
            let model = sensor.thermostat().and_then(|thermostat| thermostat.model()).map(|model| model.text().to_string());
            assert_eq!(model.as_deref(), expected.get("THERM").and_then(|thermostat| thermostat["ACT_MODEL"].as_str()));
        }
        Structure::Thermostat(thermostat) => {
            numbers!(thermostat: "ID" id);
            words!(thermostat: "ACT_MODE" mode, "ACT_SEA" season);
            texts!(thermostat: "MAN_HRS" manual_hours);
            let monday = thermostat.winter().and_then(|winter| winter.monday()).map(list);
            assert_eq!(monday.as_ref(), expected.get("WIN").and_then(|winter| winter.get("MON")));
        }
        Structure::ThermostatWiring(wiring) => texts!(wiring: "DES" name, "HEATING_OUT" heating, "COOLING_OUT" cooling),
        Structure::Account(account) => {
            texts!(account: "DES" name, "LEV" level, "PRT" partitions);
            words!(account: "DACC" disabled);
        }
        Structure::ScheduleTimer(timer) => {
            numbers!(timer: "ID" id, "H" hour, "M" minute, "SCE" scenario);
            words!(timer: "EN" enabled, "SUN" sunday, "EXCL_HOLIDAYS" skips_holidays);
            texts!(timer: "SCE_NAME" scenario_name);
        }
        Structure::LogEntry(entry) => {
            numbers!(entry: "ID" id);
            texts!(entry: "TIME" time, "DATA" date, "EV" event, "I1" first, "I2" second);
            words!(entry: "TYPE" kind, "IML" image);
        }
        Structure::ProgramCheck(check) => texts!(check: "PRG" program, "CFG" configuration),
        Structure::Versions(versions) => texts!(versions: "FW" firmware, "WS" web_server, "VM" vm),
        Structure::BusSensor(sensor) => texts!(sensor: "DES" name),
        Structure::SensorReading(_) | Structure::Named(_) | Structure::Other(_) => {}
        other => panic!("a structure without a comparison: {other:?}"),
    }
    compared
}

#[test]
fn every_shared_vector_decodes_field_by_field_or_is_refused_for_its_reason() {
    let Some(Value::Array(all)) = vectors("ksenia.json") else { return };
    let (mut valid, mut refused, mut fields, mut typed) = (0, 0, 0, 0);
    for vector in &all {
        let name = vector["name"].as_str().expect("a name");
        let wire = vector["wire"].as_str().expect("a text").as_bytes();
        if vector["valid"] == false {
            let fault = ksenia::decode(wire).expect_err(name);
            assert_eq!(fault.kind.class(), vector["error_class"].as_str().expect("a class"), "{name}");
            assert_eq!(ksenia::open(wire, CrcPolicy::Strict).map(|_| ()), Err(fault), "{name}");
            refused += 1;
            if fault.kind.class() != "crc" {
                continue;
            }
        }
        let policy = if vector["valid"] == true && !vector["crc"].is_null() { CrcPolicy::Strict } else { CrcPolicy::Report };
        let message = ksenia::decode_with(wire, policy).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        let opened = ksenia::open(wire, policy).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        assert_eq!(format!("{message:?}"), format!("{opened:?}"), "{name}");
        let expected = &vector["fields"];
        assert_eq!(optional(message.sender()), expected["sender"], "{name}");
        assert_eq!(optional(message.receiver()), expected["receiver"], "{name}");
        assert_eq!(message.verb_text().to_string(), expected["cmd"].as_str().expect("a command"), "{name}");
        assert_eq!(optional(message.id()), expected["id"], "{name}");
        assert_eq!(optional(message.form_text()), expected["payload_type"], "{name}");
        assert_eq!(optional(message.timestamp()), expected["timestamp"], "{name}");
        fields += 6;
        let hex = |value: &Value| value.as_str().map(|text| u16::from_str_radix(&text[2..], 16).expect("four digits"));
        let found = hex(&vector["crc_in_wire"]);
        match (hex(&vector["crc"]), message.crc()) {
            (Some(expected), Crc::Verified(value)) => assert_eq!((Some(value), value), (found, expected), "{name}"),
            (Some(expected), Crc::Wrong { expected: ours, found: theirs }) => {
                assert_eq!((ours, Some(theirs)), (expected, found), "{name}");
                assert_eq!(vector["valid"], false, "{name}");
            }
            (None, Crc::Absent) => {}
            other => panic!("{name}: {other:?}"),
        }
        fields += 1;
        let payload = map(message.payload().expect("every vector has a content"));
        if let Some(expected) = expected.get("payload") {
            assert_eq!(&payload, expected, "{name}");
            fields += leaves(expected);
        }
        let lists = records(&opened);
        assert_eq!(lists, records(&message), "{name}");
        for record in message.records().flatten() {
            typed += typed_members_are_the_record_s(&record);
        }
        if let Some(Value::Object(normalized)) = expected.get("normalized") {
            let ours = |kind: &str| lists.get(kind).cloned().unwrap_or_default();
            for (kind, expected) in normalized {
                assert_eq!(&Value::Array(ours(kind)), expected, "{name}: {kind}");
                fields += leaves(expected);
            }
            assert!(lists.keys().all(|kind| normalized.contains_key(kind)), "{name}: {lists:?}");
        }
        valid += 1;
    }
    assert_eq!((valid, refused), (196, 3));
    assert_eq!((fields, typed), (3588, 1186));
}

#[test]
fn every_shared_register_comes_out() {
    let Some(file) = vectors("ksenia_crc.json") else { return };
    let registers = file["register_after"].as_array().expect("an array");
    for row in registers {
        let hex = row["hex"].as_str().expect("digits");
        let bytes: Vec<u8> = (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("digits")).collect();
        assert_eq!(format!("0x{:04X}", ksenia::crc_of(&bytes)), row["crc"], "{hex}");
    }
    assert_eq!(registers.len(), 12);
    for row in file["third_party"].as_array().expect("an array") {
        let text = row["text"].as_str().expect("a text").as_bytes();
        let covered = ksenia::covered_len(text).unwrap_or(text.len());
        assert_eq!(format!("0x{:04X}", ksenia::crc_of(&text[..covered])), row["crc"]);
    }
}

/// The JSON blocks of the document, as they are printed.
fn document_blocks() -> Option<Vec<String>> {
    let document = shared("seeds/000_3c41ef1b5725815c.txt")?;
    Some(document.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default().to_owned()).collect())
}

#[test]
fn the_document_s_envelopes_decode_as_printed() {
    let Some(blocks) = document_blocks() else { return };
    let (mut envelopes, mut payloads, mut other) = (0, 0, Vec::new());
    for block in &blocks {
        match ksenia::decode_with(block.as_bytes(), CrcPolicy::Report) {
            Ok(message) => {
                assert!(message.payload().is_some(), "{block}");
                assert!(message.records().all(|record| record.is_ok_and(|record| record.structure().is_ok())), "{block}");
                assert!(!matches!(message.crc(), Crc::Verified(_)), "{block}");
                envelopes += 1;
            }
            Err(fault) if fault.kind.class() == "envelope" => {
                let Json::Object(object) = json::check(block.as_bytes()).expect("it is JSON") else { panic!("{block}") };
                let lists = object.members().filter(|(_, value)| value.array().is_some() || value.object().is_some());
                assert!(lists.count() > 0, "{block}");
                payloads += 1;
            }
            // Blocks with `...` or a comment in them.
            Err(_) => other.push(block),
        }
    }
    assert!(other.iter().all(|block| block.contains("...") || block.contains("/*")), "{other:?}");
    assert_eq!((envelopes, payloads, other.len()), (29, 21, 3));
}
