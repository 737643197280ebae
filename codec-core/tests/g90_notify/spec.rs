//! Tables: the complete dispatch of alerts, and the definitions of sensors and devices.

use std::path::Path;

use codec_core::g90::{AlertSource, AlertState, AlertType, ArmState, Facts, KeypadState, Meaning, RemoteButton, StateChange, devices};

fn meaning(alert_type: i64, event_id: i64, source: i64, state: i64) -> Meaning {
    Facts { alert_type: AlertType::from_raw(alert_type), event_id, source: AlertSource::from_raw(source), state }.meaning()
}

/// What the Python library does with an alert, cell by cell of its documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reference {
    Sos(bool),
    Arming(i64),
    Silent,
    Alarm(bool),
    Button(i64),
    Keypad(i64),
    Door(bool),
    LowBattery,
    Refused,
}

fn reference(alert_type: i64, event_id: i64, source: i64, state: i64) -> Reference {
    match (alert_type, source, state) {
        (1, ..) => Reference::Sos(true),
        (2, ..) => match event_id {
            4 => Reference::Arming(1),
            5 => Reference::Arming(2),
            3 => Reference::Arming(3),
            _ => Reference::Silent,
        },
        (3, 10, _) => Reference::Sos(false),
        (3, 8, 0..=2) => Reference::Alarm(state == 1),
        (3, 0 | 1 | 3 | 11 | 12 | 15, 0..=4 | 254) => Reference::Alarm(state == 3),
        (4, 10, 0..=3) => Reference::Button(state),
        (4, 11, 0..=2 | 5..=10) => Reference::Keypad(state),
        (4, 1, 0 | 1) => Reference::Door(state == 1),
        (4, 1, 4) => Reference::LowBattery,
        (4, 12, 0 | 1) => Reference::Door(true),
        (4, 10 | 11 | 1 | 12, _) => Reference::Refused,
        (4, _, 0 | 1) => Reference::Door(false),
        _ => Reference::Refused,
    }
}

#[test]
fn every_cell_of_the_dispatch() {
    let (mut cells, mut deviations) = (0, 0);
    for alert_type in 0..=7 {
        for source in 0..=19 {
            for state in (0..=29).chain(253..=255) {
                for event_id in 0..=9 {
                    let theirs = reference(alert_type, event_id, source, state);
                    let ours = meaning(alert_type, event_id, source, state);
                    cells += 1;
                    let same = match (ours, theirs) {
                        (Meaning::Sos { host }, Reference::Sos(theirs)) => host == theirs,
                        (Meaning::Arming(state), Reference::Arming(theirs)) => state == ArmState::from_raw(theirs),
                        (Meaning::Panel(change), Reference::Silent) => change == StateChange::from_raw(event_id),
                        (Meaning::Alarm { state }, Reference::Alarm(tamper)) => (state == AlertState::Tamper) == tamper,
                        (Meaning::Button(button), Reference::Button(theirs)) => button == RemoteButton::from_raw(theirs),
                        (Meaning::Keypad(state), Reference::Keypad(theirs)) => state == KeypadState::from_raw(theirs),
                        (Meaning::Door { open }, Reference::Door(theirs)) => open == theirs,
                        (Meaning::LowBattery, Reference::LowBattery) | (Meaning::Unsupported, Reference::Refused) => true,
                        _ => false,
                    };
                    if same {
                        continue;
                    }
                    deviations += 1;
                    let activity = matches!(source, 0 | 2..=7 | 9 | 13..=19) && state <= 1;
                    let expected = match (source, state) {
                        (8, 0) => Meaning::Activity,
                        (8, 1) => Meaning::Tamper,
                        (8, 2) => Meaning::LowBattery,
                        (11, 3) => Meaning::Keypad(KeypadState::Key3),
                        (11, 4) => Meaning::Keypad(KeypadState::Key4),
                        _ if activity => Meaning::Activity,
                        _ => panic!("{alert_type} {event_id} {source} {state}: {ours:?}, {theirs:?}"),
                    };
                    assert_eq!((alert_type, ours), (4, expected), "{source} {state}");
                }
            }
        }
    }
    // Five cells of motion sensors and keypads, and both states of 15 sources that the library takes for closing doors.
    assert_eq!((cells, deviations), (8 * 20 * 33 * 10, (5 + 2 * 15) * 10));
}

/// The rows of a table: their cells.
fn rows(document: &str, from: &str, to: &str) -> Vec<Vec<String>> {
    let (_, section) = document.split_once(from).unwrap();
    let (section, _) = section.split_once(to).unwrap();
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
    section.lines().filter(|line| line.starts_with('|')).skip(2).map(cells).collect()
}

#[test]
fn definitions_are_those_of_the_document() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/spec/g90.md");
    let Ok(document) = std::fs::read_to_string(path) else {
        println!("no document beside this checkout");
        return;
    };
    let mut compared = 0;
    for (table, from, to, count) in [(devices::SENSORS, "## 4.18 ", "\nNote:", 56), (devices::DEVICES, "## 4.19 ", "## 4.20 ", 22)] {
        let rows = rows(&document, from, to);
        assert_eq!((rows.len(), table.len()), (count, count));
        for (row, ours) in rows.iter().zip(table) {
            let private_data = if ours.private_data().is_empty() { "(empty)" } else { ours.private_data() };
            let cells = [
                ours.name().to_owned(),
                ours.peripheral_type().raw().to_string(),
                ours.subtype().to_string(),
                ours.protocol().raw().to_string(),
                ours.rx().to_string(),
                ours.tx().to_string(),
                private_data.to_owned(),
                ours.read_write_mode().raw().to_string(),
                ours.match_mode().raw().to_string(),
                ours.reserved().bits().to_string(),
                ours.timeout().to_string(),
                ours.baudrate().to_string(),
                ours.node_count().to_string(),
            ];
            assert_eq!(row[..], cells);
            compared += cells.len();
        }
    }
    assert_eq!(compared, 78 * 13);
}
