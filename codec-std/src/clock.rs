//! Time, wall clock and randomness of the operating system, as machines take them.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use codec_core::Env;

/// Makes the [`Env`] of every call to a machine. Its monotonic time counts from the clock's start.
///
/// A copy of a clock shows the same time, so machines of several connections, and their records, can share one.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Instant,
}

impl Clock {
    /// A clock that starts at 0 now.
    #[must_use]
    pub fn new() -> Self {
        Self::starting_at(Instant::now())
    }

    /// A clock that was at 0 at `start`.
    #[must_use]
    pub const fn starting_at(start: Instant) -> Self {
        Self { start }
    }

    /// The world now, with 16 fresh random bytes.
    ///
    /// # Panics
    /// If the operating system has no random numbers to give, for which there is no safe substitute.
    #[must_use]
    pub fn env(&self) -> Env {
        self.env_at(Instant::now())
    }

    /// As [`env`](Self::env), with the monotonic time of `now`. A moment before the clock's start counts as its start.
    ///
    /// # Panics
    /// As [`env`](Self::env).
    #[must_use]
    pub fn env_at(&self, now: Instant) -> Env {
        let mut env = self.time_at(now);
        getrandom::fill(&mut env.entropy).expect("the operating system gives random numbers");
        env
    }

    /// As [`env_at`](Self::env_at), without entropy.
    pub(crate) fn time_at(&self, now: Instant) -> Env {
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs());
        Env { unix, ..Env::at(self.millis_at(now)) }
    }

    /// What the clock shows at `now`.
    #[must_use]
    pub fn millis_at(&self, now: Instant) -> codec_core::Instant {
        let millis = now.saturating_duration_since(self.start).as_millis();
        codec_core::Instant::from_millis(u64::try_from(millis).unwrap_or(u64::MAX))
    }

    /// When the clock shows `at`; `None` if the operating system cannot name a moment so late.
    #[must_use]
    pub fn moment(&self, at: codec_core::Instant) -> Option<Instant> {
        self.start.checked_add(Duration::from_millis(at.as_millis()))
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlines_come_back() {
        let start = Instant::now();
        let clock = Clock::starting_at(start);
        let at = codec_core::Instant::from_millis(1_234);
        let moment = clock.moment(at).unwrap();
        assert_eq!(moment, start + Duration::from_millis(1_234));
        assert_eq!(clock.millis_at(moment), at);
        assert_eq!(clock.millis_at(moment + Duration::from_micros(999)), at);
    }

    #[test]
    fn every_env_has_its_own_entropy() {
        let clock = Clock::starting_at(Instant::now());
        let now = clock.moment(codec_core::Instant::from_millis(5)).unwrap();
        let (first, second) = (clock.env_at(now), clock.env_at(now));
        assert_eq!((first.now, second.now), (codec_core::Instant::from_millis(5), codec_core::Instant::from_millis(5)));
        assert_ne!(first.entropy, second.entropy);
        assert!(first.unix.is_some_and(|seconds| seconds > 1_700_000_000));
    }
}
