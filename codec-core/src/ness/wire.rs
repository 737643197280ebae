//! One line at a time: decode it from a slice. No state, no time. [`encode`](super::encode()) is the way back.

use core::fmt;

use super::codes::{AreaCode, EventCode, Id};
use super::keys::Keys;
use super::packet::{Address, Body, Packet, StatusUpdate, SystemEvent};
use super::stamp::{Stamp, Timestamp};
use super::status::RequestId;
use super::usual;
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
    pub(super) packet: Packet<'i>,
    pub(super) text: &'i [u8],
    pub(super) checksum: u8,
    /// What the binary rule makes of an event or status line; `None` for requests and where a character is no digit.
    pub(super) binary: Option<u8>,
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
    if usual::FIRST {
        if let Some(line) = usual::decode(text, options) {
            return Ok(line);
        }
    }
    decode_any(text, options)
}

/// What a panel line says, by its COMMAND and its three bytes of data.
#[inline]
pub(super) fn panel_body(command: u8, [first, second, third]: [u8; 3]) -> Body<'static> {
    match command {
        SYSTEM_STATUS => {
            Body::Event(SystemEvent { code: EventCode::from_raw(first), id: Id::from_pair(second), area: AreaCode::from_raw(third) })
        }
        _ => Body::Status(StatusUpdate { request: RequestId::from_raw(first), value: u16::from_be_bytes([second, third]) }),
    }
}

/// Reads fields one after the other, and keeps the first thing that is wrong: what is read behind that is not looked at by anybody.
struct Reader<'i> {
    rest: &'i [u8],
    /// Length of the text.
    len: usize,
    /// Bytes that the line needs at least, as far as is known.
    needed: usize,
    /// Sum of the bytes that pairs of digits stand for.
    sum: u8,
    /// Nothing but pairs of digits so far, but for a single digit of an address.
    in_pairs: bool,
    fault: Option<Fault>,
}

impl<'i> Reader<'i> {
    /// No line has less than 14 characters.
    const fn new(text: &'i [u8]) -> Self {
        Self { rest: text, len: text.len(), needed: 14, sum: 0, in_pairs: true, fault: None }
    }

    /// Offset of the rest.
    fn at(&self) -> usize {
        self.len.wrapping_sub(self.rest.len())
    }

    #[cold]
    #[inline(never)]
    fn fail(&mut self, kind: FaultKind, at: usize) {
        if self.fault.is_none() {
            self.fault = Some(Fault::new(kind, at));
        }
    }

    #[cold]
    #[inline(never)]
    fn cut_short(&mut self) {
        let as_u32 = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        self.fail(FaultKind::Truncated { needed: as_u32(self.needed), found: as_u32(self.len) }, self.len);
    }

    /// One digit.
    fn digit(&mut self) -> u8 {
        let [digit, behind @ ..] = self.rest else {
            self.cut_short();
            return 0;
        };
        let value = nibble(*digit);
        if value > 0x0F {
            self.fail(FaultKind::NotHex, self.at());
        }
        self.rest = behind;
        value
    }

    /// Two digits for each byte.
    #[inline(never)]
    fn bytes(&mut self, into: &mut [u8]) {
        for byte in into {
            let Some(([high, low], behind)) = self.rest.split_first_chunk() else { return self.cut_short() };
            let (upper, lower) = (nibble(*high), nibble(*low));
            if (upper | lower) & 0xF0 != 0 {
                let second = usize::from(upper <= 0x0F);
                return self.fail(FaultKind::NotHex, self.at().wrapping_add(second));
            }
            *byte = upper << 4 | lower;
            self.sum = self.sum.wrapping_add(*byte);
            self.rest = behind;
        }
    }

    fn array<const COUNT: usize>(&mut self) -> [u8; COUNT] {
        let mut bytes = [0; COUNT];
        self.bytes(&mut bytes);
        bytes
    }

    fn byte(&mut self) -> u8 {
        let [byte] = self.array();
        byte
    }

