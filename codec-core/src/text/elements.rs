//! JSON that is larger than the memory: the records of a text, one by one, while it arrives.
//!
//! The buffer must hold the largest record, never the whole text. The scanner sees the bytes in a window: what has arrived and has not been
//! released. It looks at every byte once and checks all of it, and hands out pieces as soon as their last byte is there:
//!
//! | piece | what |
//! |---|---|
//! | [`Piece::Scalar`] | text or number: a member of the text itself, or below the member that was asked for |
//! | [`Piece::Record`] | an object in a list below that member, or the object under a name that means a record |
//! | [`Piece::Open`], [`Piece::Close`] | around the parts of a record longer than the limit: its scalars, and the objects of its lists as records |
//! | [`Piece::Part`] | of a text longer than the limit |
//!
//! Which pieces come depends on the text and the limit only, never on how the bytes were cut. The first bytes of a record that turns out to
//! be too long are looked at a second time, to take it apart. So are, at most twice more, those of a record that is not all there yet or is
//! not made of plain members: it is tried at once first, then member by member, then byte by byte. Nothing else is.
//!
//! ```
//! use codec_core::text::elements::{Elements, Piece};
//!
//! let text = br#"{"CMD":"X","data":[{"id":1},{"id":2}]}"#;
//! let mut elements = Elements::new("data", |_| false, 64, ());
//! let mut window = Vec::new();
//! let mut ids = Vec::new();
//! for byte in text {
//!     window.push(*byte);
//!     loop {
//!         match elements.next_piece(&window) {
//!             Piece::More => break,
//!             Piece::Record { range } => ids.push(String::from_utf8(window[range].to_vec()).unwrap()),
//!             _ => {}
//!         }
//!     }
//!     let free = elements.release(&window);
//!     window.drain(..free);
//! }
//! assert!(elements.finish().is_ok());
//! assert_eq!(ids, [r#"{"id":1}"#, r#"{"id":2}"#]);
//! ```

mod members;

use super::json::{MAX_DEPTH, Text};
use super::path::Names;
pub use super::path::Path;
use super::pieces::State;
pub use super::pieces::{Integrity, MARGIN, MIN_LIMIT, Piece, Watch};
use super::tokens::{Escape, Word};
use super::utf8::Utf8;
use super::{FAST, scan};
use crate::error::{Fault, FaultKind, JsonError};

/// The scanner. Less than 512 bytes, with a CRC as [`Watch`].
#[derive(Clone, Debug)]
// Small cores reach only what stands in front with one instruction: flags first, then words, then what is large.
#[repr(C)]
pub struct Elements<W> {
    depth: u8,
    /// Level of the member's value while inside it, else 0.
    inside: u8,
    /// Level of the record being read, else 0.
    record: u8,
    /// The record may yet turn out to hold a list.
    tentative: bool,
    /// The object that comes next is to be taken apart.
    take_apart: bool,
    /// Parts of the text being read were handed out.
    in_parts: bool,
    escape: Escape,
    state: State,
    /// The lowest bit is the innermost level, 1 for an object.
    levels: u32,
    /// A bit for every level that is a record taken apart.
    apart: u32,
    /// The next byte to look at. This and the following are offsets in the window.
    at: usize,
    /// The record or scalar that is being read.
    keep: Option<usize>,
    key: Option<usize>,
    escape_from: usize,
    utf8: Utf8,
    watched: usize,
    /// The first byte never looked at.
    high: usize,
    /// How many bytes were released.
    base: usize,
    limit: usize,
    member: &'static str,
    is_record: fn(&str) -> bool,
    watch: W,
    names: Names,
}

impl<W: Watch> Elements<W> {
    /// A scanner at the beginning of a text.
    ///
    /// Records are the objects of lists below the member `member` of the text; and below it, the objects under names for which
    /// `is_record` holds, unless they begin with a list of the same name (`"STATUS_OUTPUTS":{"OUTPUTS":[…]}`). `limit` is the size of the
    /// largest record and text to be handed out whole, [`MIN_LIMIT`] at least; the window needs [`MARGIN`] bytes more.
    pub fn new(member: &'static str, is_record: fn(&str) -> bool, limit: usize, watch: W) -> Self {
        Self {
            member,
            is_record,
            limit: limit.max(MIN_LIMIT),
            at: 0,
            keep: None,
            key: None,
            escape_from: 0,
            utf8: Utf8 { good: 0 },
            watched: 0,
            high: 0,
            base: 0,
            state: State::Value,
            escape: Escape::NONE,
            levels: 0,
            apart: 0,
            depth: 0,
            inside: 0,
            record: 0,
            tentative: false,
            take_apart: false,
            in_parts: false,
            names: Names::new(),
            watch,
        }
    }

