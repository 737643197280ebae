//! The simulated Ness panel, byte for byte.
//!
//! Lines are literals from captures and from the Python library's mock panel, or are put together here from their fields by the
//! formulas of the protocol, not by the crate's encoder.

use codec_core::home::{AlarmKind, AreaState, Mode, Notice, Source, ZoneFlags};
use codec_core::ness::panel::{Command, Config, Dialect, Event, Refusal, User};
use codec_core::ness::{Body, ChecksumPolicy, Output, Panel, RequestId};
use codec_core::{CloseReason, ConfigError, EncodeError, Env, FaultKind, Instant, Machine as _, Refused, RxBuf, Secret, Ticket, TxBuf};
use proptest::prelude::*;

const USERS: &[User<'static>] = &[
    User { number: 1, code: Secret::new("1234") },
    User { number: 12, code: Secret::new("98765") },
    User { number: 3, code: Secret::new("1234") },
];

/// Users, no time stamps: START 83.
fn plain() -> Config<'static> {
    let mut config = Config::new();
    config.users = USERS;
    config.send_time = false;
    config
}

fn library() -> Config<'static> {
    let mut config = plain();
    config.dialect = Dialect::Library;
    config
}

/// A panel with buffers, a clock, and what it wrote and told.
struct Rig {
    panel: Panel<'static>,
    rx: RxBuf<'static>,
    tx: TxBuf<'static>,
    env: Env,
    out: String,
    told: Vec<String>,
}

fn leak(len: usize) -> &'static mut [u8] {
    Box::leak(vec![0; len].into_boxed_slice())
}

impl Rig {
    fn with_tx(config: Config<'static>, tx: usize) -> Self {
        let panel = Panel::new(config).unwrap();
        let env = Env::at(Instant::from_millis(1_000));
        Self { panel, rx: RxBuf::new(leak(Panel::RX_MIN)), tx: TxBuf::new(leak(tx)), env, out: String::new(), told: Vec::new() }
    }

    fn new(config: Config<'static>) -> Self {
        Self::with_tx(config, Panel::TX_MIN)
    }

    fn poll(&mut self) {
        while let Some(pending) = self.panel.poll_event(&self.env, &mut self.rx, &mut self.tx) {
            self.told.push(format!("{:?}", self.panel.event(pending, &self.rx)));
        }
    }

    /// Takes what is written out of the buffer.
    fn drain(&mut self, at_most: usize) {
        let unsent = self.tx.unsent();
        let unsent = &unsent[..unsent.len().min(at_most)];
        self.out.push_str(std::str::from_utf8(unsent).unwrap());
        let len = unsent.len();
        self.tx.sent(len);
    }

    /// Polls and sends until there is nothing more to do.
    fn settle(&mut self) {
        for _ in 0..1000 {
            self.poll();
            if self.tx.is_empty() {
                return;
            }
            self.drain(usize::MAX);
        }
        panic!("never settles");
    }

    /// The lines written since the last call.
    fn lines(&mut self) -> Vec<String> {
        self.settle();
        let out = std::mem::take(&mut self.out);
        assert!(out.is_empty() || out.ends_with("\r\n"), "{out:?}");
        out.split_terminator("\r\n").map(str::to_owned).collect()
    }

    fn told(&mut self) -> Vec<String> {
        self.settle();
        std::mem::take(&mut self.told)
    }

    fn put(&mut self, bytes: &[u8]) {
        let space = self.rx.space();
        space[..bytes.len()].copy_from_slice(bytes);
        self.rx.commit(bytes.len());
    }

    fn feed(&mut self, text: &str) -> Vec<String> {
        self.put(text.as_bytes());
        self.lines()
    }

    /// A request with these keys.
    fn keys(&mut self, keys: &str) -> Vec<String> {
        let line = ascii(&format!("830{:02x}60{keys}", keys.len()));
        self.feed(&line)
    }

    fn submit(&mut self, command: Command<'_>) -> Result<Ticket, Refused> {
        self.panel.submit(&self.env, command, &mut self.tx)
    }

    fn act(&mut self, command: Command<'_>) -> Vec<String> {
        self.submit(command).unwrap();
        self.lines()
    }

    fn zone(&mut self, zone: u8, open: bool) -> Vec<String> {
        self.act(Command::Zone { zone, open })
    }

    fn pass(&mut self, millis: u64) -> Vec<String> {
        self.env.now = self.env.now.plus_millis(millis);
        self.lines()
    }

    fn status(&mut self, request: RequestId) -> u16 {
        let answer = self.keys(&format!("S{:02x}", request.raw()));
        let [line] = answer.as_slice() else { panic!("{answer:?}") };
        assert_eq!(&line[..10], format!("82000360{:02x}", request.raw()));
        u16::from_str_radix(&line[10..14], 16).unwrap()
    }
}

