//! What happens to simulated KTS hosts, as lines of text.

use std::time::Duration;

use codec_core::kts::panel::Command;

pub use super::script::ScriptError;
use super::script::usage;

/// Words of the script language, one step per line. `HOST` is a number from 1, or `all`.
pub const HELP: &str = "\
set HOST OBJECT VALUE      an object has a value: somebody pressed a button
unread HOST OBJECT         its value is not known any more
drop HOST                  the host closes its connection, and dials again
wait SECONDS               for example 1.5
wait registered            until all hosts are registered
help
quit
# and what follows is a comment";

/// What happens to a host.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// An object has a value.
    Set {
        /// Its id.
        object: String,
        /// The value, 1 to 16 bytes; `None` for not read.
        value: Option<String>,
    },
    /// The connection is closed.
    Drop,
}

impl Change {
    pub(super) fn command(&self) -> Command<'_> {
        match self {
            Self::Set { object, value } => Command::Set { object, value: value.as_deref() },
            Self::Drop => Command::Close,
        }
    }
}

/// Which host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom {
    /// The one of this number, from 1.
    Host(u32),
    /// One after the other.
    All,
}

/// One line of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Something happens to hosts.
    Do(Whom, Change),
    /// Nothing happens for as long.
    Wait(Duration),
    /// Nothing happens until all hosts are registered.
    WaitRegistered,
    /// Show [`HELP`].
    Help,
    /// The simulation ends.
    Quit,
}

/// Reads one line; `None` if it is blank or a comment.
///
/// ```
/// use codec_std::sim::kts_script::{Step, parse};
///
/// assert!(matches!(parse("set 1 17 1"), Ok(Some(Step::Do(..)))));
/// assert!(parse("# later").unwrap().is_none());
/// assert_eq!(parse("drop").unwrap_err().to_string(), "expected: drop HOST");
/// ```
///
/// # Errors
/// [`ScriptError`] says what would have been right.
pub fn parse(line: &str) -> Result<Option<Step>, ScriptError> {
    let words: Vec<&str> = line.split_whitespace().take_while(|word| !word.starts_with('#')).collect();
    let Some((first, rest)) = words.split_first() else { return Ok(None) };
    let step = match (*first, rest) {
        ("wait", ["registered"]) => Some(Step::WaitRegistered),
        ("wait", [seconds]) => seconds.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).map(Step::Wait),
        ("set", [host, object, value]) => whom(host).map(|whom| {
            let (object, value) = ((*object).to_owned(), Some((*value).to_owned()));
            Step::Do(whom, Change::Set { object, value })
        }),
        ("unread", [host, object]) => whom(host).map(|whom| Step::Do(whom, Change::Set { object: (*object).to_owned(), value: None })),
        ("drop", [host]) => whom(host).map(|whom| Step::Do(whom, Change::Drop)),
        ("help" | "?", []) => Some(Step::Help),
        ("quit" | "exit", []) => Some(Step::Quit),
        _ => None,
    };
    match step {
        Some(step) => Ok(Some(step)),
        None => Err(usage(HELP, first).map_or(ScriptError::UnknownWord, ScriptError::Usage)),
    }
}

fn whom(word: &str) -> Option<Whom> {
    match word {
        "all" => Some(Whom::All),
        number => number.parse().ok().filter(|number| *number > 0).map(Whom::Host),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_tells_the_whole_language() {
        for line in HELP.lines().filter(|line| !line.starts_with('#')) {
            let syntax = line.split("  ").next().unwrap();
            let step = syntax.replace("HOST", "3").replace("OBJECT", "17").replace("VALUE", "1").replace("SECONDS", "0.5");
            assert!(matches!(parse(&step), Ok(Some(_))), "{step}");
            assert!(matches!(parse(&format!("{step} # comment")), Ok(Some(_))), "{step}");
            assert!(matches!(parse(&format!("{step} more more")), Err(ScriptError::Usage(_))), "{step}");
        }
        assert_eq!(parse("drop all").unwrap(), Some(Step::Do(Whom::All, Change::Drop)));
        assert_eq!(parse("drop 0").unwrap_err(), ScriptError::Usage("drop HOST"));
        assert_eq!(parse("push 1").unwrap_err(), ScriptError::UnknownWord);
    }
}
