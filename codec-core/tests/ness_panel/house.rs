//! What happens in the house: areas, delays, alarms, outputs, troubles.

use codec_core::Machine as _;
use codec_core::Refused;
use codec_core::home::{AlarmKind, AreaState, Mode};
use codec_core::ness::panel::Command;
use codec_core::ness::{Output, RequestId};

use crate::rig::{Rig, data, events, plain};

#[test]
fn arming_and_disarming_with_a_code() {
    let mut rig = Rig::new(plain());
    assert_eq!(rig.feed("8300360S14E4"), ["8200036014000007"]);
    assert_eq!(rig.feed("8300660A1234E49\r\n"), events(false, &["240101", "220001"]));
    assert_eq!((rig.panel.area(1), rig.panel.output(Output::Sonalert)), (AreaState::ExitDelay, true));
    assert_eq!(rig.pass(9_999), [""; 0]);
    assert_eq!(rig.pass(1), events(false, &["230001", "329600"]));
    assert_eq!(rig.feed("8300360S14E4"), ["8200036014050002"]);
    assert_eq!(rig.keys("98765E"), events(false, &["2f1201"]));
    assert_eq!(rig.panel.area(1), AreaState::Disarmed);
    // Of two users with one code the first counts. Nothing is armed: told of area 1.
    assert_eq!(rig.keys("1234E"), events(true, &["2f0101"]));
}

/// Zone 3 starts the entry delay, nobody disarms, the siren ends by itself.
#[test]
fn a_burglary_from_arming_to_the_end_of_the_alarm() {
    let mut rig = Rig::new(plain());
    let mut lines = rig.keys("A1234E");
    lines.extend(rig.pass(10_000));
    lines.extend(rig.zone(3, true));
    assert_eq!(rig.status(RequestId::Arming), 0x4500);
    assert_eq!(rig.status(RequestId::Zone1To16InDelay), 0x0400);
    lines.extend(rig.zone(3, false));
    lines.extend(rig.zone(4, true));
    assert_eq!(rig.panel.area(1), AreaState::EntryDelay);
    lines.extend(rig.pass(10_000));
    assert_eq!(
        (rig.panel.area(1), rig.panel.area(2), rig.panel.area(0)),
        (AreaState::Triggered, AreaState::Disarmed, AreaState::Triggered)
    );
    assert_eq!(rig.status(RequestId::Arming), 0x0500);
    assert_eq!(rig.status(RequestId::Zone1To16InAlarm), 0x0400);
    assert_eq!(rig.status(RequestId::Outputs), 0x1100);
    // One more zone, without another entry delay.
    lines.extend(rig.zone(16, true));
    assert_eq!(rig.status(RequestId::Zone1To16InAlarm), 0x0480);
    lines.extend(rig.pass(60_000));
    assert_eq!((rig.panel.area(1), rig.status(RequestId::Outputs)), (AreaState::Armed, 0));
    lines.extend(rig.keys("1234E"));
    let story = [
        "240101", "220001", "230001", "329600", "000300", "200301", "010300", "000400", "020301", "319000", "319400", "210301", "001600",
        "021601", "030301", "031601", "329000", "329400", "2f0101",
    ];
    assert_eq!(lines, events(false, &story));
}

#[test]
fn disarming_in_every_state_ends_what_was_going_on() {
    let mut config = plain();
    config.alarm_millis = 0;
    let mut rig = Rig::new(config);
    rig.keys("AE");
    assert_eq!(data(&rig.keys("1234E")), ["2f0101", "230001", "329600"]);
    rig.keys("AE");
    rig.pass(10_000);
    assert_eq!(data(&rig.keys("1234E")), ["2f0101"]);
    rig.keys("AE");
    rig.pass(10_000);
    rig.zone(5, true);
    assert_eq!(data(&rig.keys("1234E")), ["2f0101", "210501"]);
    rig.zone(5, false);
    rig.keys("AE");
    rig.pass(10_000);
    rig.zone(5, true);
    rig.pass(10_000);
    // No time-out is set: the alarm stays.
    assert_eq!(rig.pass(1_000_000), [""; 0]);
    assert_eq!(data(&rig.keys("1234E")), ["030501", "2f0101", "329000", "329400"]);
    assert_eq!(rig.panel.area(0), AreaState::Disarmed);
}

