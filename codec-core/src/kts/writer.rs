//! Writing a frame.

use super::wire::{DELIMITER, MAX_FRAME};
use crate::error::EncodeError;
use crate::secret::Secret;
use crate::text::json::Text;
use crate::text::writer::Writer;

/// Writes a frame member by member, in the order of the calls; `sn` and `cmd` come first.
///
/// Nothing fails on the way: [`finish`](Self::finish) tells if the slice was too short or the frame is too long. A frame longer than the
/// slice is written in parts, with [`take`](Self::take) between them.
///
/// ```
/// use codec_core::kts::FrameWriter;
///
/// let mut out = [0; 128];
/// let mut writer = FrameWriter::new(&mut out, "08ABEF112233", "push");
/// writer.open_list();
/// writer.open_item();
/// writer.text("oID", "37");
/// writer.text("val", "1");
/// writer.close_object();
/// writer.close_list();
/// let len = writer.finish()?;
/// assert_eq!(&out[..len], b"{\"sn\":\"08ABEF112233\",\"cmd\":\"push\",\"data\":[{\"oID\":\"37\",\"val\":\"1\"}]}\r\n");
/// # Ok::<(), codec_core::EncodeError>(())
/// ```
#[derive(Debug)]
pub struct FrameWriter<'o> {
    json: Writer<'o>,
    /// Bytes taken before.
    taken: usize,
}

impl<'o> FrameWriter<'o> {
    /// Writes the head.
    #[must_use]
    pub fn new(out: &'o mut [u8], sn: &str, cmd: &str) -> Self {
        let mut json = Writer::new(out);
        json.begin(b"{");
        json.text("sn", sn);
        json.text("cmd", cmd);
        Self { json, taken: 0 }
    }

    /// Goes on with a frame of which `taken` bytes are gone, behind a value or not.
    pub(crate) const fn resume(out: &'o mut [u8], taken: usize, comma: bool) -> Self {
        let mut json = Writer::new(out);
        json.comma = comma;
        Self { json, taken }
    }

    /// A text.
    pub fn text(&mut self, key: &str, text: &str) {
        self.json.text(key, text);
    }

    /// A text that was received, with its escapes.
    pub fn word(&mut self, key: &str, word: Text<'_>) {
        self.json.word(key, word);
    }

    /// A number, as text.
    pub fn number(&mut self, key: &str, number: u64) {
        self.json.number(key, number);
    }

    /// A text that is nobody else's business.
    pub fn secret(&mut self, key: &str, secret: Secret<&str>) {
        self.text(key, secret.expose());
    }

    /// Begins a text; [`part`](Self::part) and [`digits`](Self::digits) go on with it.
    pub(crate) fn open_text(&mut self, key: &str) {
        self.json.name(key, b"\"");
    }

    pub(crate) fn part(&mut self, text: &str) {
        self.json.escaped(text);
    }

    pub(crate) fn digits(&mut self, value: u64) {
        self.json.digits(value);
    }

    pub(crate) fn close_text(&mut self) {
        self.json.end(b"\"");
    }

    /// Begins `data` as an object.
    pub fn open_data(&mut self) {
        self.json.name("data", b"{");
    }

    /// Begins `data` as a list.
    pub fn open_list(&mut self) {
        self.json.name("data", b"[");
    }

    /// Begins an object in the list.
    pub fn open_item(&mut self) {
        self.json.begin(b"{");
    }

    /// Ends an object.
    pub fn close_object(&mut self) {
        self.json.end(b"}");
    }

    /// Ends the list.
    pub fn close_list(&mut self) {
        self.json.end(b"]");
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

    /// Hands what is written to `send` and goes on with an empty slice.
    ///
    /// # Errors
    /// [`EncodeError::NoSpace`] if more was written than fits: then the frame is lost.
    pub fn take<R>(&mut self, send: impl FnOnce(&[u8]) -> R) -> Result<R, EncodeError> {
        let sent = send(self.json.written().ok_or(no_space(self.json.len))?);
        self.taken = self.taken.saturating_add(self.json.len);
        self.json.len = 0;
        Ok(sent)
    }

    /// Ends the frame and writes its delimiter. Gives the number of bytes of the frame, or of its last part, with the delimiter.
    ///
    /// # Errors
    /// [`EncodeError::OutOfRange`] if the frame is longer than [`MAX_FRAME`], [`EncodeError::NoSpace`] if the slice is too short.
    pub fn finish(mut self) -> Result<usize, EncodeError> {
        self.json.end(b"}");
        check_len(self.taken.saturating_add(self.json.len))?;
        self.json.put(DELIMITER);
        if self.json.is_over() { Err(no_space(self.json.len)) } else { Ok(self.json.len) }
    }
}

/// Refuses a frame that is too long.
pub(crate) fn check_len(len: usize) -> Result<(), EncodeError> {
    let number = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
    if len <= MAX_FRAME {
        return Ok(());
    }
    Err(EncodeError::OutOfRange { field: "frame", min: 0, max: number(MAX_FRAME), found: number(len) })
}

fn no_space(needed: usize) -> EncodeError {
    EncodeError::NoSpace { needed: u32::try_from(needed).unwrap_or(u32::MAX) }
}
