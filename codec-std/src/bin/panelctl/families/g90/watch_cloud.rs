//! `panelctl watch g90 cloud`: a server that panels dial.

use std::collections::HashMap;
use std::io::BufRead;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use clap::Args;
use codec_core::g90::cloud::controller::{Config, Event, Mode, Upstream};
use codec_core::g90::cloud::{Body, Controller, Message};
use codec_core::g90::notify;
use codec_core::g90::{CLOUD_PORT, SensorSlot};
use codec_core::{CloseReason, ConfigError};
use codec_std::observe::Observer;
use codec_std::record::{Header, Log, Recorder, Replay, Secrets};
use codec_std::tokio::{ChainedServer, Driver};
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::cloud::decode::hidden;
use super::known::Known;
use super::request::digits;
use super::simulate::host_and_port;
use super::watch::{News, Shown};
use crate::decode::Show as _;
use crate::exit::Outcome;
use crate::output::{Fields, Output, complain};
use crate::wait;
use crate::watch::{RecordFile, utc};

/// Be the cloud of G90 panels, and show what they tell.
///
/// Tell a panel that its cloud is here with `panelctl send g90 ADDRESS cloud-server`. Alone, this server answers the panel as the vendor's
/// does, and nothing goes to the vendor. With --upstream everything goes on to the vendor's cloud and back, so that the vendor's app
/// still works, and is read on the way; while that cloud is away, panels are answered here.
///
/// Nothing in this protocol proves who a panel is, and nothing is encrypted: keep the port off the internet.
#[derive(Args, Debug)]
#[command(after_help = HELP)]
pub(crate) struct CloudArgs {
    /// Where panels connect
    #[arg(long, value_name = "ADDRESS", default_value_t = SocketAddr::from((Ipv4Addr::UNSPECIFIED, CLOUD_PORT)))]
    listen: SocketAddr,

    #[command(flatten)]
    announced: AnnounceArgs,

    /// A panel that may connect, by its identity (GUID); several times for several [default: all]
    #[arg(long, value_name = "GUID")]
    device_id: Vec<String>,

    /// The cloud to pass everything on to; the vendor's has been seen at 47.88.7.61:5678
    #[arg(long, value_name = "HOST:PORT", value_parser = host_and_port)]
    upstream: Option<String>,

    /// Leave panels without an answer while the cloud of --upstream is away
    #[arg(long, requires = "upstream")]
    upstream_only: bool,

    /// Write what goes in and out to a file, for `replay`: of one connection at a time, that of the panel that comes first
    #[arg(long, value_name = "FILE", conflicts_with = "upstream")]
    record: Option<PathBuf>,

    /// Leave the texts of commands and of their answers in the record as they are
    #[arg(long, requires = "record")]
    keep_secrets: bool,

    #[command(flatten)]
    shown: Shown,
}

/// What panels are told of their cloud. A record repeats with the same.
#[derive(Args, Clone, Debug)]
pub(crate) struct AnnounceArgs {
    /// The address that panels are told when they ask for their cloud: one of this computer that they reach
    #[arg(long, value_name = "IP", default_value = "127.0.0.1", value_parser = digits)]
    announce: String,

    /// The port that panels are told [default: the one that is listened on, in a replay 5678]
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    announce_port: Option<u16>,
}

const HELP: &str = "\
The first output line is `listening on ADDRESS`. Lines begin with the panel's address.

Exit codes: 0 ended with Ctrl-C; 2 wrong arguments, or the address cannot be listened on.

Examples:
  panelctl watch g90 cloud --announce 192.0.2.20
  panelctl watch g90 cloud --announce 192.0.2.20 --record session.jsonl
  panelctl watch g90 cloud --announce 192.0.2.20 --upstream 47.88.7.61:5678 --lines
  panelctl watch g90 cloud --announce 192.0.2.20 --device-id GA18018B3001021 --json";

/// Sensors of a panel.
const MAX_SENSORS: usize = 512;

/// Panels that may be connected at the same time. Anybody can connect.
const MAX_CONNECTIONS: usize = 64;

/// What a connection says to the one who prints.
struct Word {
    peer: SocketAddr,
    /// The panel that it is.
    device_id: Option<String>,
    news: News,
    ended: bool,
}

