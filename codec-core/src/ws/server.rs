//! The handshake of the end that was dialled.

use super::accept::{Answer, answer, is_key};
use super::handshake::{HandshakeError, read, write};
use super::head::{Head, Item, Name};
use crate::buf::{RxBuf, TxBuf};
use crate::error::Refused;

/// What a server takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Accept {
    /// The paths that are served, each up to 60 bytes. A query behind a path is overlooked.
    pub paths: &'static [&'static str],
    /// The subprotocol to choose where it is offered.
    pub protocol: &'static str,
    /// Refuse clients that do not offer the subprotocol.
    pub protocol_required: bool,
}

/// The handshake of a server, from the request that [`poll`](Self::poll) reads to the answer that [`accept`](Self::accept) or
/// [`refuse`](Self::refuse) writes.
///
/// ```
/// use codec_core::ws::{Accept, Server};
/// use codec_core::{RxBuf, TxBuf};
///
/// let (mut out, mut received) = ([0; 256], [0; 256]);
/// let (mut tx, mut rx) = (TxBuf::new(&mut out), RxBuf::new(&mut received));
/// let mut server = Server::new(Accept { paths: &["/chat", "/chat/"], protocol: "chat", protocol_required: false });
///
/// let request = "GET /chat/ HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n\
///                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
/// rx.space()[..request.len()].copy_from_slice(request.as_bytes());
/// rx.commit(request.len());
/// match server.poll(&mut rx) {
///     None => {} // more bytes are needed
///     Some(Ok(())) => server.accept(&mut tx)?,
///     Some(Err(error)) => Server::refuse(error.status(), &mut tx)?,
/// }
/// assert!(tx.unsent().starts_with(b"HTTP/1.1 101 "));
/// # Ok::<(), codec_core::Refused>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Server {
    head: Head,
    takes: Accept,
    seen: Seen,
}

/// What of a request was there, to be looked at when the head has ended.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    get: bool,
    path: bool,
    hosts: u8,
    upgrade: bool,
    connection: bool,
    versions: u8,
    version_13: bool,
    keys: u8,
    answer: Option<Answer>,
    protocol: bool,
}

const _: () = assert!(size_of::<Server>() <= 192);

impl Server {
    /// A server that waits for a request.
    #[must_use]
    pub fn new(takes: Accept) -> Self {
        Self { head: Head::new(), takes, seen: Seen::default() }
    }

    /// Reads the request as far as it is there. Gives `None` when more bytes are needed, and the outcome once. Bytes behind the head
    /// stay in `rx`.
    ///
    /// # Errors
    /// [`HandshakeError`] says what was wrong; its [`status`](HandshakeError::status) is for [`refuse`](Self::refuse).
    #[must_use]
    pub fn poll(&mut self, rx: &mut RxBuf<'_>) -> Option<Result<(), HandshakeError>> {
        let Self { head, takes, seen } = self;
        read(head, rx, |item, head| seen.look(item, head, takes))
    }

    /// Whether the client offered the subprotocol, which [`accept`](Self::accept) then chooses.
    #[must_use]
    pub const fn protocol_offered(&self) -> bool {
        self.seen.protocol
    }

    /// Writes the answer to a good request, after which frames follow.
    ///
    /// # Errors
    /// [`Refused::NoRoom`] if it does not fit into `tx`: it takes less than 160 bytes and those of the subprotocol.
    /// [`Refused::Unsupported`] if no good request was read.
    pub fn accept(&self, tx: &mut TxBuf<'_>) -> Result<(), Refused> {
        let Some(answer) = self.seen.answer else { return Err(Refused::Unsupported) };
        let (name, value) = if self.seen.protocol { ("\r\nSec-WebSocket-Protocol: ", self.takes.protocol) } else { ("", "") };
        let parts = [
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ".as_bytes(),
            &answer,
            name.as_bytes(),
            value.as_bytes(),
            b"\r\n\r\n",
        ];
        write(tx, &parts)
    }

