//! `panelctl discover g90`.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use codec_core::g90::local::{
    Answer, BROADCAST_MILLIS, CommandCode, HostInfo, Message, Reply, Send, TARGETED_MILLIS, decode, decode_reply, encode_probe,
};
use codec_core::g90::{COMMAND_PORT, DISCOVERY_PORT, NOTIFICATION_PORT};
use codec_std::links::udp_socket;
use serde_json::json;
use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout_at};

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

/// Longest datagram that is looked at, in bytes.
const LONGEST: usize = 2048;

/// The question is asked again after so long: it or its answer may get lost.
const AGAIN: Duration = Duration::from_secs(3);

pub(crate) fn run(args: &DiscoverArgs) -> anyhow::Result<Outcome> {
    wait::run(discover(args))
}

/// A panel that has answered.
struct Found {
    device_id: String,
    row: String,
    fields: Fields,
}

async fn discover(args: &DiscoverArgs) -> anyhow::Result<Outcome> {
    let mut question = [0; 128];
    let (len, port, wait, listen) = match &args.device_id {
        Some(id) => {
            let len = encode_probe(id, &mut question).context("no question can be asked with --device-id")?;
            (len, DISCOVERY_PORT, TARGETED_MILLIS, SocketAddr::from((Ipv4Addr::UNSPECIFIED, NOTIFICATION_PORT)))
        }
        None => {
            let len = Send::Plain(CommandCode::GetHostInfo).encode(&mut question)?;
            (len, COMMAND_PORT, BROADCAST_MILLIS, SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)))
        }
    };
    let question = question.get(..len).unwrap_or_default();
    let to = match &args.target {
        Some(target) => target.resolve(port).await?,
        None => (Ipv4Addr::BROADCAST, port).into(),
    };
    let listen = args.listen.unwrap_or(if to.is_ipv4() { listen } else { SocketAddr::new([0_u16; 8].into(), listen.port()) });
    let socket = udp_socket(listen).with_context(|| format!("cannot listen on {listen}"))?;
    let only_one = (args.target.is_some() || args.device_id.is_some()) && !args.all;
    let end = Instant::now() + Duration::from_millis(args.timeout.unwrap_or(wait).into());
    let mut output = Output::stdout();
    let mut seen = Vec::new();
    let mut again = Instant::now();
    loop {
        if Instant::now() >= again {
            socket.send_to(question, to).await.with_context(|| format!("cannot ask {to}"))?;
            again = Instant::now() + AGAIN;
        }
        let Some((found, from)) = next(args, &socket, end.min(again)).await? else {
            if Instant::now() >= end {
                break;
            }
            continue;
        };
        if seen.contains(&(from, found.device_id.clone())) {
            continue;
        }
        show(&found, from, args.json, &mut output)?;
        seen.push((from, found.device_id));
        if only_one {
            break;
        }
    }
    if seen.is_empty() {
        complain("no panel has answered");
        return Ok(Outcome::TimedOut);
    }
    Ok(Outcome::Done)
}

/// The next answer. What is none is told and passed over; the port of notifications gets those as well.
async fn next(args: &DiscoverArgs, socket: &UdpSocket, until: Instant) -> anyhow::Result<Option<(Found, SocketAddr)>> {
    let mut datagram = [0; LONGEST];
    loop {
        let (len, from) = match timeout_at(until, socket.recv_from(&mut datagram)).await {
            Err(_) => return Ok(None),
            // That nobody listens there.
            Ok(Err(error)) if matches!(error.kind(), std::io::ErrorKind::ConnectionRefused | std::io::ErrorKind::ConnectionReset) => {
                continue;
            }
            Ok(received) => received.context("the socket broke")?,
        };
        let text = String::from_utf8_lossy(datagram.get(..len).unwrap_or_default());
        match read(args.device_id.as_deref(), text.as_bytes()) {
            Some(found) => return Ok(Some((found, from))),
            None => complain(&format!("{from} sent what is no answer")),
        }
    }
}

fn read(device_id: Option<&str>, datagram: &[u8]) -> Option<Found> {
    if let Some(device_id) = device_id {
        let Ok(Message::ProbeReply(reply)) = decode(datagram) else { return None };
        let fields = reply.fields().into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
        let row = format!("{}  firmware {}  main processor {}", reply.product_name, reply.fw_version, reply.mcu_hw_version);
        return Some(Found { device_id: device_id.into(), row, fields });
    }
    let Ok(Reply::Answer(answer)) = decode_reply(datagram) else { return None };
    host_info(&answer)
}

fn host_info(answer: &Answer<'_>) -> Option<Found> {
    answer.expect(CommandCode::GetHostInfo).ok()?;
    let info = HostInfo::read(answer.data()).ok()?;
    let fields = answer_fields(answer).ok()?;
    let row = format!("{}  main processor {}  WiFi module {}", info.product_name, info.mcu_hw_version, info.wifi_hw_version);
    Some(Found { device_id: info.host_guid.to_string(), row, fields })
}

fn show(found: &Found, from: SocketAddr, json: bool, output: &mut Output<impl std::io::Write>) -> anyhow::Result<()> {
    if json {
        let mut fields = Fields::new();
        fields.insert("ok".into(), json!(true));
        fields.insert("host".into(), json!(from.ip()));
        fields.insert("port".into(), json!(from.port()));
        fields.insert("device_id".into(), json!(found.device_id));
        fields.extend(found.fields.clone());
        output.json(&fields)?;
    } else {
        output.line(&format!("{:15}  {from}  {}", printable(&found.device_id), printable(&found.row)))?;
    }
    output.flush()
}
