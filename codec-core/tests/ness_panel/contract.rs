//! The machine's side: notices, refusals, full buffers, deadlines, the end.

use codec_core::home::{AlarmKind, AreaState, Mode, Notice, Source, ZoneFlags};
use codec_core::ness::panel::{Command, Event, Refusal};
use codec_core::ness::{Body, ChecksumPolicy, Output, RequestId};
use codec_core::{CloseReason, EncodeError, Instant, Machine as _, Refused, RxBuf, Secret};
use proptest::prelude::*;

use crate::rig::{Rig, data, events, leak, plain};

#[test]
fn changes_are_told_to_the_caller() {
    let mut rig = Rig::new(plain());
    let mut rx = RxBuf::new(leak(64));
    rig.submit(Command::Zone { zone: 2, open: true }).unwrap();
    rig.submit(Command::Bypass { zone: 2, on: true }).unwrap();
    assert_eq!(rig.panel.poll_timeout(), Some(Instant::ZERO));
    let pending = rig.panel.poll_event(&rig.env, &mut rx, &mut rig.tx).unwrap();
    let Event::Notice(Notice::Zone { zone: 2, state, changed }) = rig.panel.event(pending, &rx) else { panic!() };
    assert_eq!(changed, ZoneFlags::OPEN | ZoneFlags::BYPASSED);
    assert_eq!((state.is(ZoneFlags::OPEN), state.is(ZoneFlags::TAMPER)), (Some(true), Some(false)));
    rig.told();
    rig.submit(Command::UserPanic { user: 40 }).unwrap();
    rig.submit(Command::Arm { area: 1, mode: Mode::Vacation, user: 40 }).unwrap();
    rig.submit(Command::KeypadTamper { open: true }).unwrap();
    rig.submit(Command::PowerUp).unwrap();
    let notices = [
        format!("{:?}", Notice::Restarted),
        format!("{:?}", Notice::Area { area: 1, state: AreaState::ExitDelay, mode: Some(Mode::Vacation) }),
        format!("{:?}", Notice::Alarm { kind: AlarmKind::Panic, source: Source::User(40), active: true }),
        format!("{:?}", Notice::Output { output: 90, on: true }),
        format!("{:?}", Notice::Output { output: 94, on: true }),
        format!("{:?}", Notice::Output { output: 96, on: true }),
        "Trouble { kind: Tamper, source: Keypad(0), active: true }".to_owned(),
    ];
    assert_eq!(rig.told(), notices.map(|notice| format!("Notice({notice})")));
}

#[test]
fn keys_at_the_keypad_do_what_a_request_does() {
    let mut rig = Rig::new(plain());
    assert_eq!(data(&rig.act(Command::Keys(Secret::new("A98765E")))), ["241201", "220001"]);
    assert_eq!(rig.act(Command::Keys(Secret::new("S14"))), ["8200036014010006"]);
    rig.told();
    rig.submit(Command::Keys(Secret::new("0000E"))).unwrap();
    assert_eq!(rig.submit(Command::Keys(Secret::new("0000E"))), Err(Refused::TooManyPending { limit: 1 }));
    assert_eq!(rig.panel.poll_timeout(), Some(Instant::ZERO));
    assert_eq!(rig.told(), ["Refused(WrongCode)"]);
    let display = [Refusal::WrongCode, Refusal::CodeNeeded, Refusal::UnknownKeys, Refusal::NotARequest].map(|refusal| refusal.to_string());
    assert!(display.iter().all(|text| !text.is_empty() && !text.contains("0000")));
}

#[test]
fn codes_are_in_no_debug_text() {
    let mut rig = Rig::new(plain());
    rig.keys("A1234E");
    rig.keys("98765E");
    let text = format!("{:?} {:?} {:?}", rig.panel, rig.told, Command::Keys(Secret::new("A1234E")));
    assert!(!text.contains("1234") && !text.contains("98765"), "{text}");
}

#[test]
fn numbers_outside_their_range_are_refused_and_change_nothing() {
    let mut rig = Rig::new(plain());
    let range = |field, min, max, found| Err(Refused::Invalid(EncodeError::OutOfRange { field, min, max, found }));
    assert_eq!(rig.submit(Command::Zone { zone: 17, open: true }), range("zone", 1, 16, 17));
    assert_eq!(rig.submit(Command::Trip { zone: 0 }), range("zone", 1, 16, 0));
    assert_eq!(rig.submit(Command::UserPanic { user: 57 }), range("user", 1, 56, 57));
    assert_eq!(rig.submit(Command::Arm { area: 3, mode: Mode::Away, user: 1 }), range("area", 1, 2, 3));
    assert_eq!(rig.submit(Command::Disarm { area: 5, user: 1 }), range("area", 0, 4, 5));
    assert_eq!(rig.submit(Command::Door { door: 7, user: 1, open: true }), range("door", 1, 6, 7));
    assert_eq!(rig.submit(Command::Output { output: Output::Aux(11), on: true }), range("auxiliary output", 1, 10, 11));
    assert_eq!(rig.submit(Command::Report(RequestId::Unknown(0x34))), range("status request", 0, 0x33, 0x34));
    assert_eq!(rig.submit(Command::Report(RequestId::Unknown(0x0A))), Err(Refused::Unsupported));
    assert_eq!(rig.submit(Command::KeypadAlarm { keypad: 15, kind: AlarmKind::Fire }), range("keypad", 0, 14, 15));
    assert_eq!(rig.submit(Command::KeypadAlarm { keypad: 1, kind: AlarmKind::Intrusion }), Err(Refused::Unsupported));
    assert_eq!((rig.lines().len(), rig.told().len(), rig.panel.poll_timeout()), (0, 0, None));
    assert_eq!(rig.submit(Command::Clock).unwrap().number(), 0);
}

