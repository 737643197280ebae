//! What the ordinary way and the limit make of a line, and how any decoder's result is folded into one number.

/// The fields of a panel line, as [`codec_core::ness::Packet`] holds them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Typed {
    /// START.
    pub start: u8,
    /// The address, if the line has one.
    pub address: Option<u8>,
    /// The sequence bit.
    pub sequence: bool,
    /// The data.
    pub body: Body,
    /// Year, month, day, hour, minute, second.
    pub stamp: Option<[u8; 6]>,
}

/// The data of a panel line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// COMMAND `61`.
    Event {
        /// Event code.
        code: u8,
        /// Identity: a decimal number, unless a digit is a letter.
        id: u8,
        /// Whether a digit of the identity is a letter.
        id_is_hex: bool,
        /// Area code.
        area: u8,
    },
    /// COMMAND `60`.
    Status {
        /// Request that is answered.
        request: u8,
        /// Its value.
        value: u16,
    },
}

/// Every field of every line, folded into a number, so that nothing can be optimised away and all decoders can be compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Check(pub u64);

impl Check {
    /// START, address and sequence bit.
    #[inline(always)]
    pub fn head(&mut self, start: u8, address: Option<u8>, sequence: bool) {
        let address = address.map_or(0x100, u64::from);
        self.mix(u64::from(start) | address << 8 | u64::from(sequence) << 24);
    }

    /// The data of an event.
    #[inline(always)]
    pub fn event(&mut self, code: u8, id: u8, id_is_hex: bool, area: u8) {
        self.mix(u64::from(u32::from_le_bytes([code, id, id_is_hex.into(), area])) | 1 << 32);
    }

    /// The data of a status line.
    #[inline(always)]
    pub fn status(&mut self, request: u8, value: u16) {
        self.mix(u64::from(request) | u64::from(value) << 16 | 2 << 32);
    }

    /// The time stamp.
    #[inline(always)]
    pub fn stamp(&mut self, [year, month, day, hour, minute, second]: [u8; 6]) {
        self.mix(u64::from_le_bytes([year, month, day, hour, minute, second, 3, 0]));
    }

    /// A number.
    #[inline(always)]
    pub fn field(&mut self, value: u32) {
        self.mix(u64::from(value) | 4 << 32);
    }

    /// The numbers of a row, always as many.
    #[inline(always)]
    pub fn row<const N: usize>(&mut self, numbers: [i64; N]) {
        numbers.into_iter().for_each(|number| self.mix(number as u64));
    }

    /// A text by its length and its first byte.
    #[inline(always)]
    pub fn short(&mut self, text: &str) {
        self.mix(text.len() as u64 | u64::from(text.as_bytes().first().copied().unwrap_or(0)) << 16);
    }

    #[inline(always)]
    fn mix(&mut self, word: u64) {
        self.0 = self.0.rotate_left(9) ^ word;
    }

    /// Any text.
    pub fn text(&mut self, text: &[u8]) {
        text.iter().for_each(|byte| self.mix(u64::from(*byte)));
    }

    /// All of a line.
    #[inline(always)]
    pub fn line(&mut self, line: &Typed) {
        self.head(line.start, line.address, line.sequence);
        match line.body {
            Body::Event { code, id, id_is_hex, area } => self.event(code, id, id_is_hex, area),
            Body::Status { request, value } => self.status(request, value),
        }
        if let Some(stamp) = line.stamp {
            self.stamp(stamp);
        }
    }
}
