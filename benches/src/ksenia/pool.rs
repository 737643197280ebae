//! Messages as panels send them, and commands: made here, the same on every run, more than 1 MB.

use crate::ksenia::ordinary::bitwise;
use crate::pool::Random;

/// Messages, one behind the other.
#[derive(Debug)]
pub struct Pool {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Pool {
    /// Pushes of one to three zones, 300 bytes on average.
    #[must_use]
    pub fn changes(size: usize) -> Self {
        let mut random = Random(0x9E37_79B9_7F4A_7C15);
        Self::until(size, |number| {
            let count = [1, 1, 1, 1, 1, 2, 2][usize::from(random.below(7))];
            let zones: Vec<String> = (0..count).map(|_| status(&mut random)).collect();
            sealed(
                &format!(
                    r#"{{"SENDER":"A4580F941B25","RECEIVER":"HomeAssistant","CMD":"REALTIME","ID":"0","PAYLOAD_TYPE":"CHANGES","PAYLOAD":{{"HomeAssistant":{{"STATUS_ZONES":[{}]}}}}"#,
                    zones.join(",")
                ),
                number,
            )
        })
    }

    /// Answers to a READ with 512 zones, 64 KB each.
    #[must_use]
    pub fn answers(size: usize) -> Self {
        let mut random = Random(0xD1B5_4A32_D192_ED03);
        Self::until(size, |number| {
            let zones: Vec<String> = (1..=512).map(|id| zone(&mut random, id)).collect();
            sealed(
                &format!(
                    r#"{{"SENDER":"A4580F941B25","RECEIVER":"HomeAssistant","CMD":"READ_RES","ID":"{}","PAYLOAD_TYPE":"ZONES","PAYLOAD":{{"RESULT":"OK","RESULT_DETAIL":"READ_OK","ZONES":[{}]}}"#,
                    number + 2,
                    zones.join(",")
                ),
                number,
            )
        })
    }

    fn until(size: usize, mut message: impl FnMut(usize) -> String) -> Self {
        let mut pool = Self { bytes: Vec::new(), ends: Vec::new() };
        while pool.bytes.len() < size {
            pool.push(&message(pool.ends.len()));
        }
        pool
    }

    /// These messages.
    pub fn of(messages: impl IntoIterator<Item = String>) -> Self {
        let mut pool = Self { bytes: Vec::new(), ends: Vec::new() };
        messages.into_iter().for_each(|message| pool.push(&message));
        pool
    }

    fn push(&mut self, message: &str) {
        self.bytes.extend_from_slice(message.as_bytes());
        self.ends.push(self.bytes.len());
    }

    /// The messages.
    #[inline]
    pub fn messages(&self) -> impl Iterator<Item = &[u8]> {
        let mut from = 0;
        self.ends.iter().map(move |&end| {
            let message = &self.bytes[from..end];
            from = end;
            message
        })
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

fn sealed(text: &str, number: usize) -> String {
    let covered = format!("{text},\"TIMESTAMP\":\"{}\",\"CRC_16\"", 1_769_871_440 + number);
    format!("{covered}:\"0x{:04X}\"}}", bitwise(covered.as_bytes()))
}

fn pick<'a>(random: &mut Random, list: &[&'a str]) -> &'a str {
    list[usize::from(random.below(list.len() as u8))]
}

fn status(random: &mut Random) -> String {
    format!(
        r#"{{"ID":"{}","STA":"{}","BYP":"{}","T":"{}","A":"{}","FM":"F","OHM":"{}","VAS":"F","LBL":""}}"#,
        1 + u32::from(random.below(255)) * 2,
        pick(random, &["R", "A", "R", "A", "FM", "T"]),
        pick(random, &["NO", "NO", "NO", "AUTO", "MAN_M"]),
        pick(random, &["N", "N", "N", "M", "C"]),
        pick(random, &["N", "N", "C", "M"]),
        pick(random, &["NA", "NA", "3300", "12040"]),
    )
}

const ROOMS: &[&str] = &["Ingresso", "Cucina", "Soggiorno", "Camera", "Garage", "Caffè", "Città", "Perù", "Bagno piano terra", "Studio"];
const THINGS: &[&str] = &["finestra", "porta", "sensore di movimento", "tapparella", "vibrazione", "fumo"];

fn zone(random: &mut Random, id: u32) -> String {
    format!(
        r#"{{"ID":"{id}","DES":"{} {} zona numero {}","PRT":"{}","CMD":"F","BYP_EN":"{}","CAT":"{}","AN":"F","LBL":"{}"}}"#,
        pick(random, ROOMS),
        pick(random, THINGS),
        random.below(99),
        pick(random, &["1", "2", "4", "10", "80", "ALL"]),
        pick(random, &["T", "T", "T", "F"]),
        pick(random, &["PMC", "GEN", "SMOKE", "DOOR", "WINDOW", "IMOV", "EMOV", "SEISM", "AN", "PCUR"]),
        pick(random, &["", "", "", "piano 1"]),
    )
}

/// Room for a command.
pub const ORDER_ROOM: usize = 320;

/// Outputs to be switched: number of the message, output, and `ON` or `OFF`.
#[derive(Debug)]
pub struct Orders(Vec<(u32, u32, bool)>);

impl Orders {
    /// `count` of them.
    #[must_use]
    pub fn generate(count: u32) -> Self {
        let mut random = Random(0x0123_4567_89AB_CDEF);
        Self((0..count).map(|number| (number + 2, 1 + u32::from(random.below(200)), random.below(2) == 0)).collect())
    }

    /// The orders.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u32, bool)> {
        self.0.iter().copied()
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
