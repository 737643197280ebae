//! What is wrong with a datagram.

use core::fmt;

/// What is wrong with a datagram other than its JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum NotifyFault {
    /// The last byte is not NUL.
    Terminator,
    /// The text is not an array of two elements, a message code first.
    Envelope,
    /// The data of a notification is not an array of two elements, a kind first.
    Notification,
    /// The data of an alert is not an array of nine elements.
    Alert,
    /// An element of a record is missing, too much, or of the wrong type.
    Record {
        /// Its number in the record, from 0.
        element: u8,
    },
}

impl NotifyFault {
    /// A short stable word: `missing-terminator`, `bad-envelope`, `bad-notification-arity`, `bad-alert-arity` or `bad-record`.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Terminator => "missing-terminator",
            Self::Envelope => "bad-envelope",
            Self::Notification => "bad-notification-arity",
            Self::Alert => "bad-alert-arity",
            Self::Record { .. } => "bad-record",
        }
    }
}

impl fmt::Display for NotifyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Terminator => f.write_str("no NUL at the end"),
            Self::Envelope => f.write_str("not an array of a message code and data"),
            Self::Notification => f.write_str("a notification that is not a kind and data"),
            Self::Alert => f.write_str("an alert that does not have nine elements"),
            Self::Record { element } => write!(f, "element {element} is missing, too much or of the wrong type"),
        }
    }
}

impl core::error::Error for NotifyFault {}
