//! `panelctl send ness`.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use codec_core::Secret;
use codec_core::ness::controller::{self, Command, Event, PanelInfo};
use codec_core::ness::{Body, Controller, RequestId, StatusUpdate};
use codec_std::links::Address;
use codec_std::tokio::Driver;
use serde_json::json;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout_at};

use super::decode::put_status;
use super::options::{self, PanelArgs};
use super::table;
use super::words::{about_status, request_words};
use crate::code::{self, CodeArgs};
use crate::exit::Outcome;
use crate::output::{Fields, Output};
use crate::wait;
use crate::watch::{QUIET, RX_BYTES, TX_BYTES};

/// Send one command to a Ness panel and wait for its outcome.
///
/// User codes come from --code-file, from the environment variable PANELCTL_CODE, or are asked for; they are no arguments, which
/// every user of the computer could read in the process list.
#[derive(Args, Debug)]
#[command(after_help = HELP)]
pub(crate) struct SendArgs {
    /// Where the panel is: tcp://HOST:PORT or serial:///dev/ttyUSB0
    #[arg(value_name = "ADDRESS")]
    to: Address,

    #[command(flatten)]
    panel: PanelArgs,

    #[command(flatten)]
    code: CodeArgs,

    /// Print one flat JSON object
    #[arg(long, global = true)]
    json: bool,

    /// How long to wait for the outcome once connected, which may take 10 s
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = options::millis, global = true)]
    timeout: u32,

    #[command(subcommand)]
    what: What,
}

const HELP: &str = "\
Exit codes: 0 confirmed, answered, or sent where nothing tells more; 2 wrong arguments or no connection; 3 nothing came in time;
4 refused before it was sent.

Examples:
  panelctl send ness tcp://192.0.2.10:2401 arm-away
  PANELCTL_CODE=1234 panelctl send ness tcp://192.0.2.10:2401 disarm
  panelctl send ness serial:///dev/ttyUSB0 aux 2 on
  panelctl send ness tcp://192.0.2.10:2401 status S14 --json
  panelctl send ness tcp://192.0.2.10:2401 keys V";

#[derive(Debug, Subcommand)]
enum What {
    /// Arm with everybody out
    ArmAway(Short),
    /// Arm with people in
    ArmHome(Short),
    /// Disarm, and end alarms
    Disarm,
    /// Raise a panic alarm
    Panic(Short),
    /// Switch an auxiliary output
    Aux {
        /// Number of the output, 1 to 8
        #[arg(value_name = "N")]
        output: u8,
        /// `on` or `off`
        #[arg(value_name = "on|off", value_parser = on_or_off, action = clap::ArgAction::Set)]
        state: bool,
    },
    /// Press keys: digits, A arm, H home, E enter, X exclude, F fire, V view, P panic, D medical, M program, * and #
    ///
    /// Keys that may hold a user's code are no argument: leave it out and they are asked for, or read from --keys-file or from the
    /// environment variable PANELCTL_KEYS.
    Keys {
        /// Keys with two digits at most
        #[arg(value_name = "KEYS")]
        keys: Option<String>,
        /// Read the keys from the first line of a file, `-` for standard input
        #[arg(long, value_name = "FILE", conflicts_with = "keys")]
        keys_file: Option<PathBuf>,
    },
    /// Ask for a status
    Status {
        /// `S14`, `14` or a name, for example `arming`
        #[arg(value_name = "ID", value_parser = request)]
        id: RequestId,
    },
    /// Ask for model and version
    PanelInfo,
    /// Ask for everything and show the state of the house
    Refresh,
}

/// A command that panels take without a code as well.
#[derive(Args, Debug)]
struct Short {
    /// Send no code
    #[arg(long)]
    no_code: bool,
}

/// The environment variable with keys.
const KEYS_VARIABLE: &str = "PANELCTL_KEYS";

fn on_or_off(word: &str) -> Result<bool, String> {
    match word {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err("write on or off".into()),
    }
}

/// Refuses what may hold a code. It repeats nothing of it.
fn harmless(keys: &str) -> anyhow::Result<Secret<String>> {
    if code::digits(keys) > 2 {
        bail!(
            "more than two digits may be a user's code, which the process list shows: leave the keys out to be asked for them, or use \
             {KEYS_VARIABLE} or --keys-file"
        );
    }
    Ok(Secret::new(keys.to_owned()))
}

