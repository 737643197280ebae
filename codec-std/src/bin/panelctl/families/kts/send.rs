//! `panelctl send kts`.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use codec_core::kts::controller::{Command, Controller, Event, Outcome};
use codec_core::kts::{Action, ActionForm, ActionInfo, Actions, Days, GroupAddress, RecentSignatures, TaskFlag, TaskInfo, TimeOfDay};
use codec_core::text::json::Text;
use codec_core::{CloseReason, Secret, Ticket};
use codec_std::tls::Acceptor;
use codec_std::tokio::{Driver, Listener, TokioLink};
use serde_json::json;
use tokio::time::{Instant, sleep, timeout_at};

use super::known::Known;
use super::options::Storage;
use super::watch::{Gate, ServerArgs};
use crate::families::ness::options;
use crate::output::{Fields, Output, complain};
use crate::watch::{GOODBYE, RX_BYTES, TX_BYTES};
use crate::{code, exit, wait};

/// Wait for a KTS host to dial, send it one command and wait for its outcome.
///
/// Hosts dial again some time after a connection has ended, up to a minute; its usual server must not have it. Keys come from --keys,
/// --key-file or the environment variable PANELCTL_KEY, or one is asked for; they are no arguments.
#[derive(Args, Debug)]
#[command(after_help = HELP)]
pub(crate) struct SendArgs {
    #[command(flatten)]
    server: ServerArgs,

    /// Print one JSON object
    #[arg(long, global = true)]
    json: bool,

    /// How long to wait for each answer
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = options::millis, global = true)]
    timeout: u32,

    /// How long to wait for the host to dial
    #[arg(long, value_name = "SECONDS", default_value = "90", value_parser = options::millis, global = true)]
    wait: u32,

    #[command(subcommand)]
    what: What,
}

const HELP: &str = "\
Exit codes: 0 confirmed, or answered; 2 wrong arguments, the address cannot be listened on, or the connection ended; 3 no host came, or
nothing came in time; 4 refused, by the host or before it was sent.

Examples:
  PANELCTL_KEY=1234567890 panelctl send kts --listen 0.0.0.0:41709 query
  panelctl send kts --key-file key.txt set 17 128
  panelctl send kts --keys building.keys --sn 08ABEF112233 switch 3 on
  panelctl send kts --key-file key.txt control EIS1=1/1/1=1
  panelctl send kts --key-file key.txt timing 5 07:30 1=2/3/4=1,1=2/3/5=1 --days 1,2,3,4,5 --name Morning
  panelctl send kts --key-file key.txt configure kts.example:41709 --new-key-file new.txt";

#[derive(Debug, Subcommand)]
enum What {
    /// Send a value to an object
    Set {
        /// Its id
        object: String,
        /// The value
        value: String,
    },
    /// Switch an object
    Switch {
        /// Its id
        object: String,
        /// `on` or `off`
        #[arg(value_name = "on|off", value_parser = ["on", "off"])]
        state: String,
    },
    /// Send a value to a group address, as EIS1=1/1/1=1
    Control {
        /// Type, address and value
        #[arg(value_parser = action)]
        action: OwnedAction,
    },
    /// Show the objects of a zone, or all zones and objects
    Query {
        /// Id of the zone
        zone: Option<String>,
    },
    /// Keep a task on the host, or change it
    Timing {
        /// Its id
        id: String,
        /// When, HH:MM on the host's clock
        #[arg(value_parser = time)]
        time: TimeOfDay,
        /// What it does: 1=2/3/4=0, several with commas between them
        #[arg(value_parser = task_actions)]
        actions: TaskActions,
        /// Days of the week from 1, Monday
        #[arg(long, value_name = "DAYS", default_value = "1,2,3,4,5,6,7", value_parser = days)]
        days: Days,
        /// Name for people
        #[arg(long, default_value = "")]
        name: String,
        /// Zone
        #[arg(long, value_name = "ZONE", default_value = "-1")]
        zone: String,
        /// Keep it, but do not run it
        #[arg(long)]
        disable: bool,
    },
    /// Delete a task of the host
    DeleteTiming {
        /// Its id
        id: String,
    },
    /// Give the host a new key, and where it dials from then on
    ///
    /// The key comes from --new-key-file or the environment variable PANELCTL_NEW_KEY, or is asked for. If the outcome is not known, either
    /// key may be right.
    Configure {
        /// HOST or HOST:PORT
        domain: String,
        /// Read the new key from the first line of a file, `-` for standard input
        #[arg(long, value_name = "FILE")]
        new_key_file: Option<PathBuf>,
    },
}

