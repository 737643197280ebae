//! What can happen to a simulated panel, and what it tells.

use crate::error::{CloseReason, Fault};
use crate::home::Notice;
use crate::ksenia::{Detail, FaultCategory, Kind, Message, OutputAction, SetOutput, TamperCategory};
use crate::ws;

/// The world acts on the panel. It takes effect at once; a registered client is told of changes.
///
/// A number that is in no table is [`Refused::Invalid`](crate::Refused::Invalid).
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Command<'c> {
    /// A zone opens or closes. Opening an armed zone starts the entry delay or the alarm.
    Zone {
        /// Number of the zone, here and below.
        zone: u32,
        /// Whether it is open.
        open: bool,
    },
    /// The tamper contact of a detector.
    Tamper {
        /// Number of the zone.
        zone: u32,
        /// Whether it is open.
        open: bool,
    },
    /// A detector is masked or broken, or good again.
    ZoneFault {
        /// Number of the zone.
        zone: u32,
        /// Whether it is.
        active: bool,
    },
    /// A zone is in alarm at once, armed or not.
    Trip {
        /// Number of the zone.
        zone: u32,
    },
    /// Somebody excludes a zone at a keypad, or includes it again.
    Bypass {
        /// Number of the zone.
        zone: u32,
        /// Whether it is excluded.
        on: bool,
    },
    /// Somebody arms at a keypad.
    Arm {
        /// Number of the partition, 0 for all.
        partition: u32,
        /// Whether the exit delay runs first.
        delayed: bool,
    },
    /// Somebody disarms at a keypad. Alarms end.
    Disarm {
        /// Number of the partition, 0 for all.
        partition: u32,
    },
    /// A scenario runs.
    RunScenario {
        /// Its number.
        scenario: u32,
    },
    /// An output is switched.
    Output {
        /// Its number.
        output: u32,
        /// How.
        action: SetOutput<'c>,
    },
    /// A room sensor reads something else.
    Sensor {
        /// Its number.
        sensor: u32,
        /// Temperature in thousandths of a degree Celsius.
        temperature: i32,
        /// Relative humidity in percent.
        humidity: u8,
        /// Light in lux.
        light: u32,
    },
    /// A fault begins or ends. It stays in the memory.
    Fault {
        /// Which. An unknown one is [`Refused::Unsupported`](crate::Refused::Unsupported).
        category: FaultCategory<'c>,
        /// Whether it begins.
        active: bool,
    },
    /// A tamper of the panel or its devices begins or ends. It stays in the memory.
    PanelTamper {
        /// Which. [`TamperCategory::Zone`] follows from the zones: [`Refused::Unsupported`](crate::Refused::Unsupported), as is an unknown
        /// one.
        category: TamperCategory<'c>,
        /// Whether it begins.
        active: bool,
    },
    /// Tells clients of a change of a record: of a list without a table, or in words of your own. It is written at once, and not kept: a
    /// READ gives what the tables have. [`Refused::NotReady`](crate::Refused::NotReady) if nobody registered for the list,
    /// [`Refused::Busy`](crate::Refused::Busy) while an answer is being written or the panel is silent.
    Tell {
        /// Which list.
        kind: Kind<'c>,
        /// A JSON object; with its list it must fit into the transmit buffer.
        record: &'c str,
    },
    /// The programming changes: the check texts count on, the connection ends with `Bye...`, and upgrades are refused for
    /// [`Config::refusal_millis`](super::Config::refusal_millis), on the next connections too.
    Reprogram,
    /// The check texts count on, and nothing else happens.
    Touch,
    /// The session is forgotten: requests are answered with `NOT_LOGGED`.
    DropSession,
    /// Refuse upgrades with HTTP 500 for so many milliseconds.
    RefuseUpgrades {
        /// From now.
        millis: u32,
    },
    /// Neither read nor write for so many milliseconds.
    Silence {
        /// From now.
        millis: u32,
    },
    /// End with a close frame.
    Close,
}

impl<'c> Command<'c> {
    /// To switch an output by a word.
    #[must_use]
    pub const fn switch(output: u32, action: OutputAction<'c>) -> Self {
        Self::Output { output, action: SetOutput::Action(action) }
    }
}

/// What a [`Panel`](super::Panel) tells.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'i> {
    /// The WebSocket is open.
    Open,
    /// A message was received. [`Request::of`](crate::ksenia::Request::of) reads it; printing it shows no content.
    Message(Message<'i>),
    /// It was refused, or is not answered, for this reason.
    Refused(Detail<'static>),
    /// A client logged in.
    LoggedIn {
        /// Number of the account; 0 if codes are not checked.
        account: u32,
    },
    /// A client logged out, or its session ended by another login.
    LoggedOut,
    /// A client registered for changes.
    Registered,
    /// Something in the house changed.
    Notice(Notice),
    /// A message could not be used. The next one can.
    Fault(Fault),
    /// The client broke the rules of WebSocket. The connection ends.
    Broken(ws::Error),
    /// The machine has ended. This is its last event.
    Closed(CloseReason),
}
