//! Addresses of panels, and the links they stand for.

mod connector;
mod udp;
mod web;

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::str::FromStr;
use std::time::{Duration, Instant};

use serialport::{DataBits, FlowControl, Parity, SerialPort, SerialPortBuilder, StopBits};

use crate::blocking::Link;
use crate::tls;

pub use connector::{Connector, Warning};
pub use udp::bind_udp;
#[cfg(feature = "tokio")]
pub use udp::udp_socket;
pub use web::DEFAULT_PATH;

#[cfg(feature = "tokio")]
pub use crate::tokio::TokioLink;

/// How long a TCP connection may take to come about.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Speed of a serial line that names none, in baud. Ness panels know no other.
pub const DEFAULT_BAUD: u32 = 9600;

/// Where a panel is.
///
/// ```
/// # use codec_std::links::Address;
/// let address: Address = "tcp://[::1]:2401".parse()?;
/// assert_eq!(address, Address::Tcp { host: "::1".into(), port: 2401 });
/// let address: Address = "serial:///dev/ttyUSB0".parse()?;
/// assert_eq!(address, Address::Serial { path: "/dev/ttyUSB0".into(), baud: 9600 });
/// # Ok::<(), codec_std::links::AddressError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Address {
    /// `tcp://HOST:PORT`, an IPv6 address in brackets.
    Tcp {
        /// A name or an address, without brackets.
        host: String,
        /// 1 to 65535.
        port: u16,
    },
    /// `tls://HOST:PORT`, an IPv6 address in brackets: the same bytes as over TCP, encrypted. It needs the feature `tls-openssl`.
    Tls {
        /// A name or an address, without brackets.
        host: String,
        /// 1 to 65535.
        port: u16,
    },
    /// `serial:///dev/ttyUSB0`, `serial://COM3`, with `?baud=N` for a speed other than 9600. Always 8 data bits, no parity, 1 stop
    /// bit, no flow control.
    Serial {
        /// The device as the operating system names it.
        path: String,
        /// Speed in baud.
        baud: u32,
    },
    /// `ws://HOST[:PORT][/PATH]` and `wss://HOST[:PORT][/PATH]`, an IPv6 address in brackets: TCP or TLS, over which the machine speaks
    /// WebSocket. Ports 80 and 443 and the path [`DEFAULT_PATH`] need not be written.
    WebSocket {
        /// Whether it is `wss://`, which needs the feature `tls-openssl`.
        tls: bool,
        /// A name or an address, without brackets.
        host: String,
        /// 1 to 65535.
        port: u16,
        /// With the slash in front. Printable ASCII.
        path: String,
    },
}

/// Why a text is no [`Address`], and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// Another scheme, or none.
    #[error(
        "an address begins with tcp://, tls://, serial://, ws:// or wss://, write tcp://HOST:PORT or serial:///dev/ttyUSB0 instead of {0:?}"
    )]
    Scheme(String),
    /// No port, or something else that is none.
    #[error("{0:?} names no port from 1 to 65535, write SCHEME://HOST:PORT")]
    Port(String),
    /// No host.
    #[error("{0:?} names no host, write SCHEME://HOST:PORT")]
    Host(String),
    /// Colons in a host without brackets.
    #[error("an IPv6 address stands in brackets, write SCHEME://[::1]:PORT instead of {0:?}")]
    Brackets(String),
    /// A character that cannot stand in a path.
    #[error("the path of {0:?} has a character other than printable ASCII, or a #")]
    Path(String),
    /// Something in front of an `@`, where a code may stand; the text is not repeated.
    #[error("nothing can stand in front of the host: codes do not belong into an address, write ws://HOST:PORT")]
    Code,
    /// No device.
    #[error("{0:?} names no device, write serial:///dev/ttyUSB0 or serial://COM3")]
    Device(String),
    /// Something else than a speed behind the question mark.
    #[error("behind the device of {0:?} only ?baud=NUMBER can stand, for example serial:///dev/ttyUSB0?baud=9600")]
    Baud(String),
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let given = || text.to_owned();
        for (scheme, tls) in [("tcp://", false), ("tls://", true)] {
            if let Some(rest) = text.strip_prefix(scheme) {
                let (host, port) = host_and_port(text, rest)?;
                return Ok(if tls { Self::Tls { host, port } } else { Self::Tcp { host, port } });
            }
        }
        for (scheme, tls) in [("ws://", false), ("wss://", true)] {
            if let Some(rest) = text.strip_prefix(scheme) {
                return web::parse(text, rest, tls);
            }
        }
        let rest = text.strip_prefix("serial://").ok_or_else(|| AddressError::Scheme(given()))?;
        let (path, baud) = match rest.split_once('?') {
            Some((path, query)) => {
                let baud = query.strip_prefix("baud=").and_then(|baud| baud.parse().ok()).filter(|baud| *baud > 0);
                (path, baud.ok_or_else(|| AddressError::Baud(given()))?)
            }
            None => (rest, DEFAULT_BAUD),
        };
        if path.is_empty() || path == "/" {
            return Err(AddressError::Device(given()));
        }
        Ok(Self::Serial { path: path.to_owned(), baud })
    }
}

