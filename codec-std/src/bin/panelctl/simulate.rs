//! `panelctl simulate`: a panel on a port, whose world is a script.

use std::io::{IsTerminal as _, Write};
use std::path::Path;

use anyhow::{Context as _, bail};
use codec_std::sim::ness::{Done, StepError};
use codec_std::sim::script::ScriptError;
use tokio::sync::mpsc;

use crate::exit::Outcome;
use crate::output::{Output, complain};
use crate::wait;

/// Where the lines of a script come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source<'a> {
    /// Nothing happens by itself.
    None,
    File(&'a Path),
    Stdin,
}

impl<'a> Source<'a> {
    /// `-` is standard input, which is also the default if somebody sits there.
    pub(crate) fn new(script: Option<&'a Path>) -> Self {
        match script {
            Some(path) if path.as_os_str() == "-" => Self::Stdin,
            Some(path) => Self::File(path),
            None if std::io::stdin().is_terminal() => Self::Stdin,
            None => Self::None,
        }
    }
}

/// One line that is not blank.
pub(crate) struct Line<S> {
    /// From 1.
    pub(crate) number: u64,
    pub(crate) step: Result<S, ScriptError>,
}

/// Reads one line of a family's language; `None` if it is blank.
type Parse<S> = fn(&str) -> Result<Option<S>, ScriptError>;

/// Text as part of a help.
pub(crate) fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

/// Lines that a thread reads, so that the simulation need not wait for them.
pub(crate) enum Lines<S> {
    /// A file, which is read whole and checked before anything happens.
    Ready(std::vec::IntoIter<Line<S>>),
    Typed {
        lines: mpsc::Receiver<std::io::Result<String>>,
        /// Lines so far.
        count: u64,
        parse: Parse<S>,
    },
    Ended,
}

impl<S> Lines<S> {
    /// Opens a script.
    pub(crate) fn open(source: &Source<'_>, parse: Parse<S>) -> anyhow::Result<Self> {
        match source {
            Source::None => Ok(Self::Ended),
            Source::File(path) => {
                let name = path.display();
                let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the script {name}"))?;
                let mut lines = Vec::new();
                for (number, line) in (1..).zip(text.lines()) {
                    let step = parse(line).with_context(|| format!("{name}, line {number}"))?;
                    lines.extend(step.map(|step| Line { number, step: Ok(step) }));
                }
                Ok(Self::Ready(lines.into_iter()))
            }
            Source::Stdin => Ok(Self::Typed { lines: wait::stdin_lines(), count: 0, parse }),
        }
    }

    /// The next line that is not blank; never again once the script has ended. Nothing is lost when the future is dropped.
    pub(crate) async fn next(&mut self) -> anyhow::Result<Line<S>> {
        loop {
            match self {
                Self::Ready(lines) => match lines.next() {
                    Some(line) => return Ok(line),
                    None => *self = Self::Ended,
                },
                Self::Typed { lines, count, parse } => match lines.recv().await {
                    Some(Ok(line)) => {
                        *count += 1;
                        if let Some(step) = parse(&line).transpose() {
                            return Ok(Line { number: *count, step });
                        }
                    }
                    Some(Err(error)) => return Err(error).context("cannot read the script from standard input"),
                    None => *self = Self::Ended,
                },
                Self::Ended => std::future::pending().await,
            }
        }
    }
}

/// Does what the lines say, until one says `quit`. What a line cannot do is told, and the next one follows.
pub(crate) async fn follow<S>(lines: &mut Lines<S>, help: &str, step: impl AsyncFn(S) -> Result<Done, StepError>) -> anyhow::Result<()> {
    loop {
        match lines.next().await? {
            Line { number, step: Err(error) } => complain(&format!("line {number}: {error}")),
            Line { number, step: Ok(line) } => match step(line).await {
                Ok(Done::Next) => {}
                Ok(Done::Help) => complain(help),
                Ok(Done::Quit) => return Ok(()),
                Err(error @ StepError::Refused(_)) => complain(&format!("line {number}: {error}")),
                Err(error) => return Err(error.into()),
            },
        }
    }
}

/// Shows what a simulated panel reports, until the script has quit or somebody interrupts.
pub(crate) async fn show<R>(
    script: impl Future<Output = anyhow::Result<()>>,
    died: impl Future<Output = ()>,
    mut reported: mpsc::UnboundedReceiver<R>,
    sentence: fn(R) -> String,
    output: &mut Output<impl Write>,
) -> anyhow::Result<Outcome> {
    let interrupted = wait::interrupted();
    tokio::pin!(script, died, interrupted);
    loop {
        tokio::select! {
            // A client can keep the panel busy without a pause: the end comes before what happened.
            biased;
            result = &mut interrupted => {
                result?;
                break;
            }
            Some(report) = reported.recv() => {
                output.line(&sentence(report))?;
                show_all(&mut reported, sentence, output)?;
            }
            () = &mut died => bail!("the simulated panel has died"),
            result = &mut script => {
                result?;
                break;
            }
        }
    }
    // What the last step led to.
    show_all(&mut reported, sentence, output)?;
    Ok(Outcome::Done)
}

/// Shows what waits to be shown, all of it, so that it cannot pile up.
fn show_all<R>(
    reported: &mut mpsc::UnboundedReceiver<R>,
    sentence: fn(R) -> String,
    output: &mut Output<impl Write>,
) -> anyhow::Result<()> {
    while let Ok(report) = reported.try_recv() {
        output.line(&sentence(report))?;
    }
    output.flush()
}
