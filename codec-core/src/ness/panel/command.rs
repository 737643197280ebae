//! What can happen to a simulated panel, and what it tells.

use core::fmt;

use crate::error::{CloseReason, Fault};
use crate::home::{AlarmKind, Mode, Notice};
use crate::ness::{Line, Output, RequestId};
use crate::secret::Secret;

/// The world acts on the panel. It takes effect at once; what does not change anything sends nothing.
///
/// A number outside its range is [`Refused::Invalid`](crate::Refused::Invalid). When neither the transmit buffer nor the panel's
/// own short queue has room for the events, it is [`Refused::NoRoom`](crate::Refused::NoRoom).
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Command<'c> {
    /// A zone opens or closes. Opening an armed zone starts the entry delay or the alarm.
    Zone {
        /// 1 to [`Config::zones`](super::Config::zones), here and below.
        zone: u8,
        /// Whether it is open (unsealed).
        open: bool,
    },
    /// The tamper contact of a detector.
    Tamper {
        /// Number of the zone.
        zone: u8,
        /// Whether it is open.
        open: bool,
    },
    /// A tamper contact of the panel.
    PanelTamper {
        /// The one outside the case, of the siren, rather than that of the case.
        external: bool,
        /// Whether it is open.
        open: bool,
    },
    /// The tamper contact of the keypad.
    KeypadTamper {
        /// Whether it is open.
        open: bool,
    },
    /// The battery of a radio detector.
    Battery {
        /// Number of the zone.
        zone: u8,
        /// Whether it is low.
        low: bool,
    },
    /// The battery of the panel.
    PanelBattery {
        /// Whether it is low.
        low: bool,
    },
    /// The battery of a user's radio key. The panel keeps no state of it: each command is one event.
    RadioKeyBattery {
        /// User number, 1 to 56.
        user: u8,
        /// Whether it is low.
        low: bool,
    },
    /// A radio detector is not heard of, or again.
    Supervision {
        /// Number of the zone.
        zone: u8,
        /// Whether it is lost.
        lost: bool,
    },
    /// Mains power.
    Mains {
        /// Whether it is there.
        on: bool,
    },
    /// The dialler's reports to the monitoring station.
    Reporting {
        /// Whether they get through.
        ok: bool,
    },
    /// Somebody excludes a zone, or includes it again. Excluded zones start nothing.
    Bypass {
        /// Number of the zone.
        zone: u8,
        /// Whether it is excluded.
        on: bool,
    },
    /// The panel excludes a zone by itself, or includes it again.
    AutoExclude {
        /// Number of the zone.
        zone: u8,
        /// Whether it is excluded.
        on: bool,
    },
    /// An alarm key of a keypad, or a duress code. [`AlarmKind::Intrusion`] is [`Refused::Unsupported`](crate::Refused::Unsupported).
    KeypadAlarm {
        /// Number of the keypad, 0 to 14.
        keypad: u8,
        /// What for.
        kind: AlarmKind,
    },
    /// The panic button of a radio key.
    UserPanic {
        /// User number, 1 to 56.
        user: u8,
    },
    /// A user goes through a door with access control. The panel keeps no state of it: each command is one event.
    Door {
        /// Number of the door, 1 to 6.
        door: u8,
        /// User number, 1 to 56.
        user: u8,
        /// Whether access begins, else it ends.
        open: bool,
    },
    /// An area is armed.
    Arm {
        /// 1 or 2. [`Mode::Home`] and [`Mode::Day`] exist in area 1 only; area 2 gives
        /// [`Refused::Unsupported`](crate::Refused::Unsupported).
        area: u8,
        /// How.
        mode: Mode,
        /// User number, 1 to 56, 57 for the keyswitch, 58 for nobody in particular, 0 for the panel itself.
        user: u8,
    },
    /// An area is disarmed. Alarms end.
    Disarm {
        /// 1 or 2; 3 for area 1 if it is armed home, 4 if it is armed for the day; 0 for all.
        area: u8,
        /// User number, 0 to 58 as above.
        user: u8,
    },
    /// An output is switched. The four outputs that events have no identity for change the status `S15` only.
    Output {
        /// Which; auxiliary outputs are 1 to 10.
        output: Output,
        /// Whether it is on.
        on: bool,
    },
    /// Somebody presses keys, with the effect that a request has. What the panel does not know, and a wrong code, changes nothing
    /// and is told by [`Event::Refused`].
    Keys(Secret<&'c str>),
    /// The panel reports that it has started. Its state stays.
    PowerUp,
    /// The panel reports that its clock was set.
    Clock,
    /// A zone is in alarm at once, armed or not.
    Trip {
        /// Number of the zone.
        zone: u8,
    },
    /// A user puts off automatic arming.
    ArmingDelayed {
        /// User number, 1 to 56.
        user: u8,
    },
    /// Send a status line that nobody asked for. A request without a name is [`Refused::Invalid`](crate::Refused::Invalid).
    Report(RequestId),
    /// End. Events that found no room are dropped.
    Close,
}

/// Why a panel does not do what a request says. It answers nothing; this is for the eyes of whoever runs the simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Refusal {
    /// No user has this code.
    WrongCode,
    /// Arming without a code is not allowed.
    CodeNeeded,
    /// Keys that mean nothing to this panel.
    UnknownKeys,
    /// A status request that no panel knows, by its two digits.
    UnknownStatus(u8),
    /// The request is for another panel, with this address.
    OtherAddress(u8),
    /// The line is an event or a status: what panels send, not what they take.
    NotARequest,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongCode => f.write_str("no user has this code"),
            Self::CodeNeeded => f.write_str("arming needs a code"),
            Self::UnknownKeys => f.write_str("these keys mean nothing"),
            Self::UnknownStatus(raw) => write!(f, "no status S{raw:02x}"),
            Self::OtherAddress(address) => write!(f, "the request is for address {address}"),
            Self::NotARequest => f.write_str("the line is not a request"),
        }
    }
}

/// What a [`Panel`](super::Panel) tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'i> {
    /// A request was received and is being obeyed.
    Line(Line<'i>),
    /// A request was received, or keys were pressed, and nothing was done.
    Refused(Refusal),
    /// The panel's own state changed. Changes that were undone before the next `poll_event` are not told.
    Notice(Notice),
    /// A line could not be used. The next one can.
    Fault(Fault),
    /// The machine has ended. This is its last event.
    Closed(CloseReason),
}
