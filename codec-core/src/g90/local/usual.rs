//! Rows as panels write them: plain texts and whole numbers with nothing between them. What is not so is left to the general reader, row by
//! row: both give the same.

use core::fmt;
use core::num::NonZeroU64;

use super::record::Record;
use crate::text::cursor::Cursor;
use crate::text::json::{Array, Value, Values};
use crate::text::scan;

/// Whether it is tried at all: on a small processor it costs more flash than it saves time.
#[cfg(not(test))]
pub(super) const fn speculate() -> bool {
    scan::WORDS
}
#[cfg(test)]
pub(super) use tests::speculate;

const ONES: u64 = 0x0101_0101_0101_0101;

/// A row, and how far it has been read. What does not depend on the bytes is known to the compiler. Not for other crates.
pub struct Row<'i> {
    text: &'i str,
    /// An end of the text.
    bytes: &'i [u8],
    /// How many of the bytes have been read.
    used: usize,
    /// The bytes that come next.
    word: u64,
    /// How many there are in it, at least.
    ready: u8,
}

/// Texts may be secret.
impl fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row").field("ready", &self.ready).finish_non_exhaustive()
    }
}

impl<'i> Row<'i> {
    /// A row whose bracket has been passed. `bytes` is the end of `text`.
    #[inline(always)]
    pub(super) const fn new(text: &'i str, bytes: &'i [u8]) -> Self {
        Self { text, bytes, used: 0, word: 0, ready: 0 }
    }

    /// What stands behind what has been read.
    #[inline(always)]
    pub(super) fn rest(&self) -> Option<&'i [u8]> {
        self.bytes.get(self.used..)
    }

    /// A whole number of one to 16 digits, and the `end` behind it. A processor foresees how many digits a column has and need not wait to
    /// know where the next one begins: faster than a way that is the same for all.
    #[inline(always)]
    pub(super) fn number(&mut self, end: u8) -> Option<i64> {
        if self.ready < 2 {
            self.load()?;
        }
        let one = (self.word ^ u64::from_le_bytes([b'0', end, 0, 0, 0, 0, 0, 0])) & 0xFFFF;
        if one < 10 {
            self.word >>= 16;
            (self.used, self.ready) = (self.used.wrapping_add(2), self.ready.wrapping_sub(2));
            return i64::try_from(one).ok();
        }
        if self.ready < 4 {
            self.load()?;
        }
        let two = (self.word ^ u64::from_le_bytes([b'0', b'0', end, 0, 0, 0, 0, 0])) & 0x00FF_FFFF;
        let (value, more) = if (two.wrapping_add(0x7676) | two) & 0x00FF_8080 == 0 && two & 0xFF != 0 {
            ((two & 15).wrapping_mul(10).wrapping_add(two >> 8), 1)
        } else {
            let packed = long(self.rest()?, end)?.get();
            (packed >> 8, (packed & 0xFF).wrapping_sub(2) as usize)
        };
        // As behind one digit, so that the compiler knows.
        self.bytes = self.bytes.get(more..)?;
        (self.used, self.ready) = (self.used.wrapping_add(2), self.ready.wrapping_sub(2));
        self.word = word_of(self.rest()?);
        i64::try_from(value).ok()
    }

    /// As [`number`](Self::number), for columns whose numbers have two digits.
    #[inline(always)]
    pub(super) fn pair(&mut self, end: u8) -> Option<i64> {
        if self.ready < 3 {
            self.load()?;
        }
        let two = (self.word ^ u64::from_le_bytes([b'0', b'0', end, 0, 0, 0, 0, 0])) & 0x00FF_FFFF;
        self.ready = self.ready.wrapping_sub(3);
        if (two.wrapping_add(0x7676) | two) & 0x00FF_8080 == 0 && two & 0xFF != 0 {
            self.used = self.used.wrapping_add(3);
            self.word >>= 24;
            return i64::try_from((two & 15).wrapping_mul(10).wrapping_add(two >> 8)).ok();
        }
        let packed = long(self.rest()?, end)?.get();
        self.used = self.used.wrapping_add((packed & 0xFF) as usize);
        self.word = word_of(self.rest()?);
        i64::try_from(packed >> 8).ok()
    }

    /// As [`number`](Self::number), for columns whose numbers have one digit here and three there: up to three take the same way.
    #[inline(always)]
    pub(super) fn mixed(&mut self, end: u8) -> Option<i64> {
        if self.ready < 4 {
            self.load()?;
        }
        let digits = (self.word ^ 0x3030_3030) & 0xFFFF_FFFF;
        // High bits at what is no digit; the fourth never counts as one.
        let others = ((digits & 0x7F7F_7F7F).wrapping_add(0x7676_7676) | digits | 0x8000_0000) & 0x8080_8080;
        let bits = others.trailing_zeros() & 0x18;
        let first = digits & 0xFF;
        let number = first.wrapping_sub(1) < 9 || bits == 8;
        let (value, len) = if number && self.word >> bits & 0xFF == u64::from(end) {
            let last = digits.wrapping_shl(24_u32.wrapping_sub(bits));
            let pair = last.wrapping_mul(10).wrapping_add(last >> 8) & 0xFF;
            (pair.wrapping_mul(10).wrapping_add(last >> 16 & 0xFF), u64::from(bits / 8).wrapping_add(1))
        } else {
            let packed = long(self.rest()?, end)?.get();
            (packed >> 8, packed & 0xFF)
        };
        self.bytes = self.bytes.get(self.used.wrapping_add(len as usize)..)?;
        (self.used, self.ready) = (0, 0);
        i64::try_from(value).ok()
    }

    /// Steps over `expected`.
    #[inline(always)]
    pub(super) fn skip(&mut self, expected: &[u8]) -> Option<()> {
        self.bytes = self.rest()?.strip_prefix(expected)?;
        (self.used, self.ready) = (0, 0);
        Some(())
    }

    /// A string without escapes, and the `end` behind it.
    #[inline(always)]
    pub(super) fn string(&mut self, end: u8) -> Option<&'i str> {
        let (text, behind) = string(self.text, self.rest()?, end)?;
        self.bytes = behind;
        (self.used, self.ready) = (0, 0);
        Some(text)
    }

    /// The next eight bytes.
    #[inline(always)]
    fn load(&mut self) -> Option<()> {
        self.bytes = self.rest()?;
        (self.used, self.ready) = (0, 8);
        self.word = word_of(self.bytes);
        Some(())
    }
}

