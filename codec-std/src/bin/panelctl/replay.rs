//! `panelctl replay`: a recorded session through the machine again.

use std::fs::File;
use std::io::{BufRead, BufReader};

use anyhow::{Context as _, bail};
use codec_core::g90::cloud;
use codec_core::{ksenia, kts, ness};
use codec_std::record::{Header, Log, Recorded, Replay};
use serde_json::json;

use crate::cli::ReplayArgs;
use crate::exit::Outcome;
use crate::families::g90::watch_cloud;
use crate::families::ksenia::options::{Login, Storage};
use crate::families::ksenia::recorded;
use crate::families::ksenia::watch::KseniaWatch;
use crate::families::kts::options::Storage as KtsStorage;
use crate::families::kts::watch::{Gate, KtsWatch};
use crate::families::ness::watch::NessWatch;
use crate::output::{Fields, Output, complain};
use crate::watch::{Watched, utc};

/// Largest buffer in bytes that a record may ask for. No program needs one as large, and a file must not use up the memory.
const MAX_BUFFER: usize = 16 << 20;

pub(crate) fn run(args: &ReplayArgs) -> anyhow::Result<Outcome> {
    let name = args.file.display();
    let open = || File::open(&args.file).map(BufReader::new).map(Log::new).with_context(|| format!("cannot open {name}"));
    let mut log = open()?;
    // Of a Ksenia record, all connections: found when the first is replayed.
    let mut logins: Vec<Login> = Vec::new();
    let (mut connections, mut differences) = (0_u64, 0);
    while let Some(header) = log.next_header().with_context(|| format!("{name} is no record"))? {
        connections += 1;
        if header.is_of::<ness::Controller<'static>>() {
            let mut watched = NessWatch::new(args.ness.config(), args.lines);
            differences += session(&mut watched, &header, &mut log, args, connections).with_context(|| format!("{name}"))?;
        } else if header.is_of::<ksenia::Controller<'static>>() {
            if logins.is_empty() {
                logins = recorded::logins(open()?).with_context(|| format!("{name} is no record"))?;
            }
            let login =
                usize::try_from(connections - 1).ok().and_then(|at| logins.get(at)).with_context(|| format!("{name} has changed"))?;
            let config = args.ksenia.config(login);
            let mut storage = Storage::new();
            let mut watched = KseniaWatch::new(&config, &mut storage, args.lines);
            differences += session(&mut watched, &header, &mut log, args, connections).with_context(|| format!("{name}"))?;
        } else if header.is_of::<kts::Controller<'static>>() {
            let config = args.kts.config();
            let mut storage = KtsStorage::new();
            let mut watched = KtsWatch::new(&config, &mut storage, Gate::closed(), args.lines);
            differences += session(&mut watched, &header, &mut log, args, connections).with_context(|| format!("{name}"))?;
        } else if header.is_of::<cloud::Controller<'static>>() {
            check_size(&header)?;
            let shown = (args.json, args.lines);
            let found = watch_cloud::replay(&header, &mut log, &args.g90, shown, connections);
            differences += found.with_context(|| format!("{name}"))?;
        } else {
            bail!("{name} is the record of a {} {:?}, which cannot be replayed", header.protocol, header.role);
        }
    }
    match (connections, differences) {
        (0, _) => bail!("{name} is empty"),
        (_, 0) => Ok(Outcome::Done),
        _ => {
            complain(&format!(
                "{differences} of the writes of the session are not what this version sends with these options: were they the same as for \
                 `watch`?"
            ));
            Ok(Outcome::Bad)
        }
    }
}

fn check_size(header: &Header) -> anyhow::Result<()> {
    if header.rx_bytes.max(header.tx_bytes) > MAX_BUFFER {
        bail!("a buffer of the record is larger than {MAX_BUFFER} bytes");
    }
    Ok(())
}

/// Repeats one connection and gives the number of writes that differ.
fn session<W: Watched>(
    watched: &mut W,
    header: &Header,
    log: &mut Log<impl BufRead>,
    args: &ReplayArgs,
    connection: u64,
) -> anyhow::Result<u64>
where
    W::Machine: Recorded,
{
    check_size(header)?;
    let mut output = Output::stdout();
    let (mut rx, mut tx) = (vec![0; header.rx_bytes], vec![0; header.tx_bytes]);
    let mut replay = Replay::new(header, watched.machine()?, log, &mut rx, &mut tx)?;
    watched.connected();
    while let Some((env, event)) = replay.next()? {
        let time = env.unix.map_or_else(|| "-".into(), utc);
        let heard = watched.heard(&event, true);
        if args.json {
            if let Some(more) = watched.object(event) {
                let mut fields = Fields::new();
                fields.insert("time".into(), json!(time));
                fields.insert("ms".into(), json!(env.now.as_millis()));
                fields.insert("connection".into(), json!(connection));
                fields.extend(more);
                output.json(&fields)?;
            }
        } else {
            for words in [heard.words, heard.problem].into_iter().flatten() {
                output.line(&format!("{time}  {words}"))?;
            }
        }
    }
    if args.json {
        let mut fields = watched.state(replay.machine());
        fields.insert("connection".into(), json!(connection));
        output.json(&fields)?;
    } else {
        for line in watched.table(replay.machine()) {
            output.line(&line)?;
        }
    }
    output.flush()?;
    Ok(replay.differences())
}
