//! What the drivers share: a machine, its two buffers, and when to call which.

use std::io;
use std::net::SocketAddr;
use std::time::Instant;

use codec_core::{ConfigError, Env, Machine, Pending, Refused, RxBuf, Ticket, TxBuf};

use crate::clock::Clock;
use crate::observe::{Moment, Observer};

/// Whether buffers of these sizes in bytes are enough for a machine.
pub(crate) fn check_buffers<M: Machine>(rx: usize, tx: usize) -> Result<(), ConfigError> {
    for (found, needed) in [(rx, M::RX_MIN), (tx, M::TX_MIN)] {
        if found < needed {
            let number = |size| u32::try_from(size).unwrap_or(u32::MAX);
            return Err(ConfigError::BufferTooSmall { needed: number(needed), found: number(found) });
        }
    }
    Ok(())
}

/// A machine and its buffers. It does no I/O: a driver tells it what the link did.
pub(crate) struct Engine<'b, M: Machine> {
    pub(crate) machine: M,
    pub(crate) rx: RxBuf<'b>,
    pub(crate) tx: TxBuf<'b>,
    clock: Clock,
    observer: Option<Box<dyn Observer<M>>>,
    /// The world at the last input. Polls after one input all see the same, so that a record can repeat them.
    env: Env,
    started: bool,
    /// The machine has nothing more to give until the next input.
    drained: bool,
    /// Events taken since the observer was told of an input or an output.
    taken: u32,
    /// Why the link broke, until it is reported behind the last event.
    error: Option<io::Error>,
    /// Nothing more can be sent; what was received before is still to be read.
    mute: bool,
}

impl<'b, M: Machine> Engine<'b, M> {
    /// Checks the sizes of the buffers and empties them.
    pub(crate) fn new(machine: M, mut rx: RxBuf<'b>, mut tx: TxBuf<'b>) -> Result<Self, ConfigError> {
        check_buffers::<M>(rx.capacity(), tx.capacity())?;
        rx.reset();
        tx.reset();
        let (clock, env) = (Clock::new(), Env::default());
        let (observer, error) = (None, None);
        Ok(Self { machine, rx, tx, clock, observer, env, started: false, drained: true, taken: 0, error, mute: false })
    }

    pub(crate) fn set_clock(&mut self, clock: Clock) {
        self.clock = clock;
    }

    pub(crate) fn set_observer(&mut self, mut observer: Box<dyn Observer<M>>) {
        observer.begin(self.rx.capacity(), self.tx.capacity());
        self.observer = Some(observer);
    }

    pub(crate) fn take_observer(&mut self) -> Option<Box<dyn Observer<M>>> {
        self.observer.take()
    }

    /// The next event, if there is one without waiting.
    pub(crate) fn poll(&mut self, now: Instant) -> Option<Pending> {
        if !self.started {
            self.wake(now);
        }
        if self.drained {
            return None;
        }
        let pending = self.machine.poll_event(&self.env, &mut self.rx, &mut self.tx);
        match pending {
            Some(_) => self.taken = self.taken.saturating_add(1),
            None => self.drained = true,
        }
        pending
    }

