//! One broken host does not hurt others.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use crate::common::flat::{Flat, Setup};
use crate::common::*;
use crate::tenants::registration;

const LIMITS: &str = "[limits]\nregistration_seconds = 2\nframe_seconds = 2\nfaults_per_minute = 10\nframes_per_second = 30\n\
                      connections = 40\nunregistered = 20\n";

/// Whether the server ends the connection by itself, and after how long.
async fn ended(link: &mut TcpStream) -> Duration {
    let started = Instant::now();
    let mut bytes = [0; 4096];
    let read = async { while link.read(&mut bytes).await.is_ok_and(|len| len > 0) {} };
    tokio::time::timeout(Duration::from_secs(20), read).await.expect("it stays open");
    started.elapsed()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_on_for_too_long_is_ended() {
    let house = House::new(LIMITS);
    let server = house.start();
    // Somebody who says nothing, one who never ends, and one who says nonsense.
    let mut silent = TcpStream::connect(server.hosts).await.unwrap();
    let mut endless = TcpStream::connect(server.hosts).await.unwrap();
    endless.write_all(b"{\"sn\":\"08").await.unwrap();
    let mut nonsense = TcpStream::connect(server.hosts).await.unwrap();
    let text = "{\"sn\":\"08\",\"cmd\":\"keepalive\"}\r\n".repeat(30);
    nonsense.write_all(text.as_bytes()).await.unwrap();
    assert!(ended(&mut nonsense).await < Duration::from_millis(1500), "before the time to register was over");
    ended(&mut silent).await;
    ended(&mut endless).await;
    assert!(server.errors().contains("too many faulty frames"), "{}", server.errors());
    assert!(server.metric("faults_total", &house.admin).await >= 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn there_are_only_so_many_connections() {
    let house = House::new(LIMITS);
    let server = house.start();
    let flat = Flat::new(Setup::new(SN, KEY), server.hosts);
    synchronised(&server, SN, &house.user, 4).await;
    let mut many = Vec::new();
    for _ in 0..30 {
        many.push(TcpStream::connect(server.hosts).await.unwrap());
    }
    until("refused", async || (server.metric("connections_refused_total", &house.admin).await >= 10).then_some(())).await;
    assert!(server.metric("unregistered", &house.admin).await <= 20);
    // Those who are in stay in.
    flat.set(1, 1);
    until("a push", async || (server.value(SN, "1", &house.user).await == "1").then_some(())).await;
    drop(many);
    let other = Flat::new(Setup::new(OTHER, KEY), server.hosts);
    until("room again", async || (other.seen().registered == 1).then_some(())).await;
}

/// Connects from another address than the rest.
async fn dial_from(from: &str, server: &Server) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("{from}:0").parse().unwrap()).unwrap();
    socket.connect(server.hosts).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_cannot_take_the_places_of_others() {
    let house = House::new("[limits]\nunregistered = 20\nunregistered_per_address = 8\nconnections_per_address = 10\n");
    let server = house.start();
    let mut many = Vec::new();
    for _ in 0..30 {
        many.push(dial_from("127.0.0.2", &server).await);
    }
    let refused = async || server.metric("connections_refused_of_address_total", &house.admin).await;
    until("refused", async || (refused().await == 22).then_some(())).await;
    assert_eq!(server.metric("unregistered", &house.admin).await, 8);
    let warnings = server.errors().matches("too many connections from one address").count();
    assert_eq!(warnings, 1, "{}", server.errors());
    // Others come in meanwhile.
    let flat = Flat::new(Setup::new(SN, KEY), server.hosts);
    synchronised(&server, SN, &house.user, 4).await;
    // Whoever closes makes room, also at the same address.
    drop(many);
    until("room again", async || (server.metric("unregistered", &house.admin).await == 0).then_some(())).await;
    let mut link = dial_from("127.0.0.2", &server).await;
    link.write_all(registration(OTHER, KEY, "35").as_bytes()).await.unwrap();
    let mut answer = [0; 16];
    link.read_exact(&mut answer).await.unwrap();

    // Those who have registered count too.
    let rest: Vec<_> = futures_util::future::join_all((0..12).map(|_| dial_from("127.0.0.1", &server))).await;
    until("refused", async || (refused().await >= 22 + 4).then_some(())).await;
    assert_eq!(server.metric("connections", &house.admin).await, 2 + 8);
    assert_eq!(flat.seen().registered, 1);
    drop(rest);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_read_slowly_and_others_are_heard() {
    let house = House::new(LIMITS);
    let server = house.start();
    let (flood, quiet) = (Flat::new(Setup::new(SN, KEY), server.hosts), Flat::new(Setup::new(OTHER, KEY), server.hosts));
    synchronised(&server, SN, &house.user, 4).await;
    synchronised(&server, OTHER, &house.admin, 4).await;
    let writer = tokio::spawn(async move {
        for value in 0.. {
            flood.set(value % 4 + 1, value);
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    });
    until("slowed", async || (server.metric("slowed_total", &house.admin).await > 3).then_some(())).await;
    for value in 1..=5 {
        let started = Instant::now();
        quiet.set(1, value);
        until("a push", async || (server.value(OTHER, "1", &house.admin).await == serde_json::json!(value.to_string())).then_some(()))
            .await;
        assert!(started.elapsed() < Duration::from_secs(5), "heard after {:?}", started.elapsed());
    }
    writer.abort();
}

/// The largest answer that fits, and one object more.
#[tokio::test(flavor = "multi_thread")]
async fn the_largest_answer_is_taken_and_what_is_larger_is_known_as_missing() {
    let house = House::new("");
    let server = house.start();
    // A frame is `{"sn":"08ABEF112233","cmd":"rsp2","data":[` with 42 bytes, `]}` with 2, and objects with commas between them.
    let object = |number: usize| {
        let address = format!("1\\/{}\\/{}", number / 256 % 8, number % 256);
        let name = format!("{:x<300}", format!("Lamp {number}"));
        let fields = ["oID", "EIS", "val", "oName", "room", "type", "addrSet", "addrSet2", "addrSet3", "group", "Icon"];
        let values = [&number.to_string(), "1", "0", &name, "1", "1", &address.replace('\\', ""), "", "", "", "@light"];
        fields.iter().zip(values).map(|(field, value)| field.len() + value.len() + 6).sum::<usize>() + 1
    };
    let mut length = 42 + 2;
    let fits = (1..).take_while(|number| {
        length += object(*number) + usize::from(*number > 1);
        length <= 40_960
    });
    let fits = fits.count();
    assert!((60..120).contains(&fits), "{fits}");
    let setup = Setup { objects: fits, name_bytes: 300, one_zone: true, ..Setup::new(SN, KEY) };
    let flat = Flat::new(setup.clone(), server.hosts);
    synchronised(&server, SN, &house.user, fits).await;
    assert_eq!(flat.seen().too_large, 0);
    drop(flat);

    let flat = Flat::new(Setup { objects: fits + 1, ..setup }, server.hosts);
    until("asked in vain", async || (flat.seen().too_large >= 3).then_some(())).await;
    until("noticed", async || server.errors().contains("not everything that the host has is known").then_some(())).await;
    // What was known before stays, and the host goes on.
    synchronised(&server, SN, &house.user, fits).await;
    flat.set(1, 1);
    until("a push", async || (server.value(SN, "1", &house.user).await == "1").then_some(())).await;
}
