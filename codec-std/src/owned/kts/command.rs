//! Commands without lifetimes.

use std::fmt;

use codec_core::Secret;
use codec_core::kts::controller::Command;
use codec_core::kts::{self, ActionInfo, Days, GroupAddress, Send, TaskFlag, TaskInfo, TimeOfDay, encode};
use codec_core::text::json::Text;
use serde::{Deserialize, Serialize, Serializer};

/// The masked key of a host, whatever its length: what a masked record signs registrations with.
pub(crate) const MASKED_KEY: &str = "0000000000";

/// A key. It is not printed, and serialised as zeros unless it is [`exposed`](Self::exposed).
#[derive(Clone, Deserialize)]
#[serde(from = "String")]
pub struct KeyText {
    text: String,
    /// What stands for it.
    masked: String,
    exposed: bool,
}

impl KeyText {
    /// The key of a host: ten zeros stand for it, whatever its length.
    #[must_use]
    pub fn of_host(key: Secret<&str>) -> Self {
        Self { text: (*key.expose()).to_owned(), masked: MASKED_KEY.to_owned(), exposed: false }
    }

    /// A key that is sent: as many zeros stand for it as it takes bytes on the wire.
    #[must_use]
    pub fn sent(key: Secret<&str>) -> Self {
        let len = |key| encode("", &Send::Configure { key, domain: "" }, &mut [0; 4096]).unwrap_or(0);
        let len = len(key).saturating_sub(len(Secret::new("")));
        Self { text: (*key.expose()).to_owned(), masked: "0".repeat(len), exposed: false }
    }

    /// The key.
    #[must_use]
    pub fn secret(&self) -> Secret<&str> {
        Secret::new(self.text.as_str())
    }

    /// The same, but serialised as it is. Still not printed.
    #[must_use]
    pub fn exposed(mut self) -> Self {
        self.exposed = true;
        self
    }
}

impl From<String> for KeyText {
    /// What was read from a record is not masked once more.
    fn from(text: String) -> Self {
        Self { masked: text.clone(), text, exposed: false }
    }
}

/// By the characters alone.
impl PartialEq for KeyText {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for KeyText {}

impl fmt::Debug for KeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Serialize for KeyText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(if self.exposed { &self.text } else { &self.masked })
    }
}

/// Mirrors [`kts::Scheme`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// As the document says.
    Md5,
    /// HMAC-SHA256.
    HmacSha256,
}

impl From<kts::Scheme> for Scheme {
    fn from(from: kts::Scheme) -> Self {
        match from {
            kts::Scheme::Md5 => Self::Md5,
            kts::Scheme::HmacSha256 => Self::HmacSha256,
        }
    }
}

impl From<Scheme> for kts::Scheme {
    fn from(from: Scheme) -> Self {
        match from {
            Scheme::Md5 => Self::Md5,
            Scheme::HmacSha256 => Self::HmacSha256,
        }
    }
}

/// Mirrors [`ActionInfo`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskAction {
    /// Type of the value.
    pub eis: u16,
    /// Group address, `1/2/3`.
    pub address: String,
    /// The value.
    pub value: String,
}

impl From<&ActionInfo<'_>> for TaskAction {
    fn from(from: &ActionInfo<'_>) -> Self {
        Self { eis: from.eis, address: from.address.to_string(), value: from.value.to_owned() }
    }
}

impl TaskAction {
    /// The action; `None` if the address is none.
    #[must_use]
    pub fn as_info(&self) -> Option<ActionInfo<'_>> {
        Some(ActionInfo { eis: self.eis, address: GroupAddress::parse(&self.address)?, value: &self.value })
    }
}

/// Mirrors [`TaskInfo`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnedTask {
    /// Identifies the task.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Zone.
    pub room: String,
    /// What is to be done with it, as on the wire: `1` enable, `0` disable, `2` delete.
    pub flag: String,
    /// Hour and minute.
    pub time: (u8, u8),
    /// What it does.
    pub actions: Vec<TaskAction>,
    /// Days of the week from 1, Monday.
    pub days: Vec<u8>,
}

impl From<&TaskInfo<'_>> for OwnedTask {
    fn from(from: &TaskInfo<'_>) -> Self {
        Self {
            id: from.id.to_owned(),
            name: from.name.to_owned(),
            room: from.room.to_owned(),
            flag: from.flag.text().to_string(),
            time: (from.time.hour(), from.time.minute()),
            actions: from.actions.iter().map(TaskAction::from).collect(),
            days: from.days.iter().collect(),
        }
    }
}

