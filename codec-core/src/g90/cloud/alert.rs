//! A status change as the alert it stands for.

use super::message::Body;
use super::padded::PaddedText;
use super::status::{SensorAlarm, SensorChange, StateChange};
use crate::g90::{AlertSource, AlertType, Facts};

/// What a status change says, in the words of the alerts that panels send as notifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Alert<'i> {
    /// Type, number, source and state; [`Facts::meaning`] is what they mean together.
    pub facts: Facts,
    /// Name of the sensor; empty where the panel itself changed.
    pub name: PaddedText<'i>,
    /// When, in seconds since 1970.
    pub unix_time: i32,
}

impl<'i> Body<'i> {
    /// The alert that a status change stands for; `None` for other messages.
    ///
    /// ```
    /// use codec_core::g90::cloud::{PaddedText, Route, SensorAlarm, decode, encode};
    /// use codec_core::g90::{AlertState, Meaning};
    ///
    /// // A motion sensor (peripheral type 8) in state 0.
    /// let mut message = [0; 120];
    /// encode(Route::STATUS_CHANGE, 0, &[&SensorAlarm::fields(32, 8, 0, PaddedText::new("Hall"), 0)], &mut message)?;
    /// let body = decode(&message)?.body;
    /// let alert = body.alert().unwrap();
    /// assert_eq!(alert.facts.meaning(), Meaning::Alarm { state: AlertState::MotionDetected });
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    #[must_use]
    pub fn alert(&self) -> Option<Alert<'i>> {
        Some(match self {
            Self::StateChange(change) => change.alert(),
            Self::SensorChange(change) => change.alert(),
            Self::SensorAlarm(alarm) => alarm.alert(),
            _ => return None,
        })
    }
}

impl<'i> StateChange<'i> {
    fn alert(&self) -> Alert<'i> {
        let code = self.code().into();
        let facts = Facts { alert_type: AlertType::StateChange, event_id: code, source: AlertSource::Device, state: code };
        Alert { facts, name: PaddedText::default(), unix_time: self.timestamp() }
    }
}

impl<'i> SensorChange<'i> {
    fn alert(&self) -> Alert<'i> {
        let facts = Facts {
            alert_type: AlertType::SensorActivity,
            event_id: self.sensor().into(),
            source: AlertSource::from_raw(self.source().into()),
            state: self.state().into(),
        };
        Alert { facts, name: self.name(), unix_time: self.timestamp() }
    }
}

impl<'i> SensorAlarm<'i> {
    /// What the alarm comes from, by the type of the peripheral: types 8, 10, 11, 12 and 15 are sources too, and have states of their
    /// own. All others have the states of the panel's own source, 0.
    #[must_use]
    pub fn source(&self) -> AlertSource {
        match self.peripheral() {
            8 => AlertSource::Infrared,
            10 => AlertSource::Remote,
            11 => AlertSource::Rfid,
            12 => AlertSource::Doorbell,
            15 => AlertSource::Fingerprint,
            _ => AlertSource::Device,
        }
    }

    /// The alert as the Python library makes it: whatever the peripheral, the source is the panel. Motion is taken for a door that
    /// closes, then, and the SOS button of a remote control for tampering.
    #[must_use]
    pub fn alert_of_panel(&self) -> Alert<'i> {
        let mut alert = self.alert();
        alert.facts.source = AlertSource::Device;
        alert
    }

    fn alert(&self) -> Alert<'i> {
        let facts =
            Facts { alert_type: AlertType::Alarm, event_id: self.sensor().into(), source: self.source(), state: self.state().into() };
        Alert { facts, name: self.name(), unix_time: self.timestamp() }
    }
}
