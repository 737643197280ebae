//! One line at a time: decode it from a slice. No state, no time. [`encode`](super::encode()) is the way back.

use core::fmt;

use super::codes::{AreaCode, EventCode, Id};
use super::keys::Keys;
use super::packet::{Address, Body, Packet, StatusUpdate, SystemEvent};
use super::stamp::{Stamp, Timestamp};
use super::status::RequestId;
use crate::error::{Fault, FaultKind};
use crate::text::hex::{self, Case, nibble};

/// Longest text between two terminators that is looked at, in bytes. The longest line of a panel has 28, the longest request 39.
pub const MAX_LINE: usize = 64;
/// The same, for errors.
pub(crate) const MAX_LINE_U32: u32 = 64;

/// COMMAND of an event line.
pub(crate) const SYSTEM_STATUS: u8 = 0x61;
/// COMMAND of a request and of the status line that answers it.
pub(crate) const USER_INTERFACE: u8 = 0x60;
/// Bit of LENGTH that alternates from event to event.
pub(crate) const SEQUENCE: u8 = 0x80;

/// Which checksum rule a received line obeys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum ChecksumMatch {
    /// The rule of panel lines: the bytes that the digits stand for add up to 0.
    Binary,
    /// The rule of requests: the codes of the characters and the checksum add up to 0.
    Ascii,
    /// Both, which happens by chance.
    Both,
    /// Neither.
    None,
}

/// Which received checksums to accept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum ChecksumPolicy {
    /// Binary rule for events and status lines, ASCII rule for requests, as panels do it.
    Strict,
    /// Either rule for all. The Python library's mock panel sends the ASCII rule for everything.
    #[default]
    Either,
    /// Any, as the Python library does it.
    Ignore,
}

/// Choices of a decoder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct DecodeOptions {
    /// Read time stamps as hexadecimal bytes with weekday and daylight bits, as the vendor's document describes them. No capture
    /// has this form, and it cannot be told from the decimal one.
    pub packed_time: bool,
}

/// A received line: its meaning and its text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Line<'i> {
    packet: Packet<'i>,
    text: &'i [u8],
    checksum: u8,
    /// What the binary rule makes of an event or status line; `None` for requests and where a character is no digit.
    binary: Option<u8>,
}

impl<'i> Line<'i> {
    /// What the line says.
    #[inline]
    #[must_use]
    pub const fn packet(&self) -> &Packet<'i> {
        &self.packet
    }

    /// The text without terminator and separator. That of a request may contain a user's code.
    #[must_use]
    pub const fn text(&self) -> &'i [u8] {
        self.text
    }

    /// LENGTH without the sequence bit: bytes of data, or characters in requests and in the library dialect.
    #[must_use]
    pub const fn length(&self) -> u8 {
        match (&self.packet.body, self.packet.address) {
            (Body::Request(keys), _) => keys.len() as u8,
            (_, Address::Digit(_)) => 6,
            _ => 3,
        }
    }

    /// COMMAND: `0x60` or `0x61`.
    #[must_use]
    pub const fn command(&self) -> u8 {
        match self.packet.body {
            Body::Event(_) => SYSTEM_STATUS,
            Body::Status(_) | Body::Request(_) => USER_INTERFACE,
        }
    }

    /// The data field as it was sent: six digits, or the keys. Keys may contain a user's code.
    #[must_use]
    pub fn data(&self) -> &'i [u8] {
        let from = usize::from(self.packet.address.digits()).saturating_add(6);
        let len = match self.packet.body {
            Body::Request(keys) => keys.len(),
            _ => 6,
        };
        self.text.get(from..from.saturating_add(len)).unwrap_or_default()
    }

    /// The twelve characters of the time stamp as they were sent.
    #[must_use]
    pub fn stamp_text(&self) -> Option<&'i [u8]> {
        self.packet.stamp?;
        let to = self.text.len().saturating_sub(2);
        self.text.get(to.saturating_sub(12)..to)
    }

    /// The case of the letters, [`Case::Lower`] if there is none. A line with both has [`Case::Upper`].
    #[must_use]
    pub fn case(&self) -> Case {
        let upper = match self.packet.body {
            Body::Request(_) => self.text.iter().rev().take(2).any(u8::is_ascii_uppercase),
            _ => self.text.iter().any(u8::is_ascii_uppercase),
        };
        if upper { Case::Upper } else { Case::Lower }
    }

    /// The checksum as received.
    #[must_use]
    pub const fn checksum(&self) -> u8 {
        self.checksum
    }

    /// The checksum by the binary rule, or `None` if the characters before the checksum are not pairs of digits.
    #[must_use]
    pub fn checksum_binary(&self) -> Option<u8> {
        if self.binary.is_some() || self.packet.address.digits() != 1 && !matches!(self.packet.body, Body::Request(_)) {
            return self.binary;
        }
        binary_checksum(self.covered())
    }

    /// The checksum by the ASCII rule.
    #[must_use]
    pub fn checksum_ascii(&self) -> u8 {
        ascii_checksum(self.covered())
    }

    /// Which rule the received checksum obeys.
    #[must_use]
    pub fn checksum_match(&self) -> ChecksumMatch {
        match (self.checksum_binary() == Some(self.checksum), self.checksum_ascii() == self.checksum) {
            (true, true) => ChecksumMatch::Both,
            (true, false) => ChecksumMatch::Binary,
            (false, true) => ChecksumMatch::Ascii,
            (false, false) => ChecksumMatch::None,
        }
    }

    /// Whether the received checksum is acceptable.
    ///
    /// # Errors
    /// [`FaultKind::Checksum`] if it is not; `expected` is by the rule for the kind of line.
    #[inline]
    pub fn check(&self, policy: ChecksumPolicy) -> Result<(), Fault> {
        match self.binary {
            // Right for a panel line, and so under any policy.
            Some(proper) if proper == self.checksum => Ok(()),
            _ => self.check_again(policy),
        }
    }

    #[cold]
    fn check_again(&self, policy: ChecksumPolicy) -> Result<(), Fault> {
        let request = matches!(self.packet.body, Body::Request(_));
        let proper = if request { Some(self.checksum_ascii()) } else { self.checksum_binary() };
        let good = match policy {
            ChecksumPolicy::Ignore => true,
            ChecksumPolicy::Strict => proper == Some(self.checksum),
            ChecksumPolicy::Either => proper == Some(self.checksum) || self.checksum_match() != ChecksumMatch::None,
        };
        if good {
            return Ok(());
        }
        let expected = proper.unwrap_or_else(|| self.checksum_ascii());
        let kind = FaultKind::Checksum { expected: expected.into(), found: self.checksum.into() };
        Err(Fault::new(kind, self.text.len().saturating_sub(2)))
    }

    /// The characters that the checksum covers: all before it.
    fn covered(&self) -> &'i [u8] {
        self.text.get(..self.text.len().saturating_sub(2)).unwrap_or_default()
    }
}

