//! The arguments.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::families::{Protocol, ness};

/// Decode, watch, command and simulate closed alarm panels.
#[derive(Debug, Parser)]
#[command(name = "panelctl", version, about, after_help = AFTER_HELP, max_term_width = 110)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const AFTER_HELP: &str = "\
Exit codes:
  0  done: all decoded, command confirmed or answered, ended with Ctrl-C
  1  a unit could not be decoded, or an expected event did not come
  2  wrong arguments, or a file or the network failed

Examples:
  panelctl decode ness capture.txt
  panelctl decode ness --help";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Decode(DecodeArgs),
    #[command(subcommand)]
    Simulate(Simulate),
}

/// Simulate a panel on a TCP port
#[derive(Debug, Subcommand)]
pub(crate) enum Simulate {
    Ness(ness::simulate::SimulateArgs),
}

/// Decode a capture, one output line per unit.
///
/// The default input is the stream of bytes as captured. Units are shown as soon as they are complete, so a live pipe works.
/// Received checksums are reported and never a reason to refuse. User codes are shown unless --mask is given.
#[derive(Args, Debug)]
#[command(after_help = DECODE_HELP)]
pub(crate) struct DecodeArgs {
    /// What the capture is of
    #[arg(value_enum)]
    pub(crate) protocol: Protocol,

    /// Every input line is one frame in hexadecimal digits, without its terminator, and gives exactly one output line
    #[arg(long)]
    pub(crate) hex: bool,

    /// Print one flat JSON object per unit instead of a table
    #[arg(long)]
    pub(crate) json: bool,

    /// Hide user codes: digits among keys become 0, with the checksum that then fits
    #[arg(long)]
    pub(crate) mask: bool,

    /// The capture; standard input if it is absent or `-`
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}

const DECODE_HELP: &str = "\
Exit codes: 0 all decoded, 1 some unit was bad, 2 wrong arguments or input not readable.

A unit that cannot be decoded is {\"ok\":false,\"error\":CLASS,\"detail\":TEXT,\"at\":OFFSET} with --json. The classes are:
  empty      nothing in the unit
  truncated  the unit ends too early
  trailing   bytes left over behind the unit
  too-long   longer than the longest unit
  hex        no hexadecimal digit where one must be
  text       a byte that is not printable
  start      unknown first byte
  command    unknown command byte
  length     the length contradicts the kind of unit
  hex-input  the input line of --hex itself is not hexadecimal

Examples:
  panelctl decode ness capture.txt
  nc 192.0.2.10 2401 | panelctl decode ness --json | jq -c 'select(.kind == \"event\")'
  printf 820003600000001b | xxd -p | panelctl decode ness --hex --json
  panelctl decode ness --mask capture.txt > to-show-around.txt";
