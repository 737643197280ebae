//! The table of arming states: every event in every state, and the poll's answer.

mod common;

use codec_core::home::{AreaState, Mode};
use codec_core::ness::EventCode;
use codec_core::ness::controller::Config;
use common::rig::Rig;

use AreaState::{Armed, Arming, Disarmed, EntryDelay, ExitDelay, Triggered, Unknown};

const STATES: [AreaState; 7] = [Unknown, Disarmed, Arming, ExitDelay, Armed, EntryDelay, Triggered];

/// A panel whose area 1 is in `state`; "triggered" from armed, by zone 9.
fn panel_in(state: AreaState) -> Rig {
    let mut rig = Rig::quiet();
    let events: &[&str] = match state {
        Unknown => &[],
        Disarmed => &["2f0101"],
        Arming => &["240101"],
        ExitDelay => &["240101", "220001"],
        Armed => &["240101", "220001", "230001"],
        EntryDelay => &["240101", "220001", "230001", "200301"],
        _ => &["240101", "220001", "230001", "020901"],
    };
    for event in events {
        rig.event(event);
    }
    assert_eq!(rig.area(1).0, state);
    rig
}

/// As the Python library's table, row for row, but for what its defects make of it: an alarm and its end leave the state below as
/// it was, the end of an exit delay counts while arming, and an alarm hides what happens below it until it is over or somebody
/// disarms or arms.
#[test]
fn every_event_in_every_state() {
    for code in EventCode::ALL {
        for state in STATES {
            let mut rig = panel_in(state);
            // Zone 3 in area 1; 0x01 and the like do not touch the arming.
            rig.event(&format!("{:02x}0301", code.raw()));
            let expected = match code {
                EventCode::Alarm => Triggered,
                EventCode::EntryDelayStart if state != Triggered => EntryDelay,
                EventCode::ExitDelayStart if state != Triggered => ExitDelay,
                EventCode::ExitDelayEnd if matches!(state, Arming | ExitDelay) => Armed,
                EventCode::ArmedAway
                | EventCode::ArmedHome
                | EventCode::ArmedDay
                | EventCode::ArmedNight
                | EventCode::ArmedVacation
                | EventCode::ArmedHighest => Arming,
                EventCode::Disarmed => Disarmed,
                _ => state,
            };
            assert_eq!(rig.area(1).0, expected, "{code:?} in {state:?}");
            let mode = match code {
                EventCode::ArmedHome => Some(Mode::Home),
                EventCode::ArmedDay => Some(Mode::Day),
                EventCode::ArmedNight => Some(Mode::Night),
                EventCode::ArmedVacation => Some(Mode::Vacation),
                EventCode::ArmedHighest => Some(Mode::Highest),
                EventCode::ArmedAway => Some(Mode::Away),
                EventCode::Disarmed => None,
                _ => panel_in(state).area(1).1,
            };
            assert_eq!(rig.area(1).1, mode, "{code:?} in {state:?}");
        }
    }
}

/// All 2,048 combinations of the defined bits: no bit of one area changes another.
#[test]
fn every_arming_status() {
    let bits = [0x0100, 0x0200, 0x0400, 0x0800, 0x1000, 0x2000, 0x4000, 0x8000, 0x0001, 0x0002, 0x0004_u16];
    for choice in 0..1_u16 << bits.len() {
        let value = bits.iter().enumerate().filter(|(i, _)| choice >> i & 1 != 0).fold(0, |value, (_, bit)| value | bit);
        let mut rig = Rig::quiet();
        rig.status(&format!("14{value:04x}"));
        let has = |bit| value & bit != 0;
        let with_exit_delay = |armed, fully| match (has(armed), has(fully)) {
            (_, true) => Armed,
            (true, false) => ExitDelay,
            (false, false) => Disarmed,
        };
        let plain = |armed| if has(armed) { Armed } else { Disarmed };
        let mut expected = [with_exit_delay(0x0100, 0x0400), with_exit_delay(0x0200, 0x0800), plain(0x1000), plain(0x2000)];
        for (bit, own) in [(0x4000, 0), (0x8000, 1)] {
            // The delay's own area if it is armed, else the first that is.
            let first = (0..4).find(|area| matches!(expected[*area], Armed | EntryDelay));
            if let (true, Some(first)) = (has(bit), first) {
                let area = if matches!(expected[own], Armed | EntryDelay) { own } else { first };
                expected[area] = EntryDelay;
            }
        }
        for (area, state) in (1..).zip(expected) {
            assert_eq!(rig.area(area).0, state, "{value:04x}, area {area}");
        }
        let most_urgent = [EntryDelay, ExitDelay, Armed, Disarmed].into_iter().find(|state| expected.contains(state));
        assert_eq!(rig.whole(), most_urgent.unwrap(), "{value:04x}");
    }
}

