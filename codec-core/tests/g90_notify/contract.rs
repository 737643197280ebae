//! What every machine promises, for a link of datagrams.

use codec_core::g90::notify::Controller;
use codec_core::g90::notify::controller::{Command, Config};
use codec_core::g90::{AlertFlags, PeripheralProtocol, PeripheralType};
use codec_core::{Env, Instant, Machine as _, Refused, RxBuf, TxBuf};

use crate::rig::{row, slots};

const STORY: [(u64, &[u8]); 12] = [
    (1, b"[170,[1,[2]]]\0"),
    (5, b"[170,[5,[100,\"Hall\"]]]\0"),
    (6, b"[208,[4,100,1,1,\"Hall\",\"GA1\",100,0,[\"\"]]]\0"),
    (6, b"[208,[4,100,1,1,\"Hall\",\"GA1\",100,0,[\"\"]]]\0"),
    (900, b"\xff\0"),
    (900, b""),
    (2_000, b"[170,[5,[101,\"Room\"]]]\0"),
    (2_500, b"[208,[3,100,1,3,\"Hall\",\"GA1\",102,0,[\"\"]]]\0"),
    (9_000, b"[170,[6,[21,\"Door\"]]]\0"),
    (9_001, b"[170,[1,[3]]]\0"),
    (9_002, b"[171,{}]\0"),
    (9_003, b"[208,[4,9,9,9,\"\",\"\",1,1,1]]\0"),
];

/// Every event of the story, with wake-ups at the deadlines the machine gives, and `spurious` calls after each.
fn told(buffer: usize, spurious: usize) -> Vec<String> {
    let mut sensors = slots::<2>();
    let mut controller = Controller::new(Config::new(), &mut sensors);
    let mut storage = vec![0; buffer];
    let (mut rx, mut tx) = (RxBuf::new(&mut storage), TxBuf::new(&mut []));
    let (mut events, mut now) = (Vec::new(), 0);
    let mut drain = |controller: &mut Controller<'_>, rx: &mut RxBuf<'_>, now: u64| {
        let env = Env::at(Instant::from_millis(now));
        while let Some(pending) = controller.poll_event(&env, rx, &mut tx) {
            events.push(format!("{now} {:?}", controller.event(pending, rx)));
        }
        for _ in 0..spurious {
            assert!(controller.poll_event(&env, rx, &mut tx).is_none(), "a spurious call told something");
        }
        assert!(controller.poll_timeout().is_none_or(|at| at.as_millis() > now), "a deadline is left at {now}");
    };
    for (at, datagram) in STORY.into_iter().chain([(60_000, &b"[170,[1,[1]]]\0"[..])]) {
        while let Some(due) = controller.poll_timeout().map(Instant::as_millis).filter(|due| *due <= at) {
            now = now.max(due);
            drain(&mut controller, &mut rx, now);
        }
        now = at;
        rx.space()[..datagram.len()].copy_from_slice(datagram);
        rx.commit_datagram(datagram.len(), "192.0.2.7:45000".parse().unwrap());
        drain(&mut controller, &mut rx, now);
    }
    rx.set_eof();
    drain(&mut controller, &mut rx, now);
    assert!(controller.is_closed() && controller.poll_timeout().is_none());
    events
}

#[test]
fn the_same_events_whatever_the_buffer_and_however_often_it_is_called() {
    let plain = told(4_096, 0);
    assert!(plain.len() > 20, "{plain:#?}");
    assert_eq!(told(Controller::RX_MIN, 0), plain);
    assert_eq!(told(4_096, 3), plain);
    // Bit for bit once more, as a replay does it.
    assert_eq!(told(4_096, 0), plain);
    let closed = plain.iter().filter(|event| event.contains(" Closed(")).count();
    assert!(closed == 1 && plain.last().is_some_and(|event| event.contains(" Closed(")));
}

#[test]
fn commands_are_all_or_nothing() {
    let mut sensors = slots::<1>();
    let mut controller = Controller::new(Config::new(), &mut sensors);
    let mut tx = TxBuf::new(&mut []);
    let env = Env::at(Instant::from_millis(1));
    let sensor = |index| Command::Sensor { index, kind: PeripheralType::Door, protocol: PeripheralProtocol::Cord };
    let first = controller.submit(&env, sensor(1), &mut tx).unwrap();
    let second = controller.submit(&env, Command::Alerts(AlertFlags::DOOR_CLOSE), &mut tx).unwrap();
    assert_eq!((first.number(), second.number()), (0, 1));
    let before = format!("{controller:?}");
    assert!(matches!(controller.submit(&env, sensor(2), &mut tx), Err(Refused::Invalid(_))));
    assert_eq!(format!("{controller:?}"), before);
    // What a command leads to is told at once.
    controller.submit(&env, Command::History(row(r#"[2,4,0,0,"",100,""]"#)), &mut tx).unwrap();
    assert_eq!(controller.poll_timeout(), Some(Instant::ZERO));
}
