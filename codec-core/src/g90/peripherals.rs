//! What the rows of the sensor and device lists say: types, radio protocols, flags.

use super::macros::{codes, flags};

codes! {
    /// How a sensor or device is connected.
    pub enum PeripheralProtocol {
        /// 433 MHz, learning code (EV1527).
        Rf1527 = 0, "RF_1527";
        /// 433 MHz, fixed code (PT2262).
        Rf2262 = 1, "RF_2262";
        /// A radio protocol of the vendor's.
        RfPrivate = 2, "RF_PRIVATE";
        /// A radio protocol of sliding curtains.
        RfSlider = 3, "RF_SLIDER";
        /// WiFi.
        Wifi = 4, "WIFI";
        /// By wire.
        Cord = 5, "CORD";
        /// USB.
        Usb = 6, "USB";
    }
}

codes! {
    /// What a sensor or device is. Up to 126 sensors, from 128 on devices.
    pub enum PeripheralType {
        /// Door or window contact.
        Door = 1, "DOOR";
        /// Glass break sensor.
        Glass = 2, "GLASS";
        /// Gas sensor.
        Gas = 3, "GAS";
        /// Smoke sensor.
        Smoke = 4, "SMOKE";
        /// Panic button.
        Sos = 5, "SOS";
        /// Vibration sensor.
        Vibration = 6, "VIB";
        /// Water leak sensor.
        Water = 7, "WATER";
        /// Motion sensor.
        Infrared = 8, "INFRARED";
        /// Light barrier.
        Beam = 9, "IN_BEAM";
        /// Remote control.
        Remote = 10, "REMOTE";
        /// Keypad with a card reader.
        Rfid = 11, "RFID";
        /// Doorbell.
        Doorbell = 12, "DOORBELL";
        /// Fingerprint sensor.
        ButtonId = 13, "BUTTONID";
        /// Watch with a panic button.
        Watch = 14, "WATCH";
        /// Lock with a fingerprint sensor.
        FingerLock = 15, "FINGER_LOCK";
        /// A second panel.
        SubHost = 16, "SUBHOST";
        /// Remote control, 2.4 GHz.
        Remote24 = 17, "REMOTE_2_4G";
        /// Gas valve.
        GasValve = 18, "GAS_VALVE";
        /// A sensor on a wired input of the panel.
        CordSensor = 126, "CORD_SENSOR";
        /// Socket.
        Socket = 128, "SOCKET";
        /// Siren.
        Siren = 129, "SIREN";
        /// Curtain.
        Curtain = 130, "CURTAIN";
        /// Sliding window.
        SlidingWindow = 131, "SLIDINGWIN";
        /// Air conditioner.
        AirConditioner = 133, "AIRCON";
        /// Television set.
        Tv = 135, "TV";
        /// Set-top box.
        TvBox = 136, "TV_BOX";
        /// Switch.
        SmartSwitch = 137, "SMART_SWITCH";
        /// Night light.
        NightLight = 138, "NIGHTLIGHT";
        /// Socket, 2.4 GHz.
        Socket24 = 140, "SOCKET_2_4G";
        /// Siren, 2.4 GHz.
        Siren24 = 141, "SIREN_2_4G";
        /// Switch, 2.4 GHz.
        Switch24 = 142, "SWITCH_2_4G";
        /// Touch switch, 2.4 GHz.
        TouchSwitch24 = 143, "TOUCH_SWITCH_2_4G";
        /// Curtain, 2.4 GHz.
        Curtain24 = 144, "CURTAIN_2_4G";
        /// Infrared transmitter for other machines, 2.4 GHz.
        Infrared24 = 145, "IR_2_4G";
        /// A device on a wired output of the panel.
        CordDevice = 254, "CORD_DEV";
        /// The panel does not know.
        Unknown = 255, "UNKNOWN";
    }
}

impl PeripheralType {
    /// As [`from_raw`](Self::from_raw), by a table: types come mixed, so that a processor cannot foresee a jump.
    #[inline]
    pub(super) fn looked_up(raw: i64) -> Self {
        let place = usize::try_from(raw).ok().and_then(|raw| PLACES.get(raw)).copied().unwrap_or(u8::MAX);
        Self::ALL.get(usize::from(place)).copied().unwrap_or(Self::Other(raw))
    }
}

/// Where in [`PeripheralType::ALL`] a number stands.
#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler, where a panic is an error")]
static PLACES: [u8; 256] = {
    let mut places = [u8::MAX; 256];
    let mut place = 0;
    while place < PeripheralType::ALL.len() {
        places[PeripheralType::ALL[place].raw() as usize] = place as u8;
        place += 1;
    }
    places
};

codes! {
    /// How much of a radio code must fit.
    pub enum MatchMode {
        /// All of it.
        All = 0, "ALL";
        /// 20 bits.
        Only20Bits = 1, "ONLY20BITS";
        /// 16 bits.
        Only16Bits = 2, "ONLY16BITS";
    }
}

codes! {
    /// Whether a peripheral is heard, told, or both.
    pub enum ReadWriteMode {
        /// It sends.
        Read = 0, "READ";
        /// It receives.
        Write = 1, "WRITE";
        /// Both.
        ReadWrite = 2, "READ_WRITE";
    }
}

