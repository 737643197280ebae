//! The defects and gaps known of the Python library, row by row: what a controller must do right. The numbers are those of the table
//! in `docs/protocols/ness.md`. Rows 31 and the reconnecting half of 19 and 22 are about programs and stand with `codec-std`.

mod common;

use codec_core::home::{AlarmKind, AreaState, Mode, Notice, Source, TroubleKind, ZoneFlags};
use codec_core::ness::controller::{Command, Config, Outcome};
use codec_core::ness::{
    self, Address, AreaCode, Body, ChecksumMatch, ChecksumPolicy, EventCode, Id, KeyString, Model, ModelMap, Output, Packet, RequestId,
    SystemEvent,
};
use codec_core::{CloseReason, EncodeError, FaultKind, Instant, Machine, Refused, Secret};
use common::rig::{Rig, Seen, request, status_line};

fn event_of(line: &str) -> SystemEvent {
    match ness::decode(line.as_bytes()).unwrap().packet().body {
        Body::Event(event) => event,
        other => panic!("{line} is {other:?}"),
    }
}

fn encoded(packet: &Packet<'_>, case: ness::Case) -> String {
    let mut line = [0; ness::MAX_ENCODED];
    let len = ness::encode(packet, case, &mut line).unwrap();
    String::from_utf8(line[..len].to_vec()).unwrap()
}

#[test]
fn row_01_genuine_start_83_events_decode() {
    let line = ness::decode(b"8302836100050092").unwrap();
    assert_eq!((line.packet().address, line.packet().sequence), (Address::Byte(2), true));
    assert_eq!(event_of("8302836100050092").id.zone(), Some(5));
    // All 16 addresses and both sequence values, told from a request by character 6.
    for address in 0..16 {
        for sequence in [false, true] {
            let event = SystemEvent::new(EventCode::Unsealed, 5, AreaCode::None);
            let line = encoded(&Packet::event(Some(address), sequence, event, None), ness::Case::Lower);
            assert_eq!((line.len(), &line[..2], &line[6..8]), (16, "83", "61"));
            assert_eq!(event_of(&line), event);
        }
    }
    assert!(matches!(ness::decode(b"830011601234567891234567EDF").unwrap().packet().body, Body::Request(_)));
}

#[test]
fn row_02_the_library_dialect_is_accepted_and_never_sent_by_default() {
    let line = ness::decode(b"830066100030075").unwrap();
    assert_eq!((line.packet().address, line.length(), event_of("830066100030075").id.zone()), (Address::Digit(0), 6, Some(3)));
    let event = Packet::event(Some(0), false, SystemEvent::new(EventCode::Unsealed, 3, AreaCode::None), None);
    assert_eq!(encoded(&event, ness::Case::Lower), "8300036100030016");
}

#[test]
fn row_03_a_line_damaged_in_its_data_is_noticed() {
    // Zone 5 became zone 4.
    let mut config = Config::new();
    config.checksum = ChecksumPolicy::Strict;
    let mut rig = Rig::new(config);
    let (seen, _) = rig.feed(b"87008361010400180921184306ec\r\n87008361010500180921184306ec\r\n");
    let Seen::Fault(fault) = seen[0] else { panic!("{seen:?}") };
    assert_eq!((fault.kind, fault.at), (FaultKind::Checksum { expected: 0xED, found: 0xEC }, 26));
    assert_eq!(seen[1], Seen::Line);

    // The three policies, on a line whose checksum follows the other rule, and on one that follows none.
    let by_ascii = ness::decode(b"8200036014050043").unwrap();
    let by_none = ness::decode(b"82000360200000ff").unwrap();
    assert_eq!((by_ascii.checksum_match(), by_none.checksum_match()), (ChecksumMatch::Ascii, ChecksumMatch::None));
    for (policy, ascii, none) in
        [(ChecksumPolicy::Strict, false, false), (ChecksumPolicy::Either, true, false), (ChecksumPolicy::Ignore, true, true)]
    {
        assert_eq!((by_ascii.check(policy).is_ok(), by_none.check(policy).is_ok()), (ascii, none), "{policy:?}");
    }
}

#[test]
fn row_04_panel_lines_have_the_binary_checksum() {
    assert_eq!(encoded(&Packet::status(0, RequestId::Zone1To16InputUnsealed, 0), ness::Case::Lower), "820003600000001b");
    let keys = KeyString::arm_away(Some(Secret::new("1234"))).unwrap();
    assert_eq!(encoded(&Packet::request(0, keys.as_keys()), ness::Case::Upper), "8300660A1234E49");
}

