//! The log, with defmt to QEMU's standard output, and panics and hard faults, in words to its standard error.

use cortex_m_rt::{ExceptionFrame, exception};
use defmt_semihosting as _;
use semihosting::{eprintln, process};

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    eprintln!("{info}");
    process::exit(101)
}

#[exception]
unsafe fn HardFault(frame: &ExceptionFrame) -> ! {
    eprintln!("hard fault: {frame:?}");
    process::exit(102)
}
