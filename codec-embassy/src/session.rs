//! What both drivers share: a machine, its buffers, and when to poll it.

use codec_core::{ConfigError, Env, Instant, Machine, Pending, Refused, RxBuf, Ticket, TxBuf};
use embassy_time::Instant as Now;

use crate::world::World;

/// A machine and its buffers. Does no I/O.
pub(crate) struct Session<'b, M: Machine, W> {
    pub(crate) machine: M,
    pub(crate) rx: RxBuf<'b>,
    pub(crate) tx: TxBuf<'b>,
    world: W,
    /// The world at the last input; all polls after it see the same.
    env: Env,
    started: bool,
    /// The machine has nothing more to give until the next input.
    drained: bool,
}

impl<'b, M: Machine, W: World> Session<'b, M, W> {
    pub(crate) fn new(machine: M, world: W, rx: &'b mut [u8], tx: &'b mut [u8]) -> Result<Self, ConfigError> {
        for (found, needed) in [(rx.len(), M::RX_MIN), (tx.len(), M::TX_MIN)] {
            if found < needed {
                let number = |size| u32::try_from(size).unwrap_or(u32::MAX);
                return Err(ConfigError::BufferTooSmall { needed: number(needed), found: number(found) });
            }
        }
        let (rx, tx, env) = (RxBuf::new(rx), TxBuf::new(tx), Env::default());
        Ok(Self { machine, rx, tx, world, env, started: false, drained: true })
    }

    /// The next event, if there is one without waiting.
    pub(crate) fn poll(&mut self) -> Option<Pending> {
        if !self.started || self.drained && self.deadline().is_some_and(|at| at <= now()) {
            self.wake();
        }
        if self.drained {
            return None;
        }
        let pending = self.machine.poll_event(&self.env, &mut self.rx, &mut self.tx);
        self.drained = pending.is_none();
        pending
    }

    pub(crate) fn event(&self, pending: Pending) -> M::Event<'_> {
        self.machine.event(pending, &self.rx)
    }

    pub(crate) fn submit(&mut self, command: M::Command<'_>) -> Result<Ticket, Refused> {
        self.wake();
        self.machine.submit(&self.env, command, &mut self.tx)
    }

    /// Whether nothing more will come: after the end of a stream a machine may still have something to do.
    pub(crate) fn has_ended(&self) -> bool {
        self.machine.is_closed() || self.rx.is_eof() && self.tx.is_empty() && self.machine.poll_timeout().is_none()
    }

    /// When the machine wants to be polled again. A deadline that did not move when it was reached stands for "as soon as there is
    /// room to send".
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let at = self.machine.poll_timeout()?;
        match (at > self.env.now, self.tx.is_empty()) {
            (true, _) => Some(at),
            (false, true) => Some(self.env.now.plus_millis(1)),
            (false, false) => None,
        }
    }

    /// The link has taken bytes. A machine that waited for room is polled again by its deadline, which is "at once".
    pub(crate) fn sent(&mut self, len: usize) {
        self.tx.sent(len);
    }

    /// Something came, or time has passed.
    pub(crate) fn wake(&mut self) {
        self.env = Env { now: now().max(self.env.now), unix: self.world.unix(), entropy: self.world.entropy() };
        self.started = true;
        self.drained = false;
    }

    /// Waits for the machine's deadline.
    pub(crate) async fn sleep(deadline: Option<Instant>) {
        match deadline {
            Some(at) => embassy_time::Timer::at(Now::from_millis(at.as_millis())).await,
            None => core::future::pending().await,
        }
    }
}

fn now() -> Instant {
    Instant::from_millis(Now::now().as_millis())
}
