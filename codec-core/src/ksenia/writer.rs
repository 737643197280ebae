//! Writes a message into a slice: head, content, time, CRC.

use super::crc::{RunningCrc, crc_of};
use super::kinds::{Detail, Form, ResultCode, Verb};
use super::wire::Message;
use crate::error::EncodeError;
use crate::secret::Secret;
use crate::text::copy;
use crate::text::hex::Case;
use crate::text::json::Text;
use crate::text::scan;

/// What stands before the content.
#[derive(Clone, Copy, Debug)]
pub struct Head<'c> {
    /// Who sends: a client's name, under which its changes come back, or a panel's MAC address.
    pub sender: &'c str,
    /// For whom: empty from clients, a client's name from panels.
    pub receiver: &'c str,
    /// What the message is.
    pub verb: Verb<'c>,
    /// Its number.
    pub id: MessageId<'c>,
    /// What the content is (`PAYLOAD_TYPE`): the text of a [`Form`], an [`Account`](super::Account) or a [`Kind`](super::Kind).
    pub form: Text<'c>,
}

/// The number of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageId<'c> {
    /// A number. Clients use 1 to 65535.
    Number(u32),
    /// The text of a received message, repeated.
    Same(Text<'c>),
}

impl<'c> Head<'c> {
    /// For the answer to a request, from the panel `sender`: number and form repeated, as real panels do.
    ///
    /// `None` if the message is no request.
    #[must_use]
    pub fn answer_to(request: &Message<'c>, sender: &'c str) -> Option<Self> {
        let form = match request.form() {
            Some(Form::Register) => Form::RegisterAck.text(),
            Some(Form::Request) => Form::Reply.text(),
            _ => request.form_text().unwrap_or(Text::new("")),
        };
        let id = request.id().map_or(MessageId::Number(0), MessageId::Same);
        // No client has a name with an escape in it.
        let receiver = request.sender().and_then(Text::plain).unwrap_or_default();
        Some(Self { sender, receiver, verb: request.verb().answer()?, id, form })
    }

    /// For a push of changes from the panel `sender` to the client that calls itself `receiver`.
    #[must_use]
    pub const fn changes(sender: &'c str, receiver: &'c str) -> Self {
        Self { sender, receiver, verb: Verb::Realtime, id: MessageId::Number(0), form: Form::Changes.text() }
    }
}

/// A message that goes on in another slice.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paused {
    crc: RunningCrc,
    comma: bool,
}

/// Writes a message member by member. The content is written with the methods below; [`finish`](Self::finish) seals it.
///
/// Nothing fails on the way: `finish` tells if the slice was too short. A message longer than the slice is written in parts, with
/// [`take`](Self::take) between them.
///
/// ```
/// use codec_core::ksenia::{self, Head, MessageWriter, ZoneState};
///
/// let mut out = [0; 256];
/// let mut writer = MessageWriter::new(&mut out, &Head::changes("A4580F941B25", "HomeAssistant"));
/// writer.open_object("HomeAssistant");
/// writer.open_list("STATUS_ZONES");
/// writer.open_item();
/// writer.number("ID", 7);
/// writer.word("STA", ZoneState::Triggered.text());
/// writer.close_object();
/// writer.close_list();
/// writer.close_object();
/// let len = writer.finish(1_769_871_440)?;
/// assert!(ksenia::decode(&out[..len]).is_ok());
/// # Ok::<(), codec_core::EncodeError>(())
/// ```
#[derive(Debug)]
pub struct MessageWriter<'o> {
    out: &'o mut [u8],
    len: usize,
    /// Over what was taken away.
    crc: RunningCrc,
    taken: bool,
    /// Another value stands before the next one.
    comma: bool,
}

impl<'o> MessageWriter<'o> {
    /// Writes what stands before the content.
    #[must_use]
    pub fn new(out: &'o mut [u8], head: &Head<'_>) -> Self {
        Self::begin(out, head, true, true)
    }

