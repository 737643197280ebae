//! Reading a record, and repeating it.

use std::io::BufRead;

use codec_core::{Env, Instant, Pending, RxBuf, TxBuf};

use super::{Act, Entry, EntryLine, FORMAT, Header, Mask, RecordError, Recorded, Secrets, VERSION};
use crate::engine::check_buffers;

/// Longest line of a record in bytes.
const MAX_LINE: u64 = 1 << 20;

/// A record, read line by line.
pub struct Log<R> {
    reader: R,
    line: u64,
    /// The header of the next connection, which ended the entries of the last one.
    next: Option<Header>,
}

enum LogLine {
    Header(Header),
    Entry(Entry),
}

impl<R: BufRead> Log<R> {
    /// A record at its beginning.
    pub const fn new(reader: R) -> Self {
        Self { reader, line: 0, next: None }
    }

    /// Number of the line read last, from 1.
    pub const fn line(&self) -> u64 {
        self.line
    }

    /// Goes on to the next connection, over entries that have not been read; `None` at the end of the file.
    ///
    /// # Errors
    /// [`RecordError`] if the file cannot be read, or a line is none of a record.
    pub fn next_header(&mut self) -> Result<Option<Header>, RecordError> {
        let mut header = self.next.take();
        while header.is_none() {
            match self.read()? {
                Some(LogLine::Header(found)) => header = Some(found),
                Some(LogLine::Entry(_)) if self.line > 1 => {}
                Some(LogLine::Entry(_)) => return Err(self.error("no header")),
                None => break,
            }
        }
        Ok(header)
    }

    /// The next entry of the connection; `None` behind the last.
    ///
    /// # Errors
    /// As [`next_header`](Self::next_header).
    pub fn next_entry(&mut self) -> Result<Option<Entry>, RecordError> {
        if self.next.is_some() {
            return Ok(None);
        }
        match self.read()? {
            Some(LogLine::Entry(entry)) => Ok(Some(entry)),
            Some(LogLine::Header(header)) => {
                self.next = Some(header);
                Ok(None)
            }
            None => Ok(None),
        }
    }

    fn read(&mut self) -> Result<Option<LogLine>, RecordError> {
        let mut text = String::new();
        while text.trim().is_empty() {
            text.clear();
            let mut limited = std::io::Read::take(&mut self.reader, MAX_LINE);
            if limited.read_line(&mut text)? == 0 {
                return Ok(None);
            }
            self.line += 1;
        }
        if text.len() as u64 == MAX_LINE {
            return Err(self.error("longer than a line of a record can be"));
        }
        let value: serde_json::Value = serde_json::from_str(&text).map_err(|error| self.error(error))?;
        if value.get("format").is_some() {
            let header: Header = serde_json::from_value(value).map_err(|error| self.error(error))?;
            if header.format != FORMAT || header.version != VERSION {
                return Err(self.error(format_args!("the format is not {FORMAT} of version {VERSION}")));
            }
            return Ok(Some(LogLine::Header(header)));
        }
        let line: EntryLine = serde_json::from_value(value).map_err(|error| self.error(error))?;
        let entry = Entry::try_from(line).map_err(|error| self.error(error))?;
        Ok(Some(LogLine::Entry(entry)))
    }

    fn error(&self, detail: impl std::fmt::Display) -> RecordError {
        RecordError::Line { line: self.line, detail: detail.to_string() }
    }
}

/// Feeds the entries of one connection to a new machine.
///
/// The machine sees the times, bytes, cuts and commands of the record, so it gives the events of the session again.
pub struct Replay<'b, 'l, M, R> {
    machine: M,
    rx: RxBuf<'b>,
    tx: TxBuf<'b>,
    log: &'l mut Log<R>,
    env: Env,
    /// The entry to come, read ahead for its `taken`.
    upcoming: Option<Entry>,
    at_end: bool,
    drained: bool,
    taken: u32,
    differences: u64,
    /// What the machine sends is masked as the record is, before the two are compared.
    mask: Option<Box<dyn Mask>>,
    /// What was sent in the record, and by the machine, and has not been compared.
    sent: [Vec<u8>; 2],
}

