//! A message that is larger than the memory: its records one by one, while it arrives.

use super::crc::RunningCrc;
use super::entries::is_push;
use super::kinds::{Kind, is_structure};
use super::record::Record;
use super::wire::{CRC, Crc, CrcPolicy, crc_value, member};
use crate::error::{Fault, FaultKind, Member};
use crate::text::elements::{Elements, Integrity, Path, Piece, Watch};
use crate::text::json::{Object, Text};

/// What stands beside the content: the types of the members, and the CRC.
#[derive(Clone, Copy, Debug, Default)]
struct Envelope {
    running: RunningCrc,
    /// Bytes in it.
    len: u32,
    /// Its value at the last `"CRC_16"`, and the bytes through that.
    marked: Option<(u16, u32)>,
    /// The value of the last member of that name.
    found: Option<u16>,
    command: bool,
    /// Lists in it, with or without records: a bit each, see [`essential`].
    lists: u8,
    /// About the first member that is not what it should be; or, which counts more, that it is not JSON.
    wrong: Option<Fault>,
}

impl Watch for Envelope {
    const MARK: &'static [u8] = CRC.as_bytes();

    fn update(&mut self, bytes: &[u8]) {
        self.running.update(bytes);
        self.len = self.len.saturating_add(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
    }

    fn mark(&mut self) {
        self.marked = Some((self.running.value(), self.len));
    }

    fn begins(&mut self, name: Option<&str>, first: u8, at: usize) {
        let (quoted, number, object) = (first == b'"', matches!(first, b'-' | b'0'..=b'9'), first == b'{');
        let (known, good) = match name.map(|name| (name, member(Text::new(name)))) {
            None => (Member::Message, object),
            Some((CRC, _)) => {
                self.found = None;
                return;
            }
            Some((_, None)) => return,
            Some((_, Some(known))) => match known {
                Member::Payload => (known, object),
                Member::Id | Member::Timestamp => (known, quoted || number),
                _ => (known, quoted),
            },
        };
        self.command |= known == Member::Command;
        if !good && self.wrong.is_none() {
            self.wrong = Some(Fault::new(FaultKind::Envelope(known), at));
        }
    }

    fn list(&mut self, name: &str) {
        self.lists |= essential(&Kind::from_text(Text::new(name)));
    }
}

/// A bit for each list that a panel has, and may leave out shortly after its start.
pub(crate) fn essential(kind: &Kind<'_>) -> u8 {
    match kind {
        Kind::Outputs => 1,
        Kind::Scenarios => 2,
        Kind::Partitions => 4,
        Kind::Zones => 8,
        _ => 0,
    }
}

/// What [`Stream::next_part`] found. It borrows the window and the stream.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Part<'w> {
    /// Nothing whole: more bytes are needed.
    More,
    /// A member of the message, `CMD` and so on. They may come behind the records.
    Head {
        /// Which. `CRC_16` and unknown ones are not told.
        member: Member,
        /// Its text.
        text: Text<'w>,
    },
    /// A member of the content that is no record: `RESULT`, `ID_LOGIN`, `MODEL`; or of a record that is taken apart. Printing it shows the
    /// text: it comes from a panel, not from a user.
    Value {
        /// Where it stands.
        path: Path<'w>,
        /// Its text.
        text: Text<'w>,
    },
    /// A piece of a long text (`FILE_CONTENT`).
    Text {
        /// Where it stands.
        path: Path<'w>,
        /// The piece.
        text: Text<'w>,
        /// Whether it is the last.
        last: bool,
    },
    /// A record.
    Record {
        /// The record and what it is.
        record: Record<'w>,
        /// The client it is wrapped for, if it is.
        wrapper: Option<&'w str>,
        /// Whether it can be relied on.
        integrity: Integrity,
    },
    /// A record that does not fit begins. Its parts follow: [`Value`](Self::Value)s, and the objects of its lists.
    Open {
        /// What it is.
        kind: Kind<'w>,
        /// Class `too-long`.
        fault: Fault,
    },
    /// An object of a list inside such a record: an [`Hour`](super::Hour) of a thermostat.
    Inner {
        /// What the record is.
        kind: Kind<'w>,
        /// Where it stands: `…`, `WIN`, `MON`, and its number.
        path: Path<'w>,
        /// The object.
        object: Object<'w>,
    },
    /// The record ends.
    Close,
    /// The text is no message. Nothing more comes of it.
    Fault(Fault),
}

