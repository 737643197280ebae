//! Discovery of G90 panels, in a thread.

use std::io::{self, ErrorKind};
use std::net::UdpSocket;
use std::time::{Duration, Instant};

use super::is_timeout;
use crate::discover::{Heard, LONGEST, Query, Search};
use crate::links::bind_udp;

/// Asks for panels, and waits for their answers in [`next`](Self::next).
#[derive(Debug)]
pub struct Discovery {
    search: Search,
    socket: UdpSocket,
}

impl Discovery {
    /// Listens for answers. Nothing is asked yet.
    ///
    /// # Errors
    /// If the address of the query cannot be listened on.
    pub fn start(query: Query) -> io::Result<Self> {
        let socket = bind_udp(query.listens_on())?;
        Ok(Self { search: Search::new(query, Instant::now()), socket })
    }

    /// Asks when it is time, and waits for what comes in; `None` when the time is over.
    ///
    /// # Errors
    /// If the question cannot be sent, or the socket broke.
    #[expect(clippy::should_implement_trait, reason = "an error does not end it")]
    pub fn next(&mut self) -> io::Result<Option<Heard>> {
        let mut datagram = [0; LONGEST];
        loop {
            if let Some((question, to)) = self.search.question(Instant::now()) {
                self.socket.send_to(question, to)?;
            }
            let now = Instant::now();
            let Some(until) = self.search.until(now) else { return Ok(None) };
            // 0 would be for ever.
            self.socket.set_read_timeout(Some((until - now).max(Duration::from_millis(1))))?;
            match self.socket.recv_from(&mut datagram) {
                Ok((len, from)) => {
                    if let Some(heard) = self.search.take(datagram.get(..len).unwrap_or_default(), from) {
                        return Ok(Some(heard));
                    }
                }
                // That nobody listens there.
                Err(error) if matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset) => {}
                Err(error) if is_timeout(&error) || error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}
