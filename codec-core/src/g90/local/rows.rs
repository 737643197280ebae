//! A page read in one pass.

use core::fmt;

use super::codes::CommandCode;
use super::record::Record;
use super::usual;
use super::wire::payload;
use crate::text::cursor::Cursor;
use crate::text::json::Values;

/// The rows of a page, typed while the datagram is looked at for the first and only time: several times faster than
/// [`decode_reply`](super::decode_reply) and [`Page`](super::Page), for the usual case of a page that is as it should be.
///
/// Rows come before the end of the page has been seen. When there are no more, [`is_whole`](Self::is_whole) says whether it was as it
/// should be; if not, `decode_reply` and `Page` tell why.
///
/// ```
/// use codec_core::g90::local::{CommandCode, Peripheral, Rows};
///
/// let datagram = b"ISTART[102,[[1,1,1],[\"Hall\",10,0,1,3,0,33,0,0,16,1,0,\"\"]]]IEND\0";
/// let mut rows = Rows::<Peripheral<'_>>::open(datagram, CommandCode::GetSensorList).ok_or("no page")?;
/// let hall = rows.next().ok_or("no row")?;
/// assert!(hall.name == "Hall" && hall.index == 10);
/// assert!(rows.next().is_none() && rows.is_whole());
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone)]
pub struct Rows<'i, R: Record<'i>> {
    values: Values<'i>,
    head: [i64; 3],
    found: u32,
    whole: bool,
    /// The last row: kept, so that nothing is made anew for the next.
    columns: R::Columns,
}

impl<'i, R: Record<'i>> Rows<'i, R> {
    /// A page that answers `code`. `None` if the datagram does not begin and end as one.
    #[must_use]
    pub fn open(datagram: &'i [u8], code: CommandCode) -> Option<Self> {
        let text = core::str::from_utf8(payload(datagram).ok()?).ok()?;
        let (found, head, values) = Self::head(text)?;
        if found != i64::from(code.raw()) {
            return None;
        }
        Some(Self { values, head, found: 0, whole: false, columns: R::EMPTY })
    }

    /// The code, the head, and the values that follow it.
    fn head(text: &'i str) -> Option<(i64, [i64; 3], Values<'i>)> {
        let cursor = Cursor::lenient(text);
        if let Some((code, head, behind)) = usual::head(text) {
            let mut values = Values::inside(cursor);
            values.leave(behind.len());
            return Some((code, head, values));
        }
        let mut values = Values::of(cursor)?;
        let code = values.integer()?;
        values.open()?;
        values.open()?;
        let head = [values.integer()?, values.integer()?, values.integer()?];
        values.close()?;
        Some((code, head, values))
    }

    /// How many rows the panel has in all.
    #[must_use]
    pub const fn total(&self) -> i64 {
        let [total, _, _] = self.head;
        total
    }

    /// Number of the first row, from 1.
    #[must_use]
    pub const fn start(&self) -> i64 {
        let [_, start, _] = self.head;
        start
    }

    /// Whether all rows were read, as many as the page says, and nothing follows them.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.whole
    }

    /// The next row, in any spelling. Behind the last one, and behind one that is none, there are no more.
    #[inline(never)]
    fn general(&mut self) -> Option<()> {
        match self.values.enter() {
            Some(true) if R::general(&mut self.values, &mut self.columns).is_ok() => return Some(()),
            Some(false) => {
                let [_, _, count] = self.head;
                self.whole = self.values.close().is_some() && self.values.is_at_end() && count == i64::from(self.found);
            }
            _ => {}
        }
        self.values = Values::inside(Cursor::lenient(""));
        None
    }
}

impl<'i, R: Record<'i>> Iterator for Rows<'i, R> {
    type Item = R;

    #[inline]
    fn next(&mut self) -> Option<R> {
        if usual::row::<R>(&mut self.values, &mut self.columns).is_none() {
            self.general()?;
        }
        // No datagram has more than it can count.
        self.found = self.found.wrapping_add(1);
        Some(R::of(self.columns))
    }
}

impl<'i, R: Record<'i>> fmt::Debug for Rows<'i, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { values, head, found, whole, .. } = self;
        f.debug_struct("Rows")
            .field("values", values)
            .field("head", head)
            .field("found", found)
            .field("whole", whole)
            .finish_non_exhaustive()
    }
}
