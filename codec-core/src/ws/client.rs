//! The handshake of the end that dials.

use super::accept::{Answer, answer, key};
use super::handshake::{HandshakeError, read, write};
use super::head::{Head, Item, Name};
use crate::buf::{RxBuf, TxBuf};
use crate::error::{EncodeError, Refused};
use crate::machine::Env;

/// What a client asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Request<'c> {
    /// The path, from the slash on. Printable ASCII without blanks.
    pub path: &'c str,
    /// Name or address of the server, with `:port` if it is not the scheme's own. Printable ASCII without blanks.
    pub host: &'c str,
    /// The subprotocol to offer. A token of printable ASCII without blanks and commas.
    pub protocol: Option<&'static str>,
}

/// The handshake of a client, from the request that [`start`](Self::start) writes to the answer that [`poll`](Self::poll) reads.
///
/// ```
/// use codec_core::ws::{Client, Request};
/// use codec_core::{Env, RxBuf, TxBuf};
///
/// let (mut out, mut received) = ([0; 256], [0; 64]);
/// let (mut tx, mut rx) = (TxBuf::new(&mut out), RxBuf::new(&mut received));
/// let request = Request { path: "/chat", host: "server.example.com", protocol: Some("chat") };
/// let env = Env { entropy: *b"the sample nonce", ..Env::default() };
/// let mut client = Client::start(&request, &env, &mut tx)?;
/// assert!(tx.unsent().starts_with(b"GET /chat HTTP/1.1\r\nHost: server.example.com\r\n"));
///
/// let answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
///               Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: chat\r\n\r\n";
/// let mut outcome = None;
/// for piece in answer.as_bytes().chunks(40) {
///     rx.space()[..piece.len()].copy_from_slice(piece);
///     rx.commit(piece.len());
///     outcome = outcome.or(client.poll(&mut rx));
/// }
/// assert_eq!(outcome, Some(Ok(())));
/// assert!(client.protocol_chosen());
/// # Ok::<(), codec_core::Refused>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Client {
    head: Head,
    expected: Answer,
    protocol: Option<&'static str>,
    seen: Seen,
}

/// What of an answer was there. One bit each, to be looked at when the head has ended.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    upgrade: bool,
    connection: bool,
    accept: bool,
    protocol: bool,
}

const _: () = assert!(size_of::<Client>() <= 160);

impl Client {
    /// Writes the request. The key is made of [`Env::entropy`].
    ///
    /// # Errors
    /// [`Refused::NoRoom`] if the request does not fit into `tx`: it takes less than 180 bytes and those of the three texts.
    /// [`Refused::Invalid`] if a text is empty or has a character that may not stand in it.
    pub fn start(request: &Request<'_>, env: &Env, tx: &mut TxBuf<'_>) -> Result<Self, Refused> {
        let Request { path, host, protocol } = *request;
        check("path", path, |byte| byte != b'#')?;
        if !path.starts_with('/') {
            return Err(EncodeError::BadCharacter { field: "path", at: 0 }.into());
        }
        check("host", host, |_| true)?;
        let key = key(env.entropy);
        let (name, value) = match protocol {
            Some(protocol) => {
                check("subprotocol", protocol, |byte| byte != b',')?;
                ("\r\nSec-WebSocket-Protocol: ", protocol)
            }
            None => ("", ""),
        };
        let parts = [
            "GET ".as_bytes(),
            path.as_bytes(),
            b" HTTP/1.1\r\nHost: ",
            host.as_bytes(),
            b"\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ",
            &key,
            b"\r\nSec-WebSocket-Version: 13",
            name.as_bytes(),
            value.as_bytes(),
            b"\r\n\r\n",
        ];
        write(tx, &parts)?;
        Ok(Self { head: Head::new(), expected: answer(&key), protocol, seen: Seen::default() })
    }

    /// Reads the answer as far as it is there. Gives `None` when more bytes are needed, and the outcome once. Bytes behind the head
    /// belong to the first frame and stay in `rx`.
    ///
    /// # Errors
    /// [`HandshakeError`] says what was wrong. [`HandshakeError::HttpStatus`] is told at the end of the first line. The connection is
    /// of no more use.
    #[must_use]
    pub fn poll(&mut self, rx: &mut RxBuf<'_>) -> Option<Result<(), HandshakeError>> {
        let Self { head, expected, protocol, seen } = self;
        read(head, rx, |item, head| seen.look(item, head, expected, *protocol))
    }

    /// Whether the server chose the subprotocol that was offered. A server may choose none.
    #[must_use]
    pub const fn protocol_chosen(&self) -> bool {
        self.seen.protocol
    }
}

impl Seen {
    fn look(&mut self, item: Item, head: &Head, expected: &Answer, offered: Option<&str>) -> Result<(), HandshakeError> {
        let text = head.text().unwrap_or_default();
        match item {
            Item::Start => match status(head.beginning()) {
                None => return Err(HandshakeError::NotHttp),
                Some(101) => {}
                Some(status) => return Err(HandshakeError::HttpStatus(status)),
            },
            Item::Value(Name::Upgrade) => self.upgrade |= text.eq_ignore_ascii_case(b"websocket"),
            Item::Value(Name::Connection) => self.connection |= text.eq_ignore_ascii_case(b"upgrade"),
            Item::Value(Name::Accept) => {
                if self.accept || text != expected {
                    return Err(HandshakeError::Accept);
                }
                self.accept = true;
            }
            Item::Value(Name::Protocol) => {
                if self.protocol || offered.map(str::as_bytes) != head.text() {
                    return Err(HandshakeError::Protocol);
                }
                self.protocol = true;
            }
            Item::Value(Name::Extensions) => return Err(HandshakeError::Extension),
            Item::Value(_) => {}
            Item::End if !self.upgrade => return Err(HandshakeError::Upgrade),
            Item::End if !self.connection => return Err(HandshakeError::Connection),
            Item::End if !self.accept => return Err(HandshakeError::Accept),
            Item::End => {}
        }
        Ok(())
    }
}

/// The code in a status line of HTTP/1.1; the text behind it does not matter.
fn status(line: &[u8]) -> Option<u16> {
    let (digits, behind) = line.strip_prefix(b"HTTP/1.1 ")?.split_at_checked(3)?;
    if !matches!(behind, [] | [b' ', ..]) {
        return None;
    }
    digits.iter().try_fold(0_u16, |sum, digit| {
        let value = digit.is_ascii_digit().then(|| u16::from(digit & 0x0F))?;
        Some(sum.saturating_mul(10).saturating_add(value))
    })
}

/// Whether a text of the caller may be put into a head.
fn check(field: &'static str, text: &str, allowed: impl Fn(u8) -> bool) -> Result<(), EncodeError> {
    if text.is_empty() {
        return Err(EncodeError::Missing { field });
    }
    match text.bytes().position(|byte| !byte.is_ascii_graphic() || !allowed(byte)) {
        Some(at) => Err(EncodeError::BadCharacter { field, at: u32::try_from(at).unwrap_or(u32::MAX) }),
        None => Ok(()),
    }
}
