//! A packet as a line, with the checksum that its kind must have.

use super::codes::{AreaCode, EventCode, Id};
use super::keys::Keys;
use super::packet::{Address, Body, Packet, StatusUpdate, SystemEvent};
use super::stamp::{Stamp, Timestamp};
use super::status::RequestId;
use super::wire::{SEQUENCE, SYSTEM_STATUS, USER_INTERFACE, ascii_checksum, binary_checksum};
use crate::error::EncodeError;
use crate::text::hex::Case;

/// Longest line that [`encode`] writes, in bytes, without terminator: a request with 127 keys and a two-digit address.
pub const MAX_ENCODED: usize = 137;

impl<'i> Packet<'i> {
    /// An event as a panel sends it: START, and so which fields there are, follows from the address and the time stamp.
    #[must_use]
    pub const fn event(address: Option<u8>, sequence: bool, event: SystemEvent, time: Option<Timestamp>) -> Self {
        let (bit0, address) = match address {
            Some(value) => (1, Address::Byte(value)),
            None => (0, Address::Absent),
        };
        let (bit2, stamp) = match time {
            Some(time) => (4, Some(Stamp::Time(time))),
            None => (0, None),
        };
        Self { start: 0x82 | bit0 | bit2, address, sequence, body: Body::Event(event), stamp }
    }

    /// A status line as a panel sends it: START `82` and an address all the same.
    #[must_use]
    pub const fn status(address: u8, request: RequestId, value: u16) -> Self {
        let body = Body::Status(StatusUpdate { request, value });
        Self { start: 0x82, address: Address::Byte(address), sequence: false, body, stamp: None }
    }

    /// A request as a host sends it. Panels accept address 0 always, another (1 to 15) if it is theirs.
    #[must_use]
    pub const fn request(address: u8, keys: Keys<'i>) -> Self {
        Self { start: 0x83, address: Address::Digit(address), sequence: false, body: Body::Request(keys), stamp: None }
    }

    /// An event in the dialect of the Python library, which no panel speaks: one-digit address, length in characters.
    #[must_use]
    pub const fn library_event(address: u8, event: SystemEvent) -> Self {
        Self { start: 0x83, address: Address::Digit(address), sequence: false, body: Body::Event(event), stamp: None }
    }
}

impl SystemEvent {
    /// An event of a zone or user, or of the main unit (ID 0). `id` above 99 counts as 99.
    #[must_use]
    pub const fn new(code: EventCode, id: u8, area: AreaCode) -> Self {
        let id = match Id::decimal(id) {
            Some(id) => id,
            None => match Id::decimal(99) {
                Some(id) => id,
                None => Id::MAIN_UNIT,
            },
        };
        Self { code, id, area }
    }
}

/// Which rule to compute a checksum by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum ChecksumRule {
    /// Binary for events and status lines, ASCII for requests.
    #[default]
    ByKind,
    /// ASCII for all, as the Python library and its mock panel do it.
    Ascii,
}

/// Appends to a slice, and counts what does not fit too.
struct Writer<'o> {
    out: &'o mut [u8],
    len: usize,
    digits: &'static [u8; 16],
    /// Sum of the bytes that pairs of digits stand for.
    sum: u8,
}

impl Writer<'_> {
    #[inline]
    fn text(&mut self, text: &[u8]) {
        if let Some(room) = self.out.get_mut(self.len..).and_then(|rest| rest.get_mut(..text.len())) {
            for (to, from) in room.iter_mut().zip(text) {
                *to = *from;
            }
        }
        self.len = self.len.saturating_add(text.len());
    }

    /// Two digits for each byte.
    #[inline]
    fn pairs<const COUNT: usize>(&mut self, bytes: [u8; COUNT]) {
        self.sum = bytes.iter().fold(self.sum, |sum, byte| sum.wrapping_add(*byte));
        self.text(bytes.map(|byte| [digit(self.digits, byte >> 4), digit(self.digits, byte)]).as_flattened());
    }

    /// What was written, if it fits with a checksum behind it.
    fn written(&self) -> Result<&[u8], EncodeError> {
        let needed = self.len.saturating_add(2);
        if needed > self.out.len() {
            return Err(EncodeError::NoSpace { needed: u32::try_from(needed).unwrap_or(u32::MAX) });
        }
        Ok(self.out.get(..self.len).unwrap_or_default())
    }
}

#[inline]
#[expect(clippy::indexing_slicing, reason = "the index is masked to 0..16")]
const fn digit(digits: &[u8; 16], value: u8) -> u8 {
    digits[(value & 0x0F) as usize]
}

