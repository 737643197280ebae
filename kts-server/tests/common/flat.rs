//! Simulated hosts: `kts::Panel` on a TCP connection that is made again when it ends.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use codec_core::kts::panel::{Command, Config, Credentials, Event, Memory, ObjectState, Tables, TaskState};
use codec_core::kts::{GroupAddress, ObjectInfo, Panel, ZoneInfo};
use codec_core::{Env, Machine as _, RxBuf, Secret, TxBuf};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);

fn env() -> Env {
    let mut entropy = [0; 16];
    getrandom::fill(&mut entropy).unwrap();
    let now = u64::try_from(STARTED.elapsed().as_millis()).unwrap() + 1;
    let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    Env { unix: Some(unix), entropy, ..Env::at(codec_core::Instant::from_millis(now)) }
}

/// How a flat is made.
#[derive(Clone, Debug)]
pub struct Setup {
    pub sn: String,
    pub key: String,
    /// Two zones share the objects; their ids are 1 to this.
    pub objects: usize,
    /// Longer names make longer answers.
    pub name_bytes: usize,
    /// All objects in one zone.
    pub one_zone: bool,
    pub keepalive_millis: u32,
    /// Takes a new key.
    pub takes_keys: bool,
    /// Remembers all values that it has sent.
    pub keeps_sent: bool,
}

impl Setup {
    pub fn new(sn: &str, key: &str) -> Self {
        Self {
            sn: sn.to_owned(),
            key: key.to_owned(),
            objects: 4,
            name_bytes: 6,
            one_zone: false,
            keepalive_millis: 30_000,
            takes_keys: true,
            keeps_sent: false,
        }
    }
}

/// What can be seen in the flat.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub registered: u32,
    pub refused: u32,
    /// Values by object, as they are now.
    pub values: HashMap<String, String>,
    pub tasks: Vec<String>,
    pub key: String,
    pub too_large: u32,
    /// Object and value, of every push and answer that has gone out to its end.
    pub sent: HashSet<(String, String)>,
}

/// What goes out, read by a parser that is not the codec's.
#[derive(Default)]
struct Sent(Vec<u8>);

impl Sent {
    fn took(&mut self, bytes: &[u8], seen: &Mutex<Seen>) {
        self.0.extend_from_slice(bytes);
        while let Some(end) = self.0.windows(2).position(|pair| pair == b"\r\n") {
            let frame: Vec<u8> = self.0.drain(..end + 2).collect();
            let frame: serde_json::Value = serde_json::from_slice(&frame).unwrap();
            let objects = match frame["cmd"].as_str() {
                Some("push" | "rsp2") => frame["data"].as_array().unwrap(),
                _ => continue,
            };
            let text = |member: &serde_json::Value| member.as_str().unwrap().to_owned();
            seen.lock().unwrap().sent.extend(objects.iter().map(|object| (text(&object["oID"]), text(&object["val"]))));
        }
    }
}

enum Order {
    Set(String, String),
    Stamp(String),
    Hang,
}

/// Microseconds since 1970, 16 digits.
pub fn micros() -> u64 {
    u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |passed| passed.as_micros())).unwrap_or(0)
}

/// A flat that lives until it is dropped.
pub struct Flat {
    orders: mpsc::UnboundedSender<Order>,
    seen: Arc<Mutex<Seen>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Flat {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// How a flat reaches its server.
pub trait Dial: Send + Sync + 'static {
    fn dial(&self) -> impl Future<Output = std::io::Result<Box<dyn Link>>> + Send;
}

pub trait Link: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Link for T {}

impl Dial for SocketAddr {
    async fn dial(&self) -> std::io::Result<Box<dyn Link>> {
        let link = TcpStream::connect(*self).await?;
        link.set_nodelay(true)?;
        Ok(Box::new(link))
    }
}

/// One of several servers: the next when one does not answer.
impl Dial for Vec<SocketAddr> {
    async fn dial(&self) -> std::io::Result<Box<dyn Link>> {
        let mut outcome = Err(std::io::ErrorKind::NotFound.into());
        for address in self {
            outcome = address.dial().await;
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }
}

impl Flat {
    pub fn new(setup: Setup, server: impl Dial) -> Self {
        let (orders, incoming) = mpsc::unbounded_channel();
        let seen = Arc::new(Mutex::new(Seen { key: setup.key.clone(), ..Seen::default() }));
        let task = tokio::spawn(live(setup, server, incoming, Arc::clone(&seen)));
        Self { orders, seen, task }
    }

    /// Somebody in the flat presses a button.
    pub fn set(&self, object: impl ToString, value: impl ToString) {
        let _ = self.orders.send(Order::Set(object.to_string(), value.to_string()));
    }

    /// As [`set`](Self::set), to the time at which the flat does so, in [`micros`].
    pub fn stamp(&self, object: impl ToString) {
        let _ = self.orders.send(Order::Stamp(object.to_string()));
    }

    /// From now on it neither reads nor writes.
    pub fn hang(&self) {
        let _ = self.orders.send(Order::Hang);
    }

