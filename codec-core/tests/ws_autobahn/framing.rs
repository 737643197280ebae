//! Sections 1 to 5 and 7: frames, pings and pongs, reserved bits, opcodes, fragments, closing.

use codec_core::ws::{Error, OpCode};

use crate::peer::{Case, Want, binary, close, continuation, frame, ping, pong, text};
use crate::run_all;

fn echo(payload: impl AsRef<[u8]>) -> Want {
    Want::Echo(1, payload.as_ref().to_vec())
}

fn answer(payload: impl AsRef<[u8]>) -> Want {
    Want::Pong(payload.as_ref().to_vec())
}

fn closed() -> Want {
    Want::Close(Some(1000), Vec::new())
}

fn fail(error: Error) -> Want {
    Want::Fail(error, 1002)
}

#[test]
fn section_1_framing() {
    let mut cases: Vec<Case> = Vec::new();
    let names = ["1.1.1", "1.1.2", "1.1.3", "1.1.4", "1.1.5", "1.1.6", "1.1.7, 1.1.8"];
    let binary_names = ["1.2.1", "1.2.2", "1.2.3", "1.2.4", "1.2.5", "1.2.6", "1.2.7, 1.2.8"];
    for (at, len) in [0, 125, 126, 127, 128, 65_535, 65_536].into_iter().enumerate() {
        cases.push((names[at], vec![text("*".repeat(len)), close(1000, "")], vec![echo("*".repeat(len)), closed()]));
        let payload = vec![0xFE; len];
        cases.push((binary_names[at], vec![binary(&payload), close(1000, "")], vec![Want::Echo(2, payload), closed()]));
    }
    run_all(&cases);
}

#[test]
fn section_2_pings_and_pongs() {
    let bytes = [0x00, 0xFF, 0xFE, 0xFD, 0xFC, 0xFB, 0x00, 0xFF];
    let heard = |payload: &str| Want::Heard(payload.into());
    let ten = |make: fn(String) -> crate::peer::Frame| (0..10).map(move |n| make(format!("payload-{n}")));
    run_all(&[
        ("2.1", vec![ping(""), close(1000, "")], vec![answer(""), closed()]),
        ("2.2", vec![ping("Hello, world!"), close(1000, "")], vec![answer("Hello, world!"), closed()]),
        ("2.3", vec![ping(bytes), close(1000, "")], vec![answer(bytes), closed()]),
        ("2.4, 2.6", vec![ping([0xFE; 125]), close(1000, "")], vec![answer([0xFE; 125]), closed()]),
        ("2.5", vec![ping([0xFE; 126]), close(1000, "")], vec![fail(Error::ControlTooLong)]),
        ("2.7", vec![pong(""), close(1000, "")], vec![heard(""), closed()]),
        ("2.8", vec![pong("unsolicited"), close(1000, "")], vec![heard("unsolicited"), closed()]),
        ("2.9", vec![pong("unsolicited"), ping("ping"), close(1000, "")], vec![heard("unsolicited"), answer("ping"), closed()]),
        (
            "2.10, 2.11",
            ten(ping).chain([close(1000, "")]).collect(),
            (0..10).map(|n| answer(format!("payload-{n}"))).chain([closed()]).collect(),
        ),
    ]);
}

#[test]
fn section_3_reserved_bits() {
    let reserved = |bits| fail(Error::ReservedBits(bits));
    run_all(&[
        ("3.1", vec![text("Hello, world!").reserved(1)], vec![reserved(1)]),
        ("3.2", vec![text("Hi"), text("Hello").reserved(2), ping("")], vec![echo("Hi"), reserved(2)]),
        ("3.3, 3.4", vec![text("Hi"), text("Hello").reserved(3), ping("")], vec![echo("Hi"), reserved(3)]),
        ("3.4", vec![text("Hi"), text("Hello").reserved(4), ping("")], vec![echo("Hi"), reserved(4)]),
        ("3.5", vec![binary([0; 8]).reserved(5)], vec![reserved(5)]),
        ("3.6", vec![ping("Hello").reserved(6)], vec![reserved(6)]),
        ("3.7", vec![close(1000, "").reserved(7)], vec![reserved(7)]),
    ]);
}

#[test]
fn section_4_opcodes() {
    let unknown = |code| fail(Error::UnknownOpCode(code));
    run_all(&[
        ("4.1.1", vec![frame(3, "")], vec![unknown(3)]),
        ("4.1.2", vec![frame(4, "reserved opcode")], vec![unknown(4)]),
        ("4.1.3", vec![text("Hi"), frame(5, ""), ping("")], vec![echo("Hi"), unknown(5)]),
        ("4.1.4", vec![text("Hi"), frame(6, "payload"), ping("")], vec![echo("Hi"), unknown(6)]),
        ("4.1.5", vec![text("Hi"), frame(7, "payload"), ping("")], vec![echo("Hi"), unknown(7)]),
        ("4.2.1", vec![frame(11, "")], vec![unknown(11)]),
        ("4.2.2", vec![frame(12, "reserved opcode")], vec![unknown(12)]),
        ("4.2.3", vec![text("Hi"), frame(13, ""), ping("")], vec![echo("Hi"), unknown(13)]),
        ("4.2.4", vec![text("Hi"), frame(14, "payload"), ping("")], vec![echo("Hi"), unknown(14)]),
        ("4.2.5", vec![text("Hi"), frame(15, "payload"), ping("")], vec![echo("Hi"), unknown(15)]),
    ]);
}

