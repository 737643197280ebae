//! Replies: which request they end, and what comes next.

use core::net::SocketAddr;

use super::config::fingerprint;
use super::job::{Exchange, Job, State, Then, Wanted};
use super::{Controller, List, MAX_ROWS, Outcome, Told};
use crate::error::{Fault, FaultKind, Refused};
use crate::g90::UserFlags;
use crate::g90::local::codes::CommandCode;
use crate::g90::local::config::ConfigKind;
use crate::g90::local::fault::LocalFault;
use crate::g90::local::lists::{Page, Peripheral, PeripheralSetup};
use crate::g90::local::record::Record as _;
use crate::g90::local::records::{HostStatus, Registered};
use crate::g90::local::request::Send;
use crate::g90::local::wire::{Answer, Reply, decode_reply};
use crate::g90::local::writer::Writer;
use crate::text::json::{self, Value};
use crate::timers::Instant;

impl Controller<'_> {
    /// Takes in a datagram. `None` if it is to be passed over.
    pub(super) fn receive(&mut self, now: Instant, datagram: &[u8], from: Option<SocketAddr>) -> Option<Told> {
        let panel = self.config.panel;
        if !from.is_some_and(|from| {
            from.port() == panel.port() && (self.config.any_host || from.ip().to_canonical() == panel.ip().to_canonical())
        }) {
            return Some(Told::Fault(LocalFault::Sender.into()));
        }
        let exchange = self.exchange.filter(|exchange| exchange.attempts > 0)?;
        match self.read(now, &exchange, datagram) {
            Ok(slot) => slot,
            Err(fault) => {
                let (outcome, again) = match fault.kind {
                    FaultKind::Local(local) => (Outcome::BadReply(local), local.is_retryable()),
                    _ => (Outcome::NotJson, false),
                };
                // What the machine asks for itself can wait.
                if again || exchange.own {
                    // Perhaps the reply to an attempt before: the right one may still come.
                    if let Some(exchange) = &mut self.exchange {
                        exchange.last_fault = Some(outcome);
                    }
                } else {
                    // What follows a good reply may have failed as well.
                    self.exchange = Some(exchange);
                    self.failed(outcome);
                }
                Some(Told::Fault(fault))
            }
        }
    }

    fn read(&mut self, now: Instant, exchange: &Exchange, datagram: &[u8]) -> Result<Option<Told>, Fault> {
        let answer = match decode_reply(datagram)? {
            Reply::Failed => {
                self.failed(Outcome::Refused);
                return Ok(None);
            }
            Reply::Error(_) => {
                self.failed(Outcome::Refused);
                return Ok(Some(Told::Reason));
            }
            Reply::Done => None,
            Reply::Answer(answer) => {
                answer.expect(exchange.wanted.code())?;
                Some(answer)
            }
        };
        if let Wanted::Page { list, first, last } = exchange.wanted {
            return self.read_page(now, exchange, list, (first, last), answer);
        }
        match (exchange.wanted.code(), answer) {
            (CommandCode::GetHostInfo | CommandCode::GetHostStatus, None) => return Err(LocalFault::MissingData.into()),
            (CommandCode::GetHostStatus, Some(answer)) => self.house.armed(HostStatus::read(answer.data())?.host_status),
            _ => {}
        }
        match exchange.wanted {
            Wanted::Arm(state) => self.house.armed(state),
            Wanted::Switch { index, node, on } => self.house.switched(index, node, on),
            _ => {}
        }
        self.exchange = None;
        if exchange.own {
            self.had(exchange.wanted.code());
        } else {
            self.advance(now, answer)?;
        }
        Ok(answer.map(|_| Told::Answer))
    }

    fn read_page(
        &mut self,
        now: Instant,
        exchange: &Exchange,
        list: CommandCode,
        (first, last): (u32, u32),
        answer: Option<Answer<'_>>,
    ) -> Result<Option<Told>, Fault> {
        let page = match answer {
            None => Page::empty(),
            Some(answer) => Page::read(answer.data())?,
        };
        page.expect_at_most(last.saturating_sub(first).saturating_add(1))?;
        // The reply to the page before, asked for twice: the right one still comes.
        if page.count > 0 && page.start < i64::from(first) && page.start > 0 && first > 1 {
            return Ok(None);
        }
        let followed = [List::Sensors, List::Devices].into_iter().find(|known| known.code() == list).filter(|_| exchange.own);
        if let Some(followed) = followed {
            self.house.page(followed, first, &page);
        }
        self.exchange = None;
        let rows = u32::try_from(page.count.max(0)).unwrap_or(0);
        let next = first.saturating_add(rows);
        let total = u32::try_from(page.total.max(0)).unwrap_or(u32::MAX).min(MAX_ROWS);
        let wanted_end = match self.job {
            Some(Job { then: Then::Walk { last: Some(last) }, .. }) if !exchange.own => last.min(total),
            _ => total,
        };
        let over = rows == 0 || next > wanted_end;
        match (exchange.own, over) {
            (true, false) => self.exchange = Some(Exchange::new(Wanted::page(list, next, Some(wanted_end)), true)),
            (true, true) => {
                if let Some(followed) = followed {
                    self.house.end(followed);
                    self.look_for_new(followed);
                }
                self.had(list);
            }
            (false, false) if matches!(self.job, Some(Job { then: Then::Walk { .. }, .. })) => {
                self.exchange = Some(Exchange::new(Wanted::page(list, next, Some(wanted_end)), false));
            }
            (false, _) => self.advance(now, answer)?,
        }
        Ok(answer.map(|_| Told::Page { list, first }))
    }

    /// Whether what was added is in its list now.
    fn look_for_new(&mut self, read: List) {
        if let Some(Job { state: State::Awaiting { list, index, asked: true, .. }, .. }) = self.job {
            if list == read && self.house.find(list, index).is_some() {
                self.finish(Outcome::Added { index });
            }
        }
    }

    /// The caller's request is answered: goes on with what comes after it.
    fn advance(&mut self, now: Instant, answer: Option<Answer<'_>>) -> Result<(), Fault> {
        let Some(job) = self.job else { return Ok(()) };
        match job.then {
            Then::Finish | Then::Walk { .. } => self.finish(Outcome::Confirmed),
            Then::Reread(list) => {
                self.want(list);
                self.finish(Outcome::Confirmed);
            }
            Then::Merge { kind, len } => match answer.and_then(|answer| answer.data().array()) {
                Some(loaded) => self.merge(kind, len, loaded),
                None => self.finish(Outcome::BadReply(LocalFault::MissingData)),
            },
            Then::Edit { list, fingerprint, flags, name } => {
                let row = answer.map(|answer| Page::read(answer.data())).transpose()?.and_then(|page| page.rows().next());
                match row {
                    Some(row) => self.edit(list, &Peripheral::read_row(row, 0)?, fingerprint, flags, name),
                    None => {
                        self.want(list);
                        self.finish(Outcome::NotFound);
                    }
                }
            }
            Then::Register { index } => self.then(Wanted::Register, Then::Await { list: List::Devices, index }),
            Then::Await { list, index } => {
                let index = match answer {
                    Some(answer) if list == List::Devices => Registered::read(answer.data())?.index,
                    _ => index,
                };
                let until = now.plus_millis(self.config.registration_millis.into());
                if let Some(job) = &mut self.job {
                    job.state = State::Awaiting { list, index, next: now, until, asked: false };
                }
            }
        }
        Ok(())
    }

    /// The caller's command goes on with another request.
    fn then(&mut self, wanted: Wanted, then: Then) {
        if let Some(job) = &mut self.job {
            job.state = State::Ready(wanted);
            job.then = then;
        }
    }

    fn merge(&mut self, kind: ConfigKind, len: u16, loaded: json::Array<'_>) {
        let half = self.house.memory().len() / 2;
        let Some((out, changes)) = self.house.memory().split_at_mut_checked(half) else { return };
        let changes = json::check(changes.get(..len.into()).unwrap_or_default()).ok().and_then(Value::array);
        let mut writer = Writer::request(out, kind.save());
        kind.merge(loaded, changes, &mut writer);
        match writer.finish().ok().and_then(|len| u16::try_from(len).ok()) {
            Some(len) => self.then(Wanted::Stored { code: kind.save(), len }, Then::Finish),
            None => self.finish(Outcome::TooLong),
        }
    }

    fn edit(&mut self, list: List, row: &Peripheral<'_>, known: u64, flags: Option<i64>, name: u16) {
        if fingerprint(row) != known {
            self.want(list);
            self.finish(Outcome::ChangedMeanwhile);
            return;
        }
        let definition = match list {
            List::Sensors => row.sensor(),
            List::Devices => row.device(),
        };
        let half = self.house.memory().len() / 2;
        let (Some(definition), Some((out, names))) = (definition, self.house.memory().split_at_mut_checked(half)) else {
            self.finish(Outcome::NotFound);
            return;
        };
        let mut setup = PeripheralSetup::of(row, definition);
        if let Some(flags) = flags {
            setup.user_flags = setup.user_flags.updated(UserFlags::from_bits(flags));
        }
        let stored = json::check(names.get(..name.into()).unwrap_or_default()).ok().and_then(Value::array);
        if let Some(Value::Text(name)) = stored.and_then(|names| names.values().next()) {
            setup.name = name;
        }
        if setup.user_flags == row.user_flags && setup.name == row.name {
            self.finish(Outcome::Unchanged);
            return;
        }
        let (send, code) = match list {
            List::Sensors => (Send::SetSensor(setup), CommandCode::SetSingleSensor),
            List::Devices => (Send::SetDevice(setup), CommandCode::SetSingleDevice),
        };
        match send.encode(out).ok().and_then(|len| u16::try_from(len).ok()) {
            Some(len) => self.then(Wanted::Stored { code, len }, Then::Reread(list)),
            None => self.finish(Outcome::TooLong),
        }
    }

    /// As long as a text may be in the memory.
    pub(super) fn store_name(&mut self, name: &str) -> Result<u16, Refused> {
        let half = self.house.memory().len() / 2;
        let Some((_, names)) = self.house.memory().split_at_mut_checked(half) else { return Ok(0) };
        let mut writer = Writer::array(names);
        writer.text(name);
        let len = writer.end_array()?;
        Ok(u16::try_from(len).unwrap_or(0))
    }
}
