//! Servers for G90 panels over real TCP, standalone and chained, with messages as captured.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use codec_core::CloseReason;
use codec_core::g90::SensorSlot;
use codec_core::g90::cloud::Controller;
use codec_core::g90::cloud::controller::{Config, Event, Mode, Upstream};
use codec_std::tokio::{ChainedServer, Driver};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(60);

const PING: &[u8] = b"\x01\x10\x00\x00\x08\x00\x00\x00";

/// Sensor 0x20, "Cord 1", opens.
fn opened() -> Vec<u8> {
    let mut message = b"\x21\x10\x00\x20\x78\x00\x00\x00\x01\x00\x00\x00\x04\x20\x01\x01Cord 1".to_vec();
    message.resize(48, 0);
    message.extend(0x67A2_30B1_u32.to_le_bytes());
    message.resize(120, 0);
    message
}

/// The hello of a panel, as captured but for the id.
fn hello(guid: &[u8; 15]) -> Vec<u8> {
    let mut message = b"\x01\x10\x00\x20\x48\x00\x00\x00\x01\x00\x00\x00".to_vec();
    message.extend(guid);
    message.extend(b"\0\x01\0\0\0\0\0\0\0\x02\0\0\0\0\x70\0\x00207\0");
    message.extend(b"\x58\xba\0\x20\x30\0\0\0\0\0\0\0\x07\0\0\0\x1e\0\0\0\x1e\0\0\0");
    message
}

const LISTED: &[u8; 15] = b"GA00000A0000000";

/// A connection over loopback: the panel's end, and the server's.
async fn connection() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (panel, accepted) = tokio::join!(TcpStream::connect(listener.local_addr().unwrap()), listener.accept());
    let (panel, server) = (panel.unwrap(), accepted.unwrap().0);
    panel.set_nodelay(true).unwrap();
    (panel, server)
}

fn config(mode: Mode) -> Config<'static> {
    let mut config = Config::new();
    config.mode = mode;
    config
}

/// What a server told.
#[derive(Debug, Default, PartialEq, Eq)]
struct Told {
    messages: usize,
    faults: usize,
    closed: Option<CloseReason>,
}

impl Told {
    fn take(&mut self, event: &Event<'_>) {
        match event {
            Event::Message(_) => self.messages += 1,
            Event::Fault(_) => self.faults += 1,
            Event::Closed(reason) => self.closed = Some(*reason),
            _ => {}
        }
    }
}

async fn standalone(config: Config<'_>, link: TcpStream) -> Told {
    let mut sensors = [SensorSlot::default(); 64];
    let (mut rx, mut tx) = ([0; 4096], [0; 256]);
    let mut driver = Driver::new(Controller::new(config, &mut sensors).unwrap(), link, &mut rx, &mut tx).unwrap();
    let mut told = Told::default();
    while let Ok(Some(event)) = driver.next().await {
        told.take(&event);
    }
    told
}

async fn chained(link: TcpStream, cloud: SocketAddr, retry: Duration, mode: Mode) -> (Told, Vec<Upstream>) {
    chained_as(config(mode), link, cloud, retry).await
}

async fn chained_as(config: Config<'_>, link: TcpStream, cloud: SocketAddr, retry: Duration) -> (Told, Vec<Upstream>) {
    let mut sensors = [SensorSlot::default(); 64];
    let (mut rx, mut tx) = ([0; 4096], [0; 256]);
    let controller = Controller::new(config, &mut sensors).unwrap();
    let mut server = ChainedServer::with_retry(controller, link, cloud.to_string(), retry, &mut rx, &mut tx).unwrap();
    let (mut told, mut states) = (Told::default(), vec![server.upstream()]);
    loop {
        match server.next().await {
            Ok(Some(event)) => told.take(&event),
            _ => return (told, states),
        }
        if states.last() != Some(&server.upstream()) {
            states.push(server.upstream());
        }
    }
}

/// A byte at a time, each of which may be read alone.
async fn trickle(link: &mut TcpStream, bytes: &[u8]) {
    for byte in bytes {
        link.write_all(&[*byte]).await.unwrap();
        tokio::task::yield_now().await;
    }
}