pub(crate) fn run(args: &CloudArgs) -> anyhow::Result<Outcome> {
    wait::run(serve(args))
}

/// What every connection is made of.
struct Settings {
    ids: Vec<String>,
    announce: String,
    announce_port: Option<u16>,
    port: u16,
    upstream: Option<String>,
    mode: Mode,
    lines: bool,
    /// Where the next connection is recorded, and how; empty while one is.
    record: Mutex<Option<RecordFile>>,
    secrets: Secrets,
}

impl Settings {
    fn ids(&self) -> Vec<&str> {
        self.ids.iter().map(String::as_str).collect()
    }

    fn config<'s>(&'s self, ids: &'s [&'s str]) -> Config<'s> {
        let mut config = Config::new();
        config.mode = self.mode;
        config.device_ids = ids;
        config.listen_port = self.port;
        config.announced_address = &self.announce;
        config.announced_port = self.announce_port;
        config
    }
}

async fn serve(args: &CloudArgs) -> anyhow::Result<Outcome> {
    let listener = TcpListener::bind(args.listen).await.with_context(|| format!("cannot listen on {}", args.listen))?;
    let address = listener.local_addr().context("cannot listen")?;
    let mode = match (&args.upstream, args.upstream_only) {
        (None, _) => Mode::Standalone,
        (Some(_), false) => Mode::Chained,
        (Some(_), true) => Mode::ChainedOnly,
    };
    let record = args.record.as_deref().map(RecordFile::create).transpose()?;
    let settings = Arc::new(Settings {
        ids: args.device_id.clone(),
        announce: args.announced.announce.clone(),
        announce_port: args.announced.announce_port,
        port: address.port(),
        upstream: args.upstream.clone(),
        mode,
        lines: args.shown.lines,
        record: Mutex::new(record),
        secrets: if args.keep_secrets { Secrets::Kept } else { Secrets::Masked },
    });
    // Wrong options are told before a panel is there.
    Controller::new(settings.config(&settings.ids()), &mut []).map(drop)?;
    let mut output = Output::stdout();
    let listening = Fields::from_iter([("event".into(), json!("listening")), ("address".into(), json!(address.to_string()))]);
    if args.shown.json {
        output.json(&listening)?
    } else {
        output.line(&format!("listening on {address}"))?
    }
    output.flush()?;
    complain("Ctrl-C ends");
    let (words, mut said) = mpsc::channel(256);
    let mut connections: HashMap<SocketAddr, (JoinHandle<()>, Option<String>)> = HashMap::new();
    let interrupted = wait::interrupted();
    tokio::pin!(interrupted);
    loop {
        tokio::select! {
            biased;
            result = &mut interrupted => {
                result?;
                break;
            }
            Some(Word { peer, device_id, news, ended }) = said.recv() => {
                if let Some(device_id) = device_id {
                    for older in drop_older(&mut connections, peer, &device_id) {
                        let why = "the panel has connected again";
                        let more = Fields::from_iter([("error".into(), json!(why))]);
                        from(older, News::new("down", more).problem(format!("gone: {why}"))).show(args.shown, &mut output)?;
                    }
                    if let Some((_, id)) = connections.get_mut(&peer) {
                        *id = Some(device_id);
                    }
                }
                if ended {
                    connections.remove(&peer);
                }
                from(peer, news).show(args.shown, &mut output)?;
            }
            accepted = listener.accept() => {
                // An error is that of one connection, or of too many open files: what is there goes on.
                let Ok((link, peer)) = accepted else {
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                    continue;
                };
                if connections.len() >= MAX_CONNECTIONS {
                    complain(&format!("{peer} is sent away: {MAX_CONNECTIONS} connections are enough"));
                    continue;
                }
                let (settings, words) = (Arc::clone(&settings), words.clone());
                let task = tokio::spawn(async move { talk(&settings, link, peer, &words).await });
                connections.insert(peer, (task, None));
            }
        }
    }
    for (task, _) in connections.values() {
        task.abort();
    }
    Ok(Outcome::Done)
}

