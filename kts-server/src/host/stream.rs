//! A connection as bytes, with TLS or without. Waiting needs no buffer.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncBufRead as _, AsyncRead as _, AsyncWrite as _, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

/// The link with a host.
pub(super) enum Stream {
    Plain(TcpStream),
    Tls { link: Box<TlsStream<TcpStream>>, unflushed: bool },
}

impl Stream {
    /// Whether there is something to be read, or it is known that there never will be.
    pub(super) fn poll_readable(&mut self, context: &mut Context<'_>) -> Poll<()> {
        match self {
            Self::Plain(link) => link.poll_read_ready(context).map(drop),
            // What was decrypted stays inside until it is read.
            Self::Tls { link, .. } => Pin::new(link).poll_fill_buf(context).map(drop),
        }
    }

    /// Reads into a buffer; 0 for the end.
    pub(super) fn poll_read(&mut self, context: &mut Context<'_>, into: &mut [u8]) -> Poll<io::Result<usize>> {
        let mut buffer = ReadBuf::new(into);
        let outcome = match self {
            Self::Plain(link) => Pin::new(link).poll_read(context, &mut buffer),
            Self::Tls { link, .. } => Pin::new(link).poll_read(context, &mut buffer),
        };
        outcome.map_ok(|()| buffer.filled().len())
    }

    /// Writes bytes, or without any pushes out what was written before. How many were taken.
    pub(super) fn poll_write(&mut self, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self {
            Self::Plain(link) => Pin::new(link).poll_write(context, bytes),
            Self::Tls { link, unflushed } if bytes.is_empty() => Pin::new(link).poll_flush(context).map_ok(|()| {
                *unflushed = false;
                0
            }),
            Self::Tls { link, unflushed } => {
                *unflushed = true;
                Pin::new(link).poll_write(context, bytes)
            }
        }
    }

    /// Whether something that was written may not have gone out yet.
    pub(super) const fn is_unflushed(&self) -> bool {
        matches!(self, Self::Tls { unflushed: true, .. })
    }

    /// Tells the peer that no more comes.
    pub(super) async fn shutdown(&mut self) {
        use tokio::io::AsyncWriteExt as _;
        // The peer may have gone before.
        let _ = match self {
            Self::Plain(link) => link.shutdown().await,
            Self::Tls { link, .. } => link.shutdown().await,
        };
    }
}
