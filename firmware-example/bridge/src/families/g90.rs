//! G90 panels, over UDP: the local protocol for orders and lists, and the panel's notifications for what happens.

use core::convert::Infallible;
use core::marker::PhantomData;
use core::net::{IpAddr, SocketAddr, SocketAddrV4};

use codec_core::g90::SensorSlot;
use codec_core::g90::local::Controller;
use codec_core::g90::local::controller::{Command, Config, Event, Outcome, Slot, Tables};
use codec_core::g90::notify;
use codec_core::home::Request;
use codec_core::{ConfigError, Refused};
use codec_embassy::{DatagramDriver, Unsynchronised, World};
use embassy_futures::join::join;
use embassy_net::Stack;
use embassy_net::udp::{PacketMetadata, UdpSocket};
use embassy_time::{Duration, Timer};

use crate::hub::{Hub, News, Panel, words};
use crate::session::{Desk, Ended, Family, Heard};

/// Where panels send notifications.
pub const NOTIFY_PORT: u16 = 12901;
/// Sensors, as many as the largest panels list.
const SENSORS: usize = 100;
const DEVICES: usize = 32;

/// What a socket needs for some datagrams each way.
#[derive(Debug)]
struct Datagrams<const RX: usize, const TX: usize> {
    rx_slots: [PacketMetadata; 4],
    rx: [u8; RX],
    tx_slots: [PacketMetadata; 2],
    tx: [u8; TX],
}

impl<const RX: usize, const TX: usize> Datagrams<RX, TX> {
    const fn new() -> Self {
        Self { rx_slots: [PacketMetadata::EMPTY; 4], rx: [0; RX], tx_slots: [PacketMetadata::EMPTY; 2], tx: [0; TX] }
    }

    fn socket<'s>(&'s mut self, stack: Stack<'s>) -> UdpSocket<'s> {
        UdpSocket::new(stack, &mut self.rx_slots, &mut self.rx, &mut self.tx_slots, &mut self.tx)
    }
}

/// What both protocols need.
#[derive(Debug)]
pub struct Memory {
    local: Datagrams<2048, 1024>,
    rx: [u8; 2048],
    tx: [u8; 1024],
    sensors: [Slot; SENSORS],
    devices: [Slot; DEVICES],
    requests: [u8; Controller::MEMORY_MIN],
    notify: Datagrams<1024, 0>,
    notify_rx: [u8; 512],
    notify_sensors: [SensorSlot; SENSORS],
}

impl Memory {
    /// Fresh memory.
    pub fn new() -> Self {
        Self {
            local: Datagrams::new(),
            rx: [0; 2048],
            tx: [0; 1024],
            sensors: [Slot::default(); SENSORS],
            devices: [Slot::default(); DEVICES],
            requests: [0; Controller::MEMORY_MIN],
            notify: Datagrams::new(),
            notify_rx: [0; 512],
            notify_sensors: [SensorSlot::default(); SENSORS],
        }
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

struct Local<'b>(PhantomData<&'b ()>);

impl<'b> Family for Local<'b> {
    type Machine = Controller<'b>;
    const LINK_IS_PANEL: bool = false;

    fn heard(&mut self, event: &Event<'_>) -> Heard {
        match event {
            Event::Ready => Heard::Ready,
            Event::Notice(notice) => Heard::Notice(*notice),
            Event::Done { ticket, outcome } => Heard::Done(*ticket, word(*outcome)),
            Event::Fault(fault) => Heard::Fault(*fault),
            Event::Closed(reason) => Heard::Closed(*reason),
            _ => Heard::Nothing,
        }
    }

    fn command<'c>(request: Request<'c>) -> Result<Command<'c>, Refused> {
        request.try_into()
    }

    fn refresh<'c>() -> Command<'c> {
        Command::Refresh
    }
}

const fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Sent => "sent",
        Outcome::Confirmed => "confirmed",
        Outcome::Unchanged => "unchanged",
        Outcome::Refused => "refused",
        Outcome::BadReply(_) | Outcome::NotJson | Outcome::TooLong => "bad_reply",
        Outcome::TimedOut => "timed_out",
        Outcome::Disconnected => "disconnected",
        _ => "ended",
    }
}

/// Follows a panel, for ever.
///
/// # Errors
/// [`ConfigError`], at once.
pub async fn run<W: World>(
    stack: Stack<'_>,
    panel: SocketAddrV4,
    hub: &Hub,
    world: W,
    memory: &mut Memory,
) -> Result<Infallible, ConfigError> {
    let Memory { local, rx, tx, sensors, devices, requests, notify, notify_rx, notify_sensors } = memory;
    let mut desk = Desk::new(hub, Panel::G90, world);
    let command = async {
        loop {
            desk.network(stack).await;
            let mut socket = local.socket(stack);
            let ended = match socket.bind(0) {
                Ok(()) => {
                    let tables = Tables { sensors, devices, memory: requests };
                    let machine = Controller::new(Config::new(SocketAddr::V4(panel)), tables)?;
                    let mut driver = DatagramDriver::new(machine, socket, Unsynchronised, rx, tx)?;
                    desk.attend(&mut driver, &mut Local(PhantomData), stack.wait_link_down()).await
                }
                Err(_) => Ended::Broken,
            };
            desk.pause(ended).await;
        }
    };
    let listen = listen(stack, IpAddr::V4(*panel.ip()), hub, notify, notify_rx, notify_sensors);
    join(command, listen).await.0
}

/// Hears what the panel tells by itself. Notifications have no connection: there is nothing to come back to.
async fn listen(
    stack: Stack<'_>,
    panel: IpAddr,
    hub: &Hub,
    memory: &mut Datagrams<1024, 0>,
    rx: &mut [u8],
    sensors: &mut [SensorSlot],
) -> Infallible {
    use notify::controller::{Config, Controller, Event};
    loop {
        let mut config = Config::new();
        config.panel = Some(panel);
        let mut socket = memory.socket(stack);
        let bound = socket.bind(NOTIFY_PORT).is_ok();
        let driver = DatagramDriver::new(Controller::new(config, sensors), socket, Unsynchronised, rx, &mut []);
        if let (true, Ok(mut driver)) = (bound, driver) {
            while let Ok(Some(event)) = driver.next().await {
                match event {
                    Event::Notice(notice) => hub.tell(Panel::G90, News::Notice(notice)),
                    Event::Fault(fault) => hub.tell(Panel::G90, News::Fault(words(fault))),
                    _ => {}
                }
            }
        }
        Timer::after(Duration::from_secs(1)).await;
    }
}