#[test]
fn the_end_is_told_once() {
    let mut rig = Rig::new(plain());
    rig.put(b"8300360S14E4");
    rig.rx.set_eof();
    assert_eq!(rig.lines(), ["8200036014000007"]);
    assert!(rig.panel.is_closed());
    assert!(rig.told().last().unwrap().starts_with("Closed(PeerClosed"));
    assert_eq!((rig.told().len(), rig.panel.poll_timeout()), (0, None));
    assert_eq!(rig.submit(Command::Clock), Err(Refused::Closed));

    let mut rig = Rig::new(plain());
    rig.submit(Command::Close).unwrap();
    assert_eq!((rig.panel.is_closed(), rig.panel.poll_timeout()), (false, Some(Instant::ZERO)));
    assert_eq!(rig.submit(Command::Clock), Err(Refused::Closed));
    assert_eq!(rig.told(), [format!("Closed({:?})", CloseReason::Requested)]);
    assert!(rig.panel.is_closed());
}

/// The transmit buffer takes two lines, and nobody sends.
#[test]
fn a_full_buffer_loses_nothing() {
    let mut rig = Rig::new(plain());
    let mut accepted = Vec::new();
    let refused = loop {
        let zone = u8::try_from(accepted.len()).unwrap() + 1;
        match rig.submit(Command::Zone { zone, open: true }) {
            Ok(_) => accepted.push(format!("00{zone:02}00")),
            Err(refused) => break (zone, refused),
        }
        rig.poll();
    };
    assert!(accepted.len() > 10, "{accepted:?}");
    let Refused::NoRoom { needed, free } = refused.1 else { panic!("{refused:?}") };
    assert!(needed > free);
    assert!(!rig.panel.zone_open(refused.0));
    assert_eq!(rig.panel.poll_timeout(), Some(Instant::ZERO));
    assert_eq!(data(&rig.lines()), accepted);
    assert_eq!(rig.panel.poll_timeout(), None);
    assert_eq!(data(&rig.zone(refused.0, true)).len(), 1);
}

/// All that can end at once: 13 zones in two areas and always watched, every keypad alarm, all users, two delays.
#[test]
fn the_largest_burst_fits_and_arrives_whole() {
    let mut config = plain();
    config.zones = 32;
    config.area_2_zones = 0xFFFF_0000;
    config.twenty_four_hour_zones = 0x0101_0101;
    let mut rig = Rig::new(config);
    for zone in 1..=32 {
        rig.act(Command::Trip { zone });
    }
    for kind in [AlarmKind::Fire, AlarmKind::Panic, AlarmKind::Medical, AlarmKind::Duress] {
        for keypad in 0..=14 {
            rig.act(Command::KeypadAlarm { keypad, kind });
        }
    }
    for user in 1..=56 {
        rig.act(Command::UserPanic { user });
    }
    for area in [1, 2] {
        rig.act(Command::Arm { area, mode: Mode::Away, user: 1 });
    }
    assert_eq!(rig.status(RequestId::Zone1To16InAlarm), 0xFFFF);
    assert_eq!(rig.status(RequestId::Zone17To32InAlarm), 0xFFFF);
    let lines = rig.keys("1234E");
    let data = data(&lines);
    let restores = data.iter().filter(|data| data.starts_with("03")).count();
    assert_eq!(restores, 32 + 4 * 15 + 56);
    assert_eq!(data[restores..], ["2f0101", "230001", "2f0102", "230002", "329000", "329300", "329400", "329600"]);
    assert_eq!(data[..6], ["030180", "030980", "031780", "032580", "030201", "030301"]);
    assert!(data.contains(&"03fe84") && data.contains(&"035682") && data.contains(&"033202"));
    assert_eq!(rig.panel.area(0), AreaState::Disarmed);
}

