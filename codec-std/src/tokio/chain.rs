//! A G90 panel's connection, and the one to the vendor's cloud behind it.
//!
//! ```text
//!   panel ──► held while the cloud is being connected ──┬──► cloud
//!         ◄──────────────────────────────────────────── │ ◄─ cloud
//!         ◄── answers of the machine, without a cloud ─ machine
//! ```

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use ::tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use ::tokio::net::TcpStream;
use ::tokio::sync::watch;
use ::tokio::time::{Sleep, sleep, timeout};
use codec_core::g90::cloud::controller::{Command, Config, Event, Upstream};
use codec_core::g90::cloud::{self, Body, Controller, Cut, Framer, MAX_MESSAGE};
use codec_core::{ConfigError, Refused, Ticket};

use super::Driver;

/// How long a connection to the cloud may take.
const CONNECT: Duration = Duration::from_secs(5);

/// How long after a loss the cloud is left alone.
const RETRY: Duration = Duration::from_secs(30);

/// Bytes that may wait in one direction. A side that sends more has to wait.
const LIMIT: usize = 64 << 10;

/// Where in its messages a stream is.
#[derive(Default)]
struct Place {
    framer: Framer,
    unread: Vec<u8>,
}

impl Place {
    fn pass(&mut self, bytes: &[u8]) {
        self.pass_seen(bytes, |_| ());
    }

    /// `see` gets each message, or piece of noise, that is whole now.
    fn pass_seen(&mut self, bytes: &[u8], mut see: impl FnMut(&[u8])) {
        self.unread.extend_from_slice(bytes);
        let mut done = 0;
        loop {
            let rest = self.unread.get(done..).unwrap_or_default();
            let len = match self.framer.next(rest, MAX_MESSAGE as usize, false) {
                Cut::NeedMore => break,
                Cut::Drop(len) | Cut::Message { len } | Cut::Bad { used: len, .. } => len,
            };
            see(rest.get(..len).unwrap_or_default());
            done += len;
        }
        self.unread.drain(..done);
    }

    /// Whether it is between two messages.
    fn is_between(&self) -> bool {
        self.framer.is_between() && self.unread.is_empty()
    }
}

enum Cloud {
    /// The panel has said nothing yet.
    Idle,
    Connecting(Pin<Box<dyn Future<Output = io::Result<TcpStream>> + Send>>),
    Connected(TcpStream),
    /// Until the next attempt.
    Lost(Pin<Box<Sleep>>),
}

/// Keeps panels that are not on the list from the cloud.
///
/// Without a list every byte goes on as it comes. With one, nothing does before a panel of the list has said hello, and then
/// message by message, so that no byte of another hello gets through.
struct Door<'b> {
    config: Config<'b>,
    is_open: bool,
    /// What was said before the hello.
    waiting: Vec<u8>,
}

impl<'b> Door<'b> {
    fn new(config: Config<'b>) -> Self {
        Self { config, is_open: config.device_ids.is_empty(), waiting: Vec::new() }
    }

    /// Moves what may go on to `out`. Gives whether the panel may stay.
    fn pass(&mut self, place: &mut Place, bytes: &[u8], out: &mut Vec<u8>) -> bool {
        if self.config.device_ids.is_empty() {
            place.pass(bytes);
            out.extend_from_slice(bytes);
            return true;
        }
        let mut stays = true;
        place.pass_seen(bytes, |unit| {
            let guid = match cloud::decode(unit).map(|message| message.body) {
                Ok(Body::Hello(hello)) => Some(hello.device().guid),
                Ok(Body::HelloDiscovery(hello)) => Some(hello.device().guid),
                _ => None,
            };
            if let Some(guid) = guid {
                stays &= self.config.allows(guid);
                self.is_open |= stays;
            }
            if stays {
                self.waiting.extend_from_slice(unit);
            }
        });
        if self.is_open {
            out.append(&mut self.waiting);
        }
        stays
    }
}

