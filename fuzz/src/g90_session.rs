//! The input is operations of two bytes each: what is asked for and what happens on either side, how time passes, what gets lost, and bytes that
//! nobody sent. Whatever they are, controllers and panels come to rest, every command that was accepted ends once, and as long as nothing
//! is put in between, neither side finds a fault with the other.

use std::collections::VecDeque;
use std::net::SocketAddr;

use codec_core::g90::cloud::controller::{self as cloud_server, Mode, Upstream};
use codec_core::g90::cloud::panel::{self as cloud_panel};
use codec_core::g90::cloud::{self};
use codec_core::g90::local::controller::{self as client, Command, Edit, List, Slot};
use codec_core::g90::local::panel::{self as house, Record};
use codec_core::g90::local::{self, Changes, CommandCode, HostConfigChanges, Send, SystemRequest};
use codec_core::g90::notify::controller as listener;
use codec_core::g90::notify::panel::{self as teller, Sensor, SensorEvent};
use codec_core::g90::{
    AlertFlags, AlertSource, ArmState, KeypadState, PeripheralType, RemoteButton, SensorSlot, StateChange, UserFlags, devices,
};
use codec_core::{Env, Instant, Machine, Refused, RxBuf, Secret, Ticket, TxBuf};

/// Operations of a list at most.
const MOST: usize = 96;

/// The body of the target.
pub fn run(data: &[u8]) {
    let Some((which, operations)) = data.split_first() else { return };
    let operations: Vec<(u8, u8)> = operations.chunks_exact(2).map(|pair| (pair[0], pair[1])).take(MOST).collect();
    match which % 3 {
        0 => local(&operations),
        1 => cloud(&operations),
        _ => notify(&operations),
    }
}

/// A machine and its buffers.
struct Side<'b, M> {
    machine: M,
    rx: RxBuf<'b>,
    tx: TxBuf<'b>,
    accepted: Vec<Ticket>,
    ended: Vec<Ticket>,
    faults: usize,
}

impl<'b, M: Machine> Side<'b, M> {
    fn new(machine: M, [rx, tx]: &'b mut [[u8; 2_048]; 2]) -> Self {
        assert!(rx.len() >= M::RX_MIN && tx.len() >= M::TX_MIN);
        let (rx, tx) = (RxBuf::new(rx), TxBuf::new(tx));
        Self { machine, rx, tx, accepted: Vec::new(), ended: Vec::new(), faults: 0 }
    }

    fn submit(&mut self, now: u64, command: M::Command<'_>) {
        let before = self.tx.unsent().len();
        match self.machine.submit(&env(now), command, &mut self.tx) {
            Ok(ticket) => {
                assert!(!self.accepted.contains(&ticket), "{ticket:?} is given twice");
                self.accepted.push(ticket);
            }
            Err(refused) => assert_eq!(self.tx.unsent().len(), before, "{refused:?} has written something"),
        }
    }

