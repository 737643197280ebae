//! Runs `panelctl` as a process.

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Long enough for any machine; reached only by a failure.
const DEADLINE: Duration = Duration::from_secs(60);

/// How a run ended.
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The command, without anything of the environment that it would look at.
pub(crate) fn panelctl() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_panelctl"));
    command
        .env_remove("PANELCTL_CODE")
        .env_remove("PANELCTL_KEYS")
        .env_remove("PANELCTL_KEY")
        .env_remove("PANELCTL_NEW_KEY")
        .env("COLUMNS", "100");
    command
}

/// Runs to the end with all of `input` on standard input.
pub(crate) fn panelctl_with_input(args: &[&str], input: &[u8]) -> Ended {
    let mut child =
        panelctl().args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("panelctl was built");
    let mut stdin = child.stdin.take().expect("piped");
    let input = input.to_vec();
    // It may end without reading, which is no fault of the test.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("the writer does not panic");
    Ended {
        code: output.status.code().expect("it is not killed"),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// Runs to the end without input, with variables of the environment.
pub(crate) fn run(args: &[&str], variables: &[(&str, &str)]) -> Ended {
    let output = panelctl().args(args).envs(variables.iter().copied()).stdin(Stdio::null()).output().expect("panelctl was built");
    Ended {
        code: output.status.code().expect("it is not killed"),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// A run that goes on. It is killed when this is dropped.
pub(crate) struct Running {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: Receiver<String>,
    stderr: JoinHandle<String>,
    /// All lines of standard output that were looked at.
    pub(crate) seen: Vec<String>,
}

impl Running {
    /// Starts with an open standard input.
    pub(crate) fn start(args: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut child = panelctl()
            .args(args)
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("panelctl was built");
        let stdin = child.stdin.take();
        let (out, mut err) = (child.stdout.take().expect("piped"), child.stderr.take().expect("piped"));
        let (sender, stdout) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let stderr = std::thread::spawn(move || {
            let mut all = String::new();
            // What is not UTF-8 ends it, and the assertions on it fail.
            let _ = err.read_to_string(&mut all);
            all
        });
        Self { child, stdin, stdout, stderr, seen: Vec::new() }
    }

    /// Writes a line to standard input.
    pub(crate) fn type_line(&mut self, line: &str) {
        let stdin = self.stdin.as_mut().expect("standard input is open");
        stdin.write_all(format!("{line}\n").as_bytes()).and_then(|()| stdin.flush()).expect("it reads");
    }

    /// Waits for a line of standard output.
    pub(crate) fn line(&mut self, what: &str, is: impl Fn(&str) -> bool) -> String {
        let end = Instant::now() + DEADLINE;
        loop {
            match self.stdout.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    self.seen.push(line.clone());
                    if is(&line) {
                        return line;
                    }
                }
                Err(RecvTimeoutError::Timeout) => panic!("no {what} in time, only {:#?}", self.seen),
                Err(RecvTimeoutError::Disconnected) => panic!("no {what} before the end, only {:#?}", self.seen),
            }
        }
    }

    /// Where a simulation listens, from its first line.
    pub(crate) fn listening(&mut self) -> String {
        let line = self.line("first line", |_| true);
        line.strip_prefix("listening on ").unwrap_or_else(|| panic!("{line}")).to_owned()
    }

    /// Presses Ctrl-C and waits for the end.
    #[cfg(unix)]
    pub(crate) fn interrupt(self) -> Ended {
        let killed = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().expect("there is a `kill`");
        assert!(killed.success());
        self.end()
    }

    /// Waits for the end. All of standard output is in the result, also what was looked at before.
    pub(crate) fn end(mut self) -> Ended {
        drop(self.stdin.take());
        let end = Instant::now() + DEADLINE;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("it can be asked") {
                break status;
            }
            assert!(Instant::now() < end, "it does not end");
            std::thread::sleep(Duration::from_millis(5));
        };
        let mut seen = std::mem::take(&mut self.seen);
        while let Ok(line) = self.stdout.recv_timeout(DEADLINE) {
            seen.push(line);
        }
        let stderr = std::mem::replace(&mut self.stderr, std::thread::spawn(String::new)).join().expect("the reader does not panic");
        Ended { code: status.code().expect("it is not killed"), stdout: seen.join("\n"), stderr }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Hexadecimal digits of bytes.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
