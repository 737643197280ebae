//! `panelctl simulate g90`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use codec_core::g90::devices;
use codec_std::sim::g90::{DEFAULT_DEVICE_ID, Entry, MAX_ENTRIES, Report, Setup, Simulator};
use codec_std::sim::g90_script;
use tokio::sync::mpsc;

use super::words::{command_name, list_name, notice};
use crate::exit::Outcome;
use crate::output::{Output, complain};
use crate::simulate::{Lines, Source, follow, indented, show};
use crate::wait;

/// Simulate a G90 panel.
///
/// It takes commands over UDP, tells what happens over UDP if --notify-to says where, and dials a cloud over TCP if --cloud says
/// where. The first output line is `listening on ADDRESS`, then every line tells what happened. The simulation runs until Ctrl-C or
/// the script's `quit`, also after a script file has ended.
///
/// Real panels listen on port 12368, are asked for by their device id on 12900, and tell from 45000 to 12901.
#[derive(Args, Debug)]
#[command(after_help = format!("{HELP}\n\nWords of a script, one step per line:\n{}", indented(g90_script::HELP)))]
pub(crate) struct SimulateArgs {
    /// Where to take commands; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,

    /// Where to be asked for by the device id
    #[arg(long, value_name = "ADDRESS")]
    discovery: Option<SocketAddr>,

    /// Where notifications and alerts go
    #[arg(long, value_name = "ADDRESS")]
    notify_to: Option<SocketAddr>,

    /// Where they come from [default: a free port]
    #[arg(long, value_name = "ADDRESS", requires = "notify_to")]
    notify_from: Option<SocketAddr>,

    /// The cloud to dial. It is told all that happens too
    #[arg(long, value_name = "HOST:PORT", value_parser = host_and_port)]
    cloud: Option<String>,

    /// Identity that the panel says it has
    #[arg(long, value_name = "GUID", default_value = DEFAULT_DEVICE_ID)]
    device_id: String,

    /// This many door contacts in place of the sensors of a small house
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=MAX_ENTRIES as i64))]
    sensors: Option<u8>,

    /// Rows on a page of a list at most
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=64))]
    rows_per_page: u32,

    /// What happens: a file, or `-` for standard input, which is the default at a terminal
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
}

const HELP: &str = "\
Exit codes: 0 ended with Ctrl-C or `quit`, 2 wrong arguments or script, or an address cannot be listened on.

Examples:
  panelctl simulate g90 --listen 127.0.0.1:12368
  panelctl simulate g90 --listen 127.0.0.1:12368 --notify-to 127.0.0.1:12901
  panelctl simulate g90 --cloud 127.0.0.1:5678
  echo 'sensor 0 active' | panelctl simulate g90 --script - --notify-to 127.0.0.1:12901";

/// A host, a colon and a port.
pub(super) fn host_and_port(text: &str) -> Result<String, String> {
    match text.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port != 0) => Ok(text.to_owned()),
        _ => Err("write HOST:PORT".into()),
    }
}

impl SimulateArgs {
    fn setup(&self) -> Setup {
        let mut setup = Setup::new();
        setup.device_id.clone_from(&self.device_id);
        if let (Some(count), Some(definition)) = (self.sensors, devices::sensor_named("Door Sensor: WDS07")) {
            let entry = |index: u8| Entry { index: index.into(), name: format!("Door {index}"), definition };
            setup.sensors = (0..count).map(entry).collect();
        }
        setup.rows_per_page = self.rows_per_page;
        setup.discovery = self.discovery;
        setup.notify_to = self.notify_to;
        setup.notify_from = self.notify_from;
        setup.cloud.clone_from(&self.cloud);
        setup
    }
}

pub(crate) fn run(args: &SimulateArgs) -> anyhow::Result<Outcome> {
    let source = Source::new(args.script.as_deref());
    let lines = Lines::open(&source, g90_script::parse)?;
    wait::run(simulate(args.setup(), args.listen, lines, source == Source::Stdin))
}

async fn simulate(setup: Setup, listen: SocketAddr, mut lines: Lines<g90_script::Step>, typed: bool) -> anyhow::Result<Outcome> {
    let mut output = Output::stdout();
    let (reports, reported) = mpsc::unbounded_channel();
    let device_id = setup.device_id.clone();
    // The receiver lives as long as the simulation.
    let simulator = Simulator::start(setup, listen, move |report| {
        let _ = reports.send(report);
    })?;
    output.line(&format!("listening on {}", simulator.address()))?;
    if let Some(address) = simulator.discovery_address() {
        output.line(&format!("asked for as {device_id} on {address}"))?;
    }
    output.flush()?;
    if typed {
        complain("type `help` for what can happen, `quit` or Ctrl-C to end");
    }
    let script = follow(&mut lines, g90_script::HELP, |step| simulator.step(step));
    show(script, simulator.ended(), reported, sentence, &mut output).await
}

/// A report in words.
fn sentence(report: Report) -> String {
    match report {
        Report::Request(code) => format!("asked: {}", command_name(code)),
        Report::System(text) => format!("system command {text}"),
        Report::Probe => "somebody looks for a panel".into(),
        Report::Notice(change) => notice(&change),
        Report::Added { list, index } => format!("{} {index} added", list_name(list)),
        Report::Told(text) => format!("tells {text}"),
        Report::Unsent(why) => format!("cannot tell: {why}"),
        Report::Fault(fault) => format!("something came that is no message: {fault}"),
        Report::CloudConnected => "the cloud is connected".into(),
        Report::CloudOnline => "the cloud answers".into(),
        Report::CloudCommand(code) => format!("the cloud sends command {code}"),
        Report::CloudLost(why) => format!("no connection to the cloud: {why}"),
        _ => "something without a word".into(),
    }
}