/// Drives the server's side of a G90 panel's connection that is [chained] to the vendor's cloud.
///
/// The cloud is connected when the panel has said something, once, and what the panel says until then waits. From then on all bytes go
/// both ways as they are, and the machine reads along. When the cloud cannot be reached, or is lost, the machine is told, which
/// then answers the panel itself if its mode is [`Mode::Chained`]; half a minute later the cloud is tried again. No message is cut in
/// two by a change: if the cloud was lost in the middle of one, the panel's connection ends. Both connections end together.
///
/// With a list of panels ([`Config::device_ids`]) the cloud is not connected before one of them has said hello, and the hello of
/// another panel does not reach it.
///
/// [chained]: codec_core::g90::cloud::controller
/// [`Mode::Chained`]: codec_core::g90::cloud::controller::Mode::Chained
pub struct ChainedServer<'b, L> {
    driver: Driver<'b, Controller<'b>, Chain<'b, L>>,
    told: watch::Receiver<Upstream>,
    /// What the machine does not know yet.
    news: Option<Upstream>,
    acknowledge: Acknowledge,
}

impl<'b, L: AsyncRead + AsyncWrite + Unpin> ChainedServer<'b, L> {
    /// A server for a new connection of a panel. `cloud` is the vendor's as `HOST:PORT`. The machine's mode must be one of the chained.
    ///
    /// # Errors
    /// As [`Driver::new`].
    pub fn new(
        machine: Controller<'b>,
        panel: L,
        cloud: impl Into<String>,
        rx: &'b mut [u8],
        tx: &'b mut [u8],
    ) -> Result<Self, ConfigError> {
        Self::with_retry(machine, panel, cloud, RETRY, rx, tx)
    }

    /// As [`new`](Self::new), with another pause before a cloud that was lost is tried again.
    ///
    /// # Errors
    /// As [`Driver::new`].
    pub fn with_retry(
        machine: Controller<'b>,
        panel: L,
        cloud: impl Into<String>,
        retry: Duration,
        rx: &'b mut [u8],
        tx: &'b mut [u8],
    ) -> Result<Self, ConfigError> {
        let (chain, told, acknowledge) = Chain::new(panel, *machine.config(), cloud.into(), retry);
        Ok(Self { driver: Driver::new(machine, chain, rx, tx)?, told, news: None, acknowledge })
    }

    /// As [`Driver::next`]. Events of commands that the caller has not given come too: they are those that tell the machine how the cloud is.
    ///
    /// # Cancellation safety
    /// As [`Driver::next`].
    ///
    /// # Errors
    /// The error that broke the panel's connection, once, behind the last event.
    pub async fn next(&mut self) -> io::Result<Option<Event<'_>>> {
        loop {
            if let Some(upstream) = self.news {
                let submitted = self.driver.submit(Command::Upstream(upstream));
                // Later, when the machine has told what it has to tell.
                if !matches!(submitted, Err(Refused::TooManyPending { .. })) {
                    self.news = None;
                    self.acknowledge.done();
                }
            }
            let pending = ::tokio::select! {
                biased;
                // The sender is in the driver's link.
                _ = self.told.changed() => {
                    self.news = Some(*self.told.borrow_and_update());
                    continue;
                }
                pending = self.driver.wait() => pending?,
            };
            return Ok(pending.map(|pending| self.driver.event(pending)));
        }
    }

    /// As [`Driver::submit`].
    ///
    /// # Errors
    /// [`Refused`]; nothing was written and nothing changed.
    pub fn submit(&mut self, command: Command<'_>) -> Result<Ticket, Refused> {
        self.driver.submit(command)
    }

    /// The machine, to be looked at.
    pub const fn machine(&self) -> &Controller<'b> {
        self.driver.machine()
    }

    /// The panel's connection.
    pub const fn panel(&self) -> &L {
        self.driver.link().panel()
    }

    /// How the connection to the cloud is. It is being made, too, as long as the panel has said nothing.
    pub fn upstream(&self) -> Upstream {
        *self.told.borrow()
    }
}

/// The link of a machine that reads along.
///
/// A change of the upstream is in `news`, and nothing more is read until [`acknowledge`](Self::acknowledge) says that the machine knows of it.
struct Chain<'b, L> {
    panel: L,
    door: Door<'b>,
    /// Where the cloud is: `HOST:PORT`.
    address: String,
    retry: Duration,
    cloud: Cloud,
    news: watch::Sender<Upstream>,
    /// What was told last was taken in.
    acknowledged: Arc<AtomicBool>,
    /// The panel's bytes that the machine has not seen.
    held: Vec<u8>,
    to_cloud: Vec<u8>,
    to_panel: Vec<u8>,
    /// What the panel has said, what the cloud has said, what the machine has said.
    said: [Place; 3],
    /// The panel has closed its side, or is not listened to any more.
    panel_ended: bool,
    /// The panel cannot go on: it has half a message of a cloud that is gone.
    broken: bool,
}

