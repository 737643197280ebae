//! What is said when the program cannot go on. Then the watchdog restarts the board.

use cortex_m_rt::{ExceptionFrame, exception};
// Says why a panic happened, and ends here with an instruction that there is not.
use panic_probe as _;

#[exception]
unsafe fn HardFault(frame: &ExceptionFrame) -> ! {
    defmt::error!("hard fault at {=u32:#010x}, called from {=u32:#010x}", frame.pc(), frame.lr());
    loop {
        cortex_m::asm::nop();
    }
}
