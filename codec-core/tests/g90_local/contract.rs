//! What every machine promises, for datagrams: whole ones in, whole ones out.

use std::net::SocketAddr;

use codec_core::g90::ArmState;
use codec_core::g90::local::controller::{self, Edit, List, Slot};
use codec_core::g90::local::{Changes, CommandCode, ConfigKind, Controller, HostConfigChanges, Panel, Send, SystemRequest, panel};
use codec_core::{Env, Instant, Machine, RxBuf, Secret, TxBuf};

use crate::rig::panel_at;

fn leak<T: Clone>(value: T, count: usize) -> &'static mut [T] {
    Box::leak(vec![value; count].into_boxed_slice())
}

fn controller() -> Controller<'static> {
    let tables = controller::Tables {
        sensors: leak(Slot::default(), 4),
        devices: leak(Slot::default(), 4),
        memory: leak(0, Controller::MEMORY_MIN),
    };
    Controller::new(controller::Config::new(panel_at()), tables).unwrap()
}

fn panel() -> Panel<'static> {
    let empty = panel::Record::EMPTY;
    let configs = Box::leak(Box::new([empty; 5]));
    let tables = panel::Tables { sensors: leak(empty, 4), devices: leak(empty, 4), history: leak(empty, 4), configs };
    Panel::new(panel::Config::new("GA18018B3001021"), tables).unwrap()
}

