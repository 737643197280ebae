//! `panelctl decode g90-cloud`: messages as JSON and as rows of a table.

use codec_core::g90::cloud::{self, Alert, Body, Device, DeviceId, Framer, Header, MAX_MESSAGE, Message, PaddedText};
use codec_core::g90::local::CommandCode;
use codec_core::g90::{AlertSource, AlertType, PeripheralType, StateChange};
use codec_core::{Fault, Secret};
use serde_json::{Value, json};

use crate::decode::{Cut, Decoder, Problem, Show};
use crate::families::g90::notify::DatagramDecoder;
use crate::families::g90::time::iso;
use crate::output::Fields;

/// Decodes messages of either direction.
pub(crate) struct MessageDecoder {
    framer: Framer,
    mask: bool,
    /// Who the panel is, as it was said.
    configured: String,
    /// Who the panel is, by the last hello.
    device_id: Option<String>,
    /// The units are those of one connection.
    stream: bool,
}

impl MessageDecoder {
    pub(crate) fn new(mask: bool, device_id: Option<&str>) -> Self {
        Self { framer: Framer::new(), mask, configured: device_id.unwrap_or_default().into(), device_id: None, stream: false }
    }

    /// Decodes one message and notes who the panel is.
    fn message<'u>(&mut self, bytes: &'u [u8]) -> Result<Shown<'u>, Fault> {
        let message = cloud::decode(bytes)?;
        let device = match message.body {
            Body::Hello(hello) => Some(hello.device()),
            Body::HelloDiscovery(hello) => Some(hello.device()),
            _ => None,
        };
        if let Some(id) = device.and_then(|device| DeviceId::from_text(device.guid)) {
            self.device_id = Some(id.as_str().into());
        }
        Ok(Shown { message, mask: self.mask, device_id: self.device_id.as_ref().unwrap_or(&self.configured).clone() })
    }
}

impl Decoder for MessageDecoder {
    fn unit<'u>(&'u mut self, bytes: &'u [u8]) -> Result<Box<dyn Show + 'u>, Problem> {
        if bytes.is_empty() {
            return Err(Problem::new("empty", "empty unit", 0));
        }
        if !self.stream {
            self.device_id = None;
        }
        let mut messages: Vec<Shown<'_>> = Vec::new();
        let mut problem = None;
        let mut rest = bytes;
        while !rest.is_empty() {
            let begin = bytes.len() - rest.len();
            match self.message(rest) {
                Ok(shown) => {
                    // What is wrong inside a message costs no other.
                    problem = problem.or_else(|| shown.problem(begin as u64));
                    let len = usize::try_from(shown.message.header().length).unwrap_or(usize::MAX);
                    rest = rest.get(len..).unwrap_or_default();
                    messages.push(shown);
                }
                Err(fault) => {
                    let mut problem = Problem::from(fault);
                    // What is no message of a known kind, behind a good message, is left over.
                    if begin > 0 && (problem.class == "short-header" || !is_known(rest)) {
                        problem.class = "length-exceeds-data";
                    }
                    problem.at += begin as u64;
                    problem.fields = Several(messages).fields();
                    return Err(problem);
                }
            }
        }
        let shown: Box<dyn Show + 'u> = match <[_; 1]>::try_from(messages) {
            Ok([only]) => Box::new(only),
            Err(several) => Box::new(Several(several)),
        };
        match problem {
            None => Ok(shown),
            Some(problem) => Err(Problem { fields: shown.fields(), ..problem }),
        }
    }

    fn cut(&mut self, unread: &[u8], eof: bool) -> Cut {
        self.stream = true;
        match self.framer.next(unread, MAX_MESSAGE as usize, eof) {
            cloud::Cut::NeedMore => Cut::NeedMore,
            cloud::Cut::Drop(used) => Cut::Drop(used),
            cloud::Cut::Message { len } => Cut::Unit { len, used: len },
            cloud::Cut::Bad { fault, used } => Cut::Bad { problem: fault.into(), used },
        }
    }
}

/// A message as [`MessageDecoder`] shows it, commands and answers to them hidden.
pub(crate) fn hidden(message: Message<'_>, device_id: String) -> impl Show + '_ {
    Shown { message, mask: true, device_id }
}

/// Whether the first bytes are those of a message that has a name.
fn is_known(bytes: &[u8]) -> bool {
    let &[command, source, _, destination, ..] = bytes else { return false };
    let (command, source, destination) = (cloud::Command(command), cloud::Direction(source), cloud::Direction(destination));
    cloud::Route { command, source, destination }.is_known()
}

/// Several messages in one unit.
struct Several<'u>(Vec<Shown<'u>>);

