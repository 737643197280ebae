//! The driver for programs on tokio.

mod chain;
mod datagram;
mod discover;
mod links;
mod listener;
mod supervisor;
mod user;

use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll};

use ::tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use ::tokio::time::{Instant, timeout_at};
use codec_core::{ConfigError, LinkKind, Machine, Pending, Refused, RxBuf, Ticket, TxBuf};

use crate::clock::Clock;
use crate::engine::Engine;
use crate::observe::Observer;

pub use chain::ChainedServer;
pub use datagram::DatagramDriver;
pub use discover::Discovery;
pub use links::TokioLink;
pub use listener::Listener;
pub use supervisor::{Supervisor, Update};
pub use user::{UserSession, with_user};

/// Drives one machine over one link. It waits in [`next`](Self::next) and [`flush`](Self::flush) only.
pub struct Driver<'b, M: Machine, L> {
    engine: Engine<'b, M>,
    link: L,
    /// The link has taken bytes that may still lie in a buffer of its own.
    unflushed: bool,
}

impl<'b, M: Machine, L: AsyncRead + AsyncWrite + Unpin> Driver<'b, M, L> {
    /// A driver for a new machine on a new link. Nothing is sent or received yet.
    ///
    /// # Errors
    /// [`ConfigError::BufferTooSmall`] if a buffer is smaller than the machine's `RX_MIN` or `TX_MIN`.
    pub fn new(machine: M, link: L, rx: &'b mut [u8], tx: &'b mut [u8]) -> Result<Self, ConfigError> {
        Self::with_buffers(machine, link, RxBuf::new(rx), TxBuf::new(tx))
    }

