//! Records as hosts write them: members in the usual order, plain texts, nothing between them. What is not so is left to the general reader,
//! record by record: both give the same.

use super::records::{Object, Record, Update, Zone};
use super::verbs::ListKind;
#[cfg(not(test))]
use crate::text::scan;

/// Whether it is tried at all: on a small processor it costs more flash than it saves time.
#[cfg(not(test))]
pub(crate) const fn speculate() -> bool {
    scan::WORDS
}
#[cfg(test)]
pub(crate) use tests::speculate;

/// Defines the two ways through an object whose members stand in the usual order: `usual` makes a record of them, `pass` only looks whether
/// it could. Members are `text NAME = "KEY"` or `address NAME = "KEY"`, each may be missing. Behind them stands the record.
macro_rules! usual {
    ($($shape:ident $field:ident = $key:literal,)* => $record:expr) => {
        #[inline(always)]
        fn usual(text: &'i str) -> Option<(Self, &'i str)> {
            let mut rest = text.strip_prefix('{')?;
            $(let mut $field = None;)*
            let behind = 'object: {
                $(if let Some(value) = rest.strip_prefix(concat!("\"", $key, "\":\"")) {
                    let end = $crate::kts::usual::value!($shape, value, $field);
                    match end.strip_prefix("\",") {
                        Some(next) => rest = next,
                        None => break 'object end.strip_prefix("\"}")?,
                    }
                })*
                // A comma ended the last one.
                let _ = rest;
                return None;
            };
            Some(($record, behind))
        }

        #[inline(always)]
        fn pass(text: &[u8]) -> Option<&[u8]> {
            let mut rest = text.strip_prefix(b"{")?;
            $(if let Some(value) = rest.strip_prefix(concat!("\"", $key, "\":\"").as_bytes()) {
                let end = $crate::kts::usual::end!($shape, value);
                match end {
                    [b'"', b',', next @ ..] => rest = next,
                    [b'"', b'}', behind @ ..] => return Some(behind),
                    _ => return None,
                }
            })*
            let _ = rest;
            None
        }
    };
}
pub(crate) use usual;

/// Reads the value of a member up to its closing quote, and gives what stands from there.
macro_rules! value {
    (text, $value:ident, $field:ident) => {{
        let (text, end) = $crate::text::scan::plain($value);
        $field = Some($crate::text::json::Text::new(text));
        end
    }};
    (address, $value:ident, $field:ident) => {{
        if !$value.starts_with('"') {
            let (address, len) = $crate::kts::address::GroupAddress::front($value.as_bytes())?;
            $field = Some(address);
            $value.get(len..)?
        } else {
            $value
        }
    }};
}
pub(crate) use value;

/// As [`value!`], for bytes and without reading it.
macro_rules! end {
    (text, $value:ident) => {
        $value.get($crate::text::scan::string_end($value, 0)..)?
    };
    (address, $value:ident) => {
        if $value.first() != Some(&b'"') {
            let (_, len) = $crate::kts::address::GroupAddress::front($value)?;
            $value.get(len..)?
        } else {
            $value
        }
    };
}
pub(crate) use end;

/// How many bytes at the front of `text` are records of a list with commas between them that are as usual.
#[inline]
pub(crate) fn run(kind: ListKind, text: &str) -> usize {
    match kind {
        ListKind::Zones => run_of::<Zone<'_>>(text),
        ListKind::Objects => run_of::<Object<'_>>(text),
        ListKind::Push => run_of::<Update<'_>>(text),
    }
}

