//! One datagram: markers, requests, replies.
//!
//! ```text
//!   ISTART [206,206,""] IEND NUL                    request without parameters
//!   ISTART [102,102,[102,[1,10]]] IEND NUL          request with parameters
//!   ISTART [0,100,"AT^IWT=1123,IWT"] IEND NUL       system command, never answered
//!   ISTART [100,[3,"PHONE","PRODUCT","206","206"]] IEND NUL    reply
//!   ISTART IEND NUL       done     ISTART fail IEND NUL       refused     ISTART error… IEND NUL   refused, with a reason
//! ```

use core::fmt;

use super::codes::CommandCode;
use super::discovery::{self, Probe, ProbeReply};
use super::fault::LocalFault;
use super::system::System;
use super::usual;
use crate::error::Fault;
use crate::text::cursor::Cursor;
use crate::text::cut;
use crate::text::json::{self, Array, Text, Value};

/// What a datagram begins with.
pub const START: &[u8] = b"ISTART";

/// What it ends with.
pub const END: &[u8] = b"IEND\0";

/// A datagram of either direction.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Message<'i> {
    /// A request that wants a reply.
    Request(Request<'i>),
    /// A system command.
    System(System<'i>),
    /// A reply.
    Reply(Reply<'i>),
    /// The question of a targeted discovery.
    Probe(Probe<'i>),
    /// The answer to it.
    ProbeReply(ProbeReply<'i>),
}

/// A request that wants a reply. Printing it shows the code only: the parameters may hold a password.
#[derive(Clone, Copy)]
pub struct Request<'i> {
    code: CommandCode,
    subcode: u32,
    params: Option<Array<'i>>,
}

impl<'i> Request<'i> {
    /// What is asked for.
    #[must_use]
    pub const fn code(&self) -> CommandCode {
        self.code
    }

    /// The second number: the same as the first in all requests that are known.
    #[must_use]
    pub const fn subcode(&self) -> u32 {
        self.subcode
    }

    /// The parameters, or `None` if the request has no list of them.
    #[must_use]
    pub const fn params(&self) -> Option<Array<'i>> {
        self.params
    }

    /// Number of parameter `at`, counted from 0, if it is a whole number.
    #[must_use]
    pub fn number(&self, at: usize) -> Option<i64> {
        self.params?.values().nth(at).and_then(whole)
    }
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("code", &self.code).finish_non_exhaustive()
    }
}

/// A reply.
#[derive(Clone, Copy, Debug)]
pub enum Reply<'i> {
    /// Done, and nothing to say: the usual reply to what changes something, and the end of a list.
    Done,
    /// Refused.
    Failed,
    /// Refused, with a reason.
    Error(Reason<'i>),
    /// What was asked for.
    Answer(Answer<'i>),
}

/// Why a panel refused something, in its own words.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Reason<'i>(&'i [u8]);

impl<'i> Reason<'i> {
    /// The bytes as they came; usually text, possibly none.
    #[must_use]
    pub const fn as_bytes(self) -> &'i [u8] {
        self.0
    }
}

/// The text; what is not UTF-8 becomes U+FFFD.
impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.utf8_chunks().try_for_each(|chunk| {
            f.write_str(chunk.valid())?;
            if chunk.invalid().is_empty() { Ok(()) } else { f.write_str("\u{FFFD}") }
        })
    }
}

impl fmt::Debug for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reason({} bytes)", self.0.len())
    }
}

/// A code and what belongs to it. Printing it shows the code only: the data may hold a password.
#[derive(Clone, Copy)]
pub struct Answer<'i> {
    code: Value<'i>,
    data: Value<'i>,
}

impl<'i> Answer<'i> {
    /// What it answers, if the code is a number.
    #[must_use]
    pub fn code(&self) -> Option<CommandCode> {
        whole(self.code).and_then(|code| u32::try_from(code).ok()).map(CommandCode::from_raw)
    }