    /// As [`new`](Self::new), with buffers that [`into_parts`](Self::into_parts) gave back. They are emptied.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_buffers(machine: M, link: L, rx: RxBuf<'b>, tx: TxBuf<'b>) -> Result<Self, ConfigError> {
        const { assert!(matches!(M::LINK, LinkKind::Stream), "this driver is for streams") };
        let mut engine = Engine::new(machine, rx, tx)?;
        engine.set_clock(Clock::starting_at(now()));
        Ok(Self { engine, link, unflushed: false })
    }

    /// Counts the machine's time by `clock` instead of from now. To be called before the first [`next`](Self::next).
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.engine.set_clock(clock);
        self
    }

    /// Tells `observer` of everything. To be called before the first [`next`](Self::next).
    #[must_use]
    pub fn with_observer(mut self, observer: Box<dyn Observer<M>>) -> Self {
        self.engine.set_observer(observer);
        self
    }

    /// Gives the observer back and goes on without.
    pub fn take_observer(&mut self) -> Option<Box<dyn Observer<M>>> {
        self.engine.take_observer()
    }

    /// Sends what is to be sent and waits for the next event; `None` if the machine has ended.
    ///
    /// Sending does not keep it from receiving, nor the other way round. When the link ends or breaks, the machine says so by its own
    /// last event.
    ///
    /// # Cancellation safety
    /// A future of this function can be dropped at any point, as `select!` does, and nothing is lost: all progress is in the machine and
    /// its two buffers, none in the future. An event is taken out only when it is returned.
    ///
    /// # Errors
    /// The error that broke the link, once, behind the last event. After that, and where the peer closed in good order, `None`.
    pub async fn next(&mut self) -> io::Result<Option<M::Event<'_>>> {
        match self.wait().await? {
            Some(pending) => Ok(Some(self.engine.event(pending))),
            None => Ok(None),
        }
    }

    pub(crate) async fn wait(&mut self) -> io::Result<Option<Pending>> {
        loop {
            // What a command has written goes out before an event says so.
            poll_fn(|cx| {
                let _ = self.send(cx);
                Poll::Ready(())
            })
            .await;
            self.engine.write_off(now());
            if let Some(pending) = self.engine.poll(now()) {
                return Ok(Some(pending));
            }
            if self.engine.has_ended() {
                return self.engine.finish();
            }
            if self.engine.wake_if_due(now()) {
                continue;
            }
            let deadline = self.engine.wake_at();
            let transfer = poll_fn(|cx| self.transfer(cx));
            match deadline {
                // Which of the two it was does not matter: both are looked at above.
                Some(deadline) => drop(timeout_at(Instant::from_std(deadline), transfer).await),
                None => transfer.await,
            }
        }
    }

    pub(crate) fn event(&self, pending: Pending) -> M::Event<'_> {
        self.engine.event(pending)
    }

    /// Sends and receives as far as the link goes; ready if that was anything.
    fn transfer(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let sent = self.send(cx);
        let received = self.receive(cx);
        if sent.is_ready() || received.is_ready() { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Sends until nothing is left or the link takes no more; ready if it took anything.
    fn send(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut progress = Poll::Pending;
        while self.engine.wants_to_send() {
            match Pin::new(&mut self.link).poll_write(cx, self.engine.tx.unsent()) {
                Poll::Ready(Ok(0)) => self.engine.send_failed(ErrorKind::WriteZero.into()),
                Poll::Ready(Ok(len)) => {
                    self.engine.sent(len, now());
                    self.unflushed = true;
                    progress = Poll::Ready(());
                }
                Poll::Ready(Err(error)) if error.kind() == ErrorKind::Interrupted => {}
                Poll::Ready(Err(error)) => self.engine.send_failed(error),
                Poll::Pending => return progress,
            }
        }
        if self.unflushed {
            match Pin::new(&mut self.link).poll_flush(cx) {
                Poll::Ready(Ok(())) => self.unflushed = false,
                Poll::Ready(Err(error)) => {
                    self.unflushed = false;
                    self.engine.send_failed(error);
                }
                Poll::Pending => {}
            }
        }
        progress
    }

    /// One read; ready if it gave anything.
    fn receive(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let space = self.engine.rx.space();
        if space.is_empty() {
            return Poll::Pending;
        }
        let mut buffer = ReadBuf::new(space);
        let result = Pin::new(&mut self.link).poll_read(cx, &mut buffer);
        let len = buffer.filled().len();
        match result {
            Poll::Ready(Ok(())) if len == 0 => self.engine.ended(None, now()),
            Poll::Ready(Ok(())) => self.engine.received(len, now()),
            Poll::Ready(Err(error)) if error.kind() == ErrorKind::Interrupted => {}
            Poll::Ready(Err(error)) => self.engine.ended(Some(error), now()),
            // Whatever the peer said before it stopped listening has been read.
            Poll::Pending if self.engine.is_mute() => self.engine.ended(None, now()),
            Poll::Pending => return Poll::Pending,
        }
        Poll::Ready(())
    }

    /// Waits until the link has taken all that the machine has written.
    ///
    /// [`next`](Self::next) sends as well; this is for a program that wants to leave without another event.
    ///
    /// # Cancellation safety
    /// As [`next`](Self::next).
    ///
    /// # Errors
    /// [`ErrorKind::BrokenPipe`] if the link takes no more. Why is told by [`next`](Self::next) and [`link_error`](Self::link_error).
    pub async fn flush(&mut self) -> io::Result<()> {
        poll_fn(|cx| {
            let _ = self.send(cx);
            if self.engine.is_mute() {
                Poll::Ready(Err(ErrorKind::BrokenPipe.into()))
            } else if self.engine.wants_to_send() || self.unflushed {
                Poll::Pending
            } else {
                Poll::Ready(Ok(()))
            }
        })
        .await
    }

    /// Asks the machine for something. What follows from it is sent by [`next`](Self::next) and [`flush`](Self::flush).
    ///
    /// # Errors
    /// [`Refused`]; nothing was written and nothing changed.
    pub fn submit(&mut self, command: M::Command<'_>) -> Result<Ticket, Refused> {
        self.engine.submit(command, now())
    }

    /// The machine, to be looked at.
    pub const fn machine(&self) -> &M {
        &self.engine.machine
    }

    /// Does something to the machine beside what it is made for, and polls it.
    #[cfg(feature = "sim")]
    pub(crate) fn change<T>(&mut self, change: impl FnOnce(&mut M) -> T) -> T {
        self.engine.change(now(), change)
    }

    /// Whether the machine has ended: [`next`](Self::next) gives no more events.
    pub fn is_closed(&self) -> bool {
        self.engine.machine.is_closed()
    }

    /// Why the link broke, as long as [`next`](Self::next) has not told.
    pub fn link_error(&self) -> Option<&io::Error> {
        self.engine.error()
    }

    /// Bytes that the machine has written and the link has not taken.
    pub fn unsent(&self) -> usize {
        self.engine.tx.unsent().len()
    }

    /// The link, for example to ask for the peer's address.
    pub const fn link(&self) -> &L {
        &self.link
    }

    /// Ends the driver; machine and buffers can serve the next connection.
    pub fn into_parts(self) -> (M, RxBuf<'b>, TxBuf<'b>) {
        (self.engine.machine, self.engine.rx, self.engine.tx)
    }
}

/// Tokio's time, which tests can stop.
fn now() -> std::time::Instant {
    Instant::now().into_std()
}
