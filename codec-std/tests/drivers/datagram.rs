//! The driver for datagrams, over real sockets.

use std::net::SocketAddr;
use std::time::Duration;

use codec_core::g90::local::controller::{self, Event, Outcome};
use codec_core::g90::local::panel::{self, Command, Record};
use codec_core::g90::local::{CommandCode, Controller, Panel, Send, encode_probe};
use codec_core::g90::{ArmState, UserFlags, devices};
use codec_core::home::{AreaState, Notice};
use codec_core::{CloseReason, Machine as _};
use codec_std::links::udp_socket;
use codec_std::tokio::DatagramDriver;
use tokio::net::UdpSocket;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(30);

fn anywhere() -> SocketAddr {
    "127.0.0.1:0".parse().unwrap()
}

/// Memory of a small panel.
struct Store {
    sensors: [Record; 4],
    rest: [Record; 4],
    configs: [Record; 5],
}

impl Store {
    fn new() -> Self {
        Self { sensors: [Record::EMPTY; 4], rest: [Record::EMPTY; 4], configs: [Record::EMPTY; 5] }
    }

    fn panel(&mut self) -> Panel<'_> {
        let (devices, history) = self.rest.split_at_mut(2);
        let tables = panel::Tables { sensors: &mut self.sensors, devices, history, configs: &mut self.configs };
        Panel::new(panel::Config::new("GA00000A0000001"), tables).unwrap()
    }
}

#[tokio::test]
async fn a_controller_and_a_panel_over_loopback() {
    let mut store = Store::new();
    let (mut rx, mut tx) = ([0; Panel::RX_MIN], [0; 2048]);
    let socket = udp_socket(anywhere()).unwrap();
    let address = socket.local_addr().unwrap();
    let mut panel = DatagramDriver::new(store.panel(), socket, &mut rx, &mut tx).unwrap();
    let definition = devices::sensor_named("Door Sensor: WDS07").unwrap();
    let put = Command::Put { list: controller::List::Sensors, definition, index: 3, name: "Hall", user_flags: UserFlags::ENABLED };
    panel.submit(put).unwrap();

    let (mut sensors, mut devices, mut memory) = ([controller::Slot::default(); 4], [controller::Slot::default(); 4], [0; 1024]);
    let tables = controller::Tables { sensors: &mut sensors, devices: &mut devices, memory: &mut memory };
    let (mut rx, mut tx) = ([0; Controller::RX_MIN], [0; 1024]);
    let controller = Controller::new(controller::Config::new(address), tables).unwrap();
    let mut controller = DatagramDriver::new(controller, udp_socket(anywhere()).unwrap(), &mut rx, &mut tx).unwrap();

    let talk = async {
        let mut armed = false;
        loop {
            match controller.next().await.unwrap().unwrap() {
                Event::Ready => drop(controller.submit(controller::Command::Send(Send::Arm(ArmState::ArmAway))).unwrap()),
                Event::Notice(Notice::Area { state: AreaState::Armed, .. }) => armed = true,
                Event::Done { outcome, .. } => return (armed, outcome),
                _ => {}
            }
        }
    };
    let serve = async { while panel.next().await.unwrap().is_some() {} };
    tokio::select! {
        result = timeout(PATIENCE, talk) => assert_eq!(result.unwrap(), (true, Outcome::Confirmed)),
        () = serve => panic!("the panel has ended"),
    }
    assert_eq!(controller.machine().tables().sensors[0].index(), 3);
    assert_eq!(panel.machine().state(), ArmState::ArmAway);
}

#[tokio::test]
async fn an_answer_goes_out_from_the_socket_on_which_its_question_came() {
    let mut store = Store::new();
    let (mut rx, mut tx) = ([0; Panel::RX_MIN], [0; 2048]);
    let (commands, probes) = (udp_socket(anywhere()).unwrap(), udp_socket(anywhere()).unwrap());
    let addresses = [commands.local_addr().unwrap(), probes.local_addr().unwrap()];
    let mut panel = DatagramDriver::new(store.panel(), commands, &mut rx, &mut tx).unwrap().with_socket(probes);
    let ask = async {
        let client = UdpSocket::bind(anywhere()).await.unwrap();
        let mut probe = [0; 64];
        let len = encode_probe("GA00000A0000001", &mut probe).unwrap();
        let mut request = [0; 64];
        let request_len = Send::Plain(CommandCode::GetHostStatus).encode(&mut request).unwrap();
        for _ in 0..3 {
            // Both at once: neither answer may leave by the other's door.
            client.send_to(&probe[..len], addresses[1]).await.unwrap();
            client.send_to(&request[..request_len], addresses[0]).await.unwrap();
            let mut room = [0; 512];
            for _ in 0..2 {
                let (len, from) = client.recv_from(&mut room).await.unwrap();
                let is_probe = room[..len].starts_with(b"IWTAC_PROBE_DEVICE_ACK,");
                assert_eq!(from, addresses[usize::from(is_probe)], "{}", String::from_utf8_lossy(&room[..len]));
            }
        }
    };
    tokio::select! {
        result = timeout(PATIENCE, ask) => result.unwrap(),
        () = async { while panel.next().await.unwrap().is_some() {} } => panic!("the panel has ended"),
    }
}

/// Where nobody listens, the system says so for each datagram. That is no end: the panel may come.
#[tokio::test]
async fn a_port_where_nobody_listens_is_silence() {
    let nobody = UdpSocket::bind(anywhere()).await.unwrap();
    let address = nobody.local_addr().unwrap();
    drop(nobody);
    let mut memory = [0; 1024];
    let tables = controller::Tables { sensors: &mut [], devices: &mut [], memory: &mut memory };
    let mut config = controller::Config::new(address);
    (config.attempts, config.timeout_millis) = (2, 300);
    let (mut rx, mut tx) = ([0; Controller::RX_MIN], [0; 1024]);
    let controller = Controller::new(config, tables).unwrap();
    let mut driver = DatagramDriver::new(controller, udp_socket(anywhere()).unwrap(), &mut rx, &mut tx).unwrap();
    match timeout(PATIENCE, driver.next()).await.unwrap().unwrap().unwrap() {
        Event::Closed(CloseReason::NoAnswer { millis }) => assert!(millis >= 450, "{millis}"),
        other => panic!("{other:?}"),
    }
    assert!(driver.next().await.unwrap().is_none());
}

#[tokio::test]
async fn a_port_can_be_shared_by_those_who_agree() {
    let first = udp_socket(anywhere()).unwrap();
    let address = first.local_addr().unwrap();
    assert!(udp_socket(address).is_err(), "a free port is not shared");
    drop(first);
    let (first, second) = (udp_socket(address).unwrap(), udp_socket(address).unwrap());
    assert_eq!(first.local_addr().unwrap(), second.local_addr().unwrap());
    assert!(first.broadcast().unwrap());
}
