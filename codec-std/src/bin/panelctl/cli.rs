//! The arguments.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use codec_std::links::Address;

use crate::families::g90::local::Expected;
use crate::families::{CrcChoice, Protocol, g90, ksenia, kts, ness};

/// Decode, watch, command and simulate closed alarm panels.
#[derive(Debug, Parser)]
#[command(name = "panelctl", version, after_help = AFTER_HELP, max_term_width = 110)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const AFTER_HELP: &str = "\
Exit codes:
  0  done: all decoded, command confirmed or answered, ended with Ctrl-C
  1  a unit could not be decoded, or an expected event did not come
  2  wrong arguments, or a file or the network failed
  3  nothing came in time
  4  a command or a login was refused, by the panel or before it was sent

Examples:
  panelctl demo
  panelctl decode ness capture.txt
  panelctl simulate ness --listen 127.0.0.1:2401
  panelctl watch ness tcp://127.0.0.1:2401
  panelctl send ness tcp://127.0.0.1:2401 arm-away
  panelctl simulate ksenia --listen 127.0.0.1:8080
  panelctl watch ksenia ws://127.0.0.1:8080
  panelctl discover g90
  panelctl watch g90 local 10.10.10.250

User codes are asked for, or come from PANELCTL_CODE or --code-file; they are never arguments and never shown.
`panelctl COMMAND --help` tells more.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Decode(DecodeArgs),
    #[command(subcommand)]
    Watch(Watch),
    #[command(subcommand)]
    Send(Send),
    #[command(subcommand)]
    Discover(Discover),
    #[command(subcommand)]
    Simulate(Simulate),
    Replay(ReplayArgs),
    Demo(DemoArgs),
}

/// Show what a panel tells, live, and connect again when the connection ends
#[derive(Debug, Subcommand)]
#[command(
    after_help = "Examples:\n  panelctl watch ness tcp://192.0.2.10:2401\n  panelctl watch ksenia wss://192.0.2.10 --insecure\n  panelctl watch g90 local 10.10.10.250\n  panelctl watch kts --listen 0.0.0.0:41709"
)]
pub(crate) enum Watch {
    Ness(WatchNess),
    Ksenia(ksenia::watch::WatchArgs),
    #[command(subcommand)]
    G90(g90::watch::Watch),
    Kts(kts::watch::WatchArgs),
}

/// Watch a Ness panel.
///
/// Events go to standard output, what happens to the connection to standard error. The state of the house is shown when the first
/// answers are in, and whenever Enter is pressed. Times are UTC.
#[derive(Args, Debug)]
#[command(after_help = WATCH_HELP)]
pub(crate) struct WatchNess {
    /// Where the panel is: tcp://HOST:PORT or serial:///dev/ttyUSB0 (9600 8N1)
    #[arg(value_name = "ADDRESS")]
    pub(crate) to: Address,

    #[command(flatten)]
    pub(crate) common: WatchCommon,

    #[command(flatten)]
    pub(crate) controller: ness::watch::ControllerArgs,
}

const WATCH_HELP: &str = "\
Exit codes: 0 ended with Ctrl-C, or --once and answered; 2 wrong arguments, or --once and no connection; 3 --once and no answer.

Examples:
  panelctl watch ness tcp://192.0.2.10:2401
  panelctl watch ness serial:///dev/ttyUSB0 --lines
  panelctl watch ness tcp://192.0.2.10:2401 --json | jq -c 'select(.notice == \"area\")'
  panelctl watch ness tcp://192.0.2.10:2401 --once
  panelctl watch ness tcp://192.0.2.10:2401 --record session.jsonl";

/// What does not depend on the protocol.
#[derive(Args, Clone, Debug)]
pub(crate) struct WatchCommon {
    /// Print one JSON object per event, connection and state
    #[arg(long)]
    pub(crate) json: bool,

    /// Show every line or message that is received, as `decode` shows it, besides what follows from it
    #[arg(long)]
    pub(crate) lines: bool,

