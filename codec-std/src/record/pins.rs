//! Hiding PINs in a JSON text that passes byte by byte.

use codec_core::ksenia::RunningCrc;

/// Most levels that are followed; what is deeper is hidden like text that is not JSON. The core reads fewer.
const MAX_DEPTH: usize = 64;

/// Longest member name that is looked at, in bytes. The value of a longer one is hidden.
const MAX_NAME: usize = 128;

/// Whether the value of a member with this name is a PIN: `PIN`, `NEW_PIN`.
pub(crate) fn is_pin(name: &str) -> bool {
    name.split('_').any(|word| word.eq_ignore_ascii_case("PIN"))
}

/// What a value is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Plain,
    /// A record of `SCENARIOS`, whose `PIN` says whether one is needed: letters in it stay.
    Scenario,
    /// `PIN` of such a record.
    Need,
    Secret,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Value,
    /// A value, or the end of the array.
    First,
    /// A name, or the end of the object.
    FirstName,
    Name,
    Colon,
    /// A comma, or the end of what is open.
    Next,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inside {
    Nothing,
    Name,
    Text,
    /// A number or a word.
    Word,
}

#[derive(Clone, Copy, Debug)]
struct Level {
    is_object: bool,
    place: Place,
}

/// Replaces the PINs of one message by characters of the same number, and its CRC by one that fits if the old one did.
///
/// Nothing is held back: each byte gives one byte at once. What follows a mistake in the JSON has its digits hidden, all of them.
#[derive(Debug)]
pub(super) struct Pins {
    levels: Vec<Level>,
    expected: Expected,
    inside: Inside,
    escaped: bool,
    /// The member name that is being read, or was read last.
    name: Vec<u8>,
    /// Where the next value belongs.
    place: Place,
    /// Of the text as it was, and as it is given.
    crcs: [RunningCrc; 2],
    /// By what the value behind the last `CRC_16` changes, and how far it is read.
    change: Option<Change>,
    broken: bool,
}

#[derive(Clone, Copy, Debug)]
struct Change {
    old: u16,
    new: u16,
    /// Characters of the value so far.
    read: u32,
    /// Digits that are left.
    left: u32,
}

impl Pins {
    pub(super) fn new() -> Self {
        Self {
            levels: Vec::new(),
            expected: Expected::Value,
            inside: Inside::Nothing,
            escaped: false,
            name: Vec::new(),
            place: Place::Plain,
            crcs: [RunningCrc::new(); 2],
            change: None,
            broken: false,
        }
    }

    /// Takes the next byte and gives what stands in its place.
    pub(super) fn byte(&mut self, byte: u8) -> u8 {
        let is_name = self.inside == Inside::Name;
        let given = self.step(byte);
        let [old, new] = &mut self.crcs;
        old.update(&[byte]);
        new.update(&[given]);
        if is_name && self.inside == Inside::Nothing && self.name == b"CRC_16" {
            self.change = Some(Change { old: old.value(), new: new.value(), read: 0, left: 4 });
        }
        given
    }

    fn step(&mut self, byte: u8) -> u8 {
        if self.broken {
            return hidden_digit(byte);
        }
        match self.inside {
            Inside::Name | Inside::Text => self.in_string(byte),
            Inside::Word if !matches!(byte, b',' | b']' | b'}') && !byte.is_ascii_whitespace() => match self.place {
                // A number cannot begin with 0 and go on.
                Place::Secret | Place::Need if byte.is_ascii_digit() => b'1',
                _ => byte,
            },
            _ => {
                if self.inside == Inside::Word {
                    self.inside = Inside::Nothing;
                    self.expected = Expected::Next;
                }
                self.between(byte)
            }
        }
    }

    fn in_string(&mut self, byte: u8) -> u8 {
        if !self.escaped && byte == b'"' {
            let was_name = self.inside == Inside::Name;
            self.inside = Inside::Nothing;
            self.expected = if was_name { Expected::Colon } else { Expected::Next };
            return byte;
        }
        self.escaped = !self.escaped && byte == b'\\';
        if self.inside == Inside::Name {
            if self.name.len() <= MAX_NAME {
                self.name.push(byte);
            }
            return byte;
        }
        match self.place {
            Place::Secret => b'0',
            Place::Need if !byte.is_ascii_alphabetic() => b'0',
            _ => self.change.as_mut().map_or(byte, |change| change.byte(byte)),
        }
    }

