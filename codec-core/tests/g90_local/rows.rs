//! What other programs get wrong with these panels, each named after what is right.

use codec_core::g90::devices;
use codec_core::g90::local::controller::{Command, Edit, List, Outcome};
use codec_core::g90::local::{
    Changes, CidConfigChanges, CommandCode, HostConfigChanges, HostInfo, LocalFault, Page, Peripheral, Registered, Reply, Rows, Send,
    SiaConfigChanges, decode_reply, mend, panel,
};
use codec_core::g90::{AlertMode, UserFlags};
use codec_core::{FaultKind, Secret};

use crate::rig::{Client, House, panel_at, run};

fn kind(datagram: &str) -> String {
    match decode_reply(datagram.as_bytes()) {
        Ok(Reply::Answer(answer)) => format!("{answer:?}"),
        Ok(reply) => format!("{reply:?}"),
        Err(fault) => fault.kind.class().into(),
    }
}

/// A controller whose list of sensors has come as these rows.
fn with_rows(rows: &[&str]) -> Client {
    let mut client = Client::new(|config| config.refresh_millis = 0).started();
    client.reply(&format!("[102,[[{0},1,{0}],{1}]]", rows.len(), rows.join(",")));
    client.reply("");
    client
}

#[test]
fn b8_short_pages_lose_no_rows() {
    let mut house = House::new(|config| config.rows_per_page = 5);
    let definition = devices::sensor_named("Door Sensor: WRDS01").unwrap();
    for index in 0..25 {
        house.submit(panel::Command::Put { list: List::Sensors, definition, index, name: "x", user_flags: UserFlags::ENABLED });
    }
    let mut client = Client::new(|config| config.refresh_millis = 0);
    run(&mut client, &mut house, 60_000, |_| false);
    assert_eq!(client.machine.tables().sensors.iter().filter(|slot| slot.is_present()).count(), 25);
}

#[test]
fn b9_history_is_asked_for_by_its_last_row() {
    let mut client = Client::new(|config| (config.read_lists, config.refresh_millis) = (false, 0)).started();
    client.submit(Command::Read { list: CommandCode::GetHistory, first: 5, last: Some(7) }).unwrap();
    client.turn();
    assert_eq!(client.last(), "[200,200,[200,[5,7]]]");
}

