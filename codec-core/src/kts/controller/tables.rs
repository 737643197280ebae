//! What a controller knows of a flat, in tables of the caller's.

use crate::error::{Fault, FaultKind};
use crate::home::{AlarmKind, Notice, Source};
use crate::kts::short::replace;
use crate::kts::{DeviceType, GroupAddress, Object, Short, Update, Zone};
use crate::text::json::Text;

/// A zone of the host.
#[derive(Clone, Copy, Debug, Default)]
pub struct ZoneSlot {
    id: Short<16>,
    used: bool,
    /// Told in the answer that is coming in.
    seen: bool,
    /// Its objects are to be asked for.
    todo: bool,
    /// One of its objects has no value yet.
    unread: bool,
    tries: u8,
}

impl ZoneSlot {
    /// Id of the zone, or `None` while the place is free.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.used.then(|| self.id.as_str())
    }
}

/// An object of the host and its last value.
#[derive(Clone, Copy, Debug, Default)]
pub struct ObjectSlot {
    id: Short<16>,
    value: Short<16>,
    write: Option<GroupAddress>,
    eis: u16,
    device: u8,
    used: bool,
    known: bool,
    changed: bool,
}

impl ObjectSlot {
    /// Id of the object, or `None` while the place is free.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.used.then(|| self.id.as_str())
    }

    /// The last value; `None` while the host has not told one.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        self.known.then(|| self.value.as_str())
    }

    /// Type of the value.
    #[must_use]
    pub const fn eis(&self) -> u16 {
        self.eis
    }

    /// Kind of device, as its number on the wire; 0 if it is no number.
    #[must_use]
    pub const fn device(&self) -> u8 {
        self.device
    }

    pub(crate) const fn write(&self) -> Option<GroupAddress> {
        self.write
    }

    fn set(&mut self, value: Option<Short<16>>) {
        // What was read once stays until there is a new value.
        if let Some(value) = value {
            self.changed |= !self.known || self.value != value;
            self.value = value;
            self.known = true;
        }
    }
}

/// A task that the host should have.
#[derive(Clone, Copy, Debug, Default)]
pub struct TaskSlot {
    pub(crate) id: Short<16>,
    pub(crate) name: Short<48>,
    pub(crate) room: Short<16>,
    /// As they are written, escapes included.
    pub(crate) actions: Short<120>,
    pub(crate) days: crate::kts::Days,
    pub(crate) minutes: u16,
    pub(crate) used: bool,
    pub(crate) enabled: bool,
    /// It is to be deleted.
    pub(crate) dead: bool,
    /// The host has not confirmed it since it registered.
    pub(crate) owed: bool,
}

impl TaskSlot {
    /// Id of the task, or `None` while the place is free.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.used.then(|| self.id.as_str())
    }

    /// Whether the host has still to confirm it.
    #[must_use]
    pub const fn is_owed(&self) -> bool {
        self.used && self.owed
    }
}

/// The tables. An empty one means that the caller keeps such things elsewhere; one that is too small is told as
/// [`FaultKind::TableFull`], once.
#[derive(Debug, Default)]
pub struct Tables<'b> {
    /// One place for each zone, 22 bytes. Without it all objects are asked for at once, which is for small flats only.
    pub zones: &'b mut [ZoneSlot],
    /// One place for each object, 44 bytes. Needed for [`Command::Set`](super::Command::Set) and notices.
    pub objects: &'b mut [ObjectSlot],
    /// One place for each task, 212 bytes. They outlive the connection: hand the table to the next controller of the same host.
    pub tasks: &'b mut [TaskSlot],
}

const ZONES_FULL: u8 = 1;
const OBJECTS_FULL: u8 = 2;
/// For texts that are too long for a table.
const LONG: u8 = 4;

/// Tables and what is left to be done with them.
#[derive(Debug)]
pub(crate) struct Flat<'b> {
    pub(crate) tables: Tables<'b>,
    full: u8,
    changed: bool,
    /// All objects are to be asked for at once.
    all_todo: bool,
    all_unread: bool,
    all_tries: u8,
}

impl<'b> Flat<'b> {
    /// Zones and objects of another connection are forgotten, tasks are not.
    pub(crate) fn new(tables: Tables<'b>) -> Self {
        tables.zones.fill(ZoneSlot::default());
        tables.objects.fill(ObjectSlot::default());
        Self { tables, full: 0, changed: false, all_todo: false, all_unread: false, all_tries: 0 }
    }

    fn full(&mut self, bit: u8, limit: usize) -> Option<Fault> {
        if limit == 0 || self.full & bit != 0 {
            return None;
        }
        self.full |= bit;
        Some(Fault::new(FaultKind::TableFull { limit: u32::try_from(limit).unwrap_or(u32::MAX) }, 0))
    }

    pub(crate) fn zone(&mut self, zone: &Zone<'_>) -> Option<Fault> {
        let limit = self.tables.zones.len();
        let id = zone.id.filter(|id| !id.is_empty())?;
        let Some(id) = Short::of_text(id) else { return self.full(LONG, 16) };
        match self.tables.zones.iter_mut().find(|slot| !slot.used || slot.id == id) {
            Some(slot) => {
                (slot.id, slot.used, slot.seen) = (id, true, true);
                None
            }
            None => self.full(ZONES_FULL, limit),
        }
    }

    /// The zones are being asked for.
    pub(crate) fn begin_zones(&mut self) {
        self.tables.zones.iter_mut().for_each(|slot| slot.seen = false);
    }

