//! Every request and its answer.

use serde_json::{Value, json};

use crate::client::Rig;
use crate::house::{INSTALLER, PIN};

fn ids(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|record| record["ID"].as_str().unwrap()).collect()
}

#[test]
fn login_of_every_kind() {
    for (kind, pin, good) in [
        ("USER", PIN, true),
        ("UNKNOWN", PIN, true),
        ("UNKNOWN", INSTALLER, true),
        ("INSTALLER", INSTALLER, true),
        ("INSTALLER", PIN, false),
        ("USER", INSTALLER, false),
        ("IP_SUPERV", PIN, false),
        ("USER", "190735", false),
        ("USER", "", false),
    ] {
        let mut rig = Rig::new();
        let answers = rig.ask("LOGIN", kind, &json!({"PIN": pin}));
        assert_eq!(answers.len(), 1);
        let answer = &answers[0];
        assert_eq!((&answer["CMD"], &answer["PAYLOAD_TYPE"], &answer["ID"]), (&json!("LOGIN_RES"), &json!(kind), &json!("1")));
        assert_eq!((&answer["SENDER"], &answer["RECEIVER"]), (&json!("000000000001"), &json!("hall")));
        if good {
            assert_eq!((&answer["PAYLOAD"]["RESULT"], &answer["PAYLOAD"]["ID_LOGIN"]), (&json!("OK"), &json!("1")));
        } else {
            assert_eq!(answer["PAYLOAD"], json!({"RESULT": "FAIL", "RESULT_DETAIL": "LOGIN_KO"}));
        }
        assert_eq!(rig.panel.has_session(), good);
    }
}

/// A number is no code: leading zeros would be lost.
#[test]
fn a_code_that_is_no_text_is_refused() {
    let mut rig = Rig::new();
    let answers = rig.ask("LOGIN", "USER", &json!({"PIN": 190_734}));
    assert_eq!(answers[0]["PAYLOAD"]["RESULT_DETAIL"], "LOGIN_KO");
}

#[test]
fn nothing_is_done_without_a_session() {
    for (command, form) in [
        ("READ", "MULTI_TYPES"),
        ("REALTIME", "REGISTER"),
        ("CMD_USR", "CMD_SET_OUTPUT"),
        ("WRITE_CFG", "CFG_ALL"),
        ("LOGOUT", "USER"),
        ("LOGS", "GET_LAST_LOGS"),
    ] {
        let mut rig = Rig::new();
        let payload = json!({"ID_LOGIN": "1", "PIN": PIN, "TYPES": ["ZONES"], "OUTPUT": {"ID": "2", "STA": "ON"}});
        let answers = rig.ask(command, form, &payload);
        assert_eq!(answers[0]["CMD"], format!("{command}_RES"));
        assert_eq!(answers[0]["PAYLOAD"], json!({"RESULT": "FAIL", "RESULT_DETAIL": "NOT_LOGGED"}));
        assert!(!rig.panel.house().outputs[1].on);
    }
}

#[test]
fn a_second_login_ends_the_session_right_or_wrong() {
    for pin in [PIN, "000000"] {
        let mut rig = Rig::logged_in();
        let first = rig.session.clone();
        let second = rig.ask("LOGIN", "USER", &json!({"PIN": pin}));
        assert_eq!(second[0]["PAYLOAD"]["RESULT"], if pin == PIN { "OK" } else { "FAIL" });
        for session in [first.as_str(), second[0]["PAYLOAD"]["ID_LOGIN"].as_str().unwrap_or("2")] {
            let answers = rig.ask("SYSTEM_VERSION", "REQUEST", &json!({"ID_LOGIN": session}));
            assert_eq!(answers[0]["PAYLOAD"]["RESULT_DETAIL"], "NOT_LOGGED", "{session}");
        }
    }
}

/// Only a session is ended by a login: a wrong code before it, or a session that is over, leaves nothing behind.
#[test]
fn a_login_after_a_refused_one_begins_a_session() {
    let mut rig = Rig::new();
    assert_eq!(rig.ask("LOGIN", "USER", &json!({"PIN": "000000"}))[0]["PAYLOAD"]["RESULT_DETAIL"], "LOGIN_KO");
    for _ in 0..2 {
        rig.login();
        assert_eq!(rig.read(&["ZONES"])["RESULT"], "OK");
        rig.happen(codec_core::ksenia::panel::Command::DropSession).unwrap();
    }
}

#[test]
fn zones_partitions_and_all_the_rest_can_be_read() {
    let mut rig = Rig::logged_in();
    let payload = rig.read(&["ZONES", "PARTITIONS", "OUTPUTS", "SCENARIOS", "STATUS_ZONES", "ROOMS", "MAPS", "STATUS_PANEL"]);
    assert_eq!((&payload["RESULT"], &payload["RESULT_DETAIL"]), (&json!("OK"), &json!("READ_OK")));
    assert_eq!(payload["PRG_CHECK"], json!({"PRG": "0000000937", "CFG": "0000000688"}));
    assert_eq!(ids(&payload["ZONES"]), ["1", "2", "3", "4", "5"]);
    assert_eq!(
        payload["ZONES"][3],
        json!({"ID": "4", "DES": "Hall", "PRT": "3", "CMD": "F", "BYP_EN": "T", "CAT": "PMC", "AN": "F", "LBL": ""})
    );
    assert_eq!(payload["PARTITIONS"][1], json!({"ID": "2", "DES": "Upper floor", "TOUT": "20", "TIN": "10"}));
    assert_eq!(
        payload["STATUS_ZONES"][3],
        json!({"ID": "4", "STA": "R", "BYP": "NO", "T": "N", "A": "N", "FM": "F", "OHM": "1250", "VAS": "F", "LBL": ""})
    );
    assert_eq!(payload["SCENARIOS"][1], json!({"ID": "2", "DES": "Away", "PIN": "P", "CAT": "ARM"}));
    assert_eq!(payload["ROOMS"], json!([{"ID": "1", "DES": "Kök"}, {"ID": "2", "DES": "Hall"}]));
    assert_eq!((&payload["MAPS"], &payload["STATUS_PANEL"][0]["M"]), (&json!([]), &json!("13.7")));
}

