//! Commands in the name of a user, on tokio. See [`crate::user`].

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use codec_core::ksenia::controller::{self, Controller, Event, Memory, Outcome, ZoneSlot};
use codec_core::ksenia::{Command, Read};
use codec_core::{CloseReason, Machine as _, Secret};

use super::{Driver, TokioLink};
use crate::links::Connector;
use crate::user::{FAREWELL, Goal, PERMISSIONS, RX_BYTES, Reached, TX_BYTES, UserError, ZONES, config, excludes, machine, place};

/// A user's login, on tokio.
pub struct UserSession<'b> {
    driver: Driver<'b, Controller<'b>, TokioLink>,
    permissions_read: bool,
}

/// As [`user::with_user`](crate::user::with_user), on tokio.
///
/// ```no_run
/// # async fn example(connector: &codec_std::links::Connector) -> Result<(), codec_std::user::UserError> {
/// use codec_core::Secret;
/// use codec_core::ksenia::Command;
///
/// codec_std::tokio::with_user(connector, Secret::new("190734"), async |user| user.run(Command::RunScenario { scenario: 1 }).await).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Cancellation
/// If the future is dropped, LOGOUT and CLOSE are given to the link as far as it takes them at once, and nothing is waited for.
///
/// # Errors
/// What `session` returned, or [`UserError`] if it could not begin.
pub async fn with_user<T, E: From<UserError>>(
    connector: &Connector,
    pin: Secret<&str>,
    session: impl AsyncFnOnce(&mut UserSession<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let (host, path) = place(connector)?;
    let config = config(&host, path, pin);
    let (mut zones, mut memory) = (vec![ZoneSlot::default(); ZONES], Memory::new());
    let machine = machine(&config, &mut zones, &mut memory).map_err(UserError::Config)?;
    let link = connector.connect().await.map_err(UserError::Link)?;
    let (mut rx, mut tx) = ([0; RX_BYTES], [0; TX_BYTES]);
    let driver = Driver::new(machine, link, &mut rx, &mut tx).map_err(UserError::Config)?;
    let mut user = UserSession { driver, permissions_read: false };
    user.wait(Goal::Login, &mut |_| {}).await?;
    let result = session(&mut user).await;
    user.end().await;
    result
}

impl UserSession<'_> {
    /// Runs a command and waits for its outcome. Before the first zone is excluded, it reads which zones may be.
    ///
    /// # Errors
    /// As [`user::UserSession::run`](crate::user::UserSession::run).
    pub async fn run(&mut self, command: Command<'_>) -> Result<Outcome, UserError> {
        self.run_with(command, |_| {}).await
    }

    /// As [`run`](Self::run), and shows every event on the way, for example the records that were asked for.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn run_with(&mut self, command: Command<'_>, mut show: impl FnMut(&Event<'_>) + Send) -> Result<Outcome, UserError> {
        if excludes(&command) && !self.permissions_read {
            let outcome = self.finish(Command::Read(Read::types(&PERMISSIONS)), &mut show).await?;
            self.permissions_read = outcome == Outcome::Confirmed;
        }
        self.finish(command, &mut show).await
    }

    async fn finish(&mut self, command: Command<'_>, show: &mut (dyn FnMut(&Event<'_>) + Send)) -> Result<Outcome, UserError> {
        let ticket = self.driver.submit(command.into()).map_err(UserError::Refused)?;
        match self.wait(Goal::Done(ticket), show).await? {
            Reached::Done(outcome) => Ok(outcome),
            Reached::LoggedIn | Reached::Closed(_) => unreachable!("a ticket was waited for"),
        }
    }

    async fn wait(&mut self, goal: Goal, show: &mut (dyn FnMut(&Event<'_>) + Send)) -> Result<Reached, UserError> {
        let mut end = None;
        // A machine ends with an event, and the error of the link comes behind it.
        while let Some(event) = self.driver.next().await? {
            show(&event);
            match goal.reached(&event) {
                Some(Reached::Closed(reason)) => end = Some(reason),
                Some(reached) => return Ok(reached),
                None => {}
            }
        }
        Err(UserError::Closed(end.unwrap_or(CloseReason::PeerClosed)))
    }

    async fn end(&mut self) {
        let _ = self.driver.submit(controller::Command::Close);
        let farewell = async { while matches!(self.driver.next().await, Ok(Some(_))) {} };
        let _ = ::tokio::time::timeout(FAREWELL, farewell).await;
    }
}

/// What can be done without waiting, for a future that is dropped on the way. Afterwards there is nothing left to do.
impl Drop for UserSession<'_> {
    fn drop(&mut self) {
        // Timers need the runtime, which may be gone.
        if self.driver.machine().is_closed() || ::tokio::runtime::Handle::try_current().is_err() {
            return;
        }
        let _ = self.driver.submit(controller::Command::Close);
        // Up to the first wait, which is for the panel's farewell.
        let mut nobody = Context::from_waker(Waker::noop());
        while let Poll::Ready(Ok(Some(_))) = pin!(self.driver.next()).poll(&mut nobody) {}
    }
}