/// An action without lifetime.
#[derive(Clone, Debug)]
struct OwnedAction {
    eis: u16,
    address: GroupAddress,
    value: String,
}

impl OwnedAction {
    fn info(&self) -> ActionInfo<'_> {
        ActionInfo { eis: self.eis, address: self.address, value: &self.value }
    }
}

impl From<Action<'_>> for OwnedAction {
    fn from(from: Action<'_>) -> Self {
        Self { eis: from.eis, address: from.address, value: from.value.to_string() }
    }
}

/// Actions of a task. A type of its own, since the arguments would take a list for several values.
#[derive(Clone, Debug)]
struct TaskActions(Vec<OwnedAction>);

/// The actions of a text that stands on the wire as it is here.
fn actions(text: &str, form: ActionForm, example: &str) -> Result<Vec<OwnedAction>, String> {
    let wrong = || format!("write {example}, with an address from 0/0/0 to 31/7/255");
    let text = Text::of(text).ok_or_else(wrong)?;
    let actions = Actions::from_text(text, form).map_err(|_| wrong())?;
    Ok(actions.map(OwnedAction::from).collect())
}

fn action(text: &str) -> Result<OwnedAction, String> {
    let example = "EIS1=1/1/1=1";
    let one: Result<[OwnedAction; 1], _> = actions(text, ActionForm::Control, example)?.try_into();
    one.map(|[action]| action).map_err(|_| format!("write one action, {example}"))
}

fn task_actions(text: &str) -> Result<TaskActions, String> {
    actions(text, ActionForm::Timing, "1=2/3/4=0").map(TaskActions)
}

fn time(text: &str) -> Result<TimeOfDay, String> {
    TimeOfDay::parse(text).ok_or_else(|| "write HH:MM, 00:00 to 23:59".into())
}

fn days(text: &str) -> Result<Days, String> {
    let day = |text: &str| text.parse().ok().filter(|day| (1..=7).contains(day));
    let days: Option<Vec<u8>> = text.split(',').map(day).collect();
    let days = days.ok_or("write days from 1, Monday, to 7, with commas between them")?;
    Ok(days.into_iter().fold(Days::default(), Days::with))
}

/// How it went.
enum Report {
    Ended(Outcome),
    /// Before it was sent.
    Refused(String),
    NobodyCame,
}

pub(crate) fn run(args: &SendArgs) -> anyhow::Result<exit::Outcome> {
    let acceptor = args.server.listen.acceptor()?;
    // Before the connection: somebody may take a while to type.
    let gate = Gate::new(&args.server)?;
    let new_key = match &args.what {
        What::Configure { new_key_file, .. } => {
            Some(code::ask(new_key_file.as_deref(), "PANELCTL_NEW_KEY", "New key: ", "--new-key-file FILE")?)
        }
        _ => None,
    };
    wait::run(send(args, acceptor, &gate, new_key))
}

type Host<'b> = Driver<'b, Controller<'b>, TokioLink>;

