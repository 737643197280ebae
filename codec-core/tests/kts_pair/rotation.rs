//! A new key and domain.

use codec_core::Secret;
use codec_core::kts::controller::Command;

use crate::joined::{KEY, Setup};

fn rotate(change: impl FnOnce(&mut crate::joined::Joined)) -> (crate::joined::Joined, Vec<String>) {
    let mut joined = Setup::new().join();
    joined.run(2_000);
    joined.server.clear();
    change(&mut joined);
    joined.submit(Command::Configure { key: Secret::new("new key"), domain: "other.example" }).unwrap();
    joined.run(15_000);
    let done = joined.take("Done");
    (joined, done)
}

#[test]
fn a_new_key_is_confirmed_and_used_from_then_on() {
    let (joined, done) = rotate(|_| ());
    assert_eq!(done, ["Done { ticket: Ticket(2), outcome: Confirmed }"]);
    let credentials = &joined.panel.tables().credentials;
    assert_eq!((*credentials.key().expose(), credentials.domain()), ("new key", "other.example"));
    assert!(joined.host.contains(&"Configured".to_string()));

    let mut setup = Setup::new();
    (setup.credentials, setup.key, setup.other) = ("new key", KEY, Some("new key"));
    let mut again = setup.join();
    again.run(1_000);
    assert_eq!(again.take("Registered"), ["Registered { with_other: true }"]);
}

#[test]
fn a_host_that_refuses_keeps_its_key() {
    let mut setup = Setup::new();
    setup.host.accept_configure = false;
    let mut joined = setup.join();
    joined.run(2_000);
    joined.server.clear();
    joined.submit(Command::Configure { key: Secret::new("new key"), domain: "other.example" }).unwrap();
    joined.run(1_000);
    assert_eq!(joined.take("Done"), ["Done { ticket: Ticket(2), outcome: Refused(1) }"]);
    assert_eq!(*joined.panel.tables().credentials.key().expose(), KEY);
}

#[test]
fn without_an_answer_nobody_knows_which_key_is_used() {
    let (_, done) = rotate(|joined| joined.lose = |frame| frame.contains("\"cfg\""));
    assert_eq!(done, ["Done { ticket: Ticket(2), outcome: TimedOut }"]);

    let mut joined = Setup::new().join();
    joined.run(2_000);
    joined.submit(Command::Configure { key: Secret::new("new key"), domain: "" }).unwrap();
    joined.hang_up();
    joined.run(1_000);
    let events = joined.server.split_off(joined.server.len() - 2);
    assert_eq!(events, ["Done { ticket: Ticket(2), outcome: Disconnected }", "Closed(PeerClosed)"]);
}
