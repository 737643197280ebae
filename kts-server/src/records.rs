//! What stands in the store, and under which keys.
//!
//! | key | record |
//! |---|---|
//! | `host/SN` | [`Host`]: may come in, with which key |
//! | `user/HASH` | [`User`], by the hash of the token |
//! | `zone/SN/ID`, `object/SN/ID`, `value/SN/ID` | [`Zone`], [`Object`], [`Value`] as the host told them |
//! | `schedule/SN/ID` | [`Schedule`] |
//! | `command/SN/ID` | [`Command`] that waits; `ended/SN/ID` one that has ended |
//! | `online/SN/CONNECTION` | [`Connection`] |
//! | `process/ID` | when a process was last seen, in milliseconds since 1970 |
//! | `seen/UNTIL/SIGN` | a registration that was used |

use codec_core::kts::Scheme;
use serde::{Deserialize, Serialize};

/// Longest identifier that a host may use, in bytes.
pub const MAX_ID: usize = 64;
/// Longest value that is kept, in bytes. Longer ones are not taken.
pub const MAX_VALUE: usize = 1024;

/// Whether an identifier can stand in a key: not empty, not too long, no control characters.
#[must_use]
pub fn is_id(text: &str) -> bool {
    (1..=MAX_ID).contains(&text.len()) && !text.chars().any(char::is_control)
}

/// Whether a text can be a serial number: 1 to 32 letters, digits, `-`, `:`, `_` and `.`, as the protocol's machine takes them.
#[must_use]
pub fn is_sn(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-:_.".contains(&byte))
}

/// Whether a text can be a value for an object: 1 to 64 bytes, no comma or `=`, which separate values, and no control characters.
#[must_use]
pub fn is_object_value(text: &str) -> bool {
    (1..=64).contains(&text.len()) && !text.chars().any(|character| character.is_control() || ",=".contains(character))
}

/// How a host signs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signing {
    /// As the document says.
    #[default]
    Md5,
    /// Stronger; the host must be set to it.
    HmacSha256,
}

impl From<Signing> for Scheme {
    fn from(signing: Signing) -> Self {
        match signing {
            Signing::Md5 => Self::Md5,
            Signing::HmacSha256 => Self::HmacSha256,
        }
    }
}

/// A text that `Debug` does not show.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hidden(pub String);

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// A key on its way to a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rotation {
    /// The new key.
    pub key: Hidden,
    /// Where the host dials from then on.
    pub domain: String,
    /// How often it was sent.
    pub attempts: u8,
}

/// A host that may come in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    /// The key that is known to be right.
    pub key: Hidden,
    /// How it signs.
    #[serde(default)]
    pub signing: Signing,
    /// The key that may be right too, until it is known.
    #[serde(default)]
    pub rotation: Option<Rotation>,
    /// How the last rotation ended: `done`, or the word of a failure.
    #[serde(default)]
    pub last_rotation: Option<String>,
}

/// Somebody with a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Name, unique.
    pub name: String,
    /// May do everything.
    #[serde(default)]
    pub admin: bool,
    /// Serial numbers of the hosts that he may see and switch.
    #[serde(default)]
    pub hosts: Vec<String>,
}

impl User {
    /// Whether he may see and switch a host.
    #[must_use]
    pub fn may(&self, sn: &str) -> bool {
        self.admin || self.hosts.iter().any(|allowed| allowed == sn)
    }
}

/// A zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zone {
    /// Name for people.
    pub name: String,
    /// The zone it is a part of.
    pub parent: Option<String>,
    /// Icon, as `@bedroom`.
    pub icon: String,
}

/// An object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// Name for people.
    pub name: String,
    /// Zone it belongs to.
    pub zone: Option<String>,
    /// Type of the value.
    pub eis: Option<u16>,
    /// Kind of device, as its number on the wire.
    pub device: Option<String>,
    /// Tag.
    pub group: Option<String>,
    /// Icon, as `@light`.
    pub icon: Option<String>,
    /// Where values are written: a group address, for nobody but the host.
    pub write: Option<String>,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Value {
    /// The value; `None` while the host has not read it.
    pub value: Option<String>,
    /// When it came in, in milliseconds since 1970.
    pub at: u64,
}

/// What a schedule does with an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScheduledAction {
    /// Which object.
    pub object: String,
    /// Its value.
    pub value: String,
}

/// Where a schedule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScheduleState {
    /// The host does not have it yet, or has an older one.
    Pending,
    /// The host has it.
    OnHost,
    /// The host does not want it, or it names objects that are not there any more.
    Refused,
    /// It is forgotten as soon as the host has forgotten it.
    Deleting,
}

impl ScheduleState {
    /// One word, as in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::OnHost => "on_host",
            Self::Refused => "refused",
            Self::Deleting => "deleting",
        }
    }
}

/// A schedule: written here first, then sent to the host, and again after every registration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// Name for people.
    pub name: String,
    /// Zone.
    pub zone: String,
    /// Whether it runs.
    pub enabled: bool,
    /// `HH:MM` on the host's clock.
    pub time: String,
    /// 1 for Monday to 7 for Sunday.
    pub days: Vec<u8>,
    /// What it does.
    pub actions: Vec<ScheduledAction>,
    /// Where it is.
    pub state: ScheduleState,
    /// Grows with every change, so that an answer to an older one is not taken for one to a newer.
    pub version: u64,
}

/// A value to be sent to an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// Which object.
    pub object: String,
    /// The value.
    pub value: String,
    /// Who wants it.
    pub user: String,
    /// When it was taken, in milliseconds since 1970.
    pub at: u64,
    /// When nobody wants it any more.
    pub expires: u64,
    /// `accepted`, `done`, or the word of a failure.
    pub state: String,
}

/// A connection of a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// Which process has it.
    pub process: String,
    /// From where.
    pub peer: String,
    /// Since when, in milliseconds since 1970.
    pub at: u64,
}