    /// Takes out what there is, until the machine rests. Gives what was sent: datagrams, or pieces of the stream.
    fn turn(&mut self, now: u64, see: impl Fn(&M::Event<'_>) -> Seen) -> Vec<Vec<u8>> {
        let mut sent = Vec::new();
        for _ in 0..10_000 {
            let told =
                self.machine.poll_event(&env(now), &mut self.rx, &mut self.tx).map(|pending| see(&self.machine.event(pending, &self.rx)));
            match told {
                Some(Seen::Done(ticket)) => {
                    assert!(self.accepted.contains(&ticket) && !self.ended.contains(&ticket), "{ticket:?} ends twice, or never began");
                    self.ended.push(ticket);
                }
                Some(Seen::Fault) => self.faults += 1,
                _ => {}
            }
            let wrote = !self.tx.is_empty();
            while !self.tx.is_empty() {
                sent.push(self.tx.unsent().to_vec());
                self.tx.sent(usize::MAX);
            }
            if told.is_none() && !wrote && self.machine.poll_timeout() != Some(Instant::ZERO) {
                return sent;
            }
        }
        panic!("a machine does not come to rest");
    }

    fn take_datagram(&mut self, datagram: &[u8], from: SocketAddr) {
        let len = datagram.len().min(self.rx.space().len());
        self.rx.space()[..len].copy_from_slice(&datagram[..len]);
        self.rx.commit_datagram(len, from);
    }

    fn is_due(&self, now: u64) -> bool {
        self.machine.poll_timeout().is_some_and(|at| at.as_millis() <= now)
    }

    /// After the last event nothing is owed.
    fn check_end(&self) {
        assert!(self.machine.is_closed(), "it does not end");
        assert_eq!(self.accepted.len(), self.ended.len(), "commands never ended");
    }
}

/// What an event is, as far as it matters here.
enum Seen {
    Done(Ticket),
    Fault,
    Other,
}

fn env(now: u64) -> Env {
    Env { unix: Some(1_735_689_600 + now / 1_000), ..Env::at(Instant::from_millis(now)) }
}

/// Moments that let short and long timers pass.
fn step(argument: u8) -> u64 {
    [1, 999, 3_000, 7_500, 30_000, 61_000, 250_000][usize::from(argument % 7)]
}

fn local(operations: &[(u8, u8)]) {
    let mut buffers = [[[0; 2_048]; 2]; 2];
    let [one, other] = &mut buffers;
    let panel_at = SocketAddr::from(([192, 0, 2, 7], 12_368));
    let client_at = SocketAddr::from(([192, 0, 2, 1], 40_000));
    let mut slots = [[Slot::default(); 5]; 2];
    let mut memory = [0; local::Controller::MEMORY_MIN];
    let [sensors, switched] = &mut slots;
    let tables = client::Tables { sensors, devices: switched, memory: &mut memory };
    let mut asks = Side::new(local::Controller::new(client::Config::new(panel_at), tables).expect("the defaults are in range"), one);
    let mut records = [[Record::EMPTY; 6]; 3];
    let mut configs = [Record::EMPTY; 5];
    let [sensors, switched, history] = &mut records;
    let tables = house::Tables { sensors, devices: switched, history, configs: &mut configs };
    let mut config = house::Config::new("GA18018B3001021");
    config.rows_per_page = 2;
    let mut answers = Side::new(local::Panel::new(config, tables).expect("the defaults are in range"), other);

    let of_client = |event: &client::Event<'_>| match event {
        client::Event::Done { ticket, .. } => Seen::Done(*ticket),
        client::Event::Fault(_) => Seen::Fault,
        _ => Seen::Other,
    };
    let of_house = |event: &house::Event<'_>| if matches!(event, house::Event::Fault(_)) { Seen::Fault } else { Seen::Other };
    let mut now = 1;
    let mut disturbed = false;
    let mut on_way: VecDeque<Vec<u8>> = VecDeque::new();
    for (operation, argument) in operations {
        let index = i64::from(argument % 8);
        let list = if argument & 8 == 0 { List::Sensors } else { List::Devices };
        let table = if list == List::Sensors { devices::SENSORS } else { devices::DEVICES };
        let definition = &table[usize::from(*argument) % table.len()];
        match operation % 16 {
            0 => asks.submit(now, Command::Send(Send::Arm(ArmState::from_raw(i64::from(argument % 5))))),
            1 => asks.submit(now, Command::Send(Send::Switch { index, node: i64::from(argument >> 6), on: argument & 16 == 0 })),
            2 => asks.submit(now, Command::Read { list: CommandCode::GetHistory, first: 1 + u32::from(argument % 4), last: None }),
            3 => asks.submit(now, Command::Edit { list, index, edit: Edit::Flags(UserFlags::from_bits(i64::from(*argument))) }),
            4 => asks.submit(now, Command::Edit { list, index, edit: Edit::Name("Caf\u{e9} \"1\"\n") }),
            5 => asks.submit(now, Command::Add { list, definition, name: "x" }),
            6 => {
                let changes = HostConfigChanges { arm_delay: Some(i64::from(*argument) * 2), ..HostConfigChanges::default() };
                asks.submit(now, Command::Save(Changes::Host(changes)));
            }
            7 => asks.submit(now, Command::Send(Send::DeleteSensor { index })),
            8 => asks.submit(now, Command::System(SystemRequest::ServerAddress { host: "192.0.2.9", second: None, port: 5678 })),
            9 => asks.submit(now, if argument & 1 == 0 { Command::Refresh } else { Command::Reboot }),
            10 => {
                let put = house::Command::Put { list, definition, index, name: "Hall", user_flags: UserFlags::ENABLED };
                let remove = house::Command::Remove { list, index };
                // It has no event for the end of a command.
                let _ = answers.machine.submit(&env(now), if argument & 16 == 0 { put } else { remove }, &mut answers.tx);
            }
            11 => {
                let row = format!(
                    "[{},{index},{},{},\"\\u00e9\",{},\"\"]",
                    argument % 5,
                    argument % 13,
                    argument % 7,
                    1_735_689_600 + now / 1_000
                );
                let _ = answers.machine.submit(&env(now), house::Command::History(&row), &mut answers.tx);
            }
            12 => {
                if on_way.pop_front().is_some() {
                    disturbed = true;
                }
            }
            13 => {
                if let Some(datagram) = on_way.front_mut() {
                    let at = usize::from(*argument) % datagram.len();
                    datagram[at] ^= 1 << (argument % 7);
                    disturbed = true;
                }
            }
            14 => {
                // Late, and a second time.
                if let Some(datagram) = on_way.front().cloned() {
                    on_way.push_back(datagram);
                    disturbed = true;
                }
            }
            _ => now += step(*argument),
        }
        // A datagram each way, so that some are on their way at each operation.
        on_way.extend(asks.turn(now, of_client));
        if let Some(datagram) = on_way.pop_front() {
            answers.take_datagram(&datagram, client_at);
            for reply in answers.turn(now, of_house) {
                asks.take_datagram(&reply, panel_at);
                on_way.extend(asks.turn(now, of_client));
            }
        }
        assert!(on_way.len() <= 2 * MOST, "datagrams without end");
    }
    if !disturbed {
        // A reply that comes after the last attempt is one to something else.
        assert_eq!(answers.faults, 0, "the panel finds faults");
    }
    asks.submit(now, Command::Close);
    asks.rx.set_eof();
    asks.turn(now, of_client);
    asks.check_end();
}

