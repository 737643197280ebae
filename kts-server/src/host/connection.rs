//! The life of a connection: idle without buffers, busy with two that are lent.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use codec_core::kts::Controller;
use codec_core::kts::controller::{Command, Memory, Tables, ZoneSlot};
use codec_core::{Instant, Machine as _, RxBuf, TxBuf};

use super::places::Place;
use super::session::{Next, Session};
use super::stream::Stream;
use crate::exchange_log::Direction;
use crate::hub::Call;
use crate::ids;
use crate::server::Server;
use crate::store::StoreError;

/// Writes that are collected before they are handed over.
const FLUSH: usize = 256;

/// Runs a connection to its end.
pub(super) async fn run(server: Arc<Server>, mut stream: Stream, peer: SocketAddr, place: Place) {
    let Ok(name) = ids::ordered() else { return tracing::error!("no random numbers") };
    let mut zones = vec![ZoneSlot::default(); server.config.limits.zones].into_boxed_slice();
    let mut memory = Memory::new();
    let tables = Tables { zones: &mut zones, objects: &mut [], tasks: &mut [] };
    let mut controller = match Controller::new(&server.controller, tables, &mut memory) {
        Ok(controller) => controller,
        Err(error) => return tracing::error!(%error, "the settings of the protocol's machine"),
    };
    let mut session = Session::new(Arc::clone(&server), peer, place, name);
    // Boxed, so that between two busy times nothing of it is kept.
    while !Box::pin(busy(&mut stream, &mut controller, &mut session)).await {
        idle(&mut stream, &controller, &session).await;
    }
    Box::pin(session.left()).await;
    Box::pin(stream.shutdown()).await;
}

/// Waits until there is something to do.
async fn idle(stream: &mut Stream, controller: &Controller<'_>, session: &Session) {
    let clock = &session.server.clock;
    let retry_at = session.retry_at.map(Instant::from_millis);
    let until = [controller.poll_timeout(), retry_at].into_iter().flatten().min();
    let wait = until.map_or(Duration::from_secs(3600), |until| clock.until(until.as_millis()));
    tokio::select! {
        () = poll_fn(|context| stream.poll_readable(context)) => {}
        () = session.handle.called() => {}
        () = tokio::time::sleep(wait) => {}
    }
}

/// What the link has done.
enum Moved {
    Read(usize),
    Wrote(usize),
    Ended,
}

/// Does what there is to do, until both buffers are empty. Whether the connection is over.
async fn busy(stream: &mut Stream, controller: &mut Controller<'_>, session: &mut Session) -> bool {
    let server = Arc::clone(&session.server);
    let (mut inward, mut outward) = (server.pool.lend(), server.pool.lend());
    let (mut rx, mut tx) = (RxBuf::new(inward.bytes()), TxBuf::new(outward.bytes()));
    let patience = u64::from(server.config.limits.frame_seconds) * 1000;
    // Since when the same frame comes in, and since when nothing goes out; in milliseconds.
    let (mut reading_since, mut writing_since) = (None::<(u64, u64)>, None::<u64>);
    // Once: the link may have been found readable.
    let mut fresh = true;
    loop {
        let mut over = listen(controller, session, &mut rx, &mut tx).await;
        if !over && !rx.is_eof() {
            work(controller, session, &mut tx).await;
        }
        over |= controller.is_closed();
        let now = server.clock.millis();
        let sending = !tx.is_empty() || stream.is_unflushed();
        if over && (!sending || rx.is_eof()) {
            return true;
        }
        if !sending && !over && controller.poll_timeout() == Some(Instant::ZERO) {
            // There was no room for what it wants, and now there is.
            tokio::task::yield_now().await;
            continue;
        }
        if !sending && rx.unread().is_empty() && !fresh && session.slowed_until <= now {
            return false;
        }
        reading_since = match reading_since {
            _ if rx.unread().is_empty() => None,
            Some((frames, since)) if frames == session.frames => Some((frames, since)),
            _ => Some((session.frames, now)),
        };
        if !sending {
            writing_since = None;
        } else if writing_since.is_none() {
            writing_since = Some(now);
        }
        let slowed = session.slowed_until > now;
        let until = [
            reading_since.map(|(_, since)| since.max(session.slowed_until) + patience),
            writing_since.map(|since| since + patience),
            slowed.then_some(session.slowed_until),
            controller.poll_timeout().map(Instant::as_millis).filter(|at| *at > 0),
            session.retry_at,
        ];
        let wait = until.into_iter().flatten().min().map_or(Duration::from_secs(60), |until| server.clock.until(until));
        let wait = if fresh { Duration::ZERO } else { wait };
        fresh = false;
        let moved = tokio::select! {
            biased;
            moved = poll_fn(|context| {
                if sending && let Poll::Ready(outcome) = stream.poll_write(context, tx.unsent()) {
                    return Poll::Ready(outcome.map_or(Moved::Ended, Moved::Wrote));
                }
                if slowed || over || rx.is_eof() {
                    return Poll::Pending;
                }
                match rx.space() {
                    [] => Poll::Pending,
                    space => stream.poll_read(context, space).map(|outcome| outcome.map_or(Moved::Ended, Moved::Read)),
                }
            }) => Some(moved),
            () = session.handle.called() => None,
            () = tokio::time::sleep(wait) => None,
        };
        match moved {
            Some(Moved::Read(0) | Moved::Ended) => {
                tx.reset();
                rx.set_eof();
            }
            Some(Moved::Read(len)) => {
                session.pass(Direction::In, rx.space().get(..len).unwrap_or_default());
                rx.commit(len);
            }
            Some(Moved::Wrote(len)) => {
                session.pass(Direction::Out, tx.unsent().get(..len).unwrap_or_default());
                tx.sent(len);
                writing_since = None;
            }
            None => {
                let now = server.clock.millis();
                let late = |since: Option<u64>| since.is_some_and(|since| now >= since + patience);
                if late(reading_since.map(|(_, since)| since.max(session.slowed_until))) || late(writing_since) {
                    tracing::warn!(sn = session.sn, peer = %session.peer, "a frame takes too long");
                    tx.reset();
                    rx.set_eof();
                }
            }
        }
    }
}

