//! Which device an interrupt is for.

use cortex_m::interrupt::InterruptNumber;
use cortex_m::peripheral::NVIC;
use cortex_m_rt::exception;

use crate::{board, lan9118, time, uart};

#[derive(Clone, Copy)]
struct Number(u16);

// SAFETY: the number is one of the board's, see `unmask`.
unsafe impl InterruptNumber for Number {
    fn number(self) -> u16 {
        self.0
    }
}

/// Lets an interrupt of the board through.
pub(crate) fn unmask(number: u16) {
    // SAFETY: handlers share data with the rest by critical sections and atomics only, so they may run at any time.
    unsafe { NVIC::unmask(Number(number)) }
}

/// Without a list of the chip's devices, cortex-m-rt brings all interrupts here.
#[exception]
unsafe fn DefaultHandler(number: i16) {
    match u16::try_from(number) {
        Ok(board::ETHERNET_IRQ) => lan9118::on_interrupt(),
        Ok(board::TIMER_IRQ) => time::on_interrupt(),
        Ok(board::UART_RX_IRQ) => uart::on_interrupt(),
        _ => panic!("interrupt {number} of no device"),
    }
}

/// The watchdog's first expiry: whatever runs has not given way for long.
#[exception]
unsafe fn NonMaskableInt() {
    semihosting::eprintln!("the watchdog was not fed: a restart");
    cortex_m::peripheral::SCB::sys_reset();
}
