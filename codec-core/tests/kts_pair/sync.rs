//! What the server learns, and how it controls.

use codec_core::home::Request;
use codec_core::kts::controller::{Command, Failure};
use codec_core::kts::{ActionInfo, GroupAddress};

use crate::joined::{Setup, lamp, zone};

#[test]
fn zones_are_asked_for_one_by_one() {
    let mut joined = Setup::new().join();
    joined.run(2_000);
    let asked = String::from_utf8(joined.to_host.clone()).unwrap();
    let rooms: Vec<&str> = asked.split("\"oRoom\":\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(rooms, ["-1", "1", "2"]);
    assert_eq!(
        ["37", "38", "39", "40"].map(|id| joined.value(id).map(str::to_owned)),
        [Some("0".into()), Some("0".into()), Some("0".into()), None]
    );
    let events = std::mem::take(&mut joined.server);
    assert_eq!(events.iter().filter(|event| event.starts_with("Zone(")).count(), 2);
    assert_eq!(events.iter().filter(|event| event.starts_with("Object(")).count(), 3);
    assert_eq!(events.iter().filter(|event| *event == "Synchronised { complete: true }").count(), 1);
    assert_eq!(events.iter().filter(|event| event.starts_with("Notice(Output")).count(), 3);
}

#[test]
fn a_push_is_a_notice() {
    let mut joined = Setup::new().join();
    joined.run(2_000);
    joined.server.clear();
    joined.push("38", Some("1"));
    joined.run(1_000);
    assert_eq!(joined.value("38"), Some("1"));
    let events = std::mem::take(&mut joined.server);
    assert!(events[0].starts_with("Update { update: Update { id: Some(\"38\")") && events[0].ends_with("early: false }"), "{events:?}");
    assert_eq!(events[1..], ["Notice(Output { output: 38, on: true })", "ListEnd(Push)"]);
}

#[test]
fn a_control_is_confirmed_and_pushed() {
    let mut joined = Setup::new().join();
    joined.run(2_000);
    joined.server.clear();
    let command = Command::try_from(Request::Switch { output: 39, on: true }).unwrap();
    joined.submit(command).unwrap();
    assert_eq!(joined.submit(Command::Set { object: "39", value: "1" }).map_err(Failure::from), Err(Failure::Busy));
    joined.run(1_000);
    assert_eq!(joined.take("Done"), ["Done { ticket: Ticket(2), outcome: Confirmed }"]);
    assert_eq!(joined.value("39"), Some("1"));
    assert!(String::from_utf8_lossy(&joined.to_host).contains("\"data\":\"EIS1=1/1/39=1\""));

    // An address that nothing has.
    let action = ActionInfo { eis: 1, address: GroupAddress::new(9, 1, 1).unwrap(), value: "1" };
    joined.submit(Command::Control(action)).unwrap();
    joined.run(1_000);
    assert_eq!(joined.take("Done"), ["Done { ticket: Ticket(3), outcome: Refused(1) }"]);
    assert_eq!(joined.submit(Command::Set { object: "40", value: "1" }).map_err(Failure::from), Err(Failure::BadRequest));
    assert_eq!(joined.submit(Command::Set { object: "39", value: "1,2" }).map_err(Failure::from), Err(Failure::BadRequest));
}

#[test]
fn a_control_that_is_lost_times_out() {
    let mut joined = Setup::new().join();
    joined.run(2_000);
    joined.server.clear();
    joined.lose = |frame| frame.contains("control");
    joined.submit(Command::Set { object: "39", value: "1" }).unwrap();
    joined.run(9_000);
    assert!(joined.take("Done").is_empty());
    joined.run(2_000);
    assert_eq!(joined.take("Done"), ["Done { ticket: Ticket(2), outcome: TimedOut }"]);
    // The answer may still come, and would be taken for that of the next.
    assert_eq!(joined.submit(Command::Set { object: "39", value: "1" }).map_err(Failure::from), Err(Failure::Busy));
    joined.lose = |_| false;
    joined.run(10_000);
    joined.submit(Command::Set { object: "39", value: "1" }).unwrap();
    joined.run(1_000);
    assert_eq!(joined.take("Done"), ["Done { ticket: Ticket(3), outcome: Confirmed }"]);
}

#[test]
fn a_question_that_is_lost_is_asked_again() {
    let mut joined = Setup::new().join();
    joined.lose = |frame| frame.contains("\"tag\":\"1\"") || frame.contains("\"tag\":\"3\"");
    joined.run(100_000);
    assert_eq!(joined.take("Synchronised"), ["Synchronised { complete: true }"]);
    assert_eq!(joined.value("39"), Some("0"));

    let mut joined = Setup::new().join();
    joined.lose = |frame| frame.contains("\"oRoom\":\"2\"");
    joined.run(150_000);
    assert_eq!(joined.take("Synchronised"), ["Synchronised { complete: false }"]);
    assert_eq!((joined.value("37"), joined.value("38")), (Some("0"), None));
    assert_eq!(String::from_utf8_lossy(&joined.to_host).matches("\"oRoom\":\"2\"").count(), 3);
}

#[test]
fn values_that_were_not_read_are_asked_for_again() {
    let mut setup = Setup::new();
    setup.objects[1] = codec_core::kts::panel::ObjectState::new(setup.objects[1].info);
    let mut joined = setup.join();
    joined.run(5_000);
    assert_eq!(joined.take("Synchronised").len(), 1);
    assert_eq!((joined.value("37"), joined.value("38")), (Some("0"), None));
    let asked = |joined: &crate::joined::Joined, room: &str| {
        String::from_utf8_lossy(&joined.to_host).matches(&format!("\"oRoom\":\"{room}\"")).count()
    };
    assert_eq!((asked(&joined, "1"), asked(&joined, "2")), (1, 1));
    joined.run(60_000);
    // Only the zone of the object, and not for ever.
    assert_eq!((asked(&joined, "1"), asked(&joined, "2")), (1, 6));
    joined.run(60_000);
    assert_eq!(asked(&joined, "2"), 6);
    joined.push("38", Some("1"));
    joined.run(1_000);
    assert_eq!(joined.value("38"), Some("1"));
}

/// A list of 40 KB through a buffer of 512 bytes; and one that is too long, which goes zone by zone.
#[test]
fn a_large_flat_passes_through_a_small_buffer() {
    let mut setup = Setup::new();
    setup.zones = (0..40).map(|number| zone(Box::leak(number.to_string().into_boxed_str()))).collect();
    setup.objects = (0..1200).map(|number| lamp(number, setup.zones[number % 40].id)).collect();
    setup.rx = 512;
    setup.zone_places = 40;
    let mut joined = setup.join();
    joined.run(20_000);
    let objects = joined.server.iter().filter(|event| event.starts_with("Object(")).count();
    assert_eq!(objects, 1200);
    assert_eq!(joined.server.iter().filter(|event| event.starts_with("Fault(")).count(), 1, "the table of 64 objects is full, once");
    assert_eq!(joined.take("Synchronised"), ["Synchronised { complete: true }"]);

    joined.submit(Command::Query { room: None }).unwrap();
    joined.run(20_000);
    assert_eq!(joined.take("Done").len(), 1);
    assert!(joined.host.iter().any(|event| event == "Refused { verb: QueryObjects, refusal: TooLarge }"));
}

/// A server may take the buffers away whenever they are empty.
#[test]
fn buffers_may_be_others_between_frames() {
    let mut joined = Setup::new().join();
    let mut lent = 0;
    for step in 0..4_000 {
        if joined.rx.unread().is_empty() && joined.tx.is_empty() {
            let size = 512 + step % 700;
            joined.rx = codec_core::RxBuf::new(Box::leak(vec![0; size].into_boxed_slice()));
            lent += 1;
        }
        if step == 3_000 {
            joined.push("38", Some("1"));
        }
        joined.run(1);
    }
    assert!(lent > 3_000, "{lent}");
    assert_eq!(joined.value("38"), Some("1"));
    assert_eq!(joined.take("Synchronised").len(), 1);
}
