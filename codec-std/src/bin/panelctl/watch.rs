//! `panelctl watch`: a machine that is kept connected, and what it tells. The same for every protocol.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use codec_core::ness::Timestamp;
use codec_core::{ConfigError, Machine};
use codec_std::links::Connector;
use codec_std::observe::Observer;
use codec_std::reconnect::BackoffConfig;
use codec_std::record::{Recorded, Recorder, Secrets};
use codec_std::tokio::{Listener, Supervisor, TokioLink, Update};
use serde_json::json;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;

use crate::cli::WatchCommon;
use crate::exit::{Outcome, StdoutClosed};
use crate::families::ksenia::options::explained;
use crate::output::{Fields, Output, complain, reader_has_gone};
use crate::wait;

/// After so long without a new answer the first polls are over, and the state is shown.
pub(crate) const QUIET: Duration = Duration::from_millis(1_500);

/// How often it looks whether somebody still reads what is shown.
const LOOK: Duration = Duration::from_secs(1);

/// So long may the end of a connection take in good order.
pub(crate) const GOODBYE: Duration = Duration::from_secs(3);

/// Buffers of a connection. A record can be replayed with the same.
pub(crate) const RX_BYTES: usize = 2048;
pub(crate) const TX_BYTES: usize = 1024;

/// One protocol as `watch` and `replay` need it.
pub(crate) trait Watched {
    type Machine: Machine + Recorded;

    /// So long may the first answer take.
    const FIRST_ANSWER: Duration;

    /// What to say when it took longer.
    const NOTHING_HEARD: &'static str;

    /// A machine for the first connection.
    fn machine(&mut self) -> Result<Self::Machine, ConfigError>;

    /// A machine for the next connection, set up like the one that has ended, and in the same memory.
    fn machine_after(ended: Self::Machine) -> Result<Self::Machine, ConfigError>;

    /// Ends a connection in good order, for panels that would keep a place for one who just goes away.
    fn goodbye() -> Option<<Self::Machine as Machine>::Command<'static>> {
        None
    }

    /// Forgets what the last connection told.
    fn connected(&mut self);

    /// What to submit after the event that was heard last.
    fn answer(&mut self) -> Option<<Self::Machine as Machine>::Command<'_>> {
        None
    }

    /// What to show of an event. `settled` says that the first polls are over.
    fn heard(&mut self, event: &<Self::Machine as Machine>::Event<'_>, settled: bool) -> Heard;

    /// The event as an object, if it is to be shown.
    fn object(&self, event: <Self::Machine as Machine>::Event<'_>) -> Option<Fields>;

    /// All that is known, line by line.
    fn table(&self, machine: &Self::Machine) -> Vec<String>;

    /// The same as an object.
    fn state(&self, machine: &Self::Machine) -> Fields;
}

/// What an event is to the one who watches.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    /// It belongs to the first polls: so much longer may the next answer take before the state is shown. Somebody else may poll the
    /// panel all the time, so an answer counts if it is the first of its kind on this connection.
    pub(crate) patience: Option<Duration>,
    /// What to print.
    pub(crate) words: Option<String>,
    /// What to print to standard error.
    pub(crate) problem: Option<String>,
    /// The panel is away for so long.
    pub(crate) hold_off: Option<Duration>,
    /// To go on would be wrong.
    pub(crate) end: Option<Outcome>,
}

/// When the first polls of a connection are over.
#[derive(Clone, Copy)]
enum Settling {
    /// Not connected.
    No,
    /// Connected, and nothing heard.
    Silent(Instant),
    /// Answers come.
    Until(Instant),
    Over,
}

pub(crate) fn run(mut watched: impl Watched, connector: &Connector, args: &WatchCommon) -> anyhow::Result<Outcome> {
    let record = args.record.as_deref().map(RecordFile::create).transpose()?;
    // Wrong options are told before anything is tried.
    connector.check()?;
    let place = format!("to {}", connector.address());
    let begin = format!("connecting {place}");
    wait::run(watch(&mut watched, || connector.connect(), &Way { begin, place, backoff: BackoffConfig::new() }, args, record))
}

/// As [`run`], for panels that dial: one after the other.
pub(crate) fn run_listening(
    mut watched: impl Watched,
    listen: impl AsyncFnOnce() -> anyhow::Result<Listener>,
    args: &WatchCommon,
) -> anyhow::Result<Outcome> {
    let record = args.record.as_deref().map(RecordFile::create).transpose()?;
    wait::run(async {
        let listener = listen().await?;
        let place = format!("at {}", listener.address()?);
        let begin = format!("listening {place}");
        watch(&mut watched, || listener.accept(), &Way { begin, place, backoff: Listener::BACKOFF }, args, record).await
    })
}

