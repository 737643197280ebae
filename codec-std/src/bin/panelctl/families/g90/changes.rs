//! Changes of the configuration, from `FIELD=VALUE`.

use anyhow::{Context as _, bail};
use clap::ValueEnum;
use codec_core::Secret;
use codec_core::g90::local::{
    AlarmPhonesChanges, Changes, CidConfigChanges, ConfigKind, HostConfigChanges, NetworkConfigChanges, SiaConfigChanges,
};

/// The configurations by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    /// Siren, delays, sound, language
    Host,
    /// WiFi and mobile data
    Network,
    /// Phone numbers
    Phones,
    /// Reports over the internet
    Sia,
    /// Reports by phone
    Cid,
}

impl Kind {
    pub(super) const fn kind(self) -> ConfigKind {
        match self {
            Self::Host => ConfigKind::Host,
            Self::Network => ConfigKind::Network,
            Self::Phones => ConfigKind::Phones,
            Self::Sia => ConfigKind::Sia,
            Self::Cid => ConfigKind::Cid,
        }
    }
}

/// A change as it was typed.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    field: String,
    value: String,
}

/// Reads `FIELD=VALUE`.
pub(super) fn pair(text: &str) -> Result<Pair, String> {
    let (field, value) = text.split_once('=').ok_or("write FIELD=VALUE")?;
    Ok(Pair { field: field.to_lowercase().replace('-', "_"), value: value.into() })
}

fn number(pair: &Pair) -> anyhow::Result<i64> {
    match pair.value.as_str() {
        "on" | "true" => Ok(1),
        "off" | "false" => Ok(0),
        digits => digits.parse().with_context(|| format!("{} is a number", pair.field)),
    }
}

/// Fills the fields of a record of changes.
macro_rules! fill {
    ($type:ident, $pairs:expr, $secret:expr; $($number:ident)*; $($text:ident)*; $($hidden:ident)*) => {{
        let mut changes = $type::default();
        for pair in $pairs {
            match pair.field.as_str() {
                $(stringify!($number) => changes.$number = Some(number(pair)?),)*
                $(stringify!($text) => changes.$text = Some(pair.value.as_str()),)*
                $(stringify!($hidden) => bail!(
                    "{} is a secret, which the process list would show: write --secret {0}", stringify!($hidden)
                ),)*
                other => bail!(
                    "there is no {other}; fields: {}",
                    [$(stringify!($number),)* $(stringify!($text),)* $(stringify!($hidden),)*].join(", ")
                ),
            }
        }
        if let Some((field, _value)) = $secret {
            match field {
                $(stringify!($hidden) => changes.$hidden = Some(_value),)*
                _ => {
                    let secrets: &[&str] = &[$(stringify!($hidden)),*];
                    bail!("there is no secret {field} there; secrets: {}", secrets.join(", "))
                }
            }
        }
        changes
    }};
}

/// What is to be changed, or `None` if nothing is.
pub(super) fn changes<'c>(kind: Kind, pairs: &'c [Pair], secret: Option<(&str, Secret<&'c str>)>) -> anyhow::Result<Option<Changes<'c>>> {
    if pairs.is_empty() && secret.is_none() {
        return Ok(None);
    }
    Ok(Some(match kind {
        Kind::Host => Changes::Host(fill!(HostConfigChanges, pairs, secret;
            alarm_siren_duration arm_delay alarm_delay backlight_duration alarm_volume_level speech_volume_level ring_duration
            speech_language key_tone_volume_level timezone_offset_m; ;)),
        Kind::Network => Changes::Network(fill!(NetworkConfigChanges, pairs, secret;
            ap_enabled wifi_enabled gprs_enabled apn_auth; apn_name apn_user; ap_password apn_password)),
        Kind::Phones => Changes::Phones(fill!(AlarmPhonesChanges, pairs, secret; ;
            panel_phone_number phone_number_1 phone_number_2 phone_number_3 phone_number_4 phone_number_5 phone_number_6
            sms_push_number_1 sms_push_number_2; panel_password)),
        Kind::Sia => Changes::Sia(fill!(SiaConfigChanges, pairs, secret;
            port encryption enabled; host account receiver prefix; aes_key)),
        Kind::Cid => Changes::Cid(fill!(CidConfigChanges, pairs, secret; enabled; phone1 phone2 user;)),
    }))
}
