//! The copy of what tasks a host should have: the host cannot list them.

use super::*;
use crate::kts::encode::{check, close_task, open_task, write_actions, write_task};
use crate::kts::records::TaskReply;
use crate::kts::short::put;
use crate::kts::task::TaskFlag;
use crate::kts::{TaskInfo, TimeOfDay};

impl TaskSlot {
    /// A place that holds a task, to be sent when the host registers next. For tasks that are changed while there is no connection.
    ///
    /// # Errors
    /// [`EncodeError`] if the flag is none of the document's, an action cannot be written, or a text is too long: 16 bytes for the id and the
    /// zone, 48 for the name, 120 for the actions as they are written.
    pub fn keep(task: &TaskInfo<'_>) -> Result<Self, EncodeError> {
        Self::check(task)?;
        let mut kept = Self::default();
        kept.fill(task);
        Ok(kept)
    }

    /// Whether a task can be kept.
    fn check(task: &TaskInfo<'_>) -> Result<(), EncodeError> {
        task.actions.iter().try_for_each(check)?;
        let mut writer = FrameWriter::resume(&mut [], 0, false);
        write_actions(&mut writer, task.actions);
        let lengths =
            [("action", 120, writer.len()), ("id", 16, task.id.len()), ("name", 48, task.name.len()), ("room", 16, task.room.len())];
        for (field, max, found) in lengths {
            if found > max {
                return Err(EncodeError::OutOfRange { field, min: 0, max: number(max), found: number(found) });
            }
        }
        match task.flag {
            TaskFlag::Other(_) => Err(EncodeError::Missing { field: "flag" }),
            _ => Ok(()),
        }
    }

    /// Keeps a task that was checked.
    fn fill(&mut self, task: &TaskInfo<'_>) {
        (self.days, self.minutes, self.used, self.owed) = (task.days, task.time.minutes(), true, true);
        (self.enabled, self.dead) = (task.flag == TaskFlag::Enable, task.flag == TaskFlag::Delete);
        let (room, len) = self.actions.parts();
        let mut writer = FrameWriter::resume(room, 0, false);
        write_actions(&mut writer, task.actions);
        *len = u8::try_from(writer.len()).unwrap_or(0);
        for ((room, len), text) in [(self.id.parts(), task.id), (self.name.parts(), task.name), (self.room.parts(), task.room)] {
            *len = put(room, text).unwrap_or(0);
        }
    }
}

fn number(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

impl Controller<'_> {
    /// Sends a task, and keeps it if there is a table.
    pub(super) fn keep_task(&mut self, task: &TaskInfo<'_>, tx: &mut TxBuf<'_>) -> Result<(), Refused> {
        let tasks = &self.flat.tables.tasks;
        let limit = number(tasks.len());
        if limit != 0 {
            TaskSlot::check(task)?;
        }
        let same = tasks.iter().position(|slot| slot.used && slot.id.as_str() == task.id);
        let at = same.or_else(|| tasks.iter().position(|slot| !slot.used));
        if limit != 0 && at.is_none() {
            return Err(Refused::TooManyPending { limit });
        }
        let mut writer = self.begin(const { Verb::Timing.text() }, tx);
        let written = write_task(&mut writer, task).and_then(|()| writer.finish());
        self.end(written, tx)?;
        if let Some(slot) = at.and_then(|at| self.flat.tables.tasks.get_mut(at)) {
            slot.fill(task);
        }
        self.task = at;
        Ok(())
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
        let flag = match (task.dead, task.enabled) {
            (true, _) => TaskFlag::Delete,
            (false, true) => TaskFlag::Enable,
            (false, false) => TaskFlag::Disable,
        };
        let mut writer = self.begin(const { Verb::Timing.text() }, tx);
        open_task(&mut writer, [task.id.as_str(), task.name.as_str(), task.room.as_str()], flag, task.minutes);
        writer.word("action", Text::new(task.actions.as_str()));
        close_task(&mut writer, task.days);
        let written = writer.finish();
        self.end(written, tx)?;
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

#[cfg(test)]
mod tests {
    use std::string::String;

    use super::*;
    use crate::kts::{ActionInfo, Days, GroupAddress};

    fn keep(value: &str) -> Result<String, EncodeError> {
        let action = ActionInfo { eis: 1, address: GroupAddress::new(2, 3, 4).unwrap(), value };
        let time = TimeOfDay::new(9, 55).unwrap();
        let task = TaskInfo { id: "1", name: "x", room: "0", flag: TaskFlag::Enable, time, actions: &[action, action], days: Days::ALL };
        TaskSlot::keep(&task).map(|kept| kept.actions.as_str().into())
    }

    #[test]
    fn actions_are_kept_as_they_are_written() {
        assert_eq!(keep("0").as_deref(), Ok("1=2/3/4=0,1=2/3/4=0"));
        assert_eq!(keep("a\"é").as_deref(), Ok(r#"1=2/3/4=a\"é,1=2/3/4=a\"é"#));
        // 120 bytes need 51 in each value, less the comma.
        assert!(keep(&"x".repeat(51)).is_ok());
        let found = Err(EncodeError::OutOfRange { field: "action", min: 0, max: 120, found: 121 });
        assert_eq!(keep(&"x".repeat(52)), found);
    }
}
