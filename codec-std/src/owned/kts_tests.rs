use codec_core::Secret;
use codec_core::kts::controller::{Command, Event, RegisterError as Error};
use codec_core::kts::{ActionInfo, Days, GroupAddress, Order, Scheme as CoreScheme, TaskFlag, TaskInfo, TimeOfDay, decode_with};
use serde_json::json;

use super::*;

fn json_of(command: &Command<'_>) -> Value {
    let owned = OwnedCommand::from(command);
    let kept = serde_json::to_value(owned.clone().exposed()).unwrap();
    assert_eq!(serde_json::from_value::<OwnedCommand>(kept.clone()).unwrap(), owned);
    // What it is turned back into is the same command.
    assert_eq!(owned.with_command(|command| OwnedCommand::from(&command)), Some(owned.clone()));
    assert!(!format!("{owned:?}").contains("s3cret"));
    serde_json::to_value(owned).unwrap()
}

#[test]
fn commands_come_back_and_keys_are_masked() {
    let key =
        Command::Key { key: Secret::new("s3cret"), other: Some(Secret::new("s3cret2")), scheme: CoreScheme::HmacSha256, replays: None };
    assert_eq!(json_of(&key), json!({"command": "key", "key": "0000000000", "other": "0000000000", "scheme": "hmac_sha256"}));
    // As many bytes as on the wire, where the quote has a backslash.
    let configure = Command::Configure { key: Secret::new("s3cret\""), domain: "kts.example" };
    assert_eq!(json_of(&configure), json!({"command": "configure", "key": "00000000", "domain": "kts.example"}));
    let address = GroupAddress::new(1, 2, 3).unwrap();
    let action = ActionInfo { eis: 6, address, value: "128" };
    assert_eq!(json_of(&Command::Control(action)), json!({"command": "control", "eis": 6, "address": "1/2/3", "value": "128"}));
    let time = TimeOfDay::new(7, 5).unwrap();
    let days = Days::default().with(1).with(7);
    let task = TaskInfo { id: "5", name: "Morning", room: "1", flag: TaskFlag::Enable, time, actions: &[action], days };
    assert_eq!(
        json_of(&Command::Timing(&task)),
        json!({"command": "timing", "id": "5", "name": "Morning", "room": "1", "flag": "1", "time": [7, 5],
            "actions": [{"eis": 6, "address": "1/2/3", "value": "128"}], "days": [1, 7]})
    );
    assert_eq!(json_of(&Command::Set { object: "3", value: "1" }), json!({"command": "set", "object": "3", "value": "1"}));
    assert_eq!(json_of(&Command::Switch { object: 3, on: true }), json!({"command": "switch", "object": 3, "on": true}));
    assert_eq!(json_of(&Command::Query { room: None }), json!({"command": "query", "room": null}));
    for (command, word) in [(Command::Refuse, "refuse"), (Command::Resync, "resync"), (Command::Close, "close")] {
        assert_eq!(json_of(&command), json!({"command": word}));
    }
}

#[test]
fn a_command_that_is_none_is_not_submitted() {
    for text in [
        r#"{"command":"control","eis":1,"address":"1/9/1","value":"1"}"#,
        r#"{"command":"timing","id":"1","name":"","room":"","flag":"1","time":[24,0],"actions":[],"days":[]}"#,
        r#"{"command":"other"}"#,
    ] {
        let command: OwnedCommand = serde_json::from_str(text).unwrap();
        assert!(command.with_command(|_| ()).is_none(), "{text}");
    }
}

#[test]
fn events_are_flat_json_without_keys() {
    let event = |event: Event<'_>| {
        let owned = OwnedEvent::from(event);
        let value = serde_json::to_value(&owned).unwrap();
        assert_eq!(serde_json::from_value::<OwnedEvent>(value.clone()).unwrap(), owned);
        value
    };
    let mut text = *br#"{"sn":"08ABEF112233","cmd":"cfgrsp","data":{"error":"0","key":"s3cret"}}"#;
    let frame = decode_with(&mut text, Order::Strict).unwrap();
    assert_eq!(event(Event::Frame(frame)), json!({"event": "frame", "cmd": "cfgrsp", "data": {"error": "0", "key": "000000"}}));
    assert_eq!(event(Event::RegistrationRefused(Error::NoClock)), json!({"event": "registration_refused", "reason": "no_clock"}));
    assert_eq!(event(Event::Synchronised { complete: true }), json!({"event": "synchronised", "complete": true}));

    let mut text =
        *br#"{"sn":"A","cmd":"rsp2","data":[{"oID":"7","EIS":"6","val":"-1","oName":"Lamp","room":"1","type":"1","addrSet":"1/2/3"}]}"#;
    let frame = decode_with(&mut text, Order::Strict).unwrap();
    let codec_core::kts::Body::Objects(list) = frame.body() else { panic!("another frame") };
    let object = event(Event::Object(list.iter().next().unwrap()));
    assert_eq!((&object["event"], &object["id"], &object["value"]), (&json!("object"), &json!("7"), &Value::Null));
    assert_eq!((&object["device"], &object["write"], &object["status"]), (&json!("1"), &json!("1/2/3"), &Value::Null));
}