impl Show for Several<'_> {
    fn fields(&self) -> Fields {
        let messages = self.0.iter().map(|shown| Value::Object(shown.fields())).collect();
        Fields::from_iter([("messages".into(), messages)])
    }

    fn row(&self) -> String {
        self.0.iter().map(Show::row).collect::<Vec<_>>().join(" | ")
    }
}

/// A message and what is known around it.
struct Shown<'u> {
    message: Message<'u>,
    mask: bool,
    device_id: String,
}

impl Show for Shown<'_> {
    fn fields(&self) -> Fields {
        let mut fields = Fields::new();
        let mut put = |name: &str, value: Value| {
            fields.insert(name.into(), value);
        };
        let name = match self.message.body {
            // The spelling of the captures' collection: the Python library has no name for it.
            Body::Command(_) => "Command(0x29, no library class)",
            body => body.name(),
        };
        put("message", json!(name));
        put_header(&self.message.header(), matches!(self.message.body, Body::CommandAnswer(_)), &mut put);
        self.put_body(&mut put);
        fields
    }

    fn row(&self) -> String {
        let sequence = self.message.header().sequence.map_or("-".into(), |sequence| sequence.to_string());
        let time = match self.message.body {
            Body::DiscoveryAnswer(answer) => iso(answer.timestamp()),
            body => body.alert().map_or("-".into(), |alert| iso(alert.unix_time)),
        };
        let time = time.replace('T', " ").replace('Z', "");
        format!("{time:19}  {sequence:>5}  {:18}  {}", self.message.body.name(), self.about()).trim_end().into()
    }
}

