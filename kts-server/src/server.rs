//! A process: everything that its connections share, its beginning and its end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use codec_core::Env;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::config::Config;
use crate::exchange_log::ExchangeLog;
use crate::hub::{Call, Hub};
use crate::metrics::Metrics;
use crate::pool::Pool;
use crate::store::Store;
use crate::tls::Certificate;
use crate::{api, host, housekeeping, ids};

/// How long connections may take to end what is under way when the process ends.
const DRAIN: Duration = Duration::from_secs(15);

/// The clocks.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    started: Instant,
}

impl Clock {
    /// Milliseconds since the process began; never 0.
    #[must_use]
    pub fn millis(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX).saturating_add(1)
    }

    /// How long it is until then.
    #[must_use]
    pub fn until(&self, millis: u64) -> Duration {
        Duration::from_millis(millis.saturating_sub(self.millis()))
    }

    /// For a protocol's machine. Those of servers want no random bytes.
    #[must_use]
    pub fn env(&self) -> Env {
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).ok().map(|passed| passed.as_secs());
        Env { unix, ..Env::at(codec_core::Instant::from_millis(self.millis())) }
    }
}

/// What the connections of a process share.
pub struct Server {
    /// The configuration.
    pub config: Config,
    pub(crate) controller: codec_core::kts::controller::Config,
    /// The store.
    pub store: Store,
    pub(crate) hub: Hub,
    pub(crate) pool: Pool,
    pub(crate) places: Arc<host::Places>,
    /// The numbers.
    pub metrics: Arc<Metrics>,
    pub(crate) log: Option<ExchangeLog>,
    /// Names this process among those of the store.
    pub(crate) process: String,
    pub(crate) clock: Clock,
    pub(crate) host_certificate: Option<Certificate>,
    pub(crate) api_certificate: Option<Certificate>,
    draining: AtomicBool,
}

/// Where a process can be reached.
#[derive(Debug)]
pub struct Listeners {
    hosts: TcpListener,
    api: TcpListener,
}

impl Listeners {
    /// Addresses of hosts and interface, with the ports that were chosen where 0 was asked for.
    ///
    /// # Errors
    /// The system does not know.
    pub fn addresses(&self) -> std::io::Result<(SocketAddr, SocketAddr)> {
        Ok((self.hosts.local_addr()?, self.api.local_addr()?))
    }
}

/// Opens the store that a configuration names.
///
/// # Errors
/// It cannot be opened.
pub async fn open_store(config: &Config) -> anyhow::Result<Store> {
    let cache = config.store.cache_megabytes as usize * 1024 * 1024;
    match (&config.store.file, &config.store.postgresql) {
        (Some(file), None) => Ok(Store::embedded(file, cache)?),
        (None, Some(url)) => Ok(Store::shared(&url.0).await?),
        _ => anyhow::bail!("store: give one of `file` and `postgresql`"),
    }
}

impl Server {
    /// Opens store, log and certificates.
    ///
    /// # Errors
    /// One of them cannot be opened.
    pub async fn open(config: Config) -> anyhow::Result<Arc<Self>> {
        let certificate = |files: &Option<crate::config::Tls>| files.as_ref().map(Certificate::load).transpose();
        let (host_certificate, api_certificate) = (certificate(&config.hosts.tls)?, certificate(&config.api.tls)?);
        let metrics = Arc::new(Metrics::default());
        let log = ExchangeLog::start(&config.log, &metrics).context("the folder of the raw log")?;
        let store = open_store(&config).await?;
        let server = Self {
            controller: config.controller(),
            store,
            hub: Hub::default(),
            pool: Pool::default(),
            places: Arc::default(),
            metrics,
            log,
            process: ids::ordered()?,
            clock: Clock { started: Instant::now() },
            host_certificate,
            api_certificate,
            draining: AtomicBool::new(false),
            config,
        };
        housekeeping::begin(&server).await?;
        Ok(Arc::new(server))
    }

    /// Listens where the configuration says.
    ///
    /// # Errors
    /// An address is taken, or none of this machine's.
    pub async fn listen(&self) -> anyhow::Result<Listeners> {
        let (hosts, api) = (self.config.hosts.listen, self.config.api.listen);
        Ok(Listeners {
            hosts: TcpListener::bind(hosts).await.with_context(|| format!("hosts.listen {hosts}"))?,
            api: TcpListener::bind(api).await.with_context(|| format!("api.listen {api}"))?,
        })
    }

    /// Whether the process is ending.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    /// Serves until `stop`, then lets connections end what is under way. `reload`: certificates are to be read again.
    ///
    /// # Errors
    /// The store cannot be written at the end.
    pub async fn run(self: Arc<Self>, listeners: Listeners, stop: impl Future<Output = ()>, reload: Arc<Notify>) -> anyhow::Result<()> {
        let (hub, notes) = (Arc::clone(&self), self.store.listen());
        let hub = tokio::spawn(async move { hub.hub.run(notes).await });
        let hosts = tokio::spawn(host::serve(Arc::clone(&self), listeners.hosts));
        let api = tokio::spawn(api::serve(Arc::clone(&self), listeners.api));
        let keeping = tokio::spawn(housekeeping::run(Arc::clone(&self)));
        let watching = tokio::spawn(watch_certificates(Arc::clone(&self), reload));
        stop.await;
        tracing::info!(hosts = self.hub.len(), "ending");
        self.draining.store(true, Ordering::Release);
        hosts.abort();
        let drained = async {
            while !self.hub.is_empty() {
                self.hub.call_all(Call::Drain);
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        if tokio::time::timeout(DRAIN, drained).await.is_err() {
            tracing::warn!(hosts = self.hub.len(), "connections that did not end in time are cut");
        }
        for task in [hub, api, keeping, watching] {
            task.abort();
        }
        housekeeping::end(&self).await
    }
}

async fn watch_certificates(server: Arc<Server>, reload: Arc<Notify>) {
    let (hosts, api) = (Notify::new(), Notify::new());
    let watch = async |certificate: &Option<Certificate>, again: &Notify| {
        if let Some(certificate) = certificate {
            certificate.watch(again, &server.metrics).await;
        }
    };
    let pass_on = async {
        loop {
            reload.notified().await;
            hosts.notify_one();
            api.notify_one();
        }
    };
    tokio::join!(watch(&server.host_certificate, &hosts), watch(&server.api_certificate, &api), pass_on);
}
