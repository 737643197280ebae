//! A user's code is in no text that anything prints: not `Debug`, not `Display`, not an error.

use codec_core::home::{Mode, Request};
use codec_core::ness::controller::{Command, Config, Event};
use codec_core::ness::panel::{self, User};
use codec_core::ness::{self, KeyString};
use codec_core::{Env, Instant, Machine, RxBuf, Secret, TxBuf};

const CODE: &str = "73519";

fn assert_hidden(text: &str) {
    assert!(!text.contains(CODE) && !text.contains("7351") && !text.contains("3519"), "{text}");
    // Nor as a list of character codes.
    assert!(!text.contains("55, 51, 53"), "{text}");
}

#[test]
fn commands_and_requests_hide_the_code() {
    let code = Secret::new(CODE);
    for command in [
        Command::ArmAway { code: Some(code) },
        Command::ArmHome { code: Some(code) },
        Command::Disarm { code },
        Command::Panic { code: Some(code) },
        Command::Keys(code),
    ] {
        assert_hidden(&format!("{command:?}"));
    }
    assert_hidden(&format!("{:?}", Request::Arm { area: 0, mode: Mode::Away, code: Some(code) }));
    assert_hidden(&format!("{:?}", KeyString::disarm(code).unwrap()));
    assert_hidden(&format!("{code} {code:?} {code:#?}"));
    assert_hidden(&format!("{:?}", User { number: 1, code }));
    assert_hidden(&format!("{:?}", panel::Command::Keys(code)));
}

#[test]
fn errors_do_not_repeat_what_was_typed() {
    let mut controller = ness::Controller::new(Config::new()).unwrap();
    let mut storage = [0; 64];
    let mut tx = TxBuf::new(&mut storage);
    let long = CODE.repeat(7);
    for text in [format!("{CODE}x"), format!("x{CODE}"), format!("{CODE}\u{e9}"), long] {
        for command in [Command::Disarm { code: Secret::new(&text) }, Command::Keys(Secret::new(&text))] {
            let refused = controller.submit(&Env::default(), command, &mut tx).unwrap_err();
            assert_hidden(&format!("{refused} {refused:?}"));
        }
    }
    assert!(tx.is_empty());
}

#[test]
fn received_requests_and_machines_hide_the_code() {
    let users = [User { number: 1, code: Secret::new(CODE) }];
    let mut config = panel::Config::new();
    config.users = &users;
    let mut panel = ness::Panel::new(config).unwrap();
    let mut controller = ness::Controller::new(Config::new()).unwrap();
    assert_hidden(&format!("{config:?} {panel:?}"));

    let (mut a, mut b) = ([0; 256], [0; 256]);
    let (mut rx, mut tx) = (RxBuf::new(&mut a), TxBuf::new(&mut b));
    let env = Env::at(Instant::from_millis(1));
    controller.submit(&env, Command::ArmAway { code: Some(Secret::new(CODE)) }, &mut tx).unwrap();
    let request = tx.unsent().to_vec();
    assert!(String::from_utf8_lossy(&request).contains(CODE));
    assert_hidden(&format!("{controller:?}"));
    assert_hidden(&format!("{:?}", ness::decode(&request[..request.len() - 2]).unwrap()));

    // The panel tells of the request; and of a damaged one; the controller, of its echo.
    let mut damaged = request.clone();
    damaged[0] = b'9';
    for bytes in [&request, &damaged] {
        rx.space()[..bytes.len()].copy_from_slice(bytes);
        rx.commit(bytes.len());
        while let Some(pending) = panel.poll_event(&env, &mut rx, &mut tx) {
            assert_hidden(&format!("{:?}", panel.event(pending, &rx)));
        }
        rx.space()[..bytes.len()].copy_from_slice(bytes);
        rx.commit(bytes.len());
        let mut lines = 0;
        while let Some(pending) = controller.poll_event(&env, &mut rx, &mut tx) {
            let event = controller.event(pending, &rx);
            lines += u32::from(matches!(event, Event::Line(_) | Event::Fault(_)));
            assert_hidden(&format!("{event:?}"));
        }
        assert_eq!(lines, 1);
    }
    assert_hidden(&format!("{panel:?} {controller:?}"));
}

/// A request that lost or changed a character on the way may show its code where other fields should be.
#[test]
fn damaged_requests_hide_the_code() {
    let request = format!("8300760A{CODE}E00");
    for at in 0..request.len() {
        let (front, behind) = request.split_at(at);
        for damaged in
            [format!("{front}{}", &behind[1..]), format!("{front}9{}", &behind[1..]), behind.to_owned(), format!("{front}8{behind}")]
        {
            match ness::decode(damaged.as_bytes()) {
                Ok(line) => assert_hidden(&format!("{line:?}")),
                Err(fault) => {
                    let text = format!("{fault} {fault:?}");
                    let digits = |pair: &str| text.contains(&format!(" {pair}")) || text.contains(&format!("({pair}"));
                    assert!(!["73", "35", "51", "19"].into_iter().any(digits), "{damaged}: {text}");
                }
            }
        }
    }
}

