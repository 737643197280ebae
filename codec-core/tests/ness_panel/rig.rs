//! A panel with its buffers and a clock, and lines put together from their fields.

use codec_core::ness::panel::{Command, Config, Dialect, User};
use codec_core::ness::{Panel, RequestId};
use codec_core::{Env, Instant, Machine as _, Refused, RxBuf, Secret, Ticket, TxBuf};

const USERS: &[User<'static>] = &[
    User { number: 1, code: Secret::new("1234") },
    User { number: 12, code: Secret::new("98765") },
    User { number: 3, code: Secret::new("1234") },
];

/// Users, no time stamps: START 83.
pub(crate) fn plain() -> Config<'static> {
    let mut config = Config::new();
    config.users = USERS;
    config.send_time = false;
    config
}

pub(crate) fn library() -> Config<'static> {
    let mut config = plain();
    config.dialect = Dialect::Library;
    config
}

/// A panel with buffers, a clock, and what it wrote and told.
pub(crate) struct Rig {
    pub(crate) panel: Panel<'static>,
    pub(crate) rx: RxBuf<'static>,
    pub(crate) tx: TxBuf<'static>,
    pub(crate) env: Env,
    pub(crate) out: String,
    pub(crate) told: Vec<String>,
}

pub(crate) fn leak(len: usize) -> &'static mut [u8] {
    Box::leak(vec![0; len].into_boxed_slice())
}

impl Rig {
    pub(crate) fn with_tx(config: Config<'static>, tx: usize) -> Self {
        let panel = Panel::new(config).unwrap();
        let env = Env::at(Instant::from_millis(1_000));
        Self { panel, rx: RxBuf::new(leak(Panel::RX_MIN)), tx: TxBuf::new(leak(tx)), env, out: String::new(), told: Vec::new() }
    }

    pub(crate) fn new(config: Config<'static>) -> Self {
        Self::with_tx(config, Panel::TX_MIN)
    }

    pub(crate) fn poll(&mut self) {
        while let Some(pending) = self.panel.poll_event(&self.env, &mut self.rx, &mut self.tx) {
            self.told.push(format!("{:?}", self.panel.event(pending, &self.rx)));
        }
    }

    /// Takes what is written out of the buffer.
    pub(crate) fn drain(&mut self, at_most: usize) {
        let unsent = self.tx.unsent();
        let unsent = &unsent[..unsent.len().min(at_most)];
        self.out.push_str(std::str::from_utf8(unsent).unwrap());
        let len = unsent.len();
        self.tx.sent(len);
    }

    /// Polls and sends until there is nothing more to do.
    pub(crate) fn settle(&mut self) {
        for _ in 0..1000 {
            self.poll();
            if self.tx.is_empty() {
                return;
            }
            self.drain(usize::MAX);
        }
        panic!("never settles");
    }

    /// The lines written since the last call.
    pub(crate) fn lines(&mut self) -> Vec<String> {
        self.settle();
        let out = std::mem::take(&mut self.out);
        assert!(out.is_empty() || out.ends_with("\r\n"), "{out:?}");
        out.split_terminator("\r\n").map(str::to_owned).collect()
    }

    pub(crate) fn told(&mut self) -> Vec<String> {
        self.settle();
        std::mem::take(&mut self.told)
    }

    pub(crate) fn put(&mut self, bytes: &[u8]) {
        let space = self.rx.space();
        space[..bytes.len()].copy_from_slice(bytes);
        self.rx.commit(bytes.len());
    }

    pub(crate) fn feed(&mut self, text: &str) -> Vec<String> {
        self.put(text.as_bytes());
        self.lines()
    }

    /// A request with these keys.
    pub(crate) fn keys(&mut self, keys: &str) -> Vec<String> {
        let line = ascii(&format!("830{:02x}60{keys}", keys.len()));
        self.feed(&line)
    }

    pub(crate) fn submit(&mut self, command: Command<'_>) -> Result<Ticket, Refused> {
        self.panel.submit(&self.env, command, &mut self.tx)
    }

    pub(crate) fn act(&mut self, command: Command<'_>) -> Vec<String> {
        self.submit(command).unwrap();
        self.lines()
    }

    pub(crate) fn zone(&mut self, zone: u8, open: bool) -> Vec<String> {
        self.act(Command::Zone { zone, open })
    }

    pub(crate) fn pass(&mut self, millis: u64) -> Vec<String> {
        self.env.now = self.env.now.plus_millis(millis);
        self.lines()
    }

    pub(crate) fn status(&mut self, request: RequestId) -> u16 {
        let answer = self.keys(&format!("S{:02x}", request.raw()));
        let [line] = answer.as_slice() else { panic!("{answer:?}") };
        assert_eq!(&line[..10], format!("82000360{:02x}", request.raw()));
        u16::from_str_radix(&line[10..14], 16).unwrap()
    }
}

/// Adds the checksum of panel lines: all bytes add up to 0.
pub(crate) fn binary(hex: &str) -> String {
    let bytes = (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap());
    format!("{hex}{:02x}", bytes.fold(0_u8, u8::wrapping_add).wrapping_neg())
}

/// Adds the checksum of requests: all characters add up to 0.
pub(crate) fn ascii(text: &str) -> String {
    format!("{text}{:02X}", text.bytes().fold(0_u8, u8::wrapping_add).wrapping_neg())
}

/// Event lines without time stamp, the sequence bit alternating from `first` on.
pub(crate) fn events(first: bool, data: &[&str]) -> Vec<String> {
    let bits = [if first { "83" } else { "03" }, if first { "03" } else { "83" }];
    data.iter().enumerate().map(|(at, data)| binary(&format!("8300{}61{data}", bits[at % 2]))).collect()
}

/// The six digits of code, identity and area of each event line, whose sequence bits must alternate.
pub(crate) fn data(lines: &[String]) -> Vec<&str> {
    for pair in lines.windows(2) {
        assert_ne!(pair[0][4..6], pair[1][4..6], "{pair:?}");
    }
    lines.iter().map(|line| line.get(8..14).unwrap()).collect()
}
