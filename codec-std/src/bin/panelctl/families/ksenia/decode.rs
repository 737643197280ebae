//! `panelctl decode ksenia`: messages as JSON and as rows of a table.

use codec_core::FaultKind;
use codec_core::ksenia::{self, Crc, CrcPolicy, Message, is_structure};
use codec_core::text::json::{self, Object, Text, Value as Json};
use codec_std::owned::ksenia::to_json;
use codec_std::record::mask_ksenia_message;
use serde_json::{Value, json};

use super::cut::Cutter;
use super::table;
use crate::decode::{Cut, Decoder, Problem, Show};
use crate::output::Fields;

/// Decodes messages of panels and clients.
pub(crate) struct MessageDecoder {
    cutter: Cutter,
    mask: bool,
    policy: CrcPolicy,
    /// The message without its PINs.
    masked: Vec<u8>,
}

impl MessageDecoder {
    pub(crate) fn new(mask: bool, policy: CrcPolicy) -> Self {
        Self { cutter: Cutter::default(), mask, policy, masked: Vec::new() }
    }
}

impl Decoder for MessageDecoder {
    fn unit<'u>(&'u mut self, bytes: &'u [u8]) -> Result<Box<dyn Show + 'u>, Problem> {
        let unit = Unit::read(bytes, self.policy)?;
        if !self.mask {
            return Ok(Box::new(unit));
        }
        let crc = unit.crc;
        self.masked = mask_ksenia_message(bytes);
        let hidden = Unit::read(&self.masked, CrcPolicy::Ignore)?;
        Ok(Box::new(Unit { crc, ..hidden }))
    }

    fn cut(&mut self, unread: &[u8], eof: bool) -> Cut {
        self.cutter.cut(unread, eof)
    }
}

/// A message, or a content without one around it.
pub(crate) struct Unit<'u> {
    pub(crate) message: Option<Message<'u>>,
    pub(crate) payload: Option<Object<'u>>,
    pub(crate) crc: Crc,
}

impl<'u> Unit<'u> {
    fn read(bytes: &'u [u8], policy: CrcPolicy) -> Result<Self, Problem> {
        match ksenia::decode_with(bytes, policy) {
            Ok(message) => Ok(Self { message: Some(message), payload: message.payload(), crc: message.crc() }),
            // A fragment has no CRC, so it is nothing for the strict.
            Err(fault) if policy != CrcPolicy::Strict && matches!(fault.kind, FaultKind::Envelope(_)) => match fragment(bytes) {
                Some(payload) => {
                    let crc = if policy == CrcPolicy::Ignore { Crc::Unchecked } else { Crc::Absent };
                    Ok(Self { message: None, payload: Some(payload), crc })
                }
                None => Err(fault.into()),
            },
            Err(fault) => Err(fault.into()),
        }
    }

    /// Whether the CRC fits; `None` if there is none, or nobody looked.
    pub(crate) const fn crc_ok(&self) -> Option<bool> {
        match self.crc {
            Crc::Verified(_) => Some(true),
            Crc::Wrong { .. } => Some(false),
            Crc::Absent | Crc::Unchecked => None,
        }
    }
}

/// The content that documents show without a message around it: an object with nothing of a message, and a list or a result in it; or with
/// `PAYLOAD` alone.
fn fragment(bytes: &[u8]) -> Option<Object<'_>> {
    let object = json::check(bytes).ok()?.object()?;
    let names: Vec<String> = object.members().map(|(name, _)| name.to_string()).collect();
    const ENVELOPE: [&str; 6] = ["SENDER", "RECEIVER", "CMD", "PAYLOAD_TYPE", "TIMESTAMP", "CRC_16"];
    if names.iter().any(|name| ENVELOPE.contains(&name.as_str())) {
        return None;
    }
    if names == ["PAYLOAD"] {
        return object.get("PAYLOAD")?.object();
    }
    names.iter().any(|name| is_structure(name) || name == "RESULT").then_some(object)
}

impl Show for Unit<'_> {
    fn fields(&self) -> Fields {
        let text = |text: fn(&Message<'_>) -> Option<String>| json!(self.message.as_ref().and_then(text));
        let mut fields = Fields::new();
        fields.insert("sender".into(), text(|message| message.sender().map(decoded)));
        fields.insert("receiver".into(), text(|message| message.receiver().map(decoded)));
        fields.insert("cmd".into(), text(|message| Some(decoded(message.verb_text()))));
        fields.insert("id".into(), text(|message| message.id().map(decoded)));
        fields.insert("payload_type".into(), text(|message| message.form_text().map(decoded)));
        fields.insert("timestamp".into(), text(|message| message.timestamp().map(decoded)));
        fields.insert("payload".into(), self.payload.map_or(Value::Null, |payload| to_json(Json::Object(payload))));
        fields.insert("crc_ok".into(), json!(self.crc_ok()));
        fields
    }

    fn row(&self) -> String {
        table::row(self)
    }
}

fn decoded(text: Text<'_>) -> String {
    text.to_string()
}