#[test]
fn arming_again_goes_back_to_the_exit_delay() {
    let mut rig = Rig::new(plain());
    rig.keys("AE");
    rig.pass(6_000);
    assert_eq!(data(&rig.keys("HE")), ["255803", "220003"]);
    assert_eq!(rig.pass(9_999), [""; 0]);
    assert_eq!(data(&rig.pass(1)), ["230003", "329600"]);
    rig.zone(1, true);
    assert_eq!(data(&rig.keys("AE")), ["245801", "220001", "210103"]);
}

#[test]
fn home_mode_watches_its_zones_only_and_shows_in_three_places() {
    let mut config = plain();
    config.home_zones = 0b10;
    let mut rig = Rig::new(config);
    assert_eq!(rig.feed("8300660H1234E42"), events(false, &["250103", "220003"]));
    assert_eq!(rig.status(RequestId::Arming), 0x1000);
    assert_eq!(data(&rig.pass(10_000)), ["230003", "329600"]);
    assert_eq!(rig.status(RequestId::Arming), 0x1000);
    assert_eq!(rig.keys("S16"), ["8200036016d00035"]);
    assert_eq!(rig.status(RequestId::Outputs), 0x0010);
    assert_eq!(data(&rig.zone(1, true)), ["000100"]);
    assert_eq!(data(&rig.zone(2, true)), ["000200", "200203"]);
    assert_eq!(data(&rig.pass(10_000)), ["020203", "319000", "319400", "210203"]);
    assert_eq!(data(&rig.act(Command::Disarm { area: 4, user: 1 })), [""; 0]);
    assert_eq!(data(&rig.act(Command::Disarm { area: 3, user: 1 })), ["030203", "2f0103", "329000", "329400"]);
    assert_eq!(rig.status(RequestId::Outputs), 0);
    let day = rig.act(Command::Arm { area: 1, mode: Mode::Day, user: 0 });
    assert_eq!(data(&day), ["260004", "220004"]);
    assert_eq!(rig.status(RequestId::Arming), 0x2000);
    assert_eq!(data(&rig.act(Command::Disarm { area: 4, user: 57 })), ["2f5704", "230004", "329600"]);
}

#[test]
fn every_mode_has_its_code_and_no_delay_means_none() {
    let mut config = plain();
    config.exit_delay_millis = 0;
    config.entry_delay_millis = 0;
    let mut rig = Rig::new(config);
    for (mode, code) in [
        (Mode::Away, "240901"),
        (Mode::Home, "250903"),
        (Mode::Day, "260904"),
        (Mode::Night, "270901"),
        (Mode::Vacation, "280901"),
        (Mode::Highest, "2e0901"),
    ] {
        assert_eq!(data(&rig.act(Command::Arm { area: 1, mode, user: 9 })), [code]);
        assert_eq!(rig.panel.area(1), AreaState::Armed);
    }
    assert_eq!(data(&rig.zone(8, true)), ["000800", "020801", "319000", "319400"]);
}

#[test]
fn only_opening_trips_and_not_what_is_excluded() {
    let mut config = plain();
    config.instant_zones = 1 << 5;
    config.twenty_four_hour_zones = 1 << 6;
    let mut rig = Rig::new(config);
    rig.zone(2, true);
    assert_eq!(data(&rig.act(Command::Bypass { zone: 3, on: true })), ["040301"]);
    assert_eq!(data(&rig.act(Command::AutoExclude { zone: 4, on: true })), ["060401"]);
    assert_eq!(rig.status(RequestId::Zone1To16ExcludedPlusAutoExcluded), 0x0C00);
    rig.keys("AE");
    rig.pass(10_000);
    for (zone, open) in [(2, false), (3, true), (4, true), (3, false)] {
        let line = format!("{}{zone:02}00", if open { "00" } else { "01" });
        assert_eq!(data(&rig.zone(zone, open)), [line]);
    }
    assert_eq!(rig.zone(3, false), [""; 0]);
    assert_eq!(rig.panel.area(1), AreaState::Armed);
    assert_eq!(data(&rig.zone(1, true)), ["000100", "200101"]);
    // An instant zone does not wait for the end of the entry delay.
    assert_eq!(data(&rig.zone(6, true)), ["000600", "020601", "319000", "319400", "210101"]);
    rig.keys("1234E");
    // Always watched, armed or not.
    assert_eq!(data(&rig.zone(7, true)), ["000700", "020780", "319000", "319400"]);
    assert_eq!(rig.panel.area(1), AreaState::Triggered);
    assert_eq!(data(&rig.keys("1234E")), ["030780", "2f0101", "329000", "329400"]);
    assert_eq!(data(&rig.act(Command::Bypass { zone: 3, on: false })), ["050301"]);
}