    pub(crate) fn event(&self, pending: Pending) -> M::Event<'_> {
        self.machine.event(pending, &self.rx)
    }

    /// Whether nothing more will come: after the end of the link a machine may still have something to do.
    pub(crate) fn has_ended(&self) -> bool {
        self.machine.is_closed() || self.rx.is_eof() && self.tx.is_empty() && self.machine.poll_timeout().is_none()
    }

    /// After the end of the link, drops what it did not take at once. A machine that waits for room must not wait for ever.
    pub(crate) fn write_off(&mut self, now: Instant) {
        if self.rx.is_eof() && !self.tx.is_empty() {
            self.sent(self.tx.unsent().len(), now);
        }
    }

    /// What a driver answers behind the last event: once the error that broke the link, then nothing.
    pub(crate) fn finish(&mut self) -> io::Result<Option<Pending>> {
        self.error.take().map_or(Ok(None), Err)
    }

    /// When the machine wants to be polled again, on this engine's clock.
    ///
    /// A deadline that did not move when it was reached stands for "as soon as there is room to send".
    fn deadline(&self) -> Option<codec_core::Instant> {
        let at = self.machine.poll_timeout()?;
        match (at > self.env.now, self.tx.is_empty()) {
            (true, _) => Some(at),
            (false, true) => Some(self.env.now.plus_millis(1)),
            (false, false) => None,
        }
    }

    /// As [`deadline`](Self::deadline), as a moment.
    pub(crate) fn wake_at(&self) -> Option<Instant> {
        self.clock.moment(self.deadline()?)
    }

    /// Wakes the machine if its deadline has come.
    pub(crate) fn wake_if_due(&mut self, now: Instant) -> bool {
        let due = self.deadline().is_some_and(|at| at <= self.clock.millis_at(now));
        if due {
            self.wake(now);
        }
        due
    }

    fn wake(&mut self, now: Instant) {
        let moment = self.advance(now);
        if let Some(observer) = &mut self.observer {
            observer.woken(&moment);
        }
    }

    /// The link has put `len` bytes into `rx.space()`.
    pub(crate) fn received(&mut self, len: usize, now: Instant) {
        self.rx.commit(len);
        let moment = self.advance(now);
        if let Some(observer) = &mut self.observer {
            let unread = self.rx.unread();
            observer.received(&moment, unread.get(unread.len().saturating_sub(len)..).unwrap_or_default());
        }
    }

    /// The link has put one datagram of `len` bytes into `rx.space()`.
    pub(crate) fn received_datagram(&mut self, len: usize, from: SocketAddr, now: Instant) {
        self.rx.commit_datagram(len, from);
        self.advance(now);
    }

    /// The link has taken the first `len` bytes of `tx.unsent()`.
    pub(crate) fn sent(&mut self, len: usize, now: Instant) {
        if let Some(observer) = &mut self.observer {
            let taken = (!self.drained).then_some(std::mem::take(&mut self.taken));
            let mut env = self.clock.time_at(now);
            env.now = env.now.max(self.env.now);
            let unsent = self.tx.unsent();
            observer.sent(&Moment { env, taken }, unsent.get(..len).unwrap_or(unsent));
        }
        self.tx.sent(len);
    }

    /// The peer will send no more, or the link broke.
    pub(crate) fn ended(&mut self, error: Option<io::Error>, now: Instant) {
        if self.rx.is_eof() {
            return;
        }
        self.error = self.error.take().or(error);
        self.rx.set_eof();
        let moment = self.advance(now);
        if let Some(observer) = &mut self.observer {
            observer.ended(&moment);
        }
    }

    /// Nothing can be sent any more. What the peer said before is read first.
    pub(crate) fn send_failed(&mut self, error: io::Error) {
        self.error = self.error.take().or(Some(error));
        self.mute = true;
    }

    /// Whether sending has failed.
    pub(crate) fn is_mute(&self) -> bool {
        self.mute
    }

    /// Whether there is something to send and a way to send it.
    pub(crate) fn wants_to_send(&self) -> bool {
        !self.mute && !self.tx.is_empty()
    }

    pub(crate) fn error(&self) -> Option<&io::Error> {
        self.error.as_ref()
    }

    pub(crate) fn submit(&mut self, command: M::Command<'_>, now: Instant) -> Result<Ticket, Refused> {
        let moment = self.advance(now);
        if let Some(observer) = &mut self.observer {
            observer.submitted(&moment, &command);
        }
        self.machine.submit(&self.env, command, &mut self.tx)
    }

    /// Does something to the machine beside what it is made for, and polls it.
    #[cfg(feature = "sim")]
    pub(crate) fn change<T>(&mut self, now: Instant, change: impl FnOnce(&mut M) -> T) -> T {
        let result = change(&mut self.machine);
        self.wake(now);
        result
    }

    /// Takes the time for an input, after which the machine is to be polled.
    fn advance(&mut self, now: Instant) -> Moment {
        let taken = (!self.drained).then_some(std::mem::take(&mut self.taken));
        let mut env = self.clock.env_at(now);
        env.now = env.now.max(self.env.now);
        self.env = env;
        self.started = true;
        self.drained = false;
        self.taken = 0;
        Moment { env, taken }
    }
}