    pub fn seen(&self) -> Seen {
        self.seen.lock().unwrap().clone()
    }
}

async fn live(setup: Setup, server: impl Dial, mut orders: mpsc::UnboundedReceiver<Order>, seen: Arc<Mutex<Seen>>) {
    // A flat lives as long as its process, or nearly.
    let text = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
    let sn = text(setup.sn.clone());
    let zone = |id: &'static str, name: &'static str| ZoneInfo { id, name, parent: None, icon: "@bedroom" };
    let zones = [zone("1", "Living room"), zone("2", "Bedroom")];
    let mut config = Config::new(sn);
    config.zones = &zones;
    config.keepalive_millis = setup.keepalive_millis;
    config.accept_configure = setup.takes_keys;
    let infos: Vec<ObjectInfo<'_>> = (1..=setup.objects)
        .map(|number| {
            let name = format!("{:x<1$}", format!("Lamp {number}"), setup.name_bytes);
            ObjectInfo {
                id: text(number.to_string()),
                eis: 1,
                name: text(name),
                room: if setup.one_zone || number % 2 == 1 { "1" } else { "2" },
                device: 1,
                write: GroupAddress::parse(&format!("1/{}/{}", number / 256 % 8, number % 256)),
                status: None,
                third: None,
                group: "",
                icon: "@light",
            }
        })
        .collect();
    let mut tasks = vec![TaskState::default(); 4];
    let mut credentials = Credentials::new(Secret::new(&setup.key), "example").unwrap();
    let mut memory = Memory::new();
    loop {
        if let Ok(mut link) = server.dial().await {
            // The values that they had when the last connection ended.
            let values = seen.lock().unwrap().values.clone();
            let value = |id: &str| values.get(id).map_or("0", String::as_str);
            let mut objects: Vec<_> = infos.iter().map(|info| ObjectState::new(*info).with_value(value(info.id))).collect();
            let tables = Tables { objects: &mut objects, tasks: &mut tasks, credentials: &mut credentials };
            let mut panel = Panel::new(&config, tables, &mut memory).unwrap();
            let before = seen.lock().unwrap().registered;
            let mut sent = setup.keeps_sent.then(Sent::default);
            connected(&mut link, &mut panel, &mut orders, &seen, sent.as_mut()).await;
            let mut seen = seen.lock().unwrap();
            seen.refused += u32::from(seen.registered == before);
        }
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
}

/// One connection, to its end.
async fn connected(
    link: &mut Box<dyn Link>,
    panel: &mut Panel<'_>,
    orders: &mut mpsc::UnboundedReceiver<Order>,
    seen: &Mutex<Seen>,
    mut sent: Option<&mut Sent>,
) {
    let (mut reader, mut writer) = tokio::io::split(link);
    let (mut inward, mut outward) = (vec![0; Panel::RX_MIN], vec![0; 4096]);
    let (mut rx, mut tx) = (RxBuf::new(&mut inward), TxBuf::new(&mut outward));
    loop {
        let mut changed = false;
        while let Some(pending) = panel.poll_event(&env(), &mut rx, &mut tx) {
            changed = true;
            match panel.event(pending, &rx) {
                Event::Registered => seen.lock().unwrap().registered += 1,
                Event::Refused { refusal: codec_core::kts::panel::Refusal::TooLarge, .. } => seen.lock().unwrap().too_large += 1,
                _ => {}
            }
        }
        if changed {
            look(panel, seen);
        }
        if panel.is_closed() {
            let _ = writer.write_all(tx.unsent()).await;
            return;
        }
        let at = panel.poll_timeout().unwrap_or(codec_core::Instant::from_millis(u64::MAX / 2));
        if at == codec_core::Instant::ZERO && tx.is_empty() {
            tokio::task::yield_now().await;
            continue;
        }
        let wait = match at {
            codec_core::Instant::ZERO => Duration::from_secs(1),
            at => Duration::from_millis(at.millis_since(env().now).min(60_000)),
        };
        tokio::select! {
            outcome = writer.write(tx.unsent()), if !tx.is_empty() => match outcome {
                Ok(len) => {
                    if let Some(sent) = &mut sent {
                        sent.took(&tx.unsent()[..len], seen);
                    }
                    tx.sent(len);
                }
                Err(_) => return,
            },
            outcome = reader.read(rx.space()) => match outcome {
                Ok(0) | Err(_) => rx.set_eof(),
                Ok(len) => rx.commit(len),
            },
            order = orders.recv() => {
                let (object, value) = match order {
                    Some(Order::Set(object, value)) => (object, value),
                    Some(Order::Stamp(object)) => (object, micros().to_string()),
                    Some(Order::Hang) => std::future::pending().await,
                    None => return,
                };
                let _ = panel.submit(&env(), Command::Set { object: &object, value: Some(&value) }, &mut tx);
                look(panel, seen);
            },
            () = tokio::time::sleep(wait) => {}
        }
    }
}

fn look(panel: &Panel<'_>, seen: &Mutex<Seen>) {
    let tables = panel.tables();
    let mut seen = seen.lock().unwrap();
    for object in tables.objects.iter() {
        if let Some(value) = object.value() {
            let known = seen.values.entry(object.info.id.to_owned()).or_default();
            if known != value {
                value.clone_into(known);
            }
        }
    }
    seen.tasks = tables.tasks.iter().filter_map(TaskState::id).map(str::to_owned).collect();
    (*tables.credentials.key().expose()).clone_into(&mut seen.key);
}
