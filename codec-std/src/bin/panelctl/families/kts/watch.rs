//! `panelctl watch kts` and `panelctl replay` of a KTS record: events in words or as objects.

use std::time::Duration;

use clap::Args;
use codec_core::home::Notice;
use codec_core::kts::controller::{Command, Config, Event, Memory, Tables};
use codec_core::kts::{Controller, RecentSignatures, Scheme, SignatureSlot};
use codec_core::{CloseReason, ConfigError};
use codec_std::owned::kts::OwnedEvent;
use serde_json::{Value, json};

use super::decode::Unit;
use super::keys::{KeyArgs, Keys};
use super::known::Known;
use super::options::{ControllerArgs, Storage};
use super::simulate::SchemeWord;
use super::table::{self, printable};
use crate::cli::WatchCommon;
use crate::exit::Outcome;
use crate::output::Fields;
use crate::trust::ListenArgs;
use crate::watch::{self, Heard, Watched};
use crate::words;

/// Watch a KTS host: listen as its server, and show what it tells.
///
/// One host is served at a time; another that dials waits until the connection of the first has ended. Events go to standard output, what
/// happens to the connection to standard error. The state of the flat is shown when the host has told all of it, and whenever Enter is
/// pressed. Times are UTC.
///
/// Keys come from --keys, --key-file or the environment variable PANELCTL_KEY, or one is asked for; they are no arguments.
#[derive(Args, Debug)]
#[command(after_help = HELP)]
pub(crate) struct WatchArgs {
    #[command(flatten)]
    server: ServerArgs,

    #[command(flatten)]
    common: WatchCommon,
}

/// Where hosts dial, and who may come in.
#[derive(Args, Debug)]
pub(crate) struct ServerArgs {
    #[command(flatten)]
    pub(crate) listen: ListenArgs,

    /// Let the host with this serial number in only
    #[arg(long, value_name = "SN", global = true)]
    pub(crate) sn: Option<String>,

    #[command(flatten)]
    pub(crate) keys: KeyArgs,

    /// How registrations are signed
    #[arg(long, value_enum, default_value_t = SchemeWord::Md5, global = true)]
    pub(crate) scheme: SchemeWord,

    #[command(flatten)]
    pub(crate) controller: ControllerArgs,
}

const HELP: &str = "\
Exit codes: 0 ended with Ctrl-C, or --once and all told; 2 wrong arguments, the address cannot be listened on, or --once and the
connection ended; 3 --once and no answer.

Examples:
  PANELCTL_KEY=1234567890 panelctl watch kts --listen 0.0.0.0:41709
  panelctl watch kts --listen 0.0.0.0:41709 --keys building.keys --sn 08ABEF112233
  panelctl watch kts --listen 0.0.0.0:41709 --key-file key.txt --certificate server.pem --certificate-key server.key
  panelctl watch kts --key-file key.txt --json | jq -c 'select(.event == \"update\")'
  panelctl watch kts --key-file key.txt --lines --record session.jsonl";

/// How long a host may take for one answer.
const PATIENCE: Duration = Duration::from_secs(40);

pub(crate) fn run(args: &WatchArgs) -> anyhow::Result<Outcome> {
    let acceptor = args.server.listen.acceptor()?;
    let gate = Gate::new(&args.server)?;
    let config = args.server.controller.config();
    let mut storage = Storage::new();
    watch::run_listening(
        KtsWatch::new(&config, &mut storage, gate, args.common.lines),
        || args.server.listen.listener(acceptor),
        &args.common,
    )
}

/// Who may come in.
pub(crate) struct Gate {
    keys: Keys,
    scheme: Scheme,
    sn: Option<String>,
}

impl Gate {
    pub(crate) fn new(args: &ServerArgs) -> anyhow::Result<Self> {
        Ok(Self { keys: args.keys.all()?, scheme: args.scheme.value(), sn: args.sn.clone() })
    }

    /// For a record, which has the answers.
    pub(crate) fn closed() -> Self {
        Self { keys: Keys::none(), scheme: Scheme::Md5, sn: None }
    }

