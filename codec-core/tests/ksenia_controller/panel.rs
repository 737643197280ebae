//! A panel that answers by a script, and the loop that joins it with a controller in virtual time.

use codec_core::ksenia::controller::{Command, Config, Controller, Event, Memory, Outcome, OutputSlot, PartitionSlot, Tables, ZoneSlot};
use codec_core::ws::{Accept, CloseCode, Limits, Payload, Received, Role, Server, Socket};
use codec_core::{CloseReason, Env, Instant, Machine, Refused, RxBuf, Secret, Ticket, TxBuf};
use serde_json::Value;

pub(crate) const PIN: &str = "190734";

/// The check value, bit by bit as the protocol's description has it.
pub(crate) fn crc(covered: &str) -> u16 {
    let mut register = 0xFFFF_u16;
    for byte in covered.bytes() {
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

/// A message of the panel.
pub(crate) fn message(command: &str, id: &str, form: &str, payload: &str) -> String {
    let form = if form.is_empty() { String::new() } else { format!("\"PAYLOAD_TYPE\":\"{form}\",") };
    let covered = format!(
        "{{\"SENDER\":\"A4580F941B25\",\"RECEIVER\":\"codec-core\",\"CMD\":\"{command}\",\"ID\":\"{id}\",{form}\"PAYLOAD\":{payload},\"TIMESTAMP\":\"1769871440\",\"CRC_16\""
    );
    format!("{covered}:\"0x{:04X}\"}}", crc(&covered))
}

pub(crate) fn push(payload: &str) -> String {
    message("REALTIME", "0", "CHANGES", &format!("{{\"codec-core\":{payload}}}"))
}

/// What the panel is asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) command: String,
    pub(crate) id: String,
    pub(crate) form: String,
    pub(crate) payload: Value,
}

impl Asked {
    fn read(text: &[u8]) -> Self {
        let text = std::str::from_utf8(text).unwrap();
        let value: Value = serde_json::from_str(text).unwrap();
        let covered = &text[..text.rfind("\"CRC_16\"").unwrap() + 8];
        assert_eq!(value["CRC_16"], format!("0x{:04X}", crc(covered)));
        let word = |name: &str| value[name].as_str().unwrap().to_owned();
        Self { command: word("CMD"), id: word("ID"), form: word("PAYLOAD_TYPE"), payload: value["PAYLOAD"].clone() }
    }

    /// The answer with this content, number and form repeated.
    pub(crate) fn answer(&self, payload: &str) -> String {
        let form = match self.form.as_str() {
            "REGISTER" => "REGISTER_ACK",
            "REQUEST" => "REPLY",
            form => form,
        };
        let command = if self.command == "REALTIME" { "REALTIME_RES".to_owned() } else { format!("{}_RES", self.command) };
        message(&command, &self.id, form, payload)
    }
}

/// The usual answer to a request, as a panel with nothing in it gives it.
pub(crate) fn usual(asked: &Asked) -> Vec<String> {
    let payload = match asked.command.as_str() {
        "LOGIN" => r#"{"RESULT":"OK","ID_LOGIN":"2"}"#,
        "LOGOUT" => r#"{"RESULT":"OK","RESULT_DETAIL":"ID_OK","ID_LOGIN":"2"}"#,
        "READ" => {
            r#"{"RESULT":"OK","RESULT_DETAIL":"READ_OK","ZONES":[],"PARTITIONS":[],"OUTPUTS":[],"SCENARIOS":[],"PRG_CHECK":{"PRG":"0000000937","CFG":"0000000688"}}"#
        }
        "REALTIME" => r#"{"RESULT":"OK"}"#,
        "SYSTEM_VERSION" => {
            r#"{"RESULT":"OK","RESULT_DETAIL":"SYSTEM_VERSION_OK","MODEL":"lares 4.0 40IP wls","PRG_CHECK":{"PRG":"0000000937","CFG":"0000000688"}}"#
        }
        _ => r#"{"RESULT":"OK","RESULT_DETAIL":"CMD_PROCESSED"}"#,
    };
    vec![asked.answer(payload)]
}

type Script = Box<dyn FnMut(&Asked) -> Vec<String>>;

/// Controller, panel and the wires between them.
pub(crate) struct Rig {
    pub(crate) controller: Controller<'static>,
    rx: RxBuf<'static>,
    tx: TxBuf<'static>,
    server: Server,
    pub(crate) socket: Option<Socket>,
    panel_rx: RxBuf<'static>,
    panel_tx: TxBuf<'static>,
    script: Script,
    pub(crate) now: u64,
    pub(crate) asked: Vec<(u64, Asked)>,
    pub(crate) events: Vec<String>,
    pub(crate) notices: Vec<String>,
    pub(crate) done: Vec<(Ticket, Outcome)>,
    pub(crate) closed: Option<CloseReason>,
    pub(crate) close_seen: Option<CloseCode>,
    pub(crate) pings: u32,
    /// The status that the upgrade is refused with.
    pub(crate) refuse: Option<u16>,
    /// The panel says and reads nothing.
    pub(crate) dead: bool,
    /// Most bytes that arrive at once.
    pub(crate) cut: usize,
}

fn leak(len: usize) -> &'static mut [u8] {
    Box::leak(vec![0; len].into_boxed_slice())
}

