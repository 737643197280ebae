//! What can go wrong, in three classes: the peer's mistakes are [`Fault`]s inside events, the caller's mistakes are [`Refused`]
//! from `submit` (or an [`EncodeError`] from a `wire` module), set-up mistakes are [`ConfigError`]s. None carries received text
//! or a secret: only numbers and names.

mod fault;

use core::fmt;

pub use fault::{Fault, FaultKind, JsonError, Member};

/// Why [`Machine::submit`](crate::Machine::submit) did not take a command. Nothing was written and nothing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Refused {
    /// The machine has ended; make a new one for the next connection.
    Closed,
    /// The frame does not fit into the transmit buffer now. Send what it holds and submit again.
    NoRoom {
        /// Bytes the frame takes.
        needed: u32,
        /// Bytes that are free.
        free: u32,
    },
    /// As many commands as the machine can follow are waiting for their outcome.
    TooManyPending {
        /// How many may wait.
        limit: u32,
    },
    /// The command itself cannot be encoded.
    Invalid(EncodeError),
    /// This kind of panel has no such function.
    Unsupported,
    /// The connection is not set up yet, or no login has been accepted on it.
    NotReady,
    /// The same kind of command waits for its outcome, and answers could not be told apart.
    Busy,
    /// The panel's programming does not allow it.
    NotAllowed,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("the connection has ended"),
            Self::NoRoom { needed, free } => write!(f, "the frame takes {needed} bytes, the transmit buffer has {free} free"),
            Self::TooManyPending { limit } => write!(f, "{limit} commands already wait for their outcome"),
            Self::Invalid(error) => error.fmt(f),
            Self::Unsupported => f.write_str("this kind of panel has no such function"),
            Self::NotReady => f.write_str("the connection is not set up yet"),
            Self::Busy => f.write_str("the same kind of command waits for its outcome"),
            Self::NotAllowed => f.write_str("the panel's programming does not allow it"),
        }
    }
}

impl core::error::Error for Refused {}

impl From<EncodeError> for Refused {
    fn from(error: EncodeError) -> Self {
        Self::Invalid(error)
    }
}

/// Why a value cannot be written as a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum EncodeError {
    /// The output slice is too short.
    NoSpace {
        /// Bytes the frame takes.
        needed: u32,
    },
    /// A number outside its range.
    OutOfRange {
        /// Which number.
        field: &'static str,
        /// Smallest allowed value.
        min: u32,
        /// Largest allowed value.
        max: u32,
        /// The value given.
        found: u32,
    },
    /// A character that may not stand in this text. The character itself is not repeated: the text may be a secret.
    BadCharacter {
        /// Which text.
        field: &'static str,
        /// Offset of the character in it.
        at: u32,
    },
    /// A number that may be negative is outside its range.
    OutOfSignedRange {
        /// Which number.
        field: &'static str,
        /// Smallest allowed value.
        min: i64,
        /// Largest allowed value.
        max: i64,
        /// The value given.
        found: i64,
    },
    /// A text that is too short or too long. How long it is, is not repeated: the text may be a secret.
    TextLength {
        /// Which text.
        field: &'static str,
        /// Fewest characters.
        min: i64,
        /// Most characters.
        max: i64,
    },
    /// Something that is needed was not given.
    Missing {
        /// What.
        field: &'static str,
    },
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSpace { needed } => write!(f, "the frame takes {needed} bytes, the output slice is shorter"),
            Self::OutOfRange { field, min, max, found } => write!(f, "{field} is {found}, must be {min} to {max}"),
            Self::BadCharacter { field, at } => write!(f, "{field} has a character that is not allowed, at offset {at}"),
            Self::OutOfSignedRange { field, min, max, found } => write!(f, "{field} is {found}, must be {min} to {max}"),
            Self::TextLength { field, min, max } => write!(f, "{field} must have {min} to {max} characters"),
            Self::Missing { field } => write!(f, "{field} is needed"),
        }
    }
}

impl core::error::Error for EncodeError {}

/// Why a machine cannot be made or driven with the given configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ConfigError {
    /// A number outside its range.
    OutOfRange {
        /// Which setting.
        field: &'static str,
        /// Smallest allowed value.
        min: u32,
        /// Largest allowed value.
        max: u32,
        /// The value given.
        found: u32,
    },
    /// A text with a character that may not stand in it, or of the wrong length.
    BadText {
        /// Which setting.
        field: &'static str,
    },
    /// The receive or transmit buffer is smaller than `RX_MIN` or `TX_MIN`.
    BufferTooSmall {
        /// Bytes needed.
        needed: u32,
        /// Bytes given.
        found: u32,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfRange { field, min, max, found } => write!(f, "{field} is {found}, must be {min} to {max}"),
            Self::BadText { field } => write!(f, "{field} is not valid"),
            Self::BufferTooSmall { needed, found } => write!(f, "the buffer has {found} bytes, {needed} are needed"),
        }
    }
}

impl core::error::Error for ConfigError {}

/// Why a machine ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum CloseReason {
    /// The peer closed the connection.
    PeerClosed,
    /// The caller asked for it.
    Requested,
    /// Nothing that could be used was received for too long.
    Silent {
        /// For how many milliseconds.
        millis: u32,
    },
    /// Something that the connection cannot do without was not answered in time.
    NoAnswer {
        /// For how many milliseconds.
        millis: u32,
    },
    /// The panel refused the login. Do not try again with the same code: panels lock users out.
    LoginRefused,
    /// The panel does not know the login any more. A new connection may log in again.
    SessionEnded,
    /// The panel is none of those that may connect, or says it is another.
    DeviceRefused,
    /// The cloud sent the panel elsewhere: an event before it has told where.
    Redirected,
    /// The programming of the panel changes (Ksenia: `Bye...`). It refuses connections for some seconds; wait 8 before the next.
    Reprogramming,
    /// The opening handshake of the WebSocket failed.
    #[cfg(feature = "ws")]
    Handshake(crate::ws::HandshakeError),
    /// The panel broke the rules of WebSocket. An event before it has told how.
    #[cfg(feature = "ws")]
    WebSocket(crate::ws::CloseCode),
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PeerClosed => f.write_str("the peer closed the connection"),
            Self::Requested => f.write_str("closed on request"),
            Self::Silent { millis } => write!(f, "nothing received for {millis} ms"),
            Self::NoAnswer { millis } => write!(f, "no answer for {millis} ms"),
            Self::LoginRefused => f.write_str("the panel refused the login"),
            Self::SessionEnded => f.write_str("the panel ended the login"),
            Self::DeviceRefused => f.write_str("the panel is none of those that may connect"),
            Self::Redirected => f.write_str("the panel was sent elsewhere"),
            Self::Reprogramming => f.write_str("the programming of the panel changes"),
            #[cfg(feature = "ws")]
            Self::Handshake(error) => write!(f, "opening handshake failed: {error}"),
            #[cfg(feature = "ws")]
            Self::WebSocket(code) => write!(f, "WebSocket broken, closed with code {code}"),
        }
    }
}

impl core::error::Error for CloseReason {}
