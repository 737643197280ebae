//! A place in a JSON text, and the steps from there. Everything that reads JSON from a slice goes through here.

use super::json::{Array, MAX_DEPTH, Object, Text, Value};
use super::tokens::{Escape, Word};
use super::{FAST, scan};
use crate::error::{Fault, FaultKind, JsonError};

/// Numbers of panels whose JSON is loose.
const LOOSE: &[&str; 3] = &["-Infinity", "NaN", "Infinity"];

/// A place in a text. A step that fails leaves it where the reason stands. Not for other crates.
#[derive(Clone, Copy, Debug)]
pub struct Cursor<'i> {
    text: &'i str,
    pub(crate) at: usize,
    /// Levels that are open around this place.
    pub(crate) depth: u8,
    /// Control characters in strings, `NaN` and `Infinity` are let through.
    lenient: bool,
}

impl<'i> Cursor<'i> {
    pub(crate) const fn new(text: &'i str) -> Self {
        Self { text, at: 0, depth: 0, lenient: false }
    }

    /// As [`new`](Self::new), for panels whose JSON has control characters in strings, `NaN` or `Infinity`.
    #[cfg(feature = "g90")]
    pub(crate) const fn lenient(text: &'i str) -> Self {
        Self { text, at: 0, depth: 0, lenient: true }
    }

    /// Behind the opening bracket or brace of `text`, which was checked.
    pub(crate) const fn inside(text: &'i str) -> Self {
        Self { text, at: 1, depth: 0, lenient: true }
    }

