//! The driver for UDP.

use core::net::SocketAddr;

use codec_core::{ConfigError, LinkKind, Machine, Pending, Refused, Ticket};
use embassy_futures::select::{Either, Either3, select, select3};

use crate::session::Session;
use crate::world::World;

/// A socket for datagrams.
pub trait Datagrams {
    /// Why it broke.
    type Error;

    /// Waits for a datagram: its length in `space` and who sent it. One that is longer than the space is dropped.
    ///
    /// # Errors
    /// The error of the socket.
    fn receive(&self, space: &mut [u8]) -> impl Future<Output = Result<(usize, SocketAddr), Self::Error>>;

    /// Sends a datagram.
    ///
    /// # Errors
    /// The error of the socket.
    fn send(&self, datagram: &[u8], to: SocketAddr) -> impl Future<Output = Result<(), Self::Error>>;
}

/// IPv4, as panels speak it.
#[cfg(feature = "net")]
impl Datagrams for embassy_net::udp::UdpSocket<'_> {
    type Error = embassy_net::udp::SendError;

    async fn receive(&self, space: &mut [u8]) -> Result<(usize, SocketAddr), Self::Error> {
        loop {
            // One that is too long has been dropped by the socket.
            let Ok((len, metadata)) = self.recv_from(space).await else { continue };
            return Ok((len, SocketAddr::new(metadata.endpoint.addr.into(), metadata.endpoint.port)));
        }
    }

    async fn send(&self, datagram: &[u8], to: SocketAddr) -> Result<(), Self::Error> {
        match to {
            SocketAddr::V4(to) => self.send_to(datagram, to).await,
            SocketAddr::V6(_) => Err(embassy_net::udp::SendError::NoRoute),
        }
    }
}

/// Drives one machine over one socket. It waits in [`next`](Self::next) only.
///
/// A datagram that cannot be sent is lost, as any may be: the machine repeats what matters. Errors are told when they come.
pub struct DatagramDriver<'b, M: Machine, S: Datagrams, W> {
    session: Session<'b, M, W>,
    socket: S,
}

impl<'b, M: Machine, S: Datagrams, W: World> DatagramDriver<'b, M, S, W> {
    /// A driver for a new machine. Nothing is sent or received yet.
    ///
    /// # Errors
    /// [`ConfigError::BufferTooSmall`] if a buffer is smaller than the machine's `RX_MIN` or `TX_MIN`.
    pub fn new(machine: M, socket: S, world: W, rx: &'b mut [u8], tx: &'b mut [u8]) -> Result<Self, ConfigError> {
        const { assert!(matches!(M::LINK, LinkKind::Datagram), "this driver is for datagrams") };
        Ok(Self { session: Session::new(machine, world, rx, tx)?, socket })
    }

    /// Sends what is to be sent and waits for the next event; `None` if the machine has ended.
    ///
    /// # Cancellation safety
    /// A future of this function can be dropped at any point and nothing that was received is lost. A datagram whose sending was
    /// interrupted is sent again.
    ///
    /// # Errors
    /// The error of the socket. The machine lives on, and the next call tries again.
    pub async fn next(&mut self) -> Result<Option<M::Event<'_>>, S::Error> {
        match self.wait().await? {
            Some(pending) => Ok(Some(self.session.event(pending))),
            None => Ok(None),
        }
    }

    async fn wait(&mut self) -> Result<Option<Pending>, S::Error> {
        loop {
            if let Some(pending) = self.session.poll() {
                return Ok(Some(pending));
            }
            if self.session.has_ended() && self.session.tx.is_empty() {
                return Ok(None);
            }
            let deadline = self.session.deadline();
            let sleep = Session::<M, W>::sleep(deadline);
            let Some(to) = self.session.tx.to() else {
                match select(receive(&self.socket, self.session.rx.space()), sleep).await {
                    Either::First(Ok((len, from))) => self.received(len, from),
                    Either::First(Err(error)) => return Err(error),
                    Either::Second(()) => {}
                }
                continue;
            };
            let send = self.socket.send(self.session.tx.unsent(), to);
            match select3(send, receive(&self.socket, self.session.rx.space()), sleep).await {
                Either3::First(sent) => {
                    self.session.sent(usize::MAX);
                    sent?;
                }
                Either3::Second(Ok((len, from))) => self.received(len, from),
                Either3::Second(Err(error)) => return Err(error),
                Either3::Third(()) => {}
            }
        }
    }

    fn received(&mut self, len: usize, from: SocketAddr) {
        self.session.rx.commit_datagram(len, from);
        self.session.wake();
    }

    /// Asks the machine for something. What follows from it is sent by [`next`](Self::next).
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
}

impl<M: Machine, S: Datagrams, W> core::fmt::Debug for DatagramDriver<'_, M, S, W> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("DatagramDriver").field("is_closed", &self.session.machine.is_closed()).finish_non_exhaustive()
    }
}

/// A datagram, if there is space for one: the machine has yet to take the last one otherwise.
async fn receive<S: Datagrams>(socket: &S, space: &mut [u8]) -> Result<(usize, SocketAddr), S::Error> {
    if space.is_empty() { core::future::pending().await } else { socket.receive(space).await }
}