/// The first eight bytes. Towards the end of a text fewer are enough, and zeros stand for the others.
#[inline(always)]
fn word_of(bytes: &[u8]) -> u64 {
    let few = || bytes.first_chunk().map_or(0, |word| u32::from_le_bytes(*word).into());
    bytes.first_chunk().map_or_else(few, |word| u64::from_le_bytes(*word))
}

/// A string without escapes, and the `end` behind it. `bytes` is the end of `text`.
#[inline(always)]
fn string<'i>(text: &'i str, bytes: &'i [u8], end: u8) -> Option<(&'i str, &'i [u8])> {
    let tail = match bytes {
        [b'"', b'"', found, behind @ ..] => return (*found == end).then_some(("", behind)),
        [b'"', tail @ ..] => tail,
        _ => return None,
    };
    let len = match tail.first_chunk() {
        Some(chunk) => scan::end_in(chunk).unwrap_or_else(|| scan::string_end(tail, chunk.len())),
        None => scan::string_end(tail, 0),
    };
    let (ends, behind) = tail.get(len..)?.split_first_chunk::<2>()?;
    if u16::from_le_bytes(*ends) != u16::from_le_bytes([b'"', end]) {
        return None;
    }
    let from = text.len().wrapping_sub(tail.len());
    Some((text.get(from..from.wrapping_add(len))?, behind))
}

/// The value of a number without a zero in front, times 256, and how many bytes it takes with the `end` behind it: in one register.
#[inline(never)]
fn long(bytes: &[u8], end: u8) -> Option<NonZeroU64> {
    let (digits, bits) = digits(*bytes.first_chunk::<8>()?);
    let mut value = eight(digits.checked_shl(64_u32.wrapping_sub(bits))?);
    let mut len = u64::from(bits / 8);
    let mut behind = bytes.get(len as usize..)?;
    if bits == 64 {
        while let (Some((digit @ b'0'..=b'9', next)), 8..16) = (behind.split_first(), len) {
            value = value.wrapping_mul(10).wrapping_add(u64::from(digit & 15));
            behind = next;
            len = len.wrapping_add(1);
        }
    }
    // Something else than a digit, or one zero too many.
    if digits & 0xFF == 0 || behind.first() != Some(&end) {
        return None;
    }
    NonZeroU64::new(value << 8 | len.wrapping_add(1))
}

