//! Writes JSON the way the vendor's program does: no white space, and everything but printable ASCII escaped.

use super::codes::CommandCode;
use super::wire::{END, START};
use crate::error::EncodeError;
use crate::text::copy;
use crate::text::hex::Case;
use crate::text::json::{Text, Value};

/// Writes a datagram into a slice. Nothing fails on the way; [`finish`](Self::finish) tells if the slice was too short.
///
/// ```
/// use codec_core::g90::local::{CommandCode, Writer};
///
/// let mut out = [0; 64];
/// let mut writer = Writer::request(&mut out, CommandCode::SetHostStatus);
/// writer.number(3);
/// let len = writer.finish()?;
/// assert_eq!(&out[..len], b"ISTART[101,101,[101,[3]]]IEND\0");
/// # Ok::<(), codec_core::EncodeError>(())
/// ```
#[derive(Debug)]
pub struct Writer<'o> {
    out: &'o mut [u8],
    len: usize,
    /// Another value stands before the next one.
    comma: bool,
    /// What closes what is open.
    tail: &'static [u8],
}

impl<'o> Writer<'o> {
    pub(super) fn new(out: &'o mut [u8]) -> Self {
        Self { out, len: 0, comma: false, tail: b"" }
    }

    /// A request. The parameters are written next; without any they are an empty list.
    #[must_use]
    pub fn request(out: &'o mut [u8], code: CommandCode) -> Self {
        let mut this = Self::new(out);
        this.put(START);
        for before in [b"[" as &[u8], b",", b",["] {
            this.put(before);
            this.put_number(i64::from(code.raw()));
        }
        this.put(b",[");
        this.tail = b"]]]";
        this
    }

    /// A reply. Its data, an array, is written next.
    #[must_use]
    pub fn reply(out: &'o mut [u8], code: CommandCode) -> Self {
        let mut this = Self::new(out);
        this.put(START);
        this.put(b"[");
        this.put_number(i64::from(code.raw()));
        this.put(b",[");
        this.tail = b"]]";
        this
    }

    /// An array alone, without markers.
    pub(super) fn array(out: &'o mut [u8]) -> Self {
        let mut this = Self::new(out);
        this.put(b"[");
        this
    }

    /// Ends an [`array`](Self::array).
    pub(super) fn end_array(mut self) -> Result<usize, EncodeError> {
        self.put(b"]");
        self.len()
    }

    pub(super) fn put(&mut self, bytes: &[u8]) {
        let end = self.len.saturating_add(bytes.len());
        if let Some(room) = self.out.get_mut(self.len..end) {
            copy(room, bytes);
        }
        self.len = end;
    }

    pub(super) fn put_number(&mut self, value: i64) {
        let mut digits = [0; 20];
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
        let from = digits.len().saturating_sub(count);
        self.put(digits.get(from..).unwrap_or_default());
    }

    fn before_value(&mut self) {
        if self.comma {
            self.put(b",");
        }
        self.comma = true;
    }

    /// A number.
    pub fn number(&mut self, value: i64) {
        self.before_value();
        self.put_number(value);
    }

    /// A text.
    pub fn text(&mut self, text: &str) {
        self.characters(text.chars());
    }

    /// A text that was received.
    pub fn same_text(&mut self, text: Text<'_>) {
        self.characters(text.chars());
    }

    fn characters(&mut self, characters: impl Iterator<Item = char>) {
        self.before_value();
        self.put(b"\"");
        for character in characters {
            match character {
                '"' => self.put(b"\\\""),
                '\\' => self.put(b"\\\\"),
                '\n' => self.put(b"\\n"),
                '\r' => self.put(b"\\r"),
                '\t' => self.put(b"\\t"),
                '\u{8}' => self.put(b"\\b"),
                '\u{c}' => self.put(b"\\f"),
                ' '..='~' => self.put(&[u8::try_from(character).unwrap_or(b'?')]),
                _ => match u16::try_from(u32::from(character)) {
                    Ok(unit) => self.escape(unit),
                    Err(_) => {
                        let above = u32::from(character).wrapping_sub(0x1_0000);
                        let unit = |bits: u32, base| u16::try_from(bits & 0x3FF).unwrap_or(0) | base;
                        self.escape(unit(above >> 10, 0xD800));
                        self.escape(unit(above, 0xDC00));
                    }
                },
            }
        }
        self.put(b"\"");
    }

    fn escape(&mut self, unit: u16) {
        let [high, low] = unit.to_be_bytes();
        self.put(b"\\u");
        self.put(&Case::Lower.digits(high));
        self.put(&Case::Lower.digits(low));
    }

    /// A value that was received.
    pub fn value(&mut self, value: Value<'_>) {
        match value {
            Value::Text(text) => self.same_text(text),
            Value::Null => self.literal("null"),
            Value::Bool(true) => self.literal("true"),
            Value::Bool(false) => self.literal("false"),
            Value::Number(number) => self.literal(number.raw()),
            Value::Array(array) => self.literal(array.as_str()),
            Value::Object(object) => self.literal(object.as_str()),
        }
    }

    /// JSON as it is.
    pub(super) fn literal(&mut self, json: &str) {
        self.before_value();
        self.put(json.as_bytes());
    }

    /// Begins an array in the array.
    pub fn open(&mut self) {
        self.before_value();
        self.put(b"[");
        self.comma = false;
    }

    /// Ends it.
    pub fn close(&mut self) {
        self.put(b"]");
        self.comma = true;
    }

    /// Ends the datagram and gives its length.
    ///
    /// # Errors
    /// [`EncodeError::NoSpace`] if the slice is too short.
    pub fn finish(mut self) -> Result<usize, EncodeError> {
        self.put(self.tail);
        self.put(END);
        self.len()
    }

    /// How many bytes are written.
    pub(super) fn len(&self) -> Result<usize, EncodeError> {
        if self.len <= self.out.len() {
            Ok(self.len)
        } else {
            Err(EncodeError::NoSpace { needed: u32::try_from(self.len).unwrap_or(u32::MAX) })
        }
    }
}
