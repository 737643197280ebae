//! What the peer did wrong.

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
    /// The text is not JSON, or nests too deeply.
    Json(JsonError),
    /// Ksenia: the text is JSON but no message: not an object, or a member of the envelope is missing or of the wrong type.
    Envelope(Member),
    /// The installation has more objects of a kind than the table that the caller handed in. Told once for each table.
    TableFull {
        /// How many the table holds.
        limit: u32,
    },
    /// KTS: a member is missing, stands twice or not where it must: `sn`, `cmd`, then `data` (or `timestamp`, `rand`, `sign`).
    Order,
    /// KTS: not a group address `main/middle/sub` of 0 to 31, 0 to 7 and 0 to 255.
    Address,
    /// KTS: not an action `EIS<type>=<group address>=<value>`.
    Action,
    /// KTS: a frame before the registration.
    NotRegistered,
    /// KTS: the serial number is not the registered one.
    OtherSerial,
    /// Ksenia: `CRC_16` is missing, or not `0x` and one to four hexadecimal digits, under a policy that wants it.
    CrcFormat,
    /// G90: a message ends inside its header.
    ShortHeader {
        /// Bytes the header has.
        needed: u32,
        /// Bytes there are.
        found: u32,
    },
    /// G90: a message ends before the length in its header.
    LengthExceedsData {
        /// The length that its header tells.
        length: u32,
        /// Bytes there are.
        found: u32,
    },
    /// G90: no message has the length that the header tells. In a stream the beginning of the next one is looked for.
    MessageLength {
        /// The length that the header tells.
        found: i32,
    },
    /// G90: another version of the protocol than 1.
    Version {
        /// The version.
        found: u16,
    },
    /// G90: a message is too short for the fields it has to have.
    ShortPayload {
        /// Bytes that its fields take behind the header.
        needed: u32,
        /// Bytes there are behind the header.
        found: u32,
    },
    /// G90: a notification or an alert is not as it has to be.
    #[cfg(feature = "g90")]
    Notify(crate::g90::notify::NotifyFault),
    /// Ksenia: the value of `CRC_16` does not fit the text, under a policy that cares.
    Crc {
        /// The value that would fit.
        expected: u16,
        /// The value received.
        found: u16,
    },
    /// G90, local protocol: markers, code, page or record are wrong.
    #[cfg(feature = "g90")]
    Local(crate::g90::local::LocalFault),
}

/// A part of a Ksenia message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Member {
    /// The message itself, which must be an object.
    Message,
    /// Who sent it: text.
    Sender,
    /// For whom it is: text.
    Receiver,
    /// What it is: text, always there.
    Command,
    /// Its number: text or a number.
    Id,
    /// The kind of its content: text.
    PayloadType,
    /// Its content: an object.
    Payload,
    /// When it was sent: text or a number.
    Timestamp,
}

impl Member {
    /// The name on the wire; `message` for the message itself.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Sender => "SENDER",
            Self::Receiver => "RECEIVER",
            Self::Command => "CMD",
            Self::Id => "ID",
            Self::PayloadType => "PAYLOAD_TYPE",
            Self::Payload => "PAYLOAD",
            Self::Timestamp => "TIMESTAMP",
        }
    }
}

/// Why a text is not JSON (RFC 8259), or not the JSON that is read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum JsonError {
    /// The text ends inside a value.
    End,
    /// A byte that may not stand here.
    Unexpected,
    /// Something other than white space behind the value.
    Trailing,
    /// A control character inside a string.
    Control,
    /// A backslash with something else behind it than JSON knows, or half a surrogate pair.
    Escape,
    /// A number in a form that JSON does not have, as `01` or `1.`.
    Number,
    /// Bytes that are not UTF-8.
    Utf8,
    /// More levels of arrays and objects than are followed.
    Depth {
        /// How many levels are.
        limit: u8,
    },
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::End => f.write_str("text ends inside a JSON value"),
            Self::Unexpected => f.write_str("not JSON: unexpected byte"),
            Self::Trailing => f.write_str("not JSON: more text behind the value"),
            Self::Control => f.write_str("not JSON: control character in a string"),
            Self::Escape => f.write_str("not JSON: bad escape in a string"),
            Self::Number => f.write_str("not JSON: bad number"),
            Self::Utf8 => f.write_str("not UTF-8"),
            Self::Depth { limit } => write!(f, "JSON nests deeper than {limit} levels"),
        }
    }
}

impl core::error::Error for JsonError {}

impl FaultKind {
    /// A short stable word for the class of the fault: `empty`, `truncated`, `too-long`, `trailing`, `hex`, `text`, `start`,
    /// `command`, `length`, `checksum`, `json`, `envelope`, `table-full`, `order`, `address`, `action`, `not-registered`,
    /// `other-sn`, `crc_format`, `crc`, `short-header`, `length-exceeds-data`, `bad-length`, `bad-version`, `short-payload`, or one of
    /// [`NotifyFault::class`](crate::g90::notify::NotifyFault::class).
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
            Self::Json(_) => "json",
            Self::Envelope(_) => "envelope",
            Self::TableFull { .. } => "table-full",
            Self::Order => "order",
            Self::Address => "address",
            Self::Action => "action",
            Self::NotRegistered => "not-registered",
            Self::OtherSerial => "other-sn",
            Self::CrcFormat => "crc_format",
            Self::ShortHeader { .. } => "short-header",
            Self::LengthExceedsData { .. } => "length-exceeds-data",
            Self::MessageLength { .. } => "bad-length",
            Self::Version { .. } => "bad-version",
            Self::ShortPayload { .. } => "short-payload",
            #[cfg(feature = "g90")]
            Self::Notify(fault) => fault.class(),
            Self::Crc { .. } => "crc",
            #[cfg(feature = "g90")]
            Self::Local(fault) => fault.class(),
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
            Self::Json(error) => error.fmt(f),
            Self::Envelope(member) => write!(f, "{} is missing or of the wrong type", member.name()),
            Self::TableFull { limit } => write!(f, "more objects than the table of {limit} holds"),
            Self::Order => f.write_str("a member is missing or out of order"),
            Self::Address => f.write_str("not a group address"),
            Self::Action => f.write_str("not an action of the form EIS1=1/1/1=1"),
            Self::NotRegistered => f.write_str("nothing is registered on this connection"),
            Self::OtherSerial => f.write_str("the serial number is not the registered one"),
            Self::ShortHeader { needed, found } => write!(f, "header cut short: {found} bytes of {needed}"),
            Self::LengthExceedsData { length, found } => write!(f, "message of {length} bytes cut short: {found} bytes are there"),
            Self::MessageLength { found } => write!(f, "no message has {found} bytes"),
            Self::Version { found } => write!(f, "version is {found}, must be 1"),
            Self::ShortPayload { needed, found } => write!(f, "{found} bytes behind the header, its fields take {needed}"),
            Self::CrcFormat => f.write_str("CRC_16 is missing or no hexadecimal number"),
            #[cfg(feature = "g90")]
            Self::Notify(fault) => fault.fmt(f),
            Self::Crc { expected, found } => write!(f, "CRC_16 is {found:04X}, should be {expected:04X}"),
            #[cfg(feature = "g90")]
            Self::Local(fault) => fault.fmt(f),
        }
    }
}

impl core::error::Error for FaultKind {}
