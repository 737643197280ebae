//! Rows of the panel's history, and what they mean.

use super::local::Record;
use super::{AlertSource, AlertState, AlertType, Facts, HistoryState, KeypadState, RemoteButton, StateChange};
use crate::text::json::{Array, Text};

/// A row of the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct HistoryRow<'i> {
    /// Its numbers, as in an alert.
    pub facts: Facts,
    /// Name of the sensor, or empty.
    pub sensor_name: Text<'i>,
    /// Seconds since 1970 by the panel's clock, taken as UTC.
    pub unix_time: i64,
    /// Not documented; empty in all that was seen.
    pub other: Text<'i>,
}

impl<'i> HistoryRow<'i> {
    /// The row that is this array: type, event, source, state, name, time, and a text. `None` if it has another length, or an element is of
    /// the wrong type.
    #[must_use]
    pub fn from_array(array: Array<'i>) -> Option<Self> {
        Self::read_in(&mut array.values(), 0).ok()
    }

    /// What it is, or `None` without a name.
    #[must_use]
    pub const fn alert_type(&self) -> Option<AlertType> {
        match self.facts.alert_type {
            AlertType::Other(_) => None,
            named => Some(named),
        }
    }

    /// What it comes from, or `None` without a name. Rows of the panel itself, and of types without a name, come from the panel.
    #[must_use]
    pub const fn source(&self) -> Option<AlertSource> {
        match (self.facts.alert_type, self.facts.source) {
            (AlertType::HostSos | AlertType::Other(_), _) => Some(AlertSource::Device),
            (_, AlertSource::Other(_)) => None,
            (_, named) => Some(named),
        }
    }

    /// What it says, or `None` if that has no name.
    #[must_use]
    pub const fn state(&self) -> Option<HistoryState> {
        match (self.facts.alert_type, self.source()) {
            (AlertType::HostSos, _) => None,
            (AlertType::Alarm | AlertType::SensorActivity, Some(AlertSource::Remote)) => button(RemoteButton::from_raw(self.facts.state)),
            (AlertType::Alarm | AlertType::SensorActivity, Some(AlertSource::Rfid)) => keypad(KeypadState::from_raw(self.facts.state)),
            (AlertType::Alarm | AlertType::SensorActivity, source) => {
                let source = match source {
                    Some(source) => source,
                    None => AlertSource::Sensor,
                };
                match AlertState::of(source, self.facts.state) {
                    Some(state) => sensor(state),
                    None => None,
                }
            }
            (AlertType::StateChange | AlertType::Other(_), _) => panel(StateChange::from_raw(self.facts.event_id)),
        }
    }

    /// Name of the sensor, or `None` if the row is about none.
    #[must_use]
    pub const fn sensor(&self) -> Option<Text<'i>> {
        if self.sensor_name.is_empty() { None } else { Some(self.sensor_name) }
    }

    /// Index of the sensor in the panel's list. Rows of remote controls and doorbells do not have it.
    #[must_use]
    pub const fn sensor_index(&self) -> Option<i64> {
        match self.source() {
            Some(AlertSource::Sensor | AlertSource::Rfid | AlertSource::Infrared) => Some(self.facts.event_id),
            _ => None,
        }
    }
}

const fn sensor(state: AlertState) -> Option<HistoryState> {
    match state {
        AlertState::DoorClose => Some(HistoryState::DoorClose),
        AlertState::DoorOpen => Some(HistoryState::DoorOpen),
        AlertState::Tamper => Some(HistoryState::Tamper),
        AlertState::LowBattery => Some(HistoryState::LowBattery),
        AlertState::Alarm => Some(HistoryState::Alarm),
        AlertState::MotionDetected => Some(HistoryState::MotionDetected),
        AlertState::Sos | AlertState::Other(_) => None,
    }
}

const fn panel(change: StateChange) -> Option<HistoryState> {
    match change {
        StateChange::AcPowerFailure => Some(HistoryState::AcPowerFailure),
        StateChange::AcPowerRecover => Some(HistoryState::AcPowerRecover),
        StateChange::Disarm => Some(HistoryState::Disarm),
        StateChange::ArmAway => Some(HistoryState::ArmAway),
        StateChange::ArmHome => Some(HistoryState::ArmHome),
        StateChange::LowBattery => Some(HistoryState::LowBattery),
        StateChange::WifiConnected => Some(HistoryState::WifiConnected),
        StateChange::WifiDisconnected => Some(HistoryState::WifiDisconnected),
        StateChange::Other(_) => None,
    }
}

