//! A controller and a panel on one connection: both send, both receive.

use std::io::{self, ErrorKind};
use std::net::{TcpListener, TcpStream};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::thread;
use std::time::{Duration, Instant};

use codec_core::ness::controller::{Command, Controller, Event, Outcome};
use codec_core::ness::{Panel, RequestId, panel};
use codec_core::{CloseReason, Machine, Secret};
use codec_std::blocking::Driver;
use codec_std::owned::ness::OwnedEvent;
use codec_std::record::{Log, Recorder, Replay, Secrets};
use codec_std::tokio::Driver as TokioDriver;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf, duplex};

use crate::common::{Script, Shared, quiet};

const USERS: [panel::User<'static>; 1] = [panel::User { number: 1, code: Secret::new("4321") }];

fn simulated() -> Panel<'static> {
    let mut config = panel::Config::new();
    config.users = &USERS;
    config.exit_delay_millis = 0;
    Panel::new(config).unwrap()
}

/// Serves one connection until the peer closes it.
fn serve(listener: TcpListener) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let (mut rx, mut tx) = ([0; 128], [0; 64]);
        let link = listener.accept().unwrap().0;
        let mut driver = Driver::new(simulated(), link, &mut rx, &mut tx).unwrap();
        while let Ok(Some(_)) = driver.next(None) {}
        assert!(driver.is_closed());
    })
}

const COMMANDS: [Command<'static>; 6] = [
    Command::Status(RequestId::PanelVersion),
    Command::ArmAway { code: Some(Secret::new("4321")) },
    Command::Aux { output: 2, on: true },
    Command::Disarm { code: Secret::new("4321") },
    Command::Keys(Secret::new("A")),
    Command::Close,
];

/// Submits the commands, each when the one before is done.
fn converse(driver: &mut Driver<'_, Controller<'_>, TcpStream>, mut each: impl FnMut(Event<'_>)) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    let mut commands = COMMANDS.into_iter();
    driver.submit(commands.next().unwrap()).unwrap();
    let end = Instant::now() + Duration::from_secs(60);
    while let Some(event) = driver.next(Some(end)).unwrap() {
        each(event);
        if let Event::Done { outcome, .. } = event {
            outcomes.push(outcome);
            if let Some(command) = commands.next() {
                driver.submit(command).unwrap();
            }
        }
    }
    assert!(driver.is_closed());
    outcomes
}

#[test]
fn commands_are_confirmed_with_the_smallest_buffers_and_the_record_repeats() {
    for secrets in [Secrets::Kept, Secrets::Masked] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let link = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let server = serve(listener);
        let file = Shared::default();
        let mut live = Vec::new();
        {
            let (mut rx, mut tx) = ([0; Controller::RX_MIN], [0; Controller::TX_MIN]);
            let recorder = Recorder::new::<Controller<'_>>(file.clone(), secrets);
            let driver = Driver::new(quiet(), link, &mut rx, &mut tx).unwrap();
            let mut driver = driver.with_observer(Box::new(recorder));
            let outcomes = converse(&mut driver, |event| live.push(OwnedEvent::from(event)));
            assert!(matches!(outcomes[0], Outcome::Answer(status) if status.request == RequestId::PanelVersion), "{outcomes:?}");
            assert_eq!(outcomes[1..], [Outcome::Confirmed, Outcome::Confirmed, Outcome::Confirmed, Outcome::Sent, Outcome::Sent]);
        }
        server.join().unwrap();
        let text = file.text();
        assert_eq!(text.contains("4321"), secrets == Secrets::Kept);
        let mut log = Log::new(text.as_bytes());
        let header = log.next_header().unwrap().unwrap();
        let (mut rx, mut tx) = ([0; 256], [0; 256]);
        let mut replay = Replay::new(&header, quiet(), &mut log, &mut rx, &mut tx).unwrap();
        let mut again: Vec<OwnedEvent> = Vec::new();
        while let Some((_, event)) = replay.next().unwrap() {
            again.push(event.into());
        }
        assert_eq!(again, live);
        assert_eq!(replay.differences(), 0, "{text}");
    }
}

#[test]
fn what_a_command_writes_is_sent_before_its_outcome_is_told() {
    let reads = (0..100).map(|_| Err(ErrorKind::WouldBlock.into()));
    let (mut rx, mut tx) = ([0; 128], [0; 64]);
    let mut driver = Driver::new(quiet(), Script::new(reads), &mut rx, &mut tx).unwrap();
    driver.submit(Command::Keys(Secret::new("4321E"))).unwrap();
    while !matches!(driver.next(None).unwrap().unwrap(), Event::Done { .. }) {}
    let written = String::from_utf8_lossy(&driver.link().written);
    assert!(written.contains("83005604321E"), "{written}");
}

