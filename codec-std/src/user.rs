//! Commands in the name of a user of a Ksenia panel: a login of its own, over a connection of its own.
//!
//! The panel's log names the user whose PIN logged in. A program that watches with one PIN and lets people command with theirs needs a
//! second connection for that, since a second login on the same one ends the first.
//!
//! ```no_run
//! use codec_core::Secret;
//! use codec_core::ksenia::Command;
//! use codec_core::ksenia::controller::Outcome;
//! use codec_std::links::Connector;
//! use codec_std::user::{UserError, with_user};
//!
//! let connector = Connector::new("wss://192.0.2.7".parse()?);
//! let outcome = with_user(&connector, Secret::new("190734"), |user| user.run(Command::RunScenario { scenario: 1 }))?;
//! assert_eq!(outcome, Outcome::Confirmed);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`tokio::with_user`](crate::tokio::with_user) is the same for programs on tokio.

use std::io;
use std::time::{Duration, Instant};

use codec_core::ksenia::controller::{self, Config, Controller, Event, Memory, Outcome, Tables, ZoneSlot};
use codec_core::ksenia::{BypassAction, Command, Kind, Read};
use codec_core::{CloseReason, ConfigError, Machine as _, Refused, Secret, Ticket};

use crate::blocking::Driver;
use crate::links::{Address, BlockingLink, Connector};

/// Buffers of such a connection.
pub(crate) const RX_BYTES: usize = 2048;
pub(crate) const TX_BYTES: usize = Controller::TX_MIN;

/// Most zones whose permission to be excluded is kept.
pub(crate) const ZONES: usize = 1024;

/// How long the end may take; the machine itself waits 2 s for the panel's farewell.
pub(crate) const FAREWELL: Duration = Duration::from_secs(5);

/// What is read before the first zone is excluded: whether it may be.
pub(crate) static PERMISSIONS: [Kind<'static>; 1] = [Kind::Zones];

/// Why a user's commands could not be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UserError {
    /// Not a WebSocket: no Ksenia panel is there.
    #[error("{0} is no address of a Ksenia panel, write ws://HOST or wss://HOST")]
    Address(Address),
    /// A PIN that cannot be sent, for example an empty one.
    #[error("the login cannot be set up")]
    Config(#[from] ConfigError),
    /// There is no connection, or it broke.
    #[error("no connection to the panel")]
    Link(#[from] io::Error),
    /// The connection ended; [`CloseReason::LoginRefused`] after a wrong PIN, which must not be tried again.
    #[error("{0}")]
    Closed(CloseReason),
    /// A command was refused before it was sent.
    #[error("refused: {0}")]
    Refused(Refused),
}

/// How such a machine is set up: it reads nothing by itself.
pub(crate) fn config<'b>(host: &'b str, path: &'b str, pin: Secret<&'b str>) -> Config<'b> {
    let mut config = Config::new(host, pin);
    config.path = path;
    config.programming = &[];
    config.states = &[];
    config.version_millis = 0;
    config.poll_millis = 0;
    config
}

/// Host and path of the panel.
pub(crate) fn place(connector: &Connector) -> Result<(String, &str), UserError> {
    let address = connector.address();
    address.host_header().zip(address.path()).ok_or_else(|| UserError::Address(address.clone()))
}

pub(crate) fn machine<'b>(
    config: &'b Config<'b>,
    zones: &'b mut [ZoneSlot],
    memory: &'b mut Memory,
) -> Result<Controller<'b>, ConfigError> {
    Controller::new(config, Tables { zones, ..Tables::default() }, memory)
}

/// Whether the command excludes a zone, for which the panel must have given permission.
pub(crate) fn excludes(command: &Command<'_>) -> bool {
    matches!(command, Command::BypassZone { action, .. } if !matches!(action, BypassAction::Include | BypassAction::Off))
}

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goal {
    Login,
    Done(Ticket),
}