#[test]
fn row_05_keypad_alarms_and_tampers_are_seen() {
    let mut rig = Rig::quiet();
    let alarm = |kind, active| Notice::Alarm { kind, source: Source::Keypad(0), active };
    let whole = |state| Notice::Area { area: 0, state, mode: None };
    assert_eq!(rig.line("8700036102f08220010203040572"), [alarm(AlarmKind::Panic, true), whole(AreaState::Triggered)]);
    assert_eq!(rig.event("03f082"), [alarm(AlarmKind::Panic, false), whole(AreaState::Unknown)]);
    assert_eq!(rig.line("8700036102F08120010203040573")[0], alarm(AlarmKind::Fire, true));
    assert_eq!(rig.event("02f083")[0], alarm(AlarmKind::Medical, true));
    // Duress is silent: it is told, and no area shows it.
    let mut rig = Rig::quiet();
    assert_eq!(rig.event("02f084"), [alarm(AlarmKind::Duress, true)]);
    let tamper = |keypad, active| Notice::Trouble { kind: TroubleKind::Tamper, source: Source::Keypad(keypad), active };
    assert_eq!(rig.line("8700036108f000200102030405ee"), [tamper(0, true)]);
    assert_eq!(rig.line("8700036109fe00200102030405df"), [tamper(14, false)]);
}

#[test]
fn row_06_an_identity_above_32_in_a_seal_event_does_no_harm() {
    let mut rig = Rig::quiet();
    for id in ["33", "40", "56", "99", "1a", "ff"] {
        let notices = rig.event(&format!("00{id}00"));
        let expected: &[u8] = if id == "1a" { &[26] } else { &[] };
        let zones: Vec<_> = notices.iter().map(|notice| if let Notice::Zone { zone, .. } = notice { *zone as u8 } else { 0 }).collect();
        assert_eq!(zones, expected, "{id}");
    }
    assert_eq!(rig.event("000500").len(), 1);
}

#[test]
fn row_07_power_up_is_an_event_of_its_own() {
    let mut rig = Rig::quiet();
    assert_eq!(rig.line("87000361010000200102030405e5"), [Notice::Restarted]);
    assert_eq!(rig.controller.tracker().zone(32).is(ZoneFlags::OPEN), None);
    assert_eq!(rig.event("000000"), []);
    assert_eq!(rig.line("870003610100b020010203040535"), []);
}

#[test]
fn row_08_door_access_is_not_a_zone() {
    let mut rig = Rig::quiet();
    assert_eq!(rig.line("870003610112a120010203040532"), []);
    assert_eq!(rig.controller.tracker().zone(12).is(ZoneFlags::OPEN), None);
    let event = event_of("870003610040a320010203040503");
    assert_eq!((event.area.door(), event.id.user()), (Some(3), Some(40)));
}

#[test]
fn row_09_minute_60_at_23_hours_is_the_next_day() {
    for (line, time) in [("870003610007001902252360004b", "2019-02-26T00:00:00"), ("870003610007001912312360002f", "2020-01-01T00:00:00")] {
        let stamp = ness::decode(line.as_bytes()).unwrap().packet().stamp.unwrap();
        assert_eq!(stamp.time().unwrap().to_string(), time);
    }
}

#[test]
fn row_10_areas_do_not_overwrite_each_other() {
    // Area 2 alone is armed and stays so when it is polled.
    let mut rig = Rig::quiet();
    for data in ["240102", "220002", "230002"] {
        rig.event(data);
    }
    rig.status("140a00");
    assert_eq!(
        (rig.area(1).0, rig.area(2), rig.area(0)),
        (AreaState::Disarmed, (AreaState::Armed, Some(Mode::Away)), (AreaState::Armed, Some(Mode::Away)))
    );
    // Area 2 is disarmed while area 1 stays armed.
    let mut rig = Rig::quiet();
    rig.status("140f00");
    rig.event("2f0102");
    assert_eq!((rig.area(1).0, rig.area(2).0, rig.whole()), (AreaState::Armed, AreaState::Disarmed, AreaState::Armed));
}

