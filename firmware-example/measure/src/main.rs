//! Prints what a fixed set of frames costs on a microcontroller, and how large the machines are: lines `NAME NUMBER`. To be run in QEMU with
//! `-icount shift=10`, where the numbers are exact and the same every time.
#![no_std]
#![no_main]
#![cfg_attr(target_arch = "riscv32", allow(missing_docs, reason = "riscv-rt's `entry` makes a public function"))]

mod counter;
mod frames;
mod sessions;
mod stack;

use core::hint::black_box;

use codec_core::{g90, ksenia, kts, ness};
use semihosting::{println, process};

/// What a frame costs.
fn cost(name: &str, call: fn()) {
    // An empty region: what reading the counter takes itself.
    let (begin, end) = (counter::read(), counter::read());
    let own = counter::between(begin, end);
    let call = black_box(call);
    let begin = counter::read();
    call();
    let end = counter::read();
    println!("instructions.{name} {}", counter::between(begin, end) - own);
    println!("stack.{name} {}", stack::depth(&mut || call()).0);
}

macro_rules! sizes {
    ($($name:literal: $machine:ty,)*) => {
        $(println!("ram.{} {}", $name, size_of::<$machine>());)*
    };
}

fn run() -> ! {
    counter::start();
    cost("nothing", || {});
    for (name, call) in frames::ALL {
        cost(name, *call);
    }
    sessions::all();
    sizes! {
        "ness_controller": ness::Controller<'_>,
        "ness_panel": ness::Panel<'_>,
        "ksenia_controller": ksenia::Controller<'_>,
        "ksenia_panel": ksenia::Panel<'_, '_>,
        "g90_cloud_controller": g90::cloud::Controller<'_>,
        "g90_cloud_panel": g90::cloud::Panel<'_>,
        "g90_local_controller": g90::local::Controller<'_>,
        "g90_local_panel": g90::local::Panel<'_>,
        "g90_notify_controller": g90::notify::Controller<'_>,
        "g90_notify_panel": g90::notify::Panel<'_>,
        "kts_controller": kts::Controller<'_>,
        "kts_panel": kts::Panel<'_>,
    }
    process::exit(0)
}

#[cfg(target_arch = "arm")]
#[cortex_m_rt::entry]
fn main() -> ! {
    run()
}

#[cfg(target_arch = "riscv32")]
#[riscv_rt::entry]
fn main() -> ! {
    run()
}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    semihosting::eprintln!("{info}");
    process::exit(101)
}
