//! A simulated Ksenia panel on a real socket, as several clients meet it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use codec_core::home::Notice;
use codec_core::ksenia::controller::{self, Config, Event, Memory, Outcome, OutputSlot, PartitionSlot, Tables, ZoneSlot};
use codec_core::ksenia::panel;
use codec_core::ksenia::{
    ArmAction, Command, Controller, Day, DayProgramme, OutputAction, Season, SeasonChange, SetOutput, ThermostatChange,
};
use codec_core::{CloseReason, Secret};
use codec_std::links::{Address, TokioLink};
use codec_std::owned::ksenia::OwnedEvent;
use codec_std::sim::ksenia::{DEFAULT_CODE, Report, Setup, Simulator, StepError};
use codec_std::sim::ksenia_script;
use codec_std::tokio::Driver;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Long enough for any machine; reached only by a failure.
const DEADLINE: Duration = Duration::from_secs(30);

/// Memory of a client. Tests may leak.
fn leak<T>(values: Vec<T>) -> &'static mut [T] {
    Box::leak(values.into_boxed_slice())
}

struct Client {
    driver: Driver<'static, Controller<'static>, TokioLink>,
    /// Kinds and records, `STATUS_OUTPUTS {"ID":"2",...}`.
    records: Vec<String>,
}

impl Client {
    /// Connects and waits until everything has been read.
    async fn start(simulator: &Simulator) -> Self {
        let address = simulator.address();
        let address = Address::WebSocket { tls: false, host: address.ip().to_string(), port: address.port(), path: "/KseniaWsock".into() };
        let mut config = Config::new("panel", Secret::new(DEFAULT_CODE));
        config.programming = &codec_core::ksenia::controller::PROGRAMMING;
        config.pace_millis = 0;
        let tables = Tables {
            zones: leak(vec![ZoneSlot::default(); 8]),
            partitions: leak(vec![PartitionSlot::default(); 2]),
            outputs: leak(vec![OutputSlot::default(); 5]),
        };
        let controller = Controller::new(Box::leak(Box::new(config)), tables, Box::leak(Box::new(Memory::new()))).unwrap();
        let link = address.connect().await.unwrap();
        let driver = Driver::new(controller, link, leak(vec![0; 16 << 10]), leak(vec![0; 16 << 10])).unwrap();
        let mut client = Self { driver, records: Vec::new() };
        client.until(|event| matches!(event, OwnedEvent::Ready { registered: true })).await;
        client
    }

    /// Waits for an event.
    async fn until(&mut self, is: impl Fn(&OwnedEvent) -> bool) {
        let wait = async {
            loop {
                let event = OwnedEvent::from(self.driver.next().await.unwrap().expect("an event"));
                if let OwnedEvent::Record { kind, record, .. } = &event {
                    self.records.push(format!("{kind} {record}"));
                }
                if is(&event) {
                    return;
                }
            }
        };
        timeout(DEADLINE, wait).await.expect("the event in time");
    }

    async fn notice(&mut self, notice: Notice) {
        let notice = codec_std::owned::Notice::from(notice);
        self.until(|event| *event == OwnedEvent::Notice(notice.clone())).await;
    }

    async fn send(&mut self, command: Command<'_>) -> Outcome {
        let sent = self.driver.submit(command.into()).unwrap();
        let wait = async {
            loop {
                if let Event::Done { ticket, outcome } = self.driver.next().await.unwrap().expect("an event")
                    && ticket == sent
                {
                    return outcome;
                }
            }
        };
        timeout(DEADLINE, wait).await.expect("the outcome in time")
    }
}

async fn simulator() -> (Simulator, Arc<Mutex<Vec<Report>>>) {
    let reports = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&reports);
    let report = move |report| sink.lock().unwrap().push(report);
    let mut setup = Setup::new();
    for partition in &mut setup.partitions {
        (partition.exit_seconds, partition.entry_seconds) = (0, 0);
    }
    (Simulator::start(setup, "127.0.0.1:0", report).await.unwrap(), reports)
}

#[tokio::test]
async fn all_clients_see_one_house() {
    let (simulator, reports) = simulator().await;
    let (mut first, mut second) = (Client::start(&simulator).await, Client::start(&simulator).await);
    let on = Command::SetOutput { output: 2, action: SetOutput::Action(OutputAction::On) };
    assert_eq!(first.send(on).await, Outcome::Confirmed);
    second.notice(Notice::Output { output: 2, on: true }).await;
    let arm = Command::ArmPartition { partition: 2, action: ArmAction::Immediate };
    assert_eq!(second.send(arm).await, Outcome::Confirmed);
    let armed = Notice::Area { area: 2, state: codec_core::home::AreaState::Armed, mode: None };
    first.notice(armed).await;
    // Somebody at the keypad.
    simulator.command(panel::Command::Disarm { partition: 0 }).await.unwrap();
    let disarmed = Notice::Area { area: 2, state: codec_core::home::AreaState::Disarmed, mode: None };
    first.notice(disarmed).await;
    second.notice(disarmed).await;
    // What happened is told once, whoever saw it.
    let told = |notice| reports.lock().unwrap().iter().filter(|report| **report == Report::Notice(notice)).count();
    assert_eq!((told(Notice::Output { output: 2, on: true }), told(armed), told(disarmed)), (1, 1, 1));
}