#[test]
fn row_11_home_day_and_area_2_are_armed_for_a_poll_too() {
    for (value, area, mode) in [("1000", 3, Mode::Home), ("2000", 4, Mode::Day), ("0a00", 2, Mode::Away), ("0500", 1, Mode::Away)] {
        let mut rig = Rig::quiet();
        rig.status(&format!("14{value}"));
        assert_eq!((rig.area(area), rig.area(0)), ((AreaState::Armed, Some(mode)), (AreaState::Armed, Some(mode))), "{value}");
    }
    let mut rig = Rig::quiet();
    for data in ["250103", "220003"] {
        rig.event(data);
    }
    rig.status("141000");
    assert_eq!(rig.area(3), (AreaState::ExitDelay, Some(Mode::Home)));
    rig.event("230003");
    rig.status("141000");
    assert_eq!((rig.area(3), rig.area(0)), ((AreaState::Armed, Some(Mode::Home)), (AreaState::Armed, Some(Mode::Home))));
}

#[test]
fn row_12_a_poll_does_not_end_an_entry_delay_or_an_alarm() {
    let mut rig = Rig::quiet();
    rig.status("140500");
    rig.event("200301");
    rig.status("144500");
    assert_eq!(rig.whole(), AreaState::EntryDelay);
    rig.event("020301");
    rig.status("140500");
    assert_eq!(rig.whole(), AreaState::Triggered);
    // Any of three things ends the alarm: here, that the panel counts no zone in alarm.
    rig.status("050000");
    assert_eq!(rig.whole(), AreaState::Armed);
    // An entry delay that was missed is seen in the bits; and its end too.
    rig.status("144500");
    assert_eq!(rig.whole(), AreaState::EntryDelay);
    rig.status("140500");
    assert_eq!(rig.whole(), AreaState::Armed);
    // So does S13 for alarms without a zone, and S25 for the upper zones.
    rig.event("02f082");
    assert_eq!(rig.whole(), AreaState::Triggered);
    rig.status("130000");
    assert_eq!(rig.whole(), AreaState::Armed);
    rig.event("022001");
    rig.status("050000");
    assert_eq!(rig.whole(), AreaState::Triggered);
    rig.status("250000");
    assert_eq!(rig.whole(), AreaState::Armed);
}

#[test]
fn row_13_after_an_alarm_comes_what_was_before_it() {
    let mut rig = Rig::quiet();
    rig.status("140000");
    rig.event("020182");
    assert_eq!(rig.whole(), AreaState::Triggered);
    rig.event("030182");
    assert_eq!(rig.whole(), AreaState::Disarmed);

    let mut rig = Rig::quiet();
    rig.event("020301");
    rig.event("030301");
    assert_eq!(rig.whole(), AreaState::Unknown);

    let mut rig = Rig::quiet();
    for (data, state) in [
        ("240101", AreaState::Arming),
        ("020301", AreaState::Triggered),
        ("220001", AreaState::Triggered),
        ("230001", AreaState::Triggered),
        ("030301", AreaState::Armed),
        ("020301", AreaState::Triggered),
        ("020401", AreaState::Triggered),
        ("030301", AreaState::Triggered),
        ("030401", AreaState::Armed),
    ] {
        rig.event(data);
        assert_eq!(rig.whole(), state, "{data}");
    }
}

#[test]
fn row_14_exit_delay_is_seen_beside_other_bits() {
    for value in ["0100", "0102", "0101", "0107", "01f8"] {
        let mut rig = Rig::quiet();
        rig.event("240101");
        rig.event("220001");
        rig.status(&format!("14{value}"));
        assert_eq!(rig.area(0), (AreaState::ExitDelay, Some(Mode::Away)), "{value}");
    }
}

#[test]
fn row_15_a_disarm_clears_the_mode_and_a_change_of_mode_is_told() {
    let mut rig = Rig::quiet();
    for data in ["270001", "220001", "230001"] {
        rig.event(data);
    }
    assert_eq!(rig.area(0), (AreaState::Armed, Some(Mode::Night)));
    rig.status("140000");
    assert_eq!(rig.area(0), (AreaState::Disarmed, None));
    rig.status("140500");
    assert_eq!(rig.area(0), (AreaState::Armed, Some(Mode::Away)));

    let mut rig = Rig::quiet();
    rig.event("240101");
    let area = |area, mode| Notice::Area { area, state: AreaState::Arming, mode: Some(mode) };
    assert_eq!(rig.event("280101"), [area(1, Mode::Vacation), area(0, Mode::Vacation)]);
}

#[test]
fn row_16_arming_without_an_exit_delay_is_polled() {
    let mut rig = Rig::quiet();
    rig.event("240101");
    assert_eq!(rig.whole(), AreaState::Arming);
    let (_, sent) = rig.wait(2_000);
    assert_eq!(sent, "8300360S14E4\r\n");
    rig.line("8200036014050002");
    assert_eq!(rig.area(0), (AreaState::Armed, Some(Mode::Away)));
}

