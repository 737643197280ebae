//! A controller with a panel, or with a scripted peer, in virtual time.

use std::net::SocketAddr;

use codec_core::g90::local::controller::{Command, Config, Event, Outcome, Slot, Tables};
use codec_core::g90::local::{Controller, Panel, panel};
use codec_core::{Env, Instant, Machine, Refused, RxBuf, Ticket, TxBuf};

pub(crate) fn panel_at() -> SocketAddr {
    "192.0.2.7:12368".parse().unwrap()
}

fn client_at() -> SocketAddr {
    "192.0.2.1:45000".parse().unwrap()
}

fn leak<T: Clone>(value: T, count: usize) -> &'static mut [T] {
    Box::leak(vec![value; count].into_boxed_slice())
}

/// One side and its buffers.
pub(crate) struct Client {
    pub(crate) machine: Controller<'static>,
    rx: RxBuf<'static>,
    tx: TxBuf<'static>,
    pub(crate) now: u64,
    /// What it told, printed.
    pub(crate) told: Vec<String>,
    /// Every datagram it sent, as text, and when.
    pub(crate) sent: Vec<(u64, String)>,
    pub(crate) done: Vec<(Ticket, Outcome)>,
}

impl Client {
    pub(crate) fn new(change: impl FnOnce(&mut Config)) -> Self {
        Self::with_tables(40, change)
    }

    pub(crate) fn with_tables(slots: usize, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::new(panel_at());
        change(&mut config);
        let tables = Tables { sensors: leak(Slot::default(), slots), devices: leak(Slot::default(), slots), memory: leak(0, 1024) };
        let machine = Controller::new(config, tables).unwrap();
        let (rx, tx) = (RxBuf::new(leak(0, Controller::RX_MIN)), TxBuf::new(leak(0, 1024)));
        Self { machine, rx, tx, now: 0, told: Vec::new(), sent: Vec::new(), done: Vec::new() }
    }

    fn env(&self) -> Env {
        Env { unix: Some(1_700_000_000 + self.now / 1000), ..Env::at(Instant::from_millis(self.now)) }
    }

    pub(crate) fn submit(&mut self, command: Command<'_>) -> Result<Ticket, Refused> {
        self.machine.submit(&self.env(), command, &mut self.tx)
    }

    /// Takes events out, and what is to be sent.
    pub(crate) fn turn(&mut self) -> Vec<Vec<u8>> {
        let env = self.env();
        let mut out = Vec::new();
        for _ in 0..10_000 {
            while let Some(pending) = self.machine.poll_event(&env, &mut self.rx, &mut self.tx) {
                let event = self.machine.event(pending, &self.rx);
                if let Event::Done { ticket, outcome } = event {
                    self.done.push((ticket, outcome));
                }
                if let Some(page) = event.page() {
                    self.told.push(format!("page of {} from {}", page.count, page.start));
                }
                if let Event::Reason(reason) = event {
                    self.told.push(format!("reason {reason}"));
                }
                self.told.push(format!("{event:?}"));
            }
            if self.tx.is_empty() {
                if self.machine.poll_timeout() != Some(Instant::ZERO) {
                    return out;
                }
                continue;
            }
            assert_eq!(self.tx.to(), Some(panel_at()));
            let datagram = self.tx.unsent().to_vec();
            self.sent.push((self.now, String::from_utf8_lossy(&datagram).into_owned()));
            self.tx.sent(datagram.len());
            out.push(datagram);
        }
        panic!("the controller never comes to rest");
    }

    pub(crate) fn receive_from(&mut self, datagram: &[u8], from: SocketAddr) {
        self.rx.space()[..datagram.len()].copy_from_slice(datagram);
        self.rx.commit_datagram(datagram.len(), from);
        let sent = self.turn();
        assert!(sent.len() <= 1);
    }

    /// A reply of the panel: the text between the markers.
    pub(crate) fn reply(&mut self, text: &str) {
        self.receive_from(format!("ISTART{text}IEND\0").as_bytes(), panel_at());
    }

    pub(crate) fn wait_until(&mut self, now: u64) {
        while let Some(at) = self.machine.poll_timeout().filter(|at| at.as_millis() <= now) {
            self.now = self.now.max(at.as_millis());
            self.turn();
        }
        self.now = now;
        self.turn();
    }

    /// What was sent last, without markers.
    pub(crate) fn last(&self) -> &str {
        let (_, text) = self.sent.last().expect("something was sent");
        text.strip_prefix("ISTART").and_then(|text| text.strip_suffix("IEND\0")).expect("markers")
    }

