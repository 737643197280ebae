//! Strict JSON (RFC 8259) over a complete text: no recursion, no allocation, nothing copied.
//!
//! [`check`] looks at every byte once and gives the value. What stands inside can then be walked without errors. Text keeps its
//! escapes until somebody asks for the characters; numbers stay text. Members may come in any order; where a name comes twice in
//! one object, the last one counts, as in most other readers.
//!
//! Half a surrogate pair (`"\ud83d"` alone) is refused: no UTF-8 text can hold it.

use core::fmt;

pub use super::chars::{Chars, Text};
use super::cursor::Cursor;
use crate::error::{Fault, FaultKind, JsonError};

/// How many levels of arrays and objects are followed. Ksenia messages have at most 7.
pub const MAX_DEPTH: u8 = 16;

/// Checks a whole text and gives its value.
///
/// ```
/// use codec_core::text::json::{self, Value};
///
/// let Value::Object(zone) = json::check(br#"{"ID":"7","DES":"Caff\u00e9"}"#)? else { panic!("not an object") };
/// assert_eq!(zone.text("ID").and_then(|id| id.number()), Some(7));
/// assert!(zone.text("DES").is_some_and(|name| name == "Caffé"));
/// # Ok::<(), codec_core::Fault>(())
/// ```
///
/// # Errors
/// [`FaultKind::Json`] with the offset of the first byte that is wrong.
pub fn check(text: &[u8]) -> Result<Value<'_>, Fault> {
    let mut cursor = Cursor::new(utf8(text)?);
    let value = cursor.value()?;
    cursor.end()?;
    Ok(value)
}

/// As [`check`], but control characters may stand in strings, and `NaN`, `Infinity` and `-Infinity` are numbers: some panels, and JSON
/// readers that are used with them, take it as loosely.
///
/// # Errors
/// As [`check`].
#[cfg(feature = "g90")]
pub fn check_lenient(text: &[u8]) -> Result<Value<'_>, Fault> {
    let mut cursor = Cursor::lenient(utf8(text)?);
    let value = cursor.value()?;
    cursor.end()?;
    Ok(value)
}

/// The text, if it is UTF-8.
pub(crate) fn utf8(text: &[u8]) -> Result<&str, Fault> {
    core::str::from_utf8(text).map_err(|error| {
        // A text that is wrong before that point is wrong for that reason.
        let good = text.get(..error.valid_up_to()).and_then(|good| core::str::from_utf8(good).ok()).unwrap_or_default();
        match Cursor::new(good).value() {
            Err(fault) if fault.kind != FaultKind::Json(JsonError::End) => fault,
            _ => Fault::new(FaultKind::Json(JsonError::Utf8), error.valid_up_to()),
        }
    })
}

/// White space between values.
pub(crate) const fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r')
}

/// A value inside a checked text.
#[derive(Clone, Copy, Debug)]
pub enum Value<'i> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it was written.
    Number(Text<'i>),
    /// A string.
    Text(Text<'i>),
    /// An array.
    Array(Array<'i>),
    /// An object.
    Object(Object<'i>),
}

impl<'i> Value<'i> {
    /// The text of a string, or of a number or `true` or `false` as it was written.
    #[must_use]
    pub const fn scalar(self) -> Option<Text<'i>> {
        match self {
            Self::Text(text) | Self::Number(text) => Some(text),
            Self::Bool(true) => Some(Text::new("true")),
            Self::Bool(false) => Some(Text::new("false")),
            _ => None,
        }
    }

    /// The object, if it is one.
    #[must_use]
    pub const fn object(self) -> Option<Object<'i>> {
        if let Self::Object(object) = self { Some(object) } else { None }
    }

    /// The array, if it is one.
    #[must_use]
    pub const fn array(self) -> Option<Array<'i>> {
        if let Self::Array(array) = self { Some(array) } else { None }
    }
}

/// An object inside a checked text. Printing it shows its size only: it may hold a PIN.
#[derive(Clone, Copy)]
pub struct Object<'i> {
    text: &'i str,
}

impl<'i> Object<'i> {
    /// Checks a whole text that must be an object.
    ///
    /// # Errors
    /// [`FaultKind::Json`] if it is not JSON, [`JsonError::Unexpected`] at 0 if it is another value.
    pub fn parse(text: &'i [u8]) -> Result<Self, Fault> {
        check(text)?.object().ok_or(Fault::new(FaultKind::Json(JsonError::Unexpected), 0))
    }

    pub(crate) const fn new(text: &'i str) -> Self {
        Self { text }
    }

    /// The text with its braces.
    #[must_use]
    pub const fn as_str(self) -> &'i str {
        self.text
    }

    /// The members in the order of the text.
    #[must_use]
    pub fn members(self) -> Members<'i> {
        Members { cursor: Cursor::inside(self.text) }
    }

    /// The last member of that name.
    #[must_use]
    pub fn get(self, name: &str) -> Option<Value<'i>> {
        self.members().filter(|(key, _)| *key == *name).last().map(|(_, value)| value)
    }

    /// The last member of that name, if it is a string, a number or a truth value.
    #[must_use]
    pub fn text(self, name: &str) -> Option<Text<'i>> {
        self.get(name)?.scalar()
    }
}

