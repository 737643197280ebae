//! Runs tasks, and sleeps while there is nothing to do.
//!
//! The executor that embassy brings for these cores waits with WFE, which QEMU takes for "give way": an idle image would use a whole core of
//! the host. WFI sleeps. It also returns for an interrupt that is masked, so nothing that comes between the look at the flag and
//! the sleep is missed.

use core::sync::atomic::{AtomicBool, Ordering};

use embassy_executor::{Spawner, raw};

static WOKEN: AtomicBool = AtomicBool::new(false);

/// Called by wakers.
#[unsafe(export_name = "__pender")]
fn pend(_: *mut ()) {
    WOKEN.store(true, Ordering::Release);
}

pub(crate) fn run(executor: &'static raw::Executor, start: impl FnOnce(Spawner)) -> ! {
    start(executor.spawner());
    loop {
        // SAFETY: this is the only place that polls it.
        unsafe { executor.poll() };
        cortex_m::interrupt::free(|_| {
            if !WOKEN.load(Ordering::Acquire) {
                cortex_m::asm::dsb();
                cortex_m::asm::wfi();
            }
            WOKEN.store(false, Ordering::Release);
        });
    }
}
