//! Mirrors of the Ksenia types.

use codec_core::ksenia::controller::{self, Event, Name};
use codec_core::ksenia::{self, Detail, Kind, Message};
use codec_core::text::elements::Integrity;
use codec_core::text::json::{self, Object, Text};
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

use super::{CloseReason, Fault, Notice};
use crate::record::is_pin;

mod command;

pub use command::{DayProgramme, OwnedCommand, OwnedSetOutput, OwnedThermostatChange, SeasonChange, Switch};

/// A JSON value of the core's as one of `serde_json`. A number that is too large for it becomes a text.
///
/// Nothing is masked. The core follows 16 levels, so the recursion ends.
#[must_use]
pub fn to_json(value: json::Value<'_>) -> Value {
    match value {
        json::Value::Null => Value::Null,
        json::Value::Bool(bool) => Value::Bool(bool),
        // `serde_json` takes it for a fraction.
        json::Value::Number(number) if number.raw() == "-0" => Value::from(0),
        json::Value::Number(number) => match number.raw().parse::<Number>() {
            Ok(exact) if !exact.is_f64() || number.raw().contains(['.', 'e', 'E']) => Value::Number(exact),
            _ => Value::String(number.raw().into()),
        },
        json::Value::Text(text) => Value::String(text.to_string()),
        json::Value::Array(array) => Value::Array(array.values().map(to_json).collect()),
        json::Value::Object(object) => Value::Object(object.members().map(|(name, inner)| (name.to_string(), to_json(inner))).collect()),
    }
}

/// An object with its PINs hidden: characters of texts become `0`, numbers 0. `scenarios` says that it is a record of `SCENARIOS`, whose
/// `PIN` tells by letters whether one is needed.
fn hidden(object: Object<'_>, scenarios: bool) -> Value {
    let mut value = to_json(json::Value::Object(object));
    hide(&mut value, false, scenarios);
    value
}

fn hide(value: &mut Value, secret: bool, scenarios: bool) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let is_need = scenarios && matches!(value, Value::String(word) if word.bytes().all(|byte| byte.is_ascii_alphabetic()));
                hide(value, secret || is_pin(name) && !is_need, scenarios || name == "SCENARIOS");
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| hide(value, secret, scenarios)),
        Value::String(text) if secret => *text = "0".repeat(text.chars().count()),
        Value::Number(number) if secret => *number = 0.into(),
        _ => {}
    }
}

/// Mirrors [`ksenia::Crc`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Crc {
    /// It fits.
    Verified(u16),
    /// It does not.
    Wrong {
        /// The value that would fit.
        expected: u16,
        /// The value received.
        found: u16,
    },
    /// There is none that is a number.
    Absent,
    /// Nobody looked.
    Unchecked,
}

impl From<ksenia::Crc> for Crc {
    fn from(from: ksenia::Crc) -> Self {
        match from {
            ksenia::Crc::Verified(value) => Self::Verified(value),
            ksenia::Crc::Wrong { expected, found } => Self::Wrong { expected, found },
            ksenia::Crc::Absent => Self::Absent,
            ksenia::Crc::Unchecked => Self::Unchecked,
        }
    }
}

/// A message; mirrors [`ksenia::Message`]. The names in JSON are those of `panelctl decode`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OwnedMessage {
    /// Who sends it.
    pub sender: Option<String>,
    /// For whom it is.
    pub receiver: Option<String>,
    /// What it is.
    pub cmd: String,
    /// Its number.
    pub id: Option<String>,
    /// What the content is.
    pub payload_type: Option<String>,
    /// Seconds since 1970, as they were sent.
    pub timestamp: Option<String>,
    /// The content, PINs hidden.
    pub payload: Option<Value>,
    /// What is known about its check value.
    pub crc: Crc,
}

impl From<&Message<'_>> for OwnedMessage {
    fn from(from: &Message<'_>) -> Self {
        let own = |text: Text<'_>| text.to_string();
        Self {
            sender: from.sender().map(own),
            receiver: from.receiver().map(own),
            cmd: own(from.verb_text()),
            id: from.id().map(own),
            payload_type: from.form_text().map(own),
            timestamp: from.timestamp().map(own),
            payload: from.payload().map(|payload| hidden(payload, false)),
            crc: from.crc().into(),
        }
    }
}