/// Hears everything that the machine has to tell. Whether it was the last.
async fn listen(controller: &mut Controller<'_>, session: &mut Session, rx: &mut RxBuf<'_>, tx: &mut TxBuf<'_>) -> bool {
    let mut over = false;
    while let Some(pending) = controller.poll_event(&session.server.clock.env(), rx, tx) {
        let next = session.take(controller.event(pending, rx));
        let outcome = match next {
            Next::Nothing => Ok(()),
            Next::Admit(claim) => {
                session.admit(claim, controller, tx).await;
                Ok(())
            }
            Next::Registered { with_other } => session.registered(with_other).await,
            Next::Synchronised { complete } => session.synchronised(complete).await,
            Next::Done(ticket, outcome) => session.done(ticket, outcome).await,
            Next::Abuse => {
                close(controller, session, tx);
                Ok(())
            }
            Next::Closed => {
                over = true;
                Ok(())
            }
        };
        if let Err(error) = outcome {
            // What is written next would rest on what is not: the host has to come again.
            tracing::error!(sn = session.sn, %error, "a connection ends, because the store does not work");
            close(controller, session, tx);
        }
        if session.batch.len() >= FLUSH {
            session.flush().await;
        }
    }
    session.flush().await;
    over
}

fn close(controller: &mut Controller<'_>, session: &Session, tx: &mut TxBuf<'_>) {
    // Closed already is as good.
    let _ = controller.submit(&session.server.clock.env(), Command::Close, tx);
}

/// Looks for work, and begins it.
async fn work(controller: &mut Controller<'_>, session: &mut Session, tx: &mut TxBuf<'_>) {
    let handle = Arc::clone(&session.handle);
    session.draining |= handle.take(Call::Drain);
    let idle = !session.commands.is_under_way() && !session.schedules.is_under_way() && !session.rotations.is_under_way();
    if handle.take(Call::Close) || session.draining && idle {
        close(controller, session, tx);
        return;
    }
    let retry = session.retry_at.take_if(|at| *at <= session.server.clock.millis()).is_some();
    if session.sn.is_empty() || session.draining {
        return;
    }
    if retry {
        session.commands.look = true;
        session.schedules.retry();
        session.rotations.look = true;
    }
    if handle.take(Call::Work) {
        session.commands.look = true;
        session.schedules.send_changed();
        session.rotations.look = true;
    }
    if handle.take(Call::Present) {
        session.present();
        session.flush().await;
    }
    session.told.asking |= handle.take(Call::Resync);
    if session.wants_all() {
        session.begin_again();
        if let Err(refused) = controller.submit(&session.server.clock.env(), Command::Resync, tx) {
            tracing::debug!(sn = session.sn, ?refused, "not asked again");
        }
    }
    if let Err(error) = begin(controller, session, tx).await {
        session.store_failed(&error);
    }
}

async fn begin(controller: &mut Controller<'_>, session: &mut Session, tx: &mut TxBuf<'_>) -> Result<(), StoreError> {
    if session.rotations.look && !session.rotations.is_under_way() {
        session.rotate(controller, tx).await?;
    }
    // Their addresses are being asked for.
    if session.told.syncing {
        return Ok(());
    }
    if session.commands.look && !session.commands.is_under_way() {
        session.command(controller, tx).await?;
    }
    if session.schedules.has_more() && !session.schedules.is_under_way() {
        session.schedule(controller, tx).await?;
    }
    Ok(())
}

impl Session {
    /// Something that was sent has ended: whose was it?
    async fn done(&mut self, ticket: codec_core::Ticket, outcome: codec_core::kts::controller::Outcome) -> Result<(), StoreError> {
        let _ = self.commanded(ticket, outcome).await? || self.scheduled(ticket, outcome).await? || self.rotated(ticket, outcome).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten thousand idle connections are ten thousand of these.
    #[tokio::test]
    async fn an_idle_connection_is_small() {
        let folder = std::env::temp_dir().join(format!("kts-small-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let text = "[hosts]\nlisten = \"127.0.0.1:0\"\n[api]\nlisten = \"127.0.0.1:0\"\n[store]\nfile = \"small.redb\"\n";
        let config = crate::config::Config::parse(text, &folder.join("kts-server.toml")).unwrap();
        let server = Server::open(config).await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (link, peer) = (tokio::net::TcpStream::connect(listener.local_addr().unwrap()).await.unwrap(), listener.local_addr().unwrap());
        let place = super::super::Places::take(&server, peer).unwrap();
        let size = size_of_val(&run(Arc::clone(&server), Stream::Plain(link), peer, place));
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(size <= 2560, "{size} bytes");
    }
}