async fn send(args: &SendArgs, acceptor: Option<Acceptor>, gate: &Gate, new_key: Option<Secret<String>>) -> anyhow::Result<exit::Outcome> {
    let listener = args.server.listen.listener(acceptor).await?;
    complain(&format!("listening at {}", listener.address()?));
    let mut config = args.server.controller.config();
    config.answer_millis = args.timeout.max(1);
    let mut storage = Storage::new();
    let (tables, memory, signatures) = storage.lend();
    let mut recent = RecentSignatures::new(signatures);
    let (mut rx, mut tx) = ([0; RX_BYTES], [0; TX_BYTES]);
    let end = Instant::now() + Duration::from_millis(args.wait.into());
    let mut output = Output::stdout();
    let mut controller = Controller::new(&config, tables, memory)?;
    let mut buffers = (codec_core::RxBuf::new(&mut rx), codec_core::TxBuf::new(&mut tx));
    let mut known;
    let mut driver = loop {
        let link = match timeout_at(end, listener.accept()).await {
            Ok(Ok(link)) => link,
            Ok(Err(error)) => {
                complain(&format!("a host has not connected: {error}"));
                sleep(Listener::BACKOFF.base).await;
                continue;
            }
            Err(_) => return show(args, &Report::NobodyCame, &mut output),
        };
        let (received, sent) = buffers;
        let mut driver: Host<'_> = Driver::with_buffers(controller, link, received, sent)?;
        known = Known::default();
        if admit(&mut driver, gate, &mut recent, &mut known).await {
            break driver;
        }
        let (ended, received, sent) = driver.into_parts();
        let (config, tables, memory) = ended.into_parts();
        (controller, buffers) = (Controller::new(config, tables, memory)?, (received, sent));
    };
    let mut objects = Vec::new();
    let report = obey(args, &mut driver, &known, new_key.as_ref(), &mut objects).await?;
    let is_all = matches!(args.what, What::Query { zone: None });
    if let (What::Query { .. }, Report::Ended(Outcome::Confirmed)) = (&args.what, &report) {
        if args.json {
            let mut fields = Fields::new();
            fields.insert("ok".into(), json!(true));
            fields.insert("outcome".into(), json!("state"));
            let state = known.fields(driver.machine());
            let wanted = |id: &str| is_all || objects.iter().any(|(found, _)| found == id);
            for (name, mut value) in state {
                if let Some(list) = value.as_array_mut().filter(|_| name == "objects") {
                    list.retain(|object| object["id"].as_str().is_some_and(wanted));
                }
                fields.insert(name, value);
            }
            output.json(&fields)?;
        } else if is_all {
            for line in known.lines(driver.machine()) {
                output.line(&line)?;
            }
        } else {
            for (_, words) in &objects {
                output.line(words)?;
            }
        }
        output.flush()?;
    } else {
        leave(&mut driver).await;
        return show(args, &report, &mut output);
    }
    leave(&mut driver).await;
    Ok(exit::Outcome::Done)
}

async fn leave(driver: &mut Host<'_>) {
    if !driver.is_closed() && driver.submit(Command::Close).is_ok() {
        let rest = async { while let Ok(Some(_)) = driver.next().await {} };
        let _ = tokio::time::timeout(GOODBYE, rest).await;
    }
}

/// Lets the host in and reads all that it has. `false` if it is not the one, or left.
async fn admit(driver: &mut Host<'_>, gate: &Gate, recent: &mut RecentSignatures<'_>, known: &mut Known) -> bool {
    loop {
        let asking = match driver.next().await {
            Ok(Some(event)) => {
                known.hear(&event);
                match event {
                    Event::Registering(host) => host.sn.raw().to_owned(),
                    Event::Synchronised { .. } => return true,
                    Event::RegistrationRefused(error) => {
                        complain(&format!("a host was not let in: {error}"));
                        continue;
                    }
                    _ => continue,
                }
            }
            Ok(None) | Err(_) => return false,
        };
        // A host that has left needs no answer.
        let _ = driver.submit(gate.answer(&asking, recent));
    }
}

