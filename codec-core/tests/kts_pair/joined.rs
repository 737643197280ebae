//! Both machines and a link between them.

use std::collections::VecDeque;

use codec_core::kts::controller::{self, ObjectSlot, TaskSlot, ZoneSlot};
use codec_core::kts::panel::{self, Credentials, ObjectState, TaskState};
use codec_core::kts::{Controller, GroupAddress, ObjectInfo, Panel, RecentSignatures, Scheme, SignatureSlot, ZoneInfo};
use codec_core::{Env, Instant, Machine, Refused, RxBuf, Secret, Ticket, TxBuf};

pub(crate) const SN: &str = "08ABEF112233";
pub(crate) const KEY: &str = "1234567890";
/// A Monday, 2024-01-01 09:00:00 UTC.
pub(crate) const MONDAY: u64 = 1_704_099_600;

fn leak<T>(value: T) -> &'static mut T {
    Box::leak(Box::new(value))
}

fn leak_all<T>(values: Vec<T>) -> &'static mut [T] {
    Box::leak(values.into_boxed_slice())
}

pub(crate) fn zone(id: &'static str) -> ZoneInfo<'static> {
    ZoneInfo { id, name: "a \"room\"", parent: None, icon: "@bedroom" }
}

pub(crate) fn lamp(number: usize, room: &'static str) -> ObjectState<'static> {
    let id = Box::leak(number.to_string().into_boxed_str());
    let sub = u8::try_from(number % 256).unwrap();
    ObjectState::new(ObjectInfo {
        id,
        eis: 1,
        name: "lamp",
        room,
        device: 1,
        write: GroupAddress::new(1, 1, sub),
        status: GroupAddress::new(1, 2, sub),
        third: None,
        group: "",
        icon: "@light",
    })
    .with_value("0")
}

/// What the two are made of.
pub(crate) struct Setup {
    pub(crate) zones: Vec<ZoneInfo<'static>>,
    pub(crate) objects: Vec<ObjectState<'static>>,
    pub(crate) host: panel::Config<'static>,
    pub(crate) server: controller::Config,
    pub(crate) credentials: &'static str,
    /// What the server believes.
    pub(crate) key: &'static str,
    pub(crate) other: Option<&'static str>,
    pub(crate) scheme: Scheme,
    pub(crate) host_unix: Option<u64>,
    pub(crate) server_unix: Option<u64>,
    pub(crate) latency: u64,
    /// Sizes of the buffers of the server.
    pub(crate) rx: usize,
    pub(crate) tasks: usize,
    pub(crate) zone_places: usize,
}

impl Setup {
    pub(crate) fn new() -> Self {
        Self {
            zones: vec![zone("1"), zone("2")],
            objects: vec![lamp(37, "1"), lamp(38, "2"), lamp(39, "2")],
            host: panel::Config::new(SN),
            server: controller::Config::new(),
            credentials: KEY,
            key: KEY,
            other: None,
            scheme: Scheme::Md5,
            host_unix: Some(MONDAY),
            server_unix: Some(MONDAY),
            latency: 20,
            rx: 1024,
            tasks: 4,
            zone_places: 8,
        }
    }

    pub(crate) fn join(self) -> Joined {
        self.join_with(&[])
    }

    /// With tasks that the server keeps from before.
    pub(crate) fn join_with(self, tasks: &[TaskSlot]) -> Joined {
        let mut host = self.host;
        host.zones = leak_all(self.zones);
        let tables = panel::Tables {
            objects: leak_all(self.objects),
            tasks: leak_all(vec![TaskState::default(); 4]),
            credentials: leak(Credentials::new(Secret::new(self.credentials), "kts.example").unwrap()),
        };
        let panel = Panel::new(leak(host), tables, leak(panel::Memory::new())).unwrap();
        let tables = controller::Tables {
            zones: leak_all(vec![ZoneSlot::default(); self.zone_places]),
            objects: leak_all(vec![ObjectSlot::default(); 64]),
            tasks: leak_all((0..self.tasks).map(|at| tasks.get(at).copied().unwrap_or_default()).collect()),
        };
        let controller = Controller::new(leak(self.server), tables, leak(controller::Memory::new())).unwrap();
        Joined {
            panel,
            controller,
            recent: RecentSignatures::new(leak_all(vec![SignatureSlot::default(); 8])),
            now: 0,
            key: self.key,
            other: self.other,
            scheme: self.scheme,
            host_unix: self.host_unix,
            server_unix: self.server_unix,
            latency: self.latency,
            panel_rx: RxBuf::new(leak_all(vec![0; Panel::RX_MIN])),
            panel_tx: TxBuf::new(leak_all(vec![0; Panel::TX_MIN])),
            rx: RxBuf::new(leak_all(vec![0; self.rx])),
            tx: TxBuf::new(leak_all(vec![0; Controller::TX_MIN])),
            up: VecDeque::new(),
            down: VecDeque::new(),
            lose: |_| false,
            to_server: Vec::new(),
            to_host: Vec::new(),
            server: Vec::new(),
            host: Vec::new(),
        }
    }
}

/// Bytes on their way, and when they arrive.
type Link = VecDeque<(u64, Vec<u8>)>;

pub(crate) struct Joined {
    pub(crate) panel: Panel<'static>,
    pub(crate) controller: Controller<'static>,
    pub(crate) recent: RecentSignatures<'static>,
    pub(crate) now: u64,
    key: &'static str,
    other: Option<&'static str>,
    scheme: Scheme,
    host_unix: Option<u64>,
    server_unix: Option<u64>,
    latency: u64,
    panel_rx: RxBuf<'static>,
    panel_tx: TxBuf<'static>,
    pub(crate) rx: RxBuf<'static>,
    pub(crate) tx: TxBuf<'static>,
    up: Link,
    down: Link,
    /// Which frames of the server the host never sees.
    pub(crate) lose: fn(&str) -> bool,
    /// All bytes that went over the link.
    pub(crate) to_server: Vec<u8>,
    pub(crate) to_host: Vec<u8>,
    /// Events, printed.
    pub(crate) server: Vec<String>,
    pub(crate) host: Vec<String>,
}

impl Joined {
    fn env(&self, unix: Option<u64>) -> Env {
        let unix = unix.map(|unix| unix + self.now / 1000);
        Env { unix, entropy: [7; 16], ..Env::at(Instant::from_millis(self.now)) }
    }

    pub(crate) fn server_env(&self) -> Env {
        self.env(self.server_unix)
    }

    fn receive(now: u64, link: &mut Link, rx: &mut RxBuf<'_>) -> bool {
        let mut moved = false;
        while let Some((at, bytes)) = link.front_mut() {
            let space = rx.space();
            let len = space.len().min(bytes.len());
            if *at > now || len == 0 {
                break;
            }
            space[..len].copy_from_slice(&bytes[..len]);
            rx.commit(len);
            bytes.drain(..len);
            moved = true;
            if bytes.is_empty() {
                link.pop_front();
            }
        }
        moved
    }

    /// One turn at this moment. Whether anything happened.
    fn turn(&mut self) -> bool {
        let mut moved = Self::receive(self.now, &mut self.up, &mut self.rx) | Self::receive(self.now, &mut self.down, &mut self.panel_rx);
        let env = self.env(self.host_unix);
        while let Some(pending) = self.panel.poll_event(&env, &mut self.panel_rx, &mut self.panel_tx) {
            self.host.push(format!("{:?}", self.panel.event(pending, &self.panel_rx)));
            moved = true;
        }
        let sent = self.panel_tx.unsent().to_vec();
        self.panel_tx.sent(usize::MAX);
        if !sent.is_empty() {
            self.to_server.extend(&sent);
            self.up.push_back((self.now + self.latency, sent));
            moved = true;
        }
        let env = self.server_env();
        while let Some(pending) = self.controller.poll_event(&env, &mut self.rx, &mut self.tx) {
            let event = self.controller.event(pending, &self.rx);
            let asks = matches!(event, controller::Event::Registering(_));
            self.server.push(format!("{event:?}"));
            moved = true;
            if asks {
                let (key, other) = (Secret::new(self.key), self.other.map(Secret::new));
                let command = controller::Command::Key { key, other, scheme: self.scheme, replays: Some(&mut self.recent) };
                self.controller.submit(&env, command, &mut self.tx).unwrap();
            }
        }
        let sent = self.tx.unsent().to_vec();
        self.tx.sent(usize::MAX);
        if !sent.is_empty() {
            self.to_host.extend(&sent);
            let kept: String = String::from_utf8(sent).unwrap().split_inclusive("\r\n").filter(|frame| !(self.lose)(frame)).collect();
            if !kept.is_empty() {
                self.down.push_back((self.now + self.latency, kept.into_bytes()));
            }
            moved = true;
        }
        moved
    }

    /// Lets time pass, waking the machines when they want.
    pub(crate) fn run(&mut self, millis: u64) {
        let until = self.now + millis;
        loop {
            let mut turns = 0;
            while self.turn() {
                turns += 1;
                assert!(turns < 10_000, "the two never come to rest");
            }
            let arrivals = [self.up.front(), self.down.front()].into_iter().flatten().map(|(at, _)| *at);
            let wanted = [self.panel.poll_timeout(), self.controller.poll_timeout()].into_iter().flatten().map(Instant::as_millis);
            let next = arrivals.chain(wanted).min().unwrap_or(u64::MAX).max(self.now + 1);
            if next > until {
                break;
            }
            self.now = next;
        }
        self.now = until;
    }

    pub(crate) fn submit(&mut self, command: controller::Command<'_>) -> Result<Ticket, Refused> {
        let env = self.server_env();
        self.controller.submit(&env, command, &mut self.tx)
    }

    pub(crate) fn push(&mut self, object: &str, value: Option<&str>) {
        let env = self.env(self.host_unix);
        self.panel.submit(&env, panel::Command::Set { object, value }, &mut self.panel_tx).unwrap();
    }

    /// The end of the stream on the side of the server.
    pub(crate) fn hang_up(&mut self) {
        self.rx.set_eof();
        self.panel_rx.set_eof();
    }

    /// Events of the server that begin so, and forgets all.
    pub(crate) fn take(&mut self, start: &str) -> Vec<String> {
        let found = self.server.iter().filter(|event| event.starts_with(start)).cloned().collect();
        self.server.clear();
        found
    }

    /// The last value of an object, as the server knows it.
    pub(crate) fn value(&self, id: &str) -> Option<&str> {
        self.controller.tables().objects.iter().find(|slot| slot.id() == Some(id))?.value()
    }
}
