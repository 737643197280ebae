//! A simulated G90 panel on real sockets: our machines against it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use codec_core::g90::cloud::{self, Body};
use codec_core::g90::local::SystemRequest;
use codec_core::g90::notify::panel::SensorEvent;
use codec_core::g90::notify::{self, controller::Foreign};
use codec_core::g90::{ArmState, SensorSlot, StateChange};
use codec_core::home::{AreaState, Notice, ZoneFlags};
use codec_std::links::udp_socket;
use codec_std::sim::g90::{Act, DEFAULT_DEVICE_ID, Done, Report, Setup, Simulator, StepError};
use codec_std::sim::g90_script::{Step, parse};
use codec_std::tokio::{DatagramDriver, Driver};
use tokio::net::{TcpListener, UdpSocket};
use tokio::time::timeout;

/// Long enough for any machine; reached only by a failure.
const DEADLINE: Duration = Duration::from_secs(30);

fn anywhere() -> SocketAddr {
    "127.0.0.1:0".parse().unwrap()
}

type Reports = Arc<Mutex<Vec<Report>>>;

fn start(setup: Setup) -> (Simulator, Reports) {
    let reports = Reports::default();
    let sink = Arc::clone(&reports);
    (Simulator::start(setup, anywhere(), move |report| sink.lock().unwrap().push(report)).unwrap(), reports)
}

#[test]
fn the_default_house_is_there() {
    let setup = Setup::new();
    assert_eq!((setup.sensors.len(), setup.devices.len()), (5, 2));
}

