//! The task of a simulation.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use codec_core::g90::cloud::{self, Body};
use codec_core::g90::local::controller::List;
use codec_core::g90::local::panel::{self as local, Command, Event};
use codec_core::g90::local::{CommandCode, Panel};
use codec_core::g90::notify::panel::{Command as Notify, SensorEvent};
use codec_core::g90::{AlertFlags, ArmState, SystemSetting};
use codec_core::home::{AreaState, Mode, Notice};
use codec_core::{ConfigError, Refused, Secret};
use tokio::net::{TcpStream, UdpSocket};
use tokio::sync::{mpsc, watch};

use super::house::{Store, sensors};
use super::inside::{Answer, Inside, Question};
use super::tell::{Status, tell};
use super::{Act, Heard, Order, Report, Setup, words};
use crate::clock::Clock;
use crate::tokio::{DatagramDriver, Supervisor, Update};

/// What the simulation listens on.
pub(super) struct Sockets {
    pub(super) commands: UdpSocket,
    pub(super) probes: Option<UdpSocket>,
    pub(super) notices: Option<UdpSocket>,
    pub(super) inside: Inside,
}

/// Messages that may wait for the cloud.
const MAX_WAITING: usize = 64;

/// Something for the cloud.
enum Word {
    Notify(String),
    Status(Status),
    Answer(Answer),
}

/// What is around the panel.
struct World<'s> {
    setup: &'s Setup,
    notices: Option<UdpSocket>,
    /// What alerts are sent for.
    alerts: AlertFlags,
    waiting: VecDeque<Word>,
    clock: Clock,
    report: Box<dyn FnMut(Report) + Send>,
}

type Local<'b> = DatagramDriver<'b, Panel<'b>>;

impl World<'_> {
    /// Says what happens, in all the ways there are.
    async fn tell(&mut self, panel: &mut Local<'_>, command: Notify) -> Result<(), Refused> {
        let told = tell(&self.setup.device_id, self.alerts, &sensors(panel.machine()), command, &self.clock.env())?;
        for told in told {
            if let (Some(socket), Some(to)) = (&self.notices, self.setup.notify_to)
                && let Err(error) = socket.send_to(&told.datagram, to).await
            {
                (self.report)(Report::Unsent(error.to_string()));
            }
            if let Some(row) = &told.history {
                // It has the right form; what is too long for a record is not remembered.
                let _ = panel.submit(Command::History(row));
            }
            if self.waiting.len() < MAX_WAITING {
                self.waiting.push_back(Word::Notify(told.text().to_owned()));
                self.waiting.extend(told.status.clone().map(Word::Status));
            }
            (self.report)(Report::Told(told.text().to_owned()));
        }
        Ok(())
    }

    async fn act(&mut self, panel: &mut Local<'_>, act: Act) -> Result<(), Refused> {
        match act {
            // It is told when the panel says that it is.
            Act::Arm(state) => panel.submit(Command::Arm(state)).map(drop),
            Act::Remove { list, index } => panel.submit(Command::Remove { list, index }).map(drop),
            Act::Panel(change) => self.tell(panel, Notify::Panel(change)).await,
            Act::Sos => self.tell(panel, Notify::Sos).await,
            Act::Sensor { index, event } => self.tell(panel, Notify::Sensor { index, event }).await,
            Act::DropCloud => Ok(()),
        }
    }
}

/// What an event of the panel leads to.
enum Consequence {
    Nothing,
    Tell(Notify),
    Cloud(String),
    Ask(Question),
}