/// A status request by its digits or its name.
fn request(text: &str) -> Result<RequestId, String> {
    let name = text.replace('-', "_").to_uppercase();
    if let Some(request) = RequestId::ALL.iter().find(|request| request.name() == Some(name.as_str())) {
        return Ok(*request);
    }
    let digits = name.strip_prefix('S').unwrap_or(&name);
    match u8::from_str_radix(digits, 16) {
        Ok(raw) if digits.len() == 2 && RequestId::from_raw(raw).name().is_some() => Ok(RequestId::from_raw(raw)),
        _ => Err("write S00 to S33, or a name as `panelctl decode` shows it, for example arming".into()),
    }
}

pub(crate) fn run(args: &SendArgs) -> anyhow::Result<Outcome> {
    // Before the connection: somebody may take a while to type.
    let secret = match &args.what {
        What::ArmAway(Short { no_code: false }) | What::ArmHome(Short { no_code: false }) | What::Panic(Short { no_code: false }) => {
            Some(args.code.ask().context("a code is needed, or --no-code")?)
        }
        What::Disarm => Some(args.code.ask().context("a code is needed")?),
        What::Keys { keys: Some(keys), .. } => Some(harmless(keys)?),
        What::Keys { keys: None, keys_file } => {
            Some(code::ask(keys_file.as_deref(), KEYS_VARIABLE, "Keys: ", "--keys-file FILE").context("keys are needed")?)
        }
        _ => None,
    };
    wait::run(send(args, secret))
}

fn command<'c>(what: &What, secret: Option<Secret<&'c str>>) -> anyhow::Result<Command<'c>> {
    Ok(match (what, secret) {
        (What::ArmAway(_), code) => Command::ArmAway { code },
        (What::ArmHome(_), code) => Command::ArmHome { code },
        (What::Panic(_), code) => Command::Panic { code },
        (What::Disarm, Some(code)) => Command::Disarm { code },
        (What::Keys { .. }, Some(keys)) => Command::Keys(keys),
        (What::Aux { output, state }, _) => Command::Aux { output: *output, on: *state },
        (What::Status { id }, _) => Command::Status(*id),
        (What::PanelInfo, _) => Command::PanelInfo,
        (What::Refresh, _) => Command::Refresh,
        (What::Disarm | What::Keys { .. }, None) => bail!("a secret is needed"),
    })
}

async fn send(args: &SendArgs, secret: Option<Secret<String>>) -> anyhow::Result<Outcome> {
    let mut config = args.panel.config();
    // One command, and only what belongs to it.
    config.keepalive_millis = 0;
    config.refresh_millis = 0;
    config.silence_millis = 0;
    config.answer_millis = args.timeout;
    let controller = Controller::new(config)?;
    let link = args.to.connect().await.with_context(|| format!("no connection to {}", args.to))?;
    let (mut rx, mut tx) = ([0; RX_BYTES], [0; TX_BYTES]);
    let mut driver = Driver::new(controller, link, &mut rx, &mut tx)?;
    let secret = secret.as_ref().map(|secret| Secret::new(secret.expose().as_str()));
    let ticket = match driver.submit(command(&args.what, secret)?) {
        Ok(ticket) => ticket,
        Err(refused) => {
            report(args, "refused", &format!("refused: {refused}"), detail("detail", json!(refused.to_string())))?;
            return Ok(Outcome::Refused);
        }
    };
    let outcome = loop {
        match driver.next().await {
            Ok(Some(Event::Done { ticket: done, outcome })) if done == ticket => break outcome,
            Ok(Some(_)) => {}
            Ok(None) => break controller::Outcome::Disconnected,
            Err(error) => return Err(error).with_context(|| format!("the connection to {} broke", args.to)),
        }
    };
    match outcome {
        controller::Outcome::Sent if matches!(args.what, What::Refresh) => refresh(args, &mut driver).await,
        controller::Outcome::Sent => {
            linger(&mut driver).await;
            report(args, "sent", "sent; nothing tells whether the panel obeyed", Fields::new())?;
            Ok(Outcome::Done)
        }
        controller::Outcome::Confirmed => {
            report(args, "confirmed", "confirmed", Fields::new())?;
            Ok(Outcome::Done)
        }
        controller::Outcome::Answer(status) => {
            report(args, "answer", &format!("{}: {}", request_words(status.request), about_status(status.typed())), status_fields(status))?;
            Ok(Outcome::Done)
        }
        controller::Outcome::PanelInfo(info) => {
            let (words, fields) = panel_info(info);
            report(args, "panel_info", &words, fields)?;
            Ok(Outcome::Done)
        }
        controller::Outcome::TimedOut => {
            let seconds = f64::from(args.timeout) / 1000.0;
            report(args, "timed_out", &format!("nothing came within {seconds} s"), Fields::new())?;
            Ok(Outcome::TimedOut)
        }
        controller::Outcome::Disconnected => bail!("the connection to {} ended before the outcome was known", args.to),
        other => bail!("an outcome without a word: {other:?}"),
    }
}

