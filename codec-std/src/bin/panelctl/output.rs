//! Lines to standard output, where a closed pipe is a normal end.

use std::io::{self, BufWriter, Write};

use anyhow::Context as _;
use serde_json::{Map, Value};

use crate::exit::StdoutClosed;

/// A flat JSON object, its members in the order they were put in.
pub(crate) type Fields = Map<String, Value>;

/// Standard output, or what a test puts in its place.
pub(crate) struct Output<W: Write> {
    inner: BufWriter<W>,
}

impl Output<io::StdoutLock<'static>> {
    /// Standard output. Nothing else in the process may write to it meanwhile.
    pub(crate) fn stdout() -> Self {
        Self::new(io::stdout().lock())
    }
}

impl<W: Write> Output<W> {
    pub(crate) fn new(inner: W) -> Self {
        Self { inner: BufWriter::new(inner) }
    }

    /// Writes one line. It may wait in a buffer until [`flush`](Self::flush).
    pub(crate) fn line(&mut self, text: &str) -> anyhow::Result<()> {
        let written = self.inner.write_all(text.as_bytes()).and_then(|()| self.inner.write_all(b"\n"));
        closed_or(written)
    }

    /// Writes one line of JSON.
    pub(crate) fn json(&mut self, fields: &Fields) -> anyhow::Result<()> {
        let written = serde_json::to_writer(&mut self.inner, fields).map_err(io::Error::from);
        closed_or(written.and_then(|()| self.inner.write_all(b"\n")))
    }

    /// Shows what has been written so far.
    pub(crate) fn flush(&mut self) -> anyhow::Result<()> {
        closed_or(self.inner.flush())
    }
}

/// Whether standard output is a pipe whose reader has gone, which a write would tell too late where there is little to write.
#[cfg(unix)]
pub(crate) fn reader_has_gone() -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let stdout = io::stdout();
    let mut pipe = PollFd::new(&stdout, PollFlags::empty());
    let polled = poll(std::slice::from_mut(&mut pipe), Some(&Timespec::default()));
    polled.is_ok() && pipe.revents().contains(PollFlags::ERR)
}

/// Elsewhere it is seen at the next write.
#[cfg(not(unix))]
pub(crate) const fn reader_has_gone() -> bool {
    false
}

/// Says something to the person in front, who may not be there.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

fn closed_or(written: io::Result<()>) -> anyhow::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(StdoutClosed.into()),
        other => other.context("cannot write to standard output"),
    }
}
