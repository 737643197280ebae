//! What a client can ask of a panel, and how it is written.

use super::kinds::{Account, Form, Kind, MAX_TYPES, Verb};
use super::settings::{AccountChange, ThermostatChange, TimerChange};
use super::words::words;
use super::writer::{Head, MessageId, MessageWriter};
use crate::error::EncodeError;
use crate::secret::Secret;
use crate::text::json::Text;

words! {
    /// What an output shall do, where it is a word.
    pub enum OutputAction {
        /// On; opens a gate.
        On = "ON";
        /// Off.
        Off = "OFF";
        /// Move a cover up.
        Up = "UP";
        /// Move a cover down.
        Down = "DOWN";
        /// Stop a cover (most clients).
        Stop = "ALT";
        /// Stop a cover (one client).
        StopWord = "STOP";
        /// The other state (a name in one client).
        Toggle = "TOGGLE";
    }
}

/// What an output shall do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum SetOutput<'c> {
    /// A word.
    Action(OutputAction<'c>),
    /// Level of a dimmer or position of a cover, 0 to 100; 100 is open.
    Level(u8),
}

words! {
    /// How a zone shall be excluded or included. Firmware differs in the words it knows.
    pub enum BypassAction {
        /// Include.
        Include = "NO";
        /// Exclude until somebody includes it (document).
        Manual = "MAN_M";
        /// Exclude for a while (document).
        ManualTimed = "MAN_T";
        /// Exclude until the next arming (document).
        Automatic = "AUTO";
        /// Exclude (vendor's kit).
        On = "ON";
        /// Include (vendor's kit).
        Off = "OFF";
        /// The other state (vendor's kit).
        Toggle = "TGL";
        /// Exclude while arming (vendor's kit).
        Arming = "ARM";
    }
}

words! {
    /// How a partition shall be armed.
    pub enum ArmAction {
        /// Disarm.
        Disarm = "D";
        /// Arm with delays.
        Delayed = "A";
        /// Arm at once.
        Immediate = "I";
        /// Arm with delays (other firmware).
        DelayedLong = "DA";
        /// Arm at once (other firmware).
        ImmediateLong = "IA";
    }
}

words! {
    /// What can be cleared.
    pub enum ClearKind {
        /// Alarm and tamper memories.
        CyclesOrMemories = "CYCLES_OR_MEMORIES";
        /// Memory of faults.
        FaultsMemory = "FAULTS_MEMORY";
        /// Calls and messages that wait.
        Communications = "COMMUNICATIONS";
    }
}

/// Which records to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemRange {
    /// All of them.
    All,
    /// These and those between.
    Numbers {
        /// First number.
        first: u32,
        /// Last number.
        last: u32,
    },
}

/// What to read.
#[derive(Clone, Copy, Debug)]
pub enum Read<'c> {
    /// Several lists, 1 to [`MAX_TYPES`] of them for [`encode`](super::encode). A [`Controller`](super::Controller) takes any number of
    /// lists that are known here, and asks for them in parts, one after the other.
    Types {
        /// The lists.
        types: &'c [Kind<'c>],
        /// `ID_READ`: a text that panels do not look at; most clients send `1`.
        read: Option<Text<'c>>,
        /// Which records (one client).
        range: Option<ItemRange>,
    },
    /// One list.
    One {
        /// The list, or one of the `ALL` kinds.
        kind: Kind<'c>,
        /// `ID_READ`.
        read: Option<Text<'c>>,
        /// Which records.
        range: Option<ItemRange>,
    },
    /// A file.
    File {
        /// Where: `PROG`.
        path: &'c str,
        /// Which: `notes.json`.
        name: &'c str,
    },
}

impl<'c> Read<'c> {
    /// Several lists, as most clients ask for them.
    #[must_use]
    pub const fn types(types: &'c [Kind<'c>]) -> Self {
        Self::Types { types, read: Some(Text::new("1")), range: None }
    }

    /// All records of one list.
    #[must_use]
    pub const fn one(kind: Kind<'c>) -> Self {
        Self::One { kind, read: None, range: Some(ItemRange::All) }
    }
}

