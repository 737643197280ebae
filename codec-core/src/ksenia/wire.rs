//! One message: decode it from a slice, without state and without time.
//!
//! ```text
//! {"SENDER":"…","RECEIVER":"…","CMD":"READ_RES","ID":"2","PAYLOAD_TYPE":"MULTI_TYPES","PAYLOAD":{…},"TIMESTAMP":"…","CRC_16":"0xC042"}
//!  └───────────────────────────── covered by the CRC ──────────────────────────────────────────────────────┘      └─ its value ─┘
//! ```
//!
//! When several things are wrong, the first of this list is told: the text is not JSON, it is no message, `CRC_16` has no value, the value
//! does not fit.

use core::fmt;

use super::crc::{MEMBER, covered_len, crc_of};
use super::kinds::{Detail, Form, ResultCode, Verb};
use crate::error::{Fault, FaultKind, JsonError, Member};
use crate::text::FAST;
use crate::text::cursor::Cursor;
use crate::text::json::{self, Object, Text, Value};
use crate::text::words::{self, Search};

/// What is done about `CRC_16`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum CrcPolicy {
    /// A message needs a value that fits. Real panels always send one.
    #[default]
    Strict,
    /// [`Message::crc`] tells; nothing is refused. A value that is no hexadecimal number counts as absent.
    Report,
    /// It is not computed.
    Ignore,
}

/// What is known about the `CRC_16` of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Crc {
    /// It fits.
    Verified(u16),
    /// It does not.
    Wrong {
        /// The value that would fit.
        expected: u16,
        /// The value received.
        found: u16,
    },
    /// There is none, or it is no `0x` with one to four hexadecimal digits.
    Absent,
    /// Nobody looked.
    Unchecked,
}

/// A message. It borrows the bytes it was received in.
#[derive(Clone, Copy)]
pub struct Message<'i> {
    text: &'i str,
    /// Those members that are texts, as in [`MEMBERS`].
    texts: [Option<Text<'i>>; 6],
    /// Offsets of the content's first byte and of the byte behind it.
    payload: Option<(usize, usize)>,
    /// Whether the content was looked at.
    checked: bool,
    crc: Crc,
}

/// Decodes a message whose CRC must fit, and checks all of it.
///
/// ```
/// use codec_core::ksenia::{self, Detail, Verb};
///
/// let text = br#"{"SENDER":"A4580F941B25","RECEIVER":"HomeAssistant","CMD":"LOGIN_RES","ID":"1","PAYLOAD_TYPE":"USER","PAYLOAD":{"RESULT":"FAIL","RESULT_DETAIL":"LOGIN_KO"},"TIMESTAMP":"1769871440","CRC_16":"0xC042"}"#;
/// let message = ksenia::decode(text)?;
/// assert_eq!(message.verb(), Verb::LoginAnswer);
/// assert_eq!(message.outcome().and_then(|outcome| outcome.detail), Some(Detail::LoginFailed));
/// # Ok::<(), codec_core::Fault>(())
/// ```
///
/// # Errors
/// A [`Fault`] of class `json`, `envelope`, `crc_format` or `crc`, with the offset.
pub fn decode(text: &[u8]) -> Result<Message<'_>, Fault> {
    decode_with(text, CrcPolicy::Strict)
}

/// As [`decode`], with a choice of what is done about the CRC.
///
/// # Errors
/// As [`decode`]; of class `crc_format` and `crc` under [`CrcPolicy::Strict`] only.
pub fn decode_with(text: &[u8], policy: CrcPolicy) -> Result<Message<'_>, Fault> {
    let text = json::utf8(text)?;
    match if FAST { usual(text).filter(Message::payload_is_whole) } else { None } {
        Some(message) => Message { checked: true, ..message }.verified(policy),
        None => read(text, policy, false),
    }
}

/// As [`decode_with`], but leaves the content to be checked while it is read: [`Message::entries`] looks at every byte once.
///
/// A content is not looked at if `TIMESTAMP` and `CRC_16` stand behind it and nothing else does, as with every known sender.
///
/// # Errors
/// As [`decode_with`]. What is wrong inside the content comes from [`Entries::next_entry`](super::Entries::next_entry) instead, as do
/// members of the message that stand where only the content should be.
pub fn open(text: &[u8], policy: CrcPolicy) -> Result<Message<'_>, Fault> {
    let text = json::utf8(text)?;
    let mut message = match if FAST { usual(text) } else { None } {
        Some(message) => message.verified(policy),
        None => read(text, policy, true),
    };
    if message.is_err() {
        // Another thing may be wrong that counts more than what is found so.
        message = read(text, policy, false);
    }
    message
}

