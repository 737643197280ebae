//! `panelctl`: decode captures of alarm panels, watch and command panels, simulate them.

mod cli;
mod code;
mod decode;
mod demo;
mod exit;
mod families;
mod news;
mod output;
mod replay;
mod simulate;
mod story;
mod trust;
mod wait;
mod watch;
mod words;

use std::process::ExitCode;

use clap::Parser as _;
use codec_std::links::Connector;

use crate::exit::{Outcome, StdoutClosed};

fn main() -> ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return code::usage(&error),
    };
    let outcome = match cli.command {
        cli::Command::Decode(args) => decode::run(&args),
        cli::Command::Watch(cli::Watch::Ness(args)) => {
            let watched = families::ness::watch::NessWatch::new(args.controller.config(), args.common.lines);
            watch::run(watched, &Connector::new(args.to), &args.common)
        }
        cli::Command::Watch(cli::Watch::Ksenia(args)) => families::ksenia::watch::run(&args),
        cli::Command::Watch(cli::Watch::G90(watch)) => families::g90::watch::run(&watch),
        cli::Command::Watch(cli::Watch::Kts(args)) => families::kts::watch::run(&args),
        cli::Command::Send(cli::Send::Ness(args)) => families::ness::send::run(&args),
        cli::Command::Send(cli::Send::Ksenia(args)) => families::ksenia::send::run(&args),
        cli::Command::Send(cli::Send::G90(args)) => families::g90::send::run(&args),
        cli::Command::Send(cli::Send::Kts(args)) => families::kts::send::run(&args),
        cli::Command::Discover(cli::Discover::G90(args)) => families::g90::discover::run(&args),
        cli::Command::Simulate(cli::Simulate::Ness(args)) => families::ness::simulate::run(&args),
        cli::Command::Simulate(cli::Simulate::Ksenia(args)) => families::ksenia::simulate::run(&args),
        cli::Command::Simulate(cli::Simulate::G90(args)) => families::g90::simulate::run(&args),
        cli::Command::Simulate(cli::Simulate::Kts(args)) => families::kts::simulate::run(&args),
        cli::Command::Replay(args) => replay::run(&args),
        cli::Command::Demo(args) => demo::run(&args),
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
