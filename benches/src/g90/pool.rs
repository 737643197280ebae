//! Messages and pages as panels send them: made here, the same on every run, 1 MB each.

use crate::pool::Random;

/// Messages, one behind the other.
#[derive(Debug)]
pub struct Pool {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Pool {
    /// Messages to the cloud: a tenth pings, a tenth hellos, a fifth notifications, a fifth changes of the panel, the rest changes and
    /// alarms of sensors.
    #[must_use]
    pub fn cloud(size: usize) -> Self {
        let mut random = Random(0x9E37_79B9_7F4A_7C15);
        Self::until(size, || cloud(&mut random))
    }

    /// Pages of ten sensors, 450 bytes.
    #[must_use]
    pub fn pages(size: usize) -> Self {
        let mut random = Random(0xD1B5_4A32_D192_ED03);
        Self::until(size, || page(&mut random))
    }

    fn until(size: usize, mut message: impl FnMut() -> Vec<u8>) -> Self {
        let mut messages = Vec::new();
        let mut total = 0;
        while total < size {
            messages.push(message());
            total += messages.last().map_or(1, Vec::len);
        }
        Self::of(messages)
    }

    /// These messages.
    pub fn of(messages: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let mut pool = Self { bytes: Vec::new(), ends: Vec::new() };
        for message in messages {
            pool.bytes.extend_from_slice(&message);
            pool.ends.push(pool.bytes.len());
        }
        pool
    }

    /// The messages.
    pub fn messages(&self) -> impl Iterator<Item = &[u8]> {
        let mut from = 0;
        self.ends.iter().map(move |end| &self.bytes[std::mem::replace(&mut from, *end)..*end])
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Bytes of all.
    #[must_use]
    pub fn size(&self) -> usize {
        self.bytes.len()
    }
}

const NAMES: [&str; 8] = ["Cord 1", "Hall", "Kitchen window", "Remote", "PIR upstairs", "Sauna", "Bedroom balcony door", "Garage"];

fn name(random: &mut Random) -> String {
    format!("{}{}", NAMES[usize::from(random.below(8))], random.below(100))
}

fn number(random: &mut Random) -> i32 {
    i32::from_le_bytes([(); 4].map(|()| random.below(128)))
}

fn padded(text: &str, size: usize) -> Vec<u8> {
    let mut field = text.as_bytes().to_vec();
    field.resize(size, 0);
    field
}

fn cloud(random: &mut Random) -> Vec<u8> {
    let (route, payload) = match random.below(10) {
        0 => return vec![1, 0x10, 0, 0, 8, 0, 0, 0],
        1 => {
            let mut payload = padded(&format!("GA{:013}", number(random)), 16);
            [1, 0, 2, 0x7000].iter().for_each(|flag: &i32| payload.extend(flag.to_le_bytes()));
            payload.extend(b"207\0");
            [number(random), 48, 0, 7, 30, 30].iter().for_each(|flag| payload.extend(flag.to_le_bytes()));
            ([1, 0x10, 0, 0x20], payload)
        }
        2 | 3 => {
            let text = format!("[170,[5,[{},\"{}\"]]]\0", random.below(200), name(random));
            ([0x22, 0x10, 0, 0x20], text.into_bytes())
        }
        kind => {
            let (kind, name) = match kind {
                4 | 5 => (2, padded(&format!("0,[1,[{}]]]", random.below(9)), 32)),
                6 | 7 => (3, padded(&name(random), 32)),
                _ => (4, padded(&name(random), 32)),
            };
            let mut payload = vec![kind, 1 + random.below(200), 1 + random.below(12), random.below(5)];
            payload.extend(name);
            payload.extend(number(random).to_le_bytes());
            payload.resize(108, 0);
            ([0x21, 0x10, 0, 0x20], payload)
        }
    };
    let length = i32::try_from(payload.len() + 12).unwrap_or(0);
    [&route[..], &length.to_le_bytes(), &[1, 0, random.below(100), 0], &payload].concat()
}

fn page(random: &mut Random) -> Vec<u8> {
    let first = 10 * u32::from(random.below(9)) + 1;
    let rows: Vec<String> = (first..first + 10)
        .map(|index| {
            let kind = [1, 1, 1, 8, 10, 11, 126][usize::from(random.below(7))];
            let flags = [33, 32, 62, 544][usize::from(random.below(4))];
            let protocol = if kind == 126 { 5 } else { 0 };
            format!("[\"{}\",{index},0,{kind},{},0,{flags},0,{protocol},16,1,0,\"\"]", name(random), random.below(4))
        })
        .collect();
    format!("ISTART[102,[[{},{first},10],{}]]IEND\0", 100 + u32::from(random.below(100)), rows.join(",")).into_bytes()
}
