//! The task of a simulation: a panel that knows the house and has no client, and one for each client, which follow each other.
//!
//! All of it is one task, so nothing happens between two lines without an `await`.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use codec_core::ksenia::panel::{Command, Event, House, Memory};
use codec_core::ksenia::{Kind, Message, Panel};
use codec_core::{Machine as _, Refused, RxBuf, TxBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Notify, broadcast, mpsc, watch};
use tokio::time::Instant;

use super::house::{Setup, Slots};
use super::{Happening, Order, Report, words};
use crate::clock::Clock;
use crate::links::{CONNECT_TIMEOUT, TokioLink};
use crate::tokio::Driver;

/// Longest request in bytes: a thermostat with all of its programmes takes 8.3 KB.
const REQUEST: usize = 16 << 10;

/// Room for answers.
const ANSWER: usize = 8192;

/// Pause after a connection could not be accepted, for example for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Pause after a record could not be told.
const BUSY_PAUSE: Duration = Duration::from_millis(20);

/// Longest record that can be told, in bytes: two of them fit into [`ANSWER`].
const MAX_RECORD: u32 = 2048;

/// Most records that wait to be told to a client.
const MAX_TOLD: usize = 256;

/// Events of one client in a row, before it is the others' turn.
const TURN: u32 = 32;