#[tokio::test]
async fn what_happens_is_told_to_a_listener() {
    let socket = udp_socket(anywhere()).unwrap();
    let mut setup = Setup::new();
    setup.notify_to = Some(socket.local_addr().unwrap());
    let (simulator, reports) = start(setup);
    let mut sensors = [SensorSlot::default(); 8];
    let mut config = notify::controller::Config::new();
    config.panel = Some(simulator.address().ip());
    config.device_id = DEFAULT_DEVICE_ID;
    let (mut rx, mut tx) = ([0; 512], [0; 0]);
    let controller = notify::Controller::new(config, &mut sensors);
    let mut driver = DatagramDriver::new(controller, socket, &mut rx, &mut tx).unwrap();
    for act in [Act::Sensor { index: 0, event: SensorEvent::Active }, Act::Arm(ArmState::ArmHome), Act::Panel(StateChange::LowBattery)] {
        simulator.act(act).await.unwrap();
    }
    let (mut open, mut armed, mut low) = (false, false, false);
    while !(open && armed && low) {
        match timeout(DEADLINE, driver.next()).await.unwrap().unwrap().unwrap() {
            notify::controller::Event::Notice(Notice::Zone { zone: 0, state, .. }) => open |= state.is(ZoneFlags::OPEN) == Some(true),
            notify::controller::Event::Notice(Notice::Area { state: AreaState::Armed, .. }) => armed = true,
            notify::controller::Event::Notice(Notice::Trouble { active: true, .. }) => low = true,
            notify::controller::Event::Foreign(Foreign::Sender | Foreign::DeviceId) => panic!("it is the panel"),
            notify::controller::Event::Fault(fault) => panic!("{fault}"),
            _ => {}
        }
    }
    let unknown = simulator.act(Act::Sensor { index: 99, event: SensorEvent::Active }).await;
    assert!(matches!(unknown, Err(StepError::Refused(_))), "{unknown:?}");
    assert!(reports.lock().unwrap().contains(&Report::Told(r#"[170,[5,[0,"Front door"]]]"#.into())));
}

/// The panel dials where the system command sends it, says hello and tells what happens.
#[tokio::test]
async fn the_panel_moves_to_another_cloud_when_it_is_told_to() {
    let (first, second) = (TcpListener::bind(anywhere()).await.unwrap(), TcpListener::bind(anywhere()).await.unwrap());
    let mut setup = Setup::new();
    setup.cloud = Some(first.local_addr().unwrap().to_string());
    let (simulator, _) = start(setup);
    let (link, _) = timeout(DEADLINE, first.accept()).await.unwrap().unwrap();
    drop(link);
    let mut datagram = [0; 256];
    let port = second.local_addr().unwrap().port();
    let len = SystemRequest::ServerAddress { host: "127.0.0.1", second: None, port }.encode(&mut datagram).unwrap();
    UdpSocket::bind(anywhere()).await.unwrap().send_to(&datagram[..len], simulator.address()).await.unwrap();
    let (link, _) = timeout(DEADLINE, second.accept()).await.unwrap().unwrap();
    let mut sensors = [SensorSlot::default(); 8];
    let controller = cloud::Controller::new(cloud::controller::Config::new(), &mut sensors).unwrap();
    let (mut rx, mut tx) = ([0; 2048], [0; 1024]);
    let mut driver = Driver::new(controller, link, &mut rx, &mut tx).unwrap();
    let (mut device, mut notified, mut changed) = (None, false, false);
    let serve = async {
        loop {
            match driver.next().await.unwrap().unwrap() {
                cloud::controller::Event::Device(info) => device = Some(info.id.as_str().to_owned()),
                cloud::controller::Event::Message(message) => {
                    notified |= matches!(message.body, Body::Notification(_));
                    changed |= matches!(message.body, Body::SensorAlarm(alarm) if alarm.sensor() == 2);
                }
                cloud::controller::Event::Fault(fault) => panic!("{fault}"),
                _ => {}
            }
            if device.is_some() && notified && changed {
                return;
            }
        }
    };
    let happen = async {
        assert_eq!(simulator.step(Step::WaitCloud).await.unwrap(), Done::Next);
        assert_eq!(simulator.step(parse("alarm 2").unwrap().unwrap()).await.unwrap(), Done::Next);
    };
    timeout(DEADLINE, async { tokio::join!(serve, happen) }).await.unwrap();
    assert_eq!(device.as_deref(), Some(DEFAULT_DEVICE_ID));
}

/// What a cloud orders is done and answered as if it had come over the local network.
#[tokio::test]
async fn commands_of_the_cloud_are_obeyed() {
    let listener = TcpListener::bind(anywhere()).await.unwrap();
    let mut setup = Setup::new();
    setup.cloud = Some(listener.local_addr().unwrap().to_string());
    let (simulator, reports) = start(setup);
    let (link, _) = timeout(DEADLINE, listener.accept()).await.unwrap().unwrap();
    let mut sensors = [SensorSlot::default(); 8];
    let controller = cloud::Controller::new(cloud::controller::Config::new(), &mut sensors).unwrap();
    let (mut rx, mut tx) = ([0; 4096], [0; 1024]);
    let mut driver = Driver::new(controller, link, &mut rx, &mut tx).unwrap();
    let orders = [
        (100, "", r#"[100,[3,"","TSV018-C3SIA","206","206"]]"#),
        (101, "[101,[1]]", ""),
        (100, "", r#"[100,[1,"","TSV018-C3SIA","206","206"]]"#),
        (138, "[138,[1,1]]", r#"[138,[[2,1,1],["Lamp",0,"#),
        (119, "", "fail"),
    ];
    let mut told = Vec::new();
    let run = async {
        let mut left = orders.iter();
        let mut order: Option<(u16, &str, &str)> = None;
        loop {
            match driver.next().await.unwrap().unwrap() {
                cloud::controller::Event::Message(message) => {
                    if let Body::CommandAnswer(answer) = message.body {
                        let (code, _, text) = order.expect("nothing else was asked");
                        let found = str::from_utf8(answer.text().expose()).unwrap().strip_suffix('\0').unwrap();
                        assert!(found.starts_with(text) && (!text.is_empty() || found.is_empty()), "{found}");
                        assert_eq!(answer.command(), code);
                    }
                    continue;
                }
                cloud::controller::Event::Done { outcome, .. } => told.push(outcome),
                cloud::controller::Event::Device(_) => {}
                cloud::controller::Event::Fault(fault) => panic!("{fault}"),
                _ => continue,
            }
            let Some((code, parameters, text)) = left.next().copied() else { return };
            order = Some((code, parameters, text));
            let run = cloud::controller::Command::Run { command: code, parameters: codec_core::Secret::new(parameters) };
            driver.submit(run).unwrap();
        }
    };
    timeout(DEADLINE, run).await.unwrap();
    assert_eq!(told, vec![cloud::controller::Outcome::Answered; orders.len()]);
    let reports = reports.lock().unwrap();
    assert!(reports.contains(&Report::CloudCommand(101)) && reports.contains(&Report::Told("[170,[1,[1]]]".into())), "{reports:?}");
    drop(simulator);
}