/// How connections come about, in words, and when the next is tried.
struct Way {
    begin: String,
    /// `to ADDRESS`.
    place: String,
    backoff: BackoffConfig,
}

/// The file of a record. The record ends with the first error, which is told; the session goes on.
#[derive(Clone)]
pub(crate) struct RecordFile {
    file: Arc<File>,
    path: PathBuf,
}

impl RecordFile {
    pub(crate) fn create(path: &Path) -> anyhow::Result<Self> {
        let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self { file: Arc::new(file), path: path.to_owned() })
    }
}

impl Write for RecordFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = (&*self.file).write(bytes);
        if let Err(error) = &written
            && error.kind() != std::io::ErrorKind::Interrupted
        {
            complain(&format!("the record of this connection ends here: cannot write {}: {error}", self.path.display()));
        }
        written
    }

    fn flush(&mut self) -> std::io::Result<()> {
        (&*self.file).flush()
    }
}

async fn watch<W: Watched, F: Future<Output = std::io::Result<TokioLink>>>(
    watched: &mut W,
    connect: impl FnMut() -> F,
    way: &Way,
    args: &WatchCommon,
    record: Option<RecordFile>,
) -> anyhow::Result<Outcome> {
    let mut first = Some(watched.machine()?);
    let new_machine = |ended: Option<W::Machine>| match ended {
        Some(ended) => W::machine_after(ended),
        None => Ok(first.take().expect("each machine is given back when its connection has ended")),
    };
    let (mut rx, mut tx) = ([0; RX_BYTES], [0; TX_BYTES]);
    let secrets = if args.keep_secrets { Secrets::Kept } else { Secrets::Masked };
    let mut supervisor = Supervisor::new(connect, new_machine, &mut rx, &mut tx).with_backoff(way.backoff);
    if let Some(file) = record {
        supervisor = supervisor
            .with_observers(move || Some(Box::new(Recorder::new::<W::Machine>(file.clone(), secrets)) as Box<dyn Observer<W::Machine>>));
    }
    complain(&format!("{}, Enter shows the state, Ctrl-C ends", way.begin));
    let ended = observe(watched, &mut supervisor, &way.place, args).await;
    // However it ended: also when nobody reads any more what is shown.
    leave::<W, _, _, _, _>(&mut supervisor).await;
    ended
}