const fn button(button: RemoteButton) -> Option<HistoryState> {
    match button {
        RemoteButton::ArmAway => Some(HistoryState::RemoteButtonArmAway),
        RemoteButton::ArmHome => Some(HistoryState::RemoteButtonArmHome),
        RemoteButton::Disarm => Some(HistoryState::RemoteButtonDisarm),
        RemoteButton::Sos => Some(HistoryState::RemoteButtonSos),
        RemoteButton::Other(_) => None,
    }
}

const fn keypad(state: KeypadState) -> Option<HistoryState> {
    match state {
        KeypadState::ArmAway => Some(HistoryState::RfidKeyArmAway),
        KeypadState::ArmHome => Some(HistoryState::RfidKeyArmHome),
        KeypadState::Disarm => Some(HistoryState::RfidKeyDisarm),
        KeypadState::LowBattery => Some(HistoryState::LowBattery),
        KeypadState::Card0 => Some(HistoryState::RfidCard0),
        KeypadState::Card1 => Some(HistoryState::RfidCard1),
        KeypadState::Card2 => Some(HistoryState::RfidCard2),
        KeypadState::Card3 => Some(HistoryState::RfidCard3),
        KeypadState::Card4 => Some(HistoryState::RfidCard4),
        KeypadState::Key3 | KeypadState::Key4 | KeypadState::Other(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::json;

    fn row(text: &str) -> Option<HistoryRow<'_>> {
        HistoryRow::from_array(json::check(text.as_bytes()).unwrap().array().unwrap())
    }

    #[test]
    fn rows_of_captures_say_what_happened() {
        for (text, alert_type, source, state, sensor, index) in [
            (
                r#"[3,33,1,1,"Sensor 1",1630147285,""]"#,
                Some(AlertType::Alarm),
                Some(AlertSource::Sensor),
                Some(HistoryState::DoorOpen),
                "Sensor 1",
                Some(33),
            ),
            (
                r#"[2,5,0,0,"",1630142871,""]"#,
                Some(AlertType::StateChange),
                Some(AlertSource::Device),
                Some(HistoryState::ArmHome),
                "",
                None,
            ),
            (
                r#"[3,1,10,3,"Remote",1734177048,""]"#,
                Some(AlertType::Alarm),
                Some(AlertSource::Remote),
                Some(HistoryState::RemoteButtonSos),
                "Remote",
                None,
            ),
            (r#"[1,1,0,0,"",1734175049,""]"#, Some(AlertType::HostSos), Some(AlertSource::Device), None, "", None),
            (
                r#"[4,15,11,7,"Keypad-",1767525505,""]"#,
                Some(AlertType::SensorActivity),
                Some(AlertSource::Rfid),
                Some(HistoryState::RfidCard1),
                "Keypad-",
                Some(15),
            ),
            (
                r#"[3,34,8,1,"Infrared sensor 1",1767902427,""]"#,
                Some(AlertType::Alarm),
                Some(AlertSource::Infrared),
                Some(HistoryState::Tamper),
                "Infrared sensor 1",
                Some(34),
            ),
            (r#"[3,33,7,200,"Sensor 1",1630147285,""]"#, Some(AlertType::Alarm), None, None, "Sensor 1", None),
            (r#"[254,33,1,1,"Sensor 1",1630147285,""]"#, None, Some(AlertSource::Device), None, "Sensor 1", None),
        ] {
            let row = row(text).unwrap();
            assert_eq!((row.alert_type(), row.source(), row.state(), row.sensor_index()), (alert_type, source, state, index), "{text}");
            assert!(row.sensor_name == sensor && row.sensor().is_some() != sensor.is_empty());
        }
    }

    #[test]
    fn rows_of_another_shape_are_none() {
        for text in [
            "[]",
            r#"[3,33,1,1,"Sensor 1",1630147285]"#,
            r#"[3,33,1,1,"Sensor 1",1630147285,"",0]"#,
            r#"["3",33,1,1,"Sensor 1",1630147285,""]"#,
            r#"[3,33,1,1,7,1630147285,""]"#,
            r#"[3,33,1,1,"Sensor 1",1630147285,[""]]"#,
            r#"[3,33,1.5,1,"Sensor 1",1630147285,""]"#,
        ] {
            assert_eq!(row(text), None, "{text}");
        }
    }
}
