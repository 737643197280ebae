use codec_core::ksenia::controller::Command;
use codec_core::ksenia::{
    AccountChange, ArmAction, BypassAction, ClearKind, Command as Request, Day, DayProgramme, ItemRange, OutputAction, Read, Season,
    SeasonChange, SetOutput, ThermostatChange, ThermostatMode, TimerChange, decode_with,
};
use serde_json::json;

use super::*;

fn message(text: &str) -> OwnedMessage {
    (&decode_with(text.as_bytes(), ksenia::CrcPolicy::Report).unwrap()).into()
}

#[test]
fn messages_keep_all_but_codes() {
    let own = message(
        r#"{"SENDER":"A4580F941B25","CMD":"READ_RES","ID":7,"PAYLOAD":{"SCENARIOS":[{"ID":"1","PIN":"P"},{"PIN":"4321"}],"PIN":"4321","X":{"NEW_PIN":[4321,{"a":"4321"}]},"n":1.50,"m":-0,"b":true,"z":null}}"#,
    );
    assert_eq!(
        serde_json::to_value(OwnedEvent::Message(own.clone())).unwrap(),
        json!({
            "event": "message", "sender": "A4580F941B25", "receiver": null, "cmd": "READ_RES", "id": "7", "payload_type": null,
            "timestamp": null, "crc": "absent",
            "payload": {
                "SCENARIOS": [{"ID": "1", "PIN": "P"}, {"PIN": "0000"}], "PIN": "0000", "X": {"NEW_PIN": [0, {"a": "0000"}]},
                "n": 1.50, "m": 0, "b": true, "z": null,
            },
        })
    );
    assert!(!format!("{own:?}").contains("4321"));
    let read: OwnedEvent = serde_json::from_value(serde_json::to_value(OwnedEvent::Message(own.clone())).unwrap()).unwrap();
    assert_eq!(read, OwnedEvent::Message(own));
}

const TOO_LONG: codec_core::Fault = codec_core::Fault { kind: codec_core::FaultKind::TooLong { limit: 9 }, at: 3 };

