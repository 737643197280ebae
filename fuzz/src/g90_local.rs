//! The input is datagrams, each ended by a NUL. Whatever they are, what was understood is written again as it was meant, and a controller
//! and a panel come to rest.

use std::net::SocketAddr;

use codec_core::g90::local::controller::{self, Command, List, Slot};
use codec_core::g90::local::{
    CommandCode, Controller, Message, Page, Panel, Record, Reply, Rows, Send, Writer, decode, decode_reply, decode_request, mend, panel,
};
use codec_core::{Env, Fault, Instant, Machine, RxBuf, TxBuf};

/// The body of the target.
pub fn run(data: &[u8]) {
    let datagrams: Vec<&[u8]> = data.split_inclusive(|byte| *byte == 0).collect();
    for datagram in &datagrams {
        one(datagram);
    }
    let peer = SocketAddr::from(([192, 0, 2, 7], 12_368));
    let mut slots = [[Slot::default(); 4]; 2];
    let mut memory = [0; Controller::MEMORY_MIN];
    let [sensors, devices] = &mut slots;
    let tables = controller::Tables { sensors, devices, memory: &mut memory };
    let mut config = controller::Config::new(peer);
    config.refresh_millis = 1;
    let mut machine = Controller::new(config, tables).expect("the defaults are in range");
    let mut number = 0;
    feed(&mut machine, &datagrams, peer, |machine, env, tx| {
        number += 1;
        let command = match number % 4 {
            0 => Command::Read { list: CommandCode::GetHistory, first: 1, last: None },
            1 => Command::Send(Send::Switch { index: 1, node: 0, on: true }),
            2 => Command::Edit { list: List::Sensors, index: 1, edit: controller::Edit::Name("x") },
            _ => Command::Save(codec_core::g90::local::Changes::Cid(Default::default())),
        };
        // Refused while another one waits.
        let _ = machine.submit(env, command, tx);
    });

    let mut records = [[panel::Record::EMPTY; 3]; 3];
    let mut configs = [panel::Record::EMPTY; 5];
    let [sensors, devices, history] = &mut records;
    let tables = panel::Tables { sensors, devices, history, configs: &mut configs };
    let mut machine = Panel::new(panel::Config::new("GA18018B3001021"), tables).expect("the defaults are in range");
    feed(&mut machine, &datagrams, peer, |_, _, _| ());
}

/// One datagram, without a machine.
fn one(datagram: &[u8]) {
    let mut mended = datagram.to_vec();
    mend(&mut mended);
    assert_eq!(String::from_utf8_lossy(&mended).len(), mended.len());
    both_ways(&mended, CommandCode::GetSensorList, |page| page.peripherals().collect());
    both_ways(&mended, CommandCode::GetHistory, |page| page.history().collect());
    let Ok(message) = decode(&mended) else { return };
    let mut out = vec![0; 8 * mended.len() + 64];
    match &message {
        Message::Request(request) => {
            assert_eq!(decode_request(&mended).map(|_| ()), Ok(()));
            let Some(params) = request.params() else { return };
            let mut writer = Writer::request(&mut out, request.code());
            params.values().for_each(|value| writer.value(value));
            let len = writer.finish().expect("there is room");
            let Ok(Message::Request(again)) = decode_request(&out[..len]) else { panic!("our request cannot be read") };
            let count = again.params().map_or(0, |params| params.values().count());
            assert_eq!((again.code(), count), (request.code(), params.values().count()));
        }
        Message::Reply(Reply::Answer(answer)) => {
            let (Some(code), Some(data)) = (answer.code(), answer.data().array()) else { return };
            let mut writer = Writer::reply(&mut out, code);
            data.values().for_each(|value| writer.value(value));
            let len = writer.finish().expect("there is room");
            let Ok(Reply::Answer(again)) = decode_reply(&out[..len]) else { panic!("our reply cannot be read") };
            assert_eq!(again.data().array().map(|data| data.values().count()), Some(data.values().count()));
        }
        _ => {}
    }
}

/// A page that is whole in one pass is so after a check of the whole.
fn both_ways<'d, R: Record<'d> + std::fmt::Debug>(
    datagram: &'d [u8],
    list: CommandCode,
    rows_of: impl Fn(&Page<'d>) -> Vec<Result<R, Fault>>,
) {
    let mut one_pass = Rows::<R>::open(datagram, list);
    let rows: Vec<String> = one_pass.iter_mut().flatten().map(|row| format!("{row:?}")).collect();
    let whole = one_pass.is_some_and(|rows| rows.is_whole());
    let Ok(Reply::Answer(answer)) = decode_reply(datagram) else { return assert!(!whole) };
    let checked =
        Page::read(answer.data()).and_then(|page| rows_of(&page).into_iter().map(|row| row.map(|row| format!("{row:?}"))).collect());
    match checked {
        Ok::<Vec<String>, _>(checked) if whole => assert_eq!(checked, rows),
        _ => assert!(!whole),
    }
}

fn feed<M: Machine>(machine: &mut M, datagrams: &[&[u8]], from: SocketAddr, mut ask: impl FnMut(&mut M, &Env, &mut TxBuf<'_>)) {
    let (mut a, mut b) = (vec![0; M::RX_MIN], vec![0; 1024]);
    let (mut rx, mut tx) = (RxBuf::new(&mut a), TxBuf::new(&mut b));
    let mut now = 1;
    for datagram in datagrams.iter().take(64) {
        let len = datagram.len().min(rx.space().len());
        rx.space()[..len].copy_from_slice(&datagram[..len]);
        rx.commit_datagram(len, from);
        now += 5_000;
        let env = Env::at(Instant::from_millis(now));
        let mut rest = true;
        for _ in 0..1_000 {
            let mut told = false;
            while let Some(pending) = machine.poll_event(&env, &mut rx, &mut tx) {
                let _ = machine.event(pending, &rx);
                told = true;
            }
            let sent = !tx.is_empty();
            tx.sent(usize::MAX);
            rest = !told && !sent && machine.poll_timeout() != Some(Instant::ZERO);
            if rest {
                break;
            }
        }
        assert!(rest, "the machine does not come to rest");
        ask(machine, &env, &mut tx);
    }
}
