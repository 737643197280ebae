//! `panelctl decode g90-notify`: datagrams as JSON and as rows of a table.

use codec_core::g90::notify::{self, Alert, Body, Message, Notification};
use codec_core::g90::{Meaning, NotificationKind};
use codec_core::ness::Timestamp;
use codec_core::text::json::Text;
use serde_json::json;

use super::problem;
use crate::decode::{Cut, Decoder, Problem, Show};
use crate::families::ksenia::table::printable;
use crate::output::Fields;
use codec_std::owned::ksenia::to_json as value;

/// The longest datagram of UDP, in bytes.
const MAX_DATAGRAM: usize = 65_507;

/// Decodes what panels send to port 12901.
pub(crate) struct DatagramDecoder {
    device_id: Option<String>,
    /// Bytes of the unit that were looked at.
    seen: usize,
}

impl DatagramDecoder {
    pub(crate) fn new(device_id: Option<String>) -> Self {
        // A blank one names no panel.
        Self { device_id: device_id.filter(|id| !id.trim().is_empty()), seen: 0 }
    }
}

impl Decoder for DatagramDecoder {
    fn unit<'u>(&'u mut self, bytes: &'u [u8]) -> Result<Box<dyn Show + 'u>, Problem> {
        let message = notify::decode(bytes).map_err(problem)?;
        let body = message.body().map_err(|fault| Problem { fields: unread(&message), ..problem(fault) })?;
        let unit = Datagram { message, body };
        match (&self.device_id, &unit.body) {
            (Some(id), Body::Alert(alert)) if alert.device_id != id.as_str() => {
                Err(Problem { fields: unit.fields(), ..Problem::new("wrong-device-id", "an alert of another panel", 0) })
            }
            _ => Ok(Box::new(unit)),
        }
    }

    fn cut(&mut self, unread: &[u8], eof: bool) -> Cut {
        let blanks = unread.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if blanks > 0 {
            return Cut::Drop(blanks);
        }
        let nul = unread.iter().skip(self.seen).position(|byte| *byte == 0).map(|at| self.seen + at);
        let len = match nul {
            Some(at) => at + 1,
            None if unread.len() > MAX_DATAGRAM || eof && !unread.is_empty() => unread.len().min(MAX_DATAGRAM),
            None => {
                self.seen = unread.len();
                return Cut::NeedMore;
            }
        };
        self.seen = 0;
        Cut::Unit { len, used: len }
    }
}

/// What is known of a message whose data cannot be read.
fn unread(message: &Message<'_>) -> Fields {
    let mut fields = envelope(message);
    if let Some(kind) = message.notification_kind() {
        let data = message.data().array().and_then(|outer| outer.values().nth(1));
        fields.extend(notification_kind(kind));
        fields.insert("data".into(), data.map_or_else(Default::default, value));
    } else if message.data().array().is_some_and(|array| array.values().count() == 9) {
        fields.insert("data".into(), value(message.data()));
    }
    fields
}

fn envelope(message: &Message<'_>) -> Fields {
    let mut fields = Fields::new();
    fields.insert("message_code".into(), json!(message.code().raw()));
    fields.insert("message_name".into(), json!(message.code().name()));
    fields
}

fn notification_kind(kind: NotificationKind) -> Fields {
    let mut fields = Fields::new();
    fields.insert("kind".into(), json!(kind.raw()));
    fields.insert("kind_name".into(), json!(kind.name()));
    fields
}

struct Datagram<'u> {
    message: Message<'u>,
    body: Body<'u>,
}

impl Show for Datagram<'_> {
    fn fields(&self) -> Fields {
        let mut fields = envelope(&self.message);
        match &self.body {
            Body::Notification(notification) => {
                fields.extend(unread(&self.message));
                fields.extend(notification_fields(notification));
            }
            Body::Alert(alert) => drop(fields.insert("alert".into(), alert_fields(alert).into())),
            _ => drop(fields.insert("data".into(), value(self.message.data()))),
        }
        fields
    }

    fn row(&self) -> String {
        let name = self.message.code().name().map_or_else(|| self.message.code().raw().to_string(), words);
        let mut time = String::from("-");
        let (what, about) = match &self.body {
            Body::Notification(notification) => {
                (notification.kind().name().map_or_else(|| notification.kind().raw().to_string(), words), notification_words(notification))
            }
            Body::Alert(alert) => {
                let stamp = u64::try_from(alert.unix_time).ok().and_then(Timestamp::from_unix);
                time = stamp.map_or_else(|| alert.unix_time.to_string(), |stamp| stamp.to_string().replace('T', " "));
                let kind = alert.facts.alert_type;
                (kind.name().map_or_else(|| kind.raw().to_string(), words), alert_words(alert))
            }
            _ => ("-".into(), String::new()),
        };
        format!("{time:19}  {name:12}  {what:21}  {about}").trim_end().into()
    }
}

