//! Values on their way to objects: taken from the store one by one, and back when they have ended.

use codec_core::kts::controller::{Command as Ask, Failure, Outcome};
use codec_core::kts::{ActionInfo, Controller, GroupAddress};
use codec_core::{Machine as _, Refused, Ticket, TxBuf};

use super::session::Session;
use crate::ids;
use crate::records::{Command, Object};
use crate::store::{Note, StoreError};

/// How many commands that have ended are remembered for a host.
const REMEMBERED: usize = 100;

/// Commands of a host.
#[derive(Debug, Default)]
pub(super) struct Commands {
    /// There may be some in the store.
    pub(super) look: bool,
    sent: Option<(Ticket, String)>,
}

impl Commands {
    pub(super) const fn is_under_way(&self) -> bool {
        self.sent.is_some()
    }
}

impl Session {
    /// Sends the next command, if any. Whether something was sent.
    pub(super) async fn command(&mut self, controller: &mut Controller<'_>, tx: &mut TxBuf<'_>) -> Result<bool, StoreError> {
        loop {
            let next = self.server.store.scan::<Command>(&format!("command/{}/", self.sn), None, 1).await?;
            let Some((id, command)) = next.into_iter().next() else {
                self.commands.look = false;
                return Ok(false);
            };
            if command.expires <= ids::now_millis() {
                self.end(&id, command, Failure::TimedOut.name()).await?;
                continue;
            }
            match self.send(&command, controller, tx).await? {
                Ok(ticket) => {
                    self.server.metrics.commands_total.add(1);
                    self.commands.sent = Some((ticket, id));
                    return Ok(true);
                }
                // Another waits for its answer, or what is to be sent has to go out first.
                Err(Failure::Busy | Failure::NotConnected | Failure::NotRegistered) => {
                    self.retry_in(200);
                    self.commands.look = false;
                    return Ok(false);
                }
                Err(failure) => self.end(&id, command, failure.name()).await?,
            }
        }
    }

    async fn send(
        &self,
        command: &Command,
        controller: &mut Controller<'_>,
        tx: &mut TxBuf<'_>,
    ) -> Result<Result<Ticket, Failure>, StoreError> {
        let object = self.server.store.get::<Object>(&format!("object/{}/{}", self.sn, command.object)).await?;
        let Some(object) = object else { return Ok(Err(Failure::BadRequest)) };
        let address = object.write.as_deref().and_then(GroupAddress::parse);
        let (Some(address), Some(eis)) = (address, object.eis) else { return Ok(Err(Failure::NotAllowed)) };
        let action = ActionInfo { eis, address, value: &command.value };
        Ok(match controller.submit(&self.server.clock.env(), Ask::Control(action), tx) {
            Ok(ticket) => Ok(ticket),
            // Longer than the buffer can ever take.
            Err(Refused::NoRoom { needed, .. }) if needed as usize > crate::pool::BUFFER => Err(Failure::TooLarge),
            Err(refused) => Err(refused.into()),
        })
    }

    /// A command has ended: it goes to those that are remembered.
    async fn end(&mut self, id: &str, mut command: Command, state: &str) -> Result<(), StoreError> {
        state.clone_into(&mut command.state);
        if state != "done" {
            self.server.metrics.commands_failed_total.add(1);
        }
        let prefix = format!("ended/{}/", self.sn);
        let ended = self.server.store.scan::<serde::de::IgnoredAny>(&prefix, None, REMEMBERED + 1).await?;
        let too_many = (ended.len() + 1).saturating_sub(REMEMBERED);
        ended.iter().take(too_many).for_each(|(old, _)| self.batch.delete(format!("{prefix}{old}")));
        self.batch.delete(format!("command/{}/{id}", self.sn));
        self.batch.put(format!("{prefix}{id}"), &command);
        self.batch.note(Note::Command { sn: self.sn.clone(), id: id.to_owned(), state: state.to_owned() });
        // Waited for, so that it is not found and sent once more.
        let batch = std::mem::take(&mut self.batch);
        self.server.store.commit(batch).await?;
        Ok(())
    }

    /// What was sent has ended. `false` if it was not this.
    pub(super) async fn commanded(&mut self, ticket: Ticket, outcome: Outcome) -> Result<bool, StoreError> {
        let Some((_, id)) = self.commands.sent.take_if(|(sent, _)| *sent == ticket) else { return Ok(false) };
        self.commands.look = true;
        let state = match outcome {
            // Nobody knows whether the host has obeyed: it is sent again by the next connection, unless it is too old by then.
            Outcome::Disconnected => return Ok(true),
            Outcome::Unclear => "unclear",
            outcome => outcome.failure().map_or("done", Failure::name),
        };
        let command = self.server.store.get::<Command>(&format!("command/{}/{id}", self.sn)).await?;
        if let Some(command) = command {
            self.end(&id, command, state).await?;
        }
        Ok(true)
    }
}
