//! `panelctl watch g90 local`: a panel that is asked, and listened to.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use codec_core::Ticket;
use codec_core::g90::local::controller::{Command, Config, Event, Outcome as Ended, Slot, Tables};
use codec_core::g90::local::{CommandCode, Controller, HostInfo, NoticeFlags, Page, Send};
use codec_core::g90::notify::controller::{self as listening, Foreign};
use codec_core::g90::notify::{self, Body, HISTORY_DEPTH, HISTORY_POLL_MILLIS, HistoryFollower};
use codec_core::g90::{HistoryRow, NOTIFICATION_PORT, SensorSlot};
use codec_core::text::json::Value as Json;
use codec_std::links::udp_socket;
use codec_std::tokio::DatagramDriver;
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::known::Known;
use super::local::hidden_answer_fields;
use super::target::{Target, socket_for};
use super::watch::{News, Shown};
use crate::exit::Outcome;
use crate::families::ness::options::millis;
use crate::output::{Fields, Output, complain};
use crate::wait;
use crate::watch::{timed, typed};

/// Watch a G90 panel in the local network.
///
/// The panel is asked how it is armed and what is in its lists; what happens comes as notifications and alerts, which panels broadcast to
/// port 12901 as long as their own address is 10.10.10.250. For others, --history reads their history every five seconds: it has alerts,
/// and no motion. Events go to standard output, what happens to the connection to standard error. The state is shown when it has
/// been read, and whenever Enter is pressed. Times are UTC.
#[derive(Args, Debug)]
#[command(after_help = HELP)]
pub(crate) struct LocalArgs {
    /// Where the panel is: HOST or HOST:PORT; the port is 12368 as a rule
    #[arg(value_name = "ADDRESS")]
    to: Target,

    #[command(flatten)]
    shown: Shown,

    /// Show the state once and end
    #[arg(long)]
    once: bool,

    /// Where notifications come in. Several programs that share the port hear broadcasts
    #[arg(long, value_name = "ADDRESS", default_value_t = SocketAddr::from((Ipv4Addr::UNSPECIFIED, NOTIFICATION_PORT)))]
    listen: SocketAddr,

    /// Read the history in place of listening
    #[arg(long, conflicts_with = "listen")]
    history: bool,

    /// Take notifications from every address, for a panel behind a router
    #[arg(long)]
    any_sender: bool,

    /// How often arm state and lists are read again; 0 for never
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = millis)]
    refresh: u32,

    /// How long to wait for an answer. A question is sent three times in it
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = millis)]
    timeout: u32,
}

const HELP: &str = "\
Exit codes: 0 ended with Ctrl-C, or --once and answered; 2 wrong arguments, or a port that cannot be listened on; 3 --once and no answer.

Examples:
  panelctl watch g90 local 192.0.2.7
  panelctl watch g90 local 192.0.2.7 --history
  panelctl watch g90 local 192.0.2.7 --json | jq -c 'select(.notice == \"zone\")'
  panelctl watch g90 local 192.0.2.7 --once";

/// Sensors, and devices, that are looked at.
const MAX_ROWS: usize = 512;

/// Pause before a panel that does not answer is asked again.
const RETRY: Duration = Duration::from_secs(10);

type Listener<'b> = DatagramDriver<'b, notify::Controller<'b>>;
type Asker<'b> = DatagramDriver<'b, Controller<'b>>;

pub(crate) fn run(args: &LocalArgs) -> anyhow::Result<Outcome> {
    wait::run(watch(args))
}

async fn watch(args: &LocalArgs) -> anyhow::Result<Outcome> {
    let panel = args.to.panel().await?;
    let socket = match args.history {
        // Nothing will come here.
        true => udp_socket((Ipv4Addr::LOCALHOST, 0).into()),
        false => udp_socket(args.listen),
    };
    let socket = socket.with_context(|| format!("cannot listen on {}", args.listen))?;
    let mut listening = listening::Config::new();
    listening.panel = (!args.any_sender).then(|| panel.ip());
    let mut states = vec![SensorSlot::default(); MAX_ROWS];
    let (mut rx, mut tx) = ([0; 2048], [0; 0]);
    let listener = DatagramDriver::new(notify::Controller::new(listening, &mut states), socket, &mut rx, &mut tx)?;
    let mut watcher = Watcher {
        args,
        panel,
        listener,
        known: Known::default(),
        output: Output::stdout(),
        keyboard: Some(wait::stdin_lines()),
        follower: HistoryFollower::new(),
    };
    complain(&format!("asking {panel}, Enter shows the state, Ctrl-C ends"));
    let interrupted = wait::interrupted();
    tokio::pin!(interrupted);
    loop {
        let end = tokio::select! {
            end = watcher.session() => end?,
            result = &mut interrupted => return result.map(|()| Outcome::Done),
        };
        if let Some(outcome) = end {
            return Ok(outcome);
        }
        tokio::select! {
            result = watcher.pause() => result?,
            result = &mut interrupted => return result.map(|()| Outcome::Done),
        }
    }
}

