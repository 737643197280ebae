//! Registers of a device.

/// 32-bit registers at an address.
#[derive(Clone, Copy)]
pub(crate) struct Block(usize);

impl Block {
    pub(crate) const fn at(address: usize) -> Self {
        Self(address)
    }

    /// Reads the register at `offset` bytes. Some devices do something then.
    pub(crate) fn read(self, offset: usize) -> u32 {
        // SAFETY: every block is the register file of a device of the board that this image is built for; its registers are read and
        // written as whole words, and nothing else lies there.
        unsafe { ((self.0 + offset) as *const u32).read_volatile() }
    }

    /// Writes the register at `offset` bytes.
    pub(crate) fn write(self, offset: usize, value: u32) {
        // SAFETY: as in `read`; no register of these devices makes one of them write to memory.
        unsafe { ((self.0 + offset) as *mut u32).write_volatile(value) }
    }
}
