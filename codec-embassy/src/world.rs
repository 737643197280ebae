//! What a microcontroller knows besides the time since its start.

/// Wall clock and randomness, as far as the board has them. Monotonic time comes from embassy-time.
pub trait World {
    /// Seconds since 1970-01-01 00:00:00 UTC, or `None` before the first synchronisation.
    fn unix(&mut self) -> Option<u64>;

    /// Sixteen unpredictable bytes, new for every call.
    fn entropy(&mut self) -> [u8; 16];
}

impl<W: World + ?Sized> World for &mut W {
    fn unix(&mut self) -> Option<u64> {
        (**self).unix()
    }

    fn entropy(&mut self) -> [u8; 16] {
        (**self).entropy()
    }
}

/// A board without wall clock and random numbers. Enough for Ness, whose controller needs neither.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Unsynchronised;

impl World for Unsynchronised {
    fn unix(&mut self) -> Option<u64> {
        None
    }

    fn entropy(&mut self) -> [u8; 16] {
        [0; 16]
    }
}