#[test]
fn row_17_output_events_update_the_outputs() {
    let mut rig = Rig::quiet();
    assert_eq!(rig.event("310300"), [Notice::Output { output: 3, on: true }]);
    assert_eq!(rig.controller.tracker().output(Output::Aux(3)), Some(true));
    assert_eq!(rig.status("180004"), []);
    assert_eq!(rig.event("320300"), [Notice::Output { output: 3, on: false }]);
    assert_eq!(rig.event("319000"), [Notice::Output { output: 90, on: true }]);
    assert_eq!(rig.status("150000"), [Notice::Output { output: 90, on: false }]);
    // All ten auxiliary outputs and all eight others, one by one.
    for id in (1..=10).chain(90..=97) {
        assert_eq!(rig.event(&format!("31{id:02}00")), [Notice::Output { output: id, on: true }]);
    }
}

/// There are no callbacks: an event that nobody looks at is dropped, and the next one comes.
#[test]
fn row_18_nothing_of_the_callers_can_end_the_receiving() {
    use codec_core::{Env, RxBuf, TxBuf};
    let mut controller = ness::Controller::new(Config::new()).unwrap();
    let (mut rx_storage, mut tx_storage) = ([0; 256], [0; 64]);
    let (mut rx, mut tx) = (RxBuf::new(&mut rx_storage), TxBuf::new(&mut tx_storage));
    let lines = b"8200036000040017\r\n8200036020000 0fb\r\n8200036014000007\r\n";
    rx.space()[..lines.len()].copy_from_slice(lines);
    rx.commit(lines.len());
    let env = Env::at(Instant::from_millis(1));
    let mut events = 0;
    while let Some(pending) = controller.poll_event(&env, &mut rx, &mut tx) {
        drop(pending);
        events += 1;
    }
    assert_eq!((events, rx.unread()), (1 + 16 + 1 + 1 + 5, &b""[..]));
}

#[test]
fn row_19_a_line_without_end_costs_one_fault_and_no_memory() {
    use codec_core::{Env, RxBuf, TxBuf};
    let mut controller = ness::Controller::new(Config::new()).unwrap();
    let (mut rx_storage, mut tx_storage) = ([0; ness::Controller::RX_MIN], [0; 64]);
    let (mut rx, mut tx) = (RxBuf::new(&mut rx_storage), TxBuf::new(&mut tx_storage));
    let mut stream = vec![b'7'; 1 << 20];
    stream.extend_from_slice(b"\r\n8200036014000007\r\n");
    let (mut rest, mut events) = (&stream[..], Vec::new());
    while !rest.is_empty() {
        let len = rx.space().len().min(rest.len());
        rx.space()[..len].copy_from_slice(&rest[..len]);
        rx.commit(len);
        rest = &rest[len..];
        while let Some(pending) = controller.poll_event(&Env::at(Instant::ZERO), &mut rx, &mut tx) {
            events.push(format!("{:?}", controller.event(pending, &rx)));
        }
    }
    assert_eq!(events[0], "Fault(Fault { kind: TooLong { limit: 64 }, at: 64 })");
    assert!(events[1].starts_with("Line(") && events[2].starts_with("Notice("), "{events:?}");
    assert_eq!(events.iter().filter(|event| event.starts_with("Fault")).count(), 1);
}

#[test]
fn row_20_a_command_ends_in_time_whatever_the_link_does() {
    let mut rig = Rig::quiet();
    let (ticket, _) = rig.submit(Command::Status(RequestId::Arming)).unwrap();
    assert_eq!(rig.controller.poll_timeout(), Some(Instant::ZERO));
    assert_eq!(rig.wait(4_999).0, []);
    assert_eq!(rig.wait(1).0, [Seen::Done(ticket, Outcome::TimedOut)]);
    // A silent panel ends the machine, so that the driver can connect anew.
    let mut rig = Rig::new(Config::new());
    let (seen, _) = rig.wait(100_000);
    assert_eq!(seen, [Seen::Closed(CloseReason::Silent { millis: 90_000 })]);
}

#[test]
fn row_21_every_command_has_its_own_deadline() {
    let mut rig = Rig::quiet();
    let (first, _) = rig.submit(Command::Status(RequestId::Arming)).unwrap();
    rig.wait(3_000);
    let (second, _) = rig.submit(Command::Status(RequestId::Arming)).unwrap();
    assert_eq!(rig.wait(2_500).0, [Seen::Done(first, Outcome::TimedOut)]);
    let (seen, _) = rig.feed(b"8200036014000007\r\n");
    assert!(matches!(seen[1], Seen::Done(ticket, Outcome::Answer(status)) if ticket == second && status.value == 0), "{seen:?}");
}