fn notification_fields(notification: &Notification<'_>) -> Fields {
    let mut fields = Fields::new();
    match notification {
        Notification::Arming(state) => {
            fields.insert("state".into(), json!(state.raw()));
            fields.insert("state_name".into(), json!(state.name()));
        }
        Notification::SensorChange { index, name, action } => {
            fields.extend(sensor(*index, *name));
            fields.insert("action".into(), json!(action));
            fields.insert("added".into(), json!(*action == 1));
        }
        Notification::SensorActivity { index, name } | Notification::DoorOpenWhenArming { index, name } => {
            fields.extend(sensor(*index, *name));
        }
        _ => {}
    }
    fields
}

fn sensor(index: i64, name: Text<'_>) -> Fields {
    let mut fields = Fields::new();
    fields.insert("idx".into(), json!(index));
    fields.insert("name".into(), json!(name.to_string()));
    fields
}

/// Members of an alert by the names that are documented.
pub(crate) fn alert_fields(alert: &Alert<'_>) -> Fields {
    let mut fields = Fields::new();
    fields.insert("type".into(), json!(alert.facts.alert_type.raw()));
    fields.insert("event_id".into(), json!(alert.facts.event_id));
    fields.insert("source".into(), json!(alert.facts.source.raw()));
    fields.insert("state".into(), json!(alert.facts.state));
    fields.insert("zone_name".into(), json!(alert.zone_name.to_string()));
    fields.insert("device_id".into(), json!(alert.device_id.to_string()));
    fields.insert("unix_time".into(), json!(alert.unix_time));
    fields.insert("resv4".into(), json!(alert.resv4));
    fields.insert("other".into(), value(alert.other));
    fields.insert("type_name".into(), json!(alert.facts.alert_type.name()));
    fields.insert("source_name".into(), json!(alert.facts.source.name()));
    fields
}

fn words(name: &str) -> String {
    name.to_lowercase().replace('_', " ")
}

fn code(name: Option<&'static str>, raw: i64) -> String {
    name.map_or_else(|| raw.to_string(), words)
}

pub(crate) fn notification_words(notification: &Notification<'_>) -> String {
    match notification {
        Notification::Arming(state) => code(state.name(), state.raw()),
        Notification::SensorChange { index, name, action: 1 } => format!("sensor {index} {} added", printable(*name)),
        Notification::SensorChange { index, name, action } => format!("sensor {index} {} changed ({action})", printable(*name)),
        Notification::SensorActivity { index, name } | Notification::DoorOpenWhenArming { index, name } => {
            format!("sensor {index} {}", printable(*name))
        }
        _ => String::new(),
    }
}

pub(crate) fn alert_words(alert: &Alert<'_>) -> String {
    let facts = alert.facts;
    let sensor = || format!("sensor {} {}", facts.event_id, printable(alert.zone_name));
    match facts.meaning() {
        Meaning::Sos { host: true } => "button of the panel".into(),
        Meaning::Sos { host: false } => format!("{} SOS", sensor()),
        Meaning::Arming(state) => code(state.name(), state.raw()),
        Meaning::Panel(change) => code(change.name(), change.raw()),
        Meaning::Alarm { state } => format!("{} {}", sensor(), code(state.name(), state.raw())),
        Meaning::Button(button) => format!("{} button {}", sensor(), code(button.name(), button.raw())),
        Meaning::Keypad(state) => format!("{} keypad {}", sensor(), code(state.name(), state.raw())),
        Meaning::Door { open } => format!("{} {}", sensor(), if open { "open" } else { "closed" }),
        Meaning::LowBattery => format!("{} low battery", sensor()),
        Meaning::Tamper => format!("{} tamper", sensor()),
        Meaning::Activity => sensor(),
        _ => format!("{} source {} state {}: no meaning", sensor(), facts.source.raw(), facts.state),
    }
}