#[inline(never)]
fn run_of<'i, T: Record<'i>>(text: &'i str) -> usize {
    let mut at = text.as_bytes();
    let mut left = at.len();
    while let Some(behind) = T::pass(at) {
        left = behind.len();
        match behind {
            [b',', next @ ..] => at = next,
            _ => break,
        }
    }
    text.len().saturating_sub(left)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::format;
    use std::string::{String, ToString};
    use std::vec::Vec;

    use proptest::prelude::*;

    use crate::kts::reader::{Reader, Step};
    use crate::kts::{Body, Frame, Once, Order, Record, Rows, decode_once, decode_ref, decode_with};
    use crate::{Fault, RxBuf};

    std::thread_local! {
        static SPECULATE: Cell<bool> = const { Cell::new(true) };
    }

    pub(crate) fn speculate() -> bool {
        SPECULATE.get()
    }

    type Told = Result<(String, Vec<String>), Fault>;

    fn told(frame: Frame<'_>) -> (String, Vec<String>) {
        let head = format!("{frame:?} {:?} {:?} {:?}", frame.verb(), frame.tag(), frame.data());
        let records = match frame.body() {
            Body::Zones(zones) => zones.iter().map(|zone| format!("{zone:?}")).collect(),
            Body::Objects(objects) => objects.iter().map(|object| format!("{object:?}")).collect(),
            Body::Push(updates) => updates.iter().map(|update| format!("{update:?}")).collect(),
            _ => Vec::new(),
        };
        (head, records)
    }

    fn rows<'i, T: Record<'i> + core::fmt::Debug>(mut rows: Rows<'i, T>) -> Result<Vec<String>, Fault> {
        let mut told = Vec::new();
        let result = loop {
            match rows.next_row() {
                Ok(Some(row)) => told.push(format!("{row:?}")),
                Ok(None) => break Ok(told),
                Err(fault) => break Err(fault),
            }
        };
        assert!(matches!(rows.next_row(), Ok(None)), "nothing comes behind the end");
        result
    }

    fn once(text: &[u8], order: Order) -> Result<Vec<String>, Fault> {
        match decode_once(text, order)? {
            Once::Zones(list) => rows(list),
            Once::Objects(list) => rows(list),
            Once::Push(list) => rows(list),
            Once::Frame(_) => Ok(Vec::new()),
        }
    }

    /// The steps of a machine's reader, for a frame that arrives in pieces of so many bytes.
    fn steps(frame: &[u8], order: Order, size: usize) -> Vec<String> {
        let mut storage = std::vec![0; 4096];
        let (mut rx, mut reader, mut steps) = (RxBuf::new(&mut storage), Reader::new(), Vec::new());
        let stream = [frame, b"\r\n", br#"{"sn":"1","cmd":"keepalive"}"#].concat();
        for piece in stream.chunks(size) {
            rx.space()[..piece.len()].copy_from_slice(piece);
            rx.commit(piece.len());
            take(&mut reader, &mut rx, order, &mut steps);
        }
        rx.set_eof();
        take(&mut reader, &mut rx, order, &mut steps);
        steps
    }

    fn take(reader: &mut Reader, rx: &mut RxBuf<'_>, order: Order, steps: &mut Vec<String>) {
        loop {
            let step = reader.next(rx, order, Some("1"));
            let part = match &step {
                Step::Wait => return,
                Step::Record(_, range) => &rx.unread()[range.clone()],
                Step::Frame(len) => &rx.unread()[..*len],
                Step::End(_) | Step::Fault(_) => b"",
            };
            // Where a record stands depends on what was dropped before it.
            let kind = if let Step::Record(list, _) = step { format!("{list:?}") } else { format!("{step:?} {:?}", reader.tag()) };
            steps.push(format!("{kind} {}", String::from_utf8_lossy(part)));
        }
    }

    /// All readers, with and without a try of the usual order.
    fn same(text: &[u8]) {
        for order in [Order::Strict, Order::Lenient] {
            let read = |tries: bool| -> (Told, Told, Result<Vec<String>, Fault>) {
                SPECULATE.set(tries);
                let mut changed = text.to_vec();
                (decode_ref(text, order).map(told), decode_with(&mut changed, order).map(told), once(text, order))
            };
            let (fast, slow) = (read(true), read(false));
            assert_eq!(fast, slow, "{}", String::from_utf8_lossy(text));
            assert_eq!(fast.0.map(|(_, records)| records), fast.2);
            let slow = steps(text, order, 500);
            SPECULATE.set(true);
            for size in [500, 7] {
                assert_eq!(steps(text, order, size), slow, "{}", String::from_utf8_lossy(text));
            }
        }
    }

    fn value() -> impl Strategy<Value = String> {
        prop_oneof![
            Just(String::new()),
            "[0-9]{1,3}",
            "[0-9]{1,4}/[0-9]{1,3}/[0-9]{1,3}",
            "[a-z \u{e9}]{0,20}",
            Just("-1".to_string()),
            Just("\\u0031".to_string()),
            Just("1/2/3\\u0030".to_string()),
        ]
    }

    /// A frame as hosts write it, members left out, and sometimes an object that is none.
    fn frame() -> impl Strategy<Value = String> {
        const NAMES: [(&str, &[&str]); 3] = [
            ("rsp1", &["nID", "nName", "pID", "Icon"]),
            ("rsp2", &["oID", "EIS", "val", "oName", "room", "type", "addrSet", "addrSet2", "addrSet3", "group", "Icon"]),
            ("push", &["oID", "EIS", "val", "room", "navi"]),
        ];
        let record = proptest::collection::vec((value(), 0..20_u8), 11);
        (0..3_usize, proptest::collection::vec(record, 0..4)).prop_map(|(kind, records)| {
            let (cmd, names) = NAMES[kind];
            let records: Vec<String> = records
                .iter()
                .map(|values| {
                    let address =
                        |name: &str, value: &str| if name.starts_with("addr") && !value.contains('/') { "" } else { value }.to_string();
                    let members = names.iter().zip(values).filter(|(_, (_, left_out))| *left_out != 0);
                    let members: Vec<String> =
                        members.map(|(name, (value, _))| format!("\"{name}\":\"{}\"", address(name, value))).collect();
                    format!("{{{}}}", members.join(","))
                })
                .collect();
            format!("{{\"sn\":\"1\",\"cmd\":\"{cmd}\",\"data\":[{}]}}", records.join(","))
        })
    }

    /// Bytes that mean something, for a place in a frame.
    fn edits() -> impl Strategy<Value = Vec<(prop::sample::Index, u8, u8)>> {
        let bytes = prop::sample::select(&b"{}[]\",:\\ /019-a\xC3\xA9\x0A\x01"[..]);
        proptest::collection::vec((any::<prop::sample::Index>(), 0..3_u8, bytes), 0..4)
    }

    #[test]
    fn what_hosts_write_is_read_alike() {
        for text in [
            r#"{"sn":"1","cmd":"keepalive"}"#,
            r#"{"sn":"1","cmd":"push","data":[]}"#,
            r#"{"sn":"1","cmd":"push","data":[{}]}"#,
            r#"{"sn":"1","cmd":"push","data":[{"oID":"1"}[{"oID":"2"}]]}"#,
            r#"{"sn":"1","cmd":"push","data":[{"oID":"1",}]}"#,
            r#"{"sn":"1","cmd":"push","data":[{"oID":"1"},]}"#,
            r#"{"sn":"1","cmd":"push","data":[{"oID":"1"},7,{"EIS":"2","oID":"1","oID":"3"}],"tag":"x"}"#,
            r#"{"sn":"1","cmd":"push","data":[{"oID":"1"}],"data":[]}"#,
            r#"{"sn":"1","cmd":"push","data":"[{\"oID\":\"1\"}]"}"#,
            r#"{"sn":"1","cmd":"rsp2","data":[{"oID":"1","addrSet":"1/2/3","addrSet2":"","addrSet3":"32/0/0"}]}"#,
            r#"{"sn":"1","cmd":"rsp2","data":[{"addrSet":"1/2/3""}]}"#,
            r#"{"sn":"1","cmd":"control","data":[{"oID":"1"}]}"#,
            r#"{"sn":"2","cmd":"push","data":[{"oID":"1"}]}"#,
            r#"{"sn":"1","cmd":"push","data":[{"oID":"1"},{"oID":"2"}],"tag":"7"}"#,
            r#"{"sn":"1","cmd":"push","data":[{"oID":"1"},{"oID":"2"}}"#,
            r#"{"sn":"1","cmd":"push","data":[{"oID":"1"},{"oID":"2"}]}}"#,
            r#"{"sn":"1","cmd":"push","data":[,{"oID":"1"}]}"#,
            r#"{"sn":"1","cmd":"push","data":[{"oID":"1"} ,{"oID":"2"},{"oID":"3"}]}"#,
            r#"{"sn":"1","cmd":"rsp1","data":[{"nID":"1"},{"nID":"2"},{"nID":"\ud800"}]}"#,
            r#"{"data":[{"nID":"1"}],"sn":"1","cmd":"rsp1"}"#,
            r#"{"sn":"1","cmd":"query1","data":"{\"oRoom\":\"-1\"}"}"#,
            r#"{"sn":"1","cmd":"timing","data":"{\"action\":\"x\"}"}"#,
        ] {
            same(text.as_bytes());
        }
    }

    proptest! {
        #[test]
        fn the_usual_order_is_no_other_meaning(text in frame(), edits in edits()) {
            let mut bytes = text.into_bytes();
            for (at, how, byte) in edits {
                let at = at.index(bytes.len());
                match how {
                    0 => bytes[at] = byte,
                    1 => bytes.insert(at, byte),
                    _ => drop(bytes.remove(at)),
                }
            }
            same(&bytes);
        }
    }
}
