//! Where user codes come from: never from the arguments, which every user of the computer can read in the process list.

use std::io::{self, IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use codec_core::Secret;

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

/// The first line of a file, without white space around it. Errors name the file and repeat nothing of it.
fn first_line(path: &Path) -> anyhow::Result<Secret<String>> {
    // A code has a few digits; a larger file is a mistake.
    const LIMIT: u64 = 4096;
    let mut text = String::new();
    if path.as_os_str() == "-" {
        io::stdin().lock().take(LIMIT).read_to_string(&mut text).context("cannot read standard input")?;
    } else {
        let file = std::fs::File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
        file.take(LIMIT).read_to_string(&mut text).with_context(|| format!("cannot read {}", path.display()))?;
    }
    Ok(Secret::new(text.lines().next().unwrap_or_default().trim().to_owned()))
}
