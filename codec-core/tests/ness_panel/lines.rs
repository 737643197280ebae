//! What is on the line: fields, checksums, options, dialects, framing.

use codec_core::home::Mode;
use codec_core::ness::panel::{Command, Config, User};
use codec_core::ness::{Case, ChecksumPolicy, Model, ModelMap, Panel, RequestId};
use codec_core::{ConfigError, FaultKind, Instant, Machine as _, Secret};

use crate::rig::{Rig, ascii, binary, data, events, library, plain};

/// An evening as a real panel reported it: the same lines come out.
#[test]
fn a_captured_evening_comes_out_byte_for_byte() {
    let mut config = plain();
    config.send_time = true;
    config.exit_delay_millis = 60_000;
    config.utc_offset_seconds = 10 * 3600;
    let mut rig = Rig::new(config);
    // 2018-09-22 11:00:00 at UTC+10.
    let at = |rig: &mut Rig, minute: u64, second: u64| {
        rig.env.unix = Some(1_537_578_000 + minute * 60 + second);
        rig.env.now = Instant::from_millis((minute * 60 + second) * 1000);
    };
    at(&mut rig, 2, 25);
    assert_eq!(rig.zone(3, true), ["8700036100030018092211022597"]);
    at(&mut rig, 2, 31);
    assert_eq!(rig.zone(3, false), ["870083610103001809221102310a"]);
    at(&mut rig, 3, 4);
    assert_eq!(rig.feed("8300260AE17\r\n"), ["870003612458011809221103043d", "8700836122000118092211030417"]);
    assert_eq!(rig.keys("S14"), ["8200036014010006"]);
    assert_eq!(rig.feed("8300360S00E9\r\n"), ["820003600000001b"]);
    assert_eq!(rig.keys("S05"), ["8200036005000016"]);
    assert_eq!(rig.keys("S13"), ["8200036013000008"]);
    assert_eq!(rig.keys("S15"), ["82000360154000c6"]);
    at(&mut rig, 3, 23);
    assert_eq!(
        rig.feed("83005601234E8B\r\n"),
        // The capture has the last one second later: ...24d2.
        ["870003612f01011809221103236a", "87008361230001180922110323f7", "87000361329600180922110323d3"]
    );
    assert_eq!(rig.keys("S12"), ["8200036012000009"]);
    at(&mut rig, 4, 2);
    assert_eq!(rig.zone(9, true), ["8700836100090018092211040232"]);
    at(&mut rig, 4, 4);
    assert_eq!(rig.zone(9, false), ["87000361010900180922110404af"]);
    assert_eq!(rig.zone(7, true).len(), 1);
    assert_eq!(rig.keys("S00"), ["82000360004000db"]);
}

#[test]
fn a_panel_at_rest_answers_all_34_status_requests() {
    let answers = "820003600000001b 820003600100001a 8200036002000019 8200036003000018 8200036004000017 8200036005000016 8200036006000015 \
        8200036007000014 8200036008000013 8200036009000012 820003601000000b 820003601100000a 8200036012000009 8200036013000008 \
        8200036014000007 8200036015000006 8200036016f00015 820003601710876d 8200036018000003 8200036019000002 82000360200000fb \
        82000360210000fa 82000360220000f9 82000360230000f8 82000360240000f7 82000360250000f6 82000360260000f5 82000360270000f4 \
        82000360280000f3 82000360290000f2 82000360300000eb 82000360310000ea 82000360320000e9 82000360330000e8";
    let answers: Vec<_> = answers.split_whitespace().collect();
    assert_eq!(answers.len(), 34);
    let mut rig = Rig::new(plain());
    for (request, answer) in RequestId::ALL.iter().zip(answers) {
        assert_eq!(rig.keys(&format!("S{:02x}", request.raw())), [answer]);
        assert_eq!(rig.act(Command::Report(*request)), [answer]);
    }
    for unknown in ["S0a", "S1F", "S34", "S99"] {
        assert_eq!(rig.keys(unknown), [""; 0]);
    }
    let refused = rig.told.iter().filter(|event| event.starts_with("Refused(UnknownStatus(")).count();
    assert_eq!(refused, 4);
}

#[test]
fn requests_need_no_terminator_and_may_come_in_any_pieces() {
    let stream = b"8300360S00E9?8300360S14E4?83005601234E8B\r\nnoise\r\n\r\n8300360S16E2\n8300360S1700\r\n8300260AE17?";
    let run = |piece: usize| {
        let mut rig = Rig::new(plain());
        for piece in stream.chunks(piece) {
            rig.put(piece);
            rig.settle();
        }
        (rig.out, rig.told)
    };
    let whole = run(100);
    let lines: Vec<_> = whole.0.split_terminator("\r\n").collect();
    let disarmed = &events(false, &["2f0101"])[0];
    let armed = events(true, &["245801", "220001"]);
    assert_eq!(lines, ["820003600000001b", "8200036014000007", disarmed, "8200036016f00015", &armed[0], &armed[1]]);
    assert_eq!(whole.1.iter().filter(|event| event.starts_with("Fault")).count(), 2, "{:?}", whole.1);
    for piece in [1, 2, 3, 7, 64] {
        assert_eq!(run(piece), whole, "pieces of {piece}");
    }
}

