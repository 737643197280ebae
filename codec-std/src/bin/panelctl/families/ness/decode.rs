//! `panelctl decode ness`: lines as JSON and as rows of a table.

use codec_core::ness::{self, Address, Body, ChecksumMatch, Framer, Line, ModelMap, Packet, RequestId, StatusValue};
use serde_json::{Value, json};

use super::words::{about_event, about_status, checksum_words, request_words, words};
use crate::decode::{Cut, Decoder, Problem, Show};
use crate::output::Fields;

/// Decodes lines of panels and requests to them.
pub(crate) struct LineDecoder {
    framer: Framer,
    mask: bool,
    /// The line without its code.
    masked: Vec<u8>,
}

impl LineDecoder {
    pub(crate) fn new(mask: bool) -> Self {
        Self { framer: Framer::new(), mask, masked: Vec::new() }
    }
}

impl Decoder for LineDecoder {
    fn unit<'u>(&'u mut self, bytes: &'u [u8]) -> Result<Box<dyn Show + 'u>, Problem> {
        let line = ness::decode(bytes).map_err(|fault| if self.mask { Problem::masked(fault) } else { fault.into() })?;
        if self.mask && may_hold_code(&line) {
            self.masked = mask(&line);
            return Ok(Box::new(ness::decode(&self.masked)?));
        }
        Ok(Box::new(line))
    }

    fn cut(&mut self, unread: &[u8], eof: bool) -> Cut {
        match self.framer.next(unread, eof) {
            ness::Cut::NeedMore => Cut::NeedMore,
            ness::Cut::Drop(used) => Cut::Drop(used),
            ness::Cut::Frame { len, used } => Cut::Unit { len, used },
            ness::Cut::TooLong { used } => {
                let detail = format!("line longer than {} bytes", ness::MAX_LINE);
                Cut::Bad { problem: Problem::new("too-long", detail, ness::MAX_LINE as u64), used }
            }
        }
    }
}

fn may_hold_code(line: &Line<'_>) -> bool {
    matches!(line.packet().body, Body::Request(keys) if keys.status_request().is_none())
}

/// The line of the table, without a code that may be among the keys.
pub(crate) fn masked_row(line: &Line<'_>) -> String {
    if !may_hold_code(line) {
        return line.row();
    }
    ness::decode(&mask(line)).map_or_else(|fault| Problem::masked(fault).detail, |masked| masked.row())
}

/// The line with every digit among its keys 0. The checksum says as much about the keys as before: it fits by the same rule, or not.
fn mask(line: &Line<'_>) -> Vec<u8> {
    let mut text = line.text().to_vec();
    let from = usize::from(line.packet().address.digits()) + 6;
    let to = text.len() - 2;
    text[from..to].iter_mut().filter(|key| key.is_ascii_digit()).for_each(|key| *key = b'0');
    let Ok(masked) = ness::decode(&text) else { return text };
    let (ascii, binary) = (masked.checksum_ascii(), masked.checksum_binary());
    let checksum = match (line.checksum_match(), binary) {
        (ChecksumMatch::Ascii | ChecksumMatch::Both, _) => ascii,
        (ChecksumMatch::Binary, Some(binary)) => binary,
        _ => (1..=2).map(|more| ascii.wrapping_add(more)).find(|wrong| Some(*wrong) != binary).unwrap_or(ascii),
    };
    text[to..].copy_from_slice(&line.case().digits(checksum));
    text
}

impl Show for Line<'_> {
    fn fields(&self) -> Fields {
        line_fields(self)
    }

    fn row(&self) -> String {
        let packet = self.packet();
        let (kind, what, rest) = match packet.body {
            Body::Event(event) => ("event", words(event.code.name(), event.code.raw()), about_event(event)),
            Body::Status(status) => ("status", request_words(status.request), about_status(status.typed())),
            Body::Request(keys) => match keys.status_request() {
                Some(request) => ("request", request_words(request), "?".into()),
                None => ("request", "keys".into(), text(keys.expose())),
            },
        };
        let time = match (packet.stamp.and_then(|stamp| stamp.time()), self.stamp_text()) {
            (Some(time), _) => time.to_string().replace('T', " "),
            (None, Some(raw)) => format!("{}?", text(raw)),
            (None, None) => "-".into(),
        };
        let address = packet.address.value().map_or("-".into(), |address| format!("{address:x}"));
        let checksum = checksum_words(self);
        format!("{time:19}  {address:>2}  {kind:7}  {what:34}  {checksum:6}  {rest}").trim_end().into()
    }
}

