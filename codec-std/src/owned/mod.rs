//! Events and commands without lifetimes, to be kept, sent between threads and stored as JSON.
//!
//! They mirror the types of `codec-core` and are made from them with `From`. Names are in snake case, the same words as the `name`
//! functions of `codec-core` give. A value that `codec-core` learned to name later than this crate becomes `Other`.
//!
//! What may hold a user's code is masked when printed and when serialised.

use codec_core::home;
use serde::{Deserialize, Serialize};

pub mod g90;
pub mod ksenia;
pub mod kts;
pub mod ness;

/// Mirrors an enum without fields, and maps what it does not know to `Other`.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $variant,)*
            /// Another one.
            Other,
        }

        impl From<home::$name> for $name {
            fn from(from: home::$name) -> Self {
                match from {
                    $(home::$name::$variant => Self::$variant,)*
                    _ => Self::Other,
                }
            }
        }
    };
}

words! {
    /// Mirrors [`home::AreaState`].
    AreaState {
        /// Nothing told yet.
        Unknown,
        /// Not armed.
        Disarmed,
        /// Armed by somebody; whether there is an exit delay is not known yet.
        Arming,
        /// The time to leave runs.
        ExitDelay,
        /// Armed.
        Armed,
        /// Somebody came in and has time to disarm.
        EntryDelay,
        /// An alarm is on.
        Triggered,
    }
}

words! {
    /// Mirrors [`home::Mode`].
    Mode {
        /// Everybody is out.
        Away,
        /// People are in.
        Home,
        /// Daytime.
        Day,
        /// People sleep.
        Night,
        /// Everybody is out for long.
        Vacation,
        /// Everything the panel can arm.
        Highest,
    }
}

words! {
    /// Mirrors [`home::AlarmKind`].
    AlarmKind {
        /// An intruder.
        Intrusion,
        /// A panic key or pendant.
        Panic,
        /// Fire.
        Fire,
        /// Medical help.
        Medical,
        /// Somebody was forced to use a code.
        Duress,
    }
}

words! {
    /// Mirrors [`home::TroubleKind`].
    TroubleKind {
        /// No mains.
        Mains,
        /// A battery is low or missing.
        Battery,
        /// Something was opened that should be closed.
        Tamper,
        /// Reports do not get through.
        Reporting,
        /// A bus or an expander does not answer.
        Bus,
    }
}

/// Mirrors [`home::Source`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Source {
    /// The panel itself, or nothing told.
    Panel,
    /// A keypad, with its number where the panel tells it, else 0.
    Keypad(u32),
    /// A person, by user number.
    User(u32),
    /// Something else in the panel's case or on its bus.
    Device(u32),
    /// A zone.
    Zone(u32),
    /// Another one.
    Other,
}

impl From<home::Source> for Source {
    fn from(from: home::Source) -> Self {
        match from {
            home::Source::Panel => Self::Panel,
            home::Source::Keypad(number) => Self::Keypad(number),
            home::Source::User(number) => Self::User(number),
            home::Source::Device(number) => Self::Device(number),
            home::Source::Zone(number) => Self::Zone(number),
            _ => Self::Other,
        }
    }
}

/// Mirrors [`home::ZoneState`]: what is true of a zone, `None` (left out in JSON) where nothing told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ZoneState {
    /// The sensor is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<bool>,
    /// The zone is in alarm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alarm: Option<bool>,
    /// The zone is excluded from the alarm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bypassed: Option<bool>,
    /// The detector was tampered with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tamper: Option<bool>,
    /// The detector's battery is low.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low_battery: Option<bool>,
    /// The detector was not heard of for too long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<bool>,
}

impl From<home::ZoneState> for ZoneState {
    fn from(from: home::ZoneState) -> Self {
        use home::ZoneFlags as Flags;
        Self {
            open: from.is(Flags::OPEN),
            alarm: from.is(Flags::ALARM),
            bypassed: from.is(Flags::BYPASSED),
            tamper: from.is(Flags::TAMPER),
            low_battery: from.is(Flags::LOW_BATTERY),
            lost: from.is(Flags::LOST),
        }
    }
}

/// Mirrors [`home::Notice`]. In JSON the member `notice` tells which it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Notice {
    /// A zone changed.
    Zone {
        /// Number of the zone.
        zone: u32,
        /// Everything known about it now.
        state: ZoneState,
        /// Which of it changed or became known, by the member names of [`ZoneState`].
        changed: Vec<String>,
    },
    /// An area, or the panel as a whole (area 0), changed its state or mode.
    Area {
        /// Number of the area, 0 for the panel as a whole.
        area: u32,
        /// Its state now.
        state: AreaState,
        /// How it is armed, or being armed.
        mode: Option<Mode>,
    },
    /// An output was switched.
    Output {
        /// Number of the output.
        output: u32,
        /// Whether it is on.
        on: bool,
    },
    /// An alarm that no zone raised began or ended.
    Alarm {
        /// What for.
        kind: AlarmKind,
        /// Who or what raised it.
        source: Source,
        /// Whether it began.
        active: bool,
    },
    /// A technical trouble began or ended.
    Trouble {
        /// What is wrong.
        kind: TroubleKind,
        /// What it is about.
        source: Source,
        /// Whether it began.
        active: bool,
    },
    /// The panel has started anew.
    Restarted,
    /// Another one.
    Other,
}

impl From<home::Notice> for Notice {
    fn from(from: home::Notice) -> Self {
        match from {
            home::Notice::Zone { zone, state, changed } => {
                Self::Zone { zone, state: state.into(), changed: changed.names().map(str::to_owned).collect() }
            }
            home::Notice::Area { area, state, mode } => Self::Area { area, state: state.into(), mode: mode.map(Into::into) },
            home::Notice::Output { output, on } => Self::Output { output, on },
            home::Notice::Alarm { kind, source, active } => Self::Alarm { kind: kind.into(), source: source.into(), active },
            home::Notice::Trouble { kind, source, active } => Self::Trouble { kind: kind.into(), source: source.into(), active },
            home::Notice::Restarted => Self::Restarted,
            _ => Self::Other,
        }
    }
}

