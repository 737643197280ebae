//! Handshakes: the example of RFC 6455, what servers and clients send, and heads that are wrong, cut in every way.

#![cfg(feature = "ws")]

use codec_core::ws::{Accept, Client, HandshakeError, MAX_HEAD, Request, Server};
use codec_core::{EncodeError, Env, Refused, RxBuf, TxBuf};

const CHUNKS: [usize; 6] = [usize::MAX, 1, 2, 3, 7, 64];

const KSENIA: Accept = Accept { paths: &["/KseniaWsock", "/KseniaWsock/"], protocol: "KS_WSOCK", protocol_required: false };

/// The environment whose entropy is the nonce of RFC 6455 1.3.
fn sample() -> Env {
    Env { entropy: *b"the sample nonce", ..Env::default() }
}

/// Feeds `bytes` in chunks and gives the outcome and what was left unread.
fn feed(
    bytes: &[u8],
    chunk: usize,
    mut poll: impl FnMut(&mut RxBuf<'_>) -> Option<Result<(), HandshakeError>>,
) -> Option<(Result<(), HandshakeError>, Vec<u8>)> {
    let mut storage = [0; 64];
    let mut rx = RxBuf::new(&mut storage);
    let mut rest = bytes;
    while !rest.is_empty() {
        let space = rx.space();
        let len = rest.len().min(chunk).min(space.len());
        space[..len].copy_from_slice(&rest[..len]);
        rx.commit(len);
        rest = &rest[len..];
        if let Some(outcome) = poll(&mut rx) {
            return Some((outcome, [rx.unread(), rest].concat()));
        }
        assert!(rx.unread().is_empty(), "a head is used up as it arrives");
    }
    None
}

fn started() -> (Client, Vec<u8>) {
    let mut storage = [0; 300];
    let mut tx = TxBuf::new(&mut storage);
    let request = Request { path: "/KseniaWsock", host: "192.168.1.20:8080", protocol: Some("KS_WSOCK") };
    let client = Client::start(&request, &sample(), &mut tx).unwrap();
    (client, tx.unsent().to_vec())
}

/// What a client makes of an answer; the same for every cutting.
fn client(answer: &str) -> Option<(Result<bool, HandshakeError>, Vec<u8>)> {
    let mut outcomes = CHUNKS.map(|chunk| {
        let (mut client, _) = started();
        feed(answer.as_bytes(), chunk, |rx| client.poll(rx)).map(|(outcome, rest)| (outcome.map(|()| client.protocol_chosen()), rest))
    });
    let first = outcomes[0].take();
    for outcome in &outcomes[1..] {
        assert_eq!(outcome, &first, "{answer:?}");
    }
    first
}

/// What a server makes of a request, and what it answers; the same for every cutting.
fn server(request: &[u8], takes: Accept) -> Option<(Result<bool, HandshakeError>, String)> {
    let mut outcomes = CHUNKS.map(|chunk| {
        let mut server = Server::new(takes);
        let (outcome, rest) = feed(request, chunk, |rx| server.poll(rx))?;
        assert!(outcome.is_err() || rest.is_empty());
        let mut storage = [0; 300];
        let mut tx = TxBuf::new(&mut storage);
        match outcome {
            Ok(()) => server.accept(&mut tx).unwrap(),
            Err(error) => {
                assert_eq!(server.accept(&mut tx), Err(Refused::Unsupported), "a bad request cannot be accepted");
                Server::refuse(error.status(), &mut tx).unwrap();
            }
        }
        Some((outcome.map(|()| server.protocol_offered()), String::from_utf8(tx.unsent().to_vec()).unwrap()))
    });
    let first = outcomes[0].take();
    for outcome in &outcomes[1..] {
        assert_eq!(outcome, &first, "{:?}", String::from_utf8_lossy(request));
    }
    first
}

const GOOD_ANSWER: [&str; 5] = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
    "Sec-WebSocket-Protocol: KS_WSOCK",
];

const GOOD_REQUEST: [&str; 7] = [
    "GET /KseniaWsock HTTP/1.1",
    "Host: 192.168.1.20",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Protocol: KS_WSOCK",
];

/// The lines with one of them replaced; an empty replacement drops the line.
fn with(lines: &[&str], line: usize, other: &str) -> String {
    let mut lines = lines.to_vec();
    lines[line] = other;
    let mut text: String = lines.iter().filter(|line| !line.is_empty()).map(|line| format!("{line}\r\n")).collect();
    text.push_str("\r\n");
    text
}

