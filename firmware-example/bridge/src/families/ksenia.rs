//! Ksenia panels, over TCP. A panel that wants TLS needs a TLS stream below the driver: `codec_embassy::FlushFirst` takes one.

use core::convert::Infallible;
use core::marker::PhantomData;

use codec_core::home::Request;
use codec_core::ksenia::Controller;
use codec_core::ksenia::controller::{self, Command, Event, Outcome, OutputSlot, PartitionSlot, Tables, ZoneSlot};
use codec_core::{ConfigError, Refused};
use codec_embassy::{Driver, Split, World};
use embassy_net::Stack;
use embassy_net::tcp::TcpSocket;

use crate::config::Ksenia;
use crate::hub::{Hub, Panel};
use crate::session::{Desk, Family, Heard};

/// As many zones as the largest panel has, the 644.
const ZONES: usize = 644;

/// What a connection needs: messages of any length pass through 2 KB, and the tables have room for the largest house.
#[derive(Debug)]
pub struct Memory {
    rx: [u8; 2048],
    tx: [u8; 1024],
    socket_rx: [u8; 2048],
    socket_tx: [u8; 1024],
    zones: [ZoneSlot; ZONES],
    partitions: [PartitionSlot; 30],
    outputs: [OutputSlot; 64],
    machine: controller::Memory,
}

impl Memory {
    /// Fresh memory.
    pub fn new() -> Self {
        Self {
            rx: [0; 2048],
            tx: [0; 1024],
            socket_rx: [0; 2048],
            socket_tx: [0; 1024],
            zones: [ZoneSlot::default(); ZONES],
            partitions: [PartitionSlot::default(); 30],
            outputs: [OutputSlot::default(); 64],
            machine: controller::Memory::new(),
        }
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

struct Lares<'b>(PhantomData<&'b ()>);

impl<'b> Family for Lares<'b> {
    type Machine = Controller<'b>;

    fn heard(&mut self, event: &Event<'_>) -> Heard {
        match event {
            Event::Ready { .. } => Heard::Ready,
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
        Outcome::Unclear => "unclear",
        Outcome::Refused(_) => "refused",
        Outcome::TimedOut => "timed_out",
        Outcome::Disconnected => "disconnected",
        _ => "ended",
    }
}

/// Keeps a panel connected. `world` has to have random bytes: they mask what is sent.
///
/// # Errors
/// [`ConfigError`], at once.
pub async fn run<W: World + Clone>(
    stack: Stack<'_>,
    panel: Ksenia<'_>,
    hub: &Hub,
    world: W,
    memory: &mut Memory,
) -> Result<Infallible, ConfigError> {
    let config = controller::Config::new(panel.host, panel.pin);
    let mut desk = Desk::new(hub, Panel::Ksenia, world.clone());
    loop {
        let mut socket = TcpSocket::new(stack, &mut memory.socket_rx, &mut memory.socket_tx);
        match desk.connect(stack, &mut socket, panel.at).await {
            Ok(()) => {
                let tables = Tables { zones: &mut memory.zones, partitions: &mut memory.partitions, outputs: &mut memory.outputs };
                let machine = Controller::new(&config, tables, &mut memory.machine)?;
                let (reader, writer) = socket.split();
                let link = Split::new(reader, writer);
                let mut driver = Driver::new(machine, link, world.clone(), &mut memory.rx, &mut memory.tx)?;
                let ended = desk.attend(&mut driver, &mut Lares(PhantomData), stack.wait_link_down()).await;
                drop(driver);
                desk.leave(stack, &mut socket, ended).await;
            }
            Err(ended) => desk.pause(ended).await,
        }
    }
}
