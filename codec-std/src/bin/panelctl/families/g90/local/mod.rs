//! `panelctl decode g90-local`: commands, replies, system commands and discovery texts.

mod names;
mod reply;

use std::borrow::Cow;
use std::str::FromStr;

use codec_core::g90::SystemSetting;
use codec_core::g90::local::{self, CommandCode, LocalFault, Message, Reply, START};
use codec_core::text::json::{Array, Value as Json};
use serde_json::{Value, json};

use super::problem;
use crate::decode::{Cut, Decoder, Problem, Show};
use crate::output::Fields;
use codec_std::owned::g90::secret_fields;
use codec_std::owned::ksenia::to_json as value;

/// Longest datagram of UDP over IPv4, in bytes.
const MAX_DATAGRAM: usize = 65_507;

/// What a reply is to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Expected {
    code: CommandCode,
    rows: Option<(u32, u32)>,
}

impl FromStr for Expected {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (code, rows) = text.split_once(':').map_or((text, None), |(code, rows)| (code, Some(rows)));
        let code = match code.parse() {
            Ok(0) => None,
            Ok(raw) => Some(CommandCode::from_raw(raw)),
            Err(_) => CommandCode::from_name(code),
        };
        let rows = match rows {
            None => None,
            Some(rows) => {
                let range = rows.split_once('-').and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)));
                Some(range.filter(|(first, last)| (1..=*last).contains(first)).ok_or("rows are FIRST-LAST, from 1")?)
            }
        };
        Ok(Self { code: code.ok_or("no such command")?, rows })
    }
}

/// Decodes datagrams of either direction.
pub(crate) struct DatagramDecoder {
    mask: bool,
    expected: Option<Expected>,
    /// The datagram, if it was not UTF-8.
    mended: Vec<u8>,
    skipping: bool,
}

impl DatagramDecoder {
    pub(crate) const fn new(mask: bool, expected: Option<Expected>) -> Self {
        Self { mask, expected, mended: Vec::new(), skipping: false }
    }
}

impl Decoder for DatagramDecoder {
    fn unit<'u>(&'u mut self, bytes: &'u [u8]) -> Result<Box<dyn Show + 'u>, Problem> {
        let mut bytes = bytes;
        if let (true, Cow::Owned(mended)) = (bytes.starts_with(START), String::from_utf8_lossy(bytes)) {
            self.mended = mended.into();
            bytes = &self.mended;
        }
        let message = match self.expected {
            // The answers of discovery have no markers.
            Some(_) if !bytes.starts_with(b"IWTAC") => local::decode_reply(bytes).map(Message::Reply),
            None if is_other_probe(bytes) => Err(LocalFault::Probe.into()),
            _ => local::decode(bytes),
        };
        let (row, fields) = match message.map_err(problem)? {
            Message::Request(request) => show_request(&request, self.mask),
            Message::System(system) => show_system(&system),
            Message::Probe(probe) => {
                let fields = Fields::from_iter([("device_id".into(), json!(probe.device_id))]);
                (format!("discovery of {}", printable(probe.device_id)), fields)
            }
            Message::ProbeReply(reply) => {
                let all = [("message", local::ProbeReply::MESSAGE)].into_iter().chain(reply.fields());
                (
                    format!("discovery answer of a {}", printable(reply.product_name)),
                    all.map(|(name, text)| (name.into(), json!(text))).collect(),
                )
            }
            Message::Reply(Reply::Done) => reply::done(self.expected),
            Message::Reply(Reply::Failed) => return Err(Problem::new("command-failed", "the panel refuses", 6)),
            Message::Reply(Reply::Error(reason)) => {
                let mut problem = Problem::new("command-error", "the panel refuses and says why", 6);
                problem.fields.insert("error_text".into(), json!(reason.to_string()));
                return Err(problem);
            }
            Message::Reply(Reply::Answer(answer)) => reply::show(&answer, self.expected, self.mask)?,
            _ => return Err(Problem::new("bad-request", "not known", 0)),
        };
        Ok(Box::new(Unit { row, fields }))
    }