#[test]
fn b10_what_returns_is_there_again() {
    let row = r#"["Hall",10,0,1,3,0,33,0,0,0,1,0,""]"#;
    let mut client = with_rows(&[row]);
    for (reply, present) in [("", false), (&*format!("[102,[[1,1,1],{row}]]"), true)] {
        client.submit(Command::Refresh).unwrap();
        client.turn();
        client.reply(r#"[100,[3,"","x","206","206"]]"#);
        client.reply(reply);
        client.reply("");
        assert_eq!(client.machine.tables().sensors[0].is_present(), present);
    }
}

#[test]
fn b11_bits_without_a_name_are_kept() {
    let mut client = with_rows(&[r#"["Hall",10,0,1,3,0,1409,0,0,0,1,0,""]"#]);
    let flags = UserFlags::from_bits(1409).with(UserFlags::ARM_DELAY);
    client.submit(Command::Edit { list: List::Sensors, index: 10, edit: Edit::Flags(flags) }).unwrap();
    client.turn();
    client.reply(r#"[102,[[1,1,1],["Hall",10,0,1,3,0,1409,0,0,0,1,0,""]]]"#);
    assert_eq!(client.last(), r#"[103,103,[103,["Hall",10,0,1,3,0,1411,0,0,0,1,0,0,"00"]]]"#);
}

#[test]
fn b13_senders_are_compared_as_addresses() {
    let mut client = Client::new(|config| (config.read_lists, config.refresh_millis) = (false, 0));
    client.turn();
    let reply = b"ISTART[206,[\"\",\"x\",\"1.2\",\"1.1\",\"206\",\"206\",3,3,0,2,\"4242\",50,100]]IEND\0";
    for stranger in ["192.0.2.8:12368", "192.0.2.7:12369"] {
        client.receive_from(reply, stranger.parse().unwrap());
    }
    assert_eq!((client.told("Fault { kind: Local(Sender)"), client.sent.len()), (2, 1));
    client.receive_from(reply, "[::ffff:192.0.2.7]:12368".parse().unwrap());
    assert_eq!(client.last(), r#"[100,100,""]"#);
    let mut any = Client::new(|config| (config.read_lists, config.any_host) = (false, true));
    any.turn();
    any.receive_from(reply, "192.0.2.8:12368".parse().unwrap());
    assert_eq!(any.last(), r#"[100,100,""]"#);
}

#[test]
fn b17_nothing_is_changed_here_before_the_panel_confirms() {
    let row = r#"["Hall",10,0,1,3,0,33,0,0,0,1,0,""]"#;
    let mut client = with_rows(&[row]);
    let edit = Command::Edit { list: List::Sensors, index: 10, edit: Edit::Flags(UserFlags::NONE) };
    let ticket = client.submit(edit).unwrap();
    client.turn();
    client.reply(&format!("[102,[[1,1,1],{row}]]"));
    client.reply("fail");
    assert_eq!(client.outcome(ticket), Some(Outcome::Refused));
    assert_eq!(client.machine.tables().sensors[0].user_flags().bits(), 33);
    // And the next edit is not taken for a change by somebody else.
    let ticket = client.submit(edit).unwrap();
    client.turn();
    client.reply(&format!("[102,[[1,1,1],{row}]]"));
    assert_eq!(client.outcome(ticket), None);
    assert!(client.last().starts_with("[103,"));
}

#[test]
fn b19_a_type_without_a_name_is_kept_twice() {
    let row = r#"["Odd",10,0,77,3,0,33,0,9,0,1,0,""]"#;
    let mut client = with_rows(&[row]);
    client.submit(Command::Refresh).unwrap();
    client.turn();
    client.reply(r#"[100,[3,"","x","206","206"]]"#);
    client.reply(&format!("[102,[[1,1,1],{row}]]"));
    let slot = client.machine.tables().sensors[0];
    assert_eq!((slot.kind().raw(), slot.kind().name(), slot.is_present()), (77, None, true));
    let edit = Command::Edit { list: List::Sensors, index: 10, edit: Edit::Flags(UserFlags::NONE) };
    assert_eq!(client.submit(edit), Err(codec_core::Refused::Unsupported));
}

#[test]
fn b23_an_added_device_is_looked_for_at_least_once() {
    let mut house = House::new(|_| ());
    let mut client = Client::new(|config| (config.refresh_millis, config.registration_millis) = (0, 0));
    run(&mut client, &mut house, 1_000, |_| false);
    let definition = devices::device_named("Socket: S07").unwrap();
    let ticket = client.submit(Command::Add { list: List::Devices, definition, name: "x" }).unwrap();
    run(&mut client, &mut house, 10_000, |_| false);
    assert_eq!(client.outcome(ticket), Some(Outcome::Added { index: 0 }));
}

#[test]
fn what_was_added_and_never_comes_is_given_up() {
    let mut client = Client::new(|config| config.refresh_millis = 0).started();
    client.reply("");
    client.reply("");
    let definition = devices::sensor_named("Door Sensor: WRDS01").unwrap();
    let ticket = client.submit(Command::Add { list: List::Sensors, definition, name: "x" }).unwrap();
    client.turn();
    client.reply("");
    for _ in 0..20 {
        if client.last().starts_with("[102,") {
            client.reply("");
        }
        let now = client.now + 2_000;
        client.wait_until(now);
    }
    assert_eq!(client.outcome(ticket), Some(Outcome::TimedOut));
}

#[test]
fn b24_both_alert_modes_at_once_are_both() {
    assert_eq!(UserFlags::from_bits(97).alert_mode(), AlertMode::Both);
}

#[test]
fn b25_replies_of_another_form_are_faults() {
    assert_eq!(kind("ISTART[206,[1],2]IEND\0"), "not-a-list");
    assert_eq!(kind("ISTART{\"a\":1}IEND\0"), "not-a-list");
    assert_eq!(kind("ISTART7IEND\0"), "not-a-list");
    for data in ["[206,\"x\"]", "[206,7]", "[206,{\"a\":1}]", "[206,[\"\"]]"] {
        let datagram = format!("ISTART{data}IEND\0");
        let Ok(Reply::Answer(answer)) = decode_reply(datagram.as_bytes()) else { panic!("{data}") };
        assert_eq!(HostInfo::read(answer.data()).unwrap_err().kind.class(), "bad-record", "{data}");
    }
    let mut client = Client::new(|_| ());
    client.turn();
    client.reply("");
    assert_eq!(client.told("Fault { kind: Local(MissingData)"), 1);
}

#[test]
fn b26_texts_in_the_head_of_a_page_are_a_fault() {
    for (data, class) in [
        (r#"[102,[["1","1","1"],[]]]"#, "bad-pagination-header"),
        ("[102,[[1,1]]]", "bad-pagination-header"),
        ("[102,[[1,1,1,1],[]]]", "bad-pagination-header"),
        ("[102,[7]]", "bad-pagination-header"),
        ("[102,{\"a\":1}]", "missing-pagination-header"),
        ("[102,[[1,1,2],[]]]", "truncated-page"),
        ("[102,[[1,1,0],[]]]", "extra-page"),
        ("[102,[[1,1,-5],[]]]", "extra-page"),
        ("[102,[[0,0,-1]]]", "extra-page"),
    ] {
        let datagram = format!("ISTART{data}IEND\0");
        let Ok(Reply::Answer(answer)) = decode_reply(datagram.as_bytes()) else { panic!("{data}") };
        assert_eq!(Page::read(answer.data()).unwrap_err().kind.class(), class, "{data}");
    }
}

#[test]
fn b28_a_silent_panel_holds_up_nobody_else() {
    let mut silent = Client::new(|_| ());
    silent.turn();
    let mut house = House::new(|_| ());
    let mut other = Client::new(|config| config.refresh_millis = 0);
    run(&mut other, &mut house, 1_000, |_| false);
    assert_eq!((other.told("Ready"), silent.told("Ready")), (1, 0));
}

/// Fields are changed because they are given, whatever was read.
#[test]
fn b32_a_volume_that_is_set_is_written() {
    let mut client = Client::new(|config| (config.read_lists, config.refresh_millis) = (false, 0)).started();
    let changes = HostConfigChanges { alarm_volume_level: Some(0), ..HostConfigChanges::default() };
    client.submit(Command::Save(Changes::Host(changes))).unwrap();
    client.turn();
    client.reply("[106,[900,0,0,1,2,2,60,2,0,180,2]]");
    assert_eq!(client.last(), "[107,107,[107,[900,0,0,1,0,2,60,2,0,180,2]]]");
}

/// Rows are as the panel sends them: the newest first.
#[test]
fn b29_history_is_newest_first() {
    let mut house = House::new(|_| ());
    for time in [100, 300, 200] {
        house.submit(panel::Command::History(&format!("[2,3,0,0,\"\",{time},\"\"]")));
    }
    let answer = house.ask_text("ISTART[200,200,[200,[1,10]]]IEND\0").unwrap();
    let at = |time: &str| answer.find(time).expect("every row is there");
    // The last that was written is the first, whatever the clock said then.
    assert!(at(",200,\"") < at(",300,") && at(",300,") < at(",100,"), "{answer}");
}

/// Nobody knows what a real panel does with these. The simulated one refuses what it does not know, says nothing to what it cannot read,
/// gives no more rows than a page has, and answers whoever asks.
#[test]
fn a7_what_is_not_documented_is_refused_or_passed_over() {
    let mut house = House::new(|_| ());
    for unknown in ["[119,119,\"\"]", "[9999,9999,\"\"]", "[9999,9999,[9999,[1]]]", "[103,103,\"\"]", "[103,103,[103,[\"x\",\"y\"]]]"] {
        assert_eq!(house.ask_text(&format!("ISTART{unknown}IEND\0")).as_deref(), Some("ISTARTfailIEND\0"), "{unknown}");
    }
    let faults = |house: &House| house.told.iter().filter(|told| told.starts_with("Fault")).count();
    assert_eq!(faults(&house), 0);
    for malformed in ["[101,101,[101,[1]]", "[101,101,[102,[1]]]", "[101,101]", "[101,101,7]", "{}", ""] {
        let before = faults(&house);
        assert_eq!(house.ask_text(&format!("ISTART{malformed}IEND\0")), None, "{malformed}");
        assert_eq!(faults(&house), before + 1, "{malformed}");
    }
    for (index, name) in (0..12).zip('a'..) {
        let definition = devices::sensor_named("Door Sensor: WRDS01").expect("it is in the table");
        house.submit(panel::Command::Put {
            list: List::Sensors,
            definition,
            index,
            name: &name.to_string(),
            user_flags: UserFlags::ENABLED,
        });
    }
    let one = house.ask_text("ISTART[102,102,[102,[1,50]]]IEND\0").unwrap();
    assert!(one.starts_with("ISTART[102,[[12,1,10],[\"a\",0,") && one.contains("[\"j\",9,") && !one.contains("\"k\""), "{one}");
    let request = b"ISTART[100,100,\"\"]IEND\0";
    let other = "192.0.2.99:5".parse().unwrap();
    assert_eq!(house.ask_from(request, other), house.ask(request));
}

/// Numbers of an answer that have no name are no reason to refuse it.
#[test]
fn a9_states_of_the_host_without_a_name_are_kept() {
    let mut client = Client::new(|config| (config.read_lists, config.refresh_millis) = (false, 0));
    client.turn();
    client.reply(r#"[206,["GA1","x","1.2","1.1","206","206",9,8,0,7,"4242",50,100]]"#);
    client.reply(r#"[100,[77,"","x","206","206"]]"#);
    assert_eq!((client.told("Ready"), client.told("Fault")), (1, 0));
}

#[test]
fn b31_the_last_values_of_the_panel_are_what_is_merged() {
    let mut client = Client::new(|config| (config.read_lists, config.refresh_millis) = (false, 0)).started();
    let changes = SiaConfigChanges { encryption: Some(0), aes_key: Some(Secret::new("0011")), ..SiaConfigChanges::default() };
    client.submit(Command::Save(Changes::Sia(changes))).unwrap();
    client.turn();
    assert_eq!(client.last(), r#"[230,230,""]"#);
    client.reply(r#"[230,["192.0.2.9",12345,"ACCT1","RCVR1","PFX","8899",1,1,"0000FFFF"]]"#);
    assert_eq!(client.last(), r#"[231,231,[231,["192.0.2.9",12345,"ACCT1","RCVR1","PFX","0011",0,1,"FFFFFFFF"]]]"#);
    client.reply("");
    client.submit(Command::Save(Changes::Cid(CidConfigChanges { phone2: Some("+22"), ..CidConfigChanges::default() }))).unwrap();
    client.turn();
    client.reply(r#"[232,["+1","+2","USER1",1,"000F"]]"#);
    assert_eq!(client.last(), r#"[233,233,[233,["+1","+22","USER1",1,"FFFF"]]]"#);
    // None of it is printed.
    let printed = format!("{:?} {:?} {:?}", client.machine, client.told, changes);
    assert!(!printed.contains("0011") && !printed.contains("8899"), "{printed}");
}

#[test]
fn steps_of_decoding_come_in_their_order() {
    for (datagram, class) in [
        ("istart[206,[1]]IEND\0", "missing-start-marker"),
        ("ISTART[206,[1]]IEND", "missing-end-marker"),
        ("ISTART[206,[1]]IEND\0\0", "missing-end-marker"),
        ("ISTAIEND\0", "missing-start-marker"),
        ("ISTARIEND\0", "missing-start-marker"),
        ("ISTARTEND\0", "missing-end-marker"),
        ("ISTARTIEND\0", "Done"),
        ("ISTARTfailIEND\0", "Failed"),
        ("ISTARTfail IEND\0", "json"),
        ("ISTARTerrorIEND\0", "Error(Reason(0 bytes))"),
        ("ISTART[206,[1],]IEND\0", "json"),
        ("ISTART[]IEND\0", "missing-code"),
        ("ISTART[0,[1]]IEND\0", "missing-code"),
        ("ISTART[\"\",[]]IEND\0", "missing-code"),
        ("ISTART[206,0]IEND\0", "missing-data"),
        ("ISTART[206,0.0]IEND\0", "missing-data"),
        ("ISTART[206,\"\"]IEND\0", "missing-data"),
        ("ISTART[206,{}]IEND\0", "missing-data"),
        ("ISTART \r\n[206.0 , [\"a\tb\", NaN]] IEND\0", "Answer { code: Some(GetHostInfo), .. }"),
        ("ISTART[\"206\",[1]]IEND\0", "Answer { code: None, .. }"),
        ("ISTART[999,[1]]IEND\0", "Answer { code: Some(Other(999)), .. }"),
    ] {
        assert_eq!(kind(datagram), class, "{datagram:?}");
    }
    let Ok(Reply::Answer(answer)) = decode_reply(b"ISTART[\"206\",[1]]IEND\0") else { panic!() };
    let wrong = FaultKind::Local(LocalFault::WrongCode { expected: 206 });
    assert_eq!(answer.expect(CommandCode::GetHostInfo).unwrap_err().kind, wrong);
}

#[test]
fn a_name_cut_in_the_middle_of_a_character_costs_no_row() {
    let mut client = Client::new(|config| config.refresh_millis = 0).started();
    client.receive_from(b"ISTART[102,[[1,1,1],[\"T\xc3\",10,0,1,3,0,33,0,0,0,1,0,\"\"]]]IEND\0", panel_at());
    assert!(client.machine.tables().sensors[0].is_present());
    let mut datagram = *b"\xffa\xe2\x82b\xc3";
    assert!(mend(&mut datagram));
    assert_eq!(&datagram, b"?a??b?");
    assert!(!mend(&mut datagram));
}

#[test]
fn a_table_that_is_full_is_told_once_and_bad_rows_cost_themselves() {
    let mut client = Client::with_tables(1, |config| config.refresh_millis = 0).started();
    let rows: Vec<String> = (0..3).map(|index| format!(r#"["x",{index},0,1,3,0,33,0,0,0,1,0,""]"#)).collect();
    client.reply(&format!("[102,[[4,1,4],[\"\"],{}]]", rows.join(",")));
    assert_eq!((client.told("TableFull { limit: 1 }"), client.told("Record { row: 0, field: 1 }")), (1, 1), "{:?}", client.told);
    assert_eq!(client.machine.tables().sensors[0].index(), 0);
}

#[test]
fn a_fraction_is_no_whole_number() {
    for (rows, field) in [("[1.5]", 0), ("[1e2]", 0), ("[\"\"]", 0), ("[3,1]", 1)] {
        let datagram = format!("ISTART[162,{rows}]IEND\0");
        let Ok(Reply::Answer(answer)) = decode_reply(datagram.as_bytes()) else { panic!("{datagram}") };
        let fault = Registered::read(answer.data()).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Local(LocalFault::Record { row: 0, field }), "{rows}");
    }
}

#[test]
fn the_serializer_escapes_all_but_printable_ascii() {
    let mut out = [0; 128];
    let len = Send::Raw { code: CommandCode::SetRoomInfo, params: r#"["\u00e9\"\\\/\n\u007f😀",-1.5e3,null,true,[1,{"a":2}]]"# }
        .encode(&mut out)
        .unwrap();
    let expected = r#"ISTART[141,141,[141,["\u00e9\"\\/\n\u007f\ud83d\ude00",-1.5e3,null,true,[1,{"a":2}]]]]IEND"#;
    assert_eq!(core::str::from_utf8(&out[..len]).unwrap().trim_end_matches('\0'), expected);
    for bad in [
        Send::Plain(CommandCode::from_raw(0)),
        Send::Raw { code: CommandCode::Ping, params: "{}" },
        Send::Page { list: CommandCode::GetHistory, first: 5, last: 3 },
    ] {
        assert!(bad.encode(&mut out).is_err(), "{bad:?}");
    }
}

#[test]
fn a_page_that_is_no_json_is_never_whole() {
    let row = r#"["Hall",10,0,1,3,0,33,0,0,16,1,0,""]"#;
    let end = |text: String| {
        let datagram = format!("ISTART{text}IEND\0");
        let mut rows = Rows::<Peripheral<'_>>::open(datagram.as_bytes(), CommandCode::GetSensorList)?;
        let found = rows.by_ref().count();
        Some((found, rows.is_whole()))
    };
    for (text, expected) in [
        (format!("[102,[[1,1,1],{row}]]"), Some((1, true))),
        (format!(" [ 102 , [ [ 1 , 1 , 1 ] , {row} ] ] "), Some((1, true))),
        ("[102,[[0,0,0]]]".into(), Some((0, true))),
        ("[102,[[0,0,0],]".into(), Some((0, false))),
        ("[102,[[0,0,0],]]".into(), Some((0, false))),
        (format!("[102,[[1,1,1],{row},]"), Some((1, false))),
        (format!("[102,[[1,1,1],{row}]"), Some((1, false))),
        (format!("[102,[[1,1,1],{row}]]]"), Some((1, false))),
        (format!("[102,[[1,1,1],{row}],0]"), Some((1, false))),
        (format!("[102,[[1,1,2],{row}]]"), Some((1, false))),
        (format!("[102,[[1,1,1],{row},5]]"), Some((1, false))),
        (format!("[102,[[1,1,1],{}]]", row.replace("10", "010")), Some((0, false))),
        (format!("[102,[[1,1,1],{}]]", row.replace("10", "1.5")), Some((0, false))),
        (format!("[138,[[1,1,1],{row}]]"), None),
        ("[102,[,[0,0,0]]]".into(), None),
        ("[102,[[,0,0,0]]]".into(), None),
        ("[,102,[[0,0,0]]]".into(), None),
        (format!("[102,[[1,1,1],{}]]", row.replace("[\"", "[,\"")), Some((0, false))),
        ("[102,[]]".into(), None),
        ("".into(), None),
    ] {
        assert_eq!(end(text.clone()), expected, "{text}");
    }
}
