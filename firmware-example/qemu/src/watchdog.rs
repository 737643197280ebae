//! The watchdog: a board that is not fed for five seconds starts anew, after a word about it.

use crate::board::{TIMER_MHZ, WATCHDOG};

const LOAD: usize = 0x0;
const CONTROL: usize = 0x8;
const CLEAR: usize = 0xc;

/// The first expiry is an interrupt that cannot be masked; the second, as much later, resets whatever happens.
const PATIENCE_MICROS: u32 = 5_000_000;

/// Starts it, where there is one; gives how to feed it.
pub(crate) fn start() -> fn() {
    if let Some(watchdog) = WATCHDOG {
        watchdog.write(LOAD, PATIENCE_MICROS * TIMER_MHZ);
        watchdog.write(CONTROL, 0b11);
    }
    feed
}

fn feed() {
    if let Some(watchdog) = WATCHDOG {
        watchdog.write(CLEAR, 1);
    }
}