/// The members in the order of every known sender, and nothing between them: as [`read`] for later, and faster.
fn usual(text: &str) -> Option<Message<'_>> {
    let mut cursor = Cursor::new(text);
    let mut member = |name: &[u8]| if cursor.eat(name) { cursor.read_string().ok() } else { None };
    let sender = member(b"{\"SENDER\":\"")?;
    let receiver = member(b",\"RECEIVER\":\"")?;
    let verb = member(b",\"CMD\":\"")?;
    let id = member(b",\"ID\":\"")?;
    let form = member(b",\"PAYLOAD_TYPE\":\"")?;
    if !cursor.eat(b",\"PAYLOAD\":") || cursor.peek() != Some(b'{') {
        return None;
    }
    let from = cursor.at;
    let bytes = text.as_bytes();
    // `,"CRC_16":"0x1234"}` or fewer digits.
    let crc_at = (16..=19_usize).find_map(|len| {
        let at = bytes.len().checked_sub(len)?;
        bytes.get(at..)?.starts_with(b",\"CRC_16\":\"").then_some(at)
    })?;
    let found = crc_value(text.get(crc_at.saturating_add(11)..)?.strip_suffix("\"}")?)?;
    // `},"TIMESTAMP":"1769871440"`
    let head = text.get(..crc_at)?.strip_suffix('"')?;
    let digits = head.bytes().rev().take(20).take_while(u8::is_ascii_digit).count();
    let (head, timestamp) = head.split_at_checked(head.len().checked_sub(digits)?)?;
    let end = head.strip_suffix(",\"TIMESTAMP\":\"")?.len();
    if end <= from {
        return None;
    }
    Some(Message {
        text,
        texts: [Some(sender), Some(receiver), Some(verb), Some(id), Some(form), Some(Text::new(timestamp))],
        payload: Some((from, end)),
        checked: false,
        crc: Crc::Wrong { expected: 0, found },
    })
}

/// Name of the check value. Spelt with escapes it is another member: what is covered is found by these bytes.
pub(crate) const CRC: &str = "CRC_16";

/// Names of the members, in the order of [`TOLD`].
const MEMBERS: &str = words::list!("SENDER", "RECEIVER", "CMD", "ID", "PAYLOAD_TYPE", "TIMESTAMP", "PAYLOAD");
/// Place of the content among them.
const PAYLOAD: u8 = 6;

/// The members by their places.
const TOLD: [Member; 7] =
    [Member::Sender, Member::Receiver, Member::Command, Member::Id, Member::PayloadType, Member::Timestamp, Member::Payload];

fn member_at(place: u8) -> Option<Member> {
    TOLD.get(usize::from(place)).copied()
}

/// The member of a message that has this name, however it is spelt.
pub(crate) fn member(name: Text<'_>) -> Option<Member> {
    match name.plain() {
        Some(name) if FAST => Some(match name {
            "SENDER" => Member::Sender,
            "RECEIVER" => Member::Receiver,
            "CMD" => Member::Command,
            "ID" => Member::Id,
            "PAYLOAD_TYPE" => Member::PayloadType,
            "TIMESTAMP" => Member::Timestamp,
            "PAYLOAD" => Member::Payload,
            _ => return None,
        }),
        _ => member_at(words::place(MEMBERS, name)),
    }
}

/// `0x` or `0X` and one to four digits.
pub(crate) fn crc_value(text: &str) -> Option<u16> {
    let digits = match text.as_bytes() {
        [b'0', b'x' | b'X', digits @ ..] if (1..=4).contains(&digits.len()) => digits,
        _ => return None,
    };
    digits.iter().try_fold(0_u16, |value, digit| {
        let digit = char::from(*digit).to_digit(16)?;
        Some(value << 4 | u16::try_from(digit).ok()?)
    })
}

/// Any order, white space, anything between. All of the text is checked before the members are judged; with `later`, a content whose end
/// is found from the end of the text is not looked at.
fn read(text: &str, policy: CrcPolicy, later: bool) -> Result<Message<'_>, Fault> {
    // Made in place: a copy would take as much stack again.
    let mut made = Ok(Message { text, texts: const { [None; 6] }, payload: None, checked: true, crc: Crc::Absent });
    if let Ok(message) = &mut made {
        let mut cursor = Cursor::new(text);
        let good = match message.read(&mut cursor, later) {
            Ok(None) => message.verify(policy),
            Ok(Some((member, at))) => Err(Fault::new(FaultKind::Envelope(member), at)),
            Err(error) => Err(cursor.fault(error)),
        };
        if let Err(fault) = good {
            made = Err(fault);
        }
    }
    made
}

