//! The raw log: what goes between a host and the server, in a file per host, keys and signatures masked.
//!
//! A line is the time in seconds since 1970, `<` from the host or `>` to it, and a frame; `<+` and `>+` stand before a piece of a frame
//! that goes on in the next line of the same direction. What was not said by a registered host is in `unregistered.log`, with the address it
//! came from.

mod mask;

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

pub use mask::Mask;

use crate::config;
use crate::ids::now_millis;
use crate::metrics::Metrics;

/// Pieces that wait to be written. More are lost, and counted: a slow disk must not make hosts wait.
const QUEUE: usize = 8192;
/// Files that are open at one time.
const OPEN: usize = 256;

/// From where to where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the host.
    In,
    /// To the host.
    Out,
}

struct Piece {
    name: String,
    peer: Option<SocketAddr>,
    millis: u64,
    direction: Direction,
    bytes: Vec<u8>,
}

/// The log of all hosts.
#[derive(Debug)]
pub struct ExchangeLog {
    queue: SyncSender<Piece>,
    metrics: Arc<Metrics>,
}

impl ExchangeLog {
    /// Starts the thread that writes. `None` if no folder is set.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn start(config: &config::Log, metrics: &Arc<Metrics>) -> std::io::Result<Option<Self>> {
        let Some(folder) = &config.folder else { return Ok(None) };
        std::fs::create_dir_all(folder)?;
        let (queue, pieces) = sync_channel(QUEUE);
        let files = Files { folder: folder.clone(), limit: u64::from(config.kilobytes) * 1024, keep: config.keep, open: HashMap::new() };
        std::thread::spawn(move || files.run(&pieces));
        Ok(Some(Self { queue, metrics: Arc::clone(metrics) }))
    }

    /// Writes a piece, some time soon. It must have been masked. `peer` stands in the line where the name does not say who it was.
    pub fn write(&self, name: &str, peer: Option<SocketAddr>, direction: Direction, bytes: Vec<u8>) {
        let piece = Piece { name: name.to_owned(), peer, millis: now_millis(), direction, bytes };
        if let Err(TrySendError::Full(_)) = self.queue.try_send(piece) {
            self.metrics.log_lost_total.add(1);
        }
    }
}

struct Files {
    folder: PathBuf,
    limit: u64,
    keep: u32,
    open: HashMap<String, (File, u64)>,
}

impl Files {
    fn run(mut self, pieces: &Receiver<Piece>) {
        let mut failed = false;
        while let Ok(piece) = pieces.recv() {
            match self.write(&piece) {
                Ok(()) => failed = false,
                // Once, not for every piece.
                Err(error) if !failed => {
                    tracing::error!(%error, "the raw log cannot be written");
                    failed = true;
                }
                Err(_) => {}
            }
        }
    }

    fn path(&self, name: &str, number: u32) -> PathBuf {
        match number {
            0 => self.folder.join(format!("{name}.log")),
            number => self.folder.join(format!("{name}.log.{number}")),
        }
    }

    fn write(&mut self, piece: &Piece) -> std::io::Result<()> {
        let text = lines(piece);
        let size = match self.open.get(&piece.name) {
            Some((_, size)) => *size,
            None => std::fs::metadata(self.path(&piece.name, 0)).map_or(0, |data| data.len()),
        };
        if size > 0 && size + text.len() as u64 > self.limit {
            self.open.remove(&piece.name);
            self.rotate(&piece.name)?;
        }
        if !self.open.contains_key(&piece.name) {
            if self.open.len() >= OPEN {
                self.open.clear();
            }
            let file = open(&self.path(&piece.name, 0))?;
            let size = file.metadata()?.len();
            self.open.insert(piece.name.clone(), (file, size));
        }
        if let Some((file, size)) = self.open.get_mut(&piece.name) {
            file.write_all(&text)?;
            *size += text.len() as u64;
        }
        Ok(())
    }

    fn rotate(&self, name: &str) -> std::io::Result<()> {
        for number in (0..self.keep).rev() {
            let from = self.path(name, number);
            if from.exists() {
                std::fs::rename(from, self.path(name, number + 1))?;
            }
        }
        if self.keep == 0 {
            std::fs::remove_file(self.path(name, 0))?;
        }
        Ok(())
    }
}

fn open(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A line for every frame in the piece, and one for what is left.
fn lines(piece: &Piece) -> Vec<u8> {
    let mut out = Vec::with_capacity(piece.bytes.len() + 64);
    let arrow = match piece.direction {
        Direction::In => '<',
        Direction::Out => '>',
    };
    let mut rest = piece.bytes.as_slice();
    while !rest.is_empty() {
        let end = rest.windows(2).position(|pair| pair == b"\r\n");
        let (frame, more) = (rest.get(..end.unwrap_or(rest.len())).unwrap_or_default(), if end.is_some() { "" } else { "+" });
        let _ = write!(out, "{}.{:03} ", piece.millis / 1000, piece.millis % 1000);
        if let Some(peer) = piece.peer {
            let _ = write!(out, "{peer} ");
        }
        let _ = write!(out, "{arrow}{more} ");
        for character in String::from_utf8_lossy(frame).chars() {
            // One line stays one line, whatever a host sends.
            if character.is_control() {
                let _ = write!(out, "{}", character.escape_default());
            } else {
                let _ = write!(out, "{character}");
            }
        }
        out.push(b'\n');
        rest = end.and_then(|end| rest.get(end + 2..)).unwrap_or_default();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_frame_and_files_are_rotated() {
        let folder = std::env::temp_dir().join(format!("kts-log-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let mut files = Files { folder: folder.clone(), limit: 100, keep: 2, open: HashMap::new() };
        let piece = |bytes: &[u8]| Piece {
            name: "08AB".to_owned(),
            peer: None,
            millis: 1_508_845_817_005,
            direction: Direction::In,
            bytes: bytes.to_vec(),
        };
        files.write(&piece(b"{\"a\":\n1}\r\n{\"b\"")).unwrap();
        let text = std::fs::read_to_string(folder.join("08AB.log")).unwrap();
        assert_eq!(text, "1508845817.005 < {\"a\":\\n1}\n1508845817.005 <+ {\"b\"\n");
        for _ in 0..9 {
            files.write(&piece(&[b'x'; 60])).unwrap();
        }
        let mut names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["08AB.log", "08AB.log.1", "08AB.log.2"]);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
