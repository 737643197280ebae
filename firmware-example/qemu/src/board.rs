//! Addresses, interrupts and clocks, from the application notes of the boards as QEMU models them.

pub(crate) use chosen::*;

#[cfg(not(feature = "an505"))]
mod chosen {
    use crate::registers::Block;

    pub(crate) const ETHERNET: Block = Block::at(0x4020_0000);
    pub(crate) const ETHERNET_IRQ: u16 = 13;
    /// Holds the counter.
    pub(crate) const FPGAIO: Block = Block::at(0x4002_8000);
    pub(crate) const FPGAIO_MHZ: u32 = 25;
    pub(crate) const TIMER: Block = Block::at(0x4000_0000);
    pub(crate) const TIMER_IRQ: u16 = 8;
    pub(crate) const TIMER_MHZ: u32 = 25;
    pub(crate) const UART: Block = Block::at(0x4000_4000);
    pub(crate) const UART_RX_IRQ: u16 = 0;
    pub(crate) const WATCHDOG: Option<Block> = Some(Block::at(0x4000_8000));
}

/// The secure aliases.
#[cfg(feature = "an505")]
mod chosen {
    use crate::registers::Block;

    pub(crate) const ETHERNET: Block = Block::at(0x5200_0000);
    pub(crate) const ETHERNET_IRQ: u16 = 48;
    /// Holds the counter.
    pub(crate) const FPGAIO: Block = Block::at(0x5030_2000);
    pub(crate) const FPGAIO_MHZ: u32 = 20;
    pub(crate) const TIMER: Block = Block::at(0x5000_0000);
    pub(crate) const TIMER_IRQ: u16 = 3;
    pub(crate) const TIMER_MHZ: u32 = 20;
    pub(crate) const UART: Block = Block::at(0x5020_0000);
    pub(crate) const UART_RX_IRQ: u16 = 32;
    /// It is reset through a chain of other parts that is not worth following here.
    pub(crate) const WATCHDOG: Option<Block> = None;
}