/// Adds the checksum of panel lines: all bytes add up to 0.
fn binary(hex: &str) -> String {
    let bytes = (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap());
    format!("{hex}{:02x}", bytes.fold(0_u8, u8::wrapping_add).wrapping_neg())
}

/// Adds the checksum of requests: all characters add up to 0.
fn ascii(text: &str) -> String {
    format!("{text}{:02X}", text.bytes().fold(0_u8, u8::wrapping_add).wrapping_neg())
}

/// Event lines without time stamp, the sequence bit alternating from `first` on.
fn events(first: bool, data: &[&str]) -> Vec<String> {
    let bits = [if first { "83" } else { "03" }, if first { "03" } else { "83" }];
    data.iter().enumerate().map(|(at, data)| binary(&format!("8300{}61{data}", bits[at % 2]))).collect()
}

/// The six digits of code, identity and area of each event line, whose sequence bits must alternate.
fn data(lines: &[String]) -> Vec<&str> {
    for pair in lines.windows(2) {
        assert_ne!(pair[0][4..6], pair[1][4..6], "{pair:?}");
    }
    lines.iter().map(|line| line.get(8..14).unwrap()).collect()
}

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
fn arming_and_disarming_with_a_code() {
    let mut rig = Rig::new(plain());
    assert_eq!(rig.feed("8300360S14E4"), ["8200036014000007"]);
    assert_eq!(rig.feed("8300660A1234E49\r\n"), events(false, &["240101", "220001"]));
    assert_eq!((rig.panel.area(1), rig.panel.output(Output::Sonalert)), (AreaState::ExitDelay, true));
    assert_eq!(rig.pass(9_999), [""; 0]);
    assert_eq!(rig.pass(1), events(false, &["230001", "329600"]));
    assert_eq!(rig.feed("8300360S14E4"), ["8200036014050002"]);
    assert_eq!(rig.keys("98765E"), events(false, &["2f1201"]));
    assert_eq!(rig.panel.area(1), AreaState::Disarmed);
    // Of two users with one code the first counts. Nothing is armed: told of area 1.
    assert_eq!(rig.keys("1234E"), events(true, &["2f0101"]));
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

/// Zone 3 starts the entry delay, nobody disarms, the siren ends by itself.
#[test]
fn a_burglary_from_arming_to_the_end_of_the_alarm() {
    let mut rig = Rig::new(plain());
    let mut lines = rig.keys("A1234E");
    lines.extend(rig.pass(10_000));
    lines.extend(rig.zone(3, true));
    assert_eq!(rig.status(RequestId::Arming), 0x4500);
    assert_eq!(rig.status(RequestId::Zone1To16InDelay), 0x0400);
    lines.extend(rig.zone(3, false));
    lines.extend(rig.zone(4, true));
    assert_eq!(rig.panel.area(1), AreaState::EntryDelay);
    lines.extend(rig.pass(10_000));
    assert_eq!(
        (rig.panel.area(1), rig.panel.area(2), rig.panel.area(0)),
        (AreaState::Triggered, AreaState::Disarmed, AreaState::Triggered)
    );
    assert_eq!(rig.status(RequestId::Arming), 0x0500);
    assert_eq!(rig.status(RequestId::Zone1To16InAlarm), 0x0400);
    assert_eq!(rig.status(RequestId::Outputs), 0x1100);
    // One more zone, without another entry delay.
    lines.extend(rig.zone(16, true));
    assert_eq!(rig.status(RequestId::Zone1To16InAlarm), 0x0480);
    lines.extend(rig.pass(60_000));
    assert_eq!((rig.panel.area(1), rig.status(RequestId::Outputs)), (AreaState::Armed, 0));
    lines.extend(rig.keys("1234E"));
    let story = [
        "240101", "220001", "230001", "329600", "000300", "200301", "010300", "000400", "020301", "319000", "319400", "210301", "001600",
        "021601", "030301", "031601", "329000", "329400", "2f0101",
    ];
    assert_eq!(lines, events(false, &story));
}

#[test]
fn disarming_in_every_state_ends_what_was_going_on() {
    let mut config = plain();
    config.alarm_millis = 0;
    let mut rig = Rig::new(config);
    rig.keys("AE");
    assert_eq!(data(&rig.keys("1234E")), ["2f0101", "230001", "329600"]);
    rig.keys("AE");
    rig.pass(10_000);
    assert_eq!(data(&rig.keys("1234E")), ["2f0101"]);
    rig.keys("AE");
    rig.pass(10_000);
    rig.zone(5, true);
    assert_eq!(data(&rig.keys("1234E")), ["2f0101", "210501"]);
    rig.zone(5, false);
    rig.keys("AE");
    rig.pass(10_000);
    rig.zone(5, true);
    rig.pass(10_000);
    // No time-out is set: the alarm stays.
    assert_eq!(rig.pass(1_000_000), [""; 0]);
    assert_eq!(data(&rig.keys("1234E")), ["030501", "2f0101", "329000", "329400"]);
    assert_eq!(rig.panel.area(0), AreaState::Disarmed);
}

#[test]
fn arming_again_goes_back_to_the_exit_delay() {
    let mut rig = Rig::new(plain());
    rig.keys("AE");
    rig.pass(6_000);
    assert_eq!(data(&rig.keys("HE")), ["255803", "220003"]);
    assert_eq!(rig.pass(9_999), [""; 0]);
    assert_eq!(data(&rig.pass(1)), ["230003", "329600"]);
    rig.zone(1, true);
    assert_eq!(data(&rig.keys("AE")), ["245801", "220001", "210103"]);
}

#[test]
fn home_mode_watches_its_zones_only_and_shows_in_three_places() {
    let mut config = plain();
    config.home_zones = 0b10;
    let mut rig = Rig::new(config);
    assert_eq!(rig.feed("8300660H1234E42"), events(false, &["250103", "220003"]));
    assert_eq!(rig.status(RequestId::Arming), 0x1100);
    assert_eq!(data(&rig.pass(10_000)), ["230003", "329600"]);
    assert_eq!(rig.status(RequestId::Arming), 0x1500);
    assert_eq!(rig.keys("S16"), ["8200036016d00035"]);
    assert_eq!(rig.status(RequestId::Outputs), 0x0010);
    assert_eq!(data(&rig.zone(1, true)), ["000100"]);
    assert_eq!(data(&rig.zone(2, true)), ["000200", "200203"]);
    assert_eq!(data(&rig.pass(10_000)), ["020203", "319000", "319400", "210203"]);
    assert_eq!(data(&rig.act(Command::Disarm { area: 4, user: 1 })), [""; 0]);
    assert_eq!(data(&rig.act(Command::Disarm { area: 3, user: 1 })), ["030203", "2f0103", "329000", "329400"]);
    assert_eq!(rig.status(RequestId::Outputs), 0);
    let day = rig.act(Command::Arm { area: 1, mode: Mode::Day, user: 0 });
    assert_eq!(data(&day), ["260004", "220001"]);
    assert_eq!(rig.status(RequestId::Arming), 0x2100);
    assert_eq!(data(&rig.act(Command::Disarm { area: 4, user: 57 })), ["2f5704", "230001", "329600"]);
}

#[test]
fn every_mode_has_its_code_and_no_delay_means_none() {
    let mut config = plain();
    config.exit_delay_millis = 0;
    config.entry_delay_millis = 0;
    let mut rig = Rig::new(config);
    for (mode, code) in [
        (Mode::Away, "240901"),
        (Mode::Home, "250903"),
        (Mode::Day, "260904"),
        (Mode::Night, "270901"),
        (Mode::Vacation, "280901"),
        (Mode::Highest, "2e0901"),
    ] {
        assert_eq!(data(&rig.act(Command::Arm { area: 1, mode, user: 9 })), [code]);
        assert_eq!(rig.panel.area(1), AreaState::Armed);
    }
    assert_eq!(data(&rig.zone(8, true)), ["000800", "020801", "319000", "319400"]);
}

#[test]
fn only_opening_trips_and_not_what_is_excluded() {
    let mut config = plain();
    config.instant_zones = 1 << 5;
    config.twenty_four_hour_zones = 1 << 6;
    let mut rig = Rig::new(config);
    rig.zone(2, true);
    assert_eq!(data(&rig.act(Command::Bypass { zone: 3, on: true })), ["040301"]);
    assert_eq!(data(&rig.act(Command::AutoExclude { zone: 4, on: true })), ["060401"]);
    assert_eq!(rig.status(RequestId::Zone1To16ExcludedPlusAutoExcluded), 0x0C00);
    rig.keys("AE");
    rig.pass(10_000);
    for (zone, open) in [(2, false), (3, true), (4, true), (3, false)] {
        let line = format!("{}{zone:02}00", if open { "00" } else { "01" });
        assert_eq!(data(&rig.zone(zone, open)), [line]);
    }
    assert_eq!(rig.zone(3, false), [""; 0]);
    assert_eq!(rig.panel.area(1), AreaState::Armed);
    assert_eq!(data(&rig.zone(1, true)), ["000100", "200101"]);
    // An instant zone does not wait for the end of the entry delay.
    assert_eq!(data(&rig.zone(6, true)), ["000600", "020601", "319000", "319400", "210101"]);
    rig.keys("1234E");
    // Always watched, armed or not.
    assert_eq!(data(&rig.zone(7, true)), ["000700", "020780", "319000", "319400"]);
    assert_eq!(rig.panel.area(1), AreaState::Triggered);
    assert_eq!(data(&rig.keys("1234E")), ["030780", "2f0101", "329000", "329400"]);
    assert_eq!(data(&rig.act(Command::Bypass { zone: 3, on: false })), ["050301"]);
}

#[test]
fn area_2_lives_on_its_own() {
    let mut config = plain();
    config.zones = 32;
    config.area_2_zones = 0xFFFF_0000;
    let mut rig = Rig::new(config);
    rig.keys("A1234E");
    rig.pass(10_000);
    assert_eq!(data(&rig.act(Command::Arm { area: 2, mode: Mode::Away, user: 12 })), ["241202", "220002"]);
    assert_eq!(rig.status(RequestId::Arming), 0x0700);
    assert_eq!(data(&rig.pass(10_000)), ["230002", "329600"]);
    assert_eq!(rig.status(RequestId::Arming), 0x0F00);
    assert_eq!(data(&rig.zone(20, true)), ["002000", "202002"]);
    assert_eq!(rig.status(RequestId::Arming), 0x8F00);
    assert_eq!(rig.status(RequestId::Zone17To32InDelay), 0x0800);
    assert_eq!((rig.panel.area(0), rig.panel.area(1), rig.panel.area(2)), (AreaState::EntryDelay, AreaState::Armed, AreaState::EntryDelay));
    rig.pass(10_000);
    assert_eq!((rig.panel.area(1), rig.panel.area(2)), (AreaState::Armed, AreaState::Triggered));
    assert_eq!(rig.status(RequestId::Zone17To32InAlarm), 0x0800);
    assert_eq!(data(&rig.act(Command::Disarm { area: 1, user: 1 })), ["2f0101"]);
    assert_eq!((rig.panel.area(1), rig.panel.area(2)), (AreaState::Disarmed, AreaState::Triggered));
    assert_eq!(data(&rig.act(Command::Disarm { area: 2, user: 12 })), ["032002", "2f1202", "329000", "329400"]);
    assert_eq!(rig.panel.area(3), AreaState::Unknown);
    let home = rig.submit(Command::Arm { area: 2, mode: Mode::Home, user: 1 });
    assert_eq!(home, Err(Refused::Unsupported));
}

#[test]
fn every_event_of_the_installation_has_the_documented_bytes() {
    let mut rig = Rig::new(plain());
    let mut first = false;
    let mut check = |command: Command<'_>, expected: &[&str]| {
        assert_eq!(rig.act(command), events(first, expected), "{command:?}");
        first ^= expected.len() % 2 == 1;
    };
    for (on, end) in [(true, 0), (false, 1)] {
        let with_end = |data: &str| format!("{:02x}{}", u8::from_str_radix(&data[..2], 16).unwrap() + end, &data[2..]);
        let mut both = |command: Command<'_>, data: &str| check(command, &[&with_end(data)]);
        both(Command::Zone { zone: 16, open: on }, "001600");
        both(Command::Tamper { zone: 9, open: on }, "080991");
        both(Command::PanelTamper { external: false, open: on }, "080000");
        both(Command::PanelTamper { external: true, open: on }, "080001");
        both(Command::KeypadTamper { open: on }, "08f000");
        both(Command::Battery { zone: 10, low: on }, "121091");
        both(Command::PanelBattery { low: on }, "120000");
        both(Command::RadioKeyBattery { user: 56, low: on }, "125692");
        both(Command::Supervision { zone: 2, lost: on }, "160200");
        both(Command::Mains { on: !on }, "100000");
        both(Command::Reporting { ok: !on }, "140000");
        both(Command::Bypass { zone: 1, on }, "040101");
        both(Command::AutoExclude { zone: 1, on }, "060101");
        both(Command::Door { door: 3, user: 40, open: on }, "0040a3");
        both(Command::Output { output: Output::Aux(10), on }, "311000");
        both(Command::Output { output: Output::KeypadDisplay, on }, "319700");
        // The same again changes nothing.
        let mut again = |command: Command<'_>| check(command, &[]);
        again(Command::Zone { zone: 16, open: on });
        again(Command::Tamper { zone: 9, open: on });
        again(Command::Mains { on: !on });
        again(Command::Output { output: Output::Aux(10), on });
        again(Command::Output { output: Output::TamperExpander, on });
    }
    check(Command::PowerUp, &["010000"]);
    check(Command::Clock, &["190000"]);
    check(Command::ArmingDelayed { user: 7 }, &["300701"]);
    check(Command::Trip { zone: 12 }, &["021201", "319000", "319400"]);
    check(Command::KeypadAlarm { keypad: 14, kind: AlarmKind::Duress }, &["02fe84"]);
    check(Command::KeypadAlarm { keypad: 0, kind: AlarmKind::Panic }, &["02f082"]);
    check(Command::KeypadAlarm { keypad: 1, kind: AlarmKind::Fire }, &["02f181", "319300"]);
    check(Command::KeypadAlarm { keypad: 2, kind: AlarmKind::Medical }, &["02f283", "319600"]);
    check(Command::UserPanic { user: 33 }, &["023382"]);
    assert_eq!(rig.status(RequestId::MiscellaneousAlarms), 0x0F01);
    rig.env.now = rig.env.now.plus_millis(60_000);
    let ends = ["031201", "03f181", "03f082", "03f283", "03fe84", "033382", "329000", "329300", "329400", "329600"];
    assert_eq!(rig.lines(), events(first, &ends));
    assert_eq!(rig.status(RequestId::MiscellaneousAlarms), 0);
}

