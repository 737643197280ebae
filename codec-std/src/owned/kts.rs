//! Mirrors of the KTS types.

use codec_core::kts::controller::{self, Event};
use codec_core::kts::{self, Frame};
use codec_core::text::json::Text;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ksenia::to_json;
use super::{CloseReason, Fault, Notice};

mod command;

pub(crate) use command::MASKED_KEY;
pub use command::{KeyText, OwnedCommand, OwnedTask, Scheme, TaskAction};

fn own(text: Option<Text<'_>>) -> Option<String> {
    text.map(|text| text.to_string())
}

/// Mirrors [`kts::Zone`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zone {
    /// Identifies the zone.
    pub id: Option<String>,
    /// Name for people.
    pub name: Option<String>,
    /// The zone it is a part of.
    pub parent: Option<String>,
    /// Icon.
    pub icon: Option<String>,
}

impl From<kts::Zone<'_>> for Zone {
    fn from(from: kts::Zone<'_>) -> Self {
        Self { id: own(from.id), name: own(from.name), parent: own(from.parent), icon: own(from.icon) }
    }
}

/// Mirrors [`kts::Object`]. Group addresses are texts, `1/2/3`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// Identifies the object on its host.
    pub id: Option<String>,
    /// Type of the value, as it was sent.
    pub eis: Option<String>,
    /// The value; `None` while it is not read.
    pub value: Option<String>,
    /// Name for people.
    pub name: Option<String>,
    /// Zone it belongs to.
    pub room: Option<String>,
    /// Kind of device, as it was sent.
    pub device: Option<String>,
    /// Where values are written.
    pub write: Option<String>,
    /// Where the status comes from.
    pub status: Option<String>,
    /// Third address.
    pub third: Option<String>,
    /// Tag.
    pub group: Option<String>,
    /// Icon.
    pub icon: Option<String>,
}

impl From<kts::Object<'_>> for Object {
    fn from(from: kts::Object<'_>) -> Self {
        let address = |address: Option<kts::GroupAddress>| address.map(|address| address.to_string());
        Self {
            id: own(from.id),
            eis: own(from.eis),
            value: own(from.value),
            name: own(from.name),
            room: own(from.room),
            device: own(from.device.map(kts::DeviceType::text)),
            write: address(from.write),
            status: address(from.status),
            third: address(from.third),
            group: own(from.group),
            icon: own(from.icon),
        }
    }
}

/// Mirrors [`controller::Outcome`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// It was begun, and there is no answer to wait for.
    Sent,
    /// The host says that it obeyed.
    Confirmed,
    /// The host answered something else than yes or no.
    Unclear,
    /// The host says no.
    Refused {
        /// Its number.
        error: u32,
    },
    /// The registration was refused.
    NotLetIn,
    /// Nothing came in time.
    TimedOut,
    /// The connection ended first.
    Disconnected,
    /// Another one.
    Other {
        /// For people.
        detail: String,
    },
}

impl From<controller::Outcome> for Outcome {
    fn from(from: controller::Outcome) -> Self {
        match from {
            controller::Outcome::Sent => Self::Sent,
            controller::Outcome::Confirmed => Self::Confirmed,
            controller::Outcome::Unclear => Self::Unclear,
            controller::Outcome::Refused(error) => Self::Refused { error },
            controller::Outcome::NotLetIn => Self::NotLetIn,
            controller::Outcome::TimedOut => Self::TimedOut,
            controller::Outcome::Disconnected => Self::Disconnected,
            other => Self::Other { detail: format!("{other:?}") },
        }
    }
}

/// Mirrors [`controller::RegisterError`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RegisterError {
    /// The caller does not know the host.
    Unknown,
    /// The caller said nothing in time.
    Undecided,
    /// The signature is wrong.
    Signature,
    /// The time stamp is too far from the clock here.
    Clock,
    /// The clock here is not set.
    NoClock,
    /// The registration was used before.
    Replayed,
    /// The memory of registrations is full.
    MemoryFull,
    /// A text is not usable.
    BadText,
    /// Another one.
    Other {
        /// For people.
        detail: String,
    },
}

