//! The input is a text that may be a message, or behind a zero byte what a command is made of. Our reader and `serde_json` say the same of
//! the text, and an independent judgement of the envelope and its CRC agrees; what the encoder writes, the decoder reads.

use arbitrary::{Arbitrary as _, Result, Unstructured};
use codec_core::ksenia::{self, Account, Action, ArmAction, BypassAction, ClearKind, Command, Crc, CrcPolicy, ItemRange, Kind, Message};
use codec_core::ksenia::{OutputAction, Read, Request, Session, SetOutput};
use codec_core::text::json::{self, MAX_DEPTH, Text};
use codec_core::{EncodeError, FaultKind, JsonError, Secret};

use crate::tree::{Tree, alike};

/// The body of the target.
pub fn run(data: &[u8]) {
    match data {
        // An input that is too short for a command is none.
        [0, rest @ ..] => drop(written(&mut Unstructured::new(rest))),
        text => judged(text),
    }
}

/// What the policies must say of a text.
#[derive(Debug, PartialEq)]
enum Verdict {
    Class(&'static str),
    Message(Crc),
}

fn judged(text: &[u8]) {
    let (ours, theirs) = (json::check(text), Tree::read(text));
    let Some(tree) = same_json(text) else {
        for policy in [CrcPolicy::Strict, CrcPolicy::Report, CrcPolicy::Ignore] {
            let json = ksenia::decode_with(text, policy).map_err(|fault| fault.kind.class()).err() == Some("json");
            assert!(json || (ours.is_ok() && theirs.is_none()), "what is not JSON is a message");
        }
        return;
    };
    let report = ksenia::decode_with(text, CrcPolicy::Report);
    match verdict(text, &tree) {
        Verdict::Class(class) => {
            for policy in [CrcPolicy::Strict, CrcPolicy::Report, CrcPolicy::Ignore] {
                assert_eq!(ksenia::decode_with(text, policy).map_err(|fault| fault.kind.class()).err(), Some(class));
            }
        }
        Verdict::Message(crc) => {
            let message = report.unwrap_or_else(|fault| panic!("{fault} in a message"));
            members_agree(&message, &tree);
            // A name written with escapes is nothing that the CRC could end behind.
            if !text.contains(&b'\\') {
                assert_eq!(message.crc(), crc);
                let class = ksenia::decode(text).err().map(|fault| fault.kind.class());
                assert_eq!(
                    class,
                    match crc {
                        Crc::Verified(_) => None,
                        Crc::Absent => Some("crc_format"),
                        _ => Some("crc"),
                    }
                );
            }
            assert_eq!(ksenia::decode_with(text, CrcPolicy::Ignore).map(|message| message.crc()), Ok(Crc::Unchecked));
        }
    }
    opened_alike(text);
}

/// Both readers take the text or neither does, and it is the same to both. Gives it if both do.
fn same_json(text: &[u8]) -> Option<Tree> {
    match (json::check(text), Tree::read(text)) {
        (Ok(ours), Some(theirs)) => {
            assert!(alike(&Tree::ours(ours), &theirs), "{:?} is read as {theirs:?}", Tree::ours(ours));
            Some(theirs)
        }
        (Err(fault), Some(theirs)) => {
            assert_eq!(fault.kind, FaultKind::Json(JsonError::Depth { limit: MAX_DEPTH }), "{theirs:?}");
            assert!(theirs.depth() > usize::from(MAX_DEPTH));
            None
        }
        (Ok(_), None) => {
            let why = serde_json::from_slice::<Tree>(text).expect_err("it was refused").to_string();
            assert!(why.starts_with("number out of range"), "{why}");
            None
        }
        (Err(_), None) => None,
    }
}

/// The protocol's rules, in the plainest words.
fn verdict(text: &[u8], tree: &Tree) -> Verdict {
    let Some(members) = tree.members() else { return Verdict::Class("envelope") };
    let mut has_command = false;
    let mut value = None;
    for (name, member) in members {
        let fits = match (name.as_str(), member) {
            ("SENDER" | "RECEIVER" | "CMD" | "PAYLOAD_TYPE", member) => matches!(member, Tree::Text(_)),
            ("ID" | "TIMESTAMP", member) => matches!(member, Tree::Text(_) | Tree::Number(_)),
            ("PAYLOAD", member) => matches!(member, Tree::Object(_)),
            _ => true,
        };
        if !fits {
            return Verdict::Class("envelope");
        }
        has_command |= name == "CMD";
        if name == "CRC_16" {
            value = Some(member);
        }
    }
    if !has_command {
        return Verdict::Class("envelope");
    }
    let found = match value {
        Some(Tree::Text(value)) => number(value),
        _ => None,
    };
    let covered = (0..text.len()).rev().map(|end| &text[..end]).find(|covered| covered.ends_with(b"\"CRC_16\""));
    Verdict::Message(match (found, covered.map(shift_register)) {
        (Some(found), Some(expected)) if found == expected => Crc::Verified(found),
        (Some(found), Some(expected)) => Crc::Wrong { expected, found },
        _ => Crc::Absent,
    })
}

fn number(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("0x").or(text.strip_prefix("0X"))?;
    let good = (1..=4).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    if good { u16::from_str_radix(digits, 16).ok() } else { None }
}

/// The CRC, bit by bit.
fn shift_register(bytes: &[u8]) -> u16 {
    bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).fold(0xFFFF, |register, bit| {
        let shifted = register << 1 | u16::from(bit);
        if register & 0x8000 == 0 { shifted } else { shifted ^ 0x1021 }
    })
}