    fn cut(&mut self, unread: &[u8], eof: bool) -> Cut {
        let end = unread.iter().take(MAX_DATAGRAM).position(|byte| *byte == 0);
        if self.skipping {
            self.skipping = end.is_none();
            return match end.map_or(unread.len(), |end| end + 1) {
                0 => Cut::NeedMore,
                used => Cut::Drop(used),
            };
        }
        let blanks = unread.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        match end {
            _ if blanks > 0 => Cut::Drop(blanks),
            Some(end) => Cut::Unit { len: end + 1, used: end + 1 },
            None if unread.len() >= MAX_DATAGRAM => {
                self.skipping = true;
                let detail = format!("datagram longer than {MAX_DATAGRAM} bytes");
                Cut::Bad { problem: Problem::new("too-long", detail, MAX_DATAGRAM as u64), used: MAX_DATAGRAM }
            }
            None if eof && !unread.is_empty() => Cut::Unit { len: unread.len(), used: unread.len() },
            None => Cut::NeedMore,
        }
    }
}

/// Whether it has as many fields as the answer of a discovery, but another word in front.
fn is_other_probe(bytes: &[u8]) -> bool {
    let mut fields = bytes.split(|byte| *byte == b',');
    let word = fields.next().unwrap_or_default();
    !word.starts_with(b"IWTAC") && !word.contains(&b'[') && fields.count() == 12
}

struct Unit {
    row: String,
    fields: Fields,
}

impl Show for Unit {
    fn fields(&self) -> Fields {
        self.fields.clone()
    }

    fn row(&self) -> String {
        self.row.clone()
    }
}

/// The fields of an answer as the controller took it, secrets shown.
pub(super) fn answer_fields(answer: &local::Answer<'_>) -> Result<Fields, Problem> {
    reply::show(answer, None, false).map(|(_, fields)| fields)
}

/// As [`answer_fields`], secrets hidden.
pub(super) fn hidden_answer_fields(answer: &local::Answer<'_>) -> Result<Fields, Problem> {
    reply::show(answer, None, true).map(|(_, fields)| fields)
}

/// With what a terminal would act on as escapes.
pub(super) fn printable(text: &str) -> String {
    let mut shown = String::new();
    for character in text.chars() {
        if character.is_control() { shown.extend(character.escape_default()) } else { shown.push(character) }
    }
    shown
}

/// Command and name of it.
fn title(code: CommandCode) -> String {
    code.name().map_or_else(|| code.raw().to_string(), str::to_owned)
}

/// An array, the secrets of its command hidden if that is asked for.
fn list(code: Option<CommandCode>, array: Array<'_>, mask: bool) -> Vec<Value> {
    let mut list: Vec<Value> = array.values().map(value).collect();
    for place in code.filter(|_| mask).map_or(&[][..], secret_fields) {
        if let Some(secret) = list.get_mut(*place) {
            *secret = json!("0".repeat(secret.as_str().map_or(4, |text| text.chars().count())));
        }
    }
    list
}

fn show_request(request: &local::Request<'_>, mask: bool) -> (String, Fields) {
    let code = request.code();
    let params = request.params().map(|params| list(Some(code), params, mask));
    let mut fields = Fields::new();
    fields.insert("code".into(), json!(code.raw()));
    fields.insert("subcode".into(), json!(request.subcode()));
    fields.insert("name".into(), json!(code.name()));
    fields.insert("params".into(), json!(params));
    let names = names::params(code);
    if let Some(params) = params.as_ref().filter(|params| !names.is_empty() && params.len() <= names.len()) {
        let named: Fields = names.iter().map(|name| (*name).to_owned()).zip(params.iter().cloned()).collect();
        fields.insert("named".into(), Value::Object(named));
    }
    let shown = params.map_or(String::new(), |params| printable(&json!(params).to_string()));
    (format!("request  {}  {shown}", title(code)), fields)
}

fn show_system(system: &local::System<'_>) -> (String, Fields) {
    let mut fields = Fields::new();
    fields.insert("outer".into(), json!([0, 100]));
    fields.insert("system_code".into(), json!(system.command().raw()));
    fields.insert("system_name".into(), json!(system.command().name()));
    fields.insert("at_command".into(), json!(format!("AT^IWT={},IWT", system.text())));
    fields.insert("expects_response".into(), json!(false));
    if let Some(setting) = system.setting() {
        fields.insert("subcommand".into(), json!(setting.raw()));
        fields.insert("subcommand_name".into(), json!(setting.name()));
        fields.insert("args".into(), json!(system.values().collect::<Vec<_>>()));
    }
    let name = match system.setting() {
        Some(SystemSetting::ServerAddress) => Some("SERVER_ADDRESS"),
        _ => system.command().name(),
    };
    (format!("system   {}  {}", name.unwrap_or("-"), printable(system.text())), fields)
}

/// A JSON value as it came.
fn raw(json: Json<'_>) -> Value {
    value(json)
}
