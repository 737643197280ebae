//! `panelctl simulate`: a panel on a port, whose world is a script.

use std::io::IsTerminal as _;
use std::path::Path;

use anyhow::Context as _;
use codec_std::sim::script::{self, ScriptError, Step};
use tokio::sync::mpsc;

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
pub(crate) struct Line {
    /// From 1.
    pub(crate) number: u64,
    pub(crate) step: Result<Step, ScriptError>,
}

/// Lines that a thread reads, so that the simulation need not wait for them.
pub(crate) enum Lines {
    /// A file, which is read whole and checked before anything happens.
    Ready(std::vec::IntoIter<Line>),
    Typed {
        lines: mpsc::Receiver<std::io::Result<String>>,
        /// Lines so far.
        count: u64,
    },
    Ended,
}

impl Lines {
    /// Opens a script.
    pub(crate) fn open(source: &Source<'_>) -> anyhow::Result<Self> {
        match source {
            Source::None => Ok(Self::Ended),
            Source::File(path) => {
                let name = path.display();
                let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the script {name}"))?;
                let mut lines = Vec::new();
                for (number, line) in (1..).zip(text.lines()) {
                    let step = script::parse(line).with_context(|| format!("{name}, line {number}"))?;
                    lines.extend(step.map(|step| Line { number, step: Ok(step) }));
                }
                Ok(Self::Ready(lines.into_iter()))
            }
            Source::Stdin => Ok(Self::Typed { lines: wait::stdin_lines(), count: 0 }),
        }
    }

    /// The next line that is not blank; never again once the script has ended. Nothing is lost when the future is dropped.
    pub(crate) async fn next(&mut self) -> anyhow::Result<Line> {
        loop {
            match self {
                Self::Ready(lines) => match lines.next() {
                    Some(line) => return Ok(line),
                    None => *self = Self::Ended,
                },
                Self::Typed { lines, count } => match lines.recv().await {
                    Some(Ok(line)) => {
                        *count += 1;
                        if let Some(step) = script::parse(&line).transpose() {
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
