//! What stands in the place of TLS in a build without it: types that have no values, so that links look the same in every build.

use std::io;
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use super::{TlsError, TlsOptions};

/// An open TLS connection. There is none in a build without the feature `tls-openssl`.
#[derive(Debug)]
pub enum BlockingStream {}

/// An open TLS connection on tokio. There is none in a build without the feature `tls-openssl`.
#[derive(Debug)]
pub enum TokioStream {}

/// The server's end of TLS. There is none in a build without the feature `tls-openssl`.
#[derive(Clone, Debug)]
pub enum Acceptor {}

impl Acceptor {
    /// Would read a certificate and its key.
    ///
    /// # Errors
    /// [`TlsError::NotBuilt`].
    pub const fn from_pem_files(_certificate: &Path, _key: &Path) -> Result<Self, TlsError> {
        Err(TlsError::NotBuilt)
    }

    /// Would let a client in.
    ///
    /// # Errors
    /// None, since there is no acceptor.
    pub fn accept_blocking(&self, _stream: TcpStream) -> io::Result<BlockingStream> {
        match *self {}
    }

    /// Would let a client in.
    ///
    /// # Errors
    /// None, since there is no acceptor.
    #[cfg(feature = "tokio")]
    #[expect(clippy::unused_async, reason = "as it is with the feature")]
    pub async fn accept(&self, _stream: ::tokio::net::TcpStream) -> io::Result<TokioStream> {
        match *self {}
    }
}

#[derive(Clone)]
pub(crate) enum Client {}

impl Client {
    pub(crate) const fn new(_options: &TlsOptions) -> Result<Self, TlsError> {
        Err(TlsError::NotBuilt)
    }

    pub(crate) fn open(&self, _host: &str, _stream: TcpStream) -> io::Result<BlockingStream> {
        match *self {}
    }

    #[cfg(feature = "tokio")]
    #[expect(clippy::unused_async, reason = "as it is with the feature")]
    pub(crate) async fn connect(&self, _host: &str, _stream: ::tokio::net::TcpStream) -> io::Result<TokioStream> {
        match *self {}
    }
}

impl io::Read for BlockingStream {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        match *self {}
    }
}

impl io::Write for BlockingStream {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        match *self {}
    }

    fn flush(&mut self) -> io::Result<()> {
        match *self {}
    }
}

impl crate::blocking::Link for BlockingStream {
    fn set_timeout(&mut self, _: Duration) -> io::Result<()> {
        match *self {}
    }
}

#[cfg(feature = "tokio")]
mod on_tokio {
    use std::io;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use ::tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

    use super::TokioStream;

    impl AsyncRead for TokioStream {
        fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, _: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
            match *self {}
        }
    }

    impl AsyncWrite for TokioStream {
        fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
            match *self {}
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            match *self {}
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            match *self {}
        }
    }
}
