//! The two headers, and what the bytes of the first one stand for.

use super::fields::{byte, field, short};
use super::message::{Kind, kind};
use crate::error::{Fault, FaultKind};

/// Bytes of the header that every message has.
pub const BASIC_HEADER: usize = 8;

/// Bytes of the header of every message but the ping.
pub const VERSIONED_HEADER: usize = 12;

/// The only version of the protocol there is.
pub const VERSION: u16 = 1;

/// Longest message that is believed, header included, in bytes. The largest known fixed message has 120; texts are not limited by
/// the protocol. A length above it is noise.
pub const MAX_MESSAGE: u32 = 65_536;

/// What a message is for: the first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Command(pub u8);

impl Command {
    /// Hello, ping and answers to commands, told apart by source and destination.
    pub const HELLO: Self = Self(0x01);
    /// The state of the panel or of a sensor changed.
    pub const STATUS_CHANGE: Self = Self(0x21);
    /// The text of a local notification.
    pub const NOTIFICATION: Self = Self(0x22);
    /// A local command, from the cloud to the panel.
    pub const COMMAND: Self = Self(0x29);
    /// First answer to a hello.
    pub const HELLO_ACK: Self = Self(0x41);
    /// Third answer to a hello.
    pub const HELLO_INFO: Self = Self(0x63);

    /// The name that the Python library gives it, or `None`.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::HELLO => "HELLO",
            Self::STATUS_CHANGE => "STATUS_CHANGE",
            Self::NOTIFICATION => "NOTIFICATION",
            Self::COMMAND => "COMMAND",
            Self::HELLO_ACK => "HELLO_ACK",
            Self::HELLO_INFO => "HELLO_INFO",
            _ => return None,
        })
    }
}

/// Who sends or receives a message: the second and the fourth byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Direction(pub u8);

impl Direction {
    /// Nobody in particular.
    pub const UNSPECIFIED: Self = Self(0x00);
    /// The panel.
    pub const DEVICE: Self = Self(0x10);
    /// The cloud.
    pub const CLOUD: Self = Self(0x20);
    /// The panel, while it looks for its cloud.
    pub const DEVICE_DISCOVERY: Self = Self(0x30);
    /// The cloud's side that sends commands, as captures show. Nothing names it.
    pub const CLOUD_COMMANDS: Self = Self(0x50);
    /// The cloud, when it tells the panel where to go.
    pub const CLOUD_DISCOVERY: Self = Self(0xD0);

    /// The name that the Python library gives it, or `None`.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::UNSPECIFIED => "UNSPECIFIED",
            Self::DEVICE => "DEVICE",
            Self::CLOUD => "CLOUD",
            Self::DEVICE_DISCOVERY => "DEVICE_DISCOVERY",
            Self::CLOUD_DISCOVERY => "CLOUD_DISCOVERY",
            _ => return None,
        })
    }
}

/// Command, source and destination: they tell what message it is, but for the kinds of status changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Route {
    /// What it is for.
    pub command: Command,
    /// Who sends it.
    pub source: Direction,
    /// For whom it is.
    pub destination: Direction,
}

impl Route {
    const fn new(command: Command, source: Direction, destination: Direction) -> Self {
        Self { command, source, destination }
    }

    /// Ping and its answer.
    pub const PING: Self = Self::new(Command::HELLO, Direction::DEVICE, Direction::UNSPECIFIED);
    /// Hello of a panel.
    pub const HELLO: Self = Self::new(Command::HELLO, Direction::DEVICE, Direction::CLOUD);
    /// Hello of a panel that looks for its cloud.
    pub const HELLO_DISCOVERY: Self = Self::new(Command::HELLO, Direction::DEVICE_DISCOVERY, Direction::CLOUD);
    /// Answer of a panel to a command.
    pub const COMMAND_ANSWER: Self = Self::new(Command::HELLO, Direction::UNSPECIFIED, Direction::CLOUD);
    /// The state of the panel or of a sensor changed.
    pub const STATUS_CHANGE: Self = Self::new(Command::STATUS_CHANGE, Direction::DEVICE, Direction::CLOUD);
    /// The text of a local notification.
    pub const NOTIFICATION: Self = Self::new(Command::NOTIFICATION, Direction::DEVICE, Direction::CLOUD);
    /// First answer to a hello.
    pub const HELLO_ACK: Self = Self::new(Command::HELLO_ACK, Direction::CLOUD, Direction::DEVICE);
    /// Second answer to a hello.
    pub const HELLO_ANSWER: Self = Self::new(Command::HELLO, Direction::CLOUD, Direction::DEVICE);
    /// Third answer to a hello.
    pub const HELLO_INFO: Self = Self::new(Command::HELLO_INFO, Direction::CLOUD, Direction::DEVICE);
    /// Answer to a hello of a panel that looks for its cloud.
    pub const DISCOVERY_ANSWER: Self = Self::new(Command::HELLO, Direction::CLOUD_DISCOVERY, Direction::DEVICE);
    /// A local command for the panel.
    pub const COMMAND: Self = Self::new(Command::COMMAND, Direction::CLOUD_COMMANDS, Direction::DEVICE);

