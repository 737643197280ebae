//! Writes the committed corpus: what documents and panels show, what our own encoders write, and mutations of both.

mod datagrams;
mod frames;
mod g90_cloud;
mod messages;

use std::path::PathBuf;

use codec_core::Secret;
use codec_core::ness::{self, AreaCode, Case, EventCode, KeyString, Packet, RequestId, SystemEvent, Timestamp};

/// A small random generator (xorshift, Marsaglia 2003).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() >> 33) as usize % bound
    }
}

/// Streams with what is worth a look in them.
const STREAMS: &[(&str, &[u8])] = &[
    ("event-stamped", b"87008361010900180921183139c7\r\n"),
    ("event-plain", b"820361230001f6\r\n"),
    ("event-minute-60", b"8700036100160019022517600048\r\n"),
    ("status-outputs", b"82000360154000c6\r\n"),
    ("version-before-7-8", b"8200036017000004\r\n"),
    ("version-7-8", b"820003601700788c\r\n"),
    ("version-8-0", b"8200036017008084\r\n"),
    ("version-10-8", b"820003601714a848\r\n"),
    ("version-8-7", b"820003601700877d\r\n"),
    ("version-11-0", b"820003601715b048\r\n"),
    ("requests-separated", b"8300360S00E9?8300360S14E4?"),
    ("request-code", b"8300660A1234E49\r\n"),
    ("request-lower-length", b"8300c60123456789012FC\r\n"),
    ("request-two-digit-address", b"83000360S00B9\r\n"),
    ("request-no-key", b"83000609F?"),
    ("library-event", b"830066100050073\r\n"),
    ("upper-and-lower", b"8200036017Aa0a50\r\n"),
    ("noise-then-line", b"\x00\xffnoise? 83\r\n820361230001f6\r\n"),
    ("no-terminator", b"82000360154000c6"),
    ("blank-lines", b"\r\n\r\n \t\r\n?\r\n"),
    ("too-long", b"87008361010900180921183139c787008361010900180921183139c787008361010900180921183139c7\r\n820361230001f6\r\n"),
    ("cut-request", b"8300660A12\r\n820361230001f6\n"),
    ("impossible-time", b"8700836101090018139924613909\r\n870083610109001809b518313933\r\n"),
    ("request-address-no-digit", b"83\xff0036015\xff\xff\xff\xff\xff ?\r\n82000360154000c6\r\n"),
    ("keypad-identity", b"8700036102f081180921183135e2\r\n"),
];

fn main() -> std::io::Result<()> {
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    let mut decode: Vec<(String, Vec<u8>)> = STREAMS.iter().map(|(name, text)| ((*name).to_owned(), text.to_vec())).collect();
    decode.push(("encoded-events".into(), encoded_events()));
    decode.push(("encoded-status".into(), encoded_status()));
    decode.push(("encoded-requests".into(), encoded_requests()));
    let whole = decode.clone();
    for number in 0..30 {
        let mut text = whole[random.below(whole.len())].1.clone();
        for _ in 0..=random.below(4) {
            mutate(&mut random, &mut text, &whole);
        }
        text.truncate(400);
        decode.push((format!("mutation-{number:02}"), text));
    }
    write("ness_decode", &decode)?;
    let packets: Vec<_> = (0..30).map(|number| (format!("packet-{number:02}"), bytes(&mut random, 96))).collect();
    write("ness_roundtrip", &packets)?;
    let lists: Vec<_> = (0..20).map(|number| (format!("operations-{number:02}"), bytes(&mut random, 20 + 20 * number))).collect();
    write("ness_pair", &lists)?;
    let mutated = |random: &mut Random, mut inputs: Vec<(String, Vec<u8>)>, longest: usize| {
        let whole = inputs.clone();
        for number in 0..20 {
            let mut text = whole[random.below(whole.len())].1.clone();
            for _ in 0..=random.below(3) {
                mutate(random, &mut text, &whole);
            }
            text.truncate(longest);
            inputs.push((format!("mutation-{number:02}"), text));
        }
        inputs
    };
    write("ksenia_envelope", &mutated(&mut random, messages::envelopes(), 600))?;
    write("elements", &mutated(&mut random, messages::documents(), 600))?;
    write("ws", &mutated(&mut random, messages::frames(), 400))?;
    write("g90_notify", &mutated(&mut random, datagrams::notifications(), 400))?;
    let lists: Vec<_> = (0..40).map(|number| (format!("operations-{number:02}"), bytes(&mut random, 20 + 10 * number))).collect();
    write("ksenia_session", &lists)?;
    write("kts_decode", &mutated(&mut random, frames::frames(), 900))?;
    write("kts_session", &mutated(&mut random, frames::sessions(), 2_000))?;
    write("g90_cloud", &mutated(&mut random, g90_cloud::streams(), 700))?;
    // The first byte says which of the three protocols.
    let mut list = |number: usize| [vec![number as u8], bytes(&mut random, 60 + 2 * number)].concat();
    let lists: Vec<_> = (0..30).map(|number| (format!("operations-{number:02}"), list(number))).collect();
    write("g90_session", &lists)
}

