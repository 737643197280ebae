//! What a bridge does with any machine: follow it, give it orders, and come back when the connection has ended.

use core::future::Future;
use core::net::SocketAddrV4;
use core::pin::{Pin, pin};

use codec_core::home::{Notice, Request};
use codec_core::{CloseReason, Fault, Machine, Refused, Ticket};
use codec_embassy::{DatagramDriver, Datagrams, Driver, Link, World};
use embassy_futures::poll_once;
use embassy_futures::select::{Either3, Either4, select3, select4};
use embassy_net::Stack;
use embassy_net::tcp::TcpSocket;
use embassy_time::{Duration, Instant, Timer, with_timeout};
use heapless::LinearMap;

use crate::backoff::Backoff;
use crate::health::BEAT;
use crate::hub::{Hub, Name, News, Order, OrderId, Panel, Words, words};
use crate::log::{info, warning};

/// How long a panel may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// How long what was sent may stay unacknowledged, and how often an idle connection is tested.
const SILENCE: Duration = Duration::from_secs(20);
const KEEP_ALIVE: Duration = Duration::from_secs(8);
/// A Ksenia panel that is programmed refuses connections for some seconds.
const REPROGRAMMING: Duration = Duration::from_secs(8);
/// As many orders may be under way in one machine; machines allow fewer.
const MAX_ASKED: usize = 16;

/// What the event of a family's machine means here.
pub(crate) enum Heard {
    /// Nothing that leaves the bridge.
    Nothing,
    /// The panel has shown that it is there.
    Up,
    /// The machine wants to be told something at once: [`Family::answer`].
    Asked,
    Value(Name, Name),
    Ready,
    Notice(Notice),
    Fault(Fault),
    Done(Ticket, &'static str),
    Closed(CloseReason),
}

/// A family's machine in the bridge's words.
pub(crate) trait Family {
    type Machine: Machine;
    /// Whether a link is a panel; if not, the panel has to show itself first.
    const LINK_IS_PANEL: bool = true;
    fn heard(&mut self, event: &<Self::Machine as Machine>::Event<'_>) -> Heard;
    fn command<'c>(request: Request<'c>) -> Result<<Self::Machine as Machine>::Command<'c>, Refused>;
    fn refresh<'c>() -> <Self::Machine as Machine>::Command<'c>;
    /// What is said to [`Heard::Asked`].
    fn answer(&mut self) -> Option<<Self::Machine as Machine>::Command<'_>> {
        None
    }
}

/// Either driver.
pub(crate) trait Drive {
    type Machine: Machine;
    type Error;
    async fn next(&mut self) -> Result<Option<<Self::Machine as Machine>::Event<'_>>, Self::Error>;
    fn submit(&mut self, command: <Self::Machine as Machine>::Command<'_>) -> Result<Ticket, Refused>;
}

impl<M: Machine, L: Link, W: World> Drive for Driver<'_, M, L, W> {
    type Machine = M;
    type Error = L::Error;

    async fn next(&mut self) -> Result<Option<M::Event<'_>>, L::Error> {
        Driver::next(self).await
    }

    fn submit(&mut self, command: M::Command<'_>) -> Result<Ticket, Refused> {
        Driver::submit(self, command)
    }
}

impl<M: Machine, S: Datagrams, W: World> Drive for DatagramDriver<'_, M, S, W> {
    type Machine = M;
    type Error = S::Error;

    async fn next(&mut self) -> Result<Option<M::Event<'_>>, S::Error> {
        DatagramDriver::next(self).await
    }

    fn submit(&mut self, command: M::Command<'_>) -> Result<Ticket, Refused> {
        DatagramDriver::submit(self, command)
    }
}

/// Why a session is over.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ended {
    /// The machine says.
    Closed(CloseReason),
    /// The link broke, and the machine had nothing to say about it.
    Broken,
    /// There is no network.
    NetworkDown,
    /// There is no connection.
    NotConnected,
}

impl Ended {
    fn words(self) -> Words {
        match self {
            Self::Closed(reason) => words(reason),
            Self::Broken => words("the link broke"),
            Self::NetworkDown => words("the network is down"),
            Self::NotConnected => words("the panel does not accept a connection"),
        }
    }
}

/// What ends one wait.
enum Step {
    Heard(Heard),
    Order(Order),
    Lost,
    End,
}

