//! Arguments about the connection to a Ksenia panel, and values that several commands take.

use std::io;

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use codec_core::Secret;
use codec_core::ksenia::controller::{Config, Memory, OutputSlot, PATH, PartitionSlot, Tables, ZoneSlot};
use codec_core::ksenia::{Account, Kind};
use codec_std::links::{Address, Connector};
use codec_std::tls::{TlsError, TlsOptions};

use crate::families::CrcChoice;
use crate::output::complain;
use crate::trust::TrustArgs;

/// How to connect by `wss://`, and what to accept of an old panel.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Options for wss://")]
pub(crate) struct TlsArgs {
    #[command(flatten)]
    trust: TrustArgs,

    /// Connect to a panel that does not know secure renegotiation, as Lares 4.0
    #[arg(long, global = true)]
    legacy_renegotiation: bool,

    /// Take ciphers without forward secrecy and weak certificates too, as of BTicino 4200C
    #[arg(long, global = true)]
    old_ciphers: bool,

    /// Offer TLS 1.2 and nothing newer
    #[arg(long, global = true)]
    tls12: bool,
}

impl TlsArgs {
    fn options(&self) -> TlsOptions {
        let mut options = TlsOptions::new();
        options.trust = self.trust.trust();
        options.legacy_renegotiation = self.legacy_renegotiation;
        options.old_ciphers = self.old_ciphers;
        options.tls12_only = self.tls12;
        options
    }

    /// Connects to `address`, and says what others on the network could do. What cannot work is told before a code is asked for.
    pub(crate) fn connector(&self, address: &Address) -> anyhow::Result<Connector> {
        let options = self.options();
        match address {
            Address::WebSocket { tls: true, .. } => {}
            // Who asks for a check of the certificate must not get a link that has none.
            Address::WebSocket { .. } if options != TlsOptions::new() => {
                bail!("{address} has no TLS for these options: write wss://HOST, or leave them out")
            }
            Address::WebSocket { .. } => {}
            _ => bail!("a Ksenia panel has a WebSocket: write ws://HOST or wss://HOST instead of {address}"),
        }
        let warn = |warning| complain(&format!("warning: {warning}"));
        let connector = Connector::new(address.clone()).with_tls(options).on_warning(warn);
        connector.check()?;
        Ok(connector)
    }
}

/// Why there is no link, and the option that may help.
pub(crate) fn explained(error: &io::Error) -> String {
    let option = match TlsError::of(error) {
        Some(TlsError::Untrusted { .. }) => "--pin-sha256 takes this certificate and no other",
        Some(TlsError::LegacyRenegotiation) => "--legacy-renegotiation allows it",
        Some(TlsError::TooWeak { .. }) => "--old-ciphers allows it",
        Some(TlsError::Handshake { .. }) => "the options are --old-ciphers and --tls12",
        _ => return error.to_string(),
    };
    format!("{error} ({option})")
}

/// How to log in.
#[derive(Args, Clone, Debug)]
pub(crate) struct LoginArgs {
    /// Kind of account that the code is of
    #[arg(long, global = true, value_enum, default_value_t = AccountKind::User)]
    pub(crate) account: AccountKind,

    /// What this client calls itself, 1 to 32 letters, digits, `_` and `-`
    #[arg(long, global = true, value_name = "NAME", default_value = "panelctl")]
    pub(crate) sender: String,
}

/// The kinds by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AccountKind {
    /// A user
    User,
    /// The panel finds out itself
    Unknown,
    /// The installer
    Installer,
    /// A supervision station
    Supervision,
    /// A keypad
    Keypad,
}

impl AccountKind {
    const fn account(self) -> Account<'static> {
        match self {
            Self::User => Account::User,
            Self::Unknown => Account::Unknown,
            Self::Installer => Account::Installer,
            Self::Supervision => Account::Supervision,
            Self::Keypad => Account::Keypad,
        }
    }
}

/// What a login needs.
#[derive(Debug)]
pub(crate) struct Login {
    pub(crate) host: String,
    pub(crate) path: String,
    pub(crate) sender: String,
    pub(crate) account: String,
    pub(crate) pin: Secret<String>,
}