/// Shows what happens, until there is a reason to end.
async fn observe<W, L, F, C, N>(
    watched: &mut W,
    supervisor: &mut Supervisor<'_, W::Machine, L, F, C, N>,
    place: &str,
    args: &WatchCommon,
) -> anyhow::Result<Outcome>
where
    W: Watched,
    L: AsyncRead + AsyncWrite + Unpin,
    F: Future<Output = std::io::Result<L>>,
    C: FnMut() -> F,
    N: FnMut(Option<W::Machine>) -> Result<W::Machine, ConfigError>,
{
    let mut output = Output::stdout();
    let mut keyboard = Some(wait::stdin_lines());
    let interrupted = wait::interrupted();
    tokio::pin!(interrupted);
    let mut settling = Settling::No;
    let mut look = tokio::time::interval(LOOK);
    loop {
        let deadline = match settling {
            Settling::Silent(at) | Settling::Until(at) => Some(at),
            Settling::No | Settling::Over => None,
        };
        let (mut due, mut asked, mut hold_off, mut end) = (false, false, None, None);
        tokio::select! {
            update = supervisor.next() => match update? {
                Update::Up => {
                    watched.connected();
                    settling = Settling::Silent(Instant::now() + W::FIRST_ANSWER);
                    said(args, &mut output, "up", Fields::new(), &format!("connected {place}"))?;
                }
                Update::Event(event) => {
                    let heard = watched.heard(&event, matches!(settling, Settling::Over));
                    if let Some(patience) = heard.patience
                        && !matches!(settling, Settling::Over)
                    {
                        settling = Settling::Until(Instant::now() + patience);
                    }
                    if args.json {
                        if let Some(fields) = watched.object(event) {
                            output.json(&timed(fields))?;
                        }
                    } else if let Some(words) = heard.words {
                        output.line(&format!("{}  {words}", time()))?;
                    }
                    if let (Some(problem), false) = (heard.problem, args.json) {
                        complain(&problem);
                    }
                    output.flush()?;
                    (hold_off, end) = (heard.hold_off, heard.end);
                }
                Update::Down { error, retry_in } => {
                    settling = Settling::No;
                    let why = error.map_or_else(|| "the connection ended".to_owned(), |error| explained(&error));
                    if args.once {
                        anyhow::bail!("no connection {place}: {why}");
                    }
                    let mut fields = Fields::new();
                    fields.insert("error".into(), json!(why));
                    fields.insert("retry_in_ms".into(), json!(retry_in.as_millis()));
                    let words = format!("no connection {place}: {why}; next attempt in {:.1} s", retry_in.as_secs_f64());
                    said(args, &mut output, "down", fields, &words)?;
                }
            },
            () = at(deadline) => due = true,
            _ = look.tick() => {
                if reader_has_gone() {
                    return Err(StdoutClosed.into());
                }
            }
            pressed = typed(&mut keyboard) => {
                asked = pressed;
                if !pressed {
                    keyboard = None;
                }
            }
            result = &mut interrupted => {
                result?;
                end = Some(Outcome::Done);
            }
        }
        if let Some(command) = watched.answer() {
            // It is a part of what the machine asked for: one that has ended needs no answer.
            let _ = supervisor.submit(command);
        }
        if due || asked {
            let answered = !matches!(settling, Settling::No | Settling::Silent(_));
            match supervisor.machine() {
                Some(machine) if answered => show_state(watched, machine, args, &mut output)?,
                Some(_) => complain(W::NOTHING_HEARD),
                None => complain("not connected"),
            }
            if due && args.once {
                end = Some(if answered { Outcome::Done } else { Outcome::TimedOut });
            }
        }
        if let Some(delay) = hold_off {
            supervisor.hold_off(delay);
        }
        if let Some(outcome) = end {
            return Ok(outcome);
        }
        if due {
            settling = Settling::Over;
        }
    }
}

/// Ends the connection in good order.
async fn leave<W, L, F, C, N>(supervisor: &mut Supervisor<'_, W::Machine, L, F, C, N>)
where
    W: Watched,
    L: AsyncRead + AsyncWrite + Unpin,
    F: Future<Output = std::io::Result<L>>,
    C: FnMut() -> F,
    N: FnMut(Option<W::Machine>) -> Result<W::Machine, ConfigError>,
{
    let Some(Ok(_)) = W::goodbye().map(|goodbye| supervisor.submit(goodbye)) else { return };
    let end = async { while !matches!(supervisor.next().await, Ok(Update::Down { .. }) | Err(_)) {} };
    // A panel that does not answer is left all the same.
    let _ = tokio::time::timeout(GOODBYE, end).await;
}

/// A line about the connection: an object on standard output, or words on standard error.
fn said(args: &WatchCommon, output: &mut Output<impl Write>, event: &str, more: Fields, words: &str) -> anyhow::Result<()> {
    if !args.json {
        complain(words);
        return Ok(());
    }
    let mut fields = Fields::new();
    fields.insert("event".into(), json!(event));
    fields.extend(more);
    output.json(&timed(fields))?;
    output.flush()
}

fn show_state<W: Watched>(watched: &W, machine: &W::Machine, args: &WatchCommon, output: &mut Output<impl Write>) -> anyhow::Result<()> {
    if args.json {
        output.json(&timed(watched.state(machine)))?;
    } else {
        for line in watched.table(machine) {
            output.line(&line)?;
        }
    }
    output.flush()
}

async fn at(deadline: Option<Instant>) {
    match deadline {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// Whether somebody pressed Enter; `false` at the end of standard input.
pub(crate) async fn typed(keyboard: &mut Option<tokio::sync::mpsc::Receiver<std::io::Result<String>>>) -> bool {
    match keyboard {
        Some(lines) => matches!(lines.recv().await, Some(Ok(_))),
        None => std::future::pending().await,
    }
}

/// The time in front of the other members.
pub(crate) fn timed(fields: Fields) -> Fields {
    let mut all = Fields::new();
    all.insert("time".into(), json!(time()));
    all.extend(fields);
    all
}

/// Now, in UTC.
pub(crate) fn time() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    utc(seconds)
}

/// Seconds since 1970 as ISO 8601.
pub(crate) fn utc(seconds: u64) -> String {
    Timestamp::from_unix(seconds).map_or_else(|| "-".into(), |time| format!("{time}Z"))
}
