//! Mirrors of the Ness types.

use std::fmt;

use codec_core::Secret;
use codec_core::ness::controller::{self, Command, Event};
use codec_core::ness::{self, AreaCode, Body, EventCode, RequestId};
use serde::{Deserialize, Serialize, Serializer};

use super::{CloseReason, Fault, Notice};

/// Keys of a request, or a user's code. Printed as `***` and serialised with every digit replaced by `0`, unless they are a status
/// request, or [`exposed`](Self::exposed).
#[derive(Clone, Deserialize)]
#[serde(from = "String")]
pub struct KeyText {
    text: String,
    exposed: bool,
}

impl KeyText {
    /// Keeps `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), exposed: false }
    }

    /// The characters. They may contain a user's code.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// The same, but serialised as it is. Still not printed.
    #[must_use]
    pub fn exposed(mut self) -> Self {
        self.exposed = true;
        self
    }

    fn is_status_request(&self) -> bool {
        matches!(self.text.as_bytes(), [b'S', high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit())
    }

    /// The characters with every digit replaced by `0`, or as they are if they are a status request.
    #[must_use]
    pub fn masked(&self) -> String {
        let hide = |key: char| if key.is_numeric() { '0' } else { key };
        if self.is_status_request() { self.text.clone() } else { self.text.chars().map(hide).collect() }
    }
}

impl From<String> for KeyText {
    fn from(text: String) -> Self {
        Self::new(text)
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
        f.write_str(if self.is_status_request() { &self.text } else { "***" })
    }
}

impl Serialize for KeyText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.exposed { serializer.serialize_str(&self.text) } else { serializer.serialize_str(&self.masked()) }
    }
}

/// A byte of the wire and its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Named {
    /// The byte.
    pub raw: u8,
    /// Its name in snake case, `None` if it has none.
    pub name: Option<String>,
}

impl Named {
    fn new(raw: u8, name: Option<&str>) -> Self {
        Self { raw, name: name.map(str::to_ascii_lowercase) }
    }
}

impl From<EventCode> for Named {
    fn from(from: EventCode) -> Self {
        Self::new(from.raw(), from.name())
    }
}

impl From<AreaCode> for Named {
    fn from(from: AreaCode) -> Self {
        Self::new(from.raw(), from.name())
    }
}

impl From<RequestId> for Named {
    fn from(from: RequestId) -> Self {
        Self::new(from.raw(), from.name())
    }
}

/// What a line says; mirrors [`Body`]. In JSON the member `kind` tells which it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum LineBody {
    /// Something happened.
    Event {
        /// What.
        code: Named,
        /// To whom or to what: 0 to 99, or the value of hexadecimal digits.
        id: u8,
        /// Whether the digits of `id` are hexadecimal.
        id_is_hex: bool,
        /// Where, or of which kind.
        area: Named,
    },
    /// The answer to a status request.
    Status {
        /// Which.
        request: Named,
        /// Its 16 bits, the first byte high.
        value: u16,
    },
    /// Keys pressed, or a status request.
    Request {
        /// Which. Characters that are not ASCII do not occur.
        keys: KeyText,
    },
}

/// A line; mirrors [`ness::Line`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// START: `0x82`, `0x83`, `0x86` or `0x87`.
    pub start: u8,
    /// The address, if there is one.
    pub address: Option<u8>,
    /// The sequence bit.
    pub sequence: bool,
    /// What the line says.
    #[serde(flatten)]
    pub body: LineBody,
    /// Local time of the panel as ISO 8601 without a zone, if the line has a time stamp that names a moment.
    pub timestamp: Option<String>,
    /// The time stamp as it was sent, 12 characters.
    pub timestamp_raw: Option<String>,
}

impl From<&ness::Line<'_>> for Line {
    fn from(from: &ness::Line<'_>) -> Self {
        let packet = from.packet();
        let body = match packet.body {
            Body::Event(event) => {
                LineBody::Event { code: event.code.into(), id: event.id.value(), id_is_hex: event.id.is_hex(), area: event.area.into() }
            }
            Body::Status(status) => LineBody::Status { request: status.request.into(), value: status.value },
            Body::Request(keys) => LineBody::Request { keys: KeyText::new(String::from_utf8_lossy(keys.expose())) },
        };
        Self {
            start: packet.start,
            address: packet.address.value(),
            sequence: packet.sequence,
            body,
            timestamp: packet.stamp.and_then(ness::Stamp::time).map(|time| time.to_string()),
            timestamp_raw: from.stamp_text().map(|text| String::from_utf8_lossy(text).into_owned()),
        }
    }
}

/// Mirrors [`controller::PanelInfo`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PanelInfo {
    /// The model's name, for example `D16X_CEL_4G`, if the model byte stands for one.
    pub model: Option<String>,
    /// The model byte.
    pub model_byte: u8,
    /// Two numbers with a dot.
    pub version: String,
}

impl From<controller::PanelInfo> for PanelInfo {
    fn from(from: controller::PanelInfo) -> Self {
        let model = from.model.map(|model| model.name().to_owned());
        Self { model, model_byte: from.model_byte, version: from.version.to_string() }
    }
}

