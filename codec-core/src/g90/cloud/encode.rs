//! Messages as bytes.

use super::header::{BASIC_HEADER, MAX_MESSAGE, Route, VERSION};
use super::message::{Body, Device};
use crate::error::EncodeError;
use crate::text::copy;

/// Longest message that has no text of free length, in bytes: a status change.
pub const MAX_FIXED: usize = 120;

/// Writes fields one behind the other and counts what did not fit, too.
struct Writer<'o> {
    out: &'o mut [u8],
    at: usize,
}

impl Writer<'_> {
    fn bytes(&mut self, bytes: &[u8]) {
        let end = self.at.saturating_add(bytes.len());
        if let Some(room) = self.out.get_mut(self.at..end) {
            copy(room, bytes);
        }
        self.at = end;
    }

    fn u8(&mut self, value: u8) {
        self.bytes(&[value]);
    }

    fn u16(&mut self, value: u16) {
        self.bytes(&value.to_le_bytes());
    }

    fn i32s(&mut self, values: &[i32]) {
        for value in values {
            self.bytes(&value.to_le_bytes());
        }
    }

    /// A text in a field of `size` bytes; a longer one is cut.
    fn text(&mut self, text: &[u8], size: usize) {
        self.bytes(text.get(..size).unwrap_or(text));
        for _ in text.len()..size {
            self.u8(0);
        }
    }

    /// What both hellos say.
    fn hello(&mut self, device: &Device<'_>, flags: &[i32]) {
        let (front, back) = flags.split_at_checked(4).unwrap_or_default();
        self.text(device.guid.as_bytes(), 15);
        self.u8(device.guid_pad);
        self.i32s(front);
        self.text(device.firmware.as_bytes(), 3);
        self.u8(device.firmware_pad);
        self.i32s(back);
    }

    /// A sensor's bytes, name and time, and what stands behind them.
    fn sensor(&mut self, front: [u8; 4], name: &[u8], timestamp: i32, tail: &[u8]) {
        self.bytes(&front);
        self.text(name, 32);
        self.i32s(&[timestamp]);
        self.bytes(tail);
    }
}

/// Writes one message to the front of `out` and gives its length. Texts that are longer than their field are cut.
///
/// `sequence` is the number in the header; a ping has none, and the answer to a command has its own. A server numbers the messages that
/// answer one other from 1, or takes 0 if there is only one; panels were only seen to send 0.
///
/// # Errors
/// [`EncodeError::NoSpace`] if `out` is too short, [`EncodeError::OutOfRange`] for a message of more than [`MAX_MESSAGE`] bytes.
pub fn encode(body: &Body<'_>, sequence: u16, out: &mut [u8]) -> Result<usize, EncodeError> {
    encode_ending(body, sequence, &[], out)
}

/// As [`encode`], with `end` behind the text at the end of the message.
pub(super) fn encode_ending(body: &Body<'_>, sequence: u16, end: &[u8], out: &mut [u8]) -> Result<usize, EncodeError> {
    let route = body.route();
    let mut writer = Writer { out: &mut *out, at: 0 };
    writer.bytes(&[route.command.0, route.source.0, 0, route.destination.0]);
    writer.i32s(&[0]);
    match body {
        // Its number stands where other messages have their sequence.
        Body::CommandAnswer(_) => writer.u16(VERSION),
        _ if route == Route::PING => {}
        _ => {
            writer.u16(VERSION);
            writer.u16(sequence);
        }
    }
    payload(body, &mut writer);
    writer.bytes(end);
    let len = writer.at;
    let length = u32::try_from(len).unwrap_or(u32::MAX);
    if length > MAX_MESSAGE {
        return Err(EncodeError::OutOfRange { field: "message length", min: 8, max: MAX_MESSAGE, found: length });
    }
    let fits = len <= out.len();
    match out.get_mut(4..BASIC_HEADER) {
        Some(field) if fits => {
            copy(field, &length.to_le_bytes());
            Ok(len)
        }
        _ => Err(EncodeError::NoSpace { needed: length }),
    }
}

fn payload(body: &Body<'_>, writer: &mut Writer<'_>) {
    match body {
        Body::Ping => {}
        Body::Hello(hello) => writer.hello(&hello.device, &hello.flags),
        Body::HelloDiscovery(hello) => writer.hello(&hello.device, &hello.flags),
        Body::StateChange(change) => {
            writer.bytes(&[2, change.code]);
            writer.bytes(change.leftover);
            writer.i32s(&[change.timestamp]);
            writer.bytes(change.tail);
        }
        Body::SensorChange(change) => {
            writer.sensor([4, change.sensor, change.source, change.state], change.name.as_bytes(), change.timestamp, change.tail);
        }
        Body::SensorAlarm(alarm) => {
            writer.sensor([3, alarm.sensor, alarm.peripheral, alarm.state], alarm.name.as_bytes(), alarm.timestamp, alarm.tail);
        }
        Body::Notification(text) => writer.bytes(text),
        Body::CommandAnswer(answer) => {
            writer.i32s(&[answer.number]);
            writer.u16(answer.flag);
            writer.i32s(&[answer.number_again]);
            writer.u16(answer.command);
            writer.u16(answer.subcommand);
            writer.bytes(answer.text.expose());
        }
        Body::HelloAck(flag) | Body::HelloAnswer(flag) => writer.u8(*flag),
        Body::HelloInfo { port } => writer.i32s(&[*port]),
        Body::DiscoveryAnswer(answer) => {
            writer.text(answer.address.as_bytes(), 16);
            writer.i32s(&answer.flags);
            writer.i32s(&[answer.port, answer.timestamp]);
        }
        Body::Command(command) => {
            writer.u16(command.flag);
            writer.u16(command.command);
            writer.u16(command.subcommand);
            writer.i32s(&[command.token]);
            writer.bytes(command.text.expose());
        }
        Body::Unknown { payload, .. } => writer.bytes(payload.expose()),
    }
}