#[test]
fn section_5_fragments() {
    let (one, two, three) = (|| text("fragment1").more(), || continuation("fragment2"), || continuation("fragment3").more());
    let both = || echo("fragment1fragment2");
    let lost = || fail(Error::UnexpectedContinuation);
    let begun = || Want::Broken(b"fragment1".to_vec());
    let again = || fail(Error::ExpectedContinuation { found: OpCode::Text });
    run_all(&[
        ("5.1", vec![ping("fragment1").more(), two()], vec![fail(Error::ControlFragmented)]),
        ("5.2", vec![pong("fragment1").more(), two()], vec![fail(Error::ControlFragmented)]),
        ("5.3, 5.4, 5.5", vec![one(), two(), close(1000, "")], vec![both(), closed()]),
        ("5.6, 5.7, 5.8", vec![one(), ping("ping"), two(), close(1000, "")], vec![answer("ping"), both(), closed()]),
        ("5.9, 5.10, 5.11", vec![continuation("non-continuation"), text("Hello")], vec![lost()]),
        ("5.12, 5.13, 5.14", vec![continuation("non-continuation").more(), text("Hello")], vec![lost()]),
        ("5.15", vec![one(), two(), three(), text("fragment4")], vec![both(), lost()]),
        ("5.16", vec![continuation("fragment1").more(), text("fragment2").more(), two()], vec![lost()]),
        ("5.17", vec![continuation("fragment1"), text("fragment2").more(), two()], vec![lost()]),
        ("5.18", vec![one(), text("fragment2")], vec![begun(), again()]),
        (
            "5.19, 5.20",
            vec![
                one(),
                continuation("fragment2").more(),
                ping("pongme 1!"),
                three(),
                continuation("fragment4").more(),
                ping("pongme 2!"),
                continuation("fragment5"),
                close(1000, ""),
            ],
            vec![answer("pongme 1!"), answer("pongme 2!"), echo("fragment1fragment2fragment3fragment4fragment5"), closed()],
        ),
    ]);
}

#[test]
fn section_7_closing() {
    let close_with = |reason: &str| Want::Close(Some(1000), reason.into());
    let (one, two) = (|| text("fragment1").more(), || continuation("fragment2"));
    let big = "*".repeat(256 * 1024);
    run_all(&[
        ("7.1.1", vec![text("Hello World!"), close(1000, "")], vec![echo("Hello World!"), closed()]),
        ("7.1.2", vec![close(1000, ""), close(1000, "")], vec![closed()]),
        ("7.1.3", vec![close(1000, ""), ping("")], vec![closed()]),
        ("7.1.4", vec![close(1000, ""), text("Hello World!")], vec![closed()]),
        ("7.1.5", vec![one(), close(1000, ""), two()], vec![Want::Broken(b"fragment1".to_vec()), closed()]),
        ("7.1.6", vec![text(&big), close(1000, ""), ping("")], vec![echo(&big), closed()]),
        ("7.3.1", vec![frame(8, "")], vec![Want::Close(None, Vec::new())]),
        ("7.3.2", vec![frame(8, "a")], vec![fail(Error::BadCloseLength)]),
        ("7.3.3", vec![close(1000, "")], vec![closed()]),
        ("7.3.4", vec![close(1000, "Hello World!")], vec![close_with("Hello World!")]),
        ("7.3.5", vec![close(1000, "*".repeat(123))], vec![close_with(&"*".repeat(123))]),
        ("7.3.6", vec![close(1000, "*".repeat(124))], vec![fail(Error::ControlTooLong)]),
        ("7.5.1", vec![close(1000, b"\xCE\xBA\xED\xA0\x80edited")], vec![Want::Fail(Error::BadCloseReason, 1007)]),
        ("7.5.1, cut character", vec![close(1000, b"\xCE\xBA\xCE")], vec![Want::Fail(Error::BadCloseReason, 1007)]),
    ]);
}

#[test]
fn section_7_7_valid_close_codes() {
    let codes = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999];
    for code in codes {
        run_all(&[("7.7", vec![close(code, "")], vec![Want::Close(Some(code), Vec::new())])]);
    }
}

#[test]
fn sections_7_9_and_7_13_invalid_close_codes() {
    for code in [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535] {
        run_all(&[("7.9, 7.13", vec![close(code, "")], vec![fail(Error::BadCloseCode(code))])]);
    }
}
