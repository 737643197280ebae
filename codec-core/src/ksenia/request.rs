//! A request as a panel reads it.

use core::fmt;

use super::command::{ArmAction, BypassAction, ClearKind, ItemRange, OutputAction};
use super::kinds::{Account, Form, Kind, Verb};
use super::thermostats::Thermostat;
use super::view::Read as _;
use super::wire::Message;
use crate::secret::Secret;
use crate::text::cursor::Cursor;
use crate::text::json::{Array, Object, Text, Value};

/// A request. What a panel cannot make sense of is [`Action::Unknown`].
#[derive(Clone, Copy, Debug)]
pub struct Request<'i> {
    /// `ID_LOGIN`; clients may send it as a number.
    pub login: Option<Text<'i>>,
    /// The code. A JSON number is none: strict firmware answers it with `LOGIN_KO`.
    pub pin: Option<Secret<Text<'i>>>,
    /// What is asked for.
    pub action: Action<'i>,
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Action<'i> {
    /// Begin a session.
    Login(Account<'i>),
    /// End it.
    Logout,
    /// Read lists.
    Read {
        /// Which.
        types: Types<'i>,
        /// Which records.
        range: Option<ItemRange>,
    },
    /// Read a file.
    File {
        /// Where.
        path: Text<'i>,
        /// Which.
        name: Text<'i>,
    },
    /// Send changes from now on.
    Register(Types<'i>),
    /// Switch an output.
    SetOutput {
        /// Number of the output.
        output: u32,
        /// A word, or a level as [`OutputAction::Other`]. Case does not matter to panels.
        action: OutputAction<'i>,
    },
    /// Exclude or include a zone.
    BypassZone {
        /// Number of the zone.
        zone: u32,
        /// How.
        action: BypassAction<'i>,
    },
    /// Run a scenario.
    RunScenario(u32),
    /// Arm or disarm a partition.
    ArmPartition {
        /// Number of the partition.
        partition: u32,
        /// How.
        action: ArmAction<'i>,
    },
    /// Change settings.
    Write(Settings<'i>),
    /// Clear memories.
    Clear(ClearKind<'i>),
    /// Tell versions.
    Version,
    /// Tell the newest log entries.
    Logs {
        /// How many, if the client says so.
        count: Option<u32>,
    },
    /// Anything else.
    Unknown,
}

impl<'i> Request<'i> {
    /// Reads the request in a message. `None` if it is no request, or has no content.
    #[must_use]
    pub fn of(message: &Message<'i>) -> Option<Self> {
        message.verb().answer()?;
        let payload = message.payload()?;
        let pin = payload.get("PIN").and_then(|value| match value {
            Value::Text(pin) => Some(Secret::new(pin)),
            _ => None,
        });
        let action = Action::of(message, payload).unwrap_or(Action::Unknown);
        Some(Self { login: payload.text("ID_LOGIN"), pin, action })
    }
}

impl<'i> Action<'i> {
    fn of(message: &Message<'i>, payload: Object<'i>) -> Option<Self> {
        let form = message.form_text()?;
        Some(match (message.verb(), Form::from_text(form)) {
            (Verb::Login, _) => Self::Login(Account::from_text(form)),
            (Verb::Logout, _) => Self::Logout,
            (Verb::Read, Form::File) => Self::File { path: payload.text("FILE_PATH")?, name: payload.text("FILE_NAME")? },
            (Verb::Read, Form::MultipleTypes) => {
                Self::Read { types: Types { list: payload.get("TYPES")?.array(), single: None }, range: range(payload) }
            }
            (Verb::Read, _) => Self::Read { types: Types { list: None, single: Some(form) }, range: range(payload) },
            (Verb::Realtime, Form::Register) => Self::Register(Types { list: payload.get("TYPES")?.array(), single: None }),
            (Verb::User, Form::SetOutput) => {
                let (output, state) = target(payload, "OUTPUT", "STA")?;
                Self::SetOutput { output, action: OutputAction::from_text(state) }
            }
            (Verb::User, Form::BypassZone) => {
                let (zone, bypass) = target(payload, "ZONE", "BYP")?;
                Self::BypassZone { zone, action: BypassAction::from_text(bypass) }
            }
            (Verb::User, Form::RunScenario) => Self::RunScenario(payload.get("SCENARIO")?.object()?.text("ID")?.number()?),
            (Verb::User, Form::ArmPartition) => {
                let (partition, mode) = target(payload, "PARTITION", "MOD")?;
                Self::ArmPartition { partition, action: ArmAction::from_text(mode) }
            }
            (Verb::Write, _) => Self::Write(Settings { payload }),
            (Verb::Clear, _) => Self::Clear(ClearKind::from_text(form)),
            (Verb::Version, _) => Self::Version,
            (Verb::Logs, _) => Self::Logs { count: payload.text("ITEMS_LOG").and_then(Text::number) },
            _ => return None,
        })
    }
}

/// Number and wish of the object under `name`.
fn target<'i>(payload: Object<'i>, name: &str, wish: &str) -> Option<(u32, Text<'i>)> {
    let object = payload.get(name)?.object()?;
    Some((object.text("ID")?.number()?, object.text(wish)?))
}

fn range(payload: Object<'_>) -> Option<ItemRange> {
    let mut ends = payload.get("ID_ITEMS_RANGE")?.array()?.texts();
    let (first, last) = (ends.next()?, ends.next()?);
    match (first.number(), last.number()) {
        (Some(first), Some(last)) => Some(ItemRange::Numbers { first, last }),
        _ => Some(ItemRange::All),
    }
}

/// The lists that a request names.
#[derive(Clone, Copy, Debug)]
pub struct Types<'i> {
    list: Option<Array<'i>>,
    single: Option<Text<'i>>,
}

impl<'i> Types<'i> {
    /// One after the other. A real panel answers the first [`MAX_TYPES`](super::MAX_TYPES) and does not mention the rest.
    pub fn iter(&self) -> impl Iterator<Item = Kind<'i>> + Clone + use<'i> {
        let list = self.list.map(Array::texts).into_iter().flatten();
        list.chain(self.single).map(Kind::from_text)
    }
}

/// The settings that a request changes.
#[derive(Clone, Copy)]
pub struct Settings<'i> {
    payload: Object<'i>,
}

impl<'i> Settings<'i> {
    /// The lists in it, `ID_LOGIN` and `PIN` left out.
    pub fn lists(&self) -> impl Iterator<Item = (Kind<'i>, Array<'i>)> + Clone + use<'i> {
        self.payload.members().filter_map(|(key, value)| Some((Kind::from_text(key), value.array()?)))
    }

    /// The thermostats in it, each with what shall change.
    pub fn thermostats(&self) -> impl Iterator<Item = Thermostat<'i>> + Clone + use<'i> {
        let lists = self.lists().filter(|(kind, _)| *kind == Kind::Thermostats);
        lists.flat_map(|(_, list)| list.objects()).filter_map(|object| Thermostat::read(&mut Cursor::new(object.as_str())).ok())
    }
}

impl fmt::Debug for Settings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.lists().map(|(kind, _)| kind)).finish()
    }
}
