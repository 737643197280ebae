//! The blocking driver over scripted links and real sockets.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use crate::common::{LINES, Script, lines_and_end, quiet, told};
use codec_core::ness::Controller;
use codec_core::{ConfigError, Machine};
use codec_std::blocking::{Driver, Link};
use codec_std::links::Address;

/// Everything to the end, which must stay the end.
fn run<M, L>(driver: &mut Driver<'_, M, L>, tell: impl Fn(M::Event<'_>) -> Option<String>) -> Vec<String>
where
    M: Machine,
    L: Link,
{
    let mut all = Vec::new();
    while let Some(event) = driver.next(None).unwrap() {
        all.extend(tell(event));
    }
    assert!(driver.is_closed());
    for _ in 0..3 {
        assert!(driver.next(None).unwrap().is_none());
    }
    all
}

/// A peer on a real socket.
fn peer(script: impl FnOnce(TcpStream) + Send + 'static) -> (Address, thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = Address::Tcp { host: "127.0.0.1".into(), port: listener.local_addr().unwrap().port() };
    let peer = thread::spawn(move || script(listener.accept().unwrap().0));
    (address, peer)
}

#[test]
fn a_trickle_of_single_bytes_gives_whole_lines() {
    let (address, peer) = peer(|mut stream| {
        stream.set_nodelay(true).unwrap();
        for byte in LINES.as_bytes() {
            stream.write_all(&[*byte]).unwrap();
            thread::sleep(Duration::from_micros(200));
        }
    });
    let (mut rx, mut tx) = ([0; 256], [0; 64]);
    let mut driver = Driver::new(quiet(), address.open().unwrap(), &mut rx, &mut tx).unwrap();
    assert_eq!(run(&mut driver, told), lines_and_end());
    peer.join().unwrap();
}

#[test]
fn a_peer_that_only_stops_sending_has_ended() {
    let (address, peer) = peer(|mut stream| {
        stream.write_all(LINES.as_bytes()).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        // Until the driver is gone.
        while stream.read(&mut [0; 64]).is_ok_and(|len| len > 0) {}
    });
    {
        let (mut rx, mut tx) = ([0; 256], [0; 64]);
        let mut driver = Driver::new(quiet(), address.open().unwrap(), &mut rx, &mut tx).unwrap();
        assert_eq!(run(&mut driver, told), lines_and_end());
    }
    peer.join().unwrap();
}

#[test]
fn a_deadline_that_has_passed_still_lets_bytes_in() {
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let (address, peer) = peer(move |mut stream| {
        wait.recv().unwrap();
        stream.write_all(b"8200036014000007\r\n").unwrap();
        wait.recv().unwrap_err();
    });
    let (mut rx, mut tx) = ([0; 256], [0; 64]);
    let mut driver = Driver::new(quiet(), address.open().unwrap(), &mut rx, &mut tx).unwrap();
    assert!(driver.next(Some(Instant::now() + Duration::from_millis(5))).unwrap().is_none());
    assert!(!driver.is_closed());
    go.send(()).unwrap();
    let past = Instant::now();
    let line = loop {
        if let Some(event) = driver.next(Some(past)).unwrap() {
            break told(event);
        }
    };
    assert_eq!(line.as_deref(), Some("8200036014000007"));
    drop(go);
    peer.join().unwrap();
}

#[test]
fn errors_that_pass_are_no_end() {
    let (first, second) = LINES.as_bytes().split_at(17);
    let passing = [ErrorKind::Interrupted, ErrorKind::WouldBlock, ErrorKind::TimedOut];
    let mut reads: Vec<io::Result<Vec<u8>>> = passing.iter().map(|kind| Err((*kind).into())).collect();
    reads.push(Ok(first.to_vec()));
    reads.extend(passing.iter().map(|kind| Err(io::Error::from(*kind))));
    reads.push(Ok(second.to_vec()));
    let (mut rx, mut tx) = ([0; 256], [0; 64]);
    let mut driver = Driver::new(quiet(), Script::new(reads), &mut rx, &mut tx).unwrap();
    assert_eq!(run(&mut driver, told), lines_and_end());
    let range = Duration::from_millis(1)..=Duration::from_secs(3600);
    assert!(driver.link().timeouts.iter().all(|timeout| range.contains(timeout)));
}

#[test]
fn an_error_of_the_link_is_told_once_behind_the_last_event() {
    let reads = [Ok(LINES.as_bytes().to_vec()), Err(ErrorKind::ConnectionReset.into())];
    let (mut rx, mut tx) = ([0; 256], [0; 64]);
    let mut driver = Driver::new(quiet(), Script::new(reads), &mut rx, &mut tx).unwrap();
    let mut all = Vec::new();
    let error = loop {
        match driver.next(None) {
            Ok(event) => all.extend(told(event.expect("the error comes before the end"))),
            Err(error) => break error,
        }
    };
    assert_eq!((all, error.kind()), (lines_and_end(), ErrorKind::ConnectionReset));
    assert!(driver.next(None).unwrap().is_none());
}

#[test]
fn buffers_that_are_too_small_are_refused() {
    let (mut rx, mut tx) = ([0; 10], [0; 64]);
    let error = Driver::new(quiet(), Script::default(), &mut rx, &mut tx).err();
    let needed = u32::try_from(Controller::RX_MIN).unwrap();
    assert_eq!(error, Some(ConfigError::BufferTooSmall { needed, found: 10 }));
}

#[test]
fn a_host_that_refuses_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = Address::Tcp { host: "127.0.0.1".into(), port: listener.local_addr().unwrap().port() };
    drop(listener);
    assert_eq!(address.open().unwrap_err().kind(), ErrorKind::ConnectionRefused);
}
