//! What the server knows of a connection beside what the protocol's machine does.

use std::net::SocketAddr;
use std::sync::Arc;

use codec_core::kts::Registration;
use codec_core::kts::controller::{Event, Outcome, RegisterError};
use codec_core::{CloseReason, FaultKind, Ticket};

use super::bucket::{Bucket, Rate};
use super::commands::Commands;
use super::places::Place;
use super::rotation::Rotations;
use super::schedules::Schedules;
use super::told::Told;
use crate::config::Limits;
use crate::exchange_log::{Direction, Mask};
use crate::hub::Handle;
use crate::server::Server;
use crate::store::{Batch, StoreError};

/// What a host has signed with. Not for logs.
pub(super) struct Claim {
    pub(super) sn: String,
    pub(super) timestamp: String,
    pub(super) rand: String,
    pub(super) sign: String,
}

/// What follows from an event.
pub(super) enum Next {
    /// Nothing more.
    Nothing,
    /// Somebody says who he is.
    Admit(Claim),
    /// He is who he says he is.
    Registered { with_other: bool },
    /// All questions were asked.
    Synchronised { complete: bool },
    /// Something that was sent has ended.
    Done(Ticket, Outcome),
    /// The host does too much that is wrong.
    Abuse,
    /// It is over.
    Closed,
}

/// A connection.
pub(super) struct Session {
    pub(super) server: Arc<Server>,
    pub(super) peer: SocketAddr,
    pub(super) handle: Arc<Handle>,
    pub(super) place: Place,
    /// Empty until the host has registered.
    pub(super) sn: String,
    /// When it has, in milliseconds since 1970.
    pub(super) since: u64,
    pub(super) told: Told,
    /// What is to be written next.
    pub(super) batch: Batch,
    pub(super) commands: Commands,
    pub(super) schedules: Schedules,
    pub(super) rotations: Rotations,
    /// In milliseconds of the server's clock: not before then anything is read.
    pub(super) slowed_until: u64,
    /// When work that could not be done is tried again, likewise.
    pub(super) retry_at: Option<u64>,
    /// Nothing new is begun.
    pub(super) draining: bool,
    /// Frames, faulty ones included, since the connection began.
    pub(super) frames: u64,
    frame_bucket: Bucket,
    byte_bucket: Bucket,
    fault_bucket: Bucket,
    masks: [Mask; 2],
}

impl Session {
    pub(super) fn new(server: Arc<Server>, peer: SocketAddr, place: Place, connection: String) -> Self {
        let (now, limits) = (server.clock.millis(), &server.config.limits);
        Self {
            frame_bucket: Bucket::new(frame_rate(limits), now),
            byte_bucket: Bucket::new(byte_rate(limits), now),
            fault_bucket: Bucket::new(fault_rate(limits), now),
            server,
            peer,
            handle: Arc::new(Handle::new(connection)),
            place,
            sn: String::new(),
            since: 0,
            told: Told::default(),
            batch: Batch::new(),
            commands: Commands::default(),
            schedules: Schedules::default(),
            rotations: Rotations::default(),
            slowed_until: 0,
            retry_at: None,
            draining: false,
            frames: 0,
            masks: [Mask::default(); 2],
        }
    }

    /// Bytes have come in or are going out.
    pub(super) fn pass(&mut self, direction: Direction, bytes: &[u8]) {
        let metrics = &self.server.metrics;
        let mask = match direction {
            Direction::In => {
                metrics.received_bytes_total.add(bytes.len() as u64);
                let now = self.server.clock.millis();
                let rate = byte_rate(&self.server.config.limits);
                let pause = self.byte_bucket.take(u32::try_from(bytes.len()).unwrap_or(u32::MAX), rate, now);
                self.slow(now, pause);
                &mut self.masks[0]
            }
            Direction::Out => {
                metrics.sent_bytes_total.add(bytes.len() as u64);
                &mut self.masks[1]
            }
        };
        if let Some(log) = &self.server.log {
            let mut bytes = bytes.to_vec();
            mask.apply(&mut bytes);
            let registered = !self.sn.is_empty();
            let name = if registered { self.sn.as_str() } else { "unregistered" };
            log.write(name, (!registered).then_some(self.peer), direction, bytes);
        }
    }

    fn slow(&mut self, now: u64, pause: u64) {
        if pause > 0 {
            self.server.metrics.slowed_total.add(1);
            self.slowed_until = self.slowed_until.max(now.saturating_add(pause));
        }
    }

