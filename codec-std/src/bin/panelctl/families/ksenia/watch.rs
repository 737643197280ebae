//! `panelctl watch ksenia` and `panelctl replay` of a Ksenia record: events in words or as objects.

use std::time::Duration;

use clap::Args;
use codec_core::home::Notice;
use codec_core::ksenia::controller::{Command, Config, Event, Memory, Name, Tables};
use codec_core::ksenia::{Controller, Message, Record};
use codec_core::text::json::Object;
use codec_core::{CloseReason, ConfigError};
use codec_std::links::Address;
use codec_std::owned::ksenia::OwnedEvent;
use codec_std::record::mask_ksenia_message;
use serde_json::Value;

use super::decode::Unit;
use super::house;
use super::known::Known;
use super::options::{ControllerArgs, Login, LoginArgs, Storage, TlsArgs};
use super::table;
use crate::cli::WatchCommon;
use crate::code::CodeArgs;
use crate::exit::Outcome;
use crate::news::News;
use crate::output::Fields;
use crate::watch::{self, Heard, Watched};

/// Watch a Ksenia Lares 4.0 panel.
///
/// Events go to standard output, what happens to the connection to standard error. The state of the house is shown when the panel has
/// told all of it, and whenever Enter is pressed. Times are UTC. The connection ends with a logout, so that the panel keeps no place
/// for it.
///
/// The code to log in with comes from --code-file, from the environment variable PANELCTL_CODE, or is asked for. A login that the panel
/// refuses is not tried again, since panels lock users out.
#[derive(Args, Debug)]
#[command(after_help = HELP)]
pub(crate) struct WatchArgs {
    /// Where the panel is: wss://HOST or ws://HOST, with :PORT and /PATH behind it if they are not 443 or 80 and /KseniaWsock
    #[arg(value_name = "ADDRESS")]
    to: Address,

    #[command(flatten)]
    common: WatchCommon,

    #[command(flatten)]
    code: CodeArgs,

    #[command(flatten)]
    login: LoginArgs,

    #[command(flatten)]
    controller: ControllerArgs,

    #[command(flatten)]
    tls: TlsArgs,
}

const HELP: &str = "\
Exit codes: 0 ended with Ctrl-C, or --once and all told; 2 wrong arguments, or --once and no connection; 3 --once and no answer;
4 the panel refused the login.

Examples:
  panelctl watch ksenia wss://192.0.2.10 --pin-sha256 9F:86:D0:81:... --legacy-renegotiation
  panelctl watch ksenia ws://192.0.2.10:8080 --code-file code.txt --json | jq -c 'select(.notice == \"area\")'
  panelctl watch ksenia wss://192.0.2.10 --insecure --once
  panelctl watch ksenia ws://192.0.2.10 --lines --record session.jsonl";

/// How long a panel is away whose programming changes: it refuses connections for some seconds, and one client that runs on real panels
/// waits for as long.
const REPROGRAMMING: Duration = Duration::from_secs(8);

/// How long the panel may take for one answer of the start.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) fn run(args: &WatchArgs) -> anyhow::Result<Outcome> {
    let connector = args.tls.connector(&args.to)?;
    let login = Login::new(&args.to, &args.login, args.code.ask()?)?;
    let config = args.controller.config(&login);
    let mut storage = Storage::new();
    let watched = KseniaWatch::new(&config, &mut storage, args.common.lines);
    watch::run(watched, &connector, &args.common)
}

/// A Ksenia controller and what to show of it.
pub(crate) struct KseniaWatch<'b> {
    /// What the first machine is made of.
    parts: Option<(&'b Config<'b>, Tables<'b>, &'b mut Memory)>,
    /// Show messages as well.
    show_lines: bool,
    known: Known,
    news: News,
    /// The start is over: what comes now is news.
    ready: bool,
    /// The message that is being told came whole.
    whole: bool,
}

impl<'b> KseniaWatch<'b> {
    pub(crate) fn new(config: &'b Config<'b>, storage: &'b mut Storage, show_lines: bool) -> Self {
        let (tables, memory) = storage.lend();
        let parts = Some((config, tables, memory));
        Self { parts, show_lines, known: Known::default(), news: News::default(), ready: false, whole: false }
    }

    fn notice(&mut self, notice: &Notice) -> Option<String> {
        self.known.notice(notice);
        let words = self.news.words(notice, |output| format!("output {output}"));
        words.filter(|_| self.ready).map(|words| self.known.with_name(notice, words))
    }
}

