//! Section 6: text is UTF-8, and what is not is refused at the first byte that shows it.

use codec_core::ws::Error;

use crate::peer::{Case, Frame, Manner, Want, check, close, continuation, manners, run, stream, text};
use crate::run_all;

/// A text that goes through, in one frame, in one frame per byte, and with empty fragments between.
fn good(name: &'static str, payload: &[u8]) {
    assert!(core::str::from_utf8(payload).is_ok(), "{name}: the row is wrong");
    let want = vec![Want::Echo(1, payload.into()), Want::Close(Some(1000), Vec::new())];
    for mut frames in fragmented(payload) {
        frames.push(close(1000, ""));
        check(&(name, frames, want.clone()));
    }
}

/// A text that fails at byte `at`; what is before it is delivered.
fn bad(name: &'static str, payload: &[u8], at: usize) {
    assert!(core::str::from_utf8(payload).is_err(), "{name}: the row is wrong");
    let mut want = vec![Want::Broken(payload[..at].into()), Want::Fail(Error::BadUtf8 { at: u32::try_from(at).unwrap() }, 1007)];
    if at == 0 {
        want.remove(0);
    }
    for mut frames in fragmented(payload) {
        // What follows is not looked at.
        frames.push(text("more"));
        check(&(name, frames, want.clone()));
    }
}

fn fragmented(payload: &[u8]) -> [Vec<Frame>; 3] {
    let mut single = vec![text("").more()];
    let mut empties = vec![text("").more()];
    for byte in payload.chunks(1) {
        single.push(continuation(byte).more());
        empties.extend([continuation(byte).more(), continuation("").more(), continuation("").more()]);
    }
    single.push(continuation(""));
    empties.push(continuation(""));
    [vec![text(payload)], single, empties]
}

const KOSME: &[u8] = b"\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5";

#[test]
fn section_6_1_empty_texts() {
    let closed = || Want::Close(Some(1000), Vec::new());
    run_all(&[
        ("6.1.1", vec![text(""), close(1000, "")], vec![Want::Echo(1, Vec::new()), closed()]),
        (
            "6.1.2",
            vec![text("").more(), continuation("").more(), continuation(""), close(1000, "")],
            vec![Want::Echo(1, Vec::new()), closed()],
        ),
        (
            "6.1.3",
            vec![text("").more(), continuation("middle frame payload").more(), continuation(""), close(1000, "")],
            vec![Want::Echo(1, b"middle frame payload".to_vec()), closed()],
        ),
    ]);
}

#[test]
fn section_6_2_valid_texts_in_fragments() {
    good("6.2.1, 6.2.3", "Hello-µ@ßöäüàá-UTF-8!!".as_bytes());
    good("6.2.4", KOSME);
    let case: Case = (
        "6.2.2",
        vec![text("Hello-µ@ßöä").more(), continuation("üàá-UTF-8!!"), close(1000, "")],
        vec![Want::Echo(1, "Hello-µ@ßöäüàá-UTF-8!!".into()), Want::Close(Some(1000), Vec::new())],
    );
    check(&case);
}

#[test]
fn section_6_3_invalid_texts() {
    bad("6.3.1, 6.3.2", &[KOSME, b"\xED\xA0\x80edited"].concat(), 12);
}

/// The fault is told when the byte that shows it is there, long before the frame or the message ends.
#[test]
fn section_6_4_fail_fast() {
    let parts: [(&str, &[u8], &[u8]); 2] = [("6.4.1, 6.4.3", b"", b"\xF4\x90\x80\x80"), ("6.4.2, 6.4.4", b"\xF4", b"\x90")];
    for (name, before, wrong) in parts {
        let first = [KOSME, before].concat();
        for manner in manners() {
            let sender = manner.role.peer();
            let at = KOSME.len() + 1;
            let fault = Want::Fail(Error::BadUtf8 { at: u32::try_from(at).unwrap() }, 1007);
            let mut delivered = KOSME.to_vec();
            delivered.push(0xF4);
            let want = (vec![Want::Broken(delivered), fault], true);

            let frames = stream(&[text(&first).more(), continuation([wrong, b"edited"].concat()).more()], sender);
            let keep = frames.len() - b"edited".len() - (wrong.len() + before.len() - 2);
            assert_eq!(run(&frames[..keep], &manner), want, "{name} in two frames, {manner:?}");
            assert!(!run(&frames[..keep - 1], &manner).1, "{name} in two frames, less one byte");

            let whole = stream(&[text([&first, wrong, b"edited"].concat())], sender);
            let keep = whole.len() - b"edited".len() - (wrong.len() + before.len() - 2);
            assert_eq!(run(&whole[..keep], &manner), want, "{name} in one frame, {manner:?}");
            assert!(!run(&whole[..keep - 1], &manner).1, "{name} in one frame, less one byte");
        }
    }
}