/// The task of one panel: what it needs to come back again and again.
pub(crate) struct Desk<'h, W> {
    pub(crate) hub: &'h Hub,
    pub(crate) panel: Panel,
    pub(crate) world: W,
    backoff: Backoff,
    since: Instant,
}

impl<'h, W: World> Desk<'h, W> {
    pub(crate) const fn new(hub: &'h Hub, panel: Panel, world: W) -> Self {
        Self { hub, panel, world, backoff: Backoff::new(), since: Instant::MIN }
    }

    fn tell(&self, news: News) {
        self.hub.tell(self.panel, news);
    }

    /// Waits until there is a network.
    pub(crate) async fn network(&mut self, stack: Stack<'_>) {
        if !stack.is_link_up() || !stack.is_config_up() {
            self.meanwhile(async {
                stack.wait_link_up().await;
                stack.wait_config_up().await;
            })
            .await;
            self.backoff.reset();
        }
    }

    /// Connects `socket`, as soon as there is a network.
    pub(crate) async fn connect(&mut self, stack: Stack<'_>, socket: &mut TcpSocket<'_>, at: SocketAddrV4) -> Result<(), Ended> {
        self.network(stack).await;
        test_often(socket);
        let connected = self.meanwhile(with_timeout(CONNECT, socket.connect(at))).await;
        match connected {
            Ok(Ok(())) => Ok(()),
            _ if !stack.is_link_up() => Err(Ended::NetworkDown),
            _ => Err(Ended::NotConnected),
        }
    }

    /// Waits until a panel connects to `port`.
    pub(crate) async fn accept(&mut self, socket: &mut TcpSocket<'_>, port: u16) -> Result<(), Ended> {
        test_often(socket);
        self.meanwhile(socket.accept(port)).await.map_err(|_| Ended::NotConnected)
    }

    /// Follows a machine to its end, or until `lost` is done.
    pub(crate) async fn attend<D, F>(&mut self, driver: &mut D, family: &mut F, lost: impl Future<Output = ()>) -> Ended
    where
        D: Drive,
        F: Family<Machine = D::Machine>,
    {
        self.since = Instant::now();
        let mut up = false;
        let mut asked = LinearMap::<Ticket, OrderId, MAX_ASKED>::new();
        let mut lost = pin!(lost);
        let mut ended = Ended::Broken;
        if F::LINK_IS_PANEL {
            self.greet(&mut up);
        }
        loop {
            self.hub.beat(self.panel);
            let orders = self.hub.mailbox(self.panel).receive();
            let step = match select4(driver.next(), orders, lost.as_mut(), Timer::after(BEAT)).await {
                Either4::First(Ok(Some(event))) => Step::Heard(family.heard(&event)),
                Either4::First(Ok(None) | Err(_)) => Step::End,
                Either4::Second(order) => Step::Order(order),
                Either4::Third(()) => Step::Lost,
                Either4::Fourth(()) => Step::Heard(Heard::Nothing),
            };
            let heard = match step {
                Step::Heard(heard) => heard,
                Step::Order(order) => {
                    self.obey::<D, F>(driver, &order, &mut asked);
                    continue;
                }
                Step::Lost => {
                    ended = Ended::NetworkDown;
                    break;
                }
                Step::End => break,
            };
            if matches!(heard, Heard::Up | Heard::Ready | Heard::Notice(_)) {
                self.greet(&mut up);
            }
            match heard {
                Heard::Nothing | Heard::Up => {}
                Heard::Asked => {
                    // Refused only by a machine that has ended, which says why itself.
                    let _ = family.answer().map(|answer| driver.submit(answer));
                }
                Heard::Ready => {
                    info!("{}: ready", self.panel.name());
                    self.tell(News::Ready);
                }
                Heard::Notice(notice) => self.tell(News::Notice(notice)),
                Heard::Value(object, value) => self.tell(News::Value { object, value }),
                Heard::Fault(fault) => self.tell(News::Fault(words(fault))),
                Heard::Done(ticket, outcome) => {
                    if let Some(order) = asked.remove(&ticket) {
                        self.tell(News::Done { order, outcome });
                    }
                }
                Heard::Closed(reason) => ended = Ended::Closed(reason),
            }
        }
        // The stack may have ended the connection before.
        if !matches!(ended, Ended::NetworkDown) && poll_once(lost).is_ready() {
            ended = Ended::NetworkDown;
        }
        // Those that the machine has not ended itself.
        for order in asked.values() {
            self.tell(News::Done { order: *order, outcome: "disconnected" });
        }
        ended
    }

