//! What a line means, apart from how it is written.

use super::codes::{AreaCode, EventCode, Id};
use super::keys::Keys;
use super::stamp::Stamp;
use super::status::{RequestId, StatusValue};

/// The address field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub enum Address {
    /// The line has none.
    Absent,
    /// One hexadecimal digit, as requests have it: 0 to 15.
    Digit(u8),
    /// Two hexadecimal digits, as panel lines have it. Panels use 0 to 15.
    Byte(u8),
}

impl Address {
    /// The number, if there is one.
    #[must_use]
    pub const fn value(self) -> Option<u8> {
        match self {
            Self::Absent => None,
            Self::Digit(value) | Self::Byte(value) => Some(value),
        }
    }

    /// How many digits it has on the wire: 0, 1 or 2.
    #[must_use]
    pub const fn digits(self) -> u8 {
        match self {
            Self::Absent => 0,
            Self::Digit(_) => 1,
            Self::Byte(_) => 2,
        }
    }
}

/// What a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Body<'i> {
    /// Something happened (COMMAND `61`, from the panel, unasked).
    Event(SystemEvent),
    /// The answer to a status request (COMMAND `60`, from the panel).
    Status(StatusUpdate),
    /// Keys pressed, or a status request (COMMAND `60`, to the panel).
    Request(Keys<'i>),
}

/// The three data bytes of an event line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub struct SystemEvent {
    /// What happened.
    pub code: EventCode,
    /// To whom or to what.
    pub id: Id,
    /// Where, or of which kind.
    pub area: AreaCode,
}

/// The three data bytes of a status line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub struct StatusUpdate {
    /// Which status.
    pub request: RequestId,
    /// Its 16 bits, the first byte high.
    pub value: u16,
}

impl StatusUpdate {
    /// The value by the kind of the request.
    #[must_use]
    pub const fn typed(self) -> StatusValue {
        StatusValue::new(self.request, self.value)
    }
}

/// The meaning of a line: all that is needed to write it again, but for the case of its letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Packet<'i> {
    /// START: `0x82`, `0x83`, `0x86` or `0x87`. Bit 0 stands for an address and bit 2 for a time stamp, but status lines have an
    /// address with `0x82`.
    pub start: u8,
    /// The address. An event with [`Address::Digit`] is of the Python library's dialect, which no panel speaks.
    pub address: Address,
    /// The sequence bit. Panels change it from event to event; elsewhere it is clear.
    pub sequence: bool,
    /// What the line says.
    pub body: Body<'i>,
    /// The time stamp, if the line has one.
    pub stamp: Option<Stamp<'i>>,
}
