//! `panelctl discover g90`.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use codec_core::g90::local::{Reply, decode_reply};
use codec_std::discover::{Found, Heard, Query};
use codec_std::tokio::Discovery;
use serde_json::json;

use super::local::{answer_fields, printable};
use super::target::Target;
use crate::exit::Outcome;
use crate::families::ness::options::millis;
use crate::output::{Fields, Output, complain};
use crate::wait;

/// Find G90 panels.
///
/// Everybody in the network is asked for host information, and what answers within ten seconds is shown. With --device-id one panel is
/// asked for by its identity; its answer comes to port 12901, the port of notifications, which a `watch` may have at the same time.
#[derive(Args, Debug)]
#[command(after_help = HELP)]
pub(crate) struct DiscoverArgs {
    /// Whom to ask instead of all: HOST or HOST:PORT
    #[arg(long, value_name = "ADDRESS")]
    target: Option<Target>,

    /// Identity (GUID) of the panel that is looked for
    #[arg(long, value_name = "GUID")]
    device_id: Option<String>,

    /// Wait for more answers after the first, with --target or --device-id
    #[arg(long)]
    all: bool,

    /// Where answers come in [default: a free port, with --device-id 0.0.0.0:12901]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,

    /// How long to wait [default: 10, with --device-id 30]
    #[arg(long, value_name = "SECONDS", value_parser = millis)]
    timeout: Option<u32>,

    /// Print one JSON object per panel
    #[arg(long)]
    json: bool,
}

const HELP: &str = "\
With --target or --device-id it ends with the first answer, unless --all is given. A broadcast goes out by one
network only, that of the default route: name another one by its broadcast address.

Exit codes: 0 something was found, 2 wrong arguments or no way to ask, 3 nothing answered in time.

Examples:
  panelctl discover g90
  panelctl discover g90 --target 192.0.2.7
  panelctl discover g90 --target 192.0.2.255 --all
  panelctl discover g90 --device-id GA18018B3001021 --json";

pub(crate) fn run(args: &DiscoverArgs) -> anyhow::Result<Outcome> {
    wait::run(discover(args))
}

async fn discover(args: &DiscoverArgs) -> anyhow::Result<Outcome> {
    let mut query = match &args.device_id {
        Some(id) => Query::device(id).context("no question can be asked with --device-id")?,
        None => Query::all(),
    };
    if let Some(target) = &args.target {
        let to = target.resolve(query.port()).await?;
        query = query.ask(to);
    }
    if let Some(listen) = args.listen {
        query = query.listen_on(listen);
    }
    if let Some(millis) = args.timeout {
        query = query.wait(Duration::from_millis(millis.into()));
    }
    let only_one = (args.target.is_some() || args.device_id.is_some()) && !args.all;
    let listen = query.listens_on();
    let mut discovery = Discovery::start(query).with_context(|| format!("cannot listen on {listen}"))?;
    let mut output = Output::stdout();
    let mut found = 0;
    while let Some(heard) = discovery.next().await.context("nobody can be asked")? {
        match heard {
            Heard::Panel(panel) => {
                show(&panel, args.json, &mut output)?;
                found += 1;
                if only_one {
                    break;
                }
            }
            Heard::Noise(from) => complain(&format!("{from} sent what is no answer")),
            _ => {}
        }
    }
    if found == 0 {
        complain("no panel has answered");
        return Ok(Outcome::TimedOut);
    }
    Ok(Outcome::Done)
}

/// What a panel said of itself, in words and in fields.
fn said(found: &Found) -> (String, Fields) {
    if let Some(reply) = found.probe() {
        let fields = reply.fields().into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
        return (format!("{}  firmware {}  main processor {}", reply.product_name, reply.fw_version, reply.mcu_hw_version), fields);
    }
    let row = found
        .info()
        .map(|info| format!("{}  main processor {}  WiFi module {}", info.product_name, info.mcu_hw_version, info.wifi_hw_version));
    let fields = match decode_reply(found.datagram()) {
        Ok(Reply::Answer(answer)) => answer_fields(&answer).ok(),
        _ => None,
    };
    (row.unwrap_or_default(), fields.unwrap_or_default())
}

fn show(found: &Found, json: bool, output: &mut Output<impl std::io::Write>) -> anyhow::Result<()> {
    let (from, (row, said)) = (found.from, said(found));
    if json {
        let mut fields = Fields::new();
        fields.insert("ok".into(), json!(true));
        fields.insert("host".into(), json!(from.ip()));
        fields.insert("port".into(), json!(from.port()));
        fields.insert("device_id".into(), json!(found.device_id));
        fields.extend(said);
        output.json(&fields)?;
    } else {
        output.line(&format!("{:15}  {from}  {}", printable(&found.device_id), printable(&row)))?;
    }
    output.flush()
}