/// Reads a message while it arrives. The window is used as with [`Elements`].
///
/// Verdict and records are those of [`decode_with`](super::decode_with) and [`Message::records`](super::Message::records), but for what is
/// known at the end only: the records of all wrappers are told, those of all contents if there are several, and records that stand before
/// what is wrong. Kinds and wrappers without a name here keep theirs, up to 112 bytes with the names around it; one longer than that, or
/// than the limit, is empty. With a limit below 72, `PAYLOAD_TYPE` with all characters escaped is one of them.
#[derive(Clone, Debug)]
pub struct Stream {
    elements: Elements<Envelope>,
    push: bool,
    open: u8,
    integrity: Integrity,
    /// Place in [`Kind::ALL`] of what the records of this list are; none there if they have no name or a wrapper.
    kind: u8,
}

const _: () = assert!(size_of::<Stream>() <= 512);

impl Stream {
    /// At the beginning of a message. `limit` is the size of the largest record in bytes, at least
    /// [`MIN_LIMIT`](crate::text::elements::MIN_LIMIT); the window needs [`MARGIN`](crate::text::elements::MARGIN) bytes more.
    ///
    /// `integrity` is what records say: [`Integrity::Verified`] if the caller has the whole message and its CRC fits.
    #[must_use]
    pub fn new(limit: usize, integrity: Integrity) -> Self {
        let elements = Elements::new("PAYLOAD", is_structure, limit, Envelope::default());
        Self { elements, push: false, open: 0, integrity, kind: u8::MAX }
    }

    /// As [`Elements::release`].
    pub fn release(&mut self, window: &[u8]) -> usize {
        self.elements.release(window)
    }

