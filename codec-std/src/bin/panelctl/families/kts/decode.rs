//! `panelctl decode kts`: frames as JSON and as rows of a table.

use codec_core::kts::{self, Action, Body, Cut as FrameCut, Frame, Framer, MAX_FRAME, Object, Order, Reply, Task, Update, Zone};
use codec_core::text::json::Text;
use codec_core::{Fault, FaultKind};
use codec_std::owned::ksenia::to_json;
use serde_json::{Value, json};

use super::table;
use crate::decode::{Cut, Decoder, Problem, Show};
use crate::output::Fields;

/// Decodes frames of hosts and servers.
pub(crate) struct FrameDecoder {
    framer: Framer,
    order: Order,
    mask: bool,
    /// The frame; `data` that is a text is taken apart in place.
    frame: Vec<u8>,
}

impl FrameDecoder {
    pub(crate) fn new(mask: bool, order: Order) -> Self {
        Self { framer: Framer::new(), order, mask, frame: Vec::new() }
    }
}

impl Decoder for FrameDecoder {
    fn unit<'u>(&'u mut self, bytes: &'u [u8]) -> Result<Box<dyn Show + 'u>, Problem> {
        self.frame.clear();
        self.frame.extend_from_slice(bytes);
        let frame = kts::decode_with(&mut self.frame, self.order)?;
        Ok(Box::new(Unit { frame, mask: self.mask }))
    }

    fn cut(&mut self, unread: &[u8], eof: bool) -> Cut {
        match self.framer.next(unread, eof) {
            FrameCut::NeedMore => Cut::NeedMore,
            FrameCut::Drop(used) => Cut::Drop(used),
            FrameCut::Frame { len, used } => Cut::Unit { len, used },
            FrameCut::TooLong { used } => {
                let limit = MAX_FRAME as u32;
                Cut::Bad { problem: Fault { kind: FaultKind::TooLong { limit }, at: limit }.into(), used }
            }
        }
    }
}

pub(crate) struct Unit<'u> {
    pub(crate) frame: Frame<'u>,
    pub(crate) mask: bool,
}

impl Show for Unit<'_> {
    fn fields(&self) -> Fields {
        let mut fields = Fields::new();
        fields.insert("sn".into(), text(Some(self.frame.sn())));
        fields.insert("cmd".into(), text(Some(self.frame.cmd())));
        let more = match self.frame.body() {
            Body::Register(host) => {
                json!({"timestamp": number(Some(host.timestamp)), "rand": text(Some(host.rand)), "sign": text(Some(host.sign))})
            }
            Body::RegisterReply(answer) | Body::ControlReply(answer) | Body::ConfigureReply(answer) => reply(&answer),
            Body::QueryZones(query) | Body::QueryObjects(query) => json!({"room": text(query.room), "tag": text(query.tag)}),
            Body::Zones(zones) => json!({"zones": zones.iter().map(zone).collect::<Vec<_>>()}),
            Body::Objects(objects) => json!({"objects": objects.iter().map(object).collect::<Vec<_>>()}),
            Body::Control(list) => json!({"actions": actions(list)}),
            Body::Push(updates) => json!({"updates": updates.iter().map(update).collect::<Vec<_>>()}),
            Body::Configure(settings) => json!({"domain": text(settings.domain)}),
            Body::Timing(timing) => task(&timing),
            Body::TimingReply(answer) => {
                let mut more = match answer.task.id {
                    Some(_) => task(&answer.task),
                    None => json!({}),
                };
                if let (Some(more), Some(_)) = (more.as_object_mut(), answer.error) {
                    more.insert("error_code".into(), number(answer.error));
                }
                more
            }
            // What it holds nobody knows: it may be secret.
            Body::Unknown(_) if !self.mask => json!({"data": self.frame.data().map(to_json)}),
            _ => Value::Null,
        };
        if let Value::Object(more) = more {
            fields.extend(more);
        }
        fields
    }

    fn row(&self) -> String {
        table::row(self)
    }
}

fn text(text: Option<Text<'_>>) -> Value {
    json!(text.map(|text| text.to_string()))
}

/// A number; a text that is none stays a text.
fn number(found: Option<Text<'_>>) -> Value {
    found.and_then(Text::wide_number).map_or_else(|| text(found), |number| json!(number))
}

fn reply(reply: &Reply<'_>) -> Value {
    json!({"error_code": number(reply.error)})
}

fn zone(zone: Zone<'_>) -> Value {
    json!({"id": text(zone.id), "name": text(zone.name), "parent": text(zone.parent), "icon": text(zone.icon)})
}

fn object(object: Object<'_>) -> Value {
    let mut shown = json!({
        "id": text(object.id),
        "eis": number(object.eis),
        "value": text(object.value),
        "name": text(object.name),
        "room": text(object.room),
        "type": number(object.device.map(|device| device.text())),
        "write": object.write.map(|address| address.to_string()),
        "status": object.status.map(|address| address.to_string()),
    });
    add(&mut shown, [("third", object.third.map(|address| address.to_string())), ("group", object.group.map(|tag| tag.to_string()))]);
    shown
}

/// Members that are there.
fn add<const N: usize>(shown: &mut Value, more: [(&str, Option<String>); N]) {
    if let Some(shown) = shown.as_object_mut() {
        let more = more.into_iter().filter_map(|(name, text)| Some((name.to_owned(), json!(text?))));
        shown.extend(more);
    }
}

fn update(update: Update<'_>) -> Value {
    let mut shown = json!({"id": text(update.id), "eis": number(update.eis), "value": text(update.value)});
    add(&mut shown, [("room", update.room.map(|room| room.to_string())), ("navi", update.navi.map(|navi| navi.to_string()))]);
    shown
}

fn actions<'i>(actions: impl Iterator<Item = Action<'i>>) -> Value {
    actions
        .map(|action| json!({"eis": action.eis, "address": action.address.to_string(), "value": action.value.to_string()}))
        .collect::<Vec<_>>()
        .into()
}

/// A task, or as much of it as there is.
fn task(task: &Task<'_>) -> Value {
    let mut shown = Fields::new();
    shown.insert("id".into(), text(task.id));
    if task.name.is_some() {
        shown.insert("name".into(), text(task.name));
    }
    if task.room.is_some() {
        shown.insert("room".into(), text(task.room));
    }
    if let Some(flag) = task.flag {
        shown.insert("flag".into(), flag.name().map_or_else(|| text(Some(flag.text())), |name| json!(name)));
    }
    if task.time.is_some() {
        shown.insert("time".into(), text(task.time));
    }
    if let Some(list) = task.actions {
        shown.insert("actions".into(), actions(list));
    }
    if let Some(repeat) = task.repeat {
        let days: Vec<u32> = repeat.to_string().split(',').filter_map(|day| day.parse().ok()).collect();
        shown.insert("days".into(), json!(days));
    }
    Value::Object(shown)
}