#[test]
fn a_peer_that_does_not_read_is_not_listened_to() {
    let mut rig = Rig::new(plain());
    rig.put(b"8300660A1234E49?8300360S14E4?83005601234E8B?8300360S14E4?");
    rig.poll();
    rig.poll();
    // Two event lines of 18 bytes and a status of 18 fit into 64; of the disarming, the first two lines wait.
    assert_eq!(rig.tx.unsent().len(), 54);
    assert!(!rig.rx.unread().is_empty());
    let disarmed = events(false, &["2f0101", "230001", "329600"]);
    let armed = events(false, &["240101", "220001"]);
    let expected = [&armed[0], &armed[1], "8200036014010006", &disarmed[0], &disarmed[1], &disarmed[2], "8200036014000007"];
    assert_eq!(rig.lines(), expected);
}

#[test]
fn deadlines_are_never_in_the_past() {
    let mut rig = Rig::new(plain());
    rig.keys("AE");
    assert_eq!(rig.panel.poll_timeout(), Some(Instant::from_millis(11_000)));
    // A command comes before the poll that is due: first what is due, then the command.
    rig.env.now = Instant::from_millis(12_000);
    rig.submit(Command::Zone { zone: 1, open: true }).unwrap();
    assert_eq!(rig.panel.poll_timeout(), Some(Instant::ZERO));
    assert_eq!(data(&rig.lines()), ["230001", "329600", "000100", "200101"]);
    assert_eq!(rig.panel.poll_timeout(), Some(Instant::from_millis(22_000)));
    rig.env.now = Instant::from_millis(30_000);
    assert!(rig.submit(Command::Zone { zone: 99, open: true }).is_err());
    assert_eq!(rig.panel.poll_timeout(), Some(Instant::ZERO));
}

fn commands() -> impl Strategy<Value = Command<'static>> {
    let (zone, user, on) = (1..=16_u8, 1..=56_u8, any::<bool>());
    let modes = prop_oneof![Just(Mode::Away), Just(Mode::Home), Just(Mode::Day), Just(Mode::Night)];
    prop_oneof![
        4 => (zone.clone(), on).prop_map(|(zone, open)| Command::Zone { zone, open }),
        1 => (zone.clone(), on).prop_map(|(zone, open)| Command::Tamper { zone, open }),
        1 => (zone.clone(), on).prop_map(|(zone, on)| Command::Bypass { zone, on }),
        1 => zone.prop_map(|zone| Command::Trip { zone }),
        1 => user.clone().prop_map(|user| Command::UserPanic { user }),
        1 => (0..=14_u8).prop_map(|keypad| Command::KeypadAlarm { keypad, kind: AlarmKind::Fire }),
        2 => (modes, user.clone()).prop_map(|(mode, user)| Command::Arm { area: 1, mode, user }),
        1 => user.clone().prop_map(|user| Command::Arm { area: 2, mode: Mode::Away, user }),
        2 => (0..=4_u8, user).prop_map(|(area, user)| Command::Disarm { area, user }),
        1 => (1..=10_u8, on).prop_map(|(number, on)| Command::Output { output: Output::Aux(number), on }),
        1 => Just(Command::Keys(Secret::new("A1234E"))),
        1 => Just(Command::Report(RequestId::Arming)),
    ]
}

proptest! {
    /// A slow line changes when bytes come, and not which: the same accepted commands give the same lines through 64 bytes as
    /// through 64 KB. Every line is well-formed and the sequence bit alternates from event to event.
    #[test]
    fn slow_and_fast_lines_carry_the_same(
        moments in proptest::collection::vec((0..20_000_u64, proptest::collection::vec((commands(), 0..40_usize), 1..20)), 1..12),
    ) {
        let mut config = plain();
        config.area_2_zones = 0xFF00;
        let (mut slow, mut fast) = (Rig::new(config), Rig::with_tx(config, 65_536));
        for (millis, steps) in moments {
            for rig in [&mut slow, &mut fast] {
                rig.env.now = rig.env.now.plus_millis(millis);
                rig.settle();
            }
            for (command, sent) in steps {
                let before = format!("{:?}{:?}", slow.panel, slow.tx);
                match slow.submit(command) {
                    Ok(_) => prop_assert!(fast.submit(command).is_ok()),
                    Err(_) => prop_assert_eq!(before, format!("{:?}{:?}", slow.panel, slow.tx)),
                }
                slow.drain(sent);
                slow.poll();
            }
            slow.settle();
            fast.settle();
        }
        let mut sequence = None;
        for line in slow.out.split_terminator("\r\n") {
            let line = codec_core::ness::decode(line.as_bytes()).unwrap();
            prop_assert_eq!(line.check(ChecksumPolicy::Strict), Ok(()));
            if let Body::Event(_) = line.packet().body {
                prop_assert_ne!(sequence, Some(line.packet().sequence));
                sequence = Some(line.packet().sequence);
            }
        }
        prop_assert_eq!(slow.out, fast.out);
    }
}