/// Shows the packet, whose keys are masked, and not the text.
impl fmt::Debug for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line").field("packet", &self.packet).field("checksum", &self.checksum).finish_non_exhaustive()
    }
}

/// The checksum of a request: the negated sum of the characters' codes.
pub(crate) fn ascii_checksum(covered: &[u8]) -> u8 {
    covered.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte)).wrapping_neg()
}

/// The checksum of a panel line: the negated sum of the bytes that the digits stand for.
pub(crate) fn binary_checksum(covered: &[u8]) -> Option<u8> {
    if covered.len() % 2 != 0 {
        return None;
    }
    let mut sum = 0_u8;
    for [high, low] in hex::Pairs(covered) {
        sum = sum.wrapping_add(hex::byte(high, low)?);
    }
    Some(sum.wrapping_neg())
}

/// Decodes one line, without its terminator. One `?` behind a request is allowed.
///
/// The checksum is not judged here: [`Line::check`] does that.
///
/// ```
/// use codec_core::ness::{self, Body, EventCode};
///
/// let line = ness::decode(b"87008361010900180921183139c7")?;
/// let Body::Event(event) = line.packet().body else { panic!("not an event") };
/// assert_eq!((event.code, event.id.zone()), (EventCode::Sealed, Some(9)));
/// # Ok::<(), codec_core::Fault>(())
/// ```
///
/// # Errors
/// A [`Fault`] with the offset of the first character that is wrong, of class `empty`, `truncated`, `trailing`, `hex`, `text`, `start`,
/// `command` or `length`.
#[inline]
pub fn decode(text: &[u8]) -> Result<Line<'_>, Fault> {
    decode_with(text, DecodeOptions::default())
}

/// As [`decode`], with choices.
///
/// # Errors
/// As [`decode`].
#[inline]
pub fn decode_with(text: &[u8], options: DecodeOptions) -> Result<Line<'_>, Fault> {
    // The forms that panels send have one size each, and their fields at fixed places.
    let usual = match text.len() {
        28 => stamped_with_address(text, options),
        16 => plain_with_address(text),
        14 => plain(text),
        26 => stamped(text, options),
        _ => None,
    };
    match usual {
        Some(line) => Ok(line),
        None => decode_slow(text, options),
    }
}

