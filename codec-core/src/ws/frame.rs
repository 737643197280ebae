//! The header of a frame, and masking (RFC 6455 5.2, 5.3).

use super::error::Error;
use crate::error::EncodeError;

/// Longest header in bytes: 2, 8 of length, 4 of mask.
pub const MAX_HEADER: usize = 14;

/// Longest payload of a ping, pong or close in bytes (RFC 6455 5.5).
pub const MAX_CONTROL: usize = 125;

/// [`MAX_CONTROL`] as the number it is in a header.
const CONTROL_LIMIT: u8 = 125;

/// Longest ping, pong or close frame in bytes, header included: room for it in a [`TxBuf`](crate::TxBuf) is enough for every
/// automatic answer.
pub const MAX_CONTROL_FRAME: usize = 131;

/// An end of a WebSocket, in the words of RFC 6455.
///
/// Which is which matters for masking only: a client masks all it sends, a server nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Role {
    /// The end that dialled and asked for the upgrade.
    Client,
    /// The end that answered.
    Server,
}

impl Role {
    /// The other end.
    #[must_use]
    pub const fn peer(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub enum OpCode {
    /// 0: more of the message begun before.
    Continuation,
    /// 1: a text message, or its beginning.
    Text,
    /// 2: a binary message, or its beginning.
    Binary,
    /// 8: the last frame of an end.
    Close,
    /// 9: to be answered with a pong of the same payload.
    Ping,
    /// 10: an answer to a ping, or a sign of life.
    Pong,
}

impl OpCode {
    /// The four bits of a header, or `None` if they have no meaning.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Option<Self> {
        match bits {
            0 => Some(Self::Continuation),
            1 => Some(Self::Text),
            2 => Some(Self::Binary),
            8 => Some(Self::Close),
            9 => Some(Self::Ping),
            10 => Some(Self::Pong),
            _ => None,
        }
    }

    /// The four bits of a header.
    #[must_use]
    pub const fn bits(self) -> u8 {
        match self {
            Self::Continuation => 0,
            Self::Text => 1,
            Self::Binary => 2,
            Self::Close => 8,
            Self::Ping => 9,
            Self::Pong => 10,
        }
    }

    /// Whether it is a ping, pong or close, which may stand between the frames of a message.
    #[must_use]
    pub const fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong)
    }
}

/// The header of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub struct Header {
    /// Whether it is the last frame of its message.
    pub last: bool,
    /// What it is.
    pub opcode: OpCode,
    /// What the payload is masked with.
    pub mask: Option<[u8; 4]>,
    /// Bytes of payload, at most 2^63 - 1.
    pub len: u64,
}

impl Header {
    /// Reads the header at the front of `bytes`, sent by `sender`, and gives it with its length in bytes, or `None` when more
    /// bytes are needed.
    ///
    /// ```
    /// use codec_core::ws::{Header, OpCode, Role};
    ///
    /// let hello = [0x81, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F];
    /// let header = Header { last: true, opcode: OpCode::Text, mask: None, len: 5 };
    /// assert_eq!(Header::decode(&hello, Role::Server), Ok(Some((header, 2))));
    /// assert_eq!(Header::decode(&hello[..1], Role::Server), Ok(None));
    /// ```
    ///
    /// # Errors
    /// [`Error`] as soon as the bytes cannot be the beginning of a good header: [`Error::ReservedBits`],
    /// [`Error::UnknownOpCode`], [`Error::ControlFragmented`], [`Error::NotMasked`], [`Error::Masked`],
    /// [`Error::ControlTooLong`], [`Error::LengthNotMinimal`] or [`Error::LengthOutOfRange`]; of several, the one that the
    /// earliest byte shows.
    #[inline]
    pub fn decode(bytes: &[u8], sender: Role) -> Result<Option<(Self, usize)>, Error> {
        let Some((&first, rest)) = bytes.split_first() else { return Ok(None) };
        let reserved = first >> 4 & 0b111;
        if reserved != 0 {
            return Err(Error::ReservedBits(reserved));
        }
        let last = first & 0x80 != 0;
        let opcode = OpCode::from_bits(first & 0x0F).ok_or(Error::UnknownOpCode(first & 0x0F))?;
        if opcode.is_control() && !last {
            return Err(Error::ControlFragmented);
        }
        let Some((&second, rest)) = rest.split_first() else { return Ok(None) };
        let masked = second & 0x80 != 0;
        match sender {
            Role::Client if !masked => return Err(Error::NotMasked),
            Role::Server if masked => return Err(Error::Masked),
            _ => {}
        }
        let short = second & 0x7F;
        if opcode.is_control() && short > CONTROL_LIMIT {
            return Err(Error::ControlTooLong);
        }
        let (len, rest) = match short {
            126 => {
                let Some((bytes, rest)) = rest.split_first_chunk::<2>() else { return Ok(None) };
                (u64::from(u16::from_be_bytes(*bytes)), rest)
            }
            127 => {
                let Some((bytes, rest)) = rest.split_first_chunk::<8>() else { return Ok(None) };
                (u64::from_be_bytes(*bytes), rest)
            }
            short => (u64::from(short), rest),
        };
        if len >> 63 != 0 {
            return Err(Error::LengthOutOfRange { found: len });
        }
        if (short == 126 && len < 126) || (short == 127 && len <= u64::from(u16::MAX)) {
            return Err(Error::LengthNotMinimal { found: len });
        }
        let (mask, rest) = if masked {
            let Some((mask, rest)) = rest.split_first_chunk::<4>() else { return Ok(None) };
            (Some(*mask), rest)
        } else {
            (None, rest)
        };
        Ok(Some((Self { last, opcode, mask, len }, bytes.len().saturating_sub(rest.len()))))
    }

