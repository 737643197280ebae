//! `kill -9` under load.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::json;

use crate::common::flat::{Flat, Setup};
use crate::common::*;

const HOSTS: usize = 30;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_there_after_a_kill() {
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
    let flats: Vec<Flat> = sns.iter().map(|sn| Flat::new(Setup::new(sn, KEY), server.hosts)).collect();
    for sn in &sns {
        synchronised(&server, sn, &house.admin, 4).await;
    }
    let mut schedules = Vec::new();
    // Values that a host has had. None but these may ever be shown.
    let mut given: HashMap<&str, u32> = HashMap::new();
    for round in 1..=3_u32 {
        for (number, flat) in flats.iter().enumerate() {
            for step in 0..20 {
                flat.set(1, round * 1000 + step);
            }
            given.insert(&sns[number], round * 1000 + 19);
        }
        for sn in sns.iter().take(8) {
            let path = format!("/v1/hosts/{sn}/schedules/{round}");
            let schedule = json!({ "name": "x", "time": "09:55", "days": [1], "actions": [{ "object": "2", "value": "1" }] });
            if server.request("PUT", &path, &house.admin, Some(schedule)).await.0 == 202 {
                schedules.push(path);
            }
        }
        server.kill();
        // Nobody is connected, and everything that was acknowledged is there, before a host has come back.
        server = house.start();
        for path in &schedules {
            assert_eq!(server.get(path, &house.admin).await["time"], "09:55");
        }
        for sn in &sns {
            let value: u32 = server.value(sn, "1", &house.admin).await.as_str().unwrap().parse().unwrap();
            let plausible = value == 0 || (1..=round).any(|round| (round * 1000..round * 1000 + 20).contains(&value));
            assert!(plausible, "{sn} shows {value}");
        }
    }
    // Every host comes back, and is asked for everything: what it pushed while nobody heard is known.
    for (sn, last) in given {
        until("the last value", async || (server.value(sn, "1", &house.admin).await == json!(last.to_string())).then_some(())).await;
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
