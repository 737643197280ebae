//! The commands.

use core::ops::Range;

use crate::text::json::Text;
use crate::text::words;

/// What a frame is (`cmd`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Verb<'i> {
    /// `reg`, host to server: who it is. No `data`, but `timestamp`, `rand` and `sign`.
    Register,
    /// `regrsp`, server to host.
    RegisterReply,
    /// `query1`, server to host: which zones there are.
    QueryZones,
    /// `rsp1`, host to server: a list of zones.
    Zones,
    /// `query2`, server to host: which objects there are, with their values.
    QueryObjects,
    /// `rsp2`, host to server: a list of objects.
    Objects,
    /// `control`, server to host: an action.
    Control,
    /// `controlrsp`, host to server.
    ControlReply,
    /// `push`, host to server: a list of values that changed. Never acknowledged.
    Push,
    /// `cfg`, server to host: a new key and domain.
    Configure,
    /// `cfgrsp`, host to server.
    ConfigureReply,
    /// `timing`, server to host: a scheduled task.
    Timing,
    /// `timingrsp`, host to server.
    TimingReply,
    /// `keepalive`, both ways. No `data`.
    Keepalive,
    /// Another command, kept as it is.
    Other(Text<'i>),
}

/// How they are written, in the order of [`Verb::ALL`].
const SPELLINGS: &str = words::list!(
    "reg",
    "regrsp",
    "query1",
    "rsp1",
    "query2",
    "rsp2",
    "control",
    "controlrsp",
    "push",
    "cfg",
    "cfgrsp",
    "timing",
    "timingrsp",
    "keepalive"
);

impl<'i> Verb<'i> {
    /// All commands of the document.
    pub const ALL: [Verb<'static>; 14] = [
        Verb::Register,
        Verb::RegisterReply,
        Verb::QueryZones,
        Verb::Zones,
        Verb::QueryObjects,
        Verb::Objects,
        Verb::Control,
        Verb::ControlReply,
        Verb::Push,
        Verb::Configure,
        Verb::ConfigureReply,
        Verb::Timing,
        Verb::TimingReply,
        Verb::Keepalive,
    ];

    /// The meaning of a `cmd`. The spelling is exact.
    #[must_use]
    pub fn from_text(text: Text<'i>) -> Self {
        match words::place(SPELLINGS, text) {
            0 => Self::Register,
            1 => Self::RegisterReply,
            2 => Self::QueryZones,
            3 => Self::Zones,
            4 => Self::QueryObjects,
            5 => Self::Objects,
            6 => Self::Control,
            7 => Self::ControlReply,
            8 => Self::Push,
            9 => Self::Configure,
            10 => Self::ConfigureReply,
            11 => Self::Timing,
            12 => Self::TimingReply,
            13 => Self::Keepalive,
            _ => Self::Other(text),
        }
    }

    /// The spelling on the wire.
    #[inline]
    #[must_use]
    pub const fn text(self) -> Text<'i> {
        Text::new(match self {
            Self::Register => "reg",
            Self::RegisterReply => "regrsp",
            Self::QueryZones => "query1",
            Self::Zones => "rsp1",
            Self::QueryObjects => "query2",
            Self::Objects => "rsp2",
            Self::Control => "control",
            Self::ControlReply => "controlrsp",
            Self::Push => "push",
            Self::Configure => "cfg",
            Self::ConfigureReply => "cfgrsp",
            Self::Timing => "timing",
            Self::TimingReply => "timingrsp",
            Self::Keepalive => "keepalive",
            Self::Other(text) => return text,
        })
    }

    /// Whether `data` is a list, which may be longer than the memory.
    #[must_use]
    pub const fn is_list(self) -> bool {
        ListKind::of(self).is_some()
    }
}

/// Kinds of lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ListKind {
    Zones,
    Objects,
    Push,
}

impl ListKind {
    pub(crate) const fn of(verb: Verb<'_>) -> Option<Self> {
        Some(match verb {
            Verb::Zones => Self::Zones,
            Verb::Objects => Self::Objects,
            Verb::Push => Self::Push,
            _ => return None,
        })
    }

    pub(crate) const fn verb(self) -> Verb<'static> {
        match self {
            Self::Zones => Verb::Zones,
            Self::Objects => Verb::Objects,
            Self::Push => Verb::Push,
        }
    }

    /// Names of the members of a record.
    pub(crate) const fn names(self) -> &'static str {
        match self {
            Self::Zones => words::list!("nID", "nName", "pID", "Icon"),
            Self::Objects => words::list!("oID", "EIS", "val", "oName", "room", "type", "addrSet", "addrSet2", "addrSet3", "group", "Icon"),
            Self::Push => words::list!("oID", "EIS", "val", "room", "navi"),
        }
    }

    /// Which of them are group addresses.
    pub(crate) const fn addresses(self) -> Range<usize> {
        match self {
            Self::Objects => 6..9,
            Self::Zones | Self::Push => 0..0,
        }
    }
}