/// A request.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Command<'c> {
    /// Begin a session. On a connection that has one, it ends that one, whether the code is right or wrong.
    Login {
        /// Kind of account.
        account: Account<'c>,
    },
    /// End the session.
    Logout {
        /// Kind of account that logged in; most clients say [`Account::User`].
        account: Account<'c>,
    },
    /// Read lists or a file.
    Read(Read<'c>),
    /// Ask for changes, and for the state now.
    Register {
        /// Types of state.
        types: &'c [Kind<'c>],
    },
    /// Switch an output.
    SetOutput {
        /// Number of the output.
        output: u32,
        /// What it shall do.
        action: SetOutput<'c>,
    },
    /// Exclude or include a zone. Look at [`Zone::bypass_allowed`](super::Zone::bypass_allowed) first.
    BypassZone {
        /// Number of the zone.
        zone: u32,
        /// How.
        action: BypassAction<'c>,
    },
    /// Run a scenario: the usual way to arm and disarm.
    RunScenario {
        /// Number of the scenario.
        scenario: u32,
    },
    /// Arm or disarm a partition.
    ArmPartition {
        /// Number of the partition.
        partition: u32,
        /// How.
        action: ArmAction<'c>,
    },
    /// Set thermostats.
    WriteThermostats(&'c [ThermostatChange<'c>]),
    /// Switch timers on or off.
    WriteTimers(&'c [TimerChange]),
    /// Switch user accounts on or off.
    WriteAccounts(&'c [AccountChange]),
    /// Clear memories.
    Clear(ClearKind<'c>),
    /// Ask for versions and for the check texts of the programming.
    Version,
    /// Read the newest log entries.
    Logs {
        /// How many.
        count: u32,
        /// Of which types (`ALL`; one client).
        types: Option<Text<'c>>,
    },
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub struct Session<'c> {
    /// The name that the client gives itself. Changes come back wrapped in it.
    pub sender: &'c str,
    /// Receiver of the requests: empty with most clients.
    pub receiver: &'c str,
    /// `ID_LOGIN` from the answer to LOGIN. Not needed for LOGIN.
    pub login: &'c str,
    /// The code. LOGIN, CLEAR and the actions need it; settings are written with it if it is there.
    pub pin: Option<Secret<&'c str>>,
}

impl<'c> Command<'c> {
    /// What the message is.
    #[must_use]
    pub const fn verb(&self) -> Verb<'static> {
        match self {
            Self::Login { .. } => Verb::Login,
            Self::Logout { .. } => Verb::Logout,
            Self::Read(_) => Verb::Read,
            Self::Register { .. } => Verb::Realtime,
            Self::SetOutput { .. } | Self::BypassZone { .. } | Self::RunScenario { .. } | Self::ArmPartition { .. } => Verb::User,
            Self::WriteThermostats(_) | Self::WriteTimers(_) | Self::WriteAccounts(_) => Verb::Write,
            Self::Clear(_) => Verb::Clear,
            Self::Version => Verb::Version,
            Self::Logs { .. } => Verb::Logs,
        }
    }

    /// What the content is (`PAYLOAD_TYPE`).
    #[must_use]
    pub const fn form(&self) -> Text<'c> {
        match self {
            Self::Login { account } | Self::Logout { account } => account.text(),
            Self::Read(Read::Types { .. }) => Form::MultipleTypes.text(),
            Self::Read(Read::One { kind, .. }) => kind.text(),
            Self::Read(Read::File { .. }) => Form::File.text(),
            Self::Register { .. } => Form::Register.text(),
            Self::SetOutput { .. } => Form::SetOutput.text(),
            Self::BypassZone { .. } => Form::BypassZone.text(),
            Self::RunScenario { .. } => Form::RunScenario.text(),
            Self::ArmPartition { .. } => Form::ArmPartition.text(),
            // The name of the structure stands inside; another form is never answered.
            Self::WriteThermostats(_) | Self::WriteTimers(_) | Self::WriteAccounts(_) => Form::AllSettings.text(),
            Self::Clear(kind) => kind.text(),
            Self::Version => Form::Request.text(),
            Self::Logs { .. } => Form::GetLastLogs.text(),
        }
    }

    /// Whether it cannot be sent without a code.
    #[must_use]
    pub const fn needs_pin(&self) -> bool {
        matches!(self.verb(), Verb::Login | Verb::User | Verb::Clear)
    }

    fn check(&self, session: &Session<'_>) -> Result<(), EncodeError> {
        let missing = |field| Err(EncodeError::Missing { field });
        if self.needs_pin() && session.pin.is_none_or(|pin| pin.expose().is_empty()) {
            return missing("pin");
        }
        if session.login.is_empty() && !matches!(self, Self::Login { .. }) {
            return missing("login");
        }
        let range = |field, max: usize, found: usize| {
            let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
            if (1..=max).contains(&found) {
                return Ok(());
            }
            Err(EncodeError::OutOfRange { field, min: 1, max: number(max), found: number(found) })
        };
        match self {
            Self::Read(Read::Types { types, .. }) => range("types", MAX_TYPES, types.len()),
            Self::Register { types } => range("types", usize::MAX, types.len()),
            Self::WriteThermostats(changes) => range("changes", usize::MAX, changes.len()),
            Self::WriteTimers(changes) => range("changes", usize::MAX, changes.len()),
            Self::WriteAccounts(changes) => range("changes", usize::MAX, changes.len()),
            Self::SetOutput { action: SetOutput::Level(level @ 101..), .. } => {
                Err(EncodeError::OutOfRange { field: "level", min: 0, max: 100, found: (*level).into() })
            }
            _ => Ok(()),
        }
    }

    /// Writes the content.
    fn write(&self, writer: &mut MessageWriter<'_>) {
        match self {
            Self::Login { .. } | Self::Logout { .. } | Self::Clear(_) | Self::Version => {}
            Self::Read(read) => read.write(writer),
            Self::Register { types } => write_types(writer, types),
            Self::SetOutput { output, action: SetOutput::Level(level) } => {
                writer.open_object("OUTPUT");
                writer.number("ID", (*output).into());
                writer.number("STA", (*level).into());
                writer.close_object();
            }
            Self::SetOutput { output, action: SetOutput::Action(action) } => {
                target(writer, "OUTPUT", *output, Some(("STA", action.text())))
            }
            Self::BypassZone { zone, action } => target(writer, "ZONE", *zone, Some(("BYP", action.text()))),
            Self::RunScenario { scenario } => target(writer, "SCENARIO", *scenario, None),
            Self::ArmPartition { partition, action } => target(writer, "PARTITION", *partition, Some(("MOD", action.text()))),
            Self::WriteThermostats(changes) => {
                writer.open_list("CFG_THERMOSTATS");
                changes.iter().for_each(|change| change.write(writer));
                writer.close_list();
            }
            Self::WriteTimers(changes) => switches(writer, "CFG_SCHEDULER_TIMERS", "EN", changes.iter().map(|one| (one.id, one.enabled))),
            // Whether it is locked.
            Self::WriteAccounts(changes) => switches(writer, "CFG_ACCOUNTS", "DACC", changes.iter().map(|one| (one.id, !one.enabled))),
            Self::Logs { count, types } => {
                writer.word("ID_LOG", Text::new("MAIN"));
                writer.number("ITEMS_LOG", (*count).into());
                if let Some(types) = types {
                    writer.open_list("ITEMS_TYPE");
                    writer.item(*types);
                    writer.close_list();
                }
            }
        }
    }
}