#[test]
fn sections_6_5_and_6_6_prefixes() {
    let names = ["6.6.1", "6.6.2", "6.6.3", "6.6.4", "6.6.5", "6.6.6", "6.6.7", "6.6.8", "6.6.9", "6.6.10", "6.6.11"];
    for (len, name) in (1..=KOSME.len()).zip(names) {
        let prefix = &KOSME[..len];
        match core::str::from_utf8(prefix) {
            Ok(_) => good(name, prefix),
            Err(_) => bad(name, prefix, len),
        }
    }
    good("6.5.1", b"\xCE\xBA");
}

#[test]
fn sections_6_7_to_6_11_borders() {
    good("6.7.1", b"\x00");
    good("6.7.2", b"\xC2\x80");
    good("6.7.3", b"\xE0\xA0\x80");
    good("6.7.4", b"\xF0\x90\x80\x80");
    bad("6.8.1", b"\xF8\x88\x80\x80\x80", 0);
    bad("6.8.2", b"\xFC\x84\x80\x80\x80\x80", 0);
    good("6.9.1", b"\x7F");
    good("6.9.2", b"\xDF\xBF");
    good("6.9.3", b"\xEF\xBF\xBF");
    good("6.9.4", b"\xF4\x8F\xBF\xBF");
    bad("6.10.1", b"\xF7\xBF\xBF\xBF", 0);
    bad("6.10.2", b"\xFB\xBF\xBF\xBF\xBF", 0);
    bad("6.10.3", b"\xFD\xBF\xBF\xBF\xBF\xBF", 0);
    good("6.11.1", b"\xED\x9F\xBF");
    good("6.11.2", b"\xEE\x80\x80");
    good("6.11.3", b"\xEF\xBF\xBD");
    good("6.11.4", b"\xF4\x8F\xBF\xBF");
    bad("6.11.5", b"\xF4\x90\x80\x80", 1);
}

#[test]
fn section_6_12_continuation_bytes_alone() {
    bad("6.12.1", b"\x80", 0);
    bad("6.12.2", b"\xBF", 0);
    for len in 2..=7 {
        let bytes: Vec<u8> = b"\x80\xBF".iter().copied().cycle().take(len).collect();
        bad("6.12.3 to 6.12.8", &bytes, 0);
    }
    let all: Vec<u8> = (0x80..=0xBE).collect();
    bad("6.12.8", &all, 0);
}

#[test]
fn section_6_13_beginnings_alone() {
    let spaced = |range: core::ops::RangeInclusive<u8>| range.flat_map(|byte| [byte, b' ']).collect::<Vec<u8>>();
    bad("6.13.1", &spaced(0xC0..=0xDF), 0);
    bad("6.13.1, without overlong ones", &spaced(0xC2..=0xDF), 1);
    bad("6.13.2", &spaced(0xE0..=0xEF), 1);
    bad("6.13.3", &spaced(0xF0..=0xF7), 1);
    bad("6.13.4", &spaced(0xF8..=0xFB), 0);
    bad("6.13.5", &spaced(0xFC..=0xFD), 0);
}

