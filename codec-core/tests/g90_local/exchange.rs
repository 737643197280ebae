//! Controller and panel, together and against a scripted peer.

use codec_core::g90::devices;
use codec_core::g90::local::controller::{Command, Edit, List, Outcome};
use codec_core::g90::local::{Changes, CommandCode, HostConfigChanges, Send, SystemRequest, panel};
use codec_core::g90::{ArmState, UserFlags};
use codec_core::{EncodeError, Machine, Refused};

use crate::rig::{Client, House, run};

fn sensor(house: &mut House, index: i64, name: &str) {
    let definition = devices::sensor_named("Door Sensor: WRDS01").unwrap();
    house.submit(panel::Command::Put { list: List::Sensors, definition, index, name, user_flags: UserFlags::from_bits(33) });
}

fn relay(house: &mut House, index: i64) {
    let definition = devices::device_named("Socket: JDQ").unwrap();
    house.submit(panel::Command::Put { list: List::Devices, definition, index, name: "Relay", user_flags: UserFlags::ENABLED });
}

fn ready(house: &mut House) -> Client {
    let mut client = Client::new(|config| config.refresh_millis = 0);
    run(&mut client, house, 60_000, |_| false);
    assert_eq!(client.told("Ready"), 1, "{:?}", client.told);
    client
}

#[test]
fn the_start_reads_everything_and_tells_it() {
    let mut house = House::new(|_| ());
    for index in 0..25 {
        sensor(&mut house, index, &format!("Sensor {index}"));
    }
    relay(&mut house, 3);
    let client = ready(&mut house);
    let sent: Vec<&str> = client.sent.iter().map(|(_, text)| text.trim_start_matches("ISTART").trim_end_matches("IEND\0")).collect();
    assert_eq!(
        sent,
        [
            r#"[206,206,""]"#,
            r#"[100,100,""]"#,
            "[102,102,[102,[1,10]]]",
            "[102,102,[102,[11,20]]]",
            "[102,102,[102,[21,25]]]",
            "[138,138,[138,[1,10]]]"
        ]
    );
    assert_eq!(client.told("Notice(Zone"), 25);
    assert_eq!(client.told("Notice(Area { area: 0, state: Disarmed, mode: None })"), 1);
    let tables = client.machine.tables();
    assert_eq!(tables.sensors.iter().filter(|slot| slot.is_present()).count(), 25);
    assert_eq!(tables.devices[0].node_count(), 4);
}

#[test]
fn arming_and_switching_are_told_when_they_are_confirmed() {
    let mut house = House::new(|_| ());
    relay(&mut house, 12);
    let mut client = ready(&mut house);
    let arm = client.submit(Command::Send(Send::Arm(ArmState::ArmAway))).unwrap();
    assert_eq!(client.told("Armed"), 0);
    run(&mut client, &mut house, 70_000, |_| false);
    assert_eq!((client.outcome(arm), client.told("state: Armed, mode: Some(Away)")), (Some(Outcome::Confirmed), 1));
    assert_eq!(house.machine.state(), ArmState::ArmAway);
    let switch = client.submit(Command::Send(Send::Switch { index: 12, node: 2, on: true })).unwrap();
    run(&mut client, &mut house, 80_000, |_| false);
    assert_eq!(client.last(), "[137,137,[137,[12,0,2]]]");
    assert_eq!((client.outcome(switch), client.told("Output { output: 131084, on: true }")), (Some(Outcome::Confirmed), 1));
    let wrong = client.submit(Command::Send(Send::Switch { index: 12, node: 4, on: true })).unwrap();
    run(&mut client, &mut house, 90_000, |_| false);
    assert_eq!(client.outcome(wrong), Some(Outcome::Refused));
    let history = client.submit(Command::Read { list: CommandCode::GetHistory, first: 1, last: None }).unwrap();
    run(&mut client, &mut house, 90_000, |_| false);
    assert_eq!((client.outcome(history), client.told("page of 1 from 1")), (Some(Outcome::Confirmed), 2));
}