impl fmt::Debug for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Object({} bytes)", self.text.len())
    }
}

/// The members of an [`Object`].
#[derive(Clone, Debug)]
pub struct Members<'i> {
    cursor: Cursor<'i>,
}

impl<'i> Iterator for Members<'i> {
    type Item = (Text<'i>, Value<'i>);

    fn next(&mut self) -> Option<Self::Item> {
        self.cursor.read_more(b'}').ok().filter(|more| *more)?;
        let key = self.cursor.read_key().ok()?;
        Some((key, self.cursor.read_value().ok()?))
    }
}

/// An array inside a checked text. Printing it shows its size only.
#[derive(Clone, Copy)]
pub struct Array<'i> {
    text: &'i str,
}

impl<'i> Array<'i> {
    /// The text with its brackets.
    #[must_use]
    pub const fn as_str(self) -> &'i str {
        self.text
    }

    pub(crate) const fn new(text: &'i str) -> Self {
        Self { text }
    }

    /// The values in the order of the text.
    #[must_use]
    pub fn values(self) -> Values<'i> {
        Values { cursor: Cursor::inside(self.text) }
    }

    /// The strings, numbers and truth values in it; others are passed over.
    pub fn texts(self) -> impl Iterator<Item = Text<'i>> + Clone {
        self.values().filter_map(Value::scalar)
    }

    /// The objects in it; others are passed over.
    pub fn objects(self) -> impl Iterator<Item = Object<'i>> + Clone {
        self.values().filter_map(Value::object)
    }
}

impl fmt::Debug for Array<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Array({} bytes)", self.text.len())
    }
}

/// The values of an [`Array`].
#[derive(Clone, Debug)]
pub struct Values<'i> {
    cursor: Cursor<'i>,
}

/// Reading in place, for arrays whose shape is known. The text may be unchecked: what is not as expected gives `None`, and nothing that
/// follows is believed.
#[cfg(feature = "g90")]
impl<'i> Values<'i> {
    /// The values of an array that begins at `cursor`, white space before it allowed.
    pub(crate) fn of(mut cursor: Cursor<'i>) -> Option<Self> {
        cursor.space();
        cursor.eat(b"[").then_some(Self { cursor })
    }

    /// The values from `cursor` on, which stands in an array.
    pub(crate) const fn inside(cursor: Cursor<'i>) -> Self {
        Self { cursor }
    }

    /// The whole text, and the bytes from here on.
    #[inline(always)]
    pub(crate) fn ahead(&self) -> Option<(&'i str, &'i [u8])> {
        self.cursor.ahead()
    }

    /// Goes on where only `len` bytes are left.
    #[inline(always)]
    pub(crate) const fn leave(&mut self, len: usize) {
        self.cursor.leave(len);
    }

    /// Steps into the next value, an array, or out of this array if there is none; says which. `None` if neither is there.
    #[inline]
    pub(crate) fn enter(&mut self) -> Option<bool> {
        if self.cursor.next_array() {
            return Some(true);
        }
        if !self.cursor.read_more(b']').ok()? {
            return Some(false);
        }
        self.cursor.space();
        self.cursor.eat(b"[").then_some(true)
    }

    /// Steps into the next value, an array.
    #[inline]
    pub(crate) fn open(&mut self) -> Option<()> {
        self.enter().filter(|entered| *entered).map(|_| ())
    }

    /// Steps out of an array that has no more values.
    #[inline]
    pub(crate) fn close(&mut self) -> Option<()> {
        self.cursor.read_more(b']').ok().filter(|more| !*more).map(|_| ())
    }

    /// Whether nothing but white space follows.
    pub(crate) fn is_at_end(&self) -> bool {
        let mut cursor = self.cursor;
        cursor.read_end().is_ok()
    }

    /// The next value, a whole number of 64 bits without a point or an exponent.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(crate) fn integer(&mut self) -> Option<i64> {
        match self.cursor.next_integer() {
            Some(number) => Some(number),
            None => self.any_integer(),
        }
    }

    /// As [`integer`](Self::integer), in all spellings.
    #[inline(never)]
    fn any_integer(&mut self) -> Option<i64> {
        match self.next()? {
            Value::Number(number) => number.raw().parse().ok(),
            _ => None,
        }
    }

    /// The next value, a string.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(crate) fn text(&mut self) -> Option<Text<'i>> {
        match self.cursor.next_text() {
            Some(text) => Some(text),
            None => self.any_text(),
        }
    }

    /// As [`text`](Self::text), in all spellings.
    #[inline(never)]
    fn any_text(&mut self) -> Option<Text<'i>> {
        match self.next()? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl<'i> Iterator for Values<'i> {
    type Item = Value<'i>;

    fn next(&mut self) -> Option<Value<'i>> {
        self.cursor.read_more(b']').ok().filter(|more| *more)?;
        self.cursor.read_value().ok()
    }
}

#[cfg(test)]
mod tests {
    use std::string::{String, ToString};
    use std::vec::Vec;

