//! `panelctl simulate ness`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use codec_core::ness::panel::{Config, Dialect};
use codec_core::ness::{Model, Version};
use codec_std::sim::ness::{DEFAULT_CODE, Report, Setup, Simulator};
use codec_std::sim::script;
use tokio::sync::mpsc;

use super::options::{self, Checksum};
use super::words::{output_number, request_words};
use crate::code::CodeArgs;
use crate::exit::Outcome;
use crate::output::{Output, complain};
use crate::simulate::{Lines, Source, follow, indented, show};
use crate::{wait, words};

/// Simulate a Ness panel behind a serial-to-Ethernet adapter.
///
/// Any number of clients may connect; what the panel sends goes to all of them. The first output line is `listening on ADDRESS`,
/// then every line tells what happened. The simulation runs until Ctrl-C or the script's `quit`, also after a script file has ended.
///
/// User 1 has the code 1234, unless PANELCTL_CODE or --code-file names another.
#[derive(Args, Debug)]
#[command(after_help = format!("{HELP}\n\nWords of a script, one step per line:\n{}", indented(script::HELP)))]
pub(crate) struct SimulateArgs {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: String,

    /// What happens: a file, or `-` for standard input, which is the default at a terminal
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,

    #[command(flatten)]
    code: CodeArgs,

    /// Number of zones, 1 to 32
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u8).range(1..=32))]
    zones: u8,

    /// Model that the panel says it is
    #[arg(long, value_name = "NAME", default_value = "D16X", value_parser = options::model)]
    model: Model,

    /// Firmware version that the panel says it has
    #[arg(long, value_name = "VERSION", default_value = "8.7", value_parser = options::version)]
    panel_version: Version,

    /// The panel's address, 0 to 15
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=15))]
    address: u8,

    /// Whose way of writing lines to follow
    #[arg(long, value_enum, default_value_t = Lineage::Panel)]
    dialect: Lineage,

    /// Which checksums of requests to accept
    #[arg(long, value_enum, default_value_t = Checksum::Either)]
    checksum: Checksum,

    /// Time to leave
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = options::millis)]
    exit_delay: u32,

    /// Time to disarm after coming in
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = options::millis)]
    entry_delay: u32,

    /// How long an alarm lasts; 0 for until somebody disarms
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = options::millis)]
    alarm_time: u32,

    /// Zones of area 2
    #[arg(long, value_name = "ZONES", value_parser = options::zones)]
    area_2_zones: Option<u32>,

    /// Zones without entry delay
    #[arg(long, value_name = "ZONES", value_parser = options::zones)]
    instant_zones: Option<u32>,

    /// Zones that are watched while armed home or day [default: all]
    #[arg(long, value_name = "ZONES", value_parser = options::zones)]
    home_zones: Option<u32>,

    /// Zones that are always watched
    #[arg(long, value_name = "ZONES", value_parser = options::zones)]
    always_zones: Option<u32>,

    /// Refuse arming without a code
    #[arg(long)]
    no_short_arm: bool,

    /// Send events without the panel's address
    #[arg(long)]
    no_address: bool,

    /// Send events without the time
    #[arg(long)]
    no_time: bool,
}

/// The dialects by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Lineage {
    /// As panels do
    Panel,
    /// As the mock panel of the Python library does
    Library,
}

const HELP: &str = "\
Exit codes: 0 ended with Ctrl-C or `quit`, 2 wrong arguments or script, or the address cannot be listened on.

Examples:
  panelctl simulate ness --listen 127.0.0.1:2401
  panelctl simulate ness --listen 127.0.0.1:2401 --zones 8 --model D8X --exit-delay 2 --entry-delay 2
  panelctl simulate ness --script burglary.txt
  echo 'zone 3 open' | panelctl simulate ness --script -";

impl SimulateArgs {
    fn config(&self) -> Config<'static> {
        let mut config = Config::new();
        config.zones = self.zones;
        config.model = self.model;
        config.version = self.panel_version;
        config.address = self.address;
        config.checksum = self.checksum.policy();
        config.dialect = match self.dialect {
            Lineage::Panel => Dialect::Panel,
            Lineage::Library => Dialect::Library,
        };
        config.exit_delay_millis = self.exit_delay;
        config.entry_delay_millis = self.entry_delay;
        config.alarm_millis = self.alarm_time;
        config.area_2_zones = self.area_2_zones.unwrap_or(config.area_2_zones);
        config.instant_zones = self.instant_zones.unwrap_or(config.instant_zones);
        config.home_zones = self.home_zones.unwrap_or(config.home_zones);
        config.twenty_four_hour_zones = self.always_zones.unwrap_or(config.twenty_four_hour_zones);
        config.short_arm = !self.no_short_arm;
        config.send_address = !self.no_address;
        config.send_time = !self.no_time;
        config
    }
}

pub(crate) fn run(args: &SimulateArgs) -> anyhow::Result<Outcome> {
    let mut setup = Setup::new();
    setup.config = args.config();
    let code = args.code.given()?;
    let whose = match &code {
        Some(_) => "the code you gave".to_owned(),
        None => format!("the code {DEFAULT_CODE} (the default)"),
    };
    if let Some(code) = code {
        setup.users = vec![(1, code)];
    }
    let source = Source::new(args.script.as_deref());
    let lines = Lines::open(&source, script::parse)?;
    wait::run(simulate(setup, &args.listen, lines, &whose, source == Source::Stdin))
}

async fn simulate(setup: Setup, listen: &str, mut lines: Lines<script::Step>, whose: &str, typed: bool) -> anyhow::Result<Outcome> {
    let mut output = Output::stdout();
    let (reports, reported) = mpsc::unbounded_channel();
    // The receiver lives as long as the simulation.
    let simulator = Simulator::start(setup, listen, move |report| {
        let _ = reports.send(report);
    })
    .await?;
    output.line(&format!("listening on {}", simulator.address()))?;
    output.line(&format!("user 1 has {whose}"))?;
    output.flush()?;
    if typed {
        complain("type `help` for what can happen, `quit` or Ctrl-C to end");
    }
    let script = follow(&mut lines, script::HELP, |step| simulator.step(step));
    show(script, simulator.ended(), reported, sentence, &mut output).await
}

/// A report in words.
pub(crate) fn sentence(report: Report) -> String {
    let whose = |client: Option<u32>| client.map_or("script".into(), |client| format!("client {client}"));
    match report {
        Report::Connected { client, peer } => format!("client {client} connected from {peer}"),
        Report::Left { client } => format!("client {client} left"),
        Report::Dropped { client } => format!("client {client} dropped: it reads too slowly"),
        Report::Request { client, status: Some(request), .. } => format!("client {client} asks for {}", request_words(request)),
        Report::Request { client, keys: 1, .. } => format!("client {client} presses a key"),
        Report::Request { client, keys, .. } => format!("client {client} presses {keys} keys"),
        Report::Refused { client, refusal } => format!("{} not obeyed: {refusal}", whose(client)),
        Report::Fault { client, fault } => format!("{} sent what is no request: {fault}", whose(client)),
        Report::TooLong { client } => format!("client {client} sent a line that is too long"),
        Report::Notice(notice) => words::notice(&notice, output_number),
        _ => "something without a word".into(),
    }
}