    /// The zones are known: all of them are to be asked.
    pub(crate) fn zones_end(&mut self) {
        // Used places stand in front, as they are looked for.
        let zones = &mut *self.tables.zones;
        let mut kept = 0_usize;
        for at in 0..zones.len() {
            let Some((front, [slot, ..])) = zones.split_at_mut_checked(at) else { break };
            if slot.seen {
                if let Some(place) = front.get_mut(kept) {
                    replace(place, slot);
                }
                kept = kept.saturating_add(1);
            }
        }
        for (at, slot) in zones.iter_mut().enumerate() {
            if at < kept {
                (slot.seen, slot.todo, slot.unread, slot.tries) = (false, true, false, 0);
            } else {
                *slot = ZoneSlot::default();
            }
        }
        self.all_todo = !self.tables.zones.iter().any(|slot| slot.used);
        (self.all_unread, self.all_tries) = (false, 0);
    }

    pub(crate) fn object(&mut self, object: &Object<'_>, asked: Option<usize>) -> Option<Fault> {
        if object.value.is_none() {
            match asked.and_then(|at| self.tables.zones.get_mut(at)) {
                Some(slot) => slot.unread = true,
                None => self.all_unread = true,
            }
        }
        let limit = self.tables.objects.len();
        if limit == 0 {
            return None;
        }
        let id = object.id.filter(|id| !id.is_empty())?;
        let Some(id) = Short::of_text(id) else { return self.full(LONG, 16) };
        let Some(slot) = self.tables.objects.iter_mut().find(|slot| !slot.used || slot.id == id) else {
            return self.full(OBJECTS_FULL, limit);
        };
        (slot.id, slot.used, slot.write) = (id, true, object.write);
        slot.eis = object.eis_number().unwrap_or(0);
        slot.device = object.device.and_then(DeviceType::number).and_then(|device| u8::try_from(device).ok()).unwrap_or(0);
        self.changed = true;
        match object.value.map(Short::of_text) {
            Some(None) => self.full(LONG, 16),
            value => {
                slot.set(value.flatten());
                None
            }
        }
    }

    pub(crate) fn update(&mut self, update: &Update<'_>) -> Option<Fault> {
        let id = update.id.and_then(Short::<16>::of_text)?;
        // One that no answer has told has no address and no device: it comes with the answer.
        let slot = self.tables.objects.iter_mut().find(|slot| slot.used && slot.id == id)?;
        self.changed = true;
        match update.value.map(Short::of_text) {
            Some(None) => self.full(LONG, 16),
            value => {
                slot.set(value.flatten());
                None
            }
        }
    }

    pub(crate) fn find(&self, id: &str) -> Option<&ObjectSlot> {
        self.tables.objects.iter().find(|slot| slot.used && slot.id.as_str() == id)
    }

    /// The next zone to be asked for: its place, or `None` within for all zones at once.
    pub(crate) fn next_todo(&self) -> Option<Option<usize>> {
        if self.all_todo {
            return Some(None);
        }
        self.tables.zones.iter().position(|slot| slot.used && slot.todo).map(Some)
    }

    pub(crate) fn zone_id(&self, at: Option<usize>) -> Option<Short<16>> {
        at.and_then(|at| self.tables.zones.get(at)).map(|slot| slot.id)
    }

    /// A zone is being asked for.
    pub(crate) fn asked(&mut self, at: Option<usize>) {
        match at.and_then(|at| self.tables.zones.get_mut(at)) {
            Some(slot) => (slot.todo, slot.unread, slot.tries) = (false, false, slot.tries.saturating_add(1)),
            None => (self.all_todo, self.all_unread, self.all_tries) = (false, false, self.all_tries.saturating_add(1)),
        }
    }

    /// How often a zone was asked for.
    pub(crate) fn tries(&self, at: Option<usize>) -> u8 {
        at.and_then(|at| self.tables.zones.get(at)).map_or(self.all_tries, |slot| slot.tries)
    }

    /// A zone is to be asked for again.
    pub(crate) fn again(&mut self, at: Option<usize>) {
        match at.and_then(|at| self.tables.zones.get_mut(at)) {
            Some(slot) => slot.todo = true,
            None => self.all_todo = true,
        }
    }

    pub(crate) fn forget_todo(&mut self) {
        self.tables.zones.iter_mut().for_each(|slot| slot.todo = false);
        self.all_todo = false;
    }

    /// Whether a zone with unread values may be asked for again.
    pub(crate) fn has_unread(&self, tries: u8) -> bool {
        self.all_unread && self.all_tries <= tries || self.tables.zones.iter().any(|slot| slot.used && slot.unread && slot.tries <= tries)
    }

    /// They are all to be asked for again.
    pub(crate) fn ask_unread(&mut self, tries: u8) {
        for slot in self.tables.zones.iter_mut().filter(|slot| slot.used && slot.unread && slot.tries <= tries) {
            slot.todo = true;
        }
        self.all_todo |= self.all_unread && self.all_tries <= tries;
    }

    pub(crate) const fn has_notice(&self) -> bool {
        self.changed
    }

    /// Takes out the next change that has a word for all panels: switches are outputs, the signal of a security device is an alarm.
    pub(crate) fn next_notice(&mut self) -> Option<Notice> {
        if !self.changed {
            return None;
        }
        for slot in self.tables.objects.iter_mut().filter(|slot| slot.changed) {
            slot.changed = false;
            let Some(number) = Text::new(slot.id.as_str()).number() else { continue };
            let on = match slot.value.as_str() {
                "0" => false,
                "1" => true,
                _ => continue,
            };
            let security = DeviceType::Security.number() == Some(slot.device.into());
            match (slot.eis, security) {
                (1, true) => return Some(Notice::Alarm { kind: AlarmKind::Intrusion, source: Source::Device(number), active: on }),
                (1, false) => return Some(Notice::Output { output: number, on }),
                _ => {}
            }
        }
        self.changed = false;
        None
    }
}