/// Sends the command and waits for its outcome. `objects` gets what is told of a zone: ids and words.
async fn obey(
    args: &SendArgs,
    driver: &mut Host<'_>,
    known: &Known,
    new_key: Option<&Secret<String>>,
    objects: &mut Vec<(String, String)>,
) -> anyhow::Result<Report> {
    let submitted = match &args.what {
        What::Query { zone: None } => return Ok(Report::Ended(Outcome::Confirmed)),
        What::Query { zone: Some(zone) } => driver.submit(Command::Query { room: Some(zone) }),
        What::Set { object, value } => driver.submit(Command::Set { object, value }),
        What::Switch { object, state } => driver.submit(Command::Set { object, value: if state == "on" { "1" } else { "0" } }),
        What::Control { action } => driver.submit(Command::Control(action.info())),
        What::Timing { id, time, actions, days, name, zone, disable } => {
            let actions: Vec<ActionInfo<'_>> = actions.0.iter().map(OwnedAction::info).collect();
            let flag = if *disable { TaskFlag::Disable } else { TaskFlag::Enable };
            let task = TaskInfo { id, name, room: zone, flag, time: *time, actions: &actions, days: *days };
            driver.submit(Command::Timing(&task))
        }
        What::DeleteTiming { id } => {
            let time = TimeOfDay::new(0, 0).context("midnight")?;
            let (flag, days) = (TaskFlag::Delete, Days::default());
            driver.submit(Command::Timing(&TaskInfo { id, name: "", room: "-1", flag, time, actions: &[], days }))
        }
        What::Configure { domain, .. } => {
            let key = new_key.map(|key| key.expose().as_str()).unwrap_or_default();
            driver.submit(Command::Configure { key: Secret::new(key), domain })
        }
    };
    let ticket: Ticket = match submitted {
        Ok(ticket) => ticket,
        Err(refused) => return Ok(Report::Refused(refused.to_string())),
    };
    loop {
        match driver.next().await.context("the connection broke")? {
            Some(Event::Object(object)) => {
                objects.push((object.id.map(|id| id.to_string()).unwrap_or_default(), known.object(&object)));
            }
            Some(Event::Done { ticket: done, outcome }) if done == ticket => return Ok(Report::Ended(outcome)),
            Some(Event::Closed(reason)) => bail!("{}", ended(reason)),
            Some(_) => {}
            None => bail!("the connection ended before the outcome was known"),
        }
    }
}

fn ended(reason: CloseReason) -> String {
    format!("the connection ended before the outcome was known: {reason}")
}

fn show(args: &SendArgs, report: &Report, output: &mut Output<impl std::io::Write>) -> anyhow::Result<exit::Outcome> {
    let detail;
    let (word, words, exit) = match report {
        Report::Ended(Outcome::Confirmed) => ("confirmed", "confirmed".to_owned(), exit::Outcome::Done),
        Report::Ended(Outcome::Sent) => ("sent", "sent".to_owned(), exit::Outcome::Done),
        Report::Ended(Outcome::Unclear) => ("unclear", "the host answered something else than yes or no".to_owned(), exit::Outcome::Done),
        Report::Ended(Outcome::Refused(error)) => {
            detail = format!("error {error}");
            ("refused", format!("the host refuses: {detail}"), exit::Outcome::Refused)
        }
        Report::Ended(Outcome::TimedOut) => {
            ("timed_out", format!("no answer within {:.1} s", f64::from(args.timeout) / 1000.0), exit::Outcome::TimedOut)
        }
        Report::Ended(Outcome::Disconnected) => bail!("the connection ended before the outcome was known"),
        Report::Ended(other) => bail!("an outcome that this version does not know: {other:?}"),
        Report::Refused(why) => ("refused", format!("refused: {why}"), exit::Outcome::Refused),
        Report::NobodyCame => ("timed_out", format!("no such host within {:.1} s", f64::from(args.wait) / 1000.0), exit::Outcome::TimedOut),
    };
    if args.json {
        let mut fields = Fields::new();
        fields.insert("ok".into(), json!(exit == exit::Outcome::Done));
        fields.insert("outcome".into(), json!(word));
        if exit != exit::Outcome::Done {
            fields.insert("detail".into(), json!(words));
        }
        output.json(&fields)?;
    } else if exit == exit::Outcome::Done {
        output.line(&words)?;
    } else {
        complain(&words);
    }
    output.flush()?;
    Ok(exit)
}
