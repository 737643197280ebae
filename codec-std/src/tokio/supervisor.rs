//! Keeps a machine connected.

use std::io;
use std::pin::Pin;
use std::time::Duration;

use ::tokio::io::{AsyncRead, AsyncWrite};
use ::tokio::time::{Instant, sleep_until};
use codec_core::{ConfigError, Machine, Pending, Refused, RxBuf, Ticket, TxBuf};

use super::{Driver, now};
use crate::clock::Clock;
use crate::engine::check_buffers;
use crate::observe::Observer;
use crate::reconnect::{Backoff, BackoffConfig};

/// What a [`Supervisor`] tells.
pub enum Update<'i, M: Machine> {
    /// A connection has come about, with a new machine. Nothing is known yet of what the old one knew.
    Up,
    /// An event of the machine. Its last one, which says that it has ended, is followed by [`Update::Down`].
    Event(M::Event<'i>),
    /// The connection has ended, or did not come about.
    Down {
        /// The error of the link; `None` if the peer closed in good order or the machine ended by itself.
        error: Option<io::Error>,
        /// How long until the next attempt.
        retry_in: Duration,
    },
}

#[expect(clippy::large_enum_variant, reason = "one per program, and moved only when a connection ends")]
enum State<'b, M: Machine, L, F> {
    Waiting { until: Instant },
    Connecting(Pin<Box<F>>),
    Up { driver: Driver<'b, M, L>, since: Instant },
}

enum Step {
    Up,
    Event(Pending),
    Down { error: Option<io::Error>, retry_in: Duration },
}

type NewObserver<'b, M> = Box<dyn FnMut() -> Option<Box<dyn Observer<M>>> + Send + 'b>;

/// Makes a connection and a machine, drives them, and begins again when they end, after the delays of a [`Backoff`].
///
/// It never gives up by itself, not even after a command that ends the machine: drop it to stop.
pub struct Supervisor<'b, M: Machine, L, F, C, N> {
    state: State<'b, M, L, F>,
    /// Between connections.
    buffers: Option<(RxBuf<'b>, TxBuf<'b>)>,
    /// The machine of the connection before, until the next is made.
    ended: Option<M>,
    connect: C,
    new_machine: N,
    new_observer: Option<NewObserver<'b, M>>,
    backoff: Backoff,
    /// Least delay after the connection that is up.
    hold_off: Duration,
    clock: Clock,
}

