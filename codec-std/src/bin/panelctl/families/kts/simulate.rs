//! `panelctl simulate kts`.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::bail;
use clap::{Args, ValueEnum};
use codec_core::Secret;
use codec_core::kts::Scheme;
use codec_std::links::{Address, Connector, Warning};
use codec_std::sim::kts::{Counts, DEFAULT_KEY, DEFAULT_PORT, House, Report, Setup, Simulator, serial};
use codec_std::sim::kts_script::{self, Step};
use codec_std::tls::{TlsOptions, Trust};
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::keys::{self, KeyArgs, Listed};
use crate::exit::Outcome;
use crate::families::ness::options;
use crate::output::{Fields, Output, complain};
use crate::simulate::{Lines, Source, follow, indented};
use crate::trust::TrustArgs;
use crate::wait;

/// Simulate KTS hosts that dial a server: one flat, or a building of thousands in one process.
///
/// The first output line says where they dial. Of one host every line tells what happened, of several only the counts, from time to time.
/// The simulation runs until Ctrl-C or the script's `quit`, also after a script file has ended.
///
/// Hosts have the key of --keys, --key-file or PANELCTL_KEY, else 1234567890.
#[derive(Args, Debug)]
#[command(after_help = format!("{HELP}\n\nWords of a script, one step per line:\n{}", indented(kts_script::HELP)))]
pub(crate) struct SimulateArgs {
    /// The server that they dial: HOST:PORT, or tls://HOST:PORT
    #[arg(long, value_name = "ADDRESS", default_value_t = default_server(), value_parser = server)]
    server: Address,

    /// Speak TLS with the server, as with tls://HOST:PORT
    #[arg(long)]
    tls: bool,

    #[command(flatten)]
    trust: TrustArgs,

    /// How many hosts [default: those of --keys, else 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    hosts: Option<u32>,

    #[command(flatten)]
    keys: KeyArgs,

    /// Give every host a random key and write them to a new file, for the server's --keys
    #[arg(long, value_name = "FILE", conflicts_with_all = ["keys", "key_file"])]
    new_keys: Option<PathBuf>,

    /// What happens: a file, or `-` for standard input, which is the default at a terminal
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,

    /// How often something changes in each flat, 0 for never
    #[arg(long, value_name = "SECONDS", default_value = "0", value_parser = options::millis)]
    push_every: u32,

    /// Let values that change be the time in milliseconds since 1970, to measure how long they take
    #[arg(long)]
    stamp: bool,

    /// How many hosts dial in a second at the beginning
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    connects_per_second: u32,

    /// Time between signs of life, 10 to 60
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = options::millis)]
    keepalive: u32,

    /// Longest time until a host dials again
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = options::millis)]
    redial: u32,

    /// Zones of each flat
    #[arg(long, value_name = "N", default_value_t = 5)]
    zones: u16,

    /// Objects of each zone
    #[arg(long, value_name = "N", default_value_t = 4)]
    objects: u16,

    /// How registrations are signed
    #[arg(long, value_enum, default_value_t = SchemeWord::Md5)]
    scheme: SchemeWord,

    /// Dial the domain that the server has set
    #[arg(long)]
    follow_domain: bool,

    /// Local time of the flats, in minutes east of UTC
    #[arg(long, value_name = "MINUTES", default_value_t = 0, allow_negative_numbers = true, value_parser = clap::value_parser!(i32).range(-1439..=1439))]
    utc_offset: i32,

    /// Tell what happens to every host
    #[arg(long)]
    verbose: bool,

    /// How often the counts of several hosts are told
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = options::millis)]
    every: u32,

    /// Print the counts as JSON objects
    #[arg(long)]
    json: bool,
}

/// Schemes by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemeWord {
    /// As the document says
    Md5,
    /// HMAC-SHA256, stronger
    HmacSha256,
}

impl SchemeWord {
    pub(crate) const fn value(self) -> Scheme {
        match self {
            Self::Md5 => Scheme::Md5,
            Self::HmacSha256 => Scheme::HmacSha256,
        }
    }
}

const HELP: &str = "\
Exit codes: 0 ended with Ctrl-C or `quit`, 2 wrong arguments, file or script.

