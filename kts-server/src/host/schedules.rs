//! Schedules on their way to the host: all of them after a registration, then those that have changed.

use codec_core::kts::controller::{Command, Failure, Outcome};
use codec_core::kts::{ActionInfo, Controller, Days, GroupAddress, TaskFlag, TaskInfo, TimeOfDay};
use codec_core::{Machine as _, Ticket, TxBuf};

use super::session::Session;
use crate::records::{Object, Schedule, ScheduleState};
use crate::store::{Batch, Note, StoreError, Stored};

/// How long after a schedule that was not answered it is tried again, in milliseconds.
const RETRY: u64 = 60_000;

/// Schedules of a host.
#[derive(Debug, Default)]
pub(super) struct Schedules {
    pass: Pass,
    /// Some have changed since the pass began.
    again: bool,
    /// The host did not answer.
    stopped: bool,
    sent: Option<(Ticket, String, Box<Stored<Schedule>>)>,
}

/// A way through all schedules.
#[derive(Debug, Default)]
enum Pass {
    #[default]
    Over,
    At {
        /// Those that the host has are sent too.
        all: bool,
        /// Where it is.
        after: Option<String>,
    },
}

impl Schedules {
    /// The host is to be sent all.
    pub(super) fn send_all(&mut self) {
        self.pass = Pass::At { all: true, after: None };
        self.stopped = false;
    }

    /// The host, which did not answer, may do so now.
    pub(super) fn retry(&mut self) {
        if self.stopped {
            self.send_all();
        }
    }

    /// The host is to be sent those that it does not have.
    pub(super) fn send_changed(&mut self) {
        match self.pass {
            Pass::Over => self.pass = Pass::At { all: false, after: None },
            Pass::At { .. } => self.again = true,
        }
    }

    pub(super) const fn is_under_way(&self) -> bool {
        self.sent.is_some()
    }

    pub(super) const fn has_more(&self) -> bool {
        matches!(self.pass, Pass::At { .. })
    }
}

impl Session {
    /// Sends the next schedule, if any. Whether something was sent.
    pub(super) async fn schedule(&mut self, controller: &mut Controller<'_>, tx: &mut TxBuf<'_>) -> Result<bool, StoreError> {
        let prefix = format!("schedule/{}/", self.sn);
        loop {
            let Pass::At { all, after } = &self.schedules.pass else { return Ok(false) };
            let (all, after) = (*all, after.clone());
            let next = self.server.store.scan::<Schedule>(&prefix, after.as_deref(), 1).await?;
            let Some((id, _)) = next.into_iter().next() else {
                self.schedules.pass = match std::mem::take(&mut self.schedules.again) {
                    true => Pass::At { all: false, after: None },
                    false => Pass::Over,
                };
                continue;
            };
            let schedule = self.server.store.stored::<Schedule>(&format!("{prefix}{id}")).await?;
            let schedule = schedule.filter(|schedule| match schedule.record.state {
                ScheduleState::Pending | ScheduleState::Deleting => true,
                ScheduleState::OnHost | ScheduleState::Refused => all,
            });
            let here = Pass::At { all, after: Some(id.clone()) };
            let Some(schedule) = schedule else {
                self.schedules.pass = here;
                continue;
            };
            match self.send_schedule(&id, &schedule.record, controller, tx).await? {
                Ok(ticket) => {
                    self.schedules.pass = here;
                    self.schedules.sent = Some((ticket, id, Box::new(schedule)));
                    return Ok(true);
                }
                Err(Failure::Busy | Failure::NotConnected | Failure::NotRegistered) => {
                    self.retry_in(200);
                    return Ok(false);
                }
                Err(failure) => {
                    tracing::warn!(sn = self.sn, schedule = id, reason = failure.name(), "a schedule cannot be sent");
                    self.schedules.pass = here;
                    self.settle(&id, &schedule, ScheduleState::Refused).await?;
                }
            }
        }
    }

    async fn send_schedule(
        &self,
        id: &str,
        schedule: &Schedule,
        controller: &mut Controller<'_>,
        tx: &mut TxBuf<'_>,
    ) -> Result<Result<Ticket, Failure>, StoreError> {
        let deleting = schedule.state == ScheduleState::Deleting;
        let mut actions = Vec::new();
        for action in schedule.actions.iter().filter(|_| !deleting) {
            let object = self.server.store.get::<Object>(&format!("object/{}/{}", self.sn, action.object)).await?;
            let target = object.and_then(|object| Some((object.write.as_deref().and_then(GroupAddress::parse)?, object.eis?)));
            let Some((address, eis)) = target else { return Ok(Err(Failure::NotAllowed)) };
            actions.push(ActionInfo { eis, address, value: &action.value });
        }
        let Some(time) = TimeOfDay::parse(&schedule.time) else { return Ok(Err(Failure::BadRequest)) };
        let task = TaskInfo {
            id,
            name: &schedule.name,
            room: &schedule.zone,
            flag: match (deleting, schedule.enabled) {
                (true, _) => TaskFlag::Delete,
                (false, true) => TaskFlag::Enable,
                (false, false) => TaskFlag::Disable,
            },
            time,
            actions: &actions,
            days: schedule.days.iter().fold(Days::NONE, |days, day| days.with(*day)),
        };
        Ok(controller.submit(&self.server.clock.env(), Command::Timing(&task), tx).map_err(Failure::from))
    }

    /// Writes where a schedule is, unless it was changed meanwhile: then it is sent again.
    async fn settle(&mut self, id: &str, before: &Stored<Schedule>, state: ScheduleState) -> Result<(), StoreError> {
        let key = format!("schedule/{}/{id}", self.sn);
        let mut batch = Batch::new();
        let deleted = before.record.state == ScheduleState::Deleting;
        if deleted {
            batch.delete(key);
        } else if before.record.state == state {
            return Ok(());
        } else {
            batch.put(key, &Schedule { state, ..before.record.clone() });
        }
        let state = if deleted { "deleted" } else { state.name() };
        batch.note(Note::Schedule { sn: self.sn.clone(), id: id.to_owned(), state: state.to_owned() });
        batch.only_if(before);
        if !self.server.store.commit(batch).await? {
            self.schedules.send_changed();
        }
        Ok(())
    }

    /// What was sent has ended. `false` if it was not this.
    pub(super) async fn scheduled(&mut self, ticket: Ticket, outcome: Outcome) -> Result<bool, StoreError> {
        let Some((_, id, before)) = self.schedules.sent.take_if(|(sent, ..)| *sent == ticket) else { return Ok(false) };
        match outcome {
            Outcome::Confirmed => self.settle(&id, &before, ScheduleState::OnHost).await?,
            Outcome::Refused(code) => {
                tracing::warn!(sn = self.sn, schedule = id, code, "the host refuses a schedule");
                self.settle(&id, &before, ScheduleState::Refused).await?;
            }
            // Nobody knows. The rest of them would not be answered either, perhaps.
            _ => {
                self.schedules.pass = Pass::Over;
                self.schedules.again = false;
                self.schedules.stopped = true;
                self.retry_in(RETRY);
            }
        }
        Ok(true)
    }
}
