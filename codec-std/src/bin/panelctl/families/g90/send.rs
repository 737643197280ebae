//! `panelctl send g90`.

use anyhow::{Context as _, bail};
use clap::Args;
use codec_core::g90::local::controller::{Command, Config, Edit, Event, List, Outcome, Slot, Tables};
use codec_core::g90::local::{Changes, CommandCode, Controller, NoticeFlags, Send};
use codec_core::g90::{AlertFlags, ArmState, UserFlags};
use codec_core::{CloseReason, EncodeError, Secret};
use codec_std::tokio::DatagramDriver;
use serde_json::json;

use super::changes::changes;
use super::request::{EditArgs, State, What};
use super::show::{self, Answers};
use super::target::{Target, socket_for};
use crate::code::CodeArgs;
use crate::exit;
use crate::families::ness::options::millis;
use crate::output::{Fields, Output, complain};
use crate::wait;

/// Send one command to a G90 panel and wait for its outcome.
///
/// Panels have no password: whoever reaches their port is obeyed. Their own passwords and keys, in `config`, are hidden unless
/// --show-secrets is given, and are set with --secret, never as an argument, which every user of the computer could read in the
/// process list.
#[derive(Args, Debug)]
#[command(after_help = HELP)]
pub(crate) struct SendArgs {
    /// Where the panel is: HOST or HOST:PORT; the port is 12368 as a rule
    #[arg(value_name = "ADDRESS")]
    to: Target,

    #[command(flatten)]
    code: CodeArgs,

    /// Print one JSON object
    #[arg(long, global = true)]
    json: bool,

    /// How long to wait for each answer. A question is sent three times in it
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = millis, global = true)]
    timeout: u32,

    #[command(subcommand)]
    what: What,
}

const HELP: &str = "\
Exit codes: 0 confirmed, answered, or sent where nothing answers; 1 an answer that cannot be used; 2 wrong arguments or no way to
send; 3 nothing came in time; 4 refused, by the panel or before it was sent.

Examples:
  panelctl send g90 192.0.2.7 arm-away
  panelctl send g90 192.0.2.7 sensors --json
  panelctl send g90 192.0.2.7 sensor 3 --off ENABLED
  panelctl send g90 192.0.2.7 sensor 3 --name Cellar --alert-mode away
  panelctl send g90 192.0.2.7 add-sensor 'Door Sensor: WDS07' Attic
  panelctl send g90 192.0.2.7 switch 1 on --node 2
  panelctl send g90 192.0.2.7 config host arm_delay=30 alarm_delay=30
  panelctl send g90 192.0.2.7 config phones sms_push_number_1=5551234
  PANELCTL_CODE=4321 panelctl send g90 192.0.2.7 config phones --secret panel_password
  panelctl send g90 192.0.2.7 alerts --on SMS_PUSH,DOOR_CLOSE
  panelctl send g90 192.0.2.7 cloud-server 192.0.2.20";

/// Sensors, and devices, that are looked at.
const MAX_ROWS: usize = 512;

/// Bytes for a request that waits for its answer.
const MEMORY: usize = 4096;

pub(crate) fn run(args: &SendArgs) -> anyhow::Result<exit::Outcome> {
    if let What::Sensor(edit) | What::Device(edit) = &args.what
        && !edit.has_flags()
        && edit.name.is_none()
    {
        bail!("nothing is to be changed: give --name, --on, --off or --alert-mode");
    }
    // Before anything is sent: somebody may take a while to type.
    let secret = match &args.what {
        What::Config { secret: Some(_), .. } => Some(args.code.ask().context("a secret is needed")?),
        _ => None,
    };
    wait::run(send(args, secret))
}

type Driver<'b> = DatagramDriver<'b, Controller<'b>>;