fn write(target: &str, inputs: &[(String, Vec<u8>)]) -> std::io::Result<()> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    for (name, content) in inputs {
        std::fs::write(folder.join(name), content)?;
    }
    println!("{}: {} files, {} bytes", target, inputs.len(), inputs.iter().map(|(_, content)| content.len()).sum::<usize>());
    Ok(())
}

fn bytes(random: &mut Random, count: usize) -> Vec<u8> {
    (0..count).map(|_| (random.next() >> 40) as u8).collect()
}

fn mutate(random: &mut Random, text: &mut Vec<u8>, others: &[(String, Vec<u8>)]) {
    let at = random.below(text.len() + 1);
    match random.below(6) {
        0 if at < text.len() => text[at] ^= 1 << random.below(8),
        1 if at < text.len() => drop(text.remove(at)),
        2 => text.insert(at, b"?\r\n83860aF \xff"[random.below(11)]),
        3 => text.truncate(at.max(1)),
        4 => {
            let tail = text[at..].to_vec();
            text.extend(tail);
        }
        _ => {
            let other = &others[random.below(others.len())].1;
            text.splice(at..at, other.iter().copied().take(60));
        }
    }
}

/// Lines with a terminator each.
fn lines(packets: &[Packet<'_>], case: Case, terminator: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    for packet in packets {
        let mut out = [0; ness::MAX_ENCODED];
        let len = ness::encode(packet, case, &mut out).expect("the packets below are well-formed");
        text.extend_from_slice(&out[..len]);
        text.extend_from_slice(terminator);
    }
    text
}

fn encoded_events() -> Vec<u8> {
    let story = [
        (EventCode::Unsealed, 3, AreaCode::None),
        (EventCode::ArmedAway, 1, AreaCode::Area1),
        (EventCode::ExitDelayStart, 0, AreaCode::Area1),
        (EventCode::ExitDelayEnd, 0, AreaCode::Area1),
        (EventCode::EntryDelayStart, 3, AreaCode::Area1),
        (EventCode::Alarm, 3, AreaCode::Area1),
        (EventCode::OutputOn, 90, AreaCode::None),
        (EventCode::Disarmed, 1, AreaCode::Area1),
        (EventCode::Unknown(0x18), 0, AreaCode::Unknown(0x7F)),
    ];
    let time = Timestamp::new(2024, 2, 29, 23, 59, 58);
    let packets: Vec<_> = story
        .iter()
        .enumerate()
        .map(|(at, (code, id, area))| {
            let address = (at % 3 != 0).then_some((at % 16) as u8);
            Packet::event(address, at % 2 == 1, SystemEvent::new(*code, *id, *area), time.filter(|_| at % 4 != 3))
        })
        .collect();
    lines(&packets, Case::Lower, b"\r\n")
}

fn encoded_status() -> Vec<u8> {
    let packets: Vec<_> = RequestId::ALL
        .iter()
        .zip([0x0000, 0x0100, 0x8001, 0xFFFF].into_iter().cycle())
        .map(|(id, value)| Packet::status(0, *id, value))
        .collect();
    lines(&packets[..12], Case::Upper, b"\n")
}

fn encoded_requests() -> Vec<u8> {
    let keys = ["AE", "H1234E", "1234E", "*1234#", "P", "11*", "22#", "S33", "X05E"];
    let keys: Vec<KeyString> = keys.iter().map(|keys| KeyString::new(Secret::new(keys)).expect("keys of a keypad")).collect();
    let packets: Vec<_> = keys.iter().zip(0..).map(|(keys, address)| Packet::request(address, keys.as_keys())).collect();
    lines(&packets, Case::Upper, b"?")
}
