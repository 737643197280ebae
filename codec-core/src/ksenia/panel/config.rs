//! How a simulated panel is set up.

use crate::error::ConfigError;
use crate::text::json::Text;

/// What is done about a wrong or missing `CRC_16`. How real panels behave is not documented; they seem not to answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum CrcCheck {
    /// Nobody looks.
    Off,
    /// The message is not answered.
    #[default]
    Silent,
    /// It is answered with a `GENERIC` error.
    Refuse,
}

/// What a request that makes no sense is answered with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum UnknownRequests {
    /// Nothing.
    Silent,
    /// `GENERIC` `ERROR`, as the vendor's kit has it.
    #[default]
    Generic,
    /// `ERROR` `REPLY` `UNKNOWN_CMD`, as a published simulator does.
    Error,
}

/// `PAYLOAD_TYPE` of the answer to LOGS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum LogsForm {
    /// `LAST_LOGS` (firmware 1.100.19).
    #[default]
    LastLogs,
    /// `GET_LAST_LOGS` (firmware 1.145.10).
    GetLastLogs,
    /// The second for even message numbers, the first for others, as a published simulator does.
    ByNumber,
}

/// How user commands (CMD_USR) are answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum UserAnswers {
    /// With the type of the request.
    #[default]
    Usual,
    /// With the type `REPLY`, as a published simulator does.
    Reply,
    /// Without a type, as the document prints them.
    Untyped,
    /// With the result one level down, under the client's name.
    Nested,
    /// Without a result, if there is nothing to refuse.
    NoResult,
    /// Not at all, where an output is switched and there is nothing to refuse: only the change is pushed.
    OutputsUnanswered,
}

/// What changes are wrapped in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Wrapper<'b> {
    /// The client's own `SENDER`.
    #[default]
    Sender,
    /// Always this name, as a published simulator does.
    Fixed(&'b str),
    /// Two wrappers with the same changes: this one, of another client, and behind it the client's own `SENDER`.
    Several(&'b str),
    /// Nothing.
    Bare,
}

/// How changes are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Shape {
    /// Lists.
    #[default]
    Lists,
    /// Outputs as an object that holds a list of the short name (the document).
    Nested,
    /// One object in the place of a list of one.
    Single,
    /// `PARTITIONS` in the place of `STATUS_PARTITIONS`.
    ShortNames,
    /// As another `REALTIME_RES` `REGISTER_ACK`, unwrapped (the document).
    Acknowledgement,
    /// Without `PAYLOAD_TYPE`.
    Untyped,
    /// Without `SENDER` and `RECEIVER`, as a published simulator does.
    Anonymous,
}

/// Which words arm a partition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum ArmWords {
    /// `A` and `I`, `DA` and `IA`.
    #[default]
    Both,
    /// `A` and `I`.
    Short,
    /// `DA` and `IA`.
    Long,
}

/// What a panel says about itself. Up to 32 bytes each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Identity<'b> {
    /// MAC address, 12 upper-case digits: the panel's `SENDER`.
    pub mac: &'b str,
    /// Model.
    pub model: &'b str,
    /// Maker.
    pub brand: &'b str,
    /// Version of the panel.
    pub firmware: &'b str,
    /// Version of the web server.
    pub web_server: &'b str,
}

