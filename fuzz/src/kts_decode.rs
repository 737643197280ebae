//! One frame, judged by `serde_json` too.

use codec_core::Fault;
use codec_core::kts::{self, Body, Cut, Framer, List, Once, Order, Record, Rows};
use codec_core::text::json::Text;
use serde_json::Value;

use crate::feed::Cuts;

/// What an item of a list is there: an object.
fn objects(data: &Value) -> Option<Vec<Value>> {
    let inner;
    let list = match data {
        Value::String(text) => {
            inner = serde_json::from_str::<Value>(text).ok()?;
            inner.as_array()?
        }
        other => other.as_array()?,
    };
    Some(list.iter().filter(|item| item.is_object()).cloned().collect())
}

/// A member of theirs as we tell it.
fn told(object: &Value, name: &str) -> Option<String> {
    match object.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Bool(bool) => Some(bool.to_string()),
        _ => None,
    }
}

/// Numbers are compared by neither: they keep their spelling here.
fn same(ours: Option<Text<'_>>, theirs: &Value, name: &str) {
    if let Some(theirs) = told(theirs, name) {
        assert_eq!(ours.map(|text| text.to_string()), Some(theirs), "{name}");
    }
}

/// The records of a list that was checked.
fn records<'i, T: Record<'i> + std::fmt::Debug>(list: List<'i, T>) -> Vec<String> {
    list.iter().map(|record| format!("{record:?}")).collect()
}

/// The records of a list that is checked while it is read.
fn rows<'i, T: Record<'i> + std::fmt::Debug>(mut rows: Rows<'i, T>) -> Result<Vec<String>, Fault> {
    let mut found = vec![rows.sn().to_string()];
    while let Some(row) = rows.next_row()? {
        found.push(format!("{row:?}"));
    }
    Ok(found)
}

/// Both ways to read a frame that stays as it is find the same, fault for fault.
fn once(text: &[u8], order: Order) {
    let checked = kts::decode_ref(text, order).map(|frame| {
        let list = match frame.body() {
            Body::Zones(list) => records(list),
            Body::Objects(list) => records(list),
            Body::Push(list) => records(list),
            body => vec![format!("{body:?}")],
        };
        [vec![frame.sn().to_string()], list].concat()
    });
    let once = kts::decode_once(text, order).and_then(|once| match once {
        Once::Zones(list) => rows(list),
        Once::Objects(list) => rows(list),
        Once::Push(list) => rows(list),
        Once::Frame(frame) => Ok(vec![frame.sn().to_string(), format!("{:?}", frame.body())]),
        other => panic!("{other:?}"),
    });
    assert_eq!(once, checked, "{order:?}");
}

fn frame(text: &[u8]) {
    once(text, Order::Strict);
    once(text, Order::Lenient);
    let theirs = serde_json::from_slice::<Value>(text).ok();
    let (mut strict, mut lenient) = (text.to_vec(), text.to_vec());
    let (strict, lenient) = (kts::decode(&mut strict), kts::decode_with(&mut lenient, Order::Lenient));
    assert!(strict.is_err() || lenient.is_ok(), "the strict order takes what the lenient does not");
    let frame = match lenient {
        Ok(frame) => frame,
        Err(fault) => {
            let class = fault.kind.class();
            assert!(["too-long", "json", "order", "address", "action"].contains(&class));
            // Ours counts levels and halves of pairs more strictly, never less so.
            assert!(theirs.is_some() || class == "json" || class == "too-long", "{class}");
            return;
        }
    };
    let theirs = theirs.expect("a frame is JSON");
    same(Some(frame.sn()), &theirs, "sn");
    same(Some(frame.cmd()), &theirs, "cmd");
    let list = || objects(&theirs["data"]).expect("a list of theirs");
    match frame.body() {
        Body::Zones(zones) => {
            let theirs = list();
            assert_eq!(zones.iter().count(), theirs.len());
            zones.iter().zip(&theirs).for_each(|(zone, theirs)| same(zone.id, theirs, "nID"));
        }
        Body::Objects(found) => {
            let theirs = list();
            assert_eq!(found.iter().count(), theirs.len());
            found.iter().zip(&theirs).for_each(|(object, theirs)| same(object.name, theirs, "oName"));
        }
        Body::Push(updates) => {
            let theirs = list();
            assert_eq!(updates.iter().count(), theirs.len());
            updates.iter().zip(&theirs).for_each(|(update, theirs)| same(update.id, theirs, "oID"));
        }
        Body::Control(actions) => {
            let text = theirs["data"].as_str().map(|text| text.trim_end_matches(',').split(',').count());
            assert!(text.is_none_or(|count| count == actions.count()));
        }
        body => {
            let _ = format!("{body:?}");
        }
    }
}

/// All frames of a stream; any cutting gives the same.
pub fn run(data: &[u8]) {
    let frames = |cuts: Cuts| {
        let (mut framer, mut unread, mut frames) = (Framer::new(), Vec::new(), Vec::new());
        let pieces = cuts.pieces(data);
        for (piece, eof) in pieces.iter().map(|piece| (*piece, false)).chain([(&[][..], true)]) {
            unread.extend_from_slice(piece);
            loop {
                match framer.next(&unread, eof) {
                    Cut::NeedMore => break,
                    Cut::Drop(used) | Cut::TooLong { used } => drop(unread.drain(..used)),
                    Cut::Frame { len, used } => {
                        frames.push(unread[..len].to_vec());
                        unread.drain(..used);
                    }
                }
            }
        }
        frames
    };
    let whole = frames(Cuts::Whole);
    for cuts in Cuts::ALL {
        assert_eq!(frames(cuts), whole, "{cuts:?}");
    }
    whole.iter().for_each(|text| frame(text));
}
