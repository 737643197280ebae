//! The bridge on the boards that QEMU emulates: mps2-an385 (Cortex-M3; it runs images for Cortex-M0+ as well) and, with the feature `an505`,
//! mps2-an505 (Cortex-M33).
//!
//! The configuration comes as semihosting arguments, and the log goes out the same way, to be decoded by `defmt-print`. The process ends with
//! 101 after a panic, 102 after a hard fault and 2 without a usable configuration.
#![no_std]
#![no_main]

mod board;
mod console;
mod executor;
mod interrupts;
mod lan9118;
mod registers;
mod settings;
mod time;
mod uart;
mod watchdog;
mod world;

use bridge::{Hub, Memory, Parts, SOCKETS, Uart, run};
use cortex_m_rt::entry;
use embassy_executor::{Spawner, raw};
use embassy_net::{Runner, StackResources};
use static_cell::StaticCell;

use crate::lan9118::Lan9118;
use crate::settings::{Failure, Settings};
use crate::world::Host;

#[embassy_executor::task]
async fn network(mut runner: Runner<'static, Lan9118>) -> ! {
    runner.run().await
}

type Everything = Parts<'static, Uart<uart::Reader, uart::Writer>, Host, fn()>;

#[embassy_executor::task]
async fn everything(parts: Everything, hub: &'static Hub, memory: &'static mut Memory) -> ! {
    run(parts, hub, memory).await
}

/// Fails on purpose.
#[embassy_executor::task]
async fn fail(failure: Failure) -> ! {
    embassy_time::Timer::after_millis(100).await;
    match failure {
        Failure::Panic => panic!("on purpose"),
        // An instruction that there is not.
        Failure::HardFault => cortex_m::asm::udf(),
        Failure::Hang => {
            defmt::warn!("hangs on purpose");
            loop {
                cortex_m::asm::nop();
            }
        }
    }
}

fn start(spawner: Spawner) {
    static RESOURCES: StaticCell<StackResources<SOCKETS>> = StaticCell::new();
    static HUB: StaticCell<Hub> = StaticCell::new();
    static MEMORY: StaticCell<Memory> = StaticCell::new();

    let Settings { config, failure } = settings::read();
    let world = Host;
    let resources = RESOURCES.init(StackResources::new());
    let (stack, runner) = embassy_net::new(Lan9118::start(), config.network(), resources, world.seed());
    let parts = Parts { stack, uart: uart::start(), world, config, feed: watchdog::start() };
    spawner.spawn(network(runner).expect("the only one"));
    let memory = MEMORY.init_with(Memory::default);
    spawner.spawn(everything(parts, HUB.init_with(Hub::new), memory).expect("the only one"));
    if let Some(failure) = failure {
        spawner.spawn(fail(failure).expect("the only one"));
    }
}

#[entry]
fn main() -> ! {
    static EXECUTOR: StaticCell<raw::Executor> = StaticCell::new();
    time::start();
    executor::run(EXECUTOR.init(raw::Executor::new(core::ptr::null_mut())), start)
}