    /// Writes an answer that refuses, with a status such as 400, 404, 426 or 500 and no body. The connection is to be closed when it
    /// has been sent.
    ///
    /// # Errors
    /// [`Refused::NoRoom`] if it does not fit into `tx`: it takes less than 150 bytes. [`Refused::Unsupported`] for a status that is
    /// not from 300 to 599.
    pub fn refuse(status: u16, tx: &mut TxBuf<'_>) -> Result<(), Refused> {
        let (reason, header) = match status {
            400 => ("Bad Request", ""),
            404 => ("Not Found", ""),
            426 => ("Upgrade Required", "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"),
            500 => ("Internal Server Error", ""),
            503 => ("Service Unavailable", ""),
            300..=599 => ("Refused", ""),
            _ => return Err(Refused::Unsupported),
        };
        let digit = |divisor: u16| u8::try_from(status.checked_div(divisor).unwrap_or(0) % 10).unwrap_or(0) | b'0';
        let digits = [digit(100), digit(10), digit(1)];
        let connection: &[u8] = if status == 426 { b"Connection: Upgrade, close" } else { b"Connection: close" };
        let parts =
            [b"HTTP/1.1 ", &digits[..], b" ", reason.as_bytes(), b"\r\n", header.as_bytes(), connection, b"\r\nContent-Length: 0\r\n\r\n"];
        write(tx, &parts)
    }
}

impl Seen {
    fn look(&mut self, item: Item, head: &Head, takes: &Accept) -> Result<(), HandshakeError> {
        let text = head.text().unwrap_or_default();
        match item {
            Item::Start => self.request_line(head, takes)?,
            Item::Value(Name::Host) => self.hosts = self.hosts.saturating_add(1),
            Item::Value(Name::Upgrade) => self.upgrade |= text.eq_ignore_ascii_case(b"websocket"),
            Item::Value(Name::Connection) => self.connection |= text.eq_ignore_ascii_case(b"upgrade"),
            Item::Value(Name::Version) => {
                self.versions = self.versions.saturating_add(1);
                self.version_13 = text == b"13";
            }
            Item::Value(Name::Key) => {
                self.keys = self.keys.saturating_add(1);
                self.answer = is_key(text).then(|| answer(text));
            }
            Item::Value(Name::Protocol) => self.protocol |= text == takes.protocol.as_bytes(),
            Item::Value(_) => {}
            Item::End => {
                if let Err(error) = self.judge(takes) {
                    self.answer = None;
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Method, path and version of HTTP. A line that is too long has a path that is not served.
    fn request_line(&mut self, head: &Head, takes: &Accept) -> Result<(), HandshakeError> {
        let mut words = head.beginning().splitn(3, |byte| *byte == b' ');
        let (Some(method), Some(target)) = (words.next(), words.next()) else { return Err(HandshakeError::NotHttp) };
        let path = target.split(|byte| *byte == b'?').next().unwrap_or_default();
        if head.text().is_some() {
            if words.next() != Some(b"HTTP/1.1") {
                return Err(HandshakeError::NotHttp);
            }
            self.path = takes.paths.iter().any(|served| served.as_bytes() == path);
        }
        self.get = method == b"GET";
        Ok(())
    }

    fn judge(&self, takes: &Accept) -> Result<(), HandshakeError> {
        let checks = [
            (self.get, HandshakeError::Method),
            (self.path, HandshakeError::Path),
            (self.hosts == 1, HandshakeError::Host),
            (self.upgrade, HandshakeError::Upgrade),
            (self.connection, HandshakeError::Connection),
            (self.versions == 1 && self.version_13, HandshakeError::Version),
            (self.keys == 1 && self.answer.is_some(), HandshakeError::Key),
            (self.protocol || !takes.protocol_required, HandshakeError::Protocol),
        ];
        match checks.into_iter().find(|(good, _)| !good) {
            Some((_, error)) => Err(error),
            None => Ok(()),
        }
    }
}
