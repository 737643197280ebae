//! A controller and a panel that talk in memory, and how much stack a call of each takes at most.

use core::net::{IpAddr, Ipv4Addr, SocketAddr};

use codec_core::ksenia::controller as lares;
use codec_core::ksenia::panel::{AccountSlot, House, OutputSlot, PartitionSlot, ZoneSlot};
use codec_core::kts::controller as server;
use codec_core::kts::panel as host;
use codec_core::{Env, Instant, LinkKind, Machine, RxBuf, Secret, TxBuf, g90, ksenia, kts, ness};
use semihosting::println;

use crate::stack::depth;

/// How often each side is given time, 100 ms apart.
const ROUNDS: u64 = 40;
const PIN: Secret<&str> = Secret::new("190734");
const KEY: Secret<&str> = Secret::new("1234567890");
/// A Monday in 2024.
const UNIX: u64 = 1_704_067_200;
/// Where both sides are, if they send datagrams.
const HERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 12_901);
const THERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)), 12_368);

/// One side: a machine, its buffers, and the most stack that a call took.
struct Side<'b, M> {
    machine: M,
    rx: RxBuf<'b>,
    tx: TxBuf<'b>,
    at: SocketAddr,
    stack: u32,
}

impl<'b, M: Machine> Side<'b, M> {
    fn new(machine: M, at: SocketAddr, rx: &'b mut [u8], tx: &'b mut [u8]) -> Self {
        Self { machine, rx: RxBuf::new(rx), tx: TxBuf::new(tx), at, stack: 0 }
    }

    fn submit(&mut self, env: &Env, command: M::Command<'_>) {
        let (machine, tx, mut command) = (&mut self.machine, &mut self.tx, Some(command));
        let (bytes, submitted) = depth(&mut || command.take().map(|command| machine.submit(env, command, tx).is_ok()));
        assert_eq!(submitted, Some(true));
        self.stack = self.stack.max(bytes);
    }

    /// Polls until there is nothing more. `hear` says what to ask for next.
    fn work<'c>(&mut self, env: &Env, hear: &mut impl FnMut(&M::Event<'_>) -> Option<M::Command<'c>>) {
        loop {
            let Self { machine, rx, tx, .. } = self;
            let (bytes, pending) = depth(&mut || machine.poll_event(env, rx, tx));
            self.stack = self.stack.max(bytes);
            let Some(pending) = pending else { return };
            let command = hear(&self.machine.event(pending, &self.rx));
            if let Some(command) = command {
                self.submit(env, command);
            }
        }
    }

    /// Gives what it has written to the other side.
    fn send<N>(&mut self, to: &mut Side<'_, N>) -> bool {
        let unsent = self.tx.unsent();
        let len = unsent.len().min(to.rx.space().len());
        if let (Some(from), Some(space)) = (unsent.get(..len), to.rx.space().get_mut(..len)) {
            space.copy_from_slice(from);
        }
        match M::LINK {
            LinkKind::Stream => to.rx.commit(len),
            // Two kilobytes hold every datagram.
            LinkKind::Datagram if len == unsent.len() && len > 0 => to.rx.commit_datagram(len, self.at),
            LinkKind::Datagram => return false,
        }
        self.tx.sent(len);
        len > 0
    }
}

/// Lets both talk. `hear` is given what the controller tells; `happen` says what happens at the panel in each round.
fn talk<'c, C: Machine, P: Machine>(
    name: &str,
    controller: C,
    panel: P,
    happen: impl Fn(u64) -> Option<P::Command<'c>>,
    hear: &mut impl FnMut(&C::Event<'_>) -> Option<C::Command<'c>>,
) {
    let (mut a, mut b, mut c, mut d) = ([0; 2048], [0; 1024], [0; 2048], [0; 1024]);
    let (mut controller, mut panel) = (Side::new(controller, HERE, &mut a, &mut b), Side::new(panel, THERE, &mut c, &mut d));
    for round in 1..=ROUNDS {
        let env = Env { now: Instant::from_millis(round * 100), unix: Some(UNIX + round / 10), entropy: [round as u8; 16] };
        if let Some(command) = happen(round) {
            panel.submit(&env, command);
        }
        let mut moved = true;
        while moved {
            controller.work(&env, hear);
            panel.work(&env, &mut |_| None);
            moved = controller.send(&mut panel);
            moved |= panel.send(&mut controller);
        }
    }
    assert!(!controller.machine.is_closed() && !panel.machine.is_closed());
    println!("stack.{name}_controller {}", controller.stack);
    println!("stack.{name}_panel {}", panel.stack);
}

