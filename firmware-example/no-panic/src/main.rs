//! A program that links only if nothing in `codec-core` can panic.
//!
//! Its panic handler calls a function that does not exist. The linker drops what cannot be reached, so it misses that function only
//! where the optimiser left a way to a panic in the code of a codec or a machine. All inputs are read from volatile memory, every result
//! is given to the outside world, and every public function is called: nothing is optimised away because it is not used.
//!
//! Not covered: `Debug`, `Display` and `defmt` output, and what `arbitrary` and `serde` add. The program is never run.
#![no_std]
#![no_main]

mod buffers;
mod drive;
mod g90;
mod g90_cloud;
mod g90_local;
mod g90_local_records;
mod g90_notify;
mod ksenia;
mod ksenia_panel;
mod ksenia_views;
mod kts;
mod ness;
mod text;
mod volatile;
mod ws;

#[unsafe(no_mangle)]
extern "C" fn _start() -> ! {
    loop {
        buffers::all();
        ness::all();
        text::all();
        ws::all();
        ksenia::all();
        kts::all();
        ksenia_panel::all();
        g90::all();
        g90_cloud::all();
        g90_local::all();
        g90_notify::all();
    }
}

unsafe extern "C" {
    fn a_panic_can_be_reached() -> !;
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    // SAFETY: there is no such function, so a program that calls it does not link.
    unsafe { a_panic_can_be_reached() }
}