struct Watcher<'a, 'b, W: std::io::Write> {
    args: &'a LocalArgs,
    panel: SocketAddr,
    listener: Listener<'b>,
    known: Known,
    output: Output<W>,
    keyboard: Option<mpsc::Receiver<std::io::Result<String>>>,
    follower: HistoryFollower,
}

/// Reading the history.
struct History {
    due: Option<Instant>,
    reading: Option<Ticket>,
}

impl<W: std::io::Write> Watcher<'_, '_, W> {
    /// Asks the panel until it does not answer any more, or what was to be shown has been.
    async fn session(&mut self) -> anyhow::Result<Option<Outcome>> {
        let mut config = Config::new(self.panel);
        config.timeout_millis = u32::try_from(u64::from(self.args.timeout) * 4 / 7).unwrap_or(600_000).clamp(256, 600_000);
        config.refresh_millis = self.args.refresh;
        let (mut sensors, mut devices) = (vec![Slot::default(); MAX_ROWS], vec![Slot::default(); MAX_ROWS]);
        let mut memory = [0; 2048];
        let tables = Tables { sensors: &mut sensors, devices: &mut devices, memory: &mut memory };
        let (mut rx, mut tx) = ([0; 8192], [0; 2048]);
        let mut asker = DatagramDriver::new(Controller::new(config, tables)?, socket_for(self.panel)?, &mut rx, &mut tx)?;
        let mut history = History { due: None, reading: None };
        let mut settled = false;
        loop {
            let due = history.due.filter(|_| history.reading.is_none());
            tokio::select! {
                event = asker.next() => match event.context("the socket broke")? {
                    Some(Event::Ready) => {
                        settled = true;
                        self.ready(&mut asker)?;
                        if self.args.once {
                            self.show_state()?;
                            return Ok(Some(Outcome::Done));
                        }
                        history.due = self.args.history.then(Instant::now);
                    }
                    Some(Event::Closed(reason)) => {
                        let why = asker.send_error().map_or_else(|| reason.to_string(), std::io::Error::to_string);
                        return self.lost(&why);
                    }
                    Some(Event::Done { ticket, outcome }) if history.reading == Some(ticket) => {
                        history.reading = None;
                        let begun = self.follower.has_begun();
                        if outcome == Ended::Confirmed && begun && history.due.is_none() {
                            // The first reading only says where new rows begin.
                            history.due = Some(Instant::now());
                        } else {
                            history.due = Some(Instant::now() + Duration::from_millis(HISTORY_POLL_MILLIS.into()));
                        }
                    }
                    Some(event) => self.heard(&event, settled)?,
                    None => return Ok(None),
                },
                event = self.listener.next() => match event.context("the socket for notifications broke")? {
                    Some(event) => {
                        let news = told(&mut self.known, &event, self.args.shown.lines);
                        show(news, self.args.shown, &mut self.output)?;
                    }
                    None => return Ok(None),
                },
                pressed = typed(&mut self.keyboard) => {
                    if pressed { self.show_state()? } else { self.keyboard = None }
                }
                () = at(due) => {
                    let first = !self.follower.has_begun();
                    let read = Command::Read { list: CommandCode::GetHistory, first: 1, last: Some(HISTORY_DEPTH) };
                    history.due = if first { None } else { history.due };
                    match asker.submit(read) {
                        Ok(ticket) => history.reading = Some(ticket),
                        // Another question is on its way.
                        Err(_) => history.due = Some(Instant::now() + Duration::from_millis(500)),
                    }
                }
            }
        }
    }

    /// The lists are known: what they say of sensors helps to understand notifications.
    fn ready(&mut self, asker: &mut Asker<'_>) -> anyhow::Result<()> {
        for slot in asker.machine().tables().sensors.iter().filter(|slot| slot.is_present()) {
            if let Ok(index) = u32::try_from(slot.index()) {
                // There is a place for each that the list had.
                let _ = self.listener.submit(listening::Command::Sensor { index, kind: slot.kind(), protocol: slot.protocol() });
            }
        }
        // Whether doors tell that they close.
        let _ = asker.submit(Command::Send(Send::Plain(CommandCode::GetNoticeFlag)));
        News::new("up", Fields::new()).problem(format!("{} answers", self.panel)).show(self.args.shown, &mut self.output)?;
        if self.args.once { Ok(()) } else { self.show_state() }
    }

    fn lost(&mut self, why: &str) -> anyhow::Result<Option<Outcome>> {
        let mut more = Fields::new();
        more.insert("error".into(), json!(why));
        more.insert("retry_in_ms".into(), json!(RETRY.as_millis()));
        let words = format!("{} does not answer: {why}; next attempt in {} s", self.panel, RETRY.as_secs());
        News::new("down", more).problem(words).show(self.args.shown, &mut self.output)?;
        Ok(self.args.once.then_some(Outcome::TimedOut))
    }

