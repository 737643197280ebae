//! The driver for streams.

use codec_core::{ConfigError, LinkKind, Machine, Pending, Refused, Ticket};
use embassy_futures::select::{Either, select};

use crate::link::{Link, Moved};
use crate::session::Session;
use crate::world::World;

/// Drives one machine over one stream. It waits in [`next`](Self::next) and [`flush`](Self::flush) only.
pub struct Driver<'b, M: Machine, L: Link, W> {
    session: Session<'b, M, W>,
    link: L,
    /// Why the link broke, until it is told behind the last event.
    error: Option<L::Error>,
    /// Nothing more can be sent; what came before is still to be read.
    mute: bool,
}

impl<'b, M: Machine, L: Link, W: World> Driver<'b, M, L, W> {
    /// A driver for a new machine on a new link. Nothing is sent or received yet.
    ///
    /// # Errors
    /// [`ConfigError::BufferTooSmall`] if a buffer is smaller than the machine's `RX_MIN` or `TX_MIN`.
    pub fn new(machine: M, link: L, world: W, rx: &'b mut [u8], tx: &'b mut [u8]) -> Result<Self, ConfigError> {
        const { assert!(matches!(M::LINK, LinkKind::Stream), "this driver is for streams") };
        Ok(Self { session: Session::new(machine, world, rx, tx)?, link, error: None, mute: false })
    }

    /// Sends what is to be sent and waits for the next event; `None` if the machine has ended.
    ///
    /// When the link ends or breaks, the machine says so by its own last event.
    ///
    /// # Cancellation safety
    /// A future of this function can be dropped at any point, as `select` does, and nothing is lost: all progress is in the machine and
    /// its two buffers, none in the future. An event is taken out only when it is returned.
    ///
    /// # Errors
    /// The error that broke the link, once, behind the last event. After that, and where the peer closed in good order, `None`.
    pub async fn next(&mut self) -> Result<Option<M::Event<'_>>, L::Error> {
        match self.wait().await? {
            Some(pending) => Ok(Some(self.session.event(pending))),
            None => Ok(None),
        }
    }

    async fn wait(&mut self) -> Result<Option<Pending>, L::Error> {
        loop {
            if let Some(pending) = self.session.poll() {
                return Ok(Some(pending));
            }
            if self.session.has_ended() {
                return self.finish().await;
            }
            if self.session.rx.is_eof() || self.mute {
                // Nobody takes it any more, and a machine that waits for room must not wait for ever.
                self.session.tx.reset();
                self.session.rx.set_eof();
                self.session.wake();
                if let Some(pending) = self.session.poll() {
                    return Ok(Some(pending));
                }
                if self.session.has_ended() {
                    return self.finish().await;
                }
                Session::<M, W>::sleep(self.session.deadline()).await;
                continue;
            }
            let deadline = self.session.deadline();
            let transfer = self.link.transfer(self.session.rx.space(), self.session.tx.unsent());
            match select(transfer, Session::<M, W>::sleep(deadline)).await {
                Either::First(Ok(moved)) => self.moved(moved),
                Either::First(Err(error)) => self.broken(error),
                Either::Second(()) => {}
            }
        }
    }

    fn moved(&mut self, moved: Moved) {
        match moved {
            Moved::In(0) => self.session.rx.set_eof(),
            Moved::In(len) => self.session.rx.commit(len),
            Moved::Out(0) => self.mute = true,
            // Room alone is not news, unless a machine waits for it.
            Moved::Out(len) => return self.session.sent(len),
        }
        self.session.wake();
    }

    fn broken(&mut self, error: L::Error) {
        self.error.get_or_insert(error);
        self.session.rx.set_eof();
        self.session.wake();
    }

    /// The last words of a machine go out, then the error is told.
    async fn finish(&mut self) -> Result<Option<Pending>, L::Error> {
        if self.error.is_none() && !self.session.rx.is_eof() && !self.mute {
            self.flush().await?;
        }
        self.error.take().map_or(Ok(None), Err)
    }

    /// Waits until the link has taken and passed on all that the machine has written. [`next`](Self::next) sends as well.
    ///
    /// # Cancellation safety
    /// As [`next`](Self::next).
    ///
    /// # Errors
    /// The error that broke the link.
    pub async fn flush(&mut self) -> Result<(), L::Error> {
        while !self.session.tx.is_empty() && !self.mute {
            match self.link.transfer(&mut [], self.session.tx.unsent()).await? {
                Moved::Out(0) => self.mute = true,
                Moved::Out(len) => self.session.sent(len),
                Moved::In(_) => {}
            }
        }
        self.link.flush().await
    }

    /// Asks the machine for something. What follows from it is sent by [`next`](Self::next) and [`flush`](Self::flush).
    ///
    /// # Errors
    /// [`Refused`]; nothing was written and nothing changed.
    pub fn submit(&mut self, command: M::Command<'_>) -> Result<Ticket, Refused> {
        self.session.submit(command)
    }

    /// The machine, to be looked at.
    pub const fn machine(&self) -> &M {
        &self.session.machine
    }

    /// Whether the machine has ended: [`next`](Self::next) gives no more events.
    pub fn is_closed(&self) -> bool {
        self.session.machine.is_closed()
    }

    /// The link, for example to close a socket.
    pub const fn link(&mut self) -> &mut L {
        &mut self.link
    }
}

impl<M: Machine, L: Link, W> core::fmt::Debug for Driver<'_, M, L, W> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Driver").field("is_closed", &self.session.machine.is_closed()).finish_non_exhaustive()
    }
}