#[test]
fn events_are_flat_json() {
    let object = Object::parse(br#"{"ID":"3","STA":"A"}"#).unwrap();
    let record = ksenia::Record::parse(Kind::ZoneStatus, object.as_str().as_bytes()).unwrap();
    let name = Name::of("STATUS_ZONES");
    let unknown = ksenia::Record::parse(Kind::Other(Text::of("").unwrap()), object.as_str().as_bytes()).unwrap();
    let events: [(OwnedEvent, Value); 10] = [
        (Event::LoggedIn.into(), json!({"event": "logged_in"})),
        (Event::Ready { registered: true }.into(), json!({"event": "ready", "registered": true})),
        (
            Event::Record { record, name, integrity: Integrity::Provisional, early: true }.into(),
            json!({"event": "record", "kind": "STATUS_ZONES", "record": {"ID": "3", "STA": "A"}, "verified": false, "early": true}),
        ),
        (
            Event::Record { record: unknown, name: Name::of("NEW"), integrity: Integrity::Verified, early: false }.into(),
            json!({"event": "record", "kind": "NEW", "record": {"ID": "3", "STA": "A"}, "verified": true, "early": false}),
        ),
        (
            Event::RecordBegin { kind: Kind::Other(Text::of("").unwrap()), name: Name::of("NEW"), fault: TOO_LONG }.into(),
            json!({"event": "record_begin", "kind": "NEW", "fault": Fault::from(TOO_LONG)}),
        ),
        (
            Event::FrameEnd { crc: ksenia::Crc::Wrong { expected: 1, found: 2 } }.into(),
            json!({"event": "frame_end", "crc": {"wrong": {"expected": 1, "found": 2}}}),
        ),
        (Event::Reprogrammed.into(), json!({"event": "reprogrammed"})),
        (
            Event::Notice(codec_core::home::Notice::Output { output: 2, on: true }).into(),
            json!({"event": "notice", "notice": "output", "output": 2, "on": true}),
        ),
        (Event::Closed(codec_core::CloseReason::LoginRefused).into(), json!({"event": "closed", "reason": "login_refused"})),
        (
            Event::Broken(codec_core::ws::Error::Masked).into(),
            json!({"event": "broken", "detail": codec_core::ws::Error::Masked.to_string()}),
        ),
    ];
    for (event, expected) in events {
        let value = serde_json::to_value(&event).unwrap();
        assert_eq!(value, expected);
        assert_eq!(serde_json::from_value::<OwnedEvent>(value).unwrap(), event);
    }
    let outcome = Outcome::from(controller::Outcome::Refused(Some(Detail::WrongPin)));
    assert_eq!(serde_json::to_value(outcome).unwrap(), json!({"refused": {"detail": "WRONG_PIN"}}));
}

/// Every command, as JSON and as the bytes of its request.
#[test]
fn commands_come_back_whole() {
    let hours: Vec<(u8, u8)> = (0..24).map(|hour| (hour % 3 + 1, hour % 2 * 30)).collect();
    let days = [DayProgramme { day: Day::Sunday, hours: &hours }, DayProgramme { day: Day::Special2, hours: &hours[..2] }];
    let change = ThermostatChange {
        id: 3,
        mode: Some(ThermostatMode::ManualTimer),
        season: Some(Season::Winter),
        manual_hours: Some("02"),
        winter: SeasonChange { preset_2: Some("19.5"), manual: Some("21.0"), days: &days, ..SeasonChange::default() },
        switch_off: Some(("30", true)),
        ..ThermostatChange::default()
    };
    let requests = [
        Request::Read(Read::types(&Kind::STATES)),
        Request::Read(Read::Types { types: &[Kind::Zones], read: None, range: Some(ItemRange::All) }),
        Request::Read(Read::One { kind: Kind::Logs, read: None, range: Some(ItemRange::Numbers { first: 3, last: 9 }) }),
        Request::Read(Read::one(Kind::Thermostats)),
        Request::Read(Read::File { path: "PROG", name: "notes.json" }),
        Request::SetOutput { output: 1, action: SetOutput::Action(OutputAction::Toggle) },
        Request::SetOutput { output: 2, action: SetOutput::Level(55) },
        Request::BypassZone { zone: 4, action: BypassAction::Manual },
        Request::RunScenario { scenario: 5 },
        Request::ArmPartition { partition: 6, action: ArmAction::Delayed },
        Request::WriteThermostats(&[change, ThermostatChange { id: 4, mode: Some(ThermostatMode::Off), ..ThermostatChange::default() }]),
        Request::WriteTimers(&[TimerChange { id: 1, enabled: true }]),
        Request::WriteAccounts(&[AccountChange { id: 2, enabled: false }]),
        Request::Clear(ClearKind::FaultsMemory),
        Request::Version,
        Request::Logs { count: 10, types: Text::of("ALL") },
    ];
    let bytes = |request: &Request<'_>| {
        let session = ksenia::Session { sender: "a", receiver: "", login: "2", pin: Some(codec_core::Secret::new("1234")) };
        let mut out = [0; 4096];
        let len = ksenia::encode(&session, 7, 1, request, &mut out).unwrap();
        String::from_utf8(out[..len].to_vec()).unwrap()
    };
    for request in requests {
        let owned = OwnedCommand::from(&Command::Send(request));
        let text = serde_json::to_string(&owned).unwrap();
        let read: OwnedCommand = serde_json::from_str(&text).unwrap();
        assert_eq!(read, owned, "{text}");
        let again = read.with_command(|command| match command {
            Command::Send(again) => bytes(&again),
            _ => panic!("{text}"),
        });
        assert_eq!(again.unwrap(), bytes(&request), "{text}");
    }
    for command in [Command::Refresh, Command::Close] {
        let owned = OwnedCommand::from(&command);
        assert_eq!(owned.with_command(|again| format!("{again:?}")), Some(format!("{command:?}")));
    }
    let login = Command::Send(Request::Login { account: ksenia::Account::User });
    assert_eq!(OwnedCommand::from(&login), OwnedCommand::Other);
    assert_eq!(OwnedCommand::Other.with_command(|_| ()), None);
    let quoted = OwnedCommand::Clear { kind: "a\"b".into() };
    assert_eq!(quoted.with_command(|_| ()), None);
}
