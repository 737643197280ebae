//! User commands, settings, memories, versions, logs, files.

use codec_core::ksenia::panel::{self, Command, Config, Mark};
use codec_core::ksenia::{FaultCategory, ZoneBypass};
use serde_json::{Value, json};

use crate::client::Rig;
use crate::house::OPEN_FRONT;

const OK: &str = "CMD_PROCESSED";

/// Sends a user command and gives the result's detail.
fn user(rig: &mut Rig, form: &str, more: &Value) -> String {
    let answer = rig.command("CMD_USR", form, more);
    assert_eq!((&answer["CMD"], &answer["PAYLOAD_TYPE"]), (&json!("CMD_USR_RES"), &json!(form)));
    answer["PAYLOAD"]["RESULT_DETAIL"].as_str().unwrap().to_owned()
}

fn output(rig: &mut Rig, id: &str, state: &str) -> String {
    user(rig, "CMD_SET_OUTPUT", &json!({"OUTPUT": {"ID": id, "STA": state}}))
}

fn status(rig: &mut Rig, id: usize) -> Value {
    rig.read(&["STATUS_OUTPUTS"])["STATUS_OUTPUTS"][id - 1].clone()
}

#[test]
fn outputs_switch_in_their_own_ways() {
    let mut rig = Rig::logged_in();
    for (id, word, detail, state) in [
        ("2", "ON", OK, json!({"ID": "2", "STA": "ON"})),
        ("2", "off", OK, json!({"ID": "2", "STA": "OFF"})),
        ("2", "TOGGLE", OK, json!({"ID": "2", "STA": "ON"})),
        ("2", "0", OK, json!({"ID": "2", "STA": "OFF"})),
        ("2", "UP", "INVALID_PARAMETER", json!({"ID": "2", "STA": "OFF"})),
        ("2", "101", "INVALID_PARAMETER", json!({"ID": "2", "STA": "OFF"})),
        ("5", "40", OK, json!({"ID": "5", "STA": "ON", "POS": "40"})),
        ("5", "OFF", OK, json!({"ID": "5", "STA": "OFF", "POS": "0"})),
        ("5", "ON", OK, json!({"ID": "5", "STA": "ON", "POS": "40"})),
        ("3", "UP", OK, json!({"ID": "3", "STA": "UP", "POS": "0", "TPOS": "100"})),
    ] {
        assert_eq!(output(&mut rig, id, word), detail, "{id} {word}");
        assert_eq!(status(&mut rig, id.parse().unwrap()), state, "{id} {word}");
    }
    assert_eq!(output(&mut rig, "77", "ON"), "INVALID_PARAMETER");
}

#[test]
fn a_cover_takes_its_time_and_a_gate_falls_back() {
    let mut rig = Rig::logged_in();
    rig.register(&["STATUS_OUTPUTS"]);
    output(&mut rig, "3", "UP");
    output(&mut rig, "4", "ON");
    rig.inbox.clear();
    rig.wait(5_000);
    let pushes = rig.take();
    assert_eq!(pushes.len(), 1);
    assert_eq!(pushes[0]["PAYLOAD"]["hall"]["STATUS_OUTPUTS"], json!([{"ID": "4", "STA": "OFF"}]));
    assert_eq!(status(&mut rig, 3), json!({"ID": "3", "STA": "UP", "POS": "25", "TPOS": "100"}));
    assert_eq!(output(&mut rig, "3", "ALT"), OK);
    assert_eq!(status(&mut rig, 3), json!({"ID": "3", "STA": "STOP", "POS": "25", "TPOS": "25"}));
    assert_eq!(output(&mut rig, "3", "10"), OK);
    rig.inbox.clear();
    rig.wait(3_000);
    assert_eq!(
        rig.take().last().unwrap()["PAYLOAD"]["hall"]["STATUS_OUTPUTS"][0],
        json!({"ID": "3", "STA": "STOP", "POS": "10", "TPOS": "10"})
    );
}

