//! G90, its cloud.

use codec_core::g90;

use super::*;

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
