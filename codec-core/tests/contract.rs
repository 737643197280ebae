//! What every machine promises, whatever it speaks. Each check is generic over [`Machine`] and run for all of them.

mod common;

use std::fmt::Debug;

use codec_core::{Env, Instant, Machine, Refused, RxBuf, TxBuf, g90, ksenia, kts, ness};
use common::{Case, Manner, Step, Told, replay, run};

/// A case with a story that has a bit of everything: good frames, bad ones, noise, time, commands.
trait Story: Case {
    fn story() -> Vec<Step>;
}

/// Numbers that look random and are the same in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

fn told<S: Story>(manner: Manner) -> Told
where
    for<'i> <S::Machine as Machine>::Event<'i>: Debug,
{
    run::<S>(&S::story(), manner)
}

fn same_for_every_cutting<S: Story>()
where
    for<'i> <S::Machine as Machine>::Event<'i>: Debug,
{
    let whole = told::<S>(Manner::PLAIN);
    assert!(whole.events.len() > 10, "a story with {} events proves little", whole.events.len());
    for rx in [0, 100, 4096] {
        for chunk in [1, 2, 3, 7, 64] {
            let cut = told::<S>(Manner { chunk, rx, ..Manner::PLAIN });
            assert_eq!(cut.events, whole.events, "chunks of {chunk}, {rx} bytes of buffer");
            assert_eq!(cut.sent, whole.sent, "chunks of {chunk}, {rx} bytes of buffer");
        }
    }
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    for round in 0..50 {
        let mut steps = Vec::new();
        for step in S::story() {
            match step {
                Step::Bytes(bytes) => {
                    let mut rest = &bytes[..];
                    while !rest.is_empty() {
                        let (piece, behind) = rest.split_at(usize::try_from(random.next() % 40).unwrap().min(rest.len()));
                        if !piece.is_empty() {
                            steps.push(Step::Bytes(piece.to_vec()));
                        }
                        rest = behind;
                    }
                }
                other => steps.push(other),
            }
        }
        let cut = run::<S>(&steps, Manner::PLAIN);
        assert_eq!((&cut.events, &cut.sent), (&whole.events, &whole.sent), "random cuts, round {round}");
    }
}

fn spurious_calls_are_no_ops<S: Story>()
where
    for<'i> <S::Machine as Machine>::Event<'i>: Debug,
{
    assert_eq!(told::<S>(Manner { spurious: 3, ..Manner::PLAIN }), told::<S>(Manner::PLAIN));
}

/// A peer that takes the bytes one by one, from the smallest buffer, still gets all of them in order.
fn a_full_buffer_progresses<S: Story>()
where
    for<'i> <S::Machine as Machine>::Event<'i>: Debug,
{
    let whole = told::<S>(Manner::PLAIN);
    let slow = told::<S>(Manner { tx: 0, send: 1, ..Manner::PLAIN });
    assert_eq!(slow.events, whole.events);
    assert_eq!(String::from_utf8_lossy(&slow.sent), String::from_utf8_lossy(&whole.sent));
}

fn a_refused_command_changes_nothing<S: Story>()
where
    for<'i> <S::Machine as Machine>::Event<'i>: Debug,
{
    let mut refused = 0;
    for n in 0..S::COMMANDS {
        let mut machine = S::machine();
        let (mut rx_storage, mut tx_storage) = (vec![0; 4096], vec![0; S::Machine::TX_MIN]);
        let (mut rx, mut tx) = (RxBuf::new(&mut rx_storage), TxBuf::new(&mut tx_storage));
        let env = Env { unix: Some(1_537_554_695), ..Env::at(Instant::from_millis(5)) };
        while let Some(pending) = machine.poll_event(&env, &mut rx, &mut tx) {
            let _ = machine.event(pending, &rx);
        }
        // Commands that change nothing the second time are never refused.
        for _ in 0..1000 {
            let (before, unsent) = (format!("{machine:?}"), tx.unsent().to_vec());
            if S::submit(&mut machine, n, &env, &mut tx).is_err() {
                assert_eq!((format!("{machine:?}"), tx.unsent()), (before, &unsent[..]), "command {n}");
                refused += 1;
                break;
            }
        }
    }
    assert!(refused >= 3, "{refused} commands were refused");
}

