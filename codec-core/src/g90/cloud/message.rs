//! What messages there are.
//!
//! Each is a view of its bytes, which reads a field when it is asked for. Offsets in the comments count from the beginning of the message.
//! Numbers of 4 bytes are signed.

use core::fmt;

use super::command::{CommandAnswer, CommandRequest};
use super::fields::{behind, byte, field, view};
use super::header::{Header, Route};
use super::hello::{DiscoveryAnswer, Hello, HelloAck, HelloAnswer, HelloDiscovery, HelloInfo};
use super::status::{SensorAlarm, SensorChange, StateChange};
use crate::secret::Secret;

/// A decoded message.
#[derive(Clone, Copy)]
pub struct Message<'i> {
    /// All of it, header included: as many bytes as the header tells.
    bytes: &'i [u8],
    /// What it says.
    pub body: Body<'i>,
}

impl<'i> Message<'i> {
    /// Reads a message whose header has been found to be good. `Err` where it is too short for its fields: how long it has to be.
    #[inline]
    pub(super) fn read(bytes: &'i [u8]) -> Result<Self, u32> {
        body(bytes).map(|body| Self { bytes, body })
    }

    /// The header.
    #[must_use]
    #[inline]
    pub fn header(&self) -> Header {
        Header::of(self.bytes)
    }

    /// All bytes behind the header, also those that no field is known for.
    #[must_use]
    pub fn payload(&self) -> &'i [u8] {
        behind(self.bytes, self.header().size())
    }
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let payload = Secret::new(self.payload());
        f.debug_struct("Message").field("header", &self.header()).field("body", &self.body).field("payload", &payload).finish()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Message<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Message {} {}", self.header(), self.body);
    }
}

