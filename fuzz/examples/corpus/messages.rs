//! Ksenia messages, other JSON, and frames of a WebSocket.

use codec_core::Secret;
use codec_core::ksenia::{self, Account, Command, Head, Kind, MessageWriter, Session, SetOutput, ZoneState};
use codec_core::ws::{Header, OpCode, apply_mask};

type Input = (String, Vec<u8>);

/// Texts with what is worth a look in them.
const TEXTS: &[(&str, &str)] = &[
    (
        "login-refused",
        r#"{"SENDER":"A4580F941B25","RECEIVER":"HomeAssistant","CMD":"LOGIN_RES","ID":"1","PAYLOAD_TYPE":"USER","PAYLOAD":{"RESULT":"FAIL","RESULT_DETAIL":"LOGIN_KO"},"TIMESTAMP":"1769871440","CRC_16":"0xC042"}"#,
    ),
    ("wrong-crc", r#"{"CMD":"REALTIME","PAYLOAD":{"hall":{"STATUS_ZONES":[{"ID":"1","STA":"A"}]}},"CRC_16":"0x0001"}"#),
    ("no-crc", r#"{"CMD":"REALTIME","ID":0,"TIMESTAMP":1,"PAYLOAD_TYPE":"CHANGES"}"#),
    ("crc-no-number", r#"{"CMD":"X","CRC_16":"C042"}"#),
    ("two-crcs", r#"{"CMD":"X","CRC_16":"0x1","Y":"CRC_16","CRC_16":"0x2"}"#),
    ("order", " {\"PAYLOAD\" : {\"RESULT\":\"OK\"},\n\t\"ID\":\"2\", \"CMD\" : \"READ_RES\"} "),
    ("twice", r#"{"CMD":"A","PAYLOAD":{"ZONES":[]},"CMD":"B","PAYLOAD":{"ZONES":[{"ID":"1"}]}}"#),
    ("wrong-types", r#"{"CMD":1,"PAYLOAD":[]}"#),
    ("escaped-names", r#"{"\u0043MD":"\ud83d\ude00\n","PAYLOAD":{"\u0041":"\/"}}"#),
    ("no-message", r#"[1,-2.5e+3,"x",true,false,null,{},[]]"#),
    ("list-of-the-same-name", r#"{"PAYLOAD":{"STATUS_OUTPUTS":{"OUTPUTS":[{"ID":"1"}]},"STATUS_X":{"A":"1"},"PRG_CHECK":{"PRG":"1"}}}"#),
    ("deep", r#"{"PAYLOAD":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}"#),
    ("half-a-pair", r#"{"CMD":"\ud83d"}"#),
    ("huge-number", r#"{"CMD":"X","A":1e999}"#),
    ("cut-short", r#"{"CMD":"READ_RES","PAYLOAD":{"ZONES":[{"ID":"1""#),
    ("name-only", r#"{"CMD""#),
    ("trailing", r#"{"CMD":"X"} x"#),
];

/// Messages, and commands behind a zero byte.
pub(crate) fn envelopes() -> Vec<Input> {
    let mut inputs: Vec<Input> = TEXTS.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    let session = Session { sender: "hall", receiver: "", login: "7", pin: Some(Secret::new("904817")) };
    let commands = [
        ("login", Command::Login { account: Account::User }),
        ("register", Command::Register { types: &[Kind::ZoneStatus, Kind::SystemStatus] }),
        ("set-output", Command::SetOutput { output: 4, action: SetOutput::Level(40) }),
    ];
    for (name, command) in commands {
        let mut out = [0; 512];
        let len = ksenia::encode(&session, 3, 1_763_640_000, &command, &mut out).expect("there is room");
        inputs.push((name.into(), out[..len].to_vec()));
    }
    for number in 0..12_u8 {
        // The sixth choice is the kind of command.
        let bytes = (0..24_u8).map(|at| at.wrapping_mul(number.wrapping_mul(7).wrapping_add(3)).wrapping_add(number * 21));
        inputs.push((format!("command-{number:02}"), [0].into_iter().chain(bytes).collect()));
    }
    inputs
}

/// Texts for the record scanner: the same, and some with what is larger than its smallest limits.
pub(crate) fn documents() -> Vec<Input> {
    let mut inputs: Vec<Input> = TEXTS.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    let mut out = [0; 2048];
    let mut writer = MessageWriter::new(&mut out, &Head::changes("00A1B2C3D4E5", "hall"));
    writer.open_object("hall");
    writer.open_list("STATUS_ZONES");
    for zone in 1..8 {
        writer.open_item();
        writer.number("ID", zone);
        writer.word("STA", ZoneState::Triggered.text());
        writer.close_object();
    }
    writer.close_list();
    writer.close_object();
    writer.text("FILE_CONTENT", &"così \"è\"\n".repeat(20));
    let len = writer.finish(1_763_640_000).expect("there is room");
    inputs.push(("changes".into(), out[..len].to_vec()));
    let hours = r#"{"T":"1","S":"0"},"#.repeat(6) + "{}";
    let entry = format!(r#"{{"ID":"3","WIN":{{"TM":"20.5","MON":[{hours}],"SUN":[{hours}]}},"X":[[1,"2"],{{"Y":[{{}}]}}]}}"#);
    inputs.push(("taken-apart".into(), format!(r#"{{"PAYLOAD":{{"CFG_THERMOSTATS":[{entry},{{"ID":"4"}}]}}}}"#).into_bytes()));
    // Told before the record is taken apart, however it is cut.
    let bad = [br#"{"PAYLOAD":{"ZONES":[{"ID":"3","DES":""#, &[0xFF; 8][..], "x".repeat(80).as_bytes(), b"\"}]}}"].concat();
    inputs.push(("bad-text-in-long-record".into(), bad));
    // Its closing brace is the byte behind the limit.
    let exact = |limit: usize| format!(r#"{{"PAYLOAD":{{"ZONES":[{{"ID":"3","DES":"{}"}}]}}}}"#, "x".repeat(limit - 18));
    inputs.push(("one-byte-too-long".into(), exact(64).into_bytes()));
    inputs.push(("one-byte-too-long-100".into(), exact(100).into_bytes()));
    inputs.push(("long-name".into(), format!(r#"{{"PAYLOAD":{{"{}":{{"{}":1}}}}}}"#, "n".repeat(90), "m".repeat(120)).into_bytes()));
    inputs
        .push(("long-text".into(), format!(r#"{{"PAYLOAD":{{"A":"{}\ud83d\ude00{}"}}}}"#, "é".repeat(60), "\\\"".repeat(70)).into_bytes()));
    inputs
}

/// A frame; to a server it is masked.
fn frame(to_server: bool, last: bool, opcode: OpCode, payload: &[u8]) -> Vec<u8> {
    let mask = to_server.then_some([0x37, 0xFA, 0x21, 0x3D]);
    let header = Header { last, opcode, mask, len: payload.len() as u64 };
    let mut out = [0; codec_core::ws::MAX_HEADER];
    let len = header.encode(&mut out).expect("there is room");
    let mut payload = payload.to_vec();
    apply_mask(&mut payload, mask.unwrap_or_default(), 0);
    [&out[..len], &payload].concat()
}

/// A name, and frames: whether it is the last of its message, what it is, its payload.
type Story<'s> = (&'s str, &'s [(bool, OpCode, &'s [u8])]);

/// The choice of role and limits, and frames.
pub(crate) fn frames() -> Vec<Input> {
    use OpCode::{Binary, Close, Continuation, Ping, Pong, Text};
    let text = "così 😀".as_bytes();
    let stories: [Story<'_>; 14] = [
        ("one", &[(true, Text, b"hello")]),
        ("parts", &[(false, Text, b"hel"), (true, Ping, b"?"), (false, Continuation, b""), (true, Continuation, b"lo"), (true, Text, b"")]),
        ("cut-character", &[(false, Text, &text[..9]), (true, Continuation, &text[9..])]),
        ("binary", &[(true, Binary, &[0xFF; 130])]),
        ("control", &[(true, Ping, b""), (true, Pong, &[7; 125]), (true, Close, b"\x03\xe8Bye...")]),
        ("close-without-code", &[(true, Close, b""), (true, Text, b"nothing follows")]),
        ("close-bad-code", &[(true, Close, b"\x03\xed")]),
        ("close-one-byte", &[(true, Close, b"\x03")]),
        ("close-bad-reason", &[(true, Close, b"\x03\xe8\xff")]),
        ("bad-text", &[(true, Text, b"ok\xff")]),
        ("text-ends-in-character", &[(true, Text, &text[..5])]),
        ("nothing-to-continue", &[(true, Continuation, b"x")]),
        ("message-in-message", &[(false, Text, b"a"), (true, Binary, b"b")]),
        ("too-long", &[(false, Text, &[b'x'; 190]), (true, Continuation, &[b'y'; 190])]),
    ];
    let mut inputs = Vec::new();
    for (name, story) in stories {
        for choice in 0..4_u8 {
            // A client hears a server, which does not mask.
            let to_server = choice & 1 == 1;
            let bytes = story.iter().flat_map(|(last, opcode, payload)| frame(to_server, *last, *opcode, payload));
            if choice < 2 || name == "too-long" {
                inputs.push((format!("{name}-{choice}"), [choice].into_iter().chain(bytes).collect()));
            }
        }
    }
    let raw: [(&str, &[u8]); 6] = [
        ("reserved-bits", &[0, 0xC1, 0]),
        ("unknown-opcode", &[0, 0x83, 0]),
        ("masked-by-server", &[0, 0x81, 0x81, 1, 2, 3, 4, 5]),
        ("length-not-minimal", &[0, 0x82, 126, 0, 5, 1, 2, 3, 4, 5]),
        ("length-out-of-range", &[0, 0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 1]),
        ("ping-in-parts", &[1, 0x09, 0x80, 0, 0, 0, 0]),
    ];
    inputs.extend(raw.map(|(name, bytes)| (name.to_owned(), bytes.to_vec())));
    inputs
}