#[test]
fn troubles_show_in_the_statuses() {
    let mut rig = Rig::new(plain());
    rig.act(Command::PanelTamper { external: true, open: true });
    rig.act(Command::PanelTamper { external: false, open: true });
    rig.act(Command::KeypadTamper { open: true });
    rig.act(Command::PanelBattery { low: true });
    rig.act(Command::Mains { on: false });
    assert_eq!(rig.status(RequestId::MiscellaneousAlarms), 0xE00A);
    assert_eq!(rig.status(RequestId::Outputs), 0x0060);
    rig.act(Command::Tamper { zone: 1, open: true });
    rig.act(Command::Battery { zone: 9, low: true });
    rig.act(Command::Supervision { zone: 8, lost: true });
    assert_eq!(rig.status(RequestId::Zone1To16DetectorTamper), 0x0100);
    assert_eq!(rig.status(RequestId::Zone1To16DetectorLowBattery), 0x0001);
    assert_eq!(rig.status(RequestId::Zone1To16SupervisionFail), 0x8000);
}

#[test]
fn panic_fire_and_medical_keys_raise_alarms() {
    let mut rig = Rig::new(plain());
    assert_eq!(rig.feed("8300660*1234#82"), events(false, &["02f082", "319000", "319400"]));
    assert_eq!(rig.keys("*9999#"), [""; 0]);
    // Already on.
    assert_eq!(rig.feed("8300160P4E"), [""; 0]);
    assert_eq!(rig.keys("*#"), [""; 0]);
    assert_eq!(rig.feed("8300160F58"), events(true, &["02f081", "319300"]));
    assert_eq!(rig.feed("8300160D5A"), events(true, &["02f083", "319600"]));
    assert_eq!(rig.panel.area(0), AreaState::Triggered);
    assert_eq!(data(&rig.keys("1234E")), ["03f081", "03f082", "03f083", "2f0101", "329000", "329300", "329400", "329600"]);
}