    /// As [`new`](Self::new), with or without sender and receiver, and form: some firmware leaves them out.
    pub(crate) fn begin(out: &'o mut [u8], head: &Head<'_>, sender: bool, form: bool) -> Self {
        let mut this = Self { out, len: 0, crc: RunningCrc::new(), taken: false, comma: false };
        if sender {
            this.put(b"{\"SENDER\":\"");
            this.put_escaped(head.sender);
            this.put(b"\",\"RECEIVER\":\"");
            this.put_escaped(head.receiver);
            this.put(b"\",\"CMD\":\"");
        } else {
            this.put(b"{\"CMD\":\"");
        }
        this.put(head.verb.text().raw().as_bytes());
        this.put(b"\",\"ID\":\"");
        match head.id {
            MessageId::Number(id) => this.put_number(id.into()),
            MessageId::Same(text) => this.put(text.raw().as_bytes()),
        }
        if form {
            this.put(b"\",\"PAYLOAD_TYPE\":\"");
            this.put(head.form.raw().as_bytes());
        }
        this.put(b"\",\"PAYLOAD\":{");
        this
    }

    /// Goes on with a message that was [paused](Self::pause).
    pub(crate) fn resume(out: &'o mut [u8], paused: Paused) -> Self {
        Self { out, len: 0, crc: paused.crc, taken: true, comma: paused.comma }
    }

    /// Hands over what is written, and what is needed to go on in another slice. `None` if more was written than fits.
    pub(crate) fn pause(mut self) -> Option<(usize, Paused)> {
        self.crc.update(self.out.get(..self.len)?);
        Some((self.len, Paused { crc: self.crc, comma: self.comma }))
    }

    /// Where the writer stands, to come back to it.
    pub(crate) const fn mark(&self) -> (usize, bool) {
        (self.len, self.comma)
    }

    /// Takes back what was written since the mark.
    pub(crate) fn rewind(&mut self, (len, comma): (usize, bool)) {
        (self.len, self.comma) = (len, comma);
    }

    /// Whether more was written than fits.
    pub(crate) fn is_over(&self) -> bool {
        self.len > self.out.len()
    }

    /// A name; its value is what is written next, as if it were an item.
    pub(crate) fn name(&mut self, key: &str) {
        self.put_key(key);
        self.comma = false;
    }

    /// JSON as it is. `last` if a whole value ends here.
    pub(crate) fn raw(&mut self, text: &str, first: bool, last: bool) {
        if first && self.comma {
            self.put(b",");
        }
        self.put(text.as_bytes());
        self.comma = last;
    }

    /// Begins a text that comes in pieces.
    pub(crate) fn open_text(&mut self, key: &str) {
        self.put_key(key);
        self.put(b"\"");
    }

    /// A piece of it.
    pub(crate) fn text_piece(&mut self, piece: &str) {
        self.put_escaped(piece);
    }

