//! When to try again after a connection has ended.

use embassy_time::Duration;

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(60);
/// A connection that lived as long was useful: the series begins anew.
const STABLE: Duration = Duration::from_secs(30);

/// Delays that double up to a limit, half of each drawn by lot so that bridges that lost the same network do not return together.
#[derive(Debug)]
pub(crate) struct Backoff {
    next: Duration,
}

impl Backoff {
    pub(crate) const fn new() -> Self {
        Self { next: FIRST }
    }

    /// The network is back: what failed before says nothing any more.
    pub(crate) const fn reset(&mut self) {
        self.next = FIRST;
    }

    /// How long to wait after a connection that lived for `lived`.
    pub(crate) fn delay(&mut self, lived: Duration, entropy: [u8; 16]) -> Duration {
        if lived >= STABLE {
            self.next = FIRST;
        }
        let full = self.next;
        self.next = Duration::from_ticks(full.as_ticks().saturating_mul(2)).min(LONGEST);
        let half = full.as_millis() / 2;
        let drawn = half * u64::from(entropy[0]) / 255;
        Duration::from_millis(half + drawn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_to_a_minute_and_begin_anew_after_a_useful_connection() {
        let mut backoff = Backoff::new();
        let refused = Duration::MIN;
        let longest = core::array::from_fn::<_, 9, _>(|_| backoff.delay(refused, [255; 16]).as_millis());
        assert_eq!(longest, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
        assert_eq!(backoff.delay(refused, [0; 16]).as_millis(), 30_000);
        assert_eq!(backoff.delay(Duration::from_secs(30), [0; 16]).as_millis(), 250);
        assert_eq!(backoff.delay(Duration::from_secs(29), [255; 16]).as_millis(), 1_000);
    }
}