/// `COUNT` bytes from twice as many digits, and their sum; `None` if a character is no digit or the size is another.
#[inline(always)]
fn digit_pairs<const SIZE: usize, const COUNT: usize>(text: &[u8]) -> Option<([u8; COUNT], u8)> {
    let text: &[u8; SIZE] = text.try_into().ok()?;
    let mut bytes = [0; COUNT];
    let (mut seen, mut sum) = (0, 0_u8);
    for (byte, [high, low]) in bytes.iter_mut().zip(hex::Pairs(text)) {
        let (high, low) = (nibble(high), nibble(low));
        seen |= high | low;
        *byte = high << 4 | low;
        sum = sum.wrapping_add(*byte);
    }
    if seen & 0xF0 == 0 { Some((bytes, sum)) } else { None }
}

/// `82 AD LL CM` or `83 AD LL 61`, three bytes of data, checksum.
#[inline(always)]
fn plain_with_address(text: &[u8]) -> Option<Line<'_>> {
    let ([start @ (0x82 | 0x83), address, length, command, x, y, z, checksum], sum) = digit_pairs::<16, 8>(text)? else { return None };
    finish(text, start, Address::Byte(address), length, command, [x, y, z], None, checksum, sum)
}

/// `82 LL CM`, three bytes of data, checksum.
#[inline(always)]
fn plain(text: &[u8]) -> Option<Line<'_>> {
    let ([0x82, length, command, x, y, z, checksum], sum) = digit_pairs::<14, 7>(text)? else { return None };
    finish(text, 0x82, Address::Absent, length, command, [x, y, z], None, checksum, sum)
}

/// `87 AD LL CM`, three bytes of data, six of time, checksum.
#[inline(always)]
fn stamped_with_address(text: &[u8], options: DecodeOptions) -> Option<Line<'_>> {
    let ([0x87, address, length, command, x, y, z, time @ .., checksum], sum) = digit_pairs::<28, 14>(text)? else { return None };
    let stamp = Some(usual_stamp(time, text, options)?);
    finish(text, 0x87, Address::Byte(address), length, command, [x, y, z], stamp, checksum, sum)
}

/// `86 LL CM`, three bytes of data, six of time, checksum.
#[inline(always)]
fn stamped(text: &[u8], options: DecodeOptions) -> Option<Line<'_>> {
    let ([0x86, length, command, x, y, z, time @ .., checksum], sum) = digit_pairs::<26, 13>(text)? else { return None };
    let stamp = Some(usual_stamp(time, text, options)?);
    finish(text, 0x86, Address::Absent, length, command, [x, y, z], stamp, checksum, sum)
}

#[inline(always)]
fn usual_stamp(pairs: [u8; 6], text: &[u8], options: DecodeOptions) -> Option<Stamp<'_>> {
    match Timestamp::from_pairs(pairs) {
        Some(time) if !options.packed_time => Some(Stamp::Time(time)),
        _ => unusual_stamp(text, options),
    }
}

/// The stamp before the checksum, where it is not plain decimal.
#[cold]
fn unusual_stamp(text: &[u8], options: DecodeOptions) -> Option<Stamp<'_>> {
    let digits = text.get(text.len().checked_sub(14)?..)?.first_chunk::<12>()?;
    Some(if options.packed_time { Stamp::from_packed_digits(digits) } else { Stamp::Raw(digits) })
}

/// Puts a panel line together from its fields. `None` for an unknown COMMAND, a request or a wrong LENGTH.
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "one per field of the line")]
fn finish<'i>(
    text: &'i [u8],
    start: u8,
    address: Address,
    length: u8,
    command: u8,
    [first, second, third]: [u8; 3],
    stamp: Option<Stamp<'i>>,
    checksum: u8,
    sum: u8,
) -> Option<Line<'i>> {
    let body = match command {
        SYSTEM_STATUS => {
            Body::Event(SystemEvent { code: EventCode::from_raw(first), id: Id::from_pair(second), area: AreaCode::from_raw(third) })
        }
        USER_INTERFACE if start != 0x83 => {
            Body::Status(StatusUpdate { request: RequestId::from_raw(first), value: u16::from_be_bytes([second, third]) })
        }
        _ => return None,
    };
    if length & !SEQUENCE != 3 {
        return None;
    }
    let packet = Packet { start, address, sequence: length & SEQUENCE != 0, body, stamp };
    // `sum` includes the checksum itself.
    Some(Line { packet, text, checksum, binary: Some(checksum.wrapping_sub(sum)) })
}

/// Reads fields one after the other and knows where it is.
struct Reader<'i> {
    text: &'i [u8],
    at: usize,
    /// Bytes that the line needs at least, as far as is known.
    needed: usize,
}

