//! Messages between G90 panels and their cloud.

use codec_core::Secret;
use codec_core::g90::cloud::{
    Body, CommandAnswer, CommandRequest, Device, DiscoveryAnswer, Hello, HelloDiscovery, LEFTOVER, PaddedText, SensorAlarm, SensorChange,
    StateChange, TAIL, encode,
};

fn message(body: &Body<'_>, sequence: u16) -> Vec<u8> {
    let mut out = [0; 400];
    let len = encode(body, sequence, &mut out).expect("the messages below are short");
    out[..len].to_vec()
}

/// Streams with what is worth a look in them.
pub(crate) fn streams() -> Vec<(String, Vec<u8>)> {
    let text = PaddedText::new;
    let device = Device { guid: text("GA00000A0000000"), guid_pad: 0, firmware: text("207"), firmware_pad: 0 };
    let ping = message(&Body::Ping, 0);
    let hello = message(&Body::Hello(Hello { device, flags: Hello::USUAL_FLAGS }), 0);
    let discovery = message(&Body::HelloDiscovery(HelloDiscovery { device, flags: HelloDiscovery::USUAL_FLAGS }), 0);
    let state = |code| message(&Body::StateChange(StateChange { code, leftover: &[b'7'; LEFTOVER], timestamp: 1, tail: &[0; TAIL] }), 0);
    let sensor = |source, state| {
        let change = SensorChange { sensor: 32, source, state, name: text("Cord 1"), timestamp: 1_738_682_545, tail: &[0; TAIL] };
        message(&Body::SensorChange(change), 0)
    };
    let alarm = |peripheral, state| {
        let alarm = SensorAlarm { sensor: 32, peripheral, state, name: text("Caf\u{e9}"), timestamp: -1, tail: &[7; TAIL] };
        message(&Body::SensorAlarm(alarm), 0)
    };
    let notification = |text: &str| message(&Body::Notification(text.as_bytes()), 0);
    let command = |text: &'static str| {
        let text = Secret::new(text.as_bytes());
        message(&Body::Command(CommandRequest { flag: 2, command: 200, subcommand: 200, token: 5, text }), 5)
    };
    let answer =
        CommandAnswer { number: 6, flag: 0, number_again: 6, command: 106, subcommand: 106, text: Secret::new(b"[106,[900,0]]\0") };
    let address = DiscoveryAnswer { address: text("192.0.2.9"), flags: [0; 2], port: 5678, timestamp: 1_735_689_600 };
    let answers =
        [message(&Body::HelloAck(1), 1), message(&Body::HelloAnswer(31), 2), message(&Body::HelloInfo { port: 5678 }, 3)].concat();
    let mut no_length = ping.clone();
    no_length[4] = 0;
    let mut version = hello.clone();
    version[8] = 0x11;
    let mut long = hello.clone();
    long[4..8].copy_from_slice(&[0, 2, 0, 0]);
    long.resize(512, b'x');
    let all = [
        ("hello", hello.clone()),
        ("discovery", [discovery, message(&Body::DiscoveryAnswer(address), 0)].concat()),
        ("answers", answers),
        ("life", [ping.clone(), hello.clone(), state(4), sensor(1, 1), ping.clone(), sensor(1, 0), state(3)].concat()),
        ("alarms", [alarm(8, 0), alarm(8, 1), alarm(10, 3), alarm(3, 254), alarm(1, 99)].concat()),
        ("keypad", [sensor(11, 6), sensor(11, 3), sensor(10, 0), sensor(12, 1)].concat()),
        ("arming", notification("[170,[1,[1]]]\0")),
        (
            "alert",
            [hello.clone(), notification("[208,[4,32,1,1,\"Cord 1\",\"GA00000A0000000\",1738682545,0,[\"\"]]]\0"), sensor(1, 1)].concat(),
        ),
        ("bad-texts", [notification("[170]\0"), notification("[170,[1,[1]]"), notification(""), ping.clone()].concat()),
        ("commands", [command("\0"), command("[200,[1,10]]\0"), message(&Body::CommandAnswer(answer), 0)].concat()),
        ("no-length", [no_length, ping.clone()].concat()),
        ("version", [version, ping.clone()].concat()),
        ("long", [long, ping.clone()].concat()),
        ("cut-short", hello[..71].to_vec()),
        ("browser", [b"GET / HTTP/1.1\r\nHost: panel\r\n\r\n".to_vec(), hello.clone()].concat()),
        ("short-payload", [vec![0x21, 0x10, 0, 0x20, 14, 0, 0, 0, 1, 0, 0, 0, 2, 3], ping].concat()),
        ("unknown", vec![0x99, 0xAA, 0, 0xBB, 14, 0, 0, 0, 1, 0, 7, 0, 1, 2]),
    ];
    all.into_iter().map(|(name, stream)| (name.to_owned(), stream)).collect()
}
