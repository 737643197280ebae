//! The side of the hosts: takes connections, and runs the protocol's machine on each.

mod admission;
mod bucket;
mod commands;
mod connection;
mod places;
mod rotation;
mod schedules;
mod session;
mod stream;
mod told;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::server::Server;
use places::Place;
pub(crate) use places::Places;
use stream::Stream;

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
        let Some(place) = Places::take(&server, peer) else { continue };
        // Frames are small and each is awaited.
        let _ = link.set_nodelay(true);
        // What a handshake needs is no part of connections without one.
        match &server.host_certificate {
            None => tokio::spawn(connection::run(Arc::clone(&server), Stream::Plain(link), peer, place)),
            Some(certificate) => tokio::spawn(greet(Arc::clone(&server), certificate.acceptor(), link, peer, place)),
        };
    }
}

/// Waits for the handshake, then runs the connection.
async fn greet(server: Arc<Server>, acceptor: TlsAcceptor, link: TcpStream, peer: SocketAddr, place: Place) {
    let patience = Duration::from_secs(server.config.limits.registration_seconds.into());
    let handshake = Box::pin(tokio::time::timeout(patience, acceptor.accept(link)));
    match handshake.await {
        Ok(Ok(link)) => connection::run(server, Stream::Tls { link: Box::new(link), unflushed: false }, peer, place).await,
        Ok(Err(error)) => tracing::debug!(%peer, %error, "no TLS"),
        Err(_) => tracing::debug!(%peer, "no TLS in time"),
    }
}