impl From<controller::RegisterError> for RegisterError {
    fn from(from: controller::RegisterError) -> Self {
        match from {
            controller::RegisterError::Unknown => Self::Unknown,
            controller::RegisterError::Undecided => Self::Undecided,
            controller::RegisterError::Signature => Self::Signature,
            controller::RegisterError::Clock => Self::Clock,
            controller::RegisterError::NoClock => Self::NoClock,
            controller::RegisterError::Replayed => Self::Replayed,
            controller::RegisterError::MemoryFull => Self::MemoryFull,
            controller::RegisterError::BadText => Self::BadText,
            other => Self::Other { detail: other.to_string() },
        }
    }
}

/// `data` with keys hidden: the characters of a `key` become `0`.
fn hidden(frame: &Frame<'_>) -> Option<Value> {
    fn hide(value: &mut Value) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    match value {
                        Value::String(text) if name == "key" => *text = "0".repeat(text.chars().count()),
                        value if name == "key" => *value = Value::Null,
                        value => hide(value),
                    }
                }
            }
            Value::Array(values) => values.iter_mut().for_each(hide),
            _ => {}
        }
    }
    let mut value = to_json(frame.data()?);
    hide(&mut value);
    Some(value)
}

/// Mirrors [`controller::Event`]. In JSON the member `event` tells which it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum OwnedEvent {
    /// A host wants in.
    Registering {
        /// Who it says it is.
        sn: String,
        /// Its time, as it was sent.
        timestamp: String,
    },
    /// The host is let in.
    Registered {
        /// It signed with the other key.
        with_other: bool,
    },
    /// The host is not let in.
    RegistrationRefused {
        /// Why.
        reason: RegisterError,
    },
    /// A zone.
    Zone(Zone),
    /// An object.
    Object(Object),
    /// A value has changed.
    Update {
        /// Which object.
        id: Option<String>,
        /// Type of the value, as it was sent.
        eis: Option<String>,
        /// The value; `None` while it is not read.
        value: Option<String>,
        /// Told before all objects have been asked for.
        early: bool,
    },
    /// A list has ended.
    ListEnd {
        /// Which command it came with.
        cmd: String,
    },
    /// Another frame.
    Frame {
        /// Its command.
        cmd: String,
        /// What came with it, keys hidden.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        data: Option<Value>,
    },
    /// Zones and objects have been asked for.
    Synchronised {
        /// All questions were answered.
        complete: bool,
    },
    /// The host does not want a task.
    TaskRefused {
        /// Its id.
        id: String,
    },
    /// Something in the house changed.
    Notice(Notice),
    /// A command has ended.
    Done {
        /// Which, see [`codec_core::Ticket::number`].
        ticket: u32,
        /// How.
        outcome: Outcome,
    },
    /// A frame could not be used, or a table is full.
    Fault(Fault),
    /// The machine has ended.
    Closed {
        /// Why.
        reason: CloseReason,
    },
    /// Another one.
    Other {
        /// For people.
        detail: String,
    },
}

impl From<Event<'_>> for OwnedEvent {
    fn from(from: Event<'_>) -> Self {
        match from {
            Event::Registering(host) => Self::Registering { sn: host.sn.to_string(), timestamp: host.timestamp.to_string() },
            Event::Registered { with_other } => Self::Registered { with_other },
            Event::RegistrationRefused(error) => Self::RegistrationRefused { reason: error.into() },
            Event::Zone(zone) => Self::Zone(zone.into()),
            Event::Object(object) => Self::Object(object.into()),
            Event::Update { update, early } => Self::Update { id: own(update.id), eis: own(update.eis), value: own(update.value), early },
            Event::ListEnd(verb) => Self::ListEnd { cmd: verb.text().to_string() },
            Event::Frame(frame) => Self::Frame { cmd: frame.cmd().to_string(), data: hidden(&frame) },
            Event::Synchronised { complete } => Self::Synchronised { complete },
            Event::TaskRefused { id } => Self::TaskRefused { id: id.as_str().to_owned() },
            Event::Notice(notice) => Self::Notice(notice.into()),
            Event::Done { ticket, outcome } => Self::Done { ticket: ticket.number(), outcome: outcome.into() },
            Event::Fault(fault) => Self::Fault(fault.into()),
            Event::Closed(reason) => Self::Closed { reason: reason.into() },
            other => Self::Other { detail: format!("{other:?}") },
        }
    }
}

#[cfg(test)]
#[path = "kts_tests.rs"]
mod tests;
