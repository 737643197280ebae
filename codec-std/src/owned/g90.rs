//! Mirrors of the G90 types. Numbers of the protocol stay numbers; [`codec_core::g90`] has their names.

use codec_core::g90::cloud::controller as cloud;
use codec_core::g90::cloud::{Body, Message};
use codec_core::g90::local::controller as local;
use codec_core::g90::local::{Answer, CommandCode};
use codec_core::g90::notify::{self, Notification, controller as listening};
use codec_core::g90::{AlertSource, AlertType, Facts};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ksenia::to_json;
use super::{CloseReason, Fault, Notice};

mod command;

pub use command::{CloudCommand, CloudUpstream, Parameters};

/// Mirrors [`Facts`]. In JSON the names are those of `panelctl decode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OwnedFacts {
    /// What it is, see [`AlertType`].
    #[serde(rename = "type")]
    pub alert_type: i64,
    /// What it is about.
    pub event_id: i64,
    /// What it comes from, see [`AlertSource`].
    pub source: i64,
    /// State, in a numbering that depends on type and source.
    pub state: i64,
}

impl From<Facts> for OwnedFacts {
    fn from(from: Facts) -> Self {
        let Facts { alert_type, event_id, source, state } = from;
        Self { alert_type: alert_type.raw(), event_id, source: source.raw(), state }
    }
}

impl From<OwnedFacts> for Facts {
    /// To ask what they [mean](Facts::meaning).
    fn from(from: OwnedFacts) -> Self {
        let OwnedFacts { alert_type, event_id, source, state } = from;
        Self { alert_type: AlertType::from_raw(alert_type), event_id, source: AlertSource::from_raw(source), state }
    }
}

/// Mirrors [`notify::Alert`], and the alerts of the cloud.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OwnedAlert {
    /// Its numbers.
    #[serde(flatten)]
    pub facts: OwnedFacts,
    /// Name of the sensor, or empty.
    pub zone_name: String,
    /// Seconds since 1970 by the panel's clock, taken as UTC.
    pub unix_time: i64,
}

/// Mirrors [`Notification`]. In JSON the member `kind` tells which it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum OwnedNotification {
    /// The panel was armed or disarmed, or is in alarm.
    Arming {
        /// See [`ArmState`](codec_core::g90::ArmState).
        state: i64,
    },
    /// A sensor in the panel's list changed.
    SensorChange {
        /// Its index in the list.
        index: i64,
        /// Its name.
        name: String,
        /// 1: it was added.
        action: i64,
    },
    /// A sensor was active.
    SensorActivity {
        /// Its index in the panel's list.
        index: i64,
        /// Its name.
        name: String,
    },
    /// A door is open while the panel is being armed.
    DoorOpenWhenArming {
        /// Index of its sensor.
        index: i64,
        /// Name of the sensor.
        name: String,
    },
    /// Another one.
    Other {
        /// Its number.
        number: i64,
        /// Its data.
        data: Value,
    },
}

impl From<&Notification<'_>> for OwnedNotification {
    fn from(from: &Notification<'_>) -> Self {
        match *from {
            Notification::Arming(state) => Self::Arming { state: state.raw() },
            Notification::SensorChange { index, name, action } => Self::SensorChange { index, name: name.to_string(), action },
            Notification::SensorActivity { index, name } => Self::SensorActivity { index, name: name.to_string() },
            Notification::DoorOpenWhenArming { index, name } => Self::DoorOpenWhenArming { index, name: name.to_string() },
            Notification::Other { kind, data } => Self::Other { number: kind.raw(), data: to_json(data) },
            other => Self::Other { number: other.kind().raw(), data: Value::Null },
        }
    }
}

/// Mirrors [`listening::Event`]. In JSON the member `event` tells which it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum NotifyEvent {
    /// A notification.
    Notification(OwnedNotification),
    /// An alert.
    Alert(OwnedAlert),
    /// A message with a code that has no name.
    Message {
        /// Its code.
        code: i64,
        /// Its data.
        data: Value,
    },
    /// A datagram that is not of this panel.
    Foreign {
        /// Whether it is an alert that names another panel, rather than a datagram from another address.
        by_device_id: bool,
    },
    /// Something in the house changed.
    Notice(Notice),
    /// A door was open when the panel was being armed, or no longer counts as such.
    OpenWhenArming {
        /// Index of its sensor.
        sensor: u32,
        /// Whether it was.
        active: bool,
    },
    /// A datagram could not be used, or the table of sensors is full.
    Fault(Fault),
    /// The machine has ended.
    Closed {
        /// Why.
        reason: CloseReason,
    },
    /// Another one.
    Other,
}

