//! When to try again after a connection has ended.

use std::time::Duration;

/// The numbers of a [`Backoff`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackoffConfig {
    /// The delay after the first failure. Default 0.5 s.
    pub base: Duration,
    /// By how much the delay grows from failure to failure. Default 2; 0 counts as 1.
    pub factor: u32,
    /// The longest delay. Default 60 s.
    pub cap: Duration,
    /// A connection that lived for as long was useful: the delay after it is the first again. Default 30 s.
    pub stable_after: Duration,
}

impl BackoffConfig {
    /// The defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self { base: Duration::from_millis(500), factor: 2, cap: Duration::from_secs(60), stable_after: Duration::from_secs(30) }
    }
}

impl Default for BackoffConfig {
    fn default() -> Self {
        Self::new()
    }
}

/// Capped exponential delays with jitter.
///
/// After the n-th failure in a row the full delay is `base * factor^(n - 1)`, at most `cap`. The delay that is given is drawn evenly
/// from the upper half of it, so that programs that lost the same panel at the same time do not come back at the same time, and no
/// draw is close to nothing.
///
/// A connection that came about is no success by itself: a peer that accepts and closes at once would be called thousands of times
/// per second. Only one that lived for [`stable_after`](BackoffConfig::stable_after) starts the series anew.
///
/// It reads no clock and no random numbers, so the same calls give the same delays.
///
/// ```
/// # use codec_std::reconnect::Backoff;
/// # use std::time::Duration;
/// let mut backoff = Backoff::default();
/// let refused = Duration::ZERO;
/// assert_eq!(backoff.next_delay(refused, u64::MAX), Duration::from_millis(500));
/// assert_eq!(backoff.next_delay(refused, u64::MAX), Duration::from_millis(1_000));
/// assert_eq!(backoff.next_delay(refused, 0), Duration::from_millis(1_000)); // of 1 to 2 s
/// assert_eq!(backoff.next_delay(Duration::from_secs(30), u64::MAX), Duration::from_millis(500));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Backoff {
    config: BackoffConfig,
    /// The full delay after the last failure, or `None` at the beginning of a series.
    last: Option<Duration>,
}

impl Backoff {
    /// A series at its beginning.
    #[must_use]
    pub const fn new(config: BackoffConfig) -> Self {
        Self { config, last: None }
    }

    /// How long to wait after a connection that lived for `lived` (zero if it did not come about). `random` places the delay within its
    /// half, 0 at its beginning and [`u64::MAX`] at its end. Delays are whole milliseconds.
    #[must_use]
    pub fn next_delay(&mut self, lived: Duration, random: u64) -> Duration {
        if lived >= self.config.stable_after {
            self.last = None;
        }
        let full = match self.last {
            Some(last) => last.saturating_mul(self.config.factor.max(1)),
            None => self.config.base,
        };
        let full = full.min(self.config.cap);
        self.last = Some(full);
        let millis = u64::try_from(full.as_millis()).unwrap_or(u64::MAX);
        let half = millis / 2;
        // A number from 0 to half: the random number as a fraction of 2^64, of half + 1.
        let drawn = (u128::from(random) * (u128::from(half) + 1)) >> 64;
        Duration::from_millis(millis - half + u64::try_from(drawn).unwrap_or(half))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(delay: Duration) -> u128 {
        delay.as_millis()
    }

    #[test]
    fn delays_double_up_to_the_cap() {
        let mut backoff = Backoff::default();
        let delays: Vec<_> = (0..9).map(|_| millis(backoff.next_delay(Duration::ZERO, u64::MAX))).collect();
        assert_eq!(delays, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    }

    #[test]
    fn jitter_stays_in_the_upper_half() {
        let config = BackoffConfig { base: Duration::from_millis(101), factor: 1, ..BackoffConfig::new() };
        let mut backoff = Backoff::new(config);
        let mut seen = std::collections::BTreeSet::new();
        for step in 0..=1_000_u64 {
            seen.insert(millis(backoff.next_delay(Duration::ZERO, step * (u64::MAX / 1_000))));
        }
        assert_eq!((seen.first(), seen.last(), seen.len()), (Some(&51), Some(&101), 51));
    }

    #[test]
    fn only_a_useful_connection_starts_anew() {
        let mut backoff = Backoff::default();
        let short = Duration::from_millis(29_999);
        assert_eq!(millis(backoff.next_delay(short, u64::MAX)), 500);
        assert_eq!(millis(backoff.next_delay(short, u64::MAX)), 1_000);
        assert_eq!(millis(backoff.next_delay(Duration::from_secs(30), u64::MAX)), 500);
        assert_eq!(millis(backoff.next_delay(Duration::ZERO, u64::MAX)), 1_000);
    }

    /// The Python library calls a peer that accepts and closes 3,000 times per second.
    #[test]
    fn a_peer_that_accepts_and_closes_is_not_hammered() {
        let mut backoff = Backoff::default();
        let mut connects = 0;
        let mut clock = Duration::ZERO;
        while clock < Duration::from_secs(3_600) {
            connects += 1;
            // The luckiest draws, each connection living for no time at all.
            clock += backoff.next_delay(Duration::ZERO, 0);
        }
        // 7 within the first 16 s, then one per 30 s from 31.75 s on.
        assert_eq!(connects, 7 + 119);
    }

    #[test]
    fn odd_numbers_do_no_harm() {
        let config = BackoffConfig { base: Duration::MAX, factor: 0, cap: Duration::MAX, stable_after: Duration::MAX };
        let mut backoff = Backoff::new(config);
        assert!(backoff.next_delay(Duration::ZERO, 0) > Duration::from_secs(1 << 40));
        assert!(backoff.next_delay(Duration::MAX, u64::MAX) > Duration::from_secs(1 << 40));
        let mut none = Backoff::new(BackoffConfig { base: Duration::ZERO, cap: Duration::ZERO, ..BackoffConfig::new() });
        assert_eq!(none.next_delay(Duration::ZERO, u64::MAX), Duration::ZERO);
    }
}
