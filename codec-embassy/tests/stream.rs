//! The driver on this machine: embassy-time's clock, tokio's sockets, a simulated panel.

use std::time::Duration;

use codec_core::home::{AreaState, Notice, ZoneFlags};
use codec_core::ness::Controller;
use codec_core::ness::controller::{Command, Config, Event, Outcome};
use codec_core::ness::panel::Command as Happens;
use codec_core::{CloseReason, ConfigError};
use codec_embassy::{Driver, FlushFirst, Link, Split, Unsynchronised};
use codec_std::sim::ness::{Setup, Simulator};
use embedded_io_adapters::tokio_1::FromTokio;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

/// Long enough for anything; reached only by a failure.
const DEADLINE: Duration = Duration::from_secs(30);

async fn simulator() -> Simulator {
    Simulator::start(Setup::new(), "127.0.0.1:0", |_| {}).await.unwrap()
}

fn controller() -> Controller<'static> {
    Controller::new(Config::new()).unwrap()
}

/// Reads events until one is wanted.
async fn until<L: Link<Error: core::fmt::Debug>>(
    driver: &mut Driver<'_, Controller<'static>, L, Unsynchronised>,
    mut wanted: impl FnMut(&Event<'_>) -> bool,
) {
    let read = async {
        while let Some(event) = driver.next().await.unwrap() {
            if wanted(&event) {
                return;
            }
        }
        panic!("the machine has ended");
    };
    timeout(DEADLINE, read).await.expect("the event comes in time");
}

/// Polls at the start, a push, and a command that the panel confirms.
async fn converse<L: Link<Error: core::fmt::Debug>>(link: L, simulator: &Simulator) {
    let (mut rx, mut tx) = ([0; 128], [0; 256]);
    let mut driver = Driver::new(controller(), link, Unsynchronised, &mut rx, &mut tx).unwrap();
    until(&mut driver, |event| matches!(event, Event::PanelInfo(_))).await;
    simulator.command(Happens::Zone { zone: 3, open: true }).await.unwrap();
    until(&mut driver, |event| matches!(event, Event::Notice(Notice::Zone { zone: 3, .. }))).await;
    let ticket = driver.submit(Command::ArmAway { code: None }).unwrap();
    let mut arming = false;
    until(&mut driver, |event| {
        arming |= matches!(event, Event::Notice(Notice::Area { state: AreaState::Arming | AreaState::Armed, .. }));
        matches!(event, Event::Done { ticket: done, outcome: Outcome::Confirmed } if *done == ticket)
    })
    .await;
    until(&mut driver, |event| {
        arming |= matches!(event, Event::Notice(Notice::Area { state: AreaState::Arming | AreaState::Armed, .. }));
        arming
    })
    .await;
    driver.submit(Command::Close).unwrap();
    until(&mut driver, |event| matches!(event, Event::Closed(CloseReason::Requested))).await;
    assert!(driver.is_closed() && driver.next().await.unwrap().is_none());
}

#[tokio::test]
async fn a_panel_over_two_halves() {
    let simulator = simulator().await;
    let (reader, writer) = TcpStream::connect(simulator.address()).await.unwrap().into_split();
    converse(Split::new(FromTokio::new(reader), FromTokio::new(writer)), &simulator).await;
}

#[tokio::test]
async fn a_panel_over_a_stream_that_keeps_output_back() {
    let simulator = simulator().await;
    let stream = TcpStream::connect(simulator.address()).await.unwrap();
    // Nothing leaves the buffer before it is flushed.
    converse(FlushFirst::new(FromTokio::new(tokio::io::BufStream::new(stream))), &simulator).await;
}

#[tokio::test]
async fn dropped_futures_lose_nothing() {
    let simulator = simulator().await;
    let (reader, writer) = TcpStream::connect(simulator.address()).await.unwrap().into_split();
    let (mut rx, mut tx) = ([0; 128], [0; 256]);
    let link = Split::new(FromTokio::new(reader), FromTokio::new(writer));
    let mut driver = Driver::new(controller(), link, Unsynchronised, &mut rx, &mut tx).unwrap();
    until(&mut driver, |event| matches!(event, Event::PanelInfo(_))).await;
    // Every zone, while most futures are dropped at their first wait.
    let happen = async {
        for zone in 1..=16 {
            simulator.command(Happens::Zone { zone, open: true }).await.unwrap();
        }
    };
    let mut opened = Vec::new();
    let listen = async {
        while opened.len() < 16 {
            let next = core::pin::pin!(driver.next());
            match embassy_futures::select::select(next, tokio::task::yield_now()).await {
                embassy_futures::select::Either::First(event) => {
                    if let Some(Event::Notice(Notice::Zone { zone, state, changed })) = event.unwrap()
                        && changed.contains(ZoneFlags::OPEN)
                        && state.is(ZoneFlags::OPEN) == Some(true)
                    {
                        opened.push(zone);
                    }
                }
                embassy_futures::select::Either::Second(()) => {}
            }
        }
    };
    timeout(DEADLINE, async { tokio::join!(happen, listen) }).await.expect("all zones in time");
    assert_eq!(opened, (1..=16).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_end_of_the_link_is_an_event() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (reader, writer) = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap().into_split();
    let (mut rx, mut tx) = ([0; 128], [0; 256]);
    let link = Split::new(FromTokio::new(reader), FromTokio::new(writer));
    let mut driver = Driver::new(controller(), link, Unsynchronised, &mut rx, &mut tx).unwrap();
    drop(listener.accept().await.unwrap());
    let mut reason = None;
    let read = async {
        // A peer that is gone may also break the link: the error comes behind the last event.
        while let Ok(Some(event)) = driver.next().await {
            if let Event::Closed(closed) = event {
                reason = Some(closed);
            }
        }
    };
    timeout(DEADLINE, read).await.expect("it ends in time");
    assert_eq!(reason, Some(CloseReason::PeerClosed));
    assert!(driver.next().await.unwrap().is_none());
}

#[tokio::test]
async fn a_panel_that_says_nothing_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (reader, writer) = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap().into_split();
    let held = listener.accept().await.unwrap();
    let mut config = Config::new();
    config.silence_millis = 50;
    let (mut rx, mut tx) = ([0; 128], [0; 256]);
    let link = Split::new(FromTokio::new(reader), FromTokio::new(writer));
    let mut driver = Driver::new(Controller::new(config).unwrap(), link, Unsynchronised, &mut rx, &mut tx).unwrap();
    until(&mut driver, |event| matches!(event, Event::Closed(CloseReason::Silent { .. }))).await;
    drop(held);
}

#[test]
fn small_buffers_are_refused() {
    let (mut rx, mut tx) = ([0; 8], [0; 256]);
    let driver = Driver::new(controller(), Never, Unsynchronised, &mut rx, &mut tx);
    assert!(matches!(driver.err(), Some(ConfigError::BufferTooSmall { found: 8, .. })));
}

/// A link that moves nothing.
struct Never;

impl Link for Never {
    type Error = core::convert::Infallible;

    async fn transfer(&mut self, _: &mut [u8], _: &[u8]) -> Result<codec_embassy::Moved, Self::Error> {
        core::future::pending().await
    }

    async fn flush(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}