    /// Show the state once and end
    #[arg(long)]
    pub(crate) once: bool,

    /// Write a record of the session, for `replay`; user codes are masked
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,

    /// Keep user codes in the record
    #[arg(long, requires = "record")]
    pub(crate) keep_secrets: bool,
}

/// Send one command and wait for its outcome
#[derive(Debug, Subcommand)]
#[command(
    after_help = "Examples:\n  panelctl send ness tcp://192.0.2.10:2401 panel-info\n  panelctl send ksenia ws://192.0.2.10 version\n  panelctl send g90 192.0.2.7 status"
)]
pub(crate) enum Send {
    Ness(ness::send::SendArgs),
    Ksenia(ksenia::send::SendArgs),
    G90(g90::send::SendArgs),
    Kts(kts::send::SendArgs),
}

/// Put a recorded session through the machine again and show its events.
///
/// The options that set up the controller must be those of `watch`, or other events follow. Who logged in, and where, is in the record.
#[derive(Args, Debug)]
#[command(after_help = REPLAY_HELP)]
pub(crate) struct ReplayArgs {
    /// The record that `watch --record` wrote
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// Print one JSON object per event
    #[arg(long)]
    pub(crate) json: bool,

    /// Show every line that was received
    #[arg(long)]
    pub(crate) lines: bool,

    #[command(flatten, next_help_heading = "Options for Ness records")]
    pub(crate) ness: ness::watch::ControllerArgs,

    #[command(flatten, next_help_heading = "Options for Ksenia records")]
    pub(crate) ksenia: ksenia::options::ControllerArgs,

    #[command(flatten, next_help_heading = "Options for KTS records")]
    pub(crate) kts: kts::options::ControllerArgs,

    #[command(flatten, next_help_heading = "Options for G90 records")]
    pub(crate) g90: g90::watch_cloud::AnnounceArgs,
}

const REPLAY_HELP: &str = "\
Exit codes: 0 the same session, 1 the machine sends something else than in the session, 2 wrong arguments or file.

Examples:
  panelctl replay session.jsonl
  panelctl replay session.jsonl --json --lines";

/// Play a short story with simulated panels.
///
/// Starts a simulated panel of every protocol on this computer, connects to it as to a real one, and prints what the controllers tell
/// while a zone opens, somebody arms, somebody comes in and the alarm goes off. It takes a few seconds and needs nothing.
#[derive(Args, Debug)]
#[command(after_help = DEMO_HELP)]
pub(crate) struct DemoArgs {
    /// Leave the panels up at the end and print how to connect to them
    #[arg(long)]
    pub(crate) keep: bool,
}

const DEMO_HELP: &str = "\
Exit codes: 0 all that was expected happened, 1 something did not, 2 no port could be opened.

Examples:
  panelctl demo
  panelctl demo --keep";

/// Find panels in the network
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:\n  panelctl discover g90\n  panelctl discover g90 --device-id GA18018B3001021")]
pub(crate) enum Discover {
    G90(g90::discover::DiscoverArgs),
}

/// Simulate a panel on a port, or hosts that dial a server
#[derive(Debug, Subcommand)]
#[command(
    after_help = "Examples:\n  panelctl simulate ness --listen 127.0.0.1:2401\n  panelctl simulate ksenia --listen 127.0.0.1:8080\n  panelctl simulate g90 --listen 127.0.0.1:12368\n  panelctl simulate kts --hosts 1000 --server 127.0.0.1:41709"
)]
pub(crate) enum Simulate {
    Ness(ness::simulate::SimulateArgs),
    Ksenia(ksenia::simulate::SimulateArgs),
    G90(g90::simulate::SimulateArgs),
    Kts(kts::simulate::SimulateArgs),
}

