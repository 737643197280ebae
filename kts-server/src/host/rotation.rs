//! Another key for a host. Until it is known whether the host has taken it, both are good.

use codec_core::kts::Controller;
use codec_core::kts::controller::{Command, Outcome};
use codec_core::{Machine as _, Refused, Secret, Ticket, TxBuf};

use super::session::Session;
use crate::records::Host;
use crate::store::{Batch, Note, StoreError, Stored};

/// How often a key is sent to a host that does not take it.
const ATTEMPTS: u8 = 3;

/// Keys on their way.
#[derive(Debug, Default)]
pub(super) struct Rotations {
    /// Who the host says it is.
    pub(super) claimed: String,
    /// There may be one to be sent.
    pub(super) look: bool,
    sent: Option<Ticket>,
}

impl Rotations {
    pub(super) const fn is_under_way(&self) -> bool {
        self.sent.is_some()
    }
}

/// The record after a rotation has ended, with the new key or without.
fn ended(host: &Host, taken: bool, word: &str) -> Host {
    let mut after = host.clone();
    if let Some(rotation) = after.rotation.take() {
        after.last_rotation = Some(word.to_owned());
        if taken {
            after.key = rotation.key;
        }
    }
    after
}

impl Session {
    /// Writes the record of the host, unless somebody else has changed it meanwhile: then what was to be said about it does not hold any more.
    async fn put_host(&self, before: &Stored<Host>, after: &Host) -> Result<bool, StoreError> {
        let mut batch = Batch::new();
        batch.put(format!("host/{}", self.sn), after);
        batch.only_if(before);
        if let Some(state) = after.last_rotation.as_ref().filter(|_| after.rotation.is_none()) {
            batch.note(Note::Rotation { sn: self.sn.clone(), state: state.clone() });
        }
        self.server.store.commit(batch).await
    }

    /// A host has registered, with one of two keys.
    pub(super) async fn key_known(&mut self, host: Stored<Host>, with_other: bool) -> Result<(), StoreError> {
        let Some(rotation) = &host.record.rotation else { return Ok(()) };
        let given_up = rotation.attempts >= ATTEMPTS;
        if with_other || given_up {
            let word = if with_other { "done" } else { "timed_out" };
            self.put_host(&host, &ended(&host.record, with_other, word)).await?;
            tracing::info!(sn = self.sn, outcome = word, "rotation of the key ended");
        } else {
            self.rotations.look = true;
        }
        Ok(())
    }

    /// Sends the key that waits, if any. Whether something was sent.
    pub(super) async fn rotate(&mut self, controller: &mut Controller<'_>, tx: &mut TxBuf<'_>) -> Result<bool, StoreError> {
        self.rotations.look = false;
        let Some(host) = self.server.store.stored::<Host>(&format!("host/{}", self.sn)).await? else { return Ok(false) };
        let Some(rotation) = &host.record.rotation else { return Ok(false) };
        // That it may be with the host is written before it is sent.
        let mut after = host.record.clone();
        if let Some(rotation) = &mut after.rotation {
            rotation.attempts = rotation.attempts.saturating_add(1);
        }
        if !self.put_host(&host, &after).await? {
            self.rotations.look = true;
            return Ok(false);
        }
        let command = Command::Configure { key: Secret::new(&rotation.key.0), domain: &rotation.domain };
        match controller.submit(&self.server.clock.env(), command, tx) {
            Ok(ticket) => {
                self.rotations.sent = Some(ticket);
                Ok(true)
            }
            Err(Refused::Closed) => Ok(false),
            Err(refused) => {
                tracing::warn!(sn = self.sn, ?refused, "the new key waits");
                self.rotations.look = true;
                self.retry_in(5_000);
                Ok(false)
            }
        }
    }

    /// What was sent has ended. `false` if it was not this.
    pub(super) async fn rotated(&mut self, ticket: Ticket, outcome: Outcome) -> Result<bool, StoreError> {
        if self.rotations.sent != Some(ticket) {
            return Ok(false);
        }
        self.rotations.sent = None;
        let (taken, word) = match outcome {
            Outcome::Confirmed => (true, "done"),
            Outcome::Refused(_) => (false, "refused_by_host"),
            // Nobody knows: the next registration tells.
            _ => {
                tracing::warn!(sn = self.sn, ?outcome, "the host may have the new key or not: both are good until it registers again");
                return Ok(true);
            }
        };
        if let Some(host) = self.server.store.stored::<Host>(&format!("host/{}", self.sn)).await? {
            self.put_host(&host, &ended(&host.record, taken, word)).await?;
        }
        tracing::info!(sn = self.sn, outcome = word, "rotation of the key ended");
        Ok(true)
    }
}
