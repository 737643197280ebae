//! What `panelctl send g90` can be asked to send.

use std::net::Ipv4Addr;

use clap::{Subcommand, ValueEnum};
use codec_core::g90::devices::{DEVICES, Definition, SENSORS};
use codec_core::g90::local::controller::List;
use codec_core::g90::local::{CommandCode, SystemRequest};
use codec_core::g90::{AlertFlags, AlertMode, CLOUD_PORT, UserFlags};

use super::changes::{Kind, Pair, pair};

#[derive(Debug, Subcommand)]
pub(super) enum What {
    /// Arm with everybody out
    ArmAway,
    /// Arm with people in
    ArmHome,
    /// Disarm, and end alarms
    Disarm,
    /// Ask for model, versions, battery and signals
    Info,
    /// Ask whether and how the panel is armed
    Status,
    /// Read the list of sensors
    Sensors,
    /// Read the list of devices
    Devices,
    /// Read the history, newest first
    History {
        /// How many rows
        #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
        last: u32,
    },
    /// Switch a device
    Switch {
        /// The panel's number of it
        #[arg(value_name = "INDEX")]
        index: i64,
        /// What to do
        #[arg(value_name = "on|off", value_enum)]
        state: State,
        /// Which outlet, from 0
        #[arg(long, value_name = "N", default_value_t = 0)]
        node: u8,
    },
    /// Change settings of a sensor
    Sensor(EditArgs),
    /// Change settings of a device
    Device(EditArgs),
    /// Add a sensor, and wait until it is in the list
    AddSensor {
        /// What it is: a name of the list that a wrong one shows
        #[arg(value_name = "DEFINITION", value_parser = |name: &str| definition(SENSORS, name))]
        definition: &'static Definition,
        /// Its name
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Add a device, and wait until it is in the list
    AddDevice {
        /// What it is: a name of the list that a wrong one shows
        #[arg(value_name = "DEFINITION", value_parser = |name: &str| definition(DEVICES, name))]
        definition: &'static Definition,
        /// Its name
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Take a sensor out of the list
    DeleteSensor {
        /// The panel's number of it
        #[arg(value_name = "INDEX")]
        index: i64,
    },
    /// Take a device out of the list
    DeleteDevice {
        /// The panel's number of it
        #[arg(value_name = "INDEX")]
        index: i64,
    },
    /// Read a configuration, or change some of its fields
    Config {
        /// Which
        #[arg(value_name = "KIND", value_enum)]
        kind: Kind,
        /// What to change, for example arm_delay=30
        #[arg(value_name = "FIELD=VALUE", value_parser = pair)]
        changes: Vec<Pair>,
        /// A password or key to set as well. It is asked for, or comes from PANELCTL_CODE or --code-file
        #[arg(long, value_name = "FIELD")]
        secret: Option<String>,
        /// Show passwords and keys
        #[arg(long)]
        show_secrets: bool,
    },
    /// Read what alerts are sent for, or change it. SMS_PUSH is text messages to the numbers of `config phones`
    Alerts {
        /// Alerts to switch on
        #[arg(long, value_name = "ALERT,...", value_delimiter = ',', value_parser = alert)]
        on: Vec<AlertFlags>,
        /// Alerts to switch off
        #[arg(long, value_name = "ALERT,...", value_delimiter = ',', value_parser = alert)]
        off: Vec<AlertFlags>,
    },
    /// Restart the panel: cellular module, main processor, WiFi module
    Reboot,
    /// Tell the panel where its cloud is. Nothing answers; it takes effect when the panel connects again
    CloudServer {
        /// Address, in digits: panels resolve no names
        #[arg(value_name = "ADDRESS", value_parser = digits)]
        address: String,
        /// TCP port
        #[arg(long, value_name = "PORT", default_value_t = CLOUD_PORT, value_parser = clap::value_parser!(u16).range(1..))]
        port: u16,
    },
    /// Send any command
    Raw {
        /// Its number, or the vendor's name
        #[arg(value_name = "CODE", value_parser = command)]
        code: CommandCode,
        /// Its parameters as a JSON array. Passwords do not belong here
        #[arg(value_name = "JSON")]
        params: Option<String>,
    },
}

/// What to change of a sensor or a device.
#[derive(clap::Args, Debug)]
pub(super) struct EditArgs {
    /// The panel's number of it
    #[arg(value_name = "INDEX")]
    pub(super) index: i64,
    /// Its new name
    #[arg(long, value_name = "NAME")]
    pub(super) name: Option<String>,
    /// Flags to set, for example ENABLED,ARM_DELAY
    #[arg(long, value_name = "FLAG,...", value_delimiter = ',', value_parser = user_flag)]
    pub(super) on: Vec<UserFlags>,
    /// Flags to clear
    #[arg(long, value_name = "FLAG,...", value_delimiter = ',', value_parser = user_flag)]
    pub(super) off: Vec<UserFlags>,
    /// When it raises alarms
    #[arg(long, value_name = "WHEN", value_enum)]
    pub(super) alert_mode: Option<When>,
}

impl EditArgs {
    /// The flags as they are to be.
    pub(super) fn flags(&self, now: UserFlags) -> UserFlags {
        let flags = self.on.iter().fold(now, |flags, flag| flags | *flag);
        let flags = self.off.iter().fold(flags, |flags, flag| flags.without(*flag));
        self.alert_mode.map_or(flags, |when| {
            flags.with_alert_mode(match when {
                When::Always => AlertMode::Always,
                When::Away => AlertMode::WhenAway,
                When::AwayAndHome => AlertMode::WhenAwayAndHome,
            })
        })
    }

    /// Whether flags are to be changed.
    pub(super) fn has_flags(&self) -> bool {
        !self.on.is_empty() || !self.off.is_empty() || self.alert_mode.is_some()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum State {
    On,
    Off,
}

/// When a sensor raises alarms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    /// Armed or not
    Always,
    /// Armed away
    Away,
    /// Armed away or home
    AwayAndHome,
}

impl What {
    /// The list that has to be known first.
    pub(super) const fn list(&self) -> Option<List> {
        match self {
            Self::Sensor(_) | Self::AddSensor { .. } => Some(List::Sensors),
            Self::Device(_) | Self::AddDevice { .. } => Some(List::Devices),
            _ => None,
        }
    }

    /// Whether answers are what is asked for.
    pub(super) const fn is_question(&self) -> bool {
        match self {
            Self::Info | Self::Status | Self::Sensors | Self::Devices | Self::History { .. } | Self::Raw { .. } => true,
            Self::Config { changes, secret, .. } => changes.is_empty() && secret.is_none(),
            Self::Alerts { on, off } => on.is_empty() && off.is_empty(),
            _ => false,
        }
    }

    /// The system command, of what is one.
    pub(super) fn system(&self) -> Option<SystemRequest<'_>> {
        match self {
            Self::CloudServer { address, port } => Some(SystemRequest::ServerAddress { host: address, second: None, port: *port }),
            _ => None,
        }
    }
}

fn definition(table: &'static [Definition], name: &str) -> Result<&'static Definition, String> {
    table.iter().find(|definition| definition.name().eq_ignore_ascii_case(name)).ok_or_else(|| {
        let names: Vec<&str> = table.iter().map(Definition::name).collect();
        format!("write one of {}", names.join(", "))
    })
}

/// An address that panels understand.
pub(super) fn digits(text: &str) -> Result<String, String> {
    let address: Ipv4Addr = text.parse().map_err(|_| "write an IPv4 address such as 192.0.2.20: panels resolve no names")?;
    Ok(address.to_string())
}

fn command(text: &str) -> Result<CommandCode, String> {
    match text.parse() {
        Ok(0) => None,
        Ok(raw) => Some(CommandCode::from_raw(raw)),
        Err(_) => CommandCode::from_name(text),
    }
    .ok_or_else(|| "write a number, or a name such as GETHOSTINFO".into())
}

fn named<F: Copy>(names: &[(F, &str)], text: &str) -> Result<F, String> {
    let wanted = text.replace('-', "_").to_uppercase();
    names.iter().find(|(_, name)| *name == wanted).map(|(flag, _)| *flag).ok_or_else(|| {
        let names: Vec<&str> = names.iter().map(|(_, name)| *name).collect();
        format!("write one of {}", names.join(", "))
    })
}

fn alert(text: &str) -> Result<AlertFlags, String> {
    named(AlertFlags::NAMES, text)
}

fn user_flag(text: &str) -> Result<UserFlags, String> {
    let settable: Vec<(UserFlags, &str)> =
        UserFlags::NAMES.iter().copied().filter(|(flag, _)| UserFlags::USER_SETTABLE.contains(*flag)).collect();
    named(&settable, text)
}
