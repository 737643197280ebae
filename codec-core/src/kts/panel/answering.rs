//! What a host answers, and in which pieces.

use super::*;
use crate::kts::address::Action;
use crate::kts::encode::{
    UpdateInfo, close_task, decimal, open_task, write_error, write_object, write_registration, write_update, write_zone,
};
use crate::kts::records::{Query, Settings};
use crate::kts::short::replace;
use crate::kts::task::{Task, TaskFlag};
use crate::kts::wire::{Body, Frame, MAX_FRAME, unwrap_data};
use crate::kts::writer::FrameWriter;

/// An answer that is being written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owed {
    Nothing,
    Register,
    Keepalive,
    Control(u8),
    Configure(u8),
    /// The task at this place, repeated.
    Task(usize),
    TaskFailed,
    List(ListOut),
}

/// A list that is being written record by record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ListOut {
    zones: bool,
    /// `None` for all.
    room: Option<Short<16>>,
    /// Place of the next record; `None` before the head.
    next: Option<usize>,
    /// Bytes written.
    written: usize,
    comma: bool,
}

impl Panel<'_> {
    /// The next thing that the server sends.
    pub(super) fn read(&mut self, env: &Env, rx: &mut RxBuf<'_>) -> Option<Slot> {
        loop {
            match self.memory.reader.next(rx, self.config.order, Some(self.config.sn)) {
                Step::Wait => return None,
                Step::Fault(fault) => return Some(Slot::Fault(fault)),
                Step::Record(..) => {}
                Step::End(list) => return Some(Slot::Refused(list.verb(), Refusal::NotARequest)),
                Step::Frame(len) => return Some(self.frame(len, env.now, rx)),
            }
        }
    }

    /// A frame that is no list.
    fn frame(&mut self, len: usize, now: Instant, rx: &mut RxBuf<'_>) -> Slot {
        loop {
            let fault = match decode_ref(rx.unread().get(..len).unwrap_or_default(), self.config.order) {
                Ok(frame) => return self.take(&frame, len, now),
                Err(fault) => fault,
            };
            if !unwrap_data(rx.unread_mut().get_mut(..len).unwrap_or_default(), self.config.order) {
                return Slot::Fault(fault);
            }
        }
    }

    /// What follows from it. Not inlined: what it says is large, and not on the stack while the next is read.
    #[inline(never)]
    fn take(&mut self, frame: &Frame<'_>, len: usize, now: Instant) -> Slot {
        if frame.sn() != *self.config.sn {
            return Slot::Fault(Fault::new(FaultKind::OtherSerial, 0));
        }
        let body = frame.body();
        if !self.registered && !matches!(body, Body::RegisterReply(_)) {
            return Slot::Fault(Fault::new(FaultKind::NotRegistered, 0));
        }
        self.last_heard = now;
        self.obey(&body, now);
        Slot::Frame(len)
    }

    fn refuse(&mut self, verb: Verb<'static>, refusal: Refusal) {
        self.refusal = Some((verb, refusal));
    }

    fn obey(&mut self, body: &Body<'_>, now: Instant) {
        match *body {
            Body::RegisterReply(reply) if reply.is_ok() => {
                self.registered = true;
                self.timers.stop(Timer::Register as usize);
                self.timers.set(Timer::Keepalive as usize, now.plus_millis(self.config.keepalive_millis.into()));
            }
            Body::RegisterReply(_) => self.close(CloseReason::LoginRefused),
            Body::QueryZones(query) => self.list(true, query),
            Body::QueryObjects(query) => self.list(false, query),
            Body::Control(mut actions) => {
                let objects = &mut *self.tables.objects;
                let known = |action: &Action<'_>| {
                    Short::<16>::of_text(action.value).is_some() && objects.iter().any(|object| house::takes(object, action))
                };
                let all = actions.all(|action| known(&action));
                self.owed = Owed::Control(u8::from(!all));
                if all {
                    if let Body::Control(actions) = *body {
                        actions.for_each(|action| {
                            house::act(self.tables.objects, &action);
                        });
                    }
                } else {
                    self.refuse(Verb::Control, Refusal::UnknownAddress);
                }
            }
            Body::Configure(settings) => self.configure(&settings),
            Body::Timing(task) => self.task(&task),
            Body::Keepalive | Body::Unknown(_) => {}
            Body::Register(_) => self.refuse(Verb::Register, Refusal::NotARequest),
            Body::ControlReply(_) => self.refuse(Verb::ControlReply, Refusal::NotARequest),
            Body::ConfigureReply(_) => self.refuse(Verb::ConfigureReply, Refusal::NotARequest),
            Body::TimingReply(_) => self.refuse(Verb::TimingReply, Refusal::NotARequest),
            Body::Zones(_) | Body::Objects(_) | Body::Push(_) => {}
        }
    }

    fn configure(&mut self, settings: &Settings<'_>) {
        let mut new = *self.tables.credentials;
        let changed = self.config.accept_configure && new.change(settings.key, settings.domain);
        if changed {
            replace(self.tables.credentials, &new);
        }
        self.configured |= changed;
        self.owed = Owed::Configure(u8::from(!changed));
        if !changed {
            self.refuse(Verb::Configure, Refusal::BadKey);
        }
    }

    fn task(&mut self, task: &Task<'_>) {
        let mut kept = TaskState::default();
        let good = kept.keep(task);
        let tasks = &mut *self.tables.tasks;
        let same = tasks.iter().position(|slot| slot.used && slot.id == kept.id);
        let at = same.or_else(|| tasks.iter().position(|slot| !slot.used));
        let refusal = match at.and_then(|at| Some((at, tasks.get_mut(at)?))) {
            _ if !good => Refusal::BadTask,
            None => Refusal::TooManyTasks,
            Some((at, slot)) => {
                replace(slot, &kept);
                self.owed = Owed::Task(at);
                return;
            }
        };
        self.owed = Owed::TaskFailed;
        self.refuse(Verb::Timing, refusal);
    }

    /// Begins the answer to a query, if it is not too long.
    fn list(&mut self, zones: bool, query: Query<'_>) {
        let cmd = if zones { const { Verb::Zones.text() } } else { const { Verb::Objects.text() } };
        let room = match query.room.map(Short::of_text) {
            // No zone has a name of that length.
            Some(None) => Some(Short::EMPTY),
            room => room.flatten(),
        };
        let list = ListOut { zones, room, next: None, written: 0, comma: false };
        let mut writer = FrameWriter::new(&mut [], self.config.sn, cmd.raw());
        writer.open_list();
        (0..self.count(zones)).filter(|at| self.is_wanted(&list, *at)).for_each(|at| self.write_record(&mut writer, zones, at));
        writer.close_list();
        writer.close_object();
        if writer.len() > MAX_FRAME {
            self.refuse(if zones { Verb::QueryZones } else { Verb::QueryObjects }, Refusal::TooLarge);
        } else {
            self.owed = Owed::List(list);
        }
    }

    fn count(&self, zones: bool) -> usize {
        if zones { self.config.zones.len() } else { self.tables.objects.len() }
    }

    fn is_wanted(&self, list: &ListOut, at: usize) -> bool {
        let Some(room) = &list.room else { return true };
        let found = match list.zones {
            true => self.config.zones.get(at).map(|zone| zone.id),
            false => self.tables.objects.get(at).map(|object| object.info.room),
        };
        found == Some(room.as_str())
    }

    fn write_record(&self, writer: &mut FrameWriter<'_>, zones: bool, at: usize) {
        if zones {
            if let Some(zone) = self.config.zones.get(at) {
                write_zone(writer, zone);
            }
        } else if let Some(object) = self.tables.objects.get(at) {
            write_object(writer, &object.info, object.value());
        }
    }

    /// Writes what is owed, then changes. `false` if the transmit buffer has no room for all of it.
    pub(super) fn pay(&mut self, env: &Env, tx: &mut TxBuf<'_>) -> bool {
        loop {
            let paid = match self.owed {
                Owed::Nothing if self.closing.is_none() => match self.next_push() {
                    Some(at) => return self.push(at, tx) && self.pay_pushes(tx),
                    None => return true,
                },
                Owed::Nothing => return true,
                Owed::List(list) => self.write_list(list, tx),
                owed => self.write(&owed, env, tx),
            };
            if !paid {
                return false;
            }
        }
    }

    fn pay_pushes(&mut self, tx: &mut TxBuf<'_>) -> bool {
        while let Some(at) = self.next_push() {
            if !self.push(at, tx) {
                return false;
            }
        }
        true
    }

    /// The next object whose value is to be pushed.
    pub(super) fn next_push(&self) -> Option<usize> {
        let open = self.registered && self.closing.is_none();
        self.tables.objects.iter().position(|object| object.dirty).filter(|_| open)
    }

    fn push(&mut self, at: usize, tx: &mut TxBuf<'_>) -> bool {
        let Some(object) = self.tables.objects.get_mut(at) else { return true };
        let update = UpdateInfo { id: object.info.id, eis: object.info.eis, value: object.value() };
        let mut writer = FrameWriter::new(tx.spare(), self.config.sn, const { Verb::Push.text() }.raw());
        writer.open_list();
        write_update(&mut writer, &update);
        writer.close_list();
        let Ok(len) = writer.finish() else { return false };
        object.dirty = false;
        tx.advance(len);
        self.wrote = true;
        true
    }

    /// Writes an answer, all of it or nothing.
    fn write(&mut self, owed: &Owed, env: &Env, tx: &mut TxBuf<'_>) -> bool {
        let sn = self.config.sn;
        let mut digits = [0; 20];
        let cmd = match *owed {
            Owed::Register => const { Verb::Register.text() },
            Owed::Keepalive => const { Verb::Keepalive.text() },
            Owed::Control(_) => const { Verb::ControlReply.text() },
            Owed::Configure(_) => const { Verb::ConfigureReply.text() },
            Owed::Task(_) | Owed::TaskFailed => const { Verb::TimingReply.text() },
            Owed::Nothing | Owed::List(_) => return true,
        };
        let mut writer = FrameWriter::new(tx.spare(), sn, cmd.raw());
        match *owed {
            Owed::Register => {
                let [a, b, c, d, e, f, g, h, ..] = env.entropy;
                let rand = decimal(u64::from_be_bytes([a, b, c, d, e, f, g, h]), &mut digits);
                let mut room = [0; 20];
                let timestamp = env.unix.unwrap_or(0);
                let texts = [sn, decimal(timestamp, &mut room), rand];
                let sign = sign(self.config.scheme, texts, self.tables.credentials.key());
                write_registration(&mut writer, timestamp, rand, &sign);
            }
            Owed::Control(error) => write_error(&mut writer, error, None),
            Owed::Configure(error) => {
                let key = (error == 0).then(|| self.tables.credentials.key());
                write_error(&mut writer, error, key);
            }
            Owed::TaskFailed => write_error(&mut writer, 1, None),
            Owed::Task(at) => match self.tables.tasks.get(at) {
                Some(task) => write_task(&mut writer, task),
                None => return true,
            },
            Owed::Keepalive | Owed::Nothing | Owed::List(_) => {}
        }
        let Ok(len) = writer.finish() else { return false };
        tx.advance(len);
        self.wrote = true;
        match *owed {
            Owed::Keepalive => {
                self.timers.set(Timer::Keepalive as usize, env.now.plus_millis(self.config.keepalive_millis.into()));
            }
            Owed::Task(at) => {
                if let Some(task) = self.tables.tasks.get_mut(at).filter(|task| task.dead) {
                    *task = TaskState::default();
                }
                // There may be a first one to wait for.
                self.run_tasks(env);
            }
            _ => {}
        }
        self.owed = Owed::Nothing;
        true
    }

    /// Goes on with a list, as far as there is room.
    fn write_list(&mut self, mut list: ListOut, tx: &mut TxBuf<'_>) -> bool {
        loop {
            let spare = tx.spare();
            let room = spare.len();
            let cmd = if list.zones { const { Verb::Zones.text() } } else { const { Verb::Objects.text() } };
            let mut over = false;
            let (len, comma) = match list.next {
                None => {
                    let mut writer = FrameWriter::new(spare, self.config.sn, cmd.raw());
                    writer.open_list();
                    (writer.len(), false)
                }
                Some(next) => match (next..self.count(list.zones)).find(|at| self.is_wanted(&list, *at)) {
                    Some(at) => {
                        let mut writer = FrameWriter::resume(spare, list.written, list.comma);
                        self.write_record(&mut writer, list.zones, at);
                        list.next = Some(at);
                        (writer.len(), true)
                    }
                    None => {
                        over = true;
                        let mut writer = FrameWriter::resume(spare, list.written, list.comma);
                        writer.close_list();
                        (writer.finish().unwrap_or(usize::MAX), true)
                    }
                },
            };
            if len > room {
                self.owed = Owed::List(list);
                return false;
            }
            tx.advance(len);
            self.wrote = true;
            if over {
                self.owed = Owed::Nothing;
                return true;
            }
            list.next = Some(list.next.map_or(0, |at| at.saturating_add(1)));
            list.written = list.written.saturating_add(len);
            list.comma = comma;
        }
    }
}

/// The answer to a task: the task again.
fn write_task(writer: &mut FrameWriter<'_>, task: &TaskState) {
    let flag = match (task.dead, task.enabled) {
        (true, _) => TaskFlag::Delete,
        (false, true) => TaskFlag::Enable,
        (false, false) => TaskFlag::Disable,
    };
    open_task(writer, [task.id.as_str(), task.name.as_str(), task.room.as_str()], flag, task.minutes);
    writer.text("action", task.actions.as_str());
    close_task(writer, task.days);
}
