//! KTS hosts that dial a server: one, or a building of thousands in one process.

mod host;
mod house;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use codec_core::kts::panel::{Config, Credentials, Memory, Refusal, Tables};
use codec_core::kts::{Order, Panel, Scheme};
use codec_core::{ConfigError, Fault, Refused, Secret};
use tokio::sync::{Notify, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

pub use house::{House, HouseObject, HouseZone};

use super::kts_script::{Change, Step, Whom};
pub use super::ness::{Done, StartError, StepError};
use crate::links::Address;
use crate::reconnect::BackoffConfig;
use crate::tls::TlsOptions;

/// The key of hosts where none is given. It is public and protects nothing.
pub const DEFAULT_KEY: &str = "1234567890";

/// The port in the document's examples.
pub const DEFAULT_PORT: u16 = 41709;

/// What to simulate.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Setup {
    /// Where the hosts dial, `tcp://HOST:PORT` or `tls://HOST:PORT`.
    pub server: Address,
    /// How they connect by `tls://`. Default [`TlsOptions::new`].
    pub tls: TlsOptions,
    /// Serial numbers and keys.
    pub hosts: Vec<(String, Secret<String>)>,
    /// What every host has in its flat.
    pub house: House,
    /// How registrations are signed. Default [`Scheme::Md5`].
    pub scheme: Scheme,
    /// In which order members are accepted. Default [`Order::Strict`].
    pub order: Order,
    /// Between signs of life, 10,000 to 60,000. Default 60,000.
    pub keepalive_millis: u32,
    /// What to add to UTC to get the hosts' local time, in seconds. Default 0.
    pub utc_offset_seconds: i32,
    /// Places for tasks, for each host. Default 8.
    pub tasks: usize,
    /// Time between the first attempts of two hosts. Default 5 ms.
    pub stagger: Duration,
    /// How often something changes in each flat, by itself. Default never.
    pub push_every: Option<Duration>,
    /// Values that change by themselves are the time in milliseconds since 1970, so that a receiver can tell how long they took.
    pub stamp: bool,
    /// Dial the domain that a server has set, with the server's port where it names none. Default off: the new domain is told only.
    pub follow_domain: bool,
    /// When to dial again.
    pub backoff: BackoffConfig,
}

impl Setup {
    /// So many hosts with serial numbers from `08ABEF000001` on, [`DEFAULT_KEY`], and the flat of [`House::new`].
    #[must_use]
    pub fn new(server: Address, hosts: u32) -> Self {
        let host = |number| (serial(number), Secret::new(DEFAULT_KEY.to_owned()));
        Self {
            server,
            tls: TlsOptions::new(),
            hosts: (1..=hosts).map(host).collect(),
            house: House::new(),
            scheme: Scheme::Md5,
            order: Order::Strict,
            keepalive_millis: 60_000,
            utc_offset_seconds: 0,
            tasks: 8,
            stagger: Duration::from_millis(5),
            push_every: None,
            stamp: false,
            follow_domain: false,
            backoff: BackoffConfig::new(),
        }
    }

    fn config<'b>(&self, sn: &'b str, zones: &'b [codec_core::kts::ZoneInfo<'b>]) -> Config<'b> {
        let mut config = Config::new(sn);
        config.zones = zones;
        config.scheme = self.scheme;
        config.order = self.order;
        config.keepalive_millis = self.keepalive_millis;
        config.utc_offset_seconds = self.utc_offset_seconds;
        config
    }

    /// The domain that a host has before a server sets another.
    fn domain(&self) -> String {
        let address = self.server.to_string();
        address.split_once("://").map_or("", |(_, rest)| rest).chars().take(96).collect()
    }

    /// Whether hosts can be made of it.
    fn check(&self) -> Result<(), ConfigError> {
        if !matches!(self.server, Address::Tcp { .. } | Address::Tls { .. }) {
            return Err(ConfigError::BadText { field: "server" });
        }
        let zones = self.house.zone_infos();
        for (at, (sn, key)) in self.hosts.iter().enumerate() {
            let key = Credentials::new(Secret::new(key.expose().as_str()), &self.domain());
            let mut credentials = key.ok_or(ConfigError::BadText { field: "key" })?;
            // The flat is the same for all.
            let mut objects = if at == 0 { self.house.object_states() } else { Vec::new() };
            let tables = Tables { objects: &mut objects, tasks: &mut [], credentials: &mut credentials };
            Panel::new(&self.config(sn, &zones), tables, &mut Memory::new())?;
        }
        Ok(())
    }
}

/// `08ABEF` of the document's examples, and the number in six digits.
#[must_use]
pub fn serial(number: u32) -> String {
    format!("08ABEF{number:06X}")
}

/// What happened to a host. Hosts are counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Report {
    /// It has a connection.
    Connected {
        /// Its number.
        host: u32,
    },
    /// The server has let it in.
    Registered {
        /// Its number.
        host: u32,
    },
    /// It obeys a frame of the server.
    Request {
        /// Its number.
        host: u32,
        /// `cmd`, what is not plain in it replaced.
        what: String,
    },
    /// It does not obey a frame.
    Refused {
        /// Its number.
        host: u32,
        /// `cmd`.
        what: String,
        /// Why.
        refusal: Refusal,
    },
    /// A value was changed by the server, a task or a script. Those that change by themselves are counted only.
    Value {
        /// Number of the host.
        host: u32,
        /// Id of the object.
        object: String,
        /// The value; `None` for not read.
        value: Option<String>,
    },
    /// A task has run.
    TaskRan {
        /// Number of the host.
        host: u32,
        /// Id of the task.
        task: String,
    },
    /// The host has a new key and domain.
    Configured {
        /// Its number.
        host: u32,
        /// The domain.
        domain: String,
    },
    /// The server sent something that is no frame, or none for this host.
    Fault {
        /// Number of the host.
        host: u32,
        /// What was wrong.
        fault: Fault,
    },
    /// A connection ended, or did not come about.
    Left {
        /// Number of the host.
        host: u32,
        /// Why.
        reason: String,
        /// How long until it dials again.
        retry_in: Duration,
    },
}

