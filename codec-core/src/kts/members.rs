//! Members by their names: one reader for frames, records and all other objects, driven by tables. What is read with one of them costs a table
//! and no code of its own.

use super::address::GroupAddress;
use super::usual::{run, speculate};
use super::verbs::ListKind;
use crate::error::{Fault, FaultKind, JsonError};
use crate::text::cursor::Cursor;
use crate::text::json::{self, Text};

/// Most members that an object has names for.
pub(crate) const WIDEST: usize = 11;

/// What was found under each name of a table.
pub(crate) type Found<'i> = [Option<Text<'i>>; WIDEST];

/// The place of a name in a table.
pub(crate) fn find(names: &[&str], name: Text<'_>) -> Option<usize> {
    let place = |name: &str| names.iter().position(|known| *known == name);
    // Escapes are rare, and a name with one is none as it stands.
    place(name.raw()).or_else(|| match name.plain() {
        Some(_) => None,
        None => name.copy_to(&mut [0; 16]).and_then(place),
    })
}

/// Reads the object at the cursor. Of several members with one name the last counts.
pub(crate) fn members<'i>(cursor: &mut Cursor<'i>, names: &[&str]) -> Result<Found<'i>, Fault> {
    let mut found = [None; WIDEST];
    cursor.open()?;
    while cursor.more(b'}')? {
        let name = cursor.key()?;
        let value = cursor.value()?.scalar();
        if let Some(slot) = find(names, name).and_then(|at| found.get_mut(at)) {
            *slot = value;
        }
    }
    cursor.depth = cursor.depth.saturating_sub(1);
    Ok(found)
}

/// Reads the record at the cursor, of a list of that kind. Its addresses are right.
pub(crate) fn record<'i>(cursor: &mut Cursor<'i>, kind: ListKind) -> Result<Found<'i>, Fault> {
    let at = cursor.at;
    let found = members(cursor, kind.names())?;
    let mut addresses = found.iter().skip(kind.addresses().start).take(kind.addresses().len()).flatten();
    match addresses.all(|text| text.is_empty() || GroupAddress::from_text(*text).is_some()) {
        true => Ok(found),
        false => Err(Fault::new(FaultKind::Address, at)),
    }
}

/// Reads a text that is a record.
pub(crate) fn whole_record(text: &[u8], kind: ListKind) -> Result<Found<'_>, Fault> {
    let mut cursor = Cursor::new(json::utf8(text)?);
    cursor.space();
    let found = record(&mut cursor, kind)?;
    cursor.end()?;
    Ok(found)
}

/// Steps over the list at the cursor, if all of it is right.
pub(crate) fn list(cursor: &mut Cursor<'_>, kind: ListKind) -> Result<(), Fault> {
    if !cursor.eat(b"[") {
        return Err(Fault::new(FaultKind::Json(JsonError::Unexpected), cursor.at));
    }
    cursor.deeper()?;
    while cursor.more(b']')? {
        cursor.space();
        if speculate() {
            let len = run(kind, cursor.rest());
            cursor.at = cursor.at.saturating_add(len);
            if len > 0 {
                continue;
            }
        }
        if cursor.peek() == Some(b'{') {
            record(cursor, kind)?;
        } else {
            cursor.value()?;
        }
    }
    cursor.depth = cursor.depth.saturating_sub(1);
    Ok(())
}
