//! The side of the hosts: takes connections, and runs the protocol's machine on each.

mod admission;
mod bucket;
mod commands;
mod connection;
mod rotation;
mod schedules;
mod session;
mod stream;
mod told;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};

use crate::metrics::Metrics;
use crate::server::Server;
use stream::Stream;

/// Counts a connection in a number as long as it lives.
#[derive(Debug)]
struct Counted {
    metrics: Arc<Metrics>,
    registered: bool,
}

impl Counted {
    fn new(metrics: &Arc<Metrics>) -> Self {
        metrics.connections.add(1);
        metrics.unregistered.add(1);
        metrics.connections_total.add(1);
        Self { metrics: Arc::clone(metrics), registered: false }
    }

    fn registered(&mut self) {
        if !std::mem::replace(&mut self.registered, true) {
            self.metrics.unregistered.sub(1);
        }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.registered();
        self.metrics.connections.sub(1);
    }
}

/// Takes connections until the task is dropped.
pub(crate) async fn serve(server: Arc<Server>, listener: TcpListener) {
    loop {
        let (link, peer) = match listener.accept().await {
            Ok(taken) => taken,
            Err(error) => {
                // Too many open files, perhaps: others may close some.
                tracing::warn!(%error, "no connection could be taken");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let (limits, metrics) = (&server.config.limits, &server.metrics);
        let full = metrics.connections.get() >= limits.connections as u64 || metrics.unregistered.get() >= limits.unregistered as u64;
        if full {
            metrics.connections_refused_total.add(1);
            tracing::debug!(%peer, "one connection too many");
            continue;
        }
        let counted = Counted::new(metrics);
        // Frames are small and each is awaited.
        let _ = link.set_nodelay(true);
        tokio::spawn(greet(Arc::clone(&server), link, peer, counted));
    }
}

/// Makes the link what it should be, then runs it.
async fn greet(server: Arc<Server>, link: TcpStream, peer: SocketAddr, counted: Counted) {
    let stream = match &server.host_certificate {
        None => Stream::Plain(link),
        Some(certificate) => {
            let patience = Duration::from_secs(server.config.limits.registration_seconds.into());
            // Boxed: what the handshake needs is not kept for the life of the connection.
            let handshake = Box::pin(tokio::time::timeout(patience, certificate.acceptor().accept(link)));
            match handshake.await {
                Ok(Ok(link)) => Stream::Tls { link: Box::new(link), unflushed: false },
                Ok(Err(error)) => return tracing::debug!(%peer, %error, "no TLS"),
                Err(_) => return tracing::debug!(%peer, "no TLS in time"),
            }
        }
    };
    connection::run(server, stream, peer, counted).await;
}