    /// A frame has ended.
    fn frame(&mut self) {
        self.frames += 1;
        self.server.metrics.frames_total.add(1);
        let now = self.server.clock.millis();
        let pause = self.frame_bucket.take(1, frame_rate(&self.server.config.limits), now);
        self.slow(now, pause);
    }

    /// What the machine tells.
    pub(super) fn take(&mut self, event: Event<'_>) -> Next {
        match event {
            Event::Registering(registration) => {
                self.frame();
                return Next::Admit(claim(&registration));
            }
            Event::Registered { with_other } => return Next::Registered { with_other },
            Event::RegistrationRefused(error) => self.refused(error),
            Event::Zone(zone) => self.zone(&zone),
            Event::Object(object) => self.object(&object),
            Event::Update { update, .. } => self.update(&update),
            Event::ListEnd(_) | Event::Frame(_) => self.frame(),
            Event::Synchronised { complete } => return Next::Synchronised { complete },
            Event::Done { ticket, outcome } => return Next::Done(ticket, outcome),
            Event::Fault(fault) => return self.fault(fault.kind),
            Event::Closed(reason) => {
                let (sn, peer) = (&self.sn, self.peer);
                match reason {
                    CloseReason::LoginRefused => {}
                    _ => tracing::debug!(sn, %peer, ?reason, "connection ended"),
                }
                return Next::Closed;
            }
            // Without a table of tasks and of objects there are no others.
            _ => {}
        }
        Next::Nothing
    }

    fn refused(&self, error: RegisterError) {
        let (sn, peer, metrics) = (&self.rotations.claimed, self.peer, &self.server.metrics);
        metrics.registrations_refused_total.add(1);
        if error == RegisterError::Replayed {
            metrics.replays_total.add(1);
        }
        tracing::warn!(sn, %peer, reason = %error, "registration refused");
    }

    fn fault(&mut self, kind: FaultKind) -> Next {
        let (sn, peer) = (&self.sn, self.peer);
        if matches!(kind, FaultKind::TableFull { .. }) {
            tracing::warn!(sn, ?kind, "the host has more zones than are followed");
            return Next::Nothing;
        }
        self.server.metrics.faults_total.add(1);
        if kind == FaultKind::OtherSerial {
            self.server.metrics.foreign_frames_total.add(1);
            tracing::warn!(sn, %peer, "a frame with the serial number of another host was refused");
        } else {
            tracing::warn!(sn, %peer, fault = %kind, "a frame cannot be used");
        }
        self.told.faulty = true;
        self.frame();
        let now = self.server.clock.millis();
        if self.fault_bucket.take(60, fault_rate(&self.server.config.limits), now) > 0 {
            tracing::warn!(sn = self.sn, %peer, "too many faulty frames");
            return Next::Abuse;
        }
        Next::Nothing
    }

    /// Hands over what is to be written. It is not waited for, unless much else is to be written first.
    pub(super) async fn flush(&mut self) {
        if !self.batch.is_empty() {
            let batch = std::mem::take(&mut self.batch);
            if let Err(error) = self.server.store.write(batch).await {
                tracing::error!(%error, "a host was not heard");
            }
        }
    }

    /// Logs that the store does not work; what was wanted is tried again later.
    pub(super) fn store_failed(&mut self, error: &StoreError) {
        tracing::error!(sn = self.sn, %error, "work for a host waits");
        self.retry_in(5_000);
    }

    /// Work is tried again after so many milliseconds, or sooner.
    pub(super) fn retry_in(&mut self, millis: u64) {
        let at = self.server.clock.millis().saturating_add(millis);
        self.retry_at = Some(self.retry_at.map_or(at, |before| before.min(at)));
    }
}

fn frame_rate(limits: &Limits) -> Rate {
    Rate { per_second: limits.frames_per_second, burst: limits.frames_per_second.max(20) }
}

/// A longest frame at once is always allowed.
fn byte_rate(limits: &Limits) -> Rate {
    Rate { per_second: limits.bytes_per_second, burst: limits.bytes_per_second.max(65_536) }
}

/// In sixtieths of a frame, for a rate per minute.
fn fault_rate(limits: &Limits) -> Rate {
    Rate { per_second: limits.faults_per_minute, burst: limits.faults_per_minute.saturating_mul(60) }
}

fn claim(registration: &Registration<'_>) -> Claim {
    let text = |text: codec_core::text::json::Text<'_>| text.raw().to_owned();
    Claim {
        sn: text(registration.sn),
        timestamp: text(registration.timestamp),
        rand: text(registration.rand),
        sign: text(registration.sign),
    }
}
