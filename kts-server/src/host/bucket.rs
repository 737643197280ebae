//! How much a host may do in a while.

/// How fast a [`Bucket`] fills, and how much it holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rate {
    /// In the long run.
    pub(super) per_second: u32,
    /// At once.
    pub(super) burst: u32,
}

/// Fills with time, and is emptied by what is done. It may go below zero: then one has to wait.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bucket {
    /// In thousandths.
    level: i64,
    /// When it was looked at last, in milliseconds.
    at: u64,
}

impl Bucket {
    /// A full one.
    pub(super) fn new(rate: Rate, now_millis: u64) -> Self {
        Self { level: i64::from(rate.burst) * 1000, at: now_millis }
    }

    /// Takes something out. Gives for how many milliseconds nothing more should be.
    pub(super) fn take(&mut self, count: u32, rate: Rate, now_millis: u64) -> u64 {
        let passed = i64::try_from(now_millis.saturating_sub(self.at)).unwrap_or(i64::MAX);
        self.at = self.at.max(now_millis);
        let filled = self.level.saturating_add(passed.saturating_mul(rate.per_second.into())).min(i64::from(rate.burst) * 1000);
        self.level = filled.saturating_sub(i64::from(count) * 1000);
        let debt = u64::try_from(-self.level).unwrap_or(0);
        debt.div_ceil(u64::from(rate.per_second.max(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_free_and_what_is_more_takes_its_time() {
        let rate = Rate { per_second: 50, burst: 50 };
        let mut bucket = Bucket::new(rate, 1000);
        assert_eq!(bucket.take(50, rate, 1000), 0);
        assert_eq!(bucket.take(1, rate, 1000), 20);
        assert_eq!(bucket.take(50, rate, 1020), 1000);
        // It never holds more than the burst.
        assert_eq!(bucket.take(50, rate, 100_000), 0);
        assert_eq!(bucket.take(50, rate, 100_000), 1000);
        // A clock that stands still or goes back gives nothing away.
        assert_eq!(bucket.take(1, rate, 99_000), 1020);
    }
}
