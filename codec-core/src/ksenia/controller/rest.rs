//! What is left of a READ of more lists than a panel answers at a time.

use crate::ksenia::{Command, ItemRange, Kind, MAX_TYPES, Read};
use crate::machine::Ticket;
use crate::text::json::Text;

const _: () = assert!(Kind::ALL.len() <= 64);

/// Lists that have yet to be asked for, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rest {
    /// The command that they belong to.
    pub(crate) ticket: Ticket,
    /// A bit for each place in [`Kind::ALL`].
    kinds: u64,
    range: Option<ItemRange>,
    /// Requests have an `ID_READ`.
    numbered: bool,
}

/// The lists of one request, and how many they are.
pub(crate) type Part = ([Kind<'static>; MAX_TYPES], usize);

impl Rest {
    /// Of a READ that takes several requests. `None` if one is enough, or if a list is not known here: there is no room for its name.
    pub(crate) fn of(command: &Command<'_>) -> Option<Self> {
        let Command::Read(Read::Types { types, read, range }) = command else { return None };
        let bit = |kind: &Kind<'_>| Some(1_u64.wrapping_shl(kind.named()?.place().into()));
        let kinds = types.iter().try_fold(0, |mask, kind| Some(mask | bit(kind)?))?;
        (types.len() > MAX_TYPES).then_some(Self { ticket: Ticket(0), kinds, range: *range, numbered: read.is_some() })
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.kinds == 0
    }

    /// Takes out the lists of the next request.
    pub(crate) fn take(&mut self) -> Part {
        let mut part = [Kind::All; MAX_TYPES];
        let mut len = 0_usize;
        while let Some(place) = part.get_mut(len).filter(|_| self.kinds != 0) {
            let Some(kind) = u8::try_from(self.kinds.trailing_zeros()).ok().and_then(Kind::at) else { break };
            *place = kind;
            len = len.saturating_add(1);
            self.kinds &= self.kinds.wrapping_sub(1);
        }
        (part, len)
    }

    /// The request for them.
    pub(crate) fn command<'p>(&self, (part, len): &'p Part) -> Command<'p> {
        let read = self.numbered.then_some(Text::new("1"));
        Command::Read(Read::Types { types: part.get(..*len).unwrap_or_default(), read, range: self.range })
    }
}
