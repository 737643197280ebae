//! How much a host may do in a while.

/// Fills with time up to a second's worth, and is emptied by what is done. It may go below zero: then one has to wait.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bucket {
    /// In thousandths.
    level: i64,
    /// When it was looked at last, in milliseconds.
    at: u64,
    /// Thousandths per millisecond: units per second.
    rate: u32,
    full: i64,
}

impl Bucket {
    /// `rate` per second in the long run, `burst` at once.
    pub(super) fn new(rate: u32, burst: u32, now_millis: u64) -> Self {
        let full = i64::from(burst) * 1000;
        Self { level: full, at: now_millis, rate, full }
    }

    /// Takes something out. Gives for how many milliseconds nothing more should be.
    pub(super) fn take(&mut self, count: u32, now_millis: u64) -> u64 {
        let passed = i64::try_from(now_millis.saturating_sub(self.at)).unwrap_or(i64::MAX);
        self.at = self.at.max(now_millis);
        let filled = self.level.saturating_add(passed.saturating_mul(self.rate.into())).min(self.full);
        self.level = filled.saturating_sub(i64::from(count) * 1000);
        let debt = u64::try_from(-self.level).unwrap_or(0);
        debt.div_ceil(u64::from(self.rate.max(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_free_and_what_is_more_takes_its_time() {
        let mut bucket = Bucket::new(50, 50, 1000);
        assert_eq!(bucket.take(50, 1000), 0);
        assert_eq!(bucket.take(1, 1000), 20);
        assert_eq!(bucket.take(50, 1020), 1000);
        // It never holds more than the burst.
        assert_eq!(bucket.take(50, 100_000), 0);
        assert_eq!(bucket.take(50, 100_000), 1000);
        // A clock that stands still or goes back gives nothing away.
        assert_eq!(bucket.take(1, 99_000), 1020);
    }
}