#[test]
fn area_2_lives_on_its_own() {
    let mut config = plain();
    config.zones = 32;
    config.area_2_zones = 0xFFFF_0000;
    let mut rig = Rig::new(config);
    rig.keys("A1234E");
    rig.pass(10_000);
    assert_eq!(data(&rig.act(Command::Arm { area: 2, mode: Mode::Away, user: 12 })), ["241202", "220002"]);
    assert_eq!(rig.status(RequestId::Arming), 0x0700);
    assert_eq!(data(&rig.pass(10_000)), ["230002", "329600"]);
    assert_eq!(rig.status(RequestId::Arming), 0x0F00);
    assert_eq!(data(&rig.zone(20, true)), ["002000", "202002"]);
    assert_eq!(rig.status(RequestId::Arming), 0x8F00);
    assert_eq!(rig.status(RequestId::Zone17To32InDelay), 0x0800);
    assert_eq!((rig.panel.area(0), rig.panel.area(1), rig.panel.area(2)), (AreaState::EntryDelay, AreaState::Armed, AreaState::EntryDelay));
    rig.pass(10_000);
    assert_eq!((rig.panel.area(1), rig.panel.area(2)), (AreaState::Armed, AreaState::Triggered));
    assert_eq!(rig.status(RequestId::Zone17To32InAlarm), 0x0800);
    assert_eq!(data(&rig.act(Command::Disarm { area: 1, user: 1 })), ["2f0101"]);
    assert_eq!((rig.panel.area(1), rig.panel.area(2)), (AreaState::Disarmed, AreaState::Triggered));
    assert_eq!(data(&rig.act(Command::Disarm { area: 2, user: 12 })), ["032002", "2f1202", "329000", "329400"]);
    assert_eq!(rig.panel.area(3), AreaState::Unknown);
    let home = rig.submit(Command::Arm { area: 2, mode: Mode::Home, user: 1 });
    assert_eq!(home, Err(Refused::Unsupported));
}

#[test]
fn every_event_of_the_installation_has_the_documented_bytes() {
    let mut rig = Rig::new(plain());
    let mut first = false;
    let mut check = |command: Command<'_>, expected: &[&str]| {
        assert_eq!(rig.act(command), events(first, expected), "{command:?}");
        first ^= expected.len() % 2 == 1;
    };
    for (on, end) in [(true, 0), (false, 1)] {
        let with_end = |data: &str| format!("{:02x}{}", u8::from_str_radix(&data[..2], 16).unwrap() + end, &data[2..]);
        let mut both = |command: Command<'_>, data: &str| check(command, &[&with_end(data)]);
        both(Command::Zone { zone: 16, open: on }, "001600");
        both(Command::Tamper { zone: 9, open: on }, "080991");
        both(Command::PanelTamper { external: false, open: on }, "080000");
        both(Command::PanelTamper { external: true, open: on }, "080001");
        both(Command::KeypadTamper { open: on }, "08f000");
        both(Command::Battery { zone: 10, low: on }, "121091");
        both(Command::PanelBattery { low: on }, "120000");
        both(Command::RadioKeyBattery { user: 56, low: on }, "125692");
        both(Command::Supervision { zone: 2, lost: on }, "160200");
        both(Command::Mains { on: !on }, "100000");
        both(Command::Reporting { ok: !on }, "140000");
        both(Command::Bypass { zone: 1, on }, "040101");
        both(Command::AutoExclude { zone: 1, on }, "060101");
        both(Command::Door { door: 3, user: 40, open: on }, "0040a3");
        both(Command::Output { output: Output::Aux(10), on }, "311000");
        both(Command::Output { output: Output::KeypadDisplay, on }, "319700");
        // The same again changes nothing.
        let mut again = |command: Command<'_>| check(command, &[]);
        again(Command::Zone { zone: 16, open: on });
        again(Command::Tamper { zone: 9, open: on });
        again(Command::Mains { on: !on });
        again(Command::Output { output: Output::Aux(10), on });
        again(Command::Output { output: Output::TamperExpander, on });
    }
    check(Command::PowerUp, &["010000"]);
    check(Command::Clock, &["190000"]);
    check(Command::ArmingDelayed { user: 7 }, &["300701"]);
    check(Command::Trip { zone: 12 }, &["021201", "319000", "319400"]);
    check(Command::KeypadAlarm { keypad: 14, kind: AlarmKind::Duress }, &["02fe84"]);
    check(Command::KeypadAlarm { keypad: 0, kind: AlarmKind::Panic }, &["02f082"]);
    check(Command::KeypadAlarm { keypad: 1, kind: AlarmKind::Fire }, &["02f181", "319300"]);
    check(Command::KeypadAlarm { keypad: 2, kind: AlarmKind::Medical }, &["02f283", "319600"]);
    check(Command::UserPanic { user: 33 }, &["023382"]);
    assert_eq!(rig.status(RequestId::MiscellaneousAlarms), 0x0F01);
    rig.env.now = rig.env.now.plus_millis(60_000);
    let ends = ["031201", "03f181", "03f082", "03f283", "03fe84", "033382", "329000", "329300", "329400", "329600"];
    assert_eq!(rig.lines(), events(first, &ends));
    assert_eq!(rig.status(RequestId::MiscellaneousAlarms), 0);
}