fn good(lines: &[&str]) -> String {
    with(lines, 0, lines[0])
}

#[test]
fn the_request_is_written_as_it_should_be() {
    let (_, request) = started();
    let expected = "GET /KseniaWsock HTTP/1.1\r\nHost: 192.168.1.20:8080\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\
                    Sec-WebSocket-Protocol: KS_WSOCK\r\n\r\n";
    assert_eq!(String::from_utf8(request).unwrap(), expected);
}

#[test]
fn a_request_that_cannot_be_written_is_refused() {
    let mut storage = [0; 100];
    let mut tx = TxBuf::new(&mut storage);
    let good = Request { path: "/", host: "panel", protocol: None };
    let invalid = |error| Some(Refused::Invalid(error));
    let cases = [
        (Request { path: "", ..good }, invalid(EncodeError::Missing { field: "path" })),
        (Request { path: "x", ..good }, invalid(EncodeError::BadCharacter { field: "path", at: 0 })),
        (Request { path: "/a b", ..good }, invalid(EncodeError::BadCharacter { field: "path", at: 2 })),
        (Request { path: "/a\r\nX: y", ..good }, invalid(EncodeError::BadCharacter { field: "path", at: 2 })),
        (Request { host: "", ..good }, invalid(EncodeError::Missing { field: "host" })),
        (Request { host: "a\nb", ..good }, invalid(EncodeError::BadCharacter { field: "host", at: 1 })),
        (Request { protocol: Some("a,b"), ..good }, invalid(EncodeError::BadCharacter { field: "subprotocol", at: 1 })),
        (good, Some(Refused::NoRoom { needed: 144, free: 100 })),
    ];
    for (request, error) in cases {
        assert_eq!(Client::start(&request, &sample(), &mut tx).err(), error, "{request:?}");
        assert!(tx.is_empty());
    }
}

#[test]
fn answers_that_open_the_connection() {
    let opened = |protocol| Some((Ok(protocol), Vec::new()));
    assert_eq!(client(&good(&GOOD_ANSWER)), opened(true));
    assert_eq!(client(&with(&GOOD_ANSWER, 4, "")), opened(false), "a server may choose no subprotocol");
    for line in ["HTTP/1.1 101", "HTTP/1.1 101 ", "HTTP/1.1 101 R\u{e9}seau", &format!("HTTP/1.1 101 {}", "x".repeat(500))] {
        assert_eq!(client(&with(&GOOD_ANSWER, 0, line)), opened(true), "{line}");
    }
    for line in ["upgrade:WEBSOCKET", "UPGRADE: \t websocket \t", "Upgrade: h2c, websocket", "Upgrade: ,,websocket,"] {
        assert_eq!(client(&with(&GOOD_ANSWER, 1, line)), opened(true), "{line}");
    }
    for line in ["connection: keep-alive, upgrade", "Connection: Upgrade , close", "Connection: close\r\nConnection: UPGRADE"] {
        assert_eq!(client(&with(&GOOD_ANSWER, 2, line)), opened(true), "{line}");
    }
    let long = format!("Connection: upgrade\r\nServer:\r\nSet-Cookie: {}\r\nX: a, b: c\r\n{}: d", "y".repeat(3000), "z".repeat(300));
    assert_eq!(client(&with(&GOOD_ANSWER, 2, &long)), opened(true), "other headers do not matter");
    assert_eq!(client(&with(&GOOD_ANSWER, 2, "Connection: Upgrade\r\nSec-WebSocket-Extensions:")), opened(true));
}

#[test]
fn frames_behind_the_head_stay() {
    for frame in ["\u{1}\0", "x".repeat(200).as_str()] {
        let answer = good(&GOOD_ANSWER) + frame;
        assert_eq!(client(&answer), Some((Ok(true), frame.into())));
    }
}