/// What shall be done with one object.
fn target(writer: &mut MessageWriter<'_>, name: &str, id: u32, wish: Option<(&str, Text<'_>)>) {
    writer.open_object(name);
    writer.number("ID", id.into());
    if let Some((key, word)) = wish {
        writer.word(key, word);
    }
    writer.close_object();
}

/// Records of a number and a flag each.
fn switches(writer: &mut MessageWriter<'_>, list: &str, key: &str, all: impl Iterator<Item = (u32, bool)>) {
    writer.open_list(list);
    for (id, flag) in all {
        writer.open_item();
        writer.number("ID", id.into());
        writer.flag(key, flag);
        writer.close_object();
    }
    writer.close_list();
}

impl Read<'_> {
    fn write(&self, writer: &mut MessageWriter<'_>) {
        let (read, range) = match self {
            Self::Types { read, range, .. } | Self::One { read, range, .. } => (*read, *range),
            Self::File { path, name } => {
                writer.text("FILE_PATH", path);
                writer.text("FILE_NAME", name);
                return;
            }
        };
        if let Some(read) = read {
            writer.word("ID_READ", read);
        }
        if let Some(range) = range {
            writer.open_list("ID_ITEMS_RANGE");
            match range {
                ItemRange::All => {
                    writer.item(Text::new("ALL"));
                    writer.item(Text::new("ALL"));
                }
                ItemRange::Numbers { first, last } => {
                    writer.item_number(first.into());
                    writer.item_number(last.into());
                }
            }
            writer.close_list();
        }
        if let Self::Types { types, .. } = self {
            write_types(writer, types);
        }
    }
}

fn write_types(writer: &mut MessageWriter<'_>, types: &[Kind<'_>]) {
    writer.open_list("TYPES");
    types.iter().for_each(|kind| writer.item(kind.text()));
    writer.close_list();
}

/// Writes a request and gives its length in bytes.
///
/// `id` is its number, 1 to 65535, not that of another request that waits for its answer; `unix` the time in seconds since 1970.
///
/// ```
/// use codec_core::Secret;
/// use codec_core::ksenia::{self, Account, Command, Session};
///
/// let session = Session { sender: "HomeAssistant", receiver: "", login: "", pin: Some(Secret::new("123456")) };
/// let mut out = [0; 256];
/// let len = ksenia::encode(&session, 1, 1_767_225_600, &Command::Login { account: Account::User }, &mut out)?;
/// assert!(ksenia::decode(&out[..len]).is_ok());
/// # Ok::<(), codec_core::EncodeError>(())
/// ```
///
/// # Errors
/// [`EncodeError`] if the slice is too short, the code or the number of the session is missing, a list is empty or too long, or a level is
/// above 100.
pub fn encode(session: &Session<'_>, id: u32, unix: u64, command: &Command<'_>, out: &mut [u8]) -> Result<usize, EncodeError> {
    command.check(session)?;
    let head =
        Head { sender: session.sender, receiver: session.receiver, verb: command.verb(), id: MessageId::Number(id), form: command.form() };
    let mut writer = MessageWriter::new(out, &head);
    if !matches!(command, Command::Login { .. }) {
        writer.text("ID_LOGIN", session.login);
    }
    match session.pin {
        Some(pin) if command.needs_pin() || command.verb() == Verb::Write => writer.secret("PIN", pin),
        _ => {}
    }
    command.write(&mut writer);
    writer.finish(unix)
}
