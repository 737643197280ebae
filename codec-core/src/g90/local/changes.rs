//! What a user changes in a configuration: fields that stay as they are, are `None`.

use super::config::ConfigKind;
use super::writer::Writer;
use crate::error::EncodeError;
use crate::secret::Secret;

/// A value that can be checked against its range and written.
trait Change {
    fn put(&self, field: &'static str, min: i64, max: i64, writer: &mut Writer<'_>) -> Result<(), EncodeError>;
}

impl Change for i64 {
    fn put(&self, field: &'static str, min: i64, max: i64, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        if *self < min || *self > max {
            return Err(EncodeError::OutOfSignedRange { field, min, max, found: *self });
        }
        writer.number(*self);
        Ok(())
    }
}

impl Change for &str {
    fn put(&self, field: &'static str, min: i64, max: i64, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let length = i64::try_from(self.chars().count()).unwrap_or(i64::MAX);
        if length < min || length > max {
            return Err(EncodeError::TextLength { field, min, max });
        }
        writer.text(self);
        Ok(())
    }
}

impl Change for Secret<&str> {
    fn put(&self, field: &'static str, min: i64, max: i64, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        self.expose().put(field, min, max, writer)
    }
}

macro_rules! changes {
    ($(#[$meta:meta])* pub struct $name:ident $(<$life:lifetime>)? { $($(#[$doc:meta])* $field:ident: $type:ty, $min:literal, $max:literal;)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default)]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        pub struct $name $(<$life>)? {
            $($(#[$doc])* pub $field: Option<$type>,)*
        }

        impl $(<$life>)? $name $(<$life>)? {
            fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
                $(match &self.$field {
                    Some(value) => value.put(stringify!($field), $min, $max, writer)?,
                    None => writer.literal("null"),
                })*
                Ok(())
            }
        }
    };
}

/// A change of one configuration.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Changes<'c> {
    /// Siren, delays, sound, language.
    Host(HostConfigChanges),
    /// WiFi and mobile data.
    Network(NetworkConfigChanges<'c>),
    /// Phone numbers.
    Phones(AlarmPhonesChanges<'c>),
    /// Reports over the internet (SIA).
    Sia(SiaConfigChanges<'c>),
    /// Reports by phone (Contact-ID).
    Cid(CidConfigChanges<'c>),
}

impl Changes<'_> {
    /// Which configuration.
    #[must_use]
    pub const fn kind(&self) -> ConfigKind {
        match self {
            Self::Host(_) => ConfigKind::Host,
            Self::Network(_) => ConfigKind::Network,
            Self::Phones(_) => ConfigKind::Phones,
            Self::Sia(_) => ConfigKind::Sia,
            Self::Cid(_) => ConfigKind::Cid,
        }
    }

    /// Writes an array with a value for each field, `null` for those that stay: what [`ConfigKind::merge`] takes.
    ///
    /// # Errors
    /// [`EncodeError::OutOfSignedRange`] or [`EncodeError::TextLength`] for a value outside its range, [`EncodeError::NoSpace`].
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, EncodeError> {
        let mut writer = Writer::array(out);
        match self {
            Self::Host(changes) => changes.write(&mut writer)?,
            Self::Network(changes) => changes.write(&mut writer)?,
            Self::Phones(changes) => changes.write(&mut writer)?,
            Self::Sia(changes) => changes.write(&mut writer)?,
            Self::Cid(changes) => changes.write(&mut writer)?,
        }
        writer.end_array()
    }
}

changes! {
    /// What to change in a [`HostConfig`](super::HostConfig).
    pub struct HostConfigChanges {
        /// How long the siren sounds, in seconds, 0 to 999.
        alarm_siren_duration: i64, 0, 999;
        /// Time to leave, in seconds, 0 to 255.
        arm_delay: i64, 0, 255;
        /// Time to disarm, in seconds, 0 to 255.
        alarm_delay: i64, 0, 255;
        /// How long the display is lit, in seconds, 0 to 255.
        backlight_duration: i64, 0, 255;
        /// Loudness of the alarm, 0 to 2.
        alarm_volume_level: i64, 0, 2;
        /// Loudness of the voice, 0 to 2.
        speech_volume_level: i64, 0, 2;
        /// How long it rings, in seconds, 0 to 255.
        ring_duration: i64, 0, 255;
        /// Language and voice, 0 to 18.
        speech_language: i64, 0, 18;
        /// Loudness of the keys, 0 to 2.
        key_tone_volume_level: i64, 0, 2;
        /// Offset of local time, in minutes, -720 to 720.
        timezone_offset_m: i64, -720, 720;
    }
}

changes! {
    /// What to change in a [`NetworkConfig`](super::NetworkConfig).
    pub struct NetworkConfigChanges<'c> {
        /// 1 if the panel is an access point, 0 to 1.
        ap_enabled: i64, 0, 1;
        /// Password of the access point, 9 to 64 characters.
        ap_password: Secret<&'c str>, 9, 64;
        /// 1 if WiFi is used, 0 to 1.
        wifi_enabled: i64, 0, 1;
        /// 1 if mobile data is used, 0 to 1.
        gprs_enabled: i64, 0, 1;
        /// Name of the mobile access point, 0 to 100 characters.
        apn_name: &'c str, 0, 100;
        /// User of the mobile access point, 0 to 64 characters.
        apn_user: &'c str, 0, 64;
        /// Password of the mobile access point, 0 to 64 characters.
        apn_password: Secret<&'c str>, 0, 64;
        /// How the password is sent, 0 to 3.
        apn_auth: i64, 0, 3;
    }
}

changes! {
    /// What to change in a [`AlarmPhones`](super::AlarmPhones).
    pub struct AlarmPhonesChanges<'c> {
        /// Password of the panel for calls and text messages, 4 characters.
        panel_password: Secret<&'c str>, 4, 4;
        /// Number of the SIM card, 0 to 14 characters.
        panel_phone_number: &'c str, 0, 14;
        /// Number 1 that is called in an alarm; empty for none, 0 to 14 characters.
        phone_number_1: &'c str, 0, 14;
        /// Number 2 that is called in an alarm; empty for none, 0 to 14 characters.
        phone_number_2: &'c str, 0, 14;
        /// Number 3 that is called in an alarm; empty for none, 0 to 14 characters.
        phone_number_3: &'c str, 0, 14;
        /// Number 4 that is called in an alarm; empty for none, 0 to 14 characters.
        phone_number_4: &'c str, 0, 14;
        /// Number 5 that is called in an alarm; empty for none, 0 to 14 characters.
        phone_number_5: &'c str, 0, 14;
        /// Number 6 that is called in an alarm; empty for none, 0 to 14 characters.
        phone_number_6: &'c str, 0, 14;
        /// Number 1 that gets a text message in an alarm; empty for none, 0 to 14 characters.
        sms_push_number_1: &'c str, 0, 14;
        /// Number 2 that gets a text message in an alarm; empty for none, 0 to 14 characters.
        sms_push_number_2: &'c str, 0, 14;
    }
}

changes! {
    /// What to change in a [`SiaConfig`](super::SiaConfig).
    pub struct SiaConfigChanges<'c> {
        /// Address of the monitoring station, 0 to 23 characters.
        host: &'c str, 0, 23;
        /// Its TCP port, 0 to 65535.
        port: i64, 0, 65535;
        /// Account there, 0 to 30 characters.
        account: &'c str, 0, 30;
        /// Receiver number, 0 to 15 characters.
        receiver: &'c str, 0, 15;
        /// Account prefix, 0 to 15 characters.
        prefix: &'c str, 0, 15;
        /// Key of the encryption, 0 to 19 characters.
        aes_key: Secret<&'c str>, 0, 19;
        /// 1 if reports are encrypted, 0 to 1.
        encryption: i64, 0, 1;
        /// 1 if it reports, 0 to 1.
        enabled: i64, 0, 1;
    }
}

changes! {
    /// What to change in a [`CidConfig`](super::CidConfig).
    pub struct CidConfigChanges<'c> {
        /// Number of the monitoring station, 0 to 15 characters.
        phone1: &'c str, 0, 15;
        /// A second one, 0 to 15 characters.
        phone2: &'c str, 0, 15;
        /// Account there, 0 to 7 characters.
        user: &'c str, 0, 7;
        /// 1 if it reports, 0 to 1.
        enabled: i64, 0, 1;
    }
}
