//! Any bytes to a server and to a host, before and behind the registration, in several cuttings.

use codec_core::kts::controller::{self, Command, ObjectSlot, TaskSlot, ZoneSlot};
use codec_core::kts::panel::{self, Credentials, ObjectState, TaskState};
use codec_core::kts::{Controller, GroupAddress, ObjectInfo, Panel, Scheme};
use codec_core::{Env, Instant, Machine, RxBuf, Secret, TxBuf};

use crate::feed::Cuts;

const REG: &[u8] = b"{\"sn\":\"08ABEF112233\",\"cmd\":\"reg\",\"timestamp\":\"1508845817\",\"rand\":\"35\",\"sign\":\"055d764058ea64f7a65d68f8375d77f1\"}\r\n";
const REGRSP: &[u8] = b"{\"sn\":\"08ABEF112233\",\"cmd\":\"regrsp\",\"data\":{\"error\":\"0\"}}\r\n";

fn env() -> Env {
    Env { unix: Some(1_508_845_817), ..Env::at(Instant::from_millis(1)) }
}

/// Puts the stream in and takes everything out, printed; what is sent comes last.
fn feed<M: Machine>(machine: &mut M, pieces: &[&[u8]], mut see: impl FnMut(&mut M, String, &mut TxBuf<'_>)) -> Vec<String>
where
    for<'i> M::Event<'i>: std::fmt::Debug,
{
    let (mut a, mut b) = (vec![0; M::RX_MIN], vec![0; 1 << 16]);
    let (mut rx, mut tx) = (RxBuf::new(&mut a), TxBuf::new(&mut b));
    let (mut events, mut sent) = (Vec::new(), Vec::new());
    let mut take = |machine: &mut M, rx: &mut RxBuf<'_>| {
        while let Some(pending) = machine.poll_event(&env(), rx, &mut tx) {
            let event = format!("{:?}", machine.event(pending, rx));
            events.push(event.clone());
            see(machine, event, &mut tx);
        }
        sent.extend_from_slice(tx.unsent());
        tx.sent(usize::MAX);
    };
    for piece in pieces {
        let mut rest = *piece;
        while !rest.is_empty() && !machine.is_closed() {
            let space = rx.space();
            let len = space.len().min(rest.len());
            assert!(len > 0, "stuck");
            space[..len].copy_from_slice(&rest[..len]);
            rx.commit(len);
            rest = &rest[len..];
            take(machine, &mut rx);
        }
    }
    rx.set_eof();
    take(machine, &mut rx);
    assert!(machine.is_closed(), "{events:?}");
    events.push(String::from_utf8_lossy(&sent).into_owned());
    events
}

fn server(pieces: &[&[u8]]) -> Vec<String> {
    let (config, mut memory) = (controller::Config::new(), controller::Memory::new());
    let (mut zones, mut objects, mut tasks) = ([ZoneSlot::default(); 2], [ObjectSlot::default(); 2], [TaskSlot::default(); 1]);
    let tables = controller::Tables { zones: &mut zones, objects: &mut objects, tasks: &mut tasks };
    let mut machine = Controller::new(&config, tables, &mut memory).expect("the defaults are good");
    feed(&mut machine, pieces, |machine, event, tx| {
        if event.starts_with("Registering") {
            let key = Command::Key { key: Secret::new("1234567890"), other: None, scheme: Scheme::Md5, replays: None };
            machine.submit(&env(), key, tx).expect("it was asked for");
        }
    })
}

fn host(pieces: &[&[u8]]) -> Vec<String> {
    let object = |id: &'static str, sub| ObjectInfo {
        id,
        eis: 1,
        name: "lamp",
        room: "1",
        device: 1,
        write: GroupAddress::new(1, 1, sub),
        status: None,
        third: None,
        group: "",
        icon: "",
    };
    let (config, mut memory) = (panel::Config::new("08ABEF112233"), panel::Memory::new());
    let mut objects = [ObjectState::new(object("37", 1)), ObjectState::new(object("38", 2)).with_value("0")];
    let mut tasks = [TaskState::default(); 1];
    let mut credentials = Credentials::new(Secret::new("1234567890"), "kts.example").expect("it is short");
    let tables = panel::Tables { objects: &mut objects, tasks: &mut tasks, credentials: &mut credentials };
    let mut machine = Panel::new(&config, tables, &mut memory).expect("the defaults are good");
    feed(&mut machine, pieces, |_, _, _| ())
}

/// Both sides; any cutting tells and sends the same.
pub fn run(data: &[u8]) {
    type Side = (fn(&[&[u8]]) -> Vec<String>, &'static [u8]);
    let sides: [Side; 4] = [(server, b""), (server, REG), (host, b""), (host, REGRSP)];
    for (side, front) in sides {
        let stream = [front, data].concat();
        let whole = side(&Cuts::Whole.pieces(&stream));
        for cuts in Cuts::ALL {
            assert_eq!(side(&cuts.pieces(&stream)), whole, "{cuts:?}");
        }
    }
}