    /// The panel is there.
    fn greet(&self, up: &mut bool) {
        if !core::mem::replace(up, true) {
            info!("{}: connected", self.panel.name());
            self.tell(News::Up);
        }
    }

    fn obey<D, F>(&self, driver: &mut D, order: &Order, asked: &mut LinearMap<Ticket, OrderId, MAX_ASKED>)
    where
        D: Drive,
        F: Family<Machine = D::Machine>,
    {
        let room = if asked.len() < MAX_ASKED { Ok(()) } else { Err(Refused::Busy) };
        let command = order.request().map_or_else(|| Ok(F::refresh()), F::command);
        match room.and(command).and_then(|command| driver.submit(command)) {
            // There was room.
            Ok(ticket) => drop(asked.insert(ticket, order.id)),
            Err(refused) => self.tell(News::Refused { order: order.id, why: words(refused) }),
        }
    }

    /// Says why there is no connection any more, and waits until it is time for the next.
    pub(crate) async fn pause(&mut self, ended: Ended) {
        let lived = match ended {
            Ended::NotConnected => Duration::MIN,
            _ => self.since.elapsed(),
        };
        let delay = match ended {
            Ended::Closed(CloseReason::LoginRefused) => None,
            Ended::Closed(CloseReason::Reprogramming) => Some(REPROGRAMMING),
            // What ends it is that the network comes back.
            Ended::NetworkDown => Some(Duration::MIN),
            _ => Some(self.backoff.delay(lived, self.world.entropy())),
        };
        let why = ended.words();
        match delay {
            Some(delay) => warning!("{}: {}, again in {} ms", self.panel.name(), why.as_str(), delay.as_millis()),
            None => warning!("{}: {}, not tried again before a restart", self.panel.name(), why.as_str()),
        }
        let retry_millis = delay.map(|delay| u32::try_from(delay.as_millis()).unwrap_or(u32::MAX));
        self.tell(News::Down { why, retry_millis });
        match delay {
            Some(delay) => self.meanwhile(Timer::after(delay)).await,
            // Panels lock out who tries a wrong code too often.
            None => self.meanwhile(core::future::pending()).await,
        }
    }

    /// Ends a connection, and waits until it is time for the next.
    pub(crate) async fn leave(&mut self, stack: Stack<'_>, socket: &mut TcpSocket<'_>, ended: Ended) {
        if !matches!(ended, Ended::NetworkDown) {
            hang_up(socket).await;
            return self.pause(ended).await;
        }
        self.pause(ended).await;
        // Only now can the panel be told: one that takes a single connection would refuse the next.
        self.network(stack).await;
        hang_up(socket).await;
    }

    /// Says why the panel is gone. It comes back by itself.
    pub(crate) async fn pause_listening(&mut self, ended: Ended) {
        let why = ended.words();
        warning!("{}: {}", self.panel.name(), why.as_str());
        self.tell(News::Down { why, retry_millis: Some(0) });
        // Whoever connects only to leave does not keep the rest from running.
        self.meanwhile(Timer::after_millis(100)).await;
    }

    /// Waits for `future`, and refuses orders.
    async fn meanwhile<F: Future>(&self, future: F) -> F::Output {
        let mut future: Pin<&mut F> = pin!(future);
        loop {
            self.hub.beat(self.panel);
            match select3(future.as_mut(), self.hub.mailbox(self.panel).receive(), Timer::after(BEAT)).await {
                Either3::First(output) => return output,
                Either3::Second(order) => self.tell(News::Refused { order: order.id, why: words("not connected") }),
                Either3::Third(()) => {}
            }
        }
    }
}

/// A peer that is gone is noticed.
fn test_often(socket: &mut TcpSocket<'_>) {
    socket.set_timeout(Some(SILENCE));
    socket.set_keep_alive(Some(KEEP_ALIVE));
    socket.set_nagle_enabled(false);
}

/// Ends a connection so that the panel notices, whatever state it is in.
pub(crate) async fn hang_up(socket: &mut TcpSocket<'_>) {
    const GRACE: Duration = Duration::from_millis(500);
    socket.close();
    if with_timeout(GRACE, socket.flush()).await.is_err() {
        socket.abort();
        // Without a network it cannot be told.
        let _ = with_timeout(GRACE, socket.flush()).await;
    }
}