    #[inline(always)]
    pub(crate) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Steps over `expected` if it stands here.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(crate) fn eat(&mut self, expected: &[u8]) -> bool {
        let there = self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(expected));
        if there {
            self.at = self.at.wrapping_add(expected.len());
        }
        there
    }

    /// Steps over `byte` if it stands here.
    #[inline]
    pub(crate) fn takes(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at = self.at.wrapping_add(usize::from(there));
        there
    }

    /// What stands here and behind.
    #[inline(always)]
    pub(crate) fn rest(&self) -> &'i str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Goes on where `rest`, an end of the text, begins.
    #[inline(always)]
    pub(crate) const fn go(&mut self, rest: &str) {
        self.at = self.text.len().saturating_sub(rest.len());
    }

    /// The whole text, and the bytes from here on.
    #[cfg(feature = "g90")]
    #[inline(always)]
    pub(crate) fn ahead(&self) -> Option<(&'i str, &'i [u8])> {
        Some((self.text, self.text.as_bytes().get(self.at..)?))
    }

    /// Goes on where only `len` bytes are left.
    #[cfg(feature = "g90")]
    #[inline(always)]
    pub(crate) const fn leave(&mut self, len: usize) {
        self.at = self.text.len().wrapping_sub(len);
    }

    #[inline(always)]
    pub(crate) fn since(&self, from: usize) -> &'i str {
        self.text.get(from..self.at).unwrap_or_default()
    }

    /// What `error` is, which a step gave that stopped here.
    #[cold]
    #[inline(never)]
    pub(crate) fn fault(&self, error: JsonError) -> Fault {
        let error = if self.at >= self.text.len() { JsonError::End } else { error };
        Fault::new(FaultKind::Json(error), self.at)
    }

    #[inline]
    pub(crate) fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at = self.at.wrapping_add(1);
        }
    }

    fn step(&mut self) {
        self.at = self.at.wrapping_add(1);
    }

    /// Steps into the object that stands here.
    #[inline]
    pub(crate) fn read_open(&mut self) -> Result<(), JsonError> {
        if !self.takes(b'{') {
            return Err(JsonError::Unexpected);
        }
        self.read_deeper()
    }

    /// Counts one more level, whose bracket or brace stands right before this place.
    #[inline]
    pub(crate) fn read_deeper(&mut self) -> Result<(), JsonError> {
        if self.depth >= MAX_DEPTH {
            self.at = self.at.saturating_sub(1);
            return Err(JsonError::Depth { limit: MAX_DEPTH });
        }
        self.depth = self.depth.saturating_add(1);
        Ok(())
    }

    /// Nothing but white space up to the end.
    pub(crate) fn read_end(&mut self) -> Result<(), JsonError> {
        self.space();
        if self.at >= self.text.len() { Ok(()) } else { Err(JsonError::Trailing) }
    }

    /// Whether an array or object begins right before this place: then there is no comma.
    #[inline]
    pub(crate) fn is_first(&self) -> bool {
        matches!(self.text.as_bytes().get(self.at.wrapping_sub(1)), Some(b'{' | b'['))
    }

    /// Inside an array or object: whether another item follows. Steps over the comma or the closing `close`.
    #[cfg_attr(target_pointer_width = "64", inline)]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(crate) fn read_more(&mut self, close: u8) -> Result<bool, JsonError> {
        let first = self.is_first();
        self.space();
        match self.peek() {
            Some(b',') if !first => {
                self.step();
                Ok(true)
            }
            Some(byte) if byte == close => {
                self.step();
                Ok(false)
            }
            Some(_) if first => Ok(true),
            _ => Err(JsonError::Unexpected),
        }
    }

    /// A name and its colon, white space before and behind allowed.
    #[cfg_attr(target_pointer_width = "64", inline)]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(crate) fn read_key(&mut self) -> Result<Text<'i>, JsonError> {
        self.space();
        if !self.takes(b'"') {
            return Err(JsonError::Unexpected);
        }
        let key = self.read_string()?;
        self.space();
        if self.takes(b':') { Ok(key) } else { Err(JsonError::Unexpected) }
    }

    /// Steps over the name of a member and what its text begins with, if they stand here without white space and escapes.
    #[cfg(feature = "ksenia")]
    #[inline]
    pub(crate) fn takes_name(&mut self, name: &[u8]) -> bool {
        let Some([b'"', rest @ ..]) = self.text.as_bytes().get(self.at..) else { return false };
        let Some([b'"', b':', b'"', text @ ..]) = rest.strip_prefix(name) else { return false };
        self.at = self.text.len().wrapping_sub(text.len());
        true
    }

    /// The rest of a string whose opening quote has been passed; stops behind the closing one.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(crate) fn read_string(&mut self) -> Result<Text<'i>, JsonError> {
        let from = self.at;
        let end = scan::string_end(self.text.as_bytes(), from);
        if self.text.as_bytes().get(end) == Some(&b'"') {
            self.at = end.wrapping_add(1);
            return Ok(Text::new(self.text.get(from..end).unwrap_or_default()));
        }
        self.at = end;
        self.escaped(from)
    }

    /// Goes on where the plain part of a string ends.
    #[cold]
    #[inline(never)]
    fn escaped(&mut self, from: usize) -> Result<Text<'i>, JsonError> {
        loop {
            match self.peek() {
                Some(b'"') => {
                    let text = Text::new(self.since(from));
                    self.step();
                    return Ok(text);
                }
                Some(b'\\') => self.escape()?,
                Some(_) if self.lenient => self.step(),
                _ => return Err(JsonError::Control),
            }
            self.at = scan::string_end(self.text.as_bytes(), self.at);
        }
    }

    fn escape(&mut self) -> Result<(), JsonError> {
        let from = self.at;
        self.step();
        let mut escape = Escape::SLASH;
        while !escape.is_over() {
            let byte = self.peek().ok_or(JsonError::Escape)?;
            let last_digit = escape.in_digits() && byte.is_ascii_hexdigit();
            match escape.step(byte) {
                Ok(next) => escape = next,
                Err(error) => {
                    // What is wrong about half a pair is its beginning; but a text that ends here may yet go on as it should.
                    self.at = self.at.wrapping_add(usize::from(last_digit));
                    if self.at < self.text.len() && (last_digit || escape.is_half()) {
                        self.at = from;
                    }
                    return Err(error);
                }
            }
            self.step();
        }
        Ok(())
    }

    /// A value of any kind, white space before it allowed.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(crate) fn read_value(&mut self) -> Result<Value<'i>, JsonError> {
        self.space();
        let from = self.at;
        let first = self.peek();
        if first == Some(b'"') {
            self.step();
            return self.read_string().map(Value::Text);
        }
        self.pass()?;
        let text = self.since(from);
        Ok(match first {
            Some(b'{') => Value::Object(Object::new(text)),
            Some(b'[') => Value::Array(Array::new(text)),
            Some(b't') => Value::Bool(true),
            Some(b'f') => Value::Bool(false),
            Some(b'n') => Value::Null,
            _ => Value::Number(Text::new(text)),
        })
    }

    /// A number, `true`, `false` or `null`.
    #[inline(never)]
    fn word(&mut self) -> Result<(), JsonError> {
        if self.lenient && LOOSE.iter().any(|word| self.eat(word.as_bytes())) {
            return Ok(());
        }
        let first = self.peek().ok_or(JsonError::Unexpected)?;
        if FAST && matches!(first, b'-' | b'0'..=b'9') {
            return self.number();
        }
        let mut word = Word::begin(first).ok_or(JsonError::Unexpected)?;
        self.step();
        while let Some(byte) = self.peek() {
            match word.step(byte)? {
                Some(next) => word = next,
                None => break,
            }
            self.step();
        }
        if word.is_whole() { Ok(()) } else { Err(JsonError::Unexpected) }
    }

    fn number(&mut self) -> Result<(), JsonError> {
        if self.peek() == Some(b'-') {
            self.step();
        }
        if self.peek() == Some(b'0') {
            self.step();
            if let Some(b'0'..=b'9') = self.peek() {
                return Err(JsonError::Number);
            }
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.step();
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.step();
            if let Some(b'+' | b'-') = self.peek() {
                self.step();
            }
            self.digits()?;
        }
        Ok(())
    }

    /// One digit at least.
    fn digits(&mut self) -> Result<(), JsonError> {
        let from = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.step();
        }
        if self.at == from { Err(JsonError::Number) } else { Ok(()) }
    }

    /// Steps over a value and checks it. The open levels are bits, so that nothing recurses.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(crate) fn pass(&mut self) -> Result<(), JsonError> {
        // The lowest bit is the innermost level, 1 for an object.
        let (mut levels, outer) = (0_u32, self.depth);
        loop {
            self.space();
            match self.peek() {
                Some(b'"') => {
                    self.step();
                    self.read_string()?;
                }
                Some(open @ (b'{' | b'[')) => {
                    self.step();
                    self.read_deeper()?;
                    levels = levels << 1 | u32::from(open == b'{');
                }
                // A number of one digit, as most are.
                Some(b'0'..=b'9') if FAST && matches!(self.text.as_bytes().get(self.at.wrapping_add(1)), Some(b',' | b']' | b'}')) => {
                    self.step();
                }
                _ => self.word()?,
            }
            loop {
                if self.depth == outer {
                    return Ok(());
                }
                let object = levels & 1 == 1;
                if self.read_more(if object { b'}' } else { b']' })? {
                    if object {
                        self.read_key()?;
                    }
                    break;
                }
                levels >>= 1;
                self.depth = self.depth.saturating_sub(1);
            }
        }
    }
}

