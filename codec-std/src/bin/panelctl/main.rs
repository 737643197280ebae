//! `panelctl`: decode captures of alarm panels, watch and command panels, simulate them.

mod cli;
mod decode;
mod exit;
mod families;
mod output;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

use crate::exit::{Outcome, StdoutClosed};

fn main() -> ExitCode {
    let outcome = match cli::Cli::parse().command {
        cli::Command::Decode(args) => decode::run(&args),
    };
    match outcome {
        Ok(outcome) => outcome.code(),
        // Whoever read the output has seen enough.
        Err(error) if error.is::<StdoutClosed>() => Outcome::Done.code(),
        Err(error) => {
            // With standard error closed there is nobody to tell.
            let _ = writeln!(std::io::stderr(), "panelctl: {error:#}");
            Outcome::Failed.code()
        }
    }
}
