//! What everybody is told.

use serde::{Deserialize, Serialize};

/// Something has changed, and is durable; values of hosts may become so a moment later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Note {
    /// A host has told a value.
    Value {
        /// Serial number of the host.
        sn: String,
        /// Which object.
        object: String,
        /// The value; `None` while the host has not read it.
        value: Option<String>,
        /// When it came in, in milliseconds since 1970.
        at: u64,
    },
    /// Zones and objects of a host were asked for and are all there.
    Synchronised {
        /// Serial number of the host.
        sn: String,
    },
    /// A host has registered. Other connections of the same are over.
    Online {
        /// Serial number of the host.
        sn: String,
        /// Names the connection among those of all processes.
        connection: String,
    },
    /// A connection with a host has ended.
    Offline {
        /// Serial number of the host.
        sn: String,
    },
    /// A command has ended.
    Command {
        /// Serial number of the host.
        sn: String,
        /// Which.
        id: String,
        /// `done`, or the word of a failure.
        state: String,
    },
    /// A schedule was written, taken or refused by the host, or deleted.
    Schedule {
        /// Serial number of the host.
        sn: String,
        /// Which.
        id: String,
        /// `pending`, `on_host`, `refused` or `deleted`.
        state: String,
    },
    /// A host has another key, or has not taken it.
    Rotation {
        /// Serial number of the host.
        sn: String,
        /// `done`, or the word of a failure.
        state: String,
    },
    /// There is something to do for the connection with the host.
    Wake {
        /// Serial number of the host.
        sn: String,
    },
    /// A host may not come in any more: the connection is to be closed.
    Expelled {
        /// Serial number of the host.
        sn: String,
    },
    /// What a user may do has changed.
    Users,
    /// Notes may have been missed: look for yourself.
    Missed,
    /// What hosts have told could not be written: ask them again.
    Lost,
}

impl Note {
    /// The host that it is about.
    #[must_use]
    pub fn sn(&self) -> Option<&str> {
        match self {
            Self::Value { sn, .. }
            | Self::Synchronised { sn }
            | Self::Online { sn, .. }
            | Self::Offline { sn }
            | Self::Command { sn, .. }
            | Self::Schedule { sn, .. }
            | Self::Rotation { sn, .. }
            | Self::Wake { sn }
            | Self::Expelled { sn } => Some(sn),
            Self::Users | Self::Missed | Self::Lost => None,
        }
    }

    /// Whether users of the host may see it.
    #[must_use]
    pub const fn is_for_users(&self) -> bool {
        !matches!(self, Self::Wake { .. } | Self::Expelled { .. } | Self::Users | Self::Lost)
    }
}