fn cloud(operations: &[(u8, u8)]) {
    let mut buffers = [[[0; 2_048]; 2]; 2];
    let [one, other] = &mut buffers;
    let mut sensors = [SensorSlot::default(); 4];
    let mut config = cloud_server::Config::new();
    config.mode =
        [Mode::Standalone, Mode::Chained, Mode::ChainedOnly][operations.first().map_or(0, |(_, argument)| usize::from(argument % 3))];
    let mode = config.mode;
    let mut server = Side::new(cloud::Controller::new(config, &mut sensors).expect("the defaults are good"), one);
    let answers = [(200, Secret::new("[200,[[0,0,0]]]"))];
    let mut config = cloud_panel::Config::new();
    config.answers = &answers;
    let mut panel = Side::new(cloud::Panel::new(config).expect("the defaults are good"), other);

    let of_server = |event: &cloud_server::Event<'_>| match event {
        cloud_server::Event::Done { ticket, .. } => Seen::Done(*ticket),
        cloud_server::Event::Fault(_) => Seen::Fault,
        _ => Seen::Other,
    };
    let of_panel = |event: &cloud_panel::Event<'_>| match event {
        cloud_panel::Event::Done { ticket } => Seen::Done(*ticket),
        cloud_panel::Event::Fault(_) => Seen::Fault,
        _ => Seen::Other,
    };
    let (mut up, mut down): (Vec<u8>, Vec<u8>) = (Vec::new(), Vec::new());
    let mut now = 1;
    let mut disturbed = false;
    for (operation, argument) in operations {
        let (sensor, state) = (argument % 6, argument >> 4);
        match operation % 12 {
            0 => panel.submit(now, cloud_panel::Command::State(StateChange::from_raw(i64::from(argument % 10)))),
            1 => {
                let source = AlertSource::from_raw(i64::from(argument % 17));
                panel.submit(now, cloud_panel::Command::Sensor { sensor, source, state, name: "Cord \u{e9}" });
            }
            2 => {
                let peripheral = PeripheralType::from_raw(i64::from(argument % 17));
                panel.submit(
                    now,
                    cloud_panel::Command::Alarm { sensor, peripheral, state, name: "a name longer than its field of 32 bytes" },
                );
            }
            3 => panel.submit(now, cloud_panel::Command::Notify(&format!("[170,[5,[{sensor},\"x\"]]]"))),
            4 => server
                .submit(now, cloud_server::Command::Run { command: u16::from(*argument) * 2, parameters: Secret::new("[200,[1,10]]") }),
            5 => {
                let upstream = [Upstream::Connecting, Upstream::Connected, Upstream::Lost][usize::from(argument % 3)];
                server.submit(now, cloud_server::Command::Upstream(upstream));
            }
            6 => {
                let kind = PeripheralType::from_raw(i64::from(argument % 13));
                let protocol = codec_core::g90::PeripheralProtocol::from_raw(i64::from(argument >> 5));
                server.submit(now, cloud_server::Command::Sensor { index: u32::from(sensor), kind, protocol });
            }
            7 => server.submit(now, cloud_server::Command::Alerts(AlertFlags::from_bits(i64::from(*argument) << 4))),
            8 => {
                up.extend(std::iter::repeat_n(*argument, usize::from(argument % 16)));
                disturbed |= argument % 16 > 0;
            }
            9 => {
                down.extend([0x29, 0x50, 0, 0x10, *argument, 0, 0, 0, 1, 0]);
                disturbed = true;
            }
            _ => now += step(*argument),
        }
        up.extend(panel.turn(now, of_panel).concat());
        down.extend(server.turn(now, of_server).concat());
        carry(&mut up, &mut server.rx, usize::from(*argument), server.machine.is_closed());
        carry(&mut down, &mut panel.rx, usize::from(*argument), panel.machine.is_closed());
        down.extend(server.turn(now, of_server).concat());
        up.extend(panel.turn(now, of_panel).concat());
        assert!(!server.is_due(now) && !panel.is_due(now), "a timer that has passed is still there");
    }
    if !disturbed {
        // The table of sensors may be full once.
        assert!(panel.faults == 0 && server.faults <= 1, "{} and {} faults", panel.faults, server.faults);
        assert!(mode != Mode::ChainedOnly || down.is_empty(), "it answers where it must not");
    }
    server.rx.set_eof();
    server.turn(now, of_server);
    server.check_end();
    panel.rx.set_eof();
    panel.turn(now, of_panel);
    panel.check_end();
}

