//! The commands.

use crate::text::json::Text;

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
        // Escapes are rare, and a text with one is no name as it stands.
        let known = Self::of(text.raw()).or_else(|| match text.plain() {
            Some(_) => None,
            None => text.copy_to(&mut [0; 16]).and_then(Self::of),
        });
        known.unwrap_or(Self::Other(text))
    }

    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "reg" => Self::Register,
            "regrsp" => Self::RegisterReply,
            "query1" => Self::QueryZones,
            "rsp1" => Self::Zones,
            "query2" => Self::QueryObjects,
            "rsp2" => Self::Objects,
            "control" => Self::Control,
            "controlrsp" => Self::ControlReply,
            "push" => Self::Push,
            "cfg" => Self::Configure,
            "cfgrsp" => Self::ConfigureReply,
            "timing" => Self::Timing,
            "timingrsp" => Self::TimingReply,
            "keepalive" => Self::Keepalive,
            _ => return None,
        })
    }

    /// The spelling on the wire.
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
        matches!(self, Self::Zones | Self::Objects | Self::Push)
    }
}
