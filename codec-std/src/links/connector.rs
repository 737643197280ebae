//! Opening the link to one address again and again, with the options that it needs.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Address, BlockingLink};
use crate::tls::{TlsOptions, Trust};

#[cfg(feature = "tokio")]
use super::TokioLink;

/// What others on the network can do to a link that has come about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// `ws://` to another computer: read everything, the code of the login included.
    Readable,
    /// `wss://` or `tls://` without a check of the certificate: pretend to be the other end, and then read everything.
    Unverified,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Readable => {
                "the PIN goes over the network as plain text, readable for everybody between here and the panel: use wss:// if the panel has it"
            }
            Self::Unverified => "nobody checks whose certificate this is: whoever pretends to be the other end reads and changes everything, a PIN included",
        })
    }
}

type Hook = Box<dyn Fn(Warning) + Send + Sync>;

/// An [`Address`] and how to connect to it. What a link warns of is told once, however often it is opened.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use codec_std::links::Connector;
/// use codec_std::tls::{TlsOptions, Trust};
///
/// let mut tls = TlsOptions::new();
/// // From `openssl x509 -noout -fingerprint -sha256`, or from the error of an attempt without it.
/// tls.trust = Trust::Pin("9F:86:D0:81:88:4C:7D:65:9A:2F:EA:A0:C5:5A:D0:15:A3:BF:4F:1B:2B:0B:82:2C:D1:5D:6C:15:B0:F0:0A:08".parse()?);
/// let connector = Connector::new("wss://192.0.2.7".parse()?).with_tls(tls).on_warning(|warning| eprintln!("{warning}"));
/// let link = connector.open()?;
/// # Ok(())
/// # }
/// ```
pub struct Connector {
    address: Address,
    tls: TlsOptions,
    hook: Option<Hook>,
    warned: AtomicBool,
}

impl Connector {
    /// A connector with the default options.
    #[must_use]
    pub const fn new(address: Address) -> Self {
        Self { address, tls: TlsOptions::new(), hook: None, warned: AtomicBool::new(false) }
    }

    /// Uses these options for `wss://` and `tls://`. Other addresses have no use for them.
    #[must_use]
    pub fn with_tls(mut self, tls: TlsOptions) -> Self {
        self.tls = tls;
        self
    }

    /// Tells `hook` of the first [`Warning`]. It is logged by `tracing` in any case.
    #[must_use]
    pub fn on_warning(mut self, hook: impl Fn(Warning) + Send + Sync + 'static) -> Self {
        self.hook = Some(Box::new(hook));
        self
    }

    /// Where it connects to.
    #[must_use]
    pub const fn address(&self) -> &Address {
        &self.address
    }

    /// Whether a link can be opened as far as that depends on this computer: TLS is in this build where it is wanted, and the files of its options can be
    /// used. A program that connects again and again looks here first.
    ///
    /// # Errors
    /// One that holds a [`TlsError`](crate::tls::TlsError).
    pub fn check(&self) -> io::Result<()> {
        if let Address::WebSocket { tls: true, .. } | Address::Tls { .. } = &self.address {
            crate::tls::Client::new(&self.tls)?;
        }
        Ok(())
    }

    /// Opens the link for a [`blocking::Driver`](crate::blocking::Driver). TCP tries every address of the host, for at most
    /// [`CONNECT_TIMEOUT`](super::CONNECT_TIMEOUT) in all, and sends small frames at once (no Nagle delay). TLS has as long again.
    ///
    /// # Errors
    /// The last error of the connection attempts, or that of the serial port. With TLS also one that holds a
    /// [`TlsError`](crate::tls::TlsError).
    pub fn open(&self) -> io::Result<BlockingLink> {
        match &self.address {
            Address::Tcp { host, port } => Ok(BlockingLink::Tcp(super::open_tcp(host, *port)?)),
            Address::Serial { path, baud } => Ok(BlockingLink::Serial(super::serial(path, *baud).open()?)),
            Address::WebSocket { tls: false, host, port, .. } => {
                let stream = super::open_tcp(host, *port)?;
                self.plain(stream.peer_addr());
                Ok(BlockingLink::Tcp(stream))
            }
            Address::WebSocket { tls: true, host, port, .. } | Address::Tls { host, port } => {
                let prepared = crate::tls::Client::new(&self.tls)?;
                let stream = prepared.open(host, super::open_tcp(host, *port)?)?;
                self.secured();
                Ok(BlockingLink::Tls(stream))
            }
        }
    }

