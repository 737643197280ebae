//! Configuration of the panel: what is loaded, what can be changed, and how it is written back.
//!
//! A record is written as a whole, so a change is always a read, a merge and a write: see [`ConfigKind::merge`]. Values that the panel
//! tells are kept even if they are outside the ranges; those ranges are for what a user sets.

use super::codes::CommandCode;
use super::record::record;
use super::writer::Writer;
use crate::g90::{ApnAuth, SpeechLanguage, Volume};
use crate::secret::Secret;
use crate::text::json::{Array, Text, Value};

/// Which configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ConfigKind {
    /// Siren, delays, sound, language: [`HostConfig`].
    Host,
    /// WiFi and mobile data: [`NetworkConfig`].
    Network,
    /// Phone numbers: [`AlarmPhones`].
    Phones,
    /// Reports over the internet (SIA): [`SiaConfig`].
    Sia,
    /// Reports by phone (Contact-ID): [`CidConfig`].
    Cid,
}

impl ConfigKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Host, Self::Network, Self::Phones, Self::Sia, Self::Cid];

    /// The command that reads it.
    ///
    /// [`Sia`](Self::Sia) and [`Cid`](Self::Cid) are better not read often: after ten to twenty times firmware has been seen to stop
    /// answering requests for lists.
    #[must_use]
    pub const fn load(self) -> CommandCode {
        match self {
            Self::Host => CommandCode::GetHostConfig,
            Self::Network => CommandCode::GetApInfo,
            Self::Phones => CommandCode::GetAlarmPhone,
            Self::Sia => CommandCode::GetSia,
            Self::Cid => CommandCode::GetCid,
        }
    }

    /// The command that writes it.
    #[must_use]
    pub const fn save(self) -> CommandCode {
        match self {
            Self::Host => CommandCode::SetHostConfig,
            Self::Network => CommandCode::SetApInfo,
            Self::Phones => CommandCode::SetAlarmPhone,
            Self::Sia => CommandCode::SetSia,
            Self::Cid => CommandCode::SetCid,
        }
    }

    /// How many fields are written at most, and the one that always has the same value.
    const fn written(self) -> (usize, Option<(usize, &'static str)>) {
        match self {
            Self::Host => (11, None),
            Self::Network => (8, None),
            Self::Phones => (10, None),
            Self::Sia => (10, Some((8, "FFFFFFFF"))),
            Self::Cid => (5, Some((4, "FFFF"))),
        }
    }

    /// Writes what is to be saved: the fields as `loaded`, those that are not `null` in `changes` in their place. A field that was not
    /// loaded is not saved; the flags of the reported events are all set.
    pub fn merge(self, loaded: Array<'_>, changes: Option<Array<'_>>, writer: &mut Writer<'_>) {
        let (count, fixed) = self.written();
        let mut changes = changes.map(Array::values);
        for (at, old) in loaded.values().enumerate().take(count) {
            let new = changes.as_mut().and_then(Iterator::next).filter(|new| !matches!(new, Value::Null));
            match fixed {
                Some((place, text)) if place == at => writer.text(text),
                _ => writer.value(new.unwrap_or(old)),
            }
        }
    }
}

record! {
    /// Siren, delays, sound, language, as loaded with [`GetHostConfig`](CommandCode::GetHostConfig): 10 fields, 11 with a cellular module.
    pub struct HostConfig {
        /// How long the siren sounds, in seconds.
        alarm_siren_duration: i64,
        /// Time to leave, in seconds.
        arm_delay: i64,
        /// Time to disarm, in seconds.
        alarm_delay: i64,
        /// How long the display is lit, in seconds.
        backlight_duration: i64,
        /// Loudness of the alarm.
        alarm_volume_level: Volume,
        /// Loudness of the voice.
        speech_volume_level: Volume,
        /// How long it rings, in seconds.
        ring_duration: i64,
        /// Language and voice.
        speech_language: SpeechLanguage,
        /// Loudness of the keys.
        key_tone_volume_level: Volume,
        /// Offset of local time, in minutes.
        timezone_offset_m: i64,
        /// Loudness of the ring; not told without a cellular module.
        ring_volume_level: Option<Volume>,
    }
}

record! {
    /// WiFi and mobile data, as loaded with [`GetApInfo`](CommandCode::GetApInfo): 8 fields, 9 with a cellular module.
    pub struct NetworkConfig<'i> {
        /// 1 if the panel is an access point.
        ap_enabled: i64,
        /// Password of the access point.
        ap_password: Secret<Text<'i>>,
        /// 1 if WiFi is used.
        wifi_enabled: i64,
        /// 1 if mobile data is used.
        gprs_enabled: i64,
        /// Name of the mobile access point.
        apn_name: Text<'i>,
        /// User of the mobile access point.
        apn_user: Text<'i>,
        /// Password of the mobile access point.
        apn_password: Secret<Text<'i>>,
        /// How the password is sent.
        apn_auth: ApnAuth,
        /// The mobile network; told only, and only with a cellular module.
        gsm_operator: Option<Text<'i>>,
    }
}

record! {
    /// Phone numbers, as loaded with [`GetAlarmPhone`](CommandCode::GetAlarmPhone): 10 texts.
    pub struct AlarmPhones<'i> {
        /// Password of the panel for calls and text messages.
        panel_password: Secret<Text<'i>>,
        /// Number of the SIM card.
        panel_phone_number: Text<'i>,
        /// Number 1 that is called in an alarm; empty for none.
        phone_number_1: Text<'i>,
        /// Number 2 that is called in an alarm; empty for none.
        phone_number_2: Text<'i>,
        /// Number 3 that is called in an alarm; empty for none.
        phone_number_3: Text<'i>,
        /// Number 4 that is called in an alarm; empty for none.
        phone_number_4: Text<'i>,
        /// Number 5 that is called in an alarm; empty for none.
        phone_number_5: Text<'i>,
        /// Number 6 that is called in an alarm; empty for none.
        phone_number_6: Text<'i>,
        /// Number 1 that gets a text message in an alarm; empty for none.
        sms_push_number_1: Text<'i>,
        /// Number 2 that gets a text message in an alarm; empty for none.
        sms_push_number_2: Text<'i>,
    }
}

record! {
    /// Reports over the internet (SIA), as loaded with [`GetSia`](CommandCode::GetSia): 9 or 10 fields.
    pub struct SiaConfig<'i> {
        /// Address of the monitoring station.
        host: Text<'i>,
        /// Its TCP port.
        port: i64,
        /// Account there.
        account: Text<'i>,
        /// Receiver number.
        receiver: Text<'i>,
        /// Account prefix.
        prefix: Text<'i>,
        /// Key of the encryption.
        aes_key: Secret<Text<'i>>,
        /// 1 if reports are encrypted.
        encryption: i64,
        /// 1 if it reports.
        enabled: i64,
        /// What is reported, in hexadecimal digits. Written as `FFFFFFFF` always.
        event_flags: Text<'i>,
        /// Seconds between signs of life; not told by all panels.
        heartbeat_interval: Option<i64>,
    }
}

record! {
    /// Reports by phone (Contact-ID), as loaded with [`GetCid`](CommandCode::GetCid): 5 fields.
    pub struct CidConfig<'i> {
        /// Number of the monitoring station.
        phone1: Text<'i>,
        /// A second one.
        phone2: Text<'i>,
        /// Account there.
        user: Text<'i>,
        /// 1 if it reports.
        enabled: i64,
        /// What is reported, in hexadecimal digits. Written as `FFFF` always.
        event_flags: Text<'i>,
    }
}