#[test]
fn zones_are_excluded_with_the_words_of_all_clients() {
    let mut rig = Rig::logged_in();
    let mut bypass = |id: &str, word: &str| user(&mut rig, "CMD_BYP_ZONE", &json!({"ZONE": {"ID": id, "BYP": word}}));
    for word in ["MAN_M", "NO", "MAN_T", "OFF", "AUTO", "NO", "ON", "TGL", "TGL", "NO", "ARM"] {
        assert_eq!(bypass("1", word), OK, "{word}");
    }
    assert_eq!(bypass("1", "PERHAPS"), "INVALID_PARAMETER");
    assert_eq!(bypass("3", "MAN_M"), "ZONE_NOT_BYPASSABLE");
    assert_eq!(bypass("3", "NO"), OK);
    assert_eq!(bypass("99", "MAN_M"), "INVALID_PARAMETER");
    let payload = rig.read(&["STATUS_ZONES", "STATUS_SYSTEM"]);
    assert_eq!((&payload["STATUS_ZONES"][0]["BYP"], &payload["STATUS_SYSTEM"][0]["INFO"]), (&json!("MAN_I"), &json!(["BYP_ZONE"])));
}

#[test]
fn every_user_command_needs_the_code() {
    let mut rig = Rig::logged_in();
    for (command, form, more) in [
        ("CMD_USR", "CMD_SET_OUTPUT", json!({"OUTPUT": {"ID": "2", "STA": "ON"}})),
        ("CMD_USR", "CMD_BYP_ZONE", json!({"ZONE": {"ID": "1", "BYP": "NO"}})),
        ("CMD_USR", "CMD_EXE_SCENARIO", json!({"SCENARIO": {"ID": "1"}})),
        ("CMD_USR", "CMD_ARM_PARTITION", json!({"PARTITION": {"ID": "1", "MOD": "A"}})),
        ("CLEAR", "FAULTS_MEMORY", json!({})),
        ("WRITE_CFG", "CFG_ALL", json!({"CFG_SCHEDULER_TIMERS": [{"ID": "1", "EN": "F"}]})),
    ] {
        for pin in ["190733", "1907345", ""] {
            let mut payload = json!({"ID_LOGIN": rig.session, "PIN": pin});
            payload.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let answers = rig.ask(command, form, &payload);
            assert_eq!(answers[0]["PAYLOAD"], json!({"RESULT": "FAIL", "RESULT_DETAIL": "WRONG_PIN"}), "{form}");
        }
    }
    assert!(rig.panel.house().timers[0].enabled && !rig.panel.house().outputs[1].on);
    assert_eq!(user(&mut rig, "CMD_CHANGE_PIN", &json!({})), "UNKNOWN_CMD_USR");
}