    /// A byte outside strings, numbers and words.
    fn between(&mut self, byte: u8) -> u8 {
        match (byte, self.expected) {
            (b' ' | b'\t' | b'\r' | b'\n', _) => {}
            (b'"', Expected::Name | Expected::FirstName) => {
                self.name.clear();
                self.inside = Inside::Name;
            }
            (b':', Expected::Colon) => {
                self.place = self.place_of_value();
                self.expected = Expected::Value;
            }
            (b'{' | b'[', Expected::Value | Expected::First) if self.levels.len() < MAX_DEPTH => {
                let is_object = byte == b'{';
                self.levels.push(Level { is_object, place: self.place });
                self.change = None;
                self.expected = if is_object { Expected::FirstName } else { Expected::First };
            }
            (b'"', Expected::Value | Expected::First) => self.inside = Inside::Text,
            (b'}', Expected::FirstName) | (b']', Expected::First) => self.close(),
            (b'}', Expected::Next) if self.is_in(true) => self.close(),
            (b']', Expected::Next) if self.is_in(false) => self.close(),
            (b',', Expected::Next) if !self.levels.is_empty() => {
                self.change = None;
                self.expected = if self.is_in(true) { Expected::Name } else { Expected::Value };
                self.place = self.levels.last().map_or(Place::Plain, |level| level.place);
            }
            (b'-' | b'0'..=b'9' | b't' | b'f' | b'n', Expected::Value | Expected::First) => {
                self.inside = Inside::Word;
                return self.step(byte);
            }
            _ => {
                self.broken = true;
                return hidden_digit(byte);
            }
        }
        byte
    }

    fn close(&mut self) {
        self.levels.pop();
        self.change = None;
        self.place = self.levels.last().map_or(Place::Plain, |level| level.place);
        self.expected = Expected::Next;
    }

    fn is_in(&self, object: bool) -> bool {
        self.levels.last().is_some_and(|level| level.is_object == object)
    }

    fn place_of_value(&self) -> Place {
        let place = self.levels.last().map_or(Place::Plain, |level| level.place);
        let raw = String::from_utf8_lossy(&self.name);
        let decoded = if raw.contains('\\') { serde_json::from_str(&format!("\"{raw}\"")).ok() } else { Some(raw.into_owned()) };
        match (decoded, place) {
            (_, Place::Secret | Place::Need) => Place::Secret,
            // Nobody knows what it is called.
            (None, _) => Place::Secret,
            (Some(name), _) if name.len() > MAX_NAME => Place::Secret,
            (Some(name), Place::Scenario) if is_pin(&name) => Place::Need,
            (Some(name), _) if is_pin(&name) => Place::Secret,
            (Some(name), _) if name == "SCENARIOS" => Place::Scenario,
            (Some(_), place) => place,
        }
    }
}

impl Change {
    /// The next character of the value `0x….`.
    fn byte(&mut self, byte: u8) -> u8 {
        let at = self.read;
        self.read = at.saturating_add(1);
        let prefix = match at {
            0 => byte == b'0',
            1 => byte.eq_ignore_ascii_case(&b'x'),
            _ => true,
        };
        if !prefix {
            self.left = 0;
        }
        let Some(digit) = char::from(byte).to_digit(16).filter(|_| at >= 2 && self.left > 0) else { return byte };
        if at == 2 && digit != 0 {
            // Some clients leave out zeros in front.
            self.left = 4 - self.old.leading_zeros() / 4;
        }
        self.left = self.left.saturating_sub(1);
        let nibble = u32::from((self.old ^ self.new) >> (4 * self.left) & 0xF);
        let given = char::from_digit(digit ^ nibble, 16).unwrap_or('0');
        let given = if byte.is_ascii_lowercase() { given } else { given.to_ascii_uppercase() };
        u8::try_from(given).unwrap_or(byte)
    }
}

fn hidden_digit(byte: u8) -> u8 {
    if byte.is_ascii_digit() { b'0' } else { byte }
}

#[cfg(test)]
mod tests {
    use codec_core::ksenia::{Crc, CrcPolicy, crc_of, decode, decode_with};

    use super::*;

