//! The driver for machines that speak in datagrams.

use std::io::{self, ErrorKind};
use std::net::UdpSocket;
use std::time::Instant;

use codec_core::{ConfigError, LinkKind, Machine, Pending, Refused, RxBuf, Ticket, TxBuf};

use super::{LONGEST, SHORTEST, SLICE, is_timeout};
use crate::engine::Engine;

/// Drives one machine over a UDP socket. It waits in [`next`](Self::next) only.
///
/// A datagram that cannot be sent is lost, as it can be everywhere on its way: the machine sends again, or gives up. Why it could not be is
/// in [`send_error`](Self::send_error).
pub struct DatagramDriver<'b, M: Machine> {
    engine: Engine<'b, M>,
    socket: UdpSocket,
    send_error: Option<io::Error>,
}

impl<'b, M: Machine> DatagramDriver<'b, M> {
    /// A driver for a new machine on an open socket in blocking mode, see [`bind_udp`](crate::links::bind_udp). Nothing is sent or received
    /// yet.
    ///
    /// A datagram that is longer than `rx` arrives without its end, or not at all.
    ///
    /// # Errors
    /// [`ConfigError::BufferTooSmall`] if a buffer is smaller than the machine's `RX_MIN` or `TX_MIN`.
    pub fn new(machine: M, socket: UdpSocket, rx: &'b mut [u8], tx: &'b mut [u8]) -> Result<Self, ConfigError> {
        const { assert!(matches!(M::LINK, LinkKind::Datagram), "this driver is for datagrams") };
        Ok(Self { engine: Engine::new(machine, RxBuf::new(rx), TxBuf::new(tx))?, socket, send_error: None })
    }

    /// Sends what is to be sent and waits for the next event.
    ///
    /// `None` if there was none before `until`, or if the machine has ended. A moment that has passed still lets a datagram in that has
    /// arrived.
    ///
    /// # Errors
    /// The error that broke the socket, once, behind the last event.
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

    fn send(&mut self) {
        while let Some(to) = self.engine.tx.to().filter(|_| self.engine.wants_to_send()) {
            match self.socket.send_to(self.engine.tx.unsent(), to) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => self.send_error = Some(error),
                Ok(_) => self.send_error = None,
            }
            self.engine.sent(self.engine.tx.unsent().len(), Instant::now());
        }
    }

    /// One datagram, not waited for longer than to the next thing to do.
    fn receive(&mut self, now: Instant, until: Option<Instant>) {
        let end = [self.engine.wake_at(), until].into_iter().flatten().min();
        let timeout = end.map_or(LONGEST, |end| end.saturating_duration_since(now)).clamp(SHORTEST, LONGEST);
        let space = self.engine.rx.space();
        if space.is_empty() {
            // The machine has not taken the last one yet.
            std::thread::sleep(timeout.min(SLICE));
            return;
        }
        let result = self.socket.set_read_timeout(Some(timeout)).and_then(|()| self.socket.recv_from(space));
        let now = Instant::now();
        match result {
            Ok((len, from)) => self.engine.received_datagram(len, from, now),
            // That an earlier datagram was not wanted is no news to a machine that waits for its answer.
            Err(error) if is_timeout(&error) || is_unwanted(&error) || error.kind() == ErrorKind::Interrupted => {}
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

    /// Why the last datagram could not be sent, if it could not.
    pub const fn send_error(&self) -> Option<&io::Error> {
        self.send_error.as_ref()
    }

    /// The socket.
    pub const fn socket(&self) -> &UdpSocket {
        &self.socket
    }
}

/// Whether the error is that an earlier datagram was not wanted where it went, or was too long for the buffer it came into.
fn is_unwanted(error: &io::Error) -> bool {
    // Windows tells of a datagram that was cut in this way.
    const TOO_LONG_ON_WINDOWS: Option<i32> = Some(10_040);
    matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::ConnectionRefused)
        || cfg!(windows) && error.raw_os_error() == TOO_LONG_ON_WINDOWS
}
