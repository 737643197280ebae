//! What happens: arm states, kinds of messages, where alerts come from and what they say.

use super::macros::codes;

codes! {
    /// How the panel is armed: notification 1 and the commands that read and set the host status.
    pub enum ArmState {
        /// Everybody is out.
        ArmAway = 1, "ARM_AWAY";
        /// People are in.
        ArmHome = 2, "ARM_HOME";
        /// Not armed.
        Disarm = 3, "DISARM";
        /// An alarm is on. Reported, never set.
        Alarmed = 4, "ALARMED";
    }
}

codes! {
    /// What a datagram to port 12901 is.
    pub enum MessageCode {
        /// Something the panel always tells.
        Notification = 170, "NOTIFICATION";
        /// Something it tells if its alert configuration says so.
        Alert = 208, "ALERT";
    }
}

codes! {
    /// Kinds of notifications.
    pub enum NotificationKind {
        /// The panel was armed or disarmed, or is in alarm.
        ArmDisarm = 1, "ARM_DISARM";
        /// A sensor was added to the list, or changed.
        SensorChange = 4, "SENSOR_CHANGE";
        /// A sensor was active.
        SensorActivity = 5, "SENSOR_ACTIVITY";
        /// A door is open while the panel is being armed.
        DoorOpenWhenArming = 6, "DOOR_OPEN_WHEN_ARMING";
        /// The panel gets a new firmware. What stands behind the number is not documented.
        FirmwareUpdating = 8, "FIRMWARE_UPDATING";
    }
}

codes! {
    /// Types of alerts, of history rows and of status changes in the cloud.
    pub enum AlertType {
        /// The SOS button of the panel.
        HostSos = 1, "HOST_SOS";
        /// The panel itself changed: arming, mains, battery, WiFi.
        StateChange = 2, "STATE_CHANGE";
        /// A sensor raised an alarm.
        Alarm = 3, "ALARM";
        /// A sensor, remote control or keypad was active. Older documents call it `DOOR_OPEN_CLOSE`.
        SensorActivity = 4, "SENSOR_ACTIVITY";
    }
}

codes! {
    /// What an alert comes from. 8, 10, 11, 12 and 15 are numbers of [`PeripheralType`](super::PeripheralType) too.
    pub enum AlertSource {
        /// The panel.
        Device = 0, "DEVICE";
        /// A door contact, or another sensor with the same states.
        Sensor = 1, "SENSOR";
        /// A tamper contact.
        Tamper = 3, "TAMPER";
        /// A motion sensor, which has states of its own.
        Infrared = 8, "INFRARED";
        /// A remote control.
        Remote = 10, "REMOTE";
        /// A keypad with a card reader.
        Rfid = 11, "RFID";
        /// A doorbell.
        Doorbell = 12, "DOORBELL";
        /// A fingerprint lock.
        Fingerprint = 15, "FINGERPRINT";
    }
}

codes! {
    /// State in an alert of most sensors.
    pub enum SensorState {
        /// Closed.
        DoorClose = 0, "DOOR_CLOSE";
        /// Open.
        DoorOpen = 1, "DOOR_OPEN";
        /// A panic button.
        Sos = 2, "SOS";
        /// Opened, or torn off the wall.
        Tamper = 3, "TAMPER";
        /// The battery is low.
        LowBattery = 4, "LOW_BATTERY";
        /// Gas, smoke, water: what the sensor is for.
        Alarm = 254, "ALARM";
    }
}

codes! {
    /// State in an alert of a motion sensor ([`AlertSource::Infrared`]).
    pub enum InfraredState {
        /// Something moved.
        MotionDetected = 0, "MOTION_DETECTED";
        /// Opened, or torn off the wall.
        Tamper = 1, "TAMPER";
        /// The battery is low.
        LowBattery = 2, "LOW_BATTERY";
    }
}

codes! {
    /// State in an alert, whatever the sensor: one numbering for both of the above.
    pub enum AlertState {
        /// Closed.
        DoorClose = 0, "DOOR_CLOSE";
        /// Open.
        DoorOpen = 1, "DOOR_OPEN";
        /// A panic button.
        Sos = 2, "SOS";
        /// Opened, or torn off the wall.
        Tamper = 3, "TAMPER";
        /// The battery is low.
        LowBattery = 4, "LOW_BATTERY";
        /// Something moved.
        MotionDetected = 5, "MOTION_DETECTED";
        /// Gas, smoke, water: what the sensor is for.
        Alarm = 254, "ALARM";
    }
}

impl AlertState {
    /// The meaning of the number `state` of an alarm or a history row from `source`. `None` if it has none there.
    ///
    /// ```
    /// use codec_core::g90::{AlertSource, AlertState};
    ///
    /// assert_eq!(AlertState::of(AlertSource::Sensor, 1), Some(AlertState::DoorOpen));
    /// assert_eq!(AlertState::of(AlertSource::Infrared, 1), Some(AlertState::Tamper));
    /// assert_eq!(AlertState::of(AlertSource::Infrared, 254), None);
    /// ```
    #[must_use]
    pub const fn of(source: AlertSource, state: i64) -> Option<Self> {
        if let AlertSource::Infrared = source {
            return match InfraredState::from_raw(state) {
                InfraredState::MotionDetected => Some(Self::MotionDetected),
                InfraredState::Tamper => Some(Self::Tamper),
                InfraredState::LowBattery => Some(Self::LowBattery),
                InfraredState::Other(_) => None,
            };
        }
        match SensorState::from_raw(state) {
            SensorState::DoorClose => Some(Self::DoorClose),
            SensorState::DoorOpen => Some(Self::DoorOpen),
            SensorState::Sos => Some(Self::Sos),
            SensorState::Tamper => Some(Self::Tamper),
            SensorState::LowBattery => Some(Self::LowBattery),
            SensorState::Alarm => Some(Self::Alarm),
            SensorState::Other(_) => None,
        }
    }
}

