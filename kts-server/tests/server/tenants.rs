//! Who may do what to whom.

use std::time::{SystemTime, UNIX_EPOCH};

use codec_core::Secret;
use codec_core::kts::{Scheme, sign};
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use crate::common::flat::{Flat, Setup};
use crate::common::*;

/// A registration that is right.
pub(crate) fn registration(sn: &str, key: &str, rand: &str) -> String {
    let timestamp = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().to_string();
    let signature = sign(Scheme::Md5, [sn, &timestamp, rand], Secret::new(key));
    let sign = signature.digits(&mut [0; 64]).to_owned();
    format!("{{\"sn\":\"{sn}\",\"cmd\":\"reg\",\"timestamp\":\"{timestamp}\",\"rand\":\"{rand}\",\"sign\":\"{sign}\"}}\r\n")
}

/// Sends a text on a new connection; the connection and the first line of the answer.
pub(crate) async fn send(server: &Server, text: &str) -> (BufReader<TcpStream>, String) {
    let mut link = BufReader::new(TcpStream::connect(server.hosts).await.unwrap());
    link.write_all(text.as_bytes()).await.unwrap();
    let mut line = String::new();
    link.read_line(&mut line).await.unwrap();
    (link, line)
}

#[tokio::test(flavor = "multi_thread")]
async fn users_reach_their_own_hosts_only() {
    let house = House::new("");
    let server = house.start();
    let flats = [SN, OTHER].map(|sn| Flat::new(Setup::new(sn, KEY), server.hosts));
    synchronised(&server, OTHER, &house.admin, 4).await;
    synchronised(&server, SN, &house.admin, 4).await;

    let all = server.get("/v1/hosts", &house.user).await;
    assert_eq!(all.as_array().unwrap().len(), 1);
    assert_eq!(all[0]["sn"], SN);
    let one = Some(json!({ "value": "1" }));
    let schedule = json!({ "name": "x", "time": "09:55", "days": [1], "actions": [{ "object": "1", "value": "1" }] });
    let wanted = [
        ("GET", String::new(), None),
        ("GET", "/zones".to_owned(), None),
        ("GET", "/objects".to_owned(), None),
        ("GET", "/objects/1".to_owned(), None),
        ("POST", "/objects/1/commands".to_owned(), one),
        ("GET", "/commands/1".to_owned(), None),
        ("GET", "/schedules".to_owned(), None),
        ("GET", "/schedules/1".to_owned(), None),
        ("PUT", "/schedules/1".to_owned(), Some(schedule)),
        ("DELETE", "/schedules/1".to_owned(), None),
        ("POST", "/rotation".to_owned(), Some(json!({ "domain": "example" }))),
        ("PUT", String::new(), Some(json!({}))),
        ("DELETE", String::new(), None),
    ];
    for (method, path, body) in wanted {
        // Whether there is such a host is not told either.
        for sn in [OTHER, "0000", "..%2Fhost", "08ABEF112233%2F..%2FBC0008ABEF112233"] {
            let path = format!("/v1/hosts/{sn}{path}");
            let (status, answer) = server.request(method, &path, &house.user, body.clone()).await;
            assert_eq!((status, &answer["error"]), (403, &json!("not_allowed")), "{method} {path}");
        }
    }
    for token in ["", "wrong", &house.user[1..]] {
        assert_eq!(server.request("GET", "/v1/hosts", token, None).await.0, 401);
    }
    assert_eq!(flats[1].seen().values["1"], "0");
    assert!(server.errors().contains("a user wanted what is not his"), "{}", server.errors());
    assert!(server.metric("api_refused_total", &house.admin).await >= 52);

    // Rights that are taken away are gone at once, and so is a token.
    let (_, new) = server.request("PUT", "/v1/users/alice", &house.admin, Some(json!({ "hosts": [OTHER] }))).await;
    assert_eq!(server.request("GET", "/v1/hosts", &house.user, None).await.0, 401);
    let token = new["token"].as_str().unwrap();
    assert_eq!(server.get("/v1/hosts", token).await[0]["sn"], OTHER);
    // The store has no token.
    drop(server);
    let store = std::fs::read(house.folder.0.join("kts.redb")).unwrap();
    for token in [token, &house.admin] {
        assert!(!store.windows(token.len()).any(|window| window == token.as_bytes()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_is_good_for_once() {
    let house = House::new("");
    let server = house.start();
    let reg = registration(SN, KEY, "35");
    let (mut first, answer) = send(&server, &reg).await;
    assert_eq!(answer, format!("{{\"sn\":\"{SN}\",\"cmd\":\"regrsp\",\"data\":{{\"error\":\"0\"}}}}\r\n"));
    let refused = format!("{{\"sn\":\"{SN}\",\"cmd\":\"regrsp\",\"data\":{{\"error\":\"1\"}}}}\r\n");
    let (mut again, answer) = send(&server, &reg).await;
    assert_eq!(answer, refused);
    assert_eq!(again.read(&mut [0; 16]).await.unwrap(), 0, "closed");
    // Nor does it throw out the host that is there.
    let mut line = String::new();
    first.read_line(&mut line).await.unwrap();
    assert!(line.contains("query1"), "{line}");
    // Not by the next process either.
    server.signal("TERM");
    let mut server = server;
    assert!(server.wait().success());
    let server = house.start();
    assert_eq!(send(&server, &reg).await.1, refused);
    assert_eq!(server.metric("replays_total", &house.admin).await, 1);
    assert!(server.errors().contains("the registration was used before"), "{}", server.errors());

    for wrong in [registration(SN, "wrong", "36"), registration("0815", KEY, "37"), reg.replace("\"timestamp\":\"1", "\"timestamp\":\"2")] {
        assert!(send(&server, &wrong).await.1.contains("\"error\":\"1\""), "{wrong}");
    }
    assert_eq!(server.metric("registrations_refused_total", &house.admin).await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_in_the_name_of_others_change_nothing() {
    let house = House::new("");
    let server = house.start();
    let other = Flat::new(Setup::new(OTHER, KEY), server.hosts);
    synchronised(&server, OTHER, &house.admin, 4).await;
    let push = |sn: &str| format!("{{\"sn\":\"{sn}\",\"cmd\":\"push\",\"data\":[{{\"oID\":\"1\",\"EIS\":\"1\",\"val\":\"7\"}}]}}\r\n");

    // Before a registration, and after that of another.
    let mut link = TcpStream::connect(server.hosts).await.unwrap();
    link.write_all(push(OTHER).as_bytes()).await.unwrap();
    let (mut link, _) = send(&server, &registration(SN, KEY, "40")).await;
    link.write_all(push(OTHER).as_bytes()).await.unwrap();
    link.write_all(registration(OTHER, "wrong", "41").as_bytes()).await.unwrap();
    until("noticed", async || (server.metric("foreign_frames_total", &house.admin).await == 2).then_some(())).await;
    assert_eq!(server.value(OTHER, "1", &house.admin).await, "0");
    assert!(server.errors().contains("the serial number of another host"), "{}", server.errors());
    // The host itself is not disturbed.
    other.set(1, 1);
    until("its own push", async || (server.value(OTHER, "1", &house.admin).await == "1").then_some(())).await;
    assert_eq!(other.seen().registered, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_raw_log_has_everything_but_secrets() {
    let house = House::new("");
    let server = house.start();
    let flat = Flat::new(Setup::new(SN, KEY), server.hosts);
    synchronised(&server, SN, &house.user, 4).await;
    let new = "another-secret-key";
    let path = format!("/v1/hosts/{SN}/rotation");
    let (status, _) = server.request("POST", &path, &house.admin, Some(json!({ "key": new, "domain": "kts.example" }))).await;
    assert_eq!(status, 202);
    until("the new key", async || (flat.seen().key == new).then_some(())).await;
    let log = until("the log", async || {
        let text = std::fs::read_to_string(house.folder.0.join(format!("log/{SN}.log"))).unwrap_or_default();
        text.contains("cfgrsp").then_some(text)
    })
    .await;
    for wanted in ["\"cmd\":\"query1\"", "\"cmd\":\"rsp1\"", "\"cmd\":\"rsp2\"", "\"cmd\":\"cfg\"", "kts.example", " < {", " > {"] {
        assert!(log.contains(wanted), "{wanted} in {log}");
    }
    let unregistered = std::fs::read_to_string(house.folder.0.join("log/unregistered.log")).unwrap();
    assert!(unregistered.contains("\"cmd\":\"reg\"") && unregistered.contains("127.0.0.1:"), "{unregistered}");
    let text = log + &unregistered + &server.errors();
    assert!(!text.contains(KEY) && !text.contains(new), "{text}");
    assert!(unregistered.contains("\"sign\":\"********************************\""), "{unregistered}");
}
