//! Time for embassy: a free-running counter at 1 MHz, and a timer that is set for the next moment that somebody waits for.
//!
//! Counting the ticks of a periodic timer loses time in QEMU whenever the host is busy: ticks that pile up count as one.

use core::cell::RefCell;
use core::task::Waker;

use critical_section::Mutex;
use embassy_time_driver::Driver;
use embassy_time_queue_utils::Queue;

use crate::board::{FPGAIO, FPGAIO_MHZ, TIMER, TIMER_IRQ, TIMER_MHZ};
use crate::interrupts::unmask;

const COUNTER: usize = 0x18;
const PRESCALE: usize = 0x1c;

const CONTROL: usize = 0x0;
const ENABLE_WITH_INTERRUPT: u32 = 0b1001;
const VALUE: usize = 0x4;
const RELOAD: usize = 0x8;
const CLEAR: usize = 0xc;

/// The longest alarm: the counter, which has 32 bits, is looked at long before it has gone round.
const LONGEST_MICROS: u64 = 60_000_000;

struct Clock {
    /// The counter as seen last, and how often it had gone round by then.
    seen: u32,
    rounds: u32,
    waiting: Queue,
}

impl Clock {
    fn now(&mut self) -> u64 {
        let count = FPGAIO.read(COUNTER);
        if count < self.seen {
            self.rounds += 1;
        }
        self.seen = count;
        u64::from(self.rounds) << 32 | u64::from(count)
    }

    /// Sets the timer for whoever is next, and wakes those whose time has come.
    fn set(&mut self) {
        loop {
            let now = self.now();
            let next = self.waiting.next_expiration(now);
            let left = next.saturating_sub(self.now()).min(LONGEST_MICROS);
            let Ok(left @ 1..) = u32::try_from(left) else { continue };
            TIMER.write(VALUE, left * TIMER_MHZ);
            return;
        }
    }
}

struct Time(Mutex<RefCell<Clock>>);

impl Driver for Time {
    fn now(&self) -> u64 {
        critical_section::with(|cs| self.0.borrow_ref_mut(cs).now())
    }

    fn schedule_wake(&self, at: u64, waker: &Waker) {
        critical_section::with(|cs| {
            let mut clock = self.0.borrow_ref_mut(cs);
            if clock.waiting.schedule_wake(at, waker) {
                clock.set();
            }
        });
    }
}

embassy_time_driver::time_driver_impl!(static TIME: Time = Time(Mutex::new(RefCell::new(Clock {
    seen: 0,
    rounds: 0,
    waiting: Queue::new(),
}))));

pub(crate) fn start() {
    FPGAIO.write(PRESCALE, FPGAIO_MHZ - 1);
    FPGAIO.write(COUNTER, 0);
    TIMER.write(CONTROL, 0);
    // Once, not again and again.
    TIMER.write(RELOAD, 0);
    TIMER.write(CLEAR, 1);
    TIMER.write(CONTROL, ENABLE_WITH_INTERRUPT);
    critical_section::with(|cs| TIME.0.borrow_ref_mut(cs).set());
    unmask(TIMER_IRQ);
}

pub(crate) fn on_interrupt() {
    TIMER.write(CLEAR, 1);
    critical_section::with(|cs| TIME.0.borrow_ref_mut(cs).set());
}
