//! A simulated panel on a real socket, as clients meet it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use codec_core::Secret;
use codec_core::ness::panel::{Command, Refusal};
use codec_core::ness::{self, Body, RequestId};
use codec_std::sim::ness::{Report, Setup, Simulator, StartError, StepError};
use codec_std::sim::script::Step;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Long enough for any machine; reached only by a failure.
const DEADLINE: Duration = Duration::from_secs(30);

async fn line(client: &mut BufReader<TcpStream>) -> String {
    let mut text = String::new();
    timeout(DEADLINE, client.read_line(&mut text)).await.expect("a line in time").expect("a line");
    text.trim_end().to_owned()
}

/// The request that a status line answers.
fn answered(line: &str) -> RequestId {
    match ness::decode(line.as_bytes()).expect("a line of a panel").packet().body {
        Body::Status(status) => status.request,
        _ => panic!("{line} is no status"),
    }
}

async fn simulator() -> (Simulator, Arc<Mutex<Vec<Report>>>) {
    let reports = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&reports);
    let report = move |report| sink.lock().unwrap().push(report);
    (Simulator::start(Setup::new(), "127.0.0.1:0", report).await.unwrap(), reports)
}

async fn client(simulator: &Simulator) -> BufReader<TcpStream> {
    BufReader::new(TcpStream::connect(simulator.address()).await.unwrap())
}

#[tokio::test]
async fn requests_of_several_clients_do_not_mix() {
    let (simulator, reports) = simulator().await;
    let (mut first, mut second) = (client(&simulator).await, client(&simulator).await);
    // Both must be there before the first answer is sent.
    let connected = || reports.lock().unwrap().len() == 2;
    let wait = async {
        while !connected() {
            tokio::task::yield_now().await;
        }
    };
    timeout(DEADLINE, wait).await.expect("both connect");
    first.write_all(b"8300360S17E1").await.unwrap();
    for client in [&mut first, &mut second] {
        assert_eq!(answered(&line(client).await), RequestId::PanelVersion);
    }
    // Half a request, then a whole one of somebody else, then the rest.
    first.write_all(b"8300360S").await.unwrap();
    second.write_all(b"8300360S14E4?").await.unwrap();
    assert_eq!(answered(&line(&mut first).await), RequestId::Arming);
    first.write_all(b"00E9\r\n").await.unwrap();
    assert_eq!(answered(&line(&mut first).await), RequestId::Zone1To16InputUnsealed);
    assert_eq!(answered(&line(&mut second).await), RequestId::Arming);
    assert_eq!(answered(&line(&mut second).await), RequestId::Zone1To16InputUnsealed);
}

#[tokio::test]
async fn one_panel_outlives_its_clients() {
    let (simulator, reports) = simulator().await;
    let mut first = client(&simulator).await;
    first.write_all(b"8300660A1234E49\r\n8300360").await.unwrap();
    assert!(line(&mut first).await.len() == 28);
    drop(first);
    // What the first one left behind in the middle of a request does not reach the panel.
    let mut second = client(&simulator).await;
    second.write_all(b"8300360S14E4\r\n").await.unwrap();
    let mut text = line(&mut second).await;
    while !text.starts_with("82") {
        text = line(&mut second).await;
    }
    let Body::Status(status) = ness::decode(text.as_bytes()).unwrap().packet().body else { panic!("{text}") };
    assert_eq!((status.request, status.value), (RequestId::Arming, 0x0100));
    assert!(simulator.is_running());
    let reports = reports.lock().unwrap();
    assert!(matches!(reports.first(), Some(Report::Connected { client: 1, .. })), "{reports:?}");
    assert!(reports.iter().any(|report| matches!(report, Report::Request { client: 1, status: None, keys: 6 })), "{reports:?}");
    assert!(!format!("{reports:?}").contains("1234"));
}

#[tokio::test]
async fn a_client_that_has_said_all_still_gets_its_answer() {
    let (simulator, _) = simulator().await;
    let mut stream = TcpStream::connect(simulator.address()).await.unwrap();
    stream.write_all(b"8300360S00E9").await.unwrap();
    stream.shutdown().await.unwrap();
    let mut all = Vec::new();
    timeout(DEADLINE, stream.read_to_end(&mut all)).await.expect("the end in time").unwrap();
    assert_eq!(all, b"820003600000001b\r\n");
}

/// One that reads all along is not slow, however much it asks for at once.
#[tokio::test]
async fn a_client_may_ask_without_waiting() {
    const REQUESTS: usize = 5_000;
    let (simulator, reports) = simulator().await;
    let (read, mut write) = TcpStream::connect(simulator.address()).await.unwrap().into_split();
    let asking = tokio::spawn(async move {
        write.write_all(&b"8300360S14E4\r\n".repeat(REQUESTS)).await.unwrap();
        write
    });
    let mut lines = BufReader::new(read).lines();
    for _ in 0..REQUESTS {
        let line = timeout(DEADLINE, lines.next_line()).await.expect("a line in time").unwrap().expect("a line");
        assert_eq!(line, "8200036014000007");
    }
    drop(asking.await.unwrap());
    assert!(!reports.lock().unwrap().iter().any(|report| matches!(report, Report::Dropped { .. })));
}

#[tokio::test]
async fn noise_reaches_nobody() {
    let (simulator, reports) = simulator().await;
    let mut client = client(&simulator).await;
    client.write_all(&[b'x'; 100_000]).await.unwrap();
    client.write_all(b"\r\nhello\r\n8300360S00E9").await.unwrap();
    assert_eq!(line(&mut client).await, "820003600000001b");
    let reports = reports.lock().unwrap();
    let count = |is: fn(&Report) -> bool| reports.iter().filter(|report| is(report)).count();
    assert_eq!(count(|report| matches!(report, Report::TooLong { client: 1 })), 1);
    assert_eq!(count(|report| matches!(report, Report::Fault { client: Some(1), .. })), 1);
}

#[tokio::test]
async fn steps_say_what_the_panel_refuses() {
    let (simulator, reports) = simulator().await;
    let refused = simulator.command(Command::Zone { zone: 99, open: true }).await;
    assert!(matches!(refused, Err(StepError::Refused(_))), "{refused:?}");
    simulator.step(Step::Keys(Secret::new("9999E".into()))).await.map(drop).unwrap();
    let reports = reports.lock().unwrap();
    assert_eq!(*reports, [Report::Refused { client: None, refusal: Refusal::WrongCode }]);
}

#[tokio::test]
async fn a_simulation_that_dies_is_noticed() {
    let panicking = |report| assert!(!matches!(report, Report::Notice(_)), "this is meant to happen");
    let simulator = Simulator::start(Setup::new(), "127.0.0.1:0", panicking).await.unwrap();
    let step = simulator.command(Command::Zone { zone: 1, open: true }).await;
    assert_eq!(step, Err(StepError::Gone));
    timeout(DEADLINE, simulator.ended()).await.expect("it has ended");
    assert_eq!(simulator.command(Command::Clock).await, Err(StepError::Gone));
}

#[tokio::test]
async fn a_setup_that_cannot_be_is_refused() {
    let mut setup = Setup::new();
    setup.config.zones = 33;
    let started = Simulator::start(setup, "127.0.0.1:0", |_| {}).await;
    assert!(matches!(started, Err(StartError::Config(_))), "{started:?}");
    let taken = simulator().await.0;
    let started = Simulator::start(Setup::new(), taken.address(), |_| {}).await;
    assert!(matches!(started, Err(StartError::Listen(_))), "{started:?}");
    assert_eq!(started.unwrap_err().to_string(), "cannot listen");
}
