//! What the tests of both drivers share.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use codec_core::ness::controller::{Config, Controller, Event};
use codec_std::blocking::Link;
use codec_std::owned::ness::OwnedEvent;

/// Three lines of a panel, the last without its terminator.
pub(crate) const LINES: &str = "87008361010900180921183139c7\r\n8200036014000007\r\n820361230001f6";

/// A controller that sends nothing by itself.
pub(crate) fn quiet() -> Controller<'static> {
    let mut config = Config::new();
    config.keepalive_millis = 0;
    config.refresh_millis = 0;
    config.silence_millis = 0;
    Controller::new(config).unwrap()
}

/// What of an event follows from one line or from the end alone.
pub(crate) fn told(event: Event<'_>) -> Option<String> {
    match event {
        Event::Line(line) => Some(String::from_utf8(line.text().to_vec()).unwrap()),
        Event::Fault(fault) => Some(fault.kind.class().to_owned()),
        Event::Closed(reason) => Some(reason.to_string()),
        _ => None,
    }
}

/// What [`told`] makes of [`LINES`] and the end.
pub(crate) fn lines_and_end() -> Vec<String> {
    LINES.lines().chain(["the peer closed the connection"]).map(str::to_owned).collect()
}

/// A link whose reads follow a script. It takes all that is written, 3 bytes at a time.
#[derive(Default)]
pub(crate) struct Script {
    pub(crate) reads: VecDeque<io::Result<Vec<u8>>>,
    pub(crate) written: Vec<u8>,
    pub(crate) timeouts: Vec<Duration>,
}

impl Script {
    pub(crate) fn new(reads: impl IntoIterator<Item = io::Result<Vec<u8>>>) -> Self {
        Self { reads: reads.into_iter().collect(), ..Self::default() }
    }
}

impl Read for Script {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let Some(next) = self.reads.pop_front() else { return Ok(0) };
        let bytes = next?;
        space[..bytes.len()].copy_from_slice(&bytes);
        Ok(bytes.len())
    }
}

impl Write for Script {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let len = bytes.len().min(3);
        self.written.extend_from_slice(&bytes[..len]);
        Ok(len)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Link for Script {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.timeouts.push(timeout);
        Ok(())
    }
}

/// A file in memory.
#[derive(Clone, Default)]
pub(crate) struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// All that is left of a session.
pub(crate) fn events<L: Link>(driver: &mut codec_std::blocking::Driver<'_, Controller<'_>, L>) -> Vec<OwnedEvent> {
    let mut events = Vec::new();
    while let Some(event) = driver.next(None).unwrap() {
        events.push(event.into());
    }
    events
}
