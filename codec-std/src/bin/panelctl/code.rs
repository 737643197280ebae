//! Where user codes come from: never from the arguments, which every user of the computer can read in the process list.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Args;
use codec_core::Secret;

use crate::exit::Outcome;
use crate::output::complain;

/// The environment variable that is looked at.
pub(crate) const CODE_VARIABLE: &str = "PANELCTL_CODE";

/// Where the code is, if it is not to be asked for.
#[derive(Args, Debug)]
pub(crate) struct CodeArgs {
    /// Read the code from the first line of a file, `-` for standard input
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) code_file: Option<PathBuf>,
}

impl CodeArgs {
    /// The code of the file, else of the environment variable.
    pub(crate) fn given(&self) -> anyhow::Result<Option<Secret<String>>> {
        given(self.code_file.as_deref(), CODE_VARIABLE)
    }

    /// As [`given`](Self::given), else what somebody types at the terminal.
    pub(crate) fn ask(&self) -> anyhow::Result<Secret<String>> {
        ask(self.code_file.as_deref(), CODE_VARIABLE, "Code: ", "--code-file FILE")
    }
}

/// The secret of the file, else of the environment variable.
pub(crate) fn given(file: Option<&Path>, variable: &str) -> anyhow::Result<Option<Secret<String>>> {
    if let Some(path) = file {
        return first_line(path).map(Some);
    }
    match std::env::var(variable) {
        Ok(value) => Ok(Some(Secret::new(value))),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => bail!("{variable} is not text"),
    }
}

/// As [`given`], else what somebody types, which is not shown.
pub(crate) fn ask(file: Option<&Path>, variable: &str, prompt: &str, option: &str) -> anyhow::Result<Secret<String>> {
    if let Some(secret) = given(file, variable)? {
        return Ok(secret);
    }
    if !io::stdin().is_terminal() {
        bail!("nobody is there to be asked: set {variable}, or give {option}");
    }
    let typed = rpassword::prompt_password(prompt).context("cannot read from the terminal")?;
    Ok(Secret::new(typed))
}

/// Tells what is wrong with the arguments. What may be a code among those of `send` and `watch` is not repeated: errors go to logs.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    let mut text = error.render().to_string();
    let mut arguments = std::env::args().skip(1);
    if error.use_stderr() && matches!(arguments.next().as_deref(), Some("send" | "watch")) {
        let found: Vec<String> = arguments.map(value).filter(|value| may_hold_code(value) && text.contains(value)).collect();
        if !found.is_empty() {
            for value in &found {
                text = text.replace(value, "***");
            }
            complain(&format!("{text}\nA code is no argument: it is asked for, or comes from {CODE_VARIABLE} or --code-file FILE."));
            return Outcome::Failed.code();
        }
    }
    error.exit()
}

/// An argument without the name of its option.
fn value(argument: String) -> String {
    match argument.split_once('=') {
        Some((option, value)) if option.starts_with("--") => value.to_owned(),
        None if argument.starts_with("--") => String::new(),
        _ => argument,
    }
}

/// More than two digits, and no address.
fn may_hold_code(value: &str) -> bool {
    digits(value) > 2 && !value.contains("://")
}

/// How many digits there are.
pub(crate) fn digits(text: &str) -> usize {
    text.chars().filter(char::is_ascii_digit).count()
}

/// The first line of a file, without white space around it. Errors name the file and repeat nothing of it.
fn first_line(path: &Path) -> anyhow::Result<Secret<String>> {
    // A code has a few digits; a larger file is a mistake.
    const LIMIT: u64 = 4096;
    let name = path.display();
    let mut line = Vec::new();
    // Whoever writes into a pipe need not close it.
    if path.as_os_str() == "-" {
        io::stdin().lock().take(LIMIT).read_until(b'\n', &mut line).context("cannot read standard input")?;
    } else {
        let file = File::open(path).with_context(|| format!("cannot open {name}"))?;
        BufReader::new(file.take(LIMIT)).read_until(b'\n', &mut line).with_context(|| format!("cannot read {name}"))?;
    }
    let text = str::from_utf8(&line).with_context(|| format!("{name} is not text"))?;
    Ok(Secret::new(text.trim().to_owned()))
}