#[test]
fn a_panel_answers_all_that_came_before_the_end() {
    let requests = "8300360S00E9?8300360S14E4?8300360S17E1?8300360S18E0?".repeat(20);
    let (mut rx, mut tx) = ([0; 128], [0; 64]);
    let reads = requests.as_bytes().chunks(64).map(|chunk| io::Result::Ok(chunk.to_vec()));
    let mut driver = Driver::new(simulated(), Script::new(reads), &mut rx, &mut tx).unwrap();
    let mut last = None;
    while let Some(event) = driver.next(None).unwrap() {
        if let panel::Event::Closed(reason) = event {
            last = Some(reason);
        }
    }
    assert_eq!(last, Some(CloseReason::PeerClosed));
    let written = String::from_utf8(driver.link().written.clone()).unwrap();
    assert_eq!(written.lines().count(), 80);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_does_not_read_is_still_heard() {
    // Room for one byte each way: the controller's first polls cannot go out.
    let (link, mut peer) = duplex(1);
    let (mut rx, mut tx) = ([0; 128], [0; 64]);
    let mut driver = TokioDriver::new(quiet(), link, &mut rx, &mut tx).unwrap();
    driver.submit(Command::Keys(Secret::new("4321E"))).unwrap();
    let talking = tokio::spawn(async move {
        for _ in 0..10 {
            peer.write_all(b"8200036014000007\r\n820003600000001b\r\n").await.unwrap();
        }
        peer
    });
    let mut lines = 0;
    while lines < 20 {
        if let Event::Line(_) = driver.next().await.unwrap().unwrap() {
            lines += 1;
        }
    }
    assert!(driver.unsent() > 0);
    let mut peer = talking.await.unwrap();
    let reading = tokio::spawn(async move {
        let mut all = [0; 16];
        peer.read_exact(&mut all).await.unwrap();
        all
    });
    while driver.next().await.unwrap().is_some() {}
    assert_eq!(&reading.await.unwrap()[..12], b"83005604321E");
}

/// Breaks as soon as it is written to; what came before can still be read.
struct Deaf(&'static [u8]);

impl AsyncRead for Deaf {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.0.is_empty() {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let (head, rest) = self.0.split_at(5.min(self.0.len()));
        buffer.put_slice(head);
        self.0 = rest;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Deaf {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Err(ErrorKind::BrokenPipe.into()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn what_a_peer_said_before_it_stopped_listening_is_heard() {
    let (mut rx, mut tx) = ([0; 128], [0; 64]);
    let link = Deaf(b"820361230001f6\r\n8200036014000007\r\n");
    let mut driver = TokioDriver::new(quiet(), link, &mut rx, &mut tx).unwrap();
    driver.submit(Command::Keys(Secret::new("4321E"))).unwrap();
    let (mut lines, mut closed) = (0, false);
    let error = loop {
        match driver.next().await {
            Ok(Some(Event::Line(_))) => lines += 1,
            Ok(Some(Event::Closed(_))) => closed = true,
            Ok(event) => assert!(event.is_some()),
            Err(error) => break error,
        }
    };
    assert_eq!((lines, closed, error.kind()), (2, true, ErrorKind::BrokenPipe));
    assert_eq!(driver.flush().await.unwrap_err().kind(), ErrorKind::BrokenPipe);
}

#[tokio::test]
async fn both_sides_on_tokio_over_a_pipe_of_a_few_bytes() {
    let (near, far) = duplex(5);
    let served = tokio::spawn(async move {
        let (mut rx, mut tx) = ([0; 128], [0; 64]);
        let mut driver = TokioDriver::new(simulated(), far, &mut rx, &mut tx).unwrap();
        while driver.next().await.unwrap().is_some() {}
    });
    {
        let (mut rx, mut tx) = ([0; 128], [0; 64]);
        let mut driver = TokioDriver::new(quiet(), near, &mut rx, &mut tx).unwrap();
        let mut outcomes = Vec::new();
        for command in COMMANDS {
            driver.submit(command).unwrap();
            while let Some(event) = driver.next().await.unwrap() {
                if let Event::Done { outcome, .. } = event {
                    outcomes.push(outcome);
                    break;
                }
            }
        }
        assert_eq!(outcomes[1..], [Outcome::Confirmed, Outcome::Confirmed, Outcome::Confirmed, Outcome::Sent, Outcome::Sent]);
    }
    served.await.unwrap();
}
