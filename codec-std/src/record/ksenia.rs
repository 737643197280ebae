//! Ksenia: PINs are secret wherever they stand in a message.

use codec_core::ksenia::{covered_len, crc_of};
use codec_core::text::json::{self, Object, Text, Value};

use super::pins::is_pin;

/// A message with its PINs hidden and a CRC that says as much as before: one that fits if the old one did, else one that does not.
///
/// A PIN is the value of every member with `PIN` for a word of its name (`PIN`, `NEW_PIN`), at any depth, and all that is inside it. The
/// bytes of a text become `0`, the digits of a number `1`, so the length stays. What the records of `SCENARIOS` say under that name is
/// whether a PIN is needed, and stays as long as it has letters only. In text that is not JSON every digit becomes `0`.
///
/// The CRC value has the number of digits and the case that it had, or four digits if it needs more.
#[must_use]
pub fn mask_ksenia_message(text: &[u8]) -> Vec<u8> {
    let mut masked = text.to_vec();
    let Ok(value) = json::check(text) else {
        masked.iter_mut().filter(|byte| byte.is_ascii_digit()).for_each(|digit| *digit = b'0');
        return masked;
    };
    let mut hidden = Hidden { base: text.as_ptr() as usize, masked: &mut masked };
    hidden.look(value, Place::Plain);
    seal(text, &mut masked);
    masked
}

/// What a value is part of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Plain,
    Scenario,
    Secret,
}

struct Hidden<'m> {
    /// Where the text begins in memory; parts of it are slices of it.
    base: usize,
    masked: &'m mut [u8],
}

impl Hidden<'_> {
    /// Nesting is limited by [`json::MAX_DEPTH`].
    fn look(&mut self, value: Value<'_>, place: Place) {
        match value {
            Value::Object(object) => self.members(object, place),
            Value::Array(array) => array.values().for_each(|value| self.look(value, place)),
            Value::Text(text) if place == Place::Secret => self.replace(text, |byte| *byte = b'0'),
            Value::Number(number) if place == Place::Secret => self.replace(number, |byte| {
                if byte.is_ascii_digit() {
                    *byte = b'1';
                }
            }),
            _ => {}
        }
    }

    fn members(&mut self, object: Object<'_>, place: Place) {
        for (name, value) in object.members() {
            let name = name.to_string();
            let is_pin = is_pin(&name);
            let is_word = matches!(value, Value::Text(text) if text.raw().bytes().all(|byte| byte.is_ascii_alphabetic()));
            let inner = match place {
                Place::Secret => Place::Secret,
                Place::Scenario if is_pin && is_word => Place::Plain,
                _ if is_pin => Place::Secret,
                _ if name == "SCENARIOS" => Place::Scenario,
                place => place,
            };
            self.look(value, inner);
        }
    }

    fn replace(&mut self, text: Text<'_>, with: impl Fn(&mut u8)) {
        let from = text.raw().as_ptr() as usize - self.base;
        if let Some(bytes) = self.masked.get_mut(from..from + text.raw().len()) {
            bytes.iter_mut().for_each(with);
        }
    }
}

/// Puts the CRC of `masked` in the place of that of `text`. Both have the same length so far.
fn seal(text: &[u8], masked: &mut Vec<u8>) {
    let Some(covered) = covered_len(text) else { return };
    let behind = text.get(covered..).unwrap_or_default();
    let Some(from) = behind.windows(2).position(|pair| pair.eq_ignore_ascii_case(b"0x")).map(|at| covered + at + 2) else { return };
    let digits = text.get(from..).unwrap_or_default();
    let width = digits.iter().take_while(|digit| digit.is_ascii_hexdigit()).count();
    let old = str::from_utf8(digits.get(..width).unwrap_or_default()).unwrap_or_default();
    // What stands before the digits is the colon, the quote and white space, or it is no value.
    let before = text.get(covered..from - 2).unwrap_or_default();
    let is_value = before.trim_ascii().split_first().is_some_and(|(colon, rest)| *colon == b':' && rest.trim_ascii() == b"\"");
    let (true, Ok(found), 1..=4) = (is_value, u16::from_str_radix(old, 16), width) else { return };
    let fits = crc_of(text.get(..covered).unwrap_or_default()) == found;
    let crc = crc_of(masked.get(..covered).unwrap_or_default()).wrapping_add(u16::from(!fits));
    let new = if old.bytes().any(|digit| digit.is_ascii_lowercase()) { format!("{crc:0width$x}") } else { format!("{crc:0width$X}") };
    masked.splice(from..from + width, new.into_bytes());
}

#[cfg(test)]
mod tests {
    use codec_core::ksenia::{Crc, CrcPolicy, decode, decode_with};

    use super::*;

    fn sealed(text: &str) -> String {
        let covered = format!("{text},\"CRC_16\"");
        format!("{covered}:\"0x{:04X}\"}}", crc_of(covered.as_bytes()))
    }

    fn masked(text: &str) -> String {
        String::from_utf8(mask_ksenia_message(text.as_bytes())).unwrap()
    }

    #[test]
    fn pins_are_hidden_at_any_depth_and_the_message_is_sealed() {
        let login = r#"{"CMD":"LOGIN","PAYLOAD":{"PIN":"904817","ID_LOGIN":"3","X":{"NEW_PIN":9048,"pin":["9\u00304",{"a":"8\"1"}]}}"#;
        let hidden = r#"{"CMD":"LOGIN","PAYLOAD":{"PIN":"000000","ID_LOGIN":"3","X":{"NEW_PIN":1111,"pin":["00000000",{"a":"0000"}]}}"#;
        assert_eq!(masked(&sealed(login)), sealed(hidden));
        assert!(decode(masked(&sealed(login)).as_bytes()).is_ok());
    }

    #[test]
    fn what_a_scenario_says_about_a_pin_stays() {
        let text = sealed(r#"{"CMD":"READ_RES","PAYLOAD":{"SCENARIOS":[{"ID":"1","PIN":"P","MAPPING":"5"}]}"#);
        assert_eq!(masked(&text), text);
        assert!(masked(r#"{"SCENARIOS":[{"PIN":"9048"}],"PIN":"AB"}"#).contains(r#"[{"PIN":"0000"}],"PIN":"00"}"#));
    }

    #[test]
    fn a_wrong_value_stays_wrong_and_its_form_stays() {
        for value in ["0x0000", "0Xbeef", "0x1"] {
            let text = format!(r#"{{"CMD":"LOGIN","PAYLOAD":{{"PIN":"1234"}},"CRC_16" : "{value}"}}"#);
            let hidden = masked(&text);
            assert!(!hidden.contains("1234"));
            let message = decode_with(hidden.as_bytes(), CrcPolicy::Report).unwrap();
            assert!(matches!(message.crc(), Crc::Wrong { .. }), "{hidden}");
        }
        for value in ["\"beef\"", "\"0x\"", "\"0x12345\"", "7", "[\"0x12\"]"] {
            let text = format!(r#"{{"CMD":"LOGIN","CRC_16":{value}}}"#);
            assert_eq!(masked(&text), text);
        }
    }

    #[test]
    fn digits_of_what_is_not_json_are_hidden() {
        assert_eq!(masked(r#"{"PIN":"904817"#), r#"{"PIN":"000000"#);
    }
}
