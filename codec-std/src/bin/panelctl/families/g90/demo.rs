//! The story with a G90 panel: it is asked over UDP, and tells over UDP and through its cloud.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use codec_core::g90::local::Send;
use codec_core::g90::local::controller::{self as asking, Slot, Tables};
use codec_core::g90::notify::controller as listening;
use codec_core::g90::notify::panel::SensorEvent;
use codec_core::g90::{ArmState, SensorSlot, cloud, local, notify};
use codec_std::links::udp_socket;
use codec_std::sim::g90::{self as sim, Setup, Simulator};
use codec_std::tokio::{DatagramDriver, Driver};
use tokio::net::{TcpListener, UdpSocket};
use tokio::time::timeout_at;

use super::known::Known;
use crate::story::{self, Act, CONFIRMED, DIED, Missing, Story, Timeline};

/// How long the story may take. As a rule it takes three seconds.
const PATIENCE: Duration = Duration::from_secs(13);

/// The front door, and the smoke sensor, of the simulated house.
const DOOR: u32 = 0;
const SMOKE: u32 = 2;

/// A panel, and what listens to it.
pub(crate) struct Stage {
    panel: Simulator,
    notices: Option<UdpSocket>,
    cloud: Option<TcpListener>,
}

impl Stage {
    pub(crate) fn address(&self) -> SocketAddr {
        self.panel.address()
    }

    pub(crate) async fn ended(&self) {
        self.panel.ended().await;
    }
}

/// A panel with a cloud and a listener.
pub(crate) async fn start() -> anyhow::Result<Stage> {
    let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let (notices, cloud) = (udp_socket(here)?, TcpListener::bind(here).await?);
    let mut setup = Setup::new();
    setup.notify_to = Some(notices.local_addr()?);
    setup.cloud = Some(cloud.local_addr()?.to_string());
    let panel = Simulator::start(setup, here, |_| {})?;
    Ok(Stage { panel, notices: Some(notices), cloud: Some(cloud) })
}

pub(crate) fn how_to_connect(stage: &Stage) -> [String; 3] {
    let address = stage.address();
    [
        "the g90 panel is still there. In another terminal:".into(),
        format!("  panelctl watch g90 local {address} --history"),
        format!("  panelctl send g90 {address} arm-away"),
    ]
}

type Chapter = story::Chapter<sim::Act, Send<'static>>;

fn story() -> [Chapter; 5] {
    let sensor = |index, event| Act::House(sim::Act::Sensor { index, event });
    [
        Chapter {
            act: Act::Nothing,
            expected: &["panel disarmed", "all is read, 5 sensors and 2 devices", "cloud: panel GA00000A0000001 is here"],
        },
        Chapter { act: sensor(DOOR, SensorEvent::Active), expected: &["sensor 0 Front door open"] },
        Chapter { act: sensor(DOOR, SensorEvent::Closed), expected: &["sensor 0 Front door closed"] },
        Chapter {
            act: Act::Controller(Send::Arm(ArmState::ArmAway)),
            expected: &["panel armed, away", "cloud: panel armed, away", CONFIRMED],
        },
        Chapter {
            act: sensor(SMOKE, SensorEvent::Alarm),
            expected: &["sensor 2 Kitchen open, alarm", "panel triggered, away", "cloud: sensor 2 Kitchen open, alarm"],
        },
    ]
}