/// The last event says why, there is one of that kind, and then there is nothing.
fn one_closed_at_the_end<S: Story>()
where
    for<'i> <S::Machine as Machine>::Event<'i>: Debug,
{
    let told = told::<S>(Manner::PLAIN);
    let closed = told.events.iter().filter(|event| event.starts_with("Closed(")).count();
    assert_eq!((closed, told.events.last().map(|event| event.starts_with("Closed("))), (1, Some(true)), "{:?}", told.events.last());

    let mut machine = S::machine();
    let (mut rx_storage, mut tx_storage) = (vec![0; 4096], vec![0; 4096]);
    let (mut rx, mut tx) = (RxBuf::new(&mut rx_storage), TxBuf::new(&mut tx_storage));
    rx.set_eof();
    let env = Env::at(Instant::from_millis(1));
    let mut events = Vec::new();
    while let Some(pending) = machine.poll_event(&env, &mut rx, &mut tx) {
        events.push(format!("{:?}", machine.event(pending, &rx)));
    }
    assert!(events.last().unwrap().starts_with("Closed("), "{events:?}");
    assert!(machine.is_closed());
    assert_eq!(machine.poll_timeout(), None);
    for n in 0..S::COMMANDS {
        assert_eq!(S::submit(&mut machine, n, &env, &mut tx), Err(Refused::Closed));
    }
    for later in [1, 1_000, 10_000_000] {
        assert!(machine.poll_event(&Env::at(Instant::from_millis(later)), &mut rx, &mut tx).is_none());
    }
}

/// The log of a run without commands, put into a fresh machine, gives the same events.
fn a_replay_tells_the_same<S: Story>()
where
    for<'i> <S::Machine as Machine>::Event<'i>: Debug,
{
    let mut steps = S::story();
    steps.retain(|step| !matches!(step, Step::Submit(_) | Step::Eof));
    let live = run::<S>(&steps, Manner { chunk: 11, ..Manner::PLAIN });
    let again = replay::<S>(&live.log);
    assert!(again.len() > 10);
    assert_eq!(again, live.events);
}

macro_rules! contract {
    ($module:ident, $story:ty) => {
        contract!($module, $story, no_replay {
            #[test]
            fn a_replay_tells_the_same() {
                super::a_replay_tells_the_same::<$story>();
            }
        });
    };
    ($module:ident, $story:ty, no_replay $({ $more:item })?) => {
        mod $module {
            use super::*;

            $($more)?

            #[test]
            fn same_for_every_cutting() {
                super::same_for_every_cutting::<$story>();
            }

            #[test]
            fn spurious_calls_are_no_ops() {
                super::spurious_calls_are_no_ops::<$story>();
            }

            #[test]
            fn a_full_buffer_progresses() {
                super::a_full_buffer_progresses::<$story>();
            }

            #[test]
            fn a_refused_command_changes_nothing() {
                super::a_refused_command_changes_nothing::<$story>();
            }

            #[test]
            fn one_closed_at_the_end() {
                super::one_closed_at_the_end::<$story>();
            }
        }
    };
}

contract!(ness_controller, NessController);

/// Bytes for a step, from text.
fn bytes(text: &str) -> Step {
    Step::Bytes(text.as_bytes().to_vec())
}

#[derive(Debug)]
struct NessController;

impl Case for NessController {
    type Machine = ness::Controller<'static>;

    fn machine() -> Self::Machine {
        ness::Controller::new(ness::controller::Config::new()).unwrap()
    }

    fn submit(machine: &mut Self::Machine, n: usize, env: &Env, tx: &mut TxBuf<'_>) -> Result<(), Refused> {
        use codec_core::Secret;
        use ness::controller::Command;
        let code = Secret::new("1234");
        let command = match n {
            0 => Command::ArmAway { code: Some(code) },
            1 => Command::ArmHome { code: None },
            2 => Command::Disarm { code },
            3 => Command::Panic { code: None },
            4 => Command::Aux { output: 2, on: true },
            5 => Command::Keys(code),
            6 => Command::Status(ness::RequestId::Arming),
            7 => Command::PanelInfo,
            _ => Command::Refresh,
        };
        machine.submit(env, command, tx).map(|_| ())
    }

    const COMMANDS: usize = 9;
}

impl Story for NessController {
    fn story() -> Vec<Step> {
        let noise = "x".repeat(1000);
        vec![
            bytes("820003600004001700\r\n82000360000400"), // one with two digits too many, one that goes on
            bytes("17\r\n8200036020000 0fb\r\n\r\n"),
            bytes("8200036014000007\r\n820003601700877d\r\n"),
            Step::Wait(3_000),
            Step::Submit(0),
            Step::Wait(10),
            bytes("870003612458011809221103043d\r\n8700836122000118092211030417\r\n"),
            bytes("870083612200011809221103041700\n8700836122000118092211030417\n"),
            bytes(&noise),
            bytes(&format!("{noise}\r\n8300660A1234E49?8300360S14E4\r\n")),
            Step::Submit(6),
            bytes("820003601405000 2\r\n8200036014050002\r\n"),
            Step::Wait(7_000),
            Step::Submit(4),
            Step::Submit(7),
            Step::Wait(70_000),
            bytes("87000361310200180922110404\r\n870003613102001809221104040d"),
            Step::Submit(2),
            Step::Eof,
        ]
    }
}

