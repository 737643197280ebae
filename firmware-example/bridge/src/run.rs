//! Everything at once.

use core::convert::Infallible;

use codec_core::ConfigError;
use codec_embassy::World;
use embassy_futures::join::{join3, join4};
use embassy_net::Stack;
use embedded_io_async::{ErrorType, Read, Write};

use crate::config::{Config, NessLink};
use crate::families::{g90, ksenia, kts, ness};
use crate::health::guard;
use crate::hub::{Hub, Panel};
use crate::log::warning;
use crate::publish;

/// All memory that a bridge needs beside the state of its tasks.
#[derive(Debug, Default)]
pub struct Memory {
    ness: ness::Memory,
    ksenia: ksenia::Memory,
    g90: g90::Memory,
    kts: kts::Memory,
    publish: publish::Memory,
}

/// The two directions of a serial line.
#[derive(Debug)]
pub struct Uart<R, W> {
    /// What comes in.
    pub reader: R,
    /// What goes out.
    pub writer: W,
}

/// A half of a serial line whose errors are noise on the wire: they are passed over, and checksums notice what is missing.
#[derive(Debug)]
pub struct Tolerant<T>(pub T);

impl<T> ErrorType for Tolerant<T> {
    type Error = Infallible;
}

impl<T: Read> Read for Tolerant<T> {
    async fn read(&mut self, space: &mut [u8]) -> Result<usize, Infallible> {
        loop {
            match self.0.read(space).await {
                Ok(len) => return Ok(len),
                // A line that gives nothing but errors must not keep everything else from running.
                Err(_) => embassy_futures::yield_now().await,
            }
        }
    }
}

impl<T: Write> Write for Tolerant<T> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        // What could not be sent is lost on the way, as it may be anyway.
        Ok(self.0.write(bytes).await.unwrap_or(bytes.len()))
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        let _ = self.0.flush().await;
        Ok(())
    }
}

/// Sockets that the network needs for all of it: one for each panel and one for notifications of G90, two for clients, one for DHCP.
pub const SOCKETS: usize = Panel::COUNT + 4;

/// What a board brings.
#[allow(missing_debug_implementations, reason = "the network has none")]
pub struct Parts<'t, U, W, F> {
    /// The network.
    pub stack: Stack<'t>,
    /// The serial line to a Ness panel: 9600 8N1.
    pub uart: U,
    /// Wall clock and random numbers.
    pub world: W,
    /// What to do.
    pub config: Config<'t>,
    /// Feeds the hardware watchdog; see [`guard`].
    pub feed: F,
}

/// Runs a bridge for ever.
pub async fn run<R, S, W>(parts: Parts<'_, Uart<R, S>, W, impl FnMut()>, hub: &Hub, memory: &mut Memory) -> !
where
    R: Read,
    S: Write<Error = R::Error>,
    W: World + Clone,
{
    let Parts { stack, uart, world, config, feed } = parts;
    let mut watched = heapless::Vec::<Panel, { Panel::COUNT }>::new();
    watched.extend(config.panels());
    let ness = async {
        let ended = match config.ness {
            Some(NessLink::Tcp(at)) => ness::over_tcp(stack, at, hub, world.clone(), &mut memory.ness).await,
            Some(NessLink::Uart) => ness::over_uart(uart.reader, uart.writer, hub, world.clone(), &mut memory.ness).await,
            None => return,
        };
        complain(Panel::Ness, ended);
    };
    let ksenia = async {
        let Some(panel) = config.ksenia else { return };
        complain(Panel::Ksenia, ksenia::run(stack, panel, hub, world.clone(), &mut memory.ksenia).await);
    };
    let g90 = async {
        let Some(panel) = config.g90 else { return };
        complain(Panel::G90, g90::run(stack, panel, hub, world.clone(), &mut memory.g90).await);
    };
    let kts = async {
        let Some(host) = config.kts else { return };
        complain(Panel::Kts, kts::run(stack, host, hub, world.clone(), &mut memory.kts).await);
    };
    let outside = publish::serve(stack, config.port, hub, &mut memory.publish);
    join3(join4(ness, ksenia, g90, kts), outside, guard(hub, &watched, feed)).await.2
}

/// A configuration that a machine does not take: the watchdog will restart the board again and again, and the log says why.
fn complain(panel: Panel, ended: Result<Infallible, ConfigError>) {
    match ended {
        Err(error) => warning!("{}: {}", panel.name(), crate::hub::words(error).as_str()),
    }
}
