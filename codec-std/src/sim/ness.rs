//! A Ness panel on a TCP port, as behind a serial-to-Ethernet adapter.

use std::io;
use std::net::SocketAddr;

use codec_core::home::Notice;
use codec_core::ness::panel::{Command, Config, Event, Refusal, User};
use codec_core::ness::{Body, MAX_LINE, Panel, RequestId};
use codec_core::{ConfigError, Fault, Machine as _, Refused, RxBuf, Secret, TxBuf};
use tokio::net::{TcpListener, ToSocketAddrs};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use super::adapter::{Adapter, Input};
use super::script::Step;
use crate::clock::Clock;

/// What kind of panel to simulate.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Setup {
    /// The panel's configuration, without users.
    pub config: Config<'static>,
    /// Who may arm and disarm: user numbers and codes. Default: user 1 with [`DEFAULT_CODE`].
    pub users: Vec<(u8, Secret<String>)>,
}

/// The code of user 1 where none is given. It is public and protects nothing.
pub const DEFAULT_CODE: &str = "1234";

impl Setup {
    /// The defaults of [`Config`], and one user.
    #[must_use]
    pub fn new() -> Self {
        Self { config: Config::new(), users: vec![(1, Secret::new(DEFAULT_CODE.to_owned()))] }
    }
}

impl Default for Setup {
    fn default() -> Self {
        Self::new()
    }
}

/// What happened to the simulated panel. Clients are counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Report {
    /// A client connected.
    Connected {
        /// Its number.
        client: u32,
        /// Where it is.
        peer: SocketAddr,
    },
    /// A client left.
    Left {
        /// Its number.
        client: u32,
    },
    /// A client read too slowly and was dropped.
    Dropped {
        /// Its number.
        client: u32,
    },
    /// A client's request was obeyed.
    Request {
        /// Its number.
        client: u32,
        /// The status it asked for, if it was no keys.
        status: Option<RequestId>,
        /// How many keys there were.
        keys: usize,
    },
    /// A client's request, or the keys of a script (client `None`), were not obeyed.
    Refused {
        /// The client's number.
        client: Option<u32>,
        /// Why.
        refusal: Refusal,
    },
    /// A client sent something that is no request.
    Fault {
        /// Its number.
        client: Option<u32>,
        /// What was wrong.
        fault: Fault,
    },
    /// A client sent more than [`MAX_LINE`] bytes without an end.
    TooLong {
        /// Its number.
        client: u32,
    },
    /// The panel's state changed.
    Notice(Notice),
}

/// Why a simulation could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The setup is not valid.
    #[error("the panel cannot be set up so")]
    Config(#[from] ConfigError),
    /// The port cannot be listened on.
    #[error("cannot listen")]
    Listen(#[from] io::Error),
}

/// Why a step was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StepError {
    /// The panel does not take it.
    #[error("the panel refuses: {0}")]
    Refused(Refused),
    /// The simulation has ended.
    #[error("the simulated panel is gone")]
    Gone,
}

/// What follows from a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Done {
    /// The next one.
    Next,
    /// The words of the language are to be shown.
    Help,
    /// The simulation is to end.
    Quit,
}

struct Order {
    step: Step,
    reply: oneshot::Sender<Result<(), Refused>>,
}

/// A running simulation. It ends when this is dropped.
#[derive(Debug)]
pub struct Simulator {
    address: SocketAddr,
    orders: mpsc::Sender<Order>,
    clients: watch::Receiver<usize>,
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
        Panel::new(config(&setup, &users(&setup)))?;
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let (orders, ordered) = mpsc::channel(16);
        let (count, clients) = watch::channel(0);
        let world = World { adapter: Adapter::new(listener), clock: Clock::new(), count, report: Box::new(report) };
        let task = tokio::spawn(run(setup, world, ordered));
        Ok(Self { address, orders, clients, task })
    }

    /// Where it listens; with the real port if port 0 was asked for.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether the simulation still runs.
    #[must_use]
    pub fn is_running(&self) -> bool {
        !self.task.is_finished()
    }

    /// Waits until the simulation ends, which it does by itself only if `report` panics.
    pub async fn ended(&self) {
        // The other end of the channel is the simulation's.
        let mut clients = self.clients.clone();
        while clients.changed().await.is_ok() {}
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
                let mut clients = self.clients.clone();
                clients.wait_for(|count| *count > 0).await.map_err(|_| StepError::Gone)?;
            }
            Step::Do(_) | Step::Keys(_) => {
                let (reply, answer) = oneshot::channel();
                self.orders.send(Order { step, reply }).await.map_err(|_| StepError::Gone)?;
                answer.await.map_err(|_| StepError::Gone)?.map_err(StepError::Refused)?;
            }
        }
        Ok(Done::Next)
    }

    /// Something happens to the panel.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub async fn command(&self, command: Command<'static>) -> Result<(), StepError> {
        self.step(Step::Do(command)).await.map(drop)
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The users as a configuration borrows them.
fn users(setup: &Setup) -> Vec<User<'_>> {
    setup.users.iter().map(|(number, code)| User { number: *number, code: Secret::new(code.expose().as_str()) }).collect()
}

