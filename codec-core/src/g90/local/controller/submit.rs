//! Commands of the caller.

use super::job::{Job, State, Then, Wanted};
use super::{Command, Controller, Edit, List, Outcome};
use crate::buf::TxBuf;
use crate::error::{CloseReason, EncodeError, Refused};
use crate::g90::UserFlags;
use crate::g90::devices::{self, Definition};
use crate::g90::local::lists::PeripheralSetup;
use crate::g90::local::request::Send;
use crate::machine::{Env, Ticket};
use crate::text::json::{self, Value};

impl Controller<'_> {
    pub(super) fn accept(&mut self, env: &Env, command: Command<'_>, tx: &mut TxBuf<'_>) -> Result<Ticket, Refused> {
        if self.closed || self.closing.is_some() {
            return Err(Refused::Closed);
        }
        let at_once = matches!(command, Command::Close | Command::Refresh | Command::System(_));
        if self.done.is_some() || !at_once && self.job.is_some() {
            return Err(Refused::TooManyPending { limit: 1 });
        }
        let ticket = Ticket(self.tickets.wrapping_add(1));
        let begun = match command {
            Command::Close => {
                self.closing = Some(CloseReason::Requested);
                None
            }
            Command::Refresh => {
                self.want_all();
                None
            }
            Command::System(system) => {
                let mut room = [0; 256];
                let len = system.encode(&mut room)?;
                let datagram = room.get(..len).unwrap_or_default();
                if !tx.append_datagram(datagram, self.config.panel) {
                    return Err(no_room(len, tx));
                }
                self.wrote = true;
                None
            }
            Command::Reboot => Some((State::Pausing { step: 0, until: env.now }, Then::Finish)),
            Command::Read { list, first, last } => {
                if !list.is_paginated() {
                    return Err(Refused::Unsupported);
                }
                if first == 0 || last.is_some_and(|last| last < first) {
                    let found = last.filter(|_| first != 0).unwrap_or(0);
                    return Err(EncodeError::OutOfRange { field: "rows", min: first.max(1), max: u32::MAX, found }.into());
                }
                Some((State::Ready(Wanted::page(list, first, last)), Then::Walk { last }))
            }
            Command::Save(changes) => {
                let half = self.house.memory().len() / 2;
                let room = self.house.memory().get_mut(half..).unwrap_or_default();
                let len = u16::try_from(changes.encode(room)?).unwrap_or(0);
                let kind = changes.kind();
                Some((State::Ready(Wanted::Plain(kind.load())), Then::Merge { kind, len }))
            }
            Command::Edit { list, index, edit } => Some(self.begin_edit(list, index, edit)?),
            Command::Add { list, definition, name } => Some(self.begin_add(list, definition, name, tx)?),
            Command::Send(send) => Some(self.begin_send(&send, tx)?),
        };
        self.tickets = ticket.number();
        match begun {
            Some((state, then)) => self.job = Some(Job { ticket, state, then }),
            None => self.done = Some((ticket, Outcome::Sent)),
        }
        Ok(ticket)
    }

    fn begin_edit(&mut self, list: List, index: i64, edit: Edit<'_>) -> Result<(State, Then), Refused> {
        let slot = *self.house.find(list, index).ok_or(Refused::NotReady)?;
        let defined = match list {
            List::Sensors => devices::sensor(slot.kind, slot.subtype, slot.protocol),
            List::Devices => devices::device(slot.kind, slot.subtype, slot.protocol),
        };
        if defined.is_none() {
            return Err(Refused::Unsupported);
        }
        let (flags, name) = match edit {
            Edit::Flags(flags) if slot.user_flags().updated(flags) == slot.user_flags() => {
                return Ok((State::Done(Outcome::Unchanged), Then::Finish));
            }
            Edit::Flags(flags) => (Some(flags.bits()), 0),
            Edit::Name("") => return Err(EncodeError::Missing { field: "name" }.into()),
            Edit::Name(name) => (None, self.store_name(name)?),
        };
        let wanted = Wanted::Page { list: list.code(), first: slot.row, last: slot.row };
        Ok((State::Ready(wanted), Then::Edit { list, fingerprint: slot.fingerprint, flags, name }))
    }

    fn begin_add(&mut self, list: List, definition: &'static Definition, name: &str, tx: &TxBuf<'_>) -> Result<(State, Then), Refused> {
        if !self.ready || !self.config.read_lists {
            return Err(Refused::NotReady);
        }
        if name.is_empty() {
            return Err(EncodeError::Missing { field: "name" }.into());
        }
        let index = self.house.free_index(list);
        let flags = match list {
            List::Sensors => UserFlags::ENABLED | UserFlags::ALERT_WHEN_AWAY_AND_HOME,
            List::Devices => UserFlags::ENABLED,
        };
        let len = self.store_name(name)?;
        let half = self.house.memory().len() / 2;
        let Some((out, names)) = self.house.memory().split_at_mut_checked(half) else { return Err(Refused::NotReady) };
        let stored = json::check(names.get(..len.into()).unwrap_or_default()).ok().and_then(Value::array);
        let Some(Value::Text(name)) = stored.and_then(|names| names.values().next()) else { return Err(Refused::NotReady) };
        let setup = PeripheralSetup::new(name, index, flags, definition);
        let (send, then) = match list {
            List::Sensors => (Send::AddSensor(setup), Then::Await { list, index }),
            List::Devices => (Send::AddDevice(setup), Then::Register { index }),
        };
        let len = send.encode(out)?;
        if len > tx.capacity() {
            return Err(no_room(len, tx));
        }
        Ok((State::Ready(Wanted::Stored { code: send.code(), len: u16::try_from(len).unwrap_or(0) }), then))
    }

    fn begin_send(&mut self, send: &Send<'_>, tx: &TxBuf<'_>) -> Result<(State, Then), Refused> {
        let half = self.house.memory().len() / 2;
        let room = self.house.memory().get_mut(..half).unwrap_or_default();
        let len = send.encode(room)?;
        if len > tx.capacity() {
            return Err(no_room(len, tx));
        }
        let wanted = match *send {
            // What the machine must know when it is confirmed.
            Send::Arm(state) => Wanted::Arm(state),
            Send::Switch { index, node, on } => Wanted::Switch { index, node, on },
            Send::Page { list, first, last } => Wanted::Page { list, first, last },
            _ => Wanted::Stored { code: send.code(), len: u16::try_from(len).unwrap_or(0) },
        };
        let then = match send {
            Send::SetSensor(_) | Send::AddSensor(_) | Send::DeleteSensor { .. } => Then::Reread(List::Sensors),
            Send::SetDevice(_) | Send::AddDevice(_) | Send::DeleteDevice { .. } => Then::Reread(List::Devices),
            _ => Then::Finish,
        };
        Ok((State::Ready(wanted), then))
    }
}

fn no_room(needed: usize, tx: &TxBuf<'_>) -> Refused {
    let as_u32 = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    Refused::NoRoom { needed: as_u32(needed), free: as_u32(tx.free()) }
}