impl<'b, M, L, F, C, N> Supervisor<'b, M, L, F, C, N>
where
    M: Machine,
    L: AsyncRead + AsyncWrite + Unpin,
    F: Future<Output = io::Result<L>>,
    C: FnMut() -> F,
    N: FnMut(Option<M>) -> Result<M, ConfigError>,
{
    /// A supervisor that connects when [`next`](Self::next) is called. `connect` makes a link, [`Address::connect`] for example;
    /// `new_machine` a machine for it. The buffers serve one connection after the other.
    ///
    /// `new_machine` is given the machine of the connection before, if there was one: a machine with tables in the caller's memory is
    /// taken apart, and the new one made in the same memory.
    ///
    /// [`Address::connect`]: crate::links::Address::connect
    pub fn new(connect: C, new_machine: N, rx: &'b mut [u8], tx: &'b mut [u8]) -> Self {
        Self {
            state: State::Waiting { until: Instant::now() },
            buffers: Some((RxBuf::new(rx), TxBuf::new(tx))),
            ended: None,
            connect,
            new_machine,
            new_observer: None,
            backoff: Backoff::default(),
            hold_off: Duration::ZERO,
            clock: Clock::starting_at(now()),
        }
    }

    /// Waits by these numbers instead of the defaults.
    #[must_use]
    pub fn with_backoff(mut self, config: BackoffConfig) -> Self {
        self.backoff = Backoff::new(config);
        self
    }

    /// Asks for an observer for each connection. All of them see the time of one clock.
    #[must_use]
    pub fn with_observers(mut self, new_observer: impl FnMut() -> Option<Box<dyn Observer<M>>> + Send + 'b) -> Self {
        self.new_observer = Some(Box::new(new_observer));
        self
    }

    /// Waits for the next thing that happens, which may be a connection, an event or the end of a connection.
    ///
    /// # Cancellation safety
    /// A future of this function can be dropped at any point and nothing is lost, an unfinished connection attempt included: all
    /// progress is in the supervisor.
    ///
    /// # Errors
    /// [`ConfigError`] if no machine can be made, or the buffers are too small for it. The next call tries again, after a delay.
    pub async fn next(&mut self) -> Result<Update<'_, M>, ConfigError> {
        let step = self.step().await?;
        Ok(match (step, &self.state) {
            (Step::Event(pending), State::Up { driver, .. }) => Update::Event(driver.event(pending)),
            (Step::Event(_), _) => unreachable!("only a driver gives events"),
            (Step::Up, _) => Update::Up,
            (Step::Down { error, retry_in }, _) => Update::Down { error, retry_in },
        })
    }

    async fn step(&mut self) -> Result<Step, ConfigError> {
        loop {
            match &mut self.state {
                State::Waiting { until } => {
                    sleep_until(*until).await;
                    self.state = State::Connecting(Box::pin((self.connect)()));
                }
                State::Connecting(attempt) => {
                    return match attempt.as_mut().await {
                        Ok(link) => self.up(link),
                        Err(error) => Ok(self.down(Some(error))),
                    };
                }
                State::Up { driver, .. } => {
                    return match driver.wait().await {
                        Ok(Some(pending)) => Ok(Step::Event(pending)),
                        Ok(None) => Ok(self.down(None)),
                        Err(error) => Ok(self.down(Some(error))),
                    };
                }
            }
        }
    }

    fn up(&mut self, link: L) -> Result<Step, ConfigError> {
        let (rx, tx) = self.buffers.as_ref().map_or((0, 0), |(rx, tx)| (rx.capacity(), tx.capacity()));
        // Before the machine, which would take the memory of the last one with it.
        let made = check_buffers::<M>(rx, tx).and_then(|()| (self.new_machine)(self.ended.take()));
        let driver = match (made, self.buffers.take()) {
            (Ok(machine), Some((rx, tx))) => Driver::with_buffers(machine, link, rx, tx),
            (Ok(_), None) => unreachable!("the buffers are here between connections"),
            (Err(error), buffers) => {
                self.buffers = buffers;
                Err(error)
            }
        };
        let mut driver = match driver {
            Ok(driver) => driver.with_clock(self.clock),
            Err(error) => {
                // The finished attempt is not to be asked again.
                self.down(None);
                return Err(error);
            }
        };
        if let Some(observer) = self.new_observer.as_mut().and_then(|new| new()) {
            driver = driver.with_observer(observer);
        }
        tracing::info!("connected");
        self.state = State::Up { driver, since: Instant::now() };
        Ok(Step::Up)
    }

    /// Leaves whatever there is and waits.
    fn down(&mut self, error: Option<io::Error>) -> Step {
        let lived = match &self.state {
            State::Up { since, .. } => since.elapsed(),
            _ => Duration::ZERO,
        };
        // Without random numbers the longest delay is the safe one.
        let retry_in = self.backoff.next_delay(lived, getrandom::u64().unwrap_or(u64::MAX));
        let retry_in = retry_in.max(std::mem::take(&mut self.hold_off));
        let left = std::mem::replace(&mut self.state, State::Waiting { until: Instant::now() + retry_in });
        if let State::Up { driver, .. } = left {
            let (machine, rx, tx) = driver.into_parts();
            self.ended = Some(machine);
            self.buffers = Some((rx, tx));
        }
        match &error {
            Some(error) => tracing::warn!(%error, ?retry_in, "not connected"),
            None => tracing::info!(?retry_in, "not connected"),
        }
        Step::Down { error, retry_in }
    }

    /// Asks the machine for something.
    ///
    /// # Errors
    /// [`Refused`]; [`Refused::Closed`] also while there is no connection.
    pub fn submit(&mut self, command: M::Command<'_>) -> Result<Ticket, Refused> {
        match &mut self.state {
            State::Up { driver, .. } => driver.submit(command),
            _ => Err(Refused::Closed),
        }
    }

    /// Waits at least as long after the connection that is up, for a peer that has said that it will be away for a while.
    pub const fn hold_off(&mut self, delay: Duration) {
        self.hold_off = delay;
    }

    /// The machine of the connection, if there is one.
    pub fn machine(&self) -> Option<&M> {
        match &self.state {
            State::Up { driver, .. } => Some(driver.machine()),
            _ => None,
        }
    }

    /// The driver of the connection, if there is one, for example to [`flush`](Driver::flush) it.
    pub fn driver(&mut self) -> Option<&mut Driver<'b, M, L>> {
        match &mut self.state {
            State::Up { driver, .. } => Some(driver),
            _ => None,
        }
    }
}