pub(super) async fn run(
    setup: Setup,
    sockets: Sockets,
    mut orders: mpsc::Receiver<Order>,
    heard: watch::Sender<Heard>,
    report: Box<dyn FnMut(Report) + Send>,
) {
    let mut store = Store::new();
    let (mut rx, mut tx) = ([0; 4096], [0; 4096]);
    // Both were accepted before.
    let Ok(machine) = store.panel(&setup) else { return };
    let Ok(mut panel) = DatagramDriver::new(machine, sockets.commands, &mut rx, &mut tx) else { return };
    if let Some(probes) = sockets.probes {
        panel = panel.with_socket(probes);
    }
    let mut inside = sockets.inside;
    let alerts = local::Config::new("").notice_flags;
    let waiting = VecDeque::new();
    let mut world = World { setup: &setup, notices: sockets.notices, alerts, waiting, clock: Clock::new(), report };

    let address = Arc::new(Mutex::new(setup.cloud.clone().unwrap_or_default()));
    let connect = || {
        let address = address.lock().unwrap_or_else(PoisonError::into_inner).clone();
        async move { TcpStream::connect(address).await }
    };
    let new_machine = |_: Option<cloud::Panel<'_>>| -> Result<cloud::Panel<'_>, ConfigError> {
        let mut config = cloud::panel::Config::new();
        config.device_id = &setup.device_id;
        cloud::Panel::new(config)
    };
    let (mut cloud_rx, mut cloud_tx) = ([0; 2048], [0; 2048]);
    let mut cloud = Supervisor::new(connect, new_machine, &mut cloud_rx, &mut cloud_tx);
    loop {
        while let Some(word) = world.waiting.front() {
            let submitted = match word {
                Word::Notify(text) => cloud.submit(cloud::panel::Command::Notify(text)),
                Word::Status(status) => cloud.submit(status.command()),
                Word::Answer(Answer { number, command, text }) => {
                    let text = Secret::new(text.expose().as_str());
                    cloud.submit(cloud::panel::Command::Answer { number: *number, command: *command, text })
                }
            };
            match submitted {
                Err(Refused::TooManyPending { .. } | Refused::NoRoom { .. }) => break,
                // Without a cloud, what was to be said is lost.
                _ => drop(world.waiting.pop_front()),
            }
        }
        let consequence = tokio::select! {
            event = panel.next() => match event {
                Ok(Some(event)) => {
                    // Not what the cloud asks.
                    if matches!(event, Event::Request(_)) && inside.is_idle() {
                        heard.send_if_modified(|heard| !std::mem::replace(&mut heard.client, true));
                    }
                    let consequence = consider(&event, &mut world.alerts);
                    if let Some(report) = about(&event) {
                        (world.report)(report);
                    }
                    consequence
                }
                // A socket broke.
                _ => return,
            },
            update = cloud.next(), if setup.cloud.is_some() => {
                let mut consequence = Consequence::Nothing;
                match update {
                    Ok(Update::Up) => (world.report)(Report::CloudConnected),
                    Ok(Update::Event(event)) => {
                        about_cloud(&event, &mut world.report);
                        if matches!(event, cloud::panel::Event::Online) {
                            heard.send_if_modified(|heard| !std::mem::replace(&mut heard.cloud, true));
                        }
                        if let Some(question) = question(&event) {
                            consequence = Consequence::Ask(question);
                        }
                    }
                    Ok(Update::Down { error, .. }) => (world.report)(Report::CloudLost(words(error.as_ref()))),
                    Err(_) => return,
                }
                consequence
            }
            answer = inside.next() => match answer {
                Ok(answer) => {
                    world.waiting.push_back(Word::Answer(answer));
                    Consequence::Nothing
                }
                // A socket broke.
                Err(_) => return,
            },
            order = orders.recv() => match order {
                Some(Order { act, reply }) => {
                    let result = world.act(&mut panel, act).await;
                    if act == Act::DropCloud {
                        // One that is not there needs no end.
                        let _ = cloud.submit(cloud::panel::Command::Close);
                    }
                    // The one who asked may have gone.
                    let _ = reply.send(result);
                    Consequence::Nothing
                }
                // Nobody holds the simulator any more.
                None => return,
            },
        };
        match consequence {
            Consequence::Nothing => {}
            Consequence::Tell(command) => {
                // A sensor that is gone already is not told of.
                let _ = world.tell(&mut panel, command).await;
            }
            Consequence::Ask(question) => {
                // What cannot be asked is not answered.
                let _ = inside.ask(&question).await;
            }
            Consequence::Cloud(other) => {
                *address.lock().unwrap_or_else(PoisonError::into_inner) = other;
                let _ = cloud.submit(cloud::panel::Command::Close);
            }
        }
    }
}

fn consider(event: &Event<'_>, alerts: &mut AlertFlags) -> Consequence {
    match event {
        Event::Request(request) if request.code() == CommandCode::SetNoticeFlag => {
            if let Some(bits) = request.number(0) {
                *alerts = AlertFlags::from_bits(bits);
            }
            Consequence::Nothing
        }
        Event::Notice(Notice::Area { state, mode, .. }) => Consequence::Tell(Notify::Arm(match (state, mode) {
            (AreaState::Armed, Some(Mode::Home)) => ArmState::ArmHome,
            (AreaState::Armed, _) => ArmState::ArmAway,
            (AreaState::Triggered, _) => ArmState::Alarmed,
            _ => ArmState::Disarm,
        })),
        Event::Added { list: List::Sensors, index } => match u32::try_from(*index) {
            Ok(index) => Consequence::Tell(Notify::Sensor { index, event: SensorEvent::Added }),
            Err(_) => Consequence::Nothing,
        },
        Event::System(system) if system.setting() == Some(SystemSetting::ServerAddress) => {
            let mut values = system.values();
            match (values.next(), values.next(), values.next()) {
                (Some(host), _, Some(port)) => Consequence::Cloud(format!("{host}:{port}")),
                _ => Consequence::Nothing,
            }
        }
        _ => Consequence::Nothing,
    }
}

fn about(event: &Event<'_>) -> Option<Report> {
    Some(match event {
        Event::Request(request) => Report::Request(request.code()),
        Event::System(system) => {
            let plain = |character: char| if character.is_ascii_graphic() { character } else { '?' };
            Report::System(system.text().chars().take(128).map(plain).collect())
        }
        Event::Probe(_) => Report::Probe,
        Event::Notice(notice) => Report::Notice(*notice),
        Event::Added { list, index } => Report::Added { list: *list, index: *index },
        Event::Fault(fault) => Report::Fault(*fault),
        _ => return None,
    })
}

/// Reports an event of the connection to the cloud.
fn about_cloud(event: &cloud::panel::Event<'_>, report: &mut (dyn FnMut(Report) + Send)) {
    use cloud::panel::Event;
    match event {
        Event::Online => report(Report::CloudOnline),
        Event::Message(message) => {
            if let Body::Command(command) = message.body {
                report(Report::CloudCommand(command.command()));
            }
        }
        Event::Fault(fault) => report(Report::Fault(*fault)),
        _ => {}
    }
}

/// What the cloud wants to know.
fn question(event: &cloud::panel::Event<'_>) -> Option<Question> {
    let cloud::panel::Event::Message(message) = event else { return None };
    match message.body {
        Body::Command(command) => Question::new(message.header().sequence?, &command),
        _ => None,
    }
}