    /// Opens the link for a [`tokio::Driver`](crate::tokio::Driver), within the same limits as [`open`](Self::open).
    ///
    /// # Errors
    /// As [`open`](Self::open).
    #[cfg(feature = "tokio")]
    pub async fn connect(&self) -> io::Result<TokioLink> {
        match &self.address {
            Address::Tcp { host, port } => Ok(TokioLink::Tcp(super::connect_tcp(host, *port).await?)),
            Address::Serial { path, baud } => Ok(TokioLink::Serial(tokio_serial::SerialStream::open(&super::serial(path, *baud))?)),
            Address::WebSocket { tls: false, host, port, .. } => {
                let stream = super::connect_tcp(host, *port).await?;
                self.plain(stream.peer_addr());
                Ok(TokioLink::Tcp(stream))
            }
            Address::WebSocket { tls: true, host, port, .. } | Address::Tls { host, port } => {
                let prepared = crate::tls::Client::new(&self.tls)?;
                let stream = prepared.connect(host, super::connect_tcp(host, *port).await?).await?;
                self.secured();
                Ok(TokioLink::Tls(stream))
            }
        }
    }

    /// A link without TLS. What stays on this computer is nobody else's to read.
    fn plain(&self, peer: io::Result<SocketAddr>) {
        if !peer.is_ok_and(|peer| peer.ip().to_canonical().is_loopback()) {
            self.warn(Warning::Readable);
        }
    }

    fn secured(&self) {
        if self.tls.trust == Trust::Anything {
            self.warn(Warning::Unverified);
        }
    }

    fn warn(&self, warning: Warning) {
        if self.warned.swap(true, Ordering::Relaxed) {
            return;
        }
        tracing::warn!(address = %self.address, "{warning}");
        if let Some(hook) = &self.hook {
            hook(warning);
        }
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").field("address", &self.address).field("tls", &self.tls).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicU32;

    use super::*;

    fn counting(address: &str) -> (Connector, Arc<AtomicU32>) {
        let count = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&count);
        let connector = Connector::new(address.parse().unwrap()).on_warning(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
        });
        (connector, count)
    }

    #[test]
    fn a_readable_link_is_told_once() {
        let (connector, count) = counting("ws://panel");
        for _ in 0..3 {
            connector.plain(Ok("192.0.2.7:80".parse().unwrap()));
        }
        assert_eq!(count.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_link_on_this_computer_is_not() {
        let (connector, count) = counting("ws://panel");
        for peer in ["127.0.0.1:80", "127.9.9.9:80", "[::1]:80", "[::ffff:127.0.0.1]:80"] {
            connector.plain(Ok(peer.parse().unwrap()));
        }
        assert_eq!(count.load(Ordering::Relaxed), 0);
        // A peer that nobody knows might be anybody.
        connector.plain(Err(io::ErrorKind::NotConnected.into()));
        assert_eq!(count.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_plain_link_opens() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let (connector, count) = counting(&format!("ws://{}", listener.local_addr().unwrap()));
        assert!(matches!(connector.open().unwrap(), BlockingLink::Tcp(_)));
        listener.accept().unwrap();
        assert_eq!(count.load(Ordering::Relaxed), 0);
    }

    #[test]
    #[cfg(not(feature = "tls-openssl"))]
    fn tls_says_what_it_needs_before_it_connects() {
        let connector = Connector::new("wss://host.invalid".parse().unwrap());
        for error in [connector.check().unwrap_err(), connector.open().unwrap_err()] {
            assert_eq!(crate::tls::TlsError::of(&error), Some(&crate::tls::TlsError::NotBuilt));
            assert!(error.to_string().contains("--features tls-openssl"), "{error}");
        }
        Connector::new("ws://host.invalid".parse().unwrap()).check().unwrap();
    }
}
