//! Requests and answers as they are written: against the shared vectors where they are, against our own texts, and back.
#![cfg(feature = "ksenia")]

use std::path::PathBuf;

use codec_core::ksenia::{
    self, Account, AccountChange, Action, ArmAction, BypassAction, ClearKind, Command, CrcPolicy, Day, DayProgramme, Detail, Head,
    ItemRange, Kind, MessageWriter, OutputAction, Read, Request, ResultCode, Season, SeasonChange, Session, SetOutput, ThermostatChange,
    ThermostatMode, TimerChange,
};
use codec_core::text::json::Text;
use codec_core::{EncodeError, Secret};
use proptest::prelude::*;
use serde_json::Value;

fn written(session: &Session<'_>, id: u32, command: &Command<'_>) -> String {
    let mut out = [0; 4096];
    let len = ksenia::encode(session, id, 1_767_225_600, command, &mut out).expect("the command is good");
    String::from_utf8(out[..len].to_vec()).expect("messages are UTF-8")
}

fn session<'c>(login: &'c str, pin: Option<&'c str>) -> Session<'c> {
    Session { sender: "HomeAssistant", receiver: "", login, pin: pin.map(Secret::new) }
}

/// The message up to the digits of its CRC, which clients write in either case.
fn head(text: &str) -> &str {
    text.rsplit_once("0x").expect("a CRC").0
}

fn vectors() -> Option<Vec<Value>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors/ksenia.json");
    let text = std::fs::read_to_string(path).ok()?;
    Some(serde_json::from_str(&text).expect("a vector file is an array of records"))
}

