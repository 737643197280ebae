//! What a text is cut into, and what can be computed on the way.

use core::ops::Range;

use super::tokens::Word;
use crate::error::Fault;

/// Something that is computed over all bytes while they pass, as a CRC.
pub trait Watch {
    /// [`mark`](Self::mark) is called behind every string that ends with this text between quotes, names included. Up to 8 bytes; empty
    /// for never.
    const MARK: &'static [u8];

    /// More bytes, in order, none twice.
    fn update(&mut self, bytes: &[u8]);

    /// Everything through the closing quote of a marked string has been given to [`update`](Self::update).
    fn mark(&mut self);

    /// A member of the outermost object begins, or with `None` as its name the outermost value itself. `first` is the first byte of its
    /// value and `at` the offset of that byte in the text. The name is as it stands there, escapes included.
    fn begins(&mut self, _name: Option<&str>, _first: u8, _at: usize) {}

    /// A list begins below the member that was asked for, as a member of that or of an object in it. It may turn out to be empty. The
    /// name is as it stands there.
    fn list(&mut self, _name: &str) {}
}

impl Watch for () {
    const MARK: &'static [u8] = b"";

    fn update(&mut self, _: &[u8]) {}

    fn mark(&mut self) {}
}

/// Whether a record can be relied on when it is handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Integrity {
    /// The whole text was there and its check value fits.
    Verified,
    /// The text is longer than the buffer: whether its check value fits is known at its end.
    Provisional,
}

/// What [`Elements::next_piece`](super::elements::Elements::next_piece) found. Ranges are offsets in the window.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Piece {
    /// Nothing whole: more bytes are needed.
    More,
    /// A text without its quotes, or a number, `true`, `false` or `null`.
    Scalar {
        /// Where it stands.
        range: Range<usize>,
        /// Whether it is a text.
        quoted: bool,
    },
    /// A part of a long text without its quotes, cut between characters.
    Part {
        /// Where it stands. The last one may be empty.
        range: Range<usize>,
        /// Whether it is the last.
        last: bool,
    },
    /// An object with its braces, checked: JSON and UTF-8.
    Record {
        /// Where it stands.
        range: Range<usize>,
    },
    /// A record longer than the limit begins; its parts follow.
    Open {
        /// Class `too-long`, with the offset of the record in the text.
        fault: Fault,
    },
    /// It ends.
    Close,
    /// The text is not JSON. Nothing more comes of it.
    Fault(Fault),
}

/// Smallest limit of a record, in bytes.
pub const MIN_LIMIT: usize = 64;

/// How many bytes more than the limit the window must be able to hold.
pub const MARGIN: usize = 16;

/// What an [`Elements`](super::elements::Elements) expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Value,
    /// Or the end of the list.
    FirstValue,
    /// Or the end of the object.
    FirstKey,
    Key,
    InKey,
    Colon,
    InString,
    InWord(Word),
    After,
    Done,
    Failed,
}
