//! What can go wrong, in three classes: the peer's mistakes are [`Fault`]s inside events, the caller's mistakes are [`Refused`]
//! from `submit` (or an [`EncodeError`] from a `wire` module), set-up mistakes are [`ConfigError`]s. None carries received text
//! or a secret: only numbers and names.

use core::fmt;

/// A frame that could not be used, and where in it the reason stands. Decoding goes on with the next frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// Offset in bytes from the beginning of the frame.
    pub at: u32,
}

impl Fault {
    pub(crate) fn new(kind: FaultKind, at: usize) -> Self {
        Self { kind, at: u32::try_from(at).unwrap_or(u32::MAX) }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.kind, self.at)
    }
}

impl core::error::Error for Fault {}

/// Why a frame could not be used. One list for all protocols; each protocol's documentation says which it gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum FaultKind {
    /// Nothing between two terminators, or an empty unit.
    Empty,
    /// The frame ends before it is complete.
    Truncated {
        /// Bytes the frame needs at least.
        needed: u32,
        /// Bytes there are.
        found: u32,
    },
    /// More bytes than the longest frame. What follows is skipped up to the next terminator.
    TooLong {
        /// The longest allowed frame in bytes.
        limit: u32,
    },
    /// Bytes left over behind a complete frame.
    Trailing {
        /// How many.
        extra: u32,
    },
    /// A byte that is no hexadecimal digit where one must be.
    NotHex,
    /// A control or non-ASCII byte in text.
    NotText,
    /// Ness: START is none of `82`, `83`, `86`, `87`. What it is instead is not repeated: in a damaged request the two digits may be
    /// a part of a code.
    UnknownStart,
    /// Ness: COMMAND is neither `60` nor `61`. Not repeated either.
    UnknownCommand,
    /// The length field contradicts the kind of the frame.
    BadLength {
        /// Length that this kind of frame has.
        expected: u32,
    },
    /// The checksum does not fit the frame, under a policy that cares.
    Checksum {
        /// The checksum that would fit.
        expected: u32,
        /// The checksum received.
        found: u32,
    },
}

impl FaultKind {
    /// A short stable word for the class of the fault: `empty`, `truncated`, `too-long`, `trailing`, `hex`, `text`, `start`,
    /// `command`, `length` or `checksum`.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Truncated { .. } => "truncated",
            Self::TooLong { .. } => "too-long",
            Self::Trailing { .. } => "trailing",
            Self::NotHex => "hex",
            Self::NotText => "text",
            Self::UnknownStart => "start",
            Self::UnknownCommand => "command",
            Self::BadLength { .. } => "length",
            Self::Checksum { .. } => "checksum",
        }
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("empty frame"),
            Self::Truncated { needed, found } => write!(f, "frame cut short: {found} bytes of at least {needed}"),
            Self::TooLong { limit } => write!(f, "frame longer than {limit} bytes"),
            Self::Trailing { extra } => write!(f, "{extra} bytes left over behind the frame"),
            Self::NotHex => f.write_str("not a hexadecimal digit"),
            Self::NotText => f.write_str("not printable ASCII"),
            Self::UnknownStart => f.write_str("unknown START"),
            Self::UnknownCommand => f.write_str("unknown COMMAND"),
            Self::BadLength { expected } => write!(f, "the length field is not {expected}, which this kind of frame has"),
            Self::Checksum { expected, found } => write!(f, "checksum is {found:02x}, should be {expected:02x}"),
        }
    }
}

impl core::error::Error for FaultKind {}

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
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("the connection has ended"),
            Self::NoRoom { needed, free } => write!(f, "the frame takes {needed} bytes, the transmit buffer has {free} free"),
            Self::TooManyPending { limit } => write!(f, "{limit} commands already wait for their outcome"),
            Self::Invalid(error) => error.fmt(f),
            Self::Unsupported => f.write_str("this kind of panel has no such function"),
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
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PeerClosed => f.write_str("the peer closed the connection"),
            Self::Requested => f.write_str("closed on request"),
            Self::Silent { millis } => write!(f, "nothing received for {millis} ms"),
        }
    }
}

impl core::error::Error for CloseReason {}