pub(crate) fn all() {
    ness();
    ksenia();
    g90_cloud();
    g90_local();
    g90_notify();
    kts();
}

fn ness() {
    use ness::controller::{Command, Config, Event};
    let (mut ready, mut done) = (false, false);
    let (controller, panel) = (ness::Controller::new(Config::new()), ness::Panel::new(ness::panel::Config::new()));
    talk("ness", controller.expect("good"), panel.expect("good"), |_| None, &mut |event| match event {
        Event::PanelInfo(_) => (!core::mem::replace(&mut ready, true)).then_some(Command::Aux { output: 2, on: true }),
        Event::Done { .. } => {
            done = true;
            None
        }
        _ => None,
    });
    assert!(ready && done);
}

fn ksenia() {
    use lares::{Command, Config, Event, Tables};
    let mut zones: [ZoneSlot<'_>; 8] = core::array::from_fn(|at| ZoneSlot::new(at as u32 + 1, "Zone"));
    let mut partitions = [PartitionSlot::new(1, "House")];
    let mut outputs = [OutputSlot::new(1, "Porch light"), OutputSlot::new(2, "Gate")];
    let mut accounts = [AccountSlot::new(1, "Anna", PIN)];
    let mut house = House::new();
    (house.zones, house.partitions, house.outputs, house.accounts) = (&mut zones, &mut partitions, &mut outputs, &mut accounts);
    let (settings, mut memory) = (ksenia::panel::Config::new(), ksenia::panel::Memory::new());
    let panel = ksenia::Panel::new(&settings, &mut house, &mut memory).expect("good");
    let config = Config::new("192.0.2.7", PIN);
    let (mut zones, mut partitions, mut outputs) =
        ([lares::ZoneSlot::default(); 8], [lares::PartitionSlot::default(); 2], [lares::OutputSlot::default(); 2]);
    let tables = Tables { zones: &mut zones, partitions: &mut partitions, outputs: &mut outputs };
    let mut memory = lares::Memory::new();
    let controller = ksenia::Controller::new(&config, tables, &mut memory).expect("good");
    let (mut ready, mut done) = (false, false);
    talk("ksenia", controller, panel, |_| None, &mut |event| match event {
        Event::Ready { .. } => {
            let request = codec_core::home::Request::Switch { output: 2, on: true };
            (!core::mem::replace(&mut ready, true)).then(|| Command::try_from(request).expect("known"))
        }
        Event::Done { .. } => {
            done = true;
            None
        }
        _ => None,
    });
    assert!(ready && done);
}

fn g90_cloud() {
    use g90::cloud::controller::{Config, Event};
    let mut sensors = [g90::SensorSlot::default(); 16];
    let controller = g90::cloud::Controller::new(Config::new(), &mut sensors).expect("good");
    let panel = g90::cloud::Panel::new(g90::cloud::panel::Config::new()).expect("good");
    let mut messages = 0;
    talk("g90_cloud", controller, panel, |_| None, &mut |event| {
        messages += u32::from(!matches!(event, Event::Fault(_)));
        None
    });
    assert!(messages > 0);
}

fn g90_local() {
    use g90::local::controller::{Config, Event, List, Slot, Tables};
    use g90::local::panel;
    let empty = panel::Record::EMPTY;
    let (mut listed, mut switched, mut history, mut configs) = ([empty; 8], [empty; 2], [empty; 2], [empty; 5]);
    let tables = panel::Tables { sensors: &mut listed, devices: &mut switched, history: &mut history, configs: &mut configs };
    let panel = g90::local::Panel::new(panel::Config::new("GA00000A0000001"), tables).expect("good");
    let (mut sensors, mut devices, mut memory) = ([Slot::default(); 8], [Slot::default(); 2], [0; g90::local::Controller::MEMORY_MIN]);
    let tables = Tables { sensors: &mut sensors, devices: &mut devices, memory: &mut memory };
    let mut config = Config::new(THERE);
    config.refresh_millis = 1_000;
    let controller = g90::local::Controller::new(config, tables).expect("good");
    let definition = g90::devices::sensor_named("Door Sensor: WDS07").expect("known");
    let sensor = |round: u64| {
        let user_flags = g90::UserFlags::ENABLED;
        (round <= 8).then_some(panel::Command::Put { list: List::Sensors, definition, index: round as i64, name: "Hall", user_flags })
    };
    let (mut ready, mut done, mut pages) = (false, false, 0);
    talk("g90_local", controller, panel, sensor, &mut |event| match event {
        Event::Ready => {
            let request = codec_core::home::Request::Arm { area: 0, mode: codec_core::home::Mode::Away, code: None };
            (!core::mem::replace(&mut ready, true)).then(|| request.try_into().expect("known"))
        }
        Event::Done { .. } => {
            done = true;
            None
        }
        Event::Page { .. } => {
            pages += 1;
            None
        }
        _ => None,
    });
    assert!(ready && done && pages > 0);
}

fn g90_notify() {
    use g90::notify::controller::{Config, Event};
    use g90::notify::panel::{self, Command, SensorEvent};
    let house = [panel::Sensor { index: 3, name: "Hall", kind: g90::PeripheralType::Door }];
    let mut settings = panel::Config::new();
    (settings.to, settings.sensors) = (HERE, &house);
    let panel = g90::notify::Panel::new(settings).expect("short");
    let mut sensors = [g90::SensorSlot::default(); 8];
    let controller = g90::notify::Controller::new(Config::new(), &mut sensors);
    let happen = |round: u64| match round {
        1 => Some(Command::Sensor { index: 3, event: SensorEvent::Active }),
        5 => Some(Command::Arm(g90::ArmState::ArmAway)),
        9 => Some(Command::Sensor { index: 3, event: SensorEvent::Alarm }),
        _ => None,
    };
    let mut notices = 0;
    talk("g90_notify", controller, panel, happen, &mut |event| {
        notices += u32::from(matches!(event, Event::Notice(_)));
        None
    });
    assert!(notices >= 3);
}

fn kts() {
    use server::{Command, Config, Event, Memory, ObjectSlot, Tables};
    let settings = host::Config::new("08ABEF112233");
    let mut objects: [host::ObjectState<'_>; 0] = [];
    let mut tasks = [host::TaskState::default(); 2];
    let mut credentials = host::Credentials::new(KEY, "kts.example").expect("short");
    let tables = host::Tables { objects: &mut objects, tasks: &mut tasks, credentials: &mut credentials };
    let mut memory = host::Memory::new();
    let panel = kts::Panel::new(&settings, tables, &mut memory).expect("good");
    let config = Config::new();
    let (mut zones, mut objects) = ([server::ZoneSlot::default(); 8], [ObjectSlot::default(); 16]);
    let tables = Tables { zones: &mut zones, objects: &mut objects, tasks: &mut [] };
    let mut memory = Memory::new();
    let controller = kts::Controller::new(&config, tables, &mut memory).expect("good");
    let mut synchronised = false;
    talk("kts", controller, panel, |_| None, &mut |event| match event {
        Event::Registering(_) => Some(Command::Key { key: KEY, other: None, scheme: kts::Scheme::Md5, replays: None }),
        Event::Synchronised { .. } => {
            synchronised = true;
            None
        }
        _ => None,
    });
    assert!(synchronised);
}