/// Leaving, coming home too late, disarming, clearing the memory.
#[test]
fn an_alarm_and_its_memory() {
    let mut rig = Rig::logged_in();
    assert_eq!(user(&mut rig, "CMD_EXE_SCENARIO", &json!({"SCENARIO": {"ID": "2"}})), OK);
    let arming = |rig: &mut Rig| {
        let payload = rig.read(&["STATUS_PARTITIONS", "STATUS_SYSTEM"]);
        let partition = &payload["STATUS_PARTITIONS"][0];
        [&partition["ARM"], &partition["AST"], &payload["STATUS_SYSTEM"][0]["ARM"]["S"]].map(|text| text.as_str().unwrap().to_owned())
    };
    assert_eq!(arming(&mut rig), ["DA", "OK", "T_OUT"]);
    rig.wait(20_000);
    assert_eq!(arming(&mut rig), ["IA", "OK", "T"]);
    rig.happen(OPEN_FRONT).unwrap();
    assert_eq!(arming(&mut rig), ["IT", "OK", "T_IN"]);
    rig.wait(10_000);
    assert_eq!(arming(&mut rig), ["IA", "AL", "T"]);
    assert_eq!(status(&mut rig, 1)["STA"], "ON");
    assert_eq!(rig.read(&["STATUS_ZONES"])["STATUS_ZONES"][0]["A"], "Y");
    assert_eq!(user(&mut rig, "CMD_ARM_PARTITION", &json!({"PARTITION": {"ID": "1", "MOD": "D"}})), OK);
    assert_eq!(arming(&mut rig), ["D", "AM", "P"]);
    assert_eq!(status(&mut rig, 1)["STA"], "OFF");
    assert_eq!(rig.read(&["STATUS_SYSTEM"])["STATUS_SYSTEM"][0]["ALARM_MEM"], json!(["ZONE"]));
    let answer = rig.command("CLEAR", "CYCLES_OR_MEMORIES", &json!({}));
    assert_eq!(
        (&answer["CMD"], &answer["PAYLOAD_TYPE"], &answer["PAYLOAD"]["RESULT_DETAIL"]),
        (&json!("CLEAR_RES"), &json!("CYCLES_OR_MEMORIES"), &json!(OK))
    );
    assert_eq!(arming(&mut rig), ["D", "OK", "P"]);
    assert_eq!(rig.panel.house().zones[0].alarm, Mark::None);
}

#[test]
fn zones_do_what_they_are_for() {
    let mut rig = Rig::logged_in();
    // Smoke needs no arming, a key does nothing.
    rig.happen(Command::Zone { zone: 5, open: true }).unwrap();
    rig.happen(Command::Zone { zone: 3, open: true }).unwrap();
    assert_eq!(rig.read(&["STATUS_PARTITIONS"])["STATUS_PARTITIONS"][0]["AST"], "AL");
    rig.happen(Command::Disarm { partition: 0 }).unwrap();
    // Open zones are left out, and take part again.
    rig.happen(Command::Zone { zone: 4, open: true }).unwrap();
    assert_eq!(user(&mut rig, "CMD_ARM_PARTITION", &json!({"PARTITION": {"ID": "2", "MOD": "I"}})), OK);
    assert_eq!(rig.panel.house().zones[3].bypass, ZoneBypass::Automatic);
    // No delay for the kitchen.
    rig.happen(Command::Zone { zone: 2, open: true }).unwrap();
    assert_eq!(rig.read(&["STATUS_PARTITIONS"])["STATUS_PARTITIONS"][1]["AST"], "AL");
    rig.happen(Command::Disarm { partition: 2 }).unwrap();
    assert_eq!(rig.panel.house().zones[3].bypass, ZoneBypass::No);
    for (command, refused) in [
        (Command::Zone { zone: 9, open: true }, true),
        (Command::Arm { partition: 3, delayed: true }, true),
        (Command::RunScenario { scenario: 9 }, true),
        (Command::Bypass { zone: 3, on: true }, true),
        (Command::Trip { zone: 1 }, false),
    ] {
        assert_eq!(rig.happen(command).is_err(), refused, "{command:?}");
    }
}

