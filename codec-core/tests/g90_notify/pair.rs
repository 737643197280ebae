//! A panel and a controller in memory: what happens in the one house is known in the other, also when every datagram comes twice.

use codec_core::g90::notify::controller::{self, Event};
use codec_core::g90::notify::panel::{self, Command, Sensor, SensorEvent};
use codec_core::g90::notify::{Controller, Panel};
use codec_core::g90::{AlertFlags, ArmState, KeypadState, PeripheralType, RemoteButton, SensorSlot, StateChange};
use codec_core::home::{AreaState, Mode};
use codec_core::{CloseReason, Env, Instant, Machine as _, Refused, RxBuf, TxBuf};

const SENSORS: [Sensor<'static>; 5] = [
    Sensor { index: 100, name: "Hall \"1\" é\u{1}", kind: PeripheralType::Door },
    Sensor { index: 103, name: "PIR", kind: PeripheralType::Infrared },
    Sensor { index: 11, name: "Remote", kind: PeripheralType::Remote },
    Sensor { index: 15, name: "Keypad-", kind: PeripheralType::Rfid },
    Sensor { index: 3, name: "01234567890123456789012345678901", kind: PeripheralType::Gas },
];

struct Pair<'b> {
    panel: Panel<'static>,
    controller: Controller<'b>,
    now: u64,
    /// How often each datagram is delivered.
    copies: usize,
    sent: Vec<String>,
    messages: usize,
}

impl<'b> Pair<'b> {
    fn new(alerts: AlertFlags, copies: usize, slots: &'b mut [SensorSlot]) -> Self {
        let mut config = panel::Config::new();
        (config.sensors, config.alerts) = (&SENSORS, alerts);
        let mut listens = controller::Config::new();
        (listens.alerts, listens.device_id) = (alerts, config.device_id);
        let panel = Panel::new(config).unwrap();
        Self { panel, controller: Controller::new(listens, slots), now: 0, copies, sent: vec![], messages: 0 }
    }

    fn happens(&mut self, command: Command) {
        self.now += 1_000;
        let env = Env { unix: Some(1_700_000_000 + self.now / 1000), ..Env::at(Instant::from_millis(self.now)) };
        let (mut a, mut b, mut c) = ([0; Panel::TX_MIN], [0; Controller::RX_MIN], [0; Panel::RX_MIN]);
        let (mut panel_tx, mut rx, mut panel_rx) = (TxBuf::new(&mut a), RxBuf::new(&mut b), RxBuf::new(&mut c));
        let mut tx = TxBuf::new(&mut []);
        self.panel.submit(&env, command, &mut panel_tx).unwrap();
        for _ in 0..10 {
            assert!(self.panel.poll_event(&env, &mut panel_rx, &mut panel_tx).is_none());
            let datagram = panel_tx.unsent().to_vec();
            if datagram.is_empty() {
                assert_eq!(self.panel.poll_timeout(), None);
                break;
            }
            assert_eq!(panel_tx.to(), Some("255.255.255.255:12901".parse().unwrap()));
            panel_tx.sent(datagram.len());
            self.sent.push(String::from_utf8(datagram.clone()).unwrap());
            for _ in 0..self.copies {
                rx.space()[..datagram.len()].copy_from_slice(&datagram);
                rx.commit_datagram(datagram.len(), "192.0.2.7:45000".parse().unwrap());
                while let Some(pending) = self.controller.poll_event(&env, &mut rx, &mut tx) {
                    match self.controller.event(pending, &rx) {
                        Event::Notification(_) | Event::Alert(_) => self.messages += 1,
                        Event::Fault(fault) => panic!("{fault}"),
                        Event::Foreign(foreign) => panic!("{foreign:?}"),
                        _ => {}
                    }
                }
            }
        }
    }

    fn sensor(&mut self, index: u32, event: SensorEvent) -> Vec<&'static str> {
        self.happens(Command::Sensor { index, event });
        self.controller.sensors().iter().find(|slot| slot.index() == Some(index)).map_or(vec![], |slot| slot.state().set.names().collect())
    }
}

