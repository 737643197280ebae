//! Keypad strokes: the data of a request.

use core::fmt;

use super::status::RequestId;
use crate::error::EncodeError;
use crate::secret::Secret;
use crate::text::hex;

/// Longest string of keys in one request (vendor's document).
pub const MAX_KEYS: usize = 30;

/// Longest user code. The vendor's document gives no number; the keys around it take at most two of [`MAX_KEYS`].
pub const MAX_CODE: usize = 28;

/// The keys that a panel knows besides the digits.
///
/// `A` arm, `H` home (monitor), `E` enter, `X` exclude, `F` fire, `V` view or memory, `P` panic (both panic keys), `D` medical, `M`
/// program, `*` and `#` the left and right panic key, `S` status request (with two hexadecimal digits).
pub const KEYS: &[u8] = b"AHEXFVPDM*#S";

/// Whether it is a digit or one of [`KEYS`] but `S`, which nobody types. Compares take less code than a search.
const fn is_typed(key: u8) -> bool {
    matches!(key, b'0'..=b'9' | b'A' | b'H' | b'E' | b'X' | b'F' | b'V' | b'P' | b'D' | b'M' | b'*' | b'#')
}

/// Received keys. They hold a user code more often than not, so nothing but a status request is ever printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Keys<'i>(&'i [u8]);

impl<'i> Keys<'i> {
    pub(crate) const fn new(keys: &'i [u8]) -> Self {
        Self(keys)
    }

    /// The characters. They may contain a user's code.
    #[must_use]
    pub const fn expose(self) -> &'i [u8] {
        self.0
    }

    /// The number of characters.
    #[must_use]
    pub const fn len(self) -> usize {
        self.0.len()
    }

    /// Whether there is no character.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The request, if the keys are an `S` and two hexadecimal digits and nothing else.
    #[must_use]
    pub fn status_request(self) -> Option<RequestId> {
        match self.0 {
            [b'S', high, low] => hex::byte(*high, *low).map(RequestId::from_raw),
            _ => None,
        }
    }
}

impl fmt::Debug for Keys<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.status_request() {
            Some(request) => write!(f, "Keys(S{:02x})", request.raw()),
            None => write!(f, "Keys(*** of {})", self.0.len()),
        }
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Keys<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        match self.status_request() {
            Some(request) => defmt::write!(f, "Keys(S{=u8:02x})", request.raw()),
            None => defmt::write!(f, "Keys(*** of {=usize})", self.0.len()),
        }
    }
}

/// Keys to be sent, checked: 1 to 30 digits or [`KEYS`], and an `S` only as a status request.
#[derive(Clone, Copy)]
pub struct KeyString {
    keys: [u8; MAX_KEYS],
    len: u8,
}

impl KeyString {
    /// No key: nothing is sent.
    pub(crate) const NONE: Self = Self { keys: [0; MAX_KEYS], len: 0 };

    /// Checks and copies `keys`.
    ///
    /// # Errors
    /// [`EncodeError::OutOfRange`] for no key or more than 30, [`EncodeError::BadCharacter`] for one that no keypad has, and for an `S` that
    /// is not followed by two hexadecimal digits and nothing else.
    pub fn new(keys: Secret<&str>) -> Result<Self, EncodeError> {
        let keys = keys.expose().as_bytes();
        let request = matches!(keys, [b'S', high, low] if hex::byte(*high, *low).is_some());
        match keys.iter().position(|key| !is_typed(*key)) {
            Some(at) if !request => Err(EncodeError::BadCharacter { field: "keys", at: u32::try_from(at).unwrap_or(u32::MAX) }),
            _ => Self::checked(&[keys]),
        }
    }

    /// Strings the given parts together.
    fn checked(parts: &[&[u8]]) -> Result<Self, EncodeError> {
        let mut this = Self { keys: [0; MAX_KEYS], len: 0 };
        let mut room = this.keys.iter_mut();
        let mut len = 0_u32;
        for key in parts.iter().copied().flatten() {
            len = len.saturating_add(1);
            if let Some(slot) = room.next() {
                *slot = *key;
            }
        }
        match u8::try_from(len) {
            Ok(count @ 1..=30) => {
                this.len = count;
                Ok(this)
            }
            _ => Err(EncodeError::OutOfRange { field: "number of keys", min: 1, max: 30, found: len }),
        }
    }

