//! The driver for machines that speak in datagrams.

use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::task::{Context, Poll};

use ::tokio::io::ReadBuf;
use ::tokio::net::UdpSocket;
use ::tokio::time::{Instant, timeout_at};
use codec_core::{ConfigError, LinkKind, Machine, Pending, Refused, RxBuf, Ticket, TxBuf};

use super::now;
use crate::clock::Clock;
use crate::engine::Engine;

/// Drives one machine over UDP sockets. It waits in [`next`](Self::next) and [`flush`](Self::flush) only.
///
/// A datagram that cannot be sent is lost, as it can be everywhere on its way: the machine sends again, or gives up. Why it could not be is
/// in [`send_error`](Self::send_error).
pub struct DatagramDriver<'b, M: Machine> {
    engine: Engine<'b, M>,
    sockets: Vec<UdpSocket>,
    /// The socket that received last, from which answers go out.
    current: usize,
    send_error: Option<io::Error>,
}

impl<'b, M: Machine> DatagramDriver<'b, M> {
    /// A driver for a new machine on an open socket, see [`udp_socket`](crate::links::udp_socket). Nothing is sent or received yet.
    ///
    /// A datagram that is longer than `rx` arrives without its end.
    ///
    /// # Errors
    /// [`ConfigError::BufferTooSmall`] if a buffer is smaller than the machine's `RX_MIN` or `TX_MIN`.
    pub fn new(machine: M, socket: UdpSocket, rx: &'b mut [u8], tx: &'b mut [u8]) -> Result<Self, ConfigError> {
        const { assert!(matches!(M::LINK, LinkKind::Datagram), "this driver is for datagrams") };
        let mut engine = Engine::new(machine, RxBuf::new(rx), TxBuf::new(tx))?;
        engine.set_clock(Clock::starting_at(now()));
        Ok(Self { engine, sockets: vec![socket], current: 0, send_error: None })
    }

    /// Listens on another socket too. An answer goes out from the socket on which its question came.
    #[must_use]
    pub fn with_socket(mut self, socket: UdpSocket) -> Self {
        self.sockets.push(socket);
        self
    }

    /// Sends what is to be sent and waits for the next event; `None` if the machine has ended.
    ///
    /// # Cancellation safety
    /// As [`Driver::next`](super::Driver::next).
    ///
    /// # Errors
    /// The error that broke a socket, once, behind the last event.
    pub async fn next(&mut self) -> io::Result<Option<M::Event<'_>>> {
        match self.wait().await? {
            Some(pending) => Ok(Some(self.engine.event(pending))),
            None => Ok(None),
        }
    }

    async fn wait(&mut self) -> io::Result<Option<Pending>> {
        loop {
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
                Some(deadline) => drop(timeout_at(Instant::from_std(deadline), transfer).await),
                None => transfer.await,
            }
        }
    }

    fn transfer(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let sent = self.send(cx);
        // Not while an answer waits: the next question may come on another socket.
        let received = if self.engine.wants_to_send() { Poll::Pending } else { self.receive(cx) };
        if sent.is_ready() || received.is_ready() { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Sends the datagram that waits; ready if it has gone.
    fn send(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(to) = self.engine.tx.to().filter(|_| self.engine.wants_to_send()) else { return Poll::Pending };
        let Some(socket) = self.sockets.get(self.current) else { return Poll::Pending };
        loop {
            match socket.poll_send_to(cx, self.engine.tx.unsent(), to) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Err(error)) if error.kind() == ErrorKind::Interrupted => continue,
                Poll::Ready(Err(error)) => self.send_error = Some(error),
                Poll::Ready(Ok(_)) => self.send_error = None,
            }
            self.engine.sent(self.engine.tx.unsent().len(), now());
            return Poll::Ready(());
        }
    }

    /// Takes one datagram in; ready if there was one.
    fn receive(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        for (at, socket) in self.sockets.iter().enumerate() {
            let space = self.engine.rx.space();
            if space.is_empty() {
                return Poll::Pending;
            }
            let mut buffer = ReadBuf::new(space);
            match socket.poll_recv_from(cx, &mut buffer) {
                Poll::Ready(Ok(from)) => {
                    let len = buffer.filled().len();
                    self.current = at;
                    self.engine.received_datagram(len, from, now());
                    return Poll::Ready(());
                }
                // That an earlier datagram was not wanted.
                Poll::Ready(Err(error)) if matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::ConnectionRefused) => {
                    return Poll::Ready(());
                }
                Poll::Ready(Err(error)) if error.kind() == ErrorKind::Interrupted => return Poll::Ready(()),
                Poll::Ready(Err(error)) => {
                    self.engine.ended(Some(error), now());
                    return Poll::Ready(());
                }
                Poll::Pending => {}
            }
        }
        Poll::Pending
    }

    /// Waits until the datagram that the machine has written has gone.
    ///
    /// # Cancellation safety
    /// As [`next`](Self::next).
    pub async fn flush(&mut self) {
        poll_fn(|cx| {
            let _ = self.send(cx);
            if self.engine.wants_to_send() { Poll::Pending } else { Poll::Ready(()) }
        })
        .await;
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

    /// Whether the machine has ended: [`next`](Self::next) gives no more events.
    pub fn is_closed(&self) -> bool {
        self.engine.machine.is_closed()
    }

    /// Why the last datagram could not be sent, if it could not.
    pub const fn send_error(&self) -> Option<&io::Error> {
        self.send_error.as_ref()
    }

    /// The sockets, in the order in which they were given.
    pub fn sockets(&self) -> &[UdpSocket] {
        &self.sockets
    }
}
