//! How many instructions the core has executed. Exact with QEMU's `-icount shift=10`, which lets each take 1024 ns.

#[cfg(target_arch = "arm")]
mod target {
    const CONTROL: *mut u32 = 0xe000_e010 as *mut u32;
    const RELOAD: *mut u32 = 0xe000_e014 as *mut u32;
    const VALUE: *mut u32 = 0xe000_e018 as *mut u32;
    const LARGEST: u32 = 0x00ff_ffff;
    /// The clock of SysTick, per instruction.
    const NANOS_PER_TICK: u64 = 40;
    const NANOS_PER_INSTRUCTION: u64 = 1024;

    pub(crate) fn start() {
        // SAFETY: these are the registers of SysTick, which nobody else uses.
        unsafe {
            RELOAD.write_volatile(LARGEST);
            VALUE.write_volatile(0);
            CONTROL.write_volatile(0b101);
        }
    }

    #[inline(always)]
    pub(crate) fn read() -> u32 {
        // SAFETY: as above.
        unsafe { VALUE.read_volatile() }
    }

    /// It counts down, and goes round after 655,360 instructions.
    pub(crate) fn between(begin: u32, end: u32) -> u32 {
        let ticks = u64::from(begin.wrapping_sub(end) & LARGEST);
        ((ticks * NANOS_PER_TICK + NANOS_PER_INSTRUCTION / 2) / NANOS_PER_INSTRUCTION) as u32
    }
}

#[cfg(target_arch = "riscv32")]
mod target {
    const NANOS_PER_INSTRUCTION: u32 = 1024;

    pub(crate) fn start() {}

    #[inline(always)]
    pub(crate) fn read() -> u32 {
        let count: u32;
        // SAFETY: it reads a counter.
        unsafe { core::arch::asm!("csrr {0}, minstret", out(reg) count) }
        count
    }

    /// QEMU gives nanoseconds in its place.
    pub(crate) fn between(begin: u32, end: u32) -> u32 {
        end.wrapping_sub(begin) / NANOS_PER_INSTRUCTION
    }
}

pub(crate) use target::{between, read, start};
