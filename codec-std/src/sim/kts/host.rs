//! The task of one host: it dials, and dials again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use codec_core::kts::panel::{Config, Credentials, Event, Memory, ObjectState, Tables, TaskState};
use codec_core::kts::{Panel, Verb};
use codec_core::{ConfigError, Machine as _, Secret};
use tokio::time::{Instant, sleep_until};

use super::{Change, Report, Setup, Shared, count};
use crate::links::{Address, Connector};
use crate::tokio::{Supervisor, Update};

pub(super) async fn run(shared: Arc<Shared>, at: usize, begin: Instant) {
    let setup = &shared.setup;
    let (Some((sn, key)), Some(line)) = (setup.hosts.get(at), shared.lines.get(at)) else { return };
    // It was accepted before.
    let Some(mut credentials) = Credentials::new(Secret::new(key.expose().as_str()), &setup.domain()) else { return };
    let zones = setup.house.zone_infos();
    let config = setup.config(sn, &zones);
    let mut objects = setup.house.object_states();
    let mut tasks = vec![TaskState::default(); setup.tasks];
    let mut memory = Memory::new();
    let tables = Tables { objects: &mut objects, tasks: &mut tasks, credentials: &mut credentials };
    let new_machine = machines(&config, tables, &mut memory);
    let server = Mutex::new(setup.server.clone());
    let connect = || {
        let connector = Connector::new(lock(&server).clone()).with_tls(setup.tls.clone());
        async move { connector.connect().await }
    };
    let (mut rx, mut tx) = (vec![0; Panel::RX_MIN], vec![0; Panel::TX_MIN]);
    sleep_until(begin).await;
    let mut supervisor = Supervisor::new(connect, new_machine, &mut rx, &mut tx).with_backoff(setup.backoff);
    let mut host = Host::new(at, &shared);
    loop {
        let heard = tokio::select! {
            () = line.ring.notified() => {
                // One ring may stand for several wishes.
                while let Some(wish) = { lock(&line.orders).pop_front() } {
                    let result = supervisor.submit(wish.change.command()).map(drop);
                    // The one who asked may have gone.
                    let _ = wish.reply.send(result);
                }
                continue;
            }
            () = until(host.next_push) => {
                let change = supervisor.machine().and_then(|machine| host.next_change(machine.tables().objects));
                if let Some((at, change)) = change
                    && supervisor.submit(change.command()).is_ok()
                {
                    host.own = Some(at);
                    count(&shared.counters.pushes);
                }
                continue;
            }
            update = supervisor.next() => match update {
                Ok(Update::Event(event)) => host.hear(&event),
                Ok(Update::Up) => {
                    count(&shared.counters.connections);
                    shared.report(Report::Connected { host: host.number });
                    continue;
                }
                Ok(Update::Down { error, retry_in }) => {
                    host.left(error.map(|error| error.to_string()), retry_in);
                    continue;
                }
                // It was checked before the start.
                Err(_) => return,
            },
        };
        if let Some(machine) = supervisor.machine() {
            host.tell(heard, machine.tables(), &server);
        }
    }
}