/// Moves a piece of a stream.
fn carry(from: &mut Vec<u8>, to: &mut RxBuf<'_>, most: usize, is_closed: bool) {
    if is_closed {
        from.clear();
    }
    let space = to.space();
    let len = from.len().min(space.len()).min(most + 1);
    space[..len].copy_from_slice(&from[..len]);
    to.commit(len);
    from.drain(..len);
}

fn notify(operations: &[(u8, u8)]) {
    let mut buffers = [[[0; 2_048]; 2]; 2];
    let [one, other] = &mut buffers;
    let sensors = [
        Sensor { index: 0, name: "Door", kind: PeripheralType::Door },
        Sensor { index: 1, name: "PIR \u{e9}", kind: PeripheralType::Infrared },
        Sensor { index: 7, name: "\"\\", kind: PeripheralType::Remote },
        Sensor { index: 1_000_000, name: "", kind: PeripheralType::Rfid },
    ];
    let mut config = teller::Config::new();
    config.sensors = &sensors;
    let mut tells = Side::new(teller::Panel::new(config).expect("the sensors are good"), one);
    let mut slots = [SensorSlot::default(); 3];
    let mut hears = Side::new(listener::Controller::new(listener::Config::new(), &mut slots), other);

    let of_teller = |_: &teller::Event| Seen::Other;
    let of_listener = |event: &listener::Event<'_>| match event {
        listener::Event::Fault(_) => Seen::Fault,
        _ => Seen::Other,
    };
    let from = SocketAddr::from(([192, 0, 2, 7], 45_000));
    let mut now = 1;
    let mut disturbed = false;
    for (operation, argument) in operations {
        let raw = i64::from(argument >> 4);
        let event = match argument >> 4 {
            0 | 1 => SensorEvent::Active,
            2 => SensorEvent::Closed,
            3 => SensorEvent::Alarm,
            4 => SensorEvent::Tamper,
            5 => SensorEvent::LowBattery,
            6 => SensorEvent::OpenWhenArming,
            7 => SensorEvent::Added,
            8..12 => SensorEvent::Button(RemoteButton::from_raw(raw - 8)),
            _ => SensorEvent::Keypad(KeypadState::from_raw(raw - 10)),
        };
        let command = match operation % 6 {
            0 => Some(teller::Command::Sensor { index: [0, 1, 7, 1_000_000, 3][usize::from(argument % 5)], event }),
            1 => Some(teller::Command::Arm(ArmState::from_raw(i64::from(argument % 6)))),
            2 => Some(teller::Command::Panel(StateChange::from_raw(i64::from(argument % 10)))),
            3 => Some(teller::Command::Sos),
            4 => {
                hears.take_datagram(format!("[{argument},[{argument},[1]]]\0").as_bytes(), from);
                disturbed = true;
                None
            }
            _ => {
                now += step(*argument);
                None
            }
        };
        if let Some(command) = command {
            // It has no event for the end of a command.
            let refused = tells.machine.submit(&env(now), command, &mut tells.tx);
            assert!(!matches!(refused, Err(Refused::Closed)));
        }
        hears.turn(now, of_listener);
        for datagram in tells.turn(now, of_teller) {
            hears.take_datagram(&datagram, from);
            assert!(hears.turn(now, of_listener).is_empty(), "it sends nothing");
            assert!(hears.rx.unread().is_empty(), "a datagram stays");
        }
    }
    // One sensor more than there are places, told once.
    assert!(disturbed || hears.faults <= 1, "{} faults", hears.faults);
    hears.rx.set_eof();
    hears.turn(now, of_listener);
    hears.check_end();
    tells.rx.set_eof();
    tells.turn(now, of_teller);
    assert!(tells.machine.is_closed());
}
