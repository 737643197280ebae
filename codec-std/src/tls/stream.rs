//! Open TLS connections.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use ::tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use openssl::error::ErrorStack;
use openssl::ssl::{Error, Ssl, SslRef, SslStream};
use tokio_openssl::SslStream as TokioSsl;

use crate::blocking::Link;

/// A TCP connection whose waits end. The handshake has a time for the whole of it, so that a peer that sends a byte now and then does
/// not hold it up for ever.
#[derive(Debug)]
pub(super) struct Timed {
    stream: TcpStream,
    end: Option<Instant>,
}

impl Timed {
    pub(super) fn for_handshake(stream: TcpStream, time: Duration) -> Self {
        Self { stream, end: Some(Instant::now() + time) }
    }

    pub(super) fn handshake_is_over(&mut self) {
        self.end = None;
    }

    fn prepare(&mut self) -> io::Result<()> {
        let Some(end) = self.end else { return Ok(()) };
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ErrorKind::WouldBlock.into());
        }
        self.stream.set_timeout(left)
    }
}

/// For OpenSSL, which takes a timeout for the end of the connection, where the system calls it so.
fn calm<T>(result: io::Result<T>) -> io::Result<T> {
    match result {
        Err(error) if error.kind() == ErrorKind::TimedOut => Err(ErrorKind::WouldBlock.into()),
        result => result,
    }
}

impl Read for Timed {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        self.prepare()?;
        calm(self.stream.read(space))
    }
}

impl Write for Timed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.prepare()?;
        calm(self.stream.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// An open TLS connection.
pub struct BlockingStream(pub(super) SslStream<Timed>);

impl BlockingStream {
    /// The TCP connection below, for example to ask for the peer's address. What is read from it or written to it breaks the
    /// connection.
    #[must_use]
    pub fn tcp(&self) -> &TcpStream {
        &self.0.get_ref().stream
    }
}

impl Read for BlockingStream {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        self.0.read(space)
    }
}

impl Write for BlockingStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Link for BlockingStream {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.0.get_mut().stream.set_timeout(timeout)
    }
}

impl fmt::Debug for BlockingStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BlockingStream").field(self.tcp()).finish()
    }
}

/// An open TLS connection on tokio.
pub struct TokioStream(TokioSsl<::tokio::net::TcpStream>);

impl TokioStream {
    pub(super) fn new(ssl: Ssl, stream: ::tokio::net::TcpStream) -> Result<Self, ErrorStack> {
        TokioSsl::new(ssl, stream).map(Self)
    }

    pub(super) async fn connect(&mut self) -> Result<(), Error> {
        Pin::new(&mut self.0).connect().await
    }

    pub(super) async fn accept(&mut self) -> Result<(), Error> {
        Pin::new(&mut self.0).accept().await
    }

    pub(super) fn ssl(&self) -> &SslRef {
        self.0.ssl()
    }

    /// The TCP connection below, for example to ask for the peer's address. What is read from it or written to it breaks the
    /// connection.
    #[must_use]
    pub fn tcp(&self) -> &::tokio::net::TcpStream {
        self.0.get_ref()
    }
}

impl AsyncRead for TokioStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for TokioStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

impl fmt::Debug for TokioStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TokioStream").field(self.tcp()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole of a handshake has one time, whatever trickles in.
    #[test]
    fn a_handshake_ends_although_bytes_come_in() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut peer, _) = listener.accept().unwrap();
        let trickle = std::thread::spawn(move || while peer.write_all(b"x").is_ok() {});
        let mut timed = Timed::for_handshake(client, Duration::from_millis(50));
        let mut byte = [0];
        let error = loop {
            match timed.read(&mut byte) {
                Ok(len) => assert_eq!(len, 1),
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), ErrorKind::WouldBlock);
        timed.handshake_is_over();
        assert_eq!(timed.read(&mut byte).unwrap(), 1);
        drop(timed);
        trickle.join().unwrap();
    }
}
