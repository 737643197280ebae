//! The bridge on an ESP32-C3 or, with the feature `esp32c6`, an ESP32-C6, over Wi-Fi. A Ness panel may be on the serial line at GPIO5 (out) and
//! GPIO4 (in), behind an RS-232 level shifter.
//!
//! The radio needs a heap; the bridge does not use it. The configuration comes from the environment of the build, `BRIDGE_CONFIG`.
#![no_std]
#![no_main]

mod wifi;
mod world;

use bridge::{Config, Hub, Memory, Parts, Tolerant, Uart, run};
use embassy_executor::Spawner;
use embassy_net::{Runner, StackResources};
use embassy_time::Timer;
use esp_backtrace as _;
use esp_hal::clock::CpuClock;
use esp_hal::interrupt::software::SoftwareInterruptControl;
use esp_hal::rng::Rng;
use esp_hal::time::Duration;
use esp_hal::timer::timg::{MwdtStage, TimerGroup};
use esp_hal::uart;
use esp_println as _;
use esp_radio::wifi::Interface;
use static_cell::StaticCell;

use crate::world::Board;

esp_bootloader_esp_idf::esp_app_desc!();

/// How long the watchdog waits for food.
const WATCHDOG: Duration = Duration::from_secs(8);

#[embassy_executor::task]
async fn network(mut runner: Runner<'static, Interface<'static>>) -> ! {
    runner.run().await
}

#[esp_rtos::main]
async fn main(spawner: Spawner) -> ! {
    static RESOURCES: StaticCell<StackResources<{ bridge::SOCKETS }>> = StaticCell::new();
    static HUB: StaticCell<Hub> = StaticCell::new();
    static MEMORY: StaticCell<Memory> = StaticCell::new();

    let board = esp_hal::init(esp_hal::Config::default().with_cpu_clock(CpuClock::max()));
    // For the radio alone: memory that the bootloader has left, and some more.
    esp_alloc::heap_allocator!(#[esp_hal::ram(reclaimed)] size: 64 * 1024);
    esp_alloc::heap_allocator!(size: 36 * 1024);
    let scheduling = SoftwareInterruptControl::new(board.SW_INTERRUPT);
    esp_rtos::start(TimerGroup::new(board.TIMG0).timer0, scheduling.software_interrupt0);

    let config = match Config::parse(option_env!("BRIDGE_CONFIG").unwrap_or_default()) {
        Ok(config) => config,
        Err(error) => complain(&error).await,
    };
    let (Some(ssid), Some(password)) = (config.ssid, config.password) else {
        complain(&bridge::ConfigError::Needs(if config.ssid.is_none() { "ssid" } else { "password" })).await
    };
    let mut watchdog = TimerGroup::new(board.TIMG1).wdt;
    watchdog.set_timeout(MwdtStage::Stage0, WATCHDOG);
    watchdog.enable();

    let (controller, interfaces) = esp_radio::wifi::new(board.WIFI, Default::default()).expect("the radio starts");
    let mut seed = [0; 8];
    Rng::new().read(&mut seed);
    let resources = RESOURCES.init(StackResources::new());
    let (stack, runner) = embassy_net::new(interfaces.station, config.network(), resources, u64::from_le_bytes(seed));
    spawner.spawn(network(runner).expect("the only one"));
    spawner.spawn(wifi::stay_connected(controller, ssid, password).expect("the only one"));

    let line = uart::Config::default().with_baudrate(9_600);
    let serial = uart::Uart::new(board.UART1, line).expect("9600 is possible").with_tx(board.GPIO5).with_rx(board.GPIO4);
    let (reader, writer) = serial.into_async().split();
    let uart = Uart { reader: Tolerant(reader), writer: Tolerant(writer) };
    let parts = Parts { stack, uart, world: Board, config, feed: || watchdog.feed() };
    run(parts, HUB.init_with(Hub::new), MEMORY.init_with(Memory::default)).await
}

/// There is nothing to do without a configuration but to say so.
async fn complain(error: &bridge::ConfigError) -> ! {
    loop {
        defmt::error!("{}", defmt::Display2Format(error));
        Timer::after_secs(5).await;
    }
}
