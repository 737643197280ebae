//! How far down the stack goes: it is painted below the caller, and what lost its colour was used.

use core::arch::asm;

const COLOUR: u32 = 0xa5c3_5ac3;
const WORDS: usize = 3072;
/// Not painted below the stack pointer: what painting and looking themselves need.
const OWN: usize = 64;

#[inline(always)]
fn pointer() -> usize {
    let pointer: usize;
    #[cfg(target_arch = "arm")]
    // SAFETY: it reads the stack pointer.
    unsafe {
        asm!("mov {0}, sp", out(reg) pointer)
    }
    #[cfg(target_arch = "riscv32")]
    // SAFETY: as above.
    unsafe {
        asm!("mv {0}, sp", out(reg) pointer)
    }
    pointer
}

/// Bytes of stack that `call` needs, and what it gives. Below [`OWN`] bytes they are not seen.
#[inline(never)]
pub(crate) fn depth<T>(call: &mut dyn FnMut() -> T) -> (u32, T) {
    let sp = pointer();
    let top = (sp - OWN) & !3;
    let bottom = top - WORDS * 4;
    paint(bottom, top);
    let given = call();
    ((sp - lowest(bottom, top)) as u32, given)
}

#[inline(never)]
fn paint(bottom: usize, top: usize) {
    for address in (bottom..top).step_by(4) {
        // SAFETY: between the stack pointer and the end of the stack, which is further away, there is nothing.
        unsafe { (address as *mut u32).write_volatile(COLOUR) }
    }
}

#[inline(never)]
fn lowest(bottom: usize, top: usize) -> usize {
    // SAFETY: as in `paint`.
    (bottom..top).step_by(4).find(|address| unsafe { (*address as *const u32).read_volatile() } != COLOUR).unwrap_or(top)
}
