//! Discovery of G90 panels, on tokio.

use std::io::{self, ErrorKind};

use ::tokio::net::UdpSocket;
use ::tokio::time::{Instant, timeout_at};

use crate::discover::{Heard, LONGEST, Query, Search};
use crate::links::udp_socket;

/// Asks for panels, and waits for their answers in [`next`](Self::next).
#[derive(Debug)]
pub struct Discovery {
    search: Search,
    socket: UdpSocket,
}

impl Discovery {
    /// Listens for answers. Nothing is asked yet. Must be called on a runtime with I/O and time.
    ///
    /// # Errors
    /// If the address of the query cannot be listened on.
    pub fn start(query: Query) -> io::Result<Self> {
        let socket = udp_socket(query.listens_on())?;
        Ok(Self { search: Search::new(query, Instant::now().into_std()), socket })
    }

    /// Asks when it is time, and waits for what comes in; `None` when the time is over.
    ///
    /// # Cancellation safety
    /// Dropped before it is done, it loses no answer; a question may not be asked until the next time.
    ///
    /// # Errors
    /// If the question cannot be sent, or the socket broke.
    pub async fn next(&mut self) -> io::Result<Option<Heard>> {
        let mut datagram = [0; LONGEST];
        loop {
            let now = Instant::now().into_std();
            if let Some((question, to)) = self.search.question(now) {
                self.socket.send_to(question, to).await?;
            }
            let Some(until) = self.search.until(now) else { return Ok(None) };
            match timeout_at(Instant::from_std(until), self.socket.recv_from(&mut datagram)).await {
                Ok(Ok((len, from))) => {
                    if let Some(heard) = self.search.take(datagram.get(..len).unwrap_or_default(), from) {
                        return Ok(Some(heard));
                    }
                }
                // That nobody listens there.
                Ok(Err(error)) if matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset) => {}
                Ok(Err(error)) => return Err(error),
                Err(_) => {}
            }
        }
    }
}
