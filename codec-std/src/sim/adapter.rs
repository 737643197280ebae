//! A serial line behind a serial-to-Ethernet adapter: several TCP clients share it. What the panel sends goes to all of them, and
//! what they send reaches the panel in whole frames, one after the other.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use codec_core::ness::{Cut, Framer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::task::AbortHandle;

/// Pieces of output that may wait for one client. One that reads slower than that is dropped.
const QUEUE: usize = 256;

/// A client that takes nothing for as long is gone.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// Pause after a connection could not be accepted, for example for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What happens on the network side.
pub(crate) enum Input {
    Connected {
        client: u32,
        peer: SocketAddr,
    },
    /// A frame, without its terminator.
    Frame {
        client: u32,
        text: Vec<u8>,
    },
    /// Something longer than any frame; the rest of it is passed over.
    TooLong {
        client: u32,
    },
    Left {
        client: u32,
    },
}

pub(crate) struct Adapter {
    listener: TcpListener,
    clients: HashMap<u32, Client>,
    next_client: u32,
    inbox: mpsc::Receiver<Input>,
    to_inbox: mpsc::Sender<Input>,
}

struct Client {
    queue: mpsc::Sender<Arc<[u8]>>,
    reader: AbortHandle,
    writer: AbortHandle,
}

impl Adapter {
    pub(crate) fn new(listener: TcpListener) -> Self {
        let (to_inbox, inbox) = mpsc::channel(64);
        Self { listener, clients: HashMap::new(), next_client: 1, inbox, to_inbox }
    }

    pub(crate) fn clients(&self) -> usize {
        self.clients.len()
    }

    /// Waits for the next input. Nothing is lost when the future is dropped.
    pub(crate) async fn next(&mut self) -> Input {
        loop {
            tokio::select! {
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, peer)) => return self.connected(stream, peer),
                    Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
                },
                Some(input) = self.inbox.recv() => match &input {
                    // One that was dropped has been told of already.
                    Input::Left { client } if self.clients.remove(client).is_none() => {}
                    _ => return input,
                },
            }
        }
    }

    fn connected(&mut self, stream: TcpStream, peer: SocketAddr) -> Input {
        let client = self.next_client;
        self.next_client = self.next_client.wrapping_add(1);
        // Frames are small and somebody waits for each of them. Without it they are only later.
        let _ = stream.set_nodelay(true);
        let (read, write) = stream.into_split();
        let (queue, queued) = mpsc::channel(QUEUE);
        let reader = tokio::spawn(read_frames(read, client, self.to_inbox.clone())).abort_handle();
        let writer = tokio::spawn(write_all(write, queued)).abort_handle();
        self.clients.insert(client, Client { queue, reader, writer });
        Input::Connected { client, peer }
    }

    /// Queues bytes for every client and gives the numbers of those that were dropped because their queue was full.
    pub(crate) fn broadcast(&mut self, bytes: &[u8]) -> Vec<u32> {
        let bytes: Arc<[u8]> = bytes.into();
        let full = |client: &Client| matches!(client.queue.try_send(Arc::clone(&bytes)), Err(TrySendError::Full(_)));
        let slow: Vec<u32> = self.clients.iter().filter(|(_, client)| full(client)).map(|(number, _)| *number).collect();
        for client in slow.iter().filter_map(|number| self.clients.remove(number)) {
            client.reader.abort();
            client.writer.abort();
        }
        slow
    }
}

impl Drop for Adapter {
    fn drop(&mut self) {
        for client in self.clients.values() {
            client.reader.abort();
            client.writer.abort();
        }
    }
}

/// Reads until the client leaves. A client that sends faster than the panel takes it has to wait.
async fn read_frames(mut read: OwnedReadHalf, client: u32, inbox: mpsc::Sender<Input>) {
    let mut framer = Framer::new();
    let mut unread = Vec::new();
    let mut eof = false;
    while !eof {
        let mut chunk = [0; 1024];
        match read.read(&mut chunk).await {
            Ok(0) => eof = true,
            Ok(len) => unread.extend_from_slice(chunk.get(..len).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
        let mut done = 0;
        loop {
            let rest = unread.get(done..).unwrap_or_default();
            let (used, input) = match framer.next(rest, eof) {
                Cut::NeedMore => break,
                Cut::Drop(used) => (used, None),
                Cut::Frame { len, used } => (used, Some(Input::Frame { client, text: rest.get(..len).unwrap_or_default().to_vec() })),
                Cut::TooLong { used } => (used, Some(Input::TooLong { client })),
            };
            done += used;
            if let Some(input) = input
                && inbox.send(input).await.is_err()
            {
                return;
            }
        }
        unread.drain(..done);
    }
    // If nobody listens any more, the panel is gone.
    let _ = inbox.send(Input::Left { client }).await;
}

/// Writes what is queued until the queue is closed and empty, or the client is gone.
async fn write_all(mut write: OwnedWriteHalf, mut queued: mpsc::Receiver<Arc<[u8]>>) {
    while let Some(bytes) = queued.recv().await {
        match tokio::time::timeout(WRITE_TIMEOUT, write.write_all(&bytes)).await {
            Ok(Ok(())) => {}
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_client_that_does_not_read_is_dropped_and_the_others_are_served() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut adapter = Adapter::new(listener);
        let mut reading = TcpStream::connect(address).await.unwrap();
        assert!(matches!(adapter.next().await, Input::Connected { client: 1, .. }));
        let _not_reading = TcpStream::connect(address).await.unwrap();
        assert!(matches!(adapter.next().await, Input::Connected { client: 2, .. }));
        let piece = vec![b'8'; 64 << 10];
        let mut received = vec![0; piece.len()];
        // More than any socket buffers, plus the queue.
        let dropped = 'pieces: {
            for _ in 0..4096 {
                let slow = adapter.broadcast(&piece);
                if !slow.is_empty() {
                    break 'pieces slow;
                }
                reading.read_exact(&mut received).await.unwrap();
            }
            Vec::new()
        };
        assert_eq!((dropped, adapter.clients()), (vec![2], 1));
        reading.read_exact(&mut received).await.unwrap();
        assert_eq!(received, piece);
    }
}