    /// A code must be 1 to [`MAX_CODE`] decimal digits.
    fn code(code: Secret<&str>) -> Result<&[u8], EncodeError> {
        let code = code.expose().as_bytes();
        if let Some(at) = code.iter().position(|digit| !digit.is_ascii_digit()) {
            return Err(EncodeError::BadCharacter { field: "code", at: u32::try_from(at).unwrap_or(u32::MAX) });
        }
        match code.len() {
            0 => Err(EncodeError::Missing { field: "code" }),
            1..=MAX_CODE => Ok(code),
            len => {
                Err(EncodeError::OutOfRange { field: "digits of the code", min: 1, max: 28, found: u32::try_from(len).unwrap_or(u32::MAX) })
            }
        }
    }

    /// Keys around a code, or around nothing without one.
    fn around(first: &[u8], code: Option<Secret<&str>>, last: &[u8]) -> Result<Self, EncodeError> {
        let code = match code {
            Some(code) if !code.expose().is_empty() => Self::code(code)?,
            _ => &[],
        };
        Self::checked(&[first, code, last])
    }

    /// Arm with everybody out: `A`, the code, `E`. Without a code (or an empty one) it is the short arm, if the panel allows it.
    ///
    /// # Errors
    /// If the code is not decimal digits or too long.
    pub fn arm_away(code: Option<Secret<&str>>) -> Result<Self, EncodeError> {
        Self::around(b"A", code, b"E")
    }

    /// Arm with people in: `H`, the code, `E`. Without a code it is the short arm.
    ///
    /// # Errors
    /// If the code is not decimal digits or too long.
    pub fn arm_home(code: Option<Secret<&str>>) -> Result<Self, EncodeError> {
        Self::around(b"H", code, b"E")
    }

    /// Disarm: the code, `E`.
    ///
    /// # Errors
    /// If the code is missing, not decimal digits or too long.
    pub fn disarm(code: Secret<&str>) -> Result<Self, EncodeError> {
        Self::checked(&[Self::code(code)?, b"E"])
    }

    /// Panic: with a code `*`, the code, `#`, as the Python library sends it; without one `P`, which is the same as both panic keys
    /// (vendor's document).
    ///
    /// # Errors
    /// If the code is not decimal digits or too long.
    pub fn panic(code: Option<Secret<&str>>) -> Result<Self, EncodeError> {
        match code {
            Some(code) if !code.expose().is_empty() => Self::around(b"*", Some(code), b"#"),
            _ => Self::around(b"P", None, &[]),
        }
    }

    /// Switch auxiliary output 1 to 8: its digit twice, then `*` for on or `#` for off.
    ///
    /// # Errors
    /// [`EncodeError::OutOfRange`] for another output.
    pub fn aux(output: u8, on: bool) -> Result<Self, EncodeError> {
        if !(1..=8).contains(&output) {
            return Err(EncodeError::OutOfRange { field: "auxiliary output", min: 1, max: 8, found: output.into() });
        }
        let digit = hex::Case::Upper.digit(output);
        Self::checked(&[&[digit, digit], if on { b"*" } else { b"#" }])
    }

    /// Ask for a status: `S` and two digits.
    ///
    /// # Errors
    /// [`EncodeError::OutOfRange`] for a request that no panel knows.
    pub fn status(request: RequestId) -> Result<Self, EncodeError> {
        if let RequestId::Unknown(raw) = request {
            return Err(EncodeError::OutOfRange { field: "status request", min: 0, max: 0x33, found: raw.into() });
        }
        Self::checked(&[b"S", &hex::Case::Upper.digits(request.raw())])
    }

    /// The keys, as a view that can be encoded.
    #[must_use]
    pub fn as_keys(&self) -> Keys<'_> {
        Keys(self.keys.get(..usize::from(self.len)).unwrap_or_default())
    }
}

