use serde_json::{Value, json};

use super::*;

fn line(text: &str) -> Value {
    let decoded = ness::decode(text.as_bytes()).unwrap();
    let event = OwnedEvent::from(Event::Line(decoded));
    let json = serde_json::to_value(&event).unwrap();
    if !matches!(decoded.packet().body, Body::Request(_)) {
        assert_eq!(serde_json::from_value::<OwnedEvent>(json.clone()).unwrap(), event);
    }
    assert!(!format!("{event:?}").contains("4321"));
    json
}

#[test]
fn lines_keep_all_but_codes() {
    assert_eq!(
        line("87008361010900180921183139c7"),
        json!({
            "event": "line", "kind": "event", "start": 0x87, "address": 0, "sequence": true,
            "code": {"raw": 1, "name": "sealed"}, "id": 9, "id_is_hex": false, "area": {"raw": 0, "name": "none"},
            "timestamp": "2018-09-21T18:31:39", "timestamp_raw": "180921183139",
        })
    );
    assert_eq!(
        line("8200036014000007"),
        json!({
            "event": "line", "kind": "status", "start": 0x82, "address": 0, "sequence": false,
            "request": {"raw": 0x14, "name": "arming"}, "value": 0, "timestamp": null, "timestamp_raw": null,
        })
    );
    assert_eq!(line("8300660A4321E49")["keys"], json!("A0000E"));
    assert_eq!(line("8300360S14E4")["keys"], json!("S14"));
}

#[test]
fn outcomes_and_reasons_are_words() {
    let answer = ness::StatusUpdate { request: RequestId::from_raw(0x77), value: 0x0102 };
    let outcome = Outcome::from(controller::Outcome::Answer(answer));
    assert_eq!(serde_json::to_value(&outcome).unwrap(), json!({"answer": {"request": {"raw": 0x77, "name": null}, "value": 0x0102}}));
    let info = controller::PanelInfo { model: Some(ness::Model::D16xCel4g), model_byte: 0x15, version: ness::Version::from_raw(0x87) };
    let event = OwnedEvent::from(Event::PanelInfo(info));
    assert_eq!(
        serde_json::to_value(event).unwrap(),
        json!({"event": "panel_info", "model": "D16X_CEL_4G", "model_byte": 0x15, "version": "8.7"})
    );
    let event = OwnedEvent::from(Event::Closed(codec_core::CloseReason::PeerClosed));
    assert_eq!(serde_json::to_value(event).unwrap(), json!({"event": "closed", "reason": "peer_closed"}));
    let notice = codec_core::home::Notice::Output { output: 1, on: true };
    let event = OwnedEvent::from(Event::Notice(notice));
    assert_eq!(serde_json::to_value(event).unwrap(), json!({"event": "notice", "notice": "output", "output": 1, "on": true}));
    let fault = codec_core::Fault { kind: codec_core::FaultKind::Empty, at: 0 };
    let event = OwnedEvent::from(Event::Fault(fault));
    assert_eq!(serde_json::to_value(event).unwrap(), json!({"event": "fault", "class": "empty", "detail": "empty frame", "at": 0}));
}

fn all_commands() -> Vec<Command<'static>> {
    let code = Secret::new("4321");
    vec![
        Command::ArmAway { code: Some(code) },
        Command::ArmAway { code: None },
        Command::ArmHome { code: Some(code) },
        Command::Disarm { code },
        Command::Panic { code: Some(code) },
        Command::Panic { code: None },
        Command::Aux { output: 3, on: true },
        Command::Keys(Secret::new("A4321E")),
        Command::Status(RequestId::Arming),
        Command::PanelInfo,
        Command::Refresh,
        Command::Close,
    ]
}

#[test]
fn codes_of_commands_are_masked_with_their_length_kept() {
    for command in all_commands() {
        let owned = OwnedCommand::from(&command);
        let text = serde_json::to_string(&owned).unwrap();
        assert!(!text.contains("4321") && !format!("{owned:?}").contains("4321"), "{text}");
        let read: OwnedCommand = serde_json::from_str(&text).unwrap();
        assert_eq!(read == owned, !text.contains("0000"), "{text}");
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
        assert!(read.as_command().is_some());
    }
    assert_eq!(serde_json::to_value(OwnedCommand::from(&all_commands()[3])).unwrap(), json!({"command": "disarm", "code": "0000"}));
}

#[test]
fn exposed_commands_come_back_whole() {
    for command in all_commands() {
        let owned = OwnedCommand::from(&command);
        let exposed = owned.clone().exposed();
        assert!(!format!("{exposed:?}").contains("4321"));
        let read: OwnedCommand = serde_json::from_str(&serde_json::to_string(&exposed).unwrap()).unwrap();
        assert_eq!(read, owned);
        assert_eq!(OwnedCommand::from(&read.as_command().unwrap()), owned);
    }
}