#[test]
fn what_a_panel_does_not_obey_it_does_not_answer() {
    let mut config = plain();
    config.short_arm = false;
    config.address = 2;
    config.checksum = ChecksumPolicy::Strict;
    let mut rig = Rig::new(config);
    rig.told();
    let mut refuse = |text: &str, reason: &str| {
        assert_eq!(rig.feed(text), [""; 0], "{text}");
        assert_eq!(rig.told(), [reason], "{text}");
    };
    refuse("83005609999E71", "Refused(WrongCode)");
    refuse("8300660A9999E2F", "Refused(WrongCode)");
    refuse("8300260AE17", "Refused(CodeNeeded)");
    refuse("8300260HE10", "Refused(CodeNeeded)");
    refuse("830036099*00", "Refused(UnknownKeys)");
    refuse("8300460X12E9B", "Refused(UnknownKeys)");
    refuse("8310660A1234E48", "Refused(OtherAddress(1))");
    refuse("8300360S14E5", "Fault(Fault { kind: Checksum { expected: 228, found: 229 }, at: 10 })");
    refuse("8200036014010006\r\n", "Refused(NotARequest)");
    refuse("83000361013200e6\r\n", "Refused(NotARequest)");
    assert_eq!(rig.feed("8320660A1234E47"), [binary("83020361240101"), binary("83028361220001")]);
    assert_eq!(rig.keys("S14"), [binary("82020360140100")]);
    // Two digits of address, as an old developer's note has it.
    assert_eq!(rig.feed(&ascii("83020360S14")), [binary("82020360140100")]);
}

#[test]
fn ignored_and_either_checksums_are_taken() {
    let mut config = plain();
    config.checksum = ChecksumPolicy::Ignore;
    assert_eq!(Rig::new(config).feed("8300360S1400"), ["8200036014000007"]);
    assert_eq!(Rig::new(plain()).feed("8300360S14e4"), ["8200036014000007"]);
    assert_eq!(Rig::new(plain()).feed("8300360S1400"), [""; 0]);
}

#[test]
fn the_library_dialect_sends_the_lines_of_the_python_mock() {
    let mut rig = Rig::new(library());
    assert_eq!(rig.keys("AE"), ["830066124000072", "830066122000074"]);
    assert_eq!(rig.keys("S14"), ["8200036014010047"]);
    assert_eq!(rig.pass(10_000), ["830066123000073"]);
    assert_eq!(rig.keys("S14"), ["8200036014050043"]);
    assert_eq!(rig.zone(3, true), ["830066100030075", "830066120000076"]);
    assert_eq!(rig.zone(3, false), ["830066101030074"]);
    assert_eq!(rig.pass(10_000), ["830066102000076", "830066121000075"]);
    assert_eq!(rig.pass(60_000), [""; 0]);
    assert_eq!(rig.keys("1234E"), ["83006612f000040"]);
    assert_eq!(rig.keys("HE"), ["830066125000071", "830066122000074"]);
    assert_eq!(rig.keys("1234E"), ["83006612f000040", "830066123000073"]);
    assert_eq!(rig.act(Command::Arm { area: 1, mode: Mode::Night, user: 4 })[0], "83006612700006F");
    rig.keys("1234E");
    assert_eq!(rig.keys("S00"), ["820003600000004D"]);
    assert_eq!(rig.keys("S20"), ["820003602000004B"]);
    assert_eq!(rig.keys("S14"), ["8200036014000048"]);
    assert_eq!(rig.keys("S18"), ["8200036018000044"]);
    rig.keys("11*");
    assert_eq!(rig.keys("22*"), ["8200036018000341"]);
    assert_eq!(rig.keys("22*"), ["8200036018000341"]);
    rig.zone(3, true);
    assert_eq!(rig.keys("S00"), ["8200036000040049"]);
    // What the mock does not know is not sent.
    for command in [Command::Tamper { zone: 1, open: true }, Command::PowerUp, Command::Mains { on: false }] {
        assert_eq!(rig.act(command), [""; 0]);
    }
    let mut config = library();
    config.model = Model::D8x;
    assert_eq!(Rig::new(config).keys("S17"), ["8200036017008736"]);
}

