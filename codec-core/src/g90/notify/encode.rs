//! Writes datagrams, as panels do: no white space, text as UTF-8.

use super::wire::{Alert, Notification};
use crate::error::EncodeError;
use crate::g90::MessageCode;
use crate::text::hex::Case;
use crate::text::json::{Text, Value};
use crate::text::{copy, utf8_bytes};

/// Writes a notification and gives its length, NUL included.
///
/// # Errors
/// [`EncodeError::NoSpace`] if the slice is too short.
pub fn encode_notification(notification: &Notification<'_>, out: &mut [u8]) -> Result<usize, EncodeError> {
    let mut writer = Writer::new(out, MessageCode::Notification);
    writer.number(notification.kind().raw());
    match *notification {
        Notification::Arming(state) => {
            writer.open();
            writer.number(state.raw());
        }
        Notification::SensorChange { index, name, action } => {
            writer.sensor(index, name);
            writer.number(action);
        }
        Notification::SensorActivity { index, name } | Notification::DoorOpenWhenArming { index, name } => writer.sensor(index, name),
        Notification::Other { data, .. } => {
            writer.value(data);
            return writer.finish(b"]]\0");
        }
    }
    writer.finish(b"]]]\0")
}

/// Writes an alert and gives its length, NUL included.
///
/// # Errors
/// [`EncodeError::NoSpace`] if the slice is too short.
pub fn encode_alert(alert: &Alert<'_>, out: &mut [u8]) -> Result<usize, EncodeError> {
    let mut writer = Writer::new(out, MessageCode::Alert);
    for number in [alert.facts.alert_type.raw(), alert.facts.event_id, alert.facts.source.raw(), alert.facts.state] {
        writer.number(number);
    }
    writer.text(alert.zone_name);
    writer.text(alert.device_id);
    writer.number(alert.unix_time);
    writer.number(alert.resv4);
    writer.value(alert.other);
    writer.finish(b"]]\0")
}

/// Writes the characters of `text` as they stand between quotes and gives the text, for names that were not received.
///
/// # Errors
/// [`EncodeError::NoSpace`] if the slice is too short. Six bytes for each of the text are always enough.
pub fn escape<'o>(text: &str, out: &'o mut [u8]) -> Result<Text<'o>, EncodeError> {
    let mut len = 0_usize;
    for character in text.chars() {
        let (utf8, size) = utf8_bytes(character);
        let [high, low] = Case::Lower.digits(utf8[0]);
        let control = [b'\\', b'u', b'0', b'0', high, low];
        let bytes: &[u8] = match character {
            '"' => b"\\\"",
            '\\' => b"\\\\",
            '\0'..='\x1f' => &control,
            _ => utf8.get(..size).unwrap_or_default(),
        };
        let end = len.saturating_add(bytes.len());
        if let Some(room) = out.get_mut(len..end) {
            copy(room, bytes);
        }
        len = end;
    }
    let written = out.get(..len).ok_or(no_space(len))?;
    Ok(Text::new(core::str::from_utf8(written).unwrap_or_default()))
}

fn no_space(needed: usize) -> EncodeError {
    EncodeError::NoSpace { needed: u32::try_from(needed).unwrap_or(u32::MAX) }
}

struct Writer<'o> {
    out: &'o mut [u8],
    len: usize,
    comma: bool,
}

impl<'o> Writer<'o> {
    fn new(out: &'o mut [u8], code: MessageCode) -> Self {
        let mut this = Self { out, len: 0, comma: false };
        this.put(b"[");
        this.number(code.raw());
        this.open();
        this
    }

    fn put(&mut self, bytes: &[u8]) {
        let end = self.len.saturating_add(bytes.len());
        if let Some(room) = self.out.get_mut(self.len..end) {
            copy(room, bytes);
        }
        self.len = end;
    }

    fn separate(&mut self) {
        if core::mem::replace(&mut self.comma, true) {
            self.put(b",");
        }
    }

    fn open(&mut self) {
        self.separate();
        self.put(b"[");
        self.comma = false;
    }

    fn sensor(&mut self, index: i64, name: Text<'_>) {
        self.open();
        self.number(index);
        self.text(name);
    }

    fn number(&mut self, value: i64) {
        self.separate();
        let mut digits = [0; 19];
        let mut rest = value.unsigned_abs();
        let mut count = 0_usize;
        for digit in digits.iter_mut().rev() {
            *digit = b'0'.saturating_add(u8::try_from(rest % 10).unwrap_or(0));
            count = count.saturating_add(1);
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if value < 0 {
            self.put(b"-");
        }
        self.put(digits.get(digits.len().saturating_sub(count)..).unwrap_or_default());
    }

    fn text(&mut self, text: Text<'_>) {
        self.separate();
        self.put(b"\"");
        self.put(text.raw().as_bytes());
        self.put(b"\"");
    }

    fn value(&mut self, value: Value<'_>) {
        let raw = match value {
            Value::Text(text) => return self.text(text),
            Value::Null => "null",
            Value::Bool(true) => "true",
            Value::Bool(false) => "false",
            Value::Number(number) => number.raw(),
            Value::Array(array) => array.as_str(),
            Value::Object(object) => object.as_str(),
        };
        self.separate();
        self.put(raw.as_bytes());
    }

    fn finish(mut self, close: &[u8]) -> Result<usize, EncodeError> {
        self.put(close);
        if self.len <= self.out.len() { Ok(self.len) } else { Err(no_space(self.len)) }
    }
}
