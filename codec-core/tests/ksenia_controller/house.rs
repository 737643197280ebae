//! The state of the house in the words that all protocols share.

use codec_core::Instant;
use codec_core::home::{AreaState, ZoneFlags};

use crate::panel::{Rig, push};

fn ready() -> Rig {
    let mut rig = Rig::new();
    rig.wait(2_000);
    assert_eq!(rig.notices, Vec::<String>::new());
    rig
}

fn notices(rig: &mut Rig, payload: &str) -> Vec<String> {
    rig.notices.clear();
    rig.say(&push(payload));
    let told = rig.notices.clone();
    rig.notices.clear();
    rig.say(&push(payload));
    assert_eq!(rig.notices, Vec::<String>::new(), "the same again is no news");
    told
}

#[test]
fn zones_change_fact_by_fact() {
    let mut rig = ready();
    let told =
        notices(&mut rig, r#"{"STATUS_ZONES":[{"ID":"1","STA":"R","BYP":"NO","T":"N","A":"N","FM":"F","OHM":"NA","VAS":"F","LBL":""}]}"#);
    assert_eq!(
        told,
        [
            "Notice(Zone { zone: 1, state: ZoneState { known: {\"open\", \"alarm\", \"bypassed\", \"tamper\"}, set: {} }, changed: {\"open\", \"alarm\", \"bypassed\", \"tamper\"} })"
        ]
    );
    let told = notices(&mut rig, r#"{"STATUS_ZONES":[{"ID":"1","STA":"A"},{"ID":"2","BYP":"MAN_M"}]}"#);
    assert!(told[0].contains("set: {\"open\"} }") && told[0].ends_with("changed: {\"open\"} })"), "{told:?}");
    assert!(told[1].contains("zone: 2, state: ZoneState { known: {\"bypassed\"}, set: {\"bypassed\"} }"), "{told:?}");
    let slot = rig.controller.tables().zones.iter().find(|slot| slot.id() == Some(1)).unwrap();
    assert_eq!(slot.state().is(ZoneFlags::OPEN), Some(true));
}

#[test]
fn arming_with_an_exit_delay_then_an_entry_then_an_alarm() {
    let mut rig = ready();
    let area = |area: u32, state: &str, mode: &str| format!("Notice(Area {{ area: {area}, state: {state}, mode: {mode} }})");
    let step = |partition: &str, system: &str| {
        format!(r#"{{"STATUS_PARTITIONS":[{partition}],"STATUS_SYSTEM":[{{"ID":"1","ARM":{{"D":"x","S":"{system}"}}}}]}}"#)
    };
    let told = notices(&mut rig, &step(r#"{"ID":"1","ARM":"D","T":"0","AST":"OK","TST":"OK"}"#, "D"));
    assert_eq!(told, [area(1, "Disarmed", "None"), area(0, "Disarmed", "None")]);
    let told = notices(&mut rig, &step(r#"{"ID":"1","ARM":"DA","T":"30"}"#, "T_OUT"));
    assert_eq!(told, [area(1, "ExitDelay", "None"), area(0, "ExitDelay", "Some(Away)")]);
    let now = rig.now;
    let left = |rig: &Rig, later: u64| rig.controller.tables().partitions[0].delay_left(Instant::from_millis(now + later));
    assert_eq!((left(&rig, 0), left(&rig, 9_500), left(&rig, 40_000)), (Some(30), Some(21), Some(0)));
    let told = notices(&mut rig, &step(r#"{"ID":"1","ARM":"IA","T":"0"}"#, "T"));
    assert_eq!(told, [area(1, "Armed", "None"), area(0, "Armed", "Some(Away)")]);
    assert_eq!(left(&rig, 0), None);
    let told = notices(&mut rig, &step(r#"{"ID":"1","ARM":"IT","T":"20"}"#, "P_IN"));
    assert_eq!(told, [area(1, "EntryDelay", "None"), area(0, "EntryDelay", "Some(Home)")]);
    // Only what changed is sent.
    let told = notices(&mut rig, r#"{"STATUS_PARTITIONS":[{"ID":"1","AST":"AL"}]}"#);
    assert_eq!(told, [area(1, "Triggered", "None"), area(0, "Triggered", "Some(Home)")]);
    // Disarmed while the alarm stands: the panel counts as disarmed.
    let told = notices(&mut rig, r#"{"STATUS_SYSTEM":[{"ID":"1","ARM":{"D":"","S":"D"}}]}"#);
    assert_eq!(told, [area(0, "Disarmed", "None")]);
    let told = notices(&mut rig, r#"{"STATUS_PARTITIONS":[{"ID":"1","ARM":"D","AST":"AM","T":"0"}]}"#);
    assert_eq!(told, [area(1, "Disarmed", "None")]);
    assert_eq!(rig.controller.tables().partitions[0].state(), AreaState::Disarmed);
    // A word that nobody knows changes nothing.
    assert_eq!(notices(&mut rig, &step(r#"{"ID":"1","ARM":"XX"}"#, "YY")), Vec::<String>::new());
}

#[test]
fn the_time_alone_ends_an_exit_delay() {
    let mut rig = ready();
    let state = |rig: &Rig| rig.controller.tables().partitions[0].state();
    rig.say(&push(r#"{"STATUS_PARTITIONS":[{"ID":"1","ARM":"DA","T":"2"}]}"#));
    assert_eq!(state(&rig), AreaState::ExitDelay);
    rig.say(&push(r#"{"STATUS_PARTITIONS":[{"ID":"1","T":"1"}]}"#));
    assert_eq!(state(&rig), AreaState::ExitDelay);
    rig.say(&push(r#"{"STATUS_PARTITIONS":[{"ID":"1","T":"0"}]}"#));
    assert_eq!(state(&rig), AreaState::Armed);
    rig.say(&push(r#"{"STATUS_PARTITIONS":[{"ID":"1","ARM":"D"}]}"#));
    rig.say(&push(r#"{"STATUS_PARTITIONS":[{"ID":"1","T":"0"}]}"#));
    assert_eq!(state(&rig), AreaState::Disarmed);
}

#[test]
fn outputs_and_troubles() {
    let mut rig = ready();
    let told = notices(&mut rig, r#"{"STATUS_OUTPUTS":[{"ID":"1","STA":"OFF"},{"ID":"2","STA":"55","POS":"55"}]}"#);
    assert_eq!(told, ["Notice(Output { output: 1, on: false })", "Notice(Output { output: 2, on: true })"]);
    // As one client accepts it: an object in place of the list; and the document's list in an object.
    assert_eq!(notices(&mut rig, r#"{"STATUS_OUTPUTS":{"OUTPUTS":[{"ID":"1","STA":"ON"}]}}"#), ["Notice(Output { output: 1, on: true })"]);
    let told = notices(&mut rig, r#"{"STATUS_SYSTEM":[{"ID":"1","FAULT":["PS_MISS","LOW_BATT"],"TAMPER":["PANEL"]}]}"#);
    let trouble = |kind: &str, active: bool| format!("Notice(Trouble {{ kind: {kind}, source: Panel, active: {active} }})");
    assert_eq!(told, [trouble("Mains", true), trouble("Battery", true), trouble("Tamper", true)]);
    let told = notices(&mut rig, r#"{"STATUS_SYSTEM":[{"ID":"1","FAULT":["COMMUNICATION","LOST_BUS"],"TAMPER":[]}]}"#);
    assert_eq!(
        told,
        [trouble("Mains", false), trouble("Battery", false), trouble("Tamper", false), trouble("Reporting", true), trouble("Bus", true)]
    );
}

#[test]
fn a_full_table_is_told_once_and_the_record_still_comes() {
    let mut rig = ready();
    let zones: Vec<String> = (1..=6).map(|id| format!(r#"{{"ID":"{id}","STA":"A"}}"#)).collect();
    rig.say(&push(&format!(r#"{{"STATUS_ZONES":[{}]}}"#, zones.join(","))));
    assert_eq!(rig.told("Fault(Fault { kind: TableFull { limit: 4 }"), 1, "{:#?}", rig.events);
    assert_eq!(rig.events.iter().filter(|event| event.contains("ZoneStatus")).count(), 6);
    assert_eq!(rig.notices.len(), 4);
}

/// Exclusions and memories are flags beside the state of the panel as a whole.
#[test]
fn exclusions_and_memories_show_in_the_summary() {
    let mut rig = Rig::new();
    rig.wait(2_000);
    let flags = |rig: &Rig| (rig.controller.summary().state, rig.controller.summary().bypassed, rig.controller.summary().alarm_memory);
    rig.say(&push(r#"{"STATUS_SYSTEM":[{"ARM":{"S":"T"},"INFO":[]}],"STATUS_ZONES":[{"ID":"1","BYP":"MAN_T","A":"M"}]}"#));
    assert_eq!(flags(&rig), (AreaState::Armed, true, false));
    assert!(rig.controller.tables().zones[0].has_memory());
    rig.say(&push(r#"{"STATUS_ZONES":[{"ID":"1","BYP":"NO","A":"N"}],"STATUS_PARTITIONS":[{"ID":"1","AST":"AL","TST":"TAM"}]}"#));
    assert_eq!(flags(&rig), (AreaState::Triggered, false, false));
    assert!(rig.controller.tables().partitions[0].is_tampered());
    rig.say(&push(r#"{"STATUS_SYSTEM":[{"INFO":["BYP_AUTO"]}],"STATUS_PARTITIONS":[{"ID":"1","AST":"AM","TST":"OK"}]}"#));
    assert_eq!(flags(&rig), (AreaState::Armed, true, true));
    rig.say(&push(r#"{"STATUS_SYSTEM":[{"ARM":{"S":"D"},"INFO":[]}],"STATUS_PARTITIONS":[{"ID":"1","AST":"AL"}]}"#));
    assert_eq!(flags(&rig), (AreaState::Disarmed, false, false), "the partition does not count when the panel is disarmed");
}
