//! What messages say, field by field.
//!
//! Offsets in the comments count from the beginning of the message. Numbers of 4 bytes are signed.

use super::header::{Header, Route};
use super::padded::PaddedText;
use super::reader::Reader;
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

/// Reads what is behind a header. The error is how many bytes of payload this kind of message needs.
pub(super) fn body<'i>(header: &Header, payload: &'i [u8]) -> Result<Body<'i>, u32> {
    let mut reader = Reader::new(payload);
    let reader = &mut reader;
    let (body, needed) = match header.route.key() {
        key::PING => return Ok(Body::Ping),
        key::HELLO => (hello(reader).map(Body::Hello), 60),
        key::HELLO_DISCOVERY => (hello_discovery(reader).map(Body::HelloDiscovery), 48),
        key::STATUS_CHANGE => match payload.first() {
            Some(2) => (state_change(reader).map(Body::StateChange), 108),
            Some(3) => (sensor_alarm(reader).map(Body::SensorAlarm), 108),
            Some(4) => (sensor_change(reader).map(Body::SensorChange), 108),
            Some(_) => return Ok(Body::Unknown { route: header.route, payload: Secret::new(payload) }),
            None => (None, 108),
        },
        key::NOTIFICATION => return Ok(Body::Notification(payload)),
        key::COMMAND_ANSWER => (command_answer(header.sequence.unwrap_or(0), reader).map(Body::CommandAnswer), 12),
        key::HELLO_ACK => (reader.u8().map(Body::HelloAck), 1),
        key::HELLO_ANSWER => (reader.u8().map(Body::HelloAnswer), 1),
        key::HELLO_INFO => (reader.i32().map(|port| Body::HelloInfo { port }), 4),
        key::DISCOVERY_ANSWER => (discovery_answer(reader).map(Body::DiscoveryAnswer), 32),
        key::COMMAND => (command(reader).map(Body::Command), 10),
        _ => return Ok(Body::Unknown { route: header.route, payload: Secret::new(payload) }),
    };
    body.ok_or(needed)
}

fn text<'i, const N: usize>(reader: &mut Reader<'i>) -> Option<PaddedText<'i>> {
    reader.take::<N>().map(|field| PaddedText::from_field(field))
}

fn flags<const N: usize>(reader: &mut Reader<'_>, flags: &mut [i32], from: usize) -> Option<()> {
    for flag in flags.iter_mut().skip(from).take(N) {
        *flag = reader.i32()?;
    }
    Some(())
}

/// What both hellos begin with.
fn device<'i>(reader: &mut Reader<'i>, into: &mut [i32]) -> Option<Device<'i>> {
    let guid = text::<15>(reader)?;
    let guid_pad = reader.u8()?;
    flags::<4>(reader, into, 0)?;
    let firmware = text::<3>(reader)?;
    let firmware_pad = reader.u8()?;
    Some(Device { guid, guid_pad, firmware, firmware_pad })
}

fn hello<'i>(reader: &mut Reader<'i>) -> Option<Hello<'i>> {
    let mut all = [0; 10];
    let device = device(reader, &mut all)?;
    flags::<6>(reader, &mut all, 4)?;
    Some(Hello { device, flags: all })
}

fn hello_discovery<'i>(reader: &mut Reader<'i>) -> Option<HelloDiscovery<'i>> {
    let mut all = [0; 7];
    let device = device(reader, &mut all)?;
    flags::<3>(reader, &mut all, 4)?;
    Some(HelloDiscovery { device, flags: all })
}

fn state_change<'i>(reader: &mut Reader<'i>) -> Option<StateChange<'i>> {
    let [_, code] = *reader.take()?;
    Some(StateChange { code, leftover: reader.take()?, timestamp: reader.i32()?, tail: reader.take()? })
}

fn sensor_change<'i>(reader: &mut Reader<'i>) -> Option<SensorChange<'i>> {
    let [_, sensor, source, state] = *reader.take()?;
    Some(SensorChange { sensor, source, state, name: text::<32>(reader)?, timestamp: reader.i32()?, tail: reader.take()? })
}

fn sensor_alarm<'i>(reader: &mut Reader<'i>) -> Option<SensorAlarm<'i>> {
    let SensorChange { sensor, source: peripheral, state, name, timestamp, tail } = sensor_change(reader)?;
    Some(SensorAlarm { sensor, peripheral, state, name, timestamp, tail })
}

/// The header has been read with its sequence; the payload begins with the upper half of the number.
fn command_answer<'i>(sequence: u16, reader: &mut Reader<'i>) -> Option<CommandAnswer<'i>> {
    let [a, b] = sequence.to_le_bytes();
    let [c, d] = *reader.take()?;
    let number = i32::from_le_bytes([a, b, c, d]);
    let flag = reader.u16()?;
    let number_again = reader.i32()?;
    let (command, subcommand) = (reader.u16()?, reader.u16()?);
    Some(CommandAnswer { number, flag, number_again, command, subcommand, text: Secret::new(reader.rest()) })
}

fn discovery_answer<'i>(reader: &mut Reader<'i>) -> Option<DiscoveryAnswer<'i>> {
    let address = text::<16>(reader)?;
    let flags = [reader.i32()?, reader.i32()?];
    Some(DiscoveryAnswer { address, flags, port: reader.i32()?, timestamp: reader.i32()? })
}

fn command<'i>(reader: &mut Reader<'i>) -> Option<CommandRequest<'i>> {
    let (flag, command, subcommand) = (reader.u16()?, reader.u16()?, reader.u16()?);
    Some(CommandRequest { flag, command, subcommand, token: reader.i32()?, text: Secret::new(reader.rest()) })
}
