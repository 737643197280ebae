//! The input is a packet. What an encoder writes, the decoder reads, and the other way round.

use arbitrary::{Arbitrary, Result, Unstructured};
use codec_core::ness::{self, Address, Body, Case, ChecksumRule, DecodeOptions, KEYS, KeyString, Packet, Stamp, Timestamp};
use codec_core::ness::{StatusUpdate, SystemEvent};
use codec_core::{EncodeError, Secret};

/// A packet that owns its parts, and how to write it.
struct Input {
    start: u8,
    address: Address,
    sequence: bool,
    body: OwnedBody,
    stamp: Option<OwnedStamp>,
    case: Case,
    rule: ChecksumRule,
}

enum OwnedBody {
    Event(SystemEvent),
    Status(StatusUpdate),
    Request(KeyString),
}

enum OwnedStamp {
    Time(Timestamp),
    Packed { time: Timestamp, weekday: u8, daylight: u8 },
    Raw([u8; 12]),
}

impl<'a> Arbitrary<'a> for Input {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let body = match u.int_in_range(0..=2)? {
            0 => OwnedBody::Event(u.arbitrary()?),
            1 => OwnedBody::Status(u.arbitrary()?),
            _ => OwnedBody::Request(key_string(u)?),
        };
        let stamp = match u.int_in_range(0..=3)? {
            0 => None,
            1 => Some(OwnedStamp::Time(timestamp(u)?)),
            2 => Some(OwnedStamp::Packed { time: timestamp(u)?, weekday: u.int_in_range(0..=7)?, daylight: u.int_in_range(0..=7)? }),
            _ => Some(OwnedStamp::Raw(u.arbitrary()?)),
        };
        let address: Address = u.arbitrary()?;
        // What fits the fields, most of the time.
        let start = match (u.int_in_range(0..=9)?, &body) {
            (0, _) => u.arbitrary()?,
            (_, OwnedBody::Request(_)) => 0x83,
            (_, OwnedBody::Status(_)) if stamp.is_none() => 0x82,
            _ => 0x82 | u8::from(address != Address::Absent) | u8::from(stamp.is_some()) << 2,
        };
        let rule = if u.arbitrary()? { ChecksumRule::ByKind } else { ChecksumRule::Ascii };
        Ok(Self { start, address, sequence: u.arbitrary()?, body, stamp, case: u.arbitrary()?, rule })
    }
}

fn key_string(u: &mut Unstructured<'_>) -> Result<KeyString> {
    let count = u.int_in_range(1..=ness::MAX_KEYS)?;
    let mut keys = String::new();
    for _ in 0..count {
        keys.push(char::from(*u.choose(&[b"0123456789", KEYS].concat())?));
    }
    KeyString::new(Secret::new(&keys)).map_err(|_| arbitrary::Error::IncorrectFormat)
}

fn timestamp(u: &mut Unstructured<'_>) -> Result<Timestamp> {
    let (year, month, day) = (u.int_in_range(2000..=2099)?, u.int_in_range(1..=12)?, u.int_in_range(1..=31)?);
    let (hour, minute, second) = (u.int_in_range(0..=23)?, u.int_in_range(0..=60)?, u.int_in_range(0..=59)?);
    Timestamp::new(year, month, day, hour, minute, second).ok_or(arbitrary::Error::IncorrectFormat)
}

/// The body of the target.
pub fn run(data: &[u8]) {
    if let Ok(input) = Input::arbitrary(&mut Unstructured::new(data)) {
        check(&input);
    }
}

fn check(input: &Input) {
    let body = match &input.body {
        OwnedBody::Event(event) => Body::Event(*event),
        OwnedBody::Status(status) => Body::Status(*status),
        OwnedBody::Request(keys) => Body::Request(keys.as_keys()),
    };
    let stamp = input.stamp.as_ref().map(|stamp| match stamp {
        OwnedStamp::Time(time) => Stamp::Time(*time),
        OwnedStamp::Packed { time, weekday, daylight } => Stamp::Packed { time: *time, weekday: *weekday, daylight: *daylight },
        OwnedStamp::Raw(characters) => Stamp::Raw(characters),
    });
    let packet = Packet { start: input.start, address: input.address, sequence: input.sequence, body, stamp };
    let mut out = [0; ness::MAX_ENCODED];
    let Ok(len) = ness::encode_with(&packet, input.case, input.rule, &mut out) else { return };
    let text = &out[..len];

    for short in 0..len {
        let mut room = vec![0; short];
        let refused = ness::encode_with(&packet, input.case, input.rule, &mut room);
        assert_eq!(refused, Err(EncodeError::NoSpace { needed: len as u32 }), "{short} bytes for {packet:?}");
    }

    let options = DecodeOptions { packed_time: matches!(stamp, Some(Stamp::Packed { .. })) };
    let line = match ness::decode_with(text, options) {
        Ok(line) => line,
        Err(fault) => {
            let printable = |characters: &[u8; 12]| characters.iter().all(|byte| (b' '..=b'~').contains(byte));
            let unreadable = matches!(stamp, Some(Stamp::Raw(characters)) if !printable(characters));
            assert!(unreadable, "{packet:?} gives {fault}");
            return;
        }
    };
    let by_kind = line.check(ness::ChecksumPolicy::Strict).is_ok();
    assert!(by_kind || input.rule == ChecksumRule::Ascii || line.checksum_binary().is_none(), "wrong checksum for {packet:?}");
    assert!(line.check(ness::ChecksumPolicy::Either).is_ok(), "no checksum rule fits {packet:?}");
    // Characters that happen to name a moment are one.
    let raw = matches!(stamp, Some(Stamp::Raw(_)));
    assert!(*line.packet() == packet || raw, "{packet:?} becomes {:?}", line.packet());
    if raw && (text.iter().any(u8::is_ascii_lowercase), input.case) == (true, Case::Upper) {
        return;
    }
    let mut again = [0; ness::MAX_ENCODED];
    let len = ness::encode_with(line.packet(), input.case, input.rule, &mut again).expect("what was decoded can be encoded");
    assert!(again[..len] == *text, "{packet:?} is not written as it was");
}