/// Reads the request as a panel does, and writes it again as a client.
fn written_again(wire: &str) -> Option<String> {
    let message = ksenia::decode(wire.as_bytes()).expect("the vector is good");
    let request = Request::of(&message)?;
    let plain = |text: Option<Text<'_>>| text.map(|text| text.to_string()).unwrap_or_default();
    let (sender, receiver, login) = (plain(message.sender()), plain(message.receiver()), plain(request.login));
    let pin = request.pin.map(|pin| pin.expose().to_string());
    let session = Session { sender: &sender, receiver: &receiver, login: &login, pin: pin.as_deref().map(Secret::new) };
    let payload = message.payload()?;
    let read = payload.text("ID_READ");
    let id = message.id()?.number()?;
    let mut out = [0; 4096];
    let mut write = |command: &Command<'_>| {
        let len = ksenia::encode(&session, id, 1_767_225_600, command, &mut out).expect("the command is good");
        Some(String::from_utf8(out[..len].to_vec()).expect("messages are UTF-8"))
    };
    match request.action {
        Action::Login(account) => write(&Command::Login { account }),
        Action::Logout => write(&Command::Logout { account: Account::from_text(message.form_text()?) }),
        Action::Read { types, range } => {
            let kinds: Vec<Kind<'_>> = types.iter().collect();
            if message.form_text()? == "MULTI_TYPES" {
                if kinds.len() > ksenia::MAX_TYPES {
                    return None;
                }
                write(&Command::Read(Read::Types { types: &kinds, read, range }))
            } else if payload.get("TYPES").is_some() {
                None
            } else {
                write(&Command::Read(Read::One { kind: kinds[0], read, range }))
            }
        }
        Action::File { path, name } => write(&Command::Read(Read::File { path: path.plain()?, name: name.plain()? })),
        Action::Register(types) => write(&Command::Register { types: &types.iter().collect::<Vec<_>>() }),
        Action::SetOutput { output, action } => {
            let action = match (action, action.text().number()) {
                (OutputAction::Other(_), Some(level)) => SetOutput::Level(level.try_into().expect("a level")),
                _ => SetOutput::Action(action),
            };
            write(&Command::SetOutput { output, action })
        }
        Action::BypassZone { zone, action } => write(&Command::BypassZone { zone, action }),
        Action::RunScenario(scenario) => write(&Command::RunScenario { scenario }),
        Action::ArmPartition { partition, action } => write(&Command::ArmPartition { partition, action }),
        Action::Clear(kind) => write(&Command::Clear(kind)),
        Action::Version => write(&Command::Version),
        Action::Logs { count } => {
            let types = payload.get("ITEMS_TYPE").and_then(|types| types.array()?.texts().next());
            write(&Command::Logs { count: count?, types })
        }
        Action::Write(settings) => {
            let (kind, list) = settings.lists().next()?;
            let object = list.objects().next()?;
            let id = object.text("ID")?.number()?;
            match kind {
                Kind::ScheduleTimers => write(&Command::WriteTimers(&[TimerChange { id, enabled: object.text("EN")? == "T" }])),
                Kind::Accounts => write(&Command::WriteAccounts(&[AccountChange { id, enabled: object.text("DACC")? == "F" }])),
                _ => {
                    let thermostat = settings.thermostats().next()?;
                    let hours = |season: Option<ksenia::SeasonSettings<'_>>| -> Vec<(u8, u8)> {
                        let list = season.and_then(|season| season.monday());
                        let hour = |object: codec_core::text::json::Object<'_>| {
                            let number =
                                |key| u8::try_from(object.text(key).and_then(Text::number).expect("a number")).expect("a small one");
                            (number("T"), number("S"))
                        };
                        list.map(|list| list.objects().map(hour).collect()).unwrap_or_default()
                    };
                    let (winter, summer) = (hours(thermostat.winter()), hours(thermostat.summer()));
                    let day = |hours: &'static [(u8, u8)]| -> Vec<DayProgramme<'static>> {
                        if hours.is_empty() { Vec::new() } else { vec![DayProgramme { day: Day::Monday, hours }] }
                    };
                    let (winter, summer) = (day(winter.leak()), day(summer.leak()));
                    let change = ThermostatChange {
                        id,
                        mode: thermostat.mode(),
                        season: thermostat.season(),
                        manual_hours: thermostat.manual_hours().and_then(Text::plain),
                        winter: season(thermostat.winter(), &winter),
                        summer: season(thermostat.summer(), &summer),
                        switch_off: thermostat.switch_off().and_then(|timer| Some((timer.duration()?.plain()?, timer.enabled()?.is_yes()))),
                    };
                    write(&Command::WriteThermostats(&[change]))
                }
            }
        }
        _ => None,
    }
}

fn season<'i>(settings: Option<ksenia::SeasonSettings<'i>>, days: &'i [DayProgramme<'i>]) -> SeasonChange<'i> {
    let Some(settings) = settings else { return SeasonChange::default() };
    let text = |reading: Option<ksenia::Decimal<'i>>| reading.and_then(|reading| reading.text().plain());
    SeasonChange {
        preset_1: text(settings.preset_1()),
        preset_2: text(settings.preset_2()),
        preset_3: text(settings.preset_3()),
        manual: text(settings.manual()),
        days,
    }
}

#[test]
fn every_request_of_the_vectors_is_written_byte_for_byte() {
    let Some(vectors) = vectors() else { return };
    let (mut same, mut other) = (0, Vec::new());
    for vector in vectors.iter().filter(|vector| vector["direction"] == "client->panel") {
        let (name, wire) = (vector["name"].as_str().expect("a name"), vector["wire"].as_str().expect("a text"));
        match written_again(wire) {
            Some(text) if head(&text) == head(wire) => {
                assert!(text.eq_ignore_ascii_case(wire), "{name}");
                same += 1;
            }
            // White space, 17 types, TYPES beside a single type, the structure's name as PAYLOAD_TYPE.
            _ => other.push(name),
        }
    }
    assert_eq!(
        other,
        [
            "login_req_control4",
            "login_req_stefano",
            "login_req_lares_hass",
            "read_req_hass_17_types",
            "read_req_stefano_single",
            "write_cfg_legacy_type"
        ]
    );
    assert_eq!(same, 77);
}