    /// Ends it.
    pub(crate) fn close_text(&mut self) {
        self.put(b"\"");
        self.comma = true;
    }

    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        let end = self.len.saturating_add(bytes.len());
        if let Some(room) = self.out.get_mut(self.len..end) {
            copy(room, bytes);
        }
        self.len = end;
    }

    fn put_number(&mut self, value: u64) {
        let mut digits = [0; 20];
        let mut rest = value;
        let mut count = 0_usize;
        for digit in digits.iter_mut().rev() {
            *digit = b'0'.saturating_add(u8::try_from(rest % 10).unwrap_or(0));
            count = count.saturating_add(1);
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        let from = digits.len().saturating_sub(count);
        self.put(digits.get(from..).unwrap_or_default());
    }

    fn put_escaped(&mut self, text: &str) {
        let bytes = text.as_bytes();
        // Nearly all are names of a few characters.
        if bytes.len() <= 16 && scan::is_plain(bytes) {
            return self.put(bytes);
        }
        self.put_unusual(bytes);
    }

    #[inline(never)]
    fn put_unusual(&mut self, bytes: &[u8]) {
        let mut from = 0;
        loop {
            let end = scan::string_end(bytes, from);
            self.put(bytes.get(from..end).unwrap_or_default());
            let Some(byte) = bytes.get(end) else { return };
            match byte {
                b'"' => self.put(b"\\\""),
                b'\\' => self.put(b"\\\\"),
                b'\n' => self.put(b"\\n"),
                b'\r' => self.put(b"\\r"),
                b'\t' => self.put(b"\\t"),
                control => {
                    self.put(b"\\u00");
                    self.put(&Case::Lower.digits(*control));
                }
            }
            from = end.saturating_add(1);
        }
    }

    fn put_key(&mut self, key: &str) {
        self.put(if self.comma { b",\"" } else { b"\"" });
        self.put_escaped(key);
        self.put(b"\":");
        self.comma = true;
    }

    /// A text.
    pub fn text(&mut self, key: &str, text: &str) {
        self.put_key(key);
        self.put(b"\"");
        self.put_escaped(text);
        self.put(b"\"");
    }

    /// A word of the protocol, or a text that was received.
    pub fn word(&mut self, key: &str, word: Text<'_>) {
        self.put_key(key);
        self.put(b"\"");
        self.put(word.raw().as_bytes());
        self.put(b"\"");
    }

    /// A number, as text.
    pub fn number(&mut self, key: &str, number: u64) {
        self.put_key(key);
        self.put(b"\"");
        self.put_number(number);
        self.put(b"\"");
    }

    /// `T` or `F`.
    pub fn flag(&mut self, key: &str, flag: bool) {
        self.word(key, Text::new(if flag { "T" } else { "F" }));
    }

    /// A text that is nobody else's business.
    pub fn secret(&mut self, key: &str, secret: Secret<&str>) {
        self.text(key, secret.expose());
    }

    /// A text in a list.
    pub fn item(&mut self, text: Text<'_>) {
        self.put(if self.comma { b",\"" } else { b"\"" });
        self.put(text.raw().as_bytes());
        self.put(b"\"");
        self.comma = true;
    }

    /// A number in a list, as text.
    pub fn item_number(&mut self, number: u64) {
        self.put(if self.comma { b",\"" } else { b"\"" });
        self.put_number(number);
        self.put(b"\"");
        self.comma = true;
    }

    /// Begins an object under a name.
    pub fn open_object(&mut self, key: &str) {
        self.put_key(key);
        self.put(b"{");
        self.comma = false;
    }

    /// Begins an object in a list.
    pub fn open_item(&mut self) {
        self.put(if self.comma { b",{" } else { b"{" });
        self.comma = false;
    }

    /// Ends an object.
    pub fn close_object(&mut self) {
        self.put(b"}");
        self.comma = true;
    }

    /// Begins a list under a name.
    pub fn open_list(&mut self, key: &str) {
        self.put_key(key);
        self.put(b"[");
        self.comma = false;
    }

    /// Ends a list.
    pub fn close_list(&mut self) {
        self.put(b"]");
        self.comma = true;
    }

    /// `RESULT` and `RESULT_DETAIL`, which begin most answers.
    pub fn outcome(&mut self, result: ResultCode<'_>, detail: Option<Detail<'_>>) {
        self.word("RESULT", result.text());
        if let Some(detail) = detail {
            self.word("RESULT_DETAIL", detail.text());
        }
    }

    /// How many bytes are written and not taken, or would be if the slice were longer.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing is written, or all of it is taken.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many bytes of the slice are free.
    #[must_use]
    pub fn free(&self) -> usize {
        self.out.len().saturating_sub(self.len)
    }

    /// Hands what is written to `send` and goes on with an empty slice. For messages that are longer than the slice: call it before
    /// [`free`](Self::free) is less than the next member takes.
    ///
    /// # Errors
    /// [`EncodeError::NoSpace`] if more was written than fits: then the message is lost.
    pub fn take<R>(&mut self, send: impl FnOnce(&[u8]) -> R) -> Result<R, EncodeError> {
        let part = self.out.get(..self.len).ok_or(no_space(self.len))?;
        self.crc.update(part);
        self.taken = true;
        self.len = 0;
        Ok(send(part))
    }

    /// Ends the content and seals the message. Gives the number of bytes of the message, or of its last part.
    ///
    /// `unix` is the time in seconds since 1970.
    ///
    /// # Errors
    /// [`EncodeError::NoSpace`] if the slice is too short.
    pub fn finish(mut self, unix: u64) -> Result<usize, EncodeError> {
        self.put(b"},\"TIMESTAMP\":\"");
        self.put_number(unix);
        self.put(b"\",\"CRC_16\"");
        let covered = self.out.get(..self.len).ok_or(no_space(self.len.saturating_add(10)))?;
        let crc = if self.taken {
            self.crc.update(covered);
            self.crc.value()
        } else {
            crc_of(covered)
        };
        let [high, low] = crc.to_be_bytes().map(|byte| Case::Upper.digits(byte));
        let ([a, b], [c, d]) = (high, low);
        self.put(&[b':', b'"', b'0', b'x', a, b, c, d, b'"', b'}']);
        if self.len <= self.out.len() { Ok(self.len) } else { Err(no_space(self.len)) }
    }
}

fn no_space(needed: usize) -> EncodeError {
    EncodeError::NoSpace { needed: u32::try_from(needed).unwrap_or(u32::MAX) }
}