    /// What the panel answered.
    fn heard(&mut self, event: &Event<'_>, settled: bool) -> anyhow::Result<()> {
        let mut news = Vec::new();
        match event {
            Event::Answer(answer) => {
                match answer.code() {
                    Some(CommandCode::GetHostInfo) => {
                        if let Ok(info) = HostInfo::read(answer.data()) {
                            self.known.device_id = Some(info.host_guid.to_string());
                            self.known.model = Some(info.product_name.to_string());
                        }
                    }
                    Some(CommandCode::GetNoticeFlag) => {
                        if let Ok(NoticeFlags { flags }) = NoticeFlags::read(answer.data()) {
                            let _ = self.listener.submit(listening::Command::Alerts(flags));
                        }
                    }
                    _ => {}
                }
                news.extend(self.args.shown.lines.then(|| answered(answer)));
            }
            Event::Page { list, answer, .. } => {
                if let Ok(page) = Page::read(answer.data()) {
                    self.page(*list, &page);
                }
                news.extend(self.args.shown.lines.then(|| answered(answer)));
            }
            // First answers are no news: they are in the state that is shown next.
            Event::Notice(notice) => {
                news.extend(self.known.notice(notice).map(|news| News { words: news.words.filter(|_| settled), ..news }))
            }
            Event::Fault(fault) => news.push(News::fault(fault)),
            _ => {}
        }
        show(news, self.args.shown, &mut self.output)
    }

    fn page(&mut self, list: CommandCode, page: &Page<'_>) {
        match list {
            CommandCode::GetSensorList => {
                for row in page.peripherals().flatten() {
                    if let Ok(index) = u32::try_from(row.index) {
                        self.known.name(index, row.name.to_string());
                    }
                }
            }
            CommandCode::GetHistory => {
                let rows = || page.rows().filter_map(|row| Json::array(row).and_then(HistoryRow::from_array));
                while let Some(row) = self.follower.next(rows()) {
                    let _ = self.listener.submit(listening::Command::History(row));
                }
            }
            _ => {}
        }
    }

    fn show_state(&mut self) -> anyhow::Result<()> {
        if self.args.shown.json {
            self.output.json(&timed(self.known.object()))?;
        } else {
            for line in self.known.lines() {
                self.output.line(&line)?;
            }
        }
        self.output.flush()
    }

    /// Listens on until the panel is asked again.
    async fn pause(&mut self) -> anyhow::Result<()> {
        let end = Instant::now() + RETRY;
        loop {
            tokio::select! {
                () = sleep_until(end) => return Ok(()),
                event = self.listener.next() => match event.context("the socket for notifications broke")? {
                    Some(event) => {
                        let news = told(&mut self.known, &event, self.args.shown.lines);
                        show(news, self.args.shown, &mut self.output)?;
                    }
                    None => return Ok(()),
                },
            }
        }
    }
}

/// What the panel told by itself.
fn told(known: &mut Known, event: &listening::Event<'_>, lines: bool) -> Vec<News> {
    use listening::Event;
    let mut news = Vec::new();
    match event {
        Event::Notification(notification) => {
            known.told_by(&Body::Notification(*notification));
            news.extend(lines.then(|| News::notification(notification)));
        }
        Event::Alert(alert) => {
            known.told_by(&Body::Alert(*alert));
            news.extend(lines.then(|| News::alert(alert)));
        }
        Event::Other(message) if lines => {
            let more = Fields::from_iter([("message_code".into(), json!(message.code().raw()))]);
            news.push(News::new("message", more).words(format!("message {}", message.code().raw())));
        }
        Event::Foreign(foreign) => {
            let why = match foreign {
                Foreign::Sender => "a notification of another address",
                Foreign::DeviceId => "an alert of another panel",
            };
            news.push(News::new("foreign", Fields::from_iter([("detail".into(), json!(why))])).problem(format!("{why} is passed over")));
        }
        Event::Notice(notice) => news.extend(known.notice(notice)),
        Event::OpenWhenArming { sensor, active } => news.push(known.open_when_arming(*sensor, *active)),
        Event::Fault(fault) => news.push(News::fault(fault)),
        _ => {}
    }
    news
}

fn answered(answer: &codec_core::g90::local::Answer<'_>) -> News {
    let fields = hidden_answer_fields(answer).unwrap_or_default();
    let words = fields.get("name").and_then(serde_json::Value::as_str).unwrap_or("-").to_owned();
    News::new("answer", fields).words(format!("answer: {words}"))
}

fn show(news: Vec<News>, shown: Shown, output: &mut Output<impl std::io::Write>) -> anyhow::Result<()> {
    news.into_iter().try_for_each(|news| news.show(shown, output))
}

async fn at(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => std::future::pending().await,
    }
}
