//! What connects.

use std::io::{ErrorKind, Read, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use codec_std::blocking::Link as _;
use codec_std::links::{Connector, Warning};
use codec_std::tls::{Acceptor, TlsOptions, Trust};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::panel::{MODERN, OLD, Panel, TLS_1_2, write};

fn trusting(trust: Trust) -> TlsOptions {
    let mut options = TlsOptions::new();
    options.trust = trust;
    options
}

/// Bytes go there and come back, by both kinds of link.
fn assert_works(connector: &Connector) {
    let mut link = connector.open().unwrap();
    link.set_timeout(Duration::from_secs(30)).unwrap();
    link.write_all(b"blocking").unwrap();
    let mut answer = [0; 8];
    link.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"blocking");

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut link = connector.connect().await.unwrap();
        link.write_all(b"on tokio").await.unwrap();
        link.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"on tokio");
        link.shutdown().await.unwrap();
    });
}

#[test]
fn the_pinned_certificate() {
    let panel = Panel::new(MODERN);
    assert_works(&panel.connector("127.0.0.1", &trusting(Trust::Pin(panel.fingerprint()))));
}

#[test]
fn the_certificate_in_a_file_for_the_host_that_it_names() {
    let panel = Panel::new(MODERN);
    assert_works(&panel.connector("localhost", &trusting(Trust::CaFile(panel.file("named.pem")))));
}

#[test]
fn any_certificate_where_that_is_asked_for_and_there_is_a_warning() {
    let panel = Panel::new(MODERN);
    let warnings = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&warnings);
    let connector = panel.connector("127.0.0.1", &trusting(Trust::Anything)).on_warning(move |warning| {
        assert_eq!(warning, Warning::Unverified);
        counter.fetch_add(1, Ordering::Relaxed);
    });
    assert_works(&connector);
    assert_eq!(warnings.load(Ordering::Relaxed), 1, "once, for two links");
}

#[test]
fn a_panel_of_tls_1_2() {
    let panel = Panel::new(TLS_1_2);
    let mut options = trusting(Trust::Pin(panel.fingerprint()));
    assert_works(&panel.connector("127.0.0.1", &options));
    options.tls12_only = true;
    assert_works(&panel.connector("127.0.0.1", &options));
    assert_works(&Panel::new(MODERN).connector("127.0.0.1", &{
        let mut options = trusting(Trust::Anything);
        options.tls12_only = true;
        options
    }));
}

#[test]
fn an_old_panel_where_old_ciphers_are_allowed() {
    let panel = Panel::new(OLD);
    let mut options = trusting(Trust::Pin(panel.fingerprint()));
    options.old_ciphers = true;
    assert_works(&panel.connector("127.0.0.1", &options));
}

/// A wait that ends leaves the connection whole, and the time that was set for the handshake is over with it.
#[test]
fn waits_end_and_nothing_is_lost() {
    let panel = Panel::new(MODERN);
    let mut link = panel.connector("127.0.0.1", &trusting(Trust::Pin(panel.fingerprint()))).open().unwrap();
    let mut answer = [0; 16];
    for _ in 0..3 {
        link.set_timeout(Duration::from_millis(5)).unwrap();
        let error = link.read(&mut answer).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}");
    }
    link.write_all(b"still here").unwrap();
    link.set_timeout(Duration::from_secs(30)).unwrap();
    assert_eq!(link.read(&mut answer).unwrap(), 10);
    // More than fits into the buffers of both sockets: writes that must wait go on where they stopped.
    let much = vec![b'x'; 8 << 20];
    let (mut sent, mut received) = (0, 0);
    let end = Instant::now() + Duration::from_secs(60);
    let mut space = vec![0; 64 << 10];
    while received < much.len() && Instant::now() < end {
        link.set_timeout(Duration::from_millis(1)).unwrap();
        match link.write(&much[sent..]) {
            Ok(len) => sent += len,
            Err(error) => assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}"),
        }
        match link.read(&mut space) {
            Ok(len) => received += len,
            Err(error) => assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}"),
        }
        if sent == much.len() {
            link.set_timeout(Duration::from_millis(100)).unwrap();
        }
    }
    assert_eq!((sent, received), (much.len(), much.len()));
}

/// Our own two ends.
#[test]
fn the_acceptor_lets_clients_in() {
    let panel = Panel::new(MODERN);
    let key = write("key.pem", &panel.key.private_key_to_pem_pkcs8().unwrap());
    let acceptor = Acceptor::from_pem_files(&panel.file("acceptor.pem"), &key).unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let blocking = acceptor.clone();
    let server = std::thread::spawn(move || {
        let mut stream = blocking.accept_blocking(listener.accept().unwrap().0).unwrap();
        stream.write_all(b"blocking").unwrap();
        drop(stream);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (stream, _) = listener.accept().unwrap();
            stream.set_nonblocking(true).unwrap();
            let mut stream = acceptor.accept(tokio::net::TcpStream::from_std(stream).unwrap()).await.unwrap();
            stream.write_all(b"on tokio").await.unwrap();
        });
    });
    let address = codec_std::links::Address::WebSocket { tls: true, host: "127.0.0.1".into(), port, path: "/".into() };
    let connector = Connector::new(address).with_tls(trusting(Trust::Pin(panel.fingerprint())));
    for expected in [b"blocking", b"on tokio"] {
        let mut link = connector.open().unwrap();
        link.set_timeout(Duration::from_secs(30)).unwrap();
        let mut heard = Vec::new();
        // To the end, which comes without a farewell of TLS.
        link.read_to_end(&mut heard).unwrap();
        assert_eq!(heard, expected);
    }
    server.join().unwrap();
}
