//! How the outside is told, and how it gives orders: JSON lines over TCP, for two clients at a time.
//!
//! A client is told everything that is known first, then what happens. `publish::json` lists the lines. To speak MQTT, replace this module:
//! all that it uses is [`Hub::listen`], [`Hub::look`] and [`Hub::order`], and all that uses it is [`serve`] and [`Memory`].

mod json;

use embassy_futures::join::join;
use embassy_futures::select::{Either, select};
use embassy_net::Stack;
use embassy_net::tcp::{Error, TcpReader, TcpSocket, TcpWriter};
use embassy_sync::pubsub::WaitResult;
use embassy_time::{Duration, with_timeout};
use embedded_io_async::Write as _;

use crate::hub::{Hub, LISTENERS, Listener};
use crate::log::info;

/// Longest line, either way.
const MAX_LINE: usize = 384;
/// A client that takes nothing for as long is dropped.
const PATIENCE: Duration = Duration::from_secs(10);

/// What one client needs.
#[derive(Debug)]
struct Desk {
    socket_rx: [u8; 512],
    socket_tx: [u8; 2048],
    input: [u8; MAX_LINE],
    output: [u8; MAX_LINE],
}

/// What two clients need: 6.5 KB.
#[derive(Debug)]
pub struct Memory {
    desks: [Desk; LISTENERS],
}

impl Memory {
    /// Fresh memory.
    pub const fn new() -> Self {
        const DESK: Desk = Desk { socket_rx: [0; 512], socket_tx: [0; 2048], input: [0; MAX_LINE], output: [0; MAX_LINE] };
        Self { desks: [DESK; LISTENERS] }
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

/// Serves clients on a TCP port, for ever.
pub async fn serve(stack: Stack<'_>, port: u16, hub: &Hub, memory: &mut Memory) {
    let [first, second] = &mut memory.desks;
    join(clients(stack, port, hub, first, 0), clients(stack, port, hub, second, 1)).await;
}

/// One client after the other.
async fn clients(stack: Stack<'_>, port: u16, hub: &Hub, desk: &mut Desk, origin: u8) {
    loop {
        let mut socket = TcpSocket::new(stack, &mut desk.socket_rx, &mut desk.socket_tx);
        socket.set_keep_alive(Some(Duration::from_secs(8)));
        socket.set_timeout(Some(Duration::from_secs(20)));
        socket.set_nagle_enabled(false);
        if socket.accept(port).await.is_err() {
            continue;
        }
        info!("client {}: connected", origin);
        // There is a place for each desk.
        if let Some(listener) = hub.listen() {
            let (reader, writer) = socket.split();
            let mut client = Client { hub, listener, reader, writer, origin, output: &mut desk.output };
            let _ = client.serve(&mut desk.input).await;
        }
        info!("client {}: gone", origin);
        socket.close();
        if with_timeout(Duration::from_secs(1), socket.flush()).await.is_err() {
            socket.abort();
            let _ = with_timeout(Duration::from_secs(1), socket.flush()).await;
        }
    }
}

struct Client<'c, 'h> {
    hub: &'h Hub,
    listener: Listener<'h>,
    reader: TcpReader<'c>,
    writer: TcpWriter<'c>,
    origin: u8,
    output: &'c mut [u8; MAX_LINE],
}

impl Client<'_, '_> {
    /// Until the client goes, or takes nothing any more.
    async fn serve(&mut self, input: &mut [u8; MAX_LINE]) -> Result<(), Error> {
        self.show_all().await?;
        let (mut len, mut too_long) = (0, false);
        loop {
            let event = match select(self.reader.read(&mut input[len..]), self.listener.next_message()).await {
                Either::First(Ok(0)) => return Ok(()),
                Either::First(read) => {
                    len += read?;
                    self.take_lines(input, &mut len, &mut too_long).await?;
                    continue;
                }
                Either::Second(event) => event,
            };
            match event {
                // Some are missing: everything again.
                WaitResult::Lagged(_) => self.show_all().await?,
                WaitResult::Message(report) => {
                    if let Some(len) = json::report(&report, self.origin, self.output) {
                        self.write(len).await?;
                    }
                }
            }
        }
    }

    /// Obeys the lines that are whole, and moves what is left to the front.
    async fn take_lines(&mut self, input: &mut [u8; MAX_LINE], len: &mut usize, too_long: &mut bool) -> Result<(), Error> {
        while let Some(end) = input[..*len].iter().position(|byte| *byte == b'\n') {
            let refused = match (core::mem::take(too_long), json::order(&input[..end], self.origin)) {
                (true, _) => Some((0, "too long")),
                (false, Ok(None)) => None,
                (false, Ok(Some((panel, order)))) => {
                    self.hub.order(panel, order).err().map(|order| (order.id.number, "too many orders wait"))
                }
                (false, Err(refused)) => Some(refused),
            };
            // A code may have been in it.
            input[..=end].fill(0);
            input.copy_within(end + 1..*len, 0);
            *len -= end + 1;
            if let Some((number, why)) = refused
                && let Some(len) = json::refused(number, why, self.output)
            {
                self.write(len).await?;
            }
        }
        if *len == MAX_LINE {
            (*len, *too_long) = (0, true);
        }
        Ok(())
    }

    /// Everything that is known.
    async fn show_all(&mut self) -> Result<(), Error> {
        let mut at = 0;
        loop {
            let (hub, output) = (self.hub, &mut *self.output);
            let Some(len) = hub.look(|house| json::known(house, at, output)) else { return Ok(()) };
            self.write(len).await?;
            at += 1;
        }
    }

    async fn write(&mut self, len: usize) -> Result<(), Error> {
        let line = self.output.get(..len).unwrap_or_default();
        with_timeout(PATIENCE, self.writer.write_all(line)).await.unwrap_or(Err(Error::ConnectionReset))
    }
}