Examples:
  panelctl simulate kts --server 127.0.0.1:41709
  panelctl simulate kts --hosts 1000 --new-keys building.keys --push-every 5
  panelctl simulate kts --hosts 1000 --keys building.keys --push-every 1 --json
  panelctl simulate kts --server kts.example:41709 --tls --ca-file building.pem
  printf 'wait registered\\nset 1 1 1\\n' | panelctl simulate kts --script -";

fn default_server() -> Address {
    Address::Tcp { host: "127.0.0.1".into(), port: DEFAULT_PORT }
}

/// `HOST:PORT`, also with `tcp://` or `tls://`.
fn server(text: &str) -> Result<Address, String> {
    let text = if text.contains("://") { text.to_owned() } else { format!("tcp://{text}") };
    match text.parse() {
        Ok(address @ (Address::Tcp { .. } | Address::Tls { .. })) => Ok(address),
        Ok(_) => Err("write HOST:PORT or tls://HOST:PORT".into()),
        Err(error) => Err(error.to_string()),
    }
}

impl SimulateArgs {
    fn setup(&self) -> anyhow::Result<Setup> {
        let mut setup = Setup::new(self.address(), 0);
        setup.tls.trust = self.trust.trust();
        if !matches!(setup.server, Address::Tls { .. }) && setup.tls != TlsOptions::new() {
            // Who asks for a check of the certificate must not get a link that has none.
            bail!("{} has no TLS for these options: add --tls, or leave them out", setup.server);
        }
        Connector::new(setup.server.clone()).with_tls(setup.tls.clone()).check()?;
        if setup.tls.trust == Trust::Anything {
            complain(&format!("warning: {}", Warning::Unverified));
        }
        setup.hosts = self.hosts()?;
        if u32::from(self.zones) * u32::from(self.objects) > 32_768 {
            bail!("a flat has at most 32768 objects");
        }
        setup.house = House::with_zones(self.zones, self.objects);
        setup.scheme = self.scheme.value();
        setup.keepalive_millis = self.keepalive;
        setup.utc_offset_seconds = self.utc_offset * 60;
        setup.stagger = Duration::from_secs(1) / self.connects_per_second;
        setup.push_every = (self.push_every > 0).then(|| Duration::from_millis(self.push_every.into()));
        setup.stamp = self.stamp;
        setup.follow_domain = self.follow_domain;
        setup.backoff.cap = Duration::from_millis(self.redial.into());
        Ok(setup)
    }

    fn address(&self) -> Address {
        match self.server.clone() {
            Address::Tcp { host, port } if self.tls => Address::Tls { host, port },
            address => address,
        }
    }

    fn hosts(&self) -> anyhow::Result<Listed> {
        if let Some(mut listed) = self.keys.listed()? {
            let wanted = self.hosts.map_or(listed.len(), |hosts| usize::try_from(hosts).unwrap_or(usize::MAX));
            if wanted > listed.len() {
                bail!("the file of keys has {} hosts", listed.len());
            }
            listed.truncate(wanted);
            return Ok(listed);
        }
        let numbers = 1..=self.hosts.unwrap_or(1);
        if let Some(path) = &self.new_keys {
            let hosts = numbers.map(|number| Ok((serial(number), keys::random()?))).collect::<anyhow::Result<Listed>>()?;
            keys::write(path, &hosts)?;
            return Ok(hosts);
        }
        let key = self.keys.other()?.unwrap_or_else(|| Secret::new(DEFAULT_KEY.to_owned()));
        Ok(numbers.map(|number| (serial(number), key.clone())).collect())
    }
}

pub(crate) fn run(args: &SimulateArgs) -> anyhow::Result<Outcome> {
    let setup = args.setup()?;
    let source = Source::new(args.script.as_deref());
    let lines = Lines::open(&source, kts_script::parse)?;
    #[cfg(unix)]
    allow_sockets(setup.hosts.len());
    wait::run(simulate(setup, args, lines, source == Source::Stdin))
}

/// A socket for each host: more open files than a process may have by default.
#[cfg(unix)]
fn allow_sockets(hosts: usize) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let wanted = u64::try_from(hosts).unwrap_or(u64::MAX).saturating_add(64);
    let possible = limit.maximum.map_or(wanted, |most| most.min(wanted));
    if limit.current.is_some_and(|now| now < possible) {
        let new = Rlimit { current: Some(possible), maximum: limit.maximum };
        if setrlimit(Resource::Nofile, new).is_err() || possible < wanted {
            complain("the system allows fewer open files than there are hosts: some cannot connect");
        }
    }
}