impl Goal {
    /// What an event means on the way; `None` if nothing.
    pub(crate) fn reached(self, event: &Event<'_>) -> Option<Reached> {
        match (self, event) {
            (Self::Login, Event::LoggedIn) => Some(Reached::LoggedIn),
            // Why the connection ended comes behind it.
            (Self::Done(_), Event::Done { outcome: Outcome::Disconnected, .. }) => None,
            (Self::Done(waited), Event::Done { ticket, outcome }) if *ticket == waited => Some(Reached::Done(*outcome)),
            (_, Event::Closed(reason)) => Some(Reached::Closed(*reason)),
            _ => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reached {
    LoggedIn,
    Done(Outcome),
    Closed(CloseReason),
}

/// A user's login. It ends, with LOGOUT and CLOSE, when it is dropped.
pub struct UserSession<'b> {
    driver: Driver<'b, Controller<'b>, BlockingLink>,
    permissions_read: bool,
}

/// Logs in with `pin` over a connection of its own, lets `session` run commands, and logs out. `session` may be left by `?`: LOGOUT and
/// CLOSE go out in any case, so that the panel keeps no place for a client that is gone. It waits up to 5 s for the panel's farewell.
///
/// # Errors
/// What `session` returned, or [`UserError`] if it could not begin.
pub fn with_user<T, E: From<UserError>>(
    connector: &Connector,
    pin: Secret<&str>,
    session: impl FnOnce(&mut UserSession<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let (host, path) = place(connector)?;
    let config = config(&host, path, pin);
    let (mut zones, mut memory) = (vec![ZoneSlot::default(); ZONES], Memory::new());
    let machine = machine(&config, &mut zones, &mut memory).map_err(UserError::Config)?;
    let link = connector.open().map_err(UserError::Link)?;
    let (mut rx, mut tx) = ([0; RX_BYTES], [0; TX_BYTES]);
    let driver = Driver::new(machine, link, &mut rx, &mut tx).map_err(UserError::Config)?;
    let mut user = UserSession { driver, permissions_read: false };
    user.wait(Goal::Login, &mut |_| {})?;
    session(&mut user)
}

impl UserSession<'_> {
    /// Runs a command and waits for its outcome. Before the first zone is excluded, it reads which zones may be.
    ///
    /// # Errors
    /// [`UserError::Refused`] if it cannot be sent, for example for a zone that must not be excluded; the session goes on.
    /// [`UserError::Closed`] or [`UserError::Link`] if the connection ends first.
    pub fn run(&mut self, command: Command<'_>) -> Result<Outcome, UserError> {
        self.run_with(command, |_| {})
    }

    /// As [`run`](Self::run), and shows every event on the way, for example the records that were asked for.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_with(&mut self, command: Command<'_>, mut show: impl FnMut(&Event<'_>)) -> Result<Outcome, UserError> {
        if excludes(&command) && !self.permissions_read {
            let outcome = self.finish(Command::Read(Read::types(&PERMISSIONS)), &mut show)?;
            self.permissions_read = outcome == Outcome::Confirmed;
        }
        self.finish(command, &mut show)
    }

    fn finish(&mut self, command: Command<'_>, show: &mut dyn FnMut(&Event<'_>)) -> Result<Outcome, UserError> {
        let ticket = self.driver.submit(command.into()).map_err(UserError::Refused)?;
        match self.wait(Goal::Done(ticket), show)? {
            Reached::Done(outcome) => Ok(outcome),
            Reached::LoggedIn | Reached::Closed(_) => unreachable!("a ticket was waited for"),
        }
    }

    fn wait(&mut self, goal: Goal, show: &mut dyn FnMut(&Event<'_>)) -> Result<Reached, UserError> {
        let mut end = None;
        // A machine ends with an event, and the error of the link comes behind it.
        while let Some(event) = self.driver.next(None)? {
            show(&event);
            match goal.reached(&event) {
                Some(Reached::Closed(reason)) => end = Some(reason),
                Some(reached) => return Ok(reached),
                None => {}
            }
        }
        Err(UserError::Closed(end.unwrap_or(CloseReason::PeerClosed)))
    }
}

impl Drop for UserSession<'_> {
    fn drop(&mut self) {
        let _ = self.driver.submit(controller::Command::Close);
        let end = Instant::now() + FAREWELL;
        while Instant::now() < end && matches!(self.driver.next(Some(end)), Ok(Some(_))) {}
    }
}