/// A panel that connects again while its old connection is open is heard on the new one. Gives the old ones.
fn drop_older(
    connections: &mut HashMap<SocketAddr, (JoinHandle<()>, Option<String>)>,
    peer: SocketAddr,
    device_id: &str,
) -> Vec<SocketAddr> {
    let is_older = |at: &SocketAddr, id: &Option<String>| *at != peer && id.as_deref() == Some(device_id);
    let older: Vec<SocketAddr> = connections.iter().filter(|(at, (_, id))| is_older(at, id)).map(|(at, _)| *at).collect();
    for (task, _) in older.iter().filter_map(|at| connections.remove(at)) {
        task.abort();
    }
    older
}

/// News with who it is from.
fn from(peer: SocketAddr, mut news: News) -> News {
    if let Some(fields) = &mut news.fields {
        fields.insert("peer".into(), json!(peer.to_string()));
    }
    for words in [&mut news.words, &mut news.problem].into_iter().flatten() {
        *words = format!("{peer}  {words}");
    }
    news
}

/// A server's side, alone or chained.
#[expect(clippy::large_enum_variant, reason = "one per connection, and never moved")]
enum Server<'b> {
    Alone(Driver<'b, Controller<'b>, TcpStream>),
    Chained(ChainedServer<'b, TcpStream>),
}

impl<'b> Server<'b> {
    fn new(
        machine: Controller<'b>,
        link: TcpStream,
        upstream: Option<&str>,
        recorder: Option<Box<dyn Observer<Controller<'b>>>>,
        rx: &'b mut [u8],
        tx: &'b mut [u8],
    ) -> Result<Self, ConfigError> {
        Ok(match upstream {
            None => {
                let driver = Driver::new(machine, link, rx, tx)?;
                Self::Alone(match recorder {
                    Some(recorder) => driver.with_observer(recorder),
                    None => driver,
                })
            }
            Some(upstream) => Self::Chained(ChainedServer::new(machine, link, upstream, rx, tx)?),
        })
    }

    async fn next(&mut self) -> std::io::Result<Option<Event<'_>>> {
        match self {
            Self::Alone(driver) => driver.next().await,
            Self::Chained(server) => server.next().await,
        }
    }

    fn upstream(&self) -> Option<Upstream> {
        match self {
            Self::Alone(_) => None,
            Self::Chained(server) => Some(server.upstream()),
        }
    }
}

/// The file of the record while this connection has it.
struct Recording<'s> {
    settings: &'s Settings,
    file: Option<RecordFile>,
}

impl<'s> Recording<'s> {
    fn begin(settings: &'s Settings) -> Self {
        let file = settings.record.lock().unwrap_or_else(PoisonError::into_inner).take();
        Self { settings, file }
    }
}

impl Drop for Recording<'_> {
    fn drop(&mut self) {
        if let Some(file) = self.file.take() {
            *self.settings.record.lock().unwrap_or_else(PoisonError::into_inner) = Some(file);
        }
    }
}

