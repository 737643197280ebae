//! Names of what a host has, and all of it line by line.

use std::collections::BTreeMap;

use codec_core::kts::controller::Event;
use codec_core::kts::{Controller, Object, Update};
use codec_core::text::json::Text;
use serde_json::{Value, json};

use super::table::printable;
use crate::output::Fields;

/// What the machine's tables do not hold.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// Names by id.
    zones: BTreeMap<String, String>,
    /// Names and zones by id.
    objects: BTreeMap<String, (String, String)>,
}

fn own(text: Option<Text<'_>>) -> String {
    text.map(printable).unwrap_or_default()
}

impl Known {
    /// Remembers names.
    pub(crate) fn hear(&mut self, event: &Event<'_>) {
        match event {
            Event::Zone(zone) => {
                self.zones.insert(own(zone.id), own(zone.name));
            }
            Event::Object(object) => {
                self.objects.insert(own(object.id), (own(object.name), own(object.room)));
            }
            _ => {}
        }
    }

    /// `1 zone and 16 objects told`.
    pub(crate) fn count(&self) -> String {
        let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
        format!("{} and {} told", plural(self.zones.len(), "zone"), plural(self.objects.len(), "object"))
    }

    /// `Ceiling light (1) is 0`.
    pub(crate) fn update(&self, update: &Update<'_>) -> String {
        self.is(&own(update.id), update.value.map(printable).as_deref())
    }

    /// The same, of a whole object.
    pub(crate) fn object(&self, object: &Object<'_>) -> String {
        self.is(&own(object.id), object.value.map(printable).as_deref())
    }

    fn is(&self, id: &str, value: Option<&str>) -> String {
        let value = value.map_or_else(|| "not read yet".to_owned(), str::to_owned);
        match self.objects.get(id) {
            Some((name, _)) if !name.is_empty() => format!("{name} ({id}) is {value}"),
            _ => format!("object {id} is {value}"),
        }
    }

    /// All that is known.
    pub(crate) fn lines(&self, machine: &Controller<'_>) -> Vec<String> {
        let mut lines = vec![format!("host {}", machine.sn().unwrap_or("-"))];
        let objects = || machine.tables().objects.iter().filter_map(|object| Some((object.id()?, object.value())));
        let room = |id: &str| self.objects.get(id).map(|(_, room)| room.as_str()).unwrap_or_default();
        for (zone, name) in &self.zones {
            lines.push(format!("zone {zone} {name}"));
            lines.extend(objects().filter(|(id, _)| room(id) == zone).map(|(id, value)| format!("  {}", self.is(id, value))));
        }
        let homeless = objects().filter(|(id, _)| !self.zones.contains_key(room(id)));
        lines.extend(homeless.map(|(id, value)| self.is(id, value)));
        lines
    }

    /// The same as members of an object.
    pub(crate) fn fields(&self, machine: &Controller<'_>) -> Fields {
        let zones: Vec<Value> = self.zones.iter().map(|(id, name)| json!({"id": id, "name": name})).collect();
        let object = |object: &codec_core::kts::controller::ObjectSlot| {
            let id = object.id()?;
            let (name, room) = self.objects.get(id).cloned().unwrap_or_default();
            let (eis, device) = (object.eis(), object.device());
            Some(json!({"id": id, "name": name, "room": room, "type": device, "eis": eis, "value": object.value()}))
        };
        let objects: Vec<Value> = machine.tables().objects.iter().filter_map(object).collect();
        let mut fields = Fields::new();
        fields.insert("sn".into(), json!(machine.sn()));
        fields.insert("zones".into(), json!(zones));
        fields.insert("objects".into(), json!(objects));
        fields
    }
}
