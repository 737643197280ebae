//! Ness panels, over TCP or a UART.

use core::convert::Infallible;
use core::future::pending;
use core::net::SocketAddrV4;

use codec_core::home::Request;
use codec_core::ness::Controller;
use codec_core::ness::controller::{Command, Config, Event, Outcome};
use codec_core::{ConfigError, Refused};
use codec_embassy::{Driver, Link, Split, World};
use embassy_net::Stack;
use embassy_net::tcp::TcpSocket;
use embedded_io_async::{Read, Write};

use crate::hub::{Hub, Panel};
use crate::session::{Desk, Ended, Family, Heard};

/// What a connection needs: 1.5 KB.
#[derive(Debug)]
pub struct Memory {
    rx: [u8; 256],
    tx: [u8; 256],
    socket_rx: [u8; 512],
    socket_tx: [u8; 512],
}

impl Memory {
    /// Fresh memory.
    pub const fn new() -> Self {
        Self { rx: [0; 256], tx: [0; 256], socket_rx: [0; 512], socket_tx: [0; 512] }
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

struct Ness;

impl Family for Ness {
    type Machine = Controller<'static>;

    fn heard(&mut self, event: &Event<'_>) -> Heard {
        match event {
            // The last answer of the first round.
            Event::PanelInfo(_) => Heard::Ready,
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
        Outcome::Answer(_) | Outcome::PanelInfo(_) => "answered",
        Outcome::TimedOut => "timed_out",
        Outcome::Disconnected => "disconnected",
        _ => "ended",
    }
}

/// Keeps a panel behind a serial-to-Ethernet adapter connected.
///
/// # Errors
/// [`ConfigError`], at once.
pub async fn over_tcp<W: World>(
    stack: Stack<'_>,
    at: SocketAddrV4,
    hub: &Hub,
    world: W,
    memory: &mut Memory,
) -> Result<Infallible, ConfigError> {
    let mut desk = Desk::new(hub, Panel::Ness, world);
    loop {
        let mut socket = TcpSocket::new(stack, &mut memory.socket_rx, &mut memory.socket_tx);
        match desk.connect(stack, &mut socket, at).await {
            Ok(()) => {
                let (reader, writer) = socket.split();
                let ended = attend(&mut desk, Split::new(reader, writer), stack.wait_link_down(), &mut memory.rx, &mut memory.tx).await?;
                desk.leave(stack, &mut socket, ended).await;
            }
            Err(ended) => desk.pause(ended).await,
        }
    }
}

/// Keeps a panel on a serial line connected: 9600 8N1.
///
/// # Errors
/// [`ConfigError`], at once.
pub async fn over_uart<W: World, T: Write<Error: embedded_io_async::Error>>(
    mut reader: impl Read<Error = T::Error>,
    mut writer: T,
    hub: &Hub,
    world: W,
    memory: &mut Memory,
) -> Result<Infallible, ConfigError> {
    let mut desk = Desk::new(hub, Panel::Ness, world);
    loop {
        let link = Split::new(&mut reader, &mut writer);
        let ended = attend(&mut desk, link, pending(), &mut memory.rx, &mut memory.tx).await?;
        desk.pause(ended).await;
    }
}

async fn attend<W: World>(
    desk: &mut Desk<'_, W>,
    link: impl Link,
    lost: impl Future<Output = ()>,
    rx: &mut [u8],
    tx: &mut [u8],
) -> Result<Ended, ConfigError> {
    // The controller needs neither wall clock nor randomness.
    let mut driver = Driver::new(Controller::new(Config::new())?, link, codec_embassy::Unsynchronised, rx, tx)?;
    Ok(desk.attend(&mut driver, &mut Ness, lost).await)
}