/// What a message says.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Body<'i> {
    /// A sign of life of the panel about every minute, and its echo: both have the same bytes.
    Ping,
    /// Who the panel is, from time to time.
    Hello(Hello<'i>),
    /// The same, from a panel that asks where its cloud is.
    HelloDiscovery(HelloDiscovery<'i>),
    /// The state of the panel changed.
    StateChange(StateChange<'i>),
    /// A sensor was active.
    SensorChange(SensorChange<'i>),
    /// A sensor raised an alarm.
    SensorAlarm(SensorAlarm<'i>),
    /// A notification or an alert.
    Notification(Notification<'i>),
    /// The panel's answer to a command.
    CommandAnswer(CommandAnswer<'i>),
    /// First answer to a hello.
    HelloAck(HelloAck<'i>),
    /// Second answer to a hello.
    HelloAnswer(HelloAnswer<'i>),
    /// Third answer to a hello: the port to connect to.
    HelloInfo(HelloInfo<'i>),
    /// Where the cloud is, and what time it is.
    DiscoveryAnswer(DiscoveryAnswer<'i>),
    /// A local command for the panel.
    Command(CommandRequest<'i>),
    /// Anything else with a good header: a route that nobody knows, or another type of status change.
    Unknown(Unknown<'i>),
}

/// The text of a notification or an alert.
#[derive(Clone, Copy)]
pub struct Notification<'i> {
    message: &'i [u8],
}

view! {
    Notification => {
        /// Offset 12: the text that a panel broadcasts in its local network, with the NUL at its end.
        text: &'i [u8] = |notification| behind(notification.message, 12);
    }
}

/// A message that nothing more is known of.
#[derive(Clone, Copy)]
pub struct Unknown<'i> {
    message: &'i [u8],
}

view! {
    Unknown => {
        /// What the header says.
        route: Route = |unknown| Route::of(*field(unknown.message, 0));
        /// The bytes behind the header. A command that nobody knows yet may be in them.
        payload: Secret<&'i [u8]> = |unknown| Secret::new(behind(unknown.message, 12));
    }
}

impl Body<'_> {
    /// The name of the message: that of the Python library's class where it has one.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Ping => "PingReq",
            Self::Hello(_) => "HelloReq",
            Self::HelloDiscovery(_) => "HelloDiscoveryReq",
            Self::StateChange(_) => "StatusChange",
            Self::SensorChange(_) => "StatusChangeSensor",
            Self::SensorAlarm(_) => "StatusChangeAlarm",
            Self::Notification(_) => "Notification",
            Self::CommandAnswer(_) => "CmdResp",
            Self::HelloAck(_) => "HelloAck",
            Self::HelloAnswer(_) => "HelloResp",
            Self::HelloInfo(_) => "HelloInfoResp",
            Self::DiscoveryAnswer(_) => "HelloDiscoveryResp",
            Self::Command(_) => "Command",
            Self::Unknown(_) => "Unknown",
        }
    }
}

/// Which message it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Ping,
    Hello,
    HelloDiscovery,
    StateChange,
    SensorChange,
    SensorAlarm,
    Notification,
    CommandAnswer,
    HelloAck,
    HelloAnswer,
    HelloInfo,
    DiscoveryAnswer,
    Command,
    Unknown,
}

/// Which message has that route, [`Kind::StateChange`] standing for all types of status changes, and how long it is at least.
#[inline(always)]
pub(super) const fn kind(route: Route) -> (Kind, u32) {
    match route {
        Route::PING => (Kind::Ping, 8),
        Route::HELLO => (Kind::Hello, 72),
        Route::HELLO_DISCOVERY => (Kind::HelloDiscovery, 60),
        Route::STATUS_CHANGE => (Kind::StateChange, 120),
        Route::NOTIFICATION => (Kind::Notification, 12),
        Route::COMMAND_ANSWER => (Kind::CommandAnswer, 24),
        Route::HELLO_ACK => (Kind::HelloAck, 13),
        Route::HELLO_ANSWER => (Kind::HelloAnswer, 13),
        Route::HELLO_INFO => (Kind::HelloInfo, 16),
        Route::DISCOVERY_ANSWER => (Kind::DiscoveryAnswer, 44),
        Route::COMMAND => (Kind::Command, 22),
        _ => (Kind::Unknown, 0),
    }
}

/// What a message says. `Err` where it is too short for its fields: how long it has to be.
#[inline(always)]
fn body(message: &[u8]) -> Result<Body<'_>, u32> {
    let (mut kind, shortest) = kind(Route::of([byte(message, 0), byte(message, 1), 0, byte(message, 3)]));
    if kind == Kind::StateChange {
        kind = match message.get(12) {
            None | Some(2) => kind,
            Some(3) => Kind::SensorAlarm,
            Some(4) => Kind::SensorChange,
            Some(_) => return Ok(Body::Unknown(Unknown { message })),
        };
    }
    if message.len() < usize::try_from(shortest).unwrap_or(usize::MAX) {
        return Err(shortest);
    }
    Ok(match kind {
        Kind::Ping => Body::Ping,
        Kind::Hello => Body::Hello(Hello { message }),
        Kind::HelloDiscovery => Body::HelloDiscovery(HelloDiscovery { message }),
        Kind::StateChange => Body::StateChange(StateChange { message }),
        Kind::SensorChange => Body::SensorChange(SensorChange { message }),
        Kind::SensorAlarm => Body::SensorAlarm(SensorAlarm { message }),
        Kind::Notification => Body::Notification(Notification { message }),
        Kind::CommandAnswer => Body::CommandAnswer(CommandAnswer { message }),
        Kind::HelloAck => Body::HelloAck(HelloAck { message }),
        Kind::HelloAnswer => Body::HelloAnswer(HelloAnswer { message }),
        Kind::HelloInfo => Body::HelloInfo(HelloInfo { message }),
        Kind::DiscoveryAnswer => Body::DiscoveryAnswer(DiscoveryAnswer { message }),
        Kind::Command => Body::Command(CommandRequest { message }),
        Kind::Unknown => Body::Unknown(Unknown { message }),
    })
}