/// Mirrors [`codec_core::Fault`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fault {
    /// The stable word for its class, see [`codec_core::FaultKind::class`].
    pub class: String,
    /// What is wrong, for people.
    pub detail: String,
    /// Offset in bytes from the beginning of the frame.
    pub at: u32,
}

impl From<codec_core::Fault> for Fault {
    fn from(from: codec_core::Fault) -> Self {
        Self { class: from.kind.class().to_owned(), detail: from.kind.to_string(), at: from.at }
    }
}

/// Mirrors [`codec_core::CloseReason`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CloseReason {
    /// The peer closed the connection.
    PeerClosed,
    /// The caller asked for it.
    Requested,
    /// Nothing was received for too long.
    Silent {
        /// For how many milliseconds.
        millis: u32,
    },
    /// Something that the connection cannot do without was not answered.
    NoAnswer {
        /// For how many milliseconds.
        millis: u32,
    },
    /// The panel refused the login.
    LoginRefused,
    /// The panel does not know the login any more.
    SessionEnded,
    /// The programming of the panel changes.
    Reprogramming,
    /// Another one.
    Other {
        /// For people.
        detail: String,
    },
}

impl From<codec_core::CloseReason> for CloseReason {
    fn from(from: codec_core::CloseReason) -> Self {
        match from {
            codec_core::CloseReason::PeerClosed => Self::PeerClosed,
            codec_core::CloseReason::Requested => Self::Requested,
            codec_core::CloseReason::Silent { millis } => Self::Silent { millis },
            codec_core::CloseReason::NoAnswer { millis } => Self::NoAnswer { millis },
            codec_core::CloseReason::LoginRefused => Self::LoginRefused,
            codec_core::CloseReason::SessionEnded => Self::SessionEnded,
            codec_core::CloseReason::Reprogramming => Self::Reprogramming,
            other => Self::Other { detail: other.to_string() },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use serde::de::DeserializeOwned;
    use serde_json::{Value, json};

    use super::*;

    fn json_of<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: T) -> Value {
        let json = serde_json::to_value(&value).unwrap();
        assert_eq!(serde_json::from_value::<T>(json.clone()).unwrap(), value);
        json
    }

    #[test]
    fn words_are_those_of_the_core() {
        use home::AreaState as A;
        for state in [A::Unknown, A::Disarmed, A::Arming, A::ExitDelay, A::Armed, A::EntryDelay, A::Triggered] {
            assert_eq!(json_of(AreaState::from(state)), json!(state.name()));
        }
        use home::Mode as M;
        for mode in [M::Away, M::Home, M::Day, M::Night, M::Vacation, M::Highest] {
            assert_eq!(json_of(Mode::from(mode)), json!(mode.name()));
        }
        use home::AlarmKind as K;
        for kind in [K::Intrusion, K::Panic, K::Fire, K::Medical, K::Duress] {
            assert_eq!(json_of(AlarmKind::from(kind)), json!(kind.name()));
        }
        use home::TroubleKind as T;
        for kind in [T::Mains, T::Battery, T::Tamper, T::Reporting, T::Bus] {
            assert_eq!(json_of(TroubleKind::from(kind)), json!(kind.name()));
        }
    }

    #[test]
    fn notices_are_flat_json() {
        use home::ZoneFlags as F;
        let state = home::ZoneState { known: F::OPEN | F::TAMPER, set: F::OPEN };
        let notice = Notice::from(home::Notice::Zone { zone: 3, state, changed: F::OPEN | F::LOW_BATTERY });
        assert_eq!(
            json_of(notice),
            json!({"notice": "zone", "zone": 3, "state": {"open": true, "tamper": false}, "changed": ["open", "low_battery"]})
        );
        let notice = Notice::from(home::Notice::Area { area: 0, state: home::AreaState::ExitDelay, mode: Some(home::Mode::Away) });
        assert_eq!(json_of(notice), json!({"notice": "area", "area": 0, "state": "exit_delay", "mode": "away"}));
        let notice = Notice::from(home::Notice::Alarm { kind: home::AlarmKind::Fire, source: home::Source::Keypad(2), active: true });
        assert_eq!(json_of(notice), json!({"notice": "alarm", "kind": "fire", "source": {"keypad": 2}, "active": true}));
        let notice = Notice::from(home::Notice::Trouble { kind: home::TroubleKind::Mains, source: home::Source::Panel, active: false });
        assert_eq!(json_of(notice), json!({"notice": "trouble", "kind": "mains", "source": "panel", "active": false}));
        assert_eq!(
            json_of(Notice::from(home::Notice::Output { output: 90, on: true })),
            json!({"notice": "output", "output": 90, "on": true})
        );
        assert_eq!(json_of(Notice::from(home::Notice::Restarted)), json!({"notice": "restarted"}));
    }

    #[test]
    fn faults_and_reasons_keep_their_numbers() {
        let fault = codec_core::Fault { kind: codec_core::FaultKind::TooLong { limit: 64 }, at: 64 };
        assert_eq!(json_of(Fault::from(fault)), json!({"class": "too-long", "detail": "frame longer than 64 bytes", "at": 64}));
        assert_eq!(json_of(CloseReason::from(codec_core::CloseReason::PeerClosed)), json!("peer_closed"));
        assert_eq!(json_of(CloseReason::from(codec_core::CloseReason::Silent { millis: 9 })), json!({"silent": {"millis": 9}}));
    }
}