    /// Whether the message is whole. White space may follow.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        self.elements.is_done()
    }

    /// Which of the lists were there, with or without records: the bits of [`essential`].
    pub(crate) fn lists(&self) -> u8 {
        self.elements.watch().lists
    }

    /// The message has ended: what is known about its CRC.
    ///
    /// # Errors
    /// A [`Fault`] of class `json` or `envelope`; under [`CrcPolicy::Strict`] also `crc_format` and `crc`.
    pub fn finish(&self, policy: CrcPolicy) -> Result<Crc, Fault> {
        let envelope = self.elements.watch();
        match envelope.wrong {
            Some(fault) if matches!(fault.kind, FaultKind::Json(_)) => return Err(fault),
            _ => self.elements.finish()?,
        }
        if let Some(fault) = envelope.wrong {
            return Err(fault);
        }
        let end = |kind| Fault::new(kind, self.elements.offset());
        if !envelope.command {
            return Err(end(FaultKind::Envelope(Member::Command)));
        }
        let behind = |kind| envelope.marked.map_or(end(kind), |(_, at)| Fault { kind, at });
        let crc = match (policy, envelope.found, envelope.marked) {
            (CrcPolicy::Ignore, _, _) => Crc::Unchecked,
            (_, Some(found), Some((expected, _))) if found == expected => Crc::Verified(found),
            (_, Some(found), Some((expected, _))) => Crc::Wrong { expected, found },
            _ => Crc::Absent,
        };
        match (policy, crc) {
            (CrcPolicy::Strict, Crc::Wrong { expected, found }) => Err(behind(FaultKind::Crc { expected, found })),
            (CrcPolicy::Strict, Crc::Absent) => Err(behind(FaultKind::CrcFormat)),
            _ => Ok(crc),
        }
    }

    /// The next part in `window`, which is everything that arrived and was not released.
    pub fn next_part<'w>(&'w mut self, window: &'w [u8]) -> Part<'w> {
        let piece = self.next_known(window);
        self.part(&piece, window)
    }

    /// The next piece that [`part`](Self::part) has a name for.
    pub(crate) fn next_known(&mut self, window: &[u8]) -> Piece {
        loop {
            let piece = self.elements.next_piece(window);
            match &piece {
                Piece::More => return piece,
                Piece::Fault(fault) => {
                    self.elements.watch_mut().wrong = Some(*fault);
                    return piece;
                }
                // It is no message: whether it is JSON counts more, and nothing else comes of it.
                _ if self.elements.watch().wrong.is_some() => continue,
                Piece::Scalar { range, quoted }
                    if !self.elements.is_inside() && !self.head(Text::new(slice(window, range.clone())), *quoted) =>
                {
                    continue;
                }
                Piece::Record { .. } if self.elements.is_elsewhere() => {
                    let (kind, wrapper) = kind_of(self.elements.path(), self.push);
                    self.kind = if wrapper.is_none() { kind.place() } else { u8::MAX };
                }
                Piece::Open { .. } => self.open = self.open.saturating_add(1),
                Piece::Close => self.open = self.open.saturating_sub(1),
                _ => {}
            }
            return piece;
        }
    }

    /// What the piece given last is. `window` is as it was then.
    pub(crate) fn part<'w>(&'w self, piece: &Piece, window: &'w [u8]) -> Part<'w> {
        let path = self.elements.path();
        match piece {
            Piece::More => Part::More,
            Piece::Fault(fault) => Part::Fault(*fault),
            Piece::Scalar { range, .. } => {
                let text = Text::new(slice(window, range.clone()));
                match member(Text::new(path.last())) {
                    Some(member) if !self.elements.is_inside() => Part::Head { member, text },
                    _ => Part::Value { path, text },
                }
            }
            Piece::Part { range, last } => Part::Text { path, text: Text::new(slice(window, range.clone())), last: *last },
            Piece::Open { fault } => Part::Open { kind: kind_of(path, self.push).0, fault: *fault },
            Piece::Close => Part::Close,
            Piece::Record { range } => {
                let object = Object::new(slice(window, range.clone()));
                let (kind, wrapper) = Kind::at(self.kind).map_or_else(|| kind_of(path, self.push), |kind| (kind, None));
                if self.open > 0 {
                    Part::Inner { kind, path, object }
                } else {
                    Part::Record { record: Record::new(kind, object), wrapper, integrity: self.integrity }
                }
            }
        }
    }

    /// A member beside the content. Says whether it is told.
    fn head(&mut self, text: Text<'_>, quoted: bool) -> bool {
        let name = self.elements.path().last();
        let known = member(Text::new(name));
        if name == CRC {
            self.elements.watch_mut().found = if quoted { crc_value(text.raw()) } else { None };
        }
        if known == Some(Member::Command) {
            self.push = is_push(text);
            self.kind = u8::MAX;
        }
        known.is_some()
    }
}

fn slice(window: &[u8], range: core::ops::Range<usize>) -> &str {
    window.get(range).and_then(|bytes| core::str::from_utf8(bytes).ok()).unwrap_or_default()
}

/// What a record is, and whom it is wrapped for, by the names on the way to it.
fn kind_of(path: Path<'_>, push: bool) -> (Kind<'_>, Option<&str>) {
    let mut names = path.names().skip(1);
    let first = names.next().unwrap_or_default();
    let (wrapper, name) = match names.next() {
        Some(second) if !is_structure(first) => (Some(first), second),
        _ => (None, first),
    };
    let kind = match Kind::from_text(Text::new(name)) {
        Kind::Partitions if push => Kind::PartitionStatus,
        kind => kind,
    };
    (kind, wrapper)
}