fn members_agree(message: &Message<'_>, tree: &Tree) {
    let member = |name: &str| {
        let mut found = tree.members().unwrap_or_default().iter().rev().filter(|(other, _)| other == name);
        found.next().map(|(_, value)| value.clone())
    };
    let agree = |name: &str, ours: Option<Text<'_>>| match (ours, member(name)) {
        (Some(ours), Some(Tree::Text(theirs))) => assert_eq!(ours.to_string(), theirs, "{name}"),
        (Some(ours), Some(theirs @ Tree::Number(_))) => {
            assert!(alike(&Tree::Number(ours.raw().parse().expect("a number")), &theirs), "{name}");
        }
        (ours, theirs) => assert!(ours.is_none() && theirs.is_none(), "{name}: {ours:?}, {theirs:?}"),
    };
    agree("SENDER", message.sender());
    agree("RECEIVER", message.receiver());
    agree("CMD", Some(message.verb_text()));
    agree("ID", message.id());
    agree("PAYLOAD_TYPE", message.form_text());
    agree("TIMESTAMP", message.timestamp());
    let payload = message.payload().map(|payload| Tree::ours(json::Value::Object(payload)));
    match (payload, member("PAYLOAD")) {
        (Some(ours), Some(theirs)) => assert!(alike(&ours, &theirs)),
        (ours, theirs) => assert!(ours.is_none() && theirs.is_none()),
    }
    // What is read later must not panic either, and the records are inside the content.
    let request = Request::of(message).is_some();
    assert!(message.payload().is_some() || (!request && message.outcome().is_none()));
    for record in message.records() {
        let record = record.unwrap_or_else(|fault| panic!("{fault} in a content that was checked"));
        assert!(Tree::read(record.object().as_str().as_bytes()).is_some() || record.structure().is_err());
    }
}

/// What is only opened has the same members, or turns out to be bad when it is read to its end.
fn opened_alike(text: &[u8]) {
    let (Ok(opened), Ok(decoded)) = (ksenia::open(text, CrcPolicy::Report), ksenia::decode_with(text, CrcPolicy::Report)) else { return };
    let said = |message: &Message<'_>| {
        let names = [message.sender(), message.receiver(), Some(message.verb_text()), message.id(), message.form_text()];
        (names.map(|text| text.map(|text| text.to_string())), message.crc())
    };
    // A second member of a name inside the usual order may hide behind the content.
    if opened.payload().map(|payload| payload.as_str()) == decoded.payload().map(|payload| payload.as_str()) {
        assert_eq!(said(&opened), said(&decoded));
    }
}

