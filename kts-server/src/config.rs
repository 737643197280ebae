//! The configuration file.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// What `kts-server init` writes.
pub const EXAMPLE: &str = include_str!("example.toml");

/// All of it. Paths are relative to the folder of the file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where hosts dial.
    pub hosts: Hosts,
    /// The interface of the building's programs.
    pub api: Api,
    /// Where everything is kept.
    pub store: Store,
    /// The raw log of what goes between hosts and server.
    #[serde(default)]
    pub log: Log,
    /// How many connections there may be, and what a single host may do.
    #[serde(default)]
    pub limits: Limits,
}

/// Certificate and key, as PEM files. Read again on SIGHUP and when they change.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The certificate, and those between it and the root.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// Where hosts dial.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hosts {
    /// Address and port.
    pub listen: SocketAddr,
    /// TLS; without it, put something that does TLS in front.
    pub tls: Option<Tls>,
    /// Members of frames may come in any order.
    #[serde(default)]
    pub lenient: bool,
    /// How often hosts are expected to be heard of, in seconds.
    #[serde(default = "d60")]
    pub heartbeat_seconds: u32,
    /// After how many missed beats a host is gone.
    #[serde(default = "d3")]
    pub missed_beats: u32,
    /// How long a host may take to answer, in seconds.
    #[serde(default = "d10")]
    pub answer_seconds: u32,
    /// How wrong the clock of a host may be when it registers, in seconds.
    #[serde(default = "d300")]
    pub clock_window_seconds: u32,
    /// How long after a value that the host has not read yet its zone is asked for again, in seconds.
    #[serde(default = "d10")]
    pub unread_seconds: u32,
}

/// The interface of the building's programs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Api {
    /// Address and port.
    pub listen: SocketAddr,
    /// TLS. Without it `listen` must be a loopback address.
    pub tls: Option<Tls>,
    /// How long a command is worth carrying out, in seconds.
    #[serde(default = "d30")]
    pub command_seconds: u32,
}

/// Where everything is kept: one of both.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// A file of this process.
    pub file: Option<PathBuf>,
    /// Memory for what was read from the file lately, in megabytes.
    #[serde(default = "d16")]
    pub cache_megabytes: u32,
    /// A PostgreSQL database that several processes share.
    pub postgresql: Option<Url>,
}

/// An address with a password in it, which `Debug` does not show.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Url(pub String);

impl std::fmt::Debug for Url {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// The raw log.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// A folder for one file per host. None without.
    pub folder: Option<PathBuf>,
    /// How large a file may be before the next is begun, in kilobytes.
    #[serde(default = "d1024")]
    pub kilobytes: u32,
    /// How many older files are kept.
    #[serde(default = "d3")]
    pub keep: u32,
}

impl Default for Log {
    fn default() -> Self {
        Self { folder: None, kilobytes: d1024(), keep: d3() }
    }
}

/// How many connections there may be, and what a single host may do.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Connections with hosts at one time.
    pub connections: usize,
    /// Of these, ones that have not registered yet.
    pub unregistered: usize,
    /// Connections from one address, or from one network of IPv6 (64 bits).
    pub connections_per_address: usize,
    /// Of these, ones that have not registered yet.
    pub unregistered_per_address: usize,
    /// How long a new connection may take to register, in seconds; handshake of TLS included.
    pub registration_seconds: u32,
    /// Frames per second, in the long run.
    pub frames_per_second: u32,
    /// Bytes per second, in the long run.
    pub bytes_per_second: u32,
    /// How long a frame may take to arrive or to be taken, in seconds.
    pub frame_seconds: u32,
    /// Faulty frames in a minute, after which the connection is closed.
    pub faults_per_minute: u32,
    /// Zones of a host.
    pub zones: usize,
    /// Objects of a host.
    pub objects: usize,
    /// Schedules of a host.
    pub schedules: usize,
    /// Commands of a host that wait.
    pub commands: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 20_000,
            unregistered: 2_000,
            connections_per_address: 2_500,
            unregistered_per_address: 500,
            registration_seconds: 30,
            frames_per_second: 50,
            bytes_per_second: 131_072,
            frame_seconds: 20,
            faults_per_minute: 60,
            zones: 32,
            objects: 2_000,
            schedules: 100,
            commands: 100,
        }
    }
}

macro_rules! defaults {
    ($($name:ident = $number:literal),* $(,)?) => { $(const fn $name() -> u32 { $number })* };
}
defaults! { d3 = 3, d10 = 10, d16 = 16, d30 = 30, d60 = 60, d300 = 300, d1024 = 1024 }

/// What is wrong with a configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file.
    #[error("{path}: {error}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        error: std::io::Error,
    },
    /// Its syntax, or a name that is not known.
    #[error("{path}: {error}")]
    Syntax {
        /// Which file.
        path: PathBuf,
        /// Where and what.
        error: Box<toml::de::Error>,
    },
    /// What it says.
    #[error("{path}: {what}")]
    Wrong {
        /// Which file.
        path: PathBuf,
        /// Which setting and why.
        what: &'static str,
    },
}

