//! What an alert means. Alerts come as datagrams, through the cloud, as status changes of the cloud, and as rows of the history; the four
//! numbers here are in all of them.

use super::{AlertSource, AlertState, AlertType, ArmState, KeypadState, RemoteButton, StateChange};

/// The numbers of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub struct Facts {
    /// What it is.
    pub alert_type: AlertType,
    /// Index of the sensor in the panel's list; a [`StateChange`] in alerts of that type; 1 for the panel's SOS button.
    pub event_id: i64,
    /// What it comes from.
    pub source: AlertSource,
    /// What it is about, in a numbering that depends on type and source.
    pub state: i64,
}

/// What an alert means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Meaning {
    /// Somebody pressed an SOS button.
    Sos {
        /// That of the panel, rather than of the remote control whose index is the event's number.
        host: bool,
    },
    /// The panel was armed or disarmed.
    Arming(ArmState),
    /// The panel tells of its mains, its battery, its WiFi; or of something without a name.
    Panel(StateChange),
    /// A sensor raised an alarm.
    Alarm {
        /// What for; tamper is one.
        state: AlertState,
    },
    /// A button of a remote control.
    Button(RemoteButton),
    /// A keypad.
    Keypad(KeypadState),
    /// A door opened or closed. A doorbell opens.
    Door {
        /// Whether it is open now.
        open: bool,
    },
    /// The battery of a sensor is low.
    LowBattery,
    /// Somebody tampers with a sensor, without an alarm.
    Tamper,
    /// A sensor was active; nothing tells when it no longer is.
    Activity,
    /// Type, source and state do not go together, or one has no name. The numbers say what came.
    Unsupported,
}

impl Facts {
    /// What they mean together.
    ///
    /// ```
    /// use codec_core::g90::{AlertSource, AlertType, Facts, KeypadState, Meaning};
    ///
    /// let facts = Facts { alert_type: AlertType::SensorActivity, event_id: 15, source: AlertSource::Rfid, state: 7 };
    /// assert_eq!(facts.meaning(), Meaning::Keypad(KeypadState::Card1));
    /// ```
    #[must_use]
    pub const fn meaning(self) -> Meaning {
        match self.alert_type {
            AlertType::HostSos => Meaning::Sos { host: true },
            AlertType::StateChange => {
                let change = StateChange::from_raw(self.event_id);
                match change.arm_state() {
                    Some(state) => Meaning::Arming(state),
                    None => Meaning::Panel(change),
                }
            }
            AlertType::Alarm => self.alarm(),
            AlertType::SensorActivity => self.activity(),
            AlertType::Other(_) => Meaning::Unsupported,
        }
    }

    const fn alarm(self) -> Meaning {
        match (self.source, AlertState::of(self.source, self.state)) {
            (AlertSource::Remote, _) => Meaning::Sos { host: false },
            (AlertSource::Other(_), _) | (_, None) => Meaning::Unsupported,
            (_, Some(state)) => Meaning::Alarm { state },
        }
    }

    const fn activity(self) -> Meaning {
        match (self.source, self.state) {
            (AlertSource::Remote, _) => match RemoteButton::from_raw(self.state) {
                RemoteButton::Other(_) => Meaning::Unsupported,
                button => Meaning::Button(button),
            },
            (AlertSource::Rfid, _) => match KeypadState::from_raw(self.state) {
                KeypadState::Other(_) => Meaning::Unsupported,
                state => Meaning::Keypad(state),
            },
            (AlertSource::Sensor, 0) => Meaning::Door { open: false },
            (AlertSource::Sensor, 1) | (AlertSource::Doorbell, 0 | 1) => Meaning::Door { open: true },
            (AlertSource::Sensor, 4) => Meaning::LowBattery,
            (AlertSource::Infrared, _) => match AlertState::of(self.source, self.state) {
                Some(AlertState::Tamper) => Meaning::Tamper,
                Some(AlertState::LowBattery) => Meaning::LowBattery,
                Some(_) => Meaning::Activity,
                None => Meaning::Unsupported,
            },
            (AlertSource::Device | AlertSource::Tamper | AlertSource::Fingerprint | AlertSource::Other(_), 0 | 1) => Meaning::Activity,
            _ => Meaning::Unsupported,
        }
    }
}
