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
#[inline(always)]
pub(super) fn panel_body(command: u8, [first, second, third]: [u8; 3]) -> Body<'static> {
    match command {
        SYSTEM_STATUS => {
            Body::Event(SystemEvent { code: EventCode::from_raw(first), id: Id::from_pair(second), area: AreaCode::from_raw(third) })
        }
        _ => Body::Status(StatusUpdate { request: RequestId::from_raw(first), value: u16::from_be_bytes([second, third]) }),
    }
}

/// Most bytes that a line has in pairs of digits.
const PAIRS: usize = 14;

/// The bytes that the pairs of digits at the front of a text stand for: how many there are before anything else, and their sum.
#[inline(never)]
fn unhex(text: &[u8], into: &mut [u8; PAIRS]) -> (usize, u8) {
    // At most as many as there is room for, so that the loop has one end only.
    let mut rest = text.get(..PAIRS << 1).unwrap_or(text);
    let pairs = core::iter::from_fn(|| {
        let (pair, behind) = rest.split_first_chunk::<2>()?;
        rest = behind;
        Some(pair)
    });
    let (mut sum, mut good) = (0_u8, 0_usize);
    for ([high, low], byte) in pairs.zip(into) {
        let (high, low) = (nibble(*high), nibble(*low));
        if (high | low) & 0xF0 != 0 {
            break;
        }
        *byte = high << 4 | low;
        sum = sum.wrapping_add(*byte);
        good = good.wrapping_add(1);
    }
    (good, sum)
}

/// The first thing that is wrong with a line: what is read behind it is not looked at by anybody.
struct Wrong<'i> {
    text: &'i [u8],
    /// Bytes that the line needs at least, as far as is known.
    needed: usize,
    first: Option<Fault>,
}

impl<'i> Wrong<'i> {
    #[cold]
    #[inline(never)]
    fn tell(&mut self, kind: FaultKind, at: usize) {
        if self.first.is_none() {
            self.first = Some(Fault::new(kind, at));
        }
    }

    #[cold]
    #[inline(never)]
    fn cut_short(&mut self) {
        let as_u32 = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        let found = as_u32(self.text.len());
        let kind = if found == 0 { FaultKind::Empty } else { FaultKind::Truncated { needed: as_u32(self.needed), found } };
        self.tell(kind, self.text.len());
    }

    /// Tells why there is no pair of digits at an offset, or no digit.
    #[cold]
    #[inline(never)]
    fn no_digits(&mut self, at: usize, digits: usize) {
        match self.text.get(at..at.saturating_add(digits)) {
            Some([first, _]) if nibble(*first) <= 0x0F => self.tell(FaultKind::NotHex, at.saturating_add(1)),
            Some(_) => self.tell(FaultKind::NotHex, at),
            None => self.cut_short(),
        }
    }

    /// Wants `pairs` of digits from an offset on, where `good` are.
    fn want(&mut self, at: usize, pairs: usize, good: usize) {
        if good < pairs {
            self.no_digits(at.saturating_add(good << 1), 2);
        }
    }

    fn printable(&mut self, at: usize, len: usize) -> &'i [u8] {
        let Some(field) = self.text.get(at..at.saturating_add(len)) else {
            self.cut_short();
            return &[];
        };
        if let Some(offset) = field.iter().position(|byte| !(b' '..=b'~').contains(byte)) {
            self.tell(FaultKind::NotText, at.saturating_add(offset));
        }
        field
    }
}

