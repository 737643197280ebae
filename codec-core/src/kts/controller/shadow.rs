//! The copy of what tasks a host should have: the host cannot list them.

use super::*;
use crate::kts::records::TaskReply;
use crate::kts::task::{Days, TaskFlag};
use crate::kts::writer::FrameWriter;
use crate::kts::{ActionInfo, TaskInfo, TimeOfDay};

impl TaskSlot {
    /// A place that holds a task, to be sent when the host registers next. For tasks that are changed while there is no connection.
    ///
    /// # Errors
    /// [`EncodeError`] if the flag is none of the document's, an action cannot be written, or a text is too long: 16 bytes for the id and the
    /// zone, 48 for the name, 120 for the actions as they are written.
    pub fn keep(task: &TaskInfo<'_>) -> Result<Self, EncodeError> {
        fn short<const N: usize>(field: &'static str, text: &str) -> Result<Short<N>, EncodeError> {
            let number = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
            Short::of(text).ok_or(EncodeError::OutOfRange { field, min: 0, max: number(N), found: number(text.len()) })
        }
        task.actions.iter().try_for_each(crate::kts::encode::check)?;
        let mut room = [0; 120];
        let len = write_actions(task.actions, &mut room);
        let too_long = EncodeError::OutOfRange { field: "action", min: 0, max: 120, found: u32::try_from(len).unwrap_or(u32::MAX) };
        let actions = room.get(..len).and_then(|text| core::str::from_utf8(text).ok()).and_then(Short::of).ok_or(too_long)?;
        Ok(Self {
            id: short("id", task.id)?,
            name: short("name", task.name)?,
            room: short("room", task.room)?,
            actions,
            days: task.days,
            minutes: task.time.minutes(),
            used: true,
            enabled: match task.flag {
                TaskFlag::Enable => true,
                TaskFlag::Disable | TaskFlag::Delete => false,
                TaskFlag::Other(_) => return Err(EncodeError::Missing { field: "flag" }),
            },
            dead: task.flag == TaskFlag::Delete,
            owed: true,
        })
    }
}

/// `1=2/3/4=0,1=2/3/5=1`. Gives the length, which may be beyond the room.
fn write_actions(actions: &[ActionInfo<'_>], room: &mut [u8]) -> usize {
    let mut len = 0_usize;
    let mut put = |bytes: &[u8]| {
        let to = len.saturating_add(bytes.len());
        crate::text::copy(room.get_mut(len..to).unwrap_or_default(), bytes);
        len = to;
    };
    for (at, action) in actions.iter().enumerate() {
        if at > 0 {
            put(b",");
        }
        let mut digits = [0; 10];
        put(asking::decimal(action.eis.into(), &mut digits).as_bytes());
        let address = action.address;
        for (before, level) in [("=", address.main()), ("/", address.middle()), ("/", address.sub())] {
            put(before.as_bytes());
            put(asking::decimal(level.into(), &mut digits).as_bytes());
        }
        put(b"=");
        put(action.value.as_bytes());
    }
    len
}

impl Controller<'_> {
    /// Where a task goes in the table, and what goes there. `None` without a table.
    pub(super) fn place(&self, task: &TaskInfo<'_>) -> Result<Option<(usize, TaskSlot)>, Refused> {
        let tasks = &self.flat.tables.tasks;
        if tasks.is_empty() {
            return Ok(None);
        }
        let kept = TaskSlot::keep(task)?;
        let same = tasks.iter().position(|slot| slot.used && slot.id == kept.id);
        let at = same.or_else(|| tasks.iter().position(|slot| !slot.used));
        let limit = u32::try_from(tasks.len()).unwrap_or(u32::MAX);
        Ok(Some((at.ok_or(Refused::TooManyPending { limit })?, kept)))
    }

    /// The next task that the host has not confirmed.
    pub(super) fn next_task(&self) -> Option<usize> {
        if self.tasks_stopped {
            return None;
        }
        self.flat.tables.tasks.iter().position(|slot| slot.used && slot.owed)
    }

    pub(super) fn send_task(&mut self, at: usize, tx: &mut TxBuf<'_>) -> Result<(), Refused> {
        let Some(task) = self.flat.tables.tasks.get(at) else { return Ok(()) };
        let mut writer = FrameWriter::new(tx.spare(), self.memory.sn.as_str(), "timing");
        writer.open_data();
        writer.text("tid", task.id.as_str());
        writer.text("tname", task.name.as_str());
        writer.text("oRoom", task.room.as_str());
        let flag = match (task.dead, task.enabled) {
            (true, _) => TaskFlag::Delete,
            (false, true) => TaskFlag::Enable,
            (false, false) => TaskFlag::Disable,
        };
        writer.word("flag", flag.text());
        let (hour, minute) = (task.minutes / 60, task.minutes % 60);
        let digit = |value: u16| u8::try_from(value).map_or(b'0', |value| b'0'.saturating_add(value));
        let time = [digit(hour / 10), digit(hour % 10), b':', digit(minute / 10), digit(minute % 10)];
        writer.text("time", core::str::from_utf8(&time).unwrap_or_default());
        writer.text("action", task.actions.as_str());
        writer.open_text("repeat");
        for day in Days::iter(task.days) {
            writer.digits(day.into());
            writer.part(",");
        }
        writer.close_text();
        writer.close_object();
        let len = writer.finish().map_err(|error| no_room(error, tx))?;
        tx.advance(len);
        self.wrote = true;
        self.task = Some(at);
        Ok(())
    }

    /// The host has answered to a task.
    pub(super) fn task_answered(&mut self, reply: &TaskReply<'_>) {
        let outcome = match reply.error.map(|error| error.number()) {
            _ if reply.is_ok() => Outcome::Confirmed,
            Some(Some(code)) => Outcome::Refused(code),
            _ => Outcome::Unclear,
        };
        let Some(own) = self.requests.settle(Kind::Timing, outcome) else { return };
        let Some(slot) = self.task.take().and_then(|at| self.flat.tables.tasks.get_mut(at)) else { return };
        let refused = matches!(outcome, Outcome::Refused(_));
        slot.owed = false;
        if own && refused && !slot.dead {
            self.news.task_refused = Some(slot.id);
        }
        // What the host does not know need not be deleted.
        if slot.dead && outcome != Outcome::Unclear {
            *slot = TaskSlot::default();
        }
    }
}

impl TaskSlot {
    /// When it runs.
    #[must_use]
    pub const fn time(&self) -> Option<TimeOfDay> {
        TimeOfDay::new((self.minutes / 60) as u8, (self.minutes % 60) as u8)
    }
}