/// What stands behind a scheme; `text` is all of it, for errors.
fn host_and_port(text: &str, rest: &str) -> Result<(String, u16), AddressError> {
    let given = || text.to_owned();
    let (host, port) = rest.rsplit_once(':').ok_or_else(|| AddressError::Port(given()))?;
    let host = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(host) => host,
        None if host.contains([':', '[', ']']) => return Err(AddressError::Brackets(given())),
        None => host,
    };
    if host.is_empty() || host.contains(['/', '[', ']']) {
        return Err(AddressError::Host(given()));
    }
    let port = self::port(port).ok_or_else(|| AddressError::Port(given()))?;
    Ok((host.to_owned(), port))
}

/// A TCP port, of digits only.
fn port(digits: &str) -> Option<u16> {
    let only = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|port| *port != 0 && only)
}

/// As it is parsed; the speed only if it is not 9600, the port of a WebSocket only if it is not the scheme's own.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "tcp://[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "tcp://{host}:{port}"),
            Self::Tls { host, port } if host.contains(':') => write!(f, "tls://[{host}]:{port}"),
            Self::Tls { host, port } => write!(f, "tls://{host}:{port}"),
            Self::Serial { path, baud: DEFAULT_BAUD } => write!(f, "serial://{path}"),
            Self::Serial { path, baud } => write!(f, "serial://{path}?baud={baud}"),
            Self::WebSocket { tls, host, port, path } => {
                write!(f, "{}://{}{path}", if *tls { "wss" } else { "ws" }, web::authority(*tls, host, *port))
            }
        }
    }
}

impl Address {
    /// Opens the link for a [`blocking::Driver`](crate::blocking::Driver) with the default options. See [`Connector::open`].
    ///
    /// # Errors
    /// As [`Connector::open`].
    pub fn open(&self) -> io::Result<BlockingLink> {
        Connector::new(self.clone()).open()
    }

    /// Opens the link for a [`tokio::Driver`](crate::tokio::Driver) with the default options. See [`Connector::open`].
    ///
    /// # Errors
    /// As [`Connector::open`].
    #[cfg(feature = "tokio")]
    pub async fn connect(&self) -> io::Result<TokioLink> {
        Connector::new(self.clone()).connect().await
    }

    /// Host and port as the handshake of a WebSocket names them (`Config::host` of a Ksenia controller): the port only if it is not
    /// the scheme's own. `None` for other addresses.
    #[must_use]
    pub fn host_header(&self) -> Option<String> {
        match self {
            Self::WebSocket { tls, host, port, .. } => Some(web::authority(*tls, host, *port)),
            _ => None,
        }
    }

    /// The path of a WebSocket (`Config::path` of a Ksenia controller). `None` for other addresses.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::WebSocket { path, .. } => Some(path),
            _ => None,
        }
    }
}