/// Decode a capture, one output line per unit.
///
/// The default input is the stream of bytes as captured: lines of ness, JSON texts of ksenia one after the other. Units are shown as soon
/// as they are complete, so a live pipe works. Codes are shown unless --mask is given.
#[derive(Args, Debug)]
#[command(after_help = DECODE_HELP)]
pub(crate) struct DecodeArgs {
    /// What the capture is of
    #[arg(value_enum)]
    pub(crate) protocol: Protocol,

    /// Every input line is one unit in hexadecimal digits, without its terminator, and gives exactly one output line
    #[arg(long)]
    pub(crate) hex: bool,

    /// Print one flat JSON object per unit instead of a table
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) unit: UnitArgs,

    /// The capture; standard input if it is absent or `-`
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}

/// How units are read.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct UnitArgs {
    /// Ksenia: what to do about the CRC; `strict` unless given. Checksums of ness lines are reported and never a reason to refuse
    #[arg(long, value_enum)]
    pub(crate) crc: Option<CrcChoice>,

    /// KTS: accept members in any order
    #[arg(long)]
    pub(crate) lenient: bool,

    /// Hide user codes and PINs: their characters become 0, with the checksum that then fits
    #[arg(long)]
    pub(crate) mask: bool,

    /// G90 local: what the replies are to, as a code or a name; of a list with the rows that were asked for, as `102:1-10`. Replies to
    /// something else, and longer pages, are bad
    #[arg(long, value_name = "CODE[:FIRST-LAST]")]
    pub(crate) expect: Option<Expected>,

    /// G90: serial number (GUID) of the panel, for messages that do not name it; those that name another one are bad
    #[arg(long, value_name = "GUID")]
    pub(crate) device_id: Option<String>,
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
For ksenia:
  json       the text is not JSON
  envelope   the JSON is no message: a member is missing or of the wrong type
  crc_format CRC_16 is missing or no number (--crc strict)
  crc        CRC_16 does not fit the text (--crc strict)
  too-long, hex-input  as above
For g90-cloud, where `messages` has what stands before in the unit:
  short-header         a message ends inside its header
  length-exceeds-data  a message ends before the length in its header; bytes are left over
  bad-length           no message has the length in the header
  bad-version          another version than 1
  short-payload        a message is too short for its fields
  bad-utf8             a device id or a name is not UTF-8; the rest is shown
  too-long, empty, hex-input  as above
For g90-local, where `code`, `data` and what else could be read are kept:
  missing-start-marker, missing-end-marker  no ISTART, or no IEND with its NUL
  bad-json, bad-utf8   not JSON; a discovery text that is not UTF-8
  command-failed, command-error  the panel refuses; `error_text` has its reason
  not-a-list, missing-code, missing-data, bad-request  the envelope is wrong
  missing-pagination-header, bad-pagination-header  a page without its three numbers
  truncated-page, extra-page  more or fewer rows than the page says, or than --expect says
  wrong-code           a reply to something else than --expect says
  bad-record           a record or row has a wrong number of fields, or one of the wrong type
  bad-marker-or-terminator  a discovery text with another first word or no NUL
  too-long, hex-input  as above
For g90-notify:
  bad-utf8, bad-json   the text is not UTF-8, or not JSON
  missing-terminator   no NUL at the end
  bad-envelope         not an array of a message code and data
  bad-notification-arity, bad-alert-arity  the data has too few or too many elements
  bad-record           an element is missing, too much or of the wrong type; `data` has what came
  wrong-device-id      the alert is of another panel than --device-id says
  too-long, hex-input  as above

Examples:
  panelctl decode ness capture.txt
  nc 192.0.2.10 2401 | panelctl decode ness --json | jq -c 'select(.kind == \"event\")'
  printf 820003600000001b | xxd -p | panelctl decode ness --hex --json
  panelctl decode ness --mask capture.txt > to-show-around.txt
  panelctl decode ksenia --crc report messages.txt
  panelctl decode ksenia --json messages.txt | jq -c 'select(.cmd == \"REALTIME\") | .payload'";
