//! Monotonic time and a fixed table of deadlines.

/// A moment on a monotonic clock, in whole milliseconds since an origin the driver chooses (usually its start).
///
/// All arithmetic saturates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Instant(u64);

impl Instant {
    /// The origin; as a deadline it means "at once".
    pub const ZERO: Self = Self(0);

    /// The moment `millis` milliseconds after the origin.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the origin.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// The moment `millis` milliseconds later.
    #[must_use]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub const fn plus_millis(self, millis: u64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Milliseconds from `earlier` to `self`, 0 if `earlier` is later.
    pub const fn millis_since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// One deadline per value of a small enum, the enum's discriminant being the index.
///
/// `N` deadlines take `8 * N` bytes; an unset one is `u64::MAX`, which no clock reaches.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timers<const N: usize> {
    at: [u64; N],
}

impl<const N: usize> Timers<N> {
    pub(crate) const fn new() -> Self {
        Self { at: [u64::MAX; N] }
    }

    pub(crate) fn set(&mut self, index: usize, at: Instant) {
        if let Some(slot) = self.at.get_mut(index) {
            *slot = at.0;
        }
    }

    pub(crate) fn stop(&mut self, index: usize) {
        self.set(index, Instant(u64::MAX));
    }

    pub(crate) fn is_set(&self, index: usize) -> bool {
        self.at.get(index).is_some_and(|at| *at != u64::MAX)
    }

    /// Stops and reports the timer if it is due.
    pub(crate) fn take_due(&mut self, index: usize, now: Instant) -> bool {
        match self.at.get_mut(index) {
            Some(slot) if *slot != u64::MAX && *slot <= now.0 => {
                *slot = u64::MAX;
                true
            }
            _ => false,
        }
    }

    /// The earliest deadline.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.at.iter().copied().filter(|at| *at != u64::MAX).min().map(Instant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_fire_once_and_in_order() {
        let mut timers = Timers::<3>::new();
        assert_eq!(timers.next(), None);
        timers.set(2, Instant::from_millis(10));
        timers.set(0, Instant::from_millis(20));
        assert_eq!(timers.next(), Some(Instant::from_millis(10)));
        assert!(!timers.take_due(2, Instant::from_millis(9)));
        assert!(timers.take_due(2, Instant::from_millis(10)));
        assert!(!timers.take_due(2, Instant::from_millis(11)));
        assert!(timers.is_set(0));
        timers.stop(0);
        assert_eq!(timers.next(), None);
        timers.set(9, Instant::ZERO);
        assert_eq!(timers.next(), None);
    }

    #[test]
    fn instants_saturate() {
        let late = Instant::from_millis(u64::MAX);
        assert_eq!(late.plus_millis(1), late);
        assert_eq!(Instant::ZERO.millis_since(late), 0);
    }
}