#[test]
fn faults_and_tampers_are_told_and_stay_in_the_memory() {
    let mut rig = Rig::logged_in();
    rig.register(&["STATUS_SYSTEM", "STATUS_FAULTS", "STATUS_TAMPERS"]);
    rig.inbox.clear();
    rig.happen(Command::Fault { category: FaultCategory::BatteryLow, active: true }).unwrap();
    let push = rig.take().remove(0)["PAYLOAD"]["hall"].clone();
    assert_eq!((&push["STATUS_SYSTEM"][0]["FAULT"], &push["STATUS_FAULTS"][0]["LOW_BATT"]), (&json!(["LOW_BATT"]), &json!(["1"])));
    rig.happen(Command::Fault { category: FaultCategory::BatteryLow, active: false }).unwrap();
    rig.happen(Command::Tamper { zone: 1, open: true }).unwrap();
    let push = rig.take().remove(1)["PAYLOAD"]["hall"].clone();
    assert_eq!((&push["STATUS_SYSTEM"][0]["FAULT_MEM"], &push["STATUS_TAMPERS"][0]["ZONE"]), (&json!(["LOW_BATT"]), &json!(["1"])));
    let payload = rig.read(&["STATUS_ZONES", "STATUS_PARTITIONS"]);
    assert_eq!(
        (&payload["STATUS_ZONES"][0]["STA"], &payload["STATUS_ZONES"][0]["T"], &payload["STATUS_PARTITIONS"][0]["TST"]),
        (&json!("T"), &json!("T"), &json!("TAM"))
    );
    rig.happen(Command::Tamper { zone: 1, open: false }).unwrap();
    rig.command("CLEAR", "FAULTS_MEMORY", &json!({}));
    let payload = rig.read(&["STATUS_SYSTEM", "STATUS_PARTITIONS"]);
    assert_eq!((&payload["STATUS_SYSTEM"][0]["FAULT_MEM"], &payload["STATUS_PARTITIONS"][0]["TST"]), (&json!([]), &json!("TM")));
    rig.command("CLEAR", "CYCLES_OR_MEMORIES", &json!({}));
    assert_eq!(rig.read(&["STATUS_PARTITIONS"])["STATUS_PARTITIONS"][0]["TST"], "OK");
    assert_eq!(rig.command("CLEAR", "COMMUNICATIONS", &json!({}))["PAYLOAD"]["RESULT"], "OK");
}

#[test]
fn thermostats_timers_and_accounts_are_written() {
    let mut rig = Rig::logged_in();
    rig.register(&["STATUS_TEMPERATURES"]);
    let change = json!({"CFG_THERMOSTATS": [{"ID": "7", "ACT_MODE": "MAN", "ACT_SEA": "WIN", "WIN": {"TM": "21.55"}}]});
    let answer = rig.command("WRITE_CFG", "CFG_ALL", &change);
    assert_eq!(
        (&answer["CMD"], &answer["PAYLOAD_TYPE"], &answer["PAYLOAD"]["RESULT_DETAIL"]),
        (&json!("WRITE_CFG_RES"), &json!("CFG_ALL"), &json!("WRITE_OK"))
    );
    let settings = rig.read(&["CFG_THERMOSTATS"])["CFG_THERMOSTATS"][0].clone();
    assert_eq!((&settings["ACT_MODE"], &settings["WIN"]["TM"], &settings["SUM"]["T3"]), (&json!("MAN"), &json!("21.55"), &json!("24.0")));
    assert_eq!(settings["WIN"]["SUN"].as_array().unwrap().len(), 24);
    assert!(settings.to_string().len() > 8_000, "{}", settings.to_string().len());
    let reading = rig.read(&["STATUS_TEMPERATURES"])["STATUS_TEMPERATURES"][0].clone();
    let therm = json!({"ACT_SEA": "WIN", "ACT_MODEL": "MAN", "ACT_TOF": "F", "TEMP_THR": {"T": "TM", "VAL": "21.55"}, "OUT_STATUS": "ON"});
    assert_eq!(reading, json!({"ID": "1", "TEMP": "+21.2", "THERM": therm}));
    for (payload, detail) in [
        (json!({"CFG_SCHEDULER_TIMERS": [{"ID": "1", "EN": "F"}]}), "WRITE_OK"),
        (json!({"CFG_ACCOUNTS": [{"ID": "2", "DACC": "T"}]}), "WRITE_OK"),
        (json!({"CFG_ACCOUNTS": [{"ID": "3", "DACC": "T"}]}), "INVALID_PARAMETER"),
        (json!({"CFG_OTHERS": [{"ID": "3"}]}), "UNKNOWN_WRITE_CFG_TYPE"),
        (json!({}), "UNKNOWN_WRITE_CFG_TYPE"),
    ] {
        assert_eq!(rig.command("WRITE_CFG", "CFG_ALL", &payload)["PAYLOAD"]["RESULT_DETAIL"], detail, "{payload}");
    }
    assert!(!rig.panel.house().timers[0].enabled && rig.panel.house().accounts[1].disabled);
    // Without the code it works for users too; under another type it was never answered.
    let payload = json!({"ID_LOGIN": rig.session, "CFG_THERMOSTATS": [{"ID": "7", "ACT_MODE": "OFF"}]});
    assert_eq!(rig.ask("WRITE_CFG", "CFG_ALL", &payload)[0]["PAYLOAD"]["RESULT"], "OK");
    assert!(rig.ask("WRITE_CFG", "CFG_THERMOSTATS", &payload).is_empty());
}

