//! Reconnecting, against real sockets and in virtual time.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::common::quiet;
use codec_core::Refused;
use codec_core::ness::controller::{Command, Event};
use codec_std::links::Address;
use codec_std::reconnect::BackoffConfig;
use codec_std::tokio::{Supervisor, Update};
use tokio::io::{AsyncWriteExt as _, DuplexStream, duplex};
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};

#[tokio::test]
async fn row_19_a_peer_that_accepts_and_closes_is_called_once_per_delay() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = Address::Tcp { host: "127.0.0.1".into(), port: listener.local_addr().unwrap().port() };
    let accepted = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&accepted);
    let peer = tokio::spawn(async move {
        loop {
            let stream = listener.accept().await.unwrap();
            count.fetch_add(1, Ordering::SeqCst);
            drop(stream);
        }
    });
    let (mut rx, mut tx) = ([0; 256], [0; 64]);
    let connect = || {
        let address = address.clone();
        async move { address.connect().await }
    };
    let short = BackoffConfig { base: Duration::from_millis(2), cap: Duration::from_millis(16), ..BackoffConfig::new() };
    let mut supervisor = Supervisor::new(connect, |_| Ok(quiet()), &mut rx, &mut tx).with_backoff(short);
    for (round, full) in (1..).zip([2, 4, 8, 16, 16, 16]) {
        assert!(matches!(supervisor.next().await, Ok(Update::Up)));
        assert!(supervisor.machine().is_some());
        let retry_in = loop {
            match supervisor.next().await.unwrap() {
                Update::Down { retry_in, .. } => break retry_in,
                Update::Event(event) => assert!(matches!(event, Event::Closed(_)), "{event:?}"),
                Update::Up => panic!("up without having been down"),
            }
        };
        assert!((full / 2..=full).contains(&retry_in.as_millis()), "{retry_in:?} of {full} ms");
        assert_eq!(accepted.load(Ordering::SeqCst), round);
        assert_eq!(supervisor.submit(Command::Refresh), Err(Refused::Closed));
        assert!(supervisor.machine().is_none());
    }
    peer.abort();
}

#[tokio::test]
async fn row_20_a_host_that_refuses_is_down_with_the_reason() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = Address::Tcp { host: "127.0.0.1".into(), port: listener.local_addr().unwrap().port() };
    drop(listener);
    let (mut rx, mut tx) = ([0; 256], [0; 64]);
    let connect = || {
        let address = address.clone();
        async move { address.connect().await }
    };
    let mut supervisor = Supervisor::new(connect, |_| Ok(quiet()), &mut rx, &mut tx);
    match supervisor.next().await.unwrap() {
        Update::Down { error: Some(error), retry_in } => {
            assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
            assert!((250..=500).contains(&retry_in.as_millis()));
        }
        _ => panic!("not down"),
    }
}

/// A link whose other end is gone.
async fn closed() -> io::Result<DuplexStream> {
    Ok(duplex(64).0)
}

