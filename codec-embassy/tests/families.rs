//! One driver for every machine that speaks over a stream: those of Ksenia, KTS and G90's cloud, each against a simulated panel. Ness is in
//! `stream.rs`, what speaks over UDP in `datagram.rs`.

use std::time::Duration;

use codec_core::g90::{self, SensorSlot};
use codec_core::home::{Notice, Request};
use codec_core::{Machine, Secret, ksenia, kts};
use codec_embassy::{Driver, Link, Split, Unsynchronised};
use codec_std::links::Address;
use codec_std::sim;
use embedded_io_adapters::tokio_1::FromTokio;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

/// Long enough for anything; reached only by a failure.
const DEADLINE: Duration = Duration::from_secs(30);

fn split(stream: TcpStream) -> Split<FromTokio<OwnedReadHalf>, FromTokio<OwnedWriteHalf>> {
    let (reader, writer) = stream.into_split();
    Split::new(FromTokio::new(reader), FromTokio::new(writer))
}

/// Goes on until an event gives something.
async fn until<M: Machine, L: Link<Error: core::fmt::Debug>, T>(
    driver: &mut Driver<'_, M, L, Unsynchronised>,
    mut found: impl FnMut(&M::Event<'_>) -> Option<T>,
) -> T {
    let read = async {
        loop {
            let event = driver.next().await.unwrap().expect("the machine goes on");
            if let Some(found) = found(&event) {
                return found;
            }
        }
    };
    timeout(DEADLINE, read).await.expect("the event comes in time")
}

#[tokio::test]
async fn ksenia_through_two_kilobytes() {
    use ksenia::controller::{Command, Config, Event, Memory, Outcome, OutputSlot, PartitionSlot, Tables, ZoneSlot};
    let simulator = sim::ksenia::Simulator::start(sim::ksenia::Setup::new(), "127.0.0.1:0", |_| {}).await.unwrap();
    let mut config = Config::new("panel", Secret::new(sim::ksenia::DEFAULT_CODE));
    config.pace_millis = 0;
    let (mut zones, mut partitions, mut outputs) = ([ZoneSlot::default(); 8], [PartitionSlot::default(); 2], [OutputSlot::default(); 5]);
    let tables = Tables { zones: &mut zones, partitions: &mut partitions, outputs: &mut outputs };
    let mut memory = Memory::new();
    let machine = ksenia::Controller::new(&config, tables, &mut memory).unwrap();
    let (mut rx, mut tx) = ([0; 2048], [0; 1024]);
    let link = split(TcpStream::connect(simulator.address()).await.unwrap());
    let mut driver = Driver::new(machine, link, Unsynchronised, &mut rx, &mut tx).unwrap();
    until(&mut driver, |event| matches!(event, Event::Ready { registered: true }).then_some(())).await;
    let ticket = driver.submit(Command::try_from(Request::Switch { output: 2, on: true }).unwrap()).unwrap();
    let mut on = false;
    let outcome = until(&mut driver, |event| {
        on |= matches!(event, Event::Notice(Notice::Output { output: 2, on: true }));
        if let Event::Done { ticket: done, outcome } = event { (*done == ticket).then_some(*outcome) } else { None }
    });
    assert_eq!(outcome.await, Outcome::Confirmed);
    if !on {
        until(&mut driver, |event| matches!(event, Event::Notice(Notice::Output { output: 2, on: true })).then_some(())).await;
    }
}

#[tokio::test]
async fn kts_as_the_server_of_a_host() {
    use kts::controller::{Command, Config, Event, Memory, ObjectSlot, Outcome, Tables, ZoneSlot};
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Address::Tcp { host: "127.0.0.1".into(), port: listener.local_addr().unwrap().port() };
    let _simulator = sim::kts::Simulator::start(sim::kts::Setup::new(server, 1), |_| {}).unwrap();
    let (stream, _) = timeout(DEADLINE, listener.accept()).await.unwrap().unwrap();
    let (mut zones, mut objects) = ([ZoneSlot::default(); 8], [ObjectSlot::default(); 40]);
    let tables = Tables { zones: &mut zones, objects: &mut objects, tasks: &mut [] };
    let mut config = Config::new();
    // `Unsynchronised` has no clock.
    config.clock_window_seconds = None;
    let mut memory = Memory::new();
    let machine = kts::Controller::new(&config, tables, &mut memory).unwrap();
    let (mut rx, mut tx) = ([0; 2048], [0; 1024]);
    let mut driver = Driver::new(machine, split(stream), Unsynchronised, &mut rx, &mut tx).unwrap();
    until(&mut driver, |event| matches!(event, Event::Registering(_)).then_some(())).await;
    let key = Command::Key { key: Secret::new(sim::kts::DEFAULT_KEY), other: None, scheme: kts::Scheme::Md5, replays: None };
    driver.submit(key).unwrap();
    assert!(until(&mut driver, |event| if let Event::Synchronised { complete } = event { Some(*complete) } else { None }).await);
    let ticket = driver.submit(Command::Set { object: "1", value: "1" }).unwrap();
    let outcome = until(&mut driver, |event| match event {
        Event::Done { ticket: done, outcome } if *done == ticket => Some(*outcome),
        _ => None,
    });
    assert_eq!(outcome.await, Outcome::Confirmed);
}

#[tokio::test]
async fn g90_as_the_cloud_of_a_panel() {
    use g90::cloud::controller::{Config, Event};
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut setup = sim::g90::Setup::new();
    setup.cloud = Some(listener.local_addr().unwrap().to_string());
    let _simulator = sim::g90::Simulator::start(setup, "127.0.0.1:0".parse().unwrap(), |_| {}).unwrap();
    let (stream, _) = timeout(DEADLINE, listener.accept()).await.unwrap().unwrap();
    let mut sensors = [SensorSlot::default(); 8];
    let machine = g90::cloud::Controller::new(Config::new(), &mut sensors).unwrap();
    let (mut rx, mut tx) = ([0; 2048], [0; 1024]);
    let mut driver = Driver::new(machine, split(stream), Unsynchronised, &mut rx, &mut tx).unwrap();
    let device = until(&mut driver, |event| if let Event::Device(info) = event { Some(info.id.as_str().to_owned()) } else { None });
    assert_eq!(device.await, sim::g90::DEFAULT_DEVICE_ID);
}
