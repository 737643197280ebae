use codec_core::CloseReason as Reason;
use codec_core::g90::local::{Reply, decode_reply};
use codec_core::g90::notify::Body as NotifyBody;
use codec_core::g90::{KeypadState, Meaning};
use serde::de::DeserializeOwned;
use serde_json::json;

use super::*;

/// Into JSON and back.
fn same<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) -> Value {
    let json = serde_json::to_value(value).unwrap();
    assert_eq!(serde_json::from_value::<T>(json.clone()).unwrap(), *value, "{json}");
    json
}

#[test]
fn what_a_panel_tells_by_itself() {
    let event = |text: &str| {
        let message = notify::decode(text.as_bytes()).unwrap();
        NotifyEvent::from(match message.body().unwrap() {
            NotifyBody::Notification(notification) => listening::Event::Notification(notification),
            NotifyBody::Alert(alert) => listening::Event::Alert(alert),
            _ => listening::Event::Other(message),
        })
    };
    assert_eq!(same(&event("[170,[1,[2]]]\0")), json!({"event": "notification", "kind": "arming", "state": 2}));
    assert_eq!(
        same(&event("[170,[5,[100,\"Hall\"]]]\0")),
        json!({"event": "notification", "kind": "sensor_activity", "index": 100, "name": "Hall"})
    );
    assert_eq!(same(&event("[170,[77,[1]]]\0")), json!({"event": "notification", "kind": "other", "number": 77, "data": [1]}));
    let alert = event("[208,[4,26,11,7,\"RFID\",\"GA18018B3001021\",1719223959,0,[\"\"]]]\0");
    assert_eq!(
        same(&alert),
        json!({"event": "alert", "type": 4, "event_id": 26, "source": 11, "state": 7, "zone_name": "RFID", "unix_time": 1_719_223_959})
    );
    let NotifyEvent::Alert(alert) = alert else { panic!("{alert:?}") };
    assert_eq!(Facts::from(alert.facts).meaning(), Meaning::Keypad(KeypadState::Card1));
    assert_eq!(same(&event("[999,[1]]\0")), json!({"event": "message", "code": 999, "data": [1]}));
    let fault = notify::decode(b"[170,[1,[2]]]").unwrap_err();
    assert_eq!(same(&NotifyEvent::from(listening::Event::Fault(fault)))["class"], "missing-terminator");
}

#[test]
fn messages_of_the_cloud() {
    let message = |bytes: &[u8]| CloudEvent::from(cloud::Event::Message(codec_core::g90::cloud::decode(bytes).unwrap()));
    let ping = message(b"\x01\x10\x00\x00\x08\x00\x00\x00");
    assert_eq!(same(&ping), json!({"event": "message", "message": "PingReq", "sequence": null}));
    let notification = message(b"\x22\x10\x00\x20\x1a\x00\x00\x00\x01\x00\x00\x00[170,[1,[3]]]\0");
    assert_eq!(same(&notification)["text"], "[170,[1,[3]]]");
    let mut opened = b"\x21\x10\x00\x20\x78\x00\x00\x00\x01\x00\x00\x00\x04\x20\x01\x01Cord 1".to_vec();
    opened.resize(48, 0);
    opened.extend(0x67A2_30B1_u32.to_le_bytes());
    opened.resize(120, 0);
    assert_eq!(
        same(&message(&opened))["alert"],
        json!({"type": 4, "event_id": 32, "source": 1, "state": 1, "zone_name": "Cord 1", "unix_time": 0x67A2_30B1})
    );
    let closed = CloudEvent::from(cloud::Event::Closed(Reason::PeerClosed));
    assert_eq!(same(&closed), json!({"event": "closed", "reason": "peer_closed"}));
}

/// The texts of commands and answers may hold passwords.
#[test]
fn answers_to_commands_keep_their_texts_to_themselves() {
    let text = b"[114,[\"1234\",\"\"]]\0";
    let mut answer = b"\x01\x00\x00\x20\x00\x00\x00\x00\x01\x00\x05\x00\x00\x00\x00\x00\x05\x00\x00\x00\x72\x00\x72\x00".to_vec();
    answer[4] = u8::try_from(answer.len() + text.len()).unwrap();
    answer.extend(text);
    let event = CloudEvent::from(cloud::Event::Message(codec_core::g90::cloud::decode(&answer).unwrap()));
    let shown = format!("{} {event:?}", same(&event));
    assert!(shown.contains("CmdResp") && !shown.contains("1234"), "{shown}");
}

#[test]
fn answers_of_the_local_protocol_without_their_passwords() {
    let answer = |text: &str| match decode_reply(text.as_bytes()).unwrap() {
        Reply::Answer(answer) => LocalEvent::from(local::Event::Answer(answer)),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        same(&answer("ISTART[100,[3,\"\",\"TSV018-C3SIA\",\"206\",\"206\"]]IEND\0")),
        json!({"event": "answer", "code": 100, "data": [3, "", "TSV018-C3SIA", "206", "206"]})
    );
    for (text, at) in [
        ("ISTART[114,[\"9753\",\"555\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\"]]IEND\0", 0),
        ("ISTART[212,[0,\"975312345\",1,1,\"apn\",\"user\",\"97531\",3]]IEND\0", 1),
        ("ISTART[230,[\"\",0,\"\",\"\",\"\",\"9753\",0,0,\"FFFFFFFF\"]]IEND\0", 5),
    ] {
        let event = answer(text);
        let shown = format!("{} {event:?}", same(&event));
        assert!(!shown.contains("9753"), "{shown}");
        assert!(same(&event)["data"][at].as_str().unwrap().bytes().all(|byte| byte == b'0'), "{shown}");
    }
    let done = LocalEvent::from(local::Event::Notice(codec_core::home::Notice::Restarted));
    assert_eq!(same(&done)["notice"], "restarted");
    assert_eq!(same(&LocalOutcome::from(local::Outcome::Added { index: 5 })), json!({"added": {"index": 5}}));
}

#[test]
fn commands_to_a_cloud_server_come_back_and_show_no_parameters() {
    use codec_core::Secret;
    use codec_core::g90::{AlertFlags, PeripheralProtocol, PeripheralType};
    let sensor = cloud::Command::Sensor { index: 3, kind: PeripheralType::Door, protocol: PeripheralProtocol::Cord };
    for (command, expected) in [
        (cloud::Command::Upstream(cloud::Upstream::Lost), json!({"command": "upstream", "state": "lost"})),
        (sensor, json!({"command": "sensor", "index": 3, "kind": 1, "protocol": 5})),
        (cloud::Command::Alerts(AlertFlags::from_bits(5)), json!({"command": "alerts", "flags": 5})),
        (cloud::Command::Close, json!({"command": "close"})),
    ] {
        let owned = CloudCommand::from(&command);
        assert_eq!(same(&owned), expected);
        assert_eq!(format!("{:?}", owned.command().unwrap()), format!("{command:?}"));
    }
    let run = CloudCommand::from(&cloud::Command::Run { command: 108, parameters: Secret::new("[108,[\"9753\"]]") });
    assert!(!format!("{run:?}").contains("9753"));
    assert_eq!(same(&run), json!({"command": "run", "code": 108, "parameters": "[108,[\"9753\"]]"}));
    assert_eq!(same(&run.hidden())["parameters"], "[000,[\"0000\"]]");
}