#[test]
fn weekly_programmes_are_written_day_by_day() {
    let mut rig = Rig::logged_in();
    let day = |preset: &str| -> Value { (0..24).map(|hour| json!({"T": preset, "S": if hour == 7 { "30" } else { "0" }})).collect() };
    let write = |rig: &mut Rig, entry: Value| {
        rig.command("WRITE_CFG", "CFG_ALL", &json!({"CFG_THERMOSTATS": [entry]}))["PAYLOAD"]["RESULT_DETAIL"].clone()
    };
    let before = rig.read(&["CFG_THERMOSTATS"])["CFG_THERMOSTATS"][0].clone();
    let mut expected = before.clone();
    expected["WIN"]["MON"] = day("2");
    expected["SUM"]["SD2"] = day("3");
    let entry = json!({"ID": "7", "WIN": {"MON": day("2")}, "SUM": {"SD2": day("3")}});
    assert_eq!(write(&mut rig, entry), "WRITE_OK");
    assert_eq!(rig.read(&["CFG_THERMOSTATS"])["CFG_THERMOSTATS"][0], expected);
    // What makes no sense changes nothing, whatever stands beside it.
    let long: Value = (0..25).map(|_| json!({"T": "1", "S": "0"})).collect();
    for bad in [json!([]), json!([{"T": "1", "S": "0"}]), long, day("4"), day("0"), day("x")] {
        let entry = json!({"ID": "7", "ACT_MODE": "OFF", "WIN": {"TM": "9.5", "TUE": day("3"), "WED": bad}});
        assert_eq!(write(&mut rig, entry), "INVALID_PARAMETER", "{bad}");
    }
    assert_eq!(rig.read(&["CFG_THERMOSTATS"])["CFG_THERMOSTATS"][0], expected);
    // The programme of the hour counts: 1769871440 is a Saturday, 15:57 UTC.
    assert_eq!(write(&mut rig, json!({"ID": "7", "ACT_MODE": "WEEKLY", "WIN": {"SAT": day("3")}})), "WRITE_OK");
    let reading = rig.read(&["STATUS_TEMPERATURES"])["STATUS_TEMPERATURES"][0]["THERM"].clone();
    assert_eq!((&reading["ACT_MODEL"], &reading["TEMP_THR"]), (&json!("SAT"), &json!({"T": "T3", "VAL": "22.0"})));
    // Without programmes there are none to see, and none to write.
    let mut home = crate::house::house();
    home.programmes = &mut [];
    let mut rig = Rig::with(codec_core::ksenia::panel::Config::new(), home);
    rig.login();
    assert_eq!(rig.read(&["CFG_THERMOSTATS"])["CFG_THERMOSTATS"][0]["WIN"].get("MON"), None);
    assert_eq!(write(&mut rig, json!({"ID": "7", "WIN": {"MON": day("2")}})), "INVALID_PARAMETER");
    assert_eq!(write(&mut rig, json!({"ID": "7", "WIN": {"TM": "19.0"}})), "WRITE_OK");
}