async fn simulate(setup: Setup, args: &SimulateArgs, mut lines: Lines<Step>, typed: bool) -> anyhow::Result<Outcome> {
    let mut output = Output::stdout();
    let (reports, mut reported) = mpsc::unbounded_channel();
    let hosts = setup.hosts.len();
    let detailed = hosts == 1 || args.verbose;
    let report = move |report| {
        if detailed {
            // The receiver lives as long as the simulation.
            let _ = reports.send(report);
        }
    };
    let plural = if hosts == 1 { "" } else { "s" };
    let begin = format!("{hosts} host{plural} dial{} {}", if hosts == 1 { "s" } else { "" }, setup.server);
    if args.json {
        complain(&begin);
    } else {
        output.line(&begin)?;
        output.flush()?;
    }
    let simulator = Simulator::start(setup, report)?;
    if typed {
        complain("type `help` for what can happen, `quit` or Ctrl-C to end");
    }
    let script = follow(&mut lines, kts_script::HELP, |step| simulator.step(step));
    let interrupted = wait::interrupted();
    tokio::pin!(script, interrupted);
    let every = Duration::from_millis(args.every.max(100).into());
    let mut ticks = interval_at(Instant::now() + every, every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut told = Counts::default();
    loop {
        tokio::select! {
            biased;
            result = &mut interrupted => {
                result?;
                break;
            }
            Some(report) = reported.recv() => {
                if !args.json {
                    output.line(&sentence(&report))?;
                    while let Ok(report) = reported.try_recv() {
                        output.line(&sentence(&report))?;
                    }
                    output.flush()?;
                }
            }
            _ = ticks.tick(), if !detailed || args.json => {
                let counts = simulator.counts();
                if counts != told {
                    show(&counts, hosts, args.json, &mut output)?;
                    told = counts;
                }
            }
            result = &mut script => {
                result?;
                break;
            }
        }
    }
    // What the last step led to.
    while let Ok(report) = reported.try_recv() {
        if !args.json {
            output.line(&sentence(&report))?;
        }
    }
    if !detailed || args.json {
        show(&simulator.counts(), hosts, args.json, &mut output)?;
    }
    output.flush()?;
    Ok(Outcome::Done)
}

fn show(counts: &Counts, hosts: usize, as_json: bool, output: &mut Output<impl std::io::Write>) -> anyhow::Result<()> {
    let Counts { registered, connections, failures, frames, pushes, changes, faults, .. } = *counts;
    if as_json {
        let mut fields = Fields::new();
        for (name, value) in [
            ("registered", registered),
            ("connections", connections),
            ("failures", failures),
            ("frames", frames),
            ("pushes", pushes),
            ("changes", changes),
            ("faults", faults),
        ] {
            fields.insert(name.into(), json!(value));
        }
        output.json(&fields)?;
    } else {
        output.line(&format!(
            "{registered} of {hosts} registered; {connections} connections, {failures} ended or failed; {frames} frames received, \
             {faults} not obeyed; {pushes} pushes, {changes} values set"
        ))?;
    }
    output.flush()
}

/// A report in words.
pub(crate) fn sentence(report: &Report) -> String {
    match report {
        Report::Connected { host } => format!("host {host} connected"),
        Report::Registered { host } => format!("host {host} registered"),
        Report::Request { host, what } => format!("host {host} is sent {what}"),
        Report::Refused { host, what, refusal } => format!("host {host} does not obey {what}: {refusal}"),
        Report::Value { host, object, value: Some(value) } => format!("host {host}: object {object} is {value}"),
        Report::Value { host, object, value: None } => format!("host {host}: object {object} is not read"),
        Report::TaskRan { host, task } => format!("host {host} has run task {task}"),
        Report::Configured { host, domain } => format!("host {host} has a new key and the domain {domain}"),
        Report::Fault { host, fault } => format!("host {host} is sent what it cannot use: {fault}"),
        Report::Left { host, reason, retry_in } => {
            format!("host {host} has no connection: {reason}; it dials again in {:.1} s", retry_in.as_secs_f64())
        }
        _ => "something without a word".into(),
    }
}