    /// Whether it is one of the above.
    #[must_use]
    pub const fn is_known(self) -> bool {
        !matches!(kind(self), (Kind::Unknown, _))
    }

    /// The route in the first four bytes of a message.
    #[inline]
    pub(super) const fn of([command, source, _, destination]: [u8; 4]) -> Self {
        Self::new(Command(command), Direction(source), Direction(destination))
    }

    /// Bytes of the header: 8 for a ping, 12 for everything else. Nothing else in the header tells.
    #[must_use]
    pub const fn header_size(self) -> usize {
        if matches!(self, Self::PING) { BASIC_HEADER } else { VERSIONED_HEADER }
    }
}

/// The header of a message.
///
/// ```text
///  0       1      2     3           4              8       10        12
///  ┌───────┬──────┬─────┬───────────┬──────────────┬───────┬─────────┬────
///  │command│source│flag1│destination│message_length│version│sequence │ payload
///  └───────┴──────┴─────┴───────────┴──────────────┴───────┴─────────┴────
///                                    i32            u16     u16        little-endian
/// ```
///
/// The last two fields are missing in a ping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Header {
    /// What it is, from whom and for whom.
    pub route: Route,
    /// 0 in every capture; its meaning is unknown.
    pub flag: u8,
    /// Length of the whole message in bytes, header included: 8 to [`MAX_MESSAGE`].
    pub length: u32,
    /// The number of the message, `None` in a ping. See [`encode`](super::encode()) for who numbers how.
    pub sequence: Option<u16>,
}

impl Header {
    /// Bytes behind the header.
    #[must_use]
    pub const fn payload_length(&self) -> u32 {
        self.length.saturating_sub(if self.sequence.is_some() { 12 } else { 8 })
    }

    /// Bytes of it.
    #[inline]
    pub(super) const fn size(&self) -> usize {
        if self.sequence.is_some() { VERSIONED_HEADER } else { BASIC_HEADER }
    }

    /// Reads the header at the front of `bytes`, which may hold more.
    ///
    /// # Errors
    /// [`FaultKind::ShortHeader`] where more bytes are needed, [`FaultKind::MessageLength`] for a length shorter than the header or
    /// above [`MAX_MESSAGE`], [`FaultKind::Version`] for another version than 1.
    pub fn decode(bytes: &[u8]) -> Result<Self, Fault> {
        check(bytes, false).map(|_| Self::of(bytes))
    }

    /// The header of a message in which it is good.
    #[inline]
    pub(super) fn of(message: &[u8]) -> Self {
        let route = Route::of(*field(message, 0));
        let sequence = if route.header_size() == BASIC_HEADER { None } else { Some(short(message, 10)) };
        Self { route, flag: byte(message, 2), length: length(message), sequence }
    }
}

/// Checks the header at the front of `bytes`, which may hold more. Gives the message, as much of it as is there.
///
/// Of a message that is as `whole` as it will get, the first thing that can be wrong is [`FaultKind::LengthExceedsData`].
#[inline]
pub(super) fn check(bytes: &[u8], whole: bool) -> Result<&[u8], Fault> {
    let fault = |kind, at| Err(Fault { kind, at });
    let there = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let short = |needed| fault(FaultKind::ShortHeader { needed, found: there }, there);
    let Some((basic, behind)) = bytes.split_first_chunk::<BASIC_HEADER>() else { return short(8) };
    let [command, source, flag, destination, length @ ..] = *basic;
    let found = i32::from_le_bytes(length);
    let bad_length = || fault(FaultKind::MessageLength { found }, 4);
    let length = u32::from_le_bytes(length);
    let message = usize::try_from(length).ok().and_then(|length| bytes.get(..length));
    if message.is_none() && whole && found >= 0 {
        return fault(FaultKind::LengthExceedsData { length, found: there }, there);
    }
    // A length that no message has is told at once, a negative one too; one that only this header is too long for, when the header is there.
    if !(8..=MAX_MESSAGE).contains(&length) {
        return bad_length();
    }
    if Route::of([command, source, flag, destination]) != Route::PING {
        let [low, high, behind @ ..] = behind else { return short(12) };
        let found = u16::from_le_bytes([*low, *high]);
        if found != VERSION {
            return fault(FaultKind::Version { found }, 8);
        }
        if behind.len() < 2 {
            return short(12);
        }
        if length < 12 {
            return bad_length();
        }
    }
    Ok(message.unwrap_or(bytes))
}

/// The length that a header tells; 0 where it does not get that far.
#[inline]
pub(super) fn length(message: &[u8]) -> u32 {
    u32::from_le_bytes(*field(message, 4))
}
