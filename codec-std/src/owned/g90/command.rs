//! Mirrors of the commands to a cloud server's machine.

use std::fmt;

use codec_core::Secret;
use codec_core::g90::cloud::controller as cloud;
use codec_core::g90::{AlertFlags, PeripheralProtocol, PeripheralType};
use serde::{Deserialize, Serialize};

/// Mirrors [`cloud::Command`]. In JSON the member `command` tells which it is. Printing it does not show parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
#[non_exhaustive]
pub enum CloudCommand {
    /// The connection to the vendor's cloud changed.
    Upstream {
        /// How it is.
        state: CloudUpstream,
    },
    /// Have the panel obey a local command.
    Run {
        /// Its code.
        code: u16,
        /// Its parameters.
        parameters: Parameters,
    },
    /// A sensor in the panel's list.
    Sensor {
        /// Its index.
        index: u32,
        /// What it is.
        kind: i64,
        /// How it is connected.
        protocol: i64,
    },
    /// What the panel sends alerts for.
    Alerts {
        /// As bits.
        flags: i64,
    },
    /// End the connection.
    Close,
    /// Another one.
    Other,
}

/// Mirrors [`cloud::Upstream`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words say it")]
pub enum CloudUpstream {
    Connecting,
    Connected,
    Lost,
}

/// Parameters of a local command, which may have passwords in them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Parameters(String);

impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl From<&cloud::Command<'_>> for CloudCommand {
    fn from(from: &cloud::Command<'_>) -> Self {
        use cloud::{Command, Upstream};
        match from {
            Command::Upstream(state) => Self::Upstream {
                state: match state {
                    Upstream::Connecting => CloudUpstream::Connecting,
                    Upstream::Connected => CloudUpstream::Connected,
                    Upstream::Lost => CloudUpstream::Lost,
                },
            },
            Command::Run { command, parameters } => Self::Run { code: *command, parameters: Parameters((*parameters.expose()).to_owned()) },
            Command::Sensor { index, kind, protocol } => Self::Sensor { index: *index, kind: kind.raw(), protocol: protocol.raw() },
            Command::Alerts(flags) => Self::Alerts { flags: flags.bits() },
            Command::Close => Self::Close,
            _ => Self::Other,
        }
    }
}

impl CloudCommand {
    /// The same with letters and digits of its parameters replaced by `0`.
    #[must_use]
    pub fn hidden(self) -> Self {
        match self {
            Self::Run { code, parameters: Parameters(text) } => {
                let hidden = |character: char| if character.is_ascii_alphanumeric() { '0' } else { character };
                Self::Run { code, parameters: Parameters(text.chars().map(hidden).collect()) }
            }
            other => other,
        }
    }

    /// The command; `None` for [`CloudCommand::Other`].
    #[must_use]
    pub fn command(&self) -> Option<cloud::Command<'_>> {
        use cloud::{Command, Upstream};
        Some(match self {
            Self::Upstream { state: CloudUpstream::Connecting } => Command::Upstream(Upstream::Connecting),
            Self::Upstream { state: CloudUpstream::Connected } => Command::Upstream(Upstream::Connected),
            Self::Upstream { state: CloudUpstream::Lost } => Command::Upstream(Upstream::Lost),
            Self::Run { code, parameters } => Command::Run { command: *code, parameters: Secret::new(&parameters.0) },
            Self::Sensor { index, kind, protocol } => {
                let (kind, protocol) = (PeripheralType::from_raw(*kind), PeripheralProtocol::from_raw(*protocol));
                Command::Sensor { index: *index, kind, protocol }
            }
            Self::Alerts { flags } => Command::Alerts(AlertFlags::from_bits(*flags)),
            Self::Close => Command::Close,
            Self::Other => return None,
        })
    }
}
