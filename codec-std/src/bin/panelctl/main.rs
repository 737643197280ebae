//! `panelctl`: decode captures of alarm panels, watch and command panels, simulate them.

mod cli;
mod code;
mod decode;
mod exit;
mod families;
mod output;
mod simulate;
mod wait;
mod words;

use std::process::ExitCode;

use clap::Parser as _;

use crate::exit::{Outcome, StdoutClosed};

fn main() -> ExitCode {
    let outcome = match cli::Cli::parse().command {
        cli::Command::Decode(args) => decode::run(&args),
        cli::Command::Simulate(cli::Simulate::Ness(args)) => families::ness::simulate::run(&args),
    };
    match outcome {
        Ok(outcome) => outcome.code(),
        // Whoever read the output has seen enough.
        Err(error) if error.is::<StdoutClosed>() => Outcome::Done.code(),
        Err(error) => {
            output::complain(&format!("panelctl: {error:#}"));
            Outcome::Failed.code()
        }
    }
}