    /// Bytes the header takes: 2 to [`MAX_HEADER`].
    #[must_use]
    pub const fn size(&self) -> usize {
        let length: usize = match self.len {
            0..=125 => 2,
            126..=0xFFFF => 4,
            _ => 10,
        };
        if self.mask.is_some() { length.saturating_add(4) } else { length }
    }

    /// Writes the header to the front of `out`, with the shortest form of the length, and gives its size in bytes.
    ///
    /// # Errors
    /// [`EncodeError::NoSpace`] if `out` is too short.
    #[inline]
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, EncodeError> {
        let size = self.size();
        let no_space = EncodeError::NoSpace { needed: u32::try_from(size).unwrap_or(u32::MAX) };
        let out = out.get_mut(..size).ok_or(no_space)?;
        let fin = if self.last { 0x80 } else { 0 };
        let masked = if self.mask.is_some() { 0x80 } else { 0 };
        let length = self.len.to_be_bytes();
        let [.., low] = length;
        let (short, unused) = match self.len {
            0..=125 => (low, 8),
            126..=0xFFFF => (126, 6),
            _ => (127, 0),
        };
        let start = [fin | self.opcode.bits(), masked | short];
        let mask = self.mask.unwrap_or_default();
        // The slice has the size of the header: without a mask it ends before that.
        let parts = [start.as_slice(), length.get(unused..).unwrap_or_default(), &mask];
        out.iter_mut().zip(parts.into_iter().flatten()).for_each(|(out, byte)| *out = *byte);
        Ok(size)
    }
}

/// Masks or unmasks a piece of a payload in place; `offset` is where in the payload the piece begins, in bytes.
///
/// ```
/// use codec_core::ws::apply_mask;
///
/// let mut hello = [0x7F, 0x9F, 0x4D, 0x51, 0x58];
/// let (front, back) = hello.split_at_mut(3);
/// apply_mask(front, [0x37, 0xFA, 0x21, 0x3D], 0);
/// apply_mask(back, [0x37, 0xFA, 0x21, 0x3D], 3);
/// assert_eq!(&hello, b"Hello");
/// ```
#[inline]
pub fn apply_mask(bytes: &mut [u8], mask: [u8; 4], offset: usize) {
    let mask = rotated(mask, offset);
    let mut rest = bytes;
    if crate::text::FAST {
        let [a, b, c, d] = mask;
        let wide = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
        let mut chunks = rest.chunks_exact_mut(8);
        for chunk in &mut chunks {
            if let Ok(chunk) = <&mut [u8; 8]>::try_from(chunk) {
                *chunk = (u64::from_ne_bytes(*chunk) ^ wide).to_ne_bytes();
            }
        }
        rest = chunks.into_remainder();
    }
    let mut mask = u32::from_le_bytes(mask);
    for byte in rest {
        let [next, ..] = mask.to_le_bytes();
        *byte ^= next;
        mask = mask.rotate_right(8);
    }
}