/// Makes one machine after the other in the same memory.
fn machines<'b>(
    config: &'b Config<'b>,
    tables: Tables<'b>,
    memory: &'b mut Memory,
) -> impl FnMut(Option<Panel<'b>>) -> Result<Panel<'b>, ConfigError> {
    let mut first = Some((tables, memory));
    move |ended| {
        let again = |machine: Panel<'b>| {
            let (_, tables, memory) = machine.into_parts();
            (tables, memory)
        };
        let (tables, memory) = ended.map(again).or_else(|| first.take()).expect("there is one machine at a time");
        Panel::new(config, tables, memory)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while it is locked.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// What is to be looked up in the tables.
enum Heard {
    Nothing,
    Value(usize),
    TaskRan(usize),
    Configured,
}

struct Host<'s> {
    shared: &'s Shared,
    /// From 1.
    number: u32,
    registered: bool,
    next_push: Option<Instant>,
    pushes: usize,
    /// The object that has changed by itself, until its event has come.
    own: Option<usize>,
    /// Why the machine has ended.
    reason: Option<String>,
}

impl<'s> Host<'s> {
    fn new(at: usize, shared: &'s Shared) -> Self {
        let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
        Self { shared, number, registered: false, next_push: None, pushes: at, own: None, reason: None }
    }

    /// What can be told of an event without the tables.
    fn hear(&mut self, event: &Event<'_>) -> Heard {
        let (shared, host) = (self.shared, self.number);
        match event {
            Event::Registered => {
                self.registered = true;
                // Hosts that came at the same time do not push at the same time.
                let part = |every: Duration| every.mul_f64(f64::from(self.number % 97 + 1) / 98.0);
                self.next_push = shared.setup.push_every.map(|every| Instant::now() + part(every));
                shared.registered.send_modify(|count| *count += 1);
                shared.report(Report::Registered { host });
            }
            Event::Frame(frame) => {
                count(&shared.counters.frames);
                // The rest is a request, with something to see.
                if !matches!(frame.verb(), Verb::Keepalive | Verb::RegisterReply) {
                    shared.report(Report::Request { host, what: what(frame.verb()) });
                }
            }
            Event::Refused { verb, refusal } => {
                count(&shared.counters.faults);
                shared.report(Report::Refused { host, what: what(*verb), refusal: *refusal });
            }
            Event::Fault(fault) => {
                count(&shared.counters.faults);
                shared.report(Report::Fault { host, fault: *fault });
            }
            Event::Closed(reason) => self.reason = Some(reason.to_string()),
            Event::Value { at } if self.own == Some(*at) => self.own = None,
            Event::Value { at } => {
                count(&shared.counters.changes);
                return Heard::Value(*at);
            }
            Event::TaskRan { at } => return Heard::TaskRan(*at),
            Event::Configured => return Heard::Configured,
            _ => {}
        }
        Heard::Nothing
    }

    fn tell(&self, heard: Heard, tables: &Tables<'_>, server: &Mutex<Address>) {
        let (shared, host) = (self.shared, self.number);
        match heard {
            Heard::Nothing => {}
            Heard::Value(at) => {
                if let Some(object) = tables.objects.get(at) {
                    let value = object.value().map(str::to_owned);
                    shared.report(Report::Value { host, object: object.info.id.to_owned(), value });
                }
            }
            Heard::TaskRan(at) => {
                let task = tables.tasks.get(at).and_then(TaskState::id).unwrap_or_default().to_owned();
                shared.report(Report::TaskRan { host, task });
            }
            Heard::Configured => {
                let domain = tables.credentials.domain().to_owned();
                if shared.setup.follow_domain {
                    let mut server = lock(server);
                    if let Some(new) = dial(&domain, &server) {
                        *server = new;
                    }
                }
                shared.report(Report::Configured { host, domain });
            }
        }
    }

    fn left(&mut self, error: Option<String>, retry_in: Duration) {
        if std::mem::take(&mut self.registered) {
            self.shared.registered.send_modify(|count| *count = count.saturating_sub(1));
        }
        (self.next_push, self.own) = (None, None);
        count(&self.shared.counters.failures);
        let reason = error.or(self.reason.take()).unwrap_or_else(|| "the connection ended".to_owned());
        self.shared.report(Report::Left { host: self.number, reason, retry_in });
    }

    /// What changes next by itself, at which place. What has not been read yet comes first.
    fn next_change(&mut self, objects: &[ObjectState<'_>]) -> Option<(usize, Change)> {
        let Setup { push_every, stamp, .. } = self.shared.setup;
        let every = push_every?;
        // What could not be done in time is left out.
        self.next_push = self.next_push.map(|last| (last + every).max(Instant::now()));
        self.pushes = self.pushes.wrapping_add(1);
        let unread = objects.iter().position(|object| object.value().is_none());
        let at = unread.unwrap_or(self.pushes.checked_rem(objects.len())?);
        let object = objects.get(at)?;
        let value = if stamp { millis().to_string() } else { next_value(object, self.pushes) };
        // What is no change has no event.
        let is_new = object.value() != Some(value.as_str());
        is_new.then(|| (at, Change::Set { object: object.info.id.to_owned(), value: Some(value) }))
    }
}

/// Another value than the one it has.
fn next_value(object: &ObjectState<'_>, step: usize) -> String {
    let new = match (object.info.eis, object.value()) {
        (1, Some("0")) => 1,
        (1, _) => 0,
        // The room temperature, with one decimal.
        (60, _) => return format!("{}.{}", 18 + step % 8, step % 10),
        (61 | 62, _) => step % 4,
        _ => step % 256,
    };
    let text = new.to_string();
    if object.value() == Some(text.as_str()) { (new ^ 1).to_string() } else { text }
}

fn millis() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis())
}

/// `cmd`, what is not plain in it replaced.
fn what(verb: Verb<'_>) -> String {
    let plain = |character: char| if character.is_ascii_graphic() { character } else { '?' };
    verb.text().to_string().chars().take(32).map(plain).collect()
}

/// Where a domain is, with the port of `server` if it names none, and with TLS where `server` has it.
fn dial(domain: &str, server: &Address) -> Option<Address> {
    let (scheme, port) = match server {
        Address::Tcp { port, .. } => ("tcp", port),
        Address::Tls { port, .. } => ("tls", port),
        _ => return None,
    };
    let with_port = |text: &str| format!("{scheme}://{text}").parse().ok();
    with_port(domain).or_else(|| with_port(&format!("{domain}:{port}")))
}
