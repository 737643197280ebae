//! What panels do differently, each with its switch; limits; refusals; what hostile clients send.

use codec_core::ksenia::panel::{Command, Config, CrcCheck, LogsForm, Shape, UnknownRequests, UserAnswers, Wrapper, ZoneSlot};
use codec_core::ksenia::{Kind, OutputAction, Panel};
use codec_core::ws::{CloseCode, HandshakeError};
use codec_core::{CloseReason, ConfigError, EncodeError, Machine, Refused};
use serde_json::{Value, json};

use crate::client::{Rig, message};
use crate::house::{OPEN_FRONT, PIN, house, leak};

fn rig(change: impl FnOnce(&mut Config<'static>)) -> Rig {
    let mut config = Config::new();
    change(&mut config);
    let mut rig = Rig::with(config, house());
    rig.login();
    rig
}

fn pushed(rig: &mut Rig) -> Value {
    rig.inbox.clear();
    rig.happen(Command::switch(2, OutputAction::Toggle)).unwrap();
    let pushes = rig.take();
    assert_eq!(pushes.len(), 1);
    pushes[0].clone()
}

#[test]
fn wrong_check_values() {
    for check in [CrcCheck::Off, CrcCheck::Silent, CrcCheck::Refuse] {
        let mut config = Config::new();
        config.crc = check;
        let mut rig = Rig::with(config, house());
        let right = message("hall", "LOGIN", 1, "USER", &json!({"PIN": PIN}));
        let digit = right.len() - 3;
        let flipped = if &right[digit..=digit] == "0" { "1" } else { "0" };
        let wrong = format!("{}{flipped}{}", &right[..digit], &right[digit + 1..]);
        let without = r#"{"CMD":"LOGIN","ID":"7","PAYLOAD_TYPE":"USER","PAYLOAD":{"PIN":"190734"}}"#;
        for text in [wrong.as_str(), without] {
            rig.say(text);
            let answers = rig.take();
            let faults = rig.events.iter().filter(|event| event.starts_with("Fault(")).count();
            match check {
                CrcCheck::Off => assert_eq!((&answers[0]["CMD"], faults), (&json!("LOGIN_RES"), 0)),
                CrcCheck::Silent => assert!(answers.is_empty() && faults > 0),
                CrcCheck::Refuse => assert_eq!((&answers[0]["CMD"], &answers[0]["PAYLOAD_TYPE"]), (&json!("GENERIC"), &json!("ERROR"))),
            }
        }
        assert!(check == CrcCheck::Off || !rig.panel.has_session());
        rig.login();
    }
}

/// One to four digits of either case, and white space, are as good as what most clients send.
#[test]
fn messages_in_the_manner_of_all_clients() {
    for text in [
        // One client does not pad the value, another indents.
        r#"{"SENDER":"laresnode","CMD":"LOGIN","ID":"3","PAYLOAD_TYPE":"USER","PAYLOAD":{"PIN":"190734"},"N":"","CRC_16":"#,
        "{\r\n  \"SENDER\" : \"c4\",\r\n  \"CMD\" : \"LOGIN\",\r\n  \"ID\" : 4,\r\n  \"PAYLOAD\" : {\"PIN\" : \"19\\u00300734\"},\r\n  \"PAYLOAD_TYPE\" : \"USER\",\r\n  \"CRC_16\" : ",
    ] {
        let covered = &text[..text.rfind("\"CRC_16\"").unwrap() + 8];
        let value = crate::client::crc(covered.as_bytes());
        for value in [format!("0x{value:x}"), format!("0X{value:04X}")] {
            let mut rig = Rig::new();
            let wrong = text.contains("00300734");
            rig.say(&format!("{text}\"{value}\"}}"));
            let answers = rig.take();
            assert_eq!(answers[0]["PAYLOAD"]["RESULT"], if wrong { "FAIL" } else { "OK" }, "{value}");
        }
    }
}

#[test]
fn numbers_of_messages() {
    let mut rig = rig(|config| config.echo_ids = false);
    assert_eq!(rig.ask("SYSTEM_VERSION", "REQUEST", &json!({"ID_LOGIN": "1"}))[0]["ID"], "0");
    for (keeps, id) in [(true, "2"), (false, "0")] {
        let mut rig = self::rig(|config| config.generic_keeps_id = keeps);
        let answers = rig.ask("NONSENSE", "NEW", &json!({"ID_LOGIN": "1"}));
        assert_eq!((&answers[0]["CMD"], &answers[0]["ID"]), (&json!("GENERIC"), &json!(id)));
    }
}

#[test]
fn what_makes_no_sense() {
    for (unknown, expected) in [
        (UnknownRequests::Silent, None),
        (UnknownRequests::Generic, Some(("GENERIC", "ERROR", "INVALID_CMD"))),
        (UnknownRequests::Error, Some(("ERROR", "REPLY", "UNKNOWN_CMD"))),
    ] {
        let mut rig = rig(|config| config.unknown = unknown);
        for (command, form, payload) in [
            ("NONSENSE", "NEW", json!({})),
            ("REALTIME", "REGISTER", json!({"ID_LOGIN": "1", "ZONES": []})),
            ("READ", "MULTI_TYPES", json!({"ID_LOGIN": "1"})),
        ] {
            let answers = rig.ask(command, form, &payload);
            assert_eq!(answers.len(), usize::from(expected.is_some()), "{command}");
            if let Some((command, form, detail)) = expected {
                assert_eq!((&answers[0]["CMD"], &answers[0]["PAYLOAD_TYPE"]), (&json!(command), &json!(form)));
                assert_eq!(answers[0]["PAYLOAD"], json!({"RESULT": "FAIL", "RESULT_DETAIL": detail}));
            }
        }
        // A sign of life that one client names, and things that are no request of a client.
        assert!(rig.ask("PING", "HEARTBEAT", &json!({})).is_empty());
        rig.say("no JSON");
        rig.say("[]");
        assert!(rig.take().is_empty());
        assert_eq!(rig.closed, None);
    }
}

#[test]
fn user_answers() {
    let switch = |answers| {
        let mut rig = rig(|config| config.user_answers = answers);
        rig.register(&["STATUS_OUTPUTS"]);
        rig.inbox.clear();
        let payload = json!({"ID_LOGIN": rig.session, "PIN": PIN, "OUTPUT": {"ID": "2", "STA": "ON"}});
        let answers = rig.ask("CMD_USR", "CMD_SET_OUTPUT", &payload);
        assert_eq!(answers.last().unwrap()["PAYLOAD"]["hall"]["STATUS_OUTPUTS"][0]["STA"], "ON");
        answers
    };
    let ok = json!({"RESULT": "OK", "RESULT_DETAIL": "CMD_PROCESSED"});
    let usual = switch(UserAnswers::Usual);
    assert_eq!((&usual[0]["PAYLOAD_TYPE"], &usual[0]["PAYLOAD"]), (&json!("CMD_SET_OUTPUT"), &ok));
    assert_eq!(switch(UserAnswers::Reply)[0]["PAYLOAD_TYPE"], "REPLY");
    assert_eq!(switch(UserAnswers::Untyped)[0].get("PAYLOAD_TYPE"), None);
    assert_eq!(switch(UserAnswers::Nested)[0]["PAYLOAD"], json!({"hall": ok}));
    assert_eq!(switch(UserAnswers::NoResult)[0]["PAYLOAD"], json!({}));
    assert_eq!(switch(UserAnswers::OutputsUnanswered).len(), 1);
}

#[test]
fn types_of_log_answers() {
    for (form, types) in [
        (LogsForm::LastLogs, ["LAST_LOGS", "LAST_LOGS"]),
        (LogsForm::GetLastLogs, ["GET_LAST_LOGS", "GET_LAST_LOGS"]),
        (LogsForm::ByNumber, ["GET_LAST_LOGS", "LAST_LOGS"]),
    ] {
        let mut rig = rig(|config| config.logs = form);
        let found = [(); 2].map(|()| rig.command("LOGS", "GET_LAST_LOGS", &json!({}))["PAYLOAD_TYPE"].clone());
        assert_eq!(found, types.map(Value::from));
    }
}

#[test]
fn wrappers_and_shapes_of_changes() {
    let on = json!([{"ID": "2", "STA": "ON"}]);
    let push = |change: fn(&mut Config<'static>)| {
        let mut rig = rig(change);
        rig.register(&["STATUS_OUTPUTS", "STATUS_PARTITIONS"]);
        pushed(&mut rig)
    };
    let usual = push(|_| ());
    assert_eq!(usual["PAYLOAD"], json!({"hall": {"STATUS_OUTPUTS": on}}));
    assert_eq!((&usual["SENDER"], &usual["RECEIVER"]), (&json!("000000000001"), &json!("hall")));
    assert_eq!(
        push(|config| config.wrapper = Wrapper::Fixed("HomeAssistant"))["PAYLOAD"],
        json!({"HomeAssistant": {"STATUS_OUTPUTS": on}})
    );
    assert_eq!(push(|config| config.wrapper = Wrapper::Bare)["PAYLOAD"], json!({"STATUS_OUTPUTS": on}));
    assert_eq!(push(|config| config.shape = Shape::Nested)["PAYLOAD"]["hall"], json!({"STATUS_OUTPUTS": {"OUTPUTS": on}}));
    assert_eq!(push(|config| config.shape = Shape::Single)["PAYLOAD"]["hall"], json!({"STATUS_OUTPUTS": on[0]}));
    let again = push(|config| config.shape = Shape::Acknowledgement);
    assert_eq!((&again["CMD"], &again["PAYLOAD_TYPE"], &again["ID"]), (&json!("REALTIME_RES"), &json!("REGISTER_ACK"), &json!("2")));
    assert_eq!(again["PAYLOAD"], json!({"STATUS_OUTPUTS": on}));
    let untyped = push(|config| config.shape = Shape::Untyped);
    assert_eq!((untyped.get("PAYLOAD_TYPE"), &untyped["ID"]), (None, &json!("2")));
    let anonymous = push(|config| config.shape = Shape::Anonymous);
    assert_eq!((anonymous.get("SENDER"), anonymous.get("RECEIVER"), &anonymous["CMD"]), (None, None, &json!("REALTIME")));
    let mut rig = rig(|config| config.shape = Shape::ShortNames);
    rig.register(&["STATUS_PARTITIONS"]);
    rig.inbox.clear();
    rig.happen(Command::Arm { partition: 1, delayed: false }).unwrap();
    assert_eq!(rig.take()[0]["PAYLOAD"]["hall"]["PARTITIONS"][0]["ARM"], "IA");
}

/// Two clients in one message: each takes its own part.
#[test]
fn several_wrappers() {
    let mut rig = rig(|config| config.wrapper = Wrapper::Several("kitchen"));
    rig.register(&["STATUS_OUTPUTS", "STATUS_PARTITIONS", "STATUS_UPDATE"]);
    let content = json!({"STATUS_OUTPUTS": [{"ID": "2", "STA": "ON"}]});
    assert_eq!(pushed(&mut rig)["PAYLOAD"], json!({"kitchen": content, "hall": content}));
    // Nothing is told twice.
    rig.wait(60_000);
    assert_eq!(rig.take(), [] as [Value; 0]);
    rig.happen(Command::Tell { kind: Kind::UpdateStatus, record: r#"{"ID":"1"}"# }).unwrap();
    let content = json!({"STATUS_UPDATE": [{"ID": "1"}]});
    assert_eq!(rig.take()[0]["PAYLOAD"], json!({"kitchen": content, "hall": content}));
}

#[test]
fn changes_before_the_registration_is_answered() {
    for (before, expected) in [(true, vec!["REALTIME", "REALTIME_RES"]), (false, vec!["REALTIME_RES"])] {
        let mut rig = rig(|config| config.push_before_ack = before);
        rig.happen(OPEN_FRONT).unwrap();
        let payload = json!({"ID_LOGIN": rig.session, "TYPES": ["STATUS_ZONES", "STATUS_SYSTEM"]});
        let answers = rig.ask("REALTIME", "REGISTER", &payload);
        assert_eq!(answers.iter().map(|answer| answer["CMD"].as_str().unwrap()).collect::<Vec<_>>(), expected);
        if before {
            let told = &answers[0]["PAYLOAD"]["hall"];
            assert_eq!((&told["STATUS_ZONES"][0]["ID"], told["STATUS_ZONES"].as_array().unwrap().len()), (&json!("1"), 1));
            assert!(told["STATUS_SYSTEM"][0]["ARM"]["S"].is_string());
        }
        assert_eq!(answers.last().unwrap()["PAYLOAD"]["STATUS_ZONES"][0]["STA"], "A");
    }
}

/// Lists that the panel keeps nothing of are told all the same, in every shape.
#[test]
fn records_of_the_caller_are_told() {
    let tell = |rig: &mut Rig, kind, record| {
        rig.inbox.clear();
        rig.happen(Command::Tell { kind, record })
    };
    let power = r#"{"ID": "1", "PCONS": "512.0", "NEW": [1]}"#;
    let mut rig = rig(|_| ());
    assert_eq!(tell(&mut rig, Kind::PowerLineStatus, power), Err(Refused::NotReady));
    rig.register(&["STATUS_POWER_LINES", "STATUS_OUTPUTS"]);
    assert_eq!(tell(&mut rig, Kind::PowerLineStatus, power), Ok(()));
    let push = rig.take().remove(0);
    assert_eq!((&push["CMD"], &push["ID"], &push["PAYLOAD_TYPE"]), (&json!("REALTIME"), &json!("0"), &json!("CHANGES")));
    assert_eq!(push["PAYLOAD"], json!({"hall": {"STATUS_POWER_LINES": [{"ID": "1", "PCONS": "512.0", "NEW": [1]}]}}));
    assert_eq!(tell(&mut rig, Kind::PanelStatus, power), Err(Refused::NotReady));
    for (record, at) in [("", 0), ("[]", 0), (r#"{"ID":"1"}x"#, 10), ("{\"ID\":\"\u{1}\"}", 7)] {
        let refused = EncodeError::BadCharacter { field: "record", at };
        assert_eq!(tell(&mut rig, Kind::PowerLineStatus, record), Err(refused.into()), "{record}");
    }
    let long = format!("{{\"ID\":\"{}\"}}", "x".repeat(Panel::TX_MIN));
    assert!(matches!(tell(&mut rig, Kind::PowerLineStatus, &long), Err(Refused::NoRoom { .. })));
    rig.happen(Command::Silence { millis: 1_000 }).unwrap();
    assert_eq!(tell(&mut rig, Kind::PowerLineStatus, power), Err(Refused::Busy));
    rig.wait(1_000);
    assert!(rig.take().is_empty());
    for (shape, expected) in [
        (Shape::Single, json!({"hall": {"STATUS_OUTPUTS": {"ID": "9"}}})),
        (Shape::Nested, json!({"hall": {"STATUS_OUTPUTS": {"OUTPUTS": [{"ID": "9"}]}}})),
        (Shape::Acknowledgement, json!({"STATUS_OUTPUTS": [{"ID": "9"}]})),
    ] {
        let mut rig = self::rig(|config| config.shape = shape);
        rig.register(&["STATUS_OUTPUTS"]);
        tell(&mut rig, Kind::OutputStatus, r#"{"ID":"9"}"#).unwrap();
        assert_eq!(rig.take()[0]["PAYLOAD"], expected);
    }
    let mut rig = self::rig(|config| config.shape = Shape::ShortNames);
    rig.register(&["STATUS_PARTITIONS"]);
    tell(&mut rig, Kind::PartitionStatus, r#"{"ID":"1","ARM":"OT"}"#).unwrap();
    assert_eq!(rig.take()[0]["PAYLOAD"]["hall"], json!({"PARTITIONS": [{"ID": "1", "ARM": "OT"}]}));
}

#[test]
fn changes_first_or_last() {
    for (first, expected) in [(false, ["CMD_USR_RES", "REALTIME"]), (true, ["REALTIME", "CMD_USR_RES"])] {
        let mut rig = rig(|config| config.changes_first = first);
        rig.register(&["STATUS_OUTPUTS"]);
        let payload = json!({"ID_LOGIN": rig.session, "PIN": PIN, "OUTPUT": {"ID": "2", "STA": "ON"}});
        let answers = rig.ask("CMD_USR", "CMD_SET_OUTPUT", &payload);
        assert_eq!([&answers[0]["CMD"], &answers[1]["CMD"]], expected.map(Value::from).each_ref());
        // The lists of a READ are not those of a push before it.
        rig.happen(OPEN_FRONT).unwrap();
        assert_eq!(rig.read(&["PARTITIONS"])["PARTITIONS"].as_array().unwrap().len(), 2);
    }
}

#[test]
fn at_most_fifteen_types() {
    let types = [
        "ZONES",
        "PARTITIONS",
        "OUTPUTS",
        "SCENARIOS",
        "BUS_HAS",
        "POWER_LINES",
        "TEMPERATURES",
        "HUMIDITY",
        "ROOMS",
        "MAPS",
        "COUNTERS",
        "STATUS_ZONES",
        "STATUS_OUTPUTS",
        "NEW_1",
        "STATUS_SYSTEM",
        "STATUS_PANEL",
        "NEW_2",
    ];
    let mut rig = rig(|_| ());
    let payload = rig.read(&types);
    let answered: Vec<bool> = types.iter().map(|kind| payload.get(kind).is_some()).collect();
    assert_eq!(answered, [[true; 15].as_slice(), &[false; 2]].concat());
    assert_eq!((&payload["NEW_1"], &payload["HUMIDITY"]), (&json!([]), &json!([])));
    let mut rig = self::rig(|config| config.max_types = 255);
    assert!(types.iter().all(|kind| rig.read(&types).get(kind).is_some()));
}

#[test]
fn single_types_ranges_and_groups() {
    let mut rig = rig(|_| ());
    let mut read = |form: &str, more: Value| {
        let answer = rig.command("READ", form, &more);
        assert_eq!((&answer["CMD"], &answer["PAYLOAD_TYPE"]), (&json!("READ_RES"), &json!(form)));
        answer["PAYLOAD"].clone()
    };
    let ids = |list: &Value| list.as_array().unwrap().iter().map(|zone| zone["ID"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(ids(&read("ZONES", json!({"ID_ITEMS_RANGE": ["ALL", "ALL"]}))["ZONES"]), ["1", "2", "3", "4", "5"]);
    assert_eq!(ids(&read("ZONES", json!({"ID_ITEMS_RANGE": ["2", "4"]}))["ZONES"]), ["2", "3", "4"]);
    assert_eq!(ids(&read("STATUS_ZONES", json!({"ID_ITEMS_RANGE": ["7", "7"]}))["STATUS_ZONES"]), [""; 0]);
    assert_eq!(ids(&read("PRG_ZONES", json!({}))["PRG_ZONES"]).len(), 5);
    let states = read("STATUS_ALL", json!({"ID_ITEMS_RANGE": ["ALL", "ALL"]}));
    assert!(states.get("STATUS_ZONES").is_some() && states.get("STATUS_SYSTEM").is_some() && states.get("ZONES").is_none());
    let all = read("ALL", json!({}));
    assert!(
        all.get("ZONES").is_some() && all.get("CFG_THERMOSTATS").is_some() && all.get("PRG_ZONES").is_none() && all.get("ALL").is_none()
    );
    assert!(read("CFG_ALL", json!({})).get("CFG_ACCOUNTS").is_some());
    assert!(read("USR_ALL", json!({})).get("CFG_ACCOUNTS").is_none());
    assert_eq!(read("PRG_ALL", json!({}))["PRG_THERMOSTATS"][0]["PERIPH"], json!({"TYP": "DOMUS", "PID": "1"}));
    assert_eq!(read("FAULTS", json!({}))["STATUS_FAULTS"][0]["LOW_BATT"], json!([]));
    let mut rig = self::rig(|config| config.program_lists = false);
    assert_eq!(rig.command("READ", "PRG_ZONES", &json!({}))["PAYLOAD"]["RESULT_DETAIL"], "CMD_NOT_AVAILABLE");
}

#[test]
fn codes_and_sessions_may_be_nobodys_business() {
    let mut config = Config::new();
    (config.check_pin, config.check_session) = (false, false);
    let mut rig = Rig::with(config, house());
    let payload = json!({"OUTPUT": {"ID": "2", "STA": "ON"}});
    assert_eq!(rig.ask("CMD_USR", "CMD_SET_OUTPUT", &payload)[0]["PAYLOAD"]["RESULT"], "OK");
    assert_eq!(rig.ask("LOGIN", "USER", &json!({"PIN": "1"}))[0]["PAYLOAD"]["RESULT"], "OK");
    let mut rig = self::rig(|config| config.one_login = false);
    let first = rig.session.clone();
    rig.login();
    assert_ne!(rig.session, first);
    assert_eq!(rig.read(&["ZONES"])["RESULT"], "OK");
    assert_eq!(rig.ask("SYSTEM_VERSION", "REQUEST", &json!({"ID_LOGIN": first}))[0]["PAYLOAD"]["RESULT_DETAIL"], "NOT_LOGGED");
}

#[test]
fn a_running_delay_may_be_pushed_every_second() {
    let mut rig = rig(|config| (config.push_countdown, config.exit_word) = (true, true));
    rig.register(&["STATUS_PARTITIONS"]);
    rig.inbox.clear();
    rig.happen(Command::Arm { partition: 1, delayed: true }).unwrap();
    rig.wait(20_000);
    let pushes = rig.take();
    let told: Vec<(String, String)> = pushes
        .iter()
        .map(|push| &push["PAYLOAD"]["hall"]["STATUS_PARTITIONS"][0])
        .map(|slot| (slot["ARM"].as_str().unwrap().to_owned(), slot["T"].as_str().unwrap().to_owned()))
        .collect();
    let expected: Vec<(String, String)> =
        (1..=20).rev().map(|left| ("OT".to_owned(), format!("{left}"))).chain([("IA".to_owned(), "0".to_owned())]).collect();
    assert_eq!(told, expected);
}

#[test]
fn reprogramming_says_bye_and_refuses_for_a_while() {
    let home: &'static mut _ = Box::leak(Box::new(house()));
    let mut first = Rig::on(Config::new(), home, Panel::TX_MIN, 0, "/KseniaWsock/");
    first.login();
    first.happen(Command::Touch).unwrap();
    assert_eq!(first.read(&["ZONES"])["PRG_CHECK"], json!({"PRG": "0000000938", "CFG": "0000000689"}));
    first.happen(Command::Reprogram).unwrap();
    assert_eq!(first.close_seen, Some((Some(CloseCode::NORMAL), "Bye...".to_owned())));
    assert_eq!(first.closed, Some(CloseReason::Reprogramming));
}

#[test]
fn upgrades_are_refused_for_good_reasons() {
    let refuse = |change: fn(&mut Config<'static>), path| {
        let mut config = Config::new();
        change(&mut config);
        Rig::on(config, Box::leak(Box::new(house())), Panel::TX_MIN, 0, path)
    };
    assert_eq!(refuse(|_| (), "/KseniaWsock/").status, Some(Ok(())));
    let rig = refuse(|_| (), "/other");
    assert_eq!((rig.status, rig.closed), (Some(Err(HandshakeError::HttpStatus(404))), Some(CloseReason::Handshake(HandshakeError::Path))));
    assert_eq!(refuse(|config| config.protocol_required = true, "/KseniaWsock").status, Some(Ok(())));
}

#[test]
fn a_panel_may_fall_silent() {
    let mut rig = rig(|_| ());
    rig.happen(Command::Silence { millis: 5_000 }).unwrap();
    assert!(rig.ask("SYSTEM_VERSION", "REQUEST", &json!({"ID_LOGIN": "1"})).is_empty());
    rig.happen(Command::Arm { partition: 1, delayed: true }).unwrap();
    rig.wait(4_999);
    assert!(rig.take().is_empty());
    rig.wait(1);
    assert_eq!(rig.take()[0]["CMD"], "SYSTEM_VERSION_RES");
    rig.happen(Command::Silence { millis: u32::MAX }).unwrap();
    rig.drop_line();
    assert_eq!(rig.closed, Some(CloseReason::PeerClosed));
}

/// A request longer than the buffer is passed over, however long it is.
#[test]
fn a_request_that_is_too_long() {
    for len in [2_000, 5_000, 15_000] {
        let mut rig = rig(|_| ());
        let payload = json!({"ID_LOGIN": "1", "X": "x".repeat(len)});
        assert!(rig.ask("READ", "MULTI_TYPES", &payload).is_empty());
        let faults: Vec<&String> = rig.events.iter().filter(|event| event.starts_with("Fault(")).collect();
        assert_eq!(faults, ["Fault(Fault { kind: TooLong { limit: 1984 }, at: 2048 })"]);
        assert_eq!(rig.read(&["ZONES"])["RESULT"], "OK");
    }
}

/// 2,000 records leave through the smallest buffer, with a name full of escapes among them.
#[test]
fn a_house_of_any_size_is_told() {
    let mut large = house();
    let name: &'static str = Box::leak("\"\\".repeat(32).into_boxed_str());
    large.zones = leak((1..=2000).map(|id| ZoneSlot::new(id, if id % 100 == 0 { name } else { "Zön med ett namn" })).collect());
    let mut rig = Rig::with(Config::new(), large);
    rig.login();
    let payload = rig.read(&["ZONES", "STATUS_ZONES"]);
    assert_eq!((payload["ZONES"].as_array().unwrap().len(), payload["STATUS_ZONES"].as_array().unwrap().len()), (2000, 2000));
    assert_eq!((&payload["ZONES"][99]["DES"], &payload["ZONES"][1998]["ID"]), (&json!(name), &json!("1999")));
    assert!(rig.frames > 200, "{} frames", rig.frames);
    rig.register(&["STATUS_ZONES"]);
    rig.inbox.clear();
    for zone in 1..=2000 {
        rig.panel.submit(&rig.env(), Command::Zone { zone, open: true }, &mut codec_core::TxBuf::new(&mut [])).unwrap();
    }
    rig.settle();
    let told: usize = rig.take().iter().map(|push| push["PAYLOAD"]["hall"]["STATUS_ZONES"].as_array().unwrap().len()).sum();
    assert_eq!(told, 2000);
}

/// A name that does not fit, or that is no plain text, is not wrapped around anything wrong.
#[test]
fn odd_names_of_clients() {
    let (long, fits) = ("n".repeat(65), "n".repeat(64));
    for (sender, name) in [("", ""), ("a\\\"b", "a\"b"), ("\\u0041", "A"), (&long, ""), (&fits, &fits)] {
        let mut rig = Rig::new();
        rig.sender = Box::leak(sender.to_owned().into_boxed_str());
        rig.login();
        rig.register(&["STATUS_OUTPUTS"]);
        let push = pushed(&mut rig);
        assert_eq!(push["PAYLOAD"], json!({name: {"STATUS_OUTPUTS": [{"ID": "2", "STA": "ON"}]}}), "{sender}");
    }
}

#[test]
fn settings_that_cannot_be_are_refused() {
    let refused = |change: &dyn Fn(&mut Config<'static>, &mut codec_core::ksenia::panel::House<'static>)| {
        let (mut config, mut house) = (Config::new(), house());
        change(&mut config, &mut house);
        Panel::new(Box::leak(Box::new(config)), Box::leak(Box::new(house)), Box::leak(Box::default())).map(|_| ()).unwrap_err()
    };
    let bad = |field| ConfigError::BadText { field };
    assert_eq!(refused(&|config, _| config.identity.mac = "a4580f941b25"), bad("mac"));
    assert_eq!(refused(&|config, _| config.identity.model = "quote \""), bad("model"));
    assert_eq!(refused(&|config, _| config.wrapper = Wrapper::Fixed("")), bad("wrapper"));
    assert_eq!(refused(&|config, _| config.max_types = 0), ConfigError::OutOfRange { field: "max_types", min: 1, max: 255, found: 0 });
    assert_eq!(refused(&|_, house| house.zones[0].name = "line\n"), bad("zone"));
    assert_eq!(refused(&|_, house| house.partitions[0].id = 33), bad("partition"));
    assert_eq!(refused(&|_, house| house.accounts[0].pin = codec_core::Secret::new("")), bad("pin"));
    assert_eq!(
        refused(&|_, house| house.lists = &[codec_core::ksenia::panel::List { kind: codec_core::ksenia::Kind::Maps, records: &["[]"] }]),
        bad("list")
    );
}