/// Plays the story. `stage` keeps the panel.
pub(crate) async fn play(stage: &mut Stage, timeline: Timeline) -> Result<(), Missing> {
    let play = Story::begin(timeline, PATIENCE);
    let (Some(notices), Some(cloud)) = (stage.notices.take(), stage.cloud.take()) else { return Err(play.broken("it was played")) };

    let (mut sensors, mut devices, mut memory) = ([Slot::default(); 16], [Slot::default(); 16], [0; 1024]);
    let tables = Tables { sensors: &mut sensors, devices: &mut devices, memory: &mut memory };
    let controller = local::Controller::new(asking::Config::new(stage.address()), tables).map_err(|error| play.broken(error))?;
    let socket = udp_socket((Ipv4Addr::LOCALHOST, 0).into()).map_err(|error| play.broken(error))?;
    let (mut rx, mut tx) = ([0; 4096], [0; 1024]);
    let mut asker = DatagramDriver::new(controller, socket, &mut rx, &mut tx).map_err(|error| play.broken(error))?;

    let mut states = [SensorSlot::default(); 16];
    let mut config = listening::Config::new();
    config.alerts = codec_core::g90::AlertFlags::DOOR_CLOSE;
    let (mut notice_rx, mut notice_tx) = ([0; 512], [0; 0]);
    let mut listener = DatagramDriver::new(notify::Controller::new(config, &mut states), notices, &mut notice_rx, &mut notice_tx)
        .map_err(|error| play.broken(error))?;

    let mut cloud_states = [SensorSlot::default(); 16];
    let server = cloud::Controller::new(cloud::controller::Config::new(), &mut cloud_states).map_err(|error| play.broken(error))?;
    let (link, _) = timeout_at(play.end, cloud.accept())
        .await
        .map_err(|_| play.broken("the panel does not dial its cloud"))?
        .map_err(|error| play.broken(error))?;
    let (mut cloud_rx, mut cloud_tx) = ([0; 2048], [0; 512]);
    let mut server = Driver::new(server, link, &mut cloud_rx, &mut cloud_tx).map_err(|error| play.broken(error))?;

    let (mut known, mut known_to_cloud) = (Known::default(), Known::default());
    for Chapter { act, expected } in story() {
        match act {
            Act::House(act) => stage.panel.act(act).await.map_err(|error| play.failed(expected, error))?,
            Act::Controller(send) => {
                asker.submit(asking::Command::Send(send)).map_err(|refused| play.failed(expected, refused))?;
            }
            Act::Nothing => {}
        }
        play.hear(expected, async || {
            let mut ready = false;
            let words = tokio::select! {
                next = asker.next() => story::event(next).map(|event| {
                    ready = matches!(event, asking::Event::Ready);
                    asked(&event, &mut known)
                }),
                next = listener.next() => story::event(next).map(|event| heard(&event, &mut known)),
                next = server.next() => {
                    story::event(next).map(|event| through_cloud(&event, &mut known_to_cloud).map(|words| format!("cloud: {words}")))
                }
                () = stage.panel.ended() => Err(DIED.into()),
            };
            if !ready {
                return words;
            }
            let tables = asker.machine().tables();
            let count = |slots: &[Slot]| slots.iter().filter(|slot| slot.is_present()).count();
            for slot in tables.sensors.iter().filter(|slot| slot.is_present()) {
                if let Ok(index) = u32::try_from(slot.index()) {
                    let sensor = listening::Command::Sensor { index, kind: slot.kind(), protocol: slot.protocol() };
                    // There is a place for each.
                    let _ = listener.submit(sensor);
                }
            }
            Ok(Some(format!("all is read, {} sensors and {} devices", count(tables.sensors), count(tables.devices))))
        })
        .await?;
    }
    Ok(())
}

fn asked(event: &asking::Event<'_>, known: &mut Known) -> Option<String> {
    match event {
        asking::Event::Page { answer, .. } => {
            for row in local::Page::read(answer.data()).ok()?.peripherals().flatten() {
                if let Ok(index) = u32::try_from(row.index) {
                    known.name(index, row.name.to_string());
                }
            }
            None
        }
        asking::Event::Notice(notice) => known.notice(notice)?.words,
        asking::Event::Done { outcome: asking::Outcome::Confirmed, .. } => Some(CONFIRMED.into()),
        asking::Event::Done { outcome, .. } => Some(format!("command ended: {outcome:?}")),
        asking::Event::Fault(fault) => Some(format!("bad answer: {fault}")),
        asking::Event::Closed(reason) => Some(format!("closed: {reason}")),
        _ => None,
    }
}

fn heard(event: &listening::Event<'_>, known: &mut Known) -> Option<String> {
    match event {
        listening::Event::Notification(notification) => known.told_by(&notify::Body::Notification(*notification)),
        listening::Event::Alert(alert) => known.told_by(&notify::Body::Alert(*alert)),
        listening::Event::Notice(notice) => return known.notice(notice)?.words,
        listening::Event::Fault(fault) => return Some(format!("bad notification: {fault}")),
        _ => {}
    }
    None
}

fn through_cloud(event: &cloud::controller::Event<'_>, known: &mut Known) -> Option<String> {
    match event {
        cloud::controller::Event::Message(message) => {
            super::watch_cloud::name_sensor(known, message);
            None
        }
        cloud::controller::Event::Device(info) => Some(format!("panel {} is here", info.id)),
        cloud::controller::Event::Notice(notice) => known.notice(notice)?.words,
        cloud::controller::Event::Fault(fault) => Some(format!("bad message: {fault}")),
        _ => None,
    }
}