impl Login {
    pub(crate) fn new(address: &Address, args: &LoginArgs, pin: Secret<String>) -> anyhow::Result<Self> {
        let host = address
            .host_header()
            .with_context(|| format!("a Ksenia panel has a WebSocket: write ws://HOST or wss://HOST instead of {address}"))?;
        let path = address.path().unwrap_or(PATH).to_owned();
        let account = args.account.account().text().to_string();
        Ok(Self { host, path, sender: args.sender.clone(), account, pin })
    }

    /// A configuration with the defaults for the rest.
    pub(crate) fn config(&self) -> Config<'_> {
        let mut config = Config::new(&self.host, Secret::new(self.pin.expose().as_str()));
        config.path = &self.path;
        config.sender = &self.sender;
        // The names of all kinds are plain.
        config.account = codec_core::text::json::Text::of(&self.account).map_or(Account::User, Account::from_text);
        config
    }
}

/// Seconds as milliseconds, at least one.
pub(crate) fn some_millis(seconds: &str) -> Result<u32, String> {
    match crate::families::ness::options::millis(seconds)? {
        0 => Err("write a time of at least 0.001 s".into()),
        millis => Ok(millis),
    }
}

/// How often to ask.
#[derive(Args, Clone, Debug)]
#[group(id = "KseniaControllerArgs")]
pub(crate) struct ControllerArgs {
    /// Time between polls of all states, for what the panel does not tell by itself; 0 for none
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = crate::families::ness::options::millis)]
    poll_interval: u32,

    /// Time between questions for the version, which tell of a change of the programming; 0 for none
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = crate::families::ness::options::millis)]
    version_interval: u32,

    /// Time between pings; 0 for none
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = crate::families::ness::options::millis)]
    ping_interval: u32,

    /// Connect anew when nothing was received for so long; 0 for never
    #[arg(long, value_name = "SECONDS", default_value = "120", value_parser = crate::families::ness::options::millis)]
    max_silence: u32,

    /// What to do about the CRC of messages
    #[arg(long, value_enum, default_value_t = CrcChoice::Report)]
    crc: CrcChoice,

    /// Read all of the programming, not only what the state is about
    #[arg(long)]
    read_all: bool,
}

impl ControllerArgs {
    pub(crate) fn config<'b>(&self, login: &'b Login) -> Config<'b> {
        static ALL: [Kind<'static>; 19] = Kind::PROGRAMMING;
        let mut config = login.config();
        config.poll_millis = self.poll_interval;
        config.version_millis = self.version_interval;
        config.ping_millis = self.ping_interval;
        config.silence_millis = self.max_silence;
        config.crc = self.crc.policy();
        if self.read_all {
            config.programming = &ALL;
        }
        config
    }
}

/// Memory of a controller. There is more of everything than the largest panel has.
pub(crate) struct Storage {
    zones: Vec<ZoneSlot>,
    partitions: Vec<PartitionSlot>,
    outputs: Vec<OutputSlot>,
    memory: Memory,
}

impl Storage {
    pub(crate) fn new() -> Self {
        Self {
            zones: vec![ZoneSlot::default(); 2048],
            partitions: vec![PartitionSlot::default(); 64],
            outputs: vec![OutputSlot::default(); 1024],
            memory: Memory::new(),
        }
    }

    pub(crate) fn lend(&mut self) -> (Tables<'_>, &mut Memory) {
        let Self { zones, partitions, outputs, memory } = self;
        (Tables { zones, partitions, outputs }, memory)
    }
}

#[cfg(test)]
mod tests {
    use codec_std::tls::Fingerprint;

    use super::*;

    #[test]
    fn what_is_wrong_with_tls_names_the_option() {
        let weak = TlsError::TooWeak { reason: "EE certificate key too weak".into() };
        let handshake = TlsError::Handshake { reason: "no shared cipher".into() };
        for (error, option) in
            [(TlsError::LegacyRenegotiation, "--legacy-renegotiation"), (weak, "--old-ciphers"), (handshake, "--old-ciphers and --tls12")]
        {
            let told = explained(&error.clone().into());
            assert!(told.starts_with(&error.to_string()) && told.contains(option), "{told}");
        }
        // Another pin than the panel's must not become one by a hint.
        let wrong = TlsError::WrongPin { found: Fingerprint::new([7; 32]) };
        assert_eq!(explained(&wrong.clone().into()), wrong.to_string());
        assert_eq!(explained(&io::ErrorKind::ConnectionRefused.into()), "connection refused");
    }
}