/// The steps with a [`Fault`] in place of the mere reason: where the cursor stopped.
impl<'i> Cursor<'i> {
    /// As [`read_open`](Self::read_open).
    #[inline]
    pub(crate) fn open(&mut self) -> Result<(), Fault> {
        self.read_open().map_err(|error| self.fault(error))
    }

    /// As [`read_deeper`](Self::read_deeper).
    #[inline]
    pub(crate) fn deeper(&mut self) -> Result<(), Fault> {
        self.read_deeper().map_err(|error| self.fault(error))
    }

    /// As [`read_end`](Self::read_end).
    pub(crate) fn end(&mut self) -> Result<(), Fault> {
        self.read_end().map_err(|error| self.fault(error))
    }

    /// As [`read_more`](Self::read_more).
    #[inline]
    pub(crate) fn more(&mut self, close: u8) -> Result<bool, Fault> {
        self.read_more(close).map_err(|error| self.fault(error))
    }

    /// As [`read_value`](Self::read_value).
    #[inline]
    pub(crate) fn value(&mut self) -> Result<Value<'i>, Fault> {
        self.read_value().map_err(|error| self.fault(error))
    }
}

/// Arrays of numbers and texts, read without a look at what else may stand there.
#[cfg(feature = "g90")]
impl<'i> Cursor<'i> {
    /// The bytes from here on, unless this is the beginning of an array: only behind a value a comma may stand.
    #[inline(always)]
    fn behind_value(&self) -> Option<&'i [u8]> {
        match self.text.as_bytes().get(self.at.wrapping_sub(1)..) {
            Some([before, rest @ ..]) if *before != b'[' => Some(rest),
            _ => None,
        }
    }

    /// Steps over a comma and an opening bracket, if they stand here with nothing between.
    #[inline(always)]
    pub(crate) fn next_array(&mut self) -> bool {
        let there = matches!(self.behind_value(), Some([b',', b'[', ..]));
        if there {
            self.at = self.at.wrapping_add(2);
        }
        there
    }

    /// A comma, unless it is the first of its array, and a whole number of one to 17 digits, if they stand here with nothing between.
    /// What follows must be looked at: the number may go on with a point.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(crate) fn next_integer(&mut self) -> Option<i64> {
        let (from, rest) = match self.behind_value() {
            Some([b',', rest @ ..]) => (self.at.wrapping_add(1), rest),
            Some(_) => return None,
            // Behind the opening bracket there is no comma.
            None => (self.at, self.text.as_bytes().get(self.at..)?),
        };
        let (first, digits) = match rest {
            // Most have one digit or two.
            [digit @ b'0'..=b'9', b',' | b']', ..] => {
                self.at = from.wrapping_add(1);
                return Some(i64::from(digit & 15));
            }
            [tens @ b'1'..=b'9', ones @ b'0'..=b'9', b',' | b']', ..] => {
                self.at = from.wrapping_add(2);
                return Some(i64::from(tens & 15).wrapping_mul(10).wrapping_add(i64::from(ones & 15)));
            }
            [first @ b'0'..=b'9', digits @ ..] => (first, digits),
            _ => return None,
        };
        let mut value = i64::from(first & 15);
        let mut len = 1_usize;
        for digit in digits {
            let (b'0'..=b'9', 1..18) = (digit, len) else { break };
            value = value.wrapping_mul(10).wrapping_add(i64::from(digit & 15));
            len = len.wrapping_add(1);
        }
        let fraction = matches!(digits.get(len.wrapping_sub(1)), Some(b'.' | b'e' | b'E'));
        // One zero too many in front, or too long to be sure.
        if fraction || len > 1 && *first == b'0' || len > 17 {
            return None;
        }
        self.at = from.wrapping_add(len);
        Some(value)
    }

    /// A comma, unless it is the first of its array, and a string without escapes, if they stand here with nothing between.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(crate) fn next_text(&mut self) -> Option<Text<'i>> {
        let bytes = self.text.as_bytes();
        let from = match (self.behind_value(), bytes.get(self.at)) {
            (Some([b',', b'"', ..]), _) => self.at.wrapping_add(2),
            (None, Some(b'"')) => self.at.wrapping_add(1),
            _ => return None,
        };
        let end = scan::string_end(bytes, from);
        if bytes.get(end) != Some(&b'"') {
            return None;
        }
        self.at = end.wrapping_add(1);
        Some(Text::new(self.text.get(from..end).unwrap_or_default()))
    }
}
