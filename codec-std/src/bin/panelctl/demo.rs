//! `panelctl demo`: simulated panels, the real drivers over real sockets, and a story. The timeline is what the controllers tell.

use std::time::Instant;

use anyhow::Context as _;
use tokio::sync::mpsc;

use crate::cli::DemoArgs;
use crate::exit::Outcome;
use crate::families::{g90, ksenia, kts, ness};
use crate::output::{Output, complain};
use crate::story::Timeline;
use crate::wait;

pub(crate) fn run(args: &DemoArgs) -> anyhow::Result<Outcome> {
    wait::run(demo(args))
}

async fn demo(args: &DemoArgs) -> anyhow::Result<Outcome> {
    let (lines, mut told) = mpsc::unbounded_channel();
    let mut output = Output::stdout();
    let ness = ness::demo::start().await.context("the simulated ness panel cannot start")?;
    let ksenia = ksenia::demo::start().await.context("the simulated ksenia panel cannot start")?;
    let mut g90 = g90::demo::start().await.context("the simulated g90 panel cannot start")?;
    let kts = kts::demo::start().await.context("the simulated kts host cannot start")?;
    output.line(&format!("simulated ness panel at {}", ness.address()))?;
    output.line(&format!("simulated ksenia panel at {}", ksenia.address()))?;
    output.line(&format!("simulated g90 panel at {}", g90.address()))?;
    output.line(&format!("simulated kts host dials {}", kts.server()))?;
    output.flush()?;
    let begin = Instant::now();
    let mut show = |(family, words): (&str, String)| {
        output.line(&format!("{:6.2} s  {family}  {words}", begin.elapsed().as_secs_f64()))?;
        output.flush()
    };
    let ended = {
        let stories = async {
            tokio::try_join!(
                ness::demo::play(&ness, Timeline::new("ness", lines.clone())),
                ksenia::demo::play(&ksenia, Timeline::new("ksenia", lines.clone())),
                g90::demo::play(&mut g90, Timeline::new("g90", lines.clone())),
                kts::demo::play(&kts, Timeline::new("kts", lines)),
            )
        };
        tokio::pin!(stories);
        loop {
            tokio::select! {
                biased;
                Some(line) = told.recv() => show(line)?,
                result = &mut stories => break result,
            }
        }
    };
    while let Ok(line) = told.try_recv() {
        show(line)?;
    }
    if let Err(missing) = ended {
        complain(&format!("panelctl: {missing}"));
        return Ok(Outcome::Bad);
    }
    output.line("all that was expected happened")?;
    if args.keep {
        let ways = ness::demo::how_to_connect(&ness).into_iter().chain(ksenia::demo::how_to_connect(&ksenia));
        for line in ways.chain(g90::demo::how_to_connect(&g90)).chain(kts::demo::how_to_connect()) {
            output.line(&line)?;
        }
        output.line("Ctrl-C ends the panels")?;
        output.flush()?;
        tokio::select! {
            result = wait::interrupted() => result?,
            () = ness.ended() => anyhow::bail!("the simulated ness panel has died"),
            () = g90.ended() => anyhow::bail!("the simulated g90 panel has died"),
            () = ksenia.ended() => anyhow::bail!("the simulated ksenia panel has died"),
        }
    }
    output.flush()?;
    Ok(Outcome::Done)
}