/// Datagrams of a bad day, those of the panel in the order in which a controller asks.
fn story() -> Vec<Vec<u8>> {
    let texts = [
        "ISTART[206,[\"GA\",\"x\",\"1.2\",\"1.1\",\"206\",\"206\",3,3,0,2,\"4242\",50,100]]IEND\0",
        "noise",
        "",
        "ISTART[100,[4,\"\",\"x\",\"206\",\"206\"]]IEND\0",
        "ISTART[106,[1]]IEND\0",
        "ISTART[102,[[3,1,3],[\"a\",1,0,1,3,0,33,0,0,0,1,0,\"\"],[\"b\",2,0,1,3,0,32,0,0,0,1,0,\"\"],[7]]]IEND\0",
        "ISTART[138,[[9,1,1],[\"r\",1,0,128,0,0,32,0,0,0,4,0,\"\"]]]IEND\0",
        "ISTARTIEND\0",
        "ISTART[100,100,\"\"]IEND\0",
        "ISTART[101,101,[101,[1]]]IEND\0",
        "ISTART[137,137,[137,[1,0,0]]]IEND\0",
        "ISTART[156,156,[156,[\"Test\",0,0,1,3,0,33,0,0,0,1,0,0,\"00\"]]]IEND\0",
        "ISTART[102,102,[102,[1,10]]]IEND\0",
        "ISTART[0,100,\"AT^IWT=1123,IWT\"]IEND\0",
        "IWTAC_PROBE_DEVICE,GA18018B3001021\0",
        "ISTARTfailIEND\0",
        "ISTARTerror\u{fffd}IEND\0",
    ];
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// Events and datagrams, with the machine's buffers emptied in another way.
fn run<M: Machine>(mut machine: M, spurious: usize, slow: bool) -> (Vec<String>, Vec<Vec<u8>>)
where
    for<'i> M::Event<'i>: std::fmt::Debug,
{
    let (mut a, mut b) = (vec![0; M::RX_MIN], vec![0; M::TX_MIN]);
    let (mut rx, mut tx) = (RxBuf::new(&mut a), TxBuf::new(&mut b));
    let (mut events, mut sent) = (Vec::new(), Vec::new());
    let from: SocketAddr = panel_at();
    let mut now = 1;
    let mut story = story().into_iter();
    for _ in 0..1_000 {
        let env = Env { unix: Some(1_700_000_000), ..Env::at(Instant::from_millis(now)) };
        while let Some(pending) = machine.poll_event(&env, &mut rx, &mut tx) {
            events.push(format!("{:?}", machine.event(pending, &rx)));
        }
        for _ in 0..spurious {
            assert!(machine.poll_event(&env, &mut rx, &mut tx).is_none());
            let _ = machine.poll_timeout();
        }
        if !tx.is_empty() {
            // A queued datagram keeps the machine awake, as the caller may have been late.
            if !slow || now % 3 == 0 {
                sent.push(tx.unsent().to_vec());
                tx.sent(usize::MAX);
            }
            now += u64::from(slow);
            continue;
        }
        match machine.poll_timeout() {
            Some(Instant::ZERO) => continue,
            Some(at) => assert!(at.as_millis() > now, "{at:?} is left at {now}"),
            None => {}
        }
        now += 10;
        match story.next() {
            Some(datagram) => {
                rx.space()[..datagram.len()].copy_from_slice(&datagram);
                rx.commit_datagram(datagram.len(), from);
            }
            None if rx.is_eof() => break,
            None => rx.set_eof(),
        }
    }
    assert!(machine.is_closed() && machine.poll_timeout().is_none());
    assert_eq!(events.iter().filter(|event| event.starts_with("Closed(")).count(), 1);
    assert_eq!(events.last().unwrap(), "Closed(PeerClosed)");
    assert!(events.len() > 10, "{events:?}");
    (events, sent)
}

#[test]
fn spurious_calls_and_slow_links_change_nothing() {
    assert_eq!(run(controller(), 3, false), run(controller(), 0, false));
    assert_eq!(run(controller(), 0, true), run(controller(), 0, false));
    assert_eq!(run(panel(), 3, false), run(panel(), 0, false));
    assert_eq!(run(panel(), 0, true), run(panel(), 0, false));
}

#[test]
fn a_refused_command_changes_nothing() {
    let mut refused = 0;
    let definition = codec_core::g90::devices::sensor_named("Door Sensor: WRDS01").unwrap();
    for n in 0..12 {
        use controller::Command;
        let mut machine = controller();
        let mut storage = vec![0; 40];
        let mut tx = TxBuf::new(&mut storage);
        let env = Env::at(Instant::from_millis(1));
        let command = match n {
            0 => Command::Send(Send::Plain(CommandCode::from_raw(0))),
            1 => Command::Send(Send::Arm(ArmState::Alarmed)),
            2 => Command::Send(Send::Raw { code: CommandCode::Ping, params: "[1" }),
            3 => Command::Read { list: CommandCode::Ping, first: 1, last: None },
            4 => Command::Read { list: CommandCode::GetHistory, first: 0, last: None },
            5 => Command::System(SystemRequest::ServerAddress { host: "a name that does not fit", second: None, port: 1 }),
            6 => Command::Save(Changes::Host(HostConfigChanges { arm_delay: Some(256), ..HostConfigChanges::default() })),
            7 => Command::Edit { list: List::Sensors, index: 1, edit: Edit::Name("x") },
            8 => Command::Add { list: List::Sensors, definition, name: "x" },
            9 => Command::Send(Send::Raw { code: CommandCode::Ping, params: "[\"more than the transmit buffer has\"]" }),
            _ => Command::Send(Send::Plain(CommandCode::Ping)),
        };
        for _ in 0..2 {
            let before = (format!("{machine:?}"), tx.unsent().to_vec());
            if machine.submit(&env, command, &mut tx).is_err() {
                refused += 1;
                assert_eq!((format!("{machine:?}"), tx.unsent().to_vec()), before, "{n}");
            }
        }
    }
    assert_eq!(refused, 10 * 2 + 2);
    let mut machine = panel();
    let mut storage = vec![0; 512];
    let mut tx = TxBuf::new(&mut storage);
    for command in [
        panel::Command::Arm(ArmState::Other(9)),
        panel::Command::Remove { list: List::Devices, index: 1 },
        panel::Command::History("[1,2]"),
        panel::Command::History("x"),
        panel::Command::Configure { kind: ConfigKind::Host, fields: "{}" },
    ] {
        let before = format!("{machine:?}");
        assert!(machine.submit(&Env::at(Instant::ZERO), command, &mut tx).is_err());
        assert_eq!(format!("{machine:?}"), before);
    }
}

#[test]
fn no_code_and_no_key_is_printed() {
    const SECRET: &str = "73518642";
    let hidden = |text: String| assert!(!text.contains(SECRET), "{text}");
    let reply = format!("ISTART[212,[0,\"{SECRET}\",1,1,\"a\",\"b\",\"{SECRET}\",3]]IEND\0");
    hidden(format!("{:?}", codec_core::g90::local::decode(reply.as_bytes()).unwrap()));
    let changes = codec_core::g90::local::AlarmPhonesChanges { panel_password: Some(Secret::new(SECRET)), ..Default::default() };
    hidden(format!("{changes:?}"));
    // Too long for a password; the refusal does not repeat it.
    let mut machine = controller();
    let mut storage = vec![0; 512];
    let mut tx = TxBuf::new(&mut storage);
    let refused = machine.submit(&Env::at(Instant::ZERO), controller::Command::Save(Changes::Phones(changes)), &mut tx).unwrap_err();
    hidden(format!("{refused} {refused:?} {machine:?}"));
    let mut panel = panel();
    let phones = format!("[\"{SECRET}\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\"]");
    panel.submit(&Env::at(Instant::ZERO), panel::Command::Configure { kind: ConfigKind::Phones, fields: &phones }, &mut tx).unwrap();
    hidden(format!("{panel:?}"));
    let request = format!("ISTART[108,108,[108,{phones}]]IEND\0");
    hidden(format!("{:?}", codec_core::g90::local::decode_request(request.as_bytes()).unwrap()));
}
