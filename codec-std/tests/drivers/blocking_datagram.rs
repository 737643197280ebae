//! The blocking driver for datagrams, over real sockets.

use std::net::{SocketAddr, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use codec_core::g90::ArmState;
use codec_core::g90::local::controller::{self, Event, Outcome};
use codec_core::g90::local::panel::{self, Record};
use codec_core::g90::local::{Controller, Panel, Send};
use codec_core::{CloseReason, Machine as _};
use codec_std::blocking::DatagramDriver;
use codec_std::links::bind_udp;

fn anywhere() -> SocketAddr {
    "127.0.0.1:0".parse().unwrap()
}

/// Answers until it is armed.
fn serve(socket: UdpSocket) {
    let (mut sensors, mut devices, mut history, mut configs) =
        ([Record::EMPTY; 1], [Record::EMPTY; 1], [Record::EMPTY; 1], [Record::EMPTY; 5]);
    let tables = panel::Tables { sensors: &mut sensors, devices: &mut devices, history: &mut history, configs: &mut configs };
    let panel = Panel::new(panel::Config::new("GA00000A0000001"), tables).unwrap();
    let (mut rx, mut tx) = ([0; Panel::RX_MIN], [0; 2048]);
    let mut driver = DatagramDriver::new(panel, socket, &mut rx, &mut tx).unwrap();
    let end = Instant::now() + Duration::from_secs(60);
    while driver.machine().state() != ArmState::ArmHome {
        assert!(driver.next(Some(end)).unwrap().is_some(), "nobody has armed it");
    }
    // The answer goes out with the next call.
    assert!(driver.next(Some(Instant::now())).is_ok());
}

fn controller<'b>(panel: SocketAddr, memory: &'b mut [u8]) -> Controller<'b> {
    let mut config = controller::Config::new(panel);
    (config.attempts, config.timeout_millis) = (2, 400);
    Controller::new(config, controller::Tables { sensors: &mut [], devices: &mut [], memory }).unwrap()
}

#[test]
fn a_controller_and_a_panel_in_threads() {
    let socket = bind_udp(anywhere()).unwrap();
    let address = socket.local_addr().unwrap();
    let panel = thread::spawn(move || serve(socket));
    let (mut memory, mut rx, mut tx) = ([0; 1024], [0; Controller::RX_MIN], [0; 1024]);
    let mut driver = DatagramDriver::new(controller(address, &mut memory), bind_udp(anywhere()).unwrap(), &mut rx, &mut tx).unwrap();
    let end = Instant::now() + Duration::from_secs(60);
    let outcome = loop {
        match driver.next(Some(end)).unwrap().expect("in time") {
            Event::Ready => drop(driver.submit(controller::Command::Send(Send::Arm(ArmState::ArmHome))).unwrap()),
            Event::Done { outcome, .. } => break outcome,
            _ => {}
        }
    };
    assert_eq!(outcome, Outcome::Confirmed);
    panel.join().unwrap();
    assert!(driver.send_error().is_none());
}

#[test]
fn silence_is_told_and_a_moment_that_has_passed_is_not_waited_for() {
    let nobody = UdpSocket::bind(anywhere()).unwrap();
    let (mut memory, mut rx, mut tx) = ([0; 1024], [0; Controller::RX_MIN], [0; 1024]);
    let machine = controller(nobody.local_addr().unwrap(), &mut memory);
    let mut driver = DatagramDriver::new(machine, bind_udp(anywhere()).unwrap(), &mut rx, &mut tx).unwrap();
    assert!(driver.next(Some(Instant::now())).unwrap().is_none());
    assert!(!driver.is_closed());
    match driver.next(None).unwrap() {
        Some(Event::Closed(CloseReason::NoAnswer { millis })) => assert!(millis >= 600, "{millis}"),
        other => panic!("{other:?}"),
    }
    assert!(driver.next(None).unwrap().is_none() && driver.is_closed());
}

#[test]
fn what_cannot_be_sent_is_told_beside_and_lost() {
    // A port of the other kind of address.
    let (mut memory, mut rx, mut tx) = ([0; 1024], [0; Controller::RX_MIN], [0; 1024]);
    let machine = controller("[2001:db8::1]:9".parse().unwrap(), &mut memory);
    let mut driver = DatagramDriver::new(machine, bind_udp(anywhere()).unwrap(), &mut rx, &mut tx).unwrap();
    assert!(matches!(driver.next(None).unwrap(), Some(Event::Closed(CloseReason::NoAnswer { .. }))));
    assert!(driver.send_error().is_some());
}