#[test]
fn registration_gives_a_snapshot_and_then_changes() {
    let mut rig = Rig::logged_in();
    rig.ping();
    let ack = rig.register(&["STATUS_OUTPUTS", "STATUS_PARTITIONS", "STATUS_SYSTEM"]);
    assert_eq!((&ack["CMD"], &ack["PAYLOAD_TYPE"], &ack["ID"]), (&json!("REALTIME_RES"), &json!("REGISTER_ACK"), &json!("2")));
    assert_eq!(ids(&ack["PAYLOAD"]["STATUS_OUTPUTS"]), ["1", "2", "3", "4", "5"]);
    assert_eq!(ack["PAYLOAD"]["STATUS_SYSTEM"][0]["ARM"]["S"], "D");
    let answer = rig.command("CMD_USR", "CMD_SET_OUTPUT", &json!({"OUTPUT": {"ID": "2", "STA": "on"}}));
    assert_eq!((&answer["CMD"], &answer["PAYLOAD_TYPE"]), (&json!("CMD_USR_RES"), &json!("CMD_SET_OUTPUT")));
    assert_eq!(answer["PAYLOAD"], json!({"RESULT": "OK", "RESULT_DETAIL": "CMD_PROCESSED"}));
    rig.inbox.clear();
    rig.happen(crate::house::OPEN_FRONT).unwrap();
    assert!(rig.take().is_empty(), "zones were not registered for");
    rig.happen(codec_core::ksenia::panel::Command::Arm { partition: 1, delayed: true }).unwrap();
    let pushes = rig.take();
    assert_eq!(pushes.len(), 1, "partition and system come together");
    assert_eq!((&pushes[0]["CMD"], &pushes[0]["ID"], &pushes[0]["PAYLOAD_TYPE"]), (&json!("REALTIME"), &json!("0"), &json!("CHANGES")));
    let hall = &pushes[0]["PAYLOAD"]["hall"];
    assert_eq!(hall["STATUS_PARTITIONS"], json!([{"ID": "1", "ARM": "DA", "AST": "OK", "TST": "OK", "T": "20"}]));
    assert_eq!(hall["STATUS_SYSTEM"][0]["ARM"]["S"], "P_OUT");
}

#[test]
fn delays_count_down_and_a_dropped_line_ends_the_panel() {
    let mut rig = Rig::logged_in();
    rig.command("CMD_USR", "CMD_ARM_PARTITION", &json!({"PARTITION": {"ID": "2", "MOD": "A"}}));
    rig.wait(7_500);
    assert_eq!(rig.read(&["STATUS_PARTITIONS"])["STATUS_PARTITIONS"][1]["T"], "13");
    rig.wait(20_000);
    let partition = rig.read(&["STATUS_PARTITIONS"])["STATUS_PARTITIONS"][1].clone();
    assert_eq!((&partition["ARM"], &partition["T"]), (&json!("IA"), &json!("0")));
    rig.drop_line();
    assert_eq!(rig.closed, Some(codec_core::CloseReason::PeerClosed));
}

/// Every request of the shared vectors, where they lie beside the checkout, is answered by its name, or refused by one of the errors.
#[test]
fn requests_of_the_shared_vectors_are_answered() {
    let path = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors/ksenia.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("no shared vectors beside this checkout");
        return;
    };
    let records: Value = serde_json::from_str(&text).unwrap();
    let mut answered = 0;
    for record in records.as_array().unwrap().iter().filter(|record| record["direction"] == "client->panel") {
        let mut config = codec_core::ksenia::panel::Config::new();
        (config.check_pin, config.check_session) = (false, false);
        let mut rig = Rig::with(config, crate::house::house());
        let wire = record["wire"].as_str().unwrap();
        rig.inbox.clear();
        rig.say(wire);
        let answers = rig.take();
        let faults = rig.events.iter().filter(|event| event.starts_with("Fault(")).count();
        if record["valid"] != true {
            assert!(answers.is_empty() && faults == 1 || record["lenient"] == true, "{}: {answers:?}", record["name"]);
            continue;
        }
        let request: Value = serde_json::from_str(wire).unwrap();
        let command = request["CMD"].as_str().unwrap();
        let Some(answer) = answers.first() else {
            let silent = command == "PING" || command == "WRITE_CFG" && request["PAYLOAD_TYPE"] != "CFG_ALL";
            assert!(silent, "{}: {:?}", record["name"], rig.events);
            continue;
        };
        let known = answer["CMD"] == format!("{command}_RES") || answer["CMD"] == "GENERIC";
        assert!(known, "{}: {answer}", record["name"]);
        if let Some(id) = request["ID"].as_str() {
            assert_eq!(answer["ID"], id, "{}", record["name"]);
        }
        answered += 1;
    }
    println!("{answered} answered");
    assert!(answered > 50, "{answered}");
}