#[test]
fn a_panel_that_tells_nothing_while_armed_can_be_believed_to_be_armed() {
    let mut config = Config::new();
    (config.keepalive_millis, config.refresh_millis, config.silence_millis) = (0, 0, 0);
    config.quirks.infer_arming_state = true;
    let mut rig = Rig::new(config);
    rig.status("140000");
    assert_eq!(rig.whole(), Disarmed);
    for event in ["240101", "220001", "230001"] {
        rig.event(event);
        rig.status("140000");
    }
    assert_eq!(rig.area(0), (Armed, Some(Mode::Away)));
    rig.event("2f0101");
    assert_eq!(rig.area(0), (Disarmed, None));
    // One armed area is told: then what is not told is not armed.
    rig.event("240102");
    rig.status("140500");
    assert_eq!((rig.area(1).0, rig.area(2).0), (Armed, Disarmed));
}

/// The Python library's scenarios (event data as EE II AA, status as RR VVVV with an `s` before it).
#[test]
fn scenarios() {
    let play = |steps: &[(&str, AreaState)]| {
        let mut rig = Rig::quiet();
        for (step, state) in steps {
            match step.strip_prefix('s') {
                Some(status) => rig.status(status),
                None => rig.event(step),
            };
            assert_eq!(rig.whole(), *state, "{step} of {steps:?}");
        }
        rig.area(0).1
    };
    // A whole day: arm, leave, come back, alarm, disarm.
    let mode = play(&[
        ("240101", Arming),
        ("220001", ExitDelay),
        ("s140100", ExitDelay),
        ("230001", Armed),
        ("s140500", Armed),
        ("000300", Armed),
        ("200301", EntryDelay),
        ("020301", Triggered),
        ("319000", Triggered),
        ("210301", Triggered),
        ("030301", Armed),
        ("2f0101", Disarmed),
        ("329000", Disarmed),
    ]);
    assert_eq!(mode, None);
    // Disarmed during the exit delay, in the order of a capture.
    play(&[
        ("245801", Arming),
        ("220001", ExitDelay),
        ("s140100", ExitDelay),
        ("2f0101", Disarmed),
        ("230001", Disarmed),
        ("329600", Disarmed),
    ]);
    // A day area on top of an armed area 1.
    play(&[("s140500", Armed), ("260004", Arming), ("s142500", Armed)]);
    // Home with entry delay, whose bit says 1 though area 1 is not armed.
    play(&[
        ("250103", Arming),
        ("220003", ExitDelay),
        ("230003", Armed),
        ("200303", EntryDelay),
        ("s145000", EntryDelay),
        ("2f0103", Disarmed),
    ]);
    // What the Python library's mock panel sends: no areas at all.
    let mode = play(&[("250000", Arming), ("220000", ExitDelay), ("s140100", ExitDelay), ("230000", Armed), ("s140500", Armed)]);
    assert_eq!(mode, Some(Mode::Home));
    play(&[
        ("240000", Arming),
        ("220000", ExitDelay),
        ("230000", Armed),
        ("200000", EntryDelay),
        ("020000", Triggered),
        ("210000", Triggered),
        ("2f0000", Disarmed),
    ]);
}

#[test]
fn an_exit_delay_of_home_whose_end_got_lost_is_ended_by_a_poll_in_the_end() {
    let mut rig = Rig::quiet();
    rig.event("250103");
    rig.event("220003");
    rig.status("141000");
    assert_eq!(rig.whole(), ExitDelay);
    rig.now += 301_000;
    rig.status("141000");
    assert_eq!(rig.whole(), Armed);
}
