//! The drivers for programs that wait in a thread.

mod datagram;
mod discover;

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use codec_core::{ConfigError, LinkKind, Machine, Pending, Refused, RxBuf, Ticket, TxBuf};
use serialport::SerialPort;

use crate::clock::Clock;
use crate::engine::Engine;
use crate::observe::Observer;

pub use datagram::DatagramDriver;
pub use discover::Discovery;

/// How long one direction may wait for the link while the other has something to do.
const SLICE: Duration = Duration::from_millis(20);

/// Longest time a link is asked to wait, since not every one can wait for ever; the driver goes on waiting.
const LONGEST: Duration = Duration::from_secs(3600);

/// Shortest time a link is asked to wait; zero would mean "for ever" to a socket.
const SHORTEST: Duration = Duration::from_millis(1);

/// A stream of bytes whose reads and writes end after a time.
///
/// Reads and writes that ran out of time fail with [`ErrorKind::WouldBlock`] or [`ErrorKind::TimedOut`]. A read of no bytes is the end
/// of the stream. What was written goes out without a flush.
pub trait Link: Read + Write {
    /// Sets the longest time that the next reads and writes wait: 1 ms to 1 h.
    ///
    /// # Errors
    /// If the link cannot do so; the driver takes it as the end of the link.
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()>;
}

/// The socket must be in blocking mode, as it is when new.
impl Link for TcpStream {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(timeout))?;
        self.set_write_timeout(Some(timeout))
    }
}

impl Link for Box<dyn SerialPort> {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        SerialPort::set_timeout(self.as_mut(), timeout).map_err(io::Error::from)
    }
}

impl<L: Link + ?Sized> Link for &mut L {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        (**self).set_timeout(timeout)
    }
}

/// Drives one machine over one link. It waits in [`next`](Self::next) only.
pub struct Driver<'b, M: Machine, L> {
    engine: Engine<'b, M>,
    link: L,
}

impl<'b, M: Machine, L: Link> Driver<'b, M, L> {
    /// A driver for a new machine on a new link. Nothing is sent or received yet.
    ///
    /// # Errors
    /// [`ConfigError::BufferTooSmall`] if a buffer is smaller than the machine's `RX_MIN` or `TX_MIN`.
    pub fn new(machine: M, link: L, rx: &'b mut [u8], tx: &'b mut [u8]) -> Result<Self, ConfigError> {
        const { assert!(matches!(M::LINK, LinkKind::Stream), "this driver is for streams") };
        Ok(Self { engine: Engine::new(machine, RxBuf::new(rx), TxBuf::new(tx))?, link })
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

    /// Sends what is to be sent and waits for the next event.
    ///
    /// `None` if there was none before `until`, or if the machine has ended. A moment that has passed still lets the bytes in that have
    /// arrived. When the link ends or breaks, the machine says so by its own last event.
    ///
    /// # Errors
    /// The error that broke the link, once, behind the last event. After that, and where the peer closed in good order, `None`.
    pub fn next(&mut self, until: Option<Instant>) -> io::Result<Option<M::Event<'_>>> {
        match self.wait(until)? {
            Some(pending) => Ok(Some(self.engine.event(pending))),
            None => Ok(None),
        }
    }

    fn wait(&mut self, until: Option<Instant>) -> io::Result<Option<Pending>> {
        let mut waited = false;
        loop {
            self.send();
            let now = Instant::now();
            if let Some(pending) = self.engine.poll(now) {
                return Ok(Some(pending));
            }
            if self.engine.has_ended() {
                return self.engine.finish();
            }
            // What the last poll wrote goes out before the wait.
            self.send();
            if self.engine.wake_if_due(now) {
                continue;
            }
            if waited && until.is_some_and(|until| until <= now) {
                return Ok(None);
            }
            waited = true;
            self.receive(now, until);
        }
    }

    /// Sends until nothing is left or the link takes no more for now.
    fn send(&mut self) {
        self.send_some();
        self.engine.write_off(Instant::now());
    }

    fn send_some(&mut self) {
        while self.engine.wants_to_send() {
            let result = self.link.set_timeout(SLICE).and_then(|()| self.link.write(self.engine.tx.unsent()));
            match result {
                Ok(0) => self.engine.send_failed(ErrorKind::WriteZero.into()),
                Ok(len) => self.engine.sent(len, Instant::now()),
                Err(error) if is_timeout(&error) => return,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => self.engine.send_failed(error),
            }
        }
    }

    /// One read, not longer than to the next thing to do.
    fn receive(&mut self, now: Instant, until: Option<Instant>) {
        let hurry = (self.engine.wants_to_send() || self.engine.is_mute()).then(|| now + SLICE);
        let end = [self.engine.wake_at(), until, hurry].into_iter().flatten().min();
        let timeout = end.map_or(LONGEST, |end| end.saturating_duration_since(now)).clamp(SHORTEST, LONGEST);
        let space = self.engine.rx.space();
        if space.is_empty() {
            // The machine waits for room to send.
            std::thread::sleep(timeout.min(SLICE));
            return;
        }
        let result = self.link.set_timeout(timeout).and_then(|()| self.link.read(space));
        let now = Instant::now();
        match result {
            Ok(0) => self.engine.ended(None, now),
            Ok(len) => self.engine.received(len, now),
            Err(error) if is_timeout(&error) => {
                if self.engine.is_mute() {
                    self.engine.ended(None, now);
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => self.engine.ended(Some(error), now),
        }
    }

    /// Asks the machine for something. What follows from it is sent by [`next`](Self::next), before it gives an event.
    ///
    /// # Errors
    /// [`Refused`]; nothing was written and nothing changed.
    pub fn submit(&mut self, command: M::Command<'_>) -> Result<Ticket, Refused> {
        self.engine.submit(command, Instant::now())
    }

    /// The machine, to be looked at.
    pub const fn machine(&self) -> &M {
        &self.engine.machine
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

    /// The link, for example to close it.
    pub const fn link(&self) -> &L {
        &self.link
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