/// All that a line tells, by the names of the JSON output.
pub(crate) fn line_fields(line: &Line<'_>) -> Fields {
    let packet = line.packet();
    let mut fields = Fields::new();
    let mut put = |name: &str, value: Value| fields.insert(name.into(), value);
    put("kind", json!(kind(packet)));
    put("start", json!(packet.start));
    put("address", json!(packet.address.value()));
    put("address_digits", json!(Some(packet.address.digits()).filter(|digits| *digits > 0)));
    put("seq", json!(u8::from(packet.sequence)));
    put("length", json!(line.length()));
    put("command", json!(line.command()));
    put("data", json!(text(line.data())));
    put("timestamp", json!(packet.stamp.and_then(|stamp| stamp.time()).map(|time| time.to_string())));
    put("timestamp_raw", json!(line.stamp_text().map(text)));
    match packet.body {
        Body::Event(event) => {
            put("event", json!(event.code.raw()));
            put("event_name", json!(event.code.name()));
            put("id", json!(event.id.value()));
            put("id_raw", json!(text(line.data().get(2..4).unwrap_or_default())));
            put("id_is_hex", json!(event.id.is_hex()));
            put("area", json!(event.area.raw()));
            put("area_name", json!(event.area.name()));
        }
        Body::Status(status) => {
            put("request_id", json!(status.request.raw()));
            put("request_name", json!(status.request.name()));
            put("value", json!(status.value));
            put_status(status.typed(), &mut put);
        }
        Body::Request(keys) => {
            put("status_request", json!(keys.status_request().map(RequestId::raw)));
        }
    }
    put("checksum", json!(line.checksum()));
    put("checksum_binary", json!(line.checksum_binary()));
    put("checksum_ascii", json!(line.checksum_ascii()));
    let fits = match line.checksum_match() {
        ChecksumMatch::Binary => "binary",
        ChecksumMatch::Ascii => "ascii",
        ChecksumMatch::Both => "both",
        ChecksumMatch::None => "none",
    };
    put("checksum_match", json!(fits));
    let library = matches!((packet.body, packet.address), (Body::Event(_), Address::Digit(_)));
    put("dialect", json!(if library { "library" } else { "panel" }));
    fields
}

/// What a status value tells, by the names of the JSON output.
pub(crate) fn put_status(status: StatusValue, put: &mut impl FnMut(&str, Value) -> Option<Value>) {
    let mut members = |names: Vec<&'static str>, unknown: u16| {
        put("members", json!(names));
        put("unknown_bits", json!(unknown));
    };
    match status {
        StatusValue::MiscAlarms(bits) => members(bits.names().collect(), bits.unknown_bits()),
        StatusValue::Arming(bits) => members(bits.names().collect(), bits.unknown_bits()),
        StatusValue::Outputs(bits) => members(bits.names().collect(), bits.unknown_bits()),
        StatusValue::Aux(bits) => members(bits.names().collect(), bits.unknown_bits()),
        StatusValue::Zones(_, zones) => {
            put("zones", json!(zones.iter().collect::<Vec<_>>()));
        }
        StatusValue::View(view) => {
            put("view_state", json!(view.name()));
        }
        StatusValue::Version(panel) => {
            let model = |map: ModelMap<'_>| json!(map.model(panel.model).map(|model| model.name()));
            put("model_byte", json!(panel.model));
            put("model_default", model(ModelMap::LIBRARY_DEFAULT));
            put("model_legacy", model(ModelMap::LEGACY));
            put("model_rev16", model(ModelMap::REV16));
            put("major", json!(panel.version.major()));
            put("minor", json!(panel.version.minor()));
            put("version", json!(panel.version.to_string()));
        }
        _ => {}
    }
}

fn kind(packet: &Packet<'_>) -> &'static str {
    match packet.body {
        Body::Event(_) => "event",
        Body::Status(_) => "status",
        Body::Request(_) => "request",
    }
}

/// Decoded lines are printable ASCII.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
