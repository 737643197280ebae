//! What the commands wait for besides panels: the keyboard and the end.

use std::future::Future;
use std::io::{self, BufRead, Read as _};

use anyhow::Context as _;
use tokio::sync::mpsc;

/// Runs a command on one thread.
pub(crate) fn run<T>(command: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start")?;
    let result = runtime.block_on(command);
    // A thread may still wait for a line of standard input.
    runtime.shutdown_background();
    result
}

/// Waits for Ctrl-C or, on Unix, the signal to terminate.
pub(crate) async fn interrupted() -> anyhow::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate()).context("cannot wait for signals")?;
        tokio::select! {
            result = tokio::signal::ctrl_c() => result.context("cannot wait for Ctrl-C"),
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await.context("cannot wait for Ctrl-C")
}

/// Longest line of standard input in bytes; a longer one is taken for several.
const MAX_LINE: u64 = 4096;

/// How often a process in the background looks whether it is in front now.
#[cfg(unix)]
const BACKGROUND_PAUSE: std::time::Duration = std::time::Duration::from_secs(1);

/// The lines of standard input, read by a thread of their own until nobody takes them any more. What is not UTF-8 is replaced.
pub(crate) fn stdin_lines() -> mpsc::Receiver<io::Result<String>> {
    let (sender, lines) = mpsc::channel(16);
    std::thread::spawn(move || {
        #[cfg(unix)]
        while in_background() {
            if sender.is_closed() {
                return;
            }
            std::thread::sleep(BACKGROUND_PAUSE);
        }
        let mut stdin = io::stdin().lock();
        while let Some(line) = next_line(&mut stdin).transpose() {
            let last = line.is_err();
            if sender.blocking_send(line).is_err() || last {
                return;
            }
        }
    });
    lines
}

/// Whether this process is in the background of the terminal that is its standard input: reading from it would stop the process.
#[cfg(unix)]
fn in_background() -> bool {
    use io::IsTerminal as _;
    let stdin = io::stdin();
    stdin.is_terminal() && rustix::termios::tcgetpgrp(&stdin).is_ok_and(|front| front != rustix::process::getpgrp())
}

/// One line without its end; `None` at the end of the input.
fn next_line(input: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    if input.take(MAX_LINE).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    let text = String::from_utf8_lossy(&line);
    Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_bounded_and_need_not_be_text() {
        let mut input = b"zone 1 open\r\n\n\xFFquit\n".to_vec();
        input.extend(vec![b'x'; 5000]);
        let mut input = input.as_slice();
        let lines: Vec<String> = std::iter::from_fn(|| next_line(&mut input).unwrap()).collect();
        assert_eq!(lines[..3], ["zone 1 open", "", "\u{FFFD}quit"]);
        assert_eq!(lines[3..].iter().map(String::len).collect::<Vec<_>>(), [4096, 904]);
    }
}