/// The mask as it applies from byte `offset` of the payload on.
#[inline]
pub(super) fn rotated(mask: [u8; 4], offset: usize) -> [u8; 4] {
    let bytes = u32::try_from(offset & 3).unwrap_or(0);
    u32::from_le_bytes(mask).rotate_right(bytes.wrapping_mul(8)).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LENGTHS: [(u64, usize); 8] = [(0, 2), (1, 2), (125, 2), (126, 4), (65_535, 4), (65_536, 10), (1 << 32, 10), ((1 << 63) - 1, 10)];

    /// Headers written by hand, from the examples of RFC 6455 5.7.
    #[test]
    fn examples_of_the_standard() {
        let cases: [(&[u8], Role, Header); 5] = [
            (&[0x81, 0x05], Role::Server, Header { last: true, opcode: OpCode::Text, mask: None, len: 5 }),
            (
                &[0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D],
                Role::Client,
                Header { last: true, opcode: OpCode::Text, mask: Some([0x37, 0xFA, 0x21, 0x3D]), len: 5 },
            ),
            (&[0x01, 0x03], Role::Server, Header { last: false, opcode: OpCode::Text, mask: None, len: 3 }),
            (&[0x82, 0x7E, 0x01, 0x00], Role::Server, Header { last: true, opcode: OpCode::Binary, mask: None, len: 256 }),
            (&[0x82, 0x7F, 0, 0, 0, 0, 0, 1, 0, 0], Role::Server, Header { last: true, opcode: OpCode::Binary, mask: None, len: 65_536 }),
        ];
        for (bytes, sender, header) in cases {
            assert_eq!(Header::decode(bytes, sender), Ok(Some((header, bytes.len()))), "{bytes:02x?}");
            let mut out = [0xEE; MAX_HEADER];
            let len = header.encode(&mut out).unwrap();
            assert_eq!(&out[..len], bytes);
            for short in 0..bytes.len() {
                assert_eq!(Header::decode(&bytes[..short], sender), Ok(None), "{short} bytes of {bytes:02x?}");
                assert!(header.encode(&mut out[..short]).is_err());
            }
        }
    }

    #[test]
    fn lengths_at_the_borders() {
        for (len, size) in LENGTHS {
            for (mask, extra, sender) in [(None, 0, Role::Server), (Some([1, 2, 3, 4]), 4, Role::Client)] {
                let header = Header { last: true, opcode: OpCode::Binary, mask, len };
                assert_eq!(header.size(), size + extra);
                let mut out = [0; MAX_HEADER];
                assert_eq!(header.encode(&mut out), Ok(size + extra));
                assert_eq!(Header::decode(&out, sender), Ok(Some((header, size + extra))), "{len}");
            }
        }
    }

    #[test]
    fn faults_show_as_early_as_they_can() {
        let long = |len: u64| {
            let mut bytes = vec![0x82, 127];
            bytes.extend(len.to_be_bytes());
            bytes
        };
        let cases: [(&[u8], Error); 14] = [
            (&[0xC1], Error::ReservedBits(4)),
            (&[0xA1], Error::ReservedBits(2)),
            (&[0x91], Error::ReservedBits(1)),
            (&[0xF3], Error::ReservedBits(7)),
            (&[0x83], Error::UnknownOpCode(3)),
            (&[0x0F], Error::UnknownOpCode(15)),
            (&[0x09], Error::ControlFragmented),
            (&[0x81, 0x80], Error::Masked),
            (&[0x89, 126], Error::ControlTooLong),
            (&[0x88, 127], Error::ControlTooLong),
            (&[0x82, 126, 0, 125], Error::LengthNotMinimal { found: 125 }),
            (&long(65_535), Error::LengthNotMinimal { found: 65_535 }),
            (&long(1 << 63), Error::LengthOutOfRange { found: 1 << 63 }),
            (&long(u64::MAX), Error::LengthOutOfRange { found: u64::MAX }),
        ];
        for (bytes, error) in cases {
            assert_eq!(Header::decode(bytes, Role::Server), Err(error), "{bytes:02x?}");
            assert_eq!(Header::decode(&bytes[..bytes.len() - 1], Role::Server), Ok(None), "{bytes:02x?} less one");
        }
        assert_eq!(Header::decode(&[0x81, 0x00], Role::Client), Err(Error::NotMasked));
    }

    proptest! {
        #[test]
        fn any_bytes_decode_alike_with_more_behind(bytes in proptest::collection::vec(any::<u8>(), 0..20), client: bool) {
            let sender = if client { Role::Client } else { Role::Server };
            let whole = Header::decode(&bytes, sender);
            for cut in 0..bytes.len() {
                match Header::decode(&bytes[..cut], sender) {
                    Ok(None) => {}
                    early => prop_assert_eq!(early, whole),
                }
            }
            if let Ok(Some((header, size))) = whole {
                let mut out = [0; MAX_HEADER];
                prop_assert_eq!(header.encode(&mut out), Ok(size));
                prop_assert_eq!(&out[..size], &bytes[..size]);
            }
        }

        #[test]
        fn masking_does_not_depend_on_cuts(
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
            mask: [u8; 4],
            offset in 0_usize..9,
            cut in 0_usize..200,
        ) {
            let expected: Vec<u8> = bytes.iter().enumerate().map(|(at, byte)| byte ^ mask[(at + offset) % 4]).collect();
            let mut masked = bytes.clone();
            let cut = cut.min(bytes.len());
            apply_mask(&mut masked[..cut], mask, offset);
            apply_mask(&mut masked[cut..], mask, offset + cut);
            prop_assert_eq!(masked, expected);
        }
    }

    use std::vec::Vec;
}
