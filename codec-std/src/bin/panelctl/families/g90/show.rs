//! Answers as objects and as lines.

use codec_core::g90::local::controller::Event;
use codec_core::g90::local::{Answer, CommandCode, NoticeFlags};
use serde_json::{Value, json};

use super::local::{answer_fields, hidden_answer_fields, printable};
use crate::output::Fields;

/// What answers brought.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// As one object: rows of all pages are in `entries`.
    pub(super) fields: Fields,
    /// Why the panel refused.
    pub(super) reason: Option<String>,
    pub(super) notice_flags: Option<NoticeFlags>,
}

impl Answers {
    pub(super) fn take(&mut self, event: &Event<'_>, shows_secrets: bool) {
        match event {
            Event::Answer(answer) => {
                if answer.code() == Some(CommandCode::GetNoticeFlag) {
                    self.notice_flags = NoticeFlags::read(answer.data()).ok();
                }
                self.add(answer, shows_secrets);
            }
            Event::Page { answer, .. } => self.add(answer, shows_secrets),
            Event::Reason(reason) => self.reason = Some(printable(&reason.to_string())),
            _ => {}
        }
    }

    /// Panels say of an empty list that all is done, without a page.
    pub(super) fn at_least_a_list_of(&mut self, list: CommandCode) {
        if self.fields.is_empty() {
            self.fields = Fields::from_iter([
                ("code".into(), json!(list.raw())),
                ("name".into(), json!(list.name())),
                ("pagination".into(), json!({"total": 0, "start": 0, "count": 0})),
                ("entries".into(), json!([])),
            ]);
        }
    }

    fn add(&mut self, answer: &Answer<'_>, shows_secrets: bool) {
        let fields = if shows_secrets { answer_fields(answer) } else { hidden_answer_fields(answer) };
        let Ok(mut fields) = fields else { return };
        if let Some(Value::Array(rows)) = self.fields.get_mut("entries")
            && let Some(Value::Array(more)) = fields.get_mut("entries")
        {
            rows.append(more);
            return;
        }
        self.fields = fields;
    }
}

/// An answer, line by line.
pub(super) fn lines(fields: &Fields) -> Vec<String> {
    if let Some(Value::Array(entries)) = fields.get("entries") {
        return if entries.is_empty() { vec!["the list is empty".into()] } else { entries.iter().map(row).collect() };
    }
    let Some(Value::Object(decoded)) = fields.get("decoded") else {
        return fields.get("data").map(|data| printable(&data.to_string())).into_iter().collect();
    };
    let mut lines = Vec::new();
    for (name, value) in decoded {
        match name.as_str() {
            // What a save would write, and names of numbers above.
            "serialized_for_save" | "derived" => {}
            name => {
                let name = name.trim_start_matches('_');
                let plain = name.trim_end_matches("_data");
                let meaning = decoded.get("derived").and_then(|derived| derived.get(plain)).and_then(Value::as_str);
                let meaning = meaning.map_or(String::new(), |meaning| format!(" ({meaning})"));
                lines.push(format!("{plain:24}{}{meaning}", word(value)));
            }
        }
    }
    if let Some(names) = decoded.get("derived").and_then(|derived| derived.get("names")).and_then(Value::as_array) {
        lines.extend(names.iter().map(|name| format!("  {}", word(name))));
    }
    lines
}

/// A row of a list.
fn row(entry: &Value) -> String {
    let text = |name: &str| entry.get(name).map_or(String::new(), word);
    let derived = |name: &str| entry.get("derived").and_then(|derived| derived.get(name)).cloned().unwrap_or_default();
    if entry.get("sensor_name").is_some() {
        let (source, state) = (word(&derived("source")), word(&derived("state")));
        let about = [word(&derived("type")), source, state, text("sensor_name")];
        let about: Vec<&str> = about.iter().map(String::as_str).filter(|word| !word.is_empty()).collect();
        return format!("{:21} {}", word(&derived("datetime")), about.join("  "));
    }
    if entry.get("parent_name").is_some() {
        let enabled = if derived("enabled") == json!(true) { "" } else { "  disabled" };
        let definition = match derived("definition") {
            Value::String(name) => name,
            _ => word(&derived("type")),
        };
        return format!("{:>4}  {:24}  {definition}{enabled}", text("index"), text("parent_name"));
    }
    printable(&entry.to_string())
}

/// A value for people.
fn word(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => printable(text),
        other => other.to_string(),
    }
}