fn unhex(digits: &str) -> Vec<u8> {
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

/// What a panel says, and what a standalone server answers.
struct Capture {
    packet: Vec<u8>,
    answers: Vec<u8>,
}

/// The collection of captures, where it lies beside the checkout.
fn records() -> Option<Vec<Value>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors/g90.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("no captures beside this checkout");
        return None;
    };
    let all: Vec<Value> = serde_json::from_str(&text).unwrap();
    Some(all.into_iter().filter(|record| record["transport"] == "cloud" && record["valid"] == true).collect())
}

fn captures(records: &[Value]) -> Vec<Capture> {
    let panels = records.iter().filter(|record| record["direction"] == "panel->cloud");
    let captures: Vec<Capture> = panels
        .map(|record| Capture {
            packet: unhex(record["wire_hex"].as_str().unwrap()),
            answers: record["fields"]["standalone_responses_hex"]
                .as_array()
                .into_iter()
                .flatten()
                .flat_map(|digits| unhex(digits.as_str().unwrap()))
                .collect(),
        })
        .collect();
    assert!(captures.len() > 10 && captures.iter().filter(|capture| !capture.answers.is_empty()).count() == 4);
    captures
}

async fn receive(link: &mut TcpStream, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    timeout(PATIENCE, link.read_exact(&mut bytes)).await.expect("in time").expect("as many bytes");
    bytes
}

/// The answer that has the time of day, at its end.
const DISCOVERY_ANSWER: usize = 44;

#[tokio::test]
async fn a_standalone_server_answers_captured_packets_byte_for_byte_however_they_are_cut() {
    let Some(captures) = records().map(|records| captures(&records)) else { return };
    let (mut panel, server) = connection().await;
    let server = tokio::spawn(standalone(config(Mode::Standalone), server));
    let mut sent = 0;
    for Capture { packet, answers } in &captures {
        for at in 0..packet.len() {
            let (front, rest) = packet.split_at(at);
            panel.write_all(front).await.unwrap();
            // Every few times the server gets a turn in between; a piece of its own is likely then, and the rest is as good as another.
            tokio::task::yield_now().await;
            panel.write_all(rest).await.unwrap();
            sent += 1;
            let mut found = receive(&mut panel, answers.len()).await;
            let mut expected = answers.clone();
            if answers.len() == DISCOVERY_ANSWER {
                let (time, captured) = (found.split_off(40), expected.split_off(40));
                let seconds = |bytes: &[u8]| u64::from(u32::from_le_bytes(bytes.try_into().unwrap()));
                let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
                assert!(now - seconds(&time) < 60 && seconds(&captured) < now, "{time:?}");
            }
            assert_eq!(found, expected);
        }
    }
    // Nothing else was answered.
    trickle(&mut panel, PING).await;
    assert_eq!(receive(&mut panel, PING.len()).await, PING);
    panel.shutdown().await.unwrap();
    assert_eq!(panel.read(&mut [0; 1]).await.unwrap(), 0);
    let told = timeout(PATIENCE, server).await.unwrap().unwrap();
    assert_eq!(told, Told { messages: sent + 1, faults: 0, closed: Some(CloseReason::PeerClosed) });
}