#[test]
fn sections_6_14_and_6_15_last_byte_missing() {
    bad("6.14.1", b"\xC0", 0);
    bad("6.14.2", b"\xE0\x80", 1);
    bad("6.14.3", b"\xF0\x80\x80", 1);
    bad("6.14.4", b"\xF8\x80\x80\x80", 0);
    bad("6.14.5", b"\xFC\x80\x80\x80\x80", 0);
    bad("6.14.6", b"\xDF", 1);
    bad("6.14.7", b"\xEF\xBF", 2);
    bad("6.14.8", b"\xF7\xBF\xBF", 0);
    bad("6.14.8, within Unicode", b"\xF4\x8F\xBF", 3);
    bad("6.14.9", b"\xFB\xBF\xBF\xBF", 0);
    bad("6.14.10", b"\xFD\xBF\xBF\xBF\xBF", 0);
    bad(
        "6.15.1",
        b"\xC0\xE0\x80\xF0\x80\x80\xF8\x80\x80\x80\xFC\x80\x80\x80\x80\xDF\xEF\xBF\xF7\xBF\xBF\xFB\xBF\xBF\xBF\xFD\xBF\xBF\xBF\xBF",
        0,
    );
}

#[test]
fn sections_6_16_to_6_19_impossible_and_overlong() {
    bad("6.16.1", b"\xFE", 0);
    bad("6.16.2", b"\xFF", 0);
    bad("6.16.3", b"\xFE\xFE\xFF\xFF", 0);
    bad("6.17.1", b"\xC0\xAF", 0);
    bad("6.17.2", b"\xE0\x80\xAF", 1);
    bad("6.17.3", b"\xF0\x80\x80\xAF", 1);
    bad("6.17.4", b"\xF8\x80\x80\x80\xAF", 0);
    bad("6.17.5", b"\xFC\x80\x80\x80\x80\xAF", 0);
    bad("6.18.1", b"\xC1\xBF", 0);
    bad("6.18.2", b"\xE0\x9F\xBF", 1);
    bad("6.18.3", b"\xF0\x8F\xBF\xBF", 1);
    bad("6.18.4", b"\xF8\x87\xBF\xBF\xBF", 0);
    bad("6.18.5", b"\xFC\x83\xBF\xBF\xBF\xBF", 0);
    bad("6.19.1", b"\xC0\x80", 0);
    bad("6.19.2", b"\xE0\x80\x80", 1);
    bad("6.19.3", b"\xF0\x80\x80\x80", 1);
    bad("6.19.4", b"\xF8\x80\x80\x80\x80", 0);
    bad("6.19.5", b"\xFC\x80\x80\x80\x80\x80", 0);
}

#[test]
fn sections_6_20_and_6_21_surrogates() {
    let (high, low) =
        ([b"\xED\xA0\x80", b"\xED\xAD\xBF", b"\xED\xAE\x80", b"\xED\xAF\xBF"], [b"\xED\xB0\x80", b"\xED\xBE\x80", b"\xED\xBF\xBF"]);
    for one in high.iter().chain(&low) {
        bad("6.20", *one, 1);
    }
    for first in &high {
        for second in [low[0], low[2]] {
            bad("6.21", &[&first[..], second].concat(), 1);
        }
    }
}

#[test]
fn sections_6_22_and_6_23_characters_that_mean_nothing() {
    for plane in 0..=16_u32 {
        for low in [0xFFFE, 0xFFFF] {
            let character = char::from_u32(plane << 16 | low).unwrap();
            good("6.22", character.to_string().as_bytes());
        }
    }
    for code in 0xFFF9..=0xFFFF {
        good("6.23", char::from_u32(code).unwrap().to_string().as_bytes());
    }
}

/// A text that is cut within a character by the end of the message, under every fragmentation.
#[test]
fn a_message_that_ends_within_a_character() {
    bad("euro, less one byte", b"12 \xE2\x82", 5);
    let manner: Manner = manners().next().unwrap();
    let frames = [text("12 ").more(), continuation(b"\xE2").more(), continuation(b"\x82").more(), continuation(b"\xAC")];
    let want = vec![Want::Echo(1, "12 €".into())];
    assert_eq!(run(&stream(&frames, manner.role.peer()), &manner), (want, false));
}