impl<'i> Reader<'i> {
    fn take(&mut self, len: usize) -> Result<&'i [u8], Fault> {
        let to = self.at.saturating_add(len);
        let Some(field) = self.text.get(self.at..to) else {
            let as_u32 = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
            let kind = FaultKind::Truncated { needed: as_u32(self.needed.max(to)), found: as_u32(self.text.len()) };
            return Err(Fault::new(kind, self.text.len()));
        };
        self.at = to;
        Ok(field)
    }

    fn hex(&mut self, digits: usize) -> Result<u8, Fault> {
        let from = self.at;
        let field = self.take(digits)?;
        let mut value = 0_u8;
        for (offset, digit) in field.iter().enumerate() {
            let low = nibble(*digit);
            if low > 0x0F {
                return Err(Fault::new(FaultKind::NotHex, from.saturating_add(offset)));
            }
            value = value << 4 | low;
        }
        Ok(value)
    }

    fn printable(&mut self, len: usize) -> Result<&'i [u8], Fault> {
        let from = self.at;
        let field = self.take(len)?;
        match field.iter().position(|byte| !(b' '..=b'~').contains(byte)) {
            Some(offset) => Err(Fault::new(FaultKind::NotText, from.saturating_add(offset))),
            None => Ok(field),
        }
    }
}

/// All forms, and the exact reason where a line is none of them.
fn decode_slow(text: &[u8], options: DecodeOptions) -> Result<Line<'_>, Fault> {
    if text.is_empty() {
        return Err(Fault::new(FaultKind::Empty, 0));
    }
    let mut reader = Reader { text, at: 0, needed: 14 };
    let start = reader.hex(2)?;
    let (address_digits, stamp_len) = match start {
        // Bit 0 tells of an address in events only; status lines have one nevertheless.
        0x82 if text.len() == 14 => (0, 0),
        0x82 => (2, 0),
        // Character 6 is the first digit of COMMAND after a two-digit address, its second digit after a one-digit address.
        0x83 => match text.get(6) {
            Some(b'0' | b'1') => (1, 0),
            _ => (2, 0),
        },
        0x86 => (0, 12),
        0x87 => (2, 12),
        _ => return Err(Fault::new(FaultKind::UnknownStart, 0)),
    };
    let address = match address_digits {
        0 => Address::Absent,
        1 => Address::Digit(reader.hex(1)?),
        _ => Address::Byte(reader.hex(2)?),
    };
    let length_at = reader.at;
    let length = reader.hex(2)?;
    let command_at = reader.at;
    let command = reader.hex(2)?;
    let found = length & !SEQUENCE;
    let request = start == 0x83 && command == USER_INTERFACE;
    let (data_len, expected) = match command {
        USER_INTERFACE if request => (usize::from(found), found),
        USER_INTERFACE => (6, 3),
        SYSTEM_STATUS if address_digits == 1 => (6, 6),
        SYSTEM_STATUS => (6, 3),
        _ => return Err(Fault::new(FaultKind::UnknownCommand, command_at)),
    };
    if found != expected {
        return Err(Fault::new(FaultKind::BadLength { expected: expected.into() }, length_at));
    }
    reader.needed = reader.at.saturating_add(data_len).saturating_add(stamp_len).saturating_add(2);
    let body = if request {
        Body::Request(Keys::new(reader.printable(data_len)?))
    } else {
        let (first, second, third) = (reader.hex(2)?, reader.hex(2)?, reader.hex(2)?);
        match command {
            SYSTEM_STATUS => {
                Body::Event(SystemEvent { code: EventCode::from_raw(first), id: Id::from_pair(second), area: AreaCode::from_raw(third) })
            }
            _ => Body::Status(StatusUpdate { request: RequestId::from_raw(first), value: u16::from_be_bytes([second, third]) }),
        }
    };
    let stamp = match reader.printable(stamp_len)?.first_chunk::<12>() {
        Some(digits) if options.packed_time => Some(Stamp::from_packed_digits(digits)),
        Some(digits) => Some(decimal_stamp(digits)),
        None => None,
    };
    let checksum = reader.hex(2)?;
    let end = reader.at;
    let (text, rest) = text.split_at_checked(end).unwrap_or((text, &[]));
    if !(rest.is_empty() || request && rest == b"?") {
        let extra = u32::try_from(rest.len()).unwrap_or(u32::MAX);
        return Err(Fault::new(FaultKind::Trailing { extra }, end));
    }
    let packet = Packet { start, address, sequence: length & SEQUENCE != 0, body, stamp };
    let covered = text.get(..text.len().saturating_sub(2)).unwrap_or_default();
    let binary = if request { None } else { binary_checksum(covered) };
    Ok(Line { packet, text, checksum, binary })
}

fn decimal_stamp(digits: &[u8; 12]) -> Stamp<'_> {
    let mut pairs = [0; 6];
    for (pair, [high, low]) in pairs.iter_mut().zip(hex::Pairs(digits)) {
        match hex::byte(high, low) {
            Some(value) => *pair = value,
            None => return Stamp::Raw(digits),
        }
    }
    Timestamp::from_pairs(pairs).map_or(Stamp::Raw(digits), Stamp::Time)
}