fn config() -> Config<'static> {
    Config::new("192.0.2.7:8080", Secret::new(PIN))
}

impl Rig {
    pub(crate) fn new() -> Self {
        Self::with(config(), 2048, usual)
    }

    pub(crate) fn scripted(script: impl FnMut(&Asked) -> Vec<String> + 'static) -> Self {
        Self::with(config(), 2048, script)
    }

    pub(crate) fn configured(change: impl FnOnce(&mut Config<'static>)) -> Self {
        let mut config = config();
        change(&mut config);
        Self::with(config, 2048, usual)
    }

    pub(crate) fn with(config: Config<'static>, rx: usize, script: impl FnMut(&Asked) -> Vec<String> + 'static) -> Self {
        let tables = Tables {
            zones: Box::leak(Box::new([ZoneSlot::default(); 4])),
            partitions: Box::leak(Box::new([PartitionSlot::default(); 2])),
            outputs: Box::leak(Box::new([OutputSlot::default(); 2])),
        };
        let controller = Controller::new(Box::leak(Box::new(config)), tables, Box::leak(Box::default())).unwrap();
        let accept = Accept { paths: &["/KseniaWsock", "/KseniaWsock/"], protocol: "KS_WSOCK", protocol_required: true };
        Self {
            controller,
            rx: RxBuf::new(leak(rx)),
            tx: TxBuf::new(leak(Controller::TX_MIN)),
            server: Server::new(accept),
            socket: None,
            panel_rx: RxBuf::new(leak(4096)),
            panel_tx: TxBuf::new(leak(1 << 20)),
            script: Box::new(script),
            now: 1_000,
            asked: Vec::new(),
            events: Vec::new(),
            notices: Vec::new(),
            done: Vec::new(),
            closed: None,
            close_seen: None,
            pings: 0,
            refuse: None,
            dead: false,
            cut: usize::MAX,
        }
    }

    /// Entropy and clock go with the time.
    fn env(&self) -> Env {
        let [word @ .., _, _] = (self.now ^ 0x9E37_79B9_7F4A_7C15).to_le_bytes();
        let mut entropy = [0x5A; 16];
        entropy[..6].copy_from_slice(&word);
        Env { now: Instant::from_millis(self.now), unix: Some(1_767_225_600 + self.now / 1000), entropy }
    }

    fn see(&mut self, text: String, event: &Told) {
        assert!(!text.contains(PIN), "{text}");
        match event {
            Told::Notice => self.notices.push(text),
            Told::Done(ticket, outcome) => self.done.push((*ticket, *outcome)),
            Told::Closed(reason) => self.closed = Some(*reason),
            Told::Other => self.events.push(text),
        }
    }

    /// Until nobody has anything to do at this moment.
    pub(crate) fn settle(&mut self) {
        for _ in 0..200_000 {
            let env = self.env();
            let mut idle = true;
            while let Some(pending) = self.controller.poll_event(&env, &mut self.rx, &mut self.tx) {
                let event = self.controller.event(pending, &self.rx);
                let told = match event {
                    Event::Notice(_) => Told::Notice,
                    Event::Done { ticket, outcome } => Told::Done(ticket, outcome),
                    Event::Closed(reason) => Told::Closed(reason),
                    _ => Told::Other,
                };
                let text = format!("{event:?}");
                self.see(text, &told);
                idle = false;
            }
            idle &= !carry(&mut self.tx, &mut self.panel_rx, usize::MAX);
            if !self.dead {
                idle &= !self.panel(&env);
            }
            idle &= !carry(&mut self.panel_tx, &mut self.rx, self.cut);
            if idle && self.controller.poll_timeout() != Some(Instant::ZERO) {
                return;
            }
        }
        panic!("no rest");
    }

    /// The panel's side. Says whether anything happened.
    fn panel(&mut self, env: &Env) -> bool {
        let Some(socket) = &mut self.socket else {
            return match self.server.poll(&mut self.panel_rx) {
                None => false,
                Some(outcome) => {
                    outcome.unwrap();
                    match self.refuse {
                        Some(status) => Server::refuse(status, &mut self.panel_tx).unwrap(),
                        None => {
                            self.server.accept(&mut self.panel_tx).unwrap();
                            self.socket = Some(Socket::new(Role::Server, Limits::new()));
                        }
                    }
                    true
                }
            };
        };
        match socket.poll(env, &mut self.panel_rx, &mut self.panel_tx) {
            None => return false,
            Some(Received::Data(piece)) if piece.last => {
                let asked = Asked::read(socket.message(&self.panel_rx));
                for text in (self.script)(&asked) {
                    socket.send(env, &mut self.panel_tx, Payload::Text(&text)).unwrap();
                }
                self.asked.push((self.now, asked));
            }
            Some(Received::Data(_) | Received::Pong) => {}
            Some(Received::Ping) => self.pings += 1,
            Some(Received::Close(code)) => self.close_seen = code,
            Some(Received::Failed(error)) => panic!("the controller broke WebSocket: {error}"),
        }
        true
    }

    /// Time passes; deadlines on the way are kept.
    pub(crate) fn wait(&mut self, millis: u64) {
        let until = self.now + millis;
        self.settle();
        while let Some(at) = self.controller.poll_timeout().map(Instant::as_millis).filter(|at| *at <= until) {
            assert!(at > self.now, "a deadline of {at} at {}", self.now);
            self.now = at;
            self.settle();
        }
        self.now = until;
        self.settle();
    }

    /// The panel says something by itself.
    pub(crate) fn say(&mut self, text: &str) {
        let env = self.env();
        self.socket.as_mut().unwrap().send(&env, &mut self.panel_tx, Payload::Text(text)).unwrap();
        self.settle();
    }

    pub(crate) fn hang_up(&mut self, code: CloseCode, reason: &str) {
        let env = self.env();
        self.socket.as_mut().unwrap().close(&env, &mut self.panel_tx, code, reason).unwrap();
        self.settle();
    }

    /// The connection is gone without a word.
    pub(crate) fn drop_line(&mut self) {
        self.rx.set_eof();
        self.settle();
    }

    pub(crate) fn submit<'c>(&mut self, command: impl Into<Command<'c>>) -> Result<Ticket, Refused> {
        let env = self.env();
        self.controller.submit(&env, command.into(), &mut self.tx)
    }

