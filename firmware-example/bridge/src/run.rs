//! Everything at once.

use core::convert::Infallible;

use codec_core::ConfigError;
use codec_embassy::World;
use embassy_futures::join::{join, join3};
use embassy_net::Stack;
use embedded_io_async::{ErrorType, Read, Write};

use crate::config::{Config, NessLink};
use crate::families::{ksenia, ness};
use crate::health::guard;
use crate::hub::{Hub, Panel};
use crate::log::warning;
use crate::publish;

/// All memory that a bridge needs beside the state of its tasks.
#[derive(Debug, Default)]
pub struct Memory {
    ness: ness::Memory,
    ksenia: ksenia::Memory,
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

/// The half of a serial line that is not there.
#[derive(Debug)]
pub struct NoUart;

impl ErrorType for NoUart {
    type Error = Infallible;
}

impl Read for NoUart {
    async fn read(&mut self, _: &mut [u8]) -> Result<usize, Infallible> {
        core::future::pending().await
    }
}

impl Write for NoUart {
    async fn write(&mut self, _: &[u8]) -> Result<usize, Infallible> {
        core::future::pending().await
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

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
    // There is a place for each.
    let _ = watched.extend_from_slice(if config.ness.is_some() { &[Panel::Ness] } else { &[] });
    let _ = watched.extend_from_slice(if config.ksenia.is_some() { &[Panel::Ksenia] } else { &[] });
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
    let outside = publish::serve(stack, config.port, hub, &mut memory.publish);
    join(join3(ness, ksenia, outside), guard(hub, &watched, feed)).await.1
}

/// A configuration that a machine does not take: the watchdog will restart the board again and again, and the log says why.
fn complain(panel: Panel, ended: Result<Infallible, ConfigError>) {
    match ended {
        Err(error) => warning!("{}: {}", panel.name(), crate::hub::words(error).as_str()),
    }
}
