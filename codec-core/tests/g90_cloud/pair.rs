//! Panel and server joined in memory, with virtual time; and a chain with another server in the place of the vendor's cloud.

use crate::desk::sensors;
use codec_core::g90::cloud::controller::{self, Mode, Upstream};
use codec_core::g90::cloud::panel::{self, Command};
use codec_core::g90::cloud::{Controller, Observed, Observer, Panel};
use codec_core::g90::{AlertSource, StateChange};
use codec_core::{Env, Instant, Machine, RxBuf, TxBuf};

/// A machine with its buffers.
struct Side<M> {
    machine: M,
    rx: Vec<u8>,
    unsent: Vec<u8>,
    told: Vec<String>,
}

impl<M: Machine> Side<M> {
    fn new(machine: M) -> Self {
        Self { machine, rx: Vec::new(), unsent: Vec::new(), told: Vec::new() }
    }

    /// One turn of the driver's loop. `see` makes text of an event.
    fn turn(&mut self, now: u64, see: impl Fn(M::Event<'_>) -> String) {
        let env = env(now);
        let (mut storage, mut tx_storage) = (vec![0; M::RX_MIN], vec![0; M::TX_MIN]);
        let mut rest = std::mem::take(&mut self.rx);
        for _ in 0..1_000 {
            let (mut rx, mut tx) = (RxBuf::new(&mut storage), TxBuf::new(&mut tx_storage));
            let space = rx.space();
            let len = rest.len().min(space.len());
            space[..len].copy_from_slice(&rest[..len]);
            rx.commit(len);
            while let Some(pending) = self.machine.poll_event(&env, &mut rx, &mut tx) {
                self.told.push(see(self.machine.event(pending, &rx)));
            }
            rest.drain(..len - rx.unread().len());
            self.unsent.extend_from_slice(tx.unsent());
            if len == rx.unread().len() && tx.is_empty() {
                break;
            }
        }
        self.rx = rest;
    }
}

fn env(now: u64) -> Env {
    Env { now: Instant::from_millis(now), unix: Some(1_735_689_600 + now / 1_000), entropy: [0; 16] }
}

fn of_server(event: controller::Event<'_>) -> String {
    match event {
        controller::Event::Message(message) => message.body.name().into(),
        other => format!("{other:?}"),
    }
}

fn of_panel(event: panel::Event<'_>) -> String {
    match event {
        panel::Event::Message(message) => message.body.name().into(),
        other => format!("{other:?}"),
    }
}

fn submit(panel: &mut Side<Panel<'static>>, now: u64, command: Command<'_>) {
    let mut storage = [0; 256];
    let mut tx = TxBuf::new(&mut storage);
    panel.machine.submit(&env(now), command, &mut tx).unwrap();
    panel.unsent.extend_from_slice(tx.unsent());
}

/// Moves bytes, at most `pace` of them.
fn carry(from: &mut Vec<u8>, to: &mut Vec<u8>, pace: usize) {
    to.extend(from.drain(..pace.min(from.len())));
}

#[test]
fn ten_minutes_of_a_panel_and_its_server_on_a_slow_line() {
    for pace in [7, 100, 10_000] {
        let mut panel = Side::new(Panel::new(panel::Config::new()).unwrap());
        let mut server = Side::new(Controller::new(controller::Config::new(), sensors()).unwrap());
        for now in (0..600_000).step_by(100) {
            if now == 300_000 {
                submit(&mut panel, now, Command::State(StateChange::ArmAway));
                submit(&mut panel, now, Command::Sensor { sensor: 7, source: AlertSource::Sensor, state: 1, name: "Hall" });
            }
            panel.turn(now, of_panel);
            carry(&mut panel.unsent, &mut server.rx, pace);
            server.turn(now, of_server);
            carry(&mut server.unsent, &mut panel.rx, pace);
        }
        assert!(panel.machine.is_online() && !panel.machine.is_closed() && !server.machine.is_closed(), "{pace}");
        let count = |told: &[String], name: &str| told.iter().filter(|event| *event == name).count();
        assert_eq!((count(&server.told, "HelloReq"), count(&server.told, "PingReq")), (10, 9), "{pace}");
        assert_eq!((count(&panel.told, "HelloInfoResp"), count(&panel.told, "PingReq")), (10, 9), "{pace}");
        assert_eq!(count(&server.told, "Notice(Area { area: 0, state: Armed, mode: Some(Away) })"), 1);
        // Active, and quiet again some seconds later.
        assert_eq!(server.told.iter().filter(|event| event.starts_with("Notice(Zone { zone: 7")).count(), 2);
        assert!(!server.told.iter().chain(&panel.told).any(|event| event.starts_with("Fault")));
    }
}

/// B5: a chain has one connection to the vendor's cloud, and lives on when it breaks.
#[test]
fn b5_a_chain_survives_its_cloud() {
    let mut panel = Side::new(Panel::new(panel::Config::new()).unwrap());
    let mut config = controller::Config::new();
    config.mode = Mode::Chained;
    let mut server = Side::new(Controller::new(config, sensors()).unwrap());
    let mut config = controller::Config::new();
    config.listen_port = 1;
    let mut cloud: Option<(Side<Controller<'static>>, Side<Observer>)> = None;
    // What waits for the connection to the cloud.
    let mut waiting = Vec::new();
    let mut connections = 0;
    let tell = |server: &mut Side<Controller<'static>>, now, upstream| {
        server.machine.submit(&env(now), controller::Command::Upstream(upstream), &mut TxBuf::new(&mut [0; 64])).unwrap();
    };
    for now in (0..600_000).step_by(100) {
        match now {
            // The first bytes of the panel had the cloud called; now it answers. It is lost for three minutes, and comes back.
            500 | 360_000 => {
                connections += 1;
                cloud = Some((Side::new(Controller::new(config, sensors()).unwrap()), Side::new(Observer::new())));
                tell(&mut server, now, Upstream::Connected);
            }
            180_000 => {
                let (_, observer) = cloud.take().unwrap();
                assert!(observer.machine.is_between());
                tell(&mut server, now, Upstream::Lost);
                waiting.clear();
            }
            _ => {}
        }
        panel.turn(now, of_panel);
        let from_panel = std::mem::take(&mut panel.unsent);
        server.rx.extend_from_slice(&from_panel);
        if now < 180_000 || cloud.is_some() {
            waiting.extend_from_slice(&from_panel);
        }
        server.turn(now, of_server);
        panel.rx.append(&mut server.unsent);
        if let Some((cloud, observer)) = &mut cloud {
            cloud.rx.append(&mut waiting);
            cloud.turn(now, of_server);
            observer.rx.extend_from_slice(&cloud.unsent);
            observer.turn(now, |event| match event {
                Observed::Message(message) => message.body.name().into(),
                other => format!("{other:?}"),
            });
            panel.rx.append(&mut cloud.unsent);
        }
    }
    assert!(panel.machine.is_online() && !panel.machine.is_closed());
    assert_eq!(connections, 2);
    let count = |told: &[String], name: &str| told.iter().filter(|event| *event == name).count();
    // Every hello and every ping got one answer, from the one or the other.
    assert_eq!((count(&server.told, "HelloReq"), count(&panel.told, "HelloInfoResp")), (10, 10));
    assert_eq!((count(&server.told, "PingReq"), count(&panel.told, "PingReq")), (9, 9));
    let (_, observer) = cloud.unwrap();
    assert_eq!((count(&observer.told, "HelloAck"), count(&observer.told, "PingReq")), (4, 4));
}
