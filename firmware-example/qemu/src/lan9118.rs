//! The Ethernet controller: SMSC LAN9118 as QEMU models it, with its FIFOs read and written word by word.
//!
//! It counts on QEMU in two things: that a frame has left when its last word is written, and that the FIFOs are those of the model.

use core::sync::atomic::{AtomicBool, Ordering};
use core::task::Context;

use embassy_net_driver::{Capabilities, Driver, HardwareAddress, LinkState, RxToken, TxToken};
use embassy_sync::waitqueue::AtomicWaker;

use crate::board::{ETHERNET as CHIP, ETHERNET_IRQ};
use crate::interrupts::unmask;

/// Offsets of the registers.
mod at {
    pub(super) const RX_DATA: usize = 0x00;
    pub(super) const TX_DATA: usize = 0x20;
    pub(super) const RX_STATUS: usize = 0x40;
    pub(super) const TX_STATUS: usize = 0x48;
    pub(super) const ID_REV: usize = 0x50;
    pub(super) const IRQ_CFG: usize = 0x54;
    pub(super) const INT_STS: usize = 0x58;
    pub(super) const INT_EN: usize = 0x5c;
    pub(super) const BYTE_TEST: usize = 0x64;
    pub(super) const FIFO_INT: usize = 0x68;
    pub(super) const RX_CFG: usize = 0x6c;
    pub(super) const TX_CFG: usize = 0x70;
    pub(super) const HW_CFG: usize = 0x74;
    pub(super) const RX_FIFO_INF: usize = 0x7c;
    pub(super) const TX_FIFO_INF: usize = 0x80;
    pub(super) const GPT_CFG: usize = 0x8c;
    pub(super) const MAC_CSR_CMD: usize = 0xa4;
    pub(super) const MAC_CSR_DATA: usize = 0xa8;
}

/// A frame waits.
const FRAME: u32 = 1 << 3;
/// The link went up or down.
const PHY: u32 = 1 << 18;

/// A frame without its check sequence, and with it, in words.
const MTU: usize = 1514;
const FRAME_WORDS: usize = (MTU + 4).div_ceil(4);

static WAKER: AtomicWaker = AtomicWaker::new();
static LINKED: AtomicBool = AtomicBool::new(false);

/// Registers behind the command register of the MAC.
mod mac {
    use super::{CHIP, at};

    pub(super) const CONTROL: u32 = 1;
    pub(super) const ADDRESS_HIGH: u32 = 2;
    pub(super) const ADDRESS_LOW: u32 = 3;
    pub(super) const MII_ACCESS: u32 = 6;
    pub(super) const MII_DATA: u32 = 7;

    /// Full duplex, all multicast, transmit, receive.
    pub(super) const RUN: u32 = 1 << 20 | 1 << 19 | 1 << 3 | 1 << 2;

    const BUSY: u32 = 1 << 31;
    const READ: u32 = 1 << 30;

    pub(super) fn read(register: u32) -> u32 {
        CHIP.write(at::MAC_CSR_CMD, BUSY | READ | register);
        while CHIP.read(at::MAC_CSR_CMD) & BUSY != 0 {}
        CHIP.read(at::MAC_CSR_DATA)
    }

    pub(super) fn write(register: u32, value: u32) {
        CHIP.write(at::MAC_CSR_DATA, value);
        CHIP.write(at::MAC_CSR_CMD, BUSY | register);
        while CHIP.read(at::MAC_CSR_CMD) & BUSY != 0 {}
    }
}

/// Registers of the PHY, which is behind the MAC.
mod phy {
    use super::mac;

    pub(super) const STATUS: u32 = 1;
    pub(super) const STATUS_LINKED: u32 = 1 << 2;
    /// Reading it clears it.
    pub(super) const INTERRUPT_SOURCE: u32 = 29;
    pub(super) const INTERRUPT_MASK: u32 = 30;
    /// Energy on the line, negotiation done, link down.
    pub(super) const LINK_CHANGES: u32 = 1 << 7 | 1 << 6 | 1 << 4;

    const ADDRESS: u32 = 1 << 11;
    const WRITE: u32 = 1 << 1;
    const BUSY: u32 = 1;

    fn access(register: u32, direction: u32) {
        mac::write(mac::MII_ACCESS, ADDRESS | register << 6 | direction | BUSY);
        while mac::read(mac::MII_ACCESS) & BUSY != 0 {}
    }

    pub(super) fn read(register: u32) -> u32 {
        access(register, 0);
        mac::read(mac::MII_DATA) & 0xffff
    }

    pub(super) fn write(register: u32, value: u32) {
        mac::write(mac::MII_DATA, value);
        access(register, WRITE);
    }
}

fn look_at_link() {
    phy::read(phy::INTERRUPT_SOURCE);
    CHIP.write(at::INT_STS, PHY);
    LINKED.store(phy::read(phy::STATUS) & phy::STATUS_LINKED != 0, Ordering::Relaxed);
}

pub(crate) fn on_interrupt() {
    let why = CHIP.read(at::INT_STS) & CHIP.read(at::INT_EN);
    if why & FRAME != 0 {
        // Until the frames have been read.
        CHIP.write(at::INT_EN, PHY);
    }
    if why & PHY != 0 {
        look_at_link();
    }
    WAKER.wake();
}

/// How many status words wait, as two registers tell it.
fn waiting(register: usize) -> u32 {
    CHIP.read(register) >> 16 & 0xff
}

/// The controller, and a frame each way.
#[derive(Debug)]
pub(crate) struct Lan9118 {
    address: [u8; 6],
    received: [u32; FRAME_WORDS],
    unsent: [u32; FRAME_WORDS],
}

