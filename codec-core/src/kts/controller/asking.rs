//! What the host is asked for: by the caller, and by the machine after a registration.

use super::*;
use crate::kts::ActionInfo;
use crate::kts::encode::{decimal, write_control, write_query, write_settings};
use crate::kts::sign::{Scheme, sign};
use crate::secret::Secret;

/// Stands for a key, to recognise it in an answer.
pub(super) fn stamp(key: Secret<&str>) -> u64 {
    sign(Scheme::Md5, ["", "", ""], key).fingerprint()
}

impl Controller<'_> {
    pub(super) fn ask(&mut self, env: &Env, command: Command<'_>, tx: &mut TxBuf<'_>) -> Result<Ticket, Refused> {
        let until = env.now.plus_millis(self.config.answer_millis.into());
        let kind = match &command {
            Command::Key { .. } | Command::Refuse => Kind::Register,
            Command::Control(_) | Command::Set { .. } | Command::Switch { .. } => Kind::Control,
            Command::Query { .. } => Kind::Objects,
            Command::Timing(_) => Kind::Timing,
            Command::Configure { .. } => Kind::Configure,
            Command::Resync | Command::Close => Kind::Local,
        };
        let ready = match kind {
            Kind::Register => self.phase == Phase::Asking,
            Kind::Local => matches!(command, Command::Close) || self.phase == Phase::Registered,
            _ => self.phase == Phase::Registered && self.owed == Owed::Nothing,
        };
        if !ready {
            return Err(Refused::NotReady);
        }
        if self.requests.is_busy(kind) {
            return Err(Refused::Busy);
        }
        match command {
            Command::Key { key, other, scheme, replays } => {
                let outcome = self.admit(env, (key, other), scheme, replays);
                self.pay(tx);
                return Ok(self.requests.add_done(kind, outcome));
            }
            Command::Refuse => {
                let ticket = self.requests.add_done(kind, Outcome::Confirmed);
                self.refuse(RegisterError::Unknown);
                self.pay(tx);
                return Ok(ticket);
            }
            Command::Close => {
                let ticket = self.requests.add_done(kind, Outcome::Sent);
                self.close(CloseReason::Requested);
                return Ok(ticket);
            }
            Command::Resync => {
                self.resync();
                return Ok(self.requests.add_done(kind, Outcome::Sent));
            }
            Command::Control(action) => self.control(&action, tx)?,
            Command::Set { object, value } => self.set(object, value, tx)?,
            Command::Switch { object, on } => {
                let mut room = [0; 20];
                let object = decimal(object.into(), &mut room);
                self.set(object, if on { "1" } else { "0" }, tx)?;
            }
            Command::Query { room } => {
                self.sync.objects_tag = self.query(const { Verb::QueryObjects.text() }, room, tx)?;
                let zones = &self.flat.tables.zones;
                self.sync.asked = room.and_then(|room| zones.iter().position(|slot| slot.id() == Some(room)));
            }
            Command::Timing(task) => self.keep_task(task, tx)?,
            Command::Configure { key, domain } => {
                if key.expose().is_empty() {
                    return Err(EncodeError::Missing { field: "key" }.into());
                }
                let mut writer = self.begin(const { Verb::Configure.text() }, tx);
                write_settings(&mut writer, key, domain);
                let written = writer.finish();
                self.end(written, tx)?;
                self.memory.new_key = stamp(key);
            }
        }
        Ok(self.requests.add(kind, until, false))
    }

    fn set(&mut self, object: &str, value: &str, tx: &mut TxBuf<'_>) -> Result<(), Refused> {
        let slot = self.flat.find(object).ok_or(EncodeError::Missing { field: "object" })?;
        let address = slot.write().ok_or(Refused::NotAllowed)?;
        let action = ActionInfo { eis: slot.eis(), address, value };
        self.control(&action, tx)
    }

    fn control(&mut self, action: &ActionInfo<'_>, tx: &mut TxBuf<'_>) -> Result<(), Refused> {
        let mut writer = self.begin(const { Verb::Control.text() }, tx);
        let written = write_control(&mut writer, action).and_then(|()| writer.finish());
        self.end(written, tx)
    }

    /// Asks for the zones, or the objects of a zone. Gives the tag of the question.
    fn query(&mut self, cmd: Text<'_>, room: Option<&str>, tx: &mut TxBuf<'_>) -> Result<u32, Refused> {
        let tag = self.sync.tag.wrapping_add(1);
        let mut writer = self.begin(cmd, tx);
        write_query(&mut writer, room, decimal(tag.into(), &mut [0; 20]));
        let written = writer.finish();
        self.end(written, tx)?;
        self.sync.tag = tag;
        Ok(tag)
    }

    /// Everything is to be asked for.
    pub(super) fn resync(&mut self) {
        self.flat.forget_todo();
        (self.sync.zones_todo, self.sync.zones_tries) = (true, 0);
        (self.sync.running, self.sync.incomplete) = (true, false);
        self.timers.stop(Timer::Unread as usize);
        self.tasks_stopped = false;
    }

    /// Whether the machine has something to ask for now.
    pub(super) fn can_work(&self) -> bool {
        let idle = |kind| !self.requests.is_busy(kind);
        let ready = self.phase == Phase::Registered && self.closing.is_none() && !self.timers.is_set(Timer::Pace as usize);
        ready
            && (self.next_task().is_some() && idle(Kind::Timing)
                || self.sync.zones_todo && idle(Kind::Zones)
                || !self.sync.zones_todo && idle(Kind::Zones) && idle(Kind::Objects) && self.flat.next_todo().is_some()
                || self.sync_is_over())
    }

    /// Sends what the machine asks for by itself.
    pub(super) fn work(&mut self, now: Instant, tx: &mut TxBuf<'_>) {
        while self.can_work() {
            if self.sync_is_over() {
                self.sync.running = false;
                self.news.synchronised = Some(!self.sync.incomplete);
                self.plan_unread(now);
                return;
            }
            let until = now.plus_millis(self.config.answer_millis.into());
            let sent = if let (Some(at), false) = (self.next_task(), self.requests.is_busy(Kind::Timing)) {
                self.send_task(at, tx).map(|()| self.requests.add(Kind::Timing, until, true))
            } else if self.sync.zones_todo {
                self.ask_zones(tx).map(|()| self.requests.add(Kind::Zones, until, true))
            } else {
                self.ask_objects(tx).map(|()| self.requests.add(Kind::Objects, until, true))
            };
            if sent.is_err() {
                // Full: what is in the buffer goes out first.
                self.timers.set(Timer::Pace as usize, now.plus_millis(RETRY_MILLIS));
            }
        }
    }

    fn ask_zones(&mut self, tx: &mut TxBuf<'_>) -> Result<(), Refused> {
        self.sync.zones_tag = self.query(const { Verb::QueryZones.text() }, None, tx)?;
        self.sync.zones_todo = false;
        self.sync.zones_tries = self.sync.zones_tries.saturating_add(1);
        self.flat.begin_zones();
        Ok(())
    }

    fn ask_objects(&mut self, tx: &mut TxBuf<'_>) -> Result<(), Refused> {
        let Some(at) = self.flat.next_todo() else { return Ok(()) };
        let room = self.flat.zone_id(at);
        self.sync.objects_tag = self.query(const { Verb::QueryObjects.text() }, room.as_ref().map(Short::as_str), tx)?;
        self.sync.asked = at;
        self.flat.asked(at);
        Ok(())
    }

    /// Whether all questions after a registration are done with.
    fn sync_is_over(&self) -> bool {
        self.sync.running
            && !self.sync.zones_todo
            && !self.requests.is_busy(Kind::Zones)
            && !self.requests.is_busy(Kind::Objects)
            && self.flat.next_todo().is_none()
    }

    /// An answer to `query1` has ended.
    pub(super) fn zones_end(&mut self, tag: Option<u32>) {
        if tag.is_none_or(|tag| tag == self.sync.zones_tag) && self.requests.settle(Kind::Zones, Outcome::Confirmed).is_some() {
            self.flat.zones_end();
        }
    }

    /// An answer to `query2` has ended.
    pub(super) fn objects_end(&mut self, tag: Option<u32>, now: Instant) {
        if tag.is_none_or(|tag| tag == self.sync.objects_tag) {
            self.requests.settle(Kind::Objects, Outcome::Confirmed);
        }
        if !self.sync.running {
            self.plan_unread(now);
        }
    }

    /// Values that were not read yet are asked for again after a while.
    fn plan_unread(&mut self, now: Instant) {
        if self.flat.has_unread(self.config.unread_tries) && !self.timers.is_set(Timer::Unread as usize) {
            self.timers.set(Timer::Unread as usize, now.plus_millis(self.config.unread_millis.into()));
        }
    }

    /// A question of the machine's own was not answered.
    pub(super) fn unanswered(&mut self, kind: Kind) {
        match kind {
            Kind::Zones if self.sync.zones_tries < TRIES => self.sync.zones_todo = true,
            Kind::Objects if self.flat.tries(self.sync.asked) < TRIES => self.flat.again(self.sync.asked),
            Kind::Timing => self.tasks_stopped = true,
            _ => self.sync.incomplete = true,
        }
    }
}