#[test]
fn row_22_a_new_connection_begins_with_a_poll() {
    let mut rig = Rig::new(Config::new());
    let (_, sent) = rig.feed(b"");
    assert_eq!(sent, "8300360S00E9\r\n");
    let (_, sent) = rig.feed(b"820003600000001b\r\n");
    assert_eq!(sent, "8300360S20E7\r\n");
}

#[test]
fn row_23_polls_are_paced() {
    let mut rig = Rig::new(Config::new());
    let mut asked = Vec::new();
    let (_, mut sent) = rig.feed(b"");
    while let Some(line) = sent.strip_suffix("\r\n") {
        // One at a time: never two in one go.
        asked.push(request(line).unwrap());
        let id = asked.last().unwrap().raw();
        rig.now += 20;
        (_, sent) = rig.feed(format!("{}\r\n", status_line(&format!("{id:02x}0000"))).as_bytes());
    }
    assert_eq!(asked.len(), 34, "{asked:?}");
    // A panel that does not answer slows them down and does not stop them.
    let mut rig = Rig::new(Config::new());
    let (_, sent) = rig.wait(4_500);
    assert_eq!(sent.lines().count(), 5, "{sent}");
    // With the separator quirk every request ends in the character that makes a panel pause.
    let mut config = Config::new();
    config.quirks.separator = true;
    assert_eq!(Rig::new(config).feed(b"").1, "8300360S00E9?\r\n");
}

#[test]
fn row_24_what_has_no_name_is_kept() {
    assert_eq!(event_of("87000361180000060112061000ce").code, EventCode::Unknown(0x18));
    let status = |line: &str| match ness::decode(line.as_bytes()).unwrap().packet().body {
        Body::Status(status) => status,
        other => panic!("{other:?}"),
    };
    assert_eq!(status("82000360340000e7").request, RequestId::Unknown(0x34));
    assert_eq!(status("8200036016700095").typed(), ness::StatusValue::View(ness::ViewState::Unknown(0x7000)));
    let mut rig = Rig::quiet();
    let (seen, _) = rig.feed(b"8200036017ff877e\r\n");
    assert_eq!(seen, [Seen::Line, Seen::Info("None 8.7".to_owned())]);
    assert_eq!(rig.controller.panel_info().unwrap().model_byte, 0xFF);
}

/// There are no queues: what nobody takes out stays in the caller's buffer, and when that is full no more is taken in.
#[test]
fn row_25_nothing_grows() {
    use codec_core::{Env, RxBuf, TxBuf};
    let mut controller = ness::Controller::new(Config::new()).unwrap();
    let (mut rx_storage, mut tx_storage) = ([0; 80], [0; 64]);
    let (mut rx, mut tx) = (RxBuf::new(&mut rx_storage), TxBuf::new(&mut tx_storage));
    let line = b"820003600000001b\r\n";
    while rx.space().len() >= line.len() {
        rx.space()[..line.len()].copy_from_slice(line);
        rx.commit(line.len());
    }
    assert_eq!(rx.unread().len(), 72);
    assert!(size_of_val(&controller) <= 512);
    let mut lines = 0;
    while let Some(pending) = controller.poll_event(&Env::at(Instant::ZERO), &mut rx, &mut tx) {
        lines += u32::from(format!("{:?}", controller.event(pending, &rx)).starts_with("Line"));
    }
    assert_eq!(lines, 4);
}

#[test]
fn row_26_a_missing_code_is_not_sent_as_a_word() {
    let mut rig = Rig::quiet();
    let missing = Refused::Invalid(EncodeError::Missing { field: "code" });
    assert_eq!(rig.submit(Command::Disarm { code: Secret::new("") }).unwrap_err(), missing);
    let request = codec_core::home::Request::Disarm { area: 0, code: None };
    assert_eq!(Command::try_from(request).unwrap_err(), missing);
    let word = rig.submit(Command::Disarm { code: Secret::new("None") }).unwrap_err();
    assert_eq!(word, Refused::Invalid(EncodeError::BadCharacter { field: "code", at: 0 }));
    assert_eq!(rig.submit(Command::Panic { code: None }).unwrap().1, "8300160P4E\r\n");
}