#[tokio::test]
async fn a_chained_server_changes_no_byte_of_either_side() {
    let Some(records) = records() else { return };
    let captures = captures(&records);
    let stream: Vec<u8> = captures.iter().flat_map(|capture| capture.packet.clone()).collect();
    let answers: Vec<u8> = records
        .iter()
        .filter(|record| record["direction"] == "cloud->panel")
        .flat_map(|record| unhex(record["wire_hex"].as_str().unwrap()))
        .collect();
    let cloud = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (mut panel, server) = connection().await;
    let server = tokio::spawn(chained(server, cloud.local_addr().unwrap(), Duration::from_secs(60), Mode::Chained));
    trickle(&mut panel, &stream).await;
    let (mut upstream, _) = timeout(PATIENCE, cloud.accept()).await.unwrap().unwrap();
    assert_eq!(receive(&mut upstream, stream.len()).await, stream);
    upstream.set_nodelay(true).unwrap();
    trickle(&mut upstream, &answers).await;
    assert_eq!(receive(&mut panel, answers.len()).await, answers);
    // Again, with a connection that is there.
    trickle(&mut panel, &stream).await;
    assert_eq!(receive(&mut upstream, stream.len()).await, stream);
    // The end of one is the end of the other.
    drop(panel);
    assert_eq!(timeout(PATIENCE, upstream.read(&mut [0; 1])).await.unwrap().unwrap(), 0);
    let (told, states) = timeout(PATIENCE, server).await.unwrap().unwrap();
    assert_eq!((told.messages, told.faults), (2 * captures.len(), 0));
    assert_eq!(states, [Upstream::Connecting, Upstream::Connected]);
}

#[tokio::test]
async fn without_the_cloud_the_panel_is_answered_here() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = nobody.local_addr().unwrap();
    drop(nobody);
    let (mut panel, server) = connection().await;
    let server = tokio::spawn(chained(server, address, Duration::from_secs(60), Mode::Chained));
    // What came before the cloud was found to be gone is answered too.
    panel.write_all(PING).await.unwrap();
    assert_eq!(receive(&mut panel, PING.len()).await, PING);
    panel.write_all(&opened()).await.unwrap();
    panel.write_all(PING).await.unwrap();
    assert_eq!(receive(&mut panel, PING.len()).await, PING);
    drop(panel);
    let (told, states) = timeout(PATIENCE, server).await.unwrap().unwrap();
    assert_eq!((told.messages, states), (3, vec![Upstream::Connecting, Upstream::Lost]));
}

#[tokio::test]
async fn a_cloud_that_is_lost_is_tried_again_between_messages() {
    let cloud = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (mut panel, server) = connection().await;
    let server = tokio::spawn(chained(server, cloud.local_addr().unwrap(), Duration::from_millis(50), Mode::Chained));
    panel.write_all(PING).await.unwrap();
    let (mut upstream, _) = timeout(PATIENCE, cloud.accept()).await.unwrap().unwrap();
    assert_eq!(receive(&mut upstream, PING.len()).await, PING);
    // Half a message is on its way when the cloud goes: it belongs to the answers of this server.
    let message = opened();
    panel.write_all(&message[..50]).await.unwrap();
    assert_eq!(receive(&mut upstream, 50).await, message[..50]);
    drop(upstream);
    // No new connection comes about in the middle of it.
    assert!(timeout(Duration::from_millis(300), cloud.accept()).await.is_err());
    panel.write_all(&message[50..]).await.unwrap();
    let (mut upstream, _) = timeout(PATIENCE, cloud.accept()).await.unwrap().unwrap();
    panel.write_all(PING).await.unwrap();
    assert_eq!(receive(&mut upstream, PING.len()).await, PING);
    upstream.write_all(PING).await.unwrap();
    assert_eq!(receive(&mut panel, PING.len()).await, PING);
    drop(panel);
    let (told, states) = timeout(PATIENCE, server).await.unwrap().unwrap();
    assert_eq!((told.messages, told.faults), (3, 0));
    assert_eq!(states, [Upstream::Connecting, Upstream::Connected, Upstream::Lost, Upstream::Connected]);
}

#[tokio::test]
async fn a_cloud_that_is_lost_in_the_middle_of_its_message_ends_the_panels_connection() {
    let cloud = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (mut panel, server) = connection().await;
    let server = tokio::spawn(chained(server, cloud.local_addr().unwrap(), Duration::from_millis(50), Mode::Chained));
    panel.write_all(PING).await.unwrap();
    let (mut upstream, _) = timeout(PATIENCE, cloud.accept()).await.unwrap().unwrap();
    upstream.write_all(&PING[..5]).await.unwrap();
    assert_eq!(receive(&mut panel, 5).await, PING[..5]);
    drop(upstream);
    assert_eq!(timeout(PATIENCE, panel.read(&mut [0; 1])).await.unwrap().unwrap(), 0);
    let (told, _) = timeout(PATIENCE, server).await.unwrap().unwrap();
    assert_eq!(told.closed, Some(CloseReason::PeerClosed));
}