#[tokio::test(start_paused = true)]
async fn in_an_hour_a_useless_peer_is_called_at_most_127_times() {
    let (mut rx, mut tx) = ([0; 256], [0; 64]);
    let mut supervisor = Supervisor::new(closed, |_| Ok(quiet()), &mut rx, &mut tx);
    let end = Instant::now() + Duration::from_secs(3_600);
    let mut connects = 0;
    while Instant::now() < end {
        if matches!(supervisor.next().await, Ok(Update::Up)) {
            connects += 1;
        }
    }
    assert!((64..=127).contains(&connects), "{connects}");
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_lasted_starts_the_delays_anew() {
    let mut lives = [0, 0, 0, 0, 31, 0].into_iter();
    let connect = || {
        let seconds = lives.next().unwrap_or(0);
        async move {
            let (link, mut peer) = duplex(1024);
            tokio::spawn(async move {
                sleep(Duration::from_secs(seconds)).await;
                let _ = peer.shutdown().await;
            });
            Ok::<_, io::Error>(link)
        }
    };
    let (mut rx, mut tx) = ([0; 256], [0; 64]);
    let mut supervisor = Supervisor::new(connect, |_| Ok(quiet()), &mut rx, &mut tx);
    for full in [500, 1_000, 2_000, 4_000, 500, 1_000] {
        let retry_in = loop {
            if let Update::Down { retry_in, .. } = supervisor.next().await.unwrap() {
                break retry_in;
            }
        };
        assert!((full / 2..=full).contains(&retry_in.as_millis()), "{retry_in:?} of {full} ms");
    }
}

#[tokio::test(start_paused = true)]
async fn a_dropped_future_loses_neither_an_attempt_nor_an_event() {
    let attempts = AtomicU32::new(0);
    let connect = || {
        attempts.fetch_add(1, Ordering::SeqCst);
        async {
            sleep(Duration::from_secs(1)).await;
            let (link, mut peer) = duplex(1024);
            tokio::spawn(async move {
                for chunk in crate::common::LINES.as_bytes().chunks(5) {
                    sleep(Duration::from_millis(30)).await;
                    peer.write_all(chunk).await.unwrap();
                }
            });
            Ok::<_, io::Error>(link)
        }
    };
    let (mut rx, mut tx) = ([0; 256], [0; 64]);
    let mut supervisor = Supervisor::new(connect, |_| Ok(quiet()), &mut rx, &mut tx);
    let (mut all, mut dropped) = (Vec::new(), 0);
    loop {
        tokio::select! {
            update = supervisor.next() => match update.unwrap() {
                Update::Event(event) => all.extend(crate::common::told(event)),
                Update::Up => {}
                Update::Down { .. } => break,
            },
            () = sleep(Duration::from_millis(7)) => dropped += 1,
        }
    }
    assert_eq!((all, attempts.load(Ordering::SeqCst)), (crate::common::lines_and_end(), 1));
    assert!(dropped > 100, "{dropped}");
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_cannot_be_made_is_an_error_each_time() {
    let (mut rx, mut tx) = ([0; 16], [0; 64]);
    let mut supervisor = Supervisor::new(closed, |_| Ok(quiet()), &mut rx, &mut tx);
    for _ in 0..3 {
        assert!(supervisor.next().await.is_err());
    }
}

/// Tables of the caller's serve one machine after the other.
#[tokio::test(start_paused = true)]
async fn the_machine_that_has_ended_is_what_the_next_is_made_of() {
    use codec_core::ksenia::controller::{Config, Controller, Memory, Tables, ZoneSlot};
    let config = Config::new("panel", codec_core::Secret::new("1234"));
    let mut zones = [ZoneSlot::default(); 4];
    let table = zones.as_ptr();
    let mut memory = Memory::new();
    let tables = Tables { zones: &mut zones, ..Tables::default() };
    let mut first = Some(Controller::new(&config, tables, &mut memory).unwrap());
    let mut made = Vec::new();
    let new_machine = |ended| {
        let machine = match ended {
            None => first.take().expect("there is none for the first connection only"),
            Some(ended) => {
                let (config, tables, memory) = Controller::into_parts(ended);
                Controller::new(config, tables, memory)?
            }
        };
        made.push(machine.tables().zones.as_ptr());
        Ok(machine)
    };
    let (mut rx, mut tx) = ([0; 2048], [0; 1024]);
    let mut supervisor = Supervisor::new(closed, new_machine, &mut rx, &mut tx);
    for _ in 0..3 {
        while !matches!(supervisor.next().await.unwrap(), Update::Down { .. }) {}
    }
    drop(supervisor);
    assert_eq!(made, [table; 3]);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_is_away_is_not_called_before_it_is_back() {
    let (mut rx, mut tx) = ([0; 256], [0; 64]);
    let mut supervisor = Supervisor::new(closed, |_| Ok(quiet()), &mut rx, &mut tx);
    let mut delays = Vec::new();
    for round in 0..3 {
        assert!(matches!(supervisor.next().await, Ok(Update::Up)));
        if round == 1 {
            supervisor.hold_off(Duration::from_secs(8));
        }
        loop {
            if let Update::Down { retry_in, .. } = supervisor.next().await.unwrap() {
                delays.push(retry_in);
                break;
            }
        }
    }
    // Of 0.5, 1 and 2 s, as ever, but for the second.
    assert!(delays[0] <= Duration::from_millis(500) && delays[2] <= Duration::from_secs(2), "{delays:?}");
    assert_eq!(delays[1], Duration::from_secs(8));
}