/// What the panels of the clients are told.
#[derive(Clone, Debug)]
enum Word {
    /// The house has changed.
    Changed,
    /// Something happens to their connections.
    Do(Command<'static>),
    /// They tell their clients this, if they registered for it.
    Tell(Kind<'static>, Arc<str>),
}

/// What all share.
struct Hub<'p, 'h> {
    house: Mutex<Panel<'p, 'h>>,
    report: Mutex<Box<dyn FnMut(Report) + Send>>,
    words: broadcast::Sender<Word>,
    /// The house may have something to tell, or other deadlines.
    changed: Notify,
    registered: watch::Sender<usize>,
    clock: Clock,
}

impl<'p, 'h> Hub<'p, 'h> {
    fn house(&self) -> MutexGuard<'_, Panel<'p, 'h>> {
        // Nothing panics while it is locked.
        self.house.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn report(&self, report: Report) {
        (self.report.lock().unwrap_or_else(PoisonError::into_inner))(report);
    }

    /// Nobody may be connected to hear it.
    fn say(&self, word: Word) {
        let _ = self.words.send(word);
        self.changed.notify_one();
    }

    /// A client's panel has done something.
    fn follow(&self, house: &House<'_>) {
        if self.house().follow(house) {
            self.say(Word::Changed);
        }
    }

    /// Takes out what the house has to tell.
    fn settle(&self, rx: &mut RxBuf<'_>, tx: &mut TxBuf<'_>) {
        loop {
            let mut house = self.house();
            let Some(pending) = house.poll_event(&self.clock.env(), rx, tx) else { return };
            let event = house.event(pending, rx);
            let Event::Notice(notice) = event else { continue };
            drop(house);
            self.report(Report::Notice(notice));
        }
    }

    fn tell(&self, kind: Kind<'static>, record: Arc<str>, tx: &mut TxBuf<'_>) -> Result<(), Refused> {
        let needed = u32::try_from(record.len()).unwrap_or(u32::MAX);
        if needed > MAX_RECORD {
            return Err(Refused::NoRoom { needed, free: MAX_RECORD });
        }
        // The house's own panel has no client, and looks at the record.
        match self.house().submit(&self.clock.env(), Command::Tell { kind, record: &record }, tx) {
            Ok(_) | Err(Refused::NotReady) => {}
            Err(refused) => return Err(refused),
        }
        self.say(Word::Tell(kind, record));
        Ok(())
    }

    fn obey(&self, command: Command<'static>, millis: u32, tx: &mut TxBuf<'_>) -> Result<(), Refused> {
        let env = self.clock.env();
        let mut submit = |command| self.house().submit(&env, command, tx).map(drop);
        match command {
            // The house goes on; the clients' panels say goodbye.
            Command::Reprogram => {
                submit(Command::Touch)?;
                submit(Command::RefuseUpgrades { millis })?;
                self.say(Word::Do(command));
            }
            Command::DropSession | Command::Silence { .. } | Command::Close => self.say(Word::Do(command)),
            _ => {
                submit(command)?;
                self.say(Word::Changed);
            }
        }
        Ok(())
    }
}

type Connection<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

pub(super) async fn run(
    setup: Setup,
    listener: TcpListener,
    mut orders: mpsc::Receiver<Order>,
    registered: watch::Sender<usize>,
    report: Box<dyn FnMut(Report) + Send>,
) {
    let mut slots = Slots::of(&setup);
    let mut house = slots.house(&setup);
    let mut memory = Memory::new();
    // It was accepted before.
    let Ok(panel) = Panel::new(&setup.config, &mut house, &mut memory) else { return };
    let hub = Hub {
        house: Mutex::new(panel),
        report: Mutex::new(report),
        words: broadcast::channel(64).0,
        changed: Notify::new(),
        registered,
        clock: Clock::new(),
    };
    let (mut inward, mut outward) = (vec![0; Panel::RX_MIN], vec![0; Panel::TX_MIN]);
    let (mut rx, mut tx) = (RxBuf::new(&mut inward), TxBuf::new(&mut outward));
    let mut connections: Vec<Connection<'_>> = Vec::new();
    let mut clients = 0_u32;
    let mut accept_from = None;
    loop {
        hub.settle(&mut rx, &mut tx);
        let deadline = hub.house().poll_timeout().and_then(|at| hub.clock.moment(at));
        let due = async {
            match deadline {
                Some(at) => tokio::time::sleep_until(at.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            accepted = listener.accept(), if accept_from.is_none() => match accepted {
                Ok((stream, peer)) => {
                    clients = clients.wrapping_add(1);
                    connections.push(Box::pin(serve(clients, stream, peer, &setup, &hub)));
                }
                Err(_) => accept_from = Some(Instant::now() + ACCEPT_PAUSE),
            },
            () = tokio::time::sleep_until(accept_from.unwrap_or_else(Instant::now)), if accept_from.is_some() => accept_from = None,
            () = any_ended(&mut connections) => {}
            () = hub.changed.notified() => {}
            order = orders.recv() => match order {
                Some(Order { what: Happening::Tell(kind, record), reply }) => {
                    let result = hub.tell(kind, record, &mut tx);
                    let _ = reply.send(result);
                }
                Some(Order { what: Happening::Command(command), reply }) => {
                    let result = hub.obey(command, setup.config.refusal_millis, &mut tx);
                    hub.settle(&mut rx, &mut tx);
                    // The one who asked may have gone.
                    let _ = reply.send(result);
                }
                // Nobody holds the simulator any more.
                None => return,
            },
            () = due => {}
        }
    }
}

/// Lets all connections go on until one of them has ended.
async fn any_ended(connections: &mut Vec<Connection<'_>>) {
    poll_fn(|cx| {
        let before = connections.len();
        // How much a task may read in one go, tokio counts for all of them together: each is the first now and then.
        if before > 0 {
            connections.rotate_left(1);
        }
        connections.retain_mut(|connection| connection.as_mut().poll(cx).is_pending());
        if connections.len() < before { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// One client, from its connection to its end.
async fn serve(client: u32, stream: TcpStream, peer: SocketAddr, setup: &Setup, hub: &Hub<'_, '_>) {
    hub.report(Report::Connected { client, peer });
    let mut is_registered = false;
    let reason = match talk(client, stream, setup, hub, &mut is_registered).await {
        Ok(reason) => reason,
        Err(error) => words(&error),
    };
    if is_registered {
        hub.registered.send_modify(|count| *count = count.saturating_sub(1));
    }
    hub.report(Report::Left { client, reason });
}

async fn talk(client: u32, stream: TcpStream, setup: &Setup, hub: &Hub<'_, '_>, is_registered: &mut bool) -> io::Result<String> {
    let mut heard = hub.words.subscribe();
    stream.set_nodelay(true)?;
    let link = match &setup.tls {
        Some(acceptor) => TokioLink::Tls(acceptor.accept(stream).await?),
        None => TokioLink::Tcp(stream),
    };
    let mut slots = Slots::of(setup);
    let mut house = slots.house(setup);
    let mut memory = Memory::new();
    let mut panel = Panel::new(&setup.config, &mut house, &mut memory).map_err(io::Error::other)?;
    panel.follow(hub.house().house());
    let (mut rx, mut tx) = (vec![0; REQUEST], vec![0; ANSWER]);
    let mut driver = Driver::new(panel, link, &mut rx, &mut tx).map_err(io::Error::other)?.with_clock(hub.clock);
    let mut reason = "the connection ended".to_owned();
    // Waits while an answer is being written.
    let mut told = VecDeque::new();
    let (mut is_open, mut in_a_row) = (false, 0_u32);
    let late = tokio::time::sleep(CONNECT_TIMEOUT);
    tokio::pin!(late);
    loop {
        let word = tokio::select! {
            // What the house is like, before anything that the client says.
            biased;
            word = heard.recv() => word,
            () = tokio::time::sleep(BUSY_PAUSE), if !told.is_empty() => {
                tell(&mut told, |command| driver.submit(command).map(drop));
                continue;
            }
            () = &mut late, if !is_open => return Ok(format!("no handshake within {} s", CONNECT_TIMEOUT.as_secs())),
            event = driver.next() => {
                let Some(event) = event? else { return Ok(reason) };
                is_open |= matches!(event, Event::Open);
                if matches!(event, Event::Registered) && !std::mem::replace(is_registered, true) {
                    hub.registered.send_modify(|count| *count += 1);
                }
                if let Event::Closed(why) = &event {
                    reason = why.to_string();
                }
                if let Some(report) = about(client, &event) {
                    hub.report(report);
                }
                hub.follow(driver.machine().house());
                in_a_row = in_a_row.wrapping_add(1);
                if in_a_row.is_multiple_of(TURN) {
                    tokio::task::yield_now().await;
                }
                continue;
            }
        };
        match word {
            Ok(Word::Changed) | Err(RecvError::Lagged(_)) => {
                driver.change(|panel| panel.follow(hub.house().house()));
            }
            Ok(Word::Do(command)) => {
                // One that is closing already needs no more.
                let _ = driver.submit(command);
            }
            Ok(Word::Tell(kind, record)) => {
                told.push_back((kind, record));
                tell(&mut told, |command| driver.submit(command).map(drop));
            }
            Err(RecvError::Closed) => return Ok(reason),
        }
    }
}

/// Tells what can be told now.
fn tell(records: &mut VecDeque<(Kind<'static>, Arc<str>)>, mut submit: impl FnMut(Command<'_>) -> Result<(), Refused>) {
    while let Some((kind, record)) = records.front() {
        match submit(Command::Tell { kind: *kind, record }) {
            Err(Refused::Busy | Refused::NoRoom { .. }) if records.len() < MAX_TOLD => return,
            // A client that has not registered for it is not told.
            _ => {
                records.pop_front();
            }
        }
    }
}

fn about(client: u32, event: &Event<'_>) -> Option<Report> {
    Some(match event {
        Event::Message(message) => Report::Request { client, what: what(message) },
        Event::Refused(detail) => Report::Refused { client, detail: detail.text().to_string() },
        Event::LoggedIn { account } => Report::LoggedIn { client, account: *account },
        Event::Registered => Report::Registered { client },
        Event::Fault(fault) => Report::Fault { client, fault: *fault },
        // The house tells its own.
        _ => return None,
    })
}

/// `READ MULTI_TYPES`.
fn what(message: &Message<'_>) -> String {
    let form = message.form_text().map(|form| format!(" {form}")).unwrap_or_default();
    let plain = |character: char| if character.is_ascii_graphic() || character == ' ' { character } else { '?' };
    format!("{}{form}", message.verb_text()).chars().take(64).map(plain).collect()
}
