//! A port where devices dial in.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use ::tokio::net::{TcpListener, ToSocketAddrs};

use super::TokioLink;
use crate::reconnect::BackoffConfig;
use crate::tls::Acceptor;

/// A TCP port for protocols whose devices dial the side that commands them, as KTS.
///
/// A [`Supervisor`](super::Supervisor) on [`accept`](Self::accept) serves one device after the other: whoever dials meanwhile waits.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use codec_core::kts::controller::{Config, Controller, Memory, Tables};
/// use codec_std::tokio::{Driver, Listener};
///
/// let listener = Listener::bind("127.0.0.1:41709").await?;
/// let (config, mut memory) = (Config::new(), Memory::new());
/// let controller = Controller::new(&config, Tables::default(), &mut memory)?;
/// let (mut rx, mut tx) = ([0; 2048], [0; 1024]);
/// let mut driver = Driver::new(controller, listener.accept().await?, &mut rx, &mut tx)?;
/// let event = driver.next().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Listener {
    inner: TcpListener,
    tls: Option<Acceptor>,
}

impl Listener {
    /// For a supervisor: the pause before the next device is let in, which also keeps a want of file descriptors from being asked about
    /// all the time.
    pub const BACKOFF: BackoffConfig = BackoffConfig {
        base: Duration::from_millis(100),
        factor: 1,
        cap: Duration::from_millis(100),
        stable_after: Duration::from_secs(30),
    };

    /// Begins to listen.
    ///
    /// # Errors
    /// If the address cannot be listened on.
    pub async fn bind(listen: impl ToSocketAddrs) -> io::Result<Self> {
        Ok(Self { inner: TcpListener::bind(listen).await?, tls: None })
    }

    /// Speaks TLS with devices, with this certificate.
    #[must_use]
    pub fn with_tls(mut self, acceptor: Acceptor) -> Self {
        self.tls = Some(acceptor);
        self
    }

    /// Where it listens; with the real port if port 0 was asked for.
    ///
    /// # Errors
    /// That of the operating system.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }

    /// Waits for the next device. Small frames to it go out at once (no Nagle delay). With TLS it has
    /// [`CONNECT_TIMEOUT`](crate::links::CONNECT_TIMEOUT) for the handshake.
    ///
    /// # Cancellation safety
    /// A future of this function can be dropped at any point: the device waits. One that is in the middle of the handshake of TLS is cut off.
    ///
    /// # Errors
    /// If a connection was lost at once, or the system has no file descriptor left. With TLS, what the device did wrong, or does not like, such as
    /// the certificate.
    pub async fn accept(&self) -> io::Result<TokioLink> {
        let (stream, peer) = self.inner.accept().await?;
        stream.set_nodelay(true)?;
        tracing::info!(%peer, "a device has dialled");
        match &self.tls {
            None => Ok(TokioLink::Tcp(stream)),
            Some(acceptor) => Ok(TokioLink::Tls(acceptor.accept(stream).await?)),
        }
    }
}
