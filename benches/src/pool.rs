//! The lines that everything is measured on: made here, the same on every run, all different, more than 1 MB.

use std::collections::HashSet;

use codec_core::Secret;
use codec_core::ness::KeyString;

/// Lines without terminator, one behind the other.
#[derive(Debug)]
pub struct Pool {
    bytes: Vec<u8>,
    /// Where each line ends.
    ends: Vec<usize>,
}

impl Pool {
    /// As many lines as make at least `size` bytes: half of them events with a time stamp, a tenth events without, the rest
    /// status lines; lower case and right checksums, as panels send them.
    #[must_use]
    pub fn generate(size: usize) -> Self {
        let mut random = Random(0x9E37_79B9_7F4A_7C15);
        let mut pool = Self { bytes: Vec::with_capacity(size + 32), ends: Vec::new() };
        let mut known = HashSet::new();
        while pool.bytes.len() < size {
            let line = random.line();
            if known.insert(line.clone()) {
                pool.push(&line);
            }
        }
        pool
    }

    /// Lines from text, one each.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        let mut pool = Self { bytes: Vec::new(), ends: Vec::new() };
        text.lines().for_each(|line| pool.push(line.as_bytes()));
        pool
    }

    fn push(&mut self, line: &[u8]) {
        self.bytes.extend_from_slice(line);
        self.ends.push(self.bytes.len());
    }

    /// The number of lines.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Characters per line.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.bytes.len() as f64 / self.ends.len() as f64
    }

    /// The lines.
    #[inline]
    pub fn lines(&self) -> impl Iterator<Item = &[u8]> {
        let mut from = 0;
        self.ends.iter().map(move |&end| {
            let line = &self.bytes[from..end];
            from = end;
            line
        })
    }

    /// The lines with CR LF, as they come from a panel.
    #[must_use]
    pub fn stream(&self) -> Vec<u8> {
        let mut stream = Vec::with_capacity(self.bytes.len() + 2 * self.ends.len());
        for line in self.lines() {
            stream.extend_from_slice(line);
            stream.extend_from_slice(b"\r\n");
        }
        stream
    }
}

/// Requests as a host sends them: address and keys, as text and checked.
#[derive(Debug)]
pub struct Requests {
    texts: Vec<(u8, String)>,
    key_strings: Vec<(u8, KeyString)>,
}

impl Requests {
    /// `count` of them: status requests, arming and disarming with a code of four digits, outputs.
    #[must_use]
    pub fn generate(count: usize) -> Self {
        let mut random = Random(0xD1B5_4A32_D192_ED03);
        let mut this = Self { texts: Vec::new(), key_strings: Vec::new() };
        while this.texts.len() < count {
            let address = random.below(16);
            let code = u16::from_le_bytes([random.below(255), random.below(39)]);
            let keys = match random.below(5) {
                0 | 1 => format!("S{:02x}", random.of(REQUESTS)),
                2 => format!("A{code:04}E"),
                3 => format!("{code:04}E"),
                _ => format!("{0}{0}*", 1 + random.below(8)),
            };
            if let Ok(checked) = KeyString::new(Secret::new(&keys)) {
                this.key_strings.push((address, checked));
                this.texts.push((address, keys));
            }
        }
        this
    }

    /// The number of requests.
    #[must_use]
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// Address and keys.
    #[must_use]
    pub fn texts(&self) -> &[(u8, String)] {
        &self.texts
    }

    /// Address and keys.
    #[must_use]
    pub fn key_strings(&self) -> &[(u8, KeyString)] {
        &self.key_strings
    }
}

/// Codes that panels send, and areas and status requests likewise.
const CODES: &[u8] = &[
    0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x19, 0x20, 0x21, 0x22,
    0x23, 0x24, 0x25, 0x26, 0x27, 0x28, 0x2E, 0x2F, 0x30, 0x31, 0x32,
];
const AREAS: &[u8] = &[0x00, 0x00, 0x00, 0x01, 0x01, 0x02, 0x03, 0x04, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x91, 0x92, 0xA1];
const REQUESTS: &[u8] = &[
    0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x20, 0x21,
    0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28, 0x29, 0x30, 0x31, 0x32, 0x33,
];

/// A small random generator (xorshift, Marsaglia 2003).
#[derive(Debug)]
pub struct Random(pub u64);

impl Random {
    /// A number below `bound`.
    pub fn below(&mut self, bound: u8) -> u8 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (((self.0 >> 32) * u64::from(bound)) >> 32) as u8
    }

    fn of(&mut self, list: &[u8]) -> u8 {
        list[usize::from(self.below(list.len() as u8))]
    }

    /// Two decimal digits as the byte that they make when read as hexadecimal.
    fn decimal(&mut self, from: u8, to: u8) -> u8 {
        let value = from + self.below(to - from + 1);
        value / 10 * 16 + value % 10
    }

    fn line(&mut self) -> Vec<u8> {
        let kind = self.below(100);
        let sequence = if self.below(2) == 0 { 0x03 } else { 0x83 };
        let mut bytes = match kind {
            0..40 => vec![0x87, self.below(16), sequence],
            40..50 => vec![0x86, sequence],
            50..55 => vec![0x83, self.below(16), sequence],
            55..60 => vec![0x82, sequence],
            _ => vec![0x82, self.below(16), 0x03],
        };
        if kind < 60 {
            bytes.extend([0x61, self.of(CODES), self.decimal(0, 58), self.of(AREAS)]);
        } else {
            bytes.extend([0x60, self.of(REQUESTS), self.below(255), self.below(255)]);
        }
        if kind < 50 {
            let day = self.decimal(1, 28);
            // Some panels report on the hour with minute 60.
            let minute = if self.below(100) == 0 { 0x60 } else { self.decimal(0, 59) };
            bytes.extend([self.decimal(18, 30), self.decimal(1, 12), day, self.decimal(0, 23), minute, self.decimal(0, 59)]);
        }
        let sum = bytes.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
        bytes.push(sum.wrapping_neg());
        bytes.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect()
    }
}