#[test]
fn a_row_is_compared_before_it_is_written() {
    let mut house = House::new(|_| ());
    sensor(&mut house, 10, "Cord 2");
    let mut client = ready(&mut house);
    let flags = UserFlags::from_bits(33).with(UserFlags::ARM_DELAY);
    let edit = |flags| Command::Edit { list: List::Sensors, index: 10, edit: Edit::Flags(flags) };
    let ticket = client.submit(edit(flags)).unwrap();
    run(&mut client, &mut house, 1_000, |_| false);
    let written = r#"ISTART[103,103,[103,["Cord 2",10,0,1,3,0,35,0,0,0,1,0,0,"00"]]]"#;
    assert!(client.sent.iter().any(|(_, text)| text.starts_with(written)), "{:?}", client.sent);
    assert_eq!(client.outcome(ticket), Some(Outcome::Confirmed));
    assert_eq!(client.machine.tables().sensors[0].user_flags(), flags);
    // Nothing to do, nothing sent.
    let before = client.sent.len();
    let same = client.submit(edit(flags)).unwrap();
    run(&mut client, &mut house, 1_000, |_| false);
    assert_eq!((client.outcome(same), client.sent.len()), (Some(Outcome::Unchanged), before));
    // Somebody else renamed it.
    sensor(&mut house, 10, "Hall");
    let late = client.submit(edit(UserFlags::NONE)).unwrap();
    run(&mut client, &mut house, 1_000, |_| false);
    assert_eq!(client.outcome(late), Some(Outcome::ChangedMeanwhile));
    assert_eq!(house.machine.tables().sensors[0].number(6), Some(33));
    // The list was read again: now it works.
    let rename = Command::Edit { list: List::Sensors, index: 10, edit: Edit::Name("Tür \"2\"") };
    let ticket = client.submit(rename).unwrap();
    run(&mut client, &mut house, 1_000, |_| false);
    assert_eq!(client.outcome(ticket), Some(Outcome::Confirmed));
    assert!(client.sent.iter().any(|(_, text)| text.contains(r#"["T\u00fcr \"2\"",10,"#)));
    // It was deleted.
    house.submit(panel::Command::Remove { list: List::Sensors, index: 10 });
    let gone = client.submit(edit(UserFlags::NONE)).unwrap();
    run(&mut client, &mut house, 1_000, |_| false);
    assert_eq!(client.outcome(gone), Some(Outcome::NotFound));
    assert!(!client.machine.tables().sensors[0].is_present());
    assert_eq!(client.submit(edit(UserFlags::NONE)), Err(Refused::NotReady));
}

#[test]
fn a_configuration_is_read_merged_and_written() {
    let mut house = House::new(|_| ());
    house.submit(panel::Command::Configure { kind: codec_core::g90::local::ConfigKind::Host, fields: "[900,0,0,1,2,2,60,2,0,60,2]" });
    let mut client = ready(&mut house);
    let changes = HostConfigChanges { alarm_siren_duration: Some(600), ..HostConfigChanges::default() };
    let ticket = client.submit(Command::Save(Changes::Host(changes))).unwrap();
    run(&mut client, &mut house, 1_000, |_| false);
    assert_eq!(client.outcome(ticket), Some(Outcome::Confirmed));
    let sent: Vec<&str> = client.sent.iter().rev().take(2).map(|(_, text)| text.as_str()).collect();
    assert_eq!(sent, ["ISTART[107,107,[107,[600,0,0,1,2,2,60,2,0,60,2]]]IEND\0", "ISTART[106,106,\"\"]IEND\0"]);
    // A panel without a cellular module.
    house.submit(panel::Command::Configure { kind: codec_core::g90::local::ConfigKind::Host, fields: "[900,0,0,1,2,2,60,2,0,60]" });
    client.submit(Command::Save(Changes::Host(changes))).unwrap();
    run(&mut client, &mut house, 1_000, |_| false);
    assert_eq!(client.last(), "[107,107,[107,[600,0,0,1,2,2,60,2,0,60]]]");
    let wrong = HostConfigChanges { timezone_offset_m: Some(721), ..HostConfigChanges::default() };
    let refused = EncodeError::OutOfSignedRange { field: "timezone_offset_m", min: -720, max: 720, found: 721 };
    assert_eq!(client.submit(Command::Save(Changes::Host(wrong))), Err(Refused::Invalid(refused)));
}

#[test]
fn what_is_added_gets_a_free_number_and_is_waited_for() {
    let mut house = House::new(|_| ());
    sensor(&mut house, 0, "Door");
    sensor(&mut house, 2, "Window");
    relay(&mut house, 11);
    let mut client = ready(&mut house);
    let definition = devices::sensor_named("Door Sensor: WRDS01").unwrap();
    let ticket = client.submit(Command::Add { list: List::Sensors, definition, name: "Test sensor" }).unwrap();
    run(&mut client, &mut house, 60_000, |_| false);
    assert_eq!(client.outcome(ticket), Some(Outcome::Added { index: 1 }), "{:?}", client.sent);
    let added = r#"ISTART[156,156,[156,["Test sensor",1,0,1,3,0,33,0,0,0,1,0,0,"00"]]]"#;
    assert!(client.sent.iter().any(|(_, text)| text.starts_with(added)));
    let definition = devices::device_named("Socket: S07").unwrap();
    let ticket = client.submit(Command::Add { list: List::Devices, definition, name: "Test socket" }).unwrap();
    run(&mut client, &mut house, 120_000, |_| false);
    assert_eq!(client.outcome(ticket), Some(Outcome::Added { index: 0 }));
    let added = r#"ISTART[134,134,[134,["Test socket",0,0,128,3,0,1,1190,0,17,1,0,2,"060A0600"]]]"#;
    let place = client.sent.iter().position(|(_, text)| text.starts_with(added)).unwrap();
    assert_eq!(client.sent[place + 1].1, "ISTART[162,162,[162,[1]]]IEND\0");
    assert_eq!(house.told.iter().filter(|told| told.starts_with("Added")).count(), 2);
}

#[test]
fn lost_datagrams_are_sent_again() {
    for lost in 0..12 {
        let mut house = House::new(|_| ());
        (0..12).for_each(|index| sensor(&mut house, index, "x"));
        let mut client = Client::new(|config| config.refresh_millis = 0);
        run(&mut client, &mut house, 100_000, |at| at == lost);
        assert_eq!(client.told("Ready"), 1, "{lost}");
        assert_eq!(client.machine.tables().sensors.iter().filter(|slot| slot.is_present()).count(), 12);
    }
}

#[test]
fn attempts_wait_longer_and_longer_and_the_last_ends_it() {
    let mut client = Client::new(|config| (config.read_lists, config.refresh_millis) = (false, 0)).started();
    client.now = 100;
    let ticket = client.submit(Command::Send(Send::Plain(CommandCode::GetNoticeFlag))).unwrap();
    let before = client.sent.len();
    client.wait_until(200_000);
    let times: Vec<u64> = client.sent[before..].iter().map(|(at, _)| *at).collect();
    assert_eq!(times, [100, 7_600, 22_600]);
    assert_eq!(client.outcome(ticket), Some(Outcome::TimedOut));
    assert!(!client.machine.is_closed());
    // The machine's own question without an answer ends it.
    let mut silent = Client::new(|_| ());
    silent.wait_until(200_000);
    assert_eq!(silent.sent.len(), 3);
    assert_eq!(silent.told.last().unwrap(), "Closed(NoAnswer { millis: 52500 })");
    assert!(silent.machine.is_closed() && silent.machine.poll_timeout().is_none());
}

#[test]
fn replies_to_something_else_are_waited_out() {
    let mut client = Client::new(|config| (config.read_lists, config.refresh_millis) = (false, 0)).started();
    let ticket = client.submit(Command::Send(Send::Plain(CommandCode::GetNoticeFlag))).unwrap();
    client.turn();
    client.reply("[106,[900,0,0,1,2,2,60,2,0,60]]");
    assert_eq!((client.told("WrongCode { expected: 117 }"), client.outcome(ticket)), (1, None));
    client.reply("[117,[9]]");
    assert_eq!(client.outcome(ticket), Some(Outcome::Confirmed));
    // What comes when nothing is asked is passed over.
    let told = client.told.len();
    client.reply("[117,[9]]");
    assert_eq!(client.told.len(), told);
    // Only such replies: the last says how it ended.
    let ticket = client.submit(Command::Send(Send::Plain(CommandCode::GetNoticeFlag))).unwrap();
    client.turn();
    client.reply("[106,[900]]");
    client.wait_until(300_000);
    assert!(matches!(client.outcome(ticket), Some(Outcome::BadReply(_))));
}

#[test]
fn refusals_and_bad_replies_end_a_command() {
    let mut client = Client::new(|config| (config.read_lists, config.refresh_millis) = (false, 0)).started();
    for (reply, outcome) in [
        ("fail", "Refused"),
        ("errorno such thing", "Refused"),
        ("[117", "NotJson"),
        ("[117,[]]", "BadReply(MissingData)"),
        ("{\"a\":1}", "BadReply(NotAList)"),
        ("[null,[1]]", "BadReply(MissingCode)"),
        ("[117,[1],2]", "BadReply(NotAList)"),
    ] {
        let ticket = client.submit(Command::Send(Send::Plain(CommandCode::GetNoticeFlag))).unwrap();
        client.turn();
        client.reply(reply);
        assert_eq!(format!("{:?}", client.outcome(ticket).unwrap()), outcome, "{reply}");
    }
    assert_eq!(client.told("reason no such thing"), 1);
}

#[test]
fn system_commands_wait_for_nothing() {
    let mut client = Client::new(|config| (config.read_lists, config.refresh_millis) = (false, 0)).started();
    let system = SystemRequest::ServerAddress { host: "192.0.2.1", second: None, port: 5678 };
    let ticket = client.submit(Command::System(system)).unwrap();
    client.turn();
    assert_eq!(client.last(), r#"[0,100,"AT^IWT=1,78=192.0.2.1&192.0.2.1&5678,IWT"]"#);
    assert_eq!(client.outcome(ticket), Some(Outcome::Sent));
    let bad = SystemRequest::ServerAddress { host: "x\"]", second: None, port: 1 };
    assert_eq!(client.submit(Command::System(bad)), Err(Refused::Invalid(EncodeError::BadCharacter { field: "host", at: 1 })));
    client.now = 1_000;
    let before = client.sent.len();
    let reboot = client.submit(Command::Reboot).unwrap();
    client.wait_until(10_000);
    let sent: Vec<(u64, &str)> = client.sent[before..].iter().map(|(at, text)| (*at, &text[21..25])).collect();
    assert_eq!(sent, [(1_000, "1129"), (2_000, "1123"), (3_000, "1006")]);
    assert_eq!(client.outcome(reboot), Some(Outcome::Sent));
}

#[test]
fn a_panel_answers_its_own_discovery_and_nothing_that_is_none_of_its_business() {
    let mut house = House::new(|_| ());
    let answer = house.ask_text("IWTAC_PROBE_DEVICE,GA18018B3001021\0").unwrap();
    assert_eq!(answer, "IWTAC_PROBE_DEVICE_ACK,TSV018-C3SIA,1.2,1.1,206,1.8,3,3,1,0,2,50,100\0");
    assert_eq!(house.ask_text("IWTAC_PROBE_DEVICE,OTHER\0"), None);
    assert_eq!(house.ask_text("ISTART[0,100,\"AT^IWT=1123,IWT\"]IEND\0"), None);
    assert!(house.told.last().unwrap().contains("McuReboot"));
    for noise in ["", "x", "ISTARTIEND", "ISTART[1,2]IEND\0", "ISTART[101,101,[102,[1]]]IEND\0", "ISTART[206,[\"x\"]]IEND\0"] {
        assert_eq!(house.ask_text(noise), None, "{noise}");
        assert!(house.told.last().unwrap().starts_with("Fault"), "{noise}");
    }
    assert_eq!(house.ask_text("ISTART[119,119,\"\"]IEND\0").unwrap(), "ISTARTfailIEND\0");
    assert_eq!(house.ask_text("ISTART[101,101,[101,[9]]]IEND\0").unwrap(), "ISTARTfailIEND\0");
    assert_eq!(house.ask_text("ISTART[102,102,[102,[1,10]]]IEND\0").unwrap(), "ISTARTIEND\0");
}

#[test]
fn closing_ends_what_waits() {
    let mut client = Client::new(|config| (config.read_lists, config.refresh_millis) = (false, 0)).started();
    let waits = client.submit(Command::Send(Send::Plain(CommandCode::GetNoticeFlag))).unwrap();
    client.turn();
    assert_eq!(client.submit(Command::Reboot), Err(Refused::TooManyPending { limit: 1 }));
    let close = client.submit(Command::Close).unwrap();
    client.turn();
    assert_eq!((client.outcome(close), client.outcome(waits)), (Some(Outcome::Sent), Some(Outcome::Disconnected)));
    assert_eq!(client.told.last().unwrap(), "Closed(Requested)");
    assert_eq!(client.submit(Command::Refresh), Err(Refused::Closed));
}

#[test]
fn a_page_that_comes_twice_is_not_taken_for_the_next() {
    let mut client = Client::new(|config| config.refresh_millis = 0).started();
    let page = |first: i64| {
        let rows: Vec<String> = (first..first + 2).map(|index| format!(r#"["x",{index},0,1,3,0,33,0,0,0,1,0,""]"#)).collect();
        format!("[102,[[4,{first},2],{}]]", rows.join(","))
    };
    client.reply(&page(1));
    assert_eq!(client.last(), "[102,102,[102,[3,4]]]");
    client.reply(&page(1));
    client.reply(&page(3));
    assert_eq!(client.last(), "[138,138,[138,[1,10]]]");
    let rows: Vec<i64> = client.machine.tables().sensors.iter().filter(|slot| slot.is_present()).map(|slot| slot.index()).collect();
    assert_eq!(rows, [1, 2, 3, 4]);
}
