//! A G90 panel: it takes commands over UDP, tells what happens over UDP, and dials its cloud over TCP.

mod house;
mod inside;
mod serve;
mod tell;

use std::io;
use std::net::SocketAddr;

use codec_core::g90::devices::Definition;
use codec_core::g90::local::CommandCode;
use codec_core::g90::local::controller::List;
use codec_core::g90::notify::panel::SensorEvent;
use codec_core::g90::{ArmState, StateChange};
use codec_core::home::Notice;
use codec_core::{Fault, Refused};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use super::g90_script::Step;
pub use super::ness::{Done, StartError, StepError};
use crate::links::udp_socket;

/// Identity of the panel where none is given.
pub const DEFAULT_DEVICE_ID: &str = "GA00000A0000001";

/// How many sensors, and how many devices, fit.
pub const MAX_ENTRIES: usize = 64;

/// A sensor or a device of the house.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The panel's number of it, from 0.
    pub index: i64,
    /// Its name.
    pub name: String,
    /// What it is.
    pub definition: &'static Definition,
}

/// What kind of panel to simulate.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Setup {
    /// Its identity (GUID), 1 to 15 characters.
    pub device_id: String,
    /// The sensors, [`MAX_ENTRIES`] at most. Default: a door, a motion sensor, a smoke sensor, a remote control and a keypad.
    pub sensors: Vec<Entry>,
    /// The devices, [`MAX_ENTRIES`] at most. Default: a socket, and one with four outlets.
    pub devices: Vec<Entry>,
    /// Rows on a page of a list at most. Default 10.
    pub rows_per_page: u32,
    /// Where it is asked for by its device id; real panels are on port 12900. Default: nowhere.
    pub discovery: Option<SocketAddr>,
    /// Where notifications and alerts go; real panels broadcast to port 12901. Default: nowhere.
    pub notify_to: Option<SocketAddr>,
    /// Where they come from; on real panels port 45000. Default: a free port, of the loopback if they go there.
    pub notify_from: Option<SocketAddr>,
    /// The cloud as `HOST:PORT`. Default: none. A panel that has one dials another when it is told to by the system command for that.
    pub cloud: Option<String>,
}

impl Setup {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        let entry = |(index, name, definition): (i64, &str, Option<&'static Definition>)| {
            Some(Entry { index, name: name.into(), definition: definition? })
        };
        use codec_core::g90::devices::{device_named, sensor_named};
        let sensors = [
            (0, "Front door", sensor_named("Door Sensor: WDS07")),
            (1, "Hall", sensor_named("PIR Motion Sensor: WPD01")),
            (2, "Kitchen", sensor_named("Smoke Sensor: WSD02")),
            (3, "Key ring", sensor_named("Remote: RMC08")),
            (4, "Entrance", sensor_named("RFID: K07")),
        ];
        let devices = [(0, "Lamp", device_named("Socket: S07")), (1, "Garden", device_named("Socket: JDQ"))];
        Self {
            device_id: DEFAULT_DEVICE_ID.into(),
            sensors: sensors.into_iter().filter_map(entry).collect(),
            devices: devices.into_iter().filter_map(entry).collect(),
            rows_per_page: 10,
            discovery: None,
            notify_to: None,
            notify_from: None,
            cloud: None,
        }
    }
}

impl Default for Setup {
    fn default() -> Self {
        Self::new()
    }
}

/// Something that happens in the house.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Act {
    /// Somebody arms or disarms, or an alarm begins.
    Arm(ArmState),
    /// Mains, battery or WiFi of the panel.
    Panel(StateChange),
    /// Somebody presses the panel's SOS button.
    Sos,
    /// A sensor does something.
    Sensor {
        /// The panel's number of it.
        index: u32,
        /// What.
        event: SensorEvent,
    },
    /// A sensor or a device is taken out of its list.
    Remove {
        /// Which list.
        list: List,
        /// The panel's number of it.
        index: i64,
    },
    /// The connection to the cloud ends, and another one is made.
    DropCloud,
}

/// What happened to the simulated panel.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Report {
    /// A command came and was answered.
    Request(CommandCode),
    /// A system command came: what stands between `AT^IWT=` and `,IWT`, what is not plain in it replaced.
    System(String),
    /// Somebody looks for a panel by a device id, which may be another's.
    Probe,
    /// The panel's state changed.
    Notice(Notice),
    /// A sensor or a device was added.
    Added {
        /// Where.
        list: List,
        /// The panel's number of it.
        index: i64,
    },
    /// A notification or an alert was sent: its text without the NUL.
    Told(String),
    /// It could not be sent over UDP.
    Unsent(String),
    /// Something came that is no command, or a message of the cloud that is none.
    Fault(Fault),
    /// The cloud is connected.
    CloudConnected,
    /// The cloud has answered the hello.
    CloudOnline,
    /// The cloud sent a command, which is obeyed and answered: its code.
    CloudCommand(u16),
    /// The connection to the cloud ended, or did not come about.
    CloudLost(String),
}