impl<'b, 'l, M: Recorded, R: BufRead> Replay<'b, 'l, M, R> {
    /// A replay of the connection whose `header` was read last. The buffers must be at least as long as those of the session; they
    /// are used as if they were no longer, since that can make a difference.
    ///
    /// # Errors
    /// [`RecordError::OtherMachine`] if the record is of another protocol or side, [`RecordError::Config`] if a buffer is too short.
    pub fn new(header: &Header, machine: M, log: &'l mut Log<R>, rx: &'b mut [u8], tx: &'b mut [u8]) -> Result<Self, RecordError> {
        if !header.is_of::<M>() {
            return Err(RecordError::OtherMachine { protocol: header.protocol.clone(), role: header.role });
        }
        let number = |size| u32::try_from(size).unwrap_or(u32::MAX);
        let too_small = |needed, found| codec_core::ConfigError::BufferTooSmall { needed: number(needed), found: number(found) };
        check_buffers::<M>(header.rx_bytes, header.tx_bytes)?;
        let (rx_found, tx_found) = (rx.len(), tx.len());
        let rx = rx.get_mut(..header.rx_bytes).ok_or(too_small(header.rx_bytes, rx_found))?;
        let tx = tx.get_mut(..header.tx_bytes).ok_or(too_small(header.tx_bytes, tx_found))?;
        let (rx, tx) = (RxBuf::new(rx), TxBuf::new(tx));
        let env = Env::at(Instant::ZERO);
        let mask = match header.secrets {
            Secrets::Masked => M::masks().into_iter().nth(1),
            Secrets::Kept => None,
        };
        let sent = [Vec::new(), Vec::new()];
        let (upcoming, at_end, drained, taken, differences) = (None, false, true, 0, 0);
        Ok(Self { machine, rx, tx, log, env, upcoming, at_end, drained, taken, differences, mask, sent })
    }

    /// The next event, and what the machine knew of the world; `None` at the end of the connection.
    ///
    /// # Errors
    /// [`RecordError`] if the record cannot be read further, or holds more bytes than fit into the session's own buffer.
    #[expect(clippy::should_implement_trait, reason = "an iterator cannot lend its events")]
    pub fn next(&mut self) -> Result<Option<(Env, M::Event<'_>)>, RecordError> {
        match self.step()? {
            Some(pending) => Ok(Some((self.env, self.machine.event(pending, &self.rx)))),
            None => Ok(None),
        }
    }

    fn step(&mut self) -> Result<Option<Pending>, RecordError> {
        loop {
            if self.upcoming.is_none() && !self.at_end {
                self.upcoming = self.log.next_entry()?;
                self.at_end = self.upcoming.is_none();
            }
            let limit = self.upcoming.as_ref().and_then(|entry| entry.taken).unwrap_or(u32::MAX);
            if !self.drained && self.taken < limit {
                match self.machine.poll_event(&self.env, &mut self.rx, &mut self.tx) {
                    Some(pending) => {
                        self.taken += 1;
                        return Ok(Some(pending));
                    }
                    None => self.drained = true,
                }
                continue;
            }
            match self.upcoming.take() {
                Some(entry) => self.apply(entry)?,
                None => return Ok(None),
            }
        }
    }

    fn apply(&mut self, entry: Entry) -> Result<(), RecordError> {
        self.taken = 0;
        if let Act::Sent(bytes) = &entry.act {
            self.compare(bytes);
            self.tx.sent(bytes.len());
            return Ok(());
        }
        self.env = entry.env;
        self.drained = false;
        match entry.act {
            Act::Received(bytes) => {
                let space = self.rx.space().get_mut(..bytes.len());
                let Some(space) = space else { return Err(self.log.error("more bytes than there is room for")) };
                space.copy_from_slice(&bytes);
                self.rx.commit(bytes.len());
            }
            Act::Submitted(command) => {
                let command = serde_json::from_value(command).map_err(|error| self.log.error(error))?;
                // A refusal is part of the session.
                if self.machine.submit_again(&self.env, &command, &mut self.tx).is_none() {
                    return Err(self.log.error("a command that this version does not know"));
                }
            }
            Act::Ended => self.rx.set_eof(),
            Act::Woken | Act::Sent(_) => {}
        }
        Ok(())
    }

    /// Compares what was sent in the session with what the machine sends now, as far as both are known.
    fn compare(&mut self, bytes: &[u8]) {
        let unsent = self.tx.unsent();
        let now = unsent.get(..bytes.len()).unwrap_or(unsent);
        let [then, again] = &mut self.sent;
        then.extend_from_slice(bytes);
        match &mut self.mask {
            Some(mask) => mask.push(now, again),
            None => again.extend_from_slice(now),
        }
        let common = then.len().min(again.len());
        if then.drain(..common).ne(again.drain(..common)) || now.len() < bytes.len() {
            self.differences += 1;
        }
    }

    /// How many writes of the session so far were not what the machine has to send now. 0 as long as the machine is the same.
    pub const fn differences(&self) -> u64 {
        self.differences
    }

    /// The machine, to be looked at.
    pub const fn machine(&self) -> &M {
        &self.machine
    }
}
