//! Messages between G90 panels and their cloud.

use codec_core::g90::cloud::{
    CommandAnswer, CommandRequest, Device, DiscoveryAnswer, Hello, HelloDiscovery, LEFTOVER, PaddedText, Route, SensorAlarm, SensorChange,
    StateChange, encode,
};

fn message(route: Route, sequence: u16, parts: &[&[u8]]) -> Vec<u8> {
    let mut out = [0; 400];
    let len = encode(route, sequence, parts, &mut out).expect("the messages below are short");
    out[..len].to_vec()
}

/// Streams with what is worth a look in them.
pub(crate) fn streams() -> Vec<(String, Vec<u8>)> {
    let text = PaddedText::new;
    let device = Device { guid: text("GA00000A0000000"), guid_pad: 0, firmware: text("207"), firmware_pad: 0 };
    let ping = message(Route::PING, 0, &[]);
    let hello = message(Route::HELLO, 0, &[&Hello::fields(&device, &Hello::USUAL_FLAGS)]);
    let discovery = message(Route::HELLO_DISCOVERY, 0, &[&HelloDiscovery::fields(&device, &HelloDiscovery::USUAL_FLAGS)]);
    let state = |code| {
        let mut fields = StateChange::fields(code, 1);
        fields[2..][..LEFTOVER].fill(b'7');
        message(Route::STATUS_CHANGE, 0, &[&fields])
    };
    let sensor =
        |source, state| message(Route::STATUS_CHANGE, 0, &[&SensorChange::fields(32, source, state, text("Cord 1"), 1_738_682_545)]);
    let alarm = |peripheral, state| {
        let mut fields = SensorAlarm::fields(32, peripheral, state, text("Caf\u{e9}"), -1);
        fields[40..].fill(7);
        message(Route::STATUS_CHANGE, 0, &[&fields])
    };
    let notification = |text: &str| message(Route::NOTIFICATION, 0, &[text.as_bytes()]);
    let command = |text: &str| message(Route::COMMAND, 5, &[&CommandRequest::fields(200), text.as_bytes()]);
    let answer = message(Route::COMMAND_ANSWER, 6, &[&CommandAnswer::fields(6, 106), b"[106,[900,0]]\0"]);
    let address = message(Route::DISCOVERY_ANSWER, 0, &[&DiscoveryAnswer::fields(text("192.0.2.9"), 5678, 1_735_689_600)]);
    let answers = [
        message(Route::HELLO_ACK, 1, &[&[1]]),
        message(Route::HELLO_ANSWER, 2, &[&[31]]),
        message(Route::HELLO_INFO, 3, &[&5678_i32.to_le_bytes()]),
    ]
    .concat();
    let mut no_length = ping.clone();
    no_length[4] = 0;
    let mut version = hello.clone();
    version[8] = 0x11;
    let mut long = hello.clone();
    long[4..8].copy_from_slice(&[0, 2, 0, 0]);
    long.resize(512, b'x');
    let all = [
        ("hello", hello.clone()),
        ("discovery", [discovery, address].concat()),
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
        ("commands", [command("\0"), command("[200,[1,10]]\0"), answer].concat()),
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