/// Where the content ends, if the two members that are last with every known sender stand behind it.
fn payload_end(text: &str) -> Option<usize> {
    // `},"TIMESTAMP":"1769871440","CRC_16":"0xC042"}`, or fewer digits.
    (34..65_usize).find_map(|len| {
        let at = text.len().checked_sub(len)?;
        text.as_bytes().get(at..)?.starts_with(b"},\"TIMESTAMP\":\"").then_some(at.wrapping_add(1))
    })
}

impl<'i> Message<'i> {
    /// Fills itself. Gives the first member that is not what it should be, and where.
    fn read(&mut self, cursor: &mut Cursor<'i>, later: bool) -> Result<Option<(Member, usize)>, JsonError> {
        cursor.space();
        if cursor.peek() != Some(b'{') {
            let wrong = (Member::Message, cursor.at);
            cursor.pass()?;
            cursor.read_end()?;
            return Ok(Some(wrong));
        }
        // Place of the first member that is not what it should be, and where it stands.
        let mut wrong = None;
        let mut names = Search::new(MEMBERS);
        cursor.read_open()?;
        while cursor.read_more(b'}')? {
            let key = cursor.read_key()?;
            cursor.space();
            let from = cursor.at;
            let place = names.place(key);
            let end = if later && place == PAYLOAD && cursor.peek() == Some(b'{') { payload_end(self.text) } else { None };
            let value = match end.filter(|end| *end > from) {
                Some(end) => {
                    cursor.at = end;
                    self.checked = false;
                    Value::Object(Object::new(""))
                }
                None => cursor.read_value()?,
            };
            let text = match value {
                Value::Text(text) => Some(text),
                // `ID` and `TIMESTAMP`.
                Value::Number(text) if matches!(place, 3 | 5) => Some(text),
                _ => None,
            };
            match (self.texts.get_mut(usize::from(place)), text) {
                (Some(slot), Some(_)) => *slot = text,
                (None, text) if place == words::NONE => {
                    if key.raw() == CRC {
                        let found = text.and_then(|text| crc_value(text.raw()));
                        self.crc = found.map_or(Crc::Absent, |found| Crc::Wrong { expected: 0, found });
                    }
                }
                (None, _) if matches!(value, Value::Object(_)) => self.payload = Some((from, cursor.at)),
                _ => wrong = wrong.or(Some((place, from))),
            }
        }
        cursor.read_end()?;
        let no_verb = if let [_, _, Some(_), ..] = self.texts { None } else { Some((Member::Command, self.text.len())) };
        Ok(wrong.and_then(|(place, at)| Some((member_at(place)?, at))).or(no_verb))
    }