#[test]
fn auxiliary_outputs_follow_the_keys_and_may_be_pulses() {
    let mut rig = Rig::new(plain());
    assert_eq!(rig.feed("830036011*10\r\n"), events(false, &["310100"]));
    assert_eq!(rig.feed("830036088*02\r\n"), events(true, &["310800"]));
    assert_eq!(rig.feed("830036011*10\r\n"), [""; 0]);
    assert_eq!((rig.status(RequestId::AuxiliaryOutputs), rig.status(RequestId::Outputs)), (0x0081, 0x0001));
    assert_eq!(rig.feed("830036011#17\r\n"), events(false, &["320100"]));
    assert_eq!(rig.pass(1_000_000), [""; 0]);
    let mut config = plain();
    config.aux_pulse_millis = 2_000;
    let mut rig = Rig::new(config);
    rig.keys("33*");
    assert_eq!(rig.pass(1_500), [""; 0]);
    rig.keys("33*");
    assert_eq!(rig.pass(1_999), [""; 0]);
    assert_eq!(data(&rig.pass(1)), ["320300"]);
    rig.keys("33*");
    rig.keys("33#");
    assert_eq!(rig.panel.poll_timeout(), None);
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
    config.model = codec_core::ness::Model::D8x;
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
    config.case = codec_core::ness::Case::Upper;
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
fn changes_are_told_to_the_caller() {
    let mut rig = Rig::new(plain());
    let mut storage = leak(64);
    let mut rx = RxBuf::new(&mut storage);
    rig.submit(Command::Zone { zone: 2, open: true }).unwrap();
    rig.submit(Command::Bypass { zone: 2, on: true }).unwrap();
    assert_eq!(rig.panel.poll_timeout(), Some(Instant::ZERO));
    let pending = rig.panel.poll_event(&rig.env, &mut rx, &mut rig.tx).unwrap();
    let Event::Notice(Notice::Zone { zone: 2, state, changed }) = rig.panel.event(pending, &rx) else { panic!() };
    assert_eq!(changed, ZoneFlags::OPEN | ZoneFlags::BYPASSED);
    assert_eq!((state.is(ZoneFlags::OPEN), state.is(ZoneFlags::TAMPER)), (Some(true), Some(false)));
    rig.told();
    rig.submit(Command::UserPanic { user: 40 }).unwrap();
    rig.submit(Command::Arm { area: 1, mode: Mode::Vacation, user: 40 }).unwrap();
    rig.submit(Command::KeypadTamper { open: true }).unwrap();
    rig.submit(Command::PowerUp).unwrap();
    let notices = [
        format!("{:?}", Notice::Restarted),
        format!("{:?}", Notice::Area { area: 1, state: AreaState::ExitDelay, mode: Some(Mode::Vacation) }),
        format!("{:?}", Notice::Alarm { kind: AlarmKind::Panic, source: Source::User(40), active: true }),
        format!("{:?}", Notice::Output { output: 90, on: true }),
        format!("{:?}", Notice::Output { output: 94, on: true }),
        format!("{:?}", Notice::Output { output: 96, on: true }),
        "Trouble { kind: Tamper, source: Keypad(0), active: true }".to_owned(),
    ];
    assert_eq!(rig.told(), notices.map(|notice| format!("Notice({notice})")));
}

#[test]
fn keys_at_the_keypad_do_what_a_request_does() {
    let mut rig = Rig::new(plain());
    assert_eq!(data(&rig.act(Command::Keys(Secret::new("A98765E")))), ["241201", "220001"]);
    assert_eq!(rig.act(Command::Keys(Secret::new("S14"))), ["8200036014010006"]);
    rig.told();
    rig.submit(Command::Keys(Secret::new("0000E"))).unwrap();
    assert_eq!(rig.submit(Command::Keys(Secret::new("0000E"))), Err(Refused::TooManyPending { limit: 1 }));
    assert_eq!(rig.panel.poll_timeout(), Some(Instant::ZERO));
    assert_eq!(rig.told(), ["Refused(WrongCode)"]);
    let display = [Refusal::WrongCode, Refusal::CodeNeeded, Refusal::UnknownKeys, Refusal::NotARequest].map(|refusal| refusal.to_string());
    assert!(display.iter().all(|text| !text.is_empty() && !text.contains("0000")));
}

#[test]
fn codes_are_in_no_debug_text() {
    let mut rig = Rig::new(plain());
    rig.keys("A1234E");
    rig.keys("98765E");
    let text = format!("{:?} {:?} {:?}", rig.panel, rig.told, Command::Keys(Secret::new("A1234E")));
    assert!(!text.contains("1234") && !text.contains("98765"), "{text}");
}

#[test]
fn numbers_outside_their_range_are_refused_and_change_nothing() {
    let mut rig = Rig::new(plain());
    let range = |field, min, max, found| Err(Refused::Invalid(EncodeError::OutOfRange { field, min, max, found }));
    assert_eq!(rig.submit(Command::Zone { zone: 17, open: true }), range("zone", 1, 16, 17));
    assert_eq!(rig.submit(Command::Trip { zone: 0 }), range("zone", 1, 16, 0));
    assert_eq!(rig.submit(Command::UserPanic { user: 57 }), range("user", 1, 56, 57));
    assert_eq!(rig.submit(Command::Arm { area: 3, mode: Mode::Away, user: 1 }), range("area", 1, 2, 3));
    assert_eq!(rig.submit(Command::Disarm { area: 5, user: 1 }), range("area", 0, 4, 5));
    assert_eq!(rig.submit(Command::Door { door: 7, user: 1, open: true }), range("door", 1, 6, 7));
    assert_eq!(rig.submit(Command::Output { output: Output::Aux(11), on: true }), range("auxiliary output", 1, 10, 11));
    assert_eq!(rig.submit(Command::Report(RequestId::Unknown(0x34))), range("status request", 0, 0x33, 0x34));
    assert_eq!(rig.submit(Command::Report(RequestId::Unknown(0x0A))), Err(Refused::Unsupported));
    assert_eq!(rig.submit(Command::KeypadAlarm { keypad: 15, kind: AlarmKind::Fire }), range("keypad", 0, 14, 15));
    assert_eq!(rig.submit(Command::KeypadAlarm { keypad: 1, kind: AlarmKind::Intrusion }), Err(Refused::Unsupported));
    assert_eq!((rig.lines().len(), rig.told().len(), rig.panel.poll_timeout()), (0, 0, None));
    assert_eq!(rig.submit(Command::Clock).unwrap().number(), 0);
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
    assert_eq!(refuse(|config| config.models = codec_core::ness::ModelMap::new(&[])), Some(ConfigError::BadText { field: "model" }));
}

#[test]
fn the_end_is_told_once() {
    let mut rig = Rig::new(plain());
    rig.put(b"8300360S14E4");
    rig.rx.set_eof();
    assert_eq!(rig.lines(), ["8200036014000007"]);
    assert!(rig.panel.is_closed());
    assert!(rig.told().last().unwrap().starts_with("Closed(PeerClosed"));
    assert_eq!((rig.told().len(), rig.panel.poll_timeout()), (0, None));
    assert_eq!(rig.submit(Command::Clock), Err(Refused::Closed));

    let mut rig = Rig::new(plain());
    rig.submit(Command::Close).unwrap();
    assert_eq!((rig.panel.is_closed(), rig.panel.poll_timeout()), (false, Some(Instant::ZERO)));
    assert_eq!(rig.submit(Command::Clock), Err(Refused::Closed));
    assert_eq!(rig.told(), [format!("Closed({:?})", CloseReason::Requested)]);
    assert!(rig.panel.is_closed());
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

/// The transmit buffer takes two lines, and nobody sends.
#[test]
fn a_full_buffer_loses_nothing() {
    let mut rig = Rig::new(plain());
    let mut accepted = Vec::new();
    let refused = loop {
        let zone = u8::try_from(accepted.len()).unwrap() + 1;
        match rig.submit(Command::Zone { zone, open: true }) {
            Ok(_) => accepted.push(format!("00{zone:02}00")),
            Err(refused) => break (zone, refused),
        }
        rig.poll();
    };
    assert!(accepted.len() > 10, "{accepted:?}");
    let Refused::NoRoom { needed, free } = refused.1 else { panic!("{refused:?}") };
    assert!(needed > free);
    assert!(!rig.panel.zone_open(refused.0));
    assert_eq!(rig.panel.poll_timeout(), Some(Instant::ZERO));
    assert_eq!(data(&rig.lines()), accepted);
    assert_eq!(rig.panel.poll_timeout(), None);
    assert_eq!(data(&rig.zone(refused.0, true)).len(), 1);
}

/// All that can end at once: 13 zones in two areas and always watched, every keypad alarm, all users, two delays.
#[test]
fn the_largest_burst_fits_and_arrives_whole() {
    let mut config = plain();
    config.zones = 32;
    config.area_2_zones = 0xFFFF_0000;
    config.twenty_four_hour_zones = 0x0101_0101;
    let mut rig = Rig::new(config);
    for zone in 1..=32 {
        rig.act(Command::Trip { zone });
    }
    for kind in [AlarmKind::Fire, AlarmKind::Panic, AlarmKind::Medical, AlarmKind::Duress] {
        for keypad in 0..=14 {
            rig.act(Command::KeypadAlarm { keypad, kind });
        }
    }
    for user in 1..=56 {
        rig.act(Command::UserPanic { user });
    }
    for area in [1, 2] {
        rig.act(Command::Arm { area, mode: Mode::Away, user: 1 });
    }
    assert_eq!(rig.status(RequestId::Zone1To16InAlarm), 0xFFFF);
    assert_eq!(rig.status(RequestId::Zone17To32InAlarm), 0xFFFF);
    let lines = rig.keys("1234E");
    let data = data(&lines);
    let restores = data.iter().filter(|data| data.starts_with("03")).count();
    assert_eq!(restores, 32 + 4 * 15 + 56);
    assert_eq!(data[restores..], ["2f0101", "230001", "2f0102", "230002", "329000", "329300", "329400", "329600"]);
    assert_eq!(data[..6], ["030180", "030980", "031780", "032580", "030201", "030301"]);
    assert!(data.contains(&"03fe84") && data.contains(&"035682") && data.contains(&"033202"));
    assert_eq!(rig.panel.area(0), AreaState::Disarmed);
}

#[test]
fn a_peer_that_does_not_read_is_not_listened_to() {
    let mut rig = Rig::new(plain());
    rig.put(b"8300660A1234E49?8300360S14E4?83005601234E8B?8300360S14E4?");
    rig.poll();
    rig.poll();
    // Two event lines of 18 bytes and a status of 18 fit into 64; of the disarming, the first two lines wait.
    assert_eq!(rig.tx.unsent().len(), 54);
    assert!(!rig.rx.unread().is_empty());
    let disarmed = events(false, &["2f0101", "230001", "329600"]);
    let armed = events(false, &["240101", "220001"]);
    let expected = [&armed[0], &armed[1], "8200036014010006", &disarmed[0], &disarmed[1], &disarmed[2], "8200036014000007"];
    assert_eq!(rig.lines(), expected);
}

#[test]
fn deadlines_are_never_in_the_past() {
    let mut rig = Rig::new(plain());
    rig.keys("AE");
    assert_eq!(rig.panel.poll_timeout(), Some(Instant::from_millis(11_000)));
    // A command comes before the poll that is due: first what is due, then the command.
    rig.env.now = Instant::from_millis(12_000);
    rig.submit(Command::Zone { zone: 1, open: true }).unwrap();
    assert_eq!(rig.panel.poll_timeout(), Some(Instant::ZERO));
    assert_eq!(data(&rig.lines()), ["230001", "329600", "000100", "200101"]);
    assert_eq!(rig.panel.poll_timeout(), Some(Instant::from_millis(22_000)));
    rig.env.now = Instant::from_millis(30_000);
    assert!(rig.submit(Command::Zone { zone: 99, open: true }).is_err());
    assert_eq!(rig.panel.poll_timeout(), Some(Instant::ZERO));
}

fn commands() -> impl Strategy<Value = Command<'static>> {
    let (zone, user, on) = (1..=16_u8, 1..=56_u8, any::<bool>());
    let modes = prop_oneof![Just(Mode::Away), Just(Mode::Home), Just(Mode::Day), Just(Mode::Night)];
    prop_oneof![
        4 => (zone.clone(), on).prop_map(|(zone, open)| Command::Zone { zone, open }),
        1 => (zone.clone(), on).prop_map(|(zone, open)| Command::Tamper { zone, open }),
        1 => (zone.clone(), on).prop_map(|(zone, on)| Command::Bypass { zone, on }),
        1 => zone.prop_map(|zone| Command::Trip { zone }),
        1 => user.clone().prop_map(|user| Command::UserPanic { user }),
        1 => (0..=14_u8).prop_map(|keypad| Command::KeypadAlarm { keypad, kind: AlarmKind::Fire }),
        2 => (modes, user.clone()).prop_map(|(mode, user)| Command::Arm { area: 1, mode, user }),
        1 => user.clone().prop_map(|user| Command::Arm { area: 2, mode: Mode::Away, user }),
        2 => (0..=4_u8, user).prop_map(|(area, user)| Command::Disarm { area, user }),
        1 => (1..=10_u8, on).prop_map(|(number, on)| Command::Output { output: Output::Aux(number), on }),
        1 => Just(Command::Keys(Secret::new("A1234E"))),
        1 => Just(Command::Report(RequestId::Arming)),
    ]
}

proptest! {
    /// A slow line changes when bytes come, and not which: the same accepted commands give the same lines through 64 bytes as
    /// through 64 KB. Every line is well-formed and the sequence bit alternates from event to event.
    #[test]
    fn slow_and_fast_lines_carry_the_same(
        moments in proptest::collection::vec((0..20_000_u64, proptest::collection::vec((commands(), 0..40_usize), 1..20)), 1..12),
    ) {
        let mut config = plain();
        config.area_2_zones = 0xFF00;
        let (mut slow, mut fast) = (Rig::new(config), Rig::with_tx(config, 65_536));
        for (millis, steps) in moments {
            for rig in [&mut slow, &mut fast] {
                rig.env.now = rig.env.now.plus_millis(millis);
                rig.settle();
            }
            for (command, sent) in steps {
                let before = format!("{:?}{:?}", slow.panel, slow.tx);
                match slow.submit(command) {
                    Ok(_) => prop_assert!(fast.submit(command).is_ok()),
                    Err(_) => prop_assert_eq!(before, format!("{:?}{:?}", slow.panel, slow.tx)),
                }
                slow.drain(sent);
                slow.poll();
            }
            slow.settle();
            fast.settle();
        }
        let mut sequence = None;
        for line in slow.out.split_terminator("\r\n") {
            let line = codec_core::ness::decode(line.as_bytes()).unwrap();
            prop_assert_eq!(line.check(ChecksumPolicy::Strict), Ok(()));
            if let Body::Event(_) = line.packet().body {
                prop_assert_ne!(sequence, Some(line.packet().sequence));
                sequence = Some(line.packet().sequence);
            }
        }
        prop_assert_eq!(slow.out, fast.out);
    }
}
