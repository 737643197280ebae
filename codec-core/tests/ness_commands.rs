//! What a controller sends for each command, and what ends it.

mod common;

use codec_core::home::{self, Mode};
use codec_core::ness::controller::{Command, Config, Outcome};
use codec_core::ness::{RequestId, StatusUpdate};
use codec_core::{EncodeError, Machine, Refused, Secret};
use common::rig::{Rig, Seen, status_line};

const CODE: Option<Secret<&str>> = Some(Secret::new("1234"));

fn outcomes(seen: &[Seen]) -> Vec<Outcome> {
    seen.iter().filter_map(|seen| if let Seen::Done(_, outcome) = seen { Some(*outcome) } else { None }).collect()
}

/// The calls of the Python library and the keys it lacks, with the bytes that stand in the specification.
#[test]
fn every_command_is_the_documented_request() {
    let code = Secret::new("1234");
    for (command, wire) in [
        (Command::ArmAway { code: None }, "8300260AE17"),
        (Command::ArmAway { code: CODE }, "8300660A1234E49"),
        (Command::ArmAway { code: Some(Secret::new("123")) }, "8300560A123E7E"),
        (Command::ArmHome { code: None }, "8300260HE10"),
        (Command::ArmHome { code: CODE }, "8300660H1234E42"),
        (Command::Disarm { code }, "83005601234E8B"),
        (Command::Disarm { code: Secret::new("12") }, "830036012EF4"),
        (Command::Panic { code: CODE }, "8300660*1234#82"),
        (Command::Panic { code: None }, "8300160P4E"),
        (Command::Keys(Secret::new("F")), "8300160F58"),
        (Command::Keys(Secret::new("D")), "8300160D5A"),
        (Command::PanelInfo, "8300360S17E1"),
        (Command::Status(RequestId::Zone17To32InputUnsealed), "8300360S20E7"),
    ] {
        assert_eq!(Rig::quiet().submit(command).unwrap().1, format!("{wire}\r\n"));
    }
    let aux = |output, on| Rig::quiet().submit(Command::Aux { output, on }).unwrap().1;
    let on = ["10", "0E", "0C", "0A", "08", "06", "04", "02"];
    let off = ["17", "15", "13", "11", "0F", "0D", "0B", "09"];
    for (output, (on, off)) in (1..).zip(on.into_iter().zip(off)) {
        assert_eq!(aux(output, true), format!("8300360{output}{output}*{on}\r\n"));
        assert_eq!(aux(output, false), format!("8300360{output}{output}#{off}\r\n"));
    }
}

/// All 34 status requests of the table, as sent to address 0.
#[test]
fn every_status_can_be_asked_for() {
    let checksums = [
        "E9", "E8", "E7", "E6", "E5", "E4", "E3", "E2", "E1", "E0", "E8", "E7", "E6", "E5", "E4", "E3", "E2", "E1", "E0", "DF", "E7", "E6",
        "E5", "E4", "E3", "E2", "E1", "E0", "DF", "DE", "E6", "E5", "E4", "E3",
    ];
    assert_eq!(RequestId::ALL.len(), checksums.len());
    for (id, checksum) in RequestId::ALL.iter().zip(checksums) {
        let mut rig = Rig::quiet();
        let (ticket, sent) = rig.submit(Command::Status(*id)).unwrap();
        assert_eq!(sent, format!("8300360S{:02X}{checksum}\r\n", id.raw()));
        rig.status(&format!("{:02x}0000", id.raw() ^ 1));
        let (seen, _) = rig.feed(format!("{}\r\n", status_line(&format!("{:02x}a55a", id.raw()))).as_bytes());
        assert_eq!(seen[1], Seen::Done(ticket, Outcome::Answer(StatusUpdate { request: *id, value: 0xA55A })));
    }
}

#[test]
fn arming_is_confirmed_by_an_event_or_by_a_poll() {
    let mut rig = Rig::quiet();
    rig.submit(Command::ArmAway { code: CODE }).unwrap();
    // What was true before says nothing about the command.
    assert_eq!(outcomes(&rig.feed(b"8200036000040017\r\n").0), []);
    assert_eq!(outcomes(&rig.feed(b"870003612458011809221103043d\r\n").0), [Outcome::Confirmed]);

    let mut rig = Rig::quiet();
    rig.submit(Command::ArmAway { code: CODE }).unwrap();
    let (_, sent) = rig.wait(1_500);
    assert_eq!(sent, "8300360S14E4\r\n");
    assert_eq!(outcomes(&rig.feed(b"8200036014010006\r\n").0), [Outcome::Confirmed]);

    let mut rig = Rig::quiet();
    rig.submit(Command::ArmHome { code: None }).unwrap();
    assert_eq!(outcomes(&rig.feed(b"82000360141000f7\r\n").0), [Outcome::Confirmed]);

    // A wrong code: the panel says nothing, the poll shows that nothing happened.
    let mut rig = Rig::quiet();
    rig.submit(Command::ArmAway { code: CODE }).unwrap();
    rig.wait(2_000);
    assert_eq!(outcomes(&rig.feed(b"8200036014000007\r\n").0), []);
    assert_eq!(outcomes(&rig.wait(3_000).0), [Outcome::TimedOut]);
}