#[test]
fn answers_that_do_not() {
    let cases = [
        (0, "HTTP/1.1 500 Internal Server Error", HandshakeError::HttpStatus(500)),
        (0, "HTTP/1.1 404", HandshakeError::HttpStatus(404)),
        (0, "HTTP/1.1 200 OK", HandshakeError::HttpStatus(200)),
        (0, "HTTP/1.1 301 Moved", HandshakeError::HttpStatus(301)),
        (0, "HTTP/1.0 101 Switching Protocols", HandshakeError::NotHttp),
        (0, "HTTP/1.1 1O1 Switching Protocols", HandshakeError::NotHttp),
        (0, "HTTP/1.1 1010", HandshakeError::NotHttp),
        (0, "HTTP/1.1  101", HandshakeError::NotHttp),
        (0, "HTTP/1.1 10", HandshakeError::NotHttp),
        (0, "\r\n", HandshakeError::NotHttp),
        (0, "ICY 200 OK", HandshakeError::NotHttp),
        (1, "", HandshakeError::Upgrade),
        (1, "Upgrade: websockets", HandshakeError::Upgrade),
        (1, "Upgrade: web socket", HandshakeError::Upgrade),
        (2, "", HandshakeError::Connection),
        (2, "Connection: keep-alive", HandshakeError::Connection),
        (2, "Connection: xupgrade", HandshakeError::Connection),
        (3, "", HandshakeError::Accept),
        (3, "Sec-WebSocket-Accept:", HandshakeError::Accept),
        (3, "Sec-WebSocket-Accept: s3pplmbitxaq9kygzzhzrbk+xoo=", HandshakeError::Accept),
        (3, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo", HandshakeError::Accept),
        (3, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo= x", HandshakeError::Accept),
        (3, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=, s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", HandshakeError::Accept),
        (4, "Sec-WebSocket-Protocol: ks_wsock", HandshakeError::Protocol),
        (4, "Sec-WebSocket-Protocol: other", HandshakeError::Protocol),
        (4, "Sec-WebSocket-Protocol: KS_WSOCK\r\nSec-WebSocket-Protocol: KS_WSOCK", HandshakeError::Protocol),
        (4, "Sec-WebSocket-Extensions: permessage-deflate", HandshakeError::Extension),
        (1, "Upgrade : websocket", HandshakeError::BadHead { at: 41 }),
        (1, "Upgrade: websocket\r\n folded", HandshakeError::BadHead { at: 54 }),
        (1, " Upgrade: websocket", HandshakeError::BadHead { at: 34 }),
        (1, "Upgrade: web\nsocket", HandshakeError::BadHead { at: 46 }),
        (1, "Upgrade: web\rsocket", HandshakeError::BadHead { at: 47 }),
        (1, "Upgrade: web\0socket", HandshakeError::BadHead { at: 46 }),
        (1, ": websocket", HandshakeError::BadHead { at: 34 }),
        (1, "Upgrade", HandshakeError::BadHead { at: 41 }),
        (0, "HTTP/1.1 101 \u{1}", HandshakeError::BadHead { at: 13 }),
        (0, "HTTP/1.1 101 OK\nX: y", HandshakeError::BadHead { at: 15 }),
    ];
    for (line, text, error) in cases {
        let outcome = client(&with(&GOOD_ANSWER, line, text)).expect(text);
        assert_eq!(outcome.0, Err(error), "{text:?}");
    }
}

#[test]
fn a_head_without_end_is_given_up() {
    let long = format!("HTTP/1.1 101 \r\nX: {}", "y".repeat(MAX_HEAD));
    assert_eq!(client(&long[..MAX_HEAD]), None);
    assert_eq!(client(&long).unwrap().0, Err(HandshakeError::HeadTooLong));
    let exact = |len: usize| with(&GOOD_ANSWER, 4, &format!("X: {}", "y".repeat(len)));
    let rest = MAX_HEAD - exact(0).len();
    assert_eq!(client(&exact(rest)), Some((Ok(false), Vec::new())));
    assert_eq!(client(&exact(rest + 1)).unwrap().0, Err(HandshakeError::HeadTooLong));
    let request = format!("GET /{} HTTP/1.1\r\n", "y".repeat(MAX_HEAD));
    assert_eq!(server(request.as_bytes(), KSENIA).unwrap().0, Err(HandshakeError::HeadTooLong));
}

#[test]
fn requests_that_are_accepted() {
    let answer = |protocol: bool| {
        let last = if protocol { "Sec-WebSocket-Protocol: KS_WSOCK\r\n" } else { "" };
        let text = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                    Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";
        Some((Ok(protocol), format!("{text}{last}\r\n")))
    };
    let accepted = |line: usize, text: &str, protocol: bool| {
        let request = with(&GOOD_REQUEST, line, text);
        assert_eq!(server(request.as_bytes(), KSENIA), answer(protocol), "{text:?}");
    };
    accepted(0, GOOD_REQUEST[0], true);
    accepted(0, "GET /KseniaWsock/ HTTP/1.1", true);
    accepted(0, "GET /KseniaWsock?token=1 HTTP/1.1", true);
    accepted(1, "host:panel.local:8080", true);
    accepted(2, "Upgrade: WebSocket", true);
    accepted(3, "Connection: keep-alive, Upgrade", true);
    accepted(5, "sec-websocket-version:   13  ", true);
    accepted(6, "Sec-WebSocket-Protocol: chat, KS_WSOCK", true);
    accepted(6, "Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Protocol: KS_WSOCK", true);
    accepted(6, "Sec-WebSocket-Protocol: chat", false);
    accepted(6, "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits", false);
    accepted(6, "", false);
    accepted(6, &format!("Cookie: {}\r\nOrigin: http://panel", "z".repeat(2000)), false);
}

#[test]
fn requests_that_are_refused() {
    let cases = [
        (0, "POST /KseniaWsock HTTP/1.1", HandshakeError::Method, 400),
        (0, "get /KseniaWsock HTTP/1.1", HandshakeError::Method, 400),
        (0, "GET /kseniawsock HTTP/1.1", HandshakeError::Path, 404),
        (0, "GET / HTTP/1.1", HandshakeError::Path, 404),
        (0, "GET /KseniaWsock// HTTP/1.1", HandshakeError::Path, 404),
        (0, &format!("GET /KseniaWsock{} HTTP/1.1", "/".repeat(100)), HandshakeError::Path, 404),
        (0, "GET /KseniaWsock HTTP/1.0", HandshakeError::NotHttp, 400),
        (0, "GET /KseniaWsock", HandshakeError::NotHttp, 400),
        (0, "GET", HandshakeError::NotHttp, 400),
        (0, "GET /KseniaWsock HTTP/1.1 ", HandshakeError::NotHttp, 400),
        (1, "", HandshakeError::Host, 400),
        (1, "Host: a\r\nHost: b", HandshakeError::Host, 400),
        (2, "", HandshakeError::Upgrade, 426),
        (2, "Upgrade: h2c", HandshakeError::Upgrade, 426),
        (3, "Connection: close", HandshakeError::Connection, 400),
        (4, "", HandshakeError::Key, 400),
        (4, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=", HandshakeError::Key, 400),
        (4, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", HandshakeError::Key, 400),
        (5, "", HandshakeError::Version, 426),
        (5, "Sec-WebSocket-Version: 8", HandshakeError::Version, 426),
        (5, "Sec-WebSocket-Version: 8, 13", HandshakeError::Version, 426),
        (5, "Sec-WebSocket-Version: 013", HandshakeError::Version, 426),
        (1, "Host: panel\r\n  folded", HandshakeError::BadHead { at: 40 }, 400),
        (1, "Host panel", HandshakeError::BadHead { at: 31 }, 400),
    ];
    for (line, text, error, status) in cases {
        let (outcome, answer) = server(with(&GOOD_REQUEST, line, text).as_bytes(), KSENIA).expect(text);
        assert_eq!(outcome, Err(error), "{text:?}");
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")) && answer.ends_with("\r\n\r\n"), "{answer:?}");
        assert_eq!(answer.contains("\r\nSec-WebSocket-Version: 13\r\n"), status == 426, "{answer:?}");
    }
    let required = Accept { protocol_required: true, ..KSENIA };
    let (outcome, _) = server(with(&GOOD_REQUEST, 6, "Sec-WebSocket-Protocol: chat").as_bytes(), required).unwrap();
    assert_eq!(outcome, Err(HandshakeError::Protocol));
}

#[test]
fn a_server_refuses_with_the_status_it_is_told() {
    let mut storage = [0; 200];
    let mut tx = TxBuf::new(&mut storage);
    Server::refuse(500, &mut tx).unwrap();
    assert_eq!(tx.unsent(), b"HTTP/1.1 500 Internal Server Error\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    assert!(matches!(Server::refuse(500, &mut TxBuf::new(&mut [0; 20])), Err(Refused::NoRoom { .. })));
    for status in [0, 101, 200, 600, u16::MAX] {
        assert_eq!(Server::refuse(status, &mut tx), Err(Refused::Unsupported));
    }
}

/// Both ends against each other, byte by byte.
#[test]
fn both_ends_agree() {
    let (mut client, request) = started();
    let mut server = Server::new(KSENIA);
    assert_eq!(feed(&request, 1, |rx| server.poll(rx)), Some((Ok(()), Vec::new())));
    let mut storage = [0; 200];
    let mut tx = TxBuf::new(&mut storage);
    server.accept(&mut tx).unwrap();
    assert_eq!(feed(tx.unsent(), 1, |rx| client.poll(rx)), Some((Ok(()), Vec::new())));
    assert!(client.protocol_chosen() && server.protocol_offered());
}
