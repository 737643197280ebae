//! JSON texts: what every protocol that speaks JSON is read with.

use codec_core::text::elements::{Elements, Piece};
use codec_core::text::hex::Case;
use codec_core::text::json::{Array, Object, Text, check};
use codec_core::text::{elements::Path, hex};

use crate::buffers::fault;
use crate::volatile::{Bytes, byte, each, flag, see, word};

pub fn all() {
    let bytes = Bytes::<256>::new();
    match check(bytes.get()) {
        Ok(value) => {
            value.scalar().map(text);
            value.object().map(object);
            value.array().map(array);
        }
        Err(found) => fault(found),
    }
    if let Ok(found) = Object::parse(bytes.get()) {
        object(found);
    }
    if let Some(found) = Text::of(bytes.text()) {
        text(found);
    }
    see((hex::nibble(byte()), hex::byte(byte(), byte()), Case::Lower.digits(byte()), Case::Upper.digit(byte())));
    stream(bytes.get());
}

pub fn text(text: Text<'_>) {
    let mut out = [0; 32];
    let len = word() as usize;
    see((text.raw(), text.plain(), text.is_empty(), text.number(), text.wide_number()));
    each(text.chars());
    if let Some(out) = out.get_mut(..len) {
        see(text.copy_to(out));
    }
    see(text == Text::of("o\\u0074her").unwrap_or(text) || text == "other");
}

pub fn object(object: Object<'_>) {
    see((object.as_str(), object.get("NAME"), object.text("NAME")));
    for (name, value) in object.members() {
        text(name);
        see(value);
    }
}

pub fn array(array: Array<'_>) {
    see(array.as_str());
    each(array.values());
    array.texts().for_each(text);
    array.objects().for_each(object);
}

pub fn path(path: Path<'_>) {
    each(path.names());
    see((path.last(), path.index()));
}

fn stream(bytes: &[u8]) {
    let mut elements = Elements::new("PAYLOAD", |name| name.len() > 3, word() as usize, ());
    loop {
        match elements.next_piece(bytes) {
            Piece::More => {
                see((elements.release(bytes), elements.is_done(), elements.is_inside(), elements.watch()));
                if flag() {
                    break;
                }
            }
            Piece::Fault(found) => fault(found),
            piece => see(piece),
        }
        path(elements.path());
    }
    see(elements.finish());
}
