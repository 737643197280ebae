//! A client that says what a test tells it to, over a real WebSocket, and a panel, in virtual time.

use codec_core::ksenia::Panel;
use codec_core::ksenia::panel::{Command, Config, House, Memory};
use codec_core::ws::{Client, CloseCode, Kind, Limits, Payload, Received, Request, Role, Socket};
use codec_core::{CloseReason, Env, Instant, Machine, Refused, RxBuf, TxBuf};
use serde_json::{Value, json};

use crate::house::{PIN, leak};

/// The check value, bit by bit as the protocol's description has it.
pub(crate) fn crc(covered: &[u8]) -> u16 {
    let mut register = 0xFFFF_u16;
    for byte in covered {
        for bit in (0..8).rev() {
            let top = register & 0x8000 != 0;
            register = register << 1 | u16::from(byte >> bit & 1);
            if top {
                register ^= 0x1021;
            }
        }
    }
    register
}

/// A message of a client.
pub(crate) fn message(sender: &str, command: &str, id: u32, form: &str, payload: &Value) -> String {
    let covered = format!(
        "{{\"SENDER\":\"{sender}\",\"RECEIVER\":\"\",\"CMD\":\"{command}\",\"ID\":\"{id}\",\"PAYLOAD_TYPE\":\"{form}\",\"PAYLOAD\":{payload},\"TIMESTAMP\":\"1769871440\",\"CRC_16\""
    );
    format!("{covered}:\"0x{:04x}\"}}", crc(covered.as_bytes()))
}

pub(crate) struct Rig {
    pub(crate) panel: Panel<'static, 'static>,
    panel_rx: RxBuf<'static>,
    panel_tx: TxBuf<'static>,
    rx: RxBuf<'static>,
    tx: TxBuf<'static>,
    handshake: Option<Client>,
    socket: Option<Socket>,
    pub(crate) status: Option<Result<(), codec_core::ws::HandshakeError>>,
    pub(crate) now: u64,
    id: u32,
    pub(crate) sender: &'static str,
    pub(crate) session: String,
    /// Messages received and not looked at, as they came.
    pub(crate) inbox: Vec<String>,
    pub(crate) events: Vec<String>,
    pub(crate) closed: Option<CloseReason>,
    pub(crate) close_seen: Option<(Option<CloseCode>, String)>,
    /// Most frames that one message came in.
    pub(crate) frames: usize,
}

impl Rig {
    pub(crate) fn new() -> Self {
        Self::with(Config::new(), crate::house::house())
    }

    pub(crate) fn with(config: Config<'static>, house: House<'static>) -> Self {
        Self::on(config, Box::leak(Box::new(house)), Panel::TX_MIN, 0, "/KseniaWsock")
    }

    pub(crate) fn on(config: Config<'static>, house: &'static mut House<'static>, tx: usize, now: u64, path: &str) -> Self {
        let memory = Box::leak(Box::new(Memory::new()));
        let panel = Panel::new(Box::leak(Box::new(config)), house, memory).unwrap();
        let mut client_tx = TxBuf::new(leak(vec![0; 16 << 10]));
        let request = Request { path, host: "panel", protocol: Some("KS_WSOCK") };
        let handshake = Client::start(&request, &Env::default(), &mut client_tx).unwrap();
        let mut rig = Self {
            panel,
            panel_rx: RxBuf::new(leak(vec![0; 2048])),
            panel_tx: TxBuf::new(leak(vec![0; tx])),
            rx: RxBuf::new(leak(vec![0; 1 << 20])),
            tx: client_tx,
            handshake: Some(handshake),
            socket: None,
            status: None,
            now,
            id: 0,
            sender: "hall",
            session: String::new(),
            inbox: Vec::new(),
            events: Vec::new(),
            closed: None,
            close_seen: None,
            frames: 0,
        };
        rig.settle();
        rig
    }

    pub(crate) fn env(&self) -> Env {
        Env { now: Instant::from_millis(self.now), unix: Some(1_769_871_440 + self.now / 1000), entropy: [7; 16] }
    }

