//! Writes a message into a slice: head, content, time, CRC.

use super::crc::RunningCrc;
use super::kinds::{Detail, Form, ResultCode, Verb};
use super::wire::Message;
use crate::error::EncodeError;
use crate::secret::Secret;
use crate::text::hex::Case;
use crate::text::json::Text;
use crate::text::writer::Writer;

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
    json: Writer<'o>,
    /// Over what was taken away.
    crc: RunningCrc,
}

impl<'o> MessageWriter<'o> {
    /// Writes what stands before the content.
    #[must_use]
    pub fn new(out: &'o mut [u8], head: &Head<'_>) -> Self {
        Self::begin(out, head, true, true)
    }

    /// As [`new`](Self::new), with or without sender and receiver, and form: some firmware leaves them out.
    pub(crate) fn begin(out: &'o mut [u8], head: &Head<'_>, sender: bool, form: bool) -> Self {
        let mut json = Writer::new(out);
        if sender {
            json.put(b"{\"SENDER\":\"");
            json.escaped(head.sender);
            json.put(b"\",\"RECEIVER\":\"");
            json.escaped(head.receiver);
            json.put(b"\",\"CMD\":\"");
        } else {
            json.put(b"{\"CMD\":\"");
        }
        json.put(head.verb.text().raw().as_bytes());
        json.put(b"\",\"ID\":\"");
        match head.id {
            MessageId::Number(id) => json.digits(id.into()),
            MessageId::Same(text) => json.put(text.raw().as_bytes()),
        }
        if form {
            json.put(b"\",\"PAYLOAD_TYPE\":\"");
            json.put(head.form.raw().as_bytes());
        }
        json.put(b"\",\"PAYLOAD\":{");
        Self { json, crc: RunningCrc::new() }
    }

    /// Goes on with a message that was [paused](Self::pause).
    pub(crate) fn resume(out: &'o mut [u8], paused: Paused) -> Self {
        let mut json = Writer::new(out);
        json.comma = paused.comma;
        Self { json, crc: paused.crc }
    }

    /// Hands over what is written, and what is needed to go on in another slice. `None` if more was written than fits.
    pub(crate) fn pause(mut self) -> Option<(usize, Paused)> {
        self.crc.update(self.json.written()?);
        Some((self.json.len, Paused { crc: self.crc, comma: self.json.comma }))
    }

    /// Where the writer stands, to come back to it.
    pub(crate) const fn mark(&self) -> (usize, bool) {
        (self.json.len, self.json.comma)
    }

    /// Takes back what was written since the mark.
    pub(crate) fn rewind(&mut self, (len, comma): (usize, bool)) {
        (self.json.len, self.json.comma) = (len, comma);
    }

    /// Whether more was written than fits.
    pub(crate) fn is_over(&self) -> bool {
        self.json.is_over()
    }

    /// A name; its value is what is written next, as if it were an item.
    pub(crate) fn name(&mut self, key: &str) {
        self.json.name(key, b"");
    }

    /// JSON as it is. `last` if a whole value ends here.
    pub(crate) fn raw(&mut self, text: &str, first: bool, last: bool) {
        if first {
            self.json.begin(b"");
        }
        self.json.put(text.as_bytes());
        self.json.comma = last;
    }

    /// Begins a text that comes in pieces.
    pub(crate) fn open_text(&mut self, key: &str) {
        self.json.name(key, b"\"");
    }

    /// A piece of it.
    pub(crate) fn text_piece(&mut self, piece: &str) {
        self.json.escaped(piece);
    }

    /// Ends it.
    pub(crate) fn close_text(&mut self) {
        self.json.end(b"\"");
    }

    /// A text.
    pub fn text(&mut self, key: &str, text: &str) {
        self.json.text(key, text);
    }

    /// A word of the protocol, or a text that was received.
    pub fn word(&mut self, key: &str, word: Text<'_>) {
        self.json.word(key, word);
    }

    /// A number, as text.
    pub fn number(&mut self, key: &str, number: u64) {
        self.json.number(key, number);
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
        self.json.begin(b"\"");
        self.json.put(text.raw().as_bytes());
        self.json.end(b"\"");
    }

    /// A number in a list, as text.
    pub fn item_number(&mut self, number: u64) {
        self.json.begin(b"\"");
        self.json.digits(number);
        self.json.end(b"\"");
    }

    /// Begins an object under a name.
    pub fn open_object(&mut self, key: &str) {
        self.json.name(key, b"{");
    }

    /// Begins an object in a list.
    pub fn open_item(&mut self) {
        self.json.begin(b"{");
    }

    /// Ends an object.
    pub fn close_object(&mut self) {
        self.json.end(b"}");
    }

    /// Begins a list under a name.
    pub fn open_list(&mut self, key: &str) {
        self.json.name(key, b"[");
    }

    /// Ends a list.
    pub fn close_list(&mut self) {
        self.json.end(b"]");
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
        self.json.len
    }

    /// Whether nothing is written, or all of it is taken.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.json.len == 0
    }

    /// How many bytes of the slice are free.
    #[must_use]
    pub fn free(&self) -> usize {
        self.json.out.len().saturating_sub(self.json.len)
    }

    /// Hands what is written to `send` and goes on with an empty slice. For messages that are longer than the slice: call it before
    /// [`free`](Self::free) is less than the next member takes.
    ///
    /// # Errors
    /// [`EncodeError::NoSpace`] if more was written than fits: then the message is lost.
    pub fn take<R>(&mut self, send: impl FnOnce(&[u8]) -> R) -> Result<R, EncodeError> {
        let part = self.json.written().ok_or(no_space(self.json.len))?;
        self.crc.update(part);
        let sent = send(part);
        self.json.len = 0;
        Ok(sent)
    }

    /// Ends the content and seals the message. Gives the number of bytes of the message, or of its last part.
    ///
    /// `unix` is the time in seconds since 1970.
    ///
    /// # Errors
    /// [`EncodeError::NoSpace`] if the slice is too short.
    pub fn finish(mut self, unix: u64) -> Result<usize, EncodeError> {
        self.json.put(b"},\"TIMESTAMP\":\"");
        self.json.digits(unix);
        self.json.put(b"\",\"CRC_16\"");
        self.crc.update(self.json.written().ok_or(no_space(self.json.len.saturating_add(10)))?);
        let [high, low] = self.crc.value().to_be_bytes();
        let ([a, b], [c, d]) = (Case::Upper.digits(high), Case::Upper.digits(low));
        self.json.put(&[b':', b'"', b'0', b'x', a, b, c, d, b'"', b'}']);
        if self.json.is_over() { Err(no_space(self.json.len)) } else { Ok(self.json.len) }
    }
}

fn no_space(needed: usize) -> EncodeError {
    EncodeError::NoSpace { needed: u32::try_from(needed).unwrap_or(u32::MAX) }
}
