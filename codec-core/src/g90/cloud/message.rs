//! What messages say, field by field.
//!
//! Offsets in the comments count from the beginning of the message. Numbers of 4 bytes are signed.

use super::header::{Header, Route};
use super::padded::PaddedText;
use crate::secret::Secret;

/// Bytes behind the known fields of a status change: 0 in every capture.
pub const TAIL: usize = 68;

/// Bytes in a change of the panel's state that hold the rest of an older text.
pub const LEFTOVER: usize = 34;

/// A decoded message.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Message<'i> {
    /// The header.
    pub header: Header,
    /// What it says.
    pub body: Body<'i>,
    pub(super) payload: Secret<&'i [u8]>,
}

impl<'i> Message<'i> {
    /// All bytes behind the header, also those that no field is known for.
    #[must_use]
    pub const fn payload(&self) -> &'i [u8] {
        self.payload.expose()
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
    /// A notification or an alert: the text that a panel broadcasts in its local network, with the NUL at its end.
    Notification(&'i [u8]),
    /// The panel's answer to a command.
    CommandAnswer(CommandAnswer<'i>),
    /// First answer to a hello; 1 in every capture.
    HelloAck(u8),
    /// Second answer to a hello; 31 in every capture.
    HelloAnswer(u8),
    /// Third answer to a hello: the port to connect to.
    HelloInfo {
        /// TCP port.
        port: i32,
    },
    /// Where the cloud is, and what time it is.
    DiscoveryAnswer(DiscoveryAnswer<'i>),
    /// A local command for the panel.
    Command(CommandRequest<'i>),
    /// Anything else with a good header: a route that nobody knows, or another type of status change.
    Unknown {
        /// What the header says.
        route: Route,
        /// The bytes behind the header. A command that nobody knows yet may be in them.
        payload: Secret<&'i [u8]>,
    },
}

/// Who a panel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Device<'i> {
    /// Offset 12, 15 bytes: the identity, as `GA00000A0000000`. It is all that tells one panel from another; nothing proves it.
    pub guid: PaddedText<'i>,
    /// Offset 27: the byte behind it, 0.
    pub guid_pad: u8,
    /// Offset 44, 3 bytes: version of the firmware, as `207`.
    pub firmware: PaddedText<'i>,
    /// Offset 47: the byte behind it, 0.
    pub firmware_pad: u8,
}

/// Hello of a panel, 72 bytes. What the flags mean is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Hello<'i> {
    /// Who it is.
    pub device: Device<'i>,
    /// Flags 1 to 4 at offset 28, flags 5 to 10 at offset 48.
    pub flags: [i32; 10],
}

impl Hello<'_> {
    /// The flags as panels send them. The fifth differs from panel to panel in its lower half.
    pub const USUAL_FLAGS: [i32; 10] = [1, 0, 2, 0x7000, 0x2000_BA58, 48, 0, 7, 30, 30];
}

/// Hello of a panel that asks where its cloud is, 60 bytes. What the flags mean is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct HelloDiscovery<'i> {
    /// Who it is.
    pub device: Device<'i>,
    /// Flags 1 to 4 at offset 28, flags 5 to 7 at offset 48.
    pub flags: [i32; 7],
}

impl HelloDiscovery<'_> {
    /// The flags as panels send them.
    pub const USUAL_FLAGS: [i32; 7] = [0, 0, 1, 0x7000, 0x0505_0505, 0x0606_0030, 0x0707_0707];
}

/// A change of the panel's state, 120 bytes, type 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct StateChange<'i> {
    /// Offset 13: what changed, a state-change code.
    pub code: u8,
    /// Offset 14: what an older text left there. It means nothing.
    pub leftover: &'i [u8; LEFTOVER],
    /// Offset 48: when, in seconds since 1970.
    pub timestamp: i32,
    /// Offset 52.
    pub tail: &'i [u8; TAIL],
}

/// Something that a sensor noticed, 120 bytes, type 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SensorChange<'i> {
    /// Offset 13: the sensor's index on the panel.
    pub sensor: u8,
    /// Offset 14: an alert source.
    pub source: u8,
    /// Offset 15: its state, a button or a card, by the source.
    pub state: u8,
    /// Offset 16, 32 bytes.
    pub name: PaddedText<'i>,
    /// Offset 48: when, in seconds since 1970.
    pub timestamp: i32,
    /// Offset 52.
    pub tail: &'i [u8; TAIL],
}

/// An alarm of a sensor, 120 bytes, type 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SensorAlarm<'i> {
    /// Offset 13: the sensor's index on the panel.
    pub sensor: u8,
    /// Offset 14: a peripheral type, where other messages have an alert source.
    pub peripheral: u8,
    /// Offset 15: its state.
    pub state: u8,
    /// Offset 16, 32 bytes.
    pub name: PaddedText<'i>,
    /// Offset 48: when, in seconds since 1970.
    pub timestamp: i32,
    /// Offset 52.
    pub tail: &'i [u8; TAIL],
}