#[test]
fn row_27_what_no_frame_can_hold_is_refused() {
    let mut rig = Rig::quiet();
    let refusal = |result: Result<_, Refused>| match result {
        Err(Refused::Invalid(error)) => error,
        other => panic!("{other:?}"),
    };
    let range = |field, min, max, found| EncodeError::OutOfRange { field, min, max, found };
    assert_eq!(refusal(rig.submit(Command::Keys(Secret::new(&"1".repeat(31))))), range("number of keys", 1, 30, 31));
    assert_eq!(refusal(rig.submit(Command::Keys(Secret::new("1z")))), EncodeError::BadCharacter { field: "keys", at: 1 });
    assert_eq!(refusal(rig.submit(Command::Aux { output: 10, on: true })), range("auxiliary output", 1, 8, 10));
    assert_eq!(refusal(rig.submit(Command::Status(RequestId::Unknown(0x99)))), range("status request", 0, 0x33, 0x99));
    let mut config = Config::new();
    config.address = 16;
    assert!(ness::Controller::new(config).is_err());
    assert_eq!((Id::decimal(100), Id::hexadecimal(0x32)), (None, None));
    assert!("16.0".parse::<ness::Version>().is_err());
    let keys = KeyString::new(Secret::new("1")).unwrap();
    let error = ness::encode(&Packet::request(16, keys.as_keys()), ness::Case::Upper, &mut [0; 64]);
    assert_eq!(error, Err(range("address", 0, 15, 16)));
}

#[test]
fn row_28_every_kind_of_line_can_be_written_with_time_stamp_and_sequence() {
    for line in
        ["8200036013ff1fea", "82000360154000c6", "8200036016d00035", "8200036018000102", "820003601714a848", "8704036014050019022517300072"]
    {
        assert_eq!(encoded(ness::decode(line.as_bytes()).unwrap().packet(), ness::Case::Lower), line);
    }
    for line in ["87008361010900180921183139c7", "860361000500200102030405e2", "8683610105002001020304095d"] {
        assert_eq!(encoded(ness::decode(line.as_bytes()).unwrap().packet(), ness::Case::Lower), line);
    }
}

/// More of them in `tests/vectors.rs`.
#[test]
fn row_29_captured_lines_come_back_byte_for_byte() {
    let minute_60 = "8700036100070019022517600057";
    for line in ["870003610009001809211831354c", "820361230001f6", "8704036100120019012909332957", minute_60] {
        let decoded = ness::decode(line.as_bytes()).unwrap();
        assert_eq!(encoded(decoded.packet(), decoded.case()), line);
    }
}

#[test]
fn row_30_a_d8x_is_a_d8x_unless_the_caller_says_otherwise() {
    let mut rig = Rig::quiet();
    assert_eq!(rig.feed(b"820003601700877d\r\n").0[1], Seen::Info("Some(D8x) 8.7".to_owned()));
    let mut config = Config::new();
    config.models = ModelMap::LIBRARY_DEFAULT;
    assert_eq!(Rig::new(config).feed(b"820003601700877d\r\n").0[1], Seen::Info("Some(D16x) 8.7".to_owned()));
    config.models = ModelMap::new(&[(0x00, Model::D32x)]);
    assert_eq!(Rig::new(config).feed(b"820003601700877d\r\n").0[1], Seen::Info("Some(D32x) 8.7".to_owned()));
}

#[test]
fn row_40_bad_data_unknown_events_and_polling_have_tests() {
    let mut rig = Rig::quiet();
    let (seen, _) =
        rig.feed(b"hello world, no packet\r\n8700036200070018092118370676\r\n87000361ff0000060112061000e7\r\n8200036014000007\r\n");
    let Seen::Fault(garbage) = seen[0] else { panic!("{seen:?}") };
    let Seen::Fault(command) = seen[1] else { panic!("{seen:?}") };
    assert_eq!((garbage.kind, garbage.at), (FaultKind::NotHex, 0));
    assert_eq!((command.kind, command.at), (FaultKind::UnknownCommand, 6));
    assert_eq!(seen[2..4], [Seen::Line, Seen::Line]);

    let mut rig = Rig::new(Config::new());
    rig.feed(b"");
    let mut polls = 0;
    for _ in 0..200 {
        let (_, sent) = rig.wait(1_000);
        polls += sent.lines().filter(|line| request(line) == Some(RequestId::Arming)).count();
        rig.feed(b"8200036014000007\r\n");
    }
    // At the start, and after 60, 120 and 180 seconds.
    assert_eq!(polls, 4);
}
