//! `kill -9` under load.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use crate::common::flat::{Flat, Setup};
use crate::common::*;

const HOSTS: usize = 30;

/// Everything that was ever shown: host, object and value.
type Shown = Arc<Mutex<HashSet<(String, String, String)>>>;

/// Listens to a process until it dies.
async fn listen(server: &Server, token: &str, shown: &Shown) {
    let mut request = format!("ws://{}/v1/events", server.api).into_client_request().unwrap();
    request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    let shown = Arc::clone(shown);
    tokio::spawn(async move {
        while let Some(Ok(message)) = socket.next().await {
            let Ok(event) = serde_json::from_str::<Value>(message.to_text().unwrap_or_default()) else { continue };
            if event["event"] == "value" {
                let text = |member: &str| event[member].as_str().unwrap().to_owned();
                shown.lock().unwrap().insert((text("sn"), text("object"), text("value")));
            }
        }
    });
}

/// Reads all values of a host.
async fn read(server: &Server, sn: &str, token: &str, shown: &Shown) {
    let objects = server.get(&format!("/v1/hosts/{sn}/objects"), token).await;
    assert_eq!(objects.as_array().unwrap().len(), 4, "{sn}");
    for object in objects.as_array().unwrap() {
        let text = |member: &str| object[member].as_str().unwrap().to_owned();
        shown.lock().unwrap().insert((sn.to_owned(), text("id"), text("value")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_there_after_a_kill_and_nothing_is_invented() {
    let house = House::new("");
    let mut server = house.start();
    // The port stays, so that hosts find the next process.
    let text = std::fs::read_to_string(&house.config).unwrap().replacen("127.0.0.1:0", &server.hosts.to_string(), 1);
    std::fs::write(&house.config, text).unwrap();
    let sns: Vec<String> = (0..HOSTS).map(|number| format!("08ABEF{number:06}")).collect();
    for sn in &sns {
        let (status, _) = server.request("PUT", &format!("/v1/hosts/{sn}"), &house.admin, Some(json!({ "key": KEY }))).await;
        assert_eq!(status, 200);
    }
    let hosts = server.hosts;
    let shown = Shown::default();
    listen(&server, &house.admin, &shown).await;
    let flats: Vec<Flat> = sns.iter().map(|sn| Flat::new(Setup { keeps_sent: true, ..Setup::new(sn, KEY) }, server.hosts)).collect();
    for sn in &sns {
        synchronised(&server, sn, &house.admin, 4).await;
    }
    // No value is sent twice: where one comes from is known.
    let mut next = 0_u32;
    let mut value = || {
        next += 1;
        next
    };
    let mut schedules = Vec::new();
    let mut last = Vec::new();
    for round in 1..=3_u32 {
        // Seen by somebody, who then has something acknowledged: that both are durable is known.
        let mut settled = Vec::new();
        for (sn, flat) in sns.iter().zip(&flats).take(8) {
            let value = value().to_string();
            flat.set(4, &value);
            until("a value", async || (server.value(sn, "4", &house.admin).await == value).then_some(())).await;
            let path = format!("/v1/hosts/{sn}/schedules/{round}");
            let schedule = json!({ "name": "x", "time": "09:55", "days": [1], "actions": [{ "object": "2", "value": "1" }] });
            assert_eq!(server.request("PUT", &path, &house.admin, Some(schedule)).await.0, 202);
            schedules.push(path);
            settled.push((sn, value));
        }
        // In the middle of this it dies.
        last.clear();
        for step in 0..20 {
            for flat in &flats {
                let value = value();
                flat.set(1, value);
                last.push(value);
            }
            if step == 10 {
                let heard = shown.lock().unwrap().len();
                until("load", async || (shown.lock().unwrap().len() > heard).then_some(())).await;
            }
        }
        server.kill();
        // As the store is, before a host has come back: the port of the hosts is another one for so long.
        let text = std::fs::read_to_string(&house.config).unwrap().replacen(&hosts.to_string(), "127.0.0.1:0", 1);
        server = Server::start(&house.folder.write("alone.toml", &text));
        for path in &schedules {
            assert_eq!(server.get(path, &house.admin).await["time"], "09:55");
        }
        for (sn, value) in settled {
            assert_eq!(server.value(sn, "4", &house.admin).await, value, "{sn}");
        }
        for sn in &sns {
            read(&server, sn, &house.admin, &shown).await;
        }
        server.kill();
        server = house.start();
        listen(&server, &house.admin, &shown).await;
    }
    // Every host comes back, and is asked for everything: what it pushed while nobody heard is known.
    for (sn, last) in sns.iter().zip(&last[last.len() - HOSTS..]) {
        until("the last value", async || (server.value(sn, "1", &house.admin).await == json!(last.to_string())).then_some(())).await;
        read(&server, sn, &house.admin, &shown).await;
    }
    until("schedules on all hosts", async || {
        let mut there = true;
        for path in &schedules {
            there &= server.get(path, &house.admin).await["state"] == "on_host";
        }
        there.then_some(())
    })
    .await;
    assert!(flats.iter().take(8).all(|flat| flat.seen().tasks.len() == 3));
    let mut sent = HashSet::new();
    for (sn, flat) in sns.iter().zip(&flats) {
        sent.extend(flat.seen().sent.into_iter().map(|(object, value)| (sn.clone(), object, value)));
    }
    let shown = shown.lock().unwrap();
    let invented: Vec<_> = shown.difference(&sent).collect();
    assert!(invented.is_empty(), "{invented:?}");
    // The load was heard, and the log of what was sent has it.
    assert!(shown.len() > 3 * HOSTS, "{}", shown.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_was_accepted_outlives_the_process() {
    let house = House::new("");
    let server = house.start();
    let flat = Flat::new(Setup::new(SN, KEY), server.hosts);
    synchronised(&server, SN, &house.user, 4).await;
    // The host does not hear it.
    flat.hang();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let (status, command) =
        server.request("POST", &format!("/v1/hosts/{SN}/objects/2/commands"), &house.user, Some(json!({ "value": "1" }))).await;
    assert_eq!(status, 202);
    server.kill();
    drop(flat);
    let server = house.start();
    let flat = Flat::new(Setup::new(SN, KEY), server.hosts);
    let path = format!("/v1/hosts/{SN}/commands/{}", command["id"].as_str().unwrap());
    until("done", async || (server.get(&path, &house.user).await["state"] == "done").then_some(())).await;
    assert_eq!(flat.seen().values["2"], "1");
}
