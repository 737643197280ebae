//! Keys of hosts.

use serde_json::json;

use crate::common::flat::{Flat, Setup};
use crate::common::*;

async fn rotation(server: &Server, house: &House) -> serde_json::Value {
    server.get(&format!("/v1/hosts/{SN}"), &house.admin).await["rotation"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_takes_another_key_and_comes_back_with_it() {
    let house = House::new("");
    let server = house.start();
    let flat = Flat::new(Setup::new(SN, KEY), server.hosts);
    synchronised(&server, SN, &house.user, 4).await;
    let path = format!("/v1/hosts/{SN}/rotation");
    let (status, _) = server.request("POST", &path, &house.admin, Some(json!({ "domain": "kts.example" }))).await;
    assert_eq!(status, 202);
    until("done", async || (rotation(&server, &house).await == "done").then_some(())).await;
    let key = flat.seen().key;
    assert!(key.len() == 32 && key != KEY, "a random one");
    server.kill();
    // The old key is good no more, the new one is.
    let server = house.start();
    drop(flat);
    let old = Flat::new(Setup::new(SN, KEY), server.hosts);
    until("refused", async || (old.seen().refused > 0).then_some(())).await;
    drop(old);
    let flat = Flat::new(Setup::new(SN, &key), server.hosts);
    until("registered", async || (flat.seen().registered > 0).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_refuses_keeps_its_key() {
    let house = House::new("");
    let server = house.start();
    let flat = Flat::new(Setup { takes_keys: false, ..Setup::new(SN, KEY) }, server.hosts);
    synchronised(&server, SN, &house.user, 4).await;
    let path = format!("/v1/hosts/{SN}/rotation");
    assert_eq!(server.request("POST", &path, &house.admin, Some(json!({ "domain": "kts.example" }))).await.0, 202);
    until("refused", async || (rotation(&server, &house).await == "refused_by_host").then_some(())).await;
    server.kill();
    let server = house.start();
    drop(flat);
    let flat = Flat::new(Setup::new(SN, KEY), server.hosts);
    until("registered", async || (flat.seen().registered > 0).then_some(())).await;
}

/// The answer is lost: nobody knows which key the host has. Either is good until it says.
#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_without_an_answer_locks_nobody_out() {
    let house = House::new("");
    for taken in [true, false] {
        let server = house.start();
        // With the document's key again.
        assert_eq!(server.request("PUT", &format!("/v1/hosts/{SN}"), &house.admin, Some(json!({ "key": KEY }))).await.0, 200);
        let flat = Flat::new(Setup::new(SN, KEY), server.hosts);
        until("registered", async || (flat.seen().registered > 0).then_some(())).await;
        synchronised(&server, SN, &house.user, 4).await;
        flat.hang();
        let path = format!("/v1/hosts/{SN}/rotation");
        let body = || Some(json!({ "domain": "kts.example", "key": "new-key" }));
        assert_eq!(server.request("POST", &path, &house.admin, body()).await.0, 202);
        // A second one meanwhile would leave three keys.
        let (status, answer) = server.request("POST", &path, &house.admin, body()).await;
        assert_eq!((status, &answer["error"]), (429, &json!("busy")));
        until("no answer", async || server.errors().contains("may have the new key or not").then_some(())).await;
        assert_eq!(rotation(&server, &house).await, "pending");
        server.kill();
        let server = house.start();
        drop(flat);
        let flat = Flat::new(Setup::new(SN, if taken { "new-key" } else { KEY }), server.hosts);
        until("registered", async || (flat.seen().registered > 0).then_some(())).await;
        // What it has not taken it is sent again.
        until("known", async || (rotation(&server, &house).await == "done").then_some(())).await;
        assert_eq!(flat.seen().key, "new-key");
    }
}
