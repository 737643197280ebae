//! The way of a value, there and back.

use futures_util::StreamExt as _;
use serde_json::json;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use crate::common::flat::{Flat, Setup};
use crate::common::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_host_registers_and_its_objects_can_be_seen_and_switched() {
    let house = House::new("");
    let server = house.start();
    let flat = Flat::new(Setup::new(SN, KEY), server.hosts);
    synchronised(&server, SN, &house.user, 4).await;

    let objects = server.get(&format!("/v1/hosts/{SN}/objects?zone=2"), &house.user).await;
    let names: Vec<_> = objects.as_array().unwrap().iter().map(|object| object["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Lamp 2", "Lamp 4"]);
    assert_eq!(objects[0]["value"], "0");
    // No address is shown anywhere.
    assert!(!objects.to_string().contains("1/0/"), "{objects}");
    let zones = server.get(&format!("/v1/hosts/{SN}/zones"), &house.user).await;
    assert_eq!(zones[1], json!({ "id": "2", "name": "Bedroom", "parent": null, "icon": "@bedroom" }));

    // To the host, and what it pushes then.
    let path = format!("/v1/hosts/{SN}/objects/3/commands?wait=20");
    let (status, command) = server.request("POST", &path, &house.user, Some(json!({ "value": "1" }))).await;
    assert_eq!((status, &command["state"]), (202, &json!("done")), "{command}");
    assert_eq!(flat.seen().values["3"], "1");
    until("the push", async || (server.value(SN, "3", &house.user).await == "1").then_some(())).await;
    let id = command["id"].as_str().unwrap();
    assert_eq!(server.get(&format!("/v1/hosts/{SN}/commands/{id}"), &house.user).await["state"], "done");

    // From the host.
    flat.set(2, 1);
    until("the push", async || (server.value(SN, "2", &house.user).await == "1").then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_hears_values_in_their_order_and_nothing_of_others() {
    let house = House::new("");
    let server = house.start();
    let (flat, other) = (Flat::new(Setup::new(SN, KEY), server.hosts), Flat::new(Setup::new(OTHER, KEY), server.hosts));
    synchronised(&server, SN, &house.admin, 4).await;
    synchronised(&server, OTHER, &house.admin, 4).await;

    let mut request = format!("ws://{}/v1/events", server.api).into_client_request().unwrap();
    request.headers_mut().insert("authorization", format!("Bearer {}", house.user).parse().unwrap());
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    for value in 1..=50 {
        other.set(1, value);
        flat.set(1, value);
    }
    let mut heard = Vec::new();
    while heard.last().map(String::as_str) != Some("50") {
        let message = tokio::time::timeout(std::time::Duration::from_secs(20), socket.next()).await.unwrap().unwrap().unwrap();
        let tokio_tungstenite::tungstenite::Message::Text(text) = message else { continue };
        let event: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(event["sn"], SN, "{event}");
        if event["event"] == "value" {
            heard.push(event["value"].as_str().unwrap().to_owned());
        }
    }
    // A host pushes what is new when it can: some may be passed over, none comes twice or late.
    let numbers: Vec<u32> = heard.iter().map(|value| value.parse().unwrap()).collect();
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_goes_to_the_host_and_away_again() {
    let house = House::new("");
    let server = house.start();
    let flat = Flat::new(Setup::new(SN, KEY), server.hosts);
    synchronised(&server, SN, &house.user, 4).await;
    let path = format!("/v1/hosts/{SN}/schedules/7");
    let schedule = json!({ "name": "Morning", "time": "09:55", "days": [1, 7], "actions": [{ "object": "1", "value": "1" }] });
    let (status, body) = server.request("PUT", &path, &house.user, Some(schedule)).await;
    assert_eq!((status, &body["state"]), (202, &json!("pending")), "{body}");
    until("on the host", async || (server.get(&path, &house.user).await["state"] == "on_host").then_some(())).await;
    assert_eq!(flat.seen().tasks, ["7"]);
    assert_eq!(server.request("DELETE", &path, &house.user, None).await.0, 202);
    until("gone", async || (server.request("GET", &path, &house.user, None).await.0 == 404).then_some(())).await;
    until("gone from the host", async || flat.seen().tasks.is_empty().then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_have_words() {
    let house = House::new("");
    let server = house.start();
    let flat = Flat::new(Setup::new(SN, KEY), server.hosts);
    synchronised(&server, SN, &house.user, 4).await;
    let commands = |object: &str| format!("/v1/hosts/{SN}/objects/{object}/commands");
    let one = || Some(json!({ "value": "1" }));
    let long = Some(json!({ "value": "1".repeat(70_000) }));
    let schedule =
        |time: &str, object: &str| Some(json!({ "name": "x", "time": time, "days": [1], "actions": [{ "object": object, "value": "1" }] }));
    let many: Vec<_> = (0..500).map(|_| json!({ "object": "1", "value": "1" })).collect();
    let many = Some(json!({ "name": "x", "time": "09:00", "days": [1], "actions": many }));
    let cases = [
        ("POST", commands("99"), one(), 404, "not_found"),
        ("POST", commands("1"), Some(json!({ "value": "1,EIS1=1/1/2=1" })), 400, "bad_request"),
        ("POST", commands("1"), Some(json!({ "value": 1 })), 400, "bad_request"),
        ("POST", commands("1"), None, 400, "bad_request"),
        ("POST", commands("1"), long, 413, "too_large"),
        ("PUT", format!("/v1/hosts/{SN}/schedules/1"), schedule("9:55", "1"), 400, "bad_request"),
        ("PUT", format!("/v1/hosts/{SN}/schedules/1"), schedule("09:55", "99"), 400, "bad_request"),
        ("PUT", format!("/v1/hosts/{SN}/schedules/12345678901234567"), schedule("09:55", "1"), 400, "bad_request"),
        ("PUT", format!("/v1/hosts/{SN}/schedules/1"), many, 413, "too_large"),
        ("GET", "/v1/nothing".to_owned(), None, 404, "not_found"),
        ("DELETE", "/v1/hosts".to_owned(), None, 405, "no_such_method"),
        ("DELETE", format!("/v1/hosts/{SN}"), None, 403, "not_allowed"),
        ("GET", "/metrics".to_owned(), None, 403, "not_allowed"),
    ];
    for (method, path, body, status, word) in cases {
        let (found, answer) = server.request(method, &path, &house.user, body).await;
        assert_eq!((found, &answer["error"]), (status, &json!(word)), "{method} {path}: {answer}");
    }
    // A host that has gone, and one that does not answer.
    flat.hang();
    let path = format!("{}?wait=20", commands("1"));
    let (_, command) = server.request("POST", &path, &house.user, one()).await;
    assert_eq!(command["state"], "timed_out");
    drop(flat);
    until("offline", async || (server.get("/v1/hosts", &house.user).await[0]["online"] == false).then_some(())).await;
    let (status, answer) = server.request("POST", &path, &house.user, one()).await;
    assert_eq!((status, &answer["error"]), (409, &json!("not_connected")));
}