struct Order {
    act: Act,
    reply: oneshot::Sender<Result<(), Refused>>,
}

/// Whom the panel has heard of.
#[derive(Clone, Copy, Debug, Default)]
struct Heard {
    client: bool,
    cloud: bool,
}

/// A running simulation. It ends when this is dropped.
#[derive(Debug)]
pub struct Simulator {
    address: SocketAddr,
    discovery: Option<SocketAddr>,
    orders: mpsc::Sender<Order>,
    heard: watch::Receiver<Heard>,
    task: JoinHandle<()>,
}

impl Simulator {
    /// Begins to listen for commands on `listen`; real panels are on port 12368. `report` is told of everything, on the simulation's own
    /// task, so it must not wait.
    ///
    /// Must be called on a tokio runtime with I/O and time.
    ///
    /// # Errors
    /// [`StartError`] if the setup is not valid or an address cannot be listened on.
    pub fn start(setup: Setup, listen: SocketAddr, report: impl FnMut(Report) + Send + 'static) -> Result<Self, StartError> {
        house::check(&setup)?;
        let commands = open(listen)?;
        let address = commands.local_addr()?;
        let probes = setup.discovery.map(open).transpose()?;
        let discovery = probes.as_ref().map(tokio::net::UdpSocket::local_addr).transpose()?;
        let notices = setup.notify_to.map(|to| open(setup.notify_from.unwrap_or_else(|| any_port(to)))).transpose()?;
        let (orders, ordered) = mpsc::channel(16);
        let (hear, heard) = watch::channel(Heard::default());
        let inside = inside::Inside::new(address)?;
        let sockets = serve::Sockets { commands, probes, notices, inside };
        let task = tokio::spawn(serve::run(setup, sockets, ordered, hear, Box::new(report)));
        Ok(Self { address, discovery, orders, heard, task })
    }

    /// Where it takes commands; with the real port if port 0 was asked for.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it can be asked for by its device id.
    #[must_use]
    pub const fn discovery_address(&self) -> Option<SocketAddr> {
        self.discovery
    }

    /// Waits until the simulation ends, which it does by itself only if `report` panics.
    pub async fn ended(&self) {
        // The other end of the channel is the simulation's.
        let mut heard = self.heard.clone();
        while heard.changed().await.is_ok() {}
    }

    /// Does one step of a script and waits until it is done.
    ///
    /// # Errors
    /// [`StepError`] if the panel refuses it, for example for a sensor that it does not have, or is gone.
    pub async fn step(&self, step: Step) -> Result<Done, StepError> {
        let mut heard = self.heard.clone();
        match step {
            Step::Help => return Ok(Done::Help),
            Step::Quit => return Ok(Done::Quit),
            Step::Wait(time) => tokio::time::sleep(time).await,
            Step::WaitClient => drop(heard.wait_for(|heard| heard.client).await.map_err(|_| StepError::Gone)?),
            Step::WaitCloud => drop(heard.wait_for(|heard| heard.cloud).await.map_err(|_| StepError::Gone)?),
            Step::Do(act) => self.act(act).await?,
        }
        Ok(Done::Next)
    }

    /// Something happens in the house.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub async fn act(&self, act: Act) -> Result<(), StepError> {
        let (reply, answer) = oneshot::channel();
        self.orders.send(Order { act, reply }).await.map_err(|_| StepError::Gone)?;
        answer.await.map_err(|_| StepError::Gone)?.map_err(StepError::Refused)
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A socket there. One of three addresses may be taken: the error says which.
fn open(address: SocketAddr) -> io::Result<tokio::net::UdpSocket> {
    udp_socket(address).map_err(|error| io::Error::new(error.kind(), format!("{address}: {error}")))
}

/// From where something can be sent to `to`.
fn any_port(to: SocketAddr) -> SocketAddr {
    let ip = if to.ip().is_loopback() {
        to.ip()
    } else if to.is_ipv4() {
        [0; 4].into()
    } else {
        [0_u16; 8].into()
    };
    SocketAddr::new(ip, 0)
}

/// The error that ends a connection, in words.
fn words(error: Option<&io::Error>) -> String {
    error.map_or_else(|| "the connection ended".into(), io::Error::to_string)
}
