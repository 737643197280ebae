//! KTS.

use codec_core::kts;

use super::*;

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