#[tokio::test]
async fn settings_outlive_the_client_that_made_them() {
    let (simulator, _) = simulator().await;
    let mut first = Client::start(&simulator).await;
    let winter = SeasonChange { manual: Some("23.5"), ..SeasonChange::default() };
    let change = ThermostatChange { id: 1, season: Some(Season::Winter), winter, ..ThermostatChange::default() };
    assert_eq!(first.send(Command::WriteThermostats(&[change])).await, Outcome::Confirmed);
    first.driver.submit(controller::Command::Close).unwrap();
    first.until(|event| matches!(event, OwnedEvent::Closed { .. })).await;
    let mut second = Client::start(&simulator).await;
    let read = codec_core::ksenia::Read::one(codec_core::ksenia::Kind::Thermostats);
    second.driver.submit(Command::Read(read).into()).unwrap();
    second.until(|event| matches!(event, OwnedEvent::Done { .. })).await;
    let thermostat = second.records.iter().find(|record| record.starts_with("CFG_THERMOSTATS")).expect("a thermostat");
    assert!(thermostat.contains(r#""TM":"23.5""#), "{thermostat}");
}

/// Weekly programmes are written by one client and read by another; the longest request there is passes.
#[tokio::test]
async fn programmes_are_written_and_read() {
    let (simulator, _) = simulator().await;
    let (mut first, mut second) = (Client::start(&simulator).await, Client::start(&simulator).await);
    let hours = [(2, 15); 24];
    let days: Vec<DayProgramme<'_>> = Day::ALL.iter().map(|day| DayProgramme { day: *day, hours: &hours }).collect();
    let season = SeasonChange { days: &days, ..SeasonChange::default() };
    let change = ThermostatChange { id: 1, winter: season, summer: season, ..ThermostatChange::default() };
    assert_eq!(first.send(Command::WriteThermostats(&[change])).await, Outcome::Confirmed);
    let read = codec_core::ksenia::Read::one(codec_core::ksenia::Kind::Thermostats);
    second.driver.submit(Command::Read(read).into()).unwrap();
    second.until(|event| matches!(event, OwnedEvent::Done { .. })).await;
    let thermostat = second.records.iter().rev().find(|record| record.starts_with("CFG_THERMOSTATS")).expect("a thermostat");
    assert_eq!(thermostat.matches(r#"{"T":"2","S":"15"}"#).count(), 2 * 9 * 24);
}

#[tokio::test]
async fn records_of_a_script_are_told_to_every_client() {
    let (simulator, _) = simulator().await;
    let (mut first, mut second) = (Client::start(&simulator).await, Client::start(&simulator).await);
    for watts in ["100.5", "200.5"] {
        let step = format!(r#"tell STATUS_POWER_LINES {{"ID":"1","PCONS":"{watts}"}}"#);
        assert!(simulator.step(ksenia_script::parse(&step).unwrap().unwrap()).await.is_ok());
    }
    for client in [&mut first, &mut second] {
        for watts in ["100.5", "200.5"] {
            let told = serde_json::json!({"ID": "1", "PCONS": watts});
            client
                .until(|event| matches!(event, OwnedEvent::Record { kind, record, .. } if kind == "STATUS_POWER_LINES" && *record == told))
                .await;
        }
    }
    let long = format!(r#"{{"ID":"{}"}}"#, "1".repeat(3_000));
    for record in ["[]", &*long] {
        let step = ksenia_script::Step::Tell { kind: codec_core::ksenia::Kind::PowerLineStatus, record: record.into() };
        assert!(matches!(simulator.step(step).await, Err(StepError::Refused(_))));
    }
}

#[tokio::test]
async fn reprogramming_sends_everybody_away_and_refuses_new_clients() {
    let (simulator, reports) = simulator().await;
    let (mut first, mut second) = (Client::start(&simulator).await, Client::start(&simulator).await);
    simulator.command(panel::Command::Reprogram).await.unwrap();
    for client in [&mut first, &mut second] {
        let gone = codec_std::owned::CloseReason::from(CloseReason::Reprogramming);
        client.until(|event| *event == OwnedEvent::Closed { reason: gone.clone() }).await;
        // The close frame goes out.
        assert!(client.driver.next().await.unwrap().is_none());
    }
    let mut refused = TcpStream::connect(simulator.address()).await.unwrap();
    let request = "GET /KseniaWsock HTTP/1.1\r\nHost: panel\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: KS_WSOCK\r\n\r\n";
    refused.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    timeout(DEADLINE, refused.read_to_string(&mut answer)).await.expect("an answer in time").unwrap();
    assert!(answer.starts_with("HTTP/1.1 500 "), "{answer}");
    let left = |client| reports.lock().unwrap().iter().any(|report| matches!(report, Report::Left { client: left, .. } if *left == client));
    let wait = async {
        while !(1..=3).all(left) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(DEADLINE, wait).await.expect("all leave");
}

#[tokio::test]
async fn noise_costs_its_own_connection_only() {
    let (simulator, reports) = simulator().await;
    let mut client = Client::start(&simulator).await;
    let mut noise = TcpStream::connect(simulator.address()).await.unwrap();
    noise.write_all(&[0; 10_000]).await.unwrap();
    let mut rest = Vec::new();
    // It may be cut off before all was read.
    let _ = timeout(DEADLINE, noise.read_to_end(&mut rest)).await.expect("an end in time");
    assert_eq!(client.send(Command::Version).await, Outcome::Confirmed);
    let left = |client| reports.lock().unwrap().iter().any(|report| matches!(report, Report::Left { client: left, .. } if *left == client));
    assert!(left(2) && !left(1));
    let refused = simulator.command(panel::Command::Zone { zone: 99, open: true }).await;
    assert!(matches!(refused, Err(StepError::Refused(_))), "{refused:?}");
}

/// Panels that follow each other come to rest.
#[tokio::test]
async fn nothing_is_told_when_nothing_happens() {
    let (simulator, reports) = simulator().await;
    let (mut first, mut second) = (Client::start(&simulator).await, Client::start(&simulator).await);
    assert_eq!(first.send(Command::RunScenario { scenario: 2 }).await, Outcome::Confirmed);
    assert_eq!(second.send(Command::RunScenario { scenario: 1 }).await, Outcome::Confirmed);
    // The rest of what these two led to.
    while timeout(Duration::from_millis(300), second.driver.next()).await.is_ok() {}
    while timeout(Duration::from_millis(300), first.driver.next()).await.is_ok() {}
    let before = reports.lock().unwrap().len();
    for client in [&mut first, &mut second] {
        assert!(timeout(Duration::from_millis(500), client.driver.next()).await.is_err());
    }
    assert_eq!(reports.lock().unwrap().len(), before);
}

/// The opening handshake of a client by hand, until the panel has answered it.
async fn upgraded(simulator: &Simulator) -> TcpStream {
    let mut client = TcpStream::connect(simulator.address()).await.unwrap();
    let request = "GET /KseniaWsock HTTP/1.1\r\nHost: panel\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: \
                   dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: KS_WSOCK\r\n\r\n";
    client.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await.unwrap());
    }
    assert!(head.starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&head));
    client
}

/// The text `{}`, which is no message, and a ping, both masked with zeros.
#[tokio::test]
async fn clients_that_never_pause_leave_time_for_others() {
    let (simulator, _) = simulator().await;
    let mut floods = Vec::new();
    let (bad, ping) = (&b"\x81\x82\0\0\0\0{}"[..], &b"\x89\x80\0\0\0\0"[..]);
    for frame in [bad, bad, ping, bad, bad, bad, ping, bad] {
        let client = upgraded(&simulator).await.into_std().unwrap();
        client.set_nonblocking(false).unwrap();
        let mut back = client.try_clone().unwrap();
        let (mut client, frames) = (client, frame.repeat(4096));
        floods.push(std::thread::spawn(move || while std::io::Write::write_all(&mut client, &frames).is_ok() {}));
        floods.push(std::thread::spawn(move || drop(std::io::copy(&mut back, &mut std::io::sink()))));
    }
    let mut client = Client::start(&simulator).await;
    let on = Command::SetOutput { output: 2, action: SetOutput::Action(OutputAction::On) };
    assert_eq!(client.send(on).await, Outcome::Confirmed);
    drop(simulator);
    tokio::task::spawn_blocking(|| floods.into_iter().for_each(|flood| flood.join().unwrap())).await.unwrap();
}

/// The clock stands still until there is nothing else to do.
#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_begin_is_sent_away() {
    let (simulator, reports) = simulator().await;
    let mut client = TcpStream::connect(simulator.address()).await.unwrap();
    client.write_all(b"GET /Ksenia").await.unwrap();
    assert_eq!(client.read(&mut [0; 64]).await.unwrap_or(0), 0);
    let left = |report: &Report| matches!(report, Report::Left { reason, .. } if reason == "no handshake within 10 s");
    assert!(reports.lock().unwrap().iter().any(left), "{:?}", reports.lock().unwrap());
    // One that has begun may be silent.
    let mut client = upgraded(&simulator).await;
    timeout(Duration::from_secs(3600), client.read_u8()).await.unwrap_err();
}
