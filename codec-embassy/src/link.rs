//! Streams, and how to wait for both their directions.

use core::future::pending;

use embassy_futures::select::{Either, select};
use embedded_io_async::{Read, Write};

/// What a link has moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Moved {
    /// So many bytes came; 0 if the peer will send no more.
    In(usize),
    /// So many bytes went out.
    Out(usize),
}

/// Moves bytes in both directions.
pub trait Link {
    /// Why it broke.
    type Error;

    /// Waits until bytes have come into `space`, or bytes of `unsent` have gone out. Where there is no space nothing is read.
    ///
    /// # Cancellation safety
    /// An implementation must not lose bytes when the future is dropped.
    ///
    /// # Errors
    /// The error of the stream.
    fn transfer(&mut self, space: &mut [u8], unsent: &[u8]) -> impl Future<Output = Result<Moved, Self::Error>>;

    /// Waits until everything written has left.
    ///
    /// # Errors
    /// The error of the stream.
    fn flush(&mut self) -> impl Future<Output = Result<(), Self::Error>>;
}

/// A stream whose halves can be used at the same time: those of a TCP socket or of a UART. A peer that does not read is still heard.
///
/// Reading and writing must be safe to cancel, as they are in embassy-net and in the buffered UARTs of embassy's hardware layers.
#[derive(Debug)]
pub struct Split<R, W> {
    reader: R,
    writer: W,
}

impl<R: Read, W: Write<Error = R::Error>> Split<R, W> {
    /// A link of two halves.
    pub const fn new(reader: R, writer: W) -> Self {
        Self { reader, writer }
    }
}

impl<R: Read, W: Write<Error = R::Error>> Link for Split<R, W> {
    type Error = R::Error;

    async fn transfer(&mut self, space: &mut [u8], unsent: &[u8]) -> Result<Moved, R::Error> {
        let read = async {
            // A read into no space would look like the end of the stream.
            if space.is_empty() { pending().await } else { self.reader.read(space).await }
        };
        let write = async { if unsent.is_empty() { pending().await } else { self.writer.write(unsent).await } };
        match select(write, read).await {
            Either::First(written) => written.map(Moved::Out),
            Either::Second(read) => read.map(Moved::In),
        }
    }

    async fn flush(&mut self) -> Result<(), R::Error> {
        self.writer.flush().await
    }
}

/// A stream that is one object, and keeps what is written until it is flushed: TLS. Output goes out before anything is waited for.
///
/// While it writes it does not read, so a peer that never reads can hold it up: the transport below needs a time-out of its own.
#[derive(Debug)]
pub struct FlushFirst<S> {
    stream: S,
    unflushed: bool,
}

impl<S: Read + Write> FlushFirst<S> {
    /// A link of one stream.
    pub const fn new(stream: S) -> Self {
        Self { stream, unflushed: false }
    }
}

impl<S: Read + Write> Link for FlushFirst<S> {
    type Error = S::Error;

    async fn transfer(&mut self, space: &mut [u8], unsent: &[u8]) -> Result<Moved, S::Error> {
        if !unsent.is_empty() {
            let written = self.stream.write(unsent).await?;
            self.unflushed = true;
            return Ok(Moved::Out(written));
        }
        self.flush().await?;
        if space.is_empty() { pending().await } else { self.stream.read(space).await.map(Moved::In) }
    }

    async fn flush(&mut self) -> Result<(), S::Error> {
        if self.unflushed {
            self.stream.flush().await?;
            self.unflushed = false;
        }
        Ok(())
    }
}