flags! {
    /// How the panel treats a sensor.
    pub struct UserFlags {
        /// It is used at all.
        ENABLED = 1, "ENABLED";
        /// It waits for the delay when arming.
        ARM_DELAY = 2, "ARM_DELAY";
        /// It is looked at when arming, and told if it is open.
        DETECT_DOOR = 4, "DETECT_DOOR";
        /// The panel chimes when it opens.
        DOOR_CHIME = 8, "DOOR_CHIME";
        /// Its alarm does not depend on the arming.
        INDEPENDENT_ZONE = 16, "INDEPENDENT_ZONE";
        /// It raises alarms when armed away and when armed home.
        ALERT_WHEN_AWAY_AND_HOME = 32, "ALERT_WHEN_AWAY_AND_HOME";
        /// It raises alarms when armed away.
        ALERT_WHEN_AWAY = 64, "ALERT_WHEN_AWAY";
        /// The subtype can be changed. Wired sensors only; the panel sets it.
        SUPPORTS_UPDATING_SUBTYPE = 512, "SUPPORTS_UPDATING_SUBTYPE";
    }
}

impl UserFlags {
    /// The flags that a user may set; all others stay as the panel has them.
    pub const USER_SETTABLE: Self = Self(127);

    /// Flags with those that a user may set taken from `wanted`.
    #[must_use]
    pub const fn updated(self, wanted: Self) -> Self {
        Self(self.0 & !Self::USER_SETTABLE.0 | wanted.0 & Self::USER_SETTABLE.0)
    }

    /// When the sensor raises alarms.
    #[must_use]
    pub const fn alert_mode(self) -> AlertMode {
        match (self.contains(Self::ALERT_WHEN_AWAY), self.contains(Self::ALERT_WHEN_AWAY_AND_HOME)) {
            (false, false) => AlertMode::Always,
            (true, false) => AlertMode::WhenAway,
            (false, true) => AlertMode::WhenAwayAndHome,
            (true, true) => AlertMode::Both,
        }
    }

    /// The flags with another alert mode.
    #[must_use]
    pub const fn with_alert_mode(self, mode: AlertMode) -> Self {
        let cleared = self.without(Self(Self::ALERT_WHEN_AWAY.0 | Self::ALERT_WHEN_AWAY_AND_HOME.0));
        match mode {
            AlertMode::Always => cleared,
            AlertMode::WhenAway => cleared.with(Self::ALERT_WHEN_AWAY),
            AlertMode::WhenAwayAndHome => cleared.with(Self::ALERT_WHEN_AWAY_AND_HOME),
            AlertMode::Both => cleared.with(Self::ALERT_WHEN_AWAY).with(Self::ALERT_WHEN_AWAY_AND_HOME),
        }
    }
}

/// When a sensor raises alarms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum AlertMode {
    /// Also when the panel is disarmed.
    Always,
    /// When it is armed away.
    WhenAway,
    /// When it is armed away or home.
    WhenAwayAndHome,
    /// The flags say both of the above, which no program of the vendor's does.
    Both,
}

impl AlertMode {
    /// The name in upper case with underscores.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Always => "ALERT_ALWAYS",
            Self::WhenAway => "ALERT_WHEN_AWAY",
            Self::WhenAwayAndHome => "ALERT_WHEN_AWAY_AND_HOME",
            Self::Both => "ALERT_WHEN_AWAY_AND_ALERT_WHEN_AWAY_AND_HOME",
        }
    }
}

flags! {
    /// The reserved column of a row: what the panel does with the peripheral's radio code.
    ///
    /// Rows that are written have the [`MatchMode`] times 16 and the [`ReadWriteMode`] in it, so the same bits have two names.
    pub struct ReservedFlags {
        /// It can be written.
        CAN_WRITE = 1, "CAN_WRITE";
        /// It can be read.
        CAN_READ = 16, "CAN_READ";
        /// It can be read in another way.
        CAN_READ_EXT = 32, "CAN_READ_EXT";
    }
}

flags! {
    /// What the panel sends alerts for.
    pub struct AlertFlags {
        /// Mains failed.
        AC_POWER_FAILURE = 1, "AC_POWER_FAILURE";
        /// Mains is back.
        AC_POWER_RECOVER = 2, "AC_POWER_RECOVER";
        /// Armed or disarmed.
        ARM_DISARM = 4, "ARM_DISARM";
        /// The panel's battery is low.
        HOST_LOW_VOLTAGE = 8, "HOST_LOW_VOLTAGE";
        /// A sensor's battery is low.
        SENSOR_LOW_VOLTAGE = 16, "SENSOR_LOW_VOLTAGE";
        /// WiFi is there.
        WIFI_AVAILABLE = 32, "WIFI_AVAILABLE";
        /// WiFi is gone.
        WIFI_UNAVAILABLE = 64, "WIFI_UNAVAILABLE";
        /// A door opened.
        DOOR_OPEN = 128, "DOOR_OPEN";
        /// A door closed.
        DOOR_CLOSE = 256, "DOOR_CLOSE";
        /// Alerts go out as text messages too.
        SMS_PUSH = 512, "SMS_PUSH";
        /// Set in what panels send; not documented.
        UNKNOWN1 = 2048, "UNKNOWN1";
        /// Set in what panels send; not documented.
        UNKNOWN2 = 8192, "UNKNOWN2";
    }
}
