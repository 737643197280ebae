//! What a controller makes of what it hears.

use codec_core::g90::notify::HistoryFollower;
use codec_core::g90::notify::controller::{Command, Config, Event, Foreign};
use codec_core::g90::{AlertFlags, PeripheralProtocol, PeripheralType};
use codec_core::home::{AlarmKind, AreaState, Mode, Notice, Source, TroubleKind};
use codec_core::{CloseReason, Refused, RxBuf};

use crate::rig::{Rig, event, row, slots, zone};

fn area(state: AreaState, mode: Option<Mode>) -> String {
    event(Event::Notice(Notice::Area { area: 0, state, mode }))
}

fn panic_button(source: Source, active: bool) -> String {
    event(Event::Notice(Notice::Alarm { kind: AlarmKind::Panic, source, active }))
}

#[test]
fn arming_is_told_once_whichever_way_it_comes() {
    let mut sensors = slots::<4>();
    let mut rig = Rig::new(Config::new(), &mut sensors);
    assert_eq!(rig.tell("[170,[1,[1]]]"), [area(AreaState::Armed, Some(Mode::Away))]);
    assert_eq!(rig.alert("2,4,0,0", 100), [""; 0]);
    assert_eq!(rig.alert("2,5,0,0", 101), [area(AreaState::Armed, Some(Mode::Home))]);
    assert_eq!(rig.tell("[170,[1,[4]]]"), [area(AreaState::Triggered, Some(Mode::Home))]);
    assert_eq!(rig.tell("[170,[1,[3]]]"), [area(AreaState::Disarmed, None)]);
    // Unknown states change nothing.
    assert_eq!(rig.tell("[170,[1,[9]]]"), [""; 0]);
    assert_eq!(rig.controller.area(), (AreaState::Disarmed, None));
}

#[test]
fn a_sensor_is_active_until_it_was_quiet_long_enough() {
    let mut sensors = slots::<4>();
    let mut rig = Rig::new(Config::new(), &mut sensors);
    assert_eq!(rig.tell("[170,[5,[100,\"Hall\"]]]"), [zone(100, "open low_battery", "open", "open low_battery")]);
    assert_eq!(rig.wait(2_999), [""; 0]);
    assert_eq!(rig.wait(1), [zone(100, "open low_battery", "", "open")]);
    assert_eq!(rig.wait(100_000), [""; 0]);
}

#[test]
fn a_door_that_tells_when_it_closes_stays_open() {
    let mut sensors = slots::<4>();
    let mut config = Config::new();
    config.alerts = AlertFlags::DOOR_OPEN | AlertFlags::DOOR_CLOSE;
    let mut rig = Rig::new(config, &mut sensors);
    let sensor = |index, kind, protocol| Command::Sensor { index, kind, protocol };
    rig.submit(sensor(7, PeripheralType::Door, PeripheralProtocol::Rf1527)).unwrap();
    rig.submit(sensor(8, PeripheralType::CordSensor, PeripheralProtocol::Cord)).unwrap();
    rig.alert("4,7,1,1", 100);
    // A wired contact has another type, and a battery it has not: nothing is told of it.
    assert_eq!(rig.alert("4,8,1,1", 100), [zone(8, "open", "open", "open")]);
    assert_eq!(rig.wait(10_000), [zone(8, "open", "", "open")]);
    assert_eq!(rig.alert("4,7,1,0", 110), [zone(7, "open low_battery", "", "open")]);
    rig.submit(Command::Alerts(AlertFlags::NONE)).unwrap();
    rig.alert("4,7,1,1", 120);
    assert_eq!(rig.wait(3_000).len(), 1);
}

#[test]
fn alarms_and_tampers_end_with_the_next_arming() {
    let mut sensors = slots::<4>();
    let mut rig = Rig::new(Config::new(), &mut sensors);
    assert_eq!(
        rig.alert("3,100,1,3", 100),
        [
            zone(100, "open alarm tamper low_battery", "open alarm tamper", "open alarm tamper low_battery"),
            area(AreaState::Triggered, None)
        ]
    );
    rig.wait(3_000);
    assert_eq!(rig.state(100), ["alarm", "tamper"]);
    assert_eq!(
        rig.tell("[170,[1,[3]]]"),
        [zone(100, "open alarm tamper low_battery", "", "alarm tamper"), area(AreaState::Disarmed, None)]
    );
    // A motion sensor has another number for tamper.
    rig.alert("3,103,8,0", 110);
    assert_eq!(rig.state(103), ["open", "alarm"]);
    rig.alert("3,103,8,1", 111);
    assert_eq!(rig.state(103), ["open", "alarm", "tamper"]);
}

