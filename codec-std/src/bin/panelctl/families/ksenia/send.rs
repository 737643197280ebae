//! `panelctl send ksenia`.

use anyhow::{Context as _, anyhow, bail};
use clap::Args;
use codec_core::ksenia::controller::{Command, Event, Outcome};
use codec_core::ksenia::{Controller, Kind};
use codec_core::{CloseReason, Refused, Ticket};
use codec_std::links::{Address, Connector};
use codec_std::owned::ksenia::OwnedEvent;
use codec_std::tokio::Driver;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};

use super::arguments::What;
use super::known::Known;
use super::options::{Login, LoginArgs, Storage, TlsArgs, explained};
use super::{house, show};
use crate::code::CodeArgs;
use crate::exit;
use crate::output::{Fields, Output, complain};
use crate::wait;
use crate::watch::GOODBYE;

/// Send one command to a Ksenia Lares 4.0 panel and wait for its outcome.
///
/// Every command is a login of its own, which ends with a logout. The code comes from --code-file, from the environment variable
/// PANELCTL_CODE, or is asked for; it is no argument, which every user of the computer could read in the process list.
#[derive(Args, Debug)]
#[command(after_help = HELP)]
pub(crate) struct SendArgs {
    /// Where the panel is: wss://HOST or ws://HOST, with :PORT and /PATH behind it if they are not 443 or 80 and /KseniaWsock
    #[arg(value_name = "ADDRESS")]
    to: Address,

    #[command(flatten)]
    code: CodeArgs,

    #[command(flatten)]
    login: LoginArgs,

    /// Print JSON objects
    #[arg(long, global = true)]
    json: bool,

    /// How long to wait for each answer once connected, which may take 10 s
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = super::options::some_millis, global = true)]
    timeout: u32,

    #[command(flatten)]
    tls: TlsArgs,

    #[command(subcommand)]
    what: What,
}

const HELP: &str = "\
Exit codes: 0 confirmed, or answered; 2 wrong arguments, no connection, or Ctrl-C; 3 nothing came in time; 4 refused, by the panel or
before it was sent.

Examples:
  panelctl send ksenia wss://192.0.2.10 state --pin-sha256 9F:86:D0:81:... --legacy-renegotiation
  PANELCTL_CODE=123456 panelctl send ksenia ws://192.0.2.10 arm-away
  panelctl send ksenia ws://192.0.2.10 disarm --partition 1 --code-file code.txt
  panelctl send ksenia ws://192.0.2.10 output 3 40
  panelctl send ksenia ws://192.0.2.10 bypass 7 on
  panelctl send ksenia ws://192.0.2.10 thermostat 1 --mode manual --season winter --set 21.5
  panelctl send ksenia ws://192.0.2.10 read ZONES STATUS_ZONES --json";

/// Buffer for what is received: a record that is shown must fit whole. The largest known has 8 KB.
const LARGEST_RECORD: usize = 64 << 10;

/// Buffer for what is sent: a request must fit whole. Programmes for all days have 4 KB.
const LARGEST_REQUEST: usize = 16 << 10;

pub(crate) fn run(args: &SendArgs) -> anyhow::Result<exit::Outcome> {
    let connector = args.tls.connector(&args.to)?;
    // Before the connection: somebody may take a while to type.
    let login = Login::new(&args.to, &args.login, args.code.ask().context("a code is needed to log in")?)?;
    wait::run(send(args, &connector, &login))
}

/// What an answer brought.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// Members of the content that are no lists.
    pub(crate) members: Fields,
    /// Kind and record.
    pub(crate) records: Vec<(String, Value)>,
    /// A message could not be used, which was told. There may be many.
    complained: bool,
}

impl Answer {
    fn take(&mut self, event: OwnedEvent) {
        match event {
            OwnedEvent::Message(message) => {
                if let Some(Value::Object(members)) = message.payload {
                    self.members.extend(members.into_iter().filter(|(_, value)| !value.is_array() && !value.is_object()));
                }
            }
            OwnedEvent::Record { kind, record, .. } => self.records.push((kind, record)),
            OwnedEvent::Value { name, text } => {
                self.members.insert(name, json!(text));
            }
            OwnedEvent::Text { name, text, .. } => match self.members.get_mut(&name) {
                Some(Value::String(so_far)) => so_far.push_str(&text),
                _ => {
                    self.members.insert(name, json!(text));
                }
            },
            _ => {}
        }
    }

    /// Why the panel refused, as it says it.
    fn detail(&self) -> Option<&str> {
        self.members.get("RESULT_DETAIL").and_then(Value::as_str)
    }
}

/// How far a session has come.
enum Stop {
    Ready,
    Done(Outcome),
    Closed(CloseReason),
}

/// How it went.
pub(crate) enum Report {
    /// Everything that was asked for; shown by what was asked.
    Answered(Outcome),
    /// Before it was sent.
    Refused(String),
    /// By the panel.
    Denied(String),
    TimedOut,
}

/// Waits until the start is over, or `ticket` has its outcome.
async fn next_stop<L: AsyncRead + AsyncWrite + Unpin>(
    driver: &mut Driver<'_, Controller<'_>, L>,
    known: &mut Known,
    answer: &mut Answer,
    ticket: Option<Ticket>,
) -> anyhow::Result<Stop> {
    loop {
        let Some(event) = driver.next().await.context("the connection broke")? else { return Ok(Stop::Closed(CloseReason::PeerClosed)) };
        match &event {
            Event::Ready { .. } if ticket.is_none() => return Ok(Stop::Ready),
            // Why the connection ended comes behind it.
            Event::Done { outcome: Outcome::Disconnected, .. } => {}
            Event::Done { ticket: done, outcome } if Some(*done) == ticket => return Ok(Stop::Done(*outcome)),
            Event::Closed(reason) => return Ok(Stop::Closed(*reason)),
            Event::Fault(fault) if !answer.complained => {
                answer.complained = true;
                complain(&format!("bad message: {fault}"));
            }
            Event::Broken(error) => complain(&format!("the panel broke WebSocket: {error}")),
            Event::Record { record, .. } => known.record(record),
            Event::Notice(notice) => known.notice(notice),
            _ => {}
        }
        answer.take(event.into());
    }
}