    /// The code as it came. It is never `null`, 0 or empty.
    #[must_use]
    pub const fn code_value(&self) -> Value<'i> {
        self.code
    }

    /// The data as it came. It is never `null`, 0 or empty.
    #[must_use]
    pub const fn data(&self) -> Value<'i> {
        self.data
    }

    /// Refuses an answer to something else.
    ///
    /// # Errors
    /// [`LocalFault::WrongCode`].
    pub fn expect(&self, code: CommandCode) -> Result<(), Fault> {
        if self.code().is_some_and(|found| found.raw() == code.raw()) {
            Ok(())
        } else {
            Err(LocalFault::WrongCode { expected: code.raw() }.into())
        }
    }
}

impl fmt::Debug for Answer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("code", &self.code()).finish_non_exhaustive()
    }
}

/// What stands between the markers.
///
/// # Errors
/// [`LocalFault::StartMarker`], then [`LocalFault::EndMarker`].
pub fn payload(datagram: &[u8]) -> Result<&[u8], Fault> {
    let rest = datagram.strip_prefix(START).ok_or(LocalFault::StartMarker)?;
    let at = datagram.len().saturating_sub(END.len());
    rest.strip_suffix(END).ok_or(Fault::new(LocalFault::EndMarker.into(), at))
}

/// Decodes what a panel sends as a reply.
///
/// The text between the markers must be UTF-8 where it is JSON: see [`mend`] for panels that cut a name in the middle of a character.
///
/// ```
/// use codec_core::g90::local::{CommandCode, HostStatus, Reply, decode_reply};
///
/// let Reply::Answer(answer) = decode_reply(b"ISTART[100,[3,\"\",\"TSV018-C3SIA\",\"205\",\"206\"]]IEND\0")? else { panic!() };
/// assert_eq!(answer.code(), Some(CommandCode::GetHostStatus));
/// let status = HostStatus::read(answer.data())?;
/// assert!(status.product_name == "TSV018-C3SIA");
/// # Ok::<(), codec_core::Fault>(())
/// ```
///
/// # Errors
/// Class `json` or one of [`LocalFault`], checked in this order: markers, JSON, [`LocalFault::NotAList`], [`LocalFault::MissingCode`],
/// [`LocalFault::MissingData`].
pub fn decode_reply(datagram: &[u8]) -> Result<Reply<'_>, Fault> {
    let payload = payload(datagram)?;
    match word(payload) {
        Some(word) => Ok(word),
        None => reply(list(payload)?).map(Reply::Answer),
    }
}

/// A reply that is no JSON.
fn word(payload: &[u8]) -> Option<Reply<'_>> {
    match payload {
        b"" => Some(Reply::Done),
        b"fail" => Some(Reply::Failed),
        _ => payload.strip_prefix(b"error").map(|reason| Reply::Error(Reason(reason))),
    }
}

fn reply(list: List<'_>) -> Result<Answer<'_>, Fault> {
    let [code, data, _] = list.values;
    if list.count > 2 {
        return Err(LocalFault::NotAList.into());
    }
    let code = code.filter(|code| !is_nothing(*code)).ok_or(LocalFault::MissingCode)?;
    let data = data.filter(|data| !is_nothing(*data)).ok_or(LocalFault::MissingData)?;
    Ok(Answer { code, data })
}

/// Decodes what a client sends to a panel: a request or a system command.
///
/// # Errors
/// As [`decode_reply`]; [`LocalFault::Request`] if the parameters are not `""` or `[code, [...]]`.
pub fn decode_request(datagram: &[u8]) -> Result<Message<'_>, Fault> {
    let payload = payload(datagram)?;
    if let Some(system) = System::read(payload) {
        return Ok(Message::System(system));
    }
    request(list(payload)?).map(Message::Request)
}