/// How much has happened to all hosts together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Hosts that are registered now.
    pub registered: u64,
    /// Connections that came about.
    pub connections: u64,
    /// Connections that ended, and attempts that failed.
    pub failures: u64,
    /// Frames of the server.
    pub frames: u64,
    /// Values that changed by themselves, each a push.
    pub pushes: u64,
    /// Values that the server or a task has changed.
    pub changes: u64,
    /// Frames that were not obeyed or could not be read.
    pub faults: u64,
}

#[derive(Debug, Default)]
struct Counters {
    connections: AtomicU64,
    failures: AtomicU64,
    frames: AtomicU64,
    pushes: AtomicU64,
    changes: AtomicU64,
    faults: AtomicU64,
}

/// One more.
fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

struct Wish {
    change: Change,
    reply: oneshot::Sender<Result<(), Refused>>,
}

/// How a host is reached by the script. A channel each would take more memory than the host.
#[derive(Default)]
struct Line {
    orders: Mutex<VecDeque<Wish>>,
    ring: Notify,
}

struct Shared {
    setup: Setup,
    counters: Counters,
    report: Mutex<Box<dyn FnMut(Report) + Send>>,
    registered: watch::Sender<usize>,
    lines: Vec<Line>,
}

impl Shared {
    fn report(&self, report: Report) {
        (self.report.lock().unwrap_or_else(PoisonError::into_inner))(report);
    }
}

/// A running simulation. It ends when this is dropped.
pub struct Simulator {
    shared: Arc<Shared>,
    registered: watch::Receiver<usize>,
    tasks: JoinSet<()>,
}

impl Simulator {
    /// Begins to dial. `report` is told of everything, on the hosts' own tasks, so it must not wait.
    ///
    /// Must be called on a tokio runtime with I/O and time.
    ///
    /// # Errors
    /// [`StartError::Config`] if a serial number, a key or the flat is not usable, or the server is no address of TCP or TLS.
    pub fn start(setup: Setup, report: impl FnMut(Report) + Send + 'static) -> Result<Self, StartError> {
        setup.check()?;
        let (count, registered) = watch::channel(0);
        let lines = setup.hosts.iter().map(|_| Line::default()).collect();
        let (report, counters) = (Mutex::new(Box::new(report) as Box<_>), Counters::default());
        let shared = Arc::new(Shared { setup, counters, report, registered: count, lines });
        let mut tasks = JoinSet::new();
        let mut begin = Instant::now();
        for at in 0..shared.setup.hosts.len() {
            tasks.spawn(host::run(Arc::clone(&shared), at, begin));
            begin += shared.setup.stagger;
        }
        Ok(Self { shared, registered, tasks })
    }

    /// How many hosts there are.
    #[must_use]
    pub fn hosts(&self) -> usize {
        self.shared.setup.hosts.len()
    }

    /// What has happened so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let counters = &self.shared.counters;
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            registered: u64::try_from(*self.registered.borrow()).unwrap_or(u64::MAX),
            connections: of(&counters.connections),
            failures: of(&counters.failures),
            frames: of(&counters.frames),
            pushes: of(&counters.pushes),
            changes: of(&counters.changes),
            faults: of(&counters.faults),
        }
    }

    /// Waits until so many hosts are registered at the same time.
    pub async fn registered(&self, hosts: usize) {
        // The other end of the channel is in `self`.
        let _ = self.registered.clone().wait_for(|count| *count >= hosts).await;
    }

    /// Waits until a host has ended, which it does only if `report` panics.
    pub async fn ended(&mut self) {
        if self.tasks.join_next().await.is_none() {
            // There are none.
            std::future::pending::<()>().await;
        }
    }

    /// Does one step of a script and waits until it is done.
    ///
    /// # Errors
    /// [`StepError`] if there is no such host, it does not take it, or it is gone.
    pub async fn step(&self, step: Step) -> Result<Done, StepError> {
        match step {
            Step::Help => return Ok(Done::Help),
            Step::Quit => return Ok(Done::Quit),
            Step::Wait(time) => tokio::time::sleep(time).await,
            Step::WaitRegistered => self.registered(self.hosts()).await,
            Step::Do(Whom::Host(host), change) => self.change(host, change).await?,
            Step::Do(Whom::All, change) => {
                for host in 1..=u32::try_from(self.hosts()).unwrap_or(u32::MAX) {
                    self.change(host, change.clone()).await?;
                }
            }
        }
        Ok(Done::Next)
    }

    /// Something happens to a host, counted from 1.
    ///
    /// # Errors
    /// As [`step`](Self::step). A host without a connection takes nothing: [`Refused::Closed`].
    pub async fn change(&self, host: u32, change: Change) -> Result<(), StepError> {
        let line = usize::try_from(host).ok().and_then(|host| self.shared.lines.get(host.checked_sub(1)?));
        let line = line.ok_or(StepError::Refused(Refused::Unsupported))?;
        let (reply, answer) = oneshot::channel();
        line.orders.lock().unwrap_or_else(PoisonError::into_inner).push_back(Wish { change, reply });
        line.ring.notify_one();
        answer.await.map_err(|_| StepError::Gone)?.map_err(StepError::Refused)
    }
}
