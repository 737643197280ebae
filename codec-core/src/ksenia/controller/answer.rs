//! What is kept of a message while its records pass.

use crate::error::Member;
use crate::ksenia::{Detail, ResultCode, Verb};
use crate::text::elements::Path;
use crate::text::json::Text;

/// Longest number of a session that is kept, in bytes. Real panels give one or two digits.
const MAX_LOGIN: usize = 16;

/// A number that stands for a text, to compare without keeping it (FNV-1a).
pub(crate) fn hash(text: Text<'_>) -> u32 {
    text.raw().bytes().fold(0x811C_9DC5, |sum: u32, byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// Whether a panel obeyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Done,
    Refused,
    /// There was no result.
    Unsaid,
}

/// The number of a session.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Login {
    bytes: [u8; MAX_LOGIN],
    len: u8,
}

impl Login {
    pub(crate) const NONE: Self = Self { bytes: [0; MAX_LOGIN], len: 0 };

    /// `1`.
    pub(crate) fn first() -> Self {
        Self::of(Text::new("1")).unwrap_or(Self::NONE)
    }

    /// `None` if it is too long, or could not be sent back as it is.
    fn of(text: Text<'_>) -> Option<Self> {
        let mut bytes = [0; MAX_LOGIN];
        let text = text.copy_to(&mut bytes)?;
        let len = u8::try_from(text.len()).ok()?;
        Some(Self { bytes, len })
    }

    pub(crate) fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..usize::from(self.len)).unwrap_or_default();
        core::str::from_utf8(bytes).unwrap_or_default()
    }
}

/// Everything that answers are told by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer {
    pub(crate) verb: Option<Verb<'static>>,
    pub(crate) id: Option<u32>,
    pub(crate) form: Option<u32>,
    result: Option<bool>,
    /// Place of the reason in [`Detail::ALL`]; none there if it is not known.
    pub(crate) detail: u8,
    pub(crate) login: Option<Login>,
    /// Which of the lists that a panel may leave out after its start are in it.
    pub(crate) lists: u8,
    /// Something in it is wrapped in the name of this client.
    pub(crate) is_wrapped: bool,
}

impl Answer {
    pub(crate) const NONE: Self =
        Self { verb: None, id: None, form: None, result: None, detail: u8::MAX, login: None, lists: 0, is_wrapped: false };

    /// A member beside the content.
    pub(crate) fn head(&mut self, member: Member, text: Text<'_>) {
        match member {
            Member::Command => self.verb = Verb::from_text(text).named(),
            Member::Id => self.id = text.number(),
            Member::PayloadType => self.form = Some(hash(text)).filter(|_| !text.is_empty()),
            _ => {}
        }
    }

    /// A member of the content, or of what is wrapped in the name of a client.
    pub(crate) fn value(&mut self, path: Path<'_>, text: Text<'_>) {
        if path.names().count() > 3 {
            return;
        }
        match path.last() {
            "RESULT" => {
                // Compared without regard to case, as one client does.
                let word = text.plain().unwrap_or_default();
                self.result = Some(word.eq_ignore_ascii_case(ResultCode::Ok.text().raw()));
            }
            "RESULT_DETAIL" => {
                self.detail = Detail::from_text(text).place();
            }
            "ID_LOGIN" => self.login = Login::of(text),
            _ => {}
        }
    }

    pub(crate) fn verdict(&self) -> Verdict {
        match self.result {
            Some(true) => Verdict::Done,
            Some(false) => Verdict::Refused,
            None => Verdict::Unsaid,
        }
    }

    /// The reason, if it is a known word.
    pub(crate) fn detail(&self) -> Option<Detail<'static>> {
        Detail::at(self.detail)
    }

    /// Whether it is a change that the panel tells by itself.
    pub(crate) fn is_push(&self) -> bool {
        matches!(self.verb, Some(Verb::Realtime | Verb::StatusUpdate))
    }
}
