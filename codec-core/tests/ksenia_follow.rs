//! Several clients of one simulated house: panels that follow each other.

use codec_core::home::Notice;
use codec_core::ksenia::panel::{
    AccountSlot, Command, Config, Event, House, LogSlot, Memory, OutputSlot, PartitionSlot, ProgrammeSlot, SensorSlot, ThermostatSlot,
    TimerSlot, ZoneSlot,
};
use codec_core::ksenia::{FaultCategory, OutputAction, Panel, TamperCategory};
use codec_core::{Env, Instant, Machine, RxBuf, Secret, TxBuf};

fn leak<T>(value: T) -> &'static mut T {
    Box::leak(Box::new(value))
}

/// A panel that nobody is connected to. Tests may leak.
fn panel() -> Panel<'static, 'static> {
    with_preset(1)
}

fn with_preset(preset: u8) -> Panel<'static, 'static> {
    let mut house = House::new();
    house.zones = leak([ZoneSlot::new(1, "Door"), ZoneSlot::new(2, "Window")]);
    house.partitions = leak([PartitionSlot::new(1, "House")]);
    house.outputs = leak([OutputSlot::new(1, "Light"), OutputSlot::new(2, "Spot")]);
    house.sensors = leak([SensorSlot::new(1, "Room")]);
    house.thermostats = leak([ThermostatSlot::new(1, "Room")]);
    house.programmes = leak([ProgrammeSlot::new(1, preset)]);
    house.timers = leak([TimerSlot::new(1, "Evening", 1)]);
    house.accounts = leak([AccountSlot::new(1, "Anna", Secret::new("123456"))]);
    house.log = leak([LogSlot::FREE; 4]);
    Panel::new(leak(Config::new()), leak(house), leak(Memory::new())).unwrap()
}

fn at(seconds: u64) -> Env {
    Env { unix: Some(1_767_225_600 + seconds), ..Env::at(Instant::from_millis(1_000 * seconds)) }
}

fn notices(panel: &mut Panel<'_, '_>, env: &Env) -> Vec<Notice> {
    let (mut inward, mut outward) = ([0; 1024], [0; 1024]);
    let (mut rx, mut tx) = (RxBuf::new(&mut inward), TxBuf::new(&mut outward));
    let mut notices = Vec::new();
    while let Some(pending) = panel.poll_event(env, &mut rx, &mut tx) {
        if let Event::Notice(notice) = panel.event(pending, &rx) {
            notices.push(notice);
        }
    }
    notices
}

/// What happens in one house is told by the other once, delays go on in both, and a second look finds nothing.
#[test]
fn everything_that_happens_is_taken_over() {
    let commands = [
        Command::Zone { zone: 2, open: true },
        Command::Tamper { zone: 1, open: true },
        Command::ZoneFault { zone: 1, active: true },
        Command::Bypass { zone: 2, on: true },
        Command::switch(1, OutputAction::On),
        Command::Sensor { sensor: 1, temperature: 23_500, humidity: 40, light: 9 },
        Command::Fault { category: FaultCategory::SupplyMissing, active: true },
        Command::PanelTamper { category: TamperCategory::Panel, active: true },
        Command::Arm { partition: 0, delayed: true },
        Command::Touch,
        Command::RefuseUpgrades { millis: 5_000 },
    ];
    let (mut first, mut second) = (panel(), panel());
    for (seconds, command) in (1..).zip(commands) {
        let mut none = [0; 1024];
        first.submit(&at(seconds), command, &mut TxBuf::new(&mut none)).unwrap();
        assert!(second.follow(first.house()), "{command:?}");
        assert!(!second.follow(first.house()), "{command:?}");
        assert!(!first.follow(second.house()), "{command:?}");
        assert_eq!(notices(&mut first, &at(seconds)), notices(&mut second, &at(seconds)), "{command:?}");
    }
    // The exit delay of 30 s, which began at 9 s.
    assert_eq!(notices(&mut second, &at(38)), []);
    let (told, again) = (notices(&mut first, &at(40)), notices(&mut second, &at(40)));
    assert!(!told.is_empty() && told == again, "{told:?} {again:?}");
    assert!(second.house().refuses_upgrades(Instant::from_millis(15_000)));
    assert_eq!(format!("{:?}", first.house().partitions), format!("{:?}", second.house().partitions));
    assert_eq!(format!("{:?}", first.house().log), format!("{:?}", second.house().log));
}

/// A client of the other panel may have written them.
#[test]
fn weekly_programmes_are_taken_over() {
    let (first, mut second) = (with_preset(3), panel());
    assert!(second.follow(first.house()));
    assert!(!second.follow(first.house()));
    let slot = second.house().programmes.first().unwrap();
    assert_eq!((slot.winter[8][23], slot.summer[0][0]), ((3, 0), (3, 0)));
}