async fn send(args: &SendArgs, secret: Option<Secret<String>>) -> anyhow::Result<exit::Outcome> {
    let secret = secret.as_ref().map(|secret| Secret::new(secret.expose().as_str()));
    // Wrong fields are told before anything is sent.
    let changes = match &args.what {
        What::Config { kind, changes: pairs, secret: field, .. } => changes(*kind, pairs, field.as_deref().zip(secret))?,
        _ => None,
    };
    let mut session = Session { args, answers: Answers::default() };
    // So are wrong values: the panel need not be there.
    if let Err(error) = check(&args.what, changes.as_ref()) {
        return session.finish(Ended::Refused(error.to_string()));
    }
    let panel = args.to.panel().await?;
    let mut config = Config::new(panel);
    // Attempts that wait 1, 2 and 4 sevenths of it.
    config.timeout_millis = u32::try_from(u64::from(args.timeout) * 4 / 7).unwrap_or(600_000).clamp(256, 600_000);
    config.registration_millis = args.timeout.max(1_000);
    (config.refresh_millis, config.read_lists) = (0, args.what.list().is_some());
    let (mut sensors, mut devices) = (vec![Slot::default(); MAX_ROWS], vec![Slot::default(); MAX_ROWS]);
    let mut memory = [0; MEMORY];
    let tables = Tables { sensors: &mut sensors, devices: &mut devices, memory: &mut memory };
    let (mut rx, mut tx) = ([0; 8192], [0; 4096]);
    let mut driver = DatagramDriver::new(Controller::new(config, tables)?, socket_for(panel)?, &mut rx, &mut tx)?;

    if let Some(system) = args.what.system() {
        // Nothing answers, so nothing is asked before.
        let ended = session.command(&mut driver, Command::System(system)).await?;
        return session.finish(ended);
    }
    if let Some(ended) = session.ready(&mut driver).await? {
        return session.finish(ended);
    }
    let ended = match &args.what {
        What::ArmAway => session.command(&mut driver, Command::Send(Send::Arm(ArmState::ArmAway))).await?,
        What::ArmHome => session.command(&mut driver, Command::Send(Send::Arm(ArmState::ArmHome))).await?,
        What::Disarm => session.command(&mut driver, Command::Send(Send::Arm(ArmState::Disarm))).await?,
        What::Info => session.plain(&mut driver, CommandCode::GetHostInfo).await?,
        What::Status => session.plain(&mut driver, CommandCode::GetHostStatus).await?,
        What::Sensors => session.read(&mut driver, CommandCode::GetSensorList, None).await?,
        What::Devices => session.read(&mut driver, CommandCode::GetDeviceList, None).await?,
        What::History { last } => session.read(&mut driver, CommandCode::GetHistory, Some(*last)).await?,
        What::Switch { index, state, node } => {
            let switch = Send::Switch { index: *index, node: (*node).into(), on: *state == State::On };
            session.command(&mut driver, Command::Send(switch)).await?
        }
        What::Sensor(edit) => session.edit(&mut driver, List::Sensors, edit).await?,
        What::Device(edit) => session.edit(&mut driver, List::Devices, edit).await?,
        What::AddSensor { definition, name } => {
            session.command(&mut driver, Command::Add { list: List::Sensors, definition, name }).await?
        }
        What::AddDevice { definition, name } => {
            session.command(&mut driver, Command::Add { list: List::Devices, definition, name }).await?
        }
        What::DeleteSensor { index } => session.command(&mut driver, Command::Send(Send::DeleteSensor { index: *index })).await?,
        What::DeleteDevice { index } => session.command(&mut driver, Command::Send(Send::DeleteDevice { index: *index })).await?,
        What::Config { kind, .. } => match changes {
            Some(changes) => session.command(&mut driver, Command::Save(changes)).await?,
            None => session.plain(&mut driver, kind.kind().load()).await?,
        },
        What::Alerts { on, off } => session.alerts(&mut driver, on, off).await?,
        What::Reboot => session.command(&mut driver, Command::Reboot).await?,
        What::Raw { code, params } => match params {
            Some(params) => session.command(&mut driver, Command::Send(Send::Raw { code: *code, params })).await?,
            None => session.plain(&mut driver, *code).await?,
        },
        What::CloudServer { .. } => bail!("a system command was not sent"),
    };
    session.finish(ended)
}

/// Looks at what can be known to be wrong without the panel.
fn check(what: &What, changes: Option<&Changes<'_>>) -> Result<(), EncodeError> {
    let mut room = [0; MEMORY];
    match (changes, what) {
        (Some(changes), _) => changes.encode(&mut room),
        (None, What::Raw { code, params: Some(params) }) => Send::Raw { code: *code, params }.encode(&mut room),
        _ => Ok(0),
    }
    .map(drop)
}