    /// The bytes that the CRC covers.
    fn covered(&self) -> Option<&'i [u8]> {
        let bytes = self.text.as_bytes();
        // In a usual message the member is at the end, before a value of 9 to 12 bytes.
        let usual = (7..=10_usize).filter(|_| FAST).find_map(|behind| {
            let (covered, value) = bytes.split_at_checked(bytes.len().checked_sub(behind)?)?;
            (covered.ends_with(MEMBER) && value.starts_with(b":\"0")).then_some(covered)
        });
        usual.or_else(|| bytes.get(..covered_len(bytes)?))
    }

    #[inline]
    fn verified(mut self, policy: CrcPolicy) -> Result<Self, Fault> {
        self.verify(policy)?;
        Ok(self)
    }

    fn verify(&mut self, policy: CrcPolicy) -> Result<(), Fault> {
        if policy == CrcPolicy::Ignore {
            self.crc = Crc::Unchecked;
            return Ok(());
        }
        let covered = self.covered();
        if let (Crc::Wrong { found, .. }, Some(covered)) = (self.crc, covered) {
            let expected = crc_of(covered);
            self.crc = if expected == found { Crc::Verified(found) } else { Crc::Wrong { expected, found } };
        }
        let at = covered.map_or(self.text.len(), <[u8]>::len);
        match self.crc {
            Crc::Wrong { expected, found } if policy == CrcPolicy::Strict => Err(Fault::new(FaultKind::Crc { expected, found }, at)),
            Crc::Absent if policy == CrcPolicy::Strict => Err(Fault::new(FaultKind::CrcFormat, at)),
            _ => Ok(()),
        }
    }

    /// Whether the content ends where it should.
    fn payload_is_whole(&self) -> bool {
        let mut cursor = self.cursor();
        cursor.pass().is_ok() && self.payload.is_some_and(|(_, end)| end == cursor.at)
    }

    /// At the content, one level down.
    pub(crate) fn cursor(&self) -> Cursor<'i> {
        let mut cursor = Cursor::new(self.text);
        cursor.at = self.payload.map_or(self.text.len(), |(from, _)| from);
        cursor.depth = 1;
        cursor
    }

    pub(crate) const fn payload_end(&self) -> Option<usize> {
        match self.payload {
            Some((_, end)) => Some(end),
            None => None,
        }
    }

    /// Who sent it: a panel's MAC address, or a client's name.
    #[must_use]
    pub const fn sender(&self) -> Option<Text<'i>> {
        let [sender, ..] = self.texts;
        sender
    }

    /// For whom it is: the name that a client gave itself; empty in most requests.
    #[must_use]
    pub const fn receiver(&self) -> Option<Text<'i>> {
        let [_, receiver, ..] = self.texts;
        receiver
    }

    /// What the message is.
    #[must_use]
    pub fn verb(&self) -> Verb<'i> {
        Verb::from_text(self.verb_text())
    }

    /// The text of [`verb`](Self::verb).
    #[must_use]
    pub const fn verb_text(&self) -> Text<'i> {
        match self.texts {
            [_, _, Some(verb), ..] => verb,
            _ => Text::new(""),
        }
    }

    /// The number that an answer repeats, with most firmware. Any text is allowed; `0` in pushes.
    #[must_use]
    pub const fn id(&self) -> Option<Text<'i>> {
        let [_, _, _, id, ..] = self.texts;
        id
    }

    /// What the content is. A list's name is [`Form::Other`]: [`Kind`](super::Kind) reads it.
    #[must_use]
    pub fn form(&self) -> Option<Form<'i>> {
        self.form_text().map(Form::from_text)
    }

    /// The text of [`form`](Self::form) (`PAYLOAD_TYPE`).
    #[must_use]
    pub const fn form_text(&self) -> Option<Text<'i>> {
        let [_, _, _, _, form, _] = self.texts;
        form
    }

    /// When it was sent, as it was written: seconds since 1970, UTC.
    #[must_use]
    pub const fn timestamp(&self) -> Option<Text<'i>> {
        let [.., timestamp] = self.texts;
        timestamp
    }

    /// What is known about its CRC.
    #[must_use]
    pub const fn crc(&self) -> Crc {
        self.crc
    }

    /// The content. It may hold a PIN. `None` if there is none, or if the message was only opened and the content is not JSON.
    #[must_use]
    pub fn payload(&self) -> Option<Object<'i>> {
        let (from, end) = self.payload?;
        if self.checked || self.payload_is_whole() { self.text.get(from..end).map(Object::new) } else { None }
    }

    /// Whether a command was carried out, and why (not).
    ///
    /// Some firmware puts it one level down, under the receiver's name. `None` if it is in neither place.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome<'i>> {
        let payload = self.payload()?;
        let inner = || {
            let mut objects = payload.members().filter_map(|(_, value)| value.object());
            objects.find_map(Outcome::of)
        };
        Outcome::of(payload).or_else(inner)
    }
}

/// Shows the envelope. The content may hold a PIN.
impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("sender", &self.sender())
            .field("receiver", &self.receiver())
            .field("verb", &self.verb_text())
            .field("id", &self.id())
            .field("form", &self.form_text())
            .field("crc", &self.crc)
            .finish_non_exhaustive()
    }
}

/// Whether a command was carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome<'i> {
    /// `RESULT`.
    pub result: ResultCode<'i>,
    /// `RESULT_DETAIL`.
    pub detail: Option<Detail<'i>>,
    /// `ID_LOGIN`: the number of the session, in the answers to LOGIN and LOGOUT.
    pub session: Option<Text<'i>>,
}

impl<'i> Outcome<'i> {
    /// From the object that holds it.
    #[must_use]
    pub fn of(object: Object<'i>) -> Option<Self> {
        let text = object.text("RESULT")?;
        let result = match text.raw() {
            ok if ok.eq_ignore_ascii_case("OK") => ResultCode::Ok,
            fail if fail.eq_ignore_ascii_case("FAIL") => ResultCode::Fail,
            _ => ResultCode::from_text(text),
        };
        Some(Self { result, detail: object.text("RESULT_DETAIL").map(Detail::from_text), session: object.text("ID_LOGIN") })
    }

    /// Whether the command was carried out.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.result == ResultCode::Ok
    }
}
