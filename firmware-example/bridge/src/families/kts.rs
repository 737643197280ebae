//! KTS hosts, over TCP. The host dials: the bridge is the building's server for one host.

use core::convert::Infallible;
use core::marker::PhantomData;

use codec_core::home::Request;
use codec_core::kts::controller::{self, Command, Config, Event, ObjectSlot, Outcome, Tables, ZoneSlot};
use codec_core::kts::{Controller, RecentSignatures, Scheme, SignatureSlot};
use codec_core::{ConfigError, Refused};
use codec_embassy::{Driver, Split, World};
use embassy_net::Stack;
use embassy_net::tcp::TcpSocket;

use crate::config::Kts;
use crate::hub::{Hub, Panel, cut};
use crate::log::warning;
use crate::session::{Desk, Family, Heard, hang_up};

/// What a connection needs.
#[derive(Debug)]
pub struct Memory {
    rx: [u8; 2048],
    tx: [u8; 1024],
    socket_rx: [u8; 2048],
    socket_tx: [u8; 1024],
    zones: [ZoneSlot; 32],
    objects: [ObjectSlot; 128],
    /// A host that registers more often within the ten minutes that its clock may be wrong has to wait.
    signatures: [SignatureSlot; 64],
    machine: controller::Memory,
}

impl Memory {
    /// Fresh memory.
    pub fn new() -> Self {
        Self {
            rx: [0; 2048],
            tx: [0; 1024],
            socket_rx: [0; 2048],
            socket_tx: [0; 1024],
            zones: [ZoneSlot::default(); 32],
            objects: [ObjectSlot::default(); 128],
            signatures: [SignatureSlot::default(); 64],
            machine: controller::Memory::new(),
        }
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

/// One host, and who it may be.
struct Host<'h, 'r, 'b> {
    expected: Kts<'h>,
    /// The last that wanted in is the one that is expected.
    known: bool,
    signatures: &'r mut RecentSignatures<'h>,
    machine: PhantomData<&'b ()>,
}

impl<'b> Family for Host<'_, '_, 'b> {
    type Machine = Controller<'b>;
    const LINK_IS_PANEL: bool = false;

    fn heard(&mut self, event: &Event<'_>) -> Heard {
        let value = |object: Option<_>, value: Option<_>| match (object, value) {
            (Some(object), Some(value)) => Heard::Value(cut::<16>(object), cut::<16>(value)),
            _ => Heard::Nothing,
        };
        match event {
            Event::Registering(host) => {
                self.known = host.sn == self.expected.sn;
                Heard::Asked
            }
            Event::Registered { .. } => Heard::Up,
            Event::RegistrationRefused(why) => {
                warning!("kts: a host was not let in: {}", crate::hub::words(why).as_str());
                Heard::Nothing
            }
            Event::Object(object) => value(object.id, object.value),
            Event::Update { update, .. } => value(update.id, update.value),
            Event::Synchronised { .. } => Heard::Ready,
            Event::Notice(notice) => Heard::Notice(*notice),
            Event::Done { ticket, outcome } => Heard::Done(*ticket, word(*outcome)),
            Event::Fault(fault) => Heard::Fault(*fault),
            Event::Closed(reason) => Heard::Closed(*reason),
            _ => Heard::Nothing,
        }
    }

    fn command<'c>(request: Request<'c>) -> Result<Command<'c>, Refused> {
        request.try_into()
    }

    fn refresh<'c>() -> Command<'c> {
        Command::Resync
    }

    fn answer(&mut self) -> Option<Command<'_>> {
        if !self.known {
            return Some(Command::Refuse);
        }
        let key = self.expected.key;
        Some(Command::Key { key, other: None, scheme: Scheme::Md5, replays: Some(&mut *self.signatures) })
    }
}

const fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Sent => "sent",
        Outcome::Confirmed => "confirmed",
        Outcome::Unclear => "unclear",
        Outcome::Refused(_) => "refused",
        Outcome::NotLetIn => "not_let_in",
        Outcome::TimedOut => "timed_out",
        Outcome::Disconnected => "disconnected",
        _ => "ended",
    }
}

/// Serves a host, for ever. Without a clock in `world` the time of registrations is not checked, so that one that was overheard could be
/// used again.
///
/// # Errors
/// [`ConfigError`], at once.
pub async fn run<W: World + Clone>(
    stack: Stack<'_>,
    host: Kts<'_>,
    hub: &Hub,
    mut world: W,
    memory: &mut Memory,
) -> Result<Infallible, ConfigError> {
    let mut config = Config::new();
    if world.unix().is_none() {
        config.clock_window_seconds = None;
    }
    let mut signatures = RecentSignatures::new(&mut memory.signatures);
    let mut desk = Desk::new(hub, Panel::Kts, world.clone());
    loop {
        desk.network(stack).await;
        let mut socket = TcpSocket::new(stack, &mut memory.socket_rx, &mut memory.socket_tx);
        match desk.accept(&mut socket, host.port).await {
            Ok(()) => {
                let tables = Tables { zones: &mut memory.zones, objects: &mut memory.objects, tasks: &mut [] };
                let machine = Controller::new(&config, tables, &mut memory.machine)?;
                let (reader, writer) = socket.split();
                let mut driver = Driver::new(machine, Split::new(reader, writer), world.clone(), &mut memory.rx, &mut memory.tx)?;
                let mut family = Host { expected: host, known: false, signatures: &mut signatures, machine: PhantomData };
                let ended = desk.attend(&mut driver, &mut family, stack.wait_link_down()).await;
                drop(driver);
                desk.pause_listening(ended).await;
                // A host that is told dials again at once, so it is told when that is possible.
                desk.network(stack).await;
                hang_up(&mut socket).await;
            }
            Err(ended) => desk.pause_listening(ended).await,
        }
    }
}