#[test]
fn low_batteries_end_with_the_next_activity() {
    let mut sensors = slots::<4>();
    let mut rig = Rig::new(Config::new(), &mut sensors);
    assert_eq!(rig.alert("4,26,1,4", 100), [zone(26, "low_battery", "low_battery", "low_battery")]);
    assert_eq!(rig.alert("4,15,11,5", 100), [zone(15, "low_battery", "low_battery", "low_battery")]);
    assert_eq!(rig.tell("[170,[5,[26,\"Hall\"]]]"), [zone(26, "open low_battery", "open", "open low_battery")]);
    assert_eq!(rig.state(15), ["low_battery"]);
}

#[test]
fn a_door_open_when_arming_is_told_and_cleared() {
    let mut sensors = slots::<4>();
    let mut rig = Rig::new(Config::new(), &mut sensors);
    let told = |active| event(Event::OpenWhenArming { sensor: 21, active });
    assert_eq!(rig.tell("[170,[6,[21,\"Hall\"]]]"), [told(true)]);
    assert_eq!(rig.tell("[170,[6,[21,\"Hall\"]]]"), [""; 0]);
    // An alarm is no arming.
    rig.tell("[170,[1,[4]]]");
    assert!(rig.controller.sensors()[0].open_when_arming());
    assert_eq!(rig.tell("[170,[1,[3]]]")[0], told(false));
}

#[test]
fn sos_buttons_are_alarms_until_somebody_disarms() {
    let mut sensors = slots::<4>();
    let mut rig = Rig::new(Config::new(), &mut sensors);
    assert_eq!(rig.alert("1,1,0,0", 100), [panic_button(Source::Panel, true), area(AreaState::Triggered, None)]);
    assert_eq!(
        rig.alert("3,11,10,3", 101),
        [panic_button(Source::Zone(11), true), zone(11, "open low_battery", "open", "open low_battery")]
    );
    assert_eq!(
        rig.tell("[170,[1,[3]]]"),
        [panic_button(Source::Panel, false), panic_button(Source::Zone(11), false), area(AreaState::Disarmed, None)]
    );
}

#[test]
fn the_panel_tells_of_its_mains_battery_and_network() {
    let mut sensors = slots::<1>();
    let mut rig = Rig::new(Config::new(), &mut sensors);
    for (code, kind, active) in [
        (1, TroubleKind::Mains, true),
        (6, TroubleKind::Battery, true),
        (2, TroubleKind::Mains, false),
        (8, TroubleKind::Reporting, true),
        (7, TroubleKind::Reporting, false),
    ] {
        let notice = event(Event::Notice(Notice::Trouble { kind, source: Source::Panel, active }));
        assert_eq!(rig.alert(&format!("2,{code},0,0"), 100), [notice]);
    }
    // The network was there already.
    assert_eq!(rig.alert("2,7,0,0", 200), [""; 0]);
}

#[test]
fn an_alert_that_comes_twice_counts_once() {
    let mut sensors = slots::<4>();
    let mut rig = Rig::new(Config::new(), &mut sensors);
    let open = b"[208,[4,100,1,1,\"Hall\",\"GA1\",100,0,[\"\"]]]\0";
    let closed = b"[208,[4,100,1,0,\"Hall\",\"GA1\",100,0,[\"\"]]]\0";
    assert_eq!(rig.bytes(open).len(), 2);
    assert_eq!(rig.bytes(open), [""; 0]);
    // Within the same second it closes and opens again.
    assert_eq!(rig.bytes(closed).len(), 2);
    assert_eq!(rig.bytes(open).len(), 2);
    assert_eq!(rig.state(100), ["open"]);

    let mut config = Config::new();
    config.drop_repeated = false;
    let mut sensors = slots::<4>();
    let mut rig = Rig::new(config, &mut sensors);
    rig.bytes(open);
    assert_eq!(rig.bytes(open).len(), 1);
}

#[test]
fn datagrams_of_other_panels_change_nothing() {
    let mut sensors = slots::<4>();
    let mut config = Config::new();
    (config.panel, config.device_id) = (Some("192.0.2.7".parse().unwrap()), "GA1");
    let mut rig = Rig::new(config, &mut sensors);
    let other = b"[208,[2,4,0,0,\"\",\"GA2\",100,0,[\"\"]]]\0";
    assert_eq!(rig.bytes(other), [event(Event::Foreign(Foreign::DeviceId))]);
    assert_eq!(rig.bytes(b"[208,[2,4,0,0,\"\",\"\",100,0,[\"\"]]]\0"), [event(Event::Foreign(Foreign::DeviceId))]);
    rig.from = "192.0.2.8:45000".parse().unwrap();
    assert_eq!(rig.bytes(b"[170,[1,[1]]]\0"), [event(Event::Foreign(Foreign::Sender))]);
    assert_eq!(rig.controller.area(), (AreaState::Unknown, None));
    // The port does not matter; an address in the form of IPv6 is the same one.
    rig.from = "[::ffff:192.0.2.7]:9".parse().unwrap();
    assert_eq!(rig.tell("[170,[1,[1]]]").len(), 1);
}

