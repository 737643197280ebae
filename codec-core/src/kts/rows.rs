//! A list that is checked while it is read: one look at every record where [`decode_ref`] and [`List::iter`](super::List::iter) take two.

use super::records::{Object, Record, Records, Update, Zone};
use super::verbs::ListKind;
use super::wire::{Body, Frame, Order, decode_ref};
use crate::error::Fault;
use crate::text::json::Text;

/// A frame, of which a list has yet to be read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Once<'i> {
    /// `rsp1`.
    Zones(Rows<'i, Zone<'i>>),
    /// `rsp2`.
    Objects(Rows<'i, Object<'i>>),
    /// `push`.
    Push(Rows<'i, Update<'i>>),
    /// Any other, checked.
    Frame(Frame<'i>),
}

/// As [`decode_ref`], but a list is checked while it is read: for those who read it once and can take back what they made of records
/// whose frame turns out to be wrong.
///
/// ```
/// use codec_core::kts::{Once, Order, decode_once};
///
/// let bytes = br#"{"sn":"08ABEF112233","cmd":"push","data":[{"oID":"7","EIS":"1","val":"1","room":"","navi":""}]}"#;
/// let Once::Push(mut rows) = decode_once(bytes, Order::Strict)? else { panic!("not a push") };
/// assert_eq!(rows.sn().raw(), "08ABEF112233");
/// while let Some(update) = rows.next_row()? {
///     assert_eq!((update.eis_number(), update.room), (Some(1), None));
/// }
/// # Ok::<(), codec_core::Fault>(())
/// ```
///
/// # Errors
/// As [`decode_ref`], but for faults in a list and behind it: those may come from [`Rows::next_row`].
#[inline]
pub fn decode_once(text: &[u8], order: Order) -> Result<Once<'_>, Fault> {
    match Frame::before_list(text) {
        Some((ListKind::Zones, list)) => Ok(Once::Zones(Rows::new(list, order))),
        Some((ListKind::Objects, list)) => Ok(Once::Objects(Rows::new(list, order))),
        Some((ListKind::Push, list)) => Ok(Once::Push(Rows::new(list, order))),
        None => checked(text, order),
    }
}

#[cfg_attr(target_pointer_width = "64", cold, inline(never))]
fn checked(text: &[u8], order: Order) -> Result<Once<'_>, Fault> {
    let frame = decode_ref(text, order)?;
    let sn = frame.sn();
    Ok(match frame.body() {
        Body::Zones(list) => Once::Zones(Rows::checked(sn, order, list.iter())),
        Body::Objects(list) => Once::Objects(Rows::checked(sn, order, list.iter())),
        Body::Push(list) => Once::Push(Rows::checked(sn, order, list.iter())),
        _ => Once::Frame(frame),
    })
}

/// A frame that is as usual up to its list.
pub(crate) struct BeforeList<'i> {
    pub(crate) sn: Text<'i>,
    /// The frame.
    pub(crate) text: &'i str,
    /// What stands behind the bracket.
    pub(crate) rest: &'i str,
}

/// The records of a list, checked as they are read.
#[derive(Clone, Debug)]
pub struct Rows<'i, T> {
    sn: Text<'i>,
    order: Order,
    /// The frame, unless it was checked.
    text: &'i str,
    place: Place<'i, T>,
}

#[derive(Clone, Debug)]
enum Place<'i, T> {
    /// Behind the bracket.
    First(&'i str),
    /// Behind a record.
    Behind(&'i str),
    /// The frame is right, but something in it is unusual.
    Checked(Records<'i, T>),
    Done,
}

impl<'i, T: Record<'i>> Rows<'i, T> {
    #[inline]
    const fn new(list: BeforeList<'i>, order: Order) -> Self {
        Self { sn: list.sn, order, text: list.text, place: Place::First(list.rest) }
    }

    const fn checked(sn: Text<'i>, order: Order, records: Records<'i, T>) -> Self {
        Self { sn, order, text: "", place: Place::Checked(records) }
    }

    /// Serial number or MAC address of the host.
    #[must_use]
    pub const fn sn(&self) -> Text<'i> {
        self.sn
    }

    /// The next record; `None` behind the last: then the frame is right.
    ///
    /// # Errors
    /// The [`Fault`] that [`decode_ref`] tells of the frame: what was read of it does not count. Nothing more comes.
    #[inline]
    pub fn next_row(&mut self) -> Result<Option<T>, Fault> {
        let (rest, next) = match self.place {
            Place::First(rest) => (rest, Some(rest)),
            Place::Behind(rest) => (rest, rest.strip_prefix(',')),
            _ => return Ok(self.next_checked()),
        };
        if let Some((record, behind)) = next.and_then(T::usual) {
            self.place = Place::Behind(behind);
            return Ok(Some(record));
        }
        if rest == "]}" {
            self.place = Place::Done;
            return Ok(None);
        }
        self.check(rest)
    }

    /// Checks the frame and goes on at `rest`, more slowly.
    #[cold]
    #[inline(never)]
    fn check(&mut self, rest: &str) -> Result<Option<T>, Fault> {
        self.place = Place::Done;
        decode_ref(self.text.as_bytes(), self.order)?;
        self.place = Place::Checked(Records::within(self.text, rest));
        Ok(self.next_checked())
    }

    #[cold]
    #[inline(never)]
    fn next_checked(&mut self) -> Option<T> {
        match &mut self.place {
            Place::Checked(records) => records.next(),
            _ => None,
        }
    }
}
