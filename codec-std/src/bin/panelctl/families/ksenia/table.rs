//! A message as a row of a table.

use codec_core::ksenia::Crc;
use codec_core::ness::Timestamp;
use codec_core::text::json::{Object, Text, Value};

use super::decode::Unit;

/// Characters of the content that a row shows.
const ROOM: usize = 160;

/// When, from whom to whom, what, its number, its form, the CRC, and what is in it.
pub(crate) fn row(unit: &Unit<'_>) -> String {
    let content = unit.payload.map(content).unwrap_or_default();
    let crc = match unit.crc {
        Crc::Verified(_) => "ok",
        Crc::Wrong { .. } => "wrong",
        Crc::Absent => "none",
        Crc::Unchecked => "-",
    };
    let cell = |text: Option<Text<'_>>| text.filter(|text| !text.is_empty()).map_or("-".into(), printable);
    let Some(message) = &unit.message else {
        return format!("{:19}  content without a message  {content}", "-").trim_end().into();
    };
    let time = message.timestamp().and_then(Text::wide_number).and_then(Timestamp::from_unix);
    let time = time.map_or_else(|| cell(message.timestamp()), |time| time.to_string().replace('T', " "));
    let way = format!("{} > {}", cell(message.sender()), cell(message.receiver()));
    let (verb, id, form) = (printable(message.verb_text()), cell(message.id()), cell(message.form_text()));
    format!("{time:19}  {way:29}  {verb:18}  {id:>5}  {form:18}  {crc:5}  {content}").trim_end().into()
}

/// The members of an object, as far as there is room.
pub(crate) fn content(object: Object<'_>) -> String {
    let mut content = String::new();
    members(object, &mut content);
    shortened(&content)
}

/// The decoded text, with what a terminal would act on as escapes.
pub(crate) fn printable(text: Text<'_>) -> String {
    let mut shown = String::new();
    for character in text.chars() {
        if character.is_control() { shown.extend(character.escape_default()) } else { shown.push(character) }
    }
    shown
}

/// `RESULT=OK ZONES[12] OUTPUT{ID=1 STA=ON}`.
fn members(object: Object<'_>, shown: &mut String) {
    for (name, value) in object.members() {
        if !shown.is_empty() && !shown.ends_with('{') {
            shown.push(' ');
        }
        shown.push_str(&printable(name));
        // The row ends long before that.
        if shown.len() > 4 * ROOM {
            return;
        }
        inner(value, shown);
    }
}

fn inner(value: Value<'_>, shown: &mut String) {
    match value {
        Value::Object(object) => {
            shown.push('{');
            members(object, shown);
            shown.push('}');
        }
        Value::Array(array) => {
            let count = array.values().count();
            let words: Vec<String> = array.texts().take(16).map(printable).collect();
            match (count, array.objects().next()) {
                // A change of one thing: say of what.
                (1, Some(record)) => {
                    shown.push_str("[{");
                    members(record, shown);
                    shown.push_str("}]");
                }
                _ if count > 0 && words.len() == count => shown.push_str(&format!("[{}]", words.join(" "))),
                _ => shown.push_str(&format!("[{count}]")),
            }
        }
        Value::Null => shown.push_str("=null"),
        other => shown.push_str(&format!("={}", other.scalar().map(printable).unwrap_or_default())),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(ROOM) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or(text)),
        None => text.into(),
    }
}
