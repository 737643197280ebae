//! What a peer can do wrong once the connection is open.

use core::fmt;

use super::close::CloseCode;
use super::frame::{MAX_CONTROL, OpCode};

/// A breach of RFC 6455 by the peer, or a limit of ours it went over. The connection ends with it.
///
/// The same bytes give the same error, however they were cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Error {
    /// Reserved bits are set, and no extension that would define them is ever agreed on (5.2). RSV1 is 4, RSV2 is 2, RSV3 is 1.
    ReservedBits(u8),
    /// An opcode that RFC 6455 does not define (5.2).
    UnknownOpCode(u8),
    /// A frame of a client is not masked (5.1).
    NotMasked,
    /// A frame of a server is masked (5.1).
    Masked,
    /// A ping, pong or close is not in one frame (5.5).
    ControlFragmented,
    /// A ping, pong or close with more than [`MAX_CONTROL`] bytes (5.5).
    ControlTooLong,
    /// The length is written in more bytes than it needs (5.2).
    LengthNotMinimal {
        /// The length as sent.
        found: u64,
    },
    /// A length with the top bit set (5.2).
    LengthOutOfRange {
        /// The length as sent.
        found: u64,
    },
    /// A continuation without a message that it could continue (5.4).
    UnexpectedContinuation,
    /// A new message before the end of the one before it (5.4).
    ExpectedContinuation {
        /// Text or binary.
        found: OpCode,
    },
    /// More payload in a frame than [`Limits::max_frame`](super::Limits::max_frame).
    FrameTooLong {
        /// The longest allowed payload in bytes.
        limit: u32,
        /// Payload of the frame in bytes.
        found: u64,
    },
    /// More payload in a message than [`Limits::max_message`](super::Limits::max_message).
    MessageTooLong {
        /// The longest allowed message in bytes.
        limit: u32,
        /// Bytes of the message with the frame that goes over it.
        found: u64,
    },
    /// Text that is not UTF-8 (8.1). Told at the first byte that cannot be right.
    BadUtf8 {
        /// Offset of that byte in the message, or the length of the message if it ends within a character.
        at: u32,
    },
    /// A close frame with a payload of one byte (5.5.1).
    BadCloseLength,
    /// A close code that must not be sent (7.4).
    BadCloseCode(u16),
    /// The reason in a close frame is not UTF-8 (5.5.1).
    BadCloseReason,
}

impl Error {
    /// The code to close the connection with (7.4.1).
    #[must_use]
    pub const fn close_code(self) -> CloseCode {
        match self {
            Self::FrameTooLong { .. } | Self::MessageTooLong { .. } => CloseCode::TOO_BIG,
            Self::BadUtf8 { .. } | Self::BadCloseReason => CloseCode::INVALID_DATA,
            _ => CloseCode::PROTOCOL_ERROR,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReservedBits(bits) => write!(f, "reserved bits {bits:03b} are set"),
            Self::UnknownOpCode(code) => write!(f, "unknown opcode {code}"),
            Self::NotMasked => f.write_str("a frame of a client is not masked"),
            Self::Masked => f.write_str("a frame of a server is masked"),
            Self::ControlFragmented => f.write_str("a control frame is fragmented"),
            Self::ControlTooLong => write!(f, "a control frame has more than {MAX_CONTROL} bytes"),
            Self::LengthNotMinimal { found } => write!(f, "the length {found} is written in too many bytes"),
            Self::LengthOutOfRange { found } => write!(f, "the length {found} is out of range"),
            Self::UnexpectedContinuation => f.write_str("a continuation without a message"),
            Self::ExpectedContinuation { .. } => f.write_str("a new message within another"),
            Self::FrameTooLong { limit, found } => write!(f, "a frame of {found} bytes, at most {limit} are taken"),
            Self::MessageTooLong { limit, found } => write!(f, "a message of {found} bytes or more, at most {limit} are taken"),
            Self::BadUtf8 { at } => write!(f, "text is not UTF-8 at byte {at}"),
            Self::BadCloseLength => f.write_str("a close frame with half a code"),
            Self::BadCloseCode(code) => write!(f, "close code {code} must not be sent"),
            Self::BadCloseReason => f.write_str("the reason of a close is not UTF-8"),
        }
    }
}

impl core::error::Error for Error {}