    use super::*;

    fn refused(text: &[u8]) -> (JsonError, u32) {
        match check(text) {
            Err(Fault { kind: FaultKind::Json(error), at }) => (error, at),
            other => panic!("{other:?} for {}", String::from_utf8_lossy(text)),
        }
    }

    #[test]
    fn what_is_not_json_is_refused_at_its_byte() {
        let cases: [(&[u8], JsonError, u32); 32] = [
            (b"", JsonError::End, 0),
            (b"  ", JsonError::End, 2),
            (b"{", JsonError::End, 1),
            (b"{\"a", JsonError::End, 3),
            (b"{\"a\"", JsonError::End, 4),
            (b"{\"a\":1", JsonError::End, 6),
            (b"[1,", JsonError::End, 3),
            (b"tru", JsonError::End, 3),
            (b"\"\\u12", JsonError::End, 5),
            (b"\"\\ud83d\\", JsonError::End, 8),
            (b"{]", JsonError::Unexpected, 1),
            (b"{,}", JsonError::Unexpected, 1),
            (b"[,]", JsonError::Unexpected, 1),
            (b"[1,]", JsonError::Unexpected, 3),
            (b"{\"a\":1,}", JsonError::Unexpected, 7),
            (b"[1 2]", JsonError::Unexpected, 3),
            (b"[1}", JsonError::Unexpected, 2),
            (b"{\"a\" 1}", JsonError::Unexpected, 5),
            (b"{a:1}", JsonError::Unexpected, 1),
            (b"trux", JsonError::Unexpected, 3),
            (b"NaN", JsonError::Unexpected, 0),
            (b"\xef\xbb\xbf{}", JsonError::Unexpected, 0),
            (b"{} x", JsonError::Trailing, 3),
            (b"01", JsonError::Number, 1),
            (b"[1.]", JsonError::Number, 3),
            (b"[-]", JsonError::Number, 2),
            (b"[1e+]", JsonError::Number, 4),
            (b"\"a\nb\"", JsonError::Control, 2),
            (b"\"\\x\"", JsonError::Escape, 2),
            (b"\"\\ud83d\"", JsonError::Escape, 1),
            (b"\"\\ude00\"", JsonError::Escape, 1),
            (b"[\"\xff\"]", JsonError::Utf8, 2),
        ];
        for (text, error, at) in cases {
            assert_eq!(refused(text), (error, at), "{}", String::from_utf8_lossy(text));
        }
        assert_eq!(refused(b"[1 \"\xff\"]"), (JsonError::Unexpected, 3));
    }

    #[test]
    fn nesting_ends_at_the_limit() {
        let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        let limit = usize::from(MAX_DEPTH);
        assert!(check(deep(limit).as_bytes()).is_ok());
        assert_eq!(refused(deep(limit + 1).as_bytes()), (JsonError::Depth { limit: MAX_DEPTH }, 16));
        assert_eq!(refused("{\"a\":".repeat(100_000).as_bytes()).0, JsonError::Depth { limit: MAX_DEPTH });
    }

    #[test]
    fn members_are_found_whatever_their_order_and_the_last_counts() {
        let object = Object::parse(br#" { "A" : "x" , "B":[1, {"C":2}, "y", true], "\u0041":-1.5e3 } "#).unwrap();
        assert_eq!(object.members().map(|(key, _)| key.to_string()).collect::<Vec<_>>(), ["A", "B", "A"]);
        assert!(object.text("A").is_some_and(|text| text == "-1.5e3"));
        let list = object.get("B").and_then(Value::array).unwrap();
        assert_eq!(list.texts().map(|text| text.to_string()).collect::<Vec<_>>(), ["1", "y", "true"]);
        assert_eq!(list.objects().filter_map(|inner| inner.text("C")?.number()).collect::<Vec<_>>(), [2]);
        assert_eq!(list.as_str(), r#"[1, {"C":2}, "y", true]"#);
        assert!(object.get("D").is_none());
        assert_eq!(format!("{object:?}"), "Object(60 bytes)");
    }

    #[test]
    fn escapes_are_decoded_when_asked_for() {
        let Ok(Value::Text(text)) = check(br#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00z""#) else { panic!() };
        assert!(text == "\"\\/\u{8}\u{c}\n\r\t\u{e9}\u{1f600}z");
        assert_eq!(text.plain(), None);
        assert_eq!(text.copy_to(&mut [0; 64]), Some("\"\\/\u{8}\u{c}\n\r\t\u{e9}\u{1f600}z"));
        assert_eq!(text.copy_to(&mut [0; 14]), None);
        let Ok(Value::Text(plain)) = check("\"é\"".as_bytes()) else { panic!() };
        assert_eq!(plain.plain(), Some("é"));
    }

    #[test]
    fn numbers_are_digits_only() {
        for (text, number) in
            [("0", Some(0)), ("007", Some(7)), ("4294967295", Some(u32::MAX)), ("4294967296", None), ("-1", None), ("", None)]
        {
            assert_eq!(Text::new(text).number(), number);
        }
        assert_eq!(Text::new("99999999999999999999").wide_number(), None);
    }
}