/// The configuration with its users.
fn config<'b>(setup: &Setup, users: &'b [User<'b>]) -> Config<'b> {
    let mut config: Config<'b> = setup.config;
    config.users = users;
    config
}

/// What is around the panel.
struct World {
    adapter: Adapter,
    clock: Clock,
    count: watch::Sender<usize>,
    report: Box<dyn FnMut(Report) + Send>,
}

impl World {
    /// Takes out everything the panel has to tell and to send. `client` is who caused it.
    fn settle(&mut self, panel: &mut Panel<'_>, rx: &mut RxBuf<'_>, tx: &mut TxBuf<'_>, client: Option<u32>) {
        loop {
            let pending = panel.poll_event(&self.clock.env(), rx, tx);
            let idle = pending.is_none() && tx.is_empty();
            if let Some(report) = pending.and_then(|pending| about(&panel.event(pending, rx), client)) {
                (self.report)(report);
            }
            self.send(tx);
            if idle {
                return;
            }
        }
    }

    fn send(&mut self, tx: &mut TxBuf<'_>) {
        if !tx.is_empty() {
            for client in self.adapter.broadcast(tx.unsent()) {
                (self.report)(Report::Dropped { client });
            }
            tx.sent(tx.unsent().len());
            self.counted();
        }
    }

    fn counted(&mut self) {
        self.count.send_replace(self.adapter.clients());
    }
}

fn about(event: &Event<'_>, client: Option<u32>) -> Option<Report> {
    Some(match event {
        Event::Line(line) => match line.packet().body {
            Body::Request(keys) => Report::Request { client: client?, status: keys.status_request(), keys: keys.len() },
            _ => return None,
        },
        Event::Refused(refusal) => Report::Refused { client, refusal: *refusal },
        Event::Notice(notice) => Report::Notice(*notice),
        Event::Fault(fault) => Report::Fault { client, fault: *fault },
        _ => return None,
    })
}

async fn run(setup: Setup, mut world: World, mut orders: mpsc::Receiver<Order>) {
    let users = users(&setup);
    // It was accepted before.
    let Ok(mut panel) = Panel::new(config(&setup, &users)) else { return };
    let (mut inward, mut outward) = ([0; 4 * MAX_LINE], [0; 4096]);
    let (mut rx, mut tx) = (RxBuf::new(&mut inward), TxBuf::new(&mut outward));
    world.settle(&mut panel, &mut rx, &mut tx, None);
    loop {
        let deadline = panel.poll_timeout().and_then(|at| world.clock.moment(at));
        let due = async {
            match deadline {
                Some(at) => tokio::time::sleep_until(at.into()).await,
                None => std::future::pending().await,
            }
        };
        let mut cause = None;
        tokio::select! {
            input = world.adapter.next() => match input {
                Input::Connected { client, peer } => {
                    (world.report)(Report::Connected { client, peer });
                    world.counted();
                }
                Input::Left { client } => {
                    (world.report)(Report::Left { client });
                    world.counted();
                }
                Input::TooLong { client } => (world.report)(Report::TooLong { client }),
                Input::Frame { client, text } => {
                    cause = Some(client);
                    for piece in [text.as_slice(), b"\r\n"] {
                        // The buffer is empty and has room for four lines.
                        for (slot, byte) in rx.space().iter_mut().zip(piece) {
                            *slot = *byte;
                        }
                        rx.commit(piece.len());
                    }
                }
            },
            order = orders.recv() => match order {
                Some(Order { step, reply }) => {
                    let command = match &step {
                        Step::Do(command) => Some(*command),
                        Step::Keys(keys) => Some(Command::Keys(Secret::new(keys.expose().as_str()))),
                        _ => None,
                    };
                    let result = command.map_or(Ok(()), |command| panel.submit(&world.clock.env(), command, &mut tx).map(drop));
                    world.settle(&mut panel, &mut rx, &mut tx, None);
                    // The one who asked may have gone.
                    let _ = reply.send(result);
                }
                // Nobody holds the simulator any more.
                None => return,
            },
            () = due => {}
        }
        world.settle(&mut panel, &mut rx, &mut tx, cause);
        if cause.is_some() {
            // A client that asks without a pause must not fill its own queue before anything is written from it.
            tokio::task::yield_now().await;
        }
    }
}
