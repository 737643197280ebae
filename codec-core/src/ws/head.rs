//! Reads the head of an HTTP message byte by byte, and keeps nothing of it but the line or word being read.

use super::handshake::{HandshakeError, MAX_HEAD, MAX_LINE};

/// A header that the handshake looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Accept,
    Connection,
    Extensions,
    Host,
    Key,
    Protocol,
    Upgrade,
    Version,
    Other,
}

impl Name {
    /// All that have a name, in lower case.
    const ALL: [(&[u8], Self); 8] = [
        (b"sec-websocket-accept", Self::Accept),
        (b"connection", Self::Connection),
        (b"sec-websocket-extensions", Self::Extensions),
        (b"host", Self::Host),
        (b"sec-websocket-key", Self::Key),
        (b"sec-websocket-protocol", Self::Protocol),
        (b"upgrade", Self::Upgrade),
        (b"sec-websocket-version", Self::Version),
    ];

    fn of(lower: &[u8]) -> Self {
        Self::ALL.iter().find(|(name, _)| *name == lower).map_or(Self::Other, |(_, name)| *name)
    }
}

/// What [`Head::next`] found. The text is kept until the byte after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// The request or status line.
    Start,
    /// One value of a header, without the blanks around it; a list gives one for each of its elements that is not empty.
    Value(Name),
    /// The empty line.
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Start,
    /// The LF behind the start line.
    StartEnd,
    /// The first byte of a header or of the empty line.
    Line,
    Name,
    Value(Name),
    /// The LF behind a value.
    ValueEnd,
    /// The LF of the empty line.
    LastEnd,
}

/// Where in a head we are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    state: State,
    text: [u8; MAX_LINE],
    /// Bytes of the text; more than fit if it is too long.
    len: u8,
    /// Bytes read.
    read: u16,
    /// The text was told and goes with the next byte.
    told: bool,
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Characters of a header's name (RFC 9110 5.6.2).
const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~')
}

impl Head {
    pub(super) const fn new() -> Self {
        Self { state: State::Start, text: [0; MAX_LINE], len: 0, read: 0, told: false }
    }

    /// The text of the last item; `None` if it is longer than [`MAX_LINE`].
    pub(super) fn text(&self) -> Option<&[u8]> {
        self.text.get(..usize::from(self.len))
    }

    /// The first bytes of the text, up to [`MAX_LINE`].
    pub(super) fn beginning(&self) -> &[u8] {
        self.text().unwrap_or(&self.text)
    }

    fn keep(&mut self, byte: u8) {
        if let Some(slot) = self.text.get_mut(usize::from(self.len)) {
            *slot = byte;
        }
        self.len = self.len.saturating_add(1);
    }

    /// Drops blanks at the end; whether a text is left.
    fn trim(&mut self) -> bool {
        while self.text().and_then(<[u8]>::last).is_some_and(|byte| is_blank(*byte)) {
            self.len = self.len.saturating_sub(1);
        }
        self.len > 0
    }

    /// Looks at the next byte.
    pub(super) fn next(&mut self, byte: u8) -> Result<Option<Item>, HandshakeError> {
        let at = self.read;
        if usize::from(at) >= MAX_HEAD {
            return Err(HandshakeError::HeadTooLong);
        }
        self.read = at.saturating_add(1);
        if core::mem::take(&mut self.told) {
            self.len = 0;
        }
        let item = match (self.state, byte) {
            (State::Start, b'\r') => {
                self.state = State::StartEnd;
                None
            }
            (State::StartEnd, b'\n') => {
                self.state = State::Line;
                Some(Item::Start)
            }
            (State::Line, b'\r') => {
                self.state = State::LastEnd;
                None
            }
            (State::LastEnd, b'\n') => Some(Item::End),
            // A line that begins with a blank would belong to the one before it: obsolete, and refused.
            (State::Line | State::Name, _) if is_token(byte) => {
                self.state = State::Name;
                self.keep(byte.to_ascii_lowercase());
                None
            }
            (State::Name, b':') => {
                self.state = State::Value(self.text().map_or(Name::Other, Name::of));
                self.len = 0;
                None
            }
            (State::Value(name), b'\r') => {
                self.state = State::ValueEnd;
                self.trim().then_some(Item::Value(name))
            }
            (State::ValueEnd, b'\n') => {
                self.state = State::Line;
                self.len = 0;
                None
            }
            (State::Value(name), b',') => self.trim().then_some(Item::Value(name)),
            (State::Value(_), b' ' | b'\t') if self.len == 0 => None,
            (State::Start | State::Value(_), b'\t' | b' '..=b'~' | 0x80..) => {
                self.keep(byte);
                None
            }
            _ => return Err(HandshakeError::BadHead { at: at.into() }),
        };
        self.told = item.is_some();
        Ok(item)
    }
}
