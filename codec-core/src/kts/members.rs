//! Members by their names: one reader for frames, records and all other objects, driven by tables. What is read with one of them costs a table
//! and no code of its own.

use super::address::GroupAddress;
use super::usual::{run, speculate};
use super::verbs::ListKind;
use crate::error::{Fault, FaultKind, JsonError};
use crate::text::cursor::Cursor;
use crate::text::json::{Object, Text};
use crate::text::words::Search;

/// Most members that an object has names for.
pub(crate) const WIDEST: usize = 11;

/// What was found under each name of a table.
pub(crate) type Found<'i> = [Option<Text<'i>>; WIDEST];

const NOTHING: Found<'static> = [None; WIDEST];

/// The members of an object that was checked.
#[inline(never)]
pub(crate) fn members_of<'i>(object: Object<'i>, names: &'static str) -> Found<'i> {
    let mut found = NOTHING;
    let _ = members(&mut Cursor::new(object.as_str()), names, &mut found);
    found
}

/// The front of `bytes` that is UTF-8. What follows it is wrong, see [`settle`].
pub(crate) fn front(bytes: &[u8]) -> &str {
    match core::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => bytes.get(..error.valid_up_to()).and_then(|good| core::str::from_utf8(good).ok()).unwrap_or_default(),
    }
}

/// Whether `bytes` were read well, of which `good` is UTF-8. What is wrong in a value in that is told first.
pub(crate) fn settle(cursor: &Cursor<'_>, found: Result<(), JsonError>, good: &str, bytes: &[u8]) -> Result<(), Fault> {
    let whole = good.len() == bytes.len();
    match found {
        Ok(()) if whole => Ok(()),
        Err(error) if whole || error != JsonError::Trailing && cursor.at < good.len() => Err(cursor.fault(error)),
        _ => Err(Fault::new(FaultKind::Json(JsonError::Utf8), good.len())),
    }
}

/// Reads the object at the cursor. Of several members with one name the last counts.
fn members<'i>(cursor: &mut Cursor<'i>, names: &'static str, found: &mut Found<'i>) -> Result<(), JsonError> {
    let mut names = Search::new(names);
    cursor.read_open()?;
    while cursor.read_more(b'}')? {
        let place = names.place(cursor.read_key()?);
        let value = cursor.read_value()?.scalar();
        if let Some(slot) = found.get_mut(usize::from(place)) {
            *slot = value;
        }
    }
    cursor.depth = cursor.depth.saturating_sub(1);
    Ok(())
}

/// Reads the record at the cursor, of a list of that kind. Whether its addresses are right.
fn any_record<'i>(cursor: &mut Cursor<'i>, kind: ListKind, found: &mut Found<'i>) -> Result<bool, JsonError> {
    *found = NOTHING;
    members(cursor, kind.names(), found)?;
    let mut addresses = found.iter().skip(kind.addresses().start).take(kind.addresses().len()).flatten();
    Ok(addresses.all(|text| text.is_empty() || GroupAddress::from_text(*text).is_some()))
}

/// Reads the record at the cursor, of a list that was checked.
pub(crate) fn record<'i>(cursor: &mut Cursor<'i>, kind: ListKind) -> Option<Found<'i>> {
    let mut found = NOTHING;
    members(cursor, kind.names(), &mut found).ok()?;
    Some(found)
}

/// Reads a text that is a record. Its addresses are right.
pub(crate) fn whole_record(text: &[u8], kind: ListKind) -> Result<Found<'_>, Fault> {
    let good = front(text);
    let (mut cursor, mut found) = (Cursor::new(good), NOTHING);
    cursor.space();
    let at = cursor.at;
    let right = any_record(&mut cursor, kind, &mut found);
    settle(&cursor, right.map(|_| ()), good, text)?;
    if right != Ok(true) {
        return Err(Fault::new(FaultKind::Address, at));
    }
    cursor.end()?;
    Ok(found)
}

/// Steps over the list at the cursor. Where the first record stands that has an address that is none.
#[inline(never)]
pub(crate) fn list(cursor: &mut Cursor<'_>, kind: ListKind) -> Result<Option<usize>, JsonError> {
    let (mut found, mut bad) = (NOTHING, None);
    cursor.eat(b"[");
    cursor.read_deeper()?;
    while cursor.read_more(b']')? {
        cursor.space();
        if speculate() {
            let len = run(kind, cursor.rest());
            cursor.at = cursor.at.saturating_add(len);
            if len > 0 {
                continue;
            }
        }
        let at = cursor.at;
        if cursor.peek() != Some(b'{') {
            cursor.read_value()?;
        } else if !any_record(cursor, kind, &mut found)? {
            bad = bad.or(Some(at));
        }
    }
    cursor.depth = cursor.depth.saturating_sub(1);
    Ok(bad)
}