    /// Lets both sides do all they can.
    pub(crate) fn settle(&mut self) {
        let env = self.env();
        let mut frames = 0;
        for step in 0.. {
            assert!(step < 20_000, "never at rest: {:?}", self.events.last());
            let mut busy = false;
            while let Some(pending) = self.panel.poll_event(&env, &mut self.panel_rx, &mut self.panel_tx) {
                let event = self.panel.event(pending, &self.panel_rx);
                if let codec_core::ksenia::panel::Event::Closed(reason) = event {
                    self.closed = Some(reason);
                }
                self.events.push(format!("{event:?}"));
                busy = true;
            }
            busy |= carry(&mut self.panel_tx, &mut self.rx);
            busy |= carry(&mut self.tx, &mut self.panel_rx);
            if let Some(handshake) = &mut self.handshake {
                if let Some(outcome) = handshake.poll(&mut self.rx) {
                    self.status = Some(outcome);
                    self.handshake = None;
                    let mut limits = Limits::new();
                    limits.max_message = 1 << 24;
                    self.socket = outcome.is_ok().then(|| Socket::new(Role::Client, limits));
                    busy = true;
                }
            } else if let Some(socket) = &mut self.socket {
                match socket.poll(&env, &mut self.rx, &mut self.tx) {
                    None => {}
                    Some(Received::Data(piece)) => {
                        assert_eq!(piece.kind, Kind::Text);
                        frames += 1;
                        if piece.last {
                            self.frames = self.frames.max(std::mem::take(&mut frames));
                            let text = std::str::from_utf8(socket.message(&self.rx)).unwrap().to_owned();
                            let covered = &text.as_bytes()[..text.rfind("\"CRC_16\"").unwrap() + 8];
                            let value: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
                            assert_eq!(value["CRC_16"], format!("0x{:04X}", crc(covered)), "{text}");
                            self.inbox.push(text);
                        }
                        busy = true;
                    }
                    Some(Received::Close(code)) => {
                        self.close_seen = Some((code, socket.reason().to_owned()));
                        busy = true;
                    }
                    Some(Received::Failed(error)) => panic!("the panel broke WebSocket: {error}"),
                    Some(_) => busy = true,
                }
            }
            if !busy {
                assert!(self.panel_tx.is_empty() || self.panel.is_closed());
                assert_ne!(self.panel.poll_timeout(), Some(Instant::ZERO), "the panel waits for nothing");
                return;
            }
        }
    }

    /// Time passes; deadlines on the way are kept.
    pub(crate) fn wait(&mut self, millis: u64) {
        let until = self.now + millis;
        self.settle();
        while let Some(at) = self.panel.poll_timeout().map(Instant::as_millis).filter(|at| *at <= until) {
            assert!(at > self.now, "a deadline of {at} at {}", self.now);
            self.now = at;
            self.settle();
        }
        self.now = until;
        self.settle();
    }

    pub(crate) fn say(&mut self, text: &str) {
        let env = self.env();
        self.socket.as_mut().unwrap().send(&env, &mut self.tx, Payload::Text(text)).unwrap();
        self.settle();
    }

    /// Sends a request and gives what comes back.
    pub(crate) fn ask(&mut self, command: &str, form: &str, payload: &Value) -> Vec<Value> {
        self.inbox.clear();
        self.id += 1;
        let text = message(self.sender, command, self.id, form, payload);
        self.say(&text);
        self.take()
    }

    /// As [`ask`](Self::ask), with session and code, for the one answer there must be.
    pub(crate) fn command(&mut self, command: &str, form: &str, more: &Value) -> Value {
        let mut payload = json!({"ID_LOGIN": self.session, "PIN": PIN});
        payload.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answers = self.ask(command, form, &payload);
        assert!(!answers.is_empty(), "{command} {form} is not answered: {:?}", self.events);
        answers[0].clone()
    }

    /// What has been received since.
    pub(crate) fn take(&mut self) -> Vec<Value> {
        self.inbox.drain(..).map(|text| serde_json::from_str(&text).unwrap()).collect()
    }

    pub(crate) fn login(&mut self) {
        let answers = self.ask("LOGIN", "USER", &json!({"PIN": PIN}));
        assert_eq!(answers[0]["PAYLOAD"]["RESULT"], "OK");
        self.session = answers[0]["PAYLOAD"]["ID_LOGIN"].as_str().unwrap().to_owned();
    }

    pub(crate) fn logged_in() -> Self {
        let mut rig = Self::new();
        rig.login();
        rig
    }

    pub(crate) fn read(&mut self, types: &[&str]) -> Value {
        self.command("READ", "MULTI_TYPES", &json!({"ID_READ": "1", "TYPES": types}))["PAYLOAD"].clone()
    }

    pub(crate) fn register(&mut self, types: &[&str]) -> Value {
        self.command("REALTIME", "REGISTER", &json!({"TYPES": types}))
    }

    pub(crate) fn happen(&mut self, command: Command<'_>) -> Result<(), Refused> {
        let env = self.env();
        self.panel.submit(&env, command, &mut self.panel_tx)?;
        self.settle();
        Ok(())
    }

    /// The client is gone without a word.
    pub(crate) fn drop_line(&mut self) {
        self.panel_rx.set_eof();
        self.settle();
    }

    pub(crate) fn ping(&mut self) {
        let env = self.env();
        self.socket.as_mut().unwrap().ping(&env, &mut self.tx, b"?").unwrap();
        self.settle();
    }
}

fn carry(from: &mut TxBuf<'_>, to: &mut RxBuf<'_>) -> bool {
    let space = to.space();
    let len = from.unsent().len().min(space.len());
    space[..len].copy_from_slice(&from.unsent()[..len]);
    to.commit(len);
    from.sent(len);
    len > 0
}
