//! A host's key is in no text that anything prints, and in no frame but those that carry it.

use codec_core::kts::controller::{self, Command};
use codec_core::kts::panel::{self, Credentials};
use codec_core::kts::{self, Controller, Panel, Scheme, Send, sign};
use codec_core::{Env, Instant, Machine, RxBuf, Secret, TxBuf};

const KEY: &str = "73519k3y";

fn assert_hidden(text: &str) {
    assert!(!text.contains(KEY) && !text.contains("73519"), "{text}");
    // Nor as a list of character codes.
    assert!(!text.contains("55, 51, 53"), "{text}");
}

#[test]
fn commands_frames_and_errors_hide_the_key() {
    let key = Secret::new(KEY);
    assert_hidden(&format!("{:?}", Command::Key { key, other: Some(key), scheme: Scheme::Md5, replays: None }));
    assert_hidden(&format!("{:?}", Command::Configure { key, domain: "kts.example" }));
    let configure = Send::Configure { key, domain: "kts.example" };
    let reply = Send::ConfigureReply { error: 0, key: Some(key) };
    assert_hidden(&format!("{configure:?} {reply:?}"));
    for frame in [configure, reply] {
        assert_hidden(&format!("{:?}", kts::encode("1", &frame, &mut [0; 8]).unwrap_err()));
        let mut out = [0; 256];
        let len = kts::encode("1", &frame, &mut out).unwrap();
        assert!(String::from_utf8_lossy(&out[..len]).contains(KEY));
        let mut text = out[..len - 2].to_vec();
        let frame = kts::decode(&mut text).unwrap();
        assert_hidden(&format!("{frame:?} {:?}", frame.body()));
        // Damaged at every place.
        for at in 0..len - 2 {
            let mut damaged = out[..len - 2].to_vec();
            damaged.remove(at);
            match kts::decode(&mut damaged) {
                Ok(frame) => assert_hidden(&format!("{frame:?}")),
                Err(fault) => assert_hidden(&format!("{fault} {fault:?}")),
            }
        }
    }
    let signature = sign(Scheme::Md5, ["1", "2", "3"], key);
    assert_eq!(format!("{signature:?}"), "***");
}

#[test]
fn machines_hide_the_key() {
    let mut credentials = Credentials::new(Secret::new(KEY), "kts.example").unwrap();
    assert_hidden(&format!("{credentials:?}"));
    let config = panel::Config::new("08ABEF112233");
    let (mut memory, mut server_memory) = (panel::Memory::new(), controller::Memory::new());
    let tables = panel::Tables { objects: &mut [], tasks: &mut [], credentials: &mut credentials };
    let mut host = Panel::new(&config, tables, &mut memory).unwrap();
    let server_config = controller::Config::new();
    let mut server = Controller::new(&server_config, controller::Tables::default(), &mut server_memory).unwrap();
    let mut storage = [[0; 4096]; 4];
    let [a, b, c, d] = &mut storage;
    let (mut rx, mut tx, mut host_rx, mut host_tx) = (RxBuf::new(a), TxBuf::new(b), RxBuf::new(c), TxBuf::new(d));
    let env = Env { unix: Some(1_508_845_817), ..Env::at(Instant::from_millis(1)) };
    let mut done = 0;
    for turn in 0..40 {
        while let Some(pending) = host.poll_event(&env, &mut host_rx, &mut host_tx) {
            assert_hidden(&format!("{:?}", host.event(pending, &host_rx)));
        }
        let len = host_tx.unsent().len();
        rx.space()[..len].copy_from_slice(host_tx.unsent());
        rx.commit(len);
        host_tx.sent(len);
        while let Some(pending) = server.poll_event(&env, &mut rx, &mut tx) {
            let event = server.event(pending, &rx);
            assert_hidden(&format!("{event:?}"));
            done += usize::from(matches!(event, controller::Event::Done { outcome: controller::Outcome::Confirmed, .. }));
            if matches!(event, controller::Event::Registering(_)) {
                let key = Command::Key { key: Secret::new(KEY), other: None, scheme: Scheme::Md5, replays: None };
                server.submit(&env, key, &mut tx).unwrap();
                // What is sent before carries no key.
                assert_hidden(&String::from_utf8_lossy(tx.unsent()));
            }
        }
        if turn == 20 {
            server.submit(&env, Command::Configure { key: Secret::new(KEY), domain: "kts.example" }, &mut tx).unwrap();
        }
        assert_hidden(&format!("{host:?} {server:?}"));
        let len = tx.unsent().len();
        host_rx.space()[..len].copy_from_slice(tx.unsent());
        host_rx.commit(len);
        tx.sent(len);
    }
    assert_eq!(done, 2);
}