impl From<listening::Event<'_>> for NotifyEvent {
    fn from(from: listening::Event<'_>) -> Self {
        use listening::Event;
        match from {
            Event::Notification(notification) => Self::Notification((&notification).into()),
            Event::Alert(notify::Alert { facts, zone_name, unix_time, .. }) => {
                Self::Alert(OwnedAlert { facts: facts.into(), zone_name: zone_name.to_string(), unix_time })
            }
            Event::Other(message) => Self::Message { code: message.code().raw(), data: to_json(message.data()) },
            Event::Foreign(foreign) => Self::Foreign { by_device_id: foreign == listening::Foreign::DeviceId },
            Event::Notice(notice) => Self::Notice(notice.into()),
            Event::OpenWhenArming { sensor, active } => Self::OpenWhenArming { sensor, active },
            Event::Fault(fault) => Self::Fault(fault.into()),
            Event::Closed(reason) => Self::Closed { reason: reason.into() },
            _ => Self::Other,
        }
    }
}

/// A message of the cloud protocol, without texts of commands and answers, which may hold passwords.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OwnedMessage {
    /// Which it is, see [`Body::name`].
    pub message: String,
    /// The number in its header, if it has one.
    pub sequence: Option<u16>,
    /// The alert that it is, if it is a status change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert: Option<OwnedAlert>,
    /// The text of a notification; what is not UTF-8 is replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl From<&Message<'_>> for OwnedMessage {
    fn from(from: &Message<'_>) -> Self {
        let alert = from.body.alert().map(|alert| OwnedAlert {
            facts: alert.facts.into(),
            zone_name: alert.name.to_string(),
            unix_time: alert.unix_time.into(),
        });
        let text = match from.body {
            Body::Notification(notification) => Some(String::from_utf8_lossy(notification.text()).trim_end_matches('\0').to_owned()),
            _ => None,
        };
        Self { message: from.body.name().into(), sequence: from.header().sequence, alert, text }
    }
}

/// Mirrors [`cloud::Event`]. In JSON the member `event` tells which it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum CloudEvent {
    /// A message of the panel.
    Message(OwnedMessage),
    /// The panel told who it is.
    Device {
        /// Its identity.
        device_id: String,
        /// Version of its firmware.
        firmware: String,
    },
    /// Something in the house changed.
    Notice(Notice),
    /// A door was open when the panel was being armed, or no longer counts as such.
    OpenWhenArming {
        /// Index of its sensor.
        sensor: u32,
        /// Whether it was.
        active: bool,
    },
    /// The alert in the message before names another panel.
    ForeignAlert,
    /// A command ended.
    Done {
        /// Which, see [`codec_core::Ticket::number`].
        ticket: u32,
        /// How, in snake case.
        outcome: String,
    },
    /// A message, or the text of the notification before, could not be used.
    Fault(Fault),
    /// The connection has ended.
    Closed {
        /// Why.
        reason: CloseReason,
    },
    /// Another one.
    Other,
}

impl From<cloud::Event<'_>> for CloudEvent {
    fn from(from: cloud::Event<'_>) -> Self {
        use cloud::{Event, Outcome};
        match from {
            Event::Message(message) => Self::Message((&message).into()),
            Event::Device(info) => Self::Device {
                device_id: info.id.as_str().into(),
                firmware: String::from_utf8_lossy(&info.firmware).trim_end_matches('\0').to_owned(),
            },
            Event::Notice(notice) => Self::Notice(notice.into()),
            Event::OpenWhenArming { sensor, active } => Self::OpenWhenArming { sensor, active },
            Event::ForeignAlert => Self::ForeignAlert,
            Event::Done { ticket, outcome } => {
                let outcome = match outcome {
                    Outcome::Confirmed => "confirmed",
                    Outcome::Answered => "answered",
                    Outcome::TimedOut => "timed_out",
                    Outcome::Disconnected => "disconnected",
                    _ => "other",
                };
                Self::Done { ticket: ticket.number(), outcome: outcome.into() }
            }
            Event::Fault(fault) => Self::Fault(fault.into()),
            Event::Closed(reason) => Self::Closed { reason: reason.into() },
            _ => Self::Other,
        }
    }
}