#[tokio::test]
async fn who_only_chains_does_not_answer() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = nobody.local_addr().unwrap();
    drop(nobody);
    let (mut panel, server) = connection().await;
    let server = tokio::spawn(chained(server, address, Duration::from_secs(60), Mode::ChainedOnly));
    panel.write_all(PING).await.unwrap();
    panel.shutdown().await.unwrap();
    let mut answers = Vec::new();
    timeout(PATIENCE, panel.read_to_end(&mut answers)).await.unwrap().unwrap();
    assert_eq!(answers, b"");
    let (told, _) = timeout(PATIENCE, server).await.unwrap().unwrap();
    assert_eq!(told.messages, 1);
}

fn listed() -> Config<'static> {
    let mut config = config(Mode::Chained);
    config.device_ids = &["GA00000A0000000"];
    config
}

#[tokio::test]
async fn nothing_of_a_panel_that_is_not_on_the_list_reaches_the_cloud() {
    let stranger = hello(b"GA00000A0000001");
    let looking = [b"\x01\x30", &stranger[2..4], b"\x3c", &stranger[5..60]].concat();
    for said in [[PING, &opened(), &stranger, PING].concat(), looking] {
        let cloud = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (mut panel, server) = connection().await;
        let server = tokio::spawn(chained_as(listed(), server, cloud.local_addr().unwrap(), Duration::from_secs(60)));
        panel.write_all(&said).await.unwrap();
        let (told, states) = timeout(PATIENCE, server).await.unwrap().unwrap();
        assert_eq!((told.closed, states), (Some(CloseReason::DeviceRefused), vec![Upstream::Connecting]));
        // Whoever was accepted would be first.
        let (probe, accepted) = tokio::join!(TcpStream::connect(cloud.local_addr().unwrap()), cloud.accept());
        assert_eq!(probe.unwrap().local_addr().unwrap(), accepted.unwrap().1);
    }
}

#[tokio::test]
async fn a_panel_that_says_no_hello_is_not_known_to_be_on_the_list() {
    let cloud = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (mut panel, server) = connection().await;
    let server = tokio::spawn(chained_as(listed(), server, cloud.local_addr().unwrap(), Duration::from_secs(60)));
    panel.write_all(&[PING, &opened()].concat()).await.unwrap();
    panel.shutdown().await.unwrap();
    let (told, states) = timeout(PATIENCE, server).await.unwrap().unwrap();
    let expected = Told { messages: 2, faults: 0, closed: Some(CloseReason::PeerClosed) };
    assert_eq!((told, states), (expected, vec![Upstream::Connecting]));
}

#[tokio::test]
async fn all_of_a_panel_of_the_list_reaches_the_cloud_until_it_says_it_is_another() {
    let cloud = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (mut panel, server) = connection().await;
    let server = tokio::spawn(chained_as(listed(), server, cloud.local_addr().unwrap(), Duration::from_secs(60)));
    let said = [PING, b"noise", &hello(LISTED), &opened(), PING].concat();
    trickle(&mut panel, &said).await;
    let (mut upstream, _) = timeout(PATIENCE, cloud.accept()).await.unwrap().unwrap();
    assert_eq!(receive(&mut upstream, said.len()).await, said);
    upstream.write_all(PING).await.unwrap();
    assert_eq!(receive(&mut panel, PING.len()).await, PING);
    panel.write_all(&[PING, &hello(b"GA00000A0000001"), PING].concat()).await.unwrap();
    let mut rest = Vec::new();
    timeout(PATIENCE, upstream.read_to_end(&mut rest)).await.unwrap().unwrap();
    assert_eq!(rest, PING);
    let (told, _) = timeout(PATIENCE, server).await.unwrap().unwrap();
    assert_eq!(told.closed, Some(CloseReason::DeviceRefused));
}
