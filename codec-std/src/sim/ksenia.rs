//! A Ksenia panel on a TCP port, for any number of clients, with or without TLS.

mod house;
mod serve;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use codec_core::home::Notice;
use codec_core::ksenia::panel::{Command, Memory};
use codec_core::ksenia::{Kind, Panel};
use codec_core::{ConfigError, Fault, Refused};
use tokio::net::{TcpListener, ToSocketAddrs};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use house::Slots;
pub use house::{DEFAULT_CODE, MAX_ZONES, Setup};

use super::ksenia_script::Step;
pub use super::ness::{Done, StartError, StepError};

/// What happened to the simulated panel. Clients are counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Report {
    /// A client connected.
    Connected {
        /// Its number.
        client: u32,
        /// Where it is.
        peer: SocketAddr,
    },
    /// A client left, or its connection came to nothing.
    Left {
        /// Its number.
        client: u32,
        /// Why.
        reason: String,
    },
    /// A client logged in.
    LoggedIn {
        /// Its number.
        client: u32,
        /// Number of the account; 0 if codes are not checked.
        account: u32,
    },
    /// A client registered for changes.
    Registered {
        /// Its number.
        client: u32,
    },
    /// A client asks for something.
    Request {
        /// Its number.
        client: u32,
        /// `CMD` and `PAYLOAD_TYPE`, what is not plain in them replaced.
        what: String,
    },
    /// A request was refused, or is not answered.
    Refused {
        /// The client's number.
        client: u32,
        /// Why, as on the wire.
        detail: String,
    },
    /// A client sent something that is no message.
    Fault {
        /// Its number.
        client: u32,
        /// What was wrong.
        fault: Fault,
    },
    /// The panel's state changed.
    Notice(Notice),
}

/// Something that happens to the panel.
#[derive(Debug)]
enum Happening {
    Command(Command<'static>),
    Tell(Kind<'static>, Arc<str>),
}

struct Order {
    what: Happening,
    reply: oneshot::Sender<Result<(), Refused>>,
}

/// A running simulation. It ends when this is dropped.
#[derive(Debug)]
pub struct Simulator {
    address: SocketAddr,
    orders: mpsc::Sender<Order>,
    registered: watch::Receiver<usize>,
    task: JoinHandle<()>,
}

impl Simulator {
    /// Begins to listen. `report` is told of everything, on the simulation's own task, so it must not wait.
    ///
    /// Must be called on a tokio runtime with I/O and time.
    ///
    /// # Errors
    /// [`StartError`] if the setup is not valid or the address cannot be listened on.
    pub async fn start(setup: Setup, listen: impl ToSocketAddrs, report: impl FnMut(Report) + Send + 'static) -> Result<Self, StartError> {
        check(&setup)?;
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let (orders, ordered) = mpsc::channel(16);
        let (count, registered) = watch::channel(0);
        let task = tokio::spawn(serve::run(setup, listener, ordered, count, Box::new(report)));
        Ok(Self { address, orders, registered, task })
    }

    /// Where it listens; with the real port if port 0 was asked for.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until the simulation ends, which it does by itself only if `report` panics.
    pub async fn ended(&self) {
        // The other end of the channel is the simulation's.
        let mut registered = self.registered.clone();
        while registered.changed().await.is_ok() {}
    }

    /// Does one step of a script and waits until it is done.
    ///
    /// # Errors
    /// [`StepError`] if the panel refuses it, for example for a zone that it does not have, or is gone.
    pub async fn step(&self, step: Step) -> Result<Done, StepError> {
        match step {
            Step::Help => return Ok(Done::Help),
            Step::Quit => return Ok(Done::Quit),
            Step::Wait(time) => tokio::time::sleep(time).await,
            Step::WaitClient => {
                let mut registered = self.registered.clone();
                registered.wait_for(|count| *count > 0).await.map_err(|_| StepError::Gone)?;
            }
            Step::Do(command) => self.command(command).await?,
            Step::Tell { kind, record } => self.order(Happening::Tell(kind, record)).await?,
        }
        Ok(Done::Next)
    }

    /// Something happens to the panel.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub async fn command(&self, command: Command<'static>) -> Result<(), StepError> {
        self.order(match command {
            Command::Tell { kind, record } => Happening::Tell(kind, record.into()),
            command => Happening::Command(command),
        })
        .await
    }

    async fn order(&self, what: Happening) -> Result<(), StepError> {
        let (reply, answer) = oneshot::channel();
        self.orders.send(Order { what, reply }).await.map_err(|_| StepError::Gone)?;
        answer.await.map_err(|_| StepError::Gone)?.map_err(StepError::Refused)
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Whether panels can be made of it.
fn check(setup: &Setup) -> Result<(), ConfigError> {
    let mut slots = Slots::of(setup);
    let mut house = slots.house(setup);
    Panel::new(&setup.config, &mut house, &mut Memory::new()).map(drop)
}

/// The error that ends a connection, in words.
fn words(error: &io::Error) -> String {
    error.to_string()
}
