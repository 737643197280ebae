//! `panelctl simulate ksenia`.

use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, ValueEnum};
use codec_core::Secret;
use codec_core::ksenia::panel::{ArmWords, CrcCheck, LogsForm, Shape, UnknownRequests, UserAnswers, Wrapper};
use codec_std::sim::ksenia::{DEFAULT_CODE, MAX_ZONES, Report, Setup, Simulator};
use codec_std::sim::ksenia_script;
use codec_std::tls;
use tokio::sync::mpsc;

use crate::code::CodeArgs;
use crate::exit::Outcome;
use crate::families::ness::options::millis;
use crate::output::{Output, complain};
use crate::simulate::{Lines, Source, follow, indented, show};
use crate::{wait, words};

/// Simulate a Ksenia Lares 4.0 panel.
///
/// Any number of clients may connect; each has a session of its own, and all see the same house. The first output line is `listening on
/// ADDRESS`, then every line tells what happened. The simulation runs until Ctrl-C or the script's `quit`, also after a script file has
/// ended.
///
/// The house has partitions 1 and 2, outputs 1 to 5 (siren, light, blind, gate, dimmer), scenarios 1 to 4 (disarm, away, night, light), a
/// room sensor and a thermostat. Its user has the code 123456, unless PANELCTL_CODE or --code-file names another.
#[derive(Args, Debug)]
#[command(after_help = format!("{HELP}\n\nWords of a script, one step per line:\n{}", indented(ksenia_script::HELP)))]
pub(crate) struct SimulateArgs {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: String,

    /// What happens: a file, or `-` for standard input, which is the default at a terminal
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,

    #[command(flatten)]
    code: CodeArgs,

    /// Number of zones
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_ZONES)))]
    zones: u32,

    /// Time to leave, of both partitions
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    exit_delay: u16,

    /// Time to disarm after coming in, of both partitions
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    entry_delay: u16,

    /// Speak TLS with the certificate in this PEM file
    #[arg(long, value_name = "FILE", requires = "key")]
    certificate: Option<PathBuf>,

    /// Key of the certificate, a PEM file without a password
    #[arg(long, value_name = "FILE", requires = "certificate")]
    key: Option<PathBuf>,

    #[command(flatten, next_help_heading = "How the panel behaves")]
    behaviour: Behaviour,
}

/// Switches of the panel.
#[derive(Args, Debug)]
struct Behaviour {
    /// What is done about a wrong CRC
    #[arg(long, value_enum, default_value_t = CrcWord::Silent)]
    crc: CrcWord,
    /// What a request that makes no sense is answered with
    #[arg(long, value_enum, default_value_t = UnknownWord::Generic)]
    unknown: UnknownWord,
    /// Type of the answer to LOGS
    #[arg(long, value_enum, default_value_t = LogsWord::LastLogs)]
    logs: LogsWord,
    /// How CMD_USR is answered
    #[arg(long, value_enum, default_value_t = AnswerWord::Usual)]
    answers: AnswerWord,
    /// What changes are wrapped in
    #[arg(long, value_enum, default_value_t = WrapperWord::Sender)]
    wrapper: WrapperWord,
    /// How changes are written
    #[arg(long, value_enum, default_value_t = ShapeWord::Lists)]
    shape: ShapeWord,
    /// Which words arm a partition
    #[arg(long, value_enum, default_value_t = ArmWord::Both)]
    arm_words: ArmWord,
    /// How many types of one READ are answered
    #[arg(long, value_name = "N", default_value_t = 15, value_parser = clap::value_parser!(u8).range(1..))]
    max_types: u8,
    /// Take every code
    #[arg(long)]
    any_code: bool,
    /// Take requests without a session
    #[arg(long)]
    no_session: bool,
    /// Let a second login on a connection take the place of the first, instead of ending it
    #[arg(long)]
    many_logins: bool,
    /// Answer with the number 0 instead of the request's
    #[arg(long)]
    no_id: bool,
    /// Send GENERIC errors with the number 0 instead of the request's
    #[arg(long)]
    no_generic_id: bool,
    /// Tell of changes before the answer to the command that made them
    #[arg(long)]
    changes_first: bool,
    /// Tell of changes, and of the panel as a whole, before a registration is answered
    #[arg(long)]
    push_before_ack: bool,
    /// Write OT for a running exit delay, instead of DA
    #[arg(long)]
    exit_word: bool,
    /// Write C, M and N for marks of zones, instead of Y, M and N
    #[arg(long)]
    cycle_marks: bool,
    /// Do not exclude open zones when arming
    #[arg(long)]
    no_auto_exclude: bool,
    /// Tell of running delays every second
    #[arg(long)]
    countdown: bool,
    /// Refuse to give the PRG_ lists
    #[arg(long)]
    no_program: bool,
    /// Refuse clients that do not offer the subprotocol
    #[arg(long)]
    protocol_required: bool,
    /// Stay connected after a LOGOUT
    #[arg(long)]
    stay_after_logout: bool,
    /// How long clients are refused after `reprogram`
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = millis)]
    refusal: u32,
    /// Time that a cover takes all the way
    #[arg(long, value_name = "SECONDS", default_value = "20", value_parser = millis)]
    cover_time: u32,
    /// Time until a momentary output falls back
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = millis)]
    pulse_time: u32,
}

