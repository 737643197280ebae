//! The beginning and the end of a process, and its certificates.

use std::time::Duration;

use serde_json::json;

use crate::common::flat::{Dial as _, Flat, Setup};
use crate::common::tls::Tls;
use crate::common::*;

#[test]
fn a_configuration_is_written_and_checked() {
    let folder = Folder::new();
    let path = folder.0.join("kts.toml");
    said(&["init"], &path);
    let before = std::fs::read_to_string(&path).unwrap();
    assert!(said(&["--check"], &path).contains("is right"));
    // An existing one is left alone.
    assert!(!run(&["init"], &path).0.success());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), before);
    for (from, to, word) in [
        ("[limits]", "[limits]\nconections = 3", "conections"),
        ("127.0.0.1:8443", "0.0.0.0:8443", "tls"),
        ("file = ", "files = ", "files"),
        ("#= answer_seconds = 10", "answer_seconds = 0", "answer_seconds"),
        ("listen = \"0.0.0.0:41709\"", "listen = \"0.0.0.0\"", "line"),
        ("# tls = { certificate = \"api.pem\"", "tls = { certificate = \"api.pem\"", "api.pem"),
    ] {
        assert!(before.contains(from), "{from}");
        std::fs::write(&path, before.replace(from, to)).unwrap();
        let (status, _, err) = run(&["--check"], &path);
        assert!(!status.success() && err.contains(word), "{to}: {err}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_asked_to_end_finishes_what_is_under_way() {
    let house = House::new("");
    let mut server = house.start();
    let flat = Flat::new(Setup::new(SN, KEY), server.hosts);
    synchronised(&server, SN, &house.user, 4).await;
    // A second start finds the store taken.
    let (status, _, err) = run(&["user", "list"], &house.config);
    assert!(!status.success() && err.contains("kts.redb"), "{err}");

    flat.hang();
    tokio::time::sleep(Duration::from_millis(100)).await;
    // This waits for its answer, two seconds at most, and so does the process.
    let path = format!("/v1/hosts/{SN}/objects/1/commands");
    let (status, command) = server.request("POST", &path, &house.user, Some(json!({ "value": "1" }))).await;
    assert_eq!(status, 202);
    tokio::time::sleep(Duration::from_millis(300)).await;
    server.signal("TERM");
    until("no more is taken", async || {
        let (status, answer) = server.request("GET", "/health", "", None).await;
        (status == 503 && answer["error"] == "draining").then_some(())
    })
    .await;
    assert_eq!(server.request("POST", &path, &house.user, Some(json!({ "value": "1" }))).await.0, 503);
    assert!(server.wait().success());
    drop(flat);
    let server = house.start();
    let id = command["id"].as_str().unwrap();
    assert_eq!(server.get(&format!("/v1/hosts/{SN}/commands/{id}"), &house.user).await["state"], "timed_out");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_host_is_offline_after_so_many_missed_beats() {
    let house = House::new("");
    let text = std::fs::read_to_string(&house.config).unwrap();
    std::fs::write(&house.config, text.replace("[hosts]", "[hosts]\nheartbeat_seconds = 10\nmissed_beats = 2")).unwrap();
    let server = house.start();
    let flats = [SN, OTHER].map(|sn| Flat::new(Setup { keepalive_millis: 10_000, ..Setup::new(sn, KEY) }, server.hosts));
    let online = async |sn: &str| server.get(&format!("/v1/hosts/{sn}"), &house.admin).await["online"].clone();
    for sn in [SN, OTHER] {
        synchronised(&server, sn, &house.admin, 4).await;
        assert_eq!(online(sn).await, true);
    }
    // The connection stays open, and nothing comes any more.
    flats[0].hang();
    until("offline", async || (online(SN).await == false).then_some(())).await;
    assert_eq!((online(OTHER).await, flats[1].seen().registered), (json!(true), 1));
}

/// A certificate for localhost, in two files. Gives it for those who are to trust it.
fn certificate(folder: &Folder) -> tokio_rustls::rustls::pki_types::CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    folder.write("key.pem", &made.signing_key.serialize_pem());
    folder.write("cert.pem", &made.cert.pem());
    made.cert.der().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_are_read_again_and_connections_stay() {
    let house = House::new("");
    let first = certificate(&house.folder);
    let tls = "tls = { certificate = \"cert.pem\", key = \"key.pem\" }\n";
    let text = std::fs::read_to_string(&house.config).unwrap();
    let text = text.replace("[hosts]\n", &format!("[hosts]\n{tls}")).replace("[api]\n", &format!("[api]\n{tls}"));
    std::fs::write(&house.config, text).unwrap();
    let server = house.start();
    let flat = Flat::new(Setup::new(SN, KEY), Tls::new(server.hosts, first.clone()));
    let old = Tls::new(server.api, first);
    let get = async |tls: &Tls, path: &str| std::io::Result::Ok(request(tls.dial().await?, "GET", path, &house.user, None).await.1);
    let path = format!("/v1/hosts/{SN}/objects");
    until("synchronised", async || (get(&old, &path).await.unwrap().as_array().map(Vec::len) == Some(4)).then_some(())).await;
    // Plain text gets nowhere.
    let flood = Flat::new(Setup::new(OTHER, KEY), server.hosts);

    // Half of a change is no certificate: the one before stays.
    std::fs::write(house.folder.0.join("cert.pem"), "nothing").unwrap();
    server.signal("HUP");
    until("noticed", async || server.errors().contains("the certificate stays as it is").then_some(())).await;
    assert!(get(&old, &path).await.is_ok());
    let second = certificate(&house.folder);
    server.signal("HUP");
    let new = Tls::new(server.api, second);
    until("the new certificate", async || get(&new, &path).await.is_ok().then_some(())).await;
    assert!(get(&old, &path).await.is_err());
    // The host has noticed nothing.
    flat.set(1, 1);
    until("a push", async || (get(&new, &path).await.unwrap()[0]["value"] == "1").then_some(())).await;
    assert_eq!((flat.seen().registered, flood.seen().registered), (1, 0));
}