    /// Where the piece given last stands.
    #[must_use]
    pub fn path(&self) -> Path<'_> {
        Path::new(&self.names, self.depth)
    }

    /// What runs along.
    #[must_use]
    pub const fn watch(&self) -> &W {
        &self.watch
    }

    #[cfg(feature = "ksenia")]
    pub(crate) const fn watch_mut(&mut self) -> &mut W {
        &mut self.watch
    }

    /// Whether the names on the way to the piece given last may be others than when this was asked last.
    #[cfg(feature = "ksenia")]
    pub(crate) const fn is_elsewhere(&mut self) -> bool {
        core::mem::replace(&mut self.names.changed, false)
    }

    /// How many bytes of the text were looked at.
    pub(crate) const fn offset(&self) -> usize {
        self.base.saturating_add(self.at)
    }

    /// Whether the piece given last stands below the member that was asked for, not beside it.
    #[must_use]
    pub const fn is_inside(&self) -> bool {
        self.inside != 0
    }

    /// Whether the outermost value has ended.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        matches!(self.state, State::Done)
    }

    /// The next piece in `window`, which is everything that arrived and was not released.
    pub fn next_piece(&mut self, window: &[u8]) -> Piece {
        if self.state == State::Failed {
            return Piece::More;
        }
        let found = self.scan(window);
        self.high = self.high.max(self.at);
        match self.check_utf8(window).and(found) {
            Ok(piece) => piece,
            Err((error, at)) => {
                self.state = State::Failed;
                self.keep = None;
                self.key = None;
                Piece::Fault(Fault::new(FaultKind::Json(error), self.base.saturating_add(at)))
            }
        }
    }

    /// How many bytes at the front of `window` are not needed any more. The caller drops them, all and no others, before the next call;
    /// ranges of pieces given before do not hold after that.
    pub fn release(&mut self, window: &[u8]) -> usize {
        let held = match self.keep.or(self.key) {
            Some(held) => held,
            None if self.state == State::Failed => window.len(),
            None => self.at.min(self.utf8.good),
        };
        // A mark may end in the string that is being read.
        let held = if self.in_string() { held.saturating_sub(MARGIN) } else { held };
        let free = held.min(window.len());
        if let Some(bytes) = window.get(self.watched..free) {
            self.watch.update(bytes);
        }
        self.watched = self.watched.max(free);
        let offsets = [&mut self.at, &mut self.escape_from, &mut self.utf8.good, &mut self.watched, &mut self.high];
        for offset in offsets.into_iter().chain(&mut self.keep).chain(&mut self.key) {
            *offset = offset.saturating_sub(free);
        }
        self.base = self.base.saturating_add(free);
        free
    }

    /// The text has ended: whether it was whole.
    ///
    /// # Errors
    /// [`JsonError::End`], or what [`Piece::Fault`] told before.
    pub fn finish(&self) -> Result<(), Fault> {
        match self.state {
            State::Done => Ok(()),
            State::InWord(word) if self.depth == 0 && word.is_whole() => Ok(()),
            _ => Err(Fault::new(FaultKind::Json(JsonError::End), self.offset())),
        }
    }

    fn in_string(&self) -> bool {
        matches!(self.state, State::InKey | State::InString)
    }

    /// All that was looked at must be UTF-8; a character may be cut at the end.
    fn check_utf8(&mut self, window: &[u8]) -> Result<(), (JsonError, usize)> {
        let open = self.in_string();
        self.utf8.check(window, self.at, open)
    }

    /// An error comes with its place in the window.
    fn scan(&mut self, window: &[u8]) -> Result<Piece, (JsonError, usize)> {
        loop {
            if let Some(piece) = if FAST { self.record_at_once(window) } else { None } {
                return Ok(piece);
            }
            let held = self.keep.or(self.key);
            let bound = held.map_or(usize::MAX, |held| held.saturating_add(self.limit));
            if self.at >= bound {
                // Before it goes back to the brace: what is wrong up to here is told first, however the bytes were cut.
                self.check_utf8(window)?;
                if let Some(piece) = self.too_long(window) {
                    return Ok(piece);
                }
                continue;
            }
            if FAST && self.record != 0 && !self.tentative {
                self.hop(window.get(..bound.min(window.len())).unwrap_or_default());
                if self.at >= bound {
                    continue;
                }
            }
            if self.in_string() && self.escape.is_over() {
                let seen = window.get(..bound.min(window.len())).unwrap_or_default();
                self.at = scan::string_end(seen, self.at);
                if self.at >= bound {
                    continue;
                }
            }
            let Some(byte) = window.get(self.at) else { return Ok(Piece::More) };
            if let Some(piece) = self.step(window, *byte).map_err(|error| (error, self.at))? {
                return Ok(piece);
            }
        }
    }

    /// One byte. It is used up, unless it ends a number.
    fn step(&mut self, window: &[u8], byte: u8) -> Result<Option<Piece>, JsonError> {
        if matches!(byte, b' ' | b'\t' | b'\n' | b'\r') && !self.in_string() && !matches!(self.state, State::InWord(_)) {
            self.advance();
            return Ok(None);
        }
        if self.depth <= 1 && matches!(self.state, State::Value) {
            let name = (self.depth == 1).then(|| core::str::from_utf8(self.names.get(1)).unwrap_or_default());
            self.watch.begins(name, byte, self.base.saturating_add(self.at));
        }
        match (self.state, byte) {
            (State::InKey | State::InString, _) => return self.string(window, byte),
            (State::InWord(word), _) => match word.step(byte)? {
                Some(word) => {
                    self.state = State::InWord(word);
                    self.advance();
                }
                None => return Ok(self.value_end(self.at, false)),
            },
            (State::Value | State::FirstValue, b'{' | b'[') => return self.enter(byte),
            (State::Value | State::FirstValue, b'"') => {
                self.advance();
                self.state = State::InString;
                self.begin_scalar();
            }
            (State::FirstValue, b']') | (State::FirstKey, b'}') => return Ok(self.leave()),
            (State::Value | State::FirstValue, _) => {
                let word = Word::begin(byte).ok_or(JsonError::Unexpected)?;
                self.state = State::InWord(word);
                self.begin_scalar();
                self.advance();
            }
            (State::FirstKey | State::Key, b'"') => {
                self.advance();
                self.state = State::InKey;
                let named = self.record == 0 || self.tentative;
                self.key = Some(self.at).filter(|_| named && (self.depth == 1 || self.inside != 0));
            }
            (State::Colon, b':') => {
                self.advance();
                self.state = State::Value;
            }
            (State::After, b',') => {
                self.advance();
                self.names.count(self.depth);
                self.state = if self.levels & 1 == 1 { State::Key } else { State::Value };
            }
            (State::After, b'}') if self.levels & 1 == 1 => return Ok(self.leave()),
            (State::After, b']') if self.levels & 1 == 0 => return Ok(self.leave()),
            (State::Done, _) => return Err(JsonError::Trailing),
            _ => return Err(JsonError::Unexpected),
        }
        Ok(None)
    }

    fn advance(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    /// A scalar begins: here, or behind the quote.
    fn begin_scalar(&mut self) {
        self.tentative = false;
        self.in_parts = false;
        if self.record == 0 && (self.depth == 1 || self.inside != 0) {
            self.keep = Some(self.at);
        }
    }

    /// One byte of a string that is not plain.
    fn string(&mut self, window: &[u8], byte: u8) -> Result<Option<Piece>, JsonError> {
        match byte {
            _ if !self.escape.is_over() => self.escape = self.escape.step(byte)?,
            b'"' => {
                let end = self.at;
                self.advance();
                self.watch_mark(window);
                if self.state == State::InString {
                    return Ok(self.value_end(end, true));
                }
                if let Some(from) = self.key.take() {
                    self.names.set(self.depth, window.get(from..end).unwrap_or_default());
                } else if self.record == 0 || self.tentative {
                    // Too long for the buffer.
                    self.names.set(self.depth, b"");
                }
                self.state = State::Colon;
                return Ok(None);
            }
            b'\\' => {
                self.escape = Escape::SLASH;
                self.escape_from = self.at;
            }
            _ => return Err(JsonError::Control),
        }
        self.advance();
        Ok(None)
    }

    /// The string before this place may be a mark.
    fn watch_mark(&mut self, window: &[u8]) {
        let Some(seen) = window.get(..self.at) else { return };
        let text = seen.strip_suffix(b"\"").and_then(|seen| seen.strip_suffix(W::MARK));
        if self.at > self.high && !W::MARK.is_empty() && text.is_some_and(|before| before.ends_with(b"\"")) {
            if let Some(bytes) = seen.get(self.watched..) {
                self.watch.update(bytes);
            }
            self.watched = self.at;
            self.watch.mark();
        }
    }

    /// A scalar ends before `end`.
    fn value_end(&mut self, end: usize, quoted: bool) -> Option<Piece> {
        self.state = if self.depth == 0 { State::Done } else { State::After };
        if self.record != 0 {
            return None;
        }
        let range = self.keep.take()?..end;
        Some(if self.in_parts { Piece::Part { range, last: true } } else { Piece::Scalar { range, quoted } })
    }

    /// A list or object begins.
    fn enter(&mut self, byte: u8) -> Result<Option<Piece>, JsonError> {
        if self.depth >= MAX_DEPTH {
            return Err(JsonError::Depth { limit: MAX_DEPTH });
        }
        let (from, outer, object) = (self.at, self.depth, byte == b'{');
        let in_list = outer > 0 && self.levels & 1 == 0;
        self.advance();
        self.depth = outer.saturating_add(1);
        self.levels = self.levels << 1 | u32::from(object);
        self.state = if object { State::FirstKey } else { State::FirstValue };
        let piece = self.role(from, outer, object, in_list);
        if self.record == 0 || self.tentative {
            self.names.begin(self.depth);
        }
        Ok(piece)
    }

    /// What the list or object that begins here is.
    fn role(&mut self, from: usize, outer: u8, object: bool, in_list: bool) -> Option<Piece> {
        let name = core::str::from_utf8(self.names.get(outer)).unwrap_or_default();
        if self.inside == 0 {
            if outer == 1 && Text::new(name) == *self.member {
                self.inside = self.depth;
            }
        } else if self.record != 0 {
            let holds_list = self.tentative && !object && !name.is_empty() && {
                let holder = core::str::from_utf8(self.names.get(outer.saturating_sub(1))).unwrap_or_default();
                holder.ends_with(name)
            };
            self.tentative = false;
            if holds_list {
                self.record = 0;
                self.keep = None;
            }
        } else if core::mem::take(&mut self.take_apart) {
            self.apart |= 1_u32.wrapping_shl(self.depth.into());
            let limit = u32::try_from(self.limit).unwrap_or(u32::MAX);
            return Some(Piece::Open { fault: Fault::new(FaultKind::TooLong { limit }, self.base.saturating_add(from)) });
        } else if object && (in_list || (self.is_record)(name)) {
            self.record = self.depth;
            self.tentative = !in_list;
            self.keep = Some(from);
        } else if !object && !in_list && self.apart == 0 {
            self.watch.list(name);
        }
        None
    }

    /// A list or object ends.
    fn leave(&mut self) -> Option<Piece> {
        self.advance();
        let depth = self.depth;
        self.depth = depth.saturating_sub(1);
        self.levels >>= 1;
        self.state = if self.depth == 0 { State::Done } else { State::After };
        if self.inside == depth {
            self.inside = 0;
        }
        if self.record == depth {
            self.record = 0;
            self.tentative = false;
            return self.keep.take().map(|from| Piece::Record { range: from..self.at });
        }
        let bit = 1_u32.wrapping_shl(depth.into());
        let apart = self.apart & bit != 0 && self.record == 0;
        if apart {
            self.apart &= !bit;
        }
        apart.then_some(Piece::Close)
    }

    /// What is held has reached the limit and is not whole.
    fn too_long(&mut self, window: &[u8]) -> Option<Piece> {
        let Some(from) = self.keep else {
            // A name. Nobody asks for one of that length.
            self.key = None;
            return None;
        };
        if self.record != 0 {
            // Back to its brace, to take it apart.
            let outer = self.record.saturating_sub(1);
            self.levels = self.levels.wrapping_shr(self.depth.saturating_sub(outer).into());
            self.depth = outer;
            self.record = 0;
            self.tentative = false;
            self.take_apart = true;
            self.high = self.high.max(self.at);
            self.at = from;
            self.keep = None;
            self.key = None;
            self.escape = Escape::NONE;
            self.state = State::Value;
            return None;
        }
        let end = if self.escape.is_over() { self.at } else { self.escape_from };
        let text = window.get(from..end).unwrap_or_default();
        // A character that is cut goes into the next part.
        let whole = core::str::from_utf8(text).map_or_else(|error| error.valid_up_to(), str::len);
        let end = from.saturating_add(whole);
        self.keep = Some(end);
        self.in_parts = true;
        Some(Piece::Part { range: from..end, last: false })
    }
}