/// Defines the names of the values of a behaviour.
macro_rules! behaviour {
    ($(#[$meta:meta])* $name:ident for $core:ty { $($(#[$doc:meta])* $word:ident = $value:expr,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
        enum $name {
            $($(#[$doc])* $word,)*
        }

        impl $name {
            const fn value(self) -> $core {
                match self {
                    $(Self::$word => $value,)*
                }
            }
        }
    };
}

behaviour! {
    /// What is done about a wrong CRC.
    CrcWord for CrcCheck {
        /// Nothing
        Off = CrcCheck::Off,
        /// The message is not answered
        Silent = CrcCheck::Silent,
        /// It is answered with a GENERIC error
        Refuse = CrcCheck::Refuse,
    }
}

behaviour! {
    /// Answers to what makes no sense.
    UnknownWord for UnknownRequests {
        /// None
        Silent = UnknownRequests::Silent,
        /// GENERIC ERROR
        Generic = UnknownRequests::Generic,
        /// ERROR REPLY
        Error = UnknownRequests::Error,
    }
}

behaviour! {
    /// Types of the answer to LOGS.
    LogsWord for LogsForm {
        /// LAST_LOGS
        LastLogs = LogsForm::LastLogs,
        /// GET_LAST_LOGS
        GetLastLogs = LogsForm::GetLastLogs,
        /// One for even numbers of requests, the other for odd
        ByNumber = LogsForm::ByNumber,
    }
}

behaviour! {
    /// Answers to CMD_USR.
    AnswerWord for UserAnswers {
        /// With the type of the request
        Usual = UserAnswers::Usual,
        /// With the type REPLY
        Reply = UserAnswers::Reply,
        /// Without a type
        Untyped = UserAnswers::Untyped,
        /// With the result under the client's name
        Nested = UserAnswers::Nested,
        /// Without a result
        NoResult = UserAnswers::NoResult,
        /// Not at all for outputs: the change tells
        OutputsUnanswered = UserAnswers::OutputsUnanswered,
    }
}

behaviour! {
    /// What changes are wrapped in.
    WrapperWord for Wrapper<'static> {
        /// The client's own name
        Sender = Wrapper::Sender,
        /// HomeAssistant, for everybody
        HomeAssistant = Wrapper::Fixed("HomeAssistant"),
        /// The client's own name, behind a wrapper for another client with the same changes
        Several = Wrapper::Several("another client"),
        /// Nothing
        Bare = Wrapper::Bare,
    }
}

behaviour! {
    /// How changes are written.
    ShapeWord for Shape {
        /// Lists
        Lists = Shape::Lists,
        /// Outputs as an object that holds a list
        Nested = Shape::Nested,
        /// An object instead of a list of one
        Single = Shape::Single,
        /// PARTITIONS for STATUS_PARTITIONS
        ShortNames = Shape::ShortNames,
        /// As another REGISTER_ACK
        Acknowledgement = Shape::Acknowledgement,
        /// Without PAYLOAD_TYPE
        Untyped = Shape::Untyped,
        /// Without SENDER and RECEIVER
        Anonymous = Shape::Anonymous,
    }
}

behaviour! {
    /// Words that arm a partition.
    ArmWord for ArmWords {
        /// A, I, DA and IA
        Both = ArmWords::Both,
        /// A and I
        Short = ArmWords::Short,
        /// DA and IA
        Long = ArmWords::Long,
    }
}

const HELP: &str = "\
Exit codes: 0 ended with Ctrl-C or `quit`, 2 wrong arguments or script, or the address cannot be listened on.

Examples:
  panelctl simulate ksenia --listen 127.0.0.1:8080
  panelctl simulate ksenia --listen 127.0.0.1:8080 --zones 200 --exit-delay 2 --answers outputs-unanswered
  panelctl simulate ksenia --certificate panel.pem --key panel.key --listen 127.0.0.1:8443
  echo 'zone 3 open' | panelctl simulate ksenia --script -";

impl SimulateArgs {
    fn setup(&self) -> anyhow::Result<Setup> {
        let mut setup = Setup::with_zones(self.zones);
        for partition in &mut setup.partitions {
            (partition.exit_seconds, partition.entry_seconds) = (self.exit_delay, self.entry_delay);
        }
        if let (Some(certificate), Some(key)) = (&self.certificate, &self.key) {
            setup.tls = Some(tls::Acceptor::from_pem_files(certificate, key)?);
        }
        let (config, behaviour) = (&mut setup.config, &self.behaviour);
        config.crc = behaviour.crc.value();
        config.unknown = behaviour.unknown.value();
        config.logs = behaviour.logs.value();
        config.user_answers = behaviour.answers.value();
        config.wrapper = behaviour.wrapper.value();
        config.shape = behaviour.shape.value();
        config.arm_words = behaviour.arm_words.value();
        config.max_types = behaviour.max_types;
        config.check_pin = !behaviour.any_code;
        config.check_session = !behaviour.no_session;
        config.one_login = !behaviour.many_logins;
        config.echo_ids = !behaviour.no_id;
        config.generic_keeps_id = !behaviour.no_generic_id;
        config.changes_first = behaviour.changes_first;
        config.push_before_ack = behaviour.push_before_ack;
        config.exit_word = behaviour.exit_word;
        config.cycle_marks = behaviour.cycle_marks;
        config.auto_exclude = !behaviour.no_auto_exclude;
        config.push_countdown = behaviour.countdown;
        config.program_lists = !behaviour.no_program;
        config.protocol_required = behaviour.protocol_required;
        config.close_after_logout = !behaviour.stay_after_logout;
        config.refusal_millis = behaviour.refusal;
        config.cover_millis = behaviour.cover_time;
        config.pulse_millis = behaviour.pulse_time;
        Ok(setup)
    }
}

pub(crate) fn run(args: &SimulateArgs) -> anyhow::Result<Outcome> {
    let mut setup = args.setup()?;
    let mut whose = format!("the code {DEFAULT_CODE} (the default)");
    if let Some(code) = args.code.given()? {
        // The house is there as long as the process.
        let code: &'static str = Box::leak(code.expose().clone().into_boxed_str());
        let Some(user) = setup.accounts.first_mut() else { bail!("the house has no account") };
        user.pin = Secret::new(code);
        whose = "the code you gave".to_owned();
    }
    let source = Source::new(args.script.as_deref());
    let lines = Lines::open(&source, ksenia_script::parse)?;
    wait::run(simulate(setup, &args.listen, lines, &whose, source == Source::Stdin))
}

async fn simulate(setup: Setup, listen: &str, mut lines: Lines<ksenia_script::Step>, whose: &str, typed: bool) -> anyhow::Result<Outcome> {
    let mut output = Output::stdout();
    let (reports, reported) = mpsc::unbounded_channel();
    // The receiver lives as long as the simulation.
    let simulator = Simulator::start(setup, listen, move |report| {
        let _ = reports.send(report);
    })
    .await?;
    output.line(&format!("listening on {}", simulator.address()))?;
    output.line(&format!("user 1 has {whose}"))?;
    output.flush()?;
    if typed {
        complain("type `help` for what can happen, `quit` or Ctrl-C to end");
    }
    let script = follow(&mut lines, ksenia_script::HELP, |step| simulator.step(step));
    show(script, simulator.ended(), reported, sentence, &mut output).await
}

/// A report in words.
fn sentence(report: Report) -> String {
    match report {
        Report::Connected { client, peer } => format!("client {client} connected from {peer}"),
        Report::Left { client, reason } => format!("client {client} left: {reason}"),
        Report::LoggedIn { client, account } => format!("client {client} logged in as user {account}"),
        Report::Registered { client } => format!("client {client} registered for changes"),
        Report::Request { client, what } => format!("client {client} asks for {what}"),
        Report::Refused { client, detail } => format!("client {client} is refused: {detail}"),
        Report::Fault { client, fault } => format!("client {client} sent what is no message: {fault}"),
        Report::Notice(notice) => words::notice(&notice, |output| format!("output {output}")),
        _ => "something without a word".into(),
    }
}