    /// What to say to a host.
    pub(crate) fn answer<'c>(&'c self, sn: &str, recent: &'c mut RecentSignatures<'_>) -> Command<'c> {
        let is_wanted = self.sn.as_deref().is_none_or(|wanted| wanted == sn);
        match self.keys.of(sn).filter(|_| is_wanted) {
            Some(key) => Command::Key { key, other: None, scheme: self.scheme, replays: Some(recent) },
            None => Command::Refuse,
        }
    }
}

/// A KTS controller and what to show of it.
pub(crate) struct KtsWatch<'b> {
    /// What the first machine is made of.
    parts: Option<(&'b Config, Tables<'b>, &'b mut Memory)>,
    recent: RecentSignatures<'b>,
    gate: Gate,
    /// Show frames as well.
    show_lines: bool,
    /// Serial number of the host that wants in.
    asking: Option<String>,
    known: Known,
    /// All has been told once.
    synchronised: bool,
}

impl<'b> KtsWatch<'b> {
    pub(crate) fn new(config: &'b Config, storage: &'b mut Storage, gate: Gate, show_lines: bool) -> Self {
        let (tables, memory, signatures): (_, _, &mut [SignatureSlot]) = storage.lend();
        let (parts, recent) = (Some((config, tables, memory)), RecentSignatures::new(signatures));
        Self { parts, recent, gate, show_lines, asking: None, known: Known::default(), synchronised: false }
    }
}

impl<'b> Watched for KtsWatch<'b> {
    type Machine = Controller<'b>;

    const FIRST_ANSWER: Duration = Duration::from_secs(30);
    const NOTHING_HEARD: &'static str = "a host has connected and does not register";

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
        (self.known, self.asking, self.synchronised) = (Known::default(), None, false);
    }

    fn answer(&mut self) -> Option<Command<'_>> {
        let sn = self.asking.take()?;
        Some(self.gate.answer(&sn, &mut self.recent))
    }

    fn heard(&mut self, event: &Event<'_>, _: bool) -> Heard {
        self.known.hear(event);
        let patience = (!self.synchronised).then_some(PATIENCE);
        let words = |words: String| Heard { words: Some(words), ..Heard::default() };
        let problem = |problem: String| Heard { problem: Some(problem), ..Heard::default() };
        match event {
            Event::Registering(host) => {
                self.asking = Some(host.sn.raw().to_owned());
                words(format!("host {} wants in", printable(host.sn)))
            }
            Event::Registered { .. } => Heard { patience, ..words("the host is registered".into()) },
            Event::RegistrationRefused(error) => problem(format!("the host is not let in: {error}")),
            Event::Zone(_) => Heard { patience, ..Heard::default() },
            // Those of the beginning are shown with the state.
            Event::Object(object) if self.synchronised => words(self.known.object(object)),
            Event::Object(_) => Heard { patience, ..Heard::default() },
            Event::Update { update, .. } => words(self.known.update(update)),
            Event::Frame(frame) if self.show_lines => words(table::row(&Unit { frame: *frame, mask: true })),
            Event::Synchronised { complete } => {
                self.synchronised = true;
                let problem = (!complete).then(|| "the host has not answered all questions".into());
                Heard { patience: Some(Duration::ZERO), problem, ..Heard::default() }
            }
            // Others are the updates again.
            Event::Notice(notice @ Notice::Alarm { .. }) => words(words::notice(notice, |_| String::new())),
            Event::Fault(fault) => problem(format!("bad frame: {fault}")),
            Event::Closed(CloseReason::Requested | CloseReason::LoginRefused) => Heard::default(),
            Event::Closed(reason) => problem(reason.to_string()),
            _ => Heard::default(),
        }
    }

    fn object(&self, event: Event<'_>) -> Option<Fields> {
        let shown = match event {
            Event::Frame(_) | Event::ListEnd(_) => self.show_lines,
            _ => true,
        };
        match serde_json::to_value(shown.then(|| OwnedEvent::from(event))) {
            Ok(Value::Object(fields)) => Some(fields),
            _ => None,
        }
    }

    fn table(&self, machine: &Controller<'b>) -> Vec<String> {
        self.known.lines(machine)
    }

    fn state(&self, machine: &Controller<'b>) -> Fields {
        let mut fields = Fields::new();
        fields.insert("event".into(), json!("state"));
        fields.extend(self.known.fields(machine));
        fields
    }
}
