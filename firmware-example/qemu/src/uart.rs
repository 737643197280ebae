//! The serial line to a Ness panel: received bytes come by interrupt, sent ones go out as there is room.

use core::convert::Infallible;

use bridge::Uart;
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_sync::pipe::Pipe;
use embedded_io_async::{ErrorType, Read, Write};

use crate::board::{UART, UART_RX_IRQ};
use crate::interrupts::unmask;

const DATA: usize = 0x0;
const STATE: usize = 0x4;
const STATE_TX_FULL: u32 = 0b01;
const STATE_RX_FULL: u32 = 0b10;
const CONTROL: usize = 0x8;
const TRANSMIT_AND_RECEIVE: u32 = 0b0011;
const WITH_RX_INTERRUPT: u32 = 0b1011;
const INTERRUPTS: usize = 0xc;
const RX_INTERRUPT: u32 = 0b10;
/// The clock per bit. QEMU moves nothing below 16 and goes as fast as it can otherwise.
const DIVIDER: usize = 0x10;
const BAUD_9600: u32 = 25_000_000 / 9_600;

/// What was received and not read yet. While it is full the device is left alone, and QEMU holds the rest back.
static RECEIVED: Pipe<CriticalSectionRawMutex, 256> = Pipe::new();

#[derive(Debug)]
pub(crate) struct Reader(());

#[derive(Debug)]
pub(crate) struct Writer(());

pub(crate) fn start() -> Uart<Reader, Writer> {
    UART.write(DIVIDER, BAUD_9600);
    UART.write(CONTROL, WITH_RX_INTERRUPT);
    unmask(UART_RX_IRQ);
    Uart { reader: Reader(()), writer: Writer(()) }
}

pub(crate) fn on_interrupt() {
    UART.write(INTERRUPTS, RX_INTERRUPT);
    fill();
}

/// Moves what the device has into the pipe.
fn fill() {
    while UART.read(STATE) & STATE_RX_FULL != 0 {
        if RECEIVED.free_capacity() == 0 {
            UART.write(CONTROL, TRANSMIT_AND_RECEIVE);
            return;
        }
        let [byte, ..] = UART.read(DATA).to_le_bytes();
        // There is room.
        let _ = RECEIVED.try_write(&[byte]);
    }
}

impl ErrorType for Reader {
    type Error = Infallible;
}

impl Read for Reader {
    async fn read(&mut self, space: &mut [u8]) -> Result<usize, Infallible> {
        let len = RECEIVED.read(space).await;
        critical_section::with(|_| {
            UART.write(CONTROL, WITH_RX_INTERRUPT);
            fill();
        });
        Ok(len)
    }
}

impl ErrorType for Writer {
    type Error = Infallible;
}

impl Write for Writer {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        let Some(first) = bytes.first() else { return Ok(0) };
        while UART.read(STATE) & STATE_TX_FULL != 0 {
            embassy_futures::yield_now().await;
        }
        UART.write(DATA, u32::from(*first));
        Ok(1)
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        while UART.read(STATE) & STATE_TX_FULL != 0 {
            embassy_futures::yield_now().await;
        }
        Ok(())
    }
}