#[test]
fn requests_have_the_documented_members() {
    let pin = session("12345", Some("123456"));
    let content = |command: &Command<'_>| {
        let text = written(&pin, 4, command);
        let (_, rest) = text.split_once("\"PAYLOAD_TYPE\":").expect("a form");
        rest.split_once(",\"TIMESTAMP\"").expect("a time").0.to_owned()
    };
    let types = [Kind::Zones, Kind::Other(Text::of("NEW").unwrap())];
    let cases: [(Command<'_>, &str); 14] = [
        (Command::Login { account: Account::Supervision }, r#""IP_SUPERV","PAYLOAD":{"PIN":"123456"}"#),
        (Command::Logout { account: Account::User }, r#""USER","PAYLOAD":{"ID_LOGIN":"12345"}"#),
        (Command::Read(Read::types(&types)), r#""MULTI_TYPES","PAYLOAD":{"ID_LOGIN":"12345","ID_READ":"1","TYPES":["ZONES","NEW"]}"#),
        (Command::Read(Read::one(Kind::Zones)), r#""ZONES","PAYLOAD":{"ID_LOGIN":"12345","ID_ITEMS_RANGE":["ALL","ALL"]}"#),
        (
            Command::Read(Read::One { kind: Kind::Partitions, read: None, range: Some(ItemRange::Numbers { first: 1, last: 30 }) }),
            r#""PARTITIONS","PAYLOAD":{"ID_LOGIN":"12345","ID_ITEMS_RANGE":["1","30"]}"#,
        ),
        (
            Command::Read(Read::File { path: "PROG", name: "a\"\\\n\u{1}é" }),
            r#""FILE","PAYLOAD":{"ID_LOGIN":"12345","FILE_PATH":"PROG","FILE_NAME":"a\"\\\n\u0001é"}"#,
        ),
        (Command::Register { types: &[Kind::ZoneStatus] }, r#""REGISTER","PAYLOAD":{"ID_LOGIN":"12345","TYPES":["STATUS_ZONES"]}"#),
        (
            Command::SetOutput { output: 3, action: SetOutput::Level(100) },
            r#""CMD_SET_OUTPUT","PAYLOAD":{"ID_LOGIN":"12345","PIN":"123456","OUTPUT":{"ID":"3","STA":"100"}}"#,
        ),
        (
            Command::BypassZone { zone: 9, action: BypassAction::Include },
            r#""CMD_BYP_ZONE","PAYLOAD":{"ID_LOGIN":"12345","PIN":"123456","ZONE":{"ID":"9","BYP":"NO"}}"#,
        ),
        (
            Command::ArmPartition { partition: 2, action: ArmAction::Immediate },
            r#""CMD_ARM_PARTITION","PAYLOAD":{"ID_LOGIN":"12345","PIN":"123456","PARTITION":{"ID":"2","MOD":"I"}}"#,
        ),
        (
            Command::WriteThermostats(&[ThermostatChange {
                id: 3,
                mode: Some(ThermostatMode::Manual),
                season: Some(Season::Winter),
                winter: SeasonChange { manual: Some("21.5"), ..SeasonChange::default() },
                ..ThermostatChange::default()
            }]),
            r#""CFG_ALL","PAYLOAD":{"ID_LOGIN":"12345","PIN":"123456","CFG_THERMOSTATS":[{"ID":"3","ACT_MODE":"MAN","ACT_SEA":"WIN","WIN":{"TM":"21.5"}}]}"#,
        ),
        (Command::Clear(ClearKind::Communications), r#""COMMUNICATIONS","PAYLOAD":{"ID_LOGIN":"12345","PIN":"123456"}"#),
        (Command::Version, r#""REQUEST","PAYLOAD":{"ID_LOGIN":"12345"}"#),
        (Command::Logs { count: 60, types: None }, r#""GET_LAST_LOGS","PAYLOAD":{"ID_LOGIN":"12345","ID_LOG":"MAIN","ITEMS_LOG":"60"}"#),
    ];
    for (command, expected) in &cases {
        assert_eq!(content(command), *expected);
    }
}

#[test]
fn what_a_panel_would_not_answer_is_not_written() {
    let mut out = [0; 1024];
    let mut refused = |session: &Session<'_>, command: &Command<'_>| ksenia::encode(session, 1, 0, command, &mut out).unwrap_err();
    let (bare, logged) = (session("", Some("1")), session("1", None));
    let missing = |field| EncodeError::Missing { field };
    assert_eq!(refused(&logged, &Command::Login { account: Account::User }), missing("pin"));
    assert_eq!(refused(&session("1", Some("")), &Command::Clear(ClearKind::FaultsMemory)), missing("pin"));
    assert_eq!(refused(&logged, &Command::RunScenario { scenario: 1 }), missing("pin"));
    assert_eq!(refused(&bare, &Command::Version), missing("login"));
    let range = |field, min, max, found| EncodeError::OutOfRange { field, min, max, found };
    assert_eq!(refused(&logged, &Command::Read(Read::types(&[Kind::Zones; 16]))), range("types", 1, 15, 16));
    assert_eq!(refused(&logged, &Command::Read(Read::types(&[]))), range("types", 1, 15, 0));
    assert_eq!(refused(&logged, &Command::WriteTimers(&[])), range("changes", 1, u32::MAX, 0));
    let level = Command::SetOutput { output: 1, action: SetOutput::Level(101) };
    assert_eq!(refused(&session("1", Some("1")), &level), range("level", 0, 100, 101));
}

#[test]
fn a_short_slice_is_told_how_much_is_missing() {
    let session = session("7", Some("123456"));
    let command = Command::RunScenario { scenario: 3 };
    let full = written(&session, 9, &command);
    for len in 0..full.len() {
        let mut out = vec![0; len];
        let error = ksenia::encode(&session, 9, 1_767_225_600, &command, &mut out).unwrap_err();
        assert_eq!(error, EncodeError::NoSpace { needed: full.len() as u32 });
    }
    let mut out = vec![0; full.len()];
    assert_eq!(ksenia::encode(&session, 9, 1_767_225_600, &command, &mut out), Ok(full.len()));
}

#[test]
fn a_message_longer_than_the_slice_is_written_in_parts() {
    let mut parts = Vec::new();
    let mut out = [0; 192];
    let mut writer = MessageWriter::new(&mut out, &Head::changes("A4580F941B25", "HomeAssistant"));
    writer.open_object("HomeAssistant");
    writer.open_list("STATUS_OUTPUTS");
    for output in 1..=500 {
        if writer.free() < 40 {
            writer.take(|part| parts.extend_from_slice(part)).unwrap();
        }
        writer.open_item();
        writer.number("ID", output);
        writer.word("STA", OutputAction::On.text());
        writer.close_object();
    }
    writer.close_list();
    writer.close_object();
    writer.take(|part| parts.extend_from_slice(part)).unwrap();
    let len = writer.finish(1_769_871_440).unwrap();
    parts.extend_from_slice(&out[..len]);
    let message = ksenia::decode(&parts).unwrap();
    assert_eq!(message.records().filter_map(|record| record.ok()?.id()).collect::<Vec<_>>(), (1..=500).collect::<Vec<_>>());
}

#[test]
fn answers_repeat_what_was_asked() {
    let mut out = [0; 512];
    let asked = written(&session("1", None), 21, &Command::Register { types: &[Kind::ZoneStatus] });
    let asked = ksenia::decode(asked.as_bytes()).unwrap();
    let mut writer = MessageWriter::new(&mut out, &Head::answer_to(&asked, "A4580F941B25").unwrap());
    writer.outcome(ResultCode::Fail, Some(Detail::NotLogged));
    let len = writer.finish(1_769_871_440).unwrap();
    let text = std::str::from_utf8(&out[..len]).unwrap();
    assert_eq!(
        head(text),
        r#"{"SENDER":"A4580F941B25","RECEIVER":"HomeAssistant","CMD":"REALTIME_RES","ID":"21","PAYLOAD_TYPE":"REGISTER_ACK","PAYLOAD":{"RESULT":"FAIL","RESULT_DETAIL":"NOT_LOGGED"},"TIMESTAMP":"1769871440","CRC_16":""#
    );
    let answer = ksenia::decode(text.as_bytes()).unwrap();
    assert!(Head::answer_to(&answer, "A4580F941B25").is_none());
    assert_eq!(answer.outcome().and_then(|outcome| outcome.detail), Some(Detail::NotLogged));
}

#[test]
fn codes_are_never_printed() {
    let session = session("1", Some("864209"));
    let command = Command::RunScenario { scenario: 3 };
    let text = written(&session, 9, &command);
    assert!(text.contains("864209"));
    let message = ksenia::decode(text.as_bytes()).unwrap();
    let request = Request::of(&message).unwrap();
    assert_eq!(request.pin.map(|pin| pin.expose().to_string()).as_deref(), Some("864209"));
    let record = ksenia::Record::parse(Kind::Accounts, br#"{"ID":"1","DES":"Mario","PIN":"864209"}"#).unwrap();
    let account: ksenia::AccountSettings<'_> = record.view().unwrap();
    let payload = message.payload();
    let opened = ksenia::open(text.as_bytes(), CrcPolicy::Strict).unwrap();
    let shown = format!(
        "{session:?} {command:?} {message:?} {request:?} {record:?} {account:?} {payload:?} {opened:?} {:?}",
        payload.map(|payload| payload.get("SCENARIO"))
    );
    assert!(!shown.contains("864209"), "{shown}");
    assert!(shown.contains("Mario"));
    let wrong = text.replace("SCENARIO", "SCENARII");
    let fault = ksenia::decode(wrong.as_bytes()).unwrap_err();
    assert!(!format!("{fault:?} {fault}").contains("864209"));
}

proptest! {
    #[test]
    fn any_text_comes_back(name in any::<String>(), path in ".{0,40}", id in 1_u32..65_536, unix in any::<u64>(), sender in "[A-Za-z0-9_-]{1,32}") {
        let session = Session { sender: &sender, receiver: "", login: "12", pin: None };
        let mut out = vec![0; 8192];
        let len = ksenia::encode(&session, id, unix, &Command::Read(Read::File { path: &path, name: &name }), &mut out).unwrap();
        let message = ksenia::decode(&out[..len]).unwrap();
        prop_assert!(message.sender().is_some_and(|text| text == *sender));
        prop_assert_eq!(message.id().and_then(Text::number), Some(id));
        prop_assert_eq!(message.timestamp().map(|text| text.to_string()), Some(unix.to_string()));
        let Some(Action::File { path: found_path, name: found_name }) = Request::of(&message).map(|request| request.action) else { panic!() };
        prop_assert!(found_path == *path && found_name == *name);
        // Another reader sees the same.
        let other: Value = serde_json::from_slice(&out[..len]).unwrap();
        prop_assert_eq!(other["PAYLOAD"]["FILE_NAME"].as_str(), Some(name.as_str()));
    }

    #[test]
    fn any_change_of_a_byte_is_noticed(at in 0_usize..210, value in any::<u8>()) {
        let text = written(&session("12345", Some("123456")), 4, &Command::SetOutput { output: 3, action: SetOutput::Level(55) });
        let covered = ksenia::covered_len(text.as_bytes()).unwrap();
        let mut bytes = text.into_bytes();
        let at = at % covered;
        prop_assume!(bytes[at] != value);
        bytes[at] = value;
        prop_assert!(ksenia::decode(&bytes).is_err());
    }
}