/// The panel's answer to a command of the cloud, 24 bytes and a text.
///
/// It can be read as a message with the short header and two numbers of 4 bytes, as the Python library does, or with the long header and
/// a sequence of 2 bytes; up to 65535 they are the same.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct CommandAnswer<'i> {
    /// Offset 10: number of the command that is answered. Its lower half is the header's sequence.
    pub number: i32,
    /// Offset 14: 0 in every capture.
    pub flag: u16,
    /// Offset 16: the same number again.
    pub number_again: i32,
    /// Offset 20: code of a local command.
    pub command: u16,
    /// Offset 22: the same code again.
    pub subcommand: u16,
    /// Offset 24: `[code,[data]]` and a NUL, the answer as it would be in the local network without `ISTART` and
    /// `IEND`. Passwords may be in it.
    pub text: Secret<&'i [u8]>,
}

/// Where the cloud is, 44 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct DiscoveryAnswer<'i> {
    /// Offset 12, 16 bytes: an IPv4 address in digits.
    pub address: PaddedText<'i>,
    /// Offset 28: two numbers that are 0 in every capture.
    pub flags: [i32; 2],
    /// Offset 36: TCP port.
    pub port: i32,
    /// Offset 40: the time of day for the panel's clock, in seconds since 1970.
    pub timestamp: i32,
}

/// A local command for the panel, 22 bytes and a text. The layout is known from two captures.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct CommandRequest<'i> {
    /// Offset 12: 2 in both captures.
    pub flag: u16,
    /// Offset 14: code of a local command.
    pub command: u16,
    /// Offset 16: the same code again.
    pub subcommand: u16,
    /// Offset 18: 5 in both captures.
    pub token: i32,
    /// Offset 22: nothing, or `[code,[parameters]]`, and a NUL. Passwords may be in it.
    pub text: Secret<&'i [u8]>,
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
            Self::HelloInfo { .. } => "HelloInfoResp",
            Self::DiscoveryAnswer(_) => "HelloDiscoveryResp",
            Self::Command(_) => "Command",
            Self::Unknown { .. } => "Unknown",
        }
    }

    /// What the header of the message says.
    #[must_use]
    pub const fn route(&self) -> Route {
        match self {
            Self::Ping => Route::PING,
            Self::Hello(_) => Route::HELLO,
            Self::HelloDiscovery(_) => Route::HELLO_DISCOVERY,
            Self::StateChange(_) | Self::SensorChange(_) | Self::SensorAlarm(_) => Route::STATUS_CHANGE,
            Self::Notification(_) => Route::NOTIFICATION,
            Self::CommandAnswer(_) => Route::COMMAND_ANSWER,
            Self::HelloAck(_) => Route::HELLO_ACK,
            Self::HelloAnswer(_) => Route::HELLO_ANSWER,
            Self::HelloInfo { .. } => Route::HELLO_INFO,
            Self::DiscoveryAnswer(_) => Route::DISCOVERY_ANSWER,
            Self::Command(_) => Route::COMMAND,
            Self::Unknown { route, .. } => *route,
        }
    }
}

/// [`Route::key`] of the routes that have a name.
mod key {
    use super::Route;

    pub(super) const PING: u32 = Route::PING.key();
    pub(super) const HELLO: u32 = Route::HELLO.key();
    pub(super) const HELLO_DISCOVERY: u32 = Route::HELLO_DISCOVERY.key();
    pub(super) const STATUS_CHANGE: u32 = Route::STATUS_CHANGE.key();
    pub(super) const NOTIFICATION: u32 = Route::NOTIFICATION.key();
    pub(super) const COMMAND_ANSWER: u32 = Route::COMMAND_ANSWER.key();
    pub(super) const HELLO_ACK: u32 = Route::HELLO_ACK.key();
    pub(super) const HELLO_ANSWER: u32 = Route::HELLO_ANSWER.key();
    pub(super) const HELLO_INFO: u32 = Route::HELLO_INFO.key();
    pub(super) const DISCOVERY_ANSWER: u32 = Route::DISCOVERY_ANSWER.key();
    pub(super) const COMMAND: u32 = Route::COMMAND.key();
}

