//! A Ness controller on a bench: lines in, events and requests out.

use codec_core::home::{AreaState, Mode, Notice};
use codec_core::ness::controller::{Command, Config, Event, Outcome};
use codec_core::ness::{Controller, RequestId, decode};
use codec_core::{CloseReason, Env, Fault, Instant, Machine, Refused, RxBuf, Ticket, TxBuf};

/// An event without its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    Line,
    Notice(Notice),
    Info(String),
    Done(Ticket, Outcome),
    Fault(Fault),
    Closed(CloseReason),
}

pub struct Rig {
    pub controller: Controller<'static>,
    pub now: u64,
    rx: Vec<u8>,
    pub eof: bool,
}

impl Rig {
    /// With polls switched off, so that only what a test does is seen.
    pub fn quiet() -> Self {
        let mut config = Config::new();
        (config.keepalive_millis, config.refresh_millis, config.silence_millis) = (0, 0, 0);
        Self::new(config)
    }

    pub fn new(config: Config<'static>) -> Self {
        Self { controller: Controller::new(config).unwrap(), now: 0, rx: Vec::new(), eof: false }
    }

    /// Puts bytes in and takes everything out: events, and what is sent.
    pub fn feed(&mut self, bytes: &[u8]) -> (Vec<Seen>, String) {
        let mut storage = vec![0; bytes.len() + self.rx.len() + 200];
        let mut tx_storage = [0; 256];
        let (mut rx, mut tx) = (RxBuf::new(&mut storage), TxBuf::new(&mut tx_storage));
        self.rx.extend_from_slice(bytes);
        rx.space()[..self.rx.len()].copy_from_slice(&self.rx);
        rx.commit(self.rx.len());
        if self.eof {
            rx.set_eof();
        }
        let env = Env::at(Instant::from_millis(self.now));
        let (mut seen, mut sent) = (Vec::new(), String::new());
        for _ in 0..100 {
            while let Some(pending) = self.controller.poll_event(&env, &mut rx, &mut tx) {
                seen.push(match self.controller.event(pending, &rx) {
                    Event::Line(_) => Seen::Line,
                    Event::Notice(notice) => Seen::Notice(notice),
                    Event::PanelInfo(info) => Seen::Info(format!("{:?} {}", info.model, info.version)),
                    Event::Done { ticket, outcome } => Seen::Done(ticket, outcome),
                    Event::Fault(fault) => Seen::Fault(fault),
                    Event::Closed(reason) => Seen::Closed(reason),
                    other => panic!("an event of a kind this test does not know: {other:?}"),
                });
            }
            sent += core::str::from_utf8(tx.unsent()).unwrap();
            tx.sent(usize::MAX);
            if self.controller.poll_timeout() != Some(Instant::ZERO) {
                break;
            }
        }
        self.rx = rx.unread().to_vec();
        (seen, sent)
    }

    /// Lets time pass, waking the machine when it asks for it.
    pub fn wait(&mut self, millis: u64) -> (Vec<Seen>, String) {
        let until = self.now + millis;
        let mut all = self.feed(b"");
        while let Some(at) = self.controller.poll_timeout().map(Instant::as_millis).filter(|at| *at <= until) {
            assert!(at > self.now);
            self.now = at;
            let (seen, sent) = self.feed(b"");
            all.0.extend(seen);
            all.1 += &sent;
        }
        self.now = until;
        all
    }

    /// Notices that a line leads to.
    pub fn line(&mut self, line: &str) -> Vec<Notice> {
        let (seen, _) = self.feed(format!("{line}\r\n").as_bytes());
        assert_eq!(seen.first(), Some(&Seen::Line), "{line}: {seen:?}");
        seen.into_iter().filter_map(|seen| if let Seen::Notice(notice) = seen { Some(notice) } else { None }).collect()
    }

    /// Notices that an event leads to, given as EE II AA.
    pub fn event(&mut self, data: &str) -> Vec<Notice> {
        let sequence = 3 | u8::from(self.now % 2 == 1) << 7;
        self.now += 1;
        self.line(&sealed(&format!("82{sequence:02x}61{data}")))
    }

    /// Notices that a status leads to, given as RR VVVV.
    pub fn status(&mut self, data: &str) -> Vec<Notice> {
        self.line(&status_line(data))
    }

    pub fn submit(&mut self, command: Command<'_>) -> Result<(Ticket, String), Refused> {
        let mut storage = [0; 256];
        let mut tx = TxBuf::new(&mut storage);
        let ticket = self.controller.submit(&Env::at(Instant::from_millis(self.now)), command, &mut tx)?;
        Ok((ticket, String::from_utf8(tx.unsent().to_vec()).unwrap()))
    }

    /// State and mode of an area, 0 for the panel as a whole.
    pub fn area(&self, area: u32) -> (AreaState, Option<Mode>) {
        self.controller.tracker().area(area)
    }

    pub fn whole(&self) -> AreaState {
        self.area(0).0
    }
}

/// The digits of a panel line with its checksum, by hand: expectations do not depend on our encoder.
fn sealed(digits: &str) -> String {
    let pairs = digits.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap());
    format!("{digits}{:02x}", pairs.fold(0_u8, u8::wrapping_add).wrapping_neg())
}

/// A status line, given as RR VVVV.
pub fn status_line(data: &str) -> String {
    sealed(&format!("82000360{data}"))
}

/// The request a line sent by the controller makes.
pub fn request(line: &str) -> Option<RequestId> {
    match decode(line.as_bytes()).ok()?.packet().body {
        codec_core::ness::Body::Request(keys) => keys.status_request(),
        _ => None,
    }
}