/// A message as `decode` shows it, without PINs.
fn message_row(message: &Message<'_>) -> String {
    let masked = message.payload().map(|payload| mask_ksenia_message(payload.as_str().as_bytes()));
    let payload = masked.as_deref().and_then(|masked| Object::parse(masked).ok());
    table::row(&Unit { message: Some(*message), payload, crc: message.crc() })
}

/// A record of a message that is longer than the buffer.
fn record_row(record: &Record<'_>, name: &Name) -> String {
    let name = name.as_str();
    // Under the name of its list, which says what a PIN in it is.
    let text = mask_ksenia_message(format!("{{\"{}\":{}}}", name, record.object().as_str()).as_bytes());
    Object::parse(&text).map_or_else(|_| name.to_string(), table::content)
}

impl<'b> Watched for KseniaWatch<'b> {
    type Machine = Controller<'b>;

    const FIRST_ANSWER: Duration = Duration::from_secs(15);
    const NOTHING_HEARD: &'static str = "connected, and the panel takes no login: check that its web server is on, and the port";

    fn machine(&mut self) -> Result<Controller<'b>, ConfigError> {
        let (config, tables, memory) = self.parts.take().expect("the first machine is asked for once");
        Controller::new(config, tables, memory)
    }

    fn machine_after(ended: Controller<'b>) -> Result<Controller<'b>, ConfigError> {
        let (config, tables, memory) = ended.into_parts();
        Controller::new(config, tables, memory)
    }

    fn goodbye() -> Option<Command<'static>> {
        Some(Command::Close)
    }

    fn connected(&mut self) {
        self.known = Known::default();
        self.news = News::default();
        (self.ready, self.whole) = (false, false);
    }

    fn heard(&mut self, event: &Event<'_>, _: bool) -> Heard {
        let patience = (!self.ready).then_some(PATIENCE);
        match event {
            Event::LoggedIn => Heard { patience, ..Heard::default() },
            Event::Ready { registered } => {
                self.ready = true;
                let problem = (!registered).then(|| "the panel does not tell of changes: they are seen at the next poll".into());
                Heard { patience: Some(Duration::ZERO), problem, ..Heard::default() }
            }
            Event::Message(message) => {
                self.whole = true;
                Heard { patience, words: self.show_lines.then(|| message_row(message)), ..Heard::default() }
            }
            Event::Record { record, name, .. } => {
                self.known.record(record);
                Heard { patience, words: (self.show_lines && !self.whole).then(|| record_row(record, name)), ..Heard::default() }
            }
            Event::FrameEnd { .. } => {
                self.whole = false;
                Heard::default()
            }
            Event::Notice(notice) => Heard { words: self.notice(notice), ..Heard::default() },
            Event::Reprogrammed => Heard { words: Some("the programming has changed, all is read again".into()), ..Heard::default() },
            Event::Fault(fault) => Heard { problem: Some(format!("bad message: {fault}")), ..Heard::default() },
            Event::Broken(error) => Heard { problem: Some(format!("the panel broke WebSocket: {error}")), ..Heard::default() },
            Event::Closed(reason) => {
                let end = (*reason == CloseReason::LoginRefused).then_some(Outcome::Refused);
                let problem = (*reason != CloseReason::Requested).then(|| reason.to_string());
                let hold_off = (*reason == CloseReason::Reprogramming).then_some(REPROGRAMMING);
                Heard { problem, end, hold_off, ..Heard::default() }
            }
            _ => Heard::default(),
        }
    }

    fn object(&self, event: Event<'_>) -> Option<Fields> {
        let shown = match event {
            Event::Message(_) => self.show_lines,
            Event::Record { .. } => self.show_lines && !self.whole,
            Event::FrameEnd { .. }
            | Event::Value { .. }
            | Event::Text { .. }
            | Event::RecordBegin { .. }
            | Event::Inner { .. }
            | Event::RecordEnd => self.show_lines,
            _ => true,
        };
        match serde_json::to_value(shown.then(|| OwnedEvent::from(event))) {
            Ok(Value::Object(fields)) => Some(fields),
            _ => None,
        }
    }

    fn table(&self, machine: &Controller<'b>) -> Vec<String> {
        house::lines(machine, &self.known)
    }

    fn state(&self, machine: &Controller<'b>) -> Fields {
        house::object(machine, &self.known)
    }
}
