//! What a host tells of its flat, on the way into the store.

use codec_core::kts;
use codec_core::text::json::Text;

use super::session::Session;
use crate::ids;
use crate::records::{MAX_VALUE, Object, Value, Zone, is_id};
use crate::store::{Note, StoreError};

/// Longest name and icon that are kept, in bytes. Longer ones are cut.
const MAX_NAME: usize = 128;
/// Between attempts to ask for objects that were not told of, in milliseconds.
const ASK_AGAIN: u64 = 60_000;

/// Which zones and objects a host has, by the hashes of their ids.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Objects in the store. Sorted.
    known: Box<[u64]>,
    /// Told since everything was asked for.
    zones: Vec<u64>,
    objects: Vec<u64>,
    /// Everything is being asked for.
    pub(super) syncing: bool,
    /// A frame could not be used, so that something may be missing.
    pub(super) faulty: bool,
    /// Everything should be asked for again: a value came for an object that is not known, or was not written.
    pub(super) asking: bool,
    asked_at: Option<u64>,
}

fn text(text: Text<'_>, max: usize) -> String {
    let mut text = text.to_string();
    let end = (0..=max.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text.truncate(end);
    text
}

fn id(id: Option<Text<'_>>) -> Option<String> {
    // Escapes make a text six times as long at most.
    let id = id.filter(|id| id.raw().len() <= 6 * crate::records::MAX_ID)?.to_string();
    is_id(&id).then_some(id)
}

impl Session {
    fn not_kept(&self, what: &str) {
        self.server.metrics.values_refused_total.add(1);
        tracing::debug!(sn = self.sn, what, "not kept");
    }

    pub(super) fn zone(&mut self, zone: &kts::Zone<'_>) {
        let limit = self.server.config.limits.zones;
        let Some(id) = id(zone.id).filter(|_| self.told.zones.len() < limit) else { return self.not_kept("zone") };
        let some = |member: Option<Text<'_>>| member.map(|member| text(member, MAX_NAME));
        let record =
            Zone { name: some(zone.name).unwrap_or_default(), parent: some(zone.parent), icon: some(zone.icon).unwrap_or_default() };
        self.told.zones.push(ids::short_hash(&id));
        self.batch.put(format!("zone/{}/{id}", self.sn), &record);
    }

    pub(super) fn object(&mut self, object: &kts::Object<'_>) {
        let limit = self.server.config.limits.objects;
        let Some(id) = id(object.id) else { return self.not_kept("object") };
        let hash = ids::short_hash(&id);
        let told = &self.told;
        let seen = told.objects.contains(&hash) || !told.syncing && told.known.binary_search(&hash).is_ok();
        if !seen && self.told.objects.len() >= limit {
            return self.not_kept("object");
        }
        if !seen {
            self.told.objects.push(hash);
        }
        let some = |member: Option<Text<'_>>| member.map(|member| text(member, MAX_NAME));
        let record = Object {
            name: some(object.name).unwrap_or_default(),
            zone: some(object.room),
            eis: object.eis_number(),
            device: some(object.device.map(kts::DeviceType::text)),
            group: some(object.group),
            icon: some(object.icon),
            write: object.write.map(|address| address.to_string()),
        };
        self.batch.put(format!("object/{}/{id}", self.sn), &record);
        self.value(id, object.value);
    }

    pub(super) fn update(&mut self, update: &kts::Update<'_>) {
        let Some(id) = id(update.id) else { return self.not_kept("value") };
        let hash = ids::short_hash(&id);
        if !self.told.objects.contains(&hash) && self.told.known.binary_search(&hash).is_err() {
            // Objects come with their values when they are asked for: nothing is lost.
            self.told.asking |= !self.told.syncing;
            return self.not_kept("value of an object that is not known");
        }
        self.value(id, update.value);
    }

    fn value(&mut self, object: String, value: Option<Text<'_>>) {
        if value.is_some_and(|value| value.raw().len() > MAX_VALUE) {
            return self.not_kept("value");
        }
        self.server.metrics.updates_total.add(1);
        let (value, at) = (value.map(|value| value.to_string()), ids::now_millis());
        let (key, record) = (format!("value/{}/{object}", self.sn), Value { value: value.clone(), at });
        let note = Note::Value { sn: self.sn.clone(), object, value, at };
        self.batch.tell(key, &record, note);
    }

    /// Reads which objects the store has.
    pub(super) async fn recall(&mut self) -> Result<(), StoreError> {
        let prefix = format!("object/{}/", self.sn);
        let limit = self.server.config.limits.objects.saturating_mul(2);
        let objects = self.server.store.scan::<serde::de::IgnoredAny>(&prefix, None, limit).await?;
        let mut known: Vec<u64> = objects.iter().map(|(id, _)| ids::short_hash(id)).collect();
        known.sort_unstable();
        self.told = Told { known: known.into(), asked_at: self.told.asked_at, syncing: true, ..Told::default() };
        Ok(())
    }

    /// Everything was asked for. What was not told is not there any more, if all answers came and could be understood.
    pub(super) async fn synchronised(&mut self, complete: bool) -> Result<(), StoreError> {
        if complete && !self.told.faulty {
            self.server.metrics.synchronised_total.add(1);
            for (kind, more) in [("zone", None), ("object", Some("value"))] {
                let prefix = format!("{kind}/{}/", self.sn);
                let there = if kind == "zone" { &self.told.zones } else { &self.told.objects };
                let limit = self.server.config.limits.objects.saturating_mul(2);
                for (id, _) in self.server.store.scan::<serde::de::IgnoredAny>(&prefix, None, limit).await? {
                    if !there.contains(&ids::short_hash(&id)) {
                        self.batch.delete(format!("{prefix}{id}"));
                        if let Some(more) = more {
                            self.batch.delete(format!("{more}/{}/{id}", self.sn));
                        }
                    }
                }
            }
            self.batch.note(Note::Synchronised { sn: self.sn.clone() });
        } else {
            tracing::warn!(sn = self.sn, complete, faulty = self.told.faulty, "not everything that the host has is known");
            self.told.objects.extend_from_slice(&self.told.known);
        }
        let mut known = std::mem::take(&mut self.told.objects);
        known.sort_unstable();
        known.dedup();
        let Told { asking, asked_at, .. } = self.told;
        self.told = Told { known: known.into(), asking, asked_at, ..Told::default() };
        // Commands and schedules go to the addresses that the objects have now: these are in the store first.
        self.server.store.commit(std::mem::take(&mut self.batch)).await?;
        self.commands.look = true;
        self.schedules.send_all();
        Ok(())
    }

    /// Whether everything should be asked for now. Not too often: what is wanted in between waits.
    pub(super) fn wants_all(&mut self) -> bool {
        if !self.told.asking || self.told.syncing {
            return false;
        }
        let now = self.server.clock.millis();
        let wait = self.told.asked_at.map_or(0, |at| at.saturating_add(ASK_AGAIN).saturating_sub(now));
        if wait > 0 {
            self.retry_in(wait);
            return false;
        }
        self.told.asked_at = Some(now);
        true
    }

    /// Everything is asked for again.
    pub(super) fn begin_again(&mut self) {
        self.told.zones.clear();
        self.told.objects.clear();
        (self.told.syncing, self.told.faulty, self.told.asking) = (true, false, false);
    }
}