/// All forms, and the exact reason where a line is none of them.
pub(super) fn decode_any(text: &[u8], options: DecodeOptions) -> Result<Line<'_>, Fault> {
    // No line has less than 14 characters.
    let mut wrong = Wrong { text, needed: 14, first: None };
    let mut bytes = [0; PAIRS];
    let (mut good, sum) = unhex(text, &mut bytes);
    wrong.want(0, 1, good);
    let [start, second, ..] = bytes;
    if start & !5 != 0x82 {
        wrong.tell(FaultKind::UnknownStart, 0);
    }
    // Offset of LENGTH, which pair it is in `bytes`, and the offset where they begin.
    let (address, at, base, before): (_, usize, _, usize) = match start {
        0x86 => (Address::Absent, 2, 0, 1),
        // Bit 0 tells of an address in events only; status lines have one nevertheless.
        0x82 if text.len() == 14 => (Address::Absent, 2, 0, 1),
        // Character 6 is the first digit of COMMAND after a two-digit address, its second digit after a one-digit address.
        0x83 if matches!(text.get(6), Some(b'0' | b'1')) => {
            let digit = text.get(2).map_or(hex::NOT_HEX, |digit| nibble(*digit));
            if digit > 0x0F {
                wrong.no_digits(2, 1);
            }
            (good, _) = unhex(text.get(3..).unwrap_or_default(), &mut bytes);
            (Address::Digit(digit), 3, 3, 0)
        }
        _ => (Address::Byte(second), 4, 0, 2),
    };
    let by_digits = matches!(address, Address::Digit(_));
    wrong.want(base, before.saturating_add(2), good);
    let fields = bytes.get(before..).and_then(<[u8]>::first_chunk).unwrap_or(&[0; 11]);
    let [length, command, x, y, z, time @ ..] = fields;
    let (length, command) = (*length, *command);
    let found = length & !SEQUENCE;
    let request = start == 0x83 && command == USER_INTERFACE;
    if !matches!(command, SYSTEM_STATUS | USER_INTERFACE) {
        wrong.tell(FaultKind::UnknownCommand, at.saturating_add(2));
    }
    let data_at = at.saturating_add(4);
    let stamped = start & 4 != 0;
    let mut end = data_at;
    if request {
        end = end.saturating_add(found.into());
        wrong.needed = end.saturating_add(2);
        wrong.printable(data_at, found.into());
    } else {
        let expected = if by_digits { 6 } else { 3 };
        if found != expected {
            wrong.tell(FaultKind::BadLength { expected: expected.into() }, at);
        }
        end = end.saturating_add(6);
        wrong.needed = end.saturating_add(if stamped { 14 } else { 2 });
        wrong.want(base, before.saturating_add(5), good);
    }
    let mut by_pairs = !request && !by_digits;
    let mut stamp = None;
    if stamped {
        if good < before.saturating_add(11) {
            by_pairs = false;
        } else if options.packed_time {
            stamp = Timestamp::from_packed(time);
        } else {
            stamp = Timestamp::from_pairs(time).map(Stamp::Time);
        }
        if stamp.is_none() {
            stamp = wrong.printable(end, 12).first_chunk().map(Stamp::Raw);
        }
        end = end.saturating_add(12);
    }
    let mut checksum = 0;
    match text.get(end..).and_then(<[u8]>::first_chunk).and_then(|[high, low]| hex::byte(*high, *low)) {
        Some(found) => checksum = found,
        None => wrong.no_digits(end, 2),
    }
    end = end.saturating_add(2);
    let extra = text.len().saturating_sub(end);
    if extra > usize::from(request && text.get(end) == Some(&b'?')) {
        wrong.tell(FaultKind::Trailing { extra: u32::try_from(extra).unwrap_or(u32::MAX) }, end);
    }
    match wrong.first {
        Some(fault) => Err(fault),
        None => {
            let body = match request {
                true => Body::Request(Keys::new(text.get(data_at..end.saturating_sub(2)).unwrap_or_default())),
                false => panel_body(command, [*x, *y, *z]),
            };
            let packet = Packet { start, address, sequence: length & SEQUENCE != 0, body, stamp };
            // Where all are pairs, the sum includes the checksum itself.
            let binary = if by_pairs { Some(checksum.wrapping_sub(sum)) } else { None };
            Ok(Line { packet, text: text.get(..end).unwrap_or(text), checksum, binary })
        }
    }
}