const WORDS: [&str; 6] = ["HomeAssistant", "", "a\"b\\c\n\u{1}", "caffè 😀", "\"CRC_16\"", "904817"];
const KINDS: [Kind<'static>; 4] = [Kind::Zones, Kind::ZoneStatus, Kind::Outputs, Kind::Scenarios];

fn word(u: &mut Unstructured<'_>) -> Result<&'static str> {
    u.choose(&WORDS).copied()
}

fn written(u: &mut Unstructured<'_>) -> Result<()> {
    let kinds = vec![*u.choose(&KINDS)?; u.int_in_range(0..=16)?];
    let range = match u.int_in_range(0..=2)? {
        0 => None,
        1 => Some(ItemRange::All),
        _ => Some(ItemRange::Numbers { first: u.arbitrary()?, last: u.arbitrary()? }),
    };
    let action = match u.int_in_range(0..=3)? {
        0 => SetOutput::Level(u8::arbitrary(u)?),
        1 => SetOutput::Action(OutputAction::Up),
        2 => SetOutput::Action(OutputAction::On),
        _ => SetOutput::Action(OutputAction::Stop),
    };
    let account = *u.choose(&[Account::User, Account::Unknown])?;
    let command = match u.int_in_range(0..=11)? {
        0 => Command::Login { account },
        1 => Command::Logout { account },
        2 => Command::Read(Read::Types { types: &kinds, read: Text::of("1"), range }),
        3 => Command::Read(Read::One { kind: *u.choose(&KINDS)?, read: None, range }),
        4 => Command::Read(Read::File { path: word(u)?, name: word(u)? }),
        5 => Command::Register { types: &kinds },
        6 => Command::SetOutput { output: u.arbitrary()?, action },
        7 => Command::BypassZone { zone: u.arbitrary()?, action: *u.choose(&[BypassAction::Include, BypassAction::Manual])? },
        8 => Command::RunScenario { scenario: u.arbitrary()? },
        9 => Command::ArmPartition { partition: u.arbitrary()?, action: *u.choose(&[ArmAction::Disarm, ArmAction::Immediate])? },
        10 => Command::Clear(*u.choose(&[ClearKind::CyclesOrMemories, ClearKind::Communications])?),
        _ => Command::Logs { count: u.arbitrary()?, types: None },
    };
    let pin = if u.ratio(1, 8)? { None } else { Some(Secret::new(word(u)?)) };
    let session = Session { sender: word(u)?, receiver: word(u)?, login: word(u)?, pin };
    check(&session, u.arbitrary()?, u.arbitrary()?, &command);
    Ok(())
}

fn check(session: &Session<'_>, id: u32, unix: u64, command: &Command<'_>) {
    let mut out = [0; 2048];
    let Ok(len) = ksenia::encode(session, id, unix, command, &mut out) else { return };
    let text = &out[..len];
    for short in [0, 1, len / 2, len - 1] {
        let refused = ksenia::encode(session, id, unix, command, &mut vec![0; short]);
        assert_eq!(refused, Err(EncodeError::NoSpace { needed: len as u32 }), "{short} bytes");
    }
    judged(text);
    let message = ksenia::decode(text).unwrap_or_else(|fault| panic!("{fault} in what we wrote: {command:?}"));
    assert_eq!((message.verb(), message.id().and_then(Text::number)), (command.verb(), Some(id)));
    assert!(message.sender().is_some_and(|sender| sender == session.sender));
    assert!(message.receiver().is_some_and(|receiver| receiver == session.receiver));
    assert_eq!(message.timestamp().map(|time| time.to_string()), Some(unix.to_string()));
    let request = Request::of(&message).expect("a request");
    if command.needs_pin() {
        let pin = request.pin.map(|pin| pin.expose().to_string());
        assert_eq!(pin.as_deref(), session.pin.map(|pin| *pin.expose()));
    }
    let same = match (command, request.action) {
        (Command::Login { account }, Action::Login(read)) => *account == read,
        (Command::Logout { .. }, Action::Logout) => true,
        (Command::Read(Read::Types { types, range, .. }), Action::Read { types: read, range: same }) => {
            read.iter().eq(types.iter().copied()) && *range == same
        }
        (Command::Read(Read::One { kind, range, .. }), Action::Read { types, range: same }) => types.iter().eq([*kind]) && *range == same,
        (Command::Read(Read::File { path, name }), Action::File { path: read, name: same }) => read == *path && same == *name,
        (Command::Register { types }, Action::Register(read)) => read.iter().eq(types.iter().copied()),
        (Command::SetOutput { output, action }, Action::SetOutput { output: read, action: same }) => {
            let word = match action {
                SetOutput::Action(action) => action.text().to_string(),
                SetOutput::Level(level) => level.to_string(),
            };
            *output == read && same.text().to_string() == word
        }
        (Command::BypassZone { zone, action }, Action::BypassZone { zone: read, action: same }) => (*zone, *action) == (read, same),
        (Command::RunScenario { scenario }, Action::RunScenario(read)) => *scenario == read,
        (Command::ArmPartition { partition, action }, Action::ArmPartition { partition: read, action: same }) => {
            (*partition, *action) == (read, same)
        }
        (Command::Clear(kind), Action::Clear(read)) => *kind == read,
        (Command::Logs { count, .. }, Action::Logs { count: read }) => Some(*count) == read,
        _ => false,
    };
    assert!(same, "{command:?} is read as {:?}", request.action);
}
