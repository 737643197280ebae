//! The bridge on an RP2040 with a W5500, as on WIZnet's W5500-EVB-Pico. A Ness panel may be on the serial line at GP0 (out) and GP1 (in), behind
//! an RS-232 level shifter.
#![no_std]
#![no_main]

mod faults;
mod settings;
mod world;

use bridge::{Hub, Memory, Parts, Tolerant, Uart, run};
use defmt_rtt as _;
use embassy_executor::Spawner;
use embassy_net::StackResources;
use embassy_net_wiznet::chip::W5500;
use embassy_net_wiznet::{Device, State};
use embassy_rp::clocks::RoscRng;
use embassy_rp::gpio::{Input, Level, Output, Pull};
use embassy_rp::peripherals::{DMA_CH0, DMA_CH1, SPI0, UART0};
use embassy_rp::spi::{self, Spi};
use embassy_rp::uart::{self, BufferedInterruptHandler, BufferedUart};
use embassy_rp::watchdog::Watchdog;
use embassy_rp::{bind_interrupts, dma};
use embassy_time::{Delay, Duration, Timer};
use embedded_hal_bus::spi::ExclusiveDevice;
use portable_atomic as _;
use static_cell::StaticCell;

use crate::world::Board;

bind_interrupts!(struct Interrupts {
    DMA_IRQ_0 => dma::InterruptHandler<DMA_CH0>, dma::InterruptHandler<DMA_CH1>;
    UART0_IRQ => BufferedInterruptHandler<UART0>;
});

/// How long the watchdog waits for food. It cannot wait longer than 8.3 s.
const WATCHDOG: Duration = Duration::from_secs(8);

type Bus = ExclusiveDevice<Spi<'static, SPI0, spi::Async>, Output<'static>, Delay>;
type Chip = embassy_net_wiznet::Runner<'static, W5500, Bus, Input<'static>, Output<'static>>;

#[embassy_executor::task]
async fn ethernet(runner: Chip) -> ! {
    runner.run().await
}

#[embassy_executor::task]
async fn network(mut runner: embassy_net::Runner<'static, Device<'static>>) -> ! {
    runner.run().await
}

#[embassy_executor::main]
async fn main(spawner: Spawner) {
    static CHIP: StaticCell<State<8, 8>> = StaticCell::new();
    static RESOURCES: StaticCell<StackResources<{ bridge::SOCKETS }>> = StaticCell::new();
    static UART_IN: StaticCell<[u8; 256]> = StaticCell::new();
    static UART_OUT: StaticCell<[u8; 256]> = StaticCell::new();
    static HUB: StaticCell<Hub> = StaticCell::new();
    static MEMORY: StaticCell<Memory> = StaticCell::new();

    let board = embassy_rp::init(embassy_rp::config::Config::default());
    let settings = settings::read(board.FLASH);
    let config = match settings.config {
        Ok(config) => config,
        Err(error) => loop {
            defmt::error!("{}", defmt::Display2Format(&error));
            Timer::after_secs(5).await;
        },
    };
    let mut watchdog = Watchdog::new(board.WATCHDOG);
    watchdog.pause_on_debug(true);
    watchdog.start(WATCHDOG);

    let mut speed = spi::Config::default();
    speed.frequency = 25_000_000;
    let spi = Spi::new(board.SPI0, board.PIN_18, board.PIN_19, board.PIN_16, board.DMA_CH0, board.DMA_CH1, Interrupts, speed);
    let select = Output::new(board.PIN_17, Level::High);
    let (interrupt, reset) = (Input::new(board.PIN_21, Pull::Up), Output::new(board.PIN_20, Level::High));
    let bus = ExclusiveDevice::new(spi, select, Delay).expect("a pin cannot fail");
    let chip = embassy_net_wiznet::new(settings.mac, CHIP.init(State::new()), bus, interrupt, reset).await;
    let (device, runner) = chip.expect("a W5500 on SPI0: clock GP18, out GP19, in GP16, select GP17, interrupt GP21, reset GP20");
    spawner.spawn(ethernet(runner).expect("the only one"));

    let resources = RESOURCES.init(StackResources::new());
    let (stack, runner) = embassy_net::new(device, config.network(), resources, RoscRng.next_u64());
    spawner.spawn(network(runner).expect("the only one"));

    let mut line = uart::Config::default();
    line.baudrate = 9_600;
    let (space, output) = (UART_IN.init([0; 256]), UART_OUT.init([0; 256]));
    let (writer, reader) = BufferedUart::new(board.UART0, board.PIN_0, board.PIN_1, Interrupts, output, space, line).split();
    let uart = Uart { reader: Tolerant(reader), writer: Tolerant(writer) };
    let parts = Parts { stack, uart, world: Board, config, feed: || watchdog.feed(WATCHDOG) };
    run(parts, HUB.init_with(Hub::new), MEMORY.init_with(Memory::default)).await
}