/// A connection that is closed with bytes unread can take with it what was sent last.
async fn linger<L: AsyncRead + AsyncWrite + Unpin>(driver: &mut Driver<'_, Controller<'static>, L>) {
    let rest = async {
        if driver.flush().await.is_ok() {
            while let Ok(Some(_)) = driver.next().await {}
        }
    };
    // Running out is how it ends as a rule.
    let _ = tokio::time::timeout(Duration::from_millis(500), rest).await;
}

/// Takes in answers until no new ones come, whatever else is said meanwhile, and shows what they tell.
async fn refresh<L: AsyncRead + AsyncWrite + Unpin>(
    args: &SendArgs,
    driver: &mut Driver<'_, Controller<'static>, L>,
) -> anyhow::Result<Outcome> {
    let mut answered = Vec::new();
    let timeout = Duration::from_millis(args.timeout.into());
    let mut until = Instant::now() + timeout;
    while answered.len() < RequestId::ALL.len() {
        match timeout_at(until, driver.next()).await {
            Ok(Ok(Some(Event::Line(line)))) => {
                if let Body::Status(status) = line.packet().body
                    && !answered.contains(&status.request)
                {
                    answered.push(status.request);
                    until = Instant::now() + timeout.min(QUIET);
                }
            }
            Ok(Ok(Some(_))) => {}
            Ok(Ok(None)) => bail!("the connection to {} ended", args.to),
            Ok(Err(error)) => return Err(error).with_context(|| format!("the connection to {} broke", args.to)),
            Err(_) => break,
        }
    }
    if answered.is_empty() {
        report(args, "timed_out", "nothing came in time", Fields::new())?;
        return Ok(Outcome::TimedOut);
    }
    let words = table::lines(driver.machine()).join("\n");
    report(args, "state", &words, table::object(driver.machine()))?;
    Ok(Outcome::Done)
}

fn detail(name: &str, value: serde_json::Value) -> Fields {
    let mut fields = Fields::new();
    fields.insert(name.into(), value);
    fields
}

fn status_fields(status: StatusUpdate) -> Fields {
    let mut fields = Fields::new();
    let mut put = |name: &str, value| fields.insert(name.into(), value);
    put("request_id", json!(status.request.raw()));
    put("request_name", json!(status.request.name()));
    put("value", json!(status.value));
    put_status(status.typed(), &mut put);
    fields
}

fn panel_info(info: PanelInfo) -> (String, Fields) {
    let model = info.model.map(|model| model.name());
    let mut fields = detail("model", json!(model));
    fields.insert("model_byte".into(), json!(info.model_byte));
    fields.insert("version".into(), json!(info.version.to_string()));
    let name = model.map_or_else(|| format!("model {:02x}", info.model_byte), str::to_owned);
    (format!("{name} version {}", info.version), fields)
}

/// Prints how it ended.
fn report(args: &SendArgs, outcome: &str, words: &str, more: Fields) -> anyhow::Result<()> {
    let mut output = Output::stdout();
    if args.json {
        let ok = !matches!(outcome, "timed_out" | "refused");
        let mut fields = detail("ok", json!(ok));
        fields.insert("outcome".into(), json!(outcome));
        fields.extend(more);
        output.json(&fields)?;
    } else {
        output.line(words)?;
    }
    output.flush()
}
