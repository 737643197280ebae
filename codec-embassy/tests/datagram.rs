//! The driver for UDP on this machine: embassy-time's clock, tokio's sockets, a simulated G90 panel.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use codec_core::g90::notify::panel::SensorEvent;
use codec_core::g90::{ArmState, SensorSlot, local, notify};
use codec_core::home::{AreaState, Mode, Notice, Request, ZoneFlags};
use codec_core::{CloseReason, ConfigError};
use codec_embassy::{DatagramDriver, Datagrams, Unsynchronised};
use codec_std::sim::g90::{Act, Setup, Simulator};
use tokio::net::UdpSocket;
use tokio::time::timeout;

/// Long enough for anything; reached only by a failure.
const DEADLINE: Duration = Duration::from_secs(30);

/// A socket of this machine.
struct Socket(UdpSocket);

impl Socket {
    async fn any() -> Self {
        Self(UdpSocket::bind("127.0.0.1:0").await.unwrap())
    }
}

impl Datagrams for Socket {
    type Error = io::Error;

    async fn receive(&self, space: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.0.recv_from(space).await
    }

    async fn send(&self, datagram: &[u8], to: SocketAddr) -> io::Result<()> {
        self.0.send_to(datagram, to).await.map(drop)
    }
}

fn anywhere() -> SocketAddr {
    "127.0.0.1:0".parse().unwrap()
}

type Local<'b> = DatagramDriver<'b, local::Controller<'b>, Socket, Unsynchronised>;

/// Reads events until one is wanted.
async fn until(driver: &mut Local<'_>, mut wanted: impl FnMut(&local::controller::Event<'_>) -> bool) {
    let read = async {
        while let Some(event) = driver.next().await.unwrap() {
            if wanted(&event) {
                return;
            }
        }
        panic!("the machine has ended");
    };
    timeout(DEADLINE, read).await.expect("the event comes in time");
}

#[tokio::test]
async fn a_panel_is_read_and_armed() {
    use local::controller::{Command, Config, Event, Outcome, Slot, Tables};
    let simulator = Simulator::start(Setup::new(), anywhere(), |_| {}).unwrap();
    let (mut sensors, mut devices, mut memory) = ([Slot::default(); 8], [Slot::default(); 8], [0; local::Controller::MEMORY_MIN]);
    let tables = Tables { sensors: &mut sensors, devices: &mut devices, memory: &mut memory };
    let machine = local::Controller::new(Config::new(simulator.address()), tables).unwrap();
    let (mut rx, mut tx) = ([0; 2048], [0; 1024]);
    let mut driver = DatagramDriver::new(machine, Socket::any().await, Unsynchronised, &mut rx, &mut tx).unwrap();
    until(&mut driver, |event| matches!(event, Event::Ready)).await;
    let ticket = driver.submit(Request::Arm { area: 0, mode: Mode::Away, code: None }.try_into().unwrap()).unwrap();
    until(&mut driver, |event| matches!(event, Event::Done { ticket: done, outcome: Outcome::Confirmed } if *done == ticket)).await;
    driver.submit(Command::Close).unwrap();
    until(&mut driver, |event| matches!(event, Event::Closed(CloseReason::Requested))).await;
    assert!(driver.is_closed() && driver.next().await.unwrap().is_none());
}

#[tokio::test]
async fn a_silent_panel_is_told_of() {
    use local::controller::{Config, Event, Outcome, Slot, Tables};
    // It takes everything and answers nothing.
    let silent = Socket::any().await;
    let mut config = Config::new(silent.0.local_addr().unwrap());
    (config.timeout_millis, config.attempts) = (256, 2);
    let (mut sensors, mut devices, mut memory) = ([Slot::default(); 1], [Slot::default(); 1], [0; local::Controller::MEMORY_MIN]);
    let tables = Tables { sensors: &mut sensors, devices: &mut devices, memory: &mut memory };
    let (mut rx, mut tx) = ([0; 2048], [0; 1024]);
    let machine = local::Controller::new(config, tables).unwrap();
    let mut driver = DatagramDriver::new(machine, Socket::any().await, Unsynchronised, &mut rx, &mut tx).unwrap();
    let ticket = driver.submit(Request::Disarm { area: 0, code: None }.try_into().unwrap()).unwrap();
    until(&mut driver, |event| matches!(event, Event::Done { ticket: done, outcome: Outcome::TimedOut } if *done == ticket)).await;
}

#[tokio::test]
async fn dropped_futures_lose_no_notification() {
    use notify::controller::{Config, Event};
    let socket = Socket::any().await;
    let mut setup = Setup::new();
    setup.notify_to = Some(socket.0.local_addr().unwrap());
    let simulator = Simulator::start(setup, anywhere(), |_| {}).unwrap();
    let mut slots = [SensorSlot::default(); 8];
    let (mut rx, mut tx) = ([0; 512], [0; 0]);
    let machine = notify::Controller::new(Config::new(), &mut slots);
    let mut driver = DatagramDriver::new(machine, socket, Unsynchronised, &mut rx, &mut tx).unwrap();
    let happen = async {
        for event in [SensorEvent::Active, SensorEvent::Closed].into_iter().cycle().take(20) {
            simulator.act(Act::Sensor { index: 0, event }).await.unwrap();
        }
        simulator.act(Act::Arm(ArmState::ArmHome)).await.unwrap();
    };
    // Most futures are dropped at their first wait.
    let (mut changes, mut armed) = (Vec::new(), false);
    let listen = async {
        while !armed {
            let next = std::pin::pin!(driver.next());
            let embassy_futures::select::Either::First(event) = embassy_futures::select::select(next, tokio::task::yield_now()).await
            else {
                continue;
            };
            match event.unwrap() {
                Some(Event::Notice(Notice::Zone { zone: 0, state, changed })) if changed.contains(ZoneFlags::OPEN) => {
                    changes.push(state.is(ZoneFlags::OPEN));
                }
                Some(Event::Notice(Notice::Area { state: AreaState::Armed, .. })) => armed = true,
                _ => {}
            }
        }
    };
    timeout(DEADLINE, async { tokio::join!(happen, listen) }).await.expect("all of it in time");
    assert_eq!(changes, [Some(true), Some(false)].repeat(10));
}

#[tokio::test]
async fn small_buffers_are_refused() {
    let mut slots = [SensorSlot::default(); 1];
    let (mut rx, mut tx) = ([0; 8], [0; 0]);
    let machine = notify::Controller::new(notify::controller::Config::new(), &mut slots);
    let driver = DatagramDriver::new(machine, Socket::any().await, Unsynchronised, &mut rx, &mut tx);
    assert!(matches!(driver.err(), Some(ConfigError::BufferTooSmall { found: 8, .. })));
}