#[test]
fn a_full_table_is_told_once_and_messages_still_come() {
    let mut sensors = slots::<1>();
    let mut rig = Rig::new(Config::new(), &mut sensors);
    assert_eq!(rig.tell("[170,[5,[1,\"a\"]]]").len(), 1);
    let told = rig.tell("[170,[5,[2,\"b\"]]]");
    assert!(told.len() == 1 && told[0].contains("TableFull { limit: 1 }"), "{told:?}");
    assert_eq!(rig.tell("[170,[5,[3,\"c\"]]]"), [""; 0]);
    let sensor = Command::Sensor { index: 4, kind: PeripheralType::Door, protocol: PeripheralProtocol::Cord };
    assert!(matches!(rig.submit(sensor), Err(Refused::Invalid(_))));
    // Without a table nothing is missed.
    let mut none = Rig::new(Config::new(), &mut []);
    assert_eq!(none.tell("[170,[5,[1,\"a\"]]]"), [""; 0]);
    // No list has such an index.
    assert_eq!(none.tell("[170,[5,[-1,\"a\"]]]"), [""; 0]);
    assert_eq!(none.tell("[170,[5,[9223372036854775807,\"a\"]]]"), [""; 0]);
}

#[test]
fn bad_datagrams_are_faults_and_the_next_one_is_read() {
    let mut sensors = slots::<4>();
    let mut rig = Rig::new(Config::new(), &mut sensors);
    for bad in [&b""[..], b"\0", b"\xde\xad\0", b"[170]\0", b"[170,[1,[1]]\0", b"[170,[1,[1]]]", b"[208,[]]\0", b"[170,[5,[1]]]\0", b"{}\0"]
    {
        let told = rig.bytes(bad);
        assert!(told.len() == 1 && told[0].starts_with("Fault("), "{told:?}");
    }
    let deep = format!("{}\0", "[".repeat(400));
    assert!(rig.bytes(deep.as_bytes())[0].contains("Depth"));
    assert_eq!(rig.tell("[170,[1,[1]]]").len(), 1);
}

#[test]
fn it_ends_when_told_or_when_the_link_does() {
    let mut sensors = slots::<1>();
    let mut rig = Rig::new(Config::new(), &mut sensors);
    assert_eq!(rig.submit(Command::Close).unwrap(), [event(Event::Closed(CloseReason::Requested))]);
    assert_eq!(rig.submit(Command::Close), Err(Refused::Closed));
    let mut sensors = slots::<1>();
    let mut rig = Rig::new(Config::new(), &mut sensors);
    let mut storage = [0; 8];
    let mut rx = RxBuf::new(&mut storage);
    rx.set_eof();
    assert_eq!(rig.poll(&mut rx), [event(Event::Closed(CloseReason::PeerClosed))]);
}

#[test]
fn history_rows_are_alerts_the_newest_first_reading_apart() {
    let mut sensors = slots::<4>();
    let mut rig = Rig::new(Config::new(), &mut sensors);
    let mut follower = HistoryFollower::new();
    let old = [row(r#"[2,3,0,0,"",100,""]"#), row(r#"[4,7,1,1,"Hall",99,""]"#)];
    assert!(follower.next([].into_iter()).is_none() && !follower.has_begun());
    assert!(follower.next(old.into_iter()).is_none() && follower.has_begun());
    assert!(follower.next(old.into_iter()).is_none());

    let new = [row(r#"[3,7,1,1,"Hall",102,""]"#), row(r#"[2,4,0,0,"",101,""]"#), old[0], old[1]];
    let mut times = Vec::new();
    while let Some(row) = follower.next(new.into_iter()) {
        times.push(row.unix_time);
        rig.submit(Command::History(row)).unwrap();
    }
    assert_eq!(times, [101, 102]);
    assert_eq!(rig.controller.area(), (AreaState::Triggered, Some(Mode::Away)));
    assert_eq!(rig.state(7), ["open", "alarm"]);
    // The same alarm as a datagram is no second one.
    assert_eq!(rig.bytes(b"[208,[3,7,1,1,\"Hall\",\"GA1\",102,0,[\"\"]]]\0"), [""; 0]);
}