#[test]
fn versions_logs_and_files() {
    let mut rig = Rig::logged_in();
    let answer = rig.command("SYSTEM_VERSION", "REQUEST", &json!({}));
    assert_eq!((&answer["CMD"], &answer["PAYLOAD_TYPE"]), (&json!("SYSTEM_VERSION_RES"), &json!("REPLY")));
    let payload = &answer["PAYLOAD"];
    assert_eq!(
        (&payload["MODEL"], &payload["MAC"], &payload["VER_LITE"]["FW"]),
        (&json!("lares 4.0 40IP wls"), &json!("00-00-00-00-00-01"), &json!("1.100.19"))
    );
    rig.wait(60_000);
    rig.happen(Command::Bypass { zone: 1, on: true }).unwrap();
    let answer = rig.command("LOGS", "GET_LAST_LOGS", &json!({"ID_LOG": "MAIN", "ITEMS_LOG": "60"}));
    assert_eq!(
        (&answer["CMD"], &answer["PAYLOAD_TYPE"], &answer["PAYLOAD"]["RESULT_DETAIL"]),
        (&json!("LOGS_RES"), &json!("LAST_LOGS"), &json!("GET_LAST_LOGS_OK"))
    );
    let excluded = json!({"ID": "2", "TIME": "15:58:20", "DATA": "31/01/2026", "TYPE": "ZESCL", "EV": "Zone excluded", "I1": "Front door", "I2": "", "IML": "F"});
    assert_eq!(answer["PAYLOAD"]["LOGS"][0], excluded);
    assert_eq!((&answer["PAYLOAD"]["LOGS"][1]["TYPE"], &answer["PAYLOAD"]["LOGS"][1]["I1"]), (&json!("CODEOK"), &json!("Anna")));
    let answer = rig.command("LOGS", "GET_LAST_LOGS", &json!({"ITEMS_LOG": "1"}));
    assert_eq!(answer["PAYLOAD"]["LOGS"].as_array().unwrap().len(), 1);
    let file = rig.command("READ", "FILE", &json!({"FILE_PATH": "PROG", "FILE_NAME": "notes.json"}));
    assert_eq!(file["PAYLOAD"], json!({"RESULT": "OK", "RESULT_DETAIL": "FILE_OK", "FILE_CONTENT": "{\"notes\":\"åäö\"}\n"}));
    let file = rig.command("READ", "FILE", &json!({"FILE_PATH": "PROG", "FILE_NAME": "other.json"}));
    assert_eq!(file["PAYLOAD"]["RESULT_DETAIL"], "FILE_NOT_FOUND");
}

#[test]
fn logout_ends_the_session_and_the_connection() {
    let mut rig = Rig::logged_in();
    let answer = rig.command("LOGOUT", "USER", &json!({}));
    assert_eq!(answer["PAYLOAD"], json!({"RESULT": "OK", "RESULT_DETAIL": "ID_OK", "ID_LOGIN": "1"}));
    assert_eq!(rig.closed, Some(codec_core::CloseReason::SessionEnded));
    let mut config = Config::new();
    config.close_after_logout = false;
    let mut rig = Rig::with(config, crate::house::house());
    rig.login();
    rig.command("LOGOUT", "USER", &json!({}));
    assert_eq!(rig.closed, None);
    assert_eq!(rig.ask("SYSTEM_VERSION", "REQUEST", &json!({"ID_LOGIN": "1"}))[0]["PAYLOAD"]["RESULT_DETAIL"], "NOT_LOGGED");
}

#[test]
fn scenarios_and_arming_words_may_be_restricted() {
    for (words, short, long) in
        [(panel::ArmWords::Both, true, true), (panel::ArmWords::Short, true, false), (panel::ArmWords::Long, false, true)]
    {
        let mut config = Config::new();
        config.arm_words = words;
        let mut rig = Rig::with(config, crate::house::house());
        rig.login();
        for (word, good) in [("A", short), ("I", short), ("DA", long), ("IA", long), ("D", true), ("X", false)] {
            let detail = user(&mut rig, "CMD_ARM_PARTITION", &json!({"PARTITION": {"ID": "1", "MOD": word}}));
            assert_eq!(detail == OK, good, "{words:?} {word}");
        }
    }
}