impl Shown<'_> {
    /// What is wrong with the message, which begins at `begin` in its unit.
    fn problem(&self, begin: u64) -> Option<Problem> {
        if let Body::Notification(notification) = self.message.body {
            let problem = self.inner().unit(notification.text()).err()?;
            return Some(Problem { at: begin + cloud::VERSIONED_HEADER as u64 + problem.at, ..problem });
        }
        let detail = format!("a text is not UTF-8: {}", self.row());
        self.not_utf8().map(|at| Problem::new("bad-utf8", detail, begin + at as u64))
    }

    /// A decoder of what a notification holds.
    fn inner(&self) -> DatagramDecoder {
        DatagramDecoder::new(Some(self.device_id.clone()))
    }

    /// What a notification holds, and what kind of text it is.
    fn put_inner(&self, text: &[u8], put: &mut impl FnMut(&str, Value)) {
        let mut decoder = self.inner();
        let inner = match decoder.unit(text) {
            Ok(unit) => unit.fields(),
            Err(problem) => {
                let mut fields = problem.fields;
                fields.insert("error".into(), json!(problem.class));
                fields
            }
        };
        let name = |name: &Value| name.as_str().unwrap_or("INVALID").to_owned();
        let kind = match inner.get("message_name").and_then(Value::as_str) {
            Some("NOTIFICATION") => format!("notification:{}", name(&inner.get("kind_name").cloned().unwrap_or_default())),
            Some("ALERT") => format!("alert:{}", name(&inner.get("alert").map(|alert| alert["type_name"].clone()).unwrap_or_default())),
            Some(other) => other.to_lowercase(),
            None => "invalid".into(),
        };
        put("inner_kind", json!(kind));
        put("inner", Value::Object(inner));
    }

    /// Where the message has a text that should be UTF-8 and is not.
    fn not_utf8(&self) -> Option<usize> {
        let texts = match self.message.body {
            Body::Hello(hello) => [(12, hello.device().guid), (44, hello.device().firmware)],
            Body::HelloDiscovery(hello) => [(12, hello.device().guid), (44, hello.device().firmware)],
            Body::SensorChange(change) => [(16, change.name()), (16, change.name())],
            Body::SensorAlarm(alarm) => [(16, alarm.name()), (16, alarm.name())],
            Body::DiscoveryAnswer(answer) => [(12, answer.address()), (12, answer.address())],
            _ => return None,
        };
        texts.into_iter().find_map(|(from, text)| Some(from + text.as_str().err()?.valid_up_to()))
    }

    /// The last column of the table.
    fn about(&self) -> String {
        let device = |device: &Device<'_>| plain(&format!("{} firmware {}", device.guid, device.firmware));
        match self.message.body {
            Body::Hello(hello) => device(&hello.device()),
            Body::HelloDiscovery(hello) => device(&hello.device()),
            Body::StateChange(change) => named(StateChange::from_raw(change.code().into()).name(), change.code()),
            Body::SensorChange(change) => {
                let source = named(AlertSource::from_raw(change.source().into()).name(), change.source());
                format!("sensor {} {} {source} state {}", change.sensor(), quoted(change.name()), change.state())
            }
            Body::SensorAlarm(alarm) => {
                let peripheral = named(PeripheralType::from_raw(alarm.peripheral().into()).name(), alarm.peripheral());
                format!("sensor {} {} {peripheral} state {}", alarm.sensor(), quoted(alarm.name()), alarm.state())
            }
            Body::Notification(notification) => plain(&text(notification.text())),
            Body::CommandAnswer(answer) => format!("{} {}", answer.command(), plain(&self.secret(&answer.text()))),
            Body::Command(command) => format!("{} {}", command.command(), plain(&self.secret(&command.text()))),
            Body::HelloAck(ack) => ack.flag().to_string(),
            Body::HelloAnswer(answer) => answer.flag().to_string(),
            Body::HelloInfo(info) => format!("port {}", info.port()),
            Body::DiscoveryAnswer(answer) => plain(&format!("{} port {}", answer.address(), answer.port())),
            Body::Unknown(unknown) => {
                let (route, payload) = (unknown.route(), unknown.payload());
                format!(
                    "{:02x} {:02x} {:02x} {}",
                    route.command.0,
                    route.source.0,
                    route.destination.0,
                    if self.mask { payload.to_string() } else { digits(payload.expose()) }
                )
            }
            _ => String::new(),
        }
    }

    /// The text of a command or an answer: passwords are among what can be set and read.
    fn secret(&self, bytes: &Secret<&[u8]>) -> String {
        if self.mask { bytes.to_string() } else { text(bytes.expose()) }
    }

    fn put_body(&self, put: &mut impl FnMut(&str, Value)) {
        match self.message.body {
            Body::Hello(hello) => put_device(&hello.device(), &hello.flags(), put),
            Body::HelloDiscovery(hello) => put_device(&hello.device(), &hello.flags(), put),
            Body::StateChange(change) => {
                put_type(AlertType::StateChange, put);
                put("state", json!(change.code()));
                put("state_name", json!(StateChange::from_raw(change.code().into()).name()));
                put("unused34_hex", json!(digits(change.leftover())));
                put_time(change.timestamp(), put);
                put("tail68_zero", json!(change.tail().iter().all(|byte| *byte == 0)));
            }
            Body::SensorChange(change) => {
                put_type(AlertType::SensorActivity, put);
                put("sensor_id", json!(change.sensor()));
                put("sensor_name", json!(change.name().to_string()));
                put_time(change.timestamp(), put);
                put("tail68_zero", json!(change.tail().iter().all(|byte| *byte == 0)));
                put("sensor_state", json!(change.state()));
                put("sensor_source", json!(change.source()));
                put("sensor_source_name", json!(AlertSource::from_raw(change.source().into()).name()));
            }
            Body::SensorAlarm(alarm) => {
                put_type(AlertType::Alarm, put);
                put("sensor_id", json!(alarm.sensor()));
                put("sensor_name", json!(alarm.name().to_string()));
                put_time(alarm.timestamp(), put);
                put("tail68_zero", json!(alarm.tail().iter().all(|byte| *byte == 0)));
                put("sensor_state", json!(alarm.state()));
                put("sensor_type", json!(alarm.peripheral()));
                put("sensor_type_name", json!(PeripheralType::from_raw(alarm.peripheral().into()).name()));
                put("alert_source", json!(alarm.source().raw()));
                put("alert_source_name", json!(alarm.source().name()));
            }
            Body::Notification(notification) => {
                let bytes = notification.text();
                put("json_hex", json!(digits(bytes)));
                put("json_text", json!(text(bytes)));
                self.put_inner(bytes, put);
            }
            Body::CommandAnswer(answer) => {
                put("flag1", json!(cloud::VERSION));
                put("seq_num1", json!(answer.number()));
                put("flag3", json!(answer.flag()));
                put("seq_num2", json!(answer.number_again()));
                put_command(answer.command(), put);
                put("subcmd", json!(answer.subcommand()));
                self.put_text(&answer.text(), put);
            }
            Body::Command(command) => {
                put("unk1", json!(command.flag()));
                put_command(command.command(), put);
                put("subcmd", json!(command.subcommand()));
                put("seq_or_token", json!(command.token()));
                self.put_text(&command.text(), put);
            }
            Body::HelloAck(ack) => put("flag", json!(ack.flag())),
            Body::HelloAnswer(answer) => put("flag", json!(answer.flag())),
            Body::HelloInfo(info) => put("port", json!(info.port())),
            Body::DiscoveryAnswer(answer) => {
                put("ip_addr", json!(answer.address().to_string()));
                put("flag2", json!(answer.flags()[0]));
                put("flag3", json!(answer.flags()[1]));
                put("port", json!(answer.port()));
                put_time(answer.timestamp(), put);
            }
            Body::Unknown(unknown) => {
                put("payload_hex", if self.mask { Value::Null } else { json!(digits(unknown.payload().expose())) });
            }
            _ => {}
        }
        let alert = match self.message.body {
            Body::SensorAlarm(alarm) => Some(alarm.alert_of_panel()),
            body => body.alert(),
        };
        if let Some(alert) = alert {
            put("device_alert", Value::Object(self.alert(&alert)));
        }
    }

    fn put_text(&self, bytes: &Secret<&[u8]>, put: &mut impl FnMut(&str, Value)) {
        put("body_hex", if self.mask { Value::Null } else { json!(digits(bytes.expose())) });
        put("body_text", json!(self.secret(bytes)));
    }

    fn alert(&self, alert: &Alert<'_>) -> Fields {
        let facts = alert.facts;
        Fields::from_iter([
            ("type".into(), json!(facts.alert_type.raw())),
            ("event_id".into(), json!(facts.event_id)),
            ("source".into(), json!(facts.source.raw())),
            ("state".into(), json!(facts.state)),
            ("zone_name".into(), json!(alert.name.to_string())),
            ("device_id".into(), json!(self.device_id)),
            ("unix_time".into(), json!(alert.unix_time)),
            ("resv4".into(), json!(0)),
            ("other".into(), json!("")),
            ("type_name".into(), json!(facts.alert_type.name())),
            ("source_name".into(), json!(facts.source.name())),
        ])
    }
}