#[test]
fn options_choose_fields_and_events() {
    let mut config = plain();
    config.send_address = false;
    let mut rig = Rig::new(config);
    assert_eq!(rig.zone(5, true), ["820361000500"].map(binary));
    assert_eq!(rig.zone(5, false), ["828361010500"].map(binary));
    config.send_time = true;
    let mut rig = Rig::new(config);
    rig.env.unix = Some(1_577_934_245);
    assert_eq!(rig.zone(5, true), ["860361000500200102030405e2"]);
    rig.env.unix = Some(1_577_934_249);
    assert_eq!(rig.zone(5, false), ["8683610105002001020304095d"]);
    // Outside of what two digits of a year can say.
    rig.env.unix = Some(5);
    assert_eq!(rig.zone(5, true), [binary("820361000500")]);
    config.send_address = true;
    config.address = 15;
    config.case = Case::Upper;
    let mut rig = Rig::new(config);
    rig.env.unix = Some(1_577_934_245);
    assert_eq!(rig.act(Command::KeypadTamper { open: true }), [binary("870F036108F000200102030405").to_uppercase()]);

    let story: &[Command<'static>] = &[
        Command::Zone { zone: 1, open: true },
        Command::Trip { zone: 2 },
        Command::Tamper { zone: 3, open: true },
        Command::Clock,
        Command::PowerUp,
        Command::Bypass { zone: 3, on: true },
        Command::Arm { area: 1, mode: Mode::Away, user: 1 },
        Command::Door { door: 1, user: 1, open: false },
    ];
    let lines = |change: fn(&mut Config<'static>)| {
        let mut config = plain();
        change(&mut config);
        let mut rig = Rig::new(config);
        let lines: Vec<_> = story.iter().flat_map(|command| rig.act(*command)).collect();
        data(&lines).join(" ")
    };
    let all = "000100 020201 319000 319400 080391 190000 010000 040301 240101 220001 0101a1";
    assert_eq!(lines(|_| {}), all);
    assert_eq!(lines(|config| config.report_zones = false), all.replace("000100 ", ""));
    assert_eq!(lines(|config| config.report_alarms = false), all.replace("020201 ", "").replace("080391 ", ""));
    assert_eq!(lines(|config| config.report_warnings = false), all.replace("190000 010000 040301 ", ""));
    assert_eq!(lines(|config| config.report_access = false), all.replace(" 240101 220001 0101a1", ""));
}

#[test]
fn the_version_is_reported_unasked() {
    let mut config = plain();
    config.version_report_millis = 30_000;
    let mut rig = Rig::new(config);
    assert_eq!(rig.panel.poll_timeout(), Some(Instant::ZERO));
    assert_eq!(rig.lines(), [""; 0]);
    assert_eq!(rig.panel.poll_timeout(), Some(Instant::from_millis(31_000)));
    assert_eq!(rig.pass(29_999), [""; 0]);
    assert_eq!(rig.pass(1), ["820003601710876d"]);
    assert_eq!(rig.pass(100_000), ["820003601710876d"]);
}

#[test]
fn noise_costs_one_fault() {
    let mut rig = Rig::new(plain());
    for _ in 0..1000 {
        rig.put(&[b'x'; 100]);
        rig.settle();
    }
    assert_eq!(rig.feed("\n8300360S14E4"), ["8200036014000007"]);
    let faults: Vec<_> = rig.told().into_iter().filter(|event| event.starts_with("Fault")).collect();
    assert_eq!(faults.len(), 1);
    assert!(faults[0].contains(&format!("{:?}", FaultKind::TooLong { limit: 64 })));
}

#[test]
fn a_wrong_set_up_is_refused() {
    let refuse = |change: fn(&mut Config<'static>)| {
        let mut config = plain();
        change(&mut config);
        Panel::new(config).err()
    };
    let range = |field, min, max, found| Some(ConfigError::OutOfRange { field, min, max, found });
    assert_eq!(refuse(|config| config.address = 16), range("address", 0, 15, 16));
    assert_eq!(refuse(|config| config.zones = 33), range("zones", 1, 32, 33));
    const KEYSWITCH: &[User<'static>] = &[User { number: 57, code: Secret::new("1") }];
    assert_eq!(refuse(|config| config.users = KEYSWITCH), range("user", 1, 56, 57));
    for code in ["", "12a4", "12345678901234567890123456789"] {
        let users: &'static [_] = Box::leak(Box::new([User { number: 1, code: Secret::new(code) }]));
        let mut config = plain();
        config.users = users;
        assert_eq!(Panel::new(config).err(), Some(ConfigError::BadText { field: "code" }));
    }
    assert_eq!(refuse(|config| config.models = ModelMap::new(&[])), Some(ConfigError::BadText { field: "model" }));
}