const PANEL: usize = 0;
const CLOUD: usize = 1;
const MACHINE: usize = 2;

/// Says that the machine knows of the last change.
#[derive(Clone)]
struct Acknowledge(Arc<AtomicBool>);

impl Acknowledge {
    fn done(&self) {
        self.0.store(true, Ordering::Release);
    }
}

impl<'b, L: AsyncRead + AsyncWrite + Unpin> Chain<'b, L> {
    fn new(panel: L, config: Config<'b>, address: String, retry: Duration) -> (Self, watch::Receiver<Upstream>, Acknowledge) {
        let (news, told) = watch::channel(Upstream::Connecting);
        let acknowledged = Arc::new(AtomicBool::new(true));
        let acknowledge = Acknowledge(Arc::clone(&acknowledged));
        let chain = Self {
            panel,
            door: Door::new(config),
            address,
            retry,
            cloud: Cloud::Idle,
            news,
            acknowledged,
            held: Vec::new(),
            to_cloud: Vec::new(),
            to_panel: Vec::new(),
            said: Default::default(),
            panel_ended: false,
            broken: false,
        };
        (chain, told, acknowledge)
    }

    /// The panel's link.
    const fn panel(&self) -> &L {
        &self.panel
    }

    fn tell(&mut self, upstream: Upstream) {
        self.acknowledged.store(false, Ordering::Release);
        self.news.send_replace(upstream);
    }

    fn is_waiting(&self) -> bool {
        !self.acknowledged.load(Ordering::Acquire)
    }

