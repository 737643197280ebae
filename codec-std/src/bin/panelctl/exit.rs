//! How the process ends.

use std::fmt;
use std::process::ExitCode;

/// What the exit code tells. The help lists the codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All went well.
    Done,
    /// It ran to its end, and something in the data was bad.
    Bad,
    /// The arguments, a file or the network. `clap` uses the same number.
    Failed,
    /// Nothing came in time.
    TimedOut,
    /// A command was not taken.
    Refused,
}

impl Outcome {
    pub(crate) fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Done => 0,
            Self::Bad => 1,
            Self::Failed => 2,
            Self::TimedOut => 3,
            Self::Refused => 4,
        })
    }
}

/// Standard output was closed by its reader, as `head` does it. No fault of anybody.
#[derive(Debug)]
pub(crate) struct StdoutClosed;

impl fmt::Display for StdoutClosed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("standard output was closed")
    }
}

impl std::error::Error for StdoutClosed {}
