//! Close codes.

use core::fmt;

/// Longest reason of a close frame in bytes: 125 of a control frame less 2 for the code (RFC 6455 5.5).
pub const MAX_REASON: usize = 123;

/// Why a connection is closed: a code that may stand in a close frame (RFC 6455 7.4 and IANA's registry).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct CloseCode(u16);

impl CloseCode {
    /// 1000: the purpose is fulfilled. Ksenia panels send it with the reason `Bye...` when their programming changes.
    pub const NORMAL: Self = Self(1000);
    /// 1001: an end goes away.
    pub const GOING_AWAY: Self = Self(1001);
    /// 1002: the other end broke the protocol.
    pub const PROTOCOL_ERROR: Self = Self(1002);
    /// 1003: a kind of data that cannot be accepted, such as a binary message.
    pub const UNSUPPORTED_DATA: Self = Self(1003);
    /// 1007: the data contradict the kind of the message, such as text that is not UTF-8.
    pub const INVALID_DATA: Self = Self(1007);
    /// 1008: the message breaks a rule of the application.
    pub const POLICY: Self = Self(1008);
    /// 1009: the message is too big.
    pub const TOO_BIG: Self = Self(1009);
    /// 1010: the server did not agree on an extension that the client needs.
    pub const MISSING_EXTENSION: Self = Self(1010);
    /// 1011: the server met a condition that it did not expect.
    pub const INTERNAL_ERROR: Self = Self(1011);

    /// The code with this number: 1000 to 1003, 1007 to 1014 or 3000 to 4999. `None` for others, which must not be sent: 1005,
    /// 1006 and 1015 stand for what was not said on the wire.
    #[must_use]
    pub const fn new(code: u16) -> Option<Self> {
        match code {
            1000..=1003 | 1007..=1014 | 3000..=4999 => Some(Self(code)),
            _ => None,
        }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl fmt::Display for CloseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