contract!(ness_panel, NessPanel);

#[derive(Debug)]
struct NessPanel;

static USERS: [ness::panel::User<'static>; 1] = [ness::panel::User { number: 1, code: codec_core::Secret::new("1234") }];

impl Case for NessPanel {
    type Machine = ness::Panel<'static>;

    fn machine() -> Self::Machine {
        let mut config = ness::panel::Config::new();
        config.users = &USERS;
        ness::Panel::new(config).unwrap()
    }

    fn submit(machine: &mut Self::Machine, n: usize, env: &Env, tx: &mut TxBuf<'_>) -> Result<(), Refused> {
        use codec_core::Secret;
        use codec_core::home::{AlarmKind, Mode};
        use ness::panel::Command;
        let command = match n {
            0 => Command::Zone { zone: 3, open: true },
            1 => Command::Arm { area: 1, mode: Mode::Away, user: 1 },
            2 => Command::Disarm { area: 0, user: 1 },
            3 => Command::KeypadAlarm { keypad: 0, kind: AlarmKind::Panic },
            4 => Command::Keys(Secret::new("22*")),
            _ => Command::Report(ness::RequestId::PanelVersion),
        };
        machine.submit(env, command, tx).map(|_| ())
    }

    const COMMANDS: usize = 6;
}

impl Story for NessPanel {
    fn story() -> Vec<Step> {
        let noise = "x".repeat(1000);
        vec![
            bytes("8300360S00E9?8300360S14E4?83003"),
            bytes("60S17E1\r\n8300360S18E0\r\n"),
            Step::Submit(0),
            bytes("8300660A1234E49\r\n"),
            Step::Wait(3_000),
            bytes("8300660A9999E2B\r\n8300360S14E4\r\n"),
            Step::Wait(9_000),
            bytes(&noise),
            bytes(&format!("{noise}?8300360S14E4\r\n830006\r\nhello\r\n82000360000000 1b\r\n")),
            Step::Submit(0),
            Step::Submit(4),
            Step::Wait(12_000),
            Step::Submit(3),
            bytes("83005601234E8B\r\n"),
            Step::Submit(5),
            Step::Wait(100_000),
            bytes("8300360S05E4"),
            Step::Eof,
        ]
    }
}

contract!(ksenia_controller, KseniaController);

#[derive(Debug)]
struct KseniaController;

/// Largest message of the story: it fits into the smallest buffer, since what is told depends on that.
const FITS: usize = 440;

/// A frame of a server, unmasked (RFC 6455 5.2).
fn frame(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x80 | opcode];
    match u8::try_from(payload.len()) {
        Ok(len @ ..=125) => frame.push(len),
        _ => {
            frame.push(126);
            frame.extend(u16::try_from(payload.len()).unwrap().to_be_bytes());
        }
    }
    frame.extend(payload);
    frame
}

/// A message of a panel, as a frame.
fn ksenia_message(text: &str) -> Step {
    assert!(text.len() <= FITS);
    Step::Bytes(frame(1, text.as_bytes()))
}

impl Case for KseniaController {
    type Machine = ksenia::Controller<'static>;

    fn machine() -> Self::Machine {
        use ksenia::controller::{Config, OutputSlot, PartitionSlot, Tables, ZoneSlot};
        let mut config = Config::new("192.0.2.7", codec_core::Secret::new("123456"));
        config.pace_millis = 0;
        let tables = Tables {
            zones: Box::leak(Box::new([ZoneSlot::default(); 2])),
            partitions: Box::leak(Box::new([PartitionSlot::default(); 2])),
            outputs: Box::leak(Box::new([OutputSlot::default(); 2])),
        };
        ksenia::Controller::new(Box::leak(Box::new(config)), tables, Box::leak(Box::default())).unwrap()
    }

    fn submit(machine: &mut Self::Machine, n: usize, env: &Env, tx: &mut TxBuf<'_>) -> Result<(), Refused> {
        use ksenia::controller::Command;
        use ksenia::{ArmAction, ClearKind, Command as Send, OutputAction, SetOutput};
        let command = match n {
            0 => Send::SetOutput { output: 1, action: SetOutput::Action(OutputAction::On) }.into(),
            1 => Send::RunScenario { scenario: 1 }.into(),
            2 => Send::ArmPartition { partition: 1, action: ArmAction::Delayed }.into(),
            3 => Send::Clear(ClearKind::FaultsMemory).into(),
            4 => Send::Version.into(),
            _ => Command::Refresh,
        };
        machine.submit(env, command, tx).map(|_| ())
    }

    const COMMANDS: usize = 6;
}