    fn masked(text: &str) -> String {
        let mut pins = Pins::new();
        let bytes: Vec<u8> = text.bytes().map(|byte| pins.byte(byte)).collect();
        assert_eq!(bytes.len(), text.len());
        String::from_utf8(bytes).unwrap()
    }

    fn sealed(text: &str) -> String {
        let covered = format!("{text},\"CRC_16\"");
        format!("{covered}:\"0x{:04X}\"}}", crc_of(covered.as_bytes()))
    }

    #[test]
    fn pins_are_hidden_at_any_depth_and_the_message_is_sealed() {
        let login = r#"{"CMD":"LOGIN","PAYLOAD":{"PIN":"904817","ID_LOGIN":"3","X":{"NEW_PIN":9048,"pin":["9\u00304",{"a":"8\"1"}]}}"#;
        let hidden = r#"{"CMD":"LOGIN","PAYLOAD":{"PIN":"000000","ID_LOGIN":"3","X":{"NEW_PIN":1111,"pin":["00000000",{"a":"0000"}]}}"#;
        assert_eq!(masked(&sealed(login)), sealed(hidden));
        assert!(decode(masked(&sealed(login)).as_bytes()).is_ok());
        assert_eq!(masked(r#"{"\u0050IN" : "9048" , "b" : [ 1 , "9048" ] }"#), r#"{"\u0050IN" : "0000" , "b" : [ 1 , "9048" ] }"#);
    }

    #[test]
    fn what_is_no_secret_stays() {
        let text = sealed(r#"{"CMD":"READ_RES","ID":12,"PAYLOAD":{"SCENARIOS":[{"ID":"1","PIN":"P","MAPPING":"5"}],"PINS":"77"}"#);
        assert_eq!(masked(&text), text);
        assert_eq!(masked(r#"{"SCENARIOS":[{"PIN":"9048"}],"PIN":"AB"}"#), r#"{"SCENARIOS":[{"PIN":"0000"}],"PIN":"00"}"#);
    }

    #[test]
    fn a_wrong_value_stays_wrong() {
        for value in ["0x0000", "0Xbeef", "0x1", "0x", "beef", "0x12345"] {
            let text = format!(r#"{{"CMD":"LOGIN","PAYLOAD":{{"PIN":"1234"}},"CRC_16" : "{value}"}}"#);
            let hidden = masked(&text);
            assert!(!hidden.contains("1234\""), "{hidden}");
            let message = decode_with(hidden.as_bytes(), CrcPolicy::Report).unwrap();
            assert!(matches!(message.crc(), Crc::Wrong { .. } | Crc::Absent), "{hidden}");
        }
    }

    #[test]
    fn a_value_without_leading_zeros_is_sealed_if_there_is_room() {
        // Codes and numbers are varied until both values have three digits.
        let text = (100..200)
            .flat_map(|number| (1000..1200).map(move |pin| (number, pin.to_string())))
            .map(|(number, pin)| (format!(r#"{{"CMD":"LOGIN","ID":"{number}","PAYLOAD":{{"PIN":""#), pin))
            .find_map(|(front, pin)| {
                let text = |pin: &str| format!(r#"{front}{pin}"}},"CRC_16""#);
                [&pin, "0000"].iter().all(|pin| crc_of(text(pin).as_bytes()) >> 8 & 0xF0 == 0).then(|| text(&pin))
            })
            .unwrap();
        let hidden = masked(&format!("{text}:\"0x{:x}\"}}", crc_of(text.as_bytes())));
        assert!(hidden.contains(r#""PIN":"0000""#) && decode(hidden.as_bytes()).is_ok(), "{hidden}");
    }

    #[test]
    fn digits_behind_a_mistake_are_hidden() {
        assert_eq!(masked(r#"{"PIN":"904817"#), r#"{"PIN":"000000"#);
        assert_eq!(masked(r#"{"ID":"7","PIN" "904817"}"#), r#"{"ID":"7","PIN" "000000"}"#);
        assert_eq!(masked("PIN=904817"), "PIN=000000");
        assert_eq!(masked(r#"{"a":"1"}904817"#), r#"{"a":"1"}000000"#);
        let deep = format!("{}\"904817\"", "[".repeat(100));
        assert!(masked(&deep).ends_with("\"000000\""));
        let long = format!(r#"{{"{}PIN":"904817"}}"#, "X".repeat(1000));
        assert!(masked(&long).ends_with("\"000000\"}"));
    }
}
