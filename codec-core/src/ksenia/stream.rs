//! A message that is larger than the memory: its records one by one, while it arrives.

use super::crc::RunningCrc;
use super::entries::is_push;
use super::kinds::{Kind, is_structure};
use super::record::Record;
use super::wire::{Crc, CrcPolicy, crc_value};
use crate::error::{Fault, FaultKind, Member};
use crate::text::elements::{Elements, Integrity, Path, Piece, Watch};
use crate::text::json::{Object, Text};

/// The CRC, and its value at the last `"CRC_16"`.
#[derive(Clone, Copy, Debug, Default)]
struct CrcWatch {
    running: RunningCrc,
    marked: Option<u16>,
}

impl Watch for CrcWatch {
    const MARK: &'static [u8] = b"CRC_16";

    fn update(&mut self, bytes: &[u8]) {
        self.running.update(bytes);
    }

    fn mark(&mut self) {
        self.marked = Some(self.running.value());
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
#[derive(Clone, Debug)]
pub struct Stream {
    elements: Elements<CrcWatch>,
    found: Option<u16>,
    command: bool,
    push: bool,
    open: u8,
    integrity: Integrity,
    failed: Option<Fault>,
}

const _: () = assert!(size_of::<Stream>() <= 512);

impl Stream {
    /// At the beginning of a message. `limit` is the size of the largest record in bytes, at least
    /// [`MIN_LIMIT`](crate::text::elements::MIN_LIMIT); the window needs [`MARGIN`](crate::text::elements::MARGIN) bytes more.
    ///
    /// `integrity` is what records say: [`Integrity::Verified`] if the caller has the whole message and its CRC fits.
    #[must_use]
    pub fn new(limit: usize, integrity: Integrity) -> Self {
        let elements = Elements::new("PAYLOAD", is_structure, limit, CrcWatch::default());
        Self { elements, found: None, command: false, push: false, open: 0, integrity, failed: None }
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

    /// The message has ended: what is known about its CRC.
    ///
    /// # Errors
    /// A [`Fault`] of class `json` or `envelope`; under [`CrcPolicy::Strict`] also `crc_format` and `crc`.
    pub fn finish(&self, policy: CrcPolicy) -> Result<Crc, Fault> {
        if let Some(fault) = self.failed {
            return Err(fault);
        }
        self.elements.finish()?;
        if !self.command {
            return Err(Fault::new(FaultKind::Envelope(Member::Command), 0));
        }
        let crc = match (policy, self.found, self.elements.watch().marked) {
            (CrcPolicy::Ignore, _, _) => Crc::Unchecked,
            (_, Some(found), Some(expected)) if found == expected => Crc::Verified(found),
            (_, Some(found), Some(expected)) => Crc::Wrong { expected, found },
            _ => Crc::Absent,
        };
        match (policy, crc) {
            (CrcPolicy::Strict, Crc::Wrong { expected, found }) => Err(Fault::new(FaultKind::Crc { expected, found }, 0)),
            (CrcPolicy::Strict, Crc::Absent) => Err(Fault::new(FaultKind::CrcFormat, 0)),
            _ => Ok(crc),
        }
    }

    /// The next part in `window`, which is everything that arrived and was not released.
    pub fn next_part<'w>(&'w mut self, window: &'w [u8]) -> Part<'w> {
        let piece = self.next_known(window);
        self.part(piece, window)
    }

    /// The next piece that [`part`](Self::part) has a name for.
    pub(crate) fn next_known(&mut self, window: &[u8]) -> Piece {
        loop {
            if self.failed.is_some() {
                return Piece::More;
            }
            let piece = self.elements.next_piece(window);
            match &piece {
                Piece::Fault(fault) => self.failed = Some(*fault),
                Piece::Scalar { range, quoted } if !self.elements.is_inside() => {
                    match self.head(Text::new(slice(window, range.clone())), *quoted) {
                        Ok(Some(_)) => {}
                        Ok(None) => continue,
                        Err(member) => {
                            let fault = Fault::new(FaultKind::Envelope(member), 0);
                            self.failed = Some(fault);
                            return Piece::Fault(fault);
                        }
                    }
                }
                Piece::Open { .. } => self.open = self.open.saturating_add(1),
                Piece::Close => self.open = self.open.saturating_sub(1),
                _ => {}
            }
            return piece;
        }
    }

    /// What the piece given last is. `window` is as it was then.
    pub(crate) fn part<'w>(&'w self, piece: Piece, window: &'w [u8]) -> Part<'w> {
        let path = self.elements.path();
        match piece {
            Piece::More => Part::More,
            Piece::Fault(fault) => Part::Fault(fault),
            Piece::Scalar { range, .. } => {
                let text = Text::new(slice(window, range));
                match member(path.last()) {
                    Some(member) if !self.elements.is_inside() => Part::Head { member, text },
                    _ => Part::Value { path, text },
                }
            }
            Piece::Part { range, last } => Part::Text { path, text: Text::new(slice(window, range)), last },
            Piece::Open { fault } => Part::Open { kind: kind_of(path, self.push).0, fault },
            Piece::Close => Part::Close,
            Piece::Record { range } => {
                let object = Object::new(slice(window, range));
                let (kind, wrapper) = kind_of(path, self.push);
                if self.open > 0 {
                    Part::Inner { kind, path, object }
                } else {
                    Part::Record { record: Record::new(kind, object), wrapper, integrity: self.integrity }
                }
            }
        }
    }

    /// A member beside the content.
    fn head(&mut self, text: Text<'_>, quoted: bool) -> Result<Option<Member>, Member> {
        let name = self.elements.path().last();
        if name == "CRC_16" {
            self.found = if quoted { crc_value(text.raw()) } else { None };
            return Ok(None);
        }
        let Some(member) = member(name) else { return Ok(None) };
        if member == Member::Payload {
            return Err(member);
        }
        let number = !quoted && text.raw().starts_with(|first: char| first == '-' || first.is_ascii_digit());
        if !(quoted || number && matches!(member, Member::Id | Member::Timestamp)) {
            return Err(member);
        }
        if member == Member::Command {
            self.command = true;
            self.push = is_push(text);
        }
        Ok(Some(member))
    }
}

fn slice(window: &[u8], range: core::ops::Range<usize>) -> &str {
    window.get(range).and_then(|bytes| core::str::from_utf8(bytes).ok()).unwrap_or_default()
}

/// The member of a message that has this name.
fn member(name: &str) -> Option<Member> {
    Some(match name {
        "SENDER" => Member::Sender,
        "RECEIVER" => Member::Receiver,
        "CMD" => Member::Command,
        "ID" => Member::Id,
        "PAYLOAD_TYPE" => Member::PayloadType,
        "TIMESTAMP" => Member::Timestamp,
        "PAYLOAD" => Member::Payload,
        _ => return None,
    })
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