impl OwnedTask {
    /// Gives the task to `use_it`; `None` if a member is not usable.
    pub fn with_info<T>(&self, use_it: impl FnOnce(&TaskInfo<'_>) -> T) -> Option<T> {
        let actions = self.actions.iter().map(TaskAction::as_info).collect::<Option<Vec<_>>>()?;
        let flag = match self.flag.as_str() {
            "1" => TaskFlag::Enable,
            "0" => TaskFlag::Disable,
            "2" => TaskFlag::Delete,
            other => TaskFlag::Other(Text::of(other)?),
        };
        let time = TimeOfDay::new(self.time.0, self.time.1)?;
        let days = self.days.iter().fold(Days::default(), |days, day| days.with(*day));
        Some(use_it(&TaskInfo { id: &self.id, name: &self.name, room: &self.room, flag, time, actions: &actions, days }))
    }
}

/// Mirrors [`Command`]. In JSON the member `command` tells which it is, and keys are masked unless [`exposed`](Self::exposed).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
#[non_exhaustive]
pub enum OwnedCommand {
    /// Let the host in if it has signed with this key. The memory of registrations is not kept.
    Key {
        /// The key.
        key: KeyText,
        /// A second one that is right too.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        other: Option<KeyText>,
        /// How it signs.
        scheme: Scheme,
    },
    /// The host is not known.
    Refuse,
    /// Send a value to a group address.
    Control(TaskAction),
    /// Send a value to an object.
    Set {
        /// Its id.
        object: String,
        /// The value.
        value: String,
    },
    /// Switch an object whose id is a number.
    Switch {
        /// The number.
        object: u32,
        /// Whether to switch it on.
        on: bool,
    },
    /// Ask for the objects of a zone.
    Query {
        /// Its id; `None` for all.
        room: Option<String>,
    },
    /// Keep, change or delete a task.
    Timing(OwnedTask),
    /// Give the host a new key and domain.
    Configure {
        /// The key.
        key: KeyText,
        /// The domain.
        domain: String,
    },
    /// Ask for everything again.
    Resync,
    /// Close.
    Close,
    /// Another one, which cannot be turned back into a [`Command`].
    Other,
}

impl From<&Command<'_>> for OwnedCommand {
    fn from(from: &Command<'_>) -> Self {
        match from {
            Command::Key { key, other, scheme, .. } => {
                Self::Key { key: KeyText::of_host(*key), other: other.map(KeyText::of_host), scheme: (*scheme).into() }
            }
            Command::Refuse => Self::Refuse,
            Command::Control(action) => Self::Control(action.into()),
            Command::Set { object, value } => Self::Set { object: (*object).to_owned(), value: (*value).to_owned() },
            Command::Switch { object, on } => Self::Switch { object: *object, on: *on },
            Command::Query { room } => Self::Query { room: room.map(str::to_owned) },
            Command::Timing(task) => Self::Timing((*task).into()),
            Command::Configure { key, domain } => Self::Configure { key: KeyText::sent(*key), domain: (*domain).to_owned() },
            Command::Resync => Self::Resync,
            Command::Close => Self::Close,
            _ => Self::Other,
        }
    }
}

impl OwnedCommand {
    /// The same, but serialised with its keys as they are. Still not printed.
    #[must_use]
    pub fn exposed(self) -> Self {
        match self {
            Self::Key { key, other, scheme } => Self::Key { key: key.exposed(), other: other.map(KeyText::exposed), scheme },
            Self::Configure { key, domain } => Self::Configure { key: key.exposed(), domain },
            other => other,
        }
    }

    /// Gives the command to `submit`; `None` for [`OwnedCommand::Other`], or if a member is not usable.
    pub fn with_command<T>(&self, submit: impl FnOnce(Command<'_>) -> T) -> Option<T> {
        let command = match self {
            Self::Key { key, other, scheme } => {
                let other = other.as_ref().map(KeyText::secret);
                Command::Key { key: key.secret(), other, scheme: (*scheme).into(), replays: None }
            }
            Self::Refuse => Command::Refuse,
            Self::Control(action) => Command::Control(action.as_info()?),
            Self::Set { object, value } => Command::Set { object, value },
            Self::Switch { object, on } => Command::Switch { object: *object, on: *on },
            Self::Query { room } => Command::Query { room: room.as_deref() },
            Self::Timing(task) => return task.with_info(|task| submit(Command::Timing(task))),
            Self::Configure { key, domain } => Command::Configure { key: key.secret(), domain },
            Self::Resync => Command::Resync,
            Self::Close => Command::Close,
            Self::Other => return None,
        };
        Some(submit(command))
    }
}
