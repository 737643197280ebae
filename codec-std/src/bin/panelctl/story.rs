//! What the demonstration of a family is made of: chapters, and what a controller must tell in each.

use std::fmt::Display;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

/// How long it is quiet between a chapter and the next, so that a reader can follow.
const PAUSE: Duration = Duration::from_millis(400);

/// What a controller tells of a command that was seen to be obeyed.
pub(crate) const CONFIRMED: &str = "command confirmed";

/// What somebody does.
pub(crate) enum Act<House, Command> {
    /// In the house.
    House(House),
    /// At the controller.
    Controller(Command),
    /// Wait for what happens by itself.
    Nothing,
}

/// An act and what must be told of it, in any order and among other news.
pub(crate) struct Chapter<House, Command> {
    pub(crate) act: Act<House, Command>,
    pub(crate) expected: &'static [&'static str],
}

/// Where the parts of the demonstration report to.
#[derive(Clone)]
pub(crate) struct Timeline {
    family: &'static str,
    lines: mpsc::UnboundedSender<(&'static str, String)>,
}

impl Timeline {
    pub(crate) const fn new(family: &'static str, lines: mpsc::UnboundedSender<(&'static str, String)>) -> Self {
        Self { family, lines }
    }
}

/// Something that was expected did not happen.
#[derive(Debug, thiserror::Error)]
#[error("the {family} controller did not tell of `{missing}`: {why}")]
pub(crate) struct Missing {
    pub(crate) family: &'static str,
    pub(crate) missing: String,
    pub(crate) why: String,
}

/// A family's part of the demonstration while it is played.
pub(crate) struct Story {
    timeline: Timeline,
    pub(crate) end: Instant,
}

impl Story {
    /// Begins now, and takes `patience` at most.
    pub(crate) fn begin(timeline: Timeline, patience: Duration) -> Self {
        Self { timeline, end: Instant::now() + patience }
    }

    /// There is no connection.
    pub(crate) fn broken(&self, why: impl Display) -> Missing {
        self.missing("a connection", why)
    }

    /// The first thing that a chapter expects will not happen.
    pub(crate) fn failed(&self, expected: &[&str], why: impl Display) -> Missing {
        self.missing(expected.first().copied().unwrap_or("more"), why)
    }

    fn missing(&self, missing: &str, why: impl Display) -> Missing {
        Missing { family: self.timeline.family, missing: missing.to_owned(), why: why.to_string() }
    }

    /// Tells what `next` gives until all that is expected has come, and it has been quiet for a while. `next` may be dropped while it waits;
    /// what it cannot tell of is `None`, and its error ends the story.
    pub(crate) async fn hear(
        &self,
        expected: &[&str],
        mut next: impl AsyncFnMut() -> Result<Option<String>, String>,
    ) -> Result<(), Missing> {
        let mut expected = expected.to_vec();
        let mut until = self.end;
        loop {
            let words = match timeout_at(until, next()).await {
                Ok(words) => words.map_err(|why| self.failed(&expected, why))?,
                Err(_) if expected.is_empty() => return Ok(()),
                Err(_) => return Err(self.failed(&expected, "it did not come in time")),
            };
            if let Some(words) = words {
                expected.retain(|expected| *expected != words);
                // Without a reader the program is ending.
                let _ = self.timeline.lines.send((self.timeline.family, words));
                if expected.is_empty() {
                    until = Instant::now() + PAUSE;
                }
            }
        }
    }
}

/// What [`Story::hear`] takes from a driver: its next event, or why there are no more.
pub(crate) fn event<E>(next: std::io::Result<Option<E>>) -> Result<E, String> {
    match next {
        Ok(Some(event)) => Ok(event),
        Ok(None) => Err("the connection ended".into()),
        Err(error) => Err(format!("the connection broke: {error}")),
    }
}

/// Why a story ends with its panel.
pub(crate) const DIED: &str = "the simulated panel has died";
