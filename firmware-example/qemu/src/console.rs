//! The log, panics and hard faults, through QEMU to the terminal.

use cortex_m_rt::{ExceptionFrame, exception};
use embassy_time::Instant;
use log::{Level, LevelFilter, Log, Metadata, Record};
use semihosting::{eprintln, println, process};

struct Console;

impl Log for Console {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= Level::Info
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            println!("{:>7} ms {:5} {}", Instant::now().as_millis(), record.level(), record.args());
        }
    }

    fn flush(&self) {}
}

pub(crate) fn start() {
    // SAFETY: nothing else runs yet.
    if unsafe { log::set_logger_racy(&Console) }.is_ok() {
        // SAFETY: as above.
        unsafe { log::set_max_level_racy(LevelFilter::Info) };
    }
}

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