#[test]
fn disarming_panic_and_outputs_are_confirmed() {
    let mut rig = Rig::quiet();
    rig.status("140500");
    rig.submit(Command::Disarm { code: Secret::new("1234") }).unwrap();
    assert_eq!(outcomes(&rig.feed(b"8200036014050002\r\n").0), []);
    assert_eq!(outcomes(&rig.feed(b"870003612f01011809221103236a\r\n").0), [Outcome::Confirmed]);

    let mut rig = Rig::quiet();
    rig.submit(Command::Panic { code: None }).unwrap();
    assert_eq!(outcomes(&rig.feed(b"8700036102f08220010203040572\r\n").0), [Outcome::Confirmed]);
    let mut rig = Rig::quiet();
    rig.submit(Command::Panic { code: CODE }).unwrap();
    assert_eq!(rig.wait(1_500).1, "8300360S13E5\r\n");
    assert_eq!(outcomes(&rig.feed(b"8200036013020006\r\n").0), [Outcome::Confirmed]);

    let mut rig = Rig::quiet();
    rig.submit(Command::Aux { output: 1, on: true }).unwrap();
    assert_eq!(rig.wait(1_500).1, "8300360S18E0\r\n");
    assert_eq!(outcomes(&rig.feed(b"8200036018000003\r\n").0), []);
    assert_eq!(outcomes(&rig.feed(b"8200036018000102\r\n").0), [Outcome::Confirmed]);
}

#[test]
fn model_and_version_are_asked_for_once() {
    let mut rig = Rig::quiet();
    let (first, _) = rig.submit(Command::PanelInfo).unwrap();
    let (seen, _) = rig.feed(b"820003601700877d\r\n");
    let Seen::Done(ticket, Outcome::PanelInfo(info)) = seen[1] else { panic!("{seen:?}") };
    assert_eq!((ticket, info.version.to_string().as_str()), (first, "8.7"));
    let (second, sent) = rig.submit(Command::PanelInfo).unwrap();
    assert_eq!(sent, "");
    assert_eq!(rig.feed(b"").0, [Seen::Done(second, Outcome::PanelInfo(info))]);
}

#[test]
fn a_full_table_is_said_and_an_end_ends_all() {
    let mut rig = Rig::quiet();
    let tickets: Vec<_> = (0..8).map(|_| rig.submit(Command::Status(RequestId::Arming)).unwrap().0).collect();
    assert_eq!(rig.submit(Command::PanelInfo).unwrap_err(), Refused::TooManyPending { limit: 8 });
    rig.eof = true;
    let (seen, _) = rig.feed(b"");
    let expected: Vec<_> = tickets.into_iter().map(|ticket| Seen::Done(ticket, Outcome::Disconnected)).collect();
    assert_eq!(seen[..8], expected);
    assert_eq!(seen.len(), 9);
    assert!(rig.controller.is_closed());
}

#[test]
fn close_and_refresh_do_what_they_say() {
    let mut rig = Rig::quiet();
    let (ticket, _) = rig.submit(Command::Refresh).unwrap();
    let (seen, sent) = rig.feed(b"");
    assert_eq!((seen, sent.as_str()), (vec![Seen::Done(ticket, Outcome::Sent)], "8300360S00E9\r\n"));
    let (ticket, _) = rig.submit(Command::Close).unwrap();
    assert_eq!(rig.submit(Command::Refresh).unwrap_err(), Refused::Closed);
    assert_eq!(rig.feed(b"").0, [Seen::Done(ticket, Outcome::Sent), Seen::Closed(codec_core::CloseReason::Requested)]);
}

#[test]
fn addresses_are_kept_apart() {
    let mut config = Config::new();
    (config.only_from, config.address) = (Some(9), 9);
    (config.keepalive_millis, config.refresh_millis) = (0, 0);
    let mut rig = Rig::new(config);
    assert_eq!(rig.submit(Command::PanelInfo).unwrap().1, "8390360S17D8\r\n");
    assert_eq!(rig.feed(b"8704036100120019012909332957\r\n").0, []);
    assert_eq!(rig.feed(b"8709036101050018122709413536\r\n").0.len(), 2);
    assert_eq!(rig.feed(b"820361230001f6\r\n").0.len(), 1);
}

#[test]
fn a_repeated_line_counts_once_unless_asked_otherwise() {
    let twice = b"8709836100050019010509174800\r\n820003600000001b\r\n8709836100050019010509174800\r\n";
    let lines = |drop_repeated| {
        let mut config = Config::new();
        config.drop_repeated = drop_repeated;
        let (seen, _) = Rig::new(config).feed(twice);
        seen.into_iter().filter(|seen| *seen == Seen::Line).count()
    };
    assert_eq!((lines(true), lines(false)), (2, 3));
}

#[test]
fn requests_in_neutral_words_become_commands_or_are_refused() {
    let wire = |request| Command::try_from(request).and_then(|command| Rig::quiet().submit(command).map(|(_, sent)| sent));
    let arm = |area, mode| wire(home::Request::Arm { area, mode, code: CODE });
    assert_eq!(arm(0, Mode::Away).unwrap(), "8300660A1234E49\r\n");
    assert_eq!(arm(1, Mode::Home).unwrap(), "8300660H1234E42\r\n");
    assert_eq!(arm(3, Mode::Home).unwrap(), "8300660H1234E42\r\n");
    assert_eq!(arm(2, Mode::Away), Err(Refused::Unsupported));
    assert_eq!(arm(0, Mode::Night), Err(Refused::Unsupported));
    assert_eq!(wire(home::Request::Disarm { area: 0, code: CODE }).unwrap(), "83005601234E8B\r\n");
    let missing = Refused::Invalid(EncodeError::Missing { field: "code" });
    assert_eq!(wire(home::Request::Disarm { area: 0, code: None }), Err(missing));
    assert_eq!(wire(home::Request::Switch { output: 3, on: true }).unwrap(), "830036033*0C\r\n");
    assert_eq!(wire(home::Request::Switch { output: 90, on: true }), Err(Refused::Unsupported));
    assert_eq!(wire(home::Request::Bypass { zone: 1, on: true, code: CODE }), Err(Refused::Unsupported));
}