/// Eight bytes with the digits among them as numbers, and how many bits at the front are digits.
#[inline(always)]
const fn digits(word: [u8; 8]) -> (u64, u32) {
    let digits = u64::from_le_bytes(word) ^ (ONES * 0x30);
    let others = ((digits & (ONES * 0x7F)).wrapping_add(ONES * 0x76) | digits) & (ONES * 0x80);
    (digits, others.trailing_zeros() & !7)
}

/// The value of eight digits, the first in the lowest byte.
#[inline(always)]
const fn eight(digits: u64) -> u64 {
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let high = (pairs & 0x0000_00FF_0000_00FF).wrapping_mul(0x000F_4240_0000_0064);
    let low = (pairs >> 16 & 0x0000_00FF_0000_00FF).wrapping_mul(0x0000_2710_0000_0001);
    high.wrapping_add(low) >> 32
}

/// The code and the head of a page, if it begins as usual, and what stands behind the head.
#[inline(always)]
pub(super) fn head(text: &str) -> Option<(i64, [i64; 3], &[u8])> {
    if !speculate() {
        return None;
    }
    let mut row = Row::new(text, text.as_bytes().strip_prefix(b"[")?);
    let code = row.mixed(b',')?;
    row.skip(b"[[")?;
    let head = [row.mixed(b',')?, row.number(b',')?, row.number(b']')?];
    Some((code, head, row.rest()?))
}

/// Reads the next row, if `values` stand behind another one and it is as usual.
#[inline(always)]
pub(super) fn row<'i, R: Record<'i>>(values: &mut Values<'i>, columns: &mut R::Columns) -> Option<()> {
    if !speculate() {
        return None;
    }
    let (text, bytes) = values.ahead()?;
    let (begin, bytes) = bytes.split_first_chunk()?;
    if begin != b",[" {
        return None;
    }
    values.leave(R::usual(text, bytes, columns)?.len());
    Some(())
}

/// Steps over the array that stands at `cursor`, if it is a row, or a list of rows, as usual.
#[inline]
pub(super) fn array<'i>(cursor: &mut Cursor<'i>) -> Option<Value<'i>> {
    if !speculate() {
        return None;
    }
    let (_, bytes) = cursor.ahead()?;
    let behind = match bytes {
        [b'[', rows @ ..] if rows.first() == Some(&b'[') => pass_rows(rows)?.1,
        [b'[', row @ ..] => pass(row)?,
        _ => return None,
    };
    let from = cursor.at;
    cursor.leave(behind.len());
    Some(Value::Array(Array::new(cursor.since(from))))
}

/// How many values follow in a checked array, if all are rows as usual.
#[inline]
pub(super) fn count(values: &Values<'_>) -> Option<u32> {
    if !speculate() {
        return None;
    }
    match values.ahead()?.1 {
        [b',', rows @ ..] => pass_rows(rows).map(|(count, _)| count),
        _ => None,
    }
}

/// Steps over rows with commas between them, and the end of their list: how many there are, and what follows.
fn pass_rows(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (mut at, mut count) = (bytes, 0_u32);
    loop {
        let [b'[', row @ ..] = at else { return None };
        let behind = pass(row)?;
        count = count.wrapping_add(1);
        match behind {
            [b',', next @ ..] => at = next,
            [b']', behind @ ..] => return Some((count, behind)),
            _ => return None,
        }
    }
}

/// Steps over the rest of a row whose bracket has been passed.
#[inline(always)]
fn pass(row: &[u8]) -> Option<&[u8]> {
    let mut rest = row;
    loop {
        let (pair, behind) = rest.split_first_chunk::<2>()?;
        if u16::from_le_bytes(*pair) ^ u16::from_le_bytes(*b"0,") < 10 {
            rest = behind;
            continue;
        }
        let behind = match rest {
            [b'"', tail @ ..] => tail.get(scan::string_end(tail, 0)..)?.strip_prefix(b"\"")?,
            _ => pass_number(rest)?,
        };
        match behind {
            [b',', next @ ..] => rest = next,
            [b']', behind @ ..] => return Some(behind),
            _ => return None,
        }
    }
}