#[test]
fn what_happens_in_the_house_is_known() {
    for (alerts, copies) in [(AlertFlags::from_bits(511), 1), (AlertFlags::from_bits(511), 2), (AlertFlags::NONE, 1)] {
        let all = alerts != AlertFlags::NONE;
        let mut slots = [SensorSlot::default(); 5];
        let mut pair = Pair::new(alerts, copies, &mut slots);
        pair.happens(Command::Arm(ArmState::ArmHome));
        assert_eq!(pair.controller.area(), (AreaState::Armed, Some(Mode::Home)));
        assert_eq!(pair.sensor(100, SensorEvent::Active), ["open"]);
        let after = pair.sensor(100, SensorEvent::Closed);
        assert_eq!(after.is_empty(), all, "{after:?}");
        let low = pair.sensor(103, SensorEvent::LowBattery);
        assert_eq!(low.is_empty(), !all, "{low:?}");
        assert_eq!(pair.sensor(103, SensorEvent::Active), ["open"]);
        assert_eq!(pair.sensor(103, SensorEvent::Tamper), ["open", "alarm", "tamper"]);
        assert_eq!(pair.controller.area(), (AreaState::Triggered, Some(Mode::Home)));
        assert_eq!(pair.sensor(11, SensorEvent::Button(RemoteButton::Disarm)), ["open"]);
        pair.happens(Command::Arm(ArmState::Disarm));
        assert_eq!(pair.controller.area(), (AreaState::Disarmed, None));
        assert!(pair.sensor(3, SensorEvent::Alarm).contains(&"alarm"));
        assert_eq!(pair.sensor(15, SensorEvent::Keypad(KeypadState::LowBattery)), ["low_battery"]);
        assert_eq!(pair.sensor(15, SensorEvent::Keypad(KeypadState::Card3)), ["open"]);
        pair.sensor(100, SensorEvent::OpenWhenArming);
        assert!(pair.controller.sensors()[0].open_when_arming());
        pair.happens(Command::Sos);
        assert_eq!(pair.controller.area().0, AreaState::Triggered);
        pair.happens(Command::Panel(StateChange::AcPowerFailure));
        pair.sensor(11, SensorEvent::Button(RemoteButton::Sos));
        pair.sensor(3, SensorEvent::Added);
        assert_eq!(pair.sent.len(), if all { 19 } else { 13 }, "{:#?}", pair.sent);
        // Notifications cannot be told from repeated ones; alerts can.
        let notifications = pair.sent.iter().filter(|text| text.starts_with("[170,")).count();
        assert_eq!(pair.messages, notifications * copies + pair.sent.len() - notifications);
    }
}

/// Expected texts are those of captures, with other names and times.
#[test]
fn datagrams_are_as_panels_send_them() {
    let mut slots = [SensorSlot::default(); 5];
    let mut pair = Pair::new(AlertFlags::from_bits(511), 1, &mut slots);
    pair.happens(Command::Arm(ArmState::ArmAway));
    pair.sensor(100, SensorEvent::Active);
    pair.sensor(100, SensorEvent::Closed);
    pair.sensor(103, SensorEvent::Alarm);
    pair.sensor(103, SensorEvent::Tamper);
    pair.sensor(11, SensorEvent::Button(RemoteButton::ArmAway));
    pair.sensor(11, SensorEvent::Button(RemoteButton::Sos));
    pair.sensor(15, SensorEvent::Keypad(KeypadState::Card1));
    pair.happens(Command::Sos);
    pair.sensor(11, SensorEvent::LowBattery);
    let id = "\"GA00000A0000000\"";
    assert_eq!(
        pair.sent,
        [
            "[170,[1,[1]]]\0".to_owned(),
            format!("[208,[2,4,0,0,\"\",{id},1700000001,0,[\"\"]]]\0"),
            "[170,[5,[100,\"Hall \\\"1\\\" é\\u0001\"]]]\0".into(),
            format!("[208,[4,100,1,1,\"Hall \\\"1\\\" é\\u0001\",{id},1700000002,0,[\"\"]]]\0"),
            format!("[208,[4,100,1,0,\"Hall \\\"1\\\" é\\u0001\",{id},1700000003,0,[\"\"]]]\0"),
            format!("[208,[3,103,8,0,\"PIR\",{id},1700000004,0,[\"\"]]]\0"),
            format!("[208,[3,103,8,1,\"PIR\",{id},1700000005,0,[\"\"]]]\0"),
            format!("[208,[4,11,10,0,\"Remote\",{id},1700000006,0,[\"\"]]]\0"),
            format!("[208,[3,11,10,3,\"Remote\",{id},1700000007,0,[\"\"]]]\0"),
            format!("[208,[4,15,11,7,\"Keypad-\",{id},1700000008,0,[\"\"]]]\0"),
            format!("[208,[1,1,0,0,\"\",{id},1700000009,0,[\"\"]]]\0"),
            format!("[208,[4,11,1,4,\"Remote\",{id},1700000010,0,[\"\"]]]\0"),
        ]
    );
}