/// Mirrors [`controller::Outcome`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// It was sent, and nothing tells whether the panel obeyed.
    Sent,
    /// The panel showed that it obeyed.
    Confirmed,
    /// The answer to a status request.
    Answer {
        /// Which request.
        request: Named,
        /// Its 16 bits.
        value: u16,
    },
    /// The answer to the question for model and version.
    PanelInfo(PanelInfo),
    /// Nothing came in time.
    TimedOut,
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
            controller::Outcome::Answer(status) => Self::Answer { request: status.request.into(), value: status.value },
            controller::Outcome::PanelInfo(info) => Self::PanelInfo(info.into()),
            controller::Outcome::TimedOut => Self::TimedOut,
            other => Self::Other { detail: format!("{other:?}") },
        }
    }
}

/// Mirrors [`controller::Event`]. In JSON the member `event` tells which it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum OwnedEvent {
    /// A line was received and accepted.
    Line(Line),
    /// Something in the house changed.
    Notice(Notice),
    /// Model and version became known or changed.
    PanelInfo(PanelInfo),
    /// A command has ended.
    Done {
        /// Which, see [`codec_core::Ticket::number`].
        ticket: u32,
        /// How.
        outcome: Outcome,
    },
    /// A line could not be used.
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
            Event::Line(line) => Self::Line((&line).into()),
            Event::Notice(notice) => Self::Notice(notice.into()),
            Event::PanelInfo(info) => Self::PanelInfo(info.into()),
            Event::Done { ticket, outcome } => Self::Done { ticket: ticket.number(), outcome: outcome.into() },
            Event::Fault(fault) => Self::Fault(fault.into()),
            Event::Closed(reason) => Self::Closed { reason: reason.into() },
            other => Self::Other { detail: format!("{other:?}") },
        }
    }
}

/// Mirrors [`Command`]. In JSON the member `command` tells which it is, and codes are masked unless
/// [`exposed`](Self::exposed).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
#[non_exhaustive]
pub enum OwnedCommand {
    /// Arm with everybody out.
    ArmAway {
        /// A user's code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<KeyText>,
    },
    /// Arm with people in.
    ArmHome {
        /// A user's code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<KeyText>,
    },
    /// Disarm.
    Disarm {
        /// A user's code.
        code: KeyText,
    },
    /// Panic.
    Panic {
        /// A user's code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<KeyText>,
    },
    /// Switch an auxiliary output.
    Aux {
        /// Number of the output.
        output: u8,
        /// Whether to switch it on.
        on: bool,
    },
    /// Press keys.
    Keys {
        /// Which.
        keys: KeyText,
    },
    /// Ask for a status.
    Status {
        /// The number of the request as on the wire: 20 (0x14) for `S14`.
        request: u8,
    },
    /// Ask for model and version.
    PanelInfo,
    /// Ask for everything now.
    Refresh,
    /// End.
    Close,
    /// Another one, which cannot be turned back into a [`Command`].
    Other,
}

impl From<&Command<'_>> for OwnedCommand {
    fn from(from: &Command<'_>) -> Self {
        let own = |code: &Secret<&str>| KeyText::new(*code.expose());
        match from {
            Command::ArmAway { code } => Self::ArmAway { code: code.as_ref().map(own) },
            Command::ArmHome { code } => Self::ArmHome { code: code.as_ref().map(own) },
            Command::Disarm { code } => Self::Disarm { code: own(code) },
            Command::Panic { code } => Self::Panic { code: code.as_ref().map(own) },
            Command::Aux { output, on } => Self::Aux { output: *output, on: *on },
            Command::Keys(keys) => Self::Keys { keys: own(keys) },
            Command::Status(request) => Self::Status { request: request.raw() },
            Command::PanelInfo => Self::PanelInfo,
            Command::Refresh => Self::Refresh,
            Command::Close => Self::Close,
            _ => Self::Other,
        }
    }
}

impl OwnedCommand {
    /// The same, but serialised with its codes as they are. Still not printed.
    #[must_use]
    pub fn exposed(self) -> Self {
        let expose = |code: Option<KeyText>| code.map(KeyText::exposed);
        match self {
            Self::ArmAway { code } => Self::ArmAway { code: expose(code) },
            Self::ArmHome { code } => Self::ArmHome { code: expose(code) },
            Self::Disarm { code } => Self::Disarm { code: code.exposed() },
            Self::Panic { code } => Self::Panic { code: expose(code) },
            Self::Keys { keys } => Self::Keys { keys: keys.exposed() },
            other => other,
        }
    }

    /// The command, to be submitted; `None` for [`OwnedCommand::Other`].
    #[must_use]
    pub fn as_command(&self) -> Option<Command<'_>> {
        fn secret(code: &KeyText) -> Secret<&str> {
            Secret::new(code.expose())
        }
        Some(match self {
            Self::ArmAway { code } => Command::ArmAway { code: code.as_ref().map(secret) },
            Self::ArmHome { code } => Command::ArmHome { code: code.as_ref().map(secret) },
            Self::Disarm { code } => Command::Disarm { code: secret(code) },
            Self::Panic { code } => Command::Panic { code: code.as_ref().map(secret) },
            Self::Aux { output, on } => Command::Aux { output: *output, on: *on },
            Self::Keys { keys } => Command::Keys(secret(keys)),
            Self::Status { request } => Command::Status(RequestId::from_raw(*request)),
            Self::PanelInfo => Command::PanelInfo,
            Self::Refresh => Command::Refresh,
            Self::Close => Command::Close,
            Self::Other => return None,
        })
    }
}

#[cfg(test)]
#[path = "ness_tests.rs"]
mod tests;