/// A TCP connection as drivers want it.
fn open_tcp(host: &str, port: u16) -> io::Result<TcpStream> {
    let stream = connect(host, port)?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// The same on tokio.
#[cfg(feature = "tokio")]
async fn connect_tcp(host: &str, port: u16) -> io::Result<::tokio::net::TcpStream> {
    let connecting = connect_tokio(host, port);
    let stream = ::tokio::time::timeout(CONNECT_TIMEOUT, connecting).await.map_err(|_| timed_out())??;
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn timed_out() -> io::Error {
    io::Error::new(ErrorKind::TimedOut, format!("no connection within {} s", CONNECT_TIMEOUT.as_secs()))
}

fn connect(host: &str, port: u16) -> io::Result<TcpStream> {
    let end = Instant::now() + CONNECT_TIMEOUT;
    let mut last = no_address();
    let mut addresses = (host, port).to_socket_addrs()?;
    while let Some(address) = addresses.next() {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(timed_out());
        }
        match TcpStream::connect_timeout(&address, share(left, addresses.len())) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

#[cfg(feature = "tokio")]
async fn connect_tokio(host: &str, port: u16) -> io::Result<::tokio::net::TcpStream> {
    use ::tokio::time::{Instant, timeout};
    let end = Instant::now() + CONNECT_TIMEOUT;
    let mut last = no_address();
    let addresses: Vec<_> = ::tokio::net::lookup_host((host, port)).await?.collect();
    let mut addresses = addresses.into_iter();
    while let Some(address) = addresses.next() {
        let left = end.saturating_duration_since(Instant::now());
        match timeout(share(left, addresses.len()), ::tokio::net::TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = error,
            Err(_) => last = timed_out(),
        }
    }
    Err(last)
}

fn no_address() -> io::Error {
    io::Error::new(ErrorKind::NotFound, "the host has no address")
}

/// How long one address of a host may take, so that one that does not answer leaves time for the `others` behind it.
fn share(left: Duration, others: usize) -> Duration {
    let parts = u32::try_from(others).unwrap_or(u32::MAX).saturating_add(1);
    (left / parts).max(Duration::from_millis(1))
}

fn serial(path: &str, baud: u32) -> SerialPortBuilder {
    serialport::new(path, baud).data_bits(DataBits::Eight).parity(Parity::None).stop_bits(StopBits::One).flow_control(FlowControl::None)
}

/// An open link for a [`blocking::Driver`](crate::blocking::Driver).
#[derive(Debug)]
#[non_exhaustive]
pub enum BlockingLink {
    /// A TCP connection.
    Tcp(TcpStream),
    /// A serial port.
    Serial(Box<dyn SerialPort>),
    /// A TLS connection.
    Tls(tls::BlockingStream),
}

impl Read for BlockingLink {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.read(space),
            Self::Serial(port) => port.read(space),
            Self::Tls(stream) => stream.read(space),
        }
    }
}

impl Write for BlockingLink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.write(bytes),
            Self::Serial(port) => port.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.flush(),
            Self::Serial(port) => port.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}

impl Link for BlockingLink {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.set_timeout(timeout),
            Self::Serial(port) => Link::set_timeout(port, timeout),
            Self::Tls(stream) => stream.set_timeout(timeout),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_come_back() {
        for text in [
            "tcp://panel.example:2401",
            "tcp://192.0.2.1:1",
            "tcp://[2001:db8::1]:65535",
            "tls://panel.example:41709",
            "tls://[2001:db8::1]:65535",
            "serial:///dev/ttyUSB0",
            "serial:///dev/ttyS1?baud=19200",
            "serial://COM3",
        ] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
        assert_eq!("serial://COM3?baud=9600".parse::<Address>().unwrap().to_string(), "serial://COM3");
    }

    #[test]
    fn errors_say_what_to_write() {
        for (text, hint) in [
            ("192.0.2.1:2401", "write tcp://HOST:PORT or serial:///dev/ttyUSB0"),
            ("/dev/ttyUSB0", "write tcp://HOST:PORT or serial:///dev/ttyUSB0"),
            ("udp://host:1", "write tcp://HOST:PORT or serial:///dev/ttyUSB0"),
            ("tcp://host", "names no port from 1 to 65535, write SCHEME://HOST:PORT"),
            ("tcp://host:", "names no port"),
            ("tcp://host:0", "names no port"),
            ("tcp://host:+1", "names no port"),
            ("tcp://host:65536", "names no port"),
            ("tcp://:2401", "names no host, write SCHEME://HOST:PORT"),
            ("tcp://host/path:1", "names no host"),
            ("tcp://::1:2401", "stands in brackets, write SCHEME://[::1]:PORT"),
            ("tcp://[::1:2401", "stands in brackets"),
            ("tls://host", "names no port from 1 to 65535, write SCHEME://HOST:PORT"),
            ("tls://host/path:1", "names no host"),
            ("serial://", "write serial:///dev/ttyUSB0 or serial://COM3"),
            ("serial:///", "names no device"),
            ("serial:///dev/ttyUSB0?speed=9600", "only ?baud=NUMBER can stand"),
            ("serial:///dev/ttyUSB0?baud=0", "only ?baud=NUMBER can stand"),
        ] {
            let error = text.parse::<Address>().unwrap_err().to_string();
            assert!(error.contains(hint) && error.contains(text), "{text}: {error}");
        }
    }

    #[test]
    fn an_address_that_does_not_answer_leaves_time_for_the_next() {
        let second = Duration::from_secs(1);
        assert_eq!(share(10 * second, 0), 10 * second);
        assert_eq!(share(10 * second, 1), 5 * second);
        assert_eq!(share(10 * second, 4), 2 * second);
        assert_eq!(share(Duration::ZERO, usize::MAX), Duration::from_millis(1));
    }

    #[test]
    fn a_serial_port_that_is_not_there_is_an_error() {
        let address: Address = "serial:///dev/does-not-exist".parse().unwrap();
        assert!(address.open().is_err());
    }
}
