//! What there is in the flat of a simulated host.

use codec_core::kts::panel::ObjectState;
use codec_core::kts::{GroupAddress, ObjectInfo, ZoneInfo};

/// A zone of a flat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HouseZone {
    /// Identifies the zone.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// The zone it is a part of.
    pub parent: Option<String>,
    /// Icon, as `@bedroom`.
    pub icon: String,
}

/// An object of a flat, and the value it begins with. With the zones, [`ObjectInfo`] has what the members mean.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are those of ObjectInfo")]
pub struct HouseObject {
    pub id: String,
    pub eis: u16,
    pub name: String,
    pub room: String,
    pub device: u8,
    pub write: Option<GroupAddress>,
    pub status: Option<GroupAddress>,
    /// The value at the beginning; `None` for not read yet.
    pub value: Option<String>,
    pub icon: String,
}

/// A flat.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct House {
    /// The zones.
    pub zones: Vec<HouseZone>,
    /// The objects, of all zones.
    pub objects: Vec<HouseObject>,
}

/// What stands in a zone: name, device, EIS, first value, icon. The document's types, one of each.
type Thing = (&'static str, u8, u16, &'static str, &'static str);
const THINGS: [Thing; 16] = [
    ("Ceiling light", 1, 1, "0", "@light"),
    ("Dimmer", 1, 6, "128", "@light"),
    ("Curtain", 2, 6, "255", "@curtain"),
    ("Room temperature", 3, 60, NOT_READ, "@temperature"),
    ("Air conditioning", 3, 1, "0", "@ac"),
    ("Set temperature", 3, 5, "21.5", "@ac"),
    ("Mode", 3, 61, "0", "@ac"),
    ("Fan", 3, 62, "0", "@ac"),
    ("Floor heating", 4, 1, "0", "@heating"),
    ("Fresh air", 5, 1, "1", "@air"),
    ("Fine dust", 5, 51, "12", "@air"),
    ("Carbon dioxide", 5, 52, "620", "@air"),
    ("Scene", 6, 6, "0", "@scene"),
    ("Blind", 2, 1, "0", "@curtain"),
    ("Colour temperature", 1, 222, "4000", "@light"),
    ("Alarm", 9, 1, "0", "@security"),
];
const ROOMS: [(&str, &str); 6] = [
    ("Living room", "@livingroom"),
    ("Bedroom", "@bedroom"),
    ("Kitchen", "@kitchen"),
    ("Bathroom", "@bathroom"),
    ("Study", "@study"),
    ("Hall", "@hall"),
];
const NOT_READ: &str = "-1";

impl House {
    /// Five zones with four objects each.
    #[must_use]
    pub fn new() -> Self {
        Self::with_zones(5, 4)
    }

    /// So many zones and so many objects in each. Objects are numbered from 1 and named after what they are; there are group addresses for
    /// the first 32,768 of them.
    #[must_use]
    pub fn with_zones(zones: u16, objects: u16) -> Self {
        let mut house = Self::default();
        for (zone, (name, icon)) in (1..=zones).zip(ROOMS.iter().cycle()) {
            let round = (usize::from(zone) - 1) / ROOMS.len();
            let name = if round == 0 { (*name).to_owned() } else { format!("{name} {}", round + 1) };
            let id = zone.to_string();
            house.zones.push(HouseZone { id: id.clone(), name, parent: None, icon: (*icon).to_owned() });
            for (place, (name, device, eis, value, icon)) in (0..objects).zip(THINGS.iter().cycle()) {
                let number = u32::from(zone - 1) * u32::from(objects) + u32::from(place);
                let round = usize::from(place) / THINGS.len();
                house.objects.push(HouseObject {
                    id: (number + 1).to_string(),
                    eis: *eis,
                    name: if round == 0 { (*name).to_owned() } else { format!("{name} {}", round + 1) },
                    room: id.clone(),
                    device: *device,
                    write: address(number, 0),
                    status: address(number, 16),
                    value: (*value != NOT_READ).then(|| (*value).to_owned()),
                    icon: (*icon).to_owned(),
                });
            }
        }
        house
    }

    pub(super) fn zone_infos(&self) -> Vec<ZoneInfo<'_>> {
        self.zones.iter().map(HouseZone::info).collect()
    }

    pub(super) fn object_states(&self) -> Vec<ObjectState<'_>> {
        self.objects.iter().map(HouseObject::state).collect()
    }
}

impl HouseZone {
    fn info(&self) -> ZoneInfo<'_> {
        ZoneInfo { id: &self.id, name: &self.name, parent: self.parent.as_deref(), icon: &self.icon }
    }
}

impl HouseObject {
    fn state(&self) -> ObjectState<'_> {
        let state = ObjectState::new(ObjectInfo {
            id: &self.id,
            eis: self.eis,
            name: &self.name,
            room: &self.room,
            device: self.device,
            write: self.write,
            status: self.status,
            third: None,
            group: "",
            icon: &self.icon,
        });
        match &self.value {
            Some(value) => state.with_value(value),
            None => state,
        }
    }
}

/// The address of an object from its number; `main` is added to the first level.
fn address(number: u32, main: u8) -> Option<GroupAddress> {
    let main = u8::try_from(number >> 11).ok().filter(|level| *level < 16)? + main;
    GroupAddress::new(main, (number >> 8 & 7) as u8, (number & 255) as u8)
}