/// How a [`Panel`](super::Panel) behaves. Times are in milliseconds.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Config<'b> {
    /// What it says about itself.
    pub identity: Identity<'b>,
    /// What to add to UTC to get local time, in minutes. Default 60.
    pub utc_offset_minutes: i16,
    /// What is done about wrong check values. Default [`CrcCheck::Silent`].
    pub crc: CrcCheck,
    /// `GENERIC` errors have the number of the request, else `0`. Default on.
    pub generic_keeps_id: bool,
    /// Codes are compared with those of the accounts. Default on; off, every text is a good code.
    pub check_pin: bool,
    /// Requests need the number of a session. Default on.
    pub check_session: bool,
    /// A login on a connection that has a session ends it, right or wrong, and begins none, though it is answered with a number; off, the
    /// new session takes its place. Default on.
    pub one_login: bool,
    /// How many types of one READ are answered. Default 15.
    pub max_types: u8,
    /// Answers have the number of the request, else `0`. Default on.
    pub echo_ids: bool,
    /// Type of the answer to LOGS.
    pub logs: LogsForm,
    /// How user commands are answered.
    pub user_answers: UserAnswers,
    /// Changes go out before the answer to the command that made them, as with a published simulator. Default off.
    pub changes_first: bool,
    /// A registration is answered after changes that there were since the login, and after `STATUS_SYSTEM`, changed or not. Default off: the
    /// answer comes first, and tells of them all.
    pub push_before_ack: bool,
    /// What changes are wrapped in.
    pub wrapper: Wrapper<'b>,
    /// How changes are written.
    pub shape: Shape,
    /// What makes no sense is answered with.
    pub unknown: UnknownRequests,
    /// Which words arm a partition.
    pub arm_words: ArmWords,
    /// A running exit delay is written `OT` rather than `DA`. Default off.
    pub exit_word: bool,
    /// Zone marks are written `C`, `M`, `N` (vendor's kit) rather than `Y`, `M`, `N`. Default off.
    pub cycle_marks: bool,
    /// Open zones are excluded while their partition is armed. Default on.
    pub auto_exclude: bool,
    /// A running delay is pushed every second. Default off: it is told when it begins and ends.
    pub push_countdown: bool,
    /// `PRG_` lists can be read; off, they are answered with `CMD_NOT_AVAILABLE`. Default on.
    pub program_lists: bool,
    /// Clients must offer the subprotocol. Default off.
    pub protocol_required: bool,
    /// The panel closes after a LOGOUT. Default on.
    pub close_after_logout: bool,
    /// How long upgrades are refused after a change of the programming. Default 5,000.
    pub refusal_millis: u32,
    /// Time that a cover takes all the way; 0 for none. Default 20,000.
    pub cover_millis: u32,
    /// Time until a momentary output falls back. Default 1,000.
    pub pulse_millis: u32,
}

impl Config<'static> {
    /// The defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            identity: Identity {
                mac: "000000000001",
                model: "lares 4.0 40IP wls",
                brand: "KSENIA",
                firmware: "1.100.19",
                web_server: "1.33.5",
            },
            utc_offset_minutes: 60,
            crc: CrcCheck::Silent,
            generic_keeps_id: true,
            check_pin: true,
            check_session: true,
            one_login: true,
            max_types: 15,
            echo_ids: true,
            logs: LogsForm::LastLogs,
            user_answers: UserAnswers::Usual,
            changes_first: false,
            push_before_ack: false,
            wrapper: Wrapper::Sender,
            shape: Shape::Lists,
            unknown: UnknownRequests::Generic,
            arm_words: ArmWords::Both,
            exit_word: false,
            cycle_marks: false,
            auto_exclude: true,
            push_countdown: false,
            program_lists: true,
            protocol_required: false,
            close_after_logout: true,
            refusal_millis: 5_000,
            cover_millis: 20_000,
            pulse_millis: 1_000,
        }
    }
}

impl Default for Config<'static> {
    fn default() -> Self {
        Self::new()
    }
}

impl Config<'_> {
    /// Whether changes stand in two wrappers.
    pub(super) fn has_several_wrappers(&self) -> bool {
        matches!(self.wrapper, Wrapper::Several(_)) && self.shape != Shape::Acknowledgement
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let Identity { mac, model, brand, firmware, web_server } = self.identity;
        if mac.len() != 12 || !mac.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F')) {
            return Err(ConfigError::BadText { field: "mac" });
        }
        for (field, text) in [("model", model), ("brand", brand), ("firmware", firmware), ("web_server", web_server)] {
            if text.len() > 32 || Text::of(text).is_none() {
                return Err(ConfigError::BadText { field });
            }
        }
        match self.wrapper {
            Wrapper::Fixed(name) | Wrapper::Several(name) if !(1..=64).contains(&name.len()) || Text::of(name).is_none() => {
                return Err(ConfigError::BadText { field: "wrapper" });
            }
            _ => {}
        }
        if self.max_types == 0 {
            return Err(ConfigError::OutOfRange { field: "max_types", min: 1, max: 255, found: 0 });
        }
        Ok(())
    }
}