impl Lan9118 {
    /// Resets the chip and lets it run.
    pub(crate) fn start() -> Self {
        assert_eq!(CHIP.read(at::BYTE_TEST), 0x8765_4321, "no Ethernet controller here");
        assert_eq!(CHIP.read(at::ID_REV) >> 16, 0x0118, "another Ethernet controller");
        CHIP.write(at::HW_CFG, 1);
        while CHIP.read(at::HW_CFG) & 1 != 0 {}
        // Interrupts on, active high, driven: after a reset the line is active low, that is, asserted.
        CHIP.write(at::IRQ_CFG, 0x111);
        CHIP.write(at::INT_EN, 0);
        CHIP.write(at::INT_STS, u32::MAX);
        // The split of the FIFO that the model has, and a bit that has to be set.
        CHIP.write(at::HW_CFG, 5 << 16 | 1 << 20);
        // An interrupt for every frame.
        CHIP.write(at::FIFO_INT, 0x4800_0000);
        CHIP.write(at::RX_CFG, 0);
        CHIP.write(at::TX_CFG, 1 << 1);
        phy::write(phy::INTERRUPT_MASK, phy::LINK_CHANGES);
        look_at_link();
        let [a, b, c, d] = mac::read(mac::ADDRESS_LOW).to_le_bytes();
        let [e, f, ..] = mac::read(mac::ADDRESS_HIGH).to_le_bytes();
        mac::write(mac::CONTROL, mac::RUN);
        CHIP.write(at::INT_EN, FRAME | PHY);
        unmask(ETHERNET_IRQ);
        Self { address: [a, b, c, d, e, f], received: [0; FRAME_WORDS], unsent: [0; FRAME_WORDS] }
    }
}

/// The first `len` bytes of words, in memory order: the cores are little-endian, as the chip's FIFOs are.
fn bytes(words: &mut [u32; FRAME_WORDS], len: usize) -> &mut [u8] {
    let len = len.min(size_of_val(words));
    // SAFETY: the bytes are those of the array, which is borrowed for as long, and any bytes are valid words.
    unsafe { core::slice::from_raw_parts_mut(words.as_mut_ptr().cast(), len) }
}

/// A frame that waits in the FIFO.
#[derive(Debug)]
pub(crate) struct Received<'a>(&'a mut [u32; FRAME_WORDS]);

impl RxToken for Received<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, read: F) -> R {
        const ERROR: u32 = 1 << 15;
        let status = CHIP.read(at::RX_STATUS);
        let len = (status >> 16 & 0x3fff) as usize;
        // All of it is read, or the next frame would not begin at its beginning.
        for word in 0..len.div_ceil(4) {
            let value = CHIP.read(at::RX_DATA);
            if let Some(place) = self.0.get_mut(word) {
                *place = value;
            }
        }
        // The check sequence is behind the frame.
        let len = if status & ERROR != 0 || len > MTU + 4 { 0 } else { len.saturating_sub(4) };
        read(bytes(self.0, len))
    }
}

/// Room for a frame.
#[derive(Debug)]
pub(crate) struct Room<'a>(&'a mut [u32; FRAME_WORDS]);

impl TxToken for Room<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, write: F) -> R {
        const FIRST_AND_LAST: u32 = 1 << 13 | 1 << 12;
        let len = len.min(MTU);
        let result = write(bytes(self.0, len));
        let command_len = len as u32;
        CHIP.write(at::TX_DATA, FIRST_AND_LAST | command_len);
        CHIP.write(at::TX_DATA, command_len);
        for word in self.0.iter().take(len.div_ceil(4)) {
            CHIP.write(at::TX_DATA, *word);
        }
        while waiting(at::TX_FIFO_INF) != 0 {
            CHIP.read(at::TX_STATUS);
        }
        wake_qemu();
        result
    }
}

/// QEMU's user network takes a frame at once, but its main loop goes on sleeping with the sockets it had before: what a new
/// connection answers would wait for half a second. Setting any timer wakes it; the chip has one that is not used, whose interrupt is off.
fn wake_qemu() {
    CHIP.write(at::GPT_CFG, 0xffff);
    CHIP.write(at::GPT_CFG, 1 << 29 | 1);
}

impl Driver for Lan9118 {
    type RxToken<'a> = Received<'a>;
    type TxToken<'a> = Room<'a>;

    fn receive(&mut self, context: &mut Context<'_>) -> Option<(Received<'_>, Room<'_>)> {
        if waiting(at::RX_FIFO_INF) == 0 {
            WAKER.register(context.waker());
            // The interrupt is for frames that come, not for those that are there: look again behind allowing it.
            CHIP.write(at::INT_STS, FRAME);
            CHIP.write(at::INT_EN, FRAME | PHY);
            if waiting(at::RX_FIFO_INF) == 0 {
                return None;
            }
        }
        Some((Received(&mut self.received), Room(&mut self.unsent)))
    }

    fn transmit(&mut self, _: &mut Context<'_>) -> Option<Room<'_>> {
        Some(Room(&mut self.unsent))
    }

    fn link_state(&mut self, context: &mut Context<'_>) -> LinkState {
        WAKER.register(context.waker());
        if LINKED.load(Ordering::Relaxed) { LinkState::Up } else { LinkState::Down }
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::default();
        capabilities.max_transmission_unit = MTU;
        // As many fit into the FIFO. One would limit the window of a connection to one segment.
        capabilities.max_burst_size = Some(6);
        capabilities
    }

    fn hardware_address(&self) -> HardwareAddress {
        HardwareAddress::Ethernet(self.address)
    }
}