    fn printable(&mut self, len: usize) -> &'i [u8] {
        let Some((field, behind)) = self.rest.split_at_checked(len) else {
            self.cut_short();
            return &[];
        };
        if let Some(offset) = field.iter().position(|byte| !(b' '..=b'~').contains(byte)) {
            self.fail(FaultKind::NotText, self.at().wrapping_add(offset));
        }
        self.rest = behind;
        field
    }

    /// Twelve characters of time.
    fn stamp(&mut self, options: DecodeOptions) -> Option<Stamp<'i>> {
        let Some((digits, behind)) = self.rest.split_first_chunk() else {
            self.cut_short();
            return None;
        };
        let mut inner = Reader::new(digits);
        let pairs = inner.array();
        if inner.fault.is_some() {
            self.in_pairs = false;
            self.printable(12);
            return Some(Stamp::Raw(digits));
        }
        self.rest = behind;
        self.sum = self.sum.wrapping_add(inner.sum);
        let stamp = if options.packed_time { Timestamp::from_packed(pairs) } else { Timestamp::from_pairs(pairs).map(Stamp::Time) };
        Some(stamp.unwrap_or(Stamp::Raw(digits)))
    }
}

/// All forms, and the exact reason where a line is none of them.
pub(super) fn decode_any(text: &[u8], options: DecodeOptions) -> Result<Line<'_>, Fault> {
    let mut reader = Reader::new(text);
    if text.is_empty() {
        reader.fail(FaultKind::Empty, 0);
    }
    let start = reader.byte();
    if !matches!(start, 0x82 | 0x83 | 0x86 | 0x87) {
        reader.fail(FaultKind::UnknownStart, 0);
    }
    let address = match start {
        0x86 => Address::Absent,
        // Bit 0 tells of an address in events only; status lines have one nevertheless.
        0x82 if text.len() == 14 => Address::Absent,
        // Character 6 is the first digit of COMMAND after a two-digit address, its second digit after a one-digit address.
        0x83 if matches!(text.get(6), Some(b'0' | b'1')) => Address::Digit(reader.digit()),
        _ => Address::Byte(reader.byte()),
    };
    let stamp_len = if start & 4 != 0 { 12 } else { 0 };
    let length_at = reader.at();
    let [length, command] = reader.array();
    let found = length & !SEQUENCE;
    let request = start == 0x83 && command == USER_INTERFACE;
    let by_digits = matches!(address, Address::Digit(_));
    let expected = match command {
        USER_INTERFACE if request => found,
        SYSTEM_STATUS if by_digits => 6,
        USER_INTERFACE | SYSTEM_STATUS => 3,
        _ => {
            reader.fail(FaultKind::UnknownCommand, length_at.wrapping_add(2));
            found
        }
    };
    if found != expected {
        reader.fail(FaultKind::BadLength { expected: expected.into() }, length_at);
    }
    let data_len = if request { usize::from(found) } else { 6 };
    // With two digits of checksum; at most 8 + 127 + 12 + 2.
    reader.needed = reader.at().wrapping_add(data_len).wrapping_add(stamp_len).wrapping_add(2);
    let body = if request { Body::Request(Keys::new(reader.printable(data_len))) } else { panel_body(command, reader.array()) };
    let stamp = if stamp_len == 0 { None } else { reader.stamp(options) };
    let binary = if request || by_digits || !reader.in_pairs { None } else { Some(reader.sum.wrapping_neg()) };
    let checksum = reader.byte();
    let (end, rest) = (reader.at(), reader.rest);
    if !(rest.is_empty() || request && rest == b"?") {
        reader.fail(FaultKind::Trailing { extra: u32::try_from(rest.len()).unwrap_or(u32::MAX) }, end);
    }
    match reader.fault {
        Some(fault) => Err(fault),
        None => {
            let packet = Packet { start, address, sequence: length & SEQUENCE != 0, body, stamp };
            Ok(Line { packet, text: text.get(..end).unwrap_or_default(), checksum, binary })
        }
    }
}