/// Reads what is behind a header; `None` where fields are missing.
#[inline(always)]
pub(super) fn body<'i>(header: &Header, payload: &'i [u8]) -> Option<Body<'i>> {
    let unknown = Body::Unknown { route: header.route, payload: Secret::new(payload) };
    Some(match header.route.key() {
        key::PING => Body::Ping,
        key::HELLO => Body::Hello(hello(payload.first_chunk()?)?),
        key::HELLO_DISCOVERY => Body::HelloDiscovery(hello_discovery(payload.first_chunk()?)?),
        key::STATUS_CHANGE => {
            let fields: &[u8; 108] = match (payload.first()?, payload.first_chunk()) {
                (2..=4, Some(fields)) => fields,
                (2..=4, None) => return None,
                _ => return Some(unknown),
            };
            status_change(fields)?
        }
        key::NOTIFICATION => Body::Notification(payload),
        key::COMMAND_ANSWER => Body::CommandAnswer(command_answer(header.sequence.unwrap_or(0), payload)?),
        key::HELLO_ACK => Body::HelloAck(*payload.first()?),
        key::HELLO_ANSWER => Body::HelloAnswer(*payload.first()?),
        key::HELLO_INFO => Body::HelloInfo { port: i32::from_le_bytes(*payload.first_chunk()?) },
        key::DISCOVERY_ANSWER => Body::DiscoveryAnswer(discovery_answer(payload.first_chunk()?)?),
        key::COMMAND => Body::Command(command(payload)?),
        _ => unknown,
    })
}

/// `N` bytes from an offset on. Where both are constants, and so is the length of `fields`, nothing is left to check.
#[inline(always)]
fn field<const N: usize>(fields: &[u8], at: usize) -> Option<&[u8; N]> {
    fields.get(at..)?.first_chunk()
}

#[cfg_attr(target_pointer_width = "64", inline(always))]
#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
fn number(fields: &[u8], at: usize) -> i32 {
    field(fields, at).map_or(0, |field| i32::from_le_bytes(*field))
}

/// What both hellos begin with.
#[inline(always)]
fn device(fields: &[u8]) -> Option<Device<'_>> {
    let [guid_pad] = *field(fields, 15)?;
    let [firmware_pad] = *field(fields, 35)?;
    let (guid, firmware) = (PaddedText::from_field(field::<15>(fields, 0)?), PaddedText::from_field(field::<3>(fields, 32)?));
    Some(Device { guid, guid_pad, firmware, firmware_pad })
}

/// The flags of both hellos: four before the version, the others behind it.
#[inline(always)]
fn flags<const COUNT: usize>(fields: &[u8]) -> [i32; COUNT] {
    core::array::from_fn(|index| number(fields, if index < 4 { 16 } else { 20_usize }.saturating_add(index.saturating_mul(4))))
}

#[inline(always)]
fn hello(fields: &[u8; 60]) -> Option<Hello<'_>> {
    Some(Hello { device: device(fields)?, flags: flags(fields) })
}

#[inline(always)]
fn hello_discovery(fields: &[u8; 48]) -> Option<HelloDiscovery<'_>> {
    Some(HelloDiscovery { device: device(fields)?, flags: flags(fields) })
}

/// Type 2, 3 or 4.
#[inline(always)]
fn status_change(fields: &[u8; 108]) -> Option<Body<'_>> {
    let [kind, sensor, source, state, ..] = *fields;
    let (timestamp, tail) = (number(fields, 36), field(fields, 40)?);
    if kind == 2 {
        return Some(Body::StateChange(StateChange { code: sensor, leftover: field(fields, 2)?, timestamp, tail }));
    }
    let name = PaddedText::from_field(field::<32>(fields, 4)?);
    Some(match kind {
        3 => Body::SensorAlarm(SensorAlarm { sensor, peripheral: source, state, name, timestamp, tail }),
        _ => Body::SensorChange(SensorChange { sensor, source, state, name, timestamp, tail }),
    })
}

/// The header has been read with its sequence; the payload begins with the upper half of the number.
#[inline(always)]
fn command_answer(sequence: u16, payload: &[u8]) -> Option<CommandAnswer<'_>> {
    let ([c, d, f, g, again @ .., h, i, j, k], text) = payload.split_first_chunk::<12>()?;
    let [a, b] = sequence.to_le_bytes();
    Some(CommandAnswer {
        number: i32::from_le_bytes([a, b, *c, *d]),
        flag: u16::from_le_bytes([*f, *g]),
        number_again: i32::from_le_bytes(*again),
        command: u16::from_le_bytes([*h, *i]),
        subcommand: u16::from_le_bytes([*j, *k]),
        text: Secret::new(text),
    })
}

#[inline(always)]
fn discovery_answer(fields: &[u8; 32]) -> Option<DiscoveryAnswer<'_>> {
    let address = PaddedText::from_field(field::<16>(fields, 0)?);
    let flags = [number(fields, 16), number(fields, 20)];
    Some(DiscoveryAnswer { address, flags, port: number(fields, 24), timestamp: number(fields, 28) })
}

#[inline(always)]
fn command(payload: &[u8]) -> Option<CommandRequest<'_>> {
    let ([a, b, c, d, e, f, token @ ..], text) = payload.split_first_chunk::<10>()?;
    Some(CommandRequest {
        flag: u16::from_le_bytes([*a, *b]),
        command: u16::from_le_bytes([*c, *d]),
        subcommand: u16::from_le_bytes([*e, *f]),
        token: i32::from_le_bytes(*token),
        text: Secret::new(text),
    })
}