/// Which fields of a configuration's answer and request are passwords and keys, from 0.
#[must_use]
pub const fn secret_fields(code: CommandCode) -> &'static [usize] {
    match code {
        CommandCode::GetApInfo | CommandCode::SetApInfo => &[1, 6],
        CommandCode::GetAlarmPhone | CommandCode::SetAlarmPhone => &[0],
        CommandCode::GetSia | CommandCode::SetSia => &[5],
        _ => &[],
    }
}

/// Mirrors [`Answer`]: passwords and keys hidden, their characters become `0`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OwnedAnswer {
    /// What it answers, if that is a number.
    pub code: Option<u32>,
    /// What it says.
    pub data: Value,
}

impl From<&Answer<'_>> for OwnedAnswer {
    fn from(from: &Answer<'_>) -> Self {
        let mut data = to_json(from.data());
        for place in from.code().map_or(&[][..], secret_fields) {
            if let Some(secret) = data.get_mut(place) {
                *secret = "0".repeat(secret.as_str().map_or(4, |text| text.chars().count())).into();
            }
        }
        Self { code: from.code().map(CommandCode::raw), data }
    }
}

/// Mirrors [`local::Outcome`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LocalOutcome {
    /// It was sent, and nothing is said to it.
    Sent,
    /// The panel answered that it is done.
    Confirmed,
    /// The sensor or device is in its list.
    Added {
        /// The panel's number of it.
        index: i64,
    },
    /// It is as wanted already.
    Unchanged,
    /// Somebody else changed the row since it was read.
    ChangedMeanwhile,
    /// There is no such row any more.
    NotFound,
    /// The panel refused.
    Refused,
    /// The reply cannot be used.
    BadReply {
        /// For people.
        detail: String,
    },
    /// It got too long for the memory.
    TooLong,
    /// Nothing came in time.
    TimedOut,
    /// The machine ended first.
    Disconnected,
    /// Another one.
    Other,
}

impl From<local::Outcome> for LocalOutcome {
    fn from(from: local::Outcome) -> Self {
        use local::Outcome;
        match from {
            Outcome::Sent => Self::Sent,
            Outcome::Confirmed => Self::Confirmed,
            Outcome::Added { index } => Self::Added { index },
            Outcome::Unchanged => Self::Unchanged,
            Outcome::ChangedMeanwhile => Self::ChangedMeanwhile,
            Outcome::NotFound => Self::NotFound,
            Outcome::Refused => Self::Refused,
            Outcome::BadReply(fault) => Self::BadReply { detail: fault.to_string() },
            Outcome::NotJson => Self::BadReply { detail: "not JSON".into() },
            Outcome::TooLong => Self::TooLong,
            Outcome::TimedOut => Self::TimedOut,
            Outcome::Disconnected => Self::Disconnected,
            _ => Self::Other,
        }
    }
}

/// Mirrors [`local::Event`]. In JSON the member `event` tells which it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum LocalEvent {
    /// A reply with data.
    Answer(OwnedAnswer),
    /// A page of a list.
    Page {
        /// The command that reads the list.
        list: u32,
        /// Number of its first row, from 1.
        first: u32,
        /// Three numbers, and the rows.
        data: Value,
    },
    /// Why the panel refused.
    Reason {
        /// Its own words; what is not UTF-8 is replaced.
        text: String,
    },
    /// Arm state and lists have been read for the first time.
    Ready,
    /// Something in the house changed.
    Notice(Notice),
    /// A command has ended.
    Done {
        /// Which, see [`codec_core::Ticket::number`].
        ticket: u32,
        /// How.
        outcome: LocalOutcome,
    },
    /// A datagram could not be used, or a table is full.
    Fault(Fault),
    /// The machine has ended.
    Closed {
        /// Why.
        reason: CloseReason,
    },
    /// Another one.
    Other,
}

impl From<local::Event<'_>> for LocalEvent {
    fn from(from: local::Event<'_>) -> Self {
        use local::Event;
        match from {
            Event::Answer(answer) => Self::Answer((&answer).into()),
            Event::Page { list, first, answer } => Self::Page { list: list.raw(), first, data: to_json(answer.data()) },
            Event::Reason(reason) => Self::Reason { text: reason.to_string() },
            Event::Ready => Self::Ready,
            Event::Notice(notice) => Self::Notice(notice.into()),
            Event::Done { ticket, outcome } => Self::Done { ticket: ticket.number(), outcome: outcome.into() },
            Event::Fault(fault) => Self::Fault(fault.into()),
            Event::Closed(reason) => Self::Closed { reason: reason.into() },
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
#[path = "g90_tests.rs"]
mod tests;