#[test]
fn a_panel_refuses_what_it_cannot_send_now() {
    let mut config = panel::Config::new();
    config.sensors = &SENSORS;
    let mut panel = Panel::new(config).unwrap();
    let mut storage = [0; Panel::TX_MIN];
    let mut tx = TxBuf::new(&mut storage);
    let env = Env::default();
    let refused = |panel: &mut Panel<'_>, command, tx: &mut TxBuf<'_>| {
        let (before, unsent) = (format!("{panel:?}"), tx.unsent().to_vec());
        let error = panel.submit(&env, command, tx).unwrap_err();
        assert_eq!((format!("{panel:?}"), tx.unsent()), (before, &unsent[..]));
        error
    };
    let unknown = Command::Sensor { index: 1, event: SensorEvent::Active };
    assert!(matches!(refused(&mut panel, unknown, &mut tx), Refused::Invalid(_)));
    panel.submit(&env, Command::Arm(ArmState::ArmAway), &mut tx).unwrap();
    assert_eq!(panel.poll_timeout(), Some(Instant::ZERO));
    assert_eq!(refused(&mut panel, Command::Sos, &mut tx), Refused::TooManyPending { limit: 1 });
    let mut storage = [0; 16];
    let mut rx = RxBuf::new(&mut storage);
    // The alert waits for the datagram before it; then the next command does.
    assert!(panel.poll_event(&env, &mut rx, &mut tx).is_none());
    tx.sent(usize::MAX);
    assert!(panel.poll_event(&env, &mut rx, &mut tx).is_none());
    assert!(tx.unsent().starts_with(b"[208,[2,4,"));
    assert!(matches!(refused(&mut panel, Command::Sos, &mut tx), Refused::NoRoom { free: 0, .. }));
    tx.sent(usize::MAX);

    rx.commit_datagram(3, "192.0.2.9:1".parse().unwrap());
    let pending = panel.poll_event(&env, &mut rx, &mut tx).unwrap();
    assert_eq!(panel.event(pending, &rx), panel::Event::Ignored);
    assert!(!rx.space().is_empty());
    panel.submit(&env, Command::Close, &mut tx).unwrap();
    assert_eq!(refused(&mut panel, Command::Sos, &mut tx), Refused::Closed);
    let pending = panel.poll_event(&env, &mut rx, &mut tx).unwrap();
    assert_eq!(panel.event(pending, &rx), panel::Event::Closed(CloseReason::Requested));
    assert!(panel.is_closed() && panel.poll_timeout().is_none() && panel.poll_event(&env, &mut rx, &mut tx).is_none());

    let long = [Sensor { index: 1, name: "012345678901234567890123456789012", kind: PeripheralType::Door }];
    let mut config = panel::Config::new();
    config.sensors = &long;
    assert!(Panel::new(config).is_err());
}

/// The longest names there can be, all of them escaped, fit the smallest buffers.
#[test]
fn the_longest_alert_fits() {
    let name = "\u{1}".repeat(32);
    let sensors = [Sensor { index: u32::MAX, name: &name, kind: PeripheralType::Door }];
    let mut config = panel::Config::new();
    (config.sensors, config.device_id) = (&sensors, &name);
    let mut panel = Panel::new(config).unwrap();
    let mut storage = [0; Panel::TX_MIN];
    let mut tx = TxBuf::new(&mut storage);
    let env = Env { unix: Some(u64::MAX / 2), ..Env::default() };
    panel.submit(&env, Command::Sensor { index: u32::MAX, event: SensorEvent::Alarm }, &mut tx).unwrap();
    assert!(tx.unsent().len() <= Controller::RX_MIN, "{}", tx.unsent().len());
    assert!(codec_core::g90::notify::decode(tx.unsent()).unwrap().body().is_ok());
}