fn request(list: List<'_>) -> Result<Request<'_>, Fault> {
    let ([Some(code), Some(subcode), Some(rest)], 3) = (list.values, list.count) else {
        return Err(LocalFault::NotAList.into());
    };
    let number = |value| whole(value).and_then(|number| u32::try_from(number).ok());
    let code = number(code).filter(|code| *code != 0).ok_or(LocalFault::MissingCode)?;
    let subcode = number(subcode).ok_or(LocalFault::Request)?;
    let params = match rest {
        Value::Text(text) if text.is_empty() => None,
        Value::Array(inner) => {
            let mut inner = inner.values();
            match (inner.next().and_then(number), inner.next(), inner.next()) {
                (Some(repeated), Some(Value::Array(params)), None) if repeated == code => Some(params),
                _ => return Err(LocalFault::Request.into()),
            }
        }
        _ => return Err(LocalFault::Request.into()),
    };
    Ok(Request { code: CommandCode::from_raw(code), subcode, params })
}

/// Decodes a datagram of either direction.
///
/// An array of three whose second is a number counts as a request.
///
/// # Errors
/// As [`decode_reply`], [`decode_request`] and those of discovery. A datagram that is no UTF-8 at all and has no marker is class `json`.
pub fn decode(datagram: &[u8]) -> Result<Message<'_>, Fault> {
    if discovery::is_probe(datagram) {
        return discovery::decode(datagram);
    }
    let payload = payload(datagram)?;
    if let Some(system) = System::read(payload) {
        return Ok(Message::System(system));
    }
    if let Some(word) = word(payload) {
        return Ok(Message::Reply(word));
    }
    match list(payload)? {
        list @ List { values: [_, Some(Value::Number(_)), _], count: 3 } => request(list).map(Message::Request),
        list => reply(list).map(|answer| Message::Reply(Reply::Answer(answer))),
    }
}

/// Replaces what is not UTF-8 by question marks, in place, and says whether there was any.
///
/// Panels cut names after a number of bytes; the rest of the reply is good.
pub fn mend(datagram: &mut [u8]) -> bool {
    let mut rest = datagram;
    let mut mended = false;
    loop {
        let Err(error) = core::str::from_utf8(rest) else { return mended };
        mended = true;
        let (from, len) = (error.valid_up_to(), error.error_len());
        let end = len.map_or(rest.len(), |len| from.saturating_add(len));
        if let Some(bad) = rest.get_mut(from..end) {
            bad.fill(b'?');
        }
        rest = rest.get_mut(end..).unwrap_or_default();
    }
}

/// A list that was checked.
#[derive(Clone, Copy)]
struct List<'i> {
    /// Its first values.
    values: [Option<Value<'i>>; 3],
    /// How many it has.
    count: u32,
}

fn list(payload: &[u8]) -> Result<List<'_>, Fault> {
    let list = walk(payload).map_err(|fault| Fault { at: fault.at.saturating_add(6), ..fault })?;
    list.ok_or(LocalFault::NotAList.into())
}

/// Looks once at every byte: as [`json::check_lenient`], and finds the values at the same time. `None` if it is JSON but no array.
fn walk(payload: &[u8]) -> Result<Option<List<'_>>, Fault> {
    let mut cursor = Cursor::lenient(json::utf8(payload)?);
    cursor.space();
    if !cursor.eat(b"[") {
        cursor.value()?;
        return cursor.end().map(|()| None);
    }
    cursor.deeper()?;
    let mut list = List { values: [None; 3], count: 0 };
    while cursor.more(b']')? {
        let value = match usual::array(&mut cursor) {
            Some(value) => value,
            None => cursor.value()?,
        };
        let place = usize::try_from(list.count).ok().and_then(|place| list.values.get_mut(place));
        if let Some(place) = place {
            *place = Some(value);
        }
        list.count = list.count.saturating_add(1);
    }
    cursor.end().map(|()| Some(list))
}

/// What counts as not there: `null`, `false`, 0, and what is empty.
fn is_nothing(value: Value<'_>) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) => false,
        Value::Number(number) => {
            let digits = number.raw().split(['e', 'E']).next().unwrap_or_default();
            digits.bytes().all(|byte| matches!(byte, b'0' | b'.' | b'-'))
        }
        Value::Text(text) => text.is_empty(),
        Value::Array(array) => array.values().next().is_none(),
        Value::Object(object) => object.members().next().is_none(),
    }
}

/// A whole number, written as one or with zeros behind a point.
pub(super) fn whole(value: Value<'_>) -> Option<i64> {
    let Value::Number(number) = value else { return None };
    let raw = number.raw();
    let digits = match cut(raw, b'.') {
        Some((digits, zeros)) if zeros.bytes().all(|byte| byte == b'0') => digits,
        Some(_) => return None,
        None => raw,
    };
    integer(Text::new(digits))
}

/// A whole number as all records have them: digits with or without a minus.
pub(super) fn integer(text: Text<'_>) -> Option<i64> {
    text.raw().parse().ok()
}
