//! Two processes, one store.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::StreamExt as _;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use crate::common::database::Database;
use crate::common::flat::{Flat, Setup};
use crate::common::*;
use crate::tenants::{registration, send};

const HOSTS: usize = 8;
/// How long the database is away. Writes that wait for it must not be given up meanwhile.
const AWAY: std::time::Duration = std::time::Duration::from_secs(12);

/// What stands in front of the processes: the one with the fewest connections that answers gets the next.
async fn balance(backends: Vec<SocketAddr>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let backends: Arc<Vec<_>> = Arc::new(backends.into_iter().map(|backend| (AtomicUsize::new(0), backend)).collect());
    tokio::spawn(async move {
        while let Ok((mut from, _)) = listener.accept().await {
            let mut order: Vec<usize> = (0..backends.len()).collect();
            order.sort_by_key(|at| backends[*at].0.load(Ordering::SeqCst));
            for at in order {
                if let Ok(mut to) = TcpStream::connect(backends[at].1).await {
                    let backends = Arc::clone(&backends);
                    backends[at].0.fetch_add(1, Ordering::SeqCst);
                    tokio::spawn(async move {
                        let _ = tokio::io::copy_bidirectional(&mut from, &mut to).await;
                        backends[at].0.fetch_sub(1, Ordering::SeqCst);
                    });
                    break;
                }
            }
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_processes_dies_and_nothing_is_lost() {
    let Some(mut database) = Database::start() else { return };
    let house = House::with_store(&database.setting(), "");
    // This is not about hosts that take their time, which they do on a busy machine.
    let text = std::fs::read_to_string(&house.config).unwrap().replace("answer_seconds = 2", "answer_seconds = 20");
    std::fs::write(&house.config, text).unwrap();
    let (first, second) = (house.start(), house.start());
    let sns: Vec<String> = (0..HOSTS).map(|number| format!("08ABEF{number:06}")).collect();
    for sn in &sns {
        let (status, _) = first.request("PUT", &format!("/v1/hosts/{sn}"), &house.admin, Some(json!({ "key": KEY }))).await;
        assert_eq!(status, 200);
    }
    let front = balance(vec![first.hosts, second.hosts]).await;
    let flats: Vec<Flat> = sns.iter().map(|sn| Flat::new(Setup::new(sn, KEY), front)).collect();
    for sn in &sns {
        synchronised(&second, sn, &house.admin, 4).await;
    }
    let (here, there) = (first.metric("connections", &house.admin).await, second.metric("connections", &house.admin).await);
    assert!(here > 0 && there > 0, "{here} and {there}\n{}\n{}", first.errors(), second.errors());

    // What one has let in the other does not let in once more.
    let reg = registration(SN, KEY, "35");
    let (link, answer) = send(&first, &reg).await;
    assert!(answer.contains("\"error\":\"0\""), "{answer}");
    let (_, answer) = send(&second, &reg).await;
    assert!(answer.contains("\"error\":\"1\""), "{answer}");
    drop(link);

    // Whichever process is asked, and whichever has the host.
    let mut request = format!("ws://{}/v1/events", second.api).into_client_request().unwrap();
    request.headers_mut().insert("authorization", format!("Bearer {}", house.admin).parse().unwrap());
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    let mut schedules = Vec::new();
    for (sn, flat) in sns.iter().zip(&flats) {
        for (object, process) in [("2", &first), ("3", &second)] {
            let path = format!("/v1/hosts/{sn}/objects/{object}/commands?wait=20");
            let (status, command) = process.request("POST", &path, &house.admin, Some(json!({ "value": "1" }))).await;
            assert_eq!((status, &command["state"]), (202, &json!("done")), "{command}");
            assert_eq!(flat.seen().values[object], "1");
        }
        flat.set(1, 7);
        let path = format!("/v1/hosts/{sn}/schedules/1");
        let schedule = json!({ "name": "x", "time": "09:55", "days": [1], "actions": [{ "object": "2", "value": "1" }] });
        assert_eq!(first.request("PUT", &path, &house.admin, Some(schedule)).await.0, 202);
        schedules.push(path);
    }
    let mut heard = std::collections::BTreeSet::new();
    while heard.len() < HOSTS {
        let message = tokio::time::timeout(std::time::Duration::from_secs(20), socket.next()).await.unwrap().unwrap().unwrap();
        let Ok(event) = serde_json::from_str::<serde_json::Value>(message.to_text().unwrap_or_default()) else { continue };
        if event["event"] == "value" && event["object"] == "1" && event["value"] == "7" {
            // Once, whether the process that tells it has the host or not.
            assert!(heard.insert(event["sn"].as_str().unwrap().to_owned()), "{event}");
        }
    }

    first.kill();
    for (sn, flat) in sns.iter().zip(&flats) {
        flat.set(4, 9);
        until("all with the other process", async || (second.value(sn, "4", &house.admin).await == "9").then_some(())).await;
        assert_eq!(second.value(sn, "1", &house.admin).await, "7");
    }
    assert_eq!(second.metric("connections", &house.admin).await, HOSTS as u64);
    for (path, flat) in schedules.iter().zip(&flats) {
        until("schedules on the hosts", async || (second.get(path, &house.admin).await["state"] == "on_host").then_some(())).await;
        assert_eq!(flat.seen().tasks, ["1"]);
    }

    // The database is gone for a while, longer than anybody waits for an answer: what was told meanwhile is known afterwards.
    database.stop();
    for flat in &flats {
        flat.set(1, 8);
    }
    let path = format!("/v1/hosts/{}/objects/1/commands", sns[0]);
    let (status, answer) = second.request("POST", &path, &house.admin, Some(json!({ "value": "1" }))).await;
    assert_eq!((status, &answer["error"]), (503, &json!("unavailable")));
    tokio::time::sleep(AWAY).await;
    database.start_again();
    for (sn, flat) in sns.iter().zip(&flats) {
        flat.set(2, 5);
        until("the store works again", async || (second.value(sn, "2", &house.admin).await == "5").then_some(())).await;
        until("nothing is lost", async || (second.value(sn, "1", &house.admin).await == "8").then_some(())).await;
    }
}