/// Writes `packet` as a line without terminator and gives its length in bytes.
///
/// Lower case is what panels send. The checksum follows the rule for the kind of line, so a line decoded from a panel comes back
/// byte for byte.
///
/// ```
/// use codec_core::Secret;
/// use codec_core::ness::{self, Case, KeyString, Packet};
///
/// let keys = KeyString::arm_away(Some(Secret::new("1234")))?;
/// let mut line = [0; ness::MAX_ENCODED];
/// let len = ness::encode(&Packet::request(0, keys.as_keys()), Case::Upper, &mut line)?;
/// assert_eq!(&line[..len], b"8300660A1234E49");
/// # Ok::<(), codec_core::EncodeError>(())
/// ```
///
/// # Errors
/// [`EncodeError`] if `out` is too short, a one-digit address is above 15, a request has no key or more than 127, or START does not fit
/// the fields.
pub fn encode(packet: &Packet<'_>, case: Case, out: &mut [u8]) -> Result<usize, EncodeError> {
    encode_with(packet, case, ChecksumRule::ByKind, out)
}

/// As [`encode`], with a choice of the checksum rule.
///
/// # Errors
/// As [`encode`].
pub fn encode_with(packet: &Packet<'_>, case: Case, rule: ChecksumRule, out: &mut [u8]) -> Result<usize, EncodeError> {
    check_start(packet)?;
    let mut writer = Writer { out, len: 0, digits: case.all_digits(), sum: 0 };
    writer.pairs([packet.start]);
    let length = match packet.address {
        Address::Absent => 3,
        Address::Byte(value) => {
            writer.pairs([value]);
            3
        }
        Address::Digit(value @ 0..=15) => {
            writer.text(&[case.digit(value)]);
            6
        }
        Address::Digit(value) => return Err(EncodeError::OutOfRange { field: "address", min: 0, max: 15, found: value.into() }),
    };
    let sequence = if packet.sequence { SEQUENCE } else { 0 };
    let mut by_bytes = rule == ChecksumRule::ByKind;
    match packet.body {
        Body::Event(event) => {
            writer.pairs([length | sequence, SYSTEM_STATUS, event.code.raw(), event.id.pair(), event.area.raw()]);
        }
        Body::Status(status) => {
            let [high, low] = status.value.to_be_bytes();
            writer.pairs([length | sequence, USER_INTERFACE, status.request.raw(), high, low]);
        }
        Body::Request(keys) => {
            let found = u32::try_from(keys.len()).unwrap_or(u32::MAX);
            let range = EncodeError::OutOfRange { field: "number of keys", min: 1, max: 127, found };
            let count = u8::try_from(found).ok().filter(|count| (1..=127).contains(count)).ok_or(range)?;
            writer.pairs([count | sequence, USER_INTERFACE]);
            writer.text(keys.expose());
            by_bytes = false;
        }
    }
    match packet.stamp {
        Some(Stamp::Time(time)) => writer.pairs(time.pairs()),
        Some(Stamp::Packed { time, weekday, daylight }) => writer.pairs(time.packed(weekday, daylight)),
        Some(Stamp::Raw(digits)) => {
            writer.text(digits);
            match binary_checksum(digits) {
                Some(negated) => writer.sum = writer.sum.wrapping_sub(negated),
                None => by_bytes = false,
            }
        }
        None => {}
    }
    // A library-dialect line has an odd number of digits, which only the ASCII rule can sum.
    by_bytes &= !matches!(packet.address, Address::Digit(_));
    let covered = writer.written()?;
    let checksum = if by_bytes { writer.sum.wrapping_neg() } else { ascii_checksum(covered) };
    writer.pairs([checksum]);
    Ok(writer.len)
}

/// START says which fields a line has; status lines with `82` may have an address all the same.
fn check_start(packet: &Packet<'_>) -> Result<(), EncodeError> {
    let fits = match (packet.start, packet.address, packet.body) {
        (0x82, Address::Absent | Address::Byte(_), Body::Event(_) | Body::Status(_)) => packet.stamp.is_none(),
        (0x83, Address::Byte(_) | Address::Digit(_), Body::Event(_) | Body::Request(_)) => packet.stamp.is_none(),
        (0x86, Address::Absent, Body::Event(_) | Body::Status(_)) => packet.stamp.is_some(),
        (0x87, Address::Byte(_), Body::Event(_) | Body::Status(_)) => packet.stamp.is_some(),
        _ => false,
    };
    if fits { Ok(()) } else { Err(EncodeError::OutOfRange { field: "START", min: 0x82, max: 0x87, found: packet.start.into() }) }
}
