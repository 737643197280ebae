//! Who may come in.

use codec_core::kts::controller::Command;
use codec_core::kts::{Controller, Freshness, Replays, Signature, sign};
use codec_core::{Env, Machine as _, Secret, TxBuf};

use super::session::{Claim, Session};
use crate::hub::Call;
use crate::ids;
use crate::records::{Connection, Host};
use crate::store::{Batch, Note, StoreError};

/// What the store has said already.
#[derive(Debug)]
struct Said(Freshness);

impl Replays for Said {
    fn remember(&mut self, _: &Signature, _: u64, _: u64) -> Freshness {
        self.0
    }
}

impl Session {
    /// Looks up the key of the host and lets the machine judge. A registration that is right is remembered in the store before the host
    /// is told, so that it is good for once, whichever process it comes to and whatever happens to that.
    pub(super) async fn admit(&mut self, claim: Claim, controller: &mut Controller<'_>, tx: &mut TxBuf<'_>) {
        self.rotations.claimed.clone_from(&claim.sn);
        let looked_up = self.look_up(&claim).await;
        let env = self.server.clock.env();
        let outcome = match &looked_up {
            Ok(Some((host, freshness))) => {
                let command = Command::Key {
                    key: Secret::new(&host.key.0),
                    other: host.rotation.as_ref().map(|rotation| Secret::new(rotation.key.0.as_str())),
                    scheme: host.signing.into(),
                    replays: Some(&mut Said(*freshness)),
                };
                controller.submit(&env, command, tx)
            }
            Ok(None) => controller.submit(&env, Command::Refuse, tx),
            Err(error) => {
                // The host is not told that it may not come in: it may, later.
                tracing::error!(%error, sn = claim.sn, "nobody can register");
                controller.submit(&env, Command::Close, tx)
            }
        };
        if let Err(refused) = outcome {
            tracing::debug!(sn = claim.sn, ?refused, "the registration is over");
        }
    }

    async fn look_up(&self, claim: &Claim) -> Result<Option<(Host, Freshness)>, StoreError> {
        let store = &self.server.store;
        let Some(host) = store.get::<Host>(&format!("host/{}", claim.sn)).await? else { return Ok(None) };
        let window = u64::from(self.server.config.hosts.clock_window_seconds);
        let texts = [claim.sn.as_str(), &claim.timestamp, &claim.rand];
        let right = |found: &Signature, key: &str| sign(host.signing.into(), texts, Secret::new(key)).matches(found);
        let signed = Signature::parse(&claim.sign).filter(|found| {
            // Both are computed, so that the time does not tell which is right.
            let first = right(found, &host.key.0);
            let second = host.rotation.as_ref().is_some_and(|rotation| right(found, &rotation.key.0));
            first || second
        });
        let Env { unix, .. } = self.server.clock.env();
        let on_time = claim.timestamp.parse::<u64>().ok().filter(|then| unix.is_some_and(|now| now.abs_diff(*then) <= window));
        // Where it is wrong anyway the machine finds out, and does not ask.
        let (Some(signature), Some(then)) = (signed, on_time) else { return Ok(Some((host, Freshness::Full))) };
        let mut batch = Batch::new();
        let until = then.saturating_add(window).saturating_add(1);
        batch.once(format!("seen/{until:012}/{}", signature.digits(&mut [0; 64])));
        let new = store.commit(batch).await?;
        Ok(Some((host, if new { Freshness::New } else { Freshness::Replayed })))
    }

    /// The host is in.
    pub(super) async fn registered(&mut self, with_other: bool) -> Result<(), StoreError> {
        self.place.registered();
        self.since = ids::now_millis();
        self.server.metrics.registrations_total.add(1);
        self.sn = std::mem::take(&mut self.rotations.claimed);
        tracing::info!(sn = self.sn, peer = %self.peer, "registered");
        // First of all, so that no call is missed from here on.
        self.server.hub.enter(&self.sn, &self.handle);
        self.recall().await?;
        let Some(host) = self.server.store.stored::<Host>(&format!("host/{}", self.sn)).await? else {
            self.handle.call(Call::Close);
            return Ok(());
        };
        self.key_known(host, with_other).await?;
        self.present();
        self.server.store.commit(std::mem::take(&mut self.batch)).await?;
        Ok(())
    }

    /// Says in the store that the host is connected, and where.
    pub(super) fn present(&mut self) {
        let connection = Connection { process: self.server.process.clone(), peer: self.peer.to_string(), at: self.since };
        self.batch.put(format!("online/{}/{}", self.sn, self.handle.connection), &connection);
        self.batch.note(Note::Online { sn: self.sn.clone(), connection: self.handle.connection.clone() });
    }

    /// The connection has ended.
    pub(super) async fn left(&mut self) {
        if self.sn.is_empty() {
            return;
        }
        self.server.hub.leave(&self.sn, &self.handle);
        self.batch.delete(format!("online/{}/{}", self.sn, self.handle.connection));
        // The host may be connected elsewhere by now.
        match self.server.store.scan::<Connection>(&format!("online/{}/", self.sn), None, 100).await {
            Ok(all) if all.iter().any(|(connection, _)| *connection != self.handle.connection) => {}
            Ok(_) => self.batch.note(Note::Offline { sn: self.sn.clone() }),
            Err(error) => self.store_failed(&error),
        }
        self.flush().await;
    }
}
