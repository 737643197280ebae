//! Ness.

use codec_core::ness;

use super::*;

contract!(ness_controller, NessController);

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