#[cfg(feature = "ksenia")]
#[test]
fn a_ksenia_controller_hides_its_code() {
    use codec_core::ksenia::controller::{Config, Controller, Memory, Tables};
    use codec_core::ksenia::{self, ClearKind};

    let config = Config::new("panel", Secret::new(CODE));
    assert_hidden(&format!("{config:?}"));
    let mut memory = Memory::new();
    let mut controller = Controller::new(&config, Tables::default(), &mut memory).unwrap();
    let (mut a, mut b) = ([0; 1024], [0; 1024]);
    let (mut rx, mut tx) = (RxBuf::new(&mut a), TxBuf::new(&mut b));
    let env = Env { entropy: [0x5A; 16], ..Env::at(Instant::from_millis(1)) };
    // The answer to the key that this entropy makes, and the answer to the login.
    let head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: 1nwQI3IBoftOh+fG2YorpTWcrHs=\r\n\r\n";
    let login = r#"{"CMD":"LOGIN_RES","ID":"1","PAYLOAD_TYPE":"USER","PAYLOAD":{"RESULT":"OK","ID_LOGIN":"2"}}"#;
    let mut answer = vec![0x81, u8::try_from(login.len()).unwrap()];
    answer.extend(login.as_bytes());
    let mut sent = 0;
    for bytes in [&[][..], head.as_bytes(), &answer] {
        rx.space()[..bytes.len()].copy_from_slice(bytes);
        rx.commit(bytes.len());
        while let Some(pending) = controller.poll_event(&env, &mut rx, &mut tx) {
            assert_hidden(&format!("{:?}", controller.event(pending, &rx)));
        }
        sent += tx.unsent().len();
        tx.sent(usize::MAX);
        assert_hidden(&format!("{controller:?}"));
    }
    controller.submit(&env, ksenia::Command::Clear(ClearKind::FaultsMemory).into(), &mut tx).unwrap();
    assert!(sent > 300 && !tx.is_empty());
    assert_hidden(&format!("{controller:?}"));
    let wrong = format!("{CODE}\"");
    let config = Config::new("panel", Secret::new(&wrong));
    let refused = Controller::new(&config, Tables::default(), &mut memory).map(|_| ()).unwrap_err();
    assert_hidden(&format!("{refused} {refused:?}"));
}

#[cfg(feature = "ksenia")]
#[test]
fn a_ksenia_panel_hides_the_codes() {
    use codec_core::ksenia::controller::{self, Controller, Tables};
    use codec_core::ksenia::panel::{AccountSlot, Config, House, Memory, ScenarioAction, ScenarioSlot};
    use codec_core::ksenia::{Command, Panel};

    let mut accounts = [AccountSlot::new(1, "Anna", Secret::new(CODE))];
    let scenarios = [ScenarioSlot::new(1, "Nothing", ScenarioAction::Nothing)];
    let mut wrong = [AccountSlot::new(1, "Anna", Secret::new("7351973519735197351973519735197351973519"))];
    let mut house = House::new();
    (house.accounts, house.scenarios) = (&mut accounts, &scenarios);
    assert_hidden(&format!("{house:?}"));
    let config = Config::new();
    let mut memory = Memory::new();
    let mut panel = Panel::new(&config, &mut house, &mut memory).unwrap();
    let settings = controller::Config::new("panel", Secret::new(CODE));
    let mut controller_memory = controller::Memory::new();
    let mut controller = Controller::new(&settings, Tables::default(), &mut controller_memory).unwrap();
    let mut storage = [[0; 2048]; 4];
    let [a, b, c, d] = &mut storage;
    let (mut rx, mut tx, mut panel_rx, mut panel_tx) = (RxBuf::new(a), TxBuf::new(b), RxBuf::new(c), TxBuf::new(d));
    let (mut requests, mut with_code, mut asked) = (0, 0, false);
    for millis in (100..10_000).step_by(100) {
        let env = Env { entropy: [0; 16], ..Env::at(Instant::from_millis(millis)) };
        while let Some(pending) = controller.poll_event(&env, &mut rx, &mut tx) {
            let event = controller.event(pending, &rx);
            if matches!(event, controller::Event::Ready { .. }) {
                asked = true;
            }
            assert_hidden(&format!("{event:?}"));
        }
        if std::mem::take(&mut asked) {
            controller.submit(&env, Command::RunScenario { scenario: 1 }.into(), &mut tx).unwrap();
        }
        panel_rx.space()[..tx.unsent().len()].copy_from_slice(tx.unsent());
        panel_rx.commit(tx.unsent().len());
        tx.sent(usize::MAX);
        while let Some(pending) = panel.poll_event(&env, &mut panel_rx, &mut panel_tx) {
            let event = panel.event(pending, &panel_rx);
            if let codec_core::ksenia::panel::Event::Message(message) = event {
                requests += 1;
                with_code += u32::from(message.payload().unwrap().as_str().contains(CODE));
                assert_hidden(&format!("{:?}", codec_core::ksenia::Request::of(&message)));
            }
            assert_hidden(&format!("{event:?}"));
        }
        assert_hidden(&String::from_utf8_lossy(panel_tx.unsent()));
        rx.space()[..panel_tx.unsent().len()].copy_from_slice(panel_tx.unsent());
        rx.commit(panel_tx.unsent().len());
        panel_tx.sent(usize::MAX);
        assert_hidden(&format!("{panel:?} {controller:?}"));
    }
    assert!(requests > 4 && with_code == 2, "{requests} requests, {with_code} with a code");
    house.accounts = &mut wrong;
    let refused = Panel::new(&config, &mut house, &mut memory).map(|_| ()).unwrap_err();
    assert_hidden(&format!("{refused} {refused:?}"));
}
