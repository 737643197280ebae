//! A WebSocket server that sends back what it gets, on `codec_core::ws` with two buffers of 4 KB: messages of any length pass through.
//!
//! ```text
//! cargo run -p codec-std --example ws_echo -- 127.0.0.1:8080
//! cargo run -p codec-std --features tls-openssl --example ws_echo -- 127.0.0.1:8443 certificate.pem key.pem
//! ```

use std::error::Error;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use codec_core::ws::{Accept, Kind, Limits, Payload, Piece, Received, Role, Server, Socket};
use codec_core::{Env, RxBuf, TxBuf};
use codec_std::blocking::Link;
use codec_std::clock::Clock;
use codec_std::tls::Acceptor;

/// As Ksenia panels have it.
const ACCEPT: Accept = Accept { paths: &["/KseniaWsock", "/KseniaWsock/"], protocol: "KS_WSOCK", protocol_required: true };

/// A client that says nothing for as long is gone.
const PATIENCE: Duration = Duration::from_secs(60);

/// What fits into a frame of the transmit buffer.
const PART: usize = 2048;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (address, acceptor) = match &arguments[..] {
        [address] => (address, None),
        [address, certificate, key] => (address, Some(Acceptor::from_pem_files(Path::new(certificate), Path::new(key))?)),
        _ => return Err("write HOST:PORT, or HOST:PORT CERTIFICATE KEY".into()),
    };
    let listener = TcpListener::bind(address)?;
    println!("listening on {}", listener.local_addr()?);
    for stream in listener.incoming() {
        let (stream, acceptor) = (stream?, acceptor.clone());
        std::thread::spawn(move || {
            let served = match acceptor {
                Some(acceptor) => acceptor.accept_blocking(stream).and_then(serve),
                None => prepare(stream).and_then(serve),
            };
            match served {
                Ok(why) => println!("{why}"),
                Err(error) => println!("ended: {error}"),
            }
        });
    }
    Ok(())
}

fn prepare(stream: TcpStream) -> io::Result<TcpStream> {
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Handshake, then echo, to the end of the connection. Gives what it ended with.
fn serve(mut link: impl Link) -> io::Result<String> {
    link.set_timeout(PATIENCE)?;
    let clock = Clock::new();
    let (mut received, mut sent) = ([0; 4096], [0; 4096]);
    let (mut rx, mut tx) = (RxBuf::new(&mut received), TxBuf::new(&mut sent));
    let mut server = Server::new(ACCEPT);
    while !rx.is_eof() {
        match server.poll(&mut rx) {
            None => receive(&mut link, &mut rx)?,
            Some(Ok(())) => {
                server.accept(&mut tx).map_err(io::Error::other)?;
                send(&mut link, &mut tx)?;
                return echo(&mut link, &clock, &mut rx, &mut tx);
            }
            Some(Err(error)) => {
                Server::refuse(error.status(), &mut tx).map_err(io::Error::other)?;
                send(&mut link, &mut tx)?;
                return Ok(format!("refused: {error}"));
            }
        }
    }
    Ok("left before the handshake".into())
}

fn echo(link: &mut impl Link, clock: &Clock, rx: &mut RxBuf<'_>, tx: &mut TxBuf<'_>) -> io::Result<String> {
    let mut socket = Socket::new(Role::Server, Limits::new());
    let mut end = "no close".to_owned();
    while !socket.is_closed() && !rx.is_eof() {
        let env = clock.env();
        match socket.poll(&env, rx, tx) {
            Some(Received::Data(piece)) => repeat(&mut socket, &env, piece, link, rx, tx)?,
            Some(Received::Close(code)) => end = format!("close {}", code.map_or(0, |code| code.get())),
            Some(Received::Failed(error)) => {
                send(link, tx)?;
                drain(link);
                end = format!("broken: {error}");
            }
            Some(_) => {}
            None if tx.is_empty() => receive(link, rx)?,
            None => {}
        }
        send(link, tx)?;
    }
    Ok(end)
}

/// Reads what a client still sends after a mistake. To close with something unread would throw away the close frame on its way.
fn drain(link: &mut impl Link) {
    let end = Instant::now() + Duration::from_secs(5);
    let mut space = [0; 4096];
    if link.set_timeout(Duration::from_secs(1)).is_ok() {
        while Instant::now() < end && matches!(link.read(&mut space), Ok(1..)) {}
    }
}

/// Sends what is here of a message. A character that is not here whole stays for the next time.
fn repeat(socket: &mut Socket, env: &Env, piece: Piece, link: &mut impl Link, rx: &mut RxBuf<'_>, tx: &mut TxBuf<'_>) -> io::Result<()> {
    loop {
        let message = socket.message(rx);
        let here = &message[..message.len().min(PART)];
        let payload = match piece.kind {
            Kind::Binary => Payload::Binary(here),
            Kind::Text => match here.utf8_chunks().next() {
                Some(text) => Payload::Text(text.valid()),
                None => Payload::Text(""),
            },
        };
        let len = match payload {
            Payload::Binary(bytes) => bytes.len(),
            Payload::Text(text) => text.len(),
        };
        let last = piece.last && len == message.len();
        if len > 0 || last {
            socket.send_part(env, tx, payload, last).map_err(io::Error::other)?;
        }
        socket.release(rx, len);
        send(link, tx)?;
        if last || len == 0 || socket.message(rx).is_empty() {
            return Ok(());
        }
    }
}

fn receive(link: &mut impl Link, rx: &mut RxBuf<'_>) -> io::Result<()> {
    match link.read(rx.space())? {
        0 => rx.set_eof(),
        len => rx.commit(len),
    }
    Ok(())
}

fn send(link: &mut impl Link, tx: &mut TxBuf<'_>) -> io::Result<()> {
    while !tx.is_empty() {
        let len = link.write(tx.unsent())?;
        tx.sent(len);
    }
    Ok(())
}
