//! The watchdog: a board that is not fed for ten seconds starts anew.

use crate::board::{TIMER_MHZ, WATCHDOG};

const LOAD: usize = 0x0;
const CONTROL: usize = 0x8;
const CLEAR: usize = 0xc;

/// It bites at the second expiry, so half of the time.
const HALF_MICROS: u32 = 5_000_000;

/// Starts it, where there is one; gives how to feed it.
pub(crate) fn start() -> fn() {
    if let Some(watchdog) = WATCHDOG {
        watchdog.write(LOAD, HALF_MICROS * TIMER_MHZ);
        watchdog.write(CONTROL, 0b11);
    }
    feed
}

fn feed() {
    if let Some(watchdog) = WATCHDOG {
        watchdog.write(CLEAR, 1);
    }
}