impl Story for KseniaController {
    fn story() -> Vec<Step> {
        let message = ksenia_message;
        // The key that this run's entropy makes is 16 times `Z`; the answer to it was computed with another program.
        let head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                    Sec-WebSocket-Accept: 1nwQI3IBoftOh+fG2YorpTWcrHs=\r\nSec-WebSocket-Protocol: KS_WSOCK\r\n\r\n";
        let long = r#"{"CMD":"REALTIME","ID":"0","PAYLOAD_TYPE":"CHANGES","PAYLOAD":{"STATUS_ZONES":[{"ID":"1","STA":"A"},{"ID":"2","STA":"R"},{"ID":"3","STA":"R"}]}}"#;
        let (front, back) = long.split_at(50);
        let mut fragments = frame(1, front.as_bytes());
        fragments[0] = 0x01;
        fragments.extend(frame(9, b"are you there"));
        fragments.extend(frame(0, back.as_bytes()));
        vec![
            bytes(head),
            message(r#"{"CMD":"LOGIN_RES","ID":"1","PAYLOAD_TYPE":"USER","PAYLOAD":{"RESULT":"OK","ID_LOGIN":"2"}}"#),
            message(
                r#"{"CMD":"READ_RES","ID":"2","PAYLOAD_TYPE":"MULTI_TYPES","PAYLOAD":{"RESULT":"OK","ZONES":[{"ID":"1","DES":"1 MK entr\u00e9d\u00f6rr","PRT":"1","BYP_EN":"T"}],"PARTITIONS":[],"OUTPUTS":[],"SCENARIOS":[],"PRG_CHECK":{"PRG":"0000000937","CFG":"0000000688"}}}"#,
            ),
            Step::Bytes(fragments),
            message("no JSON"),
            message(r#"{"PAYLOAD":{"RESULT":"OK"},"PAYLOAD_TYPE":"MULTI_TYPES","ID":"3","CMD":"READ_RES"}"#),
            message(
                r#"{"CMD":"REALTIME_RES","PAYLOAD_TYPE":"REGISTER_ACK","PAYLOAD":{"STATUS_PARTITIONS":[{"ID":"1","ARM":"DA","T":"30","AST":"OK"}],"STATUS_SYSTEM":[{"ARM":{"S":"T_OUT"},"FAULT":["LOW_BATT"]}]}}"#,
            ),
            Step::Submit(0),
            message(r#"{"CMD":"CMD_USR_RES","ID":"5","PAYLOAD":{"RESULT":"OK"}}"#),
            Step::Submit(1),
            Step::Submit(2),
            message(r#"{"CMD":"GENERIC","ID":"6","PAYLOAD_TYPE":"ERROR","PAYLOAD":{"RESULT":"FAIL","RESULT_DETAIL":"WRONG_PIN"}}"#),
            Step::Wait(35_000),
            Step::Bytes(frame(10, b"")),
            Step::Wait(40_000),
            Step::Submit(5),
            message(
                r#"{"CMD":"SOMETHING","PAYLOAD":{"NEW":[{"ID":"1","A":[1,2,{"B":null}]}],"STATUS_OUTPUTS":{"OUTPUTS":[{"ID":"1","STA":"ON"}]}}}"#,
            ),
            Step::Submit(3),
            Step::Bytes(frame(8, b"\x03\xe8Bye...")),
            Step::Eof,
        ]
    }
}

contract!(ksenia_panel, KseniaPanel);

#[derive(Debug)]
struct KseniaPanel;

/// A frame of a client, with a mask that changes nothing (RFC 6455 5.3).
fn masked(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = frame(opcode, payload);
    let head = frame.len() - payload.len();
    frame[1] |= 0x80;
    frame.splice(head..head, [0; 4]);
    frame
}

/// A request of a client.
fn ksenia_request(command: &str, id: u32, form: &str, payload: &str) -> Vec<u8> {
    let text = format!(r#"{{"SENDER":"hall","CMD":"{command}","ID":"{id}","PAYLOAD_TYPE":"{form}","PAYLOAD":{{{payload}}}}}"#);
    masked(1, text.as_bytes())
}

impl Case for KseniaPanel {
    type Machine = ksenia::Panel<'static, 'static>;

    fn machine() -> Self::Machine {
        use ksenia::panel::{
            AccountSlot, Config, CrcCheck, House, LogSlot, OutputSlot, PartitionSlot, ScenarioAction, ScenarioSlot, ZoneSlot,
        };
        let mut config = Config::new();
        (config.crc, config.push_countdown) = (CrcCheck::Off, true);
        let mut house = House::new();
        house.zones = Box::leak((1..=40).map(|id| ZoneSlot::new(id, "A zone")).collect());
        house.partitions = Box::leak(Box::new([PartitionSlot::new(1, "House")]));
        house.outputs = Box::leak(Box::new([OutputSlot::new(1, "Lamp")]));
        house.scenarios = Box::leak(Box::new([ScenarioSlot::new(1, "Away", ScenarioAction::Arm { partitions: 1, delayed: true })]));
        house.accounts = Box::leak(Box::new([AccountSlot::new(1, "Anna", codec_core::Secret::new("123456"))]));
        house.log = Box::leak(Box::new([LogSlot::FREE; 4]));
        ksenia::Panel::new(Box::leak(Box::new(config)), Box::leak(Box::new(house)), Box::leak(Box::default())).unwrap()
    }

    fn submit(machine: &mut Self::Machine, n: usize, env: &Env, tx: &mut TxBuf<'_>) -> Result<(), Refused> {
        use ksenia::panel::Command;
        use ksenia::{OutputAction, TamperCategory};
        let command = match n {
            0 => Command::Zone { zone: 3, open: true },
            1 => Command::Zone { zone: 41, open: true },
            2 => Command::Arm { partition: 1, delayed: true },
            3 => Command::Arm { partition: 2, delayed: true },
            4 => Command::switch(1, OutputAction::Toggle),
            5 => Command::switch(2, OutputAction::On),
            6 => Command::PanelTamper { category: TamperCategory::Zone, active: true },
            7 => Command::RunScenario { scenario: 2 },
            _ => Command::Tamper { zone: 40, open: true },
        };
        machine.submit(env, command, tx).map(|_| ())
    }

    const COMMANDS: usize = 9;
}

impl Story for KseniaPanel {
    fn story() -> Vec<Step> {
        let request = |command, id, form, payload: &str| Step::Bytes(ksenia_request(command, id, form, payload));
        let session = r#""ID_LOGIN":"1","PIN":"123456","#;
        let all = format!(r#"{session}"TYPES":["ZONES","STATUS_ZONES","PARTITIONS","NEW","SCENARIOS"]"#);
        let some = format!(r#"{session}"TYPES":["STATUS_ZONES","STATUS_OUTPUTS","STATUS_PARTITIONS","STATUS_SYSTEM"]"#);
        let switch = format!(r#"{session}"OUTPUT":{{"ID":"1","STA":"ON"}}"#);
        // Two requests at once, a ping between the frames of one, and one that is cut.
        let mut together = ksenia_request("READ", 4, "MULTI_TYPES", &all);
        together.extend(ksenia_request("LOGS", 5, "GET_LAST_LOGS", r#""ID_LOGIN":1,"ITEMS_LOG":"2""#));
        let text = format!(r#"{{"CMD":"CMD_USR","ID":"6","PAYLOAD_TYPE":"CMD_SET_OUTPUT","PAYLOAD":{{{switch}}}}}"#);
        let (front, back) = text.split_at(50);
        let mut fragments = masked(1, front.as_bytes());
        fragments[0] = 0x01;
        fragments.extend(masked(9, b"are you there"));
        fragments.extend(masked(0, back.as_bytes()));
        vec![
            bytes("GET /KseniaWsock/ HTTP/1.1\r\nHost: panel\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"),
            bytes("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: KS_WSOCK\r\n\r\n"),
            request("READ", 1, "MULTI_TYPES", &all),
            request("LOGIN", 2, "USER", r#""PIN":"123456""#),
            request("REALTIME", 3, "REGISTER", &some),
            Step::Bytes(together),
            Step::Submit(0),
            Step::Bytes(fragments),
            Step::Bytes(masked(1, b"no JSON")),
            Step::Submit(2),
            Step::Wait(3_000),
            request("CMD_USR", 7, "CMD_EXE_SCENARIO", r#""ID_LOGIN":"1","PIN":"999999","SCENARIO":{"ID":"1"}"#),
            Step::Submit(8),
            request("SOMETHING", 8, "NEW", ""),
            Step::Wait(40_000),
            Step::Submit(4),
            request("LOGIN", 9, "USER", r#""PIN":"000000""#),
            request("READ", 10, "MULTI_TYPES", &all),
            Step::Bytes(masked(8, b"\x03\xe8")),
            Step::Eof,
        ]
    }
}

// Without commands nobody lets the host in, and nothing more is read: there is no story for a replay.
contract!(kts_controller, KtsController, no_replay);

#[derive(Debug)]
struct KtsController;

const KTS_SN: &str = "08ABEF112233";

impl Case for KtsController {
    type Machine = kts::Controller<'static>;

    fn machine() -> Self::Machine {
        use kts::controller::{Config, Memory, ObjectSlot, Tables, TaskSlot, ZoneSlot};
        let tables = Tables {
            zones: Box::leak(Box::new([ZoneSlot::default(); 2])),
            objects: Box::leak(Box::new([ObjectSlot::default(); 2])),
            tasks: Box::leak(Box::new([TaskSlot::default(); 1])),
        };
        kts::Controller::new(Box::leak(Box::new(Config::new())), tables, Box::leak(Box::new(Memory::new()))).unwrap()
    }

    fn submit(machine: &mut Self::Machine, n: usize, env: &Env, tx: &mut TxBuf<'_>) -> Result<(), Refused> {
        use codec_core::Secret;
        use kts::controller::Command;
        let action = kts::ActionInfo { eis: 1, address: kts::GroupAddress::new(1, 1, 1).unwrap(), value: "1" };
        let task = kts::TaskInfo {
            id: "1",
            name: "x",
            room: "0",
            flag: kts::TaskFlag::Enable,
            time: kts::TimeOfDay::new(9, 55).unwrap(),
            actions: &[action],
            days: kts::Days::ALL,
        };
        let key = Secret::new("1234567890");
        let command = match n {
            0 => Command::Key { key, other: None, scheme: kts::Scheme::Md5, replays: None },
            1 => Command::Control(action),
            2 => Command::Set { object: "37", value: "1" },
            3 => Command::Query { room: None },
            4 => Command::Timing(&task),
            5 => Command::Configure { key, domain: "kts.example" },
            _ => Command::Resync,
        };
        machine.submit(env, command, tx).map(|_| ())
    }

    const COMMANDS: usize = 7;
}

/// The story up to the registration. The signature was computed with another program.
fn kts_registration() -> Step {
    bytes(&format!(
        "{}\r\n",
        r#"{"sn":"08ABEF112233","cmd":"reg","timestamp":"1537554695","rand":"35","sign":"200a7b47f19fabfbf491f38c8bafeac3"}"#
    ))
}

/// A frame of the host.
fn kts_frame(cmd: &str, data: &str) -> Step {
    bytes(&format!("{{\"sn\":\"{KTS_SN}\",\"cmd\":\"{cmd}\",\"data\":{data}}}\r\n"))
}

impl Story for KtsController {
    fn story() -> Vec<Step> {
        let objects: Vec<String> = (0..60)
            .map(|at| format!(r#"{{"oID":"{at}","EIS":"1","val":"-1","oName":"caf\u00e9 é","room":"1","type":"1","addrSet":"1/1/{at}"}}"#))
            .collect();
        let objects = format!("[{}]", objects.join(",\n"));
        let wrapped = serde_json::to_string(&objects).unwrap();
        vec![
            bytes("\r\n\r\n"),
            kts_frame("push", "[]"),
            kts_frame("controlrsp", r#"{"error":"0"}"#),
            kts_registration(),
            Step::Submit(0),
            kts_frame("rsp1", r#"[{"nID":"1","nName":"r1","pID":"-1","Icon":"@bedroom"},{"nID":"2"},{"nID":"3"}]"#),
            bytes(&format!("{{\"sn\":\"{KTS_SN}\",\n\"cmd\":\"keepalive\"\r}}\r\n")),
            kts_frame("rsp2", &objects),
            kts_frame("rsp2", &wrapped),
            kts_frame("push", r#"[{"oID":"0","EIS":"1","val":"1"},{"oID":"1","EIS":"1","val":"-1"},7,{"oID":"1","val":"\u0031"}]"#),
            kts_frame("push", r#"[{"oID":"1","val":"0"},{"oID":]"#),
            kts_frame("push", r#"[{"oID":"1","val":"1"}],"sn":"2""#),
            bytes("{\"sn\":\"other\",\"cmd\":\"push\",\"data\":[{\"oID\":\"1\"}]}\r\n"),
            bytes("{\"cmd\":\"keepalive\",\"sn\":\"08ABEF112233\"}\r\n"),
            Step::Wait(30_000),
            Step::Submit(1),
            kts_frame("controlrsp", r#""{\"error\":\"1\"}""#),
            Step::Submit(4),
            Step::Submit(5),
            kts_frame("cfgrsp", r#"{"error":"0","key":"1234567890"}"#),
            Step::Wait(15_000),
            kts_frame("reboot", r#"{"now":"1"}"#),
            bytes("noise\r\r\n"),
            kts_frame("rsp2", r#"[{"oID":"1","val":"1","addrSet":"1/9/1"},{"oID":"1","val":"0","addrSet":"1/7/1"}]"#),
            kts_frame("timingrsp", &format!("{{\"tid\":\"1\",\"tname\":\"{}\"}}", "y".repeat(300))),
            Step::Submit(6),
            Step::Wait(11_000),
            bytes("{\"sn\":\"08ABEF112233\",\"cmd\":\"keepalive\"}"),
            Step::Eof,
        ]
    }
}

contract!(kts_panel, KtsPanel);

#[derive(Debug)]
struct KtsPanel;

impl Case for KtsPanel {
    type Machine = kts::Panel<'static>;

    fn machine() -> Self::Machine {
        use kts::panel::{Config, Credentials, Memory, ObjectState, Tables, TaskState};
        let object = |id: &'static str, sub| kts::ObjectInfo {
            id,
            eis: 1,
            name: "lamp \"é\"",
            room: "1",
            device: 1,
            write: kts::GroupAddress::new(1, 1, sub),
            status: None,
            third: None,
            group: "",
            icon: "@light",
        };
        let mut config = Config::new(KTS_SN);
        config.zones = &[kts::ZoneInfo { id: "1", name: "hall", parent: None, icon: "@hall" }];
        let tables = Tables {
            objects: Box::leak(Box::new([ObjectState::new(object("37", 1)), ObjectState::new(object("38", 2)).with_value("0")])),
            tasks: Box::leak(Box::new([TaskState::default(); 1])),
            credentials: Box::leak(Box::new(Credentials::new(codec_core::Secret::new("1234567890"), "kts.example").unwrap())),
        };
        kts::Panel::new(Box::leak(Box::new(config)), tables, Box::leak(Box::new(Memory::new()))).unwrap()
    }

    fn submit(machine: &mut Self::Machine, n: usize, env: &Env, tx: &mut TxBuf<'_>) -> Result<(), Refused> {
        use kts::panel::Command;
        let command = match n {
            0 => Command::Set { object: "37", value: Some("1") },
            1 => Command::Set { object: "38", value: None },
            2 => Command::Set { object: "39", value: None },
            3 => Command::Set { object: "37", value: Some("") },
            _ => Command::Set { object: "37", value: Some("longer than sixteen bytes") },
        };
        machine.submit(env, command, tx).map(|_| ())
    }

    const COMMANDS: usize = 5;
}

impl Story for KtsPanel {
    fn story() -> Vec<Step> {
        let task = |flag| {
            kts_frame(
                "timing",
                &format!(
                    r#"{{"tid":"123","tname":"My Scene","oRoom":"0","flag":"{flag}","time":"18:33","action":"1=1/1/1=1,1=1/1/2=0","repeat":"1,2,3,4,5,6,7,"}}"#
                ),
            )
        };
        vec![
            kts_frame("query1", r#"{"oRoom":"-1","tag":"1"}"#),
            kts_frame("regrsp", r#"{"error":"0"}"#),
            kts_frame("query1", r#"{"oRoom":"-1","tag":"1"}"#),
            kts_frame("query2", r#""{\"oRoom\":\"1\",\"tag\":\"1\"}""#),
            kts_frame("query2", r#"{"oRoom":"2","tag":"1"}"#),
            kts_frame("control", r#""EIS1=1/1/1=1""#),
            kts_frame("control", r#""EIS1=1/1/9=1""#),
            kts_frame("control", r#""EIS1=1/9/1=1""#),
            Step::Submit(0),
            Step::Submit(1),
            task("1"),
            Step::Wait(100_000),
            bytes("{\"sn\":\"08ABEF112233\",\"cmd\":\"keepalive\"}\r\n"),
            task("2"),
            kts_frame("timing", r#"{"tid":"1"}"#),
            kts_frame("cfg", r#"{"key":"new","domain":"x"}"#),
            kts_frame("cfg", r#"{"key":"","domain":"x"}"#),
            kts_frame("push", r#"[{"oID":"1"}]"#),
            Step::Wait(90_000),
            Step::Eof,
        ]
    }
}

contract!(g90_cloud_controller, G90CloudController);

#[derive(Debug)]
struct G90CloudController;

/// A hello of 72 bytes.
fn g90_hello() -> Step {
    let mut hello = b"\x01\x10\x00\x20\x48\0\0\0\x01\0\0\0GA00000A0000000\0\x01\0\0\0\0\0\0\0\x02\0\0\0\0\x70\0\x00207\0".to_vec();
    hello.resize(72, 7);
    Step::Bytes(hello)
}

/// A status change of 120 bytes.
fn g90_change(front: [u8; 4]) -> Step {
    let mut change = b"\x21\x10\x00\x20\x78\0\0\0\x01\0\0\0".to_vec();
    change.extend(front);
    change.extend(b"Hall");
    change.resize(120, 0);
    Step::Bytes(change)
}

impl Case for G90CloudController {
    type Machine = g90::cloud::Controller<'static>;

    fn machine() -> Self::Machine {
        g90::cloud::Controller::new(g90::cloud::controller::Config::new(), vec![g90::SensorSlot::default(); 2].leak()).unwrap()
    }

    fn submit(machine: &mut Self::Machine, n: usize, env: &Env, tx: &mut TxBuf<'_>) -> Result<(), Refused> {
        use g90::cloud::controller::{Command, Upstream};
        let command = match n {
            0 => Command::Run { command: 100, parameters: codec_core::Secret::new("") },
            1 => Command::Run { command: 200, parameters: codec_core::Secret::new("[200,[1,10]]") },
            _ => Command::Upstream(Upstream::Lost),
        };
        machine.submit(env, command, tx).map(|_| ())
    }

    const COMMANDS: usize = 3;
}

impl Story for G90CloudController {
    fn story() -> Vec<Step> {
        let ping = || Step::Bytes(b"\x01\x10\0\0\x08\0\0\0".to_vec());
        vec![
            g90_hello(),
            ping(),
            g90_change([2, 4, 0, 0]),
            Step::Wait(60_000),
            bytes("\u{1}\u{10}\0\0\0\0\0\0 no length, then noise, then \u{1}\u{10}\0\0 almost one"),
            ping(),
            g90_change([4, 32, 1, 1]),
            Step::Submit(0),
            g90_change([3, 32, 8, 1]),
            Step::Bytes(b"\x01\0\0\x20\x22\0\0\0\x01\0\x01\0\0\0\x01\0\0\0\x64\0\x64\0[100,[3]]\0".to_vec()),
            Step::Bytes(b"\x22\x10\0\x20\x25\0\0\0\x01\0\0\0[170,[5,[101,\"Cord 1\"]]]\0".to_vec()),
            Step::Bytes(b"\x21\x10\0\x20\x0e\0\0\0\x01\0\0\0\x02\x03\x77\x10\0\x20\x0c\0\0\0\x01\0\0\0".to_vec()),
            Step::Bytes(b"\x22\x10\0\x20\0\x10\0\0\x02\0\0\0".to_vec()),
            Step::Bytes(vec![0xA5; 4096 - 12]),
            Step::Submit(1),
            Step::Wait(20_000),
            g90_hello(),
            Step::Bytes(b"\x01\x10\0\0".to_vec()),
            Step::Eof,
        ]
    }
}

contract!(g90_cloud_panel, G90CloudPanel);

#[derive(Debug)]
struct G90CloudPanel;

impl Case for G90CloudPanel {
    type Machine = g90::cloud::Panel<'static>;

    fn machine() -> Self::Machine {
        let mut config = g90::cloud::panel::Config::new();
        const ANSWERS: &[(u16, codec_core::Secret<&str>)] = &[(100, codec_core::Secret::new("[100,[3]]"))];
        config.answers = ANSWERS;
        g90::cloud::Panel::new(config).unwrap()
    }

    fn submit(machine: &mut Self::Machine, n: usize, env: &Env, tx: &mut TxBuf<'_>) -> Result<(), Refused> {
        use g90::cloud::panel::Command;
        use g90::{AlertSource, StateChange};
        let command = match n {
            0 => Command::State(StateChange::ArmAway),
            1 => Command::Sensor { sensor: 1, source: AlertSource::Sensor, state: 1, name: "Hall" },
            2 => Command::Notify("[170,[1,[1]]]"),
            _ => Command::Answer { number: 5, command: 200, text: codec_core::Secret::new("[200,[[0,0,0]]]") },
        };
        machine.submit(env, command, tx).map(|_| ())
    }

    const COMMANDS: usize = 4;
}

impl Story for G90CloudPanel {
    fn story() -> Vec<Step> {
        let answers = || {
            let mut answers = b"\x41\x20\0\x10\x0d\0\0\0\x01\0\x01\0\x01\x01\x20\0\x10\x0d\0\0\0\x01\0\x02\0\x1f".to_vec();
            answers.extend(b"\x63\x20\0\x10\x10\0\0\0\x01\0\x03\0\x2e\x16\0\0");
            Step::Bytes(answers)
        };
        let ping = || Step::Bytes(b"\x01\x10\0\0\x08\0\0\0".to_vec());
        vec![
            answers(),
            Step::Submit(0),
            Step::Wait(60_000),
            ping(),
            answers(),
            bytes("noise, noise, noise"),
            Step::Bytes(b"\x29\x50\0\x10\x17\0\0\0\x01\0\x06\0\x02\0\x64\0\x64\0\x05\0\0\0\0".to_vec()),
            Step::Submit(1),
            Step::Submit(2),
            Step::Wait(60_000),
            Step::Bytes(b"\x29\x50\0\x10\x17\0\0\0\x01\0\x07\0\x02\0\xc8\0\xc8\0\x05\0\0\0\0".to_vec()),
            Step::Submit(3),
            Step::Wait(40_000),
        ]
    }
}
