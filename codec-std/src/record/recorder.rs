//! Writing a record.

use std::collections::VecDeque;
use std::io::{self, Write};

use codec_core::Env;

use super::{Act, Entry, EntryLine, FORMAT, Header, Mask, Recorded, Role, Secrets, VERSION};
use crate::observe::{Moment, Observer};

/// Most entries that are held back. A frame whose end does not come must not keep what follows it in memory.
const MOST_HELD: usize = 1024;

/// Writes the record of one connection, one line per write to `sink`.
///
/// With masked secrets a line is held back until the last byte of its last frame is known, or 1024 entries are held: the frame is
/// then masked as far as it has come. [`finish`](Observer::finish) and dropping
/// the recorder write what is held. After an error it writes nothing more: a full disk must not end a session.
pub struct Recorder<W: Write + Send> {
    sink: W,
    protocol: &'static str,
    role: Role,
    secrets: Secrets,
    entropy: bool,
    /// For received and for sent bytes; none where secrets are kept.
    masks: Option<[Box<dyn Mask>; 2]>,
    queue: VecDeque<Held>,
    error: Option<io::Error>,
    broken: bool,
}

/// An entry, of whose bytes the first are masked and the others missing.
struct Held {
    entry: Entry,
    missing: usize,
}

/// Index of a mask.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lane {
    Received = 0,
    Sent = 1,
}

impl Held {
    /// The bytes of the entry if it is of the lane.
    fn bytes(&mut self, lane: Lane) -> Option<&mut Vec<u8>> {
        match (&mut self.entry.act, lane) {
            (Act::Received(bytes), Lane::Received) | (Act::Sent(bytes), Lane::Sent) => Some(bytes),
            _ => None,
        }
    }
}

impl<W: Write + Send> Recorder<W> {
    /// A recorder for a machine of type `M`. The header is written when it is given to a driver.
    pub fn new<M: Recorded>(sink: W, secrets: Secrets) -> Self {
        let masks = match secrets {
            Secrets::Masked => Some(M::masks()),
            Secrets::Kept => None,
        };
        Self {
            sink,
            protocol: M::PROTOCOL,
            role: M::ROLE,
            secrets,
            entropy: M::USES_ENTROPY,
            masks,
            queue: VecDeque::new(),
            error: None,
            broken: false,
        }
    }

    fn bytes(&mut self, at: &Moment, lane: Lane, bytes: &[u8]) {
        let mut out = Vec::with_capacity(bytes.len());
        let missing = match &mut self.masks {
            Some(masks) => {
                masks[lane as usize].push(bytes, &mut out);
                bytes.len()
            }
            None => 0,
        };
        let filled = if missing > 0 { Vec::with_capacity(missing) } else { bytes.to_vec() };
        let act = match lane {
            Lane::Received => Act::Received(filled),
            Lane::Sent => Act::Sent(filled),
        };
        self.push(at, act, missing);
        self.fill(lane, &out);
        self.relieve();
    }

    fn push(&mut self, at: &Moment, act: Act, missing: usize) {
        let env = if self.entropy { at.env } else { Env { entropy: [0; 16], ..at.env } };
        if !self.broken {
            self.queue.push_back(Held { entry: Entry { env, taken: at.taken, act }, missing });
        }
        self.write_ready();
    }

    /// Gives up waiting for the ends of frames if too much is held.
    fn relieve(&mut self) {
        if self.queue.len() > MOST_HELD {
            self.close(Lane::Received);
            self.close(Lane::Sent);
        }
    }

    /// Puts masked bytes where they are missing, the oldest entry first, and writes what is complete.
    fn fill(&mut self, lane: Lane, mut masked: &[u8]) {
        for held in &mut self.queue {
            let now = held.missing.min(masked.len());
            let (head, rest) = masked.split_at(now);
            if let Some(bytes) = held.bytes(lane) {
                bytes.extend_from_slice(head);
                held.missing -= now;
                masked = rest;
            }
        }
        self.write_ready();
    }

    /// No more bytes come on this lane, or none are waited for.
    fn close(&mut self, lane: Lane) {
        let mut out = Vec::new();
        if let Some(masks) = &mut self.masks {
            masks[lane as usize].finish(&mut out);
        }
        self.fill(lane, &out);
    }

    fn write_ready(&mut self) {
        while self.queue.front().is_some_and(|held| held.missing == 0) {
            if let Some(held) = self.queue.pop_front() {
                let line = serde_json::to_string(&EntryLine::from(held.entry));
                self.write_line(line);
            }
        }
    }

    fn write_line(&mut self, line: serde_json::Result<String>) {
        if self.broken {
            return;
        }
        let written = line.map_err(io::Error::from).and_then(|mut line| {
            line.push('\n');
            self.sink.write_all(line.as_bytes())
        });
        if let Err(error) = written {
            tracing::warn!(%error, "the record cannot be written");
            self.broken = true;
            self.queue.clear();
            self.error = Some(error);
        }
    }

    fn end(&mut self) -> io::Result<()> {
        self.close(Lane::Received);
        self.close(Lane::Sent);
        match self.error.take() {
            Some(error) => Err(error),
            None => self.sink.flush(),
        }
    }
}

impl<W: Write + Send, M: Recorded> Observer<M> for Recorder<W> {
    fn begin(&mut self, rx_bytes: usize, tx_bytes: usize) {
        let (protocol, role, secrets) = (self.protocol.to_owned(), self.role, self.secrets);
        let header = Header { format: FORMAT.to_owned(), version: VERSION, protocol, role, secrets, rx_bytes, tx_bytes };
        self.write_line(serde_json::to_string(&header));
    }

    fn received(&mut self, at: &Moment, bytes: &[u8]) {
        self.bytes(at, Lane::Received, bytes);
    }

    fn sent(&mut self, at: &Moment, bytes: &[u8]) {
        self.bytes(at, Lane::Sent, bytes);
    }

    fn woken(&mut self, at: &Moment) {
        self.push(at, Act::Woken, 0);
        self.relieve();
    }

    fn submitted(&mut self, at: &Moment, command: &M::Command<'_>) {
        match M::command_to_json(command, self.secrets) {
            Ok(command) => {
                self.push(at, Act::Submitted(command), 0);
                self.relieve();
            }
            Err(error) => self.write_line(Err(error)),
        }
    }

    fn ended(&mut self, at: &Moment) {
        self.close(Lane::Received);
        self.push(at, Act::Ended, 0);
    }

    fn finish(&mut self) -> io::Result<()> {
        self.end()
    }
}

impl<W: Write + Send> Drop for Recorder<W> {
    fn drop(&mut self) {
        // There is nobody to tell; it has been logged.
        let _ = self.end();
    }
}