/// Mirrors [`controller::Outcome`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// It was begun, and there is no answer to wait for.
    Sent,
    /// The panel says that it obeyed.
    Confirmed,
    /// The panel answered without a result.
    Unclear,
    /// The panel says no.
    Refused {
        /// Why, as on the wire, if that is a word known here: `WRONG_PIN`.
        detail: Option<String>,
    },
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
            controller::Outcome::Refused(detail) => Self::Refused { detail: detail.map(Detail::text).map(|text| text.to_string()) },
            controller::Outcome::TimedOut => Self::TimedOut,
            controller::Outcome::Disconnected => Self::Disconnected,
            other => Self::Other { detail: format!("{other:?}") },
        }
    }
}

/// Mirrors [`Event`]. In JSON the member `event` tells which it is. PINs in what a panel sends are hidden.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum OwnedEvent {
    /// The panel took the login.
    LoggedIn,
    /// The start is over.
    Ready {
        /// Whether the panel will tell of changes by itself.
        registered: bool,
    },
    /// A message came whole.
    Message(OwnedMessage),
    /// A record.
    Record {
        /// The list it is of: `STATUS_ZONES`.
        kind: String,
        /// The record.
        record: Value,
        /// Whether the check value of the message fits already.
        verified: bool,
        /// Told before the registration was confirmed.
        early: bool,
    },
    /// A member of a long message.
    Value {
        /// Its name.
        name: String,
        /// Its text.
        text: String,
    },
    /// A piece of a long text.
    Text {
        /// Its name.
        name: String,
        /// The piece.
        text: String,
        /// Whether it is the last.
        last: bool,
    },
    /// A record that is too long begins.
    RecordBegin {
        /// The list it is of.
        kind: String,
        /// Class `too-long`.
        fault: Fault,
    },
    /// An object in a list inside such a record.
    Inner {
        /// The list that the record is of.
        kind: String,
        /// Name of the inner list.
        list: String,
        /// Place in it, from 0.
        index: u16,
        /// The object.
        object: Value,
    },
    /// Such a record ends.
    RecordEnd,
    /// A message ends.
    FrameEnd {
        /// What is known about its check value.
        crc: Crc,
    },
    /// The programming of the panel has changed.
    Reprogrammed,
    /// Something in the house changed.
    Notice(Notice),
    /// A command has ended.
    Done {
        /// Which, see [`codec_core::Ticket::number`].
        ticket: u32,
        /// How.
        outcome: Outcome,
    },
    /// A message could not be used, or a table is full.
    Fault(Fault),
    /// The panel broke the rules of WebSocket.
    Broken {
        /// For people.
        detail: String,
    },
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
        let kind_of = |kind: Kind<'_>| kind.text().to_string();
        // An unknown one has its name beside it.
        let list_of = |kind: Kind<'_>, name: &Name| if kind.text().is_empty() { name.as_str().into() } else { kind_of(kind) };
        // A single member has no place for `SCENARIOS`, whose records fit whole.
        let shown = |name: &str, text: Text<'_>| {
            let text = text.to_string();
            if is_pin(name) { "0".repeat(text.chars().count()) } else { text }
        };
        match from {
            Event::LoggedIn => Self::LoggedIn,
            Event::Ready { registered } => Self::Ready { registered },
            Event::Message(message) => Self::Message((&message).into()),
            Event::Record { record, name, integrity, early } => Self::Record {
                kind: list_of(record.kind(), &name),
                record: hidden(record.object(), record.kind() == Kind::Scenarios),
                verified: integrity == Integrity::Verified,
                early,
            },
            Event::Value { name, text } => Self::Value { name: name.as_str().into(), text: shown(name.as_str(), text) },
            Event::Text { name, text, last } => Self::Text { name: name.as_str().into(), text: shown(name.as_str(), text), last },
            Event::RecordBegin { kind, name, fault } => Self::RecordBegin { kind: list_of(kind, &name), fault: fault.into() },
            Event::Inner { kind, list, index, object } => {
                Self::Inner { kind: kind_of(kind), list: list.as_str().into(), index, object: hidden(object, false) }
            }
            Event::RecordEnd => Self::RecordEnd,
            Event::FrameEnd { crc } => Self::FrameEnd { crc: crc.into() },
            Event::Reprogrammed => Self::Reprogrammed,
            Event::Notice(notice) => Self::Notice(notice.into()),
            Event::Done { ticket, outcome } => Self::Done { ticket: ticket.number(), outcome: outcome.into() },
            Event::Fault(fault) => Self::Fault(fault.into()),
            Event::Broken(error) => Self::Broken { detail: error.to_string() },
            Event::Closed(reason) => Self::Closed { reason: reason.into() },
            other => Self::Other { detail: format!("{other:?}") },
        }
    }
}

#[cfg(test)]
#[path = "ksenia_tests.rs"]
mod tests;