async fn send(args: &SendArgs, connector: &Connector, login: &Login) -> anyhow::Result<exit::Outcome> {
    let mut config = login.config();
    // One command, and only what belongs to it.
    (config.ping_millis, config.version_millis, config.poll_millis, config.silence_millis) = (0, 0, 0, 0);
    (config.login_millis, config.read_millis, config.answer_millis) = (args.timeout, args.timeout, args.timeout);
    let is_state = matches!(args.what, What::State);
    if !is_state {
        config.programming = args.what.needs();
        config.states = args.what.watches();
    }
    let mut storage = Storage::new();
    let (tables, memory) = storage.lend();
    let controller = Controller::new(&config, tables, memory)?;
    let interrupted = wait::interrupted();
    tokio::pin!(interrupted);
    let link = tokio::select! {
        link = connector.connect() => link.map_err(|error| anyhow!("no connection to {}: {}", args.to, explained(&error)))?,
        result = &mut interrupted => return result.and_then(|()| bail!("interrupted before there was a connection")),
    };
    let (mut rx, mut tx) = (vec![0; LARGEST_RECORD], vec![0; LARGEST_REQUEST]);
    let mut driver = Driver::new(controller, link, &mut rx, &mut tx)?;
    let (mut known, mut answer) = (Known::default(), Answer::default());
    let report = tokio::select! {
        report = session(args, &mut driver, &mut known, &mut answer) => report.with_context(|| args.to.to_string()),
        // The session ends in good order all the same.
        result = &mut interrupted => result.and_then(|()| bail!("interrupted before the outcome was known")),
    };
    if !driver.is_closed() && driver.submit(Command::Close).is_ok() {
        let rest = async { while let Ok(Some(_)) = driver.next().await {} };
        // A panel that does not answer is left all the same.
        let _ = tokio::time::timeout(GOODBYE, rest).await;
    }
    let mut output = Output::stdout();
    let report = match report? {
        Report::Answered(_) if is_state && answer.records.is_empty() => Report::TimedOut,
        report => report,
    };
    if let (true, Report::Answered(_)) = (is_state, &report) {
        if args.json {
            let mut fields = Fields::new();
            fields.insert("ok".into(), json!(true));
            fields.insert("outcome".into(), json!("state"));
            fields.extend(house::object(driver.machine(), &known).into_iter().filter(|(name, _)| name != "event"));
            output.json(&fields)?;
        } else {
            for line in house::lines(driver.machine(), &known) {
                output.line(&line)?;
            }
        }
        output.flush()?;
        return Ok(exit::Outcome::Done);
    }
    show::report(&args.what, args.json, args.timeout, &report, &answer, &mut output)
}

/// The start, the requests, and their outcome.
async fn session<L: AsyncRead + AsyncWrite + Unpin>(
    args: &SendArgs,
    driver: &mut Driver<'_, Controller<'_>, L>,
    known: &mut Known,
    answer: &mut Answer,
) -> anyhow::Result<Report> {
    match next_stop(driver, known, answer, None).await? {
        Stop::Closed(reason) => return ended(reason),
        Stop::Ready | Stop::Done(_) => {}
    }
    if matches!(args.what, What::State) {
        return Ok(Report::Answered(Outcome::Confirmed));
    }
    let requests = match args.what.requests(known) {
        Ok(requests) => requests,
        Err(missing) => return Ok(Report::Refused(missing)),
    };
    // Of the login.
    *answer = Answer::default();
    let mut last = Outcome::Confirmed;
    for request in requests {
        let submitted: Result<Ticket, Refused> = request.with_command(&args.what, |command| driver.submit(command.into()));
        let ticket = match submitted {
            Ok(ticket) => ticket,
            Err(refused) => return Ok(Report::Refused(refused.to_string())),
        };
        last = match next_stop(driver, known, answer, Some(ticket)).await? {
            Stop::Done(Outcome::TimedOut) => return Ok(Report::TimedOut),
            Stop::Done(Outcome::Refused(detail)) => {
                let known = detail.map(|detail| detail.text().to_string());
                let detail = answer.detail().map(str::to_owned).or(known);
                return Ok(Report::Denied(detail.unwrap_or_else(|| "without a reason".into())));
            }
            Stop::Done(outcome) => outcome,
            Stop::Ready => unreachable!("an outcome was waited for"),
            Stop::Closed(reason) => return ended(reason),
        };
    }
    Ok(Report::Answered(last))
}

/// The machine has ended without the outcome.
fn ended(reason: CloseReason) -> anyhow::Result<Report> {
    match reason {
        CloseReason::LoginRefused => Ok(Report::Denied("the login".into())),
        CloseReason::NoAnswer { .. } => Ok(Report::TimedOut),
        _ => bail!("the connection ended before the outcome was known: {reason}"),
    }
}

/// A kind that is a list of log entries.
pub(crate) fn is_log(kind: &str) -> bool {
    codec_core::text::json::Text::of(kind).is_some_and(|kind| Kind::from_text(kind) == Kind::Logs)
}
