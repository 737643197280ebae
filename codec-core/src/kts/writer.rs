//! Writing a frame.

use super::wire::{DELIMITER, MAX_FRAME};
use crate::error::EncodeError;
use crate::secret::Secret;
use crate::text::copy;
use crate::text::hex::Case;
use crate::text::json::Text;
use crate::text::scan;

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
    out: &'o mut [u8],
    len: usize,
    /// Bytes taken before.
    taken: usize,
    /// Another value stands before the next one.
    comma: bool,
}

impl<'o> FrameWriter<'o> {
    /// Writes the head.
    #[must_use]
    pub fn new(out: &'o mut [u8], sn: &str, cmd: &str) -> Self {
        let mut this = Self { out, len: 0, taken: 0, comma: false };
        this.put(b"{");
        this.text("sn", sn);
        this.text("cmd", cmd);
        this
    }

    /// Goes on with a frame of which `taken` bytes are gone, behind a value or not.
    pub(crate) const fn resume(out: &'o mut [u8], taken: usize, comma: bool) -> Self {
        Self { out, len: 0, taken, comma }
    }

    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        let end = self.len.saturating_add(bytes.len());
        if let Some(room) = self.out.get_mut(self.len..end) {
            copy(room, bytes);
        }
        self.len = end;
    }

    fn put_escaped(&mut self, text: &str) {
        let bytes = text.as_bytes();
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

    /// A text that was received, with its escapes.
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
        self.digits(number);
        self.put(b"\"");
    }

    /// A text that is nobody else's business.
    pub fn secret(&mut self, key: &str, secret: Secret<&str>) {
        self.text(key, secret.expose());
    }

    /// Begins a text; [`part`](Self::part) and [`digits`](Self::digits) go on with it.
    pub(crate) fn open_text(&mut self, key: &str) {
        self.put_key(key);
        self.put(b"\"");
    }

    pub(crate) fn part(&mut self, text: &str) {
        self.put_escaped(text);
    }

    pub(crate) fn digits(&mut self, value: u64) {
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

    pub(crate) fn close_text(&mut self) {
        self.put(b"\"");
    }

    /// Begins `data` as an object.
    pub fn open_data(&mut self) {
        self.put_key("data");
        self.put(b"{");
        self.comma = false;
    }

    /// Begins `data` as a list.
    pub fn open_list(&mut self) {
        self.put_key("data");
        self.put(b"[");
        self.comma = false;
    }

    /// Begins an object in the list.
    pub fn open_item(&mut self) {
        self.put(if self.comma { b",{" } else { b"{" });
        self.comma = false;
    }

    /// Ends an object.
    pub fn close_object(&mut self) {
        self.put(b"}");
        self.comma = true;
    }

    /// Ends the list.
    pub fn close_list(&mut self) {
        self.put(b"]");
        self.comma = true;
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

    /// Hands what is written to `send` and goes on with an empty slice.
    ///
    /// # Errors
    /// [`EncodeError::NoSpace`] if more was written than fits: then the frame is lost.
    pub fn take<R>(&mut self, send: impl FnOnce(&[u8]) -> R) -> Result<R, EncodeError> {
        let part = self.out.get(..self.len).ok_or(no_space(self.len))?;
        self.taken = self.taken.saturating_add(self.len);
        self.len = 0;
        Ok(send(part))
    }

    /// Ends the frame and writes its delimiter. Gives the number of bytes of the frame, or of its last part, with the delimiter.
    ///
    /// # Errors
    /// [`EncodeError::OutOfRange`] if the frame is longer than [`MAX_FRAME`], [`EncodeError::NoSpace`] if the slice is too short.
    pub fn finish(mut self) -> Result<usize, EncodeError> {
        self.put(b"}");
        check_len(self.taken.saturating_add(self.len))?;
        self.put(DELIMITER);
        if self.len <= self.out.len() { Ok(self.len) } else { Err(no_space(self.len)) }
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