fn put_header(header: &Header, answer: bool, put: &mut impl FnMut(&str, Value)) {
    let route = header.route;
    // The answer to a command is shown as the Python library reads it, with the short header.
    let sequence = header.sequence.filter(|_| !answer);
    put("header", json!(if sequence.is_some() { "versioned" } else { "basic" }));
    put("command", json!(route.command.0));
    put("command_name", json!(route.command.name()));
    put("source", json!(route.source.0));
    put("source_name", json!(route.source.name()));
    put("header_flag1", json!(header.flag));
    put("destination", json!(route.destination.0));
    put("destination_name", json!(route.destination.name()));
    put("message_length", json!(header.length));
    let size = if sequence.is_some() { cloud::VERSIONED_HEADER } else { cloud::BASIC_HEADER };
    put("payload_length", json!(header.length as usize - size));
    if let Some(sequence) = sequence {
        put("version", json!(cloud::VERSION));
        put("sequence", json!(sequence));
    }
}

fn put_device(device: &Device<'_>, flags: &[i32], put: &mut impl FnMut(&str, Value)) {
    put("guid", json!(device.guid.to_string()));
    put("guid_pad", json!(device.guid_pad));
    for (number, flag) in (1..).zip(flags) {
        put(&format!("flag{number}"), json!(flag));
    }
    put("fw_ver", json!(device.firmware.to_string()));
    put("fw_ver_pad", json!(device.firmware_pad));
}

fn put_command(code: u16, put: &mut impl FnMut(&str, Value)) {
    put("cmd", json!(code));
    put("cmd_name", json!(CommandCode::from_raw(code.into()).name()));
}

fn put_type(kind: AlertType, put: &mut impl FnMut(&str, Value)) {
    put("type", json!(kind.raw()));
    put("type_name", json!(kind.name()));
}

fn put_time(seconds: i32, put: &mut impl FnMut(&str, Value)) {
    put("timestamp", json!(seconds));
    put("timestamp_iso", json!(iso(seconds)));
}

fn named(name: Option<&'static str>, raw: u8) -> String {
    name.map_or_else(|| raw.to_string(), |name| name.to_lowercase().replace('_', " "))
}

fn quoted(name: PaddedText<'_>) -> String {
    format!("{:?}", name.to_string())
}

/// Without characters that a terminal obeys.
fn plain(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { '\u{fffd}' } else { character }).collect()
}

/// A text without the NULs behind it.
fn text(bytes: &[u8]) -> String {
    PaddedText::from_field(bytes).to_string()
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
