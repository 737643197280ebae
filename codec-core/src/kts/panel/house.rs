//! What a host has: objects with values, tasks, a key.

use crate::home::{AlarmKind, Notice, Source};
use crate::kts::encode::ObjectInfo;
use crate::kts::short::put_text;
use crate::kts::task::{Days, Task, TaskFlag};
use crate::kts::{Action, ActionForm, Actions, Short};
use crate::secret::Secret;
use crate::text::json::Text;

/// An object and its value.
#[derive(Clone, Copy, Debug)]
pub struct ObjectState<'b> {
    /// What it is.
    pub info: ObjectInfo<'b>,
    pub(crate) value: Short<16>,
    pub(crate) known: bool,
    /// The value is to be pushed.
    pub(crate) dirty: bool,
    /// The change is to be told to the caller.
    pub(crate) told: bool,
}

impl<'b> ObjectState<'b> {
    /// An object whose value was not read yet.
    #[must_use]
    pub const fn new(info: ObjectInfo<'b>) -> Self {
        Self { info, value: Short::EMPTY, known: false, dirty: false, told: true }
    }

    /// The same with a value of up to 16 bytes; longer ones leave it unread.
    #[must_use]
    pub fn with_value(mut self, value: &str) -> Self {
        if let Some(value) = Short::of(value) {
            (self.value, self.known) = (value, true);
        }
        self
    }

    /// The value; `None` while it was not read.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        self.known.then(|| self.value.as_str())
    }

    /// Sets the value; a new one is pushed.
    pub(crate) fn set(&mut self, value: Option<Short<16>>) {
        let (value, known) = (value.unwrap_or(Short::EMPTY), value.is_some());
        let changed = (self.value, self.known) != (value, known);
        (self.value, self.known) = (value, known);
        self.dirty |= changed;
        self.told &= !changed;
    }

    /// The change in words that all panels share.
    pub(crate) fn notice(&self) -> Option<Notice> {
        let number = Text::new(self.info.id).number()?;
        let on = match self.value()? {
            "0" => false,
            "1" => true,
            _ => return None,
        };
        match (self.info.eis, self.info.device) {
            (1, 9) => Some(Notice::Alarm { kind: AlarmKind::Intrusion, source: Source::Device(number), active: on }),
            (1, _) => Some(Notice::Output { output: number, on }),
            _ => None,
        }
    }
}

/// A task that a server has left here.
#[derive(Clone, Copy, Debug, Default)]
pub struct TaskState {
    pub(crate) id: Short<16>,
    pub(crate) name: Short<48>,
    pub(crate) room: Short<16>,
    pub(crate) actions: Short<120>,
    pub(crate) days: Days,
    pub(crate) minutes: u16,
    pub(crate) used: bool,
    pub(crate) enabled: bool,
    /// It is forgotten when the server has been told.
    pub(crate) dead: bool,
    /// It has run, which is to be told to the caller.
    pub(crate) ran: bool,
}

impl TaskState {
    /// Id of the task, or `None` while the place is free.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.used.then(|| self.id.as_str())
    }

    /// Whether it runs.
    #[must_use]
    pub const fn is_enabled(&self) -> bool {
        self.used && self.enabled
    }

    /// Keeps a task that can be run: with an id, a time unless it is to be forgotten, and texts that fit. After `false` it holds nothing of use.
    pub(crate) fn keep(&mut self, task: &Task<'_>) -> bool {
        (self.enabled, self.dead) = match task.flag {
            Some(TaskFlag::Enable) => (true, false),
            Some(TaskFlag::Disable) => (false, false),
            Some(TaskFlag::Delete) => (false, true),
            _ => return false,
        };
        match task.time_of_day() {
            Some(time) => self.minutes = time.minutes(),
            None if self.dead => {}
            None => return false,
        }
        let texts = [
            (self.id.parts(), task.id),
            (self.name.parts(), task.name),
            (self.room.parts(), task.room),
            (self.actions.parts(), task.actions.map(Actions::text)),
        ];
        for ((room, len), text) in texts {
            match put_text(room, text) {
                Some(found) => *len = found,
                None => return false,
            }
        }
        (self.days, self.used) = (task.days(), true);
        !self.id.is_empty()
    }

    /// Whether it runs in that minute since 1970, local time.
    pub(crate) fn is_due(&self, minute: u32) -> bool {
        // The first day was a Thursday.
        let day = u8::try_from((minute / 1440).wrapping_add(3) % 7).unwrap_or(0).saturating_add(1);
        self.used && self.enabled && minute % 1440 == u32::from(self.minutes) && self.days.contains(day)
    }
}

/// Key and domain of a host. They outlive the connection, and change when a server says so.
#[derive(Clone, Copy)]
pub struct Credentials {
    key: Short<64>,
    domain: Short<96>,
}

impl Credentials {
    /// A key of 1 to 64 bytes and a domain of up to 96; `None` if one is of another length.
    #[must_use]
    pub fn new(key: Secret<&str>, domain: &str) -> Option<Self> {
        let key = Short::of(key.expose()).filter(|key| !key.is_empty())?;
        Some(Self { key, domain: Short::of(domain)? })
    }

    /// Takes a new key, and a new domain if there is one. After `false`, where one is of another length, they are of no use.
    pub(crate) fn change(&mut self, key: Option<Secret<Text<'_>>>, domain: Option<Text<'_>>) -> bool {
        let texts = [(self.key.parts(), key.map(|key| *key.expose())), (self.domain.parts(), domain)];
        for ((room, len), text) in texts.into_iter().filter(|(_, text)| text.is_some()) {
            match put_text(room, text) {
                Some(found) => *len = found,
                None => return false,
            }
        }
        key.is_some() && !self.key.is_empty()
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> Secret<&str> {
        Secret::new(self.key.as_str())
    }

    /// Where the host dials.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.domain.as_str()
    }
}

impl core::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Credentials").field("key", &self.key()).field("domain", &self.domain).finish()
    }
}

/// Carries out an action. Whether an object has the address and takes values of the type.
pub(crate) fn act(objects: &mut [ObjectState<'_>], action: &Action<'_>) -> bool {
    let Some(value) = Short::of_text(action.value) else { return false };
    let mut found = false;
    for object in objects.iter_mut().filter(|object| takes(object, action)) {
        object.set(Some(value));
        found = true;
    }
    found
}

/// Whether an action is for an object.
pub(crate) fn takes(object: &ObjectState<'_>, action: &Action<'_>) -> bool {
    object.info.write == Some(action.address) && object.info.eis == action.eis
}

/// The actions of a task.
pub(crate) fn actions(task: &TaskState) -> Actions<'_> {
    let actions = |text| Actions::from_text(Text::new(text), ActionForm::Timing);
    actions(task.actions.as_str()).unwrap_or(Actions::checked(Text::new(""), ActionForm::Timing))
}