/// The flags of a sensor or device that is in its list.
fn user_flags(driver: &Driver<'_>, list: List, index: i64) -> Option<UserFlags> {
    let tables = driver.machine().tables();
    let slots = if list == List::Sensors { &*tables.sensors } else { &*tables.devices };
    slots.iter().find(|slot| slot.is_present() && slot.index() == index).map(Slot::user_flags)
}

/// How it ended.
enum Ended {
    Outcome(Outcome),
    /// Before anything was sent.
    Refused(String),
    Closed(CloseReason),
}

/// One command, and what came of it.
struct Session<'a> {
    args: &'a SendArgs,
    answers: Answers,
}

impl Session<'_> {
    /// Waits for the start, whose answers are not shown.
    async fn ready(&mut self, driver: &mut Driver<'_>) -> anyhow::Result<Option<Ended>> {
        loop {
            match driver.next().await.context("the socket broke")? {
                Some(Event::Ready) => return Ok(None),
                Some(Event::Closed(reason)) => {
                    if let Some(error) = driver.send_error() {
                        bail!("cannot send to {}: {error}", self.args.to);
                    }
                    return Ok(Some(Ended::Closed(reason)));
                }
                Some(Event::Fault(fault)) => complain(&format!("something that is no answer came: {fault}")),
                Some(_) => {}
                None => bail!("the session ended"),
            }
        }
    }

    /// Sends a command and waits for its outcome.
    async fn command(&mut self, driver: &mut Driver<'_>, command: Command<'_>) -> anyhow::Result<Ended> {
        let ticket = match driver.submit(command) {
            Ok(ticket) => ticket,
            Err(refused) => return Ok(Ended::Refused(refused.to_string())),
        };
        let ended = loop {
            match driver.next().await.context("the socket broke")? {
                Some(Event::Done { ticket: done, outcome }) if done == ticket => break Ended::Outcome(outcome),
                Some(Event::Closed(reason)) => break Ended::Closed(reason),
                Some(Event::Fault(fault)) => complain(&format!("something that is no answer came: {fault}")),
                Some(event) => self.answers.take(&event, self.shows_secrets()),
                None => bail!("the session ended"),
            }
        };
        driver.flush().await;
        if let Some(error) = driver.send_error() {
            bail!("cannot send to {}: {error}", self.args.to);
        }
        Ok(ended)
    }

    async fn plain(&mut self, driver: &mut Driver<'_>, code: CommandCode) -> anyhow::Result<Ended> {
        self.command(driver, Command::Send(Send::Plain(code))).await
    }

    async fn read(&mut self, driver: &mut Driver<'_>, list: CommandCode, last: Option<u32>) -> anyhow::Result<Ended> {
        let ended = self.command(driver, Command::Read { list, first: 1, last }).await?;
        if matches!(ended, Ended::Outcome(Outcome::Confirmed)) {
            self.answers.at_least_a_list_of(list);
        }
        Ok(ended)
    }

    /// Changes flags, then the name.
    async fn edit(&mut self, driver: &mut Driver<'_>, list: List, edit: &EditArgs) -> anyhow::Result<Ended> {
        let index = edit.index;
        let Some(now) = user_flags(driver, list, index) else { return Ok(Ended::Outcome(Outcome::NotFound)) };
        let wanted = edit.flags(now);
        let mut ended = Ended::Outcome(Outcome::Unchanged);
        if edit.has_flags() {
            ended = self.command(driver, Command::Edit { list, index, edit: Edit::Flags(wanted) }).await?;
        }
        match (&ended, &edit.name) {
            (Ended::Outcome(Outcome::Confirmed | Outcome::Unchanged), Some(name)) => {
                // The list is read again after a change: until then the row would count as changed by somebody else.
                while user_flags(driver, list, index).is_some_and(|flags| flags != now.updated(wanted)) {
                    match driver.next().await.context("the socket broke")? {
                        Some(Event::Closed(reason)) => return Ok(Ended::Closed(reason)),
                        Some(_) => {}
                        None => bail!("the session ended"),
                    }
                }
                let named = self.command(driver, Command::Edit { list, index, edit: Edit::Name(name) }).await?;
                let unchanged = matches!(named, Ended::Outcome(Outcome::Unchanged));
                Ok(if unchanged { ended } else { named })
            }
            _ => Ok(ended),
        }
    }

    /// Reads what alerts are sent for, and changes it if that is asked for.
    async fn alerts(&mut self, driver: &mut Driver<'_>, on: &[AlertFlags], off: &[AlertFlags]) -> anyhow::Result<Ended> {
        let read = self.plain(driver, CommandCode::GetNoticeFlag).await?;
        let (Ended::Outcome(Outcome::Confirmed), Some(NoticeFlags { flags: now })) = (&read, self.answers.notice_flags) else {
            return Ok(read);
        };
        let wanted = on.iter().fold(now, |flags, flag| flags | *flag);
        let wanted = off.iter().fold(wanted, |flags, flag| flags.without(*flag));
        if wanted == now {
            return Ok(if on.is_empty() && off.is_empty() { read } else { Ended::Outcome(Outcome::Unchanged) });
        }
        self.command(driver, Command::Send(Send::SetNoticeFlags(wanted))).await
    }

    fn shows_secrets(&self) -> bool {
        matches!(self.args.what, What::Config { show_secrets: true, .. })
    }

    /// Shows how it ended.
    fn finish(&self, ended: Ended) -> anyhow::Result<exit::Outcome> {
        let seconds = f64::from(self.args.timeout) / 1000.0;
        let shown = Some(&self.answers.fields).filter(|fields| self.args.what.is_question() && !fields.is_empty());
        let nothing_came = format!("nothing came within {seconds} s");
        let (name, words, code) = match ended {
            Ended::Refused(ref why) => ("refused", format!("refused: {why}"), exit::Outcome::Refused),
            Ended::Closed(CloseReason::NoAnswer { .. }) | Ended::Outcome(Outcome::TimedOut) => {
                ("timed_out", nothing_came, exit::Outcome::TimedOut)
            }
            Ended::Closed(reason) => bail!("{}: {reason}", self.args.to),
            Ended::Outcome(outcome) => match outcome {
                Outcome::Confirmed if shown.is_some() => ("answer", String::new(), exit::Outcome::Done),
                Outcome::Confirmed => ("confirmed", "confirmed".into(), exit::Outcome::Done),
                Outcome::Sent => ("sent", "sent; nothing tells whether the panel obeyed".into(), exit::Outcome::Done),
                Outcome::Added { index } => ("added", format!("added with number {index}"), exit::Outcome::Done),
                Outcome::Unchanged => ("unchanged", "it is so already, nothing was sent".into(), exit::Outcome::Done),
                Outcome::ChangedMeanwhile => ("changed_meanwhile", "somebody else has changed it meanwhile".into(), exit::Outcome::Refused),
                Outcome::NotFound => ("not_found", "there is none of that number".into(), exit::Outcome::Refused),
                Outcome::Refused => {
                    let why = self.answers.reason.as_ref().map_or(String::new(), |why| format!(": {why}"));
                    ("refused", format!("the panel refuses{why}"), exit::Outcome::Refused)
                }
                Outcome::BadReply(fault) => ("bad_reply", format!("the answer cannot be used: {fault}"), exit::Outcome::Bad),
                Outcome::NotJson => ("bad_reply", "the answer is not JSON".into(), exit::Outcome::Bad),
                other => bail!("it ended as {other:?}"),
            },
        };
        let mut output = Output::stdout();
        if self.args.json {
            let mut fields = Fields::new();
            fields.insert("ok".into(), json!(code == exit::Outcome::Done));
            fields.insert("outcome".into(), json!(name));
            match ended {
                Ended::Outcome(Outcome::Added { index }) => drop(fields.insert("index".into(), json!(index))),
                Ended::Outcome(Outcome::Confirmed) => {}
                _ if words.is_empty() => {}
                _ => drop(fields.insert("detail".into(), json!(words))),
            }
            fields.extend(shown.cloned().unwrap_or_default());
            output.json(&fields)?;
        } else {
            if !words.is_empty() {
                output.line(&words)?;
            }
            for line in shown.map(show::lines).unwrap_or_default() {
                output.line(&line)?;
            }
        }
        output.flush()?;
        Ok(code)
    }
}