#[test]
fn troubles_show_in_the_statuses() {
    let mut rig = Rig::new(plain());
    rig.act(Command::PanelTamper { external: true, open: true });
    rig.act(Command::PanelTamper { external: false, open: true });
    rig.act(Command::KeypadTamper { open: true });
    rig.act(Command::PanelBattery { low: true });
    rig.act(Command::Mains { on: false });
    assert_eq!(rig.status(RequestId::MiscellaneousAlarms), 0xE00A);
    assert_eq!(rig.status(RequestId::Outputs), 0x0060);
    rig.act(Command::Tamper { zone: 1, open: true });
    rig.act(Command::Battery { zone: 9, low: true });
    rig.act(Command::Supervision { zone: 8, lost: true });
    assert_eq!(rig.status(RequestId::Zone1To16DetectorTamper), 0x0100);
    assert_eq!(rig.status(RequestId::Zone1To16DetectorLowBattery), 0x0001);
    assert_eq!(rig.status(RequestId::Zone1To16SupervisionFail), 0x8000);
}

#[test]
fn panic_fire_and_medical_keys_raise_alarms() {
    let mut rig = Rig::new(plain());
    assert_eq!(rig.feed("8300660*1234#82"), events(false, &["02f082", "319000", "319400"]));
    assert_eq!(rig.keys("*9999#"), [""; 0]);
    // Already on.
    assert_eq!(rig.feed("8300160P4E"), [""; 0]);
    assert_eq!(rig.keys("*#"), [""; 0]);
    assert_eq!(rig.feed("8300160F58"), events(true, &["02f081", "319300"]));
    assert_eq!(rig.feed("8300160D5A"), events(true, &["02f083", "319600"]));
    assert_eq!(rig.panel.area(0), AreaState::Triggered);
    assert_eq!(data(&rig.keys("1234E")), ["03f081", "03f082", "03f083", "2f0101", "329000", "329300", "329400", "329600"]);
}

#[test]
fn auxiliary_outputs_follow_the_keys_and_may_be_pulses() {
    let mut rig = Rig::new(plain());
    assert_eq!(rig.feed("830036011*10\r\n"), events(false, &["310100"]));
    assert_eq!(rig.feed("830036088*02\r\n"), events(true, &["310800"]));
    assert_eq!(rig.feed("830036011*10\r\n"), [""; 0]);
    assert_eq!((rig.status(RequestId::AuxiliaryOutputs), rig.status(RequestId::Outputs)), (0x0081, 0x0001));
    assert_eq!(rig.feed("830036011#17\r\n"), events(false, &["320100"]));
    assert_eq!(rig.pass(1_000_000), [""; 0]);
    let mut config = plain();
    config.aux_pulse_millis = 2_000;
    let mut rig = Rig::new(config);
    rig.keys("33*");
    assert_eq!(rig.pass(1_500), [""; 0]);
    rig.keys("33*");
    assert_eq!(rig.pass(1_999), [""; 0]);
    assert_eq!(data(&rig.pass(1)), ["320300"]);
    rig.keys("33*");
    rig.keys("33#");
    assert_eq!(rig.panel.poll_timeout(), None);
}
