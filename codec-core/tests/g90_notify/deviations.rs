//! Where we do otherwise than the Python library, each by its number in the list of its bugs, and what is ambiguous.

use codec_core::g90::notify::HistoryFollower;
use codec_core::g90::notify::controller::Config;
use codec_core::g90::{AlertFlags, AlertMode, HistoryRow, PeripheralType, UserFlags};

use crate::rig::{Rig, row, slots, zone};

/// Bits without a name are lost there on newer versions of Python.
#[test]
fn b11_unknown_bits_are_kept() {
    let flags = UserFlags::from_bits(1409);
    assert_eq!(flags.unknown_bits(), 1024 + 256 + 128);
    assert_eq!(flags.updated(flags.with(UserFlags::ARM_DELAY)).bits(), 1411);
    assert_eq!(AlertFlags::from_bits(21505).without(AlertFlags::AC_POWER_FAILURE).bits(), 21504);
    // Only what a user may set changes.
    assert_eq!(UserFlags::from_bits(512 | 1).updated(UserFlags::from_bits(2)).bits(), 512 | 2);
}

/// A row that means nothing holds up all newer ones there, and of several in a second only one is told.
#[test]
fn b12_a_row_that_means_nothing_holds_up_nothing() {
    let mut follower = HistoryFollower::new();
    let first = [row(r#"[2,3,0,0,"",100,""]"#)];
    assert!(follower.next(first.into_iter()).is_none());
    let rows = [
        row(r#"[4,7,1,0,"Hall",101,""]"#),
        row(r#"[4,7,1,1,"Hall",101,""]"#),
        row(r#"[3,33,7,200,"x",101,""]"#),
        row(r#"[254,33,1,1,"x",100,""]"#),
        first[0],
    ];
    let mut given: Vec<HistoryRow<'_>> = Vec::new();
    while let Some(row) = follower.next(rows.into_iter()) {
        given.push(row);
    }
    assert_eq!(given, [rows[3], rows[2], rows[1], rows[0]]);
    assert!(follower.next(rows.into_iter()).is_none());
}

/// More rows of a second than can be told apart end, and newer ones are told.
#[test]
fn b12_too_many_rows_of_a_second_end() {
    let texts: Vec<String> = (0..40).map(|at| format!("[4,{at},1,1,\"x\",200,\"\"]")).collect();
    let mut rows: Vec<HistoryRow<'_>> = texts.iter().map(|text| row(text)).collect();
    let mut follower = HistoryFollower::new();
    assert!(follower.next([row(r#"[2,3,0,0,"",100,""]"#)].into_iter()).is_none());
    let mut given = 0;
    while follower.next(rows.iter().copied()).is_some() {
        given += 1;
    }
    assert_eq!(given, 16);
    rows.insert(0, row(r#"[2,3,0,0,"",201,""]"#));
    assert_eq!(follower.next(rows.iter().copied()).map(|row| row.unix_time), Some(201));
    assert!(follower.next(rows.iter().copied()).is_none());
}

/// An address is compared, not the text of a name.
#[test]
fn b13_addresses_are_compared() {
    let mut config = Config::new();
    config.panel = Some("::ffff:192.0.2.7".parse().unwrap());
    let mut sensors = slots::<1>();
    assert_eq!(Rig::new(config, &mut sensors).tell("[170,[1,[1]]]").len(), 1);
}

/// A motion sensor's activity is a door that closes there.
#[test]
fn b14_motion_is_activity() {
    let mut sensors = slots::<2>();
    let mut rig = Rig::new(Config::new(), &mut sensors);
    rig.tell("[170,[5,[5,\"PIR\"]]]");
    assert_eq!(rig.alert("4,5,8,0", 100), [""; 0]);
    assert_eq!(rig.state(5), ["open"]);
    rig.alert("4,5,8,1", 101);
    assert_eq!(rig.state(5), ["open", "tamper"]);
}

/// Callbacks are lost there if the list of sensors cannot be read: here nothing has to be read first.
#[test]
fn b15_nothing_is_needed_to_tell_an_event() {
    let mut sensors = slots::<2>();
    let mut rig = Rig::new(Config::new(), &mut sensors);
    assert_eq!(rig.tell("[170,[5,[100,\"not in any list\"]]]").len(), 1);
    assert_eq!(rig.tell("[170,[1,[2]]]").len(), 1);
}

/// The time after which a sensor is quiet begins with its first activity there, here with its last.
#[test]
fn b16_every_activity_begins_the_time_anew() {
    let mut sensors = slots::<2>();
    let mut rig = Rig::new(Config::new(), &mut sensors);
    rig.tell("[170,[5,[1,\"a\"]]]");
    rig.wait(2_000);
    assert_eq!(rig.tell("[170,[5,[1,\"a\"]]]"), [""; 0]);
    assert_eq!(rig.wait(2_999), [""; 0]);
    assert_eq!(rig.wait(1), [zone(1, "open low_battery", "", "open")]);
}

/// Undefined values raise there.
#[test]
fn b18_undefined_values_are_told() {
    let mut sensors = slots::<2>();
    let mut rig = Rig::new(Config::new(), &mut sensors);
    for text in [
        "[170,[1,[99]]]",
        "[208,[4,9,10,4,\"R\",\"GA1\",100,0,[\"\"]]]",
        "[208,[4,9,11,11,\"K\",\"GA1\",100,0,[\"\"]]]",
        "[208,[3,9,7,1,\"x\",\"GA1\",100,0,[\"\"]]]",
        "[208,[3,9,8,254,\"x\",\"GA1\",100,0,[\"\"]]]",
        "[208,[77,9,1,1,\"x\",\"GA1\",100,0,[\"\"]]]",
    ] {
        assert_eq!(rig.tell(text), [""; 0], "{text}");
    }
    // Keys 3 and 4 are on the device.
    assert_eq!(rig.alert("4,9,11,3", 100).len(), 1);
}

/// Types of peripherals without a name raise there.
#[test]
fn b19_unknown_types_are_kept() {
    assert_eq!((PeripheralType::from_raw(999).raw(), PeripheralType::from_raw(999).name()), (999, None));
    assert_eq!(PeripheralType::from_raw(255).name(), Some("UNKNOWN"));
}

/// The history is not followed again there after a listener that no panel has dialled: here it goes on where it was, with what happened
/// meanwhile, whatever came by other ways.
#[test]
fn b21_the_history_goes_on_after_a_listener() {
    let mut follower = HistoryFollower::new();
    let before = [row(r#"[2,3,0,0,"",100,""]"#)];
    assert!(follower.next(before.into_iter()).is_none());
    let mut sensors = slots::<2>();
    let mut rig = Rig::new(Config::new(), &mut sensors);
    rig.alert("4,7,1,1", 101);
    rig.wait(60_000);
    assert!(follower.has_begun());
    let after = [row(r#"[4,7,1,0,"Hall",102,""]"#), row(r#"[4,7,1,1,"Hall",101,""]"#), before[0]];
    assert_eq!(follower.next(after.into_iter()), Some(after[1]));
    assert_eq!(follower.next(after.into_iter()), Some(after[0]));
    assert!(follower.next(after.into_iter()).is_none());
}

/// A second message about a sensor that was added raises there.
#[test]
fn b22_a_sensor_may_be_added_twice() {
    let mut sensors = slots::<2>();
    let mut rig = Rig::new(Config::new(), &mut sensors);
    for _ in 0..2 {
        assert_eq!(rig.tell("[170,[4,[3, \"Test sensor\", 1]]]"), [""; 0]);
    }
}

/// Both bits of the alert mode raise there.
#[test]
fn b24_both_alert_modes_are_a_value() {
    let flags = UserFlags::from_bits(32 | 64 | 1);
    assert_eq!(flags.alert_mode(), AlertMode::Both);
    for mode in [AlertMode::Always, AlertMode::WhenAway, AlertMode::WhenAwayAndHome, AlertMode::Both] {
        assert_eq!(flags.with_alert_mode(mode).alert_mode(), mode);
        assert!(flags.with_alert_mode(mode).contains(UserFlags::ENABLED));
    }
}

/// Sensors of several nodes have other names there than in notifications: here the index tells which it is.
#[test]
fn b30_names_do_not_matter() {
    let mut sensors = slots::<2>();
    let mut rig = Rig::new(Config::new(), &mut sensors);
    rig.tell("[170,[5,[1,\"X#1\"]]]");
    rig.wait(3_000);
    rig.tell("[170,[5,[1,\"X\"]]]");
    assert_eq!(rig.controller.sensors().iter().filter(|slot| slot.index().is_some()).count(), 1);
}

/// The second number of a sensor that changed is 1 if it was added; what others mean is not known, nor what comes with an update.
#[test]
fn a8_actions_without_a_name_are_kept() {
    let mut sensors = slots::<2>();
    let mut rig = Rig::new(Config::new(), &mut sensors);
    let told = rig.bytes(b"[170,[4,[3,\"Test sensor\",2]]]\0");
    assert!(told.len() == 1 && told[0].contains("action: 2"), "{told:?}");
    let told = rig.bytes(b"[170,[8,[\"anything\",{}]]]\0");
    assert!(told.len() == 1 && told[0].starts_with("Notification("), "{told:?}");
}

/// Keys 3 and 4 of a keypad have no name in the library, and motion sensors may tell of their battery.
#[test]
fn a10_keys_without_a_name_are_activity_and_a_motion_sensor_has_a_battery() {
    let mut sensors = slots::<4>();
    let mut rig = Rig::new(Config::new(), &mut sensors);
    for (sensor, key) in [(1, 3), (2, 4)] {
        rig.alert(&format!("4,{sensor},11,{key}"), 100);
        assert_eq!(rig.state(sensor), ["open"]);
    }
    rig.alert("4,5,8,2", 101);
    assert!(rig.state(5).contains(&"low_battery"));
}

/// Bits of the alert configuration without a name are kept when others change.
#[test]
fn a12_bits_of_the_alert_configuration_are_kept() {
    for bit in [1024, 2048, 4096, 8192, 16384, 1 << 40] {
        assert_eq!(AlertFlags::from_bits(bit | 1).without(AlertFlags::AC_POWER_FAILURE).bits(), bit);
        assert_eq!(AlertFlags::from_bits(bit).with(AlertFlags::SMS_PUSH).bits(), bit | 512);
    }
}
