//! Ksenia.

use codec_core::ksenia;

use super::*;

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
