//! Properties of the Ness wire format, over values and bytes nobody thought of.

use codec_core::ness::{
    self, Address, AreaCode, Body, Case, Cut, EventCode, Framer, Id, KeyString, Packet, RequestId, Stamp, StatusUpdate, SystemEvent,
    Timestamp,
};
use codec_core::{EncodeError, FaultKind, Secret};
use proptest::prelude::*;

fn time() -> impl Strategy<Value = Timestamp> {
    (2000..2100_u16, 1..=12_u8, 1..=31_u8, 0..24_u8, 0..=60_u8, 0..60_u8)
        .prop_filter_map("no such day", |(year, month, day, hour, minute, second)| Timestamp::new(year, month, day, hour, minute, second))
}

fn id() -> impl Strategy<Value = Id> {
    prop_oneof![(0..=99_u8).prop_filter_map("", Id::decimal), any::<u8>().prop_filter_map("decimal digits", Id::hexadecimal)]
}

/// Panel lines of every form.
fn panel_packet() -> impl Strategy<Value = Packet<'static>> {
    let event = (any::<u8>(), id(), any::<u8>())
        .prop_map(|(code, id, area)| Body::Event(SystemEvent { code: EventCode::from_raw(code), id, area: AreaCode::from_raw(area) }));
    let status = (any::<u8>(), any::<u16>())
        .prop_map(|(request, value)| Body::Status(StatusUpdate { request: RequestId::from_raw(request), value }));
    (prop_oneof![event, status], proptest::option::of(any::<u8>()), any::<bool>(), proptest::option::of(time())).prop_map(
        |(body, address, sequence, time)| {
            let status = matches!(body, Body::Status(_));
            let start = match (time.is_some(), address.is_some()) {
                (true, true) => 0x87,
                (true, false) => 0x86,
                // Status lines have an address with 82.
                (false, true) if !status => 0x83,
                (false, _) => 0x82,
            };
            let address = address.map_or(Address::Absent, Address::Byte);
            Packet { start, address, sequence, body, stamp: time.map(Stamp::Time) }
        },
    )
}

fn encoded(packet: &Packet<'_>, case: Case) -> Vec<u8> {
    let mut line = [0; ness::MAX_ENCODED];
    let len = ness::encode(packet, case, &mut line).unwrap();
    for short in 0..len {
        let refused = ness::encode(packet, case, &mut vec![0; short]);
        assert_eq!(refused, Err(EncodeError::NoSpace { needed: u32::try_from(len).unwrap() }));
    }
    line[..len].to_vec()
}

/// What a stream holds, by its frames.
fn frames(stream: &[u8], chunk: usize) -> Vec<Result<Vec<u8>, FaultKind>> {
    let (mut framer, mut unread, mut rest, mut found) = (Framer::new(), Vec::new(), stream, Vec::new());
    loop {
        match framer.next(&unread, rest.is_empty()) {
            Cut::NeedMore if rest.is_empty() => return found,
            Cut::NeedMore => {
                let (piece, behind) = rest.split_at(chunk.min(rest.len()));
                unread.extend_from_slice(piece);
                rest = behind;
            }
            Cut::Drop(len) => drop(unread.drain(..len)),
            Cut::TooLong { used } => {
                unread.drain(..used);
                found.push(Err(FaultKind::TooLong { limit: 64 }));
            }
            Cut::Frame { len, used } => {
                found.push(Ok(unread[..len].to_vec()));
                unread.drain(..used);
            }
        }
        assert!(unread.len() <= ness::MAX_LINE + 4 + chunk, "{} bytes are kept", unread.len());
    }
}

proptest! {
    #[test]
    fn panel_lines_come_back(packet in panel_packet(), upper in any::<bool>()) {
        let case = if upper { Case::Upper } else { Case::Lower };
        let line = encoded(&packet, case);
        let decoded = ness::decode(&line).unwrap();
        prop_assert_eq!(decoded.packet(), &packet);
        prop_assert_eq!(decoded.checksum_binary(), Some(decoded.checksum()));
        prop_assert_eq!(encoded(decoded.packet(), decoded.case()).to_ascii_lowercase(), line.to_ascii_lowercase());
    }

    #[test]
    fn requests_come_back(keys in "[0-9AHEXFVPDM*#]{1,30}", address in 0..16_u8, two_digits in any::<bool>(), sequence in any::<bool>()) {
        let keys = KeyString::new(Secret::new(&keys)).unwrap();
        let address = if two_digits { Address::Byte(address) } else { Address::Digit(address) };
        let packet = Packet { address, sequence, ..Packet::request(0, keys.as_keys()) };
        let line = encoded(&packet, Case::Upper);
        let decoded = ness::decode(&line).unwrap();
        prop_assert_eq!(decoded.packet(), &packet);
        prop_assert_eq!(decoded.checksum_ascii(), decoded.checksum());
    }

    #[test]
    fn one_wrong_digit_never_passes_the_strict_check(packet in panel_packet(), at in any::<prop::sample::Index>(), flip in 1..16_u8) {
        let mut line = encoded(&packet, Case::Lower);
        // Behind START, which says what the line is.
        let at = at.index(line.len() - 2) + 2;
        let digit = u8::try_from(char::from(line[at]).to_digit(16).unwrap()).unwrap() ^ flip;
        line[at] = Case::Lower.digit(digit);
        let passes = ness::decode(&line).is_ok_and(|line| line.check(ness::ChecksumPolicy::Strict).is_ok());
        prop_assert!(!passes, "{}", String::from_utf8_lossy(&line));
    }

    #[test]
    fn no_bytes_do_harm(text in proptest::collection::vec(any::<u8>(), 0..80)) {
        if let Err(fault) = ness::decode(&text) {
            prop_assert!(usize::try_from(fault.at).unwrap() <= text.len(), "{fault}");
        }
    }

    #[test]
    fn frames_do_not_depend_on_the_cutting(pieces in proptest::collection::vec(
        prop_oneof![
            Just(b"\r\n".to_vec()), Just(b"?".to_vec()), Just(b"83".to_vec()), Just(b"8300360S00E9".to_vec()), Just(b"820003600000001b".to_vec()),
            Just(vec![b'x'; 70]), proptest::collection::vec(any::<u8>(), 0..10),
        ], 0..30), chunk in 1..40_usize) {
        let stream = pieces.concat();
        prop_assert_eq!(frames(&stream, chunk), frames(&stream, stream.len().max(1)));
    }
}
