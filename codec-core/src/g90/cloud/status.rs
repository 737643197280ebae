//! What changes: the panel's state, and sensors. All three have 120 bytes.

use super::fields::{Writer, byte, field, number, text, view};
use super::padded::PaddedText;

/// Bytes behind the known fields of a status change: 0 in every capture.
pub const TAIL: usize = 68;

/// Bytes in a change of the panel's state that hold the rest of an older text.
pub const LEFTOVER: usize = 34;

/// A change of the panel's state, 120 bytes, type 2.
#[derive(Clone, Copy)]
pub struct StateChange<'i> {
    pub(super) message: &'i [u8],
}

view! {
    StateChange, 120 => {
        /// Offset 13: what changed, a state-change code.
        code: u8 = |fields| byte(fields.message, 13);
        /// Offset 14: what an older text left there. It means nothing.
        leftover: &'i [u8; LEFTOVER] = |fields| field(fields.message, 14);
        /// Offset 48: when, in seconds since 1970.
        timestamp: i32 = |fields| number(fields.message, 48);
        /// Offset 52.
        tail: &'i [u8; TAIL] = |fields| field(fields.message, 52);
    }
}

impl StateChange<'_> {
    /// What [`encode`](super::encode()) wants behind the header, with 0 where no field stands.
    #[must_use]
    pub fn fields(code: u8, timestamp: i32) -> [u8; 108] {
        fields([2, code, 0, 0], PaddedText::default(), timestamp)
    }
}

/// Something that a sensor noticed, 120 bytes, type 4.
#[derive(Clone, Copy)]
pub struct SensorChange<'i> {
    pub(super) message: &'i [u8],
}

view! {
    SensorChange, 120 => {
        /// Offset 13: the sensor's index on the panel.
        sensor: u8 = |fields| byte(fields.message, 13);
        /// Offset 14: an alert source.
        source: u8 = |fields| byte(fields.message, 14);
        /// Offset 15: its state, a button or a card, by the source.
        state: u8 = |fields| byte(fields.message, 15);
        /// Offset 16, 32 bytes.
        name: PaddedText<'i> = |fields| text::<32>(fields.message, 16);
        /// Offset 48: when, in seconds since 1970.
        timestamp: i32 = |fields| number(fields.message, 48);
        /// Offset 52.
        tail: &'i [u8; TAIL] = |fields| field(fields.message, 52);
    }
}

impl SensorChange<'_> {
    /// What [`encode`](super::encode()) wants behind the header, with 0 for the tail. A name that is longer than its field is cut.
    #[must_use]
    pub fn fields(sensor: u8, source: u8, state: u8, name: PaddedText<'_>, timestamp: i32) -> [u8; 108] {
        fields([4, sensor, source, state], name, timestamp)
    }
}

/// An alarm of a sensor, 120 bytes, type 3.
#[derive(Clone, Copy)]
pub struct SensorAlarm<'i> {
    pub(super) message: &'i [u8],
}

view! {
    SensorAlarm, 120 => {
        /// Offset 13: the sensor's index on the panel.
        sensor: u8 = |fields| byte(fields.message, 13);
        /// Offset 14: a peripheral type, where other messages have an alert source.
        peripheral: u8 = |fields| byte(fields.message, 14);
        /// Offset 15: its state.
        state: u8 = |fields| byte(fields.message, 15);
        /// Offset 16, 32 bytes.
        name: PaddedText<'i> = |fields| text::<32>(fields.message, 16);
        /// Offset 48: when, in seconds since 1970.
        timestamp: i32 = |fields| number(fields.message, 48);
        /// Offset 52.
        tail: &'i [u8; TAIL] = |fields| field(fields.message, 52);
    }
}

impl SensorAlarm<'_> {
    /// What [`encode`](super::encode()) wants behind the header, with 0 for the tail. A name that is longer than its field is cut.
    #[must_use]
    pub fn fields(sensor: u8, peripheral: u8, state: u8, name: PaddedText<'_>, timestamp: i32) -> [u8; 108] {
        fields([3, sensor, peripheral, state], name, timestamp)
    }
}

fn fields(front: [u8; 4], name: PaddedText<'_>, timestamp: i32) -> [u8; 108] {
    let mut fields = [0; 108];
    let mut writer = Writer(&mut fields);
    writer.bytes(&front);
    writer.text(name, 32);
    writer.numbers(&[timestamp]);
    fields
}