    /// Names of the requests so far, with forms.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.asked.iter().map(|(_, asked)| format!("{} {}", asked.command, asked.form)).collect()
    }

    pub(crate) fn outcome(&self, ticket: Ticket) -> Option<Outcome> {
        let mut outcomes = self.done.iter().filter(|(done, _)| *done == ticket).map(|(_, outcome)| *outcome);
        let outcome = outcomes.next();
        assert_eq!(outcomes.next(), None, "two outcomes");
        outcome
    }

    pub(crate) fn told(&self, beginning: &str) -> usize {
        self.events.iter().filter(|event| event.starts_with(beginning)).count()
    }
}

/// What an event is, without what it borrows.
enum Told {
    Notice,
    Done(Ticket, Outcome),
    Closed(CloseReason),
    Other,
}

fn carry(from: &mut TxBuf<'_>, to: &mut RxBuf<'_>, cut: usize) -> bool {
    let space = to.space();
    let len = from.unsent().len().min(space.len()).min(cut);
    space[..len].copy_from_slice(&from.unsent()[..len]);
    to.commit(len);
    from.sent(len);
    len > 0
}

/// Memory of a machine is bounded and known.
#[test]
fn sizes() {
    assert!(size_of::<Controller<'_>>() <= 512);
    assert!(size_of::<Memory>() <= 744);
}
