//! Who a panel is, and where its cloud is.

use super::fields::{Writer, byte, field, number, text, view};
use super::padded::PaddedText;

/// Who a panel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Device<'i> {
    /// Offset 12, 15 bytes: the identity, as `GA00000A0000000`. It is all that tells one panel from another; nothing proves it.
    pub guid: PaddedText<'i>,
    /// Offset 27: the byte behind it, 0.
    pub guid_pad: u8,
    /// Offset 44, 3 bytes: version of the firmware, as `207`.
    pub firmware: PaddedText<'i>,
    /// Offset 47: the byte behind it, 0.
    pub firmware_pad: u8,
}

impl<'i> Device<'i> {
    /// What both hellos begin with.
    fn read(message: &'i [u8]) -> Self {
        Self {
            guid: text::<15>(message, 12),
            guid_pad: byte(message, 27),
            firmware: text::<3>(message, 44),
            firmware_pad: byte(message, 47),
        }
    }

    /// With four of the flags before the version, the others behind it.
    fn write(&self, flags: &[i32], room: &mut [u8]) {
        let (front, back) = flags.split_at_checked(4).unwrap_or_default();
        let mut writer = Writer(room);
        writer.text(self.guid, 15);
        writer.bytes(&[self.guid_pad]);
        writer.numbers(front);
        writer.text(self.firmware, 3);
        writer.bytes(&[self.firmware_pad]);
        writer.numbers(back);
    }
}

/// The flags of both hellos.
#[inline(always)]
fn flags<const COUNT: usize>(message: &[u8]) -> [i32; COUNT] {
    core::array::from_fn(|index| number(message, if index < 4 { 28 } else { 32_usize }.saturating_add(index.saturating_mul(4))))
}

/// Hello of a panel, 72 bytes. What the flags mean is not known.
#[derive(Clone, Copy)]
pub struct Hello<'i> {
    pub(super) message: &'i [u8],
}

view! {
    Hello, 72 => {
        /// Who it is.
        device: Device<'i> = |fields| Device::read(fields.message);
        /// Flags 1 to 4 at offset 28, flags 5 to 10 at offset 48.
        flags: [i32; 10] = |fields| flags(fields.message);
    }
}

impl Hello<'_> {
    /// The flags as panels send them. The fifth differs from panel to panel in its lower half.
    pub const USUAL_FLAGS: [i32; 10] = [1, 0, 2, 0x7000, 0x2000_BA58, 48, 0, 7, 30, 30];

    /// What [`encode`](super::encode()) wants behind the header. Texts that are longer than their field are cut.
    #[must_use]
    pub fn fields(device: &Device<'_>, flags: &[i32; 10]) -> [u8; 60] {
        let mut fields = [0; 60];
        device.write(flags, &mut fields);
        fields
    }
}

/// Hello of a panel that asks where its cloud is, 60 bytes. What the flags mean is not known.
#[derive(Clone, Copy)]
pub struct HelloDiscovery<'i> {
    pub(super) message: &'i [u8],
}

view! {
    HelloDiscovery, 60 => {
        /// Who it is.
        device: Device<'i> = |fields| Device::read(fields.message);
        /// Flags 1 to 4 at offset 28, flags 5 to 7 at offset 48.
        flags: [i32; 7] = |fields| flags(fields.message);
    }
}

impl HelloDiscovery<'_> {
    /// The flags as panels send them.
    pub const USUAL_FLAGS: [i32; 7] = [0, 0, 1, 0x7000, 0x0505_0505, 0x0606_0030, 0x0707_0707];

    /// What [`encode`](super::encode()) wants behind the header. Texts that are longer than their field are cut.
    #[must_use]
    pub fn fields(device: &Device<'_>, flags: &[i32; 7]) -> [u8; 48] {
        let mut fields = [0; 48];
        device.write(flags, &mut fields);
        fields
    }
}

/// First answer to a hello, 13 bytes.
#[derive(Clone, Copy)]
pub struct HelloAck<'i> {
    pub(super) message: &'i [u8],
}

view! {
    HelloAck, 13 => {
        /// Offset 12: 1 in every capture.
        flag: u8 = |fields| byte(fields.message, 12);
    }
}

/// Second answer to a hello, 13 bytes.
#[derive(Clone, Copy)]
pub struct HelloAnswer<'i> {
    pub(super) message: &'i [u8],
}

view! {
    HelloAnswer, 13 => {
        /// Offset 12: 31 in every capture.
        flag: u8 = |fields| byte(fields.message, 12);
    }
}

/// Third answer to a hello, 16 bytes.
#[derive(Clone, Copy)]
pub struct HelloInfo<'i> {
    pub(super) message: &'i [u8],
}

view! {
    HelloInfo, 16 => {
        /// Offset 12: the TCP port to connect to.
        port: i32 = |fields| number(fields.message, 12);
    }
}

/// Where the cloud is, 44 bytes.
#[derive(Clone, Copy)]
pub struct DiscoveryAnswer<'i> {
    pub(super) message: &'i [u8],
}

view! {
    DiscoveryAnswer, 44 => {
        /// Offset 12, 16 bytes: an IPv4 address in digits.
        address: PaddedText<'i> = |fields| PaddedText::from_field(field::<16>(fields.message, 12));
        /// Offset 28: two numbers that are 0 in every capture.
        flags: [i32; 2] = |fields| [number(fields.message, 28), number(fields.message, 32)];
        /// Offset 36: TCP port.
        port: i32 = |fields| number(fields.message, 36);
        /// Offset 40: the time of day for the panel's clock, in seconds since 1970.
        timestamp: i32 = |fields| number(fields.message, 40);
    }
}

impl DiscoveryAnswer<'_> {
    /// What [`encode`](super::encode()) wants behind the header, with 0 for the flags. An address that is longer than its field is cut.
    #[must_use]
    pub fn fields(address: PaddedText<'_>, port: i32, timestamp: i32) -> [u8; 32] {
        let mut fields = [0; 32];
        let mut writer = Writer(&mut fields);
        writer.text(address, 16);
        writer.numbers(&[0, 0, port, timestamp]);
        fields
    }
}