codes! {
    /// What changed in the panel: the event of an alert of type 2, and the state of a status change in the cloud.
    ///
    /// Armed states have other numbers here than in [`ArmState`].
    pub enum StateChange {
        /// Mains failed.
        AcPowerFailure = 1, "AC_POWER_FAILURE";
        /// Mains is back.
        AcPowerRecover = 2, "AC_POWER_RECOVER";
        /// Disarmed.
        Disarm = 3, "DISARM";
        /// Armed, everybody out.
        ArmAway = 4, "ARM_AWAY";
        /// Armed, people in.
        ArmHome = 5, "ARM_HOME";
        /// The panel's battery is low.
        LowBattery = 6, "LOW_BATTERY";
        /// WiFi is there.
        WifiConnected = 7, "WIFI_CONNECTED";
        /// WiFi is gone.
        WifiDisconnected = 8, "WIFI_DISCONNECTED";
    }
}

impl StateChange {
    /// The arm state that begins with it.
    #[must_use]
    pub const fn arm_state(self) -> Option<ArmState> {
        match self {
            Self::ArmAway => Some(ArmState::ArmAway),
            Self::ArmHome => Some(ArmState::ArmHome),
            Self::Disarm => Some(ArmState::Disarm),
            _ => None,
        }
    }
}

codes! {
    /// What a row of the history says, derived from its type, source and state.
    pub enum HistoryState {
        /// A door closed.
        DoorClose = 1, "DOOR_CLOSE";
        /// A door opened.
        DoorOpen = 2, "DOOR_OPEN";
        /// Tamper.
        Tamper = 3, "TAMPER";
        /// An alarm.
        Alarm = 4, "ALARM";
        /// Mains failed.
        AcPowerFailure = 5, "AC_POWER_FAILURE";
        /// Mains is back.
        AcPowerRecover = 6, "AC_POWER_RECOVER";
        /// Disarmed.
        Disarm = 7, "DISARM";
        /// Armed, everybody out.
        ArmAway = 8, "ARM_AWAY";
        /// Armed, people in.
        ArmHome = 9, "ARM_HOME";
        /// A battery is low: of the panel, a sensor or a keypad.
        LowBattery = 10, "LOW_BATTERY";
        /// WiFi is there.
        WifiConnected = 11, "WIFI_CONNECTED";
        /// WiFi is gone.
        WifiDisconnected = 12, "WIFI_DISCONNECTED";
        /// A remote control armed, everybody out.
        RemoteButtonArmAway = 13, "REMOTE_BUTTON_ARM_AWAY";
        /// A remote control armed, people in.
        RemoteButtonArmHome = 14, "REMOTE_BUTTON_ARM_HOME";
        /// A remote control disarmed.
        RemoteButtonDisarm = 15, "REMOTE_BUTTON_DISARM";
        /// The SOS button of a remote control.
        RemoteButtonSos = 16, "REMOTE_BUTTON_SOS";
        /// A keypad armed, everybody out.
        RfidKeyArmAway = 17, "RFID_KEY_ARM_AWAY";
        /// A keypad armed, people in.
        RfidKeyArmHome = 18, "RFID_KEY_ARM_HOME";
        /// A keypad disarmed.
        RfidKeyDisarm = 19, "RFID_KEY_DISARM";
        /// Card 0.
        RfidCard0 = 20, "RFID_CARD_0";
        /// Card 1.
        RfidCard1 = 21, "RFID_CARD_1";
        /// Card 2.
        RfidCard2 = 22, "RFID_CARD_2";
        /// Card 3.
        RfidCard3 = 23, "RFID_CARD_3";
        /// Card 4.
        RfidCard4 = 24, "RFID_CARD_4";
        /// Something moved.
        MotionDetected = 25, "MOTION_DETECTED";
    }
}

codes! {
    /// Buttons of a remote control.
    pub enum RemoteButton {
        /// Arm, everybody out.
        ArmAway = 0, "ARM_AWAY";
        /// Arm, people in.
        ArmHome = 1, "ARM_HOME";
        /// Disarm.
        Disarm = 2, "DISARM";
        /// Panic.
        Sos = 3, "SOS";
    }
}

codes! {
    /// What a keypad with a card reader says.
    pub enum KeypadState {
        /// Its button to arm, everybody out.
        ArmAway = 0, "ARM_AWAY";
        /// Its button to arm, people in.
        ArmHome = 1, "ARM_HOME";
        /// Its button to disarm.
        Disarm = 2, "DISARM";
        /// A key that the device has by its definition; what it is for is not documented. SOS, if it is as on remote controls.
        Key3 = 3, "KEY_3";
        /// Another one.
        Key4 = 4, "KEY_4";
        /// The battery is low.
        LowBattery = 5, "LOW_BATTERY";
        /// Card 0.
        Card0 = 6, "CARD_0";
        /// Card 1.
        Card1 = 7, "CARD_1";
        /// Card 2.
        Card2 = 8, "CARD_2";
        /// Card 3.
        Card3 = 9, "CARD_3";
        /// Card 4.
        Card4 = 10, "CARD_4";
    }
}