/// One connection of a panel, to its end.
async fn talk(settings: &Settings, link: TcpStream, peer: SocketAddr, words: &mpsc::Sender<Word>) {
    // Whoever prints is gone at the end only.
    let say = async |news: News, device_id: Option<String>, ended: bool| {
        let _ = words.send(Word { peer, device_id, news, ended }).await;
    };
    say(News::new("up", Fields::new()).problem("connected"), None, false).await;
    let ids = settings.ids();
    let mut sensors = vec![SensorSlot::default(); MAX_SENSORS];
    let (mut rx, mut tx) = ([0; 4096], [0; 1024]);
    let recording = Recording::begin(settings);
    let recorder = recording.file.clone().map(|file| Box::new(Recorder::new::<Controller<'_>>(file, settings.secrets)) as Box<_>);
    let server = Controller::new(settings.config(&ids), &mut sensors)
        .and_then(|machine| Server::new(machine, link, settings.upstream.as_deref(), recorder, &mut rx, &mut tx));
    // The same was accepted at the start.
    let Ok(mut server) = server else { return };
    let mut known = Known::default();
    let mut upstream = server.upstream();
    let mut why = None;
    loop {
        let (news, mut device_id) = match server.next().await {
            Ok(Some(event)) => {
                if let Event::Closed(reason) = event {
                    why = Some(reason);
                }
                let device_id = if let Event::Device(info) = &event { Some(info.id.as_str().to_owned()) } else { None };
                (told(&mut known, &event, settings.lines), device_id)
            }
            Ok(None) => break,
            Err(error) => {
                say(News::default().problem(format!("the connection broke: {error}")), None, false).await;
                break;
            }
        };
        for news in news {
            say(news, device_id.take(), false).await;
        }
        if server.upstream() != upstream {
            upstream = server.upstream();
            let (word, sentence) = match upstream {
                Some(Upstream::Connected) => ("connected", "the cloud behind is connected"),
                Some(Upstream::Lost) => ("lost", "the cloud behind is away"),
                _ => ("connecting", "the cloud behind is being connected"),
            };
            say(News::new("upstream", Fields::from_iter([("state".into(), json!(word))])).problem(sentence), None, false).await;
        }
    }
    let reason = why.unwrap_or(CloseReason::PeerClosed).to_string();
    let more = Fields::from_iter([("error".into(), json!(reason))]);
    say(News::new("down", more).problem(format!("gone: {reason}")), None, true).await;
}

/// Repeats one connection of a record and gives the number of writes that differ.
pub(crate) fn replay(
    header: &Header,
    log: &mut Log<impl BufRead>,
    announced: &AnnounceArgs,
    (json, lines): (bool, bool),
    connection: u64,
) -> anyhow::Result<u64> {
    let mut config = Config::new();
    config.announced_address = &announced.announce;
    config.announced_port = announced.announce_port;
    let mut sensors = vec![SensorSlot::default(); MAX_SENSORS];
    let (mut rx, mut tx) = (vec![0; header.rx_bytes], vec![0; header.tx_bytes]);
    let mut replay = Replay::new(header, Controller::new(config, &mut sensors)?, log, &mut rx, &mut tx)?;
    let mut output = Output::stdout();
    let mut known = Known::default();
    while let Some((env, event)) = replay.next()? {
        let time = env.unix.map_or_else(|| "-".into(), utc);
        for news in told(&mut known, &event, lines) {
            if json {
                let mut fields = Fields::new();
                fields.insert("time".into(), json!(time));
                fields.insert("ms".into(), json!(env.now.as_millis()));
                fields.insert("connection".into(), json!(connection));
                fields.extend(news.fields.unwrap_or_default());
                output.json(&fields)?;
            } else {
                for words in [news.words, news.problem].into_iter().flatten() {
                    output.line(&format!("{time}  {words}"))?;
                }
            }
        }
    }
    output.flush()?;
    Ok(replay.differences())
}

fn told(known: &mut Known, event: &Event<'_>, lines: bool) -> Vec<News> {
    match event {
        Event::Message(message) => {
            name_sensor(known, message);
            lines.then(|| line(message, known)).into_iter().collect()
        }
        Event::Device(info) => {
            let firmware = String::from_utf8_lossy(&info.firmware).trim_end_matches('\0').to_owned();
            known.device_id = Some(info.id.as_str().into());
            let more = [("device_id".into(), json!(info.id.as_str())), ("firmware".into(), json!(firmware))];
            let id = super::local::printable(info.id.as_str());
            vec![News::new("device", Fields::from_iter(more)).words(format!("panel {id}, firmware {}", super::local::printable(&firmware)))]
        }
        Event::Notice(notice) => known.notice(notice).into_iter().collect(),
        Event::OpenWhenArming { sensor, active } => vec![known.open_when_arming(*sensor, *active)],
        Event::ForeignAlert => vec![News::new("foreign", Fields::new()).problem("an alert of another panel is passed over")],
        Event::Fault(fault) => vec![News::fault(fault)],
        _ => Vec::new(),
    }
}

/// Messages about a sensor tell its name.
pub(super) fn name_sensor(known: &mut Known, message: &Message<'_>) {
    match message.body {
        Body::SensorChange(change) => known.name(change.sensor().into(), change.name().to_string()),
        Body::SensorAlarm(alarm) => known.name(alarm.sensor().into(), alarm.name().to_string()),
        Body::Notification(notification) => {
            if let Ok(body) = notify::decode(notification.text()).and_then(|message| message.body()) {
                known.told_by(&body);
            }
        }
        _ => {}
    }
}

/// A message as `decode` shows it, commands and answers hidden.
fn line(message: &Message<'_>, known: &Known) -> News {
    let shown = hidden(*message, known.device_id.clone().unwrap_or_default());
    News::new("message", shown.fields()).words(shown.row())
}