impl Config {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// [`ConfigError`], with the name of the file and the place in it.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::Read { path: path.to_owned(), error })?;
        Self::parse(&text, path)
    }

    /// As [`load`](Self::load), of a text. `path` is for errors and for relative paths.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let mut config: Self =
            toml::from_str(text).map_err(|error| ConfigError::Syntax { path: path.to_owned(), error: Box::new(error) })?;
        config.check().map_err(|what| ConfigError::Wrong { path: path.to_owned(), what })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let paths = [&mut config.hosts.tls, &mut config.api.tls].into_iter().flatten().flat_map(|tls| [&mut tls.certificate, &mut tls.key]);
        for path in paths.chain(&mut config.store.file).chain(&mut config.log.folder) {
            *path = folder.join(&*path);
        }
        Ok(config)
    }

    fn check(&self) -> Result<(), &'static str> {
        let rules = [
            (self.store.file.is_some() != self.store.postgresql.is_some(), "store: give one of `file` and `postgresql`"),
            (
                self.api.tls.is_some() || self.api.listen.ip().is_loopback(),
                "api: tokens must not go over a network in the open: set `tls`, or listen on 127.0.0.1 behind something that does TLS",
            ),
            (self.hosts.heartbeat_seconds >= 10, "hosts.heartbeat_seconds: at least 10"),
            (self.hosts.missed_beats >= 1, "hosts.missed_beats: at least 1"),
            ((1..=3600).contains(&self.hosts.answer_seconds), "hosts.answer_seconds: 1 to 3600"),
            ((1..=86_400).contains(&self.hosts.clock_window_seconds), "hosts.clock_window_seconds: 1 to 86400"),
            ((1..=86_400).contains(&self.hosts.unread_seconds), "hosts.unread_seconds: 1 to 86400"),
            ((1..=86_400).contains(&self.hosts.heartbeat_seconds), "hosts.heartbeat_seconds: at most 86400"),
            ((1..=86_400).contains(&self.api.command_seconds), "api.command_seconds: 1 to 86400"),
            ((1..=65_536).contains(&self.store.cache_megabytes), "store.cache_megabytes: 1 to 65536"),
            (self.log.kilobytes >= 1, "log.kilobytes: at least 1"),
            ((1..=3600).contains(&self.limits.registration_seconds), "limits.registration_seconds: 1 to 3600"),
            ((1..=3600).contains(&self.limits.frame_seconds), "limits.frame_seconds: 1 to 3600"),
            (self.limits.frames_per_second >= 1, "limits.frames_per_second: at least 1"),
            (self.limits.bytes_per_second >= 1024, "limits.bytes_per_second: at least 1024"),
            (self.limits.faults_per_minute >= 1, "limits.faults_per_minute: at least 1"),
            ((1..=4096).contains(&self.limits.zones), "limits.zones: 1 to 4096"),
            (self.limits.connections >= 1 && self.limits.unregistered >= 1, "limits: at least one connection"),
            (
                self.limits.connections_per_address >= 1 && self.limits.unregistered_per_address >= 1,
                "limits: at least one connection per address",
            ),
        ];
        rules.into_iter().find(|(holds, _)| !holds).map_or(Ok(()), |(_, what)| Err(what))
    }

    /// The settings of the protocol's machine.
    #[must_use]
    pub fn controller(&self) -> codec_core::kts::controller::Config {
        let mut config = codec_core::kts::controller::Config::new();
        if self.hosts.lenient {
            config.order = codec_core::kts::Order::Lenient;
        }
        config.registration_millis = self.limits.registration_seconds.saturating_mul(1000);
        config.heartbeat_millis = self.hosts.heartbeat_seconds.saturating_mul(1000);
        config.missed_beats = self.hosts.missed_beats;
        config.answer_millis = self.hosts.answer_seconds.saturating_mul(1000);
        config.clock_window_seconds = Some(self.hosts.clock_window_seconds);
        config.unread_millis = self.hosts.unread_seconds.saturating_mul(1000);
        config
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, String> {
        Config::parse(text, Path::new("folder/kts.toml")).map_err(|error| error.to_string())
    }

    #[test]
    fn the_example_is_right_and_says_the_defaults() {
        let config = parse(EXAMPLE).unwrap();
        assert_eq!(config.store.file.as_deref(), Some(Path::new("folder/kts.redb")));
        // Every line that is commented out holds the default: without the comment nothing changes.
        let all: String =
            EXAMPLE.lines().map(|line| line.strip_prefix("#= ").unwrap_or(line)).fold(String::new(), |text, line| text + line + "\n");
        assert_eq!(format!("{:?}", parse(&all).unwrap()), format!("{config:?}"));
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        let wrong = EXAMPLE.replace("[hosts]", "[hosts]\nlisten_on = 1");
        let error = parse(&wrong).unwrap_err();
        assert!(error.contains("listen_on") && error.contains("folder/kts.toml"), "{error}");
        let open = EXAMPLE.replace("127.0.0.1:8443", "0.0.0.0:8443");
        assert!(parse(&open).unwrap_err().contains("tokens"));
        let two = EXAMPLE.replace("file = ", "postgresql = \"postgresql://u:secret@h/d\"\nfile = ");
        let error = parse(&two).unwrap_err();
        assert!(error.contains("one of") && !error.contains("secret"), "{error}");
    }
}
