//! What is wrong with a datagram.

use core::fmt;

use crate::error::{Fault, FaultKind};

/// What is wrong with a datagram of the local protocol, other than its JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum LocalFault {
    /// It does not begin with `ISTART`.
    StartMarker,
    /// It does not end with `IEND` and a NUL.
    EndMarker,
    /// The text is not an array of one or two elements, or of three in a request.
    NotAList,
    /// No command code, or 0.
    MissingCode,
    /// No data, or nothing in it.
    MissingData,
    /// A reply to something else than was asked.
    WrongCode {
        /// The code that was asked for.
        expected: u32,
    },
    /// A request whose parameters are not `[code, [...]]` of its own code.
    Request,
    /// A page without anything in it.
    NoPageHeader,
    /// A page that does not begin with three numbers `[total, start, count]`.
    PageHeader,
    /// Fewer rows than the page says.
    TruncatedPage {
        /// How many it says.
        count: u32,
        /// How many there are.
        rows: u32,
    },
    /// More rows than the page says, or than were asked for.
    ExtraPage {
        /// How many may be there.
        limit: u32,
        /// How many there are.
        rows: u32,
    },
    /// A record, or a row of a page, with too many fields, too few, or one of the wrong type.
    Record {
        /// Number of the row in its page, from 0; 0 for a record that is no row.
        row: u32,
        /// Number of the field that is missing, too much or of the wrong type, from 0.
        field: u32,
    },
    /// It comes from another address or port than the panel's.
    Sender,
    /// A discovery text that begins with another word, or does not end with a NUL.
    Probe,
}

impl LocalFault {
    /// A short stable word: `missing-start-marker`, `missing-end-marker`, `not-a-list`, `missing-code`, `missing-data`, `wrong-code`,
    /// `bad-request`, `missing-pagination-header`, `bad-pagination-header`, `truncated-page`, `extra-page`, `bad-record`, `wrong-sender`
    /// or `bad-marker-or-terminator`.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::StartMarker => "missing-start-marker",
            Self::EndMarker => "missing-end-marker",
            Self::NotAList => "not-a-list",
            Self::MissingCode => "missing-code",
            Self::MissingData => "missing-data",
            Self::WrongCode { .. } => "wrong-code",
            Self::Request => "bad-request",
            Self::NoPageHeader => "missing-pagination-header",
            Self::PageHeader => "bad-pagination-header",
            Self::TruncatedPage { .. } => "truncated-page",
            Self::ExtraPage { .. } => "extra-page",
            Self::Record { .. } => "bad-record",
            Self::Sender => "wrong-sender",
            Self::Probe => "bad-marker-or-terminator",
        }
    }

    /// Whether asking again may help: the reply may have been one to an earlier attempt, or cut short on its way.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        matches!(self, Self::WrongCode { .. } | Self::TruncatedPage { .. } | Self::ExtraPage { .. })
    }
}

impl fmt::Display for LocalFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StartMarker => f.write_str("no ISTART at the beginning"),
            Self::EndMarker => f.write_str("no IEND and NUL at the end"),
            Self::NotAList => f.write_str("not an array of a code and data"),
            Self::MissingCode => f.write_str("no command code"),
            Self::MissingData => f.write_str("no data"),
            Self::WrongCode { expected } => write!(f, "not a reply to command {expected}"),
            Self::Request => f.write_str("parameters are not those of the command"),
            Self::NoPageHeader => f.write_str("a page without anything in it"),
            Self::PageHeader => f.write_str("a page does not begin with three numbers"),
            Self::TruncatedPage { count, rows } => write!(f, "{rows} rows on a page of {count}"),
            Self::ExtraPage { limit, rows } => write!(f, "{rows} rows on a page of {limit}"),
            Self::Record { row, field } => write!(f, "field {field} of row {row} is missing, too much or of the wrong type"),
            Self::Sender => f.write_str("not from the panel"),
            Self::Probe => f.write_str("not a discovery text that ends with NUL"),
        }
    }
}

impl core::error::Error for LocalFault {}

impl From<LocalFault> for FaultKind {
    fn from(fault: LocalFault) -> Self {
        Self::Local(fault)
    }
}

impl From<LocalFault> for Fault {
    fn from(fault: LocalFault) -> Self {
        Self::new(fault.into(), 0)
    }
}