impl fmt::Debug for KeyString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_keys().fmt(f)
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for KeyString {
    fn format(&self, f: defmt::Formatter<'_>) {
        self.as_keys().format(f);
    }
}

#[cfg(test)]
mod tests {
    use std::string::String;

    use super::*;

    fn text(keys: Result<KeyString, EncodeError>) -> String {
        String::from_utf8(keys.unwrap().as_keys().expose().to_vec()).unwrap()
    }

    #[test]
    fn commands_are_the_documented_keys() {
        let code = Some(Secret::new("1234"));
        assert_eq!(text(KeyString::arm_away(code)), "A1234E");
        assert_eq!(text(KeyString::arm_away(None)), "AE");
        assert_eq!(text(KeyString::arm_away(Some(Secret::new("")))), "AE");
        assert_eq!(text(KeyString::arm_home(code)), "H1234E");
        assert_eq!(text(KeyString::disarm(Secret::new("12"))), "12E");
        assert_eq!(text(KeyString::panic(code)), "*1234#");
        assert_eq!(text(KeyString::panic(None)), "P");
        assert_eq!(text(KeyString::aux(3, true)), "33*");
        assert_eq!(text(KeyString::aux(8, false)), "88#");
        assert_eq!(text(KeyString::status(RequestId::ViewState)), "S16");
        assert_eq!(text(KeyString::new(Secret::new("S1f"))), "S1f");
    }

    #[test]
    fn what_is_typed_is_digits_and_the_keys_but_s() {
        for key in 0..=255_u8 {
            assert_eq!(is_typed(key), key.is_ascii_digit() || KEYS.contains(&key) && key != b'S', "{key:#04x}");
        }
    }

    #[test]
    fn what_no_keypad_can_type_is_refused() {
        let range = |field, min, max, found| Some(EncodeError::OutOfRange { field, min, max, found });
        assert_eq!(KeyString::aux(9, true).err(), range("auxiliary output", 1, 8, 9));
        assert_eq!(KeyString::aux(0, true).err(), range("auxiliary output", 1, 8, 0));
        assert_eq!(KeyString::new(Secret::new("")).err(), range("number of keys", 1, 30, 0));
        assert_eq!(KeyString::new(Secret::new(&"1".repeat(31))).err(), range("number of keys", 1, 30, 31));
        assert_eq!(KeyString::new(Secret::new("A12 E")).err(), Some(EncodeError::BadCharacter { field: "keys", at: 3 }));
        assert_eq!(KeyString::new(Secret::new("ae")).err(), Some(EncodeError::BadCharacter { field: "keys", at: 0 }));
        for (keys, at) in [("S", 0), ("S1", 0), ("S140", 0), ("AS14", 1), ("1S", 1)] {
            assert_eq!(KeyString::new(Secret::new(keys)).err(), Some(EncodeError::BadCharacter { field: "keys", at }), "{keys}");
        }
        assert_eq!(KeyString::disarm(Secret::new("")).err(), Some(EncodeError::Missing { field: "code" }));
        assert_eq!(KeyString::disarm(Secret::new("None")).err(), Some(EncodeError::BadCharacter { field: "code", at: 0 }));
        assert_eq!(KeyString::status(RequestId::Unknown(0x34)).err(), range("status request", 0, 0x33, 0x34));
        assert!(KeyString::new(Secret::new(&"1".repeat(30))).is_ok());
        assert!(KeyString::arm_away(Some(Secret::new(&"1".repeat(28)))).is_ok());
        assert!(KeyString::arm_away(Some(Secret::new(&"1".repeat(29)))).is_err());
    }

    #[test]
    fn codes_are_not_printed() {
        let keys = KeyString::disarm(Secret::new("4321")).unwrap();
        assert_eq!(format!("{keys:?}"), "Keys(*** of 5)");
        assert_eq!(format!("{:?}", KeyString::status(RequestId::Arming).unwrap()), "Keys(S14)");
    }
}