    fn connect(&mut self) {
        let address = self.address.clone();
        self.cloud = Cloud::Connecting(Box::pin(async move {
            let stream = timeout(CONNECT, TcpStream::connect(address)).await.unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()))?;
            stream.set_nodelay(true)?;
            Ok(stream)
        }));
    }

    /// The cloud is gone, or did not come. What was for it is lost; the panel says it again.
    fn lose(&mut self) {
        self.to_cloud.clear();
        // The rest of a message that was begun would be taken from the next answer.
        self.broken |= !self.said[CLOUD].is_between();
        self.cloud = Cloud::Lost(Box::pin(sleep(self.retry)));
        self.tell(Upstream::Lost);
    }

    /// Moves what can be moved without the panel's next bytes. Each that is pending wakes the task.
    fn drive(&mut self, cx: &mut Context<'_>) {
        loop {
            // Nothing changes behind the machine's back, and no stream changes its source in the middle of a message.
            if self.is_waiting() {
                break;
            }
            match &mut self.cloud {
                Cloud::Connecting(connecting) => match connecting.as_mut().poll(cx) {
                    Poll::Pending => break,
                    Poll::Ready(Err(_)) => self.lose(),
                    Poll::Ready(Ok(stream)) => {
                        self.said[CLOUD] = Place::default();
                        self.cloud = Cloud::Connected(stream);
                        self.tell(Upstream::Connected);
                    }
                },
                Cloud::Lost(pause) => {
                    let between = self.said[PANEL].is_between() && self.said[MACHINE].is_between();
                    if pause.as_mut().poll(cx).is_pending() || !between || self.panel_ended || self.broken {
                        break;
                    }
                    self.connect();
                }
                Cloud::Idle | Cloud::Connected(_) => break,
            }
        }
        if self.exchange(cx).is_err() {
            self.lose();
        }
        self.flush_to_panel(cx);
    }

    /// Sends to the cloud and receives from it.
    fn exchange(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let Cloud::Connected(stream) = &mut self.cloud else { return Ok(()) };
        while !self.to_cloud.is_empty() {
            match Pin::new(&mut *stream).poll_write(cx, &self.to_cloud) {
                Poll::Ready(Ok(0)) => return Err(ErrorKind::WriteZero.into()),
                Poll::Ready(Ok(len)) => drop(self.to_cloud.drain(..len)),
                Poll::Ready(Err(error)) => return Err(error),
                Poll::Pending => break,
            }
        }
        while self.to_panel.len() < LIMIT {
            let mut room = [0; 2048];
            let mut buffer = ReadBuf::new(&mut room);
            match Pin::new(&mut *stream).poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(())) if buffer.filled().is_empty() => return Err(ErrorKind::UnexpectedEof.into()),
                Poll::Ready(Ok(())) => {
                    self.said[CLOUD].pass(buffer.filled());
                    self.to_panel.extend_from_slice(buffer.filled());
                }
                Poll::Ready(Err(error)) => return Err(error),
                Poll::Pending => break,
            }
        }
        Ok(())
    }

    fn flush_to_panel(&mut self, cx: &mut Context<'_>) {
        while !self.to_panel.is_empty() && self.said[MACHINE].is_between() {
            match Pin::new(&mut self.panel).poll_write(cx, &self.to_panel) {
                Poll::Ready(Ok(len @ 1..)) => drop(self.to_panel.drain(..len)),
                Poll::Pending => break,
                // Reading tells why.
                Poll::Ready(_) => self.to_panel.clear(),
            }
        }
    }

    /// Takes in what the panel says; ready when there is something for the machine, or the end.
    fn listen(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.panel_ended || self.held.len() >= LIMIT || self.to_cloud.len() >= LIMIT {
            return Poll::Pending;
        }
        let mut room = [0; 2048];
        let mut buffer = ReadBuf::new(&mut room);
        ready!(Pin::new(&mut self.panel).poll_read(cx, &mut buffer))?;
        let bytes = buffer.filled();
        if bytes.is_empty() {
            self.panel_ended = true;
            return Poll::Ready(Ok(()));
        }
        self.held.extend_from_slice(bytes);
        let stays = self.door.pass(&mut self.said[PANEL], bytes, &mut self.to_cloud);
        // A panel that may not stay, or never says who it is, is left to the machine.
        self.panel_ended = !stays || !self.door.is_open && self.held.len() >= LIMIT;
        match self.cloud {
            Cloud::Idle if self.to_cloud.is_empty() || self.panel_ended => self.to_cloud.clear(),
            Cloud::Idle => self.connect(),
            Cloud::Connecting(_) | Cloud::Connected(_) => {}
            Cloud::Lost(_) => self.to_cloud.clear(),
        }
        Poll::Ready(Ok(()))
    }
}

impl<L: AsyncRead + AsyncWrite + Unpin> AsyncRead for Chain<'_, L> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            this.drive(cx);
            if this.is_waiting() {
                return Poll::Pending;
            }
            if this.broken && this.to_panel.is_empty() {
                return Poll::Ready(Ok(()));
            }
            // What the panel says while the cloud is being connected waits: who answers it is not known yet.
            let decided = match this.cloud {
                Cloud::Idle => this.panel_ended,
                Cloud::Connecting(_) => false,
                Cloud::Connected(_) | Cloud::Lost(_) => true,
            };
            if decided && !this.held.is_empty() {
                let len = this.held.len().min(buffer.remaining());
                buffer.put_slice(this.held.get(..len).unwrap_or_default());
                this.held.drain(..len);
                return Poll::Ready(Ok(()));
            }
            let nothing_left = this.held.is_empty() && (this.to_cloud.is_empty() || !matches!(this.cloud, Cloud::Connected(_)));
            if this.panel_ended && nothing_left {
                return Poll::Ready(Ok(()));
            }
            ready!(this.listen(cx))?;
        }
    }
}

impl<L: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Chain<'_, L> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        // Whole messages of the cloud first.
        if this.said[MACHINE].is_between() && !this.to_panel.is_empty() {
            this.flush_to_panel(cx);
            if !this.to_panel.is_empty() {
                return Poll::Pending;
            }
        }
        let len = ready!(Pin::new(&mut this.panel).poll_write(cx, bytes))?;
        this.said[MACHINE].pass(bytes.get(..len).unwrap_or_default());
        Poll::Ready(Ok(len))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().panel).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().panel).poll_shutdown(cx)
    }
}