/// Steps over a whole number.
#[inline(always)]
fn pass_number(bytes: &[u8]) -> Option<&[u8]> {
    let (digits, len) = digits(*bytes.first_chunk::<8>()?);
    let mut behind = bytes.get((len / 8) as usize..)?;
    if len == 64 {
        while let [b'0'..=b'9', next @ ..] = behind {
            behind = next;
        }
    }
    match (digits & 0xFF, len) {
        (1..=9, _) | (0, 8) => Some(behind),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::format;
    use std::string::{String, ToString};
    use std::vec::Vec;

    use proptest::prelude::*;

    use crate::Fault;
    use crate::g90::HistoryRow;
    use crate::g90::local::record::Record;
    use crate::g90::local::{CommandCode, HostInfo, LocalFault, Page, Peripheral, Reply, Rows, decode, decode_reply};
    use crate::text::json;

    std::thread_local! {
        static SPECULATE: Cell<bool> = const { Cell::new(true) };
    }

    pub(crate) fn speculate() -> bool {
        SPECULATE.get()
    }

    /// All that is read of a datagram, with or without a try of the usual form.
    fn told(tries: bool, datagram: &[u8]) -> (String, Option<Vec<String>>, [Vec<String>; 3]) {
        SPECULATE.set(tries);
        let told = |rows: &mut dyn Iterator<Item = String>| rows.collect::<Vec<_>>();
        let answer = match decode_reply(datagram) {
            Ok(Reply::Answer(answer)) => Some(answer),
            _ => None,
        };
        let page = answer.map(|answer| Page::read(answer.data()));
        let head = format!("{:?} {:?} {:?}", decode_reply(datagram), decode(datagram), page.as_ref().map(|page| page.as_ref().err()));
        let values = answer.map(|answer| format!("{:?} {:?}", answer.code_value(), answer.data()));
        let listed = page.as_ref().and_then(|page| page.as_ref().ok()).map(|page| {
            let peripherals = page.peripherals().map(|row| format!("{row:?}"));
            told(&mut peripherals.chain(page.history().map(|row| format!("{row:?}"))).chain(values))
        });
        (head, listed, [one_pass::<Peripheral<'_>>(datagram), one_pass::<HistoryRow<'_>>(datagram), one_pass::<HostInfo<'_>>(datagram)])
    }

    fn one_pass<'i, R: Record<'i> + core::fmt::Debug>(datagram: &'i [u8]) -> Vec<String> {
        let Some(mut rows) = Rows::<R>::open(datagram, CommandCode::GetSensorList) else { return Vec::new() };
        let mut told: Vec<String> = rows.by_ref().map(|row| format!("{row:?}")).collect();
        told.push(format!("{} {} {}", rows.total(), rows.start(), rows.is_whole()));
        assert!(rows.next().is_none(), "nothing comes behind the end");
        told
    }

    fn same(payload: &[u8]) {
        let datagram = [b"ISTART", payload, b"IEND\0"].concat();
        let (fast, slow) = (told(true, &datagram), told(false, &datagram));
        assert_eq!(fast, slow, "{}", String::from_utf8_lossy(payload));
        // The first look finds what a check of the whole finds.
        let checked = json::check_lenient(payload).map_err(|fault| Fault { at: fault.at + 6, ..fault });
        match (checked, decode_reply(&datagram)) {
            (Err(_), Ok(Reply::Done | Reply::Failed | Reply::Error(_))) => {}
            (Err(fault), found) => assert_eq!(found.map(|_| ()), Err(fault)),
            (Ok(value), found) if value.array().is_none() => assert_eq!(found.map(|_| ()), Err(LocalFault::NotAList.into())),
            (Ok(_), found) => assert!(found.is_ok() || matches!(found, Err(fault) if fault.at == 0)),
        }
    }

    #[test]
    fn what_panels_write_is_read_alike() {
        let hall = r#"["Hall",10,0,1,3,0,33,0,0,16,1,0,""]"#;
        for payload in [
            format!("[102,[[2,1,2],{hall},{hall}]]"),
            format!("[102,[[2,1,2],{hall},{hall}]] "),
            format!("[102,[[2,1,2],{hall},{hall},]]"),
            format!("[102,[[2,1,2],{hall},7]]"),
            format!("[102,[[2,1,2],{hall},[]]]"),
            format!("[102,[[2,1,2],{hall}{hall}]]"),
            format!("[102,[[2,1,2] ,{hall}\n, {hall}]]"),
            format!("[102,[[1,1,1],{}]]", hall.replace("33", "544")),
            format!("[102,[[1,1,1],{}]]", hall.replace("33", "033")),
            format!("[102,[[1,1,1],{}]]", hall.replace("33", "-33")),
            format!("[102,[[1,1,1],{}]]", hall.replace("33", "33.0")),
            format!("[102,[[1,1,1],{}]]", hall.replace("33", "3300000000000")),
            format!("[102,[[1,1,1],{}]]", hall.replace("33", "9223372036854775807")),
            format!("[102,[[1,1,1],{}]]", hall.replace("33", "9223372036854775808")),
            format!("[102,[[1,1,1],{}]]", hall.replace("33", "\"33\"")),
            format!("[102,[[1,1,1],{}]]", hall.replace("Hall", "")),
            format!("[102,[[1,1,1],{}]]", hall.replace("Hall", "Bedroom balcony door, the left one")),
            format!("[102,[[1,1,1],{}]]", hall.replace("Hall", "Hall\\\",10,0")),
            format!("[102,[[1,1,1],{}]]", hall.replace("Hall", "T\u{fc}r\u{2}")),
            "[102,[[1,1,1],[0]]]".to_string(),
            "[102,[[0,0,0]]]".to_string(),
            "[102,[]]".to_string(),
            "[102,[[]]]".to_string(),
            "[102,[[[1,1,1]]]]".to_string(),
            "[162,[0]]".to_string(),
            "[162,[0],[1]]".to_string(),
            "[[162],[0]]".to_string(),
            "{\"a\":[162,[0]]}".to_string(),
            r#"[102,[[1,1,1],[3,33,1,1,"Sensor 1",1630147285,""]]]"#.to_string(),
            r#"[102,[[1,1,1],["","TSV","1.2","1.1","206","206",3,3,0,2,"4242",50,100]]]"#.to_string(),
        ] {
            same(payload.as_bytes());
        }
        // The way that is tried first is the one that reads them.
        let datagram = format!("ISTART[102,[[1,1,1],{hall}]]IEND\0");
        let at = datagram.find("\"Hall").unwrap();
        let mut columns = Peripheral::EMPTY;
        let behind = Peripheral::usual(&datagram, &datagram.as_bytes()[at..], &mut columns).unwrap();
        let row = Peripheral::of(columns);
        assert!(row.name == "Hall" && row.user_flags.bits() == 33 && behind == b"]]IEND\0");
    }

    fn number() -> impl Strategy<Value = String> {
        prop_oneof![
            4 => "[0-9]", 2 => "[1-9][0-9]{1,3}", 1 => "[0-9]{2,20}", 1 => "-[0-9]{1,3}", 1 => "[0-9]\\.[0-9]",
        ]
    }

    fn text() -> impl Strategy<Value = String> {
        prop_oneof![3 => Just(String::new()), 6 => "[ -!#-\\[\\]-~\u{e9}]{0,30}", 1 => Just("a\\u0031".to_string()), 1 => "[\u{1}-\u{1f}]{1,3}"]
    }

    /// A row of sensors or of history, sometimes with one column too many or too few.
    fn row() -> impl Strategy<Value = String> {
        let columns = prop_oneof![Just("tnnnnnnnnnnnt"), Just("nnnntnt"), Just("ttttttnnnntnn"), Just("nnntnt"), Just("tnnnnnnnnnnnnt")];
        (columns, proptest::collection::vec((number(), text()), 14)).prop_map(|(columns, values)| {
            let columns = columns.bytes().zip(&values);
            let columns: Vec<String> =
                columns.map(|(kind, (number, text))| if kind == b't' { format!("\"{text}\"") } else { number.clone() }).collect();
            format!("[{}]", columns.join(","))
        })
    }

    /// Bytes that mean something, for a place in a datagram.
    fn edits() -> impl Strategy<Value = Vec<(prop::sample::Index, u8, u8)>> {
        let bytes = prop::sample::select(&b"{}[]\",:\\ .019-a\xC3\xA9\x0A\x01"[..]);
        proptest::collection::vec((any::<prop::sample::Index>(), 0..3_u8, bytes), 0..3)
    }

    proptest! {
        #[test]
        fn a_usual_row_has_no_other_meaning(rows in proptest::collection::vec(row(), 0..4), one_more in 0..2_usize, edits in edits()) {
            let separator = if rows.is_empty() { "" } else { "," };
            let payload = format!("[102,[[25,1,{}]{separator}{}]]", rows.len() + one_more, rows.join(","));
            let mut payload = payload.into_bytes();
            for (at, how, byte) in edits {
                let at = at.index(payload.len());
                match how {
                    0 => payload[at] = byte,
                    1 => payload.insert(at, byte),
                    _ => drop(payload.remove(at)),
                }
            }
            same(&payload);
        }
    }
}