    /// Answers what a controller reads at its start.
    pub(crate) fn started(mut self) -> Self {
        self.turn();
        self.reply(r#"[206,["GA18018B3001021","TSV018-C3SIA","1.2","1.1","206","206",3,3,0,2,"4242",50,100]]"#);
        self.reply(r#"[100,[3,"","TSV018-C3SIA","206","206"]]"#);
        self
    }

    pub(crate) fn told(&self, text: &str) -> usize {
        self.told.iter().filter(|told| told.contains(text)).count()
    }

    pub(crate) fn outcome(&self, ticket: Ticket) -> Option<Outcome> {
        self.done.iter().find(|(done, _)| *done == ticket).map(|(_, outcome)| *outcome)
    }
}

/// A simulated panel and its buffers.
pub(crate) struct House {
    pub(crate) machine: Panel<'static>,
    rx: RxBuf<'static>,
    tx: TxBuf<'static>,
    pub(crate) told: Vec<String>,
}

impl House {
    pub(crate) fn new(change: impl FnOnce(&mut panel::Config<'static>)) -> Self {
        let mut config = panel::Config::new("GA18018B3001021");
        change(&mut config);
        let empty = panel::Record::EMPTY;
        let tables = panel::Tables {
            sensors: leak(empty, 40),
            devices: leak(empty, 10),
            history: leak(empty, 30),
            configs: Box::leak(Box::new([empty; 5])),
        };
        let machine = Panel::new(config, tables).unwrap();
        Self { machine, rx: RxBuf::new(leak(0, Panel::RX_MIN)), tx: TxBuf::new(leak(0, 1024)), told: Vec::new() }
    }

    pub(crate) fn submit(&mut self, command: panel::Command<'_>) {
        self.machine.submit(&Env::at(Instant::ZERO), command, &mut self.tx).unwrap();
    }

    /// Takes a datagram and gives the answer.
    pub(crate) fn ask(&mut self, datagram: &[u8]) -> Option<Vec<u8>> {
        self.ask_from(datagram, client_at())
    }

    /// Likewise, for anybody.
    pub(crate) fn ask_from(&mut self, datagram: &[u8], from: SocketAddr) -> Option<Vec<u8>> {
        self.rx.space()[..datagram.len()].copy_from_slice(datagram);
        self.rx.commit_datagram(datagram.len(), from);
        let env = Env { unix: Some(1_700_000_000), ..Env::at(Instant::ZERO) };
        let mut answer = None;
        for _ in 0..10 {
            while let Some(pending) = self.machine.poll_event(&env, &mut self.rx, &mut self.tx) {
                self.told.push(format!("{:?}", self.machine.event(pending, &self.rx)));
            }
            if !self.tx.is_empty() {
                assert_eq!((self.tx.to(), answer.is_none()), (Some(from), true));
                answer = Some(self.tx.unsent().to_vec());
                self.tx.sent(usize::MAX);
            }
        }
        assert_eq!(self.machine.poll_timeout(), None);
        answer
    }

    pub(crate) fn ask_text(&mut self, text: &str) -> Option<String> {
        self.ask(text.as_bytes()).map(|answer| String::from_utf8(answer).unwrap())
    }
}

/// Runs both until nothing is on its way, or until `until`. `lose` says which datagrams get lost, counted from 0.
pub(crate) fn run(client: &mut Client, house: &mut House, until: u64, lose: impl Fn(usize) -> bool) {
    let mut count = 0;
    let mut on_way = client.turn();
    for _ in 0..10_000 {
        for datagram in std::mem::take(&mut on_way) {
            let lost = lose(count);
            count += 1;
            if lost {
                continue;
            }
            let Some(answer) = house.ask(&datagram) else { continue };
            let lost = lose(count);
            count += 1;
            if !lost {
                let before = client.sent.len();
                client.now += 1;
                client.receive_from(&answer, panel_at());
                on_way.extend(client.sent[before..].iter().map(|(_, text)| text.clone().into_bytes()));
            }
        }
        if !on_way.is_empty() {
            continue;
        }
        match client.machine.poll_timeout() {
            Some(at) if at.as_millis() <= until => {
                client.now = client.now.max(at.as_millis());
                on_way = client.turn();
            }
            _ => return,
        }
    }
    panic!("controller and panel never come to rest");
}
